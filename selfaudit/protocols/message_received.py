"""The way that a message took, as its Received fields tell it (RFC 5321 section 4.4).

Only the fields above the first foreign one are the receiver's own words; everything below may have been made up by anybody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from selfaudit.facts.message import Handover, Hop, SampleMessage
from selfaudit.protocols.message_headers import domain_of, moment, utc_seconds, utc_text
from selfaudit.protocols.psl import registrable_domain
from selfaudit.text import printable

MAX_HOPS = 50
_MAX_TEXT = 2_000
_COMMENT = re.compile(r"\([^()]*\)")
_BY = re.compile(r"(?:^| )by ([^ ;()]{1,255})")
# Within a machine or fetched by its owner: no server of a sender ever speaks these (RFC 2033, RFC 3848).
_LOCAL = re.compile(r"(?i) with (lmtp[sa]{0,2}|pop3s?|imap4?s?)(?![\w-])")
_FETCHED = re.compile(r"(?i) with (pop3s?|imap4?s?)(?![\w-])")
_HELO = re.compile(r"(?i)\b(?:helo=|helo |ehlo=|ehlo )([^ ()]{1,255})")
_INSIDE = re.compile(r"[\[(] ?(?:IPv6:)?([0-9A-Fa-f:.]{2,45}) ?[\])]")
_RDNS = re.compile(r"\(([A-Za-z0-9._-]{1,253}) (?:\[|\()")
_INNER = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::/127",
         "fc00::/7", "fe80::/10"),
    )
)  # fmt: skip
# Providers whose servers hand over the mail of everybody: a name of theirs does not make the sender the receiver.
_SHARED = frozenset(
    {"google.com", "gmail.com", "googlemail.com", "outlook.com", "office365.com", "microsoft.com", "exchangelabs.com"}
)
# Addresses by which Exchange Online hands mail on within itself, as its own Received lines show them.
_EXCHANGE = tuple(map(ipaddress.IPv6Network, ("2603:1096::/32", "2603:10a6::/32", "2603:10b6::/32", "2603:10d6::/32")))
_EXCHANGE_NAMES = (".outlook.com", ".office365.com", ".exchangelabs.com")
_EXCHANGE_DOOR = ".mail.protection.outlook.com"


def read_hop(value: str) -> Hop:
    """One Received field, unfolded. What cannot be recognised stays "".

    A greeting is the sender's own word and may try to look like the rest of the line: of several addresses and names the last one before
    "by" counts, and a line with no "by" or several has none.
    """
    text, _semicolon, date = " ".join(value[:_MAX_TEXT].split()).rpartition(";")
    if not text:
        text, date = date, ""
    bare_text = _COMMENT.sub("", _COMMENT.sub("", text))
    by = _BY.search(bare_text)
    clear = by is not None and _BY.search(bare_text, by.end()) is None
    origin = text.partition(f" by {by[1]}")[0] if by else text
    if not origin.lower().startswith("from "):
        origin = ""
    seconds = moment(date.strip())
    at = utc_text(seconds) if seconds else ""
    if by and clear and (_FETCHED.search(bare_text, by.end()) or (_LOCAL.search(bare_text, by.end()) and not _address(origin))):
        return Hop(by=_name(by[1].rstrip(".")), at=at)
    first, _space, rest = origin[5:].partition(" ")
    named = _HELO.search(rest)
    # The greeting is the sender's own word and may look like an address; the address stands where the receiver writes it.
    address = (_address(_HELO.sub(" ", rest)) or (_address(f"[{first.strip('[]')}]") if named else "")) if clear else ""
    helo = _name((named[1] if named else first).strip("[]<>;")) or ("?" if origin else "")
    rdns = _RDNS.findall(rest) if clear and "may be forged" not in rest else []
    # Exim writes a name that it verified before "([ADDRESS] helo=NAME)"; what stands before "(HELO NAME)" was not verified.
    verified = named is not None and named[0].startswith("helo=") and rest.startswith("([") and rest.count("(") == 1
    seen = rdns[-1] if rdns else first if verified and clear and not first.startswith("[") else ""
    return Hop(
        helo,
        "" if seen.lower() in ("unknown", "localhost") else _name(seen.rstrip(".")),
        address,
        _name(by[1].rstrip(".")) if by else "",
        at,
    )


def _name(text: str) -> str:
    """A name as it is kept: never the local part of an address."""
    return printable(text.rpartition("@")[2], 255)


def _address(text: str) -> str:
    for match in reversed(list(_INSIDE.finditer(text))):
        try:
            found = ipaddress.ip_address(match[1])
        except ValueError:
            continue
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found)
    return ""


def is_inner(address: str) -> bool:
    """Whether an address is one that only counts inside a network."""
    ip = _parsed(address)
    return ip is not None and any(ip in network for network in _INNER if network.version == ip.version)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; None for what is none, as a stranger's case file may have it."""
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def handover(message: SampleMessage, sending: Iterable[str]) -> Handover:
    """From where the message was handed over to its receiver.

    A person's word counts first, then the newest hop from an address that the case names, then the newest one that is neither an inner
    address nor a server of the receiver's own (`outermost`). A message from a folder of sent mail has none.
    """
    mail_from = envelope_sender(message)
    if message.stated is not None and (not message.stated.address or _parsed(message.stated.address)):
        stated = message.stated
        return Handover(
            stated.address, stated.helo, mail_from if stated.mail_from is None else stated.mail_from, bool(stated.address)
        )
    named = set(sending)
    outer = outermost(message.hops)
    strange = False  # another server stands between the named one and the receiver; it may be a relay of either side
    for hop in message.hops:
        if hop.address in named and _parsed(hop.address):
            return Handover(hop.address, hop.helo, mail_from, not strange, strange)
        strange = strange or hop is outer
    if outer is None or not _parsed(outer.address):
        return Handover(mail_from=mail_from)
    return Handover(outer.address, outer.helo, mail_from)


def outermost(hops: Sequence[Hop]) -> Hop | None:
    """The newest hop that is not certainly the receiver's own: everything below it may have been made up.

    It can lack an address, where the receiver did not note one.
    """
    for hop in hops:
        if not hop.address and not hop.helo:
            continue  # a step within a server
        if hop.address and (is_inner(hop.address) or _own(hop) or _within_exchange(hop)):
            continue
        return hop
    return None


def delivered_at(message: SampleMessage) -> float | None:
    """When the message arrived, UTC seconds: as the hop says that took it over, else the newest one; None for a message that none has.

    Later steps, for example of a program that fetched it from a mailbox, may be days away.
    """
    outer = outermost(message.hops)
    taken = utc_seconds(outer.at) if outer is not None else None
    return taken if taken is not None else next((at for hop in message.hops if (at := utc_seconds(hop.at)) is not None), None)


def _own(hop: Hop) -> bool:
    """Whether a server of the receiver's own sent it: the name that the receiver found for its address says so, and its greeting too."""
    receiver = registrable_domain(hop.by) if domain_of(hop.by) else ""
    if not receiver or receiver in _SHARED:
        return False
    return all(domain_of(name) and registrable_domain(name) == receiver for name in (hop.rdns, hop.helo))


def _within_exchange(hop: Hop) -> bool:
    """Whether Exchange Online handed it from one of its servers to the next. It notes no reverse name; mail comes in by its door only."""
    by, helo = hop.by.lower(), hop.helo.lower()
    if by.endswith(_EXCHANGE_DOOR) or not (by.endswith(_EXCHANGE_NAMES) and helo.endswith(_EXCHANGE_NAMES)):
        return False
    address = _parsed(hop.address)
    return isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _EXCHANGE)


def envelope_sender(message: SampleMessage) -> str | None:
    """The MAIL FROM that the receiver noted in Return-Path, "" for the empty one, None if there is no such field."""
    values = message.all("return-path")
    if not values:
        return None
    value = values[0].strip()
    inside = re.search(r"<([^<>]{0,320})>", value)
    address = (inside[1] if inside else value).strip()
    return address if not address or ("@" in address and " " not in address) else None
