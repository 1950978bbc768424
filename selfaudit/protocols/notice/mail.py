"""A notice that came as mail: which of its parts says what (RFC 5322, RFC 2045)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase, shown
from selfaudit.protocols import bounded_json
from selfaudit.protocols.mime import Part, walk
from selfaudit.protocols.notice import arf, blocklist, places, shadowserver, times, xarf
from selfaudit.protocols.notice.gather import Gathering, clean
from selfaudit.protocols.notice.text import MAX_TEXT, read_text

_FIELD = re.compile(rb"(?:[!-9;-~]{1,100}):[ \t]", re.DOTALL)
_TELLING = (
    b"from",
    b"date",
    b"subject",
    b"received",
    b"mime-version",
    b"return-path",
    b"message-id",
    b"delivered-to",
    b"content-type",
    b"to",
)
_ANGLE = re.compile(r"[^@<>\s]{1,200}@([^@<>\s,;]{1,253})")
_HIDDEN = ("script", "style", "head")


def is_mail(data: bytes) -> bool:
    """Whether octets begin with header fields of a message, two of them such as every message has."""
    told: set[bytes] = set()
    for line in data[:20_000].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()[:60]:
        if not line.strip():
            break
        if line.startswith((b"From ", b">From ")) and not told:
            continue
        if line[:1] in b" \t":
            continue
        if not _FIELD.match(line):
            return False
        name = line.partition(b":")[0].lower()
        if name in _TELLING:
            told.add(name)
    return len(told) >= 2


def read(data: bytes, found: Gathering) -> None:
    """Reads a message into `found`, as the format that its parts tell.

    Raises:
        BadInput: it is too large.
    """
    parts = walk(data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    root = parts[0]
    found.subject = root.field("subject")
    found.source = clean(root.field("from"))
    found.sent = times.from_header(root.field("date"))
    sender = _ANGLE.search(root.field("from"))
    sender_domain = places.domain(sender[1]) if sender else ""
    for part in parts:
        found.not_understood(part.problem)
    if arf.is_report(parts):
        found.format = "arf"
        arf.read(parts, found)
        _structured(parts, found)  # a report of another format beside it is read, too
    elif _structured(parts, found):
        _around(parts, found, sender_domain)
    elif arf.is_forwarded(parts, root.field("from"), found.subject):
        found.excerpt = _text(parts)
        arf.read_forwarded(parts, found)
    else:
        _plain(parts, found, sender_domain)
    _unopened(parts, found)


def _plain(parts: Sequence[Part], found: Gathering, sender: str) -> None:
    text = _text(parts)
    read_text(text, found, _attached_texts(parts), sender=sender)
    for number, part in enumerate(parts):
        if part.inside and (number == 0 or not parts[number - 1].inside or parts[number - 1].content_type == "message/rfc822"):
            found.message_id(clean(part.field("message-id").strip("<> \t"), 400))
    if blocklist.is_reference(text, sender):
        blocklist.read(text, found)


def _around(parts: Sequence[Part], found: Gathering, sender: str) -> None:
    """The words around a report: deadline and demands; what happened is in the report."""
    own = Gathering(found.format, subject=found.subject, sent=found.sent)
    text = _text(parts)
    if not text.strip():
        return
    read_text(text, own, sender=sender)
    found.deadline, found.excerpt = found.deadline or own.deadline, own.excerpt or found.excerpt
    for name in ("clauses", "steps", "listings"):
        for value in getattr(own, name):
            getattr(found, name).setdefault(value, None)


def _structured(parts: Sequence[Part], found: Gathering) -> bool:
    """Reads attached reports that machines wrote; whether there was one."""
    read_any = False
    for part in parts:
        if part.inside or part.content_type.startswith(("multipart/", "image/")):
            continue
        name = part.name.lower()
        if "json" in part.content_type or name.endswith(".json"):
            read_any |= _json(part, found)
        elif part.content_type in ("text/csv", "text/comma-separated-values", "application/vnd.ms-excel") or name.endswith(
            ".csv"
        ):
            text = part.text()
            if shadowserver.is_report(text):
                found.format = "shadowserver"
                shadowserver.read(text, part.name, found)
                read_any = True
    return read_any


def _json(part: Part, found: Gathering) -> bool:
    try:
        document = bounded_json.loads(part.data(), max_octets=20_000_000)
        if not xarf.is_report(document[0] if isinstance(document, list) and document else document):
            return False
        xarf.read(part.data(), found)
    except BadInput as error:
        found.not_understood(
            phrase(
                "the attachment {name} could not be read: {why}",
                name=clean(part.name or part.content_type, 80),
                why=shown(error),
            )
        )
        return False
    if found.format != "arf":
        found.format = "xarf"
    return True


def _text(parts: Sequence[Part]) -> str:
    """The writer's words: the first plain text, or the first HTML without its marks."""
    mine = [p for p in parts if not p.inside and not p.name]
    plain = next((p for p in mine if p.content_type == "text/plain" and p.body.strip()), None)
    if plain is not None:
        return plain.text()[: MAX_TEXT + 1]
    html = next((p for p in mine if p.content_type == "text/html"), None)
    return from_html(html.text()[: 4 * MAX_TEXT]) if html else ""


def _attached_texts(parts: Sequence[Part]) -> list[str]:
    """Logs and headers that are attached as text."""
    plain = next((p for p in parts if not p.inside and not p.name and p.content_type == "text/plain" and p.body.strip()), None)
    wanted = [
        p
        for p in parts
        if p is not plain and not p.inside and p.content_type in ("text/plain", "text/rfc822-headers", "text/x-log", "text/csv")
    ]
    return [p.text()[:MAX_TEXT] for p in wanted[:20]]


def _unopened(parts: Sequence[Part], found: Gathering) -> None:
    for part in parts:
        kind = part.content_type
        known = (
            kind.startswith(("text/", "multipart/", "message/", "image/"))
            or "json" in kind
            or kind == "application/pgp-signature"
        )
        if part.inside or known or part.name.lower().endswith((".csv", ".json", ".p7s", ".asc")):
            continue
        found.not_understood(phrase("the attachment {name} was not opened", name=clean(part.name or kind, 100)))


def from_html(html: str) -> str:
    """The words of an HTML text. Nothing in it is run or fetched; links are left where they are."""
    pieces: list[str] = []
    place = 0
    lowered = html.lower()
    while place < len(html):
        start = html.find("<", place)
        if start < 0:
            pieces.append(html[place:])
            break
        pieces.append(html[place:start])
        name = re.match(r"</?([a-z][a-z0-9]{0,10})", lowered[start : start + 14])
        if name is None and not lowered.startswith("<!", start):
            pieces.append("<")
            place = start + 1
            continue
        end = html.find("-->" if lowered.startswith("<!--", start) else ">", start)
        if end < 0:
            break
        tag = name[1] if name else ""
        if tag in _HIDDEN and lowered[start + 1] != "/":
            close = lowered.find(f"</{tag}", end)
            end = html.find(">", close) if close >= 0 else -1
            if end < 0:
                break
        pieces.append(
            "\n"
            if tag in ("br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "pre")
            else "\t"
            if tag == "td"
            else ""
        )
        if tag == "li" and lowered[start + 1] != "/":
            pieces.append("- ")
        place = end + 1
    return unescape("".join(pieces))
