"""No known vulnerabilities in the installed packages.

What it checks:
    What a public list of vulnerabilities (OSV) says about the versions of the packages that are installed, and which of these holes are known to be used in
    attacks (the KEV list of CISA).

Why it matters:
    It names the holes behind pending updates, and shows an abuse desk which update closes the one that was used. A hole that is being exploited comes first.

How it is judged:
    1. Only with consent (--look-up-packages), because names and versions of all packages leave this computer; the server's name does not. The
       collector has to be run with --packages.
    2. OSV is asked by the name of the source package, the whole version of the distribution and its release, for example Debian:12 (AlmaLinux: by the name of
       the package). By hand: curl -d '{"package": {"name": "openssl", "ecosystem": "Debian:12"}, "version": "3.0.11-1~deb12u1"}' https://api.osv.dev/v1/query
    3. A hole counts if the distribution has published a fix that is not installed. What it has looked at and left alone (Debian: unimportant, no-dsa,
       ignored) does not count, unless it is known to be exploited.
    4. A hole on the KEV list is a fault, others are a warning.
    5. Nothing known is right, within the limits below.

Limits and false positives:
    Backports (~bpo), packages from other sources and software that no package holds are not compared. A fixed kernel counts only after a restart, which
    patch.reboot looks at. Red Hat, SUSE Linux Enterprise, Amazon Linux, Arch and FreeBSD cannot be asked about this way; patch.updates judges them by their own tools.

References:
    OSV schema and API; CISA Known Exploited Vulnerabilities; Debian security tracker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks._host_commands import CHANGES_UPGRADE, upgrade
from selfaudit.checks.patch._software import some
from selfaudit.facts.host import HostReport, HostScope, KnownVulnerability, PackageLookup
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_system import system_of
from selfaudit.text import printable


class Tag(StrEnum):
    NONE_KNOWN = "VULNERABILITIES_NONE_KNOWN"
    EXPLOITED = "VULNERABILITIES_EXPLOITED"
    EXPLOITED_UNFIXED = "VULNERABILITIES_EXPLOITED_WITHOUT_FIX"
    KNOWN = "VULNERABILITIES_KNOWN"
    KEV_MISSING = "VULNERABILITIES_EXPLOITED_LIST_MISSING"
    INCOMPLETE = "VULNERABILITIES_INCOMPLETE"
    OTHER_HOST = "VULNERABILITIES_OTHER_HOST"
    TOO_OLD = "VULNERABILITIES_FILE_TOO_OLD"
    CLOCK = "VULNERABILITIES_CLOCK"
    CHANGED = "VULNERABILITIES_FILE_CHANGED"
    NOT_IN_FILE = "VULNERABILITIES_NOT_IN_FILE"


CHECK = Check(
    "patch.vulnerabilities", N_("No known vulnerabilities in the installed packages"), (HostReport, HostScope, PackageLookup), "host",
    contact=Contact.PASSIVE, advisory=True, consent=True,
)  # fmt: skip

_AGAIN = N_("selfaudit collect --ssh USER@{host} --packages, then the audit again with --look-up-packages")
_UPDATE = Remedy(
    N_(
        "Install all updates now and restart the server, so that nothing old stays in memory. This {changes}. Then look in the logs for signs that the hole was used before "
        "it was closed."
    ),
    verify=_AGAIN,
    record="{command}",
    minutes=30,
)

MESSAGES = {
    Tag.NONE_KNOWN: Message(
        Severity.GOOD,
        N_(
            "OSV knows of no hole in the {asked} packages of {host} ({ecosystem}) for which a fix was published that is not installed. Backports and software from elsewhere were not "
            "compared."
        ),
    ),
    Tag.EXPLOITED: Message(
        Severity.HIGH,
        N_("{host} has {count} holes that attackers are known to use, and the fixes are out but not installed: {items}."),
        _UPDATE,
    ),
    Tag.EXPLOITED_UNFIXED: Message(
        Severity.HIGH,
        N_("{host} has holes that attackers are known to use, and OSV names no fix for this release: {items}."),
        Remedy(
            N_(
                "Look each one up in the security tracker of your distribution. If it matters for your use, switch the program off or keep it from the internet until there is a fix, or move to a "
                "release that has one. First install what there is: this {changes}."
            ),
            verify=_AGAIN,
            record="{command}",
            minutes=60,
        ),
    ),
    Tag.KNOWN: Message(
        Severity.MEDIUM, N_("{host} lacks published fixes for known holes in {count} packages: {items}."), _UPDATE
    ),
    Tag.KEV_MISSING: Message(
        Severity.UNKNOWN,
        N_(
            "Which of the holes on {host} are used by attackers could not be found out: the list of exploited vulnerabilities was not to be had."
        ),
        Remedy(N_("Install the updates in any case, and run the audit again later."), verify=_AGAIN, minutes=5),
    ),
    Tag.INCOMPLETE: Message(
        Severity.UNKNOWN,
        N_(
            "Not everything could be asked or read about the packages of {host}: {asked} packages were asked about, and there was more than is read at once."
        ),
        Remedy(
            N_("Install all pending updates and run the audit again; then there is less to read."), verify=_AGAIN, minutes=10
        ),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}


def judge(report: HostReport, scope: HostScope, lookup: PackageLookup, policy: Policy) -> Iterator[Finding]:
    stands = _host.standing(report, scope)
    if stands is not None:
        name, args = stands
        yield found(Tag[name], **args)
        return
    if report.lines("packages.installed") is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "packages.installed"))
        return
    if lookup.asked == 0:
        why = phrase("none of its packages could be asked about")
        yield found(Tag.NOT_IN_FILE, host=report.name, part="packages.installed", why=why)
        return
    yield from _judge(report, lookup)


def _judge(report: HostReport, lookup: PackageLookup) -> Iterator[Finding]:
    exploited = [v for v in lookup.found if v.exploited]
    fixable = [v for v in exploited if v.fixed or not _by_number(v)]
    unfixed = [v for v in exploited if v not in fixable]
    others = [v for v in lookup.found if not v.exploited]
    doing = {"host": report.name, "command": upgrade(system_of(report)), "changes": CHANGES_UPGRADE}
    if fixable:
        yield found(Tag.EXPLOITED, **doing, count=len(fixable), items=some(map(_words, fixable)))
    if unfixed:
        yield found(Tag.EXPLOITED_UNFIXED, **doing, items=some(map(_words, unfixed)))
    if others:
        yield found(Tag.KNOWN, **doing, count=len({v.package for v in others}), items=some(_by_package(others)))
    if lookup.found and not lookup.kev_date:
        yield found(Tag.KEV_MISSING, host=report.name)
    if lookup.cut:
        yield found(Tag.INCOMPLETE, host=report.name, asked=lookup.asked)
    elif not lookup.found:
        yield found(Tag.NONE_KNOWN, host=report.name, asked=lookup.asked, ecosystem=printable(lookup.ecosystem, 60))


def _by_number(entry: KnownVulnerability) -> bool:
    """Whether it is known by its CVE number alone, not by an advisory that came with a fix."""
    return "CVE-" in entry.id and not entry.id.startswith("ALPINE-")


def _words(entry: KnownVulnerability) -> str:
    number = next((a for a in entry.aliases if a.startswith("CVE-")), entry.id)
    about = printable(number, 40) if number == entry.id else f"{printable(number, 40)}, {printable(entry.id, 60)}"
    return f"{printable(entry.package, 60)} {printable(entry.version, 60)} ({about})"


def _by_package(entries: Sequence[KnownVulnerability]) -> list[str]:
    """Each package once, with the first of its entries."""
    grouped: dict[str, list[str]] = {}
    for entry in entries:
        grouped.setdefault(f"{printable(entry.package, 60)} {printable(entry.version, 60)}", []).append(printable(entry.id, 60))
    return [f"{package} ({', '.join(ids[:3])}{', …' if len(ids) > 3 else ''})" for package, ids in grouped.items()]
