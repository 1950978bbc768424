"""The certificate of the web server is accepted.

What it checks:
    The certificate that the domain's web server shows, for the domain itself and its www name: trusted, made for that name, and
    for how long still valid.

Why it matters:
    With a certificate that is not accepted, visitors get a warning in place of the page, privacy policy and abuse contact included. An
    expired one is the commonest sign of a server that nobody looks after.

How it is judged:
    1. openssl s_client -connect DOMAIN:443 -servername DOMAIN shows all of it; the same for www.DOMAIN if that name has an address.
    2. Signed by a known authority, made for this name, begun and not ended: accepted. Less than two weeks to the end: renew it now.
    3. A certificate of which the one above is not sent along is told apart: browsers often fetch it themselves, other programs cannot.
    4. If a certificate is not trusted, that of a well-known host is looked at, too. If that one is not trusted either, or port 443
       answers in this network where no server is, it is this network that puts itself in between, and nothing is concluded.
    5. The time is that of time servers, else that of the fresh signature of the DNS root, not that of this computer alone. Where both sides of
       a date are possible, nothing is concluded.
    6. Silence, a refused connection and a broken handshake say nothing about the certificate.

Limits and false positives:
    One address of each name is tried. Old versions of TLS and ciphers are not graded. Pages without encryption (http) are not asked
    for, so whether they lead on to https is not seen.

References:
    RFC 9110 section 4.3.4; RFC 9525 section 6; RFC 8446 section 4.4.2; RFC 5280 sections 4.2.2.1 and 6; RFC 6066 section 3.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks._common import SWITCHED_OFF
from selfaudit.checks.web import _clock
from selfaudit.facts.smtp import Certificate
from selfaudit.facts.vantage import Clock, Surroundings
from selfaudit.facts.web import WebHandshake, WebTls
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.dane import covers
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "WEB_TLS_ACCEPTED"
    UNTRUSTED = "WEB_TLS_UNTRUSTED"
    INCOMPLETE = "WEB_TLS_CHAIN_INCOMPLETE"
    WRONG_NAME = "WEB_TLS_WRONG_NAME"
    EXPIRED = "WEB_TLS_EXPIRED"
    CLOCK = "WEB_TLS_CLOCK_UNKNOWN"
    NOT_YET = "WEB_TLS_NOT_YET_VALID"
    SOON = "WEB_TLS_EXPIRES_SOON"
    INTERCEPTED = "WEB_TLS_INTERCEPTED_HERE"
    NO_CONTROL = "WEB_TLS_NO_CONTROL"
    UNREADABLE = "WEB_TLS_CERTIFICATE_UNREADABLE"
    NO_ANSWER = "WEB_TLS_NO_ANSWER"
    NOT_ASKED = "WEB_TLS_NOT_ASKED"
    NONE_ASKED = "WEB_TLS_NONE_ASKED"


CHECK = Check(
    "web.tls", N_("The certificate of the web server is accepted"), (WebTls, Surroundings, Clock), "domain", Contact.ACTIVE, advisory=True
)  # fmt: skip

_VERIFY = "openssl s_client -connect {host}:443 -servername {host} </dev/null | openssl x509 -noout -subject -issuer -ext subjectAltName -dates"
_STACKS = {
    "certbot with nginx": "certbot --nginx -d {host}",
    "certbot with Apache": "certbot --apache -d {host}",
    "Caddy": "{host} {{ root * /var/www/html; file_server }}   # Caddy gets certificates by itself",
    "cPanel": "SSL/TLS Status > Run AutoSSL",
    "Plesk": "Websites & Domains > SSL/TLS Certificates > Install a free basic certificate (Let's Encrypt)",
}
_CERTIFICATE = Remedy(
    N_(
        "Get a certificate for {host} from a public authority (Let's Encrypt costs nothing), install it together with its chain, and let it be "
        "renewed by itself."
    ),
    verify=_VERIFY,
    stacks=_STACKS,
    minutes=30,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("The certificate of {host} is accepted and valid until {until}, {days} more days.")),
    Tag.UNTRUSTED: Message(
        Severity.HIGH,
        N_("The certificate of {host} is not signed by a known authority ({why}); visitors get a warning in place of the page."),
        _CERTIFICATE,
    ),
    Tag.INCOMPLETE: Message(
        Severity.MEDIUM,
        N_(
            "The web server of {host} does not send the certificate of the authority that signed its own. Browsers often find it themselves, other "
            "programs and some telephones do not."
        ),
        Remedy(
            N_("Install the certificate together with the chain that the authority gave you (often called fullchain.pem)."),
            verify="openssl s_client -connect {host}:443 -servername {host} -showcerts </dev/null   # right: Verify return code: 0 (ok)",
            stacks={
                "nginx": "ssl_certificate /etc/letsencrypt/live/{host}/fullchain.pem;",
                "Apache": "SSLCertificateFile /etc/letsencrypt/live/{host}/fullchain.pem",
            },
        ),
    ),
    Tag.WRONG_NAME: Message(
        Severity.MEDIUM,
        N_("The certificate of {host} is made for {names}; visitors of https://{host}/ get a warning in place of the page."),
        _CERTIFICATE,
    ),
    Tag.EXPIRED: Message(
        Severity.HIGH, N_("The certificate of {host} ended on {until}; visitors get a warning in place of the page."), _CERTIFICATE
    ),
    Tag.NOT_YET: Message(Severity.HIGH, N_("The certificate of {host} is not valid before {since}."), _CERTIFICATE),
    Tag.CLOCK: _clock.CLOCK,
    Tag.SOON: Message(Severity.LOW, N_("The certificate of {host} ends on {until}, in {days} days."), _CERTIFICATE),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_("The certificate that is shown for {host} here is not trusted, but this network puts itself in between ({why})."),
        Remedy(
            N_("Run the audit from another network: a telephone's hotspot, for example, or without the virus scanner that looks into web pages."),
            verify=_VERIFY,
            minutes=10,
        ),
    ),
    Tag.NO_CONTROL: Message(
        Severity.UNKNOWN,
        N_("The certificate of {host} is not trusted here ({why}), but whether this network is the reason could not be seen."),
        Remedy(N_("Run the audit again, best from another network."), verify=_VERIFY, minutes=10),
    ),
    Tag.UNREADABLE: Message(Severity.UNKNOWN, N_("The certificate of {host} cannot be read: {why}.")),
    Tag.NO_ANSWER: Message(Severity.UNKNOWN, N_("{host} shows no certificate from here: {why}."), SWITCHED_OFF),
    Tag.NOT_ASKED: Message(Severity.INFO, N_("{host} was not asked: {why}.")),
    Tag.NONE_ASKED: Message(Severity.UNKNOWN, N_("No web server of {domain} could be asked: {why}.")),
}  # fmt: skip

_SOON = 14
_NO_ISSUER = "unable to get local issuer certificate"


def judge(tls: WebTls, surroundings: Surroundings, clock: Clock, policy: Policy) -> Iterator[Finding]:
    for host, why in tls.not_asked if tls.handshakes else ():
        yield found(Tag.NOT_ASKED, host=host, why=why)
    if not tls.handshakes:
        yield found(Tag.NONE_ASKED, domain=tls.domain, why="; ".join(why for _host, why in tls.not_asked) or "?")
    for handshake in tls.handshakes:
        yield from _one(handshake, tls, surroundings, clock, policy)


def _one(handshake: WebHandshake, tls: WebTls, surroundings: Surroundings, clock: Clock, policy: Policy) -> Iterator[Finding]:
    args: dict[str, Any] = {"host": handshake.host, "why": printable(handshake.detail, 200)}
    shown = handshake.certificate
    if not handshake.done:
        yield found(Tag.NO_ANSWER, **args)
        return
    if shown is None:
        yield found(Tag.UNREADABLE, **args)
        return
    between = _between(tls, surroundings)
    fits = covers(shown.names, handshake.host)
    if (not shown.trusted or not fits) and between:
        yield found(Tag.INTERCEPTED, **{**args, "why": between})
        return
    if not shown.trusted and tls.control is not None and tls.control.certificate is None:
        yield found(Tag.NO_CONTROL, **{**args, "why": printable(shown.why, 200)})
        return
    now = _clock.span(clock, handshake.now, laboratory=policy.laboratory)
    yield from _certificate(handshake, shown, args, now, fits=fits)


def _between(tls: WebTls, surroundings: Surroundings) -> str:
    """Why this network is to be blamed for a certificate that is not accepted, "" if it is not."""
    if any(c.port == 443 and c.outcome == "open" for c in surroundings.silent):
        return phrase("port 443 answers where no server is")
    control = tls.control
    if control is not None and control.certificate is not None and not control.certificate.trusted:
        return phrase("the certificate of {host} is not trusted here either", host=control.host)
    return ""


def _certificate(
    handshake: WebHandshake, shown: Certificate, args: dict[str, Any], now: tuple[float, float] | None, *, fits: bool
) -> Iterator[Finding]:
    accepted = shown.trusted
    if not shown.trusted:
        # An authority that nobody knows says nowhere where its own certificate can be fetched; public ones do.
        incomplete = _NO_ISSUER in shown.why and not shown.authorities and handshake.issuer_url
        yield found(Tag.INCOMPLETE if incomplete else Tag.UNTRUSTED, **{**args, "why": printable(shown.why, 200)})
    if not fits:
        accepted = False
        yield found(Tag.WRONG_NAME, **args, names=shown.names[:4] or (shown.subject,))
    if now is None:
        yield found(Tag.CLOCK, **args, what=phrase("the certificate of {host}", host=args["host"]))
        return
    days, most = (int((shown.not_after - moment) // 86_400) for moment in reversed(now))
    until = {"until": _date(shown.not_after), "days": days}
    if shown.not_before > now[1]:
        yield found(Tag.NOT_YET, **args, since=_date(shown.not_before))
    elif shown.not_after < now[0]:
        yield found(Tag.EXPIRED, **args, **until)
    elif shown.not_before > now[0] or shown.not_after < now[1] or days < _SOON <= most:
        yield found(Tag.CLOCK, **args, what=phrase("the certificate of {host}", host=args["host"]))
    elif days < _SOON:
        yield found(Tag.SOON, **args, **until)
    elif accepted:
        yield found(Tag.OK, **args, **until)


def _date(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(min(max(seconds, 0.0), 253_370_764_800.0), datetime.UTC).date().isoformat()
