"""The first line and headers of an HTTP answer, as far as they tell a page from a tunnel (RFC 9112 section 4, RFC 9110 section 9.3.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?:[ \r\n]|\Z)")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,18})", re.IGNORECASE)
_TYPE = re.compile(rb"\ncontent-type:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Status:
    """The code (0 if this is no HTTP answer), and whether the headers announce a page."""

    code: int
    has_body: bool


def read(data: bytes) -> Status:
    """Reads the beginning of an answer; never fails."""
    match = _LINE.match(data)
    if match is None:
        return Status(0, False)
    head = data.partition(b"\r\n\r\n")[0]
    length = _LENGTH.search(head)
    announced = bool(length and int(length[1])) or bool(_TYPE.search(head))
    return Status(int(match[1]), announced)
