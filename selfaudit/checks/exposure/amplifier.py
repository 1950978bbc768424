"""No service helps to flood others (UDP amplifiers).

What it checks:
    Whether services answer strangers over UDP that are known for large answers to small questions: time servers (NTP), device
    monitoring (SNMP), memcached, the directory of Windows domains (CLDAP), portmapper, NetBIOS, chargen, QOTD, the searches of
    local networks (SSDP, mDNS, WS-Discovery), CoAP, and name servers that give everything (DNS ANY).

Why it matters:
    UDP does not prove who asks. Attackers send such questions in the name of a victim, and the answers, many times as large,
    flood the victim from your server. Providers block servers for it at once, and national CERTs report them every day. Some of
    these answers also tell strangers what is not meant for them.

How it is judged:
    1. One packet goes to each service, with the question that attackers send, one packet a second. What comes back from the
       same address and port within two seconds is counted: octets in, divided by octets out, is the ratio.
    2. An answer of the protocol that is twice as large as the question or more is a fault. So is any answer of NTP monlist,
       SNMP with the password “public”, memcached, CLDAP, portmapper and NetBIOS, because of what it tells.
    3. Smaller answers of the others are a warning. A name server is judged by size only: ten times the question or more is a
       warning; small answers to ANY, as RFC 8482 advises, and refusals are fine.
    4. An answer that is not of the protocol (an echo, garbage) is named and not judged.
    5. A service that speaks its protocol and refuses is named; a host that says itself that nothing listens (ICMP port
       unreachable) has nothing there. If that is so for every service, the check is passed.
    6. Silence says nothing: a firewall may drop the packets, or one was lost. Then only a look at the server itself helps:
       ss -lun.

Limits and false positives:
    One packet is sent once and may get lost. Servers may answer some networks only. From the server's own network, or behind the
    same address, nothing is concluded. Where this network answers all DNS questions itself, the name server is not asked.
    TFTP, RDP over UDP, Apple Remote Desktop and game servers are not asked.

References:
    Rossow, Amplification Hell, NDSS 2014; CISA alert TA14-017A; RFC 5358; RFC 8482; CVE-2013-5211 (NTP monlist);
    CVE-2018-1000115 (memcached); RFC 9327 section 2; RFC 3416; RFC 4511; RFC 1833; RFC 864; RFC 865; RFC 1002; RFC 6762;
    RFC 7252; UPnP Device Architecture 2.0; WS-Discovery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from selfaudit.checks.exposure import _reach
from selfaudit.checks.exposure._closing import closing
from selfaudit.facts.exposure import Amplifiers, DatagramExchange, TcpPorts
from selfaudit.facts.vantage import Port25, Position
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.amplifiers import BY_NAME, Kind, Protocol, Reading
from selfaudit.text import printable

_LARGE, _LARGE_DNS = 2.0, 10.0


class Tag(StrEnum):
    OK = "AMPLIFIER_NONE"
    NTP_MONLIST = "AMPLIFIER_NTP_MONLIST"
    SNMP_PUBLIC = "AMPLIFIER_SNMP_PUBLIC"
    MEMCACHED = "AMPLIFIER_MEMCACHED"
    CLDAP = "AMPLIFIER_CLDAP"
    PORTMAPPER = "AMPLIFIER_PORTMAPPER"
    NETBIOS = "AMPLIFIER_NETBIOS"
    NTP_READVAR = "AMPLIFIER_NTP_READVAR"
    NTP_READVAR_SMALL = "AMPLIFIER_NTP_READVAR_SMALL"
    SSDP = "AMPLIFIER_SSDP"
    SSDP_SMALL = "AMPLIFIER_SSDP_SMALL"
    CHARGEN = "AMPLIFIER_CHARGEN"
    CHARGEN_SMALL = "AMPLIFIER_CHARGEN_SMALL"
    QOTD = "AMPLIFIER_QOTD"
    QOTD_SMALL = "AMPLIFIER_QOTD_SMALL"
    MDNS = "AMPLIFIER_MDNS"
    MDNS_SMALL = "AMPLIFIER_MDNS_SMALL"
    COAP = "AMPLIFIER_COAP"
    COAP_SMALL = "AMPLIFIER_COAP_SMALL"
    WS_DISCOVERY = "AMPLIFIER_WS_DISCOVERY"
    WS_DISCOVERY_SMALL = "AMPLIFIER_WS_DISCOVERY_SMALL"
    DNS_ANY = "AMPLIFIER_DNS_ANY"
    REFUSAL_LARGE = "AMPLIFIER_LARGE_REFUSAL"
    OTHER = "AMPLIFIER_OTHER_ANSWER"
    REFUSES = "AMPLIFIER_REFUSES"
    NO_ANSWER = "AMPLIFIER_NO_ANSWER"
    REST_SILENT = "AMPLIFIER_REST_SILENT"
    NOT_ASKED = "AMPLIFIER_NOT_ASKED"
    INSIDE = "AMPLIFIER_INSIDE"
    NO_ROUTE = "AMPLIFIER_NO_ROUTE"
    CUT_OFF = "AMPLIFIER_CUT_OFF"
    SILENT = "AMPLIFIER_HOST_SILENT"


CHECK = Check(
    "exposure.amplifier", N_("No service helps to flood others (UDP amplifiers)"), (Amplifiers, TcpPorts, Position, Port25),
    "address", Contact.ACTIVE, advisory=True,
)  # fmt: skip

_HIGH_TEXT = N_(
    "{address} answers strangers on UDP port {port}: {service}. {about} Sent: {octets_out} bytes. Came back: {octets_in}, "
    "{ratio} times as much. Attackers ask in the name of a victim, and your server floods that victim. {detail}"
)
_TELLING_TEXT = N_(
    "{address} answers strangers on UDP port {port}: {service}. {about} Sent: {octets_out} bytes. Came back: {octets_in}, "
    "{ratio} times as much. Attackers ask in the name of a victim too, and the answers hit that victim. {detail}"
)
_SMALL_TEXT = N_(
    "{address} answers strangers on UDP port {port}: {service}. {about} Sent: {octets_out} bytes. Came back: {octets_in}, "
    "{ratio} times as much: little, but it can still be sent to a victim. {detail}"
)
_NTPD = {
    "ntpd, ntpsec (ntp.conf)": (
        "disable monitor\nrestrict default kod limited nomodify nopeer noquery notrap\nrestrict -6 default kod limited nomodify nopeer "
        "noquery notrap\nrestrict 127.0.0.1\nrestrict ::1"
    ),
    "chrony": "apt install chrony   # takes the place of ntpd; answers nobody without an “allow” line",
    "Junos, Cisco IOS": "ntp access-group serve-only 10   # Junos: filter on lo0 that lets UDP 123 in from your time servers only",
}
_LOCAL_ONLY = N_(
    "If nobody outside needs it, switch the service off or let it listen on this computer only, and close UDP port {port} in the firewall."
)


def _remedy(steps: str, verify: str, **stacks: str) -> Remedy:
    return Remedy(steps, verify=verify, stacks={k.replace("_", " "): v for k, v in stacks.items()} | closing("udp"))


_NTP_STEPS = N_(
    "Keep the time service, but let it answer no status queries from strangers: add “noquery” and “disable monitor” to ntp.conf and restart "
    "it. Or use chrony or systemd-timesyncd, which answer no such queries. If the server only needs the time itself, close UDP port 123."
)
_OLD_STEPS = N_("Switch the old test services off; nothing needs them. Then close UDP port {port} in the firewall.")
_OLD_STACKS = {
    "xinetd": "Set “disable = yes” in every file of /etc/xinetd.d that names {protocol}, then systemctl restart xinetd",
    "inetd": "Put # before the lines of /etc/inetd.conf that begin with {protocol}, then systemctl restart inetd",
    "Windows Simple TCP/IP Services": "Disable-WindowsOptionalFeature -Online -FeatureName SimpleTCP",
}
_REMEDIES = {
    "ntp-monlist": Remedy(_NTP_STEPS, verify="ntpdc -n -c monlist {address}   # right: timed out", stacks=_NTPD),
    "ntp-readvar": Remedy(_NTP_STEPS, verify="ntpq -n -c rv {address}   # right: timed out", stacks=_NTPD),
    "snmp-public": _remedy(
        N_(
            "Take the word “public” out and let the service listen on this computer only, or let only your monitoring server ask, better "
            "with SNMPv3. Close UDP port 161 for everybody else."
        ),
        "snmpget -v2c -c public {agent} 1.3.6.1.2.1.1.1.0   # right: Timeout",
        **{"snmpd (snmpd.conf)": "agentAddress udp:127.0.0.1:161\nrocommunity LONG-RANDOM-WORD 127.0.0.1"},
    ),
    "ssdp": _remedy(
        _LOCAL_ONLY,
        "printf 'M-SEARCH * HTTP/1.1\\r\\nHOST: 239.255.255.250:1900\\r\\nMAN: \"ssdp:discover\"\\r\\nMX: 1\\r\\nST: ssdp:all\\r\\n\\r\\n' | nc -u -w1 {address} 1900",
        miniupnpd="ext_ifname and listening_ip must not be the same interface; or systemctl disable --now miniupnpd",
        minidlna="systemctl disable --now minidlna",
    ),
    "memcached": _remedy(
        N_("Switch UDP off and let memcached listen on this computer only. It has no password, so a firewall must cover TCP port 11211 too."),
        "printf '\\0\\1\\0\\0\\0\\1\\0\\0stats\\r\\n' | nc -u -w1 {address} 11211 | wc -c   # right: 0",
        **{"memcached (memcached.conf)": "-U 0\n-l 127.0.0.1", "memcached (RHEL sysconfig)": 'OPTIONS="-U 0 -l 127.0.0.1"'},
    ),
    "cldap": _remedy(
        N_("A domain controller belongs behind a firewall or a VPN: let only your own networks reach UDP and TCP port 389."),
        "nmap -sU -p 389 --script ldap-rootdse {address}",
        Samba="interfaces = lo 10.0.0.1/24\nbind interfaces only = yes",
    ),
    "portmapper": _remedy(
        N_("If the server shares no files over NFS before version 4, switch rpcbind off. Else close port 111, UDP and TCP, for strangers."),
        "rpcinfo -p {address}   # right: no answer",
        rpcbind="systemctl mask --now rpcbind.socket rpcbind.service",
    ),
    "chargen": Remedy(_OLD_STEPS, verify="echo | nc -u -w1 {address} 19 | wc -c   # right: 0", stacks=_OLD_STACKS | closing("udp")),
    "qotd": Remedy(_OLD_STEPS, verify="echo | nc -u -w1 {address} 17 | wc -c   # right: 0", stacks=_OLD_STACKS | closing("udp")),
    "netbios": _remedy(
        N_("Switch NetBIOS off, or close UDP ports 137 and 138 and TCP ports 139 and 445 for strangers. File sharing goes through a VPN."),
        "nmblookup -A {address}   # right: No reply",
        Samba="disable netbios = yes\nsmb ports = 445   # in smb.conf; then systemctl disable --now nmbd",
    ),
    "mdns": _remedy(
        _LOCAL_ONLY,
        "dig @{address} -p 5353 +notcp +tries=1 _services._dns-sd._udp.local PTR   # right: timed out",
        Avahi="systemctl disable --now avahi-daemon.socket avahi-daemon.service",
        systemd_resolved="MulticastDNS=no   # in /etc/systemd/resolved.conf",
    ),
    "coap": _remedy(_LOCAL_ONLY, "coap-client -m get coap://{host}/.well-known/core   # right: no answer"),
    "ws-discovery": _remedy(
        _LOCAL_ONLY, "nmap -sU -p 3702 --script wsdd-discover {address}", wsdd="systemctl disable --now wsdd wsdd2"
    ),
    "dns-any": Remedy(
        N_(
            "Let the name server answer only about its own zones, answer ANY with little, and slow down those who ask the same again and "
            "again. A resolver for your own machines must not answer strangers at all."
        ),
        verify="dig @{address} -p {port} +notcp +bufsize=4096 . ANY",
        stacks={
            "BIND": "minimal-any yes;\nminimal-responses yes;\nallow-recursion {{ localhost; }};\nallow-query-cache {{ localhost; }};\nrate-limit {{ responses-per-second 10; }};",
            "Unbound": "deny-any: yes\naccess-control: 127.0.0.0/8 allow\naccess-control: 0.0.0.0/0 refuse",
            "NSD": "rrl-ratelimit: 200\nrefuse-any: yes",
            "PowerDNS": "any-to-tcp=yes",
            "dnsmasq": "local-service",
        },
    ),
}  # fmt: skip
_LOOK = Remedy(
    N_(
        "Look at the server itself: what stands there beside 0.0.0.0, [::] or * can be reached by everybody unless a firewall stops it. "
        "Show the desk that list and the firewall's rules."
    ),
    verify="ss -lun   # on the server",
    minutes=10,
)


def _pair(name: str, protocol: str) -> dict[Tag, Message]:
    """The messages of a service that is judged by the size of its answer."""
    remedy = _REMEDIES[protocol]
    return {
        Tag[name]: Message(Severity.HIGH, _HIGH_TEXT, remedy),
        Tag[name + "_SMALL"]: Message(Severity.MEDIUM, _SMALL_TEXT, remedy),
    }


MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD,
        N_("Strangers get nothing out of {address} over UDP: none of {count} known services answers with anything that can be misused."),
    ),
    Tag.NTP_MONLIST: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["ntp-monlist"]),
    Tag.SNMP_PUBLIC: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["snmp-public"]),
    Tag.MEMCACHED: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["memcached"]),
    Tag.CLDAP: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["cldap"]),
    Tag.PORTMAPPER: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["portmapper"]),
    Tag.NETBIOS: Message(Severity.HIGH, _TELLING_TEXT, _REMEDIES["netbios"]),
    **_pair("NTP_READVAR", "ntp-readvar"),
    **_pair("SSDP", "ssdp"),
    **_pair("CHARGEN", "chargen"),
    **_pair("QOTD", "qotd"),
    **_pair("MDNS", "mdns"),
    **_pair("COAP", "coap"),
    **_pair("WS_DISCOVERY", "ws-discovery"),
    Tag.DNS_ANY: Message(
        Severity.MEDIUM,
        N_(
            "{address} gives strangers large answers on UDP port {port}: {service}. {about} Sent: {octets_out} bytes. Came back: {octets_in}, "
            "{ratio} times as much. Attackers ask in the name of a victim, and your server floods that victim."
        ),
        _REMEDIES["dns-any"],
    ),
    Tag.REFUSAL_LARGE: Message(
        Severity.HIGH,
        N_(
            "{address} refuses strangers on UDP port {port} with many words: {service}. Sent: {octets_out} bytes. Came back: {octets_in}, "
            "{ratio} times as much. Attackers ask in the name of a victim, and your server floods that victim."
        ),
        Remedy(_LOCAL_ONLY, verify="nc -u -w1 {address} {port}", stacks=closing("udp")),
    ),
    Tag.OTHER: Message(
        Severity.UNKNOWN,
        N_(
            "Something answers on UDP port {port} of {address}, but it does not speak the protocol of that port ({service}): {octets_out} "
            "bytes sent, {octets_in} came back. {detail}"
        ),
        Remedy(N_("See on the server which program listens there, and close the port if strangers have no business with it."), verify="ss -lunp   # on the server"),
    ),
    Tag.REFUSES: Message(Severity.INFO, N_("{address} answers here, but gives strangers nothing that can be misused: {services}.")),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_("{address} did not answer for {count} of {total} services: {services}. A firewall may drop the packets, or one was lost."),
        _LOOK,
    ),
    Tag.REST_SILENT: Message(Severity.INFO, N_("{address} did not answer for the others, so nothing is known about these: {services}.")),
    Tag.NOT_ASKED: Message(Severity.UNKNOWN, N_("{address} could not be asked about {services} from here ({why})."), _LOOK),
    Tag.INSIDE: _reach.INSIDE,
    Tag.NO_ROUTE: _reach.NO_ROUTE,
    Tag.CUT_OFF: _reach.CUT_OFF,
    Tag.SILENT: _reach.SILENT,
}  # fmt: skip


def judge(amplifiers: Amplifiers, ports: TcpPorts, position: Position, port25: Port25, policy: Policy) -> Iterator[Finding]:
    ports = _reach.believed(ports, position)
    standing = _reach.standing(ports, position, port25)
    if standing and standing[0] == "INSIDE":
        yield found(Tag.INSIDE, **standing[1])
        return
    forged = "udp" in position.refuses  # this network refuses packets for others, so a refusal is not the host's own word
    exchanges = [replace(e, closed=e.closed and not forged) for e in amplifiers.exchanges]
    known = [(e, BY_NAME[e.protocol]) for e in exchanges if e.protocol in BY_NAME]
    answers = [(e, p, p.read(e.sample.encode("latin-1", "replace"))) for e, p in known if e.datagrams]
    bad = [found(tag, **_args(amplifiers.address, e, p, r)) for e, p, r in answers if (tag := _fault(e, p, r))]
    yield from bad
    if standing and not bad:
        yield found(Tag[standing[0]], **standing[1])
        return
    yield from _others(amplifiers.address, known, answers, bool(bad))


def _others(
    address: str,
    known: list[tuple[DatagramExchange, Protocol]],
    answers: list[tuple[DatagramExchange, Protocol, Reading]],
    bad: bool,
) -> Iterator[Finding]:
    strange = [(e, p, r) for e, p, r in answers if r.kind is Kind.OTHER]
    for exchange, protocol, reading in strange:
        shown = Reading(reading.kind, printable(exchange.sample, 60))
        yield found(Tag.OTHER, **_args(address, exchange, protocol, shown))
    if harmless := [p.title for e, p, r in answers if r.kind is not Kind.OTHER and not _fault(e, p, r)]:
        yield found(Tag.REFUSES, address=address, services=harmless)
    asked = {p.name for _e, p in known}
    unsent: dict[str, list[str]] = {}
    if missing := [p.title for name, p in BY_NAME.items() if name not in asked]:
        unsent[phrase("this evidence does not hold them")] = missing
    silent = []
    for exchange, protocol in known:
        if exchange.datagrams or exchange.closed:
            continue
        if exchange.detail:
            unsent.setdefault(printable(exchange.detail, 120), []).append(protocol.title)
        else:
            silent.append(protocol.title)
    for why, services in unsent.items():
        yield found(Tag.NOT_ASKED, address=address, services=services, why=why)
    if silent and bad:
        yield found(Tag.REST_SILENT, address=address, services=silent)
    elif silent:
        yield found(Tag.NO_ANSWER, address=address, services=silent, count=len(silent), total=len(known))
    if not bad and not strange and not unsent and not silent:
        yield found(Tag.OK, address=address, count=len(known))


def _ratio(exchange: DatagramExchange) -> float:
    return exchange.octets_in / max(exchange.octets_out, 1)


def _fault(exchange: DatagramExchange, protocol: Protocol, reading: Reading) -> Tag | None:
    """The tag of an answer that strangers must not get, None for a harmless one."""
    ratio = _ratio(exchange)
    if reading.kind is Kind.OTHER:
        return None
    name = protocol.name.upper().replace("-", "_")
    if protocol.name == "dns-any":
        return Tag.DNS_ANY if ratio >= _LARGE_DNS else None
    if reading.kind is Kind.REFUSAL:
        return Tag.REFUSAL_LARGE if ratio >= _LARGE else None
    return Tag[name] if protocol.discloses or ratio >= _LARGE else Tag[name + "_SMALL"]


def _args(address: str, exchange: DatagramExchange, protocol: Protocol, reading: Reading) -> dict[str, str | int | float]:
    host = f"[{address}]" if ":" in address else address
    return {
        "address": address, "host": host, "agent": f"udp6:{host}" if ":" in address else address, "port": exchange.port,
        "protocol": protocol.name, "service": protocol.title, "about": protocol.about, "octets_out": exchange.octets_out,
        "octets_in": exchange.octets_in, "ratio": round(_ratio(exchange), 1),
        "detail": phrase("It says: “{words}”.", words=reading.detail) if reading.detail else "",
    }  # fmt: skip
