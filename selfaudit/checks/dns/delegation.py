"""The domain is delegated to name servers that answer for it.

What it checks:
    The list of name servers in the parent zone, and what each of these servers says about the domain.

Why it matters:
    If some name servers do not answer for the domain, its mail and its proofs (SPF, DKIM, DMARC) work at times and fail at times,
    and a desk that looks may see something else than you do.

How it is judged:
    1. dig +trace DOMAIN NS gives the list in the parent zone. NXDOMAIN there means that the domain is not registered or was
       taken out of the DNS.
    2. dig @SERVER DOMAIN SOA for each address of each server. An answer without the “aa” flag or a referral means that the server
       does not answer for the domain (lame). REFUSED is a warning only: it may hold for this network alone. If every server
       seems to be a resolver (“ra” without “aa”), this network answers in their place and nothing is concluded.
    3. dig @SERVER DOMAIN NS must give the list of the parent.
    4. All servers should show the same serial number.
    5. A server that stays silent may be down or may not like this network: no verdict on it.
    6. Servers to which a registrar moves domains that it takes out of service are not judged like others: nothing can be mended at
       them. They are named, and registration.nameservers says what to do.

Limits and false positives:
    Serial numbers differ for minutes after a change. Servers behind several machines may answer differently elsewhere.

References:
    RFC 1034 section 4.2.2; RFC 1912 section 2.8; RFC 2182 section 5; RFC 9199.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import SWITCHED_OFF, reason
from selfaudit.facts.dns import DnsAnswer, DnsStatus, bare
from selfaudit.facts.zone import Delegation, NameServer
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.holds import hold_of


class Tag(StrEnum):
    OK = "DELEGATION_OK"
    NOT_FOUND = "DELEGATION_NOT_FOUND"
    PARKED = "DELEGATION_PARKED_BY_REGISTRAR"
    ONE_SERVER = "DELEGATION_ONE_SERVER"
    LAME = "DELEGATION_LAME"
    ALL_LAME = "DELEGATION_ALL_LAME"
    REFUSES = "DELEGATION_SERVER_REFUSES"
    PROXIED = "DELEGATION_SEEN_THROUGH_PROXY"
    NO_ADDRESS = "DELEGATION_NO_ADDRESS"
    NS_DIFFER = "DELEGATION_NS_DIFFER"
    SERIALS_DIFFER = "DELEGATION_SERIALS_DIFFER"
    SILENT = "DELEGATION_SERVER_SILENT"
    UNANSWERED = "DELEGATION_UNANSWERED"


CHECK = Check("dns.delegation", N_("The domain's name servers answer for it"), (Delegation,), "domain", hosted=True)

_MEND_SERVER = Remedy(
    N_(
        "First ask {server} from another network too: some servers answer only some networks. If it belongs to a DNS provider, ask it to serve {zone}, or check in its panel that the domain is active there. If it is your "
        "own second server, set the zone up on it as a copy of the first. If it answers nobody and is not meant to serve {zone}, take it out "
        "of the list at your registrar and in the zone's NS records. It worked when “aa” stands among the flags of the answer."
    ),
    verify="dig @{server} {zone} SOA +norecurse",
    stacks={
        "BIND, as a secondary": 'zone "{zone}" {{ type secondary; primaries {{ PRIMARY-ADDRESS; }}; file "{zone}.zone"; }};\nrndc reconfig',
        "NSD, as a secondary": 'zone:\n  name: "{zone}"\n  zonefile: "{zone}.zone"\n  request-xfr: PRIMARY-ADDRESS NOKEY\nnsd-control reconfig',
        "PowerDNS": "pdnsutil list-zone {zone}",
    },
    minutes=20,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("All name servers of {zone} ({count}) answer for it and agree.")),
    Tag.NOT_FOUND: Message(
        Severity.CRITICAL,
        N_(
            "{zone} does not exist in the DNS: it is not registered, has expired, or was taken out by its registrar or registry."
        ),
        Remedy(
            N_(
                "Log in at your registrar and look at the state of the domain: renew it, or ask why it is on hold. It worked when the last "
                "lines of the answer name your name servers."
            ),
            verify="dig +trace {zone} NS",
            who=Who.REGISTRAR,
            minutes=30,
        ),
    ),
    Tag.PARKED: Message(
        Severity.LOW,
        N_("The registrar has moved {zone} to {server}, which {user} uses for domains that are taken out of service."),
        Remedy(
            N_(
                "At the name servers nothing can be mended. Do what registration.nameservers says; then the registrar puts your own name "
                "servers back. It worked when the last lines of the answer name them."
            ),
            verify="dig +trace {zone} NS",
            who=Who.REGISTRAR,
            minutes=5,
        ),
    ),
    Tag.ONE_SERVER: Message(
        Severity.MEDIUM,
        N_("{zone} has a single name server ({server}). When it is down, mail and proofs of the domain fail."),
        Remedy(
            N_(
                "Add a second name server in another network, at your registrar and in the zone. It worked when the answer names both."
            ),
            verify="dig {zone} NS +short",
            minutes=30,
        ),
    ),
    Tag.LAME: Message(
        Severity.HIGH, N_("The name server {server} ({address}) does not answer for {zone}: {why}."), _MEND_SERVER
    ),
    Tag.ALL_LAME: Message(
        Severity.CRITICAL, N_("None of the name servers of {zone} answers for it (first: {server}, {why})."), _MEND_SERVER
    ),
    Tag.REFUSES: Message(
        Severity.MEDIUM,
        N_("The name server {server} ({address}) refuses to answer for {zone}, at least when asked from here."),
        _MEND_SERVER,
    ),
    Tag.PROXIED: Message(
        Severity.UNKNOWN,
        N_("All name servers of {zone} seem to be resolvers; more likely something on this network answers in their place."),
    ),
    Tag.NO_ADDRESS: Message(
        Severity.MEDIUM,
        N_("The name server {server} of {zone} has no address."),
        Remedy(
            N_(
                "Give {server} an address record, or take it out of the list at your registrar and in the zone. It worked when the answer "
                "is an address, or the server no longer stands in the list."
            ),
            verify="dig {server} A +short",
        ),
    ),
    Tag.NS_DIFFER: Message(
        Severity.LOW,
        N_("The parent zone lists {parent} for {zone}, but its own servers list {child}."),
        Remedy(
            N_(
                "Make the list at your registrar and the zone's NS records the same. It worked when the last two lists of the answer are "
                "the same."
            ),
            verify="dig +trace {zone} NS",
        ),
    ),
    Tag.SERIALS_DIFFER: Message(
        Severity.LOW,
        N_("The name servers of {zone} hold different versions of it: {serials}."),
        Remedy(
            N_(
                "If this lasts for more than an hour, the secondary servers do not fetch changes: check that they may transfer the zone. It "
                "worked when every server gives the same number."
            ),
            verify="dig @SERVER {zone} SOA +short",
            stacks={"BIND": "rndc notify {zone}", "NSD": "nsd-control notify {zone}"},
        ),
    ),
    Tag.SILENT: Message(
        Severity.UNKNOWN, N_("The name server {server} ({address}) of {zone} gave no usable answer: {why}."), SWITCHED_OFF
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The delegation of {zone} could not be looked up ({why}).")),
}


def judge(delegation: Delegation, policy: Policy) -> Iterator[Finding]:
    zone = delegation.zone
    if delegation.parent.status is DnsStatus.NXDOMAIN:
        yield found(Tag.NOT_FOUND, zone=zone)
        return
    if not delegation.servers:
        yield found(Tag.UNANSWERED, zone=zone, why=reason(delegation.parent))
        return
    hold = hold_of(s.host for s in delegation.servers)
    if hold is not None:
        server_name, pattern = hold
        yield found(Tag.PARKED, zone=zone, server=server_name, user=pattern.registrar)
    # At the registrar's servers there is nothing to mend, and whether they answer does not matter.
    servers = [s for s in delegation.servers if hold_of((s.host,)) is None]
    if not servers:
        return
    troubles = [f for server in servers for f in _server(server, zone)]
    answering = {s.host for s in servers if any(_in_charge(a) for a in s.soa)}
    seen = [a for server in servers for a in server.soa if a.definite]
    if seen and all(a.recursion and not a.authoritative for a in seen):
        yield found(Tag.PROXIED, zone=zone)
        return
    lame = [f for f in troubles if f.tag == Tag.LAME]
    if lame and not answering and len(lame) == len(troubles):
        yield found(Tag.ALL_LAME, **{k: v for k, v in lame[0].args.items() if k != "address"})
        return
    yield from troubles
    if hold is None:
        yield from _lists(delegation)
    serials = {bare(s.host): a.records[0].split()[2] for s in servers for a in s.soa if _in_charge(a) and a.records}
    if len(set(serials.values())) > 1:
        yield found(Tag.SERIALS_DIFFER, zone=zone, serials=[f"{host} {serial}" for host, serial in sorted(serials.items())])
    if answering and not troubles and hold is None:
        yield found(Tag.OK, zone=zone, count=len(answering))


def _lists(delegation: Delegation) -> Iterator[Finding]:
    """How many servers there are, and whether the zone above and the zone itself list the same."""
    zone, parent = delegation.zone, _hosts(delegation.parent)
    if len(delegation.servers) == 1:
        yield found(Tag.ONE_SERVER, zone=zone, server=bare(delegation.servers[0].host))
    children = {hosts for s in delegation.servers for a in s.ns if _in_charge(a) and (hosts := _hosts(a))}
    for child in sorted(children):
        if parent and child != parent:
            yield found(Tag.NS_DIFFER, zone=zone, parent=parent, child=child)
            break


def _server(server: NameServer, zone: str) -> Iterator[Finding]:
    host = bare(server.host)
    if not server.soa:
        failed = next((a for a in server.addresses if not a.definite), None)
        if failed:
            yield found(Tag.SILENT, zone=zone, server=host, address="?", why=reason(failed))
        else:
            yield found(Tag.NO_ADDRESS, zone=zone, server=host)
    for answer in server.soa:
        if _in_charge(answer):
            continue
        address = answer.server or answer.detail or "?"
        if answer.status is DnsStatus.REFUSED:
            yield found(Tag.REFUSES, zone=zone, server=host, address=address)
        elif answer.definite:
            why = (
                phrase("it sends others elsewhere")
                if answer.detail == "referral"
                else phrase("it is not in charge of the zone")
            )
            yield found(Tag.LAME, zone=zone, server=host, address=address, why=why)
        else:
            yield found(Tag.SILENT, zone=zone, server=host, address=address, why=reason(answer))


def _in_charge(answer: DnsAnswer) -> bool:
    return answer.authoritative and answer.status is DnsStatus.ANSWER


def _hosts(answer: DnsAnswer) -> tuple[str, ...]:
    return tuple(sorted(bare(r).lower() for r in answer.records))
