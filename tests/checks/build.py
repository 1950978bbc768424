"""Literal facts in few words, and the form of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from selfaudit.facts import Fact
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, absolute, str_to_txt
from selfaudit.facts.mail import DmarcLookups, MailHost, MailHosts, SpfLookups
from selfaudit.policy import Policy
from selfaudit.protocols import dmarc, spf, spf_survey
from selfaudit.protocols.lookup import Recorder, run_now, zone_lookup

TROUBLES = (
    DnsStatus.SERVFAIL,
    DnsStatus.REFUSED,
    DnsStatus.TIMEOUT,
    DnsStatus.TRUNCATED,
    DnsStatus.REWRITTEN,
    DnsStatus.MALFORMED,
    DnsStatus.UNREACHABLE,
)
Zone = dict[str, dict[str, Sequence[str] | DnsStatus]]


@dataclass(frozen=True)
class Scenario:
    """Facts, the tags that must appear, those that must not, and the outcome."""

    name: str
    facts: Sequence[Fact]
    must: Sequence[str]
    outcome: str
    must_not: Sequence[str] = ()
    args: dict[str, object] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)


def yes(name: str, rdtype: str, *records: str, ttl: int = 300, aa: bool = False, chain: Sequence[str] = ()) -> DnsAnswer:
    """An answer; TXT records are plain text."""
    shown = tuple(str_to_txt(r) for r in records) if rdtype == "TXT" else tuple(records)
    return DnsAnswer(
        absolute(name),
        rdtype,
        DnsStatus.ANSWER,
        records=shown,
        ttl=ttl,
        authoritative=aa,
        chain=tuple(absolute(c) for c in chain),
    )


def no(name: str, rdtype: str, status: DnsStatus = DnsStatus.NODATA, **fields: object) -> DnsAnswer:
    """An answer without records: by default NOERROR and empty."""
    return DnsAnswer(absolute(name), rdtype, status, **fields)  # type: ignore[arg-type]


def published(answer: DnsAnswer, *records: str) -> DnsAnswer:
    """What the name servers say in place of a cached answer."""
    fresh = (
        yes(answer.name, answer.rdtype, *records, aa=True) if records else no(answer.name, answer.rdtype, authoritative=True)
    )
    return DnsAnswer(**{**{f: getattr(fresh, f) for f in DnsAnswer.__dataclass_fields__}, "view": View.DIRECT})


def spf_fact(
    zone: Zone, *ips: str, presumed: bool = False, domain: str = "shop.test", fresh: DnsAnswer | None = None
) -> SpfLookups:
    """The look-ups that a probe would record over a literal zone."""
    inner = zone_lookup(zone)

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        if fresh is not None and rdtype == "TXT" and absolute(name) == absolute(domain):
            return fresh
        return await inner(name, rdtype)

    recorder = Recorder(lookup)
    run_now(spf_survey.survey(domain, recorder))
    for ip in ips:
        run_now(spf.check_host(ip, f"postmaster@{domain}", domain, recorder))
    return SpfLookups(domain, tuple(ips), presumed, run_now(inner(domain, "TXT")), fresh, recorder.answers)


def dmarc_fact(zone: Zone, domain: str = "shop.test", fresh: DnsAnswer | None = None) -> DmarcLookups:
    """The same for DMARC."""
    lookup = zone_lookup(zone)
    names = [*dmarc.walk_names(domain)]
    answers = tuple(run_now(lookup(f"_dmarc.{n}", "TXT")) for n in names)
    author = run_now(lookup(domain, "A"))
    applied = run_now(dmarc.policy(domain, Recorder(lookup)))
    destinations = dmarc.report_domains(applied.record) if applied.record else ()
    where = applied.record.domain if applied.record else ""
    consents = tuple(
        run_now(lookup(f"{where}._report._dmarc.{d}", "TXT")) for d in destinations if dmarc.needs_consent(where, d)
    )
    mail = tuple(run_now(lookup(d, t)) for d in destinations for t in ("MX", "A", "AAAA"))
    return DmarcLookups(domain, answers, author, fresh, consents, mail)


def mail_fact(zone: Zone, domain: str = "shop.test", fresh: DnsAnswer | None = None) -> MailHosts:
    """The same for MX."""
    lookup = zone_lookup(zone)
    mx = run_now(lookup(domain, "MX"))
    records = fresh.records if fresh is not None else mx.records
    hosts = tuple(
        MailHost(absolute(host), int(preference), run_now(lookup(host, "A")), run_now(lookup(host, "AAAA")))
        for preference, host in (r.split(" ", 1) for r in records)
        if host != "."
    )
    fallback = () if records else (run_now(lookup(domain, "A")), run_now(lookup(domain, "AAAA")))
    return MailHosts(domain, mx, fresh, hosts, fallback)


MAIL: Zone = {"shop.test": {"MX": ["10 mail.shop.test."]}, "mail.shop.test": {"A": ["192.0.2.25"]}}
NULL_MAIL: Zone = {"shop.test": {"MX": ["0 ."], "TXT": ["v=spf1 -all"]}}
