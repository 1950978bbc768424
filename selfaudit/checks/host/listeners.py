"""Only what is meant for strangers listens on public addresses.

What it checks:
    Which programs wait for connections on addresses that strangers can reach, seen from inside the server, and whether that fits
    with what was seen from outside.

Why it matters:
    Databases, caches, device monitoring and file sharing that listen for everybody are found within hours, emptied, and used to
    attack others. A program that nobody knows, or one that runs from a folder for temporary files, is often what an intruder left.

How it is judged:
    1. ss -lntup (or netstat, sockstat) on the server: what listens on all addresses or on one that leads outside. What listens
       on 127.0.0.0/8 or ::1 only is nobody else's business. Where a server has private addresses only, they count as those that
       lead outside, because the provider translates to them.
    2. Databases, caches, LDAP, SMB, NFS, the portmapper, SNMP, Telnet, the control ports of Docker and Kubernetes and their like
       have nobody outside to talk to. It is a serious fault if the audit saw such a port open from outside, or if the server's
       own firewall lets strangers through to it. It is a fault if that is not known, and a small one if the firewall holds it
       back and it was not seen open: one change to the firewall, and it is open.
    3. Remote desktops are a fault; log-in pages of control panels and FTP are a small one.
    4. A listening program that runs from /tmp, /var/tmp or /dev/shm, or whose file there was deleted, is a serious fault.
    5. A program that is not known as a service is listed, as a small fault if no rule of the firewall keeps strangers away from it.
    6. A TCP port that the audit saw open from outside although nothing listens there inside: something else answers in the
       server's place, or the server hides it. A port passed on to a container is no such case.
    7. Windows always listens on ports 135, 445 and some high ones. That is no fault while its firewall is on and the port was
       not seen open from outside.
    8. Without administrator rights, from a rescue system, or if the list is cut, nothing is seen to be right.

Limits and false positives:
    An intruder with administrator rights can hide from the server's own list; step 6 finds some of that, from outside. A firewall
    of the provider is not in the server's file. The file and the look from outside are not of the same minute. Which programs are
    usual is a list of names; a name proves nothing.

References:
    ss(8); RFC 1918; RFC 6598; RFC 6335; CISA and BSI reports on open services.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.host import _host_part_closing as _closing
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.checks.host._listening import Business, Shield, business, label, shield, windows_own
from selfaudit.facts.host import HostOutside, HostReport, HostScope
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.containers import published_ports
from selfaudit.protocols.host.firewall import Stance, firewall_of
from selfaudit.protocols.host.jobs import in_temporary_folder, suspect_path
from selfaudit.protocols.host.listeners import Listener, answers_at, read_listeners
from selfaudit.protocols.host.own import outward_of
from selfaudit.protocols.host_system import System, system_of


class Tag(StrEnum):
    OK = "LISTENERS_OK"
    SEEN_OPEN = "LISTENERS_SEEN_OPEN"
    UNGUARDED = "LISTENERS_UNGUARDED"
    EXPOSED = "LISTENERS_EXPOSED"
    HELD_BACK = "LISTENERS_HELD_BACK"
    REMOTE = "LISTENERS_REMOTE_CONTROL"
    LOGIN = "LISTENERS_LOGIN_PAGES"
    FROM_TMP = "LISTENERS_FROM_TMP"
    STRANGE = "LISTENERS_STRANGE"
    STRANGE_HELD = "LISTENERS_STRANGE_HELD"
    NOBODY = "LISTENERS_NOBODY_INSIDE"
    NOBODY_UNCLEAR = "LISTENERS_NOBODY_UNCLEAR"
    QUIET = "LISTENERS_QUIET_OUTSIDE"
    OTHER_HOST = "LISTENERS_OTHER_HOST"
    TOO_OLD = "LISTENERS_TOO_OLD"
    CLOCK = "LISTENERS_CLOCK"
    CHANGED = "LISTENERS_CHANGED"
    NOT_IN_FILE = "LISTENERS_NOT_IN_FILE"


CHECK = Check(
    "host.listeners", N_("Only what is meant for strangers listens on public addresses"), (HostReport, HostScope, HostOutside), "host",
    Contact.PASSIVE,
)  # fmt: skip

_VERIFY = N_(
    "{look}   # right: these ports on 127.0.0.1 only, or not at all; then collect again: selfaudit collect --ssh USER@{host}"
)
_AFTER = N_("{look}   # then collect again: selfaudit collect --ssh USER@{host}")
_STACKS = {
    "MySQL, MariaDB": "bind-address = 127.0.0.1   # under [mysqld]; then restart it",
    "PostgreSQL": "listen_addresses = 'localhost'   # in postgresql.conf; then restart it",
    "Redis": "bind 127.0.0.1 -::1   # in redis.conf; then restart it",
    "memcached": "-l 127.0.0.1   # in memcached.conf; then restart it",
    "MongoDB": "net:\n  bindIp: 127.0.0.1   # in mongod.conf; then restart it",
    "Elasticsearch": "network.host: 127.0.0.1   # in elasticsearch.yml; then restart it",
    "rpcbind": "systemctl mask --now rpcbind.socket rpcbind.service   # NFS version 4 does not need it",
    "SNMP": "agentaddress 127.0.0.1   # in snmpd.conf; then restart it",
    "PHP-FPM": "listen = 127.0.0.1:9000   # in the pool's file; then restart it",
    "Containers": 'ports: ["127.0.0.1:PORT:PORT"]   # in the compose file; then docker compose up -d',
}
_CLOSE = Remedy(
    N_(
        "Let each of these services listen on this server only (address 127.0.0.1), or switch it off if nobody needs it. Close the ports in the firewall as "
        "well. This {changes}. Who needs a service from elsewhere comes over a VPN or an SSH tunnel."
    ),
    verify=_VERIFY,
    record="{command}",
    stacks=_STACKS,
    minutes=30,
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD,
        N_("{host} listens on public addresses only with what is meant for strangers: {services}. Seen from inside."),
    ),
    Tag.SEEN_OPEN: Message(
        Severity.HIGH,
        N_(
            "These services of {host} have no business with strangers, and this audit could connect to them from outside: {services}. Such ports are found "
            "and misused within hours."
        ),
        _CLOSE,
    ),
    Tag.UNGUARDED: Message(
        Severity.HIGH,
        N_(
            "These services of {host} have no business with strangers. They listen on public addresses, and no rule of the server's own firewall holds strangers "
            "back: {services}. A firewall of the provider may do it, but that cannot be seen here."
        ),
        _CLOSE,
    ),
    Tag.EXPOSED: Message(
        Severity.MEDIUM,
        N_(
            "These services of {host} have no business with strangers, and listen on public addresses: {services}. Whether something in front of them holds "
            "strangers back is not certain."
        ),
        _CLOSE,
    ),
    Tag.HELD_BACK: Message(
        Severity.LOW,
        N_(
            "These services of {host} have no business with strangers, and listen on public addresses: {services}. The firewall holds strangers back, and from outside "
            "they were not reached. One mistake in the firewall would open them."
        ),
        _CLOSE,
    ),
    Tag.REMOTE: Message(
        Severity.MEDIUM,
        N_(
            "{host} can be remote-controlled over public addresses: {services}. Passwords are tried there day and night, and ransomware comes in this way."
        ),
        Remedy(
            N_("Let only your own addresses or a VPN reach these ports, and close them for everybody else. This {changes}."),
            verify=_VERIFY,
            record="{command}",
            stacks={"Windows": f"Set-NetFirewallRule -Group '{_closing.RDP_GROUP}' -RemoteAddress YOUR-ADDRESS"},
            minutes=30,
        ),
    ),
    Tag.LOGIN: Message(
        Severity.LOW,
        N_(
            "Log-in pages or file transfer of {host} listen on public addresses: {services}. Passwords are tried there day and night."
        ),
        Remedy(
            N_(
                "If only you use them, let only your own addresses or a VPN reach these ports. The command closes them for everybody: this {changes}. "
                "Otherwise use long passwords and a second factor; FTP is better replaced by SFTP."
            ),
            verify=_VERIFY,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.FROM_TMP: Message(
        Severity.HIGH,
        N_(
            "A program that listens on {host} runs from a folder for temporary files, or its file there was deleted after it was started: {services}. "
            "Hardly any proper service does so; intruders do."
        ),
        Remedy(
            N_(
                "Look at the program before anything is stopped: note its number (PID), copy its file and its open connections as evidence. This {changes}. "
                "Then look for how it was started (jobs, timers, accounts), and think of setting up the server anew from a clean image: an intruder "
                "leaves more than one door."
            ),
            verify=_AFTER,
            record="{command}",
            minutes=120,
        ),
    ),
    Tag.STRANGE: Message(
        Severity.LOW,
        N_("Programs that are not known as usual services listen on public addresses of {host}: {services}."),
        Remedy(
            N_(
                "For each of them: what is it, and who started it? The command shows its file and its package; this {changes}. What nobody needs is stopped and "
                "removed, what only this server needs listens on 127.0.0.1."
            ),
            verify=_AFTER,
            record="{command}",
            minutes=20,
        ),
    ),
    Tag.STRANGE_HELD: Message(
        Severity.INFO,
        N_(
            "Programs that are not known as usual services listen on {host}, and its firewall holds strangers back: {services}."
        ),
    ),
    Tag.NOBODY: Message(
        Severity.MEDIUM,
        N_(
            "From outside, these ports of {host} take connections, but inside nothing listens there: {services}. Something answers in the server's place: a filter of the "
            "provider, a router, a program started or stopped between the two looks, or one that hides from the server's own list."
        ),
        Remedy(
            N_(
                "Find out what answers. Ask the provider whether a filter or a load balancer stands in front of the server. If nothing does, look from a rescue system, "
                "where nothing can hide. The command lists rules that pass ports on; this {changes}."
            ),
            verify=_AFTER,
            record="{command}",
            minutes=60,
        ),
    ),
    Tag.NOBODY_UNCLEAR: Message(
        Severity.UNKNOWN,
        N_(
            "From outside, these ports of {host} take connections, and no program inside listens there: {services}. Whether they are passed on to containers or "
            "other machines cannot be told, because the collector's file does not hold those rules."
        ),
        Remedy(N_("Run the collector again as administrator (root), on the running server."), verify=_AFTER, minutes=10),
    ),
    Tag.QUIET: Message(
        Severity.INFO,
        N_(
            "These services listen on public addresses of {host}, and from outside they were not reached: {services}. Something, most likely a firewall, holds strangers back."
        ),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}

_LOOK = {"freebsd": "sockstat -l", "windows": "Get-NetTCPConnection -State Listen; Get-NetUDPEndpoint"}
_LOOKS = _common.CHANGES_NOTHING
_MOST = 40  # listeners for which the firewall's rules are followed; for more it counts as not readable
_ORDER = (Business.NOBODY, Business.REMOTE, Business.LOGIN, Business.UNKNOWN, Business.ORDINARY)


def judge(report: HostReport, scope: HostScope, outside: HostOutside, policy: Policy) -> Iterator[Finding]:
    trouble = _host.standing(report, scope)
    if trouble is not None:
        name, args = trouble
        yield found(Tag[name], **args)
        return
    if report.rescue:
        yield found(Tag.NOT_IN_FILE, **_common.insufficient(report, "listeners", _common.RESCUE))
        return
    part = report.part("listeners")
    if report.lines("listeners") is None or part is None:
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "listeners"))
        return
    listeners, odd = read_listeners(report, scope)
    system = system_of(report)
    clear = report.root and not part.cut and not odd
    yield from _outward(report, [x for x in listeners if x.outside], outside, system, clear)
    if clear:
        yield from _nobody(report, listeners, outside)
    else:
        why = _common.CUT if part.cut else _common.UNREADABLE if odd else _common.NO_RIGHTS
        yield found(Tag.NOT_IN_FILE, **_common.insufficient(report, "listeners", why))


def _outward(
    report: HostReport, listeners: list[Listener], outside: HostOutside, system: System, clear: bool
) -> Iterator[Finding]:
    firewall = firewall_of(report)
    published = published_ports(report) or ()
    outward = outward_of(report)
    temporary = _temporary(report)
    held = system.family == "windows" and firewall.default(4) is Stance.DENIES
    groups: dict[Tag, list[tuple[Listener, str]]] = {}
    quiet: list[Listener] = []
    fine: list[Listener] = []
    keep = {(x.protocol, x.port) for x in listeners if business(x)[0] not in (Business.NOBODY, Business.REMOTE)}
    ranked = sorted(listeners, key=lambda x: _ORDER.index(business(x)[0]))
    for position, listener in enumerate(ranked):
        kind, words = business(listener)
        followed = firewall if position < _MOST else None
        guard = shield(listener, outside, followed, published, outward.global6)
        if _from_tmp(listener, temporary):
            groups.setdefault(Tag.FROM_TMP, []).append((listener, ""))
            continue
        tag = _tag(kind, guard)
        if held and windows_own(listener) and not guard.open:
            tag = None
        if tag is None:
            fine.append(listener)
            if guard.tried and not guard.open:
                quiet.append(listener)
        else:
            groups.setdefault(tag, []).append((listener, words))
    look = _LOOK.get(system.family, "ss -lntup")
    for tag, members in groups.items():
        services = _common.some((label(x, words) for x, words in members), 12)
        ports = tuple(dict.fromkeys(str(x.port) for x, _w in members))
        yield found(
            tag,
            host=report.name,
            services=services,
            ports=ports,
            look=look,
            **_remedy(tag, [x for x, _w in members], system, report, keep),
        )
    if quiet:
        yield found(Tag.QUIET, host=report.name, services=_common.some((label(x) for x in quiet), 12))
    if clear and not groups.keys() - {Tag.STRANGE_HELD}:
        services = _common.some((label(x) for x in fine), 20) or (phrase("nothing at all"),)
        yield found(Tag.OK, host=report.name, services=services)


def _tag(kind: Business, guard: Shield) -> Tag | None:
    if kind is Business.ORDINARY:
        return None
    if kind is Business.UNKNOWN:
        return Tag.STRANGE_HELD if guard.stance is Stance.DENIES and not guard.open else Tag.STRANGE
    if kind is not Business.NOBODY:
        held = guard.stance is Stance.DENIES and not guard.open
        return None if held else Tag.REMOTE if kind is Business.REMOTE else Tag.LOGIN
    if guard.open:
        return Tag.SEEN_OPEN
    if guard.stance in (Stance.ALLOWS, Stance.NONE) and not guard.refused:
        return Tag.UNGUARDED
    return Tag.HELD_BACK if guard.stance is Stance.DENIES and guard.tried else Tag.EXPOSED


def _remedy(
    tag: Tag, members: list[Listener], system: System, report: HostReport, keep: set[tuple[str, int]]
) -> dict[str, str]:
    if tag in (Tag.STRANGE, Tag.FROM_TMP):
        port = members[0].port
        look = f"ss -lntup 'sport = :{port}'; lsof -nP -i :{port}"
        by_system = {
            "freebsd": f"sockstat -l -p {port}",
            "windows": f"Get-Process -Id (Get-NetTCPConnection -LocalPort {port}).OwningProcess | Format-List *",
        }
        return {"command": by_system.get(system.family, look), "changes": _LOOKS}
    ports = [(x.protocol, x.port) for x in members]
    firewall = firewall_of(report)
    command, changes = _closing.close(system, firewall, ports, keep)
    return {"command": command, "changes": changes}


def _temporary(report: HostReport) -> set[str]:
    """Names of programs that the collector saw running from folders for temporary files."""
    rows = report.rows("malware.suspects", 3)[:200]
    kinds = ("exe-in-tmp", "deleted-exe")
    paths = ((kind, suspect_path(what)) for kind, what, _t in rows if kind in kinds)
    return {p.rpartition("/")[2] for kind, p in paths if kind == kinds[0] or in_temporary_folder(p)} - {""}


def _from_tmp(listener: Listener, temporary: set[str]) -> bool:
    program = listener.program
    return in_temporary_folder(program) or program in temporary


def _nobody(report: HostReport, listeners: tuple[Listener, ...], outside: HostOutside) -> Iterator[Finding]:
    """Ports that answer outside and have no listener inside."""
    own = frozenset(str(a) for a in outward_of(report).addresses)
    published = published_ports(report)
    passed_on = {p.port for p in published or () if p.protocol == "tcp"}
    lonely = [
        p.port
        for p in outside.ports
        if p.outcome == "open" and p.port not in passed_on
        and not any(x.protocol == "tcp" and x.port == p.port and answers_at(x, p.address, own) for x in listeners)
    ]  # fmt: skip
    if not lonely:
        return
    services = _common.some((f"{p}/tcp" for p in sorted(set(lonely))), 20)
    look = _LOOK.get(system_of(report).family, "ss -lntup")
    if published is None:
        yield found(Tag.NOBODY_UNCLEAR, host=report.name, services=services, look=look)
        return
    command = (
        "pfctl -sn; sockstat -l"
        if system_of(report).family == "freebsd"
        else "iptables -t nat -S; nft list ruleset | grep -E 'dnat|redirect'; ss -lntp"
    )
    if system_of(report).family == "windows":
        command = "netsh interface portproxy show all; Get-NetNatStaticMapping"
    ports = tuple(str(p) for p in sorted(set(lonely)))
    yield found(Tag.NOBODY, host=report.name, services=services, ports=ports, look=look, command=command, changes=_LOOKS)
