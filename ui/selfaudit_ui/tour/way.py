"""What brings the app from wherever it is to where a stop wants it, one move after the other. Knows nothing of Qt.

The presenter may click freely meanwhile: every move is worked out anew from how things stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from selfaudit_ui.flow import Run
from selfaudit_ui.tour.stops import Goal, Need

TRIES = 3  # of one move on the way to one goal


class Move(StrEnum):
    """The next thing to do."""

    OPEN = "open"  # the demo's case anew
    RUN = "run"
    RESUME = "resume"
    SWITCH = "switch"  # check everything again in the other world
    WRITE = "write"  # the bundle
    VERIFY = "verify"  # open the bundle
    WAIT = "wait"
    SHOW = "show"  # the page; then the goal is reached


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand.

    Attributes:
        world: of the open case, "" where no case of the demo is open.
        run: how its run stands.
        checking: everything is being checked again.
        sound: its targets can be read, and are those of the run.
        writing: a report is being written.
        written: a bundle of the report as it stands has been written.
        bundle: that bundle is open, or being verified.
    """

    world: str = ""
    run: Run = Run.NONE
    checking: bool = False
    sound: bool = True
    writing: bool = False
    written: bool = False
    bundle: bool = False

    @property
    def busy(self) -> bool:
        """Whether something is under way that no other case may be put in place of."""
        return self.checking or self.writing or self.run in (Run.RUNNING, Run.STOPPING)


def next_move(goal: Goal, now: Now) -> Move:
    """The next thing to do on the way to a goal."""
    if not now.world or not now.sound:
        return Move.WAIT if now.busy else Move.OPEN
    if goal.need is Need.CASE:
        return Move.SHOW
    if goal.need is Need.RUN:
        return _to_run(goal, now)
    if now.busy:
        return Move.WAIT
    if now.run is Run.INTERRUPTED:
        return Move.RESUME
    if now.run is not Run.FINISHED:
        return Move.RUN
    if goal.world and now.world != goal.world:
        return Move.SWITCH
    return Move.SHOW if goal.need is Need.RESULTS else _to_bundle(now)


def _to_run(goal: Goal, now: Now) -> Move:
    """A run in its world that has begun; the results of another world are not what is to be seen there."""
    if goal.world and now.world != goal.world:
        return Move.WAIT if now.busy else Move.OPEN
    if now.checking:
        return Move.WAIT
    return Move.RUN if now.run in (Run.NONE, Run.FAILED) else Move.SHOW


def _to_bundle(now: Now) -> Move:
    if not now.written:
        return Move.WRITE
    return Move.SHOW if now.bundle else Move.VERIFY
