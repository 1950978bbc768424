"""What many rows of a ledger have in common, and rows of the same recipient that contradict each other."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter
from collections.abc import Iterable

SHARED = 20  # rows that have the same second, IP address or token
NEVER = -(1 << 62)  # stands for a time that is not known
LEFT = 1 << 62  # stands for a row that is not active
UNDATED = 1 << 61  # stands for a withdrawal at an unknown time


def groups(values: Iterable[int]) -> tuple[int, int]:
    """Values that at least `SHARED` rows have: all these rows, and those of the most common value."""
    large = [count for count in Counter(values).values() if count >= SHARED]
    return sum(large), max(large, default=0)


def most_common(values: Iterable[int]) -> tuple[int, int]:
    """The most common value and its rows, (0, 0) for none."""
    counted = Counter(values)
    return counted.most_common(1)[0] if counted else (0, 0)


def peaks(seconds: Iterable[int]) -> tuple[int, int]:
    """Most in one hour, and the median of the hours that have any."""
    hours = Counter(second // 3600 for second in seconds)
    return max(hours.values(), default=0), int(statistics.median(hours.values())) if hours else 0


class Recipients:
    """Who is in the ledger, as hashes of 64 bits, and who is active in one row and has left in another."""

    def __init__(self) -> None:
        self._who = array("q")
        self._joined = array("q")
        self._gone = array("q")
        self._gone_at = array("q")

    def add(self, recipients: Iterable[str], joined: Iterable[int]) -> None:
        """Adds rows: who, and the latest time of consent or confirmation (`NEVER` for none, `LEFT` for a row that is not active)."""
        self._who.extend(map(hash, recipients))
        self._joined.extend(joined)

    def leaves(self, recipient: str, at: int | None) -> None:
        """Notes that a row calls a recipient withdrawn (since `at`) or complaining."""
        self._gone.append(hash(recipient))
        self._gone_at.append(UNDATED if at is None else at)

    def distinct(self) -> tuple[int, int]:
        """Different recipients; active rows of those whom another row calls withdrawn, not before these rows' consent."""
        seen: set[int] = set()
        again: set[int] = set()
        for who in self._who:
            (again if who in seen else seen).add(who)
        gone: dict[int, int] = {}
        for who, at in zip(self._gone, self._gone_at, strict=True):
            if who in again:
                gone[who] = max(at, gone.get(who, at))
        if not gone:
            return len(seen), 0
        rows = zip(self._who, self._joined, strict=True)
        return len(seen), sum(who in gone and joined <= gone[who] for who, joined in rows)
