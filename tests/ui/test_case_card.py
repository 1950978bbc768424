"""“Your case” on the first page: what is typed becomes the case, and what a notice proposes is taken over by a click only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit

from selfaudit.engine.draft import Draft
from selfaudit_ui.flow import Step, survey
from selfaudit_ui.session import View
from selfaudit_ui.widgets.forms import Choice
from tests.ui.desk import Desk
from tests.ui.scenes import Stage
from tests.ui.statement_scenes import NOTICE, framed
from tests.ui.test_dropping import NOTICE as NOTICE_TEXT


@pytest.fixture
def card(desk: Desk) -> Desk:
    """A new case with a target, and its card open."""
    desk.controller.new_case()
    desk.controller.paste("blumenhof.net")
    desk.window.show_page("start")
    desk.click("Your case")
    return desk


@pytest.fixture
def framed_desk(desk: Desk, broken: View, fixed: View) -> Iterator[Desk]:
    """An audited case whose provider's policy is known, with a notice."""
    stage = Stage(desk.window, broken, fixed)
    framed(stage, cited=(), steps=())
    del desk.controller.assess_later  # a scene holds it back
    stage.show("start")
    desk.find(QAbstractButton, "Your case").setChecked(True)
    yield desk
    stage.reset()


def _type(desk: Desk, name: str, text: str) -> None:
    edit = desk.find(QLineEdit, name)
    edit.selectAll()
    desk.bot.keyClicks(edit, text)
    desk.settle()


def _draft(desk: Desk) -> Draft:
    assert desk.controller.draft is not None
    return desk.controller.draft


def _choose(desk: Desk, name: str, key: Qt.Key, times: int = 1) -> None:
    box = desk.find(QComboBox, name)
    box.setFocus()
    for _time in range(times):
        desk.bot.keyClick(box, key)
    desk.settle()


def test_what_is_said_becomes_the_case_and_is_kept(card: Desk) -> None:
    _type(card, "Provider", "Prez Hosting")
    _type(card, "Case or ticket number", "PH-1")
    _type(card, "Deadline", "2030-01-02")
    _type(card, "Suspended since", "2026-03-30")
    _choose(card, "What this is for", Qt.Key.Key_Down)
    _choose(card, "Do you send newsletters or other bulk mail?", Qt.Key.Key_Down)
    _choose(card, "Do you share the server's platform with others?", Qt.Key.Key_Down, 2)
    steps = card.find(QPlainTextEdit, "What the provider demands")
    card.bot.keyClicks(steps, "Close the relay. ")
    card.bot.keyClick(steps, Qt.Key.Key_Return)
    card.bot.keyClicks(steps, "Say why")
    case = card.controller.make_case()
    assert (case.provider, case.number, case.deadline, case.suspended) == ("Prez Hosting", "PH-1", "2030-01-02", "2026-03-30")
    assert (case.purpose, case.bulk, case.shared) == ("onboarding", "yes", "no")
    assert case.steps == ("Close the relay.", "Say why")
    assert "Its policy is known here" in card.texts()
    card.until(lambda: card.controller.saved == "Saved")
    card.controller.refresh_cases()
    card.until(lambda: bool(card.controller.cases) and card.controller.cases[0].draft == _draft(card))  # type: ignore[index]
    card.window.show_page("targets")
    assert "Prez Hosting · PH-1 · before a contract · deadline 2030-01-02" in card.texts()
    card.click("Change your provider's case on the first page")
    assert card.window.page_name == "start"
    focused = QApplication.focusWidget()
    assert focused is None or focused.accessibleName() == "Provider"


def test_a_wrong_day_is_marked_where_it_stands(card: Desk) -> None:
    _type(card, "Suspended since", "2026-13-40")
    words = [line for line in card.texts().split("\n") if line.startswith("Suspended since: ")]
    assert len(words) == 1
    row = next(w for w in card.page.findChildren(QLabel) if w.isVisible() and w.text() == words[0])
    above = card.find(QLineEdit, "Suspended since")
    below = card.find(QComboBox, "Do you send newsletters or other bulk mail?")
    heights = [w.mapTo(card.page, QPoint(0, 0)).y() for w in (above, row, below)]
    assert heights == sorted(heights)
    states = {info.step: (info.icon, info.state) for info in survey(card.controller.situation)}
    assert states[Step.START] == ("warn", "1 field to correct")
    assert states[Step.TARGETS] == ("pass", "1 target")
    assert "“Your case” on the page “Start”" in survey(card.controller.situation)[2].why_not
    card.click("Your case")  # folded, it is still said
    assert words[0] in card.texts()
    card.click("Your case")
    _type(card, "Suspended since", "2026-03-30")
    assert survey(card.controller.situation)[0].state == "Case open"


def test_a_frame_without_targets_is_kept(desk: Desk) -> None:
    desk.controller.new_case(step="start")
    desk.click("Your case")
    _type(desk, "Provider", "Some Hosting")
    desk.until(lambda: desk.controller.saved == "Saved")
    assert "The policy of this provider is not known here" in desk.texts()


def test_the_wheel_chooses_nothing_in_passing(card: Desk) -> None:
    for box in card.page.findChildren(QComboBox):
        before = box.currentIndex()
        position = QPointF(5, 5)
        event = QWheelEvent(
            position, box.mapToGlobal(position), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        assert box.currentIndex() == before
    assert _draft(card) == replace(_draft(card), bulk="", shared="", provider="", purpose="reinstatement")


def test_what_a_notice_proposes_waits_for_a_click(framed_desk: Desk) -> None:
    desk = framed_desk
    before = _draft(desk)
    desk.until(lambda: "Take over what is right:" in desk.texts())
    assert _draft(desk) == before
    assert "A time without a zone was taken as UTC" in desk.texts()
    desk.click("Add the targets of the notice")
    assert [line.text for line in _draft(desk).lines][-1] == "198.51.100.77"
    assert not _draft(desk).confirmed
    desk.click("Use the deadline of the notice")
    assert _draft(desk).deadline == NOTICE.deadline
    desk.click("Use the number of the notice")
    assert _draft(desk).number == "PH-88213"
    desk.click("Note what the notice demands")
    assert _draft(desk).steps == NOTICE.steps
    meant = next(n for n in desk.names(QAbstractButton) if n.startswith("Add clause "))
    desk.click(meant)
    name = meant.split()[2]
    assert _draft(desk).cited == (name,)
    desk.click(f"Remove clause {name}")
    assert _draft(desk).cited == ()
    desk.click("Remove the notice “Abuse report: unsolicited bulk mail from 198.51.100.25”")
    assert _draft(desk).notices == ()
    assert _draft(desk).deadline == NOTICE.deadline


def test_a_clause_can_be_named_without_a_notice(framed_desk: Desk) -> None:
    box = framed_desk.find(Choice, "Add a clause that the provider names")
    place = next(n for n in range(box.count()) if str(box.itemData(n)) == "B-5.1")
    box.setCurrentIndex(place)
    box.activated.emit(place)
    framed_desk.settle()
    assert _draft(framed_desk).cited == ("B-5.1",)
    assert box.findData("B-5.1") == -1


def test_words_of_a_notice_can_be_pasted(card: Desk) -> None:
    QApplication.clipboard().setText(NOTICE_TEXT)
    card.click("Paste the words of a notice")
    assert card.find(QPlainTextEdit, "Words of the notice").toPlainText() == NOTICE_TEXT
    card.click("Read the pasted notice")
    card.until(lambda: bool(_draft(card).notices))
    assert "198.51.100.25" in _draft(card).notices[0].addresses
    assert card.controller.troubles.get("notices", "") == ""


def test_a_file_that_is_no_notice_is_said(card: Desk, tmp_path: Path) -> None:
    path = tmp_path / "gone.eml"
    card.controller.add_notice(path)
    card.until(lambda: "gone.eml" in card.controller.troubles.get("notices", ""))
    assert "gone.eml" in card.texts().replace("\u200b", "")
    assert _draft(card).notices == ()
