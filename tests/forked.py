"""Programs without the second that their imports take: one process imports them once, and every call is a fork of it.

What runs is a process of its own all the same, with its own arguments, environment, folder, streams, exit code and end by a signal.
Only what happens before `main` is shared: tests of that start the program itself.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120.0  # seconds for one call, and for the imports
_ORDER = 150_000  # octets of an order: arguments and environment
# What the interpreter reads before `main`; a call with another value needs a process from the start.
_EARLY = ("PYTHON", "LANG", "LC_", "TZ")


def possible() -> bool:
    """Whether this system has what this needs."""
    return sys.platform == "linux"


class Forked:
    """A process that was asked for."""

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self.pid = pid
        self._channel = channel
        self._code: int | None = None

    def kill(self) -> None:
        """Ends it as `kill -9` does, unless it has ended."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and nobody has asked for its code yet
                os.kill(self.pid, signal.SIGKILL)

    @property
    def out(self) -> bool:
        """Whether nobody knows its exit code yet."""
        return self._code is None

    def wait(self, timeout: float = LONGEST) -> int:
        """Its exit code, or minus the number of the signal that ended it.

        Raises:
            subprocess.TimeoutExpired: it runs on; it is killed.
        """
        if self._code is None:
            self._channel.settimeout(timeout)
            try:
                self._code = _answer(self._channel)
            except TimeoutError:
                self.kill()
                self._code = _answer(self._channel)
                raise subprocess.TimeoutExpired(str(self.pid), timeout) from None
            finally:
                self._channel.settimeout(None)
        return self._code


class Forks:
    """The process that waits for orders, one at a time. It is one of `python -W error`."""

    def __init__(self, module: str, *packages: str) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            paths = os.pathsep.join(str(p) for p in (ROOT, ROOT / "ui", ROOT / "resources"))
            self._early = _early(os.environ)
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "tests.forked", str(theirs.fileno()), module, *packages],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._channel.settimeout(LONGEST)
        assert self._channel.recv(_ORDER) == b"ready", "the program could not be imported; see above"
        self._channel.settimeout(None)
        self._last: Forked | None = None

    def close(self) -> None:
        """Ends it; the processes that it made have ended before."""
        self._channel.close()
        self._process.wait(LONGEST)

    def start(
        self, arguments: Sequence[str], *, stdout: IO[Any] | int, stderr: IO[Any] | int, stdin: IO[Any] | None = None,
        cwd: Path | None = None, env: Mapping[str, str] | None = None,
    ) -> Forked:  # fmt: skip
        """Calls `main` of the module in a process of its own."""
        environment = dict(os.environ if env is None else env)
        assert _early(environment) == self._early, "this is read before main: start the program itself"
        order = json.dumps([list(arguments), str(cwd or Path.cwd()), environment]).encode()
        assert len(order) < _ORDER
        assert self._last is None or not self._last.out, "one at a time: the process before was not waited for"
        with open(os.devnull, "rb") as nothing:
            streams = [s if isinstance(s, int) else s.fileno() for s in (stdin or nothing, stdout, stderr)]
            socket.send_fds(self._channel, [order], streams)
            pid = _answer(self._channel)
            assert pid > 1, pid
            self._last = Forked(self._channel, pid)
            return self._last

    def run(
        self, arguments: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None, answer: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with captured text; the answer is what it reads."""
        with tempfile.TemporaryFile() as typed, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            typed.write(answer.encode("utf-8"))
            typed.seek(0)
            code = self.start(arguments, stdin=typed, stdout=out, stderr=errors, cwd=cwd, env=env).wait()
            texts = []
            for file in (out, errors):
                file.seek(0)
                texts.append(file.read().decode("utf-8").replace("\r\n", "\n"))
        return subprocess.CompletedProcess(list(arguments), code, *texts)


def _answer(channel: socket.socket) -> int:
    answer = channel.recv(_ORDER)
    assert answer, "the process that forks has ended; see above"
    return int(json.loads(answer))


@functools.cache
def _program() -> Forks:
    made = Forks("selfaudit.cli", "selfaudit")
    atexit.register(made.close)
    return made


def run_selfaudit(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, answer: str = ""
) -> subprocess.CompletedProcess[str]:
    """A process of `selfaudit`: a fork of one that has imported it, where that can be done. The answer is what it reads."""
    if possible():
        return _program().run(arguments, cwd=cwd, env=env, answer=answer)
    command = [sys.executable, "-W", "error", "-m", "selfaudit", *arguments]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=LONGEST, check=False, cwd=cwd, env=env, input=answer
    )


def _early(environment: Mapping[str, str]) -> dict[str, str]:
    skip = ("PYTHON_KEYRING", "PYTHONPATH")
    return {k: v for k, v in environment.items() if k.startswith(_EARLY) and not k.startswith(skip)}


def _serve(channel: socket.socket) -> Sequence[str] | None:
    """Forks for each order. Returns the arguments in the fork, and None in the server when nobody orders any more."""
    while True:
        order, streams, _flags, _address = socket.recv_fds(channel, _ORDER, 3)
        if not order:
            return None
        assert len(os.listdir("/proc/self/task")) == 1, "imports have started a thread, so forks are not safe"
        arguments, folder, environment = json.loads(order)
        pid = os.fork()
        if pid == 0:
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            made: Sequence[str] = arguments
            return made
        for stream in streams:
            os.close(stream)
        channel.send(json.dumps(pid).encode())
        _pid, status = os.waitpid(pid, 0)
        channel.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _main() -> None:
    number, module, *packages = sys.argv[1:]
    channel = socket.socket(fileno=int(number))
    channel.set_inheritable(False)
    program = importlib.import_module(module)
    for name in packages:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    gc.collect()
    gc.freeze()  # what is shared stays shared
    with channel:
        channel.send(b"ready")
        arguments = _serve(channel)
    if arguments is not None:
        sys.argv = [module, *arguments]
        program.main()


if __name__ == "__main__":
    _main()
