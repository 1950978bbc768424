"""The parts of a message from a stranger (RFC 5322, RFC 2045 to 2047, RFC 2231): walked without recursion, within bounds.

Nothing is unpacked, run or fetched. What is broken is read as far as it goes, and said.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

MAX_PARTS = 100
MAX_DEPTH = 20
MAX_OCTETS = 50_000_000
MAX_FIELDS = 1000  # header fields of one part
MAX_FIELD = 20_000  # characters of one header field
_MAX_HEADER = 1_000_000  # octets of all of them
_MAX_WORDS = 100  # encoded words of one field
_MAX_LABEL = 200

# Only plain character sets: other codecs of Python unpack, or take a time that grows with the square of the length.
_CHARSET = re.compile(
    r"(us-ascii|ascii|utf-?8|utf-?16(le|be)?|iso-?8859-?[0-9]{1,2}|latin-?1|windows-?125[0-8]|cp125[0-8]|koi8-[ru]|macintosh|"
    r"gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr|iso-2022-jp)"
)
_ENCODED = re.compile(r"=\?([A-Za-z0-9_.-]{1,40})(?:\*[A-Za-z-]{1,20})?\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN = re.compile(
    r"(=\?[^?\s]{1,61}\?[bBqQ]\?[^?\s]{0,2000}\?=)[ \t\r\n]{1,200}(?==\?[^?\s]{1,61}\?[bBqQ]\?[^?\s]{0,2000}\?=)"
)
_PARAMETER = re.compile(
    r';\s{0,20}([A-Za-z0-9!#$&+.^_`|~*-]{1,60})\s{0,20}=\s{0,20}(?:"((?:[^"\\]|\\.){0,2000})"|([^\s;"]{1,2000}))'
)
_TYPE = re.compile(r"\s{0,20}([A-Za-z0-9!#$&+.^_-]{1,80}/[A-Za-z0-9!#$&+.^_-]{1,80})")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message, the message itself being the first.

    Attributes:
        content_type: in lower case, "text/plain" where none is given (RFC 2045 section 5.2).
        charset, name: of the content type or disposition, "" for none.
        fields: (name in lower case, value unfolded, encoded words left as they are) in the order of the part.
        depth: how many parts lie around it.
        inside: it belongs to an attached message.
        body: its octets as they were sent, b"" for a multipart.
        encoding: of the transfer, in lower case.
        problem: what could not be read, in words (`phrase`).
    """

    content_type: str
    charset: str
    name: str
    fields: tuple[tuple[str, str], ...]
    depth: int
    inside: bool
    body: bytes
    encoding: str = ""
    problem: str = ""

    def field(self, name: str) -> str:
        """The first field of that name (lower case), encoded words decoded, "" for none."""
        return next((decode_words(value) for key, value in self.fields if key == name), "")

    def data(self) -> bytes:
        """The octets without their transfer encoding. What is no base64 is passed over."""
        if self.encoding == "base64":
            cleaned = _NOT_BASE64.sub(b"", self.body)
            cleaned = cleaned[: -1 if len(cleaned) % 4 == 1 else None]
            return binascii.a2b_base64(cleaned + b"=" * (-len(cleaned) % 4))
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body

    def text(self) -> str:
        """The octets as text, in the character set that is named or, where that does not fit, in a likely one."""
        return decode_text(self.data(), self.charset)


def decode_text(data: bytes, charset: str = "") -> str:
    """Text in a character set that a stranger names; UTF-8 and then Windows-1252 where it is unknown or does not fit."""
    named = charset.strip().lower()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    for codec in dict.fromkeys(filter(None, (named if _CHARSET.fullmatch(named) else "", "utf-8-sig", "cp1252"))):
        try:
            return data.decode(codec).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")


def decode_words(value: str) -> str:
    """A header field with its encoded words (RFC 2047) decoded, at most a hundred of them; broken ones stay as they are."""
    return _ENCODED.sub(_word, _BETWEEN.sub(r"\1", value[:MAX_FIELD]), count=_MAX_WORDS)


def _word(match: re.Match[str]) -> str:
    charset, way, text = match.groups()
    raw = text.encode("ascii", "replace")
    encoding = "base64" if way in "bB" else "quoted-printable"
    body = raw if encoding == "base64" else raw.replace(b"_", b"=20")
    return Part("", charset, "", (), 0, False, body, encoding).text()


def walk(data: bytes, max_parts: int = MAX_PARTS, max_depth: int = MAX_DEPTH, max_octets: int = MAX_OCTETS) -> tuple[Part, ...]:
    """The parts of a message in their order, attached messages (message/rfc822) with theirs.

    Args:
        data: the message as it was saved; a line "From " of a mailbox before it is passed over.
        max_parts: further parts are left out, and the last one says so.
        max_depth: parts that lie deeper are left out, and the one around them says so.
        max_octets: the greatest size.

    Raises:
        BadInput: it is larger.
    """
    if len(data) > max_octets:
        raise BadInput(phrase("larger than {limit} octets", limit=max_octets))
    if data.startswith((b"From ", b">From ")):
        data = data[data.find(b"\n") + 1 :]
    parts: list[Part] = []
    # octets, from, to, depth, belongs to an attached message
    waiting: list[tuple[bytes, int, int, int, bool]] = [(data, 0, len(data), 0, False)]
    decoded = 0
    while waiting:
        octets, start, end, depth, inside = waiting.pop()
        if len(parts) >= max_parts:
            parts[-1] = replace(
                parts[-1], problem=phrase("there are more than {limit} parts; the rest was left out", limit=max_parts)
            )
            break
        part, body, boundary = _part(octets, start, end, depth, inside)
        nested = part.content_type.startswith("multipart/") and boundary
        attached = part.content_type in ("message/rfc822", "message/global")
        if (nested or attached) and depth >= max_depth:
            parts.append(
                replace(
                    part,
                    problem=phrase("parts lie in each other deeper than {limit} levels; those were left out", limit=max_depth),
                )
            )
            continue
        if nested:
            spans = list(_spans(octets, body, end, boundary, max_parts + 1))
            if not spans:
                part = replace(
                    part, body=octets[body:end], problem=phrase("the parts of the message are not marked as it says")
                )
            parts.append(part)
            waiting.extend((octets, a, b, depth + 1, inside) for a, b in reversed(spans))
            continue
        whole = body == start and end == len(octets)
        parts.append(replace(part, body=octets if whole else octets[body:end]))
        if attached:
            inner = parts[-1].data() if part.encoding in ("base64", "quoted-printable") else b""
            decoded += len(inner)
            if decoded > max_octets:
                parts[-1] = replace(parts[-1], problem=phrase("the attached messages are too large together"))
            else:
                waiting.append((inner, 0, len(inner), depth + 1, True) if inner else (octets, body, end, depth + 1, True))
    return tuple(parts)


def _part(octets: bytes, start: int, end: int, depth: int, inside: bool) -> tuple[Part, int, str]:
    fields, body = _fields(octets, start, end)
    by_name = dict(reversed(fields))
    given = by_name.get("content-type", "")
    kind = _TYPE.match(given)
    parameters = _parameters(given)
    disposition = _parameters(";" + by_name.get("content-disposition", "").partition(";")[2])
    name = decode_words(disposition.get("filename", "") or parameters.get("name", ""))[:_MAX_LABEL]
    part = Part(
        kind[1].lower() if kind else "text/plain", parameters.get("charset", "")[:60], name, tuple(fields), depth, inside, b"",
        by_name.get("content-transfer-encoding", "").strip().lower()[:40],
    )  # fmt: skip
    return part, body, parameters.get("boundary", "")


def _fields(octets: bytes, start: int, end: int) -> tuple[list[tuple[str, str]], int]:
    """The header fields and where the body begins (RFC 5322 section 2.2). A line that is no field ends the header."""
    found: list[tuple[str, bytearray]] = []
    place = start
    while place < min(end, start + _MAX_HEADER):
        mark = _LINE_END.search(octets, place, end)
        line = octets[place : mark.start() if mark else end]
        after = mark.end() if mark else end
        if not line:
            place = after
            break
        if line[:1] in b" \t" and found:
            if len(found[-1][1]) < MAX_FIELD:
                found[-1][1].extend(b" " + line.strip()[:MAX_FIELD])
        else:
            match = _FIELD.fullmatch(line)
            if match is None:
                break
            if len(found) < MAX_FIELDS:
                found.append((match[1].decode("ascii").lower(), bytearray(match[2].strip()[:MAX_FIELD])))
        place = after
    return [(name, _header_text(bytes(value))) for name, value in found], place


def _header_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")[:MAX_FIELD]
    except UnicodeDecodeError:
        return raw.decode("latin-1")[:MAX_FIELD]


def _parameters(value: str) -> dict[str, str]:
    """The parameters of a field, continuations of RFC 2231 put together."""
    found: dict[str, str] = {}
    pieces: dict[str, list[str]] = {}
    for count, match in enumerate(_PARAMETER.finditer(value)):
        if count >= 50:
            break
        name = match[1].lower()
        text = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
        base, star, _rest = name.partition("*")
        if star:
            pieces.setdefault(base, []).append(_percent(text) if name.endswith("*") else text)
        else:
            found.setdefault(name, text)
    for base, texts in pieces.items():
        found.setdefault(base, "".join(texts))
    return found


def _percent(text: str) -> str:
    charset, mark, rest = text.partition("'")
    encoded = rest.partition("'")[2] if mark else text
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), encoded.encode("utf-8", "replace"))
    return decode_text(raw, charset if mark else "")


def _spans(octets: bytes, start: int, end: int, boundary: str, limit: int) -> Iterator[tuple[int, int]]:
    """From where to where each part of a multipart goes (RFC 2046 section 5.1)."""
    mark = b"--" + boundary.encode("latin-1", "replace")
    line_end = b"\n" if octets.find(b"\n", start, end) >= 0 else b"\r"
    # It begins with what it is looked for by, so that marks inside of lines cost nothing.
    pattern = re.compile(line_end + re.escape(mark) + rb"(--)?[ \t]{0,80}(?:\r?\n|\r|\Z)")
    begun = -1
    count = 0
    first = re.compile(re.escape(mark) + rb"(--)?[ \t]{0,80}(?:\r?\n|\r|\Z)").match(octets, start, end)
    place = start
    if first:
        if first[1]:
            return
        begun, place = _after(octets, first), first.end() - 1
    while count < limit:
        match = pattern.search(octets, place, end)
        if match is None:
            break
        if begun >= 0:
            last = match.start() - (octets[match.start() - 1 : match.start()] == b"\r" and line_end == b"\n")
            yield begun, max(begun, last)
            count += 1
        if match[1]:
            return
        begun = _after(octets, match)
        place = max(match.end() - 1, match.start() + 1)  # the end of this line can be what the next mark begins with
    if begun >= 0 and count < limit:
        yield begun, end


def _after(octets: bytes, match: re.Match[bytes]) -> int:
    """Where the part behind a mark begins, -1 if its line does not end."""
    return match.end() if octets[match.end() - 1 : match.end()] in (b"\r", b"\n") else -1
