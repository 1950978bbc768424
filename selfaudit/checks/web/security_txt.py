"""security.txt tells finders of security holes whom to write to.

What it checks:
    Whether the domain has a security.txt file, and whether it follows the standard.

Why it matters:
    Whoever finds a hole or a break-in on a server looks there first. No provider demands the file before a reinstatement, but one that
    has expired looks neglected, and a good one shows that somebody takes care.

How it is judged:
    1. curl -sSi https://DOMAIN/.well-known/security.txt: status 200. If it is not there, the old place https://DOMAIN/security.txt is tried.
    2. At least one Contact, an address such as mailto:, tel: or https:.
    3. Expires stands there exactly once, as a date and time of RFC 3339, in the future (by time servers, not by this computer alone); more than a year ahead is too far.
    4. What begins with “<” is a page in place of the file: there is none. It is plain text (text/plain, charset=utf-8) in UTF-8. Preferred-Languages stands there at most once. Web addresses
       begin with https. Canonical, where it is given, names the address at which the file was found.
    5. A file that is signed with OpenPGP is read like any other. Fields that are not known are passed over.

Limits and false positives:
    The signature is not checked, and nobody is written to. Whether the addresses take mail is another check (mail.contacts).

References:
    RFC 9116 sections 2.2 to 2.5, 3 and 4; RFC 3339 section 5.6; RFC 9580 section 7.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks.web import _clock, _pages
from selfaudit.errors import BadInput
from selfaudit.facts.vantage import Clock
from selfaudit.facts.web import Page, PageEnd, WebSite
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.securitytxt import Problem, SecurityTxt, parse
from selfaudit.protocols.web_page import host_of
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "SECURITY_TXT_OK"
    ABSENT = "SECURITY_TXT_ABSENT"
    LEGACY = "SECURITY_TXT_OLD_PLACE"
    BROKEN = "SECURITY_TXT_UNREADABLE"
    NO_CONTACT = "SECURITY_TXT_NO_CONTACT"
    BAD_CONTACT = "SECURITY_TXT_BAD_CONTACT"
    NO_EXPIRES = "SECURITY_TXT_NO_EXPIRES"
    MANY_EXPIRES = "SECURITY_TXT_SEVERAL_EXPIRES"
    BAD_EXPIRES = "SECURITY_TXT_BAD_EXPIRES"
    EXPIRED = "SECURITY_TXT_EXPIRED"
    CLOCK = "SECURITY_TXT_CLOCK_UNKNOWN"
    FAR = "SECURITY_TXT_EXPIRES_TOO_LATE"
    NOT_UTF8 = "SECURITY_TXT_NOT_UTF8"
    CONTENT_TYPE = "SECURITY_TXT_CONTENT_TYPE"
    CANONICAL = "SECURITY_TXT_OTHER_CANONICAL"
    FORM = "SECURITY_TXT_FORM"
    SIGNED = "SECURITY_TXT_SIGNED"
    NO_SITE = "SECURITY_TXT_NO_SITE"
    UNREAD = "SECURITY_TXT_UNREAD"
    OUTSIDE = "SECURITY_TXT_OUTSIDE"


CHECK = Check(
    "web.security-txt", N_("security.txt tells finders of security holes whom to write to"), (WebSite, Clock), "domain", Contact.ACTIVE, advisory=True
)  # fmt: skip

_YEAR = 366
_DAY = 86_400
_URL = "https://{domain}/.well-known/security.txt"
_VERIFY = "curl -sSi " + _URL
_FILE = "Contact: mailto:security@{domain}\nExpires: {renewed}\nPreferred-Languages: en\nCanonical: " + _URL
_WEB = {
    "nginx": 'location = /.well-known/security.txt {{ default_type "text/plain; charset=utf-8"; alias /var/www/security.txt; }}',
    "Apache": 'Alias "/.well-known/security.txt" "/var/www/security.txt"\n<Files "security.txt">\n  ForceType "text/plain; charset=utf-8"\n</Files>',
    "Caddy": 'respond /.well-known/security.txt "Contact: mailto:security@{domain}\nExpires: {renewed}\n"',
}
_CORRECT = Remedy(
    N_(
        "Write the file like this one, with an address that somebody reads, and put a date into Expires that is less than a year ahead. Note the "
        "date in a calendar, or let a script renew it."
    ),
    verify=_VERIFY,
    record=_FILE,
    stacks=_WEB,
    minutes=20,
)
_SERVE = Remedy(
    N_("Let the web server send the file as text/plain with charset=utf-8, and save it in UTF-8."), verify=_VERIFY, stacks=_WEB
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} has a security.txt that is valid until {until} and names {contacts}.")),
    Tag.ABSENT: Message(Severity.LOW, N_("{domain} has no security.txt. None is demanded, but it helps people to warn you."), _CORRECT),
    Tag.LEGACY: Message(
        Severity.LOW,
        N_("The security.txt of {domain} is only in the old place, {url}."),
        Remedy(N_("Put the file at /.well-known/security.txt; a redirect from the old place may stay."), verify=_VERIFY, stacks=_WEB),
    ),
    Tag.BROKEN: Message(Severity.MEDIUM, N_("The security.txt of {domain} cannot be read: {why}."), _CORRECT),
    Tag.NO_CONTACT: Message(Severity.MEDIUM, N_("The security.txt of {domain} names no contact that can be used."), _CORRECT),
    Tag.BAD_CONTACT: Message(
        Severity.LOW, N_("The security.txt of {domain} has contacts that are no address such as mailto:, tel: or https: {values}."), _CORRECT
    ),
    Tag.NO_EXPIRES: Message(Severity.MEDIUM, N_("The security.txt of {domain} does not say until when it is valid (Expires)."), _CORRECT),
    Tag.MANY_EXPIRES: Message(
        Severity.MEDIUM, N_("The security.txt of {domain} says more than once until when it is valid (Expires): {values}."), _CORRECT
    ),
    Tag.BAD_EXPIRES: Message(
        Severity.MEDIUM, N_("The date in the security.txt of {domain} is none that programs can read: {values}."), _CORRECT
    ),
    Tag.EXPIRED: Message(Severity.MEDIUM, N_("The security.txt of {domain} was valid until {until} and must not be used any more."), _CORRECT),
    Tag.CLOCK: _clock.CLOCK,
    Tag.FAR: Message(
        Severity.LOW, N_("The security.txt of {domain} is valid until {until}; more than a year ahead, nobody knows whether it is still right."), _CORRECT
    ),
    Tag.NOT_UTF8: Message(Severity.MEDIUM, N_("The security.txt of {domain} is not in UTF-8."), _SERVE),
    Tag.CONTENT_TYPE: Message(
        Severity.LOW, N_("The security.txt of {domain} is sent as “{found}” in place of text/plain with charset=utf-8."), _SERVE
    ),
    Tag.CANONICAL: Message(
        Severity.LOW,
        N_("The security.txt of {domain} says that it belongs to {values}, not to the address at which it was found ({url})."),
        Remedy(N_("Add a line Canonical with the address at which the file is."), verify=_VERIFY, record="Canonical: {url}"),
    ),
    Tag.FORM: Message(Severity.LOW, N_("Some lines of the security.txt of {domain} are not as the standard wants them: {values}."), _CORRECT),
    Tag.SIGNED: Message(Severity.INFO, N_("The file is signed; the signature was not checked here.")),
    Tag.NO_SITE: Message(Severity.NONE, N_("{domain} has no web page, so it needs no security.txt.")),
    Tag.UNREAD: _pages.UNREAD,
    Tag.OUTSIDE: _pages.OUTSIDE,
}  # fmt: skip

_TAGS = {
    Problem.NO_CONTACT: Tag.NO_CONTACT,
    Problem.BAD_CONTACT: Tag.BAD_CONTACT,
    Problem.NO_EXPIRES: Tag.NO_EXPIRES,
    Problem.MANY_EXPIRES: Tag.MANY_EXPIRES,
    Problem.BAD_EXPIRES: Tag.BAD_EXPIRES,
}


def judge(site: WebSite, clock: Clock, policy: Policy) -> Iterator[Finding]:
    pages = site.of("security")
    page = next((p for p in pages if p.code == 200), pages[0] if pages else None)
    if page is None or page.end is PageEnd.NO_ADDRESS:
        yield found(Tag.NO_SITE, domain=site.domain)
        return
    args = {"domain": site.domain, **_pages.page_args(page, "privacy"), "renewed": _in_half_a_year(page)}
    if page.code == 200:
        yield from _file(page, args, clock, policy, legacy=page is not pages[0])
    elif page.code in _pages.GONE and pages[-1].code in _pages.GONE:
        yield found(Tag.ABSENT, **args)
    else:
        # Gone from one place, and unknown at the other.
        other = page if page.code not in _pages.GONE else pages[-1]
        yield found(Tag.OUTSIDE if _pages.is_outside(other) else Tag.UNREAD, **{**args, **_pages.page_args(other, "privacy")})


def _file(page: Page, args: dict[str, Any], clock: Clock, policy: Policy, *, legacy: bool) -> Iterator[Finding]:
    kind, _semicolon, rest = page.hops[-1].content_type.lower().partition(";")
    kind = kind.strip()
    if page.body.lstrip("\ufeff \t\r\n")[:1] == "<":
        # Many servers answer every address with a page of their own.
        yield found(Tag.ABSENT, **args)
        return
    try:
        file = parse(page.body)
    except BadInput as error:
        is_page = kind != "text/plain" or not page.body.strip()
        yield found(Tag.ABSENT, **args) if is_page else found(Tag.BROKEN, **{**args, "why": str(error)})
        return
    if kind == "text/html" and not file.contacts and file.expires is None:
        yield found(Tag.ABSENT, **args)
        return
    wrong = False
    for tag, more in _wrong(page, file, clock, policy):
        wrong = True
        yield found(tag, **{**args, **more})
    if legacy:
        yield found(Tag.LEGACY, **args)
    if kind != "text/plain" or "charset=utf-8" not in rest.replace(" ", "").replace('"', ""):
        yield found(Tag.CONTENT_TYPE, **args, found=page.hops[-1].content_type or "?")
    if file.signed:
        yield found(Tag.SIGNED)
    if not wrong and file.expires is not None:
        yield found(Tag.OK, **{**args, "until": _day(file.expires)}, contacts=file.contacts[:4])


def _wrong(page: Page, file: SecurityTxt, clock: Clock, policy: Policy) -> Iterator[tuple[Tag, dict[str, Any]]]:
    by_tag: dict[Tag, list[str]] = {}
    for problem, value in file.problems:
        by_tag.setdefault(_TAGS.get(problem, Tag.FORM), []).append(value or str(problem))
    for tag, values in by_tag.items():
        yield tag, {"values": values[:5]}
    if not page.utf8:
        yield Tag.NOT_UTF8, {}
    now = _clock.span(clock, page.hops[-1].at, laboratory=policy.laboratory)
    if file.expires is not None and (now is None or now[0] < file.expires <= now[1]):
        yield Tag.CLOCK, {"what": phrase("the security.txt of {domain}", domain=host_of(page.url))}
    elif now is not None and file.expires is not None and file.expires <= now[0]:
        yield Tag.EXPIRED, {"until": _day(file.expires)}
    elif now is not None and file.expires is not None and file.expires > now[1] + _YEAR * _DAY:
        yield Tag.FAR, {"until": _day(file.expires)}
    places = {page.url, page.last_url}
    if file.canonical and not any(_pages.same_page(c, place) for c in file.canonical for place in places):
        yield Tag.CANONICAL, {"values": file.canonical[:3], "url": printable(page.url, 200)}


def _in_half_a_year(page: Page) -> str:
    at = page.hops[-1].at if page.hops else 0.0
    return _date(at + 182 * _DAY).replace("+00:00", "Z")


def _date(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(min(max(seconds, 0.0), 253_370_764_800.0), datetime.UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0).isoformat()


def _day(seconds: float) -> str:
    return _date(seconds)[:10]
