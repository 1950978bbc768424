"""What package managers say about files that are no longer as they were installed, from the part "packages.integrity".

Formats: rpm(8) --verify, dpkg(1) --verify, apk-audit(8), pacman(8) -Qkk, pkg-check(8), debsums(1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RPM = re.compile(r"(?P<flags>[.?A-Z0-9]{8,10}|missing)\s+(?:(?P<kind>[cdglr])\s+)?(?P<path>/.*)")
_REASON = re.compile(r"(?P<path>/.*?) \([A-Z][A-Za-z/ -]{3,60}\)")  # "missing /x (Permission denied)": it was not looked at
_PACMAN = re.compile(r"(?:warning: )?(?P<file>backup file: )?\S+: (?P<path>/.*) \((?P<why>[^()]*)\)")
_PKG = re.compile(r"\S+: (?:checksum mismatch for|(?P<missing>missing file)) (?P<path>/.*)")
_DEBSUMS = re.compile(r"debsums: (?:changed file|(?P<missing>missing file)) (?P<path>/\S+)|(?P<other>/\S+)\s+FAILED")
_APK = re.compile(r"(?P<state>[A-Za-z+-]) (?P<path>[^\s/].*)")
_NOISE = re.compile(r"Checking all packages|\S+: \d+ total files|prelink:|Unsatisfied dependencies|Verifying ")
_PROGRAMS = (
    "/bin/",
    "/sbin/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/libexec/",
    "/lib",
    "/usr/lib",
    "/usr/local/bin/",
    "/usr/local/sbin/",
    "/usr/local/lib",
    "/boot/",
)
_MATTERS_NOT = (
    "/usr/share/doc/",
    "/usr/share/man/",
    "/usr/share/info/",
    "/usr/share/locale/",
    "/usr/share/lintian/",
    "/var/",
    "/run/",
    "/dev/",
)
_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Integrity:
    """What was found.

    Attributes:
        checked: the packages that were looked at.
        programs: paths of programs and libraries whose content is another one.
        others: paths that differ in another way that matters: gone, or with other rights or owners.
        unread: lines that could not be understood, and files that matter whose content could not be compared.
    """

    checked: tuple[str, ...]
    programs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    unread: int = 0


def read_integrity(lines: Sequence[str]) -> Integrity:
    """Reads the lines of the part; settings files (marked "c", or below /etc) and documents do not count."""
    checked: tuple[str, ...] = ()
    programs: dict[str, None] = {}
    others: dict[str, None] = {}
    unread = 0
    for line in lines[:_MAX]:
        text = line.strip()
        if text.startswith("checked="):
            checked = tuple(text.removeprefix("checked=").split())
            continue
        if not text or _NOISE.match(text):
            continue
        read = _line(text)
        if read is None:
            unread += 1
            continue
        path, content = read
        if not path or path.startswith(("/etc/", "/usr/local/etc/", *_MATTERS_NOT)):
            continue
        if content is None:
            unread += 1
        elif content and path.startswith(_PROGRAMS):
            programs.setdefault(path)
        else:
            others.setdefault(path)
    return Integrity(checked, tuple(programs), tuple(others), unread + max(0, len(lines) - _MAX))


def _line(text: str) -> tuple[str, bool | None] | None:
    """(path, whether its content differs, None: not compared); path "" for what does not matter; None if the line cannot be understood."""
    match = _RPM.fullmatch(text)
    if match:
        return ("", False) if match["kind"] else _rpm(match["flags"], match["path"])
    match = _PKG.fullmatch(text)
    if match:
        return match["path"], not match["missing"]
    match = _DEBSUMS.match(text)
    if match:
        return match["path"] or match["other"], not match["missing"]
    match = _PACMAN.fullmatch(text)
    if match:
        why = match["why"].lower()
        if match["file"] or "modification time" in why:
            return "", False
        if "mismatch" not in why:  # gone, or "Permission denied" and its like: not looked at
            return match["path"], False if "no such file" in why or "missing" in why else None
        return match["path"], "checksum" in why or "size" in why or "symlink" in why or "type" in why
    match = _APK.fullmatch(text)
    if match:
        if match["state"] in "ADdm+-":  # added, a folder, or a detail
            return "", False
        if match["state"] == "e":  # it could not be looked at
            return None
        return "/" + match["path"], match["state"] == "U"
    return None


def _rpm(flags: str, path: str) -> tuple[str, bool | None]:
    """A line of rpm or dpkg. "?" is a test that was not made: usual for dpkg, which compares digests (and modes) only, but not for rpm."""
    if flags == "missing":
        reason = _REASON.fullmatch(path)
        return (reason["path"], None) if reason else (path, False)
    if set(flags) & set("S5L"):
        return path, True
    ours = flags[0] != "?"  # rpm always knows the size of a file that it could look at
    if flags[2] == "?" or (ours and flags[4:5] == "?"):
        return path, None
    return (path, False) if set(flags) & set("MUGDPC") else ("", False)
