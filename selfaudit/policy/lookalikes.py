"""Names that look alike: one's own pack must not pass for the pack of somebody else."""

from __future__ import annotations

import unicodedata

# Letters of other alphabets that look like Latin ones (an extract of the confusables of Unicode Technical Standard 39, section 4), and
# digits that look like letters; in lower case.
_LOOKS_LIKE = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u0432\u044c\u03b2",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435\u03b5",
    "g": "\u0261",
    "h": "\u043d\u04bb",
    "j": "\u0458",
    "k": "\u043a\u03ba",
    "l": "\u04cf\u0456\u03b9\u0131i1|",
    "m": "\u043c",
    "n": "\u03b7",
    "o": "\u043e\u03bf\u03c30",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "r": "\u0433",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03bc\u03c5",
    "v": "\u03bd",
    "w": "\u051d\u03c9",
    "x": "\u0445\u03c7",
    "y": "\u0443\u03b3",
    "z": "\u03b6",
}
_ALIKE = {ord(other): latin for latin, others in _LOOKS_LIKE.items() for other in others}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


def skeleton(name: str) -> str:
    """A name with everything made the same that looks the same: case, forms, accents, look-alikes, blanks and hyphens."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = (c for c in plain if unicodedata.category(c)[0] in "LNS")
    return "".join(kept).translate(_ALIKE)


def mixes_scripts(name: str) -> bool:
    """Whether a word of a name has letters of several alphabets that look alike."""
    return any(
        len({script for c in word if (script := _script(c))}) > 1 for word in unicodedata.normalize("NFKC", name).split()
    )


def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return next((script for script in _SCRIPTS if name.startswith(f"{script} ")), "") if character.isalpha() else ""
