"""Three of the ways in which a server's facts come here: its file, its blocks pasted from a console, and this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from selfaudit.engine.hosts import heading as host_heading
from selfaudit.i18n import _, ngettext, shown
from selfaudit.protocols.collector import Paste
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.hosts import Way
from selfaudit_ui.controller.pasting import MAX_PASTE
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import SMALL
from selfaudit_ui.widgets import Copyable, StateLine, Text, button, column, mono, named, row, soft
from selfaudit_ui.widgets.flow import FlowLayout
from selfaudit_ui.words import sentence

RUN = "sh collect.sh > facts.txt"
RESCUE = "sh collect.sh --root /mnt > facts.txt"
WINDOWS = r"powershell -ExecutionPolicy Bypass -File .\collect.ps1 > facts.txt"
COMPACT = "sh collect.sh --compact"
LOOK_AFTER = 300  # milliseconds without another change
_MOST_NAMED = 12  # blocks
_NOTE_ICONS = {"good": "pass", "warn": "warn", "fail": "fail"}


def show_note(line: StateLine, controller: Controller, way: Way) -> None:
    """What came of the last thing that was done in a way."""
    note = controller.notes.get(way)
    if note is None:
        line.say("none", "")
    else:
        line.say(_NOTE_ICONS[note.verdict], note.words, note.verdict)


class FilePanel(QWidget):
    """Save the collector, run it there, read its file here."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._save_unix = button(_("Save the collector for Linux and FreeBSD …"), lambda: self._save("unix"), icon_name="save")
        self._save_windows = button(
            _("Save it for Windows Server …"),
            lambda: self._save("windows"),
            icon_name="save",
            name=_("Save the collector for Windows Server"),
        )
        self._read = button(_("Read its file …"), self._choose, icon_name="open", name=_("Read the collector's file"))
        self._state = StateLine()
        commands = (
            (_("Run it on the server, best as administrator (root)"), RUN),
            (_("Or in a rescue system; put the folder of the server's disk in place of /mnt"), RESCUE),
            (_("Or on Windows Server, in a command window as administrator"), WINDOWS),
        )
        parts = [part for words, command in commands for part in (Text(words), Copyable(words, command, lines=2))]
        self.setLayout(
            column(
                soft(
                    _(
                        "Save the collector, take it to the server and run it there. It is a text that you can read before. Bring "
                        "the file that it writes back here, or drop it on this window."
                    ),
                    1.0,
                ),
                FlowLayout(self._save_unix, self._save_windows),
                *parts,
                SPACE.XS,
                row(self._read, None),
                self._state,
            )
        )

    def refresh(self) -> None:
        """Shows what is under way."""
        controller = self._controller
        self._read.setEnabled(controller.can_leave_case and not controller.reading_files)
        if controller.reading_files:
            self._state.say("running", _("Reading …"), "accent")
        else:
            show_note(self._state, controller, "file")

    def _save(self, system: Literal["unix", "windows"]) -> None:
        file, kinds = ("collect.sh", "(*.sh)") if system == "unix" else ("collect.ps1", "(*.ps1)")
        kinds += ";;" + _("All files (*)")
        name, _filter = ask_file(
            self._controller, lambda: QFileDialog.getSaveFileName(self, _("Save the collector"), file, kinds)
        )
        if name:
            self._controller.save_collector(Path(name), system)

    def _choose(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(
                self, _("Choose the collector's file"), "", _("Texts (*.txt *.txt.gz);;All files (*)")
            ),
        )
        if name:
            self._controller.read_host(Path(name))


class _PasteBox(QPlainTextEdit):
    """A box in which several pastes add up: each goes to the end, and what is too much is refused whole."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(mono(SMALL))

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Takes pasted text."""
        text = source.text()
        if self.document().characterCount() + len(text) > MAX_PASTE:
            self._controller.refuse_paste()
            return
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.movePosition(QTextCursor.MoveOperation.End)
            text = text if cursor.atBlockStart() else "\n" + text
        cursor.insertText(text if text.endswith("\n") else text + "\n")
        self.setTextCursor(cursor)
        self.ensureCursorVisible()


class PastePanel(QWidget):
    """Blocks that were copied from a console."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._shown = -1  # the number of the text in the box
        self._filling = False
        self.box = named(_PasteBox(controller), _("What the collector printed"))
        self.box.setPlaceholderText(_("Paste the blocks here, all at once or one after the other"))
        self.box.setFixedHeight(8 * self.box.fontMetrics().lineSpacing() + 22)
        self.box.textChanged.connect(self._changed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._look)
        self._state, self._more = StateLine(), StateLine()
        self._take = button(_("Take it"), controller.take_pasted, icon_name="plus", name=_("Take what was pasted"))
        self._empty = button(_("Empty the box"), controller.empty_paste, kind="quiet")
        self.setLayout(
            column(
                soft(
                    _(
                        "Where only a console is left: the collector prints short blocks of text that survive copying. Paste them "
                        "here in any order; several pastes add up. Its plain text works, too."
                    ),
                    1.0,
                ),
                Text(_("Run it on the server")),
                Copyable(_("Run it on the server"), COMPACT, lines=2),
                self.box,
                self._state,
                self._more,
                row(self._take, self._empty, None),
            )
        )

    def _changed(self) -> None:
        if not self._filling:
            self._later.start(LOOK_AFTER)
            self._take.setEnabled(False)

    def _look(self) -> None:
        self._controller.look_at_pasted(self.box.toPlainText())
        self._shown = self._controller.paste_version

    def refresh(self) -> None:
        """Shows what is in the box, and what was found in it."""
        controller = self._controller
        busy = not controller.can_leave_case
        if self._later.isActive():
            return  # what is being typed counts
        if self._shown != controller.paste_version and self.box.toPlainText() != controller.pasted:
            self._filling = True
            self.box.setPlainText(controller.pasted)
            self._filling = False
        self._shown = controller.paste_version
        found = controller.found
        self.box.setEnabled(not busy)
        self._empty.setEnabled(not busy and bool(controller.pasted))
        self._take.setEnabled(not busy and found is not None and found.report is not None)
        note = controller.notes.get("paste")
        self._more.say("none", "")
        if note is not None and note.words:
            show_note(self._state, controller, "paste")
        elif not controller.pasted.strip():
            self._state.say("none", "")
        elif found is None:
            self._state.say("running", _("Looking at it …"), "accent")
        elif found.report is not None:
            self._state.say("pass", _("Whole: {server}").format(server=host_heading(found.report)), "good")
            if not found.report.complete:
                words = _(
                    "Its end is missing. Paste the rest below it, or take it as it is: what is missing counts as unknown."
                )
                self._state.say("warn", words, "warn")
        elif found.blocks is not None and not found.problem:
            words, bad = block_words(found.blocks)
            self._state.say("unclear", words, "unclear")
            self._more.say("warn", bad, "warn")
        else:
            self._state.say("warn", sentence(found.problem), "warn")


def block_words(state: Paste) -> tuple[str, str]:
    """Which blocks are there and which are missing, and what is wrong with some."""
    words = ngettext("{have} of {count} block", "{have} of {count} blocks", state.total).format(
        have=len(state.have), count=state.total
    )
    if state.missing:
        words += "; " + _("missing: {blocks}").format(blocks=_numbers(state.missing))
    wrong = []
    if state.bad:
        text = ngettext(
            "Block {blocks} is damaged; copy it and paste it again. If that does not help, run the collector again.",
            "Blocks {blocks} are damaged; copy them and paste them again. If that does not help, run the collector again.",
            len(state.bad),
        )
        wrong.append(text.format(blocks=_numbers(state.bad)))
    if state.other:
        wrong.append(_("Blocks of another run of the collector are among these; they are left aside."))
    if state.problem and not state.bad and not state.missing:
        wrong.append(sentence(shown(state.problem)))
    return words, "\n".join(wrong)


def _numbers(blocks: tuple[int, ...]) -> str:
    return ", ".join(map(str, blocks[:_MOST_NAMED])) + (" …" if len(blocks) > _MOST_NAMED else "")


class LocalPanel(QWidget):
    """The collector, run on this computer."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._go = button(_("Look at this computer"), controller.collect_here, icon_name="search")
        self._stop = button(_("Stop"), controller.stop_hosts, icon_name="stop", name=_("Stop looking at this computer"))
        self._state = StateLine()
        self.setLayout(
            column(
                soft(
                    _(
                        "If selfaudit runs on the server itself: the collector is run here, with the rights that you have. As "
                        "administrator (root) it sees more."
                    ),
                    1.0,
                ),
                row(self._go, self._stop, None),
                self._state,
            )
        )

    def refresh(self) -> None:
        """Shows what is under way."""
        controller = self._controller
        working = controller.host_work == "local"
        self._go.setEnabled(controller.can_collect)
        self._stop.setVisible(working)
        if working:
            self._state.say("running", _("Looking; this takes up to half a minute …"), "accent")
        else:
            show_note(self._state, controller, "local")
