"""The step Statement: what is typed is kept, what is missing leads to its place, and nothing is final while anything blocks."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDateEdit, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from selfaudit.case.statement import Attestation, Measure, Moment, Removal, Statement
from selfaudit.findings import Mark, Outcome
from selfaudit.i18n import using
from selfaudit.policy.model import State
from selfaudit.policy.words import attestation_of
from selfaudit.remedy.delisting import Mention
from selfaudit.store import default_path, open_store
from selfaudit_ui import assessing
from selfaudit_ui.flow import Run
from selfaudit_ui.models.findings import mark_key, touched
from selfaudit_ui.pages.clauses import state_words
from selfaudit_ui.pages.fix import FixPage
from selfaudit_ui.pages.statement import StatementPage, gap_words, missing_of
from selfaudit_ui.session import View
from selfaudit_ui.widgets.forms import Adder, Choice
from selfaudit_ui.widgets.readiness import ReadinessLine
from selfaudit_ui.words import today
from tests.ui.desk import Desk, run_demo
from tests.ui.scenes import Stage
from tests.ui.statement_scenes import NOTICE, framed, some_statement

CAUSE, TIMES, DONE = "What happened", "When what happened", "What was done, and what is planned"
STEPS, KEYS, CLAUSES = "What the provider demanded", "Passwords and keys that were changed", "What you state on the policy"
LISTS, SIGN, TEXT = "Blocklists: being taken off", "Who answers for it", "The text for the ticket"


@pytest.fixture
def said(desk: Desk, broken: View, fixed: View) -> Iterator[Desk]:
    """An audited case before a known policy, on the step Statement; nothing is stated."""
    stage = Stage(desk.window, broken, fixed)
    framed(stage)
    del desk.controller.assess_later  # a scene holds it back
    stage.show("statement")
    desk.settle()
    yield desk
    stage.reset()


def _statement(desk: Desk) -> Statement:
    return desk.controller.statement


def _type(desk: Desk, name: str, text: str) -> None:
    edit = desk.find(QLineEdit, name)
    edit.selectAll()
    desk.bot.keyClicks(edit, text)
    desk.settle()


def _write(desk: Desk, name: str, text: str) -> None:
    desk.bot.keyClicks(desk.find(QPlainTextEdit, name), text)
    desk.settle()


def _choose(desk: Desk, name: str, value: str) -> None:
    """Chooses by keyboard."""
    box = desk.find(Choice, name)
    box.setFocus()
    for _press in range(20):
        if box.currentData() == value:
            return
        down = box.currentIndex() < box.findData(value)
        desk.bot.keyClick(box, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        desk.settle()
    raise AssertionError(name)


def _page(desk: Desk) -> StatementPage:
    page = desk.page
    assert isinstance(page, StatementPage)
    return page


def _assessed(desk: Desk) -> None:
    """Waits until how the case stands has been worked out for what stands there now."""
    desk.until(lambda: not desk.controller._assess_timer.isActive() and desk.controller.bridge.idle())
    desk.settle()


# What is typed


def test_what_is_stated_survives_a_kill(desk: Desk, tmp_path: Path) -> None:
    """Saved in the moment after the last key: another process that opens the file then finds all of it."""
    controller = desk.controller
    controller.new_case()
    controller.paste("shop.net")
    desk.until(lambda: controller.saved == "Saved")
    desk.window.pages["statement"]  # the step itself needs results; its parts do not
    desk.window.page_name = "statement"
    desk.window.stack.setCurrentWidget(desk.window.pages["statement"])
    desk.page.refresh("")  # type: ignore[attr-defined]
    desk.click(CAUSE)
    _write(desk, "The root cause in your own words", "An account was used by strangers.")
    desk.click(TIMES)
    desk.click("Add an entry")
    _type(desk, "Entry 1: when", "2026-11-20")
    desk.click(DONE)
    desk.click("Add what was done")
    _type(desk, "Done 1", "The password was changed.")
    desk.until(lambda: controller.saved == "Saved" and not controller._timer.isActive())
    killed = tmp_path / "after the kill"
    killed.mkdir()
    for file in default_path().parent.glob(f"{default_path().name}*"):  # what a kill at this moment would leave
        if file.suffix != ".lock":
            shutil.copy(file, killed / file.name)
    other = open_store(killed / default_path().name)
    (row,) = other.cases()
    other.close()
    assert row.draft.statement == _statement(desk)
    assert row.draft.statement.summary == "An account was used by strangers."
    assert row.draft.statement.timeline == (Moment("2026-11-20", "began"),)
    assert row.draft.statement.measures == (Measure("The password was changed.", "done"),)


def test_the_cause_is_chosen_by_the_person_alone(said: Desk) -> None:
    said.click(CAUSE)
    radios = [r for r in _page(said).parts[0]._radios.values()]  # type: ignore[attr-defined]
    assert len(radios) == 7
    assert not [r for r in radios if r.isChecked()]
    assert _statement(said).cause == ""
    assert "Because the check" in said.texts()
    said.click("A service was open to strangers, who used it")
    assert _statement(said).cause == "open-service"
    said.until(lambda: "Which service was it, on which address and port?" in said.texts())
    _assessed(said)
    _write(said, "Which service was it, on which address and port?", "SMTP, port 25")
    answers = {a.text for a in _statement(said).answers}
    assert answers == {"SMTP, port 25"}
    said.click("Somebody used an account or a password that is not theirs")
    _assessed(said)
    assert _statement(said).cause == "account"
    assert "Which service was it, on which address and port?" in said.names(QPlainTextEdit)  # what is answered stays
    said.find(QPlainTextEdit, "Which service was it, on which address and port?").selectAll()
    said.press(Qt.Key.Key_Delete)


def test_typing_goes_on_while_the_questions_are_worked_out(said: Desk) -> None:
    said.click(CAUSE)
    box = said.find(QPlainTextEdit, "The root cause in your own words")
    box.setFocus()
    for letter in "An update opened the relay.":
        said.bot.keyClicks(box, letter)
        said.bot.wait(8)
    _assessed(said)
    assert _statement(said).summary == "An update opened the relay."
    assert box.toPlainText() == "An update opened the relay."


def test_done_and_planned_are_kept_apart(said: Desk) -> None:
    said.click(DONE)
    said.click("Add what is planned")
    _type(said, "Planned 1", "Check the ports each month.")
    said.click("Add what was done")
    _type(said, "Done 1", "The relay was closed.")
    _type(said, "Done 1: day", "2026-11-20")
    _type(said, "Done 1: by whom", "Maria Blum")
    checks = said.find(Adder, "Done 1: a check whose result shows it")
    said.bot.keyClick(checks, Qt.Key.Key_D)  # what is typed over the list adds nothing
    assert _statement(said).measures[0].checks == ()
    checks.setCurrentIndex(checks.findData("dns.caa"))
    checks.activated.emit(checks.currentIndex())
    said.settle()
    assert _statement(said).measures == (
        Measure("The relay was closed.", "done", "2026-11-20", "Maria Blum", checks=("dns.caa",)),
        Measure("Check the ports each month.", "planned"),
    )
    said.click("Do not name the check dns.caa")
    assert _statement(said).measures[0].checks == ()
    said.click("Remove Done 1")
    assert _statement(said).measures == (Measure("Check the ports each month.", "planned"),)


def test_only_checks_that_pass_are_offered_as_evidence(said: Desk) -> None:
    said.click(DONE)
    said.click("Add what was done")
    box = said.find(Choice, "Done 1: a check whose result shows it")
    offered = {str(box.itemData(n)) for n in range(1, box.count())}
    view = said.controller.view
    assert view is not None
    failing = {r.check for r in view.audit.results if r.outcome is Outcome.FAIL}
    assert offered
    assert failing
    assert not offered & failing
    assert not offered & {r.check for r in view.audit.results if r.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_RUN)}


def test_suggestions_are_taken_over_by_a_click_only(said: Desk) -> None:
    draft = said.controller.draft
    assert draft is not None
    notice = replace(NOTICE, addresses=("203.0.113.80",), topics=("open-relay",))  # which refuses to relay, as the audit saw
    said.controller.edit(replace(draft, notices=(notice,)))
    _assessed(said)
    said.click(DONE)
    assert "The results suggest" in said.texts()
    assert _statement(said).measures == ()
    name = next(n for n in said.names(QAbstractButton) if n.startswith("It was done: "))
    said.click(name)
    (measure,) = _statement(said).measures
    assert measure.state == "done"
    assert measure.text == name.removeprefix("It was done: ")
    assert measure.date == ""  # when it was done, only the person knows
    assert name not in said.names(QAbstractButton)


def test_the_provider_s_steps_are_answered_one_by_one(said: Desk) -> None:
    said.click(STEPS)
    assert "Close the open relay." in said.texts()
    _choose(said, "Step 1: done or planned", "done")
    _type(said, "Step 1: day", "2026-11-20")
    assert _statement(said).steps == (Measure("Close the open relay.", "done", "2026-11-20"),)
    _choose(said, "Step 2: done or planned", "planned")
    assert [s.state for s in _statement(said).steps] == ["done", "planned"]
    _choose(said, "Step 2: done or planned", "disputed")
    _type(said, "Step 2: why it is disputed", "No address was collected.")
    assert _statement(said).steps[1] == Measure(
        "Tell us how the addresses were collected.", "disputed", why="No address was collected."
    )
    said.click("Note steps on the first page")
    assert said.window.page_name == "start"


def test_a_clause_is_stated_planned_and_taken_back(said: Desk) -> None:
    _assessed(said)
    said.click(CLAUSES)
    group = next(n for n in said.names(QAbstractButton) if n.startswith("5) Email & Messaging"))
    said.click(group)
    name = "Clause B-5.6: what you state"
    _choose(said, name, "agreed")
    pack = said.controller.pack
    clause = pack.clause("B-5.6") if pack is not None else None
    assert clause is not None
    assert _statement(said).attestation("B-5.6") == Attestation("B-5.6", agreed=True, words=clause.attestation)
    said.controller.attest("B-5.6", words="Other words of an older policy.")
    said.settle()
    assert "You agreed to other words than these" in said.texts()
    assert said.find(Choice, name).currentData() == ""
    assert not [n for n in said.names(QAbstractButton) if n.startswith("5) Email & Messaging") and "0 of" not in n]
    assert _page(said).parts[5].sum_up().startswith("0 of ")
    _choose(said, name, "agreed")
    _choose(said, name, "planned")
    assert _statement(said).attestation("B-5.6") is None  # planned for no day yet is nothing
    _type(said, "Clause B-5.6: by which day", "2026-12-01")
    assert _statement(said).attestation("B-5.6") == Attestation("B-5.6", planned="2026-12-01")
    said.click("Clause B-5.6: own words and files")
    _write(said, "Clause B-5.6: own words", "Bounces are removed each night.")
    assert _statement(said).attestation("B-5.6") == Attestation(
        "B-5.6", text="Bounces are removed each night.", planned="2026-12-01"
    )
    _choose(said, name, "")
    said.find(QPlainTextEdit, "Clause B-5.6: own words").selectAll()
    said.find(QPlainTextEdit, "Clause B-5.6: own words").setFocus()
    said.press(Qt.Key.Key_Delete)
    assert _statement(said).attestations == ()


def test_a_request_to_a_list_is_noted(said: Desk) -> None:
    _assessed(said)
    said.click(LISTS)
    item = said.controller.assessment.removals[0]
    _type(said, f"{item.zone} · {item.target}: asked on", "2026-11-21")
    _type(said, f"{item.zone} · {item.target}: reference of the list", "SBL 4711")
    assert _statement(said).removals == (Removal(item.zone, item.target, "2026-11-21", "SBL 4711"),)
    _assessed(said)
    assert said.find(QLineEdit, f"{item.zone} · {item.target}: reference of the list").text() == "SBL 4711"


def test_files_are_hashed_and_noted(said: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, empty = tmp_path / "log.txt", tmp_path / "empty.txt"
    log.write_bytes(b"Nov 20 relay closed")
    empty.write_bytes(b"")
    said.click(CAUSE)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(log), ""))
    said.click("Add a file: shows the root cause")
    said.until(lambda: bool(_statement(said).proof))
    (file,) = _statement(said).proof
    assert (file.name, file.sha256, file.size) == ("log.txt", hashlib.sha256(b"Nov 20 relay closed").hexdigest(), 19)
    said.click("Add a file: shows the root cause")
    said.until(lambda: "is in the list already" in said.texts())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(empty), ""))
    said.click("Add a file: shows the root cause")
    said.until(lambda: "this file is empty" in said.texts())
    said.click("Remove log.txt: shows the root cause")
    assert _statement(said).proof == ()
    assert log.exists()


def test_a_file_never_lands_at_another_measure(said: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"x")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_any: (str(log), ""))
    said.click(DONE)
    said.controller.state(measures=(Measure("First.", "done"), Measure("Second.", "done")))
    said.settle()
    held: list[object] = []
    monkeypatch.setattr(said.controller.bridge, "call_blocking", lambda work, then, failed: held.append((work, then)))
    said.click("Add a file: Done 1")
    monkeypatch.undo()
    said.click("Remove Done 1")
    work, then = held[0]  # type: ignore[misc]
    then(work())
    said.until(lambda: "log.txt was not added" in said.texts())
    assert _statement(said).measures == (Measure("Second.", "done"),)


# Signing


def test_any_later_change_takes_the_signature_off(said: Desk) -> None:
    said.click(SIGN)
    sign = said.find(QAbstractButton, "Sign the statement today")
    assert not sign.isEnabled()
    _type(said, "Name of the person who signs", "Maria Blum")
    _type(said, "Role of the person who signs", "owner")
    assert sign.isEnabled()
    said.click("Sign the statement today")
    assert _statement(said).signed == today().isoformat()
    assert f"Signed on {today().isoformat()} by Maria Blum, owner" in said.texts()
    _type(said, "How the desk reaches them", "m@shop.net")
    assert _statement(said).signed
    box = said.find(QAbstractButton, "All harmful data has been removed.")
    box.click()
    said.settle()
    assert (_statement(said).harmful_removed, _statement(said).signed) == (True, "")
    assert "Something was changed after it was signed" in said.texts()
    said.click("Sign the statement today")
    assert _statement(said).signed == today().isoformat()
    assert "Something was changed after it was signed" not in said.texts()


def test_for_another_provider_it_has_to_be_signed_again(said: Desk) -> None:
    said.controller.state(name="Maria Blum", role="owner")
    said.controller.sign()
    assert (_statement(said).policy, _statement(said).signed) == ("prezcomm", today().isoformat())
    assert said.controller.draft is not None
    said.controller.edit(replace(said.controller.draft, bulk="no"))
    assert _statement(said).signed
    said.controller.edit(replace(said.controller.draft, provider="ofsecman.io"))
    assert _statement(said).signed == ""
    assert said.controller.unsigned
    said.controller.sign()
    assert _statement(said).policy == "ofsecman"


# What is missing


def _inside(page: StatementPage, focused: QWidget | None) -> str:
    for part in page.parts:
        if focused is not None and part.isAncestorOf(focused):
            return part.opening.accessibleName()
    return ""


PLACES = [
    ("cause", CAUSE), ("summary", CAUSE), ("timeline", TIMES), ("measures", DONE), ("step:1", STEPS), ("step:2", STEPS),
    ("commitment", SIGN), ("signer", SIGN), ("signed", SIGN),
]  # fmt: skip


def test_everything_that_is_missing_leads_to_where_it_is_supplied(said: Desk) -> None:
    said.window.activateWindow()
    _assessed(said)
    page = _page(said)
    missing = missing_of(said.controller)
    readiness = said.controller.assessment.readiness
    assert readiness is not None
    assert {g.part for g in readiness.gaps} <= {m.place for m in missing}
    blocking = set(readiness.blockers)
    assert blocking
    for name in blocking:
        assert [m for m in missing if name in m.words or m.place.endswith(f":{name}")], name
    places = {m.place for m in missing}
    for place, part in PLACES:
        assert place in places, place
        page.go_to(place)
        said.settle()
        assert _inside(page, page.focusWidget()) == part, place
    for place in places:
        if place.startswith("fix:"):
            continue
        assert [p for p in page.parts if p.holds(place)], place
        page.go_to(place)
        said.settle()
        assert _inside(page, page.focusWidget()), place


def test_a_blocking_finding_leads_to_its_place_on_fix(said: Desk) -> None:
    _assessed(said)
    page = _page(said)
    page._show_all()
    said.settle()
    item = next(m for m in missing_of(said.controller) if m.place.startswith("fix:"))
    check, kind, target = item.place.removeprefix("fix:").split(":", 2)
    said.click(f"Go to: {item.words}")
    assert said.window.page_name == "fix"
    fix = said.page
    assert isinstance(fix, FixPage)
    action = fix.model.action(fix.view.currentIndex())
    assert action is not None
    assert (action.result.check, action.result.target_kind, action.result.target) == (check, kind, target)


def test_a_gap_says_whether_anything_is_stated() -> None:
    why = "the policy's words have changed since this was agreed to"
    said_so = Statement(attestations=(Attestation("B-1", True, words="Old words."), Attestation("B-2", planned="2020-01-01")))
    soon = Statement(attestations=(Attestation("B-2", planned="2999-01-01"),))
    assert gap_words("attestation:B-1", why, said_so).startswith(
        "Clause B-1: what is stated does not count. The policy's words"
    )
    assert gap_words("attestation:B-2", why, said_so).startswith("Clause B-2: the day it was planned for has passed. ")
    assert gap_words("attestation:B-2", why, soon).startswith("Clause B-2: this is only planned. ")
    assert gap_words("attestation:B-3", why, said_so).startswith("Clause B-3: nothing is stated yet. ")
    assert gap_words("cause", "say what happened", said_so) == "Say what happened"


def test_what_is_missing_is_german_to_the_end(said: Desk) -> None:
    with using("de"):
        said.controller.assess_now()
        words = [m.words for m in missing_of(said.controller)]
        readiness = said.controller.assessment.readiness
        assert readiness is not None
        failing = [r for r in readiness.requirements if r.state is State.NOT_MET]
        lines = [state_words(r)[1] for r in failing]
    assert len(failing) > 5
    for requirement, line in zip(failing, lines, strict=True):
        assert requirement.why not in line, line
        assert line.startswith("Nicht erfüllt"), line
    assert not [w for r in failing for w in words if r.why in w]
    assert any("ist ein offener Proxy (SOCKS5): Die Anfrage eines Fremden" in line for line in lines)


def test_the_frame_is_as_high_on_every_page(said: Desk) -> None:
    _assessed(said)
    heights = set()
    for page in ("start", "targets", "fix", "statement"):
        said.window.show_page(page)
        said.settle()
        top = said.window.findChild(QWidget, "top")
        assert top is not None
        heights.add(top.height())
    assert len(heights) == 1


def test_lists_that_only_mention_a_target_are_shown(said: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mentions = (
        Mention("Some List", "list.example", "198.51.100.25", ("a shared address",)),
        Mention("Paid List", "paid.example", "198.51.100.53", (), True, "PH-77"),
    )
    real = assessing.assess_case
    monkeypatch.setattr(assessing, "assess_case", lambda matter: replace(real(matter), mentions=mentions, removals=()))
    said.controller.assess_now()
    said.settle()
    said.click(LISTS)
    words = said.texts().replace("\u200b", "")
    assert "Nothing that would have to be removed was seen." in words
    assert "No listing was seen." not in words
    assert "198.51.100.25: Some List (a shared address)" in words
    assert "198.51.100.53: Paid List; approved by your provider: PH-77. A faster removal is sold there." in words


def test_a_clause_that_changes_does_not_interrupt_what_is_typed(said: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that is planned changes the clause above it: the field in which it is typed must stay."""
    _assessed(said)
    places = [m.place.removeprefix("fix:").split(":", 2) for m in missing_of(said.controller) if m.place.startswith("fix:")]
    check, kind, target = next(p for p in places if touched(said.controller.pack, p[0]))
    said.controller.show_finding((check, kind, target))
    fix = said.page
    assert isinstance(fix, FixPage)
    said.click("I plan to fix this")
    day = said.find(QDateEdit, "Date until which it will be fixed")
    event = QWheelEvent(
        QPointF(5, 5), day.mapToGlobal(QPointF(5, 5)), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    chosen = day.date()
    QApplication.sendEvent(day, event)
    assert day.date() == chosen
    _assessed(said)
    real = assessing.assess_case

    def other(matter: assessing.Matter) -> assessing.Assessment:
        found = real(matter)
        assert found.readiness is not None
        rows = tuple(replace(r, why="It stands otherwise now.") for r in found.readiness.requirements)
        return replace(found, readiness=replace(found.readiness, requirements=rows))

    monkeypatch.setattr(assessing, "assess_case", other)
    said.controller.assess_now()
    assert "It stands otherwise now." in said.texts()
    assert said.find(QDateEdit, "Date until which it will be fixed") is day


def test_closing_a_gap_takes_it_off_the_list(said: Desk) -> None:
    _assessed(said)
    before = {m.place for m in missing_of(said.controller)}
    said.controller.state(cause="open-service", commitment=True)
    _assessed(said)
    after = {m.place for m in missing_of(said.controller)}
    assert {"cause", "commitment"} <= before
    assert not {"cause", "commitment"} & after


# The text


def test_nothing_is_final_while_anything_blocks(said: Desk) -> None:
    said.controller.state(
        **{f: getattr(some_statement(), f) for f in ("cause", "summary", "timeline", "measures", "name", "role")}
    )
    _assessed(said)
    assert not said.controller.assessment.final
    said.click(TEXT)
    assert "Interim: something is still missing" in said.texts()
    said.click("Copy: The text for the ticket")
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("INTERIM")
    assert copied == said.controller.assessment.text
    assert "passed on mail of strangers" in copied


def test_the_final_text_is_said_to_be_final(said: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = assessing.assess_case

    def ready(matter: assessing.Matter) -> assessing.Assessment:
        found = real(matter)
        assert found.readiness is not None
        complete = replace(found.readiness, ready=True, blockers=(), gaps=())
        return replace(found, readiness=complete, text="Dear abuse desk", final=True, unanswered=())

    monkeypatch.setattr(assessing, "assess_case", ready)
    said.controller.assess_now()
    said.settle()
    said.click(TEXT)
    assert "This is the final text" in said.texts()
    assert "Interim" not in said.texts()
    situation = said.controller.situation
    assert (situation.pack, situation.ready, situation.missing) == (True, True, 0)
    assert said.window.rail.buttons["statement"].accessibleName().endswith("Complete")
    assert said.find(ReadinessLine, said.window._ready.accessibleName()).accessibleName().startswith("Ready: ")


def test_a_fault_while_assessing_is_said_and_never_ready(said: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_matter: assessing.Matter) -> assessing.Assessment:
        raise KeyError("x")

    monkeypatch.setattr(assessing, "assess_case", broken)
    said.controller.state(cause="other")
    said.until(lambda: "could not be worked out" in said.texts())
    assert not said.controller.situation.ready


# The frame


def test_the_readiness_line_is_where_it_matters_and_leads_to_the_statement(said: Desk) -> None:
    _assessed(said)
    line = said.window._ready
    for page, there in (("start", True), ("targets", False), ("permission", False), ("audit", False), ("fix", True), ("statement", True), ("report", True)):  # fmt: skip
        said.window.show_page(page)
        said.settle()
        assert line.isVisible() is there, page
        assert said.window._line.isVisible() is not there, page
    readiness = said.controller.assessment.readiness
    assert readiness is not None
    needs, unseen = (readiness.counts[str(s)] for s in (State.NEEDS_STATEMENT, State.CANNOT_VERIFY))
    assert f"{len(readiness.blockers)} clauses block, {needs} need your statement" in line.accessibleName()
    assert (f"{unseen} cannot be verified" in line.accessibleName()) is bool(unseen)
    line.setFocus()
    said.bot.keyClick(line, Qt.Key.Key_Space)
    assert said.window.page_name == "statement"


def test_the_readiness_follows_statement_and_marks(said: Desk) -> None:
    _assessed(said)
    first = said.controller.assessment.readiness
    assert first is not None
    asked = {g.part for g in first.gaps if g.part.startswith("attestation:")}
    assert asked
    pack = said.controller.pack
    assert pack is not None
    for part in asked:
        clause = pack.clause(part.partition(":")[2])
        assert clause is not None
        words = attestation_of(clause, said.controller.make_case())
        said.controller.attest(clause.id, agreed=True, words=words, text="Kept by written rules that everybody here has read.")
    _assessed(said)
    second = said.controller.assessment.readiness
    assert second is not None
    left = {g.part for g in second.gaps if g.part.startswith("attestation:")}
    assert left < asked
    view = said.controller.view
    assert view is not None
    states = {r.clause: r.state for r in second.requirements}
    failing = [a for g in view.groups for a in g.actions if a.outcome is Outcome.FAIL and a.result.check == "exposure.proxy"]
    for action in failing:
        said.controller.mark(Mark(*mark_key(action), planned="2099-01-01"))
    _assessed(said)
    third = said.controller.assessment.readiness
    assert third is not None
    assert third != second
    assert {c for c, s in states.items() if s is State.NOT_MET} >= {
        r.clause for r in third.requirements if r.state is State.NOT_MET
    }


def test_an_unknown_provider_leads_to_the_first_page(said: Desk) -> None:
    assert said.controller.draft is not None
    said.controller.edit(replace(said.controller.draft, provider="Some Hosting"))
    _assessed(said)
    assert "No policy of “Some Hosting” is known here" in said.texts()
    assert not said.window._ready.isVisible()
    assert said.controller.situation.pack is False
    said.click("Choose the provider")
    assert said.window.page_name == "start"
    assert said.find(QAbstractButton, "Your case").isChecked()


def test_nothing_can_be_stated_while_an_audit_runs(said: Desk) -> None:
    for name in (CAUSE, TIMES, DONE, SIGN):
        said.click(name)
    said.controller.run.state = Run.RUNNING
    said.controller.changed.emit("run")
    said.settle()
    page = _page(said)
    open_parts = [p for p in page.parts if p.opening.isChecked()]
    edits = [
        w
        for p in open_parts
        for kind in (QLineEdit, QPlainTextEdit, Choice)
        for w in p.inner.findChildren(kind)
        if w.isVisible()
    ]
    assert edits
    assert [w.accessibleName() for w in edits if w.isEnabled()] == []
    before = _statement(said)
    said.controller.state(summary="changed")
    assert _statement(said) == before


# Clauses beside findings


def test_findings_name_the_clauses_that_they_touch(said: Desk) -> None:
    _assessed(said)
    said.window.show_page("fix")
    fix = said.page
    assert isinstance(fix, FixPage)
    view = said.controller.view
    assert view is not None
    action = next(a for g in view.groups for a in g.actions if a.result.check == "exposure.proxy" and a.outcome is Outcome.FAIL)
    index = fix.model.find(mark_key(action))
    fix.view.setCurrentIndex(index)
    said.settle()
    assert "B-4.4" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert "No open relays, proxies or resolvers" in str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert "What the policy of Prez Hosting says" in said.texts()
    assert "Not met, and it blocks" in said.texts()
    pack = said.controller.pack
    assert pack is not None
    clause = pack.clause("B-4.4")
    assert clause is not None
    assert clause.quote not in said.texts().replace("\u200b", "")
    said.click(f"Words of clause B-4.4 · {clause.heading}")
    assert clause.quote in said.texts().replace("\u200b", "")


def test_everything_is_reached_by_keyboard(said: Desk) -> None:
    said.window.activateWindow()
    for name in (CAUSE, DONE, SIGN):
        said.click(name)
    _assessed(said)
    _page(said).parts[0].opening.setFocus()
    seen: set[QWidget] = set()
    for _press in range(120):
        said.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.add(focused)
    names = {w.accessibleName() for w in seen}
    assert {
        "The root cause in your own words",
        "Add what was done",
        "Sign the statement today",
        "Name of the person who signs",
    } - names <= {
        "Sign the statement today"  # nobody has a name yet, so it is disabled
    }


def test_the_demo_goes_through_to_the_statement(desk: Desk) -> None:
    run_demo(desk)
    desk.window.show_page("fix")
    desk.click("Go to the statement")
    desk.until(lambda: desk.controller.assessment.readiness is not None)
    assert desk.controller.assess_trouble == ""
    assert desk.window._ready.accessibleName().startswith("Not ready: ")
