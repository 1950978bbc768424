"""Reaching an SSH server: its address, a TCP connection, and its word that it speaks SSH; each with what to do where it fails."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from selfaudit.errors import UserError
from selfaudit.facts.exposure import PortOutcome
from selfaudit.i18n import _
from selfaudit.net.gate import Gate, NotPermittedError, Route
from selfaudit.net.tcp import EMBEDDED_SILENCE
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.net import Net
    from selfaudit.net.ssh import Login

GREETING_TIME = 10.0  # seconds until the server has said that it speaks SSH
_GREETING = 8192  # octets that a server may say before its version (RFC 4253 section 4.2)
_PAUSE = 0.02


@asynccontextmanager
async def opened(net: Net, login: Login, purpose: str, authority: str) -> AsyncGenerator[tuple[socket.socket, str, str]]:
    """A connection on which the server has begun to speak SSH: (socket, address, version line). It is closed at the end.

    Args:
        net: the network.
        login: names the server, at most two of whose addresses are tried.
        purpose: what the connection is for, for the record.
        authority: on whose word it is made, for the record; "" for what is public.

    Raises:
        UserError: the server cannot be reached, or does not speak SSH.
    """
    sock, address = await _reach(net, login, purpose, authority)
    try:
        yield sock, address, await _greeting(sock, login)
    finally:
        # A transport that used the socket reports its end one round of the loop later.
        await asyncio.sleep(0)
        sock.close()


async def _reach(net: Net, login: Login, purpose: str, authority: str) -> tuple[socket.socket, str]:
    addresses = await net.host_addresses(login.host)
    if not addresses and "." not in login.host:
        raise UserError(
            _(
                "The name {host} has no address. Names from ~/.ssh/config are not known here: write the whole name of the server, or "
                "its address."
            ).format(host=login.host)
        )
    if not addresses:
        raise UserError(
            _("The name {host} has no address, or it cannot be looked up now. Check the name, or use the address.").format(
                host=login.host
            )
        )
    trouble: list[UserError] = []
    for address in addresses[:2]:
        try:
            net.gate.check_passive(address)
            sock = await _connect(net.gate, login, address, net.settings.limits.connect_timeout, purpose, authority)
        except NotPermittedError:
            trouble.append(UserError(_private(login, address)))
        except UserError as error:
            trouble.append(error)
        else:
            return sock, address
    raise trouble[0]


def _private(login: Login, address: str) -> str:
    return _(
        "{host} has the address {address}, which is not a public one. For a server in your own network write allow_reserved = true "
        "below [scope] in a settings file."
    ).format(host=login.host, address=address)


async def _connect(gate: Gate, login: Login, address: str, timeout: float, purpose: str, authority: str) -> socket.socket:
    gate.count(address, login.port, "tcp", purpose, authority)
    route = gate.route(address, login.port, "tcp")
    if route is None:
        assert gate.routes is not None
        outcome = gate.routes.absence(address, login.port, "tcp")
        if outcome is PortOutcome.SILENT:
            await asyncio.sleep(min(timeout, EMBEDDED_SILENCE))
        raise UserError(_unreachable(login, address, outcome, os.strerror(errno.EHOSTUNREACH)))
    try:
        return await _connected(route, timeout)
    except TimeoutError:
        raise UserError(_unreachable(login, address, PortOutcome.SILENT, "")) from None
    except (ConnectionRefusedError, ConnectionResetError):
        raise UserError(_unreachable(login, address, PortOutcome.CLOSED, "")) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise UserError(_unreachable(login, address, PortOutcome.UNREACHABLE, why)) from None


async def _connected(route: Route, timeout: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in route.address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().sock_connect(sock, (route.address, route.port))
    except BaseException:
        sock.close()
        raise
    return sock


def _unreachable(login: Login, address: str, outcome: PortOutcome, why: str) -> str:
    if outcome is PortOutcome.CLOSED:
        text = _(
            "{host} ({address}) refuses connections to port {port}: no SSH server listens there, or a firewall turns us away. Check "
            "the port, or run the collector in the server's console (selfaudit collect --print)."
        )
    elif outcome is PortOutcome.SILENT:
        text = _(
            "{host} ({address}) does not answer on port {port}: it is off, cut off, or a firewall drops what we send. Check the port, "
            "or run the collector in the server's console (selfaudit collect --print)."
        )
    else:
        text = _(
            "{host} ({address}) cannot be reached from here ({why}). Check this computer's network, or run the collector in the "
            "server's console (selfaudit collect --print)."
        )
    return text.format(host=login.host, address=address, port=login.port, why=why)


async def _greeting(sock: socket.socket, login: Login) -> str:
    """Waits for the version line (RFC 4253 section 4.2) and leaves it in the socket; lines before it are taken away.

    The library would wait for it too, but it does not tell what was said in place of it.
    """
    said, pending, count = b"", b"", 0
    try:
        async with asyncio.timeout(GREETING_TIME):
            while True:
                try:
                    pending = sock.recv(_GREETING, socket.MSG_PEEK)
                except (BlockingIOError, InterruptedError):
                    await asyncio.sleep(_PAUSE)
                    continue
                line, end, _rest = pending.partition(b"\n")
                if end and line.startswith(b"SSH-"):
                    return _version(login, line)
                if not pending:
                    raise UserError(_not_ssh(login, said) if said else _hung_up(login))
                if count > _GREETING or (not end and len(pending) >= _GREETING):
                    raise UserError(_not_ssh(login, said or pending))
                if end:
                    said = said or line.strip()
                    count += len(sock.recv(len(line) + 1))
                # Part of a line: more will come. Whole lines: others get their turn, however many there are.
                await asyncio.sleep(0 if end else _PAUSE)
    except TimeoutError:
        raise UserError(_not_ssh(login, said or pending) if said or pending else _mute(login)) from None
    except OSError:
        raise UserError(_hung_up(login)) from None


def _version(login: Login, line: bytes) -> str:
    text = line.rstrip(b"\r").decode("ascii", "replace")
    if not text.startswith(("SSH-2.0-", "SSH-1.99-")):
        raise UserError(
            _(
                "{host} speaks an old version of SSH that is not safe ({version}). Run the collector in the server's console "
                "(selfaudit collect --print)."
            ).format(host=login.host, version=printable(text, 60))
        )
    return printable(text, 255)


def _mute(login: Login) -> str:
    return _(
        "{host} takes connections to port {port} and then says nothing: it is no SSH server, or it is overloaded. Check the port, or "
        "try again in some minutes."
    ).format(host=login.host, port=login.port)


def _hung_up(login: Login) -> str:
    return _(
        "{host} takes connections to port {port} and hangs up at once. It may have blocked this computer's address (fail2ban, "
        "hosts.deny), or be overloaded. Try again in some minutes, or run the collector in the server's console (selfaudit collect "
        "--print)."
    ).format(host=login.host, port=login.port)


def _not_ssh(login: Login, said: bytes) -> str:
    lines = said.strip().splitlines() or [b""]
    return _("Port {port} of {host} does not speak SSH; it said “{said}”. Check the port.").format(
        host=login.host, port=login.port, said=printable(lines[0].decode("utf-8", "replace"), 120)
    )
