"""Parts of forms: choices, boxes for words, files that show something, and lists of entries that can be added and taken off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from selfaudit.case import EvidenceFile
from selfaudit.i18n import _, ngettext
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets.basics import Line, button, clear, column, flush, line_edit, named, row

MAX_WORDS = 4000  # characters of a box
MAX_ENTRIES = 100


class Choice(QComboBox):
    """One of a few values. Turning the wheel over it scrolls the page: nothing is chosen in passing."""

    def __init__(self, name: str, options: Iterable[tuple[str, str]], chosen: Callable[[str], object]) -> None:
        super().__init__()
        named(self, name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.offer(options)
        self.activated.connect(lambda _index: chosen(str(self.currentData())))

    def offer(self, options: Iterable[tuple[str, str]]) -> None:
        """Other values: (value, words)."""
        self.clear()
        for value, words in options:
            self.addItem(words, value)

    def show_value(self, value: str) -> None:
        """Shows what is chosen; what is not among the options shows nothing."""
        self.setCurrentIndex(self.findData(value))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """The page's."""
        event.ignore()


class Adder(Choice):
    """A list from which something is added. The keys that would choose the next entry open it instead: passing by adds nothing."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows, space and return open the list; what is typed chooses nothing."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            event.ignore()


class Box(QPlainTextEdit):
    """Several lines of words, at most 4000 characters."""

    def __init__(
        self, name: str, typed: Callable[[str], object], *, lines: int = 3, hint: str = "", limit: int = MAX_WORDS
    ) -> None:
        super().__init__()
        self._typed, self._limit = typed, limit
        self._filling = False
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # files are for the window
        self.setPlaceholderText(hint)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 22)
        self.textChanged.connect(self._changed)
        named(self, name)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow pages are allowed."""
        return QSize(200, self.height())

    def show_words(self, text: str) -> None:
        """Shows other words; where nothing differs, the keyboard stays where it is."""
        if self.toPlainText() != text:
            self._filling = True
            self.setPlainText(text)
            self._filling = False

    def _changed(self) -> None:
        if self._filling:
            return
        text = self.toPlainText()
        if len(text) > self._limit:
            text = text[: self._limit]
            self.show_words(text)
            self.moveCursor(QTextCursor.MoveOperation.End)
        self._typed(text)


def typed_line(name: str, typed: Callable[[str], object], *, hint: str = "", limit: int = 300) -> QLineEdit:
    """A line to type in that tells what is typed."""
    made = line_edit(name, placeholder=hint)
    made.setMaxLength(limit)
    made.textEdited.connect(lambda text: typed(str(text)))
    return made


def show_line(edit: QLineEdit, text: str) -> None:
    """Shows other words; where nothing differs, the keyboard stays where it is."""
    if edit.text() != text:
        edit.setText(text)


def size_words(octets: int) -> str:
    """A size in words: bytes, kB or MB (powers of ten)."""
    if octets < 1000:
        return ngettext("{count} byte", "{count} bytes", octets).format(count=octets)
    if octets < 1_000_000:
        return _("{size} kB").format(size=round(octets / 1000))
    return _("{size} MB").format(size=f"{octets / 1_000_000:.1f}")


class Files(QWidget):
    """Files that show something: name, size and fingerprint of each, a button to add one, and one to take each off."""

    def __init__(
        self,
        what: str,
        add: Callable[[Path], object],
        remove: Callable[[EvidenceFile], object],
        ask: Callable[[Callable[[], Any]], Any],
    ) -> None:
        """`what` completes “Add a file: …”; `ask` opens one of the system's dialogs."""
        super().__init__()
        self._add_file, self._remove, self._ask, self._what = add, remove, ask, what
        self._shown: object = None
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE.XS)
        name = _("Add a file: {what}").format(what=what)
        self.add = flush(button(_("Add a file …"), self._choose, kind="quiet", icon_name="plus", name=name))
        self.setLayout(column(self._list, row(self.add, None), spacing=0))

    def rename(self, what: str) -> None:
        """What the files show now."""
        self._what = what
        self.add.setAccessibleName(_("Add a file: {what}").format(what=what))

    def show_files(self, files: Sequence[EvidenceFile], *, enabled: bool = True) -> None:
        """Shows the files."""
        self.add.setEnabled(enabled)
        now = (tuple(files), enabled, self._what)
        if now == self._shown:
            return
        self._shown = now
        clear(self._list)
        for file in files:
            words = Line()
            words.show_text(f"{file.name} · {size_words(file.size)} · SHA-256 {file.sha256[:16]}…")
            words.setToolTip(f"SHA-256 {file.sha256}")
            name = _("Remove {file}: {what}").format(file=file.name, what=self._what)
            off = button("", partial(self._remove, file), kind="quiet", icon_name="remove", name=name)
            off.setToolTip(_("Remove from the list"))
            off.setEnabled(enabled)
            line = row(words, off)
            line.setStretch(0, 1)
            self._list.addLayout(line)

    def _choose(self) -> None:
        name, _filter = self._ask(
            lambda: QFileDialog.getOpenFileName(
                self,
                _("Choose a file"),
                "",
                _("Pictures, documents and messages (*.png *.jpg *.jpeg *.pdf *.eml);;All files (*)"),
            )
        )
        if name:
            self._add_file(Path(name))


class Entry(QWidget):
    """One entry of a list. It shows what stands at its place, and tells the list what is changed there."""

    def __init__(self, rows: Rows, place: int) -> None:
        super().__init__()
        self.rows, self.place = rows, place

    def show_item(self, item: Any, *, enabled: bool) -> None:
        """Shows what stands at this place."""
        raise NotImplementedError

    def put(self, item: Any) -> None:
        """Something was changed."""
        self.rows.put(self.place, item)

    def remover(self, name: str) -> QPushButton:
        """A button that takes this entry off."""
        made = button("", lambda: self.rows.drop(self.place), kind="quiet", icon_name="remove", name=name)
        made.setToolTip(_("Remove from the list"))
        return made


class Rows(QWidget):
    """A list of entries. It keeps nothing itself: it shows items, and tells what they are to be.

    Args:
        make: makes the part that shows the entry at a place.
        new: an empty item.
        take: gets all items when one was changed, added or taken off.
        words: of the button that adds one, "" for none.
    """

    def __init__(
        self, make: Callable[[Rows, int], Entry], new: Callable[[], Any], take: Callable[[tuple[Any, ...]], object], words: str
    ) -> None:
        super().__init__()
        self._make, self._new, self._take = make, new, take
        self.items: tuple[Any, ...] = ()
        self.entries: list[Entry] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE.M)
        self.add = button(words, self._add, icon_name="plus")
        self.setLayout(column(self._list, *((row(self.add, None),) if words else ())))

    def show_items(self, items: Sequence[Any], *, enabled: bool = True) -> None:
        """Shows other items."""
        self.items = tuple(items)
        while len(self.entries) > len(self.items):
            gone = self.entries.pop()
            gone.hide()
            gone.setParent(None)
            gone.deleteLater()
        while len(self.entries) < len(self.items):
            made = self._make(self, len(self.entries))
            self.entries.append(made)
            self._list.addWidget(made)
        for entry, item in zip(self.entries, self.items, strict=True):
            entry.show_item(item, enabled=enabled)
        self.add.setEnabled(enabled and len(self.items) < MAX_ENTRIES)

    def put(self, place: int, item: Any) -> None:
        """Another item at a place."""
        if place < len(self.items) and self.items[place] != item:
            self._take((*self.items[:place], item, *self.items[place + 1 :]))

    def drop(self, place: int) -> None:
        """Takes an item off."""
        self.add.setFocus()
        self._take((*self.items[:place], *self.items[place + 1 :]))

    def _add(self) -> None:
        self._take((*self.items, self._new()))
        if self.entries:
            self.entries[-1].setFocus()
            self.entries[-1].focusNextChild()
