"""Listings that are no longer in the customer's hands: removal was requested, only the provider can ask, or they expire by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.case import Case
from selfaudit.case.statement import Removal, Statement
from selfaudit.findings import Finding, Result
from selfaudit.i18n import phrase
from selfaudit.policy.days import before, in_future, is_known
from selfaudit.policy.moments import first_trace
from selfaudit.policy.reading import Seen

_PROVIDER = phrase("Still listed; only the provider can ask for the removal.")
_EXPIRES = phrase("Still listed; it expires by itself, and nobody can ask for the removal.")


@dataclass(frozen=True, slots=True)
class Requests:
    """The customer's requests to lists. `since` is when the matter began: what is dated earlier was about something else."""

    removals: tuple[Removal, ...] = ()
    since: str = ""
    now: float | None = None

    def of(self, finding: Finding, target: str) -> Removal | None:
        """The request to be taken off the list that a finding names, with its day and the list's reference; None if there is none."""
        zone = str(finding.args.get("zone", "")).casefold().rstrip(".")
        wanted = zone, target.casefold().rstrip(".")
        known = (r for r in self.removals if (r.zone.casefold().rstrip("."), r.target.casefold().rstrip(".")) == wanted)
        return next(filter(self._counts, known), None) if zone else None

    def _counts(self, removal: Removal) -> bool:
        if not removal.reference.strip() or not is_known(removal.at) or in_future(removal.at, self.now):
            return False
        return not before(removal.at, self.since)


def requests_of(case: Case, said: Statement, now: float | None) -> Requests:
    """The requests that a statement names."""
    return Requests(said.removals, first_trace(case, said), now)


def waiting_words(failing: Iterable[Result], seen: Seen, requests: Requests) -> str:
    """Why nothing is left to the customer although all this failed; "" if something is.

    A list is waited for only where the cause is gone: while a server is open to strangers or holds traces of them, it would be listed anew.
    """
    if seen.broken_in() or seen.fails("exposure"):
        return ""
    asked: list[Removal] = []
    others: dict[str, None] = {}
    for result in failing:
        faults = seen.faults(result)
        if result.check.partition(".")[0] != "blocklist" or not faults:
            return ""
        for fault in faults:
            who = str(fault.finding.args.get("who", "you"))
            if who in ("provider", "wait"):
                others[_PROVIDER if who == "provider" else _EXPIRES] = None
                continue
            removal = requests.of(fault.finding, result.target)
            if removal is None:
                return ""
            asked.append(removal)
    if not asked:
        return " ".join(others)
    last = max(asked, key=lambda r: r.at)
    return phrase(
        "Still listed. The customer states that removal was requested on {date}, reference {reference}; the list decides.",
        date=last.at[:10], reference=last.reference,
    )  # fmt: skip
