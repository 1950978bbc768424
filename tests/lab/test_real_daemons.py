"""`selfaudit audit DOMAIN ADDRESS --settings lab.toml --json -` against unbound, nsd and rbldnsd."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.lab.laboratory import BAD_IP, BAD_IP6, BARE_IP, GOOD_IP, GOOD_IP6, LAME_IP, Laboratory

pytestmark = pytest.mark.lab


@cache
def run(settings: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Runs the command as a person would; the results of equal calls are shared between tests."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "selfaudit", "audit", *arguments, "--settings", str(settings), "--json", "-"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def result(data: dict[str, Any], check: str, target: str) -> tuple[str, set[str]]:
    (found,) = [r for r in data["results"] if r["check"] == check and r["target"]["value"] == target]
    return found["outcome"], {f["tag"] for f in found["findings"]}


ALL = (
    "good.test", "broken.test", "silent.test", "bogus.test", "plain.test", "loop.test", "lame.test", "gone.test", GOOD_IP, BAD_IP, BARE_IP,
    LAME_IP, GOOD_IP6, BAD_IP6, "--sending-ip", GOOD_IP, "--sending-ip", GOOD_IP6, "--selector", "news@good.test", "--selector",
    "old@broken.test", "--selector", "small@broken.test", "--selector", "none@broken.test", "--authority", "Test, tester",
)  # fmt: skip

SCENARIOS = [
    ("vantage.dns", "case", "pass", "VANTAGE_DNS_OK"),
    ("vantage.clock", "case", "inconclusive", "CLOCK_COARSE"),
    ("dns.delegation", "good.test", "pass", "DELEGATION_OK"),
    ("dns.delegation", "lame.test", "fail", "DELEGATION_LAME"),
    ("dns.delegation", "gone.test", "fail", "DELEGATION_NOT_FOUND"),
    ("dns.dnssec", "good.test", "pass", "DNSSEC_OK"),
    ("dns.dnssec", "bogus.test", "fail", "DNSSEC_BOGUS"),
    ("dns.dnssec", "broken.test", "not-applicable", "DNSSEC_UNSIGNED"),
    ("dns.dangling", "broken.test", "fail", "DANGLING_TAKEABLE"),
    ("dns.dangling", "good.test", "pass", "DANGLING_NONE"),
    ("dns.caa", "good.test", "pass", "CAA_OK"),
    ("dns.caa", "silent.test", "not-applicable", "CAA_ABSENT"),
    ("mail.mx", "good.test", "pass", "MX_OK"),
    ("mail.mx", "broken.test", "fail", "MX_HOST_WITHOUT_ADDRESS"),
    ("mail.mx", "silent.test", "pass", "MX_NULL"),
    ("mail.mx", "bogus.test", "inconclusive", "MX_UNANSWERED"),
    ("mail.spf", "good.test", "pass", "SPF_OK"),
    ("mail.spf", "broken.test", "fail", "SPF_PASS_ALL"),
    ("mail.spf", "broken.test", "fail", "SPF_TOO_MANY_VOID"),
    ("mail.spf", "silent.test", "pass", "SPF_SENDS_NO_MAIL"),
    ("mail.spf", "plain.test", "fail", "SPF_LOOP"),
    ("mail.spf", "gone.test", "fail", "SPF_MISSING"),
    # A validating resolver hides the whole zone: nothing may be concluded about its records.
    ("mail.spf", "bogus.test", "inconclusive", "SPF_UNANSWERED"),
    ("mail.dmarc", "bogus.test", "inconclusive", "DMARC_UNANSWERED"),
    ("mail.tls-rpt", "bogus.test", "inconclusive", "TLS_RPT_UNANSWERED"),
    ("mail.spf-coverage", "good.test", "pass", "SPF_COVERS"),
    ("mail.spf-coverage", "silent.test", "not-applicable", "SPF_COVERAGE_SENDS_NO_MAIL"),
    ("mail.spf-coverage", "plain.test", "fail", "SPF_COVERAGE_ERROR"),
    ("mail.dkim", "good.test", "pass", "DKIM_KEY_OK"),
    ("mail.dkim", "broken.test", "fail", "DKIM_KEY_REVOKED"),
    ("mail.dkim", "broken.test", "fail", "DKIM_KEY_MISSING"),
    ("mail.dkim", "broken.test", "fail", "DKIM_KEY_WEAK"),
    ("mail.dkim", "silent.test", "not-applicable", "DKIM_SENDS_NO_MAIL"),
    ("mail.dkim", "plain.test", "inconclusive", "DKIM_SEEMS_TO_HAVE_NO_KEYS"),
    ("mail.dmarc", "good.test", "pass", "DMARC_OK"),
    ("mail.dmarc", "broken.test", "fail", "DMARC_BROKEN"),
    ("mail.dmarc", "plain.test", "fail", "DMARC_MISSING"),
    ("mail.dmarc", "silent.test", "warn", "DMARC_REPORTS_REFUSED"),
    ("mail.mta-sts", "good.test", "not-applicable", "MTA_STS_ABSENT"),
    ("mail.tls-rpt", "good.test", "pass", "TLS_RPT_OK"),
    ("mail.tls-rpt", "broken.test", "warn", "TLS_RPT_BROKEN"),
    ("mail.bimi", "good.test", "not-applicable", "BIMI_ABSENT"),
    ("rdns.present", GOOD_IP, "pass", "RDNS_PRESENT"),
    ("rdns.present", BARE_IP, "fail", "RDNS_MISSING"),
    ("rdns.present", LAME_IP, "inconclusive", "RDNS_ZONE_BROKEN"),
    ("rdns.present", GOOD_IP6, "pass", "RDNS_PRESENT"),
    ("rdns.present", BAD_IP6, "fail", "RDNS_MISSING"),
    ("rdns.forward-confirmed", GOOD_IP, "pass", "FCRDNS_OK"),
    ("rdns.forward-confirmed", GOOD_IP6, "pass", "FCRDNS_OK"),
    ("rdns.forward-confirmed", BAD_IP, "fail", "FCRDNS_NO_FORWARD"),
    ("rdns.forward-confirmed", LAME_IP, "inconclusive", "FCRDNS_UNANSWERED"),
    ("rdns.generic", GOOD_IP, "pass", "RDNS_CHOSEN"),
    ("rdns.generic", BAD_IP, "warn", "RDNS_GENERIC"),
    ("blocklist.address", GOOD_IP, "pass", "LISTS_CLEAN"),
    ("blocklist.address", BAD_IP, "fail", "LISTED"),
    ("blocklist.address", BAD_IP, "fail", "LISTED_SECOND_TIER"),
    ("blocklist.address", BAD_IP, "fail", "LISTED_MINOR"),
    ("blocklist.address", GOOD_IP, "pass", "LISTS_CANNOT_TELL"),
    ("blocklist.address", BAD_IP6, "fail", "LISTED"),
    ("blocklist.address", GOOD_IP6, "pass", "LISTS_CLEAN"),
    ("blocklist.domain", "broken.test", "fail", "LISTED"),
    ("blocklist.domain", "good.test", "pass", "LISTS_CLEAN"),
]


@pytest.mark.parametrize(("check", "target", "outcome", "tag"), SCENARIOS)
def test_scenario(lab: Laboratory, check: str, target: str, outcome: str, tag: str) -> None:
    code, data = run(lab.settings, *ALL)
    assert code == 1
    got, tags = result(data, check, target)
    assert tag in tags
    assert got == outcome


def test_transfers(lab: Laboratory) -> None:
    """The name servers lie outside the domains; those named as addresses of this machine may be asked."""
    servers = ("127.0.1.3", "127.0.1.4", "--authority", "Test, tester")
    _code, data = run(lab.settings, "hosting.test", *servers, "--only", "dns.transfer")
    assert result(data, "dns.transfer", "hosting.test") == ("pass", {"TRANSFER_REFUSED"})
    _code, data = run(lab.settings, "broken.test", "--only", "dns.transfer", "--authority", "Test, tester")
    assert result(data, "dns.transfer", "broken.test")[0] == "not-run"
    _code, data = run(lab.settings, "broken.test", *servers, "--only", "dns.transfer")
    assert result(data, "dns.transfer", "broken.test") == ("warn", {"TRANSFER_GIVEN"})


def test_everything_good_ends_with_zero(lab: Laboratory) -> None:
    code, data = run(
        lab.settings, "good.test", GOOD_IP, "--sending-ip", GOOD_IP, "--selector", "news", "--skip", "dns.transfer"
    )
    bad = [(r["check"], r["target"]["value"], r["reason"]) for r in data["results"] if r["outcome"] in ("fail", "bug", "warn")]
    assert bad == []
    assert code == 0


def test_only_inconclusive_ends_with_three(lab: Laboratory) -> None:
    code, _data = run(lab.settings, "bogus.test", "--only", "mail.spf")
    assert code == 3


def test_without_root_hints_the_resolver_serves(lab: Laboratory, tmp_path: Path) -> None:
    settings = tmp_path / "resolver.toml"
    settings.write_text(
        lab.settings.read_text()
        .replace('root_hints = "root.hints"\n', "")
        .replace('"lists.toml"', f'"{lab.folder}/lists.toml"')
    )
    code, data = run(settings, "good.test", GOOD_IP, BAD_IP, "--only", "blocklist,dns.delegation,vantage.dns,dns.dnssec")
    assert code == 1
    assert result(data, "blocklist.address", BAD_IP)[1] >= {"LISTED", "LISTED_SECOND_TIER"}
    assert result(data, "blocklist.address", GOOD_IP)[0] == "pass"
    assert result(data, "dns.delegation", "good.test")[0] == "pass"
    assert result(data, "dns.dnssec", "good.test")[0] == "pass"
    assert result(data, "vantage.dns", "case")[0] == "pass"


def test_a_dead_resolver_fails_nobody(lab: Laboratory, tmp_path: Path) -> None:
    settings = tmp_path / "dead.toml"
    settings.write_text(
        f'[dns]\nresolvers = ["127.0.2.9"]\nport = {lab.port}\n[scope]\nallow_reserved = true\n[limits]\ndns_timeout = 0.2\ndns_tries = 1\n'
    )
    code, data = run(settings, "good.test", GOOD_IP)
    assert code == 3
    # Whether a provider assigns an address is no question of the network, and here no provider is named.
    results = [r for r in data["results"] if r["check"] != "routing.provider-range"]
    assert {r["outcome"] for r in results} <= {"inconclusive", "not-run"}


def test_what_dig_says_is_what_the_evidence_says(lab: Laboratory) -> None:
    import dns.message
    import dns.query

    _code, data = run(lab.settings, *ALL)
    finding = next(f for r in data["results"] for f in r["findings"] if f["tag"] == "LISTED" and f["args"]["target"] == BAD_IP)
    answer = dns.query.udp(dns.message.make_query(finding["args"]["question"], "A"), "127.0.2.1", port=lab.port, timeout=2)
    assert [r.address for r in answer.answer[0]] == finding["args"]["codes"]
