"""The text for the ticket: composed from what was given, in plain English whatever language the program speaks.

It invents nothing: every sentence is the customer's, the provider's, a result's, or says that something was not given. It admits
nothing: causes are told in neutral words. It asks for no credit. What is done, what is planned and what cannot be verified stand apart.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from selfaudit.appeal.interview import questions, unanswered
from selfaudit.appeal.parts import (
    attested,
    containment,
    done,
    planned,
    prevention,
    reference,
    reported,
    root_cause,
    signed,
    steps,
    timeline,
)
from selfaudit.appeal.plain import heading, item, joined, labelled, paragraph
from selfaudit.appeal.verification import policy_text, verification
from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.engine.model import Audit
from selfaudit.errors import UserError
from selfaudit.i18n import _, ngettext, phrase, shown
from selfaudit.policy.model import Gap, Pack, Readiness, Requirement, State
from selfaudit.policy.packs import is_own
from selfaudit.text import printable

TextKind = Literal["draft", "interim", "final"]
_MAX_NAMED, _MAX_WORDS = 8, 160
_ATTESTATION = "attestation:"  # begins the part of a gap that asks for a statement on a clause

_CREDIT = re.compile(
    r"\b(service|sla) credits?\b|\brefund|\bcompensat|\breimburs|\bgutschrift|\berstatt|\bschadensersatz", re.I
)
_ADMISSION = re.compile(
    r"\b(we|i) (admit|confess)|\b(our|my) (own )?fault\b|\bguilty\b|\bliab(le|ility)\b|\b(wir geben|ich gebe) (es )?zu\b|\bunsere schuld\b", re.I
)  # fmt: skip


def ticket_text(
    pack: Pack | None, audit: Audit, readiness: Readiness | None, statement: Statement, *, interim: bool = False
) -> str:
    """The text as it stands now: a draft, or with `interim` a report on the way that may be sent before everything is done.

    Args:
        pack: the provider's policy, None if it is not known.
        audit: that is attached.
        readiness: what became of every clause, None without a pack.
        statement: what the customer states.
        interim: the first line says that it is an interim report.
    """
    return _compose(pack, audit, readiness, statement, "interim" if interim else "draft")


def final_text(pack: Pack | None, audit: Audit, readiness: Readiness | None, statement: Statement) -> str:
    """The text that is handed in. Arguments as of `ticket_text`.

    Raises:
        UserError: something is missing, and what.
    """
    if pack is None or readiness is None:
        raise UserError(
            _(
                "The policy of this provider is not known here, so nobody can tell whether something is missing. An interim text can be made; "
                "“selfaudit policy list” shows the known ones."
            )
        )
    if not readiness.ready:
        missing = [printable(shown(gap.why), _MAX_WORDS) for gap in missing_of(readiness)]
        rest = len(missing) - _MAX_NAMED
        more = [ngettext("and {count} more", "and {count} more", rest).format(count=rest)] if rest > 0 else []
        raise UserError(
            _("A final text cannot be made yet. Missing: {missing}").format(
                missing="; ".join((*missing[:_MAX_NAMED], *more)) or "?"
            )
        )
    return _compose(pack, audit, readiness, statement, "final")


def missing_of(readiness: Readiness) -> tuple[Gap, ...]:
    """Everything that keeps a request from being final: what the statement lacks, then the clauses that block (part "clause:ID").

    A statement that is asked for is told from one that was given: its words stand in quotation marks.
    """
    by_id = {r.clause: r for r in readiness.requirements}
    asked = {gap.part for gap in readiness.gaps}
    blocking = (by_id[name] for name in readiness.blockers if name in by_id and f"{_ATTESTATION}{name}" not in asked)
    return (*(_asked_for(gap) for gap in readiness.gaps), *(_blocking(requirement) for requirement in blocking))


def _asked_for(gap: Gap) -> Gap:
    if not gap.part.startswith(_ATTESTATION):
        return gap
    clause = gap.part.removeprefix(_ATTESTATION)
    return Gap(gap.part, phrase("nothing is stated on clause {clause}: “{words}”", clause=clause, words=gap.why))


def _blocking(requirement: Requirement) -> Gap:
    part = f"clause:{requirement.clause}"
    if requirement.state is State.NEEDS_STATEMENT:
        return Gap(
            part, phrase("nothing is stated on clause {clause}: “{words}”", clause=requirement.clause, words=requirement.why)
        )
    return Gap(part, phrase("clause {clause} is not met: {why}", clause=requirement.clause, why=requirement.why))


def word_hints(statement: Statement) -> tuple[str, ...]:
    """What in the customer's own words may harm them (`i18n.phrase`). The words stay theirs; nothing is changed or refused."""
    texts = (
        statement.summary,
        *(a.text for a in statement.answers),
        *(a.text for a in statement.attestations),
        *(m.text for m in (*statement.measures, *statement.steps)),
        *(m.text for m in statement.timeline),
    )
    found = []
    if any(_CREDIT.search(text) for text in texts):
        found.append(
            phrase("Your words ask for a credit or a compensation. Policies rule that out; it makes a refusal likelier.")
        )
    if any(_ADMISSION.search(text) for text in texts) and not statement.counsel:
        found.append(
            phrase("Your words speak of guilt or liability. Tell what happened, and let somebody with legal knowledge read it.")
        )
    return tuple(found)


def _compose(pack: Pack | None, audit: Audit, readiness: Readiness | None, statement: Statement, kind: TextKind) -> str:
    case, results = audit.evidence.case, audit.results
    onboarding = case.purpose == "onboarding"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    clauses = {c.id: c for c in pack.clauses} if pack else {}
    lines = [*_first_line(kind, readiness), *_address(pack, case, onboarding)]
    told = not onboarding
    disputed = statement.cause == "false-report"  # then nothing was broken, and what is empty is not missing
    mended = told and not disputed
    parts = [
        ("Reference", reference(case)),
        ("What was reported", reported(case) if told or case.notices else []),
        ("Root cause", root_cause(statement, pack) if told or statement.cause else []),
        ("Timeline (UTC)", timeline(statement) if mended or statement.timeline else []),
        (
            "Containment",
            containment(statement) if mended or (told and any(m.kind == "contained" for m in statement.timeline)) else [],
        ),
        (
            "Done",
            done(statement, results) if mended or statement.measures or statement.credentials or statement.removals else [],
        ),
        ("Planned, not done yet", planned(statement, readiness, today)),
        ("Steps that you require", steps(case, statement, results, today)),
        ("Verification", [*policy_text(pack, statement, case), *verification(readiness, audit)]),
        ("Prevention", prevention(statement) if mended or statement.answer("common.prevention") else []),
        ("Attestations", attested(statement, case, clauses, readiness)),
        ("Signed", signed(statement)),
        ("How to check again", _again()),
    ]
    number = 0
    for title, body in parts:
        if body:
            number += 1
            lines += [*heading(f"{number}. {title}"), *body]
    asked = questions(statement.cause, case.notices, results, pack, statement) if told else ()
    lines += _missing(readiness, unanswered(asked, statement), kind, number + 1)
    return joined(lines)


def _first_line(kind: TextKind, readiness: Readiness | None) -> list[str]:
    if kind == "interim":
        return ["INTERIM REPORT - no request for reinstatement yet; see what is missing below", ""]
    if kind == "final":
        return []
    if readiness is None:
        return ["DRAFT - NOT CHECKED: this provider's policy is not known to the program", ""]
    if readiness.ready:
        return ["DRAFT - complete; the final text can be made", ""]
    return ["DRAFT - NOT READY TO BE SENT; see what is missing below", ""]


def _address(pack: Pack | None, case: Case, onboarding: bool) -> Iterator[str]:
    provider = pack.name if pack else case.provider
    where = (pack.contacts.appeal or pack.contacts.abuse) if pack else ""
    if provider:
        desk = "sales or support" if onboarding else "abuse desk"
        yield from labelled("To", f"{provider}, {desk}" + (f" ({where})" if where else ""))
    if pack and is_own(pack.id):
        yield from labelled("Policy", f'own pack "{pack.id}" of the customer, which does not come with the program')
    what = "self-audit before a contract" if onboarding else "remediation report"
    yield from labelled("Subject", f"{f'[{case.number}] ' if case.number else ''}{what}")


def _again() -> list[str]:
    return [
        *paragraph(
            "All observations are in the attached evidence.json. These commands of the program selfaudit repeat what was concluded:"
        ),
        *item("selfaudit judge evidence.json (the same rules over the same observations, without a network)"),
        *item("selfaudit explain CHECK (how a person repeats a check by hand, step by step)"),
    ]


def _missing(readiness: Readiness | None, open_questions: Sequence[Gap], kind: TextKind, number: int) -> Iterator[str]:
    """What is missing. The words of a statement that nobody has given are not in it: they could be read as given."""
    gaps = missing_of(readiness) if readiness is not None and kind != "final" else ()
    if not gaps and not open_questions:
        return
    headings = {r.clause: r.heading for r in readiness.requirements} if readiness else {}
    unstated = (
        {f"clause:{r.clause}" for r in readiness.requirements if r.state is State.NEEDS_STATEMENT} if readiness else set()
    )
    yield from heading(f"{number}. {'Not answered' if kind == 'final' else 'Still missing'}")
    for gap in (*gaps, *open_questions):
        clause = gap.part.partition(":")[2]
        if gap.part.startswith(_ATTESTATION) or gap.part in unstated:
            yield from item(f"Nothing is stated on clause {clause} ({headings.get(clause, '')}).")
        else:
            yield from item(gap.why)
