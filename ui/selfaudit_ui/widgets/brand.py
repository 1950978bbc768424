"""The app's mark, and below it the provider whose case is open: logo, name and contact."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel, QWidget

from selfaudit.errors import BadInput
from selfaudit.i18n import _
from selfaudit.policy.pack_logo import check_logo
from selfaudit.text import printable
from selfaudit_ui.theme import LIGHT, SPACE, Tokens, current, pixmap
from selfaudit_ui.theme.tokens import LARGE, SMALL
from selfaudit_ui.widgets.basics import Line, Text, column, reveal, row
from selfaudit_ui.words import tip

_HEIGHT, _WIDTH = 28, 84  # of a logo, at most
_CONTACT = 60  # characters; the tool tip has the whole
_PLATE = 3  # around it, in the dark


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a provider is shown; "" for what is not."""

    name: str = ""
    contact: str = ""
    logo: str = ""
    accent: str = ""
    accent_dark: str = ""


def logo_picture(logo: str) -> QPixmap:
    """A logo that has been checked (again), at most 84 by 28; an empty picture for any other."""
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return _drawn(logo, ratio, is_dark(current()))


def is_dark(tokens: Tokens) -> bool:
    """Whether words are light on dark."""
    return QColor(tokens.surface).lightness() < 128


@lru_cache(maxsize=8)
def _drawn(logo: str, ratio: float, plate: bool) -> QPixmap:
    try:
        check_logo(logo)
    except BadInput:
        return QPixmap()
    if logo.startswith("data:"):
        image = QImage()
        try:
            image.loadFromData(base64.b64decode(logo.partition(",")[2]))
        except (binascii.Error, ValueError):
            return QPixmap()
        size = image.size().toSizeF()
        renderer = None
    else:
        renderer = QSvgRenderer(QByteArray(logo.strip().encode("utf-8")))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        size, image = renderer.viewBoxF().size(), QImage()
    if not (0 < size.width() < 1e9 and 0 < size.height() < 1e9) or (renderer is not None and not renderer.isValid()):
        return QPixmap()
    room = _PLATE if plate else 0
    scale = min((_WIDTH - 2 * room) / size.width(), (_HEIGHT - 2 * room) / size.height())
    width, height = max(1.0, size.width() * scale), max(1.0, size.height() * scale)
    picture = QPixmap(round((width + 2 * room) * ratio), round((height + 2 * room) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if plate:  # a logo is drawn for paper
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LIGHT.surface))
        painter.drawRoundedRect(QRectF(0, 0, width + 2 * room, height + 2 * room), 4, 4)
    area = QRectF(room, room, width, height)
    if renderer is not None:
        renderer.render(painter, area)
    else:
        painter.drawImage(area, image)
    painter.end()
    return picture


class BrandMark(QWidget):
    """The app's mark and name, and below them the provider's."""

    def __init__(self) -> None:
        super().__init__()
        app = QLabel()
        app.setPixmap(pixmap("app", "#000000", 32))
        app.setFixedSize(32, 32)
        self._logo = QLabel()
        self._name, self._contact = Line(SMALL, bold=True), Text("", SMALL)
        self._contact.setProperty("role", "soft")
        for part in (self._name, self._contact):
            part.setObjectName("provider")  # its words are the pack's, and are not translated
        self._provider = QWidget()
        whose = row(self._logo, column(self._name, self._contact, spacing=0), spacing=SPACE.S)
        whose.setStretch(1, 1)
        whose.setContentsMargins(SPACE.XS, 0, 0, 0)
        self._provider.setLayout(whose)
        self._provider.hide()
        head = row(app, Text("selfaudit", LARGE, bold=True), spacing=SPACE.M, margin=SPACE.XS)
        self.setLayout(column(head, self._provider, spacing=SPACE.XS))

    def show_brand(self, shown: Shown) -> None:
        """Shows a provider, or none."""
        reveal(self._provider, bool(shown.name))
        picture = logo_picture(shown.logo) if shown.logo else QPixmap()
        self._logo.setPixmap(picture)
        self._logo.setFixedSize(picture.deviceIndependentSize().toSize())
        reveal(self._logo, not picture.isNull())
        self._name.show_text(shown.name)
        contact = printable(shown.contact, _CONTACT)
        self._contact.show_text(contact)
        self._contact.setText(self._contact.text().replace("@", "@\u200b"))  # a mail address wraps there
        self._contact.setAccessibleName(contact)
        reveal(self._contact, bool(shown.contact))
        asks = _("Your provider: {name}. Questions: {contact}") if shown.contact else _("Your provider: {name}")
        self._provider.setToolTip(tip(asks.format(name=shown.name, contact=shown.contact)) if shown.name else "")
