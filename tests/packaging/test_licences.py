"""The licences of what is shipped: one text for each, the table, Qt's conditions, and no silence where one is missing."""

from __future__ import annotations

import platform
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from selfaudit import __version__
from tests.packaging.inventory_tools import PACKAGING, components, script

inventory, licences, known, libraries = (script(name) for name in ("inventory", "licences", "known_parts", "system_libraries"))
IncompleteError = inventory.IncompleteError


@cache
def files() -> dict[str, str]:
    made: dict[str, str] = licences.files(components())
    return made


def table_rows() -> list[list[str]]:
    lines = files()["LICENCES.txt"].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("-----") and lines[n - 1].startswith("Component"))
    return [re.split(r"\s{2,}", line) for line in lines[start + 1 :]]


def test_everything_has_a_row_and_a_text() -> None:
    rows = table_rows()
    named = {(row[0], row[1]): row[-1] for row in rows}
    for component in components():
        if component.ref.startswith("pkg:cargo/"):
            continue
        text = files()[f"licences/{named[component.name, component.version]}"]
        assert text.startswith(f"{component.name} {component.version}\nLicence: {component.licence}\n")
        assert len(text.split()) > 60, component.name
    assert {row[-1] for row in rows} == {name.removeprefix("licences/") for name in files() if name != "LICENCES.txt"}


def test_no_two_components_share_a_file() -> None:
    rows = table_rows()
    assert len({row[-1].casefold() for row in rows}) == len(rows)  # on Windows and macOS case does not tell files apart
    assert all(re.fullmatch(r"[A-Za-z0-9.+-]+\.txt", row[-1]) for row in rows)


def test_what_a_package_brings_along_is_what_is_shipped() -> None:
    (cryptography,) = [c for c in components() if c.name == "cryptography"]
    text = files()[f"licences/cryptography-{cryptography.version}.txt"]
    assert {name for name, _text in cryptography.texts} == {"LICENSE", "LICENSE.APACHE", "LICENSE.BSD"}
    for name, words in cryptography.texts:
        assert name in text
        assert words.strip() in text


def test_qt_conditions_are_named_plainly() -> None:
    (qt,) = [c for c in components() if c.name == "Qt"]
    words = " ".join(files()["LICENCES.txt"].split())
    assert f"The window is made with Qt {qt.version}" in words
    assert "linked dynamically" in words
    assert "You may replace them by your own build" in words
    assert f"https://download.qt.io/official_releases/qt/{qt.version.rpartition('.')[0]}/{qt.version}/" in words
    for name in ("Qt", "PySide6-Essentials", "shiboken6"):
        (text,) = [text for place, text in files().items() if place.startswith(f"licences/{name}-")]
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
        assert "GNU GENERAL PUBLIC LICENSE" in text
        assert "the wheel has no licence file" in text or "which has no licence file" in text


def test_what_is_compiled_in_is_listed_whole() -> None:
    crates = [
        c for c in components() if any(ref.startswith("pkg:pypi/typst@") for ref in c.inside) and c.ref.startswith("pkg:cargo/")
    ]
    (text,) = [text for place, text in files().items() if re.fullmatch(r"licences/typst-[\d.]+-compiled-in\.txt", place)]
    assert len(crates) > 100
    for crate in crates:
        assert f"\n{crate.name} {crate.version}  ({crate.licence}; here under " in text
    for words in (
        "Apache License",
        "Mozilla Public License Version 2.0",
        "Permission is hereby granted, free of charge",
        "UNICODE LICENSE V3",
    ):
        assert words in text
    (other,) = [
        text for place, text in files().items() if re.fullmatch(r"licences/cryptography-[\d.]+-compiled-in\.txt", place)
    ]
    assert "\nopenssl-sys " in other


def test_data_sets_carry_a_licence() -> None:
    texts = {place: text for place, text in files().items() if place.startswith("licences/RDAP-")}
    assert len(texts) == 3
    assert all("CC0 1.0 Universal" in text for text in texts.values())
    (own,) = [text for place, text in files().items() if place.startswith("licences/Catalogue-of-blocklists-")]
    assert "MIT License" in own
    assert "the selfaudit authors" in own


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("MIT", [["MIT"]]),
        ("MIT OR Apache-2.0", [["MIT"], ["Apache-2.0"]]),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", [["MIT", "Unicode-3.0"], ["Apache-2.0", "Unicode-3.0"]]),
        ("Unicode-3.0 AND (MIT OR (ISC AND Zlib))", [["Unicode-3.0", "MIT"], ["Unicode-3.0", "ISC", "Zlib"]]),
        (
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            [["Apache-2.0", "LLVM-exception"], ["Apache-2.0"], ["MIT"]],
        ),
        ("A AND B OR C", [["A", "B"], ["C"]]),
    ],
)
def test_expressions(expression: str, found: list[list[str]]) -> None:
    assert licences.alternatives(expression) == found


@pytest.mark.parametrize("expression", ["", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT MIT", "MIT WITH", "()", "OR"])
def test_no_expression(expression: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expression)}$"):
        licences.alternatives(expression)


def test_a_choice_is_made_for_which_there_are_texts() -> None:
    assert [name for name, _text in licences.standard("Unlicense OR MIT")] == ["MIT"]
    assert [name for name, _text in licences.standard("Beerware OR (MIT AND Zlib)")] == ["MIT", "Zlib"]
    with pytest.raises(IncompleteError, match="no text for Beerware"):
        licences.standard("Beerware")


def extra(**fields: Any) -> tuple[Any, ...]:
    made = inventory.Component("pkg:pypi/other@1", "other", "1", "library", "MIT", "https://example.org/", **fields)
    return (*components(), made)


def test_a_component_without_a_text_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IncompleteError, match="other 1 brings no licence text"):
        licences.files(extra())
    assert "licences/other-1.txt" in licences.files(extra(texts=(("LICENSE", "Do what you like."),)))
    monkeypatch.setitem(known.NO_TEXT, "other", "a test")
    text = licences.files(extra())["licences/other-1.txt"]
    assert "Text from SPDX's list: a test.\n" in text
    assert "Permission is hereby granted, free of charge" in text


def test_our_texts_are_the_licences_that_they_are_named_after() -> None:
    first = {
        "Apache-2.0": "Apache License\n                           Version 2.0, January 2004",
        "GPL-2.0-only": "GNU GENERAL PUBLIC LICENSE\n                       Version 2, June 1991",
        "GPL-3.0-only": "GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007",
        "LGPL-3.0-only": "GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007",
        "MPL-2.0": "Mozilla Public License Version 2.0",
        "CC0-1.0": "CC0 1.0 Universal",
        "OFL-1.1": "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007",
    }
    for name, words in first.items():
        assert words in (PACKAGING / f"licence_texts/{name}.txt").read_text("utf-8"), name


class Debian:
    """dpkg and ldconfig as a system without them, or with other packages, would answer."""

    def __init__(self, owners: dict[str, tuple[str, str, str]]) -> None:
        self.owners = owners

    def owner(self, path: Path) -> tuple[str, str, str] | None:
        return self.owners.get(path.name)


def app(folder: Path, *names: str) -> Path:
    (folder / "_internal").mkdir()
    for name in names:
        (folder / "_internal" / name).write_bytes(b"")
    return folder


def collected(
    monkeypatch: pytest.MonkeyPatch, folder: Path, owners: dict[str, tuple[str, str, str]], distribution: str = "debian"
) -> list[Any]:
    monkeypatch.setattr(libraries, "_places", lambda: {name: Path("/lib") / name for name in owners})
    monkeypatch.setattr(libraries, "_owner", Debian(owners).owner)
    monkeypatch.setattr(libraries, "_distribution", lambda: distribution)
    made = libraries.system_libraries(components(), folder)
    assert made[1 : len(components())] == components()[1:]
    assert made[0] == replace(components()[0], depends=made[0].depends)
    return list(made[len(components()) :])


def test_collected_libraries_are_listed_by_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = app(
        tmp_path, "libxcb-cursor.so.0", "libffi.so.8", "libcrypto.so.3", "libssl.so.3", "libpython3.11.so.1.0", "base_library.zip",
        "_cffi_backend.cpython-311-x86_64-linux-gnu.so",
    )  # fmt: skip
    (folder / "_internal/libQt6Core.so.6").symlink_to("libffi.so.8")
    found = collected(
        monkeypatch,
        folder,
        {
            "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "1:0.1.4-1+b1"),
            "libffi.so.8": ("libffi8", "libffi", "3.4.4-1"),
            "libcrypto.so.3": ("libssl3", "openssl", "3.0.19-1"),
            "libssl.so.3": ("libssl3", "openssl", "3.0.19-1"),
        },
    )
    assert [(part.name, part.ref, part.licence) for part in found] == [
        ("libffi", "pkg:deb/debian/libffi@3.4.4-1", "MIT"),
        ("xcb-util-cursor", "pkg:deb/debian/xcb-util-cursor@1%3A0.1.4-1%2Bb1", "X11"),
    ]  # OpenSSL is in the list already, by what Python says


def test_packages_of_ubuntu_are_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"libffi.so.8": ("libffi8", "libffi", "3.4.2-4")}
    (part,) = collected(monkeypatch, app(tmp_path, "libffi.so.8"), owners, "ubuntu")
    assert (part.ref, part.origin) == ("pkg:deb/ubuntu/libffi@3.4.2-4", "https://launchpad.net/ubuntu/+source/libffi")


def test_whose_packages_they_are_says_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "ubuntu"})
    assert libraries._distribution() == "ubuntu"
    monkeypatch.setattr(platform, "freedesktop_os_release", _none)
    assert libraries._distribution() == "debian"


def _none() -> dict[str, str]:
    raise OSError


def test_a_library_of_nobody_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IncompleteError, match=r"libstrange\.so\.1: nobody knows where this library is from"):
        collected(monkeypatch, app(tmp_path, "libstrange.so.1"), {})
    (tmp_path / "_internal/libstrange.so.1").rename(tmp_path / "_internal/libother.so.2")
    with pytest.raises(IncompleteError, match="read its copyright file"):
        collected(monkeypatch, tmp_path, {"libother.so.2": ("libother2", "other", "1-1")})


def test_the_gpl_does_not_slip_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IncompleteError, match=r"libreadline\.so\.8 must not be shipped .* leave readline out of the app"):
        collected(monkeypatch, app(tmp_path, "libreadline.so.8"), {"libreadline.so.8": ("libreadline8", "readline", "8.2-1.3")})


def test_the_libraries_of_windows_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = app(
        tmp_path, "libcrypto-3.dll", "libssl-3.dll", "sqlite3.dll", "VCRUNTIME140.dll".lower(), "api-ms-win-crt-runtime-l1-1-0.dll",
        "python311.dll", "ucrtbase.dll", "_cffi_backend.cp311-win_amd64.pyd",
    )  # fmt: skip
    assert collected(monkeypatch, folder, {}) == []


def test_no_app_is_said(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="so it is no frozen app"):
        libraries.collected(tmp_path)


def test_written_files_replace_older_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(licences, "look", lambda python: python)
    monkeypatch.setattr(licences, "inventory", lambda _facts: components())
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences/gone-1.txt").write_text("old", "utf-8")
    assert licences.main(["--python", "python", "--out", str(tmp_path)]) == 0
    assert f"{len(components())} components" in capsys.readouterr().out
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.txt")} == set(files())
    assert f"selfaudit {__version__} ships" in (tmp_path / "LICENCES.txt").read_text("utf-8")
    monkeypatch.setattr(licences, "inventory", lambda _facts: extra())
    assert licences.main(["--python", "python", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "licences: other 1 brings no licence text, and known_parts.NO_TEXT does not say why\n"
