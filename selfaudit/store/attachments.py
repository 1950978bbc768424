"""The content of files that a person shows for a case: each once, by its hash, for as long as something names it."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import IO

from selfaudit.case import EvidenceFile
from selfaudit.case.file import MAX_EVIDENCE, MAX_FIELD, hash_evidence
from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.store.base import Base, now
from selfaudit.text import printable

MAX_CASE = 300_000_000  # octets of all files of a case
_MEGA = 1_000_000


def read_attachment(path: Path) -> tuple[EvidenceFile, bytes]:
    """Name, SHA-256 and size of a file that shows something, and its content.

    Raises:
        UserError: it cannot be read, is no file, is empty, is larger than 50 MB, or was changed meanwhile.
    """
    file = hash_evidence(path)
    data = read_bounded(path, MAX_EVIDENCE)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise UserError(_("{file}: this file was changed while it was being read; add it again.").format(file=path))
    return file, data


class Attachments(Base):
    """The files of a case.

    A file is removed with the last thing that names it: the case as it is filled in, a statement that was signed or exported, or a
    run. One that was only just added is not named by anything yet, and stays until the store is opened the next time.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, lock: IO[bytes] | None = None) -> None:
        super().__init__(connection, path, lock)
        self._fresh: set[tuple[int, str]] = set()

    def attach(self, case_id: int, name: str, data: bytes) -> EvidenceFile:
        """Keeps the content of a file. One that is there already is not kept twice.

        Args:
            case_id: of the case.
            name: of the file, as it is shown.
            data: its content.

        Raises:
            UserError: it is empty, larger than 50 MB, or there is no room for it among the 300 MB of the case.
            sqlite3.Error: it cannot be saved.
        """
        shown = printable(printable(name, MAX_FIELD - 1), MAX_FIELD - 1)  # signs that were made visible take more room
        file = EvidenceFile(shown, hashlib.sha256(data).hexdigest(), len(data))
        if not data:
            raise UserError(_("{file}: this file is empty").format(file=file.name))
        if len(data) > MAX_EVIDENCE:
            raise UserError(_("{file}: larger than {limit} bytes").format(file=file.name, limit=MAX_EVIDENCE))
        with self._writing(durable=True) as db:
            others = db.execute(
                "SELECT total(size) FROM attachments WHERE case_id = ? AND sha256 <> ?", (case_id, file.sha256)
            ).fetchone()[0]
            if others + len(data) > MAX_CASE:
                text = _(
                    "{file} was not added: the files of this case would be larger than {limit} MB together. "
                    "Remove a file that is not needed, or add a smaller part of this one."
                )
                raise UserError(text.format(file=file.name, limit=MAX_CASE // _MEGA))
            db.execute(
                "INSERT INTO attachments (case_id, sha256, name, size, added, data) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (case_id, sha256) DO NOTHING",
                (case_id, file.sha256, file.name, file.size, now(), data),
            )
            self._fresh.add((case_id, file.sha256))
        return file

    def attachment(self, case_id: int, sha256: str) -> bytes | None:
        """The content of a file of a case by its hash; None if it is not kept, or is not what it was any more."""
        if self.version < 2:
            return None
        row = self.connection.execute(
            "SELECT data FROM attachments WHERE case_id = ? AND sha256 = ?", (case_id, sha256)
        ).fetchone()
        data: bytes | None = row[0] if row is not None else None
        return data if data is not None and hashlib.sha256(data).hexdigest() == sha256 else None

    def attachments(self, case_id: int) -> tuple[EvidenceFile, ...]:
        """The files that are kept of a case, in the order in which they were added."""
        if self.version < 2:
            return ()
        rows = self.connection.execute("SELECT name, sha256, size FROM attachments WHERE case_id = ? ORDER BY id", (case_id,))
        return tuple(EvidenceFile(*row) for row in rows)

    def _sweep(self, db: sqlite3.Connection, case_id: int, draft: bytes) -> None:
        """Removes files that nothing names any more, within the transaction that saves a case as it is filled in now.

        A hash counts as named wherever it stands in what is kept: too much may stay, never too little.
        """
        for attachment, digest in db.execute("SELECT id, sha256 FROM attachments WHERE case_id = ?", (case_id,)).fetchall():
            word = digest.encode("ascii", "replace")
            if word in draft:
                self._fresh.discard((case_id, digest))
            elif (case_id, digest) not in self._fresh and not _named(db, case_id, word):
                db.execute("DELETE FROM attachments WHERE id = ?", (attachment,))

    def _sweep_all(self, db: sqlite3.Connection) -> None:
        rows = db.execute("SELECT id, draft FROM cases WHERE id IN (SELECT case_id FROM attachments)").fetchall()
        for case_id, draft in rows:
            self._sweep(db, case_id, draft)


def _named(db: sqlite3.Connection, case_id: int, word: bytes) -> bool:
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM statements WHERE case_id = ?1 AND instr(data, ?2)) "
        "OR EXISTS (SELECT 1 FROM runs WHERE case_id = ?1 AND instr(head, ?2))",
        (case_id, word),
    ).fetchone()[0]
    return bool(found)
