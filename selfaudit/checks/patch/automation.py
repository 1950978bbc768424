"""Updates are installed automatically.

What it checks:
    Whether a program on the server installs security updates by itself, whether it is switched on, and whether it really ran of late.

Why it matters:
    Policies ask for patching, not for a program that does it. But whoever patches by hand forgets it on holidays, and an appeal that says
    “it cannot happen again” is believed more readily when a machine sees to it.

How it is judged:
    1. Settings and timers of unattended-upgrades, dnf-automatic, yum-cron, zypper or transactional-update, daily scripts of Alpine and Arch,
       freebsd-update, Windows Update; and the times in their logs.
    2. Good only if it is installed, switched on, installs what it finds, and ran without an error within the last 7 days.
    3. Switched on, but never run, not run for more than 7 days, or failed the last time: a warning, since people rely on it.
    4. Told to install security updates only, where the archives do not say which these are (CentOS, openSUSE Tumbleweed): it installs nothing.
       On Amazon Linux 2023 it only installs what the release has that the sources are locked to, unless they follow the newest one.
    5. It only downloads or tells, it is switched off, or there is none: worth doing, no more.
    6. For a server that is suspended, the days count up to the suspension: cut off, it cannot fetch anything.
    7. From a rescue system the settings are seen, and the last run only as far as the log tells it.

Limits and false positives:
    Updates that another machine brings (Ansible, a panel, the provider) are not seen. A last run says that it ended well, not that every
    package was replaced: whether something waits is said by the check of updates.

References:
    unattended-upgrade(8); dnf-automatic(8); dnf5-automatic(8); yum-cron(8); zypper(8); transactional-update(8); freebsd-update(8) cron.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.patch._automation_ways import way
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_scope import day_of, moment
from selfaudit.protocols.host_system import system_of
from selfaudit.protocols.packages.systems import UNMARKED, follows_latest, has_locked_archives, has_packaged_base
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "AUTOMATION_WORKS"
    FAILED = "AUTOMATION_FAILED"
    LONG_AGO = "AUTOMATION_LONG_AGO"
    NEVER_RAN = "AUTOMATION_NEVER_RAN"
    NO_SECURITY = "AUTOMATION_NO_SECURITY"
    NOTHING = "AUTOMATION_INSTALLS_NOTHING"
    LOCKED_RELEASE = "AUTOMATION_LOCKED_RELEASE"
    DOWNLOADS_ONLY = "AUTOMATION_DOWNLOADS_ONLY"
    DISABLED = "AUTOMATION_DISABLED"
    ABSENT = "AUTOMATION_ABSENT"
    REBOOTS = "AUTOMATION_REBOOTS"
    RAN_UNSEEN = "AUTOMATION_RAN_UNSEEN"
    NOT_IN_FILE = "AUTOMATION_NOT_IN_FILE"
    OTHER_HOST = "AUTOMATION_OTHER_HOST"
    TOO_OLD = "AUTOMATION_TOO_OLD"
    CLOCK = "AUTOMATION_CLOCK"
    CHANGED = "AUTOMATION_CHANGED"


CHECK = Check("patch.automation", N_("Updates are installed automatically"), (HostReport, HostScope), "host")

_DAY = 86_400
_RECENT = 7 * _DAY
# These tell security updates from others by what the archives say of them.
_BY_ADVISORY = frozenset({"dnf-automatic", "dnf5-automatic", "yum-cron"})
_JUST_STARTED = _DAY  # a daily timer may not have come to its turn yet
_AHEAD = 3_600
_VERIFY = N_("{check} (on the server), then run the collector again and read its file")


def _remedy(steps: str, minutes: int = 15) -> Remedy:
    return Remedy(steps, verify=_VERIFY, record="{command}", minutes=minutes)


MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{host} installs updates by itself ({tool}); it last did so on {last} UTC.")),
    Tag.FAILED: Message(
        Severity.MEDIUM,
        N_("The automatic updates of {host} ({tool}) did not work the last time: {why}."),
        _remedy(
            N_(
                "Say the command below on the server: it runs them once and shows the error. This {changes}. Mend what it names."
            )
        ),
    ),
    Tag.LONG_AGO: Message(
        Severity.MEDIUM,
        N_("The automatic updates of {host} ({tool}) are switched on, but last ran on {last} UTC, {days} days before {until}."),
        _remedy(N_("Switch them on again with the command below. This {changes}. Look the next day whether they ran.")),
    ),
    Tag.NEVER_RAN: Message(
        Severity.MEDIUM,
        N_("The automatic updates of {host} ({tool}) are switched on, but nothing shows that they ever ran."),
        _remedy(N_("Set them up again with the command below. This {changes}. Look the next day whether they ran.")),
    ),
    Tag.NO_SECURITY: Message(
        Severity.MEDIUM,
        N_("The automatic updates of {host} ({tool}) do not take the archive of security updates; they only take {origins}."),
        _remedy(
            N_(
                "Allow the security archive in /etc/apt/apt.conf.d/50unattended-upgrades: take away the // before its line under Allowed-Origins or "
                "Origins-Pattern. The command below shows what would be installed. This {changes}."
            )
        ),
    ),
    Tag.NOTHING: Message(
        Severity.MEDIUM,
        N_(
            "The automatic updates of {host} ({tool}) are told to install security updates only, but the package sources of {system} do not say which updates are "
            "for security. So nothing is installed."
        ),
        _remedy(N_("Let them install all updates with the command below. This {changes}.")),
    ),
    Tag.LOCKED_RELEASE: Message(
        Severity.UNKNOWN,
        N_(
            "Automatic updates are switched on at {host} ({tool}), but the package sources of {system} are locked to the installed release unless "
            "/etc/dnf/vars/releasever says “latest”, which the file does not show. Whether they install anything cannot be told."
        ),
        _remedy(N_("Let them follow the newest release with the command below. This {changes}.")),
    ),
    Tag.DOWNLOADS_ONLY: Message(
        Severity.LOW,
        N_("The automatic updates of {host} ({tool}) only download updates or tell of them; somebody has to install them."),
        _remedy(N_("Let them install security updates with the command below. This {changes}.")),
    ),
    Tag.DISABLED: Message(
        Severity.LOW,
        N_("A program for automatic updates is there on {host} ({tool}), but it is switched off."),
        _remedy(N_("Switch it on with the command below. This {changes}.")),
    ),
    Tag.ABSENT: Message(
        Severity.LOW,
        N_("Nothing on {host} installs updates by itself. That is allowed, if somebody does it by hand every week."),
        _remedy(N_("Let security updates come by themselves with the command below. This {changes}.")),
    ),
    Tag.REBOOTS: Message(
        Severity.INFO,
        N_("After updates that need it, {host} restarts by itself, so new kernels are used without anybody's help."),
    ),
    Tag.RAN_UNSEEN: Message(
        Severity.UNKNOWN,
        N_("Automatic updates are switched on at {host} ({tool}), but whether they run cannot be told: {why}."),
        Remedy(
            N_(
                "When the server has been running for a day, run the collector on it as administrator (root), and read the new file."
            ),
            verify="{check}",
            minutes=5,
        ),
    ),
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
}

_CHANGES_RUN = phrase("lets the program work once; some of these programs install what they find")
_CHANGES_SHOW = phrase("changes nothing; it only shows what the program would do")
# What programs and systemd call a run that did not work.
_FAILED = re.compile(
    r"error|fail|exit-code|could not|cannot|unable|traceback|timed? ?out|core-dump|signal|(?:exit|status)\D{0,3}[1-9]|fehl",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Tool:
    """A program for automatic updates and what the file says of it."""

    name: str
    values: Mapping[str, str]
    origins: tuple[str, ...]

    def says(self, key: str) -> bool:
        return self.values.get(key) == "yes"

    @property
    def rank(self) -> tuple[bool, bool]:
        """The one that does most counts first."""
        return (self.says("enabled"), self.values.get("installs") != "no")


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    not_judged = _host.standing(report, scope)
    if not_judged is not None:
        name, args = not_judged
        yield found(Tag[name], **args)
        return
    if report.lacks("automation"):
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "automation"))
        return
    packaged = has_packaged_base(report)  # freebsd-update does nothing there
    there = [t for t in _tools(report) if t.says("installed") and not (packaged and t.name == "freebsd-update")]
    if not there:
        usual = way(system_of(report), packaged_base=packaged)
        yield found(Tag.ABSENT, host=report.name, command=usual.command, changes=usual.changes, check=usual.check)
        return
    for tool in _decisive(there):
        yield from _judge_tool(report, policy, tool)
    if any(t.says("enabled") and t.says("reboot") for t in there):
        yield found(Tag.REBOOTS, host=report.name)


def _tools(report: HostReport) -> list[_Tool]:
    values: dict[str, dict[str, str]] = {}
    origins: dict[str, list[str]] = {}
    for name, key, value in report.rows("automation", 3):
        if key == "origins":
            origins.setdefault(name, []).append(printable(value, 80))
        else:
            values.setdefault(name, {}).setdefault(key, value)
    return [_Tool(printable(name, 40), found_values, tuple(origins.get(name, ()))) for name, found_values in values.items()]


def _decisive(tools: list[_Tool]) -> list[_Tool]:
    """FreeBSD patches its base system and its packages with two programs, and both count; elsewhere the one that does most."""
    pair = [t for t in tools if t.name in ("freebsd-update", "pkg-cron")]
    rest = [t for t in tools if t not in pair]
    return pair + ([max(rest, key=lambda t: t.rank)] if rest else [])


def _judge_tool(report: HostReport, policy: Policy, tool: _Tool) -> Iterator[Finding]:
    system = system_of(report)
    ways = way(system, tool.name, packaged_base=has_packaged_base(report))
    args = {"host": report.name, "tool": tool.name, "command": ways.command, "changes": ways.changes, "check": ways.check}
    if not tool.says("enabled"):
        yield found(Tag.DISABLED, **args)
        return
    if tool.values.get("installs") == "no":
        yield found(Tag.DOWNLOADS_ONLY, **args)
        return
    if tool.name == "unattended-upgrades" and tool.origins and not _takes_security(tool.origins):
        shown = args | {"command": ways.run, "changes": _CHANGES_SHOW}
        yield found(Tag.NO_SECURITY, **shown, origins=tool.origins[:5])
        return
    named = args | {"system": printable(system.name, 100) or system.id}
    if tool.name in _BY_ADVISORY and tool.says("security_only") and system.id in UNMARKED:
        yield found(Tag.NOTHING, **named)
        return
    if tool.name in _BY_ADVISORY and has_locked_archives(system) and not follows_latest(report):
        yield found(Tag.LOCKED_RELEASE, **named)
        return
    yield from _ran(report, policy, tool, args, ways.run)


def _takes_security(origins: tuple[str, ...]) -> bool:
    text = " ".join(origins).lower()
    return "security" in text or "*" in text or "esm" in text or "proxmox" in text


def _ran(report: HostReport, policy: Policy, tool: _Tool, args: dict[str, str], run: str) -> Iterator[Finding]:
    """Whether it really ran of late."""
    taken = moment(report.taken) or 0.0
    suspended = policy.suspended is not None and policy.suspended < taken
    until = policy.suspended if suspended and policy.suspended is not None else taken
    success, last = (moment(tool.values.get(key, "")) for key in ("last_success", "last_run"))
    times = [t for t in (success, last) if t is not None]
    if any(t > taken + _AHEAD for t in times):
        yield found(Tag.RAN_UNSEEN, **args, why=phrase("its log has times that have not come yet"))
        return
    result = printable(tool.values.get("last_result", ""), 160)
    failed = bool(_FAILED.search(result)) and (success is None or last is None or success < last)
    if failed and not (suspended and (last or until) > until):
        failing = args | {"command": run or args["command"], "changes": _CHANGES_RUN}
        yield found(Tag.FAILED, **failing, why=result)
        return
    # A server that is cut off cannot fetch anything: a run that failed then says nothing, and what counts is how it was before.
    reached = success if failed else max(times, default=None)
    if reached is None:
        why = phrase("it could not work while the server was cut off") if failed else _unseen_reason(report)
        yield found(Tag.RAN_UNSEEN, **args, why=why) if why else found(Tag.NEVER_RAN, **args)
        return
    shown = {"last": day_of(tool.values["last_success" if reached == success else "last_run"])}
    if until - reached <= _RECENT:
        yield found(Tag.OK, **args, **shown)
    elif report.rescue and not suspended:
        why = phrase("the file was made from a rescue system, and how long the server itself has been off is not known")
        yield found(Tag.RAN_UNSEEN, **args, why=why)
    else:
        words = phrase("the suspension") if suspended else phrase("the file was made")
        yield found(Tag.LONG_AGO, **args, **shown, days=int((until - reached) // _DAY), until=words)


def _unseen_reason(report: HostReport) -> str:
    """Why the file may fail to show a run that took place, "" if it would show it."""
    if report.rescue:
        return phrase("the file was made from a rescue system, and its log is not there")
    if not report.root:
        return phrase("the file was made without administrator rights, and its log can only be read with them")
    uptime = report.values("host").get("uptime", "")
    if uptime.isascii() and uptime.isdigit() and len(uptime) < 12 and int(uptime) < _JUST_STARTED:
        return phrase("the server was started less than a day before")
    return ""
