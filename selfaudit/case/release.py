"""A release of this program: `release.json` (schema selfaudit/release/1), written where the packages are made.

Whoever sends a customer the program reads names, sizes and sums from it. It may come from anywhere, so nothing of it is believed that does not
have its shape; and a file that lies beside it is measured before its sum is handed on.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import stat
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, phrase
from selfaudit.text import printable

NAME: Final = "release.json"
MAX_FILE: Final = 200_000  # octets of release.json
MAX_FILES: Final = 100
MAX_SIZE: Final = 4_000_000_000  # octets of one file of a release
SYSTEMS: Final = ("linux", "windows", "macos")
_ABOUT: Final = ("sbom", "checksums")  # kinds that are not the program
# The kinds of program that there are for a system.
_KINDS: Final = {
    "linux": ("tar.zst", "deb", "AppImage", "zip"),
    "windows": ("zip", "installer"),
    "macos": ("dmg", "zip", "installer"),
    "any": ("zip", "tar.zst"),
}
# What a program may not be called: it would be taken for the case, the letter or the page that lie beside it.
_OTHERS: Final = (".selfaudit-case", ".minisig", ".html", ".htm", ".txt", ".json")
_CHUNK: Final = 1_000_000

System = Literal["linux", "windows", "macos", "any"]
Kind = Literal["tar.zst", "deb", "AppImage", "zip", "installer", "dmg", "sbom", "checksums"]

# A name without folders and blanks, that no shell and no address (RFC 3986, section 2.3) reads as something else, and that is no device of Windows.
_DEVICES = "[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm][0-9]|[Ll][Pp][Tt][0-9]"
_FileName = Annotated[
    str, msgspec.Meta(pattern=rf"\A(?!({_DEVICES})(\.|\Z))[A-Za-z0-9][A-Za-z0-9._~+-]{{0,119}}(?<![.])\Z", max_length=120)
]


class ReleaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of a release: its name, for which system it is, its kind, its size in octets, its SHA-256 in lower-case hexadecimal."""

    name: _FileName
    system: System
    kind: Kind
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_SIZE)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z", max_length=64)]

    @property
    def program(self) -> bool:
        """Whether it is the program, and not something about it."""
        return self.kind not in _ABOUT


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A release: its version, the day on which it was made (YYYY-MM-DD), its files."""

    schema: Literal["selfaudit/release/1"]
    version: Annotated[str, msgspec.Meta(pattern=r"\A[0-9][0-9A-Za-z.+~-]{0,39}\Z", max_length=40)]
    date: Annotated[str, msgspec.Meta(max_length=10)]
    files: Annotated[tuple[ReleaseFile, ...], msgspec.Meta(min_length=1, max_length=MAX_FILES)]

    def programs(self, system: str) -> tuple[ReleaseFile, ...]:
        """The files with the program for a system: its own first, then those for any."""
        found = [f for f in self.files if f.program and f.system in (system, "any")]
        return tuple(sorted(found, key=lambda f: f.system == "any"))


def read_release(data: bytes) -> Release:
    """Reads the octets of `release.json`.

    Raises:
        BadInput: which key, what was expected.
    """
    if len(data) > MAX_FILE:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_FILE))
    try:
        release = msgspec.json.decode(data, type=Release)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message, _sep, where = str(error).partition(" - at `$")
        key = where.rstrip("`").strip(".") or "file"
        raise BadInput(f"{printable(key, 80)}: {printable(message, 200)}") from None
    try:
        if datetime.date.fromisoformat(release.date).isoformat() != release.date:
            raise ValueError
    except ValueError:
        words = phrase("“{value}” is not a day (YYYY-MM-DD)", value=printable(release.date, 40))
        raise BadInput(f"date: {words}") from None
    seen: set[str] = set()
    for index, file in enumerate(release.files):
        if file.program and file.kind not in _KINDS[file.system]:
            words = phrase("there is no “{value}” for the system “{name}”", value=file.kind, name=file.system)
            raise BadInput(f"files[{index}].kind: {words}")
        if file.program and file.name.casefold().endswith(_OTHERS):
            words = phrase("“{value}” is not the name of a program", value=file.name)
            raise BadInput(f"files[{index}].name: {words}")
        if file.name.casefold() in seen:
            words = phrase("“{id}” is there twice", id=file.name)
            raise BadInput(f"files[{index}].name: {words}")
        seen.add(file.name.casefold())
    return release


def read_release_file(path: Path) -> tuple[Release, tuple[str, ...]]:
    """Reads `release.json`, and measures what lies beside it.

    Returns:
        The release, and the names of those of its files that lie beside it and are as it says.

    Raises:
        UserError: it cannot be read or is none, or a file beside it has another size or sum.
    """
    data = read_bounded(path, MAX_FILE)
    try:
        release = read_release(data)
    except BadInput as error:
        raise UserError(_("{file}: not a description of a release: {why}").format(file=path, why=error)) from None
    beside = (file for file in release.files if os.path.lexists(path.parent / file.name))
    return release, tuple(file.name for file in beside if _measured(path.parent / file.name, file))


def _measured(path: Path, file: ReleaseFile) -> bool:
    """True for a file that is as the release says.

    Raises:
        UserError: it is not, or it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "rb", opener=_opened) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UserError(_("{file}: this is not a file").format(file=path))
            while size <= file.size and (part := stream.read(_CHUNK)):
                digest.update(part)
                size += len(part)
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    if size != file.size or digest.hexdigest() != file.sha256:
        words = _("{file} is not the file that the release describes: its size or its SHA-256 is another. Nothing was written.")
        raise UserError(words.format(file=path))
    return True


def _opened(path: str, flags: int) -> int:
    """Opens without waiting for somebody who writes into a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
