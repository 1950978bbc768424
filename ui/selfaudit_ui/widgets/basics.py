"""Labels, buttons and layouts in the house style."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from selfaudit.text import printable
from selfaudit_ui.theme import SPACE, current, icon
from selfaudit_ui.theme.tokens import BODY, LARGE, SMALL
from selfaudit_ui.words import tip

W = TypeVar("W", bound=QWidget)
MAX_TEXT = 6000
_LONG = re.compile(r"\S{29,}")  # words that may be wider than the page
_BREAK = re.compile(r"[.\-_/:@=;,]|.{24}")


def sized(widget: QWidget, factor: float, *, bold: bool = False) -> None:
    """Sets the type size as a multiple of the system font's."""
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * factor)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    widget.setFont(font)


def mono(factor: float = 0.95) -> QFont:
    """The system's monospace font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF() * factor)
    return font


def reveal(widget: QWidget, on: bool) -> None:
    """Shows or hides a part. One that has no place yet must not be shown: it would become a window of its own."""
    if not on:
        widget.hide()
    elif widget.parentWidget() is not None:
        widget.show()


class Text(QLabel):
    """Words that wrap. Always plain text, made safe to show."""

    def __init__(self, text: str = "", size: float = BODY, *, bold: bool = False, selectable: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        sized(self, size, bold=bold)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Shows another text; line breaks stay."""
        shown = "\n".join(printable(line, MAX_TEXT) for line in text.split("\n"))
        broken = _LONG.sub(lambda word: _BREAK.sub("\\g<0>\u200b", word[0]), shown)
        if broken != shown:  # what is selected must be what was said: with invisible breaks in it, nothing can be
            self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setText(broken)

    def verdict(self, name: str) -> None:
        """Colours the words: "fail", "warn", "unclear", "good", "accent" or ""."""
        self.setProperty("verdict", name)
        self.style().unpolish(self)
        self.style().polish(self)


class Line(QLabel):
    """Words on one line, cut with dots where there is no room; the whole stands in the tool tip."""

    def __init__(self, size: float = BODY, *, bold: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        sized(self, size, bold=bold)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""

    def show_text(self, text: str) -> None:
        """Shows another text."""
        self._whole = printable(text, MAX_TEXT)
        self.setAccessibleName(self._whole)
        self._cut()

    def _cut(self) -> None:
        cut = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width()))
        self.setText(cut)
        self.setToolTip(tip(self._whole) if cut != self._whole else "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """More or less of it fits."""
        super().resizeEvent(event)
        self._cut()


def heading(text: str, size: float = LARGE) -> Text:
    """A heading."""
    made = Text(text, size, bold=True)
    made.setAccessibleName(text)
    return made


def soft(text: str = "", size: float = SMALL) -> Text:
    """Words that may be passed over."""
    made = Text(text, size)
    made.setProperty("role", "soft")
    return made


def named(widget: W, name: str, description: str = "") -> W:
    """Gives a control its name for screen readers."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def button(text: str, action: Callable[[], object], *, kind: str = "", icon_name: str = "", name: str = "") -> QPushButton:
    """A button. `name` is its accessible name where the text alone does not say what it acts on."""
    made = QPushButton(f" {text}" if icon_name and text else text)  # the style leaves no room between icon and word
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    named(made, name or text)
    if icon_name:
        tokens = current()
        colour = {"primary": tokens.on_accent, "quiet": tokens.accent}.get(kind, tokens.text)
        made.setIcon(icon(icon_name, colour, 18))
        made.setIconSize(QSize(18, 18))
    made.clicked.connect(lambda: action())
    return made


def flush(made: QPushButton) -> QPushButton:
    """Lets the words of a quiet button that stands first in its line begin where the words above it begin."""
    made.setStyleSheet("QPushButton { padding-left: 0; }")
    return made


def line_edit(name: str, text: str = "", placeholder: str = "") -> QLineEdit:
    """A line to type in."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    made.setMaxLength(2000)
    made.setAcceptDrops(False)  # files are for the window
    return named(made, name)


def _fill(layout: QBoxLayout, parts: tuple[QWidget | QLayout | int | None, ...]) -> None:
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)


def column(*parts: QWidget | QLayout | int | None, spacing: int = SPACE.S, margin: int = 0) -> QVBoxLayout:
    """Parts below each other; a number is a distance, None stretches."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    _fill(layout, parts)
    return layout


def row(*parts: QWidget | QLayout | int | None, spacing: int = SPACE.S, margin: int = 0) -> QHBoxLayout:
    """Parts beside each other; a number is a distance, None stretches."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(margin, margin, margin, margin)
    _fill(layout, parts)
    return layout


def card(*parts: QWidget | QLayout | int | None, spacing: int = SPACE.S) -> QFrame:
    """A framed group of parts."""
    frame = QFrame()
    frame.setObjectName("card")
    frame.setLayout(column(*parts, spacing=spacing, margin=SPACE.L))
    return frame


class Body(QWidget):
    """What scrolls: exactly as high as its words need at the width it has, so that nothing scrolls over blank space."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The width it must have, and the height for the width it has."""
        layout = self.layout()
        if layout is None:
            return super().minimumSizeHint()
        width = max(self.width(), layout.totalMinimumSize().width())
        return QSize(layout.totalMinimumSize().width(), layout.totalHeightForWidth(width))


def scroll(inner: QWidget, name: str) -> QScrollArea:
    """An area that scrolls up and down, never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return named(area, name)


def clear(layout: QLayout) -> None:
    """Removes everything from a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()  # a queued show would otherwise make a window of it
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
