"""Signs in a ledger that many rows have in common, and rows that cannot be told apart; with their messages."""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.checks.consent._remedies import COMMAND, EXPLAIN, KEEP_PROOF, TAKE_OUT
from selfaudit.checks.consent._tags import Tag
from selfaudit.facts.ledger import LedgerReport
from selfaudit.findings import Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.protocols.ledger.shares import percent

FEW = 20  # active recipients below which nothing can be told from figures
_GAP_SHARE = 5  # one in five
_PAIR = ("consent_at", "confirm_at")

MESSAGES = {
    Tag.CONFIRM_IDENTICAL: Message(
        Severity.MEDIUM,
        N_(
            "{count} rows in {ledger} share the second of their confirmation with at least 19 others, {top} the same one. People do not confirm like that; "
            "programs do."
        ),
        EXPLAIN,
    ),
    Tag.CONFIRM_BURST: Message(
        Severity.MEDIUM,
        N_("{ledger} has an hour with {peak} confirmations; the usual hour has {median}. Programs and imports look like that."),
        EXPLAIN,
    ),
    Tag.SAME_GAP: Message(
        Severity.MEDIUM,
        N_(
            "{count} confirmations in {ledger} ({share} %) came exactly {seconds} seconds after the consent. People take different times; programs do not."
        ),
        EXPLAIN,
    ),
    Tag.SHARED_TOKEN: Message(
        Severity.MEDIUM,
        N_(
            "{count} active recipients in {ledger} share their confirmation token with at least 19 others, {top} the same one. A token that is not "
            "different for everybody proves nothing."
        ),
        KEEP_PROOF,
    ),
    Tag.HINTED: Message(
        Severity.MEDIUM,
        N_("The source of {count} active recipients in {ledger} is a word that may mean bought or collected addresses."),
        EXPLAIN,
    ),
    Tag.ODD_STATUS: Message(
        Severity.UNKNOWN,
        N_(
            "For {count} rows in {ledger} the status is a word that is not known here. Whether these recipients may still be mailed is not known."
        ),
        Remedy(
            N_("Export the status as “subscribed”, “unsubscribed”, “pending” or “bounced”, or replace the words so."),
            verify=COMMAND,
            minutes=15,
        ),
    ),
    Tag.TWICE: Message(
        Severity.UNKNOWN,
        N_(
            "{count} rows in {ledger} are active, but another row says that the same recipient has withdrawn or complained. Whether they may still be "
            "mailed is not known."
        ),
        TAKE_OUT,
    ),
    Tag.UNDATED: Message(
        Severity.UNKNOWN,
        N_(
            "{count} recipients in {ledger} have left, complained or are not active, and were mailed, but it does not say since when. Whether the mail came "
            "before or after is not known."
        ),
        Remedy(N_("Export the time of each withdrawal and complaint as well."), verify=COMMAND, minutes=15),
    ),
    Tag.ZONES: Message(
        Severity.UNKNOWN,
        N_(
            "Some times of consent and confirmation in {ledger} name their time zone and others do not, so which came first cannot be told."
        ),
        Remedy(N_("Export all times in the same zone, and with it: 2024-12-31 23:59:00Z."), verify=COMMAND, minutes=15),
    ),
    Tag.FEW: Message(
        Severity.UNKNOWN,
        N_(
            "{ledger} has only {active} active recipients. That is too few to tell from figures whether they signed up one by one; show the desk the proof of each."
        ),
    ),
}  # fmt: skip


def mass(report: LedgerReport) -> Iterator[Finding]:
    """What many rows have in common, and what the rows leave open."""
    counts, name = report.counts, report.name
    if counts.active < FEW:
        yield found(Tag.FEW, ledger=name, active=counts.active)
    if counts.confirm_identical and counts.confirm_identical * 100 >= counts.rows:
        yield found(Tag.CONFIRM_IDENTICAL, ledger=name, count=counts.confirm_identical, top=counts.confirm_identical_top)
    peak, median = counts.confirm_peak_hour, max(counts.confirm_median_hour, 1)
    if peak >= 100 and peak >= 20 * median and peak * 20 >= counts.rows:
        yield found(Tag.CONFIRM_BURST, ledger=name, peak=peak, median=median)
    # Where times are whole minutes, many honest confirmations come “one minute later”.
    wanted = 0.8 * counts.gaps if counts.gap_seconds % 60 == 0 else counts.gaps / _GAP_SHARE
    if counts.same_gap >= FEW and counts.same_gap >= wanted:
        share = percent(counts.same_gap, counts.gaps)
        yield found(Tag.SAME_GAP, ledger=name, count=counts.same_gap, share=share, seconds=counts.gap_seconds)
    if counts.shared_tokens and counts.shared_tokens * 100 >= counts.active:
        yield found(Tag.SHARED_TOKEN, ledger=name, count=counts.shared_tokens, top=counts.token_top)
    if counts.hinted:
        yield found(Tag.HINTED, ledger=name, count=counts.hinted)
    if counts.odd_status:
        yield found(Tag.ODD_STATUS, ledger=name, count=counts.odd_status)
    if counts.withdrawn_too:
        yield found(Tag.TWICE, ledger=name, count=counts.withdrawn_too)
    if mixed_zones(report, *_PAIR):
        yield found(Tag.ZONES, ledger=name)


def undated(report: LedgerReport) -> Iterator[Finding]:
    """People who have left at an unknown time, and were mailed."""
    if report.counts.undated_exits:
        yield found(Tag.UNDATED, ledger=report.name, count=report.counts.undated_exits)


def mixed_zones(report: LedgerReport, *roles: str) -> bool:
    """Whether some times of these columns name their zone, and others do not."""
    columns = [c for role in roles if (c := report.column(role)) is not None]
    bare = sum(c.zoneless for c in columns)
    zoned = sum(c.filled - c.unreadable - c.ambiguous - c.zoneless for c in columns)
    return bare > 0 and zoned > 0


def leaving_known(report: LedgerReport) -> bool:
    """Whether it shows who has left: a column of withdrawals, or a status that is more than yes and no (as of “confirmed”)."""
    status = report.column("status")
    return "withdrawn_at" in report.roles() or (status is not None and status.filled > report.counts.flag_status)
