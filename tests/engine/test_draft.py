"""Drafts: lines as typed, and the case that they make."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfaudit.case import Selector
from selfaudit.case.file import CaseAuthority, CaseFile
from selfaudit.engine.draft import Draft, Line, add_lines, from_case, from_case_file, make_case, read_lines, split_pasted
from selfaudit.errors import UserError


@pytest.mark.parametrize(
    ("typed", "selector"),
    [
        ("Mail@M\u00fcller-Company.de", Selector("mail", "xn--mller-company-wob.de")),
        ("news._domainkey.shop.net.", Selector("news", "shop.net")),
        ("plain", Selector("plain", "")),
    ],
)
def test_a_selector_belongs_to_the_domain_as_targets_are_written(typed: str, selector: Selector) -> None:
    draft = Draft((Line("m\u00fcller-company.de"), Line("shop.net")), selectors=(typed,))
    assert make_case(draft, allow_reserved=False).selectors == (selector,)
    if selector.domain.startswith("xn--"):
        assert make_case(draft, allow_reserved=False).domains()[0] == selector.domain


def test_a_selector_that_is_none_is_said() -> None:
    with pytest.raises(UserError):
        make_case(Draft((Line("shop.net"),), selectors=("not a selector!",)), allow_reserved=False)


def test_a_case_file_s_words_cannot_reorder_a_line() -> None:
    evil = "T-1\u202e\x1b[31m"
    file = CaseFile(
        schema="selfaudit/case/1", number=evil, provider=evil, deadline=evil, targets=("shop.net",), sending_ips=("9.9.9.9",),
        authority=CaseAuthority(evil, evil),
    )  # fmt: skip
    draft = from_case_file(file, str(Path("case.json")))
    for text in (draft.number, draft.provider, draft.deadline, draft.person, draft.role):
        assert text.isprintable()
    assert [(line.text, line.sends) for line in draft.lines] == [("shop.net", False), ("9.9.9.9", True)]


def test_there_and_back() -> None:
    draft = Draft(
        (Line("shop.net"), Line("9.9.9.9", True)), ("mail@shop.net",), person="M", role="owner", number="T", provider="P"
    )
    case = make_case(draft, allow_reserved=False)
    assert make_case(from_case(case), allow_reserved=False) == case


def test_lines_are_read_one_by_one_and_limits_are_said() -> None:
    draft = add_lines(Draft(), split_pasted("shop.net, shop.net;9.9.9.0/24\n8.8.8.0/24 foo..bar"))
    readings = read_lines(draft, allow_reserved=False)
    assert [len(r.targets) for r in readings] == [1, 256, 256, 0]
    assert [bool(r.problem) for r in readings] == [False, False, True, True]
    assert "At most 256" in readings[2].problem
