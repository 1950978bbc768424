"""The panel of the tour: beside the page where the window is wide, below it elsewhere. It covers nothing of what it tells about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QPushButton, QSizePolicy, QWidget

from selfaudit.i18n import _
from selfaudit_ui.theme import SPACE, Tokens, current, frame_sheet
from selfaudit_ui.theme.tokens import BODY, LARGE, SMALL
from selfaudit_ui.tour.director import Telling
from selfaudit_ui.tour.stops import AFTER, BEFORE
from selfaudit_ui.widgets import Body, StateLine, Text, button, column, named, reveal, row, scroll, soft
from selfaudit_ui.widgets.basics import sized
from selfaudit_ui.window import Window

BESIDE = 300  # pixels of width beside the page
BELOW = (112, 176)  # pixels of height below it, at least and at most
# A page needs as much as it has in the smallest window.
CONTROLS = 264  # pixels of width of the buttons where the panel lies below the page
_ANY = 16_777_215  # pixels: Qt's word for no limit
TOLD = 1.08  # type size of what is told beside the page: it is read from farther away
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
        self._tokens = current()
        self._where = soft("", SMALL)
        self._title = Text("", LARGE, bold=True)
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._head.addWidget(self._where)
        self._head.addWidget(self._title, 1)
        self._words = Text()
        self._desk_head, self._desk = Text("", SMALL, bold=True), Text()
        self._desk_head.verdict("accent")
        self._note = StateLine(size=SMALL)
        self._changed = Text("", SMALL, bold=True)
        self._body = Body()
        self._told = column(self._head, self._words, self._desk_head, self._desk, self._changed, self._note, None)
        self._body.setLayout(self._told)
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
        self._not_yet = soft(_("After the audit, this shows the same customer in the other world."), SMALL)
        self._may_switch = False
        self.save = button(_("Save the leaflet"), self.leaflet.emit, kind="primary", icon_name="save")
        self.to_back = button("", self.back.emit, icon_name="back", name=_("Back to the stop before"))
        self.to_next = button(_("Next stop"), self.next.emit, kind="primary")
        self.to_back.setToolTip(_("Arrow left, or Alt+B"))
        self.to_next.setToolTip(_("Arrow right, or Alt+N"))
        self.end = button(_("End the tour"), self.ended.emit, kind="quiet")
        self.end.setToolTip(_("Esc"))
        steps = row(self.to_back, self.to_next)
        steps.setStretch(1, 1)
        self._controls = QWidget()
        self._buttons = column(switch, self._not_yet, self.save, steps, self.end, spacing=SPACE.S)
        self._controls.setLayout(self._buttons)

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
        self._desk_head.show_text(telling.heading)
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
            made.setToolTip("" if telling.may_switch else self._not_yet.text())
        self._worlds.setExclusive(True)
        self.to_back.setEnabled(telling.number > 1)
        self.to_next.setEnabled(telling.number < telling.total)
        reveal(self.save, telling.saves)
        self._may_switch = telling.may_switch
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

    def wear(self, tokens: Tokens) -> None:
        """Takes on the colours of the frame around the page."""
        if tokens != self._tokens:
            self._tokens = tokens
            self.lie(beside=self._beside)

    def lie(self, *, beside: bool) -> None:
        """Lies beside the page, or below it."""
        self._beside = beside
        upright = beside and self._open
        down, along = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        tokens = self._tokens
        edge = "left" if upright else "top"
        frame = frame_sheet(tokens) + tour_sheet(tokens) if tokens != current() else ""
        self.setStyleSheet(f"{frame} QWidget#tour {{ background: {tokens.surface}; border-{edge}: 1px solid {tokens.line}; }}")
        for part in (self._words, self._desk):
            sized(part, TOLD if upright else BODY)
        self._head.setDirection(down if upright else along)
        self._head.setSpacing(SPACE.M)
        self._buttons.setSpacing(SPACE.S if upright else SPACE.XS)
        around = SPACE.M if upright or not self._open else SPACE.S
        self._whole.setContentsMargins(SPACE.L, around, SPACE.L, around)
        self._told.setSpacing(SPACE.M if upright else SPACE.XS)
        self._whole.setDirection(down if upright else along)
        self._whole.setSpacing(SPACE.L if upright else SPACE.XL)
        self._controls.setFixedWidth(BESIDE - 2 * SPACE.L if upright else CONTROLS)
        self._fit()

    def _fit(self) -> None:
        """Takes no more room than it needs."""
        reveal(self._not_yet, self._beside and self._open and not self._may_switch)
        if self._beside and self._open:
            self.setFixedWidth(BESIDE)
            self.setMinimumHeight(0)
            self.setMaximumHeight(_ANY)
            return
        self.setMinimumWidth(0)
        self.setMaximumWidth(_ANY)
        if not self._open:
            self.setFixedHeight(self._folded.sizeHint().height() + 2 * SPACE.M)
            return
        least, most = BELOW
        width = self.width() - 2 * SPACE.L - SPACE.XL - CONTROLS
        told = min(self._told.totalHeightForWidth(max(width, 200)) + 2 * SPACE.S, most)
        self.setFixedHeight(max(told, self._buttons.totalSizeHint().height() + 2 * SPACE.S, least))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Narrower is higher."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()


def tour_sheet(t: Tokens) -> str:
    """What of the panel no other part of the frame has, in another accent."""
    return f"""
    QLabel[verdict="accent"] {{ color: {t.accent}; }}
    QPushButton[kind="quiet"] {{ color: {t.accent}; }}
    QPushButton[kind="thumb"]:hover {{ border-color: {t.accent}; }}
    QPushButton[kind="thumb"]:checked {{ border-color: {t.accent}; background: {t.accent_soft}; }}
    """


class Dock(QObject):
    """Keeps the panel in its place in a window: at the right of everything, or below the page, in place of its buttons, and beside the rail.

    Args:
        window: whose rail and page stand beside each other in the central widget.
        panel: the panel.
    """

    def __init__(self, window: Window, panel: Panel) -> None:
        super().__init__(panel)
        holder = window.centralWidget()
        whole = holder.layout() if holder is not None else None
        page = whole.itemAt(1) if whole is not None else None
        inner = page.layout() if page is not None else None
        assert holder is not None
        assert isinstance(whole, QBoxLayout)
        assert isinstance(inner, QBoxLayout)
        self._window, self._holder, self._whole, self._page, self._panel = window, holder, whole, inner, panel
        self._holder.installEventFilter(self)
        self.arrange()

    def arrange(self) -> None:
        """Puts the panel where there is room for it."""
        beside = self._holder.width() >= WIDE
        place = self._whole if beside and self._panel.is_open else self._page
        if place.indexOf(self._panel) < 0:
            for layout in (self._whole, self._page):
                layout.removeWidget(self._panel)
            place.addWidget(self._panel)
        self._panel.lie(beside=beside)
        led, footed = self._panel.is_open, beside or not self._panel.is_open
        if (led, footed) != (self._window.led, self._window.footed):
            self._window.led, self._window.footed = led, footed
            self._window.show_bottom()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The window became wider or narrower."""
        if event.type() is QEvent.Type.Resize and watched is self._holder:
            self.arrange()
        return False
