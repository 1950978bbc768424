"""What `make fuzz` holds for a finding, and what it says of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from selfaudit.errors import BadInput, UserError
from tests.fuzz import child, run
from tests.fuzz.child import Watch
from tests.fuzz.mutate import KINDS, Edit, apply
from tests.fuzz.target import MB, Target
from tests.fuzz.targets import named


def behave(data: bytes) -> None:
    """Each way to behave badly, by its first octet."""
    if data[:1] == b"c":
        raise ZeroDivisionError(data.decode())
    if data[:1] == b"b":
        raise BadInput("refused")
    if data[:1] == b"u":
        raise UserError("refused")
    if data[:1] == b"s":
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setattr(child, "BUILD", tmp_path)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    return Watch("x", Target(behave, (b"good",), seconds=0.02, memory=100 * MB, lets=(UserError,)), slower=1.0)


def test_answers_are_no_findings(watch: Watch) -> None:
    watch.seeds()
    for data in (b"good", b"b", b"u", b""):
        watch(data)
    assert list(run.problems(watch.found)) == []
    assert watch.runs == 4


def test_findings(watch: Watch) -> None:
    watch.seeds()
    for data in (b"c1", b"c2", b"slow"):
        watch(data)
    crash, hang = run.problems(watch.found)  # the same place in the code is one finding
    assert crash.startswith("x: crash: ZeroDivisionError at test_run.py:")
    assert "'c1'" in crash
    assert hang.startswith("x: hang: ")
    assert {p.read_bytes() for p in watch.found.glob("*.bin")} == {b"c1", b"slow"}


@pytest.mark.skipif(sys.platform == "win32", reason="no getrusage there")
def test_memory(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.seeds()
    peak = child._peak()
    monkeypatch.setattr(child, "_peak", lambda: peak + 101)
    watch(b"good")
    (found,) = run.problems(watch.found)
    assert found.startswith("x: memory: 101 MB more")


def test_a_process_that_was_stopped(watch: Watch) -> None:
    (watch.found / "stopped-timeout-1.bin").write_bytes(b"x")
    (found,) = run.problems(watch.found)
    assert found.startswith(
        "x: stopped: the process was ended in the midst of it\n    reproducer: found/x/stopped-timeout-1.bin"
    )


def test_edges(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("#2 INITED cov: 7 ft: 8\n#99 NEW    cov: 858 ft: 9 corp\nDone", "utf-8")
    assert run.edges(log) == 858
    log.write_text("nothing", "utf-8")
    assert run.edges(log) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_changes_stay_within_the_size(kind: str) -> None:
    target = named("config-dns-bind")
    made = {apply(target.seeds[0], Edit(kind, n * 7, n * 3, n), target.seeds, target.words, target.size) for n in range(40)}
    assert len(made) > 5
    assert all(len(data) <= target.size for data in made)
    assert apply(b"", Edit(kind, 5, 5, 5), (b"",), (), 10) is not None
