"""Connections that tell something about this network: controls, and where this computer stands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from selfaudit.case import Case, Target
from selfaudit.case.model import CASE_TARGET
from selfaudit.demo.mail_server import MailBehaviour, MailServer
from selfaudit.demo.tcp_servers import GARBAGE, StreamServer
from selfaudit.demo.tcp_servers import Connection as ServerSide
from selfaudit.facts.smtp import MailNames
from selfaudit.facts.vantage import ControlConnection, Port25, Position, Surroundings
from selfaudit.net import Net, Route, Routes, controls, make_profile
from selfaudit.net.gate import Gate
from selfaudit.probes import mail_names, port25, position, surroundings
from selfaudit.protocols.position import inside
from selfaudit.settings import Settings, load_settings
from tests.net.peers import ADDRESS, Peer, Zone, world

SILENT = "192.0.2.1"
SOON = 0.2


async def control(server: StreamServer, *, patience: float = 5.0) -> ControlConnection:
    async with server:
        gate = Gate(allow_reserved=True, routes=Routes({(ADDRESS, 25, "tcp"): Route("127.0.0.1", server.port)}))
        return await controls.connect(gate, "mx.test", ADDRESS, 25, 5.0, patience)


async def one_octet_at_a_time(c: ServerSide) -> None:
    await c.send(b"220 mx.test ESMTP and a long story that takes its time\r\n", 0.03)


@pytest.mark.parametrize(
    ("talk", "outcome", "greeting"),
    [
        (lambda c: c.send(b"220 mx.test ESMTP\r\n"), "open", "220 mx.test ESMTP"),
        (lambda c: c.send(b"220-mx.test\r\n220 go on\r\n"), "open", "220-mx.test"),
        (lambda c: c.send(b"220 " + b"x" * 1000 + b"\r\n"), "open", "220 " + "x" * 196),
        (lambda c: c.send(b"x" * 1_000_000), "silent", None),
        (lambda c: c.send(GARBAGE * 10), "silent", None),
        (lambda c: c.drain_input(), "silent", None),
        (lambda c: asyncio.sleep(0), "silent", None),
        (one_octet_at_a_time, "silent", None),
    ],
    ids=["greeting", "long greeting", "long line", "endless line", "binary", "silence", "hang-up", "octet by octet"],
)
async def test_a_control_must_speak(talk: Callable[[ServerSide], Any], outcome: str, greeting: str | None) -> None:
    peer = Peer(talk)
    seen = await control(peer, patience=5.0 if outcome == "open" else SOON)
    assert seen.outcome == outcome
    assert greeting is None or seen.greeting == greeting
    assert len(seen.greeting) <= 200
    assert (seen.host, seen.address, seen.port, peer.connections) == ("mx.test", ADDRESS, 25, 1)


async def test_a_control_that_is_only_connected_to_hears_nothing() -> None:
    heard = b""

    async def listen(c: ServerSide) -> None:
        nonlocal heard
        with contextlib.suppress(EOFError):
            heard = await c.some()

    assert (await control(Peer(listen), patience=0.0)).outcome == "open"
    assert heard == b""


async def test_a_control_leads_nowhere_private() -> None:
    """A name that hostile data chose must not lead into a home network."""
    gate = Gate(routes=Routes({("192.168.1.1", 25, "tcp"): Route("127.0.0.1", 9)}))
    seen = await controls.connect(gate, "mx.test", "192.168.1.1", 25, 1.0, 1.0)
    assert seen.outcome == "error"
    assert "192.168.1.1" in seen.greeting
    assert not gate.sent


# --- Port 25 ---

CONTROLS = ("192.0.2.101", "192.0.2.102")


async def seen_port25(
    servers: Mapping[tuple[str, int], StreamServer], zone: Zone | None = None, hosts: tuple[str, ...] = CONTROLS
) -> Port25:
    async with world(servers, zone, connect_timeout=SOON, smtp_timeout=0.5) as net:
        net.profile = msgspec.structs.replace(net.profile, port25_controls=hosts, silent_address=SILENT)
        fact = await port25.collect(port25.request(CASE_TARGET, Case(())), net)
        assert all(not authority for *_rest, authority in net.gate.sent)
    assert fact.silent is not None
    return fact


def greets() -> MailServer:
    return MailServer(MailBehaviour("mx.test"))


async def test_port_25_is_open() -> None:
    fact = await seen_port25({(CONTROLS[0], 25): greets(), (CONTROLS[1], 25): greets()})
    assert [c.outcome for c in fact.controls] == ["open", "open"]
    assert (fact.blocked, fact.intercepted, fact.silent and fact.silent.outcome) == (False, False, "silent")


async def test_one_control_is_enough() -> None:
    fact = await seen_port25({(CONTROLS[1], 25): greets()})
    assert [c.outcome for c in fact.controls] == ["silent", "open"]
    assert not fact.blocked


async def test_port_25_is_blocked() -> None:
    fact = await seen_port25({})
    assert (fact.blocked, fact.intercepted) == (True, False)


async def test_controls_that_take_connections_and_do_not_speak_are_no_controls() -> None:
    """So do firewalls that answer in place of others."""
    mute = {(host, 25): Peer(lambda c: c.drain_input()) for host in CONTROLS}
    fact = await seen_port25(mute)
    assert (fact.blocked, fact.intercepted) == (True, False)


async def test_port_25_is_intercepted() -> None:
    servers = {(host, 25): greets() for host in (*CONTROLS, SILENT)}
    fact = await seen_port25(servers)
    assert (fact.blocked, fact.intercepted) == (False, True)


async def test_controls_by_name() -> None:
    zone = {("mx.elsewhere.test", "A"): (CONTROLS[0],)}
    fact = await seen_port25({(CONTROLS[0], 25): greets()}, zone, ("mx.elsewhere.test", "nowhere.test"))
    assert [(c.host, c.address, c.outcome) for c in fact.controls] == [
        ("mx.elsewhere.test", CONTROLS[0], "open"),
        ("nowhere.test", "", "no-address"),
    ]


# --- Where this computer stands ---


async def look_around(net: Net, *addresses: str) -> Surroundings:
    return await surroundings.collect(
        surroundings.request(CASE_TARGET, Case(tuple(Target("address", a) for a in addresses))), net
    )


async def test_what_answers_where_no_server_is() -> None:
    caught = {(SILENT, port): Peer(lambda c: c.drain_input()) for port in (80, 3128)}
    async with world(caught, connect_timeout=SOON) as net:
        net.profile = msgspec.structs.replace(net.profile, silent_address=SILENT)
        fact = await look_around(net, ADDRESS)
        assert {address for address, *_rest in net.gate.sent} <= {SILENT, "192.0.2.53"}
    assert fact.intercepted_ports() == (80, 3128)
    assert [p.address for p in fact.positions] == [ADDRESS]


async def test_nothing_answers_where_no_server_is() -> None:
    async with world({}, connect_timeout=SOON) as net:
        fact = await look_around(net)
    assert fact.intercepted_ports() == ()


async def test_position_sends_nothing_to_the_target() -> None:
    peer = Peer(lambda c: c.drain_input())
    async with world({25: peer}) as net:
        fact = await position.collect(position.request(Target("address", ADDRESS), Case(())), net)
        assert not [key for key in net.gate.sent if key[0] == ADDRESS]
    assert isinstance(fact, Position)
    assert (fact.address, fact.source, fact.own) == (ADDRESS, "192.0.2.77", False)
    assert peer.connections == 0


@pytest.mark.parametrize(
    ("place", "too_close"),
    [
        (Position("8.8.8.8", "198.51.100.7", False, ("203.0.113.5",)), False),
        (Position("8.8.8.8", "192.168.1.7", False, ("203.0.113.5",)), False),
        (Position("8.8.8.8", "8.8.8.8", False, ()), True),
        (Position("8.8.8.8", "10.0.0.1", True, ()), True),
        (Position("8.8.8.8", "10.0.0.1", False, ("8.8.8.8",)), True),
        (Position("8.8.8.8", "10.0.0.1", False, ("8.8.8.200",)), True),
        (Position("8.8.8.8", "8.8.8.77", False, ()), True),
        (Position("10.1.2.3", "10.9.9.9", False, ()), True),
        (Position("2a00:1450::1", "2a00:1450::ffff", False, ()), True),
        (Position("2a00:1450::1", "2a00:1450:0:1::1", False, ()), False),
        (Position("2a00:1450::1", "10.0.0.1", False, ("8.8.8.8",)), False),
        (Position("8.8.8.8", "", False, ("not an address",)), False),
        (Position("127.0.0.5", "127.0.0.1", True, (), laboratory=True), False),
        (Position("127.0.0.1", "127.0.0.1", True, (), laboratory=True), True),
    ],
)
def test_inside_or_outside(place: Position, too_close: bool) -> None:
    assert bool(inside(place)) is too_close


# --- Names under which mail comes ---


async def names(zone: Zone, *domains: str) -> MailNames:
    async with world({}, zone) as net:
        case = Case(tuple(Target("domain", d) for d in domains))
        return await mail_names.collect(mail_names.request(Target("address", ADDRESS), case), net)


async def test_mail_names_of_an_address() -> None:
    zone = {
        ("shop.test", "MX"): ("10 mail.shop.test.", "20 backup.elsewhere.test."), ("mail.shop.test", "A"): (ADDRESS,),
        ("backup.elsewhere.test", "A"): ("192.0.2.99",), ("_25._tcp.mail.shop.test", "TLSA"): ("3 1 1 " + "ab" * 32,),
        ("plain.test", "A"): (ADDRESS,), ("null.test", "MX"): ("0 .",), ("many.test", "MX"): tuple(f"{n} m{n}.many.test." for n in range(40)),
        **{(f"m{n}.many.test", "A"): (ADDRESS,) for n in range(40)},
    }  # fmt: skip
    fact = await names(zone, "shop.test", "plain.test", "null.test", "many.test", "gone.test")
    found = [(n.domain, n.name) for n in fact.names]
    # Without MX records the domain itself takes its mail (RFC 5321 section 5.1).
    assert found[:2] == [("shop.test", "mail.shop.test"), ("plain.test", "plain.test")]
    assert {domain for domain, _name in found[2:]} == {"many.test"}
    assert len(found) == 2 + 16
    assert fact.names[0].tlsa.records == ("3 1 1 " + "ab" * 32,)


async def test_mail_names_without_an_answer() -> None:
    async with world({}) as net:
        net.gate.routes = Routes({})
        case = Case((Target("domain", "shop.test"),))
        fact = await mail_names.collect(mail_names.request(Target("address", ADDRESS), case), net)
    assert fact.names == ()
    assert [a.name for a in fact.unanswered] == ["shop.test."]


@pytest.mark.parametrize(("text", "known"), [("", False), ('[dns]\nsilent_address = "127.0.9.9"\n', True)])
def test_in_a_laboratory_silence_is_known_only_where_it_is_named(text: str, known: bool, tmp_path: Path) -> None:
    """A server that listens on all addresses of the one machine is at the silent address too."""
    (tmp_path / "s.toml").write_text(text + "[scope]\nallow_reserved = true\n")
    profile = make_profile(load_settings(tmp_path / "s.toml"))
    assert profile.silence_known is known
    assert make_profile(Settings()).silence_known
