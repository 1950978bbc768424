"""A domain's place in the DNS: delegation, signatures, transfers, aliases that lead nowhere, CAA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class NameServer:
    """One server of a zone and what it said.

    Attributes:
        host: its name.
        in_parent: the parent zone names it.
        addresses: look-ups of its A and AAAA records.
        soa: the zone's SOA as each of its addresses gave it.
        ns: the zone's NS set as each of its addresses gave it.
    """

    host: str
    in_parent: bool
    addresses: tuple[DnsAnswer, ...]
    soa: tuple[DnsAnswer, ...]
    ns: tuple[DnsAnswer, ...]


@dataclass(frozen=True, slots=True)
class Delegation(Fact):
    """The zone that holds the domain, as its parent and its own servers describe it.

    Attributes:
        zone: the name at the zone cut, bare.
        parent: the NS set as the parent's servers give it (the referral), NXDOMAIN or an error.
        servers: every server named by the parent or by the zone itself.
        resolver_ns: the NS set as the resolver sees it.
        cut_off: servers left unasked because of the limit.
    """

    kind: ClassVar[str] = "dns.delegation"
    zone: str
    parent: DnsAnswer
    servers: tuple[NameServer, ...]
    resolver_ns: DnsAnswer
    cut_off: int = 0

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.parent
        yield self.resolver_ns
        for server in self.servers:
            yield from server.addresses
            yield from server.soa
            yield from server.ns


@dataclass(frozen=True, slots=True)
class DnssecChain(Fact):
    """The link between a zone and its parent, and what a validating resolver makes of it.

    Attributes:
        zone: the zone, bare.
        ds: DS records at the parent, with signatures.
        dnskey: DNSKEY records of the zone, with signatures.
        soa: the zone's SOA with signatures, a sample of signed data.
        plain: the domain's SOA through the resolver, validation left on.
        unchecked: the same with CD=1 (validation off).
        now: UTC seconds at which signatures are to be judged.
    """

    kind: ClassVar[str] = "dns.dnssec"
    zone: str
    ds: DnsAnswer
    dnskey: DnsAnswer
    soa: DnsAnswer
    plain: DnsAnswer
    unchecked: DnsAnswer
    now: float

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from (self.ds, self.dnskey, self.soa, self.plain, self.unchecked)


class TransferOutcome(StrEnum):
    """What a name server did when asked for the whole zone (AXFR, RFC 5936)."""

    GIVEN = "given"
    REFUSED = "refused"
    NO_ANSWER = "no-answer"
    NOT_PERMITTED = "not-permitted"


@dataclass(frozen=True, slots=True)
class TransferAttempt:
    """One attempt: the server, what it did, and how many records came before we hung up."""

    host: str
    address: str
    outcome: TransferOutcome
    records: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ZoneTransfers(Fact):
    """Attempts to transfer the zone from each of its servers. No record content is kept."""

    kind: ClassVar[str] = "dns.transfer"
    zone: str
    attempts: tuple[TransferAttempt, ...]
    servers: DnsAnswer

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.servers


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name that the domain points to, and whether it leads anywhere.

    Attributes:
        name: the name under the domain.
        role: "alias", "mail host" or "name server".
        target: the name pointed to.
        answer: the look-up of the target's address.
        registrable: the look-up (NS or SOA) of the registrable domain of the target; NXDOMAIN means anybody may take it.
    """

    name: str
    role: str
    target: str
    answer: DnsAnswer
    registrable: DnsAnswer | None = None


@dataclass(frozen=True, slots=True)
class NameSurvey(Fact):
    """Usual names under the domain, and where they lead.

    Attributes:
        names: the names that were looked up.
        uses: those that point elsewhere.
        failed: look-ups that gave no definite answer.
    """

    kind: ClassVar[str] = "dns.names"
    names: tuple[str, ...]
    uses: tuple[NameUse, ...]
    failed: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        for use in self.uses:
            yield use.answer
            if use.registrable:
                yield use.registrable
        yield from self.failed


@dataclass(frozen=True, slots=True)
class CaaLookups(Fact):
    """CAA records on the way from the domain up to the top-level domain (RFC 8659 section 3)."""

    kind: ClassVar[str] = "dns.caa"
    domain: str
    answers: tuple[DnsAnswer, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers
