"""The steps without Qt: what can be entered, what is next, and words for every state."""

from __future__ import annotations

import pytest

from selfaudit_ui.flow import Run, Situation, Step, Todo, following, leading, primary, survey

NEW = Situation(has_case=True)
NAMED = Situation(has_case=True, lines=2)
DONE = Situation(has_case=True, lines=2, confirmed=True, run=Run.FINISHED, counts={"fail": 1, "pass": 3})

OPEN = [
    # scenario, situation, steps that can be entered
    ("nothing open", Situation(), {Step.START}),
    ("an empty case", NEW, {Step.START, Step.TARGETS}),
    ("a line that cannot be read", Situation(has_case=True, lines=1, faulty=1), {Step.START, Step.TARGETS}),
    ("a field of the first page is wrong", Situation(has_case=True, lines=1, case_faults=1), {Step.START, Step.TARGETS}),
    ("named", NAMED, {Step.START, Step.TARGETS, Step.PERMISSION}),
    ("running", Situation(True, 2, run=Run.RUNNING, confirmed=True), {Step.START, Step.TARGETS, Step.PERMISSION, Step.AUDIT}),
    ("failed", Situation(True, 2, run=Run.FAILED), {Step.START, Step.TARGETS, Step.PERMISSION, Step.AUDIT}),
    ("finished", DONE, set(Step)),
    ("interrupted with results", Situation(True, 2, run=Run.INTERRUPTED, counts={"pass": 1}), set(Step)),
]


@pytest.mark.parametrize(("name", "situation", "steps"), OPEN, ids=[row[0] for row in OPEN])
def test_which_steps_can_be_entered(name: str, situation: Situation, steps: set[Step]) -> None:
    infos = survey(situation)
    assert {i.step for i in infos if not i.why_not} == steps
    assert all(i.state and i.icon and i.title for i in infos)


PRIMARY = [
    (Step.START, Situation(), None, ""),
    (Step.START, NEW, Todo.NEXT, ""),
    (Step.START, Situation(has_case=True, case_faults=1), Todo.NEXT, "1 field of “Your case”"),
    (Step.TARGETS, Situation(True, 1, case_faults=1), Todo.NEXT, "on the page “Start”"),
    (Step.TARGETS, NEW, Todo.NEXT, "at least one"),
    (Step.TARGETS, NAMED, Todo.NEXT, ""),
    (Step.TARGETS, Situation(True, 1, faulty=2), Todo.NEXT, "2 lines"),
    (Step.PERMISSION, Situation(True, 2, plan="working"), Todo.START_RUN, "still being worked out"),
    (Step.PERMISSION, Situation(True, 2, plan="failed"), Todo.START_RUN, "could not"),
    (Step.REPORT, NAMED, Todo.EXPORT, "no results"),
    (Step.PERMISSION, NAMED, Todo.START_RUN, ""),
    (Step.PERMISSION, Situation(True, 2, run=Run.RUNNING), Todo.NEXT, ""),
    (Step.AUDIT, NAMED, Todo.START_RUN, "Permission"),
    (Step.AUDIT, Situation(True, 2, confirmed=True), Todo.START_RUN, ""),
    (Step.AUDIT, Situation(True, 2, run=Run.RUNNING), Todo.STOP, ""),
    (Step.AUDIT, Situation(True, 2, run=Run.STOPPING), Todo.STOP, "Stopping"),
    (Step.AUDIT, Situation(True, 2, confirmed=True, run=Run.INTERRUPTED), Todo.RESUME, ""),
    (Step.AUDIT, Situation(True, 2, run=Run.INTERRUPTED), Todo.RESUME, "Permission"),
    (Step.AUDIT, Situation(True, 2, confirmed=True, run=Run.INTERRUPTED, stale=True), Todo.START_RUN, ""),
    (Step.AUDIT, Situation(True, 2, confirmed=True, run=Run.FINISHED, stale=True), Todo.START_RUN, ""),
    (Step.PERMISSION, Situation(True, 2, checking=True), Todo.START_RUN, "checked again"),
    (Step.AUDIT, DONE, Todo.NEXT, ""),
    (Step.FIX, DONE, Todo.NEXT, ""),
    (Step.STATEMENT, DONE, Todo.NEXT, ""),
    (Step.REPORT, DONE, Todo.EXPORT, ""),
]


@pytest.mark.parametrize(("step", "situation", "todo", "why"), PRIMARY)
def test_the_one_thing_to_do(step: Step, situation: Situation, todo: Todo | None, why: str) -> None:
    action = primary(step, situation)
    assert (action.todo if action else None) == todo
    if action:
        assert why in action.why_not if why else action.why_not == ""


def test_the_button_says_whether_anything_touches_the_servers() -> None:
    without, with_permission = primary(Step.PERMISSION, NAMED), primary(Step.PERMISSION, Situation(True, 2, active=True))
    assert without is not None
    assert with_permission is not None
    assert "public records only" in without.text
    assert "Allow" in with_permission.text


FIX = [
    ({"fail": 2, "inconclusive": 1, "pass": 3}, "fail", "2 to fix"),
    ({"inconclusive": 1, "pass": 3}, "unclear", "1 not verified"),
    ({"not-run": 1, "warn": 4, "pass": 3}, "unclear", "1 not verified"),
    ({"bug": 1, "pass": 3}, "unclear", "1 not verified"),
    ({"warn": 2, "pass": 3}, "warn", "2 warnings"),
    ({"pass": 3, "not-applicable": 1}, "pass", "Nothing to fix"),
]


@pytest.mark.parametrize(("counts", "icon", "words"), FIX)
def test_only_what_was_verified_is_green(counts: dict[str, int], icon: str, words: str) -> None:
    info = next(i for i in survey(Situation(True, 2, run=Run.FINISHED, counts=counts)) if i.step is Step.FIX)
    assert (info.icon, info.state) == (icon, words)


@pytest.mark.parametrize(("blocking", "words"), [(1, "1 finding blocks"), (51, "51 findings block")])
def test_what_blocks_is_counted_as_on_the_page(blocking: int, words: str) -> None:
    now = Situation(True, 2, run=Run.FINISHED, counts={"fail": 47, "pass": 3}, blocking=blocking)
    states = {i.step: (i.icon, i.state) for i in survey(now)}
    assert states[Step.FIX] == ("fail", words)
    assert states[Step.REPORT] == ("warn", f"Interim: {words}")


def test_a_wrong_field_marks_the_page_on_which_it_stands() -> None:
    states = {i.step: (i.icon, i.state) for i in survey(Situation(has_case=True, lines=2, case_faults=2))}
    assert states[Step.START] == ("warn", "2 fields to correct")
    assert states[Step.TARGETS] == ("pass", "2 targets")


STATEMENT = [
    # pack, ready, missing, icon, words, the report
    (False, False, 0, "todo", "No policy chosen", "Export bundle"),
    (True, False, 3, "warn", "3 missing", "Export interim bundle"),
    (True, False, 1, "warn", "1 missing", "Export interim bundle"),
    (True, False, 0, "todo", "To fill in", "Export interim bundle"),
    (True, True, 0, "pass", "Complete", "Export bundle"),
]


@pytest.mark.parametrize(("pack", "ready", "missing", "icon", "words", "export"), STATEMENT)
def test_the_statement_is_complete_only_when_nothing_is_missing(
    pack: bool, ready: bool, missing: int, icon: str, words: str, export: str
) -> None:
    now = Situation(True, 2, run=Run.FINISHED, counts={"pass": 3}, pack=pack, ready=ready, missing=missing)
    info = next(i for i in survey(now) if i.step is Step.STATEMENT)
    assert (info.icon, info.state) == (icon, words)
    action = primary(Step.REPORT, now)
    assert action is not None
    assert action.text == export
    assert now.interim is ("interim" in export)


def test_targets_changed_after_the_run_are_said() -> None:
    info = next(i for i in survey(Situation(True, 3, run=Run.FINISHED, counts={"pass": 1}, stale=True)) if i.step is Step.AUDIT)
    assert "Changed" in info.state


def test_order() -> None:
    assert [following(s) for s in Step] == [*list(Step)[1:], None]
    assert [leading(s) for s in Step] == [None, *list(Step)[:-1]]
