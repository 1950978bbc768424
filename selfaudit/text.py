"""Outside text made safe to show. Everything that a stranger may have written passes here before a terminal sees it."""

from __future__ import annotations

import unicodedata

_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


def printable(text: str, limit: int = 500) -> str:
    r"""Replaces what could steer a terminal or reorder a line by visible escapes, and cuts at `limit` characters.

    Control characters, bidirectional and other format characters, spaces other than the plain one, surrogates, private and
    unassigned code points become ``\xNN`` or ``\uNNNN``; line breaks become ``\n``.
    """
    shown = text[:limit]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(c if c == " " or unicodedata.category(c) not in _ESCAPED_CATEGORIES else _escape(c) for c in shown)
    return shown + "…" if len(text) > limit else shown


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
