"""The panel of the tour: beside the page where the window is wide, below it elsewhere. It covers nothing of what it tells about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QMainWindow, QPushButton, QSizePolicy, QWidget

from selfaudit.i18n import _
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import LARGE, RAIL_WIDTH, SMALL
from selfaudit_ui.tour.director import Telling
from selfaudit_ui.tour.stops import AFTER, BEFORE
from selfaudit_ui.widgets import Body, StateLine, Text, button, column, named, reveal, row, scroll, soft

BESIDE = 300  # pixels of width beside the page
BELOW = 176  # pixels of height below it, at most
# A page needs as much as it has in the smallest window.
WIDE = 960 + BESIDE


class Panel(QWidget):
    """The panel.

    Signals:
        back, next, ended, resumed, leaflet: what the presenter asks for.
        world: a world is wanted.
    """

    back = Signal()
    next = Signal()
    ended = Signal()
    resumed = Signal()
    leaflet = Signal()
    world = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tour")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._beside, self._open = True, True
        self._where = soft("", SMALL)
        self._title = Text("", LARGE, bold=True)
        self._words = Text()
        self._desk_head, self._desk = Text(_("What your desk gets"), SMALL, bold=True), Text()
        self._desk_head.verdict("accent")
        self._note = StateLine(size=SMALL)
        self._changed = Text("", SMALL, bold=True)
        self._customer = column(self._where, self._title, self._words, spacing=SPACE.S)
        self._for_desk = column(self._desk_head, self._desk, spacing=SPACE.XS)
        for part in (self._customer, self._for_desk):
            part.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._texts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._texts.setContentsMargins(0, 0, 0, 0)
        self._texts.addLayout(self._customer, 3)
        self._texts.addLayout(self._for_desk, 2)
        self._body = Body()
        told = column(self._texts, self._note, spacing=SPACE.S)
        told.addStretch(1)
        self._body.setLayout(told)
        self._area = scroll(self._body, _("Guided tour"))
        self._make_controls()
        self._whole = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._whole.setContentsMargins(SPACE.L, SPACE.M, SPACE.L, SPACE.M)
        self._whole.addWidget(self._area, 1)
        self._whole.addWidget(self._controls)
        self._folded = button(_("Go on with the tour"), self.resumed.emit, icon_name="demo")
        self._folded.hide()
        self._whole.addWidget(self._folded, 0, Qt.AlignmentFlag.AlignLeft)
        self.setLayout(self._whole)
        self._make_keys()
        self.lie(beside=True)

    def _make_controls(self) -> None:
        self._worlds = QButtonGroup(self)
        self.switch: dict[str, QPushButton] = {}
        for world, text in ((BEFORE, _("Before")), (AFTER, _("After fixing"))):
            made = button(text, self._ask_world(world), kind="thumb", name=_("Show the demo: {world}").format(world=text))
            made.setCheckable(True)
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._worlds.addButton(made)
            self.switch[world] = made
        switch = row(*self.switch.values(), spacing=2)
        self.save = button(_("Save the leaflet"), self.leaflet.emit, icon_name="save")
        self.to_back = button(_("Back"), self.back.emit, name=_("Back to the stop before"))
        self.to_next = button(_("Next"), self.next.emit, kind="primary", name=_("Next stop"))
        self.to_back.setToolTip(_("Arrow left, or Alt+B"))
        self.to_next.setToolTip(_("Arrow right, or Alt+N"))
        self.end = button(_("End the tour"), self.ended.emit, kind="quiet")
        self.end.setToolTip(_("Esc"))
        steps = row(self.to_back, self.to_next)
        steps.setStretch(1, 1)
        self._controls = QWidget()
        self._controls.setLayout(column(switch, self._changed, self.save, steps, self.end, spacing=SPACE.S))

    def _ask_world(self, world: str) -> Callable[[], None]:
        return lambda: self.world.emit(world)

    def _make_keys(self) -> None:
        """Arrows and the keys of a presenter's remote while the keyboard is here; the rest everywhere in the window."""
        here, window = Qt.ShortcutContext.WidgetWithChildrenShortcut, Qt.ShortcutContext.WindowShortcut
        keys = (
            ("Right", self._next, here), ("PgDown", self._next, here), ("Alt+N", self._next, window),
            ("Left", self._back, here), ("PgUp", self._back, here), ("Alt+B", self._back, window), ("Esc", self._end, window),
        )  # fmt: skip
        for key, action, context in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(context)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(action)

    def _next(self) -> None:
        if self._open and self.to_next.isEnabled():
            self.next.emit()

    def _back(self) -> None:
        if self._open and self.to_back.isEnabled():
            self.back.emit()

    def _end(self) -> None:
        if self._open:
            self.ended.emit()

    # Showing

    def tell(self, telling: Telling) -> None:
        """Shows a stop, and how the demo stands."""
        where = _("Guided tour: stop {number} of {total}").format(number=telling.number, total=telling.total)
        self._where.show_text(where)
        self._title.show_text(telling.title)
        self._words.show_text(telling.words)
        self._desk.show_text(telling.desk)
        self._note.say(*telling.note)
        self._changed.show_text(telling.changed)
        reveal(self._changed, bool(telling.changed))
        named(self, f"{where}. {telling.title}", f"{telling.words} {telling.desk}")
        named(self._area, f"{where}. {telling.title}")
        self._worlds.setExclusive(False)
        for world, made in self.switch.items():
            made.setChecked(world == telling.world)
            made.setEnabled(telling.may_switch)
            made.setToolTip("" if telling.may_switch else _("After the audit, this shows the same customer in the other world."))
        self._worlds.setExclusive(True)
        self.to_back.setEnabled(telling.number > 1)
        self.to_next.setEnabled(telling.number < telling.total)
        reveal(self.save, telling.saves)
        self._fit()

    def fold(self, folded: bool) -> None:
        """Leaves only the way back into the tour, or shows the whole again."""
        self._open = not folded
        for part in (self._area, self._controls):
            part.setVisible(not folded)
        self._folded.setVisible(folded)
        self.lie(beside=self._beside)

    @property
    def is_open(self) -> bool:
        """Whether the tour is being told."""
        return self._open

    def take_keyboard(self) -> None:
        """Puts the keyboard on what is pressed next."""
        target = self.to_next if self.to_next.isEnabled() else self.save if not self.save.isHidden() else self.to_back
        (target if self._open else self._folded).setFocus()

    def lie(self, *, beside: bool) -> None:
        """Lies beside the page, or below it."""
        self._beside = beside
        upright = beside and self._open
        down, along = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self.setProperty("place", "beside" if upright else "below")
        self._texts.setDirection(down if upright else along)
        self._texts.setSpacing(SPACE.L if upright else SPACE.XL)
        self._whole.setDirection(down if upright else along)
        self._whole.setSpacing(SPACE.L if upright else SPACE.XL)
        self._controls.setFixedWidth(BESIDE - 2 * SPACE.L if upright else RAIL_WIDTH)
        self.style().unpolish(self)
        self.style().polish(self)
        self._fit()

    def _fit(self) -> None:
        """Takes no more room than it needs."""
        if self._beside and self._open:
            self.setFixedWidth(BESIDE)
            self.setMinimumHeight(0)
            self.setMaximumHeight(16_777_215)
            return
        self.setMinimumWidth(0)
        self.setMaximumWidth(16_777_215)
        self.setFixedHeight(BELOW if self._open else self._folded.sizeHint().height() + 2 * SPACE.S)


class Frame(QWidget):
    """The window's own parts with the panel at their right side or below them."""

    def __init__(self, inner: QWidget, panel: Panel) -> None:
        super().__init__()
        self.inner, self.panel = inner, panel
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(inner, 1)
        self._layout.addWidget(panel)
        self.arrange()

    def arrange(self) -> None:
        """Puts the panel where there is room for it."""
        beside = self.width() >= WIDE
        along = beside and self.panel.is_open
        self._layout.setDirection(QBoxLayout.Direction.LeftToRight if along else QBoxLayout.Direction.TopToBottom)
        self.panel.lie(beside=beside)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Wider or narrower."""
        super().resizeEvent(event)
        if (event.oldSize().width() >= WIDE) != (event.size().width() >= WIDE) or event.oldSize().width() < 0:
            self.arrange()


def dock(window: QMainWindow, panel: Panel) -> Frame:
    """Puts the panel into a window."""
    inner = window.takeCentralWidget()
    frame = Frame(inner, panel)
    window.setCentralWidget(frame)
    return frame


def undock(window: QMainWindow) -> None:
    """Takes the panel out of the window again."""
    frame = window.centralWidget()
    if isinstance(frame, Frame):
        frame.inner.setParent(None)
        window.setCentralWidget(frame.inner)
        frame.inner.show()
