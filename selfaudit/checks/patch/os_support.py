"""The operating system still gets security updates.

What it checks:
    Whether somebody still makes security updates for the release of the operating system that the server runs.

Why it matters:
    Policies ask for patched systems. A release past its end gets no fixes any more, so “no updates pending” means nothing there, and every
    hole that becomes known stays open.

How it is judged:
    1. The release is taken from /etc/os-release (cat /etc/os-release; on FreeBSD freebsd-version -u) as the collector wrote it down.
    2. It is looked up in a dated list that comes with this program (endoflife.date, and the lists of Debian and Ubuntu themselves). The day of the
       audit by this computer's clock counts, not the server's clock.
    3. Regular updates by the makers are right; less than 90 days of them left is worth acting on.
    4. Free long-term support (Debian LTS) is right too, if a security source is configured in the package sources.
    5. Where only a paid or registered extension is left (Ubuntu Pro, Extended LTS, ELS, LTSS), it counts if the server shows that it is subscribed; if it
       shows that it is not, the system is unsupported.
    6. After that the system is unsupported, which is a fault.
    7. AlmaLinux, Rocky Linux and Oracle Linux end a point release when the next one is out: an older one is a fault as well.
    8. A release before its own release (Debian testing, FreeBSD CURRENT) has no promise of security updates. Rolling systems have no releases
       that end: whether they are up to date is judged by patch.updates.

Limits and false positives:
    A release that is not in the list is unknown, not unsupported. Debian LTS covers the common architectures and not every package. Support that somebody
    else sells (TuxCare, for example) cannot be seen; say so in the statement and show the contract.

References:
    endoflife.date (MIT licence); Debian wiki LTS; Ubuntu release cycle; Red Hat Enterprise Linux Life Cycle; FreeBSD security information.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks._host_commands import upgrade
from selfaudit.checks.patch._support import (
    CHANGES_ANEW,
    ROLLING,
    Advice,
    advice,
    is_old_point,
    is_unreleased,
    product_of,
    today,
    version_of,
)
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.eol import Phase, Product, State, state
from selfaudit.protocols.host_system import System, system_of
from selfaudit.text import printable

_SOON = 90  # days
_SHOW_RELEASE = "cat /etc/os-release"


class Tag(StrEnum):
    OK = "OS_SUPPORTED"
    SOON = "OS_SUPPORT_ENDS_SOON"
    LTS = "OS_LONG_TERM_SUPPORT"
    LTS_NOT_SET_UP = "OS_LTS_NOT_SET_UP"
    EXTENDED = "OS_EXTENDED_SUPPORT"
    NOT_SUBSCRIBED = "OS_EXTENDED_NOT_SUBSCRIBED"
    CANNOT_SEE = "OS_EXTENDED_NOT_VISIBLE"
    ENDED = "OS_SUPPORT_ENDED"
    POINT = "OS_POINT_RELEASE_OLD"
    UNRELEASED = "OS_NOT_RELEASED"
    ROLLING = "OS_ROLLING"
    NOT_LISTED = "OS_NOT_IN_LIST"
    LIST_OLD = "OS_LIST_TOO_OLD"
    OTHER_HOST = "OS_OTHER_HOST"
    TOO_OLD = "OS_FILE_TOO_OLD"
    CLOCK = "OS_CLOCK"
    CHANGED = "OS_FILE_CHANGED"
    NOT_IN_FILE = "OS_NOT_IN_FILE"


CHECK = Check(
    "patch.os-support", N_("The operating system still gets security updates"), (HostReport, HostScope), "host",
    contact=Contact.PASSIVE,
)  # fmt: skip

_UPGRADE = Remedy(
    N_(
        "Make a backup that does not lie on this server, then move to {target}. The record below has the documented way; read the release notes "
        "first. This {changes}. After a break-in a new server with a supported release, to which only data is moved, is often quicker and always "
        "cleaner than an upgrade of the old one."
    ),
    verify=_SHOW_RELEASE,
    record="{command}",
    minutes=120,
)
_SHOW_OR_UPGRADE = replace(
    _UPGRADE,
    steps=N_(
        "If the server is subscribed to the extension, show the contract or the output of the subscription tool, and run the collector as "
        "administrator. If it is not, make a backup and move to {target}: the record below has the documented way. This {changes}."
    ),
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD, N_("{host} runs {system}, which gets security updates from its makers until {until} (list of {as_of}).")
    ),
    Tag.SOON: Message(
        Severity.LOW,
        N_("{host} runs {system}. Its security updates end on {until}, in {days} days. Plan the upgrade now."),
        _UPGRADE,
    ),
    Tag.LTS: Message(
        Severity.GOOD,
        N_("{host} runs {system}. Its makers' own updates are over; {who} makes security updates for it until {until}."),
    ),
    Tag.LTS_NOT_SET_UP: Message(
        Severity.MEDIUM,
        N_(
            "{host} runs {system}, for which {who} makes security updates until {until}, but none of its package sources is one for security updates, "
            "so they do not reach this server."
        ),
        Remedy(
            N_(
                "Add the package source “{suite}” to /etc/apt/sources.list, as www.debian.org/security has it for this release, then refresh the lists and install "
                "the updates. This {changes}."
            ),
            verify="apt-cache policy | grep -i security",
            record="{command}",
            minutes=20,
        ),
    ),
    Tag.EXTENDED: Message(
        Severity.GOOD,
        N_(
            "{host} runs {system}. Regular updates are over; it gets security updates by {who} until {until}, and is subscribed to them."
        ),
    ),
    Tag.NOT_SUBSCRIBED: Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. Its free security updates ended on {ended}; {who} still has some until {until}, but this server is not subscribed to it. "
            "It gets no security updates."
        ),
        replace(
            _UPGRADE,
            stacks={
                "Ubuntu Pro": "pro attach TOKEN && apt-get update && apt-get dist-upgrade",
                "Red Hat": "subscription-manager register && subscription-manager repos --list",
                "SUSE": "SUSEConnect --list-extensions",
            },
        ),
    ),
    Tag.CANNOT_SEE: Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}. Its regular security updates ended on {ended}. Subscribers of {who} get some until {until}; whether this server is one of them "
            "cannot be seen."
        ),
        _SHOW_OR_UPGRADE,
    ),
    Tag.ENDED: Message(
        Severity.HIGH,
        N_(
            "{host} runs {system}. Its security updates ended on {ended}, {days} days ago. Holes that became known since then stay open."
        ),
        _UPGRADE,
    ),
    Tag.POINT: Message(
        Severity.HIGH,
        N_("{host} runs {system}. {newest} is out since {since}, and older point releases get no security updates any more."),
        Remedy(
            N_("Install all updates; they bring the newest point release. This {changes}."),
            verify=_SHOW_RELEASE,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.UNRELEASED: Message(
        Severity.MEDIUM,
        N_(
            "{host} runs {system}, which is not released yet. Nobody promises security updates for it, and they often come late."
        ),
        Remedy(
            N_("Move to a stable release. From here there is no way back but a new installation: {command}. This {changes}."),
            verify=_SHOW_RELEASE,
            minutes=120,
        ),
    ),
    Tag.ROLLING: Message(
        Severity.NONE,
        N_(
            "{host} runs {system}, which has no releases that end. It is supported as long as all updates are installed; the check of updates looks at that."
        ),
    ),
    Tag.NOT_LISTED: Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system} (ID {id}, version {version}), which is not in our list of {as_of}. Whether it still gets security updates is not known."
        ),
        Remedy(
            N_(
                "Look the release up on its makers' pages, and show the page with the date in your statement if it is supported."
            ),
            verify=_SHOW_RELEASE,
            minutes=10,
        ),
    ),
    Tag.LIST_OLD: Message(
        Severity.UNKNOWN,
        N_(
            "{host} runs {system}. When our list was written ({as_of}) no end was announced; a newer release may have ended it since."
        ),
        Remedy(
            N_("Look the release up on its makers' pages, or use a newer version of this program."),
            verify=_SHOW_RELEASE,
            minutes=10,
        ),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    stands = _host.standing(report, scope)
    if stands is not None:
        name, args = stands
        yield found(Tag[name], **args)
        return
    day = today(report)
    if report.lines("os-release") is None or day is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "os-release"))
        return
    yield from _judge(report, system_of(report), day)


def _judge(report: HostReport, system: System, day: datetime.date) -> Iterator[Finding]:
    said = {"host": report.name, "system": printable(system.name, 100) or phrase("a system without a name")}
    if system.id in ROLLING:
        yield found(Tag.ROLLING, **said)
        return
    product = product_of(system)
    if product is None:
        yield found(Tag.NOT_LISTED, **said, **_seen(system), as_of=_list_day(None))
        return
    if is_unreleased(system, product, report):
        anew = phrase("install the newest stable release of {title} anew", title=product.title)
        yield found(Tag.UNRELEASED, **said, changes=CHANGES_ANEW, command=anew)
        return
    version = version_of(system, product, report)
    now = state(product, version, day)
    if now.phase is Phase.UNKNOWN:
        yield found(Tag.NOT_LISTED, **said, **_seen(system), as_of=_list_day(product))
        return
    if now.phase is Phase.UNCERTAIN:
        yield found(Tag.LIST_OLD, **said, as_of=_list_day(product))
        return
    way = advice(system, product, now.release, day)
    if product.points and now.release is not None and is_old_point(version, now.release) and now.phase is not Phase.ENDED:
        since = now.release.latest_on.isoformat() if now.release.latest_on else ""
        yield found(
            Tag.POINT, **said, newest=now.release.latest, since=since, command=upgrade(system),
            changes=phrase("replaces packages by those of the newest point release; a restart is needed for the kernel"),
        )  # fmt: skip
        return
    yield from _by_phase(report, product, now, day, said, way)


def _by_phase(
    report: HostReport, product: Product, now: State, day: datetime.date, said: dict[str, str], way: Advice
) -> Iterator[Finding]:
    until = now.until.isoformat() if now.until else phrase("further notice")
    left = now.days_left(day)
    doing = {"command": way.command, "changes": way.changes, "target": way.target}
    if now.phase is Phase.ENDED:
        yield found(Tag.ENDED, **said, ended=until, days=-(left or 0), **doing)
        return
    if now.phase in (Phase.EXTENDED, Phase.ADDON):
        seen = _subscribed(report, product) if now.phase is Phase.EXTENDED else None
        tag = {True: Tag.EXTENDED, False: Tag.NOT_SUBSCRIBED, None: Tag.CANNOT_SEE}[seen]
        yield found(tag, **said, who=product.extended_by, until=until, ended=_free_end(product, now), **doing)
        return
    if now.phase is Phase.LTS and _no_security_source(report):
        yield found(
            Tag.LTS_NOT_SET_UP, **said, who=product.lts_by, until=until, suite=_security_suite(now),
            command="apt-get update && apt-get dist-upgrade", changes=phrase("installs the security updates that this source has"),
        )  # fmt: skip
        return
    if left is not None and left < _SOON:
        yield found(Tag.SOON, **said, until=until, days=left, **doing)
    if now.phase is Phase.LTS:
        yield found(Tag.LTS, **said, who=product.lts_by, until=until)
    else:
        yield found(Tag.OK, **said, until=until, as_of=_list_day(product))


def _subscribed(report: HostReport, product: Product) -> bool | None:
    """Whether the server gets the extended updates; None if it does not show."""
    extra, sources = report.values("os-extra"), report.lines("packages.sources")
    if product.name == "ubuntu":
        return {"attached": True, "unattached": False, "absent": False}.get(extra.get("pro", ""))
    if product.name == "debian":
        # "lts" also means Debian's own security archive, which serves nobody after the end of LTS.
        if extra.get("elts", "") in ("yes", "no"):
            return extra["elts"] == "yes"
        if extra.get("lts", "") == "no":
            return False
        part = report.part("packages.sources")
        if any("extended-lts" in line.lower() or "elts" in line.lower() for line in sources or ()):
            return True
        return False if sources and part is not None and not part.cut else None
    if product.name in ("rhel", "sles"):
        marks = ("-els-",) if product.name == "rhel" else ("ltss",)
        if any(mark in line.lower() for line in sources or () for mark in marks):
            return True
        return False if product.name == "rhel" and extra.get("subscription", "").lower() == "absent" else None
    return None


def _free_end(product: Product, now: State) -> str:
    """The last day of what was free for everybody."""
    release = now.release
    if release is None or release.regular is None:
        return ""
    return max(release.regular, release.lts or release.regular).isoformat()


def _no_security_source(report: HostReport) -> bool:
    """Whether the list of package sources was seen whole and names none for security updates."""
    part, lines = report.part("packages.sources"), report.lines("packages.sources")
    if part is None or part.cut or not lines:
        return False
    return not any("security" in line.lower() or "/updates" in line.lower() for line in lines)


def _security_suite(now: State) -> str:
    name = now.release.codename if now.release else ""
    return f"{name}/updates" if name in ("wheezy", "jessie", "stretch", "buster") else f"{name}-security"


def _seen(system: System) -> dict[str, str]:
    return {"id": printable(system.id, 40) or "-", "version": printable(system.version, 40) or "-"}


def _list_day(product: Product | None) -> str:
    return product.as_of.isoformat() if product is not None else phrase("this version of the program")
