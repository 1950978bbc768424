"""Who may be probed, and on whose word: proven by a record in DNS or by this machine's own address, or stated."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress

from selfaudit.case import Case, Target
from selfaudit.case.model import MAX_STATED_ADDRESSES
from selfaudit.facts.authority import AuthorityLookups
from selfaudit.facts.dns import bare
from selfaudit.i18n import phrase
from selfaudit.net import Net, is_own_address
from selfaudit.protocols.lookup import Lookup, Recorder, is_below

CHALLENGE = "_selfaudit-challenge"


def challenge_token(install_key: bytes, domain: str) -> str:
    """The token that this installation expects in the domain's TXT record; another installation expects another one."""
    digest = hmac.new(install_key, b"selfaudit-challenge:" + domain.encode("ascii"), hashlib.sha256).digest()
    return "selfaudit-" + base64.b32encode(digest).decode("ascii")[:26].lower()


async def establish(
    case: Case, targets: tuple[Target, ...], net: Net, install_key: bytes
) -> tuple[dict[str, str], AuthorityLookups]:
    """Works out the authority for each target, tells the gate, and returns it with its evidence for the report.

    Proven: the challenge record of a domain (covers its hosts, and addresses whose confirmed reverse name lies under it), or an
    address of this machine. Stated: the case names a person and role; covers targets that were named, at most 16 addresses.
    """
    domains = [t.value for t in targets if t.kind == "domain"]
    recorder = Recorder(net.dns.lookup)
    # Without a key of this installation a token could be worked out by anybody; nothing can be proven then.
    provable = domains if install_key else []
    proven = await asyncio.gather(*(_proven_domain(recorder, d, install_key) for d in provable))
    authority: dict[str, str] = {}
    for domain, is_proven in zip(provable, proven, strict=True):
        if is_proven:
            authority[domain] = phrase("proven: TXT record {name}", name=f"{CHALLENGE}.{domain}")
    addresses = [t for t in targets if t.kind == "address"]
    under = await asyncio.gather(*(_proven_by_name(recorder, t.value, authority) for t in addresses))
    stated = 0
    words = phrase("stated: {name}, {role}", name=case.authority.name, role=case.authority.role) if case.authority else ""
    for target, host in zip(addresses, under, strict=True):
        if net.gate.routes is None and is_own_address(target.value) and not ipaddress.ip_address(target.value).is_unspecified:
            authority[target.value] = phrase("proven: an address of this machine")
        elif host:
            authority[target.value] = phrase("proven: reverse name {host}", host=host)
        elif words and target.origin == "named" and stated < MAX_STATED_ADDRESSES:
            authority[target.value] = words
            stated += 1
    if words:
        for target in targets:
            if target.kind == "domain" and target.origin == "named":
                authority.setdefault(target.value, words)
    for subject, word in authority.items():
        (net.gate.domains if subject in domains else net.gate.permitted)[subject] = word
    expected = {d: challenge_token(install_key, d) for d in provable}
    return authority, AuthorityLookups(recorder.answers, expected)


async def _proven_domain(lookup: Lookup, domain: str, install_key: bytes) -> bool:
    answer = await lookup(f"{CHALLENGE}.{domain}", "TXT")
    expected = challenge_token(install_key, domain)
    return any(hmac.compare_digest(text.strip().encode("latin-1"), expected.encode()) for text in answer.texts())


async def _proven_by_name(lookup: Lookup, address: str, proven_domains: dict[str, str]) -> str:
    """The confirmed reverse name of an address if it lies under a proven domain, else ""."""
    if not proven_domains:
        return ""
    pointer = ipaddress.ip_address(address).reverse_pointer
    answer = await lookup(pointer, "PTR")
    for name in answer.records[:10]:
        if any(is_below(name, domain) for domain in proven_domains):
            forward = await lookup(name, "AAAA" if ":" in address else "A")
            if not forward.chain and any(ipaddress.ip_address(r) == ipaddress.ip_address(address) for r in forward.records):
                return bare(name)
    return ""


def what_would_allow(target: Target, install_key: bytes) -> str:
    """What to do so that an active check may run on a target."""
    if target.kind == "domain" and install_key:
        return phrase(
            "nobody has shown that {domain} may be probed: publish {record} TXT “{token}”, or name yourself with --authority "
            "“NAME, ROLE” and name its name servers' addresses as targets",
            domain=target.value, record=f"{CHALLENGE}.{target.value}", token=challenge_token(install_key, target.value),
        )  # fmt: skip
    return phrase(
        "nobody has shown that {target} may be probed: run this on the machine itself, prove a domain under which its reverse name "
        "lies, or name yourself with --authority “NAME, ROLE”",
        target=target.value,
    )
