"""“Open a bundle”: the desk verifies what a customer has sent, on one screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from selfaudit.i18n import _
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import Page, ask_file, clear, show_file
from selfaudit_ui.pages.bundle_parts import (
    clause_rows,
    difference_rows,
    drift_rows,
    fact_rows,
    point_rows,
    target_rows,
    verdict_of,
)
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import TITLE
from selfaudit_ui.verifying import Opened, words_of
from selfaudit_ui.widgets import Banner, StateLine, Text, button, card, column, heading, named, reveal, row, soft
from selfaudit_ui.widgets.flow import FlowLayout


class OpenBundlePage(Page):
    """The page for the abuse desk."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Open a bundle"),
            _("What a customer has sent: checked here, without believing anything in it. Nothing of it is stored."),
        )
        self._shown: object = None
        choosing = button(_("Choose a bundle …"), self._choose, kind="primary", icon_name="folder")
        zone = card(
            heading(_("Which bundle?")),
            soft(_("Choose the file that the customer has sent (bundle.zip), or drop it anywhere on this window."), 1.0),
            row(choosing, None),
        )
        zone.setObjectName("zone")
        self._zone, self._choosing = zone, choosing
        self._working = Banner("accent", icon_name="running")
        self._halt = button(_("Stop"), controller.stop_bundle, icon_name="stop")
        self._working.offer(self._halt)
        self._at: QWidget | None = None
        self._trouble = Banner("fail")
        self._note = Banner("unclear")
        self._verdict = StateLine(size=TITLE)
        self._ready = StateLine()
        self._facts = column(spacing=SPACE.XS)
        self._head = card(self._verdict, self._ready, self._facts)
        self._pdf = button(_("Open the report in it"), partial(self._report, "pdf"), icon_name="open")
        self._html = button(
            _("As a web page"), partial(self._report, "html"), icon_name="open", name=_("As a web page: the report in it")
        )
        self._copy = button(_("Copy the verdict"), self._copy_verdict, icon_name="copy")
        self._other = button(_("Another bundle …"), self._choose, icon_name="folder")
        self._bar = QProgressBar()
        named(self._bar, _("Progress of checking again"))
        self._bar.setTextVisible(False)
        self._progress_words = Text()
        self._stop = button(_("Stop"), controller.stop_bundle, icon_name="stop")
        self._progress = card(self._progress_words, self._bar, row(self._stop, None))
        tools = QWidget()
        tools.setLayout(FlowLayout(self._pdf, self._html, self._copy, self._other))
        self._tools = tools
        self._points, self._points_card = self._part(_("What was checked"))
        self._differences, self._differences_card = self._part(_("What the bundle says and its evidence does not"))
        self._drift, self._drift_card = self._part(_("What has changed since"))
        self._clauses, self._clauses_card = self._part(_("The policy, clause by clause, as judged here"))
        self._targets, self._targets_card = self._part(_("Targets, and on whose word they were checked"))
        self._cards = (
            self._head, self._tools, self._points_card, self._differences_card, self._drift_card, self._clauses_card, self._targets_card,
        )  # fmt: skip
        self.add(
            self._trouble, self._working, self._zone, self._head, self._tools, self._note, self._progress, self._drift_card,
            self._differences_card, self._points_card, self._clauses_card, self._targets_card, None,
        )  # fmt: skip

    def _part(self, title: str) -> tuple[QWidget, QWidget]:
        holder = QWidget()
        holder.setLayout(column(spacing=SPACE.S))
        return holder, card(heading(title), holder)

    def focus_first(self) -> None:
        """The choice of a file, what stops what is under way, or what can be done with the bundle."""
        self._at = self._first()
        self._at.setFocus()

    def _first(self) -> QWidget:
        controller = self.controller
        if controller.verifying:
            return self._halt
        if controller.rechecking:
            return self._stop
        return self._choosing if controller.bundle is None else self._copy

    def left(self) -> None:
        """Nothing of the bundle stays."""
        self.controller.leave_bundle()

    def primary_words(self) -> str:
        """What the primary button does; without a bundle, its choice is the only thing to do."""
        return _("Check again from here") if self.controller.bundle is not None else ""

    def primary_hindrance(self) -> str:
        """Why that cannot be done at the moment, "" if it can."""
        opened = self.controller.bundle
        if opened is None or opened.audit is None:
            return _("What is in it cannot be read, so nothing can be repeated.")
        return _("It is being checked again.") if self.controller.rechecking else ""

    def export(self) -> None:
        """Repeats the public checks from here."""
        self.controller.check_bundle_again()

    def primary_kind(self) -> str:
        """Nobody is invited to go on with a bundle that must not be relied on."""
        opened = self.controller.bundle
        return "quiet" if opened is not None and verdict_of(opened.verification)[2] == "fail" else "primary"

    def refresh(self, what: str) -> None:
        """Shows the bundle."""
        controller = self.controller
        if what == "bundle-progress":
            self._show_progress()
            return
        if what not in ("", "bundle"):
            return
        opened = controller.bundle
        name = printable(controller.bundle_path.name, 80) if controller.bundle_path is not None else ""
        self._working.say(_("{file} is being verified …").format(file=name) if controller.verifying else "")
        self._trouble.say(controller.bundle_trouble)
        self._note.say(controller.bundle_note)
        reveal(self._zone, opened is None and not controller.verifying)
        for part in self._cards:
            reveal(part, opened is not None)
        self._show_progress()
        if self._first() is not self._at and self.isVisible():  # what had the keyboard is gone or cannot be pressed
            self.focus_first()
        if opened is None:
            self._shown = None
            return
        for made in (self._pdf, self._html):
            made.setEnabled(opened.audit is not None and not controller.rechecking)
        reveal(self._differences_card, bool(opened.verification.differences))
        reveal(self._drift_card, opened.verification.drift is not None)
        reveal(self._clauses_card, opened.readiness is not None)
        reveal(self._targets_card, opened.audit is not None)
        if opened is not self._shown:
            self._shown = opened
            self._show(opened)
            self.area.verticalScrollBar().setValue(0)

    def _show(self, opened: Opened) -> None:
        icon, words, verdict = verdict_of(opened.verification)
        self._verdict.say(icon, words, verdict)
        for holder, rows in (
            (self._points, point_rows(opened)),
            (self._differences, difference_rows(opened)),
            (self._drift, drift_rows(opened)),
            (self._clauses, clause_rows(opened)),
            (self._targets, target_rows(opened)),
        ):
            layout = holder.layout()
            assert layout is not None
            clear(layout)
            for part in rows:
                layout.addWidget(part)
                reveal(part, True)
        ready, facts = fact_rows(opened)
        self._ready.say(*ready)
        clear(self._facts)
        for part in facts:
            self._facts.addWidget(part)

    def _show_progress(self) -> None:
        controller = self.controller
        reveal(self._progress, controller.rechecking)
        done, total = controller.recheck_progress
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(min(done, max(1, total)))
        self._progress_words.show_text(
            _("Checking again from here: {done} of {total} observations").format(done=done, total=total)
            if total
            else _("Checking again from here …")
        )

    def _choose(self) -> None:
        name, _filter = ask_file(
            self.controller,
            lambda: QFileDialog.getOpenFileName(self, _("Open a bundle"), "", _("Bundles (*.zip);;All files (*)")),
        )
        if name:
            self.controller.open_bundle(Path(name))

    def _report(self, kind: str) -> None:
        self.controller.show_report_of_bundle(kind, show_file)

    def _copy_verdict(self) -> None:
        opened = self.controller.bundle
        if opened is None:
            return
        QGuiApplication.clipboard().setText(words_of(opened))
        self.controller.note_bundle(_("The verdict was copied as text."))
