"""apt: `apt-get -s dist-upgrade` of Debian, Ubuntu and their relatives.

The lines "Inst NAME [OLD] (NEW ORIGIN:VERSION/ARCHIVE ... [ARCHITECTURE])" are the same in every language (apt-get(8), --simulate); what is
translated is recognised by its form. The archive tells security updates from others: "Debian-Security:12/stable-security",
"Ubuntu:22.04/jammy-security", "UbuntuESM:22.04/jammy-infra-security".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from selfaudit.protocols.packages.model import ESM, UNNAMED, Answer, Kind, Trouble, Update, trouble

_NAME = r"[a-z0-9][a-z0-9.+-]{0,120}(?::[a-z0-9-]{1,20})?"
_INST = re.compile(
    rf"Inst (?P<name>{_NAME})(?: \[(?P<old>[^\]\s]{{1,100}})\])? \((?P<new>\S{{1,100}})(?: (?P<origins>[^\[\])]*))?(?: ?\[[^\]]*\])?\).*"
)
_STEP = re.compile(r"(?:Conf|Remv|Purg) \S+.*")
# "2 upgraded, 1 newly installed, 0 to remove and 1 not upgraded." in any language: four numbers in this order.
_SUMMARY = re.compile(r"(\d{1,6}) [^\d,]+, (\d{1,6}) [^\d,]+, (\d{1,6}) [^\d]+? (\d{1,6}) [^\d]+[.?]?")
# The same as apt 3 puts it: "  Upgrading: 6, Installing: 0, Removing: 0, Not Upgrading: 1".
_SUMMARY_3 = re.compile(r"  [^\d:]+: (\d{1,6}), [^\d:]+: (\d{1,6}), [^\d:]+: (\d{1,6}), [^\d:]+: (\d{1,6})")
_HALF = re.compile(r"[1-9]\d{0,5} (?:not fully installed or removed|nicht vollst.{1,2}ndig installiert oder entfernt)\.")
_ERROR = re.compile(r"(?:E|Error|Fehler|F|W|Warning|Warnung|N|Notice|Hinweis): .*")
_KEPT = ("packages have been kept back", "pakete sind zur", "pakete wurden zur", "not upgrading:", "aktualisiere nicht:")
_PHASED = ("phas",)
_ESM = ("esm service enabled", "with 'esm-", "require ubuntu pro", "security updates through ubuntu pro")
_LOCKED = (
    "could not get lock",
    "unable to acquire the dpkg frontend lock",
    "is held by process",
    "konnte sperre",
    "konnte die sperre",
    "unable to lock",
)
_BROKEN = (
    "dpkg was interrupted", "dpkg wurde unterbrochen", "der dpkg-prozess wurde unterbrochen", "unmet dependencies", "unerf", "fix-broken",
    "broken packages", "digte pakete", "nicht erf", "held broken packages", "reinst-required", "status file",
)  # fmt: skip
_NO_LISTS = ("list of sources could not be read", "liste der quellen konnte nicht", "package lists or status file could not be parsed", "unable to parse package file",
             "no packages file", "package cache file is corrupted")  # fmt: skip
_UNREACHABLE = ("failed to fetch", "does not have a release file", "could not resolve", "is not available", "no longer has a release file",
                "some index files failed", "404  not found", "konnte nicht aufgel", "fehlschlag beim holen")  # fmt: skip


def read(upgrade: Sequence[str]) -> Answer:
    """What `apt-get -s dist-upgrade` said. Packages that are only pulled in by others are not counted."""
    updates: list[Update] = []
    troubles: list[Trouble] = []
    simulated = 0
    broken: list[str] = []
    summary: re.Match[str] | None = None
    for line in upgrade:
        match = _INST.fullmatch(line)
        if match is not None:
            simulated += 1
            if match["old"] is not None:
                updates.append(_update(match))
        elif line.startswith("Inst "):
            troubles.append(trouble(Kind.NOT_UNDERSTOOD, line))
        elif _ERROR.fullmatch(line):
            troubles.extend(_error(line))
        elif _HALF.fullmatch(line):
            broken.append(line)
        elif not _STEP.fullmatch(line):
            summary = summary or _SUMMARY.fullmatch(line) or _SUMMARY_3.fullmatch(line)
    sections = _sections(upgrade)
    kept = _names(sections, _KEPT)
    phased = _names(sections, _PHASED)
    pro = {u.name for u in updates if u.origin == ESM}
    updates += [Update(n, origin=ESM, security=True) for n in _names(sections, _ESM) if n not in pro]
    whole = True
    if summary is None:
        if not troubles:
            troubles.append(trouble(Kind.NOT_UNDERSTOOD, " ".join(line for line in upgrade[:3])))
    else:
        whole = simulated >= int(summary[1]) + int(summary[2])
        unnamed = int(summary[4]) - len(kept) - len(phased)
        if unnamed > 0:  # a translation of the heading that is not known: the names are in the section that names nothing else
            known = {u.name for u in updates}
            others = [names for _head, names in sections if len(names) == unnamed and not known & set(names)]
            kept += others[-1] if others else [UNNAMED] * unnamed
    security_known = all(u.security is not None for u in updates)
    return Answer(tuple(updates), tuple(kept), (), security_known, tuple(dict.fromkeys(troubles)), whole, tuple(broken))


def _update(match: re.Match[str]) -> Update:
    origins = [o.strip() for o in (match["origins"] or "").split(",") if o.strip()]
    name = match["name"].partition(":")[0]
    if any(o.lower().startswith("ubuntuesm") for o in origins) and not any(
        _is_security(o) and "esm" not in o.lower() for o in origins
    ):
        return Update(name, match["old"], match["new"], "UbuntuESM", True)
    security: bool | None = any(_is_security(o) for o in origins)
    if not security and not any(_tells(o) for o in origins):
        security = None
    return Update(name, match["old"], match["new"], origins[0][:100] if origins else "", security)


def _is_security(origin: str) -> bool:
    label, _colon, archive = origin.lower().partition(":")
    suite = archive.rpartition("/")[2]
    return "security" in label or suite.endswith(("-security", "-lts", "-elts")) or "extended" in label


def _tells(origin: str) -> bool:
    """Whether an archive is one of a distribution that keeps its security updates in an archive of their own."""
    return origin.partition(":")[0] in ("Debian", "Debian Backports", "Ubuntu")


def _error(line: str) -> Iterable[Trouble]:
    low = line.lower()
    if line.startswith(("N:", "Notice:", "Hinweis:")):
        return ()
    warning = line.startswith(("W:", "Warning:", "Warnung:"))
    for kind, words in (
        (Kind.LOCKED, _LOCKED), (Kind.NO_LISTS, _NO_LISTS), (Kind.UNREACHABLE, _UNREACHABLE), (Kind.BROKEN, _BROKEN),
    ):  # fmt: skip
        if any(w in low for w in words):
            return (trouble(kind, line),)
    return () if warning else (trouble(Kind.FAILED, line),)


def _sections(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Headings that end in a colon, each with the names in the indented lines below it."""
    out: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("  ") and out:
            names = [word for word in line.split() if re.fullmatch(_NAME, word)]
            if not line.startswith("   ") or not out[-1][1]:
                out[-1][1].extend(names)
        elif line.rstrip().endswith(":") and not line.startswith((" ", "E:", "W:", "N:")):
            out.append((line.lower(), []))
    return out


def _names(sections: Iterable[tuple[str, list[str]]], words: Iterable[str]) -> list[str]:
    words = tuple(words)
    return list(dict.fromkeys(n for head, names in sections if any(w in head for w in words) for n in names))
