"""The web pages of the demo's customer in its three worlds."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from selfaudit.demo.internet import Internet, demo_case
from selfaudit.demo.registry_data import Calendar
from selfaudit.demo.websites import load_websites, websites
from selfaudit.engine.run import run_audit
from selfaudit.facts.web import WebSite
from selfaudit.net import open_net
from selfaudit.protocols.securitytxt import parse

TODAY = Calendar(datetime.date(2026, 11, 22))
SHOP, OFFERS, OLD = "blumenhof.example", "angebote-blumenhof.example", "blumenhof-alt.example"
# check -> (outcome, a tag) for each of the three domains
EXPECTED = {
    "broken": {
        "web.privacy-policy": (("fail", "PRIVACY_DEAD_LINK"), ("fail", "PRIVACY_MISSING"), ("fail", "PRIVACY_DEAD_LINK")),
        "web.abuse-contact": (("fail", "ABUSE_CONTACT_MISSING"),) * 3,
        "web.security-txt": (("warn", "SECURITY_TXT_EXPIRED"), ("warn", "SECURITY_TXT_ABSENT"), ("warn", "SECURITY_TXT_EXPIRED")),
        "web.tls": (("pass", "WEB_TLS_ACCEPTED"),) * 3,
        "web.unsubscribe": (
            ("fail", "UNSUBSCRIBE_PAGE_GONE"), ("fail", "UNSUBSCRIBE_PAGE_LOGIN"), ("inconclusive", "UNSUBSCRIBE_PAGE_NOT_NAMED"),
        ),
    },
    "fixed": {
        "web.privacy-policy": (("pass", "PRIVACY_FOUND"),) * 3,
        "web.abuse-contact": (("pass", "ABUSE_CONTACT_SHOWN"),) * 3,
        "web.security-txt": (("pass", "SECURITY_TXT_OK"),) * 3,
        "web.tls": (("pass", "WEB_TLS_ACCEPTED"),) * 3,
        "web.unsubscribe": (
            ("pass", "UNSUBSCRIBE_PAGE_OPENS"), ("pass", "UNSUBSCRIBE_PAGE_OPENS"), ("not-applicable", "UNSUBSCRIBE_NO_MAIL_SENT"),
        ),
    },
    "suspended": {
        "web.privacy-policy": (("inconclusive", "PRIVACY_UNREAD"),) * 3,
        "web.abuse-contact": (("inconclusive", "ABUSE_UNREAD"),) * 3,
        "web.security-txt": (("inconclusive", "SECURITY_TXT_UNREAD"),) * 3,
        "web.tls": (("inconclusive", "WEB_TLS_NO_ANSWER"),) * 3,
        "web.unsubscribe": (
            ("inconclusive", "UNSUBSCRIBE_UNREAD"), ("inconclusive", "UNSUBSCRIBE_UNREAD"), ("not-applicable", "UNSUBSCRIBE_NO_MAIL_SENT"),
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("world", list(EXPECTED))
async def test_each_world(world: str) -> None:
    async with Internet(world) as internet:
        case = dataclasses.replace(demo_case(world), only=("web",))
        audit = await run_audit(case, open_net(internet.settings, routes=internet.routes))
    found = {(r.check, r.target): (str(r.outcome), {f.tag for f in r.findings}) for r in audit.results}
    assert len(found) == 15
    for check, expected in EXPECTED[world].items():
        for domain, (outcome, tag) in zip((SHOP, OFFERS, OLD), expected, strict=True):
            assert found[check, domain][0] == outcome, (check, domain, found[check, domain])
            assert tag in found[check, domain][1], (check, domain)
    sites = [r.fact for r in audit.evidence.records if isinstance(r.fact, WebSite)]
    assert len(sites) == 3
    assert all(len(site.pages) <= 6 for site in sites)
    assert not any(
        hop.address not in ("", load_websites().address) for site in sites for page in site.pages for hop in page.hops
    )


def test_the_lists_of_pages() -> None:
    address, broken = websites("broken", TODAY)
    same, fixed = websites("fixed", TODAY)
    assert address == same
    assert websites("suspended", TODAY)[1] == {}
    assert "www.blumenhof.example/datenschutz" not in broken
    assert "www.blumenhof.example/datenschutz" in fixed
    files = {
        world: parse(pages["blumenhof.example/.well-known/security.txt"].body)
        for world, pages in (("broken", broken), ("fixed", fixed))
    }
    today = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC).timestamp()
    assert files["broken"].expires == today - 40 * 86_400
    assert files["fixed"].expires == today + 180 * 86_400
    assert {f.problems for f in files.values()} == {()}
    for pages in (broken, fixed):
        for url, page in pages.items():
            assert ";;" not in page.body
            assert "{" not in page.body.replace("{ font-family", ""), url
            assert page.location == "" or page.location.startswith("https://")
            assert url.partition("/")[0].endswith(".example")


def test_a_world_that_is_none() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        websites("nowhere", TODAY)
