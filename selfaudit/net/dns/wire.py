"""DNS messages on the wire: questions made by hand for speed, answers read by dnspython (RFC 1035, RFC 6891)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cache

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from selfaudit.facts.dns import DnsStatus
from selfaudit.i18n import phrase

UDP_SIZE = 1232  # RFC 9715: avoids fragments
MAX_CHAIN = 16
_HEADER = struct.Struct("!HHHHHH")
_LENGTHS = [bytes((n,)) for n in range(64)]
_RD, _CD, _AD, _TC, _QR, _AA = 0x0100, 0x0010, 0x0020, 0x0200, 0x8000, 0x0400


class BadName(ValueError):
    """The text is no domain name that could be asked for."""


def encode_name(name: str) -> bytes:
    """An absolute name in wire form, lower case.

    Raises:
        BadName: a label is empty or too long, or the name is.
    """
    if name in (".", ""):
        return b"\0"
    if "\\" in name or not name.isascii():
        try:
            wire = dns.name.from_text(name if name.endswith(".") else name + ".").to_wire()
        except (dns.exception.DNSException, UnicodeError, ValueError) as error:
            raise BadName(name) from error
        assert wire is not None
        return wire.lower()
    labels = name.lower().removesuffix(".").encode("ascii").split(b".")
    sizes = [len(label) for label in labels]
    if min(sizes) == 0 or max(sizes) > 63 or sum(sizes) + len(sizes) > 254:
        raise BadName(name)
    return b"".join([part for size, label in zip(sizes, labels, strict=True) for part in (_LENGTHS[size], label)]) + b"\0"


@dataclass(frozen=True, slots=True)
class Question:
    """A question without its message id.

    Attributes:
        section: name, type and class on the wire.
        flags: the header flags.
        edns: the OPT record, b"" for none.
        name: the absolute name in presentation format.
        rdtype: the type in presentation format.
    """

    section: bytes
    flags: int
    edns: bytes
    name: str
    rdtype: str

    @property
    def dnssec(self) -> bool:
        """Whether signatures are asked for (the DO bit)."""
        return self.edns == _OPT_DO

    def wire(self, qid: int) -> bytes:
        """The whole message."""
        return _HEADER.pack(qid, self.flags, 1, 0, 0, 1 if self.edns else 0) + self.section + self.edns

    def without_edns(self) -> Question:
        """The same question for servers that do not know EDNS."""
        return Question(self.section, self.flags, b"", self.name, self.rdtype)


_OPT = b"\0" + struct.pack("!HHIH", 41, UDP_SIZE, 0, 0)
_OPT_DO = b"\0" + struct.pack("!HHIH", 41, UDP_SIZE, 0x8000, 0)


@cache
def _type_and_class(rdtype: str) -> bytes:
    return struct.pack("!HH", dns.rdatatype.from_text(rdtype), 1)


def make_question(
    name: str, rdtype: str, *, recursion: bool, dnssec: bool = False, checking_disabled: bool = False
) -> Question:
    """Builds a question of class IN.

    Raises:
        BadName: the name cannot be asked for.
    """
    flags = (_RD if recursion else 0) | (_CD if checking_disabled else 0) | (_AD if recursion else 0)
    section = encode_name(name) + _type_and_class(rdtype)
    return Question(section, flags, _OPT_DO if dnssec else _OPT, name, rdtype)


def is_reply(data: bytes, question: Question) -> bool:
    """Whether a datagram with the right id answers this question: QR set, the question echoed.

    Servers that could not read the question may leave it out, but only with an error code.
    """
    if len(data) < 12 or not data[2] & 0x80:
        return False
    if data[4:6] == b"\0\0":
        return data[3] & 0x0F in (1, 2, 4, 5)
    end = 12 + len(question.section)
    return data[12:end].lower() == question.section.lower()


def is_truncated(data: bytes) -> bool:
    """The TC bit."""
    return bool(data[2] & 0x02)


def rcode_of(data: bytes) -> int:
    """The response code, without the extension of EDNS."""
    return data[3] & 0x0F


def _bare_edns(data: bytes) -> bool:
    """Whether there is nothing behind the answer but at most an empty OPT record: options may say that it was blocked."""
    if data[10:12] == b"\0\0":
        return True
    end = data[-11:]
    return data[10:12] == b"\0\1" and end[:3] == b"\0\0\x29" and end[5] == 0 and end[9:] == b"\0\0"


def plain_negative(data: bytes, question: Question) -> tuple[DnsStatus, int] | None:
    """NXDOMAIN or NODATA without alias, with the TTL of the SOA beside it (RFC 2308 section 5), else None.

    Most answers of a run are of this kind; they are read without parsing the message.
    """
    code = data[3] & 0x0F
    if code not in (0, 3) or data[6:8] != b"\0\0" or data[2] & 0x02 or not _bare_edns(data):
        return None
    at = 12 + len(question.section)
    if data[8:10] == b"\0\0":
        # NODATA without an SOA may be many things (RFC 2308 section 2.2); the parser decides.
        return (DnsStatus.NXDOMAIN, -1) if code == 3 else None
    while at < len(data) and 0 < data[at] < 64:
        at += data[at] + 1
    at += 2 if at < len(data) and data[at] >= 192 else 1
    if len(data) < at + 10 or data[at : at + 4] != b"\0\x06\0\x01":
        return (DnsStatus.NXDOMAIN, -1) if code == 3 else None
    end = at + 10 + int.from_bytes(data[at + 8 : at + 10], "big")
    if end > len(data) or end < at + 32:
        return None
    ttl = min(int.from_bytes(data[at + 4 : at + 8], "big"), int.from_bytes(data[end - 4 : end], "big"))
    return (DnsStatus.NXDOMAIN if code == 3 else DnsStatus.NODATA), ttl


def plain_addresses(data: bytes, question: Question) -> tuple[tuple[str, ...], int] | None:
    """The A records and TTL of an answer that holds nothing but A records of the asked name, else None.

    This is how blocklists answer; reading it here is ten times as fast as parsing the message. Anything else (aliases, other
    names, another layout, octets missing) is left to the parser.
    """
    count = data[6] << 8 | data[7]
    at = 12 + len(question.section)
    if data[3] & 0x0F or data[2] & 0x02 or not 0 < count <= 32 or len(data) < at + 16 * count or not _bare_edns(data):
        return None
    found, ttl = [], 0x7FFFFFFF
    for _record in range(count):
        # A pointer to the question's name, type A, class IN, four octets.
        if data[at : at + 6] != b"\xc0\x0c\x00\x01\x00\x01" or data[at + 10 : at + 12] != b"\x00\x04":
            return None
        ttl = min(ttl, int.from_bytes(data[at + 6 : at + 10], "big"))
        found.append(f"{data[at + 12]}.{data[at + 13]}.{data[at + 14]}.{data[at + 15]}")
        at += 16
    return tuple(sorted(found)), ttl


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer section says about a question. Fields as in `facts.dns.DnsAnswer`."""

    status: DnsStatus
    records: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int = -1
    authoritative: bool = False
    validated: bool = False
    recursion: bool = False
    signatures: tuple[str, ...] = ()
    detail: str = ""


def parse(data: bytes) -> dns.message.Message | None:
    """Reads a message, or returns None if it is malformed."""
    try:
        return dns.message.from_wire(data, ignore_trailing=True, one_rr_per_rrset=False)
    except (dns.exception.DNSException, ValueError, IndexError, struct.error, RecursionError, OverflowError):
        return None


_RCODES = {dns.rcode.NXDOMAIN: DnsStatus.NXDOMAIN, dns.rcode.SERVFAIL: DnsStatus.SERVFAIL, dns.rcode.REFUSED: DnsStatus.REFUSED}


# Extended errors that take an answer's meaning away, whatever its response code (RFC 8914 sections 4.5, 4.16 to 4.19, 4.23, 4.24).
_BLOCKED = frozenset({"FORGED_ANSWER", "BLOCKED", "CENSORED", "FILTERED", "PROHIBITED"})
_UNREACHED = frozenset({"NO_REACHABLE_AUTHORITY", "NETWORK_ERROR"})


def read(message: dns.message.Message, question: Question) -> Reply:
    """Follows aliases through the answer section and takes the records of the asked type at the end."""
    rcode = message.rcode()
    header = Reply(
        DnsStatus.ANSWER,
        authoritative=bool(message.flags & dns.flags.AA),
        validated=bool(message.flags & dns.flags.AD),
        recursion=bool(message.flags & dns.flags.RA),
    )
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        status = _RCODES.get(rcode, DnsStatus.ERROR)
        return replace(
            header, status=status, detail=_extended_error(message) or ("" if rcode in _RCODES else dns.rcode.to_text(rcode))
        )
    words = _extended_error(message)
    names = {part.partition(":")[0] for part in words.split("; ")}
    if names & _BLOCKED:
        return replace(
            header, status=DnsStatus.REWRITTEN, detail=phrase("the resolver blocks this name ({words})", words=words)
        )
    if names & _UNREACHED:
        return replace(
            header,
            status=DnsStatus.ERROR,
            detail=phrase("the resolver could not reach the name servers ({words})", words=words),
        )
    try:
        return _follow(message, question, header)
    except (dns.exception.DNSException, ValueError):
        return Reply(DnsStatus.MALFORMED)


def _follow(message: dns.message.Message, question: Question, header: Reply) -> Reply:
    rdtype = dns.rdatatype.from_text(question.rdtype)
    table = {(r.name, r.rdtype, r.covers): r for r in message.answer if r.rdclass == dns.rdataclass.IN}
    name, _used = dns.name.from_wire(question.section, 0)
    chain: list[str] = []
    ttl = -1
    while True:
        found = table.get((name, rdtype, dns.rdatatype.NONE))
        if found is not None:
            signed = table.get((name, dns.rdatatype.RRSIG, rdtype))
            return replace(
                header,
                records=_texts(found),
                chain=tuple(chain),
                ttl=_least(ttl, found.ttl),
                signatures=_texts(signed) if signed else (),
            )
        alias = table.get((name, dns.rdatatype.CNAME, dns.rdatatype.NONE))
        if alias is None:
            break
        name = alias[0].target
        shown = name.to_text().lower()
        if shown in chain or shown == question.name.lower():
            return replace(header, status=DnsStatus.LOOP, chain=tuple(chain), detail=phrase("aliases (CNAME) in a loop"))
        if len(chain) >= MAX_CHAIN:
            return replace(
                header, status=DnsStatus.ERROR, chain=tuple(chain), detail=phrase("more aliases (CNAME) than can be followed")
            )
        chain.append(shown)
        ttl = _least(ttl, alias.ttl)
    status = DnsStatus.NXDOMAIN if message.rcode() == dns.rcode.NXDOMAIN else DnsStatus.NODATA
    soa = next((r for r in message.authority if r.rdtype == dns.rdatatype.SOA), None)
    detail = "" if soa is not None or status is DnsStatus.NXDOMAIN or not _is_referral(message) else "referral"
    negative = min(soa.ttl, soa[0].minimum) if soa is not None else -1
    return replace(header, status=status, chain=tuple(chain), ttl=_least(ttl, negative), detail=detail)


def _least(first: int, second: int) -> int:
    return second if first < 0 else first if second < 0 else min(first, second)


def _texts(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted(rdata.to_text() for rdata in rrset))


def _is_referral(message: dns.message.Message) -> bool:
    return not message.answer and any(r.rdtype == dns.rdatatype.NS for r in message.authority)


def _extended_error(message: dns.message.Message) -> str:
    """All extended errors (RFC 8914; there may be several) in words, "" if there are none."""
    found = []
    for option in message.options:
        code = getattr(option, "code", None)
        if code is not None and option.otype == 15:
            text = str(getattr(option, "text", "") or "").replace(";", ",")
            found.append(f"{getattr(code, 'name', code)}{': ' + text if text else ''}")
    return "; ".join(found[:8])
