"""Contacts as RDAP gives them: jCard (RFC 7095), that is vCard (RFC 6350) in JSON lists.

JSContact (RFC 9553) is not read; a contact given only so stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from selfaudit.facts.registration import RegistrationContact
from selfaudit.protocols import bounded_json
from selfaudit.protocols.bounded_json import items, mapping, text, texts
from selfaudit.protocols.registry_words import WRITTEN_OVER_COUNTRIES, is_empty, is_withheld, is_written_over

FIELDS = ("name", "organization", "email", "phone", "street", "city", "region", "postal code", "country", "contact")
# RFC 6350 section 6.3.1: post office box, extended address, street, locality, region, postal code, country.
ADDRESS = ("street", "street", "street", "city", "region", "postal code", "country")
_MAX_PROPERTIES = 100
_MAX_VALUES = 20  # of one property
_BODIES = frozenset({"org", "group"})
_UNFIT = re.compile(r"https?://", re.IGNORECASE)

Property = tuple[Mapping[str, Any], list[Any]]


def properties(entity: object, name: str) -> Iterator[Property]:
    """Parameters and values of each property of that name in the jCard of an entity. What has not the right form is left out."""
    card = mapping(entity).get("vcardArray")
    found = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    for item in found[:_MAX_PROPERTIES]:
        if isinstance(item, list) and len(item) >= 4 and text(item[0]).lower() == name:
            yield mapping(item[1]), item[3 : 3 + _MAX_VALUES]


def read_contact(entity: object) -> RegistrationContact:
    """Reads an entity (RFC 9083 section 5.1) with its jCard.

    Texts that stand in place of a value are not kept, but noted as withheld. Missing, empty and ill-formed elements are
    left out. Nothing is raised.
    """
    withheld: set[str] = set()
    address = _address(entity, withheld)
    contact = RegistrationContact(
        roles=roles_of(entity),
        name=_first(_names(entity), "name", withheld),
        organization=_first(_organizations(entity), "organization", withheld),
        email=tuple(_shown(_emails(entity), "email", withheld)),
        phone=tuple(_shown(_phones(entity), "phone", withheld)),
        street=tuple(address["street"]),
        city=_joined(address["city"]),
        region=_joined(address["region"]),
        postal_code=_joined(address["postal code"]),
        country=_joined(address["country"]),
        withheld=in_order(withheld),
        handle=_first(iter([text(mapping(entity).get("handle"))]), "handle", set()),
    )
    over = any(map(is_written_over, (*_names(entity), *_organizations(entity))))
    return _without_the_registrars(contact) if over else contact


def _without_the_registrars(contact: RegistrationContact) -> RegistrationContact:
    """A contact in whose fields a registrar wrote its own data, perhaps even its country."""
    country = "" if contact.country.upper() in WRITTEN_OVER_COUNTRIES else contact.country
    lost = {field for field in FIELDS if field != "country" or country != contact.country}
    return RegistrationContact(
        contact.roles, country=country, withheld=in_order({*contact.withheld, *lost}), handle=contact.handle
    )


def in_order(withheld: set[str]) -> tuple[str, ...]:
    """Names of withheld fields, in one order."""
    return tuple(field for field in FIELDS if field in withheld)


def roles_of(entity: object) -> tuple[str, ...]:
    """The roles of an entity, lower case, each once."""
    return tuple(dict.fromkeys(role.lower() for role in texts(mapping(entity).get("roles"), 60)))


def is_body(entity: object) -> bool:
    """Whether the contact names an organisation: by its property "kind" (RFC 6350 section 6.1.4) or by a property "org"."""
    kinds = (text(value).lower() for _parameters, values in properties(entity, "kind") for value in values)
    return not _BODIES.isdisjoint(kinds) or any(_organizations(entity))


def urls(entity: object) -> list[str]:
    """The pages of a contact."""
    return [found for _parameters, values in properties(entity, "url") for value in values if (found := text(value, 500))]


def _shown(values: Iterator[str], field: str, withheld: set[str]) -> list[str]:
    """The values that say something, each once; notes the field as withheld if another text stands in their place."""
    shown: dict[str, None] = {}
    for value in values:
        if is_withheld(value) or (field == "email" and _UNFIT.match(value)):  # a page with a form in place of the address
            withheld.add(field)
        elif not is_empty(value):
            shown[value] = None
    return list(shown)[:50]


def _first(values: Iterator[str], field: str, withheld: set[str]) -> str:
    return next(iter(_shown(values, field, withheld)), "")


def _names(entity: object) -> Iterator[str]:
    for _parameters, values in properties(entity, "fn"):
        yield from (text(value) for value in values)
    for _parameters, values in properties(entity, "n"):  # family, given, additional names, titles before and after
        parts = values[0] if isinstance(values[0], list) else []
        found = [part for item in (*parts[1:2], *parts[:1]) if (part := _joined(item))]
        yield next((part for part in found if is_withheld(part)), text(" ".join(found)))


def _organizations(entity: object) -> Iterator[str]:
    for _parameters, values in properties(entity, "org"):
        yield from (_joined(value) for value in values)


def _joined(value: object) -> str:
    """A text, or the texts of a list (organisation and its units), in one line."""
    return text(", ".join(dict.fromkeys(texts(value)))) if isinstance(value, list) else text(value)


def _emails(entity: object) -> Iterator[str]:
    """The preferred first (RFC 6350 section 5.3: 1 is most preferred)."""
    found = sorted(properties(entity, "email"), key=lambda item: _preference(item[0]))
    for _parameters, values in found:
        yield from (re.sub(r"(?i)^mailto:", "", text(value)).strip() for value in values)


def _phones(entity: object) -> Iterator[str]:
    for parameters, values in sorted(properties(entity, "tel"), key=lambda item: _preference(item[0])):
        kinds = {kind.lower() for kind in texts(parameters.get("type"))}
        if "fax" not in kinds or "voice" in kinds:
            yield from (re.sub(r"(?i)^tel:", "", text(value)).strip() for value in values)


def _preference(parameters: Mapping[str, Any]) -> int:
    given = text(parameters.get("pref"), 3)
    return int(given) if re.fullmatch(r"[0-9]{1,3}", given) else 101


def _address(entity: object, withheld: set[str]) -> dict[str, list[str]]:
    """The parts of the first postal address that says something, by field."""
    parts: dict[str, list[str]] = {field: [] for field in ADDRESS}
    for parameters, values in properties(entity, "adr"):
        value = values[0] if values else None
        for field, part in zip(ADDRESS, value if isinstance(value, list) else (), strict=False):
            lines = (line for item in (items(part) if isinstance(part, list) else [part]) for line in text(item).splitlines())
            parts[field] += _shown((line.strip() for line in lines), field, withheld)
        # RFC 7095 section 3.3.1.3: an address without structure stands in the parameter "label".
        label = bounded_json.text(value if isinstance(value, str) else parameters.get("label"), 1000)
        if not any(parts.values()) and label:
            lines = (line.strip()[:200] for line in label.splitlines())
            parts["street"] = _shown(lines, "street", withheld)
        code = text(parameters.get("cc"), 60)  # RFC 8605 section 3.1
        if re.fullmatch(r"[A-Za-z]{2}", code):
            parts["country"] = [code.upper()]
        if any(parts.values()):
            break
    parts["country"] = [c.upper() if re.fullmatch(r"[A-Za-z]{2}", c) else c for c in parts["country"]]
    return {field: found[:50] for field, found in parts.items()}
