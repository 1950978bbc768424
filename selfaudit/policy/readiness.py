"""What becomes of every clause of a policy, over results and statements. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.checked import Checked, check_part
from selfaudit.policy.footing import stale_servers
from selfaudit.policy.gaps import Ground, gaps_of
from selfaudit.policy.model import Basis, Clause, ClauseClass, Gap, Pack, Readiness, Requirement, State, Weight, When
from selfaudit.policy.reading import Reading, Seen
from selfaudit.policy.said import OWN_WORDS, Word, contradicted, disproved, old_words, word_of
from selfaudit.policy.words import attestation_of

# The worst part decides.
_WORST = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT, State.CANNOT_VERIFY, State.MET)
BLOCKING = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT)
# Stands in the place of a clause for what is critical and falls under no clause that applies.
CRITICAL = "critical"
_HARM = phrase("Harm to others right now, or no mail or name works at all")
_COMPROMISE = ("account", "software")

_SAY_BULK = phrase("Say whether you send bulk or commercial mail.")
_SAY_SHARED = phrase("Say whether the service shares a platform with others.")
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
    reading = reading or Reading()
    seen = Seen(results, marks, replace(reading, stale=stale_servers(case, said, reading)))
    rows = tuple(_requirement(clause, case, said, seen) for clause in pack.clauses)
    requirements = (*_harm(pack, case, said, seen), *(row for row, _gap in rows))
    blockers = tuple(r.clause for r in requirements if r.blocks)
    lacking = tuple(gap for _row, gap in rows if gap is not None)
    gaps = gaps_of(Ground(pack.id, case, said, seen, lacking, any(r.stated for r in requirements)))
    counts = {str(state): sum(r.state is state for r in requirements) for state in State}
    return Readiness(
        pack.id, pack.version, pack.name, pack.title, case.purpose, not blockers and not gaps, blockers, gaps, counts, requirements
    )  # fmt: skip


def sends_bulk(case: Case, statement: Statement, seen: Seen) -> str:
    """Whether bulk mail is sent: "yes", "no", or "" if nobody has said so.

    A ledger, a campaign as root cause, a sample message that went to many, a feedback loop and a complaint about consent speak for themselves.
    """
    noticed = any(n.format == "feedback-loop" or {"consent", "opt-out"} & set(n.topics) for n in case.notices)
    return "yes" if case.ledgers or statement.cause == "campaign" or noticed or seen.bulk() else case.bulk


def weight_of(clause: Clause, case: Case, statement: Statement, seen: Seen) -> Weight:
    """The weight of a clause as it counts in a case."""
    holds = {
        "cited": clause.id in case.cited,
        "bulk": sends_bulk(case, statement, seen) != "no",
        "compromise": statement.cause in _COMPROMISE or seen.broken_in(),
    }
    if clause.kind is not ClauseClass.INFORMATIONAL and any(holds[reason] for reason in clause.blocker_when):
        return Weight.BLOCKER
    return clause.weight


def why_not(clause: Clause, case: Case, statement: Statement, seen: Seen) -> str:
    """Why a clause does not apply in a case, "" if it does."""
    if clause.id in case.cited:
        return ""
    if case.purpose == "onboarding" and not clause.onboarding:
        return phrase("It does not count before a contract.")
    if clause.when is When.CITED:
        return phrase("It counts only if the provider says that it was broken.")
    if clause.when is When.BULK and sends_bulk(case, statement, seen) == "no":
        return phrase("The customer says that no bulk or commercial mail is sent.")
    if clause.when is When.SHARED and case.shared == "no":
        return phrase("The customer says that the service shares no platform with others.")
    return ""


def _harm(pack: Pack, case: Case, statement: Statement, seen: Seen) -> tuple[Requirement, ...]:
    """What harms others right now blocks, whether or not a clause speaks of it."""
    judged = [
        c for c in pack.clauses
        if c.kind in (ClauseClass.CHECKED, ClauseClass.BOTH) and not why_not(c, case, statement, seen)
    ]  # fmt: skip
    covered = {check for clause in judged for check in seen.ids(clause.checks)}
    by: dict[Basis, None] = {}
    for result in seen.everything():
        if result.outcome is Outcome.FAIL and result.check not in covered and seen.critical(result):
            by.setdefault(seen.basis(result))
    if not by:
        return ()
    bases = tuple(sorted(by, key=lambda b: (b.check, b.target)))
    return (Requirement(CRITICAL, _HARM, "", "", Weight.BLOCKER, State.NOT_MET, True, bases[0].why, bases),)


def _requirement(clause: Clause, case: Case, statement: Statement, seen: Seen) -> tuple[Requirement, Gap | None]:
    """What becomes of a clause, and what the statement lacks or says wrongly on it."""
    weight = weight_of(clause, case, statement, seen)

    def made(
        state: State, why: str = "", checked: Checked | None = None, *, stated: bool = False, date: str = ""
    ) -> Requirement:
        part = checked or Checked(state)
        # What harms others right now is let pass by nobody; a listing that only a list or the provider can end waits for them.
        blocks = part.critical or (
            weight is Weight.BLOCKER and state in BLOCKING and not (part.waits and state is State.PLANNED)
        )
        return Requirement(
            clause.id, clause.heading, clause.section, clause.quote, weight, state, blocks, why,
            part.by, part.remarks, part.unseen, part.instead, part.missing, stated, date, part.waits and state is State.PLANNED,
        )  # fmt: skip

    if clause.kind is ClauseClass.INFORMATIONAL:
        return made(State.INFORMATIONAL), None
    why = why_not(clause, case, statement, seen)
    if why:
        return made(State.NOT_APPLICABLE, why), None
    checked = check_part(clause, seen, case, statement) if clause.kind is not ClauseClass.STATED else None
    word = word_of(clause, case, statement, seen.reading.now)
    parts = []
    if checked is not None:
        parts.append(_checked_part(clause, checked, word))
    if clause.kind is not ClauseClass.CHECKED or checked is None:
        parts.append(_stated_part(clause, case, word))
    # What waits for a list alone must not hide what the customer still has to say.
    unsaid = [p for p in parts[1:] if p.state is State.NEEDS_STATEMENT] if checked is not None and checked.waits else []
    part = unsaid[0] if unsaid else _worse(parts)
    settled = part.state in (State.MET, State.CANNOT_VERIFY)
    rests = settled and word.agreed and (clause.kind is not ClauseClass.CHECKED or checked is None or bool(checked.open))
    why = (_unsaid(clause, case, statement, seen) if part.state is State.NEEDS_STATEMENT else "") or part.why
    row = made(part.state, why, checked, stated=rests, date=part.date)
    return row, _gap(clause, case, row, checked, word)


def _gap(clause: Clause, case: Case, row: Requirement, checked: Checked | None, word: Word) -> Gap | None:
    """What the statement lacks or says wrongly on a clause."""
    name = f"attestation:{clause.id}"
    if word.claimed and checked is not None and disproved(clause, checked.state, waits=checked.waits):
        return Gap(name, contradicted(clause, case))
    if row.blocks and row.state is State.NEEDS_STATEMENT:
        # Where the audit has to look, asking for words would be in vain.
        firm = checked is not None and checked.firm and (clause.kind is ClauseClass.CHECKED or word.agreed)
        return None if firm else Gap(name, word.why or attestation_of(clause, case) or OWN_WORDS)
    return Gap(name, old_words(clause, case)) if word.unworded and row.stated else None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one part of a clause comes to, the checked or the stated one."""

    state: State
    why: str = ""
    date: str = ""


def _checked_part(clause: Clause, checked: Checked, word: Word) -> _Part:
    if not checked.open:
        return _Part(checked.state, checked.why, checked.date)
    reason = checked.open
    if checked.waits and not checked.firm and (word.agreed or word.planned):
        return _Part(checked.state, checked.why, checked.date)
    if checked.firm:
        return _Part(State.NEEDS_STATEMENT, phrase("Not seen: {reason}.", reason=reason))
    if word.agreed:
        if checked.warned:
            return _Part(
                State.CANNOT_VERIFY, phrase("Only seen with remarks: {reason}. The customer states it.", reason=reason)
            )
        return _Part(State.CANNOT_VERIFY, phrase("Not seen: {reason}. The customer states it.", reason=reason))
    if word.planned:
        return _Part(
            State.PLANNED, phrase("Not seen: {reason}. Planned for {date}.", reason=reason, date=word.planned), word.planned
        )
    if checked.warned:
        return _Part(State.NEEDS_STATEMENT, phrase("Only seen with remarks: {reason}. Say how this is kept.", reason=reason))
    if clause.kind is ClauseClass.CHECKED:
        why = phrase("Not seen: {reason}. If it cannot be shown, say in your own words how this is kept.", reason=reason)
        return _Part(State.NEEDS_STATEMENT, why)
    return _Part(State.NEEDS_STATEMENT, phrase("Not seen: {reason}.", reason=reason))


def _stated_part(clause: Clause, case: Case, word: Word) -> _Part:
    if word.agreed:
        return _Part(State.MET, _STATED)
    if word.planned:
        return _Part(State.PLANNED, phrase("Planned for {date}, not done yet.", date=word.planned), word.planned)
    return _Part(State.NEEDS_STATEMENT, word.why or attestation_of(clause, case) or OWN_WORDS)


def _worse(parts: list[_Part]) -> _Part:
    """The worse of the checked and the stated part. A part that does not apply is passed over."""
    counting = [p for p in parts if p.state is not State.NOT_APPLICABLE] or parts
    if len(counting) == 1:
        return counting[0]
    checked, stated = counting
    if checked.state is not stated.state:
        return min(counting, key=lambda p: _WORST.index(p.state))
    if checked.state is State.MET:
        return replace(checked, why=phrase("{why} The customer states it, too.", why=checked.why))
    if checked.state is State.NEEDS_STATEMENT:
        return replace(checked, why=phrase("{why} What would be stated: {words}", why=checked.why, words=stated.why))
    return replace(checked, date=max(checked.date, stated.date))


def _unsaid(clause: Clause, case: Case, statement: Statement, seen: Seen) -> str:
    """What the person has to say first, "" for nothing: whether the clause concerns them at all."""
    if clause.id in case.cited:
        return ""
    if clause.when is When.BULK and not sends_bulk(case, statement, seen):
        return _SAY_BULK
    if clause.when is When.SHARED and not case.shared:
        return _SAY_SHARED
    return ""
