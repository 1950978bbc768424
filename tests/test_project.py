"""The project's own rules."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from selfaudit import __version__

ROOT = Path(__file__).parents[1]


def test_packaging_is_no_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_changelog_names_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_reference_has_the_exit_codes_and_the_readme_leads_there() -> None:
    reference = (ROOT / "docs/reference.md").read_text("utf-8")
    table = reference.partition("\n## Exit codes\n")[2].partition("\n## ")[0]
    for code in ("| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 130 |"):
        assert code in table
    assert "](docs/reference.md#exit-codes)" in (ROOT / "README.md").read_text("utf-8")


def test_no_file_is_two() -> None:
    limit = 400
    long = {
        str(p.relative_to(ROOT)): count
        for p in (ROOT / "selfaudit").rglob("*.py")
        if (count := len(p.read_text("utf-8").splitlines())) > limit
    }
    assert long == {}


def test_data_sets_keep_their_source() -> None:
    for name in ("blocklists/catalogue.toml", "dns/root.hints", "dns/public-resolvers.toml", "dns/dkim-selectors.txt"):
        head = (ROOT / "resources/selfaudit_resources" / name).read_text("utf-8")[:900]
        assert re.search(r"20\d\d-\d\d-\d\d", head), name


def test_dependencies_are_the_chosen_ones() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert not any(d.startswith(("PySide6", "checkdmarc")) for d in project["dependencies"])
