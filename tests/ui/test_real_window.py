"""The window on a virtual screen, and what happens where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfaudit_ui.app import redacted, write_crash_log
from selfaudit_ui.theme.tokens import DARK, LIGHT
from tests.packages import find

ROOT = Path(__file__).parents[2]


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen; the name of its display."""
    program = find("Xvfb")
    assert program, "make test installs xvfb"
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            yield ":" + pipe.readline().strip()
    finally:
        server.terminate()
        server.wait(10)


def _environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return {**kept, **more}


@pytest.mark.skipif(sys.platform != "linux", reason="X11")
def test_a_real_window_opens_resizes_and_follows_the_theme_without_a_word_on_the_console(screen: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.ui.real_window"],
        cwd=ROOT, env=_environment(DISPLAY=screen), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    seen = json.loads(done.stdout)
    assert seen["platform"] == "xcb"
    assert seen["opened"] == [1120, 760]
    assert seen["sizes"] == [[960, 640], [1300, 900], [1120, 760]]
    assert (seen["light"], seen["dark"]) == (LIGHT.window, DARK.window)
    assert seen["run"] == "finished"


@pytest.mark.skipif(sys.platform != "linux", reason="a display can be missing only there")
@pytest.mark.parametrize("command", [["-m", "selfaudit", "gui"], ["-m", "selfaudit_ui"]])
def test_without_a_screen_one_line_names_the_demo(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", *command], env=_environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 2
    assert "make demo" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="a display can be missing only there")
def test_make_app_without_a_screen_installs_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "-s", "-f", str(ROOT / "Makefile"), "app"],
        cwd=tmp_path, env=_environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "make demo" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_crash_log_holds_places_and_no_values() -> None:
    def inner(secret: str) -> None:
        raise ValueError(f"could not use {secret}")

    try:
        inner("hunter2@customer.example")
    except ValueError as error:
        path = write_crash_log(ValueError, error, error.__traceback__)
        text = redacted(ValueError, error.__traceback__)
    assert "in inner" in text
    assert "ValueError" in text
    for content in (text, path.read_text("utf-8")):
        assert "hunter2" not in content
        assert str(ROOT) not in content
