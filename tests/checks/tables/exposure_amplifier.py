"""exposure.amplifier."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts import Fact
from selfaudit.facts.exposure import Amplifiers, DatagramExchange, PortOutcome
from selfaudit.facts.vantage import Position
from selfaudit.protocols.amplifiers import PROTOCOLS
from tests.checks.build import Scenario
from tests.checks.tables.exposure_services import ADDRESS, INSIDE, NO_ROUTE, OUTSIDE, REACHES, ports

CHECK = "exposure.amplifier"
ID = b"\x5a\xa5"
RING = bytes(range(33, 106)) + b"\r\n" + bytes(range(34, 107)) + b"\r\n"

#: An answer of each protocol, as small as it can be.
ANSWERS = {
    "ntp-monlist": bytes.fromhex("d700032a 00060048") + bytes(72),
    "ntp-readvar": bytes.fromhex("16820001 06180000 00000010") + b'version="ntpd 4"',
    "snmp-public": bytes.fromhex("303402010104067075626c6963a22702025aa5020100020100301b301906082b06010201010100 040d") + b"Linux shop 4.9",
    "ssdp": b"HTTP/1.1 200 OK\r\nSERVER: MiniUPnPd/1.9\r\nST: upnp:rootdevice\r\n\r\n",
    "memcached": ID + bytes(6) + b"STAT version 1.4.15\r\nEND\r\n",
    "cldap": bytes.fromhex("3025020101 6420 0400 301c 301a 0414") + b"defaultNamingContext\x31\x02DC=shop,DC=test",
    "portmapper": b"\0\0" + ID + bytes.fromhex("00000001 00000000 00000000 00000000 00000000 00000001 000186a3 00000003 00000006 00000801 00000000"),
    "chargen": RING,
    "qotd": b"The early bird catches the worm.\r\n",
    "netbios": ID + bytes.fromhex("8400 0000 0001 0000 0000") + b"\x20CK" + b"A" * 30 + bytes.fromhex("00 0021 0001 00000000 0041 01") + b"SHOP".ljust(15) + bytes(49),
    "mdns": ID + bytes.fromhex("8400 0001 0001 0000 0000") + b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\x01" + b"\xc0\x0c\0\x0c\0\x01\0\0\0\x0a\0\x0d\x04_ssh\x04_tcp\xc0\x23",
    "coap": b"\x52\x45" + ID + ID + b"\xff</temp>",
    "ws-discovery": b"<Envelope><Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</Action><d:Types>dn:Camera</d:Types>",
    "dns-any": ID + bytes.fromhex("8180 0001 0005 0000 0000"),
}  # fmt: skip
TELLING = ("ntp-monlist", "snmp-public", "memcached", "cldap", "portmapper", "netbios")


def tag(name: str) -> str:
    return "AMPLIFIER_" + name.upper().replace("-", "_")


def exchange(name: str, answer: bytes | None = None, octets: int = 0, **fields: object) -> DatagramExchange:
    protocol = next(p for p in PROTOCOLS if p.name == name)
    if answer is not None:
        fields = {
            "octets_in": octets or len(answer), "datagrams": 1, "sample": answer[:512].decode("latin-1"), **fields
        }  # fmt: skip
    return DatagramExchange(name, protocol.port, len(protocol.request), **fields)  # type: ignore[arg-type]


def facts(
    *given: DatagramExchange, closed: bool = True, position: Position = OUTSIDE, tcp: PortOutcome = PortOutcome.CLOSED
) -> list[Fact]:
    """What was seen; the other services are closed or silent."""
    named = {e.protocol: e for e in given}
    every = tuple(named.get(p.name) or exchange(p.name, closed=closed) for p in PROTOCOLS)
    return [Amplifiers(ADDRESS, every), ports(rest=tcp), position, REACHES]


def sized(name: str, factor: float) -> DatagramExchange:
    protocol = next(p for p in PROTOCOLS if p.name == name)
    return exchange(name, ANSWERS[name], octets=int(len(protocol.request) * factor))


SCENARIOS = [
    Scenario("this network refuses for others", facts(position=replace(OUTSIDE, refuses=("udp",))), ["AMPLIFIER_NO_ANSWER"], "inconclusive", ["AMPLIFIER_NONE"]),
    Scenario("this network refuses TCP for others", facts(position=replace(OUTSIDE, refuses=("tcp",)), closed=False), ["AMPLIFIER_HOST_SILENT"], "inconclusive"),
    Scenario("all closed", facts(), ["AMPLIFIER_NONE"], "pass", args={"count": len(PROTOCOLS)}),
    *(
        Scenario(f"{name} tells too much whatever its size", facts(sized(name, 0.5)), [tag(name)], "fail", ["AMPLIFIER_NONE"])
        for name in TELLING
    ),
    *(
        Scenario(f"{p.name} is large", facts(sized(p.name, 2.0)), [tag(p.name)], "fail", [tag(p.name) + "_SMALL"])
        for p in PROTOCOLS
        if p.name not in TELLING and p.name != "dns-any"
    ),
    *(
        Scenario(f"{p.name} is small", facts(sized(p.name, 1.9)), [tag(p.name) + "_SMALL"], "warn", [tag(p.name)])
        for p in PROTOCOLS
        if p.name not in TELLING and p.name != "dns-any"
    ),
    Scenario("large ANY", facts(sized("dns-any", 12.5)), ["AMPLIFIER_DNS_ANY"], "warn", args={"ratio": 12.5, "octets_in": 350}),
    Scenario("small ANY", facts(sized("dns-any", 9.9)), ["AMPLIFIER_NONE", "AMPLIFIER_REFUSES"], "pass", ["AMPLIFIER_DNS_ANY"]),
    Scenario(
        "ANY refused", facts(exchange("dns-any", ID + bytes.fromhex("8105 0001 0000 0000 0000"))), ["AMPLIFIER_NONE"], "pass"
    ),
    Scenario(
        "monlist refused", facts(exchange("ntp-monlist", bytes.fromhex("9700032a 40000000"))),
        ["AMPLIFIER_REFUSES", "AMPLIFIER_NONE"], "pass", ["AMPLIFIER_NTP_MONLIST"],
    ),
    Scenario(
        "a fault of many words", facts(exchange("ws-discovery", b"<s:Envelope><s:Fault>", octets=4000)),
        ["AMPLIFIER_LARGE_REFUSAL"], "fail", ["AMPLIFIER_REFUSES", "AMPLIFIER_NONE"],
    ),
    Scenario(
        "all echo", facts(*(exchange(p.name, p.request) for p in PROTOCOLS)), ["AMPLIFIER_OTHER_ANSWER"], "inconclusive",
        ["AMPLIFIER_NONE", "AMPLIFIER_REFUSES", *map(tag, ANSWERS)],
    ),
    Scenario("garbage", facts(exchange("snmp-public", b"\x1b[2J\xff")), ["AMPLIFIER_OTHER_ANSWER"], "inconclusive", args={"detail": "It says: “\\x1b[2Jÿ”."}),
    Scenario("all silent", facts(closed=False), ["AMPLIFIER_NO_ANSWER"], "inconclusive", ["AMPLIFIER_NONE"], {"count": len(PROTOCOLS)}),
    Scenario("one silent", facts(exchange("coap")), ["AMPLIFIER_NO_ANSWER"], "inconclusive", ["AMPLIFIER_NONE"], {"count": 1}),
    Scenario("one bad, the others silent", facts(sized("snmp-public", 2), closed=False), ["AMPLIFIER_SNMP_PUBLIC", "AMPLIFIER_REST_SILENT"], "fail", ["AMPLIFIER_NO_ANSWER"]),
    Scenario("one not sent", facts(exchange("dns-any", detail="intercepted")), ["AMPLIFIER_NOT_ASKED"], "inconclusive", ["AMPLIFIER_NONE"]),
    Scenario("an evidence file without all protocols", [Amplifiers(ADDRESS, (exchange("coap", closed=True), DatagramExchange("new", 9, 1))), ports(), OUTSIDE, REACHES], ["AMPLIFIER_NOT_ASKED"], "inconclusive", ["AMPLIFIER_NONE"]),
    Scenario("from inside nothing counts", facts(sized("memcached", 50), position=INSIDE), ["AMPLIFIER_INSIDE"], "inconclusive", ["AMPLIFIER_MEMCACHED"]),
    Scenario("no route", facts(closed=False, position=NO_ROUTE), ["AMPLIFIER_NO_ROUTE"], "inconclusive", ["AMPLIFIER_NO_ANSWER"]),
    Scenario("cut off", facts(closed=False, tcp=PortOutcome.UNREACHABLE), ["AMPLIFIER_CUT_OFF"], "inconclusive", ["AMPLIFIER_NO_ANSWER"]),
    Scenario("switched off", facts(closed=False, tcp=PortOutcome.SILENT), ["AMPLIFIER_HOST_SILENT"], "inconclusive", ["AMPLIFIER_NO_ANSWER"]),
    Scenario("all TCP ports dropped, but memcached answers", facts(sized("memcached", 50), closed=False, tcp=PortOutcome.SILENT), ["AMPLIFIER_MEMCACHED"], "fail", ["AMPLIFIER_HOST_SILENT"]),
]  # fmt: skip
