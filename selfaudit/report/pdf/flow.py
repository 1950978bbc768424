"""Text made ready for the columns of a page: what fonts cannot show is replaced, and long words get places where they may break.

A place to break is the border between two strings of a list; the template puts a space of no width there. So nothing is added to the
text: a record or a hash that is copied from the page is what it was. A zero-width space would be copied along.
"""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import category

Flowing = str | list[str]
Coded = int | str | list[str]

_SHORT = 12  # characters that fit into the narrowest column
_PROSE = 40  # letters of a word that is left to hyphenation
_PIECE = 8  # characters between two places to break where nothing better is near
_KEPT = 24  # characters of a word of code with a hyphen that is not broken
_WORD = re.compile(r"\S+")
_TOKEN = re.compile(r"\S+|\s+")
_AFTER = re.compile(r"[./:;,=@_&?%+|\\)\]}>-]+")


def flowing(text: str) -> Flowing:
    """The text, or a list of its parts if it may break between them."""
    parts: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) <= _SHORT or (len(word) <= _PROSE and _is_prose(word)):
            continue
        pieces = pieces_of(word)
        if len(pieces) == 1:
            continue
        parts.append(text[end : match.start()] + pieces[0])
        parts.extend(pieces[1:-1])
        end = match.end() - len(pieces[-1])
    if not parts:
        return text
    return [*parts, text[end:]]


def _is_prose(word: str) -> bool:
    """Whether a word is one of a language, with the marks that sentences put around it: hyphenation knows where it breaks."""
    return word.strip("“”„‚‘’\"'«».,;:!?()[]…–-").isalpha()


def pieces_of(word: str) -> list[str]:
    """A long word in the pieces between which it may break: after punctuation, and within eight characters."""
    pieces: list[str] = []
    start = 0
    for match in _AFTER.finditer(word):
        if match.end() - start >= 3 and len(word) - match.end() >= 2:
            pieces.extend(_cut(word[start : match.end()]))
            start = match.end()
    pieces.extend(_cut(word[start:]))
    return pieces


def _cut(word: str) -> list[str]:
    """A word without punctuation inside in pieces of about the same length; none begins with a mark that belongs to a letter before it."""
    if len(word) <= _SHORT:
        return [word]
    count = -(-len(word) // _PIECE)
    size = -(-len(word) // count)
    cuts = [0, *(_not_inside(word, at) for at in range(size, len(word), size)), len(word)]
    return [word[a:b] for a, b in pairwise(cuts) if a < b]


def _not_inside(word: str, at: int) -> int:
    """The next place that is not inside a letter with its marks, nor inside the number of a character."""
    while at < len(word) and (category(word[at]).startswith("M")):
        at += 1
    return at


def code_line(text: str) -> list[Coded]:
    """A line of a record, a command or a configuration.

    Returns:
        the width of its indent in characters; then its text, with 0 where it may break and lists of one word where it may not: a short
        word with a hyphen stays whole, because a "-all" that is broken after its hyphen reads like two terms.
    """
    line: list[Coded] = [len(text) - len(text.lstrip(" "))]
    open_text = ""
    for token in _TOKEN.findall(text.lstrip(" ")):
        if "-" in token and len(token) <= _KEPT:
            line += [open_text, [token]] if open_text else [[token]]
            open_text = ""
            continue
        first, *others = pieces_of(token) if len(token) > _SHORT else [token]
        open_text += first
        for piece in others:
            line += [open_text, 0]
            open_text = piece
    return [*line, open_text] if open_text else line
