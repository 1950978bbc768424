"""From where the routes to an address are announced, and whether the holder of the addresses permits it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.http import HttpFetch


@dataclass(frozen=True, slots=True)
class RouteOrigin(Fact):
    """The announced prefixes that cover an address, as a route collector publishes them in the DNS.

    Attributes:
        address: the address.
        origin: TXT look-up below the origin zone; each record is "AS [AS ...] | prefix | country | registry | date".
        names: TXT look-ups of the autonomous systems, each record "AS | country | registry | date | name".
    """

    kind: ClassVar[str] = "routing.origin"
    address: str
    origin: DnsAnswer
    names: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.origin
        yield from self.names


@dataclass(frozen=True, slots=True)
class ValidityQuestion:
    """One question to a validator: may this autonomous system announce this prefix?"""

    prefix: str
    asn: int
    fetch: HttpFetch


@dataclass(frozen=True, slots=True)
class RouteValidity(Fact):
    """Origin validation (RFC 6811) of the announcements that cover an address, as a public validator sees them.

    Attributes:
        origin: the look-up that named the announcements.
        questions: one for each prefix and origin.
        cut_off: announcements left unasked because of the limit.
    """

    kind: ClassVar[str] = "routing.rpki"
    address: str
    origin: DnsAnswer
    questions: tuple[ValidityQuestion, ...] = ()
    cut_off: int = 0

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.origin
