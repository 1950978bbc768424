"""Whatever is lost or changed in the collector's file: a part that counts says what was written, or nothing counts at all."""

from __future__ import annotations

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols.cksum import cksum
from selfaudit.protocols.collector import make_text, read_collector, to_text

OK = PartStatus.OK
PARTS = (
    HostPart("meta", OK, ("time=2026-11-22T05:40:00Z", "mode=live")),
    HostPart("host", OK, ("name=w",)),
    HostPart("addresses", OK, ("e|192.0.2.1/24",)),
    HostPart("dns.bind", OK),
    HostPart("persistence.uploads", PartStatus.DENIED, note="root only"),
    HostPart("mail.queue", OK, ("total=0", ""), exit=10, cut=True),
)
HEAD = (
    "selfaudit-collector 1\n@ meta ok 2 3175275619\n|time=2026-11-22T05:40:00Z\n|mode=live\n@ host ok 1 4152662396\n|name=w\n"
    "@ addresses ok 1 2694395409\n|e|192.0.2.1/24\n@ dns.bind ok 0 2076245033\n"
    "@ persistence.uploads denied 0 3573876977 note=root only\n@ mail.queue ok 2 321876085 exit=10 cut\n|total=0\n|\n"
    "@ end ok 0 1409623896\n"
)
TEXT = f"{HEAD}selfaudit-end 7 cksum {cksum(HEAD.encode())}\n"
DATA = TEXT.encode()
WRITTEN = {part.name: part for part in (*PARTS, HostPart("end", OK))}


def read(data: bytes | str) -> HostReport:
    return read_collector(data.encode() if isinstance(data, str) else data, via="file", received="2026-11-22T06:10:00Z")


def nothing_else(data: bytes) -> HostReport | None:
    """Reads it. What is not damaged is what was written; and as long as the file counts, the addresses are those of the server."""
    try:
        report = read(data)
    except BadInput:
        return None
    for part in report.parts:
        assert part.status is PartStatus.DAMAGED or part == WRITTEN.get(part.name), data
    if report.genuine:
        assert report.lines("addresses") == ("e|192.0.2.1/24",), data
        assert report.taken == "2026-11-22T05:40:00Z"
    return report


def test_the_file() -> None:
    report = nothing_else(DATA)
    assert report is not None
    assert (report.parts, report.complete, report.genuine) == (tuple(WRITTEN.values()), True, True)
    assert make_text(PARTS).startswith(HEAD)
    assert to_text(report) == TEXT


def test_a_changed_status_and_a_changed_letter_elsewhere() -> None:
    """The second must not explain away the first: "denied" would become an empty part that came out well."""
    report = read(TEXT.replace("uploads denied", "uploads ok").replace("total=0", "total=1"))
    assert report.lines("persistence.uploads") is None
    assert report.lines("mail.queue") is None
    assert (report.genuine, report.lines("dns.bind")) == (True, ())
    assert "persistence.uploads, mail.queue" in report.damage[0]
    assert read(to_text(report)).lines("persistence.uploads") is None


@pytest.mark.parametrize(
    ("start", "stop", "left"),
    [
        (" denied 0", " ok 2 321876085", "@ persistence.uploads ok 2 321876085 exit=10 cut\n|total=0\n"),
        (" 357", " 321876085", "@ persistence.uploads denied 0 321876085 exit=10 cut\n|total=0\n"),
        (" 2076", " 3573876977", "@ dns.bind ok 0 3573876977 note=root only\n"),
        ("dns.bind", "persistence.uploads", "@ persistence.uploads denied 0 3573876977 note=root only\n"),  # nothing of the first is left
        ("6245033", "6977 note", "@ dns.bind ok 0 2076977 note=root only\n"),
        (" note=root", " 1409623896", "@ persistence.uploads denied 0 3573876977 1409623896\n"),
    ],
)  # fmt: skip
def test_a_gap_from_the_first_line_of_a_part_into_that_of_another(start: str, stop: str, left: str) -> None:
    text = TEXT[: TEXT.index(start)] + TEXT[TEXT.index(stop) :]
    assert left in text
    for torn in (text, text.replace("total=0", "total=1")):
        report = nothing_else(torn.encode())
        assert report is not None
        assert not report.complete
        if left.rstrip("\n") not in TEXT:
            assert left.split()[1] not in {part.name for part in report.parts if part.status is not PartStatus.DAMAGED}


def test_any_gap() -> None:
    """From every octet behind the first part, and from some of the first, to every octet; some with a second damage."""
    tried = 0
    host = TEXT.index("@ host")
    for start in (*range(0, host, 5), *range(host, len(DATA) - 1)):
        for stop in range(start + 1, len(DATA) + 1):
            torn = DATA[:start] + DATA[stop:]
            if (start + stop) % 5 == 0:
                nothing_else(torn.replace(b"total=0", b"total=1"))
            report = nothing_else(torn)
            if report is not None:
                tried += 1
                assert not (report.complete and report.genuine) or any(p.status is PartStatus.DAMAGED for p in report.parts), (
                    torn
                )
    assert tried > 20_000


@pytest.mark.parametrize("also", [False, True], ids=["only", "and a letter elsewhere"])
def test_whatever_octet_is_changed(also: bool) -> None:
    tried = 0
    for place, before in enumerate(DATA):
        for octet in {before ^ 1 << bit for bit in range(8)} | set(b"\n\r |@0129ao"):
            rest = DATA[:place] + bytes([octet]) + DATA[place + 1 :]
            tried += nothing_else(rest.replace(b"total=0", b"total=1") if also else rest) is not None
    assert tried > 4000


def test_the_addresses_under_another_name() -> None:
    """No number shows that they are gone, and the damaged part would explain the check sum of the whole."""
    report = read(TEXT.replace("@ addresses", "@ addresset"))
    assert (report.complete, report.genuine) == (True, False)
    assert "which addresses" in report.damage[1]
    without = make_text([part for part in PARTS if part.name != "addresses"])
    assert read(without).genuine  # as it was written; nothing speaks against that


def test_a_part_of_another_run_in_place_of_its_own() -> None:
    other = f"@ dns.bind absent 0 {cksum(b'dns.bind absent 0' + bytes([10]))}\n"
    start = TEXT.index("@ dns.bind")
    text = TEXT[:start] + other + TEXT[TEXT.index("@ pers") :]
    assert (read(text).complete, read(text).genuine) == (True, False)
    twice = read(TEXT[:start] + other + TEXT[start:])
    assert (twice.genuine, twice.lines("dns.bind")) == (True, None)
