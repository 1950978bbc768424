"""What the parts of the statement share: a section that shows the statement, and entries with a day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from selfaudit.case import EvidenceFile
from selfaudit.i18n import _, ngettext
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.pages.section import Section
from selfaudit_ui.widgets.forms import Files

GetFiles = Callable[[], "tuple[EvidenceFile, ...] | None"]
PutFiles = Callable[["tuple[EvidenceFile, ...]"], object]


class Part(Section):
    """A part of the statement. `parts` are the names of gaps that are closed here, each with all that begins with it and a colon."""

    parts: tuple[str, ...] = ()

    def __init__(self, controller: Controller, title: str, about: str, invite: str = "") -> None:
        super().__init__(title, about, sums_up=True, invite=invite)
        self.controller = controller
        self.made = False
        self.opening.toggled.connect(lambda on: self._opened(on))

    def _opened(self, on: bool) -> None:
        if on:
            self.ensure()
            self.refresh()

    def ensure(self) -> None:
        """Makes what is inside when it is first wanted: the whole statement has hundreds of controls."""
        if not self.made:
            self.made = True
            self.make()

    def make(self) -> None:
        """Makes what is inside."""
        raise NotImplementedError

    def show_state(self, *, enabled: bool) -> None:
        """Shows what is stated."""
        raise NotImplementedError

    def sum_up(self) -> str:
        """What is stated, in a few words."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Shows what is stated, and what is missing here."""
        if self.made and self.opening.isChecked():
            self.show_state(enabled=self.controller.can_leave_case)
        count = self.controller.count_gaps(self.holds)
        words = ngettext("{count} thing is missing here", "{count} things are missing here", count).format(count=count)
        self.say(self.sum_up(), [words] if count else [])

    def holds(self, part: str) -> bool:
        """Whether a gap is closed here."""
        return part in self.parts or part.partition(":")[0] in self.parts

    def open_at(self, part: str) -> None:
        """Unfolds it, and puts the keyboard on what closes a gap."""
        self.opening.setChecked(True)
        self.focus_on(part)

    def focus_on(self, part: str) -> None:
        """Puts the keyboard on what closes a gap."""
        self.inner.setFocus()
        self.opening.setFocus()
        self.opening.focusNextChild()

    def files(self, what: str, get: GetFiles, put: PutFiles) -> Files:
        """Files that show something, with the controls to add and remove them.

        Args:
            what: what they show.
            get: gives them as they are now, None if what they were to show is gone.
            put: takes others.
        """
        return files_of(self.controller, what, get, put)


def files_of(
    controller: Controller, what: str, get: GetFiles, put: PutFiles, about: Callable[[], object] = lambda: None
) -> Files:
    """See `Part.files`. `about` tells what stands at the place: if that has changed when a file has been read, it is not added."""

    def add(path: Path) -> None:
        before = about()
        controller.add_file(path, lambda: get() if about() == before else None, put)

    def remove(file: EvidenceFile) -> None:
        put(tuple(f for f in get() or () if f != file))

    return Files(what, add, remove, partial(ask_file, controller))


def day_hint() -> str:
    """How a day is written."""
    return _("YYYY-MM-DD")


def moment_hint() -> str:
    """How a moment is written."""
    return _("YYYY-MM-DD or 2026-03-31T14:05:00Z")


Change = Callable[..., Any]
