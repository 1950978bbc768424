"""The workflows, which run nowhere yet: that they parse, end in time, may do little, and name what exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from selfaudit import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8")
    assert "Not run yet" in text.splitlines()[0]
    workflow = yaml.safe_load(text)
    workflow["on"] = workflow.pop(True)  # YAML 1.1 takes "on" for true
    return dict(workflow)


def _steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_there_are_three_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["fuzz.yml", "package.yml", "test.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_end_in_time_and_may_do_little(path: Path) -> None:
    workflow = _read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    assert "pull_request_target" not in workflow["on"]
    for name, job in workflow["jobs"].items():
        assert 0 < job["timeout-minutes"] <= 300, name
        assert job["permissions"] == {"contents": "write" if name == "release" else "read"}, name
    for step in _steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]), step["uses"]
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        assert "${{" not in step.get("run", ""), "what others name must not become a command"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_name_only_what_exists(path: Path) -> None:
    runs = "\n".join(step.get("run", "") for step in _steps(_read(path)))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?m)^\s*make ([a-z-]+)", runs):
        assert re.search(rf"(?m)^{target}:", makefile), target
    for file in re.findall(r"(?:packaging|tools|tests)/[\w./-]+", runs):
        assert (ROOT / file).is_file(), file


def test_every_key_is_explained_and_given_to_tags_only() -> None:
    text = (ROOT / ".github/workflows/package.yml").read_text("utf-8")
    readme = (PACKAGING / "README.md").read_text("utf-8")
    scripts = "".join((PACKAGING / name).read_text("utf-8") for name in ("macos/sign.sh", "windows/sign.ps1"))
    named = set(re.findall(r"(?:secrets|vars)\.(\w+)", text))
    assert {"SELFAUDIT_WINDOWS_CERTIFICATE", "SELFAUDIT_MACOS_CERTIFICATE", "SELFAUDIT_NOTARY_KEY", "MINISIGN_KEY"} <= named
    for name in named:
        assert f"`{name}`" in readme, name
        assert name in scripts or name == "MINISIGN_KEY", name
    workflow = _read(ROOT / ".github/workflows/package.yml")
    for step in workflow["jobs"]["build"]["steps"]:
        for name, value in step.get("env", {}).items():
            assert "secrets." not in value or value == f"${{{{ github.ref_type == 'tag' && secrets.{name} || '' }}}}"
    assert workflow["jobs"]["release"]["if"] == "github.ref_type == 'tag'"


def test_all_systems_are_built_and_linux_on_an_old_c_library() -> None:
    build = _read(ROOT / ".github/workflows/package.yml")["jobs"]["build"]
    assert {entry["name"]: entry["runner"] for entry in build["strategy"]["matrix"]["include"]} == {
        "linux-x86_64": "ubuntu-22.04", "windows-x86_64": "windows-2022", "macos-arm64": "macos-15", "macos-x86_64": "macos-15-intel",
    }  # fmt: skip


def test_no_file_holds_a_version_of_its_own() -> None:
    for path in (*WORKFLOWS, PACKAGING / "windows/installer.iss"):
        lines = [line for line in path.read_text("utf-8-sig").splitlines() if not line.lstrip().startswith((";", "#"))]
        assert __version__ not in "\n".join(lines), path.name
    for name in ("windows/version.py", "macos/Info.py", "systems.py", "merge_release.py"):
        tree = ast.parse((PACKAGING / name).read_text("utf-8"))
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        assert not [text for text in constants if text == __version__], name


def test_on_windows_too_the_files_are_those_of_the_repository() -> None:
    steps = _read(ROOT / ".github/workflows/package.yml")["jobs"]["build"]["steps"]
    before = [step.get("run") for step in steps[: [step.get("uses", "") for step in steps].index("actions/checkout@v6")]]
    assert before == ["git config --global core.autocrlf false"]
