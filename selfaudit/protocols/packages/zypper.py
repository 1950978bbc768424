"""zypper: `list-updates` with `list-patches -g security`.

Both print a table with "|" between the columns (zypper(8)). The columns are counted from the headings where those are English, else recognised by
their contents: the category of a patch is never translated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfaudit.protocols.packages.model import Answer, Kind, Trouble, Update, trouble

_RULE = re.compile(r"[-+]{5,}")
_NONE = (
    "no updates found",
    "keine aktualisierungen gefunden",
    "keine updates gefunden",
    "nothing to do",
    "nichts zu tun",
    "no patches found",
)
_NOISE = re.compile(
    r"(?:Loading repository data|Reading installed packages|Daten des Repositor|Daten der Repositor|Installierte Pakete werden|Repository-Daten werden|"
    r"Refreshing service|Building repository|Cache f|Considering \d+ out of|\d+ von \d+ anwendbaren|Found \d+ applicable|\d+ [Pp]atch|Es wurden? \d+|The following software management updates|The following updates will be|"
    r"Die folgenden|Note: |Hinweis: |Warning: Repository .* metadata expired|Repository .* is out-of-date|Das Repository .* ist nicht mehr aktuell|"
    r"Repository .* ist veraltet|You can run 'zypper refresh'|Sie k).*"
)
_KINDS = (
    (Kind.LOCKED, ("management is locked", "systemverwaltung ist von", "ist gesperrt")),
    (Kind.NO_LISTS, ("no repositories defined", "keine repositor", "has not been cached", "no cached")),
    (Kind.UNREACHABLE, ("valid metadata not found", "skipping repository", "is invalid", "download (curl) error", "some of the repositories have not",
                        "could not be refreshed", "file not found", "ist ung", "wird ", "cannot be reached")),
    (Kind.BROKEN, ("rpm database", "rpm-datenbank", "rpmdb", "rpm db")),
)  # fmt: skip
_UNKNOWN_SEVERITIES = ("unspecified", "")


def read(updates: Sequence[str], code: int | None, patches: Sequence[str] | None, *, patched: bool) -> Answer:
    """What zypper said. Patches count as one update each, named by their summary; `patched`: the distribution marks security by patches."""
    tables, said_none, troubles = _tables(updates)
    packages = [_package(row) for row in tables]
    if not tables and not said_none and not troubles:
        troubles.append(trouble(Kind.FAILED if code else Kind.NOT_UNDERSTOOD, " ".join(updates[:3])))
    security: list[Update] = []
    known = False
    if patches is not None:
        rows, none_waits, more = _tables(patches)
        security = [u for row in rows if (u := _patch(row)) is not None]
        known = patched and not more and (none_waits or bool(rows))
        if more or not (rows or none_waits):
            troubles.extend(more or [trouble(Kind.NOT_UNDERSTOOD, " ".join(patches[:3]))])
    others = [Update(u.name, u.installed, u.available, u.origin, False if known else None) for u in packages]
    return Answer((*security, *others), (), (), known, tuple(dict.fromkeys(troubles)))


def _tables(lines: Sequence[str]) -> tuple[list[list[str]], bool, list[Trouble]]:
    """The rows below the rules of the tables, whether it says that there are none, and what went wrong."""
    rows: list[list[str]] = []
    troubles: list[Trouble] = []
    none = inside = False
    for index, line in enumerate(lines):
        text = line.strip()
        if not text:
            inside = False
        elif _RULE.fullmatch(text):
            inside = True
        elif inside and "|" in line:
            rows.append([cell.strip() for cell in line.split("|")])
        elif text.lower().startswith(_NONE):
            none = True
        elif "|" in line and index + 1 < len(lines) and _RULE.fullmatch(lines[index + 1].strip()):
            continue  # the headings
        elif not _NOISE.fullmatch(text):
            troubles.append(_trouble(text))
    return rows, none, troubles


def _trouble(line: str) -> Trouble:
    low = line.lower()
    for kind, words in _KINDS:
        if any(w in low for w in words):
            return trouble(kind, line)
    return trouble(Kind.FAILED if low.startswith(("error", "fehler", "warning", "warnung")) else Kind.NOT_UNDERSTOOD, line)


def _package(row: list[str]) -> Update:
    """S | Repository | Name | Current Version | Available Version | Arch."""
    cells = row + [""] * (6 - len(row))
    return Update(cells[2][:120], cells[3][:100], cells[4][:100], cells[1][:100])


def _patch(row: list[str]) -> Update | None:
    """Repository | Name | Category | Severity | Interactive | Status | [Since |] Summary; None for one that is not about security."""
    if "security" not in row[2:3] or len(row) < 6:
        return None
    severity = row[3].lower()
    summary = row[-1] or row[1]
    name = re.sub(r"^(?:Recommended|Security) update for ", "", summary)
    return Update(name[:120], "", row[1][:100], row[0][:100], True, "" if severity in _UNKNOWN_SEVERITIES else severity[:20])
