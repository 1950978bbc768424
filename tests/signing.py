"""Keys for tests, a provider that trusts one of them, and a keyring in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keyring
import keyring.errors
from keyring.backend import KeyringBackend

from selfaudit.case.file import CaseFile, encode_case
from selfaudit.policy.packs import use_folder
from selfaudit.protocols.minisign import SecretKey, sign

DESK = SecretKey(b"desk-key", hashlib.sha256(b"the desk").digest())
STRANGER = SecretKey(b"stranger", hashlib.sha256(b"a stranger").digest())
IMPOSTOR = SecretKey(DESK.id, hashlib.sha256(b"somebody with the same id").digest())
PROVIDER = "Desk Hosting"
OWNER = "Desk Hosting Abuse Desk"
AT = "2026-11-22T12:00:00Z"


def pack_text(*keys: tuple[str, str, str], pack_id: str = "desk", name: str = PROVIDER, based_on: str = "prezcomm") -> str:
    """A pack with these keys: (id, key, owner)."""
    head = f'id = "{pack_id}"\nname = "{name}"\nbased_on = "{based_on}"\nversion = "1"\n'
    return head + "".join(f'[[key]]\nid = "{i}"\nkey = "{k}"\nowner = "{o}"\n' for i, k, o in keys)


@contextmanager
def providers(folder: Path, *texts: str) -> Iterator[None]:
    """Own packs for a while; without any, one that trusts the desk's key."""
    folder.mkdir(parents=True, exist_ok=True)
    for text in texts or (pack_text(("desk", DESK.public().text(), OWNER)),):
        (folder / f"{text.split(chr(34))[1]}.toml").write_text(text, "utf-8")
    use_folder(folder)
    try:
        yield
    finally:
        use_folder(None)


def case_data(**keys: Any) -> bytes:
    """The octets of a case file of that provider."""
    given: dict[str, Any] = {
        "number": "T-17",
        "provider": PROVIDER,
        "targets": ("shop.test", "192.0.2.10"),
        **keys,
    }
    return encode_case(CaseFile(schema="selfaudit/case/1", **given))


def signed_by(data: bytes, key: SecretKey, comment: str = "case T-17") -> str:
    """The text of a signature."""
    return sign(data, key, trusted=comment).text()


class Memory(KeyringBackend):
    """A keyring that forgets everything at the end. `locked`: it refuses. `forgetful`: it keeps nothing."""

    priority = 1

    def __init__(self, *, locked: bool = False, forgetful: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked, self.forgetful = locked, forgetful

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        if not self.forgetful:
            self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@contextmanager
def keyring_of(memory: KeyringBackend) -> Iterator[None]:
    """This keyring in the place of the machine's."""
    before = keyring.get_keyring()
    keyring.set_keyring(memory)
    try:
        yield
    finally:
        keyring.set_keyring(before)
