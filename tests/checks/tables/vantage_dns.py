"""vantage.dns."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.vantage import DnsVantage
from tests.checks.build import Scenario, no, yes

CHECK = "vantage.dns"
GONE = (no("r1.com", "A", DnsStatus.NXDOMAIN), no("r2.org", "A", DnsStatus.NXDOMAIN))
GOOD = DnsVantage(("192.0.2.53",), no("x.com", "A", DnsStatus.TIMEOUT), GONE, (), yes(".", "SOA", "a. b. 1 2 3 4 5"))
SILENT = (no("r1.com", "A", DnsStatus.TIMEOUT), no("r2.org", "A", DnsStatus.SERVFAIL))

SCENARIOS = [
    Scenario("all right", [GOOD], ["VANTAGE_DNS_OK"], "pass"),
    Scenario(
        "nobody there says no",
        [replace(GOOD, interception=no("x.com", "A", DnsStatus.UNREACHABLE))],
        ["VANTAGE_DNS_OK"],
        "pass",
    ),
    Scenario(
        "intercepted",
        [replace(GOOD, interception=no("x.com", "A", DnsStatus.NXDOMAIN, server="192.0.2.1"))],
        ["VANTAGE_DNS_INTERCEPTED"],
        "inconclusive",
        ["VANTAGE_DNS_OK"],
    ),
    Scenario(
        "intercepted with refusal",
        [replace(GOOD, interception=no("x.com", "A", DnsStatus.REFUSED))],
        ["VANTAGE_DNS_INTERCEPTED"],
        "inconclusive",
    ),
    *(
        Scenario(
            f"intercepted over TCP only: {status}",
            [replace(GOOD, interception_tcp=no("x.com", "A", status, server="192.0.2.1"))],
            ["VANTAGE_DNS_INTERCEPTED"],
            "inconclusive",
            ["VANTAGE_DNS_OK"],
            {"address": "192.0.2.1"},
        )
        for status in (DnsStatus.NXDOMAIN, DnsStatus.SERVFAIL, DnsStatus.REFUSED, DnsStatus.MALFORMED)
    ),
    Scenario(
        "intercepted by both ways is said once",
        [replace(GOOD, interception=yes("x.com", "A", "203.0.113.9"), interception_tcp=yes("x.com", "A", "203.0.113.9"))],
        ["VANTAGE_DNS_INTERCEPTED"],
        "inconclusive",
        ["VANTAGE_DNS_OK"],
    ),
    *(
        Scenario(
            f"nobody there takes TCP: {status}",
            [replace(GOOD, interception_tcp=no("x.com", "A", status))],
            ["VANTAGE_DNS_OK"],
            "pass",
            ["VANTAGE_DNS_INTERCEPTED"],
        )
        for status in (DnsStatus.TIMEOUT, DnsStatus.UNREACHABLE)
    ),
    Scenario("the controls were not run", [replace(GOOD, interception=None)], ["VANTAGE_DNS_OK"], "pass"),
    Scenario(
        "rewritten",
        [replace(GOOD, random_names=(yes("r1.com", "A", "203.0.113.9"), GONE[1]))],
        ["VANTAGE_DNS_REWRITTEN"],
        "inconclusive",
        ["VANTAGE_DNS_OK"],
    ),
    Scenario("off line", [replace(GOOD, random_names=SILENT)], ["VANTAGE_DNS_NO_ANSWER"], "inconclusive", ["VANTAGE_DNS_OK"]),
    Scenario(
        "root servers blocked",
        [replace(GOOD, root=no(".", "SOA", DnsStatus.TIMEOUT))],
        ["VANTAGE_DNS_NO_DIRECT", "VANTAGE_DNS_OK"],
        "pass",
    ),
    Scenario(
        "public resolver", [replace(GOOD, public_resolver="Quad9")], ["VANTAGE_DNS_PUBLIC_RESOLVER", "VANTAGE_DNS_OK"], "pass"
    ),
    Scenario("no iteration", [replace(GOOD, root=None, iterates=False)], ["VANTAGE_DNS_NO_ITERATION"], "pass"),
    Scenario(
        "random names are empty, not absent",
        [replace(GOOD, random_names=(no("r1.com", "A"), no("r2.org", "A")))],
        ["VANTAGE_DNS_NO_ANSWER"],
        "inconclusive",
        ["VANTAGE_DNS_OK"],
    ),
]
