"""mail.bimi."""

from __future__ import annotations

from selfaudit.facts.mail import BimiRecord
from tests.checks.build import TROUBLES, Scenario, dmarc_fact, no, yes

CHECK = "mail.bimi"
NAME = "default._bimi.shop.test"
STRICT = dmarc_fact({"_dmarc.shop.test": {"TXT": ["v=DMARC1; p=reject"]}})
WATCHING = dmarc_fact({"_dmarc.shop.test": {"TXT": ["v=DMARC1; p=none"]}})
UNKNOWN = dmarc_fact({"_dmarc.shop.test": {"TXT": TROUBLES[0]}})
GOOD = BimiRecord("shop.test", yes(NAME, "TXT", "v=BIMI1; l=https://shop.test/logo.svg"))


def record(*texts: str) -> BimiRecord:
    return BimiRecord("shop.test", yes(NAME, "TXT", *texts))


SCENARIOS = [
    Scenario("good", [GOOD, STRICT], ["BIMI_OK"], "pass"),
    Scenario("absent", [BimiRecord("shop.test", no(NAME, "TXT")), STRICT], ["BIMI_ABSENT"], "not-applicable"),
    Scenario("declined", [record("v=BIMI1; l=; a=;"), STRICT], ["BIMI_DECLINED"], "not-applicable"),
    Scenario("broken", [record("v=BIMI1; l=http://x"), STRICT], ["BIMI_BROKEN"], "warn"),
    Scenario("two", [record("v=BIMI1; l=", "v=BIMI1; l=x"), STRICT], ["BIMI_BROKEN"], "warn"),
    Scenario("not enforced", [GOOD, WATCHING], ["BIMI_DMARC_NOT_ENFORCED"], "warn", ["BIMI_OK"]),
    Scenario("policy unknown", [GOOD, UNKNOWN], ["BIMI_UNANSWERED"], "inconclusive", ["BIMI_DMARC_NOT_ENFORCED"]),
    *(
        Scenario(
            f"trouble: {s}",
            [BimiRecord("shop.test", no(NAME, "TXT", s)), STRICT],
            ["BIMI_UNANSWERED"],
            "inconclusive",
            ["BIMI_ABSENT"],
        )
        for s in TROUBLES
    ),
]
