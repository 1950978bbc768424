"""A laboratory of registries on loopback: nginx for RDAP, its lists and a validator, socat for WHOIS, nsd and unbound for names.

Every server is on its real port, at addresses that this laboratory has to itself, so that the commands of a report run there as
they are printed. Nothing leaves the machine.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.lab.laboratory import Laboratory
from tests.lab.registry_answers import KNOWN_RATE, WEB_HOSTS, documents, whois_answers, zones
from tests.packages import find, missing

LAST_OCTETS = {
    "ROOT": 1, "TLD": 2, "AUTH": 3, "AUTH2": 4, "WEB": 10, "WHOIS_ROOT": 20, "WHOIS_REGISTRY": 21, "WHOIS_REGISTRAR": 22,
    "RESOLVER": 53, "NOBODY": 99,
}  # fmt: skip
WHOIS = {"root": "WHOIS_ROOT", "registry": "WHOIS_REGISTRY", "registrar": "WHOIS_REGISTRAR"}

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
  log_format asked '$host $status $request_uri $http_if_none_match $sent_http_retry_after';
  access_log {folder}/access.log asked;
  client_body_temp_path {folder}/nginx; proxy_temp_path {folder}/nginx; fastcgi_temp_path {folder}/nginx;
  uwsgi_temp_path {folder}/nginx; scgi_temp_path {folder}/nginx;
  types {{ application/json json; }}
  default_type application/rdap+json;
  ssl_certificate {folder}/hosts.pem; ssl_certificate_key {folder}/hosts.pem;
  root {folder}/www/$host;
  limit_req_status 429; limit_req_log_level info;
  limit_req_zone $server_name zone=limited:1m rate={rate}r/s;
  limit_req_zone $server_name zone=patient:1m rate=1r/s;
  limit_req_zone $server_name zone=curt:1m rate=1r/s;
  server {{
    listen {web}:443 ssl default_server; server_name {plain};
    error_page 404 @absent;
    location @absent {{ return 404 '{{"errorCode": 404, "title": "Not Found"}}'; }}
  }}
  server {{
    listen {web}:443 ssl; server_name rdap.moved.test;
    location = /domain/here.moved {{ return 301 https://rdap.second.test$request_uri; }}
    location = /domain/plain.moved {{ return 301 http://rdap.second.test$request_uri; }}
    location = /domain/inside.moved {{ return 301 https://127.0.0.1$request_uri; }}
    location = /domain/ring.moved {{ return 301 https://rdap.second.test$request_uri; }}
    location = /domain/away.moved {{ return 301 https://stranger.test$request_uri; }}
  }}
  server {{
    listen {web}:443 ssl; server_name rdap.second.test;
    location = /domain/ring.moved {{ return 302 https://rdap.moved.test$request_uri; }}
  }}
  server {{
    listen {web}:443 ssl; server_name rdap.wrong.test;
    ssl_certificate {folder}/elsewhere.pem; ssl_certificate_key {folder}/elsewhere.pem;
  }}
  server {{ listen {web}:443 ssl; server_name rdap.absent.test; return 501; }}
  server {{ listen {web}:443 ssl; server_name rdap.ill.test; return 503; }}
  server {{ listen {web}:443 ssl; server_name rdap.limited.test; limit_req zone=limited burst=5 nodelay; }}
  server {{
    listen {web}:443 ssl; server_name rdap.patient.test;
    limit_req zone=patient; error_page 429 @later;
    location @later {{ add_header Retry-After 1 always; return 429; }}
  }}
  server {{ listen {web}:443 ssl; server_name rdap.curt.test; limit_req zone=curt; }}
}}
"""
# The line is a file's name; a name with a slash is nobody's.
WHOIS_SCRIPT = """
IFS= read -r line
name=$(printf %s "$line" | tr -d '\\r' | tr 'A-Z' 'a-z')
printf '%s\\n' "$name" >>"whois-$1.log"
case $name in */*|'') name=none ;; esac
[ -f "whois/$1/$name" ] || name=none
exec cat "whois/$1/$name"
"""
UNBOUND = """
server:
  interface: {RESOLVER}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  verbosity: 0
  num-threads: 1
  module-config: "iterator"
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  root-hints: "{folder}/root.hints"
  local-zone: "test." nodefault
  local-zone: "18.198.in-addr.arpa." nodefault
remote-control:
  control-enable: no
"""


@dataclass(frozen=True)
class Asked:
    """A line of the web server's log: host, status, path, the ETag that was sent along, and Retry-After of the answer."""

    host: str
    status: int
    path: str
    etag: str
    retry_after: str


@dataclass
class RegistryLaboratory(Laboratory):
    """The running daemons and the settings that lead into them. Needs root, for ports below 1024.

    Attributes:
        at: names of servers -> their addresses.
    """

    at: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Starts everything and waits until each server answers.

        Raises:
            RuntimeError: not root, a package is missing, a port is taken, or a daemon does not answer.
        """
        lacking = missing()
        if lacking:
            raise RuntimeError(f"the laboratory needs {', '.join(lacking)}: run `make system-packages`")
        self.port = 53
        self._addresses()
        self._certificates()
        held: dict[str, dict[str, str]] = {}
        for number, (zone, (server, text)) in enumerate(zones(self.at).items()):
            held.setdefault(server, {})[zone] = self._write(f"{number}.zone", text).name
        self._write("root.hints", f". 3600 IN NS a.root.test.\na.root.test. 3600 IN A {self.at['ROOT']}\n")
        for server, texts in held.items():
            addresses = (self.at[server], self.at["AUTH2"]) if server == "AUTH" else (self.at[server],)
            self._nsd(server.lower(), addresses, texts)
        self._web()
        self._whois()
        self._settings()
        # Started before its name servers a resolver would remember these as dead.
        for name in ("ROOT", "TLD", "AUTH", "AUTH2"):
            self._wait(self.at[name])
        config = self._write("unbound.conf", UNBOUND.format(folder=self.folder, **self.at))
        self._spawn([find("unbound") or "", "-d", "-p", "-c", str(config)], "unbound")
        self._wait(self.at["RESOLVER"])
        for name, port in (("WEB", 443), *((server, 43) for server in WHOIS.values())):
            self._listening(self.at[name], port)

    @property
    def certificates(self) -> Path:
        """The authority that signed all certificates."""
        return self.folder / "ca.pem"

    def asked(self, host: str) -> list[Asked]:
        """What the web server was asked under this name so far. Its log may lag behind an answer by a moment."""
        lines = (self.folder / "access.log").read_text("ascii").splitlines()
        return [Asked(h, int(s), p, e.strip('"'), r) for h, s, p, e, r in (line.split(" ") for line in lines) if h == host]

    def run(self, command: str) -> str:
        """Runs a command line of a report as a person would, where names are looked up at RESOLVER; returns what it prints."""
        self._write("resolv.conf", f"nameserver {self.at['RESOLVER']}\n")
        # The mount belongs to this one process: nobody else sees it, and it ends with it.
        inside = 'mount --bind "$0" /etc/resolv.conf && exec sh -c "$1"'
        done = subprocess.run(
            [find("unshare") or "", "--mount", "sh", "-c", inside, str(self.folder / "resolv.conf"), command],
            env={**os.environ, "CURL_CA_BUNDLE": str(self.certificates), "LC_ALL": "C.UTF-8"},
            capture_output=True, encoding="utf-8", timeout=30, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command}: {done.returncode} {done.stderr}")
        return done.stdout

    def _addresses(self) -> None:
        """Finds addresses whose ports are free: several laboratories may run at once."""
        wanted = [(name, 53, kind) for name in ("ROOT", "TLD", "AUTH", "AUTH2", "RESOLVER") for kind in ("udp", "tcp")]
        wanted += [("WEB", 443, "tcp"), ("NOBODY", 443, "tcp"), *((name, 43, "tcp") for name in WHOIS.values())]
        why = ""
        for _attempt in range(20):
            network = f"127.{random.randint(64, 191)}.{random.randint(1, 254)}"
            at = {name: f"{network}.{last}" for name, last in LAST_OCTETS.items()}
            try:
                for name, port, kind in wanted:
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as probe:
                        probe.bind((at[name], port))
            except PermissionError:
                raise RuntimeError("the laboratory of registries uses ports below 1024: run its tests as root") from None
            except OSError as error:
                why = f"{name} {port}: {error}"
                continue
            self.at = at
            return
        raise RuntimeError(f"no addresses are free: {why}")

    def _certificates(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.certificates)
        for file, hosts in (("hosts", WEB_HOSTS), ("elsewhere", ("elsewhere.test",))):
            authority.issue_cert(*hosts).private_key_and_cert_chain_pem.write_to_path(self.folder / f"{file}.pem")

    def _web(self) -> None:
        for path, text in documents().items():
            file = self.folder / "www" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        (self.folder / "nginx").mkdir()
        plain = " ".join(h for h in WEB_HOSTS if h in ("data.iana.test", "stranger.test", "validator.test"))
        plain += " rdap.nic.test rdap.registrar.test rdap.rir.test"
        user = "user root;" if os.geteuid() == 0 else ""
        text = NGINX.format(folder=self.folder, web=self.at["WEB"], plain=plain, rate=KNOWN_RATE, user=user)
        config = self._write("nginx.conf", text)
        self._spawn([find("nginx") or "", "-p", str(self.folder), "-e", "stderr", "-c", str(config)], "nginx")

    def _whois(self) -> None:
        self._write("whois.sh", WHOIS_SCRIPT)
        for server, answers in whois_answers().items():
            folder = self.folder / "whois" / server
            folder.mkdir(parents=True)
            for line, text in answers.items():
                (folder / line).write_text(text.replace("\n", "\r\n"), "utf-8", newline="")
            listen = f"TCP4-LISTEN:43,bind={self.at[WHOIS[server]]},reuseaddr,fork"
            self._spawn([find("socat") or "", "-T", "10", listen, f"EXEC:/bin/sh whois.sh {server}"], f"socat-{server}")

    def _settings(self) -> None:
        self._write(
            "lab.toml",
            f'[dns]\nresolvers = ["{self.at["RESOLVER"]}"]\nroot_hints = "root.hints"\n'
            '[registration]\nrdap_bootstrap = "https://data.iana.test/rdap/"\nwhois_server = "whois.iana.test"\n'
            '[routing]\norigin_zone = "origin.asn.test"\nrpki_url = "https://validator.test/"\n'
            '[tls]\nca_file = "ca.pem"\n[scope]\nallow_reserved = true\n[limits]\ndns_timeout = 1.0\n',
        )

    def _listening(self, address: str, port: int) -> None:
        why = ""
        for _attempt in range(200):
            try:
                socket.create_connection((address, port), timeout=1).close()
            except OSError as error:
                why = str(error)
                time.sleep(0.05)
            else:
                return
        logs = "\n".join(f"{p.name}: {p.read_text('utf-8', 'replace')[-500:]}" for p in self.folder.glob("*.log"))
        raise RuntimeError(f"{address} {port}: {why}\n{logs}")


if __name__ == "__main__":
    # To look at it by hand: starts in the folder that is named and runs until the input ends.
    made = RegistryLaboratory(Path(sys.argv[1]))
    try:
        made.start()
        print(made.settings, made.at, flush=True)
        sys.stdin.read()
    finally:
        made.stop()
