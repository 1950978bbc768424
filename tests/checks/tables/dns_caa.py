"""dns.caa."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.zone import CaaLookups
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "dns.caa"


def fact(*answers):  # type: ignore[no-untyped-def]
    return [CaaLookups("www.shop.test", answers)]


SCENARIOS = [
    Scenario("own records", fact(yes("www.shop.test", "CAA", '0 issue "letsencrypt.org"')), ["CAA_OK"], "pass"),
    Scenario(
        "records above",
        fact(no("www.shop.test", "CAA"), yes("shop.test", "CAA", '0 issue "ca.test; policy=x"')),
        ["CAA_OK"],
        "pass",
    ),
    Scenario(
        "none",
        fact(no("www.shop.test", "CAA"), no("shop.test", "CAA"), no("test", "CAA", DnsStatus.NXDOMAIN)),
        ["CAA_ABSENT"],
        "not-applicable",
    ),
    Scenario("forbids all", fact(yes("www.shop.test", "CAA", '0 issue ";"')), ["CAA_FORBIDS_ALL"], "pass"),
    Scenario("unknown critical tag", fact(yes("www.shop.test", "CAA", '128 tbs "x"')), ["CAA_CRITICAL_UNKNOWN"], "warn"),
    Scenario(
        "known critical tag",
        fact(yes("www.shop.test", "CAA", '128 issue "ca.test"')),
        ["CAA_OK"],
        "pass",
        ["CAA_CRITICAL_UNKNOWN"],
    ),
    *(
        Scenario(f"trouble: {s}", fact(no("www.shop.test", "CAA", s)), ["CAA_UNANSWERED"], "inconclusive", ["CAA_ABSENT"])
        for s in TROUBLES
    ),
    Scenario(
        "only about wildcards",
        fact(yes("www.shop.test", "CAA", '0 issuewild ";"')),
        ["CAA_ABSENT"],
        "not-applicable",
        ["CAA_OK", "CAA_FORBIDS_ALL"],
    ),
    Scenario(
        "a quotation mark inside",
        fact(yes("www.shop.test", "CAA", r'128 issue "ca.test; x=\"y\""')),
        ["CAA_OK"],
        "pass",
    ),
    Scenario(
        "only a contact",
        fact(yes("www.shop.test", "CAA", '0 iodef "mailto:x@shop.test"')),
        ["CAA_ABSENT"],
        "not-applicable",
        ["CAA_OK"],
    ),
]
