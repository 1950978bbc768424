"""From the octets of a page to what the rules need of it, and which URL may be asked for at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from selfaudit.errors import BadInput
from selfaudit.facts.web import LinkKind, PageLink, PageText
from selfaudit.i18n import phrase
from selfaudit.protocols import web_html, web_words
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.message_headers import domain_of
from selfaudit.protocols.web_words import CONTACT_HERE, plain
from selfaudit.text import printable

MAX_URL = 2_000
_MAX_OF_KIND = 8
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_TOP = re.compile(r"(?!0x)(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
_ABUSE_PLACE = re.compile(r"(?:^|/)(?:report-?)?(?:abuse|missbrauch)(?:-?report)?(?:[/.]|$)")
_HEAD = 150  # characters in which a page says that it is none
# Whose policies stand on other people's pages because their services are used there.
_SERVICES = (
    "google.com",
    "cloudflare.com",
    "facebook.com",
    "meta.com",
    "automattic.com",
    "hcaptcha.com",
    "stripe.com",
    "paypal.com",
)


@dataclass(frozen=True, slots=True)
class Place:
    """An https URL taken apart. `port` is 0 where none was given."""

    url: str
    host: str
    port: int


def read_url(text: str) -> Place:
    """Takes a URL apart and writes it anew: https, a host name with a real top label, no user, no fragment.

    http becomes https: nothing is asked for in the clear. Addresses in any spelling are refused; only names are followed.

    Raises:
        BadInput: it is none that may be asked for.
    """
    text = text.strip()
    if len(text) > MAX_URL or any(c in "\\" or c.isspace() or not c.isprintable() for c in text):
        raise BadInput(phrase("it is no address of a page"))
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port or 0
    except ValueError:
        raise BadInput(phrase("it is no address of a page")) from None
    if parts.scheme not in ("http", "https"):
        raise BadInput(phrase("it is no https address"))
    if parts.username is not None or parts.password is not None:
        raise BadInput(phrase("it has a user name in it"))
    host = _ascii(host)
    if parts.scheme == "http" and port in (0, 80):
        port = 0
    shown = f"{host}:{port}" if port else host
    path = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in parts.path or "/")
    query = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in parts.query)
    return Place(f"https://{shown}{path}" + (f"?{query}" if query else ""), host, port)


def _ascii(host: str) -> str:
    if len(host) > 253:
        raise BadInput(phrase("it has no host name"))
    host = domain_of(host)
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or not _TOP.fullmatch(labels[-1]):
        raise BadInput(phrase("it has no host name"))
    return ".".join(labels)


def joined(base: str, reference: str) -> str:
    """The absolute URL of a reference in a page or a Location header, as it stands.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        raise BadInput(phrase("it is no address of a page")) from None


def under_any(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains or lies under one of them."""
    return any(is_below(host, domain) for domain in domains)


def read_page(body: bytes, content_type: str, url: str) -> tuple[PageText, str]:
    """(what the rules need of a page, where its meta refresh leads as written or "").

    Never raises: what cannot be read says so in `unread`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if body.startswith(b"%PDF-") or kind == "application/pdf":
        return PageText(unread=phrase("it is a PDF file")), ""
    if kind not in _HTML:
        return PageText(unread=phrase("it is of the type “{kind}”, not a page", kind=printable(kind, 60))), ""
    try:
        source = web_html.decode(body, content_type)
    except BadInput as error:
        return PageText(unread=str(error)), ""
    if kind == "text/plain":
        text = "\n".join(web_html.squeezed(web_words.unbroken(line)) for line in source[:200_000].splitlines())
        document = web_html.Document(text=text, prose=text, whole=len(source) <= 200_000)
    else:
        document = web_html.read(source)
    return _text_of(document, url), document.refresh


def _text_of(document: web_html.Document, url: str) -> PageText:
    text = document.text
    flat, title = plain(text), plain(document.title)
    mail = dict.fromkeys(web_words.mail_addresses(text))
    for link in document.links:
        if link.href[:7].lower() == "mailto:" and link.visible:
            mail.update(dict.fromkeys(web_words.mail_addresses(unquote(link.href[7:300].partition("?")[0]), 3)))
    headings = [plain(heading) for heading in document.headings]
    marks = "\n".join((title, *headings, *(plain(button) for button in document.buttons)))
    seen = text.replace(CONTACT_HERE, "")
    controller = web_words.found_of(web_words.CONTROLLER, flat, 2)
    return PageText(
        title=printable(document.title, 200),
        language=printable(document.language.lower(), 20),
        words_of=web_words.languages_of(flat),
        characters=len(seen),
        digest=hashlib.sha256("".join(seen.split()).encode("utf-8", "replace")).hexdigest()[:16] if seen else "",
        scripts=document.scripts,
        frames=document.frames,
        filled=document.filled,
        whole=document.whole,
        links=_links(document, url),
        abuse=_some([a for a in mail if web_words.is_for_abuse(a)], 10),
        perhaps=_some([a for a in mail if web_words.is_perhaps_for_abuse(a)], 5),
        mail=_some([a for a in mail if not web_words.is_for_abuse(a)], 5),
        masked=document.masked,
        who=_some([*web_words.people(text), *controller], 10),
        privacy=web_words.found_of(web_words.POLICY, plain(document.prose), 10),
        topics=_some([words for words in (title, *headings) if web_words.is_headed_as_policy(words)], 5),
        report=tuple(dict.fromkeys(word for word, around in web_words.near(flat, web_words.REPORTING) if _has_contact(around)))[
            :5
        ],
        reporting=web_words.found_of((*web_words.REPORTING, *web_words.REPORTING_PERHAPS), flat, 5),
        unsubscribe=web_words.found_of(web_words.UNSUBSCRIBE, f"{title}\n{flat}", 5),
        leave=_leave(marks),
        doubt=_doubt(marks, flat),
        missing=web_words.found_of(web_words.MISSING, "\n".join((title, *headings[:5], flat[:_HEAD])), 5),
        form=document.letter,
        field=document.field,
        password=document.password,
    )


def _has_contact(around: str) -> bool:
    return CONTACT_HERE in around or bool(web_words.mail_addresses(around, 1))


def _leave(marks: str) -> tuple[str, ...]:
    """Words about unsubscribing in title, headings and buttons; those that may mean leaving an account only beside letters."""
    letters = any(word in marks for word in web_words.LETTERS)
    words = (word for word in web_words.UNSUBSCRIBE if letters or word not in web_words.LOGOUT_TOO)
    return web_words.found_of(words, marks, 5)


def _doubt(marks: str, flat: str) -> tuple[str, ...]:
    around = (place for _word, place in web_words.near(flat, web_words.UNSUBSCRIBE))
    return web_words.found_of((*web_words.SIGN_IN, *web_words.REFUSED), "\n".join((marks, *around)), 5)


def _some(found: list[str], most: int) -> tuple[str, ...]:
    return tuple(printable(item, 120) for item in found[:most])


def _links(document: web_html.Document, url: str) -> tuple[PageLink, ...]:
    base = url
    if document.base:
        try:
            base = joined(url, document.base)
        except BadInput:
            base = url
    kept: dict[tuple[str, str], PageLink] = {}
    for link in document.links:
        kind, sure = _kind(link)
        if not kind:
            continue
        try:
            # What a script does with a link is not known: such a link leads to its own page, with an empty fragment.
            by_script = link.href.endswith("#") or link.href[:11].lower() == "javascript:"
            target = f"{urldefrag(url).url}#" if by_script else joined(base, link.href)
        except BadInput:
            continue
        known = kept.get((kind, target))
        if known is not None and (known.visible, known.sure) >= (link.visible, sure):
            continue
        kept[kind, target] = PageLink(kind, printable(target, MAX_URL), printable(link.text, 120), link.visible, sure)
    best: list[PageLink] = []
    for name in ("privacy", "abuse", "contact"):
        best += ranked([link for link in kept.values() if link.kind == name])[:_MAX_OF_KIND]
    return tuple(link for link in kept.values() if link in best)[:30]


def ranked(links: Iterable[PageLink]) -> list[PageLink]:
    """The likeliest first: those that are called just so and are in sight; of equals the last, since such links stand at the foot."""
    return sorted(reversed(list(links)), key=lambda link: (not link.sure, not link.visible))


def _kind(link: web_html.Link) -> tuple[LinkKind | Literal[""], bool]:
    """What a link may lead to, and whether it says just this. Its address counts only where its words say nothing about it."""
    href = link.href
    scheme = href.partition(":")[0].lower() if ":" in href[:12] else ""
    if not href or scheme in ("mailto", "tel", "data", "sms"):
        return "", False
    words, path = plain(link.text), "" if scheme == "javascript" else plain(unquote(href))
    if any(word in words for word in web_words.NOT_A_POLICY):
        return "", False
    place = path.partition("?")[0].partition("#")[0].rstrip("/")
    last = place.rpartition("/")[2].partition(".")[0]
    by_words = len(words.split()) <= 2 and any(word in words for word in web_words.ABUSE)
    by_words = by_words or any(word in words for word in (*web_words.REPORTING, *web_words.REPORTING_PERHAPS))
    if by_words or _ABUSE_PLACE.search(place):
        said = any(word in words for word in web_words.ABUSE)
        return "abuse", web_words.names_reports(words if said else last)
    by_words = any(word in words for word in web_words.PRIVACY)
    by_place = any(word.replace(" ", "-") in path.partition("?")[0] for word in web_words.PRIVACY)
    if by_words or by_place:
        if _of_a_service(href):
            return "", False
        fragment = path.partition("#")[2]
        return "privacy", web_words.names_a_policy(
            words if by_words else (fragment or last).replace("-", " ").replace("_", " ")
        )
    if any(word in words for word in web_words.CONTACT) or any(word.replace(" ", "-") in place for word in web_words.CONTACT):
        return "contact", True
    return "", False


def _of_a_service(href: str) -> bool:
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        return True
    return under_any(host, _SERVICES) if host else False


def host_of(url: str) -> str:
    """The host of a URL, "" if it has none that can be read."""
    try:
        return read_url(url).host
    except BadInput:
        return ""
