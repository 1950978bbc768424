"""Mail servers, name servers and proxies are configured so that strangers cannot use them.

What it checks:
    Whether the configuration files of Postfix, Exim, Sendmail, Dovecot, BIND, Unbound, dnsmasq, PowerDNS, Squid, tinyproxy, Dante and
    other proxies, and of web servers that pass requests on, let strangers send mail, resolve names or fetch pages through the server.

Why it matters:
    Open relays, resolvers and proxies are what servers are suspended for. While a server is cut off, nobody can test it from outside;
    its configuration can be read all the same, and what it says will be true the moment the server is back.

How it is judged:
    1. Of each program that is installed, the settings that decide are read as the program reads them, with its documented defaults:
       postconf -n; postconf -M; exim -bP config; named-checkconf -px; doveconf -n; the files of the others.
    2. Open: a setting lets in everybody, or a large part of the Internet (IPv4 networks of /8 and larger, IPv6 of /16 and larger).
    3. Open under a condition: networks as large as a provider's (/16, /32), neighbours in the data centre, the gateway's address in a
       container, a rule whose surroundings cannot be seen. The condition is named.
    4. What cannot be followed (a look-up in another file, a variable, an expression, an include that is not in the file) makes the
       verdict unclear, never good. A part that is missing, cut or damaged counts the same.
    5. Programs that listen on the server's own loopback addresses only serve no strangers. So says their configuration; what really
       listens stands under host.listeners.
    6. An open configuration of a program that does not listen at the moment is named as one that sleeps.
    7. A program that listens on a port for mail, names or proxies, and whose configuration is not in the file, is named.
    8. Log-ins with a password but without encryption are named; strangers get in by them only after they listened.

Limits and false positives:
    A firewall may keep strangers away from an open configuration (see host.firewall); that makes it no better, since one command opens
    it. Settings on the command line and in a database are not seen. Sendmail runs what was made from sendmail.mc, not the file itself.
    Containers have configurations of their own, which are not read.

References:
    postconf(5), master(5); Exim specification, chapters 10 and 43; BIND 9 Administrator Reference Manual; unbound.conf(5); dnsmasq(8);
    RFC 5321 section 7.9; RFC 5358 (BCP 140); RFC 8314 section 3.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks import _host
from selfaudit.checks.host._config_remedies import fix_for
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.programs import version_of
from selfaudit.protocols.host_system import System, system_of
from selfaudit.protocols.server_config import MASTER, PARTS, Opening, Service, Surroundings, Verdict, read_part
from selfaudit.protocols.server_config.model import is_local
from selfaudit.text import printable


class Tag(StrEnum):
    RELAY = "MAIL_CONFIG_OPEN_RELAY"
    RESOLVER = "MAIL_CONFIG_OPEN_RESOLVER"
    PROXY = "MAIL_CONFIG_OPEN_PROXY"
    CONDITION = "MAIL_CONFIG_OPEN_UNDER_A_CONDITION"
    ASLEEP = "MAIL_CONFIG_OPEN_BUT_NOT_LISTENING"
    CLEAR_LOGIN = "MAIL_CONFIG_PASSWORDS_IN_THE_CLEAR"
    UNCLEAR = "MAIL_CONFIG_UNCLEAR"
    CUT = "MAIL_CONFIG_CUT"
    UNSEEN = "MAIL_CONFIG_NOT_READ"
    CLOSED = "MAIL_CONFIG_CLOSED"
    CLOSED_TOO = "MAIL_CONFIG_OTHERS_CLOSED"
    NOTHING = "MAIL_CONFIG_NO_SERVERS"
    NOT_IN_FILE = "MAIL_CONFIG_NOT_IN_FILE"
    OTHER_HOST = "MAIL_CONFIG_OTHER_HOST"
    TOO_OLD = "MAIL_CONFIG_TOO_OLD"
    CLOCK = "MAIL_CONFIG_CLOCK"
    CHANGED = "MAIL_CONFIG_CHANGED"


CHECK = Check(
    "host.mail-config", N_("Mail servers, name servers and proxies are closed to strangers by their configuration"), (HostReport, HostScope),
    "host", Contact.PASSIVE,
)  # fmt: skip

_VERIFY = N_("{look}   # then collect again: selfaudit collect --ssh USER@{host}")
_CLOSE = Remedy(
    N_(
        "Change the setting as shown (place: {place}), check it and load it with the command; where several lines decide, take the one named above out. "
        "This {changes}. Then look at it and collect again. A question asked on the server itself, with dig @127.0.0.1 for example, comes from inside and "
        "shows nothing."
    ),
    verify=_VERIFY,
    record="{setting}\n{command}",
    minutes=20,
)
_LOOK = Remedy(
    N_(
        "Look at what is named and see whom it lets in; the command shows the settings in force. If it may let in strangers, use the setting shown (place: "
        "{place}): this {changes}. If it is right as it is, say so to the desk and add what it holds."
    ),
    verify=_VERIFY,
    record="{setting}\n{command}",
    minutes=20,
)

MESSAGES = {
    Tag.RELAY: Message(
        Severity.HIGH,
        N_(
            "{program} on {host} is configured as an open relay (ports {ports}): strangers may send mail to anybody through it. What decides: {why}{heard}."
        ),
        _CLOSE,
    ),
    Tag.RESOLVER: Message(
        Severity.HIGH,
        N_(
            "{program} on {host} is configured as an open resolver (ports {ports}): it looks up any name for strangers, and attackers flood others with "
            "its answers. What decides: {why}{heard}."
        ),
        _CLOSE,
    ),
    Tag.PROXY: Message(
        Severity.HIGH,
        N_(
            "{program} on {host} is configured as an open proxy (ports {ports}): strangers may go anywhere through it in your name. What decides: "
            "{why}{heard}."
        ),
        _CLOSE,
    ),
    Tag.CONDITION: Message(
        Severity.MEDIUM,
        N_(
            "{program} on {host} (ports {ports}) may be open to strangers ({service}), depending on what its configuration does not say: {why}{heard}."
        ),
        _CLOSE,
    ),
    Tag.ASLEEP: Message(
        Severity.MEDIUM,
        N_(
            "{program} on {host} would be open to strangers ({service}, ports {ports}), but nothing listens there at the moment. What decides: {why}. It opens "
            "when it is started."
        ),
        _CLOSE,
    ),
    Tag.CLEAR_LOGIN: Message(
        Severity.MEDIUM,
        N_(
            "{program} on {host} (ports {ports}) takes passwords without encryption: {why}{heard}. Who listens on the way can send mail in your name."
        ),
        _CLOSE,
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("Whether {program} on {host} (ports {ports}) is closed to strangers ({service}) cannot be told: {why}."),
        _LOOK,
    ),
    Tag.CUT: Message(
        Severity.UNKNOWN,
        N_(
            "The configuration of {program} on {host} ({part}) is longer than the collector writes down, so nothing is said about it."
        ),
        _LOOK,
    ),
    Tag.UNSEEN: Message(
        Severity.UNKNOWN,
        N_(
            "{program} listens on {host} ({ports}), and its configuration is not in the collector's file. Whom it serves cannot be told."
        ),
        Remedy(
            N_(
                "If it runs in a container, look at the configuration inside it, or collect inside it. If nothing needs it, stop it. Otherwise see in its own "
                "documentation whom it serves, or test it from outside when the server is back."
            ),
            verify=N_("ss -lntup   # then collect again: selfaudit collect --ssh USER@{host}"),
        ),
    ),
    Tag.CLOSED: Message(Severity.GOOD, N_("By their configuration, these programs on {host} serve no strangers: {programs}.")),
    Tag.CLOSED_TOO: Message(
        Severity.INFO, N_("By their configuration, these programs on {host} serve no strangers: {programs}.")
    ),
    Tag.NOTHING: Message(
        Severity.NONE, N_("On {host} there is no mail server, name server or proxy whose configuration could let strangers in.")
    ),
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
}

_OPEN = {Service.RELAY: Tag.RELAY, Service.RECURSION: Tag.RESOLVER, Service.PROXY: Tag.PROXY}
_SERVICES = {
    Service.RELAY: phrase("sending mail"),
    Service.RECURSION: phrase("looking up names"),
    Service.PROXY: phrase("going anywhere through it"),
    Service.LOGIN: phrase("passwords without encryption"),
}
_CONTAINERS = {"docker", "podman", "oci", "lxc", "lxc-libvirt", "systemd-nspawn", "container-other", "kubernetes"}
_WATCHED = {"25": "mail", "465": "mail", "587": "mail", "53": "dns", "3128": "proxy", "1080": "proxy"}
# What a listener calls itself, and the part in which its configuration would stand.
_PROGRAMS = {
    "master": "mail.postfix", "smtpd": "mail.postfix", "postscreen": "mail.postfix", "exim": "mail.exim", "exim4": "mail.exim", "sendmail": "mail.sendmail",
    "sendmail-mta": "mail.sendmail", "dovecot": "mail.dovecot", "named": "dns.bind", "unbound": "dns.unbound", "dnsmasq": "dns.dnsmasq",
    "pdns_recursor": "dns.pdns", "squid": "proxy.squid", "tinyproxy": "proxy.others", "sockd": "proxy.others", "danted": "proxy.others",
    "3proxy": "proxy.others", "microsocks": "proxy.others",
}  # fmt: skip
# They answer about their own zones only, and cannot do otherwise.
_AUTHORITATIVE = {"nsd", "knotd", "pdns_server", "gdnsd", "yadifad"}


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    standing = _host.standing(report, scope)
    if standing is not None:
        name, args = standing
        yield found(Tag[name], **args)
        return
    system = system_of(report)
    heard = _heard(report)
    lacking: dict[str, list[str]] = {}
    openings: list[Opening] = []
    doubtful = False
    for name, (program, service) in PARTS.items():
        part = report.part(name)
        if part is not None and part.status is PartStatus.ABSENT:
            continue
        lines = report.lines(name)
        if part is None or lines is None:
            lacking.setdefault(report.lacks(name), []).append(name)
            continue
        master = report.part(MASTER) if name == "mail.postfix" else None
        cut = next((p for p in (part, master) if p is not None and p.cut), None)
        if cut is not None:
            doubtful = True
            yield found(Tag.CUT, part=cut.name, **_args(report, system, Opening(program, service, Verdict.UNCLEAR)))
            continue
        if name == "mail.postfix" and report.lines(MASTER) is None:
            lacking.setdefault(report.lacks(MASTER), []).append(MASTER)
        openings += read_part(name, lines, _surroundings(report, system), report.lines(MASTER))
    for why, names in lacking.items():
        doubtful = True
        yield found(Tag.NOT_IN_FILE, host=report.name, part=", ".join(names), why=printable(why, 300))
    for opening in _merged(openings):
        tag = _tag(opening, heard)
        if tag is not None:
            doubtful = True
            yield found(tag, **_args(report, system, opening, heard))
    for program, ports in _unseen(report):
        doubtful = True
        yield found(Tag.UNSEEN, host=report.name, program=printable(program, 40), ports=ports)
    closed = [o for o in _merged(openings) if o.verdict in (Verdict.CLOSED, Verdict.LOCAL_ONLY)]
    if closed:
        yield found(
            Tag.CLOSED_TOO if doubtful else Tag.CLOSED, host=report.name, programs=[_closed_words(o) for o in closed[:20]]
        )
    elif not doubtful:
        yield found(Tag.NOTHING, host=report.name)


def _tag(opening: Opening, heard: set[str] | None) -> Tag | None:
    if opening.verdict is Verdict.UNCLEAR:
        return Tag.UNCLEAR
    if opening.verdict is not Verdict.OPEN:
        return None
    if heard is not None and opening.ports and not any(p.rpartition(":")[2] in heard for p in opening.ports):
        return Tag.ASLEEP
    if opening.service is Service.LOGIN:
        return Tag.CLEAR_LOGIN
    return _OPEN[opening.service] if opening.certain else Tag.CONDITION


def _args(report: HostReport, system: System, opening: Opening, heard: set[str] | None = None) -> dict[str, Any]:
    fix = fix_for(opening.program, opening.service, system)
    listening = heard is not None and any(p.rpartition(":")[2] in heard for p in opening.ports)
    return {
        "host": report.name,
        "program": opening.program,
        "service": _SERVICES[opening.service],
        "ports": [printable(p, 60) for p in opening.ports[:12]] or ["?"],
        "why": printable(opening.why, 300),
        "heard": phrase("; it listens at the moment") if listening else "",
        "place": fix.place,
        "setting": fix.setting,
        "command": fix.load,
        "changes": fix.changes,
        "look": fix.look,
    }


def _merged(openings: list[Opening]) -> list[Opening]:
    """Ports with the same verdict for the same reason, together."""
    found_at: dict[tuple[object, ...], list[str]] = {}
    for o in openings:
        found_at.setdefault((o.program, o.service, o.verdict, o.why, o.certain), []).extend(o.ports)
    made = [Opening(k[0], k[1], k[2], tuple(dict.fromkeys(p)), k[3], k[4]) for k, p in found_at.items()]  # type: ignore[arg-type]
    return made[:40]


def _closed_words(opening: Opening) -> str:
    ports = ", ".join(printable(p, 60) for p in opening.ports[:6])
    template = phrase(
        "{program} (ports {ports}): {why}", program=opening.program, ports=ports or "-", why=printable(opening.why, 160)
    )
    if opening.verdict is Verdict.LOCAL_ONLY:
        return phrase(
            "{program} listens on the server itself only: {why}", program=opening.program, why=printable(opening.why, 160)
        )
    return template


def _surroundings(report: HostReport, system: System) -> Surroundings:
    interfaces = []
    for name, text in report.rows("addresses", 2):
        try:
            interfaces.append((name, ipaddress.ip_interface(text.partition("%")[0])))
        except ValueError:
            continue
    container = report.values("host").get("virt", "").lower() in _CONTAINERS
    return Surroundings(tuple(interfaces), container, system.family == "debian", version_of(report, "postfix"))


def _heard(report: HostReport) -> set[str] | None:
    """Ports on which something listens for others than the server itself; None if the running system was not seen in full."""
    part = report.part("listeners")
    if report.rescue or part is None or part.status is not PartStatus.OK or part.cut:
        return None
    return {row[2] for row in report.rows("listeners", 5) if not is_local(row[1].partition("%")[0])}


def _unseen(report: HostReport) -> list[tuple[str, list[str]]]:
    """Programs on watched ports whose configuration is in no part; none in rescue mode, where other programs run."""
    if report.rescue:
        return []
    installed = {name for name in PARTS if (part := report.part(name)) is None or part.status is not PartStatus.ABSENT}
    families = {name.partition(".")[0] for name in installed}
    out: dict[str, list[str]] = {}
    for protocol, address, port, program, _user in report.rows("listeners", 5):
        if port not in _WATCHED or is_local(address.partition("%")[0]):
            continue
        known = _PROGRAMS.get(program)
        if known in installed or program in _AUTHORITATIVE or (program in ("", "-") and _WATCHED[port] in families):
            continue
        out.setdefault(program or "-", []).append(f"{protocol.removesuffix('6')} {port}")
    return [(program, list(dict.fromkeys(ports))) for program, ports in list(out.items())[:10]]
