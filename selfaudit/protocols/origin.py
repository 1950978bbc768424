"""The origins of routes as a collector publishes them in the DNS: which network (AS) announces which block of addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.errors import BadInput
from selfaudit.facts.dns import absolute
from selfaudit.i18n import phrase

_MAX_LINE = 1000
_MAX_ORIGINS = 50
_MAX_RECORDS = 100
_NUMBER = re.compile(r"(?:AS)?([0-9]{1,10})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A block of addresses as it is announced.

    Attributes:
        prefix: CIDR block.
        origins: numbers of the autonomous systems that announce it, in the order given.
        country: ISO 3166-1 alpha-2 of the registration, registry: "ripencc", "arin" ..., allocated: date as given; each may be "".
    """

    prefix: str
    origins: tuple[int, ...]
    country: str = ""
    registry: str = ""
    allocated: str = ""


def question(address: str, zone: str) -> str:
    """The absolute name to ask for TXT records about an address.

    IPv4: octets reversed below the zone. IPv6: nibbles reversed, and the first label of the zone is "origin6" instead of
    "origin".
    """
    ip = ipaddress.ip_address(address)
    pointer = ip.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    first, dot, rest = zone.partition(".")
    if ip.version == 6 and first.lower() == "origin":
        zone = f"origin6{dot}{rest}"
    return absolute(f"{pointer}.{zone}")


def name_question(asn: int, zone: str) -> str:
    """The absolute name to ask for the name of an autonomous system: below the zone without its first label "origin"."""
    first, _dot, rest = zone.partition(".")
    return absolute(f"AS{asn}.{rest if first.lower() in ('origin', 'origin6') and rest else zone}")


def read(texts: Iterable[str]) -> tuple[tuple[Announcement, ...], int]:
    """Reads all records of an answer.

    Returns:
        The announcements, each once, most specific first; and how many records could not be read.
    """
    found: set[Announcement] = set()
    unreadable = 0
    for text in list(texts)[:_MAX_RECORDS]:
        try:
            found.add(read_line(text))
        except BadInput:
            unreadable += 1
    return tuple(sorted(found, key=_order)), unreadable


def _order(announcement: Announcement) -> tuple[int, int, int, tuple[int, ...], str]:
    network = ipaddress.ip_network(announcement.prefix)
    rest = f"{announcement.country} {announcement.registry} {announcement.allocated}"
    return network.version, -network.prefixlen, int(network.network_address), announcement.origins, rest


def read_line(text: str) -> Announcement:
    """Reads "AS [AS ...] | prefix | country | registry | date". Country, registry and date may be empty or missing.

    Raises:
        BadInput: no numbers of autonomous systems, or no block of addresses.
    """
    fields = [field.strip() for field in text[:_MAX_LINE].split("|")]
    if len(fields) < 2:
        raise BadInput(phrase("“{text}” names no origin of a route", text=text[:60]))
    origins = tuple(dict.fromkeys(_number(word) for word in fields[0].replace(",", " ").split()[:_MAX_ORIGINS]))
    try:
        prefix = str(ipaddress.ip_network(fields[1], strict=False)) if "/" in fields[1] else ""
    except ValueError:
        prefix = ""
    if not origins or not prefix:
        raise BadInput(phrase("“{text}” names no origin of a route", text=text[:60]))
    country, registry, allocated = (*(field[:40] for field in fields[2:5]), "", "", "")[:3]
    return Announcement(prefix, origins, country.upper(), registry.lower(), allocated)


def _number(word: str) -> int:
    match = _NUMBER.fullmatch(word)
    if not match or int(match[1]) >= 2**32:
        raise BadInput(phrase("“{word}” is not the number of an autonomous system", word=word[:40]))
    return int(match[1])


def read_name(text: str) -> str:
    """The name in "AS | country | registry | date | name".

    Raises:
        BadInput: it has not this form, or no name.
    """
    fields = text[:_MAX_LINE].split("|", 4)
    name = fields[4].strip()[:200] if len(fields) == 5 else ""
    if not name or not _NUMBER.fullmatch(fields[0].strip()):
        raise BadInput(phrase("“{text}” names no autonomous system", text=text[:60]))
    return name
