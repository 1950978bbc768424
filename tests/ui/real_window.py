"""A real window on a real (virtual) screen: opens, resizes, changes its theme, audits the demo, closes. Prints what it saw as JSON."""

from __future__ import annotations

import json
import sys
import time

from msgspec.structs import replace
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.window import Window


def main() -> None:
    """Opens, looks, closes."""
    app = QApplication(["selfaudit"])
    controller = Controller()
    window = Window(controller)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    controller.open_store()
    seen: dict[str, object] = {"platform": app.platformName(), "opened": [window.width(), window.height()]}

    def corner() -> str:
        QTest.qWait(200)
        picture = app.primaryScreen().grabWindow(window.winId()).toImage()
        return QColor(picture.pixel(picture.width() - 16, picture.height() // 2)).name()

    for theme in ("light", "dark"):
        controller.prefer(replace(controller.preferences, theme=theme))
        seen[theme] = corner()
    sizes = []
    for size in ((960, 640), (1300, 900), (1120, 760)):
        window.resize(*size)
        QTest.qWait(100)
        sizes.append([window.width(), window.height()])
    seen["sizes"] = sizes
    controller.open_demo("fixed")
    end = time.monotonic() + 90
    while controller.case_id is None and time.monotonic() < end:
        QTest.qWait(20)
    controller.start_run()
    for page in ("permission", "audit"):
        window.show_page(page)
        QTest.qWait(50)
    while controller.run.state is not Run.FINISHED and time.monotonic() < end:
        QTest.qWait(20)
    seen["run"] = str(controller.run.state)
    for page in ("fix", "statement", "report", "settings", "about", "start", "targets"):
        window.show_page(page)
        QTest.qWait(50)
    window.close()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
