"""Reading and writing the store. One connection, used by one thread; every write is one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace

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
from selfaudit.store.attachments import Attachments
from selfaudit.store.base import now
from selfaudit.store.export import Member, members
from selfaudit.store.migration import copy_beside
from selfaudit.store.model import CaseRow, PastChange, RunRow, RunState
from selfaudit.store.statements import KeptStatements

KEPT_RUNS = 20  # of a case: the latest ones, and besides them the first, which is its "before"


class _Change(msgspec.Struct, frozen=True):
    before: Result | None
    now: Result
    caches: tuple[CacheNote, ...] = ()


class Store(KeptStatements, Attachments):
    """Cases, runs, marks, statements and files. Use it from the thread that opened it."""

    # Cases

    def save_case(self, case_id: int | None, draft: Draft) -> int:
        """Saves what was filled in; makes a new case without an id, or with one that this store does not have. Returns the id."""
        moment, data = now(), encode_draft(draft)
        with self._writing(durable=True) as db:
            if case_id is None or not self._update_case(db, case_id, data, moment):
                row = db.execute("INSERT INTO cases (created, changed, draft) VALUES (?, ?, ?)", (moment, moment, data))
                assert row.lastrowid is not None
                case_id = row.lastrowid
            self._note_signed(db, case_id, draft.statement)
            self._sweep(db, case_id, data)
        return case_id

    @staticmethod
    def _update_case(db: sqlite3.Connection, case_id: int, data: bytes, moment: str) -> bool:
        return bool(db.execute("UPDATE cases SET draft = ?, changed = ? WHERE id = ?", (data, moment, case_id)).rowcount)

    def delete_case(self, case_id: int) -> None:
        """Deletes a case with everything of it. Its octets are gone from the file, and from the copy of a migration."""
        with self._writing(durable=True) as db:
            db.execute("DELETE FROM cases WHERE id = ?", (case_id,))
        self._shrink()
        if self.path is not None:
            copy_beside(self.path).unlink(missing_ok=True)

    def _shrink(self) -> None:
        """Gives freed pages back, and writes what the journal still holds over the old pages."""
        self.connection.executescript("PRAGMA incremental_vacuum")  # `execute` would give back a single page
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def case(self, case_id: int) -> CaseRow | None:
        """A case, None for none.

        Raises:
            BadInput: it cannot be read by this version.
        """
        row = self.connection.execute("SELECT id, created, changed, draft FROM cases WHERE id = ?", (case_id,)).fetchone()
        return self._case_row(*row) if row is not None else None

    def _case_row(self, case_id: int, created: str, changed: str, draft: bytes) -> CaseRow:
        runs = self.runs(case_id, 1)
        return CaseRow(case_id, created, changed, decode_draft(draft), runs[0] if runs else None)

    def export_case(self, case_id: int) -> Iterator[Member]:
        """Everything of a case as files: see `selfaudit.store.export`."""
        return members(self, case_id)

    def cases(self, limit: int = 200) -> tuple[CaseRow, ...]:
        """The latest cases first. One that cannot be read any more is left out."""
        rows = self.connection.execute(
            "SELECT id, created, changed, draft FROM cases ORDER BY changed DESC, id DESC LIMIT ?", (limit,)
        ).fetchall()
        out = []
        for row in rows:
            with contextlib.suppress(BadInput):
                out.append(self._case_row(*row))
        return tuple(out)

    # Runs

    def runs(self, case_id: int, limit: int = 50) -> tuple[RunRow, ...]:
        """The runs of a case, the latest first."""
        return self._runs(f"case_id = ?{self._no_copies} ORDER BY id DESC LIMIT ?", case_id, limit)

    def first_run(self, case_id: int) -> RunRow | None:
        """The first run of a case that was finished, as it stood then; None where none was.

        `evidence` of its id is how the case stood before. Where the id is that of the latest run, nothing has been looked at since.
        """
        first = self._runs(f"case_id = ? AND state = 'finished'{self._no_copies} ORDER BY id LIMIT ?", case_id, 1)
        copy = self._runs("copy_of = ? ORDER BY id LIMIT ?", first[0].id, 1) if first and self.version > 1 else ()
        return copy[0] if copy else first[0] if first else None

    @property
    def _no_copies(self) -> str:
        return " AND copy_of IS NULL" if self.version > 1 else ""

    def _runs(self, condition: str, of: int, limit: int) -> tuple[RunRow, ...]:
        rows = self.connection.execute(
            f"SELECT id, started, changed, state, done, total FROM runs WHERE {condition}",  # noqa: S608 - fixed words
            (of, limit),
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
            if not evidence.interrupted:
                self._prune(db, run_id)

    @staticmethod
    def _prune(db: sqlite3.Connection, run_id: int) -> None:
        """Removes runs of the same case beyond the latest ones; never the first that was finished."""
        db.execute(
            "DELETE FROM runs WHERE case_id = (SELECT case_id FROM runs WHERE id = ?1) AND copy_of IS NULL AND state <> 'running' "
            "AND id NOT IN (SELECT id FROM runs WHERE case_id = (SELECT case_id FROM runs WHERE id = ?1) AND copy_of IS NULL "
            "ORDER BY id DESC LIMIT ?2) "
            "AND id <> (SELECT min(id) FROM runs WHERE case_id = (SELECT case_id FROM runs WHERE id = ?1) AND copy_of IS NULL "
            "AND state = 'finished')",
            (run_id, KEPT_RUNS),
        )

    def save_again(self, run_id: int, again: CheckedAgain) -> None:
        """Saves what checking again gave: the new evidence, and each change with what was before.

        Of the first run of a case, how it stood at its end is kept beside it.
        """
        with self._writing(durable=True) as db:
            if again.changes:
                self._keep_first(db, run_id)
            self._whole(db, run_id, again.audit.evidence, again.audit.results)
            moment = now()
            db.executemany(
                "INSERT INTO changes (run_id, at, data) VALUES (?, ?, ?)",
                ((run_id, moment, msgspec.json.encode(_Change(c.before, c.now, again.caches))) for c in again.changes),
            )

    @staticmethod
    def _keep_first(db: sqlite3.Connection, run_id: int) -> None:
        """Copies a run, if it is the first of its case that was finished and there is no copy yet."""
        copy = db.execute(
            "INSERT INTO runs (case_id, started, changed, state, done, total, head, copy_of) "
            "SELECT case_id, started, changed, state, done, total, head, id FROM runs AS this WHERE id = ?1 AND state = 'finished' "
            "AND copy_of IS NULL AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.copy_of = ?1) AND NOT EXISTS "
            "(SELECT 1 FROM runs AS other WHERE other.case_id = this.case_id AND other.id < ?1 AND other.state = 'finished')",
            (run_id,),
        )
        if copy.rowcount:
            for table, columns in (("records", "kind, subject, data"), ("results", "check_id, target_kind, target, outcome")):
                db.execute(
                    f"INSERT INTO {table} (run_id, {columns}) SELECT ?, {columns} FROM {table} WHERE run_id = ?",  # noqa: S608 - fixed
                    (copy.lastrowid, run_id),
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
        """Marks runs that nobody is running any more as interrupted, and removes files that nothing names.

        For the window that holds the lock, before it does anything else. Returns how many runs there were.
        """
        with self._writing() as db:
            self._sweep_all(db)
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
