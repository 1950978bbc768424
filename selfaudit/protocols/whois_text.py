"""WHOIS answers (RFC 3912) as statements: octets to text, lines to keys and values with the section they stand in.

The protocol defines no form. Three are understood, as servers mix them: "Key: value" lines (with leaders of dots, or "[Key] value"),
blocks below a heading, and objects of "key: value" lines between blank lines (RFC 2622 section 2).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from selfaudit.protocols.bootstrap import a_labels
from selfaudit.protocols.smtp import is_host_name

MAX_OCTETS = 65_536
MAX_LINE = 500
_MAX_LINES = 3000
_MAX_KEY = 60
_MAX_KEY_WORDS = 7
_DEEPER = 4  # columns by which a line must stand further right than a key to carry its value on

_ALLOWED_CHARSETS = re.compile(
    r"iso8859-[0-9]{1,2}|cp125[0-8]|koi8-[ru]|shift_jis|euc_(?:jp|kr)|gb2312|gbk|gb18030|big5|iso2022_jp"
)
_CHARSET = re.compile(rb"(?i)(?:charset|encoding)[ \t]{0,4}[=:][ \t]{0,4}[\"']?([a-z0-9_.:-]{3,20})")
_JAPANESE = (b"JPRS", b"[Domain Name]", b"JPNIC")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BRACKET = re.compile(r"(?:[a-z]\. )?\[([^\[\]]{1,40})\](.*)")
_UNDERLINE = re.compile(r"% ?={3,}")
_RECORD = re.compile(r"(record (?:created|expires|last updated) on)\s+(\S.*)", re.IGNORECASE)  # .tw, .kg: without a colon
_TIGHT = re.compile(
    r"[A-Za-z][A-Za-z /-]{3,59}"
)  # a key may have its value right behind the colon only if it can be nothing else

# Headings, and the section that each opens.
_HEADINGS: dict[str, str] = {
    title: section
    for section, titles in {
        "domain": "domain|domain name|domain information|relevant dates|additional information|dnssec",
        "registrant": "registrant|holder|holder of domain name|domain holder|owner|owner contact|registrant contact|"
        "registrant contact information",
        "address": "registrant's address",
        "administrative": "admin|admin c|admin contact|administrative|administrative contact|administrative contacts|"
        "administrative contact information|administrativ contact|contact information",
        "technical": "tech|tech c|tech contact|technical|technical contact|technical contacts|technical contact information|zone c",
        "billing": "billing|billing contact|billing contacts",
        "registrar": "registrar|sponsoring registrar|registrar information",
        "abuse": "abuse contact",
        "other": "registrar technical contacts|onsite|onsites|reseller",
        "name servers": "name servers|nameservers|domain nameservers|domain servers|domain servers in listed order|"
        "name servers information",
        "status": "registration status",
        "keys": "keys",
        "flags": "flags",
        "note": "data validation",
    }.items()
    for title in titles.split("|")
}
# Parts that a section of a person or company has; one of these makes a block of what is not indented below a heading.
_PARTS = frozenset(
    [
        "name",
        "organization",
        "organisation",
        "organization name",
        "company",
        "type",
        "handle",
        "nic handle",
        "address",
        "street",
        "city",
        "locality",
        "postal code",
        "postalcode",
        "zip",
        "country",
        "country code",
        "phone",
        "fax",
        "email",
        "e mail",
        "web",
        "website",
        "url",
        "language",
        "state",
        "province",
    ]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement.

    Attributes:
        key: lower case, without leaders, hyphens as spaces; "" for a line without one.
        value: what stands behind it.
        section: what the heading above is about, "" for none.
        paragraph: how many breaks stand above.
    """

    key: str
    value: str
    section: str = ""
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines without a break between them, in one line; marks of comments are left out."""

    text: str
    lines: tuple[str, ...]


def decode(data: bytes) -> str:
    """The text of an answer: UTF-8 if it is that, else what it declares, else Japanese encodings for what looks like JPRS, else
    Windows-1252, else Latin-1. At most 64 KiB; NULs are dropped and CRLF becomes LF. Never fails.
    """
    cut = data[:MAX_OCTETS].replace(b"\0", b"")
    text = _decoded(cut, truncated=len(data) > MAX_OCTETS).removeprefix("\ufeff").replace("\r\n", "\n")
    return text


def _decoded(data: bytes, *, truncated: bool) -> str:
    if b"\x1b$B" in data or b"\x1b$@" in data:  # seven bits only, so it would pass as UTF-8
        found = _try(data, "iso2022_jp")
        if found is not None:
            return found
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if truncated and error.start >= len(data) - 3:  # we cut a character
            return data[: error.start].decode("utf-8")
    guesses = ["euc_jp", "shift_jis"] if any(mark in data for mark in _JAPANESE) else []
    declared = _CHARSET.search(data[:4096])
    if declared:
        guesses.insert(0, declared[1].decode("ascii"))
    for guess in (*guesses, "cp1252"):
        found = _try(data, guess)
        if found is not None:
            return found
    return data.decode("latin-1")


def _try(data: bytes, charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
        return data.decode(name) if _ALLOWED_CHARSETS.fullmatch(name) else None
    except (LookupError, ValueError):  # unknown, or not in this charset
        return None


def lines_of(text: str) -> list[str]:
    """The lines within our limits, tabs as columns, without other control characters."""
    text = text[:MAX_OCTETS]
    text = text.replace("\r", "") if "\n" in text else text.replace("\r", "\n")
    return [
        _CONTROL.sub("", line[:MAX_LINE].expandtabs(8))[:MAX_LINE].rstrip()
        for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]
    ]


def normal(key: str) -> str:
    """A key or heading in the form in which they are compared."""
    return " ".join(key.strip(" .:*\t").replace("_", " ").replace("-", " ").lower().split())


def is_comment(line: str) -> bool:
    """Whether a line is a remark of the server itself."""
    start = line.lstrip()
    # "[ text ]" is JPRS's; "*" alone marks the frame of a notice, "** Key:" a key of .tr.
    return start.startswith(("%", "#", ">>>", ";", "[ ", "--", "<<<")) or (
        start.startswith("*") and not start.startswith("** ")
    )


def paragraphs(lines: list[str]) -> list[Paragraph]:
    """Runs of lines; blank ones, the time of the database, and changes between comments and data part them."""
    found: list[Paragraph] = []
    run: list[str] = []
    kind: object = None
    for line in [*lines, ""]:
        words = line.strip(" \t%#;*")
        now = (is_comment(line), line.lstrip()[:1] in (">", "[")) if words else None
        if now != kind and run:
            found.append(Paragraph(" ".join(run), tuple(run)))
            run = []
        kind = now
        if words:
            run.append(words)
    return found


@dataclass(slots=True)
class _State:
    entries: list[Entry] = field(default_factory=list)
    section: str = ""
    by_colon: bool = False  # the heading is a key without value: its block ends at a blank line or at a key of the same column
    base: int = 0
    fresh: bool = False  # nothing of the section was seen yet
    parted: bool = False  # a blank line stands between
    flat: bool = False  # its lines are not indented: all up to the next blank line belong to it
    key: str = ""
    column: int = 0
    pending: bool = False  # the key has no value yet; it may stand in the next line
    paragraph: int = 0

    def add(self, key: str, value: str) -> None:
        self.entries.append(Entry(key, value, self.section, self.paragraph))
        self.fresh = False

    def open(self, section: str, column: int, *, by_colon: bool) -> None:
        self.section, self.base, self.by_colon, self.fresh = section, column, by_colon, True
        self.key, self.pending, self.parted, self.flat = "", False, False, False


def entries_of(lines: list[str]) -> list[Entry]:
    """The statements of an answer, in order; comments are left out."""
    state = _State()
    for number, line in enumerate(lines):
        words = line.strip()
        column = len(line) - len(line.lstrip())
        if words.startswith("***") and state.section == "status" and column > state.base and not state.parted:
            words = words.strip(" *")  # .uk: "*** This registration has been SUSPENDED. ***" below the state
        elif is_comment(line):
            heading = _HEADINGS.get(normal(words.lstrip("% "))) if _is_underlined(lines, number) else None
            if heading:
                state.paragraph += 1
                state.open(heading, column, by_colon=True)
                state.flat = True
                continue
            words = ""
        if not words:
            _break(state, blank=not line.strip())
            continue
        words = words.removeprefix("** ")
        bracket = _BRACKET.fullmatch(words)
        pair = (bracket[1], bracket[2].strip()) if bracket else _pair(words)
        if pair is None:
            _bare(state, words, column)
        elif bracket and not pair[1] and normal(pair[0]) in _HEADINGS and not _next_is_bracket(lines, number):
            state.open(_HEADINGS[normal(pair[0])], column, by_colon=False)
        else:
            _keyed(state, normal(pair[0]), pair[1], column, may_open=not bracket)
    return state.entries


def _break(state: _State, *, blank: bool) -> None:
    state.paragraph += 1
    state.key, state.pending = "", False
    if state.by_colon and (not state.fresh or (blank and state.flat)):
        state.section, state.by_colon = "", False
    state.parted = blank


def _is_underlined(lines: list[str], number: int) -> bool:
    """Whether the next line makes a heading of a comment (.ua): "% ======"."""
    return number + 1 < len(lines) and _UNDERLINE.fullmatch(lines[number + 1]) is not None


def _next_is_bracket(lines: list[str], number: int) -> bool:
    following = next((line.strip() for line in lines[number + 1 : number + 4] if line.strip()), "")
    return _BRACKET.fullmatch(following) is not None


def _pair(words: str) -> tuple[str, str] | None:
    record = _RECORD.fullmatch(words)
    if record:
        return record[1], record[2].removeprefix(":").strip()
    key, colon, value = words.partition(":")
    key = key.rstrip(" .\t")
    if not colon or not key or len(key) > _MAX_KEY or not key[0].isalpha() or len(key.split()) > _MAX_KEY_WORDS:
        return None
    if value[:1].strip() and (value[0] in ":/" or not _TIGHT.fullmatch(key)):
        return None
    return key, value.strip()


def _bare(state: _State, words: str, column: int) -> None:
    heading = _HEADINGS.get(normal(words))
    if state.by_colon and state.parted and column <= state.base:  # a sentence below an empty field
        state.section, state.by_colon = "", False
    if state.pending:
        state.add(state.key, words)
        state.pending = False
    elif heading and column == 0 and not state.by_colon:
        state.open(heading, column, by_colon=False)
    elif state.key and column >= state.column + _DEEPER:
        state.add(state.key, words)
    else:
        state.add("", words)


def _keyed(state: _State, key: str, value: str, column: int, *, may_open: bool) -> None:
    if state.by_colon and column <= state.base and not state.flat:
        state.flat = state.fresh and not state.parted and key in _PARTS
        if not state.flat:
            state.section, state.by_colon = "", False
    state.pending = False
    heading = _HEADINGS.get(key) if may_open and not value else None
    if heading and (not state.section or column <= state.base):
        state.open(heading, column, by_colon=True)
        return
    state.key, state.column = key, column
    if value:
        state.add(key, value)
    else:
        state.pending = may_open and key not in _PARTS and column == 0


def host(text: str) -> str:
    """The host name at the beginning of a text as A-labels, "" if there is none; addresses and marks behind it are left out."""
    words = text[:300].split()
    name = a_labels(words[0].strip("[](),;")) if words else ""
    return name if is_host_name(name) else ""


def whole_host(text: str) -> str:
    """The host name that a text is, "" if it is anything else: an address, a URL, a name with a port, several words."""
    return host(text) if len(text.split()) == 1 else ""
