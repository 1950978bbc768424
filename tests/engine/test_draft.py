"""Drafts: lines as typed, and the case that they make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import HOSTED, EvidenceFile, Registrant, Selector, Target
from selfaudit.case.file import CaseAuthority, CaseEvidence, CaseFile, CaseRegistrant
from selfaudit.demo import WORLDS, demo_case
from selfaudit.engine.draft import (
    LEFT_OUT,
    Draft,
    Line,
    add_lines,
    bounded,
    declared_problems,
    decode_draft,
    encode_draft,
    read_hosted,
    read_lines,
    read_not_registrant,
    split_pasted,
    title,
)
from selfaudit.engine.draft_case import from_case, from_case_file, make_case
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


WHO = Registrant("Maria Blum", country="DE", phone="+49 761 5550123", files=(EvidenceFile("page.png", "ab" * 32, 12),))


def test_what_is_declared_goes_there_and_back() -> None:
    draft = Draft(
        (Line("shop.net"), Line("9.9.9.9", True)), suspended="2026-03-31T10:00:00+02:00", registrant=replace(WHO, country=" de "),
        hosted=("www.kunde.net, b\u00fccher.de", "", "SHOP.net", "kunde2.net; kunde2.net"), not_registrant=("kunde.net", "www.b\u00fccher.de"),
    )  # fmt: skip
    case = make_case(draft, allow_reserved=False)
    assert case.domains() == ("shop.net",)
    assert case.hosted() == ("www.kunde.net", "xn--bcher-kva.de", "kunde2.net")
    assert case.targets[-1] == Target("domain", "kunde2.net", HOSTED)
    assert (case.suspended, case.registrant, case.not_registrant) == (
        "2026-03-31T08:00:00Z",
        WHO,
        ("kunde.net", "xn--bcher-kva.de"),
    )
    assert make_case(from_case(case), allow_reserved=False) == case
    assert decode_draft(encode_draft(draft)) == draft


def test_drafts_from_before_still_open() -> None:
    old = b'{"lines":[{"text":"shop.net","sends":false}],"number":"T-1","deadline":"2026-01-01","confirmed":true}'
    draft = decode_draft(old)
    assert (draft.lines, draft.number, draft.confirmed) == ((Line("shop.net"),), "T-1", True)
    assert (draft.suspended, draft.hosted, draft.registrant, draft.not_registrant) == ("", (), Registrant(), ())
    case = make_case(draft, allow_reserved=False)
    assert (case.suspended, case.hosted(), case.registrant, case.not_registrant) == ("", (), None, ())


def test_hosted_lines_are_read_one_by_one() -> None:
    hosted = ("kunde.net", "9.9.9.9", "foo..bar", "co.uk", "kunde.net", "shop.net", "", "a.net bad..one b.net")
    draft = Draft((Line("shop.net"),), hosted=hosted)
    readings = read_hosted(draft, allow_reserved=False)
    assert [[t.value for t in r.targets] for r in readings] == [["kunde.net"], [], [], [], [], [], [], ["a.net", "b.net"]]
    assert [bool(r.problem) for r in readings] == [False, True, True, True, False, False, False, True]
    assert [r.repeated for r in readings] == [False, False, False, False, True, True, False, False]
    assert "only domains belong here" in readings[1].problem
    with pytest.raises(UserError, match="only domains belong here"):
        make_case(draft, allow_reserved=False)


def test_too_many_hosted_domains_are_said_on_their_lines() -> None:
    readings = read_hosted(Draft(hosted=tuple(f"kunde{n}.net" for n in range(1002))), allow_reserved=False)
    assert [bool(r.problem) for r in readings] == [False] * 1000 + [True] * 2
    assert "At most 1000 domains fit in here, so 1 domain of this line is left out" in readings[-1].problem
    assert [len(r.targets) for r in readings] == [1] * 1000 + [0] * 2


def test_many_domains_on_one_line_are_all_read_and_too_many_are_said() -> None:
    forty, many = (" ".join(f"kunde{n}.com" for n in range(count)) for count in (40, 2000))
    (reading,) = read_hosted(Draft(hosted=(forty,)), allow_reserved=False)
    assert ([t.value for t in reading.targets], reading.problem) == ([f"kunde{n}.com" for n in range(40)], "")
    draft = Draft(hosted=(many,), not_registrant=(forty,))
    (reading,) = read_hosted(draft, allow_reserved=False)
    assert [t.value for t in reading.targets] == [f"kunde{n}.com" for n in range(1000)]
    assert "so 1000 domains of this line are left out" in reading.problem
    (reading,) = read_not_registrant(draft, allow_reserved=False)
    assert ([t.value for t in reading.targets], reading.problem) == ([f"kunde{n}.com" for n in range(40)], "")
    with pytest.raises(UserError, match="1000 domains of this line are left out"):
        make_case(draft, allow_reserved=False)


def test_words_that_are_not_read_any_more_are_said() -> None:
    words = " ".join(f"wrong..{n}" for n in range(2500))
    draft = Draft((Line("shop.net"),), hosted=(words,), not_registrant=(words,))
    for (reading,) in (read_hosted(draft, allow_reserved=False), read_not_registrant(draft, allow_reserved=False)):
        assert reading.targets == ()
        assert "so 500 domains of this line are left out" in reading.problem


def test_what_was_left_out_of_a_box_stays_a_problem() -> None:
    draft = Draft(hosted=("kunde.net", LEFT_OUT), not_registrant=(LEFT_OUT,))
    for reading in (read_hosted(draft, allow_reserved=False)[1], read_not_registrant(draft, allow_reserved=False)[0]):
        assert "what came after this line was left out" in reading.problem
    with pytest.raises(UserError, match="left out"):
        make_case(decode_draft(encode_draft(draft)), allow_reserved=False)


@pytest.mark.parametrize("gap", [" ", "\n", ", ", ";", "\t", "\u2003"])
def test_a_long_text_ends_with_a_whole_word(gap: str) -> None:
    text = gap.join(f"kunde{n:05}.com" for n in range(10_000))
    kept, cut = bounded(text)
    assert cut
    assert 99_980 < len(kept) <= 100_000
    assert set(split_pasted(kept)) <= set(split_pasted(text))
    assert split_pasted(kept) == split_pasted(text)[: len(split_pasted(kept))]


def test_a_text_that_fits_is_kept_as_it_is() -> None:
    for text in ("", " shop.net,\n", "a" * 100_000):
        assert bounded(text) == (text, False)
    assert bounded("a" * 100_001) == ("", True)
    assert bounded("a" * 100_000 + " \n,") == ("a" * 100_000, False)
    assert bounded("a" * 100_000 + " b") == ("a" * 100_000, True)


def test_domains_of_somebody_else_must_be_among_those_of_the_case() -> None:
    draft = Draft((Line("www.shop.net"),), hosted=("kunde.net",), not_registrant=("kunde.net", "shop.net", "kumde.net"))
    readings = read_not_registrant(draft, allow_reserved=False)
    assert [bool(r.problem) for r in readings] == [False, False, True]
    assert "kumde.net is not among the domains of this case" in readings[2].problem
    with pytest.raises(UserError, match="kumde"):
        make_case(draft, allow_reserved=False)


def test_hosted_domains_alone_make_a_case() -> None:
    case = make_case(Draft(hosted=("kunde.net",)), allow_reserved=False)
    assert (case.domains(), case.hosted()) == ((), ("kunde.net",))
    assert title(Draft(hosted=("kunde.net",))) == "kunde.net"


def test_wrong_fields_are_named() -> None:
    who = Registrant(country="Germany", email="maria", phone="12", confirmed="soon")
    draft = Draft((Line("shop.net"),), suspended="2999-01-01", registrant=who)
    assert sorted(declared_problems(draft)) == ["confirmed", "country", "email", "phone", "suspended"]
    with pytest.raises(UserError, match="still to come"):
        make_case(draft, allow_reserved=False)
    assert "suspended" not in declared_problems(replace(draft, demo="broken"))


def test_what_a_case_file_declares_fills_the_draft_in() -> None:
    evil = "GmbH\u202e"
    file = CaseFile(
        schema="selfaudit/case/1", suspended="2026-03-31", hosted=("kunde.net", "x\u202ey.net"), not_registrant=("kunde.net",),
        registrant=CaseRegistrant(name="Maria", organization=evil, files=(CaseEvidence("page.png", "ab" * 32, 12),)),
    )  # fmt: skip
    draft = from_case_file(file, "case.json")
    assert (draft.suspended, draft.not_registrant, draft.registrant.name) == ("2026-03-31", ("kunde.net",), "Maria")
    assert draft.registrant.files == (EvidenceFile("page.png", "ab" * 32, 12),)
    assert draft.registrant.organization.isprintable()
    assert draft.hosted[1].isprintable()


def test_the_demo_s_case_can_be_shown_and_made_again() -> None:
    for world in WORLDS:
        case = demo_case(world)
        assert make_case(from_case(case), allow_reserved=True) == case
