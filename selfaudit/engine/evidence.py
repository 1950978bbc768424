"""The evidence of a run: versioned, saved, and enough to judge again offline."""

from __future__ import annotations

import contextlib
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from selfaudit import __version__
from selfaudit.case import Case, Target
from selfaudit.engine.subjects import about_another
from selfaudit.errors import BadInput, UserError
from selfaudit.facts import Fact, ProbeFailure, Request, fact_types
from selfaudit.files import read_bounded
from selfaudit.findings import Outcome
from selfaudit.i18n import _, phrase
from selfaudit.text import printable

MAX_FILE = 80_000_000  # octets; an audit of 1,400 targets has less than half of it
MAX_TARGETS = 1_500  # named and found; an audit has at most some 1,400
MAX_RECORDS = 100_000


class Contradiction(BadInput):
    """Evidence that contradicts itself, as that of no run does."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What made the evidence."""

    name: str = "selfaudit"
    version: str = __version__
    python: str = platform.python_version()
    system: str = platform.system()


@dataclass(frozen=True, slots=True)
class Vantage:
    """Where the run saw the network from."""

    resolvers: tuple[str, ...] = ()
    iterates: bool = False
    laboratory: bool = False
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class SentTo:
    """How many packets or connections went to one party, and on whose authority ("" for public records)."""

    address: str
    port: int
    protocol: str
    purpose: str
    count: int
    authority: str = ""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that was not run on a target, and what would allow it."""

    check: str
    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """A check that was run again on a target after the audit, and what became of its outcome."""

    at: str
    check: str
    target: Target
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """One observation: the request and exactly one of fact, failure and trace.

    Attributes:
        id: refers to it from findings.
        request: what was to be observed.
        at: UTC, RFC 3339.
        ms: how long it took.
        fact: what was seen.
        failure: why nothing could be seen.
        trace: our own fault, as file:line lines.
    """

    id: str
    request: Request
    at: str
    ms: int
    fact: Fact | None = None
    failure: ProbeFailure | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was seen in a run.

    Attributes:
        case: what was asked for.
        targets: named ones and those found on the way.
        authority: address or domain -> on whose authority it was probed.
        sent: the tally of packets and connections.
        left_out: addresses found in DNS beyond the limit.
        interrupted: the run was stopped before its end.
        rechecks: checks that were run again since, in the order of time; their records are the new ones.
    """

    case: Case
    tool: Tool
    started: str
    finished: str
    vantage: Vantage
    targets: tuple[Target, ...]
    records: tuple[Record, ...]
    not_run: tuple[NotRun, ...] = ()
    authority: dict[str, str] = field(default_factory=dict)
    sent: tuple[SentTo, ...] = ()
    left_out: int = 0
    interrupted: bool = False
    rechecks: tuple[Recheck, ...] = ()

    def record(self, record_id: str) -> Record | None:
        """A record by its id."""
        return next((r for r in self.records if r.id == record_id), None)


def _no_fact() -> msgspec.Raw:
    return msgspec.Raw(b"null")


class StoredRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file format of a record. Its fact is read straight into its type, so that nothing else in it takes any room."""

    id: str
    request: Request
    at: str
    ms: int
    outcome: Literal["fact", "failure", "bug"]
    fact: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": ["object", "null"]})] = msgspec.field(
        default_factory=_no_fact
    )
    failure: ProbeFailure | None = None
    trace: str = ""


class StoredEvidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file format of evidence."""

    schema: Literal["selfaudit/evidence/1"]
    case: Case
    tool: Tool
    started: str
    finished: str
    vantage: Vantage
    targets: tuple[Target, ...]
    records: Annotated[tuple[StoredRecord, ...], msgspec.Meta(max_length=MAX_RECORDS)]
    not_run: tuple[NotRun, ...] = ()
    authority: dict[str, str] = {}
    sent: tuple[SentTo, ...] = ()
    left_out: int = 0
    interrupted: bool = False
    rechecks: tuple[Recheck, ...] = ()


def stored_record(record: Record) -> StoredRecord:
    """The form in which a record is saved."""
    outcome: Literal["fact", "failure", "bug"] = "fact" if record.fact is not None else "failure" if record.failure else "bug"
    fact = msgspec.Raw(msgspec.json.encode(record.fact)) if record.fact is not None else _no_fact()
    return StoredRecord(record.id, record.request, record.at, record.ms, outcome, fact, record.failure, record.trace)


def to_stored(evidence: Evidence) -> StoredEvidence:
    """The form in which evidence is saved."""
    records = tuple(stored_record(r) for r in evidence.records)
    return StoredEvidence(
        "selfaudit/evidence/1", evidence.case, evidence.tool, evidence.started, evidence.finished, evidence.vantage, evidence.targets, records,
        evidence.not_run, dict(sorted(evidence.authority.items())), evidence.sent, evidence.left_out, evidence.interrupted, evidence.rechecks,
    )  # fmt: skip


def encode_evidence(evidence: Evidence) -> bytes:
    """The evidence file."""
    return msgspec.json.encode(to_stored(evidence)) + b"\n"


def decode_evidence(data: bytes) -> Evidence:
    """Reads an evidence file.

    Raises:
        BadInput: it is not one, of another version, or larger than that of any audit.
        Contradiction: it contradicts itself.
    """
    if len(data) > MAX_FILE:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_FILE))
    try:
        stored = msgspec.json.decode(data, type=StoredEvidence)
        if max(len(stored.targets), len(stored.case.targets)) > MAX_TARGETS:
            raise BadInput(phrase("the evidence is larger than that of any audit"))
        records = tuple(restore_record(r) for r in stored.records)
    except BadInput:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInput(printable(str(error), 200)) from None
    _agree(records)
    return Evidence(
        stored.case, stored.tool, stored.started, stored.finished, stored.vantage, stored.targets, records, stored.not_run,
        stored.authority, stored.sent, stored.left_out, stored.interrupted, stored.rechecks,
    )  # fmt: skip


def _agree(records: tuple[Record, ...]) -> None:
    """Raises Contradiction where two records answer one question, or one is filed under a name that is not its own."""
    ids, asked = set(), set()
    for record in records:
        request = record.request
        if record.id in ids:
            raise Contradiction(phrase("two records have the same id"))
        if (request.kind, request.subject) in asked:
            raise Contradiction(
                phrase("two records answer the same question: {kind} {subject}", kind=_line(request.kind), subject=_line(request.subject))
            )  # fmt: skip
        if record.fact is not None and about_another(record.fact, request.subject):
            raise Contradiction(
                phrase("what is filed under {subject} was seen of another target: {kind}", subject=_line(request.subject), kind=_line(request.kind))
            )  # fmt: skip
        ids.add(record.id)
        asked.add((request.kind, request.subject))


def _line(text: str) -> str:
    return printable(text, 100)


def restore_record(stored: StoredRecord) -> Record:
    """A record from its saved form.

    Raises:
        BadInput: it is incomplete, or of a kind that this version does not know.
        msgspec.ValidationError: the fact does not have its form.
    """
    fact: Fact | None = None
    if stored.outcome == "fact":
        kind = fact_types().get(stored.request.kind)
        if kind is None:
            raise BadInput(
                phrase("the kind of fact “{kind}” is not known to this version", kind=printable(stored.request.kind, 100))
            )
        fact = msgspec.json.decode(stored.fact, type=kind)
    elif stored.outcome == "failure" and stored.failure is None:
        raise BadInput(phrase("{id}: the failure is missing", id=printable(stored.id, 100)))
    elif stored.outcome == "bug" and not stored.trace:
        raise BadInput(phrase("{id}: the trace is missing", id=printable(stored.id, 100)))
    return Record(stored.id, stored.request, stored.at, stored.ms, fact, stored.failure, stored.trace)


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Writes the file in one step, so that a crash leaves the old one or the new one."""
    write_whole(path, encode_evidence(evidence))


def write_whole(path: Path, data: bytes) -> None:
    """Writes beside the target and moves it into place. What was there stays until the new file is whole; nothing is left half-written.

    Raises:
        UserError: it cannot be written.
    """
    if path.is_dir() or not path.name:
        raise UserError(_("{file}: is a folder; name a file").format(file=path))
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UserError(_("{file}: cannot be written ({why})").format(file=path, why=error.strerror or error)) from None


def evidence_file(audit: Path) -> Path:
    """The evidence.json of a saved audit: of the folder that `--out` wrote, beside its audit.json, or the file itself."""
    path = audit / "evidence.json" if audit.is_dir() else audit
    beside = path.with_name("evidence.json")
    return beside if path.name == "audit.json" and beside.exists() else path


def load_evidence(path: Path) -> Evidence:
    """Reads an evidence file.

    Raises:
        UserError: it cannot be read or is not one.
    """
    data = read_bounded(path, MAX_FILE)
    try:
        return decode_evidence(data)
    except BadInput as error:
        raise UserError(_("{file}: not an evidence file of this version: {why}").format(file=path, why=error)) from None
