"""Threads for what may hang: the keyring that asks a question, a file on a network drive that is gone. None of them holds up the end of the app."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class DaemonThreads(ThreadPoolExecutor):
    """A thread of its own for every call, which ends with the app whatever it does.

    The threads of Python's own pools are waited for without end when the app ends, and one that hangs keeps its place in the pool. asyncio
    takes nothing but a `ThreadPoolExecutor` for its own calls, so this is one by name. How many calls run at once is for the callers.
    """

    def __init__(self) -> None:
        super().__init__(1)
        self._running: set[threading.Thread] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Starts a function in a thread of its own."""
        future: Future[T] = Future()

        def work() -> None:
            try:
                if future.set_running_or_notify_cancel():
                    try:
                        result = fn(*args, **kwargs)
                    except BaseException as error:
                        future.set_exception(error)
                    else:
                        future.set_result(result)
            finally:
                self._running.discard(thread)

        thread = threading.Thread(target=work, name="beside", daemon=True)
        self._running.add(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits for nothing: see `finish`."""

    def finish(self, seconds: float) -> bool:
        """Waits at most so long for what is still being done, for example written. Returns whether all of it is."""
        until = time.monotonic() + seconds
        for thread in list(self._running):
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in list(self._running))
