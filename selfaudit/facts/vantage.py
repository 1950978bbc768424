"""Where the audit runs from: what this network does to DNS, and whether this clock is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class DnsVantage(Fact):
    """Controls that show whether DNS answers on this network can be believed.

    Attributes:
        resolvers: the resolvers in use.
        interception: an answer from an address where no server is; any answer means port 53 is intercepted.
        random_names: look-ups of names that cannot exist; an address in reply means answers are rewritten.
        identity: look-ups whose answer is the address from which our resolver asks.
        root: the root servers asked directly, to learn whether direct iteration works here.
        public_resolver: the operator, if the resolver is a known public one.
        iterates: whether direct iteration is set up.
    """

    kind: ClassVar[str] = "vantage.dns"
    scope: ClassVar[str] = "case"
    resolvers: tuple[str, ...]
    interception: DnsAnswer | None
    random_names: tuple[DnsAnswer, ...]
    identity: tuple[DnsAnswer, ...]
    root: DnsAnswer | None
    public_resolver: str = ""
    iterates: bool = True

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.random_names
        if self.interception:
            yield self.interception
        if self.root:
            yield self.root
        yield from self.identity


@dataclass(frozen=True, slots=True)
class TimeSample:
    """One SNTP exchange (RFC 4330 section 5).

    Attributes:
        source: the time server.
        offset: seconds by which this clock is behind the server (negative: ahead).
        delay: seconds of round trip; the offset is known to within half of it.
        error: why there is no offset, or "".
    """

    source: str
    offset: float = 0.0
    delay: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Clock(Fact):
    """This computer's clock against time servers and against the fresh signature of the DNS root.

    Attributes:
        now: this clock, UTC seconds.
        samples: SNTP exchanges.
        root_signature: the root's signed SOA record; a right clock lies between inception and expiration.
    """

    kind: ClassVar[str] = "vantage.clock"
    scope: ClassVar[str] = "case"
    now: float
    samples: tuple[TimeSample, ...]
    root_signature: DnsAnswer | None

    def lookups(self) -> Iterator[DnsAnswer]:
        if self.root_signature:
            yield self.root_signature
