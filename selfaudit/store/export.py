"""Everything of a case as files that a person can read, in one plain ZIP file."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from selfaudit.engine.draft import decode_draft, title
from selfaudit.engine.evidence import encode_evidence
from selfaudit.errors import BadInput, UserError
from selfaudit.i18n import N_, _
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.store.store import Store

Member = tuple[str, bytes]  # the name within the archive, and the content

_TIME = (1980, 1, 1, 0, 0, 0)  # of every member; when something was kept stands in the JSON
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_ENDING = re.compile(r"[A-Za-z0-9]{1,10}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_README = N_(
    """selfaudit: everything that was kept of case {number}

{title}

case.json         what was filled in, with the statement as it stands
marks.json        what was noted on single findings
statements/       statements as they were signed or exported; statements.json says when
attachments/      the files that were added; attachments.json has their names, sizes and SHA-256
runs/             one folder for each audit, the oldest first:
                  run.json       when, how far it came, and the outcome of each check
                  evidence.json  everything that was seen; “selfaudit judge evidence.json” judges it again
                  changes.json   what was checked again, with the result before and after

All of it is text (JSON), except the files that were added. This file is not signed and proves nothing to
anybody; for a report to give away use “selfaudit history {number} --out DIR”. It holds personal data: keep it
as you would keep the case.
"""
)


def members(store: Store, case_id: int) -> Iterator[Member]:
    """Everything of a case, file by file, so that only one of them is in memory.

    Raises:
        BadInput: there is no such case.
        sqlite3.Error: the database cannot be read.
    """
    row = store.connection.execute("SELECT created, changed, draft FROM cases WHERE id = ?", (case_id,)).fetchone()
    if row is None:
        raise BadInput(f"there is no case {case_id}")
    created, changed, draft = row
    name = ""
    with contextlib.suppress(BadInput):
        name = title(decode_draft(draft))
    yield "README.txt", _(_README).format(number=case_id, title=name).encode("utf-8", "replace")
    yield "case.json", _joined({"case": case_id, "created": created, "changed": changed}, "draft", draft)
    marks = store.connection.execute(
        "SELECT check_id, target_kind, target, tag, planned, disagree, changed FROM marks WHERE case_id = ? "
        "ORDER BY check_id, target_kind, target, tag",
        (case_id,),
    )
    names = ("check", "target_kind", "target", "tag", "planned", "disagree", "changed")
    yield "marks.json", _json([dict(zip(names, mark, strict=True)) for mark in marks])
    yield from _statements(store, case_id)
    yield from _attachments(store, case_id)
    yield from _runs(store, case_id)


def _statements(store: Store, case_id: int) -> Iterator[Member]:
    index = []
    for number, kept in enumerate(store.statements(case_id), 1):
        name = f"statements/{number:03}-{(kept.exported or kept.signed)[:10]}.json"
        index.append({"file": name, "sha256": kept.sha256, "signed": kept.signed, "exported": kept.exported})
        yield name, kept.data
    yield "statements/statements.json", _json(index)


def _attachments(store: Store, case_id: int) -> Iterator[Member]:
    index = []
    for number, file in enumerate(store.attachments(case_id), 1):
        data = store.attachment(case_id, file.sha256)
        name = f"attachments/{number:03}-{safe_name(file.name)}" if data is not None else ""
        index.append({"file": name, "name": file.name, "sha256": file.sha256, "size": file.size})
        if data is not None:
            yield name, data
    yield "attachments/attachments.json", _json(index)


def _runs(store: Store, case_id: int) -> Iterator[Member]:
    copy_of = "copy_of" if store.version > 1 else "NULL"
    rows = store.connection.execute(
        f"SELECT id, started, changed, state, done, total, head, {copy_of} FROM runs WHERE case_id = ? ORDER BY id",  # noqa: S608
        (case_id,),
    ).fetchall()
    numbers = {row[0]: number for number, row in enumerate((r for r in rows if r[7] is None), 1)}
    for run_id, started, changed, state, done, total, head, original in rows:
        number = numbers.get(run_id if original is None else original, 0)
        folder = f"runs/{number:03}-{started[:10]}" + ("-as-first-finished" if original is not None else "")
        results = store.connection.execute(
            "SELECT check_id, target_kind, target, outcome FROM results WHERE run_id = ? ORDER BY check_id, target_kind, target",
            (run_id,),
        )
        names = ("check", "target_kind", "target", "outcome")
        table = {
            "started": started, "changed": changed, "state": state, "done": done, "total": total,
            "results": [dict(zip(names, result, strict=True)) for result in results],
        }  # fmt: skip
        yield f"{folder}/run.json", _json(table)
        try:
            yield f"{folder}/evidence.json", _pretty(encode_evidence(store.evidence(run_id)))
        except BadInput as error:  # of a form that this version does not know: what is kept is still handed over, as it is
            rows_kept = store.connection.execute("SELECT data FROM records WHERE run_id = ? ORDER BY kind, subject", (run_id,))
            kept = b"[" + b",\n".join([head, *(data for (data,) in rows_kept)]) + b"]\n"
            yield f"{folder}/unread.json", kept
            yield f"{folder}/unread.txt", printable(str(error), 300).encode() + b"\n"
        changes = store.connection.execute("SELECT at, data FROM changes WHERE run_id = ? ORDER BY id", (run_id,)).fetchall()
        if changes:
            listed = b",\n".join(_joined({"at": at}, "change", data) for at, data in changes)
            yield f"{folder}/changes.json", b"[" + listed + b"]\n"


def safe_name(name: str) -> str:
    """A file name that every system takes and that leads nowhere else."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not _ENDING.fullmatch(ending):
        stem, ending = name, ""
    cleaned = _UNSAFE.sub("_", stem).strip("._")[:60] or "file"
    cleaned = f"{cleaned}.{ending}" if ending else cleaned
    return f"_{cleaned}" if _RESERVED.match(cleaned) else cleaned


def _json(value: Any) -> bytes:
    return _pretty(msgspec.json.encode(value)) + b"\n"


def _pretty(data: bytes) -> bytes:
    return msgspec.json.format(data, indent=1)


def _joined(table: dict[str, Any], key: str, data: bytes) -> bytes:
    """A table with one more value, which is JSON already; as it is where it cannot be read."""
    try:
        return _json(table | {key: msgspec.Raw(_pretty(data))})
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _json(table | {key: data.decode("utf-8", "replace")})


def write_export(store: Store, case_id: int, path: Path, tell: Callable[[int], object] | None = None) -> int:
    """Writes everything of a case into a ZIP file, in one step: where it fails, what lay there before stays.

    Args:
        store: may have been opened for reading only.
        case_id: of the case.
        path: the file.
        tell: is called after each file with how many were written; may raise to stop.

    Returns:
        How many files it holds.

    Raises:
        UserError: it cannot be written, or the case cannot be read.
    """
    if path.is_dir() or not path.name:
        raise UserError(_("{file}: is a folder; name a file").format(file=path))
    part = path.with_name(path.name + ".part")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in store.export_case(case_id):
                    member = zipfile.ZipInfo(name, _TIME)
                    member.compress_type = zipfile.ZIP_DEFLATED
                    member.external_attr = 0o600 << 16
                    archive.writestr(member, data)
                    count += 1
                    if tell is not None:
                        tell(count)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, sqlite3.Error, BadInput) as error:
        why = getattr(error, "strerror", "") or error
        raise UserError(_("{file}: cannot be written ({why})").format(file=path, why=why)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return count
