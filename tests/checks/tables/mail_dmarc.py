"""mail.dmarc."""

from __future__ import annotations

from tests.checks.build import TROUBLES, Scenario, Zone, dmarc_fact, published, yes

CHECK = "mail.dmarc"
MX = {"MX": ["10 mail.shop.test."]}


def zone(record: str, *others: str, **more: dict[str, list[str]]) -> Zone:
    return {
        "_dmarc.shop.test": {"TXT": [record, *others]},
        "shop.test": MX,
        **{k.replace("__", "."): v for k, v in more.items()},
    }


GOOD = "v=DMARC1; p=quarantine; rua=mailto:d@shop.test"
CACHED = yes("_dmarc.shop.test", "TXT", "v=DMARC1; p=none")

SCENARIOS = [
    Scenario("good", [dmarc_fact(zone(GOOD))], ["DMARC_OK"], "pass", ["DMARC_ONLY_WATCHES"]),
    Scenario(
        "watches", [dmarc_fact(zone("v=DMARC1; p=none; rua=mailto:d@shop.test"))], ["DMARC_OK", "DMARC_ONLY_WATCHES"], "pass"
    ),
    Scenario("missing", [dmarc_fact({"shop.test": MX})], ["DMARC_MISSING"], "fail"),
    Scenario("another text is no record", [dmarc_fact(zone("v=spf1 -all"))], ["DMARC_MISSING"], "fail"),
    Scenario("two records", [dmarc_fact(zone(GOOD, GOOD))], ["DMARC_BROKEN"], "fail", ["DMARC_OK"]),
    Scenario("nothing usable in it", [dmarc_fact(zone("v=DMARC1; p"))], ["DMARC_BROKEN"], "fail"),
    Scenario(
        "inherited",
        [dmarc_fact({**zone(GOOD), "a.shop.test": {"A": ["192.0.2.1"]}}, "a.shop.test")],
        ["DMARC_INHERITED", "DMARC_OK"],
        "pass",
    ),
    Scenario("no p", [dmarc_fact(zone("v=DMARC1; rua=mailto:d@shop.test"))], ["DMARC_NO_P"], "warn"),
    Scenario(
        "empty p",
        [dmarc_fact(zone("v=DMARC1; p=; rua=mailto:d@shop.test"))],
        ["DMARC_NO_P"],
        "warn",
        args={"corrected": "v=DMARC1; p=none; rua=mailto:d@shop.test"},
    ),
    Scenario(
        "empty rua",
        [dmarc_fact(zone("v=DMARC1; rua=; p=reject;"))],
        ["DMARC_NO_REPORTS"],
        "warn",
        args={"corrected": "v=DMARC1; p=reject; rua=mailto:dmarc-reports@shop.test"},
    ),
    Scenario(
        "bad p", [dmarc_fact(zone("v=DMARC1; p=drop; rua=mailto:d@shop.test"))], ["DMARC_BAD_TAG"], "warn", ["DMARC_NO_P"]
    ),
    Scenario("testing", [dmarc_fact(zone("v=DMARC1; p=reject; t=y; rua=mailto:d@shop.test"))], ["DMARC_TESTING"], "warn"),
    Scenario("no reports", [dmarc_fact(zone("v=DMARC1; p=reject"))], ["DMARC_NO_REPORTS"], "warn"),
    Scenario("historic tags", [dmarc_fact(zone(GOOD + "; pct=100"))], ["DMARC_REMOVED_TAGS", "DMARC_OK"], "pass"),
    Scenario(
        "reports without consent",
        [dmarc_fact(zone("v=DMARC1; p=reject; rua=mailto:d@other.test", other__test=MX))],
        ["DMARC_REPORTS_REFUSED"],
        "warn",
    ),
    Scenario(
        "reports with consent",
        [
            dmarc_fact(
                zone(
                    "v=DMARC1; p=reject; rua=mailto:d@other.test",
                    other__test=MX,
                    **{"shop__test__" + "_report__" + "_dmarc__other__test": {"TXT": ["v=DMARC1"]}},
                )
            )
        ],
        ["DMARC_OK"],
        "pass",
        ["DMARC_REPORTS_REFUSED"],
    ),
    Scenario("reports lost", [dmarc_fact({**zone(GOOD), "shop.test": {"MX": ["0 ."]}})], ["DMARC_REPORTS_LOST"], "warn"),
    Scenario(
        "the ways differ",
        [
            dmarc_fact(
                {"_dmarc.b.shop.test": {"TXT": [GOOD]}, "a.b.shop.test": {"A": ["192.0.2.1"]}, "shop.test": MX}, "a.b.shop.test"
            )
        ],
        ["DMARC_WAYS_DIFFER"],
        "warn",
    ),
    Scenario(
        "the ways differ, and the record above speaks of other names and mailboxes",
        [
            dmarc_fact(
                {
                    "_dmarc.b.shop.test": {"TXT": ["v=DMARC1; p=reject; sp=none; psd=n; rua=mailto:a@other.test"]},
                    "a.b.shop.test": {"A": ["192.0.2.1"]},
                    "other.test": MX,
                },
                "a.b.shop.test",
            )
        ],
        ["DMARC_WAYS_DIFFER"],
        "warn",
        args={"corrected": "v=DMARC1; p=none"},
    ),
    Scenario(
        "published, not yet seen",
        [dmarc_fact(zone("v=DMARC1; p=none"), fresh=published(CACHED, GOOD))],
        ["DMARC_CACHED", "DMARC_OK"],
        "pass",
        ["DMARC_NO_REPORTS"],
    ),
    *(
        Scenario(
            f"trouble: {s}",
            [dmarc_fact({"_dmarc.shop.test": {"TXT": s}, "shop.test": MX})],
            ["DMARC_UNANSWERED"],
            "inconclusive",
            ["DMARC_MISSING", "DMARC_OK"],
        )
        for s in TROUBLES
    ),
    *(
        Scenario(
            f"consent: {s}",
            [
                dmarc_fact(
                    {
                        **zone("v=DMARC1; p=reject; rua=mailto:d@other.test", other__test=MX),
                        "shop.test._report._dmarc.other.test": {"TXT": s},
                    }
                )
            ],
            ["DMARC_UNANSWERED"],
            "inconclusive",
            ["DMARC_REPORTS_REFUSED"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "a stray part is ignored",
        [dmarc_fact(zone("v=DMARC1; p=reject; rua=mailto:a@shop.test; mailto:b@shop.test"))],
        ["DMARC_OK", "DMARC_BAD_TAG"],
        "warn",
        ["DMARC_BROKEN"],
    ),
    Scenario(
        "broken above, own record good",
        [
            dmarc_fact(
                {
                    "_dmarc.a.shop.test": {"TXT": [GOOD]},
                    "_dmarc.shop.test": {"TXT": [GOOD, GOOD]},
                    "a.shop.test": {"A": ["192.0.2.1"]},
                    "shop.test": MX,
                },
                "a.shop.test",
            )
        ],
        ["DMARC_BROKEN_ABOVE", "DMARC_OK"],
        "pass",
        ["DMARC_BROKEN"],
    ),
    Scenario(
        "own record cannot be used",
        [
            dmarc_fact(
                {
                    "_dmarc.a.shop.test": {"TXT": ["v=DMARC1; p=rejct"]},
                    "_dmarc.shop.test": {"TXT": [GOOD]},
                    "a.shop.test": {"A": ["192.0.2.1"]},
                    "shop.test": MX,
                },
                "a.shop.test",
            )
        ],
        ["DMARC_BROKEN"],
        "fail",
        ["DMARC_OK", "DMARC_INHERITED"],
    ),
]
