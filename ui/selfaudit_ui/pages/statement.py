"""Statement: what is still missing, and the parts that supply it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QWidget

from selfaudit.case.statement import Statement
from selfaudit.i18n import _, ngettext, shown
from selfaudit.policy.days import passed
from selfaudit.policy.model import State
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import Page
from selfaudit_ui.pages.statement_cause import CausePart
from selfaudit_ui.pages.statement_clauses import ClausesPart
from selfaudit_ui.pages.statement_end import RemovalsPart, SignPart, TextPart
from selfaudit_ui.pages.statement_events import CredentialsPart, TimelinePart
from selfaudit_ui.pages.statement_measures import MeasuresPart, StepsPart
from selfaudit_ui.pages.statement_parts import Part
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Banner, StateLine, button, card, clear, column, flush, heading, reveal, row
from selfaudit_ui.words import STATES, readiness_words, sentence

_MOST = 6  # things that are missing, before the person asks for all


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing: where it is supplied (the name of a gap, or "fix:" and a check), and words."""

    place: str
    words: str
    icon: str = "warn"
    verdict: str = "warn"


def missing_of(controller: Controller) -> tuple[Missing, ...]:
    """Everything that keeps the request from being ready: what the statement lacks, then the clauses that block."""
    found = controller.assessment
    readiness = found.readiness
    if readiness is None:
        return ()
    asked = {g.part.partition(":")[2] for g in readiness.gaps if g.part.startswith("attestation:")}
    out = [Missing(g.part, gap_words(g.part, shown(g.why), controller.statement)) for g in readiness.gaps]
    there = {m.place for m in out}
    out += [Missing(g.part, sentence(shown(g.why)), "unclear", "unclear") for g in found.unanswered if g.part not in there]
    for name in readiness.blockers:
        requirement = found.requirement(name)
        if requirement is None or name in asked:
            continue
        icon, words, verdict = STATES[requirement.state]
        text = _("Clause {clause} · {heading}: {state}. {why}").format(
            clause=name, heading=printable(requirement.heading, 100), state=_(words), why=sentence(shown(requirement.why))
        )
        if requirement.by and requirement.state in (State.NOT_MET, State.PLANNED):
            basis = requirement.by[0]
            place = f"fix:{basis.check}:{basis.target_kind}:{basis.target}"
        else:
            place = f"clause:{name}"
        out.append(Missing(place, text, icon, verdict))
    return tuple(out)


def gap_words(part: str, why: str, statement: Statement) -> str:
    """A gap in words, with the clause that it is about, and whether anything is stated on it: what does not count is not nothing."""
    kind, _colon, name = part.partition(":")
    if kind != "attestation":
        return sentence(why)
    given = statement.attestation(name)
    if given is not None and given.agreed:
        return _("Clause {clause}: what is stated does not count. {why}").format(clause=name, why=sentence(why))
    if given is not None and passed(given.planned, time.time()):
        return _("Clause {clause}: the day it was planned for has passed. {why}").format(clause=name, why=sentence(why))
    if given is not None and given.planned:
        return _("Clause {clause}: this is only planned. {why}").format(clause=name, why=sentence(why))
    return _("Clause {clause}: nothing is stated yet. {why}").format(clause=name, why=sentence(why))


class StatementPage(Page):
    """The sixth page."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("Statement"),
            _(
                "What happened, what was done about it, and who answers for it. It is kept as you type, and handed in only by you."
            ),
        )
        self._trouble = Banner("warn")
        self._file_trouble = Banner("warn")
        self._unknown = Banner("accent")
        self._unknown.offer(button(_("Choose the provider"), lambda: controller.show_place("case")))
        self._headline = StateLine()
        self._list = column(spacing=SPACE.S)
        self._all = flush(button("", self._show_all, kind="quiet"))
        self._whole = False
        self._missing_card = card(heading(_("What is still missing")), self._headline, self._list, row(self._all, None))
        self.parts: tuple[Part, ...] = (
            CausePart(controller), TimelinePart(controller), MeasuresPart(controller), StepsPart(controller),
            CredentialsPart(controller), ClausesPart(controller), RemovalsPart(controller), SignPart(controller), TextPart(controller),
        )  # fmt: skip
        self.add(self._trouble, self._file_trouble, self._unknown, self._missing_card, *self.parts, None)
        self._shown: object = None

    def focus_first(self) -> None:
        """What somebody was led to, or the first part."""
        place, self.controller.place_of_gap = self.controller.place_of_gap, ""
        if place:
            self.go_to(place)
        else:
            self.parts[0].opening.setFocus()

    def refresh(self, what: str) -> None:
        """Shows what is stated and what is missing."""
        if what not in ("", "case", "run", "results", "marks", "readiness"):
            return
        controller = self.controller
        self._trouble.say(
            _("How the case stands could not be worked out: {why}").format(why=controller.assess_trouble)
            if controller.assess_trouble
            else ""
        )
        reading = _("Reading the file …") if controller.hashing else ""
        self._file_trouble.say(sentence(controller.file_trouble) or reading)
        provider = controller.draft.provider.strip() if controller.draft is not None else ""
        unknown = ""
        if controller.pack is None:
            unknown = _("No policy of “{provider}” is known here, so nobody can say what it still wants.").format(
                provider=printable(provider, 80)
            )
            unknown = unknown if provider else _("Name your provider: its policy says what has to be stated.")
        self._unknown.say(unknown)
        self._show_missing()
        for part in self.parts:
            part.refresh()

    def _show_missing(self) -> None:
        readiness = self.controller.assessment.readiness
        reveal(self._missing_card, readiness is not None)
        if readiness is None:
            return
        words, verdict = readiness_words(readiness, named=True)
        self._headline.say({"good": "pass", "fail": "fail"}.get(verdict, "warn"), words, verdict)
        missing = missing_of(self.controller)
        now = (missing, self._whole)
        if now == self._shown:
            return
        self._shown = now
        focused: QWidget | None = self.focusWidget()
        had_focus = focused is not None and bool(focused.property("gap")) and focused.hasFocus()
        clear(self._list)
        shown_ = missing if self._whole else missing[:_MOST]
        for item in shown_:
            words = item.words
            go = button(_("Go there"), partial(self._go, item.place), name=_("Go to: {what}").format(what=words))
            go.setProperty("gap", True)
            state = StateLine(item.icon, words, item.verdict, quiet=True)
            line = row(state, go, spacing=SPACE.M)
            line.setStretch(0, 1)
            line.setAlignment(state, Qt.AlignmentFlag.AlignVCenter)
            self._list.addLayout(line)
        more = len(missing) - len(shown_)
        self._all.setText(
            ngettext("Show {count} more", "Show {count} more", more).format(count=more) if more else _("Show fewer")
        )
        self._all.setAccessibleName(self._all.text())
        reveal(self._all, len(missing) > _MOST)
        if had_focus:
            self.parts[0].opening.setFocus()

    def _show_all(self) -> None:
        self._whole = not self._whole
        self._show_missing()

    def _go(self, place: str) -> None:
        if place.startswith("fix:"):
            check, kind, target = place.removeprefix("fix:").split(":", 2)
            self.controller.show_finding((check, kind, target))
        else:
            self.go_to(place)

    def go_to(self, place: str) -> None:
        """Unfolds the part where something is supplied, and shows it."""
        part = next((p for p in self.parts if p.holds(place)), None)
        if part is None:
            return
        part.open_at(place)
        QTimer.singleShot(30, self, lambda: self._scroll_to(part))  # when it has been laid out

    def _scroll_to(self, part: QWidget) -> None:
        inner = self.area.widget()
        focused: QWidget | None = self.focusWidget()
        if inner is None:
            return
        self.area.verticalScrollBar().setValue(part.mapTo(inner, QPoint(0, 0)).y() - SPACE.L)
        if focused is not None and part.isAncestorOf(focused):
            self.area.ensureWidgetVisible(focused, 0, 120)
