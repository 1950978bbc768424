"""Repeating the public checks of a bundle from here, and what that says about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from selfaudit.case import Case
from selfaudit.checks import all_checks
from selfaudit.engine import Audit
from selfaudit.engine.events import Emit, ignore
from selfaudit.engine.repeat import repeat
from selfaudit.findings import Outcome
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.report.bundle.model import Point, Standing, Verification
from selfaudit.report.drift import FactDrift, OutcomeDrift, counts, drift

POINT = "recheck"
MAX_DETAILS = 30
_MUCH = 0.25  # of what could be repeated


async def recheck(audit: Audit, make_net: Callable[[Case], Net], emit: Emit = ignore) -> tuple[FactDrift, ...]:
    """Observes what can be observed from here, and compares it fact by fact. Nothing active is sent, whatever the audit says.

    Args:
        audit: the audit, judged here.
        make_net: opens a network with the settings of this computer; the case is the one that is run (`engine.repeat.repeat_case`).
        emit: watches.
    """
    return drift(audit, await repeat(audit.evidence, make_net, emit))


def with_drift(verification: Verification, drifts: tuple[FactDrift, ...]) -> Verification:
    """The verification with what the repetition found, and a point that sums it up."""
    others = tuple(p for p in verification.points if p.name != POINT)
    return replace(verification, points=(*others, point_of(drifts)), drift=drifts)


def point_of(drifts: tuple[FactDrift, ...]) -> Point:
    """How the repetition stands: bad if something got worse or an all clear is not seen here, unknown if much could not be seen."""
    number = counts(drifts)
    better = number["matters"] - number["worse"]
    details = tuple(detail_of(d) for d in drifts if d.matters or (d.state == "not-seen" and _bears_a_pass(d)))
    numbers = {"same": number["same"], "changed": number["changed"], "unseen": number["not-seen"]}
    if number["worse"]:
        text = phrase(
            "Something is worse than the bundle says: {worse} of {changed} facts that changed ({same} are the same, {unseen} could not be seen).",
            worse=number["worse"], **numbers,
        )  # fmt: skip
        standing = Standing.BAD
    elif not number["same"] + number["changed"]:
        text, standing = phrase("Nothing of it could be seen from here, so nothing was confirmed."), Standing.UNKNOWN
    elif _much_unseen(drifts, number):
        text = phrase(
            "Much could not be seen from here, so that is not confirmed: {unseen} facts ({same} are the same, {changed} changed).",
            **numbers,
        )
        standing = Standing.UNKNOWN
    elif gone := sum(d.matters and any(_is_gone(c) for c in d.checks) for d in drifts):
        text = phrase(
            "Nothing fails that did not fail before, but {gone} facts that the bundle shows right are not there any more ({same} are the same, {unseen} could not be seen).",
            gone=gone, **numbers,
        )  # fmt: skip
        standing = Standing.NOTE
    elif better:
        text = phrase(
            "Nothing got worse; some checks come out otherwise because of {better} facts ({same} are the same, {unseen} could not be seen).",
            better=better, **numbers,
        )  # fmt: skip
        standing = Standing.NOTE
    else:
        text = phrase(
            "Nothing that matters has changed: {same} facts are the same, {changed} changed without harm, {unseen} could not be seen.",
            **numbers,
        )
        standing = Standing.GOOD
    return Point(POINT, standing, text, _bounded(details))


def detail_of(one: FactDrift) -> str:
    """A fact in one line: what it is about, and which checks come out otherwise."""
    turned = ", ".join(f"{c.check} {c.before or '-'} -> {c.now or '-'}" for c in one.checks[:6])
    return f"{one.kind} {one.subject}: {turned}"


def _bounded(details: tuple[str, ...]) -> tuple[str, ...]:
    if len(details) <= MAX_DETAILS:
        return details
    return (*details[:MAX_DETAILS], phrase("and {count} more facts", count=len(details) - MAX_DETAILS))


def _is_gone(turn: OutcomeDrift) -> bool:
    """Whether something that was right is not there any more; of what is worse, `number["worse"]` tells."""
    return turn.before == Outcome.PASS and turn.now == Outcome.NOT_APPLICABLE


def _much_unseen(drifts: tuple[FactDrift, ...], number: dict[str, int]) -> bool:
    repeatable = number["same"] + number["changed"] + number["not-seen"]
    return number["not-seen"] > _MUCH * repeatable or any(d.state == "not-seen" and _bears_a_pass(d) for d in drifts)


def _bears_a_pass(one: FactDrift) -> bool:
    """Whether a check that matters passed in the bundle and cannot be concluded here."""
    return any(
        c.before == Outcome.PASS and not all_checks()[c.check].spec.advisory for c in one.checks if c.check in all_checks()
    )
