"""Chains of firewall rules, followed for one packet. Where a rule may or may not fit, both ways are followed, and all endings are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from selfaudit.protocols.host.packet import Match

Kind = Literal["accept", "drop", "return", "jump", "goto", "none", "unknown"]
Ending = Literal["accept", "drop", "return"]
_EVERY: frozenset[Ending] = frozenset(("accept", "drop", "return"))
_DEPTH = 48  # chains called from chains; kernels allow fewer

Rule = TypeVar("Rule")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule does with a packet that it fits; `chain` is where "jump" and "goto" lead."""

    kind: Kind
    chain: str = ""


ACCEPT, DROP, RETURN = Verdict("accept"), Verdict("drop"), Verdict("return")
NOTHING, UNKNOWN = Verdict("none"), Verdict("unknown")
Step = tuple[Match, Verdict]


def endings(
    chains: Mapping[str, Sequence[Rule]], start: str, steps: Callable[[Rule], Iterable[Step]], unfinished: Collection[str] = ()
) -> frozenset[Ending]:
    """Every way in which a packet may end that enters the chain `start`; "return" means that it falls out at the end.

    Args:
        chains: the rules of each chain, in order.
        start: where it enters.
        steps: what a rule does with the packet: one match and verdict, or several in order.
        unfinished: chains of which rules at the end are not known.
    """
    known: dict[str, frozenset[Ending]] = {}

    def walk(name: str, path: tuple[str, ...]) -> frozenset[Ending]:
        if name in known:
            return known[name]
        if name not in chains or name in path or len(path) > _DEPTH:
            return _EVERY
        ends: set[Ending] = set()
        for rule in chains[name]:
            for match, verdict in steps(rule):
                if match is Match.NO or verdict.kind == "none":
                    continue
                found, stops = _follow(verdict, lambda chain: walk(chain, (*path, name)))
                ends |= found
                if match is Match.YES and stops:
                    known[name] = frozenset(ends)
                    return known[name]
        ends |= _EVERY if name in unfinished else {"return"}
        known[name] = frozenset(ends)
        return known[name]

    return walk(start, ())


def _follow(verdict: Verdict, walk: Callable[[str], frozenset[Ending]]) -> tuple[frozenset[Ending], bool]:
    """The endings of a verdict, and whether nothing after its rule is looked at."""
    if verdict.kind == "jump":
        inner = walk(verdict.chain)
        return inner - {"return"}, "return" not in inner
    if verdict.kind == "goto":
        return walk(verdict.chain), True
    if verdict.kind == "accept":
        return frozenset(("accept",)), True
    if verdict.kind == "drop":
        return frozenset(("drop",)), True
    if verdict.kind == "return":
        return frozenset(("return",)), True
    return _EVERY, False
