"""The run: every observation once, within its limits, and results as soon as their facts are there."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from selfaudit.case import HOSTED, Case, Target
from selfaudit.checks import CheckModule
from selfaudit.engine.authority import Authorities, what_would_allow
from selfaudit.engine.discover import discovered
from selfaudit.engine.events import Emit, Progress, RecordSeen, ResultSeen, RunFinished, RunStarted, TargetFound, ignore
from selfaudit.engine.evidence import Evidence, NotRun, Recheck, Record, SentTo, Tool, Vantage
from selfaudit.engine.judge import judge_evidence, judge_one, needed_keys, pairs, policy_for, short_trace
from selfaudit.engine.model import Audit
from selfaudit.engine.plan import wanted_requests
from selfaudit.facts import Fact, FailureReason, ProbeFailure, Request
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.gate import NotPermittedError
from selfaudit.net.pace import deadline
from selfaudit.probes import all_probes

_BULK = ("mail.dkim", "dns.names")
_AT_ONCE = 400  # observations under way; the look-ups inside them have limits of their own


def utc(timestamp: float) -> str:
    """A time as RFC 3339 in UTC, to the millisecond."""
    return datetime.datetime.fromtimestamp(timestamp, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was seen before, so that a run goes on from there.

    Attributes:
        records: observations that are kept and not made again.
        leave: (kind, subject) of observations that are not to be made either.
        not_run: what had no authority and is left so.
        authority: subject -> on whose authority it was probed.
        sent: the tally so far.
        started: when the first of it began, "" for now.
        rechecks: what was checked again so far.
        vantage: from where all this was seen.
    """

    records: tuple[Record, ...] = ()
    leave: frozenset[tuple[str, str]] = frozenset()
    not_run: tuple[NotRun, ...] = ()
    authority: Mapping[str, str] = field(default_factory=dict)
    sent: tuple[SentTo, ...] = ()
    started: str = ""
    rechecks: tuple[Recheck, ...] = ()
    vantage: Vantage | None = None


_NOTHING = Earlier()


async def run_audit(
    case: Case, net: Net, *, install_key: bytes = b"", emit: Emit = ignore, earlier: Earlier = _NOTHING
) -> Audit:
    """Runs an audit, or what `earlier` lacks of one.

    Cancelling the task stops it and keeps what was seen; the audit is then marked as interrupted.
    """
    return await _Run(case, net, install_key, emit, earlier).run()


def tally(net: Net, before: tuple[SentTo, ...] = ()) -> tuple[SentTo, ...]:
    """How much was sent to whom so far, added to what was sent before."""
    total = {(s.address, s.port, s.protocol, s.purpose, s.authority): s.count for s in before}
    for key, count in net.gate.sent.items():
        total[key] = total.get(key, 0) + count
    return tuple(
        SentTo(address, port, protocol, purpose, count, authority)
        for (address, port, protocol, purpose, authority), count in sorted(total.items())
    )


def _both(before: Vantage, now: Vantage) -> Vantage:
    """Where an audit was seen from that was made in two parts."""
    return Vantage(
        tuple(dict.fromkeys((*before.resolvers, *now.resolvers))),
        before.iterates and now.iterates,
        before.laboratory or now.laboratory,
        ", ".join(dict.fromkeys((before.catalogue, now.catalogue))),
    )


class _Run:
    def __init__(self, case: Case, net: Net, install_key: bytes, emit: Emit, earlier: Earlier) -> None:
        self.case, self.net, self.install_key, self.emit, self.earlier = case, net, install_key, emit, earlier
        self.known = {(r.request.kind, r.request.subject): r for r in earlier.records}
        self.recalled: list[Record] = []
        self.records = {key: r for key, r in self.known.items() if key[0] not in all_probes()}
        self.targets: dict[tuple[str, str], Target] = {(t.kind, t.value): t for t in case.targets}
        self.not_run: dict[tuple[str, Target], str] = {(n.check, n.target): n.reason for n in earlier.not_run}
        self.tasks: set[asyncio.Task[None]] = set()
        self.planned: set[Request] = set()
        self.planned_targets: set[Target] = set()
        self.waiting: dict[tuple[str, str], list[tuple[CheckModule, Target, list[tuple[str, str]]]]] = {}
        self.shown: set[tuple[str, str, str]] = set()
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.authorities = Authorities(case, net, install_key)
        net.gate.ask = self.authorities.of_address
        self.left_out = 0
        self.done = 0
        self.policy = policy_for(case)

    async def run(self) -> Audit:
        started = time.time()
        interrupted = False
        self.plan()
        self.emit(RunStarted(len(self.planned)))
        self.recall()
        try:
            async with asyncio.timeout(self.net.settings.limits.run_deadline):
                while self.tasks:
                    await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            interrupted = await self.end(FailureReason.LIMIT, phrase("the time for the whole run was used up"))
        except asyncio.CancelledError:
            interrupted = True
            self.forget_cancel()
            await self.end(None, "")
        finally:
            self.authorities.cancel()
            self.net.close()
        evidence = self.evidence(started, interrupted)
        results = judge_evidence(evidence)
        for result in results:
            if (result.check, result.target_kind, result.target) not in self.shown:
                self.emit(ResultSeen(result))
        self.emit(RunFinished(interrupted))
        return Audit(evidence, results)

    def plan(self) -> None:
        """Starts an observation for every request that is new."""
        targets = [t for t in self.targets.values() if t not in self.planned_targets]
        self.planned_targets.update(targets)
        for check, target in pairs(self.case, targets):
            keys = needed_keys(check, target, self.case)
            for key in keys:
                self.waiting.setdefault(key, []).append((check, target, keys))
        wanted = wanted_requests(self.case, tuple(targets))
        # Chains of look-ups that wait for each other start before the bulk of guesses that only fills the line.
        for request, wants in sorted(wanted.items(), key=lambda item: item[0].kind in _BULK):
            if request in self.planned:
                continue
            if (request.kind, request.subject) in self.earlier.leave:
                continue
            self.planned.add(request)
            known = self.known.get((request.kind, request.subject))
            if known is not None:
                self.recalled.append(known)
                continue
            active = all(is_active for _check, _target, is_active in wants)
            task = asyncio.create_task(self.observe(request, wants if active else []))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def recall(self) -> None:
        """Takes over what an earlier run saw; what it led to is planned too."""
        any_recalled = bool(self.recalled)
        while self.recalled:
            recalled, self.recalled = self.recalled, []
            for record in recalled:
                self.take(record)
        if any_recalled:
            self.emit(Progress(self.done, len(self.planned), "recalled", ""))

    async def observe(self, request: Request, active_wants: list[tuple[str, Target, bool]]) -> None:
        async with self.slots:
            at, started = time.time(), time.monotonic()
            fact: Fact | None = None
            failure: ProbeFailure | None = None
            trace = ""
            try:
                async with deadline(self.net.settings.limits.check_deadline):
                    if active_wants and not await self.may_probe(active_wants):
                        return
                    outcome = await all_probes()[request.kind].collect(request, self.net)
                if isinstance(outcome, ProbeFailure):
                    failure = outcome
                else:
                    fact = outcome
            except TimeoutError:
                limit = self.net.settings.limits.check_deadline
                failure = ProbeFailure(FailureReason.TIMEOUT, phrase("more than {seconds} s", seconds=f"{limit:g}"))
            except NotPermittedError as error:
                failure = ProbeFailure(FailureReason.NOT_PERMITTED, str(error))
            except Exception as error:
                trace = short_trace(error)
            ms = round((time.monotonic() - started) * 1000)
            self.keep(Record("", request, utc(at), ms, fact, failure, trace))

    def take(self, record: Record) -> None:
        self.records[(record.request.kind, record.request.subject)] = record
        self.done += 1
        if record.fact is not None:
            self.discover(record.fact)

    def keep(self, record: Record) -> None:
        self.take(record)
        self.recall()
        self.emit(RecordSeen(record))
        self.emit(Progress(self.done, len(self.planned), record.request.kind, record.request.subject))
        self.show_ready((record.request.kind, record.request.subject))

    async def may_probe(self, wants: list[tuple[str, Target, bool]]) -> bool:
        """Whether an active observation has authority; what lacks it is noted as not run."""
        if self.case.passive:
            for check, target, _active in wants:
                self.not_run[(check, target)] = phrase("left out: only public records were to be asked for")
            self.done += 1
            self.emit(Progress(self.done, len(self.planned), "authority", wants[0][1].value))
            return False
        allowed = False
        for check, target, _active in wants:
            if await self.authorities.of(target):
                allowed = True
            else:
                self.not_run[(check, target)] = what_would_allow(target, self.install_key)
        if not allowed:
            self.done += 1
            self.emit(Progress(self.done, len(self.planned), "authority", wants[0][1].value))
        return allowed

    def discover(self, fact: Fact) -> None:
        fresh = False
        limit = self.net.settings.limits.discovered_addresses
        for target in discovered(fact, laboratory=self.case.laboratory):
            key = (target.kind, target.value)
            if key in self.targets:
                continue
            if sum(t.origin not in ("named", "sending address", HOSTED) for t in self.targets.values()) >= limit:
                self.left_out += 1
                continue
            self.targets[key] = target
            self.emit(TargetFound(target))
            fresh = True
        if fresh:
            self.plan()

    def show_ready(self, key: tuple[str, str]) -> None:
        """Judges the checks whose last fact this was, for whoever watches."""
        if self.emit is ignore:
            return
        for check, target, keys in self.waiting.get(key, ()):
            name = (check.spec.id, target.kind, target.value)
            if name not in self.shown and all(k in self.records for k in keys):
                self.shown.add(name)
                self.emit(ResultSeen(judge_one(check, target, [self.records[k] for k in keys], self.policy)))

    @staticmethod
    def forget_cancel() -> None:
        task = asyncio.current_task()
        while task is not None and task.cancelling():
            task.uncancel()

    async def end(self, reason: FailureReason | None, detail: str) -> bool:
        """Stops what is under way, however often somebody asks for it meanwhile. Returns whether somebody did."""
        asked = False
        stopping = asyncio.create_task(self.stop(reason, detail))
        while not stopping.done():
            try:
                await asyncio.shield(stopping)
            except asyncio.CancelledError:
                asked = True
                self.forget_cancel()
        return asked

    async def stop(self, reason: FailureReason | None, detail: str) -> None:
        """Cancels what is under way. With a reason, it is recorded as failed; without, it counts as not looked at."""
        for task in list(self.tasks):
            task.cancel()
        self.authorities.cancel()
        # Tasks that waited for their turn would send once more before they learn that it is over.
        self.net.dns.close()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=2.0)
        if reason is None:
            return
        for request in self.planned:
            if (request.kind, request.subject) not in self.records:
                self.records[(request.kind, request.subject)] = Record(
                    "", request, utc(time.time()), 0, None, ProbeFailure(reason, detail)
                )

    def evidence(self, started: float, interrupted: bool) -> Evidence:
        if self.authorities.began:
            fact = self.authorities.fact()
            self.records[(fact.kind, "case")] = Record("", Request(fact.kind, "case"), utc(self.authorities.began), 0, fact)
        ordered = sorted(self.records.values(), key=lambda r: (r.request.kind, r.request.subject))
        records = tuple(
            Record(f"e{number}", r.request, r.at, r.ms, r.fact, r.failure, r.trace) for number, r in enumerate(ordered, 1)
        )
        gate, net = self.net.gate, self.net
        sent = tally(net, self.earlier.sent)
        vantage = Vantage(net.profile.resolvers, net.iterator is not None, net.profile.laboratory, net.catalogue.version)
        if self.earlier.vantage is not None:
            vantage = _both(self.earlier.vantage, vantage)
        not_run = tuple(
            NotRun(check, target, reason)
            for (check, target), reason in sorted(self.not_run.items(), key=lambda i: (i[0][0], i[0][1]))
        )
        authority = {**self.earlier.authority, **self.authorities.known, **gate.permitted}
        return Evidence(
            self.case, Tool(), self.earlier.started or utc(started), utc(time.time()), vantage, tuple(self.targets.values()), records, not_run,
            dict(sorted(authority.items())), sent, self.left_out, interrupted, self.earlier.rechecks,
        )  # fmt: skip
