"""Opening the database: made once, never overwritten, and what is wrong with it in one line."""

from __future__ import annotations

import contextlib
import datetime
import os
import sqlite3
from pathlib import Path
from typing import IO

from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.install import data_folder
from selfaudit.store.store import Store
from selfaudit.text import printable

APPLICATION = 0x53415544  # "SAUD", so that a stranger's database is not taken for ours
VERSION = 1

_SCHEMA = """
CREATE TABLE cases (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, changed TEXT NOT NULL, draft BLOB NOT NULL
) STRICT;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    started TEXT NOT NULL, changed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL
) STRICT;
CREATE INDEX runs_of_case ON runs (case_id);
CREATE TABLE records (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, kind TEXT NOT NULL, subject TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (run_id, kind, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE results (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, check_id TEXT NOT NULL, target_kind TEXT NOT NULL,
    target TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (run_id, check_id, target_kind, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
    id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, at TEXT NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE TABLE marks (
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE, check_id TEXT NOT NULL, target_kind TEXT NOT NULL,
    target TEXT NOT NULL, tag TEXT NOT NULL, planned TEXT NOT NULL, disagree TEXT NOT NULL, changed TEXT NOT NULL,
    PRIMARY KEY (case_id, check_id, target_kind, target, tag)
) STRICT, WITHOUT ROWID;
"""


class StoreError(UserError):
    """The store cannot be used. `path` is the file, which was left as it is.

    Attributes:
        path: the file.
        replaceable: whether starting with a new one beside it would help.
    """

    def __init__(self, message: str, path: Path, *, replaceable: bool) -> None:
        super().__init__(message)
        self.path, self.replaceable = path, replaceable


def default_path() -> Path:
    """Where the store lies."""
    return data_folder() / "selfaudit.db"


def open_store(path: Path | None = None, *, read_only: bool = False) -> Store:
    """Opens the store, or makes a new one where there is none. `None` stands for one in memory, for demos.

    Raises:
        StoreError: damaged, of a newer version, somebody else's, in use, or not to be written. The file is left as it is.
    """
    if path is None:
        store = Store(sqlite3.connect(":memory:", isolation_level=None))
        _prepare(store.connection, Path(":memory:"))
        return store
    lock: IO[bytes] | None = None
    try:
        if read_only:
            if not path.exists():
                raise StoreError(_("{file}: there is nothing yet").format(file=path), path, replaceable=False)
            connection = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, isolation_level=None, timeout=5)
        else:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = _lock(path)
            if not path.exists():
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    except (OSError, sqlite3.Error) as error:
        _unlock(lock)
        why = printable(str(getattr(error, "strerror", "") or error), 200)
        raise StoreError(_("{file}: cannot be opened ({why})").format(file=path, why=why), path, replaceable=False) from None
    try:
        _prepare(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        _unlock(lock)
        raise
    return Store(connection, path, lock)


def set_aside(path: Path) -> Path:
    """Moves a database that cannot be used, with its journal files, to a name that says so. Returns the new name."""
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.stem}-set-aside-{stamp}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target


def _prepare(connection: sqlite3.Connection, path: Path, *, read_only: bool = False) -> None:
    damaged = _("{file}: the database of cases is damaged ({why}). It was left as it is.")
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and application != APPLICATION:
            text = _("{file}: this is the database of another program. It was left as it is.")
            raise StoreError(text.format(file=path), path, replaceable=True)
        if version > VERSION:
            text = _(
                "{file}: this database was written by a newer version of selfaudit (its format is {found}, this one knows {known}). "
                "Install the newer version; the file was left as it is."
            )
            raise StoreError(text.format(file=path, found=version, known=VERSION), path, replaceable=True)
        if tables:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise StoreError(damaged.format(file=path, why=printable(str(answer), 120)), path, replaceable=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        if read_only:
            return
        connection.execute("PRAGMA secure_delete = ON")  # what was deleted is gone from the file
        if not tables:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
            )
    except sqlite3.Error as error:
        raise StoreError(damaged.format(file=path, why=printable(str(error), 120)), path, replaceable=True) from None


def _lock(path: Path) -> IO[bytes]:
    """Keeps a second window from writing to the same store. The system gives the lock back however this process ends."""
    file = path.with_name(path.name + ".lock").open("ab")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        text = _("{file}: selfaudit is open already. Use its window, or close it first.")
        raise StoreError(text.format(file=path), path, replaceable=False) from None
    return file


def is_open_elsewhere(path: Path) -> bool:
    """Whether a window has the store open for writing."""
    try:
        _unlock(_lock(path))
    except StoreError:
        return True
    except OSError:
        return False
    return False


def _unlock(lock: IO[bytes] | None) -> None:
    with contextlib.suppress(OSError):
        if lock is not None:
            lock.close()
