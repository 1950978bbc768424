"""Reading a case file: what support asks a customer to audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.text import printable

MAX_FILE = 1_000_000


class CaseAuthority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who states that the targets may be probed."""

    name: str
    role: str


class CaseApproval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the provider has agreed to: a check, the target ("" for all), its reference, and the port or service ("" for all)."""

    check: str
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    target: str = ""
    service: str = ""


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
    exceptions: Annotated[tuple[CaseApproval, ...], msgspec.Meta(max_length=200)] = ()


def read_case_file(path: Path) -> CaseFile:
    """Reads a case file. It is not believed to be signed by anybody.

    Raises:
        UserError: which file, which key, what was expected.
    """
    data = read_bounded(path, MAX_FILE)
    try:
        return msgspec.json.decode(data, type=CaseFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message, _sep, where = str(error).partition(" - at `$")
        key = where.rstrip("`").strip(".") or "file"
        raise UserError(f"{path}: {printable(key, 80)}: {printable(message, 200)}") from None
