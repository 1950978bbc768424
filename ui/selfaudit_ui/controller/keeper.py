"""State, signals, the store, and the choices for the app."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from selfaudit.case import HOSTED, Case
from selfaudit.case.model import BROUGHT
from selfaudit.engine import Plan
from selfaudit.engine.again import Key, key_of
from selfaudit.engine.draft import Draft, Reading, declared_problems, read_hosted, read_lines, read_not_registrant
from selfaudit.engine.draft_case import make_case, read_pages
from selfaudit.engine.suggest import Suggestion
from selfaudit.errors import UserError
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.install import install_key_or_none
from selfaudit.remedy import GroupKey
from selfaudit.settings import Settings
from selfaudit.store import CaseRow, PastChange, Store, StoreError, default_path, open_store
from selfaudit.store.database import set_aside
from selfaudit_ui import session
from selfaudit_ui.bridge import Bridge, Failure, Job
from selfaudit_ui.controller.saving import CaseSaver, Saving
from selfaudit_ui.flow import Run, Situation
from selfaudit_ui.preferences import Preferences, load_preferences, save_preferences, settings_of

SAVE_AFTER = 200  # milliseconds without another change
_ON_START = ("suspended",)  # fields of “Your case”; all others that can be wrong stand on the page “What to check”
# What a person tells about a case. Only the rules and the report use it: a change is judged anew, and nothing is looked up again.
TOLD = (
    "number", "provider", "deadline", "suspended", "registrant", "not_registrant", "notices", "cited", "steps", "purpose", "bulk", "shared",
)  # fmt: skip


@dataclass(slots=True)
class RunView:
    """The run of the open case as the window shows it."""

    state: Run = Run.NONE
    run_id: int | None = None
    done: int = 0
    total: int = 0
    subject: str = ""
    began: float = 0.0
    seconds: float = 0.0
    results: dict[Key, Result] = field(default_factory=dict)
    problem: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Essence:
    """What the results of a case depend on: what is looked up, and what a person told."""

    observed: object
    told: object


def told_of(case: Case) -> dict[str, Any]:
    """What a person told, by the names of `Case`."""
    return {name: getattr(case, name) for name in TOLD}


def essence(case: Case) -> Essence:
    """What the results of a case depend on.

    What was brought along in a file concerns only the results about that file: `HostResults` names those that are not judged yet.
    """
    targets = frozenset((t.kind, t.value, t.origin == HOSTED) for t in case.targets if t.kind not in BROUGHT)
    told = told_of(case) | {"not_registrant": set(case.not_registrant)}
    return Essence((targets, frozenset(case.sending_ips), frozenset(case.selectors), frozenset(case.pages)), told)


def _ignore(_failure: Failure) -> None:
    """Where it is enough that the window says it."""


class Keeper(QObject):
    """What every part of the controller rests on: state, signals, the store, the choices for the app.

    Signals:
        changed: names what changed: "case", "cases", "plan", "authority", "suggestions", "hosts", "notices", "messages", "ledgers",
            "unsorted", "run", "results", "marks", "readiness", "saved", "preferences", "trouble".
        opened: a case was opened; the window goes to the named step.
    """

    changed = Signal(str)
    opened = Signal(str)

    def __init__(self, *, world: session.World | None = None) -> None:
        super().__init__()
        self.bridge = Bridge()
        self.preferences, self.trouble = load_preferences()
        self._fixed_world = world
        self.settings = world.settings if world else Settings()
        self.settings_trouble = ""
        self.store: Store | None = None
        self.store_trouble: StoreError | None = None
        self._memory: Store | None = None
        self._memory_waiting: list[tuple[Callable[[Store], object], Callable[[Failure], object]]] = []
        self._savers: list[CaseSaver] = []  # also of cases that were left while something of them waits for saving
        self._waiting: list[Callable[[], None]] = []
        self.cases: tuple[CaseRow, ...] | None = None
        self.in_dialog = False  # a file dialog is open; the pages that wait for it must stay
        self.saving = Saving.NOTHING
        self.saving_problem = ""
        self._reset_case()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        if world is None:
            self._read_settings()

    def _reset_case(self) -> None:
        self._opening = object()  # answers that were asked for by another case are thrown away
        self.draft: Draft | None = None
        self.saver: CaseSaver | None = None
        self.readings: tuple[Reading, ...] = ()
        self.hosted: tuple[Reading, ...] = ()
        self.others: tuple[Reading, ...] = ()
        self.declared: dict[str, str] = {}  # what is wrong with single fields, by their names
        self.evidence_trouble = ""
        self.plan: Plan | None = None
        self.plan_trouble = ""
        self.authority: dict[str, str] | None = None
        self.authority_trouble = ""
        self.asking_authority = False
        self.suggestions: tuple[Suggestion, ...] | None = None
        self.suggesting = False
        self.suggestions_trouble = ""
        self.case_trouble = ""
        self.paste_trouble = ""
        self.run = RunView()
        self.view: session.View | None = None
        self.ran: Case | None = None
        self.ran_settings: Settings | None = None
        self._essence: Essence | None = None
        self.marks: dict[tuple[str, str, str, str], Mark] = {}
        self.past: dict[Key, list[PastChange]] = {}
        self.again: frozenset[Key] = frozenset()
        self.again_trouble = ""
        self.exported: Path | None = None
        self.export_trouble = ""
        self._job: Job[Any] | None = None
        self._stop_wanted = False
        self.waiting_mark: Mark | None = None

    # The store

    def open_store(self) -> None:
        """Opens the store and lists its cases, in the worker."""
        path = default_path()

        def work() -> tuple[Store, tuple[CaseRow, ...]]:
            store = open_store(path)
            self.bridge.at_end.append(store.close)
            store.close_unfinished()
            return store, store.cases()

        def then(found: tuple[Store, tuple[CaseRow, ...]]) -> None:
            self.store, self.cases = found
            self.store_trouble = None
            self._store_opened()
            self.changed.emit("cases")

        def failed(failure: Failure) -> None:
            self.cases = ()
            if isinstance(failure.error, StoreError):
                self.store_trouble = failure.error
            else:
                self.store_trouble = StoreError(failure.words or failure.trace, path, replaceable=False)
            self._store_opened()
            self.changed.emit("cases")

        self.cases = None
        self.bridge.call(work, then, failed)

    def replace_store(self) -> None:
        """Sets a store that cannot be used aside, under a name that says so, and starts a new one."""
        trouble = self.store_trouble
        if trouble is None or not trouble.replaceable:
            return
        self.bridge.call(lambda: set_aside(trouble.path), lambda _path: self.open_store(), self._store_failed)

    def _store_failed(self, failure: Failure) -> None:
        self.trouble = failure.words or failure.trace
        self.changed.emit("trouble")

    def use_store(self, then: Callable[[Store], object], failed: Callable[[Failure], object] = _ignore, *, demo: bool) -> None:
        """Calls `then` with the store: the one on disk, or one in memory for demos and where none can be opened.

        While the store is still being opened, it waits for it. `failed` gets why not even the one in memory can be opened.
        """
        if not demo and self.store is not None:
            then(self.store)
        elif not demo and self.store_trouble is None and self.cases is None:
            self._waiting.append(lambda: self.use_store(then, failed, demo=demo))
        elif self._memory is not None:
            then(self._memory)
        else:
            self._memory_waiting.append((then, failed))
            if len(self._memory_waiting) == 1:
                self.bridge.call(self._open_memory, self._memory_opened, self._no_memory)

    def _open_memory(self) -> Store:
        store = open_store(None)
        self.bridge.at_end.append(store.close)
        return store

    def _memory_opened(self, store: Store) -> None:
        self._memory = store
        waiting, self._memory_waiting = self._memory_waiting, []
        for then, _failed in waiting:
            then(store)

    def _no_memory(self, failure: Failure) -> None:
        waiting, self._memory_waiting = self._memory_waiting, []
        self._store_failed(failure)
        for _then, failed in waiting:
            failed(failure)

    def _store_opened(self) -> None:
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def refresh_cases(self) -> None:
        """Lists the cases anew."""
        store = self.store
        if store is None:
            return

        def then(cases: tuple[CaseRow, ...]) -> None:
            self.cases = cases
            self.changed.emit("cases")

        self.bridge.call(store.cases, then, self._store_failed)

    def delete_case(self, case_id: int) -> None:
        """Deletes a case and everything about it."""
        store = self.store
        if store is None or (case_id == self.case_id and self.situation.busy):
            return
        if case_id == self.case_id:
            self._timer.stop()
            self._reset_case()
            self.changed.emit("case")
        for saver in self._savers:
            if saver.is_of(case_id):
                saver.forget()  # what could not be saved before must not bring the case back
        self.bridge.call(lambda: store.delete_case(case_id), lambda _none: self.refresh_cases(), self._store_failed)

    # Settings

    @property
    def world(self) -> session.World:
        """Where the open case is looked up."""
        draft = self.draft or Draft()
        if draft.demo:
            place = session.World(self.settings, draft.demo, session.DEMO_KEY)
        else:
            place = self._fixed_world or session.World(self.settings, "", install_key_or_none())
        return replace(place, hosts=draft.hosts, messages=draft.messages, ledgers=draft.ledgers)

    def _read_settings(self) -> None:
        self.settings_trouble = ""
        try:
            self.settings = settings_of(self.preferences)
        except UserError as error:  # the rest of the choices counts, but nothing is sent until the file can be read
            self.settings_trouble = str(error)
            self.settings = settings_of(msgspec.structs.replace(self.preferences, settings_file=""))

    def prefer(self, preferences: Preferences, *, quiet: bool = False) -> None:
        """Takes over and saves the choices for the app."""
        self.preferences = preferences
        try:
            save_preferences(preferences)
            self.trouble = ""
        except UserError as error:
            self.trouble = str(error)
        if self._fixed_world is None:
            self._read_settings()
        self.plan = None
        if not quiet:
            self.changed.emit("preferences")

    # What follows from the state

    @property
    def case_id(self) -> int | None:
        """The number of the open case, None until it has been saved."""
        return self.saver.case_id if self.saver is not None else None

    @property
    def is_demo(self) -> bool:
        """Whether the open case is one of the demo's."""
        return bool(self.draft and self.draft.demo)

    @property
    def situation(self) -> Situation:
        """What the steps depend on."""
        draft, run = self.draft, self.run
        counts: dict[str, int] = {}
        if run.state in (Run.FINISHED, Run.INTERRUPTED) and self.view is not None:
            for result in self.view.audit.results:
                counts[str(result.outcome)] = counts.get(str(result.outcome), 0) + 1
        faulty, on_start = self.faulty, sum(name in self.declared for name in _ON_START)
        stale = self.ran is not None and draft is not None and (bool(faulty) or not self._still_about(self.ran))
        stale = stale or bool(self.gone_hosts)
        stale = stale or (self.ran_settings is not None and self.ran_settings != self.settings)
        return Situation(
            draft is not None, sum(bool(r.targets) and not r.problem for r in (*self.readings, *self.hosted)), faulty - on_start,
            bool(draft and draft.confirmed), bool(draft and draft.person.strip() and draft.role.strip()) or bool(self.authority),
            run.state, run.done, run.total, counts, stale, self.exported is not None,
            "ready" if self.plan is not None else "failed" if self.plan_trouble else "working", self.blocking(),
            bool(self.again), case_faults=on_start,
        )  # fmt: skip

    def _still_about(self, ran: Case) -> bool:
        """Whether a run is about the case as it is. One that was interrupted takes what a person told since when it goes on."""
        now, then = self._essence, essence(ran)
        if now is None:
            return False
        return now.observed == then.observed if self.run.state is Run.INTERRUPTED else now == then

    @property
    def gone_hosts(self) -> tuple[str, ...]:
        """Servers that were taken off since the run, whose results are still there."""
        if self.ran is None or self.draft is None:
            return ()
        there = {h.name for h in self.draft.hosts}
        return tuple(h.name for h in self.ran.hosts if h.name not in there)

    @property
    def faulty(self) -> int:
        """How many lines and fields of the case must be corrected."""
        return sum(bool(r.problem) for r in (*self.readings, *self.hosted, *self.others)) + len(self.declared)

    def blocking(self) -> int:
        """How many findings block reinstatement."""
        groups = self.view.groups if self.view is not None else ()
        return sum(len(g.actions) for g in groups if g.key in (GroupKey.MUST, GroupKey.PROVIDER))

    def _take_view(self, view: session.View, *, finished: bool) -> None:
        self.view = view
        self.ran = view.audit.evidence.case
        self.run.state = Run.FINISHED if finished else Run.INTERRUPTED
        self.run.results = {key_of(r): r for r in view.audit.results if finished or r.outcome is not Outcome.NOT_RUN}
        if self.run.began:
            self.run.seconds = time.monotonic() - self.run.began

    def _read(self) -> None:
        reserved = self.world.settings.scope.allow_reserved or bool(self.draft and self.draft.demo)
        draft = self.draft
        self.readings = read_lines(draft, allow_reserved=reserved) if draft else ()
        self.hosted = read_hosted(draft, allow_reserved=reserved) if draft else ()
        self.others = read_not_registrant(draft, allow_reserved=reserved) if draft else ()
        self.declared = declared_problems(draft) if draft else {}
        try:
            read_pages(draft.pages if draft else ())
        except UserError as error:
            self.declared["pages"] = str(error)
        self._essence = None
        if draft is not None and not self.faulty:
            with contextlib.suppress(UserError):
                self._essence = essence(make_case(draft, allow_reserved=reserved))

    def reread(self) -> None:
        """Words the problems anew, after a change of language or settings."""
        self._read()
