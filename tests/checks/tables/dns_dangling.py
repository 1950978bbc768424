"""dns.dangling."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.zone import NameSurvey, NameUse
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "dns.dangling"
NX = DnsStatus.NXDOMAIN


def use(answer, registrable=None, role="alias"):  # type: ignore[no-untyped-def]
    return NameUse("shop.shop.test.", role, "x.cloud.test.", answer, registrable)


def fact(*uses, failed=()):  # type: ignore[no-untyped-def]
    return [NameSurvey(("shop.test", "www.shop.test"), uses, failed)]


SCENARIOS = [
    Scenario("nothing points elsewhere", fact(), ["DANGLING_NONE"], "pass"),
    Scenario("points to something", fact(use(yes("shop.shop.test", "A", "192.0.2.1"))), ["DANGLING_NONE"], "pass"),
    Scenario("empty target exists", fact(use(no("shop.shop.test", "A"))), ["DANGLING_NONE"], "pass"),
    Scenario(
        "free to take",
        fact(use(no("shop.shop.test", "A", NX), no("cloud.test", "SOA", NX))),
        ["DANGLING_TAKEABLE"],
        "fail",
        ["DANGLING_NONE"],
    ),
    Scenario(
        "gone, owner there",
        fact(use(no("shop.shop.test", "A", NX), yes("cloud.test", "SOA", "a. b. 1 2 3 4 5"))),
        ["DANGLING_TARGET_GONE"],
        "warn",
        ["DANGLING_TAKEABLE"],
    ),
    Scenario(
        "gone, owner unknown",
        fact(use(no("shop.shop.test", "A", NX), no("cloud.test", "SOA", DnsStatus.TIMEOUT))),
        ["DANGLING_TARGET_GONE"],
        "warn",
        ["DANGLING_TAKEABLE"],
    ),
    Scenario(
        "mail host gone",
        fact(use(no("m.test", "A", NX), role="mail host")),
        ["DANGLING_NONE"],
        "pass",
        ["DANGLING_TARGET_GONE"],
    ),
    *(
        Scenario(
            f"trouble: {s}",
            fact(use(no("shop.shop.test", "A", s))),
            ["DANGLING_UNANSWERED"],
            "inconclusive",
            ["DANGLING_TARGET_GONE", "DANGLING_NONE"],
        )
        for s in TROUBLES
    ),
    Scenario(
        "names unknown", fact(failed=(no("www.shop.test", "A", DnsStatus.SERVFAIL),)), ["DANGLING_UNANSWERED"], "inconclusive"
    ),
]
