"""To whom names and networks are registered, as registries and registrars say it by RDAP (RFC 9083) or WHOIS (RFC 3912)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


class LookupOutcome(StrEnum):
    """How far a question to a registry came. Only the first two say anything about the name."""

    ANSWERED = "answered"
    NOT_FOUND = "not-found"  # RDAP 404, or a WHOIS text that says so
    THROTTLED = "throttled"  # RDAP 429, or a WHOIS text that says so: too many questions
    NOT_SUPPORTED = "not-supported"  # RDAP 400, 501 or the like: this server does not take such questions
    UNAVAILABLE = "unavailable"  # RDAP 5xx, or a WHOIS text that says so
    REFUSED = "refused"  # RDAP 401, 403, 451 or any other 4xx
    REDIRECT_REFUSED = "redirect-refused"  # it leads to where no registry was named, or in a circle
    NO_ADDRESS = "no-address"
    REFUSED_SCOPE = "refused-scope"  # its name leads to an address that must not be contacted
    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection-failed"
    TLS_FAILED = "tls-failed"
    PROTOCOL_ERROR = "protocol-error"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class RegistryExchange:
    """One question to a registry, registrar or referral server, with its repetitions.

    Attributes:
        protocol: "rdap" or "whois".
        server: host name.
        address: the address that was contacted last, "" for none.
        query: the URL, or the line that was sent.
        outcome: how far it came.
        code: HTTP status of RDAP, 0 if none.
        retry_after: seconds that the server asked us to wait the last time, 0 if it did not.
        attempts: how often it was asked; only refusals for too many questions are repeated.
        redirects: URLs that it led to, in order.
        text: what it said, at most 16 KiB, Latin-1 for each octet that is no valid text.
        detail: what else to know, in words.
        at: UTC seconds.
        ms: milliseconds, without the time waited between attempts.
    """

    protocol: Literal["rdap", "whois"]
    server: str
    address: str
    query: str
    outcome: LookupOutcome
    code: int = 0
    retry_after: float = 0.0
    attempts: int = 1
    redirects: tuple[str, ...] = ()
    text: str = ""
    detail: str = ""
    at: float = 0.0
    ms: float = 0.0


class Registered(StrEnum):
    """Whether a name is registered, according to one answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class RegistrationContact:
    """A person or organisation in an answer. Empty where the server gave nothing.

    Attributes:
        roles: lower case, after RFC 9083 section 10.2.4: "registrant", "administrative", "technical", "billing", "abuse",
            "registrar" ...
        email, phone: addresses and numbers as given.
        street: lines of the postal address above the city.
        country: ISO 3166-1 alpha-2 in capitals if the server gave it, else the country's name as given.
        withheld: fields that the server says it withholds ("name", "organization", "email", "phone", "street", "city",
            "region", "postal code", "country", or "contact" for all), by RFC 9537 or by words such as "REDACTED FOR PRIVACY"
            in place of the value; those words are not kept as the value.
        handle: the registry's id of it.
    """

    roles: tuple[str, ...]
    name: str = ""
    organization: str = ""
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    withheld: tuple[str, ...] = ()
    handle: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationRecord:
    """What one answer says about a domain.

    Attributes:
        source: the protocol it came by.
        registered: whether the name is registered.
        throttled: the answer is a refusal for too many questions; then `registered` is `UNKNOWN`.
        domain: the name in the answer: A-labels, lower case, no trailing dot; "" if it names none.
        handle: the registry's id of the domain.
        registrar: name; registrar_id: IANA's number of it; registrar_url: its page.
        abuse_email, abuse_phone: of the registrar.
        created, changed, transferred, expires, registrar_expires: UTC seconds, None if not given. `changed` is the event
            "last changed"; `expires` is the registry's date, `registrar_expires` the registrar's (RFC 8056 events).
        name_servers: bare, lower case, A-labels, sorted.
        states: the values of RFC 8056 section 2 and RFC 9083 section 10.2.2 in lower case with spaces, for example
            "client hold"; EPP names (clientHold) are translated, what is unknown is kept as given, in lower case.
        contacts: everybody in the answer except the registrar.
        related: RDAP addresses of further answers (links with rel "related"), https only.
        whois_server: host name of the server that knows more, as WHOIS names it.
        signed: whether the registry holds DS records, None if not said.
        notes: titles and texts of notices and remarks, bounded.
    """

    source: Literal["rdap", "whois"]
    registered: Registered
    throttled: bool = False
    domain: str = ""
    handle: str = ""
    registrar: str = ""
    registrar_id: str = ""
    registrar_url: str = ""
    abuse_email: tuple[str, ...] = ()
    abuse_phone: tuple[str, ...] = ()
    created: float | None = None
    changed: float | None = None
    transferred: float | None = None
    expires: float | None = None
    registrar_expires: float | None = None
    name_servers: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    contacts: tuple[RegistrationContact, ...] = ()
    related: tuple[str, ...] = ()
    whois_server: str = ""
    signed: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailDomain:
    """Whether the domain of a contact's mail address takes mail: its MX, A and AAAA look-ups."""

    domain: str
    mx: DnsAnswer
    a: DnsAnswer
    aaaa: DnsAnswer

    def lookups(self) -> Iterator[DnsAnswer]:
        """All three."""
        yield from (self.mx, self.a, self.aaaa)


@dataclass(frozen=True, slots=True)
class BootstrapUse:
    """By which list the registry's server was found (RFC 9224).

    Attributes:
        source: "shipped" with this program, "fetched" in this run, "cache" from an earlier one, "settings" for a folder that
            the settings name, "addition" for our own list of servers that IANA's file lacks, "" if nothing names one.
        publication: the date in the list, as it stands there.
        entry: the entry that matched: a top-level domain or a block of addresses.
    """

    source: str = ""
    publication: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class DomainRegistration(Fact):
    """What registry and registrar say about a registrable domain.

    Attributes:
        domain: the registrable domain (public suffix list), A-labels, bare.
        exchanges: everything that was asked, in order.
        registry: what the registry says, by RDAP or else by WHOIS; None if nothing readable came.
        registrar: what the registrar says (RDAP `related` link, or WHOIS follow-up); None if not asked or nothing readable came.
        mail: the mail domains of the contacts that are shown.
        bootstrap: how the registry's RDAP server was found.
        page: address of a page where a person can look the domain up by hand.
        now: UTC seconds.
    """

    kind: ClassVar[str] = "registration.domain"
    domain: str
    exchanges: tuple[RegistryExchange, ...]
    registry: RegistrationRecord | None = None
    registrar: RegistrationRecord | None = None
    mail: tuple[MailDomain, ...] = ()
    bootstrap: BootstrapUse = BootstrapUse()
    page: str = ""
    now: float = 0.0

    def lookups(self) -> Iterator[DnsAnswer]:
        for mail in self.mail:
            yield from mail.lookups()


@dataclass(frozen=True, slots=True)
class NetworkRecord:
    """What one answer says about a block of addresses.

    Attributes:
        source: the protocol it came by.
        handle: the registry's id; name: the network's name.
        start, end: first and last address.
        prefixes: the same as CIDR blocks.
        kind: for example "ASSIGNED PA" or "ALLOCATION", as given.
        country: ISO 3166-1 alpha-2, as given.
        holder: the organisation to which it is registered, "" if none is shown.
        abuse_email, abuse_phone: of the contact with the role "abuse".
        changed: UTC seconds of the event "last changed".
        contacts: holder and abuse contact; the staff of a provider is nobody's business.
        states: as for domains.
        notes: titles and texts of remarks, bounded.
    """

    source: Literal["rdap", "whois"]
    handle: str = ""
    name: str = ""
    start: str = ""
    end: str = ""
    prefixes: tuple[str, ...] = ()
    kind: str = ""
    country: str = ""
    holder: str = ""
    abuse_email: tuple[str, ...] = ()
    abuse_phone: tuple[str, ...] = ()
    changed: float | None = None
    contacts: tuple[RegistrationContact, ...] = ()
    states: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkRegistration(Fact):
    """What the registries of addresses say about the network of an address.

    Attributes: as of `DomainRegistration`; `mail` is that of the abuse contact.
    """

    kind: ClassVar[str] = "registration.network"
    address: str
    exchanges: tuple[RegistryExchange, ...]
    network: NetworkRecord | None = None
    mail: tuple[MailDomain, ...] = ()
    bootstrap: BootstrapUse = BootstrapUse()
    page: str = ""
    now: float = 0.0

    def lookups(self) -> Iterator[DnsAnswer]:
        for mail in self.mail:
            yield from mail.lookups()
