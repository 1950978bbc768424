"""The provider's policy clause by clause, and what each clause rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.model import Basis, Pack, Readiness, Requirement, State
from selfaudit.report.content.model import BasisRow, ClauseLine, ClauseRow
from selfaudit.report.content.places import Places, clause_place
from selfaudit.report.content.say import MAX_LINE, flat, outcome_sign, requirement_sign, target_name
from selfaudit.report.readiness_text import WEIGHT_WORDS, Words, heading_of, is_core, word_alone
from selfaudit.text import printable

MAX_BASES = 8  # results that are named one by one under a heading; the rest is added up by check and outcome
_KINDS = {"by": N_("Results"), "instead": N_("In place of it"), "unseen": N_("Not seen"), "remarks": N_("Remarks")}


def clause_rows(readiness: Readiness, words: Words, places: Places) -> tuple[ClauseRow, ...]:
    """All clauses in the order of the text."""
    return tuple(_row(requirement, words, places) for requirement in readiness.requirements)


def clause_line(requirement: Requirement, words: Words) -> ClauseLine:
    """A clause where it is only named."""
    return ClauseLine(
        printable(requirement.clause, 100), flat(heading_of(requirement), 400), requirement_sign(requirement), flat(words.why(requirement), MAX_LINE),
        flat(words.more(requirement), 400), _date(requirement), clause_place(requirement.clause),
    )  # fmt: skip


class ClausesBeside:
    """The clauses that a check serves, without those that do not apply."""

    def __init__(self, pack: Pack | None, rows: Sequence[ClauseRow], readiness: Readiness | None) -> None:
        self._pack = pack
        requirements = readiness.requirements if readiness else ()
        self._rows: Mapping[str, ClauseRow] = {
            r.clause: row for r, row in zip(requirements, rows, strict=True) if r.state is not State.NOT_APPLICABLE
        }
        self._made: dict[str, tuple[tuple[str, str, str], ...]] = {}

    def of(self, check: str) -> tuple[tuple[str, str, str], ...]:
        """(id, heading, place) of each."""
        if check not in self._made:
            named = [self._rows[c.id] for c in self._pack.clauses_of(check) if c.id in self._rows] if self._pack else []
            self._made[check] = tuple((row.clause, row.heading, row.place) for row in named)
        return self._made[check]


def _date(requirement: Requirement) -> str:
    return printable(requirement.date, 40) if requirement.state is State.PLANNED else ""


def _word(requirement: Requirement) -> str:
    """What the customer's word has to do with it, "" for nothing."""
    if not requirement.stated:
        return ""
    if word_alone(requirement):
        return _("It rests on the customer's word alone; no check has seen it.")
    if not (requirement.by or requirement.instead):
        return _("It rests on the customer's word.")
    return _("It rests on the customer's word, too.")


def _row(requirement: Requirement, words: Words, places: Places) -> ClauseRow:
    line = clause_line(requirement, words)
    groups: tuple[tuple[str, tuple[Basis, ...]], ...] = (
        ("by", requirement.by), ("instead", requirement.instead), ("unseen", requirement.unseen), ("remarks", requirement.remarks),
    )  # fmt: skip
    return ClauseRow(
        clause=line.clause,
        heading=line.heading,
        section=flat(requirement.section, 400),
        quote=flat(requirement.quote),
        state=line.state,
        weight=_(WEIGHT_WORDS[requirement.weight]) if requirement.state is not State.NOT_APPLICABLE else "",
        blocks=requirement.blocks,
        core=is_core(requirement),
        why=flat(words.why(requirement)),
        more=line.more,
        date=line.date,
        stated=requirement.stated,
        word=_word(requirement),
        missing=tuple(printable(check, 100) for check in requirement.missing),
        bases=tuple((_(_KINDS[name]), _bases(name, bases, words, places)) for name, bases in groups if bases),
        place=line.place,
    )


def _bases(name: str, bases: Sequence[Basis], words: Words, places: Places) -> tuple[BasisRow, ...]:
    """Results with what they say; of those that decided it stands with the finding already. What is left is added up."""
    told = name != "by"
    rows = [
        BasisRow(
            outcome_sign(Outcome(b.outcome)), b.check, target_name(b.target_kind, b.target), flat(words.of(b), MAX_LINE) if told else "",
            places.of(b.check, b.target_kind, b.target),
        )
        for b in bases[:MAX_BASES]
    ]  # fmt: skip
    return (*rows, *_added_up(bases[MAX_BASES:], places))


def _added_up(bases: Iterable[Basis], places: Places) -> Iterable[BasisRow]:
    tally: dict[tuple[str, str], list[Basis]] = {}
    for basis in bases:
        tally.setdefault((basis.check, basis.outcome), []).append(basis)
    for (check, outcome), found in tally.items():
        first, count = found[0], len(found)
        words = ngettext("{count} more target", "{count} more targets", count).format(count=count)
        target = words if count > 1 else target_name(first.target_kind, first.target)
        yield BasisRow(outcome_sign(Outcome(outcome)), check, target, "", places.of(check, first.target_kind, first.target))


def gap_words(gaps: Iterable[str]) -> tuple[str, ...]:
    """What the statement lacks, in words."""
    return tuple(flat(shown(why)) for why in gaps)
