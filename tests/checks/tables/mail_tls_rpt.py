"""mail.tls-rpt."""

from __future__ import annotations

from selfaudit.facts.mail import TlsReporting
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "mail.tls-rpt"
NAME = "_smtp._tls.shop.test"
GOOD = "v=TLSRPTv1; rua=mailto:t@shop.test"

SCENARIOS = [
    Scenario("good", [TlsReporting("shop.test", yes(NAME, "TXT", GOOD))], ["TLS_RPT_OK"], "pass"),
    Scenario("absent", [TlsReporting("shop.test", no(NAME, "TXT"))], ["TLS_RPT_ABSENT"], "not-applicable"),
    Scenario(
        "two", [TlsReporting("shop.test", yes(NAME, "TXT", GOOD, GOOD + "x"))], ["TLS_RPT_BROKEN"], "warn", ["TLS_RPT_OK"]
    ),
    Scenario("no destination", [TlsReporting("shop.test", yes(NAME, "TXT", "v=TLSRPTv1; rua="))], ["TLS_RPT_BROKEN"], "warn"),
    *(
        Scenario(
            f"trouble: {s}",
            [TlsReporting("shop.test", no(NAME, "TXT", s))],
            ["TLS_RPT_UNANSWERED"],
            "inconclusive",
            ["TLS_RPT_ABSENT"],
        )
        for s in TROUBLES
    ),
]
