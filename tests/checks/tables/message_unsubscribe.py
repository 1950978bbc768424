"""message.unsubscribe."""

from __future__ import annotations

from typing import Any

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.message import MessageReport
from selfaudit.policy import Policy
from tests.checks.build import Scenario, Zone
from tests.checks.messages import GOOD, mail, report, sign

CHECK = "message.unsubscribe"
LINK = "Tulips!\r\n\r\nUnsubscribe: https://shop.test/leave?token=1\r\n"
POST = "List-Unsubscribe=One-Click"
HTTPS = "<https://shop.test/u?t=1>, <mailto:leave@shop.test>"
KEY_DOWN: Zone = {**GOOD, "s1._domainkey.shop.test": {"TXT": DnsStatus.SERVFAIL}}
REVOKED: Zone = {**GOOD, "s1._domainkey.shop.test": {"TXT": ["v=DKIM1; p="]}}


def news(body: str = LINK, zone: Zone = GOOD, signed: bool = True, **fields: Any) -> list[MessageReport]:
    data = mail(body, **{"list_id": "<news.shop.test>", **fields})
    return [report(sign(data) if signed else data, zone)]


ONE: dict[str, Any] = {"list_unsubscribe": HTTPS, "list_unsubscribe_post": POST}
SCENARIOS = [
    Scenario("one click", news(**ONE), ["UNSUBSCRIBE_ONE_CLICK", "UNSUBSCRIBE_LINK_IN_TEXT"], "pass", ["UNSUBSCRIBE_DAYS"], {"host": "shop.test"}),
    Scenario("with the days of the policy", news(**ONE), ["UNSUBSCRIBE_DAYS"], "pass", args={"days": 10}, policy=Policy(opt_out_days=10)),
    Scenario("the case of the value counts for nothing", news(**{**ONE, "list_unsubscribe_post": POST.lower()}), ["UNSUBSCRIBE_ONE_CLICK"], "pass"),
    Scenario("folded", news(**{**ONE, "list_unsubscribe": "<https://shop.test/\r\n u>"}), ["UNSUBSCRIBE_ONE_CLICK"], "pass"),
    Scenario(
        "not signed", [report(sign(mail(LINK, list_id="<n.shop.test>", **ONE), headers=("from", "subject")), GOOD)], ["UNSUBSCRIBE_NOT_SIGNED"], "warn"
    ),
    Scenario("without any signature", news(signed=False, **ONE), ["UNSUBSCRIBE_NOT_SIGNED"], "warn"),
    Scenario("revoked key", news(zone=REVOKED, **ONE), ["UNSUBSCRIBE_NOT_SIGNED"], "warn"),
    Scenario("signed by another", [report(sign(mail(LINK, **ONE), "mailer.test"), {**GOOD, "s1._domainkey.mailer.test": GOOD["s1._domainkey.shop.test"]})],
             ["UNSUBSCRIBE_SIGNED_BY_OTHER"], "warn", ["UNSUBSCRIBE_NOT_SIGNED", "UNSUBSCRIBE_ONE_CLICK"], {"domain": "mailer.test"}),
    Scenario("signed by another, without the fields", [report(sign(mail(LINK, **ONE), "mailer.test", headers=("from",)), {**GOOD, "s1._domainkey.mailer.test": GOOD["s1._domainkey.shop.test"]})],
             ["UNSUBSCRIBE_NOT_SIGNED"], "warn", ["UNSUBSCRIBE_SIGNED_BY_OTHER"]),
    Scenario("signed by another, wrongly", [report(sign(mail(LINK, **ONE), "mailer.test") + b"x", {**GOOD, "s1._domainkey.mailer.test": GOOD["s1._domainkey.shop.test"]})],
             ["UNSUBSCRIBE_NOT_SIGNED"], "warn", ["UNSUBSCRIBE_SIGNED_BY_OTHER"]),
    Scenario("key not to be had", news(zone=KEY_DOWN, **ONE), ["UNSUBSCRIBE_SIGNATURE_OPEN"], "inconclusive", ["UNSUBSCRIBE_NOT_SIGNED"]),
    Scenario("a copy of sent mail", news(signed=False, received=None, return_path=None, **ONE), ["UNSUBSCRIBE_SIGNATURE_OPEN"], "inconclusive"),
    Scenario("changed on the way", [report(sign(mail(LINK, **ONE)) + b"x", GOOD)], ["UNSUBSCRIBE_SIGNATURE_OPEN"], "inconclusive"),
    Scenario("no header", news("Tulips!\r\n"), ["UNSUBSCRIBE_ABSENT", "UNSUBSCRIBE_NO_LINK_SEEN"], "fail"),
    Scenario("only precedence", [report(mail("Tulips!\r\n", precedence="bulk"), GOOD)], ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("a ticket", [report(mail("Ticket 7\r\n", precedence="bulk", auto_submitted="auto-generated"), GOOD)], ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("away", [report(mail("Away\r\n", precedence="bulk", x_autoreply="yes"), GOOD)], ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("a discussion list", news("Hi all\r\n", signed=False, list_post="<mailto:dev@shop.test>", list_unsubscribe="<https://shop.test/options/dev>", precedence="list"),
             ["UNSUBSCRIBE_DISCUSSION_LIST"], "not-applicable", ["UNSUBSCRIBE_NO_ONE_CLICK", "UNSUBSCRIBE_NO_LINK_SEEN"]),
    Scenario("a discussion list without a way out", news("Hi all\r\n", list_post="<mailto:dev@shop.test>"), ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive"),
    Scenario("a discussion list whose way out is none", news("Hi all\r\n", list_post="<mailto:dev@shop.test>", list_unsubscribe="<ftp://shop.test/>"), ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive"),
    Scenario("a list to which nobody may write", news("Tulips!\r\n", list_post="NO (closed)"), ["UNSUBSCRIBE_ABSENT"], "fail", ["UNSUBSCRIBE_DISCUSSION_LIST"]),
    Scenario("a newsletter program that names a list", news("Tulips!\r\n", list_post="<mailto:x@shop.test>", x_mailchimp_id="1"), ["UNSUBSCRIBE_ABSENT"], "fail"),
    Scenario("a link on the next line", news('<a href="https://shop.test/">Shop</a>' + "x " * 400 + '<a\r\n href="https://shop.test/r/1">Unsubscribe</a>', content_type="text/html"),
             ["UNSUBSCRIBE_LINK_IN_TEXT"], "warn", ["UNSUBSCRIBE_NO_LINK_SEEN"]),
    Scenario("no header, by a newsletter program", [report(mail("Tulips!\r\n", x_mailchimp_id="1"), GOOD)], ["UNSUBSCRIBE_ABSENT"], "fail"),
    Scenario("only a link", news(), ["UNSUBSCRIBE_ONLY_IN_TEXT", "UNSUBSCRIBE_LINK_IN_TEXT"], "warn", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("only mail", news(list_unsubscribe="<mailto:leave@shop.test?subject=x>"), ["UNSUBSCRIBE_ONLY_BY_MAIL"], "warn", args={"mailto": ("…@shop.test",)}),
    Scenario("http", news(list_unsubscribe="<http://shop.test/u>"), ["UNSUBSCRIBE_WITHOUT_TLS"], "warn"),
    Scenario("no post field", news(list_unsubscribe=HTTPS), ["UNSUBSCRIBE_NO_ONE_CLICK"], "warn"),
    Scenario("no brackets", news(list_unsubscribe="https://shop.test/u"), ["UNSUBSCRIBE_UNUSABLE"], "fail"),
    Scenario("nothing usable", news(list_unsubscribe="<ftp://shop.test/u>"), ["UNSUBSCRIBE_UNUSABLE"], "fail"),
    Scenario("wrong post field", news(list_unsubscribe=HTTPS, list_unsubscribe_post="yes"), ["UNSUBSCRIBE_FIELDS_WRONG"], "warn", ["UNSUBSCRIBE_ONE_CLICK"]),
    Scenario("two https addresses", news(**{**ONE, "list_unsubscribe": "<https://shop.test/a>, <https://shop.test/b>"}), ["UNSUBSCRIBE_FIELDS_WRONG"], "warn"),
    Scenario("post field, but only mail", news(list_unsubscribe="<mailto:a@shop.test>", list_unsubscribe_post=POST), ["UNSUBSCRIBE_FIELDS_WRONG", "UNSUBSCRIBE_ONLY_BY_MAIL"], "warn"),
    Scenario("no text", [report(sign(mail("AAAA", content_type="image/png", content_transfer_encoding="base64", **ONE)), GOOD)], ["UNSUBSCRIBE_TEXT_UNREAD"], "inconclusive"),
    Scenario("an order by a mail service", [report(mail("Your order\r\n", x_ses_outgoing="1"), GOOD)], ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("an answer that quotes a newsletter", [report(mail("Look:\r\n> " + LINK), GOOD)], ["UNSUBSCRIBE_PERHAPS_NEEDED"], "inconclusive", ["UNSUBSCRIBE_ABSENT"]),
    Scenario("personal", [report(mail(), GOOD)], ["UNSUBSCRIBE_NOT_NEEDED"], "not-applicable"),
    Scenario("an automatic answer", [report(mail(precedence="bulk", auto_submitted="auto-replied"), GOOD)], ["UNSUBSCRIBE_NOT_NEEDED"], "not-applicable"),
]  # fmt: skip
