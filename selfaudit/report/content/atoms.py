"""The small parts of a report's content (`model`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """A state: its colour by the name of an outcome ("pass", "fail", "warn", "inconclusive", "not-applicable", "not-run", "bug") or
    "stated" (met by nobody's sight, only by somebody's word), its sign, and its word. The word alone says everything; colour and sign only say it sooner.
    """

    tone: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value. `soft` is said beside it, in smaller words. A label of "" carries on the line above."""

    label: str
    value: str
    soft: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a chart."""

    sign: Sign
    count: int


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause where it is only named. `place` is the name of its row."""

    clause: str
    heading: str
    state: Sign
    why: str
    more: str = ""
    date: str = ""
    place: str = ""
