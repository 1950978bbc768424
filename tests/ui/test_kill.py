"""kill -9 at fifty random moments of a run while marks are typed: nothing that was shown as saved is lost, and the run can go on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfaudit.engine import judge_evidence
from selfaudit.store import RunState, default_path, open_store
from selfaudit_ui.session import View
from tests.forked import Forked, Forks, possible

KILLS = 50
ROOT = Path(__file__).parents[2]


class _Victims:
    """Windows that are going to be killed, each a process of its own. They import once, where that can be done."""

    def __init__(self) -> None:
        self.forks = Forks("tests.ui.victim", "selfaudit", "selfaudit_ui") if possible() else None

    def close(self) -> None:
        if self.forks is not None:
            self.forks.close()

    def _start(self, delay: float, out: int, errors: int) -> Forked | subprocess.Popen[bytes]:
        if self.forks is not None:
            return self.forks.start([str(delay)], stdout=out, stderr=errors, cwd=ROOT)
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.ui.victim", str(delay)], cwd=ROOT, stdout=out, stderr=errors
        )

    def live(self, delay: float, kill_after: float | None) -> tuple[list[str], str, int]:
        """Starts a window, kills it so many seconds after it is ready (None: never). Returns its lines, its complaints and its code."""
        lines: list[str] = []
        timer: threading.Timer | None = None
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as errors, open(reading, encoding="utf-8") as shown:
            victim = self._start(delay, writing, errors.fileno())
            os.close(writing)
            for line in shown:
                if line.endswith("\n"):  # the last one may have been cut by the kill
                    lines.append(line.rstrip("\n"))
                if line == "ready\n" and kill_after is not None:
                    timer = threading.Timer(kill_after, victim.kill)
                    timer.start()
            if timer is not None:
                timer.cancel()
                timer.join()
            code = victim.wait(30)
            errors.seek(0)
            return lines, errors.read().decode("utf-8"), code


@pytest.fixture
def victims() -> Iterator[_Victims]:
    made = _Victims()
    yield made
    made.close()


def _number(text: str) -> tuple[str, int]:
    process, _dash, number = text.rpartition("-")
    return process, int(number or 0)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_kill_9_at_fifty_moments(broken: View, victims: _Victims) -> None:
    chance = random.Random(20261121)
    finished = resumed = kept_files = 0
    interrupted_before = False
    for kill in range(KILLS):
        # A silent server takes its four seconds, so only a longer life sees the end of a run.
        life = chance.uniform(0.0, 1.4) if kill % 5 else chance.uniform(3.0, 7.0)
        lines, errors, code = victims.live(0.02, life)
        assert errors == ""
        assert code in (-signal.SIGKILL, 0)
        finished += "finished" in lines
        store = open_store(default_path())  # refuses a database that is not sound
        (row,) = store.cases() or (None,)
        shown = [line.split(" ")[1:] for line in lines if line.startswith("result ")]
        if row is None:
            assert not shown, kill
            assert not [line for line in lines if line.startswith(("mark ", "case "))]
            store.close()
            continue
        run = row.run
        if shown:
            assert run is not None
            kept = {
                (check, kind, target): outcome
                for check, kind, target, outcome in store.connection.execute(
                    "SELECT check_id, target_kind, target, outcome FROM results WHERE run_id = ?", (run.id,)
                )
            }
            for check, kind, target, outcome in shown:
                assert kept.get((check, kind, target)) == outcome, (kill, check, target)
        marks = [line.split(" ")[1] for line in lines if line.startswith("mark ")]
        if marks:
            (mark,) = store.marks(row.id)
            assert _number(mark.disagree) >= _number(marks[-1]), kill
            assert _number(mark.disagree)[0] == _number(marks[-1])[0]
        cases = [line.split(" ")[1] for line in lines if line.startswith("case ") and "-" in line]
        if cases:
            assert _number(row.draft.number) >= _number(cases[-1])
        # What the case names is there, content and all; what was shown as saved is named until another window takes it off.
        named = [file.sha256 for file in row.draft.registrant.files]
        for digest in named:
            assert store.attachment(row.id, digest) is not None, kill
        files = [line.split(" ")[1] for line in lines if line.startswith("file ")]
        kept_files += bool(files)
        if files:
            assert files[-1] in named, kill
        if run is not None:
            evidence = store.evidence(run.id)  # every record can be read
            judge_evidence(evidence)
            interrupted = run.state is not RunState.FINISHED
            resumed += interrupted_before and bool(shown)
            interrupted_before = interrupted
        store.close()
    # The last one is left alone: whatever the kills left behind, it comes to the same results as a run that nobody disturbed.
    lines, errors, code = victims.live(0.0, None)
    assert (errors, code) == ("", 0)
    assert lines[-1] == "finished"
    store = open_store(default_path())
    (row,) = store.cases()
    assert row.run is not None
    assert row.run.state is RunState.FINISHED
    (file,) = row.draft.registrant.files
    assert store.attachment(row.id, file.sha256) is not None
    assert kept_files, "no window lived until a file was kept"
    results = judge_evidence(store.evidence(row.run.id))
    store.close()
    wanted = {(r.check, r.target): (r.outcome, [f.tag for f in r.findings]) for r in broken.audit.results}
    assert {(r.check, r.target): (r.outcome, [f.tag for f in r.findings]) for r in results} == wanted
    assert resumed, "no kill fell into a run that was resumed"
    assert finished < KILLS, "no kill fell into a run"
