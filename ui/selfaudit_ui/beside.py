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


def cases_beside(folders: Iterable[Path]) -> tuple[Beside, ...]:
    """The case files in these folders, each content once. What cannot be read says why; a folder that cannot be read has none."""
    found: list[Beside] = []
    names = (path for folder in folders for path in _named(folder))
    for path in islice(dict.fromkeys(names), MAX_FILES):
        one = _read(path)
        if one.problem or all(one.data != other.data for other in found):
            found.append(one)
    return tuple(found)


def _named(folder: Path) -> list[Path]:
    """The files of a folder that are called case files, by name."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MAX_ENTRIES) if entry.name.endswith(ENDING)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _read(path: Path) -> Beside:
    try:
        signed = read_signed_case(path)
    except UserError as error:
        return Beside(path, problem=printable(str(error), 400))
    number, provider = (printable(" ".join(t.split()), _NAME) for t in (signed.file.number, signed.file.provider))
    return Beside(path, number, provider, signed.seal, signed.data)
