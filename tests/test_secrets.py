"""The signing key: in the environment or the keyring, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring.backends.fail
import pytest

from selfaudit.errors import UserError
from selfaudit.secrets import SIGNING_VARIABLE, new_signing_key, public_signing_key, signing_key
from tests.signing import DESK, STRANGER, Memory, keyring_of

ENTRY = ("selfaudit", "signing-key")
NONE = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.delenv(SIGNING_VARIABLE, raising=False)
    made = Memory()
    with keyring_of(made):
        yield made


def test_a_key_is_made_once_and_kept_in_the_keyring_only(memory: Memory, tmp_path: Path) -> None:
    assert public_signing_key() is None
    with pytest.raises(UserError, match="There is no signing key yet"):
        signing_key(create=False)
    assert memory.kept == {}
    key = signing_key()
    assert memory.kept == {ENTRY: key.encode()}
    assert signing_key() == signing_key(create=False) == key
    assert public_signing_key() == key.public()
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_the_environment_comes_first_and_is_never_stored(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.kept[ENTRY] = STRANGER.encode()
    monkeypatch.setenv(SIGNING_VARIABLE, DESK.encode())
    assert signing_key() == DESK
    with pytest.raises(UserError, match="comes from SELFAUDIT_SIGNING_KEY"):
        new_signing_key(replace=True)
    assert memory.kept == {ENTRY: STRANGER.encode()}


def test_a_wrong_key_in_the_environment_is_said_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SIGNING_VARIABLE, "secret-words")
    with pytest.raises(UserError) as caught:
        signing_key()
    assert "secret-words" not in str(caught.value)
    assert public_signing_key() is None


def test_a_key_is_replaced_only_if_that_is_asked_for(memory: Memory) -> None:
    first = new_signing_key()
    with pytest.raises(UserError, match=f"a signing key already, {first.public().name}; nothing was changed"):
        new_signing_key()
    assert signing_key() == first
    second = new_signing_key(replace=True)
    assert second != first
    assert memory.kept == {ENTRY: second.encode()}


def test_what_is_no_key_is_left_as_it_is(memory: Memory) -> None:
    memory.kept[ENTRY] = "something else"
    with pytest.raises(UserError, match="it is left as it is"):
        signing_key()
    with pytest.raises(UserError, match="it is left as it is"):
        new_signing_key()
    assert memory.kept == {ENTRY: "something else"}
    assert public_signing_key() is None


@pytest.mark.parametrize("backend", [Memory(locked=True), Memory(forgetful=True), NONE])
def test_without_a_keyring_there_is_no_key_and_no_file(backend: Memory, tmp_path: Path) -> None:
    with keyring_of(backend):
        for make in (signing_key, new_signing_key):
            with pytest.raises(UserError, match="SELFAUDIT_SIGNING_KEY"):
                make()
        assert public_signing_key() is None
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
