"""Mail to the server can travel encrypted (STARTTLS).

What it checks:
    STARTTLS on port 25, step by step: offered, handshake done, certificate trusted, certificate valid for the server's name,
    from when, and when it expires.

Why it matters:
    Mail without encryption can be read on the way, and some large senders refuse to deliver it. A server without it looks
    neglected, and neglected servers are the ones that get hacked.

How it is judged:
    1. openssl s_client -starttls smtp -connect ADDRESS:25 -servername NAME shows all of it.
    2. Not offered, or a handshake that fails with TLS 1.2 and newer: a warning. 421 and 4xx say nothing: servers limit how often
       one may come.
    3. Between mail servers a certificate need not be trusted, unless MTA-STS asks for it; so an untrusted chain, a name that does
       not match and an expired certificate are told apart and are worth doing, no more.
    4. The name is the mail host's in your MX records, the one that the server was asked for in the handshake (-servername); where
       none leads here, the server's own name in EHLO. MX records that could not be looked up leave the name open.
    5. Less than two weeks to the end: renew it now.

Limits and false positives:
    Only TLS 1.2 and newer are tried, and no grades are given for ciphers. Where several of your mail hosts lead to the address, only
    one of them is asked for.

References:
    RFC 3207; RFC 7435 (opportunistic security); RFC 8461 section 4 (MTA-STS); RFC 8996; RFC 9525 section 6; RFC 6066
    section 3 (server name indication); RFC 7672 section 8.1.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks._common import reason
from selfaudit.checks.mail import _server
from selfaudit.facts.smtp import MailNames, SmtpEnd, SmtpTls
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.dane import covers
from selfaudit.protocols.smtp import is_host_name
from selfaudit.text import printable


class Tag(StrEnum):
    HANDSHAKE = "STARTTLS_HANDSHAKE"
    TRUSTED = "STARTTLS_TRUSTED"
    NAME_MATCHES = "STARTTLS_NAME_MATCHES"
    EXPIRES = "STARTTLS_EXPIRES"
    NOT_OFFERED = "STARTTLS_NOT_OFFERED"
    REFUSED = "STARTTLS_REFUSED"
    FAILED = "STARTTLS_HANDSHAKE_FAILED"
    UNTRUSTED = "STARTTLS_UNTRUSTED"
    WRONG_NAME = "STARTTLS_WRONG_NAME"
    EXPIRED = "STARTTLS_EXPIRED"
    EXPIRES_SOON = "STARTTLS_EXPIRES_SOON"
    NOT_YET_VALID = "STARTTLS_NOT_YET_VALID"
    NAME_UNANSWERED = "STARTTLS_NAME_UNANSWERED"
    UNREADABLE = "STARTTLS_CERTIFICATE_UNREADABLE"
    TRY_LATER = "STARTTLS_TRY_LATER"
    NO_SERVICE = "STARTTLS_NO_SERVICE"
    NO_ANSWER = "STARTTLS_NO_ANSWER"
    NO_DIALOGUE = "STARTTLS_NO_DIALOGUE"
    BLOCKED = "STARTTLS_PORT25_BLOCKED_HERE"


CHECK = Check(
    "mail.starttls", N_("Mail to the server can travel encrypted (STARTTLS)"), (SmtpTls, MailNames, Port25), "address", Contact.ACTIVE,
    advisory=True,
)  # fmt: skip

_VERIFY = "openssl s_client -starttls smtp -connect {server}:25 -servername {name} </dev/null | openssl x509 -noout -subject -issuer -ext subjectAltName -dates"
_STACKS = {
    "certbot with Postfix": "certbot certonly --standalone -d {name}\npostconf -e 'smtpd_tls_cert_file = /etc/letsencrypt/live/{name}/fullchain.pem' 'smtpd_tls_key_file = /etc/letsencrypt/live/{name}/privkey.pem' 'smtpd_tls_security_level = may'\nsystemctl reload postfix",
    "Exim": "tls_advertise_hosts = *\ntls_certificate = /etc/letsencrypt/live/{name}/fullchain.pem\ntls_privatekey = /etc/letsencrypt/live/{name}/privkey.pem",
    "cPanel": "WHM > Service Configuration > Manage Service SSL Certificates: Exim (SMTP) Server",
    "Plesk": "Tools & Settings > SSL/TLS Certificates > Certificate for securing mail",
    "Microsoft Exchange": "Enable-ExchangeCertificate -Thumbprint THUMBPRINT -Services SMTP",
}
_CERTIFICATE = Remedy(
    N_(
        "Get a certificate for {name} from a public authority (Let's Encrypt costs nothing), install it together with its chain, and let it be renewed "
        "by itself; the mail server must reload it after each renewal."
    ),
    verify=_VERIFY,
    stacks=_STACKS,
    minutes=30,
)

MESSAGES = {
    Tag.HANDSHAKE: Message(Severity.GOOD, N_("{address} offers STARTTLS, and the handshake works ({version}).")),
    Tag.TRUSTED: Message(Severity.GOOD, N_("Its certificate is signed by a known authority.")),
    Tag.NAME_MATCHES: Message(Severity.GOOD, N_("Its certificate is valid for {name}.")),
    Tag.EXPIRES: Message(Severity.GOOD, N_("Its certificate is valid until {until}, {days} more days.")),
    Tag.NOT_OFFERED: Message(
        Severity.MEDIUM, N_("{address} does not offer STARTTLS; all mail to it travels unencrypted."), _CERTIFICATE
    ),
    Tag.REFUSED: Message(
        Severity.MEDIUM, N_("{address} offers STARTTLS, but refuses it when asked (“{reply}”)."), _CERTIFICATE
    ),
    Tag.FAILED: Message(
        Severity.MEDIUM,
        N_("{address} offers STARTTLS, but the handshake fails with TLS 1.2 and newer: {why}."),
        Remedy(
            N_("Allow TLS 1.2 and 1.3 in the mail server, and see that certificate and key belong together and can be read."),
            verify=_VERIFY,
            stacks=_STACKS,
        ),
    ),
    Tag.UNTRUSTED: Message(
        Severity.LOW,
        N_("The certificate of {address} is not signed by a known authority: {why}. Mail still gets through."),
        _CERTIFICATE,
    ),
    Tag.WRONG_NAME: Message(
        Severity.LOW,
        N_("The certificate of {address} is valid for {names}, not for {name}. Mail still gets through."),
        _CERTIFICATE,
    ),
    Tag.EXPIRED: Message(
        Severity.LOW, N_("The certificate of {address} expired on {until}. Mail still gets through."), _CERTIFICATE
    ),
    Tag.EXPIRES_SOON: Message(
        Severity.LOW, N_("The certificate of {address} expires on {until}, in {days} days."), _CERTIFICATE
    ),
    Tag.NOT_YET_VALID: Message(
        Severity.LOW, N_("The certificate of {address} is not valid before {since}. Mail still gets through."), _CERTIFICATE
    ),
    Tag.NAME_UNANSWERED: Message(
        Severity.UNKNOWN,
        N_(
            "Which mail host leads to {address} could not be looked up ({status}), so it is not known for which name its certificate should be valid."
        ),
        Remedy(N_("Run the audit again when the name servers of the domain answer."), minutes=5),
    ),
    Tag.UNREADABLE: Message(Severity.UNKNOWN, N_("The certificate of {address} cannot be read: {why}.")),
    Tag.TRY_LATER: Message(
        Severity.UNKNOWN,
        N_("{address} does not want STARTTLS just now (“{reply}”). Servers say so when somebody comes too often."),
        Remedy(N_("Wait half an hour and run the audit again."), verify=_VERIFY, minutes=5),
    ),
    Tag.NO_SERVICE: _server.NO_SERVICE,
    Tag.NO_ANSWER: _server.NO_ANSWER,
    Tag.NO_DIALOGUE: _server.NO_DIALOGUE,
    Tag.BLOCKED: _server.BLOCKED,
}

_SOON = 14
_OVERWRITTEN = phrase("a firewall on the way, here or there, overwrites what the server offers")


def judge(tls: SmtpTls, names: MailNames, port25: Port25, policy: Policy) -> Iterator[Finding]:
    trouble = _server.silence(tls.session, port25)
    if trouble:
        yield found(Tag[trouble[0]], **trouble[1])
        return
    own = tls.session.name
    lost = names.unanswered[0] if names.unanswered and not names.names else None
    host = tls.sni or (own if is_host_name(own) and lost is None else "")
    server = f"[{tls.address}]" if ":" in tls.address else tls.address
    last = next((line.text for line in reversed(tls.session.transcript) if line.who == "S"), "")
    args: dict[str, Any] = {
        "address": tls.address, "server": server, "name": printable(host, 100) or "mail.your-domain", "version": tls.version,
        "why": printable(tls.detail, 200), "reply": printable(last, 200),
    }  # fmt: skip
    if not tls.offered and _server.overwritten(tls.session):
        yield found(Tag.NO_DIALOGUE, **{**args, "why": _OVERWRITTEN})
    elif not tls.offered:
        yield found(Tag.NOT_OFFERED, **args)
    elif 400 <= tls.ready < 500 or (tls.session.end is SmtpEnd.STOPPED and not tls.handshake):
        yield found(Tag.TRY_LATER, **args)
    elif tls.ready != 220:
        yield found(Tag.REFUSED if tls.ready else Tag.NO_DIALOGUE, **args)
    elif not tls.handshake:
        timeout = tls.session.end in (SmtpEnd.TIMEOUT, SmtpEnd.CLOSED)
        yield found(Tag.NO_DIALOGUE if timeout else Tag.FAILED, **args)
    else:
        yield found(Tag.HANDSHAKE, **args)
        yield from _certificate(tls, host, args)
        if lost is not None and not host:
            yield found(Tag.NAME_UNANSWERED, **args, status=reason(lost))


def _certificate(tls: SmtpTls, host: str, args: dict[str, Any]) -> Iterator[Finding]:
    shown = tls.certificate
    if shown is None:
        yield found(Tag.UNREADABLE, **args)
        return
    yield found(Tag.TRUSTED if shown.trusted else Tag.UNTRUSTED, **{**args, "why": printable(shown.why, 200)})
    if host and not covers(shown.names, host):
        yield found(Tag.WRONG_NAME, **args, names=shown.names[:4] or (shown.subject,))
    elif host:
        yield found(Tag.NAME_MATCHES, **args)
    if shown.not_before > tls.now:
        yield found(Tag.NOT_YET_VALID, **args, since=_date(shown.not_before))
        return
    days = int((shown.not_after - tls.now) // 86_400)
    tag = Tag.EXPIRED if shown.not_after < tls.now else Tag.EXPIRES_SOON if days < _SOON else Tag.EXPIRES
    yield found(tag, **args, until=_date(shown.not_after), days=days)


def _date(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()
