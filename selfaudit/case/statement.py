"""What the customer states: the root cause, the timeline, measures done and planned, attestations, and who answers for it.

Nothing in here is seen by this program; the report shows it as the customer's word, with the evidence that goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from selfaudit.case.model import EvidenceFile

Cause = Literal["", "account", "software", "open-service", "campaign", "end-user", "false-report", "other"]
Done = Literal[
    "", "done", "planned", "disputed"
]  # "disputed" only of a step that the provider demands, with the reason in `why`


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question of the interview. `files` show it."""

    question: str
    text: str = ""
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline. `at` is UTC (RFC 3339) or a day; `kind` "began", "noticed", "contained", "fixed" or "other"."""

    at: str
    kind: Literal["began", "noticed", "contained", "fixed", "other"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that was done, or is planned. The two are never mixed.

    Attributes:
        text: what, in one sentence.
        state: "done", "planned", or "" while that is open; of a step that rests on a mistake "disputed".
        date: the day (YYYY-MM-DD) on which it was done, or by which it will be.
        who: who did it, or will.
        clauses: ids of the clauses that it serves.
        checks: ids of checks whose results show it.
        files: what shows it.
        why: why a step is disputed.
    """

    text: str
    state: Done = ""
    date: str = ""
    who: str = ""
    why: str = field(default="", kw_only=True)
    clauses: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the customer states on a clause.

    Attributes:
        clause: its id.
        agreed: the words of the pack's attestation are stated to be true.
        words: those of the policy that were agreed to, as they stood. It counts only while the policy still has the same.
        text: further words of the customer.
        planned: the day by which it will be true, "" if it is.
        files: what shows it.
    """

    clause: str
    agreed: bool = False
    words: str = field(default="", kw_only=True)
    text: str = ""
    planned: str = ""
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """A password or key that was changed: which (never itself), the day or moment (UTC), and by whom."""

    what: str
    at: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """A request to be taken off a list. `zone` and `target` name the listing; `at` is the day; `reference` as the list gave it."""

    zone: str
    target: str
    at: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The whole statement. An empty one is the beginning.

    Attributes:
        policy: id of the policy for which it was made, "" if that was not noted.
        number: of the provider's case for which it was made, "" if that was not noted.
        cause: the kind of root cause.
        summary: the root cause in a paragraph, in the customer's words.
        proof: files that show the cause (log lines, a message, a list of files).
        answers: of the interview.
        timeline: in any order.
        measures: done and planned.
        steps: what the provider demanded, each with its state.
        attestations: by clause.
        credentials: those that were changed.
        removals: requests to lists.
        commitment: the customer binds themselves not to break the policy again.
        harmful_removed: all harmful data has been removed.
        counsel: somebody with legal knowledge has read it.
        name, role: who signs.
        signed: the day (YYYY-MM-DD) on which they signed, "" while it is a draft.
        contact: how the desk reaches them.
    """

    policy: str = field(default="", kw_only=True)
    number: str = field(default="", kw_only=True)
    cause: Cause = ""
    summary: str = ""
    proof: tuple[EvidenceFile, ...] = ()
    answers: tuple[Answer, ...] = ()
    timeline: tuple[Moment, ...] = ()
    measures: tuple[Measure, ...] = ()
    steps: tuple[Measure, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    credentials: tuple[Credential, ...] = ()
    removals: tuple[Removal, ...] = ()
    commitment: bool = False
    harmful_removed: bool = False
    counsel: bool = False
    name: str = ""
    role: str = ""
    signed: str = ""
    contact: str = ""

    def attestation(self, clause: str) -> Attestation | None:
        """What is stated on a clause."""
        return next((a for a in self.attestations if a.clause == clause), None)

    def answer(self, question: str) -> str:
        """The answer to a question, "" for none."""
        return next((a.text for a in self.answers if a.question == question), "")
