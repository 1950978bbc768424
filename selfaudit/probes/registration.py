"""What the registration probes share: reading answers, WHOIS with its referral, the mail domains of contacts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from selfaudit.errors import BadInput
from selfaudit.facts.registration import LookupOutcome, MailDomain, RegistrationContact, RegistryExchange
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols import contact_data, whois

_MAX_MAIL = 5
_PAUSE = 10.0  # seconds after a WHOIS server said that it was asked too much

REGISTRIES = phrase("registries and registrars of names and addresses, and IANA's list of them")


def planned(what: str, count: int) -> PlannedContact:
    """Questions to registries."""
    return PlannedContact(REGISTRIES, what, count)


def path(text: str) -> str:
    """A name or address as a part of an RDAP address (RFC 9082 section 3.1)."""
    return quote(text, safe=":.-_")


def unreadable(exchange: RegistryExchange, error: BadInput) -> RegistryExchange:
    """An exchange whose answer is not what it should be."""
    return replace(exchange, outcome=LookupOutcome.UNREADABLE, detail=str(error)[:300])


def without_text(exchange: RegistryExchange) -> RegistryExchange:
    """An exchange about a network whose answer was read: the rest of it names the staff of a provider, with where they live."""
    return replace(exchange, text="")


@dataclass(frozen=True, slots=True)
class Referral:
    """The WHOIS server that is in charge of something, "" for none, and how that was found out."""

    server: str
    exchanges: tuple[RegistryExchange, ...] = ()


async def find_whois(net: Net, subject: str) -> Referral:
    """Asks the server that knows the others about a top-level domain or an address; once in a run for each."""
    root = net.profile.whois_server
    if not root:
        return Referral("")

    async def ask() -> Referral:
        exchange, text = await net.registries.whois(root, whois.query_line(root, subject))
        server = whois.referral(text) if exchange.outcome is LookupOutcome.ANSWERED else ""
        return Referral(server, (exchange,))

    return await net.once(("whois server of", subject), ask)


async def ask_whois(net: Net, server: str, subject: str) -> tuple[RegistryExchange, str]:
    """Asks a WHOIS server, once more after a pause if it was asked too much."""
    exchange, text = await net.registries.whois(server, whois.query_line(server, subject))
    if exchange.outcome is LookupOutcome.ANSWERED and whois.is_refusal(text):
        net.registries.whois_refused(server, _PAUSE)
        again, text = await net.registries.whois(server, whois.query_line(server, subject))
        exchange = replace(again, attempts=exchange.attempts + again.attempts)
        if exchange.outcome is LookupOutcome.ANSWERED and whois.is_refusal(text):
            net.registries.whois_refused(server, _PAUSE)
            exchange = replace(exchange, outcome=LookupOutcome.THROTTLED)
    return exchange, text


async def mail_domains(net: Net, contacts: Iterable[RegistrationContact]) -> tuple[MailDomain, ...]:
    """Whether the mail domains of contacts take mail, at most five of them."""
    names: dict[str, None] = {}
    for contact in contacts:
        for address in contact.email:
            if name := contact_data.mail_domain(address):
                names.setdefault(name)
    return tuple(await asyncio.gather(*(_mail_domain(net, name) for name in list(names)[:_MAX_MAIL])))


async def _mail_domain(net: Net, name: str) -> MailDomain:
    async def ask() -> MailDomain:
        mx, a, aaaa = await asyncio.gather(*(net.dns.lookup(name, rdtype) for rdtype in ("MX", "A", "AAAA")))
        return MailDomain(name, mx, a, aaaa)

    return await net.once(("mail domain", name), ask)
