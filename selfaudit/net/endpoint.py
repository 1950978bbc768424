"""A socket of our own that proves who reached it: a proxy that leads here brings back what only we know."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re

_LIMIT = 4096
_PATIENCE = 10.0
_MOST = 32  # visitors at once
_NONCE = re.compile(rb"selfaudit-([0-9a-f]{32})")


class Endpoint:
    """Listens while a run lasts and answers a request that names one of its nonces with the proof that belongs to it.

    Attributes:
        address: under which others reach it.
        port: TCP port.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.port = 0
        self._secret = os.urandom(32)
        self._issued: set[str] = set()
        self._reached: dict[str, str] = {}
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self, bind: str) -> None:
        """Begins to listen.

        Raises:
            OSError: it cannot.
        """
        self._server = await asyncio.start_server(self._serve, bind, 0, limit=_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stops listening and hangs up on everybody."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def nonce(self) -> str:
        """A new nonce, to be used once."""
        nonce = os.urandom(16).hex()
        self._issued.add(nonce)
        return nonce

    def proof(self, nonce: str) -> str:
        """What a request with this nonce is answered with."""
        return hashlib.sha256(self._secret + nonce.encode()).hexdigest()

    def reached(self, nonce: str) -> str:
        """From which address somebody came here with a nonce, "" if nobody did."""
        return self._reached.get(nonce, "")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= _MOST:
            writer.transport.abort()  # strangers must not use up what the audit needs
            return
        self._open.add(writer)
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                match = _NONCE.search(head)
                nonce = match[1].decode() if match else ""
                if nonce in self._issued:
                    self._issued.discard(nonce)
                    self._reached[nonce] = str(writer.get_extra_info("peername")[0])
                    body = self.proof(nonce).encode()
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                        % len(body)
                        + body
                    )
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # strangers may come by; they get nothing
        finally:
            self._open.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()
