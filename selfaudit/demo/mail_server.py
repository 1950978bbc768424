"""A mail server that speaks SMTP (RFC 5321), well behaved or not. What it accepts it keeps; it never sends anything on."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from typing import Literal, get_args

from selfaudit.demo.tcp_servers import GARBAGE, Connection, StreamServer

_Honest = Literal[
    "closed", "open", "local-sender", "null-sender", "percent", "rejects-at-data", "greylist", "tempfail", "submission"
]
_Away = Literal["busy", "refuses-service"]
_Hostile = Literal["endless-greeting", "long-line", "binary", "silent", "drip", "bad-status"]
MailMode = Literal[_Honest, _Away, _Hostile, "tls-garbage"]

#: Octets of the largest message (RFC 1870).
SIZE = 1_000_000

_KEPT = 100
_COMMANDS = 1000
_PATH = re.compile(r'\s*<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(?:\s|$)')

Message = tuple[str, tuple[str, ...], bytes]


@dataclass(frozen=True, slots=True)
class MailBehaviour:
    """How a mail server behaves.

    Attributes:
        name: its name in the greeting and in the answer to EHLO.
        local_domains: the domains it receives for; its own name and address literals are local too.
        users: local parts that exist; "*" takes every one (a catch-all).
        mode: "closed" refuses strangers. "open" relays everything; "local-sender" if the sender's domain is local,
            "null-sender" if the sender is empty, "percent" for user%foreign@local. "rejects-at-data" accepts every
            recipient and refuses DATA. "greylist", "tempfail" answer 4xx to RCPT, "submission" 530 to MAIL. "busy" and
            "refuses-service" greet with 421 and 554. The others are hostile: "endless-greeting", "long-line" (1 MB),
            "binary", "silent", "drip" (a greeting without end, byte by byte), "bad-status", "tls-garbage".
        auth: whether AUTH is offered: never, only under TLS, or always. No credentials are ever right.
        verify: whether VRFY is answered with 252; else 502.
        greeting_delay: seconds before the greeting.
        tarpit: seconds before each byte of each reply.
        pace: seconds between two bytes of "drip".
        hangup_after: commands after which it closes without a word; 0 for never.
    """

    name: str = "mail.blumenhof.example"
    local_domains: tuple[str, ...] = ("blumenhof.example",)
    users: tuple[str, ...] = ("postmaster", "abuse", "info")
    mode: MailMode = "closed"
    auth: Literal["never", "tls", "always"] = "never"
    verify: bool = True
    greeting_delay: float = 0.0
    tarpit: float = 0.0
    pace: float = 1.0
    hangup_after: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown mode, which may come from a file."""
        if self.mode not in get_args(MailMode):
            raise ValueError(f"no such mode of a mail server: {self.mode!r}")


class MailServer(StreamServer):
    """SMTP on loopback.

    Args:
        behaviour: what it does.
        context: its certificate; with it STARTTLS is offered.
        implicit_tls: TLS from the first byte, as on port 465 (RFC 8314 section 3). Needs a context, else ValueError.

    Attributes:
        messages: (sender, recipients, content with CRLF line ends) of what was accepted, at most 100.
        accepted: how many messages were accepted.
        commands: the command lines that came, at most 1000, without credentials and message texts.
    """

    def __init__(
        self, behaviour: MailBehaviour | None = None, context: ssl.SSLContext | None = None, *, implicit_tls: bool = False
    ) -> None:
        super().__init__()
        if implicit_tls and context is None:
            raise ValueError("implicit TLS needs a certificate")
        self.behaviour = behaviour or MailBehaviour()
        self.context, self.implicit_tls = context, implicit_tls
        self.messages: list[Message] = []
        self.accepted = 0
        self.commands: list[str] = []

    async def serve(self, connection: Connection) -> None:
        """Talks to one client."""
        if self.implicit_tls and self.context:
            await connection.start_tls(self.context)
        await asyncio.sleep(self.behaviour.greeting_delay)
        if self.behaviour.mode in get_args(_Hostile):
            await self._misbehave(connection)
        else:
            await _Session(self, connection, self.implicit_tls).run()

    def keep(self, message: Message) -> None:
        """Takes a message."""
        self.accepted += 1
        if len(self.messages) < _KEPT:
            self.messages.append(message)

    def note(self, line: str) -> None:
        """Remembers a command."""
        if len(self.commands) < _COMMANDS:
            self.commands.append(line)

    async def _misbehave(self, c: Connection) -> None:
        line = f"220-{self.behaviour.name} ESMTP\r\n".encode()
        match self.behaviour.mode:
            case "endless-greeting":
                while True:
                    await c.send(line * 100)
                    await asyncio.sleep(0.01)
            case "drip":
                while True:
                    await c.send(line, self.behaviour.pace)
            case "long-line":
                await c.send(b"220 " + b"x" * 1_048_576)
                await c.drain_input()
            case "binary":
                for _turn in range(_COMMANDS):
                    await c.send(GARBAGE + b"\r\n")
                    self.note((await c.until(b"\n")).decode("latin-1").strip())
            case "bad-status":
                for turn in range(_COMMANDS):
                    await c.send((b"2x0 hello\r\n", b"25\r\n", b"hello\r\n", b"99999 hello\r\n", b"\r\n")[turn % 5])
                    self.note((await c.until(b"\n")).decode("latin-1").strip())
            case _:
                await c.drain_input()


@dataclass(slots=True)
class _Session:
    """One SMTP session: the state of RFC 5321 section 4.1.4."""

    server: MailServer
    connection: Connection
    encrypted: bool
    greeted: bool = False
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)

    @property
    def _behaviour(self) -> MailBehaviour:
        return self.server.behaviour

    async def run(self) -> None:
        """Greets and answers commands until one side ends it."""
        match self._behaviour.mode:
            case "busy":
                return await self._reply(f"421 4.7.0 {self._behaviour.name} Too busy, try again later")
            case "refuses-service":
                await self._reply(f"554 5.7.1 {self._behaviour.name} No SMTP service here")
            case _:
                await self._reply(f"220 {self._behaviour.name} ESMTP")
        for count in range(1, _COMMANDS):
            line = (await self.connection.until(b"\n")).decode("utf-8", "replace").rstrip("\r\n")
            verb, _space, rest = line.partition(" ")
            self.server.note("AUTH " + rest.partition(" ")[0] if verb.upper() == "AUTH" else line)
            goes_on = await self._command(verb.upper(), rest)
            if not goes_on or count == self._behaviour.hangup_after:
                return

    async def _reply(self, *lines: str) -> None:
        """Sends a reply: each line with its status, all but the last made into continuation lines."""
        first = [f"{line[:3]}-{line[4:]}\r\n" for line in lines[:-1]]
        await self.connection.send("".join([*first, lines[-1] + "\r\n"]).encode(), self._behaviour.tarpit)

    async def _command(self, verb: str, rest: str) -> bool:
        """Answers one command; False if the session is over."""
        if self._behaviour.mode == "refuses-service" and verb != "QUIT":
            # RFC 5321 section 3.1: it waits for QUIT and answers 503 to everything else.
            await self._reply("503 5.5.1 No SMTP service here")
            return True
        match verb:
            case "QUIT":
                await self._reply("221 2.0.0 Bye")
                return False
            case "EHLO" | "HELO":
                await self._hello(verb, rest)
            case "STARTTLS":
                return await self._start_tls(rest)
            case "AUTH":
                await self._auth(rest)
            case "MAIL":
                await self._mail(rest)
            case "RCPT":
                await self._rcpt(rest)
            case "DATA":
                await self._data()
            case "RSET":
                self._reset()
                await self._reply("250 2.0.0 Ok")
            case "NOOP":
                await self._reply("250 2.0.0 Ok")
            case "VRFY" if self._behaviour.verify:
                await self._reply(f"252 2.0.0 {rest}"[:400])
            case "VRFY" | "EXPN" | "HELP" | "TURN":
                await self._reply("502 5.5.1 Command not implemented")
            case _:
                await self._reply("500 5.5.2 Command not recognized")
        return True

    def _reset(self) -> None:
        self.sender, self.recipients = None, []

    async def _hello(self, verb: str, rest: str) -> None:
        if not rest.strip():
            return await self._reply(f"501 5.5.4 Syntax: {verb} hostname")
        self._reset()
        self.greeted = True
        name = self._behaviour.name
        if verb == "HELO":
            return await self._reply(f"250 {name}")
        extensions = ["PIPELINING", f"SIZE {SIZE}"]
        if self._offers_tls:
            extensions.append("STARTTLS")
        if self._offers_auth:
            extensions.append("AUTH PLAIN LOGIN")
        await self._reply(f"250 {name}", *(f"250 {x}" for x in [*extensions, "ENHANCEDSTATUSCODES", "8BITMIME"]))

    @property
    def _offers_tls(self) -> bool:
        return not self.encrypted and (self.server.context is not None or self._behaviour.mode == "tls-garbage")

    @property
    def _offers_auth(self) -> bool:
        return self._behaviour.auth == "always" or (self._behaviour.auth == "tls" and self.encrypted)

    async def _start_tls(self, rest: str) -> bool:
        if rest.strip():
            await self._reply("501 5.5.4 Syntax: STARTTLS")
        elif not self._offers_tls:
            await self._reply("503 5.5.1 TLS is active" if self.encrypted else "502 5.5.1 STARTTLS is not available")
        elif self._behaviour.mode == "tls-garbage" or self.server.context is None:
            await self._reply("220 2.0.0 Ready to start TLS")
            await self.connection.some()
            await self.connection.send(GARBAGE)
            await self.connection.drain_input()
            return False
        else:
            await self._reply("220 2.0.0 Ready to start TLS")
            await self.connection.start_tls(self.server.context)
            self.encrypted, self.greeted = True, False
            self._reset()
        return True

    async def _auth(self, rest: str) -> None:
        if not self._offers_auth:
            return await self._reply("502 5.5.1 AUTH is not available")
        mechanism, _space, initial = rest.upper().partition(" ")
        if mechanism not in ("PLAIN", "LOGIN"):
            return await self._reply("504 5.5.4 Unrecognized authentication type")
        prompts = (["334 "] if not initial else []) if mechanism == "PLAIN" else ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"]
        for prompt in prompts[1:] if mechanism == "LOGIN" and initial else prompts:
            await self._reply(prompt)
            if (await self.connection.until(b"\n")).strip() == b"*":
                return await self._reply("501 5.7.0 Authentication aborted")
        await self._reply("535 5.7.8 Authentication credentials invalid")

    async def _mail(self, rest: str) -> None:
        path = _PATH.match(rest[5:]) if rest.upper().startswith("FROM:") else None
        if not self.greeted:
            await self._reply("503 5.5.1 Send EHLO first")
        elif self.sender is not None:
            await self._reply("503 5.5.1 Nested MAIL command")
        elif path is None:
            await self._reply("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif self._behaviour.mode == "submission":
            await self._reply("530 5.7.0 Authentication required")
        elif (size := re.search(r"\sSIZE=(\d{1,20})\b", rest, re.IGNORECASE)) and int(size[1]) > SIZE:
            await self._reply("552 5.3.4 Message size exceeds fixed limit")
        else:
            self.sender = path[1]
            await self._reply("250 2.1.0 Ok")

    async def _rcpt(self, rest: str) -> None:
        path = _PATH.match(rest[3:]) if rest.upper().startswith("TO:") else None
        if self.sender is None:
            return await self._reply("503 5.5.1 Need MAIL command")
        if path is None or not path[1]:
            return await self._reply("501 5.5.4 Syntax: RCPT TO:<address>")
        if len(self.recipients) >= _KEPT:
            return await self._reply("452 4.5.3 Too many recipients")
        status = self._judge(path[1])
        if status.startswith("2"):
            self.recipients.append(path[1])
        await self._reply(status)

    def _judge(self, address: str) -> str:
        """The reply to a recipient."""
        ok, denied = "250 2.1.5 Ok", f"554 5.7.1 <{address[:200]}>: Relay access denied"
        mode = self._behaviour.mode
        if mode == "greylist":
            return "450 4.7.1 Greylisted, try again later"
        if mode == "tempfail":
            return "451 4.3.0 Temporary lookup failure"
        if mode in ("open", "rejects-at-data"):
            return ok
        if address.startswith("@"):  # a source route: only the last hop counts (RFC 5321 appendix C)
            address = address.partition(":")[2]
        local, domain = _split(address)
        if not self._is_local(domain):
            sender = self.sender or ""
            relays = (mode == "local-sender" and bool(sender) and self._is_local(_split(sender)[1])) or (
                mode == "null-sender" and not sender
            )
            return ok if relays else denied
        users = {u.lower() for u in self._behaviour.users}
        if "*" in users or local.lower() in users or (not domain and local.lower() == "postmaster"):
            return ok
        if "%" in local:
            return ok if mode == "percent" else denied
        return f"550 5.1.1 <{address[:200]}>: Recipient address rejected: User unknown"

    def _is_local(self, domain: str) -> bool:
        """Whether mail for a domain stays here; an address without a domain does."""
        own = {"", self._behaviour.name.lower(), *(d.lower() for d in self._behaviour.local_domains)}
        return domain.lower() in own or domain.startswith("[")

    async def _data(self) -> None:
        if self.sender is None or not self.recipients:
            return await self._reply("503 5.5.1 Need RCPT command")
        if self._behaviour.mode == "rejects-at-data":
            self._reset()
            return await self._reply("554 5.7.1 Relay access denied")
        await self._reply("354 End data with <CR><LF>.<CR><LF>")
        lines, size = [], 0
        while (line := await self.connection.until(b"\r\n", 65_536)) != b".\r\n":
            size += len(line)
            if size <= SIZE:
                lines.append(line.removeprefix(b"."))
            elif size > 4 * SIZE:
                return self.connection.abort()
        if size > SIZE:
            await self._reply("552 5.3.4 Message too big")
        else:
            self.server.keep((self.sender, tuple(self.recipients), b"".join(lines)))
            await self._reply(f"250 2.0.0 Ok: queued as {self.server.accepted:010X}")
        self._reset()


def _split(address: str) -> tuple[str, str]:
    """Local part without quotes, and domain ("" if there is none)."""
    local, _at, domain = address.rpartition("@")
    if not _at or domain.endswith('"'):  # an @ inside quotes parts nothing
        local, domain = address, ""
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = local[1:-1]
    return local, domain
