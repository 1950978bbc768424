"""How the protocols ask for DNS data, and how recorded answers are played back to them.

A look-up is `async lookup(name, rdtype) -> DnsAnswer`: `name` with or without root dot, `rdtype` in upper case. It never
raises for what a server did: SERVFAIL, time-outs and the rest are statuses of the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, str_to_txt
from selfaudit.i18n import phrase

Lookup = Callable[[str, str], Awaitable[DnsAnswer]]
T = TypeVar("T")


class Replay:
    """Answers from a recording. What was not recorded is `unreachable`, so that it can never pass for "not there"."""

    def __init__(self, answers: Iterable[DnsAnswer]) -> None:
        self._answers: dict[tuple[str, str], DnsAnswer] = {}
        for answer in answers:
            self._answers.setdefault((absolute(answer.name), answer.rdtype), answer)

    async def __call__(self, name: str, rdtype: str) -> DnsAnswer:
        name = absolute(name)
        missing = DnsAnswer(name, rdtype, DnsStatus.UNREACHABLE, detail=phrase("not recorded"))
        return self._answers.get((name, rdtype), missing)


class Recorder:
    """Passes look-ups on and keeps each answer once."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._seen: dict[tuple[str, str], DnsAnswer] = {}

    async def __call__(self, name: str, rdtype: str) -> DnsAnswer:
        answer = await self._lookup(name, rdtype)
        self._seen.setdefault((absolute(name), rdtype), answer)
        return answer

    @property
    def answers(self) -> tuple[DnsAnswer, ...]:
        """What was seen, ordered by name and type."""
        return tuple(self._seen[key] for key in sorted(self._seen))


def zone_lookup(zone: Mapping[str, Mapping[str, Sequence[str] | DnsStatus]]) -> Lookup:
    """A look-up over a small literal zone, for tests and examples.

    Args:
        zone: name -> type -> records. TXT records are plain text, not presentation format. A `DnsStatus` in place of the
            records stands for that trouble. Names that are not in the mapping do not exist. A CNAME is followed.
    """
    table = {absolute(name): data for name, data in zone.items()}

    async def lookup(name: str, rdtype: str) -> DnsAnswer:
        asked = absolute(name)
        chain: list[str] = []
        current = asked
        while True:
            data = table.get(current)
            if data is None:
                below = any(n.endswith("." + current) for n in table)
                status = DnsStatus.NODATA if below else DnsStatus.NXDOMAIN
                return DnsAnswer(asked, rdtype, status, chain=tuple(chain))
            records = data.get(rdtype, ())
            if isinstance(records, DnsStatus):
                return DnsAnswer(asked, rdtype, records, chain=tuple(chain))
            if not records and "CNAME" in data and rdtype != "CNAME":
                target = data["CNAME"]
                assert not isinstance(target, DnsStatus)
                current = absolute(target[0])
                if current in chain:
                    return DnsAnswer(asked, rdtype, DnsStatus.LOOP, chain=tuple(chain))
                chain.append(current)
                continue
            status = DnsStatus.ANSWER if records else DnsStatus.NODATA
            shown = tuple(str_to_txt(r) for r in records) if rdtype == "TXT" else tuple(records)
            return DnsAnswer(asked, rdtype, status, records=shown, chain=tuple(chain), ttl=300)

    return lookup


def run_now(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never really waits (its look-ups are played back) without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("a replayed evaluation tried to wait")


def names_equal(first: str, second: str) -> bool:
    """Whether two domain names are the same, ignoring case and the root dot (RFC 4343)."""
    return absolute(first) == absolute(second)


def is_below(name: str, ancestor: str) -> bool:
    """Whether a name is the ancestor itself or lies under it."""
    name, ancestor = absolute(name), absolute(ancestor)
    return ancestor == "." or name == ancestor or name.endswith("." + ancestor)
