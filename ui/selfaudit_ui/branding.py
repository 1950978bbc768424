"""The look of the open case's provider in the window: mark, name, contact, and its colour where words in it can be read.

Somebody's name in a file is no proof of who they are: a case file whose signature nobody here vouches for gets no logo and no colour.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from selfaudit.case.model import Seal
from selfaudit.policy.model import Pack
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.theme import branded, current, frame_sheet
from selfaudit_ui.widgets.brand import BrandMark, Shown, is_dark
from selfaudit_ui.widgets.rail import Rail


def brand_of(pack: Pack | None, seal: Seal | None) -> Shown:
    """What is shown of a provider.

    Args:
        pack: of the open case's provider, None for none.
        seal: what the signature of its case file comes to, None where the person has named the provider themself.
    """
    if pack is None or (seal is not None and seal.state != "trusted"):
        return Shown()
    contact = pack.contacts.support or pack.contacts.abuse
    return Shown(printable(pack.name, 100), printable(contact, 200), pack.brand.logo, pack.brand.accent, pack.brand.accent_dark)


class Branding:
    """What the window shows of the provider."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._shown = Shown()
        self._mark = BrandMark()
        self.tokens = current()  # those that the frame wears

    def make_mark(self) -> QWidget:
        """A new mark for a rail that is built anew."""
        self._mark = BrandMark()
        return self._mark

    def follow(self, rail: Rail, *parts: QWidget, anew: bool = False) -> None:
        """Shows the provider of the open case; the rail and the other parts wear its colour. `anew`: they were built anew."""
        shown = brand_of(self._controller.pack, self._controller.seal)
        if shown == self._shown and not anew:
            return
        self._shown = shown
        self._mark.show_brand(shown)
        usual = current()
        self.tokens = tokens = branded(usual, (shown.accent_dark or shown.accent) if is_dark(usual) else shown.accent)
        rail.wear(tokens)
        for part in parts:
            part.setStyleSheet(frame_sheet(tokens) if tokens != usual else "")
