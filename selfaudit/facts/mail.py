"""A domain's mail records as they were found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.http import HttpFetch


@dataclass(frozen=True, slots=True)
class MailHost:
    """A host named by an MX record, with the look-ups of its addresses."""

    name: str
    preference: int
    a: DnsAnswer
    aaaa: DnsAnswer


@dataclass(frozen=True, slots=True)
class MailHosts(Fact):
    """The MX set and the addresses of its hosts. Without MX records, `fallback` holds the domain's own addresses.

    Attributes:
        mx: the MX set through the resolver.
        published: the MX set as the domain's own servers give it now.
        hosts: at most 16 of them.
        fallback: A and AAAA of the domain itself, asked only if there is no MX (RFC 5321 section 5.1).
    """

    kind: ClassVar[str] = "mail.hosts"
    domain: str
    mx: DnsAnswer
    published: DnsAnswer | None
    hosts: tuple[MailHost, ...]
    fallback: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.mx
        if self.published:
            yield self.published
        for host in self.hosts:
            yield host.a
            yield host.aaaa
        yield from self.fallback


@dataclass(frozen=True, slots=True)
class SpfLookups(Fact):
    """Every answer needed to evaluate the domain's SPF policy for the given addresses.

    Attributes:
        sending_ips: addresses that are to be authorised.
        presumed: nobody said that these addresses send mail; they are the audited ones.
        cached: the domain's TXT records as the resolver gives them.
        published: the same as the domain's own servers give them now.
        answers: all look-ups, so that the evaluation can be repeated offline; for the domain's own TXT records this is
            `published` where it differs from `cached`.
    """

    kind: ClassVar[str] = "mail.spf"
    domain: str
    sending_ips: tuple[str, ...]
    presumed: bool
    cached: DnsAnswer
    published: DnsAnswer | None
    answers: tuple[DnsAnswer, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers
        yield self.cached
        if self.published:
            yield self.published


@dataclass(frozen=True, slots=True)
class DkimSelector:
    """A selector, where it was learnt ("given", "shared" for several domains, "message", "guessed"), and its key record."""

    name: str
    source: str
    answer: DnsAnswer


@dataclass(frozen=True, slots=True)
class DkimKeys(Fact):
    """DKIM key records under _domainkey of the domain.

    Attributes:
        selectors: those given or learnt, and of the guessed ones only those where something was found.
        guessed: how many names were guessed.
        unanswered: how many of the guesses gave no definite answer.
        domainkey: look-up of _domainkey itself; NXDOMAIN means that no key exists, if the server follows RFC 8020.
        control: look-up of a random selector; an answer means that a wildcard answers for every name.
    """

    kind: ClassVar[str] = "mail.dkim"
    domain: str
    selectors: tuple[DkimSelector, ...]
    guessed: int
    unanswered: int
    domainkey: DnsAnswer
    control: DnsAnswer

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.domainkey
        yield self.control
        for selector in self.selectors:
            yield selector.answer


@dataclass(frozen=True, slots=True)
class DmarcLookups(Fact):
    """Every answer needed to find the domain's DMARC policy both ways, and to check where reports go.

    Attributes:
        answers: _dmarc look-ups of the tree walk and of the organizational domain after the public suffix list.
        author: look-up of the domain itself, to tell NXDOMAIN from NODATA (np).
        published: the record of the domain as its own servers give it now.
        report_consents: look-ups of "<domain>._report._dmarc.<destination>" (RFC 9990 section 4).
        report_mail: MX look-ups of the report destinations.
    """

    kind: ClassVar[str] = "mail.dmarc"
    domain: str
    answers: tuple[DnsAnswer, ...]
    author: DnsAnswer
    published: DnsAnswer | None
    report_consents: tuple[DnsAnswer, ...] = ()
    report_mail: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers
        yield self.author
        if self.published:
            yield self.published
        yield from self.report_consents
        yield from self.report_mail


@dataclass(frozen=True, slots=True)
class MtaStsPolicy(Fact):
    """The MTA-STS record and the policy file (RFC 8461)."""

    kind: ClassVar[str] = "mail.mta-sts"
    domain: str
    record: DnsAnswer
    fetch: HttpFetch | None
    addresses: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.record
        yield from self.addresses


@dataclass(frozen=True, slots=True)
class TlsReporting(Fact):
    """The TLS-RPT record (RFC 8460)."""

    kind: ClassVar[str] = "mail.tls-rpt"
    domain: str
    record: DnsAnswer

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.record


@dataclass(frozen=True, slots=True)
class BimiRecord(Fact):
    """The BIMI assertion record of the default selector."""

    kind: ClassVar[str] = "mail.bimi"
    domain: str
    record: DnsAnswer

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.record
