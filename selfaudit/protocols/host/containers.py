"""Ports that are passed on to containers, which a firewall for the server itself does not hold back (Docker's and Podman's published ports)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from selfaudit.facts.host import HostReport
from selfaudit.protocols.host.firewall import Firewall, Stance
from selfaudit.protocols.host.packet import Packet

_PUBLISHED = re.compile(
    r"(?:(?P<address>\[[0-9A-Fa-f:.]+\]|::|[0-9.]{7,15}|\*):)?(?P<port>\d{1,5})(?:-(?P<last>\d{1,5}))?->\d{1,5}(?:-\d{1,5})?/(?P<protocol>tcp|udp)"
)
_DNAT = re.compile(
    r"^-A (?:DOCKER|PREROUTING|NETAVARK-\S+|CNI-\S+) (?P<match>.*)-j (?:DNAT|REDIRECT|NETAVARK-DNAT-\S+|CNI-DN-\S+)\b"
)
_NFT_DNAT = re.compile(r"\b(?P<protocol>tcp|udp) dport (?P<ports>\{[^}]{1,300}\}|[\d-]{1,11})[^;]{0,200}?\b(?:dnat|redirect)\b")
_LIMIT = 200
_RANGE = 64  # ports of one range that are listed


@dataclass(frozen=True, slots=True, order=True)
class Published:
    """A port that is passed on, and the container's name ("" if only the rule was seen)."""

    port: int
    protocol: str
    container: str = ""


def published_ports(report: HostReport) -> tuple[Published, ...] | None:
    """Ports passed on for all addresses or public ones, ascending; None if no part tells."""
    found: dict[tuple[int, str], Published] = {}
    for name, text in report.rows("firewall.containers", 2)[:_LIMIT]:
        for match in _PUBLISHED.finditer(text):
            if not _only_here(match["address"] or ""):
                _keep(found, match["port"], match["last"], match["protocol"], name)
    told = report.lines("firewall.containers") is not None
    for line in report.lines("firewall.iptables-nat") or ():
        rule = _DNAT.match(line)
        port = re.search(r"--dports? ([\d:]{1,11})", line)
        protocol = re.search(r"-p (tcp|udp)\b", line)
        own = re.search(r"(?<!! )-d (\S{1,50})", line)
        source = re.search(r"(?<!! )(?:-s|-i) (\S+)", line)
        if rule and port and protocol and not source and not (own and _only_here(own[1])):
            first, _colon, last = port[1].partition(":")
            _keep(found, first, last, protocol[1], "")
    for line in report.lines("firewall.nft") or ():
        translated = _NFT_DNAT.search(line)
        if translated and "daddr 127." not in line and "saddr" not in line:
            for item in translated["ports"].strip("{} ").split(","):
                first, _dash, last = item.strip().partition("-")
                _keep(found, first, last, translated["protocol"], "")
    told = told or any(report.lines(p) is not None for p in ("firewall.iptables-nat", "firewall.nft"))
    return tuple(sorted(found.values())) if told or found else None


def _keep(found: dict[tuple[int, str], Published], first: str, last: str | None, protocol: str, name: str) -> None:
    if not first.isdigit() or (last and not last.isdigit()):
        return
    low, high = int(first), int(last or first)
    for port in range(low, min(high, low + _RANGE) + 1):
        if 0 < port < 65_536 and len(found) < _LIMIT:
            found.setdefault((port, protocol), Published(port, protocol, name))


def _only_here(address: str) -> bool:
    """Whether an address can be reached from the server itself only."""
    try:
        return ipaddress.ip_network(address.strip("[]"), strict=False).network_address.is_loopback
    except ValueError:
        return False


def user_chain(firewall: Firewall, published: Published) -> Stance:
    """What the owner's own chain for containers (DOCKER-USER) does with strangers: holds back, lets pass, or cannot be told."""
    table = firewall.iptables.get(4)
    if table is None or "DOCKER-USER" not in table.chains:
        return Stance.NONE if not firewall.lacking else Stance.UNCLEAR
    packet = Packet(4, published.protocol, published.port, firewall.outward.interfaces)
    ends = table.endings(packet, "DOCKER-USER")
    if ends == {"drop"}:
        return Stance.DENIES
    return Stance.UNCLEAR if "drop" in ends else Stance.ALLOWS
