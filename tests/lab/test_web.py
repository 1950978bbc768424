"""Web pages and certificates against a real nginx on loopback, with real DNS packets and real sockets."""

from __future__ import annotations

import asyncio
import datetime
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from selfaudit.case import Authority, Case, Target
from selfaudit.case.model import NamedPage
from selfaudit.demo.other_servers import TimeServer
from selfaudit.engine import Audit, run_audit
from selfaudit.net import open_net
from selfaudit.settings import DnsSettings, LimitSettings, ScopeSettings, Settings, TlsSettings, VantageSettings
from tests.net.peers import name_server
from tests.packages import find

pytestmark = pytest.mark.lab

ADDRESS = "127.0.3.80"
DOMAINS = ("good.test", "busy.test", "loop.test", "chain.test", "expired.test", "inward.test", "login.test")
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1; {user}
events {{ worker_connections 128; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t; uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  types {{ text/html html; text/plain txt; application/pdf pdf; }}
  default_type application/octet-stream; charset utf-8; charset_types text/html text/plain; gzip on; gzip_min_length 1; gzip_types *;
{servers}
}}
"""
SERVER = """  server {{
    listen {address}:{port} ssl; server_name {names}; ssl_certificate {folder}/{pem}.pem; ssl_certificate_key {folder}/{pem}.pem;
    root {folder}/{root}; {rules}
  }}
"""
HOME = "<html lang=en><p>You and your friends are welcome in the shop, with all of our flowers for you.</p><a href=/privacy.html>Privacy</a> <a href=/contact.html>Contact</a>"
PRIVACY = (
    "<html lang=en><h1>Privacy policy</h1>"
    + "<p>We keep your personal data for you and for the law, with care.</p>" * 20
    + "<p>Good Flowers Ltd, hello@good.test</p>"
)
RULES = {
    "busy.test": "return 503;",
    "loop.test": "location / { return 302 https://loop.test/x$request_uri; }",
    "inward.test": "location = / { return 301 https://10.0.0.1/; } location /.well-known/ { return 301 http://169.254.169.254/; }",
    "login.test": "location /u { auth_basic x; auth_basic_user_file /dev/null; }",
}  # fmt: skip


@dataclass
class Web:
    """The daemon and where it is."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    authority: trustme.CA = field(default_factory=trustme.CA)

    def start(self) -> None:
        """Writes everything and waits for the port."""
        with closing(socket.create_server((ADDRESS, 0))) as free:
            self.port = free.getsockname()[1]
        now = datetime.datetime.now(datetime.UTC)
        names = [name for domain in DOMAINS for name in (domain, f"www.{domain}")]
        self.authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(str(self.folder / "all.pem"))
        self.authority.issue_cert(
            "expired.test", not_after=now - datetime.timedelta(days=3)
        ).private_key_and_cert_chain_pem.write_to_path(str(self.folder / "expired.test.pem"))
        bundle = self.authority.cert_pem.bytes() + self._incomplete()
        (self.folder / "ca.pem").write_bytes(bundle)
        (self.folder / "t").mkdir()
        site = self.folder / "good.test"
        (site / ".well-known").mkdir(parents=True)
        (site / "index.html").write_text(HOME, "utf-8")
        (site / "privacy.html").write_text(PRIVACY, "utf-8")
        (site / "contact.html").write_text(
            "<html lang=en>Report abuse with this form or by mail, you and your friends: abuse (at) good.test", "utf-8"
        )
        expires = (now + datetime.timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
        (site / ".well-known/security.txt").write_text(f"Contact: mailto:security@good.test\nExpires: {expires}\n", "utf-8")
        servers = ""
        for domain in DOMAINS:
            pem = f"{domain}" if (self.folder / f"{domain}.pem").exists() else "all"
            values = {"address": ADDRESS, "port": self.port, "folder": self.folder, "pem": pem, "rules": RULES.get(domain, "")}
            servers += SERVER.format(names=f"{domain} www.{domain}", root="good.test", **values)
        user = "user root;" if os.geteuid() == 0 else ""
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, servers=servers, user=user), "utf-8")
        with (self.folder / "nginx.log").open("wb") as log:
            self.process = subprocess.Popen(
                [find("nginx") or "", "-e", "stderr", "-p", str(self.folder), "-c", str(config)], stdout=log, stderr=log
            )
        for _attempt in range(100):
            try:
                socket.create_connection((ADDRESS, self.port), timeout=0.2).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
                continue
            return
        raise RuntimeError((self.folder / "nginx.log").read_text("utf-8"))

    def stop(self) -> None:
        """Ends the daemon."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def _incomplete(self) -> bytes:
        """A certificate whose server does not send the one above it along, as many do; returns the authority at the top."""
        now = datetime.datetime.now(datetime.UTC)

        def make(
            name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, ca: bool
        ) -> x509.Certificate:
            builder = (
                x509.CertificateBuilder()
                .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
                .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=60))
                .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            )
            if not ca:
                place = x509.UniformResourceIdentifier("http://ca.test/middle.der")
                access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
                builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
                alternatives = [x509.DNSName("chain.test"), x509.DNSName("www.chain.test")]
                builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            return builder.sign(signer, hashes.SHA256())

        top, middle, leaf = (ec.generate_private_key(ec.SECP256R1()) for _key in range(3))
        root = make("Top", top, "Top", top, ca=True)
        certificate = make("chain.test", leaf, "Middle", middle, ca=False)
        private = leaf.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.folder / "chain.test.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return root.public_bytes(serialization.Encoding.PEM)

    async def audit(self) -> Audit:
        """All domains, on the word of a person."""
        zone = {(name, "A"): (ADDRESS,) for domain in DOMAINS for name in (domain, f"www.{domain}")}
        zone |= {(domain, "TXT"): ('"v=spf1 mx -all"',) for domain in DOMAINS}
        resolver = name_server(zone)
        await resolver.start()
        clock = TimeServer()
        await clock.start()
        settings = Settings(
            dns=DnsSettings(resolvers=("127.0.0.1",), port=resolver.port), scope=ScopeSettings(allow_reserved=True),
            tls=TlsSettings(ca_file=str(self.folder / "ca.pem"), port=self.port), limits=LimitSettings(http_timeout=3.0, dns_timeout=1.0, connect_timeout=2.0),
            vantage=VantageSettings(time_servers=(f"127.0.0.1:{clock.port}",)),
        )  # fmt: skip
        pages = (NamedPage("unsubscribe", "https://login.test/u"), NamedPage("unsubscribe", "https://good.test/contact.html"))
        case = Case(
            tuple(Target("domain", d) for d in DOMAINS),
            authority=Authority("Lab", "tester"),
            laboratory=True,
            only=("web",),
            pages=pages,
        )
        try:
            return await run_audit(case, open_net(settings, keys={}))
        finally:
            clock.close()
            resolver.close()


@pytest.fixture(scope="module")
def web() -> Iterator[tuple[Web, Audit]]:
    """nginx, and what was found there."""
    with tempfile.TemporaryDirectory(prefix="selfaudit-lab-") as folder:
        made = Web(Path(folder))
        try:
            made.start()
            yield made, asyncio.run(made.audit())
        finally:
            made.stop()


EXPECTED = {
    ("good.test", "web.privacy-policy"): ("pass", "PRIVACY_FOUND"),
    ("good.test", "web.abuse-contact"): ("pass", "ABUSE_CONTACT_SHOWN"),
    ("good.test", "web.security-txt"): ("pass", "SECURITY_TXT_OK"),
    ("good.test", "web.tls"): ("pass", "WEB_TLS_ACCEPTED"),
    ("good.test", "web.unsubscribe"): ("inconclusive", "UNSUBSCRIBE_PAGE_NOT_RECOGNISED"),
    ("busy.test", "web.privacy-policy"): ("inconclusive", "PRIVACY_UNREAD"),
    ("busy.test", "web.abuse-contact"): ("inconclusive", "ABUSE_UNREAD"),
    ("busy.test", "web.security-txt"): ("inconclusive", "SECURITY_TXT_UNREAD"),
    ("busy.test", "web.tls"): ("pass", "WEB_TLS_ACCEPTED"),
    ("loop.test", "web.privacy-policy"): ("inconclusive", "PRIVACY_UNREAD"),
    ("loop.test", "web.security-txt"): ("inconclusive", "SECURITY_TXT_UNREAD"),
    ("chain.test", "web.tls"): ("warn", "WEB_TLS_CHAIN_INCOMPLETE"),
    ("chain.test", "web.privacy-policy"): ("inconclusive", "PRIVACY_UNREAD"),
    ("expired.test", "web.tls"): ("fail", "WEB_TLS_EXPIRED"),
    ("expired.test", "web.abuse-contact"): ("inconclusive", "ABUSE_UNREAD"),
    ("inward.test", "web.privacy-policy"): ("inconclusive", "PRIVACY_UNREAD"),
    ("inward.test", "web.security-txt"): ("inconclusive", "SECURITY_TXT_UNREAD"),
    ("login.test", "web.unsubscribe"): ("fail", "UNSUBSCRIBE_PAGE_LOGIN"),
}


@pytest.mark.parametrize(("domain", "check"), list(EXPECTED))
def test_what_is_found(domain: str, check: str, web: tuple[Web, Audit]) -> None:
    (result,) = [r for r in web[1].results if (r.target, r.check) == (domain, check)]
    outcome, tag = EXPECTED[domain, check]
    assert (str(result.outcome), tag in {f.tag for f in result.findings}) == (outcome, True), result


def test_nginx_saw_each_page_once(web: tuple[Web, Audit]) -> None:
    lines = (web[0].folder / "access.log").read_text("utf-8").splitlines()
    assert lines
    assert all('"GET /' in line for line in lines)
    assert all("selfaudit/" in line for line in lines)
    of_good = [line for line in lines if "privacy.html" in line]
    assert len(of_good) <= len(DOMAINS)
    tally = sum(s.count for s in web[1].evidence.sent if s.purpose == "HTTPS: one GET of a page")
    # Certificates that are not accepted end the connection before the question: two domains, each with its www name.
    refused = 4
    assert len(lines) == tally - refused


def test_nobody_is_asked_inside(web: tuple[Web, Audit]) -> None:
    reached = {s.address for s in web[1].evidence.sent if s.protocol == "tcp" and s.purpose.startswith("HTTPS")}
    assert reached == {ADDRESS}
