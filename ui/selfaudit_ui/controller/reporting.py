"""The report of the open case: its pages as pictures, and what is written of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from selfaudit.case.statement import Statement
from selfaudit.engine import Audit
from selfaudit.engine.draft import Draft
from selfaudit.engine.evidence import Evidence
from selfaudit.i18n import LANGUAGES, SOURCE, _
from selfaudit.store import CaseRow, Store
from selfaudit_ui import exporting, session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller.statement import StatementWork
from selfaudit_ui.exporting import Exported, Material, Preview

if TYPE_CHECKING:
    from selfaudit.protocols.minisign import SecretKey
    from selfaudit.report.bundle import Attachment

PREVIEW_AFTER = 300  # milliseconds without another change


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a preview is of; two of the same look the same."""

    audit: Audit
    language: str
    ppi: float


class Reporting(StatementWork):
    """The report.

    Attributes:
        preview: its pages as they were last drawn, None before that.
        previewing: they are being drawn.
        preview_trouble: why they could not be.
        exporting: what is being written ("bundle", "pdf", "html" or "data"), "" for nothing.
        written: what was written last of the report as it stands.
        keeping_out: the kept case of which everything is being written, None for none.
        kept_out: the file with everything of a case that was written last, and how many files it holds.
        kept_out_trouble: why that could not be written.
    """

    def __init__(self, *, world: session.World | None = None) -> None:
        self.keeping_out: int | None = None
        self.kept_out: tuple[Path, int] | None = None
        self.kept_out_trouble = ""
        super().__init__(world=world)
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.timeout.connect(self._draw)

    def _reset_case(self) -> None:
        super()._reset_case()
        self.preview: Preview | None = None
        self.previewing = False
        self.preview_trouble = ""
        self.exporting = ""
        self.written: Exported | None = None
        self._preview_wanted: _Wanted | None = None
        self._preview_of: _Wanted | None = None
        self._report_language = ""
        self._before: tuple[int | None, Audit | None] | None = None  # (run, the first audit beside it)

    def reported_audit(self) -> Audit | None:
        """The audit as its report has it: nothing stated is no statement."""
        audit = self.stated_audit()
        if audit is not None and audit.statement == Statement():
            return replace(audit, statement=None)
        return audit

    @property
    def report_language(self) -> str:
        """In which language reports are written: the chosen one, or that in which the provider wants to be answered."""
        wanted = self.draft.language if self.draft is not None else ""
        return self._report_language or (wanted if wanted in LANGUAGES else SOURCE)

    def report_in(self, language: str) -> None:
        """Chooses the language of the report."""
        if language != self.report_language:
            self._report_language = language
            self.changed.emit("marks")

    # Looking at it

    def ask_preview(self, ppi: float) -> None:
        """Draws the pages anew in a moment, if anything in them has changed. `ppi` pixels per inch are wanted."""
        audit = self.reported_audit()
        if audit is None:
            self._preview_wanted = self._preview_of = self.preview = None
            return
        wanted = _Wanted(audit, self.report_language, ppi)
        if wanted == self._preview_wanted:
            return
        self._preview_wanted = wanted
        self._preview_timer.start(PREVIEW_AFTER)

    def _draw(self) -> None:
        wanted, opening = self._preview_wanted, self._opening
        if wanted is None or wanted == self._preview_of or self.previewing:
            return  # what was asked for meanwhile is drawn when this is done
        self._preview_of = wanted
        self.previewing, self.preview_trouble = True, ""
        self.changed.emit("preview")

        def then(found: Preview) -> None:
            if self._opening is not opening:
                return
            self.previewing, self.preview = False, found
            self.changed.emit("preview")
            self._draw()

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.previewing, self.preview, self._preview_of = False, None, None
            if self._preview_wanted == wanted:
                self._preview_wanted = None  # the next one who looks at the report asks anew
            words = _("The pages could not be drawn here. That does not keep the report from being written.")
            self.preview_trouble = f"{words}\n{failure.words}" if failure.words else words
            self.changed.emit("preview")
            self._draw()

        def with_material(material: Material) -> None:
            self.bridge.call_long(lambda _tell: exporting.preview(material, wanted.ppi), then, failed, lambda _news: None)

        self._gather(wanted.audit, wanted.language, with_material, failed, attachments=False)

    # Writing it

    def export_report(self, kind: str, path: Path) -> None:
        """Writes the report as a "bundle", as "pdf" or "html", or everything into a folder ("data")."""
        audit, opening, case_id = self.reported_audit(), self._opening, self.case_id
        if audit is None or self.exporting:
            return
        self.exporting, self.written, self.export_trouble = kind, None, ""
        self.changed.emit("exported")
        work = exporting.WRITERS[kind]

        def then(done: Exported) -> None:
            if self._opening is not opening:
                return
            self.exporting = ""
            self.written = done
            if self.reported_audit() == audit:
                self.exported = done.path
            self.changed.emit("exported")
            self.use_store(lambda store: self._note_export(store, case_id, audit), demo=self.is_demo)

        def failed(failure: Failure) -> None:
            if self._opening is not opening:
                return
            self.exporting = ""
            self.export_trouble = failure.words or _("The report could not be made: {why}").format(why=failure.trace)
            self.changed.emit("exported")

        def write(material: Material) -> None:
            self.bridge.call_long(lambda _tell: work(path, material), then, failed, lambda _news: None)

        def with_material(material: Material) -> None:
            if kind in ("bundle", "data"):
                self._with_key(material, write)
            else:
                write(material)

        self._gather(audit, self.report_language, with_material, failed, attachments=kind in ("bundle", "data"))

    def _with_key(self, material: Material, then: Callable[[Material], None]) -> None:
        """Adds the key that signs. A keyring that does not answer keeps nobody from exporting: then nothing signs, and that is said."""
        demo = bool(material.audit.evidence.case.demo)

        def with_key(found: tuple[SecretKey | None, str]) -> None:
            then(replace(material, key=found[0], unsigned=found[1]))

        def without(failure: Failure) -> None:
            why = _("The keyring of this computer did not answer in time.")
            if failure.error is None:
                why = _("The signing key cannot be read: {why}").format(why=failure.words or failure.trace)
            then(replace(material, unsigned=why))

        self.bridge.call_blocking(lambda: exporting.signing(demo), with_key, without)

    # What is being written is written to its end

    def new_case(self, draft: Draft | None = None, step: str = "targets") -> None:
        """Starts a case, unless the report of the open one is being written."""
        if not self._refuse_while_writing():
            super().new_case(draft, step)

    def open_case(self, row: CaseRow) -> None:
        """Opens a kept case, unless the report of the open one is being written."""
        if not self._refuse_while_writing():
            super().open_case(row)

    def delete_case(self, case_id: int) -> None:
        """Deletes a case, unless its report is being written."""
        if case_id != self.case_id or not self._refuse_while_writing():
            super().delete_case(case_id)

    def _refuse_while_writing(self) -> bool:
        if self.exporting:
            self.trouble = _("The report is being written. Wait until that is done, then try again.")
            self.changed.emit("trouble")
        return bool(self.exporting)

    def end_writing(self, seconds: float) -> bool:
        """Lets an export that is under way come to its end, for at most so long. Returns whether nothing is being written any more."""
        until = time.monotonic() + seconds
        while self.exporting and time.monotonic() < until:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            time.sleep(0.01)
        return not self.exporting

    def write_kept(self, case_id: int, path: Path) -> None:
        """Writes everything that is kept of a case into a ZIP file."""
        if self.keeping_out is not None:
            return
        self.keeping_out, self.kept_out, self.kept_out_trouble = case_id, None, ""
        self.changed.emit("cases")

        def then(count: int) -> None:
            self.keeping_out, self.kept_out = None, (path, count)
            self.changed.emit("cases")

        def failed(failure: Failure) -> None:
            self.keeping_out = None
            self.kept_out_trouble = failure.words or failure.trace
            self.changed.emit("cases")

        self.export_case(case_id, path, then, failed)

    def _note_export(self, store: Store, case_id: int | None, audit: Audit) -> None:
        work = exporting.note_export
        self.bridge.call(lambda: work(store, case_id, audit), lambda _none: None, self._store_failed)

    def forget_written(self) -> None:
        """What was written or went wrong belongs to the report from before."""
        self.written, self.export_trouble = None, ""

    def _gather(
        self,
        audit: Audit,
        language: str,
        then: Callable[[Material], None],
        failed: Callable[[Failure], None],
        *,
        attachments: bool,
    ) -> None:
        """Fetches from the store what else belongs into a report. What is fetched for a case that was left is thrown away."""
        opening, case_id, run_id = self._opening, self.case_id, self.run.run_id
        known = self._before if self._before is not None and self._before[0] == run_id and self._before[1] is not None else None
        draft = self.draft
        case_file, signature = (draft.case_file, draft.case_signature) if draft is not None else (b"", "")

        def fetch(store: Store) -> tuple[Evidence | None, tuple[Attachment, ...]]:
            first = exporting.first_evidence(store, case_id, run_id) if known is None else None
            return first, exporting.kept_attachments(store, case_id, audit) if attachments else ()

        def fetched(found: tuple[Evidence | None, tuple[Attachment, ...]]) -> None:
            evidence, files = found
            if self._opening is not opening:
                return

            def with_before(before: Audit | None) -> None:
                if self._opening is not opening:
                    return
                self._before = run_id, before
                then(Material(audit, language, before, files, case_file, signature))

            if known is not None or evidence is None:
                with_before(known[1] if known is not None else None)
            else:
                self.bridge.call_long(lambda _tell: exporting.judged(evidence), with_before, failed, lambda _news: None)

        self.use_store(lambda store: self.bridge.call(lambda: fetch(store), fetched, failed), failed, demo=self.is_demo)
