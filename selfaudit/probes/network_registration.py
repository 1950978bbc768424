"""The registration of an address: RDAP at its registry, WHOIS where RDAP does not tell."""

from __future__ import annotations

import time

from selfaudit.case import Case, Target
from selfaudit.errors import BadInput
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.registration import (
    LookupOutcome,
    NetworkRecord,
    NetworkRegistration,
    RegistrationContact,
    RegistryExchange,
)
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.probes.registration import ask_whois, find_whois, mail_domains, path, planned, unreadable, without_text
from selfaudit.protocols import rdap, whois

FACT = NetworkRegistration
_PAGE = "https://search.arin.net/rdap/?query={address}"


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The registry of the address, and the resolver for the abuse contact."""
    return [
        planned(phrase("RDAP: owner and abuse contact of an address"), 1),
        planned(phrase("WHOIS: the same, only where RDAP does not tell"), 2),
        resolver(phrase("mail domains of registered contacts, servers of registries"), 4),
    ]


async def collect(request: Request, net: Net) -> NetworkRegistration | ProbeFailure:
    """Asks the registry that the bootstrap file names for the address."""
    if not net.profile.rdap_bootstrap and not net.profile.whois_server:
        why = phrase("a laboratory asks only the registries that its settings name, and they name none")
        return ProbeFailure(FailureReason.LEFT_OUT, why)
    address = request.subject
    exchanges: list[RegistryExchange] = []
    services = await net.registries.address_services(address)
    network: NetworkRecord | None = None
    for base in services.urls[:1]:
        exchange, body = await net.registries.rdap(f"{base}ip/{path(address)}", services.hosts)
        if exchange.outcome is LookupOutcome.ANSWERED:
            try:
                network = rdap.read_network(body)
                exchange = without_text(exchange)
            except BadInput as error:
                exchange = unreadable(exchange, error)
        exchanges.append(exchange)
    if network is None:
        network = await _by_whois(net, address, exchanges)
    abuse = [RegistrationContact(("abuse",), email=network.abuse_email)] if network else []
    return NetworkRegistration(
        address, tuple(exchanges), network, await mail_domains(net, abuse), services.use, _PAGE.format(address=path(address)),
        time.time(),
    )  # fmt: skip


async def _by_whois(net: Net, address: str, exchanges: list[RegistryExchange]) -> NetworkRecord | None:
    referral = await find_whois(net, address)
    exchanges += referral.exchanges
    if not referral.server:
        return None
    exchange, text = await ask_whois(net, referral.server, address)
    network = None
    if exchange.outcome is LookupOutcome.ANSWERED and text:
        try:
            network = whois.parse_network(text)
            exchange = without_text(exchange)
        except BadInput as error:
            exchange = unreadable(exchange, error)
    exchanges.append(exchange)
    return network
