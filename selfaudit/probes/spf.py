"""Everything that is needed to evaluate an SPF policy offline."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, absolute, differs
from selfaudit.facts.mail import SpfLookups
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, name_servers, resolver
from selfaudit.protocols.lookup import Recorder
from selfaudit.protocols.spf import check_host, mx_hosts, select
from selfaudit.protocols.spf_record import SpfSyntaxError
from selfaudit.protocols.spf_survey import references, survey

FACT = SpfLookups
_MAX_PREFETCH = 150
_PRESUMED = "presumed"


def request(target: Target, case: Case) -> Request:
    """One per domain. The addresses to evaluate are those given as sending, else the audited ones."""
    if case.sending_ips:
        return Request(FACT.kind, target.value, case.sending_ips)
    addresses = case.addresses()[:16]
    return Request(FACT.kind, target.value, (_PRESUMED, *addresses) if addresses else ())


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver and the zone's servers."""
    return [resolver(phrase("SPF and the names in it"), 15), name_servers(request.subject, "TXT", 1)]


async def collect(request: Request, net: Net) -> SpfLookups:
    """Fetches the tree of records side by side, then runs the evaluations over it so that nothing is missing offline."""
    domain = request.subject
    cached, published = await asyncio.gather(net.dns.lookup(domain, "TXT"), net.published(domain, "TXT"))
    own = published if published is not None and differs(cached, published) else cached

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        return own if rdtype == "TXT" and absolute(name) == absolute(domain) else await net.dns.lookup(name, rdtype)

    recorder = Recorder(lookup)
    await _prefetch(recorder, domain, set())
    await survey(domain, recorder)
    presumed = request.params[:1] == (_PRESUMED,)
    addresses = request.params[1:] if presumed else request.params
    await asyncio.gather(*(check_host(ip, f"postmaster@{domain}", domain, recorder, void_limit=1000) for ip in addresses))
    return SpfLookups(domain, addresses, presumed, cached, published, recorder.answers)


async def _prefetch(recorder: Recorder, domain: str, seen: set[tuple[str, str]]) -> None:
    """Looks up what a record refers to, all at once; the evaluation asks for the same names one after the other."""
    answer = await recorder(domain, "TXT")
    try:
        record = select(answer)
    except SpfSyntaxError:
        return
    if record is None:
        return

    async def one(name: str, rdtype: str) -> None:
        key = (absolute(name), rdtype)
        if key in seen or len(seen) >= _MAX_PREFETCH:
            return
        seen.add(key)
        if rdtype == "TXT":
            await _prefetch(recorder, name, seen)
        elif rdtype == "MX":
            hosts = mx_hosts(await recorder(name, "MX"))[:10]
            await asyncio.gather(*(one(host, t) for host in hosts for t in ("A", "AAAA")))
        else:
            await recorder(name, rdtype)

    await asyncio.gather(*(one(name, rdtype) for name, rdtype in references(record, domain)))
