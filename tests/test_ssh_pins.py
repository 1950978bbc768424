"""Host keys that a person has accepted, and the file that keeps them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from selfaudit import ssh_pins
from selfaudit.errors import BadInput, UserError
from tests.net.ssh_fakes import KEYS, NAME, public

ED25519, ECDSA = KEYS["ssh-ed25519"], KEYS["ecdsa-sha2-nistp256"]


def test_keys_are_remembered_for_a_server_and_port() -> None:
    key, other = public(ED25519), public(ECDSA)
    assert ssh_pins.pinned(NAME, 22) == ()
    ssh_pins.pin("Server.Shop.Test.", 22, key)
    ssh_pins.pin(NAME, 22, key)
    ssh_pins.pin(NAME, 22, other)
    ssh_pins.pin("2001:db8:0::7", 22, other)
    assert [(k.data, k.known) for k in ssh_pins.pinned(NAME, 22)] == [(key.data, "pinned"), (other.data, "pinned")]
    assert ssh_pins.pinned(NAME, 2222) == ()
    assert ssh_pins.pinned("2001:DB8::7", 22)[0].fingerprint == other.fingerprint
    assert ssh_pins.unpin(NAME, 22)
    assert not ssh_pins.unpin(NAME, 22)
    assert ssh_pins.pinned(NAME, 22) == ()
    assert len(ssh_pins.pinned("2001:db8::7", 22)) == 1


def test_the_file_of_remembered_keys_is_the_persons_own() -> None:
    ssh_pins.pin(NAME, 22, public(ED25519))
    path = Path(os.environ["SELFAUDIT_HOME"]) / "ssh-hosts.json"
    assert json.loads(path.read_bytes()) == {
        "schema": "selfaudit/ssh-hosts/1",
        "hosts": [{"host": NAME, "port": 22, "keys": [public(ED25519).data]}],
    }
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["ssh-hosts.json"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"[]", b"{", b'{"schema": "selfaudit/ssh-hosts/2"}', b"[" * 100_000,
        b'{"schema": "selfaudit/ssh-hosts/1", "hosts": [{"host": "a", "port": 22, "keys": ["ssh-ed25519 AAAA"]}]}',
        b'{"schema": "selfaudit/ssh-hosts/1", "hosts": [{"host": "a", "port": "22", "keys": []}]}',
    ],
)  # fmt: skip
def test_a_damaged_file_of_remembered_keys_is_left_as_it_is(data: bytes) -> None:
    path = Path(os.environ["SELFAUDIT_HOME"]) / "ssh-hosts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    attempts: list[Callable[[], Any]] = [
        lambda: ssh_pins.pinned(NAME, 22),
        lambda: ssh_pins.pin(NAME, 22, public(ED25519)),
        lambda: ssh_pins.unpin(NAME, 22),
    ]
    for attempt in attempts:
        with pytest.raises(UserError, match=re.escape(f"{path}: damaged")):
            attempt()
    assert path.read_bytes() == data


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SELFAUDIT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(UserError, match="cannot be written"):
        ssh_pins.pin(NAME, 22, public(ED25519))


@pytest.mark.parametrize(
    ("text", "fingerprint"),
    [
        (
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAXK3ob4A1isU8ihE3JrB8jaqRP/QrLMSfsKKjJA/aY6",
            "SHA256:qmknlpoitiMCSQBgMNyiNXSeotxpTWoUGld7MFdN8ck",
        ),
        (
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKvkCkT5UVy5tTgmaWYHyqWzuRpjtsIAzM/Mcg+LnOZJIj8Y"
            "yvFMyucD3FvZg365+nCjG5dvr9hj2mLg8EjtuT0=",
            "SHA256:TzRlmfGe0WCGxdSd7Ql+xw1Dz+lBiqGxkixaZ1/TKPQ",
        ),
    ],
)
def test_host_keys_as_openssh_writes_them(text: str, fingerprint: str) -> None:
    """Keys of ssh-keygen, and what `ssh-keygen -l` says of them."""
    key = ssh_pins.read_host_key(f"{text} comment\n")
    assert (key.algorithm, key.fingerprint, key.data, key.known) == (text.split()[0], fingerprint, text, "")


def test_what_is_no_host_key() -> None:
    for wrong in (
        "",
        "ssh-ed25519",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ0OSFAJ",
        "ssh-ed25519 ====",
        "ssh-ed25519 AAAAC3",
        "Ω Ω",
    ):
        with pytest.raises(BadInput):
            ssh_pins.read_host_key(wrong)
