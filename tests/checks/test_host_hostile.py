"""A server that was broken into writes what it likes into its report: nothing of it becomes part of a command that people copy."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from selfaudit.checks import all_checks
from selfaudit.checks.registry import render
from selfaudit.facts.host import HostReport
from selfaudit.i18n import using
from selfaudit.remedy.groups import advice_for
from tests.checks import tables
from tests.checks.build import Scenario

POISON = "$(touch${IFS}owned);`id`'\"\\&&|>x"
CHECKS = [c for c in all_checks() if c.split(".")[0] in ("patch", "host")]


def scenarios(check: str) -> list[Scenario]:
    module = importlib.import_module(f"{tables.__name__}.{check.replace('.', '_').replace('-', '_')}")
    found: list[Scenario] = module.SCENARIOS
    return found


def poisoned(report: HostReport, number: int) -> HostReport:
    """The report with poison at the end of each field of each line, or of each word."""

    def spoil(line: str) -> str:
        if number == 0:
            return "|".join(field + POISON for field in line.split("|"))
        if number == 1:
            return "|".join(POISON + field for field in line.split("|"))
        words = line.split(" ")
        return " ".join(word + POISON if i == number % max(1, len(words)) else word for i, word in enumerate(words))

    keep = ("meta", "host", "os-release", "addresses", "packages.manager")
    parts = tuple(p if p.name in keep else replace(p, lines=tuple(map(spoil, p.lines))) for p in report.parts)
    return replace(report, parts=parts)


@pytest.mark.parametrize("check_id", CHECKS)
def test_nothing_from_a_server_reaches_a_command(check_id: str) -> None:
    check = all_checks()[check_id]
    seen = 0
    for scenario in scenarios(check_id):
        for number in range(5):
            facts = [poisoned(f, number) if isinstance(f, HostReport) else f for f in scenario.facts]
            for finding in check.judge(*facts, scenario.policy):
                message = check.messages[finding.tag]
                with using("en"):
                    render(message.text, finding.args)
                    advice = advice_for(message.remedy, finding) if message.remedy else None
                seen += 1
                commands = [advice.verify, advice.record, *(text for _name, text in advice.stacks)] if advice else []
                for command in (*commands, str(finding.args.get("command", "")), str(finding.args.get("check", ""))):
                    assert "touch" not in command, (scenario.name, number, finding.tag, command)
                    assert "`id`" not in command
    assert seen


def test_there_are_checks_of_servers() -> None:
    assert len(CHECKS) == 14
