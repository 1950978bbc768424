"""Name servers that misbehave: they speak the real protocol on loopback and answer whatever a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from selfaudit.net.dns import DnsClient, DnsConfig
from selfaudit.net.gate import Gate, Route, Routes

Handler = Callable[[dns.message.Message, bool], "Iterable[bytes]"]


def reply(query: dns.message.Message, *records: str, rcode: int = 0, aa: bool = True, tc: bool = False) -> bytes:
    """An answer with the given records ("owner type data"); SOA and NS of other names go into the authority section."""
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    if aa:
        response.flags |= dns.flags.AA
    if tc:
        response.flags |= dns.flags.TC
    for record in records:
        owner, rdtype, data = record.split(" ", 2)
        rrset = dns.rrset.from_text(owner, 300, "IN", rdtype, data)
        asked = query.question[0]
        if (rdtype == "SOA" and asked.rdtype != rrset.rdtype) or (rdtype == "NS" and asked.rdtype != rrset.rdtype):
            response.authority.append(rrset)
        elif owner.startswith("glue."):
            response.additional.append(rrset)
        else:
            response.answer.append(rrset)
    return response.to_wire(max_size=65_000)


class FakeServer(asyncio.DatagramProtocol):
    """Counts what it is asked; `handler(query, tcp)` gives the datagrams or messages to send back."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[tuple[str, str]] = []
        self.port = 0
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = cast("asyncio.DatagramTransport", transport)

    def _answers(self, data: bytes, tcp: bool) -> Iterable[bytes]:
        query = dns.message.from_wire(data)
        question = query.question[0]
        self.asked.append((question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)))
        return self.handler(query, tcp)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._udp
        for answer in self._answers(data, False):
            self._udp.sendto(answer, addr)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        for _attempt in range(20):  # the number that is free for UDP may be taken for TCP
            await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
            assert self._udp
            self.port = self._udp.get_extra_info("sockname")[1]
            try:
                self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            except OSError:
                self._udp.close()
                continue
            return
        raise OSError("no port is free for UDP and TCP")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            for answer in self._answers(await reader.readexactly(length), True):
                writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()
        writer.close()

    def close(self) -> None:
        if self._udp:
            self._udp.close()
        if self._tcp:
            self._tcp.close()


@contextlib.asynccontextmanager
async def network(
    servers: dict[str, FakeServer], resolvers: tuple[str, ...] = ("192.0.2.53",), **options: object
) -> AsyncIterator[DnsClient]:
    """A client whose servers, by their addresses, are the fakes; addresses without one are silent."""
    for server in servers.values():
        await server.start()
    table = {(a, 53, p): Route("127.0.0.1", s.port) for a, s in servers.items() for p in ("udp", "tcp")}
    gate = Gate(allow_reserved=True, routes=Routes(table))
    config = DnsConfig(resolvers, timeout=0.3, tries=2, **options)  # type: ignore[arg-type]
    client = DnsClient(config, gate)
    try:
        yield client
    finally:
        client.close()
        for server in servers.values():
            server.close()
        await asyncio.sleep(0)
