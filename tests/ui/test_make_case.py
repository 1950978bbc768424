"""“Make a case”: support fills in, sees what the customer will see, writes and signs. The keyring is one in memory."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QFileDialog, QLineEdit, QPlainTextEdit

from selfaudit.case.file import read_case_file
from selfaudit.engine.seals import read_signed_case, seal_of
from selfaudit.policy import packs
from selfaudit.policy.packs import all_packs, use_folder
from selfaudit.protocols.minisign import read_public_key, read_signature, verify
from tests.ui.desk import Desk


class Keyring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[(service, username)]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """An empty keyring."""
    made = Keyring()
    monkeypatch.delenv("SELFAUDIT_SIGNING_KEY", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(made, name))
    return made


@pytest.fixture
def no_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keyring at all."""
    made = keyring.backends.fail.Keyring()
    monkeypatch.delenv("SELFAUDIT_SIGNING_KEY", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(made, name))


@pytest.fixture
def saved_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the system's file dialog answers."""
    path = tmp_path / "PH-88213.selfaudit-case"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(path), ""))
    return path


def _type(desk: Desk, name: str, text: str) -> None:
    edit = desk.find(QLineEdit, name)
    edit.setFocus()
    edit.selectAll()
    desk.bot.keyClick(edit, Qt.Key.Key_Delete)
    desk.bot.keyClicks(edit, text)


def _write(desk: Desk, name: str, text: str) -> None:
    desk.find(QPlainTextEdit, name).setPlainText(text)


def _fill(desk: Desk) -> None:
    desk.click("Make a case")
    assert desk.window.page_name == "make-case"
    _type(desk, "Provider", "Prez Hosting")
    _type(desk, "Case or ticket number", "PH-88213")
    _type(desk, "Service", "KVM 2")
    _type(desk, "Contact", "abuse@prezhosting.net")
    _type(desk, "Deadline", "2099-03-31")
    _write(desk, "Targets", "Blumenhof.net\n\n 9.9.9.9 \n")
    _write(desk, "Required steps", "Close the relay.\nTell us how.")
    _write(desk, "Message to the customer", "Dear customer,\nplease run this.")
    desk.until(lambda: not desk.controller.checked.problems)


def test_a_case_is_made_and_signed(desk: Desk, ring: Keyring, saved_to: Path) -> None:
    _fill(desk)
    desk.click("Clauses that were broken")
    desk.find(QCheckBox, "B-4.4 · No open relays, proxies or resolvers without approval").click()
    desk.settle()
    assert desk.controller.form.cited == ("B-4.4",)
    desk.click("Create and sign …")
    desk.until(lambda: desk.controller.made is not None)
    file = read_case_file(saved_to)
    assert (file.provider, file.number, file.service) == ("Prez Hosting", "PH-88213", "KVM 2")
    assert (file.targets, file.cited) == (("Blumenhof.net", "9.9.9.9"), ("B-4.4",))
    assert (file.steps, file.deadline) == (("Close the relay.", "Tell us how."), "2099-03-31")
    assert file.message == "Dear customer,\nplease run this."
    beside = saved_to.with_name(saved_to.name + ".minisig")
    (line,) = [v for v in desk.controller.key_text.splitlines() if v.startswith("key = ")]
    key = read_public_key(json.loads(line.removeprefix("key = ")))
    verify(saved_to.read_bytes(), read_signature(beside.read_text("utf-8")), key)
    assert "PH-88213" in read_signature(beside.read_text("utf-8")).trusted
    words = desk.texts().replace("\u200b", "")
    assert str(saved_to) in words
    assert str(beside) in words
    assert "No policy pack here names your key yet" in words
    assert list(ring.kept) == [("selfaudit", "signing-key")]
    assert not [
        p for p in saved_to.parent.iterdir() if p.is_file() and ring.kept[("selfaudit", "signing-key")] in p.read_text("utf-8")
    ]


def test_the_lines_for_the_pack_make_the_file_trusted(desk: Desk, ring: Keyring, saved_to: Path, tmp_path: Path) -> None:
    _fill(desk)
    desk.click("Create and sign …")
    desk.until(lambda: desk.controller.made is not None)
    desk.click("Copy: Lines for the policy pack")
    lines = QGuiApplication.clipboard().text()
    folder = tmp_path / "policies"
    folder.mkdir()
    head = 'id = "own"\nname = "Own Hosting"\nbased_on = "prezcomm"\nversion = "1.0"\ntitle = "AUP"\nsource = "https://own.net/aup"\nread_on = "2026-11-22"\n'
    (folder / "own.toml").write_text(head + "\n" + lines + "\n", "utf-8")
    use_folder(folder)
    try:
        assert packs.broken_packs() == ()
        assert "own" in [pack.id for pack in all_packs()]
        signature = saved_to.with_name(saved_to.name + ".minisig").read_text("utf-8")
        seal = seal_of(saved_to.read_bytes(), signature, "Own Hosting")
        assert (seal.state, seal.owner) == ("trusted", "Prez Hosting")
    finally:
        use_folder(None)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("Deadline", "soon", "“soon” is not a date"),
        ("Deadline", "2020-01-01", "2020-01-01"),
        ("Suspended since", "2099-01-01", "still to come"),
    ],
)
def test_a_field_is_checked_as_it_is_typed(desk: Desk, field: str, text: str, words: str) -> None:
    desk.click("Make a case")
    _type(desk, field, text)
    desk.until(lambda: words in desk.texts())
    assert "Give the case its number" not in desk.texts(), "what was not touched yet is not said to be wrong"
    _type(desk, field, "")
    desk.until(lambda: words not in desk.texts())


def test_targets_are_checked_as_they_are_typed(desk: Desk) -> None:
    desk.click("Make a case")
    _write(desk, "Targets", "blumenhof.net\nfoo..bar")
    desk.until(lambda: "foo..bar" in "".join(desk.controller.form_problems.values()))
    _write(desk, "Targets", "blumenhof.net")
    desk.until(lambda: not desk.controller.form_problems)


def test_nothing_is_written_while_something_is_wrong(desk: Desk, ring: Keyring, saved_to: Path) -> None:
    desk.click("Make a case")
    desk.click("Create and sign …")
    assert "Name the provider" in desk.texts()
    assert "Give the case its number" in desk.texts()
    assert "2 fields must be corrected first." in desk.texts()
    assert not saved_to.exists()
    assert ring.kept == {}
    _type(desk, "Provider", "Prez Hosting")
    desk.until(lambda: "Name the provider" not in desk.texts())


def test_the_customers_view_is_shown_while_it_is_made(desk: Desk, ring: Keyring) -> None:
    _fill(desk)
    desk.until(lambda: "Blumenhof.net, 9.9.9.9" in desk.texts().replace("\u200b", ""))
    words = desk.texts()
    assert "What the customer will see first" in words
    assert "Dear customer,\nplease run this." in words


def test_an_unknown_provider_is_said_plainly(desk: Desk) -> None:
    desk.click("Make a case")
    _type(desk, "Provider", "Nobody Hosting")
    desk.until(lambda: "The policy of “Nobody Hosting” is not known here" in desk.texts())


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_nothing_is_signed_and_that_is_said(desk: Desk, saved_to: Path) -> None:
    _fill(desk)
    desk.click("Create and sign …")
    desk.until(lambda: bool(desk.controller.make_trouble))
    assert "no keyring" in desk.texts()
    assert not saved_to.exists()
    desk.click("Create without signature …")
    desk.until(lambda: desk.controller.made is not None)
    assert read_signed_case(saved_to).seal.state == "unsigned"
    assert "Without a signature the file proves nothing" in desk.texts()
    assert not saved_to.with_name(saved_to.name + ".minisig").exists()


def test_nothing_that_nobody_asked_about_is_overwritten(
    desk: Desk, ring: Keyring, saved_to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_to.write_text("mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(saved_to.with_suffix("")), ""))
    _fill(desk)
    desk.click("Create and sign …")
    assert "is there already; choose another name" in desk.texts()
    assert saved_to.read_text() == "mine"
    saved_to.unlink()
    beside = saved_to.with_name(saved_to.name + ".minisig")
    beside.write_text("mine too")
    desk.click("Create and sign …")
    desk.until(lambda: "minisig is there already" in desk.controller.make_trouble)
    assert beside.read_text() == "mine too"
    assert not saved_to.exists()


def test_a_folder_that_cannot_be_written_is_said(desk: Desk, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: ("/dev/null/no/a.selfaudit-case", ""))
    _fill(desk)
    desk.click("Create and sign …")
    desk.until(lambda: "cannot be written" in desk.texts())
    assert desk.controller.made is None


def test_what_was_filled_in_survives_another_page_and_another_language(desk: Desk, ring: Keyring) -> None:
    from msgspec.structs import replace

    _fill(desk)
    form = desk.controller.form
    desk.click("Back")
    assert desk.window.page_name == "start"
    desk.controller.prefer(replace(desk.controller.preferences, language="de"))
    desk.controller.prefer(replace(desk.controller.preferences, language="en"))
    desk.click("Make a case")
    assert desk.controller.form == form
    assert desk.find(QLineEdit, "Case or ticket number").text() == "PH-88213"
    desk.click("Empty the whole form")
    assert desk.controller.form == form, "it is asked first"
    desk.click("Keep the form")
    assert "What you have filled in is gone then" not in desk.texts()
    assert desk.controller.form == form
    desk.click("Empty the whole form")
    desk.click("Yes, empty the whole form")
    assert desk.find(QLineEdit, "Case or ticket number").text() == ""
    assert desk.find(QPlainTextEdit, "Targets").toPlainText() == ""


def test_no_case_of_this_computer_is_touched(desk: Desk, ring: Keyring, saved_to: Path) -> None:
    _fill(desk)
    desk.click("Create and sign …")
    desk.until(lambda: desk.controller.made is not None)
    assert desk.controller.draft is None
    desk.controller.refresh_cases()
    desk.until(lambda: desk.controller.bridge.idle())
    assert desk.controller.cases == ()


def test_it_can_be_made_by_keyboard_alone(desk: Desk, ring: Keyring, saved_to: Path) -> None:
    desk.window.activateWindow()
    desk.window.show_page("make-case")
    assert desk.page.isAncestorOf(QGuiApplication.focusObject())  # type: ignore[arg-type]
    combo = desk.find(QComboBox, "Provider")
    assert combo.hasFocus() or combo.isAncestorOf(QGuiApplication.focusObject())  # type: ignore[arg-type]
    desk.bot.keyClicks(QGuiApplication.focusObject(), "Prez Hosting")
    desk.press(Qt.Key.Key_Tab)
    desk.bot.keyClicks(QGuiApplication.focusObject(), "PH-1")
    desk.until(lambda: not desk.controller.checked.problems)
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.until(saved_to.exists)
    assert [
        b.accessibleName() for b in desk.page.findChildren(QAbstractButton) if b.isVisible() and not b.accessibleName()
    ] == []
