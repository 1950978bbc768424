"""The parts of the text for the ticket, each as lines. See `compose`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selfaudit.appeal.interview import choice_words
from selfaudit.appeal.plain import field, item, paragraph, plain, quoted, shortened
from selfaudit.appeal.questions import ALL
from selfaudit.case import Case, EvidenceFile
from selfaudit.case.model import BROUGHT
from selfaudit.case.notice import Notice, NoticeEvent
from selfaudit.case.statement import Cause, Measure, Moment, Statement
from selfaudit.engine.model import Audit
from selfaudit.findings import Outcome, Result
from selfaudit.policy.model import Clause, Pack, Readiness, Requirement, State

_EVENTS, _EXCERPT, _NAMES, _FAILED = 10, 12, 12, 30
_DEEPER = "    "
_WHO = " It can be provided by "  # begins what the reason of `policy.readiness` says to the customer alone
NOT_STATED = "Not stated."

_CAUSES: Mapping[Cause, str] = {
    "": NOT_STATED,
    "account": "An account was used by somebody who had no permission to use it.",
    "software": "Somebody got in through a weakness in software.",
    "open-service": "A service could be used by strangers.",
    "campaign": "The reported messages belong to a mailing of the customer.",
    "end-user": "The reported activity was that of a customer or user of the customer.",
    "false-report": "The customer has looked into the report and respectfully disagrees with it, for the reasons below.",
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
_COUNTED: Mapping[Outcome, str] = {
    Outcome.PASS: "passed",
    Outcome.WARN: "with remarks",
    Outcome.FAIL: "failed",
    Outcome.INCONCLUSIVE: "could not be concluded",
    Outcome.NOT_RUN: "not run",
    Outcome.BUG: "went wrong in the program",
    Outcome.NOT_APPLICABLE: "not needed",
}
_STATES: Mapping[State, str] = {
    State.MET: "met",
    State.NOT_MET: "not met",
    State.PLANNED: "planned",
    State.NEEDS_STATEMENT: "without a statement that they need",
    State.CANNOT_VERIFY: "cannot be verified",
    State.NOT_APPLICABLE: "do not apply",
    State.INFORMATIONAL: "for information only",
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
            lines += item(f"{_by(requirement.date, today)}  {_clause(requirement)}")
    return lines


def steps(case: Case, statement: Statement, results: Sequence[Result], today: str) -> list[str]:
    """What the provider demands, each with its state; nothing if it demands nothing."""
    lines = []
    for step in statement.steps:
        lines += _measure(step, results, today=today, state=True)
    there = {_key(step.text) for step in statement.steps}
    for text in dict.fromkeys(case.steps):
        if _key(text) not in there:
            lines += item(f"NOT ANSWERED: {text}")
    return lines


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _by(day: str, today: str) -> str:
    if not day:
        return "(no day given)"
    return f"by {day}" + (" (that day has passed)" if today and day < today else "")


def _measure(measure: Measure, results: Sequence[Result], *, today: str = "", state: bool = False) -> list[str]:
    when = {"done": measure.date or "(no day given)", "planned": _by(measure.date, today)}
    word = {"done": "DONE ", "planned": "PLANNED "}.get(measure.state, "OPEN ") if state else ""
    head = f"{word}{when.get(measure.state, measure.date or 'open, no day given')}"
    who = f" ({measure.who})" if measure.who else ""
    lines = item(f"{head}  {measure.text}{who}")
    if measure.clauses:
        lines += paragraph(f"clauses: {shortened(measure.clauses, _NAMES)}", _DEEPER)
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


def verification(readiness: Readiness | None, audit: Audit) -> list[str]:
    """What the attached audit shows, and what it does not."""
    evidence, results = audit.evidence, audit.results
    lines = paragraph(
        f"Machine-checked by the attached audit of {evidence.finished or evidence.started}, made with {evidence.tool.name} {evidence.tool.version}."
    )
    if evidence.interrupted:
        lines += paragraph("That audit was stopped before its end; what it did not look at is not known.")
    if results:
        counts = [f"{n} {words}" for outcome, words in _COUNTED.items() if (n := sum(r.outcome is outcome for r in results))]
        lines += field("Checks", f"{len(results)} results: {', '.join(counts)}")
    else:
        lines += field("Checks", "none")
    if readiness is not None:
        counts = [f"{readiness.counts[s]} {words}" for s, words in _STATES.items() if readiness.counts.get(s)]
        version = f" (version {readiness.version})" if readiness.version else ""
        lines += field(
            "Clauses", f"{len(readiness.requirements)} of {readiness.title or readiness.provider}{version}: {', '.join(counts)}"
        )
        for state, title in (
            (State.NOT_MET, "Not met:"),
            (State.NEEDS_STATEMENT, "Not stated yet:"),
            (State.CANNOT_VERIFY, "Not verified by this audit, and why:"),
        ):
            found = [r for r in readiness.requirements if r.state is state]
            if found:
                lines += ["", *paragraph(title)]
            for requirement in found:
                lines += _requirement(requirement)
        lines += _reasons(r for r in readiness.requirements if r.state in (State.CANNOT_VERIFY, State.NEEDS_STATEMENT))
    failed = [f"{r.check} on {r.target}" for r in results if r.outcome is Outcome.FAIL]
    if failed:
        lines += ["", *paragraph("Checks that failed:")]
        for words in failed[:_FAILED]:
            lines += item(words)
        if len(failed) > _FAILED:
            lines += item(f"and {len(failed) - _FAILED} more")
    return lines


def _requirement(requirement: Requirement) -> list[str]:
    """One clause. The reasons for what was not seen are told once for all clauses, by `_reasons`."""
    unseen = requirement.state in (State.CANNOT_VERIFY, State.NEEDS_STATEMENT)
    # The reason of one that needs a statement quotes what would be stated, and nobody has stated it.
    lines = item(_clause(requirement) if unseen or not requirement.why else f"{_clause(requirement)}: {requirement.why}")
    if not unseen:
        return lines
    if requirement.unseen:
        lines += paragraph(f"not seen: {shortened((b.check for b in requirement.unseen), _NAMES)}", _DEEPER)
    if requirement.missing:
        lines += paragraph(f"nothing was looked at for: {shortened(requirement.missing, _NAMES)}", _DEEPER)
    if requirement.instead:
        lines += paragraph(f"instead: {shortened((f'{b.check} on {b.target}' for b in requirement.instead), _NAMES)}", _DEEPER)
    if requirement.stated:
        lines += paragraph("the customer states it, see the attestations", _DEEPER)
    return lines


def _reasons(requirements: Iterable[Requirement]) -> list[str]:
    """Why something was not seen: each reason once, with the results that it stands for."""
    told: dict[str, dict[str, None]] = {}
    for requirement in requirements:
        for basis in requirement.unseen:
            why = basis.why.partition(_WHO)[0] or "no reason is known"
            told.setdefault(why, {}).setdefault(f"{basis.check} on {basis.target}")
    if not told:
        return []
    lines = ["", *paragraph('Why it was not seen, in the words that the program said to the customer ("you" is the customer):')]
    for why, results in told.items():
        lines += [*item(shortened(results, _NAMES) + ":"), *paragraph(why, _DEEPER)]
    return lines


def _clause(requirement: Requirement) -> str:
    return f"{requirement.clause} ({requirement.heading})" if requirement.heading else requirement.clause


def prevention(statement: Statement) -> list[str]:
    """What keeps it from happening again."""
    answer = next((a for a in statement.answers if a.question == "common.prevention"), None)
    if answer is None or not (answer.text or answer.files):
        return [f"  {NOT_STATED}"]
    return [*paragraph(answer.text), *files(answer.files, _DEEPER)]


def attested(statement: Statement, clauses: Mapping[str, Clause], onboarding: bool) -> list[str]:
    """What is stated, by clause, in the policy pack's words; the commitment; what was removed."""
    lines = []
    order = {name: n for n, name in enumerate(clauses)}
    for given in sorted(statement.attestations, key=lambda a: order.get(a.clause, len(order))):
        clause = clauses.get(given.clause)
        if not given.agreed or given.planned:
            continue
        name = f"{given.clause} ({clause.heading})" if clause else f"{given.clause} (no clause of this policy)"
        if clause is None or not clause.attestation:
            lines += item(f"{name}, in own words: {given.text}") if given.text else item(f"{name}: nothing is stated")
        else:
            lines += item(f"{name}: {clause.attestation}")
            lines += paragraph(given.text, _DEEPER)
        lines += files(given.files, _DEEPER)
    if statement.harmful_removed:
        lines += paragraph("All harmful data has been removed from the service.")
    if statement.commitment:
        lines += paragraph("The customer makes a binding commitment to keep to the policy from now on.")
    elif not onboarding:
        lines += paragraph("No commitment to keep to the policy is given yet.")
    if statement.counsel:
        lines += paragraph("Somebody with legal knowledge has read this text.")
    return lines or [f"  {NOT_STATED}"]


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
