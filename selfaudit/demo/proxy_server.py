"""Proxies of the embedded internet, open and closed, and web servers that are taken for proxies."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import struct
import urllib.parse
from collections.abc import Callable
from typing import Literal, get_args

from selfaudit.demo.tcp_servers import GARBAGE, Connection, StreamServer, http_response

_Http = Literal["http", "http-get-only", "http-connect-only", "http-auth", "http-forbidden"]
_Web = Literal["web-200", "web-404"]
_Socks = Literal["socks4", "socks5", "socks5-auth", "socks5-refuses"]
ProxyKind = Literal[_Http, _Web, _Socks, "garbage"]

#: From the host and port that a client asks for to the real (loopback address, port), or None if there is none.
Resolve = Callable[[str, int], tuple[str, int] | None]

_TUNNEL = 300.0
_PAGE = "<!DOCTYPE html><title>Blumenhof</title><p>Welcome.</p>"
_KEPT = 100


class ProxyServer(StreamServer):
    """One proxy of the given kind. Connections to others are real, but only ever to loopback.

    Args:
        kind: what it is. "http" serves absolute-form and CONNECT (RFC 9110 sections 7.1, 9.3.6), "http-get-only" and
            "http-connect-only" refuse the other with 403, "http-auth" asks with 407, "http-forbidden" answers 403.
            "web-200" and "web-404" are web servers with one answer to everything, CONNECT included. "socks4" is SOCKS 4
            and 4a, "socks5" RFC 1928 without authentication, "socks5-auth" wants a password, "socks5-refuses" takes
            the greeting and refuses every request (02). "garbage" answers bytes of no protocol. ValueError if unknown.
        resolve: where a requested host and port really is; without it nothing can be reached.

    Attributes:
        targets: (host, port) of what clients asked to be connected to, at most 100.
    """

    def __init__(self, kind: ProxyKind, resolve: Resolve | None = None) -> None:
        super().__init__()
        if kind not in get_args(ProxyKind):
            raise ValueError(f"no such kind of proxy: {kind!r}")
        self.kind = kind
        self.targets: list[tuple[str, int]] = []
        self._resolve = resolve

    async def serve(self, connection: Connection) -> None:
        """Talks to one client."""
        match self.kind:
            case "socks4":
                await self._socks4(connection)
            case "socks5" | "socks5-auth" | "socks5-refuses":
                await self._socks5(connection)
            case "garbage":
                await connection.some()
                await connection.send(GARBAGE)
            case "web-200" | "web-404":
                await connection.until(b"\r\n\r\n")
                await connection.send(_page("200 OK" if self.kind == "web-200" else "404 Not Found", body=_PAGE))
            case _:
                await self._http(connection)

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        if len(self.targets) < _KEPT:
            self.targets.append((host, port))
        found = self._resolve(host, port) if self._resolve else None
        if found is None or not ipaddress.ip_address(found[0]).is_loopback:
            return None
        try:
            return await asyncio.open_connection(*found)
        except OSError:
            return None

    async def _http(self, c: Connection) -> None:
        head = (await c.until(b"\r\n\r\n")).decode("latin-1")
        request, *fields = head[:-4].split("\r\n")
        method, target, version = [*request.split(" "), "", "", ""][:3]
        tunnel = method == "CONNECT"
        address = _authority(target) if tunnel else _absolute(target)
        if address is None or not version.startswith("HTTP/1."):
            return await c.send(_page("400 Bad Request"))
        if self.kind == "http-auth":
            return await c.send(_page("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="proxy"'))
        if self.kind == "http-forbidden" or self.kind == ("http-get-only" if tunnel else "http-connect-only"):
            return await c.send(_page("403 Forbidden"))
        host, port, path = address
        streams = await self._connect(host, port)
        if streams is None:
            return await c.send(_page("502 Bad Gateway"))
        if tunnel:
            return await _tunnel(c, *streams, reply=b"HTTP/1.1 200 Connection established\r\n\r\n")
        kept = [x for x in fields if not x.lower().startswith(("proxy-", "connection:", "keep-alive:"))]
        lines = [f"{method} {path} HTTP/1.1", *kept, "Via: 1.1 proxy", "Connection: close", "", ""]
        await _tunnel(c, *streams, request="\r\n".join(lines).encode("latin-1"))

    async def _socks4(self, c: Connection) -> None:
        version, command, port, number = struct.unpack("!BBH4s", await c.exactly(8))
        if version != 4:
            return
        await c.until(b"\0", 256)
        host = str(ipaddress.IPv4Address(number))
        if number[:3] == b"\0\0\0" and number[3]:  # SOCKS 4a: the name follows
            host = (await c.until(b"\0", 256))[:-1].decode("latin-1")
        streams = await self._connect(host, port) if command == 1 else None
        if streams is None:
            return await c.send(struct.pack("!BB6x", 0, 0x5B))
        await _tunnel(c, *streams, reply=struct.pack("!BBH4s", 0, 0x5A, port, number))

    async def _socks5(self, c: Connection) -> None:
        version, count = await c.exactly(2)
        if version != 5:
            return
        methods = await c.exactly(count)
        wanted = 2 if self.kind == "socks5-auth" else 0
        if wanted not in methods:
            return await c.send(b"\x05\xff")
        await c.send(bytes([5, wanted]))
        if wanted:  # RFC 1929: no password is right
            for length in (1, 0):
                await c.exactly((await c.exactly(1 + length))[-1])
            return await c.send(b"\x01\x01")
        _version, command, _reserved, kind = await c.exactly(4)
        match kind:
            case 1:
                host = str(ipaddress.IPv4Address(await c.exactly(4)))
            case 3:
                host = (await c.exactly((await c.exactly(1))[0])).decode("latin-1")
            case 4:
                host = str(ipaddress.IPv6Address(await c.exactly(16)))
            case _:
                return await c.send(_socks5_reply(8))
        (port,) = struct.unpack("!H", await c.exactly(2))
        if self.kind == "socks5-refuses" or command != 1:
            return await c.send(_socks5_reply(2 if command == 1 else 7))
        streams = await self._connect(host, port)
        if streams is None:
            return await c.send(_socks5_reply(4))
        await _tunnel(c, *streams, reply=_socks5_reply(0))


def _socks5_reply(status: int) -> bytes:
    """RFC 1928 section 6, with the address 0.0.0.0 as most servers give."""
    return bytes([5, status, 0, 1, 0, 0, 0, 0, 0, 0])


def _page(status: str, *headers: str, body: str = "") -> bytes:
    return http_response(status, body or f"<!DOCTYPE html><title>{status}</title>", "text/html; charset=utf-8", *headers)


def _authority(target: str) -> tuple[str, int, str] | None:
    """Host, port and no path of "host:port" (RFC 9112 section 3.2.3)."""
    host, colon, port = target.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65_536):
        return None
    return host.removeprefix("[").removesuffix("]"), int(port), ""


def _absolute(target: str) -> tuple[str, int, str] | None:
    """Host, port and path of an absolute http URL (RFC 9112 section 3.2.2); None for the origin form."""
    try:
        parts = urllib.parse.urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or not host:
        return None
    return host, port or 80, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def _tunnel(
    c: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reply: bytes = b"", request: bytes = b""
) -> None:
    """Tells the client `reply` and the other side `request`, then carries bytes both ways until both have ended."""

    async def up() -> None:
        with contextlib.suppress(EOFError):
            while True:
                writer.write(await c.some())
                await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def down() -> None:
        while data := await reader.read(65_536):
            await c.send(data)
        c.end_output()

    pumps: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(_TUNNEL):
            await c.send(reply)
            writer.write(request)
            await writer.drain()
            pumps += [asyncio.create_task(up()), asyncio.create_task(down())]
            await asyncio.gather(*pumps)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        writer.transport.abort()
