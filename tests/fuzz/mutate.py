"""Changes to samples that keep most of their structure: what both fuzzers do, one guided by hypothesis, one by coverage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

KINDS = ("truncate", "flip", "remove", "splice", "repeat", "nest", "insert", "number", "line", "swap")
_NESTS = (
    (b"[", b"]"), (b"{", b"}"), (b'{"a":', b"}"), (b"(", b")"), (b"<div>", b"</div>"), (b"<", b">"), (b'"', b'"'), (b"\r\n ", b""),
    (b"--", b""), (b"> ", b""), (b"%{d", b"}"), (b"\\", b""), (b"0", b""), (b" ", b""), (b".", b""), (b"!", b""), (b"&", b";"), (b"=?", b"?="),
)  # fmt: skip
_NUMBERS = (
    b"0", b"-1", b"1e400", b"99999999999999999999", b"9" * 5000, b"0x7fffffff", b"255", b"256", b"65536", b"2147483648", b"1" + b"0" * 400, b"NaN",
    "\u0663\u00b2".encode(), b"1.0e-400", b"00000000001", b"10000-01-01T00:00:00Z", b"2026-02-30", b"0001-01-01", b"+99:99",
)  # fmt: skip
_ODD = (
    b"\0", b"\r", b"\n", b"\r\n\r\n", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1e", "\u202e".encode(), "\u2028".encode(), "\u0130".encode(), "\u00df".encode(),
    "\ufb03".encode(), b"\xed\xa0\x80", b"\x1b[2J", b"::ffff:1.2.3.4", b"fe80::1%eth0", b"xn--", b"%00", b"\t", "\u0e33".encode(), b"=",
)  # fmt: skip


class Edit(NamedTuple):
    """One change: what, where (taken modulo the length), how much, and which sample or token it takes."""

    kind: str
    place: int
    size: int
    which: int


def apply(data: bytes, edit: Edit, seeds: Sequence[bytes], words: Sequence[bytes], limit: int) -> bytes:
    """The changed input, at most `limit` octets long."""
    at = edit.place % (len(data) + 1)
    head, tail = data[:at], data[at:]
    if edit.kind == "truncate":
        made = head if edit.which % 2 else tail
    elif edit.kind == "flip":
        made = (
            head + bytes([tail[0] ^ (1 << edit.which % 8 if edit.size % 2 else edit.which % 256)]) + tail[1:] if tail else data
        )
    elif edit.kind == "remove":
        made = head + tail[1 + edit.size % 64 :]
    elif edit.kind == "splice":
        other = seeds[edit.which % len(seeds)] if seeds else b""
        start = edit.size % (len(other) + 1)
        made = head + other[start : start + 400] + (tail if edit.which % 2 else b"")
    elif edit.kind == "repeat":
        piece = tail[: 1 + edit.size % 40] or b"x"
        made = head + piece * (2 + edit.which % 2000) + tail
    elif edit.kind == "nest":
        before, after = _NESTS[edit.which % len(_NESTS)]
        depth = (1, 3, 20, 200, 2000)[edit.size % 5]
        inner = tail[:20] if edit.size % 2 else b""
        made = head + before * depth + inner + after * depth + tail
    elif edit.kind == "insert":
        pool = (*words, *_ODD)
        made = head + pool[edit.which % len(pool)] + tail[edit.size % 8 if edit.size % 2 else 0 :]
    elif edit.kind == "number":
        digits = len(tail) - len(tail.lstrip(b"0123456789"))
        made = head + _NUMBERS[edit.which % len(_NUMBERS)] + tail[digits:]
    else:
        lines = data.split(b"\n")
        one, two = edit.place % len(lines), edit.size % len(lines)
        if edit.kind == "swap":
            lines[one], lines[two] = lines[two], lines[one]
        else:
            lines.insert(one, lines[two])
        made = b"\n".join(lines)
    return made[:limit]


def some_edit(chance: random.Random) -> Edit:
    """A change at random."""
    return Edit(chance.choice(KINDS), chance.randrange(1 << 16), chance.randrange(1 << 12), chance.randrange(1 << 12))
