"""Who listens on a server, and from where it can be reached, from the part "listeners" of a collector's file."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.facts.host import HostReport, HostScope
from selfaudit.protocols.host.own import internal, outward_of

_LIMIT = 2_000


class Reach(StrEnum):
    """From where an address that a program listens on can be reached."""

    EVERYWHERE = "everywhere"  # all addresses of the server
    PUBLIC = "public"  # one that leads outside
    INTERNAL = "internal"  # a private network
    HERE = "here"  # this server only


@dataclass(frozen=True, slots=True)
class Listener:
    """A program that waits for connections or datagrams.

    Attributes:
        protocol: "tcp" or "udp".
        family: 4, 6, or 0 for both.
        address: as the server says it.
        port: of it.
        program: its name, "" if it is not known.
        user: under which it runs, "" if it is not known.
        reach: from where it can be reached.
    """

    protocol: str
    family: int
    address: str
    port: int
    program: str
    user: str
    reach: Reach

    @property
    def outside(self) -> bool:
        """Strangers may reach it, as far as its address goes."""
        return self.reach in (Reach.EVERYWHERE, Reach.PUBLIC)


def read_listeners(report: HostReport, scope: HostScope) -> tuple[tuple[Listener, ...], int]:
    """The listeners, and the number of lines that could not be read."""
    outward = outward_of(report)
    public = {str(a) for a in outward.addresses} | {s.address for s in scope.addresses}
    found: dict[Listener, None] = {}
    odd = 0
    for protocol, address, port, program, user in report.rows("listeners", 5)[:_LIMIT]:
        kind = protocol.lower()
        if kind not in ("tcp", "tcp6", "udp", "udp6") or not (
            port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65_536
        ):
            odd += 1
            continue
        reach, family = _reach(address, public)
        if family == 0 and kind.endswith("6") and address not in ("*", ""):
            family = 6
        if reach is None:
            odd += 1
            continue
        name = "" if program in ("-", "?") else program
        found.setdefault(
            Listener(kind.removesuffix("6"), family, address, int(port), name, "" if user in ("-", "?") else user, reach)
        )
    return tuple(found), odd


def _reach(text: str, public: set[str]) -> tuple[Reach | None, int]:
    """From where an address can be reached, and its family; 0 for both."""
    bare = text.strip().strip("[]").partition("%")[0].strip("[]")
    if bare in ("*", "", "::"):
        return Reach.EVERYWHERE, 0
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None, 0
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_unspecified:
        return Reach.EVERYWHERE, address.version
    if address.is_loopback:
        return Reach.HERE, address.version
    if str(address) in public:
        return Reach.PUBLIC, address.version
    if internal(address) or address.is_multicast:
        return Reach.INTERNAL, address.version
    return Reach.PUBLIC, address.version


def answers_at(listener: Listener, address: str, own: frozenset[str]) -> bool:
    """Whether a connection to an address of the server may end at a listener. Behind address translation any outside one may."""
    if listener.reach is Reach.HERE:
        return False
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return True
    if str(wanted) not in own:
        return True
    if listener.reach is Reach.EVERYWHERE:
        return listener.family in (0, wanted.version) or wanted.version == 4  # "::" takes IPv4 too unless told otherwise
    return listener.address.strip("[]").partition("%")[0] in (str(wanted), f"::ffff:{wanted}")
