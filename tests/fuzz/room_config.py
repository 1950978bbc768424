"""Configurations of servers and answers of package managers, as the collector brings them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from selfaudit.protocols.packages import apt, others, pending, rpm, zypper
from selfaudit.protocols.server_config import PARTS, Verdict, bind, exim_file, model, postfix_restrictions, read_part
from tests.checks.host import report
from tests.fuzz.target import Run, Target, allowed, octets, split, text_of
from tests.protocols.server_config.read import CONTAINER, NOTHING, PUBLIC

RECORDED = Path(__file__).parents[1] / "data" / "packages"


def _of(name: str) -> Run:
    """One part. What cannot be understood is unclear; nothing that is unclear passes for closed and certain."""

    def run(data: bytes) -> None:
        text, master = (text_of(part) for part in split(data, 2))
        for around in (PUBLIC, CONTAINER, NOTHING):
            for opening in read_part(name, text.splitlines(), around, master.splitlines() if master else None):
                assert opening.verdict in tuple(Verdict)

    return run


def _pieces(data: bytes) -> None:
    text = text_of(data)
    lines = text.splitlines()
    allowed(bind.parse, text)
    exim_file.items_of(text)
    exim_file.with_macros(text, {"A": "B", "LOCAL": text[:20]})
    allowed(exim_file.statements_of, lines)
    model.sections(lines)
    for line in lines[:20]:
        model.read_network(line)
        model.is_local(line)
        model.at(line, line)
        model.shortened(line)
        model.not_followed(line)
        postfix_restrictions.words_of(line)
        postfix_restrictions.expanded(line, {"mydomain": "$myhostname", "myhostname": "$mydomain", "x": line})
    first = model.network_elements(lines)
    model.worst_match(first)


SYSTEMS = ("debian", "ubuntu", "alma", "suse", "alpine", "arch", "freebsd", "windows")


def _packages(data: bytes) -> None:
    """First octet: the system and the exit code; then its manager's answer. The second part is what it says of security."""
    number = data[0] if data else 0
    upgrade, security = (text_of(part).splitlines() for part in split(data[1:], 2))
    code = (0, 1, 100, None)[number >> 4 & 3]
    readers: tuple[Callable[[], object], ...] = (
        lambda: apt.read(upgrade), lambda: rpm.read(upgrade, code, security, marked=True), lambda: rpm.read(upgrade, code, None, marked=False),
        lambda: zypper.read(upgrade, code, security, patched=True), lambda: others.apk(upgrade, code), lambda: others.pacman(upgrade, code, security),
        lambda: others.pkg(upgrade, code, security), lambda: others.windows(upgrade),
    )  # fmt: skip
    for reader in readers:
        reader()
    made = report(
        {
            "packages.upgrade": "\n".join(upgrade),
            "packages.security": "\n".join(security),
            "packages.lists": "newest=2026-11-21T06:00:00Z\ncount=4",
        },
        system=SYSTEMS[number % len(SYSTEMS)],
    )
    pending(made)


def _recorded() -> tuple[bytes, ...]:
    heads = {
        "apt": 0,
        "dnf": 2,
        "yum": 2,
        "zypper": 3,
        "apk": 4,
        "pacman": 5,
        "pkg": 6,
        "windows": 7,
        "dnf5": 2,
        "apt3": 0,
        "dpkg": 0,
    }
    return tuple(
        bytes([heads[path.name.partition("-")[0]]]) + path.read_bytes()[:6000] for path in sorted(RECORDED.glob("*.txt"))
    )


POSTFIX = (
    "## postconf\nmynetworks = 127.0.0.0/8 [::1]/128 10.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n"
    "smtpd_recipient_restrictions = check_recipient_access hash:/etc/x, permit\nrelay_domains = $mydestination\nmydestination = $myhostname, localhost\nmyhostname = mx.shop.test\ninet_interfaces = all\n\x1e"
    "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n"
)
BIND = '## /etc/bind/named.conf\nacl inside { 10.0.0.0/8; !10.1.0.0/16; localnets; };\noptions { directory "/var"; recursion yes; allow-recursion { inside; localhost; }; listen-on port 53 { any; }; listen-on-v6 { ::1; }; };\nview "x" { match-clients { any; }; recursion no; };\n// c\n/* d */ # e\n'
EXIM = "## /etc/exim4/exim4.conf\nA = b\nhostlist relay_from_hosts = <; 127.0.0.1 ; ::1 ; 10.0.0.0/8\ndomainlist local_domains = @ : shop.test\nacl_smtp_rcpt = acl_check_rcpt\nbegin acl\nacl_check_rcpt:\n  accept hosts = :\n  accept domains = +local_domains\n  accept hosts = +relay_from_hosts\n         control = submission\n  accept authenticated = *\n  deny message = relay not permitted\n"
SEEDS = {
    "mail.postfix": (POSTFIX,), "mail.exim": (EXIM,), "dns.bind": (BIND,),
    "mail.sendmail": ("## /etc/mail/sendmail.mc\nFEATURE(`promiscuous_relay')dnl\nDAEMON_OPTIONS(`Port=smtp,Addr=127.0.0.1, Name=MTA')dnl\n## /etc/mail/access\nConnect:10 RELAY\n",),
    "mail.dovecot": ("## doveconf\nssl = required\ndisable_plaintext_auth = yes\nauth_mechanisms = plain login\n",),
    "dns.unbound": ("## /etc/unbound/unbound.conf\nserver:\n  interface: 0.0.0.0\n  access-control: 10.0.0.0/8 allow\n  access-control: 0.0.0.0/0 refuse\n  access-control-view: 1.2.3.0/24 x\n",),
    "dns.dnsmasq": ("## /etc/dnsmasq.conf\ninterface=eth0\nexcept-interface=lo\nlisten-address=127.0.0.1,192.0.2.10\nbind-interfaces\nlocal-service\nport=53\nno-dhcp-interface=eth1\n",),
    "dns.pdns": ("## /etc/powerdns/recursor.conf\nallow-from=127.0.0.0/8, !10.0.0.0/8\nlocal-address=0.0.0.0:53, ::\n", "## /etc/powerdns/recursor.yml\nincoming:\n  listen:\n  - 0.0.0.0\n  allow_from:\n  - 0.0.0.0/0\n"),
    "proxy.squid": ("## /etc/squid/squid.conf\nacl localnet src 10.0.0.0/8\nacl Safe_ports port 80 443\nhttp_access deny !Safe_ports\nhttp_access allow localnet localhost\nhttp_access deny all\nhttp_port 3128\nhttp_port 127.0.0.1:3129 intercept\n",),
    "proxy.others": ("## /etc/tinyproxy/tinyproxy.conf\nPort 8888\nListen 0.0.0.0\nAllow 127.0.0.1\nDeny 0.0.0.0/0\nBasicAuth u p\n## /etc/danted.conf\ninternal: eth0 port = 1080\nexternal: eth0\nsocksmethod: none\nclient pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\nsocks pass { from: 10.0.0.0/8 to: 0.0.0.0/0 }\n",),
    "web.proxying": ("## /etc/apache2/x.conf\nProxyRequests On\n<Proxy *>\n  Require ip 10\n</Proxy>\n## /etc/nginx/nginx.conf\nserver { resolver 1.1.1.1; location / { proxy_pass http://$http_host$request_uri; } }\n",),
}  # fmt: skip
assert {*SEEDS} == {*PARTS}
WORDS = octets(
    "!",
    "any",
    "all",
    "0.0.0.0/0",
    "::/0",
    "$",
    "${",
    "include ",
    "{",
    "}",
    ";",
    "\\\n",
    "#",
    "/*",
    "hash:/x",
    "permit",
    "<;",
    "/etc/x",
    "begin acl\n",
    "[cut]",
    "-",
    "*",
    "10",
    "\x1e",
)

TARGETS = {
    **{name.replace(".", "-"): Target(_of(name), octets(*seeds), WORDS, 6000, 1.5) for name, seeds in SEEDS.items()},
    "pieces": Target(_pieces, octets(BIND, EXIM, POSTFIX, "10.0.0.0/8\n!192.0.2.1\nfe80::/10\n"), WORDS, 6000, 1.0),
    "packages": Target(_packages, _recorded(), octets("Inst ", "Conf ", "E: ", "Error: ", "|", "\x1e", "security", "[cut]", "Reading", "0 upgraded", " -> "), 6000, 1.0),
}  # fmt: skip
