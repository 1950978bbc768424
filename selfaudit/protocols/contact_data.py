"""Reading the contact data of a registration: what is shown, withheld or a service's, and whether it is what somebody declared.

RFC 9083 section 10.2.2 (states), RFC 9537 (redaction); ICANN Registration Data Policy of 21 August 2025.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from selfaudit.case import Registrant
from selfaudit.facts.registration import RegistrationContact, RegistrationRecord
from selfaudit.i18n import phrase
from selfaudit.protocols import contact_words
from selfaudit.protocols.contact_words import country_code, fold
from selfaudit.protocols.registry_words import is_empty, is_withheld

# The fields of a contact, in the order in which they are shown, and what people call them.
LABELS = {
    "name": phrase("name"),
    "organization": phrase("organisation"),
    "street": phrase("street"),
    "postal code": phrase("postal code"),
    "city": phrase("town"),
    "country": phrase("country"),
    "email": phrase("mail address"),
    "phone": phrase("phone number"),
}
FIELDS = tuple(LABELS)
_IDENTITY = ("name", "organization")
_OTHERS = ("administrative", "technical", "billing")
_LONGEST = 300
# Registrars put mailboxes of their own in place of the real one; a long run of hexadecimal digits is nobody's choice.
_FORWARDING = re.compile(r"[0-9a-f]{16}", re.IGNORECASE)
# In place of an organisation these say that there is none.
_NO_ORGANISATION = frozenset(
    ("na", "none", "no", "private", "private person", "privat", "privatperson", "individual", "not applicable")
)


class Shown(StrEnum):
    """What an answer gives away about the holder."""

    SHOWN = "shown"
    WITHHELD = "withheld"  # by the registry or the registrar, or simply not part of the answer
    PRIVACY = "privacy service"  # a service stands in place of the holder


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is in an answer as the holder.

    Attributes:
        shown: how much is given away.
        contact: the contact that tells most; empty if there is none.
        service: the name of the privacy service, "" if none is known by name.
        substitute: it is an administrative or technical contact, because no registrant is in the answer.
        obscured: what is there was altered on purpose (RFC 9083 section 10.2.2), so it can be neither compared nor looked at.
    """

    shown: Shown
    contact: RegistrationContact
    service: str = ""
    substitute: bool = False
    obscured: bool = False


@dataclass(frozen=True, slots=True)
class PrivacyService:
    """A privacy or proxy service: parts of the name it registers under, and the domains of its mail addresses, lower case."""

    name: str
    organization: tuple[str, ...]
    mail_domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a registrar writes over a whole contact.

    Attributes:
        words: what stands in place of name and organisation, folded; perhaps several times, and with a number as a street.
        mail_domains: the domains of its mail addresses, lower case.
        countries: where the address lies that it puts in place of the real one, ISO 3166-1 alpha-2.
    """

    words: tuple[str, ...]
    mail_domains: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the registry shows something else than what was declared; `declared` may be empty."""

    field: str
    shown: str
    declared: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Shown data beside declared data.

    Attributes:
        same: the fields that agree.
        different: those that do not.
        open: those that only one side has, and those of `skipped`.
        skipped: those that are shown, but are perhaps the registrar's own in place of the holder's.
    """

    same: tuple[str, ...] = ()
    different: tuple[Difference, ...] = ()
    open: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def identified(self) -> bool:
        """Whether the holder's name or organisation agrees and nothing contradicts it."""
        return not self.different and any(field in self.same for field in _IDENTITY)


@cache
def _lists() -> dict[str, list[dict[str, Any]]]:
    file = resources.files("selfaudit_resources") / "registration" / "privacy-services.toml"
    return tomllib.loads(file.read_text("utf-8"))


@cache
def privacy_services() -> tuple[PrivacyService, ...]:
    """The services that the shipped list names: whoever matches one is the service, not the holder."""
    return tuple(
        PrivacyService(e["name"], tuple(map(_plain, e["organization"])), tuple(map(str.lower, e["mail_domains"])))
        for e in _lists()["service"]
    )


@cache
def _masks() -> dict[str, str]:
    """Domains of mail addresses that only forward; name and organisation beside them may be the holder's own."""
    return {domain.lower(): entry["name"] for entry in _lists()["mail_mask"] for domain in entry["mail_domains"]}


@cache
def redactions() -> tuple[Redaction, ...]:
    """What the shipped list knows to be written over whole contacts."""
    return tuple(
        Redaction(tuple(map(fold, e["words"])), tuple(map(str.lower, e["mail_domains"])), tuple(e["countries"]))
        for e in _lists()["redaction"]
    )


def shown_values(contact: RegistrationContact) -> dict[str, tuple[str, ...]]:
    """The fields that a contact really shows, in the order of `FIELDS`: without what is withheld, empty, or only forwards.

    Of a contact that was written over as a whole, only the country is left, and not even that if it belongs to what was written.
    """
    given: Mapping[str, Iterable[str]] = {
        "name": (contact.name,),
        "organization": (contact.organization,) if _names_organisation(contact.organization) else (),
        "street": contact.street,
        "postal code": (contact.postal_code,),
        "city": (contact.city,),
        "country": (contact.country,),
        "email": (address for address in contact.email if not is_forwarding(address)),
        "phone": contact.phone,
    }
    written_over = _redaction(contact)
    shown = {}
    for field in FIELDS:
        if field in contact.withheld:
            continue
        if written_over and (field != "country" or country_code(contact.country) in written_over.countries):
            continue
        values = tuple(v.strip()[:_LONGEST] for v in given[field] if not is_empty(v) and not stands_in(v))
        if values:
            shown[field] = values
    return shown


def own_values(contact: RegistrationContact) -> dict[str, tuple[str, ...]]:
    """The shown fields that can be taken for the holder's own.

    Where name or organisation is withheld, the address and numbers beside them may be the registrar's: only the other one of both,
    if that is shown, and the country count.
    """
    shown = shown_values(contact)
    withheld = {"contact", *_IDENTITY} & set(contact.withheld) or any(map(is_withheld, (contact.name, contact.organization)))
    return {f: values for f, values in shown.items() if f in (*_IDENTITY, "country")} if withheld else shown


def stands_in(text: str) -> bool:
    """Whether a text stands in place of a value that is not given: “REDACTED FOR PRIVACY”, “123 Data Protected”."""
    return is_withheld(text) or any(_consists_of(text, words) for entry in redactions() for words in entry.words)


def _redaction(contact: RegistrationContact) -> Redaction | None:
    """What a whole contact was written over with: to be seen by the name, the organisation or the mail address."""
    names = [contact.name, *([contact.organization] if _names_organisation(contact.organization) else [])]
    for entry in redactions():
        domains = dict.fromkeys(entry.mail_domains, "yes")
        if any(_consists_of(name, words) for name in names for words in entry.words):
            return entry
        if any(_listed(address, domains) for address in contact.email):
            return entry
    return None


def _consists_of(text: str, words: str) -> bool:
    """Whether a text is nothing but these words, once or several times, and a number."""
    folded = fold(text)
    return words in folded and not folded.replace(words, "").strip(" 0123456789")


def _names_organisation(text: str) -> bool:
    return fold(text) not in _NO_ORGANISATION


def is_forwarding(address: str) -> bool:
    """Whether a mail address only stands for the real one: a form on the web, a service's mailbox or a made-up one."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        return "/" in domain or " " in domain  # the address of a form, or a sentence such as “Please query …”
    return bool(_FORWARDING.search(local)) or bool(_listed(address, _masks()))


def mail_domain(address: str) -> str:
    """The domain of a mail address: A-labels, lower case, no trailing dot; "" if it has none that could be looked up."""
    import idna

    domain = address.strip().rpartition("@")[2].rstrip(".").lower() if "@" in address else ""
    if not domain or len(domain) > 253:
        return ""
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return domain if re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*", domain) else ""


def holder(records: Iterable[RegistrationRecord | None]) -> Holder:
    """The holder according to several answers about the same domain. The one that shows most counts, the first among equals."""
    candidates: list[Holder] = []
    for record in records:
        if record is not None:
            candidates.extend(_holders(record))
    registrants = [c for c in candidates if not c.substitute]
    best = max(registrants or candidates, key=_weight, default=Holder(Shown.WITHHELD, RegistrationContact(())))
    others = [c for c in candidates if c.substitute]
    if not best.substitute and best.shown is Shown.WITHHELD and not own_values(best.contact) and others:
        # Nothing at all of the registrant: what is shown of the others can at least be looked at.
        substitute = max(others, key=_weight)
        return substitute if own_values(substitute.contact) else best
    return best


def _weight(candidate: Holder) -> tuple[bool, bool, int]:
    values = own_values(candidate.contact)
    return candidate.shown is Shown.SHOWN, candidate.shown is Shown.PRIVACY, len(values)


def _holders(record: RegistrationRecord) -> Iterator[Holder]:
    for contact in record.contacts[:50]:
        if "registrant" in contact.roles:
            yield _classify(contact, record.states)
    for role in _OTHERS:
        for contact in record.contacts[:50]:
            if role in contact.roles and "registrant" not in contact.roles:
                yield Holder(Shown.WITHHELD, contact, substitute=True)


def _classify(contact: RegistrationContact, states: tuple[str, ...]) -> Holder:
    values = shown_values(contact)
    identified = any(field in values for field in _IDENTITY)
    service = privacy_service(contact)
    if service or "proxy" in states or ("private" in states and identified):
        return Holder(Shown.PRIVACY, contact, service or next((values[f][0] for f in _IDENTITY[::-1] if f in values), ""))
    if not identified or "obscured" in states:
        return Holder(Shown.WITHHELD, contact, obscured="obscured" in states)
    return Holder(Shown.SHOWN, contact)


def privacy_service(contact: RegistrationContact) -> str:
    """The name of the privacy service that a contact is, "" if it is none that is known."""
    lines = [line for line in contact.street if _plain(line).startswith("c/o ")]
    names = [_plain(text) for text in (contact.organization, contact.name, *lines) if text]
    for service in privacy_services():
        if any(part in name for part in service.organization for name in names):
            return service.name
    services = {domain: service.name for service in privacy_services() for domain in service.mail_domains}
    return next((found for address in contact.email if (found := _listed(address, services))), "")


def _listed(address: str, domains: Mapping[str, str]) -> str:
    """What a table holds for the domain of a mail address or one above it, "" for nothing."""
    labels = address[-_LONGEST:].rpartition("@")[2].strip().rstrip(".").lower().split(".")
    return next((domains[name] for i in range(len(labels)) if (name := ".".join(labels[i:])) in domains), "")


def _plain(text: str) -> str:
    return " ".join(text[:_LONGEST].casefold().split())


def compare_holder(holder: Holder, declared: Registrant) -> Comparison:
    """Compares a holder with what somebody declared, as far as it is the holder and not somebody in place of them."""
    if holder.shown is Shown.PRIVACY or holder.substitute:
        return Comparison()
    if holder.obscured:
        return Comparison(skipped=tuple(shown_values(holder.contact)))
    return compare(holder.contact, declared)


def compare(contact: RegistrationContact, declared: Registrant) -> Comparison:
    """Compares what a contact shows with what somebody declared.

    Mail addresses and phone numbers count only beside a name or an organisation: without them registrars often put their own there.
    Case, punctuation, accents and umlauts (ü is ue or u), the order of words, “Str.” for “Straße”, the form of phone numbers and
    countries by code or by name make no difference. A place has several spellings: if postal code and country agree, its name
    does not count.
    """
    given, shown = shown_values(contact), own_values(contact)
    if not any(field in shown for field in _IDENTITY):
        shown = {field: values for field, values in shown.items() if field not in ("email", "phone")}
    wanted = {
        "name": declared.name,
        "organization": declared.organization,
        "street": declared.street,
        "postal code": declared.postal_code,
        "city": declared.city,
        "country": declared.country,
        "email": declared.email,
        "phone": declared.phone,
    }
    wanted = {field: value for field, value in wanted.items() if not is_empty(value)}
    same: list[str] = []
    different: list[Difference] = []
    for field, values in shown.items():
        if field in wanted:
            if _agree(field, values, wanted, contact):
                same.append(field)
            else:
                different.append(Difference(field, ", ".join(values), wanted[field]))
        elif field == "organization":
            # An organisation that is filled in is the holder; a person of whom nothing of it was said is then not.
            if _agree("name", values, wanted, contact):
                same.append(field)
            else:
                different.append(Difference(field, values[0], ""))
    if {"postal code", "country"} <= set(same):
        same.extend(d.field for d in different if d.field == "city")
        different = [d for d in different if d.field != "city"]
    settled = {*same, *(d.field for d in different)}
    skipped = tuple(f for f in given if f not in shown)
    unsettled = tuple(f for f in FIELDS if f not in settled and (f in skipped or (f in shown) != (f in wanted)))
    return Comparison(tuple(f for f in FIELDS if f in same), tuple(different), unsettled, skipped)


def _agree(field: str, values: tuple[str, ...], wanted: Mapping[str, str], contact: RegistrationContact) -> bool:
    if field in _IDENTITY:
        # Registries have one line for both, or fill the wrong one.
        return any(contact_words.same_name(values[0], wanted[other]) for other in _IDENTITY if other in wanted)
    own = wanted[field]
    if field == "street":
        return contact_words.same_street(values, own)
    if field == "postal code":
        return contact_words.same_postal_code(values[0], own)
    if field == "country":
        return contact_words.same_country(values[0], own)
    if field == "email":
        return any(_address(value) == _address(own) for value in values)
    if field == "phone":
        region, own_region = country_code(contact.country), country_code(wanted.get("country", ""))
        return any(contact_words.same_phone(v, own, region or own_region, own_region or region) for v in values)
    return contact_words.same_words(values[0], own)


def _address(text: str) -> tuple[str, str]:
    return text.strip().removeprefix("mailto:").rpartition("@")[0].casefold(), mail_domain(text)
