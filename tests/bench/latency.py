"""The audit of `world` with 50 ms for every answer, and the longest chain of dependent look-ups in it.

`real`: the servers run in another process, whose ports are given; wall time of the audit.
`chain`: the same audit on a clock that only moves while the audit waits for answers, with nothing limiting how many are under
way: computing takes no time there, so the time that passes is exactly that of the longest chain of look-ups that wait for each
other.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import dns.message

sys.path.insert(0, str(Path(__file__).parents[2]))

from selfaudit.case import Case
from selfaudit.cli.inputs import Options, build_case
from selfaudit.cli.run import run_watched
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.net.dns.udp import UdpChannel
from selfaudit.settings import BlocklistSettings, DnsSettings, LimitSettings, ScopeSettings, Settings, VantageSettings
from tests.bench import world

DELAY = 0.05
SKIP = ("vantage", "dns.transfer")  # the interception control waits for silence, which is no look-up


def case() -> Case:
    """The case as the command line builds it."""
    chosen = Settings(scope=ScopeSettings(allow_reserved=True))
    return build_case(Options([*world.DOMAINS, *world.ADDRESSES], skip=SKIP), chosen)


def settings(folder: Path, limit: int) -> Settings:
    (folder / "lists.toml").write_text(world.catalogue(), "ascii")
    (folder / "root.hints").write_text(f". 3600 IN NS a.root.test.\na.root.test. 3600 IN A {world.ROOT}\n", "ascii")
    return Settings(
        dns=DnsSettings(resolvers=(world.RESOLVER,), root_hints=str(folder / "root.hints")),
        blocklists=BlocklistSettings(catalogue=str(folder / "lists.toml")),
        scope=ScopeSettings(allow_reserved=True),
        vantage=VantageSettings(time_servers=()),
        limits=LimitSettings(dns_in_flight=limit, server_in_flight=limit) if limit else LimitSettings(),
    )


def real(ports: dict[str, int]) -> dict[str, Any]:
    """One audit, by a client that knows nothing yet."""
    routes = Routes({(a, 53, p): Route("127.0.0.1", port) for a, port in ports.items() for p in ("udp", "tcp")})
    with tempfile.TemporaryDirectory() as name:

        async def work() -> tuple[float, Net, Any]:
            wanted = case()
            net = open_net(settings(Path(name), 0), routes=routes)
            started = time.perf_counter()
            audit = await run_watched(wanted, net, b"", quiet=True)
            return time.perf_counter() - started, net, audit

        seconds, net, audit = asyncio.run(work())
    good = sum(r.outcome in ("pass", "not-applicable", "warn") for r in audit.results)
    return {
        "seconds": seconds,
        "sent": net.dns.sent,
        "distinct": net.dns.distinct,
        "good": good,
        "results": len(audit.results),
    }


class _Selector(selectors.DefaultSelector):
    """Instead of waiting, moves the clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            type(self).now += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def time(self) -> float:
        return _Selector.now


def chain() -> float:
    answerers = {("127.0.0.1", port): a for port, a in enumerate(world.answerers().values(), 1)}
    routes = Routes({(a, 53, p): Route("127.0.0.1", n) for n, a in enumerate(world.answerers(), 1) for p in ("udp", "tcp")})

    async def open_channel(address: str, port: int) -> Any:
        channel = UdpChannel(asyncio.get_running_loop())

        async def ask(question: Any, timeout: float) -> bytes:
            await asyncio.sleep(DELAY)
            query = dns.message.from_wire(question.wire(1))
            return answerers[(address, port)](query).to_wire(max_size=65_000)

        channel.ask = ask  # type: ignore[method-assign]
        return channel

    original, UdpChannel.open = UdpChannel.open, open_channel  # type: ignore[method-assign,assignment]
    try:
        with tempfile.TemporaryDirectory() as name, asyncio.Runner(loop_factory=lambda: _Loop(_Selector())) as runner:

            async def work() -> float:
                net = open_net(settings(Path(name), 10_000), routes=routes)
                started = asyncio.get_running_loop().time()
                await run_watched(case(), net, b"", quiet=True)
                return asyncio.get_running_loop().time() - started

            return runner.run(work())
    finally:
        UdpChannel.open = original  # type: ignore[method-assign]


if __name__ == "__main__":
    print(json.dumps(real(json.loads(sys.argv[2])) if sys.argv[1] == "real" else {"seconds": chain()}))
