"""Debian's minisign, sha256sum and unzip check a bundle without this program."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from selfaudit.report.bundle.make import sign_bundle
from tests.report.bundle.build import KEY, small_bundle, stub_reports

pytestmark = pytest.mark.lab

PUBLIC = KEY.public().text()


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stub_reports(monkeypatch)
    data = small_bundle()
    (tmp_path / "bundle.zip").write_bytes(data)
    (tmp_path / "bundle.zip.minisig").write_text(sign_bundle(data, KEY, "T-1"))
    return tmp_path


def test_the_whole_file(folder: Path) -> None:
    done = run(folder, "minisign", "-V", "-P", PUBLIC, "-m", "bundle.zip")
    assert done.returncode == 0, done.stderr
    assert "Trusted comment: selfaudit bundle T-1" in done.stdout
    (folder / "bundle.zip").write_bytes((folder / "bundle.zip").read_bytes() + b"x")
    assert run(folder, "minisign", "-V", "-P", PUBLIC, "-m", "bundle.zip").returncode != 0


def test_the_manifest_and_every_file_in_it(folder: Path) -> None:
    assert run(folder, "unzip", "-q", "bundle.zip", "-d", "opened").returncode == 0
    opened = folder / "opened"
    done = run(opened, "minisign", "-V", "-P", PUBLIC, "-m", "manifest.json")
    assert done.returncode == 0, done.stderr
    assert "Trusted comment: selfaudit bundle made 2026-11-18T11:06:40Z case T-1" in done.stdout
    for member in json.loads((opened / "manifest.json").read_text())["members"]:
        assert run(opened, "sha256sum", member["name"]).stdout.split()[0] == member["sha256"]
    key = folder / "key.pub"
    key.write_text(KEY.public().file())
    assert run(opened, "minisign", "-V", "-p", str(key), "-m", "manifest.json").returncode == 0
