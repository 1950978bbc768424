"""patch.updates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from selfaudit.facts.host import HostPart, HostReport, PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, Parts, part, report

CHECK = "patch.updates"
_RECORDED = Path(__file__).parents[2] / "data" / "packages"
_LISTS = "newest=2026-11-21T06:00:00Z\noldest=2026-11-21T06:00:00Z\ncount=6"
_SOURCES = "deb http://mirror.example/debian bookworm main\ndeb http://mirror.example/debian-security bookworm-security main"
_BSD = "freebsd_userland=14.3-RELEASE-p5\nfreebsd_kernel=14.3-RELEASE-p4"
_BASE_DONE = "freebsd-update|installed|yes\nfreebsd-update|installs|yes\nfreebsd-update|last_success|2026-11-21T03:00:00Z"


def _recorded(name: str) -> str:
    return "".join(chr(b) if b < 128 else "?" for b in (_RECORDED / f"{name}.txt").read_bytes())


def _host(
    system: str,
    upgrade: str,
    security: str = "",
    *,
    code: int = 0,
    cut: bool = False,
    parts: Parts | None = None,
    **fields: object,
) -> HostReport:
    more = [part("packages.upgrade", _recorded(upgrade), exit=code, cut=cut)]
    if security:
        more.append(part("packages.security", _recorded(security)))
    base = {"packages.lists": _LISTS, "packages.held": "", "packages.broken": ""}
    if system == "debian":
        base["packages.sources"] = _SOURCES
    return report({**base, **(parts or {})}, system=system, more=tuple(more), **fields)


def _case(
    name: str, host: HostReport, must: list[str], outcome: str, must_not: list[str] | None = None, **args: object
) -> Scenario:
    return Scenario(name, [host, SCOPE], must, outcome, must_not or [], args)


_GOOD = "UPDATES_NONE_WAIT"
_CLEAN = _host("debian", "apt-nothing")
_OLD = {"packages.lists": "newest=2026-11-10T06:00:00Z\ncount=6"}
_NEVER_GOOD = [_GOOD]

SCENARIOS = [
    _case("apt: nothing waits", _CLEAN, [_GOOD], "pass", age="24 hours", manager="apt"),
    _case("apt: nothing waits, in German", _host("debian", "apt-nothing-de"), [_GOOD], "pass"),
    _case("apt: in rescue the disk's own lists count", _host("debian", "apt-nothing", rescue=True), [_GOOD], "pass"),
    _case("apt: security", _host("debian", "apt-security"), ["UPDATES_SECURITY"], "fail", [_GOOD, "UPDATES_OTHERS"], count=22, kernel=""),
    _case("apt: security, in German", _host("debian", "apt-security-de"), ["UPDATES_SECURITY"], "fail", _NEVER_GOOD, count=22),
    _case(
        "ubuntu: security with the kernel, vendor's archive, only Pro", _host("ubuntu", "apt-ubuntu-pending"),
        ["UPDATES_SECURITY", "UPDATES_UNMARKED", "UPDATES_OTHERS", "UPDATES_PRO_ONLY"], "fail", _NEVER_GOOD,
        kernel="; the kernel is among them, so the server has to be restarted afterwards",
    ),
    _case(
        "ubuntu: only Pro has them", _host("ubuntu", "apt-ubuntu-esm", parts={"os-extra": "pro=unattached"}), ["UPDATES_PRO_ONLY"], "warn",
        [_GOOD, "UPDATES_SECURITY"], pro="unattached", count=7,
    ),
    _case(
        "ubuntu: Pro is attached", _host("ubuntu", "apt-ubuntu-pro", parts={"os-extra": "pro=attached"}), ["UPDATES_SECURITY"], "fail",
        ["UPDATES_PRO_ONLY"],
    ),
    _case(
        "apt: held by hand", _host("debian", "apt-held", parts={"packages.held": "libssl3t64"}), ["UPDATES_SECURITY", "UPDATES_HELD_PENDING"],
        "fail", _NEVER_GOOD,
    ),
    _case(
        "apt: held, and a security update waits for it", _host("debian", "apt-ignore-hold", parts={"packages.held": "libssl3t64"}),
        ["UPDATES_HELD_SECURITY"], "fail", ["UPDATES_HELD"],
    ),
    _case(
        "apt: held, and nothing waits", _host("debian", "apt-nothing", parts={"packages.held": "nginx"}), ["UPDATES_HELD", _GOOD], "pass",
    ),
    _case("apt: stale lists", _host("debian", "apt-nothing", parts=_OLD), ["UPDATES_STALE"], "inconclusive", _NEVER_GOOD, age="12 days", days=7),
    _case("apt: stale lists and security", _host("debian", "apt-security", parts=_OLD), ["UPDATES_STALE", "UPDATES_SECURITY"], "fail"),
    _case("apt: age not known", _host("debian", "apt-nothing", parts={"packages.lists": "count=6"}), ["UPDATES_NO_AGE"], "inconclusive", _NEVER_GOOD),
    _case("apt: no lists", _host("debian", "apt-nothing", parts={"packages.lists": "count=0"}), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("apt: locked", _host("debian", "apt-locked", code=100), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("apt: unmet", _host("debian", "apt-unmet-de", code=100), ["UPDATES_ERRORS", "UPDATES_BROKEN"], "inconclusive", _NEVER_GOOD),
    _case(
        "dpkg: half configured", _host("debian", "apt-nothing", parts={"packages.broken": _recorded("dpkg-audit")}), ["UPDATES_BROKEN"], "warn",
        _NEVER_GOOD,
    ),
    _case("apt: cut", _host("debian", "apt-nothing", cut=True), ["UPDATES_CUT"], "inconclusive", _NEVER_GOOD),
    _case(
        "debian: no security archive", _host("debian", "apt-nothing", parts={"packages.sources": "deb http://mirror.example/debian bookworm main"}),
        ["UPDATES_NO_SECURITY_SOURCE"], "warn", [], suite="bookworm-security",
    ),
    _case("dnf: security", _host("alma", "dnf-pending", "dnf-security", code=100), ["UPDATES_SECURITY", "UPDATES_OTHERS"], "fail", _NEVER_GOOD, kernel="; the kernel is among them, so the server has to be restarted afterwards"),
    _case("dnf: nothing", _host("alma", "dnf-nothing", "dnf-nothing"), [_GOOD], "pass"),
    _case("dnf: no word on security", _host("alma", "dnf-pending", code=100), ["UPDATES_UNMARKED"], "warn", [_GOOD, "UPDATES_OTHERS"]),
    _case("dnf: no lists", _host("alma", "dnf-no-cache-de"), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("yum: the archive is gone", _host("alma", "yum-dead-mirror", code=1), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("zypper: security", _host("suse", "zypper-pending-de", "zypper-security-de"), ["UPDATES_SECURITY"], "fail", ["UPDATES_OTHERS", _GOOD], count=2),
    _case("zypper: others only", _host("suse", "zypper-pending", "zypper-no-security"), ["UPDATES_OTHERS"], "warn", _NEVER_GOOD),
    _case("zypper: nothing", _host("suse", "zypper-nothing", "zypper-no-security"), [_GOOD], "pass"),
    _case("zypper: no archives", _host("suse", "zypper-no-lists"), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("apk: some", _host("alpine", "apk-pending"), ["UPDATES_UNMARKED"], "warn", _NEVER_GOOD, count=4),
    _case("apk: none", _host("alpine", "apk-nothing"), [_GOOD], "pass"),
    _case("apk: no lists", _host("alpine", "apk-no-lists"), ["UPDATES_ERRORS"], "inconclusive", _NEVER_GOOD),
    _case("pacman: some", _host("arch", "pacman-pending"), ["UPDATES_UNMARKED", "UPDATES_HELD_PENDING"], "warn", _NEVER_GOOD),
    _case("pacman: none", _host("arch", "pacman-nothing", code=1), [_GOOD], "pass"),
    _case(
        "pacman: lists of five days are stale on a rolling system",
        _host("arch", "pacman-nothing", code=1, parts={"packages.lists": "newest=2026-11-17T06:00:00Z\ncount=2"}), ["UPDATES_STALE"], "inconclusive",
        _NEVER_GOOD, days=3,
    ),
    _case(
        "pkg: vulnerable", _host("freebsd", "pkg-pending", "pkg-audit", parts={"os-extra": _BSD, "automation": _BASE_DONE}),
        ["UPDATES_SECURITY", "UPDATES_VULNERABLE"], "fail", ["UPDATES_BASE_UNSEEN", _GOOD],
    ),
    _case(
        "pkg: none, base kept up by itself",
        _host("freebsd", "pacman-nothing", "pacman-nothing", parts={"os-extra": _BSD, "automation": _BASE_DONE, "packages.security": ""}), [_GOOD],
        "pass",
    ),
    _case(
        "pkg: none, base not seen", _host("freebsd", "pacman-nothing", parts={"os-extra": _BSD, "packages.security": ""}), ["UPDATES_BASE_UNSEEN"],
        "inconclusive", _NEVER_GOOD,
    ),
    _case(
        "pkg: no list of holes", _host("freebsd", "pacman-nothing", parts={"os-extra": _BSD, "automation": _BASE_DONE}), ["UPDATES_NOT_IN_FILE"],
        "inconclusive", _NEVER_GOOD,
    ),
    _case(
        "freebsd: half upgraded",
        _host("freebsd", "pacman-nothing", parts={"os-extra": "freebsd_userland=14.2-RELEASE-p3\nfreebsd_kernel=14.3-RELEASE", "packages.security": ""}),
        ["UPDATES_BASE_MIXED"], "warn", _NEVER_GOOD,
    ),
    _case("windows: security", _host("windows", "windows-pending"), ["UPDATES_SECURITY", "UPDATES_OTHERS"], "fail", _NEVER_GOOD),
    *(
        _case(
            f"part: {status}", report({"packages.lists": _LISTS, "packages.upgrade": status}), ["UPDATES_NOT_IN_FILE"], "inconclusive", _NEVER_GOOD
        )
        for status in (PartStatus.DENIED, PartStatus.TIMEOUT, PartStatus.ABSENT, PartStatus.SKIPPED, PartStatus.DAMAGED)
    ),
    _case("part missing", report({"packages.lists": _LISTS}), ["UPDATES_NOT_IN_FILE"], "inconclusive", _NEVER_GOOD),
    _case("no manager", report({"packages.manager": "manager=none"}), ["UPDATES_NOT_IN_FILE"], "inconclusive", _NEVER_GOOD),
    _case(
        "command failed", report({"packages.lists": _LISTS}, more=(HostPart("packages.upgrade", PartStatus.FAILED, (), 127),)), ["UPDATES_ERRORS"],
        "inconclusive", _NEVER_GOOD,
    ),
    Scenario("another server", [_CLEAN, replace(SCOPE, addresses=(), domains=())], ["UPDATES_OTHER_HOST"], "inconclusive", [_GOOD]),
    _case("too old", replace(_CLEAN, seen="2026-12-22T06:00:00Z"), ["UPDATES_TOO_OLD"], "inconclusive", _NEVER_GOOD),
    _case("clock", replace(_CLEAN, taken="2027-11-22T06:00:00Z"), ["UPDATES_CLOCK"], "inconclusive", _NEVER_GOOD),
    _case("changed", replace(_CLEAN, genuine=False, damage=("x",)), ["UPDATES_CHANGED"], "inconclusive", _NEVER_GOOD),
]  # fmt: skip
