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
       Ubuntu Pro alone is not enough: the archive of esm-infra has to be among the package sources.
    7. AlmaLinux, Rocky Linux, Oracle Linux and CloudLinux end a point release when the next one is out: an older one is a fault as well. The
       makers bring one every half year, so the newest one in the list is believed for 90 days after the list was written, and half a year after
       it came out. From then on it is unknown whether it is still the newest, unless the package manager with fresh lists knows of nothing newer
       (dnf check-update). Red Hat sells updates for older ones, so that an older one is unknown there.
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
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks._host_commands import upgrade
from selfaudit.checks.patch._support import (
    ROLLING,
    esm_infra,
    is_unreleased,
    nothing_waits,
    product_of,
    subscribed,
    today,
    version_of,
)
from selfaudit.checks.patch._support_messages import SUPPORT_MESSAGES
from selfaudit.checks.patch._support_ways import CHANGES_ANEW, Advice, advice, panels_of
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Check, Contact, Finding, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.eol import Phase, Point, Product, State, point_of, state
from selfaudit.protocols.host_system import System, system_of
from selfaudit.text import printable

_SOON = 90  # days


class Tag(StrEnum):
    OK = "OS_SUPPORTED"
    SOON = "OS_SUPPORT_ENDS_SOON"
    LTS = "OS_LONG_TERM_SUPPORT"
    LTS_NOT_SET_UP = "OS_LTS_NOT_SET_UP"
    EXTENDED = "OS_EXTENDED_SUPPORT"
    NOT_SUBSCRIBED = "OS_EXTENDED_NOT_SUBSCRIBED"
    NOT_ENABLED = "OS_EXTENDED_NOT_ENABLED"
    CANNOT_SEE = "OS_EXTENDED_NOT_VISIBLE"
    ENDED = "OS_SUPPORT_ENDED"
    POINT = "OS_POINT_RELEASE_OLD"
    POINT_BY_OTHERS = "OS_POINT_RELEASE_EXTENDED_NOT_VISIBLE"
    POINT_UNCERTAIN = "OS_POINT_RELEASE_NOT_KNOWN"
    UNRELEASED = "OS_NOT_RELEASED"
    ROLLING = "OS_ROLLING"
    NOT_LISTED = "OS_NOT_IN_LIST"
    OTHER_HOST = "OS_OTHER_HOST"
    TOO_OLD = "OS_FILE_TOO_OLD"
    CLOCK = "OS_CLOCK"
    CHANGED = "OS_FILE_CHANGED"
    NOT_IN_FILE = "OS_NOT_IN_FILE"


CHECK = Check(
    "patch.os-support", N_("The operating system still gets security updates"), (HostReport, HostScope), "host",
    contact=Contact.PASSIVE,
)  # fmt: skip

_CHANGES_POINT = phrase("replaces packages by those of the newest point release; a restart is needed for the kernel")

MESSAGES = {
    **{Tag[name]: message for name, message in SUPPORT_MESSAGES.items()},
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
    if now.phase in (Phase.UNKNOWN, Phase.UNCERTAIN):
        yield found(Tag.NOT_LISTED, **said, **_seen(system), as_of=_list_day(product))
        return
    way = advice(system, product, now.release, day, panels_of(report))
    point = _point(report, product, now, version, day)
    if point is Point.OLD and now.release is not None:
        since = now.release.latest_on.isoformat() if now.release.latest_on else ""
        yield found(
            Tag.POINT_BY_OTHERS if product.points_by else Tag.POINT, **said, newest=now.release.latest, since=since,
            who=product.points_by, command=upgrade(system), changes=_CHANGES_POINT,
        )  # fmt: skip
        return
    if point is Point.UNCERTAIN and now.release is not None:
        yield found(
            Tag.POINT_UNCERTAIN, **said, line=f"{product.title} {now.release.name}", until=now.until.isoformat() if now.until else "",
            newest=now.release.latest, as_of=_list_day(product), command=upgrade(system), changes=_CHANGES_POINT,
        )  # fmt: skip
    yield from _by_phase(report, product, now, day, said, way, point)


def _point(report: HostReport, product: Product, now: State, version: str, day: datetime.date) -> Point:
    """Whether it is the newest point release, where older ones get nothing; what the package manager does not know of outweighs an old list."""
    if not product.points or now.release is None or now.phase is not Phase.REGULAR:
        return Point.NEWEST
    point = point_of(product, now.release, version, day)
    return Point.NEWEST if point is Point.UNCERTAIN and nothing_waits(report, version) else point


def _by_phase(
    report: HostReport, product: Product, now: State, day: datetime.date, said: dict[str, str], way: Advice, point: Point
) -> Iterator[Finding]:
    until = now.until.isoformat() if now.until else phrase("further notice")
    left = now.days_left(day)
    doing = {"command": way.command, "changes": way.changes, "target": way.target}
    if now.phase is Phase.ENDED:
        yield found(Tag.ENDED, **said, ended=until, days=-(left or 0), **doing)
        return
    if now.phase in (Phase.EXTENDED, Phase.ADDON):
        yield found(
            _extended(report, product, now),
            **said,
            who=product.extended_by,
            until=until,
            ended=_free_end(product, now),
            **doing,
        )
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
    elif point is not Point.UNCERTAIN:
        yield found(Tag.OK, **said, until=until, as_of=_list_day(product))


def _extended(report: HostReport, product: Product, now: State) -> Tag:
    """What to say of a server whose free updates are over."""
    seen = subscribed(report, product)
    if product.name == "ubuntu" and report.values("os-extra").get("pro") == "attached" and esm_infra(report) is False:
        return Tag.NOT_ENABLED
    if seen is False:
        return Tag.NOT_SUBSCRIBED
    # A further extension comes on top of the first one, and does not show.
    return Tag.EXTENDED if seen and now.phase is Phase.EXTENDED else Tag.CANNOT_SEE


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
