"""What holds for every scenario of the active checks: seen from a bad place, or with nothing but trouble, nothing passes and nothing fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Fact, Request
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.exposure import PortOutcome, Recursion, RecursionOutcome
from selfaudit.facts.smtp import RelaySessions, SmtpEnd
from selfaudit.facts.vantage import DnsVantage, Port25, Position, Surroundings
from selfaudit.findings import Result
from tests.checks.build import Scenario, no
from tests.checks.exposure import CAUGHT_HERE, DROPPED_HERE, surroundings
from tests.checks.test_tables import TABLES

EXPOSURE = [c for c in TABLES if c.startswith("exposure.")]
MAIL = ["exposure.relay", "mail.helo", "mail.starttls", "mail.dane", "mail.contacts"]
VERDICTS = ("pass", "warn", "fail")


def judged(check_id: str, facts: list[Fact], scenario: Scenario) -> Result:
    check = all_checks()[check_id]
    records = [Record(f"e{i}", Request(f.kind, "x"), "", 0, f) for i, f in enumerate(facts)]
    return judge_one(check, Target(check.spec.target, "x"), list(records), scenario.policy)  # type: ignore[arg-type]


def cases(*checks: str) -> list[object]:
    return [pytest.param(c, s, id=f"{c}: {s.name}") for c in checks for s in TABLES[c]]


def swapped(scenario: Scenario, change: Callable[[Fact], Fact]) -> list[Fact]:
    return [change(f) for f in scenario.facts]


@pytest.mark.parametrize(("check_id", "scenario"), cases(*EXPOSURE))
def test_nothing_is_concluded_from_the_server_itself(check_id: str, scenario: Scenario) -> None:
    facts = swapped(scenario, lambda f: replace(f, source=f.address, own=True) if isinstance(f, Position) else f)
    result = judged(check_id, facts, scenario)
    assert result.outcome == "inconclusive", result.reason
    assert len(result.findings) == 1


@pytest.mark.parametrize(("check_id", "scenario"), cases(*MAIL))
def test_nothing_is_concluded_where_port_25_is_intercepted(check_id: str, scenario: Scenario) -> None:
    facts = swapped(scenario, lambda f: CAUGHT_HERE if isinstance(f, Port25) else f)
    result = judged(check_id, facts, scenario)
    assert result.outcome in ("inconclusive", "not-applicable"), result.findings


@pytest.mark.parametrize(("check_id", "scenario"), cases("exposure.relay"))
def test_a_blocked_port_25_closes_no_relay(check_id: str, scenario: Scenario) -> None:
    def change(fact: Fact) -> Fact:
        if isinstance(fact, RelaySessions):
            dead = tuple(
                replace(s, connect=PortOutcome.CLOSED, end=SmtpEnd.NOT_CONNECTED, greeting=0, transcript=())
                if s.port == 25
                else s
                for s in fact.sessions
            )
            return replace(fact, sessions=dead, attempts=())
        return DROPPED_HERE if isinstance(fact, Port25) else fact

    result = judged(check_id, swapped(scenario, change), scenario)
    assert result.outcome == "inconclusive", result.findings


@pytest.mark.parametrize(("check_id", "scenario"), cases("exposure.resolver"))
@pytest.mark.parametrize("over_tcp", [False, True])
def test_nothing_is_concluded_where_port_53_is_intercepted(check_id: str, scenario: Scenario, over_tcp: bool) -> None:
    answer = no("x.com", "A", DnsStatus.NXDOMAIN, server="192.0.2.1")

    def change(fact: Fact) -> Fact:
        if not isinstance(fact, DnsVantage):
            return fact
        return replace(fact, interception_tcp=answer) if over_tcp else replace(fact, interception=answer)

    assert judged(check_id, swapped(scenario, change), scenario).outcome == "inconclusive"


TROUBLE = [
    RecursionOutcome.TIMEOUT, RecursionOutcome.SERVFAIL, RecursionOutcome.MALFORMED, RecursionOutcome.TRUNCATED, RecursionOutcome.ERROR,
    RecursionOutcome.UNREACHABLE,
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "scenario"), cases("exposure.resolver"))
@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_over_udp_is_never_a_pass(check_id: str, scenario: Scenario, trouble: RecursionOutcome) -> None:
    def change(fact: Fact) -> Fact:
        if not isinstance(fact, Recursion):
            return fact
        return replace(fact, tries=tuple(replace(t, outcome=trouble) if t.protocol == "udp" else t for t in fact.tries))

    assert judged(check_id, swapped(scenario, change), scenario).outcome != "pass"


@pytest.mark.parametrize(("check_id", "scenario"), cases("exposure.proxy"))
def test_an_intercepted_web_proves_nothing(check_id: str, scenario: Scenario) -> None:
    facts = swapped(scenario, lambda f: surroundings(80, 443, 3128, 8080) if isinstance(f, Surroundings) else f)
    result = judged(check_id, facts, scenario)
    assert result.outcome != "pass"
    caught = {f.args["port"] for f in result.findings if f.tag in ("PROXY_OPEN", "PROXY_POSSIBLE", "PROXY_UNCLEAR")}
    assert not caught & {80, 3128, 8080}


@pytest.mark.parametrize(("check_id", "scenario"), cases(*dict.fromkeys((*EXPOSURE, *MAIL))))
def test_every_scenario_has_words_and_no_fault(check_id: str, scenario: Scenario) -> None:
    result = judged(check_id, list(scenario.facts), scenario)
    assert result.outcome != "bug"
    assert bool(result.reason) == (result.outcome not in VERDICTS)
