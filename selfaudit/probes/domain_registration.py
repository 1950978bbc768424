"""The registration of a domain: RDAP at the registry, then at the registrar; WHOIS where RDAP does not tell."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from selfaudit.case import Case, Target
from selfaudit.errors import BadInput
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.registration import (
    BootstrapUse,
    DomainRegistration,
    LookupOutcome,
    Registered,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.probes.registration import ask_whois, find_whois, mail_domains, path, planned, unreadable
from selfaudit.protocols import psl, rdap, whois
from selfaudit.protocols.registries import page_for

FACT = DomainRegistration
_NOT_THERE = (LookupOutcome.CONNECTION_FAILED, LookupOutcome.TIMEOUT, LookupOutcome.NO_ADDRESS, LookupOutcome.UNAVAILABLE)


def request(target: Target, case: Case) -> Request:
    """One per registrable domain: a sub-domain has the registration of the domain above it."""
    return Request(FACT.kind, psl.registrable_domain(target.value) or target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Registry and registrar, one question each by RDAP; by WHOIS up to three; the resolver for mail domains of contacts."""
    return [
        planned(phrase("RDAP: registration of a domain, at the registry and the registrar"), 2),
        planned(phrase("WHOIS: the same, only where RDAP does not tell"), 3),
        resolver(phrase("mail domains of registered contacts, servers of registries"), 8),
    ]


@dataclass(slots=True)
class _Found:
    exchanges: list[RegistryExchange] = field(default_factory=list)
    registry: RegistrationRecord | None = None
    registrar: RegistrationRecord | None = None


async def collect(request: Request, net: Net) -> DomainRegistration | ProbeFailure:
    """Asks until somebody says that the domain is registered; "not registered" is asked for twice if it can be."""
    if not net.profile.rdap_bootstrap and not net.profile.whois_server:
        why = phrase("a laboratory asks only the registries that its settings name, and they name none")
        return ProbeFailure(FailureReason.LEFT_OUT, why)
    domain, found = request.subject, _Found()
    use = await _by_rdap(net, domain, found)
    if found.registry is None or found.registry.registered is not Registered.YES:
        alone = found.registry
        await _by_whois(net, domain, found)
        # A server of our own list may be the wrong one: that it does not know a name is no word of the registry.
        if use.source == "addition" and alone is not None and found.registry is alone and alone.registered is Registered.NO:
            found.registry = replace(alone, registered=Registered.UNKNOWN)
    shown = [c for record in (found.registry, found.registrar) if record for c in record.contacts]
    return DomainRegistration(
        domain, tuple(found.exchanges), found.registry, found.registrar, await mail_domains(net, shown), use,
        page_for(domain), time.time(),
    )  # fmt: skip


async def _by_rdap(net: Net, domain: str, found: _Found) -> BootstrapUse:
    services = await net.registries.domain_services(domain)
    for base in services.urls[:2]:
        found.registry = await _ask(net, f"{base}domain/{path(domain)}", services.hosts, found)
        if found.exchanges[-1].outcome not in _NOT_THERE:
            break
    if found.registry is not None and found.registry.registered is Registered.YES:
        asked = {found.exchanges[-1].query, *found.exchanges[-1].redirects}
        link = next((url for url in found.registry.related if net.registries.may_follow(url) and url not in asked), "")
        if link:
            answer = await _ask(net, link, services.hosts, found)
            if answer is not None and answer.registered is Registered.YES and _same(answer, domain):
                found.registrar = answer
    return services.use


async def _ask(net: Net, url: str, hosts: frozenset[str], found: _Found) -> RegistrationRecord | None:
    exchange, body = await net.registries.rdap(url, hosts)
    record = None
    if exchange.outcome is LookupOutcome.NOT_FOUND:
        record = _absent(body)
    elif exchange.outcome is LookupOutcome.THROTTLED:
        record = RegistrationRecord("rdap", Registered.UNKNOWN, throttled=True)
    elif exchange.outcome is LookupOutcome.ANSWERED:
        try:
            record = rdap.read(body)
        except BadInput as error:
            exchange = unreadable(exchange, error)
    found.exchanges.append(exchange)
    return record


def _absent(body: bytes) -> RegistrationRecord:
    """What a 404 says: "not registered" with no document or with one of RDAP (RFC 7480 section 5.3), nothing with any other page."""
    if not body.strip():
        return RegistrationRecord("rdap", Registered.NO)
    try:
        return rdap.read(body)
    except BadInput:
        return RegistrationRecord("rdap", Registered.UNKNOWN)


async def _by_whois(net: Net, domain: str, found: _Found) -> None:
    tld = domain.rpartition(".")[2]
    server = net.registries.whois_server(tld)
    record = await _read_whois(net, server, domain, found) if server else None
    if not server or found.exchanges[-1].outcome in _NOT_THERE:
        # What we know of it may be out of date; the root of all WHOIS servers knows it better.
        referral = await find_whois(net, tld)
        found.exchanges += referral.exchanges
        if referral.server in ("", server):
            return
        server = referral.server
        record = await _read_whois(net, server, domain, found)
    if record is None or (found.registry is not None and record.throttled):
        return
    found.registry = record
    if record.registered is Registered.YES and record.whois_server not in ("", server):
        answer = await _read_whois(net, record.whois_server, domain, found)
        if answer is not None and answer.registered is Registered.YES and _same(answer, domain):
            found.registrar = answer


async def _read_whois(net: Net, server: str, domain: str, found: _Found) -> RegistrationRecord | None:
    exchange, text = await ask_whois(net, server, domain)
    record = None
    if exchange.outcome in (LookupOutcome.ANSWERED, LookupOutcome.THROTTLED) and text:
        try:
            record = whois.parse(text, domain, server)
        except BadInput as error:
            exchange = unreadable(exchange, error)
    found.exchanges.append(exchange)
    return record


def _same(record: RegistrationRecord, domain: str) -> bool:
    return record.domain in ("", domain)
