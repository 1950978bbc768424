"""Answers of RDAP servers about domains and networks (RFC 9083), with the states of RFC 8056 and the redactions of RFC 9537."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from selfaudit.errors import BadInput
from selfaudit.facts.registration import NetworkRecord, Registered, RegistrationContact, RegistrationRecord
from selfaudit.i18n import phrase
from selfaudit.protocols import bounded_json, jcard
from selfaudit.protocols.bootstrap import a_labels, https_url
from selfaudit.protocols.bounded_json import items, mapping, text, texts
from selfaudit.protocols.registry_words import is_withheld, state

_MAX_ENTITIES = 50
_MAX_LEVELS = 6
_MAX_PREFIXES = 16
_MAX_RELATED = 3
_MAX_NOTES = 10
_NOTE = 300
_FREE = frozenset({"free", "available", "unregistered", "not registered"})  # some servers answer so for a name that nobody has

_OWN_ROLES = ("registrant", "administrative", "technical", "billing")

Entity = Mapping[str, Any]

_DATE = re.compile(
    r"(?P<year>[0-9]{4})[-/.]?(?P<month>[0-9]{2})[-/.]?(?P<day>[0-9]{2})"
    r"(?:[T\s]+(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"\s*(?:Z|UTC|GMT|(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)?)?",
    re.ASCII | re.IGNORECASE,
)
_YEARS = range(1980, 2200)  # before and after, a date stands in for none: 0001, 1970, 9999

_ROLES = (
    (re.compile(r"\bregistrant\b", re.IGNORECASE), "registrant"),
    (re.compile(r"\badmin(?:istrative)?\b", re.IGNORECASE), "administrative"),
    (re.compile(r"\btech(?:nical)?\b", re.IGNORECASE), "technical"),
    (re.compile(r"\bbilling\b", re.IGNORECASE), "billing"),
)
_WORDS = tuple(
    (re.compile(words, re.IGNORECASE), field)
    for words, field in (
        (r"\b(?:fax|ext|id|handle)\b", ""),  # nothing that we read
        (r"\borgani[sz]ation\b", "organization"),
        (r"\be-?mail\b", "email"),
        (r"\b(?:tele)?phone\b", "phone"),
        (r"\bstreet\b", "street"),
        (r"\bcity\b", "city"),
        (r"\b(?:state|province|region)\b", "region"),
        (r"\bpostal\b", "postal code"),
        (r"\bcountry\b", "country"),
        (r"\bname\b", "name"),
    )
)
_PATH_ROLE = re.compile(r"""['"](registrant|administrative|technical|billing|registrar|abuse|reseller|sponsor|noc)['"]""")
_PATH_PROPERTY = re.compile(r"""@\[0\]\s*==\s*['"]([A-Za-z-]+)['"]""")
_PATH_PART = re.compile(r"\[3\]\[(?:([0-9]?):([0-9]?)|([0-9](?:,[0-9])*))\]")
_PROPERTIES = {"fn": "name", "n": "name", "org": "organization", "email": "email", "tel": "phone"}


def read(document: bytes | str | Mapping[str, object]) -> RegistrationRecord:
    """Reads an answer about a domain. Whatever is missing or has the wrong type is taken as not given.

    Raises:
        BadInput: it is not JSON, no object, or neither a domain nor an error (RFC 9083 sections 5.3 and 6).
    """
    found = _object(document)
    kind = text(found.get("objectClassName")).lower()
    is_domain = kind == "domain" or (not kind and bool(text(found.get("ldhName")) or text(found.get("unicodeName"))))
    said = text(found.get("errorCode"), 6)
    code = int(said) if re.fullmatch(r"[0-9]{1,6}", said) else None
    if code is not None and (code >= 400 or not is_domain):
        # An error that describes a domain as well contradicts itself and says nothing.
        registered = Registered.NO if code == 404 and not is_domain else Registered.UNKNOWN
        return RegistrationRecord("rdap", registered, throttled=code == 429, notes=_notes(found))
    if not is_domain:
        raise BadInput(phrase("this is no RDAP answer about a domain"))
    entities = list(_walk(found))
    registrar = next((e for e, _of in entities if "registrar" in jcard.roles_of(e)), {})
    abuse = _abuse([e for e, of_registrar in entities if of_registrar]) or _abuse(_entities(found))
    states = _states(found)
    events = _events(found)
    return RegistrationRecord(
        "rdap",
        Registered.NO if states and _FREE.issuperset(states) else Registered.YES,
        domain=_host(found),
        handle=_unless_withheld(found.get("handle")),
        registrar=_title(jcard.read_contact(registrar)),
        registrar_id=_registrar_id(registrar),
        registrar_url=_page(registrar),
        abuse_email=tuple(dict.fromkeys(e for contact in abuse for e in contact.email)),
        abuse_phone=tuple(dict.fromkeys(p for contact in abuse for p in contact.phone)),
        created=_first_of(events, "registration"),
        changed=max(events.get("last changed", []), default=None),
        transferred=_first_of(events, "transfer"),
        expires=_first_of(events, "expiration"),
        registrar_expires=_first_of(events, "registrar expiration"),
        name_servers=tuple(sorted({host for item in items(found.get("nameservers")) if (host := _host(item))})),
        states=states,
        contacts=_contacts(found, [e for e, of_registrar in entities if not of_registrar or "registrant" in jcard.roles_of(e)]),
        related=_related(found),
        signed=_signed(found),
        notes=_notes(found),
    )


def read_network(document: bytes | str | Mapping[str, object]) -> NetworkRecord:
    """Reads an answer about a block of addresses (RFC 9083 section 5.4).

    Raises:
        BadInput: it is not JSON, no object, or no network.
    """
    found = _object(document)
    kind = text(found.get("objectClassName")).lower()
    if kind != "ip network" and (kind or not text(found.get("startAddress"))):
        raise BadInput(phrase("this is no RDAP answer about a network"))
    entities = [entity for entity, _of_registrar in _walk(found)]
    abuse = _abuse(entities)
    start, end = _address(found.get("startAddress")), _address(found.get("endAddress"))
    return NetworkRecord(
        "rdap",
        handle=text(found.get("handle")),
        name=text(found.get("name")),
        start=start,
        end=end,
        prefixes=_prefixes(found, start, end),
        kind=text(found.get("type")),
        country=text(found.get("country")),
        holder=_holder(entities),
        abuse_email=tuple(dict.fromkeys(e for contact in abuse for e in contact.email)),
        abuse_phone=tuple(dict.fromkeys(p for contact in abuse for p in contact.phone)),
        changed=max(_events(found).get("last changed", []), default=None),
        contacts=tuple(_with_remarks(e) for e in entities if {"registrant", "abuse"} & set(jcard.roles_of(e))),
        states=_states(found),
        notes=_notes(found),
    )


def moment(value: object) -> float | None:
    """UTC seconds of a date of RFC 3339 or one of the forms that servers use besides; None for what is no date.

    Date alone or with a time, with and without separators, zone ("Z", "+02:00", "+0200", "UTC"; none is UTC) and fraction.
    """
    match = _DATE.fullmatch(text(value))
    if match is None or int(match["year"]) not in _YEARS:
        return None
    try:
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=UTC)
    except ValueError:
        return None
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 24 or minute > 59 or second > 60:  # 24:00 and leap seconds
        return None
    away = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    time = timedelta(hours=hour, minutes=minute, seconds=second) + (away if match["sign"] == "-" else -away)
    return (day + time).timestamp() + float(f"0.{(match['fraction'] or '0')[:6]}")


def _object(document: bytes | str | Mapping[str, object]) -> Mapping[str, Any]:
    found = bounded_json.loads(document) if isinstance(document, bytes | str) else document
    if not isinstance(found, Mapping):
        raise BadInput(phrase("this is no RDAP answer"))
    return found


def _walk(found: Entity) -> Iterator[tuple[Entity, bool]]:
    """All entities, the outer before the inner ones, and whether each is a registrar's or lies within one."""
    level = [(entity, False) for entity in _entities(found)]
    left = _MAX_ENTITIES
    for _depth in range(_MAX_LEVELS):
        within: list[tuple[Entity, bool]] = []
        for entity, inside in level[:left]:
            of_registrar = inside or "registrar" in jcard.roles_of(entity)
            yield entity, of_registrar
            within += ((inner, of_registrar) for inner in _entities(entity))
        left -= len(level[:left])
        level = within


def _entities(found: Entity) -> list[Entity]:
    return [entity for entity in items(found.get("entities")) if isinstance(entity, Mapping)]


def _abuse(entities: list[Entity]) -> list[RegistrationContact]:
    """The contacts for abuse that name an address or a number."""
    contacts = (jcard.read_contact(entity) for entity in entities if "abuse" in jcard.roles_of(entity))
    return [contact for contact in contacts if contact.email or contact.phone]


def _title(contact: RegistrationContact) -> str:
    return contact.name or contact.organization


def _registrar_id(registrar: Entity) -> str:
    for item in items(registrar.get("publicIds")):
        if text(mapping(item).get("type")).lower() == "iana registrar id":
            return text(mapping(item).get("identifier"), 20)
    return ""


def _page(registrar: Entity) -> str:
    links = (
        text(mapping(link).get("href"), 500)
        for link in items(registrar.get("links"))
        if text(mapping(link).get("rel")).lower() == "about"
    )
    return next((url for url in (*jcard.urls(registrar), *links) if re.match(r"(?i)https?://[^/\s]", url)), "")


def _unless_withheld(value: object) -> str:
    found = text(value)
    return "" if is_withheld(found) else found


def _host(value: object) -> str:
    """The name of a domain or name server as A-labels; "" if it has none."""
    if isinstance(value, str):
        return a_labels(text(value, 260))
    for key in ("ldhName", "unicodeName"):
        words = text(mapping(value).get(key), 260).split()  # some add addresses behind the name
        if words and (name := a_labels(words[0])):
            return name
    return ""


def _states(found: Entity) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said for value in texts(found.get("status")) if (said := state(value))))


def _events(found: Entity) -> dict[str, list[float]]:
    """The moments of each action, in the order given. "last update of RDAP database" is another action than "last changed"."""
    events: dict[str, list[float]] = {}
    for item in items(found.get("events")):
        action = " ".join(text(mapping(item).get("eventAction")).replace("_", " ").lower().split())
        when = moment(mapping(item).get("eventDate"))
        if action and when is not None:
            events.setdefault(action, []).append(when)
    return events


def _first_of(events: Mapping[str, list[float]], action: str) -> float | None:
    return next(iter(events.get(action, [])), None)


def _related(found: Entity) -> tuple[str, ...]:
    related = []
    for link in map(mapping, items(found.get("links"))):
        kind = text(link.get("type")).lower().partition(";")[0].strip()
        if text(link.get("rel")).lower() == "related" and kind in ("", "application/rdap+json"):
            related.append(https_url(link.get("href")))
    return tuple(dict.fromkeys(url for url in related if url))[:_MAX_RELATED]


def _signed(found: Entity) -> bool | None:
    secure = mapping(found.get("secureDNS"))
    said = secure.get("delegationSigned")
    if isinstance(said, str):
        said = {"true": True, "false": False}.get(said.strip().lower())
    if isinstance(said, bool):
        return said
    return True if any(isinstance(item, Mapping) for item in items(secure.get("dsData"))) else None


def _notes(found: Entity) -> tuple[str, ...]:
    """Titles and texts; those of an error stand in the document itself (RFC 9083 section 6)."""
    notes = []
    for note in map(
        mapping, (found if "errorCode" in found else {}, *items(found.get("notices")), *items(found.get("remarks")))
    ):
        words = " ".join(texts(note.get("description"), _NOTE))
        notes.append(": ".join(part for part in (text(note.get("title")), words) if part)[:_NOTE].strip())
    return tuple(dict.fromkeys(note for note in notes if note))[:_MAX_NOTES]


def _contacts(found: Entity, entities: list[Entity]) -> tuple[RegistrationContact, ...]:
    """Everybody who has a role in the domain, with what the answer says to withhold of each."""
    redacted = _redacted(found)
    contacts = []
    for entity in entities:
        contact = _with_remarks(entity)
        if "registrar" in contact.roles:  # its own customer
            contact = replace(contact, roles=tuple(role for role in contact.roles if role in _OWN_ROLES))
        fields = {field for role in contact.roles for field in redacted.get(role, ())}
        if contact.roles:
            contacts.append(replace(contact, withheld=jcard.in_order(fields | set(contact.withheld))))
    if "registrant" in redacted and not any("registrant" in contact.roles for contact in contacts):
        contacts.append(RegistrationContact(("registrant",), withheld=("contact",)))
    return tuple(contacts)


def _with_remarks(entity: Entity) -> RegistrationContact:
    """A contact, noted as withheld if its remarks (RFC 9083 section 10.2.1) or its state (section 10.2.2) say so."""
    contact = jcard.read_contact(entity)
    withheld = set(contact.withheld)
    for remark in map(mapping, items(entity.get("remarks"))):
        title, kind = text(remark.get("title")).lower(), text(remark.get("type")).lower()
        if re.search(r"\bredacted\b", title) or re.search(r"(redacted|truncated) due to authorization", kind):
            withheld.add("email" if title.startswith("email redacted") else "contact")
    if {"removed", "private"} & set(_states(entity)):
        withheld.add("contact")
    return replace(contact, withheld=jcard.in_order(withheld))


def _redacted(found: Entity) -> dict[str, set[str]]:
    """The fields that are withheld of each role (RFC 9537 section 4.2): by the registered name of the field, else by its path."""
    redacted: dict[str, set[str]] = {}
    for item in map(mapping, items(found.get("redacted"), 200)):
        name = mapping(item.get("name"))
        called = text(name.get("type")) or text(name.get("description")) or text(item.get("name"))
        path = " ".join(text(item.get(key), 300) for key in ("prePath", "postPath", "path"))
        role = next((role for words, role in _ROLES if words.search(called)), "")
        if not role and "entities" in path:
            quoted = _PATH_ROLE.search(path)
            role = quoted[1] if quoted else _role_at(path, found)
        if role:
            field = next((field for words, field in _WORDS if words.search(called)), None)
            redacted.setdefault(role, set()).update(_fields_of_path(path) if field is None else {field} - {""})
    return redacted


def _role_at(path: str, found: Entity) -> str:
    """The role of the contact that a path names by its place in the list, "" if it names none."""
    place = re.search(r"entities\[(\d{1,3})\]", path)
    entities = items(found.get("entities"), 200)
    if place is None or int(place[1]) >= len(entities):
        return ""
    roles = jcard.roles_of(mapping(entities[int(place[1])]))
    return next((role for role in _OWN_ROLES if role in roles), "")


def _fields_of_path(path: str) -> set[str]:
    """The fields of a contact that a JSONPath into an entity leads to."""
    found = _PATH_PROPERTY.search(path)
    if found is None:
        elsewhere = re.search(r"\]\.(?!vcardArray\b|roles\b)[A-Za-z]", path)  # for example entities[...].handle
        return set() if elsewhere else {"contact"}
    name = found[1].lower()
    if name != "adr":
        return {_PROPERTIES[name]} if name in _PROPERTIES else set()
    part = _PATH_PART.search(path)
    if part is None:
        return set(jcard.ADDRESS)
    if part[3]:
        return {jcard.ADDRESS[int(n)] for n in part[3].split(",") if int(n) < len(jcard.ADDRESS)}
    return set(jcard.ADDRESS[int(part[1] or 0) : int(part[2] or len(jcard.ADDRESS))])


def _holder(entities: list[Entity]) -> str:
    """The organisation to which a network is registered.

    Some registries name the database object that protects the entry as a registrant too; its name is its handle, and nobody.
    """
    registrants = [e for e in entities if "registrant" in jcard.roles_of(e)]
    administrative = [e for e in entities if "administrative" in jcard.roles_of(e) and jcard.is_body(e)]
    bodies = [e for e in registrants if jcard.is_body(e)]
    for entity in (*bodies, *registrants, *administrative):
        contact = jcard.read_contact(entity)
        name = contact.organization or contact.name
        if name and name.upper() != contact.handle.upper():
            return name
    return ""


def _address(value: object) -> str:
    try:
        return str(ipaddress.ip_address(text(value, 60).partition("/")[0]))
    except ValueError:
        return ""


def _prefixes(found: Entity, start: str, end: str) -> tuple[str, ...]:
    """The CIDR blocks as given (extension cidr0), else as computed from the first and the last address."""
    prefixes: dict[str, None] = {}
    for block in map(mapping, items(found.get("cidr0_cidrs"), _MAX_PREFIXES)):
        base, length = text(block.get("v4prefix")) or text(block.get("v6prefix")), text(block.get("length"))
        try:
            prefixes[str(ipaddress.ip_network(f"{base}/{length}", strict=False))] = None
        except ValueError:
            continue
    if not prefixes and start and end:
        try:
            found_networks = ipaddress.summarize_address_range(ipaddress.ip_address(start), ipaddress.ip_address(end))
            prefixes = dict.fromkeys(str(network) for network in islice(found_networks, _MAX_PREFIXES))
        except (ValueError, TypeError):  # not of one kind, or the last before the first
            return ()
    return tuple(prefixes)
