"""Direct iteration from the root servers downwards (RFC 1034 section 5.3.3), with shared zone cuts."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.zonefile

from selfaudit.errors import UserError
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, absolute
from selfaudit.i18n import _, phrase
from selfaudit.net.dns import wire
from selfaudit.net.dns.client import DnsClient, to_answer
from selfaudit.net.dns.wire import BadName, Question
from selfaudit.protocols import psl
from selfaudit.protocols.lookup import is_below
from selfaudit.text import printable

MAX_SERVERS = 13
_MAX_HINTS = 100_000
_MAX_STEPS = 16
_TRIES = 4  # different servers of a zone that are asked before giving up


@dataclass(frozen=True, slots=True)
class Cut:
    """A delegated zone.

    Attributes:
        zone: its absolute name.
        parent: the zone that delegates it.
        hosts: its name servers as the parent names them.
        glue: addresses that came with the referral, by host.
        referral: the NS set as the parent gave it.
    """

    zone: str
    parent: str
    hosts: tuple[str, ...]
    glue: dict[str, tuple[str, ...]]
    referral: DnsAnswer


def read_root_hints(path: Path) -> dict[str, tuple[str, ...]]:
    """Reads a root hints file (the format of named.root).

    Returns:
        Root server name -> addresses.

    Raises:
        UserError: the file cannot be read or names no root server.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_HINTS + 1)
        if len(data) > _MAX_HINTS:
            raise ValueError(f"larger than {_MAX_HINTS} bytes")
        text = data.decode("ascii")
        rrsets = dns.zonefile.read_rrsets(text, default_ttl=3600, rdclass=None)
    except (OSError, UnicodeError, dns.exception.DNSException, ValueError) as error:
        raise UserError(_("{file}: not a root hints file ({why})").format(file=path, why=printable(str(error), 200))) from None
    hosts = [r.target.to_text().lower() for s in rrsets if s.rdtype == dns.rdatatype.NS for r in s]
    found: dict[str, tuple[str, ...]] = {}
    for rrset in rrsets:
        name = rrset.name.to_text().lower()
        if rrset.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA) and name in hosts:
            found[name] = (*found.get(name, ()), *(r.address for r in rrset))
    if not found:
        raise UserError(_("{file}: names no root server with an address").format(file=path))
    return found


def stops(name: str) -> list[str]:
    """Names on the way down at which a zone cut is looked for, before the whole name is asked (after RFC 9156).

    Asking for these by themselves lets all look-ups below share the answer, and shows the upper servers no more than needed.
    """
    labels = absolute(name).rstrip(".").split(".")
    if labels == [""]:
        return []
    tail = labels[-2:]
    if tail == ["in-addr", "arpa"]:
        depths = range(1, min(len(labels), 5) + 1)
    elif tail == ["ip6", "arpa"]:
        depths = range(1, 3)
    else:
        registrable = psl.registrable_domain(name)
        depths = range(1, (registrable.count(".") + 1 if registrable else len(labels)) + 1)
    return [".".join(labels[-d:]) + "." for d in depths if d <= len(labels)]


class Iterator:
    """Resolves names without any resolver. Zone cuts are kept for the length of a run."""

    def __init__(self, client: DnsClient, hints: dict[str, tuple[str, ...]]) -> None:
        self._client = client
        referral = DnsAnswer(".", "NS", DnsStatus.ANSWER, View.DIRECT, records=tuple(sorted(hints)))
        self._root = Cut(".", "", tuple(hints), dict(hints), referral)

    async def lookup(self, name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        """What the authoritative servers say now. Aliases are followed."""
        name = absolute(name)

        async def work() -> DnsAnswer:
            return await self._chase(name, rdtype, dnssec)

        return await self._client.memo.get(("direct", name, rdtype, dnssec), work)

    async def _chase(self, name: str, rdtype: str, dnssec: bool) -> DnsAnswer:
        at, started = time.time(), time.monotonic()
        chain: list[str] = []
        current = name
        while True:
            cut = await self.cut_for(current)
            answer = await self.ask_zone(cut, current, rdtype, dnssec=dnssec)
            links = list(answer.chain)
            if answer.status not in (DnsStatus.NODATA, DnsStatus.NXDOMAIN) or not links or links[-1] == current:
                break
            chain.extend(links)
            current = links[-1]
            if len(chain) > wire.MAX_CHAIN or current in chain[:-1] or current == name:
                answer = replace(answer, status=DnsStatus.LOOP, chain=(), detail=phrase("aliases (CNAME) in a loop"))
                break
        ms = round((time.monotonic() - started) * 1000, 1)
        return replace(answer, name=name, chain=(*chain, *answer.chain), at=at, ms=ms)

    async def cut_for(self, name: str, *, whole: bool = False) -> Cut:
        """The deepest zone cut above or at a name, as far as the stops go. `whole` looks for cuts down to the name itself."""
        cut = self._root
        wanted = stops(name)
        if whole:
            labels = absolute(name).rstrip(".").split(".")
            wanted = [".".join(labels[-d:]) + "." for d in range(1, len(labels) + 1)]
        for stop in wanted:
            if not is_below(stop, cut.zone) or stop == cut.zone:
                continue
            cut = await self.descend(cut, stop)
        return cut

    async def descend(self, cut: Cut, name: str) -> Cut:
        """The zone at `name` if it is delegated from `cut` (or lives on the same servers), else `cut`."""

        async def work() -> Cut:
            message, question, server = await self._query(cut, name, "NS")
            if message is None or isinstance(message, DnsAnswer):
                return cut
            return self._referral(cut, message, question, server) or cut

        return await self._client.memo.get(("cut", cut.zone, name), work)

    async def ask_zone(self, cut: Cut, name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        """Asks the servers of a zone, going down further referrals on the way."""
        at, started = time.time(), time.monotonic()
        answer = DnsAnswer(absolute(name), rdtype, DnsStatus.ERROR, View.DIRECT, detail=phrase("too many referrals"), at=at)
        for _step in range(_MAX_STEPS):
            result, question, server = await self._query(cut, name, rdtype, dnssec=dnssec)
            if result is None or isinstance(result, DnsAnswer):
                assert isinstance(result, DnsAnswer)
                return result
            lower = self._referral(cut, result, question, server)
            if lower is not None and lower.zone != cut.zone and not result.answer:
                cut = lower
                continue
            reply = wire.read(result, question)
            status, detail = reply.status, reply.detail
            if detail == "referral":
                status, detail = DnsStatus.ERROR, phrase("{server} sends us elsewhere (lame or upward referral)", server=server)
            ms = round((time.monotonic() - started) * 1000, 1)
            return DnsAnswer(
                absolute(name), rdtype, status, View.DIRECT, server, reply.records, reply.chain, reply.ttl,
                reply.authoritative, reply.validated, reply.recursion, reply.signatures, detail, at, ms,
            )  # fmt: skip
        return answer

    async def ask_list(self, cut: Cut, name: str) -> DnsAnswer:
        """One blocklist question (type A) to the list's own servers, by the short way."""
        try:
            question = wire.make_question(name, "A", recursion=False)
        except BadName:
            return DnsAnswer(
                name, "A", DnsStatus.ERROR, View.DIRECT, detail=phrase("not a name that can be asked for"), at=time.time()
            )

        async def work() -> DnsAnswer:
            at, started = time.time(), time.monotonic()
            answer = DnsAnswer(name, "A", DnsStatus.UNREACHABLE, View.DIRECT, detail=phrase("no server address"), at=at)
            for address in (await self.addresses(cut))[:_TRIES]:
                exchange = await self._client.exchange(address, question, tries=1)
                answer = to_answer(exchange, question, View.DIRECT, address, at, started)
                if answer.definite and answer.detail != "referral":
                    return answer
                if answer.detail == "referral":
                    return await self.ask_zone(cut, name, "A")
            return answer

        return await self._client.memo.get(("list", name), work)

    async def addresses(self, cut: Cut) -> list[str]:
        """Addresses of a zone's servers: glue first, else looked up; those that have been silent come last."""
        found = [address for host in cut.hosts for address in cut.glue.get(host, ())]
        if not found:

            async def work() -> list[str]:
                out: list[str] = []
                for host in cut.hosts[:MAX_SERVERS]:
                    # Through the resolver: looking these up by iteration could go round in circles that a hostile zone
                    # lays out, and what we ask them later is judged on its own.
                    answers = await asyncio.gather(self._client.lookup(host, "A"), self._client.lookup(host, "AAAA"))
                    out.extend(record for answer in answers for record in answer.records)
                    if len(out) >= _TRIES:
                        break
                return out

            found = await self._client.memo.get(("addresses", cut.zone, cut.hosts), work)
        return self._client.by_health(found)

    async def _query(
        self, cut: Cut, name: str, rdtype: str, *, dnssec: bool = False
    ) -> tuple[dns.message.Message | DnsAnswer | None, Question, str]:
        """Asks the servers of a cut in turn. Returns a message, or the failure as an answer."""
        name = absolute(name)
        at, started = time.time(), time.monotonic()
        try:
            question = wire.make_question(name, rdtype, recursion=False, dnssec=dnssec)
        except BadName:
            question = wire.make_question(".", rdtype, recursion=False)
            return (
                DnsAnswer(name, rdtype, DnsStatus.ERROR, View.DIRECT, detail=phrase("not a name that can be asked for"), at=at),
                question,
                "",
            )

        async def work() -> tuple[dns.message.Message | DnsAnswer, str]:
            failure = DnsAnswer(name, rdtype, DnsStatus.UNREACHABLE, View.DIRECT, detail=phrase("no server address"), at=at)
            for address in (await self.addresses(cut))[:_TRIES]:
                exchange = await self._client.exchange(address, question, tries=1)
                if exchange.data is None:
                    failure = to_answer(exchange, question, View.DIRECT, address, at, started)
                    continue
                message = wire.parse(exchange.data)
                if message is None or message.rcode() not in (0, 3):
                    failure = to_answer(exchange, question, View.DIRECT, address, at, started)
                    continue
                return message, address
            return failure, ""

        result, server = await self._client.memo.get(("zone", cut.zone, name, rdtype, dnssec), work)
        return result, question, server

    def _referral(self, cut: Cut, message: dns.message.Message, question: Question, server: str) -> Cut | None:
        """The delegation in a message: NS records for a name below the cut and at or above the question."""
        for rrset in (*message.answer, *message.authority):
            zone = rrset.name.to_text().lower()
            if rrset.rdtype != dns.rdatatype.NS or zone == cut.zone:
                continue
            if not is_below(zone, cut.zone) or not is_below(question.name, zone):
                continue
            hosts = tuple(sorted(r.target.to_text().lower() for r in rrset))[:MAX_SERVERS]
            glue: dict[str, tuple[str, ...]] = {}
            for extra in message.additional:
                host = extra.name.to_text().lower()
                # Glue from outside the zone that was asked could be anybody's (RFC 5452 section 6).
                if host in hosts and is_below(host, cut.zone) and extra.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                    glue[host] = (*glue.get(host, ()), *(r.address for r in extra))
            records = tuple(sorted(r.to_text() for r in rrset))
            referral = DnsAnswer(
                zone, "NS", DnsStatus.ANSWER, View.DIRECT, server, records, ttl=rrset.ttl, at=time.time(), detail="referral"
            )
            if not glue and zone != cut.zone and rrset in message.answer:
                glue = {h: cut.glue[h] for h in hosts if h in cut.glue}
            return Cut(zone, cut.zone, hosts, glue, referral)
        return None
