"""Tables that wrap their words and never scroll sideways."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView

from selfaudit_ui.widgets.basics import named

_MOST_WRAPPED = 60  # rows; measuring the words of more would stop the window, so they stay on one line with a tool tip


class Table(QTableView):
    """A table of texts. With `whole`, it is as high as its rows, and the page scrolls instead."""

    def __init__(self, model: QAbstractItemModel, name: str, *stretch: int, whole: bool = True, most: int = 0) -> None:
        super().__init__()
        self._whole, self._most = whole, most
        self.setModel(model)
        named(self, name)
        self.setWordWrap(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section in range(model.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if section in stretch else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(section, mode)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 16)
        if whole:
            self.setVerticalScrollBarPolicy(
                Qt.ScrollBarPolicy.ScrollBarAlwaysOff if not most else Qt.ScrollBarPolicy.ScrollBarAsNeeded
            )
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._later = QTimer(self)
            self._later.setSingleShot(True)
            self._later.timeout.connect(self._wrap)
            for signal in (model.modelReset, model.dataChanged, header.sectionResized):
                signal.connect(lambda *_any: self._later.start(0))
            self.fit()

    def _wrap(self) -> None:
        if self.model().rowCount() <= _MOST_WRAPPED:
            self.resizeRowsToContents()
        self.fit()

    def fit(self) -> None:
        """Takes the height of its rows."""
        if not self._whole:
            return
        height = self.horizontalHeader().sizeHint().height() + self.verticalHeader().length() + 2 * self.frameWidth() + 4
        self.setFixedHeight(min(height, self._most) if self._most else height)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Words wrap anew."""
        super().resizeEvent(event)
        self._wrap()
