"""Plan, run, evidence, judge: on the embedded internet, and with probes and rules that fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from selfaudit.case import Authority, Case, Target
from selfaudit.demo import Internet, demo_case
from selfaudit.engine import Audit, judge_evidence, load_evidence, make_plan, run_audit, save_evidence
from selfaudit.engine.authority import challenge_token
from selfaudit.engine.events import Event, Progress, ResultSeen, RunFinished, RunStarted, TargetFound
from selfaudit.errors import UserError
from selfaudit.facts import FailureReason, ProbeFailure
from selfaudit.findings import Outcome
from selfaudit.net import Net, open_net
from selfaudit.probes import all_probes
from selfaudit.report.json import encode_audit


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    async with Internet("fixed") as made:
        yield made


def net_of(internet: Internet, **limits: Any) -> Net:
    settings = msgspec.structs.replace(internet.settings, limits=msgspec.structs.replace(internet.settings.limits, **limits))
    return open_net(settings, routes=internet.routes)


RDNS = Case((Target("address", "198.51.100.25"),), only=("rdns",), laboratory=True)


async def test_events_and_progress(internet: Internet) -> None:
    events: list[Event] = []
    case = Case((Target("domain", "blumenhof.example"),), only=("mail.mx", "rdns", "blocklist"), laboratory=True)
    audit = await run_audit(case, net_of(internet), emit=events.append)
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished(False)
    steps = [e for e in events if isinstance(e, Progress)]
    assert [s.done for s in steps] == sorted(s.done for s in steps)
    assert [s.total for s in steps] == sorted(s.total for s in steps)
    assert steps[-1].done == steps[-1].total
    found = {e.target.value: e.target.origin for e in events if isinstance(e, TargetFound)}
    assert found["198.51.100.25"] in ("mail host mail.blumenhof.example", "SPF record of blumenhof.example")
    seen = [e.result for e in events if isinstance(e, ResultSeen)]
    assert sorted((r.check, r.target) for r in seen) == sorted((r.check, r.target) for r in audit.results)
    assert {(r.check, r.target): r.outcome for r in seen} == {(r.check, r.target): r.outcome for r in audit.results}


async def test_discovered_addresses_are_limited_and_said(internet: Internet) -> None:
    case = Case((Target("domain", "blumenhof.example"),), only=("mail.mx", "rdns.present"), laboratory=True)
    audit = await run_audit(case, net_of(internet, discovered_addresses=1))
    assert sum(t.kind == "address" for t in audit.evidence.targets) == 1
    assert audit.evidence.left_out >= 1


async def test_evidence_round_trip_and_judging_again(internet: Internet, tmp_path: Path) -> None:
    audit = await run_audit(demo_case("fixed"), net_of(internet))
    path = tmp_path / "evidence.json"
    save_evidence(audit.evidence, path)
    loaded = load_evidence(path)
    again = Audit(loaded, judge_evidence(loaded))
    assert encode_audit(again) == encode_audit(audit)
    save_evidence(loaded, tmp_path / "second.json")
    assert (tmp_path / "second.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.replace(b"selfaudit/evidence/1", b"selfaudit/evidence/9"),
        lambda d: d.replace(b'"kind":"rdns"', b'"kind":"unheard-of"'),
        lambda d: d.replace(b'"status":"answer"', b'"status":"perhaps"'),
        lambda d: d[:-40],
        lambda d: b"\xff\xfe",
        lambda d: b"",
        lambda d: d.replace(b'"address":"198.51.100.25"', b'"address":7'),
    ],
)
async def test_broken_evidence_files(internet: Internet, tmp_path: Path, change: Any) -> None:
    audit = await run_audit(RDNS, net_of(internet))
    path = tmp_path / "evidence.json"
    save_evidence(audit.evidence, path)
    data = path.read_bytes()
    changed = change(data)
    assert changed != data
    path.write_bytes(changed)
    with pytest.raises(UserError, match=r"evidence\.json"):
        load_evidence(path)


async def test_plan_sends_nothing_and_counts(internet: Internet) -> None:
    net = net_of(internet)
    plan = make_plan(demo_case("fixed"), net, b"k" * 32)
    net.close()
    assert sum(s.asked for s in internet.servers.values()) == 0
    assert len({p.request for p in plan.requests}) == len(plan.requests)
    active = [p for p in plan.requests if p.active]
    assert {p.request.kind for p in active} == {
        "dns.transfer", "exposure.amplifiers", "exposure.ports", "exposure.proxy", "exposure.resolver", "exposure.services", "mail.contacts",
        "mail.names", "smtp.relay", "smtp.tls", "vantage.position", "web.site", "web.tls",
    }  # fmt: skip
    assert plan.authority["198.51.100.25"].startswith("stated: ")
    assert plan.challenges[0].name == "_selfaudit-challenge.blumenhof.example"
    assert plan.challenges[0].token == challenge_token(b"k" * 32, "blumenhof.example")
    assert any(c.active for c in plan.contacts)


async def test_cancel_keeps_what_was_seen() -> None:
    async with Internet("suspended") as internet:
        task = asyncio.create_task(run_audit(demo_case("suspended"), net_of(internet)))
        await asyncio.sleep(0.6)
        task.cancel()
        audit = await task
        assert audit.evidence.interrupted
        assert audit.exit_code() == 130
        assert audit.evidence.records
        stopped = [r for r in audit.results if r.outcome is Outcome.NOT_RUN]
        assert stopped
        assert any("stopped before" in r.reason for r in stopped)
        assert not any(r.outcome is Outcome.PASS for r in stopped)
        assert not any(r.outcome is Outcome.BUG for r in audit.results)


async def test_whoever_cancels_twice_loses_nothing_either() -> None:
    async with Internet("suspended") as internet:
        task = asyncio.create_task(run_audit(demo_case("suspended"), net_of(internet)))
        await asyncio.sleep(0.6)
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
        audit = await task
        assert audit.evidence.interrupted
        assert audit.evidence.records


async def test_run_deadline_leaves_the_rest_inconclusive() -> None:
    async with Internet("suspended") as internet:
        audit = await run_audit(demo_case("suspended"), net_of(internet, run_deadline=0.5))
        cut = [r for r in audit.results if "whole run" in r.reason]
        assert cut
        assert all(r.outcome is Outcome.INCONCLUSIVE for r in cut)
        assert not audit.evidence.interrupted


async def test_a_slow_observation_is_inconclusive(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(request: object, net: object) -> None:
        await asyncio.sleep(5)

    monkeypatch.setattr(all_probes()["rdns"], "collect", slow)
    audit = await run_audit(RDNS, net_of(internet, check_deadline=0.1))
    assert {r.outcome for r in audit.results} == {Outcome.INCONCLUSIVE}
    assert "not done in time" in audit.results[0].reason
    assert audit.exit_code() == 3


async def test_our_own_faults_are_caught_once_and_named(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(request: object, net: object) -> None:
        raise ZeroDivisionError("oh")

    case = Case((*RDNS.targets, Target("domain", "blumenhof.example")), only=("rdns", "mail.mx"), laboratory=True)
    monkeypatch.setattr(all_probes()["rdns"], "collect", broken)
    audit = await run_audit(case, net_of(internet))
    bugs = [r for r in audit.results if r.check.startswith("rdns") and r.target == "198.51.100.25"]
    assert {r.outcome for r in bugs} == {Outcome.BUG}
    assert "ZeroDivisionError" in bugs[0].reason
    assert "/" not in bugs[0].reason.replace("N/A", "")
    assert any(r.check == "mail.mx" and r.outcome is Outcome.PASS for r in audit.results)
    assert audit.exit_code() == 3


async def test_a_broken_rule_is_a_bug_and_not_a_pass(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    from selfaudit.checks import all_checks

    check = all_checks()["rdns.present"]

    def nothing(fact: object, policy: object) -> Any:
        return iter(())

    monkeypatch.setattr(type(check), "judge", property(lambda self: nothing))
    audit = await run_audit(RDNS, net_of(internet))
    assert {r.outcome for r in audit.results} == {Outcome.BUG}


async def test_probe_failures_are_inconclusive(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(request: object, net: object) -> ProbeFailure:
        return ProbeFailure(FailureReason.NETWORK, "no route")

    monkeypatch.setattr(all_probes()["rdns"], "collect", failing)
    audit = await run_audit(RDNS, net_of(internet))
    assert {r.outcome for r in audit.results} == {Outcome.INCONCLUSIVE}
    assert "no route" in audit.results[0].reason


TRANSFER = Case((Target("domain", "blumenhof.example"),), only=("dns.transfer",), laboratory=True)


async def test_no_authority_no_packet(internet: Internet) -> None:
    net = net_of(internet)
    audit = await run_audit(TRANSFER, net, install_key=b"k" * 32)
    (result,) = audit.results
    assert result.outcome is Outcome.NOT_RUN
    assert challenge_token(b"k" * 32, "blumenhof.example") in result.reason
    assert not any(s.purpose == "zone transfer" for s in audit.evidence.sent)
    assert audit.exit_code() == 3  # nothing was looked at, which is no all clear
    assert judge_evidence(audit.evidence) == audit.results


async def test_stated_authority_covers_named_addresses_only(internet: Internet) -> None:
    only_domain = Case(TRANSFER.targets, only=TRANSFER.only, laboratory=True, authority=Authority("Maria", "owner"))
    audit = await run_audit(only_domain, net_of(internet))
    assert audit.results[0].outcome is Outcome.NOT_RUN
    assert not any(s.purpose == "zone transfer" for s in audit.evidence.sent)
    named = (*TRANSFER.targets, Target("address", "198.51.100.53"))
    stated = Case(named, only=TRANSFER.only, laboratory=True, authority=Authority("Maria", "owner"))
    audit = await run_audit(stated, net_of(internet))
    contacted = {s.address: s.authority for s in audit.evidence.sent if s.purpose == "zone transfer"}
    assert set(contacted) == {"198.51.100.53"}  # ns1 was named; ns2 belongs to the DNS provider
    assert contacted["198.51.100.53"].startswith("stated: Maria, owner")
    assert audit.evidence.authority["blumenhof.example"] == "stated: Maria, owner"


async def test_a_challenge_record_proves(internet: Internet) -> None:
    assert internet.resolver
    key = b"k" * 32
    token = challenge_token(key, "blumenhof.example")
    internet.resolver.stale[("_selfaudit-challenge.blumenhof.example.", "TXT")] = (60, [f'"{token}"'])
    case = Case(
        (*TRANSFER.targets, Target("address", "198.51.100.25"), Target("address", "203.0.113.80")),
        only=TRANSFER.only,
        laboratory=True,
    )
    audit = await run_audit(case, net_of(internet), install_key=key)
    assert audit.evidence.authority["blumenhof.example"].startswith("proven: TXT record")
    assert audit.evidence.authority["198.51.100.25"] == "proven: reverse name mail.blumenhof.example"
    assert "203.0.113.80" not in audit.evidence.authority
    assert audit.evidence.authority["198.51.100.53"] == "proven: reverse name ns1.blumenhof.example"
    (record,) = [r for r in audit.evidence.records if r.request.kind == "authority"]
    assert record.fact is not None
    assert any(token in text for answer in record.fact.lookups() for text in answer.texts())
    other = await run_audit(case, net_of(internet), install_key=b"another installation")
    assert other.results[0].outcome is Outcome.NOT_RUN
    assert challenge_token(key, "blumenhof.example") != challenge_token(key, "blumenhof-alt.example")
