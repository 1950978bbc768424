"""Icons of one family, drawn in the theme's colours."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


@cache
def _source(name: str) -> str:
    return (resources.files("selfaudit_resources") / "icons" / f"{name}.svg").read_text("utf-8")


def file(name: str, colour: str, folder: Path) -> str:
    """An icon as a file, for style sheets, which take nothing else. Returns its path as style sheets want it."""
    path = folder / f"{name}-{colour.removeprefix('#')}.svg"
    if not path.exists():
        path.write_text(_source(name).replace("currentColor", colour), "utf-8")
    return path.as_posix()


def pixmap(name: str, colour: str, size: int = 20) -> QPixmap:
    """An icon as a picture, sharp on this screen."""
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    return _pixmap(name, colour, size, ratio)


@cache
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """An icon for a button."""
    return QIcon(pixmap(name, colour, size))
