"""The demo's signed case file, and the audit that rests on it."""

from __future__ import annotations

import datetime

import pytest

from selfaudit.case.file import encode_case, parse_case
from selfaudit.demo import DEMO_KEY, WORLDS, demo_case, demo_inputs, demo_signed_case
from selfaudit.engine import Audit
from selfaudit.engine.draft_case import departures, from_case, from_signed_case, make_case
from selfaudit.policy.packs import pack_for

WORDS = f"proven: case file signed by Prez Hosting (demo) Abuse Desk ({DEMO_KEY.public().name})"


@pytest.mark.parametrize("world", WORLDS)
def test_the_case_of_every_world_comes_from_its_file(world: str) -> None:
    case, brought = demo_inputs(world)
    signed = demo_signed_case(world)
    assert signed.seal.state == "trusted"
    assert case.seal == signed.seal
    assert encode_case(parse_case(signed.data)) == signed.data
    assert departures(case, signed.file) == ()
    assert (case.number, case.service[:4], case.contact, case.language) == (
        signed.file.number,
        "mail",
        "abuse@prez-demo.example",
        "en",
    )
    draft = from_case(case, brought=brought, signed=signed)
    assert make_case(draft, allow_reserved=True) == case
    opened = from_signed_case(signed, "demo.selfaudit-case")
    assert (opened.demo, opened.source) == (world, "demo.selfaudit-case")
    assert make_case(opened, allow_reserved=True).seal == signed.seal


def test_the_file_is_the_same_all_day() -> None:
    morning, evening = (datetime.datetime(2026, 3, 22, hour, 5, tzinfo=datetime.UTC) for hour in (0, 23))
    assert demo_signed_case("fixed", morning).file.created == "2026-03-22T00:00:00Z"
    assert demo_signed_case("fixed", evening).file.created == "2026-03-22T00:00:00Z"
    assert demo_signed_case("fixed", morning).file.deadline == demo_signed_case("fixed", evening).file.deadline


def test_the_pack_names_the_demo_s_key() -> None:
    pack = pack_for(demo_case("fixed").provider)
    assert pack is not None
    assert [k.key for k in pack.keys] == [DEMO_KEY.public().text()]


def test_the_audit_says_what_is_proven_and_what_is_stated(broken_audit: Audit) -> None:
    authority = broken_audit.evidence.authority
    assert authority["198.51.100.25"] == WORDS
    assert authority["blumenhof.example"] == WORDS
    for other in ("203.0.113.80", "angebote-blumenhof.example"):
        assert authority[other] == "stated: Maria Blum, owner (demo)"
    # An address that is reached by its confirmed name under the proven domain.
    assert authority["198.51.100.53"] == "proven: reverse name ns1.blumenhof.example"
    sent = {s.authority for s in broken_audit.evidence.sent if s.address == "198.51.100.25" and s.authority}
    assert sent == {WORDS}
