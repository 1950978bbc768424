"""The collector's file, and what is made of its parts."""

from __future__ import annotations

import gzip
import ipaddress
from functools import cache

from selfaudit.facts.host import HostPart, HostReport, HostScope, PartStatus
from selfaudit.policy import Policy
from selfaudit.protocols import collector_blocks, collector_text, host_scope, osv
from selfaudit.protocols.collector import canonical, make_blocks, make_text, read_blocks, read_collector, to_text
from selfaudit.protocols.host import firewall, load, packet, pf
from selfaudit.protocols.host.iptables import read_table
from selfaudit.protocols.host.listeners import answers_at, read_listeners
from selfaudit.protocols.host.nft import read_ruleset
from selfaudit.protocols.host.packet import Match, Packet
from selfaudit.protocols.host_system import system_of
from selfaudit.protocols.packages import versions
from selfaudit.protocols.packages.systems import follows_latest
from tests.checks.host import SCOPE, report
from tests.fuzz.target import Target, allowed, joined, octets, split, text_of

PARTS = (
    HostPart("meta", PartStatus.OK, ("collector=1.0.0", "time=2026-11-22T05:40:00Z", "system=unix", "mode=live", "root=yes")),
    HostPart("host", PartStatus.OK, ("name=web1.example", "machine=0123456789abcdef")),
    HostPart("packages.upgrade", PartStatus.OK, ("openssl 3.0.7", "", "@ end ok 0 1409623896"), exit=100, cut=True),
    HostPart("login.sshd", PartStatus.DENIED),
)
TEXT = make_text(PARTS).encode()


def _collector(data: bytes) -> None:
    """As test_collector.py asks: what counts is what was written; what was read can be saved and read again."""
    read = read_collector(data, via="file", received="2026-11-22T06:00:00Z")
    again = read_collector(to_text(read).encode(), via="file", received="2026-11-22T06:00:00Z")
    assert again.parts == read.parts
    assert again.genuine == read.genuine
    host_scope.trouble(read, SCOPE)


def _pasted(data: bytes) -> None:
    text = text_of(data)
    paste = read_blocks(text)
    assert sorted((*paste.have, *paste.missing, *paste.bad)) == list(range(1, paste.total + 1))
    allowed(canonical, text)
    collector_text.choose_run(text)
    allowed(collector_text.octets, text)
    plain = allowed(collector_blocks.as_text, data)
    if plain is not None:
        collector_blocks.unlike(data, plain)
    allowed(collector_blocks.gunzip, data)


def _report(data: bytes) -> HostReport:
    """A whole report with these parts: a line "@ NAME" begins one, "@ NAME STATUS EXIT" says how it went."""
    parts: dict[str, HostPart] = {}
    name, status, code = "", PartStatus.OK, None
    lines: list[str] = []
    for line in [*text_of(data).splitlines(), "@ "]:
        if not line.startswith("@ "):
            lines.append(line)
            continue
        if name:
            parts[name] = HostPart(name, status, tuple(lines) if status is PartStatus.OK else (), exit=code)
        words, lines = [*line[2:].split(), "", "", ""], []
        name, status = words[0], next((s for s in PartStatus if s == words[1]), PartStatus.OK)
        code = int(words[2]) if words[2].isascii() and words[2].isdigit() and len(words[2]) < 6 else None
    system = "windows" if b"ID=windows" in data else "debian"
    whole = report(system=system)
    return report(system=system, parts={}, more=()) if not parts else HostReport(
        **{f: getattr(whole, f) for f in whole.__slots__ if f != "parts"}, parts=(*(p for p in whole.parts if p.name not in parts), *parts.values())
    )  # fmt: skip


@cache
def _facts() -> dict[str, list[tuple[object, ...]]]:
    """What the checks of servers need besides the report, as their own scenarios have it; the last of each."""
    import importlib

    from selfaudit.checks import all_checks
    from tests.checks import tables

    found: dict[str, list[tuple[object, ...]]] = {}
    for name, check in all_checks().items():
        if HostReport in check.spec.needs:
            module = importlib.import_module(f"{tables.__name__}.{name.replace('.', '_').replace('-', '_')}")
            found[name] = [tuple(s.facts) for s in module.SCENARIOS[-1:]]
    return found


def _judged(data: bytes) -> None:
    """All checks of servers come to a conclusion on any report, or say that they cannot."""
    from selfaudit.checks import all_checks

    made = _report(data)
    checks = all_checks()
    for name, facts in _facts().items():
        for scenario in facts:
            given = [
                made if isinstance(fact, HostReport) else SCOPE if isinstance(fact, HostScope) else fact for fact in scenario
            ]
            assert list(checks[name].judge(*given, Policy())), name
    system = system_of(made)
    osv.ecosystem(system)
    osv.packages(made, system)
    follows_latest(made)
    own = frozenset({"192.0.2.10", "127.0.0.1"})
    for listener in read_listeners(made, SCOPE)[0]:
        answers_at(listener, "192.0.2.10", own)
        answers_at(listener, "2001:db8::1", own)


def _firewall(data: bytes) -> None:
    """Rules of iptables, nft and pf; and whether a stranger comes in."""
    text = text_of(data)
    lines = text.splitlines()
    for family, protocol in ((4, "tcp"), (6, "udp")):
        asked = Packet(family, protocol, 25, frozenset({"eth0"}), (ipaddress.ip_address("192.0.2.10"),))
        table = read_table(lines)
        if table is not None:
            table.endings(asked)
        for found in read_ruleset(lines):
            found.endings(asked)
        pf.pf_endings(lines, asked)
        for line in lines[:20]:
            packet.port_match(line, 25)
            packet.from_match(line, family)
            packet.to_match(line, asked)
            packet.interface_match(line, asked)
            assert packet.state_match([line]) in tuple(Match)
    for part in (
        "@ firewall.nft\n",
        "@ firewall.iptables\n",
        "@ firewall.ip6tables\n",
        "@ firewall.pf\n",
        "@ firewall.ufw\n",
        "@ firewall.firewalld\n",
    ):
        rules = firewall.firewall_of(_report(part.encode() + data))
        for family in (4, 6):
            rules.stance(family, "tcp", 25)


def _versions(data: bytes) -> None:
    """Versions are in one order, whatever they look like."""
    one, two, three = (text_of(part) for part in split(data, 3))
    for rules in ("deb", "rpm"):
        first, second = versions.compare(one, two, rules), versions.compare(two, one, rules)
        assert first == -second, (rules, one, two)
        assert versions.compare(one, one, rules) == 0
        if first <= 0 and versions.compare(two, three, rules) <= 0:
            assert versions.compare(one, three, rules) <= 0, (rules, one, two, three)
    versions.kernel_of(one)
    versions.kernel_of(one, arch_linux=True)
    load.number(one)
    load.whole(one)
    host_scope.moment(one)
    host_scope.day_of(one)


def _seeds() -> tuple[bytes, ...]:
    """Reports of the checks' own scenarios, as text: each check's longest one, and every part that only another has."""
    import importlib

    from tests.checks import tables

    made: list[bytes] = []
    for name in (
        "host_firewall",
        "host_listeners",
        "host_login",
        "host_mail_config",
        "host_mail_queue",
        "host_malware",
        "host_persistence",
        "host_resources",
        "patch_automation",
        "patch_os_support",
        "patch_reboot",
        "patch_software",
        "patch_updates",
        "patch_vulnerabilities",
    ):
        texts = []
        for scenario in importlib.import_module(f"{tables.__name__}.{name}").SCENARIOS:
            for fact in scenario.facts:
                if isinstance(fact, HostReport):
                    shown = "".join(
                        f"@ {p.name} {p.status} {'' if p.exit is None else p.exit}\n" + "".join(f"{line}\n" for line in p.lines)
                        for p in fact.parts
                    )
                    texts.append(shown.encode("utf-8", "surrogatepass"))
        texts = sorted({t for t in texts if len(t) < 8000}, key=len)
        made += texts[-2:] + texts[len(texts) // 2 : len(texts) // 2 + 1]
    return tuple(dict.fromkeys(made))


RULES = octets(
    "-P INPUT DROP\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N x\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 22,80:443 -g x\n-A INPUT ! -s 10.0.0.0/8 -j REJECT\n-A x -m limit --limit 3/min -j x\n",
    "table inet filter {\n\tset ok {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1, 192.0.2.0/24 }\n\t}\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tiif \"lo\" accept\n\t\tct state { established, related } accept\n\t\ttcp dport { 22, 25, 80-443 } ip saddr @ok accept\n\t\tip6 saddr != fe80::/10 jump other\n\t}\n\tchain other {\n\t\tgoto input\n\t}\n}\n",
    "block drop in all\npass in quick on em0 inet proto tcp from any to (em0) port { 22 25 } flags S/SA keep state\npass out all\nanchor \"x\"\n",
)  # fmt: skip
WORDS = octets(
    "@ ", "|", "=", "@ meta ok", "/tmp/.x", "$(id)", "-A INPUT ", "-j ACCEPT", "policy drop;", "{ ", " }", "elements = {", "jump input", "0-65535", "!", "PermitRootLogin yes", "Match User x",
    "Include /etc/ssh/*.conf", "ID=windows\n", "ID=ubuntu\nVERSION_ID=22.04\n", "curl x|sh", "* * * * * root ", "time=2026-02-30T25:00:00Z", "0.0.0.0:25", "[::]:25", "100%",
)  # fmt: skip
COLLECTED = octets(
    TEXT, gzip.compress(TEXT, mtime=0), TEXT.decode().encode("utf-16"), TEXT.replace(b"\n", b"\r\n"), b"> " + TEXT.replace(b"\n", b"\n> "), make_blocks(TEXT), make_blocks(bytes(range(256)) * 20 + TEXT)
)  # fmt: skip
MARKS = octets(
    "@ meta ok 0 1",
    "selfaudit-collector 1",
    "selfaudit-end 1 cksum 0",
    "-----BEGIN SELFAUDIT 00000000 1/2-----",
    "-----END SELFAUDIT ",
    "\n> ",
    b"\x1f\x8b\x08\0",
)

TARGETS = {
    "collector": Target(_collector, COLLECTED, MARKS, 12_000, 1.5),
    "pasted": Target(_pasted, COLLECTED, MARKS, 12_000, 1.0),
    "judged": Target(_judged, _seeds(), WORDS, 10_000, 2.0),
    "firewall": Target(_firewall, RULES, WORDS, 4000, 1.5),
    "versions": Target(_versions, (joined("1:2.4.57-1+deb12u1", "2.4.57~rc1-1", "2.4"), joined("5.10.0-26-amd64", "5.10.0-9-amd64", "6.1"), joined("1.0^git1", "1.0", "1.0~a")), octets("~", "^", ":", "-", "+", ".", "00", "a"), 200),
}  # fmt: skip
