"""Which TCP ports of an address are looked at. Port 25 and its sisters, and port 53, belong to other probes."""

from __future__ import annotations

#: Databases, caches, file sharing, remote control: nothing for strangers.
SERVICES = (
    21, 23, 111, 135, 139, 445, 873, 1433, 1521, 2049, 2375, 3306, 3389, 5432, 5555, 5900, 5984, 6000, 6379, 9200, 11211, 27017,
)  # fmt: skip
#: Login pages of control panels.
PANELS = (2082, 2083, 2086, 2087, 2222, 8006, 8443, 9090, 10000, 15672)
#: Where proxies that speak HTTP usually are; web servers too.
HTTP_PROXY_PORTS = (80, 81, 3128, 8000, 8008, 8080, 8081, 8118, 8123, 8888, 9999)
#: Where proxies that speak SOCKS usually are.
SOCKS_PORTS = (1080, 1081, 4145, 9050, 10808)
#: Where proxies of either kind usually are.
PROXY_PORTS = tuple(sorted((*HTTP_PROXY_PORTS, *SOCKS_PORTS)))
#: Ports that most servers answer on, whatever they are for: a sign of life.
SIGNS = (22, 80, 443)

#: Strangers have no business with these.
GUARDED = tuple(sorted((*SERVICES, *PANELS)))
#: All of them, in ascending order.
SURVEYED = tuple(sorted({*SERVICES, *PANELS, *PROXY_PORTS, *SIGNS}))

_FROM, _TO = 40_000, 60_000


def control_ports(entropy: bytes) -> tuple[int, int]:
    """Two different ports from 40000 to 59999, none of them in a list here, taken from at least 8 random octets.

    Most of these numbers belong to nobody (RFC 6335 section 6), so a connection to both shows something that takes every one.
    """
    free = [p for p in range(_FROM, _TO) if p not in SURVEYED]
    first = free.pop(int.from_bytes(entropy[:4]) % len(free))
    second = free[int.from_bytes(entropy[4:8]) % len(free)]
    return min(first, second), max(first, second)
