"""Receivers can verify who sent the message.

What it checks:
    A message that was sent (its original, as a mailbox keeps it): whether its signature (DKIM) is right, whether the address that handed it
    over may send for its domain (SPF), and whether one of both belongs to the domain that readers see as the sender (DMARC).

Why it matters:
    Records can look right while the mail itself is not signed, or signed by somebody else. Only a message shows what receivers see. Google,
    Yahoo and Microsoft refuse bulk mail that does not pass, and a desk takes mail that cannot be verified for forged.

How it is judged:
    1. Each DKIM-Signature is verified as RFC 6376 says: the hash of the text (bh=), the signature of the header (b=), and the key under
       SELECTOR._domainkey.DOMAIN. “opendkim-testmsg < FILE.eml” or “dkimverify < FILE.eml” do the same.
    2. The address that handed the message over stands in the Received lines. Taken is the newest line that names a sending address of the
       case; otherwise the newest one that is no step within the receiver's network: no private address, no reverse name and greeting of the
       receiver's own domain. SPF is evaluated for it, with the domain of Return-Path. A line below that one may have been made up: SPF for
       it proves nothing. That SPF fails is certain only for an address of the case, with nobody else's server after it.
    3. Signature or SPF must belong to the domain of From: the same, or the same organization by the DMARC records (RFC 9989), as strictly as
       adkim= asks for signatures and aspf= for SPF. One of both that passes and belongs is enough. The other one, if it fails, is a warning.
       Without a DMARC record, a name of the same registrable domain counts too, with a remark.
    4. A key that is missing, revoked or cannot be used, and a signature that nobody may accept, are faults unless SPF passes and belongs. In
       a message older than 30 days a missing key says nothing: keys are exchanged, so this is left open. Such a message is a warning in any
       case: it does not show how mail is sent today.
    5. A signature that does not fit the file is no proof: mailing lists, forwarding and some programs change a message when it passes or is
       saved. It is a fault only if SPF certainly does not help and no receiver noted that the signature was right.
    6. SERVFAIL and silence are no verdict.

Limits and false positives:
    What a file says can have been written by anybody: Received lines below the receiver's own, Return-Path and Authentication-Results are
    claims, and the last one is shown but not believed. A copy from the folder of sent mail was never signed and has no such lines; then the
    check says so. Take a message that arrived at another provider, and save its original text.

References:
    RFC 6376 sections 3.5 to 3.7 and 6; RFC 8301; RFC 8463; RFC 7208 section 4; RFC 9989 section 5; RFC 8601; RFC 5321 section 4.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.message._evaluated import OLD_DAYS, Evaluated, changed, claims_pass, evaluate, faulty
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.dkim import DkimResult, DkimStatus
from selfaudit.protocols.dmarc import DmarcResult
from selfaudit.protocols.spf import SpfResult
from selfaudit.text import printable


class Tag(StrEnum):
    PASSES = "MESSAGE_VERIFIED"
    SIGNED = "MESSAGE_SIGNATURE_RIGHT"
    SPF_RIGHT = "MESSAGE_SPF_RIGHT"
    FAILS = "MESSAGE_NOT_VERIFIED"
    KEY_FAULT = "MESSAGE_KEY_FAULT"
    KEY_FAULT_BESIDE = "MESSAGE_KEY_FAULT_BESIDE"
    BROKEN = "MESSAGE_SIGNATURE_BROKEN"
    TESTING = "MESSAGE_KEY_TESTING"
    PARTIAL = "MESSAGE_SIGNED_IN_PART"
    UNSIGNED = "MESSAGE_UNSIGNED"
    SPF_WRONG = "MESSAGE_SPF_WRONG"
    UNCLEAR = "MESSAGE_UNCLEAR"
    NOT_SENT = "MESSAGE_NEVER_SENT"
    NO_AUTHOR = "MESSAGE_NO_AUTHOR"
    UNANSWERED = "MESSAGE_UNANSWERED"
    FOREIGN = "MESSAGE_FOREIGN_SIGNATURE"
    KEY_GONE = "MESSAGE_KEY_GONE"
    KEY_GONE_BESIDE = "MESSAGE_KEY_GONE_BESIDE"
    EXPIRED = "MESSAGE_SIGNATURE_EXPIRED"
    OLD = "MESSAGE_OLD"
    SPF_OTHER = "MESSAGE_SPF_OTHER_DOMAIN"
    SPF_NOT_KNOWN = "MESSAGE_SPF_NOT_KNOWN"
    NO_DMARC = "MESSAGE_NO_DMARC"
    RELATED = "MESSAGE_RELATED_WITHOUT_DMARC"
    CLAIM = "MESSAGE_RECEIVER_NOTED"


CHECK = Check("message.authentication", N_("Receivers can verify who sent the message"), (MessageReport,), "message")

_VERIFY = "selfaudit message FILE.eml"
_STACKS = {
    "OpenDKIM": "# /etc/opendkim/SigningTable\n*@{author}  SELECTOR._domainkey.{author}",
    "rspamd": '# /etc/rspamd/local.d/dkim_signing.conf\ndomain {{ {author} {{ selector = "SELECTOR"; path = "/var/lib/rspamd/dkim/KEY"; }} }}',
    "Exim": "dkim_domain = {author}\ndkim_selector = SELECTOR\ndkim_private_key = /etc/exim4/dkim/{author}.key",
    "Mail service (newsletters)": "Settings > Domains > authenticate {author} with its own DKIM records, not with those of the service",
}
_SIGN = Remedy(
    N_(
        "Let the server or mail service that sends this mail sign it with the domain {author} (d={author}), and publish the key that it names. "
        "Add its address to the SPF record of the domain in Return-Path, and let that be {author} or a name below it. Then send a new "
        "message to a mailbox of another provider, save its original text and check that."
    ),
    verify=_VERIFY,
    stacks=_STACKS,
    minutes=45,
)
_KEY = Remedy(
    N_(
        "Look up which selector and key the sending server uses, and publish exactly that key under {name}; or sign with the key that is "
        "published. Then send and check a new message."
    ),
    verify="dig {name} TXT +short",
    minutes=30,
)
_ARRIVED = Remedy(
    N_(
        "Send a new message to a mailbox of another provider, open it there, choose “show original” or “download”, and check that file. If "
        "nothing says from which address it came, name it with --from-ip, or with --sending-ip in an audit."
    ),
    verify=_VERIFY,
    minutes=10,
)

MESSAGES = {
    Tag.PASSES: Message(
        Severity.GOOD, N_("Receivers can verify that this message comes from {author}: {by}. DMARC: {result}.")
    ),
    Tag.SIGNED: Message(
        Severity.GOOD, N_("The signature of {domain} (selector {selector}) is right and belongs to the sender.")
    ),
    Tag.SPF_RIGHT: Message(Severity.GOOD, N_("{address} may send for {domain} (SPF), which belongs to the sender.")),
    Tag.FAILS: Message(
        Severity.HIGH,
        N_("Nothing shows receivers that this message comes from {author}: {dkim}; {spf}. DMARC: {result}."),
        _SIGN,
    ),
    Tag.KEY_FAULT: Message(
        Severity.HIGH, N_("Nobody can accept the signature of {domain} (selector {selector}): {why}."), _KEY
    ),
    Tag.KEY_FAULT_BESIDE: Message(
        Severity.MEDIUM,
        N_("Nobody can accept the signature of {domain} (selector {selector}): {why}. The message passes without it."),
        _KEY,
    ),
    Tag.BROKEN: Message(
        Severity.MEDIUM,
        N_(
            "The signature of {domain} (selector {selector}) does not fit this file: {why}. Whether the signer did that or somebody on the "
            "way, a file does not show."
        ),
        Remedy(
            N_(
                "Send a message straight to a mailbox of another provider and check its original text. If the signature does not fit there "
                "either: compare the published key with that of the signer, and let nothing change the message after it was signed (a "
                "footer, a virus scanner, a new coding)."
            ),
            verify=_VERIFY,
            minutes=30,
        ),
    ),
    Tag.TESTING: Message(
        Severity.MEDIUM,
        N_(
            "The signature of {domain} is right, but its key carries the testing flag (t=y): receivers may treat the mail as unsigned."
        ),
        Remedy(N_("Remove “t=y” from the record {name}."), verify="dig {name} TXT +short", minutes=5),
    ),
    Tag.PARTIAL: Message(
        Severity.MEDIUM,
        N_(
            "The signature of {domain} covers only the beginning of the text (l=): anybody can add to the message, and it still fits."
        ),
        Remedy(
            N_("Switch off the option that signs only a part of the body (l=), and send a new message."),
            verify=_VERIFY,
            minutes=15,
        ),
    ),
    Tag.UNSIGNED: Message(Severity.MEDIUM, N_("The message carries no signature that belongs to {author}."), _SIGN),
    Tag.SPF_WRONG: Message(
        Severity.MEDIUM,
        N_("{address} sent this message, but SPF of {domain} does not allow it ({result})."),
        Remedy(
            N_("Add the address to the SPF record of {domain}, or do not send from it."),
            verify="dig {domain} TXT +short",
            record='{domain}.  3600  IN  TXT  "v=spf1 {mechanism} ... -all"',
            minutes=15,
        ),
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("Whether receivers can verify this message of {author} cannot be told from this file: {dkim}; {spf}."),
        _ARRIVED,
    ),
    Tag.NOT_SENT: Message(
        Severity.UNKNOWN,
        N_(
            "This copy never passed a mail server (no Received line, no signature), so it shows nothing about the mail that is sent."
        ),
        _ARRIVED,
    ),
    Tag.NO_AUTHOR: Message(
        Severity.UNKNOWN, N_("The message does not name exactly one sender in From, so nothing can be verified against it.")
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("{name} could not be looked up ({why}).")),
    Tag.FOREIGN: Message(
        Severity.INFO, N_("It also carries a signature of {domain}, which says nothing about {author} ({status}).")
    ),
    Tag.KEY_GONE: Message(
        Severity.UNKNOWN,
        N_(
            "The key of its signature cannot be used ({why}), but the message is older than 30 days or of unknown age: keys are exchanged."
        ),
        _ARRIVED,
    ),
    Tag.KEY_GONE_BESIDE: Message(
        Severity.INFO, N_("The message carries a second signature whose key cannot be used any more ({why}).")
    ),
    Tag.EXPIRED: Message(
        Severity.MEDIUM,
        N_("The signature of {domain} (selector {selector}) had expired (x=) when the message was delivered."),
        Remedy(
            N_("Let signatures hold longer, at least a week, or without end; and look why the message waited so long."),
            verify=_VERIFY,
            minutes=15,
        ),
    ),
    Tag.OLD: Message(
        Severity.LOW,
        N_("The message is {days} days old, so it does not show how mail is sent today."),
        Remedy(N_("Send a new message to a mailbox of another provider and check that."), verify=_VERIFY, minutes=10),
    ),
    Tag.SPF_OTHER: Message(
        Severity.INFO, N_("SPF speaks for {domain} (Return-Path), which does not belong to {author}; so it does not help here.")
    ),
    Tag.SPF_NOT_KNOWN: Message(Severity.INFO, N_("SPF is not known: {why}.")),
    Tag.NO_DMARC: Message(Severity.INFO, N_("{author} has no DMARC record that receivers could use.")),
    Tag.RELATED: Message(
        Severity.LOW,
        N_(
            "{author} has no DMARC record, and what can be verified is only {domain}. That belongs to the same registered name, but no record "
            "says so to receivers."
        ),
        Remedy(
            N_("Publish a DMARC record for {author}, or sign with {author} itself."),
            verify="dig _dmarc.{author} TXT +short",
            record='_dmarc.{author}.  3600  IN  TXT  "v=DMARC1; p=none"',
            minutes=15,
        ),
    ),
    Tag.CLAIM: Message(Severity.INFO, N_("A receiver is said to have noted: {claim}. That is shown, not believed.")),
}


def judge(report: MessageReport, policy: Policy) -> Iterator[Finding]:
    seen = evaluate(report)
    author = seen.auth.author
    if not author:
        yield found(Tag.NO_AUTHOR)
        return
    if not seen.arrived:
        yield found(Tag.NOT_SENT)
        return
    for result in seen.relevant:
        yield from _signature(result, seen)
    for result in seen.foreign[:5]:
        yield found(Tag.FOREIGN, domain=result.signature.domain, author=author, status=result.why or phrase("it is right"))
    if not seen.relevant:
        yield found(Tag.UNSIGNED, author=author)
    yield from _spf(seen)
    evaluation = seen.auth.dmarc
    assert evaluation is not None
    if evaluation.policy.record is None and not seen.auth.unanswered:
        yield found(Tag.NO_DMARC, author=author)
    if not seen.passes or evaluation.result is DmarcResult.TEMPERROR:
        for name in seen.auth.unanswered:
            yield found(Tag.UNANSWERED, name=name, why=phrase("no definite answer"))
    if seen.related:
        yield found(Tag.RELATED, author=author, domain=seen.related)
    if seen.days > OLD_DAYS:
        yield found(Tag.OLD, days=seen.days)
    if seen.passes:
        by = [phrase("its signature")] if seen.auth.dkim_aligned else []
        by += [phrase("its address (SPF)")] if seen.spf_passes else []
        yield found(Tag.PASSES, author=author, by=by, result=evaluation.result)
        return
    for claim in report.message.all("authentication-results")[:2]:
        yield found(Tag.CLAIM, claim=printable(claim, 200))
    if any(r.status is DkimStatus.TESTING for r in seen.relevant):
        return
    tag = Tag.FAILS if _certain(seen) else Tag.UNCLEAR
    yield found(tag, author=author, dkim=_dkim_words(seen), spf=_spf_words(seen), result=evaluation.result)


def _signature(result: DkimResult, seen: Evaluated) -> Iterator[Finding]:
    signature = result.signature
    domain = signature.domain or phrase("an unknown domain")
    args = {
        "domain": domain,
        "selector": printable(signature.selector, 80),
        "name": result.key_name or domain,
        "why": result.why,
    }
    if result in seen.auth.dkim_aligned:
        yield found(Tag.SIGNED, domain=domain, selector=signature.selector)
        if result.partial:
            yield found(Tag.PARTIAL, domain=domain)
    elif result.status is DkimStatus.TESTING:
        yield found(Tag.TESTING, domain=domain, name=result.key_name)
    elif changed(result):
        yield found(Tag.BROKEN, **args)
    elif result.status is DkimStatus.TEMPERROR:
        yield found(Tag.UNANSWERED, name=result.key_name, why=reason(result.answer) if result.answer else "")
    elif result.status in (DkimStatus.NO_KEY, DkimStatus.UNUSABLE_KEY) and seen.old:
        yield found(Tag.KEY_GONE_BESIDE if seen.auth.dkim_aligned else Tag.KEY_GONE, why=result.why)
    elif result.expired:
        yield found(Tag.EXPIRED, **args)
    elif faulty(result):
        yield found(Tag.KEY_FAULT_BESIDE if seen.passes else Tag.KEY_FAULT, **args)


def _spf(seen: Evaluated) -> Iterator[Finding]:
    spf, came, domain = seen.auth.spf, seen.came, seen.auth.spf_domain
    if seen.spf_can is False:
        yield found(Tag.SPF_OTHER, domain=printable((came.mail_from or "").rpartition("@")[2], 253), author=seen.auth.author)
    elif seen.spf_passes:
        yield found(Tag.SPF_RIGHT, address=came.address, domain=domain)
    elif spf is None:
        yield found(Tag.SPF_NOT_KNOWN, why=_spf_words(seen))
    elif spf.result is SpfResult.TEMPERROR:
        yield found(Tag.UNANSWERED, name=phrase("SPF of {domain}", domain=domain), why=spf.reason)
    elif came.sure and spf.result is not SpfResult.PASS:
        mechanism = f"ip6:{came.address}" if ":" in came.address else f"ip4:{came.address}"
        yield found(Tag.SPF_WRONG, address=came.address, domain=domain, result=spf.result, mechanism=mechanism)
    else:
        yield found(Tag.SPF_NOT_KNOWN, why=_spf_words(seen))


def _certain(seen: Evaluated) -> bool:
    """Whether the message, as it was sent, certainly cannot pass."""
    if seen.auth.unanswered or not seen.spf_fails:
        return False
    for result in seen.relevant:
        if changed(result):
            if claims_pass(seen.message, result.signature.domain):
                return False
        elif not faulty(result) or (seen.old and result.status is not DkimStatus.PERMERROR):
            return False
    return True


def _dkim_words(seen: Evaluated) -> str:
    if not seen.relevant and seen.foreign:
        return phrase(
            "it is signed only for {domains}", domains=", ".join(dict.fromkeys(r.signature.domain for r in seen.foreign[:3]))
        )
    if not seen.relevant:
        return phrase("it is not signed")
    return phrase("its signature does not count ({why})", why=seen.relevant[0].why or seen.relevant[0].status)


def _spf_words(seen: Evaluated) -> str:
    spf, came = seen.auth.spf, seen.came
    if not came.address:
        return phrase("the file does not say from which address it came")
    if seen.spf_can is False:
        return phrase("SPF speaks for another domain")
    if came.mail_from is None:
        return phrase("the file does not name the sender of the envelope (Return-Path)")
    if seen.auth.local_part:
        return phrase("it depends on the whole address in Return-Path, of which only the domain is kept")
    if spf is None:
        return phrase("the envelope has no sender, and the greeting is not known")
    if not came.sure:
        return phrase(
            "SPF gives “{result}” for {address}, but it is not certain that this address handed the message over",
            result=spf.result,
            address=came.address,
        )
    return phrase("SPF gives “{result}” for {address}", result=spf.result, address=came.address)
