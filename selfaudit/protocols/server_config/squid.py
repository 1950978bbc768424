"""Squid: squid.conf, after its documented configuration directives. The first http_access line that fits decides."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Iterator, Sequence

from selfaudit.i18n import phrase
from selfaudit.protocols.server_config.model import (
    IPNetwork,
    Opening,
    Section,
    Service,
    Surroundings,
    Truth,
    Verdict,
    all_of,
    at,
    is_local,
    not_followed,
    read_network,
    strangers_in,
)

PROGRAM = "Squid"
# What the stranger decides: the place that he wants to get to, and how.
_CHOICES = {
    "port",
    "dst",
    "dstdomain",
    "dstdom_regex",
    "method",
    "proto",
    "url_regex",
    "urlpath_regex",
    "browser",
    "localport",
    "myport",
}
_KNOWN = {
    "all": Truth.YES,
    "localhost": Truth.NO,
    "manager": Truth.CHOICE,
    "to_localhost": Truth.CHOICE,
    "to_linklocal": Truth.CHOICE,
    "CONNECT": Truth.CHOICE,
}
_REVERSE = ("accel", "vhost", "intercept", "transparent", "tproxy")
_MAX_INCLUDES = 50


def read(files: Sequence[Section], around: Surroundings) -> list[Opening]:
    """Whether strangers may use it as a proxy."""
    if not any(section.lines for section in files):
        return []
    lines = [words for line in _lines(files) if (words := re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split())]
    ports = [words[1:] for words in lines if words[0] in ("http_port", "https_port") and len(words) > 1]
    places = [(*_place(port[0]), any(word in _REVERSE for word in port[1:])) for port in ports]
    reached = [(address, port, other) for address, port, other in places if not is_local(address)]
    if places and not reached:
        said = ", ".join(f"http_port {port[0]}" for port in ports)
        return [Opening(PROGRAM, Service.PROXY, Verdict.LOCAL_ONLY, tuple(at(a, p) for a, p, _o in places), said)]
    where = tuple(dict.fromkeys(at(a, p) for a, p, _o in reached)) or ("3128",)
    worst: tuple[Verdict, str, bool] = (
        Verdict.CLOSED,
        phrase("no http_access line allows anybody, and then nobody is served"),
        True,
    )
    for version in (4, 6):
        judged = _walk(lines, version, around)
        if version == 4 or _RANK.index(judged[0]) < _RANK.index(worst[0]):
            worst = judged
    verdict, why, certain = worst
    if verdict is Verdict.OPEN and reached and all(other for _a, _p, other in reached):
        # A reverse proxy, or one that traffic is led through, serves no stranger's own requests by itself.
        verdict, why, certain = (
            Verdict.UNCLEAR,
            phrase("{directive}, but its ports take accelerated or redirected traffic only", directive=why),
            False,
        )
    return [Opening(PROGRAM, Service.PROXY, verdict, where, why, certain)]


_RANK = (Verdict.OPEN, Verdict.UNCLEAR, Verdict.CLOSED)


def _lines(files: Sequence[Section]) -> Iterator[str]:
    """All lines in the order in which Squid reads them: an included file stands where it is included."""
    used: set[int] = set()
    budget = [_MAX_INCLUDES]

    def of(index: int, depth: int) -> Iterator[str]:
        used.add(index)
        for line in files[index].lines:
            words = line.split()
            if words[:1] != ["include"]:
                yield line
                continue
            for pattern in words[1:]:
                inner = sorted(
                    (s.source, i) for i, s in enumerate(files) if i not in used and fnmatch.fnmatchcase(s.source, pattern)
                )
                budget[0] -= 1
                if not inner or depth > 5 or budget[0] < 0:
                    yield f"include {pattern}"
                    continue
                for _source, i in inner:
                    yield from of(i, depth + 1)

    for index in range(len(files)):
        if index not in used:
            yield from of(index, 0)


def _walk(lines: Sequence[Sequence[str]], version: int, around: Surroundings) -> tuple[Verdict, str, bool]:
    """What the lines say to a stranger of one family."""
    acls: dict[str, tuple[str, Truth]] = {}
    doubt, many, skipped, last = "", "", False, ""
    for words in lines:
        if words[0] == "acl" and len(words) >= 3:
            _acl(words, acls, version, around)
        elif words[0] == "include":
            doubt, skipped = doubt or not_followed(" ".join(words)), True
        elif words[0] == "http_access" and len(words) >= 2:
            said, last = " ".join(words), words[1].lower()
            truth = all_of(_truth(name, acls) for name in words[2:])
            if last == "allow":
                if truth in (Truth.YES, Truth.CHOICE):
                    return Verdict.OPEN, _explained(words, said), not skipped
                if truth is Truth.MANY:
                    many = many or _explained(words, said)
                doubt = doubt or (not_followed(said) if truth is Truth.UNKNOWN else "")
            elif truth is Truth.YES:
                return _end(many, doubt, said)
            else:
                skipped = skipped or truth is Truth.UNKNOWN
    if last == "deny":  # the opposite of the last line is what happens when none fits
        return (
            Verdict.OPEN,
            phrase("no http_access line is for everybody, and the last one denies, so that everybody else is served"),
            not (doubt or skipped),
        )
    return _end(many, doubt, phrase("no http_access line allows anybody else, and then nobody else is served"))


def _end(many: str, doubt: str, said: str) -> tuple[Verdict, str, bool]:
    if many:
        return Verdict.OPEN, many, False
    return (Verdict.UNCLEAR, doubt, False) if doubt else (Verdict.CLOSED, said, True)


def _explained(words: Sequence[str], said: str) -> str:
    return said if len(words) > 2 else phrase("{directive} without a condition", directive=said)


def _truth(name: str, acls: dict[str, tuple[str, Truth]]) -> Truth:
    bare = name.lstrip("!")
    truth = acls[bare][1] if bare in acls else _KNOWN.get(bare, Truth.UNKNOWN)
    return truth.negated() if name.startswith("!") else truth


def _acl(words: Sequence[str], acls: dict[str, tuple[str, Truth]], version: int, around: Surroundings) -> None:
    """One acl line; further lines of the same name add values to it, any of which may fit."""
    name, kind, values = words[1], words[2].lower(), [w for w in words[3:] if not w.startswith("-")]
    if kind == "src":
        found = {_source(value, version, around) for value in values}
        truth = next((t for t in (Truth.YES, Truth.UNKNOWN, Truth.MANY) if t in found), Truth.NO)
    elif kind in ("proxy_auth", "proxy_auth_regex", "ident"):
        truth = Truth.NO  # a stranger has no password
    else:
        truth = Truth.CHOICE if kind in _CHOICES else Truth.UNKNOWN
    order = (Truth.YES, Truth.UNKNOWN, Truth.MANY, Truth.CHOICE, Truth.NO)
    known = acls.get(name, (kind, Truth.NO))[1]
    acls[name] = kind, min(known, truth, key=order.index)


def _source(text: str, version: int, around: Surroundings) -> Truth:
    if text.lower() in ("all", "0/0", "ipv4" if version == 4 else "ipv6"):
        return Truth.YES
    if text.lower() in ("none", "ipv4", "ipv6"):
        return Truth.NO
    if "-" in text and not text.startswith('"'):
        low, _dash, high = text.partition("-")
        try:
            first, last = ipaddress.ip_address(low), ipaddress.ip_address(high.partition("/")[0])
            blocks: list[IPNetwork] = list(ipaddress.summarize_address_range(first, last))
        except (ValueError, TypeError):
            return Truth.UNKNOWN
    else:
        network = read_network(text)
        if network is None:
            return Truth.UNKNOWN
        blocks = [network]
    blocks = [b for b in blocks if b.version == version]
    found = {Truth.MANY if any(g in b for g in around.gateways()) else strangers_in(b) for b in blocks}
    return next((t for t in (Truth.YES, Truth.MANY) if t in found), Truth.NO)


def _place(text: str) -> tuple[str, str]:
    """Address and port of http_port."""
    address, _colon, port = text.rpartition(":")
    return address.strip("[]"), port
