"""JSON from strangers: size, depth, encoding and numbers have bounds, and no type is trusted."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols import bounded_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_what_is_read() -> None:
    assert bounded_json.loads(b'{"a": [1, -2.5e3, true, null, "\\u00fc"]}') == {"a": [1, -2500.0, True, None, "ü"]}
    assert bounded_json.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert bounded_json.loads('\ufeff{"a": 1}') == {"a": 1}
    assert bounded_json.loads('{"a": 1, "a": 2}') == {"a": 2}
    assert bounded_json.loads("1" * 100) == int("1" * 100)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b'"open', "not JSON"),
        (b'"open\\', "not JSON"),
        (b"]]]]", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b'"\xe4"', "UTF-8"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"1e999", "too large"),
        (b"[" + b"9" * 101 + b"]", "100 digits"),
        (b"[" + b"9" * 1_000_000 + b"]", "100 digits"),
    ],
)
def test_what_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        bounded_json.loads(data)


@pytest.mark.parametrize("bomb", [b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000])
def test_nesting_bombs_are_refused_before_they_are_parsed(bomb: bytes) -> None:
    with pytest.raises(BadInput, match="deeper than 64"):
        bounded_json.loads(bomb)


def test_the_depth_has_an_exact_limit_and_brackets_in_strings_do_not_count() -> None:
    assert bounded_json.loads(b"[" * 64 + b"]" * 64)
    with pytest.raises(BadInput, match="deeper"):
        bounded_json.loads(b"[" * 65 + b"]" * 65)
    assert bounded_json.loads(json.dumps(["[" * 1000 + '"\\' + "{" * 1000])) == ["[" * 1000 + '"\\' + "{" * 1000]
    assert bounded_json.loads("[" + "[]," * 1000 + "[]]", max_depth=2)


def test_size() -> None:
    with pytest.raises(BadInput, match="larger than 4000000"):
        bounded_json.loads(b" " * 50_000_000)
    with pytest.raises(BadInput, match="larger than 9"):
        bounded_json.loads('"ääää"', max_octets=9)  # ten octets in UTF-8
    assert bounded_json.loads('"ääää"', max_octets=10) == "ääää"


def test_half_surrogate_pairs_do_not_reach_a_record() -> None:
    assert bounded_json.text(bounded_json.loads(b'"a\\ud800b"')) == "a?b"


def test_types_are_not_trusted() -> None:
    assert bounded_json.text(" a ") == "a"
    assert bounded_json.text(12) == "12"
    others: list[object] = [None, True, 1.5, [], {}, 10**30]
    assert [bounded_json.text(value) for value in others] == [""] * 6
    assert bounded_json.text("x" * 300) == "x" * 200
    assert bounded_json.texts(["a", None, " ", ["b"], 3]) == ["a", "3"]
    assert bounded_json.items("a") == ["a"]
    assert bounded_json.items(None) == []
    assert len(bounded_json.items([0] * 1000)) == 50
    assert bounded_json.mapping([1]) == {}


@given(JSON)
def test_json_comes_back_unchanged(value: object) -> None:
    assert bounded_json.loads(json.dumps(value)) == value


@given(st.binary(max_size=300) | st.text('[]{}",:\\0aeE.-', max_size=100))
def test_any_octets(data: bytes | str) -> None:
    with contextlib.suppress(BadInput):
        bounded_json.loads(data)
