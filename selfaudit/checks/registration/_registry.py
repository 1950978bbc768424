"""Words and small judgements that all checks of registrations share: which answer counts, why nothing is known, where to look."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from selfaudit.facts.registration import (
    DomainRegistration,
    LookupOutcome,
    NetworkRecord,
    NetworkRegistration,
    Registered,
    RegistrationRecord,
    RegistryExchange,
)
from selfaudit.findings import Remedy, Who
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import psl
from selfaudit.text import printable

_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9._:/@%,+-]+")

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

# What is right when one looks again with "dig +trace", for a domain of one's own and for somebody else's.
NAMED = N_(" It worked when the last lines of the answer name your own name servers.")
NAMED_THEIRS = N_(" It worked when the last lines of the answer name the domain's own name servers.")

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


def registrar_states(fact: DomainRegistration) -> frozenset[str]:
    """The states in the registrar's own answer, nothing if it gave none that says that this very name is registered."""
    registrar = fact.registrar
    if registrar is None or registrar.registered is not Registered.YES or not _is_about(fact, registrar):
        return frozenset()
    return frozenset(registrar.states)


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
    """The command that repeats the question that was answered; the first question if none was."""
    record: RegistrationRecord | NetworkRecord | None = None
    if isinstance(fact, NetworkRegistration):
        record = fact.network
    elif registered(fact) is not Registered.UNKNOWN:
        record = merged(fact)
    answered = _answered(fact.exchanges, record.source) if record is not None else ()
    return _repeat(fact, next(iter((*answered, *fact.exchanges)), None))


def registrar_command(fact: DomainRegistration) -> str:
    """The command that repeats the question to the registrar, or to the registry if the registrar gave no answer."""
    answered = _answered(fact.exchanges, fact.registrar.source) if fact.registrar is not None else ()
    if not answered:
        return command(fact)
    last = answered[-1]
    if last.protocol == "whois":
        # Without the server's name the registry would be asked.
        return f"whois -h {shlex.quote(printable(last.server))} {shlex.quote(fact.domain)}"
    return _repeat(fact, last)


def _answered(exchanges: Sequence[RegistryExchange], protocol: str) -> tuple[RegistryExchange, ...]:
    good = (LookupOutcome.ANSWERED, LookupOutcome.NOT_FOUND)
    return tuple(e for e in exchanges if e.protocol == protocol and e.outcome in good)


def _repeat(fact: DomainRegistration | NetworkRegistration, exchange: RegistryExchange | None) -> str:
    # An address with other characters would have to be quoted, and such commands are not shown (remedy.groups).
    if exchange is not None and exchange.protocol == "rdap" and _PLAIN_ADDRESS.fullmatch(exchange.query):
        return f"curl -sSL -H Accept:application/rdap+json {exchange.query}"
    return f"whois {shlex.quote(fact.domain if isinstance(fact, DomainRegistration) else fact.address)}"


def holder_acts(fact: DomainRegistration, policy: Policy) -> dict[str, str]:
    """The argument that hands a remedy to the holder of the domain if that is somebody else, as the customer says; else nothing."""
    others = {psl.registrable_domain(name) or name for name in policy.not_registrant}
    return {"who": Who.HOLDER.value} if fact.domain in others else {}


def when(seconds: float) -> str:
    """The day of a time in UTC seconds: YYYY-MM-DD in UTC. A time that no calendar has stays a number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return str(seconds)
