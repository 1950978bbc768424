"""How much of a report is listed one by one: the rest is counted, and stands in audit.json, which is attached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from selfaudit.report.content.model import (
    Before,
    ClauseRow,
    Content,
    DelistingRow,
    FindingGroup,
    FindingRow,
    NoticeRow,
    Quoted,
    ResultRow,
    Shown,
    Stated,
)

TEXT = 12_000  # characters of one text
MANY = 1_000  # results of a large audit: its document sums up more and lists less
ROWS = 300  # of a list that has no limit of its own


@dataclass(frozen=True, slots=True)
class Limits:
    """How many items are listed.

    Attributes:
        full: findings with all that belongs to them.
        brief: further findings of a group, with nothing but what was found.
        folded: results of a group that need nothing.
        results: of the list of all.
        bases: results under one heading of a clause.
        delistings: blocklist entries.
        observations: behind one finding.
        lines: questions of one observation; lines of one answer.
    """

    full: int = 100
    brief: int = 200
    folded: int = 150
    results: int = 600
    bases: int = 12
    delistings: int = 100
    observations: int = 8
    lines: int = 30


_LARGE = Limits(full=10, brief=20, folded=20, results=80, bases=2, delistings=10, observations=2, lines=8)
Item = TypeVar("Item")
_GRAVEST = ("fail", "bug", "inconclusive", "not-run", "warn", "pass", "not-applicable")


class Bounds:
    """Bounds a report, and says how much of what was left out.

    Args:
        results: how many the audit has.

    Attributes:
        more: (place of the row that has the list, "" for a list of the whole report; name of the list) -> how many further items.
    """

    def __init__(self, results: int) -> None:
        self.more: dict[tuple[str, str], int] = {}
        self._limits = Limits() if results <= MANY else _LARGE
        self._full = self._limits.full

    def content(self, content: Content) -> Content:
        """The report as it is drawn."""
        self._more("rechecks", content.rechecks_left_out)
        self._more("delistings", content.delistings_left_out)
        self._more("log", content.log_left_out)
        return replace(
            content,
            about=self._first("about", content.about),
            clauses=tuple(self._clause(row) for row in self._first("clauses", content.clauses)),
            groups=tuple(self._group(number, group) for number, group in enumerate(content.groups)),
            results=self._results(content.results),
            rechecks=self._first("rechecks", content.rechecks),
            notices=tuple(self._notice(f"notice{i}", n) for i, n in enumerate(self._first("notices", content.notices, 20))),
            stated=self._stated(content.stated) if content.stated else None,
            delistings=tuple(
                self._delisting(f"listing{i}", row)
                for i, row in enumerate(self._first("delistings", content.delistings, self._limits.delistings))
            ),
            before=self._before(content.before) if content.before else None,
            sent=self._first("sent", content.sent),
            log=self._first("log", content.log, 400),
            limits=self._first("limits", content.limits),
        )

    def _first(self, name: str, items: Sequence[Item], limit: int = ROWS, *, of: str = "") -> tuple[Item, ...]:
        self._more(name, len(items) - limit, of=of)
        return tuple(items[:limit])

    def _more(self, name: str, count: int, *, of: str = "") -> None:
        if count > 0:
            self.more[of, name] = self.more.get((of, name), 0) + count

    def _notice(self, name: str, row: NoticeRow) -> NoticeRow:
        return replace(
            row,
            lines=self._first("lines", row.lines, of=name),
            steps=self._first("steps", row.steps, of=name),
            excerpt=self._first("excerpt", row.excerpt, of=name),
            not_understood=self._first("not_understood", row.not_understood, of=name),
        )

    def _clause(self, row: ClauseRow) -> ClauseRow:
        bases = []
        for number, (title, rows) in enumerate(row.bases):
            bases.append((title, self._first(f"bases{number}", rows, self._limits.bases, of=row.place)))
        return replace(row, bases=tuple(bases), missing=self._first("missing", row.missing, self._limits.bases, of=row.place))

    def _group(self, number: int, group: FindingGroup) -> FindingGroup:
        if group.folded:
            return replace(group, findings=self._first(f"group{number}", group.findings, self._limits.folded))
        full = group.findings[: self._full]
        self._full -= len(full)
        brief = self._first(f"group{number}", group.findings[len(full) :], self._limits.brief)
        return replace(group, findings=(*(self._finding(row) for row in full), *(self._brief(row) for row in brief)))

    def _finding(self, row: FindingRow) -> FindingRow:
        seen = self._first("evidence", row.evidence, self._limits.observations, of=row.place)
        return replace(
            row,
            evidence=tuple(self._shown(row.place, item) for item in seen),
            observed=self._first("observed", row.observed, 2 * self._limits.bases, of=row.place),
        )

    def _brief(self, row: FindingRow) -> FindingRow:
        """A finding that only names what was found: what to do and the observations are left out."""
        return replace(
            row, who="", minutes=0, steps="", record="", stacks=(), verify="", why=(), how=(), evidence=(), explained_at="", seen_at="",
            observed=self._first("observed", row.observed, self._limits.bases, of=row.place), brief=True,
        )  # fmt: skip

    def _shown(self, place: str, item: Shown) -> Shown:
        lines = tuple(
            Quoted(q.command, self._first("lines", q.answer, self._limits.lines, of=place))
            for q in item.lines[: self._limits.lines]
        )
        self._more("lines", sum(1 + len(q.answer) for q in item.lines[self._limits.lines :]), of=place)
        return replace(item, lines=lines)

    def _results(self, rows: Sequence[ResultRow]) -> tuple[ResultRow, ...]:
        """All of them in their order, or the gravest ones."""
        if len(rows) <= self._limits.results:
            return tuple(rows)
        self._more("results", len(rows) - self._limits.results)
        rank = {tone: number for number, tone in enumerate(_GRAVEST)}
        return tuple(sorted(rows, key=lambda row: rank.get(row.state.tone, 0))[: self._limits.results])

    def _stated(self, stated: Stated) -> Stated:
        return replace(
            stated,
            proof=self._first("proof", stated.proof),
            answers=self._first("answers", stated.answers),
            timeline=self._first("timeline", stated.timeline),
            done=self._first("done", stated.done),
            planned=self._first("planned", stated.planned),
            undecided=self._first("undecided", stated.undecided),
            demanded=self._first("demanded", stated.demanded),
            credentials=self._first("credentials", stated.credentials),
            removals=self._first("removals", stated.removals),
            attested=self._first("attested", stated.attested),
        )

    def _delisting(self, name: str, row: DelistingRow) -> DelistingRow:
        return replace(row, before=self._first("first", row.before, self._limits.bases, of=name))

    def _before(self, before: Before) -> Before:
        self._more("changes", before.left_out)
        return replace(
            before, changes=self._first("changes", before.changes), warnings=self._first("warnings", before.warnings)
        )
