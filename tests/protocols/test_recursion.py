"""What a name server's answers about other people's names amount to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.facts.exposure import ExpectedAnswer, RecursionOutcome, RecursionTry
from selfaudit.protocols.recursion import Openness, judge_tries
from tests.checks.tables.exposure_resolver import EXPECTED, NAME, RIGHT, WRONG, tcp, udp

R, O = RecursionOutcome, Openness  # noqa: E741


@pytest.mark.parametrize(
    ("outcome", "records", "ra", "aa", "wanted"),
    [
        (R.ANSWER, RIGHT, True, False, O.OPEN),
        (R.ANSWER, RIGHT, True, True, O.OPEN),
        (R.ANSWER, RIGHT, False, False, O.FROM_CACHE),
        (R.ANSWER, RIGHT, False, True, O.CLAIMS),
        (R.ANSWER, WRONG, True, False, O.WRONG_ANSWER),
        (R.ANSWER, WRONG, True, True, O.CLAIMS),
        (R.ANSWER, WRONG, False, False, O.UNCLEAR),
        (R.NXDOMAIN, (), True, False, O.WRONG_ANSWER),
        (R.NXDOMAIN, (), False, True, O.CLAIMS),
        (R.NXDOMAIN, (), False, False, O.UNCLEAR),
        (R.EMPTY, (), False, False, O.REFUSED),
        (R.EMPTY, (), False, True, O.UNCLEAR),
        (R.EMPTY, (), True, False, O.UNCLEAR),
        (R.REFUSED, (), False, False, O.REFUSED),
        (R.REFUSED, (), True, False, O.REFUSED_WITH_RA),
        (R.REFERRAL, (), False, False, O.UNCLEAR),
        (R.SERVFAIL, (), True, False, O.SERVFAIL),
        (R.ERROR, (), True, False, O.UNCLEAR),
        (R.TRUNCATED, (), True, False, O.UNCLEAR),
        (R.MALFORMED, (), True, False, O.UNCLEAR),
        (R.TIMEOUT, (), False, False, O.SILENT),
        (R.CLOSED, (), False, False, O.CLOSED),
        (R.UNREACHABLE, (), False, False, O.UNREACHABLE),
    ],
)
def test_one_answer(outcome: R, records: tuple[str, ...], ra: bool, aa: bool, wanted: Openness) -> None:
    assert [o.openness for o in judge_tries([udp(outcome, records, ra=ra, aa=aa)], EXPECTED)] == [wanted]


def test_only_the_root_is_upwards() -> None:
    up = udp(R.REFERRAL, referred=(".", "com."))
    assert judge_tries([up], EXPECTED)[0].openness is O.REFERRAL_UP


def test_names_differ_in_case() -> None:
    said = RecursionTry("udp", 53, ".", "NS", R.ANSWER, True, False, ("A.ROOT-SERVERS.NET.",))
    assert (
        judge_tries([said], [ExpectedAnswer(".", "NS", ("a.root-servers.net.", "b.root-servers.net."))])[0].openness is O.OPEN
    )


def test_each_protocol_and_port_is_judged_for_itself() -> None:
    elsewhere = RecursionTry("udp", 5353, NAME, "A", R.TIMEOUT)
    found = judge_tries([udp(R.TIMEOUT), udp(R.REFUSED), tcp(R.CLOSED), elsewhere], EXPECTED)
    assert [(o.decisive.protocol, o.decisive.port, o.openness) for o in found] == [
        ("udp", 53, O.REFUSED),
        ("tcp", 53, O.CLOSED),
        ("udp", 5353, O.SILENT),
    ]


def test_nothing_asked() -> None:
    assert judge_tries([], EXPECTED) == []


TRIES = st.builds(
    udp,
    st.sampled_from(RecursionOutcome),
    st.sampled_from([(), RIGHT, WRONG]),
    ra=st.booleans(),
    aa=st.booleans(),
    referred=st.sampled_from([(), (".",), ("com.",)]),
)


@given(st.lists(TRIES, min_size=1, max_size=4), st.booleans())
def test_open_needs_the_right_answer_and_the_order_does_not_matter(tries: list[RecursionTry], known: bool) -> None:
    expected = EXPECTED if known else ()
    found = judge_tries(tries, expected)[0].openness
    assert judge_tries(tries[::-1], expected)[0].openness is found
    right = [t for t in tries if t.outcome is R.ANSWER and t.records == RIGHT]
    assert (found is O.OPEN) == (known and any(t.recursion for t in right))
    if all(t.outcome in (R.TIMEOUT, R.SERVFAIL, R.MALFORMED, R.ERROR, R.TRUNCATED, R.UNREACHABLE) for t in tries):
        assert found in (O.SILENT, O.SERVFAIL, O.UNCLEAR, O.UNREACHABLE)
