"""Two parts of the statement: when what happened, and which passwords and keys were changed."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.case.statement import Credential, Moment
from selfaudit.i18n import N_, _, ngettext
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.statement_parts import Part, moment_hint
from selfaudit_ui.widgets import column, row
from selfaudit_ui.widgets.forms import Choice, Entry, Rows, show_line, typed_line
from selfaudit_ui.words import moment

KINDS = {
    "began": N_("It began"),
    "noticed": N_("It was noticed"),
    "contained": N_("It was contained"),
    "fixed": N_("It was fixed"),
    "other": N_("Something else"),
}


class _MomentRow(Entry):
    """One entry of the timeline."""

    def __init__(self, rows: Rows, place: int) -> None:
        super().__init__(rows, place)
        number = place + 1
        kinds = tuple((value, _(words)) for value, words in KINDS.items())
        self._item = Moment("", "other")
        self._kind = Choice(
            _("Entry {number}: what happened").format(number=number), kinds, lambda value: self._change(kind=value)
        )
        self._at = typed_line(
            _("Entry {number}: when").format(number=number), lambda text: self._change(at=text), hint=moment_hint(), limit=40
        )
        self._text = typed_line(
            _("Entry {number}: in your words").format(number=number),
            lambda text: self._change(text=text),
            hint=_("In your words"),
            limit=500,
        )
        self._off = self.remover(_("Remove entry {number} of the timeline").format(number=number))
        layout = row(self._kind, self._at, self._text, self._off)
        for column_number, stretch in enumerate((2, 3, 5, 0)):
            layout.setStretch(column_number, stretch)
        self.setLayout(layout)

    def _change(self, **changes: str) -> None:
        self.put(replace(self._item, **changes))  # type: ignore[arg-type]

    def show_item(self, item: Moment, *, enabled: bool) -> None:
        """Shows an entry."""
        self._item = item
        self._kind.show_value(item.kind)
        show_line(self._at, item.at)
        show_line(self._text, item.text)
        for part in (self._kind, self._at, self._text, self._off):
            part.setEnabled(enabled)


class TimelinePart(Part):
    """When what happened."""

    parts = ("timeline",)

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("When what happened"),
            _("From the first sign to the repair. A day, or a moment in UTC. Leave out what you do not know."),
        )

    def make(self) -> None:
        """The entries."""
        self._rows = Rows(
            _MomentRow,
            self._next,
            lambda items: self.controller.state(timeline=items),
            _("Add an entry"),
        )
        self.inner.setLayout(column(self._rows))

    def _next(self) -> Moment:
        there = {m.kind for m in self.controller.statement.timeline}
        if "began" not in there:
            return Moment("", "began")
        if "noticed" not in there:
            return Moment("", "noticed")
        if "contained" not in there:
            return Moment("", "contained")
        return Moment("", "other" if "fixed" in there else "fixed")

    def show_state(self, *, enabled: bool) -> None:
        """Shows the timeline."""
        self._rows.show_items(self.controller.statement.timeline, enabled=enabled)

    def sum_up(self) -> str:
        """The entries in order."""
        entries = sorted((m for m in self.controller.statement.timeline if m.at.strip()), key=lambda m: m.at)
        lines = [f"{moment(printable(m.at, 40))}: {_(KINDS[m.kind])}" for m in entries[:8]]
        return " · ".join(lines)

    def focus_on(self, part: str) -> None:
        """The button that adds an entry, or the first entry without a time."""
        self._rows.add.setFocus()


class _CredentialRow(Entry):
    """One password or key."""

    def __init__(self, rows: Rows, place: int) -> None:
        super().__init__(rows, place)
        number = place + 1
        self._item = Credential("")
        self._what = typed_line(
            _("Password or key {number}: which").format(number=number), lambda text: self._change(what=text),
            hint=_("Which, never the password itself: for example “mailbox info@…”"),
        )  # fmt: skip
        self._at = typed_line(
            _("Password or key {number}: when").format(number=number),
            lambda text: self._change(at=text),
            hint=moment_hint(),
            limit=40,
        )
        self._who = typed_line(
            _("Password or key {number}: by whom").format(number=number),
            lambda text: self._change(who=text),
            hint=_("By whom"),
            limit=120,
        )
        self._off = self.remover(_("Remove password or key {number}").format(number=number))
        layout = row(self._what, self._at, self._who, self._off)
        for column_number, stretch in enumerate((5, 3, 3, 0)):
            layout.setStretch(column_number, stretch)
        self.setLayout(layout)

    def _change(self, **changes: str) -> None:
        self.put(replace(self._item, **changes))

    def show_item(self, item: Credential, *, enabled: bool) -> None:
        """Shows an entry."""
        self._item = item
        show_line(self._what, item.what)
        show_line(self._at, item.at)
        show_line(self._who, item.who)
        for part in (self._what, self._at, self._who, self._off):
            part.setEnabled(enabled)


class CredentialsPart(Part):
    """Which passwords and keys were changed."""

    parts = ("credentials",)

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Passwords and keys that were changed"),
            _("Which, when, and by whom. Never write a password here: this text is handed in."),
        )

    def make(self) -> None:
        """The entries."""
        self._rows = Rows(
            _CredentialRow,
            lambda: Credential(""),
            lambda items: self.controller.state(credentials=items),
            _("Add a password or key"),
        )
        self.inner.setLayout(column(self._rows))

    def show_state(self, *, enabled: bool) -> None:
        """Shows them."""
        self._rows.show_items(self.controller.statement.credentials, enabled=enabled)

    def sum_up(self) -> str:
        """How many."""
        count = sum(bool(c.what.strip()) for c in self.controller.statement.credentials)
        return ngettext("{count} changed", "{count} changed", count).format(count=count) if count else ""

    def focus_on(self, part: str) -> None:
        """The button that adds one."""
        self._rows.add.setFocus()
