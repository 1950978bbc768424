"""Who may be probed, and on whose word: proven by a signed case file, a record in DNS or this machine's own address, or stated."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import time
from collections.abc import Iterable

from selfaudit.case import Case, Target
from selfaudit.case.model import BROUGHT, MAX_STATED_ADDRESSES
from selfaudit.engine.seals import vouched
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


class Authorities:
    """Works out, when it is first needed, on whose authority a target may be probed, and tells the gate.

    Proven: what a case file names that is signed by a key of the provider's pack (`seals.vouched`), or the challenge record of a domain; a
    domain proven either way covers addresses whose confirmed reverse name lies under it; or, of what was named, an address of this machine.
    That a name of the domain leads to an address proves nothing: anybody can write that into a zone.
    Stated: the case names a person and role; covers targets that were named, at most 16 addresses.

    Attributes:
        known: target -> authority, for those that have one.
        began: UTC seconds of the first look-up, 0 before it.
    """

    def __init__(self, case: Case, net: Net, install_key: bytes) -> None:
        self._case, self._net, self._key = case, net, install_key
        self._recorder = Recorder(net.dns.lookup)
        # Without a key of this installation a token could be worked out by anybody; nothing can be proven then.
        self._provable = case.domains() if install_key else ()
        self._domains: asyncio.Task[None] | None = None
        self._addresses: dict[str, asyncio.Task[str]] = {}
        self._named = frozenset(case.addresses())
        self._stated = frozenset(stated_addresses(case.targets))
        self._signed = _signed_for(case, net)
        self.known: dict[str, str] = {}
        self.began = 0.0

    async def of(self, target: Target) -> str:
        """The authority for a target, "" for none."""
        if self._domains is None:
            self.began = time.time()
            self._domains = asyncio.create_task(self._prove_domains())
        await asyncio.shield(self._domains)
        if target.kind == "domain":
            return self.known.get(target.value, "")
        return await self.of_address(target.value)

    async def of_address(self, address: str) -> str:
        """The same for an address that somebody named or that was found on the way."""
        if self._domains is None:
            return await self.of(Target("address", address))
        if address not in self._addresses:
            self._addresses[address] = asyncio.create_task(self._find(address))
        return await asyncio.shield(self._addresses[address])

    def cancel(self) -> None:
        """Stops what is under way."""
        for task in (self._domains, *self._addresses.values()):
            if task is not None and not task.done():
                task.cancel()

    def fact(self) -> AuthorityLookups:
        """The look-ups on which all this rests."""
        return AuthorityLookups(self._recorder.answers, {d: challenge_token(self._key, d) for d in self._provable})

    def _words(self) -> str:
        person = self._case.authority
        return phrase("stated: {name}, {role}", name=person.name, role=person.role) if person else ""

    async def _prove_domains(self) -> None:
        proven = await asyncio.gather(*(_proven_domain(self._recorder, d, self._key) for d in self._provable))
        for domain, is_proven in zip(self._provable, proven, strict=True):
            if is_proven:
                self.known[domain] = phrase("proven: TXT record {name}", name=f"{CHALLENGE}.{domain}")
        for domain in self._case.domains():
            signed = self._signed.get(Target("domain", domain), "")
            if words := signed or self.known.get(domain) or self._words():
                self.known[domain] = self._net.gate.permitted[domain] = words
        # All named addresses at once: the report says for each of them on whose word it was probed.
        for address in self._case.addresses():
            self._addresses.setdefault(address, asyncio.create_task(self._find(address)))
        await asyncio.gather(*self._addresses.values())

    async def _find(self, address: str) -> str:
        authority = await self._authority_for(address)
        if authority:
            self.known[address] = self._net.gate.permitted[address] = authority
        return authority

    async def _authority_for(self, address: str) -> str:
        if address in self._named and _is_ours(self._net, address):
            return phrase("proven: an address of this machine")
        signed = self._signed.get(Target("address", address), "")
        if signed and address in self._named:
            return signed
        proven = {d: a for d, a in self.known.items() if d in self._case.domains() and a.startswith("proven")}
        reverse = await _proven_by_name(self._recorder, address, proven)
        if reverse:
            return phrase("proven: reverse name {host}", host=reverse)
        return self._words() if address in self._stated else ""


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


async def permitted_now(case: Case, net: Net, install_key: bytes) -> dict[str, str]:
    """The authority for each target of a case that has one, as it is now."""
    found = Authorities(case, net, install_key)
    try:
        await asyncio.gather(*(found.of(target) for target in case.targets if target.kind not in BROUGHT))
    finally:
        found.cancel()
    return dict(found.known)


def without_asking(case: Case, net: Net, target: Target) -> str:
    """The authority for a target as far as it is known before anything is sent: this machine, a signed case file, or the person's word; ""
    for none.
    """
    if target.kind == "address" and _is_ours(net, target.value):
        return phrase("proven: an address of this machine")
    covered_there = target.value in (*case.domains(), *case.addresses())
    signed = _signed_for(case, net).get(Target(target.kind, target.value), "") if covered_there else ""
    if signed:
        return signed
    if case.authority is None or target.origin != "named":
        return ""
    covered = target.kind == "domain" or target.value in stated_addresses(case.targets)
    return phrase("stated: {name}, {role}", name=case.authority.name, role=case.authority.role) if covered else ""


def _signed_for(case: Case, net: Net) -> dict[Target, str]:
    return vouched(case, embedded=net.gate.routes is not None)


def _is_ours(net: Net, address: str) -> bool:
    return net.gate.routes is None and is_own_address(address) and not ipaddress.ip_address(address).is_unspecified


def stated_addresses(targets: Iterable[Target]) -> tuple[str, ...]:
    """The addresses that a person's word covers: those that were named, the first sixteen of them."""
    return tuple(t.value for t in targets if t.kind == "address" and t.origin == "named")[:MAX_STATED_ADDRESSES]


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
