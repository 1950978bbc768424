"""Text made ready for the columns of a page: what fonts cannot show is replaced, and long words get places where they may break.

A place to break is the border between two strings of a list; the template puts a space of no width there. So nothing is added to the
text: a record or a hash that is copied from the page is what it was. A zero-width space would be copied along.
"""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import category

Flowing = str | list[str | list[str]]
Coded = int | str | list[str]

_SHORT = 12  # characters that fit into the narrowest column
_PROSE = 32  # letters of a word of a language, which stays whole
_NAME = 24  # characters of a mail address, or of a part of a name, that stays whole
_PIECE = 8  # characters between two places to break where nothing better is near
_KEPT = 24  # characters of a word of code with a hyphen that is not broken
_WORD = re.compile(r"\S+")
_TOKEN = re.compile(r"\S+|\s+")
_AFTER = re.compile(r"[./:;,=@_&?%+|\\)\]}>-]+")
# A name is broken after its dots: after a hyphen of its own it would look as if the hyphen were only at the end of a line.
_AFTER_IN_NAME = re.compile(r"[./:;,=@_&?%+|\\)\]}>]+")
_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.]*[0-9])")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def flowing(text: str) -> Flowing:
    """The text, or a list of its parts if it may break between them; a part in a list of its own may not break inside."""
    parts: list[str | list[str]] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) <= _SHORT or (len(word) <= _PROSE and _is_prose(word)):
            continue
        pieces = [word] if len(word) <= _NAME and _MAIL.fullmatch(word) else pieces_of(word)
        if len(pieces) == 1 and not _stays(word):
            continue
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.extend([piece] if _stays(piece) else piece for piece in pieces)
        end = match.end()
    if not parts:
        return text
    return [*parts, text[end:]] if end < len(text) else parts


def _stays(piece: str) -> bool:
    """Whether it is (part of) a name with a hyphen: without help the line would break there."""
    return "-" in piece.rstrip("-") and len(piece) <= _NAME and ("." in piece or "@" in piece)


def _is_prose(word: str) -> bool:
    """Whether a word is one of a language, with the marks that sentences put around it."""
    return word.strip("“”„‚‘’\"'«».,;:!?()[]…–-").isalpha()


def pieces_of(word: str) -> list[str]:
    """A long word in the pieces between which it may break: after punctuation, and within eight characters. An IPv4 address is whole."""
    pieces: list[str] = []
    start = 0
    whole = [match.span() for match in _IPV4.finditer(word)]
    for match in (_AFTER_IN_NAME if "." in word else _AFTER).finditer(word):
        if any(first < match.end() < last for first, last in whole):
            continue
        if match.end() - start >= 3 and len(word) - match.end() >= 2:
            pieces.extend(_cut(word[start : match.end()]))
            start = match.end()
    pieces.extend(_cut(word[start:]))
    return pieces


def _cut(word: str) -> list[str]:
    """A word without punctuation inside in pieces of about the same length; none begins with a mark that belongs to a letter before it."""
    if len(word) <= _SHORT or (len(word) <= _NAME and ("-" in word or _IPV4.search(word))):
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
