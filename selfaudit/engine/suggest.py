"""What the DNS says belongs to a domain: offered to the person, never taken over silently."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.case import Case, Target, is_reserved_address
from selfaudit.engine.discover import discovered
from selfaudit.facts import Fact, Request
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes import all_probes

_MAX_SUGGESTIONS = 64


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A target that could be added, and the record that names it. `sends`: the record allows it to send mail."""

    value: str
    why: str
    sends: bool = False


async def suggest(domains: Iterable[str], net: Net, *, laboratory: bool) -> tuple[Suggestion, ...]:
    """Looks up the domains' mail servers, own addresses and the senders that their SPF records name. Passive.

    Raises:
        OSError: the network cannot be used at all.
    """
    found: dict[str, Suggestion] = {}
    groups = await asyncio.gather(*(_of(domain, net, laboratory) for domain in dict.fromkeys(domains)))
    for item in (s for group in groups for s in group):
        known = found.get(item.value)
        if known is None or (item.sends and not known.sends):
            found[item.value] = item
    return tuple(found.values())[:_MAX_SUGGESTIONS]


async def _of(domain: str, net: Net, laboratory: bool) -> list[Suggestion]:
    case = Case((Target("domain", domain),), laboratory=laboratory)
    probes = all_probes()
    requests = [Request(kind, domain) for kind in ("mail.hosts", "mail.spf")]
    facts, a, aaaa = await asyncio.gather(
        asyncio.gather(*(probes[r.kind].collect(r, net) for r in requests)),
        net.dns.lookup(domain, "A"),
        net.dns.lookup(domain, "AAAA"),
    )
    out = []
    for fact in facts:
        if isinstance(fact, Fact):
            sends = fact.kind == "mail.spf"
            out += [Suggestion(t.value, t.origin, sends) for t in discovered(fact, laboratory=case.laboratory)]
    for record in (*a.records, *aaaa.records):
        address = str(ipaddress.ip_address(record))
        if laboratory or not is_reserved_address(address):
            out.append(Suggestion(address, phrase("address of {domain}", domain=domain)))
    return out
