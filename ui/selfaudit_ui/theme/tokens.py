"""Every colour, distance and size of the window. Nothing else names a colour.

Text on the backgrounds of `TEXT_PAIRS` has a contrast of at least 4.5 (WCAG 2.2, 1.4.3), what only marks a place at least 3 (1.4.11);
a test measures both themes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #rrggbb.

    Attributes:
        window, surface, raised, code: backgrounds: behind everything, of cards, of what stands out, of evidence.
        text, soft: words, and words that may be passed over.
        line, edge: lines between parts, and edges of what can be operated.
        accent, on_accent, accent_soft: what to do next, words on it, and a quiet form of it.
        fail, warn, unclear, good: verdicts; with "_soft" as backgrounds.
    """

    window: str
    surface: str
    raised: str
    code: str
    text: str
    soft: str
    line: str
    edge: str
    accent: str
    on_accent: str
    accent_soft: str
    fail: str
    fail_soft: str
    warn: str
    warn_soft: str
    unclear: str
    unclear_soft: str
    good: str
    good_soft: str


LIGHT: Final = Tokens(
    window="#f5f6f8", surface="#ffffff", raised="#eceff3", code="#f2f4f7", text="#1b2129", soft="#525d6b", line="#dde2e8",
    edge="#7d8896", accent="#1f5fa8", on_accent="#ffffff", accent_soft="#e3edf8", fail="#a3172a", fail_soft="#fbe9eb",
    warn="#774900", warn_soft="#fbf0dc", unclear="#4a4985", unclear_soft="#ececf7", good="#196233", good_soft="#e4f3e9",
)  # fmt: skip

DARK: Final = Tokens(
    window="#14181d", surface="#1c2229", raised="#283039", code="#11151a", text="#e7eaee", soft="#aab4c0", line="#353f4a",
    edge="#7b8794", accent="#84b8f2", on_accent="#0b1622", accent_soft="#20344b", fail="#ff949f", fail_soft="#3b2126",
    warn="#f0bb5e", warn_soft="#382b14", unclear="#bbbaff", unclear_soft="#2a2a48", good="#7dd29a", good_soft="#1b3325",
)  # fmt: skip

_BACKGROUNDS = ("window", "surface", "raised", "code", "accent_soft", "fail_soft", "warn_soft", "unclear_soft", "good_soft")
TEXT_PAIRS: Final = (
    *(("text", background) for background in _BACKGROUNDS),
    *(("soft", background) for background in _BACKGROUNDS),
    *(
        (colour, f)
        for colour in ("accent", "fail", "warn", "unclear", "good")
        for f in ("window", "surface", "raised", "accent_soft")
    ),
    *((colour, f"{colour}_soft") for colour in ("accent", "fail", "warn", "unclear", "good")),
    ("on_accent", "accent"),
)
MARK_PAIRS: Final = (("edge", "window"), ("edge", "surface"), ("accent", "window"), ("accent", "surface"), ("accent", "raised"))


_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_SOFT = 0.14  # of the accent in its quiet form
_APART = 60.0  # between a provider's colour and one that stands for a verdict, in red, green and blue


class SPACE:
    """Distances in device-independent pixels."""

    XS, S, M, L, XL = 4, 8, 12, 16, 24


RADIUS = 8
RADIUS_SMALL = 5
RAIL_WIDTH = 224
PAGE_WIDTH = 1040

# Type sizes as multiples of the system font's size, so that people who need larger text get it.
SMALL, BODY, LARGE, TITLE, HEADLINE = 0.9, 1.0, 1.15, 1.35, 1.7


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def branded(tokens: Tokens, accent: str) -> Tokens:
    """The tokens with a provider's colour (#rrggbb) as their accent, if words in it and on it can be read and it is no verdict's; else as they are."""
    if not _HEX.fullmatch(accent):
        return tokens
    on_accent = max((LIGHT.on_accent, DARK.on_accent), key=lambda colour: contrast(colour, accent))
    made = replace(tokens, accent=accent, on_accent=on_accent, accent_soft=_mixed(tokens.surface, accent, _SOFT))
    measured = all(contrast(getattr(made, a), getattr(made, b)) >= 4.5 for a, b in TEXT_PAIRS)
    marked = all(contrast(getattr(made, a), getattr(made, b)) >= 3 for a, b in MARK_PAIRS)
    verdicts = (tokens.fail, tokens.warn, tokens.unclear, tokens.good)
    return made if measured and marked and all(_distance(accent, v) >= _APART for v in verdicts) else tokens


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(under: str, over: str, share: float) -> str:
    parts = (round(a + (b - a) * share) for a, b in zip(_parts(under), _parts(over), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _distance(first: str, second: str) -> float:
    return math.dist(_parts(first), _parts(second))
