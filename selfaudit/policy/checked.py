"""What the checks of a clause come to: never more than was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.days import passed
from selfaudit.policy.listed import requests_of, waiting_words
from selfaudit.policy.model import Basis, Clause, State
from selfaudit.policy.reading import NOT_DONE, NOT_LOOKED_AT, Seen
from selfaudit.policy.substitutes import stand_in

# What would have to be brought along, by the kind of target.
_LACKING = {
    "host": phrase("no server was looked at from the inside"),
    "message": phrase("no sample message was given"),
    "ledger": phrase("no ledger of consent was given"),
    "domain": phrase("no domain was named"),
    "address": phrase("no address was named"),
}
_NOTHING = phrase("nothing was looked at for these checks")
_INSIDE_FAMILIES = ("host", "patch")
_NAMES = 5

_REPLACED = phrase(
    "Not seen from outside; what the server says from the inside stands in for it, to be looked at again from outside once the service is restored."
)
_SHOWN = phrase("The results named here show it.")
_SHOWN_WITH_REMARKS = phrase("The results named here show it, with remarks.")
_YOU = phrase("you, by letting this check run")
_INSIDE = phrase("you, from the inside of the server")
_FILES = phrase("you, with a file that can be read")
_OUTSIDE = phrase("the provider's desk from its own network, or you once the server can be reached")
_AGAIN = phrase("you or the provider's desk, by asking again from another network")
_OURS = phrase("whoever makes this program, by putting it right")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a clause come to.

    `open` says why something is neither seen nor replaced, "" if nothing is; `firm`: no word of the customer settles that, the audit has to
    look; `warned`: all was looked at, but a check has nothing to show except warnings; `critical`: something harms others right now;
    `waits`: all that failed are listings that are no longer in the customer's hands.
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
    firm: bool = False
    warned: bool = False
    critical: bool = False
    waits: bool = False


def check_part(clause: Clause, seen: Seen, case: Case, said: Statement) -> Checked | None:
    """The checked part of a clause; None if it has no checks."""
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
        standing = stand_in(result, seen, suspended=bool(case.suspended))
        failing += standing.failed
        replaced += standing.passed
        if not standing.passed:
            open_.append(result)
    from_outside = _from_outside(ids, seen, case)
    base = Checked(
        State.NOT_APPLICABLE,
        remarks=_once(seen, (r for r in results if r.outcome is Outcome.WARN)),
        unseen=(*(_unseen(seen, r) for r in unseen), *from_outside),
        missing=missing,
    )
    firm = _left_out(ids, seen) or next((_reason(r) for r in open_ if _stopped(r)), "")
    why = firm
    if not firm and (open_ or missing or from_outside):
        why = _reason(open_[0]) if open_ else _lacking(missing, seen) if missing else _not_inside(from_outside)
    if failing:
        failed = _failed(base, failing, seen, case, said)
        # What waits for a list must not hide what was not looked at.
        failed = replace(failed, open=why, firm=bool(firm)) if failed.waits else failed
        return replace(failed, critical=any(map(seen.critical, failing)))
    base = replace(base, by=_once(seen, (r for r in results if r.outcome is Outcome.PASS)), instead=_once(seen, replaced))
    if why:
        return replace(base, state=State.NEEDS_STATEMENT, why=why, open=why, firm=bool(firm))
    warned = next((r for r in results if _only_warned(r, seen)), None)
    if warned is not None:
        why = seen.basis(warned).why.rstrip(". ") or phrase("the check {check} has remarks", check=warned.check)
        return replace(base, state=State.NEEDS_STATEMENT, why=why, open=why, warned=True)
    references = tuple(dict.fromkeys(f.approved for r in results for f in r.findings if f.approved))
    if references:
        base = replace(base, by=base.by + _once(seen, filter(_approved, results)))
        if not approvals_count(case):
            # The case file is the customer's: that it names an approval shows none.
            why = phrase(
                "The case file names an approval, reference {reference}; the desk knows whether it is so.", reference=", ".join(references)
            )  # fmt: skip
            return replace(base, state=State.CANNOT_VERIFY, why=why)
    if base.instead:
        return replace(base, state=State.CANNOT_VERIFY, why=_REPLACED)
    if base.by:
        return replace(base, state=State.MET, why=_met_words(base, ids, seen, _approved_words(case, references)))
    return replace(base, why=next((r.reason for r in results if r.reason), ""))


def approvals_count(case: Case) -> bool:
    """Whether the approvals of a case are the provider's own word: all of them stand in a case file that is signed by a key of its pack."""
    return case.seal is not None and case.seal.state == "trusted" and set(case.exceptions) <= set(case.seal.approvals)


def _approved_words(case: Case, references: tuple[str, ...]) -> str:
    """What the provider has approved, by its signed case file; "" for nothing."""
    if not references or case.seal is None:
        return ""
    return phrase(
        "What was found is approved by the provider, reference {reference}: the case file that names it is signed by {owner} ({key}).",
        reference=", ".join(references),
        owner=case.seal.owner,
        key=case.seal.key,
    )


def _met_words(base: Checked, ids: Iterable[str], seen: Seen, approved: str) -> str:
    """Why a clause is met; what of it is only approved, and from whom no sample message was given, is said, too."""
    why, without = _SHOWN_WITH_REMARKS if base.remarks else _SHOWN, seen.reading.unsampled
    if approved:
        why = approved
    if not without or not any(check.startswith("message.") and seen.of(check) for check in ids):
        return why
    return phrase("{why} No sample message was given from {domains}.", why=why, domains=_names(without))


def _left_out(ids: Iterable[str], seen: Seen) -> str:
    """Which checks this audit left out, although there was something to look at; "" for none."""
    checks = [check for check in ids if seen.left_out(check)]
    if not checks:
        return ""
    return phrase("this audit left out checks, or targets of them; let them run: {checks}", checks=_names(checks))


def _stopped(result: Result) -> bool:
    return result.outcome is not Outcome.BUG and result.reason.startswith((NOT_LOOKED_AT, NOT_DONE))


def _only_warned(result: Result, seen: Seen) -> bool:
    """Whether a check warns, and passes nowhere."""
    return result.outcome is Outcome.WARN and not any(r.outcome is Outcome.PASS for r in seen.of(result.check))


def _from_outside(ids: Iterable[str], seen: Seen, case: Case) -> tuple[Basis, ...]:
    """The addresses of the case at which no server was looked at from the inside, for checks that look there. Those found on the way
    are not demanded; nor is anything where nobody knows which server is where.
    """
    servers = seen.reading.servers
    inside = [check for check in ids if _is_inside(check, seen) and seen.of(check)]
    if servers is None:
        return ()
    found = []
    for address in dict.fromkeys((*case.addresses(), *case.sending_ips)):
        own = servers.get(address, ())
        lacking = next((check for check in inside if not any(r.target in own for r in seen.of(check))), "")
        if lacking:
            why = phrase(
                "no server at {address} was looked at from the inside. It can be provided by {who}.",
                address=address,
                who=_INSIDE,
            )
            found.append(Basis(lacking, "address", address, str(Outcome.NOT_RUN), why))
    return tuple(found)


def _is_inside(check: str, seen: Seen) -> bool:
    return seen.reading.kinds.get(check, "") == "host" or check.partition(".")[0] in _INSIDE_FAMILIES


def _not_inside(bases: Iterable[Basis]) -> str:
    return phrase("no server was looked at from the inside at {addresses}", addresses=_names([b.target for b in bases]))


def _lacking(missing: Iterable[str], seen: Seen) -> str:
    """What was not brought along, so that checks have no result at all."""
    words = dict.fromkeys(_LACKING.get(seen.reading.kinds.get(check, ""), _NOTHING) for check in missing)
    return "; ".join(words)


def _names(names: Iterable[str]) -> str:
    every = tuple(names)
    return ", ".join(every[:_NAMES]) + (" …" if len(every) > _NAMES else "")


def _failed(base: Checked, failing: list[Result], seen: Seen, case: Case, said: Statement) -> Checked:
    by = _once(seen, failing)
    waiting = waiting_words(failing, seen, requests_of(case, said, seen.reading.now))
    if waiting:
        return replace(base, state=State.PLANNED, why=waiting, by=by, waits=True)
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
