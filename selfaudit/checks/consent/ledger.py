"""The ledger shows who agreed to be mailed, when, and how.

What it checks:
    A list of recipients with the proof of their consent: whether each consent was confirmed (double opt-in), whether the
    proof is whole, and whether the figures look like people who signed up one by one.

Why it matters:
    Policies demand that bulk mail goes only to people who agreed to it, and that this can be proven. Abuse desks reinstate a
    sender of newsletters when the list is shown to be clean, and not because somebody says so.

How it is judged:
    1. Only recipients who may still be mailed count (“active”): not withdrawn, and not called unsubscribed, bounced or pending.
    2. A consent is confirmed if its confirmation came more than two seconds later. One that came at once, before the consent, or
       without any time of consent (as programs write it for imports) was not made by a person who read a message.
       Where some times name their zone and others do not, which came first is not known.
    3. Where the policy demands confirmed opt-in, every active recipient must be confirmed. Where it demands verifiable
       consent, each needs the time, the source, and one of public IP address, version of the text, or confirmation token.
    4. Warning signs, with numbers: the same second of consent or of confirmation for 20 rows and 1 % of all; an hour with 100
       consents or confirmations, 5 % of all and 20 times the usual hour; a fifth of the confirmations exactly as many seconds
       after the consent (four fifths, if these are whole minutes); 20 rows with one token for 1 %, or on one IP address for 5 %
       of all; addresses such as info@ above 1 %; sources that speak of imports; impossible times; consent older than two years
       without contact. With fewer than 20 active recipients there is no verdict.
    5. Sources that speak of bought, rented or collected addresses are a fault (a lone word such as “bought” is a warning, names of
       hosts say nothing). So is mail after a withdrawal (after the days that the policy allows, weekends added; two days if it
       names none) or after a complaint. Of the recipients who are active, or bounced and were mailed in the last 90 days, hard
       bounces of 10 % are a fault; 5 % are a warning (the limits of a large mail service).
    6. Columns that are missing or doubtful, rows that cannot be read (above 1 %), times that cannot be (one of a consent, a
       confirmation or a withdrawal is enough), and a file that was not read to its end make it inconclusive. Rows that may
       have been confirmed or withdrawn at a time that cannot be read are not held against the list. Inconclusive are also words of
       a status that are not known, recipients who are active in one row and have left in another, and people who have left at a
       time that is not given and were mailed.

Limits and false positives:
    A ledger that looks right is consistent; it is no proof that people agreed, for its owner wrote it. The redacted sample and
    the drill let the desk ask for single records. Offices, schools and reverse proxies put many people on one IP address. A
    campaign or a fair makes an honest burst. Times without a zone are taken as UTC.

References:
    Confirmed opt-in as Spamhaus describes it in its questions and answers on marketing; RFC 3463 (bounces of class 5); RFC 2142
    (role accounts); RFC 8058 and the rules of large receivers for senders (withdrawal within two days).
"""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.checks.consent._mass import MESSAGES as MASS_MESSAGES
from selfaudit.checks.consent._mass import leaving_known, mixed_zones
from selfaudit.checks.consent._remedies import ASK_AGAIN, COMMAND, CONFIRM_COLUMNS, EXPLAIN, KEEP_PROOF, NEW_EXPORT, TAKE_OUT
from selfaudit.checks.consent._signs import after, bad_times, signs
from selfaudit.checks.consent._tags import Tag
from selfaudit.facts.ledger import LedgerReport
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.ledger.model import ROLES
from selfaudit.protocols.ledger.shares import percent

CHECK = Check("consent.ledger", N_("The ledger shows who agreed to be mailed"), (LedgerReport,), "ledger")

MESSAGES = {
    Tag.CONFIRMED: Message(
        Severity.GOOD,
        N_(
            "All {active} active recipients in {ledger} are noted with a confirmation after their consent. This is consistent with confirmed opt-in; it does "
            "not prove that people agreed."
        ),
    ),
    Tag.VERIFIABLE: Message(
        Severity.GOOD,
        N_(
            "All {active} active recipients in {ledger} are noted with time, source and a further proof of their consent; {confirmed} of them are confirmed "
            "({share} %). This is consistent with verifiable consent; it does not prove that people agreed."
        ),
    ),
    Tag.UNCONFIRMED: Message(
        Severity.HIGH,
        N_(
            "{count} of {active} active recipients in {ledger} ({share} %) have no confirmation that counts. The policy demands confirmed opt-in; these "
            "are single opt-in at best."
        ),
        ASK_AGAIN,
    ),
    Tag.SINGLE: Message(
        Severity.INFO,
        N_(
            "{count} of {active} active recipients in {ledger} ({share} %) are single opt-in. The policy allows it if the consent can be verified."
        ),
    ),
    Tag.LACKING: Message(
        Severity.MEDIUM,
        N_("For {count} of {active} active recipients in {ledger} ({share} %) the proof of consent is not whole: {what}."),
        KEEP_PROOF,
    ),
    Tag.BARE: Message(
        Severity.HIGH,
        N_("For {count} of {active} active recipients in {ledger} ({share} %) there is no proof of consent at all."),
        KEEP_PROOF,
    ),
    Tag.COLUMNS: Message(
        Severity.UNKNOWN, N_("{ledger} has no column for this, so it cannot be judged: {roles}."), CONFIRM_COLUMNS
    ),
    Tag.UNSURE: Message(
        Severity.UNKNOWN,
        N_("In {ledger} it is not certain which column holds this, so it was not read: {roles}."),
        CONFIRM_COLUMNS,
    ),
    Tag.UNREADABLE: Message(Severity.UNKNOWN, N_("{count} rows of {ledger} could not be read ({share} %)."), NEW_EXPORT),
    Tag.SOME_UNREADABLE: Message(
        Severity.LOW, N_("{count} rows of {ledger} could not be read. They are not judged."), NEW_EXPORT
    ),
    Tag.CUT: Message(Severity.UNKNOWN, N_("{ledger} was not read to its end: {why}."), NEW_EXPORT),
    Tag.EMPTY: Message(Severity.UNKNOWN, N_("{ledger} names nobody who may still be mailed, so there is nothing to judge.")),
    Tag.TIMES: Message(
        Severity.UNKNOWN,
        N_(
            "{count} times in {ledger} could not be understood, {ambiguous} of them because day and month cannot be told apart."
        ),
        Remedy(
            N_("Export the times as 2024-12-31 23:59:00, or in another form that names the year first."),
            verify=COMMAND,
            minutes=15,
        ),
    ),
    Tag.UNSEEN: Message(
        Severity.LOW,
        N_(
            "{ledger} does not show these, so mail after a withdrawal, a bounce or a complaint could not be looked for: {roles}."
        ),
        Remedy(N_("Add the columns to the export, if your software keeps them."), verify=COMMAND, minutes=15),
    ),
    Tag.COARSE: Message(
        Severity.MEDIUM,
        N_(
            "{count} times in {ledger} are mere dates or whole minutes, too coarse to tell a person's confirmation from a program's."
        ),
        Remedy(N_("Export the times with hours, minutes and seconds."), verify=COMMAND, minutes=15),
    ),
    Tag.INSTANT: Message(
        Severity.MEDIUM,
        N_(
            "{count} confirmations in {ledger} cannot be a person's: {instant} came within two seconds of the consent, {before} before it, and {alone} have no "
            "time of consent, as after an import."
        ),
        EXPLAIN,
    ),
    Tag.IMPOSSIBLE: Message(
        Severity.MEDIUM, N_("{count} times in {ledger} are impossible: {future} in the future, {ancient} before 1995."), EXPLAIN
    ),
    Tag.IDENTICAL: Message(
        Severity.MEDIUM,
        N_(
            "{count} rows in {ledger} share the second of their consent with at least 19 others, {top} the same one. People do not sign up like that; "
            "imports look so."
        ),
        EXPLAIN,
    ),
    Tag.BURST: Message(
        Severity.MEDIUM,
        N_("{ledger} has an hour with {peak} consents; the usual hour has {median}. Imports look like that."),
        EXPLAIN,
    ),
    Tag.SHARED_IP: Message(
        Severity.MEDIUM,
        N_("{count} rows in {ledger} ({share} %) share their IP address with at least 19 others; the most common has {top}."),
        EXPLAIN,
    ),
    Tag.INSIDE_IP: Message(
        Severity.LOW,
        N_(
            "{count} IP addresses in {ledger} are private ones or none. They prove nothing; a reverse proxy may hide the real ones."
        ),
        Remedy(
            N_("Let the sign-up form note the address of the visitor, not that of your own proxy."), verify=COMMAND, minutes=30
        ),
    ),
    Tag.ROLE: Message(
        Severity.MEDIUM,
        N_(
            "{count} active recipients in {ledger} ({share} %) are addresses such as info@ or sales@, which seldom sign up themselves."
        ),
        EXPLAIN,
    ),
    Tag.PURCHASED: Message(
        Severity.HIGH,
        N_("The source of {count} active recipients in {ledger} speaks of bought, rented or collected addresses."),
        Remedy(
            N_("Take these recipients out. Consent cannot be bought. If the words mean something else, show the desk what."),
            verify=COMMAND,
            minutes=60,
        ),
    ),
    Tag.IMPORTED: Message(
        Severity.MEDIUM,
        N_("The source of {count} active recipients in {ledger} speaks of an import, which is no consent."),
        EXPLAIN,
    ),
    Tag.STALE: Message(
        Severity.MEDIUM,
        N_(
            "{count} active recipients in {ledger} agreed more than two years ago and were not written to since. Such addresses are often spam traps."
        ),
        ASK_AGAIN,
    ),
    Tag.WITHDRAWN_LATE: Message(
        Severity.HIGH,
        N_("{count} recipients in {ledger} were mailed more than {days} days after they withdrew their consent."),
        TAKE_OUT,
    ),
    Tag.WITHDRAWN_SLOW: Message(
        Severity.MEDIUM,
        N_(
            "{count} recipients in {ledger} were mailed more than a day, but at most {days} days after they withdrew. Large receivers allow two days."
        ),
        TAKE_OUT,
    ),
    Tag.PENDING: Message(
        Severity.HIGH,
        N_("{count} recipients in {ledger} never confirmed and were mailed more than a day after they signed up."),
        TAKE_OUT,
    ),
    Tag.BOUNCED: Message(
        Severity.MEDIUM,
        N_("{count} recipients in {ledger} were mailed more than a day after their address was reported not to exist."),
        TAKE_OUT,
    ),
    Tag.COMPLAINED: Message(
        Severity.HIGH, N_("{count} recipients in {ledger} were mailed more than a day after they complained."), TAKE_OUT
    ),
    Tag.BOUNCE_RATE: Message(
        Severity.MEDIUM,
        N_(
            "{count} of {total} recipients in {ledger} who are or were lately mailed ({share} %) bounced for good. Above 5 % large receivers object."
        ),
        TAKE_OUT,
    ),
    Tag.BOUNCE_HIGH: Message(
        Severity.HIGH,
        N_(
            "{count} of {total} recipients in {ledger} who are or were lately mailed ({share} %) bounced for good. Above 10 % mail services stop a sender."
        ),
        TAKE_OUT,
    ),
    Tag.LEFT_OUT: Message(
        Severity.INFO,
        N_(
            "{count} of {total} rows in {ledger} are called withdrawn, bounced or not confirmed yet. They must not be mailed, and are not judged."
        ),
    ),
    Tag.DUPLICATES: Message(Severity.INFO, N_("{count} rows in {ledger} name a recipient again.")),
    Tag.CHANNEL: Message(
        Severity.INFO, N_("{ledger}: {channel} has {active} active recipients, {confirmed} of them confirmed ({share} %).")
    ),
    Tag.KEPT: Message(
        Severity.INFO,
        N_(
            "{ledger} reaches from {oldest} to {newest} and keeps {withdrawn} withdrawn recipients as proof. The policy on keeping proof: {kept}."
        ),
    ),
    **MASS_MESSAGES,
}

_NEEDED = ("consent_at", "source")
_FURTHER = ("consent_ip", "text_version", "confirm_token")
_DECIDING = ("consent_at", "confirm_at", "withdrawn_at")
_MISUSE = ("last_mailed", "last_bounce", "last_complaint")


def judge(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    counts, name = report.counts, report.name
    yield from _reading(report, policy)
    if counts.active:
        yield from _consent(report, policy)
        yield from signs(report)
    else:
        yield found(Tag.EMPTY, ledger=name)
    yield from after(report, policy)
    yield from _figures(report, policy)


def _reading(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    """What could not be read."""
    name, roles = report.name, report.roles()
    if not report.complete:
        yield found(Tag.CUT, ledger=name, why=report.why)
    total = report.counts.rows + report.unreadable
    if report.unreadable * 100 > total:
        yield found(Tag.UNREADABLE, ledger=name, count=report.unreadable, share=percent(report.unreadable, total))
    elif report.unreadable:
        yield found(Tag.SOME_UNREADABLE, ledger=name, count=report.unreadable)
    times = [c for c in report.columns if c.unreadable + c.ambiguous]
    bad = sum(c.unreadable + c.ambiguous for c in times)
    if any(c.role in _DECIDING or (c.unreadable + c.ambiguous) * 100 > c.filled for c in times):
        yield found(Tag.TIMES, ledger=name, count=bad, ambiguous=sum(c.ambiguous for c in times))
    missing = [r for r in _NEEDED if r not in roles]
    if policy.consent == "confirmed" and "confirm_at" not in roles:
        missing.append("confirm_at")
    if not roles & set(_FURTHER):
        missing.append("consent_ip")
    if not leaving_known(report):
        missing.append("withdrawn_at")
    missing = [r for r in missing if r not in report.unsure]
    if missing:
        yield found(Tag.COLUMNS, ledger=name, roles=[ROLES[r] for r in missing])
    if report.unsure:
        yield found(Tag.UNSURE, ledger=name, roles=[ROLES[r] for r in report.unsure if r in ROLES])
    mailed = report.column("last_mailed")
    unseen = [r for r in _MISUSE if r not in roles or (r == "last_mailed" and mailed and not mailed.filled)]
    if "withdrawn_at" not in (*roles, *missing):
        unseen.append("withdrawn_at")  # a status says that somebody has left, but not when
    bounces, codes = report.column("last_bounce"), report.column("bounce_code")
    if bounces and bounces.filled and not (codes and codes.filled):
        unseen.append("bounce_code")
    unseen = [r for r in unseen if r not in report.unsure]
    if unseen:
        yield found(Tag.UNSEEN, ledger=name, roles=[ROLES[r] for r in unseen])


def _consent(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    """Confirmed or single, and how whole the proof is."""
    counts, name, roles = report.counts, report.name, report.roles()
    active = counts.active
    confirmed = counts.confirmed + counts.coarse
    rest = active - confirmed
    # What could not be read may be a confirmation or a withdrawal: so many rows less are certain.
    doubtful = sum(bad_times(report, role) for role in _DECIDING) + counts.odd_status + counts.withdrawn_too
    mixed, leaving = mixed_zones(report, "consent_at", "confirm_at"), leaving_known(report)
    if mixed:
        doubtful += counts.instant + counts.before
    sure = rest - doubtful if leaving and {"consent_at", "confirm_at"} <= roles else 0
    if sure > 0:
        tag = Tag.UNCONFIRMED if policy.consent == "confirmed" else Tag.SINGLE
        yield found(tag, ledger=name, count=sure, active=active, share=percent(sure, active))
    whole = set(_NEEDED) <= roles and bool(roles & set(_FURTHER))
    bare = max(counts.bare - doubtful, 0) if whole and leaving else 0
    lacking = active - counts.proven
    if bare:
        yield found(Tag.BARE, ledger=name, count=bare, active=active, share=percent(bare, active))
    if whole and lacking > bare:
        part = lacking - bare
        yield found(Tag.LACKING, ledger=name, count=part, active=active, share=percent(part, active), what=_lacking(report))
    if policy.consent == "confirmed":
        if "confirm_at" in roles and not rest and not mixed:
            yield found(Tag.CONFIRMED, ledger=name, active=active)
    elif whole and not lacking:
        yield found(Tag.VERIFIABLE, ledger=name, active=active, confirmed=confirmed, share=percent(confirmed, active))


def _lacking(report: LedgerReport) -> str:
    counts = report.counts
    return phrase(
        "{times} without a time, {sources} without a source, {ips} without a public IP address, {texts} without the version of the text",
        times=counts.active - counts.consent_times, sources=counts.active - counts.sources,
        ips=counts.active - counts.ips, texts=counts.active - counts.text_versions,
    )  # fmt: skip


def _figures(report: LedgerReport, policy: Policy) -> Iterator[Finding]:
    counts, name = report.counts, report.name
    if counts.rows > counts.active:
        yield found(Tag.LEFT_OUT, ledger=name, count=counts.rows - counts.active, total=counts.rows)
    if counts.duplicates:
        yield found(Tag.DUPLICATES, ledger=name, count=counts.duplicates)
    for channel in report.channels:
        if channel.channel != "email" and channel.active:
            share = percent(channel.confirmed, channel.active)
            yield found(
                Tag.CHANNEL,
                ledger=name,
                channel=channel.channel,
                active=channel.active,
                confirmed=channel.confirmed,
                share=share,
            )
    if report.oldest:
        kept = policy.proof_kept or phrase("it does not say how long")
        yield found(Tag.KEPT, ledger=name, oldest=report.oldest, newest=report.newest, withdrawn=counts.withdrawn, kept=kept)
