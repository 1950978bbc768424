"""The controller in presenter's mode: the demo and nothing else, on loopback and nowhere else, kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from selfaudit.case.statement import Statement
from selfaudit.demo import demo_case, demo_statement
from selfaudit.engine.draft import Draft
from selfaudit.i18n import _
from selfaudit.settings import Settings
from selfaudit.store import Store
from selfaudit_ui import session
from selfaudit_ui.bridge import Failure
from selfaudit_ui.controller import Controller
from selfaudit_ui.exporting import file_stem
from selfaudit_ui.tour.stops import AFTER, BEFORE


class PresentingController(Controller):
    """The model of a window that shows only the demo.

    Args:
        place: a folder for what is written while the tour lasts.
        provider: whose name the leaflet bears, "" for the demo's provider.
    """

    def __init__(self, place: Path, provider: str = "") -> None:
        # In whatever case, also in one that should not be there: what is looked up is looked up in the embedded internet.
        super().__init__(world=session.World(Settings(), BEFORE, session.DEMO_KEY))
        self.keeps = False
        self.provider = provider
        self.bundle_place = place / "bundle" / f"{file_stem(demo_case(BEFORE).number)}-bundle.zip"

    def open_store(self) -> None:
        """There is none: no case of this computer is looked at."""
        self.cases = ()
        self.changed.emit("cases")

    def look_beside(self) -> None:
        """Nothing is offered: what lies beside the app may be a real customer's."""

    def use_store(
        self, then: Callable[[Store], object], failed: Callable[[Failure], object] = lambda _failure: None, *, demo: bool
    ) -> None:
        """Calls `then` with a store in memory, whatever case it is for."""
        super().use_store(then, failed, demo=True)

    def new_case(self, draft: Draft | None = None, step: str = "targets") -> None:
        """Opens a case of the demo, and no other."""
        if draft is None or not draft.demo:
            self.trouble = _(
                "This window shows only the demo: it sends nothing to the internet and keeps nothing. To check something of "
                "your own, close it and open the app itself."
            )
            self.changed.emit("trouble")
            return
        super().new_case(draft, step)

    def check_bundle_again(self) -> None:
        """Repeats the public checks of a bundle of the demo; of any other, this window asks nothing."""
        opened = self.bundle
        if opened is not None and opened.audit is not None and not opened.audit.evidence.case.demo:
            self.bundle_trouble = _(
                "This window asks nothing of the internet. To check this bundle again, open the app itself."
            )
            self.changed.emit("bundle")
            return
        super().check_bundle_again()

    def take_back_statement(self) -> None:
        """Before the repairs nothing has been stated: the demo's own statement goes, one that somebody typed here stays."""
        draft = self.draft
        if draft is not None and draft.statement == demo_statement(AFTER, draft.provider):
            self.edit(replace(draft, statement=Statement()))
