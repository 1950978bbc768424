"""Debian's minisign and ours: each signs what the other verifies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from selfaudit.engine.seals import open_case, read_signed_case, sign_case
from selfaudit.protocols.minisign import MAX_COMMENT, read_public_key, read_signature, sign, verify
from tests.packages import find
from tests.signing import AT, DESK, case_data, pack_text, providers

pytestmark = pytest.mark.lab


def minisign(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the real program; keys without a password."""
    program = find("minisign")
    assert program is not None
    return subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a case file and a key pair of minisign's own."""
    (tmp_path / "T-17.selfaudit-case").write_bytes(case_data())
    made = minisign(tmp_path, "-G", "-W", "-p", "desk.pub", "-s", "desk.key")
    assert made.returncode == 0, made.stderr
    return tmp_path


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("comment", ["", "case T-17, by the night shift — größer"])
def test_what_minisign_signs_is_trusted(desk: Path, legacy: bool, comment: str) -> None:
    path = desk / "T-17.selfaudit-case"
    signed = minisign(
        desk, "-S", *(["-l"] if legacy else []), "-s", "desk.key", "-m", path.name, *(["-t", comment] if comment else [])
    )
    assert signed.returncode == 0, signed.stderr
    key = read_public_key((desk / "desk.pub").read_text())
    assert read_signature((desk / f"{path.name}.minisig").read_text()).hashed is not legacy
    assert read_signed_case(path).seal.state == "unknown-key"
    with providers(desk / "policies", pack_text(("minisign", key.text(), "The desk"))):
        seal = read_signed_case(path).seal
        assert (seal.state, seal.key, seal.owner) == ("trusted", key.name, "The desk")
        assert seal.comment == comment if comment else "file:T-17.selfaudit-case" in seal.comment
        path.write_bytes(path.read_bytes().replace(b"192.0.2.10", b"192.0.2.11"))
        assert read_signed_case(path).seal.state == "tampered"


def test_minisign_verifies_what_we_sign(desk: Path) -> None:
    path = desk / "T-17.selfaudit-case"
    (desk / f"{path.name}.minisig").write_text(sign_case(path.read_bytes(), DESK, AT))
    (desk / "our.pub").write_text(DESK.public().file())
    for given in (("-P", DESK.public().text()), ("-p", "our.pub")):
        done = minisign(desk, "-V", *given, "-m", path.name)
        assert done.returncode == 0, done.stderr
        assert f"Trusted comment: selfaudit case T-17 {AT}" in done.stdout
    assert minisign(desk, "-V", "-p", "desk.pub", "-m", path.name).returncode != 0
    path.write_bytes(path.read_bytes() + b" ")
    assert minisign(desk, "-V", "-p", "our.pub", "-m", path.name).returncode != 0


def test_the_longest_comments_are_read_by_both(desk: Path) -> None:
    data = (desk / "T-17.selfaudit-case").read_bytes()
    made = sign(data, DESK, trusted="t" * (MAX_COMMENT - 2), untrusted="u" * 900)
    (desk / "T-17.selfaudit-case.minisig").write_text(made.text())
    assert minisign(desk, "-V", "-P", DESK.public().text(), "-m", "T-17.selfaudit-case").returncode == 0
    verify(data, read_signature(made.text()), DESK.public())
    assert open_case(data, made.text()).seal.state in ("unknown-key", "trusted")


def test_key_files_are_alike(desk: Path) -> None:
    text = (desk / "desk.pub").read_text()
    key = read_public_key(text)
    assert key.file().splitlines()[1:] == text.splitlines()[1:]
    # minisign leaves out zeros at the start of an id.
    assert text.splitlines()[0] == f"untrusted comment: minisign public key {key.name.lstrip('0')}"
