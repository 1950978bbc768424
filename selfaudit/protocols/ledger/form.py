"""How a ledger is written: its encoding, CSV with which marks (RFC 4180 and its relatives), or JSON (RFC 8259)."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.ledger.model import Form
from selfaudit.protocols.ledger.times import read_time

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

HEAD = 262_144  # octets from which the form is recognised
MAX_COLUMNS = 500
MAX_NAME = 200
_MANY_DIGITS = 5  # in a value that cannot be the name of a column; years have four
_DELIMITERS = ",;\t|"
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s.]{2,}")
_WRAPPED = re.compile(r'\s*\{\s*"[^"\\]{1,60}"\s*:\s*\[')
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_NO_TEXT = {
    b"PK\x03\x04": phrase("this is a workbook or a ZIP archive; save the ledger as CSV"),
    b"\xd0\xcf\x11\xe0": phrase("this is a workbook; save the ledger as CSV"),
    b"\x1f\x8b": phrase("this is compressed; unpack it first"),
    b"%PDF": phrase("this is a PDF; export the ledger as CSV"),
    b"SQLite format 3": phrase("this is a database; export the ledger as CSV"),
}


def recognise(head: bytes) -> Form:
    """The form of a ledger by its first octets (`HEAD`).

    Raises:
        BadInput: it is empty, or no text.
    """
    for mark, why in _NO_TEXT.items():
        if head.startswith(mark):
            raise BadInput(why)
    encoding, text = _decode(head)
    if not text.strip():
        raise BadInput(phrase("the ledger is empty"))
    if text.count("\0") > len(text) // 100:
        raise BadInput(phrase("this is no text"))
    first = text.lstrip()[:1]
    if first in "[{" and (found := _json(text, encoding)):
        return found
    return _csv(text, encoding)


def _decode(head: bytes) -> tuple[str, str]:
    """The encoding, and the text without its last, perhaps cut line."""
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif len(head) >= 8 and head[1:400:2].count(0) > 0.9 * len(head[1:400:2]):
        encoding = "utf-16-le"
    elif len(head) >= 8 and head[0:400:2].count(0) > 0.9 * len(head[0:400:2]):
        encoding = "utf-16-be"
    else:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "latin-1"
    return encoding, codecs.getincrementaldecoder(encoding)("replace").decode(head)


def _json(text: str, encoding: str) -> Form | None:
    """JSON if an object is there; None if it only looks like it."""
    stripped = text.lstrip()
    lead = len(text) - len(stripped)
    wrapped = _WRAPPED.match(stripped)
    line, _mark, rest = stripped.partition("\n")
    if stripped[0] == "{" and _object(line) is not None and (rest.strip() or not wrapped):
        return Form("JSON lines", encoding, names=json_names(text[lead:]))
    if stripped[0] == "[" or wrapped:
        start = lead + (wrapped.end() if wrapped else 1)
        rest = text[start:].lstrip()
        if rest[:1] in ("{", "]", ""):
            return Form("JSON", encoding, names=json_names(text[start:]), start=start)
    return None


def _object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def json_names(text: str) -> tuple[str, ...]:
    """The keys of the objects in a text, in the order in which they first appear."""
    names: dict[str, None] = {}
    decoder = json.JSONDecoder()
    place = 0
    while len(names) < MAX_COLUMNS:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            names.update(dict.fromkeys(k for k in value if len(k) <= MAX_NAME))
    return tuple(names)[:MAX_COLUMNS]


def _csv(text: str, encoding: str) -> Form:
    text = text.removeprefix("\ufeff")
    skip, delimiter = 0, ""
    told = _SEP_LINE.match(text)
    if told:
        skip, delimiter, text = 1, told[1], text[told.end() :]
    lines = text.splitlines()[:200]
    if len(text) > HEAD // 4 and len(lines) > 1 and not text.endswith("\n"):
        lines = lines[:-1]
    quote = "'" if lines and lines[0].lstrip().startswith("'") and lines[0].count("'") >= 2 else '"'
    escape = "\\" if f"\\{quote}" in text[:65_536] else ""
    delimiter = delimiter if delimiter in _DELIMITERS and delimiter else _delimiter(lines, quote, escape)
    names = next(iter(first_rows(lines, Form("CSV", encoding, delimiter, quote, escape), 1)), [])
    if not names:
        raise BadInput(phrase("the ledger is empty"))
    if len(names) > MAX_COLUMNS:
        raise BadInput(phrase("it has more than {limit} columns", limit=MAX_COLUMNS))
    headless = any(looks_like_data(n) for n in names)
    shown = tuple("" if headless else n.strip()[:MAX_NAME] for n in names)
    return Form("CSV", encoding, delimiter, quote, escape, skip, shown, headless)


def _delimiter(lines: list[str], quote: str, escape: str) -> str:
    """The mark by which most lines have the same number of fields, and more than one; a comma if none does."""
    best, best_score = ",", (0.0, 0)
    for mark in _DELIMITERS:
        widths = Counter(len(r) for r in first_rows(lines, Form("CSV", "", mark, quote, escape), 100) if r)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = (count / widths.total(), width)
        if width > 1 and score > best_score:
            best, best_score = mark, score
    return best


def first_rows(lines: list[str], form: Form, limit: int) -> list[list[str]]:
    """Rows of the first lines, as far as they can be read."""
    rows: list[list[str]] = []
    try:
        for row in make_reader(iter(line + "\n" for line in lines), form):
            if any(row):
                rows.append(row)
            if len(rows) >= limit:
                break
    except csv.Error:
        pass
    return rows


def make_reader(lines: Iterable[str], form: Form) -> CsvReader:
    """The reader of the standard library for this form."""
    return csv.reader(
        lines,
        delimiter=form.delimiter,
        quotechar=form.quote,
        escapechar=form.escape or None,
        skipinitialspace=True,
        strict=False,
    )


def looks_like_data(text: str) -> bool:
    """Whether a value is none that a column would be called."""
    text = text.strip()
    if _ADDRESS.fullmatch(text[:300]):
        return True
    if sum(c.isdigit() for c in text[:300]) >= _MANY_DIGITS:
        return True  # a telephone number, a customer's number, a hash
    if not text[:1].isdigit():
        return False
    try:
        read_time(text)
    except (ValueError, OverflowError):
        return False
    return True
