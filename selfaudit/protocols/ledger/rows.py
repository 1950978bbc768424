"""The rows of a ledger, batch by batch, within bounds of memory whatever the file holds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from selfaudit.i18n import phrase
from selfaudit.protocols.ledger.form import make_reader
from selfaudit.protocols.ledger.model import Form

MAX_ROWS = 5_000_000
MAX_OCTETS = 4_000_000_000
MAX_UNREADABLE = 100_000  # rows; a file with more of them is no ledger that could be judged
MAX_VALUE = 2000  # characters of a value that are looked at
_MAX_LINE = 200_000
_BATCH = 50_000  # characters; a batch is handed over when so many were read; small ones stay in the cache of the processor
_MAX_ROW = 4_000_000  # characters that one row may swallow by a quote that is never closed
_MAX_LINES_OF_A_ROW = 20
_CHUNK = 1_048_576
_MAX_OBJECT = 262_144
_OBJECTS = 500  # of a batch
_SPACE = " \t\r\n,"

Row = tuple[str, ...]


class Readable(Protocol):
    """What a ledger is read from."""

    def read(self, size: int = -1, /) -> bytes: ...


class Tee(io.RawIOBase):
    """A file that is hashed while it is read, twice: SHA-256 names it; BLAKE2b, which is never shown, keys the pseudonyms."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.secret = hashlib.blake2b(digest_size=32, person=b"selfaudit ledger")
        self.octets = 0
        self.cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._file.read(min(len(view), MAX_OCTETS - self.octets))
        if not data and self._file.read(1):
            self.cut = True
        view[: len(data)] = data
        self.sha256.update(data)
        self.secret.update(data)
        self.octets += len(data)
        return len(data)


class RowReader:
    """Hands out the wanted columns of every row that can be read.

    Attributes:
        tee: the file; its hashes hold when everything was read.
        rows: handed out, with those that have no recipient.
        unreadable: rows or lines that could not be read.
        why: why it was not read to its end, "" if it was.
        late: keys of JSON objects that the first ones did not have.
    """

    def __init__(self, file: Readable, form: Form, columns: Sequence[int], *, max_rows: int = MAX_ROWS) -> None:
        self.tee = Tee(file)
        self.form = form
        self._columns = columns
        self._max_rows = max_rows
        errors = "surrogateescape" if form.encoding in ("utf-8", "utf-8-sig") else "replace"
        self._text = io.TextIOWrapper(
            io.BufferedReader(self.tee, _CHUNK),
            encoding=form.encoding,
            errors=errors,
            newline="" if form.kind == "CSV" else None,
        )
        self.rows = self.unreadable = 0
        self.why = ""
        self.late: dict[str, None] = {}
        self._taken = 0  # characters since the last batch
        self._long = False  # whether a line among them is longer than a value may be

    def batches(self) -> Iterator[tuple[int, list[Row]]]:
        """(Number of the first row, rows); values are cut at `MAX_VALUE` characters. Stops, and says why, at the limits."""
        source = self._csv() if self.form.kind == "CSV" else self._json() if self.form.kind == "JSON" else self._json_lines()
        for batch in source:
            number = self.rows + 1
            room = self._max_rows - self.rows
            if len(batch) > room:
                batch = batch[:room]
                self.why = phrase("only the first {limit} rows were read", limit=self._max_rows)
            elif self.unreadable > MAX_UNREADABLE:
                self.why = phrase("more than {limit} rows could not be read", limit=MAX_UNREADABLE)
            self.rows += len(batch)
            if batch:
                yield number, batch
            if self.why:
                break
        self._finish()

    def _finish(self) -> None:
        """Reads the rest for the hash."""
        while self._text.buffer.read(_CHUNK):
            pass
        if self.tee.cut:
            self.why = self.why or phrase("only the first {limit} octets were read", limit=MAX_OCTETS)

    def _lines(self) -> Iterator[str]:
        readline = self._text.readline
        while line := readline(_MAX_LINE):
            size = len(line)
            self._taken += size
            if size > MAX_VALUE:
                self._long = True
            if self._taken > _MAX_ROW:
                raise csv.Error
            yield line

    def _csv(self) -> Iterator[list[Row]]:
        for _number in range(self.form.skip):
            self._text.readline(_MAX_LINE)
        columns, width = self._columns, len(self.form.names)
        named = not self.form.headless
        ended = False
        while not ended:
            reader = make_reader(self._lines(), self.form)
            before, broken = 0, False
            while not broken and not ended:
                self._taken, self._long = 0, False
                raw: list[list[str]] = []
                add = raw.append
                try:
                    for row in reader:
                        add(row)
                        if self._taken >= _BATCH:
                            break
                    else:
                        ended = True
                except csv.Error:
                    broken = True
                lines = reader.line_num - before
                before = reader.line_num
                if broken:
                    read = sum(1 + _breaks(row) for row in raw)
                    self.unreadable += max(lines - read, 1)
                if named and raw:
                    raw, named = _without_names(raw), False
                yield self._pick(raw, width, columns, plain=lines == len(raw))

    def _pick(self, raw: list[list[str]], width: int, columns: Sequence[int], *, plain: bool) -> list[Row]:
        good = [row for row in raw if len(row) == width]
        if len(good) < len(raw):
            good = []
            for row in raw:
                if len(row) == width or (len(row) > width and not any(row[width:])):
                    good.append(row)
                elif any(row):
                    self.unreadable += 1 + _breaks(row)
        if not plain:
            kept = []
            for row in good:
                if (breaks := _breaks(row)) and self._swallowed(row, breaks, columns):
                    self.unreadable += 1 + breaks
                else:
                    kept.append(row)
            good = kept
        if plain and not self._long and len(columns) > 1:
            return list(map(itemgetter(*columns), good))
        return [tuple([row[i][:MAX_VALUE] for i in columns]) for row in good]

    def _swallowed(self, row: list[str], breaks: int, columns: Sequence[int]) -> bool:
        """Whether a stray quote has swallowed other rows: no address, time or source has several lines, and no note holds a whole row."""
        if breaks >= _MAX_LINES_OF_A_ROW or any("\n" in row[i] or "\r" in row[i] for i in columns):
            return True
        marks = len(row) - 1
        return any(("\n" in v or "\r" in v) and v.count(self.form.delimiter) >= marks for v in row)

    def _json(self) -> Iterator[list[Row]]:
        self._text.read(self.form.start)
        decoder = json.JSONDecoder()
        names, known = self._wanted()
        text, place, ended = "", 0, False
        batch: list[Row] = []
        while True:
            while place < len(text) and text[place] in _SPACE:
                place += 1
            if place >= len(text) or (len(text) - place < _MAX_OBJECT and not ended):
                if batch:
                    yield batch
                    batch = []
                if ended:
                    self.why = phrase("the list in it is not closed")
                    return
                more = self._text.read(_CHUNK)
                text, place, ended = text[place:] + more, 0, not more
                continue
            if text[place] == "]":
                if self._more_behind(text[place + 1 :]):
                    self.why = phrase("behind the list of rows there is more")
                break
            try:
                value, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError, MemoryError):
                self.unreadable += 1
                self.why = phrase("behind row {row} it is no JSON any more", row=self.rows + len(batch))
                break
            self._take(value, names, known, batch)
            if len(batch) >= _OBJECTS or self.unreadable > MAX_UNREADABLE:
                yield batch
                batch = []
        yield batch

    def _json_lines(self) -> Iterator[list[Row]]:
        # Each line alone: an error of the decoder counts all lines of the text that it was given.
        names, known = self._wanted()
        batch: list[Row] = []
        while line := self._text.readline(_MAX_OBJECT):
            whole = line.endswith("\n") or len(line) < _MAX_OBJECT
            while not whole:
                rest = self._text.readline(_MAX_OBJECT)
                whole = rest.endswith("\n") or len(rest) < _MAX_OBJECT
                line = ""
            if text := line.strip(_SPACE):
                try:
                    value = json.loads(text)
                except (ValueError, RecursionError, MemoryError):
                    value = None
                self._take(value, names, known, batch)
            elif not line:
                self.unreadable += 1
            if len(batch) >= _OBJECTS or self.unreadable > MAX_UNREADABLE:
                yield batch
                batch = []
        yield batch

    def _wanted(self) -> tuple[list[str], frozenset[str]]:
        return [self.form.names[i] for i in self._columns], frozenset(self.form.names)

    def _take(self, value: object, names: list[str], known: frozenset[str], batch: list[Row]) -> None:
        if not isinstance(value, dict):
            self.unreadable += 1
            return
        if not value.keys() <= known and len(self.late) < 200:
            self.late.update(dict.fromkeys(k for k in value if k not in known and len(k) <= 200))
        batch.append(tuple([_text(value.get(name)) for name in names]))

    def _more_behind(self, rest: str) -> bool:
        """Whether more than the end of the object around the list follows; what follows is not read as rows."""
        seen = ""
        while rest:
            seen += rest.strip()[:2]
            if len(seen) > 1:
                return True
            rest = self._text.read(_CHUNK)
        return seen not in ("", "}")


def _breaks(row: list[str]) -> int:
    return sum(value.count("\n") or value.count("\r") for value in row)


def _without_names(raw: list[list[str]]) -> list[list[str]]:
    """Without the names of the columns, which are the first row that is not empty."""
    first = next((i for i, row in enumerate(raw) if any(row)), len(raw))
    return raw[first + 1 :]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:MAX_VALUE]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 10**17 else ""
    return ""  # lists and objects say nothing that could be counted
