"""What becomes of every clause of a policy, over results and statements. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.findings import Mark, Result
from selfaudit.i18n import phrase
from selfaudit.policy.checked import Checked, check_part
from selfaudit.policy.days import passed
from selfaudit.policy.gaps import Ground, gaps_of
from selfaudit.policy.model import Clause, ClauseClass, Pack, Readiness, Requirement, State, Weight, When
from selfaudit.policy.reading import Reading, Seen

# The worst part decides.
_WORST = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT, State.CANNOT_VERIFY, State.MET)
BLOCKING = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT)
_COMPROMISE = ("account", "software")

_SAY_BULK = phrase("Say whether you send bulk or commercial mail.")
_SAY_SHARED = phrase("Say whether the service shares a platform with others.")
_OWN_WORDS = phrase("Say in your own words how this is kept.")
_STATED = phrase("The customer states it.")


def assess(
    pack: Pack,
    case: Case,
    results: Iterable[Result],
    statement: Statement | None = None,
    marks: Iterable[Mark] = (),
    *,
    reading: Reading | None = None,
) -> Readiness:
    """How a case stands before a policy.

    Args:
        pack: the policy.
        case: says which clauses apply.
        results: of the audit.
        statement: of the customer; None is an empty one.
        marks: what the person says about findings. Only what is planned counts, and never as done.
        reading: how results are to be read; the engine gives it.
    """
    said = statement or Statement()
    seen = Seen(results, marks, reading or Reading())
    requirements = tuple(_requirement(clause, case, said, seen) for clause in pack.clauses)
    blockers = tuple(r.clause for r in requirements if r.blocks)
    asked = {c.id: c.attestation or _OWN_WORDS for c in pack.clauses}
    open_ = tuple((r.clause, asked[r.clause]) for r in requirements if r.blocks and r.state is State.NEEDS_STATEMENT)
    gaps = gaps_of(Ground(case, said, seen, open_)) if case.purpose == "reinstatement" else ()
    counts = {str(state): sum(r.state is state for r in requirements) for state in State}
    return Readiness(
        pack.id, pack.version, pack.name, pack.title, case.purpose, not blockers and not gaps, blockers, gaps, counts, requirements
    )  # fmt: skip


def sends_bulk(case: Case, statement: Statement) -> str:
    """Whether bulk mail is sent: "yes", "no", or "" if nobody has said so. A ledger or a campaign as root cause speaks for itself."""
    return "yes" if case.ledgers or statement.cause == "campaign" else case.bulk


def weight_of(clause: Clause, case: Case, statement: Statement) -> Weight:
    """The weight of a clause as it counts in a case."""
    holds = {
        "cited": clause.id in case.cited,
        "bulk": sends_bulk(case, statement) != "no",
        "compromise": statement.cause in _COMPROMISE,
    }
    if clause.kind is not ClauseClass.INFORMATIONAL and any(holds[reason] for reason in clause.blocker_when):
        return Weight.BLOCKER
    return clause.weight


def why_not(clause: Clause, case: Case, statement: Statement) -> str:
    """Why a clause does not apply in a case, "" if it does."""
    if clause.id in case.cited:
        return ""
    if case.purpose == "onboarding" and not clause.onboarding:
        return phrase("It does not count before a contract.")
    if clause.when is When.CITED:
        return phrase("It counts only if the provider says that it was broken.")
    if clause.when is When.BULK and sends_bulk(case, statement) == "no":
        return phrase("The customer says that no bulk or commercial mail is sent.")
    if clause.when is When.SHARED and case.shared == "no":
        return phrase("The customer says that the service shares no platform with others.")
    return ""


def _requirement(clause: Clause, case: Case, statement: Statement, seen: Seen) -> Requirement:
    weight = weight_of(clause, case, statement)

    def made(
        state: State, why: str = "", checked: Checked | None = None, *, stated: bool = False, date: str = ""
    ) -> Requirement:
        part = checked or Checked(state)
        # What harms others right now is let pass by nobody; a listing whose removal was requested is in the hands of the list.
        blocks = part.critical or (
            weight is Weight.BLOCKER and state in BLOCKING and not (part.asked and state is State.PLANNED)
        )
        return Requirement(
            clause.id, clause.heading, clause.section, clause.quote, weight, state, blocks, why,
            part.by, part.remarks, part.unseen, part.instead, part.missing, stated, date,
        )  # fmt: skip

    if clause.kind is ClauseClass.INFORMATIONAL:
        return made(State.INFORMATIONAL)
    why = why_not(clause, case, statement)
    if why:
        return made(State.NOT_APPLICABLE, why)
    checked = check_part(clause, seen, statement.removals) if clause.kind is not ClauseClass.STATED else None
    word = _word(clause, statement, seen)
    parts = []
    if checked is not None:
        parts.append(_checked_part(clause, checked, word))
    if clause.kind is not ClauseClass.CHECKED or checked is None:
        parts.append(_stated_part(clause, word))
    # What waits for a list alone must not hide what the customer still has to say.
    unsaid = [p for p in parts[1:] if p.state in BLOCKING] if checked is not None and checked.asked else []
    part = unsaid[0] if unsaid else _worse(parts)
    settled = part.state in (State.MET, State.CANNOT_VERIFY)
    rests = settled and word.agreed and (clause.kind is not ClauseClass.CHECKED or checked is None or bool(checked.open))
    why = (_unsaid(clause, case, statement) if part.state is State.NEEDS_STATEMENT else "") or part.why
    return made(part.state, why, checked, stated=rests, date=part.date)


@dataclass(frozen=True, slots=True)
class _Word:
    """What the customer says on a clause: that it is kept, or the day by which it will be."""

    agreed: bool = False
    planned: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a clause comes to, the checked or the stated one."""

    state: State
    why: str = ""
    date: str = ""


def _word(clause: Clause, statement: Statement, seen: Seen) -> _Word:
    """What is said on a clause. Where the pack has no words to agree to, only the customer's own count."""
    given = statement.attestation(clause.id)
    if given is None:
        return _Word()
    if given.planned:
        return _Word(planned="" if passed(given.planned, seen.reading.now) else given.planned)
    return _Word(given.agreed and bool(clause.attestation or given.text.strip()))


def _checked_part(clause: Clause, checked: Checked, word: _Word) -> _Part:
    if not checked.open:
        return _Part(checked.state, checked.why, checked.date)
    reason = checked.open
    if word.agreed:
        return _Part(State.CANNOT_VERIFY, phrase("Not seen: {reason}. The customer states it.", reason=reason))
    if word.planned:
        return _Part(
            State.PLANNED, phrase("Not seen: {reason}. Planned for {date}.", reason=reason, date=word.planned), word.planned
        )
    if clause.kind is ClauseClass.CHECKED:
        why = phrase("Not seen: {reason}. If it cannot be shown, say in your own words how this is kept.", reason=reason)
        return _Part(State.NEEDS_STATEMENT, why)
    return _Part(State.NEEDS_STATEMENT, phrase("Not seen: {reason}.", reason=reason))


def _stated_part(clause: Clause, word: _Word) -> _Part:
    if word.agreed:
        return _Part(State.MET, _STATED)
    if word.planned:
        return _Part(State.PLANNED, phrase("Planned for {date}, not done yet.", date=word.planned), word.planned)
    return _Part(State.NEEDS_STATEMENT, clause.attestation or _OWN_WORDS)


def _worse(parts: list[_Part]) -> _Part:
    """The worse of the checked and the stated part. A part that does not apply is passed over."""
    counting = [p for p in parts if p.state is not State.NOT_APPLICABLE] or parts
    if len(counting) == 1:
        return counting[0]
    checked, stated = counting
    if checked.state is not stated.state:
        return min(counting, key=lambda p: _WORST.index(p.state))
    if checked.state is State.MET:
        return replace(checked, why=phrase("The results named here show it, and the customer states it."))
    if checked.state is State.NEEDS_STATEMENT:
        return replace(checked, why=phrase("{why} What would be stated: {words}", why=checked.why, words=stated.why))
    return replace(checked, date=max(checked.date, stated.date))


def _unsaid(clause: Clause, case: Case, statement: Statement) -> str:
    """What the person has to say first, "" for nothing: whether the clause concerns them at all."""
    if clause.id in case.cited:
        return ""
    if clause.when is When.BULK and not sends_bulk(case, statement):
        return _SAY_BULK
    if clause.when is When.SHARED and not case.shared:
        return _SAY_SHARED
    return ""
