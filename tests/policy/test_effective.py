"""From when on a text counts, and its hash."""

from __future__ import annotations

import datetime
import hashlib
from datetime import date

import pytest

from selfaudit.errors import BadInput
from selfaudit.policy.effective import effective_from, effective_words
from selfaudit.policy.model import Pack, Parameters
from selfaudit.policy.packs import pack_for
from selfaudit.policy.text_hash import normalised, text_hash

PUBLISHED = date(2026, 3, 1)


def pack(name: str) -> Pack:
    found = pack_for(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "first_use", "day"),
    [
        ("prezcomm", None, date(2026, 3, 1)),
        ("prezcomm", date(2026, 3, 9), date(2026, 3, 1)),
        ("ofsecman", None, date(2026, 3, 31)),
        ("ofsecman", date(2026, 3, 9), date(2026, 3, 9)),
        ("ofsecman", date(2026, 3, 1), date(2026, 3, 1)),
        ("ofsecman", date(2026, 2, 28), date(2026, 3, 31)),  # a use before the publication is none after it
        ("ofsecman", date(2026, 4, 9), date(2026, 3, 31)),
    ],
)
def test_the_day(name: str, first_use: date | None, day: date) -> None:
    assert effective_from(pack(name), PUBLISHED, first_use) == day


def test_the_use_counts_only_where_the_policy_says_so() -> None:
    later = Pack("x", "X", parameters=Parameters(notice_days=14))
    assert effective_from(later, PUBLISHED, date(2026, 3, 2)) == date(2026, 3, 15)
    assert effective_words(later) == "A revised policy takes effect 14 days after its publication."


def test_a_day_beyond_the_calendar() -> None:
    with pytest.raises(BadInput):
        effective_from(pack("ofsecman"), datetime.date.max)


def test_in_words() -> None:
    assert effective_words(pack("prezcomm")) == "A revised policy takes effect on the day on which it is published."
    assert effective_words(pack("ofsecman")) == (
        "A revised policy takes effect with the first use of the service after its publication, at the latest 30 days after it."
    )


def test_the_hash_does_not_depend_on_how_a_text_was_copied() -> None:
    text = "1) Café\n\n  Do not\u00a0send “spam”.\r\n"
    other = "1) Cafe\u0301 Do not send “spam”."
    assert normalised(text) == normalised(other) == "1) Café Do not send “spam”."
    assert text_hash(text) == text_hash(other) == hashlib.sha256("1) Café Do not send “spam”.".encode()).hexdigest()
    assert text_hash(text) != text_hash(text.replace("“", '"'))
    assert text_hash("") == hashlib.sha256(b"").hexdigest()
    assert text_hash("\ud800") == text_hash("?")
