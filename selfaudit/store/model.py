"""The rows of the store as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from selfaudit.engine.again import CacheNote, Change
from selfaudit.engine.draft import Draft


class RunState(StrEnum):
    """How a run stands. One that says "running" in a store which nobody has open was interrupted."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of a case.

    Attributes:
        id: of the run.
        started, changed: UTC, RFC 3339.
        state: how it stands.
        done, total: observations.
        counts: outcome -> number of results.
    """

    id: int
    started: str
    changed: str
    state: RunState
    done: int
    total: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with its latest run."""

    id: int
    created: str
    changed: str
    draft: Draft
    run: RunRow | None = None


@dataclass(frozen=True, slots=True)
class PastChange:
    """A check that was run again, when, and what caches still hid then."""

    at: str
    change: Change
    caches: tuple[CacheNote, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A statement as somebody may have been given it.

    Attributes:
        sha256: of `data`, in hexadecimal.
        signed, exported: when it was first kept as signed, and as exported; UTC, RFC 3339; "" for never.
        data: the statement as a file (schema selfaudit/statement/1).
    """

    sha256: str
    signed: str
    exported: str
    data: bytes
