"""host.firewall."""

from __future__ import annotations

from collections.abc import Mapping

from selfaudit.facts import Fact
from selfaudit.facts.host import PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.firewall"

DENY = "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"
LAST = "-P INPUT ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited"
ALLOW = "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT"
BANS = "-P INPUT ACCEPT\n-N f2b-sshd\n-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd\n-A f2b-sshd -s 198.51.100.3/32 -j REJECT\n-A f2b-sshd -j RETURN"
NFT = """table inet filter {
 chain input {
  type filter hook input priority filter; policy drop;
  ct state vmap { established : accept, related : accept, invalid : drop }
  iif "lo" accept
  meta l4proto { icmp, ipv6-icmp } accept
  tcp dport { 22, 80, 443 } accept
 }
 chain forward {
  type filter hook forward priority filter; policy accept;
 }
}"""
ABSENT = PartStatus.ABSENT
NO_TOOLS = {"firewall.nft": ABSENT, "firewall.iptables": ABSENT, "firewall.ip6tables": ABSENT}
GLOBAL6 = {"addresses": "eth0|192.0.2.10/24\neth0|2001:db8::10/64", "firewall.state": "ipv6=yes\ndocker=no"}
UFW = "Status: active\nLogging: on (low)\nDefault: deny (incoming), allow (outgoing), disabled (routed)\n22/tcp  ALLOW IN  Anywhere\n22/tcp (v6)  ALLOW IN  Anywhere (v6)"
FIREWALLD = (
    "running\npublic (active)\n  target: default\n  interfaces: eth0\n  services: ssh\ntrusted\n  target: ACCEPT\n  interfaces:"
)
PF = "scrub in all fragment reassemble\nblock drop in all\npass out all flags S/SA keep state\npass in proto tcp from any to any port = ssh flags S/SA keep state\npass in inet6 proto ipv6-icmp all keep state"


def facts(parts: Mapping[str, str | PartStatus], **fields: object) -> list[Fact]:
    return [report(parts, **fields), SCOPE]  # type: ignore[arg-type]


def both(rules: str, **more: str | PartStatus) -> dict[str, str | PartStatus]:
    return {"firewall.nft": ABSENT, "firewall.iptables": rules, "firewall.ip6tables": rules, **more}


def tables(rules: str) -> dict[str, str | PartStatus]:
    return {"firewall.nft": rules, "firewall.iptables": ABSENT, "firewall.ip6tables": ABSENT}


def not_loaded(state: str | None, **more: str) -> list[Fact]:
    """The collector did not ask nft, because no module of it is loaded."""
    known = {"firewall.state": state} if state is not None else {}
    parts: dict[str, str | PartStatus] = {"firewall.iptables": ABSENT, "firewall.ip6tables": ABSENT, **known, **more}
    return [report(parts, more=(part("firewall.nft", "", note="not-loaded"),)), SCOPE]


WINDOWS = "windows=Domain,True,Block\nwindows=Private,True,NotConfigured\nwindows=Public,True,Allow"
WINDOWS_COMMAND = (
    "$ErrorActionPreference = 'Stop'; Enable-NetFirewallRule -Group '@FirewallAPI.dll,-28752'; "
    "New-NetFirewallRule -DisplayName 'Open 443 tcp' -Direction Inbound -Protocol TCP -LocalPort 443 -Action Allow; "
    "New-NetFirewallRule -DisplayName 'Open 3389 tcp' -Direction Inbound -Protocol TCP -LocalPort 3389 -Action Allow; "
    "New-NetFirewallRule -DisplayName 'Open 33890 tcp' -Direction Inbound -Protocol TCP -LocalPort 33890 -Action Allow; "
    "Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block"
)
NOT_GOOD = ["FIREWALL_OK"]
SCENARIOS = [
    Scenario("policy drop", facts(both(DENY)), ["FIREWALL_OK"], "pass"),
    Scenario("a last rule", facts(both(LAST)), ["FIREWALL_OK"], "pass"),
    Scenario("nft, both families", facts(tables(NFT) | GLOBAL6), ["FIREWALL_OK"], "pass", args={"tool": "nftables"}),
    Scenario("nft of family ip only", facts(tables(NFT.replace("inet filter", "ip filter")) | GLOBAL6), ["FIREWALL_IPV6"], "warn", NOT_GOOD),
    Scenario("iptables for IPv4 only", facts(both(DENY) | {"firewall.ip6tables": ALLOW} | GLOBAL6), ["FIREWALL_IPV6"], "warn", NOT_GOOD),
    Scenario("IPv4 only, and no public IPv6", facts(both(DENY) | {"firewall.ip6tables": ALLOW, "firewall.state": "ipv6=no"}), ["FIREWALL_OK"], "pass"),
    Scenario("no program", facts(NO_TOOLS), ["FIREWALL_NONE"], "warn", NOT_GOOD),
    Scenario("no rules", facts({"firewall.nft": ""} | {"firewall.iptables": ALLOW, "firewall.ip6tables": ALLOW}), ["FIREWALL_NONE"], "warn", NOT_GOOD),
    Scenario("only bans", facts(both(BANS)), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("nft lets in", facts(tables(NFT.replace("policy drop", "policy accept"))), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("high ports open", facts(both(DENY + "\n-A INPUT -p tcp --dport 1024:65535 -j ACCEPT")), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("a last rule that lets everything in", facts(both(DENY.replace("-P INPUT DROP", "-P INPUT ACCEPT") + "\n-A INPUT -j ACCEPT") | {"firewall.ip6tables": DENY}), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD, {"command": "iptables -A INPUT -i lo -j ACCEPT && iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT && iptables -A INPUT -p icmp -j ACCEPT && iptables -A INPUT -p tcp --dport 22 -j ACCEPT && iptables -P INPUT DROP && iptables -D INPUT -j ACCEPT"}),
    Scenario("UDP not held back", facts(both(LAST.replace("-A INPUT -j REJECT", "-A INPUT -p tcp -j REJECT"))), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("a rule that cannot be followed", facts(both(DENY + "\n-A INPUT -m bpf --bytecode 4,48 -j ACCEPT")), ["FIREWALL_UNCLEAR"], "inconclusive", NOT_GOOD),
    Scenario("a queue", facts(both("-P INPUT DROP\n-A INPUT -j NFQUEUE --queue-num 0")), ["FIREWALL_UNCLEAR"], "inconclusive", NOT_GOOD),
    Scenario("rules cut off", [report({"firewall.nft": ABSENT, "firewall.ip6tables": DENY}, more=(part("firewall.iptables", DENY, cut=True),)), SCOPE], ["FIREWALL_UNCLEAR"], "inconclusive", NOT_GOOD),
    Scenario("ufw's own word, rules not readable", facts({"firewall.nft": PartStatus.FAILED, "firewall.iptables": PartStatus.FAILED, "firewall.ip6tables": PartStatus.FAILED, "firewall.ufw": UFW}), ["FIREWALL_OK"], "pass", args={"tool": "ufw"}),
    Scenario("ufw without IPv6", facts({"firewall.nft": PartStatus.FAILED, "firewall.ufw": UFW.rpartition("\n")[0], **GLOBAL6}), ["FIREWALL_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("firewalld's own word", facts({"firewall.nft": PartStatus.FAILED, "firewall.firewalld": FIREWALLD}, system="alma"), ["FIREWALL_OK"], "pass", args={"tool": "firewalld"}),
    Scenario("firewalld, all trusted", facts({"firewall.nft": PartStatus.FAILED, "firewall.firewalld": FIREWALLD.replace("target: default", "target: ACCEPT")}, system="alma"), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("pf", facts({"firewall.pf": PF, "firewall.state": "pf_enabled=yes\nipv6=no"}, system="freebsd"), ["FIREWALL_OK"], "pass", args={"tool": "pf"}),
    Scenario("pf lets in", facts({"firewall.pf": "pass all flags S/SA keep state"}, system="freebsd"), ["FIREWALL_LETS_IN"], "warn", NOT_GOOD),
    Scenario("pf is off, ipfw cannot be seen", facts({"firewall.pf": "", "firewall.state": "pf_enabled=no"}, system="freebsd"), ["FIREWALL_UNCLEAR"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]),
    Scenario("windows", facts({"firewall.state": "windows=Domain,True,Block\nwindows=Private,True,NotConfigured\nwindows=Public,True,Block"}, system="windows"), ["FIREWALL_OK"], "pass"),
    Scenario("windows, one profile off", facts({"firewall.state": "windows=Domain,True,Block\nwindows=Public,False,Block"}, system="windows"), ["FIREWALL_PROFILE_OFF"], "warn", NOT_GOOD, {"profiles": ("Public",)}),
    Scenario("windows, unreadable", facts({"firewall.state": "windows=x"}, system="windows"), ["FIREWALL_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("windows, a profile missing", facts({"firewall.state": "windows=Domain,True,Block\nwindows=Public,True,Block"}, system="windows"), ["FIREWALL_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("windows, words that are not known", facts({"firewall.state": WINDOWS.replace("Public,True,Allow", "Public,?,Block")}, system="windows"), ["FIREWALL_NOT_IN_FILE"], "inconclusive", [*NOT_GOOD, "FIREWALL_PROFILE_OFF"]),
    Scenario("windows, what is in use stays open", facts({"firewall.state": WINDOWS, "listeners": "tcp|0.0.0.0|443|System|SYSTEM\ntcp|0.0.0.0|33890|svchost|NETWORK SERVICE\ntcp|0.0.0.0|445|System|SYSTEM\ntcp|0.0.0.0|49670|lsass|SYSTEM\ntcp|0.0.0.0|1433|sqlservr|x\ntcp|127.0.0.1|9999|x|x"}, system="windows"), ["FIREWALL_PROFILE_OFF"], "warn", NOT_GOOD, {"command": WINDOWS_COMMAND}),
    Scenario("windows, lets in", facts({"firewall.state": WINDOWS}, system="windows"), ["FIREWALL_PROFILE_OFF"], "warn", NOT_GOOD, {"profiles": ("Public",)}),
    *(Scenario(f"nft not asked, {line}", not_loaded(line), ["FIREWALL_UNCLEAR"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"], {"why": "a firewall is set up, but its rules could not be looked at"}) for line in ("nft_service=yes", "ufw_enabled=yes", "iptables_saved=yes", "firewalld_enabled=yes")),
    Scenario("nft not asked, the command is that of nft", not_loaded("nft_service=yes"), ["FIREWALL_UNCLEAR"], "inconclusive", args={"show": "nft list ruleset"}),
    Scenario("nft not asked, nothing set up", not_loaded("nft_service=no\nufw_enabled=no\nfirewalld_enabled=no\niptables_saved=no"), ["FIREWALL_NONE"], "warn", NOT_GOOD),
    Scenario("nft not asked, ufw says that it works", not_loaded("nft_service=no", **{"firewall.ufw": UFW}), ["FIREWALL_OK"], "pass", args={"tool": "ufw"}),
    Scenario("nft not asked, nothing known of services", not_loaded(None), ["FIREWALL_UNCLEAR"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]),
    Scenario("iptables not asked", [report({"firewall.nft": ABSENT, "firewall.ip6tables": ABSENT, "firewall.state": "iptables_saved=yes"}, more=(part("firewall.iptables", "", note="not-loaded"),)), SCOPE], ["FIREWALL_UNCLEAR"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]),
    *(Scenario(f"nft with the note {note}", [report({"firewall.iptables": ABSENT, "firewall.ip6tables": ABSENT, "firewall.state": "nft_service=no"}, more=(part("firewall.nft", "", note=note),)), SCOPE], ["FIREWALL_UNCLEAR"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]) for note in ("cut", "time", "rescue", "other")),
    Scenario("a container past it", facts(both(DENY) | {"firewall.containers": "db|0.0.0.0:3306->3306/tcp, :::3306->3306/tcp"}), ["FIREWALL_CONTAINERS", "FIREWALL_OK"], "warn", args={"ports": ("3306",)}),
    Scenario("a container on this server only", facts(both(DENY) | {"firewall.containers": "db|127.0.0.1:3306->3306/tcp"}), ["FIREWALL_OK"], "pass", ["FIREWALL_CONTAINERS", "FIREWALL_CONTAINERS_WEB"]),
    Scenario("a web page in a container", facts(both(DENY) | {"firewall.containers": "web|0.0.0.0:443->8443/tcp"}), ["FIREWALL_CONTAINERS_WEB", "FIREWALL_OK"], "pass", ["FIREWALL_CONTAINERS"]),
    Scenario("seen in the rules only", facts(both(DENY) | {"firewall.iptables-nat": "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.18.0.2:5432"}), ["FIREWALL_CONTAINERS"], "warn"),
    Scenario("held back in DOCKER-USER", facts(both(DENY + "\n-N DOCKER-USER\n-A DOCKER-USER -i eth0 -j DROP\n-A DOCKER-USER -j RETURN") | {"firewall.containers": "db|0.0.0.0:3306->3306/tcp"}), ["FIREWALL_CONTAINERS_WEB"], "pass", ["FIREWALL_CONTAINERS"]),
    Scenario("unclear in DOCKER-USER", facts(both(DENY + "\n-N DOCKER-USER\n-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 3306 -j DROP\n-A DOCKER-USER -j RETURN") | {"firewall.containers": "db|0.0.0.0:3306->3306/tcp"}), ["FIREWALL_CONTAINERS_UNCLEAR"], "inconclusive", ["FIREWALL_CONTAINERS"]),
    Scenario("docker, nothing known of it", facts(both(DENY) | {"firewall.state": "docker=yes", "firewall.containers": PartStatus.DENIED}), ["FIREWALL_NOT_IN_FILE"], "inconclusive"),
    Scenario("without rights", facts({"firewall.nft": PartStatus.DENIED, "firewall.iptables": PartStatus.DENIED, "firewall.ip6tables": PartStatus.DENIED}, root=False), ["FIREWALL_NOT_IN_FILE"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]),
    Scenario("absent for somebody without rights", facts(NO_TOOLS, root=False), ["FIREWALL_NOT_IN_FILE"], "inconclusive", ["FIREWALL_NONE"]),
    *(Scenario(f"parts {s}", facts(dict.fromkeys(NO_TOOLS, s)), ["FIREWALL_NOT_IN_FILE"], "inconclusive", [*NOT_GOOD, "FIREWALL_NONE"]) for s in PartStatus if s not in (PartStatus.OK, PartStatus.ABSENT)),
    Scenario("no parts", facts({}), ["FIREWALL_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("rescue", facts({"firewall.state": "ufw_enabled=yes\nipv6=yes", "firewall.iptables": DENY, "firewall.ip6tables": DENY}, rescue=True), ["FIREWALL_CONFIGURED"], "inconclusive", NOT_GOOD, {"tools": ("ufw",)}),
    Scenario("rescue, nothing", facts({}, rescue=True), ["FIREWALL_NOT_IN_FILE"], "inconclusive", NOT_GOOD),
    Scenario("other host", [report({"addresses": "eth0|198.51.100.7/24", "host": "name=x.other.example", **both(DENY)}, name="x.other.example"), SCOPE], ["FIREWALL_OTHER_HOST"], "inconclusive", NOT_GOOD),
    Scenario("too old", facts(both(DENY), taken="2026-11-01T06:00:00Z"), ["FIREWALL_TOO_OLD"], "inconclusive", NOT_GOOD),
    Scenario("clock", facts(both(DENY), taken="2027-11-01T06:00:00Z"), ["FIREWALL_CLOCK"], "inconclusive", NOT_GOOD),
    Scenario("changed", facts(both(DENY), genuine=False, damage=("x",)), ["FIREWALL_CHANGED"], "inconclusive", NOT_GOOD),
]  # fmt: skip
