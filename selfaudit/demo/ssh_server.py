"""An SSH server of the embedded internet (RFC 4253): it lets one account in and answers with a collector's text, or misbehaves."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Collection
from functools import cache
from typing import TYPE_CHECKING, Literal, Self, get_args

from selfaudit.demo.tcp_servers import Connection, StreamServer

if TYPE_CHECKING:
    import asyncssh

SshBehaviour = Literal["good", "changed-key", "no-shell", "forced-command", "flood", "hang", "refuses", "not-ssh"]

PASSWORD = "demo"  # noqa: S105 - of a server that exists on loopback only
_ASKED = re.compile(r"(?:exec )?(?:sudo -n )?sh -s(?: .*)?\Z", re.DOTALL)
_NO_SHELL = b"This account is currently not available.\n"
_FORCED = b"Backup service: only transfers are possible.\n"
_FLOOD = b"and there is more to say\n" * 1000
_ENDS = {"no-shell": (_NO_SHELL, 1), "forced-command": (_FORCED, 0)}


@cache
def _host_key(number: int) -> asyncssh.SSHKey:
    """The host keys of this process; `number` tells the first one from the one after the change."""
    import asyncssh  # takes as long to load as everything else together

    return asyncssh.generate_private_key("ssh-ed25519", comment=f"demo {number}")


class _Greeter(StreamServer):
    """Something else than SSH on its port."""

    async def serve(self, connection: Connection) -> None:
        await connection.send(b"220 mail.blumenhof.example ESMTP\r\n")
        await connection.drain_input()


class SshServer:
    """An SSH server on loopback.

    Args:
        users: the accounts; each takes the password "demo" and any key.
        output: gives what the collector would print.
        behaviour: "changed-key" shows another host key from the second connection on, "refuses" lets nobody in. ValueError if unknown.

    Attributes:
        port: the port number, once started.
        connections: how many clients came.
        asked: the commands that were asked for, at most 100.
    """

    def __init__(self, users: Collection[str], output: Callable[[], bytes], behaviour: SshBehaviour = "good") -> None:
        if behaviour not in get_args(SshBehaviour):
            raise ValueError(f"no such behaviour of an SSH server: {behaviour!r}")
        self.users, self.behaviour = frozenset(users), behaviour
        self.port = 0
        self.asked: list[str] = []
        self._output, self._count = output, 0
        self._greeter = _Greeter()
        self._server: asyncssh.SSHAcceptor | None = None
        self._open: set[asyncssh.SSHServerConnection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many clients came."""
        return self._greeter.connections if self.behaviour == "not-ssh" else self._count

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the host key that the first client is shown."""
        return _host_key(0).get_fingerprint()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Binds the socket."""
        if self.behaviour == "not-ssh":
            await self._greeter.start(host, port)
            self.port = self._greeter.port
            return
        import asyncssh

        asyncssh.set_log_level(logging.CRITICAL + 1)
        self._server = await asyncssh.listen(
            host,
            port,
            config=None,
            server_factory=_account(self),
            server_host_keys=[_host_key(0)],
            server_version="OpenSSH_9.2p1 Debian-2+deb12u3",
            process_factory=self._run,
            encoding=None,
            allow_scp=False,
            agent_forwarding=False,
            allow_pty=False,
            gss_host=None,
        )
        self.port = self._server.get_port()

    def close(self) -> None:
        """Closes the socket and every connection."""
        self._greeter.close()
        if self._server is not None:
            self._server.close()
        self._server = None
        for connection in tuple(self._open):
            connection.abort()
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        """Waits until nothing is left of the connections."""
        await self._greeter.wait_closed()
        await asyncio.gather(*(connection.wait_closed() for connection in tuple(self._open)))
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the transports report their end one round later

    async def __aenter__(self) -> Self:
        """Starts."""
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes."""
        self.close()
        await self.wait_closed()

    def opened(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client came."""
        if self._server is None:  # closed while the client was on its way
            connection.abort()
            return
        self._count += 1
        self._open.add(connection)
        if self.behaviour == "changed-key":
            self._server.update(server_host_keys=[_host_key(1)])

    def lost(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client left."""
        self._open.discard(connection)

    async def _run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._answer(process)
        except (OSError, asyncio.CancelledError):
            process.close()  # the client is gone, or we are

    async def _answer(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = process.command or ""
        if len(self.asked) < 100:
            self.asked.append(command)
        if self.behaviour == "flood":
            while True:
                process.stdout.write(_FLOOD)
                await process.stdout.drain()
                await asyncio.sleep(0)
        if self.behaviour == "hang":
            await process.wait_closed()  # until the client leaves
        if self.behaviour in _ENDS:
            text, status = _ENDS[self.behaviour]
            process.stdout.write(text)
            process.exit(status)
        elif not _ASKED.match(command):
            process.stderr.write(b"sh: 1: not found\n")
            process.exit(127)
        else:
            while await process.stdin.read(65_536):
                pass  # the script is not run
            process.stdout.write(self._output())
            process.exit(0)


def _account(server: SshServer) -> Callable[[], asyncssh.SSHServer]:
    """What decides on log-ins, one object a connection; made here because its base class is loaded late."""
    import asyncssh

    welcome = server.users if server.behaviour != "refuses" else frozenset()

    class Account(asyncssh.SSHServer):
        _connection: asyncssh.SSHServerConnection

        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            self._connection = conn
            server.opened(conn)

        def connection_lost(self, exc: Exception | None) -> None:
            server.lost(self._connection)

        def begin_auth(self, username: str) -> bool:
            return True

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username in welcome

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return username in welcome and password == PASSWORD

    return Account
