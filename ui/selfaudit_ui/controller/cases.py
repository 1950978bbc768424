"""Opening, editing and saving cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer

from selfaudit.case import Case, EvidenceFile
from selfaudit.case.file import MAX_EVIDENCE_FILES
from selfaudit.engine.again import key_of
from selfaudit.engine.draft import MAX_LINE, Draft, Line, add_lines, bounded, split_pasted
from selfaudit.engine.draft_case import from_case, make_case
from selfaudit.findings import Mark
from selfaudit.i18n import _
from selfaudit.store import CaseRow, PastChange, RunState, Store, open_store, read_attachment, write_export
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.keeper import SAVE_AFTER, Keeper, RunView
from selfaudit_ui.controller.saving import CaseSaver, Saving
from selfaudit_ui.flow import Run


def _also_planned(draft: Draft) -> tuple[object, ...]:
    """What decides, besides the targets, what is asked for."""
    return draft.selectors, draft.learnt, draft.hosts, draft.look_up_packages, draft.messages, draft.ledgers, draft.pages


def _vouching(draft: Draft) -> tuple[object, ...]:
    """On whose word, besides the targets, permission rests."""
    return draft.person, draft.role, draft.provider, draft.case_file, draft.case_signature


class CaseWork(Keeper):
    """The open case."""

    def __init__(self, *, world: session.World | None = None) -> None:
        super().__init__(world=world)
        self._timer.timeout.connect(self._save_case)
        self._mark_timer = QTimer(self)
        self._mark_timer.setSingleShot(True)
        self._mark_timer.timeout.connect(self.flush_mark)

    # The case

    @property
    def can_leave_case(self) -> bool:
        """Whether another case may be opened now."""
        return not self.situation.busy and not self.again

    def new_case(self, draft: Draft | None = None, step: str = "targets") -> None:
        """Starts a case."""
        if not self.can_leave_case:
            self.trouble = _("An audit is running. Stop it, or wait until it has finished, before you open another case.")
            self.changed.emit("trouble")
            return
        self.flush()
        self._reset_case()
        self.draft = draft if draft is not None else Draft(lines=(Line(""),))
        self._make_saver()
        self._read()
        self.changed.emit("case")
        self.opened.emit(step)
        if draft is not None:
            self._save_case()

    def open_demo(self, world: str) -> None:
        """Opens a world of the demo; nothing of it is kept."""
        from selfaudit.demo import demo_inputs, demo_statement
        from selfaudit.demo.case_file import demo_signed_case

        case, brought = demo_inputs(world)
        draft = from_case(case, brought=brought, signed=demo_signed_case(world))
        self.new_case(replace(draft, statement=demo_statement(world, case.provider)))

    def take_case(self, draft: Draft | None, problem: str) -> None:
        """Opens what a case file from support fills in, or says why it could not be read."""
        self.trouble = ""
        if draft is None:
            self.trouble = _(
                "This is not a case file that can be read. Ask support to send it again, or start without a case file.\n{why}"
            ).format(why=problem)
        self.changed.emit("trouble")
        if draft is not None:
            self.new_case(draft, "start")  # whose file it is comes first

    def open_case(self, row: CaseRow) -> None:
        """Opens a kept case with its marks and its latest run."""
        store = self.store
        if store is None or not self.can_leave_case:
            return
        self.flush()
        self._reset_case()
        self.draft = row.draft
        self._make_saver(row.id)
        self.saving = Saving.SAVED
        self._read()
        run = row.run
        if run is not None:
            self.run = RunView(Run.INTERRUPTED, run.id, run.done, run.total)
        opening, placed = self._opening, self.run

        def work() -> tuple[tuple[Mark, ...], session.View | None, tuple[PastChange, ...]]:
            marks = store.marks(row.id)
            if run is None:
                return marks, None, ()
            return marks, session.load_run(store, run.id), store.changes(run.id)

        def then(found: tuple[tuple[Mark, ...], session.View | None, tuple[PastChange, ...]]) -> None:
            if self._opening is not opening:
                return
            marks, view, past = found
            self.marks = {m.key: m for m in marks}
            if self.run is not placed:  # the audit was started again meanwhile: that one counts
                self.changed.emit("marks")
                return
            for change in past:
                self.past.setdefault(key_of(change.change.now), []).append(change)
            if view is not None and run is not None:
                self._take_view(view, finished=run.state is RunState.FINISHED)
            self.changed.emit("results")
            self.changed.emit("run")
            finished = view is not None and run is not None and run.state is RunState.FINISHED
            self.opened.emit("fix" if finished else "audit" if view is not None else "targets")

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.bridge.call(lambda: store.marks(row.id), with_marks, self._store_failed)
            if self.run is not placed:
                return
            self.trouble = failure.words or _("The results of this case cannot be read by this version; run the audit again.")
            self.run = RunView()
            self.changed.emit("trouble")
            self.changed.emit("run")
            self.opened.emit("targets")

        def with_marks(marks: tuple[Mark, ...]) -> None:
            if self._opening is opening:
                self.marks = {m.key: m for m in marks}

        self.changed.emit("case")
        self.bridge.call(work, then, failed)

    def make_case(self) -> Case:
        """The case as it stands.

        Raises:
            UserError: what is wrong with it.
        """
        reserved = self.world.settings.scope.allow_reserved or bool(self.draft and self.draft.demo)
        return make_case(self.draft or Draft(), allow_reserved=reserved)

    def edit(self, draft: Draft) -> None:
        """Takes over a change of the person and saves it a moment later. A change of targets asks for permission anew."""
        if draft == self.draft:
            return
        before = self.draft
        self.draft = draft
        lines_changed = before is None or before.lines != draft.lines
        targets_changed = lines_changed or (before is not None and before.hosted != draft.hosted)
        self._read()
        if targets_changed or (before and _also_planned(before) != _also_planned(draft)):
            self.plan = None
        if lines_changed or (before and _vouching(before) != _vouching(draft)):
            self.authority = None
        self.saving = Saving.UNDER_WAY
        self._timer.start(SAVE_AFTER)
        self.changed.emit("case")
        self.changed.emit("saved")

    def paste(self, text: str) -> int:
        """Adds pasted targets, and says if there is no room for all of them. Returns how many lines there are now."""
        kept, cut = bounded(text)
        words = split_pasted(kept)
        draft = add_lines(self.draft or Draft(), words)
        present = {line.text.lower() for line in draft.lines}
        missing = sum(word[:MAX_LINE].lower() not in present for word in words)
        self.paste_trouble = ""
        if cut or missing:
            self.paste_trouble = _(
                "There was not room for everything that you pasted: look at the end of the list for what is missing."
            )
        self.edit(draft)
        self.changed.emit("case")
        return len(draft.lines)

    def keep_file(self, path: Path, then: Callable[[EvidenceFile], object], failed: Callable[[Failure], None]) -> None:
        """Reads a file and keeps its content with the open case; only then it is named. Large files take a moment.

        Args:
            path: the file.
            then: gets its name, size and SHA-256, unless another case is open by then.
            failed: gets why it was not kept.
        """
        opening = self._opening
        if self.saver is None:
            self._make_saver()
        saver = self.saver
        assert saver is not None

        def read(found: tuple[EvidenceFile, bytes]) -> None:
            if self._opening is not opening or self.draft is None:
                return
            if saver.case_id is None:
                self._timer.stop()
                saver.save(draft=self.draft)  # a file belongs to a case, so there must be one
            else:
                self.flush()
            # The store answers in order: when it has nothing more to say, the number of a new case has arrived, too.
            self.use_store(
                lambda store: self.bridge.call(lambda: None, lambda _none: keep(store, *found), failed),
                not_kept,
                demo=self.is_demo,
            )

        def keep(store: Store, file: EvidenceFile, data: bytes) -> None:
            if self._opening is not opening:
                return
            number = saver.case_id
            if number is None:
                why = saver.problem
                failed(Failure(_("The case could not be saved, so the file was not added: {why}").format(why=why)))
                return
            self.bridge.call(lambda: store.attach(number, file.name, data), kept, failed)

        def kept(file: EvidenceFile) -> None:
            if self._opening is opening:
                then(file)

        def not_kept(failure: Failure) -> None:
            if self._opening is opening:
                failed(failure)

        self.bridge.call_blocking(lambda: read_attachment(path), read, failed)

    def export_case(self, case_id: int, path: Path, then: Callable[[int], None], failed: Callable[[Failure], None]) -> None:
        """Writes everything that is kept of a case into a ZIP file, beside the worker's other work.

        Args:
            case_id: of the case.
            path: the file.
            then: gets how many files it holds.
            failed: gets why it could not be written; what lay there before is there still.
        """
        if case_id == self.case_id:
            self.flush()
        store = self.store
        if store is None or store.path is None:
            failed(Failure(_("Nothing is kept of this case, so there is nothing to write.")))
            return
        kept = store.path

        def work(tell: Callable[[int, int], None]) -> int:
            reader = open_store(kept, read_only=True)
            try:
                return write_export(reader, case_id, path, lambda count: tell(count, 0))
            finally:
                reader.close()

        def saved(_none: None) -> None:
            self.bridge.call_long(work, then, failed, lambda _news: None)

        self.bridge.call(lambda: None, saved, failed)  # after what waits for saving

    def add_evidence(self, path: Path) -> None:
        """Keeps a file that shows to whom the domains are registered, and notes its name, size and SHA-256."""
        opening = self._opening

        def then(file: EvidenceFile) -> None:
            if self.draft is None:
                return
            self.evidence_trouble = ""
            registrant = self.draft.registrant
            if any(f.sha256 == file.sha256 for f in registrant.files):
                self.evidence_trouble = _("{file} is in the list already.").format(file=file.name)
            elif len(registrant.files) >= MAX_EVIDENCE_FILES:
                self.evidence_trouble = _("At most {limit} files can be added.").format(limit=MAX_EVIDENCE_FILES)
            else:
                self.edit(replace(self.draft, registrant=replace(registrant, files=(*registrant.files, file))))
                self.flush()
            self.changed.emit("case")

        def failed(failure: Failure) -> None:
            if self._opening is opening:
                self.evidence_trouble = failure.words or failure.trace
                self.changed.emit("case")

        self.keep_file(path, then, failed)

    def remove_evidence(self, file: EvidenceFile) -> None:
        """Takes a file off the list. What was kept of it goes, too, when nothing else names it; the file itself is not touched."""
        if self.draft is not None:
            self.evidence_trouble = ""
            registrant = self.draft.registrant
            kept = tuple(f for f in registrant.files if f != file)
            self.edit(replace(self.draft, registrant=replace(registrant, files=kept)))

    def _save_case(self) -> None:
        self._timer.stop()
        draft = self.draft
        if draft is None or self.saver is None:
            return
        blank = not any(line.text.strip() for line in draft.lines) and replace(draft, lines=(), confirmed=False) == Draft()
        if self.case_id is None and blank:
            self.saving = Saving.NOTHING
            return
        self.saver.save(draft=draft)

    def _saver_told(self, saver: CaseSaver) -> None:
        if saver is not self.saver:
            if saver.state is Saving.FAILED:
                self.trouble = _("Another case could not be saved yet: {why}").format(why=saver.problem)
                self.changed.emit("trouble")
            return
        if not self._timer.isActive() and self.waiting_mark is None:
            self.saving, self.saving_problem = saver.state, saver.problem
        self.changed.emit("saved")
        self.changed.emit("marks")

    def _make_saver(self, case_id: int | None = None) -> None:
        self._savers = [saver for saver in self._savers if not saver.settled]
        self.saver = CaseSaver(self, self._saver_told, demo=self.is_demo, case_id=case_id)
        self._savers.append(self.saver)

    @property
    def saved(self) -> str:
        """Whether everything is kept, in words; worded when it is shown, so that a change of language changes it."""
        if self.saving is Saving.SAVED:
            if self.draft is not None and self.draft.demo:
                return _("Not kept (demo)")
            return _("Saved") if self.store is not None else _("Not kept: there is no store")
        return {
            Saving.NOTHING: "", Saving.UNDER_WAY: _("Saving …"), Saving.FAILED: _("Not saved: {why}").format(why=self.saving_problem),
        }[self.saving]  # fmt: skip

    def flush(self) -> None:
        """Saves at once what waits for saving."""
        if self._timer.isActive():
            self._save_case()
        self.flush_mark()
        if self.saver is not None:
            self.saver.flush()

    # Marks

    def mark_later(self, mark: Mark) -> None:
        """Takes over what is being typed about a finding, and saves it a moment later."""
        if self.waiting_mark is not None and self.waiting_mark.key != mark.key:
            self.flush_mark()
        self.waiting_mark = mark
        self.saving = Saving.UNDER_WAY
        self._mark_timer.start(SAVE_AFTER)
        self.changed.emit("saved")

    def flush_mark(self) -> None:
        """Saves at once what was typed about a finding."""
        self._mark_timer.stop()
        mark, self.waiting_mark = self.waiting_mark, None
        if mark is not None:
            self.mark(mark)

    def mark(self, mark: Mark) -> None:
        """Takes over what the person says about a finding, and saves it."""
        if mark.planned or mark.disagree:
            self.marks[mark.key] = mark
        else:
            self.marks.pop(mark.key, None)
        if self.saver is not None:
            self.saving = Saving.UNDER_WAY
            self.saver.save(mark=mark)
        self.changed.emit("saved")
        self.changed.emit("marks")
