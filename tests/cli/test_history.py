"""`selfaudit history`: what is kept is listed, written and deleted, and nothing else is touched."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case.statement import Statement
from selfaudit.demo import demo_signed_case
from selfaudit.engine import Audit
from selfaudit.engine.draft import Draft, Line
from selfaudit.engine.draft_case import from_case
from selfaudit.findings import Mark
from selfaudit.store import default_path, open_store
from tests.forked import run_selfaudit
from tests.store.version_1 import make_version_1, version_of

LOG = b"Nov 20 10:00:00 relay closed\n"


def _history(*arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    return run_selfaudit("history", *arguments, answer=answer)


def _one_line(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def kept(broken_audit: Audit) -> Audit:
    """A store with one finished case that has a signed statement with a file, and another one without anything."""
    store = open_store(default_path())
    store.save_case(None, from_case(broken_audit.evidence.case))
    file = store.attach(1, "log.txt", LOG)
    stated = Statement(summary="A form was open.", proof=(file,), name="Maria Blum", signed="2026-11-20")
    store.save_case(1, replace(from_case(broken_audit.evidence.case), statement=stated))
    run_id = store.begin_run(1, broken_audit.evidence.case, broken_audit.evidence.vantage)
    store.finish_run(run_id, broken_audit.evidence, broken_audit.results)
    store.set_mark(1, Mark("mail.spf", "domain", "blumenhof.example", "SPF_PASS_ALL", planned="2026-12-01"))
    store.save_case(None, Draft((Line("other.example"),)))
    store.close()
    return replace(broken_audit, statement=stated)


def test_nothing_has_been_kept_yet() -> None:
    done = _history()
    assert (done.returncode, done.stderr) == (0, "")
    assert "No case has been kept yet" in done.stdout
    _one_line(_history("1"), "no case 1")
    assert not default_path().exists()


def test_it_lists_cases_and_what_belongs_to_one(kept: Audit) -> None:
    done = _history()
    assert (done.returncode, done.stderr) == (0, "")
    assert "DEMO-2026-1107" in done.stdout
    assert "47 failed" in done.stdout
    assert "other.example" in done.stdout
    assert "not started" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    done = _history("1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "statement, signed (SHA-256" in done.stdout
    assert f"log.txt, {len(LOG)} bytes (SHA-256" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    _one_line(_history("7"), "no case 7")
    for arguments in (["--out", "x"], ["--export", "x.zip"], ["--delete"]):
        _one_line(_history(*arguments), "Say which case")


def test_out_writes_reports_and_bundle_with_the_file(kept: Audit, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = _history("1", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert {p.name for p in out.iterdir()} >= {"audit.json", "evidence.json", "statement.json", "report.html", "bundle.zip"}
    with zipfile.ZipFile(out / "bundle.zip") as bundle:
        (name,) = (n for n in bundle.namelist() if n.startswith("attachments/"))
        assert bundle.read(name) == LOG
    assert json.loads((out / "statement.json").read_bytes())["summary"] == "A form was open."
    store = open_store(default_path())
    (statement,) = store.statements(1)
    store.close()
    assert statement.signed
    assert statement.exported
    assert "signed and handed out" in _history("1").stdout
    _one_line(_history("2", "--out", str(tmp_path / "none")), "no run yet")
    assert not (tmp_path / "none").exists()


def test_a_seal_that_the_store_only_claims_counts_for_nothing(kept: Audit, tmp_path: Path) -> None:
    def seal_in(folder: Path) -> str:
        assert _history("1", "--out", str(folder)).returncode == 0
        return str(json.loads((folder / "evidence.json").read_bytes())["case"]["seal"]["state"])

    assert seal_in(tmp_path / "claimed") == "unknown-key"
    store = open_store(default_path())
    store.save_case(1, from_case(kept.evidence.case, signed=demo_signed_case("broken")))
    store.close()
    assert seal_in(tmp_path / "shown") == "trusted"


def test_out_while_the_window_is_open_says_what_was_not_noted(kept: Audit, tmp_path: Path) -> None:
    store = open_store(default_path())
    done = _history("1", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "has not noted that it was handed out" in " ".join(done.stdout.split())
    assert (tmp_path / "out" / "bundle.zip").exists()
    assert store.statements(1)[0].exported == ""
    store.close()


def test_export_writes_everything(kept: Audit, tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "case.zip"
    done = _history("1", "--export", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Written:" in done.stdout
    assert "9 files" in " ".join(done.stdout.split())
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.read("attachments/001-log.txt") == LOG
        assert json.loads(archive.read("case.json"))["draft"]["statement"]["name"] == "Maria Blum"
    _one_line(_history("2", "--export", str(tmp_path)), "is a folder; name a file")


def test_delete_asks_and_says_what_went(kept: Audit) -> None:
    before = default_path().read_bytes()
    done = _history("1", "--delete", answer="y\n")
    _one_line(done, "Add --yes")
    assert default_path().read_bytes() == before
    done = _history("1", "--delete", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert "Deleted: case 1 with what was filled in, 1 run, 1 statement, 1 file (0.0 MB), 1 note on findings." in words
    assert b"Maria Blum" not in default_path().read_bytes()
    assert b"relay closed" not in default_path().read_bytes()
    _one_line(_history("1"), "no case 1")
    assert "other.example" in _history("2").stdout
    _one_line(_history("2", "--delete", "--yes", "--export", "x.zip"), "--delete goes alone")


@pytest.mark.skipif(os.name == "nt", reason="a pseudo terminal")
@pytest.mark.parametrize(("answer", "code"), [("n", 2), ("", 2), ("y", 0)])
def test_delete_at_a_terminal_waits_for_a_yes(kept: Audit, answer: str, code: int) -> None:
    import pty  # there is none on Windows

    ours, theirs = pty.openpty()
    command = [sys.executable, "-W", "error", "-m", "selfaudit", "history", "1", "--delete"]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, close_fds=True)
    os.close(theirs)
    os.write(ours, answer.encode() + b"\n")
    process.communicate(timeout=120)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.returncode == code
    assert b"This cannot be undone" in shown
    store = open_store(default_path())
    assert (store.case(1) is None) == (code == 0)
    store.close()


def test_an_open_window_is_not_deleted_under(kept: Audit) -> None:
    store = open_store(default_path())
    _one_line(_history("1", "--delete", "--yes"), "open already")
    assert store.case(1) is not None
    store.close()


def test_a_case_of_the_future_can_be_written_and_deleted(kept: Audit, tmp_path: Path) -> None:
    store = open_store(default_path())
    store.connection.execute("UPDATE cases SET draft = ? WHERE id = 1", (b'{"lines": "of the future"}',))
    store.close()
    done = _history("1", "--export", str(tmp_path / "case.zip"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot be read by this version" in done.stdout
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert json.loads(archive.read("case.json"))["draft"] == {"lines": "of the future"}
        assert archive.read("attachments/001-log.txt") == LOG
    _one_line(_history("1", "--out", str(tmp_path / "out")), "cannot be read by this version")
    assert _history("1", "--delete", "--yes").returncode == 0
    _one_line(_history("1"), "no case 1")


def test_version_1_is_read_written_and_deleted(broken_audit: Audit, tmp_path: Path) -> None:
    make_version_1(default_path(), broken_audit)
    before = default_path().read_bytes()
    for arguments in ([], ["1"], ["1", "--export", str(tmp_path / "case.zip")]):
        done = _history(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "DEMO-2026-1107" in done.stdout
    assert default_path().read_bytes() == before
    assert version_of(default_path()) == 1
    assert _history("1", "--delete", "--yes").returncode == 0
    assert version_of(default_path()) == 2
    assert b"DEMO-2026-1107" not in b"".join(p.read_bytes() for p in default_path().parent.iterdir() if p.is_file())


def test_a_damaged_store_is_one_line(kept: Audit) -> None:
    default_path().write_bytes(b"x" * 5000)
    for arguments in ([], ["1", "--delete", "--yes"]):
        _one_line(_history(*arguments), "left as it is")
    assert default_path().read_bytes() == b"x" * 5000


def test_damage_that_shows_only_on_reading_is_one_line(kept: Audit) -> None:
    connection = sqlite3.connect(default_path(), isolation_level=None)
    connection.execute("ALTER TABLE cases RENAME COLUMN draft TO drafts")
    connection.close()
    before = default_path().read_bytes()
    _one_line(_history(), "cannot be read (no such column: draft)")
    assert default_path().read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_written_can_still_be_read(kept: Audit, tmp_path: Path) -> None:
    home = Path(shutil.copytree(default_path().parent, tmp_path / "read only"))
    (home / "selfaudit.db.lock").unlink()
    before = sorted((p.name, p.read_bytes()) for p in home.iterdir() if p.is_file())
    for path in (*home.rglob("*"), home):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for arguments, words in (([], "DEMO-2026-1107"), (["1", "--export", str(tmp_path / "case.zip")], "Written")):
            done = _without_power(home, *arguments)
            assert (done.returncode, done.stderr) == (0, "")
            assert words in done.stdout
        for arguments in (
            ["1", "--export", str(home / "case.zip")],
            ["1", "--out", str(home / "out")],
            ["1", "--delete", "--yes"],
        ):
            _one_line(_without_power(home, *arguments), "cannot be")
    finally:
        home.chmod(0o755)
    assert sorted((p.name, p.read_bytes()) for p in home.iterdir() if p.is_file()) == before


def _without_power(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs it as somebody whom permissions stop, also where tests run as root."""
    command = [sys.executable, "-W", "error", "-m", "selfaudit", "history", *arguments]
    environment = os.environ | {"SELFAUDIT_HOME": str(home)}

    def drop() -> None:
        if os.geteuid() == 0:
            ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE: gone with the exec that follows

    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, preexec_fn=drop)
