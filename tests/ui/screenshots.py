"""`make screenshots`: every page in every state, light and dark, in both languages, at 1280 x 720 and at twice the density.

    python -m tests.ui.screenshots FOLDER [SCENE ...]

Each density is a process of its own: Qt reads it once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from selfaudit_ui.window import Window

LANGUAGES = ("en", "de")
THEMES = ("light", "dark")


def picture(window: Window) -> QPixmap:
    """The window when it has come to rest: all pages made, layouts done, and nothing moving from one look to the next."""
    from PySide6.QtTest import QTest

    QTest.qWait(60)
    shown = window.grab()
    for _round in range(30):
        QTest.qWait(60)
        before, shown = shown, window.grab()
        if not window._ahead.isActive() and before.toImage() == shown.toImage():
            break
    return shown


def take(folder: Path, scale: str, wanted: list[str]) -> None:
    """Takes the pictures of one density."""
    from msgspec.structs import replace
    from PySide6.QtWidgets import QApplication

    from selfaudit_ui.controller import Controller
    from selfaudit_ui.window import Window
    from tests.ui.desk import demo_view
    from tests.ui.scenes import SCENES, Stage

    _app = QApplication([])
    broken, fixed = demo_view("broken"), demo_view("fixed")
    controller = Controller()
    window = Window(controller)
    window.show()
    window.resize(1280, 720)
    for language in LANGUAGES:
        for theme in THEMES:
            controller.prefer(replace(controller.preferences, language=language, theme=theme))
            for name, scene in SCENES.items():
                if wanted and name not in wanted:
                    continue
                scene(Stage(window, broken, fixed))
                place = folder / language / theme / scale
                place.mkdir(parents=True, exist_ok=True)
                picture(window).save(str(place / f"{name}.png"))
    controller._reset_case()
    window.close()


def main(arguments: list[str]) -> int:
    """Takes all pictures, or in a child process those of one density."""
    folder = Path(arguments[0])
    wanted = arguments[1:]
    if "SELFAUDIT_SCREENSHOT_SCALE" in os.environ:
        take(folder, os.environ["SELFAUDIT_SCREENSHOT_SCALE"], wanted)
        return 0
    with tempfile.TemporaryDirectory(prefix="selfaudit-screenshots-") as home:
        for scale, factor in (("1x", "1"), ("2x", "2")):
            environment = {
                **os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor, "SELFAUDIT_HOME": home,
                "SELFAUDIT_SCREENSHOT_SCALE": scale,
            }  # fmt: skip
            subprocess.run([sys.executable, "-m", "tests.ui.screenshots", *arguments], env=environment, check=True)
    print(f"{sum(1 for _file in folder.rglob('*.png'))} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
