"""The three worlds of the demo before both policies: what blocks, what is only missing, and what the inside of a server stands in for."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterable
from dataclasses import replace

import pytest

from selfaudit.case import Approval
from selfaudit.case.statement import Attestation, Statement
from selfaudit.demo import Internet, demo_inputs
from selfaudit.demo.statements import demo_statement
from selfaudit.engine import Audit, judge_evidence, run_audit
from selfaudit.engine.requirements import expected_of, pack_of, readiness_of
from selfaudit.findings import Outcome
from selfaudit.net import open_net
from selfaudit.policy.model import Readiness, State
from selfaudit.policy.words import attestation_of
from selfaudit.report.html import render_html

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


def stated(audit: Audit, provider: str, listed: Iterable[str] = ()) -> Statement:
    """What the demo's customer states after the repairs, with a word on every clause; what waits for a list is only planned."""
    case = replace(audit.evidence.case, provider=provider)
    pack = pack_of(case)
    assert pack is not None
    later = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=20)).date().isoformat()
    words = (
        Attestation(c.id, planned=later)
        if c.id in listed
        else Attestation(c.id, agreed=True, words=attestation_of(c, case), text="As the file shows.")
        for c in pack.clauses
    )
    made = demo_statement("suspended" if tuple(listed) else "fixed", provider)
    # A step that waits for a list names the check that shows so.
    steps = (replace(s, checks=("blocklist.address",)) if "blocklist" in s.text else s for s in made.steps)
    return replace(made, policy=pack.id, number=case.number, attestations=tuple(words), steps=tuple(steps))


def in_state(found: Readiness, state: State, *, blocking: bool = True) -> set[str]:
    """The clauses in a state."""
    return {r.clause for r in found.requirements if r.state is state and (r.blocks or not blocking)}


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        (
            PREZ,
            {
                "critical", "B-2.6", "B-3.1", "B-3.3", "B-4.4", "B-5.0a", "B-5.0b", "B-5.2", "B-5.3a", "B-5.3b", "B-5.3c", "B-5.4", "B-5.5",
                "B-5.6", "B-5.7", "B-8.1", "B-8.2", "B-9.1", "B-10.5",
            },
        ),
        (OFSEC, {"critical", "A-2.2", "A-4.0", "A-4.1", "A-4.2", "A-4.3", "A-4.4", "A-4.5", "A-5.1"}),
    ],
)  # fmt: skip
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
    contradicted = {r.clause for r in worded.requirements if r.state is State.NOT_MET} - {"critical"}
    assert {f"attestation:{clause}" for clause in contradicted} <= {g.part for g in worded.gaps}


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
@pytest.mark.parametrize("world", ["broken", "fixed"])
@pytest.mark.parametrize(
    "more",
    [
        {"only": ("vantage.clock",)},
        {
            "skip": (
                "exposure",
                "blocklist",
                "host",
                "patch",
                "registration",
                "mail",
                "rdns",
                "web",
                "routing",
                "message",
                "dns",
            )
        },
        {"skip": ("blocklist.address",)},
    ],
)
def test_what_was_left_out_is_made_up_for_by_no_word(
    worlds: dict[str, Audit], world: str, provider: str, more: dict[str, tuple[str, ...]]
) -> None:
    said, audit = stated(worlds[world], provider), before(worlds[world], provider)
    evidence = replace(audit.evidence, case=replace(audit.evidence.case, **more))  # type: ignore[arg-type]
    found = readiness_of(Audit(evidence, judge_evidence(evidence), said))
    assert found is not None
    assert found.ready is False
    # A failure that was seen elsewhere outweighs what was not looked at.
    assert in_state(found, State.NEEDS_STATEMENT if world == "fixed" else State.NOT_MET) or "only" in more


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_an_interrupted_run_is_never_ready(worlds: dict[str, Audit], provider: str) -> None:
    for world in ("broken", "fixed"):
        said, audit = stated(worlds[world], provider), before(worlds[world], provider)
        evidence = replace(audit.evidence, records=audit.evidence.records[:20], interrupted=True)
        found = readiness_of(Audit(evidence, judge_evidence(evidence), said))
        assert found is not None
        assert found.ready is False
        assert found.blockers
        assert "audit" in {g.part for g in found.gaps}


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_made_up_approvals_change_nothing_that_cannot_be_approved(worlds: dict[str, Audit], provider: str) -> None:
    bare = before(worlds["broken"], provider)
    failing = {r.check for r in bare.results if r.outcome is Outcome.FAIL}
    evidence = replace(
        bare.evidence, case=replace(bare.evidence.case, exceptions=tuple(Approval(c, "", "T-1") for c in sorted(failing)))
    )
    results = judge_evidence(evidence)
    pack = pack_of(evidence.case)
    assert pack is not None
    approved = {r.check for r in results if any(f.approved for f in r.findings)}
    assert approved <= set(pack.parameters.approvable)
    assert {r.check for r in results if r.outcome is Outcome.FAIL} >= failing - set(pack.parameters.approvable)
    found = readiness_of(Audit(evidence, results, stated(bare, provider)))
    assert found is not None
    assert {"B-5.7", "B-8.2"} <= set(found.blockers) if provider == PREZ else {"A-2.2", "A-4.0"} <= set(found.blockers)
    assert all(r.state is not State.MET for r in found.requirements if any(b.check in approved for b in r.by))


@pytest.mark.parametrize("provider", [PREZ, OFSEC])
def test_an_old_audit_is_no_answer(worlds: dict[str, Audit], provider: str) -> None:
    audit = before(worlds["fixed"], provider)
    old = replace(audit.evidence, started="2019-01-01T00:00:00Z", finished="2019-01-01T00:10:00Z")
    found = readiness_of(Audit(old, audit.results, stated(audit, provider)))
    assert found is not None
    assert [g.part for g in found.gaps] == ["audit-age"]


def test_every_check_of_a_whole_run_has_its_result(worlds: dict[str, Audit]) -> None:
    for audit in worlds.values():
        there = {(r.check, r.target) for r in audit.results}
        wanted = {(check, target) for check, targets in expected_of(audit.evidence).items() for target in targets}
        assert wanted == there


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


@pytest.mark.parametrize(
    ("provider", "listed", "disproved"), [(PREZ, ("B-5.0a", "B-5.7", "B-10.5"), {"B-5.7"}), (OFSEC, ("A-4.0",), set())]
)
def test_suspended_with_a_statement_is_ready_and_only_waits_for_a_list(
    worlds: dict[str, Audit], provider: str, listed: tuple[str, ...], disproved: set[str]
) -> None:
    found = readiness(worlds["suspended"], provider, stated(worlds["suspended"], provider, listed))
    assert (found.blockers, found.gaps, found.ready) == ((), (), True)
    assert in_state(found, State.PLANNED, blocking=False) == set(listed)
    assert "the list decides" in {r.clause: r.why for r in found.requirements}[listed[0]]
    unplanned = readiness(worlds["suspended"], provider, stated(worlds["suspended"], provider))
    # That no list has the address is disproved; that nothing is sent any more is not.
    assert {f"attestation:{clause}" for clause in disproved} == {
        g.part for g in unplanned.gaps if g.part.startswith("attestation:")
    }


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
    assert [g.part for g in found.gaps] == ["purpose"]
    fresh = replace(case, suspended="", cited=(), notices=(), steps=())
    found = readiness_of(replace(audit, evidence=replace(audit.evidence, case=fresh)))
    assert found is not None
    assert found.gaps == ()
    assert in_state(found, State.NOT_MET, blocking=False) == set()
