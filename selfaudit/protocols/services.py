"""TCP services that strangers have no business with: the smallest question that changes nothing, and what its answer shows.

Nothing here logs in, lists or reads data. Where even the smallest question would be more than a greeting, nothing is sent.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.i18n import phrase
from selfaudit.protocols.ports import GUARDED
from selfaudit.text import printable

_DETAIL = 80
_BINARY = phrase("octets that are no text")
_XID = b"\x5a\xa5\x5a\xa5"


class Access(StrEnum):
    """What an answer shows."""

    OPEN = "open"  # anybody is let in: a command was carried out that comes after the login
    PASSWORD = "password"  # noqa: S105 - the service says that it wants one
    GREETING = "greeting"  # the service is there; whether it wants a password was not tried
    SSH = "ssh"  # a login server, which is meant to be reached
    OTHER = "other"  # not this service, or no answer


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer shows, and a short printable detail such as the version, "" for none."""

    access: Access
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One service and its question.

    Attributes:
        port: TCP port.
        name: for evidence.
        title: in plain words.
        asks: the question in words, "" if only a greeting is waited for.
        question: the octets.
        read: takes the first 512 octets of the answer; never raises.
        source: where the format is laid down.
    """

    port: int
    name: str
    title: str
    asks: str
    question: bytes
    read: Callable[[bytes], Reading]
    source: str


def read(port: int, reply: bytes) -> Reading:
    """What an answer on a port shows; never raises."""
    if reply.startswith(b"SSH-"):
        return Reading(Access.SSH, _first_line(reply))
    service = BY_PORT.get(port)
    return service.read(reply) if service else _other(reply)


def _reading(access: Access, detail: str = "") -> Reading:
    return Reading(access, printable(" ".join(detail.split()), _DETAIL))


def _text(match: re.Match[bytes] | None) -> str:
    return match[1].decode("utf-8", "replace") if match else ""


def _first_line(reply: bytes) -> str:
    lines = reply.strip().splitlines()
    if not lines:
        return _BINARY if reply else ""
    text = lines[0].decode("utf-8", "replace")
    odd = sum(not c.isprintable() or c == "\ufffd" for c in text)
    return _BINARY if odd * 4 > len(text) else printable(text, _DETAIL)


def _other(reply: bytes) -> Reading:
    return Reading(Access.OTHER, _first_line(reply))


def _http(reply: bytes) -> tuple[int, bytes, bytes]:
    """(status, head, body); status 0 if it is no HTTP."""
    match = re.match(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b", reply)
    if match is None:
        return 0, b"", b""
    head, _end, body = reply.partition(b"\r\n\r\n")
    return int(match[1]), head, body


def _ftp(reply: bytes) -> Reading:
    if re.match(rb"[1-5][0-9]{2}[ -]", reply) and not re.search(rb"E?SMTP", reply[:200]):
        return _reading(Access.GREETING, _first_line(reply))
    return _other(reply)


def _telnet(reply: bytes) -> Reading:
    if re.match(rb"\xff[\xfb-\xfe]", reply):
        return _reading(Access.GREETING)
    if re.search(rb"(login|username|password) ?:", reply, re.IGNORECASE):
        return _reading(Access.GREETING, _first_line(reply))
    return _other(reply)


def _rpc(reply: bytes) -> Reading:
    # Record mark, then our number and "reply" (RFC 5531 sections 9 and 11).
    if len(reply) >= 16 and reply[0] & 0x80 and reply[4:8] == _XID and reply[8:12] == b"\0\0\0\x01":
        return _reading(Access.GREETING)
    return _other(reply)


def _dce(reply: bytes) -> Reading:
    return _reading(Access.GREETING) if len(reply) >= 16 and re.match(rb"\x05\x00[\x0c\x0d]", reply) else _other(reply)


def _netbios(reply: bytes) -> Reading:
    return _reading(Access.GREETING) if re.match(rb"\x82\0\0\0|\x83\0\0\x01[\x80-\x8f]|\x84\0\0\x06", reply) else _other(reply)


def _smb(reply: bytes) -> Reading:
    if reply[4:8] == b"\xfeSMB" and len(reply) >= 74:
        dialect = int.from_bytes(reply[72:74], "little")
        return _reading(Access.GREETING, f"SMB {dialect >> 8}.{dialect >> 4 & 15}.{dialect & 15}")
    return _reading(Access.GREETING, "SMB 1") if reply[4:8] == b"\xffSMB" else _other(reply)


def _rsync(reply: bytes) -> Reading:
    return _reading(Access.GREETING, _first_line(reply)[1:]) if reply.startswith(b"@RSYNCD:") else _other(reply)


def _mssql(reply: bytes) -> Reading:
    if len(reply) < 14 or reply[:2] != b"\x04\x01" or not 14 <= int.from_bytes(reply[2:4]) <= 512 or reply[8] != 0:
        return _other(reply)
    at = 8 + int.from_bytes(reply[9:11])
    version = reply[at : at + 4]
    detail = f"{version[0]}.{version[1]}.{int.from_bytes(version[2:4])}" if len(version) == 4 else ""
    return _reading(Access.GREETING, detail)


def _oracle(reply: bytes) -> Reading:
    if len(reply) < 8 or reply[2:4] != b"\0\0" or reply[4] not in (2, 4, 5, 11) or not 8 <= int.from_bytes(reply[:2]) <= 4096:
        return _other(reply)
    number = re.search(rb"VSNNUM=([0-9]{1,10})\)", reply)
    return _reading(Access.GREETING, str(int(number[1]) >> 24) if number and int(number[1]) else "")


def _docker(reply: bytes) -> Reading:
    status, head, body = _http(reply)
    ours = re.search(rb"\r\n(?:(?:Libpod-)?Api-Version:|Docker-|Server: Docker/)", head, re.IGNORECASE)
    if status == 200 and body.strip() == b"OK" and ours:
        return _reading(Access.OPEN, _text(re.search(rb"\r\nServer:([^\r\n]{1,80})", head, re.IGNORECASE)))
    if status in (401, 403) or b"HTTP request to an HTTPS server" in body:
        return _reading(Access.PASSWORD)
    return _other(reply)


def _mysql(reply: bytes) -> Reading:
    if len(reply) < 8 or reply[3] != 0 or not 4 <= int.from_bytes(reply[:3], "little") <= 1024:
        return _other(reply)
    if reply[4] == 10 and (version := re.match(rb"([ -~]{1,80})\0", reply[5:])):
        return _reading(Access.GREETING, _text(version))
    if reply[4] == 0xFF:
        return _reading(Access.PASSWORD, reply[7:].decode("utf-8", "replace"))
    return _other(reply)


def _rdp(reply: bytes) -> Reading:
    if len(reply) >= 7 and reply[:2] == b"\x03\0" and int.from_bytes(reply[2:4]) >= 7 and reply[5] & 0xF0 == 0xD0:
        return _reading(Access.GREETING)
    return _other(reply)


def _postgres(reply: bytes) -> Reading:
    if reply in (b"S", b"N") or re.match(rb"E\0\0[\0-\x07].S", reply, re.DOTALL):
        return _reading(Access.GREETING, "TLS" if reply == b"S" else "")
    return _other(reply)


def _vnc(reply: bytes) -> Reading:
    greeting = re.match(rb"(RFB [0-9]{3}\.[0-9]{3})\n", reply)
    if greeting is None:
        return _other(reply)
    version, rest = _text(greeting), reply[12:]
    if version <= "RFB 003.006":
        # The server alone decides, in 32 bits (RFC 6143 section 7.1.2 on version 3.3).
        kinds = {int.from_bytes(rest[:4])} if len(rest) >= 4 else set()
    else:
        kinds = set(rest[1 : 1 + rest[0]]) if rest else set()
    if 1 in kinds:
        return _reading(Access.OPEN, version)
    return _reading(Access.PASSWORD if kinds - {0} else Access.GREETING, version)


def _couchdb(reply: bytes) -> Reading:
    status, _head, body = _http(reply)
    if status == 200 and re.search(rb'"couchdb"\s*:\s*"Welcome"', body):
        return _reading(Access.GREETING, _text(re.search(rb'"version"\s*:\s*"([^"]{1,40})"', body)))
    return _reading(Access.PASSWORD) if status in (401, 403) else _other(reply)


def _nothing(reply: bytes) -> Reading:
    return _other(reply)


def _redis(reply: bytes) -> Reading:
    if reply.startswith(b"+PONG\r\n"):
        return _reading(Access.OPEN)
    if re.match(rb"-(NOAUTH|DENIED|NOPERM|WRONGPASS|ERR operation not permitted)\b", reply):
        return _reading(Access.PASSWORD, _first_line(reply)[1:])
    return _reading(Access.GREETING, _first_line(reply)[1:]) if re.match(rb"-[A-Z]{3,20} ", reply) else _other(reply)


def _elasticsearch(reply: bytes) -> Reading:
    status, head, body = _http(reply)
    known = re.search(rb'"(cluster_uuid|lucene_version|tagline|number)"', body) or b"x-elastic-product" in head.lower()
    if status == 200 and known and (cluster := re.search(rb'"cluster_name"\s*:\s*"([^"]{0,60})"', body)):
        version = _text(re.search(rb'"number"\s*:\s*"([^"]{1,20})"', body))
        return _reading(Access.OPEN, f"{_text(cluster)} {version}")
    return _reading(Access.PASSWORD) if status in (401, 403) else _other(reply)


def _memcached(reply: bytes) -> Reading:
    if version := re.match(rb"VERSION ([^\r\n]{1,40})\r\n", reply):
        return _reading(Access.OPEN, _text(version))
    if re.match(rb"CLIENT_ERROR unauth|CLIENT_ERROR auth", reply):
        return _reading(Access.PASSWORD)
    return _reading(Access.GREETING) if re.match(rb"(CLIENT_|SERVER_)?ERROR\b", reply) else _other(reply)


def _mongodb(reply: bytes) -> Reading:
    # A reply to our number in the same form (opcode 2013), with the words that only "hello" brings.
    if len(reply) < 26 or reply[8:16] != struct.pack("<ii", 1, 2013):
        return _other(reply)
    if not re.search(rb"maxWireVersion|isWritablePrimary|ismaster|maxBsonObjectSize", reply):
        return _other(reply)
    return _reading(Access.GREETING, _text(re.search(rb"\x02setName\0.{4}([ -~]{1,60})\0", reply, re.DOTALL)))


def _panel(reply: bytes) -> Reading:
    if reply.startswith((b"\x15\x03", b"\x16\x03")):
        return _reading(Access.GREETING, "TLS")
    status, head, body = _http(reply)
    if not status:
        return _other(reply)
    title = _text(re.search(rb"<title[^>]{0,40}>\s*([^<]{1,80})", body, re.IGNORECASE))
    return _reading(Access.GREETING, title or _text(re.search(rb"\r\nServer:([^\r\n]{1,80})", head, re.IGNORECASE)))


def _get(path: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.0\r\nConnection: close\r\n\r\n"


def _rpc_null(program: int, version: int) -> bytes:
    """Procedure 0, which does nothing (RFC 5531 section 12.1), without credentials, as one record."""
    call = _XID + struct.pack("!9I", 0, 2, program, version, 0, 0, 0, 0, 0)
    return struct.pack("!I", 0x80000000 | len(call)) + call


def _netbios_name(name: bytes, suffix: int) -> bytes:
    """A name in the half-octet alphabet (RFC 1001 section 14.1)."""
    octets = name.ljust(15) + bytes([suffix])
    return b"\x20" + bytes(0x41 + half for o in octets for half in (o >> 4, o & 15)) + b"\0"


_NETBIOS_NAMES = _netbios_name(b"*SMBSERVER", 0x20) + _netbios_name(b"SELFAUDIT", 0)
_MAPPER = uuid.UUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa").bytes_le + struct.pack("<I", 3)
_NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<I", 2)
_DCE_BIND = (
    struct.pack("<BBBBIHHI", 5, 0, 11, 3, 0x10, 72, 0, 1) + struct.pack("<HHIIHBB", 4280, 4280, 0, 1, 0, 1, 0) + _MAPPER + _NDR
)
_SMB2 = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16s", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, bytes(16))
_SMB2_NEGOTIATE = _SMB2 + struct.pack("<HHHHI16sQHH", 36, 2, 1, 0, 0, bytes(16), 0, 0x0202, 0x0210)
# Options: version, encryption "not supported here", instance "", thread 0; their data follows the list.
_PRELOGIN = b"".join(
    struct.pack("!BHH", o, at, size) for o, at, size in ((0, 21, 6), (1, 27, 1), (2, 28, 1), (3, 29, 4))
) + b"\xff" + bytes(6) + b"\x02\0" + bytes(4)  # fmt: skip
_TNS_PING = b"(CONNECT_DATA=(COMMAND=ping))"
_TNS = struct.pack(
    "!HHBBH HHHHHHHHHHIBB24s", 58 + len(_TNS_PING), 0, 1, 0, 0, 310, 300, 0, 2048, 32767, 0x7F08, 0, 1, len(_TNS_PING), 58, 0,
    0, 0, bytes(24),
)  # fmt: skip
_HELLO = b"\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0"
_OP_MSG = bytes(5) + struct.pack("<i", len(_HELLO) + 4) + _HELLO
_FRONT = phrase("the front page, GET /")
_NULL = phrase("procedure 0, which does nothing")

SERVICES = (
    Service(21, "ftp", phrase("file transfer (FTP)"), "", b"", _ftp, "RFC 959 section 5.4"),
    Service(23, "telnet", phrase("remote control without encryption (Telnet)"), "", b"", _telnet, "RFC 854"),
    Service(111, "portmapper", phrase("the list of network file services (portmapper)"), _NULL, _rpc_null(100_000, 2), _rpc, "RFC 1833"),
    Service(135, "msrpc", phrase("Windows remote procedures (MSRPC)"), phrase("bind to the endpoint mapper"), _DCE_BIND, _dce, "MS-RPCE section 2.2.2; C706 chapter 12"),
    Service(
        139, "netbios", phrase("Windows file sharing (NetBIOS session)"), phrase("session request"),
        b"\x81\0" + struct.pack("!H", len(_NETBIOS_NAMES)) + _NETBIOS_NAMES, _netbios, "RFC 1002 section 4.3",
    ),
    Service(
        445, "smb", phrase("Windows file sharing (SMB)"), phrase("which versions it speaks (SMB2 NEGOTIATE)"),
        struct.pack("!I", len(_SMB2_NEGOTIATE)) + _SMB2_NEGOTIATE, _smb, "MS-SMB2 sections 2.2.1.2, 2.2.3 and 2.2.4",
    ),
    Service(873, "rsync", phrase("file copying (rsync)"), "", b"", _rsync, "rsync csprotocol.txt"),
    Service(
        1433, "mssql", phrase("the database Microsoft SQL Server"), phrase("which version it has (PRELOGIN)"),
        struct.pack("!BBHHBB", 0x12, 1, 8 + len(_PRELOGIN), 0, 1, 0) + _PRELOGIN, _mssql, "MS-TDS sections 2.2.3.1 and 2.2.6.5",
    ),
    Service(1521, "oracle", phrase("the database Oracle"), phrase("listener, are you there (tnsping)"), _TNS + _TNS_PING, _oracle, "Oracle Net Services, TNS CONNECT"),
    Service(2049, "nfs", phrase("network file sharing (NFS)"), _NULL, _rpc_null(100_003, 3), _rpc, "RFC 1813 section 3.3.0"),
    Service(2375, "docker", phrase("the control port of Docker"), phrase("are you there, GET /_ping"), _get(b"/_ping"), _docker, "Docker Engine API, SystemPing"),
    Service(3306, "mysql", phrase("the database MySQL or MariaDB"), "", b"", _mysql, "MySQL Internals, Protocol::HandshakeV10"),
    Service(
        3389, "rdp", phrase("the Windows remote desktop (RDP)"), phrase("connection request without a user"),
        bytes.fromhex("03000013 0ee00000000000 0100080003000000"), _rdp, "MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2",
    ),
    Service(5432, "postgresql", phrase("the database PostgreSQL"), phrase("do you speak TLS (SSLRequest)"), struct.pack("!II", 8, 80_877_103), _postgres, "PostgreSQL manual, Message Formats"),
    Service(5555, "adb", phrase("the debugging port of Android (adb)"), "", b"", _nothing, "Android platform, adb protocol.txt"),
    Service(5900, "vnc", phrase("a remote desktop (VNC)"), phrase("which ways to log in it has"), b"RFB 003.008\n", _vnc, "RFC 6143 section 7.1"),
    Service(5984, "couchdb", phrase("the database CouchDB"), _FRONT, _get(b"/"), _couchdb, "Apache CouchDB API, GET /"),
    Service(6000, "x11", phrase("a screen and keyboard (X11)"), "", b"", _nothing, "X Window System Protocol, section 8"),
    Service(6379, "redis", phrase("the database and cache Redis"), phrase("the command PING"), b"PING\r\n", _redis, "Redis protocol specification; PING"),
    Service(9200, "elasticsearch", phrase("the search database Elasticsearch or OpenSearch"), _FRONT, _get(b"/"), _elasticsearch, "Elasticsearch API, GET /"),
    Service(11211, "memcached", phrase("the cache memcached"), phrase("the command version"), b"version\r\n", _memcached, "memcached doc/protocol.txt"),
    Service(
        27017, "mongodb", phrase("the database MongoDB"), phrase("the command hello"),
        struct.pack("<iiii", 16 + len(_OP_MSG), 1, 0, 2013) + _OP_MSG, _mongodb, "MongoDB wire protocol, OP_MSG; hello",
    ),
    *(
        Service(port, name, title, _FRONT, _get(b"/"), _panel, "RFC 9112")
        for port, name, title in (
            (2082, "cpanel", phrase("the control panel cPanel, without encryption")),
            (2083, "cpanel", phrase("the control panel cPanel")),
            (2086, "whm", phrase("the control panel WHM, without encryption")),
            (2087, "whm", phrase("the control panel WHM")),
            (2222, "directadmin", phrase("the control panel DirectAdmin")),
            (8006, "proxmox", phrase("the virtual machines of Proxmox")),
            (8443, "plesk", phrase("the control panel Plesk, or another web page")),
            (9090, "cockpit", phrase("the control panel Cockpit, or Prometheus")),
            (10000, "webmin", phrase("the control panel Webmin")),
            (15672, "rabbitmq", phrase("the control panel of RabbitMQ")),
        )
    ),
)  # fmt: skip

BY_PORT = {s.port: s for s in SERVICES}
assert tuple(sorted(BY_PORT)) == GUARDED
