"""What the operating system says about its network: resolvers and own addresses."""

from __future__ import annotations

import ipaddress
import socket


def system_resolvers() -> tuple[str, ...]:
    """Addresses of the resolvers that this computer uses, at most 4; () if it has none."""
    try:
        import dns.resolver  # takes a tenth of a second, and only this function needs it

        resolver = dns.resolver.Resolver(configure=True)
    except (dns.exception.DNSException, OSError, ValueError):
        return ()
    found = []
    for server in resolver.nameservers:
        try:
            ipaddress.ip_address(str(server))
        except ValueError:
            continue
        found.append(str(server))
    return tuple(found[:4])


def is_own_address(address: str) -> bool:
    """Whether an address belongs to this machine: only such an address can be bound to. No packet is sent."""
    ip = ipaddress.ip_address(address)
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def has_ipv6_route() -> bool:
    """Whether there is a route to the public IPv6 network. Connecting a UDP socket asks the routing table and sends nothing."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2001:500:2::c", 53))
            return not ipaddress.ip_address(probe.getsockname()[0]).is_private
    except OSError:
        return False
