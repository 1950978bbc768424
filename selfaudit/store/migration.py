"""Bringing a database of an older version to the form of this one: after a copy beside it, and in one transaction."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from selfaudit.store.schema import ADDED_IN_2, VERSION


def copy_beside(path: Path) -> Path:
    """Where the copy lies that is made before a migration, for example `selfaudit-before-2.db`.

    It stays until the migrated database has been opened once more and was found sound, or until a case is deleted.
    """
    return path.with_name(f"{path.stem}-before-{VERSION}{path.suffix}")


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Brings a database of version 1 to version 2. Whenever this ends early, the old one is there as it was.

    Raises:
        OSError, sqlite3.Error: it does not work; the database is unchanged, and the copy has been removed.
    """
    copy = copy_beside(path)
    _copy(connection, copy)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in ADDED_IN_2:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with contextlib.suppress(OSError):
            copy.unlink(missing_ok=True)
        raise


def _copy(connection: sqlite3.Connection, copy: Path) -> None:
    """A whole and sound copy, or none: it gets its name when it is complete."""
    part = copy.with_name(copy.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as target:
            connection.backup(target)
            answer = target.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise sqlite3.DatabaseError(answer)
        part.replace(copy)
    except BaseException:
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                part.with_name(part.name + ending).unlink(missing_ok=True)
        raise
