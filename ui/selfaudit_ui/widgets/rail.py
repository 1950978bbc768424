"""The rail of steps: an icon, a name and a state in words for each, never colour alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from selfaudit.i18n import _
from selfaudit_ui.flow import Step, StepInfo
from selfaudit_ui.theme import SPACE, Tokens, current, frame_sheet, pixmap
from selfaudit_ui.theme.tokens import RAIL_WIDTH, SMALL
from selfaudit_ui.widgets.basics import Text, column, soft
from selfaudit_ui.widgets.blocks import colour_of

VERDICT_OF_ICON = {"pass": "good", "warn": "warn", "fail": "fail", "unclear": "unclear", "running": "accent"}


class RailButton(QPushButton):
    """One step."""

    def __init__(self, icon_name: str, title: str) -> None:
        super().__init__()
        self.setProperty("kind", "rail")
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name = icon_name
        self._icon = QLabel()
        self._icon.setFixedSize(24, 24)
        self._title, self._state, self._mark = Text(title), soft("", SMALL), QLabel()
        self._mark.setFixedSize(16, 16)
        below = QHBoxLayout()
        below.setSpacing(SPACE.XS)
        below.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._state, 1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.S, SPACE.S, SPACE.S)
        layout.setSpacing(SPACE.M)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(words, 1)
        for part in self.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self._tokens: Tokens | None = None
        self.toggled.connect(lambda _on: self._paint())
        self._paint()

    def wear(self, tokens: Tokens) -> None:
        """Takes on other colours."""
        self._tokens = tokens
        self._paint()

    def _paint(self) -> None:
        tokens = self._tokens or current()
        self._icon.setPixmap(pixmap(self._name, tokens.accent if self.isChecked() else tokens.soft, 24))
        font = self._title.font()
        font.setBold(self.isChecked())
        self._title.setFont(font)

    def plain(self) -> None:
        """No state yet, or none at all."""
        self._state.hide()
        self._mark.hide()

    def show_info(self, number: int, total: int, info: StepInfo) -> None:
        """Shows the state of the step."""
        self._state.show_text(info.state)
        self._state.show()
        self._mark.show()
        verdict = VERDICT_OF_ICON.get(info.icon, "")
        self._mark.setPixmap(pixmap(info.icon, colour_of(verdict), 16))
        name = _("Step {number} of {total}, {title}: {state}").format(
            number=number, total=total, title=info.title, state=info.state
        )
        self.setAccessibleName(name)
        self.setAccessibleDescription(info.why_not)
        self.setToolTip(info.why_not)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as its words need at the rail's width."""
        layout = self.layout()
        width = RAIL_WIDTH - 2 * SPACE.M
        return QSize(width, max(48, layout.totalHeightForWidth(width)) if layout is not None else 48)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never less than its words need."""
        return self.sizeHint()


class Rail(QWidget):
    """All steps, and below them the pages that belong to no step.

    Signals:
        chosen: a step, or the name of another page.
    """

    chosen = Signal(str)

    def __init__(self, steps: Iterable[StepInfo], others: Iterable[tuple[str, str]], brand: Callable[[], QWidget]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_WIDTH)
        self.setAccessibleName(_("Steps"))
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, RailButton] = {}
        layout = column(brand(), SPACE.M, spacing=SPACE.XS, margin=SPACE.M)
        for info in steps:
            layout.addWidget(self._add(info.step, info.title))
        layout.addStretch(1)
        for name, title in others:
            layout.addWidget(self._add(name, title))
        self.setLayout(layout)
        self.show_steps(steps)

    def _add(self, name: str, title: str) -> RailButton:
        made = RailButton(str(name), title)
        made.plain()
        made.setAccessibleName(title)
        self._group.addButton(made)
        self.buttons[str(name)] = made
        made.clicked.connect(lambda: self.chosen.emit(str(name)))
        return made

    def show_steps(self, steps: Iterable[StepInfo]) -> None:
        """Shows all states."""
        rows = list(steps)
        for number, info in enumerate(rows, 1):
            self.buttons[info.step].show_info(number, len(rows), info)

    def wear(self, tokens: Tokens) -> None:
        """Takes on other colours."""
        self.setStyleSheet(frame_sheet(tokens) if tokens != current() else "")
        for step in self.buttons.values():
            step.wear(tokens)

    def show_page(self, name: str | Step) -> None:
        """Marks the page that is open."""
        self.buttons[str(name)].setChecked(True)
