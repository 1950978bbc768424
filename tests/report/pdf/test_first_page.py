"""The first page stays one page with the verdict on it, whoever wrote what; and the memory of a drawing is given back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from selfaudit.report.content.model import Content, Count, Line, Sign
from selfaudit.report.pdf.data import Data
from selfaudit.report.pdf.labels import labels
from selfaudit.report.pdf.typeset import draw_pdf
from tests.report.pdf.filled import Filler
from tests.report.pdf.test_document import page_texts

VERDICT = Sign("fail", "✗", "Not ready: 3 of 4 requirements block.")


def hostile(text: str) -> Content:
    """A report in which whoever wrote the case and the statement wrote the same everywhere on the first page."""
    content = Filler(lambda name: "word", many=1).content()
    first = replace(
        content.first, verdict=VERDICT, facts=(Line("Label", text, text),) * 8, reported=(Line("Label", text, text),) * 12, cause=text,
        summary=text, contained=text, measures=text, gaps=(text,) * 9, signer=text, contact=text,
    )  # fmt: skip
    return replace(content, first=first, number=text, provider=text)


@pytest.mark.parametrize("text", ["Z" + "\u0301" * 400, "W" * 400, "\u4e2d" * 400, "word " * 100, "a-" * 200])
def test_no_text_pushes_the_verdict_off_the_first_page(text: str) -> None:
    pages = page_texts(draw_pdf(hostile(text), b"{}"))
    assert "Not ready: 3 of 4 requirements block." in " ".join(pages[0].split())
    assert "To check it again" in " ".join(pages[0].split())
    assert "Contents" in pages[1]


def test_what_stands_on_each_page_is_short() -> None:
    data = Data(hostile("\ue000" * 400)).made()
    assert len(data["running"]) <= 60
    assert len(data["running-provider"]) <= 30
    assert all(len("".join(p if isinstance(p, str) else p[0] for p in line["value"])) <= 90 for line in data["first"]["facts"])


def test_the_customers_word_and_units_are_named() -> None:
    content = Filler(lambda name: "word", many=1).content()
    stated = Count(Sign("stated", "✎", "stated, not checked"), 12)
    first = replace(
        content.first, readiness=(Count(Sign("pass", "✓", "met"), 8), stated), results=(Count(Sign("pass", "✓", "pass"), 9),)
    )
    first = replace(first, verdict=VERDICT, gaps=(), besides=(), to_verify=(), blockers=())
    page = " ".join(page_texts(draw_pdf(replace(content, first=first), b"{}"))[0].split())
    assert "20 requirements: 8 ✓ met 12 ✎ stated, not checked" in page
    assert "9 checks: 9 ✓ pass" in page
    assert "Ended, as stated: word" in page
    assert "Measures, as stated: word" in page
    assert labels()["cause"] == "Root cause, as the customer states it"
    made = Data(replace(content, first=first)).made()
    assert made["groups"][0]["counted"] == "7 findings"


def test_six_drawings_take_hardly_more_memory_than_two() -> None:
    program = """
from dataclasses import replace
from selfaudit.report.content.model import ClauseRow
from selfaudit.report.pdf.typeset import draw_pages
from tests.report.pdf.filled import Filler
def taken():
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
content = Filler(lambda name: "some words of this report", many=3).content()
found = []
for number in range(6):
    rows = tuple(replace(row, place=f"c{at}", why=f"why {number} {at}") for at, row in enumerate(content.clauses * 60))
    draw_pages(replace(content, clauses=rows), 20, 1)
    found.append(taken())
print(found[1], found[5])
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("this system does not tell how much memory is taken")
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    second, last = map(int, done.stdout.split())
    assert last - second < 80, (second, last)
