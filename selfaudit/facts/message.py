"""A sample message as it was read, and what the DNS says about its sender. The message itself is never sent, and its body is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One header field, unfolded.

    Kept is only what a check rests on (`protocols.message_kept`). Everything else is "…", or "" where nothing was there: recipients,
    the subject, local parts of addresses, and paths of links, which often name the reader.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DkimSignature:
    """A DKIM-Signature field (RFC 6376 section 3.5) with everything that a verdict needs besides the key record.

    Attributes:
        domain, selector: d= and s=, lower case, A-labels.
        identity: i= from its @ on, "" if it is absent.
        algorithm: a=.
        canonicalization: c= with both parts, for example "relaxed/simple".
        headers: h=, lower case.
        signed_at, expires: t= and x=, UTC seconds, 0 if absent.
        length: l=, -1 if absent.
        beyond: octets of the body that l= leaves unsigned.
        body_fits: bh= is the hash of the body as it stands in the file.
        digest: SHA-256 of the signed header fields, hexadecimal; RSA signs it, and Ed25519 signs these 32 octets (RFC 8463).
        value: b= without white space.
        problem: why no verifier may accept the signature, whatever the key (`i18n.phrase`), "" for nothing.
    """

    domain: str
    selector: str
    identity: str = ""
    algorithm: str = ""
    canonicalization: str = "simple/simple"
    headers: tuple[str, ...] = ()
    signed_at: int = 0
    expires: int = 0
    length: int = -1
    beyond: int = 0
    body_fits: bool = False
    digest: str = ""
    value: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One Received field (RFC 5321 section 4.4), the newest first. What is not said is "".

    Attributes:
        helo: the name by which the sending side greeted.
        rdns: the name that the receiving side found for its address.
        address: from which it came.
        by: the receiving side.
        at: when, UTC, RFC 3339.
    """

    helo: str = ""
    rdns: str = ""
    address: str = ""
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """How the message came to its receiver: from which address, with which greeting, and with which MAIL FROM.

    Attributes:
        address: "" if it is not known.
        helo: "" if it is not known.
        mail_from: without angle brackets, "" for the empty one (<>), None if it is not known.
        sure: the address is one that the case names with no strange server after it, or one that a person gave; otherwise it is the likeliest
            of the message's own lines.
        below: a strange server stands between the address and the receiver, so its line may have been made up and proves nothing.
    """

    address: str = ""
    helo: str = ""
    mail_from: str | None = None
    sure: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class BodyHints:
    """What was found in the texts of a message by looking for words. Hints, never proof.

    Attributes:
        text: there was text that could be read.
        unsubscribe: addresses of pages where the words around them speak of unsubscribing; mailto: among them. Without query, and with
            "…" from the first piece of the path on that may name a reader.
        words: the text speaks of unsubscribing.
        postal: something looks like a postal address.
        problems: what could not be read, in words (`i18n.phrase`).
    """

    text: bool = False
    unsubscribe: tuple[str, ...] = ()
    words: bool = False
    postal: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """What was read from the file, before any look-up.

    Attributes:
        name: of its file; results about it carry it as target of kind "message".
        sha256, size: of its octets.
        received: UTC by our clock when it was read, RFC 3339.
        fields: its header fields from the top, at most 200 and 64 kB; what is judged is kept before anything else.
        left_out: header fields beyond these bounds.
        signatures: its DKIM signatures from the top, at most 20.
        hops: its Received fields, at most 50.
        faults: codes of what is wrong with its form: "bare-cr", "nul", "long-line", "bad-line", "8bit", "not-utf8", "mixed-ends".
        body: hints from its texts.
        stated: how it was handed over, if a person said so.
    """

    name: str
    sha256: str
    size: int
    received: str
    fields: tuple[HeaderField, ...] = ()
    left_out: int = 0
    signatures: tuple[DkimSignature, ...] = ()
    hops: tuple[Hop, ...] = ()
    faults: tuple[str, ...] = ()
    body: BodyHints = field(default_factory=BodyHints)
    stated: Handover | None = None

    def all(self, name: str) -> tuple[str, ...]:
        """The values of all fields of a name, from the top."""
        return tuple(f.value for f in self.fields if f.name.lower() == name.lower())

    def first(self, name: str) -> str:
        """The value of the first field of a name, "" for none."""
        return next(iter(self.all(name)), "")

    @property
    def unsubscribe_urls(self) -> tuple[str, ...]:
        """Pages to unsubscribe that its text links to (https, without query); those whose path was not kept are left out."""
        return tuple(url for url in self.body.unsubscribe if url.lower().startswith("https://") and "…" not in url)


@dataclass(frozen=True, slots=True)
class MessageReport(Fact):
    """A sample message with the answers of the DNS that decide on it.

    Attributes:
        message: as it was read.
        answers: keys, SPF and DMARC records, in the order of name and type.
        sending: addresses that the case names as sending mail.
    """

    kind: ClassVar[str] = "message.report"

    message: SampleMessage
    answers: tuple[DnsAnswer, ...] = ()
    sending: tuple[str, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        """All answers."""
        yield from self.answers
