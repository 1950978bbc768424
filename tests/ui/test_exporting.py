"""What is written: the signature beside a bundle, a folder that is not empty, a keyring that hangs, a window that is closed meanwhile."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication

from selfaudit import secrets
from selfaudit.demo import DEMO_KEY
from selfaudit.protocols.minisign import SecretKey, read_signature, verify
from selfaudit_ui import bridge, exporting, verifying
from selfaudit_ui.exporting import Exported, Material, Preview, exported_words
from selfaudit_ui.pages.report_pages import EMPTY_HEIGHT, ReportPages
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo
from tests.ui.desk_scenes import some_pages


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    """Drawing takes no time."""
    pages = some_pages(2, more=False)
    monkeypatch.setattr(exporting, "preview", lambda _material, _ppi: pages)


def test_the_signature_of_an_older_bundle_does_not_stay(tmp_path: Path, fixed: View) -> None:
    path, beside = tmp_path / "b.zip", tmp_path / "b.zip.minisig"
    beside.write_text("untrusted comment: of an older bundle\nRWQ\n")
    done = exporting.export_bundle(path, Material(fixed.audit, "en", key=DEMO_KEY))
    assert done.beside == beside
    assert done.key == DEMO_KEY.public().name
    verify(path.read_bytes(), read_signature(beside.read_text("utf-8")), DEMO_KEY.public())
    points = {p.name: p.standing for p in verifying.open_file(path).verification.points}
    assert points["intact"] == "good"
    assert "b.zip.minisig" in exported_words(done)
    done = exporting.export_bundle(path, Material(fixed.audit, "en", unsigned="no keyring"))
    assert (done.beside, done.unsigned) == (None, "no keyring")
    assert not beside.exists()


def test_nothing_in_a_folder_is_overwritten(tmp_path: Path, fixed: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_html", lambda _material: b"page")
    monkeypatch.setattr(exporting, "_pdf", lambda _material: b"%PDF")
    monkeypatch.setattr(exporting, "export_bundle", lambda path, _material: Exported(path, "bundle"))
    (tmp_path / "evidence.json").write_text("of another case")
    material = Material(fixed.audit, "en")
    day = fixed.audit.evidence.finished[:10]
    for name in (f"DEMO-2026-1107-{day}", f"DEMO-2026-1107-{day}-2"):
        done = exporting.export_all(tmp_path, material)
        assert done.path == tmp_path / name
        assert (done.path / "report.html").read_bytes() == b"page"
    assert (tmp_path / "evidence.json").read_text() == "of another case"
    empty = tmp_path / "empty"
    assert exporting.export_all(empty, material).path == empty


@pytest.mark.usefixtures("drawn")
def test_a_keyring_that_does_not_answer_keeps_nobody_from_exporting(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    seen: list[Material] = []

    def hangs(_demo: bool) -> tuple[SecretKey | None, str]:
        go.wait(20)
        return DEMO_KEY, ""

    def write(path: Path, material: Material) -> Exported:
        seen.append(material)
        return Exported(path, "bundle", "", material.unsigned)

    monkeypatch.setattr(bridge, "BLOCKING", 0.1)
    monkeypatch.setattr(exporting, "signing", hangs)
    monkeypatch.setitem(exporting.WRITERS, "bundle", write)
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.controller.export_report("bundle", tmp_path / "b.zip")
    desk.until(lambda: desk.controller.written is not None)
    go.set()
    assert [m.key for m in seen] == [None]
    assert "The bundle is not signed." in desk.texts()
    assert "The keyring of this computer did not answer in time." in desk.texts()


@pytest.mark.usefixtures("drawn")
def test_the_keyboard_goes_on_after_an_export(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exporting.WRITERS, "bundle", lambda path, _material: Exported(path, "bundle"))
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.window.activateWindow()
    desk.controller.export_report("bundle", tmp_path / "b.zip")
    desk.until(lambda: desk.controller.written is not None)
    desk.settle()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "Open the folder"


@pytest.mark.usefixtures("drawn")
def test_closing_the_window_lets_an_export_end(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.zip"
    began = threading.Event()

    def slow(path: Path, _material: Material) -> Exported:
        began.set()
        time.sleep(0.3)
        path.write_bytes(b"whole")
        return Exported(path, "bundle")

    monkeypatch.setitem(exporting.WRITERS, "bundle", slow)
    run_demo(desk, "fixed")
    desk.controller.export_report("bundle", path)
    assert not began.is_set(), "what belongs into it is still being fetched"
    assert desk.controller.close()
    assert path.read_bytes() == b"whole"


def test_an_export_that_hangs_does_not_hold_the_window(desk: Desk) -> None:
    desk.controller.exporting = "bundle"
    assert not desk.controller.end_writing(0.05)
    desk.controller.exporting = ""
    assert desk.controller.end_writing(0.05)


def test_pages_that_could_not_be_drawn_are_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = some_pages(2, more=False)
    tries: list[int] = []

    def draw(_material: Material, _ppi: float) -> Preview:
        tries.append(1)
        if len(tries) < 3:
            raise MemoryError
        return pages

    monkeypatch.setattr(exporting, "preview", draw)
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    desk.until(lambda: bool(desk.controller.preview_trouble))
    words = desk.texts()
    assert "The pages could not be drawn here. That does not keep the report from being written." in words
    assert "MemoryError" not in words
    shown = desk.page.findChild(ReportPages)
    assert isinstance(shown, ReportPages)
    assert shown.sheet.height() == EMPTY_HEIGHT
    assert "Next page" not in desk.names(QAbstractButton)
    desk.click("Draw again")
    desk.until(lambda: len(tries) == 2 and not desk.controller.previewing)
    desk.window.show_page("start")
    desk.window.show_page("report")
    desk.until(lambda: desk.controller.preview is not None)
    desk.settle()
    assert "could not be drawn" not in desk.texts()
    assert "Draw again" not in desk.names(QAbstractButton)
    assert shown.sheet.height() > 3 * EMPTY_HEIGHT


def test_a_signing_key_is_asked_for_where_it_is_no_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "signing_key", lambda: DEMO_KEY)
    assert exporting.signing(False) == (DEMO_KEY, "")
