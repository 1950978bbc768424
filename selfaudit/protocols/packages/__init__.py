"""Which updates wait on a server, by its own package manager's word: nothing else knows which fixes a distribution has put into its packages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols.host_scope import moment
from selfaudit.protocols.host_system import System, system_of
from selfaudit.protocols.packages import apt, others, rpm, zypper
from selfaudit.protocols.packages.model import ESM, UNNAMED, Answer, Kind, Pending, Trouble, Update, trouble
from selfaudit.protocols.packages.systems import UNMARKED, has_packaged_base

__all__ = ["ESM", "HIDES_HELD", "UNNAMED", "Kind", "Pending", "Trouble", "Update", "manager_of", "pending"]

_USUAL = {
    "debian": "apt", "rhel": "dnf", "suse": "zypper", "alpine": "apk", "arch": "pacman", "freebsd": "pkg", "windows": "windows-update",
}  # fmt: skip
_MANAGERS = frozenset({"apt", "dnf", "yum", "zypper", "apk", "pacman", "pkg", "windows-update"})
# These leave excluded and locked packages out of their answer: that nothing waits for them cannot be seen.
HIDES_HELD = frozenset({"dnf", "yum", "zypper"})
_AHEAD = 3_600  # seconds by which a list may seem to be newer than the report
_MOST_BROKEN = 20
_HELD_NAME = re.compile(r"[A-Za-z0-9_*?\[][\w.+:@*?\[\]-]{0,120}")
_PIN = re.compile(r"[=<>~]")  # of apk's world: "nginx=1.28.0-r1", "nginx~1.28"
_HELD_LINE = re.compile(r"(?P<nevra>[\w.+-]+?)-(?:\d+:)?[^\s-]+-[^\s-]+\.(?:\*|[a-z0-9_]+)")
_EPOCH_FIRST = re.compile(r"\d+:(?P<nevra>[\w.+-]+?)-[^\s-]+-[^\s-]+\.(?:\*|[a-z0-9_]+)")
_HELD_NOISE = re.compile(
    r"(?:Last metadata|Loaded plugins|Letzte Pr|Geladene|versionlock list done|There are no|Es sind keine|#|-{2}|Package name:|Evr|Reason).*"
)
# What the managers print while all is well.
_SOUND = re.compile(
    r"(?:No database errors have been found!|Es wurden keine Datenbankfehler gefunden!|Checking all packages.*|.*\bdone\.?|warning: database file for .*|"
    r"Warnung: database file for .*|All packages are ok\.?|\s*)"
)


def manager_of(report: HostReport) -> str:
    """The package manager in use: what the collector found, else the usual one of the system; "" if neither is known."""
    system = system_of(report)
    return system.manager if system.manager in _MANAGERS else "" if system.manager == "none" else _USUAL.get(system.family, "")


def pending(report: HostReport) -> Pending:
    """Reads the parts "packages.*" of a report. What cannot be understood is an error, never "no updates"."""
    manager = manager_of(report)
    held = _held(report, manager)
    age, oldest = _age(report, "success", "newest"), _oldest_age(report, manager)
    part = report.part("packages.upgrade")
    if part is None or part.status not in (PartStatus.OK, PartStatus.FAILED) or not manager:
        return Pending(manager, held=held, list_age=age, broken=_broken(report), oldest_age=oldest)
    answer = _answer(manager, system_of(report), part, _security(report))
    errors = list(answer.troubles)
    if part.status is PartStatus.FAILED and not errors:
        errors.append(trouble(Kind.FAILED, part.note))
    lists = report.values("packages.lists")
    if lists.get("count") == "0":  # apt and dnf say "nothing to do" without any list
        errors.append(Trouble(Kind.NO_LISTS))
    cut = any(p is not None and p.cut for p in (part, report.part("packages.security")))
    return Pending(
        manager,
        answer.updates,
        held,
        answer.kept,
        answer.vulnerable,
        answer.security_known,
        age,
        errors=tuple(dict.fromkeys(errors)),
        broken=(*_broken(report), *answer.broken),
        complete=answer.whole and not cut,
        oldest_age=oldest,
    )


def _security(report: HostReport) -> Sequence[str] | None:
    part = report.part("packages.security")
    return part.lines if part is not None and part.status in (PartStatus.OK, PartStatus.FAILED) else None


def _answer(manager: str, system: System, part: HostPart, security: Sequence[str] | None) -> Answer:
    marked = system.id not in UNMARKED
    if manager == "apt":
        return apt.read(part.lines)
    if manager in ("dnf", "yum"):
        return rpm.read(part.lines, part.exit, security, marked=marked)
    if manager == "zypper":
        return zypper.read(part.lines, part.exit, security, patched=marked)
    if manager == "apk":
        return others.apk(part.lines, part.exit)
    if manager == "pacman":
        return others.pacman(part.lines, part.exit, security)
    if manager == "pkg":
        return others.pkg(part.lines, part.exit, security)
    return others.windows(part.lines)


def _age(report: HostReport, *keys: str) -> float | None:
    """Seconds from the newest of these times to the report. A list's own time can be older than the refresh, since apt keeps the archive's."""
    taken = moment(report.taken)
    values = report.values("packages.lists")
    times = [t for key in keys if (t := moment(values.get(key, ""))) is not None]
    if taken is None or not times:
        return None
    age = taken - max(times)
    return max(age, 0.0) if age >= -_AHEAD else None


def _oldest_age(report: HostReport, manager: str) -> float | None:
    """The age of the list that was refreshed longest ago, where that says something.

    Not for apt: Debian's main list only changes with a point release, however often it is fetched; there the list of the security archive
    counts. Nor for the archive of FreeBSD's base system, which only changes when there is a patch.
    """
    if manager == "apt":
        return _age(report, "security")
    if manager not in HIDES_HELD and (manager != "pkg" or has_packaged_base(report)):
        return None
    return _age(report, "oldest")


def _held(report: HostReport, manager: str) -> tuple[str, ...]:
    """Names in the lists of apt-mark, versionlock, exclude=, zypper locks, apk's world, IgnorePkg and pkg lock.

    A line that is in no known form counts as `UNNAMED` where held packages would not show up otherwise.
    """
    found: dict[str, None] = {}
    for line in report.lines("packages.held") or ():
        text = line.strip()
        if not text or _HELD_NOISE.match(text):
            continue
        if "|" in text:  # zypper: "1 | name | package | (any)"
            cells = [c.strip() for c in text.split("|")]
            if not cells[0].isdigit():  # the headings
                continue
            name = cells[1] if len(cells) > 2 else ""
        elif manager == "apk":
            name = _PIN.split(text.lstrip("!"), maxsplit=1)[0].strip()
        else:
            text = text.lstrip("!").strip("\"'")
            match = _EPOCH_FIRST.fullmatch(text) or _HELD_LINE.fullmatch(text)
            name = match["nevra"] if match else text.split()[0] if text else ""
        if _HELD_NAME.fullmatch(name):
            found[name.partition(":")[0]] = None
        elif manager in HIDES_HELD:
            found[UNNAMED] = None
    return tuple(found)


def _broken(report: HostReport) -> tuple[str, ...]:
    lines = [line for line in report.lines("packages.broken") or () if not _SOUND.fullmatch(line)]
    return tuple(trouble(Kind.BROKEN, line).text for line in lines[:_MOST_BROKEN])
