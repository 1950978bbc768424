"""Leads the window from stop to stop, and between the two worlds, from wherever the presenter has clicked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from selfaudit.engine import Audit
from selfaudit.engine.again import Change, Key, key_of
from selfaudit.findings import Outcome
from selfaudit.i18n import _, ngettext
from selfaudit.remedy import GroupKey
from selfaudit_ui.bridge import Failure
from selfaudit_ui.flow import Run
from selfaudit_ui.tour.leaflet import write_leaflet
from selfaudit_ui.tour.presenter import PresentingController
from selfaudit_ui.tour.stops import AFTER, BEFORE, STOPS, Goal, Need
from selfaudit_ui.tour.way import TRIES, Move, Now, next_move

_MOVING = {
    Move.OPEN: lambda: _("The demo's case is being opened …"),
    Move.RUN: lambda: _("The audit is running. The tour goes on by itself when it has finished."),
    Move.RESUME: lambda: _("The audit is running. The tour goes on by itself when it has finished."),
    Move.SWITCH: lambda: _("Everything is being checked again in the other world …"),
    Move.WRITE: lambda: _("The customer's bundle is being written …"),
    Move.VERIFY: lambda: _("The bundle is being opened …"),
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What the panel shows.

    Attributes:
        number: of the stop, from 1.
        total: how many there are.
        title, words, heading, desk: of the stop, in the chosen language.
        world: in which the demo stands, "" for none of the two.
        may_switch: there are results, so the world can be switched.
        changed: what the switch has changed, "" as long as only one world has been seen.
        note: (icon, words, verdict) on what is under way or went wrong; no words for nothing.
        saves: the leaflet is offered.
    """

    number: int
    total: int
    title: str
    words: str
    heading: str
    desk: str
    world: str = ""
    may_switch: bool = False
    changed: str = ""
    note: tuple[str, str, str] = ("todo", "", "")
    saves: bool = False


class Director(QObject):
    """The tour.

    Signals:
        told: what is to be said has changed.
        arrived: a stop has been reached.
    """

    told = Signal()
    arrived = Signal()

    def __init__(self, controller: PresentingController, show_page: Callable[[str], object]) -> None:
        super().__init__()
        self.controller, self._show_page = controller, show_page
        self.number = 0
        self.goal: Goal | None = None
        self.audits: dict[str, Audit] = {}
        self._counts: dict[str, tuple[int, int]] = {}  # of each world: what blocks, and what could not be verified
        self._tried: Counter[Move] = Counter()
        self._move: Move | None = None
        self._trouble = ""
        self._leaflet: tuple[str, str, str] | None = None
        self._finding: Key | None = None
        self._verified = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._advance)
        controller.changed.connect(self._changed)

    # What the presenter asks for

    def go(self, number: int) -> None:
        """Leads to a stop, by its number from 0."""
        self.number = min(max(number, 0), len(STOPS) - 1)
        self._leaflet = None
        self._head_for(STOPS[self.number].goal)

    def next(self) -> None:
        """Leads to the stop after this one."""
        self.go(self.number + 1)

    def back(self) -> None:
        """Leads to the stop before this one."""
        self.go(self.number - 1)

    def to_world(self, world: str) -> None:
        """Checks the demo's customer again in another world and shows what has changed. The stop stays."""
        self._head_for(Goal("fix", Need.RESULTS, world))

    def rest(self) -> None:
        """Leads nowhere any more; the app stays as it is."""
        self.goal = self._move = None
        self._timer.stop()

    def save_leaflet(self, path: Path) -> None:
        """Writes the leaflet of the provider to whom the app is shown."""
        begun = self._leaflet = "running", _("The leaflet is being written …"), ""
        self.told.emit()

        def then(_none: None) -> None:
            if self._leaflet is not begun:  # the tour has gone on
                return
            self._leaflet = "pass", _("Written: {file}").format(file=path), "good"
            self.told.emit()

        def failed(failure: Failure) -> None:
            if self._leaflet is not begun:
                return
            why = failure.words or failure.trace
            self._leaflet = "fail", _("The leaflet could not be written: {why}").format(why=why), "fail"
            self.told.emit()

        before, after, provider = self.audits.get(BEFORE), self.audits.get(AFTER), self.controller.provider
        self.controller.bridge.call_long(
            lambda _tell: write_leaflet(path, provider, before, after), then, failed, lambda _news: None
        )

    def refuse_leaflet(self, path: Path) -> None:
        """Says that a file is there already, about which nobody was asked."""
        why = _("{file} is there already; choose another name.").format(file=path)
        self._leaflet = "fail", _("The leaflet could not be written: {why}").format(why=why), "fail"
        self.told.emit()

    # Moving

    def _head_for(self, goal: Goal) -> None:
        self.goal, self._trouble, self._move = goal, "", None
        self._tried.clear()
        self._advance()
        self.told.emit()

    def _changed(self, _what: str) -> None:
        self._note_results()
        if self.goal is not None:
            self._timer.start(0)  # when what has changed has been shown
        self.told.emit()

    def _note_results(self) -> None:
        """Remembers how each world came out, for what is said about the switch and for the leaflet."""
        controller, view = self.controller, self.controller.view
        world = controller.draft.demo if controller.draft is not None else ""
        done = controller.run.state is Run.FINISHED and not controller.again and not controller.situation.stale
        if view is not None and done and world in (BEFORE, AFTER) and view.audit is not self.audits.get(world):
            self.audits[world] = view.audit
            unclear = sum(len(g.actions) for g in view.groups if g.key is GroupKey.UNCLEAR)
            self._counts[world] = controller.blocking(), unclear

    def now(self) -> Now:
        """How things stand."""
        controller = self.controller
        situation, draft = controller.situation, controller.draft
        wanted = controller.bundle_place
        return Now(
            draft.demo if draft is not None else "",
            controller.run.state,
            bool(controller.again),
            bool(situation.lines) and not situation.faulty and not situation.case_faults and not situation.stale,
            bool(controller.exporting),
            controller.exported == wanted and wanted.is_file(),
            self._verified and controller.bundle_path == wanted and (controller.verifying or controller.bundle is not None),
        )

    def _advance(self) -> None:
        goal = self.goal
        if goal is None:
            return
        move = next_move(goal, self.now())
        if move is Move.WAIT:
            return
        if move is Move.SHOW:
            self.goal = self._move = None
            self._show(goal)
            self.told.emit()
            self.arrived.emit()
            return
        self._tried[move] += 1
        if self._tried[move] > TRIES:
            self._give_up(goal)
            return
        self._move = move
        self._do(move, goal)
        self.told.emit()
        self._timer.start(0)

    def _do(self, move: Move, goal: Goal) -> None:
        controller = self.controller
        if move is Move.OPEN:
            controller.open_demo(BEFORE)
        elif move is Move.RUN:
            controller.start_run()
            self._show_page("audit")
        elif move is Move.RESUME:
            controller.resume_run()
            self._show_page("audit")
        elif move is Move.SWITCH:
            self._switch(goal.world)
        elif move is Move.WRITE:
            self._verified = False
            controller.bundle_place.parent.mkdir(parents=True, exist_ok=True)
            controller.export_report("bundle", controller.bundle_place)
        else:
            self._verified = True
            controller.open_bundle(controller.bundle_place)

    def _switch(self, world: str) -> None:
        controller, view, draft = self.controller, self.controller.view, self.controller.draft
        if view is None or draft is None:
            return
        if world == BEFORE:
            controller.take_back_statement()
        self._show_page("fix")
        controller.check_again((key_of(r) for r in view.audit.results), world=world)

    def _show(self, goal: Goal) -> None:
        """Opens the page, at the finding about which the tour tells."""
        if goal.page == "fix":
            if goal.world == BEFORE:
                self._finding = self._telling_finding()
            self.controller.finding_wanted = self._finding if goal.world == BEFORE else self._mended_finding()
        self._show_page(goal.page)

    def _telling_finding(self) -> Key | None:
        """The gravest finding for which there are steps for the customer's own software; otherwise the first that blocks."""
        view = self.controller.view
        actions = [a for g in (view.groups if view is not None else ()) if g.key is GroupKey.MUST for a in g.actions]
        chosen = next((a for a in actions if a.advice is not None and a.advice.stacks), actions[0] if actions else None)
        return key_of(chosen.result) if chosen is not None else None

    def _mended_finding(self) -> Key | None:
        """The finding that was told about before, if it has become another; otherwise the first that has, or else itself."""
        past, view = self.controller.past, self.controller.view
        keys = [key_of(a.result) for g in (view.groups if view is not None else ()) for a in g.actions]
        mended = [key for key in keys if key in past and _is_mended(past[key][-1].change)]
        return next((key for key in mended if key == self._finding), mended[0] if mended else self._finding)

    def _give_up(self, goal: Goal) -> None:
        controller = self.controller
        why = controller.run.problem or controller.again_trouble or controller.export_trouble or controller.bundle_trouble
        why = why or controller.trouble or controller.plan_trouble
        self._trouble = _("This stop could not be prepared; press “Next stop” to go on.") + (f"\n{why}" if why else "")
        self.rest()
        self._show_page(goal.page)
        self.told.emit()

    # Telling

    def telling(self) -> Telling:
        """What the panel shows now, in the chosen language."""
        stop, draft = STOPS[self.number], self.controller.draft
        last = self.number == len(STOPS) - 1
        world = draft.demo if draft is not None and draft.demo in (BEFORE, AFTER) else ""
        wanted = self.goal.world if self.goal is not None and self.goal.world and self._move is Move.SWITCH else world
        return Telling(
            self.number + 1, len(STOPS), _(stop.title), _(stop.words), _(stop.heading), _(stop.desk), wanted,
            self.controller.situation.has_results or bool(self.controller.again), self._changes(), self._note(), last,
        )  # fmt: skip

    def _note(self) -> tuple[str, str, str]:
        if self._trouble:
            return "warn", self._trouble, "warn"
        if self.goal is not None and self._move is not None:
            return "running", _MOVING[self._move](), ""
        if self.goal is not None:
            return "running", _("One moment …"), ""
        return self._leaflet or ("todo", "", "")

    def _changes(self) -> str:
        """How each world came out. What could not be verified is never left out: it is not the same as nothing."""
        if BEFORE not in self._counts or AFTER not in self._counts:
            return ""
        words = {BEFORE: _("Before: {counts}"), AFTER: _("After fixing: {counts}")}
        return "\n".join(words[world].format(counts=counted(*self._counts[world])) for world in (BEFORE, AFTER))


def _is_mended(change: Change) -> bool:
    """Whether a check failed before and passes now."""
    return change.before is not None and (change.before.outcome, change.now.outcome) == (Outcome.FAIL, Outcome.PASS)


def counted(blocking: int, unclear: int) -> str:
    """How a world came out, in words."""
    blocks = ngettext("{count} finding blocks", "{count} findings block", blocking) if blocking else _("nothing blocks")
    parts = [blocks.format(count=blocking)]
    if unclear:
        parts.append(ngettext("{count} could not be verified", "{count} could not be verified", unclear).format(count=unclear))
    return ", ".join(parts)
