"""Packs beside the checks that there are: `policy` itself knows no checks."""

from __future__ import annotations

from selfaudit.checks import all_checks


def known_checks() -> frozenset[str]:
    """Ids and families of all checks."""
    ids = set(all_checks())
    return frozenset(ids | {i.partition(".")[0] for i in ids})
