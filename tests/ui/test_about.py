"""About: what it is built from, and the licences."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtWidgets import QPushButton

from selfaudit_ui.pages import about
from tests.ui.desk import Desk

ROOT = Path(__file__).resolve().parents[2]


def test_every_direct_dependency_is_named_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        canonicalize_name(Requirement(line).name)
        for line in (*project["dependencies"], *project["optional-dependencies"]["gui"])
    }
    assert {canonicalize_name(name) for name in about.PARTS} == wanted
    for name in about.PARTS:
        version, licence = about.licence_of(name)
        assert version, name
        assert licence, name


def test_from_source_there_is_no_list(desk: Desk) -> None:
    assert about.licences() is None
    desk.window.show_page("about")
    desk.settle()
    assert "This app runs from its source" in desk.texts()


@pytest.mark.parametrize(("program", "place"), [("selfaudit-gui", "."), ("Contents/MacOS/selfaudit-gui", "Contents/Resources")])
def test_a_packaged_app_opens_its_licences(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, place: str
) -> None:
    executable, folder = tmp_path / program, tmp_path / place
    executable.parent.mkdir(parents=True, exist_ok=True)
    (folder / "licences").mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(executable))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert about.licences() is None  # a package without the file says nothing wrong
    (folder / "LICENCES.txt").write_text("Licences\n", "utf-8")
    opened: list[Path] = []
    monkeypatch.setattr(about, "show_file", opened.append)
    page = about.AboutPage(desk.controller)
    desk.bot.addWidget(page)
    for name in ("Open the list of licences", "Open the folder"):
        (made,) = [b for b in page.findChildren(QPushButton) if b.accessibleName() == name]
        made.click()
    assert [path.resolve() for path in opened] == [(folder / "LICENCES.txt").resolve(), (folder / "licences").resolve()]
