"""Report: what it will say and how it will look, what is missing and the page that supplies it, and the export."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QGridLayout, QPushButton, QVBoxLayout

from selfaudit.findings import Outcome
from selfaudit.i18n import LANGUAGES, N_, _, ngettext
from selfaudit.remedy import GroupKey
from selfaudit.report.words import count_words, headline
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.exporting import Exported, exported_words, file_stem, unsigned_words
from selfaudit_ui.flow import Run
from selfaudit_ui.models.findings import mark_key
from selfaudit_ui.pages.base import Page, ask_file, clear, show_file
from selfaudit_ui.pages.report_pages import ReportPages, wanted_ppi
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import TITLE
from selfaudit_ui.widgets import (
    Banner,
    OutcomeBar,
    StateLine,
    Text,
    button,
    card,
    column,
    heading,
    row,
    soft,
)
from selfaudit_ui.widgets.flow import FlowLayout
from selfaudit_ui.widgets.forms import Choice
from selfaudit_ui.words import GROUPS, ICONS, VERDICTS

_LISTED = 6
# kind -> title of the dialog, end of the name, suffix, filter
_FILES = {
    "bundle": (N_("Export bundle"), "bundle", ".zip", N_("Bundles (*.zip)")),
    "pdf": (N_("Save the report as PDF"), "report", ".pdf", N_("PDF (*.pdf)")),
    "html": (N_("Save the report as a web page"), "report", ".html", N_("Web pages (*.html)")),
}


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
        self._language = Choice(
            _("Language of the report"), ((code, name) for code, name in LANGUAGES.items()), self._choose_language
        )
        self._others = [
            button(_("PDF …"), partial(self._save, "pdf"), icon_name="save", name=_("Save the report as PDF")),
            button(_("Web page …"), partial(self._save, "html"), icon_name="save", name=_("Save the report as a web page")),
            button(
                _("Everything to a folder …"),
                self._save_data,
                icon_name="folder",
                name=_("Save reports, data and bundle to a folder"),
            ),
        ]
        self._done = Banner("good")
        self._unsigned = Banner("unclear")
        self._trouble = Banner("fail")
        self._working = Banner("accent", icon_name="running")
        self._empty = Banner("accent")
        self._counts_card = card(self._counts)
        self.pages = ReportPages(controller)
        others = FlowLayout(*self._others)
        self._export_card = card(
            heading(_("Export")),
            soft(
                _(
                    "“Export bundle”, below, writes one signed file with the report as PDF and as a web page, all data, the files that you "
                    "added, and your case file. The abuse desk can verify it without believing anybody."
                ),
                1.0,
            ),
            column(Text(_("Language of the report")), row(self._language, None), spacing=SPACE.XS),
            soft(_("The abuse desk reads English. Whatever the language, the data beside it is the same."), 1.0),
            SPACE.XS,
            column(Text(_("Or only a part of it")), others, spacing=SPACE.XS),
        )
        self.add(
            self._done, self._unsigned, self._working, self._trouble, self._empty, self._demo, self._interim, self._headline,
            self._bar, self._counts_card, self._export_card, self.pages, self._open, None,
        )  # fmt: skip
        self._shown: object = None
        self._said: object = None

    def focus_first(self) -> None:
        """The language of the report."""
        self._language.setFocus()

    def primary_hindrance(self) -> str:
        """Why it cannot be done now, "" if it can."""
        return _("The report is being written.") if self.controller.exporting else ""

    def refresh(self, what: str) -> None:
        """Shows what the report will say."""
        if what == "preview":
            self.pages.refresh()
            return
        if what == "exported":
            self._show_export()
            return
        if what not in ("", "results", "marks", "case", "run", "readiness"):
            return
        view = self.controller.view
        clear(self._counts)
        clear(self._open)
        draft = self.controller.draft
        self._demo.say(_("This is the demo: every page of its report says so.") if draft and draft.demo else "")
        if view is not self._shown:
            if self._shown is not None:  # what was written or went wrong belongs to the report from before
                self.controller.forget_written()
            self._shown = view
        self._show_export()
        for part in (self._headline, self._bar, self._counts_card, self._export_card, self.pages):
            part.setVisible(view is not None)
        self._empty.say("" if view is not None else _("There is no report yet: run the audit first."))
        if view is None:
            self._empty.offer(button(_("Go to the audit"), lambda: self.controller.opened.emit("audit")))
            self._interim.say("")
            return
        self._language.show_value(self.controller.report_language)
        if self.isVisible():
            self.controller.ask_preview(wanted_ppi())
        self.pages.refresh()
        self._headline.show_text(headline(view.audit, ready=self.controller.ready))
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
        self._interim.say(self._why_interim())
        for group in view.groups:
            if group.key in (GroupKey.PASSED, GroupKey.NOT_NEEDED):
                continue
            lines = [StateLine(ICONS[a.outcome], a.text, VERDICTS[a.outcome], quiet=True) for a in group.actions[:_LISTED]]
            rest = len(group.actions) - len(lines)
            more = [soft(_("{count} more in “Fix”").format(count=rest))] if rest > 0 else []
            title = _(GROUPS[group.key])
            self._open.addWidget(card(heading(f"{title} ({len(group.actions)})"), *lines, *more))

    def _why_interim(self) -> str:
        view = self.controller.view
        assert view is not None
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
        return " ".join(filter(None, words_of))

    # Writing

    def _show_export(self) -> None:
        """How it stands with what is or was written."""
        controller = self.controller
        done = controller.written
        self._working.say(_("The report is being written …") if controller.exporting else "")
        self._trouble.say(controller.export_trouble)
        self._done.say(exported_words(done) if done is not None else "")
        self._unsigned.say(unsigned_words(done) if done is not None else "")
        for part in (*self._others, self._language):
            part.setEnabled(not controller.exporting)
        now = (done, controller.export_trouble)
        if now == self._said:
            return
        self._said = now
        if done is not None:
            steps = self._next_steps(done)
            self._done.offer(*steps)
            if self.isVisible():  # what was pressed could not be pressed again meanwhile, so the keyboard was somewhere else
                steps[0].show()  # the layout would do it a moment later
                steps[0].setFocus()
        if done is not None or controller.export_trouble:
            self.area.verticalScrollBar().setValue(0)

    def _next_steps(self, done: Exported) -> list[QPushButton]:
        folder = done.path if done.kind == "data" else done.path.parent
        offered = [button(_("Open the folder"), partial(show_file, folder), icon_name="folder")]
        if done.kind in ("pdf", "html"):
            offered.insert(0, button(_("Open the report"), partial(show_file, done.path), icon_name="open"))
        if done.kind == "bundle":
            again = partial(self.controller.open_bundle, done.path)
            offered.append(button(_("See it as the desk does"), again, icon_name="shield"))
        return offered

    def _choose_language(self, code: str) -> None:
        self.controller.report_in(code)

    def export(self) -> None:
        """Asks for a file and writes the bundle."""
        self._save("bundle")

    def _save(self, kind: str) -> None:
        view = self.controller.view
        if view is None or self.controller.exporting:
            return
        title, end, suffix, filter_words = _FILES[kind]
        number = view.audit.evidence.case.number
        stem = file_stem(number)
        name, _filter = ask_file(
            self.controller, lambda: QFileDialog.getSaveFileName(self, _(title), f"{stem}-{end}{suffix}", _(filter_words))
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != suffix:
            path = path.with_name(path.name + suffix)
            if path.exists():  # the dialog has asked about the other name only
                self.controller.export_trouble = _("{file} is there already; choose another name.").format(file=path)
                self._show_export()
                return
        self.controller.export_report(kind, path)

    def _save_data(self) -> None:
        if self.controller.view is None or self.controller.exporting:
            return
        name = ask_file(
            self.controller,
            lambda: QFileDialog.getExistingDirectory(self, _("Folder for reports, data and bundle")),
        )
        if name:
            self.controller.export_report("data", Path(name))


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
