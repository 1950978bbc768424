"""Ports, services and amplifiers of the embedded internet, asked by the probes themselves and judged by the checks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import dns.message
import pytest

from selfaudit.case import Case, Target
from selfaudit.checks import all_checks
from selfaudit.demo.tcp_servers import TcpService
from selfaudit.demo.udp_servers import UdpService
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.exposure import Amplifiers, PortOutcome, Services, TcpPorts
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.net.gate import NotPermittedError
from selfaudit.policy import Policy
from selfaudit.probes import amplifiers, port_survey, services
from selfaudit.protocols.amplifiers import BY_NAME, PROTOCOLS
from selfaudit.protocols.ports import GUARDED, SURVEYED
from selfaudit.protocols.services import BY_PORT
from selfaudit.settings import DnsSettings, LimitSettings, ScopeSettings, Settings
from tests.checks.tables.exposure_amplifier import tag
from tests.checks.tables.exposure_services import ADDRESS, OUTSIDE, REACHES
from tests.net.fakes import FakeServer, reply

PROBES = (port_survey, services, amplifiers)
LIMITS = {"connect_timeout": 0.1, "udp_timeout": 0.3, "probe_pause": 0.0, "dns_timeout": 0.1, "dns_tries": 1}


@contextlib.asynccontextmanager
async def world(
    tcp: Mapping[int, TcpService] | None = None,
    udp: Mapping[int, UdpService] | None = None,
    *,
    alive: bool = True,
    filtered: frozenset[tuple[str, int, str]] = frozenset(),
    extra: Mapping[tuple[str, int, str], Route] | None = None,
    **limits: Any,
) -> AsyncIterator[Net]:
    """One host with some services; its other ports are closed, or silent where it is not alive."""
    async with contextlib.AsyncExitStack() as stack:
        table = dict(extra or {})
        for port, server in (tcp or {}).items():
            await stack.enter_async_context(server)
            table[ADDRESS, port, "tcp"] = Route("127.0.0.1", server.port)
        for port, service in (udp or {}).items():
            await stack.enter_async_context(service)
            table[ADDRESS, port, "udp"] = Route("127.0.0.1", service.port)
        routes = Routes(table, frozenset({ADDRESS} if alive else ()), filtered=filtered)
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True),
            dns=DnsSettings(resolvers=("192.0.2.53",)),
            limits=LimitSettings(**{**LIMITS, **limits}),
        )
        net = open_net(settings, routes=routes, keys={})
        net.gate.permitted[ADDRESS] = "test"
        try:
            yield net
        finally:
            net.close()


def request(module: Any) -> Request:
    asked: Request = module.request(Target("address", ADDRESS), Case((Target("address", ADDRESS),)))
    return asked


async def survey(net: Net) -> TcpPorts:
    fact = await port_survey.collect(request(port_survey), net)
    assert isinstance(fact, TcpPorts)
    return fact


async def ask(net: Net) -> Services:
    fact = await services.collect(request(services), net)
    assert isinstance(fact, Services)
    return fact


async def send(net: Net) -> Amplifiers:
    fact = await amplifiers.collect(request(amplifiers), net)
    assert isinstance(fact, Amplifiers)
    return fact


def tags(check: str, fact: Services | Amplifiers, ports: TcpPorts) -> set[str]:
    return {f.tag for f in all_checks()[check].judge(fact, ports, OUTSIDE, REACHES, Policy())}


async def test_the_survey_tells_open_closed_and_silent_apart() -> None:
    filtered = frozenset({(ADDRESS, 3306, "tcp")})
    async with world({6379: TcpService("redis"), 22: TcpService("ssh")}, filtered=filtered) as net:
        ports = await survey(net)
        assert ports.open_ports() == (22, 6379)
        assert ports.outcome(3306) is PortOutcome.SILENT
        assert ports.outcome(27017) is PortOutcome.CLOSED
        assert tuple(p.port for p in ports.ports) == SURVEYED
        assert [p.outcome for p in ports.controls] == [PortOutcome.CLOSED] * 2
        assert await survey(net) is ports
        tried = [port for (_address, port, *_rest) in net.gate.sent.elements()]
        assert sorted(tried) == sorted([*SURVEYED, *(p.port for p in ports.controls)])


async def test_redis_is_connected_to_once_by_the_survey_and_hears_nothing() -> None:
    redis = TcpService("redis")
    async with world({6379: redis}) as net:
        await survey(net)
        assert (redis.connections, redis.received) == (1, [])


async def test_a_survey_that_runs_out_of_time_leaves_ports_out() -> None:
    async with world(alive=False, connect_timeout=0.3, check_deadline=0.5) as net:
        ports = await survey(net)
        assert len(ports.ports) < len(SURVEYED)
        assert {p.outcome for p in ports.ports} <= {PortOutcome.SILENT}
        missing = [p for p in SURVEYED if p not in {s.port for s in ports.ports}]
        assert ports.outcome(missing[0]) is None


async def test_the_survey_uses_the_same_few_connections_as_everybody() -> None:
    async with world(check_deadline=0.5, target_in_flight=1) as net, net.active.connection(ADDRESS, 80, "test"):
        assert (await survey(net)).ports == ()


KINDS = {
    "redis": (6379, "SERVICES_REDIS_OPEN"),
    "redis-auth": (6379, "SERVICES_DATABASE_REACHABLE"),
    "elasticsearch": (9200, "SERVICES_ELASTICSEARCH_OPEN"),
    "elasticsearch-auth": (9200, "SERVICES_DATABASE_REACHABLE"),
    "mongodb": (27017, "SERVICES_MONGODB_ANSWERS"),
    "mongodb-auth": (27017, "SERVICES_MONGODB_ANSWERS"),
    "docker": (2375, "SERVICES_DOCKER_OPEN"),
    "memcached": (11211, "SERVICES_MEMCACHED_OPEN"),
    "mysql": (3306, "SERVICES_DATABASE_REACHABLE"),
    "postgres": (5432, "SERVICES_DATABASE_REACHABLE"),
    "ssh": (2222, "SERVICES_SSH_ELSEWHERE"),
    "ftp": (21, "SERVICES_FTP_REACHABLE"),
    "vnc-none": (5900, "SERVICES_VNC_OPEN"),
    "vnc-auth": (5900, "SERVICES_DESKTOP_REACHABLE"),
    "rdp": (3389, "SERVICES_DESKTOP_REACHABLE"),
    "telnet": (23, "SERVICES_TELNET_REACHABLE"),
    "http-panel": (8443, "SERVICES_PANELS_REACHABLE"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_services_are_recognised(kind: str) -> None:
    port, expected = KINDS[kind]
    server = TcpService(kind)  # type: ignore[arg-type]
    async with world({port: server}) as net:
        fact = await ask(net)
        found = tags("exposure.services", fact, await survey(net))
        assert found == {expected} | ({"SERVICES_CLOSED"} if kind == "ssh" else set())
        assert server.connections == 2
        assert len(server.received) <= 1


@pytest.mark.parametrize("kind", ["silent", "drip", "garbage"])
async def test_hostile_servers_prove_nothing(kind: str) -> None:
    servers = {p: TcpService(kind, pace=0.05) for p in (6379, 9200, 5900, 27017, 8443)}  # type: ignore[arg-type]
    async with world(servers) as net:
        fact = await ask(net)
        assert len(fact.answers) == len(servers)
        assert all(len(a.reply) <= 512 for a in fact.answers)
        assert tags("exposure.services", fact, await survey(net)) == {"SERVICES_SOMETHING_LISTENS"}


async def test_a_page_for_every_question_is_no_database() -> None:
    servers = {p: TcpService("http-panel") for p in (6379, 9200, 2375, 5984, 11211, 27017, 5900)}
    async with world(servers) as net:
        assert tags("exposure.services", await ask(net), await survey(net)) == {"SERVICES_SOMETHING_LISTENS"}


async def test_closed_and_dropped_hosts() -> None:
    async with world() as net:
        fact, ports = await ask(net), await survey(net)
        assert fact.answers == ()
        assert tags("exposure.services", fact, ports) == {"SERVICES_CLOSED"}
    dropped = frozenset((ADDRESS, p, "tcp") for p in GUARDED)
    async with world(filtered=dropped, connect_timeout=0.05) as net:
        assert tags("exposure.services", await ask(net), await survey(net)) == {"SERVICES_NO_ANSWER"}
    async with world(alive=False, connect_timeout=0.05) as net:
        assert tags("exposure.services", await ask(net), await survey(net)) == {"SERVICES_HOST_SILENT"}


HONEST = [n for n in BY_NAME if n != "dns-any"]


@pytest.mark.parametrize("name", HONEST)
async def test_amplifiers_are_recognised(name: str) -> None:
    service = UdpService(name)  # type: ignore[arg-type]
    async with world(udp={BY_NAME[name].port: service}) as net:
        fact = await send(net)
        exchange = next(e for e in fact.exchanges if e.protocol == name)
        assert (exchange.octets_in, exchange.octets_out) == (service.sent, len(BY_NAME[name].request))
        found = tags("exposure.amplifier", fact, await survey(net))
        small = exchange.octets_in < 2 * exchange.octets_out
        telling = tag(name) in found
        assert telling or (small and tag(name) + "_SMALL" in found)
        assert service.received.count(BY_NAME[name].request) == 1


async def test_a_generous_name_server() -> None:
    service = UdpService("dns-any")
    async with world(udp={53: service}) as net:
        fact = await send(net)
        assert tags("exposure.amplifier", fact, await survey(net)) == {"AMPLIFIER_DNS_ANY"}
        assert dns.message.from_wire(service.received[0]).question[0].to_text() == ". IN ANY"


async def test_the_name_server_is_not_asked_where_this_network_answers_itself() -> None:
    middlebox, service = FakeServer(lambda query, _tcp: [reply(query, "x. A 192.0.2.99")]), UdpService("dns-any")
    await middlebox.start()
    everywhere = {("192.0.2.1", 53, p): Route("127.0.0.1", middlebox.port) for p in ("udp", "tcp")}
    async with world(udp={53: service}, extra=everywhere) as net:
        fact = await send(net)
        found = tags("exposure.amplifier", fact, await survey(net))
        assert service.received == []
        assert found == {"AMPLIFIER_NOT_ASKED"}
    middlebox.close()


async def test_the_time_alone_is_no_fault() -> None:
    async with world(udp={123: UdpService("ntp-plain")}) as net:
        fact = await send(net)
        assert tags("exposure.amplifier", fact, await survey(net)) == {"AMPLIFIER_NO_ANSWER"}
        assert [e.protocol for e in fact.exchanges if not e.closed] == ["ntp-monlist", "ntp-readvar"]


async def test_hostile_answers() -> None:
    async with world(udp={161: UdpService("echo"), 389: UdpService("foreign", speaks="cldap")}) as net:
        fact = await send(net)
        by_name = {e.protocol: e for e in fact.exchanges}
        assert by_name["snmp-public"].sample.encode("latin-1") == BY_NAME["snmp-public"].request
        assert by_name["cldap"].datagrams == 0
        assert tags("exposure.amplifier", fact, await survey(net)) == {"AMPLIFIER_OTHER_ANSWER", "AMPLIFIER_NO_ANSWER"}


async def test_a_flood_is_bounded_and_counted() -> None:
    flood = UdpService("flood", speaks="memcached")
    async with world(udp={11211: flood, 17: UdpService("flood")}) as net:
        fact = await send(net)
        memcached = next(e for e in fact.exchanges if e.protocol == "memcached")
        assert 0 < memcached.datagrams <= 100
        assert memcached.octets_in <= flood.sent
        assert len(memcached.sample) <= 512
        assert tags("exposure.amplifier", fact, await survey(net)) == {"AMPLIFIER_MEMCACHED", "AMPLIFIER_OTHER_ANSWER"}


async def test_closed_and_silent_hosts_over_udp() -> None:
    async with world() as net:
        assert tags("exposure.amplifier", await send(net), await survey(net)) == {"AMPLIFIER_NONE"}
    dropped = frozenset((ADDRESS, p.port, "udp") for p in PROTOCOLS)
    async with world(filtered=dropped) as net:
        assert tags("exposure.amplifier", await send(net), await survey(net)) == {"AMPLIFIER_NO_ANSWER"}


async def test_one_packet_goes_to_each_service_and_every_one_is_on_the_record() -> None:
    async with world() as net:
        await send(net)
        ours = {key: n for key, n in net.gate.sent.items() if key[0] == ADDRESS}
        assert sum(ours.values()) == len(PROTOCOLS)
        assert {key[4] for key in ours} == {"test"}


@pytest.mark.parametrize("module", PROBES)
async def test_without_authority_nothing_is_sent(module: Any) -> None:
    redis, snmp = TcpService("redis"), UdpService("snmp-public")
    async with world({6379: redis}, {161: snmp}) as net:
        net.gate.permitted.clear()
        with pytest.raises(NotPermittedError):
            await module.collect(request(module), net)
        assert (redis.connections, snmp.received) == (0, [])
        assert ADDRESS not in {key[0] for key in net.gate.sent}


@pytest.mark.parametrize("module", PROBES)
async def test_without_ipv6_an_address_of_it_is_not_tried(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as net:
        monkeypatch.setattr(net, "has_ipv6", lambda: False)
        failure = await module.collect(Request(module.FACT.kind, "2001:db8::80"), net)
        assert isinstance(failure, ProbeFailure)
        assert failure.reason is FailureReason.UNAVAILABLE
        assert not net.gate.sent


async def test_the_plan_names_every_packet() -> None:
    async with world() as net:
        planned = {module: module.contacts(request(module), net) for module in PROBES}
        assert planned[port_survey][0].count == len(SURVEYED) + 2
        assert planned[services][0].count == len(BY_PORT)
        assert planned[amplifiers][0].count == len(PROTOCOLS)
        assert all(contacts[0].active and contacts[0].who == ADDRESS for contacts in planned.values())
