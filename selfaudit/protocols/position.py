"""Whether somebody sees a server as strangers do, or from a place that it may trust."""

from __future__ import annotations

import ipaddress

from selfaudit.facts.vantage import Position
from selfaudit.i18n import phrase


def inside(position: Position) -> str:
    """Why answers to this computer say nothing about strangers, in words; "" if they do.

    Behind address translation the public address must be known, or the target could be reached by a way round inside.
    Servers trust their own addresses, their own network and sometimes everything behind the same public address. In a
    laboratory, where everything is on one machine, only the address that we come from counts.
    """
    address = ipaddress.ip_address(position.address)
    if position.source == position.address:
        return phrase("it is this computer's own address")
    if position.laboratory:
        return ""
    if position.own:
        return phrase("it is one of this computer's own addresses")
    if position.address in position.egress:
        return phrase("the world sees this computer under the same address")
    if position.source and _neighbours(address, position.source):
        return phrase("both are in the same local network ({source})", source=position.source)
    near = next((e for e in position.egress if _neighbours(address, e)), "")
    if near:
        return phrase("the world sees this computer under a neighbouring address ({egress})", egress=near)
    if not address.is_global:  # RFC 1918, and RFC 6598, where VPNs and carriers are
        return phrase("it is a private address")
    if position.source and not position.egress and not ipaddress.ip_address(position.source).is_global:
        return phrase("this computer is behind address translation, and under which address the world sees it is not known")
    return ""


def _neighbours(address: ipaddress.IPv4Address | ipaddress.IPv6Address, other: str) -> bool:
    """The same /24, or the same /64: one local network, or one customer."""
    try:
        second = ipaddress.ip_address(other)
    except ValueError:
        return False
    if address.version != second.version:
        return False
    bits = 24 if address.version == 4 else 64
    return second in ipaddress.ip_network(f"{address}/{bits}", strict=False)
