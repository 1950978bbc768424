"""Registries that test a client's patience: endless, slow, huge, binary, and one that counts how often it is asked."""

from __future__ import annotations

import asyncio
import json
import math
import re
import ssl
import time
from collections.abc import Callable
from typing import Literal, get_args

from selfaudit.demo.tcp_servers import GARBAGE, Connection, StreamServer, http_response
from selfaudit.demo.whois_server import WhoisServer

RdapOddity = Literal["drip", "huge", "endless"]
WhoisOddity = Literal["endless", "binary", "silent"]

HUGE = 50_000_000  # octets
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rdap+json\r\n"
_START = b'{"objectClassName": "domain", "notices": [{"title": "'
_PIECE = b"a" * 65_536


class OddRdapServer(StreamServer):
    """An RDAP server that answers every question over HTTPS, but not as one would wish.

    Args:
        kind: "drip" one octet at a time, "huge" 50 MB, "endless" chunks for ever (RFC 9112 section 7.1).
        context: its certificate.
        pace: seconds between the octets of "drip".
    """

    def __init__(self, kind: RdapOddity, context: ssl.SSLContext, *, pace: float = 1.0) -> None:
        if kind not in get_args(RdapOddity):
            raise ValueError(f"no such kind of RDAP server: {kind!r}")
        super().__init__()
        self._kind, self._context, self._pace = kind, context, pace

    async def serve(self, connection: Connection) -> None:
        """Answers one question."""
        await connection.start_tls(self._context)
        await connection.until(b"\r\n\r\n")
        match self._kind:
            case "drip":
                await connection.send(_HEAD + b"Content-Length: 100000\r\n\r\n")
                await connection.send(_START + b" " * (100_000 - len(_START)), self._pace)
            case "huge":
                await connection.send(_HEAD + f"Content-Length: {HUGE}\r\n\r\n".encode() + _START)
                left = HUGE - len(_START)
                while left:
                    piece = _PIECE[:left]
                    await connection.send(piece)
                    await asyncio.sleep(0)
                    left -= len(piece)
            case _:
                await connection.send(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(_START), _START))
                while True:
                    await connection.send(b"10000\r\n" + _PIECE + b"\r\n")
                    await asyncio.sleep(0)


class SilentWhoisServer(StreamServer):
    """Takes the question and says nothing."""

    async def serve(self, connection: Connection) -> None:
        """Ignores the client until it leaves."""
        await connection.drain_input()


def odd_whois_server(kind: WhoisOddity) -> StreamServer:
    """A WHOIS server of a kind, not started yet.

    Args:
        kind: "endless" never stops, "binary" sends octets that are no text, "silent" says nothing. ValueError if unknown.
    """
    if kind not in get_args(WhoisOddity):
        raise ValueError(f"no such kind of WHOIS server: {kind!r}")
    if kind == "silent":
        return SilentWhoisServer()
    return WhoisServer(lambda _line: None if kind == "endless" else GARBAGE)


class RateLimitedRegistry(StreamServer):
    """An RDAP registry over HTTPS that takes so many questions a second (a token bucket) and refuses the rest with 429.

    Every name is registered there and sound.

    Args:
        context: its certificate.
        rate: questions a second.
        burst: questions that may come at once after a quiet time.
        retry_after: whether a refusal says how long to wait (RFC 9110 section 10.2.3).
        headers: whether every answer carries RateLimit-Limit, -Remaining and -Reset, as drafts of the IETF's HTTPAPI group do.
        clock: seconds; for tests.

    Attributes:
        accepted, refused: numbers of questions.
        names: that were asked for, in order, with those refused.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        rate: float,
        burst: int = 1,
        retry_after: bool = True,
        headers: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("rate and burst must be positive")
        super().__init__()
        self._context, self._rate, self._burst = context, rate, burst
        self._retry_after, self._headers, self._clock = retry_after, headers, clock
        self._tokens, self._at = float(burst), clock()
        self.accepted = self.refused = 0
        self.names: list[str] = []

    async def serve(self, connection: Connection) -> None:
        """Answers one question."""
        await connection.start_tls(self._context)
        head = (await connection.until(b"\r\n\r\n")).decode("latin-1")
        match = re.match(r"GET /domain/([A-Za-z0-9.-]{1,253}) ", head)
        if match is None:
            await connection.send(http_response("404 Not Found", "", "application/rdap+json"))
            return
        name = match[1].lower()
        self.names.append(name)
        taken, headers = self._take()
        status = "200 OK" if taken else "429 Too Many Requests"
        body = _sound(name) if taken else {"errorCode": 429, "title": "Too Many Requests", "description": ["Ask again later."]}
        await connection.send(http_response(status, json.dumps(body), "application/rdap+json", *headers))

    def _take(self) -> tuple[bool, list[str]]:
        """Whether one more question is taken, and the headers that say what is left."""
        now = self._clock()
        self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._rate)
        self._at = now
        taken = self._tokens >= 1 - 1e-6  # a client that keeps to the rate exactly must not lose by rounding
        self.accepted += taken
        self.refused += not taken
        self._tokens -= taken
        wait = max(0, math.ceil((1 - self._tokens) / self._rate))
        headers = []
        if not taken and self._retry_after:
            headers.append(f"Retry-After: {max(1, wait)}")
        if self._headers:
            headers += [
                f"RateLimit-Limit: {self._burst}",
                f"RateLimit-Remaining: {int(self._tokens)}",
                f"RateLimit-Reset: {wait}",
            ]
        return taken, headers


def _sound(name: str) -> dict[str, object]:
    year = 31_536_000
    events = (("registration", -3 * year), ("expiration", year), ("last changed", -year))
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "domain",
        "ldhName": name,
        "status": ["active", "client transfer prohibited"],
        "events": [{"eventAction": action, "eventDate": _moment(seconds)} for action, seconds in events],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": n} for n in ("ns1.blumenhof.example", "ns2.dns-hosting.example")
        ],
        "secureDNS": {"delegationSigned": False},
        "entities": [],
    }


def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
