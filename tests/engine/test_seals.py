"""What the signature of a case file comes to, and that only what was verified here permits anything."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfaudit.case import Approval, Case, Target
from selfaudit.case.file import MAX_FILE, encode_case, parse_case
from selfaudit.case.model import Seal
from selfaudit.demo import DEMO_KEY, demo_inputs, demo_signed_case
from selfaudit.engine import seals
from selfaudit.engine.draft import Draft, Line, decode_draft, encode_draft
from selfaudit.engine.draft_case import departures, from_case, from_signed_case, make_case
from selfaudit.engine.evidence import Evidence, Tool, Vantage, decode_evidence, encode_evidence
from selfaudit.engine.seals import (
    checked_by,
    open_case,
    read_signed_case,
    seal_for,
    seal_of,
    seal_words,
    sealed_again,
    sign_case,
    unproven,
    vouched,
)
from selfaudit.errors import BadInput, UserError
from selfaudit.policy.packs import use_folder
from tests.signing import AT, DESK, IMPOSTOR, OWNER, PROVIDER, STRANGER, case_data, pack_text, providers, signed_by

NAMED = (Target("domain", "shop.test"), Target("address", "192.0.2.10"))
PROVEN = f"proven: case file signed by {OWNER} ({DESK.public().name})"


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[None]:
    seals._vouched.clear()
    with providers(tmp_path / "policies"):
        yield
    seals._vouched.clear()


def sealed(data: bytes | None = None, **more: Any) -> Case:
    """The case that a trusted file makes."""
    opened = open_case(data or case_data(), signed_by(data or case_data(), DESK))
    return Case(NAMED, number="T-17", provider=PROVIDER, seal=opened.seal, **more)


def test_every_state() -> None:
    data = case_data()
    sha256 = hashlib.sha256(data).hexdigest()
    key = DESK.public().name
    assert seal_of(data, None, PROVIDER, NAMED) == Seal("unsigned", sha256=sha256)
    assert seal_of(data, signed_by(data, DESK), PROVIDER, NAMED) == Seal("trusted", key, OWNER, "case T-17", sha256, NAMED)
    assert seal_of(data, signed_by(data, STRANGER), PROVIDER, NAMED) == Seal(
        "unknown-key", STRANGER.public().name, sha256=sha256
    )
    assert seal_of(data + b" ", signed_by(data, DESK), PROVIDER, NAMED).state == "tampered"
    assert seal_of(data, signed_by(data, IMPOSTOR), PROVIDER, NAMED) == Seal("tampered", key, OWNER, sha256=sha256)
    for text in ("", "\0", "x" * 10_000, signed_by(data, DESK) + "more"):
        assert seal_of(data, text, PROVIDER, NAMED) == Seal("unreadable", sha256=sha256)


def test_the_signed_comment_counts_too() -> None:
    data = case_data()
    text = signed_by(data, DESK, "case T-17").replace("case T-17", "case T-18")
    assert seal_of(data, text, PROVIDER, NAMED).state == "tampered"
    evil = seal_of(data, signed_by(data, DESK, "a\tb \u202e\x1b[2J"), PROVIDER)
    assert evil.state == "trusted"
    assert evil.comment.isprintable()


@pytest.mark.parametrize("other", ["", "nobody", "prezcomm", "demo", "ofsecman"])
def test_the_key_of_another_provider_is_not_known(other: str) -> None:
    data = case_data()
    assert seal_of(data, signed_by(data, DESK), other).state == "unknown-key"
    # Whoever names another provider than the file has no file of that provider.
    opened = parse_case(data)
    assert seal_for(opened, data, signed_by(data, DESK), other).state == "unknown-key"
    assert seal_for(opened, data, signed_by(data, DESK), "desk").state == "trusted"


def test_a_file_of_one_provider_signed_by_another_is_not_trusted(tmp_path: Path) -> None:
    other = pack_text(("other", STRANGER.public().text(), "Other"), pack_id="other", name="Other Hosting")
    with providers(tmp_path / "two", pack_text(("desk", DESK.public().text(), OWNER)), other):
        data = case_data()
        assert open_case(data, signed_by(data, STRANGER)).seal.state == "unknown-key"
        opened = parse_case(data)
        assert seal_for(opened, data, signed_by(data, STRANGER), "Other Hosting").state == "unknown-key"


def test_two_keys_of_the_same_id(tmp_path: Path) -> None:
    data = case_data()
    keys = (("first", IMPOSTOR.public().text(), "Old"), ("second", DESK.public().text(), OWNER))
    for order in (keys, keys[::-1]):
        with providers(tmp_path / order[0][0], pack_text(*order)):
            assert seal_of(data, signed_by(data, DESK), PROVIDER).owner == OWNER
            assert seal_of(data, signed_by(data, IMPOSTOR), PROVIDER).owner == "Old"
            assert seal_of(data + b"\n", signed_by(data, DESK), PROVIDER).state == "tampered"


def test_keys_are_not_inherited_from_the_pack_below(tmp_path: Path) -> None:
    both = (pack_text(("desk", DESK.public().text(), OWNER)), pack_text(pack_id="reseller", name="Reseller", based_on="desk"))
    with providers(tmp_path / "two", *both):
        data = case_data(provider="Reseller")
        assert open_case(data, signed_by(data, DESK)).seal.state == "unknown-key"


def test_a_key_without_an_owner_belongs_to_the_provider(tmp_path: Path) -> None:
    with providers(tmp_path / "bare", pack_text(("desk", DESK.public().text(), ""))):
        data = case_data()
        assert seal_of(data, signed_by(data, DESK), PROVIDER).owner == PROVIDER


# Files


def test_the_signature_lies_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "T-17.selfaudit-case"
    path.write_bytes(case_data())
    assert read_signed_case(path).seal.state == "unsigned"
    beside = tmp_path / "T-17.selfaudit-case.minisig"
    beside.write_text(signed_by(case_data(), DESK))
    opened = read_signed_case(path)
    assert (opened.seal.state, opened.seal.targets, opened.signature) == ("trusted", NAMED, beside.read_text())
    assert opened.data == path.read_bytes()
    beside.write_text(signed_by(case_data(number="T-18"), DESK))
    assert read_signed_case(path).seal.state == "tampered"


@pytest.mark.parametrize("kind", ["folder", "pipe", "huge", "empty", "binary", "dangling", "loop"])
def test_whatever_lies_there_keeps_nobody_from_the_case(kind: str, tmp_path: Path) -> None:
    path, beside = tmp_path / "c.json", tmp_path / "c.json.minisig"
    path.write_bytes(case_data())
    if kind == "folder":
        beside.mkdir()
    elif kind == "pipe":
        os.mkfifo(beside)
    elif kind == "huge":
        with beside.open("wb") as file:
            file.truncate(10**9)
    elif kind == "dangling":
        beside.symlink_to(tmp_path / "nowhere")
    elif kind == "loop":
        beside.symlink_to(beside)
    else:
        beside.write_bytes(b"" if kind == "empty" else bytes(range(256)))
    opened = read_signed_case(path)
    assert (opened.file.number, opened.seal.state) == ("T-17", "unreadable")
    # A draft that keeps it says the same later.
    again = sealed_again(opened.data, opened.signature, PROVIDER)
    assert again is not None
    assert again.state == "unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 100, b"[" * 200_000, b'{"a":' * 100_000, b"{}", b"null", b'{"schema":"selfaudit/case/2"}', b"\xff\xfe{}", b"\xef\xbb\xbf{}",
        b'{"schema":"selfaudit/case/1","number":1e999}', b'{"schema":"selfaudit/case/1","number":' + b"9" * 5000 + b"}",
        b'{"schema":"selfaudit/case/1","targets":NaN}', b'{"schema":"selfaudit/case/1","surprise":1}', b" " * (MAX_FILE + 1),
        b'{"schema":"selfaudit/case/1","message":"' + b"x" * 4001 + b'"}', b'{"schema":"selfaudit/case/1","number":"\\ud800"}',
        b'{"schema":"selfaudit/case/1","demo":"other"}',
    ],
)  # fmt: skip
def test_what_is_no_case_file(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        open_case(data, None)
    assert sealed_again(data, "", PROVIDER) is None
    path = tmp_path / "c.json"
    path.write_bytes(data)
    with pytest.raises(UserError) as caught:
        read_signed_case(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()


def test_what_a_file_names_is_what_is_vouched_for() -> None:
    data = case_data(
        targets=("SHOP.test", "https://b\u00fccher.test/x", "192.0.2.8/30"),
        sending_ips=("2001:db8::25",),
        hosted=("other.test",),
    )
    assert [t.value for t in open_case(data, signed_by(data, DESK)).seal.targets] == [
        "shop.test", "xn--bcher-kva.test", "192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11", "2001:db8::25",
    ]  # fmt: skip
    for wrong in (("shop.test", "not a domain"), ("co.uk",), ("10.0.0.0/8",), tuple(f"198.51.{n}.0/24" for n in range(100))):
        data = case_data(targets=wrong)
        assert open_case(data, signed_by(data, DESK)).seal.targets == ()


# What is permitted


def test_a_seal_that_was_verified_here_permits_what_its_file_names() -> None:
    case = sealed()
    assert vouched(case) == dict.fromkeys(NAMED, PROVEN)
    assert vouched(replace(case, seal=None)) == {}


def test_a_seal_that_somebody_wrote_permits_nothing() -> None:
    case = sealed()
    assert case.seal is not None
    for forged in (
        replace(case.seal, targets=(*NAMED, Target("address", "198.51.100.1"))),
        replace(case.seal, owner="Somebody"),
        replace(case.seal, sha256="00" * 32),
        Seal("trusted", DESK.public().name, OWNER, "", "00" * 32, NAMED),
    ):
        assert vouched(replace(case, seal=forged)) == {}
    evidence = Evidence(case, Tool(), "", "", Vantage(), NAMED, ())
    saved = json.loads(encode_evidence(evidence))
    saved["case"]["seal"]["targets"].append({"kind": "address", "value": "198.51.100.1", "origin": "named"})
    read = decode_evidence(json.dumps(saved).encode())
    assert read.case.seal is not None
    assert (read.case.seal.state, len(read.case.seal.targets)) == ("trusted", 3)
    assert vouched(read.case) == {}
    # In another process, even the true one is only a claim.
    read = decode_evidence(encode_evidence(evidence))
    assert vouched(read.case) == vouched(case)
    seals._vouched.clear()
    assert vouched(read.case) == vouched(case) == {}


def test_memory_of_seals_is_bounded() -> None:
    first = sealed()
    for number in range(300):
        data = case_data(number=f"T-{number}")
        open_case(data, signed_by(data, DESK))
    assert len(seals._vouched) == 200
    assert vouched(first) == {}
    assert vouched(sealed()) != {}


def test_a_draft_is_verified_again_from_what_it_keeps() -> None:
    data = case_data(targets=("shop.net", "9.9.9.9"))
    draft = from_signed_case(open_case(data, signed_by(data, DESK)), "T-17.selfaudit-case")
    seals._vouched.clear()
    draft = decode_draft(encode_draft(draft))
    case = make_case(draft, allow_reserved=False)
    assert case.seal is not None
    assert (case.seal.state, set(vouched(case))) == ("trusted", {Target("domain", "shop.net"), Target("address", "9.9.9.9")})
    forged = replace(draft, seal=replace(case.seal, targets=(*case.seal.targets, Target("address", "8.8.8.8"))))
    assert make_case(forged, allow_reserved=False).seal == case.seal
    for changed, state in (
        (replace(draft, case_file=draft.case_file.replace(b"9.9.9.9", b"8.8.8.8")), "tampered"),
        (replace(draft, case_signature=""), "unsigned"),
        (replace(draft, provider="Somebody else"), "unknown-key"),
        (replace(draft, case_file=b"", seal=forged.seal), "unknown-key"),
    ):
        made = make_case(changed, allow_reserved=False)
        assert made.seal is not None
        assert (made.seal.state, vouched(made)) == (state, {})
    use_folder(None)  # the pack is gone, and with it the key
    assert vouched(make_case(draft, allow_reserved=False)) == {}


def test_a_case_goes_there_and_back_with_its_file() -> None:
    data = case_data(
        targets=("shop.net", "9.9.9.9"), service="VPS", contact="abuse@desk.test", language="de", message="One\nTwo \u202e"
    )
    opened = open_case(data, signed_by(data, DESK))
    case = make_case(from_signed_case(opened), allow_reserved=False)
    assert (case.service, case.contact, case.language, case.message) == ("VPS", "abuse@desk.test", "de", "One\nTwo \\u202e")
    assert make_case(from_case(case, signed=opened), allow_reserved=False) == case
    assert make_case(from_case(case), allow_reserved=False) == case
    assert make_case(Draft((Line("shop.net"),)), allow_reserved=False).seal is None
    assert unproven(None) is None


# The demo


def test_the_demo_s_key_counts_in_the_embedded_internet_alone() -> None:
    case, _brought = demo_inputs("broken")
    assert case.seal is not None
    assert (case.seal.state, case.seal.owner) == ("trusted", "Prez Hosting (demo) Abuse Desk")
    assert set(vouched(case, embedded=True)) == {Target("domain", "blumenhof.example"), Target("address", "198.51.100.25")}
    assert vouched(case) == {}
    assert vouched(replace(case, demo=""), embedded=True) == {}


def test_nobody_is_trusted_by_the_demo_s_key_outside_the_demo(tmp_path: Path) -> None:
    for named in ("demo", "Prez Hosting (demo)"):
        data = case_data(provider=named)
        assert open_case(data, signed_by(data, DEMO_KEY)).seal.state == "unknown-key"
        assert seal_of(data, signed_by(data, DEMO_KEY), named, NAMED).state == "unknown-key"
        assert seal_of(data, signed_by(data, DEMO_KEY), named, NAMED, demo=True).state == "trusted"
    with providers(tmp_path / "fool", pack_text(("demo", DEMO_KEY.public().text(), "A fool"))):
        data = case_data()
        assert open_case(data, signed_by(data, DEMO_KEY)).seal.state == "unknown-key"
    # A file that says of itself that it is for the demo makes no case that is not one.
    signed = demo_signed_case("fixed")
    assert signed.file.demo == "fixed"
    assert seal_for(signed.file, signed.data, signed.signature, signed.file.provider, demo=False).state == "unknown-key"
    draft = from_signed_case(signed)
    assert draft.demo == "fixed"
    assert make_case(replace(draft, demo=""), allow_reserved=True).seal == Seal(
        "unknown-key", DEMO_KEY.public().name, sha256=signed.seal.sha256
    )


# Words, and what else there is to say


def test_signing_names_the_number_and_the_moment() -> None:
    data = case_data(number="T-17\u202e \n 4")
    opened = open_case(data, sign_case(data, DESK, AT))
    assert (opened.seal.state, opened.seal.comment) == ("trusted", f"selfaudit case T-17\\u202e \\n 4 {AT}")
    with pytest.raises(BadInput):
        sign_case(b"{}", DESK, AT)


def test_by_one_key_alone() -> None:
    data = case_data()
    assert checked_by(open_case(data, None), DESK.public()) == "unsigned"
    assert checked_by(open_case(data, "x"), DESK.public()) == "unreadable"
    signed = open_case(data, signed_by(data, STRANGER))
    assert [checked_by(signed, k.public()) for k in (STRANGER, DESK)] == ["fits", "other-key"]
    assert checked_by(open_case(data, signed_by(data, IMPOSTOR)), DESK.public()) == "tampered"


def test_words_for_every_state() -> None:
    told = {
        state: seal_words(Seal(state, "ABC", OWNER))
        for state in ("unsigned", "trusted", "unknown-key", "tampered", "unreadable")
    }
    assert len(set(told.values())) == 5
    assert told["trusted"] == f"This case file was signed by {OWNER} (key ABC) and is as it was signed."
    assert "changed after it was signed" in told["tampered"]
    assert "nobody here vouches for the key ABC" in told["unknown-key"]


def test_departures_from_the_file_are_named() -> None:
    data = case_data(cited=("B-4.4",), steps=("Close it.",))
    file = parse_case(data)
    case = sealed(data, cited=("B-4.4", "B-5.7"), steps=("Close it.", "More"))
    assert departures(case, file) == ()
    approved = (Approval("exposure.relay", "", "T-7"),)
    for changed, name in (
        (replace(case, number="T-1"), "number"),
        (replace(case, provider="Another"), "provider"),
        (replace(case, targets=NAMED[:1]), "targets"),
        (replace(case, cited=()), "cited"),
        (replace(case, steps=()), "steps"),
        (replace(case, exceptions=approved), "exceptions"),
    ):
        assert departures(changed, file) == (name,)
    assert departures(case, parse_case(case_data(targets=()))) == ()
    assert encode_case(file) == data


def test_an_approval_holds_for_its_target_only() -> None:
    given = [{"check": "exposure.relay", "reference": "T-7", "target": "192.0.2.10"}]
    file = parse_case(json.dumps({**json.loads(case_data()), "exceptions": given}).encode())
    case = sealed()
    assert departures(replace(case, exceptions=(Approval("exposure.relay", "192.0.2.10", "T-7"),)), file) == ()
    assert departures(replace(case, exceptions=(Approval("exposure.relay", "", "T-7"),)), file) == ("exceptions",)
