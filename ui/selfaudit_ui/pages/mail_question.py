"""Asks what a dropped mail is, where its head does not tell."""

from __future__ import annotations

from selfaudit.i18n import _
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.widgets import Banner, button


class MailQuestion(Banner):
    """One dropped mail at a time."""

    def __init__(self, controller: Controller) -> None:
        super().__init__("accent")
        self._controller = controller

    def refresh(self) -> None:
        """Asks about the first that is not sorted yet."""
        path = next(iter(self._controller.unsorted), None)
        if path is None:
            self.say("")
            return
        file = printable(path.name, 80)
        self.say(
            _("{file}: is this a mail that you send, or one that was written to you about your service?").format(file=file)
        )
        sort = self._controller.sort
        self.offer(
            button(_("We send it"), lambda: sort(path, sent=True), name=_("{file} is a mail that we send").format(file=file)),
            button(_("It is a notice"), lambda: sort(path, sent=False), name=_("{file} is a notice").format(file=file)),
            button(_("Neither"), lambda: sort(path, sent=None), kind="quiet", name=_("Leave {file} aside").format(file=file)),
        )
