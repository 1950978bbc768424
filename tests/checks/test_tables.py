"""Every check by its table: facts, tags that must appear, tags that must not, the outcome. Each tag is provoked at least once."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import fields_of, templates_of
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Request
from tests.checks import tables
from tests.checks.build import Scenario


def load() -> dict[str, list[Scenario]]:
    found: dict[str, list[Scenario]] = {}
    for info in pkgutil.iter_modules(tables.__path__):
        module = importlib.import_module(f"{tables.__name__}.{info.name}")
        found[module.CHECK] = module.SCENARIOS
    return found


TABLES = load()
CASES = [
    pytest.param(check, scenario, id=f"{check}: {scenario.name}")
    for check, scenarios in TABLES.items()
    for scenario in scenarios
]


@pytest.mark.parametrize(("check_id", "scenario"), CASES)
def test_scenario(check_id: str, scenario: Scenario) -> None:
    check = all_checks()[check_id]
    assert [type(f) for f in scenario.facts] == list(check.spec.needs)
    records = [Record(f"e{i}", Request(f.kind, "x"), "", 0, f) for i, f in enumerate(scenario.facts)]
    target = Target(check.spec.target, "x")  # type: ignore[arg-type]
    result = judge_one(check, target, list(records), scenario.policy)
    tags = {f.tag for f in result.findings}
    assert result.reason == "" or result.outcome != "bug", result.reason
    assert set(scenario.must) <= tags, (tags, result.reason)
    assert not set(scenario.must_not) & tags, tags
    assert result.outcome == scenario.outcome, (tags, result.reason)
    for finding in result.findings:
        assert finding.evidence
        message = check.messages[finding.tag]
        for template in templates_of(message):
            assert fields_of(template) <= set(finding.args), (finding.tag, template)
        for name, value in scenario.args.items():
            if name in finding.args and finding.tag in scenario.must:
                assert finding.args[name] == value


def test_every_check_has_a_table() -> None:
    assert set(TABLES) == set(all_checks())


@pytest.mark.parametrize("check_id", list(all_checks()))
def test_every_tag_is_provoked(check_id: str) -> None:
    provoked = {tag for scenario in TABLES[check_id] for tag in scenario.must}
    assert set(all_checks()[check_id].tags) <= provoked, set(all_checks()[check_id].tags) - provoked
