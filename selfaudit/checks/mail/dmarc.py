"""The domain's DMARC policy is found and its reports arrive.

What it checks:
    The DMARC record that applies to the domain (its own, or one above it), what it asks of receivers, and whether the mailboxes
    for reports may and can receive them.

Why it matters:
    Google, Yahoo and Microsoft refuse bulk mail from domains without a DMARC record. The reports show who sends in your name,
    which is the quickest way to find a hacked account.

How it is judged:
    1. dig _dmarc.DOMAIN TXT, then the names above it as RFC 9989 section 4.10 says (the tree walk); the domain's own record comes
       first, then that of the organizational domain, then that of the public suffix.
    2. No record is a fault; so are several records at the domain, which are all discarded, and one without a p= that can be read
       and without rua=. Parts that cannot be read are ignored by receivers; they are a warning.
    3. “p=none” with a report mailbox is enough for reinstatement; without a mailbox it is a warning, as is a missing p=.
    4. A report mailbox under another domain needs the consent of that domain: dig DOMAIN._report._dmarc.THEIRS TXT.
    5. The way of the public suffix list (RFC 7489), which many receivers still use, is followed too; a different result is shown.
    6. Failed look-ups say nothing.

Limits and false positives:
    Whether mail passes DMARC is seen only on a message.

References:
    RFC 9989 sections 4.7, 4.10 and 4.10.1; RFC 9990 section 4; RFC 7489 section 6.6.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import CACHED_TEXT, reason
from selfaudit.checks.mail._dmarc import own_record, policy_lookup
from selfaudit.facts.dns import bare, differs
from selfaudit.facts.mail import DmarcLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import dmarc
from selfaudit.protocols.lookup import run_now


class Tag(StrEnum):
    OK = "DMARC_OK"
    MISSING = "DMARC_MISSING"
    BROKEN = "DMARC_BROKEN"
    BROKEN_ABOVE = "DMARC_BROKEN_ABOVE"
    INHERITED = "DMARC_INHERITED"
    ONLY_WATCHES = "DMARC_ONLY_WATCHES"
    NO_P = "DMARC_NO_P"
    BAD_TAG = "DMARC_BAD_TAG"
    TESTING = "DMARC_TESTING"
    NO_REPORTS = "DMARC_NO_REPORTS"
    REPORTS_REFUSED = "DMARC_REPORTS_REFUSED"
    REPORTS_LOST = "DMARC_REPORTS_LOST"
    REMOVED_TAGS = "DMARC_REMOVED_TAGS"
    DIFFERS = "DMARC_WAYS_DIFFER"
    UNANSWERED = "DMARC_UNANSWERED"
    CACHED = "DMARC_CACHED"


CHECK = Check("mail.dmarc", N_("There is a policy for forged mail (DMARC), and its reports arrive"), (DmarcLookups,), "domain")

_CORRECTED = '_dmarc.{where}.  3600  IN  TXT  "{corrected}"'
_EXAMPLE = '_dmarc.{domain}.  3600  IN  TXT  "v=DMARC1; p=none; rua=mailto:dmarc-reports@{domain}"'
_VERIFY = "dig _dmarc.{domain} TXT +short"
_PUBLISH = Remedy(
    N_(
        "Publish one TXT record under _dmarc.{domain}. Create the mailbox for reports first. Begin with p=none and go on to quarantine when the reports look right; for a domain that sends no mail, p=reject is right at once."
    ),
    verify=_VERIFY,
    record=_EXAMPLE,
    minutes=10,
)

_REPAIR = Remedy(
    N_(
        "Leave exactly one TXT record that begins with “v=DMARC1” under _dmarc.{domain}, and correct in it what is named above. Of several, keep the strictest one (reject before quarantine before none) with its rua= and remove the others."
    ),
    verify=_VERIFY,
    minutes=10,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} has a valid DMARC policy: {requested} ({part}=, from {where}).")),
    Tag.MISSING: Message(Severity.HIGH, N_("{domain} has no DMARC record."), _PUBLISH),
    Tag.BROKEN: Message(Severity.HIGH, N_("The DMARC record of {domain} is discarded by receivers: {why}."), _REPAIR),
    Tag.BROKEN_ABOVE: Message(
        Severity.INFO, N_("A record above {domain} is discarded by receivers, which changes nothing here: {why}.")
    ),
    Tag.INHERITED: Message(Severity.INFO, N_("{domain} has no DMARC record of its own; that of {where} applies.")),
    Tag.ONLY_WATCHES: Message(
        Severity.INFO,
        N_("The policy of {domain} is “none”: forged mail is reported, but delivered. “quarantine” is the next step."),
    ),
    Tag.NO_P: Message(
        Severity.MEDIUM,
        N_("The DMARC record at {where} has no p= tag; older receivers discard it."),
        Remedy(
            N_("Publish the record with p= behind the version."),
            verify="dig _dmarc.{where} TXT +short",
            record=_CORRECTED,
            minutes=10,
        ),
    ),
    Tag.BAD_TAG: Message(
        Severity.MEDIUM,
        N_("The DMARC record at {where} has parts that cannot be read or are not allowed: {problems}. Receivers ignore them."),
        Remedy(
            N_("Correct or remove these parts; several mailboxes in rua= are separated by commas."),
            verify="dig _dmarc.{where} TXT +short",
            minutes=10,
        ),
    ),
    Tag.TESTING: Message(
        Severity.LOW,
        N_("The DMARC record at {where} is marked as a test (t=y), so receivers apply {applied} in place of {requested}."),
        Remedy(N_("Remove “t=y” when the reports look right."), verify="dig _dmarc.{where} TXT +short", minutes=5),
    ),
    Tag.NO_REPORTS: Message(
        Severity.LOW,
        N_("The DMARC record at {where} names no mailbox for reports (rua), so nobody learns who sends in the domain's name."),
        Remedy(
            N_("Create a mailbox that somebody reads, then publish the record with it."),
            verify="dig _dmarc.{where} TXT +short",
            record=_CORRECTED,
            minutes=10,
        ),
    ),
    Tag.REPORTS_REFUSED: Message(
        Severity.MEDIUM,
        N_("Reports for {domain} go to {destination}, which has not agreed to it, so they are not sent."),
        Remedy(
            N_("Ask the owner of {destination} to publish this record, or use a mailbox of your own domain."),
            verify="dig {domain}._report._dmarc.{destination} TXT +short",
            record='{domain}._report._dmarc.{destination}.  3600  IN  TXT  "v=DMARC1"',
        ),
    ),
    Tag.REPORTS_LOST: Message(
        Severity.MEDIUM,
        N_("Reports for {domain} go to {destination}, which takes no mail."),
        Remedy(
            N_("Name a mailbox that exists in rua=, and leave the rest of the record as it is."),
            verify="dig {destination} MX +short",
        ),
    ),
    Tag.REMOVED_TAGS: Message(
        Severity.INFO, N_("The DMARC record at {where} has tags that no longer mean anything (RFC 9989): {tags}.")
    ),
    Tag.DIFFERS: Message(
        Severity.LOW,
        N_("Receivers that follow RFC 9989 apply {new} to {domain}, older ones (public suffix list) apply {old}."),
        Remedy(
            N_("Publish the record that shall apply at _dmarc.{domain} itself; then both agree."),
            verify=_VERIFY,
            record='_dmarc.{domain}.  3600  IN  TXT  "{corrected}"',
            minutes=10,
        ),
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("{name} could not be looked up ({why}), so the DMARC policy of {domain} is not certain.")
    ),
    Tag.CACHED: Message(Severity.INFO, CACHED_TEXT),
}


def judge(facts: DmarcLookups, policy: Policy) -> Iterator[Finding]:
    domain = facts.domain
    own = own_record(facts)
    if own is not None and facts.published is not None and differs(own, facts.published):
        yield found(
            Tag.CACHED, name=f"_dmarc.{domain}", rdtype="TXT", new=facts.published.texts() or (phrase("no record"),), old=own.texts() or (phrase("no record"),),
            ttl=max(own.ttl, 0),
        )  # fmt: skip
    lookup = policy_lookup(facts)
    applied = run_now(dmarc.policy(domain, lookup))
    legacy = run_now(dmarc.legacy_policy(domain, lookup))
    if applied.unanswered:
        failed = run_now(lookup(f"_dmarc.{applied.unanswered[0]}", "TXT"))
        yield found(Tag.UNANSWERED, name=f"_dmarc.{applied.unanswered[0]}", why=reason(failed), domain=domain)
        if applied.record is None:
            return
    if applied.record is None:
        if applied.broken:
            yield found(Tag.BROKEN, domain=domain, why="; ".join(applied.broken))
        else:
            yield found(Tag.MISSING, domain=domain)
        return
    own_broken = [why for why in applied.broken if why.startswith(f"{domain}: ")]
    if own_broken:
        yield found(Tag.BROKEN, domain=domain, why="; ".join(own_broken))
    elif applied.broken:
        yield found(Tag.BROKEN_ABOVE, domain=domain, why="; ".join(applied.broken))
    yield from _record(applied, domain)
    yield from _reports(facts, applied.record)
    old = legacy.requested or phrase("none at all")
    if legacy.requested != applied.requested and not legacy.unanswered:
        yield found(Tag.DIFFERS, domain=domain, new=applied.requested, old=old, corrected=_own(applied, domain))


def _record(applied: dmarc.AppliedPolicy, domain: str) -> Iterator[Finding]:
    record = applied.record
    assert record is not None
    where = record.domain
    if where != domain:
        yield found(Tag.INHERITED, domain=domain, where=where)
    if record.problems:
        yield found(Tag.BAD_TAG, domain=domain, where=where, problems=record.problems)
    if not record.p and not any(p.startswith("p=") for p in record.problems):
        yield found(Tag.NO_P, domain=domain, where=where, corrected=_with(record.text, "p", "none"))
    if record.testing and applied.applied != applied.requested:
        yield found(Tag.TESTING, where=where, applied=applied.applied, requested=applied.requested)
    if not record.rua:
        corrected = _with(record.text, "rua", f"mailto:dmarc-reports@{where}")
        yield found(Tag.NO_REPORTS, domain=domain, where=where, corrected=corrected)
    if record.removed:
        yield found(Tag.REMOVED_TAGS, where=where, tags=record.removed)
    if applied.requested == "none":
        yield found(Tag.ONLY_WATCHES, domain=domain)
    yield found(Tag.OK, domain=domain, requested=applied.requested, part=applied.tag, where=where)


def _with(text: str, name: str, value: str) -> str:
    """The record with one tag set: "p" right behind the version, others at the end."""
    version, *tags = [part.strip() for part in text.split(";") if part.strip()]
    tags = [tag for tag in tags if tag.partition("=")[0].strip().lower() != name]
    tags.insert(0 if name == "p" else len(tags), f"{name}={value}")
    return "; ".join([version, *tags])


def _own(applied: dmarc.AppliedPolicy, domain: str) -> str:
    """A record for the domain itself that asks for what applies now. Tags that mean something else there are not taken over:
    sp and np speak of other names, psd of another place in the tree, and foreign mailboxes would have to agree."""
    assert applied.record is not None
    rua = (
        ""
        if any(dmarc.needs_consent(domain, d) for d in dmarc.report_domains(applied.record))
        else ",".join(applied.record.rua)
    )
    return f"v=DMARC1; p={applied.requested or 'none'}" + (f"; rua={rua}" if rua else "")


def _reports(facts: DmarcLookups, record: dmarc.DmarcRecord) -> Iterator[Finding]:
    consents = {bare(a.name): a for a in facts.report_consents}
    for destination in dmarc.report_domains(record):
        consent = consents.get(f"{record.domain}._report._dmarc.{destination}")
        if consent is not None:
            if not consent.definite:
                yield found(Tag.UNANSWERED, name=bare(consent.name), why=reason(consent), domain=facts.domain)
            elif not any(dmarc.is_dmarc(t) for t in consent.texts()):
                yield found(Tag.REPORTS_REFUSED, domain=record.domain, destination=destination)
        lookups = [a for a in facts.report_mail if bare(a.name) == destination]
        mx = next((a for a in lookups if a.rdtype == "MX"), None)
        if mx is None or not mx.definite:
            continue
        null = mx.records and all(r.split(" ", 1)[-1] == "." for r in mx.records)
        addresses = [a for a in lookups if a.rdtype != "MX"]
        if null or (not mx.records and addresses and all(a.definite and not a.records for a in addresses)):
            yield found(Tag.REPORTS_LOST, domain=record.domain, destination=destination)
