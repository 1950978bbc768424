"""The domain's DKIM keys can be used.

What it checks:
    The public keys with which receivers verify the domain's signatures: those of selectors that are known (given, or read from a
    message), and those found under usual names.

Why it matters:
    A signature that cannot be verified counts as none, and Google, Yahoo and Microsoft refuse bulk mail without one. A revoked or
    malformed key is a frequent reason that nobody notices.

How it is judged:
    1. For a known selector, dig SELECTOR._domainkey.DOMAIN TXT: no key, an empty p= (revoked), several records, a key that cannot be
       read, RSA below 1024 bits, or hashes other than SHA-256 are faults. RSA below 2048 bits and the testing flag (t=y) are warnings.
    2. Otherwise up to eighty usual names are tried, the most usual first. A usable key that is found that way is a good sign. Finding none says
       nothing: the name of a selector cannot be guessed reliably, so this never becomes a fault.
    3. dig _domainkey.DOMAIN TXT: NXDOMAIN suggests that there are no keys at all. A random selector that gives an answer means that
       a wildcard answers for every name; guesses are then worthless.
    4. A domain that sends no mail (v=spf1 -all, and no or null MX) needs no key.

Limits and false positives:
    A good key does not show that mail is signed with it; a sample message does (--message).

References:
    RFC 6376 sections 3.6.1 and 3.6.2; RFC 8301 section 3.2; RFC 8463; RFC 8020.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.mail._sending import sends_no_mail
from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.mail import DkimKeys, DkimSelector, MailHosts, SpfLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.dkim import DkimKey, KeyState, looks_like_key, parse_key

_SOURCES = {
    "given": phrase("given"),
    "message": phrase("from a message"),
    "shared": phrase("known from another domain"),
    "guessed": phrase("found under a usual name"),
}


class Tag(StrEnum):
    OK = "DKIM_KEY_OK"
    GUESSED_OK = "DKIM_KEY_FOUND"
    MISSING = "DKIM_KEY_MISSING"
    REVOKED = "DKIM_KEY_REVOKED"
    UNUSABLE = "DKIM_KEY_UNUSABLE"
    MULTIPLE = "DKIM_KEY_MULTIPLE"
    WEAK = "DKIM_KEY_WEAK"
    TESTING = "DKIM_KEY_TESTING"
    NO_SELECTOR = "DKIM_NO_SELECTOR_KNOWN"
    NO_KEYS = "DKIM_SEEMS_TO_HAVE_NO_KEYS"
    WILDCARD = "DKIM_WILDCARD"
    NO_SENDER = "DKIM_SENDS_NO_MAIL"
    UNANSWERED = "DKIM_UNANSWERED"


CHECK = Check("mail.dkim", N_("The keys for signed mail (DKIM) can be used"), (DkimKeys, SpfLookups, MailHosts), "domain")

_STACKS = {
    "OpenDKIM": "opendkim-genkey -b 2048 -d {domain} -s NEW-SELECTOR\nopendkim-testkey -d {domain} -s NEW-SELECTOR -vvv",
    "rspamd": "rspamadm dkim_keygen -b 2048 -s NEW-SELECTOR -d {domain} -k /var/lib/rspamd/dkim/{domain}.NEW-SELECTOR.key",
    "Exim": "dkim_domain = {domain}\ndkim_selector = NEW-SELECTOR\ndkim_private_key = /etc/exim4/dkim/{domain}.key",
    "cPanel": "Email Deliverability > Manage > DKIM > Install the suggested record",
    "Plesk": "Mail > Mail Settings > Use DKIM spam protection system to sign outgoing messages",
}
_PIECES = N_(
    " In a web panel, paste the value in one piece. In a zone file, split it into quoted pieces of at most 255 characters: "
    '( "v=DKIM1; k=rsa; p=MIIB..." "...AQAB" ).'
)
_VERIFY = "dig {name} TXT +short   # right: one record with a long p="
_PUBLISH = Remedy(
    N_(
        "If your mail is signed with {selector}: take the public key from the mail server or the mail service's panel and publish it under "
        "{name}. If it is signed with another selector, this one is not needed."
    )
    + _PIECES,
    verify=_VERIFY,
    stacks=_STACKS,
    minutes=30,
)
_REPAIR = Remedy(
    N_(
        "The published key is not what it should be; the private key on the server is probably fine. Take the whole public key from the "
        "mail server or the mail service's panel again and replace the record under {name} by it."
    )
    + _PIECES,
    verify=_VERIFY,
    stacks=_STACKS,
    minutes=20,
)
_ROTATE = Remedy(
    N_(
        "Make a new key of 2048 bits under a new selector, publish it, switch the signing to it, and remove {name} a week later, when no "
        "mail that was signed with it is under way any more."
    )
    + _PIECES,
    verify="dig NEW-SELECTOR._domainkey.{domain} TXT +short",
    stacks=_STACKS,
    minutes=30,
)
_LEARN = Remedy(
    N_(
        "Save a message that the domain sent (“show original”, “download”) and give it with --message FILE.eml, or name the selector "
        "with --selector. It stands in the message's DKIM-Signature line after “s=”."
    ),
    verify="selfaudit audit {domain} --message FILE.eml",
    minutes=10,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("The key of the selector {selector} ({source}) is usable: {kind}.")),
    Tag.GUESSED_OK: Message(Severity.GOOD, N_("A usable key was found under the usual name {selector}: {kind}.")),
    Tag.MISSING: Message(
        Severity.HIGH, N_("There is no key under {name}, so signatures with the selector {selector} fail."), _PUBLISH
    ),
    Tag.REVOKED: Message(
        Severity.HIGH, N_("The key under {name} is revoked (its p= is empty), so signatures with it fail."), _ROTATE
    ),
    Tag.UNUSABLE: Message(Severity.HIGH, N_("The key under {name} cannot be used: {why}."), _REPAIR),
    Tag.MULTIPLE: Message(
        Severity.HIGH, N_("There are {count} keys under {name}; which one is used is left to chance."), _REPAIR
    ),
    Tag.WEAK: Message(Severity.MEDIUM, N_("The key under {name} has only {bits} bits; 2048 are recommended."), _ROTATE),
    Tag.TESTING: Message(
        Severity.MEDIUM,
        N_("The key under {name} carries the testing flag (t=y), so receivers may treat the mail as unsigned."),
        Remedy(N_("Remove “t=y” from the record."), verify="dig {name} TXT +short", minutes=5),
    ),
    Tag.NO_SELECTOR: Message(
        Severity.UNKNOWN,
        N_("No DKIM selector of {domain} is known, and no key was found under {guessed} usual names. That says nothing yet."),
        _LEARN,
    ),
    Tag.NO_KEYS: Message(
        Severity.UNKNOWN,
        N_(
            "{domain} seems to have no DKIM keys at all (_domainkey.{domain} does not exist). Without a known selector that is not certain."
        ),
        _LEARN,
    ),
    Tag.WILDCARD: Message(
        Severity.UNKNOWN,
        N_("{domain} answers for every selector, even a random one (wildcard), so guessing shows nothing."),
        _LEARN,
    ),
    Tag.NO_SENDER: Message(Severity.NONE, N_("{domain} says that it sends no mail, so it needs no key.")),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The key under {name} could not be looked up ({why}).")),
}


def judge(keys: DkimKeys, spf: SpfLookups, mail: MailHosts, policy: Policy) -> Iterator[Finding]:
    # A selector that was given for several domains at once need not belong to this one: where it is absent, it counts as a guess.
    known = [s for s in keys.selectors if s.source in ("given", "message") or (s.source == "shared" and s.answer.exists)]
    guessed = [s for s in keys.selectors if s.source == "guessed"]
    if not known and sends_no_mail(spf, mail):
        yield found(Tag.NO_SENDER, domain=keys.domain)
        return
    for selector in known:
        yield from _known(selector, keys.domain, policy)
    if known:
        return
    if not keys.control.definite:
        yield found(
            Tag.UNANSWERED, name=phrase("(a random name)._domainkey.{domain}", domain=keys.domain), why=reason(keys.control)
        )
        return
    wildcard = keys.control.exists
    usable = [(s, key) for s in guessed if not wildcard and (key := _usable(s))]
    for selector, key in usable:
        yield found(Tag.GUESSED_OK, selector=selector.name, kind=_kind(key))
        yield from _weakness(selector, key, keys.domain, policy)
    if usable:
        return
    if wildcard:
        yield found(Tag.WILDCARD, domain=keys.domain)
    elif keys.domainkey.status is DnsStatus.NXDOMAIN and not keys.unanswered:
        yield found(Tag.NO_KEYS, domain=keys.domain)
    elif keys.unanswered:
        yield found(
            Tag.UNANSWERED,
            name=f"_domainkey.{keys.domain}",
            why=phrase("{unanswered} of {guessed} look-ups failed", unanswered=keys.unanswered, guessed=keys.guessed),
        )
    else:
        yield found(Tag.NO_SELECTOR, domain=keys.domain, guessed=keys.guessed)


def _texts(selector: DkimSelector) -> list[str]:
    texts = list(selector.answer.texts())
    return [t for t in texts if looks_like_key(t)] or texts


def _usable(selector: DkimSelector) -> DkimKey | None:
    texts = _texts(selector)
    if len(texts) != 1:
        return None
    try:
        key = parse_key(texts[0])
    except BadInput:
        return None
    return key if key.state is KeyState.USABLE else None


def _known(selector: DkimSelector, domain: str, policy: Policy) -> Iterator[Finding]:
    args = {"selector": selector.name, "domain": domain, "name": f"{selector.name}._domainkey.{domain}"}
    answer = selector.answer
    if not answer.definite:
        yield found(Tag.UNANSWERED, name=args["name"], why=reason(answer))
        return
    texts = _texts(selector)
    if not texts:
        yield found(Tag.MISSING, **args)
    elif len(texts) > 1:
        yield found(Tag.MULTIPLE, count=len(texts), **args)
    else:
        try:
            key = parse_key(texts[0])
        except BadInput as error:
            yield found(Tag.UNUSABLE, why=str(error), **args)
            return
        if key.state is KeyState.REVOKED:
            yield found(Tag.REVOKED, **args)
        elif key.state is KeyState.UNUSABLE:
            yield found(Tag.UNUSABLE, why=key.problem, **args)
        else:
            yield found(Tag.OK, selector=selector.name, source=_SOURCES[selector.source], kind=_kind(key))
            yield from _weakness(selector, key, domain, policy)


def _weakness(selector: DkimSelector, key: DkimKey, domain: str, policy: Policy) -> Iterator[Finding]:
    args = {"selector": selector.name, "domain": domain, "name": f"{selector.name}._domainkey.{domain}"}
    if key.algorithm == "rsa" and key.bits < policy.dkim_good_bits:
        yield found(Tag.WEAK, bits=key.bits, **args)
    if key.testing and selector.source != "guessed":
        yield found(Tag.TESTING, name=args["name"])


def _kind(key: DkimKey) -> str:
    return phrase("RSA, {bits} bits", bits=key.bits) if key.algorithm == "rsa" else "Ed25519"
