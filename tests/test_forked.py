"""The process that forks for tests: what it does when it is used wrongly, or ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked import Forked, Forks, possible

pytestmark = pytest.mark.skipif(not possible(), reason="needs Linux")


@pytest.fixture
def forks() -> Iterator[Forks]:
    made = Forks("selfaudit.cli")
    yield made
    made.close()


def test_one_runs_at_a_time_and_an_ended_one_may_be_killed(forks: Forks, tmp_path: Path) -> None:
    with open(os.devnull, "wb") as nothing:
        first = forks.start(["--version"], stdout=nothing, stderr=nothing, cwd=tmp_path)
        with pytest.raises(AssertionError, match="one at a time"):
            forks.start(["--version"], stdout=nothing, stderr=nothing, cwd=tmp_path)
    assert first.wait() == 0
    assert forks.run(["--version"]).returncode == 0


def test_to_kill_what_is_gone_is_no_error() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    assert gone.wait() == 0
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with here, there:
        process = Forked(here, gone.pid)
        process.kill()
        assert process.out
        there.send(b"0")
        assert process.wait() == 0
        assert not process.out


def test_the_end_of_the_forking_process_is_said(forks: Forks) -> None:
    os.kill(forks._process.pid, signal.SIGKILL)
    forks._process.wait()
    with pytest.raises((AssertionError, BrokenPipeError, ConnectionResetError)):
        forks.run(["--version"])
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with here:
        there.close()
        with pytest.raises(AssertionError, match="the process that forks has ended"):
            Forked(here, 2).wait()
