"""When things happened, by the customer's words, by the notices, and by the provider's suspension."""

from __future__ import annotations

from collections.abc import Iterable

from selfaudit.case import Case
from selfaudit.case.dates import read_date
from selfaudit.case.statement import Statement
from selfaudit.policy.days import in_future, is_known


def began(said: Statement) -> str:
    """The earliest beginning that the customer names, "" for none."""
    return earliest(m.at for m in said.timeline if m.kind == "began")


def first_trace(case: Case, said: Statement) -> str:
    """The earliest of the first event in any notice, the beginning that the customer names, and the suspension; "" if none is known."""
    return earliest((*(n.first for n in case.notices), began(said), case.suspended))


def last_reported(case: Case, now: float | None) -> str:
    """The last event in any notice, "" for none. What a notice dates in the future is passed over."""
    return latest(n.last for n in case.notices if not in_future(n.last, now))


def last_repair(said: Statement, now: float | None) -> str:
    """The last day or moment at which something is said to have been mended, "" for none. The future is passed over."""
    fixed = (m.at for m in said.timeline if m.kind == "fixed")
    done = (m.date for m in (*said.measures, *said.steps) if m.state == "done")
    return latest(d for d in (*fixed, *done) if not in_future(d, now))


def earliest(days: Iterable[str]) -> str:
    """The earliest of days and moments, "" if none of them is one."""
    return min((d for d in days if is_known(d)), key=_seconds, default="")


def latest(days: Iterable[str]) -> str:
    """The latest of days and moments, "" if none of them is one."""
    return max((d for d in days if is_known(d)), key=_seconds, default="")


def _seconds(day: str) -> float:
    return read_date(day) or 0.0
