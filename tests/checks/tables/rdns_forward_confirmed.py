"""rdns.forward-confirmed."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.rdns import ReverseDns
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "rdns.forward-confirmed"
PTR = yes("25.2.0.192.in-addr.arpa", "PTR", "mail.shop.test.")


def fact(*forward, ptr=PTR, address="192.0.2.25"):  # type: ignore[no-untyped-def]
    return [ReverseDns(address, ptr, None, forward)]


SCENARIOS = [
    Scenario("leads back", fact(yes("mail.shop.test", "A", "192.0.2.25")), ["FCRDNS_OK"], "pass"),
    Scenario(
        "one of two leads back",
        fact(yes("a.test", "A", "192.0.2.1"), yes("b.test", "A", "192.0.2.25")),
        ["FCRDNS_OK"],
        "pass",
        ["FCRDNS_MISMATCH"],
    ),
    Scenario(
        "IPv6 in another spelling", fact(yes("m.test", "AAAA", "2001:db8:0::25"), address="2001:db8::25"), ["FCRDNS_OK"], "pass"
    ),
    Scenario("leads elsewhere", fact(yes("mail.shop.test", "A", "192.0.2.7")), ["FCRDNS_MISMATCH"], "fail", ["FCRDNS_OK"]),
    Scenario("no address", fact(no("mail.shop.test", "A", DnsStatus.NXDOMAIN)), ["FCRDNS_NO_FORWARD"], "fail"),
    Scenario("no name", fact(ptr=no("25.2.0.192.in-addr.arpa", "PTR")), ["FCRDNS_NO_NAME"], "not-applicable"),
    Scenario(
        "name unknown", fact(ptr=no("25.2.0.192.in-addr.arpa", "PTR", DnsStatus.TIMEOUT)), ["FCRDNS_UNANSWERED"], "inconclusive"
    ),
    *(
        Scenario(
            f"trouble: {s}", fact(no("mail.shop.test", "A", s)), ["FCRDNS_UNANSWERED"], "inconclusive", ["FCRDNS_NO_FORWARD"]
        )
        for s in TROUBLES
    ),
    Scenario(
        "one elsewhere, one unknown",
        fact(yes("a.test", "A", "192.0.2.1"), no("b.test", "A", DnsStatus.TIMEOUT)),
        ["FCRDNS_UNANSWERED"],
        "inconclusive",
        ["FCRDNS_MISMATCH"],
    ),
    Scenario(
        "one leads back, one unknown",
        fact(yes("a.test", "A", "192.0.2.25"), no("b.test", "A", DnsStatus.TIMEOUT)),
        ["FCRDNS_OK"],
        "pass",
    ),
    Scenario(
        "too many names to look up",
        fact(yes("a.test", "A", "192.0.2.1"), ptr=yes("25.2.0.192.in-addr.arpa", "PTR", "a.test.", "b.test.")),
        ["FCRDNS_UNANSWERED"],
        "inconclusive",
        ["FCRDNS_MISMATCH"],
    ),
]
