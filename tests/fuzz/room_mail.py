"""Servers that answer a dialogue: SMTP, SSH, proxies, the small services over TCP and UDP."""

from __future__ import annotations

import asyncio
import struct
from types import SimpleNamespace, TracebackType
from typing import Any, cast

from selfaudit.errors import UserError
from selfaudit.facts.exposure import PortOutcome, PortState
from selfaudit.facts.smtp import SmtpEnd
from selfaudit.net.active import Active
from selfaudit.net.proxy import HTTP_METHODS, SOCKS_METHODS, Destination, ProxyTest
from selfaudit.net.smtp import Dialogue
from selfaudit.net.ssh import Login, parse_login
from selfaudit.net.ssh_report import End, something_else
from selfaudit.net.tcp import Connection
from selfaudit.protocols import amplifiers, http_status, rate_limit, services, smtp, socks
from selfaudit.protocols.relay import is_own
from selfaudit.ssh_pins import read_host_key
from tests.fuzz.target import Target, allowed, in_loop, octets, split, text_of


class _Writer:
    """Takes everything."""

    transport = SimpleNamespace(abort=lambda: None)

    def write(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def start_tls(self, *_given: object, **_named: object) -> None:
        # What was sent before the handshake must never count as said behind it (RFC 3207 section 4.2).
        assert self._reader.at_eof()

    def get_extra_info(self, _name: str) -> object:
        return SimpleNamespace(version=lambda: "TLSv1.3")


class _Opening:
    """An opened connection whose peer has said everything that it will say."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aenter__(self) -> tuple[PortState, Connection]:
        reader = asyncio.StreamReader()
        reader.feed_data(self._data)
        reader.feed_eof()
        return PortState(25, PortOutcome.OPEN), Connection(reader, cast(asyncio.StreamWriter, _Writer(reader)))

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        pass


def _active(*streams: bytes) -> Active:
    """Opens connections in memory, one stream after the other."""
    left = list(streams)
    made: Any = SimpleNamespace(
        limits=SimpleNamespace(smtp_timeout=5.0, http_timeout=5.0, udp_timeout=1.0),
        connection=lambda *_given: _Opening(left.pop(0) if left else b""),
    )
    return cast(Active, made)


def _smtp(data: bytes) -> None:
    """A whole dialogue against what a server says, with STARTTLS in the middle."""

    async def talk() -> None:
        dialogue = Dialogue(_active(data), "192.0.2.25", 25, "test")
        async with dialogue:
            await dialogue.greet()
            await dialogue.command("MAIL FROM:<>")
            reply = await dialogue.command("RCPT TO:<a@b.test>")
            smtp.refusal(reply.code, reply.text)
            smtp.asked_another(reply.text)
            smtp.refuses_this_message(reply.code, reply.text)
            smtp.wants_tls(reply.code, reply.text)
            await dialogue.data(b"Subject: x\r\n\r\n.\r\n")
            await dialogue.secure("mx.test")
        session = dialogue.session()
        assert len(session.transcript) <= 200
        assert all(len(line.text) <= 500 for line in session.transcript)
        if session.end is SmtpEnd.QUIT and session.name:
            assert smtp.is_host_name(session.name) or len(session.name) <= 300

    in_loop(talk())
    for line in data.split(b"\n")[:20]:
        allowed(smtp.read_line, line)
    text = text_of(data)
    smtp.is_host_name(text)
    is_own(text, ("shop.test",))


def _proxy(data: bytes) -> None:
    """Every method of proxies against what a server says; what does not prove anything is never taken for a proof."""
    sign = b"selfaudit-sign-7f3a"
    to = Destination("192.0.2.9", 443, "/x", b"", lambda got: sign in got, lambda: "")

    async def talk() -> None:
        for method in (*HTTP_METHODS, *SOCKS_METHODS):
            got = await ProxyTest(_active(data), "192.0.2.1", 1.0, embedded=False).attempt(8080, method, to)
            assert got.outcome != "proven" or sign in data
        await ProxyTest(_active(data), "192.0.2.1", 1.0, embedded=False).plain_status(80)

    in_loop(talk())
    http_status.read(data)
    socks.socks5_method(data)
    socks.socks5_reply(data)
    socks.socks5_reply_length(data)
    socks.socks4_reply(data)


def _services(data: bytes) -> None:
    """First two octets: the port; then what the service answers."""
    ports = sorted(services.BY_PORT)
    number = int.from_bytes(data[:2], "big")
    reading = services.read(ports[number % len(ports)], data[2:])
    assert len(reading.detail) <= 1000
    assert reading.detail.isprintable()


def _amplifiers(data: bytes) -> None:
    protocol = amplifiers.PROTOCOLS[data[0] % len(amplifiers.PROTOCOLS)] if data else amplifiers.PROTOCOLS[0]
    reading = protocol.read(data[1:513])
    assert len(reading.detail) <= 1000
    assert reading.detail.isprintable()


def _ssh(data: bytes) -> None:
    """What stands before an account, a key in a line, and what a session gives instead of the collector."""
    text = text_of(data)
    try:
        login = parse_login(text)
    except UserError:
        login = Login("root", "192.0.2.1", 22)
    key = allowed(read_host_key, text)
    if key is not None:
        assert read_host_key(key.data).fingerprint == key.fingerprint
    output, errors = split(data, 2)
    something_else(login, End(output, errors, 1))
    something_else(login, End(output, errors, None))


def _limits(data: bytes) -> None:
    values = text_of(data).splitlines() or [""]
    names = (
        "Retry-After",
        "RateLimit",
        "RateLimit-Policy",
        "X-RateLimit-Reset",
        "X-RateLimit-Remaining",
        "RateLimit-Reset",
        "RateLimit-Remaining",
    )
    rate_limit.read(dict(zip(names, values, strict=False)), 1_795_000_000.0)
    for value in values:
        rate_limit.retry_after(value, 1_795_000_000.0)
        rate_limit.read({"RateLimit": value}, 1_795_000_000.0)


def _service_replies() -> tuple[bytes, ...]:
    from tests.checks.tables.exposure_services import CLUSTER, HELLO, MYSQL, PING, PONG, RPC, SMB

    samples = {
        9200: CLUSTER,
        27017: HELLO,
        3306: MYSQL,
        2375: PING,
        6379: PONG,
        111: RPC,
        445: SMB,
        5900: b"RFB 003.008\n\x01\x01",
    }
    samples |= {
        1433: bytes.fromhex("0401001c 00000100 00000600 06ff 0f0007d0 0000") + bytes(8),
        1521: b"\0\x30\0\0\x04\0\0\0(VSNNUM=318767104)",
    }
    ports = sorted(services.BY_PORT)
    return tuple(struct.pack("!H", ports.index(p)) + d for p, d in samples.items() if p in ports)


def _amplifier_replies() -> tuple[bytes, ...]:
    from tests.checks.tables.exposure_amplifier import ANSWERS

    return tuple(bytes([n]) + ANSWERS[p.name] for n, p in enumerate(amplifiers.PROTOCOLS))


GREETING = "220 mx.shop.test ESMTP\r\n250-mx.shop.test\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
TARGETS = {
    "smtp": Target(
        _smtp, octets(GREETING + "250 ok\r\n550 5.7.1 relaying denied\r\n354 go\r\n250 done\r\n220 go\r\n250 injected\r\n",
        GREETING + "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n220 ready for TLS\r\n", "554 no\r\n", "220-a\r\n220-b\r\n220 c\r\n502 what\r\n250 old.test\r\n421 bye\r\n"),
        octets("250-", "250 ", "421 ", "354 ", "5.7.1", "STARTTLS", "AUTH PLAIN", "\r\n", "\n", "220 "), 6000, 1.0,
    ),
    "proxy": Target(
        _proxy, octets("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\nselfaudit-sign-7f3a", "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 407 no\r\n\r\n", b"\5\0\5\0\0\1\0\0\0\0\0\0", b"\0\x5a\0\0\0\0\0\0", b"\5\xff"),
        octets("HTTP/1.1 ", "\r\n\r\n", "200", "Transfer-Encoding: chunked", b"\5\0\0\3\xff"), 2000, 1.0,
    ),
    "services": Target(_services, _service_replies(), octets("HTTP/1.1 200 OK\r\n", "Server: ", '{"version":', "RFB 003.008\n", "220 "), 3000),
    "amplifiers": Target(_amplifiers, _amplifier_replies(), octets(b"\x30\x84\xff\xff\xff\xff", b"\x81\x80", b"\xc0\x0c", "HTTP/1.1 200 OK"), 600),
    "ssh": Target(_ssh, octets("root@192.0.2.1", "ssh://root@[2001:db8::1]:22", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJh", "This account is not available.\x1esudo: a password is required"), octets("@", "[", "]", ":65536", "ssh-rsa "), 2000),
    "limits": Target(_limits, octets("120", "Sun, 22 Nov 2026 10:00:00 GMT", '"default";r=0;t=30', "limit=10, remaining=0, reset=30"), octets("r=", "t=", ";", "GMT", '"'), 600),
}  # fmt: skip
