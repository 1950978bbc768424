"""Start: the open case's frame; open a case file, start without one, see a demo; below, the cases that are kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QGridLayout, QPushButton, QVBoxLayout, QWidget

from selfaudit.engine.draft import title
from selfaudit.i18n import _, ngettext
from selfaudit.report.words import count_words
from selfaudit.store import CaseRow, RunState
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import Page, ask_file, clear, show_file
from selfaudit_ui.pages.beside_card import BesideCard
from selfaudit_ui.pages.case_card import CaseCard
from selfaudit_ui.pages.support_card import SupportCard
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, CardButton, Line, StateLine, Text, button, card, column, heading, reveal, row, soft

DEMOS = ("broken", "suspended", "fixed")


class StartPage(Page):
    """The first page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Get your service back"),
            _(
                "Check your own domains and servers, fix what is wrong, and show it to your provider in one report. "
                "Nothing is sent before you have seen and allowed it."
            ),
        )
        self._open = CardButton(
            "folder",
            _("Open a case file"),
            _("Support has sent you a file. You can also drop it anywhere on this window."),
            self._choose,
        )
        self._new = CardButton(
            "plus", _("Start without a case file"), _("Name your domains and addresses yourself."), controller.new_case
        )
        self._others = QWidget()
        cards = QGridLayout(self._others)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(SPACE.L)
        for column_number, part in enumerate((self._open, self._new)):
            cards.addWidget(part, 0, column_number)
            cards.setColumnStretch(column_number, 1)
        self._demo_card = self._make_demo()
        cards.addWidget(self._demo_card, 0, 2)
        cards.setColumnStretch(2, 1)
        self._trouble = Banner("fail")
        self._written, self._not_written = Banner("good"), Banner("fail")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(SPACE.S)
        self.case = CaseCard(controller)
        straight = button(_("See what would be sent"), lambda: controller.opened.emit("permission"), icon_name="permission")
        self.support = SupportCard(_("Case file from support"), straight)
        self._straight = straight
        self._another = heading(_("Another case"))
        self.beside = BesideCard(controller)
        self.add(
            self._trouble, self.beside, self.support, self.case, self._another, self._others, self._make_desk(), heading(_("Recent cases")),
            self._written, self._not_written, self._recent, None,
        )  # fmt: skip
        self._asking: int | None = None
        self._said = "", ""

    def _make_demo(self) -> QWidget:
        names = {
            "broken": (_("On the day of the suspension"), _("Demo: on the day of the suspension")),
            "suspended": (_("Repaired, but still cut off"), _("Demo: repaired, but still cut off")),
            "fixed": (_("After fixing"), _("Demo: after fixing")),
        }
        self.demo_buttons: dict[str, QPushButton] = {}
        for world in DEMOS:
            text, name = names[world]
            self.demo_buttons[world] = button(text, partial(self.controller.open_demo, world), name=name)
        from selfaudit_ui.theme import current
        from selfaudit_ui.widgets.blocks import picture

        return card(
            picture("demo", current().accent, 28),
            heading(_("See a demo")),
            soft(_("An invented company on an invented internet. Nothing leaves this computer."), 1.0),
            *self.demo_buttons.values(),
            None,
        )

    def _make_desk(self) -> QWidget:
        """The entries for the provider's people."""
        opened = self.controller.opened
        self.make_case = button(_("Make a case"), lambda: opened.emit("make-case"), icon_name="plus")
        self.open_bundle = button(_("Open a bundle"), lambda: opened.emit("open-bundle"), icon_name="shield")
        words = column(
            heading(_("For support and abuse desks"), 1.0),
            soft(_("Make a case file for a customer, or verify the bundle that a customer has sent."), 1.0),
            spacing=SPACE.XS,
        )
        layout = row(words, self.make_case, self.open_bundle)
        layout.setStretch(0, 1)
        return card(layout)

    def _choose(self) -> None:
        name, _filter = ask_file(
            self.controller,
            lambda: QFileDialog.getOpenFileName(
                self, _("Open a case file"), "", _("Case files (*.selfaudit-case *.json);;All files (*)")
            ),
        )
        if name:
            self.controller.open_case_file(Path(name))

    def entered(self) -> None:
        """Lists the cases as they stand now."""
        self.refresh("")
        self.controller.look_beside()
        self.controller.refresh_cases()

    def focus_first(self) -> None:
        """The first card, or the one that somebody was led to."""
        place, self.controller.place_wanted = self.controller.place_wanted, ""
        if place in ("case", "notices") and not self.case.isHidden():
            self.case.open_at(place)
            self.area.verticalScrollBar().setValue(0)
            return
        (self._open if self.case.isHidden() else self.case.opening).setFocus()

    def refresh(self, what: str) -> None:
        """Shows the cases that are kept."""
        if what in ("", "case", "run", "results", "notices", "readiness"):
            is_open = self.controller.draft is not None
            reveal(self.case, is_open)
            reveal(self._another, is_open and self.controller.keeps)
            reveal(self._others, self.controller.keeps)  # elsewhere, no other case is opened
            if is_open:
                self.case.refresh()
            draft = self.controller.draft
            if draft is None:
                reveal(self.support, False)
            else:
                self.support.show_draft(draft, self.controller.seal)
            self._straight.setEnabled(bool(self.controller.situation.lines) and not self.controller.situation.faulty)
        if what in ("", "beside", "cases", "case", "run"):
            self.beside.refresh()
        if what not in ("", "cases", "case", "run"):
            return
        busy = not self.controller.can_leave_case
        for part in (self._open, self._new, *self.demo_buttons.values()):
            part.setEnabled(not busy)
        trouble = self.controller.store_trouble
        self._trouble.say(
            _("The file with your cases cannot be used. It has not been changed or deleted.\n{why}").format(why=trouble)
            if trouble
            else ""
        )
        if trouble is not None and not trouble.replaceable:
            self._trouble.offer(button(_("Try again"), self.controller.open_store, icon_name="again"))
        if trouble is not None and trouble.replaceable:
            self._trouble.offer(button(_("Keep that file aside and start a new one"), self.controller.replace_store))
        if what == "run":
            return
        self._show_written()
        focused: QWidget | None = self.focusWidget()
        had_focus = focused is not None and bool(focused.property("recent"))
        clear(self._recent)
        cases = self.controller.cases
        if cases is None:
            self._recent.addWidget(soft(_("Looking for your cases …"), 1.0))
        elif trouble is not None:
            self._recent.addWidget(
                soft(_("Your cases cannot be shown until this is solved. What you do now is not kept."), 1.0)
            )
        elif not cases:
            self._recent.addWidget(
                soft(
                    _("None yet. Every case that you open or start is kept here, with everything you do.")
                    if self.controller.keeps
                    else _("This window shows only the demo, and keeps nothing."),
                    1.0,
                )
            )
        for case in cases or ():
            self._recent.addWidget(self._row(case, busy))
        if had_focus:
            self._new.setFocus()

    def _show_written(self) -> None:
        """What was written of a kept case, and whose eyes it is for."""
        written = self.controller.kept_out
        words = ""
        if written is not None:
            path, count = written
            words = ngettext("Written: {file} with {count} file.", "Written: {file} with {count} files.", count).format(
                file=path, count=count
            )
            words += " " + _("It holds personal data. It is for you; the abuse desk gets the bundle of the page “Report”.")
        self._written.say(words)
        if written is not None and (words, "") != self._said:
            self._written.offer(button(_("Open the folder"), partial(show_file, written[0].parent), icon_name="folder"))
        trouble = self.controller.kept_out_trouble
        self._not_written.say(trouble)
        if (words, trouble) != self._said:
            self._said = words, trouble
            if words or trouble:  # it may be above what is seen of a long list
                part = self._not_written if trouble else self._written
                QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(part))

    def _write(self, case: CaseRow) -> None:
        """Asks for a file and writes everything that is kept of a case."""
        stem = "".join(c for c in case.draft.number if c.isalnum() or c in "-_")[:80] or f"selfaudit-{case.id}"
        name, _filter = ask_file(
            self.controller,
            lambda: QFileDialog.getSaveFileName(
                self, _("Export everything of this case"), f"{stem}-all.zip", _("ZIP files (*.zip)")
            ),
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != ".zip":
            path = path.with_name(path.name + ".zip")
            if path.exists():  # the dialog has asked about the other name only
                self.controller.kept_out, self.controller.kept_out_trouble = (
                    None,
                    _("{file} is there already; choose another name.").format(file=path),
                )
                self._show_written()
                return
        self.controller.write_kept(case.id, path)

    def _row(self, case: CaseRow, busy: bool) -> QWidget:
        name = title(case.draft) or _("(no targets yet)")
        icon_name, state, verdict = describe(case)
        when = (case.run.changed if case.run else case.changed)[:16].replace("T", " ")
        text = Line(bold=True)
        text.show_text(name)
        line = StateLine(icon_name, f"{state} · {when} UTC", verdict)
        opening = button(
            _("Open") if not case.run or case.run.state is RunState.FINISHED else _("Resume"),
            lambda: self.controller.open_case(case), name=_("Open case {name}").format(name=name),
        )  # fmt: skip
        opening.setProperty("recent", True)
        opening.setEnabled(not busy)
        writing = self.controller.keeping_out
        export = button(
            _("Exporting …") if writing == case.id else _("Export everything …"), lambda: self._write(case), kind="quiet",
            icon_name="save", name=_("Export everything of case {name}").format(name=name),
        )  # fmt: skip
        export.setProperty("recent", True)
        export.setEnabled(writing is None)
        if self._asking == case.id:
            words = Text(_("Delete this case with all its results? This cannot be undone."))
            yes = button(_("Delete"), lambda: self._delete(case.id), name=_("Delete case {name}").format(name=name))
            no = button(_("Keep"), lambda: self._ask(None))
            layout = row(words, yes, no)
            layout.setStretch(0, 1)
            return card(text, layout)
        delete = button(
            "", lambda: self._ask(case.id), kind="quiet", icon_name="remove", name=_("Delete case {name}").format(name=name)
        )
        delete.setToolTip(_("Delete"))
        delete.setProperty("recent", True)
        delete.setEnabled(not busy)
        words_column = QVBoxLayout()
        words_column.setSpacing(SPACE.XS)
        words_column.addWidget(text)
        words_column.addWidget(line)
        layout = row(words_column, opening, export, delete)
        layout.setStretch(0, 1)
        return card(layout)

    def _ask(self, case_id: int | None) -> None:
        self._asking = case_id
        self.refresh("cases")

    def _delete(self, case_id: int) -> None:
        self._asking = None
        self.controller.delete_case(case_id)


def describe(case: CaseRow) -> tuple[str, str, str]:
    """(icon, words, verdict): how a kept case stands."""
    run = case.run
    if run is None:
        return "todo", _("Not checked yet"), ""
    if run.state is not RunState.FINISHED:
        return "warn", _("Interrupted, {done} of {total} observations").format(done=run.done, total=run.total), "warn"
    counts = run.counts
    words = count_words(counts)
    if counts.get("fail"):
        return "fail", words, "fail"
    if not counts.get("pass") or counts.get("inconclusive") or counts.get("bug") or counts.get("not-run"):
        return "unclear", words or _("No results"), "unclear"
    return ("warn", words, "warn") if counts.get("warn") else ("pass", words, "good")
