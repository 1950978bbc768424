"""What every page has: a title, a lead, a body that scrolls, and a way to be told of changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from selfaudit_ui.controller import Controller
from selfaudit_ui.theme import SPACE
from selfaudit_ui.theme.tokens import HEADLINE, PAGE_WIDTH
from selfaudit_ui.widgets import Body, Text, clear, heading, reveal, scroll, soft

T = TypeVar("T")


class Page(QWidget):
    """Base of all pages.

    Attributes:
        body: where the page puts its parts; it scrolls unless `fixed`.
    """

    def __init__(self, controller: Controller, title: str, lead: str = "", *, fixed: bool = False) -> None:
        super().__init__()
        self.controller = controller
        self.setAccessibleName(title)
        self.title = heading(title, HEADLINE)
        self.lead = soft(lead, 1.0)
        reveal(self.lead, bool(lead))
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE.L)
        inner = QVBoxLayout()
        inner.setContentsMargins(SPACE.XL, SPACE.L, SPACE.XL, SPACE.L)
        inner.setSpacing(SPACE.S)
        inner.addWidget(self.title)
        inner.addWidget(self.lead)
        inner.addSpacing(SPACE.S)
        inner.addLayout(self.body, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        if fixed:
            outer.addLayout(inner)
            return
        holder = Body()
        holder.setLayout(inner)
        holder.setMaximumWidth(PAGE_WIDTH + 2 * SPACE.XL)
        self.area = scroll(holder, title)
        self.area.setAlignment(Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self.area)

    def say(self, lead: str) -> None:
        """Shows another lead."""
        self.lead.show_text(lead)
        self.lead.setVisible(bool(lead))

    def add(self, *parts: QWidget | QLayout | int | None) -> None:
        """Adds parts to the body; a number is a distance, None stretches."""
        for part in parts:
            if part is None:
                self.body.addStretch(1)
            elif isinstance(part, int):
                self.body.addSpacing(part)
            elif isinstance(part, QLayout):
                self.body.addLayout(part)
            else:
                self.body.addWidget(part)

    def entered(self) -> None:
        """The page was opened."""
        self.refresh("")

    def left(self) -> None:
        """Another page is being opened."""

    def refresh(self, what: str) -> None:
        """Something changed; "" asks for everything."""

    def focus_first(self) -> None:
        """Puts the keyboard where the person will most likely want it."""

    def export(self) -> None:
        """The primary action of the last step, and of a page that belongs to no step."""

    def primary_words(self) -> str:
        """What that does: "" for the usual words of a step, and for a page without one."""
        return ""

    def primary_hindrance(self) -> str:
        """Why that cannot be done at the moment, "" if it can."""
        return ""

    def primary_kind(self) -> str:
        """How the primary button looks: "quiet" where it should not invite."""
        return "primary"


def ask_file(controller: Controller, ask: Callable[[], T]) -> T:
    """Opens one of the system's file dialogs; the window is not built anew while it is open."""
    controller.in_dialog = True
    try:
        return ask()
    finally:
        controller.in_dialog = False


def show_file(path: Path) -> None:
    """Lets the system open a file or folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


__all__ = ["Page", "Text", "ask_file", "clear", "show_file"]
