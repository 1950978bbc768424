"""Everything of a case in one ZIP file, and what happens where there is no room for it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case.statement import Statement
from selfaudit.engine import Audit
from selfaudit.engine.again import Change, CheckedAgain
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.evidence import load_evidence
from selfaudit.errors import UserError
from selfaudit.findings import Mark
from selfaudit.store import Store, default_path, open_store, write_export
from selfaudit.store.export import safe_name

LOG = b"Nov 20 10:00:00 relay closed\n"
MARK = Mark("mail.spf", "domain", "a.test", "SPF_MISSING", disagree="“ours”")


@pytest.fixture
def store(broken_audit: Audit) -> Iterator[Store]:
    """A case with everything: two runs, one of them checked again, a statement, a file, a mark."""
    made = open_store(default_path())
    made.save_case(None, Draft())
    files = [made.attach(1, name, data) for name, data in (("../../log.txt", LOG), ("CON", b"con"))]
    stated = Statement(proof=tuple(files), summary="A form was open.", signed="2026-11-20")
    made.save_case(1, Draft((Line("a.test"),), number="T-1 {x}", statement=stated))
    for _run in range(2):
        run_id = made.begin_run(1, broken_audit.evidence.case, broken_audit.evidence.vantage)
        made.finish_run(run_id, broken_audit.evidence, broken_audit.results)
    change = Change(broken_audit.results[0], broken_audit.results[0])
    fewer = replace(broken_audit.evidence, records=broken_audit.evidence.records[:1])
    made.save_again(1, CheckedAgain(replace(broken_audit, evidence=fewer), (change,), ()))
    made.set_mark(1, MARK)
    yield made
    made.close()


def test_everything_is_in_it(store: Store, broken_audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    counted: list[int] = []
    today = store.runs(1)[0].started[:10]
    names = [
        "README.txt",
        "case.json",
        "marks.json",
        f"statements/001-{today}.json",
        "statements/statements.json",
        "attachments/001-log.txt",
        "attachments/002-_CON",
        "attachments/attachments.json",
        f"runs/001-{today}/run.json",
        f"runs/001-{today}/evidence.json",
        f"runs/001-{today}/changes.json",
        f"runs/002-{today}/run.json",
        f"runs/002-{today}/evidence.json",
        f"runs/001-{today}-as-first-finished/run.json",
        f"runs/001-{today}-as-first-finished/evidence.json",
    ]
    assert write_export(store, 1, path, counted.append) == len(names)
    assert counted == list(range(1, len(names) + 1))
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == names
        archive.extractall(tmp_path / "out")
    out = tmp_path / "out"
    assert "of case 1" in (out / "README.txt").read_text("utf-8")
    assert "T-1 {x}" in (out / "README.txt").read_text("utf-8")
    case = json.loads((out / "case.json").read_bytes())
    assert (case["case"], case["draft"]["statement"]["summary"]) == (1, "A form was open.")
    (mark,) = json.loads((out / "marks.json").read_bytes())
    assert (mark["check"], mark["disagree"]) == ("mail.spf", "“ours”")
    (statement,) = json.loads((out / "statements/statements.json").read_bytes())
    assert hashlib.sha256((out / statement["file"]).read_bytes()).hexdigest() == statement["sha256"]
    log, con = json.loads((out / "attachments/attachments.json").read_bytes())
    assert (out / log["file"]).read_bytes() == LOG
    assert (log["name"], con["name"], con["size"]) == ("../../log.txt", "CON", 3)
    run = json.loads((out / f"runs/001-{today}/run.json").read_bytes())
    assert (run["state"], len(run["results"])) == ("finished", len(broken_audit.results))
    (change,) = json.loads((out / f"runs/001-{today}/changes.json").read_bytes())
    assert change["change"]["now"]["check"] == broken_audit.results[0].check
    assert load_evidence(out / f"runs/002-{today}/evidence.json") == broken_audit.evidence
    assert load_evidence(out / f"runs/001-{today}-as-first-finished/evidence.json") == broken_audit.evidence
    assert len(load_evidence(out / f"runs/001-{today}/evidence.json").records) == 1


def test_the_same_case_gives_the_same_octets(store: Store, tmp_path: Path) -> None:
    write_export(store, 1, tmp_path / "a.zip")
    write_export(store, 1, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_cannot_be_read_is_handed_over_as_it_is(store: Store) -> None:
    store.connection.execute("UPDATE runs SET head = ? WHERE id = 2", (b'{"schema": "selfaudit/evidence/9"}',))
    store.connection.execute("UPDATE cases SET draft = ?", (b"\xff not JSON",))
    store.connection.execute("UPDATE attachments SET data = ? WHERE name = 'CON'", (b"other",))
    found = dict(store.export_case(1))
    (unread,) = (data for name, data in found.items() if name.endswith("unread.json"))
    assert json.loads(unread)[0] == {"schema": "selfaudit/evidence/9"}
    assert json.loads(found["case.json"])["draft"] == "\ufffd not JSON"
    assert json.loads(found["attachments/attachments.json"])[1]["file"] == ""
    assert "attachments/001-log.txt" in found


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("log.txt", "log.txt"), ("../../etc/passwd", "etc_passwd"), ("C:\\x\\y.log", "C_x_y.log"), ("", "file"), ("...", "file"),
        ("nul.txt", "_nul.txt"), ("Bild vom 20. November.png", "Bild_vom_20._November.png"), ("a\x00b\u202ec.png", "a_b_c.png"),
        ("x" * 300 + ".txt", "x" * 60 + ".txt"), (".hidden", "file.hidden"), ("trailing.", "trailing"), ("日本.txt", "file.txt"),
    ],
)  # fmt: skip
def test_names_lead_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_case_that_is_not_there_is_said(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(b"old")
    with pytest.raises(UserError, match="there is no case 7"):
        write_export(store, 7, path)
    with pytest.raises(UserError, match="is a folder"):
        write_export(store, 1, tmp_path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.glob("*.part")] == []


def test_stopping_leaves_what_was_there(store: Store, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(count: int) -> None:
        if count == 5:
            raise StoppedError

    path = tmp_path / "case.zip"
    path.write_bytes(b"old")
    with pytest.raises(StoppedError):
        write_export(store, 1, path, stop)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.glob("*.part")] == []


# No room


def _limited(code: str, room: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs code whose files cannot grow beyond so many octets, as on a disk without room."""

    def limit() -> None:
        import resource  # there is none on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("room", [0, 100, 20_000])
def test_an_export_on_a_full_disk_leaves_what_was_there(store: Store, tmp_path: Path, room: int) -> None:
    store.close()
    path = tmp_path / "case.zip"
    path.write_bytes(b"old")
    code = "import sys; from selfaudit.cli.app import run; sys.exit(run(sys.argv[1:]))"
    done = _limited(code, room, "history", "1", "--export", str(path))
    assert done.returncode == 2
    assert "case.zip: cannot be written (" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.glob("*.part")] == []


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
def test_a_full_disk_loses_nothing_that_was_kept(store: Store, broken_audit: Audit) -> None:
    room = default_path().stat().st_size + 100_000
    store.close()
    code = (
        "import sqlite3\n"
        "from selfaudit.engine.draft import Draft, Line\n"
        "from selfaudit.store import default_path, open_store\n"
        "store = open_store(default_path())\n"
        "for text in ('large', 'again'):\n"
        "    try:\n"
        "        store.attach(1, text, text.encode() * 1_000_000)\n"
        "    except sqlite3.Error as error:\n"
        "        print(text, store.connection.in_transaction)\n"
        "store.attach(1, 'small.txt', b'small')\n"  # what fits is kept afterwards
        "print(store.attachments(1)[-1].name)\n"
        "store.close()\n"
    )
    done = _limited(code, room)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["large False", "again False", "small.txt"]
    again = open_store(default_path())
    assert [f.name for f in again.attachments(1)] == ["../../log.txt", "CON", "small.txt"]
    assert again.evidence(2) == broken_audit.evidence
    assert again.marks(1) == (MARK,)
    again.close()


def test_no_room_within_the_database_undoes_the_whole_write(store: Store) -> None:
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    before = store.attachments(1), store.statements(1), store.cases()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.attach(1, "large.txt", b"x" * 1_000_000)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.save_case(1, Draft((Line("x" * 1_000_000),)))
    assert not store.connection.in_transaction
    assert (store.attachments(1), store.statements(1), store.cases()) == before
    store.connection.execute("PRAGMA max_page_count = 1000000")
    store.attach(1, "large.txt", b"x" * 1_000_000)
    assert store.attachments(1)[-1].size == 1_000_000
