"""The connection, and one transaction for each write."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import IO


def now() -> str:
    """This moment as RFC 3339 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Base:
    """What every part of the store rests on. Use it from the thread that opened it.

    Attributes:
        connection: to the database.
        path: the file, None for one in memory.
        version: of its tables; 1 only where an old file was opened for reading.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, lock: IO[bytes] | None = None) -> None:
        self.connection = connection
        self.path = path
        self._lock = lock
        self.version: int = connection.execute("PRAGMA user_version").fetchone()[0]

    def close(self) -> None:
        """Closes the database and lets another window open it."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
        if self._lock is not None:
            self._lock.close()

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = False) -> Generator[sqlite3.Connection]:
        """One transaction. A durable one is on the disk when this returns, whatever happens to the machine."""
        self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # on a full disk the database may have undone it already
                self.connection.execute("ROLLBACK")
            raise
