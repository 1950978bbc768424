"""The published fingerprint of the mail server's certificate is right (DANE).

What it checks:
    The TLSA records of the mail hosts that lead to the address, against the certificate that the server shows.

Why it matters:
    Many large senders in Europe refuse to deliver to a server whose certificate does not match its TLSA record. After a renewal
    that nobody thought through, mail and complaints stay away.

How it is judged:
    1. dig _25._tcp.HOST TLSA +dnssec at a validating resolver, for every mail host of your domains that leads to the address. Only a
       signed answer (the “ad” flag) binds anybody; without it DANE is not in force.
    2. openssl s_client -starttls smtp -connect ADDRESS:25 -dane_tlsa_domain HOST -dane_tlsa_rrdata "RECORD": one matching record is enough.
    3. Usages 3 (this certificate or key) and 2 (one of its authorities) count for mail; 0 and 1 do not. With usage 2 the certificate
       must be valid for the host, or for the domain whose mail it is, as well.
    4. No TLSA record: nothing to judge. Failed look-ups and a server that does not answer say nothing.
    5. A server may have a certificate for each of its names (RFC 7672 section 8.1). The handshake asks for one of them; for the
       others a mismatch says nothing.

Limits and false positives:
    Whether the resolver validates is seen from the “ad” flag; a resolver that does not validate leaves this open. Where no
    STARTTLS is seen, something between here and there may have taken it out of the reply.

References:
    RFC 6698 section 2; RFC 7671 section 5; RFC 7672 sections 2.2, 3.1, 3.2.2 and 8.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.mail import _server
from selfaudit.errors import BadInput
from selfaudit.facts.smtp import Certificate, MailHostName, MailNames, SmtpTls
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols import dane
from selfaudit.protocols.dane import Match


class Tag(StrEnum):
    OK = "DANE_OK"
    MISMATCH = "DANE_MISMATCH"
    NO_TLS = "DANE_WITHOUT_STARTTLS"
    UNUSABLE = "DANE_UNUSABLE"
    NOT_SIGNED = "DANE_NOT_SIGNED"
    NONE = "DANE_NONE"
    NO_NAME = "DANE_NO_MAIL_HOST"
    UNANSWERED = "DANE_UNANSWERED"
    CANNOT_TELL = "DANE_CANNOT_TELL"
    NO_SERVICE = "DANE_NO_SERVICE"
    NO_ANSWER = "DANE_NO_ANSWER"
    NO_DIALOGUE = "DANE_NO_DIALOGUE"
    BLOCKED = "DANE_PORT25_BLOCKED_HERE"


CHECK = Check(
    "mail.dane", N_("The published fingerprint of the mail server's certificate is right (DANE)"), (SmtpTls, MailNames, Port25),
    "address", Contact.ACTIVE, advisory=True,
)  # fmt: skip

_FIX = Remedy(
    N_(
        "Publish the fingerprint of the key that the server uses now, beside the old record; take the old one out when its TTL has run out. At every "
        "renewal keep the key, or publish the new fingerprint two TTLs before."
    ),
    verify="dig _25._tcp.{host} TLSA +dnssec; openssl s_client -starttls smtp -connect {server}:25 -dane_tlsa_domain {host} -dane_tlsa_rrdata '{record}' </dev/null",
    record="_25._tcp.{host}.  3600  IN  TLSA  {corrected}",
    minutes=30,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("The TLSA record of {host} matches the certificate of {address}.")),
    Tag.MISMATCH: Message(
        Severity.HIGH,
        N_(
            "For mail to {domains}, no TLSA record of {host} matches the certificate of {address}. Senders that use DANE do not deliver it."
        ),
        _FIX,
    ),
    Tag.NO_TLS: Message(
        Severity.MEDIUM,
        N_(
            "{host} has TLSA records, but {address} offers no working STARTTLS as seen from here. If others see the same, senders that use DANE "
            "deliver no mail to it."
        ),
        Remedy(
            N_("Switch STARTTLS on in the mail server, or take the TLSA records out until it works."),
            verify="dig _25._tcp.{host} TLSA +short; openssl s_client -starttls smtp -connect {server}:25 </dev/null",
        ),
    ),
    Tag.UNUSABLE: Message(
        Severity.LOW, N_("The TLSA records of {host} ({records}) cannot be used for mail: only usages 2 and 3 count."), _FIX
    ),
    Tag.NOT_SIGNED: Message(
        Severity.UNKNOWN,
        N_(
            "{host} has TLSA records, but the answer came without proof that it is signed: the domain is not signed, or the resolver here does not check "
            "signatures."
        ),
        Remedy(
            N_("See the result of dns.dnssec for the domain. If it is signed, run the audit with a resolver that validates."),
            verify="dig _25._tcp.{host} TLSA +dnssec   # “ad” in flags",
        ),
    ),
    Tag.NONE: Message(Severity.NONE, N_("The mail hosts that lead to {address} have no TLSA records; DANE is not used.")),
    Tag.NO_NAME: Message(Severity.NONE, N_("None of the domains has mail delivered to {address}.")),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The TLSA records of {host} could not be looked up ({status}).")),
    Tag.CANNOT_TELL: Message(
        Severity.UNKNOWN,
        N_("The TLSA records of {host} cannot be compared with what {address} showed."),
        Remedy(N_("Compare them by hand: the last line must say that the peer is verified."), verify=_FIX.verify, minutes=10),
    ),
    Tag.NO_SERVICE: _server.NO_ANSWER,
    Tag.NO_ANSWER: _server.NO_ANSWER,
    Tag.NO_DIALOGUE: _server.NO_DIALOGUE,
    Tag.BLOCKED: _server.BLOCKED,
}


def judge(tls: SmtpTls, names: MailNames, port25: Port25, policy: Policy) -> Iterator[Finding]:
    if not names.names:
        if names.unanswered:
            yield found(Tag.UNANSWERED, host=names.unanswered[0].name.rstrip("."), status=reason(names.unanswered[0]))
        else:
            yield found(Tag.NO_NAME, address=names.address)
        return
    by_host: dict[str, list[MailHostName]] = {}
    for name in names.names:
        by_host.setdefault(name.name, []).append(name)
    wanted = []
    for host, group in by_host.items():
        if not group[0].tlsa.definite:
            yield found(Tag.UNANSWERED, host=host, status=reason(group[0].tlsa))
        elif group[0].tlsa.records:
            wanted.append(group)
    if not wanted:
        if all(n.tlsa.definite for n in names.names):
            yield found(Tag.NONE, address=names.address)
        return
    signed = [group for group in wanted if group[0].tlsa.validated]
    for group in wanted:
        if group not in signed:
            yield found(Tag.NOT_SIGNED, host=group[0].name)
    trouble = _server.silence(tls.session, port25) if signed else None
    if trouble:
        yield found(Tag[trouble[0]], **trouble[1])
        return
    for group in signed:
        yield _judge_host(group, tls)


# What is said of a host whose domains fare differently: the certificate may be valid for one of them only.
_WORST_FIRST = (Tag.MISMATCH, Tag.NO_TLS, Tag.CANNOT_TELL, Tag.UNUSABLE, Tag.OK)


def _judge_host(group: list[MailHostName], tls: SmtpTls) -> Finding:
    """A mail host with all domains whose mail it takes; the certificate must suit each of them."""
    host = group[0]
    tags = {name.domain: _judge_name(name, tls) for name in group}
    tag = min(tags.values(), key=_WORST_FIRST.index)
    return found(
        tag, host=host.name, address=tls.address, server=f"[{tls.address}]" if ":" in tls.address else tls.address,
        record=host.tlsa.records[0], records=host.tlsa.records[:4], domains=sorted(d for d, t in tags.items() if t is tag),
        corrected=f"3 1 1 {tls.certificate.spki_sha256}" if tls.certificate else "",
    )  # fmt: skip


def _judge_name(name: MailHostName, tls: SmtpTls) -> Tag:
    if tls.certificate is None:
        if (tls.offered is False and not _server.overwritten(tls.session)) or 500 <= tls.ready < 600:
            return Tag.NO_TLS
        return Tag.CANNOT_TELL
    matches = {_match(record, tls.certificate, name, tls.now) for record in name.tlsa.records}
    if Match.YES in matches:
        return Tag.OK
    if Match.CANNOT_TELL in matches or (Match.NO in matches and name.name != tls.sni):
        return Tag.CANNOT_TELL
    return Tag.MISMATCH if Match.NO in matches else Tag.UNUSABLE


def _match(record: str, certificate: Certificate, name: MailHostName, now: float) -> Match:
    try:
        parsed = dane.parse(record)
    except BadInput:
        return Match.UNUSABLE
    result = dane.match(parsed, certificate)
    if result is Match.YES and parsed.usage == dane.DANE_TA:
        # An authority vouches for a name and for a time (RFC 7672 section 3.1.2); whether this clock is right is another matter.
        if not (dane.covers(certificate.names, name.name) or dane.covers(certificate.names, name.domain)):
            return Match.NO
        if not certificate.not_before <= now <= certificate.not_after:
            return Match.CANNOT_TELL
    return result
