"""TLSA records against certificates, and certificates against names."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols.dane import Match, Tlsa, covers, match, parse
from tests.checks.tables.mail_starttls import GOOD

KEY, WHOLE = b"a public key", b"a whole certificate"
CA_KEY, CA_WHOLE = b"an authority's key", b"an authority's certificate"


def h(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def h512(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


SHOWN = replace(
    GOOD, sha256=h(WHOLE), spki_sha256=h(KEY), full_sha512=h512(WHOLE), spki_sha512=h512(KEY), authorities=((h(CA_WHOLE), h(CA_KEY)),)
)  # fmt: skip


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ("3 1 1 00ff", Tlsa(3, 1, 1, b"\x00\xff")),
        ("3 1 1 00 FF", Tlsa(3, 1, 1, b"\x00\xff")),
        ("  2\t0  2   abcd ", Tlsa(2, 0, 2, b"\xab\xcd")),
        ("255 255 255 00", Tlsa(255, 255, 255, b"\0")),
    ],
)
def test_a_record_is_read(record: str, wanted: Tlsa) -> None:
    assert parse(record) == wanted


@pytest.mark.parametrize(
    "record",
    [
        "",
        "3",
        "3 1 1",
        "3 1 1 0",
        "3 1 1 xy",
        "a 1 1 00",
        "3 1 00ff",
        "3 1 1 é0",
        "\\# 4 03010100",
        "3 " + "9" * 5000 + " 1 00",
    ],
)
def test_what_is_no_record_is_refused(record: str) -> None:
    with pytest.raises(BadInput):
        parse(record)


@given(
    st.one_of(
        st.text(max_size=80), st.tuples(st.sampled_from("0123"), st.text(max_size=40)).map(lambda t: f"{t[0]} 1 1 {t[1]}")
    )
)
def test_any_text_is_read_or_refused(record: str) -> None:
    try:
        read = parse(record)
    except BadInput:
        return
    assert match(read, SHOWN) in Match


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (f"3 1 1 {h(KEY)}", Match.YES),
        (f"3 0 1 {h(WHOLE)}", Match.YES),
        (f"3 1 2 {h512(KEY)}", Match.YES),
        (f"3 0 2 {h512(WHOLE)}", Match.YES),
        (f"3 1 0 {KEY.hex()}", Match.YES),
        (f"3 0 0 {WHOLE.hex()}", Match.YES),
        (f"3 1 1 {h(WHOLE)}", Match.NO),
        (f"3 1 1 {h(CA_KEY)}", Match.NO),
        (f"3 1 2 {h(KEY)}", Match.NO),
        (f"3 1 0 {h(KEY)}", Match.NO),
        (f"2 1 1 {h(CA_KEY)}", Match.YES),
        (f"2 0 1 {h(CA_WHOLE)}", Match.YES),
        (f"2 1 0 {CA_KEY.hex()}", Match.YES),
        (f"2 1 1 {h(KEY)}", Match.NO),
        (f"2 0 0 {b'another'.hex()}", Match.CANNOT_TELL),
        (f"2 1 2 {h512(CA_KEY)}", Match.CANNOT_TELL),
        (f"1 1 1 {h(KEY)}", Match.UNUSABLE),
        (f"0 0 1 {h(WHOLE)}", Match.UNUSABLE),
        (f"4 1 1 {h(KEY)}", Match.UNUSABLE),
        (f"3 2 1 {h(KEY)}", Match.UNUSABLE),
        (f"3 1 3 {h(KEY)}", Match.UNUSABLE),
    ],
)
def test_records_against_a_certificate(record: str, wanted: Match) -> None:
    assert match(parse(record), SHOWN) is wanted


def test_without_data_a_record_is_of_no_use() -> None:
    assert match(Tlsa(3, 1, 1, b""), SHOWN) is Match.UNUSABLE


def test_what_was_not_kept_cannot_be_compared() -> None:
    assert match(parse(f"3 1 2 {h512(KEY)}"), replace(SHOWN, spki_sha512="")) is Match.CANNOT_TELL


def test_an_authority_that_was_not_sent() -> None:
    assert match(parse(f"2 1 1 {h(CA_KEY)}"), replace(SHOWN, authorities=())) is Match.NO


@pytest.mark.parametrize(
    ("name", "host", "wanted"),
    [
        ("mail.shop.test", "mail.shop.test", True),
        ("MAIL.shop.test.", "mail.Shop.test", True),
        ("*.shop.test", "mail.shop.test", True),
        ("*.shop.test", "a.mail.shop.test", False),
        ("*.shop.test", "shop.test", False),
        ("*.shop.test", ".shop.test", True),
        ("m*.shop.test", "mail.shop.test", False),
        ("*", "localhost", False),
        ("*.", "localhost", False),
        ("", "mail.shop.test", False),
        ("shop.test", "mail.shop.test", False),
        ("mail.shop.test", "mail.shop.test.evil.test", False),
    ],
)
def test_a_certificate_covers_a_host(name: str, host: str, wanted: bool) -> None:
    assert covers((name,), host) is wanted
    assert covers(("other.test", name), host) is wanted


def test_no_names_cover_nothing() -> None:
    assert not covers((), "mail.shop.test")


@given(st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20))
def test_any_names_are_compared(names: list[str], host: str) -> None:
    assert covers(tuple(names), host) in (True, False)
