"""Files that a person adds in the window are kept with the case, for as long as something names them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from selfaudit.case import EvidenceFile
from selfaudit.engine.draft import Draft, Line
from selfaudit.store import Store, attachments, default_path, open_store
from selfaudit_ui.bridge import Failure
from tests.ui.desk import Desk

LOG = b"Nov 20 10:00:00 relay closed\n"
SHA = hashlib.sha256(LOG).hexdigest()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file to add."""
    path = tmp_path / "log.txt"
    path.write_bytes(LOG)
    return path


def _stored(case_id: int = 1) -> dict[str, bytes | None]:
    store = open_store(default_path(), read_only=True)
    try:
        return {f.name: store.attachment(case_id, f.sha256) for f in store.attachments(case_id)}
    finally:
        store.close()


def _add_proof(desk: Desk, path: Path) -> None:
    controller = desk.controller
    controller.add_file(path, lambda: controller.statement.proof, lambda files: controller.state(proof=files))
    desk.until(lambda: not controller.hashing)


def _saved(desk: Desk) -> None:
    desk.controller.flush()
    desk.until(desk.controller.bridge.idle)


def test_what_is_added_is_kept_before_it_is_named(desk: Desk, log: Path) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    _add_proof(desk, log)
    (file,) = controller.statement.proof
    assert file == EvidenceFile("log.txt", SHA, len(LOG))
    assert _stored() == {"log.txt": LOG}  # also before the case that names it is saved
    controller.add_evidence(log)
    desk.until(lambda: controller.draft is not None and bool(controller.draft.registrant.files))
    log.unlink()
    _saved(desk)
    assert _stored() == {"log.txt": LOG}
    controller.state(proof=())
    _saved(desk)
    assert _stored() == {"log.txt": LOG}  # the declaration still names it
    controller.remove_evidence(file)
    _saved(desk)
    assert _stored() == {}


def test_a_case_that_was_not_saved_yet_is_saved_first(desk: Desk, log: Path) -> None:
    controller = desk.controller
    controller.new_case()
    assert controller.saver is not None
    assert controller.saver.case_id is None
    controller.add_evidence(log)
    desk.until(lambda: controller.draft is not None and bool(controller.draft.registrant.files))
    assert controller.case_id == 1
    assert _stored() == {"log.txt": LOG}


def test_what_there_is_no_room_for_is_said_and_not_named(desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    _add_proof(desk, log)
    monkeypatch.setattr(attachments, "MAX_CASE", len(LOG) + 3)
    other = log.with_name("other.txt")
    other.write_bytes(b"four")
    _add_proof(desk, other)
    assert "other.txt was not added" in controller.file_trouble
    assert [f.name for f in controller.statement.proof] == ["log.txt"]
    controller.add_evidence(other)
    desk.until(lambda: bool(controller.evidence_trouble))
    assert "other.txt was not added" in controller.evidence_trouble
    assert _stored() == {"log.txt": LOG}


def test_a_disk_without_room_is_said(desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))

    def full(_store: Store, _case_id: int, _name: str, _data: bytes) -> EvidenceFile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "attach", full)
    _add_proof(desk, log)
    assert controller.file_trouble == "No space left on device"
    assert controller.statement.proof == ()


def test_a_file_for_a_case_that_was_left_is_not_named_in_the_next(desk: Desk, log: Path) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    desk.until(lambda: controller.case_id is not None)
    controller.add_file(log, lambda: controller.statement.proof, lambda files: controller.state(proof=files))
    controller.new_case(Draft((Line("b.example"),)))
    desk.until(controller.bridge.idle)
    assert controller.statement.proof == ()
    assert controller.hashing == 0
    assert _stored(2) == {}


def test_nothing_of_a_demo_is_kept_on_the_disk(desk: Desk, log: Path) -> None:
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    before = desk.controller.statement.proof
    _add_proof(desk, log)
    assert [f.name for f in desk.controller.statement.proof] == [*(f.name for f in before), "log.txt"]
    assert _stored() == {}


def test_everything_of_a_case_is_written_into_one_file(desk: Desk, log: Path, tmp_path: Path) -> None:
    controller = desk.controller
    controller.new_case(Draft((Line("a.example"),)))
    _add_proof(desk, log)
    assert controller.draft is not None
    controller.edit(replace(controller.draft, number="T-1"))  # not saved yet
    told: list[int | Failure] = []
    controller.export_case(1, tmp_path / "case.zip", told.append, told.append)
    desk.until(lambda: bool(told))
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert told == [len(archive.namelist())]
        assert archive.read("attachments/001-log.txt") == LOG
        assert json.loads(archive.read("case.json"))["draft"]["number"] == "T-1"
    (tmp_path / "folder").mkdir()
    controller.export_case(1, tmp_path / "folder", told.append, told.append)
    desk.until(lambda: len(told) == 2)
    assert isinstance(told[1], Failure)
    assert "is a folder" in told[1].words


def _three_cases(desk: Desk) -> None:
    for name in ("a.example", "b.example", "c.example"):
        desk.controller.new_case(Draft((Line(name),)))
        desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.refresh_cases()
    desk.until(desk.controller.bridge.idle)
    desk.window.show_page("start")


def test_each_kept_case_can_be_exported_and_deleted(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _three_cases(desk)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path / "out"), ""))
    desk.click("Export everything of case b.example")
    desk.until(lambda: desk.controller.kept_out is not None)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert json.loads(archive.read("case.json"))["draft"]["lines"][0]["text"] == "b.example"
        count = len(archive.namelist())
    assert f"out.zip with {count} files. It holds personal data." in desk.texts().replace("\u200b", "")
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    desk.click("Open the folder")
    assert shown == [str(tmp_path)]
    before = (tmp_path / "out.zip").read_bytes()
    desk.click("Export everything of case a.example")  # the dialog asked about "out", and "out.zip" is there
    assert "out.zip is there already; choose another name." in desk.texts().replace("\u200b", "")
    assert (tmp_path / "out.zip").read_bytes() == before
    desk.click("Delete case b.example")
    assert len(desk.controller.cases or ()) == 3, "it asks first"
    desk.click("Keep")
    desk.click("Delete case b.example")
    desk.click("Delete case b.example")
    desk.until(lambda: len(desk.controller.cases or ()) == 2)
    assert sorted(row.draft.lines[0].text for row in desk.controller.cases or ()) == ["a.example", "c.example"]


def test_an_export_of_a_case_that_fails_is_said(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _three_cases(desk)
    (tmp_path / "out.zip").mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path / "out.zip"), ""))
    desk.click("Export everything of case a.example")
    desk.until(lambda: bool(desk.controller.kept_out_trouble))
    assert "is a folder; name a file" in desk.texts()
    assert desk.controller.keeping_out is None


def test_where_nothing_is_kept_there_is_nothing_to_write(desk: Desk, tmp_path: Path) -> None:
    desk.controller.store = None
    told: list[Failure] = []
    desk.controller.export_case(1, tmp_path / "case.zip", lambda _count: None, told.append)
    assert "nothing to write" in told[0].words
