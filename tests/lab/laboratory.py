"""A small internet of real daemons on loopback: nsd for root, test and customer zones, unbound as resolver, rbldnsd for lists.

All servers use one port number on different loopback addresses. Zones are signed with ldns; one of them badly.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.packages import find, missing

RESOLVER, ROOT, TLD, AUTH1, AUTH2, LISTS, NOBODY = (
    "127.0.0.53",
    "127.0.1.1",
    "127.0.1.2",
    "127.0.1.3",
    "127.0.1.4",
    "127.0.2.1",
    "127.0.2.9",
)
LIST_ZONES = ("strict", "second", "world", "empty", "quiet", "names", "six", "bits")
GOOD_IP, BAD_IP, BARE_IP, LAME_IP = "198.18.7.25", "198.18.7.66", "198.18.7.77", "198.19.7.1"
GOOD_IP6, BAD_IP6 = "2001:2::25", "2001:2::66"

SOA = "@ 300 IN SOA {ns} hostmaster.test. {serial} 3600 900 604800 300\n@ 300 IN NS {ns}\n"
AUTH_NS = SOA.format(ns="ns1.hosting.test.", serial=7) + "@ 300 IN NS ns2.hosting.test.\n"
KEY_1024 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

GOOD = (
    AUTH_NS
    + f"""
@ 300 IN MX 10 mail
mail 300 IN A {GOOD_IP}
mail 300 IN AAAA {GOOD_IP6}
@ 300 IN TXT "v=spf1 mx ip4:{GOOD_IP} ip6:{GOOD_IP6} -all"
news._domainkey 300 IN TXT "{ED25519}"
_dmarc 300 IN TXT "v=DMARC1; p=reject; rua=mailto:d@good.test"
_smtp._tls 300 IN TXT "v=TLSRPTv1; rua=mailto:t@good.test"
@ 300 IN CAA 0 issue "ca.test"
"""
)
BROKEN = (
    AUTH_NS
    + f"""
@ 300 IN MX 10 gone
@ 300 IN TXT "v=spf1 a:x1.test a:x2.test a:x3.test +all"
@ 300 IN TXT "other"
old._domainkey 300 IN TXT "v=DKIM1; p="
small._domainkey 300 IN TXT "v=DKIM1; k=rsa; p={KEY_1024}"
_dmarc 300 IN TXT "v=DMARC1; p=none"
_dmarc 300 IN TXT "v=DMARC1; p=reject"
_smtp._tls 300 IN TXT "v=TLSRPTv1; rua=nobody"
shop 300 IN CNAME shop.never-registered.test.
"""
)
SILENT = (
    AUTH_NS + '@ 300 IN MX 0 .\n@ 300 IN TXT "v=spf1 -all"\n_dmarc 300 IN TXT "v=DMARC1; p=reject; rua=mailto:d@good.test"\n'
)
PLAIN = AUTH_NS + '@ 300 IN MX 10 mail.good.test.\n@ 300 IN TXT "v=spf1 redirect=loop.test"\n'
LOOP = AUTH_NS + '@ 300 IN TXT "v=spf1 include:plain.test -all"\n@ 300 IN MX 10 mail.good.test.\n'


@dataclass
class Laboratory:
    """The running daemons and the settings that lead into them."""

    folder: Path
    port: int = 0
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "lab.toml"

    def start(self) -> None:
        """Signs the zones and starts everything; waits until each server answers."""
        lacking = missing()
        if lacking:
            raise RuntimeError(f"the laboratory needs {', '.join(lacking)}: run `make lab-daemons`")
        self.folder.chmod(0o755)
        self.port = self._free_port()
        self._zones()
        self._nsd("root", (ROOT,), {".": "root.zone.signed", "arpa": "arpa.zone"})
        self._nsd("tld", (TLD,), {"test": "test.zone.signed"})
        auth = {
            "good.test": "good.zone.signed", "broken.test": "broken.zone", "silent.test": "silent.zone", "bogus.test": "bogus.zone.signed",
            "plain.test": "plain.zone", "loop.test": "loop.zone", "lame.test": "lame.zone", "hosting.test": "hosting.zone",
            "good-reports.test": "reports.zone", "7.18.198.in-addr.arpa": "reverse.zone", "2.0.0.0.1.0.0.2.ip6.arpa": "reverse6.zone",
        }  # fmt: skip
        self._nsd("auth", (AUTH1, AUTH2), auth, transfer=("broken.test",))
        self._rbldnsd()
        self._unbound(auth)
        self._settings()
        for address in (ROOT, TLD, AUTH1, AUTH2, LISTS, RESOLVER):
            self._wait(address)

    def stop(self) -> None:
        """Ends every daemon that was started here."""
        for daemon in self.daemons:
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait(5)

    def _free_port(self) -> int:
        for _attempt in range(50):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            try:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    for address in (RESOLVER, ROOT, TLD, AUTH1, AUTH2, LISTS):
                        with socket.socket(socket.AF_INET, kind) as probe:
                            probe.bind((address, port))
            except OSError:
                continue
            return port
        raise RuntimeError("no port is free on all addresses")

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "ascii")
        return path

    def _zones(self) -> None:
        zones = ("good", "broken", "silent", "bogus", "plain", "loop", "lame")
        cuts = "".join(
            f"{z} 300 IN NS ns1.hosting.test.\n{z} 300 IN NS ns2.hosting.test.\n"
            for z in (*zones, "hosting", "good-reports")
            if z != "lame"
        )
        cuts += "lame 300 IN NS ns1.hosting.test.\nlame 300 IN NS ns.tld.test.\n"
        lists = "".join(f"{z}.lists 300 IN NS ns.lists.test.\n" for z in LIST_ZONES if z != "quiet")
        self._write("good.zone", GOOD)
        self._write("broken.zone", BROKEN)
        self._write("silent.zone", SILENT)
        self._write("bogus.zone", GOOD.replace("good.test", "bogus.test"))
        self._write("plain.zone", PLAIN)
        self._write("loop.zone", LOOP)
        self._write("lame.zone", AUTH_NS.replace("ns2.hosting.test", "ns.tld.test"))
        self._write("reports.zone", AUTH_NS)
        self._write("hosting.zone", AUTH_NS + f"ns1 300 IN A {AUTH1}\nns2 300 IN A {AUTH2}\n")
        self._write("reverse.zone", AUTH_NS + "25 300 IN PTR mail.good.test.\n66 300 IN PTR host-198-18-7-66.isp.test.\n")
        self._write("reverse6.zone", AUTH_NS + "5.2" + ".0" * 22 + " 300 IN PTR mail.good.test.\n")
        ds = {}
        for zone, expired in (("good", False), ("bogus", True)):
            ds[zone] = self._sign(f"{zone}.zone", f"{zone}.test", expired=expired)
        tld = (
            SOA.format(ns="ns.tld.test.", serial=1)
            + f"ns.tld 300 IN A {TLD}\n{cuts}{lists}ns1.hosting 300 IN A {AUTH1}\nns2.hosting 300 IN A {AUTH2}\n"
        )
        tld += (
            f"ns.lists 300 IN A {LISTS}\nns-quiet.lists 300 IN A {NOBODY}\nquiet.lists 300 IN NS ns-quiet.lists.test.\n"
            + "".join(ds.values())
        )
        self._write("test.zone", tld)
        tld_ds = self._sign("test.zone", "test")
        root = SOA.format(ns="a.root.test.", serial=1) + f"test. 300 IN NS ns.tld.test.\nns.tld.test. 300 IN A {TLD}\n"
        root += f"arpa. 300 IN NS a.root.test.\na.root.test. 300 IN A {ROOT}\n{tld_ds}"
        self._write("root.zone", root)
        self._sign("root.zone", ".")
        reverse = "".join(
            f"{z} 300 IN NS ns1.hosting.test.\n{z} 300 IN NS ns2.hosting.test.\n"
            for z in ("7.18.198.in-addr", "2.0.0.0.1.0.0.2.ip6")
        )
        # A reverse delegation that nobody serves.
        self._write(
            "arpa.zone", SOA.format(ns="a.root.test.", serial=1) + reverse + "7.19.198.in-addr 300 IN NS ns1.hosting.test.\n"
        )

    def _sign(self, file: str, origin: str, *, expired: bool = False) -> str:
        """Signs a zone with one key; returns its DS record and writes the anchor of the root."""
        made = self._run([find("ldns-keygen") or "", "-a", "ECDSAP256SHA256", "-k", "-r", "/dev/urandom", origin])
        key = made.strip()
        when = ["-i", "20260101000000", "-e", "20260201000000"] if expired else []
        self._run([find("ldns-signzone") or "", *when, "-o", origin, "-f", f"{file}.signed", file, key])
        if origin == ".":
            shutil.copy(self.folder / f"{key}.key", self.folder / "root.anchor")
        return (self.folder / f"{key}.ds").read_text("ascii").strip() + "\n"

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr}")
        return done.stdout

    def _nsd(self, name: str, addresses: tuple[str, ...], zones: dict[str, str], transfer: tuple[str, ...] = ()) -> None:
        lines = [
            "server:",
            f'  zonesdir: "{self.folder}"',
            f'  pidfile: "{self.folder}/{name}.pid"',
            '  username: ""',
            '  chroot: ""',
        ]
        lines += [
            f'  database: ""\n  xfrdfile: "{self.folder}/{name}.xfrd"\n  zonelistfile: "{self.folder}/{name}.list"\n  port: {self.port}\n  server-count: 1'
        ]
        lines += [f"  ip-address: {a}" for a in addresses]
        lines += ["remote-control:", "  control-enable: no"]
        for zone, file in zones.items():
            lines += ["zone:", f'  name: "{zone}"', f'  zonefile: "{file}"']
            if zone in transfer:
                lines.append("  provide-xfr: 0.0.0.0/0 NOKEY")
        config = self._write(f"{name}.conf", "\n".join(lines) + "\n")
        self._spawn([find("nsd") or "", "-d", "-c", str(config)], name)

    def _unbound(self, auth: dict[str, str]) -> None:
        stubs = {".": (ROOT,), "arpa": (ROOT,), "test": (TLD,), **{z: (AUTH1, AUTH2) for z in auth}}
        stubs["lame.test"] = (AUTH1, TLD)
        stubs["7.19.198.in-addr.arpa"] = (AUTH1,)
        stubs.update({f"{z}.lists.test": (LISTS,) for z in LIST_ZONES if z != "quiet"})
        stubs["quiet.lists.test"] = (NOBODY,)
        lines = [
            "server:", f"  interface: {RESOLVER}@{self.port}", f"  port: {self.port}", "  do-daemonize: no", '  username: ""', '  chroot: ""',
            f'  directory: "{self.folder}"', f'  pidfile: "{self.folder}/unbound.pid"', "  use-syslog: no", "  verbosity: 0", "  access-control: 127.0.0.0/8 allow",
            "  do-not-query-localhost: no", f'  trust-anchor-file: "{self.folder}/root.anchor"', "  qname-minimisation: no", "  do-ip6: no",
            '  local-zone: "test." nodefault', "  num-threads: 1", "  prefetch: no", "  aggressive-nsec: no", "  outgoing-range: 900",
            "  num-queries-per-thread: 900", "remote-control:", "  control-enable: no",
        ]  # fmt: skip
        for zone, addresses in stubs.items():
            lines += [
                "stub-zone:",
                f'  name: "{zone}"',
                "  stub-prime: no",
                *(f"  stub-addr: {a}@{self.port}" for a in addresses),
            ]
        config = self._write("unbound.conf", "\n".join(lines) + "\n")
        self._spawn([find("unbound") or "", "-d", "-p", "-c", str(config)], "unbound")

    def _rbldnsd(self) -> None:
        self._write("strict.list", f":127.0.0.2:test and $\n127.0.0.2\n:127.0.0.3:spam from $\n{BAD_IP}\n")
        self._write("second.list", f":127.0.0.2:attacks\n127.0.0.2\n{BAD_IP}\n")
        self._write("world.list", ":127.0.0.2:everybody\n0.0.0.0/0\n")
        self._write("empty.list", "# shut down\n")
        self._write("names.list", ":127.0.1.2:bad name\ntest\n.broken.test\n")
        self._write("six.list", f":127.0.0.2:bad\n::ffff:7f00:2\n{BAD_IP6}\n")
        self._write("bits.list", ":127.0.0.80:two bits\n127.0.0.2\n" + BAD_IP + "\n")
        kinds = {"names": "dnset", "six": "ip6trie"}
        zones = [f"{z}.lists.test:{kinds.get(z, 'ip4set')}:{z}.list" for z in LIST_ZONES if z != "quiet"]
        command = [find("rbldnsd") or "", "-n", "-r", str(self.folder), "-b", f"{LISTS}/{self.port}"]
        if os.geteuid() == 0:
            command[1:1] = ["-u", "nobody"]
        self._spawn([*command, *zones], "rbldnsd")

    def _settings(self) -> None:
        def entry(zone: str, tier: str, kinds: str, codes: str) -> str:
            return f'[[list]]\nzone = "{zone}.lists.test"\nname = "{zone}"\nkinds = [{kinds}]\ntier = {tier}\nremoval = "https://{zone}.lists.test/"\ncodes = {{ {codes} }}\n'

        spam = '"127.0.0.2" = "test", "127.0.0.3" = "spam"'
        self._write(
            "lists.toml",
            entry("strict", "1", '"ip4"', spam) + entry("second", "2", '"ip4"', '"127.0.0.2" = "attacks"') + entry("world", "3", '"ip4"', spam)
            + entry("empty", "3", '"ip4"', spam) + entry("quiet", "3", '"ip4"', spam) + entry("names", "1", '"domain"', '"127.0.1.2" = "bad"')
            + entry("six", "1", '"ip6"', spam) + entry("bits", "3", '"ip4"', '"&16" = "malware", "&64" = "abuse", "127.0.0.1" = { meaning = "no", kind = "refused" }'),
        )  # fmt: skip
        self._write("root.hints", f". 3600 IN NS a.root.test.\na.root.test. 3600 IN A {ROOT}\n")
        self._write(
            "lab.toml",
            f'[dns]\nresolvers = ["{RESOLVER}"]\nport = {self.port}\nroot_hints = "root.hints"\n[blocklists]\ncatalogue = "lists.toml"\n'
            "[scope]\nallow_reserved = true\n[limits]\ndns_timeout = 1.0\n",
        )

    def _spawn(self, command: list[str], name: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.daemons.append(subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log))
        log.close()

    def _wait(self, address: str) -> None:
        import dns.exception
        import dns.message
        import dns.query

        question = dns.message.make_query(".", "SOA")
        for _attempt in range(100):
            try:
                dns.query.udp(question, address, port=self.port, timeout=0.3)
            except (dns.exception.DNSException, OSError):
                time.sleep(0.1)
            else:
                return
        logs = "\n".join(f"{p.name}: {p.read_text('utf-8', 'replace')[-500:]}" for p in self.folder.glob("*.log"))
        raise RuntimeError(f"{address} does not answer\n{logs}")
