"""Findings with what to do and what was seen; many alike are summed up before they are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selfaudit.checks import all_checks
from selfaudit.checks.registry import doc_paragraphs
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Record
from selfaudit.findings import Mark, Outcome, Result, Severity
from selfaudit.i18n import _, shown
from selfaudit.remedy import Action, Advice, Group, GroupKey, alike_words
from selfaudit.report.content.clauses import ClausesBeside
from selfaudit.report.content.model import FamilyCount, FindingGroup, FindingRow, Quoted, ResultRow, Shown
from selfaudit.report.content.places import Places
from selfaudit.report.content.say import block, flat, more, outcome_counts, outcome_sign, target_name
from selfaudit.report.evidence_text import lines_of
from selfaudit.report.words import FAMILY_WORDS, WHO_WORDS, minute
from selfaudit.text import printable

FOLDED = (GroupKey.PASSED, GroupKey.NOT_NEEDED)
MAX_FULL = 20  # findings with the same tag of the same check that are told in full
MAX_REASON = 240  # characters in the list of all results; the whole of it stands with the finding
MAX_ALIKE = 30  # results that are named as saying the same


@dataclass(slots=True)
class Findings:
    """Makes the rows of findings of one audit."""

    audit: Audit
    places: Places
    clauses: ClausesBeside
    _records: Mapping[str, Record] = field(init=False)
    _marks: Mapping[tuple[str, str, str, str], Mark] = field(init=False)
    _explained: dict[str, str] = field(init=False, default_factory=dict)
    _seen: dict[tuple[str, tuple[str, ...]], str] = field(init=False, default_factory=dict)
    _told: dict[tuple[str, str], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._records = {record.id: record for record in self.audit.evidence.records}
        self._marks = {mark.key: mark for mark in self.audit.marks}

    def groups(self, told: Sequence[Group], folded: Sequence[Group]) -> tuple[FindingGroup, ...]:
        """All findings: `told` one by one, `folded` in short."""
        return (
            *(FindingGroup(g.title, _total(g), False, tuple(self._row(a) for a in g.actions)) for g in told),
            *(FindingGroup(g.title, len(g.actions), True, tuple(_short(a) for a in _joined(g.actions))) for g in folded),
        )

    def _row(self, action: Action) -> FindingRow:
        result, place = action.result, self.places.finding(action)
        kind = (result.check, action.tag)
        self._told[kind] = self._told.get(kind, 0) + 1
        brief = self._told[kind] > MAX_FULL
        mark = self._marks.get((result.check, result.target_kind, result.target, action.tag))
        made = replace(
            _short(action),
            place=place,
            critical=action.severity is Severity.CRITICAL,
            clauses=self.clauses.of(result.check),
            planned=printable(mark.planned, 40) if mark else "",
            disagrees=flat(mark.disagree) if mark else "",
            observed=tuple(printable(i, 40) for i in _observations(action)),
            brief=brief,
        )
        made = _with_advice(made, action.advice, brief=brief)
        return made if brief else self._with_evidence(self._with_reasons(made, result), action)

    def _with_reasons(self, row: FindingRow, result: Result) -> FindingRow:
        """Why it matters is said once for a check."""
        first = self._explained.setdefault(result.check, row.place)
        if first != row.place:
            return replace(row, explained_at=first)
        check = all_checks()[result.check]
        why, how = (tuple(doc_paragraphs(check, section)) for section in ("Why it matters", "How it is judged"))
        return replace(row, why=why, how=how)

    def _with_evidence(self, row: FindingRow, action: Action) -> FindingRow:
        """The same observations are shown once for a check."""
        ids, check = tuple(_observations(action)), action.result.check
        first = self._seen.setdefault((check, ids), row.place)
        if first != row.place and ids:
            return replace(row, seen_at=first)
        records = [record for i in ids[:MAX_ALIKE] if (record := self._records.get(i))]
        return replace(row, evidence=tuple(_shown(record, check) for record in records))


def family_counts(results: Iterable[Result]) -> tuple[FamilyCount, ...]:
    """The results summed up by family, in the order in which families come first among the results."""
    families: dict[str, list[Result]] = {}
    for result in results:
        families.setdefault(result.check.partition(".")[0], []).append(result)
    return tuple(
        FamilyCount(name, _(FAMILY_WORDS.get(name, name)), len(found), outcome_counts(found))
        for name, found in families.items()
    )


def result_rows(results: Iterable[Result], places: Places) -> tuple[ResultRow, ...]:
    """Every result, family by family. Of what passed or failed the reason is the finding."""
    families: dict[str, list[ResultRow]] = {}
    said: dict[str, str] = {}
    for result in results:
        if result.reason not in said:
            said[result.reason] = flat(shown(result.reason), MAX_REASON)
        reason = "" if result.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.WARN) else said[result.reason]
        target = target_name(result.target_kind, result.target)
        row = ResultRow(places.row(result), result.check, target, outcome_sign(result.outcome), reason)
        families.setdefault(result.check.partition(".")[0], []).append(row)
    return tuple(row for rows in families.values() for row in rows)


def _total(group: Group) -> int:
    return sum(1 + len(action.alike) for action in group.actions)


def _short(action: Action) -> FindingRow:
    result = action.result
    named = replace(action, alike=action.alike[:MAX_ALIKE])
    alike = flat(alike_words(named)) if action.alike else ""
    rest = len(action.alike) - MAX_ALIKE
    return FindingRow(
        "", outcome_sign(action.outcome), False, target_name(result.target_kind, result.target), result.check, flat(action.text),
        tuple(flat(note) for note in action.notes), f"{alike}{more(rest)}" if rest > 0 else alike,
    )  # fmt: skip


def _joined(actions: Iterable[Action]) -> list[Action]:
    """What passed or is not needed for one and the same reason on many targets is said once."""
    made: dict[tuple[object, ...], list[Action]] = {}
    for action in actions:
        target = action.result.target
        notes = tuple(note.replace(target, "\0") for note in action.notes)
        made.setdefault((action.result.check, action.tag, action.text.replace(target, "\0"), notes), []).append(action)
    return [replace(same[0], alike=tuple(a.result for a in same[1:])) for same in made.values()]


def _observations(action: Action) -> list[str]:
    return list(dict.fromkeys(i for r in (action.result, *action.alike) if r.findings for i in r.findings[0].evidence))


def _with_advice(row: FindingRow, advice: Advice | None, *, brief: bool) -> FindingRow:
    if advice is None:
        return row
    made = replace(row, record=block(advice.record))
    if brief:
        return made
    return replace(
        made,
        who=_(WHO_WORDS.get(advice.who) or advice.who),
        minutes=0 if advice.who == "wait" else advice.minutes,
        steps=flat(advice.steps),
        stacks=tuple((printable(name, 100), block(text)) for name, text in advice.stacks),
        verify=block(advice.verify),
    )


def _shown(record: Record, check: str) -> Shown:
    lines = tuple(
        Quoted(printable(line.command, 400), tuple(printable(part, 4000) for part in line.answer.split("\n")))
        for line in lines_of(record, check)
    )
    return Shown(printable(record.id, 40), printable(record.request.kind, 60), minute(record.at, seconds=True), lines)
