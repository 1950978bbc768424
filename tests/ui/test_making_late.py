"""“Make a case” with a keyring that takes its time, and somebody who types meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from selfaudit import secrets
from selfaudit.engine.seals import read_signed_case
from selfaudit.protocols.minisign import SecretKey
from selfaudit_ui import bridge
from tests.ui.desk import Desk
from tests.ui.desk_scenes import FORM, KEY


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The keyring waits for this."""
    made = threading.Event()

    def slow() -> SecretKey:
        made.wait(20)
        return KEY

    monkeypatch.setattr(secrets, "signing_key", slow)
    return made


def test_a_key_that_comes_too_late_writes_nothing(
    desk: Desk, tmp_path: Path, go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "BLOCKING", 0.1)
    desk.controller.form = FORM
    desk.controller.make_case_files(tmp_path / "a.selfaudit-case", sign=True)
    desk.until(lambda: not desk.controller.making)
    assert desk.controller.make_trouble == "The system did not answer in time; nothing was changed."
    go.set()
    assert desk.controller.bridge._threads.finish(5)
    desk.bot.wait(100)
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == []
    assert desk.controller.made is None


def test_what_is_typed_meanwhile_does_not_hide_what_was_written(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    path = tmp_path / "a.selfaudit-case"
    desk.window.show_page("make-case")
    desk.controller.form = FORM
    desk.controller.make_case_files(path, sign=True)
    desk.controller.fill_in(number="OTHER")
    go.set()
    desk.until(lambda: not desk.controller.making)
    assert read_signed_case(path).file.number == "PH-88213"
    words = desk.texts().replace("\u200b", "")
    assert str(path) in words
    assert "It holds the form as it was before your last change." in words
    desk.controller.fill_in(number="ANOTHER")
    assert str(path) not in desk.texts().replace("\u200b", "")


def test_an_emptied_form_does_not_start_a_second_writer(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    path = tmp_path / "a.selfaudit-case"
    desk.controller.form = FORM
    desk.controller.make_case_files(path, sign=True)
    desk.controller.forget_form()
    assert desk.controller.making
    desk.controller.make_case_files(tmp_path / "second.selfaudit-case", sign=False)
    go.set()
    desk.until(lambda: not desk.controller.making)
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["a.selfaudit-case", "a.selfaudit-case.minisig"]


def test_the_seal_in_the_customers_view_is_the_one_that_was_made(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    go.set()
    desk.window.show_page("make-case")
    desk.controller.form = FORM
    desk.controller.check_form()
    desk.until(lambda: desk.controller.sample is not None)
    card = desk.page._sample  # type: ignore[attr-defined]
    desk.settle()
    assert card.isVisible()
    assert not card.seal.isVisible(), "nothing is signed or unsigned yet"
    desk.controller.make_case_files(tmp_path / "a.selfaudit-case", sign=True)
    desk.until(lambda: desk.controller.made is not None)
    desk.settle()
    assert card.seal.isVisible()
    assert KEY.public().name in card.seal._text.text()
    assert "not signed" not in card.seal._text.text()
