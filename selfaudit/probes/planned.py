"""What a plan says before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.i18n import phrase

RESOLVER = phrase("your DNS resolver")


@dataclass(frozen=True, slots=True)
class PlannedContact:
    """One party that will be asked.

    Attributes:
        who: in words: the resolver, the name servers of a domain, a blocklist, a host.
        what: protocol and purpose.
        count: questions or connections, at most.
        active: whether the target's own services are touched, which needs authority.
    """

    who: str
    what: str
    count: int
    active: bool = False


def resolver(what: str, count: int) -> PlannedContact:
    """Questions to the resolver."""
    return PlannedContact(RESOLVER, f"DNS: {what}", count)


def name_servers(zone: str, what: str, count: int) -> PlannedContact:
    """Questions to a zone's own servers."""
    return PlannedContact(phrase("the name servers of {zone}", zone=zone), f"DNS: {what}", count)


def blocklists(lists: int, what: str, count: int) -> PlannedContact:
    """Questions to blocklists."""
    return PlannedContact(phrase("1 blocklist") if lists == 1 else phrase("{lists} blocklists", lists=lists), what, count)
