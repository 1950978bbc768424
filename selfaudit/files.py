"""Reading files that strangers may have made: bounded, and what is wrong in one line."""

from __future__ import annotations

from pathlib import Path

from selfaudit.errors import UserError
from selfaudit.i18n import _


def read_bounded(path: Path, limit: int) -> bytes:
    """The whole file.

    Args:
        path: the file.
        limit: octets that are read at most.

    Raises:
        UserError: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    if len(data) > limit:
        raise UserError(_("{file}: larger than {limit} bytes").format(file=path, limit=limit))
    return data
