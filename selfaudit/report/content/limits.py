"""What a report cannot show, and what this audit did not do, one sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from selfaudit.engine import Audit
from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.remedy import unknown_of
from selfaudit.report.content.about import clock_is_right
from selfaudit.report.content.say import flat, more, some
from selfaudit.report.words import minute
from selfaudit.text import printable

_REASONS, _NAMES = 6, 12
_ALWAYS = (
    N_(
        "It was made on the customer's own computer. A signature shows that nothing was changed since it was signed; it does not show who holds "
        "the key."
    ),
    N_(
        "It cannot show that the evidence was not invented. “selfaudit verify bundle.zip --recheck” asks the public part again from the "
        "desk's own network; what only the customer could see cannot be repeated from there."
    ),
)
_SEAL_LIMITS = {
    "unsigned": N_("The case file is not signed: number, targets, clauses and steps are the customer's word."),
    "unknown-key": N_(
        "The case file is signed by a key for which nobody vouches: number, targets, clauses and steps are not proven."
    ),
    "tampered": N_(
        "The case file was changed after it was signed: number, targets, clauses and steps are the customer's word."
    ),
    "unreadable": N_(
        "The signature of the case file cannot be read: number, targets, clauses and steps are the customer's word."
    ),
}


def limits_of(audit: Audit) -> tuple[str, ...]:
    """The sentences, those that hold for every report first."""
    return tuple(
        flat(text)
        for text in (*(_(text) for text in _ALWAYS), *_moment(audit), *_word(audit), *_not_done(audit), *_scope(audit))
    )


def _moment(audit: Audit) -> Iterator[str]:
    evidence = audit.evidence
    yield _(
        "It shows what was seen between {started} and {finished} (UTC) from one place; later and elsewhere it can be otherwise."
    ).format(started=minute(evidence.started), finished=minute(evidence.finished))
    if evidence.rechecks:
        count = len(evidence.rechecks)
        yield ngettext(
            "{count} check was repeated after the audit; its observations are newer than the others.",
            "{count} checks were repeated after the audit; their observations are newer than the others.",
            count,
        ).format(count=count)
    if not clock_is_right(audit):
        yield _("The clock of the customer's computer could not be confirmed, so all times rest on it.")


def _word(audit: Audit) -> Iterator[str]:
    """What rests on somebody's word."""
    case, evidence = audit.evidence.case, audit.evidence
    if audit.statement is not None:
        yield _(
            "The statement and the files that go with it are the customer's word. Nobody has seen what they tell, and no file was judged."
        )
    else:
        yield _("There is no statement by the customer: nothing is said about the cause, and nobody answers for it.")
    seal = case.seal
    if seal is not None and seal.state != "trusted":
        yield _(_SEAL_LIMITS[seal.state])
    elif seal is None and case.provider:
        yield _("There was no case file by the provider: number, targets, clauses and steps are as the customer entered them.")
    if case.exceptions:
        yield _("What the provider has approved stands here as the case says it; no ticket was looked at.")
    stated = [subject for subject, word in sorted(evidence.authority.items()) if word.startswith("stated")]
    if stated:
        yield _("That these may be probed is stated and not proven: {targets}.").format(targets=some(stated, _NAMES))


def _not_done(audit: Audit) -> Iterator[str]:
    evidence, results = audit.evidence, audit.results
    if evidence.interrupted:
        yield _("The audit was stopped before its end; what it had not looked at by then is not known.")
    by_outcome = {outcome: [r for r in results if r.outcome is outcome] for outcome in Outcome}
    not_run, unclear = by_outcome[Outcome.NOT_RUN], len(by_outcome[Outcome.INCONCLUSIVE])
    if not_run:
        template = ngettext("{count} check was not run: {why}.", "{count} checks were not run: {why}.", len(not_run))
        yield template.format(count=len(not_run), why=_reasons(Counter(r.reason.partition(": ")[0] for r in not_run)))
    if unclear:
        yield ngettext(
            "{count} check could not be concluded and says nothing, neither good nor bad; “Could not be verified” tells why.",
            "{count} checks could not be concluded and say nothing, neither good nor bad; “Could not be verified” tells why.",
            unclear,
        ).format(count=unclear)
    ours = len(by_outcome[Outcome.BUG])
    if ours:
        yield ngettext(
            "{count} check came to nothing by a fault of this program.",
            "{count} checks came to nothing by a fault of this program.",
            ours,
        ).format(count=ours)
    if evidence.left_out:
        yield ngettext(
            "{count} address that was found in DNS was left out, since an audit has a limit.",
            "{count} addresses that were found in DNS were left out, since an audit has a limit.",
            evidence.left_out,
        ).format(count=evidence.left_out)
    lists = list(dict.fromkeys(shown(n.name) for n in unknown_of(audit) if n.matters and n.name))
    if lists:
        yield _("Not every blocklist could be asked about every target: {lists}.").format(lists=some(lists, _NAMES))


def _reasons(tally: Counter[str]) -> str:
    """Why, the most frequent reason first."""
    common = tally.most_common(_REASONS)
    words = [(flat(shown(reason), 200) or _("no reason is noted"), count) for reason, count in common]
    told = "; ".join(f"{reason} ({count})" for reason, count in words)
    rest = sum(tally.values()) - sum(count for _reason, count in common)
    return told + (";" + more(rest) if rest else "")


def _scope(audit: Audit) -> Iterator[str]:
    case, evidence = audit.evidence.case, audit.evidence
    families = {r.check.partition(".")[0] for r in audit.results if r.outcome is not Outcome.NOT_RUN}
    if case.hosts:
        yield _("What a server says about itself is its owner's word; nobody has seen it from outside.")
        if not case.look_up_packages:
            yield _("The lists of packages were not compared with public lists of vulnerabilities.")
    elif not {"host", "patch"} & families:
        yield _("No server was looked at from inside: nothing is known of its updates, log-ins, running programs and files.")
    if "message" not in families:
        yield _("No sample message was looked at, so nothing is known of a message as its recipients get it.")
    if "consent" not in families:
        yield _("No record of consent was looked at, so nothing is known of whether recipients have agreed.")
    if case.passive:
        yield _("Only public records were asked for, as the customer wished; no service was contacted.")
    elif not any(item.authority for item in evidence.sent):
        yield _("No service of the targets was contacted; what only contact can show is not known.")
    if case.only:
        yield _("Only these checks were asked for: {checks}.").format(checks=some(case.only, _NAMES))
    if case.skip:
        yield _("These checks were left out, as the customer wished: {checks}.").format(checks=some(case.skip, _NAMES))
    if evidence.vantage.laboratory or case.laboratory:
        yield _(
            "It was made in a laboratory: reserved names and addresses, which nobody on the internet has, were allowed as targets."
        )
    if case.demo:
        yield _("It is a demonstration: the internet in it (world “{world}”) is invented.").format(
            world=printable(case.demo, 40)
        )
