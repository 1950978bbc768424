"""A provider by its name: one whose policy is known, or any other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox

from selfaudit.i18n import _
from selfaudit.policy.packs import all_packs
from selfaudit_ui.widgets import named


class ProviderLine(QComboBox):
    """A line to type in, with the known providers to choose from."""

    def __init__(self, taken: Callable[[str], object]) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        named(self, _("Provider"))
        edit = self.lineEdit()
        assert edit is not None
        edit.setMaxLength(100)
        edit.setAcceptDrops(False)
        edit.setPlaceholderText(_("Choose, or type another"))
        named(edit, _("Provider"))
        self.setCompleter(None)  # type: ignore[arg-type]  # what is typed stands; the list is for choosing
        self.addItems([pack.name for pack in all_packs() if pack.clauses and pack.id != "demo"])
        self.setCurrentIndex(-1)
        edit.textEdited.connect(lambda text: taken(str(text)))
        self.activated.connect(lambda _index: taken(self.currentText()))

    def show_text(self, text: str) -> None:
        """Shows a name; where nothing differs, the keyboard stays where it is."""
        if self.currentText() != text:
            self.setCurrentIndex(self.findText(text))
            self.setEditText(text)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """The page's: nothing is chosen in passing."""
        event.ignore()
