"""Words and small judgements that all checks of registrations share: which answer counts, why nothing is known, where to look."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from selfaudit.facts.registration import (
    DomainRegistration,
    LookupOutcome,
    NetworkRegistration,
    Registered,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.findings import Remedy
from selfaudit.i18n import N_, phrase
from selfaudit.text import printable

# Names the registry of every ending and of every address block.
_ANY_REGISTRY = "https://www.iana.org/whois"

# Over the arguments that `unknown` gives: page, command.
LOOK_BY_HAND = Remedy(
    N_(
        "If you were asked to wait or nothing answered, run the audit again in an hour. Otherwise open {page}, type in {domain}, "
        "look at what is shown there, and keep a picture of it with the date."
    ),
    verify="{command}",
    minutes=10,
)

# The most telling first: what a registry said weighs more than what the way there did.
_TELLING = (
    LookupOutcome.THROTTLED,
    LookupOutcome.REFUSED,
    LookupOutcome.UNAVAILABLE,
    LookupOutcome.TOO_LARGE,
    LookupOutcome.UNREADABLE,
    LookupOutcome.PROTOCOL_ERROR,
    LookupOutcome.REDIRECT_REFUSED,
    LookupOutcome.TLS_FAILED,
    LookupOutcome.TIMEOUT,
    LookupOutcome.CONNECTION_FAILED,
    LookupOutcome.REFUSED_SCOPE,
    LookupOutcome.NO_ADDRESS,
    LookupOutcome.NOT_SUPPORTED,
)


def why(exchanges: Sequence[RegistryExchange]) -> str:
    """Why nothing is known after these questions, in words: the most telling of them."""
    for outcome in _TELLING:
        exchange = next((e for e in exchanges if e.outcome is outcome), None)
        if exchange is not None:
            return _words(outcome, printable(exchange.server, 100))
    if any(e.outcome is LookupOutcome.NOT_FOUND for e in exchanges):
        return phrase("the server that was asked holds no entry about it")
    return phrase("no server that answers such questions (RDAP or WHOIS) is known for it")


def _words(outcome: LookupOutcome, server: str) -> str:
    texts = {
        LookupOutcome.THROTTLED: phrase(
            "{server} takes no more questions from this computer for now; try again later", server=server
        ),
        LookupOutcome.REFUSED: phrase("{server} refuses to answer this computer", server=server),
        LookupOutcome.UNAVAILABLE: phrase("{server} says that it is out of order at the moment", server=server),
        LookupOutcome.TOO_LARGE: phrase("{server} sent more than can be a sensible answer", server=server),
        LookupOutcome.UNREADABLE: phrase("the answer of {server} cannot be read", server=server),
        LookupOutcome.PROTOCOL_ERROR: phrase("{server} does not keep to the protocol", server=server),
        LookupOutcome.REDIRECT_REFUSED: phrase("{server} leads to a server that no registry names", server=server),
        LookupOutcome.TLS_FAILED: phrase("the certificate of {server} could not be trusted", server=server),
        LookupOutcome.TIMEOUT: phrase("{server} did not answer in time", server=server),
        LookupOutcome.CONNECTION_FAILED: phrase("no connection to {server} came about", server=server),
        LookupOutcome.REFUSED_SCOPE: phrase("{server} has an address that this program must not contact", server=server),
        LookupOutcome.NO_ADDRESS: phrase("no address of {server} could be found", server=server),
        LookupOutcome.NOT_SUPPORTED: phrase("{server} does not take such questions", server=server),
    }
    return texts[outcome]


def unknown(fact: DomainRegistration | NetworkRegistration) -> dict[str, str] | None:
    """None if something is known; otherwise the arguments domain (or the address), why, page and command.

    A domain is known if some answer says that it is registered, or that it is not; an address, if some answer names its network.
    """
    if isinstance(fact, NetworkRegistration):
        if fact.network is not None:
            return None
        about, reason = fact.address, why(fact.exchanges)
    else:
        if registered(fact) is not Registered.UNKNOWN:
            return None
        about, reason = fact.domain, why(fact.exchanges)
        if fact.registry is not None and all(e.outcome not in _TELLING for e in fact.exchanges):
            reason = phrase("the answer does not say whether it is registered")
    return {"domain": about, "why": reason, "page": page(fact), "command": command(fact)}


def registered(fact: DomainRegistration) -> Registered:
    """What is said about it: by the registry, or else by the registrar, who can only confirm. A refusal says nothing."""
    if fact.registry is not None and _tells(fact.registry):
        return fact.registry.registered
    if fact.registrar is not None and fact.registrar.registered is Registered.YES and _is_about(fact, fact.registrar):
        return Registered.YES
    return Registered.UNKNOWN


def answers(fact: DomainRegistration) -> tuple[RegistrationRecord, ...]:
    """The answers that say that this very name is registered: the registry's, then the registrar's."""
    records = (r for r in (fact.registry, fact.registrar) if r is not None)
    return tuple(r for r in records if r.registered is Registered.YES and not r.throttled and _is_about(fact, r))


def merged(fact: DomainRegistration) -> RegistrationRecord:
    """Everything that is known of a domain in one record.

    The registry's word comes first. What it does not have (contacts, the registrar's own date of expiry, the addresses for
    complaints and the registrar's name) comes from the registrar. Call it only if `unknown` gives None.
    """
    registry, registrar = fact.registry, fact.registrar
    if registrar is not None and not (registrar.registered is Registered.YES and _is_about(fact, registrar)):
        registrar = None
    if registry is None or not _tells(registry):
        return registrar or registry or RegistrationRecord("rdap", Registered.UNKNOWN)
    if registrar is None or registry.registered is not Registered.YES:
        return registry
    return replace(
        registry,
        registrar=registry.registrar or registrar.registrar,
        registrar_id=registry.registrar_id or registrar.registrar_id,
        registrar_url=registry.registrar_url or registrar.registrar_url,
        abuse_email=registry.abuse_email or registrar.abuse_email,
        abuse_phone=registry.abuse_phone or registrar.abuse_phone,
        registrar_expires=registrar.registrar_expires if registry.registrar_expires is None else registry.registrar_expires,
        contacts=registry.contacts or registrar.contacts,
    )


def _tells(record: RegistrationRecord) -> bool:
    return not record.throttled and record.registered is not Registered.UNKNOWN


def _is_about(fact: DomainRegistration, record: RegistrationRecord) -> bool:
    return record.domain in ("", fact.domain)


def registrar_name(record: RegistrationRecord) -> str:
    """Whom to turn to: the registrar's name, or words if none is given."""
    return printable(record.registrar, 100) or phrase("the company where the domain was ordered")


def page(fact: DomainRegistration | NetworkRegistration) -> str:
    """A page where a person can look it up by hand."""
    return fact.page or _ANY_REGISTRY


def command(fact: DomainRegistration | NetworkRegistration) -> str:
    """The command that repeats the first question to the registry."""
    rdap = next((e for e in fact.exchanges if e.protocol == "rdap"), None)
    if rdap is not None:
        return f"curl -sSL -H Accept:application/rdap+json {shlex.quote(printable(rdap.query))}"
    return f"whois {shlex.quote(fact.domain if isinstance(fact, DomainRegistration) else fact.address)}"


def when(seconds: float) -> str:
    """The day of a time in UTC seconds: YYYY-MM-DD in UTC. A time that no calendar has stays a number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return str(seconds)
