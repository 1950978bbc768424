"""The pool of threads: waiting for one of them is nobody's time-out."""

from __future__ import annotations

import asyncio
import time

import pytest

from selfaudit.net.blocking import BlockingPool
from selfaudit.net.pace import deadline


async def test_whoever_waits_for_a_thread_is_not_timed_out() -> None:
    pool = BlockingPool()
    try:
        async with deadline(1.5):  # 24 calls of 0.3 s in 8 threads, each allowed 0.4 s
            done = await asyncio.gather(*(pool.run(lambda: time.sleep(0.3), -0.6) for _ in range(24)))
    finally:
        pool.close()
    assert len(done) == 24


async def test_a_call_that_does_not_end_in_time_keeps_its_thread_until_it_ends() -> None:
    pool = BlockingPool()
    try:
        for _ in range(8):
            with pytest.raises(TimeoutError):
                await pool.run(lambda: time.sleep(0.5), -0.9)
        assert await pool.run(lambda: 7, 1.0) == 7
    finally:
        pool.close()


async def test_an_error_reaches_whoever_asked() -> None:
    pool = BlockingPool()

    def fail() -> None:
        raise ValueError("no")

    try:
        with pytest.raises(ValueError, match="no"):
            await pool.run(fail, 1.0)
    finally:
        pool.close()
