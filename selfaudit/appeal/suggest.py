"""Measures that the audit suggests. A person takes them over, or not; nothing becomes part of a statement by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from selfaudit.case import Case
from selfaudit.case.notice import Notice, Topic
from selfaudit.case.statement import Done, Measure, Statement
from selfaudit.checks import all_checks
from selfaudit.engine.evidence import Recheck
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.model import Pack

MAX_SUGGESTIONS = 100

# What is suggested as done where a check failed before and passes now. The words say what was seen, not who did it.
_DONE: Mapping[str, str] = {
    "exposure.relay": phrase("The open relay on {target} was closed."),
    "exposure.resolver": phrase("The open resolver on {target} was closed to strangers."),
    "exposure.proxy": phrase("The open proxy on {target} was closed."),
    "exposure.amplifier": phrase("The services on {target} that answered strangers with more than they asked were closed."),
    "exposure.services": phrase("The services on {target} that strangers could reach were closed to them."),
    "host.listeners": phrase("Services on {target} that nobody else needs no longer listen to the outside."),
    "host.firewall": phrase("The firewall of {target} was set up."),
    "host.login": phrase("The ways to log in to {target} were restricted."),
    "host.malware": phrase("What a scan found on {target} was removed; the scan was repeated."),
    "host.persistence": phrase("The jobs and files on {target} that nobody of ours had put there were removed."),
    "host.mail-config": phrase("The mail server settings of {target} were corrected."),
    "host.mail-queue": phrase("The mail queue of {target} was emptied."),
    "patch.os-support": phrase("The system of {target} was moved to a version that gets security updates."),
    "patch.updates": phrase("The pending security updates of {target} were installed."),
    "patch.reboot": phrase("{target} was restarted, so that its updates are in use."),
    "patch.automation": phrase("Security updates of {target} were switched to automatic."),
    "patch.software": phrase("Software on {target} that got no more security updates was updated or removed."),
    "patch.vulnerabilities": phrase("Packages of {target} with known weaknesses were updated."),
    "rdns.present": phrase("A reverse DNS name was set for {target}."),
    "rdns.forward-confirmed": phrase("The reverse DNS name of {target} was made to lead back to the address."),
    "mail.spf": phrase("The SPF record of {target} was corrected."),
    "mail.dkim": phrase("The DKIM keys of {target} were put right."),
    "mail.dmarc": phrase("The DMARC record of {target} was corrected."),
    "mail.contacts": phrase("The mailboxes abuse@ and postmaster@ of {target} accept mail."),
    "registration.contacts": phrase("The registration data of {target} was corrected."),
    "blocklist.address": phrase("{target} is no longer on the blocklists that were asked."),
    "blocklist.domain": phrase("{target} is no longer on the blocklists that were asked."),
    "web.privacy-policy": phrase("A privacy policy was published on {target}."),
    "web.abuse-contact": phrase("An abuse contact was published on {target}."),
    "message.unsubscribe": phrase("Messages such as {target} can be unsubscribed from with one click."),
    "message.authentication": phrase("Messages such as {target} are signed, and pass."),
}
_DONE_OTHERWISE = phrase("What the check {check} found on {target} was put right.")
_PLANNED = phrase("What the check {check} found on {target} will be put right.")
# Where a check passes and nobody knows how it was before, it is worth a question only if a notice is about what it looks at.
_ASKED: Mapping[str, frozenset[Topic]] = {
    "exposure.relay": frozenset({"open-relay"}),
    "exposure.resolver": frozenset({"open-resolver"}),
    "exposure.proxy": frozenset({"open-proxy"}),
    "exposure.amplifier": frozenset({"amplifier"}),
    "exposure.services": frozenset({"open-service"}),
    "host.malware": frozenset({"malware", "compromise", "phishing"}),
    "host.persistence": frozenset({"malware", "compromise"}),
    "host.mail-queue": frozenset({"spam", "open-relay"}),
    "host.mail-config": frozenset({"open-relay"}),
    "host.login": frozenset({"compromise", "login-attack"}),
    "patch.software": frozenset({"vulnerable-service"}),
    "patch.updates": frozenset({"vulnerable-service"}),
    "patch.vulnerabilities": frozenset({"vulnerable-service"}),
    "blocklist.address": frozenset({"blocklist"}),
    "blocklist.domain": frozenset({"blocklist"}),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A measure to take over. Its state is "done" or "planned" only where that is known; otherwise the person says it.

    Attributes:
        measure: as it would be taken over; its date is that of a plan, or "": when something was done, only the person knows.
        why: what it rests on (`i18n.phrase`).
        question: it is a question, not known to have happened.
        seen: the day on which it was first seen to be right, "" if that is not known.
        step: it is something that the provider demands.
    """

    measure: Measure
    why: str
    question: bool = False
    seen: str = ""
    step: bool = False


def suggest_measures(
    case: Case,
    results: Sequence[Result],
    rechecks: Iterable[Recheck] = (),
    marks: Iterable[Mark] = (),
    pack: Pack | None = None,
    statement: Statement | None = None,
    earlier: Iterable[Result] = (),
) -> tuple[Suggestion, ...]:
    """What may be taken over, the surest first: seen to be fixed, then planned, then questions.

    Args:
        case: of the audit.
        results: as they are now.
        rechecks: of the audit's evidence.
        marks: what the person planned for single findings.
        pack: the provider's policy, for the clauses that a measure serves.
        statement: what is stated so far; what stands there is not suggested again.
        earlier: results of an earlier audit of the same case.
    """
    now = {(r.check, r.target): r for r in results}
    fixed = dict(_fixed(now, tuple(rechecks), tuple(earlier)))
    found = [
        Suggestion(
            _measure(check, target, _DONE.get(check, _DONE_OTHERWISE), "done", pack),
            phrase("the check {check} failed before, and passes now", check=check),
            seen=day,
        )
        for (check, target), day in fixed.items()
    ]
    found += _planned(now, marks, pack)
    for (check, target), result in now.items():
        about = {topic for n in case.notices if _names(n, result) for topic in n.topics}
        if (
            result.outcome is Outcome.PASS
            and not _ASKED.get(check, frozenset()).isdisjoint(about)
            and (check, target) not in fixed
            and check in _DONE
        ):
            found.append(
                Suggestion(
                    _measure(check, target, _DONE[check], "", pack),
                    phrase("the check {check} passes; whether that was so before is not known", check=check),
                    question=True,
                )
            )
    there = {m.text for m in statement.measures} if statement else set()
    fresh = {s.measure.text: s for s in reversed(found) if s.measure.text not in there}
    return tuple(reversed(fresh.values()))[:MAX_SUGGESTIONS]


def _names(notice: Notice, result: Result) -> bool:
    """Whether a notice is about a target: it names it, or names no address or domain that could tell."""
    named = (*notice.addresses, *notice.domains)
    return result.target_kind == "host" or not named or result.target in named


def suggest_steps(case: Case, statement: Statement | None = None) -> tuple[Suggestion, ...]:
    """What the provider demands, in its words, and is not in the statement yet; whether it is done, only the person knows."""
    there = {s.text for s in statement.steps} if statement else set()
    demanded = dict.fromkeys((*case.steps, *(step for notice in case.notices for step in notice.steps)))
    return tuple(
        Suggestion(Measure(text), phrase("the provider demands it"), question=True, step=True)
        for text in demanded
        if text not in there
    )


def _fixed(
    now: Mapping[tuple[str, str], Result], rechecks: Sequence[Recheck], earlier: Sequence[Result]
) -> Iterator[tuple[tuple[str, str], str]]:
    """(check, target) of what failed before and passes now, each with the day on which it was first seen to pass, "" if not known."""
    failed = {(r.check, r.target) for r in earlier if r.outcome is Outcome.FAIL}
    since: dict[tuple[str, str], str] = {}
    for recheck in rechecks:
        key = (recheck.check, recheck.target.value)
        if Outcome.FAIL in (recheck.before, recheck.after):
            failed.add(key)
        if recheck.after is Outcome.PASS:
            since.setdefault(key, recheck.at[:10])
        else:
            since.pop(key, None)
    for key, result in now.items():
        if key in failed and result.outcome is Outcome.PASS:
            yield key, since.get(key, "")


def _planned(now: Mapping[tuple[str, str], Result], marks: Iterable[Mark], pack: Pack | None) -> Iterator[Suggestion]:
    latest: dict[tuple[str, str], str] = {}
    for mark in marks:
        result = now.get((mark.check, mark.target))
        if mark.planned and result is not None and result.outcome is not Outcome.PASS:
            key = (mark.check, mark.target)
            latest[key] = max(latest.get(key, ""), mark.planned)
    for (check, target), day in latest.items():
        yield Suggestion(
            _measure(check, target, _PLANNED, "planned", pack, day), phrase("you planned it for {day} at the finding", day=day)
        )


def _measure(check: str, target: str, template: str, state: Done, pack: Pack | None, date: str = "") -> Measure:
    text = template.format_map({"check": check, "target": target})
    clauses = tuple(c.id for c in pack.clauses_of(check)) if pack else ()
    return Measure(text, state, date, clauses=clauses, checks=(check,) if check in all_checks() else ())
