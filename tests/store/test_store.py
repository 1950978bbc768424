"""The store: what is saved comes back, and a file that cannot be used is never overwritten."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Target
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.again import Change, CheckedAgain, key_of
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.draft_case import from_case
from selfaudit.engine.evidence import Vantage
from selfaudit.findings import Mark
from selfaudit.store import RunState, Store, StoreError, default_path, open_store
from selfaudit.store.database import is_open_elsewhere, set_aside


def _opened() -> Store:
    return open_store(default_path())


def _filled(audit: Audit) -> int:
    """A store with one finished case. Returns the run."""
    store = _opened()
    case_id = store.save_case(None, from_case(audit.evidence.case))
    run_id = store.begin_run(case_id, audit.evidence.case, audit.evidence.vantage)
    store.finish_run(run_id, audit.evidence, audit.results)
    store.set_mark(case_id, Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", planned="2026-12-01"))
    store.close()
    return run_id


def test_a_run_saved_piece_by_piece_comes_back_whole(broken_audit: Audit) -> None:
    evidence = broken_audit.evidence
    store = _opened()
    case_id = store.save_case(None, from_case(evidence.case))
    run_id = store.begin_run(case_id, evidence.case, evidence.vantage)
    records = list(evidence.records)
    for at in range(0, len(records), 10):
        part = records[at : at + 10]
        store.add(
            run_id,
            part,
            broken_audit.results[at : at + 10],
            targets=evidence.targets,
            sent=evidence.sent,
            done=at + len(part),
            total=60,
        )
    store.close()

    store = _opened()
    row = store.cases()[0]
    assert row.run is not None
    assert row.run.state is RunState.RUNNING
    assert (row.run.done, row.run.total) == (len(records), 60)
    assert store.close_unfinished() == 1
    assert store.cases()[0].run.state is RunState.INTERRUPTED  # type: ignore[union-attr]
    back = store.evidence(run_id)
    assert back.records == evidence.records
    assert back.targets == evidence.targets
    assert back.sent == evidence.sent
    assert back.interrupted
    store.finish_run(run_id, evidence, broken_audit.results)
    assert store.evidence(run_id) == evidence
    assert judge_evidence(store.evidence(run_id)) == broken_audit.results
    assert sum(store.runs(case_id)[0].counts.values()) == len(broken_audit.results)
    store.close()


def test_checking_again_keeps_before_and_now(broken_audit: Audit) -> None:
    run_id = _filled(broken_audit)
    store = _opened()
    result = broken_audit.results[0]
    store.save_again(run_id, CheckedAgain(broken_audit, (Change(result, result),), ()))
    (past,) = store.changes(run_id)
    assert key_of(past.change.now) == key_of(result)
    assert past.change.before is not None
    assert past.change.before.outcome is result.outcome
    assert store.evidence(run_id) == broken_audit.evidence
    store.close()


def test_marks_and_drafts(broken_audit: Audit) -> None:
    store = _opened()
    case_id = store.save_case(None, Draft((Line("a.test"),)))
    mark = Mark("mail.spf", "domain", "a.test", "SPF_MISSING", disagree="It’s “ours”; DROP TABLE cases;--")
    store.set_mark(case_id, mark)
    assert store.marks(case_id) == (mark,)
    store.set_mark(case_id, replace(mark, disagree=""))
    assert store.marks(case_id) == ()
    store.save_case(case_id, Draft((Line("b.test", True),), number="T-1"))
    assert store.cases()[0].draft == Draft((Line("b.test", True),), number="T-1")
    store.set_mark(case_id, mark)
    run_id = store.begin_run(case_id, broken_audit.evidence.case, Vantage())
    store.add(
        run_id,
        broken_audit.evidence.records,
        broken_audit.results,
        targets=(Target("domain", "x.test"),),
        sent=(),
        done=1,
        total=1,
    )
    store.delete_case(case_id)
    for table in ("cases", "runs", "records", "results", "marks", "changes"):
        assert store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    store.close()


def test_a_transaction_that_fails_leaves_nothing_behind() -> None:
    store = _opened()
    store.save_case(None, Draft((Line("a.test"),)))

    def fail() -> None:
        with store._writing() as db:
            db.execute("DELETE FROM cases")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(store.cases()) == 1
    store.close()


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@pytest.mark.parametrize("damage", ["header", "middle", "cut", "text", "empty-table"])
def test_a_damaged_database_is_named_and_left_alone(broken_audit: Audit, damage: str) -> None:
    _filled(broken_audit)
    path = default_path()
    data = bytearray(path.read_bytes())
    if damage == "header":
        data[:16] = b"SQLite format 9\0"
    elif damage == "middle":
        data[4096 : len(data) - 4096] = os.urandom(len(data) - 8192)
    elif damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "text":
        data[:] = b"this is not a database at all\n" * 500
    else:
        data[100:200] = b"\xff" * 100
    path.write_bytes(data)
    with pytest.raises(StoreError, match="left as it is") as error:
        _opened()
    assert error.value.replaceable
    assert _bytes(path) == bytes(data)
    assert not is_open_elsewhere(path)
    aside = set_aside(path)
    assert _bytes(aside) == bytes(data)
    fresh = _opened()
    assert fresh.cases() == ()
    fresh.close()


def test_a_newer_version_is_named_and_left_alone(broken_audit: Audit) -> None:
    _filled(broken_audit)
    connection = sqlite3.connect(default_path())
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    before = _bytes(default_path())
    with pytest.raises(StoreError, match="newer version"):
        _opened()
    assert _bytes(default_path()) == before


def test_a_stranger_s_database_is_left_alone() -> None:
    path = default_path()
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        _opened()


def test_a_second_window_is_told_and_history_still_reads(broken_audit: Audit) -> None:
    _filled(broken_audit)
    store = _opened()
    with pytest.raises(StoreError, match="open already"):
        _opened()
    reader = open_store(default_path(), read_only=True)
    assert len(reader.cases()) == 1
    with pytest.raises(sqlite3.OperationalError):
        reader.save_case(None, Draft())
    reader.close()
    store.close()
    _opened().close()


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("x")
    monkeypatch.setenv("SELFAUDIT_HOME", str(blocker / "home"))
    with pytest.raises(StoreError, match="cannot be opened"):
        _opened()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_may_read_it(broken_audit: Audit) -> None:
    _filled(broken_audit)
    assert default_path().stat().st_mode & 0o077 == 0
