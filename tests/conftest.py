"""Rules for all tests: nothing leaves this machine, unexpected log lines fail, own files live in a temporary folder."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import ipaddress
import itertools
import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfaudit import i18n
from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import Audit, run_audit
from selfaudit.net import open_net

# Where tests take longest: begun first, so that no core waits for the last of them. A file stays in one piece.
LONGEST = (
    "tests/packaging/test_frozen.py", "tests/lab/test_host_facts.py", "tests/ui/test_kill.py", "tests/lab/", "tests/cli/test_cli.py",
    "tests/collector/", "tests/ui/test_accessible.py", "tests/ui/test_report_page.py", "tests/ui/test_walk.py",
    "tests/ui/test_run_and_after.py", "tests/docs/", "tests/packaging/", "tests/report/", "tests/ui/", "tests/cli/", "tests/demo/",
    "tests/engine/", "tests/net/",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest first."""
    items.sort(key=lambda item: next((n for n, place in enumerate(LONGEST) if item.nodeid.startswith(place)), len(LONGEST)))


_WATCH = 300.0  # seconds after which a test that hangs shows where
_REWIND = 20.0  # seconds after which the clock of that is wound up again: a clock for each test would be a thread for each test
_watched = -_REWIND
_streams: list[int] = []


def pytest_configure() -> None:
    """Keeps the way to the terminal, which tests do not have."""
    _streams.append(os.dup(2))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart() -> None:
    """Winds up the clock that shows where a test hangs, as `faulthandler_timeout` would."""
    global _watched
    if time.monotonic() - _watched > _REWIND:
        _watched = time.monotonic()
        faulthandler.dump_traceback_later(_WATCH + _REWIND, file=_streams[0])


def pytest_unconfigure() -> None:
    """Ends the clock."""
    faulthandler.cancel_dump_traceback_later()


def pytest_collection_finish() -> None:
    """What the collection made stays to the end, so nothing is gained by looking through it again and again."""
    gc.collect()
    gc.freeze()


class NonLoopbackError(Exception):
    """A test tried to reach something that is not this machine."""


def _check(address: Any) -> None:
    if isinstance(address, tuple) and address:
        try:
            ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
        except ValueError:
            raise NonLoopbackError(f"a name was to be looked up by the system: {address[0]!r}") from None
        if not ip.is_loopback:
            raise NonLoopbackError(f"connection to {ip}")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks every connection that is not to loopback, whatever library makes it."""
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _original: Any = original) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _check(address)
            return _original(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)
    original_sendto = socket.socket.sendto

    def guarded_sendto(self: socket.socket, data: bytes, *rest: Any) -> int:
        _check(rest[-1])
        return original_sendto(self, data, *rest)

    monkeypatch.setattr(socket.socket, "sendto", guarded_sendto)


@pytest.fixture(autouse=True, scope="session")
def no_keyring_of_this_machine() -> None:
    """No test reads or writes the keys of whoever runs it; the programs that tests start neither."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ.pop("SELFAUDIT_SIGNING_KEY", None)


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    """Several tests share a core, so an answer of the demo's internet may take longer; it is waited for all the same."""
    Internet.patience = 1.5


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A log line of WARNING or above fails the test that did not ask for it."""
    yield
    lines = [f"{r.name}: {r.getMessage()}" for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    assert not lines, lines


_numbers = itertools.count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one test. Pytest's own also keeps a link to the latest for each name, which costs more than most tests do."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(_numbers)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def own_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """selfaudit's own files go into the test's folder, and its texts are English wherever the tests run."""
    monkeypatch.setenv("SELFAUDIT_LANGUAGE", "en")
    if "tmp_path" in request.fixturenames:
        folder: Path = request.getfixturevalue("tmp_path")
    else:
        folder = tmp_path_factory.getbasetemp() / "homes" / str(next(_numbers))  # made by who writes there; most tests do not
    monkeypatch.setenv("SELFAUDIT_HOME", str(folder / "home"))
    yield
    i18n.choose(i18n.SOURCE)


@pytest.fixture(scope="session")
def broken_audit() -> Audit:
    """The audit of the demo on the day of the suspension, made once."""

    async def work() -> Audit:
        async with Internet("broken") as internet:
            case, brought = demo_inputs("broken")
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            return await run_audit(case, net, install_key=b"demo installation key")

    return asyncio.run(work())
