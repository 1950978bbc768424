"""What support says in a case file: whose file it is, what it is about, and what it tells the customer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton

from selfaudit.case.model import Seal
from selfaudit.engine.draft import Draft
from selfaudit.engine.seals import seal_words
from selfaudit.i18n import LANGUAGES, _, ngettext
from selfaudit.text import printable
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, clear, column, heading, reveal, row, soft
from selfaudit_ui.words import moment

# state of a seal -> icon, verdict
SEALS = {
    "trusted": ("pass", "good"), "unsigned": ("unclear", "unclear"), "unknown-key": ("unclear", "unclear"),
    "tampered": ("fail", "fail"), "unreadable": ("warn", "warn"),
}  # fmt: skip
_NAMED = 6  # targets


class SupportCard(QFrame):
    """A card with the words of support. `buttons` stand below them."""

    def __init__(self, title: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName("card")
        self._shown: object = None
        self.seal = StateLine()
        self._limits = soft("", 1.0)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE.L)
        self._facts.setVerticalSpacing(SPACE.XS)
        self._facts.setColumnStretch(1, 1)
        self._says = heading("", 1.0)
        self._message = Text("", selectable=True)
        says = column(self._says, self._message, spacing=SPACE.XS)
        parts = column(heading(title), self.seal, self._limits, self._facts, says, spacing=SPACE.M, margin=SPACE.L)
        if buttons:
            parts.addLayout(row(*buttons, None))
        self.setLayout(parts)

    def show_draft(self, draft: Draft, seal: Seal | None, *, in_the_making: bool = False) -> None:
        """Shows what a case file filled in; nothing at all where there was none, unless one is being made that has no seal yet."""
        there = in_the_making or seal is not None
        facts = facts_of(draft) if there else ()
        now = (seal, facts, draft.message)
        reveal(self, there)
        if not there or now == self._shown:
            return
        self._shown = now
        icon, verdict = SEALS[seal.state] if seal is not None else ("todo", "")
        self.seal.say(icon, seal_words(seal) if seal is not None else "", verdict)
        self._limits.show_text(what_it_means(seal) if seal is not None else "")
        reveal(self._limits, seal is not None)
        clear(self._facts)
        for number, (label, value) in enumerate(facts):
            self._facts.addWidget(soft(label, 1.0), number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(Text(value, selectable=True), number, 1)
        self._says.show_text(_("What support says") if draft.message else "")
        self._message.show_text(draft.message)
        for part in (self._says, self._message):
            reveal(part, bool(draft.message))


def facts_of(draft: Draft) -> tuple[tuple[str, str], ...]:
    """(label, value) of what a case file says about the case."""
    named = [line.text.strip() for line in draft.lines if line.text.strip()] + [t.strip() for t in draft.hosted if t.strip()]
    targets = ", ".join(named[:_NAMED])
    if len(named) > _NAMED:
        more = len(named) - _NAMED
        rest = ngettext("and {count} more", "and {count} more", more).format(count=more)
        targets = f"{targets} {rest}"
    found = (
        (_("Provider"), draft.provider),
        (_("Service"), draft.service),
        (_("To be checked"), targets),
        (_("Deadline"), moment(draft.deadline)),
        (_("Contact"), draft.contact),
        (_("Answer in"), LANGUAGES.get(draft.language, draft.language)),
    )
    return tuple((label, printable(value.strip(), 600)) for label, value in found if value.strip())


def what_it_means(seal: Seal) -> str:
    """What follows from a seal for the person, in one sentence."""
    if seal.state == "trusted":
        count = len(seal.targets)
        if not count:
            return _("It names no target, so it gives no permission.")
        return ngettext(
            "It is your provider's word that {count} target may be checked: no other proof is needed for it.",
            "It is your provider's word that {count} targets may be checked: no other proof is needed for them.",
            count,
        ).format(count=count)
    return _("You can go on: it keeps you from nothing. It only does not count as permission, and the report says so.")
