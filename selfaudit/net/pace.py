"""Politeness: at most so many questions a second to one blocklist."""

from __future__ import annotations

import asyncio


class Pace:
    """Spaces out calls per key. Servers on this machine are nobody's burden and are not slowed down."""

    def __init__(self, rate: float) -> None:
        self._gap = 1.0 / rate if rate > 0 else 0.0
        self._next: dict[str, float] = {}

    async def wait(self, key: str, local: bool) -> None:
        """Waits for this key's next turn. A burst of ten is free."""
        if self._gap == 0.0 or local:
            return
        now = asyncio.get_running_loop().time()
        turn = max(self._next.get(key, 0.0), now - 10 * self._gap) + self._gap
        self._next[key] = turn
        if turn > now:
            await asyncio.sleep(turn - now)
