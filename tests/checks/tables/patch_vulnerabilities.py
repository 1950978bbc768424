"""patch.vulnerabilities."""

from __future__ import annotations

from selfaudit.facts.host import HostReport, KnownVulnerability, PackageLookup, PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, report

CHECK = "patch.vulnerabilities"
INSTALLED = {"packages.installed": "libssl3|3.0.11-1~deb12u1|openssl|3.0.11-1~deb12u1"}
DSA = KnownVulnerability("openssl", "3.0.11-1~deb12u1", "DSA-5532-1", ("CVE-2023-5363",), fixed="3.0.11-1~deb12u2")
USED = KnownVulnerability("sudo", "1.8.27-1", "DSA-4839-1", ("CVE-2021-3156",), exploited=True, fixed="1.8.27-1+deb10u3")
UNFIXED = KnownVulnerability("linux", "6.1.1-1", "DEBIAN-CVE-2024-1086", ("CVE-2024-1086",), exploited=True)
ALPINE = KnownVulnerability("openssl", "3.3.0-r0", "ALPINE-CVE-2024-4741", ("CVE-2024-4741",), exploited=True)
HOSTILE = KnownVulnerability("x\x1b[31m" * 40, "1\n2", "DSA-1-1")


def looked(*found: KnownVulnerability, asked: int = 312, kev: str = "2026-11-20", cut: bool = False) -> PackageLookup:
    return PackageLookup("web1.blumenhof.example", "Debian:12", asked, found, kev, cut)


def one(
    name: str,
    lookup: PackageLookup,
    must: list[str],
    outcome: str,
    *must_not: str,
    made: HostReport | None = None,
    **args: object,
) -> Scenario:
    return Scenario(name, [made or report(INSTALLED), SCOPE, lookup], must, outcome, must_not, args)


SCENARIOS = [
    one("nothing known", looked(), ["VULNERABILITIES_NONE_KNOWN"], "pass", asked=312, ecosystem="Debian:12"),
    one("nothing known, and the exploited list is missing", looked(kev=""), ["VULNERABILITIES_NONE_KNOWN"], "pass"),
    one("nothing known of a part of them", looked(cut=True), ["VULNERABILITIES_INCOMPLETE"], "inconclusive", "VULNERABILITIES_NONE_KNOWN"),
    one("a missing fix", looked(DSA), ["VULNERABILITIES_KNOWN"], "warn", "VULNERABILITIES_NONE_KNOWN", "VULNERABILITIES_EXPLOITED", count=1, items="openssl 3.0.11-1~deb12u1 (DSA-5532-1)", command="apt-get update && apt-get dist-upgrade"),
    one("an exploited hole", looked(DSA, USED), ["VULNERABILITIES_KNOWN", "VULNERABILITIES_EXPLOITED"], "fail"),
    one("an exploited hole alone", looked(USED), ["VULNERABILITIES_EXPLOITED"], "fail", "VULNERABILITIES_EXPLOITED_WITHOUT_FIX", items="sudo 1.8.27-1 (CVE-2021-3156, DSA-4839-1)"),
    one("an exploited hole without a fix", looked(UNFIXED), ["VULNERABILITIES_EXPLOITED_WITHOUT_FIX"], "fail", "VULNERABILITIES_EXPLOITED"),
    one("Alpine's entries come with a fix", looked(ALPINE), ["VULNERABILITIES_EXPLOITED"], "fail", "VULNERABILITIES_EXPLOITED_WITHOUT_FIX"),
    one("no list of exploited ones", looked(DSA, kev=""), ["VULNERABILITIES_KNOWN", "VULNERABILITIES_EXPLOITED_LIST_MISSING"], "inconclusive"),
    one("more than was read", looked(DSA, cut=True), ["VULNERABILITIES_KNOWN", "VULNERABILITIES_INCOMPLETE"], "inconclusive"),
    one("hostile names", looked(HOSTILE), ["VULNERABILITIES_KNOWN"], "warn"),
    one("very many", looked(*(KnownVulnerability(f"p{i}", "1", f"DSA-{i}-1") for i in range(500))), ["VULNERABILITIES_KNOWN"], "warn", count=500),
    one("nothing was asked", looked(asked=0), ["VULNERABILITIES_NOT_IN_FILE"], "inconclusive", "VULNERABILITIES_NONE_KNOWN"),
    one("no list of packages", looked(), ["VULNERABILITIES_NOT_IN_FILE"], "inconclusive", "VULNERABILITIES_NONE_KNOWN", made=report()),
    *(one(f"the list of packages is {s}", looked(), ["VULNERABILITIES_NOT_IN_FILE"], "inconclusive", made=report({"packages.installed": s})) for s in PartStatus if s is not PartStatus.OK),
    one("another server's file", looked(), ["VULNERABILITIES_OTHER_HOST"], "inconclusive", made=report({"addresses": "eth0|198.51.100.9/24", "host": "name=other.example"}, name="other.example")),
    one("an old file", looked(), ["VULNERABILITIES_FILE_TOO_OLD"], "inconclusive", made=report(INSTALLED, taken="2026-11-01T06:00:00Z")),
    one("a clock that is ahead", looked(), ["VULNERABILITIES_CLOCK"], "inconclusive", made=report(INSTALLED, taken="2027-11-22T06:00:00Z")),
    one("a file that was changed", looked(), ["VULNERABILITIES_FILE_CHANGED"], "inconclusive", made=report(INSTALLED, genuine=False, damage=("x",))),
]  # fmt: skip
