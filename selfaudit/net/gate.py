"""Who may be contacted: scope, authority, and the record of what was sent to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from selfaudit.case.targets import is_reserved_address
from selfaudit.facts.exposure import PortOutcome
from selfaudit.i18n import phrase

EMBEDDED_SOURCE = "192.0.2.77"  # in the embedded internet we are at home, and nobody else is there


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets for an address really go."""

    address: str
    port: int


class Routes:
    """Address translation for the embedded internet: every server of it is a socket on loopback.

    With routes in place nothing ever leaves this machine: an address without a route is silent.

    Args:
        table: (address, port, "udp" or "tcp") -> where it is served.
        alive: addresses of hosts that are up: ports without a route are closed there.
        unreachable: addresses that a router refuses to lead to.
        filtered: (address, port, protocol) that stay silent on a host that is up.
        source: our own address in there.
    """

    def __init__(
        self,
        table: Mapping[tuple[str, int, str], Route],
        alive: frozenset[str] = frozenset(),
        unreachable: frozenset[str] = frozenset(),
        filtered: frozenset[tuple[str, int, str]] = frozenset(),
        *,
        source: str = EMBEDDED_SOURCE,
    ) -> None:
        self._table = dict(table)
        self._alive, self._unreachable, self._filtered = alive, unreachable, filtered
        self.source = source

    def source_towards(self, address: str) -> str:
        """Our own address as the host at another one sees it."""
        return self.source

    def find(self, address: str, port: int, protocol: str) -> Route | None:
        """The route to an address and port by "udp" or "tcp", or None if nothing answers there."""
        return self._table.get((address, port, protocol))

    def absence(self, address: str, port: int, protocol: str) -> PortOutcome:
        """What a packet meets where no route is."""
        if address in self._unreachable:
            return PortOutcome.UNREACHABLE
        if address in self._alive and (address, port, protocol) not in self._filtered:
            return PortOutcome.CLOSED
        return PortOutcome.SILENT


class NotPermittedError(Exception):
    """A packet was about to go where it may not go."""


@dataclass(slots=True)
class Gate:
    """Decides on every contact and keeps the tally.

    Attributes:
        allow_reserved: laboratories may contact reserved addresses.
        permitted: address -> the authority for active probes ("proven: ...", "stated: ...").
        own: addresses that may always be asked passively: our resolvers and root servers.
        routes: address translation, or None on the real network.
        sent: (address, port, protocol, purpose, authority) -> number of packets or connections; no authority for public records.
        ask: works out the authority for an address that was found on the way, "" for none.
    """

    allow_reserved: bool = False
    permitted: dict[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    routes: Routes | None = None
    sent: Counter[tuple[str, int, str, str, str]] = field(default_factory=Counter)
    ask: Callable[[str], Awaitable[str]] | None = None

    def passive_allowed(self, address: str) -> bool:
        """Whether a public record may be asked for at this address. Hostile data must not lead us into a home network."""
        return self.allow_reserved or address in self.own or not is_reserved_address(address)

    def check_passive(self, address: str) -> None:
        """Raises NotPermittedError for an address that no public record can live at."""
        if not self.passive_allowed(address):
            raise NotPermittedError(phrase("{address} is not a public address", address=address))

    def check_active(self, address: str) -> str:
        """Returns the authority for probing an address; raises NotPermittedError without one."""
        self.check_passive(address)
        authority = self.permitted.get(address, "")
        if not authority:
            raise NotPermittedError(phrase("nobody has shown that {address} may be probed", address=address))
        return authority

    async def learn_authority(self, address: str) -> None:
        """Finds out whether an address that was found on the way may be probed."""
        if address not in self.permitted and self.ask is not None:
            authority = await self.ask(address)
            if authority:
                self.permitted.setdefault(address, authority)

    def route(self, address: str, port: int, protocol: str) -> Route | None:
        """Where to send, or None if the embedded internet has nothing there."""
        if self.routes is None:
            return Route(address, port)
        return self.routes.find(address, port, protocol)

    def count(self, address: str, port: int, protocol: str, purpose: str, authority: str = "") -> None:
        """Notes one packet or connection."""
        self.sent[(address, port, protocol, purpose, authority)] += 1
