"""Reading a case file: what support asks a customer to audit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.text import printable

MAX_FILE = 1_000_000


class CaseAuthority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who states that the targets may be probed."""

    name: str
    role: str


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file format (JSON, schema selfaudit/case/1). Targets are written as on the command line."""

    schema: Literal["selfaudit/case/1"]
    number: str = ""
    provider: str = ""
    deadline: str = ""
    targets: tuple[str, ...] = ()
    sending_ips: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    authority: CaseAuthority | None = None


def read_case_file(path: Path) -> CaseFile:
    """Reads a case file. It is not believed to be signed by anybody.

    Raises:
        UserError: which file, which key, what was expected.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    if len(data) > MAX_FILE:
        raise UserError(_("{file}: larger than {limit} bytes").format(file=path, limit=MAX_FILE))
    try:
        return msgspec.json.decode(data, type=CaseFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message, _sep, where = str(error).partition(" - at `$")
        key = where.rstrip("`").strip(".") or "file"
        raise UserError(f"{path}: {printable(key, 80)}: {printable(message, 200)}") from None
