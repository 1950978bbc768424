"""Which ports nobody outside has any business with, which programs usually listen, and what keeps strangers away from a listener."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.facts.host import HostOutside
from selfaudit.i18n import phrase
from selfaudit.protocols.host.containers import Published, user_chain
from selfaudit.protocols.host.firewall import Firewall, Stance
from selfaudit.protocols.host.listeners import Listener
from selfaudit.protocols.ports import PANELS, SERVICES
from selfaudit.protocols.services import BY_PORT


class Business(StrEnum):
    """Who has to do with a service."""

    NOBODY = "nobody"  # nobody outside
    REMOTE = "remote"  # only its administrators, and better over a VPN
    LOGIN = "login"  # a log-in page, a file transfer: people with an account
    ORDINARY = "ordinary"
    UNKNOWN = "unknown"


_REMOTE_TCP = {
    3389: "",
    5900: "",
    5985: phrase("remote control of Windows (WinRM)"),
    5986: phrase("remote control of Windows (WinRM)"),
}
_LOGIN_TCP = (21, *PANELS)
_MORE_TCP = {
    389: phrase("a directory of accounts (LDAP)"), 512: phrase("remote control without encryption (rexec)"),
    513: phrase("remote control without encryption (rlogin)"), 514: phrase("remote control without encryption (rsh)"),
    548: phrase("file sharing (AFP)"), 636: phrase("a directory of accounts (LDAP)"), 2181: phrase("the coordination service ZooKeeper"),
    2379: phrase("the settings store etcd"), 2380: phrase("the settings store etcd"), 3268: phrase("a directory of accounts (LDAP)"),
    4369: phrase("the port list of Erlang"), 5601: phrase("the control panel Kibana"), 8086: phrase("the database InfluxDB"),
    8500: phrase("the settings store Consul"), 9042: phrase("the database Cassandra"), 9092: phrase("the message store Kafka"),
    10250: phrase("the control port of a Kubernetes node"), 10255: phrase("the control port of a Kubernetes node"),
    25672: phrase("the internal port of RabbitMQ"), 27018: phrase("the database MongoDB"), 61616: phrase("the message store ActiveMQ"),
}  # fmt: skip
_NOBODY_UDP = {
    7: phrase("the test service echo"), 13: phrase("the test service daytime"), 17: phrase("the test service quote of the day"),
    19: phrase("the test service chargen"), 69: phrase("file copying without a password (TFTP)"),
    111: phrase("the list of network file services (portmapper)"), 137: phrase("Windows names (NetBIOS)"), 138: phrase("Windows file sharing (NetBIOS)"),
    161: phrase("device monitoring (SNMP)"), 177: phrase("remote screens (XDMCP)"), 389: phrase("a directory of accounts (CLDAP)"),
    520: phrase("routes (RIP)"), 623: phrase("remote control of hardware (IPMI)"), 1434: phrase("the list of Microsoft SQL Servers"),
    1900: phrase("the search for devices (SSDP)"), 2049: phrase("network file sharing (NFS)"), 3283: phrase("remote control (Apple Remote Desktop)"),
    3702: phrase("the search for devices (WS-Discovery)"), 5353: phrase("the search for devices (mDNS)"), 5683: phrase("the web protocol of small devices (CoAP)"),
    11211: phrase("the cache memcached"),
}  # fmt: skip
_ORDINARY_TCP = frozenset((20, 22, 25, 53, 80, 110, 113, 143, 443, 465, 587, 853, 989, 990, 993, 995, 2525, 4190, 8080, 8443))
_ORDINARY_UDP = frozenset((53, 67, 68, 123, 443, 500, 546, 547, 853, 1194, 4500, 51820))
_ORDINARY_PROGRAMS = frozenset((
    "sshd", "sshd-session", "dropbear", "nginx", "apache2", "httpd", "caddy", "haproxy", "traefik", "lighttpd", "litespeed",
    "openlitespeed", "lshttpd", "h2o", "varnishd", "envoy", "master", "smtpd", "exim", "exim4", "sendmail", "sendmail-mta",
    "dovecot", "imap-login", "pop3-login", "managesieve-login", "courier-imap", "courierd", "rspamd", "named",
    "named-pkcs11", "unbound", "nsd", "knotd", "pdns_server", "pdns_recursor", "dnsmasq", "systemd-resolve",
    "systemd-resolved", "chronyd", "ntpd", "ntpd:", "systemd-timesyn", "systemd-timesyncd", "systemd-network",
    "systemd-networkd", "dhclient", "dhcpcd", "udhcpc", "NetworkManager", "systemd", "init", "openvpn", "charon", "starter",
    "pluto", "wg", "postsrsd", "opendkim", "proftpd", "pure-ftpd", "vsftpd", "inetd", "xinetd", "docker-proxy",
    "rootlessport", "conmon",
))  # fmt: skip
# What every Windows server listens on; its firewall, not the address, keeps strangers away.
_WINDOWS_TCP = frozenset((135, 139, 445, 5357, 5985, 47001))
_WINDOWS_UDP = frozenset((123, 137, 138, 500, 3389, 3702, 4500, 5050, 5353, 5355))
_WINDOWS_DYNAMIC = 49_152
_WINDOWS_PROGRAMS = frozenset(
    ("system", "svchost", "lsass", "wininit", "services", "spoolsv", "w3wp", "dns", "termsrv", "idle")
)


def business(listener: Listener) -> tuple[Business, str]:
    """Who has to do with a listener, and the service in plain words ("" if it is only known by its port)."""
    port, program = listener.port, _name(listener.program)
    if listener.protocol == "udp":
        if port in _NOBODY_UDP:
            return Business.NOBODY, _NOBODY_UDP[port]
        known = port in _ORDINARY_UDP or program in _ORDINARY_PROGRAMS
        return (Business.ORDINARY if known else Business.UNKNOWN), ""
    if program == "sshd":
        return Business.ORDINARY, ""
    if port == 9000 and program.startswith("php-fpm"):
        return Business.NOBODY, phrase("the programs of the web server (PHP-FPM)")
    if port in _REMOTE_TCP:
        return Business.REMOTE, _REMOTE_TCP[port] or BY_PORT[port].title
    if port in _LOGIN_TCP:
        return Business.LOGIN, BY_PORT[port].title
    if port in SERVICES:
        return Business.NOBODY, BY_PORT[port].title
    if port in _MORE_TCP:
        return Business.NOBODY, _MORE_TCP[port]
    known = port in _ORDINARY_TCP or program in _ORDINARY_PROGRAMS
    return (Business.ORDINARY if known else Business.UNKNOWN), ""


def windows_own(listener: Listener) -> bool:
    """Whether it is one of the ports that Windows itself always listens on."""
    if listener.port in (_WINDOWS_TCP if listener.protocol == "tcp" else _WINDOWS_UDP):
        return True
    name = _name(listener.program).lower().removesuffix(".exe")
    return listener.port >= _WINDOWS_DYNAMIC and name in _WINDOWS_PROGRAMS


def _name(program: str) -> str:
    return program.replace("\\", "/").rpartition("/")[2].strip("\"'()") if program else ""


@dataclass(frozen=True, slots=True)
class Shield:
    """What stands between strangers and a port.

    Attributes:
        open: the outside probes saw it open.
        refused: they tried it at every address that they looked at, and it was closed each time.
        tried: they tried it.
        stance: what the server's own firewall does; the weakest family counts.
    """

    open: bool
    refused: bool
    tried: bool
    stance: Stance


def shield(
    listener: Listener, outside: HostOutside, firewall: Firewall | None, published: Sequence[Published], global6: bool | None
) -> Shield:
    """What stands between strangers and a listener; without a firewall given, its rules are not asked."""
    outcomes = [p.outcome for p in outside.ports if p.port == listener.port] if listener.protocol == "tcp" else []
    stance: Stance
    container = next((p for p in published if (p.protocol, p.port) == (listener.protocol, listener.port)), None)
    if firewall is None:
        stance = Stance.UNCLEAR
    elif container is not None:  # translated before the rules for the server itself are asked
        own = user_chain(firewall, container)
        stance = Stance.ALLOWS if own is Stance.NONE else own
    else:
        families = [4] if listener.family != 6 else []
        if listener.family != 4 and global6 is not False:
            families.append(6)
        found = {firewall.stance(f, listener.protocol, listener.port) for f in families}
        weakest: tuple[Stance, ...] = (Stance.NONE, Stance.ALLOWS, Stance.UNCLEAR)
        stance = next((s for s in weakest if s in found), Stance.DENIES)
        if not families:
            stance = Stance.UNCLEAR
    return Shield(
        "open" in outcomes, bool(outcomes) and all(o == "closed" for o in outcomes), any(o != "error" for o in outcomes), stance
    )


def label(listener: Listener, words: str = "") -> str:
    """A listener for people: "6379/tcp redis-server (the database and cache Redis)"."""
    text = f"{listener.port}/{listener.protocol}"
    if listener.program:
        text += f" {listener.program}"
    return f"{text} ({words})" if words else text
