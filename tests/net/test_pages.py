"""A visit to web pages: where it goes, where it does not go, and what comes to an end."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ssl
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from selfaudit.case import Authority, Case, Target
from selfaudit.case.model import NamedPage
from selfaudit.demo.other_servers import Page, TimeServer, WebRequest, WebServer
from selfaudit.demo.tcp_servers import Connection, StreamServer
from selfaudit.engine.evidence import decode_evidence, encode_evidence
from selfaudit.engine.run import run_audit
from selfaudit.facts.dns import absolute
from selfaudit.facts.web import PageEnd, WebSite
from selfaudit.net import Net
from selfaudit.net.gate import Route
from selfaudit.net.pages import MAX_OCTETS, Fetched, Visit
from selfaudit.probes import web_site, web_tls
from selfaudit.report.web_text import lines_about
from tests.net.peers import ADDRESS, Peer, Zone, world

CA = trustme.CA()
OTHER, INSIDE, TIME = "192.0.2.26", "198.18.0.9", "192.0.2.123"
NAMES = ("shop.test", "www.shop.test", "else.test", "news.shop.test", "far.test")
A = ("192.0.2.25",)
ZONE: Zone = {("shop.test", "A"): A, ("www.shop.test", "A"): A, ("else.test", "A"): (OTHER,), ("shop.test", "TXT"): ("\"v=spf1 mx -all\"",)}  # fmt: skip
WELCOME = "<html lang=en><p>You and your friends are welcome in the shop, with all of our flowers for you.</p></html>"


def context(*names: str, authority: trustme.CA = CA, **more: Any) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or NAMES), **more).configure_cert(made)
    return made


class Asked(WebServer):
    """Remembers what it was asked."""

    def __init__(
        self, pages: Mapping[str, Page], tls: ssl.SSLContext | None = None, asked: list[WebRequest] | None = None
    ) -> None:
        self.asked: list[WebRequest] = [] if asked is None else asked
        self.pages = dict(pages)
        super().__init__(self._reply, tls or context())

    def _reply(self, request: WebRequest) -> Page:
        self.asked.append(request)
        return self.pages.get(request.host + request.path, Page(404, "text/html", "not found"))

    def twin(self) -> Asked:
        """The same at another address; what it is asked is kept here."""
        return Asked(self.pages, asked=self.asked)

    @property
    def urls(self) -> list[str]:
        return [r.host + r.path for r in self.asked]


def html(body: str = WELCOME) -> Page:
    return Page(200, "text/html; charset=utf-8", body)


def moved(to: str) -> Page:
    return Page(302, "text/html", "", to)


@contextlib.asynccontextmanager
async def visiting(
    servers: Mapping[tuple[str, int], StreamServer] | Mapping[int, StreamServer], zone: Zone = ZONE, tmp_path: Path | None = None, **limits: Any
) -> AsyncIterator[tuple[Net, Visit]]:  # fmt: skip
    ca_file = ""
    if tmp_path is not None:
        ca_file = str(tmp_path / "ca.pem")
        CA.cert_pem.write_to_path(ca_file)
    async with world(servers, zone, ca_file=ca_file, **{"http_timeout": 2.0, **limits}) as net:
        yield net, Visit(net, ("shop.test",), "stated: test")


async def fetch(
    pages: Mapping[str, Page], tmp_path: Path, url: str = "https://shop.test/", zone: Zone = ZONE, **more: Any
) -> tuple[Fetched, Asked, Net]:
    server = Asked(pages)
    async with visiting({(ADDRESS, 443): server, (OTHER, 443): server.twin()}, zone, tmp_path) as (net, visit):
        return await visit.page(url, **more), server, net


async def test_one_polite_get(tmp_path: Path) -> None:
    got, server, net = await fetch({"shop.test/": html()}, tmp_path)
    assert (got.end, got.hops[0].code, got.hops[0].address) == (PageEnd.ANSWERED, 200, ADDRESS)
    assert got.text is not None
    assert got.text.words_of == ("en",)
    (asked,) = server.asked
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["user-agent"].startswith("selfaudit/")
    assert "cookie" not in asked.headers
    assert dict(net.gate.sent)[(ADDRESS, 443, "tcp", "HTTPS: one GET of a page", "stated: test")] == 1


async def test_redirects_on_the_own_hosts(tmp_path: Path) -> None:
    pages = {"shop.test/": moved("http://www.shop.test"), "www.shop.test/": moved("/en/"), "www.shop.test/en/": html()}
    got, server, _net = await fetch(pages, tmp_path)
    assert [h.url for h in got.hops] == ["https://shop.test/", "https://www.shop.test/", "https://www.shop.test/en/"]
    assert got.end is PageEnd.ANSWERED
    assert server.urls == ["shop.test/", "www.shop.test/", "www.shop.test/en/"]


@pytest.mark.parametrize(
    ("location", "end"),
    [
        ("https://else.test/", PageEnd.OUTSIDE), ("//else.test/", PageEnd.OUTSIDE), ("https://notshop.test/", PageEnd.OUTSIDE),
        ("https://shop.test.else.test/", PageEnd.OUTSIDE), ("https://127.0.0.1/", PageEnd.BAD_URL), ("https://[::1]/", PageEnd.BAD_URL),
        ("https://169.254.169.254/latest/", PageEnd.BAD_URL), ("https://2130706433/", PageEnd.BAD_URL), ("https://0177.0.0.1/", PageEnd.BAD_URL),
        ("https://0x7f.0.0.1/", PageEnd.BAD_URL), ("https://shop.test@else.test/", PageEnd.BAD_URL), ("https://[::1", PageEnd.BAD_URL),
        ("file:///etc/passwd", PageEnd.BAD_URL), ("https://shop.test:22/", PageEnd.BAD_URL), ("https://localhost/", PageEnd.BAD_URL),
        ("/", PageEnd.LOOP),
    ],
)  # fmt: skip
async def test_redirects_that_are_not_followed(location: str, end: PageEnd, tmp_path: Path) -> None:
    got, server, net = await fetch({"shop.test/": moved(location)}, tmp_path)
    assert got.end is end
    assert got.detail
    assert server.urls == ["shop.test/"]
    assert {(a, p) for a, p, protocol, *_rest in net.gate.sent if protocol == "tcp"} == {(ADDRESS, 443)}


async def test_redirects_without_end(tmp_path: Path) -> None:
    pages = {f"shop.test/{i}": moved(f"/{i + 1}") for i in range(50)}
    got, server, _net = await fetch(pages, tmp_path, "https://shop.test/0")
    assert got.end is PageEnd.LOOP
    assert len(server.asked) == 6


async def test_meta_refresh_is_followed_once(tmp_path: Path) -> None:
    refresh = "<meta http-equiv=refresh content='0;url={}'>"
    pages = {"shop.test/": html(refresh.format("/a")), "shop.test/a": html(refresh.format("/b"))}
    server = Asked(pages)
    async with visiting({443: server}, tmp_path=tmp_path) as (net, _visit):
        fact = await web_site.collect(web_site.request(Target("domain", "shop.test"), Case(())), net)
    home = fact.pages[0]
    assert [(h.url, h.refresh) for h in home.hops] == [("https://shop.test/", True), ("https://shop.test/a", False)]
    assert "shop.test/b" not in server.urls


async def test_meta_refresh_goes_no_further_than_redirects(tmp_path: Path) -> None:
    server = Asked({"shop.test/": html("<meta http-equiv=refresh content='0;url=https://else.test/'>")})
    async with visiting({(ADDRESS, 443): server, (OTHER, 443): server.twin()}, tmp_path=tmp_path) as (_net, visit):
        got = await visit.further(await visit.page("https://shop.test/"))
    assert got.end is PageEnd.OUTSIDE
    assert server.urls == ["shop.test/"]


async def test_an_alias_that_leads_outside_is_asked_only_if_it_was_named(tmp_path: Path) -> None:
    zone = {("shop.test", "CNAME"): ("else.test.",), ("else.test", "A"): (OTHER,)}
    got, server, _net = await fetch({"shop.test/": html()}, tmp_path, zone=zone)
    assert got.end is PageEnd.ALIAS_OUTSIDE
    assert "else.test" in got.detail
    assert server.asked == []
    got, server, _net = await fetch({"shop.test/": html()}, tmp_path, zone=zone, named=True)
    assert got.end is PageEnd.ANSWERED
    assert got.hops[0].address == OTHER


async def test_a_host_that_was_named_may_be_anywhere_but_leads_nowhere_else(tmp_path: Path) -> None:
    pages = {"else.test/p": moved("/q"), "else.test/q": moved("https://far.test/")}
    got, server, _net = await fetch(pages, tmp_path, "https://else.test/p", named=True)
    assert got.end is PageEnd.OUTSIDE
    assert server.urls == ["else.test/p", "else.test/q"]


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]
)  # fmt: skip
@pytest.mark.parametrize("others", [(), ("93.184.215.14",)])
async def test_names_that_lead_inside(inside: str, others: tuple[str, ...], tmp_path: Path) -> None:
    rdtype = "AAAA" if ":" in inside else "A"
    zone: dict[tuple[str, str], tuple[str, ...]] = {("shop.test", rdtype): (inside,)}
    if others:
        zone[("shop.test", "A")] = (*others, *zone.get(("shop.test", "A"), ()))
    server = Asked({})
    async with visiting({443: server}, zone, tmp_path) as (net, _visit):
        net.gate.allow_reserved = False
        visit = Visit(net, ("shop.test",), "stated: test")
        named = await visit.page("https://shop.test/", named=True)
        # Networks that rewrite answers point to 0.0.0.0; that is no answer at all.
        assert named.end is (PageEnd.DNS_FAILED if inside == "0.0.0.0" and not others else PageEnd.NOT_PUBLIC)
        assert not any(protocol == "tcp" for _a, _p, protocol, *_rest in net.gate.sent)
    assert server.connections == 0


async def test_the_name_is_looked_up_once_and_the_connection_goes_there(tmp_path: Path) -> None:
    server = Asked({"shop.test/": html(), "shop.test/a": html()})
    async with visiting({443: server}, tmp_path=tmp_path) as (net, visit):
        await visit.page("https://shop.test/")
        sent = net.dns.sent
        await visit.page("https://shop.test/a")
        assert net.dns.sent == sent
    assert {h.address for h in (await visit.page("https://shop.test/")).hops} == {ADDRESS}
    assert [a.name for a in visit.answers] == [absolute("shop.test")] * 2


async def test_no_page_is_asked_for_twice_and_six_are_enough(tmp_path: Path) -> None:
    server = Asked({f"shop.test/{i}": html() for i in range(9)})
    async with visiting({443: server}, tmp_path=tmp_path) as (net, visit):
        first, again = await visit.page("https://shop.test/0"), await visit.page("http://shop.test/0#part")
        assert again == first
        ends = [(await visit.page(f"https://shop.test/{i}")).end for i in range(1, 7)]
        elsewhere = Visit(net, ("shop.test",), "stated: test")
        await elsewhere.page("https://shop.test/1")
    assert ends == [PageEnd.ANSWERED] * 4 + [PageEnd.LEFT_OUT] * 2
    assert server.urls == [f"shop.test/{i}" for i in range(5)]


@pytest.mark.parametrize(
    "how", ["closed", "silent", "hangs up", "garbage", "drip", "headers", "huge", "wrong certificate", "foreign certificate"]
)
async def test_servers_that_do_not_serve(how: str, tmp_path: Path) -> None:
    tls = {"wrong certificate": context("else.test"), "foreign certificate": context(authority=trustme.CA())}.get(
        how, context()
    )

    async def talk(connection: Connection) -> None:
        if how == "silent":
            await asyncio.sleep(5)
        await connection.start_tls(tls)
        await connection.until(b"\r\n\r\n")
        match how:
            case "garbage":
                await connection.send(bytes(range(256)) * 20)
            case "drip":
                await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"a" * 500, 0.05)
            case "headers":
                await connection.send(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 9000 + b"\r\n")
            case "huge":
                await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
                for _piece in range(17):  # a little more than what is read
                    await connection.send(b"x" * 65_536)

    server = Peer(talk)
    async with visiting({} if how == "closed" else {443: server}, tmp_path=tmp_path, http_timeout=1.0) as (_net, visit):
        got = await visit.page("https://shop.test/")
        second = await visit.page("https://www.shop.test/")
    expected = {
        "closed": PageEnd.TIMEOUT, "silent": PageEnd.TIMEOUT, "drip": PageEnd.TIMEOUT, "huge": PageEnd.TOO_LARGE,
        "wrong certificate": PageEnd.TLS_FAILED, "foreign certificate": PageEnd.TLS_FAILED,
    }  # fmt: skip
    assert got.end is expected.get(how, PageEnd.PROTOCOL_ERROR)
    assert got.detail
    assert got.text is None
    if got.end is PageEnd.TIMEOUT:  # the address is not bothered again
        assert second.end is PageEnd.TIMEOUT
        assert second.hops == ()
        assert server.connections <= 1


async def test_a_page_of_just_the_size(tmp_path: Path) -> None:
    got, _server, _net = await fetch({"shop.test/": Page(200, "text/html", "a" * MAX_OCTETS)}, tmp_path)
    assert (got.end, got.hops[0].octets) == (PageEnd.ANSWERED, MAX_OCTETS)
    assert got.text is not None
    assert (got.text.characters, got.text.whole) == (200_000, False)


def case(**more: Any) -> Case:
    targets = (Target("domain", "shop.test"), Target("domain", "else.test"))
    return Case(targets, authority=Authority("Test", "owner"), laboratory=True, only=("web",), **more)


SITE = {
    "shop.test/": moved("https://www.shop.test/"),
    "www.shop.test/": html(WELCOME + "<a href=/p>Privacy</a><a href=/c>Contact</a>"),
    "www.shop.test/p": html("<h1>Privacy policy</h1>" + "privacy " * 200 + "Your personal data and the GDPR, for you and your friends: Shop GmbH"),
    "www.shop.test/c": html(WELCOME + "abuse@shop.test"),
    "www.shop.test/u?id=1": html("<form><input><button>Unsubscribe</button></form>"),
    "shop.test/.well-known/security.txt": Page(200, "text/plain; charset=utf-8", "Contact: mailto:s@shop.test\nExpires: 2999-01-01T00:00:00Z\n"),
    "else.test/": moved("https://www.shop.test/"),
}  # fmt: skip


async def test_a_whole_visit(tmp_path: Path) -> None:
    server = Asked(SITE)
    pages = (
        NamedPage("unsubscribe", "https://www.shop.test/u?id=1"),
        NamedPage("unsubscribe", "https://lists.far.test/u?id=2"),
    )
    async with visiting({(ADDRESS, 443): server, (OTHER, 443): server.twin()}, tmp_path=tmp_path) as (net, _visit):
        clock = TimeServer()
        await clock.start()
        assert net.gate.routes is not None
        net.gate.routes._table[TIME, 123, "udp"] = Route("127.0.0.1", clock.port)
        net.profile = msgspec.structs.replace(net.profile, time_servers=(TIME,))
        try:
            audit = await run_audit(case(pages=pages), net)
        finally:
            clock.close()
    outcomes = {(r.check, r.target): str(r.outcome) for r in audit.results}
    assert outcomes == {
        ("web.privacy-policy", "shop.test"): "pass", ("web.abuse-contact", "shop.test"): "pass", ("web.security-txt", "shop.test"): "warn",
        ("web.tls", "shop.test"): "pass", ("web.unsubscribe", "shop.test"): "pass",
        ("web.privacy-policy", "else.test"): "pass", ("web.abuse-contact", "else.test"): "pass", ("web.security-txt", "else.test"): "warn",
        ("web.tls", "else.test"): "pass", ("web.unsubscribe", "else.test"): "inconclusive",
    }  # fmt: skip
    assert len(server.urls) == len(set(server.urls))  # nothing twice, though both domains lead to the same pages
    assert "lists.far.test/u?id=2" not in server.urls
    web = [s for s in audit.evidence.sent if s.port == 443 and s.purpose.startswith("HTTPS")]
    assert web
    assert all(s.authority.startswith(("stated: Test, owner", "shown or stated for ")) for s in web)
    assert audit.evidence == decode_evidence(encode_evidence(audit.evidence))
    site = next(r.fact for r in audit.evidence.records if isinstance(r.fact, WebSite) and r.request.subject == "shop.test")
    assert isinstance(site, WebSite)
    assert [p.role for p in site.pages] == ["home", "privacy", "abuse", "security", "unsubscribe"]
    assert any("HTTP 302" in answer for _command, answer in lines_about(site))


async def test_without_authority_nothing_is_sent(tmp_path: Path) -> None:
    server = Asked(SITE)
    async with visiting({(ADDRESS, 443): server, (OTHER, 443): server.twin()}, tmp_path=tmp_path) as (net, _visit):
        audit = await run_audit(dataclasses.replace(case(), authority=None), net)
    assert {str(r.outcome) for r in audit.results} == {"not-run"}
    assert server.connections == 0


async def test_the_word_of_one_domain_does_not_cover_another() -> None:
    """Proven for one domain only: the request names no other."""
    request = web_site.request(Target("domain", "shop.test"), dataclasses.replace(case(), authority=None))
    assert request.params[0] == "scope shop.test"
    assert web_site.request(Target("domain", "shop.test"), case()).params[0] == "scope shop.test else.test"


async def test_hosts_beside_what_was_named_are_not_asked(tmp_path: Path) -> None:
    """news.shop.test was named: its parent may belong to somebody else's department, and was not."""
    zone = {**ZONE, ("news.shop.test", "A"): A}
    server = Asked({"news.shop.test/": moved("https://shop.test/")})
    async with visiting({443: server}, zone, tmp_path) as (net, _visit):
        fact = await web_site.collect(web_site.request(Target("domain", "news.shop.test"), Case(())), net)
    assert fact.pages[0].end is PageEnd.OUTSIDE
    assert "shop.test/" not in server.urls


def test_which_named_pages_count_for_a_domain() -> None:
    pages = (
        NamedPage("privacy", "https://www.shop.test/p"), NamedPage("privacy", "https://legal.far.test/p"), NamedPage("unsubscribe", "https://u.far.test/"),
        NamedPage("abuse", "https://else.test/abuse"),
    )  # fmt: skip
    made = case(pages=pages)
    assert web_site.named_pages("shop.test", made) == [("privacy", "https://www.shop.test/p")]
    assert web_site.named_pages("else.test", made) == [
        ("privacy", "https://legal.far.test/p"),
        ("abuse", "https://else.test/abuse"),
    ]


async def test_what_messages_name_is_not_fetched(tmp_path: Path) -> None:
    @dataclasses.dataclass
    class Message:
        unsubscribe_urls: tuple[str, ...] = (
            "https://www.shop.test/u?id=secret",
            "https://www.shop.test/u?id=2",
            "mailto:x@y.test",
            "https://[",
        )

    server = Asked(SITE)
    async with visiting({443: server}, tmp_path=tmp_path) as (net, _visit):
        net.messages = {"a.eml": Message()}  # type: ignore[dict-item]
        fact = await web_site.collect(web_site.request(Target("domain", "shop.test"), case()), net)
    assert fact.learnt == ("https://www.shop.test/u",)
    assert not any("/u" in url for url in server.urls)


async def test_handshakes(tmp_path: Path) -> None:
    server = Asked({}, context("shop.test"))
    async with visiting({443: server}, tmp_path=tmp_path) as (net, _visit):
        fact = await web_tls.collect(web_tls.request(Target("domain", "shop.test"), Case(())), net)
    assert [h.host for h in fact.handshakes] == ["shop.test", "www.shop.test"]
    for handshake in fact.handshakes:
        assert handshake.done
        assert handshake.certificate is not None
        assert handshake.certificate.names == ("shop.test",)
        assert handshake.certificate.trusted
    assert fact.control is None
    assert server.asked == []
