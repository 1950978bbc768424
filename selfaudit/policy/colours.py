"""Whether a provider's colour can be read where it would stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

TEXT = 4.5  # WCAG 2.2, 1.4.3 (AA)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def contrast(first: str, second: str) -> float:
    """The contrast ratio (WCAG 2.2, section 5) of two colours (#rrggbb), from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def unreadable(colour: str, backgrounds: Iterable[str]) -> bool:
    """Whether this is a colour in which words cannot be read on one of these backgrounds."""
    return bool(_HEX.fullmatch(colour)) and any(contrast(colour, background) < TEXT for background in backgrounds)


def readable(colour: str, backgrounds: Iterable[str], usual: str) -> str:
    """The colour, if words in it can be read on all of these backgrounds; the usual one otherwise, and for what is no colour."""
    return colour if _HEX.fullmatch(colour) and not unreadable(colour, backgrounds) else usual
