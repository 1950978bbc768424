"""What has changed between the facts of a bundle and the same facts seen from here, and whether it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """A check that rests on a fact: its outcome then and now, "" where there is none."""

    check: str
    target: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class FactDrift:
    """One fact then and now.

    Attributes:
        kind, subject: of the fact.
        state: "same"; "changed"; "not-repeated": only its owner's computer or permission could see it; "not-seen": it could not be observed
            from here, which says nothing about it.
        matters: the outcome of a check changes with it, for better or worse.
        worse: a check that did not fail fails now, or what passed cannot be told.
        before, now: what differs, in lines that a person can compare; empty for "same".
        checks: the checks that rest on it and come out otherwise.
        why: in one sentence (`i18n.phrase`), "" for "same".
    """

    kind: str
    subject: str
    state: Literal["same", "changed", "not-repeated", "not-seen"]
    matters: bool = False
    worse: bool = False
    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    checks: tuple[OutcomeDrift, ...] = ()
    why: str = ""
