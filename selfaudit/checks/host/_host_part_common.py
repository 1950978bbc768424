"""What the checks of listeners, firewall, log-in, malware, jobs and resources share: since when, lists cut short, and why a part does not suffice."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.checks import _host
from selfaudit.facts.host import LACKING, HostPart, HostReport, PartStatus
from selfaudit.i18n import phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_scope import moment
from selfaudit.text import printable

DAY = 86_400  # seconds
WINDOW = 30 * DAY  # somebody who breaks in waits before he is noticed

NO_RIGHTS = LACKING[PartStatus.DENIED]
CUT = phrase("there was more than the collector writes down")
UNREADABLE = phrase("some of its lines cannot be read")
NOT_ASKED = phrase("a firewall is set up, but its rules could not be looked at")
CHANGES_NOTHING = phrase("changes nothing")
RESCUE = phrase("the file was made in a rescue system, and what runs there is not what runs here")

_NOTES = {
    "cut": CUT, "size": CUT, "time": LACKING[PartStatus.TIMEOUT], "rescue": RESCUE, "not-root": NO_RIGHTS, "sudoers-denied": NO_RIGHTS,
    "disk-only": phrase("programs that run could not be looked at"), "not-loaded": NOT_ASKED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Since:
    """From when on changes count: UTC seconds, whether a suspension is known, and the day for people."""

    start: float
    incident: bool
    day: str


def since(report: HostReport, policy: Policy) -> Since:
    """Thirty days before the suspension; without one, the last thirty days before the report was made."""
    taken = moment(report.taken) or 0.0
    end = taken if policy.suspended is None else min(policy.suspended, taken)
    start = max(0.0, end - WINDOW)
    return Since(start, policy.suspended is not None, day(start))


def day(at: float) -> str:
    """A moment (UTC seconds) as a day for people."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d")


def recent(changed: str, start: float) -> bool:
    """Whether something was changed since then. A time that cannot be read counts as recent: it has to be looked at."""
    at = moment(changed)
    return at is None or at >= start


def some(items: Iterable[str], limit: int = 8, each: int = 100) -> tuple[str, ...]:
    """The first of some outside texts, safe to show, and how many more there are."""
    unique = list(dict.fromkeys(items))
    shown = tuple(printable(i, each) for i in unique[:limit])
    rest = len(unique) - limit
    return (*shown, phrase("and {count} more", count=rest)) if rest > 0 else shown


def insufficient(report: HostReport, part: str, why: str) -> dict[str, str]:
    """The arguments of NOT_IN_FILE for a part that is there and does not suffice."""
    return {"host": report.name, "part": part, "why": why}


def unsure(report: HostReport, part: str, *, absent_is_empty: bool = False) -> dict[str, str] | None:
    """The arguments of NOT_IN_FILE if a part says nothing or only a piece, or has a note; None if it can be relied on."""
    found = report.part(part)
    if found is None or found.status is not PartStatus.OK:
        if found is not None and found.status is PartStatus.ABSENT and absent_is_empty:
            return None
        return _host.lacking(report, part)
    why = CUT if found.cut else noted(found)
    return insufficient(report, part, why) if why else None


def noted(part: HostPart) -> str:
    """What the collector's note at a part means: it did not see everything. "" without a note."""
    return _NOTES.get(part.note) or (phrase("the collector notes: {note}", note=printable(part.note, 60)) if part.note else "")
