"""Cards of “What to check”: ledgers are counted after their columns were confirmed, messages are read, and results follow only from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QProgressBar

from selfaudit.case.model import NamedPage
from selfaudit.engine.draft import Draft
from selfaudit.facts.ledger import LedgerReport
from selfaudit_ui import readers
from selfaudit_ui.flow import Run
from selfaudit_ui.widgets.forms import Choice
from tests.ui.desk import Desk, run_demo
from tests.ui.test_dropping import LEDGER, NEWSLETTER

LEDGERS, MESSAGES, PAGES = "Ledgers of consent", "Sample messages", "Your own pages"
COUNT, LEAVE = "Count the ledger by these columns", "Leave the ledger uncounted"


def _draft(desk: Desk) -> Draft:
    assert desk.controller.draft is not None
    return desk.controller.draft


def _file(folder: Path, name: str = "people.csv", content: str = LEDGER) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def _offered(desk: Desk, path: Path) -> None:
    """Drops a ledger and waits until its columns are shown."""
    desk.take_files([path])
    desk.until(lambda: desk.controller.ledger is not None and not desk.controller.ledger_work)
    desk.settle()


@pytest.fixture
def opened(desk: Desk) -> Desk:
    desk.controller.new_case()
    desk.controller.paste("blumenhof.net")
    return desk


# Ledgers


def test_a_ledger_is_counted_when_its_columns_are_confirmed(opened: Desk, tmp_path: Path) -> None:
    _offered(opened, _file(tmp_path))
    assert opened.window.page_name == "targets"
    assert opened.find(QAbstractButton, LEDGERS).isChecked()
    assert _draft(opened).ledgers == ()
    assert opened.find(Choice, "Recipient").currentData() == "#1"
    assert opened.find(Choice, "Time of the consent").currentData() == "#3"
    assert "a@example.net" not in opened.texts()
    opened.find(QLineEdit, "Words for the sample (if the desk named some)").setText("blue")
    opened.find(QLineEdit, "Words for the sample (if the desk named some)").textEdited.emit("blue")
    opened.click(COUNT)
    opened.until(lambda: bool(_draft(opened).ledgers))
    (report,) = _draft(opened).ledgers
    assert (report.name, report.counts.rows, report.seed, report.confirmed_columns) == ("people.csv", 2, "blue", True)
    assert "2 records" in opened.texts()
    assert opened.controller.ledger is None
    assert [(s.name, s.sha256) for s in opened.controller.make_case().ledgers] == [("people.csv", report.sha256)]
    opened.until(lambda: opened.controller.saved == "Saved")
    opened.click("Remove the ledger people.csv")
    assert _draft(opened).ledgers == ()


def test_a_column_can_be_corrected_and_belongs_to_one_role_only(opened: Desk, tmp_path: Path) -> None:
    _offered(opened, _file(tmp_path))
    source = opened.find(Choice, "Source of the consent")
    place = source.findData("#1")
    source.setCurrentIndex(place)
    source.activated.emit(place)
    opened.settle()
    form = opened.controller.ledger
    assert form is not None
    assert form.columns["source"] == "#1"
    assert "recipient" not in form.columns
    assert not opened.find(QAbstractButton, COUNT).isEnabled()  # nobody to count
    opened.click(LEAVE)
    assert opened.controller.ledger is None
    assert COUNT not in opened.names(QAbstractButton)


def test_counting_shows_how_far_it_is_and_can_be_stopped(opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def slow(_path: Path, _columns: Mapping[str, str], _seed: str, tell: Callable[[int, int], None]) -> LedgerReport:
        try:
            for number in range(100_000):
                tell(number, 100_000)
                threading.Event().wait(0.002)
        finally:
            ended.set()
        raise AssertionError

    monkeypatch.setattr(readers, "read_ledger", slow)
    _offered(opened, _file(tmp_path))
    opened.click(COUNT)
    opened.until(lambda: opened.find(QProgressBar, "Progress of counting").maximum() == 1000)
    assert not opened.find(QAbstractButton, COUNT).isEnabled()
    assert not opened.find(Choice, "Recipient").isEnabled()
    opened.click(LEAVE)
    opened.until(lambda: "nothing was counted" in opened.texts())
    assert ended.wait(5)
    assert _draft(opened).ledgers == ()
    assert opened.find(QAbstractButton, COUNT).isEnabled()


def test_a_count_ends_with_its_case(opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def slow(*arguments: Any) -> LedgerReport:
        try:
            while True:
                arguments[-1](1, 2)
                threading.Event().wait(0.002)
        finally:
            ended.set()

    monkeypatch.setattr(readers, "read_ledger", slow)
    _offered(opened, _file(tmp_path))
    opened.click(COUNT)
    opened.controller.new_case()
    assert ended.wait(5)
    opened.bot.wait(50)
    assert opened.controller.ledger is None
    assert opened.controller.troubles == {}


def test_what_is_no_ledger_is_said(opened: Desk, tmp_path: Path) -> None:
    opened.controller.choose_ledger(tmp_path / "gone.csv")
    opened.until(lambda: not opened.controller.ledger_work)
    opened.settle()
    assert "gone.csv" in opened.texts().replace("\u200b", "")
    assert opened.controller.ledger is None


# Pages


def test_pages_become_the_case_and_wrong_ones_are_said(opened: Desk) -> None:
    opened.click(PAGES)
    edit = opened.find(QLineEdit, "Privacy policy")
    opened.bot.keyClicks(edit, "https://blumenhof.net/privacy ")
    opened.settle()
    assert opened.controller.make_case().pages == (NamedPage("privacy", "https://blumenhof.net/privacy"),)
    opened.bot.keyClicks(edit, "http://blumenhof.net")
    opened.settle()
    assert "“http://blumenhof.net” is not the address of a page" in opened.texts().replace("\u200b", "")
    assert not opened.window._primary.isEnabled()
    edit.clear()
    edit.textEdited.emit("")
    opened.settle()
    assert _draft(opened).pages == ()
    assert opened.window._primary.isEnabled()


# Results follow from what was brought


def test_what_is_brought_after_a_run_waits_to_be_judged(desk: Desk, tmp_path: Path) -> None:
    run_demo(desk)
    controller = desk.controller
    before = dict(controller.run.results)
    sent = controller.view.audit.evidence.sent if controller.view else ()
    _offered(desk, _file(tmp_path))
    desk.click(COUNT)
    desk.until(lambda: bool(controller.unjudged_files))
    assert controller.unjudged_files == (("ledger", "people.csv"),)
    assert not controller.situation.stale
    desk.window.show_page("fix")
    assert "Something about people.csv was read or changed after these results." in desk.texts()
    desk.click("Judge it now")
    desk.until(lambda: not controller.again and not controller.unjudged_files)
    about = {key: r for key, r in controller.run.results.items() if key[2] == "people.csv"}
    assert {key[0] for key in about} >= {"consent.ledger", "consent.drill"}
    assert {key: r.outcome for key, r in controller.run.results.items() if key[2] != "people.csv"} == {
        key: r.outcome for key, r in before.items()
    }
    assert controller.view is not None
    # A ledger is judged by what was counted: besides the controls of the network, nobody is asked anything.
    assert {(s.address, s.port) for s in controller.view.audit.evidence.sent} == {(s.address, s.port) for s in sent}
    controller.remove_ledger(next(x for x in _draft(desk).ledgers if x.name == "people.csv"))
    assert controller.gone_files == (("ledger", "people.csv"),)
    assert controller.situation.stale  # its results are still there, so only another run is right
    stated = controller.stated_audit()
    assert stated is not None
    assert not [r for r in stated.results if r.target == "people.csv"]


def test_a_message_that_is_brought_after_a_run_is_judged_alone(desk: Desk, tmp_path: Path) -> None:
    run_demo(desk)
    controller = desk.controller
    controller.take_files([_file(tmp_path, "sample.eml", NEWSLETTER)])
    desk.until(lambda: bool(controller.unjudged_files))
    assert controller.unjudged_files == (("message", "sample.eml"),)
    assert not controller.situation.stale
    controller.judge_hosts()
    desk.until(lambda: not controller.again and not controller.unjudged_files)
    assert {key[0] for key in controller.run.results if key[2] == "sample.eml"} >= {"message.headers", "message.authentication"}


def test_what_is_told_is_judged_anew_and_not_looked_up(desk: Desk) -> None:
    run_demo(desk)
    controller = desk.controller
    view = controller.view
    assert view is not None
    records = view.audit.evidence.records
    controller.edit(
        replace(_draft(desk), cited=("B-5.1",), bulk="yes", shared="no", purpose="onboarding", steps=("Close it.",))
    )
    assert controller.situation.stale
    desk.until(lambda: not controller.situation.stale)
    assert controller.view is not None
    case = controller.view.audit.evidence.case
    assert (case.cited, case.bulk, case.shared, case.purpose, case.steps) == (
        ("B-5.1",),
        "yes",
        "no",
        "onboarding",
        ("Close it.",),
    )
    assert controller.view.audit.evidence.records == records
    assert controller.run.state is Run.FINISHED


def test_other_pages_ask_for_another_run(desk: Desk) -> None:
    run_demo(desk)
    draft = _draft(desk)
    desk.controller.edit(replace(draft, pages=(*draft.pages, ("privacy", "https://blumenhof.example/privacy"))))
    desk.bot.wait(400)
    assert desk.controller.situation.stale
    assert desk.controller.plan is None
