"""Addresses, domains, URLs and Message-IDs in a notice, and on whose side they are. Defanged ones ("hxxp", "[.]") are understood."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from selfaudit.case.targets import parse_domain
from selfaudit.errors import UserError
from selfaudit.protocols.psl import is_public_suffix

Role = Literal["source", "other", ""]
MAX_URL = 500

_DEFANGED = (
    (re.compile(r"\bh(?:xx|tt|XX|\*\*)p(s?)(?=[:\[])", re.IGNORECASE), r"http\1"),
    (re.compile(r"\[(?:\.|dot|punkt)\]|\((?:\.|dot|punkt)\)|\{(?:\.|dot|punkt)\}", re.IGNORECASE), "."),
    (re.compile(r"\[(:(?://)?)\]"), r"\1"),
    (re.compile(r"\[(?:@|at)\]", re.IGNORECASE), "@"),
)
_URL = re.compile(r"\bhttps?://[^\s<>\"'`|{}\\]{1,2000}", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![\w.:])(?=[0-9a-f:.]{0,45}:)[0-9a-f:]{2,39}(?:\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})?(?![\w:])", re.IGNORECASE
)
_BLOCK = re.compile(r"\s?/[0-9]{1,3}\b")
_PORT = re.compile(r"(?:\]?:|\sport\s|,\s?port\s|#)([0-9]{1,5})\b", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"message-?id\s{0,3}[:=]?\s{0,3}<?([^\s<>\"@]{1,200}@[^\s<>\"@]{1,200})", re.IGNORECASE)
_DOMAIN_WORD = re.compile(
    r"(?:\b(?:your|the|ihre[rn]?|die|der|für|reported|offending|betroffene)\s)?(?:domain(?:\s?name)?|domäne|web\s?site|webseite)s?\s?[:=]?\s{0,3}[\"'“„«‚(]?"
    r"([^\s\"'“”„»<>(),;:/]{4,253})",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\s.@/]{1,63}(?:\.[^\s.@/]{1,63}){1,10}\.?")
_SOURCE = re.compile(
    r"\b(source|src|from|attack(?:er|ing)|offend(?:ing|er)|originat\w{2,5}|sender|sending|client|rhost|remote\shost|infected|compromised|listed|"
    r"your\s(?:ip|server|host|system|machine|customer)|ihre?[rmns]?\s(?:ip|server|host|system|kunde)\w{0,10}|quell\w{0,10}|absender|von|betroffene?\w{0,2}|affected|"
    r"gelistet\w{0,2}|ip|ips|ip[- ]?address(?:es)?|ip[- ]?adressen?|(?:abuse|report|complaint|notice|notification|alert|beschwerde|meldung)\s?\w{0,12})\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(\b(?:dest(?:ination)?|dst|dest_ip|target(?:ed|s|ing)?|victims?|to|against|our\s\w{2,12}|unser\w{0,2}\s\w{2,12}|ziel\w{0,10}|opfer|an|gegen|by|reporter|reported\sby|"
    r"honeypot|recipient|attacked|version)\b|->|→|=>|>>)",
    re.IGNORECASE,
)
_ARROW = re.compile(r"[\s:\]0-9]{0,12}(?:->|→|=>)")


@dataclass(frozen=True, slots=True)
class Seen:
    """An address in a line, its port (0 for none), its side as far as the words before it tell, and whether a block was meant."""

    address: str
    port: int
    role: Role
    block: str = ""


def refang(line: str) -> str:
    """The line with addresses and URLs as they are, where they were written so that nobody clicks on them."""
    for pattern, with_ in _DEFANGED:
        line = pattern.sub(with_, line)
    return line


def canonical(text: str) -> str:
    """An address in its canonical form, "" for anything else."""
    cleaned = text.strip().strip("[]()<>,;").removeprefix("IPv6:")
    try:
        ip = ipaddress.ip_address(cleaned)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return ""
        return str(ip.ipv4_mapped or ip)
    return str(ip)


def is_inner(address: str) -> bool:
    """Whether an address says nothing to anybody outside: private, loopback, link-local, unspecified."""
    ip = ipaddress.ip_address(address)
    if ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return True
    inner = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "255.255.255.255/32", "fc00::/7")
    return any(ip in network for network in map(ipaddress.ip_network, inner) if network.version == ip.version)


def addresses(line: str) -> list[Seen]:
    """The addresses in a line that mean something outside, in their order."""
    found = []
    # The path and query of a URL may hold anything; its host is read with the URL.
    bare = _URL.sub(lambda m: " " * len(m[0]), line)
    matches = [*_IPV4.finditer(bare)]
    if bare.count(":") > 1:
        matches += [m for m in _IPV6.finditer(bare) if m[0].count(":") > 1]
    previous = 0
    for match in sorted(matches, key=lambda m: m.start()):
        address = canonical(match[0])
        if not address or is_inner(address):
            continue
        before = bare[max(previous, match.start() - 60) : match.start()]
        after = bare[match.end() : match.end() + 20]
        port = _PORT.match(after)
        block = _BLOCK.match(after)
        number = int(port[1]) if port else 0
        found.append(Seen(address, number if number < 65536 else 0, _role(before, after), match[0] + block[0] if block else ""))
        previous = match.end()
    return found


def _role(before: str, after: str) -> Role:
    """The nearest word before an address decides; an arrow behind it makes it the source."""
    if _ARROW.match(after):
        return "source"
    source = max((m.end() for m in _SOURCE.finditer(before)), default=-1)
    other = max((m.end() for m in _OTHER.finditer(before)), default=-1)
    if max(source, other) < 0:
        return ""
    return "source" if source > other else "other"


@dataclass(frozen=True, slots=True)
class Url:
    """A URL as reported, and the host in it (an A-label or address, "" for none that is one)."""

    url: str
    host: str
    written: str = ""


def urls(line: str) -> list[Url]:
    """The URLs in a line, without what only belongs to the sentence around them."""
    return [read_url(match[0].rstrip(".,;:!?)]*_’”'")) for match in _URL.finditer(line)]


def read_url(text: str) -> Url:
    """A URL as it is kept, and its host."""
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        host = ""
    address = canonical(host)
    name = address or domain(host)
    written = host if name and not host.isascii() else ""
    return Url(text[:MAX_URL], name, written)


def domain(text: str) -> str:
    """A domain in its canonical form (A-label), "" for what is none or a public suffix."""
    cleaned = text.strip().strip("\"'“”„<>()[],;:*").rstrip(".")
    if not cleaned or len(cleaned) > 253 or not _NAME.fullmatch(cleaned) or canonical(cleaned):
        return ""
    try:
        return parse_domain(cleaned, allow_reserved=True, is_public_suffix=is_public_suffix)
    except (UserError, ValueError):
        return ""


def domain_words(line: str) -> list[str]:
    """Domains after the words "domain", "web site" and the like, as written."""
    return [match[1].rstrip(".") for match in _DOMAIN_WORD.finditer(line) if "." in match[1].rstrip(".") and domain(match[1])]


def message_ids(line: str) -> list[str]:
    """Message-IDs in a line, without angle brackets."""
    return [match[1].rstrip(".,;") for match in _MESSAGE_ID.finditer(line)]
