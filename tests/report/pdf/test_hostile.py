"""Outside text in a PDF: whatever it is, a PDF comes out, and the text stays text."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import unicodedata
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfaudit.report.content.model import FindingGroup, ResultRow, Sign
from selfaudit.report.pdf.bounds import MANY, Bounds, Limits
from selfaudit.report.pdf.data import Data
from selfaudit.report.pdf.typeset import draw_pdf
from tests.report.pdf.filled import Filler

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
STRANGE = "\u0300\u0301\u05b0\u064b\u0e31\ufe0f\u20dd\u034f\u200d\u00ad\u200f\u202e\ufeff\uffff\x00\ud800\udfff\ue000\U0010ffff\u115f\u1100\u1161\u0915\u094d"


def drawn_without_help(content: object) -> None:
    """The PDF, with every text as it is: the second attempt with the plainest letters must not be needed."""
    from selfaudit.report.pdf import typeset

    with typeset._studio(b"{}") as studio:
        data = Data(content).made() | {"logo": ""}  # type: ignore[arg-type]
        made = studio.draw(data, {"format": "pdf", "pdf_standards": typeset.STANDARDS})
    assert made[0].startswith(b"%PDF-1.7")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_text_in_any_field(data: st.DataObject) -> None:
    pool = data.draw(st.lists(ANY, min_size=20, max_size=40))
    chance = random.Random(len(pool))
    drawn_without_help(Filler(lambda name: chance.choice(pool), many=1).content())


@pytest.mark.parametrize("seed", range(4))
def test_every_kind_of_character_in_every_field(seed: int) -> None:
    chance = random.Random(seed)

    def text(name: str) -> str:
        choices = (
            lambda: chr(chance.randrange(0x110000)),
            lambda: chr(chance.randrange(0x3000)),
            lambda: chance.choice(STRANGE),
            lambda: chr(chance.randrange(32, 127)),
        )
        return "".join(chance.choice(choices)() for _number in range(chance.randrange(1, 60)))

    drawn_without_help(Filler(text, many=1).content())


def test_every_character_that_is_kept_can_be_drawn() -> None:
    from selfaudit.report.pdf.glyphs import _covered

    kept = sorted(set.union(*map(set, _covered().values())))
    rows = ["".join(kept[at : at + 200]) for at in range(0, len(kept), 200)]
    marks = [c for c in kept if unicodedata.category(c).startswith("M")]
    rows += ["".join(base + mark for mark in marks) for base in "aאبक"]
    texts = iter(rows)
    drawn_without_help(Filler(lambda name: next(texts, "end"), many=2).content())


MARKUP = '#eval("1+1") $x^2$ *bold* _it_ @ref <label> [a] #pagebreak() \\ "quote" #link("https://evil.example")[x] = Heading\n+ list /* comment'


def test_markup_stays_text() -> None:
    made = draw_pdf(Filler(lambda name: MARKUP, many=1).content(), b"{}")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not any(isinstance(i, pikepdf.Dictionary) and str(i.get("/S", "")) == "/URI" for i in pdf.objects)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
    assert "".join(
        '#eval("1+1")$x^2$*bold*_it_@ref<label>[a]#pagebreak()\\"quote"#link("https://evil.example")[x]=Heading'
    ) in "".join(text.split())


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "a b " * 25_000, "\n" * 5_000, "中" * 20_000, "x-" * 10_000, "", " ", "\u0301" * 5_000]
)
def test_long_texts_are_bounded(text: str) -> None:
    content = Filler(lambda name: "w", many=1).content()
    row = content.groups[0].findings[0]
    long = replace(row, text=text, record=text, target=text, stacks=((text, text),), notes=(text,))
    first = replace(content.first, summary=text, signer=text, title=text, headline=text)
    clause = replace(content.clauses[0], why=text, quote=text, clause=text, heading=text)
    made = draw_pdf(
        replace(content, first=first, clauses=(clause,), groups=(FindingGroup("g", 1, False, (long,)),), number=text[:300]),
        b"{}",
    )
    assert len(made) < 3_000_000


def test_the_second_attempt_is_in_the_plainest_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    from selfaudit.report.pdf import data

    monkeypatch.setattr(data.Data.__init__, "__defaults__", (lambda text: text + "\ue000",))
    made = draw_pdf(Filler(lambda name: "naïve", many=1).content(), b"{}")
    assert made.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(("results", "limits"), [(10, Limits()), (MANY, Limits()), (MANY + 1, None)])
def test_what_is_left_out_is_counted(results: int, limits: Limits | None) -> None:
    content = Filler(lambda name: "w", many=1).content()
    passed, failed = Sign("pass", "✓", "pass"), Sign("fail", "✗", "fail")
    rows = tuple(ResultRow(f"r{n}", "c", f"t{n}", failed if n == results - 1 else passed) for n in range(results))
    finding = content.groups[0].findings[0]
    findings = tuple(replace(finding, place=f"f{n}") for n in range(400))
    bounds = Bounds(results)
    made = bounds.content(replace(content, results=rows, groups=(FindingGroup("g", 400, False, findings),)))
    if results == 10:
        assert [row.target for row in made.results] == [f"t{n}" for n in range(10)]
    else:
        assert made.results[0].target == f"t{results - 1}"  # what failed comes first where not all are listed
        assert bounds.more["", "results"] == results - len(made.results)
    assert len(made.groups[0].findings) + bounds.more["", "group0"] == 400
    assert sum(not row.brief for row in made.groups[0].findings) == (limits.full if limits else 10)


def test_counts_of_content_are_kept() -> None:
    content = replace(Filler(lambda name: "w", many=1).content(), log_left_out=5, rechecks_left_out=6, delistings_left_out=7)
    bounds = Bounds(1)
    bounds.content(content)
    assert (bounds.more["", "log"], bounds.more["", "rechecks"], bounds.more["", "delistings"]) == (5, 6, 7)
