"""Links between pages lead somewhere, and every page can be found."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.markdown import PAGES, ROOT, anchors_of, links_in, name_of, split

ALSO = (ROOT / "docs" / "checks" / "README.md", ROOT / "packaging" / "README.md")
OUTSIDE = ("https://", "mailto:")
LONG = 110  # lines of the README: a newcomer reads it in five minutes


@pytest.mark.parametrize("page", [*PAGES, *ALSO], ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for place, target in links_in(page):
        if target.startswith(OUTSIDE):
            continue
        name, _hash, anchor = unquote(target).partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.is_relative_to(ROOT) or not there.exists():
            wrong.append(f"{place}: {target}")
        elif anchor and (there.suffix != ".md" or anchor not in anchors_of(there)):
            wrong.append(f"{place}: {target} has no such heading")
    assert wrong == []


def test_every_page_is_reached_from_the_readme() -> None:
    """By links alone, whatever the way."""
    waiting, seen = [ROOT / "README.md"], set()
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for _place, target in links_in(page):
            name = target.partition("#")[0]
            if name.endswith(".md") and not target.startswith(OUTSIDE):
                waiting.append((page.parent / name).resolve())
    assert {name_of(page) for page in PAGES} <= {name_of(page) for page in seen}


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for _place, target in links_in(index)}
    assert {page for page in PAGES if page != index} <= linked


def test_pictures_have_words() -> None:
    for page in PAGES:
        for number, line in split(page)[1]:
            assert "![](" not in line, f"{name_of(page)}:{number}: a picture without words for those who do not see it"


def test_the_readme_is_short_and_shows_four_pictures() -> None:
    readme = ROOT / "README.md"
    assert len(readme.read_text("utf-8").splitlines()) <= LONG
    pictures = [target for _place, target in links_in(readme) if target.endswith(".png")]
    assert len(pictures) == 4


def test_the_reader_of_links_finds_what_it_is_to_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.docs.markdown.ROOT", tmp_path)
    page = tmp_path / "a.md"
    page.write_text("# A b, `c`\n\n[x](b.md#d-e) `[no](n.md)` ![p](p.png)\n\n```text\n[no](n.md)\n```\n\n## A b, c\n", "utf-8")
    assert [target for _place, target in links_in(page)] == ["b.md#d-e", "p.png"]
    assert anchors_of(page) == {"a-b-c", "a-b-c-1"}
