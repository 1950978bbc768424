"""The run, and checking again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import replace

from selfaudit.case import Authority, Case
from selfaudit.case.statement import Statement
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.again import CheckedAgain, Key, key_of
from selfaudit.engine.draft import Draft
from selfaudit.engine.seals import sealed_again
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.store import PastChange, Store
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.demos import in_world
from selfaudit_ui.controller.keeper import RunView, essence, told_of
from selfaudit_ui.controller.planning import Planning
from selfaudit_ui.controller.saving import Saving
from selfaudit_ui.flow import Run


class Running(Planning):
    """The run of the open case, and what follows it."""

    def __init__(self, *, world: session.World | None = None) -> None:
        super().__init__(world=world)
        self._timer.timeout.connect(self.judge_anew)  # a moment after the last change, as saving
        self.opened.connect(lambda _step: self.judge_anew())  # the window may have been closed in that moment

    # The run

    def start_run(self) -> None:
        """Confirms the permissions as they are shown, and runs the audit."""
        situation = self.situation
        if situation.busy or self.draft is None:
            return
        try:
            if self.settings_trouble and not self.is_demo:
                raise UserError(self.settings_trouble)
            self._refuse_while_collecting()
            # What the button promised holds: without a permission that was shown, nothing active is sent, whatever turns up.
            case = replace(self.make_case(), passive=not situation.active)
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
        situation = self.situation
        if situation.busy or situation.stale or not situation.confirmed:
            return
        if self.run.state is Run.INTERRUPTED and self.run.run_id is not None and self.view is not None:
            case = replace(self.view.audit.evidence.case, **told_of(self.make_case()))
            case = self.with_files(self.with_hosts(case, self.unjudged), self.unjudged_files)
            self._launch(case, self.run.run_id)

    def _launch(self, case: Case, resumed: int | None) -> None:
        world = self.world
        kept = self.run.results if resumed is not None else {}
        self.run = RunView(Run.RUNNING, resumed, began=time.monotonic(), results=dict(kept))
        if resumed is None:
            self.view, self.past, self.exported = None, {}, None
        self.ran, self.ran_settings = case, self.settings
        self._stop_wanted = False
        self.again_trouble = ""
        self.changed.emit("results")
        self.changed.emit("run")

        def with_store(store: Store) -> None:
            def go() -> None:
                case_id = self.case_id
                if self._stop_wanted:
                    self.run.state = Run.INTERRUPTED if self.view is not None else Run.NONE
                    self.changed.emit("run")
                    return
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
            self._note_saving(batch.unsaved)
            self.changed.emit("run")

        def then(done: tuple[int, session.View, str]) -> None:
            self._job = None
            self.run.run_id, view, unsaved = done
            self._note_saving(unsaved)
            self._take_view(view, finished=not view.audit.evidence.interrupted)
            self.changed.emit("results")
            self.changed.emit("run")
            self.refresh_cases()
            self.judge_anew()  # what was typed meanwhile

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

        self.use_store(with_store, failed, demo=self.is_demo)

    def _note_saving(self, problem: str) -> None:
        if problem:
            self.saving, self.saving_problem = Saving.FAILED, problem
            self.changed.emit("saved")

    def stop_run(self) -> None:
        """Stops the run and keeps what was seen."""
        if self.run.state is Run.RUNNING:
            self.run.state = Run.STOPPING
            self._stop_wanted = True
            if self._job is not None:
                self._job.cancel()
            self.changed.emit("run")

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
        if self.situation.stale:
            self.again_trouble = _("Targets or settings were changed after this audit; run it again.")
            self.changed.emit("results")
            return
        if not world:  # in another world of the demo, its servers are other ones, too
            wanted, self.old_facts = self.split_again(wanted)
        if not wanted:
            self.changed.emit("results")
            return
        evidence = view.audit.evidence
        place = replace(self.world, demo=world or evidence.case.demo) if self.is_demo else self.world
        confirmed = bool(self.draft and self.draft.confirmed)
        case = replace(evidence.case, demo=world or evidence.case.demo, authority=self._authority())
        case = replace(case, passive=not (confirmed and self.situation.active))
        there: Draft | None = None
        if world and self.draft is not None:
            there = in_world(self.draft, world)
            # The world has a case file of its own: a bundle holds that one, and its seal must be the one that the evidence names.
            seal = (
                sealed_again(there.case_file, there.case_signature, there.provider.strip(), demo=True)
                if there.case_file
                else None
            )
            case = replace(there.brought.noted_in(case), registrant=there.registrant, seal=seal or case.seal)
            place = replace(place, hosts=there.hosts, messages=there.messages, ledgers=there.ledgers)
        else:
            case = self.with_hosts(case, {target for _check, kind, target in wanted if kind == "host"})
            case = self.with_files(case, {(kind, target) for _check, kind, target in wanted if kind in ("message", "ledger")})
        self.again, self.again_trouble = wanted, ""
        self.changed.emit("results")

        def then(found: tuple[CheckedAgain, session.View, str]) -> None:
            again, fresh, unsaved = found
            self._note_saving(unsaved)
            self.again, self._job = frozenset(), None
            if again.interrupted:
                self.again_trouble = _("Checking again was stopped; the results from before stand.")
            else:
                self.exported = None
                if there is not None and self.draft is not None:
                    stated = self.draft.statement if self.draft.statement != Statement() else there.statement
                    self.draft = replace(there, lines=self.draft.lines, statement=stated)
                    self._read()
                    self.changed.emit("case")
                at = again.audit.evidence.finished
                for change in again.changes:
                    self.past.setdefault(key_of(change.now), []).append(PastChange(at, change, again.caches))
                self._take_view(fresh, finished=not fresh.audit.evidence.interrupted)
            self.changed.emit("results")
            self.changed.emit("run")
            self.judge_anew()  # what was typed meanwhile

        def failed(failure: Failure) -> None:
            self.again, self._job = frozenset(), None
            why = failure.words or failure.trace
            self.again_trouble = _("Checking again did not work ({why}); the results from before stand.").format(why=why)
            self.changed.emit("results")

        def with_store(store: Store) -> None:
            self._job = self.bridge.start(
                lambda _send: session.again(store, run_id, view.audit, wanted, place, case), then, failed
            )

        self.use_store(with_store, failed, demo=self.is_demo)

    def judge_hosts(self) -> None:
        """Judges what was read about servers, messages and ledgers after the audit."""
        self.check_again(self.host_keys_of(self.unjudged) | self.file_keys_of(self.unjudged_files))

    def _refuse_while_collecting(self) -> None:
        if self.host_work:
            raise UserError(_("A server is being looked at. Wait until that is done, or stop it on the page “What to check”."))

    # Judging anew

    def judge_anew(self) -> None:
        """Judges what was seen by what is declared now. Nothing is sent, and nothing is done where the targets were changed, too."""
        view, run_id, opening = self.view, self.run.run_id, self._opening
        if view is None or run_id is None or self._essence is None or self.situation.busy:
            return
        now, evidence = self.make_case(), view.audit.evidence
        told = replace(evidence.case, **told_of(now))
        if told == evidence.case or essence(told) != self._essence:
            return

        def work(store: Store) -> tuple[session.View, str]:
            changed = replace(evidence, case=told)
            audit = Audit(changed, judge_evidence(changed))
            try:
                store.save_again(run_id, CheckedAgain(audit, (), ()))
            except sqlite3.Error as error:
                return session.view_of(audit), str(error)
            return session.view_of(audit), ""

        def then(found: tuple[session.View, str]) -> None:
            fresh, unsaved = found
            same = self._opening is opening and self.view is not None and self.view.audit.evidence.records is evidence.records
            if not same or self.situation.busy or self._essence != essence(told):
                return  # something newer counts
            self._note_saving(unsaved)
            seconds = self.run.seconds
            self._take_view(fresh, finished=self.run.state is Run.FINISHED)
            self.run.seconds, self.exported = seconds, None
            self.changed.emit("results")
            self.changed.emit("run")

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self.again_trouble = failure.words or failure.trace
                self.changed.emit("results")

        self.use_store(lambda store: self.bridge.call(lambda: work(store), then, failed), failed, demo=self.is_demo)

    def _authority(self) -> Authority | None:
        """Whose word stands: only what the page of permissions has been confirmed with."""
        try:
            if self.draft is not None and self.draft.confirmed:
                return self.make_case().authority
        except UserError:
            pass
        return None

    def stop_again(self) -> None:
        """Stops checking again."""
        if self.again and self._job is not None:
            self._job.cancel()
