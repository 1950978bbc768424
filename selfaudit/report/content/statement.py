"""Notices and the customer's statement, each told as somebody's word."""

from __future__ import annotations

from collections.abc import Iterable

from selfaudit.appeal.plain import defanged
from selfaudit.case import Case
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Measure, Statement
from selfaudit.engine import Audit
from selfaudit.i18n import _, shown
from selfaudit.policy.model import Pack, Readiness
from selfaudit.report.content.model import Answered, Line, MeasureRow, NoticeRow, Stated
from selfaudit.report.content.places import clause_place
from selfaudit.report.content.say import MAX_LINE, files_of, flat, outcome_sign, signer_words, step_sign
from selfaudit.report.statement_text import (
    MOMENT_WORDS,
    answers_of,
    attested,
    cause_words,
    measures_in,
    notice_lines,
    shown_by,
    unanswered_steps,
)
from selfaudit.report.words import minute
from selfaudit.text import printable

MAX_NOTICES = 40
_QUOTED_LINES = 60


def notice_rows(case: Case) -> tuple[NoticeRow, ...]:
    """The notices as they were understood; links in them lead nowhere."""
    return tuple(_notice(notice) for notice in case.notices[:MAX_NOTICES])


def _notice(notice: Notice) -> NoticeRow:
    lines = [(_("From"), notice.source), *notice_lines(notice)]
    return NoticeRow(
        flat(notice.subject or notice.source or notice.format, MAX_LINE),
        tuple(Line(what, flat(defanged(value), 4000)) for what, value in lines if value),
        tuple(flat(defanged(step), MAX_LINE) for step in notice.steps),
        tuple(printable(defanged(line), MAX_LINE) for line in notice.excerpt.splitlines()[:_QUOTED_LINES]),
        tuple(flat(shown(words), MAX_LINE) for words in notice.not_understood),
    )


def stated_of(audit: Audit, pack: Pack | None, readiness: Readiness | None) -> Stated | None:
    """The customer's statement, None if nothing is stated."""
    said, case = audit.statement, audit.evidence.case
    if said is None:
        return None
    clauses = {r.clause for r in readiness.requirements} if readiness else set()
    moments = sorted(said.timeline, key=lambda m: m.at)
    done, planned, undecided = (_measures(measures_in(said.measures, state), audit) for state in ("done", "planned", ""))
    return Stated(
        draft="" if said.signed else _("It is a draft: nobody has signed it."),
        cause=flat(cause_words(said)),
        summary=flat(said.summary),
        proof=files_of(said.proof),
        answers=tuple(Answered(flat(asked), flat(words), files=files_of(files)) for asked, words, files in answers_of(audit, pack)),
        timeline=tuple((minute(m.at, seconds=True), _(MOMENT_WORDS[m.kind]), flat(m.text)) for m in moments),
        done=done,
        planned=planned,
        undecided=undecided,
        demanded=(*_steps(said.steps, audit), *(MeasureRow(flat(t), state=step_sign("")) for t in unanswered_steps(case, said))),
        credentials=tuple(_beside(flat(c.what), minute(c.at), c.who) for c in said.credentials),
        removals=tuple(_beside(f"{flat(r.target, 300)}: {flat(r.zone, 300)}", minute(r.at), r.reference) for r in said.removals),
        attested=tuple(
            Answered(printable(clause, 400), flat(words), flat(text), files_of(files), clause_place(clause) if clause in clauses else "")
            for clause, words, text, files in attested(said, case, pack, readiness)
        ),
        confirmed=_confirmed(said),
        signed=signer_words(said),
    )  # fmt: skip


def _measures(measures: Iterable[Measure], audit: Audit) -> tuple[MeasureRow, ...]:
    return tuple(_measure(measure, audit) for measure in measures)


def _steps(steps: Iterable[Measure], audit: Audit) -> tuple[MeasureRow, ...]:
    return tuple(_measure(step, audit, demanded=True) for step in steps)


def _measure(measure: Measure, audit: Audit, *, demanded: bool = False) -> MeasureRow:
    day = minute(measure.date) or ("" if demanded else _("no day given"))
    why = (measure.why or _("no reason is given")) if measure.state == "disputed" else ""
    return MeasureRow(
        flat(measure.text),
        ", ".join(filter(None, (day, flat(measure.who, 400)))),
        tuple((check, outcome_sign(outcome)) for check, outcome in shown_by(measure, audit.results)),
        files_of(measure.files),
        step_sign(measure.state) if demanded else None,
        flat(why),
    )


def _beside(text: str, day: str, more: str) -> str:
    beside = ", ".join(filter(None, (day or _("no day given"), flat(more, 400))))
    return f"{text} ({beside})"


def _confirmed(said: Statement) -> tuple[str, ...]:
    sentences = (
        (said.harmful_removed, _("The customer confirms that all harmful data has been removed.")),
        (said.commitment, _("The customer commits to keep to the policy from now on.")),
        (said.counsel, _("Somebody with legal knowledge has read it.")),
    )
    return tuple(words for holds, words in sentences if holds)
