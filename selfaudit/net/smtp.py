"""Speaking SMTP to a stranger (RFC 5321), never in a hurry, never for longer than is decent, with everything written down."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from types import TracebackType

from selfaudit.errors import BadInput
from selfaudit.facts.exposure import PortOutcome, PortState
from selfaudit.facts.smtp import SmtpEnd, SmtpLine, SmtpSession
from selfaudit.i18n import phrase
from selfaudit.net.active import Active
from selfaudit.net.tcp import Connection, LineTooLong
from selfaudit.protocols import smtp
from selfaudit.protocols.smtp import Reply

_MAX_LINES = 200
_MAX_TEXT = 500
HELO = "selfaudit-check.invalid"  # RFC 2606: nobody has this name, and servers see at once what we are
SUBMISSIONS = 465  # RFC 8314: TLS from the first octet


class SessionOver(Exception):
    """The dialogue cannot go on; the session says why."""


def unverified_context() -> ssl.SSLContext:
    """TLS that takes every certificate: what is wrong with it is a fact, not an obstacle. Old versions are still spoken with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(slots=True)
class _State:
    connect: PortState
    end: SmtpEnd = SmtpEnd.NOT_CONNECTED
    greeting: int = 0
    name: str = ""
    extensions: tuple[str, ...] = ()
    lines: list[SmtpLine] = field(default_factory=list)
    detail: str = ""


class Dialogue:
    """One session with a mail server. Use as an async context manager; `session` is the record of it.

    Args:
        active: opens the connection, with authority.
        address: of the server.
        port: TCP port; on 465 TLS comes first.
        purpose: for the record of what was sent.
        budget: seconds for everything together.
    """

    def __init__(self, active: Active, address: str, port: int, purpose: str, budget: float = 50.0) -> None:
        self._active, self._address, self._port = active, address, port
        self._budget = budget
        self._opening = active.connection(address, port, purpose)
        self._connection: Connection | None = None
        self._state = _State(PortState(port, PortOutcome.ERROR))
        self._at = time.time()
        self._began = time.monotonic()
        self._deadline = 0.0

    async def __aenter__(self) -> Dialogue:
        """Connects. Whether that worked is in `connected`."""
        self._state.connect, self._connection = await self._opening.__aenter__()
        self._began = time.monotonic()
        self._deadline = asyncio.get_running_loop().time() + self._budget
        if self._connection is None:
            self._state.detail = self._state.connect.detail
        else:
            self._state.end = SmtpEnd.QUIT
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Hangs up. The end of a dialogue is no error."""
        await self._opening.__aexit__(None, None, None)
        return kind is SessionOver

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    def session(self) -> SmtpSession:
        """The record so far."""
        state = self._state
        return SmtpSession(
            self._address, self._port, state.connect.outcome, state.end, state.greeting, state.name, state.extensions,
            tuple(state.lines), state.detail, self._at, round((time.monotonic() - self._began) * 1000),
        )  # fmt: skip

    async def greet(self) -> None:
        """Waits for the greeting (RFC 5321 section 4.5.3.2.1: patiently) and says EHLO.

        Raises:
            SessionOver: it did not come to that.
        """
        if self._connection is None:
            raise SessionOver
        if self._port == SUBMISSIONS:
            await self.tls()
        reply = await self._reply(self._active.limits.smtp_timeout)
        self._state.greeting = reply.code
        if not 200 <= reply.code < 300:
            raise self._over(SmtpEnd.STOPPED, phrase("the server greets with a refusal"))
        await self.ehlo()

    async def ehlo(self) -> None:
        """Says EHLO, or HELO to servers of old."""
        reply = await self.command(f"EHLO {HELO}")
        if reply.code >= 500:
            reply = await self.command(f"HELO {HELO}")
        if 200 <= reply.code < 300:
            self._state.name, self._state.extensions = smtp.host_name(reply), smtp.extensions(reply)

    async def secure(self, name: str = "") -> bool:
        """STARTTLS and EHLO again (RFC 3207); False if the server does not want to after all.

        Args:
            name: see `tls`.

        Raises:
            SessionOver: the handshake failed.
        """
        reply = await self.command("STARTTLS")
        if reply.code != 220:
            return False
        await self.tls(name)
        await self.ehlo()
        return True

    async def tls(self, name: str = "") -> ssl.SSLObject:
        """Begins TLS, whatever the certificate.

        Args:
            name: the host name whose certificate is asked for (server name indication, RFC 6066 section 3; for mail RFC 7672
                section 8.1), "" for none. The caller has seen to it that it is a host name.

        Raises:
            SessionOver: the handshake failed.
        """
        assert self._connection is not None
        if await self._connection.pending():
            # RFC 3207 section 4.2: what was sent before the handshake must be thrown away; a server that does so is broken or attacked.
            raise self._over(SmtpEnd.TLS_FAILED, phrase("the server sent more before the handshake"))
        try:
            tls = await self._connection.start_tls(unverified_context(), name, self._patience())
        except TimeoutError:
            raise self._over(SmtpEnd.TIMEOUT, phrase("the TLS handshake was not done in time")) from None
        except (OSError, EOFError) as error:
            reason = getattr(error, "reason", "") or error.strerror or str(error) if isinstance(error, OSError) else str(error)
            raise self._over(SmtpEnd.TLS_FAILED, phrase("the TLS handshake failed: {why}", why=str(reason)[:120])) from None
        self._note("C", f"[TLS {tls.version()}]")
        return tls

    async def command(self, text: str) -> Reply:
        """Sends a line and waits for the reply.

        Raises:
            SessionOver: the connection broke, the server talks nonsense, or it said 421.
        """
        assert self._connection is not None
        self._note("C", text)
        try:
            await self._connection.write(text.encode("ascii", "replace") + b"\r\n", self._patience())
        except (TimeoutError, OSError):
            raise self._over(SmtpEnd.CLOSED, phrase("the server hung up")) from None
        reply = await self._reply(self._patience())
        if reply.code == 421:
            raise self._over(SmtpEnd.STOPPED, phrase("the server asks to come back later: {text}", text=reply.text[:200]))
        return reply

    async def data(self, message: bytes) -> Reply:
        """Hands over a message after DATA was accepted. Dots are doubled (RFC 5321 section 4.5.2)."""
        assert self._connection is not None
        stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in message.split(b"\r\n"))
        self._note("C", f"[{len(message)} octets]")
        try:
            await self._connection.write(stuffed + b"\r\n.\r\n", self._patience())
        except (TimeoutError, OSError):
            raise self._over(SmtpEnd.CLOSED, phrase("the server hung up")) from None
        return await self._reply(self._patience())

    async def quit(self) -> None:
        """Says goodbye; what the server makes of it does not matter."""
        if self._connection is None or self._state.end is not SmtpEnd.QUIT:
            return
        self._note("C", "QUIT")
        try:
            await self._connection.write(b"QUIT\r\n", 1.0)
        except (TimeoutError, OSError):
            return

    def _patience(self) -> float:
        left = self._deadline - asyncio.get_running_loop().time()
        return max(0.05, min(15.0, self._active.limits.smtp_timeout / 2, left))

    async def _reply(self, patience: float) -> Reply:
        assert self._connection is not None
        loop = asyncio.get_running_loop()
        deadline = min(loop.time() + patience, self._deadline)
        lines: list[str] = []
        try:
            while True:
                line = await self._connection.read_line(smtp.MAX_REPLY_LINE, deadline)
                self._note("S", line.decode("latin-1"))
                code, more, text = smtp.read_line(line)
                lines.append(text)
                if not more:
                    return Reply(code, tuple(lines))
                if len(lines) >= smtp.MAX_REPLY_LINES:
                    raise BadInput(phrase("a reply without end"))
        except TimeoutError:
            raise self._over(SmtpEnd.TIMEOUT, phrase("no reply in time")) from None
        except LineTooLong:
            raise self._over(SmtpEnd.BAD_REPLY, phrase("a line without end")) from None
        except BadInput as error:
            raise self._over(SmtpEnd.BAD_REPLY, str(error)) from None
        except OSError:
            raise self._over(SmtpEnd.CLOSED, phrase("the server hung up")) from None

    def _over(self, end: SmtpEnd, detail: str) -> SessionOver:
        self._state.end, self._state.detail = end, detail
        return SessionOver()

    def _note(self, who: str, text: str) -> None:
        if len(self._state.lines) < _MAX_LINES:
            ms = round((time.monotonic() - self._began) * 1000)
            self._state.lines.append(SmtpLine(who, ms, text[:_MAX_TEXT]))
