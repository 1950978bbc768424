"""A real OpenSSH server on loopback: the same log-ins, and the same messages where it does not let us in."""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from selfaudit.errors import UserError
from selfaudit.net import open_net
from selfaudit.net.ssh import HostKey, Login, collect_over_ssh, fetch_host_keys
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from selfaudit.ssh_pins import pin, read_host_key
from tests.net.peers import ADDRESS
from tests.net.ssh_fakes import leading_to, one_line, person
from tests.packages import find

pytestmark = pytest.mark.lab

SCRIPT = 'printf \'selfaudit-collector 1\\n\'; printf \'%s|\' "$@" "$(id -un)" "${SSH_TTY-no terminal}"'
OWN = getpass.getuser()
NO_PASSPHRASE = ""
PRIVILEGE_SEPARATION = Path("/run/sshd")  # where OpenSSH's own start script makes it


@dataclass(frozen=True)
class Sshd:
    """A running server.

    Attributes:
        folder: with its host keys, and a key that it lets in.
        port: on loopback.
    """

    folder: Path
    port: int

    def host_key(self, kind: str = "ed25519") -> HostKey:
        return read_host_key((self.folder / f"host_{kind}.pub").read_text("ascii"))

    def login(self, **values: Any) -> Login:
        return Login(**{"user": OWN, "host": ADDRESS, "agent": False, "key_files": (self.folder / "user",), **values})


def make_key(path: Path, kind: str = "ed25519", passphrase: str = NO_PASSPHRASE) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "lab", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The keys. Not pytest's folder: the server reads in it as the account that logs in."""
    with tempfile.TemporaryDirectory(prefix="selfaudit-ssh-") as name:
        made = Path(name)
        made.chmod(0o755)
        for kind in ("ed25519", "ecdsa", "rsa"):
            make_key(made / f"host_{kind}", kind)
        make_key(made / "user")
        make_key(made / "locked", passphrase="open sesame")
        make_key(made / "stranger")
        keys = [(made / f"{name}.pub").read_text("ascii") for name in ("user", "locked")]
        (made / "authorized_keys").write_text("".join(keys), "ascii")
        (made / "authorized_keys").chmod(0o644)
        yield made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person without SSH keys, known hosts and agent."""
    state = subprocess.run(["passwd", "-S", OWN], check=False, capture_output=True, text=True).stdout.split()
    if state[1:2] == ["L"] and os.geteuid() != 0:
        pytest.skip(f"the account {OWN} is locked, and OpenSSH without PAM lets no such account in")
    return person(tmp_path, monkeypatch)


@contextlib.contextmanager
def privilege_separation() -> Iterator[None]:
    """The empty folder that a server run by root wants to see."""
    ours = os.geteuid() == 0 and not PRIVILEGE_SEPARATION.exists()
    if ours:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755)
    try:
        yield
    finally:
        if ours:
            PRIVILEGE_SEPARATION.rmdir()


@contextlib.contextmanager
def sshd(
    folder: Path, options: Mapping[str, str] | None = None, hosts: tuple[str, ...] = ("ed25519", "ecdsa", "rsa")
) -> Iterator[Sshd]:
    """Starts a server with these options and host keys, and ends it."""
    program = find("sshd")
    assert program, "the lab needs OpenSSH's server"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        **(options or {}), "ListenAddress": f"127.0.0.1:{port}", "PidFile": "none", "UsePAM": "no", "StrictModes": "no",
        "AuthorizedKeysFile": str(folder / "authorized_keys"), "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no",
        "Subsystem": "sftp internal-sftp", "PermitRootLogin": "prohibit-password", "UseDNS": "no",
    }  # fmt: skip
    lines = [f"{key} {value}" for key, value in settings.items()] + [f"HostKey {folder / f'host_{kind}'}" for kind in hosts]
    config = folder / f"sshd_{port}"
    config.write_text("\n".join(lines) + "\n", "ascii")
    with privilege_separation():
        process = subprocess.Popen([program, "-D", "-e", "-f", config], stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            said = ""
            while "Server listening" not in said:
                said = process.stderr.readline()
                assert said, "the server ended"
            yield Sshd(folder, port)
        finally:
            process.terminate()
            process.communicate(timeout=10)


async def collected(server: Sshd, login: Login | None = None, key: HostKey | None = None) -> bytes:
    async with leading_to(server) as net:
        output = await collect_over_ssh(net, login or server.login(), key or server.host_key(), SCRIPT, ("--root", "/mnt/a b"))
        assert output.banner.startswith("SSH-2.0-OpenSSH_")
        return output.text


async def refused(server: Sshd, login: Login | None = None, key: HostKey | None = None) -> str:
    with pytest.raises(UserError) as error:
        await collected(server, login, key)
    return one_line(error.value)


async def test_a_log_in_with_a_key(folder: Path, home: Path) -> None:
    with sshd(folder) as server:
        async with leading_to(server) as net:
            (shown,) = await fetch_host_keys(net, server.login())
            assert shown == server.host_key()
            listed = subprocess.run(
                ["ssh-keygen", "-lf", folder / "host_ed25519.pub"], check=True, capture_output=True, text=True
            )
            assert shown.fingerprint in listed.stdout.split()
        assert await collected(server) == f"selfaudit-collector 1\n--root|/mnt/a b|{OWN}|no terminal|".encode()
        assert await collected(server, key=server.host_key("rsa")) == await collected(server, key=server.host_key("ecdsa"))
        # Without routes, as in real life.
        scope, dns = ScopeSettings(allow_reserved=True), DnsSettings(resolvers=("127.0.0.1",))
        net = open_net(Settings(scope=scope, dns=dns), keys={})
        real = server.login(host="127.0.0.1", port=server.port)
        (shown,) = await fetch_host_keys(net, real)
        assert (await collect_over_ssh(net, real, shown, SCRIPT)).address == "127.0.0.1"
        with pytest.raises(UserError, match="refuses connections"):
            await fetch_host_keys(net, replace(real, port=1))
        net.close()


async def test_host_keys_that_openssh_wrote_down(folder: Path, home: Path) -> None:
    with sshd(folder) as server:
        scan = ["ssh-keyscan", "-t", "ecdsa", "-p", str(server.port), "127.0.0.1"]
        line = subprocess.run(scan, check=True, capture_output=True, text=True).stdout
        known = home / ".ssh" / "known_hosts"
        known.write_text(line.replace(f"[127.0.0.1]:{server.port}", ADDRESS))
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", known], check=True, capture_output=True)
        assert ADDRESS not in known.read_text()
        async with leading_to(server) as net:
            assert await fetch_host_keys(net, server.login()) == (replace(server.host_key("ecdsa"), known="known_hosts"),)
            pin(ADDRESS, 22, server.host_key("rsa"))
            assert await fetch_host_keys(net, server.login()) == (replace(server.host_key("rsa"), known="pinned"),)


async def test_a_key_with_a_passphrase(folder: Path) -> None:
    pytest.importorskip("bcrypt")
    with sshd(folder) as server:
        locked = server.login(key_files=(folder / "locked",))
        assert (await collected(server, replace(locked, passphrase="open sesame"))).startswith(b"selfaudit-collector 1\n")
        assert "is encrypted" in await refused(server, locked)
        assert "does not open this key" in await refused(server, replace(locked, passphrase="sesame"))


async def test_a_changed_host_key(folder: Path, tmp_path: Path) -> None:
    with sshd(folder) as server:
        accepted = server.host_key()
    with sshd(folder, hosts=("ecdsa", "rsa")) as server:
        text = await refused(server, key=accepted)
        assert f"expected {accepted.fingerprint}, shown {server.host_key('ecdsa').fingerprint}" in text
    other = make_key(tmp_path / "other")
    with sshd(folder, {"HostKey": str(other)}, hosts=()) as server:
        shown = read_host_key(other.with_suffix(".pub").read_text("ascii"))
        assert f"expected {accepted.fingerprint}, shown {shown.fingerprint}" in await refused(server, key=accepted)


async def test_log_ins_that_are_refused(folder: Path) -> None:
    stranger = folder / "stranger"
    with sshd(folder, {"AllowUsers": "somebody-else"}) as server:
        assert f"did not let {OWN} in. Tried: {folder / 'user'}. It takes: publickey." in await refused(server)
    with sshd(folder, {"MaxAuthTries": "1"}) as server:
        login = server.login(key_files=(stranger, folder / "user"))
        assert "Too many authentication failures" in await refused(server, login)
    with sshd(folder) as server:
        login = server.login(password="x", key_files=(stranger,))
        assert f"did not let {OWN} in. Tried: {stranger}. It takes: publickey." in await refused(server, login)
    with sshd(folder, {"AuthenticationMethods": "publickey,publickey"}) as server:
        assert "did not let" in await refused(server)


async def test_accounts_without_a_shell(folder: Path) -> None:
    nologin = next(path for path in ("/usr/sbin/nologin", "/sbin/nologin") if Path(path).exists())
    other = next((entry.pw_name for entry in pwd.getpwall() if entry.pw_shell == nologin and entry.pw_uid), "")
    if os.geteuid() != 0 or not other:
        options, user = {"ForceCommand": nologin}, OWN
    else:
        options, user = {}, other
    with sshd(folder, options) as server:
        text = await refused(server, server.login(user=user))
        assert f"The account {user} on {ADDRESS} may not run commands: the server said “This account is" in text


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"ForceCommand": "internal-sftp"}, "it answered “This service allows sftp connections only.”"),
        ({"ForceCommand": "/bin/false"}, "ended the session without a word (exit status 1)"),
        ({"ForceCommand": "echo backups only; cat >/dev/null"}, "it answered “backups only” (exit status 0)"),
        ({"ForceCommand": "yes"}, "sent far more than the collector writes"),
        ({"ForceCommand": "kill -9 $PPID"}, "hung up before the collector was done"),
        ({"MaxSessions": "0"}, "lets this account run no program"),
    ],
)
async def test_accounts_that_run_something_else(options: dict[str, str], part: str, folder: Path) -> None:
    with sshd(folder, options) as server:
        assert part in await refused(server)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"KexAlgorithms": "diffie-hellman-group14-sha1"}, "(diffie-hellman-group14-sha1"),
        ({"Ciphers": "aes128-cbc"}, "(aes128-cbc)"),
        ({"HostKeyAlgorithms": "ssh-rsa"}, "broke off before a secure connection was agreed on"),
    ],
)
async def test_a_server_with_nothing_but_old_ways(options: dict[str, str], part: str, folder: Path) -> None:
    said = ""
    with sshd(folder, options) as server:
        for _attempt in range(8):  # the server sees the same at once, and may have broken off before its offer was read
            async with leading_to(server) as net:
                with pytest.raises(UserError) as error:
                    await fetch_host_keys(net, server.login())
            said = one_line(error.value)
            if part in said:
                break
            assert "broke off before a secure connection was agreed on" in said
    assert part in said
