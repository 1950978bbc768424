"""What the checks of a clause come to: never more than was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from selfaudit.case.statement import Removal
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.days import in_future, passed
from selfaudit.policy.model import Basis, Clause, State
from selfaudit.policy.reading import Seen
from selfaudit.policy.substitutes import stand_in

# What would have to be brought along, by the kind of target.
_LACKING = {
    "host": phrase("no server was looked at from the inside"),
    "message": phrase("no sample message was given"),
    "ledger": phrase("no ledger of consent was given"),
    "domain": phrase("no domain was named"),
    "address": phrase("no address was named"),
}
_LEFT_OUT = phrase("these checks were left out of this audit")
_NOTHING = phrase("nothing was looked at for these checks")

_REPLACED = phrase(
    "Not seen from outside; what the server says from the inside stands in for it, to be looked at again from outside once the service is restored."
)
_YOU = phrase("you, by letting this check run")
_INSIDE = phrase("you, from the inside of the server")
_FILES = phrase("you, with a file that can be read")
_OUTSIDE = phrase("the provider's desk from its own network, or you once the server can be reached")
_AGAIN = phrase("you or the provider's desk, by asking again from another network")
_OURS = phrase("whoever makes this program, by putting it right")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a clause come to.

    `open` says why something is neither seen nor replaced, "" if nothing is; `critical`: something harms others right now; `asked`: all
    that failed are listings whose removal was requested: the rest is up to the lists.
    """

    state: State
    why: str = ""
    by: tuple[Basis, ...] = ()
    remarks: tuple[Basis, ...] = ()
    unseen: tuple[Basis, ...] = ()
    instead: tuple[Basis, ...] = ()
    missing: tuple[str, ...] = ()
    date: str = ""
    open: str = ""
    critical: bool = False
    asked: bool = False


def check_part(clause: Clause, seen: Seen, removals: Iterable[Removal] = ()) -> Checked | None:
    """The checked part of a clause; None if it has no checks. `removals` are the customer's requests to lists."""
    if not clause.checks:
        return None
    ids = seen.ids(clause.checks)
    results = [r for check in ids for r in seen.of(check)]
    missing = tuple(check for check in ids if not seen.of(check))
    failing = [r for r in results if r.outcome is Outcome.FAIL]
    replaced: list[Result] = []
    open_: list[Result] = []
    unseen = [r for r in results if r.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG)]
    for result in unseen:
        standing = stand_in(result, seen)
        failing += standing.failed
        replaced += standing.passed
        if not standing.passed:
            open_.append(result)
    remarks = _once(seen, (r for r in results if r.outcome is Outcome.WARN))
    base = Checked(State.NOT_APPLICABLE, remarks=remarks, unseen=tuple(_unseen(seen, r) for r in unseen), missing=missing)
    if failing:
        return replace(_failed(base, failing, seen, tuple(removals)), critical=any(map(seen.critical, failing)))
    instead = _once(seen, replaced)
    good = [r for r in results if r.outcome is Outcome.PASS or _approved(r)]
    base = replace(base, by=_once(seen, good) or remarks, instead=instead)
    if open_ or missing:
        why = _reason(open_[0]) if open_ else lacking_words(missing, seen)
        return replace(base, state=State.NEEDS_STATEMENT, why=why, open=why)
    if instead:
        return replace(base, state=State.CANNOT_VERIFY, why=_REPLACED)
    approved = next((r for r in results if _approved(r)), None)
    if approved is not None:
        return replace(base, state=State.MET, why=approved.reason)
    if base.by:
        return replace(base, state=State.MET, why=phrase("The results named here show it."))
    return replace(base, why=next((r.reason for r in results if r.reason), ""))


def lacking_words(missing: Iterable[str], seen: Seen) -> str:
    """Which input the checks lack that have no result at all."""
    words: dict[str, None] = {}
    for check in missing:
        kind = seen.reading.kinds.get(check, "")
        known = not seen.targets_of_kind(kind) and kind in _LACKING
        words.setdefault(_LACKING[kind] if known else _LEFT_OUT if kind else _NOTHING)
    return "; ".join(words)


def removal_of(finding: Finding, target: str, removals: Iterable[Removal]) -> Removal | None:
    """The customer's request to be taken off the list that a finding names, None if there is none with a day."""
    zone = str(finding.args.get("zone", "")).casefold().rstrip(".")
    wanted = zone, target.casefold().rstrip(".")
    known = (r for r in removals if r.at and (r.zone.casefold().rstrip("."), r.target.casefold().rstrip(".")) == wanted)
    return next(known, None) if zone else None


def _asked(failing: list[Result], seen: Seen, removals: tuple[Removal, ...]) -> tuple[Removal, ...]:
    """The requests for removal of everything that failed, the latest first; () if something else failed, too."""
    found = []
    for result in failing:
        if result.check.partition(".")[0] != "blocklist":
            return ()
        for fault in seen.faults(result):
            removal = removal_of(fault.finding, result.target, removals)
            if removal is None or in_future(removal.at, seen.reading.now):
                return ()
            found.append(removal)
    return tuple(sorted(found, key=lambda r: r.at, reverse=True))


def _failed(base: Checked, failing: list[Result], seen: Seen, removals: tuple[Removal, ...]) -> Checked:
    by = _once(seen, failing)
    asked = _asked(failing, seen, removals)
    if asked:
        why = phrase(
            "Still listed. The customer states that removal was requested on {date}, reference {reference}; the list decides.",
            date=asked[0].at[:10], reference=asked[0].reference or "-",
        )  # fmt: skip
        return replace(base, state=State.PLANNED, why=why, by=by, asked=True)
    days = [seen.planned(result) for result in failing]
    if all(days) and not any(passed(day, seen.reading.now) for day in days):
        why = phrase("Planned for {date}, not done yet.", date=max(days))
        return replace(base, state=State.PLANNED, why=why, by=by, date=max(days))
    # What nobody plans to mend comes first.
    first = next((seen.basis(r) for r, day in zip(failing, days, strict=True) if not day), by[0])
    why = first.why or phrase("The check {check} failed on {target}.", check=first.check, target=first.target)
    return replace(base, state=State.NOT_MET, why=why, by=(first, *(b for b in by if b != first)))


def _approved(result: Result) -> bool:
    return result.outcome is Outcome.NOT_APPLICABLE and any(f.approved for f in result.findings)


def _once(seen: Seen, results: Iterable[Result]) -> tuple[Basis, ...]:
    return tuple(dict.fromkeys(seen.basis(r) for r in results))


def _unseen(seen: Seen, result: Result) -> Basis:
    """A result that could not be had: why, and who can provide it."""
    basis = seen.basis(result)
    why = phrase("{reason}. It can be provided by {who}.", reason=_reason(result), who=_who(result))
    return Basis(basis.check, basis.target_kind, basis.target, basis.outcome, why)


def _reason(result: Result) -> str:
    """Why a result could not be had, without a full stop. The trace of our own fault is for the report, not for this sentence."""
    if result.outcome is Outcome.BUG:
        return phrase("this program made a mistake")
    return result.reason.rstrip(". ") or phrase("it was not seen")


def _who(result: Result) -> str:
    if result.outcome is Outcome.BUG:
        return _OURS
    if result.outcome is Outcome.NOT_RUN:
        return _YOU
    if result.target_kind == "host":
        return _INSIDE
    if result.target_kind in ("message", "ledger"):
        return _FILES
    if result.check.partition(".")[0] in ("exposure", "web") or result.check in ("mail.helo", "mail.starttls", "mail.contacts"):
        return _OUTSIDE
    return _AGAIN
