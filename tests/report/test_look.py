"""A provider's colour in the HTML report: taken where it can be read, the usual one elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.report.html import html_of
from tests.report.filled import filled_content

USUAL, USUAL_DARK = "#1d5c8f", "#86bdea"


@pytest.mark.parametrize(
    ("accent", "dark", "shown", "not_shown"),
    [
        ("#0b6470", "#6fd0dc", ("--accent: #0b6470", "--accent: #6fd0dc"), ()),
        ("#0b6470", "#000001", ("--accent: #0b6470", f"--accent: {USUAL_DARK}"), ("#000001",)),
        ("#ffff00", "#6fd0dc", (f"--accent: {USUAL}", f"--accent: {USUAL_DARK}"), ("#ffff00",)),
    ],
)
def test_an_accent_that_cannot_be_read_gives_way(
    accent: str, dark: str, shown: tuple[str, ...], not_shown: tuple[str, ...]
) -> None:
    page = html_of(replace(filled_content()[0], accent=accent, accent_dark=dark))
    for words in shown:
        assert words in page
    for words in not_shown:
        assert words not in page
