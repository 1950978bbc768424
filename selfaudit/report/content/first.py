"""The first page: what a desk reads before anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from selfaudit.appeal.incident import TOPIC_WORDS
from selfaudit.appeal.plain import defanged
from selfaudit.case import Case
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Statement
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.model import Pack, Readiness, Requirement
from selfaudit.remedy import Group, GroupKey
from selfaudit.report.content.clauses import clause_line, gap_words
from selfaudit.report.content.model import ClauseLine, FirstPage, Line, Sign
from selfaudit.report.content.say import MAX_LINE, flat, more, outcome_counts, signer_words, some, state_counts
from selfaudit.report.readiness_text import (
    Words,
    blocking,
    open_besides,
    other_gaps,
    readiness_headline,
    to_verify,
    unverified_line,
)
from selfaudit.report.statement_text import MOMENT_WORDS, cause_words, demanded_steps
from selfaudit.report.words import headline, minute
from selfaudit.text import printable

_NOTICES, _NAMES, _STEPS, _QUOTE = 2, 6, 6, 200
# What the signature of a case file came to.
_SEALS = {
    "trusted": N_("signed by {owner}, key {key}"),
    "unsigned": N_("not signed: nobody but the customer vouches for what it says"),
    "unknown-key": N_("signed by the key {key}, for which nobody vouched on the customer's computer"),
    "tampered": N_("its signature does not fit: it was changed after it was signed"),
    "unreadable": N_("what should be its signature cannot be read"),
}


def first_page(
    audit: Audit, readiness: Readiness | None, words: Words, pack: Pack | None, groups: Sequence[Group]
) -> FirstPage:
    """The first page of an audit.

    Args:
        audit: with the statement and the marks.
        readiness: of the audit, None without a policy.
        words: of its requirements.
        pack: the policy, None if it is not known.
        groups: all findings.
    """
    case, said = audit.evidence.case, audit.statement

    def lines(requirements: Iterable[Requirement]) -> tuple[ClauseLine, ...]:
        return tuple(clause_line(r, words) for r in requirements)

    return FirstPage(
        title=_title(case),
        demo=printable(case.demo, 40),
        interim=_interim(audit, readiness, groups),
        facts=tuple(_facts(audit)),
        reported=tuple(_reported(case, pack)),
        verdict=_verdict(readiness),
        unverified=unverified_line(readiness) if readiness else "",
        readiness=state_counts(readiness) if readiness else (),
        headline=headline(audit, ready=readiness is not None and readiness.ready),
        results=outcome_counts(audit.results),
        cause=flat(cause_words(said)) if said and (said.cause or said.summary) else "",
        summary=flat(said.summary) if said else "",
        contained=_contained(said),
        measures=_measures(said),
        blockers=lines(blocking(readiness)) if readiness else (),
        gaps=gap_words(g.why for g in other_gaps(readiness)) if readiness else (),
        besides=lines(open_besides(readiness)) if readiness else (),
        to_verify=lines(to_verify(readiness)) if readiness else (),
        signer=signer_words(said) if said else _("Not signed: there is no statement by the customer."),
        contact=flat(said.contact, 400) if said else "",
        recheck=_recheck(),
    )


def _title(case: Case) -> str:
    return _("Self-audit before a contract") if case.purpose == "onboarding" else _("Self-audit for reinstatement")


def _verdict(readiness: Readiness | None) -> Sign | None:
    if readiness is None:
        return None
    tone, sign = ("pass", "✓") if readiness.ready else ("fail", "✗")
    return Sign(tone, sign, flat(readiness_headline(readiness)))


def _interim(audit: Audit, readiness: Readiness | None, groups: Sequence[Group]) -> str:
    """Why this is only an interim report, "" if nothing blocks any more."""
    planned_marks = {mark.key for mark in audit.marks if mark.planned}
    found = [a for g in groups if g.key in (GroupKey.MUST, GroupKey.PROVIDER) for a in g.actions]
    planned = sum((a.result.check, a.result.target_kind, a.result.target, a.tag) in planned_marks for a in found)
    if audit.evidence.interrupted and not found:
        return _("Interim report: the audit was not finished.")
    if readiness is not None and readiness.ready:
        return ""
    if not found:
        return _("Interim report: the request is not ready; see “Readiness”.") if readiness else ""
    onboarding = audit.evidence.case.purpose == "onboarding"
    if readiness is not None:
        # How much blocks is told in requirements, beside it; a second number in another unit would only confuse.
        text = (
            _("Interim report: findings that must be fixed are not fixed yet.")
            if onboarding
            else _("Interim report: findings that block reinstatement are not fixed yet.")
        )
        besides = ngettext("{count} finding is planned.", "{count} findings are planned.", planned).format(count=planned)
        return f"{text} {besides}" if planned else text
    if onboarding:
        template = ngettext(
            "Interim report: {count} finding that must be fixed is not fixed yet.",
            "Interim report: {count} findings that must be fixed are not fixed yet.",
            len(found),
        )
    else:
        template = ngettext(
            "Interim report: {count} finding that blocks reinstatement is not fixed yet.",
            "Interim report: {count} findings that block reinstatement are not fixed yet.",
            len(found),
        )
    text = template.format(count=len(found))
    besides = ngettext("{count} of them is planned.", "{count} of them are planned.", planned).format(count=planned)
    return f"{text} {besides}" if planned else text


def _facts(audit: Audit) -> Iterator[Line]:
    case, evidence = audit.evidence.case, audit.evidence
    late = case.deadline and evidence.finished and evidence.finished[:10] > case.deadline[:10]
    lines = (
        Line(_("Provider"), flat(case.provider, 200), flat(case.contact, 300)),
        Line(_("Case number"), flat(case.number, 200)),
        Line(_("Service"), flat(case.service, 400)),
        Line(_("Deadline"), minute(case.deadline), _("this audit was made after it") if late else ""),
        Line(_("Suspended since"), minute(case.suspended)),
        Line(_("Case file"), seal_words(case)),
        Line(_("Audit made (UTC)"), between(evidence)),
    )
    return (line for line in lines if line.value)


def between(evidence: Evidence) -> str:
    """When the audit was made: from and to, by the minute."""
    first, last = minute(evidence.started), minute(evidence.finished)
    return first if last in ("", first) else f"{first} – {last}"


def seal_words(case: Case) -> str:
    """What vouches for the case file, "" where there was none."""
    seal = case.seal
    if seal is None:
        return ""
    owner = seal.owner or case.provider
    return flat(_(_SEALS[seal.state]).format(owner=printable(owner, 200), key=printable(seal.key, 60)), MAX_LINE)


def _reported(case: Case, pack: Pack | None) -> Iterator[Line]:
    """What was reported: what a desk looks for first comes first, and of further notices only what the first one does not say."""
    told = [_notice(notice) for notice in case.notices[:_NOTICES]]
    if told:
        yield from told[0][0]
    if case.cited:
        headings = {c.id: c.heading for c in pack.clauses} if pack else {}
        yield Line(_("Said to be broken"), flat("; ".join(f"{c} {headings.get(c, '')}".strip() for c in case.cited)))
    steps = demanded_steps(case)
    if steps:
        texts = [flat(defanged(step), MAX_LINE) for step in steps[:_STEPS]]
        yield Line(_("Demanded by the provider"), " · ".join(texts) + more(len(steps) - _STEPS))
    if told:
        yield from told[0][1]
    for first, rest in told[1:]:
        yield from (*first, *rest)
    further = len(case.notices) - _NOTICES
    if further > 0:
        words = ngettext("{count} further notice; see “The incident”", "{count} further notices; see “The incident”", further)
        yield Line(_("Notices"), words.format(count=further))


def _notice(notice: Notice) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """What one notice says, each bounded: its own words, times and addresses; then what else there is."""
    from_whom = ", ".join(filter(None, (notice.source, minute(notice.sent), notice.reference)))
    topics = ", ".join(shown(TOPIC_WORDS.get(topic, topic)) for topic in notice.topics)
    first, last = minute(notice.first, seconds=True), minute(notice.last, seconds=True)
    times = first if first == last else f"{first} – {last}"
    lines = (
        Line(_("Notice"), flat(notice.subject or notice.format, 300), flat(from_whom, 300)),
        Line(_("Its words"), flat(f"“{_beginning(notice.excerpt)}”") if notice.excerpt.strip() else ""),
        Line(_("Said to have happened (UTC)"), times if notice.first else ""),
        Line(_("Addresses and domains"), some((*notice.addresses, *notice.domains), _NAMES)),
    )
    rest = (
        Line(_("Messages"), some(notice.message_ids, _NAMES)),
        Line(_("Pages"), flat(defanged(some(notice.urls, _NAMES)))),
        Line(_("Topics"), flat(topics, MAX_LINE)),
    )
    return tuple(line for line in lines if line.value), tuple(line for line in rest if line.value)


def _beginning(text: str) -> str:
    words = " ".join(defanged(text).split())
    return words if len(words) <= _QUOTE else words[:_QUOTE].rsplit(" ", 1)[0] + " …"


def _contained(said: Statement | None) -> str:
    """The moments at which it was contained and fixed, by the customer's word; what was done then stands in the timeline."""
    moments = sorted((m for m in said.timeline if m.kind in ("contained", "fixed")), key=lambda m: m.at) if said else []
    return "; ".join(f"{_(MOMENT_WORDS[m.kind])} {minute(m.at)}" for m in moments)


def _measures(said: Statement | None) -> str:
    """How many measures are done and how many are not: the two are never added up."""
    if said is None or not said.measures:
        return ""
    counts = {state: sum(m.state == state for m in said.measures) for state in ("done", "planned", "")}
    templates = {
        "done": ngettext("{count} measure is done", "{count} measures are done", counts["done"]),
        "planned": ngettext("{count} is only planned", "{count} are only planned", counts["planned"]),
        "": ngettext("{count} is neither", "{count} are neither", counts[""]),
    }
    parts = [template.format(count=counts[state]) for state, template in templates.items() if counts[state] or state == "done"]
    return ", ".join(parts)


def _recheck() -> tuple[str, ...]:
    return (
        _("selfaudit verify bundle.zip --recheck: checks it, and asks again what is public."),
        _("README.txt in the bundle tells how to do it without a network, or without selfaudit."),
    )
