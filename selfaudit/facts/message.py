"""A sample message as it was read, and what the DNS says about its sender. The message itself is never sent, and its body is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """What was read from the file, before any look-up.

    Attributes:
        name: of its file; results about it carry it as target of kind "message".
        sha256, size: of its octets.
        received: UTC by our clock when it was read, RFC 3339.
    """

    name: str
    sha256: str
    size: int
    received: str


@dataclass(frozen=True, slots=True)
class MessageReport(Fact):
    """A sample message with the answers of the DNS that decide on it.

    Attributes:
        message: as it was read.
        answers: keys, SPF and DMARC records, in the order of name and type.
    """

    kind: ClassVar[str] = "message.report"

    message: SampleMessage
    answers: tuple[DnsAnswer, ...] = ()

    def lookups(self) -> Iterator[DnsAnswer]:
        """All answers."""
        yield from self.answers
