"""Counting a ledger: what is told of exits, bounces, zones, and of what many rows have in common."""

from __future__ import annotations

import datetime

import pytest

from selfaudit.facts.ledger import LedgerCounts
from selfaudit.protocols.ledger.tally import Tally

NOW = 1_795_000_000  # 2026-11-18
DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 1, 1, 10, 0, 7)


def counted(*rows: dict[str, str]) -> LedgerCounts:
    """Rows as role -> value; all roles that any of them has are columns."""
    roles = list(dict.fromkeys(["recipient", *(role for row in rows for role in row)]))
    tally = Tally(roles, NOW)
    tally.add([tuple(row.get(role, "") for role in roles) for row in rows])
    return tally.counts()


def stamp(at: datetime.datetime) -> str:
    return at.isoformat() + "Z"


def person(number: int, **more: str) -> dict[str, str]:
    """Somebody who signed up and confirmed at times of their own."""
    at = START + number * datetime.timedelta(hours=3, seconds=11)
    confirmed = at + datetime.timedelta(seconds=40 + number * number % 3571)
    base = {
        "recipient": f"p{number}@shop.test",
        "consent_at": stamp(at),
        "confirm_at": stamp(confirmed),
        "confirm_token": f"t{number}",
        "source": "web",
    }
    return base | more


PEOPLE = [person(i) for i in range(60)]


def test_people_have_nothing_in_common() -> None:
    counts = counted(*PEOPLE)
    assert (counts.active, counts.confirmed, counts.identical, counts.confirm_identical, counts.shared_tokens) == (
        60,
        60,
        0,
        0,
        0,
    )
    assert (counts.peak_hour, counts.confirm_peak_hour, counts.gaps) == (1, 1, 60)
    assert counts.same_gap < 5


def test_confirmations_in_the_same_second() -> None:
    counts = counted(*(person(i, confirm_at="2026-10-01T03:00:07Z") for i in range(60)))
    assert (counts.confirmed, counts.confirm_identical, counts.confirm_identical_top, counts.identical) == (60, 60, 60, 0)
    assert (counts.confirm_peak_hour, counts.confirm_median_hour) == (60, 60)


def test_confirmations_after_the_same_time() -> None:
    counts = counted(
        *(
            {**p, "confirm_at": stamp(datetime.datetime.fromisoformat(p["consent_at"][:-1]) + datetime.timedelta(seconds=3))}
            for p in PEOPLE
        )
    )
    assert (counts.confirmed, counts.same_gap, counts.gap_seconds, counts.gaps) == (60, 60, 3, 60)


def test_one_token_for_many() -> None:
    counts = counted(*(person(i, confirm_token="SAME" if i < 25 else f"t{i}") for i in range(60)))
    assert (counts.shared_tokens, counts.token_top) == (25, 25)
    assert counted(*(person(i, confirm_token="SAME" if i < 19 else f"t{i}") for i in range(60))).shared_tokens == 0


@pytest.mark.parametrize(
    ("other", "left"),
    [
        ({"withdrawn_at": "2026-08-01T00:00:00Z", "status": "unsubscribed"}, 1),
        ({"status": "unsubscribed"}, 1),
        ({"status": "complained"}, 1),
        ({"consent_at": "2025-01-01T00:00:07Z", "confirm_at": "", "withdrawn_at": "2025-12-01T00:00:00Z"}, 0),
        ({"status": "subscribed"}, 0),
        ({"recipient": "somebody@else.test", "status": "unsubscribed"}, 0),
    ],
)
def test_who_has_left_in_another_row(other: dict[str, str], left: int) -> None:
    for rows in ((PEOPLE[0], person(0, **other)), (person(0, **other), PEOPLE[0])):
        assert counted(*rows, *PEOPLE[1:]).withdrawn_too == left


@pytest.mark.parametrize(
    ("row", "undated"),
    [
        ({"status": "unsubscribed", "last_mailed": "2026-02-01T00:00:00Z"}, 1),
        ({"status": "complained", "last_mailed": "2026-02-01T00:00:00Z"}, 1),
        ({"withdrawn_at": "1", "last_mailed": "2026-02-01T00:00:00Z"}, 1),
        ({"status": "0", "confirm_at": "", "last_mailed": "2026-02-01T00:00:00Z"}, 1),
        ({"status": "unsubscribed"}, 0),
        ({"withdrawn_at": "0", "last_mailed": "2026-02-01T00:00:00Z"}, 0),
        ({"status": "unsubscribed", "withdrawn_at": "2026-03-01T00:00:00Z", "last_mailed": "2026-02-01T00:00:00Z"}, 0),
        ({"status": "complained", "last_complaint": "2026-03-01T00:00:00Z", "last_mailed": "2026-02-01T00:00:00Z"}, 0),
    ],
)
def test_exits_without_a_time(row: dict[str, str], undated: int) -> None:
    counts = counted(person(0, **row))
    assert (counts.undated_exits, counts.mailed_pending) == (undated, 0)


def test_flags_of_withdrawals() -> None:
    counts = counted(
        *(person(i, withdrawn_at=v) for i, v in enumerate(["1", "yes", "TRUE", "0", "no", "False", "", "2026-10-01T00:00:00Z"]))
    )
    assert (counts.withdrawn, counts.active) == (4, 4)


def test_states() -> None:
    counts = counted(
        *(
            person(i, status=v)
            for i, v in enumerate(["subscribed", "Abgemeldet (Admin)", "riddle", "1", "bounced (hard)", "complained"])
        )
    )
    assert (counts.active, counts.withdrawn, counts.bounced_out, counts.odd_status, counts.flag_status) == (3, 1, 2, 1, 1)
    assert counts.hard_bounces == 1


def test_bounces_of_today_and_of_years_ago() -> None:
    old, new = "2026-01-10T10:00:00Z", "2026-11-10T10:00:00Z"
    counts = counted(
        person(0, status="cleaned", last_mailed=old, last_bounce=old),
        person(1, status="cleaned", last_mailed=new),
        person(2, status="subscribed", bounce_code="5.1.1", last_bounce=old),
        person(3, status="complained", last_mailed=new),
    )
    assert (counts.hard_bounces, counts.bounced_recent, counts.bounced_active) == (3, 1, 1)


def test_words_that_are_no_source() -> None:
    counts = counted(
        *(person(i, source=v) for i, v in enumerate(["unknown", "Unbekannt", " ? ", "web", "bought", "bought list"]))
    )
    assert (counts.sources, counts.hinted, counts.purchased) == (3, 1, 1)


def test_zones_are_counted_in_each_column() -> None:
    tally = Tally(["recipient", "consent_at", "confirm_at"], NOW)
    tally.add(
        [
            ("a@shop.test", "2026-01-01 10:00:00", "2026-01-01T08:05:00Z"),
            ("b@shop.test", "01.01.2026 10:00", "1767254700"),
            ("c@shop.test", "202601011000", "Thu, 01 Jan 2026 08:05:00 +0000"),
            ("d@shop.test", "2026-01-01", "01.01.2026 08:05 UTC"),
        ]
    )
    assert (tally.times["consent_at"].zoneless, tally.times["confirm_at"].zoneless) == (4, 0)
