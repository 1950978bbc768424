"""What the fonts of the report can show, and a visible form for everything else.

A tagged PDF must name the character behind every glyph (PDF/UA-1, ISO 14289-1, 7.21.7; PDF/A-3, ISO 19005-3, 6.2.11.7 and 6.2.11.8: no
.notdef glyph), so a character without a glyph is an error there. Outside text has such characters; it is shown as ⟨U+4E2D⟩.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

_MARKS = 3  # on one letter: more of them cover the lines above and below
_NUMBERED = 24  # characters in one pair of brackets; the line can break between two pairs
_PLAIN = re.compile(r"[ -~]*\Z")


@cache
def _covered() -> dict[str, frozenset[str]]:
    """What the fonts draw, by the set of fonts ("first", "fallback")."""
    text = resources.files("selfaudit_resources").joinpath("fonts", "coverage.txt").read_text(encoding="ascii")
    found = {}
    for line in text.splitlines():
        name, separator, words = line.partition(": ")
        if separator and not line.startswith("#"):
            found[name] = frozenset(_characters(words))
    return found


def _characters(words: str) -> Iterator[str]:
    for word in words.split():
        first, _found, last = word.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


def displayable(text: str) -> str:
    """The text with a visible form of whatever the fonts cannot show. Line breaks stay; they are the only control characters that do.

    A letter and the marks on it must come from one font, so they are looked up together; a mark that stands on nothing, and more than
    three on one letter, are shown by number.
    """
    if _PLAIN.match(text):
        return text
    kept: list[str] = []
    numbers: list[str] = []
    for cluster in _clusters(text):
        for shown, part in _parts(cluster):
            if shown:
                _flush(kept, numbers)
                kept.append(part)
            else:
                numbers.extend(f"U+{ord(char):04X}" for char in part)
    _flush(kept, numbers)
    return "".join(kept)


def plainest(text: str) -> str:
    """The text with nothing but printable ASCII and line breaks: for when everything else has failed."""
    return "".join(c if c == "\n" or " " <= c <= "~" else f"<U+{ord(c):04X}>" for c in text)


def _flush(kept: list[str], numbers: list[str]) -> None:
    kept.extend(f"⟨{' '.join(numbers[at : at + _NUMBERED])}⟩" for at in range(0, len(numbers), _NUMBERED))
    numbers.clear()


def _clusters(text: str) -> Iterator[str]:
    """Each letter with the marks that follow it."""
    start = 0
    for index in range(1, len(text)):
        if not unicodedata.category(text[index]).startswith("M"):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _parts(cluster: str) -> Iterator[tuple[bool, str]]:
    """(whether it can be shown, which part of the cluster), in order."""
    base, marks = cluster[0], cluster[1 : 1 + _MARKS]
    rest = cluster[1 + _MARKS :]
    if base == "\n":
        yield True, base
        marks, rest = "", cluster[1:]
    elif unicodedata.category(base).startswith("M"):
        yield False, cluster
        return
    elif base != " " and any(fonts.issuperset(base + marks) for fonts in _covered().values()):
        yield True, base + marks
    else:
        yield base == " " or any(base in fonts for fonts in _covered().values()), base
        rest = cluster[1:]
    if rest:
        yield False, rest
