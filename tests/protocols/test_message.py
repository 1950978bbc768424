"""Reading a sample message: its way, its names, its texts, what is kept of it, and what receivers make of it."""

from __future__ import annotations

import base64

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.message import Handover, Hop, SampleMessage
from selfaudit.protocols.lookup import run_now, zone_lookup
from selfaudit.protocols.message import could_align, verify
from selfaudit.protocols.message_body import read_body
from selfaudit.protocols.message_headers import domain_of, mailboxes, moment, split_message, unfolded, utc_seconds
from selfaudit.protocols.message_names import misleading, pretends
from selfaudit.protocols.message_read import read_message
from selfaudit.protocols.message_received import delivered_at, handover, read_hop
from tests.checks.messages import GOOD, mail, read, sign

AT = "Sun, 22 Nov 2026 09:30:00 +0100"
UTC = "2026-11-22T08:30:00Z"
HOPS = [
    # Postfix
    (f"from mail.shop.test (mail.shop.test [192.0.2.25]) by mx.r.test (Postfix) with ESMTPS id A for <x@r.test>; {AT}",
     Hop("mail.shop.test", "mail.shop.test", "192.0.2.25", "mx.r.test", UTC)),
    (f"from [10.0.0.5] (unknown [192.0.2.25]) by mx.r.test with ESMTPSA id A; {AT}", Hop("10.0.0.5", "", "192.0.2.25", "mx.r.test", UTC)),
    # Exim
    (f"from [192.0.2.25] (helo=mail.shop.test) by mx.r.test with esmtps (Exim 4.97); {AT}", Hop("mail.shop.test", "", "192.0.2.25", "mx.r.test", UTC)),
    (f"from mail.shop.test ([192.0.2.25] helo=other.test) by mx.r.test with esmtp; {AT}",
     Hop("other.test", "mail.shop.test", "192.0.2.25", "mx.r.test", UTC)),
    (f"from [192.0.2.25] (helo=[203.0.113.9]) by mx.r.test with esmtp; {AT}", Hop("203.0.113.9", "", "192.0.2.25", "mx.r.test", UTC)),
    # qmail
    (f"from unknown (HELO mail.shop.test) (192.0.2.25) by mx.r.test with SMTP; {AT}", Hop("mail.shop.test", "", "192.0.2.25", "mx.r.test", UTC)),
    # Sendmail
    (f"from mail.shop.test (shop.test [192.0.2.25] (may be forged)) by mx.r.test (8.17/8.17) with ESMTP id 1; {AT}",
     Hop("mail.shop.test", "", "192.0.2.25", "mx.r.test", UTC)),
    # Dovecot, within a machine; fetchmail
    (f"from mx.r.test by mx.r.test with LMTP id 1; {AT}", Hop(by="mx.r.test", at=UTC)),
    (f"from pop.r.test [198.51.100.4] by laptop.local with POP3 (fetchmail-6.4) for <me@localhost>; {AT}", Hop(by="laptop.local", at=UTC)),
    # A greeting that looks like the rest of the line
    (f"from a [192.0.2.10] (unknown [203.0.113.66]) by mx.r.test with SMTP; {AT}", Hop("a", "", "203.0.113.66", "mx.r.test", UTC)),
    (f"from [192.0.2.10] by mx.r.test with SMTP; {AT}", Hop("192.0.2.10", "", "", "mx.r.test", UTC)),
    (f"from [192.0.2.10] helo=z by y with LMTP (unknown [203.0.113.66]) by mx.r.test; {AT}", Hop("z", "", "", "y", UTC)),
    (f"from mx.r.test (mx.r.test [192.0.2.10]) (unknown [203.0.113.66]) by mx.r.test; {AT}", Hop("mx.r.test", "", "203.0.113.66", "mx.r.test", UTC)),
    (f"from mx.r.test helo=mx.r.test (203.0.113.66) by mx.r.test; {AT}", Hop("mx.r.test", "", "203.0.113.66", "mx.r.test", UTC)),
    ("from a.test [192.0.2.10] " + "x" * 3000 + " (unknown [203.0.113.66]) by mx.r.test", Hop("a.test", "", "", "", "")),
    (f"from [] by mx.r.test with SMTP; {AT}", Hop("?", "", "", "mx.r.test", UTC)),
    (f"from mx.r.test (HELO a.test) (203.0.113.66) by mx.r.test with SMTP; {AT}", Hop("a.test", "", "203.0.113.66", "mx.r.test", UTC)),
    # Google and Microsoft
    (f"by 2002:a05:6402:1d96:b0:540:aaaa with SMTP id x; {AT}", Hop(by="2002:a05:6402:1d96:b0:540:aaaa", at=UTC)),
    (f"from mail.shop.test (mail.shop.test. [2001:db8::25]) by mx.google.com with ESMTPS id a; {AT}",
     Hop("mail.shop.test", "mail.shop.test", "2001:db8::25", "mx.google.com", UTC)),
    (f"from AM0.prod.outlook.com (2603:10a6::1) by AS8.prod.outlook.com (2603:10a6::2) with Microsoft SMTP Server; {AT}",
     Hop("AM0.prod.outlook.com", "", "2603:10a6::1", "AS8.prod.outlook.com", UTC)),
    (f"from x.test ([IPv6:2001:db8::25]) by mx.r.test with LMTP; {AT}", Hop("x.test", "", "2001:db8::25", "mx.r.test", UTC)),
    (f"from x.test ([::ffff:192.0.2.25]) by mx.r.test; {AT}", Hop("x.test", "", "192.0.2.25", "mx.r.test", UTC)),
    ("(qmail 123 invoked by uid 89); 22 Nov 2026 08:30:00 -0000", Hop(at=UTC)),
    ("from x.test (999.1.1.1) by y.test; never", Hop("x.test", "", "", "y.test", "")),
    ("", Hop()),
]  # fmt: skip


@pytest.mark.parametrize(("value", "hop"), HOPS)
def test_hops(value: str, hop: Hop) -> None:
    assert read_hop(value) == hop


def sample(*hops: Hop, stated: Handover | None = None) -> SampleMessage:
    return SampleMessage("x.eml", "", 0, "", hops=hops, stated=stated)


INNER = Hop("store.r.test", "", "10.1.1.1", "imap.r.test")
OWN = Hop("mx.r.test", "mx.r.test", "203.0.113.1", "store.r.test")
SENDER = Hop("mail.shop.test", "mail.shop.test", "192.0.2.25", "mx.r.test")
BELOW = Hop("laptop.home.test", "", "198.51.100.7", "mail.shop.test")


def test_the_hop_that_counts() -> None:
    assert handover(sample(INNER, OWN, SENDER, BELOW), ()) == Handover("192.0.2.25", "mail.shop.test")
    assert handover(sample(INNER, OWN, SENDER, BELOW), ["192.0.2.25"]).sure
    # A relay of the receiver's provider stands above; the address that the case names is preferred.
    relay = Hop("relay.other.test", "", "203.0.113.77", "mx.r.test")
    assert handover(sample(relay, SENDER), ()).address == "203.0.113.77"
    # Whose relay it is cannot be told, so what SPF says about the address below is not certain.
    assert handover(sample(relay, SENDER), ["192.0.2.25"]) == Handover("192.0.2.25", "mail.shop.test", None, False, True)
    assert handover(sample(INNER, OWN, SENDER, relay), ["192.0.2.25"]).sure
    assert handover(sample(INNER), ()) == Handover()
    assert handover(sample(), ["192.0.2.25"]) == Handover()
    stated = Handover("192.0.2.1", "a.test", "b@a.test", True)
    assert handover(sample(SENDER, stated=stated), ["192.0.2.25"]) == stated


FORGED = [
    ("greets as the receiver", Hop("mx.r.test", "", "203.0.113.66", "mx.r.test"), "203.0.113.66"),
    ("greets as another", Hop("a.test", "mx.r.test", "203.0.113.66", "mx.r.test"), "203.0.113.66"),
    ("no address", Hop("evil.test", "", "", "mx.r.test"), ""),
    (
        "by a provider of everybody",
        Hop("mail-sor-f41.google.com", "mail-sor-f41.google.com", "209.85.220.41", "mx.google.com"),
        "209.85.220.41",
    ),
    (
        "by the door of Exchange Online",
        Hop("a.prod.outlook.com", "", "2603:10a6::5", "b.mail.protection.outlook.com"),
        "2603:10a6::5",
    ),
    (
        "from outside, named like Exchange Online",
        Hop("a.prod.outlook.com", "", "2603:1020::5", "b.prod.outlook.com"),
        "2603:1020::5",
    ),
    ("no address at all", Hop("a.test", "", "here", "mx.r.test"), ""),
]


@pytest.mark.parametrize(("top", "address"), [f[1:] for f in FORGED], ids=[f[0] for f in FORGED])
def test_lines_below_a_stranger_prove_nothing(top: Hop, address: str) -> None:
    assert handover(sample(top, SENDER), ()).address == address
    below = handover(sample(top, SENDER), ["192.0.2.25"])
    assert (below.address, below.sure, below.below) == ("192.0.2.25", False, True)


def test_steps_within_exchange_online_are_the_receivers() -> None:
    steps = (
        Hop("AM0PR01.eurprd01.prod.outlook.com", "", "2603:10a6:208::1", "DB8PR01.eurprd01.prod.outlook.com"),
        Hop(
            "DB5EUR01FT029.eop-EUR01.prod.protection.outlook.com",
            "",
            "2603:10a6:208:1::1",
            "AM6PR08CA0012.outlook.office365.com",
        ),
    )
    assert handover(sample(*steps, SENDER), ["192.0.2.25"]) == Handover("192.0.2.25", "mail.shop.test", None, True)


def test_the_time_of_delivery_is_that_of_the_handover() -> None:
    late = Hop(by="laptop.local", at="2026-12-02T09:00:01Z")
    inner = Hop("store.r.test", "", "10.1.1.1", "imap.r.test", "2026-11-23T08:00:00Z")
    taken = Hop("mail.shop.test", "mail.shop.test", "192.0.2.25", "mx.r.test", UTC)
    assert delivered_at(sample(late, inner, taken)) == utc_seconds(UTC)
    assert delivered_at(sample(late, SENDER)) == utc_seconds("2026-12-02T09:00:01Z")
    assert delivered_at(sample(SENDER)) is None


def test_addresses_that_a_stranger_wrote_into_a_case_file() -> None:
    assert handover(sample(Hop("a.test", "", "x", "b.test")), ["x"]) == Handover()
    assert handover(sample(stated=Handover("x", "", None, True)), ()) == Handover()


MAILBOXES = [
    ("news@shop.test", [("", "news@shop.test", "shop.test")]),
    ("Blumen <news@Shop.TEST>", [("Blumen", "news@Shop.TEST", "shop.test")]),
    ('"Hof, Blumen" <a@b.test>, c@d.test', [("Hof, Blumen", "a@b.test", "b.test"), ("", "c@d.test", "d.test")]),
    ("=?utf-8?B?QmzDvGdlbA==?= <a@b.test>", [("Blügel", "a@b.test", "b.test")]),
    ("a@b.test (a, comment <x@y.test>)", [("", "a@b.test", "b.test")]),
    ("friends: a@b.test, c@d.test;", [("", "a@b.test", "b.test"), ("", "c@d.test", "d.test")]),
    ("undisclosed:;", []),
    ("<@relay.test:a@b.test>", [("", "a@b.test", "b.test")]),
    ('"a\\"b" <a@b.test>', [('ab', "a@b.test", "b.test")]),
    ("a@b.test <c@d.test>", [("a@b.test", "c@d.test", "d.test")]),
    ("Blumen", [("", "Blumen", "")]),
    ("a@localhost", [("", "a@localhost", "")]),
    ("a@bü.test", [("", "a@bü.test", "xn--b-eha.test")]),
    ("<a b@c.test>", [("", "a b@c.test", "")]),
    ("<a@b.test", [("", "a@b.test", "b.test")]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), MAILBOXES)
def test_mailboxes(value: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(b.name.replace('"', ""), b.address, b.domain) for b in mailboxes(value)] == expected


def test_domains_and_dates() -> None:
    assert [domain_of(t) for t in ("A.Test.", "bücher.test", "a", "a..b", "", "x" * 64 + ".test", "a b.test")] == [
        "a.test", "xn--bcher-kva.test", "", "", "", "", "",
    ]  # fmt: skip
    assert moment("Thu, 1 Jan 1970 00:00:10 +0000") == 10
    assert [moment(t) for t in ("", "yesterday", "1 Jan 99999 00:00 +0000")] == [None] * 3


def test_names_that_mislead() -> None:
    assert misleading("xn--80ak6aa92e.com")  # all Cyrillic, read as a Latin word
    assert misleading(domain_of("pаypal.com"))
    assert not misleading("xn--bcher-kva.test")
    assert not misleading(domain_of("пример.рф"))
    assert not misleading(domain_of("東京abc.test"))
    assert not misleading("xn--\u0131.test")
    box = mailboxes('"ceo@bank.test" <a@shop.test>')[0]
    assert pretends(box) == "ceo@bank.test"


def test_header_text() -> None:
    assert unfolded(b" a\r\n\tb\0", 100) == "a b\ufffd"
    assert unfolded(b"\xfcx", 100) == "üx"
    assert unfolded("ü".encode(), 100) == "ü"
    raw = split_message(b"\xef\xbb\xbf\r\nFrom ann@x Sun Nov 22\nA : 1\n b\nB:2\n\nbody\n")
    assert [(f.key, f.value) for f in raw.fields] == [("a", b" 1\r\n b"), ("b", b"2")]
    assert raw.body == b"body\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no header fields"),
        (b"hello", "no header fields"),
        (b"\r\n\r\n", "no header fields"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Outlook"),
        ("From: a@b.test\r\n\r\n".encode("utf-16"), "UTF-16"),
        (b"a: b\r\n" * 100_000, "no header section"),
        (b"a:b\r\n" * 3000, "more than 2000"),
        (b"x" * 50_000_001, "larger than"),
    ],
)  # fmt: skip
def test_what_is_no_message(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_message(data)


HTML = """<html><style>a{{}} unsubscribe</style><body><p>{before}<a class="x" href="{url}">{text}</a>{after}</body></html>"""
LINKS = [
    ({"url": "https://a.test/u?y=1", "text": "Unsubscribe"}, ("https://a.test/u",)),
    ({"url": "https://a.test/u", "text": "here", "before": "To unsubscribe, click "}, ("https://a.test/u",)),
    ({"url": "https://a.test/abmelden/1", "text": "hier"}, ("https://a.test/abmelden/…",)),
    ({"url": "https://a.test/u", "text": "Vom Newsletter abmelden"}, ("https://a.test/u",)),
    ({"url": "https://a.test/u", "text": "Se d&eacute;sabonner"}, ("https://a.test/u",)),
    ({"url": "https://a.test/u", "text": "darse de baja"}, ("https://a.test/u",)),
    ({"url": "https://a.test/u", "text": "odhlásit se"}, ("https://a.test/u",)),
    ({"url": "mailto:ann%40reader.test", "text": "unsubscribe"}, ()),
    ({"url": "https://a.test/u", "text": "Unsubscribe &#" + "9" * 5000 + ";"}, ("https://a.test/u",)),
    ({"url": "https://a.test/#&#" + "9" * 1500 + ";", "text": "Unsubscribe"}, ("https://a.test/",)),
    ({"url": "mailto:leave-4711@a.test", "text": "unsubscribe"}, ("mailto:…@a.test",)),
    ({"url": "https://a.test/shop", "text": "Tulips"}, ()),
    ({"url": "javascript:alert(1)", "text": "unsubscribe"}, ()),
    ({"url": "https://user@a.test/", "text": "unsubscribe"}, ()),
    ({"url": "https://[", "text": "unsubscribe"}, ()),
]


@pytest.mark.parametrize(("fields", "links"), LINKS)
def test_links_by_which_one_leaves(fields: dict[str, str], links: tuple[str, ...]) -> None:
    html = HTML.format(**{"before": "", "after": "", **fields})
    assert read_body(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()).unsubscribe == links


@pytest.mark.parametrize(
    ("text", "postal"),
    [
        ("Blumen GmbH, Tulpenweg 4, 12345 Blumenhof", True),
        ("Shop Ltd, 1 High Street, London SW1A 1AA", True),
        ("Shop Inc., 500 Main St, Springfield, IL 62701", True),
        ("Květiny s.r.o., Dlouhá ulice 12, 110 00 Praha", True),
        ("Fleurs SARL, 12 rue de la Paix, 75002 Paris", True),
        ("P.O. Box 12, 90210 Beverly", True),
        ("Your order 12345 Tulips is on its way", False),
        ("", False),
    ],
)
def test_postal_addresses_are_guessed(text: str, postal: bool) -> None:
    assert read_body(b"From: a@b.test\r\n\r\n" + text.encode()).postal is postal


@pytest.mark.parametrize("tag", ["<a\n  href=", "<A HREF=", "<a\thref=", "<a class=x href="])
def test_every_way_to_write_a_link(tag: str) -> None:
    html = f'<a href="https://a.test/">Shop</a>{"x " * 400}{tag}"https://a.test/u">Unsubscribe</a>'
    assert read_body(b"Content-Type: text/html\r\n\r\n" + html.encode()).unsubscribe == ("https://a.test/u",)


@pytest.mark.parametrize(
    "before", [b"", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"From ann@x Sun Nov 22\r\n", b"\r\nFrom ann@x Sun Nov 22\n"]
)
def test_what_stands_before_a_message_does_not_hide_its_text(before: bytes) -> None:
    text = base64.b64encode(b'<a href="https://a.test/u">Unsubscribe</a>').decode()
    data = before + mail(text, content_type="text/html", content_transfer_encoding="base64")
    assert read(data).body.unsubscribe == ("https://a.test/u",)


def test_attachments_are_not_read() -> None:
    mixed = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        b'--x\r\nContent-Type: text/plain; name="a.txt"\r\n\r\nUnsubscribe https://a.test/x\r\n'
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nUnsubscribe https://a.test/z\r\n--x--\r\n"
    )
    hints = read_body(mixed)
    assert (hints.text, hints.unsubscribe, hints.words) == (True, (), False)
    assert read_body(b"Content-Type: application/pkcs7-mime\r\n\r\nAAAA").problems == ("the message is encrypted",)


def test_verify_takes_octets() -> None:
    seen = run_now(verify(sign(mail()), "192.0.2.25", "mail.shop.test", "news@shop.test", zone_lookup(GOOD)))
    assert (seen.author, seen.spf_aligned, len(seen.dkim_aligned)) == ("shop.test", True, True)
    assert seen.spf is not None
    assert seen.dmarc is not None
    assert (seen.spf.result, seen.dmarc.result, seen.dmarc.policy.requested) == ("pass", "pass", "reject")
    elsewhere = run_now(verify(mail(), "192.0.2.99", "x.test", None, zone_lookup(GOOD)))
    assert elsewhere.dmarc is not None
    assert (elsewhere.spf and elsewhere.spf.result, elsewhere.dmarc.result) == ("fail", "fail")
    bounce = run_now(verify(mail(return_path="<>"), "192.0.2.25", "mail.shop.test", None, zone_lookup(GOOD)))
    assert (bounce.spf_domain, bounce.spf_aligned) == ("mail.shop.test", True)
    nobody = run_now(verify(mail(), "", "", None, zone_lookup(GOOD)))
    assert nobody.spf is None
    with pytest.raises(BadInput):
        run_now(verify(b"", "", "", None, zone_lookup(GOOD)))
    with pytest.raises(BadInput):
        run_now(verify(mail(), "mail", "x.test", None, zone_lookup(GOOD)))


def test_signatures_and_spf_are_aligned_each_in_its_own_way() -> None:
    async def both(record: str | DnsStatus) -> tuple[bool | None, bool | None]:
        lookup = zone_lookup({"_dmarc.shop.test": {"TXT": record if isinstance(record, DnsStatus) else [record]}})
        return await could_align("shop.test", "b.shop.test", lookup), await could_align(
            "shop.test", "b.shop.test", lookup, spf=True
        )

    assert run_now(both("v=DMARC1; p=reject; adkim=s")) == (False, True)
    assert run_now(both("v=DMARC1; p=reject; aspf=s")) == (True, False)
    assert run_now(both("v=DMARC1; p=reject")) == (True, True)
    assert run_now(both("no DMARC at all")) == (True, True)
    assert run_now(both(DnsStatus.SERVFAIL)) == (None, None)
    assert run_now(could_align("shop.test", "mailer.test", zone_lookup({}))) is False


def test_spf_that_rests_on_the_local_part_is_not_known() -> None:
    def spf(record: str, sender: str | None) -> tuple[bool, bool]:
        zone = zone_lookup({**GOOD, "shop.test": {"TXT": [record]}})
        seen = run_now(verify(mail(), "192.0.2.25", "mail.shop.test", sender, zone))
        return seen.spf is None, seen.local_part

    assert spf("v=spf1 exists:%{l}.ok.test -all", None) == (True, True)
    assert spf("v=spf1 exists:%{S}.ok.test -all", None) == (True, True)
    assert spf("v=spf1 exists:%{l}.ok.test -all", "news@shop.test") == (False, False)
    assert spf("v=spf1 ip4:192.0.2.25 exp=%{l}.shop.test -all", None) == (False, False)
