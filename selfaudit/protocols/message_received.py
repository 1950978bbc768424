"""The way that a message took, as its Received fields tell it (RFC 5321 section 4.4).

Only the fields above the first foreign one are the receiver's own words; everything below may have been made up by anybody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from selfaudit.facts.message import Handover, Hop, SampleMessage
from selfaudit.protocols.message_headers import domain_of, moment, utc_text
from selfaudit.protocols.psl import registrable_domain
from selfaudit.text import printable

MAX_HOPS = 50
_MAX_TEXT = 2_000
_COMMENT = re.compile(r"\([^()]*\)")
_BY = re.compile(r"(?:^| )by ([^ ;()]{1,255})")
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


def read_hop(value: str) -> Hop:
    """One Received field, unfolded. What cannot be recognised stays ""."""
    text, _semicolon, date = " ".join(value[:_MAX_TEXT].split()).rpartition(";")
    if not text:
        text, date = date, ""
    by = _BY.search(_COMMENT.sub("", _COMMENT.sub("", text)))
    origin = text.partition(f" by {by[1]}")[0] if by else text
    if not origin.lower().startswith("from "):
        origin = ""
    first, _space, rest = origin[5:].partition(" ")
    named = _HELO.search(rest)
    # The greeting is the sender's own word and may look like an address; the address stands where the receiver writes it.
    address = _address(_HELO.sub(" ", rest)) or _address(f"[{first.strip('[]')}]")
    helo = named[1] if named else first
    rdns = _RDNS.search(rest)
    seen = rdns[1] if rdns else first if named and not first.startswith("[") else ""
    seconds = moment(date.strip())
    return Hop(
        printable(helo.strip("[]<>;"), 255),
        "" if seen.lower() in ("unknown", "localhost") else printable(seen.rstrip("."), 255),
        address,
        printable(by[1].rstrip("."), 255) if by else "",
        utc_text(seconds) if seconds else "",
    )


def _address(text: str) -> str:
    for match in _INSIDE.finditer(text):
        try:
            found = ipaddress.ip_address(match[1])
        except ValueError:
            continue
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found)
    return ""


def is_inner(address: str) -> bool:
    """Whether an address is one that only counts inside a network."""
    ip = ipaddress.ip_address(address)
    return any(ip in network for network in _INNER if network.version == ip.version)


def handover(message: SampleMessage, sending: Iterable[str]) -> Handover:
    """From where the message was handed over to its receiver.

    A person's word counts first, then the newest hop from an address that the case names, then the newest one that is neither an inner
    address nor a server of the receiver's own. A message from a folder of sent mail has none.
    """
    mail_from = envelope_sender(message)
    if message.stated is not None:
        stated = message.stated
        return Handover(
            stated.address, stated.helo, mail_from if stated.mail_from is None else stated.mail_from, bool(stated.address)
        )
    named = set(sending)
    likely = _likely(message.hops)
    strange = False  # another server stands between the named one and the receiver; it may be a relay of either side
    for hop in message.hops:
        if hop.address in named:
            return Handover(hop.address, hop.helo, mail_from, not strange)
        strange = strange or hop is likely
    return Handover(mail_from=mail_from) if likely is None else Handover(likely.address, likely.helo, mail_from)


def _likely(hops: Sequence[Hop]) -> Hop | None:
    for hop in hops:
        if not hop.address or is_inner(hop.address):
            continue
        receiver = registrable_domain(hop.by) if domain_of(hop.by) else ""
        if receiver and any(domain_of(name) and registrable_domain(name) == receiver for name in (hop.helo, hop.rdns)):
            continue
        return hop
    return None


def envelope_sender(message: SampleMessage) -> str | None:
    """The MAIL FROM that the receiver noted in Return-Path, "" for the empty one, None if there is no such field."""
    values = message.all("return-path")
    if not values:
        return None
    value = values[0].strip()
    inside = re.search(r"<([^<>]{0,320})>", value)
    address = (inside[1] if inside else value).strip()
    return address if not address or ("@" in address and " " not in address) else None
