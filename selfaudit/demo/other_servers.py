"""The other servers of the embedded internet: HTTPS with a certificate authority of its own, and time."""

from __future__ import annotations

import asyncio
import ssl
import struct
import time
from dataclasses import dataclass
from typing import cast

_EPOCH = 2_208_988_800


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to GET."""

    status: int
    content_type: str
    body: str
    location: str = ""


class WebServer:
    """HTTPS/1.1 on 127.0.0.1: fixed pages by host and path, 404 for everything else."""

    def __init__(self, pages: dict[str, Page], context: ssl.SSLContext) -> None:
        self._pages, self._context = pages, context
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Binds the socket."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Closes the socket."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *lines = head.split("\r\n")
            _method, path, _version = request.split(" ", 2)
            host = next((x.split(":", 1)[1].strip() for x in lines if x.lower().startswith("host:")), "").partition(":")[0]
            page = self._pages.get(host + path, Page(404, "text/plain", "not found\n"))
            body = page.body.encode()
            headers = [f"HTTP/1.1 {page.status} X", f"Content-Type: {page.content_type}", f"Content-Length: {len(body)}"]
            if page.location:
                headers.append(f"Location: {page.location}")
            writer.write("\r\n".join([*headers, "Connection: close", "", ""]).encode() + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            return
        finally:
            writer.close()


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
