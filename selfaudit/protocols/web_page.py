"""From the octets of a page to what the rules need of it, and which URL may be asked for at all."""

from __future__ import annotations

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
from selfaudit.protocols.web_words import plain
from selfaudit.text import printable

MAX_URL = 2_000
_MAX_OF_KIND = 8
_EXCERPT = 2_000
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
    if not host.isascii():
        try:
            host = ".".join(label.encode("idna").decode("ascii") if not label.isascii() else label for label in host.split("."))
        except UnicodeError:
            raise BadInput(phrase("it has no host name")) from None
    labels = host.lower().split(".")
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
        document = web_html.Document(text="\n".join(web_html.squeezed(line) for line in source[:300_000].splitlines()))
    else:
        document = web_html.read(source)
    return _text_of(document, url), document.refresh


def _text_of(document: web_html.Document, url: str) -> PageText:
    text = document.text
    flat = plain(text)
    mail = dict.fromkeys(web_words.mail_addresses(text))
    for link in document.links:
        if link.href[:7].lower() == "mailto:" and link.visible:
            mail.update(dict.fromkeys(web_words.mail_addresses(unquote(link.href[7:300].partition("?")[0]), 3)))
    head = plain(document.title) + "\n" + flat[:_HEAD]
    controller = web_words.found_of(web_words.CONTROLLER, flat, 2)
    return PageText(
        title=printable(document.title, 200),
        language=printable(document.language.lower(), 20),
        words_of=web_words.languages_of(flat),
        characters=len(text),
        excerpt=printable(text, _EXCERPT),
        scripts=document.scripts,
        links=_links(document, url),
        abuse=_some([a for a in mail if web_words.is_for_abuse(a)], 10),
        mail=_some([a for a in mail if not web_words.is_for_abuse(a)], 5),
        who=_some([*web_words.people(text), *controller], 10),
        privacy=web_words.found_of(web_words.POLICY, flat, 10),
        report=web_words.found_of(web_words.REPORTING, flat, 5),
        unsubscribe=web_words.found_of(web_words.UNSUBSCRIBE, plain(document.title) + "\n" + flat, 5),
        missing=web_words.found_of(web_words.MISSING, head, 5),
        form=document.field,
        password=document.password,
    )


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
    count: dict[str, int] = {}
    for link in document.links:
        kind = _kind(link)
        if not kind or count.get(kind, 0) >= _MAX_OF_KIND:
            continue
        try:
            # What a script does with a link is not known: such a link leads to its own page, with an empty fragment.
            by_script = link.href.endswith("#") or link.href[:11].lower() == "javascript:"
            target = f"{urldefrag(url).url}#" if by_script else joined(base, link.href)
        except BadInput:
            continue
        known = kept.get((kind, target))
        if known is None:
            count[kind] = count.get(kind, 0) + 1
        elif known.visible or not link.visible:
            continue
        kept[kind, target] = PageLink(kind, printable(target, MAX_URL), printable(link.text, 120), link.visible)
    return tuple(kept.values())[:30]


def _kind(link: web_html.Link) -> LinkKind | Literal[""]:
    href = link.href
    scheme = href.partition(":")[0].lower() if ":" in href[:12] else ""
    if not href or scheme in ("mailto", "tel", "data", "sms"):
        return ""
    words, path = plain(link.text), "" if scheme == "javascript" else plain(unquote(href))
    if any(word in words for word in web_words.NOT_A_POLICY):
        return ""
    place = path.partition("?")[0]
    short = len(words.split()) <= 2 and any(word in words for word in web_words.ABUSE)
    if short or any(word in words for word in web_words.REPORTING) or _ABUSE_PLACE.search(place):
        return "abuse"
    if any(word in words for word in web_words.PRIVACY) or any(word.replace(" ", "-") in place for word in web_words.PRIVACY):
        return "" if _of_a_service(href) else "privacy"
    if any(word in words for word in web_words.CONTACT) or any(word.replace(" ", "-") in place for word in web_words.CONTACT):
        return "contact"
    return ""


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
