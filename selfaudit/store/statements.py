"""Statements as they were signed or exported: each once, by its hash."""

from __future__ import annotations

import hashlib
import sqlite3

import msgspec

from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement
from selfaudit.store.base import Base, now
from selfaudit.store.model import KeptStatement


class KeptStatements(Base):
    """The statements of a case that somebody may have been given."""

    def note_export(self, case_id: int, statement: Statement) -> None:
        """Keeps a statement as it has just been exported; an empty one is none."""
        if statement != Statement():
            with self._writing(durable=True) as db:
                _keep(db, case_id, statement, exported=True)

    @staticmethod
    def _note_signed(db: sqlite3.Connection, case_id: int, statement: Statement) -> None:
        """Keeps a statement if it is signed. While its signer's name is still being typed, it remains one."""
        if not statement.signed:
            return
        row = db.execute(
            "SELECT id, data FROM statements WHERE case_id = ? AND exported = '' ORDER BY id DESC LIMIT 1", (case_id,)
        ).fetchone()
        _keep(db, case_id, statement, exported=False)
        if row is not None and row[1] != encode_statement(statement) and _words(row[1]) == _words(encode_statement(statement)):
            db.execute("DELETE FROM statements WHERE id = ?", (row[0],))

    def statements(self, case_id: int) -> tuple[KeptStatement, ...]:
        """The statements of a case as they were signed or exported, the oldest first."""
        if self.version < 2:
            return ()
        rows = self.connection.execute(
            "SELECT sha256, signed, exported, data FROM statements WHERE case_id = ? ORDER BY id", (case_id,)
        )
        return tuple(KeptStatement(*row) for row in rows)


def _keep(db: sqlite3.Connection, case_id: int, statement: Statement, *, exported: bool) -> None:
    data, moment = encode_statement(statement), now()
    digest = hashlib.sha256(data).hexdigest()
    signed_at, exported_at = moment if statement.signed else "", moment if exported else ""
    db.execute(
        "INSERT INTO statements (case_id, sha256, signed, exported, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (case_id, sha256) "
        "DO UPDATE SET exported = CASE exported WHEN '' THEN excluded.exported ELSE exported END",
        (case_id, digest, signed_at, exported_at, data),
    )


def _words(data: bytes) -> object:
    """What a signature stands under: everything but who signs, how to reach them, and what lists were asked."""
    table = msgspec.json.decode(data)
    return {key: value for key, value in table.items() if key not in ("name", "role", "contact", "removals")}
