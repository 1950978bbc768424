"""Reading HTML as hostile text: every octet is looked at a bounded number of times, nothing is run, nothing is nested in memory.

The parser of the standard library takes time that grows with the square of some inputs (unclosed comments, tags and quotes), so it
is not used on pages of strangers.
"""

from __future__ import annotations

import codecs
import dataclasses
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.web_words import CONTACT_HERE, protected_address, unbroken

MAX_OCTETS = 1_000_000
MAX_LINKS = 5_000
_MAX_TAG = 4_096  # characters of one tag; of a longer one the rest is passed over
_MAX_ATTRIBUTES = 64
_MAX_SHOWN = 200_000  # characters of visible text
_MAX_MARKS = 200  # headings and buttons
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
_ROOTS = frozenset({"root", "app", "__next", "__nuxt", "app-root", "q-app", "svelte"})
_MARKS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "button"})
# Elements that end without an end tag, and what begins after them (html.spec.whatwg.org, 13.1.2.4).
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
     "h6", "header", "hr", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul"}
)  # fmt: skip
_ENDED_BY = {
    "p": _BLOCKS, "li": frozenset({"li"}), "dt": frozenset({"dt", "dd"}), "dd": frozenset({"dt", "dd"}), "option": frozenset({"option", "optgroup"}),
    "optgroup": frozenset({"optgroup"}), "td": frozenset({"td", "th", "tr", "tbody", "tfoot"}), "th": frozenset({"td", "th", "tr", "tbody", "tfoot"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}), "tbody": frozenset({"tbody", "tfoot"}), "thead": frozenset({"tbody", "tfoot"}),
}  # fmt: skip
_CONTAINERS = (_BLOCKS - {"hr", "p"}) | {"select"}
_PROTECTED = "/cdn-cgi/l/email-protection"  # where mail addresses are only put in by a script


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
        text: visible text, in lines; `CONTACT_HERE` stands in it for fields for a letter and links to mailboxes.
        prose: the same without the words of links.
        headings, buttons: their words, each at most 300 characters.
        links: at most 5000.
        scripts, frames: number of script elements; of frames in sight.
        filled: it has the empty place that a script fills with the page.
        masked: a mail address is put in by a script in a way that cannot be read here.
        whole: all that is visible was read.
        refresh: where a meta refresh leads, as written.
        password, field, letter: the page has a field for a password; for text; for a longer text.
    """

    title: str = ""
    language: str = ""
    base: str = ""
    text: str = ""
    prose: str = ""
    headings: list[str] = dataclasses.field(default_factory=list)
    buttons: list[str] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    scripts: int = 0
    frames: int = 0
    filled: bool = False
    masked: bool = False
    whole: bool = True
    refresh: str = ""
    password: bool = False
    field: bool = False
    letter: bool = False


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
        self._prose: list[str] = []
        self._size = 0
        self._hidden = ""  # the element that hides everything in it, and how many of its name are open
        self._depth = 0
        self._inner = 0  # other elements that are open in it
        self._link: Link | None = None
        self._mark = ""  # the heading or button that is open, and its words
        self._words = ""

    def text(self, text: str) -> None:
        words = unbroken(unescape(text)).replace(CONTACT_HERE, " ")
        if self._link is not None and len(self._link.text) < 300:
            self._link.text += words[:300]
        self._show(words)

    def _show(self, words: str) -> None:
        if self._hidden:
            return
        if self._size + len(words) > _MAX_SHOWN:
            self.document.whole = self.document.whole and not words.strip()
            words = words[: _MAX_SHOWN - self._size]
        self._shown.append(words)
        self._size += len(words)
        if self._link is None or words == "\n":
            self._prose.append(words)
        if self._mark and len(self._words) < 300:
            self._words += words[:300]

    def start(self, name: str, written: str) -> None:
        given = _attributes(written)
        if name == "svg" and written.rstrip().endswith("/"):
            return
        self._ended_before(name)
        if self._hidden == name and name not in _ENDED_BY:
            self._depth += 1
        elif self._hidden and name in _CONTAINERS:
            self._inner += 1
        hides = "hidden" in given or _HIDING.search(given.get("style", "")[:500]) is not None
        if not self._hidden and name not in _VOID and name not in _RAW and (hides or name in _UNSEEN):
            self._hidden, self._depth, self._inner = name, 1, 0
        if name not in _INLINE:
            self._show("\n")
        if name in _MARKS:
            self._close_mark()
            self._mark = name
        if given.get("id", "").lower() in _ROOTS:
            self.document.filled = True
        if "data-cfemail" in given:
            self._protected(given["data-cfemail"])
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
                self._input(given)
            case "iframe" | "frame" if not (self._hidden or hides):
                self.document.frames += 1
            case "textarea" if not (self._hidden or hides):
                self.document.field = self.document.letter = True
                self._show(CONTACT_HERE)

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        self.document.password = self.document.password or (kind == "password" and not self._hidden)
        self.document.field = self.document.field or (kind in ("text", "email", "url", "search") and not self._hidden)
        if kind in ("submit", "button") and given.get("value"):
            self.text(f" {given['value'][:200]} ")
            if not self._hidden and len(self.document.buttons) < _MAX_MARKS:
                self.document.buttons.append(squeezed(unbroken(given["value"][:200])))

    def _ended_before(self, name: str) -> None:
        """What begins may end what hides, though no end tag was written."""
        if self._hidden and self._inner == 0 and name in _ENDED_BY.get(self._hidden, ()):
            self._hidden = ""

    def raw(self, name: str, content: str) -> None:
        if name == "script":
            self.document.scripts += 1
        elif name == "title" and not self.document.title:
            self.document.title = squeezed(unbroken(unescape(content[:2000])))[:300]

    def end(self, name: str) -> None:
        if name == "a":
            self._link = None
        if name == self._mark:
            self._close_mark()
        if self._hidden and name == self._hidden:
            self._depth -= not (name in _ENDED_BY and self._inner > 0)
            if self._depth <= 0:
                self._hidden = ""
        elif self._hidden and name in ("body", "html"):
            self._hidden, self.document.whole = "", False
        elif self._hidden and name in _CONTAINERS:
            if self._inner == 0 and self._hidden in _ENDED_BY:
                self._hidden = ""  # its parent ends
            self._inner = max(0, self._inner - 1)
        if name not in _INLINE:
            self._show("\n")

    def finish(self) -> Document:
        self._close_mark()
        document = self.document
        document.whole = document.whole and not self._hidden and len(document.links) < MAX_LINKS
        document.text, document.prose = _lines(self._shown), _lines(self._prose)
        for link in document.links:
            link.text = squeezed(link.text)[:200]
        return document

    def _close_mark(self) -> None:
        words, kept = squeezed(self._words)[:300], self.document.buttons if self._mark == "button" else self.document.headings
        if self._mark and words and len(kept) < _MAX_MARKS:
            kept.append(words)
        self._mark = self._words = ""

    def _protected(self, code: str) -> None:
        address = protected_address(code)
        if address:
            self._show(f" {unbroken(address)} ")
        elif not self._hidden:
            self.document.masked = True

    def _open_link(self, given: dict[str, str]) -> None:
        self._link = None
        href = given["href"].strip()[:2000]
        if _PROTECTED in href and "data-cfemail" not in given:
            self._protected(href.partition("#")[2])
        if href[:7].lower() == "mailto:":
            self._show(CONTACT_HERE)
        if len(self.document.links) < MAX_LINKS:
            words = " ".join(unbroken(given.get(key, "")[:200]) for key in ("aria-label", "title") if key in given)
            self._link = Link(href, words + " " if words else "", not self._hidden)
            self.document.links.append(self._link)


def _lines(pieces: list[str]) -> str:
    lines = (squeezed(line) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _refresh(content: str) -> str:
    """The URL of "0; url=..." if it comes at once or nearly so."""
    match = re.match(
        r"\s{0,20}(\d{1,4})[^;,]{0,20}[;,]\s{0,20}(?:url\s{0,5}=\s{0,5})?[\"']?([^\"'\s]{1,2000})", content[:3000], re.I
    )
    return match[2] if match and int(match[1]) <= 10 else ""
