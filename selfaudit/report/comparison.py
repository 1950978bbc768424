"""Two audits beside each other: what was fixed, what is new, what changed, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import msgspec

from selfaudit.checks import all_checks, select_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine import Audit
from selfaudit.engine.again import key_of, place
from selfaudit.errors import UserError
from selfaudit.findings import Finding, Outcome, Result, Severity
from selfaudit.findings.model import Args
from selfaudit.i18n import phrase
from selfaudit.policy.packs import pack_for
from selfaudit.report.matching import Pair, is_fault, pairs_of, rank
from selfaudit.report.seen_anew import Looks
from selfaudit.text import printable

Key = tuple[str, str, str]
Turn = Literal["better", "worse", ""]
_FINE = (Outcome.PASS, Outcome.NOT_APPLICABLE)
_UNTOLD = (Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG)
AS_BEFORE, ADDED = "as-before", "added"
_NOT_THEN = phrase("it was not known in the earlier audit")
_LEFT_OUT_THEN = phrase("it was not looked at in the earlier audit")
_ADDED = phrase("it was not in the earlier audit")
_LEFT_OUT = phrase("the newer audit left this check out")
_REMOVED = phrase("it is not in the newer audit any more")
_NO_RESULT = phrase("the newer audit has no result about it")
_OUR_FAULT = phrase("a fault of this program kept it from being judged")
_UNKNOWN_BOTH = phrase("it could not be told either time")
_APPROVED = phrase("the provider has approved it; it is still there")


class Fate(StrEnum):
    """What became of a finding."""

    FIXED = "fixed"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True, slots=True)
class Compared:
    """A check on a target in both audits, or one of its findings.

    Attributes:
        check, target_kind, target: what it is about.
        tag: of the finding, "" where the result as a whole is compared. Only what is wrong, and good things that turned wrong, are compared
            finding by finding.
        fate: see there.
        before, now: outcomes, "" where there is none.
        text: the finding, or the reason (`i18n.phrase`). Of a finding it is English; `comparison_text.words_of` puts it into another language.
        why: why it cannot be compared, or what else to know about its fate (`i18n.phrase`); "" for nothing.
        severity: of the finding as it is now, or was if it is gone; "" without a tag.
        turn: "better" or "worse" for what changed, "" otherwise.
        args: of the finding.
        was_tag, was: the finding that stood in its place before, where it was another one: its tag and its text.
        was_args: of that one.
    """

    check: str
    target_kind: str
    target: str
    tag: str
    fate: Fate
    before: str = ""
    now: str = ""
    text: str = ""
    why: str = ""
    severity: str = ""
    turn: Turn = ""
    args: Args = field(default_factory=dict)
    was_tag: str = ""
    was: str = ""
    was_args: Args = field(default_factory=dict)

    @property
    def bad_news(self) -> bool:
        """Whether something is wrong that was not known to be wrong before, or is worse."""
        return self.turn == "worse" or (self.fate is Fate.NEW and self.tag != "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two audits.

    Attributes:
        before, now: when they ended.
        items: what is worst first: new, worse, not comparable, unchanged, changed, fixed.
        counts: `Fate` -> number of items; of "unchanged" and "new" only what is wrong. Besides, "as-before": results that are right or not
            known both times, and "added": results on new targets with which nothing is wrong.
        warnings: what makes the comparison weak (`i18n.phrase`).
    """

    before: str
    now: str
    items: tuple[Compared, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def exit_code(self) -> int:
        """0 if nothing got worse, 1 if something is new or worse, 3 if nothing is, but something cannot be compared."""
        if any(i.bad_news for i in self.items):
            return 1
        return 3 if self.counts.get(Fate.NOT_COMPARABLE, 0) else 0


class JsonComparison(msgspec.Struct, frozen=True):
    """What `selfaudit diff` writes (schema selfaudit/diff/1). Texts are English; `tag` and `args` let a reader put them into another language."""

    schema: Literal["selfaudit/diff/1"]
    before: str
    now: str
    exit: int
    counts: dict[str, int]
    warnings: tuple[str, ...]
    items: tuple[Compared, ...]


def compare(before: Audit, now: Audit) -> Comparison:
    """What became of everything between two audits. Only what was seen anew, and could be judged, can be fixed."""
    sides = _Sides(before, now)
    items = [item for key in sides.keys() for item in _of_key(key, sides)]  # noqa: SIM118 - not a mapping
    items.sort(key=_order)
    counts = {str(fate): 0 for fate in Fate} | {AS_BEFORE: 0, ADDED: 0}
    for item in items:
        quiet = item.tag == "" and item.fate in (Fate.UNCHANGED, Fate.NEW)
        counts[{Fate.UNCHANGED: AS_BEFORE, Fate.NEW: ADDED}[item.fate] if quiet else str(item.fate)] += 1
    return Comparison(before.evidence.finished, now.evidence.finished, tuple(items), counts, tuple(_warnings(before, now)))


def encode_comparison(comparison: Comparison) -> bytes:
    """The comparison as JSON: indented, one line at the end."""
    document = JsonComparison(
        "selfaudit/diff/1", comparison.before, comparison.now, comparison.exit_code(), dict(comparison.counts), comparison.warnings,
        comparison.items,
    )  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


class _Sides:
    """Both audits, by check and target."""

    def __init__(self, before: Audit, now: Audit) -> None:
        self.before = {key_of(r): r for r in before.results}
        self.now = {key_of(r): r for r in now.results}
        self.looks = Looks(before.evidence, now.evidence)
        self._then = {(t.kind, t.value) for t in before.evidence.targets}
        self._today = {(t.kind, t.value) for t in now.evidence.targets}
        self._selected = _selected(now)

    def keys(self) -> list[Key]:
        return list(dict.fromkeys((*self.before, *self.now)))

    def why_gone(self, key: Key) -> str:
        """Why the newer audit has no result."""
        if key[0] not in self._selected:
            return _LEFT_OUT
        return _NO_RESULT if key[1] == "case" or key[1:] in self._today else _REMOVED

    def why_new(self, key: Key) -> str:
        """Why the earlier audit has no result."""
        return _LEFT_OUT_THEN if key[1] == "case" or key[1:] in self._then else _ADDED


def _selected(audit: Audit) -> frozenset[str]:
    try:
        return frozenset(check.spec.id for check in select_checks(audit.evidence.case.only, audit.evidence.case.skip))
    except UserError:
        return frozenset(r.check for r in audit.results)


def _of_key(key: Key, sides: _Sides) -> Iterator[Compared]:
    before, now = sides.before.get(key), sides.now.get(key)
    if before is None:
        assert now is not None
        yield from _only_now(key, now, sides.why_new(key))
    elif now is None:
        yield from _only_before(key, before, sides.why_gone(key))
    else:
        yield from _both(key, before, now, sides.looks)


def _only_now(key: Key, now: Result, why: str) -> Iterator[Compared]:
    faults = [f for f in now.findings if is_fault(key[0], f)]
    for finding in faults:
        yield _item(key, Fate.NEW, finding, None, now, why)
    if not faults and now.outcome is not Outcome.NOT_RUN:
        fate = Fate.NOT_COMPARABLE if now.outcome in _UNTOLD else Fate.NEW
        yield _whole(key, fate, None, now, _reason(now) if fate is Fate.NOT_COMPARABLE else why)


def _only_before(key: Key, before: Result, why: str) -> Iterator[Compared]:
    faults = [f for f in before.findings if is_fault(key[0], f)]
    for finding in faults:
        yield _item(key, Fate.NOT_COMPARABLE, finding, before, None, why)
    if not faults and before.outcome is not Outcome.NOT_RUN:
        yield _whole(key, Fate.NOT_COMPARABLE, before, None, why)


def _both(key: Key, before: Result, now: Result, looks: Looks) -> Iterator[Compared]:
    items = [_of_pair(key, pair, before, now, looks) for pair in pairs_of(key[0], before.findings, now.findings)]
    yield from items
    told, tells = before.outcome not in _UNTOLD, now.outcome not in _UNTOLD
    if not items:
        yield _results(key, before, now)
    elif not tells and (told or before.outcome is not now.outcome) and not any(i.fate is Fate.NOT_COMPARABLE for i in items):
        yield _whole(key, Fate.NOT_COMPARABLE, before, now, _reason(now))
    elif not told and now.outcome in _FINE:
        yield _whole(key, Fate.CHANGED, before, now, _NOT_THEN)


def _results(key: Key, before: Result, now: Result) -> Compared:
    """Two results with nothing wrong in either."""
    first, second = before.outcome, now.outcome
    if Outcome.BUG in (first, second):
        return _whole(key, Fate.NOT_COMPARABLE, before, now, _OUR_FAULT)
    if first is second:
        unknown = first is Outcome.INCONCLUSIVE
        return _whole(key, Fate.NOT_COMPARABLE if unknown else Fate.UNCHANGED, before, now, _UNKNOWN_BOTH if unknown else "")
    if second in _UNTOLD:
        return _whole(key, Fate.NOT_COMPARABLE, before, now, _reason(now))
    why = _NOT_THEN if first is Outcome.INCONCLUSIVE else _LEFT_OUT_THEN if first is Outcome.NOT_RUN else ""
    return replace(
        _whole(key, Fate.CHANGED, before, now, why), turn="better" if first in _UNTOLD and second is Outcome.PASS else ""
    )


def _of_pair(key: Key, pair: Pair, before: Result, now: Result, looks: Looks) -> Compared:
    check = key[0]
    if pair.now is None:
        assert pair.before is not None
        why = looks.why_not_fixed(key, pair.before, before, now)
        return _item(key, Fate.NOT_COMPARABLE if why else Fate.FIXED, pair.before, before, now, why)
    if pair.before is None:
        untold = before.outcome in _UNTOLD or any(_severity(check, f) is Severity.UNKNOWN for f in before.findings)
        why = _LEFT_OUT_THEN if before.outcome is Outcome.NOT_RUN else _NOT_THEN if untold else ""
        return _item(key, Fate.NEW, pair.now, before, now, why)
    step = rank(check, pair.now) - rank(check, pair.before)
    if not step and pair.same:
        return _item(key, Fate.UNCHANGED, pair.now, before, now, "")
    turn: Turn = "worse" if step < 0 else "better" if step > 0 else ""
    approved = _APPROVED if pair.now.approved and not pair.before.approved else ""
    item = replace(_item(key, Fate.CHANGED, pair.now, before, now, approved), turn=turn)
    was = _text(check, pair.before)
    if was == item.text:
        return item
    return replace(item, was_tag=pair.before.tag, was=was, was_args=pair.before.args)


def _severity(check: str, finding: Finding) -> Severity:
    return all_checks()[check].messages[finding.tag].severity


def _text(check: str, finding: Finding) -> str:
    return printable(render_source(all_checks()[check].messages[finding.tag].text, finding.args), 1000)


def _item(key: Key, fate: Fate, finding: Finding, before: Result | None, now: Result | None, why: str) -> Compared:
    outcomes = (str(before.outcome) if before else "", str(now.outcome) if now else "")
    severity = str(_severity(key[0], finding))
    return Compared(*key, finding.tag, fate, *outcomes, _text(key[0], finding), why, severity, args=finding.args)


def _whole(key: Key, fate: Fate, before: Result | None, now: Result | None, why: str) -> Compared:
    outcomes = (str(before.outcome) if before else "", str(now.outcome) if now else "")
    return Compared(*key, "", fate, *outcomes, _reason(now) if now else "", why)


def _reason(result: Result) -> str:
    """Why a result is as it is, in one line; a trace of ours is of no use to anybody here."""
    if result.outcome is Outcome.BUG:
        return _OUR_FAULT
    return printable(result.reason, 500)


_GROUPS = (Fate.NEW, Fate.CHANGED, Fate.NOT_COMPARABLE, Fate.UNCHANGED, Fate.CHANGED, Fate.FIXED)
_SEVERITIES = tuple(str(s) for s in Severity)


def _order(item: Compared) -> tuple[int, int, int, str, str, str]:
    """What is worst first; within a group what is wrong before what is not, and grave things before small ones."""
    late = item.fate is Fate.CHANGED and item.turn != "worse"
    group = 4 if late else _GROUPS.index(item.fate)
    severity = _SEVERITIES.index(item.severity) if item.severity in _SEVERITIES else len(_SEVERITIES)
    return group, item.tag == "", severity, item.check, item.target, item.text


def _warnings(before: Audit, now: Audit) -> Iterator[str]:
    """What makes a comparison weak."""
    old, new = before.evidence, now.evidence
    if (old.started, old.finished, old.records) == (new.started, new.finished, new.records):
        yield phrase("Both are the same audit.")
    elif new.finished < old.finished:
        yield phrase(
            "The second audit ended before the first: they may have been named in the wrong order, and nothing counts as fixed."
        )
    yield from _about_cases(before, now)
    if old.interrupted:
        yield phrase("The first audit was stopped before its end.")
    if new.interrupted:
        yield phrase("The second audit was stopped before its end.")
    if place(old) != place(new):
        yield phrase("They were made from different networks, which may see the same server differently.")
    if (old.vantage.laboratory, old.case.demo) != (new.vantage.laboratory, new.case.demo):
        yield phrase("They were not made on the same internet: one of them, or each of them, is of a laboratory or of a demo.")
    if old.vantage.catalogue != new.vantage.catalogue:
        yield phrase(
            "They used different catalogues of blocklists ({old} and {new}).",
            old=printable(old.vantage.catalogue, 40), new=printable(new.vantage.catalogue, 40),
        )  # fmt: skip
    if old.tool.version != new.tool.version:
        yield phrase(
            "They were made by different versions of this program ({old} and {new}); both are judged by the rules of this one.",
            old=printable(old.tool.version, 40), new=printable(new.tool.version, 40),
        )  # fmt: skip


def _about_cases(before: Audit, now: Audit) -> Iterator[str]:
    old, new = before.evidence.case, now.evidence.case
    packs = [pack_for(case.provider) for case in (old, new)]
    names = [
        pack.id if pack is not None else case.provider.strip().lower() for pack, case in zip(packs, (old, new), strict=True)
    ]
    if names[0] != names[1]:
        yield phrase("They belong to different providers, whose policies differ.")
    if old.number != new.number:
        yield phrase(
            "They carry different case numbers ({old} and {new}).",
            old=printable(old.number, 60) or phrase("no number"), new=printable(new.number, 60) or phrase("no number"),
        )  # fmt: skip
    if old.suspended != new.suspended:
        yield phrase(
            "They name different days of the suspension ({old} and {new}), and some checks only count what changed shortly before it.",
            old=printable(old.suspended, 40) or phrase("no day"), new=printable(new.suspended, 40) or phrase("no day"),
        )  # fmt: skip
    named = [{(t.kind, t.value) for t in case.targets} for case in (old, new)]
    if gone := len(named[0] - named[1]):
        yield phrase("The second audit leaves out targets of the first ({count}).", count=gone)
