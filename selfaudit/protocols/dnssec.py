"""Whether the link between a zone and its parent holds (RFC 4035 section 5), from recorded records."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute
from selfaudit.i18n import phrase

_EXPIRY_WARNING = 3 * 86_400
# Every signature is tried with every key of its tag; without bounds a hostile zone buys hours of work (CVE-2023-50387).
_MAX_KEYS = 20
_MAX_SAME_TAG = 3


class ChainState(StrEnum):
    """What a validating resolver concludes."""

    UNSIGNED = "unsigned"  # no DS at the parent, no keys: an ordinary zone
    ISLAND = "island"  # signed, but the parent does not vouch for it
    SECURE = "secure"
    BOGUS = "bogus"
    UNSUPPORTED = "unsupported"  # an algorithm that we cannot check
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Chain:
    """The state, why, and when the first signature runs out (UTC seconds, 0 if there is none)."""

    state: ChainState
    reason: str = ""
    expires: float = 0.0


def evaluate(zone: str, ds: DnsAnswer, dnskey: DnsAnswer, soa: DnsAnswer, now: float) -> Chain:
    """Judges DS, DNSKEY and SOA with their signatures.

    Args:
        zone: the zone's name.
        ds: DS records from the parent.
        dnskey: DNSKEY records from the zone, with RRSIG.
        soa: the SOA from the zone, with RRSIG.
        now: UTC seconds against which signatures are judged.
    """
    if ds.status in (DnsStatus.NODATA, DnsStatus.NXDOMAIN):
        if dnskey.exists:
            return Chain(ChainState.ISLAND)
        return Chain(ChainState.UNSIGNED if dnskey.definite else ChainState.UNKNOWN, _why(dnskey))
    if not ds.exists:
        return Chain(ChainState.UNKNOWN, _why(ds))
    if dnskey.status in (DnsStatus.NODATA, DnsStatus.NXDOMAIN):
        if not dnskey.authoritative:
            return Chain(ChainState.UNKNOWN, phrase("no DNSKEY was seen, but not from the zone's own servers"))
        return Chain(ChainState.BOGUS, phrase("the parent holds a DS record, but the zone has no DNSKEY"))
    if not dnskey.exists:
        return Chain(ChainState.UNKNOWN, _why(dnskey))
    try:
        return _evaluate(dns.name.from_text(absolute(zone)), ds, dnskey, soa, now)
    except (dns.exception.DNSException, ValueError) as error:
        return Chain(ChainState.BOGUS, phrase("a record cannot be read: {error}", error=error))


def _why(answer: DnsAnswer) -> str:
    return "" if answer.definite else f"{answer.rdtype}: {answer.status}"


def _evaluate(zone: dns.name.Name, ds: DnsAnswer, dnskey: DnsAnswer, soa: DnsAnswer, now: float) -> Chain:
    if (
        len(dnskey.records) > _MAX_KEYS
        or len(ds.records) > _MAX_KEYS
        or max(len(dnskey.signatures), len(soa.signatures)) > _MAX_KEYS
    ):
        return Chain(ChainState.UNSUPPORTED, phrase("it has more keys or signatures than any real zone"))
    keys = _rrset(zone, dnskey)
    tags = [dns.dnssec.key_id(key) for key in keys]
    if any(tags.count(tag) > _MAX_SAME_TAG for tag in tags):
        return Chain(ChainState.UNSUPPORTED, phrase("many of its keys have the same tag"))
    anchors = [_rdata("DS", text) for text in ds.records]
    trusted = dns.rrset.RRset(zone, dns.rdataclass.IN, dns.rdatatype.DNSKEY)
    unsupported = False
    for key in keys:
        for anchor in anchors:
            if dns.dnssec.key_id(key) != anchor.key_tag or key.algorithm != anchor.algorithm:
                continue
            try:
                made = dns.dnssec.make_ds(zone, key, anchor.digest_type, validating=True)
            except (dns.exception.UnsupportedAlgorithm, dns.exception.DeniedByPolicy):
                unsupported = True
                continue
            if made == anchor:
                trusted.add(key)
    if not trusted:
        if unsupported:
            return Chain(ChainState.UNSUPPORTED, phrase("the DS record uses a digest that we cannot check"))
        return Chain(ChainState.BOGUS, phrase("no DNSKEY of the zone matches a DS record at the parent"))
    if not soa.exists:
        return Chain(ChainState.UNKNOWN, _why(soa) or phrase("the zone has no SOA"))
    window = signature_window(ds)
    if window and not window[0] <= now <= window[1]:
        # The parent's signature is fresh; if it seems out of date too, it is this clock that is wrong.
        return Chain(
            ChainState.UNKNOWN, phrase("the parent's signature seems out of date too, so this computer's clock may be wrong")
        )
    soon, expires = False, float("inf")
    for rrset, answer, signers in ((keys, dnskey, trusted), (_rrset(zone, soa), soa, keys)):
        # Forwarders and old middleboxes strip signatures. Only where the parent's signature came through, and the answer is
        # the zone's own, does a missing one say something about the zone.
        if not answer.signatures and not (answer.authoritative and ds.signatures):
            return Chain(ChainState.UNKNOWN, phrase("no signature over {rdtype} came through", rdtype=answer.rdtype))
        state = _verify(zone, rrset, answer, signers, now)
        if state.state is not ChainState.SECURE:
            return state
        expires = min(expires, state.expires)
        soon = soon or state.reason == "soon"
    return Chain(ChainState.SECURE, "soon" if soon else "", expires)


def _verify(zone: dns.name.Name, rrset: dns.rrset.RRset, answer: DnsAnswer, signers: dns.rrset.RRset, now: float) -> Chain:
    what = answer.rdtype
    if not answer.signatures:
        return Chain(ChainState.BOGUS, phrase("the {what} records are not signed", what=what))
    problem = phrase("no signature over {what} was made with a trusted key", what=what)
    unsupported = False
    valid: list[tuple[float, bool]] = []
    for text in answer.signatures:
        signature = _rdata("RRSIG", text)
        if signature.expiration < now:
            problem = phrase("the signature over {what} ran out on {day}", what=what, day=_day(signature.expiration))
            continue
        if signature.inception > now:
            problem = phrase("the signature over {what} is valid only from {day}", what=what, day=_day(signature.inception))
            continue
        try:
            dns.dnssec.validate_rrsig(rrset, signature, {zone: signers}, zone, now)
        except (dns.exception.UnsupportedAlgorithm, dns.exception.DeniedByPolicy):
            unsupported = True
        except dns.exception.ValidationFailure:
            problem = phrase("the signature over {what} is wrong", what=what)
        else:
            # Live signers use spans of a day or two, so what is left is measured against the span.
            left, span = signature.expiration - now, signature.expiration - signature.inception
            valid.append((float(signature.expiration), left < min(_EXPIRY_WARNING, 0.15 * span)))
    if valid:
        expires, soon = max(valid)
        return Chain(ChainState.SECURE, "soon" if soon else "", expires)
    if unsupported:
        return Chain(ChainState.UNSUPPORTED, phrase("{what} is signed with an algorithm that we cannot check", what=what))
    return Chain(ChainState.BOGUS, problem)


def _rrset(zone: dns.name.Name, answer: DnsAnswer) -> dns.rrset.RRset:
    rrset = dns.rrset.RRset(zone, dns.rdataclass.IN, dns.rdatatype.from_text(answer.rdtype))
    for text in answer.records:
        rrset.add(_rdata(answer.rdtype, text), 0)
    return rrset


def _rdata(rdtype: str, text: str) -> Any:
    return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), text)


def _day(timestamp: float) -> str:
    return datetime.datetime.fromtimestamp(timestamp, datetime.UTC).strftime("%Y-%m-%d")


def signature_window(answer: DnsAnswer) -> tuple[float, float] | None:
    """Inception and expiration of the first signature, UTC seconds, or None."""
    for text in answer.signatures:
        try:
            signature = _rdata("RRSIG", text)
        except (dns.exception.DNSException, ValueError):
            continue
        return float(signature.inception), float(signature.expiration)
    return None
