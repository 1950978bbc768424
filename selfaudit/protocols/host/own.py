"""A server's own addresses, and which of its interfaces lead outside."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from selfaudit.facts.host import HostReport

# Not reached from the Internet (RFC 1918, 6598, 3927, 4193, 4291). Documentation addresses are not among them: laboratories use them as public ones.
_INTERNAL = tuple(
    ipaddress.ip_network(n)
    for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip
#: Interfaces of containers, virtual machines and tunnels: what comes in there comes from this server or a private network.
_VIRTUAL = (
    "lo",
    "docker",
    "br-",
    "veth",
    "virbr",
    "cni",
    "flannel",
    "cali",
    "lxc",
    "lxdbr",
    "podman",
    "wg",
    "tun",
    "tap",
    "tailscale",
    "zt",
)
_LIMIT = 64  # addresses that are looked at

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Outward:
    """How a server is connected to the outside.

    Attributes:
        interfaces: names of the interfaces that lead outside; empty if the report does not say.
        addresses: its addresses there; private ones only if it has no public one of that family (a provider may translate to them).
        global6: it has a public IPv6 address; None if that is not known.
    """

    interfaces: frozenset[str]
    addresses: tuple[Address, ...]
    global6: bool | None


def internal(address: Address) -> bool:
    """Whether an address cannot be reached from the Internet."""
    return any(address.version == n.version and address in n for n in _INTERNAL)


def virtual(interface: str) -> bool:
    """Whether an interface belongs to containers, virtual machines or tunnels, by its name."""
    return interface.lower().startswith(_VIRTUAL)


def outward_of(report: HostReport) -> Outward:
    """What leads outside, from the part "addresses"."""
    public: list[tuple[str, Address]] = []
    private: list[tuple[str, Address]] = []
    for interface, text in report.rows("addresses", 2)[: 4 * _LIMIT]:
        try:
            address = ipaddress.ip_interface(text).ip
        except ValueError:
            continue
        if virtual(interface) or address.is_loopback or address.is_link_local or address.is_multicast:
            continue
        (private if internal(address) else public).append((interface, address))
    families = {a.version for _i, a in public}
    # Behind one-to-one translation (usual in clouds) the private address is the one that strangers reach.
    chosen = public + [(i, a) for i, a in private if not families and a.version == 4]
    global6: bool | None = None
    if report.lines("addresses") is not None:
        global6 = 6 in families
    said = report.values("firewall.state").get("ipv6", "")
    if said in ("yes", "no"):
        global6 = said == "yes" or bool(global6)
    return Outward(frozenset(i for i, _a in chosen), tuple(a for _i, a in chosen)[:_LIMIT], global6)
