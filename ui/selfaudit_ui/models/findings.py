"""Groups of findings as a tree of two levels, over frozen actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from selfaudit.engine.again import Key, key_of
from selfaudit.findings import Mark
from selfaudit.i18n import _
from selfaudit.policy.model import Clause, ClauseClass, Pack
from selfaudit.remedy import Action, Group, GroupKey
from selfaudit.report.words import OUTCOME_WORDS
from selfaudit.text import printable
from selfaudit_ui.words import GROUPS, sentence, target_words, tip

Index = QModelIndex | QPersistentModelIndex
ActionRole = Qt.ItemDataRole.UserRole
MarkRole = Qt.ItemDataRole.UserRole + 1
BusyRole = Qt.ItemDataRole.UserRole + 2
ClausesRole = Qt.ItemDataRole.UserRole + 3
_TOP = 2**32 - 1
_MOST_CLAUSES = 6  # in a tool tip


def touched(pack: Pack | None, check: str) -> tuple[Clause, ...]:
    """The clauses of a policy that a check serves, without those that demand nothing."""
    return tuple(c for c in pack.clauses_of(check) if c.kind is not ClauseClass.INFORMATIONAL) if pack is not None else ()


def mark_key(action: Action) -> tuple[str, str, str, str]:
    """What a mark on this finding is about."""
    return (*key_of(action.result), action.tag)


class FindingsModel(QAbstractItemModel):
    """Groups, and in each its findings, the worst first."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: tuple[Group, ...] = ()
        self._marks: Mapping[tuple[str, str, str, str], Mark] = {}
        self._busy: frozenset[Key] = frozenset()
        self._pack: Pack | None = None

    def show_pack(self, pack: Pack | None) -> None:
        """Shows the clauses of another policy beside the findings."""
        if pack != self._pack:
            self._pack = pack
            for number, group in enumerate(self.groups):
                parent = self.index(number, 0)
                self.dataChanged.emit(self.index(0, 0, parent), self.index(len(group.actions) - 1, 0, parent))

    def clauses(self, action: Action) -> tuple[Clause, ...]:
        """The clauses that a finding touches."""
        return touched(self._pack, action.result.check)

    def show_groups(self, groups: Iterable[Group]) -> None:
        """Shows other findings."""
        self.beginResetModel()
        self.groups = tuple(groups)
        self.endResetModel()

    def show_marks(self, marks: Mapping[tuple[str, str, str, str], Mark], busy: frozenset[Key]) -> None:
        """Shows what the person says, and what is being checked again."""
        if self._busy == busy and self._marks == marks:
            return
        before, self._marks = self._marks, dict(marks)
        touched, self._busy = self._busy ^ busy, busy
        changed = {key for key in before.keys() | marks.keys() if before.get(key) != marks.get(key)}
        for number, group in enumerate(self.groups):
            parent = self.index(number, 0)
            for row, action in enumerate(group.actions):
                if mark_key(action) in changed or key_of(action.result) in touched:
                    index = self.index(row, 0, parent)
                    self.dataChanged.emit(index, index)

    def action(self, index: Index) -> Action | None:
        """The finding at an index, None for a group."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self.groups[index.internalId()].actions[index.row()]

    def group(self, index: Index) -> Group | None:
        """The group at an index, None for a finding."""
        return self.groups[index.row()] if index.isValid() and index.internalId() == _TOP else None

    def find(self, key: tuple[str, str, str, str]) -> QModelIndex:
        """Where a finding stands now: the same one, or any of the same check and target."""
        close = QModelIndex()
        for number, group in enumerate(self.groups):
            for row, action in enumerate(group.actions):
                if mark_key(action) == key:
                    return self.index(row, 0, self.index(number, 0))
                if key_of(action.result) == key[:3] and not close.isValid():
                    close = self.index(row, 0, self.index(number, 0))
        return close

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's shape
        """An index; findings carry the number of their group."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() if parent.isValid() else _TOP)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008 - Qt's shape
        """The group of a finding."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId(), 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and shape
        """Groups, or findings of a group."""
        if not parent.isValid():
            return len(self.groups)
        return len(self.groups[parent.row()].actions) if parent.internalId() == _TOP else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and shape
        """One."""
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, and for the delegate the finding itself."""
        group = self.group(index)
        if group is not None:
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return f"{_(GROUPS[group.key])} ({len(group.actions)})"
            return None
        action = self.action(index)
        if action is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return sentence(printable(action.text, 400))
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [
                f"{c.id} · {printable(c.heading, 120)}: “{printable(c.quote, 300)}”"
                for c in self.clauses(action)[:_MOST_CLAUSES]
            ]
            return tip("\n\n".join([sentence(printable(action.text, 800)), *lines]))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            about = ", ".join([target_words(action.result.target), *(c.id for c in self.clauses(action))])
            return f"{_(OUTCOME_WORDS[action.outcome])}: {printable(action.text, 400)} ({about})"
        if role == ClausesRole:
            return self.clauses(action)
        if role == ActionRole:
            return action
        if role == MarkRole:
            return self._marks.get(mark_key(action))
        if role == BusyRole:
            return key_of(action.result) in self._busy
        return None

    def is_folded(self, row: int) -> bool:
        """Whether a group is folded at first."""
        return self.groups[row].key in (GroupKey.PASSED, GroupKey.NOT_NEEDED)
