"""host.listeners."""

from __future__ import annotations

from selfaudit.facts import Fact
from selfaudit.facts.host import HostOutside, OutsidePort, PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, part, report

CHECK = "host.listeners"
NAME = "web1.blumenhof.example"

DENY = """-P INPUT DROP
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 22,25,80,443 -j ACCEPT"""
ALLOW = "-P INPUT ACCEPT"
GUARDED = {
    "firewall.nft": PartStatus.ABSENT,
    "firewall.iptables": DENY,
    "firewall.ip6tables": DENY,
    "firewall.iptables-nat": "",
}
UNGUARDED = {"firewall.nft": "", "firewall.iptables": ALLOW, "firewall.ip6tables": ALLOW, "firewall.iptables-nat": ""}
PROPER = "tcp|0.0.0.0|22|sshd|root\ntcp6|::|443|nginx|root\ntcp|127.0.0.1|3306|mariadbd|mysql\ntcp6|::1|6379|redis-server|redis\nudp|127.0.0.53%lo|53|systemd-resolve|systemd-resolve"
REDIS = "tcp|0.0.0.0|22|sshd|root\ntcp|0.0.0.0|6379|redis-server|redis"


def outside(*ports: tuple[int, str], address: str = "192.0.2.10") -> HostOutside:
    return HostOutside(NAME, (address,), tuple(OutsidePort(address, p, o) for p, o in ports))


def facts(
    listeners: str | PartStatus,
    parts: dict[str, str | PartStatus] | None = None,
    seen: HostOutside | None = None,
    **fields: object,
) -> list[Fact]:
    return [report({"listeners": listeners, **(GUARDED if parts is None else parts)}, **fields), SCOPE, seen or outside()]  # type: ignore[arg-type]


BAD = ["LISTENERS_OK"]
SCENARIOS = [
    Scenario("only proper services", facts(PROPER), ["LISTENERS_OK"], "pass", ["LISTENERS_NOT_IN_FILE"], {"services": ("22/tcp sshd", "443/tcp nginx")}),
    Scenario("proper services, seen from outside too", facts(PROPER, seen=outside((22, "open"), (443, "open"), (3306, "closed"))), ["LISTENERS_OK"], "pass", ["LISTENERS_NOBODY_INSIDE", "LISTENERS_QUIET_OUTSIDE"]),
    Scenario("nothing at all", facts(""), ["LISTENERS_OK"], "pass", args={"services": ("nothing at all",)}),
    Scenario("redis seen open", facts(REDIS, seen=outside((6379, "open"))), ["LISTENERS_SEEN_OPEN"], "fail", BAD, {"ports": ("6379",)}),
    Scenario("redis without a firewall", facts(REDIS, UNGUARDED), ["LISTENERS_UNGUARDED"], "fail", BAD),
    Scenario("redis without a firewall, the whole server silent", facts(REDIS, UNGUARDED, outside((6379, "silent"), (22, "silent"))), ["LISTENERS_UNGUARDED", "LISTENERS_QUIET_OUTSIDE"], "fail", BAD),
    Scenario("redis without a firewall, yet refused outside", facts(REDIS, UNGUARDED, outside((6379, "closed"))), ["LISTENERS_EXPOSED"], "warn", BAD),
    Scenario("redis, firewall not readable", facts(REDIS, {"firewall.nft": PartStatus.FAILED}), ["LISTENERS_EXPOSED"], "warn", BAD),
    Scenario("redis behind a firewall, not tried", facts(REDIS), ["LISTENERS_EXPOSED"], "warn", BAD),
    Scenario("redis behind a firewall, tried", facts(REDIS, seen=outside((6379, "silent"))), ["LISTENERS_HELD_BACK"], "warn", BAD),
    Scenario("redis behind IPv4 rules only", facts("tcp6|::|6379|redis-server|redis", {**GUARDED, "firewall.ip6tables": ALLOW, "firewall.state": "ipv6=yes"}), ["LISTENERS_UNGUARDED"], "fail", BAD),
    Scenario("redis on a private interface", facts(REDIS.replace("0.0.0.0|6379", "10.0.0.5|6379"), {**UNGUARDED, "addresses": "eth0|192.0.2.10/24\neth1|10.0.0.5/24"}), ["LISTENERS_OK"], "pass"),
    Scenario("redis on the only address, which is private", facts(REDIS.replace("0.0.0.0|6379", "172.31.4.9|6379"), {**UNGUARDED, "addresses": "eth0|172.31.4.9/20"}, via="ssh", address="192.0.2.10"), ["LISTENERS_UNGUARDED"], "fail"),
    Scenario("redis of a container", facts("tcp|0.0.0.0|22|sshd|root\ntcp|0.0.0.0|6379|docker-proxy|root", {**GUARDED, "firewall.containers": "cache|0.0.0.0:6379->6379/tcp"}), ["LISTENERS_UNGUARDED"], "fail", ["LISTENERS_HELD_BACK"]),
    Scenario("snmp and mdns", facts("udp|0.0.0.0|161|snmpd|Debian-snmp\nudp|*|5353|avahi-daemon|avahi", UNGUARDED), ["LISTENERS_UNGUARDED"], "fail"),
    Scenario("a name server and a clock are meant for strangers", facts("udp|0.0.0.0|53|named|bind\nudp|*|123|chronyd|_chrony\nudp|*|41234|named|bind", UNGUARDED), ["LISTENERS_OK"], "pass"),
    Scenario("remote desktop", facts("tcp|0.0.0.0|5900|Xvnc|anna", UNGUARDED), ["LISTENERS_REMOTE_CONTROL"], "warn", BAD),
    Scenario("panel and FTP", facts("tcp|*|8443|sw-cp-server|root\ntcp|*|21|vsftpd|root", UNGUARDED), ["LISTENERS_LOGIN_PAGES"], "warn", BAD),
    Scenario("panel held back", facts("tcp|*|8443|sw-cp-server|root"), ["LISTENERS_OK"], "pass"),
    Scenario("unknown program", facts("tcp|0.0.0.0|4444|kxd|www-data", UNGUARDED), ["LISTENERS_STRANGE"], "warn", BAD),
    Scenario("unknown program behind a firewall", facts("tcp|0.0.0.0|4444|kxd|www-data"), ["LISTENERS_STRANGE_HELD", "LISTENERS_OK"], "pass"),
    Scenario("from /tmp", facts("tcp|0.0.0.0|443|/tmp/.x/httpd|www-data"), ["LISTENERS_FROM_TMP"], "fail", BAD),
    Scenario("from /dev/shm, by the list of suspects", facts("tcp|0.0.0.0|443|kdev|www-data", {**GUARDED, "malware.suspects": "exe-in-tmp|/dev/shm/kdev|2026-11-20T00:00:00Z"}), ["LISTENERS_FROM_TMP"], "fail", BAD),
    Scenario("sshd replaced by an update is no suspect", facts(PROPER, {**GUARDED, "malware.suspects": "deleted-exe|/usr/sbin/sshd|2026-11-20T00:00:00Z"}), ["LISTENERS_OK"], "pass"),
    Scenario("open outside, nobody inside", facts(PROPER, seen=outside((22, "open"), (4444, "open"))), ["LISTENERS_NOBODY_INSIDE"], "warn", args={"ports": ("4444",)}),
    Scenario("open outside on loopback inside", facts(PROPER, seen=outside((3306, "open"))), ["LISTENERS_NOBODY_INSIDE"], "warn"),
    Scenario("open outside, passed on to a container", facts(PROPER, {**GUARDED, "firewall.iptables-nat": "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80"}, outside((8080, "open"))), ["LISTENERS_OK"], "pass", ["LISTENERS_NOBODY_INSIDE"]),
    Scenario("open outside, translations not in the file", facts(PROPER, {"firewall.iptables": DENY, "firewall.ip6tables": DENY, "firewall.nft": PartStatus.ABSENT}, outside((4444, "open"))), ["LISTENERS_NOBODY_UNCLEAR"], "inconclusive", ["LISTENERS_NOBODY_INSIDE"]),
    Scenario("listens, and quiet outside", facts(PROPER, seen=outside((443, "silent"))), ["LISTENERS_QUIET_OUTSIDE", "LISTENERS_OK"], "pass"),
    Scenario("without rights", facts("tcp|0.0.0.0|22|-|-", root=False), ["LISTENERS_NOT_IN_FILE"], "inconclusive", [*BAD, "LISTENERS_NOBODY_INSIDE"]),
    Scenario("without rights, redis open all the same", facts("tcp|0.0.0.0|6379|-|-", root=False, seen=outside((6379, "open"), (99, "open"))), ["LISTENERS_SEEN_OPEN"], "fail", ["LISTENERS_NOBODY_INSIDE"]),
    Scenario("a line that cannot be read", facts(PROPER + "\ntcp|garbage|x|y|z"), ["LISTENERS_NOT_IN_FILE"], "inconclusive", BAD),
    Scenario("cut", [report(GUARDED, more=(part("listeners", PROPER, cut=True),)), SCOPE, outside((99, "open"))], ["LISTENERS_NOT_IN_FILE"], "inconclusive", [*BAD, "LISTENERS_NOBODY_INSIDE"]),
    *(Scenario(f"part {s}", facts(s), ["LISTENERS_NOT_IN_FILE"], "inconclusive", BAD) for s in PartStatus if s is not PartStatus.OK),
    Scenario("no such part", [report(GUARDED), SCOPE, outside()], ["LISTENERS_NOT_IN_FILE"], "inconclusive", BAD),
    Scenario("rescue", facts(REDIS, UNGUARDED, rescue=True), ["LISTENERS_NOT_IN_FILE"], "inconclusive", ["LISTENERS_UNGUARDED"]),
    Scenario("windows with its firewall", facts("tcp|0.0.0.0|445|System|SYSTEM\ntcp|::|49667|svchost|SYSTEM\ntcp|0.0.0.0|443|w3wp|IIS", {"firewall.state": "windows=Domain,True,Block\nwindows=Private,True,Block\nwindows=Public,True,NotConfigured"}, system="windows"), ["LISTENERS_OK"], "pass"),
    Scenario("windows without its firewall", facts("tcp|0.0.0.0|445|System|SYSTEM", {"firewall.state": "windows=Domain,False,Block\nwindows=Public,False,Allow"}, system="windows"), ["LISTENERS_UNGUARDED"], "fail", BAD),
    Scenario("windows, its firewall not in the file", facts("tcp|0.0.0.0|445|System|SYSTEM", {}, system="windows"), ["LISTENERS_EXPOSED"], "warn", [*BAD, "LISTENERS_UNGUARDED"]),
    Scenario("windows, one profile off", facts("tcp|0.0.0.0|445|System|SYSTEM", {"firewall.state": "windows=Domain,True,Block\nwindows=Public,False,Block"}, system="windows"), ["LISTENERS_EXPOSED"], "warn", BAD),
    Scenario("windows, seen open", facts("tcp|0.0.0.0|445|System|SYSTEM", {"firewall.state": "windows=Public,True,Block"}, outside((445, "open")), system="windows"), ["LISTENERS_SEEN_OPEN"], "fail"),
    Scenario("other host", [report({"addresses": "eth0|198.51.100.7/24", "host": "name=x.other.example", "listeners": REDIS}, name="x.other.example"), SCOPE, outside()], ["LISTENERS_OTHER_HOST"], "inconclusive", BAD),
    Scenario("too old", facts(PROPER, taken="2026-11-01T06:00:00Z"), ["LISTENERS_TOO_OLD"], "inconclusive", BAD),
    Scenario("clock", facts(PROPER, taken="2027-11-01T06:00:00Z"), ["LISTENERS_CLOCK"], "inconclusive", BAD),
    Scenario("changed", facts(PROPER, genuine=False, damage=("x",)), ["LISTENERS_CHANGED"], "inconclusive", BAD),
]  # fmt: skip
