"""The common shape of evidence: a request, and the fact or the failure that answered it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from selfaudit.facts.dns import DnsAnswer

kinds: dict[str, type[Fact]] = {}


class Fact:
    """Base of every kind of evidence. Subclasses are frozen dataclasses with slots.

    Class attributes:
        kind: the name under which the fact is stored.
        scope: "target" if there is one per target, "case" if there is one per run.
        from_here: it shows what servers say to this place in the network; seen from elsewhere it may differ.
    """

    __slots__ = ()
    kind: ClassVar[str]
    scope: ClassVar[str] = "target"
    from_here: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if cls.__dict__.get("kind"):
            kinds[cls.kind] = cls

    def lookups(self) -> Iterator[DnsAnswer]:
        """The DNS answers inside, for the reader of the evidence."""
        yield from ()


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """One thing to observe. Equal requests are observed once, whoever wants them.

    `params` holds what the observation depends on besides its subject, for example sending addresses.
    """

    kind: str
    subject: str
    params: tuple[str, ...] = ()


class FailureReason(StrEnum):
    """Why something could not be observed."""

    TIMEOUT = "timeout"
    NETWORK = "network"
    NOT_PERMITTED = "not-permitted"
    CANCELLED = "cancelled"
    LIMIT = "limit"
    UNAVAILABLE = "unavailable"
    LEFT_OUT = "left-out"  # on purpose: a laboratory asks only what its settings name


@dataclass(frozen=True, slots=True)
class ProbeFailure:
    """The observation itself failed: nothing is known about the target."""

    reason: FailureReason
    detail: str = ""
