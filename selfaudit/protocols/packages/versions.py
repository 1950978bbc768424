"""Which of two versions is newer, by the rules of the package formats, and of which build a kernel is.

deb-version(7) of dpkg for Debian's packages; rpmvercmp of RPM (rpm-version(7)) for those of Red Hat and SUSE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Rules = Literal["deb", "rpm"]

_LONGEST = 200
_EPOCH = re.compile(r"(\d{1,9}):(.*)", re.DOTALL)
_DEB_STEP = re.compile(r"(\D*)(\d*)")
_RPM_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")


def compare(left: str, right: str, rules: Rules = "deb") -> int:
    """-1, 0 or 1 as the left version is older, the same or newer. Only the first 200 characters of each count."""
    left_epoch, left_rest = _split_epoch(left[:_LONGEST])
    right_epoch, right_rest = _split_epoch(right[:_LONGEST])
    if left_epoch != right_epoch:
        return _sign(left_epoch - right_epoch)
    part = _deb_part if rules == "deb" else _rpm_part
    left_version, left_revision = _split_revision(left_rest)
    right_version, right_revision = _split_revision(right_rest)
    return part(left_version, right_version) or part(left_revision, right_revision)


def _split_epoch(version: str) -> tuple[int, str]:
    match = _EPOCH.fullmatch(version.strip())
    return (int(match[1]), match[2]) if match else (0, version.strip())


def _split_revision(version: str) -> tuple[str, str]:
    upstream, dash, revision = version.rpartition("-")
    return (upstream, revision) if dash else (revision, "")


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _deb_order(char: str) -> int:
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256


def _deb_part(left: str, right: str) -> int:
    while left or right:
        left_match, right_match = _DEB_STEP.match(left), _DEB_STEP.match(right)
        if left_match is None or right_match is None:  # cannot be: both groups may be empty
            break
        left_words, right_words = left_match[1], right_match[1]
        for index in range(max(len(left_words), len(right_words))):
            a = _deb_order(left_words[index]) if index < len(left_words) else 0
            b = _deb_order(right_words[index]) if index < len(right_words) else 0
            if a != b:
                return _sign(a - b)
        a, b = int(left_match[2] or "0"), int(right_match[2] or "0")
        if a != b:
            return _sign(a - b)
        left, right = left[left_match.end() :], right[right_match.end() :]
    return 0


def _rpm_part(left: str, right: str) -> int:
    if left == right:
        return 0
    lefts, rights = _RPM_TOKEN.findall(left), _RPM_TOKEN.findall(right)
    for index in range(max(len(lefts), len(rights))):
        a = lefts[index] if index < len(lefts) else ""
        b = rights[index] if index < len(rights) else ""
        if a == b:
            continue
        if "~" in (a, b):  # a tilde is older than the end of the version
            return -1 if a == "~" else 1
        if "^" in (a, b):  # a caret is newer than the end, and older than anything else
            if a == "^":
                return 1 if not b else -1
            return -1 if not a else 1
        if not a or not b:
            return 1 if a else -1
        if a.isdigit() != b.isdigit():  # a number is newer than a word
            return 1 if a.isdigit() else -1
        if a.isdigit():
            if int(a) != int(b):
                return _sign(int(a) - int(b))
            continue
        return 1 if a > b else -1
    return 0


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel by its release name (uname -r).

    Attributes:
        release: the whole name, for example "6.1.0-40-cloud-amd64".
        version: what of it grows, for example "6.1.0-40".
        flavour: of which build it is, for example "cloud-amd64", "generic", "default", "x86_64"; only the same flavour compares.
        rules: how its versions compare.
    """

    release: str
    version: str
    flavour: str
    rules: Rules

    def newer_than(self, other: Kernel) -> bool:
        """Whether this is the newer one of two kernels of one flavour."""
        return compare(self.version, other.version, self.rules) > 0


_RPM_KERNEL = re.compile(
    r"(?P<version>\d[0-9A-Za-z._~^]*-[0-9A-Za-z._~^]+?)\.(?P<arch>x86_64|aarch64|ppc64le|s390x|i[3-6]86)(?P<build>[+.][0-9A-Za-z+_-]+)?"
)
_DASHED = re.compile(r"(?P<version>\d[0-9A-Za-z.+~_]*(?:-\d[0-9A-Za-z.+~_]*)*)(?:-(?P<flavour>[A-Za-z][0-9A-Za-z._+-]*))?")
_ARCH_RUNNING = re.compile(
    r"(?P<version>\d+(?:\.\d+)*(?:-(?:arch|zen|hardened|rt)\d+(?:\.\d+)?)?-\d+(?:\.\d+)?)(?:-(?P<flavour>[a-z-]+))?"
)
_ARCH_PACKAGE = re.compile(r"linux(?:-(?P<flavour>[a-z-]+))?\s+(?P<version>\d\S{0,80})")


def kernel_of(release: str, *, arch_linux: bool = False) -> Kernel | None:
    """Reads a kernel's release name, or "name version" of its package on Arch Linux; None if it looks like neither."""
    text = release.strip()
    if len(text) > _LONGEST:
        return None
    if arch_linux:
        match = _ARCH_PACKAGE.fullmatch(text) or _ARCH_RUNNING.fullmatch(text)
        if match is None:
            return None
        # The package is 6.10.10.arch1-1 where the kernel says 6.10.10-arch1-1.
        return Kernel(text, match["version"].replace("-", "."), match["flavour"] or "", "rpm")
    match = _RPM_KERNEL.fullmatch(text)
    if match is not None:
        oracle = "uek" if "uek" in match["version"] else ""
        return Kernel(text, match["version"], f"{oracle}{match['arch']}{match['build'] or ''}", "rpm")
    match = _DASHED.fullmatch(text)
    return Kernel(text, match["version"], match["flavour"] or "", "deb") if match else None
