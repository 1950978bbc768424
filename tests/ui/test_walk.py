"""The whole way with mouse and keyboard: from the first page to an exported bundle."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QTreeView, QWidget

from selfaudit_ui.flow import Run
from tests.ui.desk import Desk

DEMO = "Demo: on the day of the suspension"


@pytest.fixture
def saved_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the system's file dialog answers."""
    path = tmp_path / "my bundle.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(path), ""))
    return path


def test_from_start_to_an_exported_bundle_in_eight_clicks(desk: Desk, saved_to: Path) -> None:
    desk.click(DEMO)
    desk.until(lambda: desk.window.page_name == "targets")
    desk.click("Continue")
    desk.until(lambda: desk.controller.plan is not None)
    assert "Nothing has been sent yet" in desk.texts()
    desk.click("Allow and start")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert re.search(r"\b(\d+) of \1 observations", desk.texts())
    desk.click("See what to fix")
    desk.click("Go to the statement")
    desk.click("Go to the report")
    desk.click("Export interim bundle")
    # The eighth is the one in the system's dialog.
    assert desk.clicks == 7
    desk.until(lambda: desk.controller.exported is not None)
    with zipfile.ZipFile(saved_to) as bundle:
        page = bundle.read("report.html").decode("utf-8")
        assert {"report.pdf", "audit.json", "evidence.json", "manifest.json", "manifest.json.minisig"} <= set(bundle.namelist())
    assert "DEMO-2026-1107" in page
    assert "Demo" in page
    assert str(saved_to) in desk.texts().replace("\u200b", "")


def _tab_to(desk: Desk, name: str) -> QWidget:
    """Presses Tab until the keyboard is at a control."""
    seen = []
    for _press in range(150):
        here = QApplication.focusWidget()
        if here is not None and here.accessibleName() == name:
            return here
        seen.append(here.accessibleName() if here else None)
        desk.press(Qt.Key.Key_Tab)
    raise AssertionError(f"{name} cannot be reached by Tab; there were {list(dict.fromkeys(seen))}")


def test_from_start_to_an_exported_bundle_by_keyboard_alone(desk: Desk, saved_to: Path) -> None:
    desk.window.activateWindow()
    desk.window.show_page("start")
    _tab_to(desk, DEMO)
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.window.page_name == "targets")
    _tab_to(desk, "Continue")
    desk.press(Qt.Key.Key_Space)
    assert desk.window.page_name == "permission"
    desk.until(lambda: desk.controller.plan is not None)
    _tab_to(desk, "Allow and start")
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.page_name == "fix"
    findings = QApplication.focusWidget()
    assert isinstance(findings, QTreeView)
    before = desk.texts()
    desk.press(Qt.Key.Key_Down)
    assert desk.texts() != before
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.page_name == "statement"
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.page_name == "report"
    _tab_to(desk, "Export interim bundle")
    desk.press(Qt.Key.Key_Space)
    desk.until(saved_to.exists)


@pytest.mark.parametrize("number", range(1, 8))
def test_shortcuts_open_the_steps(desk: Desk, number: int) -> None:
    desk.controller.open_demo("fixed")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    desk.window.activateWindow()
    desk.press(getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    assert desk.window.page_name == ["start", "targets", "permission", "audit", "fix", "statement", "report"][number - 1]


def test_focus_never_gets_lost_or_trapped(desk: Desk) -> None:
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    desk.window.activateWindow()
    for name in (
        "start", "targets", "permission", "audit", "fix", "statement", "report", "settings", "about", "make-case", "open-bundle",
    ):  # fmt: skip
        desk.window.show_page(name)
        desk.until(lambda name=name: name != "permission" or desk.controller.plan is not None)  # buttons appear with the plan
        desk.settle()
        reached: list[QWidget | None] = []
        for _press in range(160):
            desk.press(Qt.Key.Key_Tab)
            reached.append(QApplication.focusWidget())
        assert None not in reached, name
        rail = {b for b in desk.window.rail.buttons.values()}
        assert rail & set(reached), f"{name}: the rail cannot be reached"
        wanted = [
            w for w in desk.page.findChildren(QAbstractButton)
            if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.accessibleName()
        ]  # fmt: skip
        missing = [w.accessibleName() for w in wanted if w not in reached]
        assert missing == [], name


def test_a_step_that_cannot_be_entered_says_why(desk: Desk) -> None:
    desk.window.show_page("fix")
    assert desk.window.page_name == "start"
    desk.settle()
    desk.controller.new_case()
    desk.settle()
    desk.window.show_page("report")
    assert desk.window.page_name == "targets"
    assert "no results yet" in desk.window._why.text()
