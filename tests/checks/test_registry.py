"""The registry refuses what is not complete."""

from __future__ import annotations

from enum import StrEnum
from types import ModuleType

import pytest

from selfaudit.checks.registry import IncompleteCheck, all_checks, fields_of, get_check, read_module, render, select_checks
from selfaudit.errors import UserError
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Check, Message, Remedy, Severity

CONTRACT = [
    "vantage.dns",
    "vantage.clock",
    "rdns.present",
    "rdns.forward-confirmed",
    "rdns.generic",
    "dns.delegation",
    "dns.dnssec",
    "dns.transfer",
    "dns.dangling",
    "dns.caa",
    "mail.mx",
    "mail.spf",
    "mail.spf-coverage",
    "mail.dkim",
    "mail.dmarc",
    "mail.mta-sts",
    "mail.tls-rpt",
    "mail.bimi",
    "blocklist.address",
    "blocklist.domain",
]


def module(**changes: object) -> ModuleType:
    class Tag(StrEnum):
        OK = "X_OK"

    made = ModuleType("selfaudit.checks.x")
    made.__doc__ = all_checks()["rdns.present"] and __import__("selfaudit.checks.rdns.present", fromlist=["x"]).__doc__
    made.CHECK = Check("x.y", "X", (ReverseDns,), "address")  # type: ignore[attr-defined]
    made.Tag = Tag  # type: ignore[attr-defined]
    made.MESSAGES = {Tag.OK: Message(Severity.GOOD, "{a} is fine")}  # type: ignore[attr-defined]
    made.judge = lambda fact, policy: iter(())  # type: ignore[attr-defined]
    for name, value in changes.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    return made


def test_all_ids_of_the_contract_are_there() -> None:
    assert set(CONTRACT) <= set(all_checks())


def test_a_whole_check_is_accepted() -> None:
    assert read_module(module()).spec.id == "x.y"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"judge": None}, "judge"),
        ({"MESSAGES": {}}, "no message for X_OK"),
        ({"MESSAGES": {"X_OK": Message(Severity.GOOD, "{a.b}")}}, "plain field"),
        ({"MESSAGES": {"X_OK": Message(Severity.GOOD, "{")}}, "X_OK"),
        ({"MESSAGES": {"X_OK": Message(Severity.LOW, "x", Remedy("do", stacks={"BIND": "{0}"}))}}, "plain field"),
        ({"CHECK": Check("X", "X", (ReverseDns,), "address")}, "not an id"),
        ({"CHECK": Check("x.y", "X", (str,), "address")}, "not a kind of fact"),
        ({"__doc__": "Title only."}, "documentation lacks"),
    ],
)
def test_incomplete_checks_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(IncompleteCheck, match=words):
        read_module(module(**changes))


def test_selection() -> None:
    assert [c.spec.id for c in select_checks(["rdns"], ["rdns.generic"])] == ["rdns.forward-confirmed", "rdns.present"]
    assert [c.spec.id for c in select_checks(["mail.spf"])] == ["mail.spf"]
    assert len(select_checks()) == len(all_checks())
    with pytest.raises(UserError, match=r"mail\.spf-coverage"):
        get_check("spf")
    with pytest.raises(UserError, match="no check"):
        select_checks(["nonsense"])


def test_templates() -> None:
    assert render("{a} and {b}", {"a": ("x", "y"), "b": 3}) == "x, y and 3"
    assert render("{a}", {"a": "{b}"}) == "{b}"
    assert fields_of("{a} {{b}} {c}") == {"a", "c"}
    with pytest.raises(KeyError):
        render("{a}", {})
