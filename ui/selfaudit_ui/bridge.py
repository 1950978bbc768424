"""The one worker thread, with the engine's event loop, and the one signal by which its words come back.

Everything that is sent over is frozen; no object of Qt is touched by the worker. The store is used in the worker only.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from selfaudit.engine.judge import short_trace
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit_ui.threads import DaemonThreads

BLOCKING = 30.0  # seconds
AT_ONCE = 4  # calls that may take their time, besides those that have had their time
AT_END = 3.0  # seconds for what is being written when the app is closed
SWITCH = (
    0.001  # seconds after which a busy worker lets the window's thread in; Python's own 5 ms add up to pauses that are seen
)
TELL_EVERY = 0.1  # seconds between two words about how far long work has come
T = TypeVar("T")


class Stopped(Exception):
    """Ends long work whose job was cancelled."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that ended in an error. `words` may be shown; `trace` is ours, without folders, "" for what people can mend. `cancelled`: somebody stopped it."""

    words: str
    trace: str = ""
    error: UserError | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    number: int
    value: Any
    last: bool


class Job(Generic[T]):
    """Something under way in the worker."""

    def __init__(self, bridge: Bridge, number: int) -> None:
        self._bridge, self._number = bridge, number

    def cancel(self) -> None:
        """Asks it to stop; its answer still comes."""
        self._bridge.cancel(self._number)


class Bridge(QObject):
    """Starts jobs in the worker and hands their answers to callbacks in the window's thread.

    Signals:
        _arrived: an answer from the worker, queued.
    """

    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[Failure], None], Callable[[Any], None] | None]] = {}
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._short: set[int] = set()  # what is short is finished even when the app is closing: it saves
        self.at_end: list[Callable[[], None]] = []
        self._threads = DaemonThreads()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        sys.setswitchinterval(SWITCH)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()
        self._ready.wait(10)

    # In the window's thread

    def start(
        self,
        make: Callable[[Callable[[Any], None]], Awaitable[T]],
        then: Callable[[T], None],
        failed: Callable[[Failure], None],
        news: Callable[[Any], None] | None = None,
    ) -> Job[T]:
        """Runs a coroutine in the worker.

        Args:
            make: called in the worker with a function that sends news; returns the coroutine.
            then: gets the result, in this thread.
            failed: gets what went wrong, in this thread.
            news: gets what is sent meanwhile, in this thread and in order.
        """
        return self._enter(make, then, failed, news, short=False)

    def _enter(
        self,
        make: Callable[[Callable[[Any], None]], Awaitable[T]],
        then: Callable[[T], None],
        failed: Callable[[Failure], None],
        news: Callable[[Any], None] | None,
        *,
        short: bool,
    ) -> Job[T]:
        number = next(self._numbers)
        self._waiting[number] = (then, failed, news)
        if short:
            self._short.add(number)
        assert self._loop is not None
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._begin, number, make)
        return Job(self, number)

    def call(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Failure], None]) -> Job[T]:
        """Runs a short function in the worker, after those asked for before."""

        async def once(_send: Callable[[Any], None]) -> T:
            return work()

        return self._enter(once, then, failed, None, short=True)

    def call_blocking(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Failure], None]) -> Job[T]:
        """Runs what may take its time (the keyring asks people questions) beside the worker's loop, for at most 30 s.

        What hangs loses its place then, so that others can go on.
        """

        async def once(_send: Callable[[Any], None]) -> T:
            async with self._places:
                try:
                    return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._threads, work), BLOCKING)
                except TimeoutError:
                    raise UserError(_("The system did not answer in time; nothing was changed.")) from None

        return self._enter(once, then, failed, None, short=False)

    def call_long(
        self,
        work: Callable[[Callable[[int, int], None]], T],
        then: Callable[[T], None],
        failed: Callable[[Failure], None],
        news: Callable[[tuple[int, int]], None],
    ) -> Job[T]:
        """Runs what may take minutes beside the worker's loop. `work` gets a function to call with (done, total) again and again.

        When the job is cancelled, that function raises `Stopped`, which ends the work.
        """

        async def long(send: Callable[[Any], None]) -> T:
            stop = threading.Event()
            told = 0.0

            def tell(done: int, total: int) -> None:
                nonlocal told
                if stop.is_set():
                    raise Stopped
                now = time.monotonic()
                if now - told > TELL_EVERY:
                    told = now
                    send((done, total))

            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, work, tell)
            finally:
                stop.set()

        return self._enter(long, then, failed, news, short=False)

    def cancel(self, number: int) -> None:
        """Cancels a job."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel, number)

    def close(self, timeout: float = 12.0) -> bool:
        """Cancels everything, waits for what is being saved, and ends the worker. Returns whether it ended in time.

        What is being written beside it has a few seconds; what hangs ends with the app.
        """
        if self._loop is not None and not self._loop.is_closed() and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout)
        self._threads.finish(AT_END)
        self._waiting.clear()  # the window is going: nobody waits for answers any more
        return not self._thread.is_alive()

    def idle(self) -> bool:
        """Whether no job is under way."""
        return not self._waiting

    def _deliver(self, answer: _Answer) -> None:
        entry = self._waiting.get(answer.number)
        if entry is None:
            return
        then, failed, news = entry
        if not answer.last:
            if news is not None:
                news(answer.value)
            return
        del self._waiting[answer.number]
        if isinstance(answer.value, Failure):
            failed(answer.value)
        else:
            then(answer.value)

    # In the worker

    def _work(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._loop.set_default_executor(self._threads)
        self._ready.set()
        await self._stop.wait()
        for number, task in list(self._tasks.items()):
            if number not in self._short:
                task.cancel()
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=1.0)
        for work in self.at_end:
            work()

    def _begin(self, number: int, make: Callable[[Callable[[Any], None]], Awaitable[Any]]) -> None:
        task = asyncio.ensure_future(self._run(number, make))
        self._tasks[number] = task

        def done(ended: asyncio.Task[Any]) -> None:
            del self._tasks[number]
            self._short.discard(number)
            if ended.cancelled():  # before it had begun: nothing in it could answer
                self._arrived.emit(_Answer(number, Failure("", cancelled=True), last=True))

        task.add_done_callback(done)

    def _cancel(self, number: int) -> None:
        task = self._tasks.get(number)
        if task is not None:
            task.cancel()

    async def _run(self, number: int, make: Callable[[Callable[[Any], None]], Awaitable[Any]]) -> None:
        value: Any
        try:
            value = await make(lambda news: self._arrived.emit(_Answer(number, news, last=False)))
        except asyncio.CancelledError:
            value = Failure("", cancelled=True)
        except UserError as error:
            value = Failure(str(error), error=error)
        except (OSError, sqlite3.Error) as error:
            value = Failure(str(getattr(error, "strerror", "") or error))
        except Exception as error:
            value = Failure("", short_trace(error))
        self._arrived.emit(_Answer(number, value, last=True))
