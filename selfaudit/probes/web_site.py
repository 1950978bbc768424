"""A visit to a domain's own pages: home, privacy policy, place for reports of abuse, security.txt, and the named unsubscribe page."""

from __future__ import annotations

import dataclasses
from urllib.parse import urldefrag, urlsplit

from selfaudit.case import Case, Target
from selfaudit.errors import BadInput
from selfaudit.facts import Request
from selfaudit.facts.web import LinkKind, Page, PageEnd, PageRole, WebSite
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.pages import MAX_GETS, MAX_REDIRECTS, Fetched, Visit, authority_over
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.securitytxt import MAX_SIZE
from selfaudit.protocols.web_page import host_of, ranked, read_url, under_any
from selfaudit.text import printable

FACT = WebSite
_MAX_LEARNT = 10
_SECURITY = "/.well-known/security.txt"  # RFC 9116 section 3
_LEGACY = "/security.txt"
_PURPOSES: dict[str, PageRole] = {"privacy": "privacy", "abuse": "abuse", "unsubscribe": "unsubscribe"}


def request(target: Target, case: Case) -> Request:
    """One per domain, with what may be asked for it: (scope DOMAIN ...), (bulk YES/NO), (KIND URL) for each named page."""
    covered = case.domains() if case.authority is not None else ()
    scope = " ".join(dict.fromkeys((target.value, *covered)))
    pages = (f"{kind} {url}" for kind, url in named_pages(target.value, case))
    return Request(FACT.kind, target.value, (f"scope {scope}", f"bulk {case.bulk}", *pages))


def named_pages(domain: str, case: Case) -> list[tuple[str, str]]:
    """(kind, URL) of the named pages that count for a domain.

    Those on its own hosts come first. Where there is none of a kind, those count that are on no host of a named domain: a
    company may keep one policy for all its domains. Pages for unsubscribing count on the domain's own hosts only.
    """
    found = []
    for kind in _PURPOSES:
        hosts = {page.url: (urlsplit(page.url).hostname or "").rstrip(".") for page in case.pages if page.kind == kind}
        own = [url for url, host in hosts.items() if is_below(host, domain)]
        elsewhere = [url for url, host in hosts.items() if not any(is_below(host, d) for d in case.domains())]
        if kind == "unsubscribe":
            found += [(kind, url) for url in own]
        else:
            found += [(kind, url) for url in own or elsewhere]
    return found


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The hosts of the domain, and each other host of which a page was named."""
    domains, named = _scope(request), _named(request)
    pages = [urls[0] for urls in named.values() if urls]
    elsewhere = {host: url for url in pages if (host := host_of(url)) and not under_any(host, domains)}
    own = PlannedContact(
        phrase("the web server of {subject}", subject=request.subject),
        phrase("HTTPS: one GET each of the home page, the pages that it or you name, security.txt, and where they redirect to"),
        MAX_GETS,
        active=True,
    )
    what = phrase("HTTPS: one GET of a page that you named, and where it redirects to on the same host")
    others = [
        PlannedContact(phrase("the web server of {subject}", subject=host), what, MAX_REDIRECTS + 1, active=True)
        for host in elsewhere
    ]
    return [resolver(phrase("addresses of the domain's web pages"), 4 + 2 * len(others)), own, *others]


def _scope(request: Request) -> tuple[str, ...]:
    """The domains whose hosts may be asked."""
    params = (tuple(param.split(" ")) for param in request.params)
    return next((param[1:] for param in params if param[0] == "scope"), (request.subject,))


def _named(request: Request) -> dict[str, list[str]]:
    """The named pages by their kind."""
    params = [param.split(" ") for param in request.params]
    return {kind: [p[1] for p in params if p[0] == kind and len(p) > 1] for kind in _PURPOSES}


async def collect(request: Request, net: Net) -> WebSite:
    """Fetches at most six pages, one after the other."""
    domains, named = _scope(request), _named(request)
    bulk = next((param.partition(" ")[2] for param in request.params if param.startswith("bulk ")), "")
    visit = Visit(net, domains, authority_over(net.gate, request.subject))
    walk = _Walk(visit, request.subject, named)
    await walk.walk()
    return WebSite(request.subject, tuple(walk.pages), domains, walk.visit.answers, _learnt(net), bulk)


def _learnt(net: Net) -> tuple[str, ...]:
    """Where sample messages lead those who want no more mail. What follows "?" often names a subscriber, so it is left out."""
    found: dict[str, None] = {}
    for message in net.messages.values():
        for url in getattr(message, "unsubscribe_urls", ()):
            try:
                found[printable(read_url(str(url)).url.partition("?")[0], 300)] = None
            except BadInput:
                continue
    return tuple(found)[:_MAX_LEARNT]


class _Walk:
    def __init__(self, visit: Visit, domain: str, named: dict[str, list[str]]) -> None:
        self.visit, self._domain, self._named = visit, domain, named
        self.pages: list[Page] = []

    async def walk(self) -> None:
        """What the person named comes first: it must not be lost to the limit."""
        await self._home()
        await self._named_or_linked("privacy", ("privacy",))
        await self._named_or_linked("abuse", ("abuse", "contact"))
        await self._security()
        for url in self._named["unsubscribe"][:1]:
            await self._page("unsubscribe", url, named=True)

    async def _home(self) -> None:
        home = await self._page("home", f"https://{self._domain}/")
        if home.opened is None and not self._domain.startswith("www."):
            await self._page("home", f"https://www.{self._domain}/")

    async def _named_or_linked(self, role: PageRole, kinds: tuple[LinkKind, ...]) -> None:
        if named := self._named.get(role):
            await self._page(role, named[0], named=True)
            return
        home = next((p for p in self.pages if p.role == "home" and p.opened), None)
        if home is None or home.opened is None:
            return
        links = ranked(link for link in home.opened.links if link.kind in kinds)
        # What may be asked for comes first; a link that leads outside is followed only to be able to say so.
        links.sort(key=lambda link: (not link.sure, kinds.index(link.kind), not self._inside(link.url)))
        if links:
            await self._page(role, links[0].url)

    def _inside(self, url: str) -> bool:
        try:
            return is_below(read_url(url).host, self._domain)
        except BadInput:
            return False

    async def _security(self) -> None:
        host = self._domain
        bare, www = next((p for p in self.pages), None), f"www.{self._domain}"
        if bare is not None and bare.end is PageEnd.NO_ADDRESS and len(self.pages) > 1:
            host = www  # nothing is at the domain itself
        page = await self._page("security", f"https://{host}{_SECURITY}")
        if page.code in (404, 410):
            await self._page("security", f"https://{host}{_LEGACY}")

    async def _page(self, role: PageRole, url: str, *, named: bool = False) -> Page:
        got = await self.visit.page(urldefrag(url).url, named=named)
        if role != "security" and got.refresh:
            got = await self.visit.further(got, named=named)
        page = _kept(role, url, got, named=named)
        self.pages.append(page)
        return page


def _kept(role: PageRole, url: str, got: Fetched, *, named: bool) -> Page:
    text = None if role == "security" else got.text
    if role == "unsubscribe" and text is not None:
        # Such a page may show whom it is for.
        text = dataclasses.replace(text, title="", links=(), abuse=(), perhaps=(), mail=(), who=(), topics=())
    page = Page(role, printable(url, 2000), got.end, got.hops, named, got.detail, text)
    if role != "security" or page.code != 200:
        return page
    body, utf8 = got.body, True
    try:
        shown = body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character that the limit cut in two is no fault.
        utf8 = len(body) > MAX_SIZE and error.start > MAX_SIZE - 4
        shown = body.decode("utf-8", "replace")
    return dataclasses.replace(page, body=shown, utf8=utf8)
