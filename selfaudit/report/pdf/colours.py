"""One accent colour from the provider, dark enough to be read on white."""

from __future__ import annotations

import re

USUAL = "#1d5c8f"
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")
_ENOUGH = 5.0  # WCAG 2.2, 1.4.3 asks for 4.5 to 1; thin strokes in print need a little more


def accent_on_white(colour: str) -> str:
    """The colour as #rrggbb, made darker until text in it is readable on white; the usual one for what is no colour."""
    if not _HEX.match(colour):
        return USUAL
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    while contrast_on_white(parts) < _ENOUGH:
        parts = [int(part * 0.94) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def contrast_on_white(parts: list[int]) -> float:
    """The contrast ratio (WCAG 2.2, section 5) of a colour, given as red, green and blue from 0 to 255, with white: from 1 to 21."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in parts)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
