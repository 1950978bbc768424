"""The first part of the statement: the root cause, what shows it, and the questions that follow from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QWidget

from selfaudit.case import EvidenceFile
from selfaudit.case.statement import Answer, Cause
from selfaudit.i18n import _, ngettext, shown
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.section import field
from selfaudit_ui.pages.statement_parts import Part, day_hint, moment_hint
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Text, clear, column, heading, named, reveal, soft
from selfaudit_ui.widgets.forms import Box, Choice, show_line, typed_line
from selfaudit_ui.words import sentence

if TYPE_CHECKING:
    from selfaudit.appeal.questions import Question


class CausePart(Part):
    """What happened, and how."""

    parts = ("cause", "summary", "proof", "answer")

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            controller,
            _("What happened"),
            _(
                "The root cause: how it could come to this. The order only says what the notice and the findings point to; you "
                "know better."
            ),
        )

    def make(self) -> None:
        """The causes, the summary, the files, and room for the questions."""
        self._choices = column(spacing=SPACE.XS)
        self._group = QButtonGroup(self)
        self._radios: dict[Cause, QRadioButton] = {}
        self._shown_causes: object = None
        self._filling = False
        self._summary = Box(
            _("The root cause in your own words"),
            lambda text: self.controller.state(summary=text),
            lines=5,
            hint=_("What happened, how it was possible, and what was affected. Only what you know; no apology is needed."),
        )
        self._proof = self.files(
            _("shows the root cause"),
            lambda: self.controller.statement.proof,
            lambda files: self.controller.state(proof=files),
        )
        self._questions = column(spacing=SPACE.L)
        self._asked: dict[str, _Asked] = {}
        self._asked_list: tuple[Question, ...] = ()
        self._head = heading(_("Questions that a desk would ask"), 1.0)
        self.inner.setLayout(
            column(
                self._choices,
                SPACE.S,
                field(_("The root cause in your own words"), self._summary),
                field(_("What shows it, for example an extract of a log"), self._proof),
                SPACE.S,
                self._head,
                self._questions,
            )
        )

    def show_state(self, *, enabled: bool) -> None:
        """Shows what is chosen and answered."""
        statement, found = self.controller.statement, self.controller.assessment
        self._filling = True
        if found.causes != self._shown_causes:
            self._shown_causes = found.causes
            self._offer_causes()
        chosen = self._radios.get(statement.cause)
        if chosen is not None:
            chosen.setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)
        self._filling = False
        for radio in self._radios.values():
            radio.setEnabled(enabled)
        self._summary.show_words(statement.summary)
        self._summary.setEnabled(enabled)
        self._proof.show_files(statement.proof, enabled=enabled)
        self._show_questions(enabled)

    def _offer_causes(self) -> None:
        focused = next((c for c, radio in self._radios.items() if radio.hasFocus()), None)
        for radio in self._radios.values():
            self._group.removeButton(radio)
        clear(self._choices)
        self._radios = {}
        for likely in self.controller.assessment.causes:
            radio = QRadioButton(sentence(shown(likely.words)))
            named(radio, sentence(shown(likely.words)))
            radio.toggled.connect(partial(self._choose, likely.cause))
            self._group.addButton(radio)
            self._radios[likely.cause] = radio
            self._choices.addWidget(radio)
            if likely.reasons:
                why = soft(_("Because {reasons}").format(reasons="; ".join(shown(r) for r in likely.reasons)))
                why.setContentsMargins(SPACE.XL, 0, 0, 0)
                radio.setAccessibleDescription(why.text())
                self._choices.addWidget(why)
        if focused in self._radios:
            self._radios[focused].setFocus()

    def _choose(self, cause: Cause, on: bool) -> None:
        if on and not self._filling:
            self.controller.state(cause=cause)

    def _show_questions(self, enabled: bool) -> None:
        questions = self.controller.assessment.questions
        reveal(self._head, bool(questions))
        if questions != self._asked_list:
            focused = next((q for q, part in self._asked.items() if part.holds_focus()), None)
            self._asked_list = questions
            clear(self._questions)
            self._asked = {q.id: _Asked(self, q) for q in questions}
            for part in self._asked.values():
                self._questions.addWidget(part)
            if focused in self._asked:
                self._asked[focused].focus()
        for part in self._asked.values():
            part.show_answer(enabled)

    def sum_up(self) -> str:
        """The cause, and how much is answered."""
        statement = self.controller.statement
        words = next((shown(c.words) for c in self.controller.assessment.causes if c.cause == statement.cause), "")
        parts = [sentence(words), printable(statement.summary, 160)]
        answers = sum(bool(a.text.strip() or a.files) for a in statement.answers)
        if answers:
            parts.append(ngettext("{count} answer", "{count} answers", answers).format(count=answers))
        return " · ".join(filter(None, parts))

    def focus_on(self, part: str) -> None:
        """The cause, the summary, the proof, or a question."""
        kind, _colon, name = part.partition(":")
        if kind == "answer" and name in self._asked:
            self._asked[name].focus()
        elif kind == "summary":
            self._summary.setFocus()
        elif kind == "proof":
            self._proof.add.setFocus()
        else:
            first = next(iter(self._radios.values()), None)
            (self._group.checkedButton() or first or self.opening).setFocus()


class _Asked(QWidget):
    """One question with its answer."""

    def __init__(self, part: CausePart, question: Question) -> None:
        super().__init__()
        self._part, self._question = part, question
        words = shown(question.text)
        self._edit: Box | QLineEdit | Choice | None = None
        if question.kind == "choice":
            options = (("", _("Not said")), *((c.value, shown(c.words)) for c in question.choices))
            self._edit = Choice(words, options, self._take)
        elif question.kind in ("day", "moment"):
            hint = day_hint() if question.kind == "day" else moment_hint()
            self._edit = typed_line(words, self._take, hint=hint, limit=40)
        elif question.kind != "files":
            self._edit = Box(words, self._take, lines=3)
        needed = "" if question.required else " " + _("(optional)")
        self._files = part.files(printable(words, 80), self._get, self._put)
        lines: list[QWidget] = [Text(words + needed, bold=True), soft(shown(question.why), 1.0)]
        if question.hint:
            lines.append(soft(shown(question.hint), 1.0))
        if self._edit is not None:
            lines.append(self._edit)
        if question.files:
            lines.append(soft(_("May be added: {files}").format(files=shown(question.files))))
        self.setLayout(column(*lines, self._files, spacing=SPACE.XS))

    def _answer(self) -> Answer:
        answers = self._part.controller.statement.answers
        return next((a for a in answers if a.question == self._question.id), Answer(self._question.id))

    def _take(self, text: str) -> None:
        self._part.controller.answer(self._question.id, text=text)

    def _get(self) -> tuple[EvidenceFile, ...]:
        return self._answer().files

    def _put(self, files: tuple[EvidenceFile, ...]) -> None:
        self._part.controller.answer(self._question.id, files=files)

    def show_answer(self, enabled: bool) -> None:
        """Shows what is answered."""
        answer = self._answer()
        if isinstance(self._edit, Box):
            self._edit.show_words(answer.text)
        elif isinstance(self._edit, Choice):
            self._edit.show_value(answer.text)
        elif self._edit is not None:
            show_line(self._edit, answer.text)
        if self._edit is not None:
            self._edit.setEnabled(enabled)
        self._files.show_files(answer.files, enabled=enabled)

    def holds_focus(self) -> bool:
        """Whether the keyboard is here."""
        focused: QWidget | None = self.focusWidget()
        return focused is not None and focused.hasFocus()

    def focus(self) -> None:
        """Puts the keyboard on the answer."""
        (self._edit if self._edit is not None else self._files.add).setFocus()
