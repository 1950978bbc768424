"""Notices are written by strangers: whatever the bytes, a notice within bounds or BadInput, and the same each time."""

from __future__ import annotations

import contextlib
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.case.notice import Notice
from selfaudit.errors import BadInput
from selfaudit.protocols.notice import places, read_notice
from tests.protocols.notice.samples import FOLDER, mail, sample

HEAD = b"From: a@desk.test\nDate: Fri, 20 Nov 2026 10:00:00 +0000\n"
PIECES = st.sampled_from(
    [
        b"From: a@b.test\n", b"Date: Fri, 20 Nov 2026 10:00:00 +0000\n", b"Subject: =?utf-8?b?8J+YgA==?= =?x?q?=ff?=\n", b"\n", b"\n\n", b"--b\n", b"--b--\n",
        b"Content-Type: multipart/report; boundary=b\n", b"Content-Type: message/feedback-report\n\n", b"Content-Type: message/rfc822\n\n",
        b"Content-Transfer-Encoding: base64\n", b"Feedback-Type: abuse\n", b"Source-IP: 203.0.113.5\n", b"timestamp,ip,tag\n", b'"2026-01-01 00:00:00",203.0.113.5,dns\n',
        b'{"xarf_version": "4.0.0", "source_identifier": ', b'"203.0.113.5"}', b"Please respond within 24 hours.\n", b"hxxp://a[.]test/\n", b"\x00", b"\xff\xfe", b"\xe2\x80\xae",
        b"Received: from x [203.0.113.5]\n", b"Source IP: 2001:db8::1\n", b"by 9999-99-99\n", b"Section 5(", b"999999999999999999999 days ", b"+9999 ", b"<a href='", b"SBL123456 ",
        b"until 2026-11-25 18:00 +2399\n", b"within 999 weeks\n",
    ]
)  # fmt: skip


def check(read: Notice) -> None:
    """What holds for every notice."""
    assert len(read.events) <= 1000
    assert len(read.excerpt) <= 2000
    assert all(len(e.detail) <= 300 for e in read.events)
    shown = msgspec.json.encode(read).decode()
    assert not any(unicodedata.category(c) in ("Cf", "Cs", "Cc") for c in shown.replace("\\n", ""))
    for moment in (read.sent, read.first, read.last, *(e.at for e in read.events)):
        assert moment == "" or (len(moment) == 20 and moment.endswith("Z")), moment


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=30)), max_size=25).map(b"".join))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        check(read_notice(data, "2026-01-01-scan_dns-x.csv"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(p.name for p in FOLDER.iterdir())), st.integers(0, 3000), st.integers(0, 60), st.binary(max_size=20)
)
def test_damaged_samples(name: str, at: int, cut: int, put: bytes) -> None:
    whole = sample(name)
    at %= len(whole)
    with contextlib.suppress(BadInput):
        check(read_notice(whole[:at] + put + whole[at + cut :], name))


def test_the_same_each_time() -> None:
    for path in FOLDER.iterdir():
        assert read_notice(path.read_bytes(), path.name) == read_notice(path.read_bytes(), path.name)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(1000)), "deeper than 20 levels"),
        (HEAD + b"Content-Type: message/rfc822\n\n" * 1000, "deeper than 20 levels"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000, "more than 100 parts"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\nno parts\n", "not marked as it says"),
        (mail("UEsDBA==", Content_Type="application/zip; name=bomb.zip", Content_Transfer_Encoding="base64"), "the attachment bomb.zip was not opened"),
        (b"spam " * 200_000, "only its first 500000 characters"),
        (b"timestamp,ip\n" + b"2026-01-01 00:00:00,x\n" * 3, "3 lines of the table name no valid address"),
        (b"timestamp,ip\n", "no lines"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(data: bytes, words: str) -> None:
    read = read_notice(data)
    check(read)
    assert any(words in problem for problem in read.not_understood), read.not_understood


def test_a_thousand_events_and_no_more() -> None:
    lines = "".join(f"2026-01-01 00:00:{i % 60:02},203.0.{i // 250}.{i % 250},openresolver\n" for i in range(1500))
    read = read_notice(f"timestamp,ip,tag\n{lines}".encode())
    check(read)
    assert (len(read.events), len(read.addresses), read.left_out) == (1000, 1000, 500)
    assert "500 further events were left out; the first 1000 are kept" in read.not_understood


def test_a_million_columns_are_no_table() -> None:
    read = read_notice(b"timestamp,ip," + b"a," * 1_000_000 + b"\n1,2\n")
    assert read.format == "text"
    assert read.events == ()


def test_wrong_encodings() -> None:
    assert read_notice("Spam von 203.0.113.5 für Sie".encode("utf-16")).addresses == ("203.0.113.5",)
    assert read_notice("Spam von 203.0.113.5 für Sie".encode("latin-1")).excerpt == "Spam von 203.0.113.5 für Sie"
    odd = mail("spam from 203.0.113.5", Content_Type="text/plain; charset=unicode_escape")
    assert read_notice(odd).addresses == ("203.0.113.5",)
    broken = mail("c3BhbSBmcm9tIDIwMy4wLjExMy41*!=", Content_Type="text/plain", Content_Transfer_Encoding="base64")
    assert read_notice(broken).addresses == ("203.0.113.5",)


def test_nothing_steers_a_terminal() -> None:
    read = read_notice(
        mail("Spam from 203.0.113.5 \x1b[31m\u202e http://a\u202e.test/\x07", Subject="=?utf-8?q?=1B[2J=E2=80=AE?=")
    )
    check(read)
    assert read.subject == "\\x1b[2J\\u202e"


def test_html_is_read_as_words_only() -> None:
    html = "<html><head><style>p{}</style></head><p>Your server <b>203.0.113.5</b> sends spam.<script>203.0.113.9</script><ul><li>Please stop it now"
    read = read_notice(mail(html, Content_Type="text/html"))
    assert read.addresses == ("203.0.113.5",)
    assert read.steps == ("Please stop it now",)
    check(read_notice(mail("<" * 10_000, Content_Type="text/html")))


def test_a_line_of_addresses_has_bounds() -> None:
    read = read_notice(("spam: " + " ".join(f"from 203.0.113.{n}" for n in range(1, 100)) + "\n").encode())
    assert len(read.addresses) == 50
    assert "a line names very many addresses; only its first 50 were read" in read.not_understood


@pytest.mark.parametrize("port", [0, -1, 65536, True, 1.5, None, "x", "²", "99999", "", 10**400, "0x50"])
def test_what_is_no_port(port: object) -> None:
    assert places.port(port) == 0


@pytest.mark.parametrize("port", [443, "443"])
def test_a_port(port: object) -> None:
    assert places.port(port) == 443


def test_lines_beyond_the_limit_are_said() -> None:
    read = read_notice(mail("".join(f"2026-01-01 10:00 UTC spam from 203.0.113.{n % 250}\n" for n in range(5100))))
    assert (len(read.events), len(read.addresses)) == (1000, 250)
    assert "very many lines name something; the last 100 lines were not read" in read.not_understood
