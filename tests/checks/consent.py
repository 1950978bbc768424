"""Ledger reports in few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from selfaudit.facts.ledger import Drill, LedgerColumn, LedgerCounts, LedgerReport, ProofFile
from selfaudit.protocols.ledger.model import ROLES

# 1000 active recipients, all confirmed, with whole proof.
GOOD_COUNTS = LedgerCounts(
    rows=1000, recipients=1000, addresses=1000, active=1000, consent_times=1000, sources=1000, ips=1000, text_versions=1000, proven=1000,
    confirmed=1000, peak_hour=5, median_hour=3, confirm_peak_hour=5, confirm_median_hour=3, gaps=1000, gap_seconds=61, same_gap=4, mailed=1000,
)  # fmt: skip


def ledger(*, without: tuple[str, ...] = (), report: Mapping[str, object] | None = None, **counts: object) -> LedgerReport:
    """A good ledger with other counts, columns or fields."""
    columns = tuple(LedgerColumn(role, role, 1000) for role in ROLES if role not in without)
    base = LedgerReport(
        "list.csv", "ab" * 32, 100_000, "2026-11-20T12:00:00Z", form="CSV", encoding="UTF-8", delimiter=",", columns=columns,
        counts=replace(GOOD_COUNTS, **counts),  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(base, **(report or {}))  # type: ignore[arg-type]


PROOF = ("recipient", "source", "text_version", "consent_at", "consent_ip", "confirm_at")


def drill(started: str = "2026-11-18T08:00:00Z", finished: str = "2026-11-18T11:12:00Z", **fields: object) -> Drill:
    """A drill that was finished after 3 h 12 min with whole proof."""
    base = Drill(
        "0123456789abcdef", "seed", "blue harbour", started, finished, True, PROOF, (ProofFile("mail.eml", "cd" * 32, 900),), "ab" * 32, "ab" * 32
    )  # fmt: skip
    return replace(base, **fields)  # type: ignore[arg-type]
