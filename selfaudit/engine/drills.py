"""The drill: one recipient is named, and the time is taken until the proof of their consent is on the table."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from selfaudit.engine.evidence import write_whole
from selfaudit.engine.ledgers import guess_stream, opened, read_columns, rfc3339
from selfaudit.errors import UserError
from selfaudit.facts.ledger import Drill, ProofFile
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.protocols.ledger.guess import resolve
from selfaudit.protocols.ledger.model import TIMES
from selfaudit.protocols.ledger.redact import normal, pseudonym
from selfaudit.protocols.ledger.rows import RowReader
from selfaudit.protocols.ledger.sample import Draw
from selfaudit.protocols.ledger.times import TimeReader, is_empty
from selfaudit.text import printable

MAX_DRILLS = 50
MAX_PROOF = 50_000_000  # octets of a file of proof
_MAX_FILE = 1_000_000
_MAX_PROOFS = 20


class StoredDrill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One drill in its file. `salt` and `key` find the recipient again without naming them; they stay on this computer."""

    drill: Drill
    salt: str
    key: str


class StoredDrills(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """LEDGER.drill.json."""

    schema: Literal["selfaudit/drill/1"]
    drills: tuple[StoredDrill, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A drill that has begun, and the recipient, who is named on the screen only."""

    drill: Drill
    recipient: str


def drill_file(path: Path) -> Path:
    """Where the drills of a ledger are kept."""
    return path.with_name(path.name + ".drill.json")


def read_drills(file: Path) -> tuple[Drill, ...]:
    """The drills in a file, () if there is none.

    Raises:
        UserError: it is damaged, or holds more than fifty.
    """
    return tuple(stored.drill for stored in _load(file))


def _load(file: Path) -> tuple[StoredDrill, ...]:
    if not file.is_file():
        return ()
    try:
        stored = msgspec.json.decode(read_bounded(file, _MAX_FILE), type=StoredDrills)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UserError(
            _("{file}: this is no file of a drill ({why})").format(file=file, why=printable(str(error), 200))
        ) from None
    if len(stored.drills) > MAX_DRILLS:
        raise UserError(_("{file}: more than {limit} drills").format(file=file, limit=MAX_DRILLS))
    return tuple(_safe(one) for one in stored.drills)


def _safe(stored: StoredDrill) -> StoredDrill:
    # The file may come from anybody.
    d = stored.drill
    drill = replace(
        d, recipient=printable(d.recipient, 40), seed=printable(d.seed, 200), started=printable(d.started, 40),
        finished=printable(d.finished, 40), chosen=printable(d.chosen, 10), ledger_start=printable(d.ledger_start, 64),
        ledger_finish=printable(d.ledger_finish, 64), fields=tuple(printable(f, 30) for f in d.fields[:20]),
        files=tuple(ProofFile(printable(f.name, 100), printable(f.sha256, 64), f.size) for f in d.files[:_MAX_PROOFS]),
    )  # fmt: skip
    return msgspec.structs.replace(stored, drill=drill)


def _save(file: Path, drills: Sequence[StoredDrill]) -> None:
    write_whole(
        file, msgspec.json.format(msgspec.json.encode(StoredDrills("selfaudit/drill/1", tuple(drills))), indent=1) + b"\n"
    )


def start_drill(
    path: Path,
    file: Path,
    *,
    seed: str = "",
    recipient: str = "",
    columns: Mapping[str, str] | None = None,
    now: float | None = None,
) -> Started:
    """Names a recipient and starts the clock.

    Args:
        path: the ledger.
        file: into which the drill is written, besides earlier ones.
        seed: words by which the recipient is drawn.
        recipient: the one who was named instead; "#4711" is the recipient of row 4711.
        columns: as for `read_ledger_file`.
        now: seconds since 1970.

    Raises:
        UserError: the ledger cannot be read, has no such row, or a drill is running already.
    """
    earlier = _load(file)
    running = next((s.drill for s in earlier if not s.drill.finished), None)
    if running is not None:
        raise UserError(
            _("A drill has been running since {started}. Finish it first: selfaudit consent {ledger} --drill finish").format(
                started=running.started, ledger=shlex.quote(str(path))
            )
        )
    if len(earlier) >= MAX_DRILLS:
        raise UserError(_("{file}: more than {limit} drills").format(file=file, limit=MAX_DRILLS - 1))
    chosen = "named" if recipient else "seed"
    seed = "" if recipient else seed[:200] or secrets.token_hex(4)
    row = re.fullmatch(r"#([0-9]{1,9})", recipient, re.ASCII)
    wanted = int(row[1]) if row else 0
    draw = Draw(seed, 0 if recipient else 1)
    with opened(path) as ledger:
        reader, roles = _reader(ledger, path, columns)
        place = roles.index("recipient")
        found = "" if row else normal(recipient)
        for number, rows in reader.batches():
            names = [normal(r[place]) for r in rows]
            draw.add(number, names, rows)
            if wanted and number <= wanted < number + len(rows):
                found = names[wanted - number]
        if not recipient:
            found = next((normal(r[place]) for _number, r in draw.drawn()), "")
    if not found:
        raise UserError(_("{file}: there is no such row with a recipient").format(file=path))
    salt = secrets.token_hex(16)
    drill = Drill(
        recipient=pseudonym(found, reader.tee.secret.digest(), seed),
        chosen=chosen,
        seed=printable(seed, 200),
        started=rfc3339(time.time() if now is None else now),
        ledger_start=reader.tee.sha256.hexdigest(),
    )
    _save(file, (*earlier, StoredDrill(drill, salt, _key(salt, found))))
    return Started(drill, printable(found, 200))


def finish_drill(
    path: Path, file: Path, *, proofs: Sequence[Path] = (), columns: Mapping[str, str] | None = None, now: float | None = None
) -> Drill:
    """Finds the record, notes what it says, hashes the proof, and stops the clock.

    Raises:
        UserError: no drill is running, or a file cannot be read.
    """
    drills = _load(file)
    place = next((i for i, s in enumerate(drills) if not s.drill.finished), None)
    if place is None:
        raise UserError(
            _("{file}: no drill is running. Start one: selfaudit consent {ledger} --drill start").format(
                file=file, ledger=shlex.quote(str(path))
            )
        )
    if len(proofs) > _MAX_PROOFS:
        raise UserError(_("At most {limit} files fit into one drill.").format(limit=_MAX_PROOFS))
    stored = drills[place]
    files = tuple(_hashed(p) for p in proofs)
    with opened(path) as ledger:
        reader, roles = _reader(ledger, path, columns)
        at = roles.index("recipient")
        fields: dict[str, None] = {}
        found = False
        for _number, rows in reader.batches():
            for row in rows:
                if hmac.compare_digest(_key(stored.salt, normal(row[at])), stored.key):
                    found = True
                    fields.update(dict.fromkeys(r for r, v in zip(roles, row, strict=True) if _says(r, v)))
    drill = replace(
        stored.drill, found=found, fields=tuple(fields), files=files, ledger_finish=reader.tee.sha256.hexdigest(),
        finished=rfc3339(time.time() if now is None else now),
    )  # fmt: skip
    _save(file, (*drills[:place], msgspec.structs.replace(stored, drill=drill), *drills[place + 1 :]))
    return drill


def _says(role: str, value: str) -> bool:
    text = value.strip()
    if is_empty(text):
        return False
    if role not in TIMES:
        return True
    reader = TimeReader("dmy")  # the order of day and month does not matter here: a time is there
    return reader.read([text]) != [None] or TimeReader("mdy").read([text]) != [None]


def _reader(ledger: BinaryIO, path: Path, columns: Mapping[str, str] | None) -> tuple[RowReader, list[str]]:
    guessed = guess_stream(ledger)
    stored = read_columns(path) if columns is None else None
    chosen = stored.columns if stored is not None else guessed.mapping() if columns is None else columns
    wanted = resolve(guessed.form, chosen)
    ledger.seek(0)
    return RowReader(ledger, guessed.form, list(wanted.values())), list(wanted)


def _key(salt: str, recipient: str) -> str:
    return hashlib.sha256(f"{salt}|{recipient}".encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(path: Path) -> ProofFile:
    if path.exists() and not path.is_file():
        raise UserError(_("{file}: this is not a file").format(file=path))
    data = read_bounded(path, MAX_PROOF)
    return ProofFile(printable(path.name, 100), hashlib.sha256(data).hexdigest(), len(data))
