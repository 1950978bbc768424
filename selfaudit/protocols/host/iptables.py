"""`iptables -S` and `ip6tables -S`: what becomes of a stranger's packet (iptables(8), iptables-extensions(8))."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selfaudit.protocols.host.chains import ACCEPT, DROP, NOTHING, RETURN, UNKNOWN, Ending, Step, Verdict, endings
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

_TARGETS = {"ACCEPT": ACCEPT, "DROP": DROP, "REJECT": DROP, "TARPIT": DROP, "RETURN": RETURN}
_PASSING = frozenset(
    ("LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "SET", "TRACE", "CT", "AUDIT", "TOS", "DSCP", "TCPMSS", "CHECKSUM", "NOTRACK", "CLASSIFY", "TCPOPTSTRIP", "LED")
)  # fmt: skip
_PLAIN_MODULES = frozenset(
    (
        "tcp",
        "udp",
        "multiport",
        "conntrack",
        "state",
        "comment",
        "addrtype",
        "set",
        "icmp",
        "icmp6",
        "ipv6-icmp",
        "pkttype",
        "limit",
        "hashlimit",
        "recent",
        "mark",
    )
)
_PROTOCOLS = {"6": "tcp", "17": "udp", "0": "all"}
_MAX_RULES = 5_000
Words = tuple[str, ...] | None  # of a rule; None if they cannot be read


@dataclass(frozen=True, slots=True)
class Table:
    """A filter table.

    Attributes:
        policies: chain -> "ACCEPT" or "DROP".
        chains: chain -> the words of each of its rules.
        cut: rules at the end may be missing.
    """

    policies: dict[str, str] = field(default_factory=dict)
    chains: dict[str, list[Words]] = field(default_factory=dict)
    cut: bool = False

    @property
    def empty(self) -> bool:
        """Nothing in it holds anything back."""
        return not self.cut and self.policies.get("INPUT", "ACCEPT") == "ACCEPT" and not self.chains.get("INPUT")

    def endings(self, packet: Packet, chain: str = "INPUT") -> frozenset[Ending]:
        """What may become of a packet; "return" only for chains other than the built-in ones."""
        unfinished = tuple(self.chains) if self.cut else ()
        ends = endings(self.chains, chain, lambda rule: _steps(rule, packet, self.chains), unfinished)
        if chain not in self.policies or "return" not in ends:
            return ends
        return (ends - {"return"}) | ({"drop"} if self.policies[chain] == "DROP" else {"accept"})


def read_table(lines: Sequence[str], cut: bool = False) -> Table | None:
    """A table from the lines of `iptables -S`; None if they are none (no policy of INPUT and no rule)."""
    table = Table(cut=cut or len(lines) > _MAX_RULES)
    for line in lines[:_MAX_RULES]:
        kind, _blank, rest = line.strip().partition(" ")
        words = rest.split(None, 1)
        if not words:
            continue
        if kind == "-P" and len(words) == 2:
            table.policies[words[0]] = words[1].split()[0]
            table.chains.setdefault(words[0], [])
        elif kind == "-N":
            table.chains.setdefault(words[0], [])
        elif kind == "-A":
            table.chains.setdefault(words[0], []).append(_words(words[1] if len(words) == 2 else ""))
    return table if "INPUT" in table.chains else None


def _words(rule: str) -> Words:
    if rule.endswith("..."):  # the collector cut the line
        return None
    try:
        return tuple(shlex.split(rule))
    except ValueError:
        return None


def _steps(words: Words, packet: Packet, chains: Mapping[str, Sequence[Words]]) -> list[Step]:
    if words is None:
        return [(Match.MAYBE, UNKNOWN)]
    match, verdict, in_set = _read(words, packet, chains)
    if in_set and match is not Match.NO:
        # A list of particular addresses: a stranger is not on one that locks out; who is on one that lets in is not known.
        match = Match.NO if verdict.kind == "drop" else Match.MAYBE
    return [(match, verdict)]


def _read(words: Sequence[str], packet: Packet, chains: Mapping[str, Sequence[Words]]) -> tuple[Match, Verdict, bool]:
    """Match, verdict, and whether a set of addresses is asked."""
    match, in_set, no = Match.YES, False, False
    at = 0
    while at < len(words):
        option = words[at]
        value = words[at + 1] if at + 1 < len(words) else ""
        if option == "!":
            no = True
            at += 1
            continue
        if option in ("-j", "-g", "--jump", "--goto"):
            return match, _verdict(value, option in ("-g", "--goto"), chains), in_set
        if option == "--match-set":
            if "src" in value or "src" in (words[at + 2] if at + 2 < len(words) else ""):
                in_set = in_set or not no
            else:
                match = min(match, Match.MAYBE)
            at += 3
        elif option == "--tcp-flags":
            comp = words[at + 2] if at + 2 < len(words) else ""
            match = min(match, negated(_flags(value, comp), no))
            at += 3
        elif option == "--syn":
            match = min(match, negated(Match.YES, no))
            at += 1
        elif option in ("-m", "--match"):
            match = match if value in _PLAIN_MODULES else min(match, Match.MAYBE)
            at += 2
        elif option in ("--comment",):
            at += 2
        else:
            match = min(match, negated(_condition(option, value, packet), no))
            at += 1
            while at < len(words) and not words[at].startswith("-") and words[at] != "!":
                at += 1
        no = False
    return match, NOTHING, in_set


def _condition(option: str, value: str, packet: Packet) -> Match:
    if option in ("-p", "--protocol"):
        name = _PROTOCOLS.get(value, value.lower())
        return Match.YES if name in ("all", packet.protocol) else Match.NO
    if option in ("-s", "--source"):
        return from_match(value, packet.family)
    if option in ("-d", "--destination"):
        return to_match(value, packet)
    if option in ("-i", "--in-interface"):
        return interface_match(value, packet)
    if option in ("-o", "--out-interface"):
        return Match.MAYBE
    if option in ("--dport", "--dports", "--destination-port", "--destination-ports", "--ports"):
        return either(port_match(p, packet.port) for p in value.split(","))
    if option in ("--ctstate", "--state"):
        return state_match(value.split(","))
    if option == "--dst-type":
        return Match.YES if "LOCAL" in value.split(",") or "UNICAST" in value.split(",") else Match.NO
    if option == "--pkt-type":
        return Match.YES if value == "unicast" else Match.NO
    if option in ("--icmp-type", "--icmpv6-type"):
        return Match.NO
    return Match.MAYBE


def _flags(mask: str, comp: str) -> Match:
    """TCP flags of a first packet: SYN and nothing else."""
    masked = {"SYN"} & set(mask.upper().replace("ALL", "FIN,SYN,RST,PSH,ACK,URG").split(","))
    wanted = set() if comp.upper() == "NONE" else set(comp.upper().replace("ALL", "FIN,SYN,RST,PSH,ACK,URG").split(","))
    return Match.YES if masked == wanted else Match.NO


def _verdict(target: str, goto: bool, chains: Mapping[str, Sequence[Words]]) -> Verdict:
    if target in chains:
        return Verdict("goto" if goto else "jump", target)
    if target in _PASSING:
        return NOTHING
    return _TARGETS.get(target, UNKNOWN)
