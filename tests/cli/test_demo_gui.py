"""`selfaudit demo --gui` and `--leaflet`: what goes together, and one line where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.demo import leaflet as making
from selfaudit.engine import Audit
from selfaudit.i18n import language
from selfaudit.install import data_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--gui", "--leaflet", "x.pdf"], "--gui and --leaflet do not go together"),
        (["--gui", "--world", "fixed"], "--world and --gui do not go together"),
        (["--gui", "--out", "x", "--quiet"], "--out, --quiet and --gui do not go together"),
        (["--leaflet", "x.pdf", "--json", "-"], "--json and --leaflet do not go together"),
        (["--provider", "prezcomm"], "--provider belongs to --leaflet or --gui"),
        (["--language", "de", "--world", "fixed"], "--language belongs to --leaflet or --gui"),
        (["--leaflet", "x.pdf", "--provider", "Nobody\x1b[31m"], "No policy of “Nobody"),
        (["--leaflet", "x.pdf", "--language", "fr"], "'fr' is not one of"),
    ],
)
def test_what_does_not_go_together(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    code = run(["demo", *arguments])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert said in err
    assert "\x1b" not in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [[], ["--provider", "prezcomm", "--language", "de"]])
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen")
def test_without_a_display_it_says_so_in_one_line(
    more: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code = run(["demo", "--gui", *more])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "There is no screen here" in err
    assert not data_folder().exists()


def test_the_window_and_qt_are_not_loaded_for_that() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    program = (
        "import sys; from selfaudit.cli.app import run; code = run(['demo', '--gui']); "
        "sys.exit(90 if any(name.startswith('PySide6') for name in sys.modules) else code)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if sys.platform not in ("win32", "darwin"):
        assert (done.returncode, done.stdout) == (2, "")


def test_the_leaflet_is_written_in_its_language(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def fake(provider: str = "", before: Audit | None = None, after: Audit | None = None) -> bytes:
        assert (before, after) == (None, None)
        seen.append((provider, language()))
        return b"%PDF"

    monkeypatch.setattr(making, "leaflet_for", fake)
    file = tmp_path / "new" / "leaflet.pdf"
    assert run(["demo", "--leaflet", str(file), "--provider", "prezcomm", "--language", "de"]) == 0
    assert file.read_bytes() == b"%PDF"
    assert run(["demo", "--leaflet", str(tmp_path / "second.pdf")]) == 0
    assert seen == [("prezcomm", "de"), ("", "en")]
    assert "second.pdf" in capsys.readouterr().out.replace("\n", "")
    blocked = tmp_path / "file"
    blocked.write_text("x")
    assert run(["demo", "--leaflet", str(blocked / "leaflet.pdf")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
