"""“Send to the customer”: a folder with the case, a letter and a page, and the release whose sums the page names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from selfaudit.i18n import _
from selfaudit_ui.case_making import Made
from selfaudit_ui.controller import Controller
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import Text, button, column, heading, reveal, row, soft


class SendCard(QFrame):
    """The card. `write` writes into a folder that was chosen, signed or not."""

    def __init__(self, controller: Controller, write: Callable[[bool], object]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._signed = button(
            _("Write the folder …"), lambda: write(True), icon_name="folder", name=_("Write the folder for the customer")
        )
        self._unsigned = button(
            _("Without signature …"),
            lambda: write(False),
            kind="quiet",
            name=_("Write the folder for the customer without signature"),
        )
        self._release = Text()
        self._choose = button(_("Choose release.json …"), self._ask, kind="quiet", icon_name="open")
        self._none = button(
            "", lambda: controller.use_release(None), kind="quiet", icon_name="remove", name=_("Use no release.json")
        )
        self._none.setToolTip(_("Use no release.json"))
        about = _(
            "A folder for this customer: the signed case, a letter to paste into your answer, and a page with the links of the program, its "
            "checksums and the steps, in the customer's language and in your colours."
        )
        release = row(self._release, self._none, self._choose)
        release.setStretch(0, 1)
        self.setLayout(
            column(
                heading(_("Send to the customer")), soft(about, 1.0), release, row(self._signed, self._unsigned, None),
                spacing=SPACE.M, margin=SPACE.L,
            )
        )  # fmt: skip
        self.refresh()

    def refresh(self) -> None:
        """Shows what was chosen, and whether it can be written now."""
        controller, path = self._controller, self._controller.release
        none = _("No release.json is chosen: the page will say that the checksums are not known.")
        self._release.show_text(_("Checksums from {file}").format(file=path) if path is not None else none)
        reveal(self._none, path is not None)
        for part in (self._signed, self._unsigned):
            part.setEnabled(not controller.making)

    def _ask(self) -> None:
        name, _filter = ask_file(
            self._controller,
            lambda: QFileDialog.getOpenFileName(
                self, _("The release.json of the program"), "", _("Releases (release.json *.json);;All files (*)")
            ),
        )
        if name:
            self._controller.use_release(Path(name))


def ask_folder(page: QWidget, controller: Controller) -> Path | None:
    """The folder in which that of the customer is to be made, None if nobody chose one."""
    name = ask_file(
        controller, lambda: QFileDialog.getExistingDirectory(page, _("Where the folder for the customer is to be made"))
    )
    return Path(name) if name else None


def sent_words(made: Made) -> str:
    """What was written into the folder, and what the customer will miss; "" where there is no folder."""
    sent = made.sent
    if sent is None:
        return ""
    names = ", ".join(path.name for path in sent.files)
    words = [_("Written into {folder}: {files}.").format(folder=sent.folder, files=names)]
    words.append(_("Paste letter.txt into your answer, and attach the other files."))
    if sent.checked:
        words.append(_("Measured beside release.json, and as it says: {files}").format(files=", ".join(sent.checked)))
    return "\n".join((*words, *sent.remarks))
