"""Contacts of WHOIS answers: who has which role, which parts of an address are shown, which are withheld."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from selfaudit.facts.registration import RegistrationContact
from selfaudit.protocols.registry_words import WRITTEN_OVER_COUNTRIES, is_empty, is_withheld, is_written_over
from selfaudit.protocols.whois_fields import MAIL, ROLES, Draft, Values
from selfaudit.protocols.whois_text import normal

_MAX_CONTACTS = 20
_INSTEAD = re.compile(r"\Ahttps?://| ", re.IGNORECASE)  # a page with a form, or a sentence, in place of a mail address
_AT = re.compile(r"(?<=\S) AT (?=\S+\Z)")  # .il
_PHONE = re.compile(r"\+ ?[0-9][0-9 .()-]{5,30}")
_NUMBERED_CITY = re.compile(r"([0-9]{3,5}(?: ?[0-9]{2})?|[0-9]{4} ?[A-Z]{2}) ([^0-9]{2,60})")
_SHORT_CODE = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"[0-9][0-9 -]{2,9}")
_ID = re.compile(r"(?=[^\s]*[0-9:_-])[A-Z0-9:._-]{3,60}")  # of a person or company, not a name


def contacts_of(draft: Draft) -> tuple[RegistrationContact, ...]:
    """The contacts of an answer."""
    described = {normal(values["handle"][0]): values for values in draft.objects.values() if values.get("handle")}
    found: list[RegistrationContact] = []
    for role in ROLES:
        own = draft.contacts.get(role, {})
        references = draft.references.get(role, [])
        people = [described[normal(ref)] for ref in references if normal(ref) in described]
        if people:
            found += [contact(role, {**values, **own}) for values in people]
        elif own or references:
            found.append(contact(role, _with_names(own, references, draft.ids)))
    return tuple(_merged([one for one in found if replace(one, roles=()) != RegistrationContact(())]))[:_MAX_CONTACTS]


def _with_names(own: Mapping[str, list[str]], references: list[str], ids: set[str]) -> Values:
    """The parts, with what a key such as "Registrant" says in one line: an id, words in place of a name, or a name."""
    values = {part: list(found) for part, found in own.items()}
    for said in references:
        if is_withheld(said):
            part = "lines"
        elif said in ids or _ID.fullmatch(said):
            part = "handle"
        else:
            part = "organization" if own.get("name") else "name"
        values.setdefault(part, []).insert(0, said)
    return values


def _merged(contacts: list[RegistrationContact]) -> list[RegistrationContact]:
    """One contact for what is the same but for its role."""
    found: dict[RegistrationContact, tuple[str, ...]] = {}
    for one in contacts:
        key = replace(one, roles=())
        found[key] = (*found.get(key, ()), *(role for role in one.roles if role not in found.get(key, ())))
    return [replace(key, roles=roles) for key, roles in found.items()]


FIELDS = ("name", "organization", "email", "phone", "street", "city", "region", "postal code", "country")


def contact(role: str, values: Mapping[str, list[str]]) -> RegistrationContact:
    """A contact from the values of its parts. What stands in place of a value is noted as withheld and not kept."""
    withheld: set[str] = set()
    shown: Values = {}
    for part in FIELDS:
        for given in values.get(part, ()):
            value = _AT.sub("@", given) if part == "email" else given
            if is_withheld(value) or (part == "email" and "@" not in value and _INSTEAD.search(value)):
                withheld.add(part)
            elif not is_empty(value) and value.strip("*<> ").lower() not in ("n/a", "none"):
                shown.setdefault(part, []).append(value)
    if any(is_written_over(value) for part in ("name", "organization") for value in values.get(part, ())):
        # The rest is the registrar's own, perhaps even the country.
        theirs = {part for part in shown if part != "country" or shown[part][0].upper() in WRITTEN_OVER_COUNTRIES}
        shown, withheld = {part: found for part, found in shown.items() if part not in theirs}, withheld | theirs
    lines = values.get("lines", [])
    if (lines and is_withheld(lines[0])) or any(v.lower() == "yes" for v in values.get("anonymous", ())):
        withheld.add("contact")
    elif lines:
        _add_lines(lines, shown, withheld)
    if "contact" in withheld and "anonymous" in values:
        shown, withheld = {}, {"contact"}
    if shown.get("name") == ["Private Person"]:  # .ru, for every holder who is no company
        shown, withheld = {**shown, "name": []}, withheld | {"name"}
    street, city, region, postal_code, country = _address(shown)
    handle = next((h for h in values.get("handle", ()) if not is_withheld(h) and any(c.isalnum() for c in h)), "")
    return RegistrationContact(
        (role,),
        name=" ".join(shown.get("name", [])[:2]),
        organization=next(iter(shown.get("organization", ())), ""),
        email=tuple(dict.fromkeys(m[0] for v in shown.get("email", ()) for m in MAIL.finditer(v))),
        phone=tuple(dict.fromkeys(shown.get("phone", ()))),
        street=street,
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
        withheld=tuple(part for part in (*FIELDS, "contact") if part in withheld),
        handle="" if handle.strip("*").lower() == "n/a" else handle,
    )


def _add_lines(lines: list[str], shown: Values, withheld: set[str]) -> None:
    """Lines without keys: a name, then an address; numbers, and people with their mail address (.tw), by their form."""
    for line in lines:
        mail = MAIL.search(line)
        if mail:
            shown.setdefault("email", []).append(mail[0])
        text = line[: mail.start()].strip(" <(,") if mail else line
        if is_withheld(text):  # .tr: the name of a company is shown all the same
            withheld.add("street")
        elif text and not (shown.get("name") or shown.get("organization")):
            shown["name"] = [text]
        elif not mail:
            shown.setdefault("phone" if _PHONE.fullmatch(text) else "street", []).append(text)


def _address(shown: Values) -> tuple[tuple[str, ...], str, str, str, str]:
    """Street, city, region, postal code, country; the latter out of the lines of the street where they have no key of their own."""
    city, region, postal, country = (", ".join(shown.get(part, ())) for part in ("city", "region", "postal code", "country"))
    lines = list(shown.get("street", ()))
    if not country and len(lines) > 1 and _SHORT_CODE.fullmatch(lines[-1]):
        country = lines.pop()
        if not region and len(lines) > 1 and _SHORT_CODE.fullmatch(lines[-1]):  # .it: the province
            region = lines.pop()
    if not postal and not city and len(lines) > 1:
        joined = _NUMBERED_CITY.fullmatch(lines[-1])
        if joined:
            postal, city = joined[1], joined[2]
            lines.pop()
        elif len(lines) > 2 and _NUMBER.fullmatch(lines[-1]):
            postal = lines.pop()
            city = lines.pop()
    return tuple(lines), city, region, postal, country.upper() if _SHORT_CODE.fullmatch(country.upper()) else country
