"""The parts of the text for the ticket, each as lines. See `compose`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selfaudit.appeal.interview import choice_words
from selfaudit.appeal.plain import field, item, paragraph, plain, quoted, shortened
from selfaudit.appeal.questions import ALL
from selfaudit.appeal.verification import STATES, clause_name
from selfaudit.case import Case, EvidenceFile
from selfaudit.case.model import BROUGHT
from selfaudit.case.notice import Notice, NoticeEvent
from selfaudit.case.statement import Attestation, Cause, Measure, Moment, Statement
from selfaudit.findings import Outcome, Result
from selfaudit.policy.gaps import step_key
from selfaudit.policy.model import Clause, Pack, Readiness, Requirement, State
from selfaudit.policy.said import objection
from selfaudit.policy.words import attestation_of

_EVENTS, _EXCERPT, _NAMES = 10, 12, 12
_DEEPER = "    "
NOT_STATED = "Not stated."

_CAUSES: Mapping[Cause, str] = {
    "": NOT_STATED,
    "account": "An account was used by somebody who had no permission to use it.",
    "software": "Somebody got in through a weakness in software.",
    "open-service": "A service could be used by strangers.",
    "campaign": "The reported messages belong to a mailing of the customer.",
    "end-user": "The reported activity was that of a customer or user of the customer.",
    "false-report": "The customer respectfully disagrees with the report, for the reasons below.",
    "other": "The cause is described below.",
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.PASS: "passes for",
    Outcome.WARN: "has remarks on",
    Outcome.FAIL: "FAILS for",
    Outcome.INCONCLUSIVE: "could not be concluded for",
    Outcome.NOT_RUN: "was not run for",
    Outcome.BUG: "went wrong for",
    Outcome.NOT_APPLICABLE: "is not needed for",
}
_MOMENTS = {"began": "Began", "noticed": "Noticed", "contained": "Contained", "fixed": "Fixed", "other": "Also"}


def reference(case: Case) -> list[str]:
    """By what the desk finds its own file, and which services it is about."""
    lines = []
    references = dict.fromkeys(filter(None, (case.number, *(n.reference for n in case.notices))))
    if references:
        lines += field("Your reference", shortened(references, _NAMES))
    deadlines = dict.fromkeys(filter(None, (case.deadline, *(n.deadline for n in case.notices))))
    if deadlines:
        lines += field("Your deadline", shortened(deadlines, _NAMES))
    if case.suspended:
        lines += field("Suspended since", case.suspended)
    names = [t.value for t in case.targets if t.kind not in BROUGHT and t.kind != "case"]
    if names:
        lines += field("Services", shortened(names, 2 * _NAMES))
    if case.cited:
        lines += field("Clauses you named", shortened(case.cited, _NAMES))
    return lines or [f"  {NOT_STATED}"]


def reported(case: Case) -> list[str]:
    """The notices, quoted."""
    if not case.notices:
        return paragraph("No notice was attached to this case.")
    lines = paragraph(
        "As the notice has it; none of it is confirmed by being quoted here. Links are written so that nothing opens them."
    )
    for notice in case.notices:
        lines += [*_notice(notice)]
    return lines


def _notice(notice: Notice) -> Iterable[str]:
    about = ", ".join(
        filter(
            None,
            (notice.source, notice.reference, notice.sent and f"sent {notice.sent}", notice.subject and f'"{notice.subject}"'),
        )
    )
    yield from item(about or "a notice without a sender")
    if notice.first:
        span = notice.first if notice.first == notice.last else f"{notice.first} to {notice.last}"
        yield from paragraph(f"Times (UTC): {span}", _DEEPER)
    for event in notice.events[:_EVENTS]:
        yield from quoted(_event(event), 3)
    rest = len(notice.events) - _EVENTS + notice.left_out
    if rest > 0:
        yield from paragraph(f"... and {rest} more of these in the notice", _DEEPER)
    if not notice.events:
        yield from quoted(notice.excerpt, _EXCERPT)


def _event(event: NoticeEvent) -> str:
    port = f" port {event.port}" if event.port else ""
    return ", ".join(
        filter(
            None,
            (
                event.at, event.kind, f"{event.address}{port}" if event.address else "", event.domain, event.url,
                event.message_id and f"Message-ID {event.message_id}", event.other and f"other side {event.other}", event.detail,
            ),
        )
    )  # fmt: skip


def root_cause(statement: Statement, pack: Pack | None) -> list[str]:
    """The kind of cause in neutral words, the customer's paragraph, the answers, and what shows it."""
    lines = paragraph(_CAUSES[statement.cause])
    if statement.summary:
        lines += ["", *paragraph(statement.summary)]
    for answer in statement.answers:
        question = ALL.get(answer.question)
        if answer.question == "common.prevention" or not (answer.text or answer.files):
            continue
        words = choice_words(question, answer.text) if question else answer.text
        lines += ["", *item(question.text if question else answer.question, sign="* ")]
        lines += paragraph(words, _DEEPER)
        lines += files(answer.files, _DEEPER)
    if statement.proof:
        lines += ["", *paragraph("What shows it:"), *files(statement.proof, _DEEPER)]
    return lines


def timeline(statement: Statement) -> list[str]:
    """The entries in the order of time; what has no time comes last."""
    lines = []
    for moment in sorted(statement.timeline, key=lambda m: (not m.at, m.at)):
        lines += item(_moment(moment))
    return lines or [f"  {NOT_STATED}"]


def containment(statement: Statement) -> list[str]:
    """Since when it has stopped, and how."""
    lines = []
    for moment in sorted(statement.timeline, key=lambda m: m.at):
        if moment.kind == "contained":
            lines += item(_moment(moment))
    return lines or [f"  {NOT_STATED}"]


def _moment(moment: Moment) -> str:
    return f"{moment.at or '(no time given)'}  {_MOMENTS[moment.kind]}" + (
        f": {' '.join(moment.text.split())}" if moment.text else ""
    )


def done(statement: Statement, results: Sequence[Result]) -> list[str]:
    """Measures that are done, with what shows them; credentials; requests to lists."""
    lines = []
    for measure in statement.measures:
        if measure.state == "done":
            lines += _measure(measure, results)
    if statement.credentials:
        lines += paragraph("Credentials that were changed (never shown here):")
        for credential in statement.credentials:
            by = f", by {credential.who}" if credential.who else ""
            lines += item(f"{credential.at or '(no day given)'}  {credential.what}{by}")
    if statement.removals:
        lines += paragraph("Requests to be taken off lists:")
        for removal in statement.removals:
            kept = f", reference {removal.reference}" if removal.reference else ", no reference kept"
            lines += item(f"{removal.at or '(no day given)'}  {removal.target} on {removal.zone}{kept}")
    return lines or [f"  {NOT_STATED}"]


def planned(statement: Statement, readiness: Readiness | None, today: str) -> list[str]:
    """What is not done yet; nothing when everything is. `today` as YYYY-MM-DD: a day before it has passed."""
    lines = []
    for measure in statement.measures:
        if measure.state != "done":
            lines += _measure(measure, (), today=today)
    promised = [a for a in statement.attestations if a.planned]
    for attestation in promised:
        lines += item(
            f"{_by(attestation.planned, today)}  clause {attestation.clause}: {attestation.text or 'what it demands'}"
        )
    named = {a.clause for a in promised}
    for requirement in readiness.requirements if readiness else ():
        if requirement.state is State.PLANNED and requirement.clause not in named:
            why = f": {requirement.why}" if requirement.why else ""
            when = "(in the hands of others)" if requirement.waits else _by(requirement.date, today)
            lines += item(f"{when}  {clause_name(requirement)}{why}")
    return lines


def steps(case: Case, statement: Statement, results: Sequence[Result], today: str) -> list[str]:
    """What the provider demands, each with its state; nothing if it demands nothing. Steps that only the customer names stand apart."""
    lines = []
    demanded = {step_key(text): text for text in (*case.steps, *(step for notice in case.notices for step in notice.steps))}
    own = [step for step in statement.steps if step_key(step.text) not in demanded]
    for step in statement.steps:
        if step not in own:
            lines += _measure(step, results, today=today, state=True)
    there = {step_key(step.text) for step in statement.steps}
    for key, text in demanded.items():
        if key not in there:
            lines += item(f"NOT ANSWERED: {text}")
    if own:
        lines += paragraph("Steps as the customer understands them (the case does not have them in your words):")
    for step in own:
        lines += _measure(step, results, today=today, state=True)
    return lines


def _by(day: str, today: str) -> str:
    if not day:
        return "(no day given)"
    return f"by {day}" + (" (that day has passed)" if today and day < today else "")


def _measure(measure: Measure, results: Sequence[Result], *, today: str = "", state: bool = False) -> list[str]:
    when = {"done": measure.date or "(no day given)", "planned": _by(measure.date, today)}
    word = {"done": "DONE ", "planned": "PLANNED ", "disputed": "DISPUTED"}.get(measure.state, "OPEN ") if state else ""
    when["disputed"] = "" if state else "disputed"
    head = f"{word}{when.get(measure.state, measure.date or 'open, no day given')}"
    who = f" ({measure.who})" if measure.who else ""
    lines = item(f"{head}  {measure.text}{who}")
    if measure.clauses:
        lines += paragraph(f"clauses: {shortened(measure.clauses, _NAMES)}", _DEEPER)
    if measure.state == "disputed":
        return [*lines, *paragraph(f"why: {measure.why or 'not stated'}", _DEEPER), *files(measure.files, _DEEPER)]
    if measure.state != "done":
        return lines
    shown = files(measure.files, _DEEPER)
    for check in measure.checks:
        shown += paragraph(f"check {check}: {check_words(check, results)}", _DEEPER)
    return lines + (shown or paragraph("evidence: none given", _DEEPER))


def check_words(check: str, results: Sequence[Result]) -> str:
    """What the attached audit says of a check, good or bad."""
    parts = []
    for outcome, words in _OUTCOMES.items():
        targets = [r.target for r in results if r.check == check and r.outcome is outcome]
        if targets:
            parts.append(f"{words} {shortened(targets, _NAMES)}")
    return "; ".join(parts) if parts else "is not part of the attached audit"


def files(given: Iterable[EvidenceFile], indent: str) -> list[str]:
    """Files by name, the beginning of their SHA-256, and size in octets."""
    return [line for f in given for line in paragraph(f"file {f.name} (SHA-256 {f.sha256[:16]}..., {f.size} bytes)", indent)]


def prevention(statement: Statement) -> list[str]:
    """What keeps it from happening again."""
    answer = next((a for a in statement.answers if a.question == "common.prevention"), None)
    if answer is None or not (answer.text or answer.files):
        return [f"  {NOT_STATED}"]
    return [*paragraph(answer.text), *files(answer.files, _DEEPER)]


def attested(statement: Statement, case: Case, clauses: Mapping[str, Clause], readiness: Readiness | None) -> list[str]:
    """What is stated, by clause, in the policy's words; the commitment; what was removed. Nothing that the results contradict."""
    lines = []
    order = {name: n for n, name in enumerate(clauses)}
    became = {r.clause: r for r in readiness.requirements} if readiness else {}
    for given in sorted(statement.attestations, key=lambda a: order.get(a.clause, len(order))):
        requirement = became.get(given.clause)
        if given.agreed and not given.planned and not (requirement and requirement.state is State.NOT_APPLICABLE):
            lines += _attested(given, case, clauses.get(given.clause), requirement)
            lines += files(given.files, _DEEPER)
    if statement.harmful_removed:
        lines += paragraph("All harmful data has been removed from the service.")
    if statement.commitment:
        lines += paragraph("The customer makes a binding commitment to keep to the policy from now on.")
    elif case.purpose != "onboarding" and statement.cause != "false-report":
        lines += paragraph("No commitment to keep to the policy is given yet.")
    if statement.counsel:
        lines += paragraph("Somebody with legal knowledge has read this text.")
    return lines or ([] if statement.cause == "false-report" else [f"  {NOT_STATED}"])


def _attested(given: Attestation, case: Case, clause: Clause | None, requirement: Requirement | None) -> list[str]:
    name = f"{given.clause} ({clause.heading})" if clause else f"{given.clause} (no clause of this policy)"
    words = attestation_of(clause, case) if clause else ""
    against = objection(given, case, clause, requirement) if clause else ""
    if requirement is not None and against == "results":
        why = f": {requirement.why}" if requirement.why else ""
        return item(f"{name}: not attested, since the results say otherwise ({STATES[requirement.state]}{why})")
    if against == "words":
        return item(f"{name}: not attested, since the policy's words are others than those that were agreed to")
    if words:
        return [*item(f"{name}: {words}"), *paragraph(given.text, _DEEPER)]
    return item(f"{name}, in own words: {given.text}") if given.text else item(f"{name}: nothing is stated")


def signed(statement: Statement) -> list[str]:
    """Who answers for it, and how they are reached."""
    if not (statement.name and statement.signed):
        return [*paragraph("Not signed."), *(field("Contact", statement.contact) if statement.contact else [])]
    role = f", {statement.role}" if statement.role else ""
    return [
        *field("Name", f"{plain(statement.name)}{role}"),
        *field("Signed on", statement.signed),
        *field("Contact", statement.contact or "not stated"),
    ]
