"""Reading and writing the store. One connection, used by one thread; every write is one transaction."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec

from selfaudit.case import Case, Target
from selfaudit.engine.again import CacheNote, Change, CheckedAgain
from selfaudit.engine.draft import Draft, decode_draft, encode_draft
from selfaudit.engine.evidence import (
    Evidence,
    Record,
    SentTo,
    StoredEvidence,
    StoredRecord,
    Tool,
    Vantage,
    restore_record,
    stored_record,
    to_stored,
)
from selfaudit.errors import BadInput
from selfaudit.findings import Mark, Result
from selfaudit.store.model import CaseRow, PastChange, RunRow, RunState


class _Change(msgspec.Struct, frozen=True):
    before: Result | None
    now: Result
    caches: tuple[CacheNote, ...] = ()


def now() -> str:
    """This moment as RFC 3339 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """Cases, runs and marks. Use it from the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, lock: IO[bytes] | None = None) -> None:
        self.connection = connection
        self.path = path
        self._lock = lock

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
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    # Cases

    def save_case(self, case_id: int | None, draft: Draft) -> int:
        """Saves what was filled in; makes a new case without an id, or with one that this store does not have. Returns the id."""
        moment = now()
        with self._writing(durable=True) as db:
            if case_id is None:
                row = db.execute(
                    "INSERT INTO cases (created, changed, draft) VALUES (?, ?, ?)", (moment, moment, encode_draft(draft))
                )
                assert row.lastrowid is not None
                return row.lastrowid
            row = db.execute("UPDATE cases SET draft = ?, changed = ? WHERE id = ?", (encode_draft(draft), moment, case_id))
            if row.rowcount:
                return case_id
            row = db.execute(
                "INSERT INTO cases (created, changed, draft) VALUES (?, ?, ?)", (moment, moment, encode_draft(draft))
            )
            assert row.lastrowid is not None
            return row.lastrowid

    def delete_case(self, case_id: int) -> None:
        """Deletes a case with all its runs and marks."""
        with self._writing(durable=True) as db:
            db.execute("DELETE FROM cases WHERE id = ?", (case_id,))
        self.connection.execute("PRAGMA incremental_vacuum")

    def cases(self, limit: int = 200) -> tuple[CaseRow, ...]:
        """The latest cases first. One that cannot be read any more is left out."""
        rows = self.connection.execute(
            "SELECT id, created, changed, draft FROM cases ORDER BY changed DESC, id DESC LIMIT ?", (limit,)
        ).fetchall()
        out = []
        for case_id, created, changed, draft in rows:
            with contextlib.suppress(BadInput):
                runs = self.runs(case_id, 1)
                out.append(CaseRow(case_id, created, changed, decode_draft(draft), runs[0] if runs else None))
        return tuple(out)

    # Runs

    def runs(self, case_id: int, limit: int = 50) -> tuple[RunRow, ...]:
        """The runs of a case, the latest first."""
        rows = self.connection.execute(
            "SELECT id, started, changed, state, done, total FROM runs WHERE case_id = ? ORDER BY id DESC LIMIT ?",
            (case_id, limit),
        ).fetchall()
        return tuple(
            RunRow(run_id, started, changed, RunState(state), done, total, self._counts(run_id))
            for run_id, started, changed, state, done, total in rows
        )

    def _counts(self, run_id: int) -> dict[str, int]:
        rows = self.connection.execute("SELECT outcome, count(*) FROM results WHERE run_id = ? GROUP BY outcome", (run_id,))
        return dict(rows.fetchall())

    def begin_run(self, case_id: int, case: Case, vantage: Vantage) -> int:
        """Notes that a run begins. Returns its id."""
        moment = now()
        empty = Evidence(case, Tool(), moment, moment, vantage, case.targets, (), interrupted=True)
        with self._writing(durable=True) as db:
            row = db.execute(
                "INSERT INTO runs (case_id, started, changed, state, head) VALUES (?, ?, ?, 'running', ?)",
                (case_id, moment, moment, _head(empty)),
            )
            db.execute("UPDATE cases SET changed = ? WHERE id = ?", (moment, case_id))
            assert row.lastrowid is not None
            return row.lastrowid

    def reopen_run(self, run_id: int) -> None:
        """Notes that an interrupted run goes on."""
        with self._writing() as db:
            db.execute("UPDATE runs SET state = 'running', changed = ? WHERE id = ?", (now(), run_id))

    def add(
        self, run_id: int, records: Iterable[Record], results: Iterable[Result], *, targets: Iterable[Target],
        sent: tuple[SentTo, ...], done: int, total: int,
    ) -> None:  # fmt: skip
        """Saves what a run has seen since the last time, with everything that was sent until now."""
        with self._writing() as db:
            self._put(db, run_id, records, results)
            head = self._load_head(run_id)
            known = {(t.kind, t.value): t for t in head.targets}
            known.update({(t.kind, t.value): t for t in targets})
            head = msgspec.structs.replace(head, targets=tuple(known.values()), sent=sent, finished=now())
            db.execute(
                "UPDATE runs SET done = ?, total = ?, changed = ?, head = ? WHERE id = ?",
                (done, total, head.finished, msgspec.json.encode(head), run_id),
            )

    @staticmethod
    def _put(db: sqlite3.Connection, run_id: int, records: Iterable[Record], results: Iterable[Result]) -> None:
        db.executemany(
            "INSERT OR REPLACE INTO records (run_id, kind, subject, data) VALUES (?, ?, ?, ?)",
            (
                (run_id, r.request.kind, r.request.subject, msgspec.json.encode(stored_record(replace(r, id=""))))
                for r in records
            ),
        )
        db.executemany(
            "INSERT OR REPLACE INTO results (run_id, check_id, target_kind, target, outcome) VALUES (?, ?, ?, ?, ?)",
            ((run_id, r.check, r.target_kind, r.target, str(r.outcome)) for r in results),
        )

    def finish_run(self, run_id: int, evidence: Evidence, results: Iterable[Result]) -> None:
        """Saves the end of a run. Records that were saved piece by piece are the same ones and are not written again."""
        with self._writing(durable=not evidence.interrupted) as db:
            wanted = {(r.request.kind, r.request.subject): r for r in evidence.records}
            present = set(db.execute("SELECT kind, subject FROM records WHERE run_id = ?", (run_id,)))
            for kind, subject in present - wanted.keys():
                db.execute("DELETE FROM records WHERE run_id = ? AND kind = ? AND subject = ?", (run_id, kind, subject))
            db.execute("DELETE FROM results WHERE run_id = ?", (run_id,))
            self._put(db, run_id, [wanted[key] for key in wanted.keys() - present], results)
            self._close_run(db, run_id, evidence)

    def save_again(self, run_id: int, again: CheckedAgain) -> None:
        """Saves what checking again gave: the new evidence, and each change with what was before."""
        with self._writing(durable=True) as db:
            self._whole(db, run_id, again.audit.evidence, again.audit.results)
            moment = now()
            db.executemany(
                "INSERT INTO changes (run_id, at, data) VALUES (?, ?, ?)",
                ((run_id, moment, msgspec.json.encode(_Change(c.before, c.now, again.caches))) for c in again.changes),
            )

    def _whole(self, db: sqlite3.Connection, run_id: int, evidence: Evidence, results: Iterable[Result]) -> None:
        for table in ("records", "results"):
            db.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608 - two fixed names
        self._put(db, run_id, evidence.records, results)
        self._close_run(db, run_id, evidence)

    @staticmethod
    def _close_run(db: sqlite3.Connection, run_id: int, evidence: Evidence) -> None:
        state = RunState.INTERRUPTED if evidence.interrupted else RunState.FINISHED
        count = len(evidence.records)
        db.execute(
            "UPDATE runs SET state = ?, changed = ?, done = ?, total = max(total, ?), head = ? WHERE id = ?",
            (state, now(), count, count, _head(evidence), run_id),
        )

    def close_unfinished(self) -> int:
        """Marks runs that nobody is running any more as interrupted; for the window that holds the lock."""
        with self._writing() as db:
            return db.execute("UPDATE runs SET state = 'interrupted' WHERE state = 'running'").rowcount

    def evidence(self, run_id: int) -> Evidence:
        """The evidence of a run, as far as it came.

        Raises:
            BadInput: it is of a form that this version does not know.
        """
        head = self._load_head(run_id)
        rows = self.connection.execute(
            "SELECT data FROM records WHERE run_id = ? ORDER BY kind COLLATE BINARY, subject COLLATE BINARY", (run_id,)
        )
        try:
            records = tuple(
                replace(restore_record(msgspec.json.decode(data, type=StoredRecord)), id=f"e{number}")
                for number, (data,) in enumerate(rows, 1)
            )
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(str(error)) from None
        return Evidence(
            head.case, head.tool, head.started, head.finished, head.vantage, head.targets, records, head.not_run,
            head.authority, head.sent, head.left_out, head.interrupted, head.rechecks,
        )  # fmt: skip

    def _load_head(self, run_id: int) -> StoredEvidence:
        row = self.connection.execute("SELECT head FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise BadInput("there is no such run")
        try:
            return msgspec.json.decode(row[0], type=StoredEvidence)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(str(error)) from None

    def changes(self, run_id: int) -> tuple[PastChange, ...]:
        """What was checked again in a run, the oldest first."""
        rows = self.connection.execute("SELECT at, data FROM changes WHERE run_id = ? ORDER BY id", (run_id,))
        out = []
        for at, data in rows:
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                change = msgspec.json.decode(data, type=_Change)
                out.append(PastChange(at, Change(change.before, change.now), change.caches))
        return tuple(out)

    # Marks

    def set_mark(self, case_id: int, mark: Mark) -> None:
        """Saves what the person says about a finding; an empty mark is removed."""
        with self._writing(durable=True) as db:
            if not mark.planned and not mark.disagree:
                db.execute(
                    "DELETE FROM marks WHERE case_id = ? AND check_id = ? AND target_kind = ? AND target = ? AND tag = ?",
                    (case_id, *mark.key),
                )
                return
            db.execute(
                "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (case_id, *mark.key, mark.planned, mark.disagree, now()),
            )

    def marks(self, case_id: int) -> tuple[Mark, ...]:
        """The marks of a case."""
        rows = self.connection.execute(
            "SELECT check_id, target_kind, target, tag, planned, disagree FROM marks WHERE case_id = ?", (case_id,)
        )
        return tuple(Mark(*row) for row in rows)


def _head(evidence: Evidence) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(to_stored(replace(evidence, records=())), records=()))
