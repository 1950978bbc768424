"""mail.spf."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from tests.checks.build import TROUBLES, Scenario, Zone, published, spf_fact, yes

CHECK = "mail.spf"


def zone(*records: str, **more: dict[str, list[str]]) -> Zone:
    return {"shop.test": {"TXT": list(records), "A": ["192.0.2.1"]}, **{k.replace("_", "."): v for k, v in more.items()}}


MANY = zone(
    "v=spf1 " + " ".join(f"include:i{n}.test" for n in range(11)) + " -all",
    **{f"i{n}_test": {"TXT": ["v=spf1 ip4:192.0.2.9 -all"]} for n in range(11)},
)
NEAR = zone(
    "v=spf1 " + " ".join(f"include:i{n}.test" for n in range(10)) + " -all",
    **{f"i{n}_test": {"TXT": ["v=spf1 ip4:192.0.2.9 -all"]} for n in range(10)},
)
VOIDS = zone("v=spf1 a:g1.test a:g2.test a:g3.test -all")
LOOP = zone("v=spf1 include:x.test -all", x_test={"TXT": ["v=spf1 include:shop.test -all"]})
CACHED = yes("shop.test", "TXT", "v=spf1 +all")

SCENARIOS = [
    Scenario("good", [spf_fact(zone("v=spf1 a -all", "google-site-verification=x"))], ["SPF_OK"], "pass"),
    Scenario("soft", [spf_fact(zone("v=spf1 a ~all"))], ["SPF_OK"], "pass"),
    Scenario(
        "redirect",
        [spf_fact(zone("v=spf1 redirect=x.test", x_test={"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}))],
        ["SPF_OK"],
        "pass",
        ["SPF_NO_ENDING"],
    ),
    Scenario("sends nothing", [spf_fact(zone("v=spf1 -all"))], ["SPF_SENDS_NO_MAIL"], "pass"),
    Scenario("missing", [spf_fact(zone("other"))], ["SPF_MISSING"], "fail"),
    Scenario("domain does not exist", [spf_fact({})], ["SPF_MISSING"], "fail"),
    Scenario("leading blank is no record", [spf_fact(zone(" v=spf1 -all"))], ["SPF_MISSING"], "fail"),
    Scenario("two records", [spf_fact(zone("v=spf1 a -all", "v=spf1 mx -all"))], ["SPF_BROKEN"], "fail", ["SPF_OK"]),
    Scenario("typing error", [spf_fact(zone("v=spf1 ip:192.0.2.1 -all"))], ["SPF_BROKEN"], "fail"),
    Scenario(
        "include without record",
        [spf_fact(zone("v=spf1 include:gone.test -all"))],
        ["SPF_BROKEN"],
        "fail",
        args={"where": "gone.test"},
    ),
    Scenario(
        "broken include",
        [spf_fact(zone("v=spf1 include:x.test -all", x_test={"TXT": ["v=spf1 foo"]}))],
        ["SPF_BROKEN"],
        "fail",
        args={"where": "x.test"},
    ),
    Scenario("eleven", [spf_fact(MANY)], ["SPF_TOO_MANY_LOOKUPS"], "fail", ["SPF_OK"], {"lookups": 11}),
    Scenario("ten", [spf_fact(NEAR)], ["SPF_OK", "SPF_NEAR_LOOKUP_LIMIT"], "pass", ["SPF_TOO_MANY_LOOKUPS"]),
    Scenario("void", [spf_fact(VOIDS)], ["SPF_TOO_MANY_VOID"], "warn", ["SPF_OK"]),
    Scenario(
        "two voids are fine", [spf_fact(zone("v=spf1 a:g1.test a:g2.test a -all"))], ["SPF_OK"], "pass", ["SPF_TOO_MANY_VOID"]
    ),
    Scenario("loop", [spf_fact(LOOP)], ["SPF_LOOP"], "fail", ["SPF_OK"]),
    Scenario("open to all", [spf_fact(zone("v=spf1 a +all"))], ["SPF_PASS_ALL"], "fail", args={"corrected": "v=spf1 a ~all"}),
    Scenario("open to all without sign", [spf_fact(zone("v=spf1 all"))], ["SPF_PASS_ALL"], "fail"),
    Scenario(
        "open by redirect",
        [spf_fact(zone("v=spf1 redirect=x.test", x_test={"TXT": ["v=spf1 +all"]}))],
        ["SPF_PASS_ALL"],
        "fail",
    ),
    Scenario("says nothing", [spf_fact(zone("v=spf1 a ?all"))], ["SPF_NO_ENDING"], "warn", args={"corrected": "v=spf1 a ~all"}),
    Scenario(
        "open to all, and a sender that was never named",
        [spf_fact(zone("v=spf1 a +all"), "192.0.2.1", "192.0.2.25")],
        ["SPF_PASS_ALL"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 a ~all"},
    ),
    Scenario(
        "open to all and nobody named",
        [spf_fact(zone("v=spf1 +all"))],
        ["SPF_PASS_ALL"],
        "fail",
        args={"corrected": "v=spf1 ip4:YOUR-ADDRESS ~all"},
    ),
    Scenario(
        "open by a network",
        [spf_fact(zone("v=spf1 a ip4:0.0.0.0/0 -all"))],
        ["SPF_PASS_ALL"],
        "fail",
        args={"corrected": "v=spf1 a ~all"},
    ),
    Scenario(
        "open by an include",
        [spf_fact(zone("v=spf1 a include:x.test -all", x_test={"TXT": ["v=spf1 +all"]}))],
        ["SPF_PASS_ALL"],
        "fail",
        args={"corrected": "v=spf1 a ~all"},
    ),
    Scenario(
        "what stands behind all never counted",
        [spf_fact(zone("v=spf1 a ?all include:gone.test redirect=gone.test exp=why.test"), "192.0.2.25")],
        ["SPF_NO_ENDING"],
        "warn",
        args={"corrected": "v=spf1 ip4:192.0.2.25 a exp=why.test ~all"},
    ),
    Scenario(
        "the fault stands in another record",
        [spf_fact(zone("v=spf1 redirect=x.test", x_test={"TXT": ["v=spf1 a ?all"]}))],
        ["SPF_NO_ENDING"],
        "warn",
        args={"corrected": ""},
    ),
    Scenario(
        "open to all, senders only presumed",
        [spf_fact(zone("v=spf1 a +all"), "192.0.2.25", presumed=True)],
        ["SPF_PASS_ALL"],
        "fail",
        args={"corrected": "v=spf1 a ~all"},
    ),
    Scenario("no ending", [spf_fact(zone("v=spf1 a"))], ["SPF_NO_ENDING"], "warn"),
    Scenario("half the internet", [spf_fact(zone("v=spf1 ip4:0.0.0.0/1 -all"))], ["SPF_BROAD"], "warn"),
    Scenario("ptr", [spf_fact(zone("v=spf1 ptr -all"))], ["SPF_PTR"], "warn"),
    Scenario(
        "long", [spf_fact(zone("v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(40)) + " -all"))], ["SPF_LONG"], "warn"
    ),
    *(
        Scenario(
            f"trouble: {s}",
            [spf_fact({"shop.test": {"TXT": s}})],
            ["SPF_UNANSWERED"],
            "inconclusive",
            ["SPF_MISSING", "SPF_OK"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "trouble in an include",
        [spf_fact({**zone("v=spf1 include:x.test -all"), "x.test": {"TXT": DnsStatus.SERVFAIL}})],
        ["SPF_UNANSWERED"],
        "inconclusive",
        ["SPF_OK", "SPF_BROKEN"],
    ),
    Scenario(
        "corrected, not yet seen",
        [spf_fact(zone("v=spf1 +all"), fresh=published(CACHED, '"v=spf1 -all"'[1:-1]))],
        ["SPF_CACHED", "SPF_SENDS_NO_MAIL"],
        "pass",
        ["SPF_PASS_ALL"],
    ),
    Scenario(
        "known senders stand in the example",
        [spf_fact(zone("x"), "192.0.2.25", "2001:db8::25")],
        ["SPF_MISSING"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 ip6:2001:db8::25 -all"},
    ),
    Scenario(
        "open by an include",
        [spf_fact(zone("v=spf1 include:x.test -all", x_test={"TXT": ["v=spf1 +all"]}))],
        ["SPF_PASS_ALL"],
        "fail",
        ["SPF_OK"],
        {"term": "include:x.test"},
    ),
    Scenario(
        "an excluded open include opens nothing",
        [spf_fact(zone("v=spf1 -include:x.test -all", x_test={"TXT": ["v=spf1 ip4:0.0.0.0/0 +all"]}))],
        ["SPF_OK"],
        "pass",
        ["SPF_PASS_ALL", "SPF_BROAD"],
    ),
    Scenario("open by a constant exists", [spf_fact(zone("v=spf1 exists:shop.test -all"))], ["SPF_PASS_ALL"], "fail"),
    Scenario(
        "open by halves",
        [spf_fact(zone("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"))],
        ["SPF_PASS_ALL"],
        "fail",
        args={"term": "0.0.0.0/0"},
    ),
    Scenario(
        "a redirect that depends on the sender",
        [spf_fact(zone("v=spf1 a redirect=_spf.%{d}"))],
        ["SPF_OK"],
        "pass",
        ["SPF_NO_ENDING"],
    ),
]
