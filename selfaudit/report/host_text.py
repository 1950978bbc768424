"""What was seen inside a server, in lines that a person can repeat there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selfaudit.engine.evidence import Evidence
from selfaudit.facts import Fact
from selfaudit.facts.host import HostPart, HostReport, HostScope, PackageLookup, PartStatus
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.protocols.host_scope import belonging, day_of
from selfaudit.protocols.host_system import system_of
from selfaudit.text import printable

_LINES_OF_A_PART = 3
# Which parts of the collector's file a check rests on; what begins like one of these.
_PARTS = {
    "patch.os-support": ("os-", "host", "time"),
    "patch.updates": ("os-", "packages."),
    "patch.reboot": ("kernel", "reboot.", "host"),
    "patch.automation": ("automation", "packages.manager"),
    "patch.software": ("software.", "os-release"),
    "patch.vulnerabilities": ("packages.installed", "os-release"),
    "host.listeners": ("listeners", "addresses", "firewall.containers"),
    "host.firewall": ("firewall.", "addresses"),
    "host.login": ("login.",),
    "host.malware": ("malware.", "packages.integrity"),
    "host.mail-config": ("mail.", "dns.", "proxy.", "web."),
    "host.mail-queue": ("mail.queue",),
    "host.persistence": ("persistence.", "login.accounts"),
    "host.resources": ("resources",),
}
_WAYS = {
    "file": N_("by the collector's file"),
    "block": N_("by the collector's text, pasted"),
    "ssh": N_("over SSH"),
    "local": N_("on this computer"),
}


@dataclass(frozen=True, slots=True)
class HostLine:
    """One server in the head of a report: its name, its system, when and how it was looked at, and what ties it to the case."""

    name: str
    system: str
    how: str
    tie: str
    notes: tuple[str, ...]


def way_words(report: HostReport) -> str:
    """When and how a server was looked at, in words."""
    words = _("collected {taken} UTC {way}").format(taken=day_of(report.taken), way=_(_WAYS.get(report.via, report.via)))
    if report.host_key:
        words += ", " + _("log-in {login}, host key {key}").format(login=printable(report.login, 100), key=report.host_key)
    return words


def host_lines(evidence: Evidence) -> list[HostLine]:
    """The servers of an audit, for the head of its report."""
    records = {(r.request.kind, r.request.subject): r.fact for r in evidence.records}
    out = []
    for source in evidence.case.hosts:
        report, scope = records.get((HostReport.kind, source.name)), records.get((HostScope.kind, source.name))
        if not isinstance(report, HostReport):
            continue
        tie = belonging(report, scope).words if isinstance(scope, HostScope) else ""
        notes = [_("from a rescue system")] if report.rescue else []
        if not report.root:
            notes.append(_("without administrator rights"))
        if not report.complete:
            notes.append(_("incomplete"))
        if not report.genuine:
            notes.append(_("changed after it was made"))
        out.append(HostLine(report.name, system_of(report).name, way_words(report), shown(tie), tuple(notes)))
    return out


def lines_about(fact: Fact, check: str = "") -> Iterator[tuple[str, str]]:
    """(command or part, what it said) of a fact about a server's inside; of a whole report only what the named check rests on."""
    wanted = _PARTS.get(check, ("",))
    if isinstance(fact, HostReport):
        yield "", way_words(fact)
        for words in fact.damage:
            yield "", shown(words)
        for part in fact.parts:
            if part.name not in ("meta", "end") and part.name.startswith(wanted):
                yield _about(fact, part)
    elif isinstance(fact, HostScope):
        for item in fact.addresses:
            yield "", f"{item.address}: {shown(item.origin)}"
        for name in fact.unanswered:
            yield "", _("{name}: no answer").format(name=name)
    elif isinstance(fact, PackageLookup):
        yield "", _("{count} packages, {ecosystem}").format(count=fact.asked, ecosystem=fact.ecosystem)
        for entry in fact.found:
            mark = " " + _("(known to be exploited)") if entry.exploited else ""
            yield f"https://osv.dev/vulnerability/{entry.id}", printable(f"{entry.package} {entry.version}", 120) + mark


def _about(report: HostReport, part: HostPart) -> tuple[str, str]:
    return "", f"{part.name}: {_said(report, part)}"


def _said(report: HostReport, part: HostPart) -> str:
    if part.status is not PartStatus.OK:
        return shown(report.lacks(part.name))
    if not part.lines:
        return _("nothing")
    head = "; ".join(printable(line, 160) for line in part.lines[:_LINES_OF_A_PART])
    rest = len(part.lines) - _LINES_OF_A_PART
    more = "; " + ngettext("and {count} more line", "and {count} more lines", rest).format(count=rest) if rest > 0 else ""
    return head + more
