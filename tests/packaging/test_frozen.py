"""The frozen app: it does what the source does, also on a machine that has neither the source nor Python; its package ties it to the system."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfaudit import __version__
from selfaudit.case.release import read_release_file
from tests.packages import find
from tests.packaging.debian import HOME, Debian, debian
from tests.packaging.frozen import ROOT, Frozen, frozen
from tests.packaging.inventory_tools import script

pytestmark = pytest.mark.lab

CASE_TYPE, BUNDLE_TYPE = "application/vnd.selfaudit.case+json", "application/vnd.selfaudit.bundle+zip"
NUMBER = "T-4711"
TRIED = ("shared-mime-info", "desktop-file-utils", "libglib2.0-bin", "xdg-utils")


@pytest.fixture(scope="module")
def made() -> Frozen:
    """The app and its archives."""
    return frozen()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    """A Debian system without display, fonts, source tree or Python packages."""
    with debian(tmp_path_factory.mktemp("debian") / "system") as system:
        yield system


@pytest.fixture(scope="module")
def unpacked(made: Frozen, bare: Debian) -> str:
    """The folder in which the archive was unpacked, in a system that has nothing else of ours."""
    bare.run("test", "-e", str(ROOT), code=1)
    assert bare.run("find", "/", "-xdev", "-iname", "*selfaudit*", person=False) == ""
    with subprocess.Popen([find("zstd") or "", "-dc", made.archive], stdout=subprocess.PIPE) as zstd:
        subprocess.run(bare.command("tar", "-x", "-C", HOME), stdin=zstd.stdout, check=True)
    assert zstd.returncode == 0
    return f"{HOME}/selfaudit"


def _demo(unpacked: str, bare: Debian) -> list[Any]:
    bare.run("rm", "-rf", "demo")
    bare.run(f"{unpacked}/selfaudit", "demo", "--quiet", "--out", "demo", code=1)
    found: list[Any] = script("smoke").results((bare.written / f".{HOME}/demo/audit.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def demo(unpacked: str, bare: Debian) -> list[Any]:
    """What the demo there has found; its bundle is demo/bundle.zip."""
    return _demo(unpacked, bare)


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A display of this machine that programs in the other system reach, too."""
    program = find("Xvfb")
    assert program, "the test needs Xvfb: run `make system-packages`"
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as process:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        yield f":{number}"
        process.terminate()


def tool(name: str, *arguments: str | Path) -> str:
    """What a program of this machine says; it must be content."""
    path = find(name)
    assert path, f"the test needs {name}: run `make system-packages`"
    done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_does_what_the_source_does(made: Frozen) -> None:
    command = [sys.executable, ROOT / "packaging/smoke.py", made.app, "--python", made.python]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"selfaudit {re.escape(__version__)}: [0-9]+ checks, all as it should be\n", done.stdout)


def test_what_is_written_about_it_is_true(made: Frozen) -> None:
    release, beside = read_release_file(made.dist / "release.json")
    assert release.version == __version__
    assert {(file.system, file.kind) for file in release.files} == {("linux", "tar.zst"), ("linux", "deb"), ("any", "sbom")}
    assert set(beside) == {file.name for file in release.files}
    sums = dict(reversed(line.split("  ")) for line in (made.dist / "SHA256SUMS").read_text("ascii").splitlines())
    assert sums.keys() == {file.name for file in release.files} | {"release.json"}
    for name, stated in sums.items():
        assert hashlib.sha256((made.dist / name).read_bytes()).hexdigest() == stated
    sizes = (made.dist / "sizes.txt").read_text("utf-8")
    for name in ("Python", "Qt", "typst", "fonts of the report", "cryptography", "selfaudit's data", made.archive.name):
        assert re.search(rf"^{re.escape(name)} +[0-9]", sizes, re.M), name
    assert made.archive.stat().st_size < 90_000_000  # packed lightly; `make package` comes to less than 80 MB
    parts = json.loads((made.dist / "sbom.cdx.json").read_bytes())["components"]
    assert {"pyside6-essentials", "cryptography", "typst"} <= {part["name"].lower().replace("_", "-") for part in parts}


def test_nothing_is_in_it_that_it_does_not_use(made: Frozen) -> None:
    names = [path.relative_to(made.app).as_posix() for path in made.app.rglob("*")]
    for kind in (
        "Qml",
        "Quick",
        "QtNetwork",
        "Qt6Network",
        "WebEngine",
        "VirtualKeyboard",
        "tkinter",
        "readline",
        "gtk",
        "libX11",
    ):
        assert not [name for name in names if kind in name], kind
    assert not [name for name in names if name.endswith((".po", ".py", ".pyc", ".h", "RECORD"))]
    assert sorted(Path(name).name for name in names if "qtbase_" in name) == ["qtbase_de.qm", "qtbase_en.qm"]
    entries = next(made.app.glob("_internal/keyring-*.dist-info/entry_points.txt")).read_text("utf-8")
    assert "SecretService = keyring.backends.SecretService" in entries
    assert (made.app / "_internal/selfaudit_resources/fonts/README").is_file()
    assert (made.app / "LICENCES.txt").is_file()
    assert len(list((made.app / "licences").iterdir())) > 40


def test_the_descriptions_are_valid(made: Frozen, tmp_path: Path) -> None:
    tool("dpkg-deb", "-x", made.deb, tmp_path)
    share = tmp_path / "usr/share"
    assert tool("desktop-file-validate", share / "applications/selfaudit.desktop") == ""
    metainfo = share / "metainfo/net.selfaudit.selfaudit.metainfo.xml"
    said = tool("appstreamcli", "validate", "--no-net", "--pedantic", metainfo)
    assert not re.search(r"^[EWI]:", said, re.M), said
    assert f'<release version="{__version__}"' in metainfo.read_text("utf-8")
    for shell in (
        "bash-completion/completions/selfaudit",
        "zsh/vendor-completions/_selfaudit",
        "fish/vendor_completions.d/selfaudit.fish",
    ):
        assert "_SELFAUDIT_COMPLETE" in (share / shell).read_text("utf-8")
    listed = tool("dpkg-deb", "-c", made.deb).splitlines()
    assert {line.split()[1] for line in listed} == {"root/root"}
    assert sorted(path.name for path in _control(made, tmp_path).iterdir()) == ["control", "md5sums"]  # no scripts
    control = (_control(made, tmp_path) / "control").read_text("utf-8")
    depends = re.findall(r"^Depends: (.*)", control, re.M)[0].split(", ")
    assert {"libegl1", "libgl1", "libfontconfig1", "libx11-6", "libxkbcommon-x11-0"} <= set(depends)
    assert next(name for name in depends if name.startswith("libc6 (>= 2."))


def _control(made: Frozen, folder: Path) -> Path:
    place = folder / "control"
    if not place.is_dir():
        tool("dpkg-deb", "-e", made.deb, place)
    return place


def test_nothing_is_looked_for_in_folders_of_the_building_machine(made: Frozen) -> None:
    elf, trim = script("elf"), script("trim")
    places = {path: elf.searched(path) for path in trim.files(made.app) if trim.is_elf(path)}
    assert len(places) > 80
    assert any(places.values())
    assert not [
        (path.name, place) for path, found in places.items() for place in found if not re.match(r"\$ORIGIN(/|$)", place)
    ]
    # Nor is it told with which settings Python was built there.
    code = (
        "import sys, sysconfig; from PyInstaller.archive.readers import CArchiveReader; archive = CArchiveReader(sys.argv[1]);"
        "modules = archive.open_embedded_archive(next(n for n in archive.toc if n.startswith('PYZ')));"
        "there = {}; exec(modules.extract(sysconfig._get_sysconfigdata_name()), there); print(there['build_time_vars'])"
    )
    for program in ("selfaudit", "selfaudit-gui"):
        assert tool(str(made.python), "-c", code, made.app / program) == "{}\n"


def test_the_archive_runs_where_nothing_else_is(
    made: Frozen, bare: Debian, unpacked: str, demo: list[Any], tmp_path: Path
) -> None:
    smoke = script("smoke")
    audits = iter([demo])

    def frozen_audit() -> list[Any]:
        kept = next(audits, None)
        return _demo(unpacked, bare) if kept is None else kept

    def source_audit() -> list[Any]:
        command: list[str | Path] = [made.python, "-I", "-m", "selfaudit", "demo", "--quiet", "--json", "-"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=200, check=False)
        found: list[Any] = smoke.results(done.stdout)
        return found

    smoke.compare_audits("demo", frozen_audit, source_audit)
    assert len(demo) > 150
    assert "This bundle is whole and complete" in bare.run("selfaudit/selfaudit", "verify", "demo/bundle.zip")
    # Where there is no display, one line says so.
    assert bare.run("selfaudit/selfaudit-gui", code=2).startswith("selfaudit: There is no screen here")


@pytest.mark.usefixtures("unpacked", "demo")
def test_the_package_is_installed_opens_a_case_and_goes_again(made: Frozen, bare: Debian, screen: str) -> None:
    bare.put(made.deb, "/selfaudit.deb")
    options = ("-q", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-unsafe-io", "-o", "Dpkg::Use-Pty=0")
    bare.run("apt-get", *options, "install", "/selfaudit.deb", *TRIED, person=False)
    assert bare.run("selfaudit", "--version") == f"selfaudit {__version__}\n"
    _make_case(bare)

    said = bare.run("gio", "info", "-a", "standard::content-type", f"{NUMBER}.selfaudit-case")
    assert f"standard::content-type: {CASE_TYPE}" in said
    bare.run("cp", "demo/bundle.zip", "one.selfaudit-bundle")
    assert f"standard::content-type: {BUNDLE_TYPE}" in bare.run(
        "gio", "info", "-a", "standard::content-type", "one.selfaudit-bundle"
    )
    assert "standard::content-type: application/zip" in bare.run(
        "gio", "info", "-a", "standard::content-type", "demo/bundle.zip"
    )
    for kind in (CASE_TYPE, BUNDLE_TYPE):
        assert bare.run("xdg-mime", "query", "default", kind) == "selfaudit.desktop\n"
        assert f"Default application for “{kind}”: selfaudit.desktop" in bare.run("gio", "mime", kind)

    # A double click: the desktop looks up the type, the program for it, and its Exec line.
    bare.run("sh", "-c", f"gio open {NUMBER}.selfaudit-case > said.txt 2>&1", DISPLAY=screen)
    _wait_for_case(bare)
    pid = bare.run("pidof", "selfaudit-gui").split()
    assert len(pid) == 1
    words = bare.run("cat", f"/proc/{pid[0]}/cmdline").split("\0")
    assert words[:2] == ["selfaudit-gui", f"{HOME}/{NUMBER}.selfaudit-case"]
    bare.run("kill", pid[0])
    assert bare.run("cat", "said.txt") == ""

    bare.run("apt-get", *options, "remove", "selfaudit", person=False)
    assert (
        bare.run(
            "sh", "-c", "command -v selfaudit selfaudit-gui; ls -d /usr/lib/selfaudit /usr/share/doc/selfaudit", code=2
        ).count("No such file")
        == 2
    )
    assert bare.run("xdg-mime", "query", "default", CASE_TYPE).strip() == ""
    assert NUMBER in bare.run("selfaudit/selfaudit", "history")  # what the person kept is still there


def _make_case(bare: Debian) -> None:
    bare.run("sh", "-c", "printf '[scope]\\nallow_reserved = true\\n' > settings.toml")
    options = ("--provider", "demo", "--number", NUMBER, "--no-sign", "--settings", "settings.toml")
    bare.run("selfaudit", "case", "new", "shop.test", *options)


def _wait_for_case(bare: Debian) -> None:
    end = time.monotonic() + 60
    while NUMBER not in (said := bare.run("selfaudit", "history")):
        assert time.monotonic() < end, f"the case was not opened: {said}"
        time.sleep(0.3)


@pytest.mark.usefixtures("unpacked")
def test_programs_that_it_starts_have_the_persons_own_libraries(bare: Debian) -> None:
    """PyInstaller's LD_LIBRARY_PATH would make the collector's programs load our libraries in place of the system's."""
    wrapper = f'#!/bin/bash\nenv >> {HOME}/environment.txt\nexec /usr/bin/dash "$@"\n'
    line = f"rm /usr/bin/sh && printf '%s' '{wrapper}' > /usr/bin/sh && chmod 755 /usr/bin/sh"
    bare.run("bash", "-c", line, person=False)
    try:
        bare.run("selfaudit/selfaudit", "collect", "--local", LD_LIBRARY_PATH="/persons/own")
        seen = (bare.written / f".{HOME}/environment.txt").read_text("utf-8").splitlines()
    finally:
        bare.run("ln", "-sf", "dash", "/usr/bin/sh", person=False)
    assert "LD_LIBRARY_PATH=/persons/own" in seen
    assert not [line for line in seen if line.startswith(("_PYI_", "QT_", "LD_LIBRARY_PATH_ORIG"))]
    assert not [line for line in seen if "_internal" in line]
