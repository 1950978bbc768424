"""One rule of nft(8), word by word: does it fit a stranger's packet, and what does it do then?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from selfaudit.protocols.host.chains import ACCEPT, DROP, NOTHING, RETURN, UNKNOWN, Step, Verdict
from selfaudit.protocols.host.packet import (
    Match,
    Packet,
    either,
    from_match,
    interface_match,
    negated,
    port_match,
    state_match,
    to_match,
)

Rule = tuple[str, ...] | None
Sets = Mapping[str, list[str] | None]
_VERDICTS = {"accept": ACCEPT, "drop": DROP, "reject": DROP, "return": RETURN, "continue": NOTHING, "queue": UNKNOWN}
_TRANSPORT = ("tcp", "udp", "th", "sctp", "dccp", "udplite")
_OTHER_PROTOCOLS = ("icmp", "icmpv6", "igmp", "esp", "ah", "comp", "arp", "vlan")
_LOG_WORDS = ("prefix", "level", "group", "snaplen", "queue-threshold")
_REVERSE_PATH = ("missing", "0", '"0"')


class _Reader:
    """A cursor over the words of a rule."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        where = self.at + ahead
        return self.words[where] if where < len(self.words) else ""

    def take(self) -> str:
        word = self.peek()
        self.at += 1
        return word

    def block(self) -> list[list[str]]:
        """The elements of "{ ... }", each as its words."""
        elements: list[list[str]] = [[]]
        while self.at < len(self.words):
            word = self.take()
            if word == "}":
                break
            if word == ",":
                elements.append([])
            elif word != "{":
                elements[-1].append(word)
        return [e for e in elements if e]

    def values(self, sets: Sets) -> tuple[str, list[str] | None]:
        """Operator and values of a condition; None for values that are not known."""
        sign = self.take() if self.peek() in ("!=", "==", "<", ">", "<=", ">=") else "=="
        if self.peek() == "{":
            return sign, [" ".join(e) for e in self.block()]
        first = self.take()
        if first.startswith("@"):
            return sign, sets.get(first[1:])
        found = [first]
        while self.peek() == ",":
            self.take()
            found.append(self.take())
        return sign, found


def steps(rule: Rule, packet: Packet, sets: Sets) -> list[Step]:
    """What a rule does with a packet."""
    if rule is None:
        return [(Match.MAYBE, UNKNOWN)]
    reader = _Reader(rule)
    match = Match.YES
    while reader.at < len(rule):
        word = reader.take()
        if word in _VERDICTS:
            return [(match, _VERDICTS[word])]
        if word in ("jump", "goto"):
            return [(match, Verdict("jump" if word == "jump" else "goto", reader.take()))]
        if word == "xt" and reader.peek() == "target":
            return [(match, UNKNOWN)]
        if word in ("counter", "log", "comment", "limit"):
            match = min(match, _statement(word, reader))
            continue
        test, condition = _key(word, reader, packet)
        match = min(match, condition)
        if test is None:
            continue
        if reader.peek() == "vmap":
            reader.take()
            return _map(reader, match, test)
        sign, values = reader.values(sets)
        match = min(match, _compare(sign, values, test))
    return [(match, NOTHING)]


def _compare(sign: str, values: list[str] | None, test: Callable[[str], Match]) -> Match:
    if values is None or sign not in ("==", "!="):
        return Match.MAYBE
    return negated(either(test(v) for v in values), sign == "!=")


def _map(reader: _Reader, match: Match, test: Callable[[str], Match]) -> list[Step]:
    """A verdict map: key : verdict."""
    if reader.peek() != "{":
        return [(min(match, Match.MAYBE), UNKNOWN)]
    found = []
    for words in reader.block():
        if ":" not in words:
            found.append((min(match, Match.MAYBE), UNKNOWN))
            continue
        colon = words.index(":")
        action = words[colon + 1 :]
        verdict = _VERDICTS.get(action[0], UNKNOWN) if action else UNKNOWN
        if len(action) >= 2 and action[0] in ("jump", "goto"):
            verdict = Verdict("jump" if action[0] == "jump" else "goto", action[1])
        found.append((min(match, test(" ".join(words[:colon]))), verdict))
    return found


def _statement(word: str, reader: _Reader) -> Match:
    """Passes over something that decides nothing; a limit fits sometimes."""
    if word == "counter":
        if reader.peek() == "packets":
            reader.at += 4
        elif reader.peek() == "name":
            reader.at += 2
    elif word == "comment":
        reader.at += 1
    elif word == "log":
        while reader.peek() in (*_LOG_WORDS, "flags"):
            if reader.take() == "flags" and reader.peek() in ("tcp", "ip"):
                reader.at += 1
            reader.at += 1
            while reader.peek() == ",":
                reader.at += 2
    else:
        if reader.peek() == "name":
            reader.at += 2
        while (
            reader.peek() in ("rate", "over", "burst", "packets", "bytes", "kbytes", "mbytes")
            or "/" in reader.peek()
            or reader.peek().isdigit()
        ):
            reader.at += 1
        return Match.MAYBE
    return Match.YES


def _always(match: Match) -> Callable[[str], Match]:
    return lambda _value: match


def _key(word: str, reader: _Reader, packet: Packet) -> tuple[Callable[[str], Match] | None, Match]:
    """The test of a condition's values (None: the condition has none, or is passed over), and what its first words say alone."""
    test: Callable[[str], Match] | None
    if word == "meta":
        word = reader.take()
    if word in ("ip", "ip6"):
        test, condition = _address(reader, packet, 4 if word == "ip" else 6)
    elif word in _TRANSPORT:
        test, condition = _transport(word, reader, packet)
    elif word in _OTHER_PROTOCOLS:
        reader.take()
        test, condition = _always(Match.NO), Match.NO
    elif word == "ct":
        test, condition = _connection(reader), Match.YES
    elif word == "fib":
        test, condition = _route(reader), Match.YES
    elif word in ("iif", "iifname"):
        test, condition = (lambda value: interface_match(value, packet)), Match.YES
    elif word == "l4proto":
        test, condition = (lambda value: _is(value in (packet.protocol, {"tcp": "6", "udp": "17"}[packet.protocol]))), Match.YES
    elif word in ("nfproto", "protocol"):
        test, condition = (
            (lambda value: _is(value == {4: "ipv4", 6: "ipv6"}[packet.family] or value == {4: "ip", 6: "ip6"}[packet.family])),
            Match.YES,
        )
    elif word == "pkttype":
        test, condition = (lambda value: _is(value in ("host", "unicast"))), Match.YES
    elif word in ("mark", "oif", "oifname", "skuid", "skgid", "length", "priority", "cgroup", "time", "day", "hour", "iiftype"):
        test, condition = _always(Match.MAYBE), Match.YES
    else:
        return None, Match.MAYBE  # not known: the rule may fit
    while reader.peek() == ".":  # several keys at once, compared with tuples
        reader.at += 1
        while (
            reader.at < len(reader.words)
            and reader.peek() not in (".", "{", "vmap", "!=", "==")
            and not reader.peek().startswith("@")
        ):
            reader.at += 1
        test = _tuples(test or _always(Match.MAYBE))
    return test, condition


def _tuples(test: Callable[[str], Match]) -> Callable[[str], Match]:
    return lambda value: min(Match.MAYBE, test(value.split(" . ")[0].strip()))


def _is(yes: bool) -> Match:
    return Match.YES if yes else Match.NO


def _address(reader: _Reader, packet: Packet, family: int) -> tuple[Callable[[str], Match], Match]:
    field = reader.take()
    right = _is(packet.family == family)
    if field == "saddr":
        return (lambda value: from_match(value, packet.family)), right
    if field == "daddr":
        return (lambda value: to_match(value, packet)), right
    if field in ("protocol", "nexthdr"):
        return (lambda value: _is(value == packet.protocol)), right
    return _always(Match.MAYBE), right


def _transport(word: str, reader: _Reader, packet: Packet) -> tuple[Callable[[str], Match] | None, Match]:
    field = reader.take()
    right = _is(word in ("th", packet.protocol))
    if field == "dport":
        return (lambda value: port_match(value, packet.port)), right
    if field == "flags":
        return None, min(right, _flags(reader))
    return _always(Match.MAYBE), right


def _flags(reader: _Reader) -> Match:
    """TCP flags of a first packet, SYN and nothing else: "syn / fin,syn,rst,ack", "& (fin|syn|rst|ack) == syn"."""
    words = []
    while reader.at < len(reader.words) and (
        reader.peek() in ("&", "==", "!=", "/", ",", "!", "|") or _flag_words(reader.peek())
    ):
        words.append(reader.take())
    text = " ".join(words).replace(" , ", ",")
    sign = "!=" if "!=" in words else "=="
    plain = text.replace("!=", "").replace("==", " ").split()
    if "/" in plain and plain.index("/") == 1 and len(plain) == 3:
        wanted, mask = plain[0], plain[2]
    elif plain[:1] == ["&"] and len(plain) == 3:
        mask, wanted = plain[1].strip("()"), plain[2]
    elif plain == ["syn"]:
        return negated(Match.YES, sign == "!=")
    else:
        return Match.MAYBE
    seen = {"syn"} & set(mask.replace("|", ",").split(","))
    return negated(_is(seen == set(wanted.strip("()").replace("|", ",").split(",")) - {"0x0"}), sign == "!=")


def _flag_words(word: str) -> bool:
    return set(word.strip("()").replace("|", ",").split(",")) <= {"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr", "0x0"}


def _connection(reader: _Reader) -> Callable[[str], Match]:
    field = reader.take()
    if field == "state":
        return lambda value: state_match((value,))
    if field == "status":  # a packet to the server itself was not translated
        return lambda value: (
            Match.NO if value in ("dnat", "snat", "assured", "seen-reply", "confirmed", "expected") else Match.MAYBE
        )
    if field == "direction":
        return lambda value: _is(value == "original")
    return _always(Match.MAYBE)


def _route(reader: _Reader) -> Callable[[str], Match]:
    """fib(8): the kind of the destination address, or whether the source came in where it belongs."""
    while reader.at < len(reader.words):
        word = reader.take()
        if word == "type":
            return lambda value: _is(value in ("local", "unicast"))
        if word in ("oif", "oifname", "check") and reader.peek() != ".":
            return lambda value: Match.NO if value in _REVERSE_PATH else Match.MAYBE
        if word in ("accept", "drop", "{"):
            break
    return _always(Match.MAYBE)
