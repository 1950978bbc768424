"""Looking at a server from the inside over SSH: recognising it, logging in with the person's own means, running the collector.

Two connections. The first one ends after the key exchange and shows the server's host key, which a person compares and accepts. The
second one takes no other key, logs in, and runs the collector's script, which goes to the standard input of `sh`: nothing is
written on the server. `ssh_session` has what speaks SSH; it loads a large library and is therefore imported late.

Of the person's own OpenSSH only ~/.ssh/known_hosts is read, to recognise keys, and the keys ~/.ssh/id_* and those of the agent are
used where nothing else was said. ~/.ssh/config is not read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna

from selfaudit import ssh_pins
from selfaudit.errors import UserError
from selfaudit.i18n import _, phrase
from selfaudit.net import ssh_reach, ssh_report
from selfaudit.ssh_pins import HostKey
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.net import Net

__all__ = ["HostKey", "Login", "SshOutput", "collect_over_ssh", "fetch_host_keys", "parse_login"]

PORT = 22
RUN_TIME = 60.0  # seconds for the collector, which ends itself after 28
_FIRST_LOOK, _SECOND_LOOK = phrase("SSH: asking for the host key"), phrase("SSH: log-in and collector")

# No "-" at the front, which programs take for an option; no blanks, quotes or shell characters at all.
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@\\+$-]{0,99}\Z")
_LABELS = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\Z"
)
_PORT = re.compile(r"(?P<host>.+):(?P<port>[0-9]{1,5})\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in where, and how.

    Attributes:
        user: the account on the server.
        host: name or address.
        port: TCP port.
        key_files: private keys to log in with; none stands for ~/.ssh/id_ed25519, id_ecdsa and id_rsa if `agent` is set.
        agent: whether the keys of the person's SSH agent may be used; beside key files only those that belong to them.
        password: of the account; "" for none.
        passphrase: that of the key files; "" for none.
        sudo: whether the script runs with administrator rights, where sudo gives them without a password.
    """

    user: str
    host: str
    port: int = PORT
    key_files: tuple[Path, ...] = ()
    agent: bool = True
    password: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    sudo: bool = False


@dataclass(frozen=True, slots=True)
class SshOutput:
    """What the script wrote.

    Attributes:
        text: its standard output from the first line that is the collector's.
        address: where the server was reached.
        host_key: the key by which it was recognised.
        banner: what its SSH server says it is, such as "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3".
        seconds: how long log-in and script took.
    """

    text: bytes
    address: str
    host_key: HostKey
    banner: str
    seconds: float


def parse_login(text: str) -> Login:
    """Reads "user@host", "user@host:port", "user@[IPv6]:port" or "ssh://user@host:port".

    Raises:
        UserError: one line that says what is wrong with it. What stands before the "@" is not repeated; it may hold a password.
    """
    stripped = text.strip()
    if stripped.lower().startswith("ssh://"):
        stripped = _without_scheme(stripped)
    user, at, rest = stripped.rpartition("@")
    shown = printable(rest, 60)
    if not at or not user or not rest:
        raise UserError(
            _("“{login}” names no account: write user@server, for example root@server.your-company.net").format(login=shown)
        )
    if ":" in user:
        raise UserError(_("Leave the password out of user@{host}; it is asked for separately.").format(host=shown))
    if not _USER.match(user):
        raise UserError(
            _("The name of the account before @{host} may hold letters, digits, “.”, “_” and “-” only.").format(host=shown)
        )
    host, port = _host_and_port(rest, shown)
    return Login(user, host, port)


def _without_scheme(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return text[len("ssh://") :]
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise UserError(_("An SSH address ends after the server: ssh://user@server or ssh://user@server:port"))
    return parts.netloc


def _host_and_port(text: str, shown: str) -> tuple[str, int]:
    host, port = text, PORT
    bracketed = text.startswith("[")
    if match := (None if text.count(":") > 1 and not bracketed else _PORT.match(text)):
        host, port = match["host"], int(match["port"])
    if not 1 <= port <= 65_535:
        raise UserError(_("“{host}”: a port is a number from 1 to 65535").format(host=shown))
    if bracketed:
        host = host.removeprefix("[").removesuffix("]") if host.endswith("]") and ":" in host else "["
    try:
        if "%" not in host:
            return str(ipaddress.ip_address(host)), port
    except ValueError:
        pass
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        name = ""
    name = name.lower().removesuffix(".")
    if not _LABELS.match(name) or re.fullmatch(r"[0-9.]+", name):
        raise UserError(_("“{host}” is neither the name of a server nor an address").format(host=shown))
    return name, port


async def fetch_host_keys(net: Net, login: Login) -> tuple[HostKey, ...]:
    """The host key that the server shows; it is asked for the kind that is known already, else for Ed25519, ECDSA and RSA in this order.

    Nothing is sent beyond the key exchange, not even the name of the account.

    Raises:
        UserError: the server cannot be reached or does not speak SSH safely; or it shows another key than the one that was accepted
            before or stands in ~/.ssh/known_hosts; or the file of accepted keys is damaged.
    """
    from selfaudit.net import ssh_session

    pins = ssh_pins.pinned(login.host, login.port)
    recorded = await asyncio.to_thread(ssh_session.known_hosts, login)
    expected = pins or recorded.keys
    async with ssh_reach.opened(net, login, _FIRST_LOOK, "") as (sock, _address, _banner):
        shown = await ssh_session.host_key(sock, login, expected)
    if shown.data in {key.data for key in pins}:
        return (replace(shown, known="pinned"),)
    if shown.data in recorded.revoked:
        raise UserError(
            _("{host} shows a key that your ~/.ssh/known_hosts marks as revoked ({key}). Nothing was sent.").format(
                host=login.host, key=shown.fingerprint
            )
        )
    if pins:
        raise UserError(ssh_report.changed(login, pins[0], shown))
    if shown.data in {key.data for key in recorded.keys}:
        return (replace(shown, known="known_hosts"),)
    for key in recorded.keys:
        # A key of another kind beside the recorded one is nothing unusual, another one of the same kind is.
        if key.algorithm == shown.algorithm:
            raise UserError(ssh_report.changed(login, key, shown))
    return (shown,)


async def collect_over_ssh(
    net: Net,
    login: Login,
    accepted: HostKey,
    script: str,
    arguments: Sequence[str] = (),
    *,
    patience: float = RUN_TIME,
) -> SshOutput:
    """Logs in and runs the script with `sh`, at most `patience` seconds. No terminal, no forwarding, no environment of ours.

    Args:
        net: the network.
        login: who logs in where.
        accepted: the host key that a person accepted; with any other one nothing is sent.
        script: the collector.
        arguments: its options.
        patience: seconds for the script.

    Raises:
        UserError: one line that says what happened and what to do.
    """
    from selfaudit.net import ssh_session

    keys = await ssh_session.load_keys(login)
    authority = phrase("log-in of {user}, given by the person at this computer", user=login.user)
    started = time.monotonic()
    try:
        async with ssh_reach.opened(net, login, _SECOND_LOOK, authority) as (sock, address, banner):
            text = await ssh_session.run(sock, login, accepted, keys, script.encode(), tuple(arguments), patience)
    finally:
        await ssh_session.dismiss(keys.agent)
    return SshOutput(text, address, accepted, banner, round(time.monotonic() - started, 1))
