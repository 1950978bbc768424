"""SSH servers that do whatever a test wants, and a network in which one address leads to them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import asyncssh
import pytest

from selfaudit.demo.tcp_servers import Connection
from selfaudit.errors import UserError
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.net.ssh import HostKey, Login, SshOutput, collect_over_ssh, fetch_host_keys
from selfaudit.settings import DnsSettings, LimitSettings, ScopeSettings, Settings
from selfaudit.ssh_pins import read_host_key
from tests.net.peers import ADDRESS, LIMITS, RESOLVER, Peer, Zone, name_server

NAME = "server.shop.test"
ACCOUNT, SECRET = "admin", "correct horse battery"
COLLECTED = b"selfaudit-collector 1\n@ end ok 0 1409623896\nselfaudit-end 1 cksum 1\n"
SCRIPT = "printf 'selfaudit-collector 1\\n'\n"
VERSION = b"SSH-2.0-OpenSSH_9.2p1\r\n"
KEYS = {kind: asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256")}
OTHER = asyncssh.generate_private_key("ssh-ed25519")

Process = asyncssh.SSHServerProcess[bytes]
Handler = Callable[[Process], Awaitable[None]]


class Server(Protocol):
    """What the network leads to."""

    @property
    def port(self) -> int: ...


def public(key: asyncssh.SSHKey, known: str = "") -> HostKey:
    """The public half of a host key."""
    return read_host_key(key.export_public_key().decode(), known)


def login(**values: Any) -> Login:
    """A log-in with the password and nothing of this machine's."""
    return Login(**{"user": ACCOUNT, "host": ADDRESS, "agent": False, "password": SECRET, **values})


def hashed(name: str) -> str:
    """A name as OpenSSH hides it in known_hosts (ssh-keygen -H)."""
    salt = bytes(range(20))
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def person(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a person without SSH keys, known hosts and agent."""
    home = folder / "person"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


def said(text: bytes, status: int = 0, errors: bytes = b"") -> Handler:
    """A command that ends at once with this output."""

    async def handle(process: Process) -> None:
        process.stdout.write(text)
        process.stderr.write(errors)
        process.exit(status)

    return handle


class Account(asyncssh.SSHServer):
    """Lets `admin` in with the password. Tests derive others from it."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (ACCOUNT, SECRET)


class Asking(Account):
    """Asks for what a test wants, by keyboard-interactive only."""

    prompts: list[tuple[str, bool]] = []

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", self.prompts

    def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        return responses == [SECRET]


class Fake:
    """A server of the library with other options."""

    def __init__(
        self,
        handle: Handler | None = None,
        account: Callable[[], asyncssh.SSHServer] = Account,
        keys: tuple[asyncssh.SSHKey, ...] = (KEYS["ssh-ed25519"],),
        **options: Any,
    ) -> None:
        self._options = {
            "server_factory": account,
            "process_factory": handle or self._good,
            "server_host_keys": list(keys),
            **options,
        }
        self.port = 0
        self.scripts: list[bytes] = []
        self.commands: list[str | None] = []
        self.environments: list[dict[str, str]] = []
        self.terminals: list[str | None] = []
        self.users: list[str] = []

    async def _good(self, process: Process) -> None:
        self.commands.append(process.command)
        self.environments.append(dict(process.env))
        self.terminals.append(process.term_type)
        self.users.append(process.get_extra_info("username"))
        self.scripts.append(await process.stdin.read())
        process.stdout.write(COLLECTED)
        process.exit(0)

    async def __aenter__(self) -> Fake:
        self._acceptor = await asyncssh.listen("127.0.0.1", 0, config=None, encoding=None, **self._options)
        self.port = self._acceptor.get_port()
        return self

    def change_key(self, key: asyncssh.SSHKey) -> None:
        """The next clients are shown this one."""
        self._acceptor.update(server_host_keys=[key])

    async def __aexit__(self, *_error: object) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        for _round in range(3):  # the ends of connections come one round of the loop later
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def leading_to(server: Server | None, zone: Zone | None = None, **limits: Any) -> AsyncIterator[Net]:
    """A network in which ADDRESS has this server on port 22 and all other ports closed; all else is silent."""
    resolver = name_server(zone or {})
    await resolver.start()
    table = {(RESOLVER, 53, protocol): Route("127.0.0.1", resolver.port) for protocol in ("udp", "tcp")}
    if server is not None:
        table[ADDRESS, 22, "tcp"] = Route("127.0.0.1", server.port)
    settings = Settings(
        scope=ScopeSettings(allow_reserved=True),
        dns=DnsSettings(resolvers=(RESOLVER,)),
        limits=LimitSettings(**{**LIMITS, "connect_timeout": 2.0, **limits}),
    )
    net = open_net(settings, routes=Routes(table, frozenset({ADDRESS})), keys={})
    try:
        yield net
    finally:
        net.close()
        resolver.close()
        await asyncio.sleep(0)


async def fetched(server: Server, who: Login | None = None) -> tuple[HostKey, ...]:
    """The host keys that a server shows."""
    async with leading_to(server) as net:
        return await fetch_host_keys(net, who or login())


async def collected(
    server: Server,
    who: Login | None = None,
    accepted: HostKey | None = None,
    arguments: tuple[str, ...] = (),
    patience: float = 10.0,
) -> SshOutput:
    """What collecting over SSH gives."""
    key = accepted or public(KEYS["ssh-ed25519"])
    async with leading_to(server) as net:
        return await collect_over_ssh(net, who or login(), key, SCRIPT, arguments, patience=patience)


async def refused(server: Server, who: Login | None = None, **values: Any) -> str:
    """The message with which collecting fails."""
    with pytest.raises(UserError) as error:
        await collected(server, who, **values)
    return one_line(error.value)


async def not_fetched(server: Server, who: Login | None = None) -> str:
    """The message with which asking for the host key fails."""
    with pytest.raises(UserError) as error:
        await fetched(server, who)
    return one_line(error.value)


def one_line(error: UserError) -> str:
    """The message; it is one line, holds no secret, and drags no other exception along."""
    text = str(error)
    assert text
    assert text.isprintable()
    assert SECRET not in text
    assert error.__suppress_context__ or error.__context__ is None
    return text


def peer(*pieces: bytes, stay: bool = True) -> Peer:
    """A TCP server that sends these and then stays, or hangs up."""

    async def talk(connection: Connection) -> None:
        for piece in pieces:
            await connection.send(piece)
        if stay:
            await connection.drain_input()

    return Peer(talk)


def key_file(folder: Path, key: asyncssh.SSHKey, passphrase: str | None = None, form: str = "openssh") -> Path:
    """A private key in a file."""
    path = folder / f"id_{len(list(folder.iterdir()))}"
    path.write_bytes(key.export_private_key(form, passphrase))
    return path
