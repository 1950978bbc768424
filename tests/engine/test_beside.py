"""A file and the signature beside it: both new, or both old."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from selfaudit.cli.run import write_bundle
from selfaudit.engine.beside import write_beside
from selfaudit.engine.case_making import write_case
from selfaudit.errors import UserError


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    (tmp_path / "b.zip").write_bytes(b"old")
    (tmp_path / "b.zip.minisig").write_bytes(b"old signature")
    return tmp_path / "b.zip"


def there(path: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in path.parent.iterdir() if p.is_file()}


OLD = {"b.zip": b"old", "b.zip.minisig": b"old signature"}


def full(monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    """A disk that takes some files whole and then no more."""
    real: Callable[[Path, bytes], int] = Path.write_bytes
    written = []

    def write(self: Path, data: bytes) -> int:
        written.append(self)
        if len(written) <= whole:
            return real(self, data)
        real(self, data[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write)


@pytest.mark.parametrize("whole", [0, 1])
def test_a_full_disk_leaves_both_as_they_were(pair: Path, monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    full(monkeypatch, whole)
    with pytest.raises(UserError, match="No space left"):
        write_bundle(pair, b"new bundle", "new signature")
    assert there(pair) == OLD


@pytest.mark.parametrize("whole", [0, 1])
def test_a_case_file_is_not_left_with_an_older_signature(pair: Path, monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    full(monkeypatch, whole)
    with pytest.raises(UserError, match="No space left"):
        write_case(pair, b"new case", "new signature", force=True)
    assert there(pair) == OLD


def test_an_unsigned_file_loses_the_old_signature_only_when_it_is_whole(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        full(patch, 0)
        with pytest.raises(UserError, match="No space left"):
            write_bundle(pair, b"new bundle", "")
    assert there(pair) == OLD
    assert write_bundle(pair, b"new bundle", "") == [pair]
    assert there(pair) == {"b.zip": b"new bundle"}
    assert write_bundle(pair, b"newer", "sig") == [pair, pair.with_name("b.zip.minisig")]
    assert there(pair) == {"b.zip": b"newer", "b.zip.minisig": b"sig"}


def test_if_moving_fails_no_false_signature_stays(pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def move(self: Path, target: Path) -> Path:
        if target.name.endswith(".minisig"):
            raise OSError(errno.EIO, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", move)
    with pytest.raises(UserError, match=r"b\.zip\.minisig: cannot be written \(Input/output error\)"):
        write_beside(pair, b"new", pair.with_name("b.zip.minisig"), "sig")
    assert there(pair) == {"b.zip": b"new"}


def test_a_folder_in_the_way(pair: Path) -> None:
    beside = pair.with_name("b.zip.minisig")
    beside.unlink()
    beside.mkdir()
    with pytest.raises(UserError, match="is a folder"):
        write_beside(pair, b"new", beside, "sig")
    assert there(pair) == {"b.zip": b"old"}
