"""mail.mx."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from tests.checks.build import MAIL, TROUBLES, Scenario, mail_fact, published, yes

CHECK = "mail.mx"
CACHED = yes("shop.test", "MX", "10 old.shop.test.")

SCENARIOS = [
    Scenario("documentation address", [mail_fact(MAIL)], ["MX_HOST_PRIVATE"], "fail", ["MX_OK"]),
    Scenario(
        "public address", [mail_fact({**MAIL, "mail.shop.test": {"A": ["9.9.9.9"]}})], ["MX_OK"], "pass", ["MX_HOST_PRIVATE"]
    ),
    Scenario("only IPv6", [mail_fact({**MAIL, "mail.shop.test": {"AAAA": ["2620:fe::9"]}})], ["MX_OK"], "pass"),
    Scenario("null MX", [mail_fact({"shop.test": {"MX": ["0 ."]}})], ["MX_NULL"], "pass"),
    Scenario(
        "null MX beside others",
        [mail_fact({"shop.test": {"MX": ["0 .", "10 mail.shop.test."]}, "mail.shop.test": {"A": ["9.9.9.9"]}})],
        ["MX_NULL_MIXED"],
        "warn",
        ["MX_NULL", "MX_OK"],
    ),
    Scenario("implicit", [mail_fact({"shop.test": {"A": ["9.9.9.9"]}})], ["MX_IMPLICIT"], "warn", ["MX_OK"]),
    Scenario("no mail at all", [mail_fact({"shop.test": {"TXT": ["x"]}})], ["MX_NO_MAIL"], "warn"),
    Scenario(
        "host without address",
        [mail_fact({"shop.test": {"MX": ["10 gone.shop.test."]}})],
        ["MX_HOST_WITHOUT_ADDRESS"],
        "fail",
        ["MX_OK"],
    ),
    Scenario("host is an address", [mail_fact({"shop.test": {"MX": ["10 9.9.9.9."]}})], ["MX_HOST_IS_ADDRESS"], "fail"),
    Scenario(
        "host is an alias",
        [mail_fact({**MAIL, "mail.shop.test": {"CNAME": ["m.test."]}, "m.test": {"A": ["9.9.9.9"]}})],
        ["MX_HOST_IS_ALIAS", "MX_OK"],
        "warn",
    ),
    Scenario(
        "private host", [mail_fact({**MAIL, "mail.shop.test": {"A": ["10.0.0.1"]}})], ["MX_HOST_PRIVATE"], "fail", ["MX_OK"]
    ),
    Scenario(
        "corrected, not yet seen",
        [
            mail_fact(
                {"shop.test": {"MX": ["10 old.shop.test."]}, "mail.shop.test": {"A": ["9.9.9.9"]}},
                fresh=published(CACHED, "10 mail.shop.test."),
            )
        ],
        ["MX_CACHED", "MX_OK"],
        "pass",
    ),
    *(
        Scenario(
            f"MX: {s}", [mail_fact({"shop.test": {"MX": s}})], ["MX_UNANSWERED"], "inconclusive", ["MX_NO_MAIL", "MX_IMPLICIT"]
        )
        for s in TROUBLES
    ),
    *(
        Scenario(
            f"address: {s}",
            [mail_fact({**MAIL, "mail.shop.test": {"A": s, "AAAA": s}})],
            ["MX_UNANSWERED"],
            "inconclusive",
            ["MX_HOST_WITHOUT_ADDRESS", "MX_OK"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "A unknown, AAAA there",
        [mail_fact({**MAIL, "mail.shop.test": {"A": DnsStatus.TIMEOUT, "AAAA": ["2620:fe::9"]}})],
        ["MX_OK"],
        "pass",
    ),
]
