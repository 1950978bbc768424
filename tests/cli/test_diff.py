"""`selfaudit diff`: two saved audits, however they were saved, and what the exit code says."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.demo import DEMO_KEY
from selfaudit.engine import Audit, save_evidence
from selfaudit.engine.evidence import encode_evidence
from selfaudit.findings import Mark
from selfaudit.report.bundle import make_bundle
from selfaudit.report.comparison import compare
from selfaudit.report.json import encode_audit
from selfaudit.report.loading import load_audit
from tests.report.test_comparison import NAMED, NAMELESS, NEW, OLD, UNANSWERED, listed, lists, rdns

Out = pytest.CaptureFixture[str]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Audits of a nameless address, of the same with a name, and of one that nobody answered for."""
    monkeypatch.chdir(tmp_path)
    for name, audit in {
        "nameless": rdns(OLD, NAMELESS), "named": rdns(NEW, NAMED), "untold": rdns(NEW, UNANSWERED), "late": rdns(NEW, NAMELESS),
        "earlier": rdns(OLD, NAMED),
    }.items():  # fmt: skip
        save_evidence(audit.evidence, tmp_path / name / "evidence.json")
        (tmp_path / name / "audit.json").write_bytes(encode_audit(audit))
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "code", "first"),
    [
        ("nameless", "named", 0, "1 fixed, 0 new, 0 unchanged, 0 cannot be compared"),
        ("earlier", "late", 1, "0 fixed, 1 new, 0 unchanged, 0 cannot be compared"),
        ("nameless", "untold", 3, "0 fixed, 0 new, 0 unchanged, 1 cannot be compared"),
        ("nameless", "late", 0, "0 fixed, 0 new, 1 unchanged, 0 cannot be compared"),
        ("nameless/evidence.json", "named/audit.json", 0, "1 fixed, 0 new, 0 unchanged, 0 cannot be compared"),
    ],
)
def test_exit_codes_and_the_first_line(saved: Path, capfd: Out, old: str, new: str, code: int, first: str) -> None:
    assert run(["diff", old, new]) == code
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == first
    assert max(map(len, lines)) <= 80


def test_the_words(saved: Path, capfd: Out) -> None:
    run(["diff", "nameless", "untold"])
    out = " ".join(capfd.readouterr().out.split())
    assert "Nothing that was seen got worse, but not everything could be compared." in out
    assert "Cannot be compared, so nothing is known about it (1)" in out
    assert "rdns.present 192.0.2.25" in out
    assert run(["diff", "nameless", "named", "--quiet"]) == 0
    quiet = capfd.readouterr().out
    assert "rdns.present" not in quiet
    assert quiet.splitlines()[-1] == "Nothing got worse."


def test_json(saved: Path, capfd: Out) -> None:
    assert run(["diff", "nameless", "named", "--json", "-"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["schema"], found["exit"], found["counts"]["fixed"]) == ("selfaudit/diff/1", 0, 1)
    assert (found["items"][0]["tag"], found["items"][0]["fate"]) == ("RDNS_MISSING", "fixed")
    assert run(["diff", "earlier", "late", "--json", "changes.json"]) == 1
    assert json.loads((saved / "changes.json").read_text())["exit"] == 1
    assert "Written: changes.json" in capfd.readouterr().out


def test_bundles(saved: Path, capfd: Out) -> None:
    data = make_bundle(lists(NEW, listed("b.test")), key=DEMO_KEY, made=1_767_916_800.0)
    (saved / "bundle.zip").write_bytes(data)
    (saved / "folder").mkdir()
    (saved / "folder" / "bundle.zip").write_bytes(data)
    save_evidence(lists(OLD, listed("a.test")).evidence, saved / "before" / "evidence.json")
    assert run(["diff", "before", "bundle.zip"]) == 1
    assert capfd.readouterr().out.startswith("1 fixed, 1 new, ")
    assert run(["diff", "before", "folder"]) == 1
    # A changed bundle is no audit to compare with.
    (saved / "cut.zip").write_bytes(data[:-30])
    (saved / "flipped.zip").write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    for name in ("cut.zip", "flipped.zip"):
        capfd.readouterr()
        assert run(["diff", "before", name]) == 2
        assert capfd.readouterr().err.startswith(f"selfaudit: {name}: ")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[" * 100_000, b'{"schema": "selfaudit/evidence/9"}', b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\xff\xfe"],
)
def test_bad_input(saved: Path, capfd: Out, content: bytes) -> None:
    (saved / "bad.json").write_bytes(content)
    for order in (["bad.json", "named"], ["named", "bad.json"]):
        assert run(["diff", *order]) == 2
        err = capfd.readouterr().err
        assert err.startswith("selfaudit: bad.json: ")
        assert len(err.splitlines()) == 1


def test_bad_places(saved: Path, capfd: Out) -> None:
    (saved / "empty").mkdir()
    os.mkfifo(saved / "pipe")
    for name in ("nothing", "empty", "pipe"):
        assert run(["diff", name, "named"]) == 2
        assert capfd.readouterr().err.startswith("selfaudit: ")
    assert run(["diff", "nameless", "named", "--json", "nothing/x.json"]) == 2
    assert run(["diff", "nameless"]) == 2


def test_a_target_that_cannot_be(saved: Path, capfd: Out) -> None:
    text = encode_evidence(lists(NEW, listed()).evidence).replace(b'"192.0.2.25"', b'"no address"')
    (saved / "odd.json").write_bytes(text)
    assert run(["diff", "nameless", "odd.json"]) == 3
    assert capfd.readouterr().out.startswith("0 fixed, 0 new, 0 unchanged, 1 cannot be compared\n")


def test_a_check_that_this_version_does_not_know(saved: Path, capfd: Out) -> None:
    text = encode_evidence(rdns(NEW, NAMED).evidence).replace(b'"rdns.present"', b'"rdns.absent"')
    (saved / "odd.json").write_bytes(text)
    assert run(["diff", "nameless", "odd.json"]) == 2
    assert "rdns.absent" in capfd.readouterr().err


def test_marks_stand_in_the_audit_file(saved: Path, capfd: Out) -> None:
    mark = Mark("rdns.present", "address", "192.0.2.25", "RDNS_MISSING", planned="2026-02-01")
    (saved / "nameless" / "audit.json").write_bytes(encode_audit(replace(rdns(OLD, NAMELESS), marks=(mark,))))
    assert load_audit(saved / "nameless").marks == (mark,)
    (saved / "nameless" / "audit.json").write_bytes(b"{")
    assert run(["diff", "nameless", "named"]) == 2
    assert capfd.readouterr().err.startswith("selfaudit: nameless/audit.json: ")


def test_what_is_loaded_is_judged_here(saved: Path, broken_audit: Audit) -> None:
    save_evidence(broken_audit.evidence, saved / "demo" / "evidence.json")
    loaded = load_audit(saved / "demo")
    assert loaded.results == broken_audit.results
    assert compare(broken_audit, loaded).warnings == ("Both are the same audit.",)
    assert compare(broken_audit, replace(loaded, results=())).exit_code() == 3
