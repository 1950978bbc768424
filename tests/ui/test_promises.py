"""What must never happen: a green word that was not earned, a packet that was not allowed, an edit that is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from msgspec.structs import replace as change
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit

from selfaudit.demo import Internet
from selfaudit.engine import authority
from selfaudit.engine.draft import Draft, Line
from selfaudit.findings import Mark, Outcome
from selfaudit.store import CaseRow, RunRow, RunState, Store, default_path, open_store
from selfaudit_ui import session
from selfaudit_ui.controller import Saving
from selfaudit_ui.flow import Run
from selfaudit_ui.pages.start import describe
from selfaudit_ui.preferences import Preferences, save_preferences, settings_of
from selfaudit_ui.session import View
from tests.ui.desk import Desk, on_nobodys_word
from tests.ui.scenes import Stage


def _demo(desk: Desk, world: str = "broken") -> None:
    desk.controller.open_demo(world)
    desk.until(lambda: desk.controller.case_id is not None)


def _ran(desk: Desk, world: str = "broken") -> None:
    _demo(desk, world)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)


def _transfers(desk: Desk) -> int:
    view = desk.controller.view
    assert view is not None
    return sum(s.count for s in view.audit.evidence.sent if s.purpose == "zone transfer")


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({}, "unclear"),
        ({"not-run": 9}, "unclear"),
        ({"not-applicable": 4}, "unclear"),
        ({"pass": 3, "not-run": 1}, "unclear"),
        ({"pass": 3, "bug": 1}, "unclear"),
        ({"pass": 3, "warn": 1}, "warn"),
        ({"pass": 3, "fail": 1}, "fail"),
        ({"pass": 3, "not-applicable": 1}, "good"),
    ],
)
def test_a_kept_case_is_green_only_if_everything_was_seen(counts: dict[str, int], verdict: str) -> None:
    run = RunRow(1, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", RunState.FINISHED, 1, 1, counts)
    assert describe(CaseRow(1, "", "", Draft((Line("a.net"),)), run))[2] == verdict


def test_no_green_banner_where_nothing_was_verified(desk: Desk, broken: View, fixed: View) -> None:
    stage = Stage(desk.window, broken, fixed)
    controller = stage.ran(fixed)
    assert controller.view is not None
    audit = controller.view.audit
    nothing = tuple(replace(r, outcome=Outcome.INCONCLUSIVE, findings=(), reason="no answer in time") for r in audit.results)
    controller.view = session.view_of(replace(audit, results=nothing))
    stage.show("fix")
    desk.settle()
    page = desk.page
    assert page._good.isHidden()  # type: ignore[attr-defined]
    assert page._unclear.isVisible()  # type: ignore[attr-defined]
    stage.reset()


def test_public_records_only_means_only_those(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def always(*_any: object) -> bool:
        return True

    monkeypatch.setattr(authority, "_proven_domain", always)
    _demo(desk)
    assert desk.controller.draft is not None
    unsigned = replace(desk.controller.draft, person="", role="", case_file=b"", case_signature="", seal=None)
    desk.controller.edit(unsigned)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
    assert _transfers(desk) == 0
    view = desk.controller.view
    assert view is not None
    (row, *_more) = [r for r in view.audit.results if r.check == "dns.transfer"]
    assert (row.outcome, row.reason) == (Outcome.NOT_RUN, "left out: only public records were to be asked for")


def test_a_withdrawn_name_permits_nothing_more(desk: Desk) -> None:
    _ran(desk)
    before = _transfers(desk)
    assert before
    assert desk.controller.draft is not None
    desk.controller.edit(on_nobodys_word(desk.controller.draft, confirmed=False))
    desk.controller.check_again([("dns.transfer", "domain", "blumenhof.example")])
    desk.until(lambda: not desk.controller.again)
    assert _transfers(desk) == before


def test_resuming_asks_for_the_permission_that_was_withdrawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.1))
    _demo(desk)
    desk.controller.start_run()
    desk.until(lambda: desk.controller.run.done >= 3)
    desk.controller.stop_run()
    desk.until(lambda: desk.controller.run.state is Run.INTERRUPTED)
    assert desk.controller.draft is not None
    desk.controller.edit(on_nobodys_word(desk.controller.draft, confirmed=False))
    desk.controller.resume_run()
    assert desk.controller.run.state is Run.INTERRUPTED
    desk.controller.edit(replace(desk.controller.draft, confirmed=True))
    desk.controller.paste("another.example")
    desk.controller.resume_run()
    assert desk.controller.run.state is Run.INTERRUPTED


def test_nothing_runs_while_something_is_checked_again(desk: Desk) -> None:
    _ran(desk)
    run_id = desk.controller.run.run_id
    desk.controller.check_again([("mail.spf", "domain", "blumenhof.example")])
    desk.controller.start_run()
    desk.controller.resume_run()
    assert desk.controller.run.state is Run.FINISHED
    desk.until(lambda: not desk.controller.again)
    assert desk.controller.run.run_id == run_id


def test_a_stopped_look_after_fixing_leaves_the_world_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _ran(desk)
    monkeypatch.setattr(session, "make_internet", partial(Internet, delay=0.1))
    desk.controller.check_again([("mail.spf", "domain", "blumenhof.example")], world="fixed")
    desk.bot.wait(150)
    desk.controller.stop_again()
    desk.until(lambda: not desk.controller.again)
    assert desk.controller.draft is not None
    assert desk.controller.draft.demo == "broken"
    monkeypatch.setattr(session, "make_internet", Internet)
    desk.controller.check_again([("mail.spf", "domain", "blumenhof.example")])
    desk.until(lambda: not desk.controller.again)
    spf = desk.controller.run.results[("mail.spf", "domain", "blumenhof.example")]
    assert spf.outcome is Outcome.FAIL


@pytest.mark.parametrize("edit", ["sends", "selectors", "faulty", "settings"])
def test_results_of_another_question_are_said_to_be_old(desk: Desk, edit: str) -> None:
    _ran(desk)
    assert not desk.controller.situation.stale
    draft = desk.controller.draft
    assert draft is not None
    if edit == "sends":
        desk.controller.edit(replace(draft, lines=tuple(replace(line, sends=False) for line in draft.lines)))
    elif edit == "selectors":
        desk.controller.edit(replace(draft, selectors=("other@blumenhof.example",)))
    elif edit == "faulty":
        desk.controller.edit(replace(draft, lines=(*draft.lines, Line("foo..bar"))))
    else:
        desk.controller.prefer(change(desk.controller.preferences, resolvers=("9.9.9.9",)), quiet=True)
    assert desk.controller.situation.stale
    desk.controller.check_again([("mail.spf", "domain", "blumenhof.example")])
    assert not desk.controller.again
    assert "run it again" in desk.controller.again_trouble


def test_a_key_that_is_held_down_starts_nothing(desk: Desk) -> None:
    from PySide6.QtGui import QShortcut

    shortcuts = desk.window.findChildren(QShortcut)
    assert [s for s in shortcuts if s.key().toString().startswith("Ctrl+Return")]
    own = [s for s in shortcuts if s.key().toString().startswith(("Ctrl", "Alt"))]
    assert not [s.key().toString() for s in own if s.autoRepeat()]


def test_passing_by_the_limits_changes_none(desk: Desk, tmp_path: object) -> None:
    file = default_path().with_name("s.toml")
    file.write_text("[limits]\nlist_rate = 0.4\ncheck_deadline = 2.5\nrun_deadline = 20000\n")
    desk.controller.prefer(change(desk.controller.preferences, settings_file=str(file)), quiet=True)
    desk.window.show_page("settings")
    for box in desk.page.findChildren(QDoubleSpinBox):
        box.setFocus()
        desk.press(Qt.Key.Key_Tab)
        box.editingFinished.emit()
    assert desk.controller.preferences.list_rate is None
    assert desk.controller.settings.limits.list_rate == 0.4
    assert desk.controller.settings.limits.run_deadline == 20000


def test_a_settings_file_that_is_gone_stops_and_does_not_fall_back(desk: Desk) -> None:
    preferences = Preferences(settings_file="/no/such/file.toml", resolvers=("9.9.9.9",))
    save_preferences(preferences)
    desk.controller.prefer(preferences, quiet=True)
    assert desk.controller.settings.dns.resolvers == ("9.9.9.9",)
    desk.controller.new_case()
    desk.controller.paste("a-company.net")
    desk.window.show_page("permission")
    assert "/no/such/file.toml" in desk.texts().replace("\u200b", "")
    desk.controller.start_run()
    assert desk.controller.run.state is Run.NONE
    assert settings_of(Preferences()).dns.resolvers == ()


def test_typing_while_the_store_is_busy_makes_one_case(desk: Desk) -> None:
    desk.controller.new_case()
    for text in ("a-company.net", "b-company.net", "c-company.net"):
        desk.controller.paste(text)
        desk.controller.flush()
    desk.until(lambda: desk.controller.saved == "Saved")
    desk.controller.refresh_cases()
    desk.until(lambda: desk.controller.cases is not None and len(desk.controller.cases) == 1)
    assert desk.controller.cases is not None
    assert len(desk.controller.cases[0].draft.lines) == 3


def test_what_failed_to_be_saved_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    def full(*_any: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "save_case", full)
        desk.controller.new_case()
        desk.controller.paste("a-company.net")
        desk.until(lambda: desk.controller.saving is Saving.FAILED)
        assert "disk is full" in desk.window._saved.text()
    desk.controller.flush()
    desk.until(lambda: desk.controller.saved == "Saved")


def test_an_edit_in_the_last_moment_is_kept(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("a-company.net")
    desk.until(lambda: desk.controller.case_id is not None)
    assert desk.controller.draft is not None
    desk.controller.edit(replace(desk.controller.draft, number="T-9"))
    mark = Mark("mail.spf", "domain", "a-company.net", "SPF_MISSING", disagree="typed a moment ago")
    desk.controller.mark_later(mark)
    desk.close()
    store = open_store(default_path())
    (row,) = store.cases()
    assert row.draft.number == "T-9"
    assert store.marks(row.id) == (mark,)
    store.close()
    desk.window = Desk(desk.bot).window
    desk.controller = desk.window.controller


def test_what_is_being_typed_stays_with_its_own_case(desk: Desk) -> None:
    desk.controller.new_case()
    desk.controller.paste("a-company.net")
    desk.until(lambda: desk.controller.case_id is not None)
    first = desk.controller.case_id
    desk.window.show_page("targets")
    edit = desk.find(QLineEdit, "DKIM selectors")
    edit.setFocus()
    desk.bot.keyClicks(edit, "first, second")
    mark = Mark("mail.spf", "domain", "a-company.net", "SPF_MISSING", disagree="of the first")
    desk.controller.mark_later(mark)
    desk.controller.new_case(Draft((Line("b-company.net"),)))
    desk.until(lambda: desk.controller.case_id not in (None, first))
    desk.settle()
    assert edit.text() == ""
    assert desk.controller.marks == {}
    desk.controller.refresh_cases()
    desk.until(lambda: len(desk.controller.cases or ()) == 2)
    drafts = {c.id: c.draft for c in desk.controller.cases or ()}
    assert first is not None
    assert drafts[first].selectors == ("first", "second")
    assert desk.controller.draft is not None
    assert desk.controller.draft.selectors == ()


@pytest.mark.parametrize("deadline", ["9999-12-31", "x" * 5000, "0001-01-01", "2026-13-45"])
def test_no_deadline_breaks_the_window(desk: Desk, deadline: str) -> None:
    desk.controller.new_case(Draft((Line("a-company.net"),), deadline=deadline))
    desk.settle()
    assert desk.window._primary.isVisible()
    assert desk.window.width() <= 1120


def test_a_language_switch_words_everything_anew(desk: Desk) -> None:
    _ran(desk)
    desk.controller.paste("foo..bar")
    desk.controller.prefer(change(desk.controller.preferences, language="de"))
    assert desk.controller.view is not None
    assert "offener Proxy" in desk.controller.view.groups[0].actions[0].text
    assert any("weder" in r.problem for r in desk.controller.readings)


def test_stop_before_the_run_has_begun_is_not_forgotten(desk: Desk) -> None:
    _demo(desk)
    desk.controller.bridge.call(lambda: __import__("time").sleep(0.3), lambda _none: None, lambda _failure: None)
    desk.controller.start_run()
    desk.controller.stop_run()
    desk.until(lambda: desk.controller.run.state not in (Run.RUNNING, Run.STOPPING))
    assert desk.controller.run.state in (Run.NONE, Run.INTERRUPTED)
