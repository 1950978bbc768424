"""The commands that close ports or set up a firewall, for the firewall and the system that a server has, and what they change."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfaudit.checks import _host_commands
from selfaudit.i18n import phrase
from selfaudit.protocols.host.firewall import Firewall
from selfaudit.protocols.host_system import System

CHANGES_CLOSE = phrase(
    "makes the firewall drop connections from outside to these ports; what runs on the server itself still reaches them"
)
CHANGES_CONTAINERS = phrase(
    "makes the server drop connections from outside to these ports over IPv4 until the next restart; publishing them to 127.0.0.1 makes it last, and does it for IPv6 too"
)
_CHANGES_CLOSE_PF = phrase(
    "makes the firewall drop connections from outside to these ports, once these lines stand before the other rules in /etc/pf.conf and pfctl -f /etc/pf.conf was run"
)
CHANGES_SETUP = phrase(
    "sets up a firewall that lets in only the ports named in the command and drops the rest; open connections may break off, and a port that you forgot is closed, "
    "so keep the provider's console at hand"
)
CHANGES_DEFAULT = phrase(
    "drops what no rule lets in; a port that you use and that has no rule is closed, so keep the provider's console at hand"
)

# Where the service nftables reads its rules when the system starts, and what switches it on.
_NFT_FILES = {
    "debian": ("/etc/nftables.conf", "systemctl enable nftables"), "arch": ("/etc/nftables.conf", "systemctl enable nftables"),
    "rhel": ("/etc/sysconfig/nftables.conf", "systemctl enable nftables"), "alpine": ("/etc/nftables.nft", "rc-update add nftables"),
}  # fmt: skip
_IPTABLES_SAVE = {
    "debian": "apt-get install iptables-persistent && netfilter-persistent save",
    "rhel": "yum install iptables-services && service iptables save && service ip6tables save && systemctl enable iptables ip6tables",
    "alpine": "rc-service iptables save && rc-service ip6tables save && rc-update add iptables && rc-update add ip6tables",
    "arch": "iptables-save -f /etc/iptables/iptables.rules && ip6tables-save -f /etc/iptables/ip6tables.rules && systemctl enable iptables ip6tables",
}  # fmt: skip
# Remote Desktop's group of rules; its name for people is in the system's language.
RDP_GROUP = "@FirewallAPI.dll,-28752"

Port = tuple[str, int]  # protocol, number
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,40}")  # names from the file that may stand in a command


def interface(firewall: Firewall) -> str:
    """An interface that leads outside; a usual name if the file has none that is safe to copy."""
    return next((i for i in sorted(firewall.outward.interfaces) if _PLAIN.fullmatch(i)), "eth0")


def close(system: System, firewall: Firewall, ports: Iterable[Port], keep: Iterable[Port]) -> tuple[str, str]:
    """The command that closes ports with the firewall that is in use, and what it changes.

    Without a firewall it sets one up that lets in `keep`; one that could not be read is left to its owner.
    """
    wanted = sorted(set(ports))
    by_protocol = [(p, [n for q, n in wanted if q == p][:15]) for p in ("tcp", "udp")]
    by_protocol = [(p, numbers) for p, numbers in by_protocol if numbers]
    if firewall.tool == "ufw":
        return " && ".join(f"ufw prepend deny {n}/{p}" for p, numbers in by_protocol for n in numbers), CHANGES_CLOSE
    if firewall.tool == "firewalld":
        rich = (_rich_rule(p, n) for p, numbers in by_protocol for n in numbers)
        return " && ".join((*rich, "firewall-cmd --reload")), CHANGES_CLOSE
    if firewall.tool == "nft":
        where = _nft_chain(firewall)
        rules = (f"nft insert rule {where} 'iifname != \"lo\" {p} dport {{ {_commas(ns)} }} drop'" for p, ns in by_protocol)
        return " && ".join(rules), _until_restart(CHANGES_CLOSE, _nft_lasting(system))
    if firewall.tool == "iptables":
        both = ("iptables", "ip6tables")
        rules = (
            f"{c} -I INPUT ! -i lo -p {p} -m multiport --dports {_commas(ns, ',')} -j DROP"
            for c in both
            for p, ns in by_protocol
        )
        return " && ".join(rules), _until_restart(CHANGES_CLOSE, _iptables_lasting(system))
    if firewall.tool == "pf":
        lines = (f"block in quick on ! lo0 proto {p} from any to any port {{ {_commas(ns)} }}" for p, ns in by_protocol)
        return "\n".join(lines), _CHANGES_CLOSE_PF
    if system.family == "windows":
        return "; ".join(_windows_rule(f"Closed {p}", p, _commas(ns, ","), "Block") for p, ns in by_protocol), CHANGES_CLOSE
    if firewall.lacking:
        return phrase("a rule of your firewall that drops what comes to these ports"), CHANGES_CLOSE
    return setup(system, keep), CHANGES_SETUP


def _until_restart(changes: str, lasting: str) -> str:
    """What a command changes whose rules are lost when the server starts again."""
    return phrase("{changes}; it holds until the next restart, and {lasting}", changes=changes, lasting=lasting)


def _nft_lasting(system: System) -> str:
    if system.family not in _NFT_FILES:
        return phrase("the same rules in the file that your system loads at its start make it last")
    file, start = _NFT_FILES[system.family]
    return phrase("the same rules in {file}, and then {start}, make it last", file=file, start=start)


def _iptables_lasting(system: System) -> str:
    save = _IPTABLES_SAVE.get(system.family)
    if save is None:
        return phrase("saving the rules in the way of your system makes it last")
    return phrase("saving the rules makes it last: {save}", save=save)


def _rich_rule(protocol: str, port: int) -> str:
    return f'firewall-cmd --permanent --add-rich-rule=\'rule port port="{port}" protocol="{protocol}" drop\''


def _windows_rule(name: str, protocol: str, ports: str, action: str) -> str:
    return f"New-NetFirewallRule -DisplayName '{name}' -Direction Inbound -Protocol {protocol.upper()} -LocalPort {ports} -Action {action}"


def setup(system: System, keep: Iterable[Port]) -> str:
    """Sets up a firewall that lets in `keep` and SSH, and drops the rest. The ports are opened before the door is shut."""
    way_in = ("tcp", 3389 if system.family == "windows" else 22)
    ports = sorted([way_in, *sorted(set(keep) - {way_in})[:39]])
    if system.family == "windows":
        rules = [_windows_rule(f"Open {n} {p}", p, str(n), "Allow") for p, n in ports]
        last = "Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block"
        # The first error ends it, before the door is shut.
        return "; ".join(("$ErrorActionPreference = 'Stop'", f"Enable-NetFirewallRule -Group '{RDP_GROUP}'", *rules, last))
    if system.family == "freebsd":
        rules = [
            "set skip on lo0",
            "block in all",
            "pass out all keep state",
            "pass in inet proto icmp",
            "pass in inet6 proto icmp6",
        ]
        for protocol in ("tcp", "udp"):
            numbers = [n for p, n in ports if p == protocol]
            if numbers:
                rules.append(f"pass in proto {protocol} to any port {{ {_commas(numbers)} }} keep state")
        lines = " ".join(f"'{r}'" for r in rules)
        return (
            "[ ! -e /etc/pf.conf ] || cp /etc/pf.conf /etc/pf.conf.before; "
            f"printf '%s\\n' {lines} > /etc/pf.conf && pfctl -nf /etc/pf.conf && sysrc pf_enable=YES && service pf start"
        )
    if system.family in ("rhel", "suse"):
        opened = " ".join(f"--add-port={n}/{p}" for p, n in ports)
        return f"{_host_commands.install(system, 'firewalld')} && firewall-offline-cmd {opened} && systemctl enable --now firewalld"
    if system.family in ("debian", "alpine", "arch"):
        opened = " && ".join(f"ufw allow {n}/{p}" for p, n in ports)
        at_start = {"alpine": " && rc-update add ufw default", "arch": " && systemctl enable ufw"}.get(system.family, "")
        return f"{_host_commands.install(system, 'ufw')} && ufw default deny incoming && {opened} && ufw enable{at_start}"
    return phrase("the firewall of your system, with a rule for each port that you need, SSH first")


def tighten(system: System, firewall: Firewall, keep: Iterable[Port], families: Iterable[int]) -> tuple[str, str]:
    """The command that makes the firewall that is in use drop what no rule lets in, and what it changes."""
    if firewall.tool == "iptables":
        rules = [_iptables(c, firewall, v, keep) for v, c in ((4, "iptables"), (6, "ip6tables")) if v in families]
        # Rules are asked in order, and the new ones are the last.
        changes = phrase(
            "{changes}. If a rule before the new ones lets in everything, such as “-A INPUT -j ACCEPT”, or a wide range of ports, the new ones are "
            "never reached: take that rule out as well",
            changes=_until_restart(CHANGES_DEFAULT, _iptables_lasting(system)),
        )
        return " && ".join(rules), changes
    if firewall.tool == "nft":
        guard = _nft_guard(keep)
        if system.family not in _NFT_FILES:
            return guard, _until_restart(CHANGES_DEFAULT, _nft_lasting(system))
        file, start = _NFT_FILES[system.family]
        return f"{guard} && nft list table inet guard >> {file} && {start}", CHANGES_DEFAULT
    return _tighten(system, firewall, keep), CHANGES_DEFAULT


def _tighten(system: System, firewall: Firewall, keep: Iterable[Port]) -> str:
    """For firewalls that keep their settings themselves."""
    if firewall.tool == "ufw":
        opened = " && ".join(f"ufw allow {n}/{p}" for p, n in sorted({("tcp", 22), *keep})[:40])
        return f"sed -i 's/^IPV6=.*/IPV6=yes/' /etc/default/ufw && ufw default deny incoming && {opened} && ufw disable && ufw enable"
    if firewall.tool == "firewalld":
        opened = " ".join(f"--add-port={n}/{p}" for p, n in sorted({("tcp", 22), *keep})[:40])
        return (
            f"firewall-cmd --permanent --zone=public {opened} && firewall-cmd --permanent --zone=public --set-target=default && "
            "firewall-cmd --reload && firewall-cmd --set-default-zone=public"
        )
    if firewall.tool == "pf":
        return phrase(
            "block in all as the first rule in /etc/pf.conf, a rule with pass in for each port that you need, then: pfctl -nf /etc/pf.conf && pfctl -f /etc/pf.conf"
        )
    return setup(system, keep)


def _nft_chain(firewall: Firewall) -> str:
    """Family, table and chain of the filter for what comes in, one called "filter" first."""
    usable = [
        t for t in firewall.tables
        if t.input_chain and not t.foreign and t.family in ("inet", "ip") and all(_PLAIN.fullmatch(n) for n in (t.name, t.input_chain))
    ]  # fmt: skip
    table = min(usable, key=lambda t: (t.name != "filter", t.family != "inet"), default=None)
    return f"{table.family} {table.name} {table.input_chain}" if table else "inet filter input"


def _nft_guard(keep: Iterable[Port]) -> str:
    """A table of its own beside those that are there: a packet has to get through all of them. Its policy is set last."""
    rules = ["ct state established,related accept", "iifname lo accept", "meta l4proto { icmp, ipv6-icmp } accept"]
    for protocol in ("tcp", "udp"):
        numbers = sorted({n for p, n in (("tcp", 22), *keep) if p == protocol})[:40]
        if numbers:
            rules.append(f"{protocol} dport {{ {_commas(numbers)} }} accept")
    chain = "type filter hook input priority 10; policy"
    return " && ".join((
        "nft add table inet guard", f"nft add chain inet guard input '{{ {chain} accept; }}'",
        *(f"nft add rule inet guard input '{r}'" for r in rules), f"nft add chain inet guard input '{{ {chain} drop; }}'",
    ))  # fmt: skip


def _iptables(command: str, firewall: Firewall, family: int, keep: Iterable[Port]) -> str:
    icmp = "ipv6-icmp" if command == "ip6tables" else "icmp"
    ports = sorted({("tcp", 22), *keep})[:40]
    rules = ["-i lo -j ACCEPT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", f"-p {icmp} -j ACCEPT"]
    rules += [f"-p {p} --dport {n} -j ACCEPT" for p, n in ports]
    table = firewall.iptables.get(family)
    everything = table is not None and ("-j", "ACCEPT") in table.chains.get("INPUT", [])
    last = [f"{command} -P INPUT DROP", *([f"{command} -D INPUT -j ACCEPT"] if everything else [])]
    return " && ".join((*(f"{command} -A INPUT {r}" for r in rules), *last))


def _commas(numbers: Iterable[int], separator: str = ", ") -> str:
    return separator.join(str(n) for n in numbers)
