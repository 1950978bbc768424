"""A bundle that the desk was sent. It is no case of this computer's, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from selfaudit.i18n import _
from selfaudit_ui import session, verifying
from selfaudit_ui.bridge import Failure, Job
from selfaudit_ui.controller.reporting import Reporting
from selfaudit_ui.verifying import Opened

BUNDLE_PAGE = "open-bundle"


class DeskWork(Reporting):
    """The open bundle.

    Attributes:
        bundle: what it is and what became of verifying it, None for none.
        bundle_path: the file that is open or being opened.
        verifying: it is being verified.
        rechecking: it is being checked again from here.
        recheck_progress: (done, total) of that.
        bundle_trouble: why something about it did not work.
        bundle_note: what else is to be said about it.
    """

    def __init__(self, *, world: session.World | None = None) -> None:
        self._no_bundle()
        super().__init__(world=world)

    def _no_bundle(self) -> None:
        self.bundle: Opened | None = None
        self.bundle_path: Path | None = None
        self.verifying = self.rechecking = False
        self.recheck_progress = (0, 0)
        self.bundle_trouble = self.bundle_note = ""
        self._bundle_job: Job[Any] | None = None
        self._bundle_stopped = False
        self._bundle_of = object()  # another one for each opening, also of the same file: what comes late is known by it

    def open_bundle(self, path: Path) -> None:
        """Verifies a bundle and shows what became of it."""
        self.stop_bundle()
        self._no_bundle()
        self._forget_reports()
        self.bundle_path, self.verifying, self.trouble = path, True, ""
        token = self._bundle_of
        self.changed.emit("trouble")
        self.opened.emit(BUNDLE_PAGE)
        self.changed.emit("bundle")

        def then(found: Opened) -> None:
            if self._bundle_of is token:
                self.verifying, self.bundle, self._bundle_job = False, found, None
                self.changed.emit("bundle")

        def failed(failure: Failure) -> None:
            if self._bundle_of is not token:
                return
            self.verifying, self._bundle_job = False, None
            self.bundle_trouble = (
                _("Stopped; nothing is known about this file.")
                if failure.cancelled
                else failure.words
                or _("The bundle could not be verified because of a fault of ours: {why}").format(why=failure.trace)
            )
            self.changed.emit("bundle")

        self._bundle_job = self.bridge.call_long(lambda _tell: verifying.open_file(path), then, failed, lambda _news: None)

    def check_bundle_again(self) -> None:
        """Repeats the public checks of the open bundle from here."""
        opened, token = self.bundle, self._bundle_of
        if opened is None or opened.audit is None or self.rechecking:
            return
        self.rechecking, self.recheck_progress, self._bundle_stopped = True, (0, 0), False
        self.bundle_trouble = self.bundle_note = ""
        self.changed.emit("bundle")
        settings = self.settings

        def news(progress: tuple[int, int]) -> None:
            if self._bundle_of is token and self.rechecking:
                self.recheck_progress = progress
                self.changed.emit("bundle-progress")

        stopped = _("Checking again was stopped; nothing was compared.")

        def then(found: Opened) -> None:
            if self._bundle_of is not token:
                return
            self.rechecking, self._bundle_job = False, None
            if self._bundle_stopped:  # what was seen until then says nothing about the rest
                self.bundle_trouble = stopped
            else:
                self.bundle = found
            self.changed.emit("bundle")

        def failed(failure: Failure) -> None:
            if self._bundle_of is not token:
                return
            self.rechecking, self._bundle_job = False, None
            words = _("Checking again did not work: {why}").format(why=failure.words or failure.trace)
            self.bundle_trouble = stopped if failure.cancelled else words
            self.changed.emit("bundle")

        self._bundle_job = self.bridge.start(lambda send: verifying.check_again(opened, settings, send), then, failed, news)

    def stop_bundle(self) -> None:
        """Stops what is under way with the bundle."""
        if self._bundle_job is not None:
            self._bundle_stopped = True
            self._bundle_job.cancel()

    def close_bundle(self) -> None:
        """Forgets the open bundle, and the reports that were shown of it."""
        self.stop_bundle()
        self._no_bundle()
        self._forget_reports()
        self.changed.emit("bundle")

    def leave_bundle(self) -> None:
        """Nobody looks at the bundle any more. Only checking it again goes on: whoever has asked for that comes back."""
        if not self.rechecking and self.bundle_path is not None:
            self.close_bundle()

    def _forget_reports(self) -> None:
        self.bridge.call_blocking(verifying.forget_reports, lambda _none: None, lambda _failure: None)

    def sweep_reports(self) -> None:
        """Deletes reports of bundles that an app that ended badly has left behind."""
        self.bridge.call_blocking(verifying.sweep_reports, lambda _none: None, lambda _failure: None)

    def note_bundle(self, words: str) -> None:
        """Says something about the open bundle."""
        self.bundle_note = words
        self.changed.emit("bundle")

    def show_report_of_bundle(self, kind: str, show: Callable[[Path], object]) -> None:
        """Writes the report of the bundle ("pdf" or "html") where only this person can see it, and shows it."""
        opened, token = self.bundle, self._bundle_of
        if opened is None:
            return

        def then(found: tuple[Path, bool]) -> None:
            if self._bundle_of is not token:
                return
            file, anew = found
            self.bundle_note = (
                _(
                    "What was opened was made here from the evidence in the bundle: the report in the bundle itself could not be shown "
                    "to be the same."
                )
                if anew
                else ""
            )
            self.changed.emit("bundle")
            show(file)

        def failed(failure: Failure) -> None:
            if self._bundle_of is token:
                self.bundle_trouble = failure.words or failure.trace
                self.changed.emit("bundle")

        self.bridge.call_long(lambda _tell: verifying.report_file(opened, kind), then, failed, lambda _news: None)
