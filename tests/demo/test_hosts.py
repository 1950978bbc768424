"""The inside of the demo's server in the three worlds: what the checks make of it, how it arrives, and that it fits what is seen from outside."""

from __future__ import annotations

import datetime
import ipaddress
import re
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.demo import WORLDS, Internet, collect_demo, demo_case, demo_inputs, demo_reports
from selfaudit.demo.hosts import demo_hosts, host_text
from selfaudit.demo.internet import load_data
from selfaudit.engine.evidence import Record
from selfaudit.engine.hosts import collect_ssh, fetch_keys
from selfaudit.engine.judge import judge_one
from selfaudit.errors import UserError
from selfaudit.facts import Request
from selfaudit.facts.host import HostOutside, HostReport, HostScope, OutsidePort, ScopeAddress
from selfaudit.findings import Result
from selfaudit.net import open_net
from selfaudit.net.ssh import Login
from selfaudit.policy import Policy
from selfaudit.protocols.collector import read_collector
from selfaudit.protocols.ports import SURVEYED
from tests.checks.host import ROOTS_HOME
from tests.net.ssh_fakes import person

HOST = "mail.blumenhof.example"
V4, V6 = "198.51.100.25", "2001:db8:25::25"
NOW = datetime.datetime(2026, 11, 22, 6, 0, tzinfo=datetime.UTC)
SEEN = "2026-11-22T06:00:00Z"
SUSPENDED = Policy(suspended=(NOW - datetime.timedelta(days=9)).timestamp())
SCOPE = HostScope(HOST, (ScopeAddress(V4, "named"), ScopeAddress(V6, "named")), ("blumenhof.example",))
CONTRACT = Path(__file__).parents[2] / "docs" / "collector.md"

BROKEN = {
    "patch.os-support": ("pass", {"OS_LONG_TERM_SUPPORT"}),
    "patch.updates": ("fail", {"UPDATES_SECURITY", "UPDATES_OTHERS"}),
    "patch.reboot": ("fail", {"REBOOT_WAITS_LONG", "REBOOT_SERVICES_EXPOSED"}),
    "patch.automation": ("warn", {"AUTOMATION_DISABLED"}),
    "patch.software": ("fail", {"SOFTWARE_ENDED", "SOFTWARE_OLD_LINE", "SOFTWARE_SITE_UPDATE_PENDING", "SOFTWARE_PLUGIN_UPDATES_PENDING"}),
    "host.listeners": ("fail", {"LISTENERS_UNGUARDED", "LISTENERS_HELD_BACK", "LISTENERS_QUIET_OUTSIDE"}),
    "host.firewall": ("warn", {"FIREWALL_IPV6", "FIREWALL_CONTAINERS"}),
    "host.login": ("fail", {"LOGIN_ROOT_PASSWORD", "LOGIN_KEYS_CHANGED", "LOGIN_PASSWORDS_NOT_RENEWED"}),
    "host.malware": ("warn", {"MALWARE_HIDDEN_FILES", "MALWARE_SCAN_OLD"}),
    "host.persistence": ("fail", {"PERSISTENCE_JOBS", "PERSISTENCE_UPLOADS_NEW", "PERSISTENCE_CHANGES_SINCE"}),
    "host.mail-config": ("fail", {"MAIL_CONFIG_OPEN_RELAY", "MAIL_CONFIG_PASSWORDS_IN_THE_CLEAR", "MAIL_CONFIG_NOT_READ"}),
    "host.mail-queue": ("fail", {"MAIL_QUEUE_ONE_SENDER_FLOODS", "MAIL_QUEUE_OLD"}),
    "host.resources": ("warn", {"RESOURCES_LOAD"}),
}  # fmt: skip
FIXED = {
    "patch.os-support": ("pass", {"OS_LONG_TERM_SUPPORT"}),
    "patch.updates": ("pass", {"UPDATES_NONE_WAIT"}),
    "patch.reboot": ("pass", {"REBOOT_NOT_NEEDED"}),
    "patch.automation": ("pass", {"AUTOMATION_WORKS"}),
    "patch.software": ("pass", {"SOFTWARE_SUPPORTED"}),
    "host.listeners": ("pass", {"LISTENERS_OK"}),
    "host.firewall": ("pass", {"FIREWALL_OK"}),
    "host.login": ("pass", {"LOGIN_OK"}),
    "host.malware": ("pass", {"MALWARE_NOTHING_FOUND"}),
    # New passwords change /etc/shadow; that it was the owner, only he can say.
    "host.persistence": ("pass", {"PERSISTENCE_NOTHING_FOUND"}),
    "host.mail-config": ("pass", {"MAIL_CONFIG_CLOSED"}),
    "host.mail-queue": ("pass", {"MAIL_QUEUE_OK"}),
    "host.resources": ("pass", {"RESOURCES_OK"}),
}
# Inside, everything is repaired; that nothing of it is seen from outside changes nothing.
INTENDED = {"broken": BROKEN, "fixed": FIXED, "suspended": FIXED}


def report_of(world: str) -> HostReport:
    return replace(read_collector(host_text(HOST, world, NOW), via="file", received=SEEN), seen=SEEN)


def open_outside(world: str) -> set[tuple[str, int]]:
    """TCP ports on which something answers from outside."""
    services = load_data().service
    return {(s.address, s.port) for s in services if s.address in (V4, V6) and world in s.worlds and s.kind != "udp"}


def judged(world: str, check_id: str) -> Result:
    check = all_checks()[check_id]
    met = open_outside(world)
    ports = [OutsidePort(a, p, "open" if (a, p) in met else "closed") for a in (V4, V6) for p in SURVEYED]
    outside = HostOutside(HOST, (V4, V6), tuple(ports)) if world != "suspended" else HostOutside(HOST)
    facts = {HostReport: report_of(world), HostScope: SCOPE, HostOutside: outside}
    records = [Record(f"e{n}", Request(kind.kind, HOST), "", 0, facts[kind]) for n, kind in enumerate(check.spec.needs)]
    return judge_one(check, Target("host", HOST), list(records), SUSPENDED)


@pytest.mark.parametrize(("world", "check_id"), [(w, c) for w, table in INTENDED.items() for c in table])
def test_what_the_checks_make_of_it(world: str, check_id: str) -> None:
    outcome, tags = INTENDED[world][check_id]
    result = judged(world, check_id)
    found = {str(f.tag) for f in result.findings}
    assert (result.outcome, tags <= found) == (outcome, True), (found, result.reason)


def test_no_check_is_forgotten() -> None:
    of_hosts = {c for c, module in all_checks().items() if module.spec.target == "host"}
    assert of_hosts - {"patch.vulnerabilities"} == set(BROKEN) == set(FIXED)


def test_numbers_of_the_broken_world() -> None:
    args = {str(f.tag): f.args for check in BROKEN for f in judged("broken", check).findings}
    assert args["UPDATES_SECURITY"]["count"] == 14
    assert "kernel" in str(args["UPDATES_SECURITY"]["kernel"])
    assert args["SOFTWARE_PLUGIN_UPDATES_PENDING"]["count"] == 3
    assert (args["MAIL_QUEUE_ONE_SENDER_FLOODS"]["total"], args["MAIL_QUEUE_ONE_SENDER_FLOODS"]["count"]) == (4812, 4377)
    assert "check_sender_access" in str(args["MAIL_CONFIG_OPEN_RELAY"]["why"])
    assert "PHP 8.1.34" in str(args["SOFTWARE_ENDED"]["items"])


@pytest.mark.parametrize("world", ["broken", "fixed"])
def test_the_inside_fits_the_outside(world: str) -> None:
    report = report_of(world)
    listening = set()
    for protocol, address, port, _program, _user in report.rows("listeners", 5):
        if address in ("0.0.0.0", "::") and protocol.startswith("tcp"):
            listening.add((V6 if protocol == "tcp6" else V4, int(port)))
    met = open_outside(world)
    assert met <= listening
    # What listens on a port that was tried and is closed from outside: the web for the proxy only, and behind the IPv4 filter.
    unseen = {(a, p) for a, p in listening - met if p in SURVEYED}
    assert unseen == {(V4, 80), (V4, 443)} | ({(V4, 3306)} if world == "broken" else set())
    names = {s.name for s in load_data().service if s.address == V4 and s.port == 25 and world in s.worlds}
    assert f"myhostname = {names.pop()}" in (report.lines("mail.postfix") or ())
    addresses = {str(ipaddress.ip_interface(text).ip) for _name, text in report.rows("addresses", 2)}
    assert {V4, V6} <= addresses


@pytest.mark.parametrize("world", WORLDS)
def test_the_text_keeps_the_contract(world: str) -> None:
    report = report_of(world)
    assert (report.genuine, report.complete, report.damage) == (True, True, ())
    tables = [line.split("|")[1] for line in CONTRACT.read_text("utf-8").splitlines() if line.startswith("| `")]
    listed = {name for cell in tables for name in re.findall(r"`([a-z0-9.-]+)`", cell)}
    written = [p.name for p in report.parts if p.name != "end"]
    assert len(written) == len(set(written))
    assert set(written) == listed
    assert not any(not line for part in report.parts for line in part.lines)


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_secret_and_nobody_real(world: str) -> None:
    text = host_text(HOST, world).decode("ascii")
    assert not re.search(r"BEGIN |\$[156y]\$|ssh-(?:rsa|ed25519) AAAA|(?:password|secret|token)\s*[=:]\s*[^*\s|]", text, re.I)
    for found in re.findall(r"(?<![\d.+-])(?:\d{1,3}\.){3}\d{1,3}(?![\d.+-])", text):
        address = ipaddress.ip_address(found)
        assert address.is_private or address in ipaddress.ip_network("203.0.113.0/24"), found
    for host in re.findall(r"https?://([a-z0-9.-]+)", text):
        assert host.endswith(".example") or host == "192.0.2.66", host


def test_dates_move_with_the_day() -> None:
    early, late = (host_text(HOST, "broken", NOW + datetime.timedelta(days=n)).decode() for n in (0, 30))
    assert f"root|{ROOTS_HOME}/.ssh/authorized_keys|2026-11-10T02:47:31Z|2" in early
    assert f"root|{ROOTS_HOME}/.ssh/authorized_keys|2026-12-10T02:47:31Z|2" in late
    assert "{" not in re.sub(r"inline:\{.*?\}", "", early)


@pytest.mark.parametrize("world", ["broken", "fixed"])
async def test_over_ssh_it_is_the_same_as_by_file(world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person(tmp_path, monkeypatch)
    async with Internet(world) as internet:
        (fetched,) = await collect_demo(internet)
    (read,) = demo_reports(world)
    assert (fetched.via, fetched.login, fetched.address) == ("ssh", f"admin@{V4}", V4)
    assert fetched.host_key.startswith("SHA256:")
    assert (read.via, read.login, read.address) == ("file", "", "")

    def stable(report: HostReport) -> list[tuple[str, str, int]]:
        return [(p.name, p.status, len(p.lines)) for p in report.parts]

    assert stable(fetched) == stable(read)
    changing = {p.name for p, q in zip(fetched.parts, read.parts, strict=True) if p != q}
    assert changing <= {"meta", "host"}  # the time at which each was made


async def test_the_server_is_known_by_its_key_and_refuses_a_wrong_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(tmp_path, monkeypatch)
    async with Internet("broken") as internet:
        net = open_net(internet.settings, routes=internet.routes, keys={})
        shown = []
        for address in (V4, V6):
            (key,) = await fetch_keys(net, Login("admin", address, agent=False))
            shown.append(key.fingerprint)
            with pytest.raises(UserError, match="did not let admin in"):
                await collect_ssh(net, Login("admin", address, agent=False, password="guess"), key)
        net.close()
        assert shown[0] == shown[1]


async def test_a_server_that_is_cut_off_is_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person(tmp_path, monkeypatch)
    async with Internet("suspended") as internet:
        (report,) = await collect_demo(internet)
        assert not [key for key in internet.services.running if key[:2] == (V4, 22)]  # type: ignore[union-attr]
    assert (report.via, report.login, report.host_key) == ("block", "", "")


@pytest.mark.parametrize("world", WORLDS)
def test_case_and_reports_belong_together(world: str) -> None:
    case, brought = demo_inputs(world)
    assert case.targets == (
        *demo_case(world).targets, Target("host", HOST), Target("message", "newsletter.eml"), Target("ledger", "newsletter.csv")
    )  # fmt: skip
    assert [(s.name, s.sha256, s.via) for s in case.hosts] == [(r.name, r.sha256, r.via) for r in brought.hosts]
    assert [(s.name, s.sha256) for s in case.messages] == [(m.name, m.sha256) for m in brought.messages]
    assert [(s.name, s.sha256) for s in case.ledgers] == [(r.name, r.sha256) for r in brought.ledgers]
    assert [h.name for h in demo_hosts()] == [HOST]
