"""Contact data in words: what is shown, what differs, who states what, and why a registrar's answer is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from selfaudit.case import Registrant
from selfaudit.case.dates import read_date
from selfaudit.checks.registration import _registry
from selfaudit.facts.registration import DomainRegistration, LookupOutcome, RegistryExchange
from selfaudit.i18n import phrase
from selfaudit.policy import Policy
from selfaudit.protocols import contact_data
from selfaudit.protocols.contact_data import LABELS, Difference, Holder, Shown
from selfaudit.text import printable

DAY = 86_400.0
# A statement older than this says little about today.
_DAYS_VALID = 365
# A day without a time zone begins up to 14 hours before that of UTC, and ends up to 12 hours after it.
_AHEAD, _BEHIND = 14 * 3600.0, 12 * 3600.0
# Why nobody sees from outside whether the data is right.
HIDDEN = {
    Shown.WITHHELD: phrase("it is not shown to whom the domain is registered, as is usual"),
    Shown.PRIVACY: phrase("a privacy service stands in place of the holder"),
}
_ROLES = {
    "administrative": phrase("the administrative contact"),
    "technical": phrase("the technical contact"),
    "billing": phrase("the contact for invoices"),
}


def stands(declared: Registrant, policy: Policy, now: float) -> bool:
    """Whether a person looked at the registrar's page within a year and not before the suspension, and added a file.

    `now` is UTC seconds. Of the confirmation only the day is known, which may have begun elsewhere already.
    """
    confirmed = read_date(declared.confirmed)
    if confirmed is None or not declared.files:
        return False
    if confirmed > now + DAY or confirmed + (_DAYS_VALID + 1) * DAY <= now:
        return False
    return policy.suspended is None or confirmed + DAY > policy.suspended


def is_after(moment: float, suspended: float) -> bool | None:
    """Whether something (UTC seconds) came after the suspension, None if that cannot be told because only its day is known."""
    if suspended % DAY:
        return moment >= suspended
    if moment >= suspended + DAY + _BEHIND:
        return True
    return False if moment < suspended - _AHEAD else None


def silent_registrar(fact: DomainRegistration, holder: Holder) -> str:
    """Why the registrar's answer could not be had, "" if it was, if nobody asked, or if the registry shows the holder."""
    registry, last = fact.registry, fact.exchanges[-1:]
    if registry is None or not last or holder.shown is Shown.SHOWN or not (registry.related or registry.whois_server):
        return ""
    if fact.registrar is not None and fact.registrar in _registry.answers(fact):
        return ""
    if last[0].outcome is not LookupOutcome.ANSWERED:
        return _registry.why(last)
    # The registry may name itself; then its own answer is the last one.
    theirs = last[0].query in registry.related or (last[0].protocol == "whois" and last[0].server == registry.whois_server)
    before = any(_is_answer(e, fact.domain) and e.protocol == registry.source for e in fact.exchanges[:-1])
    return phrase("its answer says nothing about this domain") if theirs and before else ""


def _is_answer(exchange: RegistryExchange, domain: str) -> bool:
    return exchange.outcome is LookupOutcome.ANSWERED and domain in exchange.query


def said(declared: Registrant, policy: Policy) -> dict[str, Any]:
    """Who states what, on which day, and which files were added."""
    return {
        "person": printable(policy.person, 100) or phrase("The customer"),
        "date": printable(declared.confirmed, 40),
        "files": [f"{printable(file.name, 100)} (SHA-256 {file.sha256[:16]})" for file in declared.files],
    }


def difference(found: Difference) -> str:
    """A field that is not what was declared, in words."""
    field, shown = LABELS[found.field], printable(found.shown, 120)
    if not found.declared:
        return phrase("{field}: the registry shows “{shown}”, you declared nothing", field=field, shown=shown)
    declared = printable(found.declared, 120)
    return phrase(
        "{field}: the registry shows “{shown}”, you declared “{declared}”", field=field, shown=shown, declared=declared
    )


def roles(holder: Holder) -> list[str]:
    """Which contacts somebody is, in words, if not the holder."""
    return [words for role, words in _ROLES.items() if role in holder.contact.roles]


def labels(fields: Iterable[str]) -> list[str]:
    """Fields in words."""
    return [LABELS[field] for field in fields]


def summary(holder: Holder) -> list[str]:
    """What is shown, field by field."""
    if holder.shown is Shown.PRIVACY:
        service = printable(holder.service, 100) or phrase("one that is not named")
        return [phrase("a privacy service in place of the holder ({service})", service=service)]
    values = {} if holder.substitute else contact_data.shown_values(holder.contact)
    parts = [f"{LABELS[field]}: {printable(' / '.join(texts), 120)}" for field, texts in values.items()]
    if holder.shown is Shown.WITHHELD:
        parts.insert(0, phrase("neither a name nor an organisation"))
    return parts
