"""What has changed between the facts of a bundle and the same facts seen from here, and whether it matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from selfaudit.case import Target
from selfaudit.checks import all_checks, select_checks
from selfaudit.checks.registry import is_active, render_source
from selfaudit.engine import Audit
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.evidence import Evidence, Record
from selfaudit.engine.judge import failure_words, judge_evidence, judge_one, needed_keys, policy_for
from selfaudit.engine.repeat import CONTROLS, NEVER
from selfaudit.errors import UserError
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy import Policy
from selfaudit.report.fact_lines import COMPARED, MAX_LINES, Difference, difference, failure_lines, one_line
from selfaudit.text import printable

Key = tuple[str, str]
State = Literal["same", "changed", "not-repeated", "not-seen"]
_NEVER = {kind.kind: why for kind, why in NEVER.items()}
_COMPARED = frozenset(kind.kind for kind in COMPARED)
_UNTOLD = (Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG)
_FINE = (Outcome.PASS, Outcome.NOT_APPLICABLE)
_NO_BELIEF = phrase(
    "this network changes DNS answers, or they cannot be controlled from here, so nothing that was seen here counts"
)
_NOT_LOOKED_AT = phrase("it was not looked at from here: it is no target that could be named here, or the run was stopped")
_PARTLY = phrase("part of it could not be observed from here, and without it nothing can be concluded")
_OTHERWISE = phrase("it is seen otherwise now")
_HARMLESS = phrase("it is seen otherwise now, and no check comes out otherwise for it")
_NO_ANSWER = phrase("part of it is not answered here any more, and that counts")
_GONE = phrase("it was seen in the bundle, and it is not there any more")
_BY_TIME = phrase("the same is seen, and it counts otherwise now")
_NOT_HERE = phrase("the same is seen, and from here nothing can be concluded from it")
_NOW_UNANSWERED = phrase("no answer that says anything")


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """A check that rests on a fact: its outcome then and now, "" where there is none."""

    check: str
    target: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class FactDrift:
    """One fact then and now.

    Attributes:
        kind, subject: of the fact.
        state: "same"; "changed"; "not-repeated": only its owner's computer or permission could see it; "not-seen": it could not be observed
            from here, which says nothing about it.
        matters: the outcome of a check changes with it, for better or worse.
        worse: a check that did not fail fails now, or what passed does not pass any more.
        before, now: what differs, in lines that a person can compare, at most 6 each; empty for "same".
        checks: the checks that rest on it and come out otherwise; of "not-seen" those that cannot be concluded without it.
        why: in one sentence (`i18n.phrase`), "" for "same".
    """

    kind: str
    subject: str
    state: State
    matters: bool = False
    worse: bool = False
    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    checks: tuple[OutcomeDrift, ...] = ()
    why: str = ""


@dataclass(slots=True)
class _Turn:
    """A result that rests on facts which were observed again."""

    result: Result
    now: Outcome
    needs: list[Key]

    @property
    def drift(self) -> OutcomeDrift:
        return OutcomeDrift(self.result.check, self.result.target, str(self.result.outcome), str(self.now))

    @property
    def turned(self) -> bool:
        both_untold = self.now in _UNTOLD and self.result.outcome in _UNTOLD
        return self.now is not self.result.outcome and not both_untold

    @property
    def lost(self) -> bool:
        return self.turned and self.now in _UNTOLD

    @property
    def worse(self) -> bool:
        fails = self.now is Outcome.FAIL and self.result.outcome is not Outcome.FAIL
        return fails or (self.result.outcome is Outcome.PASS and self.now is not Outcome.PASS and not self.gone)

    @property
    def gone(self) -> bool:
        """Whether something right is not there any more that nobody demands. What is demanded is worse where it is gone."""
        advisory = all_checks()[self.result.check].spec.advisory
        return advisory and self.result.outcome is Outcome.PASS and self.now is Outcome.NOT_APPLICABLE


@dataclass(slots=True)
class _Both:
    """The records of both, and what the rules make of the new ones."""

    then: Mapping[Key, Record]
    here: Mapping[Key, Record]
    turns: dict[Key, list[_Turn]] = field(default_factory=dict)
    differences: dict[Key, Difference] = field(default_factory=dict)

    def compare(self) -> None:
        """Works out what differs in the facts that both saw."""
        for key, then in self.then.items():
            here = self.here.get(key)
            if then.fact is not None and here is not None and type(then.fact) is type(here.fact) and key[0] in _COMPARED:
                assert here.fact is not None
                self.differences[key] = difference(then.fact, here.fact)

    def decides(self, turn: _Turn) -> bool:
        """Whether a fact of the check differs, so that those that do not differ have no part in its turn."""
        found = [self.differences.get(key) for key in turn.needs]
        return any(d is None or d.any or d.unseen for d in found)

    def excused(self, turn: _Turn) -> bool:
        """Whether a check cannot be concluded here because something of it could not be observed, or for a fault of ours."""
        found = [self.differences.get(key) for key in turn.needs]
        return turn.lost and (turn.now is Outcome.BUG or any(d is None or d.unseen for d in found))

    def about(self, key: Key) -> list[_Turn]:
        """The results that rest on a fact and come out otherwise."""
        return [t for t in self.turns.get(key, ()) if t.turned]


def drift(audit: Audit, here: Evidence | None) -> tuple[FactDrift, ...]:
    """What became of each fact of an audit, and of what the run here found beside them.

    Args:
        audit: the audit, judged here.
        here: what was observed from here under `engine.repeat.repeat_case`; None where nothing could be.
    """
    records = here.records if here is not None else ()
    then = {_key(r): r for r in audit.evidence.records}
    both = _Both(then, {_key(r): r for r in records})
    for turn in _turns(audit, both):
        for key in turn.needs:
            both.turns.setdefault(key, []).append(turn)
    both.compare()
    believed = here is not None and _believed(here)
    found = [_one(key, both, believed) for key in then]
    if here is not None and believed:
        found += _beside(audit, here, both)
    return tuple(found)


def _key(record: Record) -> Key:
    return record.request.kind, record.request.subject


def _believed(here: Evidence) -> bool:
    """Whether the controls of this run let DNS answers be believed."""
    control = next((r for r in judge_evidence(here) if r.check == "vantage.dns"), None)
    return control is not None and control.outcome in _FINE


def _turns(audit: Audit, both: _Both) -> Iterator[_Turn]:
    """Every result that rests on public records, judged with those that were seen here."""
    checks, policy = all_checks(), policy_for(audit.evidence.case)
    for result in audit.results:
        check = checks[result.check]
        target = Target(result.target_kind, result.target)  # type: ignore[arg-type]
        try:
            needs = needed_keys(check, target, audit.evidence.case)
        except (UserError, ValueError):
            continue  # a target that is no address or name: nobody could observe it
        compared = [key for key in needs if key[0] in _COMPARED]
        if not compared:
            continue
        if is_active(check):
            chosen = [_newer(key, both) if key[0] in _COMPARED else both.then.get(key) for key in needs]
            if result.outcome in _UNTOLD:
                continue
        else:
            chosen = [both.here.get(key) if key[0] in _COMPARED or key[0] in CONTROLS else both.then.get(key) for key in needs]
        chosen = [
            DERIVED[key[0]](target, both.then) if key[0] in DERIVED else record
            for key, record in zip(needs, chosen, strict=True)
        ]
        yield _Turn(result, judge_one(check, target, chosen, policy).outcome, compared)


def _newer(key: Key, both: _Both) -> Record | None:
    """What was seen here, or else what was seen then: the rest of what such a check needs cannot be seen here anyway."""
    here = both.here.get(key)
    return here if here is not None and here.fact is not None else both.then.get(key)


def _one(key: Key, both: _Both, believed: bool) -> FactDrift:
    kind, subject = key[0], printable(key[1], 260)
    if kind in _NEVER:
        return FactDrift(kind, subject, "not-repeated", why=_NEVER[kind])
    here = both.here.get(key)
    resting = [t.drift for t in both.about(key) if t.lost]
    if not believed and both.here:
        lost = [t for t in both.turns.get(key, ()) if t.result.outcome not in _UNTOLD]
        untold = tuple(OutcomeDrift(t.result.check, t.result.target, str(t.result.outcome), "") for t in lost)
        return FactDrift(kind, subject, "not-seen", checks=untold, why=_NO_BELIEF)
    if here is None or here.fact is None:
        why = failure_words(here.failure) if here is not None and here.failure else _NOT_LOOKED_AT
        return FactDrift(kind, subject, "not-seen", checks=tuple(resting), why=why)
    return _compared(key, subject, both)


def _compared(key: Key, subject: str, both: _Both) -> FactDrift:
    """A fact that was seen here."""
    kind, then, here = key[0], both.then[key], both.here[key]
    assert here.fact is not None
    about = both.about(key)
    told = [t for t in about if not t.lost]
    if key not in both.differences:
        before = (failure_words(then.failure) if then.failure else phrase("it could not be told"),)
        return _changed(kind, subject, told, before, failure_lines(here.fact), phrase("the bundle could not say what it is"))
    seen = both.differences[key]
    lost = tuple(t.drift for t in about if t.lost)
    if lost and seen.unseen and not told:
        return FactDrift(kind, subject, "not-seen", False, False, seen.before, seen.now, lost, _PARTLY)
    if seen.any:
        counted = [t for t in about if not both.excused(t)]
        return _changed(kind, subject, counted, seen.before, seen.now, _OTHERWISE if counted else _HARMLESS)
    if told and seen.unseen:
        return _changed(kind, subject, told, seen.unseen, (_NOW_UNANSWERED,), _NO_ANSWER)
    alone = [t for t in told if not both.decides(t)]
    if alone:
        return _changed(kind, subject, alone, (), (), _BY_TIME)
    if any(t.lost and not both.decides(t) for t in about):
        return FactDrift(kind, subject, "not-seen", False, False, (), (), lost, _NOT_HERE)
    return FactDrift(kind, subject, "same")


def _changed(
    kind: str, subject: str, turned: list[_Turn], before: tuple[str, ...], now: tuple[str, ...], why: str
) -> FactDrift:
    worse = any(t.worse for t in turned)
    if not worse and any(t.gone for t in turned):
        why = _GONE
    return FactDrift(kind, subject, "changed", bool(turned), worse, before, now, tuple(t.drift for t in turned), why)


def _beside(audit: Audit, here: Evidence, both: _Both) -> Iterator[FactDrift]:
    """What fails here and of which the bundle says nothing: a server that the records name since, or a fact that was left out."""
    case = audit.evidence.case
    wanted = {check.spec.id for check in select_checks(case.only, case.skip)}
    then = {(r.check, r.target_kind, r.target): r.outcome for r in audit.results}
    policy = policy_for(case)
    for result, needs in _results(here, policy):
        outcome = then.get((result.check, result.target_kind, result.target))
        known = outcome is not None and outcome not in _UNTOLD
        lacking = [key for key in needs if key not in both.then]
        # Where the bundle has a result and all of its facts, the facts tell what became of it.
        compared = outcome is not None and not lacking
        if result.outcome is not Outcome.FAIL or known or compared or result.check not in wanted:
            continue
        messages = all_checks()[result.check].messages
        words = [one_line(render_source(messages[f.tag].text, f.args)) for f in result.findings][:MAX_LINES]
        turn = OutcomeDrift(result.check, result.target, "", str(result.outcome))
        why = phrase("it fails here, and the bundle holds nothing about it")
        kind, subject = (lacking or needs)[0]
        yield FactDrift(kind, printable(subject, 260), "changed", True, True, (), tuple(words), (turn,), why)


def _results(here: Evidence, policy: Policy) -> Iterator[tuple[Result, list[Key]]]:
    """The results of the run here that rest on public records, by the rules of the audit's own case."""
    records = {_key(r): r for r in here.records}
    for found in judge_evidence(here):
        check = all_checks()[found.check]
        target = Target(found.target_kind, found.target)  # type: ignore[arg-type]
        needs = needed_keys(check, target, here.case)
        compared = [key for key in needs if key[0] in _COMPARED]
        if compared:
            yield judge_one(check, target, [records.get(key) for key in needs], policy), compared


def counts(drifts: Iterable[FactDrift]) -> dict[str, int]:
    """How many facts there are of each state, and how many of them matter and are worse."""
    found = dict.fromkeys(("same", "changed", "not-repeated", "not-seen", "matters", "worse"), 0)
    for one in drifts:
        found[one.state] += 1
        found["matters"] += one.matters
        found["worse"] += one.worse
    return found
