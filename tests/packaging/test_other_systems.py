"""What is made for Windows and macOS and cannot be run here: that it parses, names what exists, and says what it should."""

from __future__ import annotations

import importlib.util
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from selfaudit import __version__
from selfaudit.engine.case_making import ENDING

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
TYPES = {"selfaudit-case": "application/vnd.selfaudit.case+json", "selfaudit-bundle": "application/vnd.selfaudit.bundle+zip"}


def load(path: str) -> ModuleType:
    """A module below packaging, which is no package."""
    spec = importlib.util.spec_from_file_location(f"packaging_{Path(path).stem}", PACKAGING / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# macOS


def _strings(language: str) -> dict[str, str]:
    text = (PACKAGING / f"macos/{language}.lproj/InfoPlist.strings").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("/*")]
    found = [re.fullmatch(r'"([^"]+)" = "([^"]+)";', line) for line in lines]
    assert all(found), lines
    return {m[1]: m[2] for m in found if m}


def test_the_property_list_holds_both_types_and_the_version() -> None:
    info = load("macos/Info.py").info_plist(__version__)
    assert plistlib.loads(plistlib.dumps(info)) == info
    assert info["CFBundleShortVersionString"] == info["CFBundleVersion"] == __version__
    assert (info["CFBundleIdentifier"], info["CFBundleExecutable"]) == ("net.selfaudit.selfaudit", "selfaudit-gui")
    assert (info["NSHighResolutionCapable"], info["LSBackgroundOnly"], info["LSMinimumSystemVersion"]) == (True, False, "13.0")
    assert info["CFBundleLocalizations"] == ["en", "de"]
    declared = {
        t["UTTypeTagSpecification"]["public.filename-extension"][0]: (
            t["UTTypeIdentifier"],
            t["UTTypeTagSpecification"]["public.mime-type"],
        )
        for t in info["UTExportedTypeDeclarations"]
    }
    assert {ending: mimes for ending, (_id, mimes) in declared.items()} == {ending: [mime] for ending, mime in TYPES.items()}
    assert ENDING == ".selfaudit-case"
    opened = {t["LSItemContentTypes"][0]: t["LSHandlerRank"] for t in info["CFBundleDocumentTypes"]}
    assert opened == {**{identifier: "Owner" for identifier, _m in declared.values()}, "public.zip-archive": "Alternate"}
    kinds = {t["UTTypeIdentifier"]: t["UTTypeConformsTo"] for t in info["UTExportedTypeDeclarations"]}
    assert kinds == {"net.selfaudit.case": ["public.json"], "net.selfaudit.bundle": ["public.data"]}
    icons = {
        t.get("CFBundleTypeIconFile") or t.get("UTTypeIconFile")
        for t in info["CFBundleDocumentTypes"] + info["UTExportedTypeDeclarations"]
    }
    for icon in icons - {None}:
        assert (PACKAGING / "icons" / icon).is_file()


@pytest.mark.parametrize(("given", "mac", "windows"), [
    ("0.8.0", "0.8.0", (0, 8, 0, 0)), ("1.20.3.dev4+g1", "1.20.3", (1, 20, 3, 0)), ("10.0.0rc1", "10.0.0", (10, 0, 0, 0)),
])  # fmt: skip
def test_versions_become_the_numbers_that_the_systems_compare(given: str, mac: str, windows: tuple[int, ...]) -> None:
    assert load("macos/Info.py").three_numbers(given) == mac
    assert load("windows/version.py").four_numbers(given) == windows


@pytest.mark.parametrize("given", ["", "x", "v1.2.3", "70000.1.2"])
def test_no_version_is_made_up(given: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        load("windows/version.py").four_numbers(given)


def test_what_macos_asks_is_said_in_english_and_german() -> None:
    module = load("macos/Info.py")
    english, german = _strings("en"), _strings("de")
    assert set(english) == set(german)
    assert {key: english[key] for key in module.USAGE} == module.USAGE
    names = {t["CFBundleTypeName"] for t in module.info_plist("1.2.3")["CFBundleDocumentTypes"]}
    assert set(english) == set(module.USAGE) | names
    assert not {key for key in german if german[key] == english[key]}


def test_the_hardened_runtime_allows_one_thing() -> None:
    data = (PACKAGING / "macos/entitlements.plist").read_bytes()
    assert plistlib.loads(data) == {"com.apple.security.cs.allow-unsigned-executable-memory": True}
    assert b"<!--" not in data, "Apple's reader of entitlements refuses comments"


# Windows


def test_the_manifest_asks_for_no_rights_and_knows_long_paths_utf8_and_sharp_screens() -> None:
    root = ElementTree.fromstring((PACKAGING / "windows/selfaudit.manifest").read_bytes())
    names = {element.tag.rsplit("}", 1)[-1]: element for element in root.iter()}
    assert names["requestedExecutionLevel"].attrib == {"level": "asInvoker", "uiAccess": "false"}
    said = {name: names[name].text for name in ("longPathAware", "activeCodePage", "dpiAwareness")}
    assert said == {"longPathAware": "true", "activeCodePage": "UTF-8", "dpiAwareness": "permonitorv2, permonitor"}
    assert names["supportedOS"].attrib["Id"] == "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"
    assert root.tag == "{urn:schemas-microsoft-com:asm.v1}assembly"


class Part:
    """A stand-in for PyInstaller's classes of the version resource, which exist on Windows only."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self.given, self.named = given, named


@pytest.mark.parametrize(
    ("program", "description"), [("selfaudit", "selfaudit (command line)"), ("selfaudit-gui", "selfaudit")]
)
def test_the_version_resource(program: str, description: str) -> None:
    names = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    classes = SimpleNamespace(**{name: type(name, (Part,), {}) for name in names})
    info = load("windows/version.py").version_info(__version__, program=program, classes=classes)
    numbers = info.named["ffi"].named["filevers"]
    assert info.named["ffi"].named == {"filevers": numbers, "prodvers": numbers}
    assert __version__.startswith(".".join(map(str, numbers[:3])))
    (table,), (translation,) = (kid.given[0] for kid in info.named["kids"])
    words = dict(word.given for word in table.given[1])
    assert (words["FileDescription"], words["OriginalFilename"]) == (description, f"{program}.exe")
    assert words["FileVersion"] == words["ProductVersion"] == __version__
    language, page = translation.given[1]
    assert table.given[0] == f"{language:04X}{page:04X}"


def _installer() -> dict[str, list[str]]:
    data = (PACKAGING / "windows/installer.iss").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Inno Setup knows UTF-8 by its mark"
    sections: dict[str, list[str]] = {}
    now = ""
    for line in data.decode("utf-8-sig").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            now = line[1:-1]
        elif line.strip() and not line.startswith(";"):
            sections.setdefault(now, []).append(line)
    return sections


def _text(sections: dict[str, list[str]]) -> str:
    return "\n".join(line for lines in sections.values() for line in lines)


def test_the_installer_is_for_one_person_and_leaves_data_alone() -> None:
    sections = _installer()
    setup = dict(line.split("=", 1) for line in sections["Setup"])
    assert setup["PrivilegesRequired"] == "lowest"
    assert setup["AppVersion"] == "{#AppVersion}"
    assert (setup["ChangesAssociations"], setup["ChangesEnvironment"]) == ("yes", "yes")
    assert setup["OutputBaseFilename"] == "selfaudit-{#AppVersion}-windows-x86_64-setup"
    assert "UninstallDelete" not in sections
    assert [line for line in sections["InstallDelete"] if "{app}\\_internal" not in line] == []
    assert all("Root: HKA;" in line for line in sections["Registry"])
    assert not re.search(r"localappdata|userappdata", _text(sections), re.IGNORECASE)
    (task,) = sections["Tasks"]
    assert "unchecked" in task


def test_the_installer_names_only_what_exists() -> None:
    sections = _installer()
    text = _text(sections)
    named = [part.replace("\\", "/") for part in re.findall(r"\{#Root\}\\([^\"\s;]+)", text)]
    assert {n for n in named if n.startswith("dist")} == {"dist", "dist/selfaudit/*"}
    others = [n for n in named if not n.startswith("dist")]
    assert len(others) == 4
    assert [n for n in others if not (ROOT / n).is_file()] == []
    shipped = {Path(n).name for n in others if n.endswith(".ico")}
    assert {Path(n).name for n in re.findall(r"\{app\}\\icons\\([\w.-]+)", text)} <= shipped
    spec = (PACKAGING / "selfaudit.spec").read_text("utf-8")
    for program in set(re.findall(r"\{app\}\\([\w-]+)\.exe", text)):
        assert f'"{program}"' in spec


def test_the_installer_speaks_english_and_german() -> None:
    sections = _installer()
    assert [re.findall(r'Name: "(\w+)"', line)[0] for line in sections["Languages"]] == ["en", "de"]
    messages = [re.match(r"(\w+)\.(\w+)=(.+)", line) for line in sections["CustomMessages"]]
    said: dict[str, dict[str, str]] = {"en": {}, "de": {}}
    for message in messages:
        assert message
        said[message[1]][message[2]] = message[3]
    assert set(said["en"]) == set(said["de"])
    assert not {key for key, words in said["en"].items() if words == said["de"][key]}
    used = set(re.findall(r"\{cm:(\w+)\}", _text(sections)))
    assert used == set(said["en"])


@pytest.mark.parametrize("ending", sorted(TYPES))
def test_the_installer_registers_a_type(ending: str) -> None:
    lines = _installer()["Registry"]
    kind = ending.replace("-", ".")
    found = {
        (key[1], name[1] if name else ""): value[1]
        for line in lines
        if (key := re.search(r'Subkey: "Software\\Classes\\([^"]+)"', line))
        and (value := re.search(r'ValueData: "((?:[^"]|"")*)"', line))
        for name in [re.search(r'ValueName: "([^"]+)"', line)]
    }
    assert found[(f".{ending}", "")] == kind
    assert found[(f".{ending}", "Content Type")] == TYPES[ending]
    assert found[(f"{kind}\\DefaultIcon", "")] == f"{{app}}\\icons\\{ending}.ico"
    assert found[(f"{kind}\\shell\\open\\command", "")] == '""{app}\\selfaudit-gui.exe"" ""%1""'
    assert (".zip", "") not in found, "archives keep their program"
    assert (".zip\\OpenWithProgids", "selfaudit.bundle") in found


def test_files_that_were_not_run_say_so() -> None:
    for name in (
        "windows/version.py",
        "windows/selfaudit.manifest",
        "windows/installer.iss",
        "windows/sign.ps1",
        "macos/Info.py",
        "systems.py",
    ):
        assert "Not run yet" in (PACKAGING / name).read_text("utf-8-sig"), name
    assert "**Not run yet**" in (PACKAGING / "README.md").read_text("utf-8")
    assert not (PACKAGING / "__init__.py").exists()


# What packaging/build.py calls on these systems


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """packaging/systems.py, whose commands are only written down."""
    module = load("systems.py")
    calls: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> None:
        assert check
        calls.append([part.removeprefix(f"{PACKAGING}/") for part in command])

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: {"pwsh": "pwsh", "iscc": None}[name])
    return SimpleNamespace(module=module, calls=calls)


def test_on_linux_there_is_nothing_else_to_do(
    systems: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    systems.module.sign_app(tmp_path)
    assert systems.module.packages(tmp_path, "1.2.3") == []
    assert systems.calls == []


def test_on_windows_programs_and_installer_are_signed(
    systems: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    systems.module.sign_app(tmp_path)
    assert systems.calls[0][0] == "pwsh"
    assert systems.calls[0][-4:] == [
        "-File",
        "windows/sign.ps1",
        str(tmp_path / "selfaudit/selfaudit.exe"),
        str(tmp_path / "selfaudit/selfaudit-gui.exe"),
    ]
    monkeypatch.setenv("ProgramFiles(x86)", str(tmp_path / "none"))
    monkeypatch.setenv("ProgramFiles", str(tmp_path / "programs"))
    assert systems.module.packages(tmp_path, "1.2.3") == []
    assert "Inno Setup (iscc) was not found" in capsys.readouterr().out
    compiler = tmp_path / "programs/Inno Setup 6/ISCC.exe"
    compiler.parent.mkdir(parents=True)
    compiler.write_bytes(b"")
    installer = tmp_path / "selfaudit-1.2.3-windows-x86_64-setup.exe"
    assert systems.module.packages(tmp_path, "1.2.3") == [(installer, "windows", "installer")]
    assert systems.calls[1] == [str(compiler), "/Qp", "/DAppVersion=1.2.3", f"/O{tmp_path}", "windows/installer.iss"]
    assert systems.calls[2][-2:] == ["windows/sign.ps1", str(installer)]


def test_on_macos_the_disk_image_is_made_of_the_signed_app(
    systems: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(systems.module.platform, "machine", lambda: "arm64")
    resources = tmp_path / "selfaudit.app/Contents/Resources"
    resources.mkdir(parents=True)
    systems.module.sign_app(tmp_path)
    assert {str(path.relative_to(resources)) for path in resources.rglob("*") if path.is_file()} == {
        "selfaudit-case.icns", "selfaudit-bundle.icns", "en.lproj/InfoPlist.strings", "de.lproj/InfoPlist.strings",
    }  # fmt: skip
    image = tmp_path / "selfaudit-1.2.3-macos-arm64.dmg"
    assert systems.module.packages(tmp_path, "1.2.3") == [(image, "macos", "dmg")]
    assert systems.calls == [
        ["bash", "macos/sign.sh", str(tmp_path / "selfaudit.app")],
        ["bash", "macos/dmg.sh", str(tmp_path / "selfaudit.app"), str(image)],
        ["bash", "macos/sign.sh", str(image)],
    ]


def test_the_build_signs_before_it_runs_and_packs_and_keeps_the_keys_to_itself() -> None:
    build = (PACKAGING / "build.py").read_text("utf-8")
    places = [
        build.index(words)
        for words in ("systems.sign_app(", "smoke(job))", "archives.make(", "systems.packages(", "archives.describe(")
    ]
    assert places == sorted(places)
    assert re.search(r'not name\.startswith\(\([^)]*"SELFAUDIT_"', build)
    for name in ("macos/sign.sh", "windows/sign.ps1"):
        given = re.findall(r"(?:\$\{|\$env:|\"\$)([A-Z]+_[A-Z_]+)", (PACKAGING / name).read_text("utf-8"))
        assert {g for g in given if not g.startswith("SELFAUDIT_")} <= {"RUNNER_TEMP"}, name
