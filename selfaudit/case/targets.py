"""Reading what a person typed as a target, before any packet leaves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Literal
from urllib.parse import urlsplit

import idna

from selfaudit.case.model import HOSTED, Target
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.text import printable

MAX_ADDRESSES = 256  # a /24, or a /120
MAX_DOMAINS = 100
MAX_HOSTED = 1000  # domains that are only hosted: each costs a few questions about its registration, and none about mail
MAX_TARGET_LENGTH = 260

# RFC 2606, RFC 6761, RFC 6762 appendix G, RFC 7686, RFC 8375, RFC 9476, ICANN's reservation of .internal
_RESERVED_SUFFIXES = (
    "test", "example", "invalid", "localhost", "local", "internal", "onion", "alt", "home.arpa", "lan", "home", "corp",
    "localdomain", "intranet", "private", "example.com", "example.net", "example.org",
)  # fmt: skip

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
_IPV4_SHAPE = re.compile(r"[0-9.]+\Z")
_PORT = re.compile(r"(?P<host>.+):(?P<port>[0-9]{1,5})\Z", re.DOTALL)

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out for public use
_DOCUMENTATION_V6 = ipaddress.ip_network("3fff::/20")  # RFC 9637
# RFC 7526 (relay anycast), RFC 6890 (protocol assignments, anycast ones included)
_SPECIAL_V4 = (ipaddress.ip_network("192.88.99.0/24"), ipaddress.ip_network("192.0.0.0/24"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_reserved_name(domain: str) -> bool:
    """Whether the name can never be a real customer's domain (special use, documentation, private)."""
    return any(domain == s or domain.endswith("." + s) for s in _RESERVED_SUFFIXES)


def is_reserved_address(address: str) -> bool:
    """Whether an address is private, loopback, link-local, documentation, multicast or otherwise not public."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            return is_reserved_address(str(embedded))
        return ip not in _GLOBAL_UNICAST or ip in _DOCUMENTATION_V6 or not ip.is_global
    return not ip.is_global or ip.is_multicast or any(ip in network for network in _SPECIAL_V4)


def parse_target(text: str, *, allow_reserved: bool, is_public_suffix: Callable[[str], bool]) -> tuple[Target, ...]:
    """Reads one target as a person writes it: a domain, an address, a URL, an e-mail address, a CIDR block.

    Args:
        text: as typed.
        allow_reserved: whether reserved addresses and names may be targets (laboratories).
        is_public_suffix: tells whether a domain is a public suffix such as "co.uk".

    Returns:
        One target, or one per address of a CIDR block of at most 256 addresses.

    Raises:
        UserError: one line that says what is wrong with it.
    """
    stripped = text.strip()
    shown = printable(stripped.rpartition("@")[2], 60)  # what stands before an @ may be a password
    if not stripped:
        raise UserError(_("An empty target was given. Name a domain such as your-company.net, or an address."))
    if len(stripped) > MAX_TARGET_LENGTH:
        raise UserError(_("“{target}” is too long to be a domain or an address.").format(target=shown))
    host = _host_part(stripped, shown)
    if "://" in stripped:
        shown = printable(host, 60)
    addresses = _addresses(host, shown)
    if addresses is not None:
        targets = tuple(Target("address", str(a)) for a in addresses)
        if not allow_reserved:
            for target in targets:
                if is_reserved_address(target.value):
                    raise UserError(
                        _("{target} is not a public address: only public addresses can be audited.").format(
                            target=printable(target.value)
                        )
                    )
        return targets
    return (Target("domain", _domain(host, shown, allow_reserved, is_public_suffix)),)


def parse_targets(texts: Iterable[str], *, allow_reserved: bool, is_public_suffix: Callable[[str], bool]) -> tuple[Target, ...]:
    """Reads many targets, drops repetitions, keeps the order, and caps the number of addresses at 256."""
    seen: dict[Target, None] = {}
    addresses = domains = 0
    for text in texts:
        for target in parse_target(text, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix):
            if target in seen:
                continue
            seen[target] = None
            addresses += target.kind == "address"
            domains += target.kind == "domain"
        if addresses > MAX_ADDRESSES:
            raise UserError(_("More than {limit} addresses were named; audit them in parts.").format(limit=MAX_ADDRESSES))
        if domains > MAX_DOMAINS:
            raise UserError(_("More than {limit} domains were named; audit them in parts.").format(limit=MAX_DOMAINS))
    return tuple(seen)


def parse_address(text: str, *, allow_reserved: bool, what: str) -> str:
    """Reads one address (never a name), for options such as --sending-ip."""
    found = _addresses(text.strip(), printable(text, 60))
    if found is None or len(found) != 1:
        raise UserError(
            _("{option}: “{target}” is not an IPv4 or IPv6 address.").format(option=what, target=printable(text, 60))
        )
    address = str(found[0])
    if not allow_reserved and is_reserved_address(address):
        raise UserError(_("{option}: {target} is not a public address.").format(option=what, target=address))
    return address


def parse_domain(text: str, *, allow_reserved: bool, is_public_suffix: Callable[[str], bool]) -> str:
    """Reads one domain as a person writes it (never an address), for lists that hold only domains.

    Raises:
        UserError: it is no domain, or none that a customer can own.
    """
    found = parse_target(text, allow_reserved=allow_reserved, is_public_suffix=is_public_suffix)
    if found[0].kind != "domain":
        shown = printable(text.strip().rpartition("@")[2], 60)
        raise UserError(_("“{target}” is an address; only domains belong here.").format(target=shown))
    return found[0].value


def hosted_targets(domains: Iterable[str], named: Iterable[Target]) -> tuple[Target, ...]:
    """Targets for domains that are only hosted, without repetitions. What is also named counts as named.

    Args:
        domains: A-labels.
        named: the targets that were named.

    Raises:
        UserError: there are more than 1000.
    """
    present = {t.value for t in named if t.kind == "domain"}
    fresh = tuple(Target("domain", d, HOSTED) for d in dict.fromkeys(domains) if d not in present)
    if len(fresh) > MAX_HOSTED:
        raise UserError(_("More than {limit} hosted domains were given; audit them in parts.").format(limit=MAX_HOSTED))
    return fresh


def _host_part(text: str, shown: str) -> str:
    if "://" in text or text.startswith("//"):
        try:
            host = urlsplit(text).hostname or ""
        except ValueError:
            host = ""
        if not host:
            raise UserError(_("This is a URL without a host name; name the domain itself."))
        return host
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :]
    if "@" in text:
        local, _at, domain = text.rpartition("@")
        if not local or not domain or re.search(r"[\s@]", local):
            raise UserError(_("“{target}” is not an e-mail address; name the domain after the @.").format(target=shown))
        return domain
    if re.fullmatch(r"[^/]+/", text):  # a trailing slash, copied from a browser
        return text[:-1]
    return text


def _addresses(host: str, shown: str) -> list[Address] | None:
    """The addresses that the text stands for, or None if it is meant as a name."""
    bracketed = re.fullmatch(r"\[(?P<ip>[^\]]*)\](?::[0-9]{1,5})?", host)
    if bracketed:
        host = bracketed["ip"].removeprefix("IPv6:")
    elif host.count(":") == 1 and (port := _PORT.match(host)) and _IPV4_SHAPE.match(port["host"]):
        host = port["host"]
    if "/" in host:
        return _network(host, shown)
    try:
        return [_canonical(host, shown)]
    except ValueError:
        pass
    if _IPV4_SHAPE.match(host.rstrip(".")) or (":" in host.replace("::", ":", 1) and host.count(":") > 1) or bracketed:
        raise UserError(_("“{target}” looks like an address, but is not a valid one.").format(target=shown))
    return None


def _canonical(host: str, shown: str) -> Address:
    ip = ipaddress.ip_address(host)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            raise UserError(_("“{target}” is only valid on one network link.").format(target=shown))
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
    return ip


def _network(host: str, shown: str) -> list[Address]:
    try:
        network = ipaddress.ip_interface(host).network
    except ValueError:
        raise UserError(
            _("“{target}” is neither a domain, an address nor a block of addresses.").format(target=shown)
        ) from None
    single, _slash, _length = host.partition("/")
    if ipaddress.ip_address(single) != network.network_address:
        raise UserError(
            _("“{target}” is not plain: name {single} for one address, or {block} for the whole block.").format(
                target=shown, single=single, block=network
            )
        )
    if network.num_addresses > MAX_ADDRESSES:
        raise UserError(
            _("{target} holds {count} addresses; at most {limit} can be audited at once (a /24 or a /120).").format(
                target=shown, count=network.num_addresses, limit=MAX_ADDRESSES
            )
        )
    return list(network)


def _domain(host: str, shown: str, allow_reserved: bool, is_public_suffix: Callable[[str], bool]) -> str:
    port = _PORT.match(host)
    if port:
        host = port["host"]
    host = host.removesuffix(".")
    try:
        name = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower() if host else ""
    except (idna.IDNAError, UnicodeError):
        name = host.lower() if host.isascii() else ""
    labels = name.split(".")
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise UserError(_("“{target}” is not a domain name or an address.").format(target=shown))
    if name == "localhost" or (is_reserved_name(name) and not allow_reserved):
        raise UserError(_("{target} is a reserved name that no customer can own; name your own domain.").format(target=shown))
    if len(labels) == 1:
        raise UserError(_("“{target}” is a single word; name the whole domain, with its ending.").format(target=shown))
    if labels[-1].isdigit():
        raise UserError(_("“{target}” looks like an address, but is not a valid one.").format(target=shown))
    if is_public_suffix(name):
        raise UserError(
            _("{target} is a public suffix, under which others register domains; name your own domain.").format(target=shown)
        )
    return name


SelectorSource = Literal["given", "message", "guessed"]
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9_])?)*\Z")


def parse_selector(text: str) -> tuple[str, str]:
    """Reads a DKIM selector as typed: "name", "name@domain" or "name._domainkey.domain".

    Returns:
        The selector and its domain ("" when it was not given). RFC 6376 section 3.1: dots are allowed in selectors.

    Raises:
        UserError: it cannot be a selector.
    """
    cleaned = text.strip().lower().removesuffix(".")
    name, _sep, domain = cleaned.partition("@")
    if "._domainkey." in cleaned:
        name, _sep, domain = cleaned.partition("._domainkey.")
    name = name.removesuffix("._domainkey")
    if len(name) > 200 or not _SELECTOR.match(name):
        raise UserError(_("“{selector}” is not a DKIM selector.").format(selector=printable(text, 60)))
    return name, domain
