"""Direct iteration: referrals, shared cuts, and zones laid out to lead astray."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import dns.message
import pytest

from selfaudit.errors import UserError
from selfaudit.facts.dns import DnsStatus, View
from selfaudit.net.dns import Iterator, read_root_hints
from selfaudit.net.dns.iterate import stops
from tests.net.fakes import FakeServer, network, reply

Query = dns.message.Message
ROOT, TLD, AUTH, EVIL, RESOLVER = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.66", "192.0.2.53"
HINTS = {"a.root.test.": (ROOT,)}


def name_of(query: Query) -> str:
    return query.question[0].name.to_text().lower()


def root(query: Query, tcp: bool) -> Iterable[bytes]:
    if name_of(query).endswith("test."):
        return [reply(query, "test. NS glue.test.", f"glue.test. A {TLD}", aa=False)]
    return [reply(query, ". SOA a. b. 1 2 3 4 60", rcode=3)]


def tld(query: Query, tcp: bool) -> Iterable[bytes]:
    if name_of(query).endswith("shop.test."):
        return [reply(query, "shop.test. NS glue.shop.test.", f"glue.shop.test. A {AUTH}", aa=False)]
    if name_of(query) == "test.":
        return [reply(query, "test. NS glue.test.")]
    return [reply(query, "test. SOA a. b. 1 2 3 4 60", rcode=3)]


def auth(query: Query, tcp: bool) -> Iterable[bytes]:
    name = name_of(query)
    if query.question[0].rdtype == dns.rdatatype.NS and name == "shop.test.":
        return [reply(query, "shop.test. NS glue.shop.test.")]
    if name == "alias.shop.test.":
        return [reply(query, "alias.shop.test. CNAME www.shop.test.")]
    if name == "loop.shop.test.":
        return [reply(query, "loop.shop.test. CNAME loop2.shop.test.")]
    if name == "loop2.shop.test.":
        return [reply(query, "loop2.shop.test. CNAME loop.shop.test.")]
    if name == "www.shop.test.":
        return [reply(query, "www.shop.test. A 198.51.100.1")]
    return [reply(query, "shop.test. SOA a. b. 1 2 3 4 60", rcode=3)]


def servers(**changed: FakeServer) -> dict[str, FakeServer]:
    return {
        ROOT: FakeServer(root),
        TLD: FakeServer(tld),
        AUTH: FakeServer(auth),
        RESOLVER: FakeServer(lambda q, t: [reply(q, rcode=3)]),
        **changed,
    }


async def test_from_the_root_downwards() -> None:
    world = servers()
    async with network(world) as client:
        iterator = Iterator(client, HINTS)
        answer = await iterator.lookup("www.shop.test", "A")
        assert (answer.status, answer.records, answer.server, answer.view) == (
            DnsStatus.ANSWER,
            ("198.51.100.1",),
            AUTH,
            View.DIRECT,
        )
        assert answer.authoritative
        assert (await iterator.lookup("gone.shop.test", "A")).status is DnsStatus.NXDOMAIN
        assert (await iterator.lookup("gone.test", "A")).status is DnsStatus.NXDOMAIN
        assert (await iterator.lookup("x.unknown", "A")).status is DnsStatus.NXDOMAIN
        # the way down was asked for once, whoever came along it
        assert world[ROOT].asked.count(("test.", "NS")) == 1
        assert world[TLD].asked.count(("shop.test.", "NS")) == 1


async def test_aliases_are_followed_and_loops_end() -> None:
    async with network(servers()) as client:
        iterator = Iterator(client, HINTS)
        answer = await iterator.lookup("alias.shop.test", "A")
        assert (answer.records, answer.chain) == (("198.51.100.1",), ("www.shop.test.",))
        assert (await iterator.lookup("loop.shop.test", "A")).status is DnsStatus.LOOP


async def test_glue_for_foreign_names_is_not_believed() -> None:
    def poisoned(query: Query, tcp: bool) -> Iterable[bytes]:
        response = dns.message.from_wire(next(iter(tld(query, tcp))))
        response.authority = [dns.rrset.from_text("shop.test.", 300, "IN", "NS", "ns.elsewhere.invalid.")]
        response.additional = [dns.rrset.from_text("ns.elsewhere.invalid.", 300, "IN", "A", EVIL)]
        return [response.to_wire()]

    evil = FakeServer(lambda q, t: [reply(q, f"{name_of(q)} A 6.6.6.6")])
    world = servers(**{TLD: FakeServer(poisoned), EVIL: evil})
    async with network(world) as client:
        answer = await Iterator(client, HINTS).lookup("www.shop.test", "A")
        assert answer.status is DnsStatus.UNREACHABLE
        assert evil.asked == []


@pytest.mark.parametrize(
    "handler",
    [
        lambda q, t: [reply(q, "test. NS glue.test.", f"glue.test. A {TLD}", aa=False)],  # to itself
        lambda q, t: [reply(q, ". NS glue.root.", f"glue.root. A {ROOT}", aa=False)],  # upwards
        lambda q, t: [reply(q, "other.test. NS glue.other.test.", aa=False)],  # sideways
    ],
)
async def test_referrals_that_lead_nowhere_end(handler: object) -> None:
    tld_server = FakeServer(handler)  # type: ignore[arg-type]
    async with network(servers(**{TLD: tld_server})) as client:
        answer = await Iterator(client, HINTS).lookup("www.shop.test", "A")
        assert answer.status is DnsStatus.ERROR
        assert len(tld_server.asked) < 10


async def test_endless_downward_referrals_are_bounded() -> None:
    def deeper(query: Query, tcp: bool) -> Iterable[bytes]:
        labels = name_of(query).split(".")
        depth = min(len(labels) - 1, 3 + len(server.asked))
        zone = ".".join(labels[-depth:])
        return [reply(query, f"{zone} NS glue.{zone}", f"glue.{zone} A {TLD}", aa=False)]

    server = FakeServer(deeper)
    async with network(servers(**{TLD: server})) as client:
        name = ".".join("abcdefghijklmnopqrstuvwxyz" * 2) + ".shop.test"
        answer = await Iterator(client, HINTS).lookup(name, "A")
        assert answer.status is DnsStatus.ERROR
        assert len(server.asked) < 80


async def test_a_silent_zone_is_a_timeout_and_refusing_servers_are_refused() -> None:
    async with network(servers(**{AUTH: FakeServer(lambda q, t: [])})) as client:
        assert (await Iterator(client, HINTS).lookup("www.shop.test", "A")).status is DnsStatus.TIMEOUT
    async with network(servers(**{AUTH: FakeServer(lambda q, t: [reply(q, rcode=5)])})) as client:
        assert (await Iterator(client, HINTS).lookup("www.shop.test", "A")).status is DnsStatus.REFUSED


def test_stops() -> None:
    assert stops("www.shop.co.uk") == ["uk.", "co.uk.", "shop.co.uk."]
    assert stops("25.100.51.198.in-addr.arpa") == [
        "arpa.",
        "in-addr.arpa.",
        "198.in-addr.arpa.",
        "51.198.in-addr.arpa.",
        "100.51.198.in-addr.arpa.",
    ]
    assert stops("1.0.0.2.ip6.arpa") == ["arpa.", "ip6.arpa."]
    assert stops(".") == []


def test_root_hints(tmp_path: Path) -> None:
    path = tmp_path / "hints"
    path.write_text(
        "; comment\n. 3600 IN NS A.ROOT.\nA.ROOT. 3600 IN A 192.0.2.1\nA.ROOT. 3600 AAAA 2001:db8::1\nx.y. 1 IN A 6.6.6.6\n"
    )
    assert read_root_hints(path) == {"a.root.": ("192.0.2.1", "2001:db8::1")}
    for bad in ("", "nonsense here", ". 3600 IN NS a.root.\n"):
        path.write_text(bad)
        with pytest.raises(UserError, match="hints"):
            read_root_hints(path)
