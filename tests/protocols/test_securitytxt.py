"""security.txt (RFC 9116)."""

from __future__ import annotations

import datetime

import pytest

from selfaudit.errors import BadInput
from selfaudit.protocols.securitytxt import Problem, parse

GOOD = "Contact: mailto:security@shop.test\nExpires: 2027-01-31T12:00:00Z\n"


def problems(text: str) -> set[Problem]:
    return {problem for problem, _value in parse(text).problems}


def test_a_good_file() -> None:
    text = (
        "\ufeff# Our address\r\nContact: https://shop.test/report\r\nCONTACT: tel:+49-30-1234567\r\n\r\nexpires:2027-01-31t13:00:00.5+01:00\r\n"
        "Preferred-Languages: en, de-AT\r\nCanonical: https://shop.test/.well-known/security.txt\r\nX-Future: whatever: it: is\r\n"
    )
    file = parse(text)
    assert file.contacts == ("https://shop.test/report", "tel:+49-30-1234567")
    assert file.expires == datetime.datetime(2027, 1, 31, 12, tzinfo=datetime.UTC).timestamp()
    assert file.languages == ("en", "de-AT")
    assert file.canonical == ("https://shop.test/.well-known/security.txt",)
    assert file.fields == ("contact", "expires", "preferred-languages", "canonical", "x-future")
    assert (file.signed, file.problems) == (False, ())


def test_a_signed_file_counts_only_what_is_signed() -> None:
    text = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{GOOD}- -----Policy: no field\n- Encryption: openpgp4fpr:5f2de\n"
        "-----BEGIN PGP SIGNATURE-----\nVersion: X\n\niQ==\n-----END PGP SIGNATURE-----\nContact: mailto:stranger@else.test\n"
    )
    file = parse(text)
    assert file.signed
    assert file.contacts == ("mailto:security@shop.test",)
    assert "encryption" in file.fields
    assert "version" not in file.fields
    unfinished = parse("-----BEGIN PGP SIGNED MESSAGE-----\n\n" + GOOD)
    assert unfinished.contacts == ("mailto:security@shop.test",)
    assert {p for p, _v in unfinished.problems} == {Problem.BAD_SIGNATURE_FORM}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, set()),
        ("Contact: mailto:a@shop.test\n", {Problem.NO_EXPIRES}),
        ("Expires: 2027-01-31T12:00:00Z\n", {Problem.NO_CONTACT}),
        (GOOD + "Contact: a@shop.test\n", {Problem.BAD_CONTACT}),
        (GOOD + "Contact: http://shop.test/\n", {Problem.BAD_CONTACT}),
        (GOOD + "Contact: mailto:\n", {Problem.BAD_CONTACT}),
        (GOOD + "Contact: xmpp:a@shop.test\n", set()),
        (GOOD + "Expires: 2028-01-31T12:00:00Z\n", {Problem.MANY_EXPIRES}),
        (GOOD + "Preferred-Languages: en\nPreferred-Languages: de\n", {Problem.MANY_LANGUAGES}),
        (GOOD + "Preferred-Languages: en; de\n", {Problem.BAD_LANGUAGES}),
        (GOOD + "Policy: http://shop.test/p\n", {Problem.BAD_LINK}),
        (GOOD + "Hiring: /jobs\n", {Problem.BAD_LINK}),
        (GOOD + "hello\n", {Problem.BAD_LINE}),
        (GOOD + " folded\n", {Problem.BAD_LINE}),
    ],
)
def test_problems(text: str, expected: set[Problem]) -> None:
    assert problems(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2027-01-31", "2027-01-31T12:00Z", "2027-01-31T12:00:00", "2027-02-30T12:00:00Z", "2027-01-31 12:00:00Z", "31.01.2027", "0000-01-01T00:00:00Z",
        "2027-13-01T00:00:00Z", "2027-01-31T25:00:00Z", "2027-01-31T12:00:61Z", "2027-01-31T12:00:00+99:00", "9" * 5000, "",
        "２０２７-01-31T12:00:00Z",
    ],
)  # fmt: skip
def test_dates_that_cannot_be_read(value: str) -> None:
    file = parse(f"Contact: mailto:a@shop.test\nExpires: {value}\n")
    assert file.expires is None
    assert {p for p, _v in file.problems} == {Problem.BAD_EXPIRES}


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_dates_at_the_ends_of_time(value: str) -> None:
    file = parse(f"Contact: mailto:a@shop.test\nExpires: {value}\n")
    assert file.expires is None
    assert (Problem.BAD_EXPIRES, value) in file.problems


def test_a_leap_second_is_a_time() -> None:
    assert parse("Contact: mailto:a@b.test\nExpires: 2016-12-31T23:59:60Z\n").expires == 1_483_228_799.0


@pytest.mark.parametrize(
    "text", ["", "\0", "<html><body>Not found</body></html>", "nothing: to see\n", "-----BEGIN PGP SIGNED MESSAGE-----", GOOD + "#" * 40_000, ":" * 9000]
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


def test_what_it_shows_is_harmless_and_bounded() -> None:
    file = parse(GOOD + "Contact: mailto:\u202e@x.test\nbad \x1b[31m\n" + "Contact: x\n" * 900)
    assert len(file.problems) <= 50
    for _problem, value in file.problems:
        assert "\x1b" not in value
        assert "\u202e" not in value
        assert len(value) <= 121
