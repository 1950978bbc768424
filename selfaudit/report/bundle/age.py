"""How old what was seen is, and whether all its moments fit together: those of the run, of each observation, and of what lies inside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Any

from selfaudit.case.dates import read_date
from selfaudit.engine.evidence import Evidence, Record
from selfaudit.facts import Fact
from selfaudit.facts.host import HostReport
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import MessageReport
from selfaudit.i18n import phrase
from selfaudit.report.bundle.model import Point, Standing
from selfaudit.text import printable

RECENT = 7 * 86_400  # seconds for which an audit says how things are now, as for the statement (`policy.footing`)
CLOCKS = 900  # seconds by which two clocks may differ
_RUN = 7_200  # seconds for which a run may remember an answer that it had before
_MOMENTS, _DURATION = ("at", "now"), "ms"  # fields of facts: UTC seconds (0 for none) and milliseconds
_SHOWN = 10


def age_point(evidence: Evidence, made: float, now: float) -> tuple[Point, str, str]:
    """How old what was seen is, with the moments of the oldest and the newest fact."""
    seen = [moment for r in evidence.records if r.fact is not None for moment in _of_record(r)]
    moments = sorted((at, text) for text in seen if (at := read_date(text)) is not None)
    unreadable = len(moments) < len(seen) or any(read_date(r.at) is None for r in evidence.records)
    oldest, newest = (moments[0][1], moments[-1][1]) if moments else ("", "")
    oldest, newest = printable(oldest, 40), printable(newest, 40)
    start, end = read_date(evidence.started), read_date(evidence.finished)
    if unreadable or start is None or end is None:
        text = phrase("Some of its moments cannot be read, so how old the facts are cannot be told.")
        return Point("age", Standing.BAD, text), oldest, newest
    odd = [f"{r.request.kind} {r.request.subject}" for r in evidence.records if not _fits(r, start, end)]
    if odd or end < start - CLOCKS:
        text = phrase("Its moments contradict each other: something in it was seen at another time than it says.")
        more = f"{', '.join(printable(name, 100) for name in odd[:_SHOWN])}{', …' if len(odd) > _SHOWN else ''}"
        return Point("age", Standing.BAD, text, (more,) if odd else ()), oldest, newest
    if not moments:
        return Point("age", Standing.UNKNOWN, phrase("There is no fact in it whose age could be told.")), oldest, newest
    details = [phrase("Oldest fact: {oldest}; newest fact: {newest}.", oldest=oldest, newest=newest)]
    details += [
        phrase("The server {host} was looked at from inside: {at}.", host=printable(h.name, 80), at=printable(h.taken, 40))
        for h in evidence.case.hosts[:_SHOWN]
    ]
    standing, text = _standing(moments, end, made, now)
    if standing is Standing.UNKNOWN and moments[0][0] + RECENT < now:
        old = sum(at + RECENT < now for at, _text in moments)
        details.append(phrase("facts older than seven days: {old} of {count}", old=old, count=len(moments)))
    return Point("age", standing, text, tuple(details)), oldest, newest


def _standing(moments: list[tuple[float, str]], end: float, made: float, now: float) -> tuple[Standing, str]:
    last = max(moments[-1][0], end)
    if max(last, made) > now + CLOCKS:
        return Standing.UNKNOWN, phrase(
            "It says that it is from a time that is still to come: one of the clocks is wrong, or somebody has written it."
        )
    if made + CLOCKS < last:
        return Standing.BAD, phrase("It says that it was made before the last fact in it was seen.")
    if moments[0][0] + RECENT < now:
        return Standing.UNKNOWN, phrase(
            "What was seen is more than seven days old and may be different now; --recheck looks again."
        )
    return Standing.GOOD, phrase("Everything in it was seen within the last seven days.")


def _of_record(record: Record) -> Iterator[str]:
    """When a fact was observed. What was brought along is as old as it was then, not as the moment at which the run took it up."""
    yield record.at
    fact = record.fact
    if isinstance(fact, HostReport):
        # By the server's own clock; one that is ahead makes nothing look newer than its receipt.
        yield min((fact.taken, fact.received), key=lambda text: read_date(text) or 0.0)
    elif (received := _received(fact)) is not None:
        yield received


def _received(fact: Fact | None) -> str | None:
    """When what was brought along came here, by the clock here; None for all else."""
    if isinstance(fact, MessageReport):
        return fact.message.received
    return fact.received if isinstance(fact, HostReport | LedgerReport) else None


def _fits(record: Record, start: float, end: float) -> bool:
    """Whether an observation lies within its run, and what is inside it within the observation, as far as clocks agree."""
    at = read_date(record.at)
    if at is None or record.ms < 0 or not start - CLOCKS <= at <= end + CLOCKS:
        return False
    fact = record.fact
    if fact is None:
        return True
    received = _received(fact)
    if received is not None and (read_date(received) or 0.0) > at + CLOCKS:
        return False
    if isinstance(fact, HostReport) and fact.seen and abs((read_date(fact.seen) or 0.0) - at) > CLOCKS:
        return False
    first, last = max(start, at - _RUN) - CLOCKS, at + record.ms / 1000 + CLOCKS
    return all(first <= value <= last if name in _MOMENTS else value >= 0 for name, value in _inside(fact) if value)


def _inside(fact: Fact) -> Iterator[tuple[str, float]]:
    """All moments and durations in a fact, with the names of their fields."""
    waiting: list[Any] = [fact]
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            waiting += (item for item in value if not isinstance(item, str))
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            timed, others = _fields(type(value))
            yield from ((name, found) for name in timed if isinstance(found := getattr(value, name), int | float))
            waiting += (getattr(value, name) for name in others)


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = [f.name for f in dataclasses.fields(kind)]
    timed = (*_MOMENTS, _DURATION)
    return tuple(n for n in names if n in timed), tuple(n for n in names if n not in timed)
