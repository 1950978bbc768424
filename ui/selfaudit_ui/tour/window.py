"""The window with the tour, and how it is opened."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QIcon
from PySide6.QtWidgets import QApplication, QFileDialog

from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.install import data_folder
from selfaudit.policy.packs import FOLDER, use_folder
from selfaudit_ui.app import _Crash
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.preferences import Preferences
from selfaudit_ui.theme import pixmap
from selfaudit_ui.tour.director import Director
from selfaudit_ui.tour.panel import Dock, Panel
from selfaudit_ui.tour.presenter import PresentingController
from selfaudit_ui.window import Window

_PREFIX = "selfaudit-tour-"
_OLD = 86_400  # seconds
_LOCK = "open.lock"  # in the folder; held while its window is open
_locks: dict[Path, IO[bytes]] = {}
_MAX_PREFERENCES = 1_000_000


class PresentingWindow(Window):
    """The main window with the panel of the tour."""

    director: Director | None = None

    def __init__(self, controller: PresentingController) -> None:
        super().__init__(controller)
        self.resize(1280, 720)
        self.director = Director(controller, self.show_page)
        self.director.told.connect(self._tell)
        self.director.arrived.connect(self._arrived)
        self._folded = self._from_panel = False
        self._dress_tour()

    def _dress(self) -> None:
        super()._dress()
        if self.director is not None:
            self._dress_tour()

    def _dress_tour(self) -> None:
        self.panel = panel = Panel()
        self.dock = Dock(self, panel)
        director = self.director
        assert director is not None
        panel.next.connect(lambda: self._ask(director.next))
        panel.back.connect(lambda: self._ask(director.back))
        panel.world.connect(lambda world: self._ask(lambda: director.to_world(world)))
        panel.ended.connect(lambda: self._fold(True))
        panel.resumed.connect(lambda: self._fold(False))
        panel.leaflet.connect(self._save_leaflet)
        panel.fold(self._folded)
        self.dock.arrange()
        self._tell()

    def begin(self) -> None:
        """Shows the first stop."""
        assert self.director is not None
        self._from_panel = True
        self.director.go(0)

    def _ask(self, action: object) -> None:
        """Does what was asked for in the panel; the keyboard is there again when the stop has been reached."""
        focused = QApplication.focusWidget()
        self._from_panel = focused is None or self.panel.isAncestorOf(focused)
        assert callable(action)
        action()

    def _tell(self) -> None:
        assert self.director is not None
        self.panel.wear(self.branding.tokens)
        self.panel.tell(self.director.telling())

    def _arrived(self) -> None:
        if self._from_panel:
            self.panel.take_keyboard()
        if self.page_name == "report":
            QTimer.singleShot(60, self, self._show_sheets)

    def _show_sheets(self) -> None:
        """Brings the pages of the report into sight."""
        page = self.pages["report"]
        sheets = getattr(page, "pages", None)
        inner = page.area.widget()
        if self.page_name == "report" and sheets is not None and inner is not None:
            page.area.verticalScrollBar().setValue(max(0, sheets.mapTo(inner, sheets.rect().topLeft()).y() - 16))

    def _fold(self, folded: bool) -> None:
        assert self.director is not None
        self._folded = folded
        if folded:
            self.director.rest()
        self.panel.fold(folded)
        self.dock.arrange()
        self._tell()
        self.panel.take_keyboard()

    def _save_leaflet(self) -> None:
        director = self.director
        assert director is not None
        title, kinds = _("Save the leaflet"), _("PDF (*.pdf)")
        name, _filter = ask_file(
            self.controller, lambda: QFileDialog.getSaveFileName(self, title, "selfaudit-leaflet.pdf", kinds)
        )
        if name:
            path = Path(name)
            whole = path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")
            if whole != path and whole.exists():  # the dialog has asked about the other name only
                director.refuse_leaflet(whole)
            else:
                director.save_leaflet(whole)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The tour ends with its window."""
        if self.director is not None:
            self.director.rest()
        super().closeEvent(event)


def present(provider: str = "", language: str = "") -> int:
    """Opens the app in presenter's mode and returns when its window is closed.

    Nothing is read from or written to the folder of this person's cases, but for the language, the theme, and the packs.
    What the window writes for itself goes into a temporary folder, which goes with it.

    Args:
        provider: whose leaflet the last stop saves, "" for the demo's provider.
        language: of the window, "" for the one that this person has chosen.
    """
    use_folder(data_folder() / FOLDER)
    preferences = _look()
    if language:
        preferences = msgspec.structs.replace(preferences, language=language)
    place = _temporary()
    os.environ["SELFAUDIT_HOME"] = str(place)
    app = QApplication.instance() or QApplication(["selfaudit"])
    assert isinstance(app, QApplication)
    app.setApplicationName("selfaudit")
    app.setDesktopFileName("selfaudit")
    app.setWindowIcon(QIcon(pixmap("app", "#000000", 256)))
    controller = PresentingController(place, provider)
    controller.preferences = preferences
    window = PresentingWindow(controller)
    sys.excepthook = _Crash(controller)
    window.show()
    QTimer.singleShot(0, controller.open_store)
    QTimer.singleShot(0, controller.sweep_reports)
    QTimer.singleShot(0, window.begin)
    try:
        return app.exec()
    finally:
        _remove(place)


def _look() -> Preferences:
    """Language and theme as this person has chosen them; nothing else, and a file that cannot be read is left as it is."""
    path = data_folder() / "preferences.json"
    with suppress(UserError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError):
        if path.is_file():
            kept = msgspec.json.decode(read_bounded(path, _MAX_PREFERENCES), type=Preferences)
            return Preferences(language=kept.language, theme=kept.theme)
    return Preferences()


def _temporary() -> Path:
    """A new folder that only this person can look into. Those that a killed window has left behind are deleted after a day."""
    for old in tuple(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
        with suppress(OSError):
            seen = old.lstat()
            own = not hasattr(os, "getuid") or seen.st_uid == os.getuid()
            if old.is_dir() and not old.is_symlink() and own and time.time() - seen.st_mtime > _OLD:
                lock = _lock(old)
                if lock is not None:  # otherwise a tour is still open in it
                    lock.close()
                    shutil.rmtree(old, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _lock(made)
    if lock is not None:
        _locks[made] = lock
    atexit.register(_remove, made)
    return made


def _lock(folder: Path) -> IO[bytes] | None:
    """Keeps the folder of a tour from being deleted by another; None where it cannot. The system gives it back however a process ends."""
    file = None
    try:
        file = (folder / _LOCK).open("ab")
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if file is not None:
            file.close()
        return None
    return file


def _remove(folder: Path) -> None:
    """Deletes the folder of a tour that has ended."""
    lock = _locks.pop(folder, None)
    if lock is not None:
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)
