"""“Make a case” writes the folder for the customer: whole, into a folder of its own, and says what the customer will miss."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from selfaudit import secrets
from selfaudit.engine.seals import read_signed_case
from selfaudit_ui.pages import make_case
from tests.ui.desk import Desk
from tests.ui.desk_scenes import FORM, KEY

NAMES = ["PH-88213.selfaudit-case", "PH-88213.selfaudit-case.minisig", "index.html", "letter.txt"]


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the system's dialog answers; the key is one of its own."""
    made = tmp_path / "cases"
    made.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_any: str(made))
    monkeypatch.setattr(secrets, "signing_key", lambda: KEY)
    return made


def release(place: Path, content: bytes = b"hello") -> Path:
    file = {"name": "a.deb", "system": "linux", "kind": "deb", "size": 5, "sha256": hashlib.sha256(b"hello").hexdigest()}
    (place / "a.deb").write_bytes(content)
    path = place / "release.json"
    path.write_text(json.dumps({"schema": "selfaudit/release/1", "version": "0.8.0", "date": "2026-11-22", "files": [file]}))
    return path


def start(desk: Desk) -> None:
    desk.controller.form = FORM
    desk.window.show_page("make-case")
    desk.settle()


def write(desk: Desk, name: str = "Write the folder for the customer") -> None:
    button = desk.find(QAbstractButton, name)
    button.click()
    desk.until(lambda: not desk.controller.making)
    desk.settle()


def test_the_folder_is_written_shown_and_opened(desk: Desk, chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(make_case, "show_file", opened.append)
    start(desk)
    write(desk)
    folder = chosen / "PH-88213"
    assert sorted(os.listdir(folder)) == NAMES
    assert read_signed_case(folder / NAMES[0]).seal.key == KEY.public().name
    assert "Your case PH-88213 at Prez Hosting" in (folder / "letter.txt").read_text("utf-8")
    words = desk.texts().replace("\u200b", "")
    assert f"Written into {folder}: " in words
    assert "Paste letter.txt into your answer, and attach the other files." in words
    assert "No checksum of the program is known" in words
    assert "No policy pack here names your key yet" in words
    desk.click("Open the folder")
    assert opened == [folder]


def test_with_a_release(desk: Desk, chosen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = release(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(path), ""))
    start(desk)
    desk.find(QAbstractButton, "Choose release.json …").click()
    assert desk.controller.release == path
    write(desk, "Write the folder for the customer without signature")
    folder = chosen / "PH-88213"
    assert sorted(os.listdir(folder)) == [n for n in NAMES if not n.endswith(".minisig")]
    assert hashlib.sha256(b"hello").hexdigest() in (folder / "index.html").read_text("utf-8")
    assert "Measured beside release.json, and as it says: a.deb" in desk.texts()
    desk.find(QAbstractButton, "Use no release.json").click()
    assert desk.controller.release is None


def test_what_is_there_stays(desk: Desk, chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "signing_key", lambda: pytest.fail("a key was made for nothing"))
    start(desk)
    folder = chosen / "PH-88213"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    write(desk)
    assert "letter.txt is there already; choose another folder." in desk.controller.make_trouble
    assert os.listdir(folder) == ["letter.txt"]
    (folder / "letter.txt").rename(folder / "T-1.selfaudit-case")
    write(desk)
    assert "another case lies in this folder" in desk.controller.make_trouble
    assert os.listdir(folder) == ["T-1.selfaudit-case"]


def test_a_wrong_file_beside_the_release(desk: Desk, chosen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "signing_key", lambda: pytest.fail("a key was made for nothing"))
    start(desk)
    desk.controller.use_release(release(tmp_path, b"HELLO"))
    write(desk)
    assert "is not the file that the release describes" in desk.controller.make_trouble
    assert not list(chosen.iterdir())


def test_nothing_is_asked_where_the_form_is_wrong(desk: Desk, chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_any: pytest.fail("asked for a folder"))
    desk.window.show_page("make-case")
    desk.settle()
    desk.find(QAbstractButton, "Write the folder for the customer").click()
    assert "must be corrected first" in desk.controller.make_trouble


def test_nobody_chose_a_folder(desk: Desk, chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_any: "")
    start(desk)
    write(desk)
    assert desk.controller.made is None
    assert desk.controller.make_trouble == ""
