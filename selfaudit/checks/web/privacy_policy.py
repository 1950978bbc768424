"""Visitors find a privacy policy that says who is behind it.

What it checks:
    Whether the domain's home page leads to a privacy policy in one click, and whether that page says who is responsible.

Why it matters:
    Providers demand a privacy policy for each domain that sends mail. People who get mail look there for who has their address,
    and so does an abuse desk.

How it is judged:
    1. Open https://DOMAIN/, and https://www.DOMAIN/ if the first does not open. Redirects are followed on your own hosts.
    2. Look for a link that is called just what privacy policies are called (in English, German, French, Spanish, Italian, Dutch, Czech,
       Polish, Slovak, Portuguese, Swedish, Norwegian, Hungarian, Finnish; the commonest names in more languages are known, too); of several,
       the last. A page that you name (--page privacy=ADDRESS) takes its place; the home page must still lead to it.
    3. Open it: status 200, a title or heading that names a privacy policy, words of one, at least 1000 characters of text, and a mail
       address, a telephone number, the name of a company or of the person responsible.
    4. No link that speaks of privacy on a home page that was read: missing. A link to a page that is gone: missing, too.
    5. A link that only speaks of privacy (“Privacy screens”), a page with other headings, a page that says that it was not found, and one
       with the words of the home page are not known to be a policy, and not known to be none.
    6. A home page of less than 1000 characters without any of the usual links, frames and places that scripts fill may hide the link, so
       nothing is concluded. Pages that show nothing without scripts, PDF files, pages in other languages, errors of the server, silence, and pages on
       somebody else's server say nothing.
    7. A domain that publishes that it sends no mail (SPF “v=spf1 -all”) need not have one for its mail.

Limits and false positives:
    Each page is asked for once, with the name of this program; scripts are not run, and robots.txt is not asked for, since these
    are your own pages and nothing is searched through. What the policy says is not judged: only that it is there and names
    somebody. Links that only styles hide are taken for visible.

References:
    GDPR (EU) 2016/679 articles 12 and 13; RFC 9110 section 15; RFC 7208 section 10.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import urldefrag

from selfaudit.checks.web import _pages
from selfaudit.facts.mail import SpfLookups
from selfaudit.facts.web import Page, PageText, WebSite
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.web_page import host_of


class Tag(StrEnum):
    OK = "PRIVACY_FOUND"
    MISSING = "PRIVACY_MISSING"
    DEAD = "PRIVACY_DEAD_LINK"
    SHORT = "PRIVACY_SHORT"
    NOBODY = "PRIVACY_NAMES_NOBODY"
    NOT_LINKED = "PRIVACY_NOT_LINKED"
    LINK_UNSEEN = "PRIVACY_LINK_UNSEEN"
    HIDDEN = "PRIVACY_LINK_HIDDEN"
    NOT_RECOGNISED = "PRIVACY_NOT_RECOGNISED"
    UNSURE = "PRIVACY_LINK_UNCLEAR"
    MORE = "PRIVACY_PERHAPS_MORE"
    NO_SITE = "PRIVACY_NO_SITE"
    NOT_SENDING = "PRIVACY_NO_MAIL_SENT"
    UNREAD = "PRIVACY_UNREAD"
    OUTSIDE = "PRIVACY_OUTSIDE"
    SCRIPTS = "PRIVACY_ONLY_SCRIPTS"
    LANGUAGE = "PRIVACY_OTHER_LANGUAGE"


CHECK = Check(
    "web.privacy-policy", N_("Visitors find a privacy policy that says who is behind it"), (WebSite, SpfLookups), "domain", Contact.ACTIVE
)  # fmt: skip

_LEAST = 1000  # characters
_WORDS = 2  # different words of privacy policies
_WORDS_AT_HOME = 4  # where the policy is a part of the home page, whose menus speak of it too
_LINK = '<a href="/privacy">Privacy policy</a>'
_WRITE = Remedy(
    N_(
        "Publish a page that says which data you hold, why, for how long, and who is responsible: name or company, address, and a mail "
        "address. Link to it from every page of {domain}, best at the foot. If there is one already, name it with --page privacy=ADDRESS."
    ),
    verify="curl -sSL https://{domain}/ | grep -i -A2 privacy   # right: a link to the policy",
    record=_LINK,
    stacks={
        "WordPress": "Settings > Privacy > Create New Page, then Appearance > Menus: add it to the menu at the foot",
        "Shopify": "Settings > Policies > Privacy policy, then Online Store > Navigation > Footer menu",
        "Wix": "Add a page “Privacy policy”, then link it in the footer",
        "Squarespace": "Pages > add a page, then edit the footer and link it",
    },
    minutes=90,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} shows a privacy policy that says who is responsible: {url}.")),
    Tag.MISSING: Message(Severity.HIGH, N_("The home page of {domain} leads to no privacy policy."), _WRITE),
    Tag.DEAD: Message(
        Severity.HIGH,
        N_("The privacy policy of {domain} is not there: {url} leads to no such page."),
        Remedy(
            N_("Put the page back, or correct the link to it."),
            verify="curl -sSL -o /dev/null -w '%{{http_code}}\\n' {url}   # right: 200",
        ),
    ),
    Tag.SHORT: Message(
        Severity.MEDIUM,
        N_(
            "The privacy policy of {domain} ({url}) has only {characters} characters of text; a policy that says enough has more."
        ),
        _WRITE,
    ),
    Tag.NOBODY: Message(
        Severity.MEDIUM,
        N_(
            "The privacy policy of {domain} ({url}) does not say who is responsible: no mail address, no telephone number and no name of a "
            "company was recognised in it."
        ),
        Remedy(
            N_(
                "Name the company or person who is responsible, with postal address and mail address, at the beginning of the policy."
            ),
            verify="curl -sSL {url}",
            minutes=20,
        ),
    ),
    Tag.NOT_LINKED: Message(
        Severity.MEDIUM,
        N_("The home page of {domain} does not lead to the privacy policy that you named ({url}), so visitors do not find it."),
        Remedy(
            N_("Link to it from every page of {domain}, best at the foot."), verify="curl -sSL https://{domain}/", record=_LINK
        ),
    ),
    Tag.LINK_UNSEEN: Message(
        Severity.INFO,
        N_(
            "The home page of {domain} shows nothing without scripts, so whether it leads to the policy that you named was not seen."
        ),
    ),
    Tag.HIDDEN: Message(
        Severity.UNKNOWN,
        N_(
            "The home page of {domain} has a link to {url}, but it is hidden at first, so it is not known whether visitors see it."
        ),
        Remedy(
            N_("Look at the page in a browser. Best, put the link where it is seen without a click."), record=_LINK, minutes=10
        ),
    ),
    Tag.NOT_RECOGNISED: Message(
        Severity.UNKNOWN,
        N_("{url} opens, but was not recognised as a privacy policy by its title, headings and words."),
        Remedy(
            N_(
                "See whether the link leads to the right page. If the policy is elsewhere, name it with --page privacy=ADDRESS."
            ),
            verify="curl -sSL {url}",
        ),
    ),
    Tag.UNSURE: Message(
        Severity.UNKNOWN,
        N_("The home page of {domain} leads to no page that is clearly called a privacy policy; {url} was the likeliest."),
        Remedy(
            N_(
                "Call the link “Privacy policy”, or name the page that is meant with --page privacy=ADDRESS or under “Your pages”."
            ),
            verify="curl -sSL https://{domain}/",
            record=_LINK,
            minutes=10,
        ),
    ),
    Tag.MORE: _pages.PERHAPS_MORE,
    Tag.NO_SITE: Message(Severity.MEDIUM, N_("{domain} has no web page, so nobody finds a privacy policy there."), _WRITE),
    Tag.NOT_SENDING: Message(
        Severity.NONE, N_("{domain} publishes that it sends no mail, so none is demanded for it; none was found.")
    ),
    Tag.UNREAD: _pages.UNREAD,
    Tag.OUTSIDE: _pages.OUTSIDE,
    Tag.SCRIPTS: _pages.SCRIPTS,
    Tag.LANGUAGE: _pages.LANGUAGE,
}


def judge(site: WebSite, spf: SpfLookups, policy: Policy) -> Iterator[Finding]:
    pages = site.of("privacy")
    if pages:
        yield from _policy(site, pages[0])
        return
    domain = site.domain
    if _pages.no_site(site):
        yield found(Tag.NOT_SENDING if _pages.sends_nothing(spf) else Tag.NO_SITE, domain=domain)
        return
    trouble = _pages.home_trouble(site)
    if trouble:
        yield found(Tag[trouble[0]], **_pages.page_args(trouble[1], "privacy"))
    else:
        yield found(Tag.NOT_SENDING if _pages.sends_nothing(spf) else Tag.MISSING, domain=domain)


def _policy(site: WebSite, page: Page) -> Iterator[Finding]:
    args = {"domain": site.domain, **_pages.page_args(page, "privacy")}
    trouble = _pages.page_trouble(page)
    text = page.opened
    leading = [link for link in _pages.home_links(site, ("privacy",)) if urldefrag(link.url).url == page.url]
    if leading and not page.named and not any(link.sure for link in leading):
        yield found(Tag.UNSURE, **args)
    elif _pages.says_gone(page):
        yield found(Tag.DEAD, **args)
    elif trouble or text is None:
        yield found(Tag[trouble or "UNREAD"], **args)
    else:
        yield from _read(site, page, text, args)


def _read(site: WebSite, page: Page, text: PageText, args: dict[str, Any]) -> Iterator[Finding]:
    home = site.home
    links = [link for link in _pages.home_links(site, ("privacy",)) if urldefrag(link.url).url == page.url]
    at_home = home is not None and _pages.same_page(page.last_url, home.last_url)
    if at_home and not page.named and not any(urldefrag(link.url).fragment for link in links):
        # A link to nowhere opens something by script, if it does anything; one to another page that leads back is dead.
        yield found(Tag.SCRIPTS if any("#" in link.url for link in links) else Tag.DEAD, **args)
        return
    first = home.opened if home is not None else None
    if len(text.privacy) < (_WORDS_AT_HOME if at_home else _WORDS) or not _is_headed(text, None if at_home else first):
        yield found(Tag.NOT_RECOGNISED, **args)
        return
    somebody = text.mail or text.abuse or text.who or text.masked
    if (text.characters < _LEAST or not somebody) and args["more"]:
        yield found(Tag.MORE, **args)
        return
    wrong = False
    if text.characters < _LEAST:
        wrong = True
        yield found(Tag.SHORT, **args, characters=text.characters)
    if not somebody:
        wrong = True
        yield found(Tag.NOBODY, **args)
    for tag in _way(site, page, args):
        wrong = wrong or tag is not Tag.LINK_UNSEEN
        yield found(tag, **args)
    if not wrong:
        yield found(Tag.OK, **{**args, "url": page.last_url})


def _is_headed(text: PageText, home: PageText | None) -> bool:
    """The page calls itself a policy, and is not the home page under another address, nor a page that says that there is none."""
    if text.missing or (home is not None and home.digest == text.digest):
        return False
    return any(topic not in (home.topics if home is not None else ()) for topic in text.topics) or (
        bool(text.topics) and home is not None and home.title != text.title
    )


def _way(site: WebSite, page: Page, args: dict[str, Any]) -> Iterator[Tag]:
    """What is to be said about the way from the home page to the policy."""
    links = _pages.home_links(site, ("privacy",))
    if not page.named:
        if not any(link.visible for link in links):
            yield Tag.HIDDEN
        return
    reached = [link for link in links if _pages.same_page(link.url, page.url) or _pages.same_page(link.url, page.last_url)]
    trouble = _pages.home_trouble(site)
    own = is_below(host_of(page.last_url), site.domain)
    if reached:
        if not any(link.visible for link in reached):
            yield Tag.HIDDEN
    elif _pages.no_site(site):
        return  # there is no home page that could lead to it
    elif trouble is None:
        yield Tag.NOT_LINKED
    elif trouble[0] == "SCRIPTS" and own:
        yield Tag.LINK_UNSEEN
    else:
        args.update(_pages.page_args(trouble[1], "privacy"))
        yield Tag[trouble[0]]
