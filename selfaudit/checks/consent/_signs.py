"""Signs in a ledger of consent that people did not sign up one by one, and mail to those who had said no."""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.checks.consent._mass import mass, mixed_zones, undated
from selfaudit.checks.consent._tags import Tag
from selfaudit.facts.ledger import LedgerReport
from selfaudit.findings import Finding, found
from selfaudit.policy import Policy
from selfaudit.protocols.ledger.shares import percent, withdrawal_limit


def signs(report: LedgerReport) -> Iterator[Finding]:
    """What does not look like people who signed up one by one."""
    counts, name = report.counts, report.name
    if counts.coarse or counts.dates_only * 20 > counts.rows:
        yield found(Tag.COARSE, ledger=name, count=max(counts.coarse, counts.dates_only))
    # Without a column of consents, or with times in it that cannot be read, a lone confirmation says nothing.
    alone = max(counts.alone - bad_times(report, "consent_at"), 0) if "consent_at" in report.roles() else 0
    mixed = mixed_zones(report, "consent_at", "confirm_at")
    instant, before = (0, 0) if mixed else (counts.instant, counts.before)
    if odd := instant + before + alone:
        yield found(Tag.INSTANT, ledger=name, count=odd, instant=instant, before=before, alone=alone)
    if counts.future + counts.ancient:
        yield found(
            Tag.IMPOSSIBLE, ledger=name, count=counts.future + counts.ancient, future=counts.future, ancient=counts.ancient
        )
    if counts.identical * 100 >= counts.rows and counts.identical:
        yield found(Tag.IDENTICAL, ledger=name, count=counts.identical, top=counts.identical_top)
    peak, median = counts.peak_hour, max(counts.median_hour, 1)
    if peak >= 100 and peak >= 20 * median and peak * 20 >= counts.rows:
        yield found(Tag.BURST, ledger=name, peak=peak, median=median)
    if counts.shared_ip_rows and counts.shared_ip_rows * 20 >= counts.active:
        share = percent(counts.shared_ip_rows, counts.active)
        yield found(Tag.SHARED_IP, ledger=name, count=counts.shared_ip_rows, share=share, top=counts.ip_top)
    useless = counts.inside_ips + counts.bad_ips
    if useless * 100 > counts.active:
        yield found(Tag.INSIDE_IP, ledger=name, count=useless)
    if counts.role_accounts * 100 > counts.active:
        yield found(Tag.ROLE, ledger=name, count=counts.role_accounts, share=percent(counts.role_accounts, counts.active))
    if counts.purchased:
        yield found(Tag.PURCHASED, ledger=name, count=counts.purchased)
    if counts.imported:
        yield found(Tag.IMPORTED, ledger=name, count=counts.imported)
    if counts.stale:
        yield found(Tag.STALE, ledger=name, count=counts.stale)
    yield from mass(report)


def after(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    """Mail to people who had said no, or whose address was gone."""
    counts, name = report.counts, report.name
    days = withdrawal_limit(policy.opt_out_days)
    lags = counts.mailed_after_withdrawal
    slack = 1 if mixed_zones(report, "withdrawn_at", "last_mailed") else 0  # zones are less than a day apart
    late, slow = sum(lags[days + slack + 1 :]), sum(lags[1 + slack : days + slack + 1])
    if late:
        yield found(Tag.WITHDRAWN_LATE, ledger=name, count=late, days=days)
    if slow:
        yield found(Tag.WITHDRAWN_SLOW, ledger=name, count=slow, days=days)
    for tag, count in (
        (Tag.PENDING, counts.mailed_pending), (Tag.BOUNCED, counts.mailed_after_bounce), (Tag.COMPLAINED, counts.mailed_after_complaint),
    ):  # fmt: skip
        if count:
            yield found(tag, ledger=name, count=count)
    yield from undated(report)
    # Bounced rows that are kept as proof and were long since taken out say nothing about the mail of today.
    bounced, mailable = counts.bounced_active + counts.bounced_recent, counts.active + counts.bounced_recent
    if bounced and bounced * 20 >= mailable:
        tag = Tag.BOUNCE_HIGH if bounced * 10 >= mailable else Tag.BOUNCE_RATE
        yield found(tag, ledger=name, count=bounced, total=mailable, share=percent(bounced, mailable))


def bad_times(report: LedgerReport, role: str) -> int:
    """Times of a column that could not be read, or whose day and month cannot be told apart."""
    column = report.column(role)
    return column.unreadable + column.ambiguous if column else 0
