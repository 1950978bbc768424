"""Controls for DNS on this network."""

from __future__ import annotations

import asyncio
import ipaddress
from functools import cache
from importlib import resources

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.vantage import DnsVantage
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.settings import read_toml

FACT = DnsVantage
_IDENTITY = (("o-o.myaddr.l.google.com.", "TXT"), ("whoami.akamai.net.", "A"))


def request(target: Target, case: Case) -> Request:
    """One per run."""
    return Request(FACT.kind, "case")


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver, an address where nothing is, and a root server."""
    planned = [
        resolver(phrase("two random names that cannot exist, and which address our questions come from"), 4),
        PlannedContact(
            net.profile.silent_address,
            phrase("DNS: one question by UDP and one by TCP to an address where no server is (control)"),
            2,
        ),
    ]
    if net.iterator:
        planned.append(PlannedContact(phrase("the DNS root servers"), phrase("DNS: SOA of the root"), 1))
    return planned


async def collect(request: Request, net: Net) -> DnsVantage:
    """Runs the controls side by side."""
    (random_names, interception, over_tcp, root), identity = await asyncio.gather(
        asyncio.gather(net.dns.random_names(), net.interception(), net.interception_tcp(), net.root_soa()),
        asyncio.gather(*(net.dns.lookup(name, rdtype) for name, rdtype in _IDENTITY)),
    )
    egress = [r.strip('"') for answer in identity for r in answer.records]
    operator = next((o for a in (*net.profile.resolvers, *egress) if (o := public_operator(a))), "")
    return DnsVantage(
        net.profile.resolvers,
        interception,
        random_names,
        tuple(identity),
        root,
        operator,
        net.iterator is not None,
        over_tcp,
    )


def public_operator(address: str) -> str:
    """The operator of a well-known public resolver with this address, or ""."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return next((name for network, name in _public_networks() if ip.version == network.version and ip in network), "")


@cache
def _public_networks() -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...]:
    with resources.as_file(resources.files("selfaudit_resources") / "dns/public-resolvers.toml") as path:
        table = read_toml(path)
    return tuple((ipaddress.ip_network(n), o["name"]) for o in table["operator"] for n in o["networks"])
