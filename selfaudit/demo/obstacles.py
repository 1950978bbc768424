"""Networks that hide what servers do: blocked, intercepted, or too close to see anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from selfaudit.facts.exposure import PortOutcome
from selfaudit.net import Route, Routes

Obstacle = Literal["", "port25-blocked", "port25-intercepted", "dns-intercepted", "web-intercepted", "inside"]
OBSTACLES = tuple(o for o in get_args(Obstacle) if o)
WEB_PORTS = (80, 443, 3128, 8080)


class ObstructedRoutes(Routes):
    """The embedded internet as it looks through an obstacle.

    Args:
        table, alive, unreachable, filtered: as in `Routes`.
        everywhere: (port, "udp" or "tcp") -> what answers there in place of every server.
        dropped: (port, "udp" or "tcp") that leave this network nowhere.
        inside: every target sees us under its own address.
    """

    def __init__(
        self,
        table: Mapping[tuple[str, int, str], Route],
        alive: frozenset[str],
        unreachable: frozenset[str],
        filtered: frozenset[tuple[str, int, str]],
        *,
        everywhere: Mapping[tuple[int, str], Route],
        dropped: frozenset[tuple[int, str]] = frozenset(),
        inside: bool = False,
    ) -> None:
        super().__init__(table, alive, unreachable, filtered)
        self._everywhere, self._dropped, self._inside = dict(everywhere), dropped, inside

    def find(self, address: str, port: int, protocol: str) -> Route | None:
        """The route as the network at hand has it."""
        if (port, protocol) in self._dropped:
            return None
        return self._everywhere.get((port, protocol)) or super().find(address, port, protocol)

    def absence(self, address: str, port: int, protocol: str) -> PortOutcome:
        """What a packet meets where no route is."""
        if (port, protocol) in self._dropped:
            return PortOutcome.SILENT
        return super().absence(address, port, protocol)

    def source_towards(self, address: str) -> str:
        """Our own address; from inside it is the target's."""
        return address if self._inside else super().source_towards(address)
