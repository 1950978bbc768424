"""Reading a ledger of consent: only aggregates and a redacted sample come out of it."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from selfaudit.engine.evidence import write_whole
from selfaudit.errors import BadInput, UserError
from selfaudit.facts.ledger import Drill, LedgerColumn, LedgerReport
from selfaudit.files import read_bounded
from selfaudit.i18n import _, shown
from selfaudit.protocols.ledger.form import HEAD, recognise
from selfaudit.protocols.ledger.guess import guess, name_shown, plain_role, resolve
from selfaudit.protocols.ledger.model import TIMES, ColumnGuess, Confidence, Form
from selfaudit.protocols.ledger.rows import MAX_ROWS, RowReader
from selfaudit.protocols.ledger.sample import MIN_RECIPIENTS, Draw, redacted
from selfaudit.protocols.ledger.tally import Tally
from selfaudit.protocols.ledger.times import Order, order_of, slashed
from selfaudit.text import printable

SAMPLE = 20
MAX_SEED = 200
_GUESS_ROWS = 2000
_MAX_COLUMNS_FILE = 100_000
Progress = Callable[[int, int], None]  # octets read, octets in all


class StoredColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """LEDGER.columns.json: what a person has confirmed about the columns, and the words that the desk has named."""

    schema: Literal["selfaudit/ledger-columns/1"]
    columns: dict[str, str]
    seed: str = ""
    sample: int = SAMPLE


def columns_file(path: Path) -> Path:
    """Where the confirmed columns of a ledger are kept."""
    return path.with_name(path.name + ".columns.json")


def save_columns(path: Path, columns: Mapping[str, str], seed: str = "", sample: int = SAMPLE) -> Path:
    """Keeps the confirmed columns beside the ledger.

    Raises:
        UserError: the file cannot be written.
    """
    stored = StoredColumns("selfaudit/ledger-columns/1", dict(columns), seed, sample)
    write_whole(columns_file(path), msgspec.json.format(msgspec.json.encode(stored), indent=1) + b"\n")
    return columns_file(path)


def read_columns(path: Path) -> StoredColumns | None:
    """The columns that were confirmed for a ledger, None if that has not happened.

    Raises:
        UserError: the file is damaged.
    """
    file = columns_file(path)
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(read_bounded(file, _MAX_COLUMNS_FILE), type=StoredColumns)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(_("{file}: {why}").format(file=file, why=printable(str(error), 200))) from None


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """The ledger as a file, with its troubles as one line each.

    Raises:
        UserError: it is no file, cannot be read, or has not the form of a ledger.
    """
    if path.exists() and not path.is_file():
        raise UserError(_("{file}: this is not a file").format(file=path))
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UserError(_("{file}: cannot be read ({why})").format(file=path, why=error.strerror or error)) from None
    except BadInput as error:
        raise UserError(_("{file}: {why}").format(file=path, why=shown(error))) from None


def guess_columns(path: Path) -> ColumnGuess:
    """What the columns of a ledger seem to hold, with three redacted values of each, for a person to confirm.

    Raises:
        UserError: it cannot be read, or is no ledger.
    """
    with opened(path) as file:
        return guess_stream(file)


def guess_stream(file: BinaryIO) -> ColumnGuess:
    """The same for an open file, which is rewound before.

    Raises:
        BadInput: it is no ledger.
    """
    file.seek(0)
    form = recognise(file.read(HEAD))
    file.seek(0)
    reader = RowReader(_Window(file), form, range(len(form.names)), max_rows=_GUESS_ROWS)
    rows = [row for _number, batch in reader.batches() for row in batch]
    return guess(form, rows)


class _Window:
    """The first octets of a file, as if it ended there: enough for a guess."""

    def __init__(self, file: BinaryIO, size: int = 2_000_000) -> None:
        self._file = file
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


def read_ledger_file(
    path: Path,
    columns: Mapping[str, str] | None = None,
    seed: str = "",
    progress: Progress | None = None,
    *,
    sample: int = SAMPLE,
) -> LedgerReport:
    """Reads and counts a ledger. With it go the drills in LEDGER.drill.json.

    Args:
        path: the file: CSV or JSON.
        columns: role -> name of the column or "#3". Without them, what was confirmed before (LEDGER.columns.json) counts, else the
            guess, without what is doubtful.
        seed: the words by which the sample is drawn.
        progress: called with the octets read and their number in all.
        sample: rows of the sample, at most 200.

    Raises:
        UserError: it cannot be read, is no ledger, or has no column for the recipient.
    """
    from selfaudit.engine.drills import drill_file, read_drills

    confirmed = columns is not None
    stored = None if confirmed else read_columns(path)
    if stored is not None:
        columns, confirmed = stored.columns, True
        seed, sample = seed or stored.seed, stored.sample if sample == SAMPLE else sample
    drills = read_drills(drill_file(path))
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        return read_ledger(
            file, printable(path.name, 100), columns, seed=seed, sample=sample, drills=drills, confirmed=confirmed,
            progress=None if progress is None else lambda done: progress(done, size),
        )  # fmt: skip


def read_ledger(
    file: BinaryIO, name: str, columns: Mapping[str, str] | None = None, *, seed: str = "", sample: int = SAMPLE, drills: tuple[Drill, ...] = (),
    confirmed: bool = False, progress: Callable[[int], None] | None = None, now: float | None = None, max_rows: int = MAX_ROWS,
) -> LedgerReport:  # fmt: skip
    """The same for an open file that can be rewound.

    Raises:
        BadInput: it is no ledger, or the columns do not fit.
    """
    at = time.time() if now is None else now
    seed = seed[:MAX_SEED]
    guessed = guess_stream(file)
    doubtful: tuple[str, ...] = ()
    if columns is None:
        # Nobody has confirmed them: what is only likely is not read, but for the recipient, without whom there is nothing to count.
        likely = tuple(c.role for c in guessed.columns if c.role and c.confidence is not Confidence.CERTAIN)
        columns = {role: name for role, name in guessed.mapping().items() if role == "recipient" or role not in likely}
        doubtful = tuple(
            role for role in dict.fromkeys((*guessed.unsure(), *likely)) if role == "recipient" or role not in columns
        )
    wanted = resolve(guessed.form, columns)
    roles, indexes = list(wanted), list(wanted.values())
    orders = _orders(file, guessed.form, wanted, max_rows)
    file.seek(0)
    reader = RowReader(file, guessed.form, indexes, max_rows=max_rows)
    tally, draw = Tally(roles, int(at), orders), Draw(seed, sample)
    for number, rows in reader.batches():
        recipients = tally.add(rows)
        draw.add(number, recipients, rows)
        if progress is not None:
            progress(reader.tee.octets)
    late = tuple(role for key in reader.late if (role := plain_role(key)) and role not in wanted)
    counts = tally.counts()
    drawn = draw.drawn() if counts.recipients >= MIN_RECIPIENTS else []
    secret = reader.tee.secret.digest()
    oldest, newest = tally.span()
    return LedgerReport(
        name=name,
        sha256=reader.tee.sha256.hexdigest(),
        size=reader.tee.octets,
        received=rfc3339(at),
        form=guessed.form.kind,
        encoding=guessed.form.encoding.removesuffix("-sig").upper(),
        delimiter=guessed.form.delimiter,
        confirmed_columns=confirmed,
        columns=_columns(guessed.form, wanted, tally),
        unread_columns=len(guessed.form.names) - len(wanted),
        unsure=tuple(dict.fromkeys((*doubtful, *late))),
        unreadable=reader.unreadable + tally.unnamed,
        complete=not reader.why,
        why=reader.why,
        counts=counts,
        channels=tally.channels(),
        domains=tally.services(),
        oldest=oldest,
        newest=newest,
        seed=printable(seed, MAX_SEED),
        # Not in the order of the draw, which anybody can compute for addresses that they know.
        sample=tuple(
            sorted(
                (redacted(n, row, roles, tally.sources, orders, secret, seed) for n, row in drawn), key=lambda r: r.recipient
            )
        ),
        drills=drills,
    )


def _columns(form: Form, wanted: Mapping[str, int], tally: Tally) -> tuple[LedgerColumn, ...]:
    found = []
    for role, index in wanted.items():
        # A name that is not known may be data: of a file without names the first row.
        name = name_shown(form.names[index]) if plain_role(form.names[index]) else f"#{index + 1}"
        reader = tally.times.get(role)
        if reader is None:
            found.append(LedgerColumn(role, name, tally.filled[role]))
        else:
            found.append(LedgerColumn(role, name, reader.filled, reader.unreadable, reader.ambiguous, reader.zoneless))
    return tuple(found)


def _orders(file: BinaryIO, form: Form, wanted: Mapping[str, int], max_rows: int) -> dict[str, Order]:
    """Whether 03/04/2024 is in March or in April: only the whole column can tell, so it is read once before."""
    times = [role for role in wanted if role in TIMES]
    file.seek(0)
    head = RowReader(_Window(file), form, [wanted[r] for r in times], max_rows=_GUESS_ROWS)
    asked = {role for _n, rows in head.batches() for row in rows for role, v in zip(times, row, strict=True) if slashed(v)}
    if not asked:
        return {}
    orders: dict[str, Order] = dict.fromkeys(asked, "")
    file.seek(0)
    names = list(orders)
    for _number, rows in RowReader(file, form, [wanted[r] for r in names], max_rows=max_rows).batches():
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            orders[name] = order_of(values, orders[name])
    return orders


def rfc3339(at: float) -> str:
    """Seconds since 1970 as RFC 3339 in UTC, to the second."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
