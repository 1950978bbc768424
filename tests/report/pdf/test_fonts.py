"""The fonts: what they draw, where they come from, how large they are."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

import pytest

from selfaudit.report.pdf.glyphs import displayable
from selfaudit.report.readiness_text import STATE_SIGNS
from selfaudit.report.words import OUTCOME_SIGNS

ROOT = Path(__file__).parents[3]
FONTS = ROOT / "resources/selfaudit_resources/fonts"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """tools/fonts.py as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import fonts

    yield fonts
    sys.modules.pop("fonts")


def test_the_coverage_is_that_of_the_fonts(tool) -> None:  # type: ignore[no-untyped-def]
    assert (FONTS / "coverage.txt").read_text(encoding="ascii") == tool.coverage()


def test_a_stale_coverage_is_told(tool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    stale = tmp_path / "coverage.txt"
    stale.write_text("first: 20-7e\n", encoding="ascii")
    monkeypatch.setattr(tool, "COVERAGE", stale)
    assert tool.main(["check"]) == 1
    assert tool.main(["write"]) == 0
    assert tool.main(["check"]) == 0


def test_every_font_has_its_source_licence_and_hash() -> None:
    readme = (FONTS / "README").read_text(encoding="utf-8")
    for path in FONTS.glob("*.ttf"):
        assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" in readme
        assert re.search(rf"^{re.escape(path.name)} .*(npm|Debian) .*2026-\d\d-\d\d$", readme, re.MULTILINE)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "IBMPlex-OFL.txt").read_text(encoding="utf-8")
    assert "Bitstream" in (FONTS / "DejaVu-LICENSE.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000


def test_every_sign_of_ours_is_drawn() -> None:
    signs = [
        *OUTCOME_SIGNS.values(),
        *STATE_SIGNS.values(),
        "✓",
        "✗",
        "→",
        "□",
        "–",
        "○",
        "⚠",
        "≠",
        "…",
        "“",
        "”",
        "„",
        "·",
        "×",
        "⟨⟩",
        "\u00a0",
    ]
    assert [sign for sign in signs[:-1] if displayable(sign) != sign] == []
    assert displayable("\u00a0") == "⟨U+00A0⟩"
