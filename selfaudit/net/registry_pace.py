"""Asking a registry no faster than it takes: by our own rate, by what it announces, and by what it refuses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from selfaudit.net.pace import off_the_clock
from selfaudit.protocols.rate_limit import RateLimit

_FASTEST = 1 / 20  # seconds between two questions, however much a server says that it takes
_SLOWEST = 30.0
_SLOWER = 2.1  # after a refusal; a little more than the double, as clocks and ways are not exact
_FASTER = 0.8  # after so many answers in a row, but never again as fast as what was refused
_IN_A_ROW = 20
_GIVES_UP = 4  # refusals in a row after which nobody asks this server any more
_AT_ONCE = 2


class WaitTooLong(Exception):
    """The server takes no more questions for longer than we wait; `seconds` says how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class _Server:
    gap: float
    next: float = 0.0
    blocked: float = 0.0
    left: int | None = None  # questions until the announced window is used up; None if it announces nothing
    under_way: int = 0
    floor: float = 0.0  # seconds; faster than this was refused
    hurried: bool = False  # the last change of the gap made it shorter
    epoch: int = 0  # how often it was slowed down
    accepted: int = 0  # answers since the last refusal
    refused: int = 0  # refusals since the last answer
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))


class RegistryPace:
    """One per run. Times are those of the running loop.

    Args:
        rate: questions a second to one server that announces no limit; 0 for no limit.
        patience: seconds for which we wait until a server takes questions again.
    """

    def __init__(self, rate: float, patience: float) -> None:
        self._gap = 1.0 / rate if rate > 0 else 0.0
        self._patience = patience
        self._servers: dict[str, _Server] = {}

    def _server(self, key: str, factor: float = 1.0) -> _Server:
        return self._servers.setdefault(key, _Server(self._gap * factor))

    async def turn(self, key: str, factor: float = 1.0) -> int:
        """Waits for a turn at a server; `done` must follow. `factor` makes the gaps of a server longer.

        Returns:
            What `done` needs to know.

        Raises:
            WaitTooLong: it takes no questions for longer than our patience; `done` must not follow.
        """
        server, loop = self._server(key, factor), asyncio.get_running_loop()
        async with off_the_clock():
            await server.places.acquire()
            try:
                async with server.turns:
                    while (wait := max(server.next, server.blocked) - loop.time()) > 0:
                        if server.blocked - loop.time() > self._patience or server.refused >= _GIVES_UP:
                            raise WaitTooLong(max(server.blocked - loop.time(), 0.0))
                        await asyncio.sleep(wait)
                    server.next = loop.time() + (server.gap if server.left is None else min(server.gap, _FASTEST))
                    if server.left is not None:
                        server.left -= 1
                        if server.left <= 0:
                            # The answer on its way says when more are taken; until then nobody else asks.
                            server.next = loop.time() + server.gap
            except BaseException:
                server.places.release()
                raise
        server.under_way += 1
        return server.epoch

    def done(self, key: str, epoch: int, announced: RateLimit | None = None, *, refused: float | None = None) -> None:
        """After an answer.

        Args:
            key: of the server.
            epoch: what `turn` returned.
            announced: what the answer says about the server's limit.
            refused: seconds to wait, if the question was refused because there were too many.
        """
        server, now = self._server(key), asyncio.get_running_loop().time()
        server.under_way -= 1
        server.places.release()
        if refused is not None:
            # A row of refusals teaches no more than the first of them; nor do questions that were on their way already.
            if epoch == server.epoch and server.refused == 0:
                self.block(key, refused)
            else:
                server.blocked = max(server.blocked, now + refused)
            server.accepted, server.refused = 0, server.refused + 1
        else:
            server.accepted, server.refused = server.accepted + 1, 0
            if server.epoch and server.accepted % _IN_A_ROW == 0:
                server.hurried = server.gap * _FASTER > server.floor
                server.gap = max(server.gap * _FASTER, server.floor)
        if announced is None or announced.remaining is None:
            return
        if announced.limit and announced.window:
            server.gap = min(max(announced.window / announced.limit, _FASTEST), _SLOWEST)
        server.left = max(announced.remaining - server.under_way, 0)
        if server.left == 0:
            wait = announced.reset if announced.reset is not None else server.gap
            server.blocked = max(server.blocked, now + min(wait, 3600.0))

    def block(self, key: str, seconds: float) -> None:
        """Nobody asks this server for so long, and more slowly after that."""
        server, now = self._server(key), asyncio.get_running_loop().time()
        server.blocked = max(server.blocked, now + seconds)
        server.epoch += 1
        if server.hurried:  # back to what was accepted before
            server.floor = server.gap = min(server.gap / _FASTER, _SLOWEST)
        else:
            server.floor = min(max(server.gap * 1.1, server.floor), _SLOWEST)
            server.gap = min(max(server.gap * _SLOWER, _FASTEST), _SLOWEST)
        server.hurried, server.left = False, None
