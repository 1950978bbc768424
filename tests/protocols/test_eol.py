"""What the list of releases says about a version on a day."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.eol import (
    Phase,
    Point,
    Product,
    Release,
    line_of,
    number,
    older_than,
    order,
    phase_of,
    point_of,
    products,
    state,
    successor,
)

TODAY = datetime.date(2026, 11, 22)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("product", "version", "on", "phase", "until"),
    [
        ("debian", "12", "2026-07-11", Phase.REGULAR, "2026-07-11"),
        ("debian", "12", "2026-07-12", Phase.LTS, "2028-06-30"),
        ("debian", "12", "2028-06-30", Phase.LTS, "2028-06-30"),
        ("debian", "12", "2028-07-01", Phase.EXTENDED, "2033-06-30"),
        ("debian", "12", "2033-07-01", Phase.ENDED, "2028-06-30"),
        ("debian", "11", "2026-08-31", Phase.LTS, "2026-08-31"),
        ("debian", "11", "2026-09-01", Phase.EXTENDED, "2031-06-30"),
        ("ubuntu", "14.04", "2025-01-01", Phase.ADDON, "2029-04-17"),
        ("ubuntu", "14.04", "2029-04-18", Phase.ENDED, "2019-04-25"),
        ("centos", "7", "2024-06-30", Phase.REGULAR, "2024-06-30"),
        ("centos", "7.9", "2024-07-01", Phase.ENDED, "2024-06-30"),
        ("almalinux", "9.6", "2026-11-22", Phase.REGULAR, "2032-05-31"),
        ("openssl", "1.1.1w", "2026-11-22", Phase.ENDED, "2023-09-11"),
        ("php", "8.2.29-1+deb12u1", "2026-11-22", Phase.REGULAR, "2026-12-31"),
        ("php", "5.3.3", "2026-11-22", Phase.ENDED, "2016-07-21"),
        ("php", "9.0.0", "2026-11-22", Phase.UNKNOWN, None),
        ("php", "", "2026-11-22", Phase.UNKNOWN, None),
        ("php", "unknown", "2026-11-22", Phase.UNKNOWN, None),
        ("wordpress", "6.8.3", "2026-11-22", Phase.ENDED, "2025-12-02"),
        ("wordpress", "6.10", "2026-11-22", Phase.UNKNOWN, None),
        ("wordpress", "7.0", "2026-11-22", Phase.ENDED, "2026-08-19"),
        ("wordpress", "7.1.3", "2027-01-05", Phase.REGULAR, None),
        ("wordpress", "7.1.3", "2027-01-06", Phase.UNCERTAIN, None),
        ("wordpress", "7.2", "2026-11-22", Phase.UNKNOWN, None),
        ("sles", "15.7", "2026-11-22", Phase.REGULAR, "2031-07-31"),
        ("cloudlinux", "9.8", "2026-11-22", Phase.REGULAR, "2032-05-31"),
        ("openssl", "3.6.1", "2026-11-22", Phase.ENDED, "2026-11-01"),
        ("freebsd", "14.9", "2026-11-22", Phase.UNKNOWN, None),
        ("freebsd", "14-stable", "2026-11-22", Phase.REGULAR, "2028-11-30"),
        ("windows-server", "2012r2", "2026-10-13", Phase.EXTENDED, "2026-10-13"),
        ("plesk", "18.0.63", "2026-11-22", Phase.ENDED, "2024-10-29"),
        ("plesk", "18.0.64", "2026-11-22", Phase.UNKNOWN, None),
        ("sles", "15.9", "2026-11-22", Phase.UNKNOWN, None),
        ("mariadb", "10.11.14-MariaDB-0+deb12u2", "2026-11-22", Phase.REGULAR, "2028-02-16"),
        ("postgresql", "14.20", "2026-11-22", Phase.ENDED, "2026-11-12"),
        ("postgresql", "9.6.24", "2026-11-22", Phase.ENDED, "2021-11-11"),
        ("bind", "9.18.41-1~deb12u1-Debian", "2026-11-22", Phase.ENDED, "2026-06-30"),
    ],
)
def test_states(product: str, version: str, on: str, phase: Phase, until: str | None) -> None:
    found = state(products()[product], version, day(on))
    assert (found.phase, found.until) == (phase, day(until) if until else None)


def test_what_is_older_than_the_list_had_not_ended_before_its_day() -> None:
    assert state(products()["plesk"], "18.0.63", day("2024-09-01")).phase is Phase.UNKNOWN


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.6.21-MariaDB-log", "10.6.21"), ("OpenSSL 1.1.1w  11 Sep 2023", "1.1.1w"), ("OpenSSH_9.2p1 Debian-2", "9.2"), ("v20.1.0", "20.1.0"),
        ("8.2.29-1+deb12u1", "8.2.29"), ("", ""), ("none", ""), ("2.4.62 (Debian)", "2.4.62"), ("3", "3"),
    ],
)  # fmt: skip
def test_the_number_in_a_text(text: str, found: str) -> None:
    assert number(text) == found


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ("6.9", "6.9.1", True), ("6.9", "6.9.0", False), ("6.9.1", "6.9", False), ("8.10", "8.9", False), ("9.3", "9.10", True),
        ("1.1.1", "1.1.1w", True), ("1.1.1w", "1.1.1", False), ("18.0.9", "18.0.10", True), ("", "1", True), ("1", "", False),
    ],
)  # fmt: skip
def test_older(one: str, other: str, older: bool) -> None:
    assert older_than(one, other) is older


@pytest.mark.parametrize(
    ("product", "release", "to"),
    [
        ("debian", "10", "11"), ("debian", "12", "13"), ("debian", "13", ""), ("opensuse-leap", "15.4", "16.0"), ("alpine", "3.14", "3.24"),
        ("freebsd", "14.1", "14.5"), ("centos", "7", ""), ("php", "7.4", "8.5"), ("wordpress", "6.8", "7.1"),
    ],
)  # fmt: skip
def test_where_to_upgrade_to(product: str, release: str, to: str) -> None:
    entry = products()[product]
    line = line_of(entry, release)
    assert line is not None
    found = successor(entry, line, TODAY)
    assert (found.name if found else "") == to


@pytest.mark.parametrize(
    ("product", "version", "on", "point"),
    [
        ("almalinux", "9.3", "2026-11-22", Point.OLD),
        ("almalinux", "9.7", "2030-01-01", Point.OLD),
        ("almalinux", "9.8", "2026-11-24", Point.NEWEST),  # half a year after 9.8 came out
        ("almalinux", "9.8", "2026-11-25", Point.UNCERTAIN),
        ("almalinux", "9.9", "2026-11-25", Point.UNCERTAIN),
        ("almalinux", "9", "2026-11-22", Point.UNCERTAIN),
        ("almalinux", "8.10", "2028-11-22", Point.NEWEST),  # the last one of its line
        ("almalinux", "8.9", "2026-11-22", Point.OLD),
        ("oracle-linux", "9.8", "2026-10-10", Point.NEWEST),  # 90 days after the list was written
        ("oracle-linux", "9.8", "2026-10-11", Point.UNCERTAIN),
    ],
)
def test_the_newest_point_release_is_believed_for_a_while_only(product: str, version: str, on: str, point: Point) -> None:
    entry = products()[product]
    line = line_of(entry, version)
    assert line is not None
    assert point_of(entry, line, version, day(on)) is point


def test_a_line_without_a_listed_point_release_is_uncertain() -> None:
    entry = Product("x", "X", "test", TODAY, TODAY, (Release("1"),), points=True)
    assert point_of(entry, entry.releases[0], "1.2", TODAY) is Point.UNCERTAIN


def test_an_open_line_is_believed_for_ninety_days() -> None:
    entry = Product("x", "X", "test", day("2026-08-24"), TODAY, (Release("1"),))
    assert phase_of(entry, entry.releases[0], TODAY).phase is Phase.REGULAR
    assert phase_of(entry, entry.releases[0], TODAY + datetime.timedelta(days=1)).phase is Phase.UNCERTAIN
    assert state(entry, "1.2", TODAY).days_left(TODAY) is None


@given(st.sampled_from(sorted(products())), st.text(max_size=80))
def test_any_text_as_a_version(name: str, version: str) -> None:
    found = state(products()[name], version, TODAY)
    assert found.phase in Phase
    assert order(version) == order(version)


def test_a_version_of_enormous_length_takes_no_time() -> None:
    assert number("9" * 1_000_000) == "9" * 60
    assert state(products()["php"], "." * 100_000, TODAY).phase is Phase.UNKNOWN
