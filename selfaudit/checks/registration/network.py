"""The network of the address is registered, and complaints about it have a place to go.

What it checks:
    To whom the registry of addresses has given the block in which the address lies, and which contact for abuse it publishes.

Why it matters:
    Whoever receives spam or an attack looks the address up and writes to this contact. Where there is none, complaints go to blocklists
    instead, and the listing comes without a warning. It also shows whose address it is.

How it is judged:
    1. curl -sSL -H Accept:application/rdap+json RDAP-SERVER/ip/ADDRESS: name and holder of the network, and the contact with the role
       “abuse”. Without RDAP: whois ADDRESS.
    2. No mail address for abuse, or one whose domain does not exist or takes no mail (dig DOMAIN MX, A, AAAA), is worth a note to the
       provider, because only the holder of the network can mend it. A look-up that fails says nothing about the mail address, and an
       answer by WHOIS without one is no proof that there is none.
    3. A holder that is not shown only informs.
    4. An answer about a block without the address, about the whole address space, or one by which a registry says that the block is
       another registry's, tells nothing.

Limits and false positives:
    A small customer's block may be registered to the provider; that is usual and right. Whether anybody reads the mail is not tried.

References:
    RFC 9083 sections 5.4 and 10.2.4; RFC 9082 section 3.1.1; RFC 2142 section 4; RFC 7505.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from enum import StrEnum

from selfaudit.checks.registration._registry import LOOK_BY_HAND, command, page, unknown
from selfaudit.facts.registration import NetworkRecord, NetworkRegistration
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.contact_data import mail_domain
from selfaudit.protocols.contact_plausible import Odd, mail_state
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "NETWORK_CONTACT_SHOWN"
    HOLDER_HIDDEN = "NETWORK_HOLDER_NOT_SHOWN"
    NO_ABUSE = "NETWORK_NO_ABUSE_CONTACT"
    DEAD_ABUSE = "NETWORK_ABUSE_CONTACT_DEAD"
    ABUSE_UNCLEAR = "NETWORK_ABUSE_CONTACT_NOT_SEEN"
    NOT_ABOUT = "NETWORK_ANSWER_TELLS_NOTHING"
    UNKNOWN = "NETWORK_UNKNOWN"


CHECK = Check(
    "registration.network",
    N_("The network of the address is registered, and complaints have a place to go"),
    (NetworkRegistration,),
    "address",
    advisory=True,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{address} belongs to {network} ({holder}); complaints go to {abuse}.")),
    Tag.HOLDER_HIDDEN: Message(Severity.INFO, N_("The registry does not show to whom the network {network} is registered.")),
    Tag.NO_ABUSE: Message(
        Severity.LOW,
        N_("{address} belongs to {network} ({holder}), but no mail address for complaints about abuse is published for it."),
        Remedy(
            N_(
                "Tell your provider that the registry shows no abuse contact for {network}. Only the holder of the network can enter one. "
                "Until then, publish one yourself: a mailbox abuse@ in the domain of the server's name. It worked when the registry shows a "
                "contact with the role “abuse”."
            ),
            verify="{command}",
            who=Who.PROVIDER,
            minutes=10,
        ),
    ),
    Tag.DEAD_ABUSE: Message(
        Severity.LOW,
        N_("Complaints about {address} are to go to {abuse}, but no mail gets there: {why}."),
        Remedy(
            N_(
                "Tell your provider that the abuse contact of {network} ({abuse}) cannot get mail. Only the holder of the network can "
                "correct it. Until then, publish one yourself: a mailbox abuse@ in the domain of the server's name. It worked when the "
                "answer names a mail server, or the registry shows another address."
            ),
            verify="dig {mail_domain} MX +short",
            who=Who.PROVIDER,
            minutes=10,
        ),
    ),
    Tag.ABUSE_UNCLEAR: Message(
        Severity.UNKNOWN,
        N_(
            "{address} belongs to {network} ({holder}). The answer by WHOIS shows no mail address for complaints about abuse, but it is "
            "only text, and the address may stand elsewhere."
        ),
        LOOK_BY_HAND,
    ),
    Tag.NOT_ABOUT: Message(
        Severity.UNKNOWN,
        N_("The answer is about {network}, which does not tell whose {domain} is."),
        LOOK_BY_HAND,
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN, N_("To whom the network of {domain} is registered could not be learned: {why}."), LOOK_BY_HAND
    ),
}

# What registries answer about blocks that are not theirs.
_PLACEHOLDERS = ("NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK", "IANA-BLK", "IANA-BLOCK", "IANA-NETBLOCK", "ERX-NETBLOCK")
_DEAD: Mapping[Odd | None, str] = {
    Odd.MAIL_DOMAIN: phrase("the domain of that mail address does not exist"),
    Odd.MAIL_NOT_TAKEN: phrase("the domain of that mail address takes no mail"),
}


def judge(registration: NetworkRegistration, policy: Policy) -> Iterator[Finding]:
    missing = unknown(registration)
    if missing is not None:
        yield found(Tag.UNKNOWN, **missing)
        return
    network = registration.network
    assert network is not None  # or `unknown` would have told why
    name = _name(network)
    by_hand = {"domain": registration.address, "page": page(registration), "command": command(registration)}
    if not _tells(network, registration.address):
        yield found(Tag.NOT_ABOUT, network=name, **by_hand)
        return
    holder = printable(network.holder, 100) or phrase("its holder is not shown")
    about = {"address": registration.address, "network": name, "holder": holder}
    if not network.holder:
        yield found(Tag.HOLDER_HIDDEN, network=name)
    abuse = [printable(address, 100) for address in network.abuse_email[:3]]
    if not abuse:
        yield found(Tag.NO_ABUSE if network.source == "rdap" else Tag.ABUSE_UNCLEAR, **about, **by_hand)
        return
    states = {m.domain.rstrip(".").lower(): mail_state(m)[0] for m in registration.mail}
    domains = [mail_domain(address) for address in network.abuse_email]
    faults = [_DEAD.get(states.get(domain)) for domain in domains]
    if all(faults):
        yield found(Tag.DEAD_ABUSE, abuse=abuse, why=faults[0], mail_domain=domains[0], **about)
    else:
        yield found(Tag.OK, abuse=abuse, **about)


def _name(network: NetworkRecord) -> str:
    span = f"{network.start} - {network.end}" if network.start else ""
    named = network.name or network.handle or (network.prefixes[0] if network.prefixes else span)
    return printable(named, 100) or phrase("a network without a name")


def _tells(network: NetworkRecord, address: str) -> bool:
    """Whether the answer is about a block that somebody has, and that holds the address. One that names no block is believed."""
    if network.name.upper().startswith(_PLACEHOLDERS):
        return False
    wanted = ipaddress.ip_address(address)
    spans = list(_spans(network))
    # What begins with the first address of all is the whole address space, which nobody has.
    return not spans or any(v == wanted.version and 0 < first <= int(wanted) <= last for v, first, last in spans)


def _spans(network: NetworkRecord) -> Iterator[tuple[int, int, int]]:
    """IP version, first and last address of everything that the answer says to be the block; what cannot be read is left out."""
    for first, last in ((network.start, network.end), *(_ends(prefix) for prefix in network.prefixes)):
        try:
            start, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
        except ValueError:
            continue
        if start.version == end.version:
            yield start.version, int(start), int(end)


def _ends(prefix: str) -> tuple[str, str]:
    try:
        block = ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return "", ""
    return str(block[0]), str(block[-1])
