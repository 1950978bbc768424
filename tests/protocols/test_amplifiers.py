"""Questions to UDP services that amplify, and what their answers say."""

from __future__ import annotations

import dns.message
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.demo.udp_servers import UdpService
from selfaudit.protocols.amplifiers import BY_NAME, PROTOCOLS, Kind, Protocol
from tests.checks.tables.exposure_amplifier import ANSWERS

NAMES = [p.name for p in PROTOCOLS]
ID = b"\x5a\xa5"


def test_names_and_ports_are_the_known_ones() -> None:
    assert {p.name: p.port for p in PROTOCOLS} == {
        "ntp-monlist": 123, "ntp-readvar": 123, "snmp-public": 161, "ssdp": 1900, "memcached": 11211, "cldap": 389,
        "portmapper": 111, "chargen": 19, "qotd": 17, "netbios": 137, "mdns": 5353, "coap": 5683, "ws-discovery": 3702, "dns-any": 53,
    }  # fmt: skip
    assert set(ANSWERS) == set(BY_NAME)


@pytest.mark.parametrize("name", NAMES)
def test_questions_are_small(name: str) -> None:
    assert 1 <= len(BY_NAME[name].request) <= 450
    assert BY_NAME[name].title
    assert BY_NAME[name].source


def test_dns_questions_are_well_formed() -> None:
    anything = dns.message.from_wire(BY_NAME["dns-any"].request)
    assert (anything.question[0].to_text(), anything.payload) == (". IN ANY", 4096)
    mdns = dns.message.from_wire(BY_NAME["mdns"].request, question_only=True)
    assert mdns.question[0].name.to_text() == "_services._dns-sd._udp.local."
    status = BY_NAME["netbios"].request
    assert (len(status), status[-4:]) == (50, b"\0\x21\0\x01")  # RFC 1002 section 4.2.17


def test_lengths_of_ber_fit() -> None:
    for name in ("snmp-public", "cldap"):
        request = BY_NAME[name].request
        assert request[1] == len(request) - 2


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("ntp-readvar", "ntpd 4"), ("snmp-public", "Linux shop 4.9"[:13]), ("ssdp", "MiniUPnPd/1.9"), ("memcached", "1.4.15"),
        ("cldap", "DC=shop,DC=test"), ("portmapper", "nfs"), ("qotd", "The early bird catches the worm."), ("netbios", "SHOP"),
        ("mdns", "_ssh"), ("coap", "</temp>"), ("ws-discovery", "dn:Camera"), ("ntp-monlist", ""), ("chargen", ""), ("dns-any", ""),
    ],
)  # fmt: skip
def test_answers_are_recognised(name: str, detail: str) -> None:
    reading = BY_NAME[name].read(ANSWERS[name])
    assert (reading.kind, reading.detail) == (Kind.DATA, detail)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("ntp-monlist", "9700032a 40000000"),  # INFO_ERR_NODATA
        ("ntp-monlist", "9700032a 00000048"),  # an empty list
        ("ntp-readvar", "16c20001 00000000 00000000"),
        ("snmp-public", "3026 020101 0406 7075626c6963 a219 02025aa5 020110 020100 300d 300b 0607 2b060102010101 0500"),
        ("cldap", "300c 020101 6507 0a0132 0400 0400"),
        ("portmapper", "00005aa5 00000001 00000001 00000001 00000001"),  # denied
        ("portmapper", "00005aa5 00000001 00000000 00000000 00000000 00000001"),  # no such program
        ("netbios", "5aa5 8403 0000 0000 0000 0000"),
        ("mdns", "5aa5 8405 0001 0000 0000 0000"),
        ("coap", "62845aa55aa5"),
        ("coap", "70005aa5"),  # reset
        ("dns-any", "5aa5 8105 0001 0000 0000 0000"),
    ],
)
def test_refusals_are_no_data(name: str, answer: str) -> None:
    assert BY_NAME[name].read(bytes.fromhex(answer)).kind is Kind.REFUSAL


@pytest.mark.parametrize(
    ("name", "answer"),
    [("memcached", ID + bytes(6) + b"ERROR\r\n"), ("ws-discovery", b"<s:Envelope><s:Body><s:Fault/>")],
)
def test_refusals_in_words(name: str, answer: bytes) -> None:
    assert BY_NAME[name].read(answer).kind is Kind.REFUSAL


OTHERS = {
    "ntp": bytes.fromhex("24020600") + bytes(44),  # the time itself, mode 4
    "page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
    "ssh": b"SSH-2.0-OpenSSH_9.2 Debian rocks\r\n",
    "nothing": b"",
    "zeroes": bytes(512),
    "ones": b"\xff" * 512,
    "other number": b"\x12\x34" + bytes.fromhex("8180 0001 0005 0000 0000"),
}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=NAMES)
def test_foreign_answers_and_echoes_are_not_recognised(protocol: Protocol) -> None:
    for answer in (*OTHERS.values(), protocol.request, protocol.request * 5):
        assert protocol.read(answer[:512]).kind is Kind.OTHER, answer


@pytest.mark.parametrize("name", NAMES)
def test_no_protocol_takes_the_answer_of_another(name: str) -> None:
    # Plain text is a quote, and a line of characters is one of chargen: these two have no form of their own.
    taken = {n for n, answer in ANSWERS.items() if BY_NAME[name].read(answer).kind is not Kind.OTHER}
    allowed = {
        "dns-any": {"netbios", "mdns"},
        "netbios": {"dns-any", "mdns"},
        "mdns": {"dns-any", "netbios"},
        "qotd": {"ws-discovery"},
    }
    assert taken - {name} <= allowed.get(name, set())


@pytest.mark.parametrize("name", NAMES)
async def test_the_demo_services_take_the_questions(name: str) -> None:
    service = UdpService(name)  # type: ignore[arg-type]
    answers = service._answer(BY_NAME[name].request)
    assert BY_NAME[name].read(b"".join(answers)[:512]).kind is Kind.DATA


@settings(max_examples=500)
@given(st.sampled_from(NAMES), st.binary(max_size=512), st.integers(0, 512))
def test_any_octets_are_read(name: str, octets: bytes, keep: int) -> None:
    for sample in (octets, (ANSWERS[name][:keep] + octets)[:512], ANSWERS[name][:keep]):
        reading = BY_NAME[name].read(sample)
        assert len(reading.detail) <= 1000
        assert reading.detail.isprintable()


@settings(max_examples=300)
@given(st.sampled_from(NAMES), st.data())
def test_flipped_octets_are_read(name: str, data: st.DataObject) -> None:
    sample = bytearray(ANSWERS[name])
    for _flip in range(data.draw(st.integers(1, 6))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    assert BY_NAME[name].read(bytes(sample)).kind in Kind
