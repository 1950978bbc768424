"""message.headers."""

from __future__ import annotations

from typing import Any

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.message import MessageReport
from tests.checks.build import TROUBLES, Scenario, Zone
from tests.checks.messages import DATE, GOOD, mail, report

CHECK = "message.headers"
SENDING = "192.0.2.25"
AT = "Tulpenweg 4\r\n12345 Blumenhof\r\nBlumen GmbH\r\n"


def one(zone: Zone = GOOD, body: str = "Hello\r\n", **fields: Any) -> list[MessageReport]:
    return [report(mail(body, **fields), zone, SENDING)]


def raw(before: bytes, body: str = "Hello\r\n") -> list[MessageReport]:
    return [report(before + mail(body), GOOD, SENDING)]


def hop(name: str, address: str = "192.0.2.25", at: str = DATE) -> str:
    return f"from {name} ([{address}]) by mx.reader.test; {at}"


LATER = "Sun, 22 Nov 2026 11:30:00 +0000"
SCENARIOS = [
    Scenario("usual", one(), ["HEADER_OK"], "pass", ["HEADER_HELO_WRONG", "HEADER_HELO_UNKNOWN", "HEADER_OTHER_DOMAINS"], {"sender": "news@shop.test"}),
    Scenario("coded name", one(from_="=?utf-8?B?QmzDvGdlbA==?= <news@shop.test>"), ["HEADER_OK"], "pass"),
    Scenario("no sender", one(from_=None), ["HEADER_FROM_MISSING"], "fail", ["HEADER_OK"]),
    Scenario("two From fields", raw(b"From: boss@bank.test\r\n"), ["HEADER_FROM_DOUBLE"], "fail", ["HEADER_OK"]),
    Scenario("From unreadable", one(from_="Blumen"), ["HEADER_FROM_UNREADABLE"], "fail", ["HEADER_OK"]),
    Scenario("From empty", one(from_=""), ["HEADER_FROM_UNREADABLE"], "fail"),
    Scenario("two senders", one(from_="a@shop.test, b@shop.test"), ["HEADER_FROM_SEVERAL"], "warn", ["HEADER_OK"]),
    Scenario("a comma in the name", one(from_='"Hof, Blumen" <news@shop.test>'), ["HEADER_OK"], "pass", ["HEADER_FROM_SEVERAL"]),
    Scenario("no date", one(date=None), ["HEADER_DATE_MISSING"], "fail", ["HEADER_OK"]),
    Scenario("date unreadable", one(date="yesterday"), ["HEADER_DATE_UNREADABLE"], "warn"),
    Scenario("date in the future", one(date="Tue, 24 Nov 2026 08:00:00 +0000"), ["HEADER_DATE_OFF"], "warn"),
    Scenario("date long ago", one(date="Mon, 2 Nov 2026 08:00:00 +0000"), ["HEADER_DATE_OFF"], "warn"),
    Scenario("waited for two days", one(date="Fri, 20 Nov 2026 08:00:00 +0000"), ["HEADER_OK"], "pass", ["HEADER_DATE_OFF"]),
    Scenario("future date, never received", one(received=None, date="Tue, 24 Nov 2026 08:00:00 +0000"), ["HEADER_DATE_OFF"], "warn"),
    Scenario("fetched ten days later", raw(b"Received: from pop.reader.test by laptop.local with POP3 (fetchmail-6.4); Wed, 02 Dec 2026 09:00:01 +0000\r\n"),
             ["HEADER_OK"], "pass", ["HEADER_DATE_OFF"]),
    Scenario("taken over ten days later", one(received=hop("mail.shop.test", at="Wed, 02 Dec 2026 09:00:01 +0000")), ["HEADER_DATE_OFF"], "warn"),
    Scenario("two fields of references", raw(b"References: <a@b.test>\r\nReferences: <b@b.test>\r\n"), ["HEADER_DOUBLE"], "warn", args={"names": ("References",)}),
    Scenario("an address in the List-Id of another", one(list_post="NO", list_id="<1.news.mailer.test>", body=AT), ["HEADER_OTHER_DOMAINS"], "pass", args={"others": ("List-Id mailer.test",)}),
    Scenario("a discussion list", one(list_id="<dev.shop.test>", list_post="<mailto:dev@shop.test>", list_unsubscribe="<mailto:leave@shop.test>"), ["HEADER_OK"], "pass",
             ["HEADER_POSTAL_NOT_SEEN"]),
    Scenario("a ticket", one(precedence="bulk", auto_submitted="auto-generated"), ["HEADER_OK"], "pass", ["HEADER_POSTAL_NOT_SEEN"]),
    Scenario("turned in the address for answers", one(reply_to="\u202ex <news@shop.test>"), ["HEADER_TURNED"], "warn", args={"field": "Reply-To"}),
    Scenario("no id", one(message_id=None), ["HEADER_ID_MISSING"], "warn"),
    Scenario("wrong id", one(message_id="1234"), ["HEADER_ID_WRONG"], "warn"),
    Scenario("two subjects", raw(b"Subject: x\r\nSubject: y\r\n"), ["HEADER_DOUBLE"], "warn", args={"names": ("Subject",)}),
    Scenario("nobody", one(to=None), ["HEADER_NO_RECIPIENT", "HEADER_OK"], "warn"),
    Scenario("pretends", one(from_='"service@bank.test" <news@shop.test>'), ["HEADER_NAME_PRETENDS"], "warn", args={"other": "service@bank.test"}),
    Scenario("its own address as name", one(from_='"news@shop.test" <news@shop.test>'), ["HEADER_OK"], "pass", ["HEADER_NAME_PRETENDS"]),
    Scenario("via", one(from_='"ann@bank.test via Shop" <news@shop.test>'), ["HEADER_OK"], "pass", ["HEADER_NAME_PRETENDS"]),
    Scenario("looks like another", one(from_="Shop <news@xn--80ak6aa92e.com>"), ["HEADER_DOMAIN_MISLEADING"], "warn"),
    Scenario("two alphabets", one(from_="Shop <news@pаypal.com>"), ["HEADER_DOMAIN_MISLEADING"], "warn"),
    Scenario("umlauts", one(from_="Shop <news@blümen.de>"), ["HEADER_OK"], "warn", ["HEADER_DOMAIN_MISLEADING"]),
    Scenario("turned", one(from_="Shop \u202ekcab <news@shop.test>"), ["HEADER_TURNED"], "warn"),
    Scenario("turned, coded", one(subject="=?utf-8?B?4oCuYQ==?="), ["HEADER_TURNED"], "warn"),
    Scenario("answers elsewhere", one(reply_to="x@free.test"), ["HEADER_REPLY_ELSEWHERE"], "warn"),
    Scenario("answers to a list", one(reply_to="x@free.test", list_post="<mailto:x@free.test>"), ["HEADER_OK"], "pass", ["HEADER_REPLY_ELSEWHERE"]),
    Scenario("answers to a sub-domain", one(reply_to="x@help.shop.test"), ["HEADER_OK"], "pass", ["HEADER_REPLY_ELSEWHERE"]),
    Scenario("by a service", one(return_path="<b@mailer.test>", sender="x@mailer.test"), ["HEADER_OTHER_DOMAINS", "HEADER_OK"], "pass",
             args={"others": ("Return-Path mailer.test", "Sender mailer.test")}),
    Scenario("greets as localhost", one(received=hop("localhost")), ["HEADER_HELO_WRONG"], "warn", args={"helo": "localhost"}),
    Scenario("greets without domain", one(received=hop("mail")), ["HEADER_HELO_WRONG"], "warn"),
    Scenario("greets with a number", one(received=hop("[192.0.2.25]")), ["HEADER_HELO_WRONG"], "warn"),
    Scenario("of somebody else's server", one(received=hop("localhost", "192.0.2.99")), ["HEADER_OK"], "pass", ["HEADER_HELO_WRONG"]),
    Scenario("greets as another", one(received=hop("other.shop.test")), ["HEADER_HELO_UNKNOWN"], "warn"),
    Scenario("the way back in time", raw(f"Received: from mail.shop.test ([192.0.2.25]) by b.test; {DATE}\r\nReceived: by c.test; {LATER}\r\n".encode()),
             ["HEADER_RECEIVED_ORDER"], "warn", args={"by": "b.test", "minutes": 210}),
    Scenario("long line", one(body="x" * 1000 + "\r\n"), ["HEADER_FORM"], "warn"),
    Scenario("as long as allowed", one(body="x" * 998 + "\r\n"), ["HEADER_OK"], "pass", ["HEADER_FORM"]),
    Scenario("single carriage return", one(body="x\ry\r\n"), ["HEADER_FORM"], "warn"),
    Scenario("NUL", one(body="x\0y\r\n"), ["HEADER_FORM"], "warn"),
    Scenario("a line that is no field", raw(b"hello there\r\n"), ["HEADER_FORM"], "warn"),
    Scenario("no UTF-8", raw(b"X-Note: \xfc\r\n"), ["HEADER_FORM"], "warn", ["HEADER_UTF8"]),
    Scenario("UTF-8", one(subject="Blüten"), ["HEADER_UTF8", "HEADER_OK"], "warn"),
    Scenario("mixed line ends", raw(b"X-Note: a\n"), ["HEADER_MIXED_LINE_ENDS", "HEADER_OK"], "pass"),
    Scenario("lines of a file", [report(mail(end="\n", body="Hello\n"), GOOD, SENDING)], ["HEADER_OK"], "pass", ["HEADER_MIXED_LINE_ENDS"]),
    Scenario("very many fields", raw(b"".join(b"X-%d: a\r\n" % n for n in range(400))), ["HEADER_LEFT_OUT", "HEADER_OK"], "pass", args={"count": 207}),
    Scenario("with a postal address", one(body=AT, list_id="<n.shop.test>"), ["HEADER_POSTAL_SEEN"], "pass"),
    Scenario("without one", one(list_id="<n.shop.test>"), ["HEADER_POSTAL_NOT_SEEN"], "warn"),
    Scenario("without one, personal", one(), ["HEADER_OK"], "pass", ["HEADER_POSTAL_NOT_SEEN"]),
    Scenario("no text", one(body="AAAA", list_id="<n.shop.test>", content_type="image/png"), ["HEADER_TEXT_UNREAD"], "inconclusive"),
]  # fmt: skip
SCENARIOS += [
    Scenario(
        f"greeting: {trouble}",
        one({**GOOD, "mail.shop.test": {"A": trouble}}),
        ["HEADER_UNANSWERED"],
        "inconclusive",
        ["HEADER_HELO_UNKNOWN"],
    )
    for trouble in TROUBLES
]
SCENARIOS.append(
    Scenario("greeting gone", one({**GOOD, "mail.shop.test": {"A": DnsStatus.NXDOMAIN}}), ["HEADER_HELO_UNKNOWN"], "warn")
)
