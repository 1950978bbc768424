"""Days and times in case files."""

from __future__ import annotations

import pytest

from selfaudit.case.dates import read_date


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-01", 1793491200.0),
        (" 2026-11-01 ", 1793491200.0),
        ("2026-11-01T00:00:10Z", 1793491210.0),
        ("2026-11-01T01:00:10+01:00", 1793491210.0),
        ("2026-11-01T00:00:10", 1793491210.0),
        ("", None),
        ("yesterday", None),
        ("2026-13-01", None),
        ("99999-01-01", None),
        ("\x00", None),
    ],
)
def test_dates(text: str, seconds: float | None) -> None:
    assert read_date(text) == seconds
