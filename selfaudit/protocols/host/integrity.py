"""What package managers say about files that are no longer as they were installed, from the part "packages.integrity".

Formats: rpm(8) --verify, dpkg(1) --verify, apk-audit(8), pacman(8) -Qkk, pkg-check(8), debsums(1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RPM = re.compile(r"(?P<flags>[.?A-Z0-9]{8,10}|missing)\s+(?:(?P<kind>[cdglr])\s+)?(?P<path>/.*)")
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
        unread: lines that could not be understood.
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
        if content and path.startswith(_PROGRAMS):
            programs.setdefault(path)
        else:
            others.setdefault(path)
    return Integrity(checked, tuple(programs), tuple(others), unread + max(0, len(lines) - _MAX))


def _line(text: str) -> tuple[str, bool] | None:
    """(path, whether its content differs); path "" for what does not matter; None if the line cannot be understood."""
    match = _RPM.fullmatch(text)
    if match:
        flags = match["flags"]
        if match["kind"] or (flags != "missing" and not set(flags) & set("S5MLUGDPC")):
            return "", False
        return match["path"], flags != "missing" and bool(set(flags) & set("S5L"))
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
        return match["path"], "checksum" in why or "size" in why or "symlink" in why or "type" in why
    match = _APK.fullmatch(text)
    if match:
        if match["state"] in "ADdm+-":  # added, a folder, or a detail
            return "", False
        if match["state"] == "e":  # it could not be looked at
            return None
        return "/" + match["path"], match["state"] == "U"
    return None
