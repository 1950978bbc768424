"""Waiting for a registry, on a clock of its own: how many questions are let through when, and what the waiting costs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from selfaudit.net.pace import deadline, off_the_clock
from selfaudit.net.registry_pace import RegistryPace, WaitTooLong
from selfaudit.protocols.rate_limit import RateLimit


class Clock(asyncio.SelectorEventLoop):
    """A loop on which time passes only while everybody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None = None) -> Any:
            events = select(0)
            if not events and timeout:
                self._now += timeout
            return events

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    loop = Clock()
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


class Registry:
    """Takes `rate` questions a second, `burst` at once (a token bucket), and refuses the others."""

    def __init__(self, rate: float, burst: int, *, announces: bool) -> None:
        self.rate, self.burst, self.announces = rate, burst, announces
        self.tokens, self.at = float(burst), 0.0
        self.accepted = self.refused = 0

    async def ask(self, pace: RegistryPace, *, latency: float = 0.05) -> bool:
        epoch = await pace.turn("registry")
        await asyncio.sleep(latency / 2)
        now = asyncio.get_running_loop().time()
        self.tokens = min(self.burst, self.tokens + (now - (self.at or now)) * self.rate)
        self.at = now
        taken = self.tokens >= 1 - 1e-9
        if taken:
            self.tokens -= 1
            self.accepted += 1
        else:
            self.refused += 1
        limit = RateLimit(self.burst, self.burst / self.rate, int(self.tokens), (1 - self.tokens % 1) / self.rate)
        await asyncio.sleep(latency / 2)
        pace.done("registry", epoch, limit if self.announces else None, refused=None if taken else 1.0)
        return taken


async def all_of(registry: Registry, pace: RegistryPace, count: int) -> float:
    began = asyncio.get_running_loop().time()

    async def one() -> None:
        while not await registry.ask(pace):
            pass

    await asyncio.gather(*(one() for _ in range(count)))
    return asyncio.get_running_loop().time() - began


@pytest.mark.parametrize(("rate", "burst"), [(5.0, 2), (10.0, 5), (4.0, 20), (1.0, 1), (2.0, 100)])
def test_an_announced_limit_is_used_up_and_never_passed(rate: float, burst: int) -> None:
    registry = Registry(rate, burst, announces=True)
    took = run(lambda: all_of(registry, RegistryPace(2.0, 60.0), 200))
    assert (registry.accepted, registry.refused) == (200, 0)
    assert took <= 1.2 * (200 - burst) / rate + 1.0


def test_a_known_limit_is_kept() -> None:
    registry = Registry(10.0, 1, announces=False)
    took = run(lambda: all_of(registry, RegistryPace(10.0, 60.0), 200))
    assert (registry.accepted, registry.refused) == (200, 0)
    assert took <= 1.2 * 20


def test_refusals_teach() -> None:
    registry = Registry(1.0, 1, announces=False)
    took = run(lambda: all_of(registry, RegistryPace(2.0, 60.0), 100))
    assert registry.accepted == 100
    assert registry.refused <= 3
    assert took <= 1.2 * 100 + 5


def test_one_outage_is_forgiven() -> None:
    async def work() -> tuple[int, float]:
        pace, refused = RegistryPace(2.0, 60.0), 0
        began = asyncio.get_running_loop().time()

        async def one() -> None:
            nonlocal refused
            while True:
                epoch = await pace.turn("registry")
                await asyncio.sleep(0.1)
                out = asyncio.get_running_loop().time() - began < 3.0
                refused += out
                pace.done("registry", epoch, refused=1.0 if out else None)
                if not out:
                    return

        await asyncio.gather(*(one() for _ in range(200)))
        return refused, asyncio.get_running_loop().time() - began

    refused, took = run(work)
    assert refused <= 3
    assert took <= 1.6 * 100


def test_who_always_refuses_is_left_alone() -> None:
    async def work() -> tuple[int, float]:
        pace, asked = RegistryPace(2.0, 60.0), 0
        began = asyncio.get_running_loop().time()

        async def one() -> None:
            nonlocal asked
            with contextlib.suppress(WaitTooLong):
                for _ in range(3):
                    epoch = await pace.turn("registry")
                    asked += 1
                    await asyncio.sleep(0.1)
                    pace.done("registry", epoch, refused=30.0)

        await asyncio.gather(*(one() for _ in range(200)))
        return asked, asyncio.get_running_loop().time() - began

    asked, took = run(work)
    assert asked <= 6
    assert took <= 200


def test_refused_for_longer_than_our_patience() -> None:
    async def work() -> float:
        pace = RegistryPace(10.0, 60.0)
        pace.done("registry", await pace.turn("registry"), refused=3600.0)
        with pytest.raises(WaitTooLong) as caught:
            await pace.turn("registry")
        pace.done("another", await pace.turn("another"))
        return caught.value.seconds

    assert run(work) == pytest.approx(3600.0)


def test_waiting_for_a_turn_is_not_held_against_the_observation() -> None:
    async def work() -> str:
        async with deadline(1.0):
            await asyncio.sleep(0.6)
            async with off_the_clock():
                await asyncio.sleep(500)
            await asyncio.sleep(0.3)
        try:
            async with deadline(1.0):
                async with off_the_clock():
                    await asyncio.sleep(500)
                await asyncio.sleep(1.1)
        except TimeoutError:
            return "over"
        return "never"

    assert run(work) == "over"


def test_two_who_wait_at_once_stop_the_clock_once() -> None:
    async def wait(seconds: float) -> None:
        async with off_the_clock():
            await asyncio.sleep(seconds)

    async def work() -> None:
        async with deadline(1.0):
            await asyncio.gather(wait(100), wait(50))
            await asyncio.sleep(0.9)

    run(work)


def test_cancelled_while_waiting_the_place_is_free_again() -> None:
    async def work() -> None:
        pace = RegistryPace(1.0, 60.0)
        epoch = await pace.turn("registry")
        waiting = [asyncio.ensure_future(pace.turn("registry")) for _ in range(5)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        pace.done("registry", epoch)
        for _ in range(3):
            pace.done("registry", await pace.turn("registry"))

    run(work)
