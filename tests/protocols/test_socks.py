"""SOCKS requests and replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.socks import (
    SOCKS5_GREETING,
    socks4,
    socks4_reply,
    socks5_connect,
    socks5_method,
    socks5_reply,
    socks5_reply_length,
)


def test_requests() -> None:
    assert bytes.fromhex("050100") == SOCKS5_GREETING
    assert socks4("203.0.113.9", 80, by_name=False) == bytes.fromhex("04010050cb00710900")
    assert socks4("203.0.113.9", 80, by_name=True) == bytes.fromhex("0401005000000001 00") + b"203.0.113.9\0"
    assert socks5_connect("203.0.113.9", 8080) == bytes.fromhex("05010001cb0071091f90")
    assert socks5_connect("2001:db8::9", 80) == bytes.fromhex("05010004 20010db8000000000000000000000009 0050")


def test_version_4_knows_no_ipv6() -> None:
    with pytest.raises(ValueError):
        socks4("2001:db8::9", 80, by_name=False)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("0500", "open"),
        ("0502", "password"),
        ("0501", ""),  # never offered: an echo of our own greeting
        ("05ff", "refused"),
        ("0580", ""),
        ("0400", ""),
        ("05", ""),
        ("", ""),
        ("485454502f", ""),
    ],
)
def test_methods(reply: str, wanted: str) -> None:
    assert socks5_method(bytes.fromhex(reply)) == wanted


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (0, "granted"),
        (1, "tried"),
        (2, "refused"),
        (3, "tried"),
        (4, "tried"),
        (5, "tried"),
        (6, "tried"),
        (7, "refused"),
        (8, "refused"),
        (9, ""),
        (255, ""),
    ],
)
def test_replies_of_version_5(code: int, wanted: str) -> None:
    assert socks5_reply(bytes((5, code, 0, 1)) + bytes(6)) == wanted


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("005a" + "00" * 6, "granted"),
        ("005b" + "00" * 6, "refused"),
        ("005d" + "00" * 6, "refused"),
        ("005e" + "00" * 6, ""),
        ("045a" + "00" * 6, ""),
        ("005a", ""),
    ],
)
def test_replies_of_version_4(reply: str, wanted: str) -> None:
    assert socks4_reply(bytes.fromhex(reply)) == wanted


@pytest.mark.parametrize(
    ("reply", "wanted"), [("0500000100", 10), ("0500000400", 22), ("050000030b", 18), ("0500000900", 0), ("05000001", 0)]
)
def test_lengths(reply: str, wanted: int) -> None:
    assert socks5_reply_length(bytes.fromhex(reply)) == wanted


@given(st.binary(max_size=300))
def test_any_octets_are_understood_or_not(reply: bytes) -> None:
    assert socks5_method(reply) in ("open", "password", "refused", "")
    assert socks5_reply(reply) in ("granted", "refused", "tried", "")
    assert socks4_reply(reply) in ("granted", "refused", "")
    assert 0 <= socks5_reply_length(reply) <= 262
