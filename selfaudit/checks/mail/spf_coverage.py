"""The addresses that send your mail are allowed to.

What it checks:
    Whether the domain's SPF policy passes mail from each sending address.

Why it matters:
    A sending server that the policy does not name fails at every receiver, however good the record looks by itself.

How it is judged:
    1. For each address given by --sending-ip, the evaluation of RFC 7208 is run for mail from postmaster@DOMAIN.
    2. “pass” is right; “fail”, “softfail” and “neutral” mean that the address is not authorised: a fault; “permerror” means that
       the policy is broken.
    3. Without --sending-ip, the audited addresses are tried instead; whether they send mail is not known, so there it is a
       warning and never more.
    4. A domain that says it sends no mail (v=spf1 -all) and takes none needs no entry; one that takes mail contradicts itself if
       addresses were given that send for it.
    5. A time-out or failure on the way says nothing.

Limits and false positives:
    Services that send for you from changing addresses cannot be given one by one; look at the headers of a sample message.

References:
    RFC 7208 sections 2.6 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.mail._sending import sends_no_mail, spf_denies_all
from selfaudit.checks.mail._spf_record import covering
from selfaudit.facts.mail import MailHosts, SpfLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.lookup import Replay, run_now
from selfaudit.protocols.spf import SpfResult, check_host


class Tag(StrEnum):
    OK = "SPF_COVERS"
    ONLY_OPEN = "SPF_COVERS_ONLY_BECAUSE_OPEN"
    NOT_COVERED = "SPF_DOES_NOT_COVER"
    MAYBE_NOT_COVERED = "SPF_MAY_NOT_COVER"
    ERROR = "SPF_COVERAGE_ERROR"
    NO_SENDER = "SPF_COVERAGE_SENDS_NO_MAIL"
    CONTRADICTION = "SPF_COVERAGE_CONTRADICTION"
    NO_ADDRESS = "SPF_COVERAGE_NO_ADDRESS"
    NO_POLICY = "SPF_COVERAGE_NO_POLICY"
    UNANSWERED = "SPF_COVERAGE_UNANSWERED"


CHECK = Check(
    "mail.spf-coverage", N_("The addresses that send your mail are allowed to (SPF)"), (SpfLookups, MailHosts), "domain"
)

_ADD = Remedy(
    N_(
        "Publish the record below, which names the address before its ending; if you correct several faults, put them all into one record."
    ),
    verify="dig {domain} TXT +short",
    record='{domain}.  3600  IN  TXT  "{corrected}"',
    minutes=10,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} allows {address} to send mail ({term}).")),
    Tag.ONLY_OPEN: Message(
        Severity.MEDIUM,
        N_(
            "{domain} allows {address} to send mail only because its policy allows everybody ({term}). Name the address before you close it."
        ),
        _ADD,
    ),
    Tag.NOT_COVERED: Message(
        Severity.HIGH, N_("{domain} does not allow {address} to send mail in its name (SPF result: {result})."), _ADD
    ),
    Tag.MAYBE_NOT_COVERED: Message(
        Severity.LOW,
        N_(
            "{domain} does not name {address} as a sender (SPF result: {result}). If this address sends its mail, that is a fault."
        ),
        _ADD,
    ),
    Tag.ERROR: Message(
        Severity.HIGH,
        N_("For mail from {address}, the SPF policy of {domain} ends in an error (permerror): {why}."),
        Remedy(N_("Correct the SPF record of the domain; mail.spf says what is wrong."), verify="dig {domain} TXT +short"),
    ),
    Tag.NO_SENDER: Message(Severity.NONE, N_("{domain} says that it sends no mail, so no address needs to be allowed.")),
    Tag.CONTRADICTION: Message(
        Severity.MEDIUM,
        N_(
            "{domain} says that it sends no mail (v=spf1 -all), but {address} was given as a sending address. If it sends for this "
            "domain too, its mail fails."
        ),
        _ADD,
    ),
    Tag.NO_ADDRESS: Message(Severity.NONE, N_("No sending address was given for {domain} (--sending-ip).")),
    Tag.NO_POLICY: Message(
        Severity.HIGH,
        N_("{domain} has no SPF record, so it allows no address to send mail in its name ({address})."),
        Remedy(
            N_("Publish an SPF record; mail.spf shows one. If the domain sends no mail, that record is “v=spf1 -all”."),
            verify="dig {domain} TXT +short",
        ),
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("Whether {domain} allows {address} to send mail could not be looked up ({why}).")
    ),
}


# The limit of look-ups that find nothing is a SHOULD (RFC 7208 section 4.6.4); mail.spf warns of it, here it decides nothing.
_ANY = 1000


def judge(spf: SpfLookups, mail: MailHosts, policy: Policy) -> Iterator[Finding]:
    domain = spf.domain
    lookup = Replay(spf.answers)
    no_sender = spf_denies_all(spf)
    if no_sender and (spf.presumed or not spf.sending_ips or sends_no_mail(spf, mail)):
        yield found(Tag.NO_SENDER, domain=domain)
        return
    if not spf.sending_ips:
        yield found(Tag.NO_ADDRESS, domain=domain)
        return
    # Where senders were given, one record names them all.
    corrected = covering(spf, spf.sending_ips[0])
    missing: list[str] = []
    refused: dict[SpfResult, list[str]] = {}
    errors: dict[str, list[str]] = {}
    for address in spf.sending_ips:
        if no_sender:
            yield found(Tag.CONTRADICTION, domain=domain, address=address, corrected=corrected)
            continue
        result = run_now(check_host(address, f"postmaster@{domain}", domain, lookup, void_limit=_ANY))
        own = covering(spf, address) if spf.presumed else corrected
        if result.result is SpfResult.PASS and result.term.lower() in ("all", "+all"):
            yield found(Tag.ONLY_OPEN, domain=domain, address=address, term=result.term, corrected=own)
        elif result.result is SpfResult.PASS:
            yield found(Tag.OK, domain=domain, address=address, term=result.term)
        elif result.result is SpfResult.TEMPERROR:
            yield found(Tag.UNANSWERED, domain=domain, address=address, why=result.reason)
        elif result.result is SpfResult.PERMERROR:
            errors.setdefault(result.reason, []).append(address)
        elif spf.presumed:
            yield found(Tag.MAYBE_NOT_COVERED, domain=domain, address=address, result=result.result, corrected=own)
        elif result.result is SpfResult.NONE:
            missing.append(address)
        else:
            refused.setdefault(result.result, []).append(address)
    # One finding for all addresses: the record is at fault, not each of them.
    if missing:
        yield found(Tag.NO_POLICY, domain=domain, address=missing)
    for outcome, addresses in refused.items():
        yield found(Tag.NOT_COVERED, domain=domain, address=addresses, result=outcome, corrected=corrected)
    for why, addresses in errors.items():
        yield found(Tag.ERROR, domain=domain, address=addresses, why=why)
