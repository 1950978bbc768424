"""What a report says, in words and in order, for whatever form it is given: PDF and HTML are drawn from the same `Content`.

Every text is in the chosen language already and has passed `printable`; nothing in it is markup. Only `FindingRow.record`, `verify` and
`stacks` and `DelistingRow.request` can have several lines, parted by a line feed, each of which has passed `printable`. Moments are UTC as
"YYYY-MM-DD HH:MM", with seconds where they tell something (an observation, an event of a notice).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selfaudit.case import EvidenceFile
from selfaudit.report.content.atoms import ClauseLine as ClauseLine
from selfaudit.report.content.atoms import Count as Count
from selfaudit.report.content.atoms import Line as Line
from selfaudit.report.content.atoms import Sign as Sign


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What a desk reads.

    Attributes:
        title: of the report.
        demo: the world of the embedded internet, "" for a real audit: each page says so.
        interim: why this is only an interim report, "" if it is not.
        facts: provider, case number, service, deadline, suspended since, contact, when the audit was made.
        reported: what was reported, as the notices say it; cited clauses; what is demanded.
        verdict: ready or not; its word is the sentence.
        unverified: how many requirements nobody has seen to be met, "" for none.
        readiness: how many requirements are in each state.
        headline: what the checks come to.
        results: how many results have each outcome.
        cause: kind of the root cause, "" if nothing is stated.
        summary: the root cause in the customer's own paragraph, "" if there is none.
        contained: when and how it was ended, as stated, "" if it is not stated.
        measures: how many measures are done and how many only planned, as stated, "" without a statement.
        blockers: clauses that block.
        gaps: what the statement lacks.
        besides: open clauses that do not block.
        to_verify: what could not be verified.
        signer: who signs, and when, in one line; says so if nobody has.
        contact: where that person is reached.
        recheck: how to verify and repeat everything, one command or sentence each.
    """

    title: str
    demo: str = ""
    interim: str = ""
    facts: tuple[Line, ...] = ()
    reported: tuple[Line, ...] = ()
    verdict: Sign | None = None
    unverified: str = ""
    readiness: tuple[Count, ...] = ()
    headline: str = ""
    results: tuple[Count, ...] = ()
    cause: str = ""
    summary: str = ""
    contained: str = ""
    measures: str = ""
    blockers: tuple[ClauseLine, ...] = ()
    gaps: tuple[str, ...] = ()
    besides: tuple[ClauseLine, ...] = ()
    to_verify: tuple[ClauseLine, ...] = ()
    signer: str = ""
    contact: str = ""
    recheck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BasisRow:
    """A result on which a clause rests. `place` names the finding or row that it leads to, "" for none."""

    state: Sign
    check: str
    target: str
    why: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause with everything that it rests on. `bases`: headings with results. `place`: its name in the document. `word`: what the
    customer's word has to do with it, "" for nothing.
    """

    clause: str
    heading: str
    section: str
    quote: str
    state: Sign
    weight: str
    blocks: bool
    core: bool
    why: str
    more: str
    date: str
    stated: bool
    missing: tuple[str, ...]
    bases: tuple[tuple[str, tuple[BasisRow, ...]], ...]
    place: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What was asked ("" where it was no command) and what was answered, line by line."""

    command: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An observation behind a finding."""

    id: str
    kind: str
    at: str
    lines: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding.

    Attributes:
        place: its name in the document.
        state, critical: its outcome, and whether it is critical.
        target, check: what it is about.
        text: the finding.
        notes: said beside it.
        alike: how many others say the same, and where, "" for none.
        clauses: (id, heading, place) of the clauses that it touches.
        planned: the day by which it will be fixed, by the customer's word, "" for none.
        disagrees: why the customer disagrees, "" if they do not.
        who, minutes, steps, record, stacks, verify: what to do; `stacks` are (software, text).
        why, how: paragraphs on why it matters and how it is judged.
        evidence: what was seen.
        explained_at: place of the finding of the same check at which `why` and `how` stand, "" where they stand here.
        seen_at: place of the finding that rests on the same observations and shows them, "" where they are shown here.
        observed: ids of the observations in evidence.json.
        brief: one of very many alike: what to do and the observations stand with the first ones, and in evidence.json.
    """

    place: str
    state: Sign
    critical: bool
    target: str
    check: str
    text: str
    notes: tuple[str, ...] = ()
    alike: str = ""
    clauses: tuple[tuple[str, str, str], ...] = ()
    planned: str = ""
    disagrees: str = ""
    who: str = ""
    minutes: int = 0
    steps: str = ""
    record: str = ""
    stacks: tuple[tuple[str, str], ...] = ()
    verify: str = ""
    why: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    evidence: tuple[Shown, ...] = ()
    explained_at: str = ""
    seen_at: str = ""
    observed: tuple[str, ...] = ()
    brief: bool = False


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that ask for the same kind of action. `total` counts those alike, too; `folded`: passed or not needed."""

    title: str
    total: int
    folded: bool
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class FamilyCount:
    """How the results of one family of checks came out: the summary that stands before any list."""

    family: str
    title: str
    total: int
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result in the list of all."""

    place: str
    check: str
    target: str
    state: Sign
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Something done or planned. `shown` are (check, state) of results that exist and show it. `state` is of a step that was demanded;
    `why` says why it is disputed.
    """

    text: str
    beside: str = ""
    shown: tuple[tuple[str, Sign], ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    state: Sign | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the interview, or a clause, with the customer's words."""

    asked: str
    words: str
    text: str = ""
    files: tuple[EvidenceFile, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as it was understood."""

    title: str
    lines: tuple[Line, ...]
    steps: tuple[str, ...] = ()
    excerpt: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """The customer's statement: nothing in it was seen by this program.

    Attributes:
        draft: why it is no statement yet, "" if it is signed.
        cause, summary, proof: root cause.
        answers: of the interview.
        timeline: (moment, kind, text).
        done, planned, undecided: measures; never mixed.
        demanded: steps of the provider, and what became of each.
        credentials: what was changed.
        removals: requests to blocklists.
        attested: what the customer states on clauses.
        confirmed: further sentences that are stated.
        signed: who signed and when, "" if nobody has.
    """

    draft: str = ""
    cause: str = ""
    summary: str = ""
    proof: tuple[EvidenceFile, ...] = ()
    answers: tuple[Answered, ...] = ()
    timeline: tuple[tuple[str, str, str], ...] = ()
    done: tuple[MeasureRow, ...] = ()
    planned: tuple[MeasureRow, ...] = ()
    undecided: tuple[MeasureRow, ...] = ()
    demanded: tuple[MeasureRow, ...] = ()
    credentials: tuple[str, ...] = ()
    removals: tuple[str, ...] = ()
    attested: tuple[Answered, ...] = ()
    confirmed: tuple[str, ...] = ()
    signed: str = ""


@dataclass(frozen=True, slots=True)
class DelistingRow:
    """A listing and the way off it. `before` are (known, text, why)."""

    target: str
    name: str
    meaning: str
    who: str
    url: str
    before: tuple[tuple[str, str, str], ...]
    pay: bool
    expires: str
    asked: str
    request: str = ""
    ready: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What became of a finding between two audits."""

    state: Sign
    check: str
    target: str
    text: str
    before: Sign | None = None
    now: Sign | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier audit beside this one. `then` and `today` are the results of each; `words` sums the changes up; `warnings` say what makes
    the comparison weak; `left_out` counts changes that are not listed.
    """

    at: str
    words: str
    then: tuple[Count, ...]
    today: tuple[Count, ...]
    changes: tuple[ChangeRow, ...]
    unchanged: int = 0
    not_comparable: int = 0
    warnings: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class SentRow:
    """What was sent for one purpose on one authority."""

    purpose: str
    parties: int
    count: int
    authority: str
    active: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A whole report.

    Attributes:
        language: its ISO 639-1 code.
        number: of the case, on each page; "" for none.
        provider: its name, "" for none.
        made: when the audit ended.
        accent, accent_dark: the pack's colours as #rrggbb, "" for the usual.
        logo: the pack's as data: URI, "" for none.
        about: (label, value) on what was audited: targets, authority, vantage, registration data, servers seen from inside.
        registrant_files: what shows the registration data.
        policy: title and version of the policy, "" without a pack.
        clauses: all of them, in the order of the text; empty without a pack.
        families: the results summed up.
        groups: findings, those to act on first.
        results: every result.
        rechecks: (moment, check, target, before, now).
        notices, stated, delistings, before: see there.
        rechecks_left_out, delistings_left_out: how many more there are than are listed.
        sent: the probe log, summed up.
        log: (party, port and protocol, purpose, count, authority) of each party that was actively contacted, and the number of those left out.
        environment: tool, Python, system, resolvers, catalogue, clock.
        limits: what this report cannot show, one sentence each.
    """

    language: str
    number: str
    made: str
    first: FirstPage
    accent: str = ""
    accent_dark: str = ""
    logo: str = ""
    about: tuple[Line, ...] = ()
    registrant_files: tuple[EvidenceFile, ...] = ()
    policy: str = ""
    clauses: tuple[ClauseRow, ...] = ()
    families: tuple[FamilyCount, ...] = ()
    groups: tuple[FindingGroup, ...] = ()
    results: tuple[ResultRow, ...] = ()
    rechecks: tuple[tuple[str, str, str, Sign, Sign], ...] = ()
    notices: tuple[NoticeRow, ...] = ()
    stated: Stated | None = None
    delistings: tuple[DelistingRow, ...] = ()
    before: Before | None = None
    sent: tuple[SentRow, ...] = ()
    log: tuple[tuple[str, str, str, int, str], ...] = ()
    log_left_out: int = 0
    provider: str = ""
    rechecks_left_out: int = 0
    delistings_left_out: int = 0
    environment: tuple[Line, ...] = ()
    limits: tuple[str, ...] = field(default=())
