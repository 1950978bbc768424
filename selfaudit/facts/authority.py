"""The look-ups by which authority over a target was proven or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class AuthorityLookups(Fact):
    """Challenge records, and reverse names with the way back.

    Attributes:
        answers: the look-ups.
        expected: domain -> the token that its challenge record had to hold.
    """

    kind: ClassVar[str] = "authority"
    scope: ClassVar[str] = "case"
    answers: tuple[DnsAnswer, ...]
    expected: dict[str, str]

    def lookups(self) -> Iterator[DnsAnswer]:
        yield from self.answers
