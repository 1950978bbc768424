"""Databases, remote control and admin pages are not open to strangers.

What it checks:
    Which ports with databases, caches, file sharing, remote control and control panels take connections from strangers, and
    whether those services let anybody in.

Why it matters:
    A database without a password is emptied, held to ransom or used to break in within hours, and the broken server then sends
    spam and attacks. National CERTs report such ports to the provider, and a desk wants to see them closed.

How it is judged:
    1. One connection to each port of a fixed list, without data: nc -vz ADDRESS PORT. Two ports taken at random are tried too;
       if both are open, something answers for every port, and an open one shows nothing.
    2. Each open port gets one question that changes nothing and reads no data: PING to Redis, GET / to Elasticsearch and
       CouchDB, hello to MongoDB, GET /_ping to Docker, version to memcached, which ways to log in to VNC, the greeting or the
       first step before a login to others. Nobody logs in, no password is tried, nothing is listed.
    3. An answer that comes only after the login, or where there is none, proves that anybody gets in: Redis, Elasticsearch,
       Docker, memcached, and VNC without a password. This is the worst finding, and it counts whatever else was seen.
    4. MongoDB, CouchDB, NFS and portmapper that answer strangers are a fault even without that proof. MongoDB answers hello
       with and without a password; no more is asked.
    5. Other databases and caches, Windows file sharing, rsync, Telnet and remote desktops are a warning; so are, as a smaller
       one, FTP, control panels and ports on which something unknown listens. SSH and web pages are no findings. A port that
       takes a connection and says nothing counts as unknown: X11 and the Android debugging port cannot be told from others.
    6. A port is seen to be closed only if the host itself refuses the connection. Silence says nothing: a firewall may drop
       packets for this computer only. Then ss -lnt on the server shows what listens.

Limits and false positives:
    A firewall may treat other networks differently, and one that refuses with an ICMP “prohibited” looks like a router on the
    way. From the server's own network nothing is concluded. Services on unusual ports are not found. Public rsync and NFS mirrors
    are meant to be open; say so to the desk. What a service would do after a login is not tried.

References:
    RFC 9293 section 3.10.7; CISA and BSI reports on open services; Redis, Elasticsearch, MongoDB, Docker, memcached and CouchDB
    security manuals; RFC 6143 section 7.1 (VNC); RFC 5531 (RPC); MS-SMB2; MS-RDPBCGR; MS-TDS.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.exposure import _closing, _reach
from selfaudit.facts.exposure import PortOutcome, Services, TcpPorts
from selfaudit.facts.vantage import Port25, Position
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.ports import GUARDED, PANELS
from selfaudit.protocols.services import BY_PORT, Access, Reading, read


class Tag(StrEnum):
    OK = "SERVICES_CLOSED"
    REDIS_OPEN = "SERVICES_REDIS_OPEN"
    ELASTICSEARCH_OPEN = "SERVICES_ELASTICSEARCH_OPEN"
    DOCKER_OPEN = "SERVICES_DOCKER_OPEN"
    MEMCACHED_OPEN = "SERVICES_MEMCACHED_OPEN"
    VNC_OPEN = "SERVICES_VNC_OPEN"
    MONGODB = "SERVICES_MONGODB_ANSWERS"
    COUCHDB = "SERVICES_COUCHDB_ANSWERS"
    RPC = "SERVICES_RPC_ANSWERS"
    DATABASE = "SERVICES_DATABASE_REACHABLE"
    WINDOWS = "SERVICES_WINDOWS_REACHABLE"
    RSYNC = "SERVICES_RSYNC_REACHABLE"
    TELNET = "SERVICES_TELNET_REACHABLE"
    DESKTOP = "SERVICES_DESKTOP_REACHABLE"
    FTP = "SERVICES_FTP_REACHABLE"
    PANELS = "SERVICES_PANELS_REACHABLE"
    UNKNOWN = "SERVICES_SOMETHING_LISTENS"
    SSH = "SERVICES_SSH_ELSEWHERE"
    NO_ANSWER = "SERVICES_NO_ANSWER"
    REST_SILENT = "SERVICES_REST_SILENT"
    EVERYTHING_OPEN = "SERVICES_EVERY_PORT_OPEN"
    INSIDE = "SERVICES_INSIDE"
    NO_ROUTE = "SERVICES_NO_ROUTE"
    CUT_OFF = "SERVICES_CUT_OFF"
    SILENT = "SERVICES_HOST_SILENT"


CHECK = Check(
    "exposure.services", N_("Databases, remote control and admin pages are not open to strangers"),
    (Services, TcpPorts, Position, Port25), "address", Contact.ACTIVE, advisory=True,
)  # fmt: skip

_TCP = _closing.closing("tcp")
_OPEN_TEXT = N_(
    "Anybody on the Internet gets into {service} on port {port} of {address}, without a password ({proof}). {consequence} {detail}"
)
_HERE_ONLY = N_(
    "Act now. Let the service listen on this computer only, set a password, and close port {port} in the firewall. A container's published "
    "port passes by ufw and firewalld: publish it to 127.0.0.1. Then look for traces: unknown data, keys, jobs, users. What was in there "
    "counts as read by others."
)
_CLOSE = N_(
    "If only your own computers need it, let it listen on this computer or on a VPN (WireGuard) only, or let the firewall admit port {port} "
    "from your own addresses. A container's published port passes by ufw and firewalld: publish it to 127.0.0.1."
)


def _open(verify: str, stacks: dict[str, str]) -> Message:
    remedy = Remedy(_HERE_ONLY, verify=verify, stacks=stacks | {"Containers": _closing.DOCKER_PORTS} | _TCP, minutes=60)
    return Message(Severity.CRITICAL, _OPEN_TEXT, remedy)


MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD,
        N_(
            "None of the {count} ports that strangers have no business with takes connections on {address}: the host refuses them all."
        ),
    ),
    Tag.REDIS_OPEN: _open("redis-cli -h {address} ping   # right: no PONG", {"Redis": _closing.REDIS}),
    Tag.ELASTICSEARCH_OPEN: _open(
        "curl -s -m 5 http://{host}:9200/   # right: no answer, or 401", {"Elasticsearch": _closing.ELASTIC}
    ),
    Tag.DOCKER_OPEN: _open("curl -s -m 5 http://{host}:2375/_ping   # right: no answer", {"Docker": _closing.DOCKER}),
    Tag.MEMCACHED_OPEN: _open(
        "printf 'version\\r\\n' | nc -w 2 {address} 11211   # right: no answer", {"memcached": _closing.MEMCACHED}
    ),
    Tag.VNC_OPEN: _open(
        "nmap -p 5900 --script vnc-info {address}   # right: closed, or no “None”",
        {
            "TigerVNC, TightVNC": "vncpasswd, then vncserver -localhost; reach it with ssh -L 5900:localhost:5900 server",
            "QEMU, libvirt": "<graphics type='vnc' listen='127.0.0.1' passwd='WORD'/>",
        },
    ),
    Tag.MONGODB: Message(
        Severity.HIGH,
        N_(
            "Port {port} of {address} answers strangers: {service}. Whether it wants a password was not tried: it answers this question with "
            "and without. Databases like this are found and held to ransom within hours. {detail}"
        ),
        Remedy(
            _CLOSE,
            verify="mongosh --host {address} --quiet --eval 'db.hello().ok'   # right: no answer",
            stacks={"MongoDB": _closing.MONGO, "Containers": _closing.DOCKER_PORTS} | _TCP,
            minutes=30,
        ),
    ),
    Tag.COUCHDB: Message(
        Severity.HIGH,
        N_(
            "Port {port} of {address} welcomes strangers: {service}. What it holds may be read by anybody; that was not tried. {detail}"
        ),
        Remedy(
            _CLOSE,
            verify="curl -s -m 5 http://{host}:5984/   # right: no answer, or 401",
            stacks={"CouchDB": _closing.COUCH, "Containers": _closing.DOCKER_PORTS} | _TCP,
            minutes=30,
        ),
    ),
    Tag.RPC: Message(
        Severity.HIGH,
        N_(
            "Port {port} of {address} answers strangers: {service}. It trusts addresses rather than people and belongs into a local network. {detail}"
        ),
        Remedy(
            _CLOSE,
            verify="rpcinfo -p {address}; showmount -e {address}   # right: no answer",
            stacks=_closing.RPC | _TCP,
            minutes=30,
        ),
    ),
    Tag.DATABASE: Message(
        Severity.MEDIUM,
        N_("Port {port} of {address} can be reached by anybody: {service}. {state} {detail}"),
        Remedy(_CLOSE, verify="nc -vz -w 5 {address} {port}   # right: refused", stacks=_closing.DATABASES | _TCP, minutes=30),
    ),
    Tag.WINDOWS: Message(
        Severity.MEDIUM,
        N_("Ports {ports} of {address} can be reached by anybody: {service}. Worms and ransomware come in this way. {detail}"),
        Remedy(
            N_(
                "Nobody shares files over the open Internet this way. Close ports 135, 137 to 139 and 445 for everybody but a VPN."
            ),
            verify="nc -vz -w 5 {address} 445; nc -vz -w 5 {address} 135   # right: refused",
            stacks={
                "Samba": "interfaces = lo\nbind interfaces only = yes   # under [global] in smb.conf",
                "Windows": "Set-NetFirewallRule -Group '@FirewallAPI.dll,-28502' -Enabled False",
            },
        ),
    ),
    Tag.RSYNC: Message(
        Severity.MEDIUM,
        N_(
            "Port {port} of {address} greets strangers: {service}. Its folders have no password unless each of them was given one. {detail}"
        ),
        Remedy(
            N_(
                "Unless this is a public mirror, copy over SSH instead and switch the rsync service off, or admit your own addresses only."
            ),
            verify="rsync rsync://{host}/   # right: refused, or only what is public",
            stacks={
                "rsyncd.conf": "hosts allow = YOUR-ADDRESS\nauth users = backup\nsecrets file = /etc/rsyncd.secrets\nread only = yes",
                "systemd": "systemctl disable --now rsync",
            }
            | _TCP,
        ),
    ),
    Tag.TELNET: Message(
        Severity.MEDIUM,
        N_(
            "Port {port} of {address} can be reached by anybody: {service}. It sends passwords readable, and worms try them all day long. {detail}"
        ),
        Remedy(
            N_("Switch Telnet off and use SSH."),
            verify="nc -vz -w 5 {address} 23   # right: refused",
            stacks={"systemd": "systemctl disable --now telnet.socket inetd xinetd"} | _TCP,
        ),
    ),
    Tag.DESKTOP: Message(
        Severity.MEDIUM,
        N_(
            "Port {port} of {address} can be reached by anybody: {service}. Passwords are tried there day and night, and holes in it are used at once. {detail}"
        ),
        Remedy(
            N_("Reach it through a VPN or an SSH tunnel only, and let the firewall admit port {port} from your own addresses."),
            verify="nc -vz -w 5 {address} {port}   # right: refused",
            stacks={
                "Windows, own address only": "Set-NetFirewallRule -Group '@FirewallAPI.dll,-28752' -RemoteAddress YOUR-ADDRESS",
                "VNC": "vncserver -localhost; ssh -L 5900:localhost:5900 server",
            }
            | _TCP,
        ),
    ),
    Tag.FTP: Message(
        Severity.LOW,
        N_("Port {port} of {address} can be reached by anybody: {service}. Without TLS it sends passwords readable. {detail}"),
        Remedy(
            N_("Use SFTP, which comes with SSH, and switch FTP off; or demand TLS, and allow no anonymous uploads."),
            verify="nc -w 5 {address} 21",
            stacks={"vsftpd": "anonymous_enable=NO\nssl_enable=YES\nforce_local_logins_ssl=YES", "ProFTPD": "TLSRequired on"}
            | _TCP,
        ),
    ),
    Tag.PANELS: Message(
        Severity.LOW,
        N_(
            "Control panels of {address} can be reached by anybody: {panels}. Passwords are tried there, and holes in them are used within days."
        ),
        Remedy(
            N_(
                "Admit your own addresses only, or use a VPN; keep the panel up to date and demand a second factor for the login."
            ),
            verify="nc -vz -w 5 {address} {first}   # right: refused",
            stacks={
                "cPanel, WHM": "WHM > Host Access Control",
                "Plesk": "Tools & Settings > Restrict Administrative Access",
                "Proxmox": "Datacenter > Firewall",
                "Cockpit": "systemctl disable --now cockpit.socket",
            },
        ),
    ),
    Tag.UNKNOWN: Message(
        Severity.LOW,
        N_(
            "Something listens on ports of {address} that strangers have no business with, and what it is could not be recognised: {listening}."
        ),
        Remedy(
            N_(
                "See on the server which program it is. Close what nobody outside needs; X11 and the Android debugging port at once, which "
                "give whoever reaches them full control."
            ),
            verify="ss -lntp   # on the server",
            stacks={
                "X11": "Start the X server with -nolisten tcp; use ssh -X",
                "Android (adb)": "adb usb   # or: Developer options > Wireless debugging: off",
                "Docker": _closing.DOCKER,
            },
        ),
    ),
    Tag.SSH: Message(Severity.INFO, N_("SSH answers on other ports of {address}: {ports}. That is no fault.")),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_(
            "{count} of {total} ports of {address} gave no clear answer: {ports}. A firewall may drop the packets, for everybody or only for some."
        ),
        Remedy(
            N_(
                "Look at the server itself: what stands there beside 0.0.0.0, [::] or * can be reached by everybody unless a firewall stops it. "
                "Show the desk that list and the firewall's rules. A firewall that refuses instead of dropping makes this visible from outside."
            ),
            verify="ss -lnt   # on the server",
            minutes=10,
        ),
    ),
    Tag.REST_SILENT: Message(
        Severity.INFO, N_("{count} other ports of {address} gave no clear answer, so nothing is known about them: {ports}.")
    ),
    Tag.EVERYTHING_OPEN: _reach.EVERYTHING_OPEN,
    Tag.INSIDE: _reach.INSIDE,
    Tag.NO_ROUTE: _reach.NO_ROUTE,
    Tag.CUT_OFF: _reach.CUT_OFF,
    Tag.SILENT: _reach.SILENT,
}

_OPEN = {
    "redis": (Tag.REDIS_OPEN, phrase("PING was answered with PONG"), phrase("Through it others write files and take over the machine.")),
    "elasticsearch": (Tag.ELASTICSEARCH_OPEN, phrase("it told the name of its cluster"), phrase("Others can read and delete all data.")),
    "docker": (Tag.DOCKER_OPEN, phrase("GET /_ping was answered with OK"), phrase("Whoever reaches it owns the whole machine.")),
    "memcached": (Tag.MEMCACHED_OPEN, phrase("it told its version"), phrase("Others can read and change what it holds.")),
    "vnc": (Tag.VNC_OPEN, phrase("it offers a login without a password"), phrase("Others see the screen and type on it.")),
}  # fmt: skip
_ANSWERS = {
    "mongodb": Tag.MONGODB, "couchdb": Tag.COUCHDB, "portmapper": Tag.RPC, "nfs": Tag.RPC, "rsync": Tag.RSYNC, "telnet": Tag.TELNET,
    "ftp": Tag.FTP, "rdp": Tag.DESKTOP, "vnc": Tag.DESKTOP,
}  # fmt: skip
_WINDOWS = ("msrpc", "netbios", "smb")
_STATES = {
    Access.PASSWORD: phrase(
        "It asks for a password or a key, which others will try to guess; and holes in it are used at once."
    ),
    Access.GREETING: phrase("Whether it asks for a password was not tried."),
}


def judge(services: Services, ports: TcpPorts, position: Position, port25: Port25, policy: Policy) -> Iterator[Finding]:
    ports = _reach.believed(ports, position)
    standing = _reach.standing(ports, position, port25)
    if standing and standing[0] == "INSIDE":
        yield found(Tag.INSIDE, **standing[1])
        return
    address = ports.address
    readings = {p: Reading(Access.OTHER) for p in ports.open_ports() if p in GUARDED}
    answers = [a for a in services.answers if a.port in BY_PORT and a.outcome is PortOutcome.OPEN]
    readings |= {a.port: read(a.port, a.reply.encode("latin-1", "replace")) for a in answers}
    proven = {p: r for p, r in readings.items() if r.access is Access.OPEN}
    for port, reading in proven.items():
        tag, proof, consequence = _OPEN[BY_PORT[port].name]
        yield found(tag, **_args(address, port, reading), proof=proof, consequence=consequence)
    if standing and not proven:
        yield found(Tag[standing[0]], **standing[1])
        return
    if everything := _reach.everything_open(ports):
        yield found(Tag.EVERYTHING_OPEN, **everything)
        return
    rest = list(_reachable(address, {p: r for p, r in readings.items() if p not in proven}))
    yield from rest
    yield from _unseen(ports, readings, bool(proven or rest))


def _reachable(address: str, readings: dict[int, Reading]) -> Iterator[Finding]:
    windows: dict[int, Reading] = {}
    panels, unknown = {}, {}
    for port, reading in readings.items():
        name = BY_PORT[port].name
        if reading.access is Access.SSH:
            continue
        if reading.access is Access.OTHER:
            silence = phrase("it says nothing; usually here: {service}", service=BY_PORT[port].title)
            unknown[port] = f"{port} ({reading.detail or silence})"
        elif port in PANELS:
            panels[port] = f"{port} ({BY_PORT[port].title})"
        elif name in _WINDOWS:
            windows[port] = reading
        elif name in _ANSWERS and (reading.access is not Access.PASSWORD or name == "vnc"):
            yield found(_ANSWERS[name], **_args(address, port, reading))
        else:
            yield found(Tag.DATABASE, **_args(address, port, reading), state=_STATES[reading.access])
    if windows:
        first = next(iter(windows))
        said = next((r for r in windows.values() if r.detail), windows[first])
        args = _args(address, first, said) | {"service": phrase("Windows file sharing and remote procedures")}
        yield found(Tag.WINDOWS, **args, ports=[*windows])
    if panels:
        yield found(Tag.PANELS, address=address, panels=[*panels.values()], first=min(panels), ports=[*panels])
    if unknown:
        yield found(Tag.UNKNOWN, address=address, listening=[*unknown.values()], ports=[*unknown])


def _unseen(ports: TcpPorts, readings: dict[int, Reading], bad: bool) -> Iterator[Finding]:
    address = ports.address
    ssh = [p for p, r in readings.items() if r.access is Access.SSH]
    if ssh:
        yield found(Tag.SSH, address=address, ports=ssh)
    unclear = [p for p in GUARDED if p not in readings and ports.outcome(p) is not PortOutcome.CLOSED]
    if unclear:
        tag = Tag.REST_SILENT if bad else Tag.NO_ANSWER
        yield found(tag, address=address, ports=unclear, count=len(unclear), total=len(GUARDED))
    elif not bad:
        yield found(Tag.OK, address=address, count=len(GUARDED) - len(ssh))


def _args(address: str, port: int, reading: Reading) -> dict[str, str | int]:
    return {
        "address": address, "host": f"[{address}]" if ":" in address else address, "port": port, "service": BY_PORT[port].title,
        "detail": phrase("It says: “{words}”.", words=reading.detail) if reading.detail else "",
    }  # fmt: skip
