"""A firewall on the server holds back what nobody allowed.

What it checks:
    Whether the server's own firewall drops connections that no rule lets in, for IPv4 and for IPv6, and whether containers are
    reached past it.

Why it matters:
    Policies name firewalls among the measures that a customer must take. Without one, every program that somebody starts is open to
    everybody at once, an intruder's as well as the database of a test.

How it is judged:
    1. nft list ruleset, iptables -S and ip6tables -S, or pfctl -sr. The rules are followed for the first packet of a connection
       from a stranger whom no rule names, to one low and one high port that no rule should name, over TCP and over UDP. All rules
       on the way count: chains, policies, ufw's and firewalld's too.
    2. It is right if such a packet is dropped or rejected, over IPv4 and, if the server has a public IPv6 address, over IPv6 too.
    3. If it gets through, or if there are no rules at all, that is a fault; so is a firewall for IPv4 only on a server with a
       public IPv6 address. nft's family inet covers both.
    4. A rule that cannot be followed here makes the result unclear, never good. Without the rules themselves, what ufw and firewalld say
       of their default counts.
       If the collector could not ask the kernel for its rules, and a firewall is set up to start with the server, it is unclear too.
    5. Ports that Docker or Podman publish on all addresses pass by rules for the server itself. Web and mail ports are meant to;
       others are a fault unless rules of your own in DOCKER-USER hold them back.
    6. On Windows every profile must be on and block what comes in.
    7. From a rescue system only saved settings are seen. Whether they work when the server runs is not known, so the
       result is unclear.

Limits and false positives:
    A firewall of the provider, in front of the server, cannot be seen here; it may do the same work. FreeBSD's ipfw is not read.
    In a container or on a shared host the rules may be those of the host, which are not in the file.

References:
    nft(8); iptables(8); pf.conf(5); ufw(8); firewalld manual, zones; Docker manual, “Packet filtering and firewalls”.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks.host import _host_part_closing as _closing
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.checks.host._listening import Business, business, windows_own
from selfaudit.facts.host import HostReport, HostScope, PartStatus
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host.containers import Published, published_ports, user_chain
from selfaudit.protocols.host.firewall import Firewall, Stance, firewall_of
from selfaudit.protocols.host.listeners import read_listeners
from selfaudit.protocols.host_system import System, system_of


class Tag(StrEnum):
    OK = "FIREWALL_OK"
    NONE = "FIREWALL_NONE"
    LETS_IN = "FIREWALL_LETS_IN"
    IPV6 = "FIREWALL_IPV6"
    PROFILE = "FIREWALL_PROFILE_OFF"
    CONTAINERS = "FIREWALL_CONTAINERS"
    CONTAINERS_UNCLEAR = "FIREWALL_CONTAINERS_UNCLEAR"
    CONTAINERS_WEB = "FIREWALL_CONTAINERS_WEB"
    UNCLEAR = "FIREWALL_UNCLEAR"
    CONFIGURED = "FIREWALL_CONFIGURED"
    OTHER_HOST = "FIREWALL_OTHER_HOST"
    TOO_OLD = "FIREWALL_TOO_OLD"
    CLOCK = "FIREWALL_CLOCK"
    CHANGED = "FIREWALL_CHANGED"
    NOT_IN_FILE = "FIREWALL_NOT_IN_FILE"


CHECK = Check(
    "host.firewall", N_("A firewall holds back what nobody allowed"), (HostReport, HostScope), "host", Contact.PASSIVE
)

_SHOW = N_("{show}   # then collect again: selfaudit collect --ssh USER@{host}")

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD,
        N_(
            "The firewall of {host} ({tool}) drops what no rule lets in, {families}. A firewall of the provider in front of it cannot be seen here."
        ),
    ),
    Tag.NONE: Message(
        Severity.MEDIUM,
        N_(
            "{host} has no firewall of its own: {families} every connection gets through to whatever listens. If the provider has one in front of the server, that "
            "cannot be seen here."
        ),
        Remedy(
            N_(
                "Set up a firewall that lets in only what you offer. Check the ports in the command first: the one for SSH must be among them. This {changes}."
            ),
            verify=_SHOW,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.LETS_IN: Message(
        Severity.MEDIUM,
        N_(
            "{host} has firewall rules ({tool}), but they do not drop what no rule names: {families} such connections get through."
        ),
        Remedy(
            N_("Let the firewall drop what no rule lets in. Check first that the port for SSH has a rule. This {changes}."),
            verify=_SHOW,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.IPV6: Message(
        Severity.MEDIUM,
        N_(
            "The firewall of {host} ({tool}) drops what no rule lets in over IPv4, but not over IPv6, and the server has a public IPv6 address. Whoever comes over "
            "IPv6 passes by it."
        ),
        Remedy(
            N_(
                "Set up the same rules for IPv6. ICMPv6 must get through, or IPv6 breaks. Check first that the port for SSH has a rule. This {changes}."
            ),
            verify=_SHOW,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.PROFILE: Message(
        Severity.MEDIUM,
        N_("The Windows firewall of {host} is off or lets everything in, in these profiles: {profiles}."),
        Remedy(
            N_(
                "Switch it on for every profile, and block what comes in. Before that, the command opens Remote Desktop and the ports that are in use now: check them, "
                "and take out those that you do not know. This {changes}."
            ),
            verify=_SHOW,
            record="{command}",
            minutes=15,
        ),
    ),
    Tag.CONTAINERS: Message(
        Severity.MEDIUM,
        N_(
            "Containers on {host} are reached past the firewall, on these ports: {services}. Docker and Podman translate addresses before ufw or your own rules "
            "are asked."
        ),
        Remedy(
            N_(
                "Publish what only this server needs to 127.0.0.1, and start the container again; or close the ports in the chain DOCKER-USER with the command. "
                "This {changes}."
            ),
            verify=N_(
                "docker ps --format '{{{{.Names}}}} {{{{.Ports}}}}'   # right: 127.0.0.1:PORT; then collect again: selfaudit collect --ssh USER@{host}"
            ),
            record="{command}",
            stacks={
                "docker run": "docker run -p 127.0.0.1:PORT:PORT ...",
                "docker compose": 'ports: ["127.0.0.1:PORT:PORT"]   # in the compose file; then docker compose up -d',
            },
            minutes=30,
        ),
    ),
    Tag.CONTAINERS_UNCLEAR: Message(
        Severity.UNKNOWN,
        N_(
            "Containers on {host} have ports that are passed on to them: {services}. Your own rules for them (DOCKER-USER) cannot be followed here, or are not in the file."
        ),
        Remedy(N_("Look whether strangers reach these ports, for example with nc -vz from another network."), verify=_SHOW),
    ),
    Tag.CONTAINERS_WEB: Message(
        Severity.INFO,
        N_("Containers on {host} take connections on these ports, which are meant for strangers or held back: {services}."),
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("Whether the firewall of {host} drops what no rule lets in cannot be read here, {families}: {why}."),
        Remedy(
            N_(
                "Run the collector again as administrator (root). If that does not help, show the desk the rules themselves: the command below lists them."
            ),
            verify=_SHOW,
            minutes=10,
        ),
    ),
    Tag.CONFIGURED: Message(
        Severity.UNKNOWN,
        N_(
            "The file of {host} comes from a rescue system. These firewalls are set up on its disk: {tools}. Whether they work when the server runs cannot be seen."
        ),
        Remedy(N_("Run the collector again when the server runs."), verify=_SHOW, minutes=5),
    ),
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
}

# Ports of containers that are meant for strangers.
_PUBLIC = frozenset((25, 53, 80, 110, 143, 443, 465, 587, 853, 993, 995, 4190))
_USUAL_UDP = frozenset((53, 443, 500, 1194, 4500, 51820))
_TOOLS = {"ufw": "ufw", "firewalld": "firewalld", "nft": "nftables", "iptables": "iptables", "pf": "pf", "windows": "Windows"}
_OVER = {4: phrase("over IPv4"), 6: phrase("over IPv6")}
_SHOW_BY = {
    "ufw": "ufw status verbose", "firewalld": "firewall-cmd --list-all", "nft": "nft list ruleset", "iptables": "iptables -S; ip6tables -S", "pf": "pfctl -sr",
    "windows": "Get-NetFirewallProfile | Select-Object Name, Enabled, DefaultInboundAction",
}  # fmt: skip
_BOTH = phrase("over IPv4 and IPv6")
_ONLY_4 = phrase("over IPv4 (it has no public IPv6 address)")
_RULES = phrase("some rules are of a kind that cannot be followed")
_SAVED = (
    ("ufw_enabled", "ufw"), ("firewalld_enabled", "firewalld"), ("nft_service", "nftables"), ("iptables_saved", "iptables"), ("pf_enabled", "pf"),
)  # fmt: skip


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    trouble = _host.standing(report, scope)
    if trouble is not None:
        name, args = trouble
        yield found(Tag[name], **args)
        return
    if report.rescue:
        state = report.values("firewall.state")
        tools = tuple(tool for key, tool in _SAVED if state.get(key) == "yes")
        if report.lines("firewall.state") is None:
            yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "firewall.state"))
        else:
            yield found(
                Tag.CONFIGURED,
                host=report.name,
                show=_show(firewall_of(report), system_of(report)),
                tools=tools or (phrase("none that is known"),),
            )
        return
    firewall, system = firewall_of(report), system_of(report)
    if system.family == "windows":
        yield from _windows(report, scope, firewall)
        return
    yield from _unix(report, scope, firewall, system)
    yield from _containers(report, firewall)


def _windows(report: HostReport, scope: HostScope, firewall: Firewall) -> Iterator[Finding]:
    off = [p.name for p in firewall.profiles if not (p.enabled and p.blocks)]
    if off:
        command = _closing.setup(system_of(report), _needed_on_windows(report, scope))
        yield found(
            Tag.PROFILE,
            host=report.name,
            show=_SHOW_BY["windows"],
            profiles=_common.some(off),
            command=command,
            changes=_closing.CHANGES_DEFAULT,
        )
    elif firewall.lacking:  # a profile that is not named, or whose words are not known
        unsure = _common.unsure(report, "firewall.state")
        yield found(Tag.NOT_IN_FILE, **(unsure or _common.insufficient(report, "firewall.state", _common.UNREADABLE)))
    else:
        yield found(Tag.OK, host=report.name, tool="Windows", families=_BOTH)


def _unix(report: HostReport, scope: HostScope, firewall: Firewall, system: System) -> Iterator[Finding]:
    stances = {4: firewall.default(4)}
    if firewall.outward.global6 is not False:
        stances[6] = firewall.default(6)
    bad = [f for f, s in stances.items() if s in (Stance.ALLOWS, Stance.NONE)]
    unclear = [f for f, s in stances.items() if s is Stance.UNCLEAR]
    if bad == [6] and firewall.outward.global6 is None:
        bad, unclear = [], [6]  # whether it has a public address at all is not known
    tool = _TOOLS.get(firewall.tool, phrase("its rules"))
    keep = _needed(report, scope)
    if bad and all(stances[f] is Stance.NONE for f in bad) and len(bad) == len(stances):
        yield found(
            Tag.NONE, host=report.name, show=_show(firewall, system), families=_families(bad), command=_closing.setup(system, keep), changes=_closing.CHANGES_SETUP,
        )  # fmt: skip
    elif bad:
        tag = Tag.IPV6 if bad == [6] and stances[4] is Stance.DENIES else Tag.LETS_IN
        command, changes = _closing.tighten(system, firewall, keep, bad)
        yield found(
            tag, host=report.name, show=_show(firewall, system), tool=tool, families=_families(bad), command=command, changes=changes,
        )  # fmt: skip
    if unclear:
        yield from _unclear(report, firewall, unclear)
    if not bad and not unclear:
        yield found(Tag.OK, host=report.name, tool=tool, families=_BOTH if 6 in stances else _ONLY_4)


def _unclear(report: HostReport, firewall: Firewall, families: list[int]) -> Iterator[Finding]:
    """Because a part is missing, or because its rules cannot be followed."""
    missing = next((p for p in firewall.lacking if report.lacks(p)), "")
    if missing:
        why = report.lacks(missing)
        part = report.part(missing)
        if part is not None and part.status is PartStatus.ABSENT and not report.root:
            why = _common.NO_RIGHTS
        yield found(Tag.NOT_IN_FILE, **_common.insufficient(report, missing, why))
        return
    noted = (report.part(p) for p in firewall.lacking)
    hidden = next((_common.noted(p) for p in noted if p is not None and p.note), "")
    why = _common.CUT if firewall.cut else hidden or _RULES
    state = report.values("firewall.state")
    set_up = next((t for key, t in _SAVED if state.get(key) == "yes"), "") if hidden and not firewall.tool else ""
    show = _SHOW_BY.get(set_up.removesuffix("ables") if set_up == "nftables" else set_up) or _show(firewall, system_of(report))
    yield found(Tag.UNCLEAR, host=report.name, show=show, families=_families(families), why=why)


def _show(firewall: Firewall, system: System) -> str:
    """The command that shows the rules."""
    usual = {"freebsd": "pf", "windows": "windows", "rhel": "firewalld", "suse": "firewalld"}.get(system.family, "ufw")
    return _SHOW_BY.get(firewall.tool) or _SHOW_BY[usual]


def _families(families: list[int]) -> str:
    return _BOTH if len(families) > 1 else _OVER[families[0]]


def _needed(report: HostReport, scope: HostScope) -> set[tuple[str, int]]:
    """Ports that the server offers now and may go on offering."""
    listeners, _odd = read_listeners(report, scope)
    # A program whose name is not known may be SSH on a port of its own: better open than shut out.
    usual = (Business.ORDINARY, Business.LOGIN)
    wanted = (
        x
        for x in listeners
        if x.outside and (business(x)[0] in usual or (business(x)[0] is Business.UNKNOWN and not x.program))
    )
    return {(x.protocol, x.port) for x in wanted if x.protocol == "tcp" or x.port in _USUAL_UDP}


def _needed_on_windows(report: HostReport, scope: HostScope) -> set[tuple[str, int]]:
    """Ports in use but for those of databases and the like; Windows has rules for its own. Remote Desktop may have a port of its own choice."""
    listeners, _odd = read_listeners(report, scope)
    wanted = (x for x in listeners if x.outside and not windows_own(x) and business(x)[0] is not Business.NOBODY)
    return {(x.protocol, x.port) for x in wanted if x.protocol == "tcp" or x.port in _USUAL_UDP}


def _containers(report: HostReport, firewall: Firewall) -> Iterator[Finding]:
    published = published_ports(report)
    if published is None:
        if report.values("firewall.state").get("docker") == "yes":
            yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "firewall.containers"))
        return
    stances = {p: user_chain(firewall, p) for p in published}
    open_ones = [p for p, s in stances.items() if s in (Stance.ALLOWS, Stance.NONE) and not _meant(p)]
    unclear = [p for p, s in stances.items() if s is Stance.UNCLEAR and not _meant(p)]
    rest = [p for p in published if p not in open_ones and p not in unclear]
    if open_ones:
        numbers = sorted({(p.protocol, p.port) for p in open_ones})[:15]
        interface = _closing.interface(firewall)
        command = " && ".join(
            f"iptables -I DOCKER-USER -i {interface} -p {protocol} -m conntrack --ctorigdstport {port} -j DROP"
            for protocol, port in numbers
        )
        yield found(
            Tag.CONTAINERS, host=report.name, services=_labels(open_ones), ports=tuple(str(p.port) for p in open_ones), command=command,
            changes=_closing.CHANGES_CONTAINERS,
        )  # fmt: skip
    if unclear:
        yield found(
            Tag.CONTAINERS_UNCLEAR, host=report.name, show=_show(firewall, system_of(report)), services=_labels(unclear)
        )
    if rest:
        yield found(Tag.CONTAINERS_WEB, host=report.name, services=_labels(rest))


def _meant(published: Published) -> bool:
    return published.port in _PUBLIC


def _labels(published: list[Published]) -> tuple[str, ...]:
    return _common.some((f"{p.port}/{p.protocol} {p.container}".strip() for p in published), 15, 60)
