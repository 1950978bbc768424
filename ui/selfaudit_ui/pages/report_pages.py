"""The pages of the report as they will be printed: one large, the others to choose from."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from selfaudit.i18n import _
from selfaudit_ui.controller import Controller
from selfaudit_ui.exporting import Preview
from selfaudit_ui.theme import SPACE, current
from selfaudit_ui.widgets import Line, StateLine, button, clear, column, heading, named, reveal, row, soft
from selfaudit_ui.widgets.flow import FlowLayout

SHEET_WIDTH = 560  # of the large page; all in device-independent pixels
EMPTY_HEIGHT = 160  # of the sheet as long as there is no page
_THUMB = QSize(76, 108)
_INCHES = 210 / 25.4


def wanted_ppi() -> float:
    """Pixels per inch with which a large page is sharp on this screen."""
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return round(SHEET_WIDTH * min(ratio, 2.5) / _INCHES, 1)


class Sheet(QWidget):
    """A page as a picture, as large as there is room and never larger than it was drawn for. Without one, a low sheet with words on it."""

    def __init__(self, again: QPushButton) -> None:
        super().__init__()
        self._picture = QPixmap()
        self._fitted = QPixmap()
        self._words = StateLine()
        self._again = again
        self._note = QWidget(self)  # in no layout of the sheet's own: that would decide its height
        self._note.setLayout(column(None, self._words, row(again, None), None, margin=SPACE.L))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMaximumWidth(SHEET_WIDTH)
        self.setMinimumWidth(200)

    def show_picture(self, data: bytes) -> None:
        """Shows another picture (PNG), b"" for an empty page."""
        picture = QPixmap()
        if data:
            picture.loadFromData(data)
        self._picture, self._fitted = picture, QPixmap()
        self.updateGeometry()
        self.update()

    def say(self, icon_name: str, text: str, verdict: str = "", *, again: bool = False) -> None:
        """Says why there is no page, "" where there is one, and offers to try again."""
        self._words.say(icon_name, text, verdict)
        reveal(self._again, again)
        reveal(self._note, bool(text))
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Its proportions stay."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """As high as the page is at this width, or as the words need."""
        if self._picture.isNull():
            layout = self._note.layout()
            assert layout is not None
            return max(EMPTY_HEIGHT, layout.totalHeightForWidth(min(width, SHEET_WIDTH)))
        ratio = self._picture.height() / self._picture.width()
        return round(min(width, SHEET_WIDTH) * min(max(ratio, 0.3), 4))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as it was drawn for."""
        return QSize(SHEET_WIDTH, self.heightForWidth(SHEET_WIDTH))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow windows are allowed."""
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The picture is fitted anew."""
        super().resizeEvent(event)
        self._fitted = QPixmap()
        self._note.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints paper, the page on it, and its edge."""
        painter = QPainter(self)
        if self._picture.isNull():
            painter.fillRect(self.rect(), QColor(current().raised))
        else:
            painter.fillRect(self.rect(), Qt.GlobalColor.white)
            if self._fitted.isNull():
                ratio = self.devicePixelRatioF()
                self._fitted = self._picture.scaled(
                    round(self.width() * ratio), round(self.height() * ratio),
                    Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation,
                )  # fmt: skip
                self._fitted.setDevicePixelRatio(ratio)
            painter.drawPixmap(0, 0, self._fitted)
        painter.setPen(QColor(current().line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class ReportPages(QFrame):
    """The pages of the report. The large one and the small ones are decoded one after the other, so that nothing stops meanwhile."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._shown: Preview | None = None
        self._open = 0
        self._icons: list[QIcon] = []
        self._again = button(_("Draw again"), lambda: controller.ask_preview(wanted_ppi()), icon_name="again")
        self.sheet = Sheet(self._again)
        self._where = Line()
        self._back = button("", lambda: self.open(self._open - 1), kind="quiet", icon_name="up", name=_("Page before"))
        self._next = button("", lambda: self.open(self._open + 1), kind="quiet", icon_name="down", name=_("Next page"))
        for made, words in ((self._back, _("Page before")), (self._next, _("Next page"))):
            made.setToolTip(words)
            made.hide()
        self._state = StateLine()
        self._more = soft("", 1.0)
        self.thumbs: list[QPushButton] = []
        self._strip = FlowLayout()
        holder = QWidget()
        holder.setLayout(self._strip)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        turning = row(self._where, self._back, self._next, spacing=SPACE.XS)
        turning.setStretch(0, 1)
        side = column(heading(_("As the desk will see it")), self._state, turning, holder, self._more, None)
        body = row(self.sheet, side, spacing=SPACE.L)
        body.setStretch(0, 3)
        body.setStretch(1, 2)
        body.setAlignment(self.sheet, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(body, margin=SPACE.L))
        self._later = QTimer(self)
        self._later.setInterval(0)
        self._later.timeout.connect(self._decode_one)

    def refresh(self) -> None:
        """Shows the pages that there are, and asks for those as they are now."""
        controller = self._controller
        found = controller.preview
        anew = controller.previewing and found is not None
        self._state.say("running", _("The pages are being drawn anew …") if anew else "")
        trouble = "" if controller.previewing else controller.preview_trouble
        if found is not None:
            self.sheet.say("todo", "")
        elif trouble:
            self.sheet.say("unclear", trouble, "unclear", again=True)
        else:
            self.sheet.say("running", _("The pages are being drawn …"))
        if found is not self._shown:
            self._show(found)

    def _show(self, found: Preview | None) -> None:
        self._later.stop()
        self._shown = found
        clear(self._strip)
        self.thumbs = []
        pages = found.pages if found is not None else ()
        total = len(pages)
        for number in range(1, total + 1):
            made = button("", lambda number=number: self.open(number - 1), kind="thumb")  # type: ignore[misc]
            made.setCheckable(True)
            made.setIconSize(_THUMB)
            made.setFixedSize(_THUMB.width() + 12, _THUMB.height() + 12)
            named(made, _("Show page {number} of {total}").format(number=number, total=total))
            self._strip.addWidget(made)
            self.thumbs.append(made)
            made.show()
        for part in (self._where, self._back, self._next):
            reveal(part, total > 0)
        self._more.show_text(_("Further pages are in the file.") if found is not None and found.more else "")
        reveal(self._more, bool(found is not None and found.more))
        self.open(min(self._open, max(0, total - 1)))
        if total:
            self._later.start()

    def _decode_one(self) -> None:
        """The next small picture."""
        pages = self._shown.pages if self._shown is not None else ()
        place = next((n for n, made in enumerate(self.thumbs) if made.icon().isNull()), None)
        if place is None or place >= len(pages):
            self._later.stop()
            return
        picture = QPixmap()
        picture.loadFromData(pages[place])
        if picture.isNull():  # it cannot be shown small; its button still leads to it
            picture = QPixmap(_THUMB)
            picture.fill(Qt.GlobalColor.white)
        ratio = self.devicePixelRatioF()
        small = picture.scaled(_THUMB * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        small.setDevicePixelRatio(ratio)
        self.thumbs[place].setIcon(QIcon(small))

    def open(self, place: int) -> None:
        """Shows a page large."""
        pages = self._shown.pages if self._shown is not None else ()
        total = len(pages)
        place = max(0, min(place, total - 1))
        self._open = place
        for number, made in enumerate(self.thumbs):
            made.setChecked(number == place)
        self._back.setEnabled(place > 0)
        self._next.setEnabled(place < total - 1)
        self.sheet.show_picture(pages[place] if pages else b"")
        if not pages:
            named(self.sheet, _("The first page of the report; it is not drawn yet"))
            return
        words = _("Page {number} of {total}").format(number=place + 1, total=total)
        about = self._shown.words if self._shown is not None and place == 0 else ""
        self._where.show_text(words)
        named(self.sheet, words, about or _("A picture. The same words can be read in the HTML report."))
