"""The incident and the customer's statement in words: shown as theirs, never as something that was seen."""

from __future__ import annotations

from collections.abc import Iterable

from selfaudit.appeal.causes import CAUSE_WORDS
from selfaudit.appeal.incident import TOPIC_WORDS
from selfaudit.appeal.interview import choice_words, questions
from selfaudit.case import Case, EvidenceFile
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Measure, Statement
from selfaudit.engine import Audit
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.gaps import step_key
from selfaudit.policy.model import Pack, Readiness, State
from selfaudit.policy.said import objection
from selfaudit.policy.words import attestation_of
from selfaudit.report.words import minute

MOMENT_WORDS = {
    "began": N_("began"),
    "noticed": N_("noticed"),
    "contained": N_("contained"),
    "fixed": N_("fixed"),
    "other": N_("also"),
}
_SHOWN = 12
_WORST = (
    Outcome.FAIL, Outcome.BUG, Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.WARN, Outcome.PASS, Outcome.NOT_APPLICABLE,
)  # fmt: skip


def measures_in(measures: tuple[Measure, ...], state: str) -> tuple[Measure, ...]:
    """The measures in one state. Done and planned ones are never shown together."""
    return tuple(m for m in measures if m.state == state)


def shown_by(measure: Measure, results: Iterable[Result]) -> list[tuple[str, Outcome]]:
    """(check, outcome) of the checks that are named as evidence of a measure and have a result: the worst of their results as they are now."""
    outcomes: dict[str, set[Outcome]] = {}
    for result in results:
        outcomes.setdefault(result.check, set()).add(result.outcome)
    named = dict.fromkeys(check for check in measure.checks if check in outcomes)
    return [(check, next(o for o in _WORST if o in outcomes[check])) for check in named]


def unanswered_steps(case: Case, said: Statement) -> list[str]:
    """What the provider demands, in the case or in a notice, and the statement does not answer."""
    answered = {step_key(step.text) for step in said.steps}
    return [text for text in demanded_steps(case) if step_key(text) not in answered]


def demanded_steps(case: Case) -> list[str]:
    """What the provider demands, each once: by the case, then by notices."""
    said = (*case.steps, *(step for notice in case.notices for step in notice.steps))
    found: dict[str, str] = {}
    for text in said:
        found.setdefault(step_key(text), text)
    return list(found.values())


def signed_words(said: Statement) -> str:
    """Who signed, and when; who is named where nobody has signed."""
    who = ", ".join(filter(None, (said.name, said.role)))
    if said.signed:
        return _("Signed on {day} by {name}").format(day=said.signed, name=who or _("nobody who is named"))
    return _("Not signed. Named as the one who answers for it: {name}").format(name=who) if who else _("Not signed by anybody.")


def attested(
    statement: Statement, case: Case, pack: Pack | None, readiness: Readiness | None
) -> list[tuple[str, str, str, tuple[EvidenceFile, ...]]]:
    """(clause, what is stated, further words, files) of what is said to be true and may be handed in, in the order of the pack."""
    became = {r.clause: r for r in readiness.requirements} if readiness else {}
    clauses = {c.id: c for c in pack.clauses} if pack else {}
    order = {clause: number for number, clause in enumerate(clauses)}
    out: list[tuple[str, str, str, tuple[EvidenceFile, ...]]] = []
    for given in sorted(statement.attestations, key=lambda a: order.get(a.clause, len(order))):
        clause, requirement = clauses.get(given.clause), became.get(given.clause)
        if not given.agreed or given.planned or (requirement and requirement.state is State.NOT_APPLICABLE):
            continue
        if clause is None or not objection(given, case, clause, requirement):
            words = attestation_of(clause, case) if clause else given.words
            out.append((given.clause, words, given.text, given.files))
    return out


def cause_words(statement: Statement) -> str:
    """The kind of root cause in words."""
    return shown(CAUSE_WORDS[statement.cause]) if statement.cause else _("not said")


def answers_of(audit: Audit, pack: Pack | None) -> list[tuple[str, str, tuple[EvidenceFile, ...]]]:
    """(question, answer, files) of what was answered in the interview."""
    said, case = audit.statement, audit.evidence.case
    if said is None:
        return []
    asked = {q.id: q for q in questions(said.cause, case.notices, audit.results, pack, said)}
    out = []
    for answer in said.answers:
        question = asked.get(answer.question)
        words = shown(choice_words(question, answer.text)) if question else answer.text
        if words.strip() or answer.files:
            out.append((shown(question.text) if question else answer.question, words, answer.files))
    return out


def notice_lines(notice: Notice) -> list[tuple[str, str]]:
    """(what, value) of a notice, as it was understood."""
    first, last = minute(notice.first, seconds=True), minute(notice.last, seconds=True)
    times = first if first == last else f"{first} – {last}"
    lines = [
        (_("Reference"), notice.reference),
        (_("Sent (UTC)"), minute(notice.sent)),
        (_("Answer wanted by"), minute(notice.deadline)),
        (_("Topics"), ", ".join(shown(TOPIC_WORDS.get(topic, topic)) for topic in notice.topics)),
        (_("Said to have happened (UTC)"), times if notice.first else ""),
        (_("Addresses"), _some(notice.addresses)),
        (_("Domains"), _some(notice.domains)),
        (_("Messages"), _some(notice.message_ids)),
        (_("Pages"), _some(notice.urls)),
        (_("Lists"), _some(notice.listings)),
        (_("Clauses named"), _some(notice.clauses)),
    ]
    return [(what, value) for what, value in lines if value]


def has_incident(case: Case) -> bool:
    """Whether anything is known of an incident."""
    return bool(case.notices or case.cited or case.steps or case.deadline)


def _some(values: tuple[str, ...]) -> str:
    rest = len(values) - _SHOWN
    more = " " + ngettext("and {count} more", "and {count} more", rest).format(count=rest) if rest > 0 else ""
    return ", ".join(values[:_SHOWN]) + more
