"""Where the customer gets the program, and how a file is compared with its sum. A sum stands here only if a release named it."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.case.release import SYSTEMS, Release, ReleaseFile
from selfaudit.i18n import N_, _
from selfaudit.policy import model

_NAMES = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}
_KINDS = {
    "tar.zst": N_("archive to unpack"),
    "deb": N_("package for Debian and Ubuntu"),
    "AppImage": N_("one file that runs as it is"),
    "zip": N_("archive to unpack"),
    "installer": N_("installer"),
    "dmg": N_("disk image"),
}
# One command per system: it answers OK or True where the sum is known, and shows the sum where it is not.
_COMPARE = {
    "linux": 'echo "{sha256}  {file}" | sha256sum -c',
    "windows": '(Get-FileHash {file}).Hash -eq "{sha256}"',
    "macos": 'echo "{sha256}  {file}" | shasum -a 256 -c',
}
_SHOW = {"linux": "sha256sum {file}", "windows": "(Get-FileHash {file}).Hash", "macos": "shasum -a 256 {file}"}
_WHERE = {
    "linux": N_("In a terminal, in the folder with the file. It answers “OK”."),
    "windows": N_("In PowerShell, in the folder with the file. It answers “True”."),
    "macos": N_("In the Terminal, in the folder with the file. It answers “OK”."),
}
_WHERE_SHOWN = {
    "linux": N_("In a terminal, in the folder with the file. It shows the checksum."),
    "windows": N_("In PowerShell, in the folder with the file. It shows the checksum."),
    "macos": N_("In the Terminal, in the folder with the file. It shows the checksum."),
}


@dataclass(frozen=True, slots=True)
class File:
    """A file to download: its name, its address ("" if that is not known), what it is, how large, its sum, and how to compare it."""

    name: str
    url: str
    kind: str
    size: str
    sha256: str
    command: str


@dataclass(frozen=True, slots=True)
class System:
    """A system: its name, its files, where the command is typed, and the command that shows a sum where none is known."""

    name: str
    files: tuple[File, ...]
    where: str
    command: str


@dataclass(frozen=True, slots=True)
class Downloads:
    """The program.

    Attributes:
        page: address of the page about it, "" if none is known.
        version, date: of the release, "" if none is known.
        systems: one for each system.
        known: sums are known.
        linked: there is an address for every file.
    """

    page: str
    version: str
    date: str
    systems: tuple[System, ...]
    known: bool
    linked: bool


def downloads_of(given: model.Downloads, release: Release | None) -> Downloads:
    """The program as a pack and a release tell of it."""
    base = given.base and given.base.rstrip("/") + "/"
    systems = tuple(_system(name, base, release) for name in SYSTEMS)
    known = any(system.files for system in systems)
    return Downloads(
        page=given.page,
        version=release.version if release is not None else "",
        date=release.date if release is not None else "",
        systems=systems,
        known=known,
        linked=known and bool(base),
    )


def _system(name: str, base: str, release: Release | None) -> System:
    found = release.programs(name) if release is not None else ()
    files = tuple(_file(name, base, file) for file in found)
    where = _(_WHERE[name]) if files else _(_WHERE_SHOWN[name])
    return System(_NAMES[name], files, where, "" if files else _SHOW[name].format(file="FILE"))


def _file(system: str, base: str, file: ReleaseFile) -> File:
    command = _COMPARE[system].format(sha256=file.sha256, file=file.name)
    return File(file.name, base and base + file.name, _(_KINDS[file.kind]), size_words(file.size), file.sha256, command)


def size_words(octets: int) -> str:
    """A size in words: whole kB below a million octets, whole MB otherwise; never 0."""
    if octets < 1_000_000:
        return _("{count} kB").format(count=max(1, (octets + 500) // 1000))
    return _("{count} MB").format(count=(octets + 500_000) // 1_000_000)
