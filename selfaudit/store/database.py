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
from selfaudit.store.migration import copy_beside, migrate
from selfaudit.store.schema import ADDED_IN_2, APPLICATION, TABLES_1, TABLES_2, VERSION, VERSION_1
from selfaudit.store.store import Store
from selfaudit.text import printable

# Codes of SQLite (the low octet) for what says nothing about the file itself: permissions, locks, memory, room.
_NOT_DAMAGE = frozenset({3, 5, 6, 7, 8, 13, 14, 23})
_IOERR = 10
_READS = frozenset({_IOERR | 1 << 8, _IOERR | 2 << 8, _IOERR | 32 << 8, _IOERR | 33 << 8})  # these do


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

    One of version 1 is brought to the form of this version, after a copy; for reading it is taken as it is.

    Raises:
        StoreError: damaged, of a newer version, somebody else's, in use, or not to be written. The file is left as it is.
    """
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        _prepare(connection, Path(":memory:"))
        return Store(connection)
    if read_only:
        return Store(_reading(path), path)
    lock: IO[bytes] | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _lock(path)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    except (OSError, sqlite3.Error) as error:
        _unlock(lock)
        raise _unopened(path, error) from None
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        _unlock(lock)
        raise
    return Store(connection, path, lock)


def _reading(path: Path) -> sqlite3.Connection:
    """A connection for reading. Where the folder takes no more (it is protected, or full) and no journal waits, the database is told
    that nothing will change meanwhile, so that it needs no file of its own beside it.
    """
    if not path.exists():
        raise StoreError(_("{file}: there is nothing yet").format(file=path), path, replaceable=False)
    address = path.absolute().as_uri() + "?mode=ro"
    try:
        return _opened_to_read(path, address)
    except StoreError as error:
        journal = path.with_name(path.name + "-wal")
        if error.replaceable or (journal.exists() and journal.stat().st_size):
            raise
    return _opened_to_read(path, address + "&immutable=1")


def _opened_to_read(path: Path, address: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=5)
    except sqlite3.Error as error:
        raise _unopened(path, error) from None
    try:
        _prepare(connection, path, read_only=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _unopened(path: Path, error: Exception) -> StoreError:
    why = printable(str(getattr(error, "strerror", "") or error), 200)
    return StoreError(_("{file}: cannot be opened ({why})").format(file=path, why=why), path, replaceable=False)


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
    try:
        version = _checked_version(connection, path)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        if read_only:
            return
        connection.execute("PRAGMA secure_delete = ON")  # what was deleted is gone from the file
        if not version:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if not version:
            tables = "; ".join((*VERSION_1, *ADDED_IN_2))
            connection.executescript(
                f"BEGIN; {tables}; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
            )
    except sqlite3.Error as error:
        raise _trouble(error, path) from None
    if version == VERSION:
        with contextlib.suppress(OSError):
            copy_beside(path).unlink(missing_ok=True)  # the migration has held
    elif version:
        try:
            migrate(connection, path)
        except (OSError, sqlite3.Error) as error:
            text = _(
                "{file}: this database comes from an earlier version of selfaudit, and could not be brought to the form of this one "
                "({why}). It was left as it is. Make room on the disk, check that the folder can be written, and start again."
            )
            why = printable(str(getattr(error, "strerror", "") or error), 120)
            raise StoreError(text.format(file=path, why=why), path, replaceable=False) from None


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the tables, 0 for a new file. Raises StoreError for what is not ours, too new or damaged."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    things = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if not things:
        return 0
    if application != APPLICATION:
        text = _("{file}: this is the database of another program. It was left as it is.")
        raise StoreError(text.format(file=path), path, replaceable=True)
    if version > VERSION:
        text = _(
            "{file}: this database was written by a newer version of selfaudit (its format is {found}, this one knows {known}). "
            "Install the newer version; the file was left as it is."
        )
        raise StoreError(text.format(file=path, found=version, known=VERSION), path, replaceable=True)
    answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise _damaged(str(answer), path)
    if version < 1 or not things >= (TABLES_1 if version == 1 else TABLES_2):
        raise _damaged("tables are missing", path)
    return version


def _damaged(why: str, path: Path) -> StoreError:
    text = _("{file}: the database of cases is damaged ({why}). It was left as it is.")
    return StoreError(text.format(file=path, why=printable(why, 120)), path, replaceable=True)


def _trouble(error: sqlite3.Error, path: Path) -> StoreError:
    """Damage is told from what only keeps us from using the file now; nobody is to set a sound one aside."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    if code & 0xFF in _NOT_DAMAGE or (code & 0xFF == _IOERR and code not in _READS):
        return _unopened(path, error)
    return _damaged(str(error), path)


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
