"""Two parts of the statement: what was done and what is planned, apart; and what the provider demanded, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from selfaudit.case import EvidenceFile
from selfaudit.case.statement import Done, Measure
from selfaudit.checks import all_checks
from selfaudit.i18n import _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.statement_parts import Part, day_hint, files_of
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, clear, column, flush, heading, reveal, row, soft
from selfaudit_ui.widgets.flow import FlowLayout
from selfaudit_ui.widgets.forms import Adder, Choice, Entry, Rows, show_line, typed_line
from selfaudit_ui.words import sentence

_MOST_SUGGESTED = 12


class _MeasureRow(Entry):
    """One measure, or one step of the provider's, whose words stand fast."""

    def __init__(
        self, rows: Rows, place: int, *, controller: Controller, kind: Done | None, name: str, dispute: bool = False
    ) -> None:
        super().__init__(rows, place)
        self._controller, self._kind = controller, kind
        self._item = Measure("")
        label = name.format(number=place + 1)
        self._fixed = Text("", bold=True)
        self._text = typed_line(label, lambda text: self._change(text=text), hint=_("What, in one sentence"), limit=500)
        states = [("", _("Not said")), ("done", _("Done")), ("planned", _("Planned"))]
        if dispute:
            states.append(("disputed", _("We dispute it")))
        self._why = typed_line(
            _("{entry}: why it is disputed").format(entry=label), lambda text: self._change(why=text), hint=_("Why, in one sentence"), limit=500
        )  # fmt: skip
        self._state = Choice(_("{entry}: done or planned").format(entry=label), states, lambda value: self._change(state=value))
        self._date = typed_line(
            _("{entry}: day").format(entry=label), lambda text: self._change(date=text), hint=day_hint(), limit=40
        )
        self._who = typed_line(
            _("{entry}: by whom").format(entry=label), lambda text: self._change(who=text), hint=_("By whom"), limit=120
        )
        self._off = self.remover(_("Remove {entry}").format(entry=label))
        self._checks = Adder(_("{entry}: a check whose result shows it").format(entry=label), (), self._add_check)
        self._shown_by = FlowLayout()
        self._checks.setMinimumContentsLength(18)
        self._offered: object = None
        self._shown_checks: object = None
        self._evidence = QWidget()
        self._files = files_of(controller, label, self._get_files, self._put_files, self._about)
        holder = QWidget()
        holder.setLayout(self._shown_by)
        self._holder = holder
        choosing = row(self._checks, holder)
        choosing.setStretch(1, 1)
        self._evidence.setLayout(column(choosing, self._files, spacing=SPACE.XS))
        if kind is None:
            first = column(self._fixed, self._line(self._state, self._date, self._who, None))
        else:
            first = column(self._line(self._text, self._date, self._who, self._off))
        self.setLayout(column(first, self._why, self._evidence, spacing=SPACE.XS))

    @staticmethod
    def _line(first: QWidget, date: QWidget, who: QWidget, off: QWidget | None) -> Any:
        layout = row(first, date, who, *((off,) if off is not None else ()))
        for number, stretch in enumerate((6, 2, 2, 0)[: layout.count()]):
            layout.setStretch(number, stretch)
        return layout

    def _change(self, **changes: Any) -> None:
        self.put(replace(self._item, **changes))

    def _add_check(self, name: str) -> None:
        if name:
            self._change(checks=tuple(dict.fromkeys((*self._item.checks, name))))

    def _drop_check(self, name: str) -> None:
        self._checks.setFocus()
        self._change(checks=tuple(c for c in self._item.checks if c != name))

    def _get_files(self) -> tuple[EvidenceFile, ...] | None:
        return self._item.files if self.place < len(self.rows.items) else None

    def _about(self) -> str:
        return self._item.text

    def _put_files(self, files: tuple[EvidenceFile, ...]) -> None:
        self._change(files=files)

    def show_item(self, item: Measure, *, enabled: bool) -> None:
        """Shows a measure."""
        self._item = item
        self._fixed.show_text(printable(item.text, 400))
        show_line(self._text, item.text)
        self._state.show_value(item.state)
        show_line(self._date, item.date)
        show_line(self._who, item.who)
        self._files.show_files(item.files, enabled=enabled)
        passing = self._controller.passing_checks
        if self._offered != (passing, item.checks):
            self._offered = (passing, item.checks)
            self._checks.offer([("", _("Shown by a check …")), *((c, c) for c in passing if c not in item.checks)])
            self._checks.show_value("")
        reveal(self._evidence, self._kind != "planned" and item.state != "planned")
        show_line(self._why, item.why)
        reveal(self._why, item.state == "disputed")
        self._why.setEnabled(enabled)
        self._show_checks(item.checks, enabled)
        for part in (self._text, self._state, self._date, self._who, self._off, self._checks):
            part.setEnabled(enabled)

    def _show_checks(self, checks: Sequence[str], enabled: bool) -> None:
        outcomes = tuple((c, self._controller.outcome_of(c)) for c in checks)
        if self._shown_checks == (outcomes, enabled):
            return
        self._shown_checks = (outcomes, enabled)
        clear(self._shown_by)
        known = all_checks()
        for name, outcome in outcomes:
            icon = {"pass": "pass", "fail": "fail"}.get(outcome, "unclear")
            made = button(
                name,
                partial(self._drop_check, name),
                kind="quiet",
                icon_name=icon,
                name=_("Do not name the check {check}").format(check=name),
            )
            title = known[name].spec.title if name in known else ""
            made.setToolTip(_("{title}: press to take it off").format(title=title or name))
            made.setEnabled(enabled)
            self._shown_by.addWidget(made)


class MeasuresPart(Part):
    """What was done, and what is planned."""

    parts = ("measures", "measure")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("What was done, and what is planned"),
            _("Two lists that are never mixed: fixed is not planned. What was done needs a day, and something that shows it."),
        )

    def make(self) -> None:
        """Both lists, and what the results suggest."""
        row_of = partial(_MeasureRow, controller=self.controller)
        self._done = Rows(
            partial(row_of, kind="done", name=_("Done {number}")),
            lambda: Measure("", "done"),
            self._take_done,
            _("Add what was done"),
        )
        self._planned = Rows(
            partial(row_of, kind="planned", name=_("Planned {number}")), lambda: Measure("", "planned"), self._take_planned,
            _("Add what is planned"),
        )  # fmt: skip
        self._open = Rows(partial(row_of, kind=None, name=_("Open {number}")), lambda: Measure(""), self._take_open, "")
        self._open_head = heading(_("Not said yet: done or planned?"), 1.0)
        self._suggested = column(spacing=SPACE.XS)
        self._suggested_head = heading(_("The results suggest"), 1.0)
        self._shown_suggestions: object = None
        self.inner.setLayout(
            column(
                heading(_("Done"), 1.0), self._done, SPACE.S,
                heading(_("Planned"), 1.0), self._planned, self._open_head, self._open, SPACE.S,
                self._suggested_head, self._suggested,
            )
        )  # fmt: skip

    def _of(self, state: Done) -> tuple[Measure, ...]:
        return tuple(m for m in self.controller.statement.measures if m.state == state)

    def _take(self, done: tuple[Measure, ...], planned: tuple[Measure, ...], unsaid: tuple[Measure, ...]) -> None:
        self.controller.state(measures=(*done, *planned, *unsaid))

    def _take_done(self, items: tuple[Measure, ...]) -> None:
        self._take(items, self._of("planned"), self._of(""))

    def _take_planned(self, items: tuple[Measure, ...]) -> None:
        self._take(self._of("done"), items, self._of(""))

    def _take_open(self, items: tuple[Measure, ...]) -> None:
        self._take(self._of("done"), self._of("planned"), items)

    def show_state(self, *, enabled: bool) -> None:
        """Shows both lists."""
        self._done.show_items(self._of("done"), enabled=enabled)
        self._planned.show_items(self._of("planned"), enabled=enabled)
        self._open.show_items(self._of(""), enabled=enabled)
        reveal(self._open_head, bool(self._of("")))
        there = {m.text for m in self.controller.statement.measures}
        fresh = tuple(s for s in self.controller.assessment.suggested if s.measure.text not in there and not s.step)
        reveal(self._suggested_head, bool(fresh))
        if self._shown_suggestions == (fresh, enabled):
            return
        self._shown_suggestions = (fresh, enabled)
        clear(self._suggested)
        for suggestion in fresh[:_MOST_SUGGESTED]:
            text = printable(suggestion.measure.text, 300)
            words = column(Text(text), soft(sentence(shown(suggestion.why))), spacing=0)
            buttons = (
                [self._adopt(suggestion.measure, suggestion.seen, "done", text)]
                if suggestion.measure.state != "planned"
                else []
            )
            if suggestion.measure.state != "done":
                buttons.append(self._adopt(suggestion.measure, "", "planned", text))
            for made in buttons:
                made.setEnabled(enabled)
            line = row(words, *buttons)
            line.setStretch(0, 1)
            self._suggested.addLayout(line)
        if len(fresh) > _MOST_SUGGESTED:
            more = len(fresh) - _MOST_SUGGESTED
            self._suggested.addWidget(soft(ngettext("and {count} more", "and {count} more", more).format(count=more)))

    def _adopt(self, measure: Measure, seen: str, state: Done, text: str) -> Any:
        label = _("It was done") if state == "done" else _("It is planned")
        taken = replace(measure, state=state, date=measure.date or seen)

        def act() -> None:
            self.controller.state(measures=(*self.controller.statement.measures, taken))

        return button(label, act, name=f"{label}: {text}")

    def sum_up(self) -> str:
        """How many of each."""
        done, planned = len(self._of("done")), len(self._of("planned"))
        parts = []
        if done:
            parts.append(ngettext("{count} done", "{count} done", done).format(count=done))
        if planned:
            parts.append(ngettext("{count} planned", "{count} planned", planned).format(count=planned))
        return " · ".join(parts)

    def focus_on(self, part: str) -> None:
        """The measure that is meant, or the button that adds one."""
        _kind, _colon, number = part.partition(":")
        measures = self.controller.statement.measures
        place = int(number) - 1 if number.isdigit() else -1
        if 0 <= place < len(measures):
            wanted = measures[place]
            for rows in (self._done, self._planned, self._open):
                for entry, item in zip(rows.entries, rows.items, strict=True):
                    if item is wanted:
                        entry.setFocus()
                        entry.focusNextChild()
                        return
        self._done.add.setFocus()


class StepsPart(Part):
    """What the provider demanded, step by step."""

    parts = ("steps", "step")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("What the provider demanded"),
            _("Each step in its own words, as noted on the first page. Say of each whether it is done, and what shows it."),
            invite=_("Show"),
        )

    def make(self) -> None:
        """The steps."""
        make = partial(_MeasureRow, controller=self.controller, kind=None, name=_("Step {number}"), dispute=True)
        self._rows = Rows(make, lambda: Measure(""), self._take, "")
        self._none = StateLine()
        self._where = flush(button(_("Note steps on the first page"), lambda: self.controller.show_place("case"), kind="quiet"))
        self.inner.setLayout(column(self._none, self._rows, row(self._where, None)))

    def _items(self) -> tuple[Measure, ...]:
        draft = self.controller.draft
        stated = {_key(s.text): s for s in self.controller.statement.steps}
        texts = dict.fromkeys(draft.steps if draft is not None else ())
        return tuple(replace(stated.get(_key(text), Measure(text)), text=text) for text in texts)

    def _take(self, items: tuple[Measure, ...]) -> None:
        self.controller.state(steps=tuple(m for m in items if m != Measure(m.text)))

    def show_state(self, *, enabled: bool) -> None:
        """Shows the steps."""
        items = self._items()
        self._none.say("none", "" if items else _("No demand is noted."))
        self._rows.show_items(items, enabled=enabled)

    def sum_up(self) -> str:
        """How many are done."""
        items = self._items()
        if not items:
            return ""
        done = sum(m.state == "done" for m in items)
        return _("{done} of {count} done").format(done=done, count=len(items))

    def focus_on(self, part: str) -> None:
        """The step that is meant."""
        _kind, _colon, number = part.partition(":")
        place = int(number) - 1 if number.isdigit() else 0
        if place < len(self._rows.entries):
            entry = self._rows.entries[place]
            entry.setFocus()
            entry.focusNextChild()
        else:
            self._where.setFocus()


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
