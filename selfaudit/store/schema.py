"""The tables of the store, version by version. What a version once was is never changed: the next one adds to it."""

from __future__ import annotations

APPLICATION = 0x53415544  # "SAUD", so that a stranger's database is not taken for ours
VERSION = 2

VERSION_1 = (
    """CREATE TABLE cases (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, changed TEXT NOT NULL, draft BLOB NOT NULL
) STRICT""",
    """CREATE TABLE runs (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
    started TEXT NOT NULL, changed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL
) STRICT""",
    "CREATE INDEX runs_of_case ON runs (case_id)",
    """CREATE TABLE records (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, kind TEXT NOT NULL, subject TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (run_id, kind, subject)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE results (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, check_id TEXT NOT NULL, target_kind TEXT NOT NULL,
    target TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (run_id, check_id, target_kind, target)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE changes (
    id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, at TEXT NOT NULL, data BLOB NOT NULL
) STRICT""",
    """CREATE TABLE marks (
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE, check_id TEXT NOT NULL, target_kind TEXT NOT NULL,
    target TEXT NOT NULL, tag TEXT NOT NULL, planned TEXT NOT NULL, disagree TEXT NOT NULL, changed TEXT NOT NULL,
    PRIMARY KEY (case_id, check_id, target_kind, target, tag)
) STRICT, WITHOUT ROWID""",
)

# Statements as they were signed or exported; files that a person shows; and, in `runs`, a run as it had first finished, kept beside the
# one that checking again goes on changing.
ADDED_IN_2 = (
    """CREATE TABLE statements (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE, sha256 TEXT NOT NULL,
    signed TEXT NOT NULL, exported TEXT NOT NULL, data BLOB NOT NULL,
    UNIQUE (case_id, sha256)
) STRICT""",
    """CREATE TABLE attachments (
    id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE, sha256 TEXT NOT NULL,
    name TEXT NOT NULL, size INTEGER NOT NULL, added TEXT NOT NULL, data BLOB NOT NULL,
    UNIQUE (case_id, sha256)
) STRICT""",
    "ALTER TABLE runs ADD COLUMN copy_of INTEGER REFERENCES runs ON DELETE CASCADE",
    "CREATE INDEX copies_of_run ON runs (copy_of)",
)

TABLES_1 = frozenset({"cases", "runs", "records", "results", "changes", "marks"})
TABLES_2 = TABLES_1 | {"statements", "attachments"}
