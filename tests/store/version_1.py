"""A database as version 1 of the store made it: its schema word for word, filled with a case."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from selfaudit.engine import Audit
from selfaudit.engine.draft import encode_draft
from selfaudit.engine.draft_case import from_case
from selfaudit.engine.evidence import stored_record, to_stored
from selfaudit.store.schema import APPLICATION

SCHEMA = """
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
MOMENT = "2026-11-20T10:00:00.000Z"


def make_version_1(path: Path, audit: Audit) -> None:
    """One case with one finished run and one mark, written as version 1 wrote them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1; COMMIT;")
    draft = encode_draft(from_case(audit.evidence.case))
    connection.execute("INSERT INTO cases (created, changed, draft) VALUES (?, ?, ?)", (MOMENT, MOMENT, draft))
    stored = to_stored(audit.evidence)
    head = msgspec.json.encode(msgspec.structs.replace(stored, records=()))
    connection.execute(
        "INSERT INTO runs (case_id, started, changed, state, done, total, head) VALUES (1, ?, ?, 'finished', ?, ?, ?)",
        (MOMENT, MOMENT, len(stored.records), len(stored.records), head),
    )
    for record in audit.evidence.records:
        data = msgspec.json.encode(msgspec.structs.replace(stored_record(record), id=""))
        connection.execute("INSERT INTO records VALUES (1, ?, ?, ?)", (record.request.kind, record.request.subject, data))
    for result in audit.results:
        row = (result.check, result.target_kind, result.target, str(result.outcome))
        connection.execute("INSERT INTO results VALUES (1, ?, ?, ?, ?)", row)
    connection.execute(
        "INSERT INTO marks VALUES (1, 'mail.spf', 'domain', 'blumenhof.example', 'SPF_PASS_ALL', '2026-12-01', '', ?)",
        (MOMENT,),
    )
    connection.close()


def version_of(path: Path) -> int:
    """The version that a file says it has, read without changing it."""
    connection = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version
    finally:
        connection.close()
