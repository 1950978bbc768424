"""Notices as they arrive: a file, or pasted text."""

from __future__ import annotations

from pathlib import Path

from selfaudit.case.notice import Notice
from selfaudit.errors import BadInput, UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.protocols.notice import MAX_NOTICE, read_notice


def read_notice_file(path: Path) -> Notice:
    """Reads a notice from a file; its format is found out.

    Args:
        path: the file; a pipe or device is not read.

    Raises:
        UserError: it cannot be read, or is no notice.
    """
    if path.exists() and not path.is_file():
        raise UserError(_("{file}: this is not a file").format(file=path))
    data = read_bounded(path, MAX_NOTICE)
    try:
        return read_notice(data, path.name)
    except BadInput as error:
        raise UserError(_("{file}: {why}").format(file=path, why=shown(error))) from None


def read_notice_text(text: str | bytes) -> Notice:
    """Reads a notice that was pasted.

    Raises:
        UserError: it is empty, too long, or no text.
    """
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        return read_notice(data)
    except BadInput as error:
        raise UserError(_("This notice cannot be read: {why}").format(why=shown(error))) from None
