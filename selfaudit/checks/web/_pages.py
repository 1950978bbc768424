"""Why a page says nothing, and other small judgements that the checks of this family share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urldefrag

from selfaudit.facts.mail import SpfLookups
from selfaudit.facts.web import LinkKind, Page, PageEnd, PageLink, PageText, WebSite
from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_, phrase
from selfaudit.text import printable

GONE = (404, 410)
_LEAST_OF_HOME = 1000  # characters
_OUTSIDE = (PageEnd.OUTSIDE, PageEnd.ALIAS_OUTSIDE)

UNREAD = Message(
    Severity.UNKNOWN,
    N_("{url} could not be read from here: {why}."),
    Remedy(
        N_(
            "If your server is switched off at the moment, this is expected: run the audit again when it is back. Otherwise open the address in a "
            "browser. It should be a web page, not a PDF file, that opens for everybody, for programs too, with a certificate that is accepted."
        ),
        verify="curl -sSL -D - -o /dev/null {url}",
        minutes=10,
    ),
)
SCRIPTS = Message(
    Severity.UNKNOWN,
    N_(
        "{url} shows next to nothing before its scripts have run, and no scripts are run here, so what visitors see is not known."
    ),
    Remedy(
        N_(
            "Look at the page in a browser, and name the page that is meant with --page {kind}=ADDRESS or under “Your pages”. Better still, put the link "
            "into the page itself, so that it is there without scripts."
        ),
        verify="curl -sS {url}",
    ),
)
LANGUAGE = Message(
    Severity.UNKNOWN,
    N_("{url} is in a language whose words this program does not know, so it cannot tell what it is about."),
    Remedy(N_("Look at the page yourself, and say in your statement where what is asked for stands in it."), minutes=10),
)
PERHAPS_MORE = Message(
    Severity.UNKNOWN,
    N_("Nothing of the kind was found on {url}, but visitors may see more there than was read: {more}."),
    Remedy(
        N_(
            "Look at the page in a browser, and name the page that is meant with --page {kind}=ADDRESS or under “Your pages”. Best, let the page lead "
            "there for everybody, before any choice and without scripts."
        ),
        verify="curl -sSL {url}",
        minutes=10,
    ),
)
OUTSIDE = Message(
    Severity.UNKNOWN,
    N_("The way to {url} leads to somebody else's server, which is not asked unless you name the page: {why}."),
    Remedy(
        N_("If that page is yours, name it with --page {kind}=ADDRESS or under “Your pages”, and run the audit again."),
        verify="curl -sSL -D - -o /dev/null {url}",
        minutes=5,
    ),
)


def why_unread(page: Page) -> str:
    """Why a page says nothing, in words."""
    if page.text is not None and page.text.unread and page.code == 200:
        return page.text.unread
    if page.end is PageEnd.ANSWERED:
        return phrase("HTTP status {code}", code=page.code)
    return page.detail or str(page.end)


def is_outside(page: Page) -> bool:
    """The way to a page leads to a host that is not asked."""
    return page.end in _OUTSIDE


def no_site(site: WebSite) -> bool:
    """Neither the domain nor its www name has an address: there is no web page to read."""
    homes = site.of("home")
    return bool(homes) and all(p.end is PageEnd.NO_ADDRESS for p in homes)


def page_args(page: Page, kind: str) -> dict[str, Any]:
    """The arguments of messages about a page."""
    more = perhaps_more(page.opened, home=page.role == "home") if page.opened else ""
    return {"url": printable(page.url, 200), "why": why_unread(page), "kind": kind, "code": page.code, "more": more}


def perhaps_more(text: PageText, *, home: bool = False) -> str:
    """Why visitors may see more than was read, "" if nothing speaks for it. A home page must show more than others to be one."""
    if not text.whole:
        return phrase("it is written so that only a part of it could be read")
    if text.frames:
        return phrase("other pages are shown in it (frames), and those were not read")
    if text.filled and text.scripts:
        return phrase("it has a place that a script fills")
    if home and text.characters < _LEAST_OF_HOME and not text.links:
        return phrase("it has few words and none of the usual links, as pages have that ask for consent, age or language first")
    return ""


def home_trouble(site: WebSite) -> tuple[str, Page] | None:
    """What keeps the home page from being judged: the name of a tag ("UNREAD", "OUTSIDE", "SCRIPTS", "MORE", "LANGUAGE"), and the page."""
    home = site.home
    if home is None:
        return None
    text = home.opened
    if text is None:
        # What the second name was met by matters only if the first does not exist.
        told = next((p for p in site.of("home") if p.end is not PageEnd.NO_ADDRESS), home)
        return ("OUTSIDE" if is_outside(told) else "UNREAD"), told
    if text.only_scripts:
        return "SCRIPTS", home
    if perhaps_more(text):
        return "MORE", home
    if not text.in_known_language:
        return "LANGUAGE", home
    return ("MORE", home) if perhaps_more(text, home=True) else None


def page_trouble(page: Page) -> str:
    """The same for any other page, "" if there is none. That it is gone (404, 410) is no trouble, but an answer."""
    text = page.opened
    if text is None:
        return "" if page.code in GONE else "OUTSIDE" if is_outside(page) else "UNREAD"
    if text.only_scripts:
        return "SCRIPTS"
    return "" if text.in_known_language else "LANGUAGE"


def says_gone(page: Page) -> bool:
    """The page is not there: it says so with its status, or in its few words, of which none is about what was looked for."""
    text = page.opened
    if page.code in GONE or text is None:
        return page.code in GONE
    about = len(text.privacy) > 1 or text.topics or text.unsubscribe or text.abuse or text.reporting
    return bool(text.missing) and text.characters < 1000 and not about


def home_links(site: WebSite, kinds: Iterable[LinkKind]) -> tuple[PageLink, ...]:
    """The links of these kinds on the home page."""
    home = site.home
    text = home.opened if home else None
    return tuple(link for link in text.links if link.kind in kinds) if text else ()


def same_page(first: str, second: str) -> bool:
    """Whether two URLs name the same page, apart from fragment, http or https and a last slash."""
    return _bare(first) == _bare(second)


def _bare(url: str) -> str:
    host, slash, path = urldefrag(url).url.partition("://")[2].partition("/")
    return (host.lower().removesuffix(":443") + slash + path).rstrip("/").removeprefix("www.")


def sends_nothing(spf: SpfLookups) -> bool:
    """The domain publishes that it sends no mail: its only SPF record is "v=spf1 -all" (RFC 7208 section 10.1.2)."""
    answer = spf.published if spf.published is not None and spf.published.definite else spf.cached
    records = [text for text in answer.texts() if text.lower().startswith("v=spf1")]
    return len(records) == 1 and records[0].lower().split() == ["v=spf1", "-all"]
