"""What the page shows of a policy: the clauses with their bases and links, the incident, the statement, and the provider's own look."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from selfaudit.engine import Audit
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.findings import Result
from selfaudit.i18n import N_, _, shown
from selfaudit.policy.model import Basis, Brand, Pack, Readiness, Requirement, State
from selfaudit.remedy import Group
from selfaudit.report.readiness_text import (
    STATE_SIGNS,
    STATE_WORDS,
    WEIGHT_WORDS,
    BasisLine,
    Words,
    blocking,
    counts_line,
    heading_of,
    is_core,
    open_besides,
    other_gaps,
    readiness_headline,
    to_verify,
    unverified_line,
)
from selfaudit.report.statement_text import (
    MOMENT_WORDS,
    answers_of,
    attested,
    cause_words,
    has_incident,
    measures_in,
    notice_lines,
    shown_by,
)

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}\Z")
# The colours of outcomes, for states.
_CLASSES = {
    State.MET: "pass",
    State.NOT_MET: "fail",
    State.PLANNED: "warn",
    State.NEEDS_STATEMENT: "warn",
    State.CANNOT_VERIFY: "inconclusive",
    State.NOT_APPLICABLE: "not-applicable",
    State.INFORMATIONAL: "not-applicable",
}
_KINDS = {"by": N_("Results"), "instead": N_("In place of it"), "unseen": N_("Not seen"), "remarks": N_("Remarks")}

Key = tuple[str, str, str]  # check, kind of target, target


@dataclass(frozen=True, slots=True)
class Row:
    """A clause on the page. `more` says how many further results fail; `bases` are groups of results with their headings."""

    requirement: Requirement
    css: str
    sign: str
    word: str
    weight: str
    why: str
    more: str
    core: bool
    bases: tuple[tuple[str, list[BasisLine]], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """The provider's own look: a logo as a data: URI, and colours as #rrggbb; "" for what is not given or not fit."""

    logo: Markup = field(default_factory=Markup)
    accent: str = ""
    accent_dark: str = ""


def policy_context(audit: Audit, groups: Sequence[Group]) -> dict[str, Any]:
    """What the templates need of the policy, the incident and the statement."""
    pack, readiness = pack_of(audit.evidence.case), readiness_of(audit)
    statement, case = audit.statement, audit.evidence.case
    places, words = places_of(groups), Words(audit)
    anchors, table = _anchors(audit.results, groups, places), row_places(audit.results)
    rows = {r.clause: _row(r, words) for r in readiness.requirements} if readiness else {}
    return {
        "look": look_of(pack.brand) if pack else Look(),
        "readiness": readiness,
        "readiness_words": _words(readiness),
        "rows": list(rows.values()),
        "blocking": [rows[r.clause] for r in blocking(readiness)] if readiness else [],
        "besides": [rows[r.clause] for r in open_besides(readiness)] if readiness else [],
        "to_verify": [rows[r.clause] for r in to_verify(readiness)] if readiness else [],
        "gaps": [shown(g.why) for g in other_gaps(readiness)] if readiness else [],
        "anchor": lambda item: anchors.get((item.check, item.target_kind, item.target), ""),
        "place_of": lambda action: places[id(action)],
        "row_place": lambda result: table[_key(result)],
        "clauses_beside": _beside(pack, rows),
        "incident": has_incident(case),
        "notice_lines": notice_lines,
        "statement": statement,
        "cause_words": cause_words(statement) if statement else "",
        "answers": answers_of(audit, pack),
        "moments": [(m, _(MOMENT_WORDS[m.kind])) for m in sorted(statement.timeline, key=lambda m: m.at)] if statement else [],
        "measures_in": measures_in,
        "shown_by": lambda measure: shown_by(measure, audit.results),
        "attested": attested(statement, case, pack, readiness) if statement else [],
    }


def places_of(groups: Iterable[Group]) -> dict[int, str]:
    """The names of the places of findings on the page, by the identity of the action."""
    actions = (action for group in groups for action in group.actions)
    return {id(action): f"f{number}" for number, action in enumerate(actions, start=1)}


def row_places(results: Iterable[Result]) -> dict[Key, str]:
    """The names of the rows in the list of all results."""
    return {_key(result): f"r{number}" for number, result in enumerate(results, start=1)}


def _anchors(results: Iterable[Result], groups: Iterable[Group], places: Mapping[int, str]) -> dict[Key, str]:
    """Where on the page a result stands: with its gravest finding, or else in the list of all results."""
    found: dict[Key, str] = {}
    for group in groups:
        for action in group.actions:
            for result in (action.result, *action.alike):
                found.setdefault(_key(result), places[id(action)])
    return row_places(results) | found


def _key(result: Result) -> Key:
    return result.check, result.target_kind, result.target


def look_of(brand: Brand) -> Look:
    """The provider's look as far as it can do no harm on a page."""
    logo = brand.logo.strip()
    if logo.startswith("<"):
        logo = "data:image/svg+xml;base64," + base64.b64encode(logo.encode("utf-8", "replace")).decode("ascii")
    elif not _PNG.match(logo):
        logo = ""
    accent, dark = (colour if _COLOUR.match(colour) else "" for colour in (brand.accent, brand.accent_dark))
    # Nothing in it needs escaping by now, and what is shown as text would be cut.
    return Look(Markup("{}").format(logo), accent, dark)


def _words(readiness: Readiness | None) -> dict[str, str]:
    if readiness is None:
        return {}
    return {
        "headline": readiness_headline(readiness),
        "counts": counts_line(readiness),
        "unverified": unverified_line(readiness),
    }


def _row(requirement: Requirement, words: Words) -> Row:
    groups: tuple[tuple[str, tuple[Basis, ...]], ...] = (
        ("by", requirement.by), ("instead", requirement.instead), ("unseen", requirement.unseen), ("remarks", requirement.remarks),
    )  # fmt: skip
    state = requirement.state
    return Row(
        replace(requirement, heading=heading_of(requirement)), _CLASSES[state], STATE_SIGNS[state], _(STATE_WORDS[state]), _(WEIGHT_WORDS[requirement.weight]), words.why(requirement),
        words.more(requirement), is_core(requirement), tuple((_(_KINDS[name]), words.lines(bases)) for name, bases in groups if bases),
    )  # fmt: skip


def _beside(pack: Pack | None, rows: Mapping[str, Row]) -> Any:
    """The clauses that a check serves, without those that do not apply."""
    made: dict[str, list[Row]] = {}

    def rows_of(check: str) -> list[Row]:
        if check not in made:
            named = [rows[c.id] for c in pack.clauses_of(check)] if pack else []
            made[check] = [row for row in named if row.requirement.state is not State.NOT_APPLICABLE]
        return made[check]

    return rows_of
