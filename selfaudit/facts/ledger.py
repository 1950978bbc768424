"""A ledger of consent as it was counted: only aggregates and a redacted sample, never an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from selfaudit.facts.base import Fact


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column that was read.

    Attributes:
        role: what it holds, see `protocols.ledger.model.ROLES`.
        name: as the file calls it, if that is a known name of such columns; else "#3" for the third column, for names may be data.
        filled: rows in which it is not empty.
        unreadable: values that are no time, where it should hold times.
        ambiguous: values such as 03/04/2024 that the whole column does not decide.
        zoneless: times without a zone; they were taken as UTC.
    """

    role: str
    name: str
    filled: int = 0
    unreadable: int = 0
    ambiguous: int = 0
    zoneless: int = 0


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """What was counted. "Active" are rows that may be mailed: not withdrawn since, and not called unsubscribed, bounced or pending.

    Attributes:
        rows: with a recipient.
        recipients: distinct ones.
        duplicates: rows beyond the first of a recipient.
        addresses: recipients that are mail addresses; the others are numbers, ids or hashes.
        active, withdrawn, pending, bounced_out: rows in each state; `bounced_out` are taken out for bounces or complaints.
        withdrawn_too: active rows of recipients whom another row calls withdrawn or complaining, not before the consent of the active one.
        odd_status: active rows whose status is no known word.
        flag_status: rows whose status is a mere yes or no, 1 or 0.
        undated_exits: rows of people who have left at a time that is not given, and who were mailed at some time.
        consent_times, sources, ips, text_versions: active rows that have them; IP addresses only if they are public ones.
        proven: active rows with time, source, and one of address (IP), text version and confirmation token.
        bare: active rows that have nothing of these at all.
        confirmed: active rows confirmed more than two seconds after the consent.
        coarse: active rows confirmed on the same day or in the same minute, where the file gives no finer time.
        instant: active rows "confirmed" within two seconds.
        before: active rows "confirmed" before the consent.
        alone: active rows with a time of confirmation but none of consent, as some programs write for imports.
        single: active rows without a time of confirmation.
        future, ancient: rows with a time of consent or confirmation more than a day ahead, or before 1995.
        dates_only: rows whose time of consent is a date (midnight).
        identical, identical_top: rows whose time of consent, to the second, is shared by at least 20 rows; the largest such group.
        peak_hour, median_hour: most consents in an hour, and the median of the hours that have any.
        confirm_identical, confirm_identical_top, confirm_peak_hour, confirm_median_hour: the same for the times of confirmation.
        same_gap, gap_seconds, gaps: rows confirmed exactly `gap_seconds` after the consent, the most common such time, of `gaps` in all.
        shared_ip_rows, ip_top: active rows on IP addresses that have at least 20 of them; the most on one.
        shared_tokens, token_top: the same for confirmation tokens.
        inside_ips, bad_ips: active rows whose IP address is a private one, or no address.
        role_accounts: active rows to info@, sales@, abuse@ and the like.
        purchased, hinted, imported: active rows whose source speaks of bought or collected addresses, may do so, or speaks of an import.
        old, stale: active rows whose consent is more than two years old; those of them without any contact since.
        mailed_after_withdrawal: rows by the whole days from withdrawal to the last mail, the last for 60 and more.
        mailed_pending: rows that are pending and were mailed more than a day after they signed up.
        mailed_after_bounce, mailed_after_complaint: rows mailed more than a day after a hard bounce or a complaint.
        hard_bounces: rows with a hard bounce, however long ago.
        bounced_active, bounced_recent: those of them that are active; those that are not, but were mailed or bounced in the last 90 days.
        mailed: rows with a time of the last mail.
        formulas: values that begin like a formula of a spreadsheet; they were read as text.
    """

    rows: int = 0
    recipients: int = 0
    duplicates: int = 0
    addresses: int = 0
    active: int = 0
    withdrawn: int = 0
    pending: int = 0
    bounced_out: int = 0
    withdrawn_too: int = 0
    odd_status: int = 0
    flag_status: int = 0
    undated_exits: int = 0
    consent_times: int = 0
    sources: int = 0
    ips: int = 0
    text_versions: int = 0
    proven: int = 0
    bare: int = 0
    confirmed: int = 0
    coarse: int = 0
    instant: int = 0
    before: int = 0
    alone: int = 0
    single: int = 0
    future: int = 0
    ancient: int = 0
    dates_only: int = 0
    identical: int = 0
    identical_top: int = 0
    peak_hour: int = 0
    median_hour: int = 0
    confirm_identical: int = 0
    confirm_identical_top: int = 0
    confirm_peak_hour: int = 0
    confirm_median_hour: int = 0
    same_gap: int = 0
    gap_seconds: int = 0
    gaps: int = 0
    shared_ip_rows: int = 0
    ip_top: int = 0
    shared_tokens: int = 0
    token_top: int = 0
    inside_ips: int = 0
    bad_ips: int = 0
    role_accounts: int = 0
    purchased: int = 0
    hinted: int = 0
    imported: int = 0
    old: int = 0
    stale: int = 0
    mailed_after_withdrawal: tuple[int, ...] = ()
    mailed_pending: int = 0
    mailed_after_bounce: int = 0
    mailed_after_complaint: int = 0
    hard_bounces: int = 0
    bounced_active: int = 0
    bounced_recent: int = 0
    mailed: int = 0
    formulas: int = 0


@dataclass(frozen=True, slots=True)
class ChannelCounts:
    """One channel ("email", "sms", "voice" or "other"): its rows, the active ones, and those of them that are confirmed."""

    channel: str
    rows: int
    active: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row of the redacted sample.

    Attributes:
        row: its number among the rows that could be read, by which the desk can ask for the record.
        recipient: stands for the recipient; it cannot be turned back without the ledger.
        channel, state: as counted.
        source: if at least ten rows share it; "rare" otherwise, "" for none.
        text_version: whether there is one.
        consent_at, confirm_at, withdrawn_at, last_mailed: UTC to the minute, "" for none.
        consent_ip, confirm_ip: the network (/24 or /48), "" for none.
        token: whether a confirmation token is there.
        bounced, complained: whether a bounce or a complaint is noted.
    """

    row: int
    recipient: str
    channel: str = ""
    state: str = ""
    source: str = ""
    text_version: bool = False
    consent_at: str = ""
    consent_ip: str = ""
    confirm_at: str = ""
    confirm_ip: str = ""
    token: bool = False
    withdrawn_at: str = ""
    last_mailed: str = ""
    bounced: bool = False
    complained: bool = False


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file that was added to a drill; its content stays where it is. `sha256` in hexadecimal, `size` in octets."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill: the proof of consent of one recipient, produced against the clock of this computer.

    Attributes:
        recipient: stands for them.
        chosen: "seed" if drawn by one, "named" if somebody named the recipient.
        seed: the words of the draw, "" for a named recipient.
        started, finished: UTC by this computer's clock, RFC 3339; `finished` is "" while it runs.
        found: the record is in the ledger.
        fields: roles of the columns in which the record says something.
        files: proof that was added, hashed at the finish.
        ledger_start, ledger_finish: SHA-256 of the ledger at each time.
    """

    recipient: str
    chosen: str
    seed: str
    started: str
    finished: str = ""
    found: bool = False
    fields: tuple[str, ...] = ()
    files: tuple[ProofFile, ...] = ()
    ledger_start: str = ""
    ledger_finish: str = ""


@dataclass(frozen=True, slots=True)
class LedgerReport(Fact):
    """What was counted in one ledger.

    Attributes:
        name: of its file; results about it carry it as target of kind "ledger".
        sha256, size: of its octets.
        received: UTC by our clock when it was read, RFC 3339.
        form: "CSV", "JSON" or "JSON lines".
        encoding, delimiter: as they were recognised; the delimiter is "" for JSON.
        confirmed_columns: a person has confirmed or named the columns.
        columns: those that were read.
        unread_columns: how many were not.
        unsure: roles for which a column was doubtful; it was not read.
        unreadable: rows that could not be read.
        complete: it was read to its end; `why` says why not.
        counts, channels: see there.
        domains: recipients of the large public mail services, by service; "other" for all others.
        oldest, newest: days of the first and the last consent, "" for none.
        seed: the words by which the sample was drawn.
        sample: see there; by pseudonym, and empty where there are fewer than fifty recipients.
        drills: in the order in which they were started.
    """

    kind: ClassVar[str] = "ledger.report"

    name: str
    sha256: str
    size: int
    received: str
    form: str = ""
    encoding: str = ""
    delimiter: str = ""
    confirmed_columns: bool = False
    columns: tuple[LedgerColumn, ...] = ()
    unread_columns: int = 0
    unsure: tuple[str, ...] = ()
    unreadable: int = 0
    complete: bool = True
    why: str = ""
    counts: LedgerCounts = field(default_factory=LedgerCounts)
    channels: tuple[ChannelCounts, ...] = ()
    domains: dict[str, int] = field(default_factory=dict)
    oldest: str = ""
    newest: str = ""
    seed: str = ""
    sample: tuple[SampleRow, ...] = ()
    drills: tuple[Drill, ...] = ()

    def roles(self) -> frozenset[str]:
        """The roles of the columns that were read."""
        return frozenset(c.role for c in self.columns)

    def column(self, role: str) -> LedgerColumn | None:
        """The column of a role."""
        return next((c for c in self.columns if c.role == role), None)
