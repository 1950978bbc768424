"""Reverse DNS of an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer


@dataclass(frozen=True, slots=True)
class ReverseDns(Fact):
    """PTR records of an address and the addresses of the names they give.

    Attributes:
        ptr: the PTR look-up through the resolver; aliases (RFC 2317) are followed.
        published: the same as the reverse zone's own servers give it now.
        forward: A or AAAA look-ups (the family of the address) of at most 10 names.
    """

    kind: ClassVar[str] = "rdns"
    address: str
    ptr: DnsAnswer
    published: DnsAnswer | None
    forward: tuple[DnsAnswer, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        yield self.ptr
        if self.published:
            yield self.published
        yield from self.forward
