"""The servers of the embedded internet, each spoken to with a small client of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import smtplib
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, get_args

import dns.flags
import dns.message
import dns.rdatatype
import pytest
import trustme

from selfaudit.demo.mail_server import SIZE, MailBehaviour, MailMode, MailServer
from selfaudit.demo.proxy_server import ProxyKind, ProxyServer
from selfaudit.demo.tcp_servers import GARBAGE, Connection, StreamServer, TcpKind, TcpService, bson, http_response
from selfaudit.demo.udp_servers import UdpKind, UdpService

CA = trustme.CA()
NAME = "mail.blumenhof.example"
SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CA.issue_cert(NAME).configure_cert(SERVER)
CLIENT = ssl.create_default_context()
CA.configure_trust(CLIENT)


class Client:
    """A raw TCP client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, data: bytes, count: int = 0) -> bytes:
        """Sends, and reads `count` bytes, or until the end."""
        self.writer.write(data)
        return await (self.reader.readexactly(count) if count else self.reader.read())

    async def end(self) -> bytes:
        """What comes until the server ends the connection, in order or with a reset."""
        out = b""
        with suppress(ConnectionError):
            while data := await self.reader.read(65_536):
                out += data
        return out

    async def nothing(self) -> None:
        """Waits a little and finds that nothing came."""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.reader.read(1), 0.03)

    async def reply(self, line: str | None = None) -> list[str]:
        """Sends an SMTP command and reads the lines of the reply."""
        if line is not None:
            self.writer.write(line.encode() + b"\r\n")
        lines = [(await self.reader.readuntil(b"\r\n")).decode().rstrip()]
        while lines[-1][3:4] == "-":
            lines.append((await self.reader.readuntil(b"\r\n")).decode().rstrip())
        return lines

    async def code(self, line: str | None = None) -> str:
        """The status of the reply and its enhanced status (RFC 3463) if there is one."""
        last = (await self.reply(line))[-1]
        return re.match(r"\d{3}( \d\.\d\.\d)?", last)[0]

    async def envelope(self, sender: str, recipient: str) -> str:
        """The status of one recipient."""
        await self.code("RSET")
        assert await self.code(f"MAIL FROM:<{sender}>") == "250 2.1.0"
        return await self.code(f"RCPT TO:<{recipient}>")


@asynccontextmanager
async def to(port: int, **options: Any) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    try:
        async with asyncio.timeout(10):
            yield Client(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def smtp(server: MailServer, **options: Any) -> AsyncIterator[Client]:
    """A session after greeting and EHLO."""
    async with to(server.port, **options) as client:
        assert (await client.reply())[0].startswith(f"220 {NAME}")
        assert (await client.reply("EHLO probe.example"))[0] == f"250-{NAME}"
        yield client


def mail(mode: MailMode = "closed", **more: Any) -> MailServer:
    return MailServer(MailBehaviour(mode=mode, **more))


# --- SMTP ---


@pytest.mark.parametrize("implicit", [False, True])
async def test_mail_with_smtplib(implicit: bool) -> None:
    async with MailServer(MailBehaviour(auth="tls"), SERVER, implicit_tls=implicit) as server:

        def talk() -> tuple[int, bytes]:
            relaxed = ssl.create_default_context()
            CA.configure_trust(relaxed)
            relaxed.check_hostname = False
            kind: Any = smtplib.SMTP_SSL if implicit else smtplib.SMTP
            with kind("127.0.0.1", server.port, "probe.example", timeout=10, **({"context": relaxed} if implicit else {})) as c:
                if not implicit:
                    c.ehlo()
                    assert c.has_extn("starttls")
                    assert not c.has_extn("auth")
                    c.starttls(context=relaxed)
                c.ehlo()
                assert not c.has_extn("starttls")
                assert c.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]
                assert c.esmtp_features["size"] == str(SIZE)
                assert c.has_extn("pipelining")
                for mechanism in (c.auth_plain, c.auth_login):
                    c.user, c.password = "info", "secret"
                    with pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
                        c.auth(mechanism.__name__.removeprefix("auth_"), mechanism)
                    assert wrong.value.smtp_code == 535
                c.sendmail("a@elsewhere.example", ["info@blumenhof.example"], b"Subject: x\r\n\r\n.dot\r\nend\r\n")
                return c.verify("info@blumenhof.example")

        assert (await asyncio.to_thread(talk))[0] == 252
        sender, recipients, content = server.messages[0]
        assert (sender, recipients) == ("a@elsewhere.example", ("info@blumenhof.example",))
        assert content == b"Subject: x\r\n\r\n.dot\r\nend\r\n"
        assert server.accepted == 1
        assert not any("secret" in c or "AGluZm8" in c for c in server.commands)
        assert "AUTH PLAIN" in server.commands


FOREIGN, OK, DENIED, UNKNOWN = "to@test.example", "250 2.1.5", "554 5.7.1", "550 5.1.1"


@pytest.mark.parametrize(
    ("mode", "sender", "recipient", "status"),
    [
        ("closed", "a@b.example", FOREIGN, DENIED),
        ("closed", "info@blumenhof.example", FOREIGN, DENIED),
        ("closed", "", FOREIGN, DENIED),
        ("closed", "a@b.example", "INFO@Blumenhof.Example", OK),
        ("closed", "a@b.example", "postmaster", OK),
        ("closed", "a@b.example", f"abuse@{NAME}", OK),
        ("closed", "a@b.example", '"info"@blumenhof.example', OK),
        ("closed", "a@b.example", "nobody@blumenhof.example", UNKNOWN),
        ("closed", "a@b.example", '"to@test.example"', UNKNOWN),
        ("closed", "a@b.example", "to%test.example@[127.0.0.1]", DENIED),
        ("closed", "a@b.example", f"@{NAME}:{FOREIGN}", DENIED),
        ("closed", "a@b.example", "test.example!to", UNKNOWN),
        ("open", "a@b.example", FOREIGN, OK),
        ("local-sender", "info@blumenhof.example", FOREIGN, OK),
        ("local-sender", "a@b.example", FOREIGN, DENIED),
        ("local-sender", "", FOREIGN, DENIED),
        ("local-sender", "unqualified", FOREIGN, OK),
        ("null-sender", "", FOREIGN, OK),
        ("null-sender", "a@b.example", FOREIGN, DENIED),
        ("percent", "a@b.example", "to%test.example@blumenhof.example", OK),
        ("percent", "a@b.example", FOREIGN, DENIED),
        ("rejects-at-data", "a@b.example", FOREIGN, OK),
        ("greylist", "a@b.example", "info@blumenhof.example", "450 4.7.1"),
        ("tempfail", "a@b.example", FOREIGN, "451 4.3.0"),
        ("tls-garbage", "a@b.example", FOREIGN, DENIED),
    ],
)
async def test_mail_recipients(mode: MailMode, sender: str, recipient: str, status: str) -> None:
    async with mail(mode) as server, smtp(server) as client:
        assert await client.envelope(sender, recipient) == status


async def test_mail_catch_all_takes_every_local_user() -> None:
    async with mail(users=("*",)) as server, smtp(server) as client:
        assert await client.envelope("a@b.example", "x7f3@blumenhof.example") == OK
        assert await client.envelope("a@b.example", "to%test.example@blumenhof.example") == OK
        assert await client.envelope("a@b.example", FOREIGN) == DENIED


async def test_mail_rejects_at_data() -> None:
    async with mail("rejects-at-data") as server, smtp(server) as client:
        assert await client.envelope("a@b.example", FOREIGN) == OK
        assert await client.code("DATA") == DENIED
        assert await client.code("QUIT") == "221 2.0.0"
        assert await client.reader.read() == b""
        assert server.accepted == 0


async def test_mail_greets_with_a_refusal() -> None:
    async with mail("busy") as server, to(server.port) as client:
        assert await client.code() == "421 4.7.0"
        assert await client.reader.read() == b""
    async with mail("refuses-service") as server, to(server.port) as client:
        assert await client.code() == DENIED
        assert await client.code("EHLO probe.example") == "503 5.5.1"
        assert await client.code("QUIT") == "221 2.0.0"


async def test_mail_submission_wants_a_login() -> None:
    async with mail("submission", auth="always") as server, smtp(server) as client:
        assert await client.code("MAIL FROM:<a@b.example>") == "530 5.7.0"
        assert await client.code("RCPT TO:<to@test.example>") == "503 5.5.1"


async def test_mail_order_and_syntax() -> None:
    async with mail(verify=False) as server, to(server.port) as client:
        await client.reply()
        statuses = {
            "MAIL FROM:<a@b.example>": "503 5.5.1",
            "EHLO": "501 5.5.4",
            "HELO probe.example": "250",
            "STARTTLS": "502 5.5.1",
            "AUTH PLAIN AGEAYg==": "502 5.5.1",
            "VRFY info": "502 5.5.1",
            "EXPN info": "502 5.5.1",
            "NOOP": "250 2.0.0",
            "BREW tea": "500 5.5.2",
            "MAIL TO:<a@b.example>": "501 5.5.4",
            f"MAIL FROM:<a@b.example> SIZE={SIZE + 1}": "552 5.3.4",
            "RCPT TO:<info@blumenhof.example>": "503 5.5.1",
            "mail from:<a@b.example> size=10": "250 2.1.0",
            "MAIL FROM:<c@b.example>": "503 5.5.1",
            "DATA": "503 5.5.1",
            "RCPT TO:<>": "501 5.5.4",
        }
        assert {line: await client.code(line) for line in statuses} == statuses
        assert server.commands == [*list(statuses)[:4], "AUTH PLAIN", *list(statuses)[5:]]


async def test_mail_pipelining_is_answered_in_order() -> None:
    async with mail() as server, smtp(server) as client:
        client.writer.write(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<info@blumenhof.example>\r\nRCPT TO:<x@y.example>\r\nRSET\r\n")
        assert [await client.code() for _ in range(4)] == ["250 2.1.0", OK, DENIED, "250 2.0.0"]


async def test_mail_starttls_forgets_what_came_before() -> None:
    async with MailServer(context=SERVER) as server, smtp(server) as client:
        assert await client.code("STARTTLS now") == "501 5.5.4"
        client.writer.write(b"STARTTLS\r\nMAIL FROM:<injected@b.example>\r\n")
        assert await client.code() == "220 2.0.0"
        await client.writer.start_tls(CLIENT, server_hostname=NAME)
        assert await client.code("MAIL FROM:<a@b.example>") == "503 5.5.1"
        assert "STARTTLS" not in "".join(await client.reply("EHLO probe.example"))
        assert await client.code("STARTTLS") == "503 5.5.1"
        assert not any("injected" in c for c in server.commands)


@pytest.mark.parametrize("implicit", [False, True])
async def test_mail_client_leaves_during_and_right_after_the_handshake(implicit: bool) -> None:
    async with MailServer(context=SERVER, implicit_tls=implicit) as server:
        for last in ("garbage", "silence", "close", "untrusted"):
            async with to(server.port) as client:
                if not implicit:
                    await client.reply()
                    await client.code("STARTTLS")
                if last == "garbage":
                    await client.ask(b"\x00" * 100)
                elif last == "close":
                    await client.writer.start_tls(CLIENT, server_hostname=NAME)
                    client.writer.close()
                    await client.writer.wait_closed()
                elif last == "untrusted":
                    with pytest.raises(ssl.SSLCertVerificationError):
                        await client.writer.start_tls(ssl.create_default_context(), server_hostname=NAME)
        assert server.connections == 4
    assert not server._tasks


def test_mail_implicit_tls_needs_a_certificate() -> None:
    with pytest.raises(ValueError, match="certificate"):
        MailServer(implicit_tls=True)


async def test_mail_too_big_a_message_is_not_kept() -> None:
    async with mail() as server, smtp(server) as client:
        await client.envelope("a@b.example", "info@blumenhof.example")
        assert await client.code("DATA") == "354"
        client.writer.write((b"x" * 998 + b"\r\n") * (SIZE // 1000 + 1))
        assert await client.code(".") == "552 5.3.4"
        assert await client.envelope("a@b.example", "info@blumenhof.example") == OK
        assert await client.code("DATA") == "354"
        assert await client.code("small\r\n.") == "250 2.0.0"
        assert [m[2] for m in server.messages] == [b"small\r\n"]


async def test_mail_keeps_a_hundred_messages_and_counts_all() -> None:
    async with mail() as server, smtp(server) as client:
        one = b"MAIL FROM:<>\r\nRCPT TO:<info@blumenhof.example>\r\nDATA\r\nx\r\n.\r\n"
        client.writer.write(one * 101)
        codes = [await client.code() for _ in range(404)]
        assert codes[3::4] == ["250 2.0.0"] * 101
        assert (len(server.messages), server.accepted) == (100, 101)


async def test_mail_a_command_without_end_ends_the_session() -> None:
    async with mail() as server, smtp(server) as client:
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await client.code("x" * 100_000)


async def test_mail_greeting_delay_and_tarpit() -> None:
    async with mail(greeting_delay=0.02, tarpit=0.001) as server, to(server.port) as client:
        assert await client.code() == "220"
        assert await client.code("NOOP") == "250 2.0.0"
    for slow in ({"greeting_delay": 30.0}, {"tarpit": 30.0}):
        async with mail(**slow) as server, to(server.port) as client:
            await client.nothing()


async def test_mail_hangs_up_after_some_commands() -> None:
    async with mail(hangup_after=2) as server, smtp(server) as client:
        assert await client.code("NOOP") == "250 2.0.0"
        assert await client.reader.read() == b""


async def test_mail_hostile_greetings() -> None:
    async with mail("endless-greeting") as server, to(server.port) as client:
        lines = (await client.reader.readexactly(100_000)).split(b"\r\n")[:-1]
        assert set(lines) == {f"220-{NAME} ESMTP".encode()}
    async with mail("long-line") as server, to(server.port) as client:
        assert await client.reader.readexactly(1_048_580) == b"220 " + b"x" * 1_048_576
    async with mail("binary") as server, to(server.port) as client:
        assert await client.ask(b"EHLO x\r\n", 2 * len(GARBAGE) + 4) == (GARBAGE + b"\r\n") * 2
    async with mail("bad-status") as server, to(server.port) as client:
        assert await client.ask(b"EHLO x\r\nQUIT\r\n", 22) == b"2x0 hello\r\n25\r\nhello\r\n"
        assert server.commands == ["EHLO x", "QUIT"]
    async with mail("drip", pace=0.01) as server, to(server.port) as client:
        assert await client.reader.readexactly(5) == b"220-m"
    async with mail("silent") as server, to(server.port) as client:
        client.writer.write(b"EHLO x\r\n")
        await client.nothing()


async def test_mail_garbage_instead_of_tls() -> None:
    async with mail("tls-garbage") as server, smtp(server) as client:
        assert await client.code("STARTTLS") == "220 2.0.0"
        with pytest.raises(ssl.SSLError):
            await client.writer.start_tls(CLIENT, server_hostname=NAME)


@pytest.mark.parametrize("mode", get_args(MailMode))
async def test_mail_close_ends_every_session(mode: MailMode) -> None:
    server = mail(mode, tarpit=0.5, pace=0.5)
    await server.start()
    async with to(server.port) as client:
        while not server._tasks:
            await asyncio.sleep(0)
        client.writer.write(b"NOOP\r\n")
        await asyncio.sleep(0.01)
        server.close()
        await client.end()
        await server.wait_closed()
        assert not server._tasks
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", server.port)


async def test_mail_clients_that_never_read_hold_nothing_up() -> None:
    async with mail("endless-greeting") as server, to(server.port) as client:
        client.writer.transport.pause_reading()
        await asyncio.sleep(0.05)
        assert server.connections == 1
    assert not server._tasks


# --- proxies ---


class Origin(StreamServer):
    """Answers a nonce, and with the request line."""

    async def serve(self, connection: Connection) -> None:
        head = (await connection.until(b"\r\n\r\n")).decode()
        self.head = head
        await connection.send(http_response("200 OK", "nonce-4711 " + head.split("\r\n")[0], "text/plain"))


@asynccontextmanager
async def proxy(kind: ProxyKind) -> AsyncIterator[tuple[ProxyServer, Origin]]:
    """A proxy, and a server that it reaches as test.example:80, 192.0.2.80:80 and [2001:db8::80]:80."""
    async with Origin() as origin:
        hosts = ("test.example", "192.0.2.80", "2001:db8::80")
        where = {(h, 80): ("127.0.0.1", origin.port) for h in hosts}
        where["outside.example", 80] = ("192.0.2.1", 80)
        where["closed.example", 80] = ("127.0.0.1", 1)
        async with ProxyServer(kind, lambda host, port: where.get((host, port))) as server:
            yield server, origin


GET = b"GET http://test.example/n?a=1 HTTP/1.1\r\nHost: test.example\r\nProxy-Connection: keep-alive\r\nX-Nonce: 1\r\n\r\n"
CONNECT = b"CONNECT test.example:80 HTTP/1.1\r\nHost: test.example:80\r\n\r\n"
ORIGIN_GET = b"GET / HTTP/1.1\r\nHost: test.example\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.mark.parametrize(
    ("kind", "get", "connect", "origin"),
    [
        ("http", "200 nonce", "200 tunnel", "400"),
        ("http-get-only", "200 nonce", "403", "400"),
        ("http-connect-only", "403", "200 tunnel", "400"),
        ("http-auth", "407", "407", "400"),
        ("http-forbidden", "403", "403", "400"),
        ("web-200", "200", "200", "200"),
        ("web-404", "404", "404", "404"),
    ],
)
async def test_http_proxies(kind: ProxyKind, get: str, connect: str, origin: str) -> None:
    found = []
    async with proxy(kind) as (server, _origin):
        for request in (GET, CONNECT + ORIGIN_GET, ORIGIN_GET):
            async with to(server.port) as client:
                answer = (await client.ask(request)).decode()
            status = answer.split(" ")[1]
            if answer.encode().startswith(ESTABLISHED):
                assert "nonce-4711 GET / " in answer
                status += " tunnel"
            elif "nonce-4711 GET /n?a=1 HTTP/1.1" in answer:
                status += " nonce"
            found.append(status)
            assert ("Proxy-Authenticate: Basic" in answer) == (status == "407")
    assert found == [get, connect, origin]


async def test_http_proxy_passes_fields_on_but_its_own() -> None:
    async with proxy("http") as (server, origin), to(server.port) as client:
        await client.ask(GET)
        assert "X-Nonce: 1" in origin.head
        assert "Proxy-Connection" not in origin.head
        assert server.targets == [("test.example", 80)]


async def test_http_proxy_reaches_loopback_only() -> None:
    async with proxy("http") as (server, _origin):
        for host in ("outside.example", "unknown.example", "closed.example"):
            async with to(server.port) as client:
                assert (await client.ask(CONNECT.replace(b"test.example", host.encode()))).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("target", ["test.example", ":80", "test.example:0", "test.example:99999", "test.example:x", "²:²"])
async def test_http_proxy_refuses_malformed_targets(target: str) -> None:
    async with proxy("http") as (server, _origin), to(server.port) as client:
        assert (await client.ask(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())).startswith(b"HTTP/1.1 400 ")


async def test_http_proxy_tunnels_tls_to_a_mail_server() -> None:
    async with (
        MailServer(context=SERVER, implicit_tls=True) as server,
        ProxyServer("http", lambda _host, _port: ("127.0.0.1", server.port)) as opened,
        to(opened.port) as client,
    ):
        assert await client.ask(CONNECT, len(ESTABLISHED)) == ESTABLISHED
        await client.writer.start_tls(CLIENT, server_hostname=NAME)
        assert await client.code() == "220"


def socks4(host: str) -> bytes:
    try:
        return struct.pack("!BBH", 4, 1, 80) + ipaddress.IPv4Address(host).packed + b"user\0"
    except ValueError:
        return struct.pack("!BBH4s", 4, 1, 80, b"\0\0\0\x01") + b"\0" + host.encode() + b"\0"


async def test_socks4() -> None:
    async with proxy("socks4") as (server, _origin):
        for host in ("192.0.2.80", "test.example"):
            async with to(server.port) as client:
                assert (await client.ask(socks4(host), 8))[:2] == b"\x00\x5a"
                assert b"nonce-4711" in await client.ask(ORIGIN_GET)
        for request in (socks4("outside.example"), b"\x04\x02" + socks4("test.example")[2:]):
            async with to(server.port) as client:
                assert (await client.ask(request))[:2] == b"\x00\x5b"
        async with to(server.port) as client:
            assert await client.ask(b"\x05\x01\x00" + bytes(5)) == b""
        assert ("test.example", 80) in server.targets


def socks5(host: str, command: int = 1) -> bytes:
    try:
        ip = ipaddress.ip_address(host)
        address = bytes([{4: 1, 6: 4}[ip.version]]) + ip.packed
    except ValueError:
        address = b"\x03" + bytes([len(host)]) + host.encode()
    return bytes([5, command, 0]) + address + b"\x00\x50"


async def test_socks5() -> None:
    async with proxy("socks5") as (server, _origin):
        for host in ("192.0.2.80", "test.example", "2001:db8::80"):
            async with to(server.port) as client:
                assert await client.ask(b"\x05\x02\x00\x02", 2) == b"\x05\x00"
                assert (await client.ask(socks5(host), 10))[:4] == b"\x05\x00\x00\x01"
                assert b"nonce-4711" in await client.ask(ORIGIN_GET)
        for request, status in ((socks5("no.example"), 4), (socks5("test.example", 2), 7), (b"\x05\x01\x00\x09", 8)):
            async with to(server.port) as client:
                assert (await client.ask(b"\x05\x01\x00" + request))[2:4] == bytes([5, status])
        async with to(server.port) as client:
            assert await client.ask(b"\x05\x01\x02") == b"\x05\xff"


async def test_socks5_closed() -> None:
    async with proxy("socks5-auth") as (server, _origin):
        async with to(server.port) as client:
            assert await client.ask(b"\x05\x01\x00") == b"\x05\xff"
        async with to(server.port) as client:
            assert await client.ask(b"\x05\x02\x00\x02", 2) == b"\x05\x02"
            assert await client.ask(b"\x01\x01a\x02bc") == b"\x01\x01"
    async with proxy("socks5-refuses") as (server, origin):
        async with to(server.port) as client:
            assert await client.ask(b"\x05\x01\x00", 2) == b"\x05\x00"
            assert (await client.ask(socks5("test.example")))[:2] == b"\x05\x02"
        assert origin.connections == 0
        assert server.targets == []


async def test_proxy_of_garbage() -> None:
    async with proxy("garbage") as (server, _origin), to(server.port) as client:
        assert await client.ask(CONNECT) == GARBAGE


async def test_proxy_closes_a_tunnel_in_use() -> None:
    async with mail() as server:
        opened = ProxyServer("socks5", lambda _host, _port: ("127.0.0.1", server.port))
        await opened.start()
        async with to(opened.port) as client:
            await client.ask(b"\x05\x01\x00", 2)
            await client.ask(socks5("test.example"), 10)
            assert await client.code() == "220"
            opened.close()
            await opened.wait_closed()
            assert not opened._tasks
            assert await client.end() == b""


# --- UDP ---


class Socket(asyncio.DatagramProtocol):
    """Collects datagrams and who sent them."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.came.put_nowait((data, addr[1]))


async def udp(service: UdpService, request: bytes, count: int) -> list[tuple[bytes, int]]:
    """Sends one datagram and waits for `count` answers, and shortly that no other comes."""
    loop = asyncio.get_running_loop()
    transport, socket = await loop.create_datagram_endpoint(Socket, local_addr=("127.0.0.1", 0))
    try:
        transport.sendto(request, ("127.0.0.1", service.port))
        async with asyncio.timeout(5):
            out = [await socket.came.get() for _ in range(count)]
            while not service.received:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.005)
        assert socket.came.empty()
        return out
    finally:
        transport.close()
        await asyncio.sleep(0)


def coap(path: bytes = b"\xbb.well-known\x04core") -> bytes:
    return b"\x42\x01\x12\x34tk" + path


def dns_query(name: str, kind: str, payload: int = 4096) -> bytes:
    return dns.message.make_query(name, kind, use_edns=0 if payload else None, payload=payload or None, id=7).to_wire()


def ber(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    assert len(body) < 128
    return bytes([tag, len(body)]) + body


def snmp(community: bytes = b"public", oid: str = "2b06010201010100", version: int = 1) -> bytes:
    bindings = ber(0x30, ber(0x30, ber(6, bytes.fromhex(oid)), ber(5)))
    pdu = ber(0xA0, ber(2, b"\x12\x34"), ber(2, b"\0"), ber(2, b"\0"), bindings)
    return ber(0x30, ber(2, bytes([version])), ber(4, community), pdu)


def cldap(base: bytes = b"") -> bytes:
    limits = (ber(10, b"\0"), ber(10, b"\0"), ber(2, b"\0"), ber(2, b"\0"), ber(1, b"\0"))
    return ber(0x30, ber(2, b"\x07"), ber(0x63, ber(4, base), *limits, ber(0x87, b"objectClass"), ber(0x30)))


MSEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: %b\r\n\r\n'
PROBE = (
    b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    b'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>uuid:7d1c</w:MessageID></e:Header>'
    b"<e:Body><d:Probe/></e:Body></e:Envelope>"
)
NBSTAT = struct.pack("!6H", 7, 0, 1, 0, 0, 0) + b"\x20CK" + b"A" * 30 + b"\0\0\x21\0\x01"
RPC_DUMP = struct.pack("!10I", 7, 0, 2, 100_000, 2, 4, 0, 0, 0, 0)
MONLIST = b"\x17\x00\x03\x2a" + bytes(4)
READVAR = b"\x16\x02\x00\x01" + bytes(8)
CLIENT_TIME = b"\x23" + bytes(39) + b"cookie12"

REQUESTS: dict[UdpKind, tuple[bytes, int, bytes]] = {
    # the proper request, the number of datagrams, bytes that an answer holds
    "ntp-monlist": (MONLIST, 3, bytes.fromhex("cb007101")),
    "ntp-readvar": (READVAR, 1, b'version="ntpd'),
    "ntp-plain": (CLIENT_TIME, 1, b"cookie12"),
    "snmp-public": (snmp(), 1, b"Linux shop"),
    "ssdp": (MSEARCH % b"ssdp:all", 3, b"USN: uuid:"),
    "memcached": (b"\0\x07\0\0\0\x01\0\0stats\r\n", 1, b"STAT pid "),
    "cldap": (cldap(), 1, b"defaultNamingContext"),
    "portmapper": (RPC_DUMP, 1, struct.pack("!5I", 1, 100_000, 2, 17, 111)),
    "chargen": (b"\n", 1, b"ABCDEFG"),
    "qotd": (b"\n", 1, b"flowers"),
    "netbios": (NBSTAT, 1, b"WORKGROUP"),
    "mdns": (dns_query("_services._dns-sd._udp.local.", "PTR", 0), 1, b"_workstation"),
    "coap": (coap(), 1, b"</sensors/temp>"),
    "ws-discovery": (PROBE, 1, b"<a:RelatesTo>uuid:7d1c</a:RelatesTo>"),
    "dns-any": (dns_query("blumenhof.example.", "ANY"), 1, b"xxxxxxxx"),
}


def test_every_amplifier_has_a_request() -> None:
    assert {*REQUESTS, "echo", "foreign", "flood"} == set(get_args(UdpKind))


@pytest.mark.parametrize("kind", REQUESTS)
async def test_amplifiers_answer_their_own_protocol_only(kind: UdpKind) -> None:
    request, count, held = REQUESTS[kind]
    async with UdpService(kind) as service:
        answers = await udp(service, request, count)
        assert held in answers[0][0]
        assert {port for _data, port in answers} == {service.port}
        assert service.sent == sum(len(data) for data, _port in answers)
        assert kind == "ntp-plain" or service.sent > len(request)
    if kind in ("chargen", "qotd"):  # they take any datagram
        return
    for other, (foreign, _count, _held) in REQUESTS.items():
        if kind == other or (other == "ntp-plain" and kind.startswith("ntp-")):
            continue
        async with UdpService(kind) as service:
            assert await udp(service, foreign, 0) == []


@pytest.mark.parametrize("kind", [k for k in REQUESTS if k not in ("chargen", "qotd")])
async def test_amplifiers_bear_truncated_and_empty_requests(kind: UdpKind) -> None:
    request = REQUESTS[kind][0]
    async with UdpService(kind) as service:
        loop = asyncio.get_running_loop()
        transport, _socket = await loop.create_datagram_endpoint(Socket, local_addr=("127.0.0.1", 0))
        for size in range(1, len(request)):
            service.datagram_received(request[:size], transport.get_extra_info("sockname"))
            service.datagram_received(b"\xff" * size, transport.get_extra_info("sockname"))
        transport.close()
        await asyncio.sleep(0)
        assert len(service.received) == min(100, 2 * (len(request) - 1))


async def test_ntp_answers() -> None:
    async with UdpService("ntp-monlist") as service:
        answers = [data for data, _port in await udp(service, MONLIST, 3)]
        assert [a[:4] for a in answers] == [b"\xd7\x00\x03\x2a", b"\xd7\x01\x03\x2a", b"\x97\x02\x03\x2a"]
        assert [struct.unpack("!HH", a[4:8]) for a in answers] == [(6, 72), (6, 72), (2, 72)]
        assert [len(a) for a in answers] == [440, 440, 152]
        assert len(await udp(service, CLIENT_TIME, 1)) == 1
    async with UdpService("ntp-readvar") as service:
        [(answer, _port)] = await udp(service, READVAR, 1)
        flags, operation, sequence, _status, association, offset, count = struct.unpack("!BBHHHHH", answer[:12])
        assert (flags, operation, sequence, association, offset) == (0x16, 0x82, 1, 0, 0)
        assert len(answer) == 12 + count + -count % 4
        assert b"stratum=3" in answer[12 : 12 + count]
    async with UdpService("ntp-plain") as service:
        [(answer, _port)] = await udp(service, CLIENT_TIME, 1)
        assert (answer[0], len(answer), answer[24:32]) == (0x24, 48, b"cookie12")


async def test_snmp_answers_the_community_public_only() -> None:
    for request in (snmp(b"private"), snmp(version=0)):
        async with UdpService("snmp-public") as service:
            assert await udp(service, request, 0) == []
    async with UdpService("snmp-public") as service:
        [(answer, _port)] = await udp(service, snmp(oid="2b06010201010500"), 1)
        assert answer.endswith(b"\x2b\x06\x01\x02\x01\x01\x05\x00\x80\x00")  # noSuchObject
        [(answer, _port)] = await udp(service, snmp(), 1)
        assert b"\x04\x06public\xa2" in answer
        assert b"\x02\x02\x12\x34" in answer


async def test_other_amplifiers_in_detail() -> None:
    async with UdpService("memcached") as service:
        [(answer, _port)] = await udp(service, b"\0\x07\0\0\0\x01\0\0version\r\n", 1)
        assert answer == b"\0\x07\0\0\0\x01\0\0VERSION 1.4.15\r\n"
        assert (await udp(service, REQUESTS["memcached"][0], 1))[0][0].endswith(b"END\r\n")
    async with UdpService("ssdp") as service:
        [(answer, _port)] = await udp(service, MSEARCH % b"upnp:rootdevice", 1)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"::upnp:rootdevice\r\n\r\n" in answer
    async with UdpService("coap") as service:
        [(answer, _port)] = await udp(service, coap(), 1)
        assert answer[:6] == b"\x62\x45\x12\x34tk"
    async with UdpService("coap") as service:
        assert await udp(service, coap(b"\xb5other"), 0) == []
    async with UdpService("cldap") as service:
        [(answer, _port)] = await udp(service, cldap(), 1)
        assert answer.endswith(bytes.fromhex("300c 020107 6507 0a0100 0400 0400"))
    async with UdpService("cldap") as service:
        assert await udp(service, cldap(b"dc=x"), 0) == []
    async with UdpService("portmapper") as service:
        [(answer, _port)] = await udp(service, RPC_DUMP, 1)
        assert struct.unpack("!6I", answer[:24]) == (7, 1, 0, 0, 0, 0)
        assert len(answer) == 24 + 20 * 20 + 4
    async with UdpService("netbios") as service:
        [(answer, _port)] = await udp(service, NBSTAT, 1)
        (length,) = struct.unpack("!H", answer[54:56])
        assert (len(answer), answer[56]) == (56 + length, 3)


async def test_dns_answers_fit_what_the_client_takes() -> None:
    async with UdpService("dns-any") as service:
        [(large, _port)] = await udp(service, dns_query("blumenhof.example.", "ANY"), 1)
        assert 3000 < len(large) <= 4096
        [(small, _port)] = await udp(service, dns_query("blumenhof.example.", "ANY", 0), 1)
        assert len(small) <= 512
        assert dns.message.from_wire(small, ignore_trailing=False).flags & dns.flags.TC
    async with UdpService("mdns") as service:
        [(answer, _port)] = await udp(service, REQUESTS["mdns"][0], 1)
        message = dns.message.from_wire(answer)
        assert (message.id, len(message.answer[0])) == (7, 8)


async def test_hostile_udp() -> None:
    async with UdpService("echo") as service:
        assert await udp(service, b"hello", 1) == [(b"hello", service.port)]
    async with UdpService("flood") as service:
        assert await udp(service, b"hello", 200) == [(b"hello", service.port)] * 200
    async with UdpService("foreign", speaks="ntp-monlist") as service:
        answers = await udp(service, MONLIST, 3)
        assert len({port for _data, port in answers}) == 1
        assert service.port not in {port for _data, port in answers}
    async with UdpService("flood", speaks="qotd") as service:
        assert b"flowers" in (await udp(service, b"x", 200))[199][0]


# --- TCP services ---


async def tcp(kind: TcpKind, request: bytes, **options: Any) -> bytes:
    """The whole answer to a request after which the client sends no more."""
    async with TcpService(kind, **options) as server, to(server.port) as client:
        client.writer.write(request)
        client.writer.write_eof()
        return await client.reader.read()


PING, HELLO = b"*1\r\n$4\r\nPING\r\n", bson({"hello": 1, "$db": "admin"})


def op_msg(document: bytes) -> bytes:
    return struct.pack("<iiii", 21 + len(document), 7, 0, 2013) + bytes(5) + document


def op_query(document: bytes) -> bytes:
    body = bytes(4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + document
    return struct.pack("<iiii", 16 + len(body), 7, 0, 2004) + body


@pytest.mark.parametrize(
    ("kind", "request_", "answer"),
    [
        ("redis", b"PING\r\n", b"+PONG\r\n"),
        ("redis", PING, b"+PONG\r\n"),
        ("redis", b"ping\r\n" + PING + b"QUIT\r\nPING\r\n", b"+PONG\r\n+PONG\r\n+OK\r\n"),
        ("redis", b"INFO\r\n", b"-ERR unknown command\r\n"),
        ("redis", b"*1\r\n$x\r\n", b""),
        ("redis-auth", PING, b"-NOAUTH Authentication required.\r\n"),
        ("memcached", b"version\r\nflush_all\r\nquit\r\n", b"VERSION 1.6.18\r\nERROR\r\n"),
        ("postgres", struct.pack("!II", 8, 80_877_103), b"N"),
        ("postgres", struct.pack("!II", 9, 196_608) + b"\0", b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"),
        ("ssh", b"SSH-2.0-probe\r\n", b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n"),
        (
            "ftp",
            b"USER x\r\nLIST\r\nQUIT\r\n",
            b"220 FTP server ready\r\n331 Password required\r\n530 Please log in first\r\n221 Goodbye\r\n",
        ),
        ("vnc-none", b"RFB 003.008\n", b"RFB 003.008\n\x01\x01"),
        ("vnc-auth", b"RFB 003.008\n", b"RFB 003.008\n\x01\x02"),
        ("rdp", bytes.fromhex("0300000b 06e00000000000"), bytes.fromhex("0300000b 06d00000123400")),
        (
            "rdp",
            bytes.fromhex("03000013 0ee00000000000 0100080003000000"),
            bytes.fromhex("03000013 0ed00000123400 0200080002000000"),
        ),
        ("rdp", b"GET / HTTP/1.1\r\n\r\n", b""),
        ("telnet", b"", b"\xff\xfd\x18\xff\xfb\x01\xff\xfb\x03login: "),
        ("silent", b"anything", b""),
        ("garbage", b"", GARBAGE),
    ],
)
async def test_tcp_services(kind: TcpKind, request_: bytes, answer: bytes) -> None:
    assert await tcp(kind, request_) == answer


async def test_tcp_services_over_http() -> None:
    def parts(answer: bytes) -> tuple[str, bytes]:
        head, _blank, body = answer.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        return head.decode(), body

    get = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
    head, body = parts(await tcp("elasticsearch", get % b"/"))
    assert head.startswith("HTTP/1.1 200 ")
    assert json.loads(body)["cluster_name"] == "shop"
    head, body = parts(await tcp("elasticsearch-auth", get % b"/"))
    assert head.startswith("HTTP/1.1 401 ")
    assert "WWW-Authenticate: Basic" in head
    head, body = parts(await tcp("docker", get % b"/_ping"))
    assert (body, "Api-Version: 1.43" in head) == (b"OK", True)
    head, body = parts(await tcp("docker", get % b"/containers/json"))
    assert head.startswith("HTTP/1.1 404 ")
    head, body = parts(await tcp("http-panel", get % b"/", title="<phpMyAdmin>"))
    assert b"<title>&lt;phpMyAdmin&gt;</title>" in body


async def test_mongodb() -> None:
    listing = bson({"listDatabases": 1, "$db": "admin"})
    answers: dict[str, dict[str, bytes]] = {}
    for kind in ("mongodb", "mongodb-auth"):
        answers[kind] = {
            "hello": await tcp(kind, op_msg(HELLO)),
            "old": await tcp(kind, op_query(bson({"isMaster": 1}))),
            "list": await tcp(kind, op_msg(listing)),
        }
        for answer in answers[kind].values():
            size, _number, to_request, _opcode = struct.unpack("<iiii", answer[:16])
            assert (size, to_request) == (len(answer), 7)
        document = answers[kind]["hello"][21:]
        assert struct.unpack("<i", document[:4])[0] == len(document)
        assert b"\x08isWritablePrimary\0\x01" in document
        assert answers[kind]["old"][12:16] == b"\x01\0\0\0"
        assert b"\x08ismaster\0\x01" in answers[kind]["old"]
    assert answers["mongodb"]["hello"] == answers["mongodb-auth"]["hello"]
    assert b"\x04databases\0" in answers["mongodb"]["list"]
    assert b"\x10code\0\x0d\0\0\0" in answers["mongodb-auth"]["list"]
    assert b"Unauthorized" in answers["mongodb-auth"]["list"]
    assert b"CommandNotFound" in await tcp("mongodb", op_msg(bson({"dropDatabase": 1})))


def test_bson() -> None:
    expected = bytes.fromhex("1a000000") + b"\x02a\0\x02\0\0\0b\0\x04c\0" + bytes.fromhex("05000000 00") + b"\x08d\0\0\0"
    assert bson({"a": "b", "c": [], "d": False}) == struct.pack("<i", len(expected)) + expected[4:]


async def test_mysql_greets_and_denies() -> None:
    answer = await tcp("mysql", b"x")
    size = int.from_bytes(answer[:3], "little")
    greeting, error = answer[4 : 4 + size], answer[4 + size :]
    assert (answer[3], greeting[:8]) == (0, b"\x0a8.0.36\0")
    assert greeting.endswith(b"caching_sha2_password\0")
    assert greeting[8 + 4 + 8 + 1 + 7] == 21
    assert (int.from_bytes(error[:3], "little"), error[3], error[4:7]) == (len(error) - 4, 2, b"\xff\x15\x04")


async def test_tcp_drip_and_what_was_received() -> None:
    async with TcpService("drip", pace=0.001) as server, to(server.port) as client:
        assert await client.reader.readexactly(5) == b"xxxxx"
    async with TcpService("redis") as server, to(server.port) as client:
        assert await client.ask(PING * 101, 7 * 101) == b"+PONG\r\n" * 101
        assert server.received == [PING] * 100


@pytest.mark.parametrize("kind", get_args(TcpKind))
async def test_tcp_services_bear_nonsense(kind: TcpKind) -> None:
    async with TcpService(kind, pace=0.001) as server:
        for nonsense in (GARBAGE * 40, b"*" + b"9" * 5000 + b"\r\n", b"\x00\x00\x00\x00" * 6, b"\xff" * 30, b"\r\n\r\n"):
            async with to(server.port) as client:
                client.writer.write(nonsense)
                client.writer.write_eof()
                if kind == "drip":
                    continue
                await client.end()
        assert server.connections == 5


async def test_start_twice_and_on_another_address() -> None:
    server = TcpService("silent")
    await server.start("127.0.0.2")
    _reader, writer = await asyncio.open_connection("127.0.0.2", server.port)
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    server.close()


@pytest.mark.parametrize(
    "make",
    [
        lambda: TcpService("nosuch"),
        lambda: UdpService("nosuch"),
        lambda: ProxyServer("nosuch"),
        lambda: MailBehaviour(mode="nosuch"),
    ],
)
def test_unknown_kinds_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="nosuch"):
        make()


def test_closing_without_waiting_leaves_nothing_behind() -> None:
    servers: list[StreamServer] = [
        MailServer(context=SERVER, implicit_tls=True),
        mail("endless-greeting"),
        ProxyServer("http"),
        TcpService("drip", pace=0.001),
    ]

    async def work() -> None:
        writers = []
        for server in servers:
            await server.start()
            writers.append((await asyncio.open_connection("127.0.0.1", server.port))[1])
        await asyncio.sleep(0.01)
        for writer in writers:
            writer.transport.abort()
        for server in servers:
            server.close()

    asyncio.run(work())
    assert all(server.connections == 1 for server in servers)
