"""The page is drawn from the content: each field of it is there, and no text of it is more than text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from selfaudit.engine import Audit
from selfaudit.report.content import Content, content_of
from selfaudit.report.content.model import Count, FindingRow, FirstPage, ResultRow, Sign
from selfaudit.report.html import html_of, render_html
from tests.report.filled import filled_content

EVIL = "<script>alert(1)</script>\x1b[31m\u202e\u2066{x}{{7*7}}'\"><img src=x onerror=alert(1)>\x00\ud800" + "w" * 100_000


class Page(HTMLParser):
    """Tags, links, ids and handlers of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            elif name == "id":
                self.ids.append(value or "")
            elif name.startswith("on"):
                self.handlers.append(name)


def test_every_field_of_the_content_is_drawn() -> None:
    content, words = filled_content()
    page = html_of(content).lower()
    assert len(words) > 250
    lacking = [(name, word) for name, word in words if not re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", page)]
    assert lacking == []


def test_without_anything_optional_the_page_has_no_empty_parts() -> None:
    content, _words = filled_content()
    first = FirstPage("Self-audit", headline="Nothing was looked at.", results=content.first.results, signer="Not signed.")
    page = html_of(Content("en", "", "2026-11-22 10:00", first))
    headings = re.findall(r"<h2>([^<]*)", page)
    assert headings == [
        "Readiness", "Root cause, as the customer states it", "How to check this again", "What was audited", "Checks, summed up",
        "All results ", "What was sent", "What this report cannot show", "How it was made",
    ]  # fmt: skip
    assert "No provider whose policy is known here was named" in page
    assert "The customer has not described it." in page
    assert "<dd>not stated</dd>" in page


def test_what_is_met_by_word_alone_looks_like_nothing_that_a_check_has_seen() -> None:
    content, _words = filled_content()
    stated, seen = Sign("stated", "✎", "stated, not checked"), Sign("pass", "✓", "met")
    first = replace(content.first, readiness=(Count(seen, 8), Count(stated, 12)))
    page = html_of(replace(content, first=first))
    assert (
        '<b>20 requirements</b>: 8 <span class="c-pass">✓</span> met, 12 <span class="c-stated">✎</span> stated, not checked'
        in page
    )
    assert '<span class="b-stated" style="flex-grow: 12"></span>' in page
    assert ".b-stated { background: repeating-linear-gradient(" in page


def test_a_folded_group_is_a_table() -> None:
    content, _words = filled_content()
    sign = content.results[0].state
    row = FindingRow("", sign, False, "on.test", "rdns.present", "It has a name.", ("A note.",), "The same goes for b.test.")
    (group,) = content.groups
    page = html_of(replace(content, groups=(replace(group, title="Passed", total=2, folded=True, findings=(row,)),)))
    assert "<article" not in page
    part = page[page.index("Passed <span") :]
    for words in (
        '<span class="n">2 findings</span>',
        "on.test",
        "rdns.present",
        "It has a name.",
        "A note.",
        "The same goes for b.test.",
    ):
        assert words in part, words


def test_long_lists_are_left_out_on_paper_and_say_so() -> None:
    content, _words = filled_content()
    sign = content.results[0].state
    rows = tuple(ResultRow(f"r{n}", "mail.spf", f"d{n}.test", sign) for n in range(121))
    page = html_of(replace(content, results=rows))
    assert '<p class="paper">All results (121 checks): left out on paper' in page
    assert "left out on paper" not in html_of(replace(content, results=rows[:120]))


@pytest.mark.parametrize(
    "depth", ["first", "groups", "clauses", "stated", "delistings", "notices", "about", "limits", "before"]
)
def test_hostile_text_stays_text(depth: str) -> None:
    content, _words = filled_content()
    page = html_of(replace(content, **{depth: _evil(getattr(content, depth))}))
    parsed = Page(page)
    assert not {"script", "iframe", "object", "form", "base", "link"} & set(parsed.tags)
    assert parsed.tags.count("img") == 1
    assert parsed.handlers == []
    assert not [c for c in page if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    assert "&lt;script&gt;" in page
    assert len(page) < 4_000_000


def _evil(value: Any) -> Any:
    if isinstance(value, str):
        return EVIL
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _evil(getattr(value, f.name)) for f in fields(value)})
    return tuple(map(_evil, value)) if isinstance(value, tuple) else value


def test_links_lead_to_places_that_are_there_once(broken_audit: Audit) -> None:
    page = Page(render_html(broken_audit))
    assert len(page.links) > 100
    assert sorted({link for link in page.links if link[1:] not in page.ids}) == []
    assert len(page.ids) == len(set(page.ids))


def test_the_same_content_gives_the_same_page(broken_audit: Audit) -> None:
    now = 1_790_000_000.0
    assert render_html(broken_audit, now=now) == html_of(content_of(broken_audit, now=now))


def test_the_page_is_one_file_for_screen_and_paper(broken_audit: Audit) -> None:
    page = render_html(broken_audit)
    assert page.startswith("<!doctype html>")
    for feature in ("prefers-color-scheme: dark", "@media print", "max-width: 34rem", 'data-label="Who asks"', "overflow-wrap"):
        assert feature in page, feature
    for outside in ('http-equiv="refresh', "@import", "url(", "<link", 'src="http'):
        assert outside not in page, outside
