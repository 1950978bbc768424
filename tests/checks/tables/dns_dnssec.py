"""dns.dnssec."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.zone import DnssecChain
from tests.checks.build import TROUBLES, Scenario, no, yes
from tests.protocols.test_dnssec import NOW, signed

CHECK = "dns.dnssec"
PLAIN = yes("shop.test", "SOA", "a. b. 1 2 3 4 5")
FAILS = no("shop.test", "SOA", DnsStatus.SERVFAIL)
FAILS_BECAUSE = no("shop.test", "SOA", DnsStatus.SERVFAIL, detail="SIGNATURE_EXPIRED: x")
NO_DS, NO_KEY = no("shop.test", "DS"), no("shop.test", "DNSKEY")


def chain(ds, dnskey, soa, plain=PLAIN, unchecked=PLAIN):  # type: ignore[no-untyped-def]
    return [DnssecChain("shop.test", ds, dnskey, soa, plain, unchecked, NOW)]


DS, KEY, SOA = signed()
tag, algorithm, _kind, digest = DS.records[0].split(" ", 3)
OLD_DIGEST = replace(DS, records=(f"{tag} {algorithm} 1 {digest[:40]}",))
SCENARIOS = [
    Scenario("signed", chain(DS, KEY, SOA), ["DNSSEC_OK"], "pass"),
    Scenario("not signed", chain(NO_DS, NO_KEY, PLAIN), ["DNSSEC_UNSIGNED"], "not-applicable"),
    Scenario("ran out", chain(*signed(days_left=-2)), ["DNSSEC_BOGUS"], "fail", ["DNSSEC_OK"]),
    Scenario("ran out, and the resolver says so", chain(*signed(days_left=-2), plain=FAILS), ["DNSSEC_BOGUS"], "fail"),
    Scenario("wrong DS", chain(signed()[0], KEY, SOA), ["DNSSEC_BOGUS"], "fail"),
    Scenario("runs out soon", chain(*signed(days_left=1)), ["DNSSEC_EXPIRES_SOON"], "warn"),
    Scenario("no DS", chain(NO_DS, KEY, SOA), ["DNSSEC_NO_DS"], "warn"),
    Scenario(
        "the resolver says why",
        chain(no("shop.test", "DS", DnsStatus.TIMEOUT), KEY, SOA, plain=FAILS_BECAUSE),
        ["DNSSEC_REJECTED"],
        "fail",
        ["DNSSEC_OK"],
    ),
    Scenario(
        "a SERVFAIL alone proves nothing",
        chain(DS, KEY, SOA, plain=FAILS),
        ["DNSSEC_RESOLVER_DISAGREES"],
        "inconclusive",
        ["DNSSEC_OK", "DNSSEC_REJECTED"],
    ),
    Scenario(
        "nor for an unsigned zone",
        chain(NO_DS, NO_KEY, PLAIN, plain=FAILS),
        ["DNSSEC_RESOLVER_DISAGREES"],
        "inconclusive",
        ["DNSSEC_REJECTED"],
    ),
    Scenario(
        "validated by the resolver after all",
        chain(*signed(days_left=-2), plain=replace(PLAIN, validated=True)),
        ["DNSSEC_RESOLVER_DISAGREES"],
        "inconclusive",
        ["DNSSEC_BOGUS"],
    ),
    Scenario(
        "signatures stripped on the way",
        chain(replace(DS, signatures=()), replace(KEY, signatures=()), replace(SOA, signatures=())),
        ["DNSSEC_UNANSWERED"],
        "inconclusive",
        ["DNSSEC_BOGUS"],
    ),
    Scenario(
        "down for everybody is no DNSSEC fault",
        chain(NO_DS, NO_KEY, PLAIN, plain=FAILS, unchecked=FAILS),
        ["DNSSEC_UNSIGNED"],
        "not-applicable",
    ),
    Scenario(
        "unknown digest",
        chain(replace(DS, records=(f"{tag} {algorithm} 3 {digest}",)), KEY, SOA),
        ["DNSSEC_UNSUPPORTED"],
        "inconclusive",
    ),
    *(
        Scenario(f"DS: {s}", chain(no("shop.test", "DS", s), KEY, SOA), ["DNSSEC_UNANSWERED"], "inconclusive", ["DNSSEC_BOGUS"])
        for s in TROUBLES
    ),
    *(
        Scenario(
            f"DNSKEY: {s}",
            chain(DS, no("shop.test", "DNSKEY", s), SOA),
            ["DNSSEC_UNANSWERED"],
            "inconclusive",
            ["DNSSEC_BOGUS"],
        )
        for s in TROUBLES
    ),
]
