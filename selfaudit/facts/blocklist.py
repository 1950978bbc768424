"""What blocklists said, and whether they were fit to be believed in this run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from selfaudit.facts.base import Fact
from selfaudit.facts.dns import DnsAnswer, View


class ListState(StrEnum):
    """How a list answered its own test points (RFC 5782 section 5)."""

    OK = "ok"
    EMPTY = "empty"  # the entry that must be listed is not: shut down, or no data for us
    WILDCARD = "wildcard"  # the entry that must not be listed is: lists the world
    REFUSED = "refused"  # it answers us with a refusal
    REWRITTEN = "rewritten"  # an answer outside 127.0.0.0/8
    SILENT = "silent"  # no answer
    BROKEN = "broken"  # SERVFAIL or malformed answers
    GONE = "gone"  # the zone does not exist
    NEEDS_KEY = "needs-key"  # a key is needed and none is there; nothing was asked


@dataclass(frozen=True, slots=True)
class ListMeaning:
    """What one code of a list means.

    `kind`: "listed", "policy", "info", "good" or "refused"; `who` can have it removed, "" if that is the list's general rule.
    """

    pattern: str
    meaning: str
    kind: str = "listed"
    who: str = ""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A list of the catalogue, as far as its answers are concerned (RFC 5782).

    Attributes:
        zone: where it is asked.
        name: for people.
        kinds: of "ip4", "ip6", "domain".
        tier: "1", "2", "3" or "info".
        access: "open", "registration" or "key".
        listed: entries that must be listed.
        not_listed: entries that must not be.
        codes: what its answers mean.
        removal: where delisting is asked for.
        who: "you", "provider" or "wait".
        checked_on: when this entry was last compared with its source.
    """

    zone: str
    name: str
    kinds: tuple[str, ...]
    tier: str
    access: str
    listed: tuple[str, ...]
    not_listed: tuple[str, ...]
    codes: tuple[ListMeaning, ...] = ()
    removal: str = ""
    who: str = "you"
    checked_on: str = ""


@dataclass(frozen=True, slots=True)
class ListHealth:
    """The state of one list for one kind of question, in this run.

    Attributes:
        zone: the list.
        kind: "ip4", "ip6" or "domain".
        state: how it answered.
        view: the way by which it was asked and by which it is asked from now on.
        answers: the look-ups of the test points.
    """

    zone: str
    kind: str
    state: ListState
    view: View
    answers: tuple[DnsAnswer, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ListCatalogue(Fact):
    """The lists of this run and their state.

    Attributes:
        version: date of the catalogue.
        entries: its lists.
        health: one per list and kind of question that this case needs.
    """

    kind: ClassVar[str] = "blocklist.health"
    scope: ClassVar[str] = "case"
    version: str
    entries: tuple[ListEntry, ...]
    health: tuple[ListHealth, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        for health in self.health:
            yield from health.answers


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What one list said of one target; `text` is its TXT record, only for showing."""

    zone: str
    answer: DnsAnswer
    text: str = ""


@dataclass(frozen=True, slots=True)
class AddressListings(Fact):
    """What the lists said of an address. Lists that failed their own test are not asked."""

    kind: ClassVar[str] = "blocklist.address"
    address: str
    answers: tuple[ListAnswer, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        for item in self.answers:
            yield item.answer


@dataclass(frozen=True, slots=True)
class DomainListings(Fact):
    """What the lists said of a domain (asked as its registrable domain and, where it differs, as itself)."""

    kind: ClassVar[str] = "blocklist.domain"
    domain: str
    answers: tuple[ListAnswer, ...]

    def lookups(self) -> Iterator[DnsAnswer]:
        for item in self.answers:
            yield item.answer
