"""Reading notices of abuse: mail, ARF (RFC 5965), feedback loops, XARF, Shadowserver's tables, references to blocklists, pasted text.

Everything in a notice comes from outside. It is taken apart within bounds, nothing is fetched, unpacked or believed, and what was
not understood is said.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from selfaudit.case.notice import Notice
from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.protocols.mime import decode_text
from selfaudit.protocols.notice import blocklist, mail, shadowserver, xarf
from selfaudit.protocols.notice.gather import Gathering
from selfaudit.protocols.notice.text import read_text

MAX_NOTICE = 20_000_000  # octets

__all__ = ["MAX_NOTICE", "read_notice"]

_OTHER_FILES = (
    (b"PK\x03\x04", phrase("this is an archive; unpack it first, and read the files in it one by one")),
    (b"\x1f\x8b", phrase("this is a compressed file; unpack it first, and read the file in it")),
    (b"7z\xbc\xaf\x27\x1c", phrase("this is an archive; unpack it first, and read the files in it one by one")),
    (b"Rar!", phrase("this is an archive; unpack it first, and read the files in it one by one")),
    (b"%PDF", phrase("this is a PDF; copy its text and paste it, or save it as text")),
    (b"\xd0\xcf\x11\xe0", phrase("this is a message in Outlook's own format; save it as .eml, or copy its text and paste it")),
    (b"\x89PNG", phrase("this is a picture; type its words, or ask for the text")),
    (b"\xff\xd8\xff", phrase("this is a picture; type its words, or ask for the text")),
)


def read_notice(data: bytes, name: str = "") -> Notice:
    """Reads a notice, whatever its format.

    Args:
        data: its octets, at most 20 MB.
        name: of its file, where there is one; tables of Shadowserver tell by it what they are about.

    Raises:
        BadInput: it is empty, too large, or neither text nor a message.
    """
    if len(data) > MAX_NOTICE:
        raise BadInput(phrase("larger than {limit} octets", limit=MAX_NOTICE))
    for head, words in _OTHER_FILES:
        if data.startswith(head):
            raise BadInput(words)
    found = Gathering("text")
    if mail.is_mail(data):
        found.format = "mail"
        mail.read(data, found)
    else:
        text = _decoded(data)
        start = text.lstrip()[:1]
        if start in ("{", "[") and _is_json(text):
            found.format = "xarf"
            xarf.read(text, found)
        elif shadowserver.is_report(text):
            found.format = "shadowserver"
            shadowserver.read(text, name, found)
        else:
            read_text(text, found)
            if blocklist.is_reference(text):
                blocklist.read(text, found)
    notice = found.made(hashlib.sha256(data).hexdigest(), len(data))
    return notice if says_something(notice) else replace(notice, not_understood=(*notice.not_understood, _NOTHING))


_NOTHING = phrase("neither an address nor a domain, page, message, list or topic was found in it")


def says_something(notice: Notice) -> bool:
    """Whether anything that matters was understood."""
    return any(
        (
            notice.addresses,
            notice.domains,
            notice.urls,
            notice.message_ids,
            notice.listings,
            notice.topics,
            notice.clauses,
            notice.steps,
            notice.reference,
        )
    )


def _decoded(data: bytes) -> str:
    text = decode_text(data)
    if not text.strip("\x00 \t\r\n\ufeff"):
        raise BadInput(phrase("there is nothing in it"))
    sample = text[:20_000]
    strange = sum(c < " " and c not in "\t\r\n\f\x1b" for c in sample) + sample.count("\ufffd")
    if strange * 10 > len(sample):
        raise BadInput(phrase("this is not text"))
    return text


def _is_json(text: str) -> bool:
    """Whether a text is meant as JSON, not as words in brackets."""
    stripped = text.strip()
    return stripped[-1:] in ("}", "]") and '"' in stripped[:2000]
