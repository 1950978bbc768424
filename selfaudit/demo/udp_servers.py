"""UDP services that strangers abuse for amplification, each answering the proper request of its protocol and no other."""

from __future__ import annotations

import asyncio
import re
import struct
import time
from collections.abc import Callable
from typing import Literal, Self, cast, get_args

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

_Time = Literal["ntp-monlist", "ntp-readvar", "ntp-plain"]
_Names = Literal["netbios", "mdns", "dns-any", "cldap", "portmapper"]
_Things = Literal["snmp-public", "ssdp", "coap", "ws-discovery"]
_Old = Literal["memcached", "chargen", "qotd"]
_Honest = Literal[_Time, _Names, _Things, _Old]
UdpKind = Literal[_Honest, "echo", "foreign", "flood"]

_FLOOD = 200
_EPOCH = 2_208_988_800


def _ntp_plain(data: bytes) -> list[bytes]:
    """RFC 5905 section 7.3: client (3) to server (4)."""
    if len(data) < 48 or data[0] & 7 != 3:
        return []
    now = time.time() + _EPOCH
    stamp = struct.pack("!II", int(now), int((now % 1) * 2**32))
    head = struct.pack("!BBBbII4s", data[0] & 0x38 | 4, 2, 6, -20, 0, 0, b"DEMO")
    return [head + stamp + data[40:48] + stamp + stamp]


def _ntp_monlist(data: bytes) -> list[bytes]:
    """Mode 7 of ntpd: MON_GETLIST_1 (42), 72 bytes for each client, six to a datagram."""
    if len(data) < 8 or data[0] & 0x87 != 7 or data[3] != 42:
        return _ntp_plain(data)
    clients = [
        struct.pack("!IIIIIIIHBBI36x", 64, n, 0, 9 + n, 0xCB007100 + n, 0xC6336419, 1, 123, 3, 4, 0) for n in range(1, 15)
    ]
    out = []
    for number, start in enumerate(range(0, len(clients), 6)):
        items = clients[start : start + 6]
        more = 0x40 if start + 6 < len(clients) else 0
        head = struct.pack("!BBBBHH", 0x80 | more | data[0] & 0x38 | 7, number, data[2], 42, len(items), 72)
        out.append(head + b"".join(items))
    return out


def _ntp_readvar(data: bytes) -> list[bytes]:
    """Mode 6 (RFC 9327 section 2), READVAR (2) of association 0."""
    if len(data) < 12 or data[0] & 7 != 6 or data[1] & 0x9F != 2:
        return _ntp_plain(data)
    text = (
        b'version="ntpd 4.2.6p5@1.2349-o Mon Mar 16 14:53:03 UTC 2015 (1)", processor="x86_64", '
        b'system="Linux/2.6.32-642.el6.x86_64", leap=0, stratum=3, precision=-23, rootdelay=12.310, rootdisp=34.025, '
        b"refid=192.0.2.123, reftime=0xe9a1c0de.5c28f5c2, clock=0xe9a1c1f0.3d70a3d7, peer=24571, tc=10, mintc=3, "
        b"offset=0.211, frequency=-14.203, sys_jitter=0.310, clk_jitter=0.104, clk_wander=0.012\r\n"
    )
    head = struct.pack("!BB2sHHHH", data[0] & 0x38 | 6, 0x82, data[2:4], 0x0618, 0, 0, len(text))
    return [head + text + bytes(-len(text) % 4)]


def _tlv(tag: int, *parts: bytes) -> bytes:
    """One element of BER (X.690 section 8.1)."""
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack("!H", len(body))
    return bytes([tag]) + size + body


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """The elements of BER that lie side by side; ValueError if they do not fill the bytes."""
    out, at = [], 0
    while at < len(data):
        tag, size = data[at], int.from_bytes(data[at + 1 : at + 2], "big")
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + size > len(data):
            raise ValueError("truncated BER")
        out.append((tag, data[at : at + size]))
        at += size
    return out


def _snmp(data: bytes) -> list[bytes]:
    """SNMPv2c (RFC 1901, RFC 3416 section 4.2.1): GetRequest with the community "public"; only sysDescr.0 exists."""
    [(_sequence, message)] = _elements(data)
    [(_integer, version), (_string, community), (kind, pdu)] = _elements(message)
    if version != b"\x01" or community != b"public" or kind != 0xA0:
        return []
    [(_id, number), _status, _index, (_list, bindings)] = _elements(pdu)
    answers = []
    for _tag, binding in _elements(bindings):
        name = _elements(binding)[0][1]
        text = b"Linux shop 4.9.0-19-amd64 #1 SMP Debian 4.9.320-2 (2022-06-30) x86_64"
        known = name == bytes.fromhex("2b06010201010100")
        answers.append(_tlv(0x30, _tlv(6, name), _tlv(4, text) if known else _tlv(0x80)))
    response = _tlv(0xA2, _tlv(2, number), _tlv(2, b"\0"), _tlv(2, b"\0"), _tlv(0x30, *answers))
    return [_tlv(0x30, _tlv(2, version), _tlv(4, community), response)]


def _cldap(data: bytes) -> list[bytes]:
    """RFC 4511 section 4.5 over UDP: a search of the empty name with scope base gives the root entry."""
    [(_sequence, message)] = _elements(data)
    (_integer, number), (kind, request), *_controls = _elements(message)
    if kind != 0x63 or [v for _tag, v in _elements(request)[:2]] != [b"", b"\0"]:
        return []
    base = b"DC=blumenhof,DC=example"
    values = {
        b"defaultNamingContext": [base],
        b"namingContexts": [base, b"CN=Configuration," + base, b"CN=Schema,CN=Configuration," + base],
        b"dnsHostName": [b"dc1.blumenhof.example"],
        b"supportedLDAPVersion": [b"3", b"2"],
        b"supportedCapabilities": [b"1.2.840.113556.1.4." + x for x in (b"800", b"1670", b"1791", b"1935", b"2080")],
        b"supportedSASLMechanisms": [b"GSSAPI", b"GSS-SPNEGO", b"EXTERNAL", b"DIGEST-MD5"],
    }
    attributes = [_tlv(0x30, _tlv(4, k), _tlv(0x31, *(_tlv(4, x) for x in v))) for k, v in values.items()]
    entry = _tlv(0x30, _tlv(2, number), _tlv(0x64, _tlv(4), _tlv(0x30, *attributes)))
    return [entry + _tlv(0x30, _tlv(2, number), _tlv(0x65, _tlv(10, b"\0"), _tlv(4), _tlv(4)))]


def _portmapper(data: bytes) -> list[bytes]:
    """RPC (RFC 5531 section 9) to the port mapper (RFC 1833 section 3): DUMP (4)."""
    number, kind, rpc, program, version, procedure = struct.unpack("!6I", data[:24])
    if (kind, rpc, program, version, procedure) != (0, 2, 100_000, 2, 4):
        return []
    ports = {100_000: 111, 100_003: 2049, 100_005: 20_048, 100_021: 38_725, 100_024: 41_903}
    entries = [struct.pack("!5I", 1, p, v, t, port) for p, port in ports.items() for v in (2, 3) for t in (6, 17)]
    return [struct.pack("!6I", number, 1, 0, 0, 0, 0) + b"".join(entries) + struct.pack("!I", 0)]


def _memcached(data: bytes) -> list[bytes]:
    """The frame of memcached's protocol.txt (request, sequence, total, 0) around the text protocol."""
    number, _sequence, total, _reserved = struct.unpack("!4H", data[:8])
    if total != 1 or data[8:].strip() not in (b"stats", b"version"):
        return []
    text = "VERSION 1.4.15\r\n"
    if data[8:].strip() == b"stats":
        names = "curr_connections total_connections cmd_get cmd_set get_hits get_misses bytes_read bytes_written curr_items"
        lines = ["pid 811", "uptime 4183920", "version 1.4.15", *(f"{n} {i * 7919}" for i, n in enumerate(names.split(), 3))]
        text = "".join(f"STAT {x}\r\n" for x in lines) + "END\r\n"
    return [struct.pack("!4H", number, 0, 1, 0) + text.encode()]


def _ssdp(data: bytes) -> list[bytes]:
    """UPnP Device Architecture 1.1 section 1.3: an answer for each matching target of M-SEARCH."""
    text = data.decode("latin-1")
    wanted = re.search(r"^ST:[ \t]*(\S+)", text, re.MULTILINE | re.IGNORECASE)
    if not text.startswith("M-SEARCH * HTTP/1.1\r\n") or "ssdp:discover" not in text or wanted is None:
        return []
    uuid = "uuid:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
    targets = ["upnp:rootdevice", uuid, "urn:schemas-upnp-org:device:InternetGatewayDevice:1"]
    if wanted[1] != "ssdp:all":
        targets = [t for t in targets if t == wanted[1]]
    lines = "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://192.0.2.1:49152/rootDesc.xml\r\n"
    lines += "SERVER: Linux/3.10 UPnP/1.0 MiniUPnPd/1.9\r\n"
    return [f"{lines}ST: {t}\r\nUSN: {uuid}{'' if t == uuid else '::' + t}\r\n\r\n".encode() for t in targets]


def _coap(data: bytes) -> list[bytes]:
    """CoAP (RFC 7252 section 3): GET of /.well-known/core gives links (RFC 6690)."""
    first, code, number = struct.unpack("!BBH", data[:4])
    token = data[4 : 4 + (first & 15)]
    path = b"\xbb.well-known\x04core"
    if first >> 6 != 1 or first & 15 > 8 or code != 1 or not data[4 + len(token) :].startswith(path):
        return []
    kind = 2 if first >> 4 & 3 == 0 else 1  # confirmable gets an acknowledgement, else non-confirmable
    links = b'</.well-known/core>;ct=40,</sensors/temp>;rt="temperature";if="sensor",</sensors/light>;rt="light";if="sensor"'
    return [struct.pack("!BBH", 0x40 | kind << 4 | len(token), 0x45, number) + token + b"\xc1\x28\xff" + links]


def _netbios(data: bytes) -> list[bytes]:
    """RFC 1002 sections 4.2.17 and 4.2.18: node status of the name "*"."""
    number, flags, count = struct.unpack("!HHH", data[:6])
    question = b"\x20CK" + b"A" * 30 + b"\0"
    if flags & 0x8000 or count != 1 or data[12:] != question + b"\0\x21\0\x01":
        return []
    names = [(b"SHOP", 0, 0x0400), (b"WORKGROUP", 0, 0x8400), (b"SHOP", 0x20, 0x0400)]
    listed = b"".join(struct.pack("!15sBH", n.ljust(15), suffix, bits) for n, suffix, bits in names)
    status = bytes([len(names)]) + listed + bytes.fromhex("02004c4f4f50") + bytes(40)
    return [struct.pack("!6H", number, 0x8400, 0, 1, 0, 0) + question + struct.pack("!HHIH", 0x21, 1, 0, len(status)) + status]


def _mdns(data: bytes) -> list[bytes]:
    """Multicast DNS asked by unicast (RFC 6762 section 6.7): the list of services (RFC 6763 section 9)."""
    query = dns.message.from_wire(data)
    wanted = dns.name.from_text("_services._dns-sd._udp.local.")
    if query.flags & dns.flags.QR or [(q.name, q.rdtype) for q in query.question] != [(wanted, dns.rdatatype.PTR)]:
        return []
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    services = [f"_{x}._tcp.local." for x in ("workstation", "ssh", "sftp-ssh", "smb", "http", "ipp", "printer", "airplay")]
    response.answer = [dns.rrset.from_text_list(wanted, 10, "IN", "PTR", services)]
    return [response.to_wire()]


def _dns_any(data: bytes) -> list[bytes]:
    """A name server that gives everything for ANY (what RFC 8482 advises against), cut to what the client can take."""
    query = dns.message.from_wire(data)
    if query.flags & dns.flags.QR or [q.rdtype for q in query.question] != [dns.rdatatype.ANY]:
        return []
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    name = query.question[0].name
    texts = [f'"{n:02d}-{"x" * 200}"' for n in range(15)]
    addresses = [f"192.0.2.{n}" for n in range(1, 9)]
    response.answer = [
        dns.rrset.from_text_list(name, 3600, "IN", "A", addresses),
        dns.rrset.from_text_list(name, 3600, "IN", "TXT", texts),
    ]
    return [response.to_wire(max_size=max(query.payload, 512), prefer_truncation=True)]


def _ws_discovery(data: bytes) -> list[bytes]:
    """WS-Discovery (2005/04, as cameras speak it): ProbeMatches for a Probe."""
    text = data.decode("utf-8", "replace")
    number = re.search(r"<(?:\w+:)?MessageID[^>]*>\s*([\w:.-]{1,100})\s*<", text)
    if number is None or not re.search(r"<(?:\w+:)?Probe[\s/>]", text):
        return []
    ns = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    wsa = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
    own = "urn:uuid:5f5a69c2-e0ae-504f-829b-00fcfe8b3a10"
    return [
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{wsa}" '
        f'xmlns:d="{ns}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:MessageID>{own}</a:MessageID><a:RelatesTo>{number[1]}</a:RelatesTo>'
        f"<a:Action>{ns}/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
        f"<a:Address>{own}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>"
        f"<d:XAddrs>http://192.0.2.40/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
        f"</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>".encode()
    ]


def _chargen(_data: bytes) -> list[bytes]:
    """RFC 864: up to 512 characters for any datagram."""
    ring = bytes(range(33, 127)) * 2
    return [b"".join(ring[n : n + 72] + b"\r\n" for n in range(6))]


def _qotd(_data: bytes) -> list[bytes]:
    """RFC 865: a quote for any datagram."""
    return [b'"The flowers of late winter and early spring occupy places in our hearts well out of proportion."\r\n']


_ANSWERERS: dict[str, Callable[[bytes], list[bytes]]] = {
    "ntp-monlist": _ntp_monlist,
    "ntp-readvar": _ntp_readvar,
    "ntp-plain": _ntp_plain,
    "snmp-public": _snmp,
    "ssdp": _ssdp,
    "memcached": _memcached,
    "cldap": _cldap,
    "portmapper": _portmapper,
    "chargen": _chargen,
    "qotd": _qotd,
    "netbios": _netbios,
    "mdns": _mdns,
    "coap": _coap,
    "ws-discovery": _ws_discovery,
    "dns-any": _dns_any,
}


class UdpService(asyncio.DatagramProtocol):
    """One UDP service on loopback.

    Args:
        kind: which service, answering only the proper request of its protocol; or a hostile one. "echo" sends the
            request back, "foreign" answers from another port, "flood" answers 200 times. ValueError if unknown.
        speaks: the service whose answers "foreign" and "flood" give; without it they send the request back.

    Attributes:
        port: the port number, once started.
        received: the requests that came, at most 100, as bytes.
        sent: bytes of all answers.
    """

    def __init__(self, kind: UdpKind, *, speaks: UdpKind = "echo") -> None:
        if kind not in get_args(UdpKind) or speaks not in get_args(UdpKind):
            raise ValueError(f"no such kind of UDP service: {kind!r}, {speaks!r}")
        self.kind = kind
        self.port = self.sent = 0
        self.received: list[bytes] = []
        self._answer = _ANSWERERS.get(kind) or _ANSWERERS.get(speaks) or (lambda data: [data])
        self._transports: list[asyncio.DatagramTransport] = []

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Binds the socket, and for "foreign" the other one too."""
        loop = asyncio.get_running_loop()
        transport, _protocol = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self.port = transport.get_extra_info("sockname")[1]
        if self.kind == "foreign":
            await loop.create_datagram_endpoint(lambda: _Other(self._transports), local_addr=(host, 0))

    def close(self) -> None:
        """Closes the sockets."""
        for transport in self._transports:
            transport.close()

    async def __aenter__(self) -> Self:
        """Starts."""
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes."""
        self.close()
        await asyncio.sleep(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        # Not isinstance: the selector transport of Python 3.11 is no subclass.
        self._transports.append(cast("asyncio.DatagramTransport", transport))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by asyncio."""
        if len(self.received) < 100:
            self.received.append(data)
        try:
            answers = self._answer(data)
        except (ValueError, IndexError, struct.error, dns.exception.DNSException):
            return  # not the protocol of this service
        if self.kind == "flood":
            answers = (answers * _FLOOD)[:_FLOOD]
        for answer in answers:
            self.sent += len(answer)
            self._transports[-1].sendto(answer, addr)


class _Other(asyncio.DatagramProtocol):
    """The second socket of "foreign"."""

    def __init__(self, transports: list[asyncio.DatagramTransport]) -> None:
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transports.append(cast("asyncio.DatagramTransport", transport))
