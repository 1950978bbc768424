"""Reading HTML as hostile text: every octet is looked at a bounded number of times, nothing is run, nothing is nested in memory.

The parser of the standard library takes time that grows with the square of some inputs (unclosed comments, tags and quotes), so it
is not used on pages of strangers.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

MAX_OCTETS = 1_000_000
MAX_LINKS = 5_000
_MAX_TAG = 4_096  # characters of one tag; of a longer one the rest is passed over
_MAX_ATTRIBUTES = 64
_MAX_SHOWN = 300_000  # characters of visible text
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_UNSEEN = frozenset({"noscript", "template", "svg", "datalist", "dialog"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "mark", "small", "span", "strong", "u"}
)
# Encodings of web pages (encoding.spec.whatwg.org). Other codecs of Python are none for text, or can be made to run for ever.
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|macintosh|gb2312|gbk|gb18030|big5|euc-jp|"
    r"shift_jis|euc-kr|utf-16(?:le|be)?",
    re.I,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_:.-]{2,40})", re.I)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=\x00]{1,64})(?:\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]*)))?""")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}")
_HUGE_REFERENCE = re.compile(r"&#[xX]?[0-9A-Fa-f]{9,}")
_HIDING = re.compile(r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.I)
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class Link:
    """A link as it stands in a page: where it leads (as written), the text shown for it, and whether it is in sight."""

    href: str
    text: str = ""
    visible: bool = True


@dataclass(slots=True)
class Document:
    """What was found in a page.

    Attributes:
        title: of the page.
        language: of the html element, as written.
        base: of the base element, as written.
        text: visible text, in lines.
        links: at most 5000.
        scripts: number of script elements.
        refresh: where a meta refresh leads, as written.
        password, field: the page has a field for a password; for text.
    """

    title: str = ""
    language: str = ""
    base: str = ""
    text: str = ""
    links: list[Link] = field(default_factory=list)
    scripts: int = 0
    refresh: str = ""
    password: bool = False
    field: bool = False


def decode(body: bytes, content_type: str) -> str:
    """The text of a page after its byte order mark, its header or its own word, in this order; bytes that do not fit are replaced.

    Raises:
        BadInput: it is no text.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = re.search(r"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{2,40})", content_type, re.I)
    inside = _META_CHARSET.search(body[:4096])
    for name in (declared[1] if declared else "", inside[1].decode("ascii") if inside else ""):
        if _CHARSETS.fullmatch(name) and not (b"\0" in body[:4096] and not name.lower().startswith("utf-16")):
            try:
                return body.decode(name, "replace")
            except LookupError:  # a number that no part of ISO 8859 has
                continue
    if b"\0" in body[:4096]:
        raise BadInput(phrase("it is no text"))
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def unescape(text: str) -> str:
    """Character references as characters; numbers that no character can have are replaced."""
    return html.unescape(_HUGE_REFERENCE.sub("\ufffd", text))


def squeezed(text: str) -> str:
    """The text with single spaces."""
    return _SPACE.sub(" ", text).strip()


def read(source: str) -> Document:
    """Reads a page. Whatever it is, this comes to an end and raises nothing."""
    reader = _Reader()
    for kind, name, value in _tokens(source[:MAX_OCTETS]):
        if kind == "text":
            reader.text(value)
        elif kind == "start":
            reader.start(name, value)
        elif kind == "raw":
            reader.raw(name, value)
        else:
            reader.end(name)
    return reader.finish()


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """(kind, name, text): "text", "start" with the attributes as written, "raw" with the content of an element of raw text, "end"."""
    lowered = source.lower() if source.isascii() else _ascii_lower(source)
    at, size = 0, len(source)
    gone: set[str] = set()  # ends that do not come any more: they are not searched for again
    while at < size:
        found = source.find("<", at)
        if found < 0:
            yield "text", "", source[at:]
            return
        if found > at:
            yield "text", "", source[at:found]
        if source.startswith("<!--", found):
            at = _after(source, "-->", found + 4, gone)
        elif source.startswith(("<!", "<?"), found):
            at = _after(source, ">", found + 2, gone)
        else:
            closing = source.startswith("/", found + 1)
            name = _NAME.match(source, found + 1 + closing)
            if name is None:
                yield "text", "", "<"
                at = found + 1
                continue
            at, written = _tag_end(source, name.end(), gone)
            tag = name[0].lower()
            if closing:
                yield "end", tag, ""
                continue
            yield "start", tag, written
            if tag in _RAW:
                stop = _find(lowered, f"</{tag}", at, gone)
                yield "raw", tag, source[at:stop]
                at = _after(source, ">", stop, gone)


def _ascii_lower(text: str) -> str:
    """Lower case with every character at its place, which `lower` does not promise."""
    return text.translate({code: code + 32 for code in range(65, 91)})


def _find(text: str, what: str, start: int, gone: set[str]) -> int:
    if what in gone:
        return len(text)
    found = text.find(what, start)
    if found < 0:
        gone.add(what)
        return len(text)
    return found


def _after(text: str, what: str, start: int, gone: set[str]) -> int:
    return min(len(text), _find(text, what, start, gone) + len(what))


def _tag_end(source: str, start: int, gone: set[str]) -> tuple[int, str]:
    """(where the tag is over, its attributes as written). A ">" in quotes does not end it, if the quotes end soon enough."""
    at, limit = start, min(len(source), start + _MAX_TAG)
    while at < limit:
        char = source[at]
        if char == ">":
            return at + 1, source[start:at]
        if char in "\"'" and source[at - 1] in "= \t\r\n":
            closed = source.find(char, at + 1, limit)
            at = closed if closed > 0 else at
        at += 1
    return _after(source, ">", limit, gone), source[start:limit]


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        value = match[2] if match[2] is not None else match[3] if match[3] is not None else match[4] or ""
        found.setdefault(match[1].lower(), unescape(value))
        if len(found) >= _MAX_ATTRIBUTES:
            break
    return found


class _Reader:
    """Takes the pieces of a page one after the other."""

    def __init__(self) -> None:
        self.document = Document()
        self._shown: list[str] = []
        self._size = 0
        self._hidden = ""  # the element that hides everything in it, and how many of its name are open
        self._depth = 0
        self._link: Link | None = None

    def text(self, text: str) -> None:
        words = unescape(text)
        if self._link is not None and len(self._link.text) < 300:
            self._link.text += words[:300]
        if not self._hidden and self._size < _MAX_SHOWN:
            self._shown.append(words)
            self._size += len(words)

    def start(self, name: str, written: str) -> None:
        if self._hidden == name:
            self._depth += 1
        given = _attributes(written)
        hides = "hidden" in given or _HIDING.search(given.get("style", "")[:500]) is not None
        if not self._hidden and name not in _VOID and name not in _RAW and (hides or name in _UNSEEN):
            self._hidden, self._depth = name, 1
        if name not in _INLINE:
            self.text("\n")
        match name:
            case "a" | "area" if "href" in given:
                self._open_link(given)
            case "img" if self._link is not None:
                self._link.text += " " + given.get("alt", "")[:200]
            case "base":
                self.document.base = self.document.base or given.get("href", "")[:2000]
            case "html":
                self.document.language = self.document.language or given.get("lang", "")[:40]
            case "meta" if given.get("http-equiv", "").lower() == "refresh" and self._hidden != "noscript":
                self.document.refresh = self.document.refresh or _refresh(given.get("content", ""))
            case "input":
                kind = given.get("type", "text").lower()
                self.document.password = self.document.password or (kind == "password" and not self._hidden)
                self.document.field = self.document.field or (kind in ("text", "email", "url", "search") and not self._hidden)
                if kind in ("submit", "button") and given.get("value"):
                    self.text(f" {given['value'][:200]} ")
            case "textarea":
                self.document.field = self.document.field or not self._hidden

    def raw(self, name: str, content: str) -> None:
        if name == "script":
            self.document.scripts += 1
        elif name == "title" and not self.document.title:
            self.document.title = squeezed(unescape(content[:2000]))[:300]

    def end(self, name: str) -> None:
        if name == "a":
            self._link = None
        if self._hidden and name == self._hidden:
            self._depth -= 1
            if self._depth <= 0:
                self._hidden = ""
        elif self._hidden and name in ("body", "html"):
            self._hidden = ""
        if name not in _INLINE:
            self.text("\n")

    def finish(self) -> Document:
        lines = (squeezed(line) for line in "".join(self._shown).split("\n"))
        self.document.text = "\n".join(line for line in lines if line)
        for link in self.document.links:
            link.text = squeezed(link.text)[:200]
        return self.document

    def _open_link(self, given: dict[str, str]) -> None:
        self._link = None
        if len(self.document.links) < MAX_LINKS:
            words = " ".join(given.get(key, "")[:200] for key in ("aria-label", "title") if key in given)
            self._link = Link(given["href"].strip()[:2000], words + " " if words else "", not self._hidden)
            self.document.links.append(self._link)


def _refresh(content: str) -> str:
    """The URL of "0; url=..." if it comes at once or nearly so."""
    match = re.match(
        r"\s{0,20}(\d{1,4})[^;,]{0,20}[;,]\s{0,20}(?:url\s{0,5}=\s{0,5})?[\"']?([^\"'\s]{1,2000})", content[:3000], re.I
    )
    return match[2] if match and int(match[1]) <= 10 else ""
