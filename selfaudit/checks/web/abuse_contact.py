"""Visitors find where to report abuse.

What it checks:
    Whether the domain's pages show a mail address or a form for reports of abuse, where people look for it.

Why it matters:
    Providers demand a conspicuous contact for abuse. Whoever gets unwanted mail and finds none complains to the provider and to
    blocklists instead.

How it is judged:
    1. Open https://DOMAIN/ (or https://www.DOMAIN/), and the page to which it leads under words like “Report abuse”, else its
       imprint or contact page. A page that you name (--page abuse=ADDRESS) takes its place.
    2. Look in the visible text of these pages and of the privacy policy for an address like abuse@DOMAIN (abuse-desk@, abuse+web@), also
       written as “abuse (at) DOMAIN”, or for words like “Report abuse” with a mail address or a field for a letter close to them.
    3. Other words about abuse (of substances, for example), a telephone number alone, and home pages of less than 1000 characters without
       any of the usual links, with frames or with places that scripts fill say nothing. Otherwise, nothing of the kind, though the pages could be read: missing. An address only in security.txt is for finders of security
       holes and does not count.
    4. An abuse address under a domain that is not yours may be somebody else's.
    5. Pages that show nothing without scripts, in other languages, on other servers or with errors say nothing.

Limits and false positives:
    Whether somebody reads what is sent there is not seen here (see mail.contacts). Addresses in pictures are not seen. robots.txt is
    not asked for: these are your own pages, and each is asked for once.

References:
    RFC 2142 section 2; RFC 9116 section 1 (what security.txt is for).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from selfaudit.checks.web import _pages
from selfaudit.facts.web import Page, PageText, WebSite
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.psl import registrable_domain
from selfaudit.protocols.web_page import under_any
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "ABUSE_CONTACT_SHOWN"
    FORM = "ABUSE_PAGE_SHOWN"
    MISSING = "ABUSE_CONTACT_MISSING"
    DEAD = "ABUSE_DEAD_LINK"
    ELSEWHERE = "ABUSE_CONTACT_ELSEWHERE"
    NOT_LINKED = "ABUSE_PAGE_NOT_LINKED"
    NO_WAY = "ABUSE_PAGE_WITHOUT_CONTACT"
    NO_SITE = "ABUSE_NO_SITE"
    UNREAD = "ABUSE_UNREAD"
    UNCLEAR = "ABUSE_CONTACT_UNCLEAR"
    MORE = "ABUSE_PERHAPS_MORE"
    OUTSIDE = "ABUSE_OUTSIDE"
    SCRIPTS = "ABUSE_ONLY_SCRIPTS"
    LANGUAGE = "ABUSE_OTHER_LANGUAGE"


CHECK = Check("web.abuse-contact", N_("Visitors find where to report abuse"), (WebSite,), "domain", Contact.ACTIVE)

_LINE = '<p>Report abuse: <a href="mailto:abuse@{domain}">abuse@{domain}</a></p>'
_SHOW = Remedy(
    N_(
        "Write “Report abuse: abuse@{domain}” at the foot of every page, and on the imprint or contact page; see that the address takes mail and "
        "that somebody reads it every day. If there is a page for it already, name it with --page abuse=ADDRESS."
    ),
    verify="curl -sSL https://{domain}/ | grep -i abuse",
    record=_LINE,
    stacks={
        "WordPress": "Appearance > Editor > Patterns > Footer (or Appearance > Widgets > Footer): add the line",
        "Shopify": "Online Store > Themes > Customize > Footer: add a text block with the line",
    },
    minutes=20,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{url} shows {address} for reports of abuse.")),
    Tag.FORM: Message(Severity.GOOD, N_("{url} says how to report abuse.")),
    Tag.MISSING: Message(
        Severity.HIGH, N_("No contact for reports of abuse was found on the pages of {domain} ({pages} were read)."), _SHOW
    ),
    Tag.DEAD: Message(
        Severity.HIGH,
        N_("The page for reports of abuse is not there: {url} leads to no such page."),
        Remedy(
            N_("Put the page back, or correct the link to it."), verify="curl -sSL -o /dev/null -w '%{{http_code}}\\n' {url}   # right: 200"
        ),
    ),
    Tag.ELSEWHERE: Message(
        Severity.LOW,
        N_("{url} shows {address} for reports of abuse, which is not under a domain of yours."),
        Remedy(
            N_("If you read that mailbox, say so in your statement. If not, show an address of your own."), record=_LINE, minutes=10
        ),
    ),
    Tag.NOT_LINKED: Message(
        Severity.MEDIUM,
        N_("The home page of {domain} neither leads to {url} nor shows an abuse contact itself, so visitors do not find it."),
        Remedy(N_("Link to it from every page, best at the foot."), verify="curl -sSL https://{domain}/", record='<a href="{url}">Report abuse</a>'),
    ),
    Tag.NO_WAY: Message(
        Severity.MEDIUM,
        N_("{url} is there for reports of abuse, but shows neither a mail address, nor a form, nor a telephone number."),
        _SHOW,
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{url} speaks of abuse or shows a way to write, but whether it is for reports of abuse by mail could not be told."),
        Remedy(
            N_(
                "If it is, write “Report abuse: abuse@{domain}” there, or name the page with --page abuse=ADDRESS or under “Your pages”. If it is not, "
                "show such a contact at the foot of every page."
            ),
            verify="curl -sSL {url} | grep -i abuse",
            record=_LINE,
            minutes=20,
        ),
    ),
    Tag.MORE: _pages.PERHAPS_MORE,
    Tag.NO_SITE: Message(Severity.MEDIUM, N_("{domain} has no web page, so nobody finds there where to report abuse."), _SHOW),
    Tag.UNREAD: _pages.UNREAD,
    Tag.OUTSIDE: _pages.OUTSIDE,
    Tag.SCRIPTS: _pages.SCRIPTS,
    Tag.LANGUAGE: _pages.LANGUAGE,
}  # fmt: skip


def judge(site: WebSite, policy: Policy) -> Iterator[Finding]:
    special = next(iter(site.of("abuse")), None)
    read = [(page, text) for page in site.of("home", "abuse", "privacy") if (text := page.opened) is not None]
    shown = [(page, address) for page, text in read for address in text.abuse]
    own = {registrable_domain(domain) or domain for domain in (site.domain, *site.domains)}
    mine = next(((p, a) for p, a in shown if under_any(a.partition("@")[2], own)), None)
    dedicated = special is not None and _is_dedicated(site, special)
    if mine is not None and not (mine[0] is special and special.named):
        yield found(Tag.OK, **_args(site, mine[0]), address=mine[1])
    elif special is not None and dedicated and _pages.says_gone(special):
        yield found(Tag.DEAD, **_args(site, special))
    elif special is not None and dedicated and special.opened is not None:
        yield from _page(site, special, special.opened, mine[1] if mine else "")
    elif beside := next(((p, t) for p, t in read if t.report), None):
        yield found(Tag.FORM, **_args(site, beside[0]))
    elif shown:
        yield found(Tag.ELSEWHERE, **_args(site, shown[0][0]), address=shown[0][1])
    else:
        yield from _nothing(site, special, _unclear(site, special, read))


def _is_dedicated(site: WebSite, page: Page) -> bool:
    """It is a page for reports of abuse, not just a contact page."""
    return page.named or any(link.sure and _pages.same_page(link.url, page.url) for link in _pages.home_links(site, ("abuse",)))


def _unclear(site: WebSite, special: Page | None, read: Sequence[tuple[Page, PageText]]) -> Page | None:
    """A page that has something to do with abuse, or a mail address that could not be read."""
    for page, text in read:
        if text.reporting or text.perhaps or text.masked:
            return page
    loose = [link for link in _pages.home_links(site, ("abuse",)) if not link.sure]
    return special or site.home if loose else None


def _page(site: WebSite, page: Page, text: PageText, address: str) -> Iterator[Finding]:
    """A page for reports of abuse that opened."""
    args = _args(site, page)
    trouble = _pages.page_trouble(page)
    if trouble == "SCRIPTS":
        yield found(Tag.SCRIPTS, **args)
        return
    if not (text.abuse or text.mail or text.form):
        # A field for a search, or the number of the shop, may be on every page.
        maybe = text.field or text.who or text.masked or args["more"]
        yield found(Tag.UNCLEAR if maybe else Tag.NO_WAY, **args)
        return
    if page.named:
        linked = any(
            _pages.same_page(link.url, url) for link in _pages.home_links(site, ("abuse", "contact", "privacy")) for url in (page.url, page.last_url)
        )  # fmt: skip
        home = _pages.home_trouble(site)
        if not linked and home is None:
            yield found(Tag.NOT_LINKED, **args)
            return
        if not linked and home is not None and home[0] != "SCRIPTS":
            yield found(Tag[home[0]], **{**args, **_pages.page_args(home[1], "abuse")})
            return
    yield found(Tag.OK, **args, address=address) if address else found(Tag.FORM, **args)


def _nothing(site: WebSite, special: Page | None, unclear: Page | None) -> Iterator[Finding]:
    """Nothing was found: is it because nothing could be read?"""
    if _pages.no_site(site) and special is None:
        yield found(Tag.NO_SITE, domain=site.domain)
        return
    if special is not None:
        trouble = _pages.page_trouble(special)
        if trouble:
            yield found(Tag[trouble], **_args(site, special))
            return
    if unclear is not None:
        yield found(Tag.UNCLEAR, **_args(site, unclear))
        return
    if special is not None and special.opened is not None and _pages.perhaps_more(special.opened):
        yield found(Tag.MORE, **_args(site, special))
        return
    home = _pages.home_trouble(site)
    if home:
        yield found(Tag[home[0]], **{**_args(site, home[1])})
        return
    pages = [printable(p.last_url, 200) for p in site.of("home", "abuse", "privacy") if p.opened]
    yield found(Tag.MISSING, domain=site.domain, pages=tuple(dict.fromkeys(pages)))


def _args(site: WebSite, page: Page) -> dict[str, Any]:
    return {"domain": site.domain, **_pages.page_args(page, "abuse")}
