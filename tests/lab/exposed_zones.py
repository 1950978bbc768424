"""Names of the laboratory of exposed servers: hosts, zones, signatures, certificates, and the settings that lead to them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import dns.reversename
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.lab.exposed import SERVERS, TESTER, TESTER6
from tests.packages import find

AT = SimpleNamespace(**SERVERS)
HOSTS = {
    "ROOT": "a.root.test", "TLD": "ns.tld.test", "AUTH1": "ns1.hosting.test", "AUTH2": "ns2.hosting.test", "RESOLVER": "resolver.hosting.test",
    "RELAY_CLOSED": "mail.shop.test", "RELAY_CLOSED6": "mail.shop.test", "RELAY_OPEN6": "relay-open.shop.test",
    "RESOLVER_OPEN6": "resolver-open.shop.test", "SECURE_MAIL": "mail.secure.test", "SECURE_MAIL2": "mail2.secure.test",
    "CONTROL1": "mx1.elsewhere.test", "CONTROL2": "mx2.elsewhere.test", "OUTSIDE_MX": "mx2.shop.test", "OUTSIDE_MX6": "mx2.shop.test",
    "OUTSIDE_WEB": "www.elsewhere.test", "OUTSIDE_SPF": "spf.elsewhere.test",
}  # fmt: skip
HOSTS = {name: HOSTS.get(name, f"{name.lower().replace('_', '-')}.shop.test") for name in SERVERS}
REVERSE, REVERSE6 = "0.19.198.in-addr.arpa", "9.0.0.0.0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa"
SOA = "@ 300 IN SOA {ns} hostmaster.test. 1 3600 900 604800 300\n@ 300 IN NS {ns}\n"
AUTH_NS = SOA.format(ns="ns1.hosting.test.") + "@ 300 IN NS ns2.hosting.test.\n"
ZONES = {
    "hosting.test": f"tester 300 IN A {TESTER}\ntester 300 IN AAAA {TESTER6}\n",
    # Everybody here is the tester, so that a record may say under which address the world sees him.
    "elsewhere.test": f"whoami 300 IN A {TESTER}\nwhoami 300 IN AAAA {TESTER6}\n"
    f'mx 300 IN A {AT.OUTSIDE_MX}\n_spf 300 IN TXT "v=spf1 ip4:{AT.OUTSIDE_SPF} a:www.elsewhere.test -all"\n',
    # Everything here leads outside, by each way that a record can lead; the challenge record comes later, from the test.
    "proven.test": f"@ 300 IN A {AT.WEB_SERVER}\n@ 300 IN MX 10 mail\n@ 300 IN MX 20 mx.elsewhere.test.\n@ 300 IN MX 30 mx\n"
    f"mail 300 IN CNAME www.elsewhere.test.\nwww 300 IN CNAME www.elsewhere.test.\nmx 300 IN A {AT.RELAY_CLOSED}\n"
    f'@ 300 IN TXT "v=spf1 redirect=_spf.elsewhere.test"\nmta-sts 300 IN A {AT.WEB_SERVER}\n_mta-sts 300 IN TXT "v=STSv1; id=1"\n',
    "shop.test": f'@ 300 IN A {AT.WEB_SERVER}\n@ 300 IN MX 10 mail\n@ 300 IN MX 20 mx2\nwww 300 IN CNAME www.elsewhere.test.\n'
    f'@ 300 IN TXT "v=spf1 ip4:{AT.RELAY_CLOSED} ip6:{AT.RELAY_CLOSED6} ip4:{AT.OUTSIDE_SPF} -all"\n'
    '_dmarc 300 IN TXT "v=DMARC1; p=reject; rua=mailto:postmaster@shop.test"\n',
    "secure.test": '@ 300 IN MX 10 mail\n@ 300 IN MX 20 mail2\n@ 300 IN TXT "v=spf1 mx -all"\n'
    '_dmarc 300 IN TXT "v=DMARC1; p=reject; rua=mailto:postmaster@secure.test"\n',
}  # fmt: skip


@dataclass
class Zones:
    """Writes certificates, zones and settings into a folder."""

    folder: Path

    def write(self) -> None:
        """All files; the chain of trust of the names leads to root.anchor, that of the certificates to ca.pem."""
        self._zones(self._certificates())
        self._settings()

    def _certificates(self) -> str:
        """Returns the SHA-256 of the key of mail.secure.test as TLSA 3 1 1 has it (RFC 6698, section 2.1)."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.folder / "ca.pem")
        tlsa = {}
        for host in ("mail.shop.test", "mail.secure.test", "mail2.secure.test", "mta-sts.proven.test"):
            made = authority.issue_cert(host)
            made.private_key_and_cert_chain_pem.write_to_path(self.folder / f"{host}.pem")
            (self.folder / f"{host}.pem").chmod(0o600)
            key = x509.load_pem_x509_certificate(made.cert_chain_pems[0].bytes()).public_key()
            tlsa[host] = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        return tlsa["mail.secure.test"]

    def _settings(self) -> None:
        self._write("root.hints", f". 3600 IN NS a.root.test.\na.root.test. 3600 IN A {AT.ROOT}\n")
        self._write("lists.toml", 'version = "lab"\n')
        self._write(
            "lab.toml",
            f'[dns]\nresolvers = ["{AT.RESOLVER}"]\nroot_hints = "root.hints"\nsilent_address = "{AT.DNS_NOBODY}"\n'
            '[tls]\nca_file = "ca.pem"\n[scope]\nallow_reserved = true\n[blocklists]\ncatalogue = "lists.toml"\n'
            f'[smtp]\nport25_controls = ["{AT.CONTROL1}", "{AT.CONTROL2}"]\nrelay_recipient = ""\n[vantage]\ntime_servers = []\negress_names = ["whoami.elsewhere.test A", "whoami.elsewhere.test AAAA"]\n'
            "[limits]\ndns_timeout = 1.0\nconnect_timeout = 1.0\nudp_timeout = 1.0\nsmtp_timeout = 12.0\nprobe_pause = 0.1\n",
        )

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def _zones(self, hash_of_key: str) -> None:
        zones = {zone: AUTH_NS + text for zone, text in ZONES.items()}
        zones["secure.test"] += (
            f"_25._tcp.mail 300 IN TLSA 3 1 1 {hash_of_key}\n_25._tcp.mail2 300 IN TLSA 3 1 1 {'0123' * 16}\n"
        )
        zones[REVERSE] = zones[REVERSE6] = AUTH_NS
        tld = SOA.format(ns="ns.tld.test.")
        for name, address in SERVERS.items():
            host, kind = HOSTS[name], "AAAA" if ":" in address else "A"
            zone = host.split(".", 1)[1]
            pointer = str(dns.reversename.from_address(address))
            zones[REVERSE6 if ":" in address else REVERSE] += f"{pointer} 300 IN PTR {host}.\n"
            if zone in zones:
                zones[zone] += f"{host}. 300 IN {kind} {address}\n"
            if zone not in zones or name in ("AUTH1", "AUTH2"):
                tld += f"{host}. 300 IN {kind} {address}\n"
        # The one address of proven.test that calls itself by that domain too.
        zones[REVERSE] += f"{dns.reversename.from_address(AT.RELAY_CLOSED)} 300 IN PTR mx.proven.test.\n"
        for zone, text in zones.items():
            self._write(f"{zone}.zone", text)
        cuts = "{0}. 300 IN NS ns1.hosting.test.\n{0}. 300 IN NS ns2.hosting.test.\n"
        tld += "".join(cuts.format(zone) for zone in ZONES) + self._sign("secure.test.zone", "secure.test")
        self._write("test.zone", tld)
        root = SOA.format(ns="a.root.test.") + f"test. 300 IN NS ns.tld.test.\nns.tld.test. 300 IN A {AT.TLD}\n"
        root += f"arpa. 300 IN NS a.root.test.\na.root.test. 300 IN A {AT.ROOT}\n" + self._sign("test.zone", "test")
        # nmap's dns-recursion asks for this name and no other.
        root += f"www.wikipedia.org. 300 IN A {AT.CONTROL1}\n"
        self._write("root.zone", root)
        self._sign("root.zone", ".")
        self._write("arpa.zone", SOA.format(ns="a.root.test.") + cuts.format(REVERSE) + cuts.format(REVERSE6))

    def _sign(self, file: str, origin: str) -> str:
        """Signs a zone with one key; returns its DS record. The root's key becomes the anchor."""
        key = self._call(find("ldns-keygen"), "-a", "ECDSAP256SHA256", "-k", "-r", "/dev/urandom", origin).strip()
        self._call(find("ldns-signzone"), "-o", origin, "-f", f"{file}.signed", file, key)
        if origin == ".":
            shutil.copy(self.folder / f"{key}.key", self.folder / "root.anchor")
        return (self.folder / f"{key}.ds").read_text("ascii").strip() + "\n"

    def _call(self, program: str | None, *arguments: str) -> str:
        done = subprocess.run([program or "", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr}")
        return done.stdout
