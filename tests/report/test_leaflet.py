"""The leaflet: one page, tagged, the same octets for the same audits, and texts of a pack that are data."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise

import pikepdf
import pytest

from selfaudit import i18n
from selfaudit.errors import UserError
from selfaudit.findings import Outcome
from selfaudit.policy.model import Brand, Contacts, Pack
from selfaudit.policy.packs import pack_for
from selfaudit.report.content.model import Count
from selfaudit.report.content.say import outcome_sign
from selfaudit.report.pdf.leaflet import Leaflet, draw, leaflet_of
from tests.report.audits import audit_of
from tests.report.pdf.test_document import page_texts

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


def test_it_says_what_it_must(drawn: bytes, pack: Pack) -> None:
    (text,) = page_texts(drawn)
    for words in (
        "Three steps", "Open the case file", "Check and fix", "State and send", "For whom", "What the desk gets", "Five promises",
        "Never a wrong verdict", "Evidence before opinion", "Self-restraint", "Works while the server is down", "Fixed is not planned",
        "51 findings block", "14 could not be verified", "Nothing blocks", "9 could not be verified", "An invented customer",
    ):  # fmt: skip
        assert words in text, words
    for contact in (pack.contacts.support, pack.contacts.abuse, pack.contacts.website):
        assert contact in text.replace("\n", "")


def test_what_could_not_be_verified_is_never_left_out(leaflet: Leaflet) -> None:
    (text,) = page_texts(draw(replace(leaflet, blocking=(1, 0), unclear=(0, 1))))
    assert "1 finding blocks" in text
    assert "1 could not be verified" in text


def test_the_same_data_gives_the_same_octets(leaflet: Leaflet, drawn: bytes) -> None:
    assert draw(leaflet) == drawn


@pytest.mark.parametrize("language", ["de", i18n.PSEUDO])
def test_it_stays_one_page_in_longer_words(leaflet: Leaflet, drawn: bytes, language: str) -> None:
    with i18n.using(language):
        made = draw(leaflet)
    assert pages(made) == 1
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.Root.Lang) == ("de" if language == "de" else "en")
    assert tags_of(made) == tags_of(drawn)


HOSTILE = [
    '#eval("1") $x$ *bold* <b> \\ // /* `code` @ref ]',
    "\u202egnitsoH\u202c \x00\x1b[31m\n\n# heading",
    "W" * 5000,
    "\U0001f600中文" * 200,
    "   ",
    "{provider} {0} %s",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_packs_texts_are_data(leaflet: Leaflet, pack: Pack, text: str) -> None:
    audit = audit_of()
    contacts = Contacts(abuse=text, support=text, website=text)
    hostile = leaflet_of(replace(pack, name=text, contacts=contacts, brand=Brand("not a logo", "red; x", "")), audit, audit)
    assert (hostile.logo, hostile.accent) == ("", "")
    made = draw(hostile)
    assert pages(made) == 1
    if text.startswith("#eval"):
        assert '#eval("1")' in page_texts(made)[0]


@pytest.mark.parametrize("width", [4, 40, 400, 4000])
def test_a_logo_of_any_shape(leaflet: Leaflet, pack: Pack, width: int) -> None:
    from selfaudit.report.content.look import look_of

    logo = look_of(Brand(LOGO.format(width=width))).logo
    made = draw(replace(leaflet, logo=logo))
    assert pages(made) == 1
    assert tags_of(made).count("/Figure") == tags_of(draw(replace(leaflet, logo=""))).count("/Figure") + 1
    script = look_of(Brand(LOGO.format(width=40).replace("<rect", "<script>1</script><rect"))).logo
    assert draw(replace(leaflet, logo=script)) == draw(replace(leaflet, logo=""))


def test_a_pack_without_contacts_or_colours(leaflet: Leaflet) -> None:
    made = draw(replace(leaflet, contacts=(), accent="", logo=""))
    assert pages(made) == 1


def test_a_picture_that_is_none_is_one_line(leaflet: Leaflet) -> None:
    with pytest.raises(UserError, match="The PDF cannot be made"):
        draw(replace(leaflet, picture=b"no picture"))
