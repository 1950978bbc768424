"""message.authentication."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.message import Handover, MessageReport
from tests.checks.build import TROUBLES, Scenario, Zone
from tests.checks.messages import DATE, GOOD, mail, read, record, report, rsa_key, sign, sign_by_hand

CHECK = "message.authentication"
SENDING = "192.0.2.25"
NO_SPF: Zone = {**GOOD, "shop.test": {"TXT": ["v=spf1 -all"], "A": ["192.0.2.80"]}}
ESP: Zone = {
    **GOOD,
    "k1._domainkey.mailer.test": {"TXT": [record(rsa_key())]},
    "mailer.test": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
}
BY_ESP = sign(mail(return_path="<bounce@mailer.test>"), "mailer.test", selector="k1")
OLD = "Mon, 20 Jul 2026 08:00:00 +0000"
OLD_HOP = f"from mail.shop.test (mail.shop.test [192.0.2.25]) by mx.reader.test with ESMTPS id 7; {OLD}"
NOTED = "mx.reader.test; dkim=pass header.d=shop.test; spf=fail"


def key(*texts: str | DnsStatus, base: Zone = GOOD) -> Zone:
    given = texts[0] if isinstance(texts[0], DnsStatus) else [str(t) for t in texts]
    return {**base, "s1._domainkey.shop.test": {"TXT": given}}


def without(base: Zone, *names: str) -> Zone:
    return {name: data for name, data in base.items() if name not in names}


def stated(data: bytes, *handed: str, zone: Zone = GOOD) -> MessageReport:
    address, helo, mail_from = (*handed, "", "")[:3] if len(handed) < 3 else handed
    return report(replace(read(data), stated=Handover(address, helo, mail_from, True)), zone)


TAGS = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.test; s=s1; h=from:subject; bh={bh}"
CHANGED = sign(mail()) + b"-- \r\nscanned\r\n"
SCENARIOS = [
    Scenario(
        "signed, and from its own address",
        [report(sign(mail()), GOOD, SENDING)],
        ["MESSAGE_VERIFIED", "MESSAGE_SIGNATURE_RIGHT", "MESSAGE_SPF_RIGHT"],
        "pass",
        ["MESSAGE_UNSIGNED", "MESSAGE_SPF_WRONG"],
        {"author": "shop.test", "result": "pass"},
    ),
    Scenario("by a name below the domain", [report(sign(mail(), "shop.test", identity=b"@news.shop.test"), GOOD)], ["MESSAGE_VERIFIED"], "pass"),
    Scenario("the address is not known", [report(sign(mail(received=None)), GOOD)], ["MESSAGE_VERIFIED", "MESSAGE_SPF_NOT_KNOWN"], "pass"),
    Scenario(
        "the envelope is not known", [report(sign(mail(return_path=None)), GOOD, SENDING)], ["MESSAGE_SPF_NOT_KNOWN", "MESSAGE_VERIFIED"], "pass"
    ),
    Scenario("an empty envelope sender", [report(sign(mail(return_path="<>")), GOOD, SENDING)], ["MESSAGE_VERIFIED"], "pass"),
    Scenario(
        "an empty envelope sender, and no greeting",
        [stated(sign(mail(received=None)), "192.0.2.25", "", "")],
        ["MESSAGE_VERIFIED", "MESSAGE_SPF_NOT_KNOWN"],
        "pass",
    ),
    Scenario("without DMARC", [report(sign(mail()), without(GOOD, "_dmarc.shop.test"), SENDING)], ["MESSAGE_NO_DMARC", "MESSAGE_VERIFIED"], "pass"),
    Scenario("unsigned, SPF passes", [report(mail(), GOOD, SENDING)], ["MESSAGE_UNSIGNED", "MESSAGE_SPF_RIGHT", "MESSAGE_VERIFIED"], "warn"),
    Scenario(
        "unsigned, SPF fails",
        [report(mail(), NO_SPF, SENDING)],
        ["MESSAGE_UNSIGNED", "MESSAGE_SPF_WRONG", "MESSAGE_NOT_VERIFIED"],
        "fail",
        ["MESSAGE_UNCLEAR"],
        {"mechanism": "ip4:192.0.2.25"},
    ),
    Scenario(
        "unsigned, and nobody says that the address is the sender's",
        [report(mail(), NO_SPF)],
        ["MESSAGE_UNCLEAR", "MESSAGE_SPF_NOT_KNOWN"],
        "inconclusive",
        ["MESSAGE_NOT_VERIFIED", "MESSAGE_SPF_WRONG"],
    ),
    Scenario("unsigned, from a stated address", [stated(mail(received=None), "192.0.2.99", "x.test", "news@shop.test")], ["MESSAGE_NOT_VERIFIED"], "fail"),
    Scenario(
        "signed, from an address that SPF forgot",
        [report(sign(mail()), NO_SPF, SENDING)],
        ["MESSAGE_SPF_WRONG", "MESSAGE_VERIFIED"],
        "warn",
        ["MESSAGE_NOT_VERIFIED"],
    ),
    Scenario(
        "only by a mail service",
        [report(BY_ESP, ESP, SENDING)],
        ["MESSAGE_FOREIGN_SIGNATURE", "MESSAGE_SPF_OTHER_DOMAIN", "MESSAGE_UNSIGNED", "MESSAGE_NOT_VERIFIED"],
        "fail",
        ["MESSAGE_VERIFIED"],
    ),
    Scenario("only by a mail service, from wherever", [report(BY_ESP, ESP)], ["MESSAGE_NOT_VERIFIED"], "fail"),
    Scenario(
        "by both",
        [report(sign(BY_ESP, headers=("from", "subject")), ESP)],
        ["MESSAGE_VERIFIED", "MESSAGE_FOREIGN_SIGNATURE", "MESSAGE_SPF_OTHER_DOMAIN"],
        "pass",
    ),
    Scenario("changed, SPF passes", [report(CHANGED, GOOD, SENDING)], ["MESSAGE_SIGNATURE_BROKEN", "MESSAGE_VERIFIED"], "warn"),
    Scenario("changed, SPF fails", [report(CHANGED, NO_SPF, SENDING)], ["MESSAGE_SIGNATURE_BROKEN", "MESSAGE_NOT_VERIFIED"], "fail"),
    Scenario(
        "changed, but a receiver found it right",
        [report(f"Authentication-Results: {NOTED}\r\n".encode() + CHANGED, NO_SPF, SENDING)],
        ["MESSAGE_UNCLEAR", "MESSAGE_RECEIVER_NOTED"],
        "inconclusive",
        ["MESSAGE_NOT_VERIFIED"],
    ),
    Scenario("changed, perhaps when it was forwarded", [report(CHANGED, NO_SPF)], ["MESSAGE_UNCLEAR"], "inconclusive", ["MESSAGE_NOT_VERIFIED"]),
    Scenario("another key is published", [report(sign(mail()), key(record(rsa_key(1)), base=NO_SPF), SENDING)], ["MESSAGE_SIGNATURE_BROKEN"], "fail"),
    Scenario("revoked", [report(sign(mail()), key("v=DKIM1; p=", base=NO_SPF))], ["MESSAGE_KEY_FAULT"], "fail", ["MESSAGE_KEY_GONE"]),
    Scenario(
        "revoked, SPF passes",
        [report(sign(mail()), key("v=DKIM1; p="), SENDING)],
        ["MESSAGE_KEY_FAULT_BESIDE", "MESSAGE_VERIFIED"],
        "warn",
        ["MESSAGE_KEY_FAULT"],
    ),
    Scenario("no key", [report(sign(mail()), without(NO_SPF, "s1._domainkey.shop.test"), SENDING)], ["MESSAGE_KEY_FAULT", "MESSAGE_NOT_VERIFIED"], "fail"),
    Scenario(
        "no key any more",
        [report(sign(mail(date=OLD, received=OLD_HOP)), without(NO_SPF, "s1._domainkey.shop.test"), SENDING)],
        ["MESSAGE_KEY_GONE", "MESSAGE_UNCLEAR", "MESSAGE_OLD"],
        "inconclusive",
        ["MESSAGE_KEY_FAULT", "MESSAGE_NOT_VERIFIED"],
    ),
    Scenario(
        "of unknown age",
        [report(sign(mail(date=None, received=None), headers=("from",)), without(NO_SPF, "s1._domainkey.shop.test"))],
        ["MESSAGE_KEY_FAULT"],  # dkimpy writes the time into t=
        "fail",
    ),
    Scenario("testing", [report(sign(mail()), key(record(rsa_key(), "t=y; "), base=NO_SPF), SENDING)], ["MESSAGE_KEY_TESTING"], "warn", ["MESSAGE_VERIFIED"]),
    Scenario("in part", [report(sign(mail(), length=True), GOOD, SENDING)], ["MESSAGE_SIGNED_IN_PART", "MESSAGE_VERIFIED"], "warn"),
    Scenario("a copy of sent mail", [report(mail(received=None, return_path=None), GOOD)], ["MESSAGE_NEVER_SENT"], "inconclusive", ["MESSAGE_UNSIGNED"]),
    Scenario("two senders", [report(b"From: x@other.test\r\n" + sign(mail()), GOOD, SENDING)], ["MESSAGE_NO_AUTHOR"], "inconclusive", ["MESSAGE_VERIFIED"]),
    Scenario("no sender", [report(mail(from_=None), GOOD, SENDING)], ["MESSAGE_NO_AUTHOR"], "inconclusive"),
    Scenario("a relaxed match, forbidden", [report(sign(mail(), "news.shop.test"), {
        **without(GOOD, "_dmarc.shop.test"), "s1._domainkey.news.shop.test": {"TXT": [record(rsa_key())]},
        "_dmarc.shop.test": {"TXT": ["v=DMARC1; p=reject; adkim=s; aspf=s"]},
    }, "192.0.2.1")], ["MESSAGE_FOREIGN_SIGNATURE", "MESSAGE_VERIFIED", "MESSAGE_SPF_RIGHT"], "warn"),
    Scenario("of another hop", [report(sign(mail(received=f"from a (a [10.0.0.1]) by b.reader.test; {DATE}")), GOOD)], ["MESSAGE_SPF_NOT_KNOWN"], "pass"),
]  # fmt: skip
SCENARIOS += [
    Scenario(
        "no key any more, SPF passes",
        [report(sign(mail(date=OLD, received=OLD_HOP)), without(GOOD, "s1._domainkey.shop.test"), SENDING)],
        ["MESSAGE_KEY_GONE", "MESSAGE_SPF_RIGHT"],
        "inconclusive",
        ["MESSAGE_KEY_FAULT_BESIDE"],
    ),
    Scenario(
        "one of two keys is gone",
        [report(sign(sign(mail(date=OLD, received=OLD_HOP)), selector="s0"), GOOD, SENDING)],
        ["MESSAGE_KEY_GONE_BESIDE", "MESSAGE_SIGNATURE_RIGHT", "MESSAGE_OLD"],
        "warn",
        ["MESSAGE_KEY_GONE"],
        {"days": 125},
    ),
    Scenario(
        "unsigned, and a relay of somebody stands in between",
        [report(b"Received: from relay.mailer.test ([203.0.113.9]) by mx.reader.test\r\n" + mail(), NO_SPF, SENDING)],
        ["MESSAGE_UNCLEAR", "MESSAGE_SPF_NOT_KNOWN"],
        "inconclusive",
        ["MESSAGE_NOT_VERIFIED", "MESSAGE_SPF_WRONG"],
    ),
    Scenario(
        "expired before it was delivered",
        [report(sign_by_hand(mail(), TAGS + "; x=1795334399"), NO_SPF, SENDING)],
        ["MESSAGE_SIGNATURE_EXPIRED", "MESSAGE_UNCLEAR"],
        "inconclusive",
        ["MESSAGE_NOT_VERIFIED"],
    ),
    Scenario(
        "of no age at all",
        [report(sign_by_hand(mail(date=None, received=None), TAGS), without(NO_SPF, "s1._domainkey.shop.test"))],
        ["MESSAGE_KEY_GONE"],
        "inconclusive",
        ["MESSAGE_KEY_FAULT", "MESSAGE_OLD"],
    ),
]
BOUNCE = "<b@bounce.shop.test>"
BELOW: Zone = {
    **GOOD,
    "bounce.shop.test": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
    "s1._domainkey.mail.shop.test": {"TXT": [record(rsa_key())]},
}
STRANGE = "Received: from {} by mx.reader.test with ESMTP; " + DATE + "\r\n"


def asking(tags: str) -> Zone:
    return {**BELOW, "_dmarc.shop.test": {"TXT": [f"v=DMARC1; p=reject{tags}"]}}


def through(line: str, *sending: str) -> list[MessageReport]:
    """An unsigned message handed over by somebody, above a line that says it came from the sender's own server."""
    return [report(STRANGE.format(line).encode() + mail(), GOOD, *sending)]


SCENARIOS += [
    Scenario(
        "strict for signatures only, SPF passes for a name below",
        [report(mail(return_path=BOUNCE), asking("; adkim=s"), SENDING)],
        ["MESSAGE_SPF_RIGHT", "MESSAGE_VERIFIED"],
        "warn",
        ["MESSAGE_SPF_OTHER_DOMAIN"],
    ),
    Scenario(
        "strict for signatures only, the address is not certain",
        [report(mail(return_path=BOUNCE).replace(b"192.0.2.25", b"203.0.113.7"), asking("; adkim=s"))],
        ["MESSAGE_UNCLEAR"],
        "inconclusive",
        ["MESSAGE_NOT_VERIFIED", "MESSAGE_SPF_OTHER_DOMAIN"],
    ),
    Scenario(
        "strict for SPF, which passes for a name below",
        [report(mail(return_path=BOUNCE), asking("; aspf=s"), SENDING)],
        ["MESSAGE_SPF_OTHER_DOMAIN", "MESSAGE_NOT_VERIFIED"],
        "fail",
        ["MESSAGE_UNCLEAR", "MESSAGE_SPF_RIGHT"],
    ),
    Scenario(
        "without DMARC, by names below",
        [report(sign(mail(return_path=BOUNCE), "mail.shop.test"), without(BELOW, "_dmarc.shop.test"), SENDING)],
        ["MESSAGE_RELATED_WITHOUT_DMARC", "MESSAGE_NO_DMARC", "MESSAGE_SIGNATURE_RIGHT", "MESSAGE_SPF_RIGHT", "MESSAGE_VERIFIED"],
        "warn",
        ["MESSAGE_NOT_VERIFIED", "MESSAGE_UNSIGNED", "MESSAGE_FOREIGN_SIGNATURE"],
    ),
    Scenario(
        "without DMARC, by a name below and its own",
        [report(sign(mail(), "mail.shop.test"), without(BELOW, "_dmarc.shop.test"), SENDING)],
        ["MESSAGE_NO_DMARC", "MESSAGE_VERIFIED"],
        "pass",
        ["MESSAGE_RELATED_WITHOUT_DMARC"],
    ),
    Scenario(
        "without DMARC, by a mail service",
        [report(BY_ESP, without(ESP, "_dmarc.shop.test"), SENDING)],
        ["MESSAGE_FOREIGN_SIGNATURE", "MESSAGE_NOT_VERIFIED"],
        "fail",
        ["MESSAGE_RELATED_WITHOUT_DMARC", "MESSAGE_VERIFIED"],
    ),
    Scenario(
        "SPF that asks for the whole address",
        [report(mail(), {**GOOD, "shop.test": {"TXT": ["v=spf1 exists:%{l}.ok.test -all"]}}, SENDING)],
        ["MESSAGE_SPF_NOT_KNOWN", "MESSAGE_UNCLEAR"],
        "inconclusive",
        ["MESSAGE_SPF_WRONG", "MESSAGE_NOT_VERIFIED"],
    ),
    Scenario(
        "through Exchange Online",
        [
            report(
                f"Received: from D.eop-EUR01.prod.protection.outlook.com (2603:10a6:208:1::1) by A.outlook.office365.com (2603:10a6:20b:b2::24)"
                f" with Microsoft SMTP Server; {DATE}\r\n".encode()
                + mail(received=f"from mail.shop.test (192.0.2.25) by D.mail.protection.outlook.com (10.152.8.1) with Microsoft SMTP Server; {DATE}"),
                GOOD,
            )
        ],
        ["MESSAGE_SPF_RIGHT", "MESSAGE_VERIFIED"],
        "warn",
        ["MESSAGE_UNCLEAR"],
    ),
    Scenario("from the receiver's own mailbox", through("mx.reader.test"), ["MESSAGE_UNCLEAR"], "inconclusive", ["MESSAGE_VERIFIED"]),
]  # fmt: skip
for _line in (
    "mx.reader.test (unknown [203.0.113.66])",
    "evil.test",
    "[192.0.2.25]",
    "x [192.0.2.25] (unknown [203.0.113.66])",
    "mx.reader.test (mx.reader.test [203.0.113.66] (may be forged))",
):
    SCENARIOS += [
        Scenario(
            f"a line that may be made up below {_line} {sending}",
            through(_line, *sending),
            ["MESSAGE_UNCLEAR", "MESSAGE_SPF_NOT_KNOWN"],
            "inconclusive",
            ["MESSAGE_VERIFIED", "MESSAGE_SPF_RIGHT", "MESSAGE_NOT_VERIFIED"],
        )
        for sending in ((), (SENDING,))
    ]
for _trouble in TROUBLES:
    SCENARIOS += [
        Scenario(f"key: {_trouble}", [report(sign(mail()), key(_trouble, base=NO_SPF), SENDING)], ["MESSAGE_UNANSWERED", "MESSAGE_UNCLEAR"], "inconclusive"),
        Scenario(
            f"SPF: {_trouble}",
            [report(mail(), {**GOOD, "shop.test": {"TXT": _trouble}}, SENDING)],
            ["MESSAGE_UNANSWERED", "MESSAGE_UNCLEAR"],
            "inconclusive",
            ["MESSAGE_NOT_VERIFIED"],
        ),
        Scenario(
            f"DMARC: {_trouble}",
            [report(BY_ESP, {**ESP, "_dmarc.shop.test": {"TXT": _trouble}}, SENDING)],
            ["MESSAGE_UNANSWERED", "MESSAGE_UNCLEAR"],
            "inconclusive",
            ["MESSAGE_NOT_VERIFIED", "MESSAGE_VERIFIED"],
        ),
        Scenario(
            f"DMARC beside a right signature: {_trouble}",
            [report(sign(mail()), {**GOOD, "_dmarc.shop.test": {"TXT": _trouble}}, SENDING)],
            ["MESSAGE_UNANSWERED"],
            "inconclusive",
        ),
    ]  # fmt: skip
