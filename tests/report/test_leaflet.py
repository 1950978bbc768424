"""The leaflet: one page, tagged, the same octets for the same audits, and texts of a pack that are data."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise

import pikepdf
import pytest

from selfaudit.findings import Outcome
from selfaudit.policy.model import Pack
from selfaudit.policy.packs import pack_for
from selfaudit.report.content.model import Count
from selfaudit.report.content.say import outcome_sign
from selfaudit.report.pdf.leaflet import Leaflet, draw, leaflet_of
from tests.report.audits import audit_of

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="40"><rect width="{width}" height="40" fill="#123456"/></svg>'


@pytest.fixture(scope="module")
def pack() -> Pack:
    found = pack_for("demo")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def leaflet(pack: Pack) -> Leaflet:
    """Of the demo's provider, with the numbers of a small audit."""
    audit = audit_of()
    made = leaflet_of(pack, audit, audit)
    assert (made.before, made.blocking) == ((), (0, 0))
    before = Count(outcome_sign(Outcome.FAIL), 47), Count(outcome_sign(Outcome.PASS), 72)
    after = (Count(outcome_sign(Outcome.PASS), 159),)
    return replace(made, before=before, after=after, blocking=(51, 0), unclear=(14, 9))


@pytest.fixture(scope="module")
def drawn(leaflet: Leaflet) -> bytes:
    return draw(leaflet)


def tags_of(data: bytes) -> list[str]:
    """The tags of the structure, in their order; every figure has words."""
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

    with pikepdf.open(io.BytesIO(data)) as pdf:
        walk(pdf.Root.StructTreeRoot.K)
    return tags


def pages(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)


def test_one_tagged_page_with_title_language_and_fonts(drawn: bytes) -> None:
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(x)) for x in pdf.pages[0].MediaBox] == [0, 0, 595, 842]  # type: ignore[attr-defined]
        assert pdf.Root.MarkInfo.Marked == True  # noqa: E712 - a PDF boolean
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
            assert meta["dc:title"] == "From suspended to ready, with evidence · Prez Hosting (demo)"
        fonts = [x for x in pdf.objects if isinstance(x, pikepdf.Dictionary) and x.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                assert str(item.get("/S", "")) not in ("/JavaScript", "/Launch", "/URI", "/GoToR", "/SubmitForm")
    tags = tags_of(drawn)
    levels = [int(tag[2:]) for tag in tags if re.fullmatch(r"/H[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert levels.count(2) == 5
    assert levels.count(3) == 3
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert tags.count("/Figure") == 4  # logo, picture, and two bars
