"""Origins of routes from the DNS."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols import origin
from selfaudit.protocols.origin import Announcement

ZONE = "origin.asn.collector.example"


def test_questions() -> None:
    assert origin.question("192.0.2.17", ZONE) == f"17.2.0.192.{ZONE}."
    assert (
        origin.question("2001:db8::1", ZONE)
        == "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.collector.example."
    )
    assert origin.question("2001:db8::1", "routes.example.").endswith(".8.b.d.0.1.0.0.2.routes.example.")
    assert origin.name_question(64500, ZONE) == "as64500.asn.collector.example."
    assert origin.name_question(64500, "routes.example") == "as64500.routes.example."


def test_lines() -> None:
    assert origin.read_line("64500 | 192.0.2.0/24 | DE | ripencc | 2012-04-05") == Announcement(
        "192.0.2.0/24", (64500,), "DE", "ripencc", "2012-04-05"
    )
    assert origin.read_line("64500 64501 | 2001:DB8::/32 | us | ARIN |") == Announcement(
        "2001:db8::/32", (64500, 64501), "US", "arin", ""
    )
    assert origin.read_line("AS64500|192.0.2.0/24") == Announcement("192.0.2.0/24", (64500,))


@pytest.mark.parametrize(
    "text",
    ["", "|", "NA | 192.0.2.0/24 | DE", " | 192.0.2.0/24", "64500 | 192.0.2.0", "64500 | 192.0.2.0/33", "64500 | x/y", "4294967296 | 192.0.2.0/24",
     "٣ | 192.0.2.0/24", "-1 | 192.0.2.0/24"],
)  # fmt: skip
def test_lines_that_cannot_be_read(text: str) -> None:
    with pytest.raises(BadInput):
        origin.read_line(text)


def test_all_records_most_specific_first_and_strays_counted() -> None:
    announcements, unreadable = origin.read(
        [
            "64500 | 192.0.0.0/16 | DE | ripencc | 2012-04-05",
            "v=spf1 -all",
            "64502 | 192.0.2.0/24 | DE | ripencc | 2012-04-05",
            "64501 | 192.0.2.0/24 | DE | ripencc | 2012-04-05",
            "64501 | 192.0.2.0/24 | DE | ripencc | 2012-04-05",
        ]
    )
    assert [(a.prefix, a.origins) for a in announcements] == [
        ("192.0.2.0/24", (64501,)),
        ("192.0.2.0/24", (64502,)),
        ("192.0.0.0/16", (64500,)),
    ]
    assert unreadable == 1
    assert origin.read([]) == ((), 0)


def test_names() -> None:
    assert (
        origin.read_name("64500 | DE | ripencc | 2000-03-30 | EXAMPLE-AS - Example | Co, DE") == "EXAMPLE-AS - Example | Co, DE"
    )
    for bad in (
        "",
        "64500 | DE | ripencc | 2000-03-30",
        "64500 | DE | ripencc | 2000-03-30 | ",
        "x | DE | ripencc | 2000 | Name",
    ):
        with pytest.raises(BadInput):
            origin.read_name(bad)


@given(st.lists(st.text(max_size=60) | st.text("0123456789 |./:AS", max_size=60), max_size=5))
def test_any_texts(texts: list[str]) -> None:
    announcements, unreadable = origin.read(texts)
    assert len(announcements) + unreadable <= len(texts)
    for text in texts:
        with contextlib.suppress(BadInput):
            origin.read_name(text)
