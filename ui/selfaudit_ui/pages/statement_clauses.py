"""The part of the statement on the policy's clauses: what the customer states on each, in the pack's words, with what shows it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QPushButton, QWidget

from selfaudit.case import Case, EvidenceFile
from selfaudit.case.statement import Attestation
from selfaudit.i18n import _, ngettext
from selfaudit.policy.model import Clause, Pack, Requirement, State
from selfaudit.policy.said import worded
from selfaudit.policy.words import attestation_of
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.clauses import state_words
from selfaudit_ui.pages.section import field
from selfaudit_ui.pages.statement_parts import Part, day_hint, files_of
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, Text, button, clear, column, flush, reveal, row, soft
from selfaudit_ui.widgets.forms import Box, Choice, show_line, typed_line


class ClauseRow(QWidget):
    """One clause: its words, its state, and what is stated."""

    def __init__(self, controller: Controller, clause: Clause) -> None:
        super().__init__()
        self._controller, self.clause = controller, clause
        self._state = StateLine(quiet=True)
        title = f"{clause.id} · {printable(clause.heading, 120)}"
        self._words = Text("", selectable=True)
        self._hint = StateLine()
        quote = soft(f"“{printable(clause.quote, 600)}”")
        says = (("", _("Not stated")), ("agreed", _("This is true")), ("planned", _("It will be, by a day")))
        self.choice = Choice(_("Clause {clause}: what you state").format(clause=clause.id), says, self._say)
        self._day = typed_line(
            _("Clause {clause}: by which day").format(clause=clause.id), self._plan, hint=day_hint(), limit=40
        )
        self._more = button(
            "", lambda: None, kind="quiet", name=_("Clause {clause}: own words and files").format(clause=clause.id)
        )
        self._more.setCheckable(True)
        self._more.toggled.connect(lambda _on: self._unfold())
        self._inner = QWidget()
        self._inner.hide()
        self._own: Box | None = None
        line = row(self.choice, self._day, None, self._more)
        note = [soft(printable(clause.note, 600), 1.0)] if clause.note else []
        self.setLayout(
            column(
                Text(title, bold=True), quote, self._words, *note, self._state, line, self._hint, self._inner, spacing=SPACE.XS
            )
        )
        self._shown: Attestation | None = None
        self._wants_day = False

    def _stated(self) -> Attestation:
        return self._controller.statement.attestation(self.clause.id) or Attestation(self.clause.id)

    def _asked(self) -> str:
        """The words that are agreed to."""
        return asked_words(self._controller, self.clause)

    def _say(self, value: str) -> None:
        self._wants_day = value == "planned"
        if value == "agreed":
            self._controller.attest(self.clause.id, agreed=True, words=self._asked(), planned="")
        elif value == "planned":
            self._controller.attest(self.clause.id, agreed=False, words="")
            reveal(self._day, True)
            self._day.setFocus()
        else:
            self._controller.attest(self.clause.id, agreed=False, words="", planned="")

    def _plan(self, text: str) -> None:
        self._wants_day = True
        self._controller.attest(self.clause.id, agreed=False, words="", planned=text.strip())

    def _unfold(self) -> None:
        on = self._more.isChecked()
        if on and self._own is None:
            label = _("Clause {clause}: own words").format(clause=self.clause.id)
            self._own = Box(label, lambda text: self._controller.attest(self.clause.id, text=text), lines=3)
            self._files = files_of(
                self._controller, _("clause {clause}").format(clause=self.clause.id), self._get_files, self._put_files
            )
            wanted = "; ".join(printable(words, 200) for words in self.clause.evidence)
            hint = [soft(_("May be shown: {files}").format(files=wanted))] if wanted else []
            self._inner.setLayout(
                column(field(_("In your own words (optional)"), self._own), *hint, self._files, spacing=SPACE.XS)
            )
        reveal(self._inner, on)
        self.show_state(enabled=self._controller.can_leave_case)

    def _get_files(self) -> tuple[EvidenceFile, ...]:
        return self._stated().files

    def _put_files(self, files: tuple[EvidenceFile, ...]) -> None:
        self._controller.attest(self.clause.id, files=files)

    def show_state(self, *, enabled: bool) -> None:
        """Shows what is stated, and what became of the clause."""
        stated = self._stated()
        requirement = self._controller.assessment.requirement(self.clause.id)
        planned = bool(stated.planned) or (self._wants_day and not stated.agreed)
        asked = self._asked()
        old = stated.agreed and not worded(stated, asked)  # what was agreed to was something else
        self.choice.show_value("" if old else "agreed" if stated.agreed else "planned" if planned else "")
        show_line(self._day, stated.planned)
        reveal(self._day, planned)
        self._words.show_text(printable(asked, 1000))
        bare = self.clause.needs_words and not stated.text.strip() and not stated.files
        hint = _("Agreeing alone says nothing here: add words of your own, or a file.") if bare else ""
        if old and stated.words.strip():
            hint = _("You agreed to other words than these. Read them, and state it again.")
        elif old:
            hint = _("It is not noted which words you agreed to. Read these, and state it again.")
        look = "warn" if old else "unclear"
        self._hint.say(look, hint, look)
        icon, words, verdict = state_words(requirement, asked, bare=old or (bare and stated.agreed))
        self._state.say(icon, words, verdict)
        count = len(stated.files)
        more = ngettext("{count} file", "{count} files", count).format(count=count) if count else ""
        if stated.text.strip():
            more = ", ".join(filter(None, (_("own words"), more)))
        more = more or _("Own words and files")
        self._more.setText(f"{'▾' if self._more.isChecked() else '▸'} {more}")
        for part in (self.choice, self._day):
            part.setEnabled(enabled)
        if self._own is not None:
            self._own.show_words(stated.text)
            self._own.setEnabled(enabled)
            self._files.show_files(stated.files, enabled=enabled)


class ClausesPart(Part):
    """What is stated on the clauses, grouped as in the policy."""

    parts = ("attestation", "clause")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("What you state on the policy"),
            _(
                "The provider's own clauses, each with a sentence that you can state to be true. State only what is so; what is not "
                "yet so can be planned. The sentences are in English, as the desk reads them."
            ),
            invite=_("Show"),
        )

    def make(self) -> None:
        """Room for the groups."""
        self._none = StateLine()
        self._groups = column(spacing=SPACE.L)
        self._openings: dict[str, tuple[QWidget, list[Clause], list[ClauseRow]]] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._shown: object = None
        self.inner.setLayout(column(self._none, self._groups))

    def asked(self) -> tuple[Clause, ...]:
        """The clauses on which something can be stated, as far as they apply."""
        pack = self.controller.pack
        return asked_clauses(
            pack, self.controller.assessment.readiness.requirements if self.controller.assessment.readiness else ()
        )

    def show_state(self, *, enabled: bool) -> None:
        """Shows the groups, and the rows of those that are open."""
        asked = self.asked()
        self._none.say(
            "none", "" if asked else _("The provider's policy is not known here, so there is nothing to state on it.")
        )
        if asked != self._shown:
            self._shown = asked
            self._build(asked)
        for name, (_inner, clauses, rows) in self._openings.items():
            self._title(name, clauses)
            for made in rows:
                made.show_state(enabled=enabled)

    def _build(self, asked: tuple[Clause, ...]) -> None:
        before = {name for name, (_inner, _clauses, rows) in self._openings.items() if rows}
        clear(self._groups)
        self._openings, self._buttons = {}, {}
        sections: dict[str, list[Clause]] = {}
        for clause in asked:
            sections.setdefault(clause.section, []).append(clause)
        for name, clauses in sections.items():
            inner = QWidget()
            inner.setLayout(column(spacing=SPACE.L))
            inner.hide()
            opening = flush(button("", lambda: None, kind="quiet", name=name))
            opening.setCheckable(True)
            opening.toggled.connect(lambda on, name=name: self._toggle(name, on))
            self._openings[name], self._buttons[name] = (inner, clauses, []), opening
            self._groups.addLayout(column(row(opening, None), inner, spacing=SPACE.S))
            if name in before or len(sections) == 1:
                opening.setChecked(True)

    def _toggle(self, name: str, on: bool) -> None:
        inner, clauses, rows = self._openings[name]
        if on and not rows:
            for clause in clauses:
                made = ClauseRow(self.controller, clause)
                rows.append(made)
                layout = inner.layout()
                assert layout is not None
                layout.addWidget(made)
                made.show_state(enabled=self.controller.can_leave_case)
        reveal(inner, on)
        self._title(name, clauses)

    def _title(self, name: str, clauses: list[Clause]) -> None:
        opening = self._buttons[name]
        stated = sum(any(stands(self.controller, c)) for c in clauses)
        words = _("{stated} of {count} stated").format(stated=stated, count=len(clauses))
        sign = "▾" if opening.isChecked() else "▸"
        text = f"{sign} {printable(name, 70)} ({words})"
        opening.setText(text.replace("&", "&&"))
        opening.setAccessibleName(f"{name}: {words}")

    def sum_up(self) -> str:
        """How many are stated, planned and missing."""
        asked = self.asked()
        if not asked:
            return ""
        said = [stands(self.controller, c) for c in asked]
        agreed, planned = sum(a for a, _p in said), sum(p for _a, p in said)
        parts = [_("{stated} of {count} stated").format(stated=agreed, count=len(asked))]
        if planned:
            parts.append(ngettext("{count} planned", "{count} planned", planned).format(count=planned))
        return " · ".join(parts)

    def focus_on(self, part: str) -> None:
        """The clause that is meant."""
        _kind, _colon, wanted = part.partition(":")
        for name, (_inner, clauses, rows) in self._openings.items():
            if any(c.id == wanted for c in clauses):
                self._buttons[name].setChecked(True)
                row_of = next(r for r in rows if r.clause.id == wanted)
                row_of.choice.setFocus()
                return
        self.opening.setFocus()


def asked_words(controller: Controller, clause: Clause) -> str:
    """The words of a clause that are agreed to in the open case."""
    draft = controller.draft
    return attestation_of(clause, Case((), shared=draft.shared if draft is not None else ""))


def stands(controller: Controller, clause: Clause) -> tuple[bool, bool]:
    """Whether a clause is agreed to in the words that stand there now, and whether it is planned instead."""
    given = controller.statement.attestation(clause.id)
    if given is None:
        return False, False
    return worded(given, asked_words(controller, clause)), bool(given.planned) and not given.agreed


def asked_clauses(pack: Pack | None, requirements: Iterable[Requirement]) -> tuple[Clause, ...]:
    """The clauses with something to state that apply."""
    if pack is None:
        return ()
    out = {r.clause for r in requirements if r.state is State.NOT_APPLICABLE}
    return tuple(c for c in pack.clauses if c.attestation and c.id not in out)
