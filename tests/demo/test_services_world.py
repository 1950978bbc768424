"""Every behaviour of a server once, seen by the real engine: the right outcome, and through an obstacle none at all."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from selfaudit.case import Authority, Case, Target
from selfaudit.demo import Internet, demo_case
from selfaudit.demo.internet import load_data, named_hosts
from selfaudit.demo.mail_server import MailServer
from selfaudit.demo.obstacles import OBSTACLES, Obstacle
from selfaudit.demo.services import WORLDS
from selfaudit.engine import Audit, run_audit
from selfaudit.findings import Outcome
from selfaudit.net import open_net

PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.INCONCLUSIVE
Table = dict[str, tuple[Outcome, str]]

SMTP: Table = {
    "smtp-closed": (PASS, "RELAY_REFUSED"),
    "smtp-open": (WARN, "RELAY_POSSIBLE"),
    "smtp-local-sender": (WARN, "RELAY_POSSIBLE"),
    "smtp-null-sender": (WARN, "RELAY_POSSIBLE"),
    "smtp-percent": (WARN, "RELAY_POSSIBLE"),
    "smtp-rejects-at-data": (WARN, "RELAY_POSSIBLE"),
    "smtp-greylist": (UNKNOWN, "RELAY_TRY_LATER"),
    "smtp-tempfail": (UNKNOWN, "RELAY_TRY_LATER"),
    "smtp-busy": (UNKNOWN, "RELAY_TRY_LATER"),
    "smtp-refuses-service": (UNKNOWN, "RELAY_TURNED_AWAY"),
    "smtp-submission": (PASS, "RELAY_REFUSED"),
    "smtp-silent": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-endless-greeting": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-long-line": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-binary": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-drip": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-bad-status": (UNKNOWN, "RELAY_BROKEN"),
    "smtp-tls-garbage": (PASS, "RELAY_REFUSED"),
    "smtp-slow-greeting": (PASS, "RELAY_REFUSED"),
    "smtp-tarpit": (PASS, "RELAY_REFUSED"),
    "smtp-catch-all": (PASS, "RELAY_TAKEN_AS_LOCAL"),
    "smtp-filtered": (UNKNOWN, "RELAY_NO_ANSWER"),
}
RESOLVERS: Table = {
    "resolver-open": (FAIL, "RESOLVER_OPEN"),
    "resolver-refusing": (PASS, "RESOLVER_REFUSED"),
    "resolver-refusing-ra": (WARN, "RESOLVER_REFUSES_WITH_RA"),
    "resolver-upward": (WARN, "RESOLVER_UPWARD_REFERRAL"),
    "resolver-servfail": (UNKNOWN, "RESOLVER_SERVFAIL"),
    "resolver-empty-root": (WARN, "RESOLVER_CLAIMS_AUTHORITY"),
    "resolver-wrong": (WARN, "RESOLVER_WRONG_ANSWER"),
    "resolver-silent": (UNKNOWN, "RESOLVER_NO_ANSWER"),
    "resolver-rate-limited": (FAIL, "RESOLVER_OPEN"),
}
PROXIES: Table = {
    "proxy-http": (FAIL, "PROXY_OPEN"),
    "proxy-http-get-only": (FAIL, "PROXY_OPEN"),
    "proxy-http-connect-only": (FAIL, "PROXY_OPEN"),
    "proxy-http-auth": (PASS, "PROXY_NONE"),
    "proxy-http-forbidden": (PASS, "PROXY_NONE"),
    "proxy-web-200": (PASS, "PROXY_NONE"),
    "proxy-web-404": (PASS, "PROXY_NONE"),
    "proxy-socks4": (FAIL, "PROXY_OPEN"),
    "proxy-socks5": (FAIL, "PROXY_OPEN"),
    "proxy-socks5-auth": (PASS, "PROXY_NONE"),
    "proxy-socks5-refuses": (PASS, "PROXY_NONE"),
    "proxy-garbage": (PASS, "PROXY_NONE"),
}
AMPLIFIERS: Table = {
    "udp-ntp-monlist": (FAIL, "AMPLIFIER_NTP_MONLIST"),
    "udp-ntp-readvar": (FAIL, "AMPLIFIER_NTP_READVAR"),
    "udp-ntp-plain": (UNKNOWN, "AMPLIFIER_NO_ANSWER"),
    "udp-snmp-public": (FAIL, "AMPLIFIER_SNMP_PUBLIC"),
    "udp-ssdp": (FAIL, "AMPLIFIER_SSDP"),
    "udp-memcached": (FAIL, "AMPLIFIER_MEMCACHED"),
    "udp-cldap": (FAIL, "AMPLIFIER_CLDAP"),
    "udp-portmapper": (FAIL, "AMPLIFIER_PORTMAPPER"),
    "udp-chargen": (FAIL, "AMPLIFIER_CHARGEN"),
    "udp-qotd": (FAIL, "AMPLIFIER_QOTD"),
    "udp-netbios": (FAIL, "AMPLIFIER_NETBIOS"),
    "udp-mdns": (FAIL, "AMPLIFIER_MDNS"),
    "udp-coap": (FAIL, "AMPLIFIER_COAP"),
    "udp-ws-discovery": (WARN, "AMPLIFIER_WS_DISCOVERY_SMALL"),
    "udp-dns-any": (WARN, "AMPLIFIER_DNS_ANY"),
    "udp-echo": (UNKNOWN, "AMPLIFIER_OTHER_ANSWER"),
    "udp-foreign": (UNKNOWN, "AMPLIFIER_NO_ANSWER"),
    "udp-flood": (FAIL, "AMPLIFIER_SSDP"),
}
SERVICES: Table = {
    "tcp-redis": (FAIL, "SERVICES_REDIS_OPEN"),
    "tcp-redis-auth": (WARN, "SERVICES_DATABASE_REACHABLE"),
    "tcp-elasticsearch": (FAIL, "SERVICES_ELASTICSEARCH_OPEN"),
    "tcp-elasticsearch-auth": (WARN, "SERVICES_DATABASE_REACHABLE"),
    "tcp-mongodb": (FAIL, "SERVICES_MONGODB_ANSWERS"),
    "tcp-mongodb-auth": (FAIL, "SERVICES_MONGODB_ANSWERS"),
    "tcp-docker": (FAIL, "SERVICES_DOCKER_OPEN"),
    "tcp-memcached": (FAIL, "SERVICES_MEMCACHED_OPEN"),
    "tcp-mysql": (WARN, "SERVICES_DATABASE_REACHABLE"),
    "tcp-postgres": (WARN, "SERVICES_DATABASE_REACHABLE"),
    "tcp-ssh": (PASS, "SERVICES_CLOSED"),
    "tcp-ftp": (WARN, "SERVICES_FTP_REACHABLE"),
    "tcp-vnc-none": (FAIL, "SERVICES_VNC_OPEN"),
    "tcp-vnc-auth": (WARN, "SERVICES_DESKTOP_REACHABLE"),
    "tcp-rdp": (WARN, "SERVICES_DESKTOP_REACHABLE"),
    "tcp-telnet": (WARN, "SERVICES_TELNET_REACHABLE"),
    "tcp-http-panel": (WARN, "SERVICES_PANELS_REACHABLE"),
    "tcp-silent": (WARN, "SERVICES_SOMETHING_LISTENS"),
    "tcp-drip": (WARN, "SERVICES_SOMETHING_LISTENS"),
    "tcp-garbage": (WARN, "SERVICES_SOMETHING_LISTENS"),
}
STARTTLS: Table = {
    "smtp-closed": (WARN, "STARTTLS_NOT_OFFERED"),
    "smtp-busy": (UNKNOWN, "STARTTLS_NO_DIALOGUE"),
    "smtp-refuses-service": (UNKNOWN, "STARTTLS_NO_DIALOGUE"),
    "smtp-endless-greeting": (UNKNOWN, "STARTTLS_NO_DIALOGUE"),
    "smtp-bad-status": (UNKNOWN, "STARTTLS_NO_DIALOGUE"),
    "smtp-tls-garbage": (WARN, "STARTTLS_HANDSHAKE_FAILED"),
    "smtp-tarpit": (WARN, "STARTTLS_NOT_OFFERED"),
    "smtp-filtered": (UNKNOWN, "STARTTLS_NO_ANSWER"),
    "host-silent": (UNKNOWN, "STARTTLS_NO_ANSWER"),
    "host-unreachable": (UNKNOWN, "STARTTLS_NO_ANSWER"),
    "host-closed": (Outcome.NOT_APPLICABLE, "STARTTLS_NO_SERVICE"),
}
# Hosts without any service: what their silence or refusal amounts to, in every check.
WITHOUT = {
    "host-silent": (UNKNOWN, {f"{family}_HOST_SILENT" for family in ("RELAY", "RESOLVER", "PROXY", "AMPLIFIER", "SERVICES")}),
    "host-unreachable": (UNKNOWN, {f"{family}_CUT_OFF" for family in ("RELAY", "RESOLVER", "PROXY", "AMPLIFIER", "SERVICES")}),
    "host-closed": (
        PASS,
        {"RELAY_NO_SERVICE", "RESOLVER_CLOSED", "PROXY_PORTS_CLOSED", "AMPLIFIER_NONE", "SERVICES_CLOSED"},
    ),
}
TABLES = {
    "exposure.relay": SMTP,
    "exposure.resolver": RESOLVERS,
    "exposure.proxy": PROXIES,
    "exposure.amplifier": AMPLIFIERS,
    "exposure.services": SERVICES,
    "mail.starttls": STARTTLS,
}
ADDRESSES = named_hosts()


def chunks(table: Table) -> list[Table]:
    """At most as many addresses at once as stated authority covers."""
    items = list(table.items())
    return [dict(items[at : at + 16]) for at in range(0, len(items), 16)]


async def audit_of(internet: Internet, names: Iterable[str], *only: str) -> Audit:
    targets = (Target("domain", "blumenhof.example"), *(Target("address", ADDRESSES[n]) for n in names))
    case = Case(targets, only=only, authority=Authority("Maria Blum", "owner"), laboratory=True)
    return await run_audit(case, open_net(internet.settings, routes=internet.routes))


def seen(audit: Audit, check: str, table: Table) -> Table:
    """What was seen of each host: its outcome, and the tag of the table if it is among the findings."""
    results = {r.target: r for r in audit.results if r.check == check}
    found = {}
    for name, (_outcome, tag) in table.items():
        result = results[ADDRESSES[name]]
        tags = [f.tag for f in result.findings]
        found[name] = (result.outcome, tag if tag in tags else ", ".join(tags))
    return found


def mail_servers(internet: Internet) -> list[MailServer]:
    assert internet.services
    return [s for s in internet.services.running.values() if isinstance(s, MailServer)]


@pytest.mark.parametrize(
    ("check", "table"), [pytest.param(c, t, id=f"{c}-{n}") for c, whole in TABLES.items() for n, t in enumerate(chunks(whole))]
)
async def test_every_behaviour_gets_its_outcome(check: str, table: Table) -> None:
    async with Internet("fixed") as internet:
        audit = await audit_of(internet, table, check)
        assert seen(audit, check, table) == table
        servers = mail_servers(internet)
        assert [s.messages for s in servers if s.messages] == []
        assert not any(command.upper().startswith("DATA") for s in servers for command in s.commands)
        for server in [s for s in servers if s.connections and check == "exposure.relay"]:
            commands = [c.upper() for c in server.commands]
            recipients = sum(c.startswith("RCPT") for c in commands)
            assert recipients <= 6
            assert recipients - 1 <= commands.count("RSET") <= 6
            # The two controls of port 25 are greeted as well; nobody else is called on twice.
            assert server.connections == 1


async def test_hosts_without_services() -> None:
    async with Internet("fixed") as internet:
        limits = msgspec.structs.replace(internet.settings.limits, connect_timeout=0.3)
        internet.settings = msgspec.structs.replace(internet.settings, limits=limits)
        audit = await audit_of(internet, WITHOUT, "exposure")
    for name, (outcome, tags) in WITHOUT.items():
        results = [r for r in audit.results if r.target == ADDRESSES[name]]
        assert {r.outcome for r in results} == {outcome}, name
        assert {f.tag for r in results for f in r.findings} == tags


def test_every_host_is_in_a_table() -> None:
    assert {n for table in TABLES.values() for n in table} | set(WITHOUT) == set(ADDRESSES)
    data = load_data()
    hosts = {h.address for h in data.host}
    assert len(hosts) == len(data.host)
    assert {s.address for s in data.service} <= hosts
    for world in WORLDS:
        taken = [(s.address, s.port, s.kind == "udp") for s in data.service if world in s.worlds]
        assert len(set(taken)) == len(taken)


HTTP_PROXIES = [name for name in PROXIES if "socks" not in name]
OBSTRUCTED = [
    ("port25-blocked", "exposure.relay", [*SMTP][:16], "RELAY_PORT25_BLOCKED_HERE"),
    ("port25-blocked", "mail.starttls", [*STARTTLS], "STARTTLS_PORT25_BLOCKED_HERE"),
    ("port25-blocked", "mail.helo", [*SMTP][:16], "HELO_PORT25_BLOCKED_HERE"),
    ("port25-intercepted", "exposure.relay", [*SMTP][:16], "RELAY_PORT25_INTERCEPTED"),
    ("port25-intercepted", "mail.starttls", [*STARTTLS], "STARTTLS_PORT25_BLOCKED_HERE"),
    ("dns-intercepted", "exposure.resolver", [*RESOLVERS], "RESOLVER_PORT53_INTERCEPTED"),
    ("dns-intercepted", "exposure.amplifier", ["udp-dns-any", "udp-ntp-plain", "host-closed"], "AMPLIFIER_NOT_ASKED"),
    ("web-intercepted", "exposure.proxy", HTTP_PROXIES, "PROXY_PORTS_INTERCEPTED"),
    ("inside", "exposure.relay", [*SMTP][:11], "RELAY_INSIDE"),
    ("inside", "exposure.resolver", [*RESOLVERS], "RESOLVER_INSIDE"),
    ("inside", "exposure.proxy", [*PROXIES], "PROXY_INSIDE"),
    ("inside", "exposure.amplifier", [*AMPLIFIERS][:16], "AMPLIFIER_INSIDE"),
    ("inside", "exposure.services", [*SERVICES][:16], "SERVICES_INSIDE"),
]


@pytest.mark.parametrize(("obstacle", "check", "names", "tag"), OBSTRUCTED, ids=[f"{o}-{c}" for o, c, _n, _t in OBSTRUCTED])
async def test_through_an_obstacle_every_server_looks_the_same(
    obstacle: Obstacle, check: str, names: list[str], tag: str
) -> None:
    async with Internet("fixed", obstacle=obstacle) as internet:
        audit = await audit_of(internet, names, check)
    wanted = dict.fromkeys(names, (UNKNOWN, tag))
    assert seen(audit, check, wanted) == wanted
    reasons = [r.reason for r in audit.results if r.target in ADDRESSES.values()]
    assert all(" network" in reason or "From here it cannot be seen" in reason or "from here" in reason for reason in reasons)


EXPOSURE = {"exposure.relay", "exposure.resolver", "exposure.proxy", "exposure.amplifier", "exposure.services"}
PORT25 = {"vantage.port25", "exposure.relay", "mail.helo", "mail.starttls", "mail.dane", "mail.contacts"}
AFFECTED: dict[str, set[str]] = {
    "port25-blocked": PORT25,
    "port25-intercepted": PORT25,
    # What rests on asking name servers directly.
    "dns-intercepted": {
        "vantage.dns",
        "exposure.resolver",
        "exposure.amplifier",
        "dns.delegation",
        "dns.transfer",
        "registration.nameservers",
    },
    "web-intercepted": {"vantage.inside", "exposure.proxy"},
    "inside": {"vantage.inside", *EXPOSURE},
}


async def test_an_obstacle_hides_what_it_hides_and_nothing_else() -> None:
    async def outcomes(obstacle: Obstacle) -> dict[tuple[str, str], Outcome]:
        async with Internet("fixed", obstacle=obstacle) as internet:
            audit = await run_audit(demo_case("fixed"), open_net(internet.settings, routes=internet.routes))
        return {(r.check, r.target): r.outcome for r in audit.results}

    clear = await outcomes("")
    assert set(AFFECTED) == set(OBSTACLES)
    for obstacle in OBSTACLES:
        through = await outcomes(obstacle)
        changed = {key for key in clear if through[key] is not clear[key]}
        assert {check for check, _target in changed} == AFFECTED[obstacle], obstacle
        assert {through[key] for key in changed} == {UNKNOWN}, obstacle
        # Not one of them is left with a verdict, for any server.
        left = {key for key in through if key[0] in AFFECTED[obstacle] and through[key] in (PASS, WARN, FAIL)}
        assert left == set(), obstacle


async def test_names_of_worlds_and_obstacles() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Internet("nowhere")
    with pytest.raises(ValueError, match="fog"):
        Internet("fixed", obstacle="fog")  # type: ignore[arg-type]
