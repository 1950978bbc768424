"""Encodings, marks, JSON in its forms, and files that mean harm."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols.ledger.form import HEAD, recognise
from selfaudit.protocols.ledger.rows import MAX_VALUE, RowReader

TEXT = "E-Mail;Herkunft;Bestätigt am\njörg@müller.test;Straße;2024-01-02\nb@shop.test;web;2024-01-03\n"


def rows_of(data: bytes, **given: int) -> tuple[list[tuple[str, ...]], RowReader]:
    form = recognise(data[:HEAD])
    reader = RowReader(io.BytesIO(data), form, range(len(form.names)), **given)
    return [row for _number, batch in reader.batches() for row in batch], reader


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    rows, reader = rows_of(TEXT.replace("\n", end).encode(encoding))
    assert rows == [("jörg@müller.test", "Straße", "2024-01-02"), ("b@shop.test", "web", "2024-01-03")]
    assert reader.form.names == ("E-Mail", "Herkunft", "Bestätigt am")
    assert (reader.unreadable, reader.why) == (0, "")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(mark: str) -> None:
    rows, reader = rows_of(f"email{mark}source\na@shop.test{mark}web\nb@shop.test{mark}fair\n".encode())
    assert rows == [("a@shop.test", "web"), ("b@shop.test", "fair")]
    assert reader.form.delimiter == mark


def test_quotes() -> None:
    rows, _r = rows_of(b'email,source\na@shop.test,"a ""b"", c"\n')
    assert rows == [("a@shop.test", 'a "b", c')]
    rows, _r = rows_of(b'email,source\na@shop.test,"a \\"b\\", c"\n')
    assert rows == [("a@shop.test", 'a "b", c')]
    rows, _r = rows_of(b"'email','source'\n'a@shop.test','x, y'\n")
    assert rows == [("a@shop.test", "x, y")]
    rows, reader = rows_of(b"sep=;\r\nemail;source\r\na@shop.test;web\r\n")
    assert rows == [("a@shop.test", "web")]
    assert reader.form.skip == 1


def test_a_list_without_names() -> None:
    rows, reader = rows_of(b"a@shop.test\nb@shop.test\n")
    assert rows == [("a@shop.test",), ("b@shop.test",)]
    assert (reader.form.headless, reader.form.names) == (True, ("",))


def test_rows_of_another_width_are_counted() -> None:
    rows, reader = rows_of(b"email,source\na@shop.test,web\nb@shop.test;web\n\nc@shop.test,web,,\nd@shop.test,web,x\n,\n")
    assert rows == [("a@shop.test", "web"), ("c@shop.test", "web"), ("", "")]
    assert reader.unreadable == 2


def test_a_quote_that_is_never_closed_costs_its_rows_and_no_others() -> None:
    lines = [f"p{i}@shop.test,web" for i in range(40_000)]
    lines[100] = 'p100@shop.test,"web'
    rows, reader = rows_of(("email,source\n" + "\n".join(lines)).encode())
    assert len(rows) + reader.unreadable >= 40_000
    assert rows[:100] == [(f"p{i}@shop.test", "web") for i in range(100)]
    assert reader.unreadable > 1000
    assert rows[-1] == ("p39999@shop.test", "web")


def test_a_quote_that_swallows_rows_and_is_closed() -> None:
    lines = [f"p{i}@shop.test,web" for i in range(200)]
    lines[10], lines[90] = 'p10@shop.test,"web', 'p90@shop.test,web"'
    rows, reader = rows_of(("email,source\n" + "\n".join(lines)).encode())
    assert (len(rows), reader.unreadable) == (119, 81)


def test_stray_quotes_in_pairs_swallow_no_row_unseen() -> None:
    lines = [f"p{i}@shop.test,web,note" for i in range(300)]
    for i in range(0, 300, 2):
        lines[i], lines[i + 1] = lines[i].replace("web", '"web'), lines[i + 1].replace("web", 'web"')
    rows, reader = rows_of(("email,source,note\n" + "\n".join(lines)).encode())
    assert (len(rows), reader.unreadable) == (0, 300)


def test_a_note_of_two_lines_is_read_where_it_is_not_wanted() -> None:
    data = b'email,source,note\na@shop.test,web,"Main Street\nTown"\nb@shop.test,web,"x\nc@shop.test,web,y"\nd@shop.test,web,\n'
    form = recognise(data)
    reader = RowReader(io.BytesIO(data), form, [0, 1])
    rows = [row for _number, batch in reader.batches() for row in batch]
    assert rows == [("a@shop.test", "web"), ("d@shop.test", "web")]
    assert reader.unreadable == 2


@pytest.mark.parametrize(
    "tail",
    [
        '[{"email":"z@shop.test"}]',
        ',{"email":"z@shop.test"}]',
        ',"unsubscribed":[{"email":"z@shop.test"}]}',
        "}}",
        "x" * 3_000_000,
    ],
)
def test_what_stands_behind_the_list_is_said(tail: str) -> None:
    rows, reader = rows_of(('[{"email":"a@shop.test"}]' + tail).encode())
    assert (rows, reader.why) == ([("a@shop.test",)], "behind the list of rows there is more")


@pytest.mark.parametrize("tail", ["", "\n", " } \n", "\n" * 2_000_000 + "}"])
def test_the_end_of_the_object_around_the_list_is_none(tail: str) -> None:
    assert rows_of(('{"members":[{"email":"a@shop.test"}]' + tail).encode())[1].why == ""


@pytest.mark.parametrize("bad", [b'{"email":"x\n', b'"a\n', b'"a\n"b\n'])
def test_a_file_of_broken_rows_is_given_up(bad: bytes) -> None:
    head = b'{"email":"a@shop.test"}\n' if bad[:1] == b"{" else b"email,x\n"
    _rows, reader = rows_of(head + bad * 400_000)
    assert reader.why == "more than 100000 rows could not be read"
    assert reader.unreadable < 1_500_000


@pytest.mark.parametrize("layout", ["{}", "[{}]", '{{"members": [{}]}}'])
def test_json_layouts(layout: str) -> None:
    objects = [{"email": "a@shop.test", "n": 5, "ok": True, "x": None}, {"email": "b@shop.test", "deep": {"a": [1]}}]
    mark = "\n" if layout == "{}" else ","
    text = layout.format(mark.join(json.dumps(o) for o in objects))
    rows, reader = rows_of(text.encode())
    assert reader.form.names == ("email", "n", "ok", "x", "deep")
    assert rows == [("a@shop.test", "5", "1", "", ""), ("b@shop.test", "", "", "", "")]
    assert (reader.unreadable, reader.why) == (0, "")


def test_indented_json() -> None:
    rows, reader = rows_of(json.dumps([{"email": "a@shop.test"}] * 3, indent=4).encode("utf-16"))
    assert rows == [("a@shop.test",)] * 3
    assert reader.form.kind == "JSON"


def test_json_that_breaks_off_is_said() -> None:
    rows, reader = rows_of(b'[{"email":"a@shop.test"},{"email":"b@shop')
    assert rows == [("a@shop.test",)]
    assert reader.why == "behind row 1 it is no JSON any more"
    rows, reader = rows_of(b'[{"email":"a@shop.test"}')
    assert (rows, reader.why) == ([("a@shop.test",)], "the list in it is not closed")


def test_json_lines_go_on_after_a_bad_line() -> None:
    rows, reader = rows_of(b'{"email":"a@shop.test"}\n{broken\n[1]\n{"email":"b@shop.test"}\n')
    assert rows == [("a@shop.test",), ("b@shop.test",)]
    assert (reader.unreadable, reader.why) == (2, "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"PK\x03\x04" + b"\0" * 50, "workbook or a ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\0", "database"),
        (b"abc" + b"\0\0\0\0\0" * 40, "no text"),
        (b"a," * 600 + b"\n", "more than 500 columns"),
    ],
)
def test_what_is_no_ledger(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        recognise(data)


BOMBS = {
    "one line": b"email,source\n" + b"x" * 6_000_000,
    "one field in quotes": b'email,source\n"' + b"x\n" * 400_000,
    "one row in quotes": b"email,source\n" + b'"\n",' * 500_000,
    "only commas": b"email,source\n" + b"," * 3_000_000,
    "only quotes": b"email,source\n" + b'"' * 3_000_000,
    "deep list": b'[{"email":"a@shop.test"},' + b"[" * 3_000_000,
    "deep lines": b'{"email":"a@shop.test"}\n' + b'{"a":' * 300_000 + b"\n",
    "long text": b'[{"email":"' + b"a" * 3_000_000,
    "long number": b'[{"email":' + b"9" * 3_000_000 + b"}]",
    "nul": b"email,source\na\0b@shop.test,\0\n" + b"c@shop.test,web\n" * 40,
    "bad UTF-8": b"email,source\n" + b"a@shop.test,web\n" * 30_000 + b"\xff\xfe@shop.test,\xc3\n",
    "half UTF-16": "email,source\na@shop.test,x\n".encode("utf-16") + b"\x00",
    "lone surrogate": b'[{"email":"\\ud800@shop.test"}]',
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end(name: str) -> None:
    rows, reader = rows_of(BOMBS[name])
    assert rows or reader.unreadable or reader.why
    assert all(len(value) <= MAX_VALUE for row in rows for value in row)


def test_hashes_cover_the_whole_file() -> None:
    import hashlib

    data = b"email\n" + b"a@shop.test\n" * 1000
    _rows, reader = rows_of(data, max_rows=5)
    assert reader.tee.sha256.hexdigest() == hashlib.sha256(data).hexdigest()
    assert reader.tee.secret.digest() != hashlib.sha256(data).digest()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(alphabet="a@.,;\"'\\\n\r\t[]{}:1=\0é", max_size=300).map(str.encode)))
def test_any_bytes(data: bytes) -> None:
    try:
        rows, reader = rows_of(data)
    except BadInput:
        return
    assert all(len(row) == len(reader.form.names) for row in rows)
