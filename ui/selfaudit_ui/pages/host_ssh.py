"""The way over SSH: the server's key first, shown and confirmed, and only then the log-in."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from selfaudit.i18n import N_, _
from selfaudit.ssh_pins import HostKey
from selfaudit.text import printable
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.hosts import SshForm
from selfaudit_ui.pages.base import ask_file
from selfaudit_ui.pages.section import beside, field
from selfaudit_ui.theme import SPACE
from selfaudit_ui.widgets import (
    Banner,
    Copyable,
    StateLine,
    Text,
    button,
    column,
    heading,
    line_edit,
    named,
    reveal,
    row,
    soft,
)

_LABELS = {
    "host": N_("Server (name or address)"),
    "port": N_("Port"),
    "user": N_("Log in as"),
    "key_file": N_("Key file (optional)"),
    "passphrase": N_("Passphrase of the key file"),
    "password": N_("Password (where no key is used)"),
}
_SECRET = ("passphrase", "password")
_KNOWN = {
    "pinned": N_("This key was confirmed before, and it is the same."),
    "known_hosts": N_("This key is known from your own list of servers (known_hosts)."),
}


def key_command(algorithm: str) -> str:
    """What shows a key's fingerprint on the server itself."""
    kind = "ed25519" if "ed25519" in algorithm else "ecdsa" if "ecdsa" in algorithm else "rsa"
    return f"ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub"


class SshPanel(QWidget):
    """Log-in, key, and the look at the server."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._filling = False
        self._key: HostKey | None = None
        self._edits: dict[str, QLineEdit] = {name: line_edit(_(words)) for name, words in _LABELS.items()}
        self._edits["user"].setPlaceholderText(_("for example root"))
        for name, edit in self._edits.items():
            edit.setMaxLength(1000)
            if name in _SECRET:
                edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.textEdited.connect(lambda _text: self._take())
        self._choose = button(_("Choose …"), self._choose_file, name=_("Choose a key file"))
        for name in ("key_file", "passphrase"):  # beside each other, one with a button that is higher than a field
            self._edits[name].setMinimumHeight(self._choose.sizeHint().height())
        self._sudo = named(QCheckBox(_("Use sudo there")), _("Use sudo there"))
        self._sudo.toggled.connect(lambda _on: self._take())
        self._remember = named(QCheckBox(_("Keep the password in the keyring")), _("Keep the password in the system's keyring"))
        self._remember.setToolTip(_("Once it has worked, the system's keyring keeps it; it is used when the field is empty."))
        self._remember.toggled.connect(lambda _on: self._take())
        self._show_key = button(_("1. Show the server's key"), controller.ask_host_key, icon_name="search")
        self._collect = button(_("2. Collect"), controller.collect_ssh, icon_name="again", name=_("2. Collect over SSH"))
        self._stop = button(_("Stop"), controller.stop_hosts, icon_name="stop", name=_("Stop looking over SSH"))
        self._state, self._trouble = StateLine(), Banner("fail")
        self._forget = button(_("I have compared it: forget the earlier key"), controller.forget_keys)
        self._trouble.offer(self._forget)
        fields = {name: field(_(_LABELS[name]), edit) for name, edit in self._edits.items() if name != "key_file"}
        file = row(self._edits["key_file"], self._choose)
        file.setStretch(0, 1)
        self.setLayout(
            column(
                beside(fields["host"], beside(fields["port"], fields["user"], 1, 2), 1, 1),
                beside(column(Text(_(_LABELS["key_file"])), file, spacing=SPACE.XS), fields["passphrase"], 1, 1),
                beside(fields["password"], column(None, row(self._remember, self._sudo, None), spacing=SPACE.S), 1, 1),
                soft(
                    _(
                        "Password and passphrase are kept only until the case or this window is closed, and are written to no file. Your "
                        "SSH agent and your usual keys are tried, too."
                    ),
                    1.0,
                ),
                row(self._show_key, None),
                self._make_key(),
                row(self._collect, self._stop, None),
                self._state,
                self._trouble,
            )
        )

    def _make_key(self) -> QWidget:
        self._key_area = QWidget()
        self._algorithm = Text(selectable=True)
        self._fingerprint = Copyable(_("Fingerprint of the server's key"), "", lines=2)
        self._known = StateLine()
        self._compare = QWidget()
        self._command = Copyable(_("What shows the fingerprint on the server"), "", lines=2)
        self._mine = named(QCheckBox(_("This is my server's key")), _("This is my server's key"))
        self._mine.toggled.connect(self._confirm)
        self._compare.setLayout(
            column(
                Text(
                    _(
                        "Compare it, character by character, with what this command shows on the server's own console. If it "
                        "differs, you are talking to another machine: do not go on."
                    )
                ),
                self._command,
                self._mine,
            )
        )
        self._key_area.setLayout(
            column(heading(_("The server's key"), 1.0), self._algorithm, self._fingerprint, self._known, self._compare)
        )
        self._key_area.hide()
        return self._key_area

    def refresh(self) -> None:
        """Shows the log-in, the key, and what is under way."""
        controller = self._controller
        form, key, work = controller.ssh, controller.host_key, controller.host_work
        self._filling = True
        for name, edit in self._edits.items():
            text = getattr(form, name)
            if edit.text() != text:
                edit.setText(text)
            edit.setEnabled(controller.can_collect)
        self._sudo.setChecked(form.sudo)
        self._remember.setChecked(form.remember)
        self._mine.setChecked(controller.key_confirmed)
        self._filling = False
        for part in (self._choose, self._sudo, self._remember, self._show_key, self._mine):
            part.setEnabled(controller.can_collect)
        if key is not self._key:
            self._key = key
            self._fill_key(key)
        reveal(self._key_area, key is not None)
        self._collect.setEnabled(controller.can_collect and key is not None and controller.key_confirmed)
        self._stop.setVisible(work in ("keys", "ssh"))
        self._show_state(work)

    def _fill_key(self, key: HostKey | None) -> None:
        if key is None:
            return
        self._algorithm.show_text(_("Kind: {kind}").format(kind=printable(key.algorithm, 60)))
        self._fingerprint.show_text(printable(key.fingerprint, 200))
        known = _(_KNOWN.get(key.known, _KNOWN["pinned"])) if key.known else ""
        self._known.say("pass", known, "good")
        self._command.show_text(key_command(key.algorithm))
        self._compare.setVisible(not key.known)

    def _show_state(self, work: str) -> None:
        controller = self._controller
        note = controller.notes.get("ssh")
        failed = note is not None and note.verdict == "fail"
        self._trouble.say(note.words if note is not None and failed else "")
        reveal(self._forget, controller.key_changed)
        self._forget.setEnabled(controller.can_collect)
        if work == "keys":
            self._state.say("running", _("Asking the server for its key …"), "accent")
        elif work == "ssh":
            self._state.say("running", _("Looking at the server; this takes up to half a minute …"), "accent")
        elif note is None or failed:
            self._state.say("none", "")
        else:
            self._state.say("pass" if note.verdict == "good" else "warn", note.words, note.verdict)

    def _take(self) -> None:
        if not self._filling:
            texts = {name: edit.text() for name, edit in self._edits.items()}
            self._controller.edit_ssh(SshForm(**texts, sudo=self._sudo.isChecked(), remember=self._remember.isChecked()))

    def _confirm(self, on: bool) -> None:
        if not self._filling:
            self._controller.confirm_key(on)

    def _choose_file(self) -> None:
        name, _filter = ask_file(
            self._controller, lambda: QFileDialog.getOpenFileName(self, _("Choose a key file"), "", _("All files (*)"))
        )
        if name:
            self._controller.edit_ssh(replace(self._controller.ssh, key_file=name))
