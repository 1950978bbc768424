"""What is kept of the header fields of a sample message: what a check rests on, and nothing that names a reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from selfaudit.protocols.message_headers import domain_of, mailboxes
from selfaudit.protocols.message_names import turning_in
from selfaudit.protocols.mime import decode_words
from selfaudit.protocols.psl import registrable_domain

HIDDEN = "…"  # stands for what was there and is not kept
_ITEM = re.compile(r"[,\s]{0,50}(?:\([^()]{0,200}\))?[,\s]{0,50}<([^<>]{0,3000})>")
_MAX_ITEMS = 20
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,900}@([^\s<>@]{1,900})>\s*(\(.{0,200}\))?\Z")
_ONE_CLICK = re.compile(r"(?i)List-Unsubscribe=One-Click\Z")
_WORD = re.compile(r"[a-z-]{1,30}\Z")
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\b(dkim|spf|dmarc|arc|dkim-atps|iprev)\s?=\s?([a-z]{1,20})\b")
_PROPERTY = re.compile(r"\b(header\.(?:d|i|from)|smtp\.(?:mailfrom|helo))\s?=\s?([^\s;]{1,500})")


def kept(key: str, value: str) -> str:
    """What is kept of the value of a field with this name (in lower case)."""
    if key not in _REDUCED:
        return HIDDEN if value else ""
    return _REDUCED[key](value) if value else ""


def is_message_id(value: str) -> bool:
    """Whether a value has the form of a Message-ID (RFC 5322 section 3.6.4)."""
    return bool(_MESSAGE_ID.match(value.strip()))


def list_uris(value: str) -> list[str]:
    """The addresses in angle brackets (RFC 2369 section 2), at most twenty; text that follows is not read."""
    uris: list[str] = []
    place = 0
    while len(uris) < _MAX_ITEMS and (match := _ITEM.match(value, place)):
        uris.append(re.sub(r"\s", "", match[1]))
        place = match.end()
    return uris


def uri_kind(uri: str) -> str:
    """The scheme of an address that can be used (mailto, https, http), "" for any other."""
    return _split(uri)[0]


def _split(uri: str) -> tuple[str, str]:
    """(kind, domain) of an address, ("", "") for one that cannot be used."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        domain = domain_of(parts.path.rpartition("@")[2]) if "@" in parts.path else ""
        return (scheme, domain) if domain else ("", "")
    if scheme in ("http", "https") and domain_of(host):
        return scheme, domain_of(host)
    return "", ""


def _whole(value: str) -> str:
    return value


def _addresses(value: str) -> str:
    """The domains of the mailboxes, and whatever turns the line around."""
    domains = [f"<{HIDDEN}@{box.domain}>" for box in mailboxes(value) if box.domain]
    return _turned(value) + (", ".join(domains) or HIDDEN)


def _turned(value: str) -> str:
    return turning_in(decode_words(value))


def _subject(value: str) -> str:
    return _turned(value) + HIDDEN


def _return_path(value: str) -> str:
    """The domain; "<>" for the empty one."""
    inside = re.search(r"<([^<>]{0,320})>", value)
    address = (inside[1] if inside else value).strip()
    domain = domain_of(address.rpartition("@")[2])
    if not address:
        return "<>"
    return f"<{HIDDEN}@{domain}>" if "@" in address and " " not in address and domain else HIDDEN


def _message_id(value: str) -> str:
    """The domain of one in the right form; the mere shape of any other."""
    match = _MESSAGE_ID.match(value.strip())
    if match:
        return f"<{HIDDEN}@{domain_of(match[1]) or HIDDEN}>"
    return re.sub(r"\w", "x", value)[:200]


def _list_id(value: str) -> str:
    """The registrable domain: names below it are often given to single readers."""
    found = re.findall(r"<([^<>]{1,253})>", value)[:1]
    name = domain_of(found[0]) if found else ""
    return f"<{registrable_domain(name) or name}>" if name else HIDDEN


def _list_uris(value: str) -> str:
    """Kind and domain of each address; different ones of one kind and domain stay different."""
    seen: dict[str, str] = {}
    count: dict[tuple[str, str], int] = {}
    for uri in list_uris(value):
        if uri in seen:
            continue
        kind, domain = _split(uri)
        number = count[kind, domain] = count.get((kind, domain), 0) + 1
        mark = HIDDEN if number == 1 else f"{HIDDEN}{number}"
        seen[uri] = (
            f"<{HIDDEN}{number}>"
            if not kind
            else f"<mailto:{mark}@{domain}>"
            if kind == "mailto"
            else f"<{kind}://{domain}/{mark}>"
        )
    return ", ".join(seen.values()) or HIDDEN


def _one_click(value: str) -> str:
    return value if _ONE_CLICK.match(value.strip()) else HIDDEN


def _list_post(value: str) -> str:
    """The addresses; "NO" for a list to which nobody may write (RFC 2369 section 3.4)."""
    return "NO" if _COMMENT.sub("", value).strip().upper() == "NO" else _list_uris(value)


def _word(value: str) -> str:
    word = value.partition(";")[0].strip().lower()
    return word if _WORD.match(word) else HIDDEN


def _results(value: str) -> str:
    """Who noted it, each result, and the domains it is about (RFC 8601 section 2.2)."""
    text = _COMMENT.sub(" ", _COMMENT.sub(" ", value)).lower()
    found = [domain_of(next(iter(text.partition(";")[0].split()), ""))]
    for part in text.split(";")[:40]:
        result = _RESULT.search(part)
        if result is None:
            continue
        words = [f"{result[1]}={result[2]}"]
        for name, given in _PROPERTY.findall(part)[:10]:
            domain = domain_of(given.strip("\"'<>").rpartition("@")[2])
            words += [f"{name}={'@' if name == 'header.i' else ''}{domain}"] if domain else []
        found.append(" ".join(words))
    return "; ".join(filter(None, found)) or HIDDEN


_REDUCED: dict[str, Callable[[str], str]] = {
    "from": _whole,
    "date": _whole,
    "sender": _addresses,
    "reply-to": _addresses,
    "return-path": _return_path,
    "subject": _subject,
    "message-id": _message_id,
    "list-id": _list_id,
    "list-unsubscribe": _list_uris,
    "list-unsubscribe-post": _one_click,
    "list-post": _list_post,
    "precedence": _word,
    "auto-submitted": _word,
    "authentication-results": _results,
}
# What the checks look at, or count; kept before anything else.
JUDGED = frozenset(_REDUCED) | {
    "to", "cc", "bcc", "in-reply-to", "references", "feedback-id", "mime-version", "content-type",
}  # fmt: skip
