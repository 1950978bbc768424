"""The application object of Qt, and how macOS hands it documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Opens what the system asks it to open.

    A double click on macOS does not start a program with the file as its argument: it sends an Apple event, also to an app that is open
    already, and Qt makes a QFileOpenEvent of it (Qt 6, class QFileOpenEvent). Such an event is for the application itself; a filter on
    the application would be asked about every event of every widget instead.
    """

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._open: Callable[[Path], None] | None = None
        self._waiting: list[Path] = []  # asked for before there was a window

    def open_files_with(self, opening: Callable[[Path], None]) -> None:
        """Names what opens a file. What was asked for before is opened now, in that order."""
        self._open = opening
        waiting, self._waiting = self._waiting, []
        for path in waiting:
            self._take(path)

    def event(self, event: QEvent) -> bool:
        """Takes files that are to be opened; a web address in their place is nothing for this app."""
        if isinstance(event, QFileOpenEvent):
            if event.file():
                self._take(Path(event.file()))
            return True
        return super().event(event)

    def _take(self, path: Path) -> None:
        opening = self._open
        if opening is None:
            self._waiting.append(path)
        else:
            # After what is waiting already, for example the opening of the store; the system waits for the end of this event.
            QTimer.singleShot(0, lambda: opening(path))
