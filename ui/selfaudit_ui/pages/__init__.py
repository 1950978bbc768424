"""The pages of the window, one module each."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from selfaudit_ui.controller import Controller
from selfaudit_ui.flow import Step
from selfaudit_ui.pages.base import Page


def all_pages(controller: Controller, window: QWidget) -> dict[str, Page]:
    """Every page by its name, the steps first and in their order."""
    from selfaudit_ui.pages.about import AboutPage
    from selfaudit_ui.pages.audit import AuditPage
    from selfaudit_ui.pages.fix import FixPage
    from selfaudit_ui.pages.permission import PermissionPage
    from selfaudit_ui.pages.report import ReportPage
    from selfaudit_ui.pages.settings import SettingsPage
    from selfaudit_ui.pages.start import StartPage
    from selfaudit_ui.pages.targets import TargetsPage

    return {
        Step.START: StartPage(controller), Step.TARGETS: TargetsPage(controller), Step.PERMISSION: PermissionPage(controller),
        Step.AUDIT: AuditPage(controller), Step.FIX: FixPage(controller), Step.REPORT: ReportPage(controller),
        "settings": SettingsPage(controller), "about": AboutPage(controller),
    }  # fmt: skip
