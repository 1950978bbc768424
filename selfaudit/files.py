"""Reading files that strangers may have made: bounded, and what is wrong in one line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from selfaudit.errors import UserError
from selfaudit.i18n import _


def read_bounded(path: Path, limit: int) -> bytes:
    """The whole file.

    Args:
        path: the file. A pipe or a device is refused: it would be waited for without end.
        limit: octets that are read at most.

    Raises:
        UserError: it cannot be read, is no regular file, or is larger.
    """
    try:
        with open(path, "rb", opener=_opened) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UserError(_("{file}: this is not a file").format(file=path))
            data = file.read(limit + 1)
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    if len(data) > limit:
        raise UserError(_("{file}: larger than {limit} bytes").format(file=path, limit=limit))
    return data


def _opened(path: str, flags: int) -> int:
    """Opens without waiting for somebody who writes into a pipe; what was opened can only be seen afterwards."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
