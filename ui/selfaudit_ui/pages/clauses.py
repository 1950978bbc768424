"""Clauses of the provider's policy beside a finding, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from selfaudit.i18n import _, shown
from selfaudit.policy.model import Clause, Requirement
from selfaudit.text import printable
from selfaudit_ui.widgets import StateLine, Text, button, card, column, heading, reveal, row, soft
from selfaudit_ui.words import sentence, state_of, tip


def state_words(requirement: Requirement | None, known: str = "", *, bare: bool = False) -> tuple[str, str, str]:
    """Icon, words and verdict of what became of a clause; no words where that is not known yet.

    Args:
        requirement: the clause before the policy.
        known: words that stand above it and are not said again.
        bare: why is said elsewhere.
    """
    if requirement is None:
        return "todo", "", ""
    icon, words, verdict = state_of(requirement)
    text = sentence(_(words))
    if requirement.blocks:
        text = _("{state}, and it blocks").format(state=text)
    why = "" if bare or requirement.why == known else shown(requirement.why)
    if known:
        why = why.replace(known, _("the words above"))
    return icon, f"{text}: {why}" if why else text, verdict


def clauses_card(provider: str, clauses: Sequence[tuple[Clause, Requirement | None]]) -> QFrame:
    """What a provider's policy says about something: id, heading and state of each clause, its words on demand."""
    parts: list[QWidget] = []
    for clause, requirement in clauses:
        quote = soft(f"“{printable(clause.quote, 600)}”", 1.0)
        quote.hide()
        name = f"{clause.id} · {printable(clause.heading, 160)}"
        opening = button("", lambda: None, kind="quiet", name=_("Words of clause {clause}").format(clause=name))
        opening.setCheckable(True)
        opening.setToolTip(tip(clause.quote))
        opening.toggled.connect(partial(_unfold, quote, opening))
        _unfold(quote, opening, False)
        head = row(Text(name, bold=True), opening)
        head.setStretch(0, 1)
        icon, words, verdict = state_words(requirement)
        holder = QWidget()
        holder.setLayout(column(head, StateLine(icon, words, verdict, quiet=True), quote, spacing=2))
        parts.append(holder)
    return card(heading(_("What the policy of {provider} says").format(provider=printable(provider, 80))), *parts)


def _unfold(quote: Text, opening: QPushButton, on: bool) -> None:
    reveal(quote, on)
    words = _("Its words")
    opening.setText(f"{'▾' if on else '▸'} {words}")
