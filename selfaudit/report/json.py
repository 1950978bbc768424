"""The audit as JSON (schema selfaudit/audit/1)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from selfaudit.appeal.incident import Proposal
from selfaudit.case import Case, Target
from selfaudit.case.file import CaseFile
from selfaudit.case.model import Seal
from selfaudit.case.notice import Notice
from selfaudit.checks import all_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine import Audit
from selfaudit.engine.evidence import SentTo, Tool, Vantage
from selfaudit.engine.judge import severity_of
from selfaudit.engine.requirements import readiness_of
from selfaudit.errors import BadInput
from selfaudit.findings import Mark, Outcome, Result, Severity
from selfaudit.policy.model import Gap, Readiness, Requirement
from selfaudit.remedy.delisting import Delisting, Mention, NotKnown
from selfaudit.text import printable

MAX_MARKS = 10_000


class JsonTarget(msgspec.Struct, frozen=True):
    """What a result is about."""

    kind: Literal["domain", "address", "host", "message", "ledger", "case"]
    value: str


class JsonFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding. `message` is English; `tag` and `args` let a reader put it into another language."""

    tag: str
    severity: Severity
    message: str
    args: dict[str, str | int | float | tuple[str, ...]]
    evidence: tuple[str, ...]
    approved: str = ""


class JsonResult(msgspec.Struct, frozen=True):
    """One check on one target."""

    check: str
    target: JsonTarget
    outcome: Outcome
    findings: tuple[JsonFinding, ...]
    reason: str


class JsonReadiness(msgspec.Struct, frozen=True):
    """How the audit stands before the provider's policy. `blockers` are ids of clauses; `gaps` say what the statement lacks."""

    pack: str
    version: str
    provider: str
    title: str
    purpose: Literal["reinstatement", "onboarding"]
    ready: bool
    blockers: tuple[str, ...]
    gaps: tuple[Gap, ...]
    counts: dict[str, int]


class JsonAudit(msgspec.Struct, frozen=True):
    """The whole document. Without a provider's pack there are no requirements, and readiness is null. `marks` are the person's own words
    about single findings; they change no result.
    """

    schema: Literal["selfaudit/audit/1"]
    case: Case
    tool: Tool
    started: str
    finished: str
    interrupted: bool
    vantage: Vantage
    targets: tuple[Target, ...]
    counts: dict[str, int]
    results: tuple[JsonResult, ...]
    authority: dict[str, str]
    sent: tuple[SentTo, ...]
    requirements: tuple[Requirement, ...] = ()
    readiness: JsonReadiness | None = None
    marks: tuple[Mark, ...] = ()


def result_json(result: Result) -> JsonResult:
    """One result with its findings in words."""
    messages = all_checks()[result.check].messages
    findings = tuple(
        JsonFinding(
            f.tag, severity_of(result, f), render_source(messages[f.tag].text, f.args), dict(f.args), f.evidence, f.approved
        )
        for f in result.findings
    )
    target = JsonTarget(result.target_kind, result.target)  # type: ignore[arg-type]
    return JsonResult(result.check, target, result.outcome, findings, result.reason)


def readiness_json(readiness: Readiness) -> JsonReadiness:
    """How the audit stands; its requirements are a list of their own."""
    return JsonReadiness(
        readiness.pack,
        readiness.version,
        readiness.provider,
        readiness.title,
        readiness.purpose,  # type: ignore[arg-type]
        readiness.ready,
        readiness.blockers,
        readiness.gaps,
        dict(readiness.counts),
    )


def audit_json(audit: Audit, now: float | None = None) -> JsonAudit:
    """The document. `now`: UTC seconds of the moment from which readiness is seen; None for this one."""
    evidence, readiness = audit.evidence, readiness_of(audit, now)
    counts = {str(outcome): sum(r.outcome is outcome for r in audit.results) for outcome in Outcome}
    return JsonAudit(
        "selfaudit/audit/1",
        evidence.case,
        evidence.tool,
        evidence.started,
        evidence.finished,
        evidence.interrupted,
        evidence.vantage,
        evidence.targets,
        counts,
        tuple(result_json(r) for r in audit.results),
        evidence.authority,
        evidence.sent,
        readiness.requirements if readiness else (),
        readiness_json(readiness) if readiness else None,
        audit.marks,
    )


def encode_audit(audit: Audit, now: float | None = None) -> bytes:
    """The audit file: indented, one line at the end. The same evidence and statement give the same octets on the same day.

    Args:
        audit: what is written.
        now: UTC seconds of the moment from which readiness is seen; None for this one.
    """
    return msgspec.json.format(msgspec.json.encode(audit_json(audit, now)), indent=1) + b"\n"


class _Marks(msgspec.Struct, frozen=True):
    marks: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=MAX_MARKS)] = ()


def read_marks(data: bytes) -> tuple[Mark, ...]:
    """What the person says about single findings, from an audit file.

    Raises:
        BadInput: it is none.
    """
    try:
        return msgspec.json.decode(data, type=_Marks).marks
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadInput(printable(str(error), 200)) from None


class JsonNotices(msgspec.Struct, frozen=True):
    """What `selfaudit notice` understood, and what it proposes for an audit."""

    schema: Literal["selfaudit/notice/1"]
    notices: tuple[Notice, ...]
    proposal: Proposal


class JsonDelisting(msgspec.Struct, frozen=True):
    """What `selfaudit delisting` plans."""

    schema: Literal["selfaudit/delisting/1"]
    listings: tuple[Delisting, ...]
    mentions: tuple[Mention, ...]
    not_known: tuple[NotKnown, ...]


class JsonSealChecked(msgspec.Struct, frozen=True):
    """What `selfaudit case check` came to: its exit code, the words, and the key that was given ("" for those of the pack)."""

    exit: int
    words: str
    key: str


class JsonSignedCase(msgspec.Struct, frozen=True, omit_defaults=True):
    """A case file and what its signature came to."""

    schema: Literal["selfaudit/signed-case/1"]
    file: str
    case: CaseFile
    seal: Seal
    check: JsonSealChecked | None = None


def encode_document(document: JsonNotices | JsonDelisting | JsonSignedCase) -> bytes:
    """A document as it is written: indented, one line at the end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
