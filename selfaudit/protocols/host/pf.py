"""`pfctl -sr` (pf.conf(5)): what becomes of a stranger's packet. The last rule that fits decides, or the first one with "quick"."""

from __future__ import annotations

from collections.abc import Sequence

from selfaudit.protocols.host.chains import Ending
from selfaudit.protocols.host.packet import Match, Packet, from_match, interface_match, negated, port_match, to_match

# Anchors of programs that only ever lock particular addresses out.
_BLOCKING_ANCHORS = ("f2b", "blacklistd", "sshguard", "crowdsec", "bruteforce")
_MAX_RULES = 5_000
_STOPS = ("flags", "keep", "modulate", "synproxy", "no", "label", "tag", "queue", "tos", "allow-opts", "rtable", "user", "group", "probability", "icmp-type", "icmp6-type", "max-pkt-rate", "set", "tagged", "!tagged", "fragment", "ridentifier", "nat-to", "rdr-to", "route-to", "reply-to", "dup-to", "divert-to")  # fmt: skip
_DECIDES = (
    "probability",
    "user",
    "group",
    "tagged",
    "!tagged",
    "rtable",
    "fragment",
    "route-to",
    "divert-to",
)  # a condition that is not followed


def pf_endings(lines: Sequence[str], packet: Packet, cut: bool = False) -> frozenset[Ending]:
    """Every way in which a packet may end."""
    ends: set[Ending] = {"accept"}  # without a rule, pf lets everything through
    final: set[Ending] = set()
    for line in lines[:_MAX_RULES]:
        words = line.replace("{", " ").replace("}", " ").split()
        if not words or words[0] in ("scrub", "match", "altq", "queue", "no"):
            continue
        if words[0] not in ("pass", "block"):
            name = words[1].strip('"') if len(words) > 1 else ""
            if not (words[0] == "anchor" and name.lower().startswith(_BLOCKING_ANCHORS)):
                ends |= {"accept", "drop"}
            continue
        ending: Ending = "accept" if words[0] == "pass" else "drop"
        match, quick = (Match.MAYBE, True) if line.endswith("...") else _rule(words, packet)
        if match is Match.NO:
            continue
        if quick and match is Match.YES:
            return frozenset(final | {ending})
        if quick:
            final.add(ending)
        else:
            ends = {ending} if match is Match.YES else ends | {ending}
    if cut or len(lines) > _MAX_RULES:
        ends |= {"accept", "drop"}
    return frozenset(final | ends)


def _rule(words: list[str], packet: Packet) -> tuple[Match, bool]:
    """Whether a rule fits, and whether it is the last word."""
    match, quick = Match.YES, False
    side = ""  # "from" or "to"
    at = 1
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        at += 1
        if word == "out":
            return Match.NO, False
        if word == "quick":
            quick = True
        elif word in ("inet", "inet6"):
            match = min(match, Match.YES if packet.family == (4 if word == "inet" else 6) else Match.NO)
        elif word == "on":
            no = following == "!"
            name = words[at + 1] if no and at + 1 < len(words) else following
            match = min(match, negated(interface_match(name.strip("()"), packet), no))
            at += 2 if no else 1
        elif word == "proto":
            match = min(
                match, Match.YES if following in (packet.protocol, {"tcp": "6", "udp": "17"}[packet.protocol]) else Match.NO
            )
            at += 1
        elif word in ("from", "to"):
            side = word
            no = following in ("!", "not")
            place = words[at + 1] if no and at + 1 < len(words) else following
            match = min(match, _place(place, side, packet, no, words[0]))
            at += 2 if no else 1
        elif word == "port":
            at, fits = _port(words, at, packet.port)
            match = min(match, fits if side == "to" else Match.MAYBE)
        elif word in _STOPS:
            if word in _DECIDES:
                match = min(match, Match.MAYBE)
            if word in ("icmp-type", "icmp6-type"):
                match = Match.NO
            if "state" in words and "(" in " ".join(words[at:]) and "overload" in words:
                continue
    return match, quick


def _place(place: str, side: str, packet: Packet, no: bool, action: str) -> Match:
    if place == "any":
        return negated(Match.YES, no)
    if place.startswith("<") or place == "no-route" or place == "urpf-failed":
        # A table of particular addresses: a stranger is not on one that locks out; who is on one that lets in is not known.
        return negated(Match.NO, no) if action == "block" or no or place.startswith(("no-", "urpf")) else Match.MAYBE
    if side == "to":
        if place.startswith("(") or place == "self":
            return negated(Match.YES if place == "self" else interface_match(place.strip("()").partition(":")[0], packet), no)
        return negated(to_match(place, packet), no)
    return negated(from_match(place, packet.family), no)


def _port(words: list[str], at: int, port: int) -> tuple[int, Match]:
    """The position after a port condition, and whether it fits."""
    first = words[at] if at < len(words) else ""
    if first in ("=", "!=", "<", "<=", ">", ">="):
        value = words[at + 1] if at + 1 < len(words) else ""
        if first in ("=", "!="):
            return at + 2, negated(port_match(value, port), first == "!=")
        if not (value.isascii() and value.isdigit() and len(value) < 6):
            return at + 2, Match.MAYBE
        number = int(value)
        fits = {"<": port < number, "<=": port <= number, ">": port > number, ">=": port >= number}[first]
        return at + 2, Match.YES if fits else Match.NO
    if at + 1 < len(words) and words[at + 1] in ("><", "<>"):
        return at + 3, Match.MAYBE
    return at + 1, port_match(first, port)
