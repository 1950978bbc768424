"""Text before it is set: what fonts cannot show, where words break, how code keeps its form, which colours are readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.report.pdf.colours import USUAL, accent_on_white, contrast_on_white
from selfaudit.report.pdf.data import Data
from selfaudit.report.pdf.flow import code_line, flowing, pieces_of
from selfaudit.report.pdf.glyphs import _covered, displayable, plainest
from tests.report.pdf.filled import Filler

UNICODE = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Größe – „so“ ✓ ✗ → □ ○ ⚠", "Größe – „so“ ✓ ✗ → □ ○ ⚠"),
        ("中国", "⟨U+4E2D U+56FD⟩"),
        ("a中b", "a⟨U+4E2D⟩b"),
        ("\U0001f680", "⟨U+1F680⟩"),
        ("\ue000\uffff\x00\ud800", "⟨U+E000 U+FFFF U+0000 U+D800⟩"),
        ("\u202eevil\u200b", "⟨U+202E⟩evil⟨U+200B⟩"),
        ("a\u0301", "a\u0301"),
        ("a" + "\u0301" * 5, "a\u0301\u0301\u0301⟨U+0301 U+0301⟩"),
        ("\u0301a", "⟨U+0301⟩a"),
        (" \u0301", " ⟨U+0301⟩"),
        ("a\u0e31", "a⟨U+0E31⟩"),
        ("שלום мир Ελλάδα", "שלום мир Ελλάδα"),
        ("two\nlines\r", "two\nlines⟨U+000D⟩"),
        ("tab\there", "tab⟨U+0009⟩here"),
        ("", ""),
    ],
)
def test_what_fonts_cannot_show_is_shown_by_number(text: str, shown: str) -> None:
    assert displayable(text) == shown


@given(UNICODE)
def test_only_what_fonts_draw_is_left(text: str) -> None:
    drawn = set.union(*map(set, _covered().values())) | {"\n"}
    assert set(displayable(text)) <= drawn
    assert all(" " <= c <= "~" or c == "\n" for c in plainest(text))


@given(UNICODE)
def test_breaking_adds_and_loses_nothing(text: str) -> None:
    made = flowing(text)
    assert (made if isinstance(made, str) else "".join(p if isinstance(p, str) else p[0] for p in made)) == text
    line = code_line(text.replace("\n", " "))
    parts = [item if isinstance(item, str) else item[0] for item in line[1:] if item != 0]
    assert " " * int(line[0]) + "".join(parts) == text.replace("\n", " ")  # type: ignore[arg-type]


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789.:/-_=", max_size=200))
def test_no_piece_is_wider_than_the_narrowest_column(word: str) -> None:
    """Twelve characters; an IPv4 address and a label with a hyphen in it are whole, which columns for names are wide enough for."""
    assert all(len(piece) <= 12 or (len(piece) <= 24 and ("-" in piece or piece.count(".") >= 3)) for piece in pieces_of(word))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("mail.example", "mail.example"),
        ("2001:db8:1234:5678:9abc:def0:1:2", ["2001:", "db8:", "1234:", "5678:", "9abc:", "def0:", "1:2"]),
        ("Wiedereinschaltungsverfahren", "Wiedereinschaltungsverfahren"),
        ("x" * 41, ["xxxxxxx", "xxxxxxx", "xxxxxxx", "xxxxxxx", "xxxxxxx", "xxxxxx"]),
        ("see https://a.example/b now", ["see ", "https://", "a.example/b", " now"]),
        ("from 198.51.100.125, now", "from 198.51.100.125, now"),
        ("relay.keramik-weiss.example", ["relay.", ["keramik-weiss."], "example"]),
        ("abuse@prez-demo.example", [["abuse@prez-demo.example"]]),
        ("blumenhof-alt.example", [["blumenhof-alt."], "example"]),
    ],
)
def test_where_words_break(text: str, parts: object) -> None:
    assert flowing(text) == parts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("v=spf1 mx -all", [0, "v=spf1 mx ", ["-all"]]),
        ("    ip4:192.0.2.0/24", [4, "ip4:", 0, "192.0.2.0/", 0, "24"]),
        ("", [0]),
        ("a-b c", [0, ["a-b"], " c"]),
    ],
)
def test_code_keeps_its_indent_and_its_short_words(text: str, line: object) -> None:
    assert code_line(text) == line


def test_what_takes_more_room_by_number_is_cut_again() -> None:
    data = Data(Filler(lambda name: "w", many=1).content())
    assert data._plain("Z" + "\u0301" * 400, 60) == "Z\u0301\u0301\u0301…"
    assert data._plain("ab" * 100, 60) == "ab" * 29 + "a…"
    assert len(data._plain("\ue000x" * 400, 90)) <= 90
    assert data._plain("\ue000x" * 3, 90) == "⟨U+E000⟩x" * 3


@given(st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_every_accent_is_readable_on_white(colour: str) -> None:
    made = accent_on_white(colour)
    assert contrast_on_white([int(made[at : at + 2], 16) for at in (1, 3, 5)]) >= 5.0


@pytest.mark.parametrize(
    ("colour", "made"), [("#1d5c8f", "#1d5c8f"), ("", USUAL), ("red", USUAL), ("#12345", USUAL), ("#12345g", USUAL)]
)
def test_what_is_dark_enough_or_no_colour(colour: str, made: str) -> None:
    assert accent_on_white(colour) == made


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast_on_white([255, 255, 255]) == pytest.approx(1.0)
    assert contrast_on_white([0, 0, 0]) == pytest.approx(21.0)
    assert contrast_on_white([118, 118, 118]) == pytest.approx(4.54, abs=0.01)
    assert accent_on_white("#ffff00") != "#ffff00"
