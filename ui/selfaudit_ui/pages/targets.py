"""What to check: an editable list of domains and addresses, suggestions from the DNS, and cards for what is brought along."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QPlainTextEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from selfaudit.engine.draft import MAX_TYPED, Draft, add_lines
from selfaudit.engine.seals import seal_words
from selfaudit.engine.suggest import Suggestion
from selfaudit.i18n import _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.models.targets import READ, TEXT, TargetsModel
from selfaudit_ui.pages.base import Page, clear
from selfaudit_ui.pages.brought import LedgersCard, MessagesCard, PagesCard
from selfaudit_ui.pages.case_card import case_words
from selfaudit_ui.pages.hosts import HostsCard
from selfaudit_ui.pages.registration import HostedCard, RegistrantCard
from selfaudit_ui.pages.support_card import SEALS
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, card, column, flush, heading, line_edit, named, row, soft
from selfaudit_ui.widgets.table import Table


class _Wrapping(QStyledItemDelegate):
    """Words beside an icon that wrap: the usual size hint forgets the room that the icon takes."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        """As high as the words need beside the icon."""
        hint = super().sizeHint(option, index)
        table = self.parent()
        assert isinstance(table, QTableView)
        room = table.columnWidth(index.column()) - 16 - 16 - 24
        words = option.fontMetrics.boundingRect(
            QRect(0, 0, max(40, room), 10_000), Qt.TextFlag.TextWordWrap, str(index.data() or "")
        )
        return QSize(hint.width(), max(hint.height(), words.height() + 12))


class _Typing(QStyledItemDelegate):
    """Room for a long pasted list: where the usual editor has none left, it cuts a name in two."""

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line edit that holds more than is taken over."""
        editor = super().createEditor(parent, option, index)
        if isinstance(editor, QLineEdit):
            editor.setMaxLength(2 * MAX_TYPED)
        return editor


class TargetsPage(Page):
    """The second page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("What to check"),
            _(
                "Your domains, and the addresses (IP) of your servers. Only your own. Tick the addresses from which your mail is sent."
            ),
        )
        self.model = TargetsModel(controller)
        self.table = Table(self.model, _("Domains and addresses"), 2, most=420)
        self.table.setItemDelegate(_Typing(self.table))
        self.table.setItemDelegateForColumn(READ, _Wrapping(self.table))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.table.horizontalHeader().setMinimumSectionSize(110)
        for key in (QKeySequence.StandardKey.Delete, QKeySequence(Qt.Key.Key_Backspace)):
            QShortcut(QKeySequence(key), self.table, self._remove, context=Qt.ShortcutContext.WidgetShortcut)
        self._paste = button(_("Paste a list"), self._paste_clipboard, icon_name="copy")
        self._many = button(_("Type many at once"), self._toggle_many, kind="quiet")
        self._delete = button(_("Remove selected"), self._remove, kind="quiet", icon_name="remove")
        tools = row(self._paste, self._many, None, self._delete)
        self._box = QPlainTextEdit()
        self._box.setTabChangesFocus(True)
        self._box.setAcceptDrops(False)
        self._box.setPlaceholderText(_("One per line, or separated by commas or blanks"))
        self._box.setFixedHeight(110)
        named(self._box, _("Many domains and addresses"))
        self._add_many = button(_("Add these"), self._take_many)
        self._many_area = QWidget()
        self._many_area.setLayout(column(self._box, row(self._add_many, None)))
        self._many_area.hide()
        self._source = StateLine()
        self._left_out = StateLine()
        self.add(self._source, column(self.table, self._left_out, tools, self._many_area))
        self._suggest_area = QVBoxLayout()
        self._suggest_area.setSpacing(SPACE.S)
        self._look = button(_("Search"), controller.ask_suggestions, icon_name="search", name=_("Look in the DNS"))
        self._suggest_state = soft("", 1.0)
        head = row(self._look, self._suggest_state)
        head.setStretch(1, 1)
        about = soft(
            _("Mail servers, own addresses and allowed senders of the domains above. Nothing is added unless you say so."), 1.0
        )
        self.add(card(heading(_("Servers that belong to your domains (found in the DNS)")), about, head, self._suggest_area))
        self._hosted, self._registrant, self.hosts = HostedCard(controller), RegistrantCard(controller), HostsCard(controller)
        self.brought: dict[str, MessagesCard | LedgersCard | PagesCard] = {
            "messages": MessagesCard(controller), "ledgers": LedgersCard(controller), "pages": PagesCard(controller),
        }  # fmt: skip
        self.add(
            self._make_details(),
            self._hosted,
            self.hosts,
            *self.brought.values(),
            self._registrant,
            self._make_selectors(),
            None,
        )

    def _make_selectors(self) -> QWidget:
        self._learnt = soft("", 1.0)
        self._selectors = line_edit(_("DKIM selectors"), placeholder=_("for example selector1@your-domain"))
        self._selectors.setMaxLength(20_000)
        self._selectors.textEdited.connect(lambda _text: self._take_selectors())
        return card(
            heading(_("Signed mail (DKIM), optional")),
            self._learnt,
            Text(
                _(
                    "Name the selectors, separated by commas. If you do not know them, add a sample message above, or leave this empty."
                )
            ),
            self._selectors,
        )

    def _make_details(self) -> QWidget:
        self._frame = soft("", 1.0)
        self._since_trouble = StateLine()
        self._change = button(
            _("Change …"),
            lambda: self.controller.show_place("case"),
            kind="quiet",
            name=_("Change your provider's case on the first page"),
        )
        head = row(heading(_("Your provider's case (if there is one)")), self._change)
        head.setStretch(0, 1)
        return card(head, self._frame, self._since_trouble)

    def focus_first(self) -> None:
        """The empty line at the end, or the card that somebody was led to."""
        if self.controller.card_wanted:
            self.controller.card_wanted = False
            self.hosts.open_at(self.controller.way)
            QTimer.singleShot(30, self, lambda: self._scroll_to(self.hosts))  # when it has been laid out
            return
        place, self.controller.place_wanted = self.controller.place_wanted, ""
        if place in self.brought:
            wanted = self.brought[place]
            wanted.open_up()
            QTimer.singleShot(30, self, lambda: self._scroll_to(wanted))
            return
        self.table.setFocus()
        self.table.setCurrentIndex(self.model.index(self.model.rowCount() - 1, TEXT))

    def _scroll_to(self, part: QWidget) -> None:
        inner = self.area.widget()
        assert inner is not None
        self.area.verticalScrollBar().setValue(part.mapTo(inner, QPoint(0, 0)).y() - SPACE.L)

    def refresh(self, what: str) -> None:
        """Shows the draft."""
        if what in ("", "run", "case", "results", "hosts"):
            self.hosts.refresh()
        if what in ("", "run", "case", "results", "messages", "ledgers", "readiness"):
            for part in self.brought.values():
                part.refresh()
        if what in ("", "case"):
            self._show_draft()
        if what in ("", "case", "suggestions"):
            self._show_suggestions()
        if what in ("", "run", "case", "results"):
            busy = not self.controller.can_leave_case
            for control in (self.table, self._paste, self._many, self._delete, self._selectors, self._add_many):
                control.setEnabled(not busy)
            self._hosted.refresh()
            self._registrant.refresh()

    def _show_draft(self) -> None:
        draft = self.controller.draft or Draft()
        self.model.refresh()
        self._left_out.say("warn", self.controller.paste_trouble, "warn")
        seal = self.controller.seal
        icon, verdict = SEALS[seal.state] if seal is not None else ("unclear", "unclear")
        words = _("From the case file {file}.").format(file=printable(draft.source, 120)) if draft.source else ""
        self._source.say(icon, f"{words} {seal_words(seal)}" if words and seal is not None else words, verdict)
        if self._selector_names() != draft.selectors:
            self._selectors.setText(", ".join(draft.selectors))
        self._frame.show_text(case_words(draft) or _("Nothing is said about it yet: its policy decides what has to be shown."))
        self._since_trouble.say("warn", self.controller.declared.get("suspended", ""), "warn")
        learnt = [f"{name}@{domain}" for name, domain, _file in draft.learnt]
        self._learnt.show_text(_("Learnt from messages: {selectors}").format(selectors=", ".join(learnt)) if learnt else "")
        self._learnt.setVisible(bool(learnt))

    def _show_suggestions(self) -> None:
        controller = self.controller
        named_domains = any(t.kind == "domain" for r in controller.readings for t in r.targets)
        self._look.setEnabled(named_domains and not controller.suggesting and controller.can_leave_case)
        clear(self._suggest_area)
        present = {t.value for r in controller.readings for t in r.targets}
        fresh = [s for s in controller.suggestions or () if s.value not in present]
        if controller.suggesting:
            text = _("Looking …")
        elif controller.suggestions_trouble:
            text = controller.suggestions_trouble
        elif controller.suggestions is None:
            text = "" if named_domains else _("Name a domain first.")
        elif fresh:
            text = ngettext("{count} suggestion", "{count} suggestions", len(fresh)).format(count=len(fresh))
        else:
            text = _("Nothing that is not in your list already.")
        self._suggest_state.show_text(text)
        for item in fresh:
            words = Text(f"{item.value}: {shown(item.why)}")
            add = button(_("Add"), partial(self._add, item), icon_name="plus", name=_("Add {target}").format(target=item.value))
            line = row(words, add)
            line.setStretch(0, 1)
            self._suggest_area.addLayout(line)
        if len(fresh) > 1:
            self._suggest_area.addLayout(row(flush(button(_("Add all"), lambda: self._add(*fresh), kind="quiet")), None))

    def _add(self, *items: Suggestion) -> None:
        draft = add_lines(self.controller.draft or Draft(), [i.value for i in items])
        sends = {i.value for i in items if i.sends}
        lines = tuple(replace(line, sends=True) if line.text in sends else line for line in draft.lines)
        self.controller.edit(replace(draft, lines=lines))

    def _remove(self) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedIndexes()}
        if rows:
            self.model.remove(rows)

    def _paste_clipboard(self) -> None:
        self.controller.paste(QGuiApplication.clipboard().text())

    def _toggle_many(self) -> None:
        self._many_area.setVisible(self._many_area.isHidden())
        if self._many_area.isVisible():
            self._box.setFocus()

    def _take_many(self) -> None:
        self.controller.paste(self._box.toPlainText())
        self._box.clear()
        self._many_area.hide()
        self.table.setFocus()

    def _selector_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._selectors.text().replace(",", " ").replace(";", " ").split()))

    def _take_selectors(self) -> None:
        draft = self.controller.draft
        if draft is not None:
            self.controller.edit(replace(draft, selectors=self._selector_names(), confirmed=False))
