"""Literal answers of registries in few words, for the tables of the registration checks."""

from __future__ import annotations

from calendar import timegm
from time import strptime
from typing import Any

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.registration import (
    BootstrapUse,
    DomainRegistration,
    LookupOutcome,
    MailDomain,
    Registered,
    RegistrationContact,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.policy import Policy
from tests.checks.build import no, yes

DOMAIN = "shop.test"
SERVER = "rdap.registry.test"
PAGE = "https://registry.test/look-up"
REGISTRAR = "Example Registrar GmbH"


def at(day: str) -> float:
    """UTC seconds of the start of a day (YYYY-MM-DD)."""
    return float(timegm(strptime(day, "%Y-%m-%d")))


NOW = at("2026-06-15")
# The customer says that somebody else holds the domain; a sub-domain means the same registration.
THEIRS = Policy(not_registrant=("www.shop.test",))
# No outcome of these says anything about the name.
TROUBLES = tuple(o for o in LookupOutcome if o not in (LookupOutcome.ANSWERED, LookupOutcome.NOT_FOUND))


def exchange(outcome: LookupOutcome = LookupOutcome.ANSWERED, server: str = SERVER, **fields: Any) -> RegistryExchange:
    """One question by RDAP, or as `fields` say."""
    return RegistryExchange(
        **{
            "protocol": "rdap",
            "server": server,
            "address": "192.0.2.43",
            "query": f"https://{server}/domain/{DOMAIN}",
            "outcome": outcome,
            "at": NOW,
            **fields,
        }
    )


def whois_exchange(outcome: LookupOutcome = LookupOutcome.ANSWERED, server: str = "whois.registry.test") -> RegistryExchange:
    """One question by WHOIS."""
    return exchange(outcome, server, protocol="whois", query=DOMAIN)


def record(**fields: Any) -> RegistrationRecord:
    """An answer about a registered, sound domain."""
    return RegistrationRecord(
        **{
            "source": "rdap",
            "registered": Registered.YES,
            "domain": DOMAIN,
            "registrar": REGISTRAR,
            "registrar_id": "9999",
            "created": at("2019-03-01"),
            "changed": at("2025-03-01"),
            "expires": at("2027-03-01"),
            "name_servers": ("ns1.shop.test", "ns2.shop.test"),
            "states": ("active",),
            **fields,
        }
    )


UNREGISTERED = RegistrationRecord("rdap", Registered.NO)
CANNOT_TELL = RegistrationRecord("whois", Registered.UNKNOWN)


def contact(*roles: str, **fields: Any) -> RegistrationContact:
    """A contact; the registrant if no role is given."""
    return RegistrationContact(roles or ("registrant",), **fields)


def fact(registry: RegistrationRecord | None = None, **fields: Any) -> DomainRegistration:
    """What is known about `shop.test`; without exchanges, the registry answered."""
    return DomainRegistration(
        **{
            "domain": DOMAIN,
            "exchanges": (exchange(),),
            "registry": registry,
            "bootstrap": BootstrapUse("shipped", "2026-05-01", "test"),
            "page": PAGE,
            "now": NOW,
            **fields,
        }
    )


def trouble(outcome: LookupOutcome) -> DomainRegistration:
    """Neither RDAP nor WHOIS came to anything."""
    return fact(None, exchanges=(exchange(outcome), whois_exchange(outcome)))


NOBODY_TO_ASK = fact(None, exchanges=(), bootstrap=BootstrapUse())
UNKNOWN_FACTS = (*(trouble(o) for o in TROUBLES), NOBODY_TO_ASK, fact(CANNOT_TELL))


def mail_domain(
    domain: str, mx: DnsAnswer | DnsStatus | str = "10 mail.{domain}.", host: DnsStatus = DnsStatus.NODATA
) -> MailDomain:
    """The look-ups for a mail domain: its MX record or the class of that answer; `host` is the class for A and AAAA."""
    if isinstance(mx, DnsStatus):
        mx = no(domain, "MX", mx)
    elif isinstance(mx, str):
        mx = yes(domain, "MX", mx.format(domain=domain))
    found = host is DnsStatus.ANSWER
    return MailDomain(
        domain,
        mx,
        yes(domain, "A", "192.0.2.25") if found else no(domain, "A", host),
        yes(domain, "AAAA", "2001:db8::25") if found else no(domain, "AAAA", host),
    )
