"""A ledger of consent in lines: its figures and the redacted sample."""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.facts import Fact
from selfaudit.facts.ledger import Drill, LedgerReport, SampleRow
from selfaudit.i18n import N_, _, shown
from selfaudit.protocols.ledger.model import ROLES
from selfaudit.protocols.ledger.redact import FORMULA, RARE
from selfaudit.text import printable

_COUNTS = {
    "rows": N_("rows with a recipient"),
    "recipients": N_("different recipients"),
    "active": N_("active recipients (may be mailed)"),
    "withdrawn": N_("withdrawn"),
    "pending": N_("not confirmed yet"),
    "bounced_out": N_("taken out for bounces or complaints"),
    "confirmed": N_("active: confirmed after the consent"),
    "coarse": N_("active: confirmed, but the time is too coarse"),
    "instant": N_("active: “confirmed” within two seconds"),
    "before": N_("active: “confirmed” before the consent"),
    "alone": N_("active: confirmation without a time of consent"),
    "single": N_("active: not confirmed"),
    "odd_status": N_("active: status is a word that is not known"),
    "withdrawn_too": N_("active: withdrawn in another row"),
    "undated_exits": N_("left without a date, and mailed"),
    "consent_times": N_("active: with a time of consent"),
    "sources": N_("active: with a source"),
    "ips": N_("active: with a public IP address"),
    "text_versions": N_("active: with the version of the text"),
    "proven": N_("active: proof is whole"),
    "bare": N_("active: no proof at all"),
    "identical": N_("consents in the same second as 19 others"),
    "peak_hour": N_("most consents in an hour"),
    "median_hour": N_("consents in the usual hour"),
    "confirm_identical": N_("confirmations in the same second as 19 others"),
    "confirm_peak_hour": N_("most confirmations in an hour"),
    "same_gap": N_("confirmations with the most common delay"),
    "shared_tokens": N_("active: token shared with 19 others"),
    "shared_ip_rows": N_("active: IP address shared with 19 others"),
    "role_accounts": N_("active: addresses such as info@"),
    "imported": N_("active: source speaks of an import"),
    "hinted": N_("active: source may mean bought addresses"),
    "purchased": N_("active: source speaks of bought addresses"),
    "old": N_("active: consent older than two years"),
    "stale": N_("active: consent older than two years, no contact since"),
    "future": N_("times in the future"),
    "ancient": N_("times before 1995"),
    "mailed_pending": N_("mailed without confirmation"),
    "mailed_after_bounce": N_("mailed after a hard bounce"),
    "mailed_after_complaint": N_("mailed after a complaint"),
    "hard_bounces": N_("hard bounces"),
    "bounced_active": N_("hard bounces: still active"),
    "bounced_recent": N_("hard bounces: taken out, mailed in the last 90 days"),
    "formulas": N_("values that look like formulas (not shown)"),
}
_ALWAYS = ("rows", "recipients", "active", "confirmed", "single", "proven")


def count_lines(report: LedgerReport) -> list[tuple[str, int]]:
    """(What was counted, how many), without what does not occur."""
    found = [(_(words), value) for name, words in _COUNTS.items() if (value := getattr(report.counts, name)) or name in _ALWAYS]
    later = sum(report.counts.mailed_after_withdrawal[1:])
    if later:
        found.append((_("mailed more than a day after a withdrawal"), later))
    if report.unreadable:
        found.append((_("rows that could not be read"), report.unreadable))
    return found


def lines_about(fact: Fact) -> Iterator[tuple[str, str]]:
    """(Command, answer) of a ledger; nothing for other facts."""
    if not isinstance(fact, LedgerReport):
        return
    yield f"sha256sum {printable(fact.name, 100)}", fact.sha256
    columns = ", ".join(f"{shown(ROLES.get(c.role, c.role))}: {printable(shown_name(c.name), 60)}" for c in fact.columns)
    yield "", _("{form}, {encoding}; columns: {columns}").format(form=fact.form, encoding=fact.encoding, columns=columns)
    yield "", _("columns confirmed by a person") if fact.confirmed_columns else _("columns guessed by their names")
    yield "", "; ".join(f"{words}: {value}" for words, value in count_lines(fact))
    if fact.domains:
        yield "", _("mail services: {services}").format(services=", ".join(f"{k} {v}" for k, v in fact.domains.items()))
    for drill in fact.drills:
        yield "", drill_line(drill)
    if fact.sample:
        seed = fact.seed or _("none")
        yield "", _("redacted sample of {count} rows, drawn by the words: {seed}").format(count=len(fact.sample), seed=seed)
    for row in fact.sample:
        yield "", sample_line(row)


def shown_name(name: str) -> str:
    """The name of a column; a formula is not repeated."""
    return _(FORMULA) if name == FORMULA else name


def drill_line(drill: Drill) -> str:
    """A drill in one line."""
    if not drill.finished:
        return _("drill: {recipient}, started {started}, not finished").format(recipient=drill.recipient, started=drill.started)
    files = ", ".join(f"{f.name} (SHA-256 {f.sha256})" for f in drill.files) or _("none")
    return _("drill: {recipient}, started {started}, finished {finished}; files: {files}").format(
        recipient=drill.recipient, started=drill.started, finished=drill.finished, files=files
    )


def sample_line(row: SampleRow) -> str:
    """A row of the sample in one line."""
    parts = [
        row.recipient,
        row.state,
        " ".join(filter(None, (_("consent"), row.consent_at or "-", row.consent_ip))),
        " ".join(filter(None, (_("confirmed"), row.confirm_at or "-", row.confirm_ip))),
        _(row.source) if row.source in (RARE, FORMULA) else row.source,
    ]
    if row.withdrawn_at:
        parts.append(_("withdrawn {when}").format(when=row.withdrawn_at))
    if row.last_mailed:
        parts.append(_("mailed {when}").format(when=row.last_mailed))
    return _("row {number}: {text}").format(number=row.row, text=printable("; ".join(filter(None, parts)), 300))
