"""Blocking libraries run here and nowhere else: one pool of 8 threads, each call with a limit of at most 10 seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from selfaudit.net.pace import off_the_clock

T = TypeVar("T")
MAX_SECONDS = 10.0
_THREADS = 8


class BlockingPool:
    """A bounded executor. Functions that run in it must limit themselves; the limit here only stops the waiting."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="selfaudit-net")
        self._free = asyncio.Semaphore(_THREADS)

    async def run(self, function: Callable[[], T], timeout: float) -> T:
        """Runs a function when a thread is free. Raises TimeoutError after `timeout` seconds plus a little for its own limit."""
        limit = min(timeout, MAX_SECONDS) + 1.0
        async with off_the_clock():
            await self._free.acquire()
        # The place is free again when the thread is, not when nobody waits for it any more.
        future = asyncio.get_running_loop().run_in_executor(self._executor, function)
        future.add_done_callback(self._done)
        async with asyncio.timeout(limit):
            return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._free.release()
        if not future.cancelled():
            future.exception()  # whoever asked may have left

    def close(self) -> None:
        """Drops what has not begun; what runs ends by its own time limit."""
        self._executor.shutdown(wait=False, cancel_futures=True)
