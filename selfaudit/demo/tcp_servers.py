"""TCP services of the embedded internet: databases, caches, remote desktops, panels, and peers that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import Literal, Self, get_args

_Data = Literal["redis", "redis-auth", "elasticsearch", "elasticsearch-auth", "mongodb", "mongodb-auth", "docker", "memcached"]
_Login = Literal["mysql", "postgres", "ssh", "ftp", "vnc-none", "vnc-auth", "rdp", "telnet", "http-panel"]
_Hostile = Literal["silent", "drip", "garbage"]
TcpKind = Literal[_Data, _Login, _Hostile]

#: Seconds without a byte after which a server gives up (RFC 5321 section 4.5.3.2.7 asks for five minutes).
IDLE = 300.0
#: The same bytes every time, so that a failing test can be repeated: no line end, high bits, NUL and control bytes.
GARBAGE = bytes((i * 167 + 89) % 256 for i in range(1024)).replace(b"\r", b"\x00").replace(b"\n", b"\xff")

_KEPT = 100


class _Protocol(asyncio.StreamReaderProtocol):
    """Streams that may become TLS: asyncio warns when a protocol wants to stay half open under TLS."""

    tls = False

    def eof_received(self) -> bool:
        stay = bool(super().eof_received())
        return stay and not self.tls


class Connection:
    """One client: reads are bounded in bytes and time, writes wait until the client takes them.

    Errors of all methods: EOFError (the client is gone, or sent more than it may), OSError (reset, idle, TLS failed).
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._buffer = bytearray()

    async def some(self) -> bytes:
        """The next bytes, at most 64 KiB."""
        if not self._buffer:
            await self._fill()
        data, self._buffer = bytes(self._buffer), bytearray()
        return data

    async def exactly(self, count: int) -> bytes:
        """The next `count` bytes."""
        while len(self._buffer) < count:
            await self._fill()
        return self._take(count)

    async def until(self, separator: bytes, limit: int = 16_384) -> bytes:
        """The next bytes up to and with the separator, at most `limit` bytes."""
        while (at := self._buffer.find(separator, 0, limit)) < 0:
            if len(self._buffer) >= limit:
                raise EOFError("the client sent too much")
            await self._fill()
        return self._take(at + len(separator))

    async def drain_input(self) -> None:
        """Ignores everything until the client leaves."""
        with contextlib.suppress(EOFError):
            while True:
                await self.some()

    async def send(self, data: bytes, pause: float = 0.0) -> None:
        """Sends the bytes, with a pause in seconds before each one if asked."""
        for piece in (data[i : i + 1] for i in range(len(data))) if pause else (data,):
            if pause:
                await asyncio.sleep(pause)
            self._writer.write(piece)
            await self._writer.drain()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """TLS from here on, as the server. What came before in plain text is forgotten (RFC 3207 section 4.2)."""
        self._buffer.clear()
        protocol = self._writer.transport.get_protocol()
        assert isinstance(protocol, _Protocol)
        protocol.tls = True
        await self._writer.start_tls(context, ssl_handshake_timeout=IDLE)

    def end_output(self) -> None:
        """Tells the client that nothing more comes."""
        if self._writer.can_write_eof() and not self._writer.is_closing():
            self._writer.write_eof()

    async def finish(self) -> None:
        """Closes once the client has taken everything."""
        self._writer.close()
        await self._writer.wait_closed()

    def abort(self) -> None:
        """Closes at once."""
        self._writer.transport.abort()

    def _take(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def _fill(self) -> None:
        async with asyncio.timeout(IDLE):
            data = await self._reader.read(65_536)
        if not data:
            raise EOFError("the client is gone")
        self._buffer += data


class StreamServer:
    """A TCP server on loopback; each client is a task that ends when the server is closed.

    Attributes:
        port: the port number, once started.
        connections: how many clients came.
    """

    def __init__(self) -> None:
        self.port = self.connections = 0
        self._server: asyncio.Server | None = None
        self._open: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Binds the socket."""
        loop = asyncio.get_running_loop()
        # Not start_server: cancelling the task that it makes for a coroutine logs an error on Python 3.11.
        self._server = await loop.create_server(
            lambda: _Protocol(asyncio.StreamReader(loop=loop), self._accept, loop=loop), host, port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Closes the socket and every connection."""
        if self._server:
            self._server.close()
        self._server = None
        for connection in self._open:
            connection.abort()
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        """Waits until nothing is left of the connections."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the transports report their end one round later

    async def __aenter__(self) -> Self:
        """Starts."""
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes."""
        self.close()
        await self.wait_closed()

    async def serve(self, connection: Connection) -> None:
        """Talks to one client. Returning closes the connection."""
        raise NotImplementedError

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        if self._server is None:  # closed while the client was on its way
            connection.abort()
            return
        self.connections += 1
        self._open.add(connection)
        task = asyncio.get_running_loop().create_task(self._run(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(OSError, EOFError):
                await self.serve(connection)
                await connection.finish()
        finally:
            connection.abort()
            self._open.discard(connection)


def http_response(status: str, body: str, content_type: str, *headers: str) -> bytes:
    """An answer of HTTP/1.1 after which the connection ends. `status` as "200 OK", headers as "Name: value"."""
    data = body.encode()
    lines = [
        f"HTTP/1.1 {status}",
        *headers,
        f"Content-Type: {content_type}",
        f"Content-Length: {len(data)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + data


Bson = dict[str, "str | int | float | bool | list[Bson] | Bson"]


def bson(document: Bson) -> bytes:
    """A BSON document (bsonspec.org, version 1.1) of strings, 32-bit integers, doubles, booleans, documents and lists."""
    out = b""
    for key, value in document.items():
        name = key.encode() + b"\0"
        match value:
            case bool():
                out += b"\x08" + name + bytes([value])
            case int():
                out += b"\x10" + name + struct.pack("<i", value)
            case float():
                out += b"\x01" + name + struct.pack("<d", value)
            case str():
                text = value.encode() + b"\0"
                out += b"\x02" + name + struct.pack("<i", len(text)) + text
            case dict():
                out += b"\x03" + name + bson(value)
            case list():
                out += b"\x04" + name + bson({str(i): x for i, x in enumerate(value)})
    return struct.pack("<i", len(out) + 5) + out + b"\0"


_HELLO: Bson = {"isWritablePrimary": True, "maxBsonObjectSize": 16_777_216, "maxWireVersion": 17, "readOnly": False, "ok": 1.0}
_DATABASES: Bson = {"databases": [{"name": "shop", "empty": False}], "totalSize": 40_960.0, "ok": 1.0}
_UNAUTHORIZED: Bson = {"ok": 0.0, "errmsg": "Command requires authentication", "code": 13, "codeName": "Unauthorized"}
_NOT_FOUND: Bson = {"ok": 0.0, "errmsg": "no such command", "code": 59, "codeName": "CommandNotFound"}

_GREETINGS: dict[str, bytes] = {
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n",
    "telnet": bytes.fromhex("fffd18 fffb01 fffb03") + b"login: ",
    "silent": b"",
    "garbage": GARBAGE,
}
_PANEL = "<!DOCTYPE html><title>{}</title><form method=post><input name=user><input name=password type=password></form>"

_MYSQL_GREETING = (
    b"\x0a8.0.36\0" + struct.pack("<I", 4711) + b"\x1f\x2e\x3d\x4c\x5b\x6a\x79\x18\0" + b"\xff\xff\xff\x02\0\xff\xdf\x15"
    b"\0\0\0\0\0\0\0\0\0\0" + b"\x21\x32\x43\x54\x65\x76\x17\x28\x39\x4a\x5b\x6c\0" + b"caching_sha2_password\0"
)
_MYSQL_DENIED = b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied for user"


def _count(line: bytes) -> int:
    """The number in a line such as "*1" or "$4" of RESP; EOFError ends the talk if there is none."""
    if not re.fullmatch(rb"[*$]\d{1,8}\r\n", line):
        raise EOFError("not RESP")
    return int(line[1:])


class TcpService(StreamServer):
    """One service of the given kind. It never does more than say who it is and answer the smallest question.

    Args:
        kind: which service; "silent", "drip" and "garbage" are peers that misbehave. ValueError if unknown.
        title: the title of the login page of "http-panel".
        pace: seconds between two bytes of "drip".

    Attributes:
        received: the requests that came, at most 100, as bytes.
    """

    def __init__(self, kind: TcpKind, *, title: str = "Anmeldung", pace: float = 1.0) -> None:
        super().__init__()
        if kind not in get_args(TcpKind):
            raise ValueError(f"no such kind of TCP service: {kind!r}")
        self.kind, self._title, self._pace = kind, title, pace
        self.received: list[bytes] = []
        # "redis" and "redis-auth" are one talk with two faces.
        self._talk: Callable[[Connection], Awaitable[None]] = getattr(self, "_" + kind.partition("-")[0])

    async def serve(self, connection: Connection) -> None:
        """Talks to one client."""
        await self._talk(connection)

    def _note(self, data: bytes) -> bytes:
        if len(self.received) < _KEPT:
            self.received.append(data)
        return data

    async def _redis(self, c: Connection) -> None:
        while True:
            line = request = await c.until(b"\r\n")
            words = line.decode("latin-1").upper().split()
            if line.startswith(b"*"):
                words = []
                for _part in range(min(_count(line), 16)):
                    size = await c.until(b"\r\n")
                    text = await c.exactly(min(_count(size), 16_384) + 2)
                    request += size + text
                    words.append(text[:-2].decode("latin-1").upper())
            self._note(request)
            match words[:1]:
                case ["QUIT"]:
                    return await c.send(b"+OK\r\n")
                case [_] if self.kind == "redis-auth":
                    await c.send(b"-NOAUTH Authentication required.\r\n")
                case ["PING"]:
                    await c.send(b"+PONG\r\n")
                case _:
                    await c.send(b"-ERR unknown command\r\n")

    async def _http(self, c: Connection) -> None:
        head = self._note(await c.until(b"\r\n\r\n"))
        path = [*head.decode("latin-1").split(" ", 2), ""][1]
        match self.kind, path:
            case "elasticsearch", "/":
                version = {"number": "7.17.9", "lucene_version": "8.11.1"}
                about = {"name": "node-1", "cluster_name": "shop", "version": version, "tagline": "You Know, for Search"}
                answer = http_response("200 OK", json.dumps(about), "application/json", "X-elastic-product: Elasticsearch")
            case "elasticsearch-auth", _:
                error = {"error": {"type": "security_exception", "reason": "missing authentication credentials"}, "status": 401}
                challenge = 'WWW-Authenticate: Basic realm="security" charset="UTF-8"'
                answer = http_response("401 Unauthorized", json.dumps(error), "application/json", challenge)
            case "docker", "/_ping":
                answer = http_response("200 OK", "OK", "text/plain; charset=utf-8", "Api-Version: 1.43", "Ostype: linux")
            case "http-panel", _:
                page = _PANEL.format(html.escape(self._title))
                answer = http_response("200 OK", page, "text/html; charset=utf-8")
            case _:
                answer = http_response("404 Not Found", '{"message":"page not found"}', "application/json")
        await c.send(answer)

    _elasticsearch = _docker = _http

    async def _mongodb(self, c: Connection) -> None:
        while True:
            size, request, _to, opcode = struct.unpack("<iiii", header := await c.exactly(16))
            # Older drivers still greet with OP_QUERY (2004) and want OP_REPLY (1); all else is OP_MSG (2013).
            if not 21 <= size <= 16_384 or opcode not in (2013, 2004):
                return
            body = await c.exactly(size - 16)
            self._note(header + body)
            modern = opcode == 2013
            query = body[5:] if modern else body[4:].partition(b"\0")[2][8:]
            answer = bson(self._mongodb_answer(query[5:].partition(b"\0")[0].decode("latin-1")))
            reply = (bytes(5) if modern else struct.pack("<iqii", 8, 0, 0, 1)) + answer
            await c.send(struct.pack("<iiii", 16 + len(reply), 1, request, 2013 if modern else 1) + reply)

    def _mongodb_answer(self, command: str) -> Bson:
        if command.lower() in ("hello", "ismaster"):
            return _HELLO if command == "hello" else {**_HELLO, "ismaster": True}
        if self.kind == "mongodb-auth":
            return _UNAUTHORIZED
        return _DATABASES if command == "listDatabases" else _NOT_FOUND

    async def _memcached(self, c: Connection) -> None:
        while (line := self._note(await c.until(b"\n")).strip()) != b"quit":
            await c.send(b"VERSION 1.6.18\r\n" if line == b"version" else b"ERROR\r\n")

    async def _mysql(self, c: Connection) -> None:
        await c.send(struct.pack("<I", len(_MYSQL_GREETING)) + _MYSQL_GREETING)
        self._note(await c.some())
        await c.send(struct.pack("<I", len(_MYSQL_DENIED) | 2 << 24) + _MYSQL_DENIED)

    async def _postgres(self, c: Connection) -> None:
        while True:
            size, code = struct.unpack("!II", self._note(await c.exactly(8)))
            await c.exactly(size - 8 if 8 <= size <= 16_384 else 16_384)
            if code != 80_877_103:  # anything but SSLRequest is a login: ask for SCRAM and end
                return await c.send(b"R" + struct.pack("!II", 8 + 15, 10) + b"SCRAM-SHA-256\0\0")
            await c.send(b"N")

    async def _ftp(self, c: Connection) -> None:
        await c.send(b"220 FTP server ready\r\n")
        while not (line := self._note(await c.until(b"\n")).upper()).startswith(b"QUIT"):
            await c.send(b"331 Password required\r\n" if line.startswith(b"USER") else b"530 Please log in first\r\n")
        await c.send(b"221 Goodbye\r\n")

    async def _vnc(self, c: Connection) -> None:
        await c.send(b"RFB 003.008\n")
        self._note(await c.exactly(12))
        await c.send(b"\x01\x01" if self.kind == "vnc-none" else b"\x01\x02")
        await c.drain_input()

    async def _rdp(self, c: Connection) -> None:
        size = int.from_bytes((head := await c.exactly(4))[2:], "big")
        request = self._note(head + await c.exactly(size - 4 if 11 <= size <= 1024 else 7))
        if head[0] != 3 or request[5] != 0xE0:  # TPKT version 3, connection request
            return
        # With an RDP Negotiation Request comes its answer: CredSSP is chosen (MS-RDPBCGR section 2.2.1.2).
        chosen = bytes.fromhex("02000800 02000000") if request[-8:-4] == bytes.fromhex("01000800") else b""
        await c.send(struct.pack("!BBHB", 3, 0, 11 + len(chosen), 6 + len(chosen)) + bytes.fromhex("d00000123400") + chosen)

    async def _drip(self, c: Connection) -> None:
        while True:
            await c.send(b"x", self._pace)

    async def _greet(self, c: Connection) -> None:
        await c.send(_GREETINGS[self.kind])
        await c.drain_input()

    _ssh = _telnet = _silent = _garbage = _greet
