"""Questions to TCP services, and what their answers show."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.protocols.ports import GUARDED, PROXY_PORTS, SURVEYED, control_ports
from selfaudit.protocols.services import BY_PORT, SERVICES, Access, read
from tests.checks.tables.exposure_services import CLUSTER, HELLO, MYSQL, PING, PONG, RPC, SMB, http

BINARY = "octets that are no text"
REPLIES: dict[int, list[tuple[bytes, Access, str]]] = {
    21: [(b"220 ready\r\n", Access.GREETING, "220 ready"), (b"220 mx ESMTP\r\n", Access.OTHER, "220 mx ESMTP")],
    23: [(b"\xff\xfb\x01", Access.GREETING, ""), (b"Login: ", Access.GREETING, "Login:"), (b"\xff\xff", Access.OTHER, BINARY)],
    111: [(RPC, Access.GREETING, ""), (RPC[:15], Access.OTHER, BINARY)],
    135: [(bytes.fromhex("05000c03") + bytes(56), Access.GREETING, "")],
    139: [(b"\x82\0\0\0", Access.GREETING, ""), (b"\x83\0\0\x01\x80", Access.GREETING, ""), (b"\x83\0\0\x01\x00", Access.OTHER, BINARY)],
    445: [(SMB, Access.GREETING, "SMB 3.1.1"), (b"\0\0\0\x20\xffSMB" + bytes(28), Access.GREETING, "SMB 1")],
    873: [(b"@RSYNCD: 31.0 sha512\n", Access.GREETING, "RSYNCD: 31.0 sha512")],
    1433: [(bytes.fromhex("0401001c 00000100 00000600 06ff 0f0007d0 0000") + bytes(8), Access.GREETING, "15.0.2000")],
    1521: [(b"\0\x30\0\0\x04\0\0\0(DESCRIPTION=(VSNNUM=318767104)(ERR=0))", Access.GREETING, "19"), (b"\0\x20\0\0\x0b\0\0\0", Access.GREETING, "")],
    2049: [(RPC, Access.GREETING, "")],
    2375: [
        (PING, Access.OPEN, "Docker/24.0.7 (linux)"),
        (http("200 OK", "OK"), Access.OTHER, "HTTP/1.1 200 OK"),
        (http("200 OK", "<html>OK", "Api-Version: 1"), Access.OTHER, "HTTP/1.1 200 OK"),
        (http("403 Forbidden", ""), Access.PASSWORD, ""),
    ],
    3306: [
        (MYSQL, Access.GREETING, "8.0.36"),
        (b"\x30\0\0\0\xff\x6a\x04Host '192.0.2.1' is not allowed", Access.PASSWORD, "Host '192.0.2.1' is not allowed"),
    ],
    3389: [(bytes.fromhex("03000013 0ed00000123400 0200080002000000"), Access.GREETING, ""), (bytes.fromhex("030000130ee0"), Access.OTHER, BINARY)],
    5432: [(b"S", Access.GREETING, "TLS"), (b"N", Access.GREETING, ""), (b"E\0\0\0\x90SFATAL\0", Access.GREETING, ""), (b"SS", Access.OTHER, "SS")],
    5555: [(b"", Access.OTHER, "")],
    5900: [
        (b"RFB 003.008\n\x01\x01", Access.OPEN, "RFB 003.008"),
        (b"RFB 003.008\n\x02\x02\x10", Access.PASSWORD, "RFB 003.008"),
        (b"RFB 003.008\n\x02\x13\x01", Access.OPEN, "RFB 003.008"),
        (b"RFB 003.008\n\x00\0\0\0\x01", Access.GREETING, "RFB 003.008"),  # a failure, not a list with a 1 in it
        (b"RFB 003.008\n", Access.GREETING, "RFB 003.008"),
        (b"RFB 003.003\n\0\0\0\x01", Access.OPEN, "RFB 003.003"),
        (b"RFB 003.003\n\0\0\0\x02", Access.PASSWORD, "RFB 003.003"),
    ],
    5984: [
        (http("200 OK", '{"couchdb":"Welcome","version":"3.3.3"}'), Access.GREETING, "3.3.3"),
        (http("401 Unauthorized", "{}"), Access.PASSWORD, ""),
    ],
    6000: [(b"x\n", Access.OTHER, "x")],
    6379: [
        (PONG, Access.OPEN, ""),
        (b"-NOAUTH Authentication required.\r\n", Access.PASSWORD, "NOAUTH Authentication required."),
        (b"-DENIED Redis is running in protected mode\r\n", Access.PASSWORD, "DENIED Redis is running in protected mode"),
        (b"-ERR unknown command\r\n", Access.GREETING, "ERR unknown command"),
        (b"PING\r\n", Access.OTHER, "PING"),
    ],
    9200: [
        (CLUSTER, Access.OPEN, "shop 7.17.9"),
        (http("200 OK", '{"cluster_name":"x"}'), Access.OTHER, "HTTP/1.1 200 OK"),
        (http("401 Unauthorized", ""), Access.PASSWORD, ""),
    ],
    11211: [
        (b"VERSION 1.6.18\r\n", Access.OPEN, "1.6.18"),
        (b"CLIENT_ERROR unauthenticated\r\n", Access.PASSWORD, ""),
        (b"ERROR\r\n", Access.GREETING, ""),
        (b"version\r\n", Access.OTHER, "version"),
    ],
    27017: [(HELLO, Access.GREETING, ""), (HELLO[:20], Access.OTHER, BINARY)],
    8006: [(b"\x15\x03\x01\0\x02\x02\x46", Access.GREETING, "TLS"), (http("200 OK", "<TITLE>Log in</TITLE>"), Access.GREETING, "Log in")],
    9090: [(http("302 Found", "", "Server: Cockpit"), Access.GREETING, "Cockpit"), (b"x", Access.OTHER, "x")],
}  # fmt: skip


@pytest.mark.parametrize(("port", "reply", "access", "detail"), [(p, *case) for p, cases in REPLIES.items() for case in cases])
def test_replies(port: int, reply: bytes, access: Access, detail: str) -> None:
    reading = read(port, reply)
    assert (reading.access, reading.detail) == (access, detail)


def test_every_service_has_a_case() -> None:
    assert {s.port for s in SERVICES if s.name not in ("cpanel", "whm", "directadmin", "plesk", "webmin", "rabbitmq")} == set(
        REPLIES
    )


@pytest.mark.parametrize("port", GUARDED)
def test_ssh_is_known_everywhere_and_proves_nothing(port: int) -> None:
    assert read(port, b"SSH-2.0-OpenSSH_9.2p1\r\n").access is Access.SSH


@pytest.mark.parametrize("port", GUARDED)
def test_silence_echoes_and_web_pages_let_nobody_in(port: int) -> None:
    page = http("200 OK", "<html><title>OK</title>OK", "Server: nginx")
    for reply in (b"", BY_PORT[port].question * 3, page, b"OK\r\n", b"\xff" * 512, bytes(512)):
        assert read(port, reply[:512]).access is not Access.OPEN


def test_questions_are_small_and_their_lengths_fit() -> None:
    assert all(len(s.question) <= 110 for s in SERVICES)
    assert all(bool(s.asks) == bool(s.question) for s in SERVICES)
    smb, netbios = BY_PORT[445].question, BY_PORT[139].question
    assert struct.unpack("!I", smb[:4])[0] == len(smb) - 4
    assert struct.unpack("!H", netbios[2:4])[0] == len(netbios) - 4
    for port in (1433, 1521):
        assert BY_PORT[port].question[2 if port == 1433 else 0 :][:2] == struct.pack("!H", len(BY_PORT[port].question))
    assert struct.unpack("<i", BY_PORT[27017].question[:4])[0] == len(BY_PORT[27017].question)
    assert struct.unpack("<H", BY_PORT[135].question[8:10])[0] == len(BY_PORT[135].question)
    assert struct.unpack("!I", BY_PORT[111].question[:4])[0] & 0x7FFFFFFF == len(BY_PORT[111].question) - 4
    assert struct.unpack("!H", BY_PORT[3389].question[2:4])[0] == len(BY_PORT[3389].question)


def test_nothing_but_the_agreed_commands_is_sent() -> None:
    # Words that would log in, list or change: none of them may ever be in a question.
    everything = b"\n".join(s.question for s in SERVICES).lower()
    for word in (
        b"auth",
        b"keys",
        b"info",
        b"config",
        b"listdatabases",
        b"stats",
        b"/containers",
        b"_cat",
        b"_all_dbs",
        b"select",
    ):
        assert word not in everything, word


def test_ports() -> None:
    assert not {25, 465, 587, 53} & set(SURVEYED)
    assert list(SURVEYED) == sorted(set(SURVEYED))
    assert set(GUARDED) <= set(SURVEYED)
    assert not set(PROXY_PORTS) & set(GUARDED)


@given(st.binary(min_size=8, max_size=8))
def test_control_ports(entropy: bytes) -> None:
    low, high = control_ports(entropy)
    assert 40_000 <= low < high < 60_000


@settings(max_examples=600)
@given(st.sampled_from(GUARDED), st.binary(max_size=512), st.integers(0, 120))
def test_any_octets_are_read(port: int, octets: bytes, keep: int) -> None:
    starts = [case[0] for case in REPLIES.get(port, [])] or [http("200 OK", "<title>")]
    for reply in (octets, *((s[:keep] + octets)[:512] for s in starts)):
        reading = read(port, reply)
        assert reading.detail.isprintable()
        assert len(reading.detail) <= 1000
