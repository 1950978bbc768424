"""A stranger's packet, and whether a condition of a firewall rule fits it: no, maybe, yes. What cannot be told is "maybe", never a guess."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from selfaudit.protocols.host.own import Address, virtual

_SERVICES = {
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69,
    "http": 80, "www": 80, "kerberos": 88, "pop3": 110, "sunrpc": 111, "rpcbind": 111, "auth": 113, "ntp": 123, "netbios-ns": 137, "netbios-dgm": 138,
    "netbios-ssn": 139, "imap": 143, "imap2": 143, "snmp": 161, "snmptrap": 162, "ldap": 389, "https": 443, "microsoft-ds": 445, "smtps": 465,
    "submissions": 465, "isakmp": 500, "syslog": 514, "dhcpv6-client": 546, "dhcpv6-server": 547, "submission": 587, "ipp": 631, "ldaps": 636,
    "rsync": 873, "imaps": 993, "pop3s": 995, "openvpn": 1194, "ms-sql-s": 1433, "nfs": 2049, "nfsd": 2049, "mysql": 3306, "ms-wbt-server": 3389,
    "ipsec-nat-t": 4500, "sip": 5060, "mdns": 5353, "postgresql": 5432, "x11": 6000, "http-alt": 8080,
}  # fmt: skip
_TOO_WIDE = 3  # a network of this prefix length or shorter may hold any stranger


class Match(IntEnum):
    """Whether a condition fits. `min` is "and", `max` is "or", `2 - m` is "not"."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection from a stranger whom no rule names, to a port of the server itself.

    Attributes:
        family: 4 or 6.
        protocol: "tcp" or "udp".
        port: destination port.
        interfaces: those that lead outside; empty if not known.
        addresses: of the server there; empty if not known.
    """

    family: int
    protocol: str
    port: int
    interfaces: frozenset[str] = frozenset()
    addresses: tuple[Address, ...] = ()


def negated(match: Match, no: bool = True) -> Match:
    """The opposite of a match, if `no`."""
    return Match(2 - match) if no else match


def either(matches: Iterable[Match]) -> Match:
    """The best of several alternatives."""
    return max(matches, default=Match.NO)


def port_match(text: str, port: int) -> Match:
    """A port as rules write it: 22, 1000:2000, 1000-2000, ssh."""
    text = text.strip()
    first, dash, last = (text, "", text) if text in _SERVICES else text.replace(":", "-").partition("-")
    low, high = _number(first or "0"), _number(last or "65535") if dash else _number(first)
    if low is None or high is None:
        return Match.MAYBE
    return Match.YES if low <= port <= high else Match.NO


def _number(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text)
    return _SERVICES.get(text)


def from_match(text: str, family: int) -> Match:
    """A source network: a stranger comes from anywhere, so only a network that holds nearly everything fits him."""
    network = _network(text)
    if network is None:
        return Match.MAYBE
    if network.version != family or network.prefixlen > _TOO_WIDE:
        return Match.NO
    return Match.YES if network.prefixlen == 0 and "-" not in text else Match.MAYBE


def to_match(text: str, packet: Packet) -> Match:
    """A destination network: one of the server's own addresses."""
    network = _network(text)
    if network is None:
        return Match.MAYBE
    if network.version != packet.family:
        return Match.NO
    if network.prefixlen == 0 and "-" not in text:
        return Match.YES
    own = [a for a in packet.addresses if a.version == packet.family]
    hits = sum(a in network for a in own)
    if not own:
        return Match.NO if network.network_address.is_multicast or network.network_address.is_loopback else Match.MAYBE
    if hits == len(own) and "-" not in text:
        return Match.YES
    return Match.MAYBE if hits else Match.NO


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    text = text.strip()
    if "-" in text:  # a range: the smallest network that holds it, so that a match is never more than "maybe"
        low, _dash, high = text.partition("-")
        try:
            first, last = ipaddress.ip_address(low), ipaddress.ip_address(high)
            if isinstance(first, ipaddress.IPv4Address) and isinstance(last, ipaddress.IPv4Address):
                bits = 32 - (int(first) ^ int(last)).bit_length()
                return ipaddress.ip_network((int(first), bits), strict=False)
            if isinstance(first, ipaddress.IPv6Address) and isinstance(last, ipaddress.IPv6Address):
                bits = 128 - (int(first) ^ int(last)).bit_length()
                return ipaddress.ip_network((int(first), bits), strict=False)
        except ValueError:
            return None
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def interface_match(name: str, packet: Packet) -> Match:
    """The interface on which the packet comes in. "eth+" and "eth*" stand for every name that begins so."""
    name = name.strip('"')
    if name in ("+", "*", "any"):
        return Match.YES
    wild = name.endswith(("+", "*"))
    stem = name[:-1] if wild else name
    if not packet.interfaces:
        return Match.NO if virtual(stem) else Match.MAYBE
    hits = sum(i.startswith(stem) if wild else i == stem for i in packet.interfaces)
    return Match.YES if hits == len(packet.interfaces) else Match.MAYBE if hits else Match.NO


def state_match(states: Iterable[str]) -> Match:
    """Connection states: the first packet of a connection is new."""
    return Match.YES if any(s.strip().lower() == "new" for s in states) else Match.NO
