"""What a customer's statement lacks before it can be called final: cause, timeline, measures with evidence, steps, and a signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selfaudit.case import Case, EvidenceFile
from selfaudit.case.notice import Topic
from selfaudit.case.statement import Measure, Statement
from selfaudit.findings import Outcome
from selfaudit.i18n import phrase
from selfaudit.policy.days import before, in_future, is_known, passed
from selfaudit.policy.empty_words import says_something, telling_words
from selfaudit.policy.footing import audit_gaps, binding_gaps, purpose_gaps, signed_long_ago
from selfaudit.policy.listed import requests_of, waiting_words
from selfaudit.policy.model import Gap
from selfaudit.policy.moments import began
from selfaudit.policy.reading import Seen

# What leaves something behind that has to be removed.
_HARMFUL: frozenset[Topic] = frozenset({"phishing", "malware", "compromise", "copyright", "content"})
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """What the gaps are looked for in.

    Attributes:
        pack: id of the policy.
        case, said, seen: the case, the statement, the results.
        clauses: what is missing or wrong on single clauses.
        stated: a clause rests on the customer's word.
    """

    pack: str
    case: Case
    said: Statement
    seen: Seen
    clauses: tuple[Gap, ...] = ()
    stated: bool = False

    @property
    def disputed(self) -> bool:
        """The customer says that the report is wrong: then nothing was broken, and nothing is to be mended."""
        return self.said.cause == "false-report"


def gaps_of(ground: Ground) -> tuple[Gap, ...]:
    """Everything that is missing, in the order in which a desk reads. Before a contract there is no incident to be explained."""
    case, said, reading = ground.case, ground.said, ground.seen.reading
    footing = (*audit_gaps(case, said, reading), *binding_gaps(ground.pack, case, said))
    if case.purpose == "onboarding":
        signed = (*_times(ground), *_signature(ground)) if ground.stated else ()
        found = (*purpose_gaps(case, said), *footing, *(g for g in ground.clauses if ground.stated), *signed)
    else:
        found = (
            *footing, *_cause(ground), *_timeline(ground), *_measures(ground), *_steps(ground), *_credentials(ground),
            *_removals(ground), *_confirmations(ground), *ground.clauses, *_times(ground), *_signature(ground),
        )  # fmt: skip
    return tuple(dict.fromkeys(found))


def _cause(ground: Ground) -> Iterator[Gap]:
    said = ground.said
    if not said.cause:
        yield Gap("cause", phrase("The kind of root cause is not said."))
    if not says_something(said.summary, names=(said.name, said.role)):
        yield Gap(
            "summary",
            phrase("The root cause is not described: say in a few sentences what happened, how, and where. That it is solved is not enough."),
        )  # fmt: skip
    if ground.disputed and not (_shown(said.proof) or any(_shown(a.files) for a in said.answers)):
        yield Gap("proof", phrase("Nothing shows why the report is wrong: add a file, for example an extract of a log."))


def _timeline(ground: Ground) -> Iterator[Gap]:
    if ground.disputed:
        return
    moments = [m for m in ground.said.timeline if is_known(m.at)]
    kinds = {m.kind for m in moments}
    if not kinds & {"began", "noticed"}:
        yield Gap("timeline", phrase("The timeline does not say when it began or was noticed."))
    if "fixed" not in kinds:
        yield Gap("timeline", phrase("The timeline does not say when it was fixed."))
    ends = [m.at for m in moments if m.kind in ("fixed", "contained")]
    if any(before(end, m.at) for end in ends for m in moments if m.kind == "began"):
        yield Gap("timeline", phrase("By the timeline it was contained or fixed before it began."))


def _measures(ground: Ground) -> Iterator[Gap]:
    done = [m for m in ground.said.measures if m.state == "done" and telling_words(m.text)]
    if not done and not ground.disputed:
        yield Gap("measures", phrase("No measure is named as done."))
    for number, measure in enumerate(ground.said.measures, start=1):
        part = f"measure:{number}"
        if not telling_words(measure.text):
            yield Gap(part, phrase("Measure {number} does not say what was done.", number=number))
        if measure.state not in ("done", "planned"):
            yield Gap(part, phrase("Measure {number} is neither done nor planned.", number=number))
        yield from _dated(ground, part, measure)


def _dated(ground: Ground, part: str, measure: Measure) -> Iterator[Gap]:
    what = _short(measure.text)
    if measure.state == "done":
        if not is_known(measure.date):
            yield Gap(part, phrase("No day is given on which this was done: {what}", what=what))
        elif before(measure.date, began(ground.said)):
            yield Gap(part, phrase("By its day this was done before it all began, so it is no answer to it: {what}", what=what))
        yield from _evidence(ground, part, measure)
    elif measure.state == "planned":
        if not is_known(measure.date):
            yield Gap(part, phrase("No day is given by which this will be done: {what}", what=what))
        elif passed(measure.date, ground.seen.reading.now):
            yield Gap(part, phrase("The day for which this was planned has passed: {what}", what=what))


def _evidence(ground: Ground, part: str, measure: Measure) -> Iterator[Gap]:
    """A measure is shown by a file or by a check that passes; one that names a check that fails says that it is not done.

    Whole families, and checks of this computer's own view, pass without anything that was done.
    """
    what = _short(measure.text)
    failing = next(
        (c for c in ground.seen.ids(measure.checks) if any(r.outcome is Outcome.FAIL for r in ground.seen.of(c))), ""
    )
    single = [c for c in measure.checks if "." in c and not c.startswith("vantage.")]
    if failing:
        yield Gap(
            part,
            phrase(
                "This is said to be done, but the check {check}, named as its evidence, fails: {what}", check=failing, what=what
            ),
        )
    elif not _shown(measure.files) and not any(r.outcome is Outcome.PASS for c in single for r in ground.seen.of(c)):
        yield Gap(part, phrase("Nothing shows that this was done; add a file, or name a check that passes: {what}", what=what))


def _shown(files: Iterable[EvidenceFile]) -> bool:
    """Whether any file has something in it."""
    return any(f.size > 0 for f in files)


def demanded_steps(case: Case, said: Statement) -> tuple[str, ...]:
    """Every step that the case, a notice or the statement itself names, each once, in this order."""
    every = (*case.steps, *(step for notice in case.notices for step in notice.steps), *(step.text for step in said.steps))
    found: dict[str, str] = {}
    for text in every:
        if step_key(text):
            found.setdefault(step_key(text), text)
    return tuple(found.values())


def _steps(ground: Ground) -> Iterator[Gap]:
    """POLICY: each step that the provider specified gets evidence, or the request is not final."""
    stated: dict[str, Measure] = {}
    for step in ground.said.steps:
        stated.setdefault(step_key(step.text), step)
    for number, text in enumerate(demanded_steps(ground.case, ground.said), start=1):
        yield from _step(ground, f"step:{number}", text, stated.get(step_key(text)))


def _step(ground: Ground, part: str, text: str, step: Measure | None) -> Iterator[Gap]:
    what = _short(text)
    if step is None or not step.state:
        yield Gap(part, phrase("It is not said whether this step that the provider demands is done: {what}", what=what))
    elif step.state == "planned" and _waits(ground, step):
        yield from _dated(ground, part, step)
    elif step.state == "planned":
        yield Gap(part, phrase("This step that the provider demands is only planned: {what}", what=what))
    elif step.state == "disputed":
        if not ground.disputed:
            why = phrase(
                "This step is called a mistake, but the cause that is named is not that the report is wrong: {what}", what=what
            )
            yield Gap(part, why)
        elif not telling_words(step.why):
            yield Gap(part, phrase("It is not said why this step rests on a mistake: {what}", what=what))
    else:
        yield from _dated(ground, part, step)


def _waits(ground: Ground, step: Measure) -> bool:
    """Whether the checks that a planned step names show that nothing of it is left to the customer: a list was asked and decides."""
    results = [r for check in step.checks if "." in check for r in ground.seen.of(check)]
    failing = [r for r in results if r.outcome is Outcome.FAIL]
    others = [r for r in results if r.outcome not in (Outcome.FAIL, Outcome.PASS, Outcome.WARN)]
    requests = requests_of(ground.case, ground.said, ground.seen.reading.now)
    return bool(failing) and not others and bool(waiting_words(failing, ground.seen, requests))


def _credentials(ground: Ground) -> Iterator[Gap]:
    named = [c for c in ground.said.credentials if c.what.strip()]
    if ground.said.cause == "account" and not named:
        yield Gap(
            "credentials", phrase("It is not said which passwords or keys were changed after the account was taken over.")
        )
    for credential in named:
        if not is_known(credential.at) or not credential.who.strip():
            yield Gap(
                "credentials", phrase("It is not said when and by whom this was changed: {what}", what=_short(credential.what))
            )


def _removals(ground: Ground) -> Iterator[Gap]:
    """Listings that the customer can have removed. Others are for the provider, or go by themselves."""
    requests = requests_of(ground.case, ground.said, ground.seen.reading.now)
    for result in ground.seen.everything():
        if not result.check.startswith("blocklist.") or result.outcome is not Outcome.FAIL:
            continue
        for fault in ground.seen.faults(result):
            args = fault.finding.args
            zone = str(args.get("zone", ""))
            if zone and args.get("who", "you") == "you" and requests.of(fault.finding, result.target) is None:
                why = phrase(
                    "{target} is listed at {list}, and no request for removal is named with the list's reference and a day since it began.",
                    target=result.target, list=args.get("list", zone),
                )  # fmt: skip
                yield Gap(f"removal:{zone}:{result.target}", why)


def _confirmations(ground: Ground) -> Iterator[Gap]:
    if ground.disputed:
        return
    said = ground.said
    topics = {topic for notice in ground.case.notices for topic in notice.topics}
    if not said.harmful_removed and (said.cause in ("account", "software") or topics & _HARMFUL):
        yield Gap("harmful_removed", phrase("It is not confirmed that all harmful data has been removed."))
    if not said.commitment:
        yield Gap("commitment", phrase("The commitment to keep to the policy from now on is not given."))


def _times(ground: Ground) -> Iterator[Gap]:
    said, now = ground.said, ground.seen.reading.now
    if any(in_future(m.at, now) for m in said.timeline):
        yield Gap("timeline", phrase("The timeline has a time that has not come yet."))
    for part, day in (*_done_days(said), ("signed", said.signed)):
        if in_future(day, now):
            yield Gap(part, phrase("This day has not come yet, so nothing was done on it: {day}", day=day[:_SHOWN]))


def _done_days(said: Statement) -> Iterator[tuple[str, str]]:
    """(part, day) of everything that is said to be done."""
    for name, measures in (("measure", said.measures), ("step", said.steps)):
        yield from ((f"{name}:{number}", m.date) for number, m in enumerate(measures, start=1) if m.state == "done")
    yield from (("credentials", c.at) for c in said.credentials)
    yield from (("removals", r.at) for r in said.removals)


def _signature(ground: Ground) -> Iterator[Gap]:
    said = ground.said
    if not (said.name.strip() and said.role.strip()):
        yield Gap("signer", phrase("It is not said who answers for this, with name and role."))
    if not is_known(said.signed):
        yield Gap("signed", phrase("The statement is not signed."))
    elif any(before(said.signed, day) for day in _last_words(said)):
        yield Gap("signed", phrase("The statement was signed before the last change that it names; sign it again."))
    elif signed_long_ago(said, ground.seen.reading):
        yield Gap(
            "signed", phrase("The statement was signed more than seven days before this audit; read it again and sign it anew.")
        )


def _last_words(said: Statement) -> Iterator[str]:
    """Every day and moment that a signature must not be older than."""
    yield from (day for _part, day in _done_days(said))
    yield from (m.at for m in said.timeline)


def step_key(text: str) -> str:
    """By what a step is known again, however it is spaced and capitalised."""
    return " ".join(text.split()).casefold()


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
