"""A name server that speaks the real protocol over UDP and TCP: authoritative for zones, or a resolver over all of them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone

Answerer = Callable[[dns.message.Message], dns.message.Message]

_CHAIN = 12


@dataclass(slots=True)
class ZoneData:
    """A zone and who may copy it."""

    zone: dns.zone.Zone
    transfer: bool = False
    names: set[dns.name.Name] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Collects every name including empty non-terminals (RFC 8020)."""
        origin = self.origin
        for name in self.zone.nodes:
            full = name.derelativize(origin)
            while full.is_subdomain(origin):
                self.names.add(full)
                if full == origin:
                    break
                full = full.parent()

    @property
    def origin(self) -> dns.name.Name:
        """The name of the zone."""
        assert self.zone.origin is not None
        return self.zone.origin


class Authority:
    """Answers for some zones as RFC 1034 section 4.3.2 says: referrals, aliases, wildcards, negative answers with SOA."""

    def __init__(self, zones: list[ZoneData]) -> None:
        self._zones = {z.origin: z for z in zones}

    def zone_for(self, name: dns.name.Name) -> ZoneData | None:
        """The deepest zone that holds the name."""
        while True:
            if name in self._zones:
                return self._zones[name]
            if name == dns.name.root:
                return None
            name = name.parent()

    def __call__(self, query: dns.message.Message) -> dns.message.Message:
        """Answers one question."""
        response = dns.message.make_response(query, recursion_available=False)
        question = query.question[0]
        zone = self.zone_for(question.name)
        if question.rdtype == dns.rdatatype.DS and zone is not None and zone.origin == question.name != dns.name.root:
            zone = self.zone_for(question.name.parent()) or zone
        if zone is None:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        want_signatures = bool(query.ednsflags & dns.flags.DO)
        self._answer(response, zone, question.name, question.rdtype, want_signatures)
        return response

    def _answer(
        self, response: dns.message.Message, zone: ZoneData, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, signed: bool
    ) -> None:
        response.flags |= dns.flags.AA
        for _step in range(_CHAIN):
            if self._refer(response, zone, name, rdtype):
                if not response.answer:
                    response.flags &= ~dns.flags.AA
                return
            owner = self._owner(zone, name)
            if owner is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
                break
            if self._add(response, zone, owner, name, rdtype, signed):
                return
            alias = zone.zone.get_rdataset(owner, dns.rdatatype.CNAME)
            if alias is None:
                break
            self._add(response, zone, owner, name, dns.rdatatype.CNAME, signed)
            name = alias[0].target
            following = self.zone_for(name)
            if following is None:
                return
            zone = following
        soa = zone.zone.get_rdataset(zone.origin, dns.rdatatype.SOA)
        if soa is not None:
            response.authority.append(dns.rrset.from_rdata_list(zone.origin, min(soa.ttl, soa[0].minimum), list(soa)))

    @staticmethod
    def _owner(zone: ZoneData, name: dns.name.Name) -> dns.name.Name | None:
        """The node that answers for a name: itself, the wildcard of its closest existing ancestor, or None."""
        if name in zone.names:
            return name
        ancestor = name.parent()
        while ancestor not in zone.names:
            ancestor = ancestor.parent()
        wildcard = dns.name.Name((b"*", *ancestor.labels))
        return wildcard if wildcard in zone.names else None

    @staticmethod
    def _refer(response: dns.message.Message, zone: ZoneData, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
        """Adds a referral if the name lies at or below a delegation."""
        labels = name.relativize(zone.origin).labels if name != zone.origin else ()
        cut = zone.origin
        for label in reversed([x for x in labels if x]):
            cut = dns.name.Name((label, *cut.labels))
            ns = zone.zone.get_rdataset(cut, dns.rdatatype.NS)
            if ns is None or (cut == name and rdtype == dns.rdatatype.DS):
                continue
            response.authority.append(dns.rrset.from_rdata_list(cut, ns.ttl, list(ns)))
            for record in ns:
                for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
                    glue = zone.zone.get_rdataset(record.target, kind) if record.target.is_subdomain(zone.origin) else None
                    if glue is not None:
                        response.additional.append(dns.rrset.from_rdata_list(record.target, glue.ttl, list(glue)))
            return True
        return False

    @staticmethod
    def _add(
        response: dns.message.Message,
        zone: ZoneData,
        owner: dns.name.Name,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        signed: bool,
    ) -> bool:
        found = zone.zone.get_rdataset(owner, rdtype)
        if found is None:
            return False
        response.answer.append(dns.rrset.from_rdata_list(name, found.ttl, list(found)))
        if signed:
            signatures = zone.zone.get_rdataset(owner, dns.rdatatype.RRSIG, rdtype)
            if signatures is not None:
                response.answer.append(dns.rrset.from_rdata_list(name, signatures.ttl, list(signatures)))
        return True

    def transferable(self, name: dns.name.Name) -> ZoneData | None:
        """The zone of this name if anybody may copy it."""
        zone = self._zones.get(name)
        return zone if zone is not None and zone.transfer else None


class Resolver:
    """A resolver that says which answers are secure and passes on the others too. Zones without a working server give SERVFAIL.

    Args:
        zones: all that there are.
        dead: names of zones whose servers are all out of order.
        stale: see below.
        secure: names of zones that are signed, not expired, and linked to the root by DS records.

    Attributes:
        stale: (name, type) -> records that its cache still holds, with the seconds left.
        rewrite: an address given for names that do not exist, "" for an honest resolver.
    """

    def __init__(
        self,
        zones: list[ZoneData],
        dead: set[dns.name.Name],
        stale: Mapping[tuple[str, str], tuple[int, list[str]]],
        secure: frozenset[dns.name.Name] = frozenset(),
    ) -> None:
        self._authority = Authority(zones)
        self._dead, self._secure = dead, secure
        self.stale = dict(stale)
        self.rewrite = ""

    def __call__(self, query: dns.message.Message) -> dns.message.Message:
        """Answers one question."""
        response = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        cached = self.stale.get((question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)))
        if cached is not None:
            if cached[1]:
                response.answer.append(dns.rrset.from_text_list(question.name, cached[0], "IN", question.rdtype, cached[1]))
            return response
        zone = self._authority.zone_for(question.name)
        if zone is None or zone.origin in self._dead:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        inner = self._authority(query)
        response.set_rcode(inner.rcode())
        response.answer, response.authority = inner.answer, [r for r in inner.authority if r.rdtype != dns.rdatatype.NS]
        last = response.answer[-1] if response.answer else None
        if last is not None and last.rdtype == dns.rdatatype.CNAME:
            target = self._authority.zone_for(last[0].target)
            if target is None or target.origin in self._dead:
                response.set_rcode(dns.rcode.SERVFAIL)
        if self.rewrite and inner.rcode() == dns.rcode.NXDOMAIN and question.rdtype == dns.rdatatype.A:
            response.set_rcode(dns.rcode.NOERROR)
            response.answer = [dns.rrset.from_text(question.name, 60, "IN", "A", self.rewrite)]
        # RFC 6840 section 5.7: told to those who ask for it with DO or AD.
        elif (query.flags & dns.flags.AD or query.ednsflags & dns.flags.DO) and self._all_secure(question, response):
            response.flags |= dns.flags.AD
        return response

    def _all_secure(self, question: dns.rrset.RRset, response: dns.message.Message) -> bool:
        """Whether every part of an answer, or of the proof that there is none, comes from a secure zone (RFC 4035 section 3.2.3)."""
        if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return False
        # A DS record belongs to the zone above.
        first = question.name
        if question.rdtype == dns.rdatatype.DS and first != dns.name.root:
            first = first.parent()
        names = [first, *(r.name for r in response.answer if r.name != question.name)]
        names += [r[0].target for r in response.answer if r.rdtype == dns.rdatatype.CNAME]
        zones = [self._authority.zone_for(name) for name in names]
        return all(z is not None and z.origin in self._secure for z in zones)


class RecursiveAuthority(Authority):
    """A name server that resolves for everybody as well: its own zones with AA, everything else as a resolver does."""

    def __init__(self, zones: list[ZoneData], resolver: Resolver) -> None:
        super().__init__(zones)
        self._resolver = resolver

    def __call__(self, query: dns.message.Message) -> dns.message.Message:
        """Answers one question."""
        if self.zone_for(query.question[0].name) is None:
            return self._resolver(query)
        response = super().__call__(query)
        response.flags |= dns.flags.RA
        return response


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: the selector transport of Python 3.11 is no subclass.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._server.reply(data, udp=True)
        if reply is None or self._transport is None:
            return
        if self._server.delay:
            asyncio.get_running_loop().call_later(self._server.delay, self._send, reply, addr)
        else:
            self._transport.sendto(reply, addr)

    def _send(self, reply: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():  # the world may have ended meanwhile
            self._transport.sendto(reply, addr)


class DnsServer:
    """One server on 127.0.0.1, the same port number for UDP and TCP.

    Args:
        answer: None means silence.
        delay: seconds before every answer.
        every: over UDP only every so-many-th question is answered, as a server under rate limiting does.

    Attributes:
        port: the port number, once started.
        asked: how many questions came.
    """

    def __init__(self, answer: Answerer | None, *, delay: float = 0.0, every: int = 1) -> None:
        self._answer = answer
        self.delay = delay
        self.port = 0
        self.asked = 0
        self._every, self._by_udp = every, 0
        self._udp: asyncio.BaseTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self) -> None:
        """Binds the sockets."""
        loop = asyncio.get_running_loop()
        for _attempt in range(20):
            udp, _protocol = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=("127.0.0.1", 0))
            port = udp.get_extra_info("sockname")[1]
            try:
                self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", port)
            except OSError:
                udp.close()
                continue
            self._udp, self.port = udp, port
            return
        raise OSError("no port is free for UDP and TCP")

    def close(self) -> None:
        """Closes the sockets."""
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()

    def reply(self, data: bytes, *, udp: bool) -> bytes | None:
        """The answer to one message, or None for none."""
        self.asked += 1
        self._by_udp += udp
        if self._answer is None or (udp and self._by_udp % self._every):
            return None
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return None
        response = self._answer(query)
        limit = (query.payload or 512) if udp else 65_535
        return response.to_wire(max_size=limit, prefer_truncation=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                data = await reader.readexactly(length)
                for wire in self._messages(data):
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _messages(self, data: bytes) -> list[bytes]:
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return []
        if query.question and query.question[0].rdtype == dns.rdatatype.AXFR and isinstance(self._answer, Authority):
            return [self._transfer(query, self._answer)]
        wire = self.reply(data, udp=False)
        return [wire] if wire is not None else []

    @staticmethod
    def _transfer(query: dns.message.Message, authority: Authority) -> bytes:
        response = dns.message.make_response(query)
        data = authority.transferable(query.question[0].name)
        if data is None:
            response.set_rcode(dns.rcode.REFUSED)
            return response.to_wire()
        response.flags |= dns.flags.AA
        soa = data.zone.get_rrset(data.origin, dns.rdatatype.SOA)
        assert soa is not None
        others = [
            dns.rrset.from_rdata_list(name.derelativize(data.origin), rdataset.ttl, list(rdataset))
            for name, rdataset in data.zone.iterate_rdatasets()
            if rdataset.rdtype != dns.rdatatype.SOA and rdataset.rdclass == dns.rdataclass.IN
        ]
        response.answer = [soa, *others, soa]
        return response.to_wire(max_size=65_535)
