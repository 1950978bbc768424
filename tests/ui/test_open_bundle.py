"""“Open a bundle”: what the desk sees of a good one, a changed one, a hostile one; checking again from here; the report in it."""

from __future__ import annotations

import threading
import time
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QProgressBar

from selfaudit.demo import DEMO_KEY, Internet
from selfaudit.demo.case_file import demo_signed_case
from selfaudit.report.bundle import make_bundle
from selfaudit.report.bundle.model import Standing
from selfaudit_ui import app, session, verifying
from selfaudit_ui.controller.opening import is_bundle
from selfaudit_ui.session import View
from selfaudit_ui.verifying import Opened
from tests.ui.desk import Desk
from tests.ui.desk_scenes import some_bundle


@pytest.fixture(scope="session")
def octets(broken: View) -> bytes:
    """A bundle of the demo, made once."""
    signed = demo_signed_case("broken")
    return make_bundle(broken.audit, key=DEMO_KEY, made=time.time(), case_file=signed.data, case_signature=signed.signature)


@pytest.fixture
def bundle(tmp_path: Path, octets: bytes) -> Path:
    """The same as a file."""
    path = tmp_path / "from-customer.zip"
    path.write_bytes(octets)
    return path


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system was asked to open."""
    seen: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: seen.append(url.toLocalFile()))
    return seen


def _drop(desk: Desk, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    desk.window.dropEvent(event)
    desk.looked()


def _open(desk: Desk, path: Path) -> Opened:
    _drop(desk, path)
    assert desk.window.page_name == "open-bundle"
    desk.until(lambda: not desk.controller.verifying)
    opened = desk.controller.bundle
    assert opened is not None, desk.controller.bundle_trouble
    return opened


def test_a_bundle_is_chosen_and_verified(desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(bundle), ""))
    desk.click("Open a bundle")
    assert not desk.window._primary.isVisible(), "there is nothing to check again yet"
    desk.click("Choose a bundle …")
    desk.until(lambda: desk.controller.bundle is not None)
    words = desk.texts().replace("\u200b", "")
    for part in (
        "from-customer.zip", "DEMO-2026-1107", DEMO_KEY.public().name, "Not ready by the policy of Prez Hosting (demo)", "Judged anew", "Permission",
        "The policy, clause by clause, as judged here", "B-4.4", "Targets, and on whose word they were checked", "blumenhof.example",
    ):  # fmt: skip
        assert part in words, part
    assert "your statement" not in words, "these words are for customers"
    assert desk.window._primary.text() == "Check again from here"
    assert desk.controller.draft is None
    desk.controller.refresh_cases()
    desk.until(desk.controller.bridge.idle)
    assert desk.controller.cases == ()


def test_the_app_opens_what_it_is_started_with(desk: Desk, bundle: Path, tmp_path: Path) -> None:
    desk.open_file(bundle)
    assert desk.window.page_name == "open-bundle"
    desk.until(lambda: desk.controller.bundle is not None)
    case = tmp_path / "case.selfaudit-case"
    case.write_text('{"schema": "selfaudit/case/1", "targets": ["shop.net"]}')
    desk.open_file(case)
    assert desk.window.page_name == "start"
    assert desk.controller.draft is not None
    assert app.run.__doc__ is not None


def test_the_verdict_is_copied_as_text(desk: Desk, bundle: Path) -> None:
    opened = _open(desk, bundle)
    desk.click("Copy the verdict")
    text = QGuiApplication.clipboard().text()
    assert "from-customer.zip" in text
    assert "Intact" in text
    assert "\u200b" not in text
    assert text == verifying.words_of(opened)
    assert "The verdict was copied as text." in desk.texts()


def test_a_changed_octet_is_said_at_once(desk: Desk, bundle: Path, octets: bytes) -> None:
    middle = len(octets) // 2
    bundle.write_bytes(octets[:middle] + bytes([octets[middle] ^ 1]) + octets[middle + 1 :])
    opened = _open(desk, bundle)
    assert opened.verification.exit_code() == 1
    assert "Do not rely on this bundle" in desk.texts()
    assert "whole and complete" not in desk.texts()


HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "head only": b"PK\x03\x04",
    "end only": b"PK\x05\x06" + b"\0" * 18,
    "nul": b"PK\x03\x04" + b"\0" * 100_000,
    "json": b'{"schema": "selfaudit/manifest/1"}' + b"[" * 200_000,
    "shell": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_bundle_is_said_plainly(desk: Desk, tmp_path: Path, name: str) -> None:
    path = tmp_path / "\u202eevil\n<b>x.zip"
    path.write_bytes(HOSTILE[name])
    desk.controller.open_bundle(path)
    desk.until(lambda: not desk.controller.verifying)
    opened = desk.controller.bundle
    assert opened is not None
    assert opened.verification.exit_code() == 1
    assert opened.audit is None
    assert "Do not rely on this bundle" in desk.texts()
    assert "\u202e" not in desk.texts()
    assert not desk.find(QAbstractButton, "Open the report in it").isEnabled()
    assert not desk.window._primary.isEnabled()


def test_a_bomb_does_not_stop_the_window(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("report.pdf", b"\0" * 60_000_000)
        made.writestr("../../evil", b"x")
    opened = _open(desk, path)
    assert opened.verification.exit_code() == 1
    assert opened.bundle is None or not opened.bundle.files.get("../../evil")


def test_a_file_that_cannot_be_read_is_said(desk: Desk, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.zip", tmp_path):
        desk.controller.open_bundle(path)
        desk.until(lambda: not desk.controller.verifying)
        assert desk.controller.bundle is None
        assert desk.controller.bundle_trouble
        desk.settle()
        assert desk.controller.bundle_trouble.splitlines()[0][:20] in desk.texts().replace("\u200b", "")
        assert "Choose a bundle …" in desk.names(QAbstractButton)


def test_a_fault_of_ours_is_no_verdict(desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_work(_path: Path) -> Opened:
        raise KeyError("x")

    monkeypatch.setattr(verifying, "open_file", broken_work)
    desk.controller.open_bundle(bundle)
    desk.until(lambda: not desk.controller.verifying)
    assert desk.controller.bundle is None
    assert "fault of ours" in desk.texts()


def test_the_second_bundle_is_shown_and_not_the_late_first(
    desk: Desk, tmp_path: Path, broken: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"

    def work(path: Path) -> Opened:
        if path == first:
            go.wait(20)
        made = some_bundle(broken)
        return Opened(path, made.verification, None, made.audit, made.readiness, made.pack)

    monkeypatch.setattr(verifying, "open_file", work)
    desk.controller.open_bundle(first)
    desk.controller.open_bundle(second)
    desk.until(lambda: desk.controller.bundle is not None)
    go.set()
    desk.until(desk.controller.bridge.idle)
    assert desk.controller.bundle is not None
    assert desk.controller.bundle.path == second


def test_verifying_can_be_stopped(desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def work(path: Path) -> Opened:
        go.wait(20)
        raise AssertionError(path)

    monkeypatch.setattr(verifying, "open_file", work)
    desk.controller.open_bundle(bundle)
    desk.settle()
    assert "is being verified" in desk.texts()
    desk.click("Stop")
    desk.until(lambda: not desk.controller.verifying)
    go.set()
    assert "Stopped; nothing is known about this file." in desk.texts()
    assert "Choose a bundle …" in desk.names(QAbstractButton)


# Checking again


def test_checking_again_in_the_repaired_world_shows_what_changed(
    desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(desk, bundle)
    monkeypatch.setattr(session, "make_internet", lambda _world: Internet("fixed"))  # the repair happens
    desk.click("Check again from here")
    assert desk.find(QProgressBar, "Progress of checking again").isVisible()
    assert not desk.window._primary.isEnabled()
    desk.until(lambda: not desk.controller.rechecking, timeout=120_000)
    opened = desk.controller.bundle
    assert opened is not None, desk.controller.bundle_trouble
    assert opened.verification.drift
    changed = [d for d in opened.verification.drift if d.state == "changed" and d.matters]
    assert changed
    words = desk.texts().replace("\u200b", "")
    assert "What has changed since" in words
    assert changed[0].subject in words
    assert desk.window._primary.isEnabled()


def test_checking_again_can_be_stopped(desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "make_internet", lambda world: Internet(world, delay=0.2))
    before = _open(desk, bundle)
    desk.click("Check again from here")
    desk.until(lambda: desk.controller.recheck_progress[1] > 0)
    desk.click("Stop")
    desk.until(lambda: not desk.controller.rechecking)
    assert "Checking again was stopped; nothing was compared." in desk.texts()
    assert desk.controller.bundle is before
    assert before.verification.drift is None


def test_checking_again_that_fails_leaves_the_verdict(desk: Desk, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _open(desk, bundle)

    async def fails(*_any: object) -> Opened:
        raise OSError("no network")

    monkeypatch.setattr(verifying, "check_again", fails)
    desk.click("Check again from here")
    desk.until(lambda: not desk.controller.rechecking)
    assert "Checking again did not work: no network" in desk.texts()
    assert desk.controller.bundle is before


# The report in it


def test_the_report_is_opened_from_a_private_folder(desk: Desk, bundle: Path, shown: list[str]) -> None:
    opened = _open(desk, bundle)
    assert verifying.proven_report(opened)
    assert opened.bundle is not None
    for name, kind in (("Open the report in it", "pdf"), ("As a web page: the report in it", "html")):
        desk.click(name)
        desk.until(lambda: bool(shown))
        path = Path(shown.pop())
        assert path.read_bytes() == opened.bundle.files[f"report.{kind}"]
        assert path.parent.stat().st_mode & 0o077 == 0
        assert desk.controller.bundle_note == ""


def test_a_report_that_is_not_proven_is_made_anew(desk: Desk, bundle: Path, shown: list[str]) -> None:
    from dataclasses import replace

    opened = _open(desk, bundle)
    assert opened.bundle is not None
    points = tuple(replace(p, standing=Standing.UNKNOWN) if p.name == "judged" else p for p in opened.verification.points)
    files = {**opened.bundle.files, "report.html": b"<script>alert(1)</script>"}
    desk.controller.bundle = replace(
        opened, verification=replace(opened.verification, points=points), bundle=replace(opened.bundle, files=files)
    )
    desk.controller.changed.emit("bundle")
    desk.click("As a web page: the report in it")
    desk.until(lambda: bool(shown))
    page = Path(shown.pop()).read_text("utf-8")
    assert "alert(1)" not in page
    assert "DEMO-2026-1107" in page
    desk.until(lambda: "made here from the evidence in the bundle" in desk.texts())


# Dropping


def test_only_archives_are_bundles(tmp_path: Path) -> None:
    for name, content, expected in (
        ("a.zip", b"PK\x03\x04rest", True), ("A.ZIP", b"PK\x03\x04", True), ("empty.zip", b"", True), ("a.zip", b"{}", False),
        ("a.xlsx", b"PK\x03\x04", False), ("a.json", b"{}", False), ("bundle.zip.1", b"PK\x03\x04", True), ("bundle", b"PK\x03\x04", True),
        ("empty", b"", False),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        assert is_bundle(path) is expected, name
    assert is_bundle(tmp_path / "gone.zip")
    assert not is_bundle(tmp_path / "gone")


def test_a_signature_is_read_with_its_file_and_opens_it_once(desk: Desk, tmp_path: Path) -> None:
    case = tmp_path / "T-1.selfaudit-case"
    case.write_text('{"schema": "selfaudit/case/1", "number": "T-1", "targets": ["shop.net"]}')
    beside = tmp_path / "T-1.selfaudit-case.minisig"
    beside.write_text("nonsense")
    for paths in ((case, beside), (beside, case), (beside,)):
        _drop(desk, *paths)
        assert desk.controller.draft is not None
        assert desk.controller.draft.number == "T-1"
        assert "cannot be read: who made it is not shown" in desk.texts()
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.refresh_cases()
    desk.until(lambda: len(desk.controller.cases or ()) == 3)
    alone = tmp_path / "other.minisig"
    alone.write_text("nonsense")
    _drop(desk, alone)
    assert "other.minisig" in desk.controller.trouble
