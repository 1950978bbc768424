"""exposure.services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from selfaudit.facts import Fact
from selfaudit.facts.exposure import PortOutcome, PortState, ServiceAnswer, Services, TcpPorts
from selfaudit.facts.vantage import ControlConnection, Port25, Position
from selfaudit.protocols.ports import GUARDED, SURVEYED
from selfaudit.protocols.services import BY_PORT
from tests.checks.build import Scenario

CHECK = "exposure.services"
ADDRESS = "192.0.2.80"
UP, C, S, U = PortOutcome.OPEN, PortOutcome.CLOSED, PortOutcome.SILENT, PortOutcome.UNREACHABLE
OUTSIDE = Position(ADDRESS, "198.51.100.7", False, ("198.51.100.7",), laboratory=True)
INSIDE = Position(ADDRESS, "192.0.2.81", False, ("192.0.2.81",))
NO_ROUTE = Position(ADDRESS, "", False, (), laboratory=True)
REACHES = Port25((ControlConnection("mx.test", "203.0.113.25", 25, "open"),), None)


def ports(
    open_ports: Iterable[int] = (), rest: PortOutcome = C, controls: Sequence[PortOutcome] = (), missing: Iterable[int] = ()
) -> TcpPorts:
    states = tuple(PortState(p, UP if p in tuple(open_ports) else rest, 10.0, "x") for p in SURVEYED if p not in tuple(missing))
    taken = tuple(PortState(41_000 + n, o) for n, o in enumerate(controls or (rest, rest)))
    return TcpPorts(ADDRESS, states, taken)


def facts(
    replies: dict[int, bytes],
    rest: PortOutcome = C,
    controls: Sequence[PortOutcome] = (),
    position: Position = OUTSIDE,
    also: Sequence[int] = (),
    missing: Sequence[int] = (),
) -> list[Fact]:
    answers = tuple(ServiceAnswer(p, BY_PORT[p].name, BY_PORT[p].asks, r.decode("latin-1"), UP) for p, r in replies.items())
    found = ports((*replies, *also), rest, controls, missing)
    return [Services(ADDRESS, answers), found, position, REACHES]


def http(status: str, body: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", body]).encode()


PONG = b"+PONG\r\n"
CLUSTER = http("200 OK", '{"name":"n","cluster_name":"shop","version":{"number":"7.17.9"}}')
PING = http("200 OK", "OK", "Api-Version: 1.43", "Server: Docker/24.0.7 (linux)")
RPC = bytes.fromhex("80000018 5aa55aa5 00000001 00000000 00000000 00000000 00000000")
HELLO = bytes.fromhex("30000000 07000000 01000000 dd070000 00000000 00") + b"\x1b\0\0\0\x08isWritablePrimary\0\x01\0"
SMB = b"\0\0\0\x80\xfeSMB" + bytes(64) + b"\x11\x03" + bytes(40)
MYSQL = b"\x4a\0\0\0\x0a8.0.36\0" + bytes(60)
BAD = {"SERVICES_CLOSED", "SERVICES_REDIS_OPEN"}

SCENARIOS = [
    Scenario("all refused", facts({}), ["SERVICES_CLOSED"], "pass", args={"count": len(GUARDED)}),
    Scenario("web, mail and SSH are no findings", facts({}, also=(22, 80, 443, 8080)), ["SERVICES_CLOSED"], "pass"),
    Scenario("redis", facts({6379: PONG}), ["SERVICES_REDIS_OPEN"], "fail", ["SERVICES_CLOSED"], {"port": 6379}),
    Scenario("elasticsearch", facts({9200: CLUSTER}), ["SERVICES_ELASTICSEARCH_OPEN"], "fail"),
    Scenario("docker", facts({2375: PING}), ["SERVICES_DOCKER_OPEN"], "fail", ["SERVICES_SOMETHING_LISTENS"]),
    Scenario("memcached", facts({11211: b"VERSION 1.6.18\r\n"}), ["SERVICES_MEMCACHED_OPEN"], "fail"),
    Scenario("vnc without a password", facts({5900: b"RFB 003.008\n\x01\x01"}), ["SERVICES_VNC_OPEN"], "fail"),
    Scenario("vnc 3.3 without a password", facts({5900: b"RFB 003.003\n\0\0\0\x01"}), ["SERVICES_VNC_OPEN"], "fail"),
    Scenario("mongodb", facts({27017: HELLO}), ["SERVICES_MONGODB_ANSWERS"], "fail"),
    Scenario("couchdb", facts({5984: http("200 OK", '{"couchdb":"Welcome","version":"3.3.3"}')}), ["SERVICES_COUCHDB_ANSWERS"], "fail"),
    Scenario("portmapper and nfs", facts({111: RPC, 2049: RPC}), ["SERVICES_RPC_ANSWERS"], "fail"),
    Scenario("x11 and adb say nothing", facts({6000: b"", 5555: b""}), ["SERVICES_SOMETHING_LISTENS"], "warn", args={"ports": ("5555", "6000")}),
    Scenario("docker says nothing", facts({2375: b""}), ["SERVICES_SOMETHING_LISTENS"], "warn", ["SERVICES_DATABASE_REACHABLE"], {"listening": ("2375 (it says nothing; usually here: the control port of Docker)",)}),
    Scenario("docker and adb take one connection and no second", facts({}, also=(2375, 5555)), ["SERVICES_SOMETHING_LISTENS"], "warn", BAD),
    Scenario("something else on their ports", facts({6000: b"hello\n", 2375: http("404 Not Found", "")}), ["SERVICES_SOMETHING_LISTENS"], "warn"),
    *(
        Scenario(f"words over no connection ({outcome}) are no evidence", [Services(ADDRESS, (ServiceAnswer(6379, "redis", "", PONG.decode(), outcome),)), ports((6379,)), OUTSIDE, REACHES], ["SERVICES_SOMETHING_LISTENS"], "warn", BAD)
        for outcome in PortOutcome
        if outcome is not UP
    ),
    Scenario("redis with a password", facts({6379: b"-NOAUTH Authentication required.\r\n"}), ["SERVICES_DATABASE_REACHABLE"], "warn", BAD),
    Scenario("elasticsearch with a password", facts({9200: http("401 Unauthorized", "{}")}), ["SERVICES_DATABASE_REACHABLE"], "warn"),
    Scenario("docker with certificates", facts({2375: http("400 Bad Request", "Client sent an HTTP request to an HTTPS server.")}), ["SERVICES_DATABASE_REACHABLE"], "warn", ["SERVICES_SOMETHING_LISTENS"]),
    Scenario("mysql and postgresql", facts({3306: MYSQL, 5432: b"N"}), ["SERVICES_DATABASE_REACHABLE"], "warn"),
    Scenario("windows", facts({139: b"\x83\0\0\x01\x82", 445: SMB}), ["SERVICES_WINDOWS_REACHABLE"], "warn", args={"ports": ("139", "445"), "port": 139}),
    Scenario("rsync", facts({873: b"@RSYNCD: 31.0\n"}), ["SERVICES_RSYNC_REACHABLE"], "warn"),
    Scenario("telnet", facts({23: b"\xff\xfd\x18login: "}), ["SERVICES_TELNET_REACHABLE"], "warn"),
    Scenario("remote desktops", facts({3389: bytes.fromhex("0300000b06d00000123400"), 5900: b"RFB 003.008\n\x01\x02"}), ["SERVICES_DESKTOP_REACHABLE"], "warn", ["SERVICES_VNC_OPEN"]),
    Scenario("ftp", facts({21: b"220 ready\r\n"}), ["SERVICES_FTP_REACHABLE"], "warn"),
    Scenario("mail on the port of ftp", facts({21: b"220 mx ESMTP\r\n"}), ["SERVICES_SOMETHING_LISTENS"], "warn", ["SERVICES_FTP_REACHABLE"]),
    Scenario("panels", facts({8006: b"\x15\x03\x03\0\x02\x02\x46", 8443: http("400 Bad Request", "<title>400</title>")}), ["SERVICES_PANELS_REACHABLE"], "warn", args={"first": 8006, "ports": ("8006", "8443")}),
    Scenario("ssh elsewhere", facts({2222: b"SSH-2.0-OpenSSH_9.2\r\n"}), ["SERVICES_SSH_ELSEWHERE", "SERVICES_CLOSED"], "pass", ["SERVICES_PANELS_REACHABLE"]),
    Scenario("took one connection and no second", facts({}, also=(6379,)), ["SERVICES_SOMETHING_LISTENS"], "warn", BAD),
    Scenario("a web page on every port is no database", facts({p: http("200 OK", "<html>OK") for p in (6379, 9200, 2375, 5984, 11211, 27017)}), ["SERVICES_SOMETHING_LISTENS"], "warn", ["SERVICES_REDIS_OPEN", "SERVICES_ELASTICSEARCH_OPEN", "SERVICES_DOCKER_OPEN", "SERVICES_MEMCACHED_OPEN", "SERVICES_COUCHDB_ANSWERS", "SERVICES_MONGODB_ANSWERS"]),
    Scenario("a firewall drops", facts({}, S, also=(443,)), ["SERVICES_NO_ANSWER"], "inconclusive", ["SERVICES_CLOSED"], {"count": len(GUARDED)}),
    Scenario("a firewall prohibits", facts({}, U, also=(443,)), ["SERVICES_NO_ANSWER"], "inconclusive", ["SERVICES_CLOSED"]),
    Scenario("not all tried", facts({}, missing=(8006,)), ["SERVICES_NO_ANSWER"], "inconclusive", ["SERVICES_CLOSED"], {"count": 1}),
    Scenario("a finding and silence", facts({21: b"220 ready\r\n"}, S), ["SERVICES_FTP_REACHABLE", "SERVICES_REST_SILENT"], "warn", ["SERVICES_NO_ANSWER"]),
    Scenario("every port is open", facts({6000: b"", 5432: b"N"}, UP, (UP, UP)), ["SERVICES_EVERY_PORT_OPEN"], "inconclusive", ["SERVICES_DATABASE_REACHABLE", "SERVICES_SOMETHING_LISTENS"]),
    Scenario("every port is open, and redis is proven", facts({6379: PONG}, UP, (UP, UP)), ["SERVICES_EVERY_PORT_OPEN", "SERVICES_REDIS_OPEN"], "fail"),
    Scenario("one random port is a coincidence", facts({}, C, (UP, C)), ["SERVICES_CLOSED"], "pass", ["SERVICES_EVERY_PORT_OPEN"]),
    Scenario("this network refuses for others", facts({}, also=(443,), position=replace(OUTSIDE, refuses=("tcp",))), ["SERVICES_NO_ANSWER"], "inconclusive", ["SERVICES_CLOSED"]),
    Scenario("from inside nothing counts", facts({6379: PONG}, position=INSIDE), ["SERVICES_INSIDE"], "inconclusive", ["SERVICES_REDIS_OPEN"]),
    Scenario("no route", facts({}, S, position=NO_ROUTE), ["SERVICES_NO_ROUTE"], "inconclusive", ["SERVICES_NO_ANSWER"]),
    Scenario("cut off", facts({}, U), ["SERVICES_CUT_OFF"], "inconclusive", ["SERVICES_NO_ANSWER"]),
    Scenario("switched off", facts({}, S), ["SERVICES_HOST_SILENT"], "inconclusive", ["SERVICES_NO_ANSWER"]),
    Scenario("hostile words", facts({21: b"220 \x1b[2J\xe2\x80\xaeevil {address}\r\n"}), ["SERVICES_FTP_REACHABLE"], "warn", args={"detail": "It says: “220 \\x1b[2J\\u202eevil {address}”."}),
]  # fmt: skip
