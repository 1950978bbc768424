"""Spacing out questions to one server or list, without counting the waiting as anybody's fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar

_deadline: ContextVar[asyncio.Timeout | None] = ContextVar("deadline of this observation", default=None)


@asynccontextmanager
async def deadline(seconds: float) -> AsyncGenerator[None]:
    """Limits an observation to this many seconds of its own; waiting for a turn (`off_the_clock`) is not counted.

    Raises:
        TimeoutError: they are over.
    """
    async with asyncio.timeout(seconds) as limit:
        token = _deadline.set(limit)
        try:
            yield
        finally:
            _deadline.reset(token)


@asynccontextmanager
async def off_the_clock() -> AsyncGenerator[None]:
    """Stops the clock of the observation that waits in here."""
    limit = _deadline.get()
    when = limit.when() if limit is not None else None
    if limit is None or when is None:  # nobody counts, or somebody has stopped it already
        yield
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        if not limit.expired():
            limit.reschedule(when + loop.time() - began)


class Pace:
    """Spaces out calls per key: at most `rate` a second in the long run, 0 for no limit."""

    def __init__(self, rate: float, burst: int = 10) -> None:
        self._gap = 1.0 / rate if rate > 0 else 0.0
        self._burst = burst
        self._next: dict[str, float] = {}

    async def wait(self, key: str) -> None:
        """Waits for this key's next turn; the first `burst` calls and those after a pause are free."""
        if self._gap == 0.0:
            return
        now = asyncio.get_running_loop().time()
        turn = max(self._next.get(key, 0.0), now - self._burst * self._gap) + self._gap
        self._next[key] = turn
        if turn > now:
            await asyncio.sleep(turn - now)
