"""Whatever arrives in place of a message: what was read, or BadInput; bounded, and nothing unpacked."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfaudit.checks import all_checks
from selfaudit.errors import BadInput
from selfaudit.facts.message import SampleMessage
from selfaudit.policy import Policy
from selfaudit.protocols.dkim_signature import MAX_SIGNATURES
from selfaudit.protocols.message_headers import mailboxes
from selfaudit.protocols.message_read import MAX_KEPT, read_message
from selfaudit.protocols.message_received import MAX_HOPS, read_hop
from selfaudit.protocols.unsubscribe import check
from tests.checks.messages import DATE, GOOD, mail, report, sign

CHECKS = [c for name, c in all_checks().items() if name.startswith("message.")]
SEED = sign(
    mail(
        '<a href="https://shop.test/u">unsubscribe</a>', content_type="text/html; charset=utf-8", list_unsubscribe="<https://shop.test/u>",
        list_unsubscribe_post="List-Unsubscribe=One-Click",
    )
)  # fmt: skip
PIECES = st.sampled_from(
    [b"\0", b"\r", b"\n", b"\r\n\r\n", b"\xff", b"\xe2\x80\xae", b"=?utf-8?B?", b"?=", b"<", b">", b"(", b'"', b":", b";", b"@", b"boundary=x", b"--x",
     b"Content-Type: multipart/mixed; boundary=x\r\n", b"DKIM-Signature: ", b"l=99999999999999999999", b"Received: from [", b"x=1;", b"=" * 50]
)  # fmt: skip


def judged(message: SampleMessage) -> None:
    """All checks reach a conclusion, and what was read can be saved and read again."""
    fact = report(message, GOOD, "192.0.2.25")
    for check_module in CHECKS:
        assert list(check_module.judge(fact, Policy()))
    encoded = msgspec.json.encode(message)
    assert len(encoded) < 400_000
    assert msgspec.json.decode(encoded, type=SampleMessage) == message


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=30).map(b"".join)))
def test_anything(data: bytes) -> None:
    try:
        message = read_message(data)
    except BadInput:
        return
    judged(message)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 20), st.one_of(PIECES, st.binary(max_size=8))),
        min_size=1,
        max_size=8,
    )
)
def test_a_damaged_message(edits: list[tuple[int, int, bytes]]) -> None:
    data = SEED
    for place, length, piece in edits:
        data = data[:place] + piece + data[place + length :]
    try:
        message = read_message(data)
    except BadInput:
        return
    judged(message)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200))
def test_single_fields(text: str) -> None:
    mailboxes(text)
    read_hop(text)
    check(SampleMessage("", "", 0, "", fields=()))
    judged(
        read_message(
            mail(
                **{
                    "from": text.replace("\n", ""),
                    "list_unsubscribe": text.replace("\n", ""),
                    "received": text.replace("\n", ""),
                }
            )
        )
    )


def nested(depth: int) -> bytes:
    head = b"From: a@shop.test\r\n"
    for number in range(depth):
        head += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
    return head + b"\r\nend\r\n"


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(50_000_000))
    return packed.getvalue()


HOSTILE = {
    "nested parts": nested(1000),
    "nested comments": mail(from_="(" * 4000 + "a@b.test"),
    "open quotes": mail(from_='"' * 3999 + "a@b.test"),
    "many mailboxes": mail(from_=", ".join(["a@b.test"] * 500)),
    "encoded words": mail(subject="=?utf-8?B?QUFB?= " * 3000),
    "odd character sets": mail(
        subject="=?zlib?B?eJw=?= =?idna?Q?xn--" + "a" * 500 + "?= =?\0?Q?x?=", content_type="text/plain; charset=bz2"
    ),
    "blanks": mail(" \t" * 2_000_000 + "x\r\n"),
    "blank lines": mail("\r\n" * 2_000_000),
    "carriage returns": mail("\r" * 2_000_000),
    "open tags": mail("<a href=" * 50_000 + "<style>" * 50_000, content_type="text/html"),
    "open angle brackets": mail("<" * 400_000, content_type="text/html"),
    "many links": mail('<a href="https://a.test/unsubscribe">x</a>' * 8_000, content_type="text/html"),
    "postal codes": mail("12345 Aaa " * 30_000),
    "boundaries": mail("--x\r\n" * 300_000, content_type="multipart/mixed; boundary=x"),
    "zip bomb": mail("UEsD\r\n", content_type="application/zip; name=x.zip").replace(b"UEsD\r\n", zip_bomb()),
    "many signatures": b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.test; s=s1; h=from; l=5; bh=QUJD; b=QUJD\r\n" * 1500
    + mail(),
    "a signature of everything": b"DKIM-Signature: v=1; h=" + b"from:" * 3000 + b"\r\n" + mail(),
    "many tags": b"DKIM-Signature: " + b"a=1;" * 3000 + b"\r\n" + mail(),
    "huge numbers": b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.test; s=s1; h=from; t="
    + b"9" * 5000
    + b"; bh=QUJD; b=QUJD\r\n"
    + mail(),
    "many hops": b"".join(f"Received: from a.test ([192.0.2.{n % 250}]) by b.test; {DATE}\r\n".encode() for n in range(1500))
    + mail(),
    "a long hop": mail(received="from " + "(" * 3000 + "[192.0.2.1" + " by " * 300),
    "a long domain": mail(from_="a@" + "ü." * 1500 + "test"),
    "a huge character reference": mail("&#" + "9" * 5000 + ";", content_type="text/html"),
    "turned": mail(from_="\u202e" * 1000 + " <a@b.test>"),
    "many unsubscribe addresses": mail(list_unsubscribe=", ".join(["<https://a.test/u>"] * 200)),
    "open unsubscribe address": mail(list_unsubscribe="<" * 3900),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_are_read_within_bounds(data: bytes) -> None:
    message = read_message(data)
    assert len(message.fields) <= MAX_KEPT
    assert len(message.signatures) <= MAX_SIGNATURES
    assert len(message.hops) <= MAX_HOPS
    judged(message)


def test_what_could_not_be_read_is_said() -> None:
    assert "deeper than 12 levels" in " ".join(read_message(nested(1000)).body.problems)
