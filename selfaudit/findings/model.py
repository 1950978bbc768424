"""Severity, outcome, finding, message and remedy: the vocabulary of every verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from selfaudit.facts.base import Fact

type_args = str | int | float | tuple[str, ...]
Args = Mapping[str, str | int | float | tuple[str, ...]]


class Severity(StrEnum):
    """How much a finding matters. The words are definitions, not moods.

    * critical: harms others right now, or no mail or name works at all; reinstatement will be refused.
    * high: a rule of the policy or a hard requirement of receivers is broken.
    * medium: works today, but a careful desk or large receivers will object.
    * low: worth doing; nobody refuses reinstatement for it.
    * unknown: could not be observed; says nothing about the target.
    * info: a fact worth showing, neither good nor bad.
    * none: what was looked for is not needed here (not applicable).
    * good: seen to be right.
    """

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"
    INFO = "info"
    NONE = "none"
    GOOD = "good"


class Outcome(StrEnum):
    """The verdict of one check on one target. Only `pass` is green."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - not a password
    NOT_APPLICABLE = "not-applicable"
    NOT_RUN = "not-run"
    BUG = "bug"


class Contact(StrEnum):
    """Passive: only public records are asked. Active: packets go to the target's own services."""

    PASSIVE = "passive"
    ACTIVE = "active"


class Who(StrEnum):
    """Who can carry out a remedy."""

    YOU = "you"
    PROVIDER = "provider"
    REGISTRAR = "registrar"
    HOLDER = "holder"  # whoever a hosted domain is registered to
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Remedy:
    """How to put a finding right. All texts are templates over the finding's arguments.

    Attributes:
        steps: plain words, what to do.
        verify: the command that shows that it worked.
        record: the corrected record or setting, ready to copy.
        stacks: the same fix for a named server software or panel.
        steps_by: other steps for a finding that says itself who can act (argument "who").
        who: who can do it.
        minutes: rough effort of the person, without waiting times.
    """

    steps: str
    verify: str = ""
    record: str = ""
    stacks: Mapping[str, str] = field(default_factory=dict)
    steps_by: Mapping[str, str] = field(default_factory=dict)
    who: Who = Who.YOU
    minutes: int = 15


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one tag: how bad it is, what was seen, and how to fix it."""

    severity: Severity
    text: str
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule concluded. It already says, through its tag's message, whether it is good or bad.

    `approved` is the reference under which the provider has agreed to it, "" for none.
    """

    tag: str
    args: Args
    evidence: tuple[str, ...] = ()
    approved: str = ""


def found(tag: StrEnum, **args: Any) -> Finding:
    """Makes a finding. Sequences become tuples of strings so that a finding stays hashable and serialisable."""
    clean = {k: tuple(str(i) for i in v) if isinstance(v, list | tuple | set | frozenset) else v for k, v in args.items()}
    return Finding(str(tag), clean)


@dataclass(frozen=True, slots=True)
class Check:
    """The specification of a check.

    Attributes:
        id: family and name, for example "mail.spf".
        title: a short phrase in plain words.
        needs: the fact types that `judge` takes, in this order.
        target: "domain", "address", "host" or "case".
        contact: whether the observation touches the target's own services.
        advisory: an inconclusive result of this check does not make the whole audit inconclusive.
        hosted: it is meant for domains that are only hosted, too.
        consent: it shows data of the person's to others, and runs only where they agree; nobody need agree.
        registrable: it judges the registration, which a domain shares with its sub-domains: one of them is enough.
    """

    id: str
    title: str
    needs: tuple[type[Fact], ...]
    target: str
    contact: Contact = Contact.PASSIVE
    advisory: bool = False
    hosted: bool = False
    registrable: bool = False
    consent: bool = False

    @property
    def family(self) -> str:
        """The part before the first dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one check on one target, with everything that led to it."""

    check: str
    target_kind: str
    target: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
