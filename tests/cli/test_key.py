"""`selfaudit key`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.policy.packs import read_pack
from selfaudit.protocols.minisign import read_public_key, read_secret_key
from selfaudit.secrets import SIGNING_VARIABLE
from tests.signing import DESK, Memory, keyring_of


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.delenv(SIGNING_VARIABLE, raising=False)
    made = Memory()
    with keyring_of(made):
        yield made


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["key", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_new_and_show(capsys: pytest.CaptureFixture[str], memory: Memory) -> None:
    code, out, err = said(capsys, "show")
    assert (code, out) == (2, "")
    assert "“selfaudit key new” makes one" in err
    code, out, _err = said(capsys, "new")
    assert code == 0
    (stored,) = memory.kept.values()
    key = read_secret_key(stored)
    assert key.public().name in out
    assert stored.partition(":")[2] not in out
    code, out, _err = said(capsys, "show", "--owner", "The desk")
    assert code == 0
    assert read_public_key("\n".join(out.splitlines()[:2])) == key.public()
    (entry,) = read_pack('id = "mine"\nname = "Mine"\nbased_on = "prezcomm"\n' + out[out.index("[[key]]") :]).keys
    assert (entry.key, entry.owner) == (key.public().text(), "The desk")
    assert max(len(line) for line in out.splitlines()) <= 80
    code, out, _err = said(capsys, "show", "--form", "minisign")
    assert out == key.public().file()
    code, out, _err = said(capsys, "show", "--form", "pack")
    assert out.startswith("[[key]]\n")


def test_new_refuses_to_replace(capsys: pytest.CaptureFixture[str], memory: Memory) -> None:
    assert said(capsys, "new")[0] == 0
    before = dict(memory.kept)
    code, _out, err = said(capsys, "new")
    assert (code, memory.kept) == (2, before)
    assert "With --replace it is given up for a new one" in err
    code, out, _err = said(capsys, "new", "--replace")
    assert code == 0
    assert memory.kept != before
    assert "leave the old one there" in out


def test_a_key_for_machines_without_a_keyring(capsys: pytest.CaptureFixture[str], memory: Memory, tmp_path: Path) -> None:
    with keyring_of(Memory(locked=True)):
        code, _out, err = said(capsys, "new")
        assert code == 2
        assert "SELFAUDIT_SIGNING_KEY" in err
        assert "Traceback" not in err
        code, out, err = said(capsys, "new", "--print")
        assert code == 0
        key = read_secret_key(out.strip().removeprefix("SELFAUDIT_SIGNING_KEY="))
        assert key.public().name in err
    assert memory.kept == {}
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert said(capsys, "new", "--print", "--replace")[0] == 2


def test_the_key_of_the_environment(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SIGNING_VARIABLE, DESK.encode())
    code, out, _err = said(capsys, "show", "--form", "minisign")
    assert (code, out) == (0, DESK.public().file())
    assert said(capsys, "new", "--replace")[0] == 2
