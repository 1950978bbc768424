"""The names of places in a report, by which one part leads to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selfaudit.findings import Result
from selfaudit.remedy import Action, Group

Key = tuple[str, str, str]  # check, kind of target, target


class Places:
    """Where clauses, findings and results stand.

    Args:
        results: of the audit; each has a row of its own.
        groups: findings that are shown one by one.
    """

    def __init__(self, results: Iterable[Result], groups: Sequence[Group]) -> None:
        actions = [action for group in groups for action in group.actions]
        self._findings: Mapping[int, str] = {id(action): f"f{number}" for number, action in enumerate(actions, start=1)}
        self._rows: Mapping[Key, str] = {key_of(result): f"r{number}" for number, result in enumerate(results, start=1)}
        self._first: dict[Key, str] = {}
        for action in actions:
            for result in (action.result, *action.alike):
                self._first.setdefault(key_of(result), self._findings[id(action)])

    def finding(self, action: Action) -> str:
        """Of a finding."""
        return self._findings[id(action)]

    def row(self, result: Result) -> str:
        """Of a result in the list of all."""
        return self._rows[key_of(result)]

    def of(self, check: str, kind: str, target: str) -> str:
        """Where a result is told: with its gravest finding, or else in the list of all, "" if it is in neither."""
        key = (check, kind, target)
        return self._first.get(key) or self._rows.get(key, "")


def clause_place(clause: str) -> str:
    """Of a clause."""
    return f"c-{clause}"


def key_of(result: Result) -> Key:
    """What a result is about."""
    return result.check, result.target_kind, result.target
