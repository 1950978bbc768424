"""`nft list ruleset` (nft(8)): its tables, chains and sets, and what becomes of a stranger's packet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from selfaudit.protocols.host.chains import Ending, endings
from selfaudit.protocols.host.nft_rule import Rule, steps
from selfaudit.protocols.host.packet import Packet

_TOKEN = re.compile(r'"[^"]*"|[{},;]|!=|==|<=|>=|<|>|[^\s{},;"<>=!]+|\S')
_OPENS = re.compile(r"(table|chain|set|map|meter|counter|quota|limit|flowtable|secmark|synproxy|ct \w+)\b.*\{$")
_HOOK = re.compile(r"type (\w+) hook (\w+)\b")
_POLICY = re.compile(r"\bpolicy (\w+)")
_FAMILIES = {"ip": (4,), "ip6": (6,), "inet": (4, 6), "netdev": (4, 6)}
_ON_THE_WAY = ("ingress", "prerouting", "input")  # hooks that a packet to the server itself passes
_MAX_LINES = 5_000


@dataclass(slots=True)
class Chain:
    """A chain.

    Attributes:
        name: of it.
        type, hook, policy: of a base chain, "" otherwise.
        rules: its rules in tokens; None for one that was cut off.
        closed: its end was seen.
    """

    name: str
    type: str = ""
    hook: str = ""
    policy: str = "accept"
    rules: list[Rule] = field(default_factory=list)
    closed: bool = False


@dataclass(slots=True)
class Table:
    """A table: family ("ip", "ip6", "inet", "netdev" and others), name, chains, and sets with their elements (None: not known)."""

    family: str
    name: str
    chains: dict[str, Chain] = field(default_factory=dict)
    sets: dict[str, list[str] | None] = field(default_factory=dict)
    dormant: bool = False
    foreign: bool = False  # made by iptables, whose own list says it better

    def endings(self, packet: Packet) -> list[frozenset[Ending]]:
        """What may become of a packet in each of this table's filters on its way; empty if it has none there."""
        if self.dormant or packet.family not in _FAMILIES.get(self.family, ()):
            return []
        rules = {c.name: c.rules for c in self.chains.values()}
        unfinished = [c.name for c in self.chains.values() if not c.closed]
        found = []
        for chain in self.chains.values():
            if chain.type != "filter" or chain.hook not in _ON_THE_WAY:
                continue
            ends = endings(rules, chain.name, lambda rule: steps(rule, packet, self.sets), unfinished)
            if "return" in ends:
                ends = (ends - {"return"}) | ({"drop"} if chain.policy == "drop" else {"accept"})
            found.append(ends)
        return found

    @property
    def input_chain(self) -> str:
        """The name of its filter for packets to the server itself, "" if it has none."""
        return next((c.name for c in self.chains.values() if c.type == "filter" and c.hook == "input"), "")


def read_ruleset(lines: Sequence[str]) -> list[Table]:
    """The tables of a ruleset. What cannot be read becomes a rule that may do anything."""
    tables: list[Table] = []
    chain: Chain | None = None
    blocks: list[str] = []  # the kinds of the blocks that are open
    managed = False
    for line in _whole(lines[:_MAX_LINES]):
        text = " ".join(line.split())
        opened = _OPENS.match(text)
        if text.startswith("#"):
            managed = managed or "managed by iptables" in text
        elif opened and not (opened[1] in ("counter", "quota", "limit", "meter") and chain is not None):
            words = text[:-1].split()
            blocks.append(words[0])
            if words[0] == "table" and len(words) >= 3:
                tables.append(Table(words[1], words[2], foreign=managed))
                managed = False
            elif words[0] == "chain" and tables and len(words) >= 2:
                chain = Chain(words[1])
                tables[-1].chains[words[1]] = chain
            elif words[0] in ("set", "map") and tables and len(words) >= 2:
                tables[-1].sets[words[1]] = []
        elif text == "}":
            if blocks and blocks.pop() == "chain" and chain is not None:
                chain.closed = True
                chain = None
        elif not tables or not text:
            continue
        elif chain is not None:
            _chain_line(chain, text, tables[-1])
        elif blocks and blocks[-1] in ("set", "map"):
            _set_line(tables[-1], text)
        elif text.startswith("flags") and "dormant" in text:
            tables[-1].dormant = True
    return tables


def _whole(lines: Sequence[str]) -> list[str]:
    """Lines with their braces balanced: a long list of elements goes over several."""
    out: list[str] = []
    pending = ""
    for line in lines:
        text = f"{pending} {line.strip()}".strip() if pending else line.strip()
        pending = ""
        bare = re.sub(r'"[^"]*"', "", text)
        if (
            not text.endswith("...")
            and bare.count("{") > bare.count("}")
            and not _OPENS.match(" ".join(text.split()))
            and len(text) < 100_000
        ):
            pending = text
        else:
            out.append(text)
    return [*out, pending] if pending else out


def _chain_line(chain: Chain, text: str, table: Table) -> None:
    hook = _HOOK.match(text)
    if hook:
        policy = _POLICY.search(text)
        chain.type, chain.hook, chain.policy = hook[1], hook[2], policy[1] if policy else "accept"
        return
    table.foreign = table.foreign or " xt " in f" {text} "
    chain.rules.append(None if text.endswith("...") else tuple(_TOKEN.findall(text)))


def _set_line(table: Table, text: str) -> None:
    if text.startswith("elements"):
        name = next(reversed(table.sets))
        if text.endswith("..."):
            table.sets[name] = None
            return
        inside = text.partition("{")[2].rpartition("}")[0]
        table.sets[name] = [e.split()[0] for e in inside.split(",") if e.split()]
    elif text.startswith("flags") and "dynamic" in text:
        table.sets[next(reversed(table.sets))] = None
