"""The app without standard streams, as Windows starts a program with a window, asked by events to open files, as macOS asks it.

    python -m tests.ui.opened_by_event FIRST SECOND RESULT

The event for FIRST comes before there is a window, a web address and the one for SECOND afterwards. RESULT says what came of it, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer, QUrl
from PySide6.QtGui import QFileOpenEvent

from selfaudit_ui import app
from selfaudit_ui.application import Application
from selfaudit_ui.window import Window


def main(first: str, second: str, result: str) -> None:
    """Opens, looks, closes."""
    application = Application(["selfaudit"])
    seen: dict[str, object] = {"taken": [QCoreApplication.sendEvent(application, QFileOpenEvent(first))]}
    end = time.monotonic() + 60

    def look() -> None:
        windows = [w for w in application.topLevelWidgets() if isinstance(w, Window)]
        controller = windows[0].controller if windows else None
        if controller is not None and "first" not in seen and controller.draft is not None and controller.draft.case_file:
            seen["first"] = controller.draft.number
            QCoreApplication.sendEvent(application, QFileOpenEvent(QUrl("https://host.example/x.selfaudit-case")))
            QCoreApplication.sendEvent(application, QFileOpenEvent(second))
        elif controller is not None and "first" in seen and controller.trouble and not controller.opening_files:
            seen["second"] = controller.trouble
        if "second" in seen or time.monotonic() > end:
            for window in windows:
                window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    seen["streams"] = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]
    seen["code"] = app.run([])
    Path(result).write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    sys.stdin = sys.stdout = sys.stderr = None
    main(*sys.argv[1:])
