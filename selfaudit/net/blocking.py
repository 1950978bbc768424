"""Blocking libraries run here and nowhere else: one pool of 8 threads, each call with a limit of at most 10 seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
MAX_SECONDS = 10.0


class BlockingPool:
    """A bounded executor. Functions that run in it must limit themselves; the limit here only stops the waiting."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(8, thread_name_prefix="selfaudit-net")

    async def run(self, function: Callable[[], T], timeout: float) -> T:
        """Runs a function. Raises TimeoutError after `timeout` seconds plus a little for the function's own limit."""
        limit = min(timeout, MAX_SECONDS) + 1.0
        async with asyncio.timeout(limit):
            return await asyncio.get_running_loop().run_in_executor(self._executor, function)

    def close(self) -> None:
        """Drops what has not begun; what runs ends by its own time limit."""
        self._executor.shutdown(wait=False, cancel_futures=True)
