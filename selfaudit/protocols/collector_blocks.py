"""How the collector's text travels (docs/collector.md): encodings, gzip (RFC 1952), and blocks of Base64 (RFC 4648) for pasting.

What happens to blocks on their way from a console is undone: lines wrapped elsewhere, blanks, quoting, prompts in between, blocks
doubled or out of order. What is missing or damaged is named by its number.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.cksum import cksum
from selfaudit.text import printable

MAX_TEXT = 4_000_000  # octets of a file, packed or not, that is read at all
MAX_BLOCKS = 999
GZIP = b"\x1f\x8b"

_WIDTH = 64  # characters of a line
_LINES = 24  # of a block
_MAX_MARKS = 10_000
_MAX_NAMED = 20
_PIECE = 65_536  # octets
_SAMPLE = 4_000  # octets or characters that show what a file is

_OTHER_FILES = (
    (b"PK\x03\x04", phrase("a ZIP archive")), (b"BZh", phrase("a packed file (bzip2)")),
    (b"\xfd7zXZ", phrase("a packed file (xz)")), (b"\x28\xb5\x2f\xfd", phrase("a packed file (zstd)")), (b"%PDF", phrase("a PDF document")),
    (b"\xd0\xcf\x11\xe0", phrase("an office document")), (b"{\\rtf", phrase("an office document")), (b"\x7fELF", phrase("a program")),
    (b"MZ\x90", phrase("a program")), (b"\x89PNG", phrase("a picture")), (b"\xff\xd8\xff", phrase("a picture")), (b"GIF8", phrase("a picture")),
)  # fmt: skip
_OTHER_TEXTS = (
    ("<!doctype", phrase("a web page")),
    ("<html", phrase("a web page")),
    ("<?xml", phrase("an XML file")),
    ("{", phrase("a JSON file")),
    ("[{", phrase("a JSON file")),
)
_SCRIPTS = ("#!", "<#", "#requires", "param(", "param (", "[cmdletbinding")
_REFUSALS = (
    "not found", "no such file", "permission denied", "can't open", "cannot open", "cannot execute", "not recognized", "cannot be loaded",
    "operation not permitted", "syntax error", "nicht gefunden", "keine berechtigung",
)  # fmt: skip

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015"  # editors make long dashes of several short ones
_GAP = r"\s{0,8}"  # a marker may be broken at any place
# BEGIN or END, the run, the number, then the total and (of an END) the check sum as digits in a row.
_MARK = re.compile(
    f"(?P<kind>{_GAP.join('BEGIN')}|{_GAP.join('END')}){_GAP}{_GAP.join('SELFAUDIT')}{_GAP}(?P<run>(?:[0-9a-fA-F]{_GAP}){{8}})"
    f"(?P<number>(?:[0-9]{_GAP}){{1,3}})/{_GAP}(?P<rest>(?:[0-9]{_GAP}){{1,13}})[{_DASHES}]"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*", re.ASCII)
_UNSEEN = str.maketrans({"\u00a0": " ", "\u200b": None, "\u2060": None, "\ufeff": None})  # what editors and chats put in


@dataclass(frozen=True, slots=True)
class Paste:
    """What a pasted text holds of one run of the collector.

    Attributes:
        id: of the run, 8 hexadecimal digits; "" if there is no block in the text.
        total: how many blocks the run has; 0 if there is none.
        have: numbers of the blocks that are there and whole, ascending.
        missing: numbers of those that are not there.
        bad: numbers of those that are there, but do not fit their check sum or contradict each other.
        other: runs of which there are blocks too; those were not used. At most 20.
        text: the collector's text, None as long as something is missing or the whole does not fit its check sum.
        problem: what is wrong and what to do, "" if nothing is.
    """

    id: str
    total: int
    have: tuple[int, ...]
    missing: tuple[int, ...]
    bad: tuple[int, ...]
    other: tuple[str, ...]
    text: bytes | None
    problem: str


@dataclass(frozen=True, slots=True)
class _Copy:
    """A block as it was found; `fits`: its check sum is right."""

    total: int
    body: str
    fits: bool


def as_text(data: bytes) -> str:
    """The text of a file: unpacked, and from UTF-8 or UTF-16 of either order, with or without a mark. Other octets become U+FFFD.

    Raises:
        BadInput: too large, or packed and damaged.
    """
    if len(data) > MAX_TEXT:
        raise BadInput(phrase("the file is larger than {limit} octets, a collector's file is much smaller", limit=MAX_TEXT))
    if data.startswith(GZIP):
        data, _whole = gunzip(data)  # one without its end is read as far as it goes, and then has no last line
    return data.decode(_encoding(data), "replace").removeprefix("\ufeff")


def _encoding(data: bytes) -> str:
    if data.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if data.startswith(b"\xfe\xff"):
        return "utf-16-be"
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    if 2 * odd.count(0) > len(odd) and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if 2 * even.count(0) > len(even) and not odd.count(0) else "utf-8"


def unlike(data: bytes, text: str) -> str:
    """What something looks like that is no collector's file, and what to do, in words.

    Args:
        data: as it arrived, for what is no text.
        text: what `as_text` made of it.
    """
    head = text[:_SAMPLE].strip()
    low = head.lower()
    if not head:
        return phrase("there is nothing in the file: run the collector on the server again and hand on what it writes")
    what = next((words for start, words in _OTHER_FILES if data.startswith(start)), "")
    if data.startswith(b"PK") and (b"word/" in data or b"[Content_Types].xml" in data):
        what = phrase("an office document")
    what = what or next((words for start, words in _OTHER_TEXTS if low.startswith(start)), "")
    if what:
        return phrase(
            "this is {what}, not what the collector writes: run the collector on the server and hand on the text that it writes, "
            "unchanged",
            what=what,
        )
    if low.startswith(_SCRIPTS):
        return phrase("this is a script, not what it writes: run the collector on the server and hand on what it writes there")
    said = next((line for line in head.split("\n") if any(words in line.lower() for words in _REFUSALS)), "")
    if said and len(text) < _SAMPLE:
        return phrase(
            "the collector did not run, the server says “{line}”: copy the collector to the server again and run it with sh",
            line=printable(said.strip(), 120),
        )
    return phrase(
        "this is not what the collector writes, which begins with “{line}”: run the collector on the server and hand on the whole text "
        "that it writes",
        line="selfaudit-collector 1",
    )


def gunzip(data: bytes) -> tuple[bytes, bool]:
    """Unpacks gzip, and says whether its end was there.

    Raises:
        BadInput: damaged, or more than `MAX_TEXT` octets when unpacked.
    """
    unpacker = zlib.decompressobj(wbits=31)
    out = bytearray()
    try:
        for start in range(0, len(data), _PIECE):
            out += unpacker.decompress(data[start : start + _PIECE], MAX_TEXT + 1 - len(out))
            if len(out) > MAX_TEXT:
                raise BadInput(
                    phrase("the file unpacks to more than {limit} octets, a collector's file is much smaller", limit=MAX_TEXT)
                )
            if unpacker.eof:
                break
    except zlib.error as error:
        raise BadInput(phrase("the packed file (gzip) is damaged: run the collector again, or send the file again")) from error
    return bytes(out), unpacker.eof


def read_blocks(text: str) -> Paste:
    """Puts together what was pasted. It raises nothing: `Paste.problem` says what is still wrong.

    Of several runs the one that is complete counts, else the one with most blocks; of equals the one that was pasted last.
    """
    if len(text) > MAX_TEXT:
        return _nothing(phrase("the pasted text is longer than {limit} characters: paste only the blocks", limit=MAX_TEXT))
    pastes = [_put_together(run, copies) for run, copies in _runs(_cleaned(text)).items()]
    if not pastes:
        return _nothing(
            phrase(
                "there is no block of the collector in the text: copy everything from the first line with BEGIN SELFAUDIT to the last "
                "line with END SELFAUDIT"
            )
        )
    _rank, _place, best = max((((p.text is not None), len(p.have)), place, p) for place, p in enumerate(pastes))
    other = tuple(p.id for p in pastes if p is not best)[:_MAX_NAMED]
    problem = best.problem
    if other and problem:
        mixed = phrase(
            "there are blocks of another run of the collector too ({runs}): paste the blocks of one run only",
            runs=", ".join(other),
        )
        problem = f"{problem}; {mixed}"
    return Paste(best.id, best.total, best.have, best.missing, best.bad, other, best.text, problem)


def make_blocks(text: bytes) -> str:
    """The compact form of a collector's text, as `--compact` prints it.

    Raises:
        ValueError: more than 999 blocks would be needed.
    """
    packed = base64.b64encode(gzip.compress(text, mtime=0)).decode("ascii")
    size = _WIDTH * _LINES
    bodies = [packed[start : start + size] for start in range(0, len(packed), size)]
    if len(bodies) > MAX_BLOCKS:
        raise ValueError(f"more than {MAX_BLOCKS} blocks")
    run = f"{cksum(text):08x}"
    out = []
    for number, body in enumerate(bodies, 1):
        out.append(f"-----BEGIN SELFAUDIT {run} {number}/{len(bodies)}-----")
        out += [body[start : start + _WIDTH] for start in range(0, len(body), _WIDTH)]
        out.append(f"-----END SELFAUDIT {run} {number}/{len(bodies)} {cksum(body.encode())}-----")
    return "\n".join(out) + "\n"


def _nothing(problem: str) -> Paste:
    return Paste("", 0, (), (), (), (), None, problem)


def _cleaned(text: str) -> str:
    """Without quoting, blanks around lines, and characters that cannot be seen."""
    plain = text.translate(_UNSEEN).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.lstrip("> \t").rstrip() for line in plain.split("\n"))


def _runs(text: str) -> dict[str, dict[int, list[_Copy]]]:
    """All blocks, by run and number, in the order of their last block. A number without a copy stands for a block that has only its end."""
    found: dict[str, dict[int, list[_Copy]]] = {}
    marks = list(islice(_MARK.finditer(text), _MAX_MARKS))
    for mark, after in zip(marks, (*marks[1:], None), strict=False):
        run, number, rest = _name(mark)
        if not 0 < number <= MAX_BLOCKS:
            continue
        if not _begins(mark):
            if run in found:
                found[run].setdefault(number, [])
            continue
        total = int(rest)
        if not number <= total <= MAX_BLOCKS:
            continue
        body = _body(text[mark.end() : after.start() if after else len(text)])
        fits = (
            after is not None
            and not _begins(after)
            and _name(after) == (run, number, f"{total}{cksum(body.encode())}")
        )  # fmt: skip
        copies = found.pop(run, {})
        copies.setdefault(number, []).append(_Copy(total, body, fits))
        found[run] = copies
    return found


def _begins(mark: re.Match[str]) -> bool:
    return mark["kind"].startswith("B")


def _name(mark: re.Match[str]) -> tuple[str, int, str]:
    run, number, rest = ("".join(mark[group].split()) for group in ("run", "number", "rest"))
    return run.lower(), int(number), rest


def _body(text: str) -> str:
    """The Base64 characters between two markers; lines with others, a prompt for example, are not the collector's."""
    lines = ("".join(line.split()) for line in text.strip(_DASHES + " \n").split("\n"))
    return "".join(line for line in lines if _BASE64.fullmatch(line))


def _put_together(run: str, blocks: dict[int, list[_Copy]]) -> Paste:
    totals = Counter(c.total for copies in blocks.values() for c in copies if c.fits) or Counter(
        c.total for copies in blocks.values() for c in copies
    )
    total = totals.most_common(1)[0][0]
    bodies = {n: {c.body for c in copies if c.fits and c.total == total} for n, copies in blocks.items() if n <= total}
    have = tuple(sorted(n for n, found in bodies.items() if len(found) == 1))
    bad = tuple(sorted(n for n, found in bodies.items() if len(found) != 1))
    missing = tuple(n for n in range(1, total + 1) if n not in bodies)
    clash = sorted(n for n, found in bodies.items() if len(found) > 1)
    text: bytes | None = None
    problems = []
    if clash:
        problems.append(
            phrase(
                "of {total} blocks these stand twice with different content: {numbers}. Run the collector again and paste its new blocks",
                total=total, numbers=_ranges(clash),
            )
        )  # fmt: skip
    if torn := [n for n in bad if n not in clash]:
        problems.append(
            phrase(
                "of {total} blocks these were damaged on the way: {numbers}. Copy and paste them again",
                total=total, numbers=_ranges(torn),
            )
        )  # fmt: skip
    if missing:
        problems.append(
            phrase(
                "of {total} blocks these are not there yet: {numbers}. Paste them too, in any order",
                total=total, numbers=_ranges(missing),
            )
        )  # fmt: skip
    if not problems:
        text, problem = _unpacked(run, "".join(bodies[n].pop() for n in have))
        problems += [problem] if problem else []
    return Paste(run, total, have, missing, bad, (), text, "; ".join(problems))


def _unpacked(run: str, packed: str) -> tuple[bytes | None, str]:
    """The text of all blocks, or what is wrong with it."""
    problem = phrase("the blocks do not fit together: run the collector again and paste all of its new blocks")
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return None, problem
    if data.startswith(GZIP):
        try:
            data, _whole = gunzip(data)
        except BadInput:
            return None, problem
    return (data, "") if cksum(data) == int(run, 16) else (None, problem)


def _ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers for people: "2, 5-9"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = [str(a) if a == b else f"{a}-{b}" for a, b in spans[:_MAX_NAMED]]
    return ", ".join(words) + (" ..." if len(spans) > _MAX_NAMED else "")
