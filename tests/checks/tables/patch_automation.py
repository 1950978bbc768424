"""patch.automation."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.host import HostReport, PartStatus
from selfaudit.policy import Policy
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, report

CHECK = "patch.automation"
_SUSPENDED = Policy(suspended=1_794_268_800.0)  # 2026-11-10
_GOOD = "AUTOMATION_WORKS"


def _lines(tool: str, **values: str) -> str:
    return "\n".join(f"{tool}|{key}|{value}" for key, value in values.items())


def _host(lines: str | PartStatus, system: str = "debian", **fields: bool) -> HostReport:
    return report({"automation": lines}, system=system, **fields)  # type: ignore[arg-type]


def _case(
    name: str,
    host: HostReport,
    must: list[str],
    outcome: str,
    must_not: list[str] | None = None,
    policy: Policy | None = None,
    **args: object,
) -> Scenario:
    return Scenario(name, [host, SCOPE], must, outcome, must_not or [], args, policy or Policy())


_ON = {"installed": "yes", "enabled": "yes", "installs": "yes"}
_WORKS = _lines(
    "unattended-upgrades", **_ON, last_run="2026-11-22T05:00:00Z", last_success="2026-11-22T05:00:00Z", last_result="ok"
)
_OLD = _lines("unattended-upgrades", **_ON, last_run="2026-11-08T05:00:00Z", last_success="2026-11-08T05:00:00Z")
_JUST_UP = "name=web1.blumenhof.example\nfqdn=web1.blumenhof.example\nmachine=0123456789abcdef\nvirt=kvm\nuptime=3600"
_CLEAN = _host(_WORKS)
_BSD_BASE = _lines("freebsd-update", **_ON, last_success="2026-11-21T03:00:00Z")

_CENTOS = 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="{}"\nPRETTY_NAME="CentOS"'
_AMAZON = 'ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023.6.20250115"'
_MICROOS = 'ID="opensuse-microos"\nID_LIKE="suse opensuse"\nVERSION_ID="20261120"\nPRETTY_NAME="openSUSE MicroOS"'


def _os(release: str, lines: str) -> HostReport:
    return report({"os-release": release, "automation": lines, "packages.manager": "manager=-"})


SCENARIOS = [
    _case("works", _CLEAN, [_GOOD], "pass", tool="unattended-upgrades", last="2026-11-22 05:00"),
    _case("works, only the run is noted", _host(_lines("dnf-automatic", **_ON, last_run="2026-11-21T05:00:00Z"), "alma"), [_GOOD], "pass"),
    _case("restarts", _host(_WORKS + "\nunattended-upgrades|reboot|yes"), [_GOOD, "AUTOMATION_REBOOTS"], "pass"),
    _case("long ago", _host(_OLD), ["AUTOMATION_LONG_AGO"], "warn", [_GOOD], days=14, until="the file was made"),
    _case("suspended since", _host(_OLD), [_GOOD], "pass", policy=_SUSPENDED),
    _case(
        "long before the suspension", _host(_lines("unattended-upgrades", **_ON, last_run="2026-10-01T00:00:00Z")), ["AUTOMATION_LONG_AGO"], "warn",
        [_GOOD], policy=_SUSPENDED, days=40, until="the suspension",
    ),
    _case("never", _host(_lines("unattended-upgrades", **_ON)), ["AUTOMATION_NEVER_RAN"], "warn", [_GOOD]),
    _case(
        "failed", _host(_lines("dnf-automatic", **_ON, last_run="2026-11-22T05:00:00Z", last_success="2026-11-20T05:00:00Z", last_result="exit-code"), "alma"),
        ["AUTOMATION_FAILED"], "warn", [_GOOD], why="exit-code", command="dnf-automatic --installupdates",
    ),
    _case(
        "fails since the suspension, worked before",
        _host(_lines("unattended-upgrades", **_ON, last_run="2026-11-22T05:00:00Z", last_success="2026-11-09T05:00:00Z", last_result="error")),
        [_GOOD], "pass", ["AUTOMATION_FAILED"], policy=_SUSPENDED, last="2026-11-09 05:00",
    ),
    _case("downloads only", _host(_lines("yum-cron", installed="yes", enabled="yes", installs="no"), "alma"), ["AUTOMATION_DOWNLOADS_ONLY"], "warn", [_GOOD]),
    _case("switched off", _host(_lines("unattended-upgrades", installed="yes", enabled="no")), ["AUTOMATION_DISABLED"], "warn", [_GOOD]),
    _case(
        "no security archive", _host(_WORKS + "\nunattended-upgrades|origins|o=Debian,a=stable"), ["AUTOMATION_NO_SECURITY"], "warn", [_GOOD],
    ),
    _case("security archive", _host(_WORKS + "\nunattended-upgrades|origins|origin=Debian,codename=bookworm,label=Debian-Security"), [_GOOD], "pass"),
    _case(
        "absent on Debian", _host(_lines("unattended-upgrades", installed="no")), ["AUTOMATION_ABSENT"], "warn", [_GOOD],
        command="apt-get install unattended-upgrades && dpkg-reconfigure -plow unattended-upgrades",
    ),
    *(
        _case(f"absent on {system}", _host("", system), ["AUTOMATION_ABSENT"], "warn", [_GOOD])
        for system in ("alma", "suse", "alpine", "arch", "freebsd", "windows")
    ),
    _case(
        "the one that works counts", _host(_lines("yum-cron", installed="yes", enabled="no") + "\n" + _lines("dnf-automatic", **_ON, last_success="2026-11-22T01:00:00Z"), "alma"),
        [_GOOD], "pass", ["AUTOMATION_DISABLED"],
    ),
    *(
        _case(
            f"security only where nothing is marked: {tool}",
            _os(_CENTOS.format(version), _lines(tool, **_ON, security_only="yes", last_success="2026-11-22T01:00:00Z")), ["AUTOMATION_INSTALLS_NOTHING"],
            "warn", [_GOOD], command=command,
        )
        for tool, version, command in (
            ("yum-cron", "7", "yum install yum-cron && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^update_cmd *=.*/update_cmd = default/' /etc/yum/yum-cron.conf && systemctl enable --now yum-cron"),
            ("dnf-automatic", "9", "dnf install dnf-automatic && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^upgrade_type *=.*/upgrade_type = default/' /etc/dnf/automatic.conf && systemctl enable --now dnf-automatic.timer"),
        )
    ),
    _case("centos: all updates", _os(_CENTOS.format("9"), _lines("dnf-automatic", **_ON, security_only="no", last_success="2026-11-22T01:00:00Z")), [_GOOD], "pass"),
    _case("alma: security only", _host(_lines("dnf-automatic", **_ON, security_only="yes", last_success="2026-11-22T01:00:00Z"), "alma"), [_GOOD], "pass"),
    _case(
        "amazon: locked to its release", _os(_AMAZON, _lines("dnf-automatic", **_ON, security_only="yes", last_success="2026-11-22T01:00:00Z")),
        ["AUTOMATION_LOCKED_RELEASE"], "inconclusive", [_GOOD],
    ),
    _case(
        "amazon: follows the newest release",
        report({"os-release": _AMAZON, "packages.manager": "manager=dnf\nreleasever=latest", "automation": _lines("dnf-automatic", **_ON, last_success="2026-11-22T01:00:00Z")}),
        [_GOOD], "pass",
    ),
    _case(
        "microos", _os(_MICROOS, ""), ["AUTOMATION_ABSENT"], "warn", [_GOOD], command="systemctl enable --now transactional-update.timer",
    ),
    _case(
        "freebsd: base of packages", report({"automation": _BSD_BASE, "kernel": "running=15.1-RELEASE\ninstalled=FreeBSD-kernel-generic 15.1p1"}, system="freebsd"),
        ["AUTOMATION_ABSENT"], "warn", [_GOOD],
    ),
    _case("freebsd: base works, packages do not", _host(_BSD_BASE + "\n" + _lines("pkg-cron", installed="yes", enabled="no"), "freebsd"), ["AUTOMATION_DISABLED"], "warn"),
    _case("rescue, with log", _host(_WORKS, rescue=True), [_GOOD], "pass"),
    _case("rescue, old log, no suspension named", _host(_OLD, rescue=True), ["AUTOMATION_RAN_UNSEEN"], "inconclusive", [_GOOD, "AUTOMATION_LONG_AGO"]),
    _case("rescue, no log", _host(_lines("unattended-upgrades", **_ON), rescue=True), ["AUTOMATION_RAN_UNSEEN"], "inconclusive", ["AUTOMATION_NEVER_RAN"]),
    _case("no rights", _host(_lines("unattended-upgrades", **_ON), root=False), ["AUTOMATION_RAN_UNSEEN"], "inconclusive", ["AUTOMATION_NEVER_RAN"]),
    _case(
        "just started", report({"automation": _lines("unattended-upgrades", **_ON), "host": _JUST_UP}), ["AUTOMATION_RAN_UNSEEN"], "inconclusive",
        ["AUTOMATION_NEVER_RAN"],
    ),
    _case("times to come", _host(_lines("unattended-upgrades", **_ON, last_run="2027-11-22T05:00:00Z")), ["AUTOMATION_RAN_UNSEEN"], "inconclusive", [_GOOD]),
    *(
        _case(f"part: {status}", _host(status), ["AUTOMATION_NOT_IN_FILE"], "inconclusive", [_GOOD])
        for status in (PartStatus.DENIED, PartStatus.TIMEOUT, PartStatus.FAILED, PartStatus.DAMAGED)
    ),
    _case("part missing", report(), ["AUTOMATION_NOT_IN_FILE"], "inconclusive", [_GOOD]),
    Scenario("another server", [_CLEAN, replace(SCOPE, addresses=(), domains=())], ["AUTOMATION_OTHER_HOST"], "inconclusive", [_GOOD]),
    _case("too old", replace(_CLEAN, seen="2026-12-22T06:00:00Z"), ["AUTOMATION_TOO_OLD"], "inconclusive", [_GOOD]),
    _case("clock", replace(_CLEAN, taken="2027-11-22T06:00:00Z"), ["AUTOMATION_CLOCK"], "inconclusive", [_GOOD]),
    _case("changed", replace(_CLEAN, genuine=False, damage=("x",)), ["AUTOMATION_CHANGED"], "inconclusive", [_GOOD]),
]  # fmt: skip
