"""The card about servers from the inside, over SSH: the key first, then the log-in, and a changed key is a stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from selfaudit.demo.ssh_server import SshBehaviour, SshServer
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from selfaudit_ui import session
from selfaudit_ui.controller import Controller
from selfaudit_ui.controller.hosts import SshForm
from selfaudit_ui.flow import Run
from tests.ui.desk import Desk
from tests.ui.hosts import NAME, hosts_of, open_card, tick, written

SHOW_KEY, COLLECT, MINE = "1. Show the server's key", "2. Collect over SSH", "This is my server's key"
LABELS = ["Server (name or address)", "Port", "Log in as", "Key file (optional)"]


@pytest.fixture
def lab(qtbot: QtBot) -> Iterator[Desk]:
    """A desk in a laboratory: servers on loopback may be looked at."""
    settings = Settings(dns=DnsSettings(resolvers=("127.0.0.1",)), scope=ScopeSettings(allow_reserved=True))
    made = Desk(qtbot, Controller(world=session.World(settings)))
    try:
        made.open()
        yield made
    finally:
        made.close()


class Served:
    """An SSH server that runs in the window's own worker, until the test is over."""

    def __init__(self, desk: Desk, behaviour: SshBehaviour = "good", text: str = "") -> None:
        self.desk = desk
        self.server = SshServer({"admin"}, lambda: (text or written()).encode(), behaviour)

    def __enter__(self) -> SshServer:
        done: list[None] = []
        self.desk.controller.bridge.start(lambda _send: self.server.start(), done.append, print)
        self.desk.until(lambda: bool(done))
        return self.server

    def __exit__(self, *_error: object) -> None:
        done: list[None] = []

        async def end() -> None:
            self.server.close()
            await self.server.wait_closed()

        self.desk.controller.bridge.start(lambda _send: end(), done.append, print)
        self.desk.until(lambda: bool(done))


def _fill(desk: Desk, server: SshServer, password: str = "demo") -> None:
    texts = {
        LABELS[0]: "127.0.0.1",
        LABELS[1]: str(server.port),
        LABELS[2]: "admin",
        "Password (where no key is used)": password,
    }
    for name, text in texts.items():
        edit = desk.find(QLineEdit, name)
        edit.selectAll()
        desk.bot.keyClick(edit, Qt.Key.Key_Delete)
        desk.bot.keyClicks(edit, text)
    desk.settle()


def _show_key(desk: Desk) -> None:
    desk.click(SHOW_KEY)
    desk.until(lambda: not desk.controller.host_work)
    desk.settle()


def _collect(desk: Desk) -> None:
    desk.click(COLLECT)
    desk.until(lambda: not desk.controller.host_work)
    desk.settle()


def test_over_ssh_the_key_is_shown_and_confirmed_before_anything_is_sent(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    with Served(lab) as server:
        _fill(lab, server)
        assert lab.find(QLineEdit, "Password (where no key is used)").echoMode() is QLineEdit.EchoMode.Password
        assert not lab.find(QAbstractButton, COLLECT).isEnabled()
        _show_key(lab)
        assert server.asked == []
        assert lab.find(QPlainTextEdit, "Fingerprint of the server's key").toPlainText() == server.fingerprint
        command = lab.find(QPlainTextEdit, "What shows the fingerprint on the server").toPlainText()
        assert command == "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        assert not lab.find(QAbstractButton, COLLECT).isEnabled()
        tick(lab, MINE)
        _collect(lab)
        (report,) = hosts_of(lab)
        assert (report.via, report.login, report.host_key) == ("ssh", "admin@127.0.0.1", server.fingerprint)
        assert report.address == "127.0.0.1"
        assert f"{NAME} was added to the list above." in lab.texts()
        assert "over SSH as admin@127.0.0.1" in lab.texts()
        assert len(server.asked) == 1
        # The next time it is recognised.
        _show_key(lab)
        assert "This key was confirmed before, and it is the same." in lab.texts()
        assert MINE not in lab.names(QCheckBox)
        assert lab.find(QAbstractButton, COLLECT).isEnabled()


def test_a_changed_key_is_a_stop_with_both_fingerprints(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    with Served(lab, "changed-key") as server:
        _fill(lab, server)
        _show_key(lab)
        first = server.fingerprint
        tick(lab, MINE)
        _collect(lab)
        assert hosts_of(lab) == ()
        assert server.asked == []
        words = lab.texts().replace("\u200b", "")
        assert first in words
        assert words.count("SHA256:") == 2
        assert lab.controller.notes["ssh"].verdict == "fail"
        assert not lab.find(QAbstractButton, COLLECT).isEnabled()
        _show_key(lab)
        assert lab.controller.host_key is None
        assert lab.controller.key_changed
        lab.click("I have compared it: forget the earlier key")
        lab.until(lambda: not lab.controller.key_changed)
        _show_key(lab)
        assert lab.controller.host_key is not None
        assert lab.controller.host_key.fingerprint != first
        assert not lab.controller.key_confirmed  # it has to be compared like any other
        tick(lab, MINE)
        _collect(lab)
        assert len(hosts_of(lab)) == 1


def test_what_hangs_can_be_stopped(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    with Served(lab, "hang") as server:
        _fill(lab, server)
        _show_key(lab)
        tick(lab, MINE)
        lab.click(COLLECT)
        lab.until(lambda: bool(server.asked))
        assert "Looking at the server" in lab.texts()
        assert not lab.find(QLineEdit, LABELS[0]).isEnabled()
        lab.controller.start_run()  # never during a run, and no run meanwhile
        assert lab.controller.run.state is Run.NONE
        assert "A server is being looked at." in lab.controller.plan_trouble
        lab.click("Stop looking over SSH")
        lab.until(lambda: not lab.controller.host_work)
        assert "Stopped; nothing was read." in lab.texts()
        assert hosts_of(lab) == ()


@pytest.mark.parametrize("behaviour", ["refuses", "no-shell", "not-ssh"])
def test_what_goes_wrong_is_said_in_the_card(lab: Desk, behaviour: SshBehaviour) -> None:
    open_card(lab, "Over SSH")
    with Served(lab, behaviour) as server:
        _fill(lab, server)
        _show_key(lab)
        if behaviour != "not-ssh":
            tick(lab, MINE)
            _collect(lab)
        note = lab.controller.notes["ssh"]
        assert note.verdict == "fail"
        assert note.words in lab.texts().replace("\u200b", "")
        assert "demo" not in note.words.replace("demo.", "")  # the password
        assert hosts_of(lab) == ()


def test_the_key_of_one_server_says_nothing_about_another(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    with Served(lab) as server:
        _fill(lab, server)
        _show_key(lab)
        tick(lab, MINE)
        lab.bot.keyClicks(lab.find(QLineEdit, LABELS[0]), "0")
        assert lab.controller.host_key is None
        assert not lab.controller.key_confirmed
        assert not lab.find(QAbstractButton, COLLECT).isEnabled()


def test_a_log_in_that_is_none_is_said(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    lab.click(SHOW_KEY)
    assert "Name the server and the user to log in as." in lab.texts()
    lab.controller.edit_ssh(SshForm(host="web1.example", user="-oProxyCommand=x"))
    lab.controller.ask_host_key()
    assert not lab.controller.host_work
    assert lab.controller.notes["ssh"].verdict == "warn"


def test_secrets_stay_in_memory(lab: Desk) -> None:
    open_card(lab, "Over SSH")
    form = SshForm("web1.example", "22", "root", password="hunter22", passphrase="opensesame")
    lab.controller.edit_ssh(form)
    assert "hunter22" not in repr(form)
    assert "opensesame" not in repr(form)
    assert "hunter22" not in repr(lab.controller.draft)
    lab.controller.new_case()
    assert lab.controller.ssh == SshForm()


def test_a_password_goes_to_the_keyring_only_if_it_worked_and_was_to_be_kept(
    lab: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr("keyring.get_password", lambda service, name: kept.get((service, name)))
    monkeypatch.setattr("keyring.set_password", lambda service, name, value: kept.update({(service, name): value}))
    open_card(lab, "Over SSH")
    with Served(lab) as server:
        _fill(lab, server, password="wrong")
        tick(lab, "Keep the password in the system's keyring")
        _show_key(lab)
        tick(lab, MINE)
        _collect(lab)
        assert lab.controller.notes["ssh"].verdict == "fail"
        assert kept == {}
        _fill(lab, server)
        _show_key(lab)
        _collect(lab)
        lab.until(lambda: bool(kept))
        assert kept == {("selfaudit", f"ssh:admin@127.0.0.1:{server.port}"): "demo"}
        # From then on the field may stay empty.
        _fill(lab, server, password="")
        _show_key(lab)
        _collect(lab)
        assert lab.controller.notes["ssh"].verdict == "good"
        assert len(server.asked) == 2
