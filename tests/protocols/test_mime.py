"""The walk over the parts of a message: bounded, without recursion, and never more than BadInput."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols.mime import decode_words, walk

MIXED = (
    b"Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n and =?utf-8?B?w7w=?= =?utf-8?B?w7Y=?=\r\nContent-Type: multipart/mixed;\r\n boundary=\"a b\"\r\n\r\npreamble\r\n"
    b"--a b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nf=C3=BCr\r\n"
    b"--a b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nMessage-ID: <1@x.test>\r\n\r\nbody\r\n"
    b"--a b\r\nContent-Type: application/zip; name*0*=utf-8''b%C3%B6s; name*1=.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsD\r\nBA==\r\n--a b--\r\nepilogue"
)  # fmt: skip


def test_parts_of_a_message() -> None:
    parts = walk(MIXED)
    assert [(p.content_type, p.depth, p.inside) for p in parts] == [
        ("multipart/mixed", 0, False), ("text/plain", 1, False), ("message/rfc822", 1, False), ("text/plain", 2, True), ("application/zip", 1, False),
    ]  # fmt: skip
    assert parts[0].field("subject") == "Grüße and üö"
    assert parts[1].text() == "für"
    assert (parts[3].field("subject"), parts[3].field("message-id"), parts[3].body) == ("inner", "<1@x.test>", b"body")
    assert (parts[4].name, parts[4].data()) == ("bös.zip", b"PK\x03\x04")
    assert not any(p.problem for p in parts)


def test_an_attached_message_that_is_encoded() -> None:
    parts = walk(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQ==\n")
    assert (parts[1].field("subject"), parts[1].body, parts[1].inside) == ("x", b"y", True)


def test_the_line_of_a_mailbox_and_a_message_without_header() -> None:
    assert walk(b"From a@b Fri Nov 20\nSubject: x\n\ny")[0].field("subject") == "x"
    assert walk(b"just words\nmore")[0].body == b"just words\nmore"
    assert walk(b"")[0].body == b""


def test_limits() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(1000))
    parts = walk(deep, max_depth=5)
    assert (len(parts), parts[-1].problem) == (6, "parts lie in each other deeper than 5 levels; those were left out")
    many = walk(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50, max_parts=10)
    assert (len(many), many[-1].problem) == (10, "there are more than 10 parts; the rest was left out")
    with pytest.raises(BadInput, match="larger than 10 octets"):
        walk(b"x" * 11, max_octets=10)


def test_encoded_words_have_bounds() -> None:
    assert decode_words("=?utf-8?q?a_b?= =?utf-8?q?c?=") == "a bc"
    assert decode_words("=?unicode_escape?q?=5Cx41?=") == "\\x41"
    assert decode_words("=?utf-8?x?a?= =?utf-8?b?broken") == "=?utf-8?x?a?= =?utf-8?b?broken"
    assert decode_words("=?utf-8?q?a?= " * 200).count("a") == 200  # the hundred first are decoded, the others are left
    assert decode_words("=?utf-8?q?a?=x" * 200).count("=?") == 100


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([b"--b\n", b"--b--", b"\n", b"\r\n", b"Content-Type: multipart/mixed; boundary=b\n\n", b"Content-Type: message/rfc822\n\n", b"Content-Transfer-Encoding: base64\n\n", b'; name*=x\'\'%ff'])
       , st.binary(max_size=20)), max_size=25).map(b"".join))  # fmt: skip
def test_any_octets(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        for part in walk(data):
            part.text()
            part.field("subject")


HEAD = b"Content-Type: multipart/mixed; boundary=b\n\n"


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"--b\n\none\n--b\n\ntwo\n--b--\n--b\n\nthree", [b"one", b"two"]), (b"pre\r\n--b  \r\n\r\none\r\n--b--", [b"one"]),
        (b"--b\n\na --b\n--bx\n--b--", [b"a --b\n--bx"]), (b"--b\n--b\n\nx\n--b", [b"", b"x"]), (b"--b\n\nunfinished", [b"unfinished"]), (b"--b--\n", []),
    ],
)  # fmt: skip
def test_marks_count_only_as_lines_of_their_own(body: bytes, parts: list[bytes]) -> None:
    assert [p.body for p in walk(HEAD + body)][1:] == parts


def test_marks_inside_of_lines_are_no_parts() -> None:
    read = walk(HEAD + b"--b" * 3_000_000)
    assert [p.problem for p in read] == ["the parts of the message are not marked as it says"]
