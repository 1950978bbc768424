"""Authority target by target, approved exceptions, and what is believed after a change of network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from selfaudit.case import Approval, Authority, Case, Target
from selfaudit.case.model import MAX_STATED_ADDRESSES
from selfaudit.demo import Internet, demo_case
from selfaudit.engine import Audit, judge_evidence, make_plan, run_audit
from selfaudit.engine.again import check_again, key_of, place
from selfaudit.engine.authority import challenge_token
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Outcome, Result, Severity
from selfaudit.net import open_net
from selfaudit.remedy import GroupKey, group_actions
from selfaudit.report.json import result_json

KEY = b"k" * 32
OWNER = Authority("Maria", "owner")


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    async with Internet("broken") as made:
        yield made


def named(result: Result) -> tuple[str, str]:
    return result.check, result.target


async def test_without_authority_no_server_is_touched(internet: Internet) -> None:
    case = Case(demo_case("broken").targets, laboratory=True)
    audit = await run_audit(case, open_net(internet.settings, routes=internet.routes), install_key=KEY)
    ours = {a for a in case.addresses()}
    controls = {"192.0.2.1", "192.0.2.53"}
    touched = {s.address for s in audit.evidence.sent if s.authority}
    assert touched == set()
    for sent in audit.evidence.sent:
        if sent.address in ours - controls:
            assert sent.port == 53, sent  # the customer's own name server is asked for public records
    for result in audit.results:
        if result.check.startswith("exposure."):
            assert result.outcome is Outcome.NOT_RUN
            assert "nobody has shown" in result.reason


async def test_everything_active_is_sent_on_somebodys_authority(broken_audit: Audit) -> None:
    named_targets = set(demo_case("broken").addresses())
    active = [s for s in broken_audit.evidence.sent if s.authority]
    # The web server is not named: the domain is, and its pages are opened, once each.
    pages = {s.purpose for s in active if s.address not in named_targets}
    assert pages == {"HTTPS: one GET of a page", "HTTPS: TLS handshake without a question"}
    assert {s.purpose for s in active} >= {
        "SMTP relay test",
        "SMTP: STARTTLS",
        "SMTP: role addresses",
        "proxy test",
        "zone transfer",
    }
    # The provider's signed case file names one address; of the others, some call themselves by the domain that it names.
    signed = "proven: case file signed by Prez Hosting (demo) Abuse Desk (79656B2D6F6D6564)"
    assert {s.authority for s in active if s.address == "198.51.100.25"} == {signed}
    assert {s.authority for s in active} == {
        signed,
        "proven: reverse name ns1.blumenhof.example",
        "stated: Maria Blum, owner (demo)",
    }


@pytest.mark.parametrize(("world", "covered"), [("fixed", True), ("broken", False)])
async def test_a_proven_domain_covers_addresses_that_call_themselves_by_it(world: str, covered: bool) -> None:
    """In the broken world mail.blumenhof.example leads to the address too, but the address has no reverse name."""
    async with Internet(world) as internet:
        assert internet.resolver
        token = challenge_token(KEY, "blumenhof.example")
        internet.resolver.stale[("_selfaudit-challenge.blumenhof.example.", "TXT")] = (60, [f'"{token}"'])
        case = Case((Target("domain", "blumenhof.example"),), laboratory=True)
        audit = await run_audit(case, open_net(internet.settings, routes=internet.routes), install_key=KEY)
    probed = {s.address for s in audit.evidence.sent if s.authority}
    assert ("198.51.100.25" in probed) is covered
    assert probed <= {"198.51.100.25", "198.51.100.53", "203.0.113.90", "2001:db8:25::25"}
    reverse = "proven: reverse name mail.blumenhof.example"
    assert audit.evidence.authority.get("198.51.100.25", "") == (reverse if covered else "")


async def test_a_word_covers_sixteen_addresses(internet: Internet) -> None:
    addresses = tuple(Target("address", f"203.0.113.{n}") for n in range(210, 230))
    case = Case(addresses, authority=OWNER, laboratory=True, only=("exposure.relay",))
    net = open_net(internet.settings, routes=internet.routes)
    plan = make_plan(case, net, KEY)
    net.close()
    assert sum(bool(words) for words in plan.authority.values()) == MAX_STATED_ADDRESSES
    audit = await run_audit(case, open_net(internet.settings, routes=internet.routes), install_key=KEY)
    assert sum(r.outcome is Outcome.NOT_RUN for r in audit.results) == len(addresses) - MAX_STATED_ADDRESSES


def test_what_the_provider_has_approved_is_no_fault(broken_audit: Audit) -> None:
    failed = next(r for r in broken_audit.results if named(r) == ("exposure.proxy", "203.0.113.80"))
    assert failed.outcome is Outcome.FAIL
    approval = Approval("exposure.proxy", "203.0.113.80", "PREZ-7")
    evidence = replace(broken_audit.evidence, case=replace(broken_audit.evidence.case, exceptions=(approval,)))
    results = judge_evidence(evidence)
    approved = next(r for r in results if named(r) == ("exposure.proxy", "203.0.113.80"))
    assert approved.outcome is Outcome.NOT_APPLICABLE
    assert "PREZ-7" in approved.reason
    (group,) = [g for g in group_actions([approved]) if g.key is GroupKey.NOT_NEEDED]
    assert "PREZ-7" in group.actions[0].text
    stored = result_json(approved)
    assert {(f.approved, f.severity) for f in stored.findings if f.tag == "PROXY_OPEN"} == {("PREZ-7", Severity.NONE)}
    others = [r for r in results if r.check != "exposure.proxy"]
    assert others == [r for r in broken_audit.results if r.check != "exposure.proxy"]


def test_an_approval_of_one_service_covers_no_other(broken_audit: Audit) -> None:
    def with_approval(service: str) -> Result:
        approval = Approval("exposure.services", "203.0.113.80", "PREZ-8", service)
        evidence = replace(broken_audit.evidence, case=replace(broken_audit.evidence.case, exceptions=(approval,)))
        return next(r for r in judge_evidence(evidence) if named(r) == ("exposure.services", "203.0.113.80"))

    assert with_approval("5432").outcome is Outcome.FAIL
    redis = with_approval("6379")
    assert {f.tag for f in redis.findings if f.approved} == {"SERVICES_REDIS_OPEN"}
    assert redis.outcome is Outcome.WARN  # the panel is still there


async def test_after_a_change_of_network_old_answers_of_servers_are_not_believed(broken_audit: Audit) -> None:
    key = ("exposure.relay", "address", "198.51.100.25")
    async with Internet("broken", obstacle="port25-blocked") as elsewhere:
        again = await check_again(
            broken_audit, [key], lambda: open_net(elsewhere.settings, routes=elsewhere.routes), install_key=KEY
        )
    controls = [r.fact for r in again.audit.evidence.records if isinstance(r.fact, Port25)]
    assert controls[0].blocked
    assert place(again.audit.evidence) != place(broken_audit.evidence)
    now = {key_of(r): r for r in again.audit.results}
    assert now[key].outcome is Outcome.INCONCLUSIVE
    proxy = now[("exposure.proxy", "address", "198.51.100.53")]
    assert proxy.outcome is Outcome.INCONCLUSIVE
    assert "another network" in proxy.reason
    spf = ("mail.spf", "domain", "blumenhof.example")
    assert now[spf].outcome is Outcome.FAIL  # public records are the same everywhere


async def test_in_the_same_network_the_rest_stays_as_it_was(broken_audit: Audit) -> None:
    key = ("exposure.relay", "address", "198.51.100.25")
    async with Internet("broken") as internet:
        again = await check_again(
            broken_audit, [key], lambda: open_net(internet.settings, routes=internet.routes), install_key=KEY
        )
    before = {key_of(r): r.outcome for r in broken_audit.results}
    assert {key_of(r): r.outcome for r in again.audit.results} == before
