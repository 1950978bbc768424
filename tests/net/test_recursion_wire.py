"""Reading what a stranger's name server sent: whatever it holds, there is an outcome."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.facts.exposure import RecursionOutcome, RecursionTry
from selfaudit.net.dns import wire
from selfaudit.net.dns.recursion import read_reply

R = RecursionOutcome
QUESTION = wire.make_question("dns.google.", "A", recursion=True)
SENT = QUESTION.wire(7)


def reply(rcode: int = 0, flags: int = 0, *answers: str, authority: str = "") -> bytes:
    message = dns.message.make_response(dns.message.from_wire(SENT))
    message.flags = dns.flags.Flag(dns.flags.QR | flags)
    message.set_rcode(dns.rcode.Rcode(rcode))
    for line in answers:
        message.answer.append(dns.rrset.from_text(*line.split(" ", 4)))
    if authority:
        message.authority.append(dns.rrset.from_text(authority, 300, "IN", "NS", "ns.test."))
    return message.to_wire()


def read(data: bytes) -> RecursionTry:
    return read_reply("udp", 53, QUESTION, SENT, data, 1.234)


RIGHT = ("dns.google. 300 IN A 8.8.8.8", "dns.google. 300 IN A 8.8.4.4")


def test_an_answer_and_its_size() -> None:
    data = reply(0, dns.flags.RA, *RIGHT)
    found = read(data)
    assert (found.outcome, found.records, found.recursion, found.authoritative) == (
        R.ANSWER,
        ("8.8.4.4", "8.8.8.8"),
        True,
        False,
    )
    assert (found.octets_out, found.octets_in, found.ms) == (len(SENT), len(data), 1.2)


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (reply(3, dns.flags.AA), R.NXDOMAIN),
        (reply(2, dns.flags.RA), R.SERVFAIL),
        (reply(5), R.REFUSED),
        (reply(4), R.ERROR),
        (reply(0), R.EMPTY),
        (reply(0, 0, authority="."), R.REFERRAL),
        (reply(0, dns.flags.TC, *RIGHT), R.TRUNCATED),
        (reply(0, dns.flags.RA, "dns.google. 300 IN CNAME elsewhere.test."), R.EMPTY),
        (reply(0, dns.flags.RA, *RIGHT)[:-3], R.MALFORMED),
        (reply(5)[:12], R.REFUSED),
        (reply(0)[:12], R.MALFORMED),
    ],
)
def test_outcomes(data: bytes, outcome: RecursionOutcome) -> None:
    assert read(data).outcome is outcome


def test_an_answer_through_an_alias_counts() -> None:
    found = read(reply(0, dns.flags.RA, "dns.google. 300 IN CNAME e.test.", "e.test. 300 IN A 192.0.2.9"))
    assert (found.outcome, found.records) == (R.ANSWER, ("192.0.2.9",))


def test_upwards() -> None:
    assert read(reply(0, 0, authority=".")).referred == (".",)


def test_many_records_are_cut() -> None:
    data = reply(0, dns.flags.RA, *(f"dns.google. 300 IN A 192.0.2.{i}" for i in range(40)))
    assert len(read(data).records) == 8


@pytest.mark.parametrize("code", range(16))
def test_every_response_code_has_an_outcome(code: int) -> None:
    data = bytearray(reply(0))
    data[3] = data[3] & 0xF0 | code
    found = read(bytes(data))
    assert (found.outcome is R.EMPTY) == (code == 0)
    assert bool(found.detail) == (found.outcome is R.ERROR)


@given(st.binary(min_size=12, max_size=200))
def test_any_octets(data: bytes) -> None:
    assert read(data).outcome in RecursionOutcome


@given(st.binary(max_size=120))
def test_any_octets_behind_a_right_beginning(rest: bytes) -> None:
    head = bytearray(reply(0, dns.flags.RA))
    head[6:12] = b"\0\2\0\1\0\1"
    assert read(bytes(head) + rest).outcome in RecursionOutcome


@given(st.data())
def test_a_damaged_answer(data: st.DataObject) -> None:
    whole = bytearray(reply(0, dns.flags.RA | dns.flags.AA, *RIGHT, authority="google."))
    for _time in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(2, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(whole[: data.draw(st.integers(12, len(whole)))]))
    assert found.outcome in RecursionOutcome
    assert len(found.records) <= 8
