"""Keys, signatures and signed case files of any bytes: an answer or BadInput, and trust only for what was signed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.case.file import parse_case
from selfaudit.engine.seals import named_in, open_case, read_signed_case, seal_of, seal_words, sealed_again
from selfaudit.errors import BadInput, UserError
from selfaudit.protocols.minisign import read_signature
from tests.signing import DESK, PROVIDER, case_data, providers, signed_by

DATA = case_data()
TEXT = signed_by(DATA, DESK)
STATES = {"unsigned", "trusted", "unknown-key", "tampered", "unreadable"}

# Anything, and what is nearly a signature: cut, doubled, with other characters in places.
NEARLY = st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=8)).map(
    lambda cut: TEXT[: cut[0]] + cut[2] + TEXT[cut[0] + cut[1] :]
)
ANY = st.one_of(st.text(max_size=400), NEARLY, st.binary(max_size=300).map(lambda b: b.decode("latin-1")))


@pytest.fixture(autouse=True, scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with providers(tmp_path_factory.mktemp("policies")):
        yield


@settings(max_examples=300)
@given(ANY)
def test_only_what_was_signed_is_trusted(text: str) -> None:
    seal = seal_of(DATA, text, PROVIDER, named_in(parse_case(DATA)))
    assert seal.state in STATES - {"unsigned"}
    assert seal_words(seal)
    assert all(word.isprintable() for word in (seal.key, seal.owner, seal.comment))
    if seal.state == "trusted":
        # Of what may differ, only the comment that nothing covers does, and how lines end.
        ours, theirs = read_signature(TEXT), read_signature(text)
        assert (theirs.signature, theirs.seal, theirs.trusted) == (ours.signature, ours.seal, ours.trusted)
    else:
        assert (seal.comment, seal.targets) == ("", ())


@settings(max_examples=200)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_no_octet_of_a_signed_file_can_be_changed(place: int, mask: int) -> None:
    changed = DATA[:place] + bytes([DATA[place] ^ mask]) + DATA[place + 1 :]
    assert seal_of(changed, TEXT, PROVIDER).state == "tampered"
    again = sealed_again(changed, TEXT, PROVIDER)
    assert again is None or again.state in ("tampered", "unknown-key")


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(st.integers(0, len(DATA)), st.binary(max_size=12)).map(lambda c: DATA[: c[0]] + c[1] + DATA[c[0] :]),
    ),
    st.one_of(st.none(), ANY),
)
def test_case_files(data: bytes, signature: str | None) -> None:
    with contextlib.suppress(BadInput):
        opened = open_case(data, signature)
        assert opened.seal.state in STATES


@settings(max_examples=100)
@given(data=st.binary(max_size=300), signature=st.binary(max_size=300))
def test_files(tmp_path_factory: pytest.TempPathFactory, data: bytes, signature: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "signatures"
    folder.mkdir(exist_ok=True)
    path = folder / "c.json"
    path.write_bytes(data)
    Path(f"{path}.minisig").write_bytes(signature)
    with contextlib.suppress(UserError):
        read_signed_case(path)
    path.write_bytes(DATA)
    assert read_signed_case(path).seal.state == "unreadable"
