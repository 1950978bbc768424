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
_LEAP_16 = {"os-release": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="16.0"\nPRETTY_NAME="openSUSE Leap 16.0"'}
_TUMBLEWEED = {
    "os-release": 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20261120"\nPRETTY_NAME="openSUSE Tumbleweed"'
}
_MICROOS = {
    "os-release": 'ID="opensuse-microos"\nID_LIKE="suse opensuse"\nVERSION_ID="20261120"\nPRETTY_NAME="openSUSE MicroOS"'
}
_AMAZON = {"os-release": 'ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023.6.20250115"'}
_AMAZON_LATEST = _AMAZON | {"packages.manager": "manager=dnf\nreleasever=latest"}
_BUSTER = {"os-release": 'ID=debian\nVERSION_ID="10"\nVERSION_CODENAME=buster\nPRETTY_NAME="Debian GNU/Linux 10 (buster)"'}
_CENTOS_7 = {
    "os-release": 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"',
    "packages.manager": "manager=yum",
}
_BIONIC = {
    "os-release": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="18.04"\nVERSION_CODENAME=bionic\nPRETTY_NAME="Ubuntu 18.04.6 LTS"'
}
_BSD_14 = {
    "os-release": 'ID=freebsd\nVERSION_ID="14.4"\nPRETTY_NAME="FreeBSD 14.4-RELEASE"',
    "os-extra": "freebsd_userland=14.4-RELEASE-p1\nfreebsd_kernel=14.4-RELEASE-p1",
}
_BSD_15 = {
    "os-release": 'ID=freebsd\nVERSION_ID="15.1"\nPRETTY_NAME="FreeBSD 15.1-RELEASE"',
    "os-extra": "freebsd_userland=15.1-RELEASE-p1\nfreebsd_kernel=15.1-RELEASE-p1",
    "packages.security": "",
}
_PKGBASE = _BSD_15 | {
    "packages.of-interest": "FreeBSD-kernel-generic|15.1p1|FreeBSD-kernel-generic|FreeBSD-base\nnginx|1.28.0|www/nginx|distribution"
}
_ONE_OLD = {"packages.lists": "newest=2026-11-21T06:00:00Z\noldest=2025-11-20T06:00:00Z\ncount=6"}


def _apt_kept(system: str, **parts: str) -> HostReport:
    answer = (
        "Reading package lists...\nThe following packages have been kept back:\n  ubuntu-drivers-common snapd\n"
        "0 upgraded, 0 newly installed, 0 to remove and 2 not upgraded."
    )
    base = {"packages.lists": _LISTS, "packages.held": "", "packages.broken": "", "packages.upgrade": answer}
    return report({**base, **parts}, system=system)


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
    _case("zypper: others only", _host("suse", "zypper-pending", "zypper-no-security", parts=_LEAP_16), ["UPDATES_OTHERS"], "warn", _NEVER_GOOD),
    _case("zypper: nothing", _host("suse", "zypper-nothing", "zypper-no-security", parts=_LEAP_16), [_GOOD], "pass"),
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
        _host("freebsd", "pacman-nothing", "pacman-nothing", parts={**_BSD_14, "automation": _BASE_DONE, "packages.security": ""}), [_GOOD],
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
        _host("freebsd", "pacman-nothing", parts=_BSD_15 | {"os-extra": "freebsd_userland=15.1-RELEASE-p3\nfreebsd_kernel=15.2-RELEASE"}),
        ["UPDATES_BASE_MIXED"], "warn", _NEVER_GOOD, command="freebsd-update fetch install",
    ),
    _case(
        "freebsd: the base system consists of packages", _host("freebsd", "pacman-nothing", parts=_PKGBASE), [_GOOD], "pass", ["UPDATES_BASE_UNSEEN"],
    ),
    _case("freebsd 15 without them", _host("freebsd", "pacman-nothing", parts=_BSD_15), ["UPDATES_BASE_UNSEEN"], "inconclusive", _NEVER_GOOD),
    _case(
        "freebsd: a package of the base system", report(_PKGBASE | {"packages.lists": _LISTS, "packages.upgrade": "FreeBSD-openssl-15.1   <   needs updating (remote has 15.1p1)"}, system="freebsd"),
        ["UPDATES_UNMARKED"], "warn", [_GOOD, "UPDATES_OTHERS"], command="pkg update && pkg upgrade",
    ),
    _case(
        "amazon: locked to its release", _host("alma", "dnf-nothing", "dnf-nothing", parts=_AMAZON), ["UPDATES_LOCKED_RELEASE"], "inconclusive", _NEVER_GOOD,
        command="dnf check-release-update; dnf upgrade --releasever=latest",
    ),
    _case("amazon: follows the newest release", _host("alma", "dnf-nothing", "dnf-nothing", parts=_AMAZON_LATEST), [_GOOD], "pass"),
    _case(
        "dnf: excluded packages", _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.held": "php*\nnginx"}), ["UPDATES_HELD_UNSEEN"],
        "inconclusive", [_GOOD, "UPDATES_HELD"], command="dnf versionlock list; dnf --disableexcludes=all check-update", names="nginx, php*", count=2,
        next=(
            "Then let them be updated: dnf versionlock delete nginx; dnf --disableexcludes=all upgrade nginx. This lifts a hold of versionlock and replaces "
            "these packages by newer ones this once; names in a line exclude= or excludepkgs= of /etc/dnf/dnf.conf, /etc/yum.conf or a file in "
            "/etc/yum.repos.d stay held until you take them out there."
        ),
    ),
    _case(
        "dnf: an exclusion in no known form", _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.held": "$(x)"}), ["UPDATES_HELD_UNSEEN"],
        "inconclusive", _NEVER_GOOD, count=1,
    ),
    _case(
        "dnf: a panel excludes its own packages",
        _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.held": "exim*", "software.panels": "cpanel|11.130.0.1|-"}), ["UPDATES_HELD_UNSEEN"],
        "inconclusive", _NEVER_GOOD, next=(
            "This server has a hosting panel (cpanel). Panels exclude the packages that they bring themselves: leave these as they are and update the panel, with its "
            "own tool. Lift only what you have excluded yourself."
        ),
    ),
    _case(
        "yum: locked", _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.manager": "manager=yum", "packages.held": "0:kernel-3.10.0-1160.el7.*"}),
        ["UPDATES_HELD_UNSEEN"], "inconclusive", _NEVER_GOOD, names="kernel",
    ),
    _case(
        "zypper: locked", _host("suse", "zypper-nothing", "zypper-no-security", parts=_LEAP_16 | {"packages.held": "openssl-libs"}), ["UPDATES_HELD_UNSEEN"],
        "inconclusive", _NEVER_GOOD, command="zypper locks; zypper list-updates --all", next=(
            "Then let them be updated: zypper removelock openssl-libs && zypper update openssl-libs. This lifts the hold, and replaces these packages by newer "
            "ones of the same distribution."
        ),
    ),
    *(
        _case(
            f"dnf: held packages {status}", _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.held": status}), ["UPDATES_NOT_IN_FILE"],
            "inconclusive", _NEVER_GOOD, part="packages.held",
        )
        for status in (PartStatus.DENIED, PartStatus.TIMEOUT, PartStatus.DAMAGED)
    ),
    _case("dnf: no list of held packages", _host("alma", "dnf-nothing", "dnf-nothing", parts={"packages.held": PartStatus.ABSENT}), [_GOOD], "pass"),
    _case("debian: past its end", _host("debian", "apt-nothing", parts=_BUSTER), ["UPDATES_SYSTEM_ENDED"], "inconclusive", _NEVER_GOOD, ended="2024-06-30"),
    _case(
        "centos 7: past its end", _host("alma", "dnf-nothing", "dnf-nothing", parts=_CENTOS_7), ["UPDATES_SYSTEM_ENDED"], "inconclusive", _NEVER_GOOD,
        ended="2024-06-30",
    ),
    _case("ubuntu: only Pro looks after it", _host("ubuntu", "apt-nothing", parts=_BIONIC), ["UPDATES_SYSTEM_ENDED"], "inconclusive", _NEVER_GOOD, ended="2023-05-31"),
    _case(
        "ubuntu: Pro looks after it", _host("ubuntu", "apt-nothing", parts=_BIONIC | {"os-extra": "pro=attached", "packages.sources": "deb https://esm.ubuntu.com/infra/ubuntu bionic-infra-security main"}),
        [_GOOD], "pass",
    ),
    *(
        _case(
            f"{system}: one source is a year old", _host(system, *answer, parts=_ONE_OLD | more), ["UPDATES_ONE_SOURCE_STALE"], "inconclusive",
            [_GOOD, "UPDATES_STALE"], days=7, age="367 days", command=command,
        )
        for system, answer, more, command in (
            ("alma", ("dnf-nothing", "dnf-nothing"), {}, "dnf clean metadata && dnf makecache"),
            ("suse", ("zypper-nothing", "zypper-no-security"), _LEAP_16, "zypper clean --metadata && zypper refresh --force"),
            ("freebsd", ("pacman-nothing",), _BSD_14 | {"automation": _BASE_DONE, "packages.security": ""}, "pkg update -f && pkg audit -F"),
        )
    ),
    _case("debian: the main list is old by nature", _host("debian", "apt-nothing", parts=_ONE_OLD), [_GOOD], "pass"),
    _case("freebsd: so is that of the base system", _host("freebsd", "pacman-nothing", parts=_PKGBASE | _ONE_OLD), [_GOOD], "pass"),
    _case(
        "debian: the list of the security archive is old",
        _host("debian", "apt-nothing", parts={"packages.lists": _LISTS + "\nsecurity=2026-10-22T06:00:00Z"}), ["UPDATES_ONE_SOURCE_STALE"], "inconclusive",
        _NEVER_GOOD, age="31 days",
    ),
    _case(
        "ubuntu: a staged roll-out", _apt_kept("ubuntu"), ["UPDATES_STAGED"], "warn", [_GOOD, "UPDATES_HELD_PENDING", "UPDATES_KEPT_BACK"], count=2,
        command="apt-cache policy ubuntu-drivers-common snapd",
    ),
    _case(
        "ubuntu: one held, one staged", _apt_kept("ubuntu", **{"packages.held": "snapd"}), ["UPDATES_STAGED", "UPDATES_HELD_PENDING"], "warn", _NEVER_GOOD,
        count=1,
    ),
    _case("debian: kept back", _apt_kept("debian"), ["UPDATES_KEPT_BACK"], "warn", [_GOOD, "UPDATES_HELD_PENDING", "UPDATES_STAGED"], count=2),
    _case(
        "tumbleweed: the whole system moves on", _host("suse", "zypper-pending", "zypper-no-security", parts=_TUMBLEWEED), ["UPDATES_UNMARKED"], "warn", _NEVER_GOOD,
        command="zypper refresh && zypper dup",
    ),
    _case(
        "microos: into a new snapshot", _host("suse", "zypper-pending", "zypper-no-security", parts=_MICROOS), ["UPDATES_UNMARKED"], "warn", _NEVER_GOOD,
        command="transactional-update dup && shutdown -r now",
    ),
    _case(
        "microos: lists of five days are stale",
        _host("suse", "zypper-nothing", "zypper-no-security", parts=_MICROOS | {"packages.lists": "newest=2026-11-17T06:00:00Z\ncount=2"}),
        ["UPDATES_STALE"], "inconclusive", _NEVER_GOOD, days=3,
    ),
    _case(
        "leap: patches, then the rest", _host("suse", "zypper-pending", "zypper-security", parts=_LEAP_16), ["UPDATES_SECURITY"], "fail", _NEVER_GOOD,
        command="zypper refresh && zypper patch; zypper update",
    ),
    _case(
        "pacman: new lists come with the upgrade", _host("arch", "pacman-nothing", code=1, parts={"packages.lists": "count=2"}), ["UPDATES_NO_AGE"],
        "inconclusive", _NEVER_GOOD, command="pacman -Syu",
    ),
    _case(
        "apk: pinned", _host("alpine", "apk-pending", parts={"packages.held": "libcrypto3=3.3.2-r4\npy3-setuptools~70.3"}),
        ["UPDATES_UNMARKED", "UPDATES_HELD_PENDING"], "warn", _NEVER_GOOD, count=2,
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
