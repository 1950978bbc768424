"""The DNS client against servers that misbehave."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable

import dns.message
import pytest

from selfaudit.facts.dns import DnsStatus, View
from selfaudit.net.dns.client import DnsClient, DnsConfig
from selfaudit.net.gate import Gate
from tests.net.fakes import FakeServer, Handler, network, reply

Query = dns.message.Message


def honest(query: Query, tcp: bool) -> Iterable[bytes]:
    name = query.question[0].name.to_text()
    if name.startswith("selfaudit-"):
        return [reply(query, rcode=3)]
    return [reply(query, f"{name} A 198.51.100.1")]


CASES: list[tuple[str, Handler, DnsStatus]] = [
    ("answer", honest, DnsStatus.ANSWER),
    ("nxdomain", lambda q, t: [reply(q, "test. SOA a. b. 1 2 3 4 60", rcode=3)], DnsStatus.NXDOMAIN),
    ("nodata", lambda q, t: [reply(q, "test. SOA a. b. 1 2 3 4 60")], DnsStatus.NODATA),
    ("servfail", lambda q, t: [reply(q, rcode=2)], DnsStatus.SERVFAIL),
    ("refused", lambda q, t: [reply(q, rcode=5)], DnsStatus.REFUSED),
    ("notimp", lambda q, t: [reply(q, rcode=4)], DnsStatus.ERROR),
    ("silent", lambda q, t: [], DnsStatus.TIMEOUT),
    ("wrong id", lambda q, t: [b"\0\0" + reply(q, "x.test. A 6.6.6.6")[2:]], DnsStatus.TIMEOUT),
    ("wrong question", lambda q, t: [reply(dns.message.make_query("other.test.", "A", id=q.id), "other.test. A 6.6.6.6")], DnsStatus.TIMEOUT),
    ("a question back", lambda q, t: [q.to_wire()], DnsStatus.TIMEOUT),
    ("rubbish", lambda q, t: [b"\xff" * 40], DnsStatus.TIMEOUT),
    ("too short", lambda q, t: [b"\x12"], DnsStatus.TIMEOUT),
    ("cut in the middle", lambda q, t: [reply(q, "x.test. A 198.51.100.1", "x.test. CNAME y.test.")[:50]], DnsStatus.MALFORMED),
    ("counts that lie", lambda q, t: [(lambda r: r[:6] + b"\xff\xff" + r[8:])(reply(q, "x.test. A 198.51.100.1"))], DnsStatus.MALFORMED),
    ("alias loop", lambda q, t: [reply(q, "x.test. CNAME y.test.", "y.test. CNAME x.test.")], DnsStatus.LOOP),
    ("alias to itself", lambda q, t: [reply(q, "x.test. CNAME x.test.")], DnsStatus.LOOP),
    ("truncated, TCP refuses", lambda q, t: [reply(q, tc=True)] if not t else [], DnsStatus.TRUNCATED),
    ("a referral from a resolver", lambda q, t: [reply(q, "test. NS ns.test.", aa=False)], DnsStatus.ERROR),
]  # fmt: skip


@pytest.mark.parametrize(("handler", "status"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
async def test_classes_of_answers(handler: Handler, status: DnsStatus) -> None:
    async with network({"192.0.2.53": FakeServer(handler)}) as client:
        answer = await client._resolve("x.test.", "A")
        assert answer.status is status
        assert answer.definite is (status in (DnsStatus.ANSWER, DnsStatus.NXDOMAIN, DnsStatus.NODATA, DnsStatus.LOOP))


async def test_negative_ttl_and_flags() -> None:
    async with network({"192.0.2.53": FakeServer(lambda q, t: [reply(q, "test. SOA a. b. 1 2 3 4 60", rcode=3)])}) as client:
        answer = await client._resolve("x.test.", "TXT")
        assert (answer.ttl, answer.authoritative, answer.server, answer.view) == (60, True, "192.0.2.53", View.RESOLVER)


async def test_the_real_answer_is_found_among_forged_ones() -> None:
    def noisy(query: Query, tcp: bool) -> Iterable[bytes]:
        good = reply(query, "x.test. A 198.51.100.1")
        forged = reply(query, "x.test. A 6.6.6.6")
        yield b"\0\0" + forged[2:] if query.id else forged[:2]
        yield struct.pack("!H", query.id ^ 1) + forged[2:]
        yield reply(dns.message.make_query("z.test.", "A", id=query.id), "z.test. A 6.6.6.6")
        yield good

    async with network({"192.0.2.53": FakeServer(noisy)}) as client:
        assert (await client._resolve("x.test.", "A")).records == ("198.51.100.1",)


async def test_truncated_answers_come_over_tcp() -> None:
    def big(query: Query, tcp: bool) -> Iterable[bytes]:
        if not tcp:
            return [reply(query, tc=True)]
        return [reply(query, *(f'x.test. TXT "{i:03d}{"y" * 240}"' for i in range(150)))]

    server = FakeServer(big)
    async with network({"192.0.2.53": server}) as client:
        answer = await client.lookup("x.test", "TXT")
        assert answer.status is DnsStatus.ANSWER
        assert len(answer.records) == 150
        assert len(server.asked) == 2


async def test_servers_without_edns() -> None:
    def old(query: Query, tcp: bool) -> Iterable[bytes]:
        return [reply(query, rcode=1)] if query.edns >= 0 else [reply(query, "x.test. A 198.51.100.1")]

    server = FakeServer(old)
    async with network({"192.0.2.53": server}) as client:
        assert (await client._resolve("x.test.", "A")).records == ("198.51.100.1",)
        assert (await client._resolve("x.test.", "AAAA")).status in (DnsStatus.NODATA, DnsStatus.ANSWER)
        assert len(server.asked) == 3  # the second question was asked without EDNS at once


async def test_questions_for_signatures_are_never_asked_without() -> None:
    server = FakeServer(lambda q, t: [reply(q, rcode=1)] if q.edns >= 0 else [reply(q, "x.test. A 198.51.100.1")])
    async with network({"192.0.2.53": server}) as client:
        assert (await client._resolve("x.test.", "A", dnssec=True)).status is DnsStatus.ERROR
        assert (await client._resolve("x.test.", "A")).status is DnsStatus.ANSWER
        # and not afterwards either, when the server is known to be old
        assert (await client._resolve("y.test.", "A", dnssec=True)).status is DnsStatus.ERROR


async def test_a_server_that_refuses_every_question_is_not_called_old() -> None:
    server = FakeServer(lambda q, t: [reply(q, rcode=4)])
    async with network({"192.0.2.53": server}) as client:
        assert (await client._resolve("x.test.", "A")).status is DnsStatus.ERROR
        server.handler = lambda q, t: [reply(q, "y.test. A 198.51.100.1")] if q.edns >= 0 else []
        assert (await client._resolve("y.test.", "A")).status is DnsStatus.ANSWER


async def test_a_closed_client_sends_nothing() -> None:
    server = FakeServer(honest)
    async with network({"192.0.2.53": server}) as client:
        client.close()
        assert (await client._resolve("x.test.", "A")).status is DnsStatus.UNREACHABLE
        assert server.asked == []


async def test_each_question_is_asked_once_and_shared() -> None:
    server = FakeServer(honest)
    async with network({"192.0.2.53": server}) as client:
        answers = await asyncio.gather(*(client.lookup("X.test", "A") for _ in range(50)))
        assert {a.records for a in answers} == {("198.51.100.1",)}
        assert server.asked.count(("x.test.", "A")) == 1
        assert client.sent == client.distinct == 3  # and the two controls


async def test_a_new_client_never_reuses_an_old_answer() -> None:
    addresses = iter(["198.51.100.1", "198.51.100.2"])
    server = FakeServer(lambda q, t: [reply(q, f"x.test. A {next(addresses)}")])
    async with network({"192.0.2.53": server}) as client:
        first = await client._resolve("x.test.", "A")
        client.close()
        again = DnsClient(client.config, client.gate)
        assert (await again._resolve("x.test.", "A")).records != first.records
        again.close()


async def test_the_next_resolver_is_asked() -> None:
    bad, good = FakeServer(lambda q, t: [reply(q, rcode=2)]), FakeServer(honest)
    async with network({"192.0.2.53": bad, "192.0.2.54": good}, ("192.0.2.53", "192.0.2.54")) as client:
        answer = await client.lookup("x.test", "A")
        assert (answer.status, answer.server) == (DnsStatus.ANSWER, "192.0.2.54")
        assert bad.asked.count(("x.test.", "A")) == 1
    silent, good = FakeServer(lambda q, t: []), FakeServer(honest)
    async with network({"192.0.2.53": silent, "192.0.2.54": good}, ("192.0.2.53", "192.0.2.54")) as client:
        assert (await client._resolve("x.test.", "A")).server == "192.0.2.54"


async def test_rewritten_answers_are_told_from_real_ones() -> None:
    def rewriting(query: Query, tcp: bool) -> Iterable[bytes]:
        name = query.question[0].name.to_text()
        return [reply(query, f"{name} A {'198.51.100.1' if name == 'real.test.' else '203.0.113.99'}")]

    async with network({"192.0.2.53": FakeServer(rewriting)}) as client:
        assert (await client.lookup("real.test", "A")).status is DnsStatus.ANSWER
        rewritten = await client.lookup("gone.test", "A")
        assert rewritten.status is DnsStatus.REWRITTEN
        assert not rewritten.definite
        assert (rewritten.records, rewritten.exists) == ((), False)  # so that nobody takes it for an address of the target
        assert "203.0.113.99" in rewritten.detail
        assert await client.rewriting() == {"203.0.113.99"}


async def test_no_name_is_ever_completed_by_a_search_domain() -> None:
    server = FakeServer(honest)
    async with network({"192.0.2.53": server}) as client:
        await client.lookup("mail", "A")
        assert server.asked[0] == ("mail.", "A")


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "..", ".x", "a." * 130])
async def test_impossible_names_are_not_sent(name: str) -> None:
    server = FakeServer(honest)
    async with network({"192.0.2.53": server}) as client:
        answer = await client._resolve(name if name.endswith(".") else name + ".", "A")
        assert answer.status is DnsStatus.ERROR
        assert server.asked == []


async def test_hostile_data_does_not_lead_into_a_home_network() -> None:
    client = DnsClient(DnsConfig(("127.0.0.1",)), Gate())
    for address in ("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1"):
        answer = await client.ask(address, "x.test", "A")
        assert answer.status is DnsStatus.UNREACHABLE
        assert "not a public address" in answer.detail
    assert client.sent == 0


async def test_a_cancelled_leader_does_not_take_the_others_with_it() -> None:
    server = FakeServer(lambda q, t: [])
    answers: list[bytes] = []
    server.handler = lambda q, t: answers
    async with network({"192.0.2.53": server}) as client:
        leader = asyncio.create_task(client._resolve("x.test.", "A"))
        await asyncio.sleep(0.02)
        follower = asyncio.create_task(client._resolve("x.test.", "A"))
        await asyncio.sleep(0.02)
        leader.cancel()
        server.handler = honest
        assert (await follower).status is DnsStatus.ANSWER
        with pytest.raises(asyncio.CancelledError):
            await leader


def extended(query: Query, code: int, *records: str, rcode: int = 0, text: str = "") -> bytes:
    """An answer with an extended error (RFC 8914)."""
    import dns.edns

    response = dns.message.from_wire(reply(query, *records, rcode=rcode))
    response.use_edns(0, options=[dns.edns.EDEOption(code, text)])
    return response.to_wire()


@pytest.mark.parametrize("code", [4, 15, 16, 17, 18])
@pytest.mark.parametrize(
    ("records", "rcode"),
    [((), 3), (("test. SOA a. b. 1 2 3 4 60",), 3), (("x.test. A 0.0.0.0",), 0), (("test. SOA a. b. 1 2 3 4 60",), 0)],
)
async def test_blocked_names_are_no_answer(code: int, records: tuple[str, ...], rcode: int) -> None:
    async with network({"192.0.2.53": FakeServer(lambda q, t: [extended(q, code, *records, rcode=rcode)])}) as client:
        answer = await client._resolve("x.test.", "A")
        assert answer.status is DnsStatus.REWRITTEN
        assert not answer.definite


async def test_every_extended_error_counts() -> None:
    def answer(query: Query, tcp: bool) -> Iterable[bytes]:
        import dns.edns

        response = dns.message.from_wire(reply(query, "test. SOA a. b. 1 2 3 4 60", rcode=3))
        response.use_edns(0, options=[dns.edns.EDEOption(3, "stale; BLOCKED"), dns.edns.EDEOption(15, None)])
        return [response.to_wire()]

    async with network({"192.0.2.53": FakeServer(answer)}) as client:
        assert (await client._resolve("x.test.", "A")).status is DnsStatus.REWRITTEN


async def test_filters_that_answer_with_nowhere() -> None:
    def filtering(query: Query, tcp: bool) -> Iterable[bytes]:
        name = query.question[0].name.to_text()
        return [reply(query, rcode=3)] if name.startswith("selfaudit-") else [reply(query, f"{name} A 0.0.0.0")]

    async with network({"192.0.2.53": FakeServer(filtering)}) as client:
        assert (await client.lookup("x.test", "A")).status is DnsStatus.REWRITTEN


async def test_unreached_servers_and_long_chains_are_no_answer() -> None:
    async with network({"192.0.2.53": FakeServer(lambda q, t: [extended(q, 22, "x.test. CNAME y.test.")])}) as client:
        assert (await client._resolve("x.test.", "A")).status is DnsStatus.ERROR
    chain = [f"{'x' if i == 0 else f'c{i}'}.test. CNAME c{i + 1}.test." for i in range(30)]
    async with network({"192.0.2.53": FakeServer(lambda q, t: [reply(q, *chain)])}) as client:
        answer = await client._resolve("x.test.", "A")
        assert (answer.status, answer.definite) == (DnsStatus.ERROR, False)


def test_short_ways_agree_with_the_parser() -> None:
    from selfaudit.net.dns import wire

    question = wire.make_question("x.test.", "A", recursion=True)
    query = dns.message.from_wire(question.wire(7))
    for records, rcode in (
        (("x.test. A 127.0.0.2", "x.test. A 127.0.0.4"), 0),
        (("test. SOA a. b. 1 2 3 4 60",), 3),
        (("test. SOA a. b. 1 2 3 4 900",), 0),
        ((), 3),
    ):
        data = reply(query, *records, rcode=rcode)
        message = wire.parse(data)
        assert message is not None
        slow = wire.read(message, question)
        plain, negative = wire.plain_addresses(data, question), wire.plain_negative(data, question)
        assert (plain is None) != (negative is None)
        if plain is not None:
            assert plain == (slow.records, slow.ttl)
        if negative is not None:
            assert negative == (slow.status, slow.ttl)
