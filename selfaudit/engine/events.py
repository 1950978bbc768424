"""What a run tells whoever watches it. Frozen, so that events may cross threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from selfaudit.case import Target
from selfaudit.engine.evidence import Record
from selfaudit.findings import Result


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins with so many observations."""

    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """So many observations are done. The total may grow; neither number ever falls."""

    done: int
    total: int
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class TargetFound:
    """An address was found in DNS and is audited too."""

    target: Target


@dataclass(frozen=True, slots=True)
class RecordSeen:
    """An observation was made or failed. Its record has no id yet: ids are given at the end."""

    record: Record


@dataclass(frozen=True, slots=True)
class ResultSeen:
    """A check has its result."""

    result: Result


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; `interrupted` if it was stopped."""

    interrupted: bool


Event = RunStarted | Progress | TargetFound | RecordSeen | ResultSeen | RunFinished
Emit = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """Watches nothing."""
