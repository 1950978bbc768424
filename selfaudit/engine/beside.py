"""Writing a file and the signature beside it, so that never one is left with the other's predecessor."""

from __future__ import annotations

import contextlib
from pathlib import Path

from selfaudit.errors import UserError
from selfaudit.i18n import _


def write_beside(path: Path, data: bytes, beside: Path, signature: str) -> None:
    """Writes a file and its signature. Both are whole on the disk before either takes its place; until then the old ones stay.

    Args:
        path: of the file.
        data: its content.
        beside: of its signature.
        signature: its text, "" for none: a signature of an older file does not stay.

    Raises:
        UserError: they cannot be written. Then the old file is there with its old signature, or, if the disk failed while they were moved, a
            file without any.
    """
    for file in (path, beside):
        if file.is_dir() or not file.name:
            raise UserError(_("{file}: is a folder; name a file").format(file=file))
    wanted = [(path, data)] + ([(beside, signature.encode("utf-8"))] if signature else [])
    at = path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for at, octets in wanted:
            _staged(at).write_bytes(octets)
        at = path
        _staged(path).replace(path)
    except OSError as error:
        _forget(path, beside)
        raise _unwritten(at, error) from None
    try:
        if signature:
            _staged(beside).replace(beside)
        else:
            beside.unlink(missing_ok=True)
    except OSError as error:
        _forget(path, beside)
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)  # it would call the new file tampered with
        raise _unwritten(beside, error) from None


def _staged(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _forget(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            _staged(path).unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError) -> UserError:
    return UserError(_("{file}: cannot be written ({why})").format(file=path, why=error.strerror or error))
