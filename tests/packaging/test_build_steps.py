"""Steps of the build that need no build: places of libraries, what is lacking, how audits are compared, the locale."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packages import python_library
from tests.packaging.inventory_tools import PACKAGING, script

elf, smoke, build = script("elf"), script("smoke"), script("build")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="is about Linux")

RPATH, RUNPATH, SONAME, STRTAB, NULL = 15, 29, 14, 5, 0


def _library(path: Path, *entries: tuple[int, bytes]) -> Path:
    """A file with nothing but a dynamic section whose entries name these words."""
    words, tags = b"\0", []
    for tag, text in entries:
        tags.append((tag, len(words)))
        words += text + b"\0"
    dynamic, at = 64 + 2 * 56, 64 + 2 * 56 + 16 * (len(tags) + 2)
    section = b"".join(struct.pack("<qQ", *entry) for entry in [*tags, (STRTAB, 0x1000 + at), (NULL, 0)])
    data = section + words
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    whole = dynamic + len(data)
    load = struct.pack("<IIQQQQQQ", 1, 4, 0, 0x1000, 0x1000, whole, whole, 4096)
    own = struct.pack("<IIQQQQQQ", 2, 4, dynamic, 0x1000 + dynamic, 0x1000 + dynamic, len(section), len(section), 8)
    path.write_bytes(header + load + own + data)
    return path


def test_strange_places_are_taken_out(tmp_path: Path) -> None:
    path = _library(tmp_path / "one.so", (RUNPATH, b"/home/builder/lib"), (SONAME, b"one.so"), (RPATH, b"$ORIGIN/../lib"))
    size = path.stat().st_size
    assert elf.searched(path) == ["/home/builder/lib", "$ORIGIN/../lib"]
    assert elf.clear(path) == ["/home/builder/lib"]
    assert elf.searched(path) == ["$ORIGIN/../lib"]
    data = path.read_bytes()
    assert b"builder" not in data
    assert b"\0lib\0one.so\0" in data  # another name may share the end of the one that went
    assert len(data) == size
    assert elf.clear(path) == []
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"/usr/builder:$ORIGIN/lib", ["$ORIGIN/lib"]),
        (b"$ORIGIN:/builder/b/lib:${ORIGIN}/x", ["$ORIGIN", "${ORIGIN}/x"]),
        (b"$ORIGINAL/lib", []),
        (b"relative", []),
        (b":$ORIGIN/a", ["$ORIGIN/a"]),  # an empty one is the folder in which the program is started
        (b"", []),
        (b"/a:/b/c", []),
        (b"$ORIGIN", ["$ORIGIN"]),
    ],
)
@pytest.mark.parametrize("tag", [RPATH, RUNPATH])
def test_places_beside_the_file_stay(tmp_path: Path, tag: int, before: bytes, after: list[str]) -> None:
    path = _library(tmp_path / "one.so", (tag, before), (SONAME, b"one.so"))
    elf.clear(path)
    assert elf.searched(path) == after
    assert b"builder" not in path.read_bytes()
    assert b"\0one.so\0" in path.read_bytes()


@pytest.mark.parametrize(
    "octets", [b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(60), b"\x7fELF\x02\x01" + b"\xff" * 60], ids=range(4)
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "broken.so"
    path.write_bytes(octets)
    with pytest.raises(ValueError):
        elf.clear(path)
    assert path.read_bytes() == octets


ROW = ("mail.spf", "domain", "shop.test", "pass", ())
UNSURE = ("mail.spf", "domain", "shop.test", "inconclusive", ("no-answer",))
FAILED = ("mail.spf", "domain", "shop.test", "fail", ("broken",))
OTHER = ("dns.soa", "domain", "shop.test", "pass", ())


@pytest.mark.parametrize(
    ("one", "other", "again"),
    [
        ([ROW], [ROW], False),
        ([ROW, OTHER], [UNSURE, OTHER], True),
        ([UNSURE], [FAILED], True),
        ([ROW], [FAILED], False),
        ([ROW, UNSURE], [ROW], False),
        ([], [UNSURE], False),
        ([UNSURE, OTHER], [ROW], False),
    ],
)
def test_audits_are_made_again_only_where_something_was_not_found_out(
    one: list[object], other: list[object], again: bool
) -> None:
    assert smoke.only_unsure(one, other) is again
    assert smoke.only_unsure(other, one) is again


def _audits(*rows: list[object]) -> Iterator[list[object]]:
    yield from rows


def test_a_difference_that_comes_again_counts() -> None:
    first, second = _audits([ROW], [ROW]), _audits([UNSURE], [UNSURE])
    with pytest.raises(smoke.Fault, match=r"demo: differs\nonly in the frozen app: .*'pass'"):
        smoke.compare_audits("demo", first.__next__, second.__next__)
    assert (list(first), list(second)) == ([], [])


def test_a_difference_that_goes_away_is_none() -> None:
    first, second = _audits([ROW], [ROW]), _audits([UNSURE], [ROW])
    smoke.compare_audits("demo", first.__next__, second.__next__)
    assert (list(first), list(second)) == ([], [])


def test_a_true_difference_is_told_at_once() -> None:
    first, second = _audits([ROW], [ROW]), _audits([FAILED], [ROW])
    with pytest.raises(smoke.Fault):
        smoke.compare_audits("demo", first.__next__, second.__next__)
    assert list(first) == [[ROW]]


@linux_only
def test_what_is_lacking_is_said_before_anything_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build.ctypes, "CDLL", _refuse)
    monkeypatch.setattr(build.shutil, "which", lambda name: None if name == "objdump" else f"/bin/{name}")
    monkeypatch.setattr(build.importlib, "import_module", lambda name: _refuse(name) if name == "packageurl" else None)
    monkeypatch.setattr(build.sys, "base_prefix", "/usr")
    monkeypatch.setattr(build.sys, "argv", ["build.py", "--out", str(tmp_path / "out"), "--work", str(tmp_path / "work")])
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with pytest.raises(SystemExit) as end:
        build.main()
    assert end.value.code == (
        "build.py needs Python modules packageurl (pip install '.[package]'); the program objdump (apt-get install binutils); "
        f"Python as a library, libpython{version}.so.1.0 (apt-get install libpython{version})"
    )
    assert list(tmp_path.iterdir()) == []
    assert python_library() == {f"libpython{version}.so.1.0": f"libpython{version}"}


def _refuse(name: str) -> None:
    raise ImportError(name) if name == "packageurl" else OSError(name)


def test_the_tests_install_what_the_build_needs() -> None:
    extras = tomllib.loads((PACKAGING.parent / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert len(extras["package"]) == 2
    assert set(extras["package"]) <= set(extras["dev"])
    workflow = (PACKAGING.parent / ".github/workflows/package.yml").read_text("utf-8")
    assert 0 < workflow.index("pip install --disable-pip-version-check '.[package]'") < workflow.index("packaging/build.py")


@linux_only
@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({}, {"LC_ALL": "C.UTF-8"}),
        ({"LANG": "C"}, {"LANG": "C", "LC_ALL": "C.UTF-8", "LANGUAGE": "C"}),
        ({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "LANGUAGE": "POSIX"}),
        ({"LANG": "C.UTF-8"}, {"LANG": "C.UTF-8"}),
        ({"LANG": "de_XX.UTF-8"}, {"LANG": "de_XX.UTF-8", "LC_ALL": "C.UTF-8", "LANGUAGE": "de_XX.UTF-8"}),
    ],
)
def test_the_window_gets_a_locale_in_utf_8(given: dict[str, str], after: dict[str, str]) -> None:
    code = (
        f"import os, sys; sys.path.append({str(PACKAGING)!r}); import own_locale; own_locale.settle();"
        "print(dict(sorted((k, v) for k, v in os.environ.items() if k.startswith(('LANG', 'LC_')))))"
    )
    # Without this, Python itself mends the locale; the frozen program's does not.
    clean = {"PATH": os.environ["PATH"], "PYTHONCOERCECLOCALE": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=clean | given, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{dict(sorted(after.items()))}\n", "")


@linux_only
def test_an_appimage_starts_the_program_that_is_meant(tmp_path: Path) -> None:
    """With a stand-in for appimagetool, which is not here: it keeps the folder."""
    app = tmp_path / "app"
    app.mkdir()
    for name in ("selfaudit", "selfaudit-gui"):
        (app / name).write_text(f'#!/bin/sh\necho {name} "$@"\n', "ascii")
        (app / name).chmod(0o755)
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\nfor folder; do last=$before; before=$folder; done\ncp -a "$last" "$before"\n', "ascii")
    tool.chmod(0o755)
    env = {
        **os.environ,
        "APPIMAGETOOL": str(tool),
        "RUNTIME": "/nowhere",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    made = tmp_path / "made"
    subprocess.run([PACKAGING / "linux/appimage.sh", app, made], env=env, check=True)
    metainfo = (made / "usr/share/metainfo/net.selfaudit.selfaudit.appdata.xml").read_text("utf-8")
    assert '<release version="' in metainfo
    assert "<releases/>" not in metainfo
    (tmp_path / "demo").write_text("a file that is called like a command", "ascii")
    for arguments, program in (
        ([], "selfaudit-gui"), (["demo"], "selfaudit"), (["--version"], "selfaudit"), (["one.selfaudit-case"], "selfaudit-gui"),
        (["./demo"], "selfaudit-gui"), (["/tmp/a b"], "selfaudit-gui"),
    ):  # fmt: skip
        done = subprocess.run([made / "AppRun", *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == " ".join([program, *arguments]) + "\n"
    shutil.rmtree(made)
