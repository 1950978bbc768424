"""Addresses, domains, URLs and Message-IDs in a notice, and on whose side they are. Defanged ones ("hxxp", "[.]") are understood."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from itertools import islice
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
    r"gelistet\w{0,2}|(?:related|belong(?:s|ing)?|assigned|pertaining|zugewiesen|gehör\w{1,3})\s(?:to|zu)|suspend\w{0,3}|stop|block|sperren|"
    r"(?:complaints?|reports?|abuse|notices?|beschwerden?|meldung(?:en)?)\s(?:against|gegen)|"
    r"(?:attacked|scanned|probed|flooded|hit|spammed|abused|targeted|closed|reset|angegriffen|gescannt)\s(?:by|von|durch)|"
    r"ip|ips|ip[- ]?address(?:es)?|ip[- ]?adressen?|(?:abuse|report(?!er)|complaint|notice|notification|alert|beschwerde|meldung)\s?\w{0,12})\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(\b(?:dest(?:ination)?|dst|dest_ip|target(?:ed|s|ing)?|victims?|to|against|our\s\w{2,12}|unser\w{0,2}\s\w{2,12}|ziel\w{0,10}|opfer|an|gegen|reporter|"
    r"(?:reported|detected|seen|received|rejected|logged|blocked|observed)\sby|by\s[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\s?[\[(]|honeypot|recipient|attacked|version)(?!\w)|->|→|=>|>>)",
    re.IGNORECASE,
)
# Who writes speaks of their own servers, or of whom to ask.
_THEIR_OWN = re.compile(
    r"\b(?:our|unser\w{0,2}|my|mein\w{0,2}|provider\w{0,2}|desk|victim\w{0,2}|reporter\w{0,2}|contact\w{0,3}|phone|telefon)\b([^.;!?,:]{0,40}):?\s{0,3}[\[(]?\Z",
    re.IGNORECASE,
)
_TURNED = re.compile(r"\b(?:your|ihre?\w{0,2}|from|von|by|durch)\b", re.IGNORECASE)
_VERBS = r"(?:attack|scann?|prob|flood|spamm|send|target|hitt?)"
_ACTS = re.compile(
    rf"[\])]?\s(?:has\s|have\s|hat\s|is\s|repeatedly\s){{0,2}}(?:{_VERBS}(?:ed|e?s|ing)|sent|tried|tries|trying|attempted)\b",
    re.IGNORECASE,
)
_SUFFERS = re.compile(
    rf"[\])]?\s(?:was|were|is|has\sbeen|is\sbeing|wurde|wird)\s(?:\w{{1,20}}\s)?(?:{_VERBS}ed|hit|angegriffen|gescannt)\b",
    re.IGNORECASE,
)
MAX_SEEN = 50  # addresses of one line
_ARROW = re.compile(r"[\s:\]0-9]{0,12}(?:->|→|=>)")


_INNER = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "255.255.255.255/32", "fc00::/7"),
    )
)
# Names of those who were attacked, whose works or marks are meant, or who write.
_OF_OTHERS = re.compile(
    r"\b(?:(?:our|unser\w{0,2}|my|mein\w{0,2})(?=(?:\s[\w'-]{1,20}){0,4}[\s:\"'(]{0,4}\Z)|original\w{0,3}|genuine|legitimate|real|rights?|rights?[- ]?holder\w{0,2}|rechteinhaber\w{0,2}|impersonat\w{1,5}|imitat\w{1,5}|"
    r"bank'?s?|brands?|marke|victim\w{0,2}|opfer\w{0,2}|echte\w{0,2}|reporter\w{0,2})\b",
    re.IGNORECASE,
)
_YOURS = re.compile(
    r"\b(?:your|ihre?[rnms]?|reported|offending|gemeldete\w?|beanstandete\w?)(?=(?:\s[\w'-]{1,20}){0,3}[\s:\"'(]{0,4}\Z)",
    re.IGNORECASE,
)
_HURT = re.compile(
    r"[^.!?]{0,20}\b(?:was|were|is|are|been|being|wurden?|wird|ist)\s(?:\w{1,20}\s){0,2}"
    r"(?:attack\w{1,3}|scanned|targeted|hit|faked?|forged|spoofed|impersonated|imitated|copied|angegriffen|gefälscht|nachgeahmt|imitiert)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?;]\s")


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
    return any(ip in network for network in _INNER if network.version == ip.version)


def addresses(line: str) -> list[Seen]:
    """The addresses in a line that mean something outside, in their order."""
    found = []
    # The path and query of a URL may hold anything; its host is read with the URL.
    bare = _URL.sub(lambda m: " " * len(m[0]), line)
    matches = [*islice(_IPV4.finditer(bare), MAX_SEEN)] if bare.count(".") > 2 else []
    if bare.count(":") > 1:
        matches += islice((m for m in _IPV6.finditer(bare) if m[0].count(":") > 1), MAX_SEEN)
    previous = 0
    for match in sorted(matches, key=lambda m: m.start())[:MAX_SEEN]:
        address = canonical(match[0])
        if not address or is_inner(address):
            continue
        before = bare[max(previous, match.start() - 60) : match.start()]
        after = bare[match.end() : match.end() + 50]
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
    if _SUFFERS.match(after):
        return "other"
    own = _THEIR_OWN.search(before)
    if own and not _TURNED.search(own[1]):
        return "other"
    if _ACTS.match(after):
        return "source"
    source = max((m.end() for m in _SOURCE.finditer(before)), default=-1)
    other = max((m.end() for m in _OTHER.finditer(before)), default=-1)
    if max(source, other) < 0:
        return ""
    return "source" if source >= other else "other"


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


def domain_words(line: str) -> list[tuple[str, Role]]:
    """Domains after the words "domain", "web site" and the like, as written, and on whose side they are."""
    return [
        (match[1].rstrip("."), name_side(line[: match.start(1)], line[match.end(1) :]))
        for match in islice(_DOMAIN_WORD.finditer(line), MAX_SEEN)
        if "." in match[1].rstrip(".") and domain(match[1])
    ]


def name_side(before: str, after: str) -> Role:
    """On whose side a domain or page is, by the sentence around it: the nearest word before it decides."""
    if _HURT.match(after[:100]):
        return "other"
    near = _SENTENCE.split(before[-160:])[-1]
    theirs = max((m.end() for m in _OF_OTHERS.finditer(near)), default=-1)
    yours = max((m.end() for m in _YOURS.finditer(near)), default=-1)
    if max(theirs, yours) < 0:
        return ""
    return "source" if yours > theirs else "other"


def port(value: object) -> int:
    """A port number as a machine wrote it, 0 for what is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536 else value
    return (
        int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536 else 0
    )


def message_ids(line: str) -> list[str]:
    """Message-IDs in a line, without angle brackets."""
    return [match[1].rstrip(".,;") for match in _MESSAGE_ID.finditer(line)]
