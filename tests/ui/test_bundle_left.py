"""“Open a bundle”: the same file twice, the keyboard, what is left of a bundle when nobody looks at it any more."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from selfaudit.report.bundle.model import Point, Standing
from selfaudit.settings import Settings
from selfaudit_ui import verifying
from selfaudit_ui.pages import bundle_parts
from selfaudit_ui.session import View
from selfaudit_ui.verifying import Opened
from tests.ui.desk import Desk
from tests.ui.desk_scenes import some_bundle


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch, broken: View) -> threading.Event:
    """Verifying waits for this."""
    made = threading.Event()
    opened = some_bundle(broken)

    def work(path: Path) -> Opened:
        made.wait(20)
        return replace(opened, path=path)

    monkeypatch.setattr(verifying, "open_file", work)
    return made


def _focus() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


def test_the_same_file_again_while_it_is_still_being_verified(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    path = tmp_path / "b.zip"
    desk.controller.open_bundle(path)
    desk.settle()
    desk.controller.open_bundle(path)  # the first one is stopped, and its end comes late
    desk.bot.wait(100)
    assert desk.controller.verifying
    assert desk.controller.bundle_trouble == ""
    go.set()
    desk.until(lambda: desk.controller.bundle is not None)
    desk.until(desk.controller.bridge.idle)
    assert desk.controller.bundle_trouble == ""
    assert "Stopped" not in desk.texts()


def test_old_trouble_does_not_stand_above_a_bundle(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    desk.open_file(tmp_path / "nonsense.selfaudit-case")
    assert desk.controller.trouble
    assert desk.window._trouble.isVisible()
    go.set()
    desk.controller.open_bundle(tmp_path / "b.zip")
    desk.until(lambda: desk.controller.bundle is not None)
    assert desk.controller.trouble == ""
    assert not desk.window._trouble.isVisible()


def test_the_keyboard_is_where_it_is_needed(
    desk: Desk, tmp_path: Path, go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = threading.Event()

    async def check(opened: Opened, _settings: Settings, _send: object) -> Opened:
        import asyncio

        while not again.is_set():
            await asyncio.sleep(0.01)
        return opened

    monkeypatch.setattr(verifying, "check_again", check)
    desk.window.activateWindow()
    desk.controller.open_bundle(tmp_path / "b.zip")
    desk.settle()
    assert _focus() == "Stop"
    go.set()
    desk.until(lambda: desk.controller.bundle is not None)
    desk.settle()
    assert _focus() == "Copy the verdict"
    desk.window._primary.setFocus()
    desk.press(Qt.Key.Key_Space)
    assert desk.controller.rechecking
    assert _focus() == "Stop"
    again.set()
    desk.until(lambda: not desk.controller.rechecking)
    desk.settle()
    assert _focus() == "Copy the verdict"


def test_nothing_of_a_bundle_stays(desk: Desk, tmp_path: Path, go: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(Path(url.toLocalFile())))
    go.set()
    desk.controller.open_bundle(tmp_path / "b.zip")
    desk.until(lambda: desk.controller.bundle is not None)
    desk.click("As a web page: the report in it")
    desk.until(lambda: bool(shown))
    assert shown[0].is_file()
    desk.click("Back")
    assert desk.controller.bundle is None
    assert desk.controller.bundle_path is None
    desk.until(lambda: not shown[0].parent.exists())


def test_what_a_dead_app_has_left_behind_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("selfaudit-bundle-old", "selfaudit-bundle-new", "another-old"))
    for folder in (old, new, other):
        folder.mkdir()
        (folder / "report.pdf").write_bytes(b"x")
    link = tmp_path / "selfaudit-bundle-link"
    link.symlink_to(other)
    for folder in (old, other):
        os.utime(folder, (time.time() - 90_000,) * 2)
    verifying.sweep_reports()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["another-old", "selfaudit-bundle-link", "selfaudit-bundle-new"]
    assert (other / "report.pdf").exists()


def test_only_one_of_two_bundles_is_opened_and_that_is_said(desk: Desk, tmp_path: Path, go: threading.Event) -> None:
    go.set()
    first, second = tmp_path / "first.zip", tmp_path / "second from customer"
    for path in (first, second):
        path.write_bytes(b"PK\x03\x04")
    desk.take_files([first, second])
    desk.until(lambda: desk.controller.bundle is not None)
    assert desk.controller.bundle_path == first
    assert "One bundle at a time: second from customer was not opened." in desk.texts().replace("\u200b", "")


def test_a_permission_is_green_only_where_it_was_proven_here(desk: Desk, fixed: View, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []

    class Seen(bundle_parts.StateLine):
        def __init__(self, icon: str, _text: str, verdict: str = "", *, quiet: bool = False) -> None:
            super().__init__(icon, _text, verdict, quiet=quiet)
            seen.append((icon, verdict))

    monkeypatch.setattr(bundle_parts, "StateLine", Seen)
    target = fixed.audit.evidence.targets[0]
    evidence = replace(fixed.audit.evidence, targets=(target,), authority={target.value: "proven: I am the Pope"})
    for standing, sign in (
        (Standing.GOOD, ("pass", "good")), (Standing.NOTE, ("about", "")), (Standing.UNKNOWN, ("about", "")), (Standing.BAD, ("fail", "fail")),
    ):  # fmt: skip
        opened = some_bundle(fixed, points=(Point("authority", standing, "words"),))
        opened = replace(
            opened, audit=replace(fixed.audit, evidence=evidence), verification=replace(opened.verification, missing=())
        )
        seen.clear()
        bundle_parts.target_rows(opened)
        assert seen == [sign]


def test_nobody_is_invited_to_go_on_with_a_bad_bundle(desk: Desk, broken: View) -> None:
    desk.window.show_page("open-bundle")
    for standing, kind in ((Standing.GOOD, "primary"), (Standing.BAD, "quiet"), (Standing.GOOD, "primary")):
        desk.controller.bundle = some_bundle(broken, points=(Point("intact", standing, "words"),))
        desk.controller.changed.emit("bundle")
        desk.settle()
        assert desk.window._primary.property("kind") == kind
