"""Two audits beside each other: what was fixed, what is new, what changed, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What became of a finding."""

    FIXED = "fixed"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True, slots=True)
class Compared:
    """A check on a target in both audits, or one of its findings.

    Attributes:
        check, target_kind, target: what it is about.
        tag: of the finding, "" where the result as a whole is compared.
        fate: see there.
        before, now: outcomes, "" where there is none.
        text: the finding, or the reason (`i18n.phrase`).
        why: why it cannot be compared (`i18n.phrase`), "" otherwise.
    """

    check: str
    target_kind: str
    target: str
    tag: str
    fate: Fate
    before: str = ""
    now: str = ""
    text: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two audits. `before` and `now` are when they ended; `warnings` say what makes the comparison weak (`i18n.phrase`)."""

    before: str
    now: str
    items: tuple[Compared, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
