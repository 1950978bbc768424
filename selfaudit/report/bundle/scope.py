"""Whether a bundle is about everything that it should be about: the targets of the case, and the addresses that its own facts name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selfaudit import __version__
from selfaudit.case import Target
from selfaudit.case.model import BROUGHT, CASE_TARGET
from selfaudit.engine.discover import discovered
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.judge import needed_keys, pairs
from selfaudit.i18n import phrase
from selfaudit.report.bundle.model import Point, Standing
from selfaudit.report.bundle.points import several
from selfaudit.text import printable


def targets_point(evidence: Evidence, asked: Sequence[str]) -> tuple[Point, tuple[str, ...]]:
    """Whether something is known about each target, and each that was found on the way is one. `asked` are targets that the provider's
    case file names and the case lacks.
    """
    case = evidence.case
    missing = list(dict.fromkeys((*asked, *_not_looked_at(evidence))))
    dropped, strange = dropped_targets(evidence), strange_targets(evidence)
    unlisted = max(len(dropped) - max(evidence.left_out, 0), 0)
    names = tuple(printable(name, 100) for name in missing)
    details = []
    if asked:
        details.append(phrase("The case file names these, but the audit does not: {names}", names=several(asked)))
    if evidence.left_out:
        details.append(phrase("further addresses that were found and not looked at: {count}", count=evidence.left_out))
    if unlisted:
        details.append(phrase("found in its own facts, but not looked at: {names}", names=several(dropped)))
    if missing:
        text = phrase("Nothing was looked at for these targets: {names}", names=several(missing))
        return Point("targets", Standing.BAD, text, tuple(details)), names
    if strange:
        text = phrase("These targets were neither named nor found: {names}", names=several(strange))
        return Point("targets", Standing.BAD, text, tuple(details)), names
    if evidence.left_out < 0 or unlisted:
        text = phrase("Its own facts name addresses that an audit looks at, but they are not among its targets.")
        other = evidence.left_out >= 0 and evidence.tool.version != __version__  # it may look for them in another way
        return Point("targets", Standing.UNKNOWN if other else Standing.BAD, text, tuple(details)), names
    if evidence.left_out:
        text = phrase("All named targets were looked at, but not all addresses that were found on the way.")
        return Point("targets", Standing.UNKNOWN, text, tuple(details)), names
    count = len(case.targets) - sum(t.kind in BROUGHT for t in case.targets)
    text = (
        phrase("All targets of the case were looked at ({count}).", count=count)
        if count
        else phrase("The case has no targets but files.")
    )
    return Point("targets", Standing.GOOD, text), names


def _not_looked_at(evidence: Evidence) -> list[str]:
    """Targets of the case of which nothing was observed, or that the evidence has under another heading than the case."""
    case, there = evidence.case, set(evidence.targets)
    seen = {(r.request.kind, r.request.subject) for r in evidence.records if r.fact is not None or r.failure is not None}
    looked_at = {
        (target.kind, target.value)
        for check, target in pairs(case, evidence.targets)
        if any(k in seen for k in needed_keys(check, target, case))
    }
    named = {(t.kind, t.value): t for t in case.targets}  # of two with one name, a run takes the last
    return [value for (kind, value), target in named.items() if (kind, value) not in looked_at or target not in there]


def dropped_targets(evidence: Evidence) -> list[str]:
    """Addresses that the facts name, as a run looks for them, and that are no targets."""
    there = {(t.kind, t.value) for t in evidence.targets}
    return list(dict.fromkeys(t.value for t in _found(evidence) if (t.kind, t.value) not in there))


def strange_targets(evidence: Evidence) -> list[str]:
    """Targets that the case does not name and no fact does."""
    known = {(t.kind, t.value) for t in (*evidence.case.targets, *_found(evidence), CASE_TARGET)}
    return [t.value for t in evidence.targets if (t.kind, t.value) not in known]


def _found(evidence: Evidence) -> Iterator[Target]:
    for record in evidence.records:
        if record.fact is not None:
            yield from discovered(record.fact, laboratory=evidence.case.laboratory)
