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
        interception_tcp: the same control over TCP.
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
    interception_tcp: DnsAnswer | None = None

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.random_names
        if self.interception:
            yield self.interception
        if self.interception_tcp:
            yield self.interception_tcp
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


@dataclass(frozen=True, slots=True)
class ControlConnection:
    """A connection to a server that has nothing to do with the case, to learn what this network lets through.

    Attributes:
        host: as it was named.
        address: where it led, "" if its name could not be looked up.
        port: TCP port.
        outcome: "open", "closed", "silent", "unreachable", "error" or "no-address".
        greeting: the first line that it sent, if one was waited for.
    """

    host: str
    address: str
    port: int
    outcome: str
    greeting: str = ""

    @property
    def greets(self) -> bool:
        """It took the connection and greeted with a code of success (RFC 5321 section 4.2.1)."""
        return self.outcome == "open" and self.greeting.startswith("2")


@dataclass(frozen=True, slots=True)
class Port25(Fact):
    """Whether connections to port 25 leave this network, and whether something on the way answers them itself.

    Attributes:
        controls: unrelated mail servers; their greeting shows that port 25 is open here.
        silent: an address where no server is; an accepted connection means that port 25 is intercepted.
    """

    kind: ClassVar[str] = "vantage.port25"
    scope: ClassVar[str] = "case"
    controls: tuple[ControlConnection, ...]
    silent: ControlConnection | None

    @property
    def intercepted(self) -> bool:
        """Something answers in place of other mail servers."""
        return self.silent is not None and self.silent.outcome == "open"

    @property
    def blocked(self) -> bool:
        """Not one of the controls greeted as a mail server that takes mail."""
        return bool(self.controls) and not any(c.greets for c in self.controls)


@dataclass(frozen=True, slots=True)
class Position(Fact):
    """Where this computer stands relative to an address. No packet is sent to it.

    Attributes:
        address: the target.
        source: the address that this computer would use towards it, "" without a route.
        own: the address belongs to this computer.
        egress: addresses under which the world sees this computer, of the same family.
        laboratory: all addresses may be on this computer; only its source address counts as inside.
        refuses: "tcp" or "udp" where something on this network refuses packets to an address where no server is; then a
            refusal is not the target's own word.
    """

    kind: ClassVar[str] = "vantage.position"
    from_here: ClassVar[bool] = True
    address: str
    source: str
    own: bool
    egress: tuple[str, ...]
    laboratory: bool = False
    refuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings(Fact):
    """What this network does to connections, and how it is seen from outside.

    Attributes:
        egress: look-ups that are answered with the address they come from, asked of the zone's own servers.
        silent: connections to an address where no server is, by port; an accepted one means interception.
        positions: the named addresses.
        ipv6: there is a way to IPv6 addresses.
    """

    kind: ClassVar[str] = "vantage.inside"
    scope: ClassVar[str] = "case"
    egress: tuple[DnsAnswer, ...]
    silent: tuple[ControlConnection, ...]
    positions: tuple[Position, ...]
    ipv6: bool

    def intercepted_ports(self) -> tuple[int, ...]:
        """TCP ports on which something answers in place of other servers."""
        return tuple(c.port for c in self.silent if c.outcome == "open")

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.egress
