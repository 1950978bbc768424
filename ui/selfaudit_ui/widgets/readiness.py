"""The line in the frame that says how the case stands before the provider's policy; pressing it leads to the statement."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from selfaudit.i18n import _
from selfaudit_ui.theme import pixmap
from selfaudit_ui.theme.tokens import SMALL
from selfaudit_ui.widgets.basics import sized, soft
from selfaudit_ui.widgets.blocks import colour_of
from selfaudit_ui.words import tip

_ICONS = {"good": "pass", "fail": "fail", "warn": "warn"}


class ReadinessLine(QPushButton):
    """Words on one line, cut with dots where there is no room; the whole stands in the tool tip."""

    def __init__(self, action: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("kind", "line")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        sized(self, SMALL)
        # As high as the words that stand in its place on other pages, so that the frame does not move from page to page.
        self.setStyleSheet("QPushButton { min-height: 0; } QPushButton:!focus { border: 0; }")
        height = soft("x", SMALL).sizeHint().height()
        self.setFixedHeight(height)
        self.setIconSize(QSize(min(16, height), min(16, height)))
        self._whole = ""
        self.clicked.connect(lambda: action())

    def say(self, words: str, verdict: str) -> None:
        """Shows how the case stands."""
        self.setIcon(QIcon(pixmap(_ICONS[verdict], colour_of(verdict), 16)))
        self._whole = words
        self.setAccessibleName(words)
        self.setAccessibleDescription(_("Leads to the statement, which lists what is missing"))
        self._cut()

    def _cut(self) -> None:
        room = max(0, self.width() - 16 - 20)
        cut = self.fontMetrics().elidedText(self._whole.replace("&", "&&"), Qt.TextElideMode.ElideRight, room)
        self.setText(cut)
        self.setToolTip(tip(self._whole))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It is cut to whatever room there is."""
        return QSize(40, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """More or less of it fits."""
        super().resizeEvent(event)
        self._cut()
