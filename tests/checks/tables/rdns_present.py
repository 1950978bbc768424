"""rdns.present."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.rdns import ReverseDns
from tests.checks.build import TROUBLES, Scenario, no, published, yes

CHECK = "rdns.present"
PTR = "25.2.0.192.in-addr.arpa"


def fact(ptr, fresh=None):  # type: ignore[no-untyped-def]
    return [ReverseDns("192.0.2.25", ptr, fresh, ())]


SCENARIOS = [
    Scenario("a name", fact(yes(PTR, "PTR", "mail.shop.test.")), ["RDNS_PRESENT"], "pass", ["RDNS_MISSING"]),
    Scenario(
        "through an alias (RFC 2317)",
        fact(yes(PTR, "PTR", "mail.shop.test.", chain=["25.0-63.2.0.192.in-addr.arpa"])),
        ["RDNS_PRESENT"],
        "pass",
    ),
    Scenario("NXDOMAIN", fact(no(PTR, "PTR", DnsStatus.NXDOMAIN)), ["RDNS_MISSING"], "fail", ["RDNS_PRESENT"]),
    Scenario("empty answer", fact(no(PTR, "PTR")), ["RDNS_MISSING"], "fail"),
    Scenario("no name at all", fact(yes(PTR, "PTR", "localhost.")), ["RDNS_BAD_NAME"], "fail", ["RDNS_PRESENT"]),
    Scenario("an address as name", fact(yes(PTR, "PTR", "192.0.2.25.")), ["RDNS_BAD_NAME"], "fail"),
    Scenario(
        "one of two is good",
        fact(yes(PTR, "PTR", "localhost.", "mail.shop.test.")),
        ["RDNS_PRESENT"],
        "pass",
        ["RDNS_BAD_NAME"],
    ),
    Scenario(
        "many names", fact(yes(PTR, "PTR", *(f"h{i}.shop.test." for i in range(9)))), ["RDNS_MANY", "RDNS_PRESENT"], "warn"
    ),
    Scenario(
        "broken reverse zone", fact(no(PTR, "PTR", DnsStatus.SERVFAIL)), ["RDNS_ZONE_BROKEN"], "inconclusive", ["RDNS_MISSING"]
    ),
    *(
        Scenario(
            f"trouble: {s}", fact(no(PTR, "PTR", s)), ["RDNS_UNANSWERED"], "inconclusive", ["RDNS_MISSING", "RDNS_PRESENT"]
        )
        for s in TROUBLES
        if s is not DnsStatus.SERVFAIL
    ),
    Scenario(
        "set, not yet seen",
        fact(no(PTR, "PTR", ttl=900), published(no(PTR, "PTR"), "mail.shop.test.")),
        ["RDNS_CACHED", "RDNS_PRESENT"],
        "pass",
    ),
    Scenario(
        "removed, still cached",
        fact(yes(PTR, "PTR", "mail.shop.test."), published(yes(PTR, "PTR"))),
        ["RDNS_CACHED", "RDNS_MISSING"],
        "fail",
    ),
]
