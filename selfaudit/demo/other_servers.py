"""The other servers of the embedded internet: HTTPS with a certificate authority of its own, and time."""

from __future__ import annotations

import asyncio
import ssl
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from selfaudit.demo.tcp_servers import Connection, StreamServer

_EPOCH = 2_208_988_800


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to GET."""

    status: int
    content_type: str
    body: str
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A question to a web server. `headers` have lower-case names."""

    host: str
    path: str
    headers: Mapping[str, str]


class WebServer(StreamServer):
    """HTTPS/1.1 on loopback: fixed pages by host and path, 404 for everything else; or whatever a function answers."""

    def __init__(self, pages: Mapping[str, Page] | Callable[[WebRequest], Page], context: ssl.SSLContext) -> None:
        super().__init__()
        self._pages, self._context = pages, context

    async def serve(self, connection: Connection) -> None:
        """Answers one question."""
        await connection.start_tls(self._context)
        head = (await connection.until(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")
        _method, _space, path = request.rpartition(" ")[0].partition(" ")
        fields = {name.lower(): value.strip() for name, _colon, value in (x.partition(":") for x in lines if x)}
        page = self._answer(WebRequest(fields.get("host", "").partition(":")[0], path, fields))
        body = page.body.encode()
        headers = [f"HTTP/1.1 {page.status} X", f"Content-Type: {page.content_type}", f"Content-Length: {len(body)}"]
        if page.location:
            headers.append(f"Location: {page.location}")
        headers += [f"{name}: {value}" for name, value in page.headers]
        await connection.send("\r\n".join([*headers, "Connection: close", "", ""]).encode() + body)

    def _answer(self, request: WebRequest) -> Page:
        if callable(self._pages):
            return self._pages(request)
        return self._pages.get(request.host + request.path, Page(404, "text/plain", "not found\n"))


class TimeServer(asyncio.DatagramProtocol):
    """SNTP (RFC 4330) from this computer's own clock."""

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0

    async def start(self) -> None:
        """Binds the socket."""
        transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.port = transport.get_extra_info("sockname")[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        # Not isinstance: the selector transport of Python 3.11 is no subclass.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by asyncio."""
        if len(data) < 48 or self._transport is None:
            return
        now = time.time() + self._offset + _EPOCH
        stamp = struct.pack("!II", int(now), int((now % 1) * 2**32))
        head = struct.pack("!BBbbII4s", 0x24, 2, 0, -20, 0, 0, b"DEMO")
        self._transport.sendto(head + stamp + data[40:48] + stamp + stamp, addr)

    def close(self) -> None:
        """Closes the socket."""
        if self._transport:
            self._transport.close()
