"""What a server's own firewall does with a stranger's connection, from the parts "firewall.*" of a collector's file.

The real rules are followed where they are readable (nft, iptables, pf); what ufw and firewalld say of themselves counts only without them.
A firewall of the provider in front of the server is not seen here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from selfaudit.facts.host import HostReport, PartStatus
from selfaudit.protocols.host.chains import Ending
from selfaudit.protocols.host.iptables import Table as IpTable
from selfaudit.protocols.host.iptables import read_table
from selfaudit.protocols.host.nft import Table as NftTable
from selfaudit.protocols.host.nft import read_ruleset
from selfaudit.protocols.host.own import Outward, outward_of
from selfaudit.protocols.host.packet import Packet
from selfaudit.protocols.host.pf import pf_endings

#: Ports that no rule names on purpose (RFC 6335: unassigned or seldom used), one low and one high.
UNNAMED_PORTS = (4, 20_011)
_PROFILE = re.compile(
    r"windows=\s*(?P<name>[^,]{1,40}),\s*(?P<on>true|false|yes|no|1|0|on|off)\s*,\s*(?P<inbound>block(?:inbound)?|notconfigured|allow(?:inbound)?)",
    re.I,
)
_PROFILES = {"domain", "private", "public"}
_ZONE = re.compile(r"^(\S+) \(active[^)]*\)|^(\S+)\s*$")
_RULE_PARTS = ("firewall.nft", "firewall.iptables", "firewall.ip6tables", "firewall.pf")


class Stance(StrEnum):
    """What happens to a connection."""

    DENIES = "denies"
    ALLOWS = "allows"
    UNCLEAR = "unclear"  # not readable, or it depends on what is not known
    NONE = "none"  # seen: there is no rule at all


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of the Windows firewall: its name, whether it is on, and whether it holds back what comes in."""

    name: str
    enabled: bool
    blocks: bool


@dataclass(frozen=True, slots=True)
class Firewall:
    """A server's firewall.

    Attributes:
        tool: with which its owner manages it: "ufw", "firewalld", "nft", "iptables", "pf", "windows"; "" for none.
        tables: of nft.
        iptables: the filter table by family, where there is one.
        pf: lines of pf, None if it says nothing.
        lacking: parts that say nothing for another reason than that their program is not there, or whose note says that rules may be missing.
        cut: parts that were longer than the collector writes down.
        said: family -> stance, as ufw or firewalld say; empty if they do not.
        profiles: of Windows.
        outward: what leads outside.
    """

    tool: str
    tables: tuple[NftTable, ...] = ()
    iptables: dict[int, IpTable] = field(default_factory=dict)
    pf: tuple[str, ...] | None = None
    lacking: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    said: dict[int, Stance] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    outward: Outward = field(default_factory=lambda: Outward(frozenset(), (), None))

    def default(self, family: int) -> Stance:
        """For connections that no rule names, of either protocol, to a low and a high port. The weakest counts."""
        if self.profiles:
            if not all(p.enabled and p.blocks for p in self.profiles):
                return Stance.ALLOWS
            return Stance.UNCLEAR if self.lacking else Stance.DENIES
        found = {self.stance(family, protocol, port) for protocol in ("tcp", "udp") for port in UNNAMED_PORTS}
        for stance in (Stance.NONE, Stance.ALLOWS, Stance.UNCLEAR):
            if stance in found:
                return stance
        return Stance.DENIES

    def stance(self, family: int, protocol: str, port: int) -> Stance:
        """For a stranger's connection to a port of the server itself (not to a container's)."""
        if self.profiles:  # its rules are not in the file
            return Stance.ALLOWS if not any(p.enabled for p in self.profiles) else Stance.UNCLEAR
        filters = self._filters(Packet(family, protocol, port, self.outward.interfaces, self.outward.addresses))
        if any(f == {"drop"} for f in filters):
            return Stance.DENIES
        if not filters and (self.lacking or self.cut) and family in self.said:
            return self.said[family] if self.said[family] is not Stance.DENIES else self._allowed_by_tool(family, port)
        if self.lacking or self.cut or any("drop" in f for f in filters):
            return Stance.UNCLEAR
        return Stance.ALLOWS if filters else Stance.NONE

    def _allowed_by_tool(self, family: int, port: int) -> Stance:
        return Stance.DENIES if port in UNNAMED_PORTS else Stance.UNCLEAR  # the tool's own list of rules is not followed

    def _filters(self, packet: Packet) -> list[frozenset[Ending]]:
        table = self.iptables.get(packet.family)
        found = [] if table is None or table.empty else [table.endings(packet)]
        for nft in self.tables:
            foreign = nft.foreign and nft.name == "filter" and nft.family == {4: "ip", 6: "ip6"}[packet.family]
            if not (foreign and table is not None):
                found += nft.endings(packet)
        if self.pf:
            found.append(pf_endings(self.pf, packet, "firewall.pf" in self.cut))
        return found


def firewall_of(report: HostReport) -> Firewall:
    """Reads all parts about the firewall. In rescue mode they are skipped, so everything is unclear."""
    lines = {name: report.lines(name) for name in _RULE_PARTS}
    parts = {name: report.part(name) for name in _RULE_PARTS}
    cut = tuple(n for n, p in parts.items() if p is not None and p.status is PartStatus.OK and (p.cut or p.note == "cut"))
    nft = lines["firewall.nft"]
    tables = tuple(read_ruleset(nft)) if nft is not None else ()
    iptables = {}
    odd = []
    for family, name in ((4, "firewall.iptables"), (6, "firewall.ip6tables")):
        text = lines[name]
        if text is not None:
            table = read_table(text, name in cut)
            if table is not None:
                iptables[family] = table
            elif any(text):
                odd.append(name)
    profiles = _profiles(report)
    return Firewall(
        _tool(report, tables, iptables, lines["firewall.pf"], profiles),
        tables, iptables, lines["firewall.pf"], (*_lacking(report), *odd), cut, _said(report), profiles, outward_of(report),
    )  # fmt: skip


def _lacking(report: HostReport) -> tuple[str, ...]:
    """Parts that may hide rules: everything but those that came out well, and programs that are not there (seen as administrator)."""
    if report.system == "windows":
        seen = {p.name.lower() for p in _profiles(report)}
        state = report.part("firewall.state")
        return () if seen >= _PROFILES and state is not None and not (state.cut or state.note) else ("firewall.state",)
    freebsd = report.values("os-release").get("ID", "").strip("\"'") == "freebsd"
    found = []
    for name in ("firewall.pf",) if freebsd else _RULE_PARTS:
        part = report.part(name)
        status = part.status if part is not None else None
        if name == "firewall.pf" and not freebsd and status in (None, PartStatus.SKIPPED):
            continue
        note = part.note if part is not None else ""
        unasked = note == "not-loaded" and (_set_up(report) or report.lines("firewall.state") is None)
        hidden = unasked or note not in ("", "not-loaded", "cut")
        if (status is PartStatus.OK and not hidden) or (status is PartStatus.ABSENT and report.root):
            continue
        found.append(name)
    # FreeBSD has ipfw too, which is not in the file; and pf lists rules even while it is switched off.
    if freebsd and not found and (not report.lines("firewall.pf") or report.values("firewall.state").get("pf_enabled") == "no"):
        found.append("firewall.pf")
    return tuple(found)


def _set_up(report: HostReport) -> bool:
    """Whether a firewall is to start with the server, or says that it works: then "no module is loaded" does not mean "no rules"."""
    state = report.values("firewall.state")
    keys = ("nft_service", "ufw_enabled", "iptables_saved", "firewalld_enabled", "pf_enabled")
    return any(state.get(key) == "yes" for key in keys) or bool(_said(report))


def _profiles(report: HostReport) -> tuple[Profile, ...]:
    found = []
    for line in report.lines("firewall.state") or ():
        match = _PROFILE.fullmatch(line.strip())
        if match:
            enabled = match["on"].lower() in ("true", "yes", "1", "on")
            found.append(Profile(match["name"].strip(), enabled, not match["inbound"].lower().startswith("allow")))
    return tuple(found[:8])


def _tool(
    report: HostReport,
    tables: tuple[NftTable, ...],
    iptables: dict[int, IpTable],
    pf: tuple[str, ...] | None,
    profiles: tuple[Profile, ...],
) -> str:
    if profiles:
        return "windows"
    if any(re.match(r"Status:\s*active\b", line, re.I) for line in report.lines("firewall.ufw") or ()):
        return "ufw"
    if "running" in (line.strip() for line in (report.lines("firewall.firewalld") or ())[:3]):
        return "firewalld"
    if pf:
        return "pf"
    if any(t.input_chain and not t.foreign for t in tables):
        return "nft"
    return "iptables" if any(not t.empty for t in iptables.values()) else ""


def _said(report: HostReport) -> dict[int, Stance]:
    """What ufw and firewalld say of connections that no rule names."""
    ufw = report.lines("firewall.ufw") or ()
    if any(re.match(r"Status:\s*active\b", line, re.I) for line in ufw):
        default = next(
            (m[1].lower() for m in (re.search(r"Default:\s*(\w+) \(incoming\)", line, re.I) for line in ufw) if m), ""
        )
        stance = {"deny": Stance.DENIES, "reject": Stance.DENIES, "allow": Stance.ALLOWS}.get(default, Stance.UNCLEAR)
        return {4: stance, 6: stance if any("(v6)" in line for line in ufw) else Stance.UNCLEAR}
    lines = report.lines("firewall.firewalld") or ()
    if "running" not in (line.strip() for line in lines[:3]):
        return {}
    return dict.fromkeys((4, 6), _zones(lines, outward_of(report)))


def _zones(lines: tuple[str, ...], outward: Outward) -> Stance:
    """The targets of the zones that lead outside."""
    zone, targets = "", {}
    interfaces: dict[str, set[str]] = {}
    active: set[str] = set()
    for line in lines:
        head = _ZONE.match(line) if not line.startswith((" ", "\t")) and ":" not in line else None
        if head:
            zone = head[1] or head[2]
            if head[1]:
                active.add(zone)
            continue
        key, _colon, value = line.strip().partition(":")
        if key == "target":
            targets[zone] = value.strip()
        elif key == "interfaces":
            interfaces[zone] = set(value.split())
    names = [z for z in targets if z in active and (not outward.interfaces or interfaces.get(z, set()) & outward.interfaces)]
    chosen = {targets[z] for z in names}
    if not chosen:
        return Stance.UNCLEAR
    if chosen <= {"default", "DROP", "%%REJECT%%", "REJECT"}:
        return Stance.DENIES
    return Stance.ALLOWS if "ACCEPT" in chosen else Stance.UNCLEAR
