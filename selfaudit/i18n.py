"""gettext for engine and window. Texts are English in the source; a catalogue may replace them when they are shown."""

from __future__ import annotations

import gettext as _gettext

_translation: _gettext.NullTranslations = _gettext.NullTranslations()


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a text for extraction without translating it: it is translated when it is shown."""
    return message


def _(message: str) -> str:
    """Returns the text in the chosen language."""
    return _translation.gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Returns the right plural form in the chosen language."""
    return _translation.ngettext(singular, plural, count)


def install(translation: _gettext.NullTranslations) -> None:
    """Sets the catalogue for this process."""
    global _translation
    _translation = translation
