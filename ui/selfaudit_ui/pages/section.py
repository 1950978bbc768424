"""A card that is folded until it is wanted, and the fields in it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from selfaudit.i18n import _, ngettext
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, column, heading, reveal, row, soft

_MOST_SHOWN = 5  # problems


class Section(QFrame):
    """A card that is folded until it is wanted. What was filled in and what is wrong with it is seen either way."""

    def __init__(self, title: str, about: str, *, sums_up: bool, invite: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self._sums_up = sums_up  # the summary only repeats what is seen when the card is open
        self._invite = invite
        self.summary = soft("", 1.0)
        self.problem = StateLine()
        self.inner = QWidget()
        self.inner.hide()
        self.opening = button("", lambda: None, kind="quiet", name=title)
        self.opening.setCheckable(True)
        self.opening.toggled.connect(lambda _on: self._show_state())
        head = row(heading(title), self.opening)
        head.setStretch(0, 1)
        layout = column(column(head, soft(about, 1.0), spacing=0), self.inner, self.summary, self.problem)
        layout.setContentsMargins(SPACE.L, SPACE.S, SPACE.L, SPACE.L)  # the button in the first line is higher than its words
        self.setLayout(layout)
        self.say("", ())

    def _show_state(self) -> None:
        on, text = self.opening.isChecked(), self.summary.text()
        reveal(self.inner, on)
        reveal(self.summary, bool(text) and not (on and self._sums_up))
        words = _("Hide") if on else _("Show") if text or not self.problem.isHidden() else self._invite or _("Fill in")
        self.opening.setText(f"{'▾' if on else '▸'} {words}")

    def say(self, summary: str, problems: Iterable[str]) -> None:
        """Shows what was filled in, and what is wrong with it."""
        self.summary.show_text(summary)
        found = list(problems)
        lines = found[:_MOST_SHOWN]
        if len(found) > _MOST_SHOWN:
            more = len(found) - _MOST_SHOWN
            lines.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
        self.problem.say("warn", "\n".join(lines), "warn")
        self._show_state()


def field(label: str, edit: QWidget) -> QVBoxLayout:
    """A control below its label."""
    return column(Text(label), edit, spacing=SPACE.XS)


def beside(first: QLayout, second: QLayout, *stretches: int) -> QHBoxLayout:
    """Two parts beside each other, as wide as the stretches say."""
    layout = row(first, second, spacing=SPACE.L)
    for number, stretch in enumerate(stretches):
        layout.setStretch(number, stretch)
    return layout
