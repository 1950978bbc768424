"""The way to a stop, from wherever the presenter has clicked to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit_ui.flow import Run, Step
from selfaudit_ui.pages import NAMES
from selfaudit_ui.tour.stops import AFTER, BEFORE, STOPS, Goal, Need
from selfaudit_ui.tour.way import Move, Now, next_move

CASE = Goal("targets", Need.CASE)
RUN = Goal("audit", Need.RUN, BEFORE)
FIX = Goal("fix", Need.RESULTS, BEFORE)
FIXED = Goal("fix", Need.RESULTS, AFTER)
BUNDLE = Goal("open-bundle", Need.BUNDLE, AFTER)
DONE = Now(BEFORE, Run.FINISHED)
MENDED = Now(AFTER, Run.FINISHED)


def test_eight_to_ten_stops_on_pages_that_exist_in_the_order_of_the_steps() -> None:
    assert 8 <= len(STOPS) <= 10
    assert {stop.goal.page for stop in STOPS} <= set(NAMES)
    steps = [str(step) for step in Step]
    order = [steps.index(stop.goal.page) for stop in STOPS[:-1] if stop.goal.page in steps]
    assert order == sorted(order)
    assert set(order) == set(range(len(steps)))
    assert [stop.goal.need for stop in STOPS[:-1]] == sorted(stop.goal.need for stop in STOPS[:-1])


@pytest.mark.parametrize(
    ("goal", "now", "move"),
    [
        (CASE, Now(), Move.OPEN),
        (CASE, Now(BEFORE), Move.SHOW),
        (CASE, Now(BEFORE, Run.RUNNING), Move.SHOW),
        (CASE, MENDED, Move.SHOW),
        (CASE, Now(BEFORE, sound=False), Move.OPEN),
        (CASE, Now(BEFORE, Run.RUNNING, sound=False), Move.WAIT),
        (RUN, Now(BEFORE), Move.RUN),
        (RUN, Now(BEFORE, Run.FAILED), Move.RUN),
        (RUN, Now(BEFORE, Run.RUNNING), Move.SHOW),
        (RUN, DONE, Move.SHOW),
        (RUN, replace(DONE, checking=True), Move.WAIT),
        (RUN, MENDED, Move.OPEN),
        (RUN, Now(AFTER, Run.RUNNING), Move.WAIT),
        (RUN, replace(MENDED, writing=True), Move.WAIT),
        (FIX, Now(BEFORE), Move.RUN),
        (FIX, Now(BEFORE, Run.RUNNING), Move.WAIT),
        (FIX, Now(BEFORE, Run.STOPPING), Move.WAIT),
        (FIX, Now(BEFORE, Run.INTERRUPTED), Move.RESUME),
        (FIX, DONE, Move.SHOW),
        (FIX, replace(DONE, sound=False), Move.OPEN),
        (FIX, MENDED, Move.SWITCH),
        (FIX, Now("suspended", Run.FINISHED), Move.SWITCH),
        (FIXED, DONE, Move.SWITCH),
        (FIXED, replace(DONE, checking=True), Move.WAIT),
        (FIXED, MENDED, Move.SHOW),
        (BUNDLE, DONE, Move.SWITCH),
        (BUNDLE, MENDED, Move.WRITE),
        (BUNDLE, replace(MENDED, writing=True), Move.WAIT),
        (BUNDLE, replace(MENDED, written=True), Move.VERIFY),
        (BUNDLE, replace(MENDED, written=True, bundle=True), Move.SHOW),
        # The bundle that is open is of a report that stands no longer.
        (BUNDLE, replace(MENDED, bundle=True), Move.WRITE),
    ],
)
def test_the_next_move(goal: Goal, now: Now, move: Move) -> None:
    assert next_move(goal, now) is move


def _after(move: Move, goal: Goal, now: Now) -> Now:
    """What a move comes to in the end."""
    if move is Move.OPEN:
        return Now(BEFORE)
    if move in (Move.RUN, Move.RESUME):
        return replace(now, run=Run.FINISHED)
    if move is Move.SWITCH:
        return replace(now, world=goal.world, written=False)
    if move is Move.WRITE:
        return replace(now, written=True, bundle=False)
    if move is Move.VERIFY:
        return replace(now, bundle=True)
    return replace(now, checking=False, writing=False, run=Run.INTERRUPTED if now.run is not Run.FINISHED else now.run)


@pytest.mark.parametrize("number", range(len(STOPS)))
def test_every_stop_is_reached_from_everywhere_in_few_moves(number: int) -> None:
    goal = STOPS[number].goal
    for world in ("", BEFORE, "suspended", AFTER):
        for run in Run:
            for flags in range(32):
                now = Now(world, run, *(bool(flags >> bit & 1) for bit in range(5)))
                for _step in range(8):
                    move = next_move(goal, now)
                    if move is Move.SHOW:
                        break
                    now = _after(move, goal, now)
                else:
                    raise AssertionError((number, now))
