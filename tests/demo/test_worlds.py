"""The three worlds: every fault of the broken one by its tag, nothing wrong in the fixed one, no false pass in the suspended one."""

from __future__ import annotations

import pytest

from selfaudit.checks import all_checks
from selfaudit.demo import WORLDS, Internet, demo_case
from selfaudit.demo.internet import load_data, zone_text
from selfaudit.engine import Audit, run_audit
from selfaudit.findings import Outcome
from selfaudit.net import open_net

BROKEN = {
    ("blumenhof.example", "dns.delegation"): "DELEGATION_SERVER_REFUSES",
    ("blumenhof.example", "dns.dangling"): "DANGLING_TAKEABLE",
    ("blumenhof.example", "dns.caa"): "CAA_CRITICAL_UNKNOWN",
    ("blumenhof.example", "dns.transfer"): "TRANSFER_GIVEN",
    ("blumenhof.example", "mail.mx"): "MX_HOST_WITHOUT_ADDRESS",
    ("blumenhof.example", "mail.spf"): "SPF_PASS_ALL",
    ("blumenhof.example", "mail.dkim"): "DKIM_KEY_UNUSABLE",
    ("blumenhof.example", "mail.dmarc"): "DMARC_MISSING",
    ("blumenhof.example", "mail.mta-sts"): "MTA_STS_HOST_NOT_COVERED",
    ("blumenhof.example", "mail.tls-rpt"): "TLS_RPT_BROKEN",
    ("blumenhof.example", "mail.bimi"): "BIMI_BROKEN",
    ("angebote-blumenhof.example", "dns.dnssec"): "DNSSEC_BOGUS",
    ("angebote-blumenhof.example", "mail.spf"): "SPF_TOO_MANY_LOOKUPS",
    ("angebote-blumenhof.example", "mail.spf-coverage"): "SPF_COVERAGE_ERROR",
    ("angebote-blumenhof.example", "mail.dkim"): "DKIM_KEY_REVOKED",
    ("angebote-blumenhof.example", "mail.dmarc"): "DMARC_REPORTS_REFUSED",
    ("angebote-blumenhof.example", "mail.mta-sts"): "MTA_STS_REDIRECT",
    ("angebote-blumenhof.example", "blocklist.domain"): "LISTED",
    ("blumenhof-alt.example", "mail.mx"): "MX_IMPLICIT",
    ("blumenhof-alt.example", "mail.spf"): "SPF_MISSING",
    ("198.51.100.25", "rdns.present"): "RDNS_MISSING",
    ("198.51.100.25", "blocklist.address"): "LISTED",
    ("203.0.113.80", "rdns.generic"): "RDNS_GENERIC",
    ("203.0.113.80", "rdns.forward-confirmed"): "FCRDNS_NO_FORWARD",
    ("203.0.113.80", "blocklist.address"): "LISTED_SECOND_TIER",
    ("2001:db8:25::25", "rdns.forward-confirmed"): "FCRDNS_NO_FORWARD",
}


async def audit_of(world: str) -> Audit:
    async with Internet(world) as internet:
        return await run_audit(demo_case(world), open_net(internet.settings, routes=internet.routes))


async def test_broken() -> None:
    audit = await audit_of("broken")
    assert {r.check for r in audit.results} == set(all_checks())
    found = {(r.target, r.check): {f.tag for f in r.findings} for r in audit.results}
    for key, tag in BROKEN.items():
        assert tag in found[key], (key, found[key])
    assert audit.exit_code() == 1
    assert not any(r.outcome is Outcome.BUG for r in audit.results)


async def test_fixed() -> None:
    audit = await audit_of("fixed")
    assert {r.check for r in audit.results} == set(all_checks())
    wrong = [
        (r.check, r.target, r.reason)
        for r in audit.results
        if r.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.BUG)
    ]
    assert wrong == []
    assert audit.exit_code() == 0
    (dmarc,) = [r for r in audit.results if r.check == "mail.dmarc" and r.target == "blumenhof.example"]
    assert "DMARC_CACHED" in {f.tag for f in dmarc.findings}


async def test_suspended_has_no_false_pass() -> None:
    audit = await audit_of("suspended")
    assert {r.check for r in audit.results} == set(all_checks())
    outcomes = {(r.target, r.check): r.outcome for r in audit.results}
    # Whatever needs the host that is cut off cannot be concluded.
    for check in ("dns.delegation", "dns.transfer", "mail.mta-sts"):
        assert outcomes[("blumenhof.example", check)] is Outcome.INCONCLUSIVE
    # Still listed, and said so; public records answer.
    assert outcomes[("198.51.100.25", "blocklist.address")] is Outcome.FAIL
    assert outcomes[("blumenhof.example", "mail.spf")] is Outcome.PASS
    for result in audit.results:
        if result.outcome is Outcome.PASS:
            records = [audit.evidence.record(i) for f in result.findings for i in f.evidence]
            assert records
            assert all(r is not None and r.fact is not None for r in records)


@pytest.mark.parametrize("world", WORLDS)
async def test_nothing_leaves_the_machine_and_no_name_is_real(world: str) -> None:
    data = load_data()
    for zone in data.zone:
        assert zone.name in (".", "arpa") or zone.name.endswith(("example", ".arpa"))
    audit = await audit_of(world)
    assert audit.evidence.case.demo == world
    assert all(s.count > 0 for s in audit.evidence.sent)


def test_marks_in_zone_files() -> None:
    text = "a 1 IN A 192.0.2.1\nb 1 IN A 192.0.2.2 ;; broken\nc 1 IN A 192.0.2.3 ;; fixed suspended\n"
    assert zone_text(text, "broken").splitlines() == ["a 1 IN A 192.0.2.1", "b 1 IN A 192.0.2.2 ;; broken"]
    assert "192.0.2.3" in zone_text(text, "suspended")


async def test_queries_are_not_repeated() -> None:
    async with Internet("fixed") as internet:
        net = open_net(internet.settings, routes=internet.routes)
        await run_audit(demo_case("fixed"), net)
        assert net.dns.sent <= net.dns.distinct * 1.05
