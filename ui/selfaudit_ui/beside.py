"""Case files that lie beside the app: support sends both in one folder. Knows nothing of Qt."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from selfaudit.case.model import Seal
from selfaudit.engine.case_making import ENDING
from selfaudit.engine.seals import read_signed_case
from selfaudit.errors import UserError
from selfaudit.text import printable

MAX_FILES = 20  # that are looked at
MAX_ENTRIES = 5000  # of a folder
_NAME = 100


@dataclass(frozen=True, slots=True)
class Beside:
    """A case file beside the app.

    Attributes:
        path: the file.
        number, provider: as it says, safe to show.
        seal: what its signature comes to, None where it cannot be read.
        data: its octets, by which a kept case is recognised.
        problem: why it cannot be read, "" if it can.
    """

    path: Path
    number: str = ""
    provider: str = ""
    seal: Seal | None = None
    data: bytes = b""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies beside the app.

    Attributes:
        files: those signed by the provider first, then others that can be read, then those that cannot; among their like the newest first.
        more: there is more than was looked at.
    """

    files: tuple[Beside, ...] = ()
    more: bool = False


def cases_beside(folders: Iterable[Path]) -> Found:
    """The case files in these folders, each content once. What cannot be read says why; a folder that cannot be read has none."""
    dated: dict[Path, float] = {}
    more = False
    for folder in folders:
        named, cut = _named(folder)
        dated.update(named)
        more = more or cut
    newest = sorted(dated, key=lambda path: (-dated[path], str(path)))
    found: list[Beside] = []
    for path in newest[:MAX_FILES]:
        one = _read(path)
        if one.problem or all(one.data != other.data for other in found):
            found.append(one)
    return Found(tuple(sorted(found, key=_rank)), more or len(newest) > MAX_FILES)


def _rank(file: Beside) -> int:
    """0 for one that the provider has signed, 1 for another that can be read, 2 for one that cannot."""
    if file.problem or file.seal is None:
        return 2
    return 0 if file.seal.state == "trusted" else 1


def _named(folder: Path) -> tuple[dict[Path, float], bool]:
    """The files of a folder that are called case files, with the time of their last change; and whether the folder has more entries."""
    found: dict[Path, float] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, MAX_ENTRIES):
                if entry.name.endswith(ENDING):
                    found[folder / entry.name] = _changed(entry)
            return found, next(entries, None) is not None
    except OSError:
        return found, False


def _changed(entry: os.DirEntry[str]) -> float:
    """When it was changed; what is no file comes last, so that nothing else is kept from being looked at."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime if entry.is_file() else 0.0
    except OSError:
        return 0.0


def _read(path: Path) -> Beside:
    try:
        signed = read_signed_case(path)
    except UserError as error:
        return Beside(path, problem=printable(str(error), 400))
    number, provider = (printable(" ".join(t.split()), _NAME) for t in (signed.file.number, signed.file.provider))
    return Beside(path, number, provider, signed.seal, signed.data)
