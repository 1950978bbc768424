"""web.security-txt."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.web import PageEnd
from tests.checks import web
from tests.checks.build import Scenario
from tests.checks.web import NO_CLOCK, RIGHT, YEAR_BEHIND, html, lost, page

CHECK = "web.security-txt"
PATH = "/.well-known/security.txt"
UTF8 = "text/plain; charset=utf-8"
GOOD = "Contact: mailto:security@shop.test\nExpires: 2027-01-31T00:00:00Z\n"


def seen(*pages, clock=RIGHT):  # type: ignore[no-untyped-def]
    return [web.site(*pages), clock]


def file(body: str = GOOD, kind: str = UTF8, **more):  # type: ignore[no-untyped-def]
    return seen(page("security", PATH, body, kind=kind, **more))


GONE = page("security", PATH, code=404)
OLD = page("security", "/security.txt", GOOD, kind=UTF8)
SIGNED = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{GOOD}-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"

SCENARIOS = [
    Scenario("good", file(), ["SECURITY_TXT_OK"], "pass", args={"until": "2027-01-31", "contacts": ("mailto:security@shop.test",)}),
    Scenario("CRLF, comments, unknown fields", file("# hello\r\n\r\nX-New: 1\r\n" + GOOD.replace("\n", "\r\n")), ["SECURITY_TXT_OK"], "pass"),
    Scenario("signed", file(SIGNED), ["SECURITY_TXT_OK", "SECURITY_TXT_SIGNED"], "pass"),
    Scenario("a page with a colon", file("<!doctype html>\nContact: x\n", "text/html"), ["SECURITY_TXT_ABSENT"], "warn", ["SECURITY_TXT_BAD_CONTACT"]),
    Scenario("text of a page", file("Contact us: by mail\nPolicy: see home\n", "text/html"), ["SECURITY_TXT_ABSENT"], "warn", ["SECURITY_TXT_NO_CONTACT"]),
    Scenario("canonical in capitals", file(GOOD + "Canonical: HTTPS://SHOP.test:443/.well-known/security.txt\n"), ["SECURITY_TXT_OK"], "pass"),
    Scenario("the clock was not looked at", seen(page("security", PATH, GOOD, kind=UTF8), clock=NO_CLOCK), ["SECURITY_TXT_CLOCK_UNKNOWN"], "inconclusive", ["SECURITY_TXT_OK"]),
    Scenario("the clock is a year behind", seen(page("security", PATH, GOOD, kind=UTF8), clock=YEAR_BEHIND), ["SECURITY_TXT_EXPIRED"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("none", seen(GONE, page("security", "/security.txt", code=404)), ["SECURITY_TXT_ABSENT"], "warn"),
    Scenario("a page for everything", file(html("<p>Contact: us</p>"), "text/html"), ["SECURITY_TXT_ABSENT"], "warn", ["SECURITY_TXT_UNREADABLE"]),
    Scenario("a page for everything, as text", file(html("")), ["SECURITY_TXT_ABSENT"], "warn"),
    Scenario("empty", file(" \n"), ["SECURITY_TXT_ABSENT"], "warn"),
    Scenario("old place", seen(GONE, OLD), ["SECURITY_TXT_OLD_PLACE"], "warn"),
    Scenario("the old place does not answer", seen(GONE, lost("security", PageEnd.TIMEOUT)), ["SECURITY_TXT_UNREAD"], "inconclusive", ["SECURITY_TXT_ABSENT"]),
    Scenario("no field at all", file("please write to us\n"), ["SECURITY_TXT_UNREADABLE"], "warn"),
    Scenario("too long", file(GOOD + "#" * 40_000), ["SECURITY_TXT_UNREADABLE"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("no contact", file("Expires: 2027-01-31T00:00:00Z\n"), ["SECURITY_TXT_NO_CONTACT"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("bad contact", file(GOOD + "Contact: security@shop.test\n"), ["SECURITY_TXT_BAD_CONTACT"], "warn", ["SECURITY_TXT_NO_CONTACT", "SECURITY_TXT_OK"]),
    Scenario("contact by http", file("Contact: http://shop.test/\nExpires: 2027-01-31T00:00:00Z\n"), ["SECURITY_TXT_BAD_CONTACT", "SECURITY_TXT_NO_CONTACT"], "warn"),
    Scenario("no date", file("Contact: tel:+49-30-12345\n"), ["SECURITY_TXT_NO_EXPIRES"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("two dates", file(GOOD + "expires: 2027-02-28T00:00:00Z\n"), ["SECURITY_TXT_SEVERAL_EXPIRES"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("a date of old", file("Contact: https://shop.test/c\nExpires: Sun, 31 Jan 2027 00:00:00 +0000\n"), ["SECURITY_TXT_BAD_EXPIRES"], "warn"),
    Scenario("expired", file("Contact: mailto:a@shop.test\nExpires: 2026-09-20T00:00:00+02:00\n"), ["SECURITY_TXT_EXPIRED"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("too late", file("Contact: mailto:a@shop.test\nExpires: 2029-01-01T00:00:00Z\n"), ["SECURITY_TXT_EXPIRES_TOO_LATE"], "warn"),
    Scenario("not UTF-8", seen(replace(page("security", PATH, GOOD, kind=UTF8), utf8=False)), ["SECURITY_TXT_NOT_UTF8"], "warn", ["SECURITY_TXT_OK"]),
    Scenario("type", file(kind="application/octet-stream"), ["SECURITY_TXT_CONTENT_TYPE"], "warn"),
    Scenario("no charset", file(kind="text/plain"), ["SECURITY_TXT_CONTENT_TYPE"], "warn"),
    Scenario("own canonical", file(GOOD + "Canonical: https://shop.test/.well-known/security.txt\n"), ["SECURITY_TXT_OK"], "pass"),
    Scenario("another canonical", file(GOOD + "Canonical: https://else.example/.well-known/security.txt\n"), ["SECURITY_TXT_OTHER_CANONICAL"], "warn"),
    Scenario("form", file(GOOD + "Preferred-Languages: en\nPreferred-Languages: de\nPolicy: http://shop.test/\nnonsense\n"), ["SECURITY_TXT_FORM"], "warn"),
    Scenario("no site", seen(lost("security", PageEnd.NO_ADDRESS)), ["SECURITY_TXT_NO_SITE"], "not-applicable"),
    Scenario("nothing was asked", seen(), ["SECURITY_TXT_NO_SITE"], "not-applicable"),
    Scenario("alias", seen(lost("security", PageEnd.ALIAS_OUTSIDE)), ["SECURITY_TXT_OUTSIDE"], "inconclusive"),
    *(Scenario(f"HTTP {code}", file(code=code), ["SECURITY_TXT_UNREAD"], "inconclusive", ["SECURITY_TXT_ABSENT"]) for code in (301, 401, 403, 429, 500, 503)),
    *(
        Scenario(f"{end}", seen(lost("security", end)), ["SECURITY_TXT_UNREAD"], "inconclusive", ["SECURITY_TXT_ABSENT"])
        for end in (PageEnd.TIMEOUT, PageEnd.CONNECTION_FAILED, PageEnd.TLS_FAILED, PageEnd.DNS_FAILED, PageEnd.TOO_LARGE, PageEnd.LEFT_OUT)
    ),
]  # fmt: skip
