"""mail.spf-coverage."""

from __future__ import annotations

from selfaudit.facts.dns import DnsStatus
from tests.checks.build import MAIL, NULL_MAIL, Scenario, Zone, mail_fact, spf_fact

CHECK = "mail.spf-coverage"
MX = mail_fact(MAIL)
IP = "192.0.2.25"


def zone(*records: str) -> Zone:
    return {"shop.test": {"TXT": list(records), "A": ["192.0.2.1"]}, "slow.test": {"TXT": DnsStatus.TIMEOUT}}


SCENARIOS = [
    Scenario("named", [spf_fact(zone("v=spf1 ip4:192.0.2.25 -all"), IP), MX], ["SPF_COVERS"], "pass"),
    Scenario("IPv6 named", [spf_fact(zone("v=spf1 ip6:2001:db8::/64 -all"), "2001:db8::25"), MX], ["SPF_COVERS"], "pass"),
    Scenario(
        "not named",
        [spf_fact(zone("v=spf1 a -all"), IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        ["SPF_COVERS"],
        {"result": "fail"},
    ),
    Scenario(
        "not named, soft",
        [spf_fact(zone("v=spf1 a ~all"), IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"result": "softfail"},
    ),
    Scenario("neutral", [spf_fact(zone("v=spf1 a ?all"), IP), MX], ["SPF_DOES_NOT_COVER"], "fail", args={"result": "neutral"}),
    Scenario(
        "one of two",
        [spf_fact(zone("v=spf1 ip4:192.0.2.25 -all"), IP, "192.0.2.26"), MX],
        ["SPF_COVERS", "SPF_DOES_NOT_COVER"],
        "fail",
    ),
    Scenario(
        "only audited, not said to send",
        [spf_fact(zone("v=spf1 a -all"), IP, presumed=True), MX],
        ["SPF_MAY_NOT_COVER"],
        "warn",
        ["SPF_DOES_NOT_COVER"],
    ),
    Scenario(
        "passes only because everybody does",
        [spf_fact(zone("v=spf1 a +all"), IP), MX],
        ["SPF_COVERS_ONLY_BECAUSE_OPEN"],
        "warn",
        ["SPF_COVERS"],
        {"corrected": "v=spf1 ip4:192.0.2.25 a ~all"},
    ),
    Scenario(
        "two missing, one record for both",
        [spf_fact(zone("v=spf1 a ~all"), IP, "2001:db8::25", "192.0.2.1"), MX],
        ["SPF_DOES_NOT_COVER", "SPF_COVERS"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 ip6:2001:db8::25 a ~all"},
    ),
    Scenario(
        "two missing, one finding for both",
        [spf_fact(zone("v=spf1 a ~all"), IP, "2001:db8::25"), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"address": ("192.0.2.25", "2001:db8::25")},
    ),
    Scenario(
        "not named, and the rest elsewhere",
        [spf_fact(zone("v=spf1 redirect=other.test") | {"other.test": {"TXT": ["v=spf1 -all"]}}, IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 redirect=other.test"},
    ),
    Scenario(
        "no record, sender only presumed",
        [spf_fact(zone("x"), IP, presumed=True), MX],
        ["SPF_MAY_NOT_COVER"],
        "warn",
        args={"corrected": "v=spf1 ip4:192.0.2.25 ~all"},
    ),
    Scenario(
        "shut out by name",
        [spf_fact(zone("v=spf1 -ip4:192.0.2.0/24 ip4:198.51.100.1 -all"), IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 -ip4:192.0.2.0/24 ip4:198.51.100.1 -all"},
    ),
    Scenario(
        "what all switched off stays off",
        [spf_fact(zone("v=spf1 mx -all include:gone.test redirect=gone.test"), IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 mx -all"},
    ),
    Scenario(
        "no ending",
        [spf_fact(zone("v=spf1 a"), IP), MX],
        ["SPF_DOES_NOT_COVER"],
        "fail",
        args={"corrected": "v=spf1 ip4:192.0.2.25 a ~all"},
    ),
    Scenario("policy in error", [spf_fact(zone("v=spf1 foo"), IP), MX], ["SPF_COVERAGE_ERROR"], "fail"),
    Scenario("no policy", [spf_fact(zone("x"), IP), MX], ["SPF_COVERAGE_NO_POLICY"], "fail"),
    Scenario("no address given", [spf_fact(zone("v=spf1 a -all")), MX], ["SPF_COVERAGE_NO_ADDRESS"], "not-applicable"),
    Scenario(
        "sends no mail",
        [spf_fact(NULL_MAIL, IP), mail_fact(NULL_MAIL)],
        ["SPF_COVERAGE_SENDS_NO_MAIL"],
        "not-applicable",
        ["SPF_DOES_NOT_COVER"],
    ),
    Scenario(
        "says it sends none, takes mail, and sends",
        [spf_fact(zone("v=spf1 -all"), IP), MX],
        ["SPF_COVERAGE_CONTRADICTION"],
        "warn",
    ),
    Scenario(
        "trouble",
        [spf_fact({"shop.test": {"TXT": DnsStatus.SERVFAIL}}, IP), MX],
        ["SPF_COVERAGE_UNANSWERED"],
        "inconclusive",
        ["SPF_DOES_NOT_COVER", "SPF_COVERAGE_NO_POLICY"],
    ),
    Scenario(
        "trouble on the way",
        [spf_fact(zone("v=spf1 include:slow.test -all"), IP), MX],
        ["SPF_COVERAGE_UNANSWERED"],
        "inconclusive",
        ["SPF_DOES_NOT_COVER"],
    ),
    Scenario(
        "voids on the way decide nothing here",
        [spf_fact(zone("v=spf1 a:g1.test a:g2.test a:g3.test ip4:192.0.2.25 -all"), IP), MX],
        ["SPF_COVERS"],
        "pass",
        ["SPF_COVERAGE_ERROR"],
    ),
]
