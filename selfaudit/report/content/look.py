"""The provider's own look, as far as it can do no harm in a document."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from selfaudit.policy.model import Brand

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}\Z")


@dataclass(frozen=True, slots=True)
class Look:
    """A logo as a data: URI, and colours as #rrggbb; "" for what is not given or not fit."""

    logo: str = ""
    accent: str = ""
    accent_dark: str = ""


def look_of(brand: Brand) -> Look:
    """What of a pack's brand is used."""
    logo = brand.logo.strip()
    if logo.startswith("<"):
        logo = "data:image/svg+xml;base64," + base64.b64encode(logo.encode("utf-8", "replace")).decode("ascii")
    elif not _PNG.match(logo):
        logo = ""
    accent, dark = (colour if _COLOUR.match(colour) else "" for colour in (brand.accent, brand.accent_dark))
    return Look(logo, accent, dark)
