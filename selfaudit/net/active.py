"""Touching a target's own services: always with authority, at most a few connections at once, and never in a hurry."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from selfaudit.facts.exposure import DatagramExchange, PortOutcome, PortState, ServiceAnswer
from selfaudit.i18n import phrase
from selfaudit.net import tcp, udp
from selfaudit.net.gate import Gate
from selfaudit.net.pace import Pace
from selfaudit.net.tcp import Connection
from selfaudit.settings import LimitSettings

_SAMPLE = 512


class Active:
    """What probes of a target's own services use.

    Attributes:
        limits: times and numbers.
    """

    def __init__(self, gate: Gate, limits: LimitSettings) -> None:
        self._gate = gate
        self.limits = limits
        self._slots: dict[str, asyncio.Semaphore] = {}
        # Packets without a connection are paced: one a second at the default pause.
        self._pace = Pace(1 / limits.probe_pause if limits.probe_pause else 0.0, burst=1)

    @asynccontextmanager
    async def connection(
        self, address: str, port: int, purpose: str, patience: float | None = None
    ) -> AsyncIterator[tuple[PortState, Connection | None]]:
        """A connection to a target, closed at the end. At most a few at once go to one address.

        `patience` are seconds to wait for it, if not as long as the settings say.

        Raises:
            NotPermittedError: without authority for the address.
        """
        authority = self._gate.check_active(address)
        wait = self.limits.connect_timeout if patience is None else min(patience, self.limits.connect_timeout)
        async with self._slot(address):
            state, connection = await tcp.connect(self._gate, address, port, wait, purpose=purpose, authority=authority)
            try:
                yield state, connection
            finally:
                if connection is not None:
                    connection.close()

    async def port_state(self, address: str, port: int, patience: float | None = None) -> PortState:
        """Connects to a port and hangs up at once."""
        async with self.connection(address, port, phrase("TCP connection without data"), patience) as (state, _connection):
            return state

    async def ask_tcp(
        self, address: str, port: int, service: str, question: str, payload: bytes, *, wait: float = 3.0, purpose: str
    ) -> ServiceAnswer:
        """Sends one small question over a new connection and keeps what comes back within `wait` seconds, at most 512 octets.

        `question` is the payload in words; without a payload only the greeting is read.
        """
        async with self.connection(address, port, purpose) as (state, connection):
            if connection is None:
                return ServiceAnswer(port, service, question, "", state.outcome, state.detail)
            try:
                if payload:
                    await connection.write(payload, wait)
            except (TimeoutError, OSError):
                return ServiceAnswer(port, service, question, "", state.outcome, phrase("the server hung up"))
            reply = await self._short_reply(connection, wait)
        detail = "" if reply else phrase("it says nothing")
        return ServiceAnswer(port, service, question, reply.decode("latin-1"), PortOutcome.OPEN, detail)

    @staticmethod
    async def _short_reply(connection: Connection, wait: float) -> bytes:
        """The beginning of an answer: services keep the connection open, so a short pause after data is its end."""
        try:
            data = await connection.read(_SAMPLE, wait)
        except (TimeoutError, OSError):
            return b""
        if data and len(data) < _SAMPLE:
            data += await connection.read_all(_SAMPLE - len(data), min(wait, 0.3))
        return data

    async def ask_udp(self, address: str, port: int, protocol: str, payload: bytes, *, purpose: str) -> DatagramExchange:
        """Sends one packet at the pace of the target, and adds up what comes back from it.

        Raises:
            NotPermittedError: without authority for the address.
        """
        authority = self._gate.check_active(address)
        await self._pace.wait(address)
        got = await udp.exchange(
            self._gate, address, port, payload, self.limits.udp_timeout, purpose=purpose, authority=authority
        )
        sample = b"".join(got.payloads)[:_SAMPLE].decode("latin-1")
        return DatagramExchange(
            protocol, port, len(payload), sum(map(len, got.payloads)), len(got.payloads), sample, got.closed, got.detail
        )

    async def greeting(self, address: str, port: int) -> bytes:
        """What a service says by itself within a few seconds, b"" for nothing.

        Raises:
            NotPermittedError: without authority for the address.
        """
        async with self.connection(address, port, phrase("TCP: reading a greeting")) as (_state, connection):
            if connection is None:
                return b""
            return await self._short_reply(connection, 3.0)

    async def pause(self) -> None:
        """The pause between two attempts at the same target."""
        await asyncio.sleep(self.limits.probe_pause)

    def _slot(self, address: str) -> asyncio.Semaphore:
        return self._slots.setdefault(address, asyncio.Semaphore(self.limits.target_in_flight))


def source_towards(address: str) -> str:
    """The address that this computer would use towards another one, "" without a route.

    Connecting a UDP socket asks the routing table and sends nothing.
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            name: tuple[str, int] = probe.getsockname()[:2]
            return name[0].partition("%")[0]
    except OSError:
        return ""
