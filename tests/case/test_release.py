"""`release.json`: what has its shape is read, everything else refused in one line; what lies beside it is measured."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.case.release import MAX_FILE, read_release, read_release_file
from selfaudit.errors import BadInput, UserError

SUM = "0" * 64
FILE = {
    "name": "selfaudit_0.8.0_amd64.deb",
    "system": "linux",
    "kind": "deb",
    "size": 5,
    "sha256": hashlib.sha256(b"hello").hexdigest(),
}


def release(**changes: Any) -> dict[str, Any]:
    return {"schema": "selfaudit/release/1", "version": "0.8.0", "date": "2026-11-22", "files": [FILE], **changes}


def octets(**changes: Any) -> bytes:
    return json.dumps(release(**changes)).encode()


def with_file(**changes: Any) -> bytes:
    return octets(files=[{**FILE, **changes}])


def test_a_release_is_read() -> None:
    zipped = {**FILE, "name": "a.zip", "system": "any", "kind": "zip"}
    bill = {**FILE, "name": "sbom.cdx.json", "system": "any", "kind": "sbom"}
    read = read_release(octets(files=[zipped, FILE, bill]))
    assert (read.version, read.date) == ("0.8.0", "2026-11-22")
    assert [f.name for f in read.programs("linux")] == ["selfaudit_0.8.0_amd64.deb", "a.zip"]
    assert [f.name for f in read.programs("macos")] == ["a.zip"]


@pytest.mark.parametrize(
    "name", ["selfaudit-0.8.0-linux-x86_64.tar.zst", "selfaudit_0.8.0~rc1_amd64.deb", "a+b.AppImage", "console.zip", "0"]
)
def test_names_of_files(name: str) -> None:
    assert read_release(with_file(name=name)).files[0].name == name


@pytest.mark.parametrize(
    "name",
    ["", "../a", "a/b", "a\\b", "/etc/passwd", ".hidden", "-rf", "a b", "a\nb", "a.deb\n", "a\0b", "ä.deb", "a\u202eb", "a%2fb", "a?b", "a#b", "$(id)",
     "a;b", "a'b", 'a"b', "con", "NUL.zip", "com1.exe", "a.", "a" * 121],
)  # fmt: skip
def test_names_that_could_be_read_as_something_else(name: str) -> None:
    with pytest.raises(BadInput, match=r"^files\[(\.\.\.|0)\]\.name: "):
        read_release(with_file(name=name))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "file: "),
        (b"\xff\xfe", "file: "),
        (b"[]", "file: "),
        (b"{" * 10_000, "file: "),
        (b'{"files":' + b"[" * 90_000, "file|files"),
        (b" " * (MAX_FILE + 1), "larger than 200000 octets"),
        (octets(schema="selfaudit/release/2"), "^schema: "),
        (octets(version=""), "^version: "),
        (octets(version="0.8.0\n"), "^version: "),
        (octets(version="<b>"), "^version: "),
        (octets(date="2026-13-01"), "^date: “2026-13-01” is not a day"),
        (octets(date="20261122"), "^date: "),
        (octets(date="\u0662026-1-1"), "^date: "),
        (octets(files=[]), "^files: "),
        (octets(files=[FILE] * 101), "^files: "),
        (octets(files=[FILE, {**FILE, "name": FILE["name"].upper()}]), r"^files\[1\]\.name: “.*” is there twice"),  # type: ignore[attr-defined]
        (octets(more=1), "unknown field"),
        (with_file(system="amiga"), r"\.system: "),
        (with_file(kind="rpm"), r"\.kind: "),
        (with_file(system="windows"), r"^files\[0\]\.kind: there is no “deb” for the system “windows”"),
        (with_file(system="any"), r"^files\[0\]\.kind: "),
        (with_file(system="linux", kind="dmg"), r"^files\[0\]\.kind: "),
        *(
            (with_file(name=n), r"^files\[0\]\.name: “.*” is not the name of a program")
            for n in (
                "index.html",
                "T-1.selfaudit-case",
                "T-1.selfaudit-case.MINISIG",
                "letter.txt",
                "release.JSON",
            )
        ),
        (with_file(size=0), r"\.size: "),
        (with_file(size=-1), r"\.size: "),
        (with_file(size=10**30), r"\.size: "),
        (with_file(size=5.5), r"\.size: "),
        (with_file(size=True), r"\.size: "),
        (with_file(sha256=SUM.replace("0", "A")), r"\.sha256: "),
        (with_file(sha256=SUM + "\n"), r"\.sha256: "),
        (with_file(sha256=SUM[1:]), r"\.sha256: "),
        (with_file(url="https://x.test"), "unknown field"),
        (octets().replace(b"5,", b"9" * 5000 + b","), r"\.size: |file: "),
    ],
)
def test_what_is_no_release_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_release(data)
    assert str(caught.value).isprintable()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: with_file(name=t))
    | st.text(max_size=60).map(lambda t: octets(date=t))
)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    with suppress(BadInput):
        assert read_release(data).files


def test_what_lies_beside_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    path.write_bytes(octets(files=[FILE, {**FILE, "name": "absent.zip"}]))
    assert read_release_file(path)[1] == ()
    beside = tmp_path / str(FILE["name"])
    beside.write_bytes(b"hello")
    assert read_release_file(path)[1] == ("selfaudit_0.8.0_amd64.deb",)
    for wrong in (b"hellO", b"hell", b"hello!", b""):
        beside.write_bytes(wrong)
        with pytest.raises(UserError, match="is not the file that the release describes"):
            read_release_file(path)
    beside.unlink()
    beside.symlink_to("nowhere")
    with pytest.raises(UserError, match="cannot be read"):
        read_release_file(path)
    beside.unlink()
    os.mkfifo(beside)
    with pytest.raises(UserError, match="this is not a file"):
        read_release_file(path)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_release_file(tmp_path / "release.json")
    (tmp_path / "release.json").write_bytes(b"{}")
    with pytest.raises(UserError, match="not a description of a release"):
        read_release_file(tmp_path / "release.json")
