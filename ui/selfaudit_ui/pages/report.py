"""Report: what it will say, what is missing and the page that supplies it, and the export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QVBoxLayout
from shiboken6 import isValid

from selfaudit.case.statement_file import encode_statement
from selfaudit.engine import save_evidence
from selfaudit.engine.evidence import write_whole
from selfaudit.findings import Outcome
from selfaudit.i18n import LANGUAGES, SOURCE, _, ngettext, using
from selfaudit.remedy import GroupKey
from selfaudit.report.json import encode_audit
from selfaudit.report.words import count_words, headline
from selfaudit.text import printable
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.models.findings import mark_key
from selfaudit_ui.pages.base import Page, ask_file, clear
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import TITLE
from selfaudit_ui.widgets import Banner, OutcomeBar, StateLine, Text, button, card, column, heading, named, row, soft
from selfaudit_ui.words import GROUPS, ICONS, VERDICTS

_LISTED = 6


class ReportPage(Page):
    """The last page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, _("Report"), _("One file to attach to your request for reinstatement."))
        self._demo = Banner("accent")
        self._interim = Banner("warn")
        self._headline = Text("", TITLE)
        self._bar = OutcomeBar()
        self._counts = QGridLayout()
        self._counts.setSpacing(SPACE.S)
        self._open = QVBoxLayout()
        self._open.setSpacing(SPACE.M)
        self._language = QComboBox()
        named(self._language, _("Language of the report"))
        for code, name in LANGUAGES.items():
            self._language.addItem(name, code)
        self._language.setCurrentIndex(max(0, self._language.findData(SOURCE)))
        self._save = button(
            _("Save all data …"),
            self._save_data,
            icon_name="save",
            name=_("Save report, audit, evidence and statement to a folder"),
        )
        self._done = Banner("good")
        self._trouble = Banner("fail")
        self._empty = Banner("accent")
        self._counts_card = card(self._counts)
        self._export_card = card(
            heading(_("Export")),
            soft(_("The abuse desk reads English. Whatever the language, the data beside it is the same."), 1.0),
            column(Text(_("Language of the report")), row(self._language, None, self._save), spacing=SPACE.XS),
        )
        self.add(
            self._done, self._trouble, self._empty, self._demo, self._interim, self._headline, self._bar, self._counts_card,
            self._export_card, self._open, None,
        )  # fmt: skip
        self._shown: object = None

    def focus_first(self) -> None:
        """The language of the report."""
        self._language.setFocus()

    def refresh(self, what: str) -> None:
        """Shows what the report will say."""
        if what not in ("", "results", "marks", "case", "run", "readiness"):
            return
        view = self.controller.view
        clear(self._counts)
        clear(self._open)
        draft = self.controller.draft
        self._demo.say(_("This is the demo: every page of its report says so.") if draft and draft.demo else "")
        if view is not self._shown:  # what was written or went wrong belongs to the report from before
            self._shown = view
            self._done.say("")
            self._trouble.say("")
        for part in (self._headline, self._bar, self._counts_card, self._export_card):
            part.setVisible(view is not None)
        self._empty.say("" if view is not None else _("There is no report yet: run the audit first."))
        if view is None:
            self._empty.offer(button(_("Go to the audit"), lambda: self.controller.opened.emit("audit")))
            self._interim.say("")
            return
        self._headline.show_text(headline(view.audit))
        counts = self.controller.situation.counts
        words: list[str] = []
        for outcome in Outcome:
            count = counts.get(str(outcome), 0)
            if count:
                line = count_words({str(outcome): count})
                words.append(line)
                place = len(words) - 1
                self._counts.addWidget(StateLine(ICONS[outcome], line, VERDICTS[outcome]), place // 3, place % 3)
        self._bar.show_counts([(VERDICTS[o], counts.get(str(o), 0)) for o in Outcome], ", ".join(words))
        blocking = [a for g in view.groups if g.key in (GroupKey.MUST, GroupKey.PROVIDER) for a in g.actions]
        planned = sum(bool((m := self.controller.marks.get(mark_key(a))) and m.planned) for a in blocking)
        words_of = [interim_words(len(blocking), planned)]
        readiness = self.controller.assessment.readiness
        if readiness is not None and not readiness.ready:
            words_of.append(
                _("Interim, too, before the policy of {provider}: {count} things are missing; see “Statement”.").format(
                    provider=printable(readiness.provider, 80), count=self.controller.assessment.missing
                )
                if blocking
                else _("Interim report before the policy of {provider}: {count} things are missing; see “Statement”.").format(
                    provider=printable(readiness.provider, 80), count=self.controller.assessment.missing
                )
            )
        if self.controller.situation.stale:
            words_of.append(_("Targets or settings were changed after this audit; run it again."))
        if self.controller.run.state is Run.INTERRUPTED:
            words_of.append(_("The audit was interrupted, so this is not everything."))
        self._interim.say(" ".join(filter(None, words_of)))
        for group in view.groups:
            if group.key in (GroupKey.PASSED, GroupKey.NOT_NEEDED):
                continue
            lines = [StateLine(ICONS[a.outcome], a.text, VERDICTS[a.outcome], quiet=True) for a in group.actions[:_LISTED]]
            rest = len(group.actions) - len(lines)
            more = [soft(_("{count} more in “Fix”").format(count=rest))] if rest > 0 else []
            title = f"{_(GROUPS[group.key])} ({len(group.actions)})"
            self._open.addWidget(card(heading(title), *lines, *more))

    def export(self) -> None:
        """Asks for a file and writes the report."""
        view = self.controller.view
        if view is None:
            return
        number = view.audit.evidence.case.number
        stem = "".join(c for c in number if c.isalnum() or c in "-_") or "selfaudit"
        name, _filter = ask_file(
            self.controller,
            lambda: QFileDialog.getSaveFileName(self, _("Export report"), f"{stem}-report.html", _("Web pages (*.html)")),
        )
        if name:
            path = Path(name)
            self._write(path if path.suffix else path.with_suffix(".html"))

    def _save_data(self) -> None:
        name = ask_file(
            self.controller, lambda: QFileDialog.getExistingDirectory(self, _("Folder for report, audit and evidence"))
        )
        if name and self.controller.view is not None:
            self._write(Path(name) / "report.html", data=True)

    def _write(self, path: Path, *, data: bool = False) -> None:
        """Makes and writes the report beside the window's thread; with `data`, audit.json, evidence.json and statement.json beside it."""
        view = self.controller.view
        assert view is not None
        self._trouble.say("")
        self._done.say("")
        code = str(self._language.currentData())
        audit = self.controller.stated_audit() or replace(view.audit, marks=tuple(self.controller.marks.values()))
        statement = self.controller.statement

        def work() -> None:
            from selfaudit.report.html import render_html

            if data:
                save_evidence(audit.evidence, path.with_name("evidence.json"))
                write_whole(path.with_name("audit.json"), encode_audit(audit))
                write_whole(path.with_name("statement.json"), encode_statement(statement))
            with using(code):
                write_whole(path, render_html(audit).encode("utf-8"))

        def failed(failure: Failure) -> None:
            if isValid(self):
                self._trouble.say(failure.words or _("The report could not be made: {why}").format(why=failure.trace))
                self.area.verticalScrollBar().setValue(0)

        self.controller.bridge.call_blocking(work, lambda _none: self._written(path, view), failed)

    def _written(self, path: Path, view: object) -> None:
        if view is not self.controller.view:
            return
        self.controller.exported = path
        if isValid(self):
            self._done.say(_("Written: {file}").format(file=path))
            self._done.offer(
                button(_("Open the report"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))), icon_name="open"),
                button(
                    _("Open the folder"),
                    lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
                    icon_name="folder",
                ),
            )
            self.area.verticalScrollBar().setValue(0)
        self.controller.changed.emit("exported")


def interim_words(blocking: int, planned: int) -> str:
    """Why the report is only an interim one, "" if it is not."""
    if not blocking:
        return ""
    text = ngettext(
        "Interim report: {count} finding still blocks reinstatement. The report says so on its first page.",
        "Interim report: {count} findings still block reinstatement. The report says so on its first page.",
        blocking,
    ).format(count=blocking)
    more = ngettext("{count} of them is planned.", "{count} of them are planned.", planned).format(count=planned)
    return f"{text} {more}" if planned else text
