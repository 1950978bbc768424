"""apk (Alpine), pacman (Arch), pkg (FreeBSD) and Windows Update: short forms that are not translated, but for their warnings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from selfaudit.protocols.packages.model import Answer, Kind, Trouble, Update, trouble

_PACKAGE = r"[A-Za-z0-9_][\w.+-]{0,120}"

# "musl-1.2.5-r0                           < 1.2.5-r1" (apk-version(8)), with the repository after it where it is tagged.
_APK = re.compile(
    rf"(?P<name>{_PACKAGE}?)-(?P<old>\d[^\s-]{{0,60}}(?:-r\d+)?)\s+(?P<sign>[<=>?!])\s+(?P<new>\S{{1,80}})?(?:\s+(?P<repo>@\S+))?"
)
_APK_HEAD = re.compile(r"Installed:\s+Available:")
_APK_NO_LISTS = ("no such file", "opening from cache", "ignoring", "datei oder verzeichnis", "apkindex")

# "openssl 3.4.0-1 -> 3.4.1-1", with "[ignored]" in the language of the system (pacman(8), --query --upgrades).
_PACMAN = re.compile(rf"(?P<name>{_PACKAGE}) (?P<old>\S{{1,80}}) -> (?P<new>\S{{1,80}})(?P<ignored> \[[^\]]+\])?")
# arch-audit -u: "Package openssl is affected by CVE-2025-1. High risk! Update to at least 3.4.1-1!", -q: "openssl>=3.4.1-1".
_ARCH_AUDIT = re.compile(
    rf"(?:Package )?(?P<name>{_PACKAGE}) is affected by .*?(?:Update to (?:at least )?\S+.*)?|(?P<quiet>{_PACKAGE})(?:>=\S{{1,80}})?"
)

# pkg-version(8) -v, and pkg-upgrade(8) -n.
_PKG_VERSION = re.compile(rf"(?P<name>{_PACKAGE})-(?P<old>[^\s-]{{1,80}})\s+(?P<sign>[<=>?!*])(?:\s+(?P<note>.*))?")
_PKG_NEW = re.compile(r"\((?:remote|index|port) has (?P<new>[^)]{1,80})\)")
_PKG_UPGRADE = re.compile(rf"\s+(?P<name>{_PACKAGE}): (?P<old>\S{{1,80}}) -> (?P<new>\S{{1,80}})(?: \[(?P<repo>[^\]]*)\])?.*")
_PKG_NOISE = re.compile(
    r"(?:Updating .*|\S+ repository is up to date\.|All repositories are up to date\.|Checking (?:for upgrades|integrity).*|Processing candidates.*|"
    r"The following \d+ package.*|.*packages to be [A-Z]+:|Number of packages .*|The (?:process|operation) will .*|\d+ \S+ to be downloaded.*|"
    r"Your packages are up to date\.|\s+\S+: \S+.*|vulnxml file up-to-date|\d+ problem\(s\) in .*)"
)
_PKG_AUDIT = re.compile(rf"(?P<package>{_PACKAGE}-[^\s-]{{1,80}})(?: is vulnerable:?)?")
_PKG_NO_LISTS = (
    "cannot be opened",
    "'pkg update' required",
    "no active remote repositories",
    "vulnxml",
    "no repositories",
    "not found",
)
_LOCKED = ("lock", "gesperrt", "sperre", "another")
_BROKEN = ("database", "datenbank", "description file", "corrupt", "sqlite", "missing")


def apk(lines: Sequence[str], code: int | None) -> Answer:
    """What `apk version -l '<'` said. Alpine does not tell security from other updates."""
    updates: list[Update] = []
    troubles: list[Trouble] = []
    head = False
    for line in filter(str.strip, lines):
        match = _APK.fullmatch(line.strip())
        if match is not None:
            if match["sign"] == "<":
                updates.append(Update(match["name"], match["old"], match["new"] or "", match["repo"] or ""))
        elif _APK_HEAD.match(line):
            head = True
        else:
            troubles.append(_trouble(line, _APK_NO_LISTS))
    if not (head or updates or troubles) and code != 0:
        troubles.append(trouble(Kind.FAILED if code else Kind.NOT_UNDERSTOOD))
    return Answer(tuple(updates), troubles=_once(troubles))


def pacman(lines: Sequence[str], code: int | None, audit: Sequence[str] | None) -> Answer:
    """What `pacman -Qu` said (exit 1 without a word: there are none), with `arch-audit -u` where it is installed."""
    updates: list[Update] = []
    kept: list[str] = []
    troubles: list[Trouble] = []
    for line in filter(str.strip, lines):
        match = _PACMAN.fullmatch(line.strip())
        if match is None:
            troubles.append(_trouble(line, ("does not exist", "existiert nicht", "-sy")))
            continue
        if match["ignored"]:
            kept.append(match["name"])
        updates.append(Update(match["name"], match["old"], match["new"]))
    if not (updates or troubles) and code not in (0, 1):
        troubles.append(trouble(Kind.FAILED if code else Kind.NOT_UNDERSTOOD))
    bad: dict[str, None] = {}
    for line in filter(str.strip, audit or ()):
        match = _ARCH_AUDIT.fullmatch(line.strip())
        if match is not None:
            bad[match["name"] or match["quiet"]] = None
        else:
            troubles.append(_trouble(line, ()))
    marked = tuple(u if u.name not in bad else Update(u.name, u.installed, u.available, u.origin, True) for u in updates)
    return Answer(marked, tuple(kept), tuple(n for n in bad if n not in {u.name for u in updates}), False, _once(troubles))


def pkg(lines: Sequence[str], code: int | None, audit: Sequence[str] | None) -> Answer:
    """What `pkg version -vRL=` or `pkg upgrade -n` said, with `pkg audit -q`: the list of known holes tells what is about security."""
    updates: list[Update] = []
    troubles: list[Trouble] = []
    for line in filter(str.strip, lines):
        upgrade = _PKG_UPGRADE.fullmatch(line)
        version = None if upgrade else _PKG_VERSION.fullmatch(line.strip())
        if upgrade is not None:
            updates.append(Update(upgrade["name"], upgrade["old"].rstrip(","), upgrade["new"], upgrade["repo"] or ""))
        elif version is not None:
            if version["sign"] == "<":
                new = _PKG_NEW.search(version["note"] or "")
                updates.append(Update(version["name"], version["old"], new["new"] if new else ""))
        elif not _PKG_NOISE.fullmatch(line):
            troubles.append(_trouble(line, _PKG_NO_LISTS))
    if not (lines or troubles) and code != 0:
        troubles.append(trouble(Kind.FAILED if code else Kind.NOT_UNDERSTOOD))
    vulnerable: dict[str, None] = {}
    audit_troubles: list[Trouble] = []
    for line in filter(str.strip, audit or ()):
        match = _PKG_AUDIT.fullmatch(line.strip())
        if match is not None:
            vulnerable[match["package"]] = None
        elif not _PKG_NOISE.fullmatch(line):
            audit_troubles.append(_trouble(line, _PKG_NO_LISTS))
    known = audit is not None and not audit_troubles
    named = {f"{u.name}-{u.installed}" for u in updates}
    marked = [Update(u.name, u.installed, u.available, u.origin, _pkg_mark(u, vulnerable) if known else None) for u in updates]
    return Answer(tuple(marked), (), tuple(v for v in vulnerable if v not in named), known, _once([*troubles, *audit_troubles]))


def _pkg_mark(update: Update, vulnerable: Collection[str]) -> bool | None:
    """Packages of FreeBSD's base system get errata and security patches alike, and the list of holes names them otherwise."""
    if f"{update.name}-{update.installed}" in vulnerable:
        return True
    return None if update.name.startswith("FreeBSD-") else False


def windows(lines: Sequence[str]) -> Answer:
    """Lines "KB|title|severity|security" of the collector for Windows."""
    updates: list[Update] = []
    troubles: list[Trouble] = []
    for line in filter(str.strip, lines):
        fields = [f.strip() for f in line.rsplit("|", 2)]
        number, bar, title = fields[0].partition("|")
        if not bar or len(fields) != 3 or fields[2].lower() not in ("yes", "no", "-", ""):
            troubles.append(trouble(Kind.NOT_UNDERSTOOD, line))
            continue
        security = {"yes": True, "no": False}.get(fields[2].lower())
        name = " ".join(filter(None, (number.strip(), title.strip())))
        updates.append(Update(name[:120], origin="Windows Update", security=security, severity=fields[1][:20].lower()))
    return Answer(tuple(updates), security_known=all(u.security is not None for u in updates), troubles=_once(troubles))


def _trouble(line: str, no_lists: Iterable[str]) -> Trouble:
    low = line.lower()
    for kind, words in ((Kind.NO_LISTS, tuple(no_lists)), (Kind.BROKEN, _BROKEN), (Kind.LOCKED, _LOCKED)):
        if any(w in low for w in words):
            return trouble(kind, line)
    failed = re.match(r"(?:error|warning|fehler|warnung|pkg)\b", low)
    return trouble(Kind.FAILED if failed else Kind.NOT_UNDERSTOOD, line)


def _once(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    return tuple(dict.fromkeys(troubles))
