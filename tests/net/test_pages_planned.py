"""A visit to web pages keeps to what its plan says, and follows redirects as they are written."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from selfaudit.case import Case, Target
from selfaudit.case.model import NamedPage
from selfaudit.demo.other_servers import Page
from selfaudit.demo.tcp_servers import Connection
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.web import PageEnd
from selfaudit.net import open_net
from selfaudit.net.http import _location
from selfaudit.net.pages import issuer_url
from selfaudit.probes import web_site, web_tls
from selfaudit.settings import Settings
from tests.net.peers import ADDRESS, Peer
from tests.net.test_pages import OTHER, WELCOME, Asked, case, fetch, html, moved, visiting


async def test_redirects_as_long_as_they_are(tmp_path: Path) -> None:
    long = "/x?" + "a=1&" * 160 + "end=1"
    got, server, _net = await fetch({"shop.test/": moved(long), f"shop.test{long}": html()}, tmp_path)
    assert (got.end, got.hops[-1].code) == (PageEnd.ANSWERED, 200)
    assert server.urls[-1] == f"shop.test{long}"
    got, server, _net = await fetch({"shop.test/": moved("/x?" + "a" * 3000)}, tmp_path)
    assert got.end is PageEnd.BAD_URL
    assert server.urls == ["shop.test/"]


def test_redirects_with_letters_of_other_alphabets() -> None:
    assert _location("/datenschutz-erklärung".encode().decode("latin-1")) == "/datenschutz-erklärung"
    assert _location("/erkl\xe4rung") == "/erkl\xe4rung"
    assert _location("/plain") == "/plain"


async def test_no_more_questions_than_planned(tmp_path: Path) -> None:
    pages: dict[str, Page] = {}
    for start in ("/", "/privacy", "/abuse", "/.well-known/security.txt", "/u"):
        steps = [start, *(f"/{start.strip('/').replace('/', '-')}r{i}" for i in range(5))]
        pages |= {f"shop.test{a}": moved(b) for a, b in itertools.pairwise(steps)}
        pages[f"shop.test{steps[-1]}"] = html(WELCOME + "<a href=/privacy>Privacy</a><a href=/abuse>Abuse</a>")
    server = Asked(pages)
    async with visiting({443: server}, tmp_path=tmp_path) as (net, _visit):
        request = web_site.request(Target("domain", "shop.test"), case())
        fact = await web_site.collect(request, net)
        planned = next(c.count for c in web_site.contacts(request, net) if c.active)
    assert len(server.asked) == planned == 12
    assert [p.end for p in fact.pages][-1] is PageEnd.LEFT_OUT


async def test_a_named_page_of_somebody_else_is_planned_and_booked_as_such(tmp_path: Path) -> None:
    server = Asked({"else.test/policy": html()})
    made = case(pages=(NamedPage("privacy", "https://far.test/policy"),))
    async with visiting({(ADDRESS, 443): Asked({}), (OTHER, 443): server}, tmp_path=tmp_path) as (net, visit):
        request = web_site.request(Target("domain", "shop.test"), made)
        who = [(c.who, c.active) for c in web_site.contacts(request, net)]
        got = await visit.page("https://else.test/policy?id=secret", named=True)
    assert ("the web server of far.test", True) in who
    assert ("the web server of shop.test", True) in who
    assert got.hops[0].address == OTHER
    assert [authority for (address, *_rest, authority) in net.gate.sent if address == OTHER] == [
        "named page: https://else.test/policy"
    ]


def test_the_control_is_planned() -> None:
    net = open_net(Settings(), keys={})
    try:
        planned = web_tls.contacts(web_tls.request(Target("domain", "shop.test"), Case(())), net)
    finally:
        net.close()
    assert [(c.who, c.count, c.active) for c in planned[1:]] == [
        ("the web server of shop.test", 2, True),
        (planned[2].who, 1, False),
    ]
    assert "." in planned[2].who


@pytest.mark.parametrize(("six", "end"), [(False, PageEnd.NO_IPV6), (True, PageEnd.TIMEOUT)])
async def test_hosts_with_ipv6_only(six: bool, end: PageEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with visiting({443: Asked({})}, {("shop.test", "AAAA"): ("2001:db8::5",)}, tmp_path) as (net, visit):
        monkeypatch.setattr(type(net), "has_ipv6", lambda _self: six)
        assert (await visit.page("https://shop.test/")).end is end


async def test_what_an_unsubscribe_page_shows_about_somebody_is_not_kept(tmp_path: Path) -> None:
    body = "<title>Bye anna@far.test</title><h1>Unsubscribe</h1><p>anna@far.test, Tel. +49 30 1234567</p><a href=/privacy>Privacy</a>"
    server = Asked({"shop.test/u": html(body)})
    made = case(pages=(NamedPage("unsubscribe", "https://shop.test/u"),))
    async with visiting({443: server}, tmp_path=tmp_path) as (net, _visit):
        fact = await web_site.collect(web_site.request(Target("domain", "shop.test"), made), net)
    (page,) = fact.of("unsubscribe")
    assert page.text is not None
    assert page.text.leave == ("unsubscribe",)
    assert "anna" not in repr(page.text)
    assert "1234567" not in repr(page.text)


async def test_handshakes_that_fail(tmp_path: Path) -> None:
    async def talk(connection: Connection) -> None:
        await connection.some()
        await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with visiting({443: Peer(talk)}, {("shop.test", "A"): (ADDRESS,), ("www.shop.test", "A"): (OTHER,)}, tmp_path) as (
        net,
        _visit,
    ):
        fact = await web_tls.collect(web_tls.request(Target("domain", "shop.test"), Case(())), net)
    plain, silent = fact.handshakes
    assert (plain.connect, plain.done, plain.certificate) == (PortOutcome.OPEN, False, None)
    assert "TLS" in plain.detail
    assert (silent.connect, silent.done) == (PortOutcome.SILENT, False)


def test_issuers_of_what_is_no_certificate() -> None:
    assert issuer_url(b"") == ""
    assert issuer_url(b"\x30\x82" + b"\0" * 200) == ""
