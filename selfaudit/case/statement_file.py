"""The statement as a file (schema selfaudit/statement/1): JSON as this program saves it, TOML as a person writes it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from selfaudit.case.file import MAX_EVIDENCE_FILES, CaseEvidence, hash_evidence, parse_past
from selfaudit.case.model import EvidenceFile
from selfaudit.case.statement import Answer, Attestation, Cause, Credential, Done, Measure, Moment, Removal, Statement
from selfaudit.errors import UserError
from selfaudit.files import read_bounded
from selfaudit.i18n import _
from selfaudit.settings import explain_toml_error, read_toml
from selfaudit.text import printable

MAX_FILE = 5_000_000
MAX_LINE = 400  # characters of what is one line: a name, a measure, a list
MAX_TEXT = 4_000  # of an answer or of words of one's own
MAX_SUMMARY = 10_000
MAX_ALL_FILES = 200  # files of the whole statement; each is read and hashed

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_Line = Annotated[str, msgspec.Meta(max_length=MAX_LINE)]
_Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
_Date = Annotated[str, msgspec.Meta(max_length=40)]
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_Ids = Annotated[tuple[_Id, ...], msgspec.Meta(max_length=100)]
_Path = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Files = Annotated[tuple[_Path | CaseEvidence, ...], msgspec.Meta(max_length=MAX_EVIDENCE_FILES)]


class StatementAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer to a question of the interview; `question` is its id."""

    question: _Id
    text: _Text = ""
    files: _Files = ()


class StatementMoment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of the timeline: a day (YYYY-MM-DD) or a moment with its zone (RFC 3339)."""

    at: _Date
    kind: Literal["began", "noticed", "contained", "fixed", "other"]
    text: _Text = ""


class StatementMeasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A measure, or a step that the provider demands. `state` is "done", "planned", or "" while that is open; of a step that rests
    on a mistake "disputed", with `why`.
    """

    text: _Line
    state: Done = ""
    date: _Date = ""
    who: _Line = ""
    why: _Text = ""
    clauses: _Ids = ()
    checks: _Ids = ()
    files: _Files = ()


class StatementAttestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is stated on a clause. `words` are those of the policy that are agreed to; `planned` is the day by which it will be true,
    and excludes `agreed`.
    """

    clause: _Id
    agreed: bool = False
    words: _Text = ""
    text: _Text = ""
    planned: _Date = ""
    files: _Files = ()


class StatementCredential(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A password or key that was changed: which one, never itself."""

    what: _Line
    at: _Date = ""
    who: _Line = ""


class StatementRemoval(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request to be taken off a list."""

    zone: _Line
    target: _Line
    at: _Date = ""
    reference: _Line = ""


class StatementFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file format. Wherever `files` stands, a path (relative to this file) stands for a file that is read and hashed. `policy` and
    `number` name the policy and the provider's case for which it was made.
    """

    schema: Literal["selfaudit/statement/1"]
    policy: _Line = ""
    number: _Line = ""
    cause: Cause = ""
    summary: Annotated[str, msgspec.Meta(max_length=MAX_SUMMARY)] = ""
    proof: _Files = ()
    answers: Annotated[tuple[StatementAnswer, ...], msgspec.Meta(max_length=200)] = ()
    timeline: Annotated[tuple[StatementMoment, ...], msgspec.Meta(max_length=200)] = ()
    measures: Annotated[tuple[StatementMeasure, ...], msgspec.Meta(max_length=200)] = ()
    steps: Annotated[tuple[StatementMeasure, ...], msgspec.Meta(max_length=100)] = ()
    attestations: Annotated[tuple[StatementAttestation, ...], msgspec.Meta(max_length=300)] = ()
    credentials: Annotated[tuple[StatementCredential, ...], msgspec.Meta(max_length=200)] = ()
    removals: Annotated[tuple[StatementRemoval, ...], msgspec.Meta(max_length=200)] = ()
    commitment: bool = False
    harmful_removed: bool = False
    counsel: bool = False
    name: _Line = ""
    role: _Line = ""
    signed: _Date = ""
    contact: _Line = ""


def read_statement_file(path: Path, *, ahead: bool = False, outside: bool = False) -> Statement:
    """Reads a statement: TOML, or JSON if its name ends in .json. Files that it names by their path are hashed here.

    Args:
        path: the file.
        ahead: whether days of what was done may lie in the future (a demo has a calendar of its own).
        outside: whether it may name files outside its folder. The statement may be a stranger's, and what it names is read.

    Raises:
        UserError: which file, which key, what was expected.
    """
    try:
        if path.suffix.lower() == ".json":
            read = msgspec.json.decode(read_bounded(path, MAX_FILE), type=StatementFile)
        else:
            read = msgspec.convert(read_toml(path), StatementFile, strict=True)
    except msgspec.ValidationError as error:
        raise UserError(explain_toml_error(path, error)) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: {printable(str(error), 200)}") from None

    def hashed(name: str) -> EvidenceFile:
        return hash_evidence(_named_file(path.parent, name, outside))

    try:
        return make_statement(read, hashed, ahead=ahead)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _named_file(folder: Path, name: str, outside: bool) -> Path:
    found = folder / Path(name).expanduser()
    if not outside and not found.resolve().is_relative_to(folder.resolve()):
        raise UserError(
            _("{file}: this lies outside the statement's folder; copy the file beside the statement").format(
                file=printable(name, 80)
            )
        )
    return found


def make_statement(read: StatementFile, hashed: Callable[[str], EvidenceFile], *, ahead: bool = False) -> Statement:
    """The statement that a file holds.

    Args:
        read: the file as it was decoded.
        hashed: takes a file that is named by its path; may raise UserError.
        ahead: as of `read_statement_file`.

    Raises:
        UserError: which key, what was expected.
    """
    files = _FileReader(hashed)
    statement = Statement(
        read.cause,
        read.summary,
        files.read("proof", read.proof),
        tuple(Answer(a.question, a.text, files.read(f"answers[{n}].files", a.files)) for n, a in enumerate(read.answers)),
        tuple(Moment(m.at, m.kind, m.text) for m in read.timeline),
        _measures("measures", read.measures, files),
        _measures("steps", read.steps, files),
        tuple(
            Attestation(a.clause, a.agreed, a.text, a.planned, files.read(f"attestations[{n}].files", a.files), words=a.words)
            for n, a in enumerate(read.attestations)
        ),
        tuple(Credential(c.what, c.at, c.who) for c in read.credentials),
        tuple(Removal(r.zone, r.target, r.at, r.reference) for r in read.removals),
        read.commitment,
        read.harmful_removed,
        read.counsel,
        read.name,
        read.role,
        read.signed,
        read.contact,
        policy=read.policy,
        number=read.number,
    )
    return tidy_statement(statement, ahead=ahead)


def _measures(key: str, read: Sequence[StatementMeasure], files: _FileReader) -> tuple[Measure, ...]:
    return tuple(
        Measure(m.text, m.state, m.date, m.who, m.clauses, m.checks, files.read(f"{key}[{n}].files", m.files), why=m.why)
        for n, m in enumerate(read)
    )


class _FileReader:
    """Takes the files of a statement, and counts them."""

    def __init__(self, hashed: Callable[[str], EvidenceFile]) -> None:
        self._hashed, self._count = hashed, 0

    def read(self, key: str, files: Sequence[str | CaseEvidence]) -> tuple[EvidenceFile, ...]:
        self._count += len(files)
        if self._count > MAX_ALL_FILES:
            too_many = _("At most {limit} files can be added.").format(limit=MAX_ALL_FILES)
            raise UserError(f"{key}: {too_many}")
        return tuple(self._one(key, item) for item in files)

    def _one(self, key: str, item: str | CaseEvidence) -> EvidenceFile:
        if not isinstance(item, str):
            return EvidenceFile(printable(item.name, MAX_LINE), item.sha256, item.size)
        try:
            return self._hashed(item)
        except (OSError, RuntimeError, ValueError) as error:  # too long or with NUL; the home of nobody
            raise UserError(f"{key}: {printable(item, 80)}: {printable(str(error), 120)}") from None
        except UserError as error:
            raise UserError(f"{key}: {error}") from None


def encode_statement(statement: Statement) -> bytes:
    """A statement as it is saved: JSON, in which files stand with their hashes, never with their content."""
    table = {"schema": "selfaudit/statement/1", **msgspec.to_builtins(statement)}
    return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"


def tidy_statement(statement: Statement, *, ahead: bool = False) -> Statement:
    """A statement as it is kept: moments in UTC, nothing in it that could reorder a line.

    Raises:
        UserError: the first thing that is wrong, after its key.
    """
    checker = _Checker(ahead)
    tidied = checker.tidied(statement)
    for key, problem in checker.problems.items():
        raise UserError(f"{key}: {problem}")
    return tidied


class _Checker:
    def __init__(self, ahead: bool) -> None:
        self.problems: dict[str, str] = {}
        self._ahead = ahead

    def tidied(self, given: Statement) -> Statement:
        self._once("answers", "question", [a.question for a in given.answers])
        self._once("attestations", "clause", [a.clause for a in given.attestations])
        if given.cause not in get_args(Cause):
            self.problems["cause"] = _("no such cause")
        return Statement(
            given.cause,
            self._text("summary", given.summary, MAX_SUMMARY),
            given.proof,
            tuple(
                Answer(self._line(f"answers[{n}].question", a.question), self._text(f"answers[{n}].text", a.text), a.files)
                for n, a in enumerate(given.answers)
            ),
            tuple(
                Moment(self._past(f"timeline[{n}].at", m.at), m.kind, self._text(f"timeline[{n}].text", m.text))
                for n, m in enumerate(given.timeline)
            ),
            tuple(self._measure(f"measures[{n}]", m) for n, m in enumerate(given.measures)),
            tuple(self._measure(f"steps[{n}]", m) for n, m in enumerate(given.steps)),
            tuple(self._attestation(f"attestations[{n}]", a) for n, a in enumerate(given.attestations)),
            tuple(self._credential(f"credentials[{n}]", c) for n, c in enumerate(given.credentials)),
            tuple(self._removal(f"removals[{n}]", r) for n, r in enumerate(given.removals)),
            given.commitment,
            given.harmful_removed,
            given.counsel,
            self._line("name", given.name),
            self._line("role", given.role),
            self._past("signed", given.signed, moments=False),
            self._line("contact", given.contact),
            policy=self._line("policy", given.policy),
            number=self._line("number", given.number),
        )

    def _measure(self, key: str, given: Measure) -> Measure:
        if given.state == "disputed" and not key.startswith("steps"):
            self.problems[f"{key}.state"] = _("Only a step that the provider demands can be disputed.")
        date = (
            self._past(f"{key}.date", given.date, moments=False)
            if given.state == "done"
            else self._day(f"{key}.date", given.date)
        )
        return Measure(
            self._line(f"{key}.text", given.text),
            given.state,
            date,
            self._line(f"{key}.who", given.who),
            tuple(self._line(f"{key}.clauses", c) for c in given.clauses),
            tuple(self._line(f"{key}.checks", c) for c in given.checks),
            given.files,
            why=self._text(f"{key}.why", given.why),
        )

    def _attestation(self, key: str, given: Attestation) -> Attestation:
        planned = self._day(f"{key}.planned", given.planned)
        if given.agreed and planned:
            self.problems[f"{key}.planned"] = _("It cannot be true already and planned at once; take one of the two out.")
        return Attestation(
            self._line(f"{key}.clause", given.clause),
            given.agreed,
            self._text(f"{key}.text", given.text),
            planned,
            given.files,
            words=self._text(f"{key}.words", given.words),
        )

    def _credential(self, key: str, given: Credential) -> Credential:
        return Credential(
            self._line(f"{key}.what", given.what), self._past(f"{key}.at", given.at), self._line(f"{key}.who", given.who)
        )

    def _removal(self, key: str, given: Removal) -> Removal:
        return Removal(
            self._line(f"{key}.zone", given.zone),
            self._line(f"{key}.target", given.target),
            self._past(f"{key}.at", given.at, moments=False),
            self._line(f"{key}.reference", given.reference),
        )

    def _once(self, key: str, name: str, values: Sequence[str]) -> None:
        seen: set[str] = set()
        for number, value in enumerate(values):
            if not value.strip():
                self.problems[f"{key}[{number}].{name}"] = _("This is empty.")
            elif value in seen:
                self.problems[f"{key}[{number}].{name}"] = _("“{value}” stands here twice.").format(value=printable(value, 60))
            seen.add(value)

    def _line(self, key: str, value: str) -> str:
        return self._short(key, printable(" ".join(value.split()), 8 * MAX_LINE), MAX_LINE)

    def _text(self, key: str, value: str, limit: int = MAX_TEXT) -> str:
        """Paragraphs stay; every other break and blank becomes a plain one."""
        lines = (printable(" ".join(line.split()), 8 * limit) for line in value[:limit].strip().splitlines())
        return self._short(key, "\n".join(lines) if len(value) <= limit else value, limit)

    def _short(self, key: str, value: str, limit: int) -> str:
        if len(value) > limit:
            self.problems[key] = _("This is too long: at most {limit} characters are kept.").format(limit=limit)
        return value

    def _past(self, key: str, value: str, *, moments: bool = True) -> str:
        try:
            return parse_past(value, moments=moments, ahead=self._ahead)
        except UserError as error:
            self.problems[key] = str(error)
            return value

    def _day(self, key: str, value: str) -> str:
        """A day on either side of today."""
        cleaned = value.strip()
        try:
            if cleaned:
                datetime.date.fromisoformat(cleaned if _DAY.fullmatch(cleaned) else "")
        except ValueError:
            self.problems[key] = _("“{value}” is not a date; write it as YYYY-MM-DD, for example 2026-03-31.").format(
                value=printable(cleaned, 40)
            )
        return cleaned
