"""The page for unsubscribing opens without a log-in.

What it checks:
    Whether the page that you name for unsubscribing opens for everybody, and does not ask for a password.

Why it matters:
    Whoever wants no more mail and has to log in first presses “spam” instead. Providers and large receivers demand that unsubscribing
    works without an account.

How it is judged:
    1. Only a page that you name (--page unsubscribe=ADDRESS) is opened, once, with GET. Addresses from sample messages are not opened:
       they often name a subscriber, and to open one could unsubscribe that person. Name the address of a test subscriber of yours.
    2. Status 200, words about unsubscribing in the title, a heading or a button, and neither a field for a password nor words of signing in
       or of an error beside them: right. Words that may mean leaving an account (“Abmelden”) count beside “newsletter” and the like.
    3. A field for a password and a heading or button for signing in, without a word about unsubscribing, or status 401: it asks for a log-in.
       404 or 410: it is gone. Whatever lies between says nothing.
    4. 400, 403, 422 and 5xx, pages that show nothing without scripts, and pages on other hosts than those of the domain say nothing.
    5. Nothing is sent to the page: whether unsubscribing works in the end is not tried. The headers of a message are another check
       (message.unsubscribe).

Limits and false positives:
    A page that is meant for a subscriber may look different without one's address. What the page shows about a subscriber is not kept.

References:
    RFC 8058 section 3.2; RFC 2369 section 3.2; RFC 9110 section 15.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks.web import _pages
from selfaudit.facts.mail import SpfLookups
from selfaudit.facts.web import Page, PageText, WebSite
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.web_page import host_of


class Tag(StrEnum):
    OK = "UNSUBSCRIBE_PAGE_OPENS"
    LOGIN = "UNSUBSCRIBE_PAGE_LOGIN"
    DEAD = "UNSUBSCRIBE_PAGE_GONE"
    NOT_RECOGNISED = "UNSUBSCRIBE_PAGE_NOT_RECOGNISED"
    UNCLEAR = "UNSUBSCRIBE_PAGE_UNCLEAR"
    NEEDS_TOKEN = "UNSUBSCRIBE_PAGE_NEEDS_ADDRESS"  # noqa: S105 - not a password
    NOT_NAMED = "UNSUBSCRIBE_PAGE_NOT_NAMED"
    LEARNT = "UNSUBSCRIBE_PAGE_ONLY_LEARNT"
    NOT_NEEDED = "UNSUBSCRIBE_PAGE_NOT_NEEDED"
    NOT_SENDING = "UNSUBSCRIBE_NO_MAIL_SENT"
    UNREAD = "UNSUBSCRIBE_UNREAD"
    OUTSIDE = "UNSUBSCRIBE_OUTSIDE"
    SCRIPTS = "UNSUBSCRIBE_ONLY_SCRIPTS"
    LANGUAGE = "UNSUBSCRIBE_OTHER_LANGUAGE"


CHECK = Check(
    "web.unsubscribe", N_("The page for unsubscribing opens without a log-in"), (WebSite, SpfLookups), "domain", Contact.ACTIVE, advisory=True
)  # fmt: skip

_OPEN = Remedy(
    N_(
        "Let the page open with nothing but the link from the message: no log-in, no password, one click or button to be done with it. A log-in for "
        "other settings may stay elsewhere."
    ),
    verify="curl -sSL {url}   # right: the page, without a field for a password",
    minutes=60,
)
_NAME = Remedy(
    N_(
        "Name the page with --page unsubscribe=ADDRESS or under “Your pages”. If the address is different for each subscriber, name that of a test "
        "subscriber of yours: opening it may unsubscribe that one."
    ),
    minutes=5,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{url} opens without a log-in and speaks of unsubscribing.")),
    Tag.LOGIN: Message(Severity.HIGH, N_("{url} asks for a log-in ({how})."), _OPEN),
    Tag.DEAD: Message(
        Severity.HIGH,
        N_("The page for unsubscribing is not there: {url} leads to no such page."),
        Remedy(
            N_("Put the page back, or correct the link in your messages. Links in messages that were sent already must go on working."),
            verify="curl -sSL -o /dev/null -w '%{{http_code}}\\n' {url}   # right: 200",
            minutes=60,
        ),
    ),
    Tag.NOT_RECOGNISED: Message(
        Severity.UNKNOWN,
        N_("{url} opens without a log-in, but no word about unsubscribing was recognised in it."),
        Remedy(N_("Open it as a subscriber would, and say in your statement what it shows."), verify="curl -sSL {url}", minutes=10),
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{url} opens, but whether one can unsubscribe there without a log-in could not be told ({how})."),
        Remedy(
            N_(
                "Open it in a private window of your browser, as a subscriber would. If it works without a log-in, say so in your statement; if not, let it "
                "open with nothing but the link from the message."
            ),
            verify="curl -sSL {url}",
            minutes=10,
        ),
    ),
    Tag.NEEDS_TOKEN: Message(
        Severity.UNKNOWN, N_("{url} does not open like this (HTTP status {code}); it may want the address of a subscriber."), _NAME
    ),
    Tag.NOT_NAMED: Message(
        Severity.UNKNOWN, N_("No page for unsubscribing on a host of {domain} was named, so none was opened."), _NAME
    ),
    Tag.LEARNT: Message(
        Severity.UNKNOWN,
        N_("Sample messages lead to {urls} for unsubscribing. It was not opened: opening such a link may unsubscribe somebody."),
        _NAME,
    ),
    Tag.NOT_NEEDED: Message(Severity.NONE, N_("It was said that no bulk mail is sent, so {domain} needs no page for unsubscribing.")),
    Tag.NOT_SENDING: Message(Severity.NONE, N_("{domain} publishes that it sends no mail, so it needs no page for unsubscribing.")),
    Tag.UNREAD: _pages.UNREAD,
    Tag.OUTSIDE: _pages.OUTSIDE,
    Tag.SCRIPTS: _pages.SCRIPTS,
    Tag.LANGUAGE: _pages.LANGUAGE,
}  # fmt: skip

_WANTS_MORE = (400, 422)
_PASSWORD_FIELD = phrase("a field for a password")
_IN_PASSING = phrase("the words are in no heading and on no button")


def judge(site: WebSite, spf: SpfLookups, policy: Policy) -> Iterator[Finding]:
    pages = site.of("unsubscribe")
    if pages:
        yield from _page(pages[0])
        return
    learnt = [url for url in site.learnt if is_below(host_of(url), site.domain)]
    if learnt:
        yield found(Tag.LEARNT, domain=site.domain, urls=learnt[:3])
    elif _pages.sends_nothing(spf):
        yield found(Tag.NOT_SENDING, domain=site.domain)
    elif site.bulk == "no":
        yield found(Tag.NOT_NEEDED, domain=site.domain)
    else:
        yield found(Tag.NOT_NAMED, domain=site.domain)


def _page(page: Page) -> Iterator[Finding]:
    args = _pages.page_args(page, "unsubscribe")
    text = page.opened
    if page.code == 401:
        yield found(Tag.LOGIN, **args, how="HTTP 401")
    elif page.code in _WANTS_MORE:
        yield found(Tag.NEEDS_TOKEN, **args)
    elif _pages.says_gone(page):
        yield found(Tag.DEAD, **args)
    elif text is None:
        yield found(Tag.OUTSIDE if _pages.is_outside(page) else Tag.UNREAD, **args)
    else:
        yield from _opened(page, text, args)


def _opened(page: Page, text: PageText, args: dict[str, Any]) -> Iterator[Finding]:
    if text.password:
        asks = text.doubt and not text.unsubscribe
        yield found(Tag.LOGIN if asks else Tag.UNCLEAR, **args, how=_how(page))
    elif text.leave and not text.doubt and not text.missing:
        yield found(Tag.OK, **args)
    elif text.unsubscribe:
        words = ", ".join((*text.doubt, *text.missing))
        yield found(Tag.UNCLEAR, **args, how=phrase("it also says “{words}”", words=words) if words else _IN_PASSING)
    else:
        trouble = _pages.page_trouble(page)
        yield found(Tag[trouble] if trouble in ("SCRIPTS", "LANGUAGE") else Tag.NOT_RECOGNISED, **args)


def _how(page: Page) -> str:
    return _PASSWORD_FIELD if page.last_url == page.url else f"{_PASSWORD_FIELD}: {page.last_url[:200]}"
