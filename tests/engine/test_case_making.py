"""Making a case file: every field is checked before anything is written, and nothing is overwritten unasked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from selfaudit.case.file import CaseApproval, CaseFile, encode_case, parse_case, parse_deadline
from selfaudit.case.languages import CODES
from selfaudit.engine.case_making import (
    case_problems,
    case_remarks,
    default_name,
    make_case_file,
    pack_lines,
    read_exception,
    write_case,
)
from selfaudit.engine.seals import open_case, read_signed_case, sign_case
from selfaudit.errors import UserError
from selfaudit.policy.packs import read_pack
from tests.signing import AT, DESK, PROVIDER, providers

TOMORROW = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).date().isoformat()
GOOD = CaseFile(
    schema="selfaudit/case/1", number=" T  17 ", provider="desk", deadline=TOMORROW, suspended="2026-03-01",
    targets=(" shop.net", "9.9.9.0/30", "shop.net"), hosted=("kunde.net",), sending_ips=("9.9.9.1",), cited=("B-4.4", "B-4.4"),
    steps=(" Close   the relay. ",), service="VPS 7", contact="abuse@desk.test", language="DE", message="Please:\n\n  answer. \n",
    exceptions=(CaseApproval("exposure.resolver", "REF-1", "9.9.9.1", "53"),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def provider(tmp_path: Path) -> Iterator[None]:
    with providers(tmp_path / "policies"):
        yield


def changed(**keys: Any) -> CaseFile:
    return msgspec.structs.replace(GOOD, **keys)


def test_a_good_case_is_tidied_and_comes_back_the_same() -> None:
    assert case_problems(GOOD) == {}
    assert case_remarks(GOOD) == ()
    data = make_case_file(GOOD, at=AT)
    assert make_case_file(GOOD, at=AT) == data
    read = parse_case(data)
    assert read == changed(
        number="T 17", provider=PROVIDER, targets=("shop.net", "9.9.9.0/30"), cited=("B-4.4",), steps=("Close the relay.",), language="de",
        message="Please:\n\nanswer.", created=AT,
    )  # fmt: skip
    assert encode_case(read) == data
    assert data.endswith(b"}\n")
    assert b'"bulk"' not in data
    assert make_case_file(read, at=AT) == data


@pytest.mark.parametrize(
    ("keys", "field", "words"),
    [
        ({"number": "  "}, "number", "Give the case its number"),
        ({"number": "x" * 101}, "number", "at most 100 characters"),
        ({"number": "T\u202e1"}, "number", "cannot be shown: T\\u202e1"),
        ({"provider": "", "cited": ()}, "provider", "Name the provider"),
        ({"provider": "\x1b[31m", "cited": ()}, "provider", "cannot be shown"),
        ({"service": "s" * 201}, "service", "at most 200"),
        ({"contact": "a\0b"}, "contact", "cannot be shown"),
        ({"message": "m" * 4001}, "message", "at most 4000"),
        ({"message": "fine\n\u2066not"}, "message", "cannot be shown"),
        ({"deadline": "soon"}, "deadline", "“soon” is not a date"),
        ({"deadline": "2020-01-01"}, "deadline", "2020-01-01 is over"),
        ({"deadline": "2020-01-01T10:00:00Z"}, "deadline", "is over"),
        ({"suspended": "2999-01-01"}, "suspended", "still to come"),
        ({"language": "german"}, "language", "“german” is not the code"),
        ({"language": "xx"}, "language", "“xx” is not the code"),
        ({"targets": ("foo",)}, "targets", "“foo” is a single word"),
        ({"targets": ("shop.net", "10.0.0.1")}, "targets", "10.0.0.1"),
        ({"targets": ("9.9.8.0/23",)}, "targets", "at most 256"),
        ({"hosted": ("9.9.9.9",)}, "hosted", "only domains belong here"),
        ({"sending_ips": ("shop.net",)}, "sending_ips", "is not an IPv4 or IPv6 address"),
        ({"cited": ("B-99",)}, "cited", "Desk Hosting has no clause B-99"),
        ({"provider": "Nobody", "exceptions": ()}, "cited", "where the provider's policy is known"),
        ({"steps": ("x" * 401,)}, "steps", "at most 400"),
        ({"steps": ("",)}, "steps", "may not be empty"),
        ({"steps": ("x",) * 51}, "steps", "At most 50"),
        ({"exceptions": (CaseApproval("exposure.nothing", "R"),)}, "exceptions", "exposure.nothing"),
        ({"exceptions": (CaseApproval("mail.spf", "R"),)}, "exceptions", "lets nobody approve what mail.spf finds"),
        ({"exceptions": (CaseApproval("exposure.relay", " "),)}, "exceptions", "needs a reference"),
        ({"exceptions": (CaseApproval("exposure.relay", "R", "9.9.9.0/30"),)}, "exceptions", "one domain or address"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(keys: dict[str, Any], field: str, words: str) -> None:
    problems = case_problems(changed(**keys))
    assert list(problems) == [field]
    assert words in problems[field]
    with pytest.raises(UserError) as caught:
        make_case_file(changed(**keys), at=AT)
    assert str(caught.value) == f"{field}: {problems[field]}"


def test_what_should_be_known_is_remarked() -> None:
    unknown = changed(provider="Nobody", cited=(), exceptions=())
    assert case_problems(unknown) == {}
    assert "“Nobody” is not known here" in case_remarks(unknown)[0]
    assert "No domain or address is named" in case_remarks(changed(targets=(), hosted=(), sending_ips=()))[0]


def test_reserved_targets_are_for_laboratories() -> None:
    assert case_problems(changed(targets=("shop.test",)), allow_reserved=True) == {}
    assert "reserved" in case_problems(changed(targets=("shop.test",)))["targets"]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("T-17", "T-17.selfaudit-case"),
        ("T 17/3", "T-17-3.selfaudit-case"),
        ("../../etc/passwd", "etc-passwd.selfaudit-case"),
        ("", "case.selfaudit-case"),
        ("...", "case.selfaudit-case"),
        ("nul", "case-nul.selfaudit-case"),
        ("COM1.x", "case-COM1.x.selfaudit-case"),
        ("ü" * 300, "case.selfaudit-case"),
        ("a" * 300, "a" * 60 + ".selfaudit-case"),
    ],
)
def test_the_default_name_is_safe(number: str, name: str) -> None:
    assert default_name(number) == name


def test_approvals_as_typed() -> None:
    assert read_exception(" exposure.relay , REF 1") == CaseApproval("exposure.relay", "REF 1")
    assert read_exception("exposure.relay,R,2001:db8::1,25") == CaseApproval("exposure.relay", "R", "2001:db8::1", "25")
    for text in ("", "exposure.relay", "exposure.relay,", ",R", "a,b,c,d,e"):
        with pytest.raises(UserError, match="is no approval"):
            read_exception(text)


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    path, data = tmp_path / "T.selfaudit-case", make_case_file(GOOD, at=AT)
    text = sign_case(data, DESK, AT)
    written = write_case(path, data, text)
    assert (written.case, written.signature) == (path, tmp_path / "T.selfaudit-case.minisig")
    assert read_signed_case(path).seal.state == "trusted"
    with pytest.raises(UserError, match="is there already; nothing was written"):
        write_case(path, b"other", None)
    assert path.read_bytes() == data
    path.unlink()
    with pytest.raises(UserError, match=r"T\.selfaudit-case\.minisig: is there already"):
        write_case(path, data, None)
    assert not path.exists()
    # An older signature would call the new file tampered with.
    assert write_case(path, data, None, force=True).signature is None
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["T.selfaudit-case"]
    with pytest.raises(UserError):
        write_case(tmp_path / "policies", data, None, force=True)


def test_days_to_come() -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    assert parse_deadline("") == ""
    assert parse_deadline(f" {today} ") == today.isoformat()
    assert parse_deadline("2999-03-31T23:30:00-02:00") == "2999-04-01T01:30:00Z"
    for over in (
        today - datetime.timedelta(days=2),
        "2026-03-31T10:00:00",
        "31.03.2999",
        "٢٩٩٩-٠٣-٣١",
        "0001-01-01T00:00:00+14:00",
    ):
        with pytest.raises(UserError):
            parse_deadline(str(over))


def test_the_lines_for_a_pack_are_a_pack_s() -> None:
    lines = pack_lines(DESK.public(), 'The "desk" \\ \n of Größe')
    pack = read_pack(f'id = "mine"\nname = "Mine"\nbased_on = "prezcomm"\n{lines}\n')
    (key,) = pack.keys
    assert (key.key, key.owner) == (DESK.public().text(), 'The "desk" \\ of Größe')
    assert key.id == f"key-{DESK.public().name.lower()}"


def test_codes_of_languages() -> None:
    assert len(CODES) == 183
    assert {"en", "de", "fr", "ja", "zu"} <= CODES
    assert all(len(code) == 2 and code.isascii() and code.islower() for code in CODES)


def test_an_opened_case_keeps_its_octets() -> None:
    data = make_case_file(GOOD, at=AT)
    assert open_case(data, None).data == data
