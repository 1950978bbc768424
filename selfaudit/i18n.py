"""gettext for engine and window.

Texts are English in the source and in every file that is saved; a catalogue replaces them only when they are shown. What rules and
probes put into evidence or arguments (a reason, an origin) is made by `phrase` and saved in English; `shown` recognises it again by
its template.
"""

from __future__ import annotations

import gettext as _gettext
import os
import string
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

SOURCE = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}
PSEUDO = "pseudo"  # for layout tests: longer words, accents on every letter
VARIABLE = "SELFAUDIT_LANGUAGE"
_TRIED = (8, 4, 1)  # templates that are compared for a text, for what stands in its fields, and for what stands in those
PHRASE = "phrase"  # the context (msgctxt) of saved phrases in the catalogue

_ENGLISH = _gettext.NullTranslations()
_process: _gettext.NullTranslations = _ENGLISH
_here: ContextVar[_gettext.NullTranslations | None] = ContextVar("selfaudit_language", default=None)


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a text for extraction without translating it: it is translated when it is shown."""
    return message


def _(message: str) -> str:
    """Returns the text in the chosen language."""
    return _current().gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Returns the right plural form in the chosen language."""
    return _current().ngettext(singular, plural, count)


def phrase(template: str, /, **args: Any) -> str:
    """A text for evidence, results or arguments: English now, and recognised by `shown` later.

    Args:
        template: with named fields only, and enough fixed words to be recognised by.
        args: their values; they may be phrases themselves.
    """
    return template.format_map(args) if args else template


def shown(value: object) -> str:
    """A saved value in the chosen language. What is no phrase (a record, a host name) stays as it is."""
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    text = str(value)
    translation = _current()
    if translation is _ENGLISH or len(text) > 2000:
        return text
    return _recognise(text, translation, len(_TRIED))[0]


@lru_cache(maxsize=2048)
def _recognise(text: str, translation: _gettext.NullTranslations, depth: int) -> tuple[str, int]:
    """The translation of a text, and how many of its characters were not recognised."""
    exact = translation.pgettext(PHRASE, text)
    if exact != text:
        return exact, 0
    if depth == 0 or " " not in text:
        return text, len(text)
    bare = text.removesuffix(".")  # a reason that was made a sentence
    exact = translation.pgettext(PHRASE, bare)
    if exact != bare:
        return exact + ".", 0
    whole = _recognise_whole(text, translation, depth)
    if whole is not None and not whole[1]:
        return whole
    parts = _recognise_parts(text, translation, depth)
    if whole is not None:  # a template with little fixed text fits much; what is put together of phrases may say more
        return min(whole, parts or whole, key=lambda found: found[1])
    return parts or _recognise_list(text, translation, depth)


def _recognise_parts(text: str, translation: _gettext.NullTranslations, depth: int) -> tuple[str, int] | None:
    """The translation of phrases in brackets, after a colon or a semicolon, None where none is known."""
    if text.endswith(")") and " (" in text:
        head, _found, inside = text[:-1].partition(" (")
        outer, inner = _recognise(head, translation, depth - 1), _recognise(inside, translation, depth - 1)
        return f"{outer[0]} ({inner[0]})", outer[1] + inner[1]
    for separator in (": ", "; "):
        head, found, tail = text.partition(separator)
        if found:
            first, rest = _recognise(head, translation, depth - 1), _recognise(tail, translation, depth - 1)
            if (first[0], rest[0]) != (head, tail):
                return first[0] + separator + rest[0], first[1] + rest[1]
    return None


def _recognise_whole(text: str, translation: _gettext.NullTranslations, depth: int) -> tuple[str, int] | None:
    """The translation of what is one phrase, None if it is none.

    A sentence that was put into another one stands there without its full stop. Where several templates fit, since one phrase was put
    into another, the one counts that leaves least that is not recognised, and of those one whose first words are fixed.
    """
    stopped = text if text.endswith((".", ":", ";")) else text + "."
    exact = translation.pgettext(PHRASE, stopped)
    if exact != stopped:
        return exact.removesuffix("."), 0
    fitting: list[tuple[int, bool, str]] = []
    for shape in _shapes(translation):
        for whole in dict.fromkeys((text, stopped)):
            found = shape.match(whole)
            if found is None:
                continue
            values = {name: _recognise(value, translation, depth - 1) for name, value in found.items()}
            words = translation.pgettext(PHRASE, shape.template).format_map({n: v for n, (v, _left) in values.items()})
            left = sum(count for _value, count in values.values())
            fitting.append((left, not shape.words[0], words if whole == text else words.removesuffix(".")))
        if len(fitting) >= _TRIED[-depth]:
            break
    if not fitting:
        return None
    left, _begins_with_a_field, words = min(fitting, key=lambda f: f[:2])
    return words, left


def _recognise_list(text: str, translation: _gettext.NullTranslations, depth: int) -> tuple[str, int]:
    """Phrases between commas, as `shown` writes them; where one of them has several words that are no phrase, it is no such list."""
    parts = text.split(", ")
    if len(parts) == 1 or len(parts) > 50:
        return text, len(text)
    found = [_recognise(part, translation, depth - 1) for part in parts]
    if any(words == part and " " in part for (words, _left), part in zip(found, parts, strict=True)):
        return text, len(text)
    return ", ".join(words for words, _left in found), sum(left for _words, left in found)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A template as it is recognised: `words` stand before, between and after its `names`."""

    template: str
    words: tuple[str, ...]
    names: tuple[str, ...]

    def match(self, text: str) -> dict[str, str] | None:
        """What stands in the fields, each as short as can be; None for another text. Takes time in proportion to the text only."""
        if not text.startswith(self.words[0]) or not text.endswith(self.words[-1]):
            return None
        at, end = len(self.words[0]), len(text) - len(self.words[-1])
        values: dict[str, str] = {}
        for number, name in enumerate(self.names, 1):
            last = number == len(self.names)
            upto = end if last else text.find(self.words[number], at, end)
            if upto < at or values.setdefault(name, text[at:upto]) != text[at:upto]:
                return None
            at = upto + len(self.words[number])
        return values


@lru_cache(maxsize=8)
def _shapes(translation: _gettext.NullTranslations) -> list[_Shape]:
    """The templates of phrases with fields, those with most fixed text first."""
    prefix = f"{PHRASE}\x04"
    catalogue: Mapping[Any, str] = getattr(translation, "_catalog", {})
    templates = [k.removeprefix(prefix) for k in catalogue if isinstance(k, str) and k.startswith(prefix) and "{" in k]
    templates.sort(key=lambda t: (-len(fixed_text(t)), t))
    return [_shape(t) for t in templates]


def fixed_text(template: str) -> str:
    """What of a template is not a field."""
    return "".join(text for text, _field, _spec, _conversion in string.Formatter().parse(template))


def _shape(template: str) -> _Shape:
    words, names = [""], []
    for text, field, _spec, _conversion in string.Formatter().parse(template):
        words[-1] += text
        if field is not None:
            names.append(field)
            words.append("")
    return _Shape(template, tuple(words), tuple(names))


def fill(template: str, args: Mapping[str, Any]) -> str:
    """Translates a template and fills it. A translation with other fields than its source is passed over.

    Raises:
        KeyError: an argument of the source is missing.
    """
    if not template:
        return ""
    values = {name: shown(value) for name, value in args.items()}
    translated = _(template)
    if translated is not template:
        try:
            return translated.format_map(values)
        except (KeyError, ValueError, IndexError):
            pass
    return template.format_map(values)


def language() -> str:
    """The code of the chosen language."""
    return getattr(_current(), "selfaudit_code", SOURCE)


def choose(code: str) -> None:
    """Sets the language of this process; one that is not known means English."""
    global _process
    _process = _load(code)


@contextmanager
def using(code: str) -> Generator[None]:
    """Another language for a while, in this thread or task only."""
    token = _here.set(_load(code))
    try:
        yield
    finally:
        _here.reset(token)


def preferred(environ: Mapping[str, str] | None = None) -> str:
    """The language that the environment asks for (SELFAUDIT_LANGUAGE, then as gettext does), English if it has none of ours."""
    given = os.environ if environ is None else environ
    for name in (VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for part in given.get(name, "").split(":"):
            code = part.partition(".")[0].partition("_")[0].lower()
            if code in LANGUAGES or code == PSEUDO:
                return code
        if given.get(name) and name not in (VARIABLE, "LANGUAGE"):
            return SOURCE  # the environment says what it wants, and it is none of ours
    return SOURCE


def _current() -> _gettext.NullTranslations:
    return _here.get() or _process


@cache
def _load(code: str) -> _gettext.NullTranslations:
    if code == PSEUDO:
        return _Pseudo()
    file = resources.files("selfaudit_resources") / "locale" / code / "LC_MESSAGES" / "selfaudit.mo"
    if code not in LANGUAGES or code == SOURCE or not file.is_file():
        return _ENGLISH
    with file.open("rb") as stream:
        made = _gettext.GNUTranslations(stream)
    made.selfaudit_code = code  # type: ignore[attr-defined]
    return made


class _Pseudo(_gettext.NullTranslations):
    """Every text with accents, in brackets and about a third longer, so that a cut or an untranslated text shows."""

    selfaudit_code = PSEUDO
    _LETTERS = str.maketrans("aeiouyAEIOUYncsz", "àéîöûýÀÉÎÖÛÝñçšž")

    def gettext(self, message: str) -> str:
        """The text, disguised; format fields stay as they are."""
        parts: list[str] = []
        depth = 0
        for char in message:
            depth += (char == "{") - (char == "}")
            parts.append(char if depth or char in "{}" else char.translate(self._LETTERS))
        words = " ".join(["~~~~~"] * max(1, round(len(message) * 0.35 / 6)))
        return f"[{''.join(parts)} {words}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """As `gettext`, for the right one of both."""
        return self.gettext(msgid1 if n == 1 else msgid2)
