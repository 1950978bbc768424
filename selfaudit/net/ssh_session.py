"""The part of an SSH conversation that the library asyncssh leads: key exchange, log-in, one command. See `ssh` for the whole.

Nothing that is known to be broken is offered: no SHA-1, no DSA, no compression, no ~/.ssh/config, no agent forwarding. The library's
log is switched off, since it names hosts and accounts and is meant for its own authors.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shlex
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.net import ssh_report as report
from selfaudit.net.ssh import Login
from selfaudit.net.ssh_report import End, Progress
from selfaudit.ssh_pins import HostKey, read_host_key

asyncssh.set_log_level(logging.CRITICAL + 1)

EXCHANGE_TIME = 20.0  # seconds until both sides have agreed on keys
LOGIN_TIME = 30.0  # until the server has let us in
MAX_OUTPUT = 4_000_000  # octets; the collector writes at most a quarter of it
MAX_ERRORS = 65_536
_LAST_WORD = 2.0  # seconds for the exit status, once everything was said
_MAX_KEY_FILE = 100_000
_MAX_KNOWN_HOSTS = 4_000_000
_MAX_AGENT_KEYS = 20
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk")
_HOST_KEY_ALGORITHMS = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
_COLLECTED = re.compile(rb"^(?:selfaudit-collector |-----BEGIN SELFAUDIT )", re.MULTILINE)

Key = asyncssh.SSHKey | asyncssh.SSHKeyPair


class _TooMuch(Exception):
    """The server wrote more than it may."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the person's own OpenSSH has on a server: its keys, and keys (as OpenSSH writes them) that must not be accepted."""

    keys: tuple[HostKey, ...] = ()
    revoked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Keys:
    """Private keys to log in with, and in words where they are from."""

    keys: tuple[Key, ...] = ()
    sources: tuple[str, ...] = ()
    agent: asyncssh.SSHAgentClient | None = None


def known_hosts(login: Login) -> Recorded:
    """The entries of ~/.ssh/known_hosts for exactly this name or address and port. Lines that cannot be read are passed over."""
    try:
        data = read_bounded(Path.home() / ".ssh" / "known_hosts", _MAX_KNOWN_HOSTS)
    except (UserError, RuntimeError):
        return Recorded()
    hosts = asyncssh.SSHKnownHosts()
    for line in data.decode("utf-8", "replace").splitlines():
        # Whatever makes the library stumble is a line that OpenSSH could not use either.
        with contextlib.suppress(Exception):
            hosts.load(line)
    # Only the name that was typed: who answers the DNS must not choose which of the known servers this is.
    name = login.host if login.port == asyncssh.DEFAULT_PORT else f"[{login.host}]:{login.port}"
    found = hosts.match(name, "", None)
    return Recorded(_readable(found[0]), frozenset(key.data for key in _readable(found[2])))


def _readable(keys: Sequence[asyncssh.SSHKey]) -> tuple[HostKey, ...]:
    found = []
    for key in keys:
        with contextlib.suppress(BadInput):
            found.append(_host_key(key, "known_hosts"))
    return tuple(found)


async def load_keys(login: Login) -> Keys:
    """The private keys for a log-in.

    Raises:
        UserError: a key file that was named cannot be used, or there is nothing to log in with.
    """
    agent, held = await _agent_keys() if login.agent else (None, [])
    try:
        loaded = await asyncio.to_thread(_load_files, login, held)
    except BaseException:
        await dismiss(agent)
        raise
    if not loaded.keys and not login.password:
        await dismiss(agent)
        raise UserError(report.nothing_to_log_in_with(login))
    return Keys(loaded.keys, loaded.sources, agent)


async def _agent_keys() -> tuple[asyncssh.SSHAgentClient | None, list[asyncssh.SSHKeyPair]]:
    try:
        async with asyncio.timeout(LOGIN_TIME):
            agent = await asyncssh.connect_agent()
    except (OSError, ValueError):
        return None, []
    try:
        async with asyncio.timeout(LOGIN_TIME):
            return agent, list(await agent.get_keys())[:_MAX_AGENT_KEYS]
    except (OSError, ValueError, asyncssh.Error):
        await dismiss(agent)
        return None, []
    except BaseException:
        await dismiss(agent)
        raise


async def dismiss(agent: asyncssh.SSHAgentClient | None) -> None:
    """Hangs up on the agent, if there is one."""
    if agent is not None:
        agent.close()
        await agent.wait_closed()


def _load_files(login: Login, held: Sequence[asyncssh.SSHKeyPair]) -> Keys:
    keys: list[Key] = []
    sources: list[str] = []
    if not login.key_files:
        keys += held
        sources += [_("keys of the SSH agent ({count})").format(count=len(held))] if held else []
    files = login.key_files or (_default_files() if login.agent else ())
    seen = {key.public_data for key in held} if not login.key_files else set()
    for path in files:
        key: Key | None
        try:
            key = _load_file(path, login, held)
        except UserError:
            if login.key_files:
                raise
            continue  # nobody asked for this one
        if key.public_data not in seen:
            keys.append(key)
            sources.append(str(path))
    return Keys(tuple(keys), tuple(sources))


def _default_files() -> tuple[Path, ...]:
    try:
        folder = Path.home() / ".ssh"
        return tuple(path for name in _DEFAULT_KEYS if (path := folder / name).is_file())
    except (OSError, RuntimeError):
        return ()


def _load_file(path: Path, login: Login, held: Sequence[asyncssh.SSHKeyPair]) -> Key:
    data = read_bounded(Path(os.path.expanduser(path)), _MAX_KEY_FILE)
    try:
        return asyncssh.import_private_key(data, login.passphrase or None)
    except asyncssh.KeyEncryptionError as error:
        raise UserError(report.locked_key(path, str(error), given=bool(login.passphrase))) from None
    except Exception as error:  # the library's reader of keys raises more than it says
        if not _is_encrypted(data):
            raise UserError(report.no_key(path, public=data.startswith((b"ssh-", b"ecdsa-", b"sk-")))) from None
        if login.passphrase:
            raise UserError(report.locked_key(path, str(error), given=True)) from None
    # An encrypted file says in clear which public key belongs to it, and the agent may hold it opened.
    with contextlib.suppress(asyncssh.KeyImportError):
        public = asyncssh.import_public_key(data).public_data
        for pair in held:
            if pair.public_data == public:
                return pair
    raise UserError(report.locked_key(path, "", given=False))


def _is_encrypted(data: bytes) -> bool:
    try:
        asyncssh.import_private_key(data)
    except Exception as error:  # as above; the library has no type of its own for this
        return str(error).startswith("Passphrase must")
    return False


def _host_key(key: asyncssh.SSHKey, known: str = "") -> HostKey:
    return read_host_key(key.export_public_key().decode("ascii", "replace"), known)


class _Client(asyncssh.SSHClient):
    """Answers what the library asks during a log-in, and remembers how far it came."""

    def __init__(self, login: Login, accepted: HostKey | None, keys: tuple[Key, ...]) -> None:
        self.progress = Progress()
        self._accepted = accepted
        self._keys, self._password = list(keys), login.password

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        try:
            self.progress.shown = _host_key(key)
        except BadInput:
            return False
        return self._accepted is not None and self.progress.shown.data == self._accepted.data

    def begin_auth(self, username: str) -> None:
        self.progress.began = True

    def auth_completed(self) -> None:
        self.progress.entered = True

    def public_key_auth_requested(self) -> Any:
        self.progress.asked_for.add("publickey")
        keys, self._keys = self._keys, []
        return keys or None

    def password_auth_requested(self) -> str | None:
        self.progress.asked_for.add("password")
        return self._take_password()

    def kbdint_auth_requested(self) -> str | None:
        again = "keyboard-interactive" in self.progress.asked_for
        self.progress.asked_for.add("keyboard-interactive")
        return "" if self._password and not again else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        if not prompts:
            return []
        # One hidden answer is the password, in whatever language it is asked for. More is a second factor.
        if len(prompts) == 1 and not prompts[0][1] and (password := self._take_password()) is not None:
            return [password]
        self.progress.second_factor = True
        return None

    def password_change_requested(self, prompt: str, lang: str) -> Any:
        self.progress.expired = True
        return NotImplemented

    def _take_password(self) -> str | None:
        # Once: each wrong one counts towards being locked out.
        password, self._password = self._password, ""
        self.progress.password_sent = self.progress.password_sent or bool(password)
        return password or None


def _nobody_known(_host: str, _address: str, _port: int | None) -> tuple[list[str], list[str], list[str]]:
    return [], [], []


def _algorithms(preferred: Sequence[HostKey]) -> dict[str, Any]:
    """What is offered; a host key of the kind that is expected comes first, so that a changed one shows."""
    kinds = tuple("rsa-sha2" if key.algorithm == "ssh-rsa" else key.algorithm for key in preferred)
    return {
        "config": None,
        "client_version": "selfaudit",
        "kex_algs": "-*sha1*",
        "server_host_key_algs": sorted(_HOST_KEY_ALGORITHMS, key=lambda name: not name.startswith(kinds)),
    }


def _options() -> asyncssh.SSHClientConnectionOptions:
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        mac_algs="-*sha1*",
        compression_algs=None,
        signature_algs="-ssh-rsa,ssh-dss",
        x509_trusted_certs=None,
        x509_trusted_cert_paths=None,
        gss_host=None,
        client_keys=None,  # neither its default keys nor its agent: the client hands out what was loaded
        host_based_auth=False,
        preferred_auth=("publickey", "keyboard-interactive", "password"),
        agent_forwarding=False,
        request_pty=False,
        env={},
        send_env=(),
        x11_forwarding=False,
    )


async def host_key(sock: socket.socket, login: Login, expected: Sequence[HostKey]) -> HostKey:
    """The host key that the server shows, and proves to have. The conversation ends there.

    Raises:
        UserError: it shows none, or only by ways that are not safe.
    """
    try:
        async with asyncio.timeout(EXCHANGE_TIME):
            key = await asyncssh.get_server_host_key(sock=sock, options=_options(), **_algorithms(expected))
        if key is None:
            raise ValueError("no host key")
        return _host_key(key)
    except TimeoutError:
        raise UserError(report.slow(login, Progress())) from None
    except Exception as error:  # a hostile server makes the library raise anything
        raise UserError(report.broken_off(login, None, Progress(), error, ())) from None


async def run(
    sock: socket.socket,
    login: Login,
    accepted: HostKey,
    keys: Keys,
    script: bytes,
    arguments: tuple[str, ...],
    patience: float,
) -> bytes:
    """Logs in, runs the script, and returns the collector's output.

    Raises:
        UserError: anything else happened.
    """
    client = _Client(login, accepted, keys.keys)
    conn: asyncssh.SSHClientConnection | None = None
    try:
        async with asyncio.timeout(EXCHANGE_TIME + LOGIN_TIME):
            conn = await asyncssh.connect(
                sock=sock,
                options=_options(),
                known_hosts=_nobody_known,
                client_factory=lambda: client,
                username=login.user,
                **_algorithms((accepted,)),
            )
        async with asyncio.timeout(patience):
            end = await _converse(conn, _command(login, arguments), script)
    except TimeoutError:
        raise UserError(report.slow(login, client.progress)) from None
    except _TooMuch:
        raise UserError(report.too_much(login)) from None
    except Exception as error:  # a hostile server makes the library raise anything
        raise UserError(report.broken_off(login, accepted, client.progress, error, keys.sources)) from None
    finally:
        if conn is not None:
            conn.close()
            await conn.wait_closed()
    found = _COLLECTED.search(end.output)
    if found is None:
        raise UserError(report.something_else(login, end))
    return end.output[found.start() :]


def _command(login: Login, arguments: tuple[str, ...]) -> str:
    words = ["exec", *(["sudo", "-n"] if login.sudo else []), "sh", "-s", "--", *arguments]
    return shlex.join(words)


async def _converse(conn: asyncssh.SSHClientConnection, command: str, script: bytes) -> End:
    process = await conn.create_process(command, encoding=None)
    # A server that does something else may not read the script at all.
    with contextlib.suppress(OSError):
        process.stdin.write(script)
        process.stdin.write_eof()
    reading = [
        asyncio.ensure_future(_read(process.stdout, MAX_OUTPUT)),
        asyncio.ensure_future(_read(process.stderr, MAX_ERRORS)),
    ]
    try:
        output, errors = await asyncio.gather(*reading)
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORD):
            await process.wait_closed()
    return End(output, errors, process.exit_status)


async def _read(stream: asyncssh.SSHReader[bytes], limit: int) -> bytes:
    data = bytearray()
    while more := await stream.read(65_536):
        data += more
        if len(data) > limit:
            raise _TooMuch
    return bytes(data)
