"""Versions of programs, from the part "software.runtimes" of a collector's file."""

from __future__ import annotations

import re

from selfaudit.facts.host import HostReport

Version = tuple[int, int]  # major and minor

_VERSION = re.compile(r"(?:\d{1,9}:)?(\d{1,4})\.(\d{1,4})(?!\d)")  # "2:2.10.1-9.el7", "8.4p1"
_MAX = 400


def version_of(report: HostReport, name: str) -> Version | None:
    """The version of a program, the oldest where there are several; None if the report does not say that of each."""
    found = []
    for row in report.rows("software.runtimes", 5)[:_MAX]:
        if row[0].lower() != name:
            continue
        match = _VERSION.match(row[1])
        if match is None:
            return None
        found.append((int(match[1]), int(match[2])))
    return min(found, default=None)
