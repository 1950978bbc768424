"""Outside text is made harmless at every edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – “text” äöü 例え", "plain – “text” äöü 例え"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\u202eevil", "\\u202eevil"),
        ("\u200bzero", "\\u200bzero"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_result_is_always_printable(text: str) -> None:
    assert printable(text).isprintable()


def test_long_texts_are_cut() -> None:
    assert printable("x" * 1000, 10) == "x" * 10 + "…"
