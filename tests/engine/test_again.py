"""Resuming and checking again, in the demo's worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from selfaudit.demo import Internet, demo_case, demo_inputs
from selfaudit.engine import Audit, run_audit
from selfaudit.engine.again import check_again, key_of, resume
from selfaudit.engine.events import Event, Progress, RecordSeen
from selfaudit.engine.evidence import decode_evidence, encode_evidence
from selfaudit.findings import Outcome
from selfaudit.net import Net, open_net

KEY = b"demo installation key"


def _nets(internet: Internet) -> Callable[[], Net]:
    _case, brought = demo_inputs(internet.world)
    return lambda: open_net(internet.settings, routes=internet.routes, **brought.along())


def _comparable(audit: Audit) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(r.check, r.target, str(r.outcome), tuple(f.tag for f in r.findings)) for r in audit.results]


@pytest.mark.parametrize("after", [1, 7, 20, 44])
async def test_an_interrupted_run_goes_on_where_it_was(broken_audit: Audit, after: int) -> None:
    async with Internet("broken") as internet:
        make = _nets(internet)
        seen = 0
        task: asyncio.Task[Audit] | None = None

        def stop(event: Event) -> None:
            nonlocal seen
            if isinstance(event, RecordSeen):
                seen += 1
                if seen == after and task is not None:
                    task.cancel()

        task = asyncio.create_task(run_audit(demo_inputs("broken")[0], make(), install_key=KEY, emit=stop))
        partial = await task
        assert partial.evidence.interrupted
        kept = {
            (r.request.kind, r.request.subject): r.at
            for r in partial.evidence.records
            if r.fact is not None and not r.fact.from_here
        }
        events: list[Event] = []
        whole = await run_audit(
            partial.evidence.case, make(), install_key=KEY, emit=events.append, earlier=resume(partial.evidence)
        )
    assert not whole.evidence.interrupted
    assert _comparable(whole) == _comparable(broken_audit)
    for record in whole.evidence.records:
        at = kept.get((record.request.kind, record.request.subject))
        if record.request.kind != "authority" and not record.request.kind.startswith("vantage."):
            assert at is None or record.at == at
    asked_again = {(e.record.request.kind, e.record.request.subject) for e in events if isinstance(e, RecordSeen)}
    assert {kind for kind, _subject in asked_again & set(kept)} <= {
        "vantage.dns",
        "vantage.clock",
        "vantage.port25",
        "vantage.inside",
    }
    progress = [(e.done, e.total) for e in events if isinstance(e, Progress)]
    assert progress == sorted(progress)
    assert whole.evidence.started == partial.evidence.started
    assert sum(s.count for s in whole.evidence.sent) > sum(s.count for s in partial.evidence.sent)


async def test_one_check_again_asks_for_nothing_else(broken_audit: Audit) -> None:
    key = ("mail.spf", "domain", "blumenhof.example")
    async with Internet("fixed") as internet:
        again = await check_again(broken_audit, [key], _nets(internet), install_key=KEY)
    assert [(c.before.outcome if c.before else None, c.now.outcome) for c in again.changes] == [(Outcome.FAIL, Outcome.PASS)]
    before = {(r.request.kind, r.request.subject): r for r in broken_audit.evidence.records}
    changed = {
        (r.request.kind, r.request.subject) for r in again.audit.evidence.records
        if r.at != before[(r.request.kind, r.request.subject)].at
    }  # fmt: skip
    # ... and the network itself, without which the new observation could not be believed.
    assert {key for key in changed if not key[0].startswith("vantage.")} == {("mail.spf", "blumenhof.example")}
    assert {key[0] for key in changed} > {"mail.spf"}
    others = {key_of(r): r.outcome for r in again.audit.results if r.check != "mail.spf"}
    # spf-coverage rests on the same fact; everything else stands as it was.
    assert {k for k, o in others.items() if o is not {key_of(r): r.outcome for r in broken_audit.results}[k]} <= {
        ("mail.spf-coverage", "domain", "blumenhof.example"), ("mail.dkim", "domain", "blumenhof.example"),
    }  # fmt: skip
    notes = again.audit.evidence.rechecks
    assert [(n.check, n.target.value, n.before, n.after) for n in notes] == [
        ("mail.spf", "blumenhof.example", Outcome.FAIL, Outcome.PASS)
    ]
    assert decode_evidence(encode_evidence(again.audit.evidence)).rechecks == notes


async def test_what_caches_still_hide_is_shown_with_its_time(broken_audit: Audit) -> None:
    async with Internet("fixed") as internet:
        again = await check_again(
            broken_audit, [("mail.dmarc", "domain", "blumenhof.example")], _nets(internet), install_key=KEY
        )
    note = next(n for n in again.caches if n.name == "_dmarc.blumenhof.example")
    assert "p=quarantine" in note.published[0]
    assert "p=none" in note.cached[0]
    assert 0 < note.ttl <= 3600
    assert again.changes[0].now.outcome is Outcome.PASS


async def test_stopping_leaves_the_results_from_before(broken_audit: Audit) -> None:
    async with Internet("fixed", delay=0.3) as internet:
        task = asyncio.create_task(
            check_again(broken_audit, [key_of(r) for r in broken_audit.results], _nets(internet), install_key=KEY)
        )
        await asyncio.sleep(0.2)
        task.cancel()
        again = await task
    assert again.interrupted
    assert again.audit is broken_audit
    assert again.changes == ()


async def test_everything_again_after_fixing_passes(broken_audit: Audit) -> None:
    async with Internet("fixed") as internet:
        case = demo_inputs("fixed")[1].noted_in(broken_audit.evidence.case)
        every = [key_of(r) for r in broken_audit.results]
        again = await check_again(broken_audit, every, _nets(internet), install_key=KEY, case=case)
    # Whose data a registry withholds, nobody can see from outside; that is stated, never green.
    results = [r for r in again.audit.results if r.check != "registration.contacts"]
    assert not [r for r in results if r.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.BUG)]
    assert len(again.changes) == len(again.audit.results)


def test_what_was_seen_long_ago_is_observed_again(broken_audit: Audit) -> None:
    evidence = broken_audit.evidence
    old = replace(evidence.records[3], at="2020-01-01T00:00:00.000Z")
    aged = replace(evidence, records=(*evidence.records[:3], old, *evidence.records[4:]))
    keys = {(r.request.kind, r.request.subject) for r in resume(aged).records}
    assert (old.request.kind, old.request.subject) not in keys
    lasting = [
        r for r in evidence.records
        if r.fact is not None and not r.fact.from_here and r.fact.kind not in ("vantage.dns", "vantage.clock", "vantage.port25", "vantage.inside")
    ]  # fmt: skip
    assert len(keys) == len(lasting) - 1


async def test_nothing_is_sent_after_stop() -> None:
    async with Internet("broken", delay=0.02) as internet:
        net = open_net(internet.settings, routes=internet.routes)
        at_stop = -1
        task: asyncio.Task[Audit] | None = None

        def stop(event: Event) -> None:
            nonlocal at_stop
            if isinstance(event, RecordSeen) and task is not None and at_stop < 0 and net.gate.sent.total() > 50:
                task.cancel()
                asyncio.get_running_loop().call_soon(note)

        def note() -> None:
            nonlocal at_stop
            at_stop = net.gate.sent.total()

        task = asyncio.create_task(run_audit(demo_case("broken"), net, install_key=KEY, emit=stop))
        audit = await task
    assert audit.evidence.interrupted
    # What has its turn at a server in the very moment may still leave; what waits for its turn may not.
    assert sum(s.count for s in audit.evidence.sent) <= at_stop + net.settings.limits.server_in_flight + 4
