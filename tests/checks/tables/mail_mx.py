"""mail.mx."""

from __future__ import annotations

from typing import Any

from selfaudit.facts.dns import DnsStatus
from tests.checks.build import MAIL, TROUBLES, Scenario, mail_fact, published, spf_fact, yes

CHECK = "mail.mx"
SPF = spf_fact({"shop.test": {"TXT": ["v=spf1 -all"]}})
SENDS = spf_fact({"shop.test": {"TXT": ["v=spf1 ip4:9.9.9.9 -all"]}})


def facts(*arguments: Any, spf: Any = SPF, **options: Any) -> list[Any]:
    return [mail_fact(*arguments, **options), spf]


CACHED = yes("shop.test", "MX", "10 old.shop.test.")

SCENARIOS = [
    Scenario("documentation address", facts(MAIL), ["MX_HOST_PRIVATE"], "fail", ["MX_OK"]),
    Scenario("public address", facts({**MAIL, "mail.shop.test": {"A": ["9.9.9.9"]}}), ["MX_OK"], "pass", ["MX_HOST_PRIVATE"]),
    Scenario("only IPv6", facts({**MAIL, "mail.shop.test": {"AAAA": ["2620:fe::9"]}}), ["MX_OK"], "pass"),
    Scenario("null MX", facts({"shop.test": {"MX": ["0 ."]}}), ["MX_NULL"], "pass"),
    Scenario(
        "null MX beside others",
        facts({"shop.test": {"MX": ["0 .", "10 mail.shop.test."]}, "mail.shop.test": {"A": ["9.9.9.9"]}}),
        ["MX_NULL_MIXED"],
        "warn",
        ["MX_NULL", "MX_OK"],
    ),
    Scenario("implicit", facts({"shop.test": {"A": ["9.9.9.9"]}}), ["MX_IMPLICIT"], "warn", ["MX_OK"]),
    Scenario(
        "implicit, and it says that it sends nothing",
        facts({"shop.test": {"A": ["9.9.9.9"]}}),
        ["MX_IMPLICIT"],
        "warn",
        args={"corrected": "shop.test.  3600  IN  MX  0 ."},
    ),
    Scenario(
        "implicit, and it sends",
        facts({"shop.test": {"A": ["9.9.9.9"]}}, spf=SENDS),
        ["MX_IMPLICIT"],
        "warn",
        args={"corrected": ""},
    ),
    Scenario("no mail at all", facts({"shop.test": {"TXT": ["x"]}}), ["MX_NO_MAIL"], "warn"),
    Scenario(
        "host without address",
        facts({"shop.test": {"MX": ["10 gone.shop.test."]}}),
        ["MX_HOST_WITHOUT_ADDRESS"],
        "fail",
        ["MX_OK"],
    ),
    Scenario("host is an address", facts({"shop.test": {"MX": ["10 9.9.9.9."]}}), ["MX_HOST_IS_ADDRESS"], "fail"),
    Scenario(
        "host is an alias",
        facts({**MAIL, "mail.shop.test": {"CNAME": ["m.test."]}, "m.test": {"A": ["9.9.9.9"]}}),
        ["MX_HOST_IS_ALIAS", "MX_OK"],
        "warn",
    ),
    Scenario("private host", facts({**MAIL, "mail.shop.test": {"A": ["10.0.0.1"]}}), ["MX_HOST_PRIVATE"], "fail", ["MX_OK"]),
    Scenario(
        "corrected, not yet seen",
        facts(
            {"shop.test": {"MX": ["10 old.shop.test."]}, "mail.shop.test": {"A": ["9.9.9.9"]}},
            fresh=published(CACHED, "10 mail.shop.test."),
        ),
        ["MX_CACHED", "MX_OK"],
        "pass",
    ),
    *(
        Scenario(f"MX: {s}", facts({"shop.test": {"MX": s}}), ["MX_UNANSWERED"], "inconclusive", ["MX_NO_MAIL", "MX_IMPLICIT"])
        for s in TROUBLES
    ),
    *(
        Scenario(
            f"address: {s}",
            facts({**MAIL, "mail.shop.test": {"A": s, "AAAA": s}}),
            ["MX_UNANSWERED"],
            "inconclusive",
            ["MX_HOST_WITHOUT_ADDRESS", "MX_OK"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "A unknown, AAAA there",
        facts({**MAIL, "mail.shop.test": {"A": DnsStatus.TIMEOUT, "AAAA": ["2620:fe::9"]}}),
        ["MX_OK"],
        "pass",
    ),
    Scenario(
        "null MX, but sends", facts({"shop.test": {"MX": ["0 ."]}}, spf=SENDS), ["MX_NULL_BUT_SENDS"], "warn", ["MX_NULL"]
    ),
    Scenario(
        "private A, AAAA unknown",
        facts({**MAIL, "mail.shop.test": {"A": ["10.0.0.1"], "AAAA": DnsStatus.TIMEOUT}}),
        ["MX_OK"],
        "pass",
        ["MX_HOST_PRIVATE"],
    ),
]
