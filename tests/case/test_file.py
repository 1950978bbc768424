"""Case files and declarations about registration: what is taken, and what is refused with file and key."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from selfaudit.case import EvidenceFile, Registrant
from selfaudit.case.file import (
    MAX_EVIDENCE,
    hash_evidence,
    parse_past,
    read_case_file,
    read_registrant,
    read_registrant_file,
    registrant_problems,
)
from selfaudit.errors import UserError

SHA = "ab" * 32


def write(folder: Path, **keys: Any) -> Path:
    path = folder / "case.json"
    path.write_text(json.dumps({"schema": "selfaudit/case/1", **keys}))
    return path


def test_everything_about_registration_is_read(tmp_path: Path) -> None:
    who = {
        "name": "Maria Blum", "organization": "Blumenhof GmbH", "street": "Gärtnerweg 12", "city": "Freiburg", "postal_code": "79098",
        "country": "de", "email": "maria@blumenhof.example", "phone": "0049 761 5550123", "confirmed": "2026-03-31",
        "files": [{"name": "page.png", "sha256": SHA, "size": 12}],
    }  # fmt: skip
    file = read_case_file(
        write(tmp_path, suspended="2026-03-30", hosted=["a.net"], registrant=who, not_registrant=["a.net"], targets=["b.net"])
    )
    assert (file.suspended, file.hosted, file.not_registrant) == ("2026-03-30", ("a.net",), ("a.net",))
    assert file.registrant is not None
    assert read_registrant(file.registrant.typed()) == Registrant(
        "Maria Blum", "Blumenhof GmbH", "Gärtnerweg 12", "Freiburg", "79098", "DE", "maria@blumenhof.example", "+49 761 5550123",
        "2026-03-31", (EvidenceFile("page.png", SHA, 12),),
    )  # fmt: skip


def test_nothing_about_registration_is_needed(tmp_path: Path) -> None:
    file = read_case_file(write(tmp_path, targets=["b.net"]))
    assert (file.suspended, file.hosted, file.registrant, file.not_registrant) == ("", (), None, ())
    empty = read_case_file(write(tmp_path, registrant={})).registrant
    assert empty is not None
    assert read_registrant(empty.typed()) is None


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"suspended": "last week"}, "case.json: suspended: “last week” is not a date"),
        ({"suspended": "2999-01-01"}, "case.json: suspended: 2999-01-01 is still to come"),
        ({"suspended": 20260331}, "case.json: suspended: "),
        ({"suspended": "2026-02-30"}, "case.json: suspended: "),
        ({"hosted": "a.net"}, "case.json: hosted: "),
        ({"hosted": ["a.net", 5]}, "case.json: hosted[1]: "),
        ({"hosted": [f"d{n}.net" for n in range(1001)]}, "case.json: hosted: "),
        ({"targets": [f"d{n}.net" for n in range(1001)]}, "case.json: targets: "),
        ({"sending_ips": ["192.0.2.1"] * 65}, "case.json: sending_ips: "),
        ({"selectors": ["s1"] * 51}, "case.json: selectors: "),
        ({"hosted": ["a" * 261]}, "case.json: hosted[0]: "),
        ({"not_registrant": [f"d{n}.net" for n in range(1001)]}, "case.json: not_registrant: "),
        ({"registrant": "Maria"}, "case.json: registrant: "),
        ({"registrant": {"colour": "red"}}, "colour"),
        ({"registrant": {"name": "x" * 201}}, "case.json: registrant.name: "),
        ({"registrant": {"country": "Germany"}}, "case.json: registrant.country: “Germany”"),
        ({"registrant": {"email": "maria"}}, "case.json: registrant.email: “maria”"),
        ({"registrant": {"phone": "0761 123"}}, "case.json: registrant.phone: “0761 123”"),
        ({"registrant": {"confirmed": "2999-01-01"}}, "case.json: registrant.confirmed: "),
        ({"registrant": {"confirmed": "2026-03-31T10:00:00Z"}}, "case.json: registrant.confirmed: "),
        ({"registrant": {"files": [{"name": "x", "sha256": "AB" * 32, "size": 1}]}}, "case.json: registrant.files[0].sha256: "),
        ({"registrant": {"files": [{"name": "x", "sha256": SHA + "\n", "size": 1}]}}, "registrant.files[0].sha256: "),
        ({"registrant": {"files": [{"name": "x", "sha256": SHA, "size": -1}]}}, "case.json: registrant.files[0].size: "),
        ({"registrant": {"files": [{"name": "", "sha256": SHA, "size": 1}]}}, "case.json: registrant.files[0].name: "),
        ({"registrant": {"files": [{"name": "x", "sha256": SHA, "size": 1}] * 21}}, "case.json: registrant.files: "),
    ],
)  # fmt: skip
def test_wrong_values_are_named_with_file_and_key(keys: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_case_file(write(tmp_path, **keys))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("  ", ""),
        (" 2026-03-31 ", "2026-03-31"),
        ("2026-03-31T23:30:00-02:00", "2026-04-01T01:30:00Z"),
        ("2026-03-31 10:00:00.5z", "2026-03-31T10:00:00Z"),
    ],
)
def test_days_and_moments(typed: str, meant: str) -> None:
    assert parse_past(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["31.03.2026", "2026-3-31", "20260331", "2026-13-01", "2026-03-31T10:00:00", "0001-01-01T00:00:00+14:00", "٢٠٢٦-٠٣-٣١", "x" * 9999],
)  # fmt: skip
def test_what_is_no_date(typed: str) -> None:
    with pytest.raises(UserError, match="not a date"):
        parse_past(typed)


def test_today_is_past_wherever_it_has_begun() -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    assert parse_past(today.isoformat()) == today.isoformat()
    for ahead in (2, 365):
        with pytest.raises(UserError, match="still to come"):
            parse_past((today + datetime.timedelta(days=ahead)).isoformat())
    assert parse_past("2999-01-01", ahead=True) == "2999-01-01"


def test_a_declaration_is_tidied_and_cannot_reorder_a_line() -> None:
    found = read_registrant(Registrant(" Maria \u00a0 Blum ", organization="GmbH\u202e\x1b[31m", email="m@münchen.example"))
    assert found == Registrant("Maria Blum", organization="GmbH\\u202e\\x1b[31m", email="m@münchen.example")
    assert read_registrant(found) == found
    assert registrant_problems(Registrant(name="\u202e" * 150)) == {
        "name": "This is too long: at most 200 characters are kept."
    }


@pytest.mark.parametrize(
    "phone", ["+49 761 5550123", "+1.2125551234", "+44 (0)20 7946 0000", "+1 212 555 1234 ext. 17", "0049 761 5550123"]
)
def test_phone_numbers_as_people_write_them(phone: str) -> None:
    assert registrant_problems(Registrant(phone=phone)) == {}


def test_a_file_of_evidence_is_hashed_and_bounded(tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    page.write_bytes(b"\x89PNG picture")
    assert hash_evidence(page) == EvidenceFile("page.png", hashlib.sha256(b"\x89PNG picture").hexdigest(), 12)
    empty, large, pipe = tmp_path / "empty", tmp_path / "large", tmp_path / "pipe"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(MAX_EVIDENCE + 1)
    os.mkfifo(pipe)
    for path, words in (
        (empty, "empty"), (large, "larger than"), (pipe, "not a file"), (tmp_path, "not a file"), (tmp_path / "absent", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=words):
            hash_evidence(path)


def test_a_declaration_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(b"picture")
    toml, other = tmp_path / "me.toml", tmp_path / "me.json"
    toml.write_text('name = "Maria Blum"\ncountry = "de"\nconfirmed = 2026-03-31\nfiles = ["page.png"]\n')
    other.write_text(json.dumps({"name": "Maria Blum", "country": "DE", "confirmed": "2026-03-31", "files": ["page.png"]}))
    expected = Registrant(
        "Maria Blum", country="DE", confirmed="2026-03-31",
        files=(EvidenceFile("page.png", hashlib.sha256(b"picture").hexdigest(), 7),),
    )  # fmt: skip
    assert read_registrant_file(toml) == expected
    assert read_registrant_file(other) == expected


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("me.toml", "name = ", "not valid TOML"),
        ("me.toml", 'nickname = "M"', "nickname"),
        ("me.toml", "name = 3", "name"),
        ("me.toml", 'country = "Germany"', "me.toml: country: “Germany”"),
        ("me.toml", 'files = ["absent.png"]', "absent.png"),
        ("me.toml", "files = [3]", "files"),
        ("me.json", "{", "me.json"),
        ("me.json", '{"name": 3}', "name"),
        ("me.json", "[" * 100_000, "me.json"),
    ],
)
def test_a_bad_declaration_is_named(name: str, text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_registrant_file(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
