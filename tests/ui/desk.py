"""A window for tests: opening, waiting, finding, clicking, and a demo's audit without a window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import run_audit
from selfaudit.engine.draft import Draft
from selfaudit.net import open_net
from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Run
from selfaudit_ui.session import DEMO_KEY, View, view_of
from selfaudit_ui.window import Window

W = TypeVar("W", bound=QWidget)


def demo_view(world: str, obstacle: str = "") -> View:
    """The audit of a demo world, from a network with an obstacle if one is named."""

    async def work() -> View:
        async with Internet(world, obstacle=obstacle) as internet:
            case, brought = demo_inputs(world)
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            return view_of(await run_audit(case, net, install_key=DEMO_KEY))

    return asyncio.run(work())


class Desk:
    """A window with its controller."""

    def __init__(self, qtbot: QtBot, controller: Controller | None = None) -> None:
        self.bot = qtbot
        self.controller = controller or Controller()
        self.window = Window(self.controller)
        self.clicks = 0

    def open(self) -> None:
        """Shows the window and opens the store."""
        self.window.show()
        self.window.resize(1120, 760)
        self.controller.open_store()
        self.until(lambda: self.controller.cases is not None)

    def open_file(self, path: Path) -> None:
        """Opens a file as the app does with what it was started with, and waits until it has been looked at."""
        self.controller.open_file(path)
        self.looked()

    def take_files(self, paths: Iterable[Path]) -> None:
        """Drops files, and waits until they have been looked at."""
        self.controller.take_files(paths)
        self.looked()

    def looked(self) -> None:
        """Waits until no file is being looked at any more."""
        self.until(lambda: not self.controller.opening_files)
        self.settle()

    def close(self) -> None:
        """Closes the window; the worker must end."""
        self.window.close()
        assert not self.controller.bridge._thread.is_alive()
        self.window.deleteLater()
        QApplication.processEvents()
        # Outside a loop of events nothing else deletes it, and the next window's theme would dress this one, too, piece by piece.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def until(self, condition: Callable[[], bool], timeout: int = 120_000) -> None:
        """Lets the window work until something is so."""
        self.bot.waitUntil(condition, timeout=timeout)

    def settle(self) -> None:
        """Lets layouts and queued calls happen."""
        for _round in range(4):
            QApplication.processEvents()

    def rest(self) -> None:
        """Waits until the open page lies still: words that wrap ask for their height more than once."""
        still, before = 0, None
        for _round in range(200):
            self.settle()
            self.bot.wait(5)
            now = [w.geometry().getRect() for w in self.window.findChildren(QWidget) if w.isVisible()]
            still, before = (still + 1 if now == before else 0), now
            if still == 3:
                return
        raise AssertionError("the page never lies still")

    @property
    def page(self) -> QWidget:
        """The open page."""
        return self.window.pages[self.window.page_name]

    def find(self, kind: type[W], name: str) -> W:
        """The visible control with an accessible name."""
        self.settle()
        found = [w for w in self.window.findChildren(kind) if w.isVisible() and w.accessibleName() == name]
        assert len(found) == 1, f"{len(found)} of {name!r}; there are {self.names(kind)}"
        return found[0]

    def names(self, kind: type[QWidget]) -> list[str]:
        """The accessible names of what is visible."""
        return [w.accessibleName() for w in self.window.findChildren(kind) if w.isVisible()]

    def texts(self) -> str:
        """All words that the open page shows."""
        self.settle()
        return "\n".join(w.text() for w in self.page.findChildren(QLabel) if w.isVisible())

    def click(self, name: str) -> None:
        """Clicks a button as a person does; counts it."""
        button = self.find(QAbstractButton, name)
        assert button.isEnabled(), f"{name} is disabled"
        self.clicks += 1
        self.bot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(button.width() // 2, button.height() // 2))
        self.settle()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the keyboard is."""
        self.bot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()


def on_nobodys_word(draft: Draft | None, **more: Any) -> Draft:
    """The same without anybody's permission: nobody states it, and no case file proves it."""
    assert draft is not None
    return replace(draft, person="", role="", case_file=b"", case_signature="", seal=None, **more)


def run_demo(desk: Desk, world: str = "broken") -> None:
    """Opens a world of the demo and audits it to the end."""
    desk.controller.open_demo(world)
    desk.until(lambda: desk.controller.case_id is not None)
    desk.controller.start_run()
    desk.window.show_page("audit")
    desk.until(lambda: desk.controller.run.state is Run.FINISHED)
