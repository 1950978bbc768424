"""What else stands in a report: listings and the way off them, and an earlier audit beside this one."""

from __future__ import annotations

from selfaudit.engine import Audit
from selfaudit.findings import Outcome, Severity
from selfaudit.i18n import N_, _, shown
from selfaudit.remedy import plan_of
from selfaudit.report.comparison import Compared, Comparison, Fate
from selfaudit.report.comparison_text import as_before, headline, text_of, verdict, words_of
from selfaudit.report.content.model import Before, ChangeRow, DelistingRow, Sign
from selfaudit.report.content.say import MAX_LINE, block, flat, outcome_counts, outcome_sign, target_name
from selfaudit.report.words import KNOWN_WORDS, WHO_WORDS, minute
from selfaudit.text import printable

MAX_DELISTINGS, MAX_CHANGES, MAX_RECHECKS = 200, 300, 200
_NEW, _WORSE, _FIXED, _BETTER, _CHANGED, _UNSURE, _STILL = (
    Sign("fail", "+", N_("new")),
    Sign("fail", "↓", N_("worse")),
    Sign("pass", "✓", N_("fixed")),
    Sign("warn", "↑", N_("better, not fixed")),
    Sign("warn", "→", N_("changed")),
    Sign("inconclusive", "?", N_("cannot be compared")),
    Sign("fail", "=", N_("still there")),
)
# In this order. So many of each always have room, and what is left of it is given away in this order too: good news never takes the place of
# what is bad or unknown.
_TOLD = ((_NEW, 60), (_WORSE, 50), (_UNSURE, 40), (_STILL, 40), (_CHANGED, 30), (_BETTER, 30), (_FIXED, 50))
_BLOCKING = (Severity.CRITICAL, Severity.HIGH)


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
    """An earlier audit beside this one: what got worse stands first, what is unknown or still blocks before good news, and the rest of what
    stayed as it was is only counted.
    """
    told: dict[Sign, list[Compared]] = {sign: [] for sign, _share in _TOLD}
    for item in compared.items:
        sign = _sign(item)
        if sign is not None:
            told[sign].append(item)
    room = {sign: min(share, len(told[sign])) for sign, share in _TOLD}
    for sign in told:
        room[sign] = min(len(told[sign]), room[sign] + MAX_CHANGES - sum(room.values()))
    counts = {fate: compared.counts.get(str(fate), 0) for fate in Fate}
    return Before(
        minute(before.evidence.finished or before.evidence.started),
        " ".join(filter(None, (verdict(compared), f"{headline(compared)}.", as_before(compared)))),
        outcome_counts(before.results),
        outcome_counts(now.results),
        tuple(_change(sign, item) for sign in told for item in told[sign][: room[sign]]),
        counts[Fate.UNCHANGED],
        counts[Fate.NOT_COMPARABLE],
        tuple(flat(shown(words)) for words in compared.warnings),
        sum(len(told[sign]) - room[sign] for sign in told),
    )


def _sign(item: Compared) -> Sign | None:
    """What became of it, None for what is only counted: small faults that stayed, and new targets with which nothing is wrong."""
    if item.fate is Fate.CHANGED:
        return {"worse": _WORSE, "better": _BETTER}.get(item.turn, _CHANGED)
    if item.fate is Fate.NEW:
        return _NEW if item.tag else None
    if item.fate is Fate.UNCHANGED:
        return _STILL if item.severity in _BLOCKING and item.now != Outcome.NOT_APPLICABLE else None
    return {Fate.FIXED: _FIXED, Fate.NOT_COMPARABLE: _UNSURE}.get(item.fate)


def _change(sign: Sign, item: Compared) -> ChangeRow:
    was = words_of(item.check, item.was_tag, item.was_args, item.was) if item.was else ""
    why = (_("Before: {text}").format(text=flat(was, MAX_LINE)) if was else "", flat(shown(item.why), MAX_LINE))
    return ChangeRow(
        Sign(sign.tone, sign.sign, _(sign.word)), printable(item.check, 100), target_name(item.target_kind, item.target),
        flat(text_of(item), MAX_LINE), _outcome(item.before), _outcome(item.now), " · ".join(filter(None, why)),
    )  # fmt: skip


def _outcome(value: str) -> Sign | None:
    return outcome_sign(Outcome(value)) if value in set(Outcome) else None
