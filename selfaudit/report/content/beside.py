"""What else stands in a report: listings and the way off them, and an earlier audit beside this one."""

from __future__ import annotations

from collections.abc import Mapping

from selfaudit.checks import all_checks
from selfaudit.checks.registry import render
from selfaudit.engine import Audit
from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.remedy import plan_of
from selfaudit.report.comparison import Compared, Comparison, Fate
from selfaudit.report.content.model import Before, ChangeRow, DelistingRow, Sign
from selfaudit.report.content.say import MAX_LINE, block, flat, outcome_counts, outcome_sign, target_name
from selfaudit.report.words import KNOWN_WORDS, WHO_WORDS, minute
from selfaudit.text import printable

MAX_DELISTINGS, MAX_CHANGES, MAX_RECHECKS = 200, 300, 200
_NEW, _WORSE, _FIXED, _BETTER, _CHANGED, _UNSURE = (
    Sign("fail", "+", N_("new")),
    Sign("fail", "↓", N_("worse")),
    Sign("pass", "✓", N_("fixed")),
    Sign("warn", "↑", N_("better, not fixed")),
    Sign("warn", "→", N_("changed")),
    Sign("inconclusive", "?", N_("cannot be compared")),
)
_TOLD = (_NEW, _WORSE, _FIXED, _BETTER, _CHANGED, _UNSURE)  # in this order


def delisting_rows(audit: Audit) -> tuple[tuple[DelistingRow, ...], int]:
    """The listings, and how many are left out."""
    plan = plan_of(audit, audit.statement)
    rows = tuple(
        DelistingRow(
            target=printable(item.target, 300),
            name=printable(item.name, 300),
            meaning=flat(f"{shown(item.meaning)} ({', '.join(item.codes)})", MAX_LINE),
            who=_(WHO_WORDS.get(item.who) or item.who),
            url=printable(item.url, 300),
            before=tuple(
                (_(KNOWN_WORDS[b.known]), flat(shown(b.text), MAX_LINE), flat(shown(b.why), MAX_LINE)) for b in item.before
            ),
            pay=item.pay,
            expires=flat(shown(item.expires), MAX_LINE),
            asked=flat(f"{minute(item.asked)} {item.reference}"),
            request=block(item.request),
            ready=item.ready,
        )
        for item in plan[:MAX_DELISTINGS]
    )
    return rows, len(plan) - len(rows)


def recheck_rows(audit: Audit) -> tuple[tuple[tuple[str, str, str, Sign, Sign], ...], int]:
    """The checks that were repeated, the last ones if there are very many, and how many are left out."""
    all_of = audit.evidence.rechecks
    rows = tuple(
        (
            minute(r.at), printable(r.check, 100), target_name(r.target.kind, r.target.value), outcome_sign(r.before), outcome_sign(r.after),
        )
        for r in all_of[-MAX_RECHECKS:]
    )  # fmt: skip
    return rows, len(all_of) - len(rows)


def before_of(before: Audit, now: Audit, compared: Comparison) -> Before:
    """An earlier audit beside this one: what got worse stands first, and what stayed as it was is only counted."""
    told = [(sign, item) for item in compared.items if (sign := _sign(item)) is not None]
    told.sort(key=lambda pair: _TOLD.index(pair[0]))
    counts = {fate: compared.counts.get(str(fate), 0) for fate in Fate}
    return Before(
        minute(before.evidence.finished or before.evidence.started),
        _words(counts),
        outcome_counts(before.results),
        outcome_counts(now.results),
        tuple(_change(sign, item) for sign, item in told[:MAX_CHANGES]),
        counts[Fate.UNCHANGED],
        counts[Fate.NOT_COMPARABLE],
        tuple(flat(shown(words)) for words in compared.warnings),
        max(0, len(told) - MAX_CHANGES),
    )


def _sign(item: Compared) -> Sign | None:
    """What became of it, None for what is only counted: what stayed, and new targets with which nothing is wrong."""
    if item.fate is Fate.CHANGED:
        return {"worse": _WORSE, "better": _BETTER}.get(item.turn, _CHANGED)
    if item.fate is Fate.NEW:
        return _NEW if item.tag else None
    return {Fate.FIXED: _FIXED, Fate.NOT_COMPARABLE: _UNSURE}.get(item.fate)


def _words(counts: Mapping[Fate, int]) -> str:
    """The changes of what is wrong, summed up."""
    templates = {
        Fate.FIXED: ngettext("{count} fixed", "{count} fixed", counts[Fate.FIXED]),
        Fate.NEW: ngettext("{count} new", "{count} new", counts[Fate.NEW]),
        Fate.CHANGED: ngettext("{count} changed", "{count} changed", counts[Fate.CHANGED]),
        Fate.UNCHANGED: ngettext("{count} unchanged", "{count} unchanged", counts[Fate.UNCHANGED]),
        Fate.NOT_COMPARABLE: ngettext("{count} cannot be compared", "{count} cannot be compared", counts[Fate.NOT_COMPARABLE]),
    }
    summed = ", ".join(template.format(count=counts[fate]) for fate, template in templates.items())
    return _("Of what is wrong: {summed}.").format(summed=summed)


def _change(sign: Sign, item: Compared) -> ChangeRow:
    return ChangeRow(
        Sign(sign.tone, sign.sign, _(sign.word)), printable(item.check, 100), target_name(item.target_kind, item.target),
        flat(_text(item), MAX_LINE), _outcome(item.before), _outcome(item.now), flat(shown(item.why), MAX_LINE),
    )  # fmt: skip


def _text(item: Compared) -> str:
    """The finding in the chosen language, or the reason."""
    check = all_checks().get(item.check)
    message = check.messages.get(item.tag) if check else None
    return render(message.text, item.args) if message else shown(item.text)


def _outcome(value: str) -> Sign | None:
    return outcome_sign(Outcome(value)) if value in set(Outcome) else None
