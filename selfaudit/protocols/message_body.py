"""Hints from the texts of a message: a way to unsubscribe, a postal address. Found by words, so never proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selfaudit.errors import BadInput
from selfaudit.facts.message import BodyHints
from selfaudit.i18n import phrase
from selfaudit.protocols import mime
from selfaudit.protocols.message_headers import domain_of
from selfaudit.protocols.web_html import unescape
from selfaudit.text import printable

_MAX_TEXT = 400_000  # characters of one text
_MAX_ALL = 1_000_000  # characters of all texts
_MAX_LINKS = 3_000
_MAX_KEPT = 10
_AROUND = 120
# English, German, French, Spanish, Czech, Slovak, Italian, Dutch, Polish, Portuguese, Swedish, Danish, Hungarian, Russian
_LEAVE = re.compile(
    r"(?i)unsubscri|opt[ -]?out|email preferences|subscription (?:settings|preferences)|stop receiving|"
    r"abmeld|abbestell|austragen|newsletter beenden|"
    r"d[ée]sabonn|d[ée]sinscri|se d[ée]sinscrire|"
    r"darse de baja|dar de baja|cancelar (?:la |mi )?suscripci|desuscri|"
    r"odhl[áa]s|"
    r"disiscri|annulla(?:re)? (?:l['’])?iscrizione|cancella(?:re)? (?:l['’])?iscrizione|"
    r"afmeld|uitschrijv|wypis|zrezygn|anular (?:a )?(?:subscri|inscri)|cancelar (?:a )?(?:subscri|inscri|assinatura)|"
    r"avregistrer|avanm[äa]l|leiratkoz|отпис"
)
# The same as a whole piece of a path.
_LEAVE_PIECE = re.compile(
    r"(?i)unsubscribe(?:d|me)?|opt-?out|email-preferences|subscription-(?:settings|preferences)|(?:newsletter-)?(?:abmelden|abmeldung|abbestellen)|"
    r"d[ée]sabonnement|d[ée]sinscription|baja|darse-de-baja|cancelar-suscripcion|odhlasit|odhlaseni|disiscriviti|afmelden|uitschrijven|wypisz"
)
_HREF = re.compile(r"""(?i)href {0,5}= {0,5}["']? {0,5}([^"'\s>]{1,2000})""")
_PLAIN_LINK = re.compile(r"https?://[^\s<>\"']{3,2000}")
_STREET = re.compile(
    r"(?i)stra(?:ß|ss)e|str\.|\bweg\b|weg \d|platz|gasse|allee|\bring \d|postfach|p\.? ?o\.? ?box|"
    r"\bstreet\b|\bst\b|\broad\b|\brd\b|\bavenue\b|\bave\b|\blane\b|\bdrive\b|\bblvd\b|boulevard|\bsuite\b|\bsquare\b|"
    r"\brue\b|\bplace\b|\bcalle\b|\bplaza\b|\bvia\b|\bpiazza\b|\bulice\b|n[áa]m[ěe]st[íi]|\btř[íi]da\b|\bul\. |\bstraat|laan \d|plein \d|"
    r"\brua\b|\bgatan|gade \d|\butca\b|[a-z]{3,} \d{1,4}[a-z]?,"
)
_PLACE = re.compile(
    r"\b(?:[A-Z]{1,2}-)?\d{4,5} ?[A-Z]{0,2} [A-ZÀ-ÖØ-Þ][\wÀ-ž]{2,}|\b\d{3} ?\d{2} [A-ZÀ-Ž][\wÀ-ž]{2,}|\b\d{2}-\d{3} [A-ZÀ-Ž][\wÀ-ž]{2,}|"
    r"\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]\d[A-Z] \d[A-Z]\d\b|\b\d{4}-\d{3} [A-Z]"
)
# Pieces of a path that name a page and no reader, besides the words above.
_PAGE_WORDS = re.compile(
    r"(?i)(?:u|en|de|fr|es|cs|it|nl|pl|pt|www|app|leave|out|optout|news|newsletters?|e?mails?|mailings?|lists?|subscriptions?|preferences|"
    r"profile|settings|account|contact|index|page)(?:\.(?:html?|php|aspx?))?"
)


def read_body(data: bytes) -> BodyHints:
    """The hints of a message. Attachments are not looked into, and nothing is unpacked."""
    try:
        parts = mime.walk(data, max_parts=60, max_depth=12)
    except BadInput as error:
        return BodyHints(problems=(str(error),))
    problems = dict.fromkeys(part.problem for part in parts if part.problem)
    links: dict[str, None] = {}
    seen = words = postal = False
    total = 0
    for part in parts:
        if part.inside or part.content_type not in ("text/plain", "text/html") or total >= _MAX_ALL or part.name:
            continue
        if len(part.body) > 4 * _MAX_TEXT:
            problems[phrase("a text is very long; only its beginning was read")] = None
        cut = mime.Part(
            part.content_type, part.charset, "", (), part.depth, False, part.body[: 4 * _MAX_TEXT], part.encoding
        )  # fmt: skip
        text = cut.text()[:_MAX_TEXT]
        total += len(text)
        markup = part.content_type == "text/html"
        plain = _plain(text) if markup else text
        seen = seen or bool(plain.strip())
        words = words or bool(_LEAVE.search(plain))
        for link in _links(text) if markup else _plain_links(text):
            if len(links) < _MAX_KEPT:
                links[link] = None
        postal = postal or _has_place(plain)
    if any(
        part.content_type in ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted") for part in parts
    ):
        problems[phrase("the message is encrypted")] = None
    return BodyHints(seen, tuple(links), words or bool(links), postal, tuple(problems)[:5])


def _plain(markup: str) -> str:
    """What a reader sees of HTML, roughly."""
    for name in ("style", "script"):
        markup = _without(markup, name)
    return unescape(re.sub(r"<[^<>]{0,4000}>", " ", markup))


def _without(markup: str, name: str) -> str:
    """HTML without the elements of a name; one that is never closed swallows the rest."""
    lower = markup.lower()
    if len(lower) != len(markup):
        return markup
    kept: list[str] = []
    place = 0
    while (start := lower.find(f"<{name}", place)) >= 0:
        kept.append(markup[place:start])
        end = lower.find(f"</{name}", start)
        if end < 0:
            return " ".join(kept)
        place = end + len(name) + 2
    return " ".join((*kept, markup[place:]))


def _links(markup: str) -> Iterator[str]:
    """Links of HTML by which one seems to unsubscribe: the link itself, its words, or those around it say so."""
    pieces = re.split(r"(?i)<a\s", markup, maxsplit=_MAX_LINKS)
    before = pieces[0]
    for piece in pieces[1:]:
        attributes, _close, rest = piece[:6_000].partition(">")
        found = _HREF.search(attributes)
        inside, _end, after = rest.partition("</")
        around = _plain(f"{before[-600:]} {inside[:1_000]}")[-_AROUND - 400 :], _plain(after[:600])[:_AROUND]
        if found and _speaks(unescape(found[1]), _plain(inside[:1_000]), around[0][-_AROUND:], around[1]):
            yield from _kept(unescape(found[1]))
        before = piece


def _plain_links(text: str) -> Iterator[str]:
    for number, match in enumerate(_PLAIN_LINK.finditer(text)):
        if number >= _MAX_LINKS:
            return
        before = text[max(0, match.start() - _AROUND) : match.start()]
        if _speaks(match[0], "", before, ""):
            yield from _kept(match[0].rstrip(".,;)"))


def _speaks(url: str, words: str, before: str, after: str) -> bool:
    return any(_LEAVE.search(text) for text in (url[:500], words, before, after))


def _kept(url: str) -> Iterator[str]:
    """A link without what may hold the reader's address or a token: its query, and its path from the first piece that is no usual word."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.scheme.lower() == "mailto":
        domain = domain_of(parts.path.rpartition("@")[2])
        if domain and "@" in parts.path:
            yield printable(f"mailto:…@{domain}", 200)
    elif parts.scheme.lower() in ("http", "https") and parts.netloc and "@" not in parts.netloc:
        yield printable(f"{parts.scheme.lower()}://{parts.netloc}{_path(parts.path)}", 300)


def _path(path: str) -> str:
    pieces = path.split("/")
    for number, piece in enumerate(pieces):
        whole = _LEAVE_PIECE.fullmatch(piece) or _PAGE_WORDS.fullmatch(piece)
        if piece and not whole:
            return "/".join((*pieces[:number], "…"))
    return path


def _has_place(text: str) -> bool:
    """Whether a street and a postal code stand close together."""
    for number, match in enumerate(_PLACE.finditer(text)):
        if number >= 200:
            return False
        if _STREET.search(text[max(0, match.start() - 160) : match.end() + 80]):
            return True
    return False
