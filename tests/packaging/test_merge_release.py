"""The packages of three systems become one release, or none."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from selfaudit.case.release import read_release, read_release_file

SCRIPT = Path(__file__).resolve().parents[2] / "packaging/merge_release.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """packaging/merge_release.py."""
    spec = importlib.util.spec_from_file_location("merge_release", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _built(folder: Path, system: str, kinds: dict[str, str], *, date: str = "2026-11-22", version: str = "0.8.0") -> Path:
    """What a build leaves on one system: its files, each with its name as content, sums, a bill of materials and release.json."""
    folder.mkdir()
    files: list[dict[str, Any]] = []
    for name, kind in {**kinds, "sbom.cdx.json": "sbom", "SHA256SUMS": "checksums"}.items():
        data = f"{folder.name} {name}".encode()
        (folder / name).write_bytes(data)
        owner = "any" if kind in ("sbom", "checksums") else system
        files.append(
            {"name": name, "system": owner, "kind": kind, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        )
    (folder / "sizes.txt").write_text("not part of the release")
    _describe(folder, {"schema": "selfaudit/release/1", "version": version, "date": date, "files": files})
    return folder


def _describe(folder: Path, release: object) -> None:
    (folder / "release.json").write_text(json.dumps(release))


@pytest.fixture
def built(tmp_path: Path) -> list[Path]:
    """Four builds."""
    return [
        _built(
            tmp_path / "linux-x86_64",
            "linux",
            {"selfaudit-0.8.0-linux-x86_64.tar.zst": "tar.zst", "selfaudit_0.8.0_amd64.deb": "deb"},
        ),
        _built(
            tmp_path / "windows-x86_64", "windows", {"selfaudit-0.8.0-windows-x86_64-setup.exe": "installer"}, date="2026-11-23"
        ),
        _built(tmp_path / "macos-arm64", "macos", {"selfaudit-0.8.0-macos-arm64.dmg": "dmg"}),
        _built(tmp_path / "macos-x86_64", "macos", {"selfaudit-0.8.0-macos-x86_64.dmg": "dmg"}),
    ]


def test_three_systems_become_one_release_that_our_reader_reads(
    tool: ModuleType, built: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert tool.main(["--version", "0.8.0", "--out", str(out), *map(str, built)]) == 0
    release, beside = read_release_file(out / "release.json")
    assert release == read_release((out / "release.json").read_bytes())
    assert (release.version, release.date) == ("0.8.0", "2026-11-23")
    names = [file.name for file in release.files]
    assert names == [
        "sbom-linux-x86_64.cdx.json", "sbom-macos-arm64.cdx.json", "sbom-macos-x86_64.cdx.json", "sbom-windows-x86_64.cdx.json",
        "selfaudit-0.8.0-linux-x86_64.tar.zst", "selfaudit-0.8.0-macos-arm64.dmg", "selfaudit-0.8.0-macos-x86_64.dmg",
        "selfaudit-0.8.0-windows-x86_64-setup.exe", "selfaudit_0.8.0_amd64.deb",
    ]  # fmt: skip
    assert list(beside) == names, "sizes and sums are those of the files"
    assert {f.name for f in release.programs("macos")} == {
        "selfaudit-0.8.0-macos-arm64.dmg",
        "selfaudit-0.8.0-macos-x86_64.dmg",
    }
    assert {path.name for path in out.iterdir()} == {*names, "release.json", "SHA256SUMS"}
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    digest = hashlib.sha256((out / "release.json").read_bytes()).hexdigest()
    assert sums == {**{f.name: f.sha256 for f in release.files}, "release.json": digest}
    assert (out / "sbom-macos-arm64.cdx.json").read_text() == "macos-arm64 sbom.cdx.json"
    assert capsys.readouterr().out.count("\n") == len(names)


def _changed_file(built: list[Path]) -> None:
    (built[0] / "selfaudit_0.8.0_amd64.deb").write_bytes(b"another")


def _missing_file(built: list[Path]) -> None:
    (built[1] / "selfaudit-0.8.0-windows-x86_64-setup.exe").unlink()


def _other_version(built: list[Path]) -> None:
    _edit(built[2], lambda release: release.update(version="0.7.0"))


def _outside(built: list[Path]) -> None:
    _edit(built[3], lambda release: release["files"][0].update(name="../release.json"))


def _other_schema(built: list[Path]) -> None:
    _edit(built[0], lambda release: release.update(schema="selfaudit/release/2"))


def _no_json(built: list[Path]) -> None:
    (built[0] / "release.json").write_bytes(b"\xff{")


def _no_object(built: list[Path]) -> None:
    _describe(built[0], [])


def _nothing(built: list[Path]) -> None:
    (built[0] / "release.json").unlink()


def _same_name(built: list[Path]) -> None:
    old, new = "selfaudit-0.8.0-macos-x86_64.dmg", "selfaudit-0.8.0-macos-arm64.dmg"
    (built[3] / old).rename(built[3] / new)
    _edit(built[3], lambda release: release["files"][0].update(name=new))


def _edit(folder: Path, change: Any) -> None:
    release = json.loads((folder / "release.json").read_bytes())
    change(release)
    _describe(folder, release)


@pytest.mark.parametrize(("harm", "words"), [
    (_changed_file, "amd64.deb: not the file that release.json describes"), (_missing_file, "setup.exe"), (_other_version, "version 0.7.0, not 0.8.0"),
    (_outside, "macos-x86_64/release.json: not selfaudit/release/1"), (_other_schema, "not selfaudit/release/1"), (_no_json, "linux-x86_64/release.json"),
    (_no_object, "linux-x86_64/release.json"), (_nothing, "linux-x86_64/release.json"), (_same_name, "arm64.dmg: two different files"),
])  # fmt: skip
def test_what_does_not_fit_together_is_no_release(
    tool: ModuleType, built: list[Path], tmp_path: Path, harm: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(built)
    out = tmp_path / "out"
    assert tool.main(["--version", "0.8.0", "--out", str(out), *map(str, built)]) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_system_that_is_missing_is_asked_for(
    tool: ModuleType, built: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["--version", "0.8.0", "--out", str(out), str(built[0]), str(built[2])]
    assert tool.main(command) == 1
    assert "nothing for windows" in capsys.readouterr().err
    assert tool.main([*command, "--partial"]) == 0
    assert tool.main([*command, "--partial"]) == 1
    assert "not empty" in capsys.readouterr().err
