"""WHOIS answers about blocks of addresses: ARIN's form, and the objects (RFC 2622, RFC 4012) of RIPE NCC, APNIC, AFRINIC and LACNIC."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from selfaudit.errors import BadInput
from selfaudit.facts.registration import NetworkRecord, RegistrationContact
from selfaudit.i18n import phrase
from selfaudit.protocols.registry_words import is_empty, is_withheld
from selfaudit.protocols.whois_contacts import contact
from selfaudit.protocols.whois_dates import moment
from selfaudit.protocols.whois_fields import MAIL, Values
from selfaudit.protocols.whois_text import Entry, entries_of, normal

_MAX_PREFIXES = 16
_MAX_NOTES = 10
_MAX_CONTACTS = 20

_STARTS = frozenset({"netrange", "inetnum", "inet6num"})
_ABUSE = re.compile(r"[%# \t]*abuse contact for .{0,200} is ['\"]?([^\s'\"]{3,320})", re.IGNORECASE)
_OBJECTS = frozenset({"organisation", "role", "person", "irt", "nic hdl", "nic hdl br"})
_PARTS = {
    "org name": "organization",
    "role": "name",
    "person": "name",
    "address": "street",
    "country": "country",
    "phone": "phone",
    "e mail": "email",
    "organisation": "handle",
    "nic hdl": "handle",
    "nic hdl br": "handle",
    "irt": "handle",
    "abuse mailbox": "abuse",
}
_ARIN_HOLDER = {
    "orgname": "organization",
    "custname": "organization",
    "orgid": "handle",
    "address": "street",
    "city": "city",
    "stateprov": "region",
    "postalcode": "postal code",
    "country": "country",
}
_ROLES = {
    "org": "registrant",
    "owner c": "registrant",
    "admin c": "administrative",
    "tech c": "technical",
    "abuse c": "abuse",
    "mnt irt": "abuse",
}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(slots=True)
class _Block:
    """A block of addresses and what follows it up to the next."""

    first: _Address
    last: _Address
    said: str
    fields: Values = field(default_factory=dict)
    objects: list[tuple[str, Values]] = field(default_factory=list)  # by the key that each begins with

    @property
    def size(self) -> int:
        return int(self.last) - int(self.first)

    def one(self, *keys: str) -> str:
        """The first value of the first of the keys that says something."""
        values = (value for key in keys for value in self.fields.get(key, ()))
        return next((value for value in values if not is_empty(value) and not is_withheld(value)), "")


def holds_network(entries: Iterable[Entry]) -> bool:
    """Whether an answer describes a block of addresses."""
    return any(entry.key in _STARTS and _span(entry.value) for entry in entries)


def read(lines: list[str]) -> NetworkRecord:
    """Reads an answer; of several blocks, one within the other, the smallest.

    Raises:
        BadInput: it describes no block.
    """
    blocks = _blocks(entries_of(lines))
    if not blocks:
        raise BadInput(phrase("this is no WHOIS answer about a network"))
    block = min(blocks, key=lambda found: found.size)
    contacts = _contacts(block)
    holder = next((c.organization or c.name for c in contacts if "registrant" in c.roles), "")
    return NetworkRecord(
        "whois",
        handle=block.one("nethandle") or block.said,
        name=block.one("netname"),
        start=str(block.first),
        end=str(block.last),
        prefixes=tuple(map(str, islice(ipaddress.summarize_address_range(block.first, block.last), _MAX_PREFIXES))),
        kind=block.one("nettype", "status"),
        country=block.one("country").partition("#")[0].strip().upper()[:60],
        holder=holder or block.one("owner", "descr"),
        abuse_email=_abuse(block, lines),
        abuse_phone=tuple(dict.fromkeys(v for v in block.fields.get("orgabusephone", ()) if any(c.isdigit() for c in v))),
        changed=next((when for v in block.fields.get("changed", ()) if (when := moment(v)) is not None), None),
        contacts=contacts,
        notes=tuple(dict.fromkeys(v for v in block.fields.get("notes", ()) if not is_empty(v)))[:_MAX_NOTES],
    )


def _span(text: str) -> tuple[_Address, _Address] | None:
    """First and last address of "A - B" or "A/N"; LACNIC leaves out octets at the end: "198.51.100/24"."""
    first, dash, last = (part.strip() for part in text[:100].partition(" - "))
    try:
        if dash:
            start, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
            return (start, end) if start.version == end.version and int(start) <= int(end) else None
        base, slash, length = first.partition("/")
        if ":" not in base:
            base += ".0" * (3 - base.count("."))
        network = ipaddress.ip_network(f"{base}{slash}{length}", strict=False)
        return network[0], network[-1]
    except ValueError:
        return None


_NAMES = {
    "last modified": "changed",
    "updated": "changed",
    "remarks": "notes",
    "comment": "notes",
    "rabuseemail": "orgabuseemail",
    "rabusephone": "orgabusephone",
}


def _blocks(entries: list[Entry]) -> list[_Block]:
    blocks: list[_Block] = []
    firsts: dict[int, str] = {}
    for entry in entries:
        span = _span(entry.value) if entry.key in _STARTS else None
        firsts.setdefault(entry.paragraph, entry.key)
        if span is not None:
            firsts[entry.paragraph] = entry.key
            blocks.append(_Block(*span, entry.value[:100]))
        if blocks:
            _sort(blocks[-1], entry, firsts[entry.paragraph])
    return blocks


def _sort(block: _Block, entry: Entry, first: str) -> None:
    """A statement into the object that its paragraph describes, by its first key."""
    key, value = entry.key, entry.value[:300]
    if first in ("orgname", "custname") and key in _ARIN_HOLDER:
        _into(block, first, _ARIN_HOLDER[key], value, is_first=key == first)
        if key == "country":
            block.fields.setdefault("country", []).append(value)
    elif first in _OBJECTS:
        _into(block, first, _PARTS.get(key, ""), value, is_first=key == first)
    elif first in _STARTS or key.startswith(("orgabuse", "rabuse")):
        block.fields.setdefault(_NAMES.get(key, key), []).append(value)


def _into(block: _Block, first: str, part: str, value: str, *, is_first: bool) -> None:
    if is_first:
        block.objects.append((first, {}))
    if part and block.objects:
        block.objects[-1][1].setdefault(part, []).append(value)


def _contacts(block: _Block) -> tuple[RegistrationContact, ...]:
    """The objects that the block refers to, by their part in it; for LACNIC the owner, for APNIC's and older blocks nobody."""
    roles: dict[str, list[str]] = {}
    for key, role in _ROLES.items():
        for reference in block.fields.get(key, ()):
            roles.setdefault(normal(reference), []).append(role)
    found: dict[RegistrationContact, None] = {}
    owner = block.one("owner")
    if owner:
        found[contact("registrant", {"organization": [owner], "country": [block.one("country")]})] = None
    for first, values in block.objects:
        handle = normal(next(iter(values.get("handle", ())), ""))
        own = ["registrant"] if first in ("orgname", "custname") else roles.get(handle, [])
        if values.get("abuse") and "abuse" not in own:
            own = [*own, "abuse"]
        if own:
            one = contact(own[0], {**values, "email": [*values.get("abuse", ()), *values.get("email", ())]})
            found[replace(one, roles=tuple(dict.fromkeys(own)))] = None
    return tuple(found)[:_MAX_CONTACTS]


def _abuse(block: _Block, lines: list[str]) -> tuple[str, ...]:
    """Mail addresses for complaints: those that the registry puts on top, else those of the objects."""
    said = [match[1] for line in lines if (match := _ABUSE.match(line))]
    handles = {normal(value) for key in ("abuse c", "mnt irt") for value in block.fields.get(key, ())}
    described = [v for _first, values in block.objects for v in values.get("abuse", ())]
    named = [
        v
        for _first, values in block.objects
        if handles.intersection(map(normal, values.get("handle", ())))
        for v in values.get("email", ())
    ]
    for values in (said, block.fields.get("orgabuseemail", []), described, [*named, *block.fields.get("abuse c", [])]):
        found = dict.fromkeys(match[0] for value in values if (match := MAIL.search(value)))
        if found:
            return tuple(found)
    return ()
