"""Firewall rules followed for a stranger's packet: nft, iptables, pf, and what the tools say themselves."""

from __future__ import annotations

import ipaddress

import pytest

from selfaudit.facts.host import PartStatus
from selfaudit.protocols.host.containers import Published, published_ports, user_chain
from selfaudit.protocols.host.firewall import Stance, firewall_of
from selfaudit.protocols.host.iptables import read_table
from selfaudit.protocols.host.nft import read_ruleset
from selfaudit.protocols.host.packet import Match, Packet, from_match, interface_match, port_match, to_match
from selfaudit.protocols.host.pf import pf_endings
from tests.checks.host import report

OWN = (ipaddress.ip_address("192.0.2.10"), ipaddress.ip_address("2001:db8::10"))

# As nft 1.0.6 lists it.
NFT = """table inet filter {
	set blocked {
		type ipv4_addr
		flags interval
		elements = { 198.51.100.0/24, 203.0.113.5,
			     203.0.113.77 }
	}

	set ports {
		type inet_service
		elements = { 8080, 8443 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { invalid : drop, established : accept, related : accept }
		ct state established,related accept
		iif "lo" accept
		iifname != "lo" ip daddr 127.0.0.0/8 drop
		ip saddr @blocked counter packets 0 bytes 0 drop
		tcp flags != syn / fin,syn,rst,ack ct state new drop
		ip protocol icmp limit rate 5/second accept
		meta l4proto { icmp, ipv6-icmp } accept
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
		fib daddr type { broadcast, anycast, multicast } drop
		fib saddr . iif oif missing drop
		tcp dport { 22, 80, 443 } ct state new counter packets 0 bytes 0 accept comment "web { and"
		tcp dport vmap { 25 : jump mail, 110-120 : drop }
		tcp dport @ports accept
		tcp dport 9999 limit rate 10/minute accept
		meta pkttype host tcp dport 5000-6000 accept
		ip saddr . tcp dport { 10.0.0.1 . 2222, 10.0.0.2 . 23 } accept
		meta nfproto ipv4 udp dport 53 accept
		ip6 daddr 2001:db8::10 tcp dport 7777 accept
		log prefix "dropped: " level info flags all
		reject with icmpx admin-prohibited
	}

	chain mail {
		tcp dport 25 accept
		return
	}
}
table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8081 dnat to 172.17.0.2:80
		iifname "eth0" tcp dport { 8082, 8083 } dnat to 172.17.0.3
		udp dport 53 redirect to :5353
	}
}"""  # noqa: E101

# The shape that firewalld gives its table.
FIREWALLD = """table inet firewalld {
 chain mangle_PREROUTING {
  type filter hook prerouting priority mangle + 10; policy accept;
  jump mangle_PREROUTING_ZONES
 }
 chain mangle_PREROUTING_ZONES {
  iifname "eth0" goto mangle_PRE_public
  goto mangle_PRE_public
 }
 chain mangle_PRE_public {
 }
 chain filter_INPUT {
  type filter hook input priority filter + 10; policy accept;
  ct state { established, related } accept
  ct status dnat accept
  iifname "lo" accept
  ct state invalid drop
  jump filter_INPUT_ZONES
  reject with icmpx admin-prohibited
 }
 chain filter_INPUT_ZONES {
  iifname "eth0" goto filter_IN_public
  goto filter_IN_public
 }
 chain filter_IN_public {
  jump filter_IN_public_deny
  jump filter_IN_public_allow
  meta l4proto { icmp, ipv6-icmp } accept
  reject with icmpx admin-prohibited
 }
 chain filter_IN_public_deny {
 }
 chain filter_IN_public_allow {
  tcp dport 22 accept
  ip6 daddr fe80::/64 udp dport 546 accept
 }
}"""

# The shape that ufw gives its chains.
UFW = """-P INPUT DROP
-P FORWARD DROP
-P OUTPUT ACCEPT
-N ufw-after-input
-N ufw-before-input
-N ufw-logging-deny
-N ufw-not-local
-N ufw-skip-to-policy-input
-N ufw-user-input
-A INPUT -j ufw-before-input
-A INPUT -j ufw-after-input
-A ufw-after-input -p udp -m udp --dport 137 -j ufw-skip-to-policy-input
-A ufw-after-input -m addrtype --dst-type BROADCAST -j ufw-skip-to-policy-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
-A ufw-before-input -j ufw-user-input
-A ufw-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny
-A ufw-not-local -j DROP
-A ufw-skip-to-policy-input -j DROP
-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
-A ufw-user-input -p tcp -m multiport --dports 80,443 -m comment --comment "web site" -j ACCEPT
-A ufw-user-input -s 198.51.100.0/24 -p tcp -m tcp --dport 3306 -j ACCEPT"""

PF = """scrub in all fragment reassemble
anchor "f2b/*" all
block drop in log all
block drop in quick from <bruteforce> to any
pass quick on lo0 all flags S/SA keep state
pass out all flags S/SA keep state
pass in inet proto icmp all icmp-type echoreq keep state
pass in on em0 inet proto tcp from any to (em0) port = ssh flags S/SA keep state (source-track rule, max-src-conn 15)
pass in proto tcp from any to any port 8000:8010 flags S/SA keep state
pass in proto tcp from <friends> to any port = 5432 flags S/SA keep state
pass in inet proto tcp from 198.51.100.0/24 to any port = 3306 flags S/SA keep state
block drop in quick on em0 proto tcp from any to any port = 8005"""


def packet(port: int, family: int = 4, protocol: str = "tcp") -> Packet:
    return Packet(family, protocol, port, frozenset({"eth0"}), OWN)


def nft(port: int, family: int = 4, protocol: str = "tcp", rules: str = NFT) -> list[set[str]]:
    return [set(e) for t in read_ruleset(rules.splitlines()) for e in t.endings(packet(port, family, protocol))]


@pytest.mark.parametrize(
    ("port", "family", "protocol", "ends"),
    [
        (4, 4, "tcp", {"drop"}), (20011, 6, "udp", {"drop"}), (22, 4, "tcp", {"accept"}), (443, 6, "tcp", {"accept"}), (25, 4, "tcp", {"accept"}),
        (115, 4, "tcp", {"drop"}), (8080, 4, "tcp", {"accept"}), (9999, 4, "tcp", {"accept", "drop"}), (5500, 6, "tcp", {"accept"}),
        (2222, 4, "tcp", {"drop", "accept"}), (53, 4, "udp", {"accept"}), (53, 6, "udp", {"drop"}), (7777, 6, "tcp", {"accept"}), (7777, 4, "tcp", {"drop"}),
        (22, 4, "udp", {"drop"}),
    ],
)  # fmt: skip
def test_nft(port: int, family: int, protocol: str, ends: set[str]) -> None:
    if port == 2222:  # an address and a port together: only the address could tell, and a stranger's is none of those
        assert "drop" in nft(port, family, protocol)[0]
    else:
        assert nft(port, family, protocol) == [ends]


def test_firewalld() -> None:
    assert nft(22, rules=FIREWALLD) == [{"accept"}, {"accept"}]
    assert nft(3306, rules=FIREWALLD) == [{"accept"}, {"drop"}]
    assert nft(546, 6, "udp", FIREWALLD)[1] == {"drop"}


@pytest.mark.parametrize(
    "damaged",
    [
        NFT.replace("tcp dport @ports accept", "tcp dport @ports " + "x" * 30 + " ..."),
        NFT.replace("tcp dport @ports accept", "socket transparent 1 accept"),
        NFT.replace("tcp dport 25 accept", "queue to 3").replace("25 : jump mail", "0-65535 : jump mail"),
        NFT.replace("25 : jump mail", "0-65535 : jump elsewhere"),
    ],
)
def test_what_cannot_be_read_is_neither(damaged: str) -> None:
    assert nft(4, rules=damaged) == [{"accept", "drop"}]


def test_a_dormant_table_and_a_bridge_do_nothing() -> None:
    assert nft(4, rules=NFT.replace("table inet filter {", "table inet filter {\n flags dormant")) == []
    assert nft(4, rules=NFT.replace("table inet", "table bridge")) == []


def test_an_unfinished_chain_is_unclear() -> None:
    assert nft(4, rules=NFT[: NFT.index("fib daddr")]) == [{"accept", "drop"}]


def ip(rules: str, port: int, protocol: str = "tcp", family: int = 4, cut: bool = False) -> set[str]:
    table = read_table(rules.splitlines(), cut)
    assert table is not None
    return set(table.endings(packet(port, family, protocol)))


@pytest.mark.parametrize(
    ("port", "protocol", "ends"),
    [
        (4, "tcp", "drop"),
        (22, "tcp", "accept"),
        (443, "tcp", "accept"),
        (3306, "tcp", "drop"),
        (137, "udp", "drop"),
        (53, "udp", "drop"),
    ],
)
def test_ufw(port: int, protocol: str, ends: str) -> None:
    assert ip(UFW, port, protocol) == {ends}


def test_ufw_answers_to_dhcp_are_not_certain() -> None:
    assert ip(UFW, 68, "udp") == {"accept", "drop"}  # from port 67 only; a stranger chooses his port


BASE = "-P INPUT ACCEPT\n"


@pytest.mark.parametrize(
    ("rules", "ends"),
    [
        ("", {"accept"}),
        ("-A INPUT -j DROP", {"drop"}),
        ("-A INPUT ! -i lo -j DROP", {"drop"}),
        ("-A INPUT -i eth1 -j DROP", {"accept"}),
        ("-A INPUT -i eth+ -j DROP", {"drop"}),
        ("-A INPUT ! -s 192.168.0.0/16 -j DROP", {"drop"}),
        ("-A INPUT -s 192.168.0.0/16 -j DROP", {"accept"}),
        ("-A INPUT -d 192.0.2.10/32 -j DROP", {"drop"}),
        ("-A INPUT -d 192.0.2.99/32 -j DROP", {"accept"}),
        ("-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP", {"drop"}),
        ("-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP", {"accept"}),
        ("-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP", {"accept"}),
        ("-A INPUT -m set --match-set bad src -j DROP", {"accept"}),
        ("-A INPUT -m set ! --match-set friends src -j DROP", {"drop"}),
        ("-A INPUT -m limit --limit 5/sec -j DROP", {"accept", "drop"}),
        ("-A INPUT -m geoip --source-country XX -j DROP", {"accept", "drop"}),
        ("-A INPUT -j TARPIT", {"drop"}),
        ("-A INPUT -j SOMETHING", {"accept", "drop"}),
        ("-N A\n-N B\n-A INPUT -j A\n-A A -j B\n-A B -j A\n-A INPUT -j DROP", {"accept", "drop"}),
        ("-N A\n-A INPUT -g A\n-A INPUT -j DROP", {"accept"}),
        ("-A INPUT -m comment --comment \"a 'quote -j DROP\" -j DROP", {"drop"}),
        ('-A INPUT -m comment --comment "open -j DROP', {"accept", "drop"}),
    ],
)  # fmt: skip
def test_iptables(rules: str, ends: set[str]) -> None:
    assert ip(BASE + rules, 4) == ends


def test_iptables_cut() -> None:
    assert ip("-P INPUT DROP", 4, cut=True) == {"accept", "drop"}
    assert read_table(["nonsense"]) is None


def test_many_chains_deep_end() -> None:
    rules = "\n".join(["-A INPUT -j C0", *(f"-A C{n} -j C{n + 1}" for n in range(3000)), "-A C3000 -j DROP"])
    assert ip(BASE + rules, 4) == {"accept", "drop"}  # deeper than is followed


@pytest.mark.parametrize(
    ("port", "family", "ends"),
    [
        (4, 4, {"drop"}),
        (22, 4, {"accept"}),
        (22, 6, {"drop"}),
        (8001, 6, {"accept"}),
        (8005, 4, {"drop"}),
        (5432, 4, {"accept", "drop"}),
        (3306, 4, {"drop"}),
    ],
)
def test_pf(port: int, family: int, ends: set[str]) -> None:
    assert set(pf_endings(PF.splitlines(), Packet(family, "tcp", port, frozenset({"em0"}), OWN))) == ends


def test_pf_anchor_of_unknown_content() -> None:
    assert set(pf_endings(['anchor "mine" all'], packet(4))) == {"accept", "drop"}
    assert set(pf_endings([], packet(4))) == {"accept"}


def test_conditions() -> None:
    assert port_match("ssh", 22) is Match.YES
    assert port_match("1000-2000", 1500) is Match.YES
    assert port_match("1000:", 70) is Match.NO
    assert port_match("gopher-plus", 70) is Match.MAYBE
    assert from_match("0.0.0.0/0", 4) is Match.YES
    assert from_match("0.0.0.0/1", 4) is Match.MAYBE
    assert from_match("::/0", 4) is Match.NO
    assert from_match("nonsense", 4) is Match.MAYBE
    assert from_match("1.0.0.0-223.255.255.255", 4) is Match.MAYBE
    assert to_match("2001:db8::/32", packet(4, 6)) is Match.YES
    assert interface_match("docker0", Packet(4, "tcp", 4)) is Match.NO
    assert interface_match("eth0", Packet(4, "tcp", 4)) is Match.MAYBE


def test_stances_of_a_server() -> None:
    firewall = firewall_of(
        report(
            {
                "firewall.nft": PartStatus.ABSENT,
                "firewall.iptables": UFW,
                "firewall.ip6tables": BASE,
                "firewall.ufw": "Status: active",
            }
        )
    )
    assert firewall.tool == "ufw"
    assert firewall.default(4) is Stance.DENIES
    assert firewall.default(6) is Stance.NONE
    assert firewall.stance(4, "tcp", 22) is Stance.ALLOWS
    assert firewall.stance(4, "tcp", 3306) is Stance.DENIES


def test_rules_made_by_iptables_count_once_and_from_its_own_list() -> None:
    listed = '# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable ip filter {\n chain INPUT {\n  type filter hook input priority filter; policy accept;\n  xt match "conntrack" counter packets 0 bytes 0 accept\n }\n}'
    firewall = firewall_of(report({"firewall.nft": listed, "firewall.iptables": BASE, "firewall.ip6tables": BASE}))
    assert firewall.default(4) is Stance.NONE


def test_published_ports() -> None:
    server = report({
        "firewall.containers": "web|0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\ndb|127.0.0.1:3306->3306/tcp\nmany|0.0.0.0:7000-7002->7000-7002/udp",
        "firewall.iptables-nat": "-P PREROUTING ACCEPT\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80\n-A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.17.0.3:5432",
        "firewall.nft": NFT,
    })  # fmt: skip
    assert [(p.port, p.protocol, p.container) for p in published_ports(server) or ()] == [
        (53, "udp", ""), (7000, "udp", "many"), (7001, "udp", "many"), (7002, "udp", "many"), (8080, "tcp", "web"), (8081, "tcp", ""), (8082, "tcp", ""), (8083, "tcp", ""),
    ]  # fmt: skip
    assert published_ports(report({})) is None


def test_the_owners_chain_for_containers() -> None:
    def stance(rules: str) -> Stance:
        parts = {"firewall.nft": PartStatus.ABSENT, "firewall.iptables": BASE + rules, "firewall.ip6tables": BASE}
        return user_chain(firewall_of(report(parts)), Published(3306, "tcp"))

    assert stance("") is Stance.NONE
    assert stance("-N DOCKER-USER\n-A DOCKER-USER -j RETURN") is Stance.ALLOWS
    assert stance("-N DOCKER-USER\n-A DOCKER-USER -i eth0 -j DROP") is Stance.DENIES
    assert stance("-N DOCKER-USER\n-A DOCKER-USER -s 198.51.100.1 -j DROP\n-A DOCKER-USER -j RETURN") is Stance.ALLOWS


@pytest.mark.parametrize("text", ["}" * 50, "table", "table inet x {\n" * 50, "chain {", "{ { {", "-A", "-A INPUT", "-P INPUT", "\x00", "table inet a {\nchain b {\ntype filter hook input priority 0;\n} } }\n" + "tcp dport vmap {" * 20, "set x {\nelements = {"])  # fmt: skip
def test_hostile_text_is_read_without_a_crash(text: str) -> None:
    for name in (
        "firewall.nft",
        "firewall.iptables",
        "firewall.ip6tables",
        "firewall.pf",
        "firewall.ufw",
        "firewall.firewalld",
        "firewall.containers",
        "firewall.iptables-nat",
    ):
        server = report({name: text}, system="freebsd" if name == "firewall.pf" else "debian")
        firewall = firewall_of(server)
        assert firewall.default(4) in tuple(Stance)
        assert firewall.default(6) is not Stance.DENIES
        published_ports(server)
