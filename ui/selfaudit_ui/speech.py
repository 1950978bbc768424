"""In which language the window speaks, and Qt's own words in it."""

from __future__ import annotations

import os

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from selfaudit import i18n
from selfaudit_ui.preferences import Preferences


def speak(app: QApplication, code: str) -> None:
    """Qt's own words (menus of text fields, the calendar) in a language."""
    for old in app.findChildren(QTranslator, "qtbase"):
        app.removeTranslator(old)
        old.deleteLater()
    locale = QLocale(code if code in i18n.LANGUAGES else i18n.SOURCE)
    QLocale.setDefault(locale)
    translator = QTranslator(app)
    translator.setObjectName("qtbase")
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(locale, "qtbase", "_", folder):
        app.installTranslator(translator)


def language_of(preferences: Preferences) -> str:
    """The language that was chosen, or that of the system."""
    chosen = preferences.language
    if chosen:
        return chosen
    if any(os.environ.get(name) for name in (i18n.VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")):
        return i18n.preferred()
    codes = (name.partition("-")[0] for name in QLocale.system().uiLanguages())
    return next((code for code in codes if code in i18n.LANGUAGES), i18n.SOURCE)
