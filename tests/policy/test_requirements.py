"""What the engine tells the policy: how grave findings are, which servers stand at an address, and the parameters of a provider."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case import Approval, Case, Target
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence, Record, Tool, Vantage
from selfaudit.engine.judge import policy_for
from selfaudit.engine.requirements import (
    check_cited,
    expected_of,
    faults_of,
    inside_of,
    pack_of,
    readiness_of,
    reading_of,
    remark_of,
    servers_at,
    unsampled_of,
)
from selfaudit.errors import UserError
from selfaudit.facts import Request
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.policy.model import State
from selfaudit.protocols.message_read import read_message

CASE = Case((Target("domain", "shop.test"),), provider="prezcomm")

LISTING = {
    "target": "192.0.2.1",
    "list": "Some List",
    "zone": "z.test",
    "meaning": "spam",
    "codes": "127.0.0.2",
    "removal": "x",
    "lists": "y",
    "question": "q",
}


def host(name: str, *addresses: str, said: str = "") -> HostReport:
    """A server with addresses of its own, as the collector writes them."""
    part = HostPart("addresses", PartStatus.OK, tuple(f"eth0|{a}" for a in addresses))
    return HostReport(
        name,
        "m",
        "1",
        "unix",
        "2026-11-22T00:00:00Z",
        "2026-11-22T00:00:00Z",
        "",
        "file",
        False,
        True,
        (part,),
        "00",
        address=said,
    )


def evidence(*reports: HostReport) -> Evidence:
    records = tuple(
        Record(f"e{n}", Request("host.report", r.name), "2026-11-22T00:00:00Z", 1, r) for n, r in enumerate(reports)
    )
    return Evidence(CASE, Tool(), "2026-11-22T00:00:00.000Z", "2026-11-22T00:00:01.000Z", Vantage(), CASE.targets, records)


def test_servers_stand_at_their_own_addresses_and_at_those_they_were_said_to_be_from() -> None:
    found = servers_at(
        evidence(
            host("a", "192.0.2.1/24", "127.0.0.1/8", "2001:db8::1/64"),
            host("b", "10.0.0.5/8", said="192.0.2.7"),
            host("c", "192.0.2.1/32"),
        )
    )
    assert found["192.0.2.1"] == ("a", "c")
    assert found["2001:db8::1"] == ("a",)
    assert found["192.0.2.7"] == ("b",)
    assert "127.0.0.1" not in found
    assert "192.0.2.2" not in found


def test_only_grave_findings_that_nobody_approved_are_faults() -> None:
    findings = (
        Finding("LISTED_INFORMATION", LISTING), Finding("LISTED_SECOND_TIER", LISTING), Finding("LISTED", LISTING),
        Finding("LISTED", LISTING, approved="T-1"),
    )  # fmt: skip
    faults = faults_of(Result("blocklist.address", "address", "192.0.2.1", Outcome.FAIL, findings))
    assert [f.finding for f in faults] == [findings[2]]
    assert faults[0].words == "192.0.2.1 is listed at Some List: spam (127.0.0.2). Most receivers and desks go by this list."


def test_what_an_audit_is_expected_to_have_looked_at() -> None:
    seen = replace(
        evidence(host("a", "192.0.2.1/24")),
        case=replace(CASE, only=("mail.spf",), targets=(*CASE.targets, Target("domain", "b.test"))),
    )
    expected = expected_of(seen)
    assert expected["mail.spf"] == ("shop.test", "b.test")
    assert expected["mail.dkim"] == ("shop.test", "b.test")
    assert "rdns.present" not in expected
    assert "host.firewall" not in expected
    assert reading_of(seen, 0.0).expected == expected


def test_reading_knows_when_the_audit_ended_and_whether_it_did() -> None:
    assert (reading_of(evidence(), 0.0).finished, reading_of(evidence(), 0.0).interrupted) == (
        "2026-11-22T00:00:01.000Z",
        False,
    )
    assert reading_of(replace(evidence(), interrupted=True), 0.0).interrupted is True


def test_domains_without_a_sample_message() -> None:
    case = replace(CASE, targets=(*CASE.targets, Target("domain", "b.test")))
    report = MessageReport(read_message(b"From: Maria <info@news.shop.test>\r\nSubject: x\r\n\r\nHello\r\n", "a.eml"))
    record = Record("m1", Request("message.report", "a.eml"), "2026-11-22T00:00:00Z", 1, report)
    assert unsampled_of(replace(evidence(), case=case)) == ("shop.test", "b.test")
    assert unsampled_of(replace(evidence(), case=case, records=(record,))) == ("b.test",)


def test_a_warning_is_said_in_the_words_of_its_gravest_finding() -> None:
    findings = (Finding("LISTED_INFORMATION", LISTING), Finding("LISTED_SECOND_TIER", LISTING))
    words = remark_of(Result("blocklist.address", "address", "192.0.2.1", Outcome.WARN, findings))
    assert "Some List" in words
    assert remark_of(Result("blocklist.address", "address", "192.0.2.1", Outcome.PASS)) == ""


@pytest.mark.parametrize(
    ("provider", "check", "wanted"),
    [
        ("prezcomm", "exposure.relay", "T-1"), ("prezcomm", "blocklist.address", ""), ("prezcomm", "host.persistence", ""),
        ("ofsecman", "exposure.relay", ""), ("", "blocklist.address", "T-1"),
    ],
)  # fmt: skip
def test_only_what_the_policy_lets_be_approved_can_be(provider: str, check: str, wanted: str) -> None:
    policy = policy_for(replace(CASE, provider=provider, exceptions=(Approval(check, "", "T-1"),)))
    assert policy.approval(check, "192.0.2.1", {}) == wanted


def test_reading_knows_every_check() -> None:
    kinds = reading_of(evidence(), 0.0).kinds
    assert kinds["exposure.relay"] == "address"
    assert kinds["mail.spf"] == "domain"
    assert kinds["patch.updates"] == "host"


def test_without_a_known_provider_nothing_is_said() -> None:
    for provider in ("", "somebody else"):
        seen = evidence()
        assert readiness_of(Audit(replace(seen, case=replace(CASE, provider=provider)), ())) is None
        assert pack_of(replace(CASE, provider=provider)) is None


def test_an_audit_without_results_meets_nothing() -> None:
    found = readiness_of(Audit(evidence(), ()))
    assert found is not None
    assert found.ready is False
    assert State.MET not in {r.state for r in found.requirements}


def test_cited_clauses_are_of_the_providers_policy() -> None:
    check_cited(replace(CASE, cited=("B-5.7",)))
    with pytest.raises(UserError, match="has no clause B-99"):
        check_cited(replace(CASE, cited=("B-99",)))
    with pytest.raises(UserError, match="only where the provider's policy is known"):
        check_cited(replace(CASE, provider="", cited=("B-5.7",)))


@pytest.mark.parametrize(
    ("provider", "consent", "hours", "days", "kept"),
    [("prezcomm", "verifiable", 72, 10, ""), ("ofsecman", "confirmed", 0, 0, "duration"), ("", "verifiable", 0, 0, "")],
)
def test_the_rules_get_the_providers_numbers(provider: str, consent: str, hours: int, days: int, kept: str) -> None:
    policy = policy_for(replace(CASE, provider=provider))
    assert (policy.consent, policy.proof_hours, policy.opt_out_days) == (consent, hours, days)
    assert kept in policy.proof_kept


@pytest.mark.parametrize(
    ("taken", "received", "seen"),
    [
        ("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("2026-12-24T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("some day", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"),
    ],
)
def test_when_a_server_was_looked_at(taken: str, received: str, seen: str) -> None:
    report = replace(host("srv"), taken=taken, received=received)
    assert inside_of(evidence(report)) == {"srv": seen}
    assert inside_of(evidence(replace(report, taken="", received=""))) == {}


def test_a_server_that_was_looked_at_before_the_suspension_meets_no_clause() -> None:
    seen = replace(evidence(host("srv")), case=replace(CASE, provider="ofsecman.io", suspended="2026-11-23"))
    results = (Result("host.malware", "host", "srv", Outcome.PASS),)
    late = readiness_of(Audit(seen, results), 1_795_600_000.0)
    assert late is not None
    assert not any(b.target == "srv" for r in late.requirements for b in r.by)
    assert "audit-age" in {g.part for g in late.gaps}
    early = readiness_of(Audit(replace(seen, case=replace(seen.case, suspended="2026-11-21")), results), 1_795_600_000.0)
    assert early is not None
    assert any(b.target == "srv" for r in early.requirements for b in r.by)
