"""routing.provider-range."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.rdns import ReverseDns
from selfaudit.policy import Policy
from tests.checks.build import Scenario, no

CHECK = "routing.provider-range"
PACK = Policy(provider="Prez Hosting", prefixes=("198.51.0.0/16", "198.51.100.0/24", "2001:db8:25::/48"))
TAGS = ("PROVIDER_RANGE_INSIDE", "PROVIDER_RANGE_OUTSIDE", "PROVIDER_RANGE_NOT_LISTED", "PROVIDER_RANGE_NO_PROVIDER")


def fact(address, status=DnsStatus.NXDOMAIN):  # type: ignore[no-untyped-def]
    return [ReverseDns(address, no("x.arpa", "PTR", status), None, ())]


def one(name, address, tag, outcome, policy=PACK, **args):  # type: ignore[no-untyped-def]
    return Scenario(name, fact(address), [tag], outcome, [t for t in TAGS if t != tag], args=args, policy=policy)


INSIDE, OUTSIDE, NOT_LISTED, NO_PROVIDER = TAGS
SCENARIOS = [
    one("inside", "198.51.100.25", INSIDE, "pass", prefix="198.51.100.0/24", provider="Prez Hosting"),
    one("first address", "198.51.100.0", INSIDE, "pass", prefix="198.51.100.0/24"),
    one("last address", "198.51.100.255", INSIDE, "pass", prefix="198.51.100.0/24"),
    one("in the wider block only", "198.51.101.0", INSIDE, "pass", prefix="198.51.0.0/16"),
    one("IPv6 inside", "2001:db8:25:ffff::1", INSIDE, "pass", prefix="2001:db8:25::/48"),
    one("outside", "203.0.113.80", OUTSIDE, "warn", provider="Prez Hosting"),
    one("just below", "198.50.255.255", OUTSIDE, "warn"),
    one("just above", "198.52.0.0", OUTSIDE, "warn"),
    one("IPv6 outside", "2001:db8:26::", OUTSIDE, "warn"),
    one("the family is not listed", "2001:db8::1", OUTSIDE, "warn", Policy(provider="X", prefixes=("198.51.100.0/24",))),
    one("no block is listed", "198.51.100.25", NOT_LISTED, "not-applicable", Policy(provider="ofsecman.io")),
    one("no provider", "198.51.100.25", NO_PROVIDER, "not-applicable", Policy()),
    Scenario("the reverse look-up does not matter", fact("198.51.100.25", DnsStatus.TIMEOUT), [INSIDE], "pass", policy=PACK),
]
