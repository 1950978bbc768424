"""The three worlds of the demo before both policies: what blocks, what is only missing, and what the inside of a server stands in for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from selfaudit.case.statement import Attestation, Statement
from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import Audit, judge_evidence, run_audit
from selfaudit.engine.requirements import pack_of, readiness_of
from selfaudit.net import open_net
from selfaudit.policy.model import Readiness, State
from selfaudit.report.html import render_html
from tests.policy.build import COMPLETE

PREZ, OFSEC = "demo", "ofsecman"  # the demo's own policy has the clauses of Prez Communications
# What no look from outside settles: it needs the customer's word, a sample message, a ledger or web pages.
SAID_PREZ = {"B-3.3", "B-4.6", "B-5.0b", "B-5.4", "B-5.6"}
SAID_OFSEC = {"A-4.2", "A-4.3", "A-4.4", "A-4.5"}


def world_audit(world: str) -> Audit:
    """The audit of a world, with what was collected on its servers."""

    async def work() -> Audit:
        async with Internet(world) as internet:
            case, brought = demo_inputs(world)
            net = open_net(internet.settings, routes=internet.routes, **brought.along())
            return await run_audit(case, net, install_key=b"demo installation key")

    return asyncio.run(work())


@pytest.fixture(scope="module")
def worlds(broken_audit: Audit) -> dict[str, Audit]:
    """All three worlds, each audited once."""
    return {"broken": broken_audit, "fixed": world_audit("fixed"), "suspended": world_audit("suspended")}


def before(audit: Audit, provider: str, statement: Statement | None = None) -> Audit:
    """An audit of the same evidence before another policy."""
    evidence = replace(audit.evidence, case=replace(audit.evidence.case, provider=provider))
    return Audit(evidence, judge_evidence(evidence), statement)


def readiness(audit: Audit, provider: str, statement: Statement | None = None) -> Readiness:
    """How it stands."""
    found = readiness_of(before(audit, provider, statement))
    assert found is not None
    return found


def stated(audit: Audit, provider: str) -> Statement:
    """A complete statement with a word on every clause of a policy."""
    pack = pack_of(replace(audit.evidence.case, provider=provider))
    assert pack is not None
    return replace(
        COMPLETE, attestations=tuple(Attestation(c.id, agreed=True, text="As the file shows.") for c in pack.clauses)
    )


def in_state(found: Readiness, state: State, *, blocking: bool = True) -> set[str]:
    """The clauses in a state."""
    return {r.clause for r in found.requirements if r.state is state and (r.blocks or not blocking)}


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        (PREZ, {"B-4.4", "B-5.0a", "B-5.2", "B-5.3a", "B-5.3b", "B-5.3c", "B-5.5", "B-5.7", "B-8.2", "B-9.1", "B-10.5"}),
        (OFSEC, {"A-2.2", "A-4.0", "A-4.1", "A-5.1"}),
    ],
)
def test_broken_is_not_ready_for_the_right_reasons(worlds: dict[str, Audit], provider: str, wanted: set[str]) -> None:
    found = readiness(worlds["broken"], provider)
    assert found.ready is False
    assert in_state(found, State.NOT_MET) == wanted
    assert wanted <= set(found.blockers)
    assert not in_state(found, State.MET, blocking=False) & wanted


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_no_words_make_the_broken_world_ready(worlds: dict[str, Audit], provider: str) -> None:
    bare, worded = (readiness(worlds["broken"], provider, s) for s in (None, stated(worlds["broken"], provider)))
    assert in_state(worded, State.NOT_MET) == in_state(bare, State.NOT_MET)
    assert worded.ready is False


@pytest.mark.parametrize(("provider", "said"), [(PREZ, SAID_PREZ), (OFSEC, SAID_OFSEC)])
def test_fixed_without_a_statement_names_only_what_is_missing(worlds: dict[str, Audit], provider: str, said: set[str]) -> None:
    found = readiness(worlds["fixed"], provider)
    assert found.ready is False
    assert in_state(found, State.NOT_MET, blocking=False) == set()
    assert in_state(found, State.PLANNED, blocking=False) == set()
    assert said <= set(found.blockers) == in_state(found, State.NEEDS_STATEMENT)
    parts = {g.part for g in found.gaps}
    assert parts >= {"cause", "summary", "timeline", "measures", "commitment", "signer", "signed"}
    assert {f"attestation:{clause}" for clause in found.blockers} <= parts


def test_fixed_shows_what_is_right_by_itself(worlds: dict[str, Audit]) -> None:
    assert {"B-4.4", "B-5.3b", "B-5.3c", "B-5.7"} <= in_state(readiness(worlds["fixed"], PREZ), State.MET, blocking=False)


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_fixed_with_a_statement_is_ready_and_says_what_nobody_saw(worlds: dict[str, Audit], provider: str) -> None:
    found = readiness(worlds["fixed"], provider, stated(worlds["fixed"], provider))
    assert (found.blockers, found.gaps, found.ready) == ((), (), True)
    for requirement in found.requirements:
        if requirement.state is State.CANNOT_VERIFY:
            assert requirement.stated
            assert requirement.unseen or requirement.missing
            assert requirement.why.startswith("Not seen: ")


def test_suspended_says_what_cannot_be_seen_and_what_stands_in_for_it(worlds: dict[str, Audit]) -> None:
    found = {r.clause: r for r in readiness(worlds["suspended"], PREZ).requirements}
    open_services = found["B-4.4"]
    assert {b.check for b in open_services.instead} == {"host.mail-config", "host.listeners", "host.firewall"}
    assert {b.target for b in open_services.instead} == {"mail.blumenhof.example"}
    # The name server was not looked at from the inside, so nothing stands in for it.
    assert "198.51.100.53" in open_services.why
    assert open_services.state is State.NEEDS_STATEMENT
    assert found["B-5.7"].state is State.NOT_MET
    assert "is listed at Demo Strict List" in found["B-5.7"].why


def test_suspended_with_a_statement_leaves_only_the_listing(worlds: dict[str, Audit]) -> None:
    found = readiness(worlds["suspended"], PREZ, stated(worlds["suspended"], PREZ))
    assert set(found.blockers) == {"B-5.0a", "B-5.7", "B-10.5"}
    assert {r.clause: r.state for r in found.requirements}["B-4.4"] is State.CANNOT_VERIFY
    assert [g.part.partition(":")[0] for g in found.gaps] == ["removal"]
    assert "198.51.100.25" in found.gaps[0].part


@pytest.mark.parametrize("world", ["broken", "fixed", "suspended"])
@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_every_clause_shows_in_the_page(worlds: dict[str, Audit], world: str, provider: str) -> None:
    audit = before(worlds[world], provider)
    page = render_html(audit)
    pack = pack_of(audit.evidence.case)
    assert pack is not None
    assert all(f'<tr id="c-{clause.id}">' in page for clause in pack.clauses)


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_before_a_contract_nothing_is_to_be_explained(worlds: dict[str, Audit], provider: str) -> None:
    audit = before(worlds["fixed"], provider)
    case = replace(audit.evidence.case, purpose="onboarding")
    found = readiness_of(replace(audit, evidence=replace(audit.evidence, case=case)))
    assert found is not None
    assert found.gaps == ()
    assert in_state(found, State.NOT_MET, blocking=False) == set()
