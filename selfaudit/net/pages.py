"""A polite visit to the pages of one domain: a few GETs, every hop checked anew, each to an address that we looked up ourselves.

The host's name is looked up once in a run; all its addresses must be public, and the connection goes to exactly one of them, so
that no second answer of a name server can lead it elsewhere. Nothing is asked for in the clear. There is no crawling, only single
pages of the person who asked for the audit, so robots.txt (RFC 9309) is not consulted.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.web import Hop, PageEnd, PageText, WebHandshake
from selfaudit.i18n import phrase
from selfaudit.net import Net, tcp
from selfaudit.net.gate import Gate, NotPermittedError
from selfaudit.net.smtp import unverified_context
from selfaudit.protocols.lookup import Recorder
from selfaudit.protocols.securitytxt import MAX_SIZE
from selfaudit.protocols.web_page import MAX_URL, Place, joined, read_page, read_url, under_any
from selfaudit.text import printable

if TYPE_CHECKING:
    from selfaudit.net.http import Reply

MAX_PAGES = 6
MAX_REDIRECTS = 5
MAX_GETS = 12  # of one visit, redirects included
MAX_OCTETS = 1_000_000
KEPT = MAX_SIZE + 1  # one more than a security.txt may have, so that a longer one is seen to be longer
_MAX_ADDRESSES = 2
_ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.9, */*;q=0.1"
_REDIRECTS = (301, 302, 303, 307, 308)
_ENDS = {
    HttpStatus.TIMEOUT: PageEnd.TIMEOUT,
    HttpStatus.CONNECTION_FAILED: PageEnd.CONNECTION_FAILED,
    HttpStatus.TLS_FAILED: PageEnd.TLS_FAILED,
    HttpStatus.PROTOCOL_ERROR: PageEnd.PROTOCOL_ERROR,
    HttpStatus.TOO_LARGE: PageEnd.TOO_LARGE,
    HttpStatus.REFUSED_SCOPE: PageEnd.NOT_PUBLIC,
    HttpStatus.NO_ADDRESS: PageEnd.NO_ADDRESS,
}


def authority_over(gate: Gate, domain: str) -> str:
    """On whose word a domain's pages are fetched: that which permits its active checks, or at least that there is one."""
    return gate.permitted.get(domain) or phrase("shown or stated for {domain}", domain=domain)


@dataclass(slots=True)
class _NotingGate(Gate):
    """The gate of the run, noting on whose authority pages are fetched."""

    authority: str = ""

    def count(self, address: str, port: int, protocol: str, purpose: str, authority: str = "") -> None:
        """Notes one connection."""
        Gate.count(self, address, port, protocol, purpose, authority or self.authority)


def _noting(gate: Gate, authority: str) -> _NotingGate:
    return _NotingGate(**{f.name: getattr(gate, f.name) for f in dataclasses.fields(Gate)}, authority=authority)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came.

    Attributes:
        end: how far the way led.
        hops: each GET.
        text: what was read in the last answer, if its status is 200.
        refresh: where it leads by itself, as written, "" for nowhere.
        body: the beginning of the last answer, at most `KEPT` octets.
        detail: what stopped it, in words.
        location: where the last answer redirects to, as written and as long as it is.
    """

    end: PageEnd
    hops: tuple[Hop, ...] = ()
    text: PageText | None = None
    refresh: str = ""
    body: bytes = b""
    detail: str = ""
    location: str = ""

    @property
    def url(self) -> str:
        """Of the last hop, "" if there was none."""
        return self.hops[-1].url if self.hops else ""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a host is not asked, or not asked again."""

    end: PageEnd
    detail: str = ""


class Visit:
    """One visit to a domain's pages.

    Args:
        net: the network of the run.
        domains: hosts that are one of them or lie under one of them may be asked.
        authority: on which they may be asked, for the tally.
        seconds: after these no page is begun any more.

    Attributes:
        answers: what was looked up.
    """

    def __init__(self, net: Net, domains: tuple[str, ...], authority: str, *, seconds: float = 35.0) -> None:
        self._net, self._domains = net, domains
        self._gate = _noting(net.gate, authority)
        self._recorder = Recorder(net.dns.lookup)
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._left, self._gets = MAX_PAGES, MAX_GETS
        self._got: dict[str, Fetched] = {}  # by URL: no page is asked for twice
        self._dead: dict[str, _Trouble] = {}  # addresses and hosts that gave no answer are left alone from then on

    @property
    def answers(self) -> tuple[DnsAnswer, ...]:
        """The look-ups so far."""
        return self._recorder.answers

    async def page(self, url: str, *, named: bool = False) -> Fetched:
        """Fetches a page and follows its redirects.

        Args:
            url: where it begins.
            named: the person named this URL, so its host may be asked wherever it is.
        """
        host = ""
        if named:
            try:
                host = read_url(url).host
            except BadInput as error:
                return Fetched(PageEnd.BAD_URL, detail=str(error))
        if self._left <= 0:
            return Fetched(PageEnd.LEFT_OUT, detail=phrase("enough pages of this domain were asked for"))
        self._left -= 1
        return await self._follow(url, host, ())

    async def further(self, page: Fetched, *, named: bool = False) -> Fetched:
        """Goes on where a page itself names the next one (meta refresh); it counts as one more redirect."""
        last = dataclasses.replace(page.hops[-1], location=printable(page.refresh, 500), refresh=True)
        hops = (*page.hops[:-1], last)
        host = read_url(page.hops[0].url).host if named else ""
        try:
            url = joined(page.url, page.refresh)
        except BadInput as error:
            return Fetched(PageEnd.BAD_URL, hops, detail=str(error))
        return await self._follow(url, host, hops)

    async def _follow(self, url: str, host: str, hops: tuple[Hop, ...]) -> Fetched:
        seen = {hop.url for hop in hops}
        while True:
            try:
                place = read_url(url)
            except BadInput as error:
                return Fetched(PageEnd.BAD_URL, hops, detail=str(error))
            if place.url in seen or len(hops) > MAX_REDIRECTS:
                words = phrase("redirects in a circle") if place.url in seen else phrase("more than 5 redirects")
                return Fetched(PageEnd.LOOP, hops, detail=words)
            seen.add(place.url)
            got = self._got.get(place.url)
            if got is None:
                got = self._got[place.url] = await self._one(place, host)
            hops += got.hops
            if got.end is not PageEnd.ANSWERED or got.hops[-1].code not in _REDIRECTS or not got.location:
                return dataclasses.replace(got, hops=hops)
            try:
                url = joined(place.url, got.location)
            except BadInput as error:
                return Fetched(PageEnd.BAD_URL, hops, detail=str(error))

    async def _one(self, place: Place, named: str) -> Fetched:
        """One GET, if it may be made."""
        addresses, trouble = await self._way(place, named)
        if trouble is not None:
            return Fetched(trouble.end, detail=trouble.detail)
        if asyncio.get_running_loop().time() >= self._deadline:
            return Fetched(PageEnd.LEFT_OUT, detail=phrase("the time for this domain's pages was used up"))
        if self._gets <= 0:
            return Fetched(PageEnd.LEFT_OUT, detail=phrase("enough questions were put to this domain's web servers"))
        gate: Gate = self._gate
        if place.host == named and not under_any(named, self._domains):
            # Nobody has shown that this host is theirs: it is asked because its page was named.
            gate = _noting(self._net.gate, phrase("named page: {url}", url=printable(place.url.partition("?")[0], 200)))
        # Two domains of a case may lead to the same page; it is asked for once in a run.
        got = await self._net.once(("page", place.url), lambda: self._fetch(gate, place, addresses[:_MAX_ADDRESSES]))
        if got.end in (PageEnd.CONNECTION_FAILED, PageEnd.TIMEOUT):
            self._dead.update(dict.fromkeys(addresses[:_MAX_ADDRESSES], _Trouble(got.end, got.detail)))
        if got.end is PageEnd.TLS_FAILED:
            self._dead[place.host] = _Trouble(got.end, got.detail)
        return got

    async def _fetch(self, gate: Gate, place: Place, addresses: tuple[str, ...]) -> Fetched:
        """From the first of the addresses that answers."""
        got = Fetched(PageEnd.NO_ADDRESS)
        for address in addresses[: max(1, self._gets)]:
            self._gets -= 1
            got = await self._ask(gate, place, address, self._net.settings.limits.http_timeout)
            if got.end not in (PageEnd.CONNECTION_FAILED, PageEnd.TIMEOUT):
                break
        return got

    async def _way(self, place: Place, named: str) -> tuple[tuple[str, ...], _Trouble | None]:
        """The addresses of a host that may be asked, or why none may be."""
        host = place.host
        if place.port not in (0, 443, self._net.settings.tls.port):
            return (), _Trouble(PageEnd.BAD_URL, phrase("port {port} is not that of web pages", port=place.port))
        if host != named and not under_any(host, self._domains):
            return (), _Trouble(PageEnd.OUTSIDE, phrase("{host} is not among what was named", host=host))
        if host in self._dead:
            return (), self._dead[host]
        addresses, trouble = await self.addresses(host, anywhere=host == named)
        alive = tuple(a for a in addresses if a not in self._dead)
        if trouble is None and not alive:
            return (), self._dead[addresses[0]]
        return alive, trouble

    async def addresses(self, host: str, *, anywhere: bool = False) -> tuple[tuple[str, ...], _Trouble | None]:
        """The addresses of a host, or why it may not be asked. With `anywhere` its name may be an alias of any other."""
        answers = await asyncio.gather(*(self._recorder(host, kind) for kind in ("A", "AAAA")))
        found = tuple(dict.fromkeys(record for answer in answers if answer.exists for record in answer.records))
        chain = next((answer.chain for answer in answers if answer.chain), ())
        outside = next((name.rstrip(".") for name in chain if not under_any(name, self._domains)), "")
        if not found:
            lost = next((answer for answer in answers if not answer.definite), None)
            if lost is not None:
                return (), _Trouble(
                    PageEnd.DNS_FAILED, phrase("{host} cannot be looked up ({status})", host=host, status=lost.status)
                )
            return (), _Trouble(PageEnd.NO_ADDRESS, phrase("{host} has no address", host=host))
        if outside and not anywhere:
            words = phrase(
                "{host} is an alias of {other}, which is not among what was named", host=host, other=printable(outside, 100)
            )
            return (), _Trouble(PageEnd.ALIAS_OUTSIDE, words)
        for address in found:
            try:
                self._gate.check_passive(address)
            except NotPermittedError as error:
                return (), _Trouble(PageEnd.NOT_PUBLIC, str(error))
        usable = found if self._net.has_ipv6() else tuple(address for address in found if ":" not in address)
        if not usable:
            lost = next((answer for answer in answers if not answer.definite), None)
            if lost is not None:
                return (), _Trouble(
                    PageEnd.DNS_FAILED, phrase("{host} cannot be looked up ({status})", host=host, status=lost.status)
                )
            return (), _Trouble(
                PageEnd.NO_IPV6, phrase("{host} has addresses of IPv6 only, and there is no IPv6 here", host=host)
            )
        return usable, None

    async def _ask(self, gate: Gate, place: Place, address: str, seconds: float) -> Fetched:
        from selfaudit.net import http  # requests and its parts take as long to load as everything else together

        want = http.Want(phrase("HTTPS: one GET of a page"), _ACCEPT, most=MAX_OCTETS)
        tls = self._net.settings.tls

        def work() -> Fetched:
            port = place.port or tls.port
            reply = http.get(gate, place.url, address, want, port=port, timeout=seconds, ca_file=tls.ca_file)
            return _read(place, reply)

        try:
            return await self._net._pool.run(work, seconds)
        except TimeoutError:
            late = HttpFetch(place.url, address, HttpStatus.TIMEOUT, detail=phrase("not done in time"))
            return _read(place, http.Reply(late))

    async def handshake(self, host: str, address: str) -> WebHandshake:
        """TLS with a host, whatever its certificate, and nothing after it."""
        return await handshake(self._net, self._gate, host, address)


def _read(place: Place, reply: Reply) -> Fetched:
    """What of an answer is kept."""
    fetch = reply.fetch
    detail = printable(fetch.detail, 200)
    hop = Hop(
        printable(place.url, MAX_URL), fetch.address, fetch.code, printable(fetch.content_type, 120), printable(fetch.location, MAX_URL),
        len(reply.body), detail, at=fetch.at, ms=fetch.ms,
    )  # fmt: skip
    end = _ENDS.get(fetch.outcome, PageEnd.ANSWERED)
    if end is PageEnd.TOO_LARGE and fetch.code in _REDIRECTS:
        end = PageEnd.ANSWERED  # what stands beside a redirect does not matter
    if end is not PageEnd.ANSWERED or fetch.code != 200:
        return Fetched(end, (hop,), detail=detail, location=reply.location)
    text, refresh = read_page(reply.body, fetch.content_type, place.url)
    return Fetched(end, (hop,), text, refresh, reply.body[:KEPT], detail)


async def handshake(net: Net, gate: Gate, host: str, address: str) -> WebHandshake:
    """Connects to the port of HTTPS, looks at the certificate and hangs up.

    Args:
        net: the network of the run.
        gate: counts the connection.
        host: whose certificate is asked for (server name indication, RFC 6066 section 3).
        address: where to connect.
    """
    now, wait, authority = time.time(), net.settings.limits.connect_timeout, getattr(gate, "authority", "")
    try:
        gate.check_passive(address)
    except NotPermittedError as error:
        return WebHandshake(host, detail=str(error), now=now)
    purpose = phrase("HTTPS: TLS handshake without a question")
    state, connection = await tcp.connect(gate, address, net.settings.tls.port, wait, purpose=purpose, authority=authority)
    if connection is None:
        return WebHandshake(host, address, state.outcome, detail=state.detail, now=now)
    try:
        tls = await connection.start_tls(unverified_context(), host, wait)
        certificate, why = net.shown_certificate(tls, now)
        above = issuer_url(tls.getpeercert(binary_form=True) or b"")
        return WebHandshake(host, address, state.outcome, True, tls.version() or "", certificate, above, why, now)
    except TimeoutError:
        return WebHandshake(host, address, state.outcome, detail=phrase("the TLS handshake was not done in time"), now=now)
    except (OSError, EOFError, ValueError):
        return WebHandshake(host, address, state.outcome, detail=phrase("the TLS handshake failed"), now=now)
    finally:
        connection.close()


def issuer_url(der: bytes) -> str:
    """Where a certificate says that the one that signed it can be fetched (RFC 5280 section 4.2.2.1), "" if it does not."""
    import warnings

    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    from selfaudit.net.certificates import _UNREADABLE

    try:
        with warnings.catch_warnings(action="ignore"):
            certificate = x509.load_der_x509_certificate(der)
            access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
            for entry in access:
                if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
                    entry.access_location, x509.UniformResourceIdentifier
                ):
                    return printable(entry.access_location.value, 300)
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return ""
    return ""
