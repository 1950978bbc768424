"""One connected UDP socket to one name server, shared by many questions; and one question over TCP."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from collections import deque
from typing import cast

from selfaudit.i18n import phrase
from selfaudit.net.dns import wire
from selfaudit.net.dns.wire import Question

_SWEEP = 0.05  # seconds between looks at what has timed out
_BURST = 64  # packets taken in one turn of the loop
_RENEW_AFTER = 2000  # questions before a new source port is taken


class Unreachable(Exception):
    """The network said no: no route, or the port is closed."""


class UdpChannel(asyncio.DatagramProtocol):
    """Questions to one server. Only datagrams from it, with a known id and the same question, count as answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.DatagramTransport | None = None
        self._socket: socket.socket | None = None
        self._pending: dict[int, tuple[asyncio.Future[bytes], Question]] = {}
        self._deadlines: deque[tuple[float, int, asyncio.Future[bytes]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0
        self.strays = 0
        self.closed = False

    @classmethod
    async def open(cls, address: str, port: int) -> UdpChannel:
        """Opens a connected socket. Raises Unreachable if there is no route."""
        loop = asyncio.get_running_loop()
        channel = cls(loop)
        try:
            if sys.platform == "win32":
                # The proactor loop cannot watch a socket; its datagram endpoint takes one packet per turn.
                await loop.create_datagram_endpoint(lambda: channel, remote_addr=(address, port))
            else:
                channel._watch(address, port)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error
        return channel

    def _watch(self, address: str, port: int) -> None:
        """A socket of our own, emptied in bursts: several times as fast as one packet per turn of the loop."""
        own = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            own.setblocking(False)
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            own.connect((address, port))
            self._loop.add_reader(own.fileno(), self._drain)
        except BaseException:
            own.close()
            raise
        self._socket = own

    def _drain(self) -> None:
        for _packet in range(_BURST):
            if self._socket is None:
                return
            try:
                data = self._socket.recv(65_535)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self.error_received(error)
                return
            self.datagram_received(data, None)

    @property
    def worn(self) -> bool:
        """Whether a new source port is due."""
        return self.closed or self._asked >= _RENEW_AFTER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        # Not isinstance: the selector transport of Python 3.11 is no subclass.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Called by asyncio: matches an answer to its question, ignores everything else."""
        if len(data) < 12:
            self.strays += 1
            return
        entry = self._pending.get((data[0] << 8) | data[1])
        if entry is None or not wire.is_reply(data, entry[1]):
            self.strays += 1
            return
        del self._pending[(data[0] << 8) | data[1]]
        if not entry[0].done():
            entry[0].set_result(data)
        self._close_if_idle()

    def error_received(self, exc: Exception) -> None:
        """Called by asyncio for ICMP errors: the port is closed or there is no route."""
        failed, self._pending = self._pending, {}
        for future, _question in failed.values():
            if not future.done():
                future.set_exception(Unreachable(str(exc)))
        self._close_if_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self.closed = True
        self.error_received(exc or ConnectionResetError("closed"))

    async def ask(self, question: Question, timeout: float) -> bytes:
        """Sends a question and waits for its answer.

        Raises:
            TimeoutError: no answer in `timeout` seconds.
            Unreachable: the network said no.
        """
        if self.closed or (self._transport is None and self._socket is None):
            raise Unreachable(phrase("the socket is closed"))
        qid = self._free_id()
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._pending[qid] = (future, question)
        self._asked += 1
        self._deadlines.append((self._loop.time() + timeout, qid, future))
        if self._timer is None:
            self._timer = self._loop.call_later(_SWEEP, self._sweep)
        self._send(question.wire(qid))
        try:
            return await future
        finally:
            if self._pending.get(qid, (None,))[0] is future:
                del self._pending[qid]

    def _send(self, message: bytes) -> None:
        if self._socket is None:
            assert self._transport is not None
            self._transport.sendto(message)
            return
        try:
            self._socket.send(message)
        except (BlockingIOError, InterruptedError):
            return  # the queue is full; the question is repeated when its time is over
        except OSError as error:
            self.error_received(error)

    def _free_id(self) -> int:
        while True:
            qid = int.from_bytes(os.urandom(2), "big")
            if qid not in self._pending:
                return qid

    def _sweep(self) -> None:
        now = self._loop.time()
        waiting = self._deadlines
        kept: deque[tuple[float, int, asyncio.Future[bytes]]] = deque()
        while waiting:
            deadline, qid, future = waiting.popleft()
            if future.done():
                continue
            if deadline <= now:
                future.set_exception(TimeoutError())
                self._pending.pop(qid, None)
            else:
                kept.append((deadline, qid, future))
        self._deadlines = kept
        self._timer = self._loop.call_later(_SWEEP, self._sweep) if kept else None
        self._close_if_idle()

    def retire(self) -> None:
        """Closes the socket as soon as its last answer is in."""
        self._asked = _RENEW_AFTER
        self._close_if_idle()

    def _close_if_idle(self) -> None:
        if self._asked >= _RENEW_AFTER and not self._pending and not self.closed:
            self.close()

    def close(self) -> None:
        """Closes the socket now; whoever waits gets Unreachable."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self.closed = True
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        if self._transport is not None:
            self._transport.abort()
        self.error_received(ConnectionAbortedError("closed"))


async def ask_tcp(address: str, port: int, question: Question, timeout: float) -> bytes:
    """Asks one question over TCP (RFC 7766).

    Raises:
        TimeoutError: not done in `timeout` seconds.
        Unreachable: no connection, or it broke off.
    """
    qid = int.from_bytes(os.urandom(2), "big")
    message = question.wire(qid)
    async with asyncio.timeout(timeout):
        try:
            reader, writer = await asyncio.open_connection(address, port, limit=70_000)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error
        try:
            writer.write(struct.pack("!H", len(message)) + message)
            await writer.drain()
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            data = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Unreachable(str(error)) from error
        finally:
            writer.close()
    if data[:2] != struct.pack("!H", qid) or not wire.is_reply(data, question):
        raise Unreachable(phrase("the answer does not belong to the question"))
    return data
