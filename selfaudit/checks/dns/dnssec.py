"""The domain's DNSSEC signatures hold.

What it checks:
    Whether the parent zone vouches for the domain's keys (DS records), and whether the keys and signatures in the zone fit.

Why it matters:
    A broken signature makes the whole domain disappear for everybody whose resolver validates, among them Google and most
    large receivers, while it seems fine for others. It is a frequent cause of mail that fails “at random”.

How it is judged:
    1. dig DOMAIN DS at the parent: no record means that the domain is not signed, which is allowed.
    2. dig DOMAIN DNSKEY +dnssec and dig DOMAIN SOA +dnssec: a key must match the DS record, and it must have signed the keys; one
       of the keys must have signed the SOA; the signatures must be valid today.
    3. dig DOMAIN SOA against dig DOMAIN SOA +cd shows whether the resolver rejects the domain. That alone is no verdict, unless the
       resolver names the broken signature as the reason (extended error). Signatures that seem to be stripped on the way say
       nothing either.

Limits and false positives:
    One signature is examined, not every record of the zone. Proofs of absence are not examined.

References:
    RFC 4035 section 5; RFC 6840; RFC 8624; RFC 8914; RFC 9364.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.zone import DnssecChain
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.dnssec import ChainState, evaluate


class Tag(StrEnum):
    OK = "DNSSEC_OK"
    UNSIGNED = "DNSSEC_UNSIGNED"
    BOGUS = "DNSSEC_BOGUS"
    REJECTED = "DNSSEC_REJECTED"
    DISAGREES = "DNSSEC_RESOLVER_DISAGREES"
    ISLAND = "DNSSEC_NO_DS"
    EXPIRES_SOON = "DNSSEC_EXPIRES_SOON"
    UNSUPPORTED = "DNSSEC_UNSUPPORTED"
    UNANSWERED = "DNSSEC_UNANSWERED"


CHECK = Check("dns.dnssec", N_("The domain's DNSSEC signatures hold"), (DnssecChain,), "domain")

_MEND = Remedy(
    N_(
        "If a DNS provider runs the zone, tell it what is written above. If you sign it yourself and signatures ran out, start the signing "
        "again. If you moved to another DNS provider, have the registrar replace the old DS record. The quickest way out is to have the "
        "registrar remove the DS record until this is mended; it takes effect when the old one has left the caches."
    ),
    verify="delv {zone} SOA   # right: fully validated",
    stacks={
        "BIND": "rndc dnssec -status {zone}\nrndc sign {zone}",
        "Knot": "knotc zone-sign {zone}",
        "PowerDNS": "pdnsutil show-zone {zone}",
        "ldns/NSD": "ldns-signzone {zone}.zone KSK ZSK && nsd-control reload {zone}",
    },
    minutes=30,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{zone} is signed, and its signatures hold.")),
    Tag.UNSIGNED: Message(Severity.NONE, N_("{zone} is not signed (DNSSEC). That is allowed.")),
    Tag.BOGUS: Message(
        Severity.CRITICAL,
        N_("The DNSSEC signatures of {zone} are broken: {why}. For many receivers the domain does not exist."),
        _MEND,
    ),
    Tag.REJECTED: Message(
        Severity.HIGH,
        N_("A validating resolver rejects {zone} and says why: {why}."),
        _MEND,
    ),
    Tag.DISAGREES: Message(
        Severity.UNKNOWN,
        N_(
            "The resolver answers for {zone} only when validation is switched off, but the records seen here do not show why. "
            "It may be a passing trouble of the resolver."
        ),
    ),
    Tag.ISLAND: Message(
        Severity.LOW,
        N_("{zone} is signed, but the parent zone holds no DS record, so nobody checks the signatures."),
        Remedy(
            N_("Give the DS record of the zone's key to your registrar, or stop signing."),
            verify="dig {zone} DS +short",
            minutes=20,
        ),
    ),
    Tag.EXPIRES_SOON: Message(
        Severity.MEDIUM, N_("{zone}: the signatures run out within three days. Signing may have stopped."), _MEND
    ),
    Tag.UNSUPPORTED: Message(Severity.UNKNOWN, N_("{zone} is signed in a way that could not be checked here: {why}.")),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The DNSSEC records of {zone} could not be looked up ({why}).")),
}


# Extended errors by which a resolver says that validation failed (RFC 8914 sections 4.7 to 4.11 and 4.13).
_BOGUS_ERRORS = (
    "DNSSEC_BOGUS",
    "SIGNATURE_EXPIRED",
    "SIGNATURE_NOT_YET_VALID",
    "DNSKEY_MISSING",
    "RRSIGS_MISSING",
    "NSEC_MISSING",
)


def judge(chain: DnssecChain, policy: Policy) -> Iterator[Finding]:
    zone = chain.zone
    result = evaluate(zone, chain.ds, chain.dnskey, chain.soa, chain.now)
    rejected = chain.plain.status is DnsStatus.SERVFAIL and chain.unchecked.definite
    if result.state is ChainState.BOGUS and not chain.plain.validated:
        yield found(Tag.BOGUS, zone=zone, why=result.reason)
    elif rejected and any(part.partition(":")[0] in _BOGUS_ERRORS for part in chain.plain.detail.split("; ")):
        yield found(Tag.REJECTED, zone=zone, why=chain.plain.detail)
    elif rejected or result.state is ChainState.BOGUS:
        yield found(Tag.DISAGREES, zone=zone)
    elif result.state is ChainState.SECURE:
        yield found(Tag.EXPIRES_SOON if result.reason == "soon" else Tag.OK, zone=zone)
    elif result.state is ChainState.UNSIGNED:
        yield found(Tag.UNSIGNED, zone=zone)
    elif result.state is ChainState.ISLAND:
        yield found(Tag.ISLAND, zone=zone)
    elif result.state is ChainState.UNSUPPORTED:
        yield found(Tag.UNSUPPORTED, zone=zone, why=result.reason)
    else:
        failed = next((a for a in (chain.ds, chain.dnskey, chain.soa) if not a.definite), None)
        yield found(Tag.UNANSWERED, zone=zone, why=f"{failed.rdtype}: {reason(failed)}" if failed else result.reason)
