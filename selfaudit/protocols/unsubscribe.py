"""The header fields by which readers of a list get off it: List-Unsubscribe (RFC 2369 section 3.2) and one click (RFC 8058)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selfaudit.facts.message import SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.message_kept import list_uris, uri_kind
from selfaudit.protocols.message_read import as_sample

SIGNED = ("list-unsubscribe", "list-unsubscribe-post")  # RFC 8058 section 3.1: a signature must cover both
_ONE_CLICK = re.compile(r"(?i)List-Unsubscribe=One-Click\Z")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What a message offers.

    Attributes:
        present: there is a List-Unsubscribe field.
        https, http, mailto: what it names, each once, without path and local part, which often name the reader.
        one_click: RFC 8058 is followed in form: one https address, and List-Unsubscribe-Post says so.
        problems: what is wrong with the fields, in words (`i18n.phrase`).
    """

    present: bool
    https: tuple[str, ...] = ()
    http: tuple[str, ...] = ()
    mailto: tuple[str, ...] = ()
    one_click: bool = False
    problems: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether a reader's mail program can do anything with it."""
        return bool(self.https or self.http or self.mailto)


def check(message: bytes | SampleMessage) -> Unsubscribe:
    """Reads the fields. Whether a signature covers them is another question: `SIGNED` names them.

    Raises:
        BadInput: the octets are no message.
    """
    sample = as_sample(message)
    fields, posts = sample.all("list-unsubscribe"), sample.all("list-unsubscribe-post")
    problems = []
    if len(fields) > 1:
        problems.append(phrase("there are {count} List-Unsubscribe fields, only one is allowed", count=len(fields)))
    if len(posts) > 1:
        problems.append(phrase("there are {count} List-Unsubscribe-Post fields, only one is allowed", count=len(posts)))
    found: dict[str, list[str]] = {"https": [], "http": [], "mailto": []}
    for uri in list_uris(fields[0]) if fields else ():
        kind = uri_kind(uri)
        if kind and uri not in found[kind]:
            found[kind].append(uri)
        elif not kind:
            problems.append(phrase("one of its addresses is none that can be used"))
    if fields and not list_uris(fields[0]):
        problems.append(phrase("List-Unsubscribe names no address in angle brackets"))
    post = bool(posts) and bool(_ONE_CLICK.match(posts[0].strip()))
    if posts and not post:
        problems.append(phrase("List-Unsubscribe-Post must say “List-Unsubscribe=One-Click” and nothing else"))
    if posts and not found["https"]:
        problems.append(phrase("one click needs an https address, and there is none"))
    if len(found["https"]) > 1:
        problems.append(phrase("there are {count} https addresses; one click needs exactly one", count=len(found["https"])))
    one_click = post and len(found["https"]) == 1 and len(fields) == 1 and len(posts) == 1
    return Unsubscribe(
        bool(fields),
        tuple(found["https"]),
        tuple(found["http"]),
        tuple(found["mailto"]),
        one_click,
        tuple(dict.fromkeys(problems)),
    )
