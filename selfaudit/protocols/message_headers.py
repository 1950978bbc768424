"""The header section of a message as octets, and what single fields say (RFC 5322, RFC 2047, RFC 6532)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import idna

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.mime import decode_words

MAX_HEADER = 262_144  # octets of a header section; real ones have some thousands
MAX_FIELDS = 2_000
MAX_LINE = 998  # RFC 5322 section 2.1.1, without the line end
_MAX_MAILBOXES = 50
_LAST_MOMENT = 32_503_680_000  # the year 3000
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]{0,20}:")
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")


@dataclass(frozen=True, slots=True)
class RawField:
    """A field in octets: its name, and everything behind the colon without the last line end (folds as CRLF and white space)."""

    name: bytes
    value: bytes

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.strip(b" \t").decode("ascii").lower()


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message whose lines all end in CRLF: its fields from the top, its body, and codes of what is wrong with its form."""

    fields: tuple[RawField, ...]
    body: bytes
    faults: tuple[str, ...]


def split_message(data: bytes) -> RawMessage:
    """Splits a message. A file of a mailbox (first line "From ") and lines that end in LF alone, as files have them, are understood.

    Raises:
        BadInput: there is no header section, or it is absurdly large.
    """
    if data.startswith(_OUTLOOK):
        raise BadInput(phrase("this is a file of Outlook (.msg); save the message as .eml, or copy its original text"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(phrase("not a mail message as it was sent: the file was saved in UTF-16"))
    data = without_wrapping(data)
    crlf = data.count(b"\r\n")
    faults = ["mixed-ends"] if 0 < crlf < data.count(b"\n") else []
    text = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if text.count(b"\r") > text.count(b"\r\n"):
        faults.append("bare-cr")
    end = text.find(b"\r\n\r\n", 0, MAX_HEADER + 4)
    if end < 0 and len(text) > MAX_HEADER:
        raise BadInput(phrase("not a mail message: no header section of at most {limit} octets", limit=MAX_HEADER))
    head, body = (text[:end], text[end + 4 :]) if end >= 0 else (text.removesuffix(b"\r\n"), b"")
    fields, broken = _fields(head)
    if not fields:
        raise BadInput(phrase("not a mail message: there are no header fields"))
    if broken:
        faults.append("bad-line")
    if b"\0" in text:
        faults.append("nul")
    if _too_long(text):
        faults.append("long-line")
    if not head.isascii():
        faults.append("8bit" if _is_utf8(head) else "not-utf8")
    return RawMessage(fields, body, tuple(faults))


def without_wrapping(data: bytes) -> bytes:
    """A saved message from its first field on: without byte order mark, empty lines and the line "From " of a mailbox before it."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return data.partition(b"\n")[2] if data.startswith(b"From ") else data


def _fields(head: bytes) -> tuple[tuple[RawField, ...], bool]:
    found: list[tuple[bytes, list[bytes]]] = []
    broken = False
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(line)
            continue
        match = _FIELD.match(line)
        if match is None:
            broken = True
            continue
        if len(found) >= MAX_FIELDS:
            raise BadInput(phrase("not a mail message: more than {limit} header fields", limit=MAX_FIELDS))
        found.append((line[: match.end() - 1], [line[match.end() :]]))
    return tuple(RawField(name, b"\r\n".join(lines)) for name, lines in found), broken


def _too_long(text: bytes) -> bool:
    """Whether a line has more than 998 octets; jumps from line end to line end instead of making a list of them."""
    place = 0
    while place + MAX_LINE + 2 <= len(text):
        end = text.rfind(b"\n", place, place + MAX_LINE + 2)
        if end < 0:
            return True
        place = end + 1
    return len(text) - place > MAX_LINE + 2


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unfolded(value: bytes, limit: int) -> str:
    """The value of a field as text on one line; what cannot be shown at all becomes U+FFFD."""
    line = value[: limit * 4].replace(b"\r\n", b"")
    text = line.decode("utf-8" if _is_utf8(line) else "latin-1")
    text = text.replace("\t", " ").strip(" ")[:limit]
    return "".join(c if c >= " " and c != "\x7f" else "\ufffd" for c in text)


def domain_of(text: str) -> str:
    """A domain in lower case with A-labels and without root dot, "" if it is none."""
    name = text.strip().rstrip(".").lower()
    if not name or len(name) > 253:
        return ""
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return ""
    labels = name.split(".")
    return name if len(labels) > 1 and len(name) <= 253 and all(_LABEL.match(label) for label in labels) else ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a From, Sender or Reply-To field: the name before it, the address as written, and its domain ("" if it is none)."""

    name: str
    address: str
    domain: str


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The mailboxes of a field (RFC 5322 section 3.4), groups and comments understood, at most fifty. Never raises."""
    found: list[Mailbox] = []
    name: list[str] = []
    angle: list[str] | None = None
    whole = ""
    quoted, comment, skip = False, 0, False
    for char in value[:8_000] + ",":
        if skip:
            skip = False
        elif char == "\\" and (quoted or comment):
            skip = True
            continue
        elif char == '"' and not comment:
            quoted = not quoted
        elif char == "(" and not quoted:
            comment += 1
            continue
        elif char == ")" and comment and not quoted:
            comment -= 1
            continue
        if comment:
            continue
        if char == "<" and not quoted and angle is None:
            angle = []
        elif char == ">" and not quoted and angle is not None and not whole:
            whole = "".join(angle)
        elif char in ",;" and not quoted and (angle is None or whole):
            if whole or "".join(name).strip():
                found.append(_mailbox("".join(name), whole if angle is not None else None))
            name, angle, whole = [], None, ""
        elif char == ":" and not quoted and angle is None and "@" not in "".join(name[-80:]):
            name = []  # the name of a group
        elif angle is not None and not whole:
            angle.append(char)
        else:
            name.append(char)
        if len(found) >= _MAX_MAILBOXES:
            break
    rest = "".join(name).strip(" ,")
    if (rest or angle) and len(found) < _MAX_MAILBOXES:  # a quote or an angle bracket that is never closed
        found.append(_mailbox(rest, "".join(angle).rstrip(",") if angle else None))
    return tuple(found)


def _mailbox(name: str, angle: str | None) -> Mailbox:
    address = (name if angle is None else angle.rpartition(":")[2]).strip()
    shown = "" if angle is None else " ".join(decode_words(name.replace('"', "")).split())
    local, at, domain = address.rpartition("@")
    fits = at and local and not re.search(r"[\s<>]", address.replace('"', "") if not local.startswith('"') else domain)
    return Mailbox(shown[:300], address[:320], domain_of(domain) if fits else "")


def moment(value: str) -> float | None:
    """A date of a field (RFC 5322 section 3.3) in UTC seconds, None if it cannot be read. One without zone counts as UTC."""
    try:
        at = parsedate_to_datetime(value[:200])
        if at.tzinfo is None:
            at = at.replace(tzinfo=datetime.UTC)
        seconds = at.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return seconds if 0 <= seconds < _LAST_MOMENT else None


def utc_text(seconds: float) -> str:
    """UTC seconds as RFC 3339."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def utc_seconds(text: str) -> float | None:
    """RFC 3339 as UTC seconds, None if it is none."""
    try:
        at = datetime.datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
