"""The pages of the window, one module each. A page is made when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Step
from selfaudit_ui.pages.base import Page

NAMES = {
    Step.START: ("start", "StartPage"), Step.TARGETS: ("targets", "TargetsPage"), Step.PERMISSION: ("permission", "PermissionPage"),
    Step.AUDIT: ("audit", "AuditPage"), Step.FIX: ("fix", "FixPage"), Step.STATEMENT: ("statement", "StatementPage"),
    Step.REPORT: ("report", "ReportPage"), "settings": ("settings", "SettingsPage"), "about": ("about", "AboutPage"),
    "make-case": ("make_case", "MakeCasePage"), "open-bundle": ("open_bundle", "OpenBundlePage"),
}  # fmt: skip


class Pages(dict[str, Page]):
    """Pages by name.

    Args:
        controller: what they show.
        made: called with each new page.
    """

    def __init__(self, controller: Controller, made: Callable[[Page], object]) -> None:
        super().__init__()
        self._controller, self._made = controller, made

    def __missing__(self, name: str) -> Page:
        """Makes the page."""
        module, cls = NAMES[name]
        page: Page = getattr(import_module(f"selfaudit_ui.pages.{module}"), cls)(self._controller)
        self[name] = page
        self._made(page)
        return page
