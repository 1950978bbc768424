"""UDP services that answer small questions with large answers: what to ask, and what an answer says.

Each question is one packet, reads only, and is the one that abusers send, so that the ratio is theirs. The ratio of payload octets
is the bandwidth amplification factor of Rossow, "Amplification Hell", NDSS 2014, section III.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.i18n import phrase
from selfaudit.text import printable

_ID = b"\x5a\xa5"  # of every question: the socket is connected, so nobody else can answer
_DETAIL = 80


class Kind(StrEnum):
    """What came back."""

    DATA = "data"  # the service gives what it was asked for
    REFUSAL = "refusal"  # it speaks the protocol and gives nothing
    OTHER = "other"  # none of this protocol: an echo, garbage, another service


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says, and a short printable detail of it, "" for none."""

    kind: Kind
    detail: str = ""


_OTHER = Reading(Kind.OTHER)
_REFUSAL = Reading(Kind.REFUSAL)


@dataclass(frozen=True, slots=True)
class Protocol:
    """One service and its question.

    Attributes:
        name: for evidence.
        port: UDP port.
        title: in plain words.
        about: what the service is and what its answer is worth, one or two sentences.
        request: the payload.
        read: takes the first 512 octets that came back; never raises.
        discloses: the answer itself is nothing for strangers, whatever its size.
        source: where the format is laid down.
    """

    name: str
    port: int
    title: str
    about: str
    request: bytes
    read: Callable[[bytes], Reading]
    discloses: bool
    source: str


def _data(detail: str = "") -> Reading:
    return Reading(Kind.DATA, printable(detail.strip(), _DETAIL))


def _tlv(data: bytes, at: int = 0) -> tuple[int, bytes, int] | None:
    """(tag, value, where the next one begins) of BER (X.690 section 8.1); a value that was cut off is as long as it is."""
    if len(data) < at + 2:
        return None
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4 or len(data) < at + octets:
            return None
        size = int.from_bytes(data[at : at + octets])
        at += octets
    return tag, data[at : at + size], at + size


def _items(data: bytes, most: int = 8) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while len(found) < most and (item := _tlv(data, at)) is not None:
        found.append(item[:2])
        at = item[2]
    return found


def _message(sample: bytes) -> list[tuple[int, bytes]]:
    outer = _tlv(sample)
    return _items(outer[1]) if outer is not None and outer[0] == 0x30 else []


def _monlist(sample: bytes) -> Reading:
    # Response bit, mode 7, an implementation of ntpd, the same request code; then an error code or a number of entries.
    if len(sample) < 8 or not sample[0] & 0x80 or sample[0] & 7 != 7 or sample[3] != 42:
        return _OTHER
    error, entries = sample[4] >> 4, int.from_bytes(sample[4:6]) & 0xFFF
    return _data() if not error and entries else _REFUSAL


def _readvar(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[0] & 7 != 6 or sample[1] & 0x9F != 0x82 or sample[2:4] != b"\0\x01":
        return _OTHER
    if sample[1] & 0x40:
        return _REFUSAL
    version = re.search(rb'version="([^"]{1,80})"', sample)
    return _data(version[1].decode("latin-1") if version else "")


def _snmp(sample: bytes) -> Reading:
    items = _message(sample)
    if len(items) < 3 or items[0][0] != 0x02 or items[1][0] != 0x04:
        return _OTHER
    pdu, body = items[2]
    fields = _items(body)
    if pdu == 0xA8 and fields:
        return _REFUSAL
    if pdu != 0xA2 or len(fields) < 4 or fields[0] != (0x02, _ID):
        return _OTHER
    if any(fields[1][1]):
        return _REFUSAL
    bindings = _items(fields[3][1])
    binding = _items(bindings[0][1]) if bindings else []
    # "No such object" instead of a text: the community word is accepted all the same (RFC 3416 section 4.2.1).
    return _data(binding[1][1].decode("latin-1") if len(binding) > 1 and binding[1][0] == 0x04 else "")


def _ssdp(sample: bytes) -> Reading:
    if not re.match(rb"HTTP/1\.[01] 200", sample) or not re.search(rb"\r\n(ST|USN|NT)[ \t]*:", sample, re.IGNORECASE):
        return _OTHER
    server = re.search(rb"\r\nSERVER[ \t]*:([^\r\n]{0,80})", sample, re.IGNORECASE)
    return _data(server[1].decode("latin-1") if server else "")


def _memcached(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[:2] != _ID:
        return _OTHER
    if b"STAT " in sample[8:]:
        version = re.search(rb"STAT version ([^\r\n]{1,40})", sample)
        return _data(version[1].decode("latin-1") if version else "")
    return _REFUSAL if re.match(rb"(CLIENT_|SERVER_)?ERROR", sample[8:]) else _OTHER


def _cldap(sample: bytes) -> Reading:
    items = _message(sample)
    if len(items) < 2 or items[0] != (0x02, b"\x01"):
        return _OTHER
    if items[1][0] == 0x64:
        domain = re.search(rb"DC=[A-Za-z0-9-]{1,63}(?:,DC=[A-Za-z0-9-]{1,63}){0,5}", sample)
        return _data(domain[0].decode("latin-1") if domain else "")
    return _REFUSAL if items[1][0] == 0x65 else _OTHER


_PROGRAMS = {
    100_000: "portmapper",
    100_003: "nfs",
    100_005: "mountd",
    100_021: "nlockmgr",
    100_024: "status",
    100_004: "ypserv",
}


def _portmapper(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[:8] != b"\0\0" + _ID + b"\0\0\0\x01":
        return _OTHER
    if len(sample) < 28 or sample[8:12] != bytes(4) or sample[20:24] != bytes(4):
        return _REFUSAL
    names: dict[str, None] = {}
    at = 24
    while sample[at : at + 4] == b"\0\0\0\x01" and len(sample) >= at + 20:
        program = int.from_bytes(sample[at + 4 : at + 8])
        names[_PROGRAMS.get(program, str(program))] = None
        at += 20
    return _data(", ".join(names))


# RFC 864 suggests lines of neighbouring characters of a ring, with or without the space.
_RINGS = (bytes(range(32, 127)) * 2, bytes(range(33, 127)) * 2)


def _chargen(sample: bytes) -> Reading:
    lines = [line for line in re.split(rb"\r?\n", sample) if len(line) >= 16]
    return _data() if any(line[:72] in ring for line in lines for ring in _RINGS) else _OTHER


def _qotd(sample: bytes) -> Reading:
    # A character may be cut in two where the sample ends.
    text = sample.decode("utf-8", "replace").removesuffix("\ufffd")
    shown = text.strip()
    if len(shown) < 4 or " " not in shown or not all(c.isprintable() or c in "\r\n\t" for c in text) or "\ufffd" in text:
        return _OTHER
    if shown.startswith(("HTTP/", "SSH-")) or not any(c.isalpha() for c in shown):
        return _OTHER
    return _data(" ".join(shown.split()))


def _netbios(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[:2] != _ID or not sample[2] & 0x80:
        return _OTHER
    if sample[3] & 15 or sample[6:8] == bytes(2):
        return _REFUSAL
    if len(sample) < 57 or sample[12] != 32 or sample[46:48] != b"\0\x21":
        return _OTHER
    return _data(sample[57:72].decode("latin-1").rstrip(" \0"))


def _mdns(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[:2] not in (_ID, bytes(2)) or sample[2] & 0xF8 != 0x80:
        return _OTHER
    if sample[3] & 15 or sample[6:8] == bytes(2):
        return _REFUSAL
    if b"\x09_services" not in sample.lower():
        return _OTHER
    names = re.findall(rb"_[A-Za-z0-9-]{1,15}(?=[\x04\xc0])", sample)
    kinds = dict.fromkeys(n.decode("latin-1") for n in names if n.lower() not in (b"_dns-sd", b"_services", b"_tcp", b"_udp"))
    return _data(", ".join(kinds))


def _coap(sample: bytes) -> Reading:
    if len(sample) < 4 or sample[0] >> 6 != 1:
        return _OTHER
    code = sample[1] >> 5
    if sample[0] >> 4 & 3 == 3:
        return _REFUSAL if sample[1:4] == b"\0" + _ID else _OTHER
    if sample[0] & 15 != 2 or sample[4:6] != _ID or code not in (2, 4, 5):
        return _OTHER
    if code != 2:
        return _REFUSAL
    path = re.search(rb"</[ -~]{0,60}", sample)
    return _data(path[0].decode("latin-1") if path else "")


def _ws_discovery(sample: bytes) -> Reading:
    if b"ProbeMatches" in sample:
        kinds = re.search(rb"Types>([ -;=-~]{1,80})<", sample)
        return _data(kinds[1].decode("latin-1") if kinds else "")
    return _REFUSAL if b"Envelope" in sample and re.search(rb"[:<]Fault\b|/fault\b", sample) else _OTHER


def _dns(sample: bytes) -> Reading:
    if len(sample) < 12 or sample[:2] != _ID or sample[2] & 0xF8 != 0x80:
        return _OTHER
    return _REFUSAL if sample[3] & 15 else _data()


def _dns_question(name: bytes, rdtype: int, *, flags: int = 0, rdclass: int = 1, extra: bytes = b"") -> bytes:
    return _ID + struct.pack("!5H", flags, 1, 0, 0, int(bool(extra))) + name + struct.pack("!2H", rdtype, rdclass) + extra


_NODE_STATUS_NAME = b"\x20CK" + b"A" * 30 + b"\0"  # "*" in the half-octet alphabet of RFC 1001 section 14.1
_EDNS_4096 = b"\0" + struct.pack("!HHIH", 41, 4096, 0, 0)
_SOAP, _WSA, _WSD = (
    b"http://www.w3.org/2003/05/soap-envelope",
    b"http://schemas.xmlsoap.org/ws/2004/08/addressing",
    b"http://schemas.xmlsoap.org/ws/2005/04/discovery",
)
_PROBE = (
    b'<s:Envelope xmlns:s="%s" xmlns:a="%s"><s:Header><a:Action>%s/Probe</a:Action><a:MessageID>urn:uuid:'
    b"5e1fa0d1-0000-4000-8000-000000000001</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
    b'<s:Body><Probe xmlns="%s"/></s:Body></s:Envelope>'
) % (_SOAP, _WSA, _WSD, _WSD)

PROTOCOLS = (
    Protocol(
        "ntp-monlist", 123, phrase("the time server's list of its last visitors (NTP monlist)"),
        phrase("It tells who asked this server for the time, up to 600 addresses."),
        bytes((0x17, 0, 3, 42, 0, 0, 0, 0)), _monlist, True, "ntpd ntp_request.h (mode 7); CVE-2013-5211",
    ),
    Protocol(
        "ntp-readvar", 123, phrase("the status query of the time server (NTP mode 6)"),
        phrase("It tells version and operating system, and only the operator needs it. Giving the time is another question."),
        bytes((0x16, 2, 0, 1)) + bytes(8), _readvar, False, "RFC 9327 section 2",
    ),
    Protocol(
        "snmp-public", 161, phrase("device monitoring with the password “public” (SNMP)"),
        phrase("With this well-known word anybody can read processes, programs, addresses and traffic of the machine."),
        bytes.fromhex("302702010104067075626c6963a01a02025aa5020100020100300e300c06082b060102010101000500"),
        _snmp, True, "RFC 3416 section 4.2.1; RFC 3418",
    ),
    Protocol(
        "ssdp", 1900, phrase("the search for devices at home (SSDP, UPnP)"),
        phrase("It is meant for one local network and has no place on the Internet."),
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n',
        _ssdp, False, "UPnP Device Architecture 2.0 section 1.3",
    ),
    Protocol(
        "memcached", 11211, phrase("the cache memcached"),
        phrase("It has no password: strangers can read, change and delete what it holds, and use it for huge floods."),
        _ID + b"\0\0\0\x01\0\0stats\r\n", _memcached, True, "memcached doc/protocol.txt (UDP protocol); CVE-2018-1000115",
    ),
    Protocol(
        "cldap", 389, phrase("the directory of a Windows domain (CLDAP)"),
        phrase("It tells the name of the domain and of the server, and is meant for the computers of that domain."),
        bytes.fromhex("30250201016320 0400 0a0100 0a0100 020100 020100 010100 870b") + b"objectClass" + bytes.fromhex("3000"),
        _cldap, True, "RFC 4511 section 4.5.1; MS-ADTS section 3.1.1.3",
    ),
    Protocol(
        "portmapper", 111, phrase("the list of network file services (portmapper)"),
        phrase("It tells on which ports file sharing (NFS) and similar services wait."),
        b"\0\0" + _ID + struct.pack("!9I", 0, 2, 100_000, 2, 4, 0, 0, 0, 0), _portmapper, True, "RFC 1833 section 3; RFC 5531",
    ),
    Protocol(
        "chargen", 19, phrase("the character generator, a test service of the 1980s (chargen)"),
        phrase("It sends lines of characters to whoever asks, and nobody needs it any more."),
        b"\n", _chargen, False, "RFC 864",
    ),
    Protocol(
        "qotd", 17, phrase("the quote of the day, a test service of the 1980s (qotd)"),
        phrase("It sends a saying to whoever asks, and nobody needs it any more."),
        b"\n", _qotd, False, "RFC 865",
    ),
    Protocol(
        "netbios", 137, phrase("the name service of Windows networks (NetBIOS)"),
        phrase("It tells the names of the computer, its group and sometimes its users, and is meant for one local network."),
        _dns_question(_NODE_STATUS_NAME, 0x21), _netbios, True, "RFC 1002 section 4.2.17",
    ),
    Protocol(
        "mdns", 5353, phrase("the search for services in a local network (mDNS, Bonjour)"),
        phrase("It is meant for one local network and must not answer others."),
        _dns_question(b"\x09_services\x07_dns-sd\x04_udp\x05local\0", 12, rdclass=0x8001), _mdns, False,
        "RFC 6762 sections 5.4 and 11; RFC 6763 section 9",
    ),
    Protocol(
        "coap", 5683, phrase("the web protocol of small devices (CoAP)"),
        phrase("It lists what the device offers, to whoever asks."),
        b"\x52\x01" + _ID + _ID + b"\xbb.well-known\x04core", _coap, False, "RFC 7252 sections 3 and 11.3; RFC 6690",
    ),
    Protocol(
        "ws-discovery", 3702, phrase("the search for cameras, printers and Windows devices (WS-Discovery)"),
        phrase("It is meant for one local network and has no place on the Internet."),
        _PROBE, _ws_discovery, False, "WS-Discovery April 2005 section 5",
    ),
    Protocol(
        "dns-any", 53, phrase("the name server, asked for everything about the root (DNS ANY)"),
        phrase("A name server owes strangers no large answers about names that are not its own."),
        _dns_question(b"\0", 255, flags=0x0100, extra=_EDNS_4096), _dns, False, "RFC 1035 section 4.1; RFC 6891; RFC 8482",
    ),
)  # fmt: skip

BY_NAME = {p.name: p for p in PROTOCOLS}
