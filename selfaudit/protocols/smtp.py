"""Replies of mail servers (RFC 5321 section 4.2, RFC 3463), and what a refusal is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase

MAX_REPLY_LINE = 2000  # RFC 5321 section 4.5.3.1.5 allows 512; real servers send more
MAX_REPLY_LINES = 100

_LINE = re.compile(rb"(?P<code>[2-5][0-9][0-9])(?P<more>[ -]?)(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code and the text of each line, Latin-1 for each octet."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines as one."""
        return " ".join(self.lines)


def read_line(line: bytes) -> tuple[int, bool, str]:
    """Reads one line of a reply as (code, whether more follow, text).

    Raises:
        BadInput: it is not SMTP.
    """
    match = _LINE.fullmatch(line)
    if match is None or (not match["more"] and match["text"]):
        raise BadInput(phrase("not a reply of a mail server"))
    return int(match["code"]), match["more"] == b"-", match["text"].decode("latin-1")


def host_name(reply: Reply) -> str:
    """The name that a server gives itself in its reply to EHLO: the first word (RFC 5321 section 4.1.1.1)."""
    words = reply.lines[0].split() if reply.lines else []
    return words[0].rstrip(".")[:255] if words else ""


def extensions(reply: Reply) -> tuple[str, ...]:
    """The extensions in a reply to EHLO: keyword in upper case, arguments as they are; at most 40."""
    out = []
    for line in reply.lines[1:41]:
        keyword, _space, rest = line.strip().partition(" ")
        if keyword:
            out.append(f"{keyword.upper()} {rest}".strip()[:200])
    return tuple(out)


class RefusalKind(StrEnum):
    """What a permanent refusal of a recipient is about."""

    RELAY = "relay"  # the recipient is somebody else's, or a password is wanted: what a closed relay says
    CLIENT = "client"  # our address, our name or the sender is refused: says nothing about relaying
    MAILBOX = "mailbox"  # there is no such local user
    UNSTATED = "unstated"  # it does not say


_CLIENT = re.compile(
    r"spamhaus|block(?:ed|list)|black\s?list|rbl|dnsbl|listed (?:in|at|by|on)|reputation|\bptr\b|\brdns\b|reverse (?:dns|host|lookup)|"
    r"\bhelo\b|\behlo\b|\bspf\b|\bdmarc\b|null\s?mx|dynamic|residential|dial-?up|bad reputation|client host|your (?:ip|host|address)|"
    r"sender (?:address )?(?:domain|verif|rejected)|domain (?:not found|does not (?:exist|resolve))|unable to verify sender|geo|country",
    re.IGNORECASE,
)
_RELAY = re.compile(
    r"relay|authenticat|auth required|not authori[sz]ed|\b5\.7\.[01]\b.*(?:denied|permitted)|not (?:a )?local|not permitted to|"
    r"rcpthosts|not hosted here|no such domain|domain (?:isn't|is not) (?:in my list|hosted|local|allowed)|unroutable|unrouteable|"
    r"we do not|not (?:handled|accepted) (?:here|by)|access denied|log ?in first|starttls|administrative prohibition",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    r"\b5\.1\.[01]\b|user unknown|unknown user|no such user|unknown recipient|mailbox (?:unavailable|not found)|recipient (?:unknown|not found)|"
    r"does not exist|unknown local|no mailbox",
    re.IGNORECASE,
)
# RFC 4954 section 6: these codes ask for a log-in or refuse one.
_LOGIN_CODES = frozenset({530, 534, 535, 538})


def refusal(code: int, text: str) -> RefusalKind:
    """What a permanent refusal (5xx) is about, by its words. Words about us weigh more than a mention of relaying."""
    if code in _LOGIN_CODES:
        return RefusalKind.RELAY
    if _RELAY.search(text) and not re.search(r"spamhaus|blocked using|blacklist|listed (?:in|at|by|on)", text, re.IGNORECASE):
        return RefusalKind.RELAY
    if _CLIENT.search(text):
        return RefusalKind.CLIENT
    if _MAILBOX.search(text):
        return RefusalKind.MAILBOX
    return RefusalKind.UNSTATED


def wants_tls(code: int, text: str) -> bool:
    """Whether a refusal asks for STARTTLS first (RFC 3207 section 4)."""
    return code in (530, 454, 550, 554) and "starttls" in text.lower()
