"""Starting the app: one line where there is no screen, one window where it is open already, a log where it fails."""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from pathlib import Path, PurePath
from types import TracebackType

from selfaudit import i18n
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.install import data_folder
from selfaudit.policy.packs import FOLDER, use_folder

_ERROR_SIGN = 0x10  # MB_ICONERROR


def main() -> None:
    """Entry point of `selfaudit-gui`."""
    i18n.choose(i18n.preferred())
    try:
        code = run(sys.argv[1:])
    except UserError as error:
        say(f"selfaudit: {error}")
        code = 2
    sys.exit(code)


def say(words: str) -> None:
    """Why the app cannot open. A program with a window has no standard error on Windows, and ending without a word helps nobody."""
    if sys.stderr is not None:
        sys.stderr.write(f"{words}\n")
    elif sys.platform == "win32":
        ctypes.windll.user32.MessageBoxW(None, words, "selfaudit", _ERROR_SIGN)


def run(arguments: list[str]) -> int:
    """Opens the window and returns when it is closed; a first argument is a case file or a bundle.

    Raises:
        UserError: there is no screen.
    """
    use_folder(data_folder() / FOLDER)  # policies of the person's own, as the command line knows them
    if not has_screen():
        raise UserError(
            _("There is no screen here, so the app cannot open. Without one: make demo, or selfaudit demo --out DIR.")
        )
    try:
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QIcon
        from PySide6.QtWidgets import QApplication

        from selfaudit_ui.application import Application
        from selfaudit_ui.controller import Controller
        from selfaudit_ui.theme import pixmap
        from selfaudit_ui.window import Window
    except ImportError as error:
        text = _(
            "The window's libraries cannot be loaded ({why}). On Debian or Ubuntu: apt-get install libegl1 libgl1 libxcb-cursor0"
        )
        raise UserError(text.format(why=error)) from None

    app = QApplication.instance() or Application(["selfaudit"])
    assert isinstance(app, QApplication)
    app.setApplicationName("selfaudit")
    app.setDesktopFileName("selfaudit")
    app.setWindowIcon(QIcon(pixmap("app", "#000000", 256)))
    controller = Controller()
    window = Window(controller)
    sys.excepthook = _Crash(controller)
    window.show()
    QTimer.singleShot(0, controller.open_store)
    QTimer.singleShot(0, controller.sweep_reports)
    if arguments:
        QTimer.singleShot(0, lambda: controller.open_file(Path(arguments[0])))
    if isinstance(app, Application):
        app.open_files_with(controller.open_file)
    return app.exec()


def has_screen() -> bool:
    """Whether a window can be shown: on other systems always, elsewhere if a display is named or Qt was told to do without."""
    if sys.platform in ("win32", "darwin"):
        return True
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return named or os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc")


class _Crash:
    """A fault of ours becomes a line in the window and a log without names, addresses or folders; the window stays open."""

    def __init__(self, controller: object) -> None:
        self._controller = controller

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            from PySide6.QtWidgets import QApplication

            QApplication.quit()
            return
        path = write_crash_log(kind, error, trace)
        from selfaudit_ui.controller import Controller

        if isinstance(self._controller, Controller):
            self._controller.trouble = _(
                "Something went wrong in the app itself; what was saved is safe. A log without your data lies in {file}."
            ).format(file=path)
            self._controller.changed.emit("trouble")


def redacted(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Where a fault happened, without the values it happened with and without the folders of this computer."""
    lines = [f"{PurePath(f.filename).name}:{f.lineno} in {f.name}" for f in traceback.extract_tb(trace)]
    return "\n".join([*lines, kind.__name__, ""])


def write_crash_log(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Path:
    """Writes the log and returns where."""
    path = data_folder() / "crash.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(redacted(kind, trace) + "\n")
    except OSError:
        if sys.stderr is not None:
            sys.stderr.write(redacted(kind, trace))
    return path
