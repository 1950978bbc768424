"""No security update waits to be installed.

What it checks:
    Which updates wait on the server, as its own package manager says in the collector's file, how old its package lists are, and whether
    packages are held back.

Why it matters:
    Policies of providers ask for patching by name. Most break-ins use holes for which an update had been out for weeks; an abuse desk
    wants to see that none waits before it lets a server back on.

How it is judged:
    1. On the server, with fresh lists: apt-get -s dist-upgrade (Debian, Ubuntu), dnf check-update and dnf updateinfo list --security
       (Red Hat and relatives), zypper list-patches -g security (SUSE), apk version -l '<' (Alpine), pacman -Qu (Arch), pkg version -vRL=
       and pkg audit (FreeBSD), Windows Update's own search.
    2. Only this word counts. Distributions put fixes into old version numbers (backports), so version numbers and banners prove nothing.
    3. A waiting security update, or a package with a hole by the system's own list, is a fault.
    4. Where the archives do not tell security updates from others (Alpine, Arch, CentOS, archives of vendors), every update that waits
       may be one: a warning.
    5. “Nothing waits” only counts with package lists of the last 7 days (3 for rolling distributions) from every source, complete and without
       an error. Old, missing or unread lists are no verdict. Nor is the answer of a package manager that leaves excluded packages out (dnf,
       yum, zypper) where some are excluded, of a system that nobody makes updates for any more, or of Amazon Linux 2023, whose sources are
       locked to the installed release.
    6. Updates that only Ubuntu Pro has are counted by themselves.
    7. FreeBSD's base system is no package before release 15: it counts as looked at only if freebsd-update installed by itself in the last 7
       days. Where it consists of packages, pkg's answer covers it.
    8. What apt keeps back without a hold is on Ubuntu most likely a staged roll-out, which leaves security updates out: worth a look.

Limits and false positives:
    What was installed without the package manager is not seen; look at the check of software for that. A package that is held and
    for which apt names no archive may or may not miss a security fix. Fixes that the distribution has decided not to make do not show.

References:
    apt-get(8); dnf(8) check-update, updateinfo; zypper(8) list-patches; apk-version(8); pacman(8); pkg-audit(8); freebsd-update(8).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks import _host_commands as commands
from selfaudit.checks.patch import _packages as shared
from selfaudit.checks.patch._past_end import past_end
from selfaudit.checks.patch._updates_messages import UPDATES_MESSAGES
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Finding, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_scope import day_of, moment
from selfaudit.protocols.host_system import System, system_of
from selfaudit.protocols.packages import HIDES_HELD, Kind, Pending, pending
from selfaudit.protocols.packages.sources import lacks_security_source
from selfaudit.protocols.packages.systems import follows_latest, has_locked_archives, has_packaged_base, is_rolling
from selfaudit.text import printable

_DAY = 86_400
_FRESH_DAYS = 7
_FRESH_DAYS_ROLLING = 3


class Tag(StrEnum):
    OK = "UPDATES_NONE_WAIT"
    SECURITY = "UPDATES_SECURITY"
    VULNERABLE = "UPDATES_VULNERABLE"
    HELD_SECURITY = "UPDATES_HELD_SECURITY"
    HELD_PENDING = "UPDATES_HELD_PENDING"
    HELD = "UPDATES_HELD"
    HELD_UNSEEN = "UPDATES_HELD_UNSEEN"
    KEPT_BACK = "UPDATES_KEPT_BACK"
    STAGED = "UPDATES_STAGED"
    UNMARKED = "UPDATES_UNMARKED"
    OTHERS = "UPDATES_OTHERS"
    ESM = "UPDATES_PRO_ONLY"
    NO_SECURITY_SOURCE = "UPDATES_NO_SECURITY_SOURCE"
    BASE_MIXED = "UPDATES_BASE_MIXED"
    BASE_UNSEEN = "UPDATES_BASE_UNSEEN"
    BROKEN = "UPDATES_BROKEN"
    ERRORS = "UPDATES_ERRORS"
    STALE = "UPDATES_STALE"
    ONE_SOURCE_STALE = "UPDATES_ONE_SOURCE_STALE"
    LOCKED_RELEASE = "UPDATES_LOCKED_RELEASE"
    SYSTEM_ENDED = "UPDATES_SYSTEM_ENDED"
    NO_AGE = "UPDATES_NO_AGE"
    CUT = "UPDATES_CUT"
    NOT_IN_FILE = "UPDATES_NOT_IN_FILE"
    OTHER_HOST = "UPDATES_OTHER_HOST"
    TOO_OLD = "UPDATES_TOO_OLD"
    CLOCK = "UPDATES_CLOCK"
    CHANGED = "UPDATES_CHANGED"


CHECK = Check("patch.updates", N_("No security update waits to be installed"), (HostReport, HostScope), "host")

MESSAGES = {
    **{tag: UPDATES_MESSAGES[tag.name] for tag in Tag if tag.name in UPDATES_MESSAGES},
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
}


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    not_judged = _host.standing(report, scope)
    if not_judged is not None:
        name, args = not_judged
        yield found(Tag[name], **args)
        return
    system = system_of(report)
    waiting = pending(report)
    seen = report.part("packages.upgrade")
    if not waiting.manager or seen is None or (not waiting.errors and report.lacks("packages.upgrade")):
        part = "packages.upgrade" if waiting.manager else "packages.manager"
        why = report.lacks(part) or phrase("the server has no package manager that is known here")
        yield found(Tag.NOT_IN_FILE, host=report.name, part=part, why=why)
        return
    faults = [*_faults(report, system, waiting), *_held(report, system, waiting)]
    doubts = [*_doubts(report, system, waiting), *_system(report, system, waiting), *_base(report, system)]
    yield from faults
    yield from doubts
    clear = not (waiting.ready or waiting.esm or waiting.kept or waiting.vulnerable or waiting.broken)
    if clear and not doubts and all(f.tag == Tag.HELD for f in faults) and waiting.list_age is not None:
        yield found(Tag.OK, host=report.name, age=_age(waiting.list_age), manager=waiting.manager)


def _upgrade(report: HostReport, system: System) -> dict[str, object]:
    command, changes = commands.upgrade(system), commands.changes_upgrade(system)
    if has_packaged_base(report):
        command, changes = "pkg update && pkg upgrade", shared.CHANGES_PACKAGED_BASE
    return {"host": report.name, "command": command, "changes": changes, "check": shared.list_command(system)}


def _faults(report: HostReport, system: System, waiting: Pending) -> Iterator[Finding]:
    held = set(waiting.held)
    args = _upgrade(report, system)
    security = [u for u in waiting.security if u.name not in held]
    if security:
        kernel = (
            phrase("; the kernel is among them, so the server has to be restarted afterwards")
            if any(u.kernel for u in security)
            else ""
        )
        names = shared.listed(f"{u.name} {u.available}".strip() for u in security)
        yield found(Tag.SECURITY, **args, count=len(security), names=names, kernel=kernel)
    if waiting.vulnerable:
        yield found(Tag.VULNERABLE, **args, count=len(waiting.vulnerable), names=shared.listed(waiting.vulnerable))
    unmarked = [u.name for u in waiting.ready if u.security is None and u.name not in held]
    if unmarked:
        yield found(Tag.UNMARKED, **args, count=len(unmarked), names=shared.listed(unmarked))
    others = [u.name for u in waiting.ready if u.security is False and u.name not in held]
    # zypper counts packages and patches apart, so the packages of a security patch would be named twice.
    if others and not (waiting.manager == "zypper" and security):
        yield found(Tag.OTHERS, **args, count=len(others), names=shared.listed(others))
    if waiting.esm:
        pro = report.values("os-extra").get("pro", "")
        enable = "pro enable esm-infra; pro enable esm-apps" if pro == "attached" else "pro attach"
        values: dict[str, object] = {
            "command": f"{enable}; {commands.upgrade(system)}", "changes": shared.CHANGES_PRO,
            "count": len(waiting.esm), "names": shared.listed(u.name for u in waiting.esm),
            "pro": printable(pro, 20) or phrase("not known"),
        }  # fmt: skip
        yield found(Tag.ESM, **(args | values))
    if system.id == "debian" and system.version and lacks_security_source(report):
        suite = f"{printable(system.codename, 40) or 'CODENAME'}-security"
        command = f"apt edit-sources && {commands.upgrade(system)}"
        yield found(Tag.NO_SECURITY_SOURCE, **(args | {"command": command, "changes": shared.CHANGES_SOURCE, "suite": suite}))
    if waiting.broken or any(e.kind is Kind.BROKEN for e in waiting.errors):
        words = waiting.broken or tuple(e.text for e in waiting.errors if e.kind is Kind.BROKEN)
        values = {"command": shared.repair(system), "changes": shared.CHANGES_REPAIR, "why": "; ".join(words[:3])}
        yield found(Tag.BROKEN, **(args | values))


def _held(report: HostReport, system: System, waiting: Pending) -> Iterator[Finding]:
    """What was set to be left alone, and what the manager keeps back by itself."""
    # Only pacman's IgnorePkg makes it keep something back.
    held = set(waiting.held) | (set(waiting.kept) if waiting.manager == "pacman" else set())
    args = {"host": report.name, "check": shared.list_command(system), "changes": shared.changes_release(system)}
    late = [u.name for u in waiting.security if u.name in held]
    if late:
        yield found(Tag.HELD_SECURITY, **args, count=len(late), names=shared.listed(late), command=shared.release(system, late))
    newer = dict.fromkeys((*waiting.kept, *(u.name for u in waiting.ready if u.security is not True)))
    kept = [n for n in newer if n in held and n not in late]
    if kept:
        yield found(Tag.HELD_PENDING, **args, count=len(kept), names=shared.listed(kept), command=shared.release(system, kept))
    alone = [n for n in waiting.kept if n not in held]
    if alone:
        looking = {"command": shared.asked_for(system, alone), "changes": shared.CHANGES_NOTHING}
        tag = Tag.STAGED if system.id == "ubuntu" else Tag.KEPT_BACK
        yield found(tag, **(args | looking), count=len(alone), names=shared.listed(alone))
    rest = sorted(held - set(late) - set(kept))
    if rest and waiting.manager in HIDES_HELD:
        looking = {"command": shared.unhide(system), "changes": shared.CHANGES_NOTHING, "manager": waiting.manager}
        looking["next"] = shared.lifting(system, rest, [name for name, *_rest in report.rows("software.panels", 3) if name])
        yield found(Tag.HELD_UNSEEN, **(args | looking), count=len(rest), names=shared.listed(rest))
    elif rest:
        yield found(Tag.HELD, host=report.name, count=len(rest), names=shared.listed(rest))


def _doubts(report: HostReport, system: System, waiting: Pending) -> Iterator[Finding]:
    args = {"host": report.name, "check": shared.list_command(system)}
    refresh = {"command": commands.refresh(system), "changes": commands.changes_refresh(system)}
    if waiting.errors:
        worst = next((e for e in waiting.errors if e.kind is Kind.BROKEN), waiting.errors[0])
        command, changes = shared.mend(system, worst.kind)
        yield found(Tag.ERRORS, **args, why="; ".join(e.words for e in waiting.errors[:3]), command=command, changes=changes)
    days = _FRESH_DAYS_ROLLING if is_rolling(system) else _FRESH_DAYS
    if waiting.list_age is None:
        yield found(Tag.NO_AGE, **args, **refresh)
    elif waiting.list_age > days * _DAY:
        yield found(Tag.STALE, **args, **refresh, age=_age(waiting.list_age), days=days)
    elif waiting.oldest_age is not None and waiting.oldest_age > _FRESH_DAYS * _DAY:
        every = {"command": shared.refresh_all(system), "changes": commands.CHANGES_REFRESH}
        yield found(Tag.ONE_SOURCE_STALE, **args, **every, age=_age(waiting.oldest_age), days=_FRESH_DAYS)
    if not waiting.complete:
        yield found(Tag.CUT, **args, command=shared.list_command(system), changes=shared.CHANGES_NOTHING)
    if waiting.manager == "pkg" and report.lacks("packages.security") and not waiting.errors:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "packages.security"))


def _system(report: HostReport, system: System, waiting: Pending) -> Iterator[Finding]:
    """Why "nothing waits" would say nothing on this system."""
    args = _upgrade(report, system) | {"system": printable(system.name, 100) or system.id}
    ended = past_end(report, system)
    if ended:
        yield found(Tag.SYSTEM_ENDED, **args, ended=ended)
    if has_locked_archives(system) and not follows_latest(report):
        yield found(Tag.LOCKED_RELEASE, **args)
    if waiting.manager in HIDES_HELD and report.lacks("packages.held"):
        part = report.part("packages.held")
        if part is None or part.status is not PartStatus.ABSENT:  # absent: there is no such list on the server
            yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "packages.held"))


def _base(report: HostReport, system: System) -> Iterator[Finding]:
    """FreeBSD's base system, which is patched by freebsd-update(8) and not by pkg."""
    if system.family != "freebsd":
        return
    packaged = has_packaged_base(report)
    extra = report.values("os-extra")
    userland, kernel = extra.get("freebsd_userland", ""), extra.get("freebsd_kernel", "")
    args = {"host": report.name, "command": "freebsd-update fetch install", "changes": shared.CHANGES_BASE}
    if packaged:
        args |= {"command": "pkg update && pkg upgrade", "changes": shared.CHANGES_PACKAGED_BASE}
    if userland and kernel and (userland.partition("-")[0] != kernel.partition("-")[0] or _level(kernel) > _level(userland)):
        # A kernel of a lower level is usual: not every patch touches it.
        yield found(Tag.BASE_MIXED, **args, userland=userland[:40], kernel=kernel[:40])
        return
    if packaged:
        return
    taken = moment(report.taken) or 0.0
    done = {key: value for tool, key, value in report.rows("automation", 3) if tool == "freebsd-update"}
    last = moment(done.get("last_success", ""))
    if done.get("installs") != "yes" or last is None or not -_DAY / 24 <= taken - last <= _FRESH_DAYS * _DAY:
        yield found(Tag.BASE_UNSEEN, **args, userland=userland[:40] or day_of(report.taken))


def _level(version: str) -> int:
    """The patch level of "14.3-RELEASE-p2": 2."""
    digits = version.rpartition("-p")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0


def _age(seconds: float) -> str:
    days, hours = int(seconds // _DAY), int(seconds // 3_600)
    return phrase("{days} days", days=days) if days >= 2 else phrase("{hours} hours", hours=hours)
