"""Files that macOS hands over by an event, and the app without standard streams, as Windows starts it."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from selfaudit import cli, i18n
from selfaudit.demo.case_file import demo_signed_case
from selfaudit.engine.seals import SUFFIX
from selfaudit.errors import UserError
from selfaudit_ui import app

ROOT = Path(__file__).parents[2]


def test_files_come_by_events_and_no_standard_stream_is_needed(tmp_path: Path) -> None:
    signed = demo_signed_case("broken")
    case = tmp_path / "T 4711 ä.selfaudit-case"
    case.write_bytes(signed.data)
    case.with_name(case.name + SUFFIX).write_bytes(signed.signature.encode())
    nonsense = tmp_path / "nonsense.selfaudit-case"
    nonsense.write_bytes(b"{")
    result = tmp_path / "result.json"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.ui.opened_by_event", str(case), str(nonsense), str(result)],
        cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "SELFAUDIT_HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    seen = json.loads(result.read_text("utf-8"))
    assert seen["taken"] == [True]
    assert seen["streams"] == [True, True, True]
    assert seen["first"] == "DEMO-2026-1107"
    assert "nonsense.selfaudit-case" in seen["second"]
    assert seen["code"] == 0


def _without_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)


def _no_screen() -> bool:
    return False


def test_without_a_stream_the_reason_is_shown_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[object, ...]] = []
    monkeypatch.setattr(app, "has_screen", _no_screen)
    monkeypatch.setattr(
        ctypes, "windll", SimpleNamespace(user32=SimpleNamespace(MessageBoxW=lambda *given: shown.append(given))), raising=False
    )
    monkeypatch.setattr(sys, "argv", ["selfaudit-gui"])
    _without_streams(monkeypatch)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as end:
        app.main()
    monkeypatch.undo()
    i18n.choose("en")
    assert end.value.code == 2
    assert [(given[0], given[2], given[3]) for given in shown] == [(None, "selfaudit", 0x10)]
    assert "There is no screen here" in str(shown[0][1])


def test_without_a_stream_elsewhere_the_exit_code_is_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "has_screen", _no_screen)
    monkeypatch.setattr(sys, "argv", ["selfaudit-gui"])
    _without_streams(monkeypatch)
    with pytest.raises(SystemExit) as end:
        app.main()
    monkeypatch.undo()
    i18n.choose("en")
    assert end.value.code == 2


def test_the_gui_command_without_streams_ends_with_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "has_screen", _no_screen)
    monkeypatch.setattr(sys, "argv", ["selfaudit", "gui"])
    _without_streams(monkeypatch)
    with pytest.raises(SystemExit) as end:
        cli.main()
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    monkeypatch.undo()
    i18n.choose("en")
    assert end.value.code == 2


def test_a_crash_without_a_stream_and_without_a_folder_raises_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SELFAUDIT_HOME", str(tmp_path / "file"))  # no folder can be made in a file
    _without_streams(monkeypatch)
    try:
        raise UserError("x")
    except UserError as error:
        path = app.write_crash_log(UserError, error, error.__traceback__)
    assert path == tmp_path / "file" / "crash.log"
