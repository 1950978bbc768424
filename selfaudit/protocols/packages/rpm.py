"""dnf 4, dnf 5 and yum: `check-update` with `updateinfo list security`.

check-update prints "NAME.ARCH  [EPOCH:]VERSION-RELEASE  REPOSITORY" (yum(8), dnf(8), dnf5-check-upgrade(8)); exit 100 means that there are
updates, 0 that there are none. updateinfo prints "ADVISORY  SEVERITY/Sec.  NAME-[EPOCH:]VERSION-RELEASE.ARCH", dnf 5 "ADVISORY security
SEVERITY NAME-... DATE TIME". Archives without updateinfo (CentOS) say nothing about security.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit.protocols.packages.model import Answer, Kind, Trouble, Update, trouble

_UPDATES_WAIT = 100

_ARCH = r"(?:noarch|x86_64|aarch64|ppc64le|s390x|i[3-6]86|armv7hl|src)"
_ROW = re.compile(rf"(?P<name>[A-Za-z0-9][\w.+-]{{0,120}})\.{_ARCH}\s+(?P<new>(?:\d+:)?[^\s-]+-[^\s-]+)\s+(?P<repo>\S+)")
_NAME_ALONE = re.compile(rf"[A-Za-z0-9][\w.+-]{{0,120}}\.{_ARCH}")
_REST = re.compile(r"\s+(?:\d+:)?[^\s-]+-[^\s-]+\s+\S+")
_NEVRA = re.compile(rf"(?P<name>[A-Za-z0-9][\w.+-]{{0,120}})-(?P<evr>(?:\d+:)?[^\s-]+-[^\s-]+)\.{_ARCH}")
_ADVISORY = re.compile(
    rf"(?P<id>\S+)\s+(?:(?P<four>[^\s/]+)/S[^\s/]+|security\s+(?P<five>\w+))\s+(?P<package>\S+-\S+-\S+\.{_ARCH})(?:\s.*)?"
)
_OTHER_ADVISORY = re.compile(rf"\S+\s+[^\s/]+(?:\s+\w+)?\s+\S+-\S+-\S+\.{_ARCH}(?:\s.*)?")  # bugfix, enhancement, newpackage
_OBSOLETING = ("obsoleting packages", "paketaktualisierungen, die", "veraltete pakete", "obsolete")
_NOISE = re.compile(
    r"(?:Last metadata expiration check|Letzte Pr.{1,2}fung (?:auf|der) |Loaded plugins|Geladene Plugins|Loading mirror speeds|Updating and loading repositories|"
    r"Repositories loaded|Paketquellen (?:geladen|werden)|Not root, Subscription Management|Updating Subscription Management|Subscription Manager is operating|"
    r"This system is not registered|Security: |updateinfo list done|Limiting |Determining fastest mirrors|Excluding |\d+ packages? excluded|"
    r"Repo(?:sitory)? \S+ is listed more than once|Available Upgrades|Name\s+Type\s+Severity|(?:Using|Operating in) .*cache| \* \S+: ).*"
)  # fmt: skip
_UNREACHABLE = ("cannot find a valid baseurl", "could not retrieve mirrorlist", "cannot retrieve repository metadata", "failed to download metadata",
                "failed to synchronize cache", "could not resolve host", "curl error", "all mirrors were", "errors during downloading metadata",
                "404", "cannot download repomd.xml", "cannot prepare internal mirrorlist", "konnte host nicht", "status code")  # fmt: skip
_NO_LISTS = ("cache-only enabled but no cache", "no enabled repositories", "there are no enabled repos", "enough cached data", "no cache for",
             "keine aktivierten paketquellen", "kein cache", "ignoring repositories", "paketquellen werden ignoriert")  # fmt: skip
_LOCKED = ("holding the yum lock", "another app is currently", "waiting for process with pid", "lock")
_BROKEN = (
    "rpmdb",
    "database disk image",
    "rpm database",
    "unfinished transactions",
    "rpm-datenbank",
    "thread/process",
    "db5 error",
)
_ERROR = re.compile(r"(?:Error|Fehler|error|fehler|Errors|Failed|Warning|Curl)\b.*|\d+: curl#\d+.*")
# Archives whose owners mark security updates; nearly all others do not.
_MARKED = re.compile(
    r"@?(?:rhel-|rhui-|(?:almalinux-|rocky-)?(?:baseos|appstream|crb|extras|powertools|highavailability|resilientstorage|rt|nfv|sap)(?:$|[-_/])|"
    r"ol\d+_|updates|fedora|epel|amazonlinux|amzn2-core|cloudlinux-)"
)


def read(updates: Sequence[str], code: int | None, security: Sequence[str] | None, *, marked: bool) -> Answer:
    """What check-update and updateinfo said.

    Args:
        updates: the lines of check-update.
        code: its exit code, None if it is not known.
        security: the lines of `updateinfo list security`, None if there is nothing from it.
        marked: the distribution's archives mark security updates at all.
    """
    rows, troubles = _rows(updates)
    advisories, more = _advisories(security or ())
    known = (marked and security is not None and not more) or bool(advisories)
    found: dict[str, Update] = {}
    for name, new, repo in rows:
        mark: bool | None = None
        if name in advisories:
            mark = True
        elif known and _MARKED.match(repo.lower()) and (marked or repo.lower().startswith("epel")):
            mark = False
        found[name] = Update(name, "", new, repo, mark, advisories[name][1] if mark else "")
    for name, (evr, severity) in advisories.items():
        found.setdefault(name, Update(name, "", evr, "", True, severity))
    if code == _UPDATES_WAIT and not rows:
        troubles.append(trouble(Kind.NOT_UNDERSTOOD, " ".join(updates[:3])))
    elif code not in (0, _UPDATES_WAIT) and not troubles and not rows:
        troubles.append(trouble(Kind.FAILED if code else Kind.NOT_UNDERSTOOD, " ".join(updates[:3])))
    return Answer(tuple(found.values()), (), (), known, tuple(dict.fromkeys((*troubles, *more))))


def _rows(lines: Sequence[str]) -> tuple[list[tuple[str, str, str]], list[Trouble]]:
    rows: list[tuple[str, str, str]] = []
    troubles: list[Trouble] = []
    waiting = ""
    for line in lines:
        text = f"{waiting} {line.strip()}" if waiting and _REST.fullmatch(line) else line
        waiting = ""
        if line.lower().startswith(_OBSOLETING):
            break  # what follows are renamed packages, some of them twice
        match = _ROW.fullmatch(text.strip())
        if match is not None:
            rows.append((match["name"], match["new"], match["repo"]))
        elif _NAME_ALONE.fullmatch(line.strip()):
            waiting = line.strip()  # a long name stands on a line of its own
        elif line.strip() and not _NOISE.fullmatch(line):
            troubles.append(_trouble(line))
    return rows, troubles


def _trouble(line: str) -> Trouble:
    low = line.lower()
    for kind, words in (
        (Kind.NO_LISTS, _NO_LISTS),
        (Kind.UNREACHABLE, _UNREACHABLE),
        (Kind.BROKEN, _BROKEN),
        (Kind.LOCKED, _LOCKED),
    ):
        if any(w in low for w in words):
            return trouble(kind, line)
    return trouble(Kind.FAILED if _ERROR.match(line.strip()) else Kind.NOT_UNDERSTOOD, line)


def _advisories(lines: Sequence[str]) -> tuple[dict[str, tuple[str, str]], list[Trouble]]:
    """Package name -> (version, severity), and what was not understood."""
    found: dict[str, tuple[str, str]] = {}
    troubles: list[Trouble] = []
    for line in lines:
        match = _ADVISORY.fullmatch(line.strip())
        package = _NEVRA.fullmatch(match["package"]) if match else None
        if match and package:
            severity = (match["four"] or match["five"] or "").strip().lower()
            found[package["name"]] = (package["evr"], "" if severity in ("unknown", "none") else severity)
        elif line.strip() and not _NOISE.fullmatch(line) and not _OTHER_ADVISORY.fullmatch(line.strip()):
            troubles.append(_trouble(line))
    return found, troubles
