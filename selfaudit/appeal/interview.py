"""The interview: which questions follow from the cause, the notice and the findings. Answers stay the customer's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from selfaudit.appeal.questions import ALL, BY_CAUSE, COMMON, Question
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Cause, Statement
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.model import Gap, Pack

_MAX_NAMED = 5
_SERVICES = ("exposure.relay", "exposure.resolver", "exposure.proxy", "exposure.amplifier", "exposure.services")
_SENDING: tuple[Cause, ...] = ("account", "software", "open-service", "end-user")
_INTRUSION: tuple[Cause, ...] = ("account", "software")


def questions(
    cause: Cause,
    notices: Iterable[Notice] = (),
    results: Iterable[Result] = (),
    pack: Pack | None = None,
    statement: Statement | None = None,
) -> tuple[Question, ...]:
    """The questions to ask, in their order. Each has an id that stays the same from run to run.

    Args:
        cause: the chosen kind of root cause; without one, only what the notice and the findings ask for.
        notices: what was reported.
        results: what the checks found.
        pack: the provider's policy; its numbers and words stand in the questions.
        statement: what is answered so far; an answered question stays, even if nothing asks for it any more.
    """
    told, found = tuple(notices), tuple(results)
    asked: dict[str, Question] = {}
    for question in (
        *_about_notices(cause, told),
        *(_with_policy(q, pack) for q in BY_CAUSE.get(cause, ())),
        *_about_findings(cause, found),
        *(q for q in COMMON if cause in q.causes),
    ):
        asked.setdefault(question.id, question)
    for answer in statement.answers if statement else ():
        if answer.question in ALL and (answer.text or answer.files):
            asked.setdefault(answer.question, replace(ALL[answer.question], required=False))
    return tuple(asked.values())


def unanswered(asked: Sequence[Question], statement: Statement) -> tuple[Gap, ...]:
    """Required questions without an answer; `Gap.part` is "answer:" and the question's id."""
    answered = {a.question for a in statement.answers if a.text.strip() or a.files}
    if statement.proof:
        answered.add("false.proof")  # the same files, at their own place in the statement
    return tuple(
        Gap(f"answer:{q.id}", phrase("This question is not answered: {question}", question=q.text))
        for q in asked
        if q.required and q.id not in answered
    )


def choice_words(question: Question, value: str) -> str:
    """The words of a chosen answer, or the answer itself where it is none of the choices."""
    return next((c.words for c in question.choices if c.value == value), value)


def _about_notices(cause: Cause, notices: Sequence[Notice]) -> Iterator[Question]:
    ids = list(dict.fromkeys(name for notice in notices for name in notice.message_ids))
    if ids and cause in ("", "campaign", *_SENDING):
        named = ", ".join(ids[:_MAX_NAMED]) + (" ..." if len(ids) > _MAX_NAMED else "")
        yield replace(ALL["notice.message-id"], hint=phrase("The notice names: {named}", named=named))
    urls = list(dict.fromkeys(url for notice in notices for url in notice.urls))
    if urls and cause != "false-report":
        named = phrase("{count} different addresses", count=len(urls)) if len(urls) > 1 else phrase("one address")
        yield replace(ALL["notice.urls"], hint=phrase("The notice names {named} of pages.", named=named))


def _about_findings(cause: Cause, results: Sequence[Result]) -> Iterator[Question]:
    for check in _SERVICES:
        targets = _failing(results, check)
        if targets and cause in ("", "open-service", "other"):
            yield replace(
                ALL[f"service.why:{check}"],
                required=cause == "open-service",
                hint=phrase("This audit saw it on {targets}.", targets=targets),
            )
    traces = {t: None for check in ("host.malware", "host.persistence") for t in _failing_list(results, check)}
    if traces and cause in ("", *_INTRUSION, "end-user", "other"):
        yield replace(
            ALL["intrusion.files"],
            required=cause in _INTRUSION,
            hint=phrase("This audit found traces on {targets}; its report names them.", targets=_named(list(traces))),
        )
    elif cause == "software":
        yield replace(ALL["intrusion.files"], required=True)
    queued = _failing(results, "host.mail-queue")
    if queued and cause in ("", *_SENDING, "other"):
        yield replace(ALL["mail.queue"], hint=phrase("This audit saw mail waiting on {targets}.", targets=queued))
    logins = _failing(results, "host.login")
    if logins and cause in ("", *_INTRUSION):
        yield replace(ALL["intrusion.login"], hint=phrase("The check of log-ins failed on {targets}.", targets=logins))
    old = {
        t: None
        for c in ("patch.os-support", "patch.updates", "patch.software", "patch.vulnerabilities")
        for t in _failing_list(results, c)
    }
    if old and cause in ("", "software"):
        yield replace(
            ALL["software.patching"], hint=phrase("Checks of updates failed on {targets}.", targets=_named(list(old)))
        )
    exploited = [r.target for r in results if r.check == "blocklist.address" and _says_infected(r)]
    if exploited and cause not in ("campaign", "false-report"):
        yield replace(
            ALL["intrusion.infected"],
            hint=phrase("A blocklist has {targets} among infected computers.", targets=_named(list(dict.fromkeys(exploited)))),
        )


def _says_infected(result: Result) -> bool:
    """Whether a listing's own words speak of infected or misused computers (DroneBL, XBL, CBL and the like)."""
    if result.outcome is not Outcome.FAIL:
        return False
    words = " ".join(str(value) for finding in result.findings for value in finding.args.values()).lower()
    return any(word in words for word in ("drone", "xbl", "cbl", "bot", "infect", "exploit", "compromis", "trojan", "worm"))


def _failing_list(results: Iterable[Result], check: str) -> list[str]:
    return list(dict.fromkeys(r.target for r in results if r.check == check and r.outcome is Outcome.FAIL))


def _failing(results: Iterable[Result], check: str) -> str:
    return _named(_failing_list(results, check))


def _named(targets: Sequence[str]) -> str:
    return ", ".join(targets[:_MAX_NAMED]) + (" ..." if len(targets) > _MAX_NAMED else "")


def _with_policy(question: Question, pack: Pack | None) -> Question:
    """The question with what the provider's policy demands."""
    if pack is None:
        return question
    rules = pack.parameters
    if question.id == "campaign.opt-in" and rules.consent == "confirmed":
        return replace(
            question,
            hint=phrase(
                "{provider} demands confirmed opt-in: nobody gets mail before they have clicked the link in a first message.",
                provider=pack.name,
            ),
        )
    if question.id == "campaign.proof" and rules.proof_hours:
        return replace(
            question,
            hint=phrase(
                "{provider} may ask for it and then wants it within {hours} hours.", provider=pack.name, hours=rules.proof_hours
            ),
        )
    if question.id == "campaign.opt-out" and rules.opt_out_days:
        return replace(
            question,
            hint=phrase("{provider} allows {days} business days at most.", provider=pack.name, days=rules.opt_out_days),
        )
    return question
