"""The lists that say which RDAP server knows a domain or an address (RFC 9224)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from selfaudit.errors import BadInput
from selfaudit.facts.dns import bare
from selfaudit.i18n import phrase
from selfaudit.protocols import bounded_json

_MAX_SERVICES = 20_000
_MAX_ENTRIES = 5_000  # of one service
_MAX_URL = 500
_NOT_IN_URL = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\<>\"]")


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """One such list.

    Attributes:
        publication: its date, as it stands there; "" if it gives none.
        services: domains (A-labels, lower case, no trailing dot) or blocks of addresses -> https base URLs, each with a
            slash at the end, in the order of the list.
    """

    publication: str
    services: Mapping[str, tuple[str, ...]]


def https_url(value: object) -> str:
    """The URL, if it is an absolute https URL with a host and without user name; else ""."""
    url = value.strip() if isinstance(value, str) else ""
    if len(url) > _MAX_URL or _NOT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # brackets that do not match, a port that is no number
        return ""
    return url if sound else ""


def read(data: bytes) -> Bootstrap:
    """Reads a list and keeps what can be read of it: entries without an https URL are left out (RFC 9224 section 3).

    Raises:
        BadInput: not JSON, not an object, or without a list of services.
    """
    document = bounded_json.loads(data)
    if not isinstance(document, dict) or not isinstance(document.get("services"), list):
        raise BadInput(phrase("this is no list of RDAP servers"))
    services: dict[str, tuple[str, ...]] = {}
    for service in document["services"][:_MAX_SERVICES]:
        if not isinstance(service, list) or len(service) < 2:
            continue
        urls = [_base(url) for item in bounded_json.items(service[1]) if (url := https_url(item))]
        for entry in bounded_json.items(service[0], _MAX_ENTRIES) if urls else ():
            key = _entry(entry)
            if key:
                services[key] = tuple(dict.fromkeys((*services.get(key, ()), *urls)))
    return Bootstrap(bounded_json.text(document.get("publication"), 60), services)


def _base(url: str) -> str:
    base = re.split(r"[?#]", url, maxsplit=1)[0]
    return base if base.endswith("/") else base + "/"


def _entry(value: object) -> str:
    entry = bounded_json.text(value, 260).rstrip(".").lower()
    if "/" in entry:
        try:
            return str(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            return ""
    return a_labels(entry)


def a_labels(name: str) -> str:
    """A host or domain name in lower case, A-labels, without the trailing dot (RFC 5891); "" if it cannot be written so."""
    name = name.strip().rstrip(".").lower()
    if name.isascii():
        return name if 0 < len(name) <= 253 and not re.search(r"[\x00-\x20\x7f/]", name) else ""
    try:
        return idna.encode(name[:253], uts46=True).decode("ascii").rstrip(".").lower()
    except (UnicodeError, ValueError, IndexError):
        return ""


def for_domain(bootstrap: Bootstrap, name: str) -> tuple[str, tuple[str, ...]] | None:
    """The entry for a domain and its URLs: that which shares most labels with the name (RFC 9224 section 4), or None."""
    labels = bare(name).lower().split(".")[-127:]
    for start in range(len(labels)):
        entry = ".".join(labels[start:])
        if entry in bootstrap.services:
            return entry, bootstrap.services[entry]
    return None


def for_address(bootstrap: Bootstrap, address: str) -> tuple[str, tuple[str, ...]] | None:
    """The entry for an address and its URLs: that with the longest prefix (RFC 9224 section 5.1), or None."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    for length in range(ip.max_prefixlen, -1, -1):
        entry = str(ipaddress.ip_network((ip.packed, length), strict=False))
        if entry in bootstrap.services:
            return entry, bootstrap.services[entry]
    return None


def host_names(bootstrap: Bootstrap) -> frozenset[str]:
    """The names of all servers in a list, lower case."""
    return frozenset(urlsplit(url).hostname or "" for urls in bootstrap.services.values() for url in urls)
