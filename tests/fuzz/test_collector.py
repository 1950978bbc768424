"""Whatever arrives in place of the collector's file: a report or BadInput, and never a part that says something else than was written."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols.collector import (
    MAX_TEXT,
    Paste,
    canonical,
    make_blocks,
    make_text,
    read_blocks,
    read_collector,
    to_text,
)

OK = PartStatus.OK
PARTS = (
    HostPart("meta", OK, ("collector=1.0.0", "time=2026-11-22T05:40:00Z", "system=unix", "mode=live", "root=yes")),
    HostPart("host", OK, ("name=web1.example", "machine=0123456789abcdef")),
    HostPart("addresses", OK, ("eth0|192.0.2.10/24",)),
    HostPart("packages.upgrade", OK, ("openssl 3.0.7", "", "@ end ok 0 1409623896"), exit=100, cut=True),
    HostPart("packages.held", PartStatus.ABSENT, note="not there"),
    HostPart("login.sshd", PartStatus.DENIED),
)
TEXT = make_text(PARTS)
WHOLE = {part.name: part for part in (*PARTS, HostPart("end", OK))}
LINES = TEXT.splitlines()
NOISE = st.sampled_from(["", "|", "@ meta ok 0 1", "@ x ok 0 1", "selfaudit-collector 1", "selfaudit-end 1 cksum 0", *LINES])


def read(data: bytes) -> HostReport:
    return read_collector(data, via="file", received="2026-11-22T06:00:00Z")


def check_saved(report: HostReport) -> None:
    """A saved report is read as the same parts, and its damage is still there."""
    again = read(to_text(report).encode())
    assert again.parts == report.parts
    assert again.genuine == report.genuine
    assert again.complete <= report.complete


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), st.integers(0, len(TEXT) - 1), st.integers(0, 255)),
        st.tuples(st.just("cut"), st.integers(0, len(TEXT) - 1), st.integers(1, 60)),
        st.tuples(st.just("insert"), st.integers(0, len(TEXT) - 1), st.binary(max_size=20)),
        st.tuples(st.just("swap"), st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1)),
        st.tuples(st.just("double"), st.integers(0, len(LINES) - 1), st.integers(1, 6)),
        st.tuples(st.just("line"), st.integers(0, len(LINES) - 1), NOISE),
        st.tuples(st.just("truncate"), st.integers(0, len(TEXT)), st.just(0)),
    ),
    min_size=1,
    max_size=6,
)


def edited(data: bytes, edits: list[tuple[str, int, int | bytes | str]]) -> bytes:
    for kind, place, value in edits:
        lines = data.split(b"\n")
        at = min(place, len(lines) - 1)
        if kind == "flip" and isinstance(value, int):
            data = data[:place] + bytes([value]) + data[place + 1 :]
        elif kind == "cut" and isinstance(value, int):
            data = data[:place] + data[place + value :]
        elif kind == "insert" and isinstance(value, bytes):
            data = data[:place] + value + data[place:]
        elif kind == "swap" and isinstance(value, int):
            other = min(value, len(lines) - 1)
            lines[at], lines[other] = lines[other], lines[at]
            data = b"\n".join(lines)
        elif kind == "double" and isinstance(value, int):
            data = b"\n".join((*lines[: at + value], *lines[at:]))
        elif kind == "line" and isinstance(value, str):
            data = b"\n".join((*lines[:at], value.encode(), *lines[at:]))
        else:
            data = data[:place]
    return data


@settings(max_examples=1000, deadline=None)
@given(EDITS)
def test_a_changed_file(edits: list[tuple[str, int, int | bytes | str]]) -> None:
    data = edited(TEXT.encode(), edits)
    try:
        report = read(data)
    except BadInput:
        return
    assert report.genuine or report.damage
    check_saved(report)
    if report.genuine and report.complete and not report.damage:
        assert canonical(data.decode("utf-8", "replace")).lower() == TEXT.lower()  # hexadecimal digits of either case
        assert report.parts == tuple(WHOLE.values())
    # What counts is what was written, whatever was changed and whether the whole counts or not.
    assert all(part.status is PartStatus.DAMAGED or part == WHOLE.get(part.name) for part in report.parts)


@settings(max_examples=500, deadline=None)
@given(EDITS, st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "gzip", "quoted", "crlf", "blocks"]))
def test_a_changed_file_in_other_clothes(edits: list[tuple[str, int, int | bytes | str]], way: str) -> None:
    dress: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "quoted": lambda data: b"> " + data.replace(b"\n", b"\n> "),
        "crlf": lambda data: data.replace(b"\n", b"\r\n"),
        "blocks": lambda data: make_blocks(data).encode(),
    }
    plain = edited(TEXT.encode(), edits)
    data = dress[way](plain) if way in dress else plain.decode("latin-1").encode(way)
    with contextlib.suppress(BadInput):
        check_saved(read(data))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    assert isinstance(read_blocks(text), Paste)
    with contextlib.suppress(BadInput):
        canonical(text)


PART = st.builds(
    HostPart,
    st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
    st.sampled_from([s for s in PartStatus if s is not PartStatus.DAMAGED]),
    st.lists(st.text(max_size=30) | NOISE, max_size=5).map(tuple),
    st.none() | st.integers(-(10**9), 10**9),
    st.booleans(),
    st.text(max_size=30),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PART, max_size=5, unique_by=lambda p: p.name))
def test_what_is_written_is_read_as_it_was_written(more: list[HostPart]) -> None:
    text = make_text((*PARTS, *(p for p in more if p.name not in WHOLE)))
    report = read(text.encode("ascii"))
    assert (report.complete, report.genuine, report.damage) == (True, True, ())
    assert to_text(report) == text
    assert canonical(text) == text
    assert read(make_blocks(text.encode()).encode()) == report


LONG = ("".join(make_blocks(bytes(range(256)) * 20 + TEXT.encode())) + make_blocks(TEXT.encode())).splitlines()
BLOCK_NOISE = st.one_of(
    st.sampled_from(LONG),
    st.text("-BEGINDSLFAUT 0123456789abcdef/+=\n> ", max_size=60),
    st.builds(
        lambda kind, run, number, total, rest: f"-----{kind} SELFAUDIT {run} {number}/{total}{rest}-----",
        st.sampled_from(["BEGIN", "END"]), st.sampled_from(["00000000", "ffffffff", LONG[0].split()[2]]), st.integers(0, 1000),
        st.integers(0, 1000), st.sampled_from(["", " 4294967295", " 99999999999"]),
    ),
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(BLOCK_NOISE, max_size=30))
def test_pasted_blocks(lines: list[str]) -> None:
    paste = read_blocks("\n".join(lines))
    assert sorted((*paste.have, *paste.missing, *paste.bad)) == list(range(1, paste.total + 1))
    assert (paste.text is None) == bool(paste.problem)
    assert paste.text is None or len(paste.text) <= MAX_TEXT
