"""The pages of the run and after it: Audit, Fix, Report, with the real engine in the demo's internet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFileDialog, QPlainTextEdit

from selfaudit.demo import Internet
from selfaudit.findings import Outcome
from selfaudit.settings import ScopeSettings, Settings
from selfaudit.store import RunState
from selfaudit_ui import session
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.fix import FixPage
from selfaudit_ui.session import View
from tests.ui.desk import Desk, run_demo

LAB = session.World(Settings(scope=ScopeSettings(allow_reserved=True)), "broken", session.DEMO_KEY)


# Audit


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every DNS answer of the demo takes a while."""
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.15))


@pytest.mark.usefixtures("slow")
def test_stop_keeps_what_was_seen_and_resume_ends_it(desk: Desk, broken: View) -> None:
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.done >= 5)
    assert desk.window.stack.isEnabled()
    desk.click("Stop")
    desk.until(lambda: desk.controller.run.state is Run.INTERRUPTED)
    view = desk.controller.view
    assert view is not None
    assert view.audit.evidence.interrupted
    assert "interrupted" in desk.texts()
    desk.click("Go on with the audit")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert desk.controller.view is not None

    def brief(shown: View) -> list[tuple[str, str, Outcome]]:
        return [(r.check, r.target, r.outcome) for r in shown.audit.results]

    assert brief(desk.controller.view) == brief(broken)


@pytest.mark.usefixtures("slow")
def test_closing_in_the_middle_loses_nothing(desk: Desk) -> None:
    desk.close()
    second = Desk(desk.bot, Controller(world=LAB))
    second.open()
    second.controller.new_case()
    second.controller.paste("blumenhof.example 198.51.100.25")
    second.until(lambda: second.controller.case_id is not None)
    second.controller.start_run()
    second.until(lambda: second.controller.run.done >= 4)
    shown = dict(second.controller.run.results)
    second.close()
    third = Desk(desk.bot, Controller(world=LAB))
    third.open()
    assert third.controller.cases is not None
    row = third.controller.cases[0]
    assert row.run is not None
    assert row.run.state is RunState.INTERRUPTED
    third.controller.open_case(row)
    third.until(lambda: third.controller.view is not None)
    assert third.window.page_name == "audit"
    view = third.controller.view
    assert view is not None
    again = {(r.check, r.target_kind, r.target): r.outcome for r in view.audit.results}
    assert {k: r.outcome for k, r in shown.items()}.items() <= again.items()
    third.click("Go on with the audit")
    third.until(lambda: third.controller.run.state is Run.FINISHED)
    third.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_offline_is_said_and_nothing_is_green(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfaudit.net.profile.system_resolvers", tuple)
    desk.controller.new_case()
    desk.controller.paste("a-company.net")
    desk.window.show_page("permission")
    desk.until(lambda: bool(desk.controller.plan_trouble))
    assert "names no DNS resolver" in desk.texts()
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "names no DNS resolver" in desk.texts()
    assert desk.controller.situation.counts == {}


def test_a_fault_of_ours_is_said_without_a_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken_run(*_any: object, **_more: object) -> None:
        raise KeyError("secret value")

    monkeypatch.setattr(session, "run_audit", broken_run)
    desk.controller.open_demo("broken")
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FAILED)
    assert "fault of ours" in desk.texts()
    assert "Traceback" not in desk.texts()


# Fix


def _choose(desk: Desk, check: str, target: str) -> None:
    page = desk.page
    assert isinstance(page, FixPage)
    for number, group in enumerate(page.model.groups):
        for row, action in enumerate(group.actions):
            if (action.result.check, action.result.target) == (check, target):
                page.view.setCurrentIndex(page.model.index(row, 0, page.model.index(number, 0)))
                desk.settle()
                return
    raise AssertionError(f"{check} {target}")


def test_a_finding_explains_itself(desk: Desk) -> None:
    run_demo(desk)
    desk.window.show_page("fix")
    _choose(desk, "mail.spf", "blumenhof.example")
    words = desk.texts()
    for part in (
        "allows everybody",
        "How to fix it",
        "Why it matters to the abuse desk",
        "How to see that it worked",
        "Not fixed yet",
    ):
        assert part in words
    desk.click("Copy: Value of the record")
    assert QGuiApplication.clipboard().text().startswith("v=spf1 ip4:203.0.113.80 ")
    assert "\u200b" not in QGuiApplication.clipboard().text()
    desk.click("Evidence: every look-up, to repeat")
    evidence = desk.find(QPlainTextEdit, "Evidence")
    assert "$ dig" in evidence.toPlainText()
    order = [g.key for g in desk.controller.view.groups] if desk.controller.view else []
    assert order == sorted(order, key=["must", "provider", "should", "unclear", "passed", "not-needed"].index)


def test_check_again_shows_before_and_now(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run_demo(desk)
    desk.window.show_page("fix")
    _choose(desk, "mail.dmarc", "blumenhof.example")
    monkeypatch.setattr(session, "make_internet", lambda _world: Internet("fixed"))  # the repair happens
    desk.click("Check mail.dmarc of blumenhof.example again")
    assert desk.controller.again == {("mail.dmarc", "domain", "blumenhof.example")}
    desk.until(lambda: not desk.controller.again)
    words = desk.texts()
    assert "Before: Fail" in words
    assert "Now: Pass" in words
    assert "your name servers already say" in words
    assert "22 min" in words
    others = [r for r in desk.controller.run.results.values() if r.check == "mail.spf" and r.outcome is Outcome.FAIL]
    assert others, "only the one check was run again"


def test_the_demo_after_fixing(desk: Desk) -> None:
    run_demo(desk)
    desk.window.show_page("fix")
    desk.click("Show the demo after fixing")
    desk.until(lambda: not desk.controller.again)
    assert desk.controller.situation.counts.get("fail", 0) == 0
    assert len(desk.controller.past) == len(desk.controller.run.results)
    assert not [
        b
        for b in desk.page.findChildren(QAbstractButton)
        if b.accessibleName() == "Show the demo after fixing" and b.isVisible()
    ]


@pytest.mark.usefixtures("slow")
def test_stopping_a_check_again_leaves_the_results(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run_demo(desk)
    before = dict(desk.controller.run.results)
    desk.window.show_page("fix")
    desk.click("Check everything again")
    desk.settle()
    desk.click("Stop")
    desk.until(lambda: not desk.controller.again)
    assert "results from before stand" in desk.texts()
    assert desk.controller.run.results == before


def test_marks_are_kept_as_the_persons_word(desk: Desk) -> None:
    run_demo(desk)
    before, blocking = desk.controller.situation.counts, desk.controller.blocking()
    assert before["fail"] > 30
    desk.window.show_page("fix")
    _choose(desk, "mail.spf", "blumenhof.example")
    box = desk.find(QCheckBox, "I plan to fix this")
    box.click()
    desk.until(lambda: any(m.planned for m in desk.controller.marks.values()))
    edit = desk.find(QPlainTextEdit, "I disagree, because")
    desk.bot.keyClicks(edit, "our <b>newsletter</b>")
    desk.until(lambda: any("newsletter" in m.disagree for m in desk.controller.marks.values()))
    (mark,) = desk.controller.marks.values()
    assert mark.disagree == "our <b>newsletter</b>"
    assert desk.controller.situation.counts == before
    _choose(desk, "mail.dmarc", "blumenhof.example")
    _choose(desk, "mail.spf", "blumenhof.example")
    assert desk.find(QPlainTextEdit, "I disagree, because").toPlainText() == "our <b>newsletter</b>"
    desk.window.show_page("report")
    assert (
        f"Interim report: {blocking} findings still block reinstatement. The report says so on its first page. 1 of them is planned."
        in desk.texts()
    )


# Report


def test_the_report_says_interim_planned_and_disagreed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_marks_are_kept_as_the_persons_word(desk)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: (str(tmp_path / "r"), ""))
    desk.click("Save the report as a web page")
    desk.until(lambda: desk.controller.written is not None)
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "Interim report: findings that block reinstatement are not fixed yet. 1 finding is planned." in page
    assert "Planned, not done" in page
    assert "our &lt;b&gt;newsletter&lt;/b&gt;" in page
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_any: str(tmp_path / "all"))
    desk.click("Save reports, data and bundle to a folder")
    desk.until(lambda: desk.controller.written is not None and desk.controller.written.kind == "data")
    files = ["audit.json", "bundle.zip", "bundle.zip.minisig", "evidence.json", "report.html", "report.pdf"]
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == files


def test_an_export_that_fails_is_said_in_the_page(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_demo(desk, "fixed")
    desk.window.show_page("report")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_any: ("/dev/null/no/bundle.zip", ""))
    desk.until(lambda: "Export bundle" in desk.names(QAbstractButton))  # once the policy has been gone through
    desk.click("Export bundle")
    desk.until(lambda: "cannot be written" in desk.texts())
    assert desk.controller.exported is None
