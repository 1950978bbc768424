"""Larger parts: banners, cards to press, fields to copy from, the bar of outcomes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from selfaudit.i18n import _
from selfaudit_ui.theme import SPACE, current, icon, pixmap
from selfaudit_ui.theme.tokens import BODY, LARGE
from selfaudit_ui.widgets.basics import Text, button, mono, named, reveal, soft


def picture(name: str, colour: str, size: int = 20) -> QLabel:
    """An icon that only decorates words beside it."""
    label = QLabel()
    label.setPixmap(pixmap(name, colour, size))
    label.setFixedSize(size, size)
    return label


def colour_of(verdict: str) -> str:
    """The colour of a verdict's words."""
    tokens = current()
    return {
        "fail": tokens.fail, "warn": tokens.warn, "unclear": tokens.unclear, "open": tokens.unclear, "good": tokens.good,
        "accent": tokens.accent,
    }.get(verdict, tokens.soft)  # fmt: skip


class Banner(QFrame):
    """A message in the page, beside its cause, with the next thing to do."""

    def __init__(self, verdict: str, text: str = "", icon_name: str = "") -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("verdict", verdict)
        names = {"fail": "fail", "warn": "warn", "unclear": "unclear", "good": "pass", "accent": "about"}
        self._text = Text(text, selectable=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE.S)
        words = QVBoxLayout()
        words.setSpacing(SPACE.S)
        words.addWidget(self._text)
        words.addLayout(self._buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.M)
        layout.addWidget(picture(icon_name or names[verdict], colour_of(verdict)), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.say(text)

    def say(self, text: str) -> None:
        """Shows a message, or nothing at all for ""."""
        self._text.show_text(text)
        self.setAccessibleName(text)
        reveal(self, bool(text))

    def offer(self, *buttons: QPushButton) -> None:
        """Puts these buttons under the message, in place of those before."""
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for made in buttons:
            self._buttons.addWidget(made)
        if buttons:
            self._buttons.addStretch(1)


class CardButton(QPushButton):
    """A card that is pressed as a whole: an icon, a title, and what happens then."""

    def __init__(self, icon_name: str, title: str, text: str, action: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, title, text)
        head, words = Text(title, LARGE, bold=True), soft(text, 1.0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.L, SPACE.L, SPACE.L, SPACE.L)
        layout.setSpacing(SPACE.S)
        layout.addWidget(picture(icon_name, current().accent, 28))
        layout.addWidget(head)
        layout.addWidget(words)
        layout.addStretch(1)
        for part in (head, words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(lambda: action())

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Its words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As high as its words need."""
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else super().heightForWidth(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for a short line."""
        return QSize(220, self.heightForWidth(220))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow windows are allowed."""
        return QSize(130, self.heightForWidth(max(self.width(), 130)))


class _Field(QPlainTextEdit):
    """A read-only field as high as its text, up to a number of lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setFont(mono())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.fit())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Narrower is higher."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Takes the height of its lines."""
        count = max(1, round(self.document().size().height()))  # in lines, as this kind of field counts
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded if count > self._lines else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(scrolls)
        height = min(count, self._lines) * self.fontMetrics().lineSpacing() + 24
        if height != self.height():
            self.setFixedHeight(height)


class Copyable(QWidget):
    """Something to copy: shown whole in monospace, with a button that says when it has been copied."""

    def __init__(self, label: str, text: str, *, lines: int = 6) -> None:
        super().__init__()
        self._value = text
        self._edit = _Field(lines)
        named(self._edit, label)
        self._copy = button(_("Copy"), self.copy, icon_name="copy", name=_("Copy: {what}").format(what=label))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._reset)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._edit, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Shows another text; what is copied is exactly this."""
        from selfaudit.text import printable

        self._value = text
        self._edit.setPlainText("\n".join(printable(line, 8000) for line in text.splitlines()))

    def copy(self) -> None:
        """Puts the text on the clipboard and says so."""
        QGuiApplication.clipboard().setText(self._value)
        self._copy.setText(" " + _("Copied"))
        self._copy.setIcon(icon("pass", current().good, 18))
        self._timer.start(2000)

    def _reset(self) -> None:
        self._copy.setText(" " + _("Copy"))
        self._copy.setIcon(icon("copy", current().text, 18))


class OutcomeBar(QWidget):
    """How many results of each kind there are, as lengths; what was not run is hollow. The words and numbers stand beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[tuple[str, int]] = []
        self.setFixedHeight(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, parts: list[tuple[str, int]], words: str) -> None:
        """Shows (verdict, count); `words` says the same to a screen reader."""
        self._parts = [(verdict, count) for verdict, count in parts if count]
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints the bar."""
        total = sum(count for _verdict, count in self._parts)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap, left = 3.0, 0.0
        width = self.width() - gap * max(0, len(self._parts) - 1)
        for verdict, count in self._parts:
            part = max(6.0, width * count / total)
            colour = QColor(colour_of(verdict))
            area = QRectF(round(left), 0, round(part), self.height())
            if verdict == "open":
                painter.setPen(QPen(colour, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                area.adjust(1, 1, -1, -1)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
            painter.drawRoundedRect(area, 4, 4)
            left += part + gap
        painter.end()


class StateLine(QWidget):
    """An icon and words: how something stands. A quiet one colours only its icon."""

    def __init__(
        self, icon_name: str = "todo", text: str = "", verdict: str = "", *, quiet: bool = False, size: float = BODY
    ) -> None:
        super().__init__()
        self._quiet = quiet
        self._icon = QLabel()
        self._icon.setFixedSize(20, 20)
        self._text = Text("", size)
        above = max(0, (20 - self._text.fontMetrics().lineSpacing()) // 2)
        self._text.setContentsMargins(0, above, 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        self.say(icon_name, text, verdict)

    def say(self, icon_name: str, text: str, verdict: str = "") -> None:
        """Shows another state."""
        self._icon.setPixmap(pixmap(icon_name, colour_of(verdict), 20))
        self._text.show_text(text)
        self._text.verdict("" if self._quiet else "unclear" if verdict == "open" else verdict)
        reveal(self, bool(text))
