"""What the rooms above tell this one, so that results can be joined to clauses without knowing any check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selfaudit.findings import Finding, Mark, Outcome, Result
from selfaudit.i18n import phrase
from selfaudit.policy.model import Basis

# The reasons of results that are missing because a run was stopped. Nobody's word stands in for the rest of a run.
NOT_LOOKED_AT = phrase("stopped before this was looked at")
NOT_DONE = phrase("stopped before it was done")
_INTRUSION = ("host.malware", "host.persistence")


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding for which a result failed, and what was seen, in English. `critical`: it harms others right now."""

    finding: Finding
    words: str = ""
    critical: bool = False


def every_finding(result: Result) -> tuple[Fault, ...]:
    """The faults of a result where nobody knows which of its findings are grave: all that the provider has not agreed to."""
    return tuple(Fault(f) for f in result.findings if not f.approved)


def no_words(result: Result) -> str:
    """What a result only remarks, where nobody knows the words."""
    return result.reason


@dataclass(frozen=True, slots=True)
class Reading:
    """How results are to be read.

    Attributes:
        kinds: the kind of target of every check, by its id. Empty: not known, then a family means those of its checks that have results.
        faults: the findings for which a result failed, the gravest first.
        servers: for an address, the servers looked at from inside that are reached at it. None: not known, then all of them must agree.
        now: UTC seconds; what a statement dates later is in the future. None: that is not looked at.
        not_asked: checks that nobody need agree to, and nobody did: they count for nothing.
        remark: the words of the gravest warning of a result that has no fault.
        expected: for a check, all targets on which it has a result unless it was left out. None: not known.
        unsampled: domains of the case from which no sample message was given.
        finished: when the audit ended (UTC, RFC 3339), "" if that is not known.
        interrupted: it was stopped before its end.
        inside: for each server when it was looked at from inside (UTC).
        stale: for a server, why that was too early to show how it is now; nothing of it counts as seen then but what is wrong.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    faults: Callable[[Result], Sequence[Fault]] = every_finding
    servers: Mapping[str, tuple[str, ...]] | None = None
    now: float | None = None
    not_asked: frozenset[str] = frozenset()
    remark: Callable[[Result], str] = no_words
    expected: Mapping[str, tuple[str, ...]] | None = None
    unsampled: tuple[str, ...] = ()
    finished: str = ""
    interrupted: bool = False
    inside: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)


class Seen:
    """The results of an audit, found by check, and what the person says about them."""

    def __init__(self, results: Iterable[Result], marks: Iterable[Mark], reading: Reading) -> None:
        self.reading = reading
        self._results: dict[str, list[Result]] = {}
        for result in results:
            self._results.setdefault(result.check, []).append(self._as_of_now(result))
        self._planned = {m.key: m.planned for m in marks if m.planned}
        self._faults: dict[int, tuple[Fault, ...]] = {}

    def _as_of_now(self, result: Result) -> Result:
        """A result of a server that was looked at too early says nothing about now, unless it failed: nothing shows that this has ended."""
        why = self.reading.stale.get(result.target, "") if result.target_kind == "host" else ""
        if not why or result.outcome not in (Outcome.PASS, Outcome.WARN, Outcome.NOT_APPLICABLE):
            return result
        return replace(result, outcome=Outcome.INCONCLUSIVE, reason=why)

    def of(self, check: str) -> tuple[Result, ...]:
        """The results of a check."""
        return tuple(self._results.get(check, ()))

    def everything(self) -> Iterable[Result]:
        """All results, by check."""
        return (r for results in self._results.values() for r in results)

    def ids(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids that are meant by ids and families, each once. A family without any check stays as it is."""
        found: dict[str, None] = {}
        for name in names:
            if "." in name:
                found.setdefault(name)
                continue
            own = [c for c in (*self.reading.kinds, *self._results) if c.partition(".")[0] == name]
            found.update(dict.fromkeys(own or (name,)))
        return tuple(name for name in found if name not in self.reading.not_asked)

    def left_out(self, check: str) -> tuple[str, ...]:
        """The targets on which a check would have had a result if this audit had not left it or them out."""
        if self.reading.expected is not None:
            there = {r.target for r in self.of(check)}
            return tuple(t for t in self.reading.expected.get(check, ()) if t not in there)
        kind = self.reading.kinds.get(check, "")
        alike = () if self.of(check) or not kind else (r.target for r in self.everything() if r.target_kind == kind)
        return tuple(dict.fromkeys(alike))

    def fails(self, *names: str) -> bool:
        """Whether anything of checks or families failed."""
        return any(r.outcome is Outcome.FAIL for r in self.everything() if {r.check, r.check.partition(".")[0]} & set(names))

    def broken_in(self) -> bool:
        """Whether traces of strangers were seen on a server."""
        return self.fails(*_INTRUSION)

    def bulk(self) -> bool:
        """Whether a sample message was sent to many: only then there is something to say of how readers unsubscribe."""
        decided = (Outcome.PASS, Outcome.WARN, Outcome.FAIL)
        return any(r.outcome in decided for r in self.of("message.unsubscribe"))

    def faults(self, result: Result) -> tuple[Fault, ...]:
        """The findings for which a result failed."""
        if id(result) not in self._faults:
            self._faults[id(result)] = tuple(self.reading.faults(result))
        return self._faults[id(result)]

    def critical(self, result: Result) -> bool:
        """Whether something of it harms others right now; no provider lets that pass, whatever clause it falls under."""
        return any(f.critical for f in self.faults(result))

    def planned(self, result: Result) -> str:
        """The day by which everything for which a result failed is to be put right; "" if anything of it is planned for no day."""
        tags = [f.finding.tag for f in self.faults(result)] or [""]
        days = [self._planned.get((result.check, result.target_kind, result.target, tag), "") for tag in dict.fromkeys(tags)]
        return max(days) if all(days) else ""

    def basis(self, result: Result) -> Basis:
        """A result as something that a requirement rests on."""
        why = result.reason
        if result.outcome is Outcome.FAIL:
            why = next((f.words for f in self.faults(result)), "") or why
        elif result.outcome is Outcome.WARN:
            why = self.reading.remark(result) or why
        return Basis(result.check, result.target_kind, result.target, str(result.outcome), why)
