"""One DNS answer as it was received, with its class. RFC 1035, RFC 2308 (negative answers), RFC 8914 (extended errors)."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum


class DnsStatus(StrEnum):
    """The classes of answers that must never be mixed up."""

    ANSWER = "answer"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"  # truncated over UDP and the repetition over TCP failed
    REWRITTEN = "rewritten"  # this network puts its own answer in place of "does not exist"
    MALFORMED = "malformed"
    LOOP = "loop"  # aliases (CNAME) that never end
    UNREACHABLE = "unreachable"  # no route, port closed, or refused by our own rules
    ERROR = "error"  # any other response code, named in `detail`


_DEFINITE = frozenset({DnsStatus.ANSWER, DnsStatus.NXDOMAIN, DnsStatus.NODATA, DnsStatus.LOOP})


class View(StrEnum):
    """Through whose eyes a name was looked up."""

    RESOLVER = "resolver"  # the resolver of this network, or the one configured
    DIRECT = "direct"  # from the root servers downwards, by ourselves
    SERVER = "server"  # one named server


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """An answer to one question.

    Attributes:
        name: what was asked, absolute and lower case.
        rdtype: the type asked for, for example "TXT".
        status: the class of the answer.
        view: whose view this is.
        server: the address that gave the answer, "" if none did; with `View.SERVER` the address that was asked.
        records: the records of the asked type at the end of the alias chain, in presentation format, sorted.
        chain: the names that aliases (CNAME) led to, in order.
        ttl: seconds for which a cache may keep this answer; -1 if unknown.
        authoritative: the AA bit.
        validated: the AD bit.
        recursion: the RA bit.
        signatures: RRSIG records over `records`, in presentation format, if they were asked for.
        detail: what else to know, for example an error code.
        at: UTC seconds when the question was sent.
        ms: milliseconds until the answer.
    """

    name: str
    rdtype: str
    status: DnsStatus
    view: View = View.RESOLVER
    server: str = ""
    records: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int = -1
    authoritative: bool = False
    validated: bool = False
    recursion: bool = False
    signatures: tuple[str, ...] = ()
    detail: str = ""
    at: float = 0.0
    ms: float = 0.0

    @property
    def definite(self) -> bool:
        """Whether this says something about the name, rather than about the way to its servers."""
        return self.status in _DEFINITE

    @property
    def exists(self) -> bool:
        """Whether records of the asked type are there."""
        return self.status is DnsStatus.ANSWER

    def texts(self) -> tuple[str, ...]:
        """The TXT records as joined strings (RFC 7208 section 3.3: no space between), Latin-1 for each octet."""
        return tuple(txt_to_str(r) for r in self.records)

    def dig(self, port: int = 53) -> str:
        """The command that repeats this look-up."""
        server = f" @{self.server}" if self.view is View.SERVER and self.server else ""
        at_port = f" -p {port}" if server and port != 53 else ""
        trace = " +trace" if self.view is View.DIRECT else ""
        return f"dig{server}{at_port}{trace} {shlex.quote(self.name)} {self.rdtype}"


def txt_to_str(record: str) -> str:
    r"""Joins the character strings of a TXT record in presentation format; ``\DDD`` and ``\X`` are undone.

    Each octet becomes the character of the same number, so nothing is lost and nothing fails.
    """
    out: list[str] = []
    inside = False
    i = 0
    while i < len(record):
        char = record[i]
        if char == "\\":
            digits = record[i + 1 : i + 4]
            if len(digits) == 3 and digits.isascii() and digits.isdigit():
                out.append(chr(int(digits) & 0xFF))
                i += 4
                continue
            out.append(record[i + 1 : i + 2])
            i += 2
            continue
        if char == '"':
            inside = not inside
        elif inside or not char.isspace():
            out.append(char)
        i += 1
    return "".join(out)


def str_to_txt(text: str) -> str:
    """Writes a text as one TXT record in presentation format, in strings of at most 255 octets."""
    octets = text.encode("latin-1", "replace")
    chunks = [octets[i : i + 255] for i in range(0, len(octets), 255)] or [b""]
    return " ".join('"' + "".join(_quoted(b) for b in chunk) + '"' for chunk in chunks)


def _quoted(octet: int) -> str:
    char = chr(octet)
    if char in '"\\':
        return "\\" + char
    return char if 0x20 <= octet < 0x7F else f"\\{octet:03d}"


def absolute(name: str) -> str:
    """The name in lower case with the root dot."""
    name = name.lower()
    return name if name.endswith(".") else name + "."


def bare(name: str) -> str:
    """The name without the root dot, for people."""
    return name.rstrip(".") or "."


def differs(cached: DnsAnswer, published: DnsAnswer) -> bool:
    """Whether the name servers say something definite that caches do not show yet."""
    return cached.definite and published.definite and cached.records != published.records and published.authoritative
