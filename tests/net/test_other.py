"""Time, zone transfers, pace, system."""

from __future__ import annotations

import asyncio

import pytest

from selfaudit.demo.dns_server import Authority, DnsServer, ZoneData
from selfaudit.demo.other_servers import TimeServer
from selfaudit.net import make_profile, sntp
from selfaudit.net.dns.transfer import try_transfer
from selfaudit.net.gate import Gate, NotPermittedError, Route, Routes
from selfaudit.net.pace import Pace
from selfaudit.net.system import is_own_address
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from tests.net.fakes import FakeServer, reply


def routed(protocol: str, port_there: int, port: int) -> Gate:
    return Gate(allow_reserved=True, routes=Routes({("203.0.113.9", port_there, protocol): Route("127.0.0.1", port)}))


async def test_clock_offsets() -> None:
    for offset in (0.0, 90.0, -4000.0):
        clock = TimeServer(offset)
        await clock.start()
        got, delay = await sntp.exchange(routed("udp", 123, clock.port), "203.0.113.9", 123, 1.0)
        assert got == pytest.approx(offset, abs=0.05)
        assert delay < 0.5
        clock.close()
    with pytest.raises(OSError):
        await sntp.exchange(Gate(), "192.168.0.1", 123, 0.2)


@pytest.mark.parametrize("data", [b"", b"\x24" * 20, b"\x24" * 48, b"\xff" * 100])
async def test_forged_time_is_not_believed(data: bytes) -> None:
    class Forger(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, _data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(data, addr)  # type: ignore[attr-defined]

    transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(Forger, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    with pytest.raises(TimeoutError):
        await sntp.exchange(routed("udp", 123, port), "203.0.113.9", 123, 0.3)
    transport.close()


async def transfer_from(server: DnsServer | FakeServer, permitted: bool = True) -> tuple[str, int, str]:
    await server.start()
    gate = routed("tcp", 53, server.port)
    if permitted:
        gate.permitted["203.0.113.9"] = "stated: test"
    try:
        return await try_transfer(gate, "203.0.113.9", 53, "shop.test.", 0.5)
    finally:
        server.close()


async def test_zone_transfers() -> None:
    import dns.name
    import dns.zone

    text = "@ 300 IN SOA ns h 1 2 3 4 5\n@ 300 IN NS ns\n" + "".join(f"h{i} 300 IN A 192.0.2.{i}\n" for i in range(9))

    def server(transfer: bool) -> DnsServer:
        zone = dns.zone.from_text(text, origin=dns.name.from_text("shop.test"), relativize=False)
        return DnsServer(Authority([ZoneData(zone, transfer=transfer)]))

    assert (await transfer_from(server(True)))[0] == "given"
    assert (await transfer_from(server(False)))[:1] == ("refused",)
    assert (await transfer_from(FakeServer(lambda q, t: [])))[0] == "no-answer"
    assert (await transfer_from(FakeServer(lambda q, t: [reply(q, rcode=2)])))[0] == "no-answer"
    assert (await transfer_from(FakeServer(lambda q, t: [reply(q, rcode=5)])))[0] == "refused"
    assert (await transfer_from(FakeServer(lambda q, t: [b"\0" * 20])))[0] == "no-answer"
    with pytest.raises(NotPermittedError):
        await transfer_from(server(True), permitted=False)


async def test_pace_spaces_out_and_forgives_pauses() -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(1000.0, burst=5)
    started = loop.time()
    for _call in range(5):
        await pace.wait("a")
    for _call in range(20):
        await pace.wait("a")
    assert loop.time() - started >= 0.015
    free = Pace(0.0)
    for _call in range(1000):
        await free.wait("a")


def test_own_addresses() -> None:
    assert is_own_address("127.0.0.1")
    assert not is_own_address("198.51.100.77")


def test_laboratories_leave_the_world_alone() -> None:
    lab = make_profile(Settings(dns=DnsSettings(resolvers=("127.0.0.1",)), scope=ScopeSettings(allow_reserved=True)))
    assert not lab.iterates
    assert lab.silent_address.startswith("127.")
    assert lab.time_servers == ()
    usual = make_profile(Settings(dns=DnsSettings(resolvers=("127.0.0.1",))))
    assert usual.iterates
    assert usual.silent_address == "192.0.2.1"
    assert usual.time_servers
