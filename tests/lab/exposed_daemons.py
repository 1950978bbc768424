"""Users, configurations and commands of the daemons of `exposed`, and what they must answer before the tests begin."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.exposed import SERVERS
from tests.lab.exposed_zones import AT, HOSTS, REVERSE, REVERSE6, ZONES, Zones
from tests.packages import find, unpacked

# Nobody's own domain here: mail for it is kept only after it went through an open relay.
MAILBOX = "somebody@mailbox.test"
SOCKS_USER, SOCKS_SECRET, REDIS_SECRET, SNMP_COMMUNITY = "customer", "not-for-you", "not-for-you", "not-for-you"
POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/postfix/queue
data_directory = {folder}/postfix/data
daemon_directory = {program}/usr/lib/postfix/sbin
command_directory = {program}/usr/sbin
shlib_directory = {program}/usr/lib/postfix
import_environment = MAIL_CONFIG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH={program}/usr/lib/postfix
maillog_file = {folder}/postfix-mail.log
maillog_file_prefixes = {folder}
mail_owner = {owner}
setgid_group = {group}
smtpd_peername_lookup = no
mydomain = shop.test
myhostname = mail.shop.test
mydestination = shop.test, secure.test, proven.test
mynetworks =
alias_maps =
alias_database =
local_transport = discard:
default_transport = discard:
relay_transport = discard:
virtual_transport = discard:
transport_maps = inline:{{ {{{mailbox} = virtual:}} }}
virtual_mailbox_domains =
virtual_mailbox_base = {folder}/postfix/mailbox
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
local_recipient_maps = inline:{{ {{abuse = x}} {{postmaster = x}} }}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/mail.shop.test.pem
"""
SERVICES = """
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 discard
defer unix - - n - 0 discard
trace unix - - n - 0 discard
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
EXIM = """
primary_hostname = relay-data-reject.shop.test
spool_directory = {folder}/exim
log_file_path = {folder}/exim/%slog
local_interfaces = {address}
daemon_smtp_ports = 25
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = accept
acl_smtp_predata = refuse
begin acl
refuse:
  deny message = relaying is not permitted
"""
NAMED = """
options {{
  directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile none; managed-keys-directory "{folder}";
  listen-on {{ {DNS_AUTHORITATIVE}; {DNS_NO_RECURSION}; }}; listen-on-v6 {{ none; }}; dnssec-validation no; notify no;
  empty-zones-enable no;
}};
controls {{ }};
view authoritative {{
  match-destinations {{ {DNS_AUTHORITATIVE}; }}; recursion no;
  zone "shop.test" {{ type primary; file "shop.test.zone"; }};
}};
view no-recursion {{
  match-destinations {{ {DNS_NO_RECURSION}; }}; recursion yes; allow-recursion {{ none; }}; allow-query-cache {{ none; }};
  zone "." {{ type hint; file "root.hints"; }};
  zone "elsewhere.test" {{ type primary; file "elsewhere.test.zone"; }};
}};
"""
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1; user root;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx; proxy_temp_path {folder}/nginx; fastcgi_temp_path {folder}/nginx;
  uwsgi_temp_path {folder}/nginx; scgi_temp_path {folder}/nginx;
  server {{
    listen {WEB_SERVER}:80; listen {WEB_SERVER}:8080; listen {WEB_SERVER}:3128; listen {OUTSIDE_MX}:80; listen [{OUTSIDE_MX6}]:80;
    default_type text/html;
    return 200 "<html><title>A shop</title><p>Welcome.</p></html>";
  }}
  server {{
    listen {WEB_SERVER}:443 ssl; ssl_certificate {folder}/mta-sts.proven.test.pem; ssl_certificate_key {folder}/mta-sts.proven.test.pem;
    return 302 http://{OUTSIDE_WEB}/;
  }}
}}
"""
TINYPROXY = (
    'Port 8888\nListen {address}\nTimeout 20\nMaxClients 50\nAllow {allow}\nLogLevel Warning\nPidFile "{folder}/{name}.pid"\n'
)
NTP = "disable ntp kernel\ninterface ignore wildcard\ninterface ignore all\ninterface listen {address}\n{rules}"
UNBOUND = """
server:
  {interfaces}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/{name}.pid"
  use-syslog: no
  verbosity: 0
  num-threads: 1
  access-control: 0.0.0.0/0 {action}
  access-control: ::0/0 {action}
  root-hints: "{folder}/root.hints"
  trust-anchor-file: "{folder}/root.anchor"
  local-zone: "test." nodefault
  do-not-query-localhost: no
  msg-cache-size: 1m
  rrset-cache-size: 1m
remote-control:
  control-enable: no
"""


@dataclass
class Wave:
    """Daemons that start together: name, command, environment; and what must answer before the next wave.

    A probe is (protocol, address, port, bytes to send in hex, how the answer must begin in hex); no bytes and no answer ask
    for a connection and nothing more.
    """

    commands: list[tuple[str, list[str], dict[str, str]]] = field(default_factory=list)
    probes: list[tuple[str, str, int, str, str]] = field(default_factory=list)

    def add(self, name: str, *command: str | None, **environment: str) -> None:
        """Adds a daemon."""
        self.commands.append((name, [part or "" for part in command], environment))

    def tcp(self, address: str, port: int, send: bytes = b"", expect: bytes = b"") -> None:
        """Adds a probe over TCP."""
        self.probes.append(("tcp", address, port, send.hex(), expect.hex()))

    def udp(self, address: str, port: int, send: bytes, expect: bytes = b"") -> None:
        """Adds a probe over UDP; some answer must come."""
        self.probes.append(("udp", address, port, send.hex(), expect.hex()))


@dataclass
class Daemons:
    """Writes what the daemons need into a folder and says how to start them."""

    folder: Path

    def write(self) -> None:
        """Users, certificates, zones and settings."""
        (self.folder / "etc").mkdir()
        self._users()
        self._write("etc/resolv.conf", f"nameserver {AT.RESOLVER}\n")
        Zones(self.folder).write()

    def first(self) -> Wave:
        """Everything but the resolvers."""
        wave = Wave()
        self._nsd(wave, "root", (AT.ROOT,), {".": "root.zone.signed", "arpa": "arpa.zone"})
        self._nsd(wave, "tld", (AT.TLD,), {"test": "test.zone.signed"})
        auth = {zone: f"{zone}.zone{'.signed' if zone == 'secure.test' else ''}" for zone in (*ZONES, REVERSE, REVERSE6)}
        self._nsd(wave, "auth", (AT.AUTH1, AT.AUTH2), auth)
        wave.add("named", find("named"), "-g", "-n", "1", "-c", self._fill("named.conf", NAMED))
        for address in (AT.DNS_AUTHORITATIVE, AT.DNS_NO_RECURSION):
            wave.udp(address, 53, QUESTION)
        self._postfix(wave)
        self._exim(wave)
        self._proxies(wave)
        self._stores(wave)
        self._amplifiers(wave)
        return wave

    def second(self) -> Wave:
        """The resolvers. Started before their name servers they would remember these as dead."""
        wave = Wave()
        roles = {
            "resolver": ((AT.RESOLVER,), "allow"),
            "resolver-open": ((AT.RESOLVER_OPEN, AT.RESOLVER_OPEN6), "allow"),
            "resolver-refusing": ((AT.RESOLVER_REFUSING,), "refuse"),
            "resolver-silent": ((AT.RESOLVER_SILENT,), "deny"),
        }
        for name, (addresses, action) in roles.items():
            interfaces = "\n  ".join(f"interface: {address}" for address in addresses)
            config = self._fill(f"{name}.conf", UNBOUND, name=name, interfaces=interfaces, action=action)
            wave.add(name, find("unbound"), "-d", "-p", "-c", config)
            for address in addresses:
                if action == "deny":
                    wave.tcp(address, 53)
                else:
                    wave.udp(address, 53, QUESTION)
        return wave

    def _write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    def _fill(self, file: str, template: str, **values: str) -> str:
        return self._write(file, template.format(folder=self.folder, **SERVERS, **values))

    def _users(self) -> None:
        """The system's users and those of the unpacked packages; only the daemons see this list."""
        users, groups = Path("/etc/passwd").read_text("utf-8"), Path("/etc/group").read_text("utf-8")
        for number, name in ((64991, "postfix"), (64992, "Debian-exim"), (64993, "postdrop")):
            if name not in {user.pw_name for user in pwd.getpwall()} and name != "postdrop":
                users += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
            if name not in {group.gr_name for group in grp.getgrall()}:
                groups += f"{name}:x:{number}:\n"
        self._write("etc/passwd", users)
        self._write("etc/group", groups)

    def _number(self, name: str, file: str) -> int:
        rows = (line.split(":") for line in (self.folder / "etc" / file).read_text("utf-8").splitlines())
        return next(int(row[2]) for row in rows if row[0] == name)

    def _nsd(self, wave: Wave, name: str, addresses: tuple[str, ...], zones: dict[str, str]) -> None:
        text = f'server:\n  zonesdir: "{self.folder}"\n  pidfile: "{self.folder}/{name}.pid"\n  username: ""\n  chroot: ""\n  database: ""\n'
        text += f'  xfrdfile: "{self.folder}/{name}.xfrd"\n  zonelistfile: "{self.folder}/{name}.list"\n  server-count: 1\n'
        text += "".join(f"  ip-address: {address}\n" for address in addresses) + "remote-control:\n  control-enable: no\n"
        text += "".join(f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n' for zone, file in zones.items())
        wave.add(name, find("nsd"), "-d", "-c", self._write(f"{name}.conf", text))
        for address in addresses:
            wave.udp(address, 53, QUESTION)

    def _postfix(self, wave: Wave) -> None:
        program, home = unpacked("postfix"), self.folder / "postfix"
        owner, group = self._number("postfix", "passwd"), self._number("postdrop", "group")
        queues = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
        for part in (
            "queue",
            "queue/pid",
            "data",
            "mailbox",
            *(f"queue/{queue}" for queue in queues),
            "queue/public",
            "queue/maildrop",
        ):
            (home / part).mkdir(parents=True)
            if part not in ("queue", "queue/pid"):
                os.chown(home / part, owner, group if part in ("queue/public", "queue/maildrop") else -1)
                (home / part).chmod({"queue/public": 0o2710, "queue/maildrop": 0o1730}.get(part, 0o700))
        self._fill(
            "postfix/main.cf",
            POSTFIX,
            program=str(program),
            owner="postfix",
            group="postdrop",
            mailbox=MAILBOX.partition("@")[2],
            uid=str(owner),
        )

        def smtpd(address: str, *options: str, port: int = 25) -> str:
            host = next(HOSTS[name] for name in SERVERS if SERVERS[name] == address)
            lines = [f"{f'[{address}]' if ':' in address else address}:{port} inet n - n - - smtpd"]
            return "\n  -o ".join([*lines, f"myhostname={host}", *(f"{{ {option} }}" for option in options)]) + "\n"

        refuse, open_to_all = "smtpd_relay_restrictions = reject", "mynetworks = 0.0.0.0/0 [::]/0"
        relay = "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination"
        text = SERVICES
        for address in (AT.RELAY_CLOSED, AT.RELAY_CLOSED6):
            text += smtpd(address) + smtpd(address, refuse, "smtpd_tls_security_level = encrypt", port=587)
            text += smtpd(address, refuse, "smtpd_tls_wrappermode = yes", port=465)
        text += smtpd(AT.RELAY_OPEN, open_to_all, relay) + smtpd(AT.RELAY_OPEN6, open_to_all, relay)
        local = "check_sender_access inline:{ {shop.test = permit} }, reject_unauth_destination"
        text += smtpd(AT.RELAY_LOCAL_SENDER, f"smtpd_relay_restrictions = {local}")
        text += smtpd(AT.RELAY_CATCH_ALL, "local_recipient_maps =")
        later = "check_recipient_access static:{450 4.2.0 Greylisted, try again later}, reject_unauth_destination"
        text += smtpd(AT.RELAY_GREYLIST, f"smtpd_relay_restrictions = {later}")
        text += smtpd(AT.RELAY_SLOW, "smtpd_client_restrictions = sleep 4", "smtpd_delay_reject = no")
        for address, host in ((AT.SECURE_MAIL, "mail"), (AT.SECURE_MAIL2, "mail2")):
            text += smtpd(address, f"smtpd_tls_chain_files = {self.folder}/{host}.secure.test.pem")
        text += smtpd(AT.CONTROL1, refuse) + smtpd(AT.CONTROL2, refuse)
        self._write("postfix/master.cf", text)
        library = str(program / "usr/lib/postfix")
        wave.add("postfix", f"{library}/sbin/master", "-d", "-c", str(home), LD_LIBRARY_PATH=library, MAIL_CONFIG=str(home))
        wave.tcp(AT.RELAY_SLOW, 25)
        wave.tcp(AT.RELAY_CLOSED, 465)
        for address in (AT.RELAY_CLOSED, AT.RELAY_CLOSED6):
            wave.tcp(address, 587, expect=b"220 ")
        names = ("CLOSED", "CLOSED6", "OPEN", "OPEN6", "LOCAL_SENDER", "CATCH_ALL", "GREYLIST")
        for address in (
            AT.SECURE_MAIL,
            AT.SECURE_MAIL2,
            AT.CONTROL1,
            AT.CONTROL2,
            *(SERVERS[f"RELAY_{name}"] for name in names),
        ):
            wave.tcp(address, 25, expect=b"220 ")

    def _exim(self, wave: Wave) -> None:
        (self.folder / "exim").mkdir()
        os.chown(self.folder / "exim", self._number("Debian-exim", "passwd"), self._number("Debian-exim", "group"))
        config = self._fill("exim.conf", EXIM, address=AT.RELAY_DATA_REJECT)
        wave.add("exim", str(unpacked("exim4-daemon-light") / "usr/sbin/exim4"), "-bdf", "-C", config)
        wave.tcp(AT.RELAY_DATA_REJECT, 25, expect=b"220 ")

    def _proxies(self, wave: Wave) -> None:
        for name, address, allow in (
            ("proxy-open", AT.PROXY_OPEN, "0.0.0.0/0"),
            ("proxy-closed", AT.PROXY_CLOSED, "127.0.0.1"),
        ):
            config = self._fill(f"{name}.conf", TINYPROXY, name=name, address=address, allow=allow)
            wave.add(name, find("tinyproxy"), "-d", "-c", config)
            wave.tcp(address, 8888, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.")
        wave.add("socks-open", find("microsocks"), "-i", AT.SOCKS_OPEN, "-p", "1080")
        wave.tcp(AT.SOCKS_OPEN, 1080, b"\5\1\0", b"\5\0")
        wave.add(
            "socks-password", find("microsocks"), "-i", AT.SOCKS_PASSWORD, "-p", "1080", "-u", SOCKS_USER, "-P", SOCKS_SECRET
        )
        wave.tcp(AT.SOCKS_PASSWORD, 1080, b"\5\1\2", b"\5\2")
        (self.folder / "nginx").mkdir()
        wave.add("nginx", find("nginx"), "-p", str(self.folder), "-e", "stderr", "-c", self._fill("nginx.conf", NGINX))
        for address, port in ((AT.WEB_SERVER, 80), (AT.WEB_SERVER, 8080), (AT.WEB_SERVER, 3128)):
            wave.tcp(address, port, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200")
        wave.tcp(AT.WEB_SERVER, 443)

    def _stores(self, wave: Wave) -> None:
        for name, address, extra in (
            ("redis-open", AT.REDIS_OPEN, ("--protected-mode", "no")),
            ("redis-password", AT.REDIS_PASSWORD, ("--requirepass", REDIS_SECRET)),
        ):
            home = self.folder / name
            home.mkdir()
            quiet = ("--save", "", "--appendonly", "no", "--dir", str(home))
            wave.add(name, find("redis-server"), "--port", "6379", "--bind", address, *quiet, *extra)
        wave.tcp(AT.REDIS_OPEN, 6379, b"PING\r\n", b"+PONG")
        wave.tcp(AT.REDIS_PASSWORD, 6379, b"PING\r\n", b"-NOAUTH")
        wave.add(
            "memcached",
            find("memcached"),
            "-u",
            "nobody",
            "-m",
            "16",
            "-t",
            "1",
            "-l",
            AT.MEMCACHED,
            "-p",
            "11211",
            "-U",
            "11211",
        )
        wave.tcp(AT.MEMCACHED, 11211, b"version\r\n", b"VERSION")
        wave.udp(AT.MEMCACHED, 11211, bytes((0, 1, 0, 0, 0, 1, 0, 0)) + b"version\r\n")

    def _amplifiers(self, wave: Wave) -> None:
        for name, address, rules in (
            ("ntp-queries", AT.NTP_QUERIES, "unrestrict default noquery limited\n"),
            ("ntp-restricted", AT.NTP_RESTRICTED, "restrict default noquery\n"),
        ):
            config = self._fill(f"{name}.conf", NTP, address=address, rules=rules)
            wave.add(
                name,
                str(unpacked("ntpsec") / "usr/sbin/ntpd"),
                "-n",
                "-N",
                "-c",
                config,
                "-p",
                str(self.folder / f"{name}.pid"),
            )
            wave.udp(address, 123, b"\x23" + bytes(47))
        for name, address, community in (
            ("snmp-public", AT.SNMP_PUBLIC, "public"),
            ("snmp-other", AT.SNMP_OTHER, SNMP_COMMUNITY),
        ):
            home = self.folder / name
            home.mkdir()
            config = self._write(f"{name}.conf", f"agentAddress udp:{address}:161\nrocommunity {community}\nsysDescr A shop\n")
            wave.add(
                name, find("snmpd"), "-f", "-Lo", "-I", "-smux", "-C", "-c", config, SNMP_PERSISTENT_DIR=str(home), MIBS=""
            )
            wave.udp(address, 161, snmp_get(community.encode()))


QUESTION = bytes.fromhex("5e1f01000001000000000000" + "00" + "00020001")
SYS_DESCR = bytes.fromhex("02010102010002010030" + "0e300c06082b060102010101000500")


def snmp_get(community: bytes) -> bytes:
    """A GetRequest of SNMPv2c for sysDescr.0 (RFC 1157, section 4.1.2)."""
    request = b"\xa0" + bytes([len(SYS_DESCR)]) + SYS_DESCR
    body = b"\2\1\1\4" + bytes([len(community)]) + community + request
    return b"\x30" + bytes([len(body)]) + body
