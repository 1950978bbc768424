"""Audits for the tests of reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from selfaudit.case import Case, EvidenceFile, Target
from selfaudit.case.statement import Statement
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Evidence, Tool, Vantage
from selfaudit.findings import Finding, Mark, Outcome, Result
from selfaudit.report.content import Content
from selfaudit.report.content.model import FindingRow

EVIL = "<script>\x1b[31m\u202e\u2066\x00\ud800" + "w" * 100_000
START, END = "2026-11-22T10:00:05.000Z", "2026-11-22T10:03:00.000Z"
FILE = EvidenceFile("mail.log", "ab" * 32, 4096)


def audit_of(
    *results: Result,
    statement: Statement | None = None,
    marks: tuple[Mark, ...] = (),
    evidence: dict[str, Any] | None = None,
    **case: Any,
) -> Audit:
    """An audit with these results; everything else is empty unless it is given."""
    made = Evidence(
        Case(case.pop("targets", (Target("domain", "shop.test"),)), **case), Tool("selfaudit", "1.0", "3.11", "Linux"), START, END,
        Vantage(("192.0.2.53",), catalogue="2026-11-01"), (), (),
    )  # fmt: skip
    made = replace(made, targets=made.case.targets, **(evidence or {}))
    return Audit(made, results, statement, marks)


def no_ptr(number: int) -> Result:
    """An address without a name."""
    address = f"198.51.{number // 250}.{number % 250}"
    args = {"address": address, "pointer": f"{number}.in-addr.arpa", "who": "provider"}
    finding = Finding("RDNS_MISSING", args, ("e1",))
    return Result("rdns.present", "address", address, Outcome.FAIL, (finding,))


def texts(value: Any) -> Iterator[str]:
    """Every text in a content."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def rows(content: Content, *, folded: bool = False) -> list[FindingRow]:
    return [row for group in content.groups if group.folded is folded for row in group.findings]
