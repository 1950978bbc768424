"""The PDF as a document: tagged, archivable, self-contained, the same each time; and its pages as pictures."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pikepdf
import pytest

from selfaudit import i18n
from selfaudit.case.statement import Statement
from selfaudit.demo.statements import demo_statement
from selfaudit.engine import Audit
from selfaudit.engine.evidence import encode_evidence
from selfaudit.errors import UserError
from selfaudit.report.content import Content, content_of
from selfaudit.report.json import encode_audit
from selfaudit.report.pdf import render_pages, render_pdf
from selfaudit.report.pdf.typeset import draw_pdf
from tests.report.pdf.filled import Filler, texts_of

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "build/test-output/pdf"
NOW = 1_795_350_000.0
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><rect width="40" height="10" fill="#1d5c8f"/></svg>'


def data_uri(svg: str) -> str:
    """A logo as content has it."""
    import base64

    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def words_of(pdf: bytes) -> str:
    """The text of a PDF without spaces and hyphens of hyphenation."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"[\s\xad]", "", text)


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return text.split("\f")[:-1]


@pytest.fixture(scope="module")
def audit(broken_audit: Audit) -> Audit:
    """The broken world with a statement."""
    return replace(broken_audit, statement=demo_statement("suspended", broken_audit.evidence.case.provider))


@pytest.fixture(scope="module")
def made(audit: Audit) -> bytes:
    """Its report."""
    return render_pdf(audit, now=NOW)


@pytest.fixture(scope="module")
def small() -> Content:
    """A content in which every text is a word of its own."""
    numbers = count(1)
    return Filler(lambda name: "q" + "".join("abcdefghij"[int(d)] for d in f"{next(numbers):05d}") + "z").content()


@pytest.fixture(scope="module")
def small_pdf(small: Content) -> bytes:
    """Its report."""
    return draw_pdf(small, b"{}")


def test_it_is_tagged_and_says_what_it_is(made: bytes, audit: Audit) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked == True  # noqa: E712 - a PDF boolean
        assert pdf.Root.StructTreeRoot.Type == "/StructTreeRoot"
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
            assert audit.evidence.case.number in meta["dc:title"]
            assert "dc:creator" not in meta
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/Author" not in pdf.docinfo


def test_its_language_is_that_of_its_words(audit: Audit) -> None:
    with i18n.using("de"):
        german = render_pdf(audit, now=NOW)
    with pikepdf.open(io.BytesIO(german)) as pdf:
        assert str(pdf.Root.Lang) == "de"


def test_the_audit_is_attached_as_it_is(made: bytes, audit: Audit) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert list(pdf.attachments) == ["audit.json"]
        assert pdf.attachments["audit.json"].get_file().read_bytes() == encode_audit(audit)
        attached = pdf.Root.AF[0]
        assert attached.AFRelationship == "/Data"
        assert str(attached.EF.F.Subtype) == "/application/json"


def test_what_is_given_is_attached(small: Content) -> None:
    octets = bytes(range(256)) * 100
    with pikepdf.open(io.BytesIO(draw_pdf(small, octets))) as pdf:
        assert pdf.attachments["audit.json"].get_file().read_bytes() == octets


def test_every_font_is_embedded_and_ours(made: bytes) -> None:
    names = set()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in item or "/FontFile3" in item
                names.add(str(item.FontName).partition("+")[2])
    assert names
    assert names <= {
        "IBMPlexSans-Regular",
        "IBMPlexSans",
        "IBMPlexSans-Italic",
        "IBMPlexSans-SemiBold",
        "IBMPlexMono-Regular",
        "IBMPlexMono",
        "DejaVuSans",
    }


def test_nothing_in_it_acts_or_leads_outside(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert "/AA" not in pdf.Root
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                assert str(item.get("/S", "")) not in ("/JavaScript", "/Launch", "/URI", "/GoToR", "/SubmitForm", "/ImportData")
                assert str(item.get("/Subtype", "")) not in ("/RichMedia", "/Movie", "/Screen", "/Widget")


def test_headings_are_in_order_and_tables_have_heads(made: bytes) -> None:
    tags: list[str] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for kid in node:  # type: ignore[attr-defined]
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            tags.append(str(node.S))
            if str(node.S) == "/Figure":
                assert str(node.Alt).strip()
            walk(node.get("/K", pikepdf.Array()))

    with pikepdf.open(io.BytesIO(made)) as pdf:
        walk(pdf.Root.StructTreeRoot.K)
    levels = [int(tag[2:]) for tag in tags if re.fullmatch(r"/H[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert {"/Table", "/THead", "/TH", "/Figure", "/TOC", "/Link"} <= set(tags)


def test_the_same_audit_gives_the_same_octets_in_another_process(small: Content, small_pdf: bytes, tmp_path: Path) -> None:
    assert draw_pdf(small, b"{}") == small_pdf
    program = (
        "import pickle, sys; from pathlib import Path; from selfaudit.report.pdf.typeset import draw_pdf\n"
        "Path(sys.argv[2]).write_bytes(draw_pdf(pickle.loads(Path(sys.argv[1]).read_bytes()), b'{}'))"
    )
    import pickle

    (tmp_path / "content").write_bytes(pickle.dumps(small))
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "content"), str(tmp_path / "pdf")], check=True, env=environment, cwd=ROOT
    )
    assert (tmp_path / "pdf").read_bytes() == small_pdf


def test_every_field_is_drawn(small: Content, small_pdf: bytes) -> None:
    shown = words_of(small_pdf)
    # The ids of observations are drawn where the observations themselves are not.
    hidden = {text for group in small.groups for row in group.findings for text in row.observed}
    wanted = {text.replace(" ", "") for text in texts_of(small)} - hidden
    assert sorted(text for text in wanted if text not in shown) == []
    unseen = replace(small.groups[0].findings[0], evidence=())
    shown = words_of(draw_pdf(replace(small, groups=(replace(small.groups[0], findings=(unseen,)),)), b"{}"))
    assert [text for text in unseen.observed if text not in shown] == []


def test_folded_groups_are_drawn_in_rows(small: Content) -> None:
    group = replace(small.groups[0], folded=True)
    shown = words_of(draw_pdf(replace(small, groups=(group,)), b"{}"))
    for row in group.findings:
        assert [text for text in (row.target, row.check, row.text, *row.notes, row.alike) if text not in shown] == []


def test_links_lead_to_places_that_exist(small: Content) -> None:
    row = small.clauses[0]
    bases = tuple((title, tuple(replace(b, place="nowhere") for b in rows)) for title, rows in row.bases)
    twice = replace(small, clauses=(replace(row, bases=bases), replace(row, bases=())))  # the same place twice
    assert draw_pdf(twice, b"{}").startswith(b"%PDF-1.7")


@pytest.mark.parametrize("times", [1, 40, 400])
def test_the_first_page_is_one_page_and_counts_what_is_elsewhere(small: Content, times: int) -> None:
    first = small.first
    many = replace(
        first,
        summary="A long story. " * 25 * times,
        blockers=first.blockers[:1] * times,
        gaps=first.gaps[:1] * times,
        besides=first.besides[:1] * times,
        to_verify=first.to_verify[:1] * times,
        reported=first.reported[:1] * times,
        facts=first.facts[:1] * times,
        recheck=first.recheck[:1] * times,
    )
    pages = page_texts(draw_pdf(replace(small, first=many), b"{}"))
    assert "Contents" in pages[1]
    assert "Page 1 of" in pages[0]
    seen = pages[0].count(first.blockers[0].clause)
    assert seen >= 1
    if seen < times:
        assert f"and {times - seen} more" in pages[0]


@pytest.mark.parametrize(
    ("logo", "drawn"),
    [
        (data_uri(SVG), True),
        (data_uri(SVG.replace("<rect", "<script>alert(1)</script><rect")), False),
        (data_uri(SVG.replace("</svg>", "")), False),
        (data_uri(SVG.replace("<rect", "<text y='9'>\u4e2d\ue000</text><rect")), None),
        ("data:image/png;base64,AAAA", False),
        ("data:image/svg+xml;base64,!!!", False),
        ("data:image/svg+xml;base64,/////w==", False),
        ("https://evil.example/logo.svg", False),
        ("", False),
    ],
)
def test_a_logo_that_cannot_be_drawn_is_left_out(small: Content, logo: str, drawn: bool | None) -> None:
    with pikepdf.open(io.BytesIO(draw_pdf(replace(small, logo=logo), b"{}"))) as pdf:
        alone = draw_pdf(small, b"{}")
        with pikepdf.open(io.BytesIO(alone)) as bare:
            more = len(list(pdf.objects)) > len(list(bare.objects))
    assert drawn is None or more is drawn


def test_pages_are_pictures_of_the_same_document(audit: Audit) -> None:
    pages = render_pages(audit, now=NOW, ppi=40, limit=3)
    assert len(pages) == 3
    assert all(page.startswith(b"\x89PNG") for page in pages)
    assert int.from_bytes(pages[0][16:20], "big") == 331  # 210 mm at 40 pixels per inch


def test_no_file_is_left_behind(small: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    draw_pdf(small, b"{}")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(small: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(UserError, match="The PDF cannot be made: "):
        draw_pdf(small, b"{}")


def test_pages_as_pictures_are_kept(broken_audit: Audit, made: bytes) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not here")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with i18n.using("de"):
        german = render_pdf(replace(broken_audit, statement=Statement()), now=NOW)
    for name, pdf in (("en", made), ("de", german)):
        (PICTURES / f"report-{name}.pdf").write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", "70", "-l", "12", "-png", "-", str(PICTURES / name)], input=pdf, check=True, capture_output=True
        )
    assert len(list(PICTURES.glob("en-*.png"))) == len(list(PICTURES.glob("de-*.png"))) == 12


def test_a_report_of_an_interrupted_audit_without_a_case(broken_audit: Audit) -> None:
    case = replace(broken_audit.evidence.case, provider="", number="", notices=(), cited=(), steps=())
    bare = replace(broken_audit, evidence=replace(broken_audit.evidence, case=case, interrupted=True, records=()), results=())
    assert encode_evidence(bare.evidence)
    pages = page_texts(draw_pdf(content_of(bare, now=NOW), b"{}"))
    assert "nothing is said about its clauses" in " ".join(" ".join(pages).split())
