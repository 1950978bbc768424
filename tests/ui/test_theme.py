"""Contrast of every pair of tokens that meet, in both themes, and nothing that names a colour by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from selfaudit.findings import Outcome
from selfaudit_ui.theme.tokens import DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS, Tokens, contrast
from selfaudit_ui.widgets import OutcomeBar
from selfaudit_ui.words import VERDICTS

UI = Path(__file__).parents[2] / "ui/selfaudit_ui"


@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-".join)
@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(tokens: Tokens, pair: tuple[str, str]) -> None:
    assert contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])) >= 4.5


@pytest.mark.parametrize("pair", MARK_PAIRS, ids="-".join)
@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_focus_can_be_seen(tokens: Tokens, pair: tuple[str, str]) -> None:
    assert contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])) >= 3


def test_what_was_not_run_looks_other_than_what_is_not_known(qtbot: QtBot) -> None:
    verdicts = {VERDICTS[Outcome.NOT_RUN], VERDICTS[Outcome.INCONCLUSIVE]}
    assert len(verdicts) == 2
    bar = OutcomeBar()
    qtbot.addWidget(bar)
    bar.resize(203, 12)
    inside = set()
    for outcome in (Outcome.NOT_RUN, Outcome.INCONCLUSIVE):
        bar.show_counts([(VERDICTS[outcome], 1)], "")
        inside.add(bar.grab().toImage().pixelColor(100, 6).name())
    assert len(inside) == 2


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_every_text_colour_is_measured_on_every_background() -> None:
    texts = {"text", "soft", "accent", "fail", "warn", "unclear", "good"}
    for text in texts:
        assert {b for t, b in TEXT_PAIRS if t == text} >= {"window", "surface", "raised"}, text


def test_colours_are_named_in_the_token_file_only() -> None:
    for path in UI.rglob("*.py"):
        if path.name != "tokens.py":
            found = re.findall(r'"#[0-9a-fA-F]{3,8}"', path.read_text("utf-8"))
            assert [c for c in found if c != '"#000000"'] == [], path.name
