"""SMTP as it was spoken: transcripts, TLS handshakes, recipients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.exposure import PortOutcome


@dataclass(frozen=True, slots=True)
class SmtpLine:
    """One line of a transcript: who said it ("C" or "S"), when (ms since the connection), and what, at most 500 characters."""

    who: str
    ms: int
    text: str


class SmtpEnd(StrEnum):
    """How a session ended."""

    QUIT = "quit"  # we said goodbye
    CLOSED = "closed"  # the server hung up
    TIMEOUT = "timeout"  # the server kept us waiting too long
    BAD_REPLY = "bad-reply"  # something that is not SMTP (RFC 5321 section 4.2)
    STOPPED = "stopped"  # 421, or a refusal to talk: we left
    NOT_CONNECTED = "not-connected"
    TLS_FAILED = "tls-failed"


@dataclass(frozen=True, slots=True)
class SmtpSession:
    """One connection.

    Attributes:
        address: of the server.
        port: TCP port.
        connect: what the connection attempt met.
        end: how the session ended.
        greeting: the code of the greeting, 0 if none came.
        name: the host name in the reply to EHLO, "" if none.
        extensions: keywords of EHLO, upper case, with their arguments.
        transcript: both sides, at most 200 lines.
        detail: in words.
        at: UTC seconds.
        ms: milliseconds altogether.
    """

    address: str
    port: int
    connect: PortOutcome
    end: SmtpEnd
    greeting: int = 0
    name: str = ""
    extensions: tuple[str, ...] = ()
    transcript: tuple[SmtpLine, ...] = ()
    detail: str = ""
    at: float = 0.0
    ms: int = 0

    @property
    def spoke(self) -> bool:
        """Whether the server greeted us as one that takes mail."""
        return 200 <= self.greeting < 300

    def offers(self, keyword: str) -> bool:
        """Whether EHLO named an extension."""
        return any(e.split(" ", 1)[0] == keyword for e in self.extensions)


@dataclass(frozen=True, slots=True)
class RelayAttempt:
    """One recipient that belongs to somebody else.

    Attributes:
        port: TCP port.
        vector: a short name, for example "foreign-to-foreign".
        mail_from: the sender given.
        rcpt_to: the recipient given.
        mail_code: reply to MAIL FROM, 0 if none came.
        rcpt_code: reply to RCPT TO, 0 if it was not asked or none came.
        reply: the text of the reply that decided.
    """

    port: int
    vector: str
    mail_from: str
    rcpt_to: str
    mail_code: int
    rcpt_code: int
    reply: str = ""


class DeliveryOutcome(StrEnum):
    """What became of the one message of a test that was asked for."""

    NOT_ASKED = "not-asked"
    REFUSED = "refused"  # at DATA or after it
    ACCEPTED = "accepted"  # the server took it; whether it arrives is seen in the mailbox
    FAILED = "failed"  # the session broke


@dataclass(frozen=True, slots=True)
class Delivery:
    """The message that was handed over to confirm a relay, only on explicit request.

    Attributes:
        outcome: what became of it.
        port: where it was handed over.
        recipient: the mailbox that the customer named.
        token: SHA-256, hexadecimal, of the word to look for in the mailbox; the word itself is kept out of the evidence.
        reply: the server's last word.
    """

    outcome: DeliveryOutcome = DeliveryOutcome.NOT_ASKED
    port: int = 0
    recipient: str = ""
    token: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class RelaySessions(Fact):
    """One connection to each mail port, with the attempts to have mail relayed.

    Attributes:
        address: the server.
        sessions: one per port that was tried.
        attempts: recipients that belong to somebody else, at most six per session.
        local_domains: domains of the case, taken for local ones.
        delivery: the message, if one was asked for.
        name: look-up of the name that the server gives itself on port 25, in the family of the address; None without one.
    """

    kind: ClassVar[str] = "smtp.relay"
    from_here: ClassVar[bool] = True
    address: str
    sessions: tuple[SmtpSession, ...]
    attempts: tuple[RelayAttempt, ...]
    local_domains: tuple[str, ...] = ()
    delivery: Delivery = Delivery()
    name: DnsAnswer | None = None

    def lookups(self) -> Iterator[DnsAnswer]:
        if self.name:
            yield self.name

    def session(self, port: int) -> SmtpSession | None:
        """The session on a port."""
        return next((s for s in self.sessions if s.port == port), None)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate that a server showed.

    Attributes:
        subject: its common name, for people.
        names: DNS names and addresses that it is valid for.
        issuer: who signed it.
        not_before: UTC seconds.
        not_after: UTC seconds.
        trusted: the chain leads to an authority that this computer knows.
        why: why not, in words.
        sha256: of the certificate, hexadecimal.
        spki_sha256: of its public key, hexadecimal (RFC 6698 selector 1, matching type 1).
        spki_sha512: the same with SHA-512.
        full_sha512: of the certificate, with SHA-512.
        authorities: (sha256, spki_sha256) of the certificates that the server sent and that signed this one, directly or through others.
    """

    subject: str
    names: tuple[str, ...]
    issuer: str
    not_before: float
    not_after: float
    trusted: bool
    why: str
    sha256: str
    spki_sha256: str
    spki_sha512: str = ""
    full_sha512: str = ""
    authorities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SmtpTls(Fact):
    """STARTTLS on port 25, step by step (RFC 3207).

    Attributes:
        session: the dialogue up to the handshake.
        offered: EHLO named STARTTLS; None if EHLO was not answered.
        ready: the code that answered STARTTLS, 0 if it was not asked.
        handshake: TLS was agreed on.
        version: for example "TLSv1.3".
        certificate: what was shown.
        now: UTC seconds at which the dates are to be judged.
        detail: why the handshake failed, in words.
        sni: the host name that was sent with the handshake (RFC 6066 section 3), "" for none: the certificate is that name's.
    """

    kind: ClassVar[str] = "smtp.tls"
    from_here: ClassVar[bool] = True
    address: str
    session: SmtpSession
    offered: bool | None
    ready: int = 0
    handshake: bool = False
    version: str = ""
    certificate: Certificate | None = None
    now: float = 0.0
    detail: str = ""
    sni: str = ""


@dataclass(frozen=True, slots=True)
class MailHostName:
    """A name under which mail is sent to an address.

    Attributes:
        name: the host name, bare.
        domain: the domain whose MX record names it.
        mx: the MX look-up.
        address: the look-up that leads to the address.
        tlsa: TLSA records of _25._tcp.NAME, asked of a validating resolver (RFC 7672 section 2.2).
    """

    name: str
    domain: str
    mx: DnsAnswer
    address: DnsAnswer
    tlsa: DnsAnswer


@dataclass(frozen=True, slots=True)
class MailNames(Fact):
    """The names under which the case's domains send mail to an address."""

    kind: ClassVar[str] = "mail.names"
    address: str
    names: tuple[MailHostName, ...]
    unanswered: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        for name in self.names:
            yield from (name.mx, name.address, name.tlsa)
        yield from self.unanswered


@dataclass(frozen=True, slots=True)
class RecipientAnswer:
    """What a mail host said to a recipient of the domain: the address asked for, the code (0 if none), and the text."""

    recipient: str
    code: int
    reply: str = ""


@dataclass(frozen=True, slots=True)
class ContactSession:
    """A mail host of a domain, asked for its role addresses."""

    host: str
    session: SmtpSession
    answers: tuple[RecipientAnswer, ...]
    control: RecipientAnswer | None = None


@dataclass(frozen=True, slots=True)
class MailContacts(Fact):
    """Whether abuse@ and postmaster@ of a domain are taken by its mail hosts (RFC 2142).

    Attributes:
        domain: the domain.
        mx: its MX records.
        sessions: one per host that was asked, until one of them gave an answer.
        not_asked: hosts that nobody has shown to be the customer's.
        addresses: for a domain without MX records, the look-ups of its own addresses: mail goes there (RFC 5321 section 5.1).
    """

    kind: ClassVar[str] = "mail.contacts"
    from_here: ClassVar[bool] = True
    domain: str
    mx: DnsAnswer
    sessions: tuple[ContactSession, ...]
    not_asked: tuple[str, ...] = ()
    addresses: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.mx
        yield from self.addresses
