"""“Beside this app”: the case files that lie there, offered on the first page while no case is open."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from selfaudit.i18n import _, ngettext
from selfaudit.store import CaseRow
from selfaudit.text import printable
from selfaudit_ui.beside import Beside
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.support_card import SEALS
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import StateLine, button, clear, column, heading, reveal, row


class BesideCard(QFrame):
    """One line for each case file."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._lines = column(spacing=SPACE.S)
        self._head = heading("")
        self.setLayout(column(self._head, self._lines, spacing=SPACE.M, margin=SPACE.L))
        self._shown: object = None
        self.hide()

    def refresh(self) -> None:
        """Shows what lies there; nothing where a case is open."""
        controller = self._controller
        found = controller.beside if controller.draft is None else ()
        reveal(self, bool(found))
        known = tuple(kept_case(controller.cases, file) for file in found)
        now = (found, tuple(row.id if row else None for row in known), controller.can_leave_case, controller.beside_more)
        if now == self._shown:
            return
        self._shown = now
        readable = [file for file in found if not file.problem]
        trusted = [file for file in readable if file.seal is not None and file.seal.state == "trusted"]
        one = _("Your provider's case file lies beside this app") if trusted else _("A case file lies beside this app")
        self._head.show_text(one if len(found) == 1 else _("Case files lie beside this app"))
        self._head.setAccessibleName(self._head.text())
        clear(self._lines)
        for file, kept in zip(found, known, strict=True):
            if not file.problem:
                self._lines.addWidget(self._line(file, kept))
        for icon, words in self._rest([file for file in found if file.problem], more=controller.beside_more):
            self._lines.addWidget(StateLine(icon, words, "warn"))

    def _rest(self, faulty: list[Beside], *, more: bool) -> Iterator[tuple[str, str]]:
        """What cannot be opened, in one line however much it is, and that there is more."""
        if len(faulty) == 1:
            yield "warn", unread_words(faulty[0])
        elif faulty:
            words = ngettext(
                "{count} file beside this app is called a case file and cannot be read.",
                "{count} files beside this app are called case files and cannot be read.",
                len(faulty),
            )
            yield "warn", words.format(count=len(faulty))
        if more:
            yield "warn", _("There is more beside this app than was looked at. “Open a case file” opens the others.")

    def _line(self, file: Beside, kept: CaseRow | None) -> QWidget:
        holder = QWidget()
        icon, verdict = SEALS[file.seal.state if file.seal is not None else "unsigned"]
        signed = file.seal is not None and file.seal.state == "trusted"
        name = file.number or printable(file.path.name, 80)
        line = StateLine(icon, beside_words(file), verdict, quiet=True)
        parts: list[QWidget] = [line]
        controller = self._controller
        if kept is not None:
            parts.append(
                button(
                    _("Go on"), partial(controller.open_case, kept), kind="primary",
                    name=_("Go on with case {name}, which is kept here").format(name=name),
                )
            )  # fmt: skip
        opening = button(
            _("Open anew") if kept is not None else _("Open"), partial(controller.open_case_file, file.path),
            kind="primary" if kept is None and signed else "", name=_("Open case file {name}").format(name=name),
        )  # fmt: skip
        parts.append(opening)
        for part in parts[1:]:
            part.setEnabled(controller.can_leave_case)
        layout = row(*parts)
        layout.setStretch(0, 1)
        layout.setAlignment(line, Qt.AlignmentFlag.AlignVCenter)
        layout.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(layout)
        return holder


def kept_case(cases: tuple[CaseRow, ...] | None, file: Beside) -> CaseRow | None:
    """The latest kept case that was opened from the same file, None for none."""
    if file.problem or not file.data:
        return None
    return next((case for case in cases or () if case.draft.case_file == file.data), None)


def unread_words(file: Beside) -> str:
    """Which file it is, and why it cannot be read."""
    name, why = printable(file.path.name, 80), file.problem.removeprefix(f"{file.path}: ")
    if why.startswith("file: "):  # the reader's own words
        return _("{file}: cannot be read ({why})").format(file=name, why=why.removeprefix("file: "))
    return file.problem if why == file.problem else f"{name}: {why}"


def beside_words(file: Beside) -> str:
    """Number, provider, and what the signature comes to."""
    state = {
        "trusted": _("signed"), "unsigned": _("not signed"), "unknown-key": _("signed with a key that nobody here vouches for"),
        "tampered": _("changed after it was signed"), "unreadable": _("its signature cannot be read"),
    }[file.seal.state if file.seal is not None else "unsigned"]  # fmt: skip
    return ", ".join(filter(None, (file.number or printable(file.path.name, 80), file.provider, state)))
