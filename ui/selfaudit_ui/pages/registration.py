"""Two cards of “What to check”: who the domains are registered to, and domains that are only hosted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.case.file import MAX_FIELD
from selfaudit.case.targets import MAX_HOSTED
from selfaudit.engine.draft import LEFT_OUT, Draft, Reading, bounded
from selfaudit.i18n import N_, _, ngettext
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import ask_file, clear
from selfaudit_ui.pages.section import Section, beside, field
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Line, StateLine, button, column, heading, line_edit, named, row, soft
from selfaudit_ui.widgets.forms import size_words

_MOST_LINES = 2 * MAX_HOSTED
_LABELS = {
    "name": N_("Name"),
    "organization": N_("Company or organisation"),
    "street": N_("Street and number"),
    "postal_code": N_("Postal code"),
    "city": N_("City"),
    "email": N_("E-mail address"),
    "country": N_("Country code"),
    "phone": N_("Phone"),
    "confirmed": N_("Confirmed at the registrar on"),
    "files": N_("Files"),
}
_EXAMPLES = {"country": "DE, US …", "phone": "+49 761 123456"}


class RegistrantCard(Section):
    """Who the domains are registered to, and what shows it."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Who your domains are registered to"),
            _(
                "Registries mostly hide this. Where they show it, it is compared with what you say here; where they do not, your word "
                "stands in the report. It is kept on this computer, and goes nowhere but into the report."
            ),
            sums_up=True,
        )
        self._controller = controller
        self._filling = False
        self._shown: object = None
        names = [name for name in _LABELS if name != "files"]
        self._edits: dict[str, QLineEdit] = {n: line_edit(_(_LABELS[n]), placeholder=_EXAMPLES.get(n, "")) for n in names}
        for edit in self._edits.values():
            edit.setMaxLength(MAX_FIELD)
            edit.textEdited.connect(lambda _text: self._take())
        self._edits["confirmed"].setPlaceholderText(_("YYYY-MM-DD"))
        fields = {name: field(_(_LABELS[name]), edit) for name, edit in self._edits.items()}
        self._add = button(
            _("Add a file …"),
            self._choose,
            icon_name="plus",
            name=_("Add a file that shows who your domains are registered to"),
        )
        self._files = column(spacing=SPACE.XS)
        self._trouble = StateLine()
        self.inner.setLayout(
            column(
                beside(fields["name"], fields["organization"], 1, 1),
                beside(fields["street"], beside(fields["postal_code"], fields["city"], 1, 2), 1, 1),
                beside(fields["email"], beside(fields["country"], fields["phone"], 1, 2), 1, 1),
                SPACE.S,
                heading(_("What shows it"), 1.0),
                soft(
                    _(
                        "Look at your registrar's own page. Add a picture of it, or the mail by which the registrar verified the "
                        "data. Only name, size and fingerprint (SHA-256) of a file are noted; keep it, to send it along."
                    ),
                    1.0,
                ),
                beside(fields["confirmed"], column(None, row(self._add, None)), 1, 1),
                self._files,
                self._trouble,
            )
        )

    def refresh(self) -> None:
        """Shows the draft."""
        controller = self._controller
        registrant = (controller.draft or Draft()).registrant
        busy = not controller.can_leave_case
        self._filling = True
        for name, edit in self._edits.items():
            text = getattr(registrant, name)
            if edit.text() != text:
                edit.setText(text)
            edit.setEnabled(not busy)
        self._filling = False
        self._add.setEnabled(not busy)
        self._trouble.say("warn", controller.evidence_trouble, "warn")
        if self._shown != (registrant.files, busy):
            self._shown = (registrant.files, busy)
            self._show_files(registrant.files, busy)
        problems = [f"{_(_LABELS[key])}: {why}" for key, why in controller.declared.items() if key in _LABELS]
        self.say(_summary(registrant), problems)

    def _show_files(self, files: tuple[EvidenceFile, ...], busy: bool) -> None:
        clear(self._files)
        for file in files:
            words = Line()
            words.show_text(f"{file.name} · {size_words(file.size)} · SHA-256 {file.sha256[:16]}…")
            words.setToolTip(f"SHA-256 {file.sha256}")
            remove = button(
                "",
                partial(self._controller.remove_evidence, file),
                kind="quiet",
                icon_name="remove",
                name=_("Remove {file} from the list").format(file=file.name),
            )
            remove.setToolTip(_("Remove from the list"))
            remove.setEnabled(not busy)
            line = row(words, remove)
            line.setStretch(0, 1)
            self._files.addLayout(line)

    def _take(self) -> None:
        draft = self._controller.draft
        if draft is not None and not self._filling:
            texts = {name: edit.text() for name, edit in self._edits.items()}
            self._controller.edit(replace(draft, registrant=Registrant(**texts, files=draft.registrant.files)))

    def _choose(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(
                self,
                _("Choose a file"),
                "",
                _("Pictures, documents and messages (*.png *.jpg *.jpeg *.pdf *.eml);;All files (*)"),
            ),
        )
        if name:
            self._controller.add_evidence(Path(name))


def _summary(registrant: Registrant) -> str:
    parts = [registrant.organization, registrant.name, registrant.city]
    parts = [", ".join(text.strip() for text in parts if text.strip())]
    if registrant.confirmed.strip():
        parts.append(_("confirmed on {date}").format(date=registrant.confirmed.strip()))
    if registrant.files:
        count = len(registrant.files)
        parts.append(ngettext("{count} file", "{count} files", count).format(count=count))
    return " · ".join(filter(None, parts))


class HostedCard(Section):
    """Domains whose registration counts, and whose mail is somebody else's or does not exist."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(
            _("Domains that you host for others, or that send no mail"),
            _(
                "Providers expect correct registration data for every hosted domain. Of the domains named here, only the "
                "registration, the name servers and blocklists are looked at; their mail and their other servers are left alone."
            ),
            sums_up=False,
        )
        self._controller = controller
        self._filling = False
        self._hosted = self._box(_("Hosted domains"), 7)
        self._others = self._box(_("Registered to somebody else"), 4)
        self.inner.setLayout(
            column(
                field(_("Hosted domains"), self._hosted),
                SPACE.XS,
                field(_("Registered to somebody else"), self._others),
                soft(
                    _(
                        "Name here which of these domains, or of those at the top of this page, are registered to one of your "
                        "customers. Their registration is not compared with your own data."
                    ),
                    1.0,
                ),
            )
        )

    def _box(self, name: str, lines: int) -> QPlainTextEdit:
        box = QPlainTextEdit()
        box.setTabChangesFocus(True)
        box.setAcceptDrops(False)
        box.setPlaceholderText(_("One per line, or separated by commas or blanks"))
        box.setFixedHeight(lines * box.fontMetrics().lineSpacing() + 22)  # whole lines, and what the style leaves around them
        box.textChanged.connect(self._take)
        return named(box, name)

    def refresh(self) -> None:
        """Shows the draft."""
        controller = self._controller
        draft = controller.draft or Draft()
        busy = not controller.can_leave_case
        self._filling = True
        for box, lines in ((self._hosted, draft.hosted), (self._others, draft.not_registrant)):
            self._show(box, lines)
            box.setEnabled(not busy)
        self._filling = False
        problems = list(_problems(controller.hosted, _("Line {number}: {why}")))
        problems += _problems(controller.others, _("Registered to somebody else, line {number}: {why}"))
        self.say(_count(controller), problems)

    def _take(self) -> None:
        draft = self._controller.draft
        if draft is None or self._filling:
            return
        hosted, others = (self._taken(box) for box in (self._hosted, self._others))
        if hosted != draft.hosted:
            self._controller.edit(replace(draft, hosted=hosted, confirmed=False))
        elif others != draft.not_registrant:
            self._controller.edit(replace(draft, not_registrant=others))

    def _taken(self, box: QPlainTextEdit) -> tuple[str, ...]:
        """The lines of a box. What there is no room for goes from the box, too, so that it shows what counts."""
        lines = box_lines(box.toPlainText())
        self._filling = True
        if self._show(box, lines):
            box.moveCursor(QTextCursor.MoveOperation.End)
        self._filling = False
        return lines

    @staticmethod
    def _show(box: QPlainTextEdit, lines: tuple[str, ...]) -> bool:
        text = "\n".join(lines)
        changed = box.toPlainText() != text
        if changed:
            box.setPlainText(text)
        return changed


def box_lines(text: str) -> tuple[str, ...]:
    """The lines of a box as typed, at most 100,000 characters and 2000 lines. Where there was more, the last one is `LEFT_OUT`.

    Nothing is cut within a word: part of a domain would be another domain, which is somebody else's.
    """
    lines = text.split("\n") if text else []
    full = bool(lines) and lines[-1].strip() == LEFT_OUT
    lines = lines[:-1] if full else lines
    if len(lines) > _MOST_LINES:
        lines = [line for line in lines if line.strip()]
    kept, cut = bounded("\n".join(lines[:_MOST_LINES]))
    taken = tuple(kept.split("\n")) if kept else ()
    return (*taken, LEFT_OUT) if full or cut or len(lines) > _MOST_LINES else taken


def _problems(readings: Iterable[Reading], words: str) -> Iterable[str]:
    for number, reading in enumerate(readings, 1):
        if reading.problem:
            yield words.format(number=number, why=reading.problem)


def _count(controller: Controller) -> str:
    hosted = sum(len(r.targets) for r in controller.hosted)
    others = len({t.value for r in controller.others for t in r.targets})
    repeated = sum(r.repeated for r in controller.hosted)
    parts = []
    if hosted:
        parts.append(ngettext("{count} domain", "{count} domains", hosted).format(count=hosted))
    if others:
        words = ngettext("{count} registered to somebody else", "{count} registered to somebody else", others)
        parts.append(words.format(count=others))
    if repeated:
        words = ngettext("{count} line is named above already", "{count} lines are named above already", repeated)
        parts.append(words.format(count=repeated))
    return " · ".join(parts)
