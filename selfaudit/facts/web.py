"""A domain's own pages as a visitor meets them, and the certificate of its web server. Whole pages are not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import Certificate

PageRole = Literal["home", "privacy", "abuse", "unsubscribe", "security"]
LinkKind = Literal["privacy", "abuse", "contact", "security"]


class PageEnd(StrEnum):
    """How far the way to a page led."""

    ANSWERED = "answered"  # the last server answered, whatever its status code is
    OUTSIDE = "outside"  # the next step is a host that is not in scope
    ALIAS_OUTSIDE = "alias-outside"  # the host's name is an alias (CNAME) of a name that is not in scope
    NOT_PUBLIC = "not-public"  # the host's name leads to an address that is not public
    BAD_URL = "bad-url"  # the next step is no https URL that can be followed
    LOOP = "loop"  # redirects in a circle, or too many of them
    NO_ADDRESS = "no-address"  # the host's name has no address
    NO_IPV6 = "no-ipv6"  # it has addresses of IPv6 only, which cannot be reached from here
    DNS_FAILED = "dns-failed"  # it could not be looked up
    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection-failed"
    TLS_FAILED = "tls-failed"  # the certificate is not accepted
    PROTOCOL_ERROR = "protocol-error"
    TOO_LARGE = "too-large"
    LEFT_OUT = "left-out"  # not asked: the number of pages or the time was used up


@dataclass(frozen=True, slots=True)
class Hop:
    """One GET.

    Attributes:
        url: that was asked for.
        address: where the connection went, "" if none was made.
        code: HTTP status, 0 for none.
        content_type: as the server gave it.
        location: where a redirect points; of a page with `refresh` what stands in there.
        octets: of the body.
        detail: what went wrong, in words.
        refresh: the page itself names the next one (meta refresh).
        at: UTC seconds.
        ms: milliseconds.
    """

    url: str
    address: str = ""
    code: int = 0
    content_type: str = ""
    location: str = ""
    octets: int = 0
    detail: str = ""
    refresh: bool = False
    at: float = 0.0
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link that may lead to what is looked for.

    Attributes:
        kind: what it seems to lead to.
        url: absolute, with its fragment.
        text: that is shown for it.
        visible: False where it or what is around it is hidden until somebody opens it.
        sure: its words (or, where they say nothing, its address) are just what such pages are called.
    """

    kind: LinkKind
    url: str
    text: str = ""
    visible: bool = True
    sure: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read in a page. No script is run.

    Attributes:
        title: of the page.
        language: as the page declares it, lower case, "" if it does not.
        words_of: languages whose commonest words stand in the text.
        characters: of visible text.
        digest: of the visible text, by which two pages with the same words are seen to be the same.
        scripts, frames: number of script elements; of frames in sight, whose pages are not read.
        filled: it has the empty place that a script fills.
        whole: all that is visible was read.
        links: that may lead to what is looked for, at most 30.
        abuse: mail addresses for reports of abuse that are shown, at most 10; written out ("abuse at") ones are put together.
        perhaps: mail addresses that speak of abuse and may mean another kind of it, at most 5.
        mail: other mail addresses that are shown or linked, at most 5.
        masked: a mail address is shown by a script in a way that cannot be read.
        who: words, numbers and names that show who stands behind the page, at most 10.
        privacy: words of privacy policies in it, at most 10; those of links do not count.
        topics: its title and those headings that are the name of a privacy policy, at most 5.
        report: words about reports of abuse with a mail address or a field for a letter beside them, at most 5.
        reporting: words about reports of abuse, whatever is beside them, at most 5.
        unsubscribe: words about unsubscribing, at most 5.
        leave: those of them that stand in its title, a heading or a button, at most 5.
        doubt: words of signing in or of an error in its title, a heading, a button or beside those about unsubscribing, at most 5.
        missing: words that say that the page does not exist, at most 5.
        form: it has a field for a letter.
        field: it has any field to write in.
        password: it has a field for a password.
        unread: why it was not read as a page, in words, "" if it was.
    """

    title: str = ""
    language: str = ""
    words_of: tuple[str, ...] = ()
    characters: int = 0
    digest: str = ""
    scripts: int = 0
    frames: int = 0
    filled: bool = False
    whole: bool = True
    links: tuple[PageLink, ...] = ()
    abuse: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    masked: bool = False
    who: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    reporting: tuple[str, ...] = ()
    unsubscribe: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    form: bool = False
    field: bool = False
    password: bool = False
    unread: str = ""

    @property
    def only_scripts(self) -> bool:
        """The page shows next to nothing before its scripts have run."""
        return self.characters < 200 and self.scripts > 0

    @property
    def in_known_language(self) -> bool:
        """Whether its words can be looked for in it: those of every day, or at least those of policies."""
        return bool(self.words_of) or len(self.privacy) > 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the way to it.

    Attributes:
        role: for what it was fetched.
        url: where it began.
        end: how far it led.
        hops: each GET in its order; the last one is the page itself if `end` is ANSWERED.
        named: the person named it.
        detail: what stopped it, in words.
        text: what was read; None if it is no page of text.
        body: of security.txt, at most 32 KiB; what is not UTF-8 is replaced.
        utf8: the body is UTF-8.
    """

    role: PageRole
    url: str
    end: PageEnd
    hops: tuple[Hop, ...] = ()
    named: bool = False
    detail: str = ""
    text: PageText | None = None
    body: str = ""
    utf8: bool = True

    @property
    def code(self) -> int:
        """The status of the last answer, 0 for none."""
        return self.hops[-1].code if self.hops and self.end is PageEnd.ANSWERED else 0

    @property
    def last_url(self) -> str:
        """Where the way ended."""
        return self.hops[-1].url if self.hops else self.url

    @property
    def opened(self) -> PageText | None:
        """What stands in the page, if it was there (status 200) and could be read."""
        return self.text if self.code == 200 and self.text is not None and not self.text.unread else None


@dataclass(frozen=True, slots=True)
class WebSite(Fact):
    """The pages of a domain, at most six GETs and their redirects.

    Attributes:
        domain: the target.
        pages: in the order in which they were fetched.
        domains: domains of the case whose hosts may be asked for this one.
        answers: addresses of the hosts.
        learnt: addresses of pages, without what follows "?", that sample messages name for unsubscribing; not fetched.
        bulk: whether bulk mail is sent, "yes", "no" or "" if nobody has said so.
    """

    kind: ClassVar[str] = "web.site"
    domain: str
    pages: tuple[Page, ...]
    domains: tuple[str, ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    learnt: tuple[str, ...] = ()
    bulk: str = ""

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers

    def of(self, *roles: PageRole) -> tuple[Page, ...]:
        """The pages that were fetched for one of these roles."""
        return tuple(p for p in self.pages if p.role in roles)

    @property
    def home(self) -> Page | None:
        """The home page: the first that opened, else the first that was tried."""
        homes = self.of("home")
        return next((p for p in homes if p.opened), homes[0] if homes else None)


@dataclass(frozen=True, slots=True)
class WebHandshake:
    """TLS with one host, without any question after it.

    Attributes:
        host: whose certificate was asked for.
        address: where the connection went, "" if none was made.
        connect: what the connection met, None where there was none to make.
        done: TLS was agreed on.
        version: for example "TLSv1.3".
        certificate: what was shown.
        issuer_url: where the certificate says that the one above it can be fetched, "" if it does not.
        detail: what went wrong, in words.
        now: UTC seconds at which the dates are to be judged.
    """

    host: str
    address: str = ""
    connect: PortOutcome | None = None
    done: bool = False
    version: str = ""
    certificate: Certificate | None = None
    issuer_url: str = ""
    detail: str = ""
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class WebTls(Fact):
    """Certificates of the hosts under which a domain's pages are looked for.

    Attributes:
        domain: the target.
        handshakes: with the domain itself and its www name, as far as they have addresses that may be asked.
        not_asked: hosts that were left out, with why.
        answers: addresses of the hosts.
        control: the same with a well-known host that has nothing to do with the case, made only where a certificate was not
            trusted; None if there is none to ask.
    """

    kind: ClassVar[str] = "web.tls"
    domain: str
    handshakes: tuple[WebHandshake, ...]
    not_asked: tuple[tuple[str, str], ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    control: WebHandshake | None = None

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers
