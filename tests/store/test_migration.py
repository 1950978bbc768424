"""From version 1 to version 2: nothing is lost, and whenever it ends early, the old database is there as it was."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from selfaudit.engine import Audit, judge_evidence
from selfaudit.findings import Mark
from selfaudit.store import RunState, Store, StoreError, default_path, open_store
from selfaudit.store.database import is_open_elsewhere
from selfaudit.store.migration import copy_beside
from selfaudit.store.schema import ADDED_IN_2, VERSION
from tests.forked import run_selfaudit
from tests.store.version_1 import make_version_1, version_of

MARK = Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", planned="2026-12-01")


@pytest.fixture
def old(broken_audit: Audit) -> Path:
    """A database of version 1 at the usual place."""
    make_version_1(default_path(), broken_audit)
    assert version_of(default_path()) == 1
    return default_path()


def _is_whole(store: Store, audit: Audit) -> None:
    (row,) = store.cases()
    assert row.run is not None
    assert row.run.state is RunState.FINISHED
    assert store.evidence(row.run.id) == audit.evidence
    assert judge_evidence(store.evidence(row.run.id)) == audit.results
    assert store.marks(row.id) == (MARK,)
    assert store.statements(row.id) == ()
    assert store.attachments(row.id) == ()
    assert store.attachment(row.id, "0" * 64) is None
    first = store.first_run(row.id)
    assert first is not None
    assert first.id == row.run.id


def _schema(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
    connection.close()
    return rows


def test_it_is_brought_to_version_2_after_a_copy(old: Path, broken_audit: Audit) -> None:
    store = open_store(old)
    _is_whole(store, broken_audit)
    assert store.version == 2
    kept = store.attach(1, "log.txt", b"Nov 20 relay closed")
    store.close()
    copy = copy_beside(old)
    assert copy.name == "selfaudit-before-2.db"
    assert version_of(copy) == 1
    if os.name != "nt":
        assert copy.stat().st_mode & 0o077 == 0
    shutil.copy(copy, old.with_name("again.db"))
    again = open_store(old.with_name("again.db"))
    _is_whole(again, broken_audit)
    again.close()
    # The next start finds the new one sound, and the copy goes.
    store = open_store(old)
    assert store.attachment(1, kept.sha256) == b"Nov 20 relay closed"
    store.close()
    assert not copy.exists()


def test_a_migrated_one_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    open_store(old).close()
    fresh = tmp_path / "fresh.db"
    open_store(fresh).close()
    assert _schema(old) == _schema(fresh)
    assert version_of(old) == version_of(fresh) == VERSION


def test_reading_leaves_version_1_as_it_is(old: Path, broken_audit: Audit) -> None:
    before = old.read_bytes()
    store = open_store(old, read_only=True)
    assert store.version == 1
    _is_whole(store, broken_audit)
    names = [name for name, _data in store.export_case(1)]
    assert "runs/001-2026-11-20/evidence.json" in names
    store.close()
    assert old.read_bytes() == before
    assert version_of(old) == 1
    assert not copy_beside(old).exists()


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize("step", ["copying", *range(len(ADDED_IN_2) + 1)])
def test_killed_anywhere_it_leaves_the_old_one(old: Path, broken_audit: Audit, step: str | int) -> None:
    code = (
        "import os, signal, sys\n"
        "from selfaudit.store import default_path, migration, open_store\n"
        "def die(*_any):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "def steps(count):\n"
        "    yield from known[:count]\n"
        "    die()\n"
        "known = migration.ADDED_IN_2\n"
        "if sys.argv[1] == 'copying':\n"
        "    type(default_path()).replace = die  # the copy is complete, and has not got its name yet\n"
        "else:\n"
        "    migration.ADDED_IN_2 = steps(int(sys.argv[1]))\n"
        "open_store(default_path())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(step)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert version_of(old) == 1
    assert not is_open_elsewhere(old)
    reader = open_store(old, read_only=True)
    assert reader.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert reader.version == 1
    _is_whole(reader, broken_audit)
    reader.close()
    store = open_store(old)
    assert store.version == 2
    _is_whole(store, broken_audit)
    store.close()
    assert [p.name for p in old.parent.iterdir() if ".part" in p.name] == []


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("room", [0, 4096, 100_000])
def test_a_full_disk_leaves_the_old_one(old: Path, broken_audit: Audit, room: int) -> None:
    def limit() -> None:
        import resource  # there is none on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    before = old.read_bytes()
    code = (
        "from selfaudit.store import StoreError, default_path, open_store\n"
        "try:\n"
        "    open_store(default_path())\n"
        "except StoreError as error:\n"
        "    print(error.replaceable, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, preexec_fn=limit)
    assert done.stderr == ""
    assert done.stdout.startswith("False ")
    assert "selfaudit.db" in done.stdout
    assert old.read_bytes() == before
    assert version_of(old) == 1
    assert sorted(p.name for p in old.parent.iterdir() if p.suffix == ".part" or "before" in p.name) == []
    store = open_store(old)
    _is_whole(store, broken_audit)
    store.close()


def test_what_fails_half_way_is_undone(old: Path, broken_audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("selfaudit.store.migration.ADDED_IN_2", (*ADDED_IN_2, "INSERT INTO no_such_table VALUES (1)"))
        with pytest.raises(StoreError, match="Make room on the disk") as error:
            open_store(old)
    assert not error.value.replaceable
    assert version_of(old) == 1
    assert not copy_beside(old).exists()
    store = open_store(old)
    _is_whole(store, broken_audit)
    store.close()


@pytest.mark.parametrize("damage", ["middle", "cut", "version", "no-table", "strange-table"])
def test_a_damaged_version_1_is_named_and_left_alone(old: Path, damage: str) -> None:
    if damage in ("middle", "cut"):
        data = bytearray(old.read_bytes())
        if damage == "middle":
            data[4096 : len(data) - 4096] = os.urandom(len(data) - 8192)
        else:
            del data[len(data) // 2 :]
        old.write_bytes(data)
    else:
        change = {
            "version": "PRAGMA user_version = 0",
            "no-table": "DROP TABLE marks",
            "strange-table": "PRAGMA user_version = 2",
        }
        connection = sqlite3.connect(old, isolation_level=None)
        connection.execute(change[damage])
        connection.close()
    before = old.read_bytes()
    with pytest.raises(StoreError, match=r"damaged.*left as it is") as error:
        open_store(old)
    assert error.value.replaceable
    assert old.read_bytes() == before
    assert not copy_beside(old).exists()


@pytest.mark.parametrize("version", [3, 2_000_000_000])
def test_a_newer_one_is_left_alone_also_by_history(broken_audit: Audit, version: int) -> None:
    open_store(default_path()).close()
    connection = sqlite3.connect(default_path(), isolation_level=None)
    connection.execute("CREATE TABLE of_the_future (x)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = default_path().read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        open_store(default_path())
    for arguments in ([], ["1"], ["1", "--export", "x.zip"], ["1", "--delete", "--yes"]):
        done = run_selfaudit("history", *arguments)
        assert done.returncode == 2
        assert "newer version" in done.stderr
        assert f"its format is {version}, this one knows 2" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert default_path().read_bytes() == before
    assert not Path("x.zip").exists()
