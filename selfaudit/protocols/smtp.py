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


_HOST = re.compile(r"(?=.{4,253}\Z)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}")
_LOCAL = (".local", ".localdomain", ".lan", ".internal", ".home", ".invalid")


def is_host_name(name: str) -> bool:
    """Whether a name could be that of a server on the internet: full, no address, and not one for local use only."""
    low = name.lower()
    return bool(_HOST.fullmatch(name)) and not low.endswith(_LOCAL) and not low.startswith("localhost.")


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
    CLIENT = "client"  # our address or our name is refused, or TLS is wanted first: says nothing about relaying
    SENDER = "sender"  # this sender is refused: says nothing about others
    MAILBOX = "mailbox"  # there is no such mailbox
    UNSTATED = "unstated"  # it does not say


# RFC 4954 section 6: these codes ask for a log-in or refuse one.
LOGIN_CODES = frozenset({530, 534, 535, 538})

# What servers repeat of our own words must not be taken for theirs: our recipient is called "selfaudit-relay-...".
_REPEATED = re.compile(r"<[^<>]*>|[^\s<>()]*@[^\s<>()]*")
_CLIENT = re.compile(
    r"spamhaus|spamcop|sorbs|barracuda|dnsbl|\brbl|blocked using|block ?list|black ?list|deny ?list|\blisted (?:in|at|by|on)\b|"
    r"client host|\bbanned\b|reputation|(?<!not an )open relay|helo command|\b(?:your|service) (?:isp|provider)|"
    r"directly to (?:our|us)|\b5\.7\.25\b",
    re.IGNORECASE,
)
_RELAYING = re.compile(r"\brelay|\brcpthosts\b", re.IGNORECASE)
# Microsoft: a recipient that does not exist, or one that takes mail from its own organisation only.
_ONE_RECIPIENT = re.compile(r"recipient address rejected:? access denied|resolver\.(?:rst|adr)", re.IGNORECASE)
_SENDER = re.compile(
    r"\bspf\b|\bdmarc\b|\bdkim\b|\bsenders?\b|\bnull ?mx\b|unauthenticated (?:e-?mail|message)|\b5\.1\.[78]\b|\b5\.7\.(?:2[0-36-9])\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"authenticat|\bauth (?:required|first|command)|\bneed auth|log ?in first|not (?:a )?local\b|not hosted here|no such domain|"
    r"domain (?:isn't|is not) (?:in my list|hosted|local|allowed)|domain\b.{0,40}\bnot (?:handled|accepted|served) (?:here|by)|"
    r"(?:do not|don't|cannot|can't) (?:handle|accept|deliver|take) mail (?:for|to)|delivery is not allowed|remote domains?\b.{0,20}not",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    r"\b5\.1\.(?:[0-36]|10)\b|\b5\.2\.[0-3]\b|unknown (?:local )?(?:user|recipient|address|part)|no such (?:user|person|mailbox|recipient|address)|"
    r"(?:user|mailbox|recipient|address|account)(?: is)? (?:unknown|unavailable|disabled|inactive|full|not found|invalid)|"
    r"does(?:n't| not) exist|no mailbox|no (?:valid )?recipients?\b|invalid (?:recipient|mailbox)|unroute?able|over ?quota",
    re.IGNORECASE,
)
_STRANGER = re.compile(
    r"access denied|service (?:currently |temporarily )?unavailable|\bblocked|\bptr\b|\brdns\b|reverse (?:dns|host|lookup|name)|\b[he][eh]lo\b|"
    r"\bdynamic|residential|dial-?up|your (?:ip|host|address|server|network|computer|domain)|\bgeo|\bcountry\b|\bip\b|\bspam|too many|"
    r"protocol error|synchroni[sz]ation|administratively denied",
    re.IGNORECASE,
)


def refusal(code: int, text: str) -> RefusalKind:
    """What a permanent refusal (5xx) is about, by its words.

    Words about us weigh most, then words about relaying: a server that knows us for a spammer says so first.
    """
    said = _REPEATED.sub(" ", text)
    relaying = bool(_RELAYING.search(said))
    if _CLIENT.search(said) or ("starttls" in said.lower() and not relaying):
        return RefusalKind.CLIENT
    if relaying or code in LOGIN_CODES:
        return RefusalKind.RELAY
    ordered = (
        (_ONE_RECIPIENT, RefusalKind.MAILBOX), (_SENDER, RefusalKind.SENDER), (_FOREIGN, RefusalKind.RELAY),
        (_MAILBOX, RefusalKind.MAILBOX), (_STRANGER, RefusalKind.CLIENT),
    )  # fmt: skip
    return next((kind for words, kind in ordered if words.search(said)), RefusalKind.UNSTATED)


_ASKED = re.compile(r"call-?out|\bsaid:|undeliverable address|account that you tried to reach|recipient verif", re.IGNORECASE)
_CONTENT = re.compile(
    r"\bspam|virus|malware|content|header|message-?id|rfc ?5322|polic(?:y|ies)|suspicio|phish|attachment", re.IGNORECASE
)


def asked_another(text: str) -> bool:
    """Whether the words come from the recipient's own server: whoever asks it for a stranger may pass mail on as well."""
    return bool(_ASKED.search(text))


def refuses_this_message(code: int, text: str) -> bool:
    """Whether a refusal after DATA is about what stands in the message or who sent it; another one might have passed."""
    return bool(_CONTENT.search(text)) or refusal(code, text) in (RefusalKind.CLIENT, RefusalKind.SENDER)


def wants_tls(code: int, text: str) -> bool:
    """Whether a refusal asks for STARTTLS first (RFC 3207 section 4)."""
    return code in (530, 454, 550, 554) and "starttls" in text.lower()
