"""The editable list of targets: one line each, with what it was read as or what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from selfaudit.engine.draft import MAX_LINE, Draft, Line, Reading, split_pasted
from selfaudit.i18n import _
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.theme import current, pixmap
from selfaudit_ui.words import tip

Index = QModelIndex | QPersistentModelIndex
TEXT, SENDS, READ = range(3)


class TargetsModel(QAbstractTableModel):
    """Rows of the draft, and an empty one at the end to type into."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._lines: tuple[Line, ...] = ()
        self._readings: tuple[Reading, ...] = ()

    def refresh(self) -> None:
        """Takes over the draft. Rows that stay keep their selection and their editor."""
        draft = self._controller.draft
        lines = tuple(line for line in (draft.lines if draft else ()) if line.text.strip())
        readings = tuple(
            r for line, r in zip(draft.lines if draft else (), self._controller.readings, strict=False) if line.text.strip()
        )
        if len(lines) == len(self._lines):
            self._lines, self._readings = lines, readings
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines), READ))
            return
        self.beginResetModel()
        self._lines, self._readings = lines, readings
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and shape
        """One more than there are lines."""
        return 0 if parent.isValid() else len(self._lines) + 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and shape
        """Text, sends mail, read as."""
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Names of the columns."""
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation is Qt.Orientation.Horizontal:
                return (_("Domain or address"), _("Sends mail"), _("Recognised as"))[section]
            return str(section + 1)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What can be done with a cell."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() == TEXT:
            return flags | Qt.ItemFlag.ItemIsEditable
        if index.column() == SENDS and self._is_address(index.row()):
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def _is_address(self, row: int) -> bool:
        return row < len(self._readings) and any(t.kind == "address" for t in self._readings[row].targets)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The contents of a cell."""
        row, column = index.row(), index.column()
        if row >= len(self._lines):
            if column == TEXT and role == Qt.ItemDataRole.DisplayRole:
                return _("Type here …")
            if column == TEXT and role == Qt.ItemDataRole.ForegroundRole:
                return QColor(current().soft)
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return _("New line: type a domain or an address") if column == TEXT else ""
            return "" if role == Qt.ItemDataRole.EditRole else None
        line, reading = self._lines[row], self._readings[row] if row < len(self._readings) else Reading()
        if column == TEXT:
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
                return printable(line.text, 300) if role == Qt.ItemDataRole.DisplayRole else line.text
        elif column == SENDS:
            if role == Qt.ItemDataRole.CheckStateRole and self._is_address(row):
                return Qt.CheckState.Checked if line.sends else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.AccessibleTextRole and self._is_address(row):
                return _("{target} sends mail").format(target=line.text)
        else:
            return self._read_as(reading, role)
        return None

    @staticmethod
    def _read_as(reading: Reading, role: int) -> Any:
        tokens = current()
        verdict, icon_name = ("warn", "warn") if reading.problem else ("none", "none") if reading.repeated else ("good", "pass")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(str(TargetsModel._read_as(reading, Qt.ItemDataRole.DisplayRole) or ""))
        if role == Qt.ItemDataRole.DisplayRole:
            if reading.problem:
                return reading.problem
            if reading.repeated:
                return _("Named above already")
            if len(reading.targets) > 1:
                return _("{count} addresses, {first} to {last}").format(
                    count=len(reading.targets), first=reading.targets[0].value, last=reading.targets[-1].value
                )
            target = reading.targets[0] if reading.targets else None
            if target is None:
                return ""
            if target.kind == "domain":
                return _("Domain {name}").format(name=target.value)
            return (_("IPv6 address {name}") if ":" in target.value else _("IPv4 address {name}")).format(name=target.value)
        if role == Qt.ItemDataRole.DecorationRole and (reading.problem or reading.targets):
            colour = {"warn": tokens.warn, "good": tokens.good}.get(verdict, tokens.soft)
            return pixmap(icon_name, colour, 16)
        if role == Qt.ItemDataRole.ForegroundRole and reading.problem:
            return QColor(tokens.warn)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Takes over what was typed or ticked."""
        draft = self._controller.draft or Draft()
        lines = list(self._lines)
        row = index.row()
        if role == Qt.ItemDataRole.EditRole and index.column() == TEXT:
            text = str(value).strip()
            if row < len(lines):
                lines[row : row + 1] = [replace(lines[row], text=text[:MAX_LINE])] if text else []
            elif len(split_pasted(text)) > 1:
                self._controller.paste(text)
                return True
            elif text:
                lines.append(Line(text[:MAX_LINE]))
        elif role == Qt.ItemDataRole.CheckStateRole and index.column() == SENDS and row < len(lines):
            lines[row] = replace(lines[row], sends=Qt.CheckState(value) is Qt.CheckState.Checked)
        else:
            return False
        if tuple(lines) != self._lines:  # leaving an editor without a change is no change
            self._controller.edit(replace(draft, lines=tuple(lines), confirmed=False))
        return True

    def remove(self, rows: set[int]) -> None:
        """Removes lines."""
        draft = self._controller.draft
        if draft is not None:
            kept = tuple(line for number, line in enumerate(self._lines) if number not in rows)
            self._controller.edit(replace(draft, lines=kept, confirmed=False))
