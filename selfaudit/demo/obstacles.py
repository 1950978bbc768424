"""Networks that hide what servers do: blocked, intercepted, or too close to see anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from selfaudit.demo.dns_server import DnsServer, Resolver
from selfaudit.demo.mail_server import MailServer
from selfaudit.demo.proxy_server import ProxyServer, Resolve
from selfaudit.facts.exposure import PortOutcome
from selfaudit.net import INTERCEPTION_ADDRESS, Route, Routes

Obstacle = Literal["", "port25-blocked", "port25-intercepted", "dns-intercepted", "web-intercepted", "inside"]
OBSTACLES = tuple(o for o in get_args(Obstacle) if o)
Between = DnsServer | MailServer | ProxyServer

_Ways = tuple[tuple[int, str], ...]


def in_between(obstacle: Obstacle, resolver: Resolver, find: Resolve) -> tuple[Between | None, _Ways]:
    """What answers in place of every server, not started yet, and on which (port, "udp" or "tcp").

    Args:
        obstacle: which one.
        resolver: what a network that intercepts DNS answers.
        find: where a proxy in between really connects to.
    """
    match obstacle:
        case "port25-intercepted":
            return MailServer(), ((25, "tcp"),)
        case "dns-intercepted":
            return DnsServer(resolver), ((53, "udp"), (53, "tcp"))
        case "web-intercepted":
            return ProxyServer("http", find), ((80, "tcp"), (443, "tcp"), (3128, "tcp"), (8080, "tcp"))
        case _:
            return None, ()


class ObstructedRoutes(Routes):
    """The embedded internet as it looks through an obstacle.

    Port 443 is intercepted only where no server is: web filters let known certificates through.

    Args:
        table, alive, unreachable, filtered: as in `Routes`.
        obstacle: "port25-blocked" drops everything to port 25; "inside" makes every target see us under its own address.
        everywhere: (port, "udp" or "tcp") -> what answers there in place of every server.
    """

    def __init__(
        self,
        table: Mapping[tuple[str, int, str], Route],
        alive: frozenset[str],
        unreachable: frozenset[str],
        filtered: frozenset[tuple[str, int, str]],
        *,
        obstacle: Obstacle,
        everywhere: Mapping[tuple[int, str], Route],
    ) -> None:
        super().__init__(table, alive, unreachable, filtered)
        self._obstacle, self._everywhere = obstacle, dict(everywhere)

    def find(self, address: str, port: int, protocol: str) -> Route | None:
        """The route as the network at hand has it."""
        if self._dropped(port):
            return None
        between = self._everywhere.get((port, protocol))
        if between and (port != 443 or address == INTERCEPTION_ADDRESS):
            return between
        return super().find(address, port, protocol)

    def absence(self, address: str, port: int, protocol: str) -> PortOutcome:
        """What a packet meets where no route is."""
        return PortOutcome.SILENT if self._dropped(port) else super().absence(address, port, protocol)

    def source_towards(self, address: str) -> str:
        """Our own address; from inside it is the target's."""
        return address if self._obstacle == "inside" else super().source_towards(address)

    def _dropped(self, port: int) -> bool:
        return port == 25 and self._obstacle == "port25-blocked"
