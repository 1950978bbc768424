"""SOCKS requests and replies (RFC 1928; SOCKS4 and 4a by their common description)."""

from __future__ import annotations

import ipaddress
import struct

SOCKS5_GREETING = b"\x05\x01\x00"  # version 5, one method: no authentication
GRANTED_4 = 0x5A
_NOT_ALLOWED_5 = (0x02, 0x07, 0x08)  # by its rules; it knows no CONNECT; not this kind of address


def socks4(host: str, port: int, *, by_name: bool) -> bytes:
    """A CONNECT request of version 4, or 4a with the host as a name.

    Raises:
        ValueError: version 4 knows no IPv6.
    """
    head = struct.pack("!BBH", 4, 1, port)
    if by_name:
        return head + b"\0\0\0\1\0" + host.encode("ascii") + b"\0"
    return head + ipaddress.IPv4Address(host).packed + b"\0"


def socks5_connect(host: str, port: int) -> bytes:
    """A CONNECT request of version 5 to an address."""
    address = ipaddress.ip_address(host)
    return b"\x05\x01\x00" + (b"\x01" if address.version == 4 else b"\x04") + address.packed + struct.pack("!H", port)


def socks5_method(reply: bytes) -> str:
    """What the server makes of our greeting: "open", "password", "refused" or "" for no SOCKS5."""
    if len(reply) < 2 or reply[0] != 5:
        return ""
    return {0x00: "open", 0x02: "password", 0xFF: "refused"}.get(reply[1], "")


def socks5_reply(reply: bytes) -> str:
    """What became of the request: "granted", "refused" (by its rules), "tried" (it could not get there) or ""."""
    if len(reply) < 4 or reply[0] != 5 or reply[1] > 8:
        return ""
    if reply[1] == 0:
        return "granted"
    return "refused" if reply[1] in _NOT_ALLOWED_5 else "tried"


def socks5_reply_length(reply: bytes) -> int:
    """How many octets a reply has altogether, by its first five; 0 if that cannot be told."""
    if len(reply) < 5:
        return 0
    return {1: 10, 4: 22, 3: 7 + reply[4]}.get(reply[3], 0)


def socks4_reply(reply: bytes) -> str:
    """The same for version 4: "granted", "refused" or "". A refusal does not tell a rule from a failure."""
    if len(reply) < 8 or reply[0] != 0 or not 0x5A <= reply[1] <= 0x5D:
        return ""
    return "granted" if reply[1] == GRANTED_4 else "refused"
