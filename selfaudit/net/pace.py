"""Spacing out questions to one server or list."""

from __future__ import annotations

import asyncio


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
