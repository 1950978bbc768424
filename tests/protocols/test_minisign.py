"""Signatures and keys in minisign's format: known answers of the real program, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.errors import BadInput
from selfaudit.protocols.minisign import (
    MAX_TEXT,
    BadSignature,
    PublicKey,
    new_secret_key,
    read_public_key,
    read_secret_key,
    read_signature,
    sign,
    verify,
)
from tests.signing import DESK, IMPOSTOR, STRANGER

DATA = b"the octets that are signed\n"
GOOD = sign(DATA, DESK, trusted="a comment", untrusted="whoever")
# Made by minisign 0.11 (Debian): `minisign -G -W`, then `minisign -S` and `minisign -S -l` over DATA.
PUBLIC = "untrusted comment: minisign public key 68CA85344F300D25\nRWQlDTBPNIXKaJFwNASGj9RXbQYni6Wqe7Ke4vuT1irpgUz2LdmgSCu9\n"
HASHED = (
    "untrusted comment: signature from minisign secret key\n"
    "RUQlDTBPNIXKaFgF/FhS6lbpCXCAYLVapyPXeSLv89fqfdTJgoNtByeeb8tRsBJ5eUJYaTVSIUzl+HtZ7Kr6CSKdVjN8o3VG5Qc=\n"
    "trusted comment: timestamp:1795351829\tfile:data\thashed\n"
    "av4XaudZ9pDFcen6jb2pmnPaoV9AaSEnoFtHNx0tSadEUr/D1XcFT/STkLAq9o75Q1S7WHXzJAeNHcjk1Q6oDQ==\n"
)
LEGACY = (
    "untrusted comment: signature from minisign secret key\n"
    "RWQlDTBPNIXKaEXpHVL16wNWxehY7wmaijegCjR29576ntuZzYB6rjzXtSPGlm2lXCqtUryCiyW7qZ6qOwfG/oEEiJtHFnHzmgM=\n"
    "trusted comment: timestamp:1795351829\tfile:data\n"
    "6yoVm5RRK8H14EywOXw7z8vIakmRm81regZqZbvJVcQbq5Uh9bnTPITJa9+N+RqadxL5uuVL1aMbejuFcU1CAA==\n"
)


def test_what_was_signed_is_verified() -> None:
    verify(DATA, GOOD, DESK.public())
    assert read_signature(GOOD.text()) == GOOD
    assert (GOOD.trusted, GOOD.untrusted, GOOD.hashed) == ("a comment", "whoever", True)
    assert sign(DATA, DESK, trusted="a comment", untrusted="whoever") == GOOD


@pytest.mark.parametrize(("text", "hashed"), [(HASHED, True), (LEGACY, False)])
def test_what_minisign_signed_is_verified(text: str, hashed: bool) -> None:
    key, read = read_public_key(PUBLIC), read_signature(text)
    assert (read.hashed, read.key_id, read.name) == (hashed, key.id, key.name)
    assert key.name in PUBLIC
    verify(DATA, read, key)
    with pytest.raises(BadSignature):
        verify(DATA + b" ", read, key)
    with pytest.raises(BadSignature):
        verify(DATA, replace(read, hashed=not hashed), key)


def test_every_bit_of_what_is_signed_counts() -> None:
    for place in range(len(DATA)):
        with pytest.raises(BadSignature):
            verify(DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :], GOOD, DESK.public())
    for changed in (
        replace(GOOD, signature=bytes([GOOD.signature[0] ^ 1]) + GOOD.signature[1:]),
        replace(GOOD, seal=GOOD.seal[:-1] + bytes([GOOD.seal[-1] ^ 1])),
        replace(GOOD, trusted="A comment"),
        replace(GOOD, trusted="a comment "),
        replace(GOOD, key_id=STRANGER.id),
    ):
        with pytest.raises(BadSignature):
            verify(DATA, changed, DESK.public())
    verify(DATA, replace(GOOD, untrusted="somebody else"), DESK.public())


def test_a_key_of_the_same_id_is_another_key() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        verify(DATA, GOOD, IMPOSTOR.public())
    with pytest.raises(BadSignature, match="another key"):
        verify(DATA, GOOD, STRANGER.public())


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32, b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_weak_and_impossible_keys_verify_nothing_of_ours(key: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(DATA, replace(GOOD, key_id=b"12345678"), PublicKey(b"12345678", key))


def test_keys_go_there_and_back() -> None:
    key = new_secret_key()
    assert read_secret_key(key.encode()) == key
    assert read_public_key(key.public().text()) == read_public_key(key.public().file()) == key.public()
    assert key.encode().split(":")[1] not in repr(key)
    assert repr(key) == f"SecretKey({key.public().name})"


LINE = DESK.public().text()


@pytest.mark.parametrize(
    "text",
    [
        "", "\0", "RW", LINE[:-1], LINE + "=", LINE[:-1] + "!", LINE + "\n" + LINE, "comment\n" + LINE, "x" * 100_000, LINE.replace("RW", "RV"),
        f"untrusted comment: x\n{LINE}\nmore", "ü" * 56, LINE[:-1] + "\u202e",
    ],
)  # fmt: skip
def test_what_is_no_public_key(text: str) -> None:
    with pytest.raises(BadInput):
        read_public_key(text)


@pytest.mark.parametrize(
    "text", ["", "selfaudit-key-1:", DESK.encode()[:-1], DESK.encode() + "A", "selfaudit-key-2" + DESK.encode()[15:]]
)
def test_what_is_no_secret_key_is_not_repeated(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_secret_key(text)
    assert str(caught.value) == "this is not a signing key of selfaudit"


LINES = GOOD.text().splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "", "\0" * 300, "\n".join(LINES[:3]), GOOD.text() + "more\n", GOOD.text() * 2, "x" * (MAX_TEXT + 1),
        GOOD.text().replace("untrusted comment: ", "comment: "), GOOD.text().replace("trusted comment: a", "Trusted comment: a"),
        "\n".join([LINES[0], LINES[1][:-4], *LINES[2:]]), "\n".join([*LINES[:3], LINES[3][:-4]]), "\n".join([*LINES[:3], ""]),
        "\n".join([LINES[0], "RX" + LINES[1][2:], *LINES[2:]]), "\n".join([LINES[0], " " + LINES[1], *LINES[2:]]),
        GOOD.text().replace("a comment", "a\u2028comment"), GOOD.text().replace("a comment", "a\x0bcomment"),
    ],
)  # fmt: skip
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(BadInput):
        read_signature(text)


def test_lines_of_windows_and_tabs_are_no_fault() -> None:
    read = read_signature(GOOD.text().replace("\n", "\r\n"))
    verify(DATA, read, DESK.public())
    assert read_signature(HASHED).trusted.startswith("timestamp:")


def test_comments_are_one_line_and_bounded() -> None:
    made = sign(DATA, DESK, trusted="a\nb\x1b[31m\u202e" + "c" * 5000, untrusted="x\ny")
    assert read_signature(made.text()) == made
    assert made.trusted.startswith("a b\\x1b[31m\\u202ec")
    assert made.untrusted == "x y"
    verify(DATA, made, DESK.public())


@pytest.mark.parametrize(
    "encoded",
    [
        "00" * 32,
        "01" + "00" * 31,
        "01" + "00" * 30 + "80",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "ee" + "ff" * 31,
        "f0" + "ff" * 30 + "7f",
    ],
)
def test_a_key_under_which_anybody_signs_is_refused(encoded: str) -> None:
    key = PublicKey(b"AAAAAAAA", bytes.fromhex(encoded))
    with pytest.raises(BadInput, match="none that anybody can sign with"):
        read_public_key(key.text())
    # With the point itself and the factor 0 the equation of a signature holds for many or all texts.
    forged = replace(GOOD, key_id=key.id, signature=key.key + bytes(32), seal=key.key + bytes(32))
    for number in range(16):
        with pytest.raises(BadSignature, match="none that anybody can sign with"):
            verify(str(number).encode(), forged, key)
