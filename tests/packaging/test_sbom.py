"""The bill of materials: whole, valid, the same every time, and it refuses what nobody knows."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import platform
import re
import sqlite3
import ssl
import sys
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from selfaudit import __version__
from tests.packaging.inventory_tools import components, facts, script

inventory, sbom, known = script("inventory"), script("sbom"), script("known_parts")
IncompleteError = inventory.IncompleteError
RESOURCES = Path(__file__).resolve().parents[2] / "resources/selfaudit_resources"
WHEN = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


@cache
def text() -> str:
    made: str = sbom.make_sbom(components(), WHEN)
    return made


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text())
    return found


def by_name(name: str) -> list[Any]:
    return [component for component in components() if component.name == name]


def test_it_is_valid_by_cyclonedx_own_schema() -> None:
    # One of each form: checking every address by the schema takes its time, and sbom.py does it for the whole at every build.
    forms = {
        (c.kind, bool(c.author), bool(c.hashes), c.licence.partition("-")[0], len(c.licence.split()) > 1): c
        for c in components()
    }
    made = sbom.make_sbom((components()[0], *(c for c in forms.values() if c is not components()[0])), WHEN)
    assert len(forms) > 20
    assert sbom.complaint(made) == ""
    wrong = sbom.make_sbom(components()[:1], WHEN).replace('"id": "MIT"', '"id": "MIT or so"')
    assert "MIT or so" in sbom.complaint(wrong)


def test_it_names_what_it_is_about() -> None:
    made = document()
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert made["metadata"]["timestamp"] == "2026-11-22T00:00:00+00:00"
    about = made["metadata"]["component"]
    assert (about["name"], about["version"], about["type"]) == ("selfaudit", __version__, "application")
    assert about["licenses"] == [{"license": {"id": "MIT"}}]


def test_the_same_content_gives_the_same_file() -> None:
    shuffled = (components()[0], *reversed(components()[1:]))
    assert sbom.make_sbom(shuffled, WHEN) == text()
    serial = uuid.UUID(document()["serialNumber"].removeprefix("urn:uuid:"))
    other = json.loads(sbom.make_sbom((*components()[:-9],), WHEN))["serialNumber"]
    assert (serial.version, other == document()["serialNumber"]) == (5, False)
    assert not re.search(r"file://|" + re.escape(sys.prefix), text())


def test_everything_that_is_required_is_there() -> None:
    names = {component.name for component in components()}
    assert {"cryptography", "PySide6_Essentials", "shiboken6", "typst", "dnspython", "asyncssh", "msgspec", "keyring"} <= names
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "pip", "setuptools", "pikepdf", "Babel", "coverage"}
    for component in components():
        if component.ref.startswith("pkg:pypi/"):
            assert importlib.metadata.version(component.name) == component.version


def test_what_lies_inside_others_is_there_with_its_version() -> None:
    from cryptography.hazmat.backends.openssl import backend
    from PySide6.QtCore import qVersion

    assert [c.version for c in by_name("Python")] == [platform.python_version()]
    assert [c.version for c in by_name("Qt")] == [qVersion()]
    assert [c.version for c in by_name("SQLite")] == [sqlite3.sqlite_version]
    openssl = {c.version: c.inside for c in by_name("OpenSSL")}
    assert f"pkg:generic/python@{platform.python_version()}" in openssl[ssl.OPENSSL_VERSION.split()[1]]
    assert any("cryptography" in ref for ref in openssl[backend.openssl_version_text().split()[1]])
    (compiler,) = [c for c in by_name("typst") if c.ref.startswith("pkg:cargo/")]
    assert re.fullmatch(r"0\.\d+\.\d+", compiler.version)
    assert any(ref.startswith("pkg:pypi/typst@") for ref in compiler.inside)
    assert {"Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"} <= {c.name for c in components() if c.kind == "font"}


def test_data_and_fonts_have_date_and_sum() -> None:
    made = {c.ref: c for c in components() if c.kind in ("data", "font")}
    for place in known.DATA_SETS:
        found = made[f"selfaudit:data/{place}"]
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", found.version), place
        assert found.hashes == (("SHA-256", hashlib.sha256((RESOURCES / place).read_bytes()).hexdigest()),)
    assert made["selfaudit:data/registration/rdap-ipv4.json"].version == "2019-06-07"
    assert made["selfaudit:data/in/publicsuffixlist"].version == importlib.metadata.version("publicsuffixlist")
    readme = (RESOURCES / "fonts/README").read_text("utf-8")
    for file in (RESOURCES / "fonts").glob("*.ttf"):
        ((_algorithm, digest),) = made[f"selfaudit:font/{file.name}"].hashes
        assert f"{digest}  {file.name}" in readme


def test_no_data_file_is_forgotten() -> None:
    named = {Path(place).parts[0] for place in known.DATA_SETS}
    ours = {
        "collector",
        "demo",
        "icons",
        "locale",
        "policies",
        "schemas",
        "templates",
        "fonts",
    }  # made here, or named one by one
    folders = {path.name for path in RESOURCES.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == named | ours
    for folder in named:
        files = {
            f"{folder}/{path.name}"
            for path in (RESOURCES / folder).iterdir()
            if path.suffix in (".toml", ".json", ".txt", ".hints")
        }
        assert files == {place for place in known.DATA_SETS if place.startswith(f"{folder}/")}


def test_dependencies_lead_from_the_app_to_everything() -> None:
    made = document()
    graph = {entry["ref"]: entry.get("dependsOn", []) for entry in made["dependencies"]}
    reached, waiting = set(), [made["metadata"]["component"]["bom-ref"]]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += graph[ref]
    refs = {part["bom-ref"] for part in made["components"]} | {made["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(made["components"]) + 1
    assert reached == refs


def test_every_entry_of_the_tables_is_used() -> None:
    installed = {entry["name"] for entry in facts()["distributions"]}
    of_this_system = {component.name for component in components()}
    assert set(known.NO_TEXT) <= of_this_system
    assert set(known.DATA_IN_WHEELS) <= of_this_system
    assert set(known.LICENCES) - set(known.BUILDERS) <= installed


def test_the_time_is_that_of_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    changelog = "# Changelog\n\n## 1.2.3 - 2026-05-04\n\n## 1.2 - 2026-01-01\n"
    assert sbom.release_time("1.2.3", changelog) == datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)
    with pytest.raises(IncompleteError, match=r"names no day for 1\.2\.4"):
        sbom.release_time("1.2.4", changelog)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert sbom.release_time("1.2.4", changelog) == datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC)


def entry(found: dict[str, Any], name: str) -> dict[str, Any]:
    (only,) = [e for e in found["distributions"] if e["name"] == name]
    return dict(only)


def changed(name: str, **fields: Any) -> dict[str, Any]:
    found = facts()
    found["distributions"] = [e | fields if e["name"] == name else e for e in found["distributions"]]
    return found


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"expression": "", "licence": "Something", "classifiers": []}, "msgspec: its metadata name no SPDX licence"),
        ({"expression": "BSD-like", "licence": ""}, "msgspec: its metadata name no SPDX licence"),
        ({"requires": ["nobody-has-this>=1"]}, "msgspec requires nobody-has-this, which is not installed there"),
        (
            {
                "sboms": [
                    {
                        "components": [
                            {"name": "x", "version": "1", "purl": "pkg:cargo/x@1", "licenses": [{"expression": "Mine"}]}
                        ]
                    }
                ]
            },
            r"pkg:cargo/x@1 in msgspec: no SPDX licence \(Mine\)",
        ),
        ({"sboms": [{"components": [{"name": "x", "version": "1", "purl": "pkg:cargo/x@1"}]}]}, "no SPDX licence"),
    ],
)
def test_what_nobody_knows_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(IncompleteError, match=why):
        inventory.inventory(changed("msgspec", **fields))


def test_requirements_of_other_systems_are_left_out() -> None:
    made = inventory.inventory(
        changed("msgspec", requires=['nobody-has-this; sys_platform == "plan9"', 'this-neither; extra == "other"'])
    )
    assert len(made) == len(components())


def test_a_builder_is_listed_for_its_part_in_the_app() -> None:
    found = facts()
    found["distributions"] = [e for e in found["distributions"] if not e["name"].startswith("pyinstaller")] + [
        entry(found, "msgspec")
        | {"name": "pyinstaller", "version": "6.22.3", "expression": "", "licence": "GPLv2-or-later", "texts": {}},
        entry(found, "msgspec") | {"name": "altgraph", "version": "0.17.5"},
    ]
    made = inventory.inventory(found)
    (bootloader,) = [c for c in made if c.name == "pyinstaller"]
    assert bootloader.licence == "GPL-2.0-or-later WITH Bootloader-exception"
    assert bootloader.ref in made[0].depends
    assert not [c for c in made if c.name == "altgraph"]
    assert sbom.complaint(sbom.make_sbom((made[0], bootloader), WHEN)) == ""
