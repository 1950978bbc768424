"""Replies of mail servers, and what their refusals are about."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols.smtp import (
    LOGIN_CODES,
    RefusalKind,
    Reply,
    asked_another,
    extensions,
    host_name,
    is_host_name,
    read_line,
    refusal,
    refuses_this_message,
    wants_tls,
)
from tests.checks.exposure import RECIPIENT, STRANGER
from tests.checks.tables import exposure_relay, mail_contacts

R, C, S, M, U = RefusalKind.RELAY, RefusalKind.CLIENT, RefusalKind.SENDER, RefusalKind.MAILBOX, RefusalKind.UNSTATED


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"220 mail.shop.test ESMTP", (220, False, "mail.shop.test ESMTP")),
        (b"250-PIPELINING", (250, True, "PIPELINING")),
        (b"250 ", (250, False, "")),
        (b"250", (250, False, "")),
        (b"250-", (250, True, "")),
        (b"554-5.7.1 a-b", (554, True, "5.7.1 a-b")),
        (b"220 \xff\x00\x1b", (220, False, "\xff\x00\x1b")),
        (b"299 x", (299, False, "x")),
    ],
)
def test_a_line_is_read(line: bytes, wanted: tuple[int, bool, str]) -> None:
    assert read_line(line) == wanted


@pytest.mark.parametrize(
    "line", [b"", b"2", b"25", b"2x0 hello", b"99999 hello", b"100 x", b"600 x", b"hello", b" 220 x", b"250ok", b"250\tok", b"HTTP/1.1 400 x", b"-ERR", b"\xb2\xb2\xb0 x"]
)  # fmt: skip
def test_what_is_no_reply_is_refused(line: bytes) -> None:
    with pytest.raises(BadInput):
        read_line(line)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda b: b"250" + b)))
def test_any_octets_are_read_or_refused(line: bytes) -> None:
    try:
        code, more, text = read_line(line)
    except BadInput:
        assert not re.match(rb"[2-5][0-9][0-9](?:[ -]|\Z)", line)
    else:
        assert line[:3] == str(code).encode()
        assert 200 <= code <= 599
        assert more == (line[3:4] == b"-")
        assert text.encode("latin-1") == line[4:]


EHLO = Reply(250, ("mail.shop.test. Hello [198.51.100.7]", "pipelining", "SIZE 10240000", "AUTH PLAIN LOGIN", "", "AUTH=PLAIN"))


def test_the_name_and_the_extensions() -> None:
    assert host_name(EHLO) == "mail.shop.test"
    assert extensions(EHLO) == ("PIPELINING", "SIZE 10240000", "AUTH PLAIN LOGIN", "AUTH=PLAIN")
    assert host_name(Reply(250, ())) == host_name(Reply(250, ("",))) == host_name(Reply(250, ("   ",))) == ""
    assert extensions(Reply(250, ("only a name",))) == ()


def test_the_name_and_the_extensions_are_bounded() -> None:
    long = Reply(250, ("a" * 2000, *("B" * 2000 for _ in range(99))))
    assert len(host_name(long)) == 255
    assert len(extensions(long)) == 40
    assert max(map(len, extensions(long))) == 200


@given(st.lists(st.text(max_size=60), max_size=50))
def test_any_reply_gives_a_name_and_extensions(lines: list[str]) -> None:
    reply = Reply(250, tuple(lines))
    assert " " not in host_name(reply)
    assert all(e.strip() == e and e for e in extensions(reply))


@pytest.mark.parametrize(
    "name", ["mail.shop.test", "MX1.Shop.Test", "mail.xn--bcher-kva.xn--p1ai", "a.bc", "localhostel.test", "1.2.3.test"]
)
def test_names_of_servers(name: str) -> None:
    assert is_host_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "localhost", "localhost.localdomain", "localhost.test", "HMAILSERVER", "[203.0.113.25]", "203.0.113.25", "a_b.shop.test", "x.local", "x.LAN", "a..test",
     "mail.shop.test\n", "mail.shop.test ", ".test", "-", "a" * 64 + ".test", ("a" * 60 + ".") * 5 + "test", "mail.shop.tést"],
)  # fmt: skip
def test_what_is_no_name_of_a_server(name: str) -> None:
    assert not is_host_name(name)


def code(text: str) -> int:
    return int(text[:3])


@pytest.mark.parametrize("text", exposure_relay.REFUSALS.values(), ids=exposure_relay.REFUSALS)
def test_a_closed_relay_speaks_of_the_recipient(text: str) -> None:
    assert refusal(code(text), text) in (R, M)


@pytest.mark.parametrize("text", exposure_relay.ABOUT_US.values(), ids=exposure_relay.ABOUT_US)
def test_a_refusal_of_the_client_says_nothing_about_relaying(text: str) -> None:
    assert refusal(code(text), text) in (C, U)


@pytest.mark.parametrize("text", mail_contacts.UNKNOWN.values(), ids=mail_contacts.UNKNOWN)
def test_a_mailbox_that_does_not_exist(text: str) -> None:
    assert refusal(code(text), text) is M


@pytest.mark.parametrize("text", mail_contacts.FOREIGN.values(), ids=mail_contacts.FOREIGN)
def test_a_host_that_is_not_responsible(text: str) -> None:
    assert refusal(code(text), text) is R


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("550 5.7.23 SPF fail - not authorized", S),
        ("550 5.7.26 Unauthenticated email from gmail.com is not accepted due to domain's DMARC policy", S),
        ("550 5.7.26 This mail has been blocked because the sender is unauthenticated.", S),
        ("553 5.1.8 Domain of sender address does not exist", S),
        ("550 5.7.27 Sender address has null MX", S),
        ("550 Sender verify failed", S),
        ("554 5.7.1 <a@shop.test>: Sender address rejected: Access denied", S),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", S),
        ("530 5.7.0 Must issue a STARTTLS command first", C),
        ("550 5.7.1 relaying denied, use STARTTLS and log in", R),
        ("530 Authentication required", R),
        ("535 5.7.8 Error: authentication failed", R),
        ("534 5.7.9 no words", R),
        ("538 no words", R),
        ("550 5.7.1 Mail from 198.51.100.7 refused, you are an open relay, see relays.example.test", C),
        ("550 Relaying blocked", R),
        ("550 blocked", C),
        ("554 5.7.1 Rejected by country", C),
        ("554 transaction failed", U),
        ("550", U),
        ("", U),
        (f"550 <{RECIPIENT}> rejected", U),
        (f"550 {RECIPIENT}: rejected", U),
        (f"550 {{{RECIPIENT}}} rejected", U),
        (f"550 {STRANGER} rejected", U),
        ("550 <abuse@relay.dynamic-blocked.test>: no", U),
    ],
)
def test_what_a_refusal_is_about(text: str, kind: RefusalKind) -> None:
    assert refusal(int(text[:3] or 550), text) is kind


@given(st.integers(0, 999), st.text(max_size=300))
def test_any_words_are_understood_somehow(number: int, text: str) -> None:
    kind = refusal(number, text)
    assert kind in RefusalKind
    assert kind is refusal(number, text.swapcase()) or not text.isascii()
    assert number not in LOGIN_CODES or kind in (R, C)
    assert refuses_this_message(number, text) in (True, False)


@given(st.sampled_from(["<", ">", "@", " ", "a", "5.1.1", "relay", "spf "]), st.integers(1, 400))
def test_repeated_words_take_no_long_time(piece: str, count: int) -> None:
    assert refusal(550, (piece * count)[:2000]) in RefusalKind


def test_another_server_was_asked() -> None:
    assert asked_another("550 Callout verification failed")
    assert asked_another("550 5.1.1 undeliverable address: host mx.test[192.0.2.1] said: 550 no")
    assert not asked_another("550 5.1.1 User unknown in local recipient table")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("554 5.7.1 Spam message rejected", True),
        ("550 5.7.1 Message contains a virus", True),
        ("554 5.7.1 rejected due to policy", True),
        ("550-5.7.26 DMARC", True),
        ("554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org", True),
        ("554 5.7.1 Relay access denied", False),
        ("550 Administrative prohibition", False),
        ("554 Transaction failed", False),
    ],
)
def test_what_a_refusal_of_the_message_shows(text: str, wanted: bool) -> None:
    assert refuses_this_message(code(text), text) is wanted


def test_who_wants_tls() -> None:
    assert wants_tls(530, "5.7.0 Must issue a STARTTLS command first")
    assert wants_tls(550, "please use starttls")
    assert not wants_tls(530, "5.7.0 Authentication required")
    assert not wants_tls(250, "STARTTLS")
