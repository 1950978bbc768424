"""What strangers get from an address: ports, services, proxies, recursion, answers by UDP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from selfaudit.facts.base import Fact


class PortOutcome(StrEnum):
    """What a TCP connection attempt met."""

    OPEN = "open"
    CLOSED = "closed"  # the host itself refused it (RST)
    SILENT = "silent"  # no answer in time: filtered, switched off, or lost
    UNREACHABLE = "unreachable"  # a router said no (ICMP)
    ERROR = "error"  # our own system could not try


@dataclass(frozen=True, slots=True)
class PortState:
    """One connection attempt to one port.

    Attributes:
        port: TCP port number.
        outcome: what it met.
        ms: milliseconds until then.
        detail: the system's words for anything but "open".
    """

    port: int
    outcome: PortOutcome
    ms: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TcpPorts(Fact):
    """Which ports of an address take connections from here. Nothing is sent over them.

    Attributes:
        address: the address.
        ports: the ports that matter, in ascending order.
        controls: ports taken at random, on which no service is; if one is open, something answers for every port.
    """

    kind: ClassVar[str] = "exposure.ports"
    from_here: ClassVar[bool] = True
    address: str
    ports: tuple[PortState, ...]
    controls: tuple[PortState, ...] = ()

    def outcome(self, port: int) -> PortOutcome | None:
        """What an attempt on a port met, None if it was not tried."""
        return next((p.outcome for p in self.ports if p.port == port), None)

    def open_ports(self) -> tuple[int, ...]:
        """The ports that took a connection."""
        return tuple(p.port for p in self.ports if p.outcome is PortOutcome.OPEN)


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """The smallest read-only question to a service, and what came back.

    Attributes:
        port: TCP port.
        service: the service that usually lives there, for example "redis".
        question: what was sent, in words, "" if only the greeting was read.
        reply: at most 512 octets, Latin-1 for each octet.
        outcome: whether the connection was made; anything but "open" means that it was not.
        detail: why there is no reply, in words.
    """

    port: int
    service: str
    question: str
    reply: str
    outcome: PortOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Services(Fact):
    """Services on open ports that strangers have no business with, and whether they ask who is there."""

    kind: ClassVar[str] = "exposure.services"
    from_here: ClassVar[bool] = True
    address: str
    answers: tuple[ServiceAnswer, ...]


@dataclass(frozen=True, slots=True)
class DatagramExchange:
    """One UDP packet to one service, and everything that came back from the same address and port.

    Attributes:
        protocol: for example "ntp-monlist".
        port: UDP port.
        octets_out: payload octets sent.
        octets_in: payload octets received, all datagrams together, until the limit.
        datagrams: how many came back.
        sample: the first 512 octets, Latin-1 for each octet.
        closed: the host itself said that nothing listens there (ICMP port unreachable).
        detail: why nothing could be sent, in words.
    """

    protocol: str
    port: int
    octets_out: int
    octets_in: int = 0
    datagrams: int = 0
    sample: str = ""
    closed: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Amplifiers(Fact):
    """One question to each UDP service that is known for large answers to small questions."""

    kind: ClassVar[str] = "exposure.amplifiers"
    from_here: ClassVar[bool] = True
    address: str
    exchanges: tuple[DatagramExchange, ...]


class ProxyOutcome(StrEnum):
    """What a server did when asked to pass something on."""

    PROVEN = "proven"  # what only the destination knows came back through it
    TRIED = "tried"  # it says that it tried and could not: it does pass things on
    REFUSED = "refused"  # it wants a password, or says no
    NOT_A_PROXY = "not-a-proxy"  # an answer of its own, or none of this protocol
    SILENT = "silent"  # it took the connection and says nothing to this protocol
    NO_ANSWER = "no-answer"  # no connection, or it broke off
    UNCLEAR = "unclear"  # it says that it did, and nothing of the destination came back


@dataclass(frozen=True, slots=True)
class ProxyAttempt:
    """One request to pass something on.

    Attributes:
        port: TCP port of the asked server.
        method: "GET" (absolute-form), "CONNECT", "SOCKS4", "SOCKS4a" or "SOCKS5".
        destination: where it was to lead, "host:port".
        outcome: what it did.
        reply: the first 300 octets that came back, Latin-1 for each octet.
        detail: in words.
    """

    port: int
    method: str
    destination: str
    outcome: ProxyOutcome
    reply: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ProxyAttempts(Fact):
    """Requests to pass something on, over the ports where proxies usually are.

    Attributes:
        address: the asked address.
        attempts: what was tried.
        endpoint: the destination is a socket of our own, on this address and port, or "".
        second: the destination is another host of the customer, "host:port", or "".
    """

    kind: ClassVar[str] = "exposure.proxy"
    from_here: ClassVar[bool] = True
    address: str
    attempts: tuple[ProxyAttempt, ...]
    endpoint: str = ""
    second: str = ""


class RecursionOutcome(StrEnum):
    """How a name server answered, before anybody says what that means."""

    ANSWER = "answer"  # NOERROR with records
    EMPTY = "empty"  # NOERROR, no records and no referral
    REFERRAL = "referral"  # NOERROR, no answer, name servers of another zone
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    ERROR = "error"  # any other response code, named in `detail`
    TRUNCATED = "truncated"  # TC over UDP
    MALFORMED = "malformed"
    TIMEOUT = "timeout"
    CLOSED = "closed"  # the host said that nothing listens there
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RecursionTry:
    """One question with RD=1 for a name that belongs to somebody else.

    Attributes:
        protocol: "udp" or "tcp".
        port: 53, or that of the laboratory.
        name: what was asked.
        rdtype: its type.
        outcome: the class of the answer.
        recursion: the RA bit.
        authoritative: the AA bit.
        records: at most 8 of the answer, in presentation format.
        referred: names of the zones in the authority section.
        octets_out: size of the question.
        octets_in: size of the answer.
        ms: milliseconds until it came.
        detail: in words.
    """

    protocol: str
    port: int
    name: str
    rdtype: str
    outcome: RecursionOutcome
    recursion: bool = False
    authoritative: bool = False
    records: tuple[str, ...] = ()
    referred: tuple[str, ...] = ()
    octets_out: int = 0
    octets_in: int = 0
    ms: float = 0.0
    detail: str = ""

    def dig(self, server: str) -> str:
        """The command that repeats it."""
        tcp = " +tcp" if self.protocol == "tcp" else ""
        at_port = f" -p {self.port}" if self.port != 53 else ""
        return f"dig @{server}{at_port}{tcp} {self.name} {self.rdtype}"


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """What the world says about a name: the yardstick for the answers of the asked server."""

    name: str
    rdtype: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recursion(Fact):
    """Whether an address answers questions about other people's names."""

    kind: ClassVar[str] = "exposure.resolver"
    from_here: ClassVar[bool] = True
    address: str
    tries: tuple[RecursionTry, ...]
    expected: tuple[ExpectedAnswer, ...]
