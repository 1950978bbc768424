"""Everything the window knows, and everything it can do. Pages read from here and ask for things; they hold no state of their own."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from selfaudit.case import Authority, Case
from selfaudit.case.file import read_case_file
from selfaudit.engine import Plan
from selfaudit.engine.again import CheckedAgain, Key, key_of
from selfaudit.engine.authority import challenge_token
from selfaudit.engine.draft import (
    Draft,
    Line,
    Reading,
    add_lines,
    from_case,
    from_case_file,
    learn_message,
    make_case,
    read_lines,
    split_pasted,
)
from selfaudit.engine.suggest import Suggestion
from selfaudit.errors import UserError
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import _
from selfaudit.install import install_key_or_none
from selfaudit.settings import Settings
from selfaudit.store import CaseRow, PastChange, RunState, Store, StoreError, default_path, open_store
from selfaudit.store.database import set_aside
from selfaudit_ui import session
from selfaudit_ui.bridge import Bridge, Failure, Job
from selfaudit_ui.flow import Run, Situation
from selfaudit_ui.preferences import Preferences, load_preferences, save_preferences, settings_of

SAVE_AFTER = 200  # milliseconds without another change


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


class Controller(QObject):
    """The model of the whole window.

    Signals:
        changed: names what changed: "case", "cases", "plan", "authority", "suggestions", "run", "results", "marks", "saved",
            "preferences", "trouble".
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
        self.store: Store | None = None
        self.store_trouble: StoreError | None = None
        self._memory: Store | None = None
        self._memory_waiting: list[Callable[[Store], object]] = []
        self._waiting: list[Callable[[], None]] = []
        self.cases: tuple[CaseRow, ...] | None = None
        self.saved = ""
        self.unsaved = False
        self._reset_case()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._save_case)
        if world is None:
            self._read_settings()

    def _reset_case(self) -> None:
        self.draft: Draft | None = None
        self.case_id: int | None = None
        self.readings: tuple[Reading, ...] = ()
        self.plan: Plan | None = None
        self.plan_trouble = ""
        self.authority: dict[str, str] | None = None
        self.authority_trouble = ""
        self.asking_authority = False
        self.suggestions: tuple[Suggestion, ...] | None = None
        self.suggesting = False
        self.suggestions_trouble = ""
        self.case_trouble = ""
        self.run = RunView()
        self.view: session.View | None = None
        self.ran: Case | None = None
        self.marks: dict[tuple[str, str, str, str], Mark] = {}
        self.past: dict[Key, list[PastChange]] = {}
        self.again: frozenset[Key] = frozenset()
        self.again_trouble = ""
        self.exported: Path | None = None
        self.export_trouble = ""
        self._job: Job[Any] | None = None
        self._saving = False

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

    def _use_store(self, then: Callable[[Store], object]) -> None:
        """Calls `then` with the store of the open case: the one on disk, or one in memory for demos and where none can be opened.

        While the store is still being opened, it waits for it.
        """
        demo = bool(self.draft and self.draft.demo)
        if not demo and self.store is not None:
            then(self.store)
        elif not demo and self.store_trouble is None and self.cases is None:
            self._waiting.append(lambda: self._use_store(then))
        elif self._memory is not None:
            then(self._memory)
        else:
            self._memory_waiting.append(then)
            if len(self._memory_waiting) == 1:
                self.bridge.call(self._open_memory, self._memory_opened, self._store_failed)

    def _open_memory(self) -> Store:
        store = open_store(None)
        self.bridge.at_end.append(store.close)
        return store

    def _memory_opened(self, store: Store) -> None:
        self._memory = store
        waiting, self._memory_waiting = self._memory_waiting, []
        for then in waiting:
            then(store)

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
        self.bridge.call(lambda: store.delete_case(case_id), lambda _none: self.refresh_cases(), self._store_failed)

    # The case

    @property
    def can_leave_case(self) -> bool:
        """Whether another case may be opened now."""
        return not self.situation.busy and not self.again

    def new_case(self, draft: Draft | None = None, step: str = "targets") -> None:
        """Starts a case."""
        if not self.can_leave_case:
            return
        self.flush()
        self._reset_case()
        self.draft = draft if draft is not None else Draft(lines=(Line(""),))
        self._read()
        self.changed.emit("case")
        self.opened.emit(step)
        if draft is not None:
            self._saving = True
            self._save_case()

    def open_demo(self, world: str) -> None:
        """Opens a world of the demo; nothing of it is kept."""
        from selfaudit.demo import demo_case

        self.new_case(from_case(demo_case(world)))

    def open_case_file(self, path: Path) -> None:
        """Opens a case file from support."""
        try:
            file = read_case_file(path)
        except UserError as error:
            self.trouble = str(error)
            self.changed.emit("trouble")
            return
        self.trouble = ""
        self.changed.emit("trouble")
        self.new_case(from_case_file(file))

    def take_files(self, paths: Iterable[Path]) -> None:
        """Takes dropped files: case files, and sample messages for the open case."""
        for path in paths:
            if path.suffix.lower() in (".eml", ".msg", ".txt") and self.draft is not None:
                self.add_message(path)
            elif path.suffix.lower() == ".json":
                self.open_case_file(path)
            else:
                self.trouble = _("{file}: drop a case file (.json), or a sample message (.eml) on an open case.").format(
                    file=path.name
                )
                self.changed.emit("trouble")

    def open_case(self, row: CaseRow) -> None:
        """Opens a kept case with its marks and its latest run."""
        store = self.store
        if store is None or not self.can_leave_case:
            return
        self.flush()
        self._reset_case()
        self.draft, self.case_id = row.draft, row.id
        self.saved = _("Saved")
        self._read()
        run = row.run
        if run is not None:
            self.run = RunView(Run.INTERRUPTED, run.id, run.done, run.total)

        def work() -> tuple[tuple[Mark, ...], session.View | None, tuple[PastChange, ...]]:
            marks = store.marks(row.id)
            if run is None:
                return marks, None, ()
            return marks, session.load_run(store, run.id), store.changes(run.id)

        def then(found: tuple[tuple[Mark, ...], session.View | None, tuple[PastChange, ...]]) -> None:
            if self.case_id != row.id:
                return
            marks, view, past = found
            self.marks = {m.key: m for m in marks}
            for change in past:
                self.past.setdefault(key_of(change.change.now), []).append(change)
            if view is not None and run is not None:
                self._take_view(view, finished=run.state is RunState.FINISHED)
            self.changed.emit("results")
            self.changed.emit("run")
            finished = view is not None and run is not None and run.state is RunState.FINISHED
            self.opened.emit("fix" if finished else "audit" if view is not None else "targets")

        def failed(failure: Failure) -> None:
            self.trouble = failure.words or _("This case cannot be read by this version: {why}").format(why=failure.trace)
            self.changed.emit("trouble")

        self.changed.emit("case")
        self.bridge.call(work, then, failed)

    def edit(self, draft: Draft) -> None:
        """Takes over a change of the person and saves it a moment later. A change of targets asks for permission anew."""
        if draft == self.draft:
            return
        before = self.draft
        self.draft = draft
        targets_changed = before is None or before.lines != draft.lines
        self._read()
        if targets_changed:
            self.plan, self.authority = None, None
        self.saved = _("Saving …")
        self._saving = True
        self._timer.start(SAVE_AFTER)
        self.changed.emit("case")
        self.changed.emit("saved")

    def paste(self, text: str) -> int:
        """Adds pasted targets. Returns how many lines there are now."""
        self.edit(add_lines(self.draft or Draft(), split_pasted(text)))
        return len(self.draft.lines) if self.draft else 0

    def add_message(self, path: Path) -> None:
        """Learns DKIM selectors from a sample message."""
        try:
            self.edit(learn_message(self.draft or Draft(), path))
            self.case_trouble = ""
        except UserError as error:
            self.case_trouble = str(error)
        self.changed.emit("case")

    def _read(self) -> None:
        reserved = self.world.settings.scope.allow_reserved or bool(self.draft and self.draft.demo)
        self.readings = read_lines(self.draft, allow_reserved=reserved) if self.draft else ()

    def reread(self) -> None:
        """Words the problems anew, after a change of language or settings."""
        self._read()

    def _save_case(self) -> None:
        self._timer.stop()
        draft = self.draft
        if draft is None or not self._saving or not (any(line.text.strip() for line in draft.lines) or self.case_id):
            self.saved = ""
            return

        def with_store(store: Store) -> None:
            case_id = self.case_id

            def then(number: int) -> None:
                if self.draft is not None and self.case_id in (None, number):
                    self.case_id = number
                    if not self._timer.isActive():
                        self._saving = False
                        self.unsaved = False
                        self.saved = self._saved_words()
                self.changed.emit("saved")
                self.refresh_cases()

            def failed(failure: Failure) -> None:
                self._not_saved(failure)
                self.changed.emit("saved")

            self.bridge.call(lambda: store.save_case(case_id, draft), then, failed)

        self._use_store(with_store)

    def _saved_words(self) -> str:
        if self.draft is not None and self.draft.demo:
            return _("Not kept (demo)")
        return _("Saved") if self.store is not None else _("Not kept: there is no store")

    def _not_saved(self, failure: Failure) -> None:
        self.unsaved = True
        self.saved = _("Not saved: {why}").format(why=failure.words or failure.trace)

    def flush(self) -> None:
        """Saves at once what waits for saving."""
        if self._timer.isActive():
            self._save_case()

    # Settings

    @property
    def world(self) -> session.World:
        """Where the open case is looked up."""
        demo = self.draft.demo if self.draft else ""
        if demo:
            return session.World(self.settings, demo, session.DEMO_KEY)
        return self._fixed_world or session.World(self.settings, "", install_key_or_none())

    def _read_settings(self) -> None:
        try:
            self.settings = settings_of(self.preferences)
        except UserError as error:
            self.trouble = str(error)

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
        if not quiet:
            self._read()
            self.plan = None
            self.changed.emit("preferences")

    # Plan and permission

    def make_case(self) -> Case:
        """The case as it stands.

        Raises:
            UserError: what is wrong with it.
        """
        reserved = self.world.settings.scope.allow_reserved or bool(self.draft and self.draft.demo)
        return make_case(self.draft or Draft(), allow_reserved=reserved)

    def ask_plan(self) -> None:
        """Works out what would be sent. Sends nothing."""
        try:
            case = self.make_case()
        except UserError as error:
            self.plan, self.plan_trouble = None, str(error)
            self.changed.emit("plan")
            return
        world = self.world
        asked = self.draft

        def then(plan: Plan) -> None:
            if self.draft is asked:
                self.plan, self.plan_trouble = plan, ""
                self.changed.emit("plan")

        def failed(failure: Failure) -> None:
            self.plan, self.plan_trouble = None, failure.words or failure.trace
            self.changed.emit("plan")

        self.bridge.start(lambda _send: session.plan(case, world), then, failed)

    def ask_authority(self) -> None:
        """Looks in the DNS whether permission has been proven."""
        try:
            case = self.make_case()
        except UserError as error:
            self.authority_trouble = str(error)
            self.changed.emit("authority")
            return
        world = self.world
        asked = self.draft
        self.asking_authority, self.authority_trouble = True, ""
        self.changed.emit("authority")

        def then(found: dict[str, str]) -> None:
            self.asking_authority = False
            if self.draft is not None and asked is not None and self.draft.lines == asked.lines:
                self.authority = found
            self.changed.emit("authority")

        def failed(failure: Failure) -> None:
            self.asking_authority = False
            self.authority_trouble = failure.words or _("Your permission could not be looked up: {why}").format(
                why=failure.trace
            )
            self.changed.emit("authority")

        self.bridge.start(lambda _send: session.look_up_authority(case, world), then, failed)

    def token(self, domain: str) -> str:
        """The token that proves authority over a domain, "" where nothing can be proven."""
        return challenge_token(self.world.key, domain) if self.world.key else ""

    def ask_suggestions(self) -> None:
        """Looks in the DNS for what belongs to the named domains."""
        domains = tuple(dict.fromkeys(t.value for r in self.readings for t in r.targets if t.kind == "domain"))
        if not domains or self.suggesting:
            return
        world = self.world
        self.suggesting, self.suggestions_trouble = True, ""
        self.changed.emit("suggestions")

        def then(found: tuple[Suggestion, ...]) -> None:
            self.suggesting, self.suggestions = False, found
            self.changed.emit("suggestions")

        def failed(failure: Failure) -> None:
            self.suggesting = False
            self.suggestions_trouble = failure.words or _("The look-up failed: {why}").format(why=failure.trace)
            self.changed.emit("suggestions")

        self.bridge.start(lambda _send: session.find_suggestions(domains, world), then, failed)

    # The run

    @property
    def situation(self) -> Situation:
        """What the steps depend on."""
        draft, run = self.draft, self.run
        counts: dict[str, int] = {}
        if run.state in (Run.FINISHED, Run.INTERRUPTED) and self.view is not None:
            for result in self.view.audit.results:
                counts[str(result.outcome)] = counts.get(str(result.outcome), 0) + 1
        faulty = sum(bool(r.problem) for r in self.readings)
        stale = False
        if self.ran is not None and draft is not None and not faulty:
            named = {t.value for r in self.readings for t in r.targets}
            stale = named != {t.value for t in self.ran.targets}
        return Situation(
            draft is not None, sum(bool(r.targets) and not r.problem for r in self.readings), faulty,
            bool(draft and draft.confirmed), bool(draft and draft.person.strip() and draft.role.strip()) or bool(self.authority),
            run.state, run.done, run.total, counts, stale, self.exported is not None,
        )  # fmt: skip

    def start_run(self) -> None:
        """Confirms the permissions as they are shown, and runs the audit."""
        if self.situation.busy or self.draft is None:
            return
        try:
            case = self.make_case()
        except UserError as error:
            self.plan_trouble = str(error)
            self.changed.emit("plan")
            return
        if not self.draft.confirmed:
            self.edit(replace(self.draft, confirmed=True))
        self.flush()
        self._launch(case, None)

    def resume_run(self) -> None:
        """Goes on with an interrupted run."""
        if self.run.state is Run.INTERRUPTED and self.run.run_id is not None and self.view is not None:
            self._launch(self.view.audit.evidence.case, self.run.run_id)

    def _launch(self, case: Case, resumed: int | None) -> None:
        world = self.world
        kept = self.run.results if resumed is not None else {}
        self.run = RunView(Run.RUNNING, resumed, began=time.monotonic(), results=dict(kept))
        if resumed is None:
            self.view, self.past, self.exported = None, {}, None
        self.ran = case
        self.again_trouble = ""
        self.changed.emit("results")
        self.changed.emit("run")

        def with_store(store: Store) -> None:
            def go() -> None:
                case_id = self.case_id
                if case_id is None:
                    self.run.state, self.run.problem = (
                        Run.FAILED,
                        _("The case could not be saved, so the audit was not started."),
                    )
                    self.changed.emit("run")
                    return
                self._job = self.bridge.start(
                    lambda send: session.run(store, case_id, case, world, send, resumed=resumed), then, failed, news
                )

            # After whatever is being saved: the case has its number then.
            self.bridge.call(lambda: None, lambda _none: go(), failed)

        def news(batch: session.Batch) -> None:
            run = self.run
            run.run_id, run.done, run.total, run.subject = batch.run_id, batch.done, batch.total, batch.subject
            run.results.update((key_of(r), r) for r in batch.results)
            run.seconds = time.monotonic() - run.began
            self.unsaved = bool(batch.unsaved)
            self.saved = _("Not saved: {why}").format(why=batch.unsaved) if batch.unsaved else self._saved_words()
            self.changed.emit("run")
            self.changed.emit("saved")

        def then(done: tuple[int, session.View]) -> None:
            self._job = None
            self.run.run_id, view = done
            self._take_view(view, finished=not view.audit.evidence.interrupted)
            self.changed.emit("results")
            self.changed.emit("run")
            self.refresh_cases()

        def failed(failure: Failure) -> None:
            self._job = None
            if failure.cancelled:  # before anything was seen
                self.run.state = Run.INTERRUPTED if self.view is not None else Run.NONE
                self.changed.emit("run")
                return
            self.run.state = Run.FAILED
            self.run.problem = failure.words or _("The audit ended because of a fault of ours.")
            self.run.trace = failure.trace
            self.changed.emit("run")

        self._use_store(with_store)

    def stop_run(self) -> None:
        """Stops the run and keeps what was seen."""
        if self.run.state is Run.RUNNING and self._job is not None:
            self.run.state = Run.STOPPING
            self._job.cancel()
            self.changed.emit("run")

    def _take_view(self, view: session.View, *, finished: bool) -> None:
        self.view = view
        self.ran = view.audit.evidence.case
        self.run.state = Run.FINISHED if finished else Run.INTERRUPTED
        self.run.results = {key_of(r): r for r in view.audit.results if finished or r.outcome is not Outcome.NOT_RUN}
        if self.run.began:
            self.run.seconds = time.monotonic() - self.run.began

    def regroup(self) -> None:
        """Words the findings anew after a change of language."""
        if self.view is not None:
            self.view = session.view_of(self.view.audit)

    # Checking again

    def check_again(self, which: Iterable[Key], *, world: str = "") -> None:
        """Runs checks again past every cache. `world` switches a demo to another of its worlds for this and later."""
        view, run_id = self.view, self.run.run_id
        wanted = frozenset(which)
        if view is None or run_id is None or self.again or self.situation.busy or not wanted:
            return
        if world and self.draft is not None:
            self.draft = replace(self.draft, demo=world)
        place = self.world
        case = replace(view.audit.evidence.case, demo=place.demo, authority=self._authority())
        self.again, self.again_trouble = wanted, ""
        self.changed.emit("results")

        def then(found: tuple[CheckedAgain, session.View]) -> None:
            again, fresh = found
            self.again, self._job = frozenset(), None
            if again.interrupted:
                self.again_trouble = _("Checking again was stopped; the results from before stand.")
            else:
                at = again.audit.evidence.finished
                for change in again.changes:
                    self.past.setdefault(key_of(change.now), []).append(PastChange(at, change, again.caches))
                self._take_view(fresh, finished=not fresh.audit.evidence.interrupted)
            self.changed.emit("results")
            self.changed.emit("run")

        def failed(failure: Failure) -> None:
            self.again, self._job = frozenset(), None
            why = failure.words or failure.trace
            self.again_trouble = _("Checking again did not work ({why}); the results from before stand.").format(why=why)
            self.changed.emit("results")

        def with_store(store: Store) -> None:
            self._job = self.bridge.start(
                lambda _send: session.again(store, run_id, view.audit, wanted, place, case), then, failed
            )

        self._use_store(with_store)

    def _authority(self) -> Authority | None:
        try:
            return self.make_case().authority
        except UserError:
            return self.view.audit.evidence.case.authority if self.view else None

    def stop_again(self) -> None:
        """Stops checking again."""
        if self.again and self._job is not None:
            self._job.cancel()

    # Marks

    def mark(self, mark: Mark) -> None:
        """Takes over what the person says about a finding, and saves it."""
        if mark.planned or mark.disagree:
            self.marks[mark.key] = mark
        else:
            self.marks.pop(mark.key, None)
        self.saved = _("Saving …")
        self.changed.emit("saved")
        case_id = self.case_id
        if case_id is None:
            return

        def then(_none: object) -> None:
            self.unsaved = False
            self.saved = self._saved_words()
            self.changed.emit("saved")
            self.changed.emit("marks")

        def failed(failure: Failure) -> None:
            self._not_saved(failure)
            self.changed.emit("saved")

        self._use_store(lambda store: self.bridge.call(lambda: store.set_mark(case_id, mark), then, failed))

    # The end

    def close(self) -> bool:
        """Saves what waits, stops what runs, and ends the worker."""
        self.flush()
        return self.bridge.close()


def deadline_words(deadline: str, now: datetime.datetime | None = None) -> tuple[str, str]:
    """A deadline and the time left, in words, and how pressing it is ("", "warn" or "fail")."""
    text = deadline.strip()
    if not text:
        return "", ""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return _("Deadline {date}").format(date=text), ""
    if len(text) <= 10:
        moment += datetime.timedelta(days=1)  # a day is over at its end
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    left = moment - (now or datetime.datetime.now(datetime.UTC))
    hours = int(left.total_seconds() // 3600)
    if hours < 0:
        return _("Deadline {date}: passed").format(date=text[:10]), "fail"
    if hours < 48:
        return _("Deadline {date}: {hours} h left").format(date=text[:10], hours=hours), "fail" if hours < 12 else "warn"
    return _("Deadline {date}: {days} days left").format(date=text[:10], days=hours // 24), ""
