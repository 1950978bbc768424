"""A second laboratory: real servers on their real ports, in network namespaces, for what strangers can do with them.

Two namespaces with one cable between them: the tester's, and one that holds every server on an address of its own. No way
leads out of them. Names and certificates are in `exposed_zones`, daemons in `exposed_daemons`. As a program: the wait for answers.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.packages import find, missing

TESTER, TESTER6 = "198.18.0.1", "2001:2:0:1::1"
GATEWAY, GATEWAY6 = "198.18.0.254", "2001:2:0:1::254"
NETWORK, NETWORK6 = "198.19.0.0/24", "2001:2:0:9::/64"

SERVERS = {
    "ROOT": "198.19.0.2", "TLD": "198.19.0.3", "AUTH1": "198.19.0.4", "AUTH2": "198.19.0.5", "RESOLVER": "198.19.0.53",
    "RELAY_CLOSED": "198.19.0.10", "RELAY_CLOSED6": "2001:2:0:9::10", "RELAY_OPEN": "198.19.0.11", "RELAY_OPEN6": "2001:2:0:9::11",
    "RELAY_LOCAL_SENDER": "198.19.0.12", "RELAY_CATCH_ALL": "198.19.0.13", "RELAY_DATA_REJECT": "198.19.0.14",
    "RELAY_GREYLIST": "198.19.0.15", "RELAY_SLOW": "198.19.0.16", "SECURE_MAIL": "198.19.0.17", "SECURE_MAIL2": "198.19.0.18",
    "RESOLVER_OPEN": "198.19.0.20", "RESOLVER_OPEN6": "2001:2:0:9::20", "RESOLVER_REFUSING": "198.19.0.21",
    "RESOLVER_SILENT": "198.19.0.22", "DNS_AUTHORITATIVE": "198.19.0.23", "DNS_NO_RECURSION": "198.19.0.24",
    "PROXY_OPEN": "198.19.0.30", "PROXY_CLOSED": "198.19.0.31", "SOCKS_OPEN": "198.19.0.32", "SOCKS_PASSWORD": "198.19.0.33",
    "WEB_SERVER": "198.19.0.34", "REDIS_OPEN": "198.19.0.40", "REDIS_PASSWORD": "198.19.0.41", "MEMCACHED": "198.19.0.42",
    "NTP_QUERIES": "198.19.0.43", "NTP_RESTRICTED": "198.19.0.44", "SNMP_PUBLIC": "198.19.0.45", "SNMP_OTHER": "198.19.0.46",
    "DROPPED_PORT25": "198.19.0.60", "REJECTING": "198.19.0.61", "SILENT": "198.19.0.62", "PROHIBITED": "198.19.0.63",
    "DNS_NOBODY": "198.19.0.64", "CONTROL1": "198.19.0.201", "CONTROL2": "198.19.0.202",
    "OUTSIDE_MX": "198.19.0.210", "OUTSIDE_MX6": "2001:2:0:9::210", "OUTSIDE_WEB": "198.19.0.211", "OUTSIDE_SPF": "198.19.0.212",
}  # fmt: skip
"""Every address that has a name here; each is a constant of this module too."""

RELAY_CLOSED, RELAY_CLOSED6 = SERVERS["RELAY_CLOSED"], SERVERS["RELAY_CLOSED6"]
RELAY_OPEN, RELAY_OPEN6 = SERVERS["RELAY_OPEN"], SERVERS["RELAY_OPEN6"]
RELAY_LOCAL_SENDER, RELAY_CATCH_ALL = SERVERS["RELAY_LOCAL_SENDER"], SERVERS["RELAY_CATCH_ALL"]
RELAY_DATA_REJECT, RELAY_GREYLIST, RELAY_SLOW = SERVERS["RELAY_DATA_REJECT"], SERVERS["RELAY_GREYLIST"], SERVERS["RELAY_SLOW"]
SECURE_MAIL, SECURE_MAIL2 = SERVERS["SECURE_MAIL"], SERVERS["SECURE_MAIL2"]
ROOT, TLD, AUTH1, AUTH2, RESOLVER = (SERVERS[name] for name in ("ROOT", "TLD", "AUTH1", "AUTH2", "RESOLVER"))
RESOLVER_OPEN, RESOLVER_OPEN6 = SERVERS["RESOLVER_OPEN"], SERVERS["RESOLVER_OPEN6"]
RESOLVER_REFUSING, RESOLVER_SILENT = SERVERS["RESOLVER_REFUSING"], SERVERS["RESOLVER_SILENT"]
DNS_AUTHORITATIVE, DNS_NO_RECURSION = SERVERS["DNS_AUTHORITATIVE"], SERVERS["DNS_NO_RECURSION"]
PROXY_OPEN, PROXY_CLOSED, WEB_SERVER = SERVERS["PROXY_OPEN"], SERVERS["PROXY_CLOSED"], SERVERS["WEB_SERVER"]
SOCKS_OPEN, SOCKS_PASSWORD = SERVERS["SOCKS_OPEN"], SERVERS["SOCKS_PASSWORD"]
REDIS_OPEN, REDIS_PASSWORD, MEMCACHED = SERVERS["REDIS_OPEN"], SERVERS["REDIS_PASSWORD"], SERVERS["MEMCACHED"]
NTP_QUERIES, NTP_RESTRICTED = SERVERS["NTP_QUERIES"], SERVERS["NTP_RESTRICTED"]
SNMP_PUBLIC, SNMP_OTHER = SERVERS["SNMP_PUBLIC"], SERVERS["SNMP_OTHER"]
DROPPED_PORT25, REJECTING, SILENT = SERVERS["DROPPED_PORT25"], SERVERS["REJECTING"], SERVERS["SILENT"]
PROHIBITED, DNS_NOBODY = SERVERS["PROHIBITED"], SERVERS["DNS_NOBODY"]
CONTROL1, CONTROL2 = SERVERS["CONTROL1"], SERVERS["CONTROL2"]
OUTSIDE_MX, OUTSIDE_MX6 = SERVERS["OUTSIDE_MX"], SERVERS["OUTSIDE_MX6"]
OUTSIDE_WEB, OUTSIDE_SPF = SERVERS["OUTSIDE_WEB"], SERVERS["OUTSIDE_SPF"]

OUTSIDE = (OUTSIDE_MX, OUTSIDE_MX6, OUTSIDE_WEB, OUTSIDE_SPF)
NOT_ASSIGNED = (SILENT, PROHIBITED, DNS_NOBODY)
REPOSITORY = Path(__file__).resolve().parents[2]
NUMBERS = itertools.count(1)

# Inside `ip netns exec` the mounts belong to the one process: it sees the laboratory's users and resolver, nobody else does.
ENTER = 'for f in "$0"/*; do [ ! -e "/etc/${f##*/}" ] || mount --bind "$f" "/etc/${f##*/}" || exit 126; done; exec "$@"'

RULES = f"""
table inet lab {{
  counter outside {{
  }}
  chain watch {{
    type filter hook prerouting priority -310
    ip daddr {{ {", ".join(a for a in OUTSIDE if ":" not in a)} }} counter name outside
    ip6 daddr {{ {", ".join(a for a in OUTSIDE if ":" in a)} }} counter name outside
  }}
  chain blocked {{
    type filter hook prerouting priority -305
  }}
  chain dns {{
    type nat hook prerouting priority -110
  }}
  chain smtp {{
    type nat hook prerouting priority -105
  }}
  chain every_port {{
    type nat hook prerouting priority -100
    iifname "lab" ip daddr {{ {", ".join(a for a in OUTSIDE if ":" not in a)} }} meta l4proto tcp dnat ip to {OUTSIDE_MX}:80
    iifname "lab" ip6 daddr {OUTSIDE_MX6} meta l4proto tcp dnat ip6 to [{OUTSIDE_MX6}]:80
  }}
  chain router {{
    type filter hook prerouting priority -50
    ip daddr {{ {SILENT}, {DNS_NOBODY} }} drop
    ip daddr {PROHIBITED} reject with icmp type admin-prohibited
    ip daddr {DROPPED_PORT25} tcp dport 25 drop
  }}
}}
"""


@dataclass
class ExposedLaboratory:
    """The two namespaces, the running daemons and the settings that lead into them. Needs root.

    `folder` and the folders above it must be open to other users (mode 711 or more): some daemons give up root.
    """

    folder: Path
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)
    name: str = field(default_factory=lambda: f"selfaudit-lab-{os.getpid()}-{next(NUMBERS)}")

    @property
    def settings(self) -> Path:
        """The settings file, for use in the tester's namespace."""
        return self.folder / "lab.toml"

    @property
    def tester(self) -> str:
        """The namespace that tests run in."""
        return f"{self.name}-t"

    @property
    def servers(self) -> str:
        """The namespace of all servers."""
        return f"{self.name}-s"

    def start(self) -> None:
        """Makes the namespaces and starts everything; waits until each server answers. What fails half-way is undone.

        Raises:
            RuntimeError: not root, a package is missing, or a daemon does not answer; with the ends of the logs.
        """
        if os.geteuid() != 0:
            raise RuntimeError("the laboratory of exposed servers makes network namespaces: run its tests as root")
        lacking = missing()
        if lacking:
            raise RuntimeError(f"the laboratory needs {', '.join(lacking)}: run `make system-packages`")
        self.folder.chmod(0o755)
        closed = [str(parent) for parent in self.folder.resolve().parents if not parent.stat().st_mode & 0o001]
        if closed:
            raise RuntimeError(f"other users cannot pass through {', '.join(closed)}: some daemons give up root")
        atexit.register(self.stop)
        try:
            self._network()
            self._daemons()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends every process of the namespaces and removes them. May be called twice."""
        atexit.unregister(self.stop)
        try:
            self._end_daemons()
        finally:
            for namespace in (self.tester, self.servers):
                if Path("/run/netns", namespace).exists():
                    self._end_all(namespace)
                    self._ip("netns", "delete", namespace)

    def inside(self, namespace: str, command: Sequence[str]) -> list[str]:
        """The command line that runs a command in one of the two namespaces."""
        return [find("ip") or "ip", "netns", "exec", namespace, "/bin/sh", "-c", ENTER, str(self.folder / "etc"), *command]

    def run(self, *command: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """Runs a command in the tester's namespace, in the folder of the repository; names are looked up at RESOLVER."""
        return subprocess.run(
            self.inside(self.tester, command), cwd=REPOSITORY, capture_output=True, text=True, timeout=timeout, check=False
        )

    def outside_packets(self) -> int:
        """How many packets went to the outside addresses since the start, from the tester or through a proxy of the laboratory."""
        found = json.loads(self._nft("-j", "list", "counter", "inet", "lab", "outside"))
        return next(int(item["counter"]["packets"]) for item in found["nftables"] if "counter" in item)

    @contextmanager
    def blocked_port25(self) -> Iterator[None]:
        """As at a provider that drops the tester's packets to port 25 of everybody."""
        with self._rules("blocked", 'iifname "lab" tcp dport 25 drop'):
            yield

    @contextmanager
    def intercepted_dns(self) -> Iterator[None]:
        """As behind a router that answers every DNS question itself, whomever it was for."""
        to = f"dnat ip to {SERVERS['RESOLVER_OPEN']}", f"dnat ip6 to {SERVERS['RESOLVER_OPEN6']}"
        with self._rules("dns", *(f'iifname "lab" {protocol} dport 53 {rule}' for protocol in ("udp", "tcp") for rule in to)):
            yield

    @contextmanager
    def intercepted_smtp(self) -> Iterator[None]:
        """As behind a firewall that leads every connection to port 25 to its own mail server."""
        to = f"dnat ip to {RELAY_CLOSED}", f"dnat ip6 to {RELAY_CLOSED6}"
        with self._rules("smtp", *(f'iifname "lab" tcp dport 25 {rule}' for rule in to)):
            yield

    @contextmanager
    def _rules(self, chain: str, *rules: str) -> Iterator[None]:
        self._nft("\n".join(f"add rule inet lab {chain} {rule}" for rule in rules))
        try:
            yield
        finally:
            self._nft(f"flush chain inet lab {chain}")

    def _network(self) -> None:
        for namespace in (self.tester, self.servers):
            self._ip("netns", "add", namespace)
        self._ip("-n", self.tester, "link", "add", "lab", "type", "veth", "peer", "name", "lab", "netns", self.servers)
        # Duplicate detection would hold IPv6 addresses back; a limit of ICMP would make closed ports look filtered.
        keys = ("ipv6/conf/all/accept_dad", "ipv6/conf/default/accept_dad", "ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit")
        quiet = " && ".join(f"echo 0 > /proc/sys/net/{key}" for key in keys)
        for namespace in (self.tester, self.servers):
            self._ip("netns", "exec", namespace, "/bin/sh", "-c", quiet)
        self._batch(self.tester, (TESTER, TESTER6), ())
        self._batch(self.servers, (GATEWAY, GATEWAY6), tuple(a for a in SERVERS.values() if a not in NOT_ASSIGNED))
        self._ip("-n", self.tester, "route", "add", "default", "via", GATEWAY)
        self._ip("-n", self.tester, "-6", "route", "add", "default", "via", GATEWAY6)
        self._nft(RULES)

    def _batch(self, namespace: str, cable: tuple[str, str], servers: tuple[str, ...]) -> None:
        lines = [
            "link set lo up",
            "link set lab up",
            f"addr add {cable[0]}/24 dev lab",
            f"addr add {cable[1]}/64 dev lab nodad",
        ]
        lines += [f"addr add {a}/{'128' if ':' in a else '32'} dev lo{' nodad' if ':' in a else ''}" for a in servers]
        self._call(["ip", "-n", namespace, "-batch", "-"], "\n".join(lines) + "\n")

    def _daemons(self) -> None:
        from tests.lab.exposed_daemons import Daemons

        made = Daemons(self.folder)
        made.write()
        for wave in (made.first(), made.second()):
            for name, command, environment in wave.commands:
                self._spawn(name, command, environment)
            self._wait(wave.probes)

    def _spawn(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        # Some daemons end their whole process group: each has its own.
        with (self.folder / f"{name}.log").open("wb") as log:
            started = subprocess.Popen(
                self.inside(self.servers, command), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
        self.daemons.append(started)

    def _wait(self, probes: list[tuple[str, str, int, str, str]]) -> None:
        done = self.run(sys.executable, "-m", "tests.lab.exposed", json.dumps(probes), timeout=60)
        if done.returncode:
            logs = "\n".join(f"{p.name}: {p.read_text('utf-8', 'replace')[-800:]}" for p in sorted(self.folder.glob("*.log")))
            raise RuntimeError(f"no answer: {done.stdout}{done.stderr}\n{logs}")

    def _end_daemons(self) -> None:
        for daemon in self.daemons:
            daemon.terminate()
        end = time.monotonic() + 5
        for daemon in self.daemons:
            try:
                daemon.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait(5)
        self.daemons.clear()

    def _end_all(self, namespace: str) -> None:
        for _attempt in range(50):
            left = self._ip("netns", "pids", namespace).split()
            if not left:
                return
            for pid in left:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.02)

    def _ip(self, *arguments: str) -> str:
        return self._call(["ip", *arguments])

    def _nft(self, *arguments: str) -> str:
        if arguments[0].startswith("-"):
            return self._call(["ip", "netns", "exec", self.servers, find("nft") or "nft", *arguments])
        return self._call(["ip", "netns", "exec", self.servers, find("nft") or "nft", "-f", "-"], arguments[0])

    def _call(self, command: list[str], given: str = "") -> str:
        done = subprocess.run(
            [find(command[0]) or command[0], *command[1:]], input=given, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout


def wait(probe: tuple[str, str, int, str, str], seconds: float = 20) -> str:
    """Asks again and again; returns what is wrong at the end, or nothing."""
    protocol, address, port, send, expect = probe
    end, why = time.monotonic() + seconds, ""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    while time.monotonic() < end:
        with socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM) as line:
            line.settimeout(0.5 if protocol == "udp" else 2.0)
            try:
                line.connect((address, port))
                line.sendall(bytes.fromhex(send))
                answer = line.recv(4096) if expect or protocol == "udp" else b""
            except OSError as error:
                why = str(error)
            else:
                if answer.startswith(bytes.fromhex(expect)):
                    return ""
                why = repr(answer[:80])
        time.sleep(0.05)
    return f"{address} {protocol} {port}: {why}"


if __name__ == "__main__":
    wanted = [tuple(item) for item in json.loads(sys.argv[1])]
    with ThreadPoolExecutor(len(wanted)) as pool:
        lacking = [why for why in pool.map(wait, wanted) if why]
    sys.exit("\n".join(lacking) or 0)
