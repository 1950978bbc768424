"""Settings, language, theme, keys, and where the window stood."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLineEdit, QTableView

from selfaudit import i18n
from selfaudit.store import default_path
from selfaudit_ui.controller import deadline_words
from selfaudit_ui.preferences import load_preferences
from tests.ui.desk import Desk, run_demo

# Settings


def test_language_and_theme_take_effect_at_once_and_stay(desk: Desk) -> None:
    run_demo(desk)
    page = "fix"
    desk.window.show_page(page)
    from msgspec.structs import replace as change

    desk.controller.prefer(change(desk.controller.preferences, language="de", theme="dark"))
    desk.settle()
    assert desk.window.page_name == page
    assert desk.window.pages[page].title.text() == "Beheben"
    assert "offener Proxy" in desk.texts()
    assert load_preferences()[0].language == "de"
    desk.controller.prefer(change(desk.controller.preferences, language="en", theme="light"))
    assert desk.window.pages[page].title.text() == "Fix"
    assert i18n.language() == "en"


def test_qt_speaks_the_language_too(desk: Desk) -> None:
    from msgspec.structs import replace as change

    for code, word in (("de", "Abbrechen"), ("en", "Cancel")):
        desk.controller.prefer(change(desk.controller.preferences, language=code))
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == word


def test_the_window_comes_back_where_it_was(desk: Desk) -> None:
    desk.window.resize(960, 700)  # the offscreen screen is no wider
    desk.close()
    assert load_preferences()[0].geometry
    second = Desk(desk.bot)
    try:
        assert (second.window.width(), second.window.height()) == (960, 700)
        second.open()
    finally:
        second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_list_keys_go_to_the_keyring_and_nowhere_else(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1.0  # type: ignore[assignment]
        kept: ClassVar[dict[tuple[str, str], str]] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[(service, username)] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[(service, username)]

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        desk.window.show_page("settings")
        desk.until(lambda: "no key, so it is not asked" in desk.texts())
        edit = next(e for e in desk.page.findChildren(QLineEdit) if e.accessibleName().startswith("Key for Abusix"))
        name = edit.accessibleName().removeprefix("Key for ")
        assert edit.echoMode() is QLineEdit.EchoMode.Password
        edit.setText("not a key!")
        desk.click(f"Store the key for {name}")
        desk.until(lambda: "letters and digits" in desk.texts())
        edit = next(e for e in desk.page.findChildren(QLineEdit) if e.accessibleName() == f"Key for {name}")
        edit.setText("abcdef0123456789")
        desk.click(f"Store the key for {name}")
        desk.until(lambda: "a key is in the keyring" in desk.texts())
        assert list(Memory.kept.values()) == ["abcdef0123456789"]
        assert not [p for p in default_path().parent.rglob("*") if p.is_file() and b"abcdef0123456789" in p.read_bytes()]
        desk.click(f"Remove the key for {name}")
        desk.until(lambda: not Memory.kept)
    finally:
        keyring.set_keyring(before)


def test_tool_tips_show_hostile_text_as_text(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("a<img-src=x>b</img>.net")
    desk.settle()
    model = desk.find(QTableView, "Domains and addresses").model()
    shown = str(model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole))
    assert "<img" not in shown
    assert "&lt;" in shown


def test_settings_are_checked_where_they_stand(desk: Desk, tmp_path: Path) -> None:
    desk.window.show_page("settings")
    resolvers, file = desk.find(QLineEdit, "DNS resolvers"), desk.find(QLineEdit, "Settings file")
    resolvers.setText("9.9.9.9, dns.example")
    resolvers.editingFinished.emit()
    assert "must be an IPv4 or IPv6 address" in desk.texts()
    assert desk.controller.settings.dns.resolvers == ()
    resolvers.setText("9.9.9.9, 2620:fe::fe")
    resolvers.editingFinished.emit()
    assert desk.controller.settings.dns.resolvers == ("9.9.9.9", "2620:fe::fe")
    broken = tmp_path / "s.toml"
    broken.write_text("[dns]\nport = 'x'\n")
    file.setText(str(broken))
    file.editingFinished.emit()
    assert "dns.port" in desk.texts().replace("\u200b", "")
    assert desk.controller.preferences.settings_file == ""


def test_broken_preferences_are_said_and_not_fatal(desk: Desk) -> None:
    desk.close()
    path = default_path().with_name("preferences.json")
    path.write_text('{"language": 7')
    second = Desk(desk.bot)
    second.open()
    assert "cannot be read" in second.window._trouble._text.text()
    second.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


@pytest.mark.parametrize(
    ("deadline", "words", "verdict"),
    [
        ("", "", ""),
        ("2026-12-24", "Deadline 2026-12-24: 33 days left", ""),
        ("2026-11-22", "Deadline 2026-11-22: 36 h left", "warn"),
        ("2026-11-21T20:00:00Z", "Deadline 2026-11-21: 8 h left", "fail"),
        ("2026-11-20", "Deadline 2026-11-20: passed", "fail"),
        ("soon", "Deadline soon", ""),
    ],
)
def test_deadline(deadline: str, words: str, verdict: str) -> None:
    import datetime

    now = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
    assert deadline_words(deadline, now) == (words, verdict)
