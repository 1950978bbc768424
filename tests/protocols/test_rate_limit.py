"""What servers announce about their limits, in all the forms that are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols import rate_limit
from selfaudit.protocols.rate_limit import RateLimit

NOW = 1_795_305_600.0  # 22 November 2026, 00:00 UTC


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        (
            {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "99", "X-RateLimit-Reset": "30"},
            RateLimit(100, None, 99, 30.0),
        ),
        ({"x-ratelimit-remaining": "0", "X-RATELIMIT-RESET": "1795305612"}, RateLimit(None, None, 0, 12.0)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795305612500"}, RateLimit(None, None, 0, 12.5)),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795305000"}, RateLimit(None, None, 0, 0.0)),
        ({"X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "9"}, RateLimit(10, None, 9, None)),
        # draft-ietf-httpapi-ratelimit-headers-06
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "4", "RateLimit-Reset": "2"}, RateLimit(10, None, 4, 2.0)),
        (
            {
                "RateLimit-Limit": "10",
                "RateLimit-Policy": "10;w=1, 50;w=60",
                "RateLimit-Remaining": "4",
                "RateLimit-Reset": "1",
            },
            RateLimit(10, 1.0, 4, 1.0),
        ),
        ({"RateLimit-Limit": "10, 10;w=1, 50;w=60", "RateLimit-Remaining": "9"}, RateLimit(10, 1.0, 9, None)),
        # -07
        ({"RateLimit": "limit=100, remaining=50, reset=5", "RateLimit-Policy": "100;w=60"}, RateLimit(100, 60.0, 50, 5.0)),
        # -08 and later
        ({"RateLimit-Policy": '"name";q=100;w=60', "RateLimit": '"name";r=50;t=30'}, RateLimit(100, 60.0, 50, 30.0)),
        (
            {
                "RateLimit-Policy": '"burst";q=10;w=1, "daily, all";q=1000;w=86400',
                "RateLimit": '"daily, all";r=3;t=900, "burst";r=9;t=1',
            },
            RateLimit(1000, 86400.0, 3, 900.0),
        ),
        ({"RateLimit-Policy": '"bytes";q=9;qu="content-bytes";w=1, "r";q=20;w=10'}, RateLimit(20, 10.0, None, None)),
        ({"RateLimit": '"default";r=0;t=7'}, RateLimit(None, None, 0, 7.0)),
    ],
)
def test_forms(headers: dict[str, str], meant: RateLimit) -> None:
    assert rate_limit.read(headers, NOW) == meant


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/rdap+json"},
        {"X-RateLimit-Limit": "", "X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "soon"},
        {"X-RateLimit-Limit": "9" * 400, "RateLimit-Reset": "1e9"},
        {"RateLimit": ",;=,,", "RateLimit-Policy": '"' * 50},
        {"RateLimit": ";", "RateLimit-Policy": ";;", "X-RateLimit-Limit": ";w=1"},
        {"RateLimit": "a" * 2000},
        {"X-RateLimit-Remaining": "٣"},
        {"X-RateLimit-Reset": "400000000"},
    ],
)
def test_hostile_or_missing(headers: dict[str, str]) -> None:
    assert rate_limit.read(headers, NOW) is None


def test_a_window_of_nothing_is_no_window() -> None:
    assert rate_limit.read({"RateLimit-Policy": '"a";q=5;w=0'}, NOW) == RateLimit(5, None, None, None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("Sun, 22 Nov 2026 00:01:00 GMT", 60.0),
        ("Sunday, 22-Nov-26 00:01:00 GMT", 60.0),
        ("Sun Nov 22 00:01:00 2026", 60.0),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 02:01:00 +0200", 60.0),
        ("", None),
        ("soon", None),
        ("1e5", None),
        ("-", None),
        ("2 2 2", None),
        ("Sun, 99 Nov 2026 00:01:00 GMT", None),
        ("Sun, 22 Nov 99999999999 00:01:00 GMT", None),
        ("x" * 1000, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert rate_limit.retry_after(value, NOW) == seconds


HEADERS = st.sampled_from(
    [
        "RateLimit",
        "RateLimit-Policy",
        "RateLimit-Limit",
        "RateLimit-Reset",
        "X-RateLimit-Limit",
        "X-RateLimit-Reset",
        "X-RateLimit-Remaining",
    ]
)


@given(st.dictionaries(HEADERS, st.text('";=,qwrt0123456789. -ae', max_size=60) | st.text(max_size=30)), st.text(max_size=60))
def test_any_values(headers: dict[str, str], value: str) -> None:
    limit = rate_limit.read(headers, NOW)
    if limit is not None:
        assert all(v is None or v >= 0 for v in (limit.limit, limit.window, limit.remaining, limit.reset))
    seconds = rate_limit.retry_after(value, NOW)
    assert seconds is None or seconds >= 0
