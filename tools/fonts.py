"""Which characters the fonts of the report have.

    python tools/fonts.py write    reads the fonts and writes coverage.txt beside them
    python tools/fonts.py check    fails if coverage.txt is not what the fonts say

A character that no font has is an error in a tagged PDF, so the report replaces it before it is drawn; coverage.txt is what it goes by.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "resources/selfaudit_resources/fonts"
COVERAGE = FONTS / "coverage.txt"
# A text is set in a first font of each style and falls back to one that has far more signs and scripts.
FIRST = ("IBMPlexSans-Regular.ttf", "IBMPlexSans-Italic.ttf", "IBMPlexSans-SemiBold.ttf", "IBMPlexMono-Regular.ttf")
FALLBACK = ("DejaVuSans.ttf",)
# What steers or hides, and what has no meaning that everybody agrees on, is shown by its number even if a font draws it.
_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


def covered(names: Iterable[str]) -> set[int]:
    """The code points that every one of these fonts draws."""
    sets = []
    for name in names:
        with TTFont(FONTS / name, lazy=True) as font:
            drawn = {code for code, glyph in font.getBestCmap().items() if glyph != ".notdef"}
        sets.append({code for code in drawn if code == 0x20 or unicodedata.category(chr(code)) not in _LEFT_OUT})
    return set.intersection(*sets)


def ranges(codes: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive code points joined to (first, last)."""
    joined: list[tuple[int, int]] = []
    for code in sorted(codes):
        if joined and joined[-1][1] == code - 1:
            joined[-1] = (joined[-1][0], code)
        else:
            joined.append((code, code))
    return joined


def coverage() -> str:
    """The file: one line per set of fonts, its ranges in hexadecimal."""
    lines = ["# Written by tools/fonts.py: the code points that the fonts draw, by the set of fonts."]
    for title, names in (("first", FIRST), ("fallback", FALLBACK)):
        words = (f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in ranges(covered(names)))
        lines.append(f"{title}: {' '.join(words)}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Writes or checks; 1 if the file is stale, 2 for wrong usage."""
    if arguments == ["write"]:
        COVERAGE.write_text(coverage(), encoding="ascii")
        return 0
    if arguments != ["check"]:
        sys.stderr.write(__doc__ or "")
        return 2
    if COVERAGE.read_text(encoding="ascii") == coverage():
        return 0
    sys.stderr.write("coverage.txt is not what the fonts say; run python tools/fonts.py write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
