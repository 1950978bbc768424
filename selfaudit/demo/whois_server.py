"""A WHOIS server (RFC 3912): one line in, one text out, and the connection ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from selfaudit.demo.tcp_servers import Connection, StreamServer

_LINE = 1024
_MORE = b"% and there is more to say\r\n" * 100


class WhoisServer(StreamServer):
    """A WHOIS server on loopback.

    Args:
        answer: the text to a line; None for one that never ends.

    Attributes:
        asked: the lines that came.
    """

    def __init__(self, answer: Callable[[str], bytes | None]) -> None:
        super().__init__()
        self._answer = answer
        self.asked: list[str] = []

    async def serve(self, connection: Connection) -> None:
        """Answers one question."""
        line = (await connection.until(b"\n", _LINE)).decode("latin-1").strip()
        self.asked.append(line)
        text = self._answer(line)
        while text is None:
            # Waits while the client takes nothing, lets others run while it takes everything, and ends when it leaves.
            await connection.send(_MORE)
            await asyncio.sleep(0)
        await connection.send(text)
