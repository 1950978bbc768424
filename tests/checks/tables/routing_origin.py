"""routing.origin."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.routing import RouteOrigin
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "routing.origin"
QUESTION = "25.100.51.198.origin.asn.test"
LINE = "64500 | 198.51.100.0/24 | DE | ripencc | 2019-03-01"
NAME = yes("as64500.asn.test", "TXT", "64500 | DE | ripencc | 2019-03-01 | PREZ-AS - Prez Communications, LLC, US")
OTHER = yes("as64501.asn.test", "TXT", "64501 | DE | ripencc | 2019-03-01 | OTHER-AS, DE")
BAD = ("ROUTE_ANNOUNCED", "ROUTE_NOT_ANNOUNCED")


def fact(answer, *names, address="198.51.100.25"):  # type: ignore[no-untyped-def]
    return [RouteOrigin(address, answer, names)]


def said(*lines, names=(NAME,)):  # type: ignore[no-untyped-def]
    return fact(yes(QUESTION, "TXT", *lines), *names)


def good(networks, prefix="198.51.100.0/24"):  # type: ignore[no-untyped-def]
    return {"address": "198.51.100.25", "networks": networks, "prefix": prefix}


SCENARIOS = [
    Scenario(
        "one network",
        said(LINE),
        ["ROUTE_ANNOUNCED"],
        "pass",
        ["ROUTE_SEVERAL_ORIGINS"],
        args=good(("AS64500 (PREZ-AS - Prez Communications, LLC, US)",)),
    ),
    Scenario("its name is not known", said(LINE, names=()), ["ROUTE_ANNOUNCED"], "pass", args=good(("AS64500",))),
    Scenario("another's name does not count", said(LINE, names=(OTHER,)), ["ROUTE_ANNOUNCED"], "pass", args=good(("AS64500",))),
    Scenario(
        "its name cannot be looked up",
        said(LINE, names=(no("as64500.asn.test", "TXT", DnsStatus.TIMEOUT),)),
        ["ROUTE_ANNOUNCED"],
        "pass",
        args=good(("AS64500",)),
    ),
    Scenario(
        "its name cannot be read",
        said(LINE, names=(yes("as64500.asn.test", "TXT", "nothing"),)),
        ["ROUTE_ANNOUNCED"],
        "pass",
        args=good(("AS64500",)),
    ),
    Scenario(
        "control characters in its name",
        said(LINE, names=(yes("as64500.asn.test", "TXT", "64500 | DE | ripencc | | a\x1b[31m"),)),
        ["ROUTE_ANNOUNCED"],
        "pass",
        args=good(("AS64500 (a\\x1b[31m)",)),
    ),
    Scenario(
        "two networks in one record",
        said("64501 64500 | 198.51.100.0/24 | DE | ripencc |", names=(NAME, OTHER)),
        ["ROUTE_ANNOUNCED", "ROUTE_SEVERAL_ORIGINS"],
        "pass",
        args=good(("AS64500 (PREZ-AS - Prez Communications, LLC, US)", "AS64501 (OTHER-AS, DE)")),
    ),
    Scenario(
        "two networks in two records",
        said(LINE, "64501 | 198.51.100.0/24 | DE | ripencc |", names=()),
        ["ROUTE_ANNOUNCED", "ROUTE_SEVERAL_ORIGINS"],
        "pass",
        args={**good(("AS64500", "AS64501")), "count": 2},
    ),
    Scenario(
        "the most specific block counts",
        said("64501 | 198.51.0.0/16 | DE | ripencc |", LINE, names=()),
        ["ROUTE_ANNOUNCED"],
        "pass",
        ["ROUTE_SEVERAL_ORIGINS"],
        args=good(("AS64500",)),
    ),
    Scenario(
        "IPv6",
        fact(
            yes("0.0.0.origin6.asn.test", "TXT", "64500 | 2001:db8:25::/48 | DE | ripencc |"), NAME, address="2001:db8:25::25"
        ),
        ["ROUTE_ANNOUNCED"],
        "pass",
    ),
    Scenario(
        "one of two records cannot be read", said(LINE, "nothing"), ["ROUTE_ANNOUNCED"], "pass", ["ROUTE_ANSWER_UNREADABLE"]
    ),
    Scenario(
        "NXDOMAIN",
        fact(no(QUESTION, "TXT", DnsStatus.NXDOMAIN)),
        ["ROUTE_NOT_ANNOUNCED"],
        "warn",
        ["ROUTE_ANNOUNCED"],
        args={"question": QUESTION},
    ),
    Scenario("empty answer", fact(no(QUESTION, "TXT")), ["ROUTE_NOT_ANNOUNCED"], "warn", ["ROUTE_ANNOUNCED"]),
    Scenario("no record can be read", said("nothing", "a | b"), ["ROUTE_ANSWER_UNREADABLE"], "inconclusive", BAD),
    Scenario(
        "about another address",
        said("64500 | 192.0.2.0/24 | DE | ripencc |", "64500 | 2001:db8::/32 | DE | ripencc |"),
        ["ROUTE_ANSWER_UNREADABLE"],
        "inconclusive",
        BAD,
    ),
    Scenario("aliases that never end", fact(no(QUESTION, "TXT", DnsStatus.LOOP)), ["ROUTE_UNANSWERED"], "inconclusive", BAD),
    *(
        Scenario(f"trouble: {s}", fact(no(QUESTION, "TXT", s)), ["ROUTE_UNANSWERED"], "inconclusive", BAD)
        for s in (*TROUBLES, DnsStatus.ERROR)
    ),
]
