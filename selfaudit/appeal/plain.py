"""Plain text for a ticket: ASCII where the words are ours, 76 columns, and nothing of the outside at the beginning of a line.

Headings stand in the first column and everything else is indented, so that no text that was pasted can look like a part of its own.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from selfaudit.text import printable

WIDTH = 76
INDENT = "  "
_MAX = 12_000
_ASCII = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "•": "-",
        "·": "-", "→": "->", "×": "x", "≥": ">=", "≤": "<=", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
    }
)  # fmt: skip
_WEB = re.compile(r"\b(h)tt(ps?)://([^\s/]+)", re.I)


def plain(text: str, limit: int = _MAX) -> str:
    """One line: typographic signs as ASCII, nothing in it that could reorder or break it. Letters of names stay as they are."""
    return printable(" ".join(text.translate(_ASCII).split()), limit)


def defanged(text: str) -> str:
    """Addresses of pages so that no mail filter and no finger follows them: hxxp://example[.]net/..."""
    return _WEB.sub(lambda m: f"{m[1]}xx{m[2]}://{m[3].replace('.', '[.]')}", text)


def paragraph(text: str, indent: str = INDENT) -> list[str]:
    """Wrapped and indented; line breaks of the text stay, links are defanged."""
    return [line for part in text.splitlines() for line in _wrapped(plain(defanged(part)), indent, indent)]


def item(text: str, indent: str = INDENT, sign: str = "- ") -> list[str]:
    """One entry of a list; links are defanged."""
    return _wrapped(plain(defanged(text)), indent + sign, indent + " " * len(sign))


def field(name: str, text: str) -> list[str]:
    """A name, a colon, and the text in a column of its own; links are defanged."""
    return _wrapped(plain(defanged(text)), f"{INDENT}{name + ':':<18} ", INDENT + " " * 19)


def labelled(name: str, text: str) -> list[str]:
    """A line of the head, as in a letter; only here does a line begin in the first column."""
    return _wrapped(plain(text, 300), f"{name + ':':<9}", " " * 9)


def quoted(text: str, lines: int) -> list[str]:
    """The beginning of somebody else's words, each line marked with ">", links defanged."""
    found = [line for part in text.splitlines() for line in _wrapped(plain(defanged(part)), f"{INDENT}> ", f"{INDENT}> ")]
    return found[:lines] + ([f"{INDENT}> [...]"] if len(found) > lines else [])


def heading(title: str) -> list[str]:
    """A title in capitals, underlined."""
    return ["", title.upper(), "-" * len(title)]


def joined(lines: Iterable[str]) -> str:
    """The whole text; lines without blanks at their ends."""
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def shortened(names: Iterable[str], limit: int) -> str:
    """Names separated by commas, and how many were left out."""
    every = list(dict.fromkeys(names))
    return ", ".join(every[:limit]) + (f" and {len(every) - limit} more" if len(every) > limit else "")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=True, break_on_hyphens=False
    )  # fmt: skip
