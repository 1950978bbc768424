"""How a finding looks in the list: icon, what was seen in at most two lines, and below what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from selfaudit.findings import Mark, Outcome
from selfaudit.i18n import _
from selfaudit.policy.model import Clause
from selfaudit.remedy import Action
from selfaudit_ui.models.findings import ActionRole, BusyRole, ClausesRole, FindingsModel, MarkRole
from selfaudit_ui.theme import SPACE, current, pixmap
from selfaudit_ui.theme.tokens import SMALL
from selfaudit_ui.widgets.basics import named
from selfaudit_ui.widgets.blocks import colour_of
from selfaudit_ui.words import ICONS, VERDICTS, target_words

_LINES = 2
_CLAUSES = 3  # named below a finding
_ICON = 18


def _fonts() -> tuple[QFont, QFont]:
    text, small = QFont(QApplication.font()), QFont(QApplication.font())
    small.setPointSizeF(small.pointSizeF() * SMALL)
    return text, small


class FindingDelegate(QStyledItemDelegate):
    """Paints groups as headings and findings as two or three lines."""

    def __init__(self, parent: QTreeView) -> None:
        super().__init__(parent)
        text, small = (QFontMetrics(f) for f in _fonts())
        self._group_size = QSize(100, text.height() + 2 * SPACE.S)
        self._size = QSize(100, _LINES * text.lineSpacing() + small.lineSpacing() + 2 * SPACE.S)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        """Headings are one line; findings have room for two lines and what they are about."""
        return self._size if index.parent().isValid() else self._group_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Paints one row."""
        tokens = current()
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        action: Action | None = index.data(ActionRole)
        text_font, small_font = _fonts()
        if action is None:
            self._group(painter, rect, str(index.data()), text_font)
            painter.restore()
            return
        if selected:
            painter.fillRect(rect, QColor(tokens.accent_soft))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.accent))
        verdict = VERDICTS[action.outcome]
        name, colour = ("running", "accent") if index.data(BusyRole) else (ICONS[action.outcome], verdict)
        painter.drawPixmap(rect.left() + SPACE.S, rect.top() + SPACE.S, pixmap(name, colour_of(colour), _ICON))
        left = rect.left() + SPACE.S + _ICON + SPACE.S
        width = rect.right() - left - SPACE.S
        painter.setPen(QColor(tokens.text))
        height = self._lines(painter, str(index.data()), text_font, QPointF(left, rect.top() + SPACE.S - 2), width)
        painter.setFont(small_font)
        painter.setPen(QColor(tokens.soft))
        below = QRect(left, round(rect.top() + SPACE.S - 2 + height), width, QFontMetrics(small_font).lineSpacing() + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._about(action, index, small_font, width))
        painter.setPen(QColor(tokens.line))
        painter.drawLine(rect.left() + SPACE.S, rect.bottom(), rect.right() - SPACE.S, rect.bottom())
        painter.restore()

    @staticmethod
    def _group(painter: QPainter, rect: QRect, words: str, font: QFont) -> None:
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(current().text))
        inner = rect.adjusted(SPACE.XS, 0, -SPACE.XS, 0)
        elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)

    @staticmethod
    def _lines(painter: QPainter, words: str, font: QFont, at: QPointF, width: int) -> float:
        """Draws at most two lines, the second cut with dots; returns their height."""
        layout = QTextLayout(words, font)
        options = QTextOption()
        options.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(options)
        layout.beginLayout()
        height = 0.0
        rest = ""
        for number in range(_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            if number == _LINES - 1:
                rest = words[line.textStart() :]
                break
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        painter.setFont(font)
        if layout.lineCount():
            layout.lineAt(0).draw(painter, at)
        metrics = QFontMetrics(font)
        if rest:
            elided = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QPointF(at.x(), at.y() + height + metrics.ascent()), elided)
            height += metrics.lineSpacing()
        return height

    @staticmethod
    def _about(action: Action, index: QModelIndex | QPersistentModelIndex, font: QFont, width: int) -> str:
        clauses: Sequence[Clause] = index.data(ClausesRole) or ()
        parts = [target_words(action.result.target), action.result.check]
        if clauses:
            parts.append(" ".join(c.id for c in clauses[:_CLAUSES]) + (" …" if len(clauses) > _CLAUSES else ""))
        mark: Mark | None = index.data(MarkRole)
        if mark is not None and mark.planned:
            parts.insert(0, _("planned for {date}").format(date=mark.planned))
        elif mark is not None and mark.disagree:
            parts.insert(0, _("you disagree"))
        if index.data(BusyRole):
            parts.insert(0, _("checking again …"))
        if action.outcome is Outcome.BUG:
            parts.insert(0, _("our fault"))
        return QFontMetrics(font).elidedText(" · ".join(parts), Qt.TextElideMode.ElideMiddle, width)


class FindingsView(QTreeView):
    """The list of findings."""

    def __init__(self, model: FindingsModel) -> None:
        super().__init__()
        named(self, _("Findings"))
        self.setModel(model)
        self.setItemDelegate(FindingDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(False)
        self.setIndentation(12)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setMinimumWidth(260)
        self.setExpandsOnDoubleClick(True)
