"""Going on from what was seen: resuming an interrupted run, and checking again after a repair."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from selfaudit.case import Case, Target
from selfaudit.case.model import CASE_TARGET
from selfaudit.engine.events import Emit, ignore
from selfaudit.engine.evidence import Evidence, Recheck, Record
from selfaudit.engine.judge import judge_evidence, needed_keys, pairs
from selfaudit.engine.model import Audit
from selfaudit.engine.run import Earlier, run_audit, utc
from selfaudit.facts import FailureReason, ProbeFailure
from selfaudit.facts.dns import DnsAnswer, View, bare, differs
from selfaudit.facts.vantage import DnsVantage, Port25, Surroundings
from selfaudit.findings import Result
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.psl import registrable_domain

Key = tuple[str, str, str]
_MAX_COMPARED = 24
KEPT_FOR = 24 * 3600  # seconds; what was seen longer ago says little about today


@dataclass(frozen=True, slots=True)
class CacheNote:
    """A name whose own servers already say something that caches do not show yet.

    Attributes:
        published: what its name servers say now, past every cache; empty if they say that there is nothing.
        cached: what the resolver still says.
        ttl: seconds for which it may go on doing so.
    """

    name: str
    rdtype: str
    published: tuple[str, ...]
    cached: tuple[str, ...]
    ttl: int


@dataclass(frozen=True, slots=True)
class Change:
    """A check that was run again on a target: its result before and now."""

    before: Result | None
    now: Result


@dataclass(frozen=True, slots=True)
class CheckedAgain:
    """What checking again gave. If it was stopped, the audit is the one from before and there are no changes."""

    audit: Audit
    changes: tuple[Change, ...]
    caches: tuple[CacheNote, ...]
    interrupted: bool = False


def key_of(result: Result) -> Key:
    """(check, kind of target, target): what a result is about."""
    return result.check, result.target_kind, result.target


def resume(evidence: Evidence) -> Earlier:
    """Goes on with an interrupted run: facts of the last day are kept, what failed, is older or was not looked at is observed.

    What servers said is asked anew: this computer may have moved to another network since.
    """
    oldest = utc(time.time() - KEPT_FOR)
    controls = _controls(evidence)
    kept = tuple(
        r for r in evidence.records
        if r.fact is not None and not r.fact.from_here and r.at >= oldest and (r.request.kind, r.request.subject) not in controls
    )  # fmt: skip
    return Earlier(
        kept, authority=evidence.authority, sent=evidence.sent, started=evidence.started, rechecks=evidence.rechecks, vantage=evidence.vantage,
    )  # fmt: skip


def _controls(evidence: Evidence) -> set[tuple[str, str]]:
    """The observations of the network itself: they make the others believable, so each run makes them anew."""
    found: set[tuple[str, str]] = set()
    for check, target in pairs(evidence.case, ()):
        found.update(needed_keys(check, target, evidence.case))
    return found


def _anew(evidence: Evidence, which: Iterable[Key]) -> tuple[Earlier, set[tuple[str, str]]]:
    """What to keep and what to observe so that these checks are run again, and nothing else is asked."""
    wanted = set(which)
    fresh: set[tuple[str, str]] = set()
    every: set[tuple[str, str]] = set()
    again: set[tuple[str, str, str]] = set()
    for check, target in pairs(evidence.case, evidence.targets):
        keys = needed_keys(check, target, evidence.case)
        every.update(keys)
        if (check.spec.id, target.kind, target.value) in wanted:
            fresh.update(keys)
            again.add((check.spec.id, target.kind, target.value))
    fresh |= _controls(evidence)
    kept = tuple(r for r in evidence.records if (r.request.kind, r.request.subject) not in fresh)
    seen = {(r.request.kind, r.request.subject) for r in kept}
    not_run = tuple(n for n in evidence.not_run if (n.check, n.target.kind, n.target.value) not in again)
    earlier = Earlier(
        kept,
        frozenset(every - seen - fresh),
        not_run,
        evidence.authority,
        evidence.sent,
        evidence.started,
        evidence.rechecks,
        evidence.vantage,
    )
    return earlier, fresh


async def check_again(
    audit: Audit,
    which: Iterable[Key],
    make_net: Callable[[], Net],
    *,
    install_key: bytes = b"",
    emit: Emit = ignore,
    case: Case | None = None,
) -> CheckedAgain:
    """Runs checks again past every cache of ours, and asks the name servers themselves what caches do not show yet.

    Args:
        audit: the audit so far.
        which: (check, kind of target, target) of each.
        make_net: opens a network; two are used, so that nothing is remembered between the run and the comparison.
        install_key: for proving authority.
        emit: watches.
        case: the same case, if its authority has changed since.
    """
    wanted = set(which)
    evidence = audit.evidence if case is None else replace(audit.evidence, case=case)
    earlier, fresh = _anew(evidence, wanted)
    done = await run_audit(evidence.case, make_net(), install_key=install_key, emit=emit, earlier=earlier)
    if done.evidence.interrupted:
        return CheckedAgain(audit, (), (), interrupted=True)
    before = {key_of(r): r for r in audit.results}
    changes = tuple(Change(before.get(key_of(r)), r) for r in done.results if key_of(r) in wanted)
    now = utc(time.time())
    targets: dict[tuple[str, str], Target] = {(t.kind, t.value): t for t in (*done.evidence.targets, CASE_TARGET)}
    noted = tuple(
        Recheck(now, c.now.check, targets[(c.now.target_kind, c.now.target)], c.before.outcome, c.now.outcome)
        for c in changes
        if c.before is not None
    )
    whole = replace(done.evidence, rechecks=(*evidence.rechecks, *noted), interrupted=evidence.interrupted)
    if place(whole) != place(evidence):
        whole = replace(whole, records=tuple(r if _key(r) in fresh else _from_elsewhere(r) for r in whole.records))
    records = [r for r in whole.records if _key(r) in fresh]
    net = make_net()
    try:
        caches = await _compare(records, {c.now.target for c in changes}, net)
    finally:
        net.close()
    return CheckedAgain(Audit(whole, judge_evidence(whole)), changes, caches)


def place(evidence: Evidence) -> tuple[object, ...]:
    """What the controls say about the place that the evidence was seen from: two places that differ here are not the same."""
    found: list[object] = []
    for record in evidence.records:
        fact = record.fact
        if isinstance(fact, Port25):
            found += [fact.blocked, fact.intercepted]
        elif isinstance(fact, Surroundings):
            addresses = {r for answer in fact.egress for r in answer.records}
            found += [fact.intercepted_ports(), sorted(addresses), sorted({p.source for p in fact.positions}), fact.ipv6]
        elif isinstance(fact, DnsVantage):
            found += [c.status for c in (fact.interception, fact.interception_tcp) if c is not None]
    return tuple(map(str, found))


def _key(record: Record) -> tuple[str, str]:
    return record.request.kind, record.request.subject


def _from_elsewhere(record: Record) -> Record:
    """What servers said to another place cannot be believed by the controls of this one."""
    if record.fact is None or not record.fact.from_here:
        return record
    why = phrase("it was seen from another network than the one you are in now; check it again")
    return replace(record, fact=None, failure=ProbeFailure(FailureReason.UNAVAILABLE, why))


async def _compare(records: Iterable[Record], subjects: set[str], net: Net) -> tuple[CacheNote, ...]:
    """Compares caches with the name servers for the targets' own names, at most 24 of them."""
    cached: dict[tuple[str, str], DnsAnswer] = {}
    published: dict[tuple[str, str], DnsAnswer] = {}
    for record in records:
        for answer in record.fact.lookups() if record.fact is not None else ():
            (cached if answer.view is View.RESOLVER else published).setdefault((answer.name, answer.rdtype), answer)
    own = [registrable_domain(s) or s for s in subjects if ":" not in s and not s.replace(".", "").isdigit()]
    if net.iterator is not None:
        missing = [
            key
            for key, answer in cached.items()
            if key not in published and answer.definite and any(is_below(key[0], domain) for domain in own)
        ]
        missing.sort(key=lambda key: not cached[key].exists)
        answers = await asyncio.gather(*(net.published(*key) for key in missing[:_MAX_COMPARED]))
        published.update({k: a for k, a in zip(missing, answers, strict=False) if a is not None})
    notes = [
        CacheNote(bare(name), rdtype, new.records, old.records, max(old.ttl, 0))
        for (name, rdtype), new in published.items()
        if (old := cached.get((name, rdtype))) is not None and differs(old, new)
    ]
    return tuple(sorted(notes, key=lambda n: (n.name, n.rdtype)))
