"""Opening, editing and saving cases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from selfaudit.case.file import read_case_file
from selfaudit.engine.again import key_of
from selfaudit.engine.draft import (
    Draft,
    Line,
    add_lines,
    from_case,
    from_case_file,
    learn_message,
    split_pasted,
)
from selfaudit.errors import UserError
from selfaudit.findings import Mark
from selfaudit.i18n import _
from selfaudit.store import CaseRow, PastChange, RunState, Store
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.keeper import SAVE_AFTER, Keeper, RunView, Saving
from selfaudit_ui.flow import Run


class CaseWork(Keeper):
    """The open case."""

    def __init__(self, *, world: session.World | None = None) -> None:
        super().__init__(world=world)
        self._timer.timeout.connect(self._save_case)

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
            self.trouble = _(
                "This is not a case file that can be read. Ask support to send it again, or start without a case file.\n{why}"
            ).format(why=error)
            self.changed.emit("trouble")
            return
        self.trouble = ""
        self.changed.emit("trouble")
        self.new_case(from_case_file(file, path.name))

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
        self.saving = Saving.SAVED
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
        self.saving = Saving.UNDER_WAY
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

    def _save_case(self) -> None:
        self._timer.stop()
        draft = self.draft
        if draft is None or not self._saving or not (any(line.text.strip() for line in draft.lines) or self.case_id):
            self.saving = Saving.NOTHING
            return

        opening, case_before = self._opening, self.case_id

        def with_store(store: Store) -> None:
            if self._opening is not opening and case_before is None:
                self.bridge.call(lambda: store.save_case(None, draft), lambda _number: self.refresh_cases(), self._store_failed)
                return
            case_id = self.case_id if self._opening is opening else case_before

            def then(number: int) -> None:
                if self._opening is opening:
                    self.case_id = number
                    if not self._timer.isActive():
                        self._saving = False
                        self.saving = Saving.SAVED
                self.changed.emit("saved")
                self.refresh_cases()

            def failed(failure: Failure) -> None:
                if self._opening is not opening:
                    self._store_failed(failure)
                    return
                self._not_saved(failure)
                self.changed.emit("saved")

            self.bridge.call(lambda: store.save_case(case_id, draft), then, failed)

        self._use_store(with_store)

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

    def _not_saved(self, failure: Failure) -> None:
        self.saving, self.saving_problem = Saving.FAILED, failure.words or failure.trace

    def flush(self) -> None:
        """Saves at once what waits for saving."""
        if self._timer.isActive():
            self._save_case()
