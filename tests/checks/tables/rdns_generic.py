"""rdns.generic."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.rdns import ReverseDns
from tests.checks.build import Scenario, no, published, yes

CHECK = "rdns.generic"
PTR = "25.2.0.192.in-addr.arpa"


def fact(ptr, fresh=None):  # type: ignore[no-untyped-def]
    return [ReverseDns("192.0.2.25", ptr, fresh, ())]


SCENARIOS = [
    Scenario("chosen", fact(yes(PTR, "PTR", "mail.shop.test.")), ["RDNS_CHOSEN"], "pass"),
    Scenario("default", fact(yes(PTR, "PTR", "static-192-0-2-25.provider.test.")), ["RDNS_GENERIC"], "warn", ["RDNS_CHOSEN"]),
    Scenario(
        "one of two chosen", fact(yes(PTR, "PTR", "192-0-2-25.provider.test.", "mail.shop.test.")), ["RDNS_CHOSEN"], "pass"
    ),
    Scenario("none", fact(no(PTR, "PTR", DnsStatus.NXDOMAIN)), ["RDNS_GENERIC_NO_NAME"], "not-applicable"),
    Scenario("unknown", fact(no(PTR, "PTR", DnsStatus.SERVFAIL)), ["RDNS_GENERIC_UNANSWERED"], "inconclusive"),
    Scenario(
        "changed, not yet seen",
        fact(yes(PTR, "PTR", "192-0-2-25.p.test."), published(yes(PTR, "PTR"), "mail.shop.test.")),
        ["RDNS_CHOSEN"],
        "pass",
    ),
    Scenario(
        "a look-up without authority does not override",
        fact(yes(PTR, "PTR", "192-0-2-25.p.test."), no(PTR, "PTR", DnsStatus.NXDOMAIN)),
        ["RDNS_GENERIC"],
        "warn",
    ),
]
