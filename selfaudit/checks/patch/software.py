"""Languages, databases, panels and web applications get security updates.

What it checks:
    Whether the software that the system's own package manager does not look after is a supported version: PHP and others from other sources,
    control panels, WordPress, Drupal, Joomla, TYPO3, Nextcloud and the like; and what WordPress's own tool says about updates and changed files.

Why it matters:
    Most servers that send spam or host phishing were entered through an old web application or plugin. Policies ask for patched
    applications, and abuse desks look at exactly this after a break-in.

How it is judged:
    1. Programs from the distribution's packages are looked after by the distribution, which puts fixes into old versions (backports). Their version
       numbers are never compared; patch.os-support and patch.updates judge them. So do FreeBSD's and Windows's own programs, and what bears
       a distribution's mark in its version (+deb12u1, .el9) where no origin is told.
    2. Everything else is looked up in a dated list that comes with this program (endoflife.date and the makers' pages). A version past its end is a
       fault; one that ends within 90 days is worth acting on.
    3. A version older than the newest of its line that the list knows lacks fixes: a warning, because the list does not say which of them are for security.
    4. Only the newest WordPress is supported officially; versions from 4.7 on get security fixes as a courtesy. An older one is a
       warning, one below 4.7 a fault.
    5. With --deep the collector asks wp-cli on the server: files that differ from the published ones are a fault (wp core verify-checksums), pending updates of
       WordPress or plugins are a warning (wp plugin list --update=available).
    6. What is not in the list, or what the list is too old for, is unknown; so are plugins that nobody compared.

Limits and false positives:
    Only common places are searched, and nothing inside containers. A builder's own long support (CloudLinux, TuxCare) counts as support. Files may differ from the published
    ones because somebody changed them on purpose; look at the differences.

References:
    endoflife.date (MIT licence); PHP supported versions; WordPress supported versions; wp-cli core verify-checksums.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.patch import _software
from selfaudit.checks.patch._software import Inventory, Item, WpWord, some, wp
from selfaudit.checks.patch._support import today
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.eol import Phase, number, older_than
from selfaudit.text import printable

_SOON = 90  # days
_MAX_GROUPS = 12


class Tag(StrEnum):
    SUPPORTED = "SOFTWARE_SUPPORTED"
    ENDED = "SOFTWARE_ENDED"
    SOON = "SOFTWARE_ENDS_SOON"
    BEHIND = "SOFTWARE_BEHIND"
    OLD_LINE = "SOFTWARE_OLD_LINE"
    EXTENSION = "SOFTWARE_EXTENSION_NOT_VISIBLE"
    NOT_KNOWN = "SOFTWARE_NOT_KNOWN"
    CHECKSUMS = "SOFTWARE_FILES_CHANGED"
    SITE_UPDATE = "SOFTWARE_SITE_UPDATE_PENDING"
    PLUGIN_UPDATES = "SOFTWARE_PLUGIN_UPDATES_PENDING"
    PLUGINS_NOT_COMPARED = "SOFTWARE_PLUGINS_NOT_COMPARED"
    DISTRIBUTION = "SOFTWARE_OF_DISTRIBUTION"
    KEPT = "SOFTWARE_KEPT_BY_BUILDER"
    VENDOR = "SOFTWARE_OF_OTHER_SOURCE"
    NOTHING = "SOFTWARE_NOTHING_FOUND"
    PARTIAL = "SOFTWARE_PARTIAL"
    OTHER_HOST = "SOFTWARE_OTHER_HOST"
    TOO_OLD = "SOFTWARE_FILE_TOO_OLD"
    CLOCK = "SOFTWARE_CLOCK"
    CHANGED = "SOFTWARE_FILE_CHANGED"
    NOT_IN_FILE = "SOFTWARE_NOT_IN_FILE"


CHECK = Check(
    "patch.software", N_("Languages, databases, panels and web applications get security updates"), (HostReport, HostScope), "host",
    contact=Contact.PASSIVE,
)  # fmt: skip

_RECOLLECT = N_("selfaudit collect --ssh USER@{host}, or run the collector on the server again and read its file")
_DEEP = N_("sh collect.sh --deep")
# What wp-cli was asked, what puts the published files back, and the question in its own words.
_CHECKSUMS = (
    ("core-checksums", "core download --force --skip-content", "wp core verify-checksums"),
    ("plugin-checksums", "plugin install NAME --force", "wp plugin verify-checksums --all"),
)
_CHANGES_FILES = phrase("puts published files in the place of those on the disk; uploads, the database and wp-config.php stay")
_CHANGES_CORE = phrase("replaces the program files of WordPress and changes its database; keep a copy of both before")
_CHANGES_PLUGINS = phrase("replaces the files of every plugin and theme of this site; something may look different afterwards")
_MOVE = Remedy(
    N_(
        "Make a backup, then move to {target}: the way the old version was installed, or by taking the package of your distribution. What nobody "
        "needs any more is better removed than updated. This {changes}."
    ),
    verify=_RECOLLECT,
    record="{command}",
    minutes=60,
)

MESSAGES = {
    Tag.SUPPORTED: Message(Severity.GOOD, N_("On {host}, these get security updates from their makers: {items}.")),
    Tag.ENDED: Message(
        Severity.HIGH,
        N_("On {host}, the security updates for {items} ended on {ended}. Holes that became known since then stay open."),
        _MOVE,
    ),
    Tag.SOON: Message(Severity.LOW, N_("On {host}, the security updates for {items} end on {until}, in {days} days."), _MOVE),
    Tag.BEHIND: Message(
        Severity.MEDIUM, N_("On {host}, {items} lacks fixes: {newest} has been out since {since} at the latest."), _MOVE
    ),
    Tag.OLD_LINE: Message(
        Severity.MEDIUM,
        N_(
            "On {host}, {items} is an old line, replaced on {ended}. Its makers support only the newest one; older ones get security fixes at best as a "
            "courtesy."
        ),
        _MOVE,
    ),
    Tag.EXTENSION: Message(
        Severity.UNKNOWN,
        N_(
            "On {host}, the free security updates for {items} ended on {ended}. Subscribers of {who} get some until {until}; whether you are one cannot be seen."
        ),
        _MOVE,
    ),
    Tag.NOT_KNOWN: Message(
        Severity.UNKNOWN,
        N_(
            "On {host}, it is not known whether these still get security updates, because our list does not have them or is too old for them: {items}."
        ),
        Remedy(
            N_(
                "Look at the makers' pages which versions are supported, and say so in your statement with the day; or use a newer version of this program."
            ),
            verify=_RECOLLECT,
            minutes=15,
        ),
    ),
    Tag.CHECKSUMS: Message(
        Severity.HIGH,
        N_(
            "On {host}, program files differ from those that were published ({what}), which is how most malware in WordPress shows: {items}."
        ),
        Remedy(
            N_(
                "Keep a copy of the site as evidence first. Look at each file that the command names. Then put the published files in their place: the record below has the "
                "command. This {changes}. Change all passwords of the site afterwards, and look for administrators that nobody knows."
            ),
            verify="wp core verify-checksums && wp plugin verify-checksums --all",
            record="{command}",
            minutes=60,
        ),
    ),
    Tag.SITE_UPDATE: Message(
        Severity.MEDIUM, N_("On {host}, WordPress itself says that an update is waiting: {items}."), _MOVE
    ),
    Tag.PLUGIN_UPDATES: Message(
        Severity.MEDIUM,
        N_("On {host}, updates of {count} plugins or themes are waiting: {items}."),
        Remedy(
            N_(
                "Make a backup, update them, and remove those that nobody uses: a plugin that is switched off can still be attacked. This {changes}."
            ),
            verify="wp plugin list --update=available",
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.PLUGINS_NOT_COMPARED: Message(
        Severity.UNKNOWN,
        N_("On {host}, {count} plugins and themes of {sites} were seen, but nobody compared them with the newest versions."),
        Remedy(
            N_(
                "Run the collector with --deep on the running server; it asks wp-cli, which runs the site's own code and asks the plugin directory. Or look at the "
                "updates page of each site, install what waits, and say so in your statement."
            ),
            verify=_DEEP,
            minutes=15,
        ),
    ),
    Tag.DISTRIBUTION: Message(
        Severity.INFO,
        N_(
            "On {host}, the distribution's packages look after these, fixes included: {items}. Their version numbers are not compared; see the check of updates."
        ),
    ),
    Tag.KEPT: Message(Severity.INFO, N_("On {host}, a builder with fixes of its own looks after these: {items}.")),
    Tag.VENDOR: Message(
        Severity.INFO,
        N_(
            "On {host}, these are packages from another source than the distribution, and not in our list: {items}. Their updates come with those of the system."
        ),
    ),
    Tag.NOTHING: Message(
        Severity.NONE,
        N_(
            "On {host}, nothing was found that the distribution's packages do not look after: no languages, databases or servers from elsewhere, no control "
            "panel, and no site of a known web application in the usual places."
        ),
    ),
    Tag.PARTIAL: Message(
        Severity.UNKNOWN,
        N_("The collector's file of {host} does not show all of the software: {why}."),
        Remedy(N_("Run the collector again as administrator (root) on the running server."), verify=_RECOLLECT, minutes=5),
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
    missing = [name for name in _software.PARTS if _says_nothing(report, name)]
    if len(missing) == len(_software.PARTS) or day is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, (missing or ["software.runtimes"])[0]))
        return
    have = _software.inventory(report, day)
    words = _software.wp_words(report)
    yield from _releases(report, have, day)
    yield from _wordpress(report, have, words)
    yield from _rest(report, have)


def _says_nothing(report: HostReport, name: str) -> bool:
    part = report.part(name)
    return part is None or part.status not in (PartStatus.OK, PartStatus.ABSENT)


def _releases(report: HostReport, have: Inventory, day: datetime.date) -> Iterator[Finding]:
    groups: dict[tuple[Tag, str, str], list[Item]] = {}
    fine, unknown = [], [item.words for item in have.unlisted]
    for item in have.listed:
        tag = _tag(item, day)
        if tag is Tag.NOT_KNOWN:
            unknown.append(item.words)
        elif tag is Tag.SUPPORTED:
            fine.append(item.words)
        else:
            line = item.state.release.name if item.state.release else ""
            groups.setdefault((tag, item.product, line), []).append(item)
    ordered = sorted(groups.items(), key=lambda g: (list(MESSAGES).index(g[0][0]), g[0][1:]))
    for (tag, _product, _line), items in ordered[:_MAX_GROUPS]:
        yield _finding(report, tag, items, day)
    unknown += [item.words for _key, items in ordered[_MAX_GROUPS:] for item in items]
    if unknown:
        yield found(Tag.NOT_KNOWN, host=report.name, items=some(unknown))
    if fine:
        yield found(Tag.SUPPORTED, host=report.name, items=some(fine))


def _tag(item: Item, day: datetime.date) -> Tag:
    """What an item is, by the list of releases."""
    now, entry = item.state, item.entry
    left = now.days_left(day)
    assert entry is not None
    if now.phase in (Phase.UNKNOWN, Phase.UNCERTAIN):
        return Tag.NOT_KNOWN
    if now.phase in (Phase.EXTENDED, Phase.ADDON):
        return Tag.EXTENSION
    if now.phase is Phase.ENDED:
        if not item.surely:
            return Tag.NOT_KNOWN  # a package of an origin that the server does not tell: it may well be the distribution's
        courtesy = entry.courtesy_from and not older_than(number(item.version), entry.courtesy_from)
        return Tag.OLD_LINE if courtesy else Tag.ENDED
    if item.behind:
        return Tag.BEHIND if item.surely else Tag.NOT_KNOWN
    return Tag.SOON if left is not None and left < _SOON else Tag.SUPPORTED


def _finding(report: HostReport, tag: Tag, items: Sequence[Item], day: datetime.date) -> Finding:
    first = items[0]
    now, entry = first.state, first.entry
    release = now.release
    assert entry is not None
    until = now.until.isoformat() if now.until else ""
    ended = release.regular.isoformat() if release is not None and release.regular else until
    behind = tag is Tag.BEHIND and release is not None
    return found(
        tag, host=report.name, items=some(item.words for item in items), until=until, ended=ended, days=now.days_left(day) or 0,
        newest=first.behind, since=release.latest_on.isoformat() if behind and release and release.latest_on else "",
        who=entry.extended_by, target=f"{first.title} {first.behind}" if behind else _software.target(first, day),
        command=_software.command(first), changes=_software.changes(first),
    )  # fmt: skip


def _wordpress(report: HostReport, have: Inventory, words: Sequence[WpWord]) -> Iterator[Finding]:
    owners = {item.path: item.owner for item in have.listed if item.product == "wordpress"}
    host = report.name
    for key, restore, asked in _CHECKSUMS:
        failed = [w.site for w in words if w.key == key and w.value.lower().startswith("failed")]
        if failed:
            owner = owners.get(failed[0], "")
            command = wp(failed[0], owner, restore)
            if key == "plugin-checksums":
                command = f"{wp(failed[0], owner, 'plugin list --field=name')} | xargs -r -I NAME {command}"
            shown = some(printable(path, 80) for path in failed)
            yield found(Tag.CHECKSUMS, host=host, what=asked, items=shown, command=command, changes=_CHANGES_FILES)
    waiting = [w for w in words if w.key == "core-update"]
    if waiting:
        site, shown = waiting[0].site, some(f"{printable(w.site, 80)}: {printable(w.value, 40)}" for w in waiting)
        command = wp(site, owners.get(site, ""), "core update", "core update-db", "core verify-checksums")
        target = f"WordPress {printable(waiting[0].value, 40)}"
        yield found(Tag.SITE_UPDATE, host=host, items=shown, target=target, command=command, changes=_CHANGES_CORE)
    pending = [w for w in words if w.key == "plugin-update"]
    if pending:
        site, shown = pending[0].site, some(f"{printable(w.value, 60)} ({printable(w.site, 80)})" for w in pending)
        command = wp(site, owners.get(site, ""), "plugin update --all", "theme update --all")
        yield found(Tag.PLUGIN_UPDATES, host=host, count=len(pending), items=shown, command=command, changes=_CHANGES_PLUGINS)
    yield from _not_compared(report, words)


def _not_compared(report: HostReport, words: Sequence[WpWord]) -> Iterator[Finding]:
    asked = {w.site for w in words if w.key == "plugin-checksums" and w.value != "not run"}
    asked |= {w.site for w in words if w.key == "plugin-update"}
    rows = [row for row in report.rows("software.plugins", 5) if row[0] not in asked]
    if rows:
        sites = list(dict.fromkeys(printable(row[0], 80) for row in rows))
        yield found(Tag.PLUGINS_NOT_COMPARED, host=report.name, count=len(rows), sites=some(sites))


def _rest(report: HostReport, have: Inventory) -> Iterator[Finding]:
    if have.partial:
        yield found(Tag.PARTIAL, host=report.name, why="; ".join(have.partial))
    if have.kept:
        yield found(Tag.KEPT, host=report.name, items=some(have.kept))
    if have.vendor:
        yield found(Tag.VENDOR, host=report.name, items=some(have.vendor))
    if have.distribution:
        yield found(Tag.DISTRIBUTION, host=report.name, items=some(have.distribution))
    if not (have.listed or have.unlisted or have.kept or have.vendor or have.partial):
        yield found(Tag.NOTHING, host=report.name)
