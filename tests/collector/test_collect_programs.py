"""What programs answer, told by programs that only repeat recorded words; and a run on this machine, which changes nothing."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.checks.host import ROOTS_HOME
from tests.collector.reading import Part, collect, documented, read, run
from tests.collector.roots import family, plant, programs, rescue_programs

APT = """Reading package lists...
The following packages will be upgraded:
  openssl passwd
2 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
Inst openssl [3.0.15-1] (3.0.17-1 Debian-Security:12/stable-security [amd64])
Inst passwd:amd64 [1:4.13-1] (1:4.13-2 Debian:12.12/stable [amd64])
Conf openssl (3.0.17-1 Debian-Security:12/stable-security [amd64])
"""
ANSWERS: dict[str, dict[str, tuple[int, str]]] = {
    "debian": {"apt-get": (0, APT), "dpkg": (0, "")},
    "alma": {
        "dnf": (100, "\nnginx.x86_64   2:1.26.3-1.el9   appstream\n"),
        "rpm": (0, "nginx|1.20.1-1.el9|nginx-1.20.1-1.el9.src.rpm|AlmaLinux\nphp|2:8.1.29-1.remi|php-8.1.29-1.remi.src.rpm|Remi\nbash|5-1|bash-5-1.src.rpm|Red Hat\n"),
    },
    "suse": {"zypper": (106, "S | Repository | Name\nv | oss | openssl\n"), "rpm": (0, "bash|5-1|bash-5-1.src.rpm|SUSE LLC\n")},
    "alpine": {"apk": (0, "openssh-server-10.0_p1-r7 < 10.0_p1-r9\n")},
    "arch": {"pacman": (1, "")},
    "freebsd": {"pkg": (1, "curl-8.10.1\n")},
}  # fmt: skip


def rescued(tmp_path: Path, name: str, answers: dict[str, tuple[int, str]], *options: str) -> tuple[dict[str, Part], str]:
    """A disk whose programs give these answers; and which programs were called how."""
    root = family(tmp_path / "root", name)
    plant(root, {f"usr/bin/{program}": "#!/bin/sh\n" for program in (*answers, "sh")})
    plant(root, {"usr/local/sbin/pkg": "#!/bin/sh\n"} if name == "freebsd" else {})
    path = rescue_programs(tmp_path / "bin", answers)
    parts = collect("--root", str(root), *options, path=path)
    return parts, (path / "calls").read_text()


@pytest.mark.parametrize("name", ANSWERS)
def test_package_managers(name: str, tmp_path: Path) -> None:
    parts, calls = rescued(tmp_path, name, ANSWERS[name])
    upgrade, security = parts["packages.upgrade"], parts["packages.security"]
    assert upgrade.status == ("failed" if name == "freebsd" else "ok")
    assert parts["meta"].values["chroot"] == "yes"
    if name == "debian":
        assert "Inst passwd:amd64 [1:4.13-1] (1:4.13-2 Debian:12.12/stable [amd64])" in upgrade.lines
        assert not any(line.startswith("Conf") for line in upgrade.lines)
        assert security.status == "absent"
        assert parts["packages.broken"].lines == ()
        assert parts["packages.broken"].status == "ok"
        assert parts["packages.integrity"].lines == ("checked=bash",)
        assert "Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=" in calls
    if name == "alma":
        assert (upgrade.exit, upgrade.lines[-1]) == (100, "nginx.x86_64   2:1.26.3-1.el9   appstream")
        assert (security.status, security.exit) == ("failed", 100)
        assert parts["packages.of-interest"].lines == (
            "nginx|1.20.1-1.el9|nginx|distribution",
            "php|2:8.1.29-1.remi|php|Remi",
            "bash|5-1|bash|distribution",
        )
        assert parts["automation"].lines == (
            "dnf-automatic|installed|yes",
            "dnf-automatic|enabled|yes",
            "dnf-automatic|installs|yes",
            "dnf-automatic|security_only|yes",
            "dnf-automatic|reboot|no",
            "dnf-automatic|timer|dnf-automatic-install.timer",
        )
        assert "dnf -C check-update" in calls
    if name == "suse":
        assert (upgrade.exit, upgrade.lines[-1]) == (106, "v | oss | openssl")
        assert "zypper --no-refresh" in calls
    if name == "alpine":
        assert upgrade.lines == ("openssh-server-10.0_p1-r7 < 10.0_p1-r9",)
        assert "apk --no-network" in calls
        assert parts["software.runtimes"].lines == ("openssh|10.0_p1-r7|/usr/sbin/sshd|openssh-server|distribution",)
        assert parts["automation"].lines[-1] == "apk-cron|timer|/etc/periodic/daily/upgrade"
    if name == "arch":
        assert (upgrade.exit, upgrade.lines) == (1, ())
        assert security.status == "skipped"
        assert parts["packages.integrity"].status == "absent"
        assert parts["software.runtimes"].lines == ("openssl|3.5.1-1|/usr/bin/openssl|openssl|distribution",)
    if name == "freebsd":
        assert (security.status, security.exit, security.lines) == ("ok", 1, ("curl-8.10.1",))
        assert "pkg version -vRUL=" in calls
        assert parts["automation"].lines[:4] == (
            "freebsd-update|installed|yes",
            "freebsd-update|enabled|yes",
            "freebsd-update|installs|no",
            "freebsd-update|timer|/var/cron/tabs/root",
        )
        assert parts["firewall.state"].values["pf_enabled"] == "yes"


def test_a_manager_that_fails_says_so(tmp_path: Path) -> None:
    error = "E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\n"
    parts, _ = rescued(tmp_path, "debian", {"apt-get": (100, error), "dpkg": (2, "dpkg: error: broken\n")})
    assert parts["packages.upgrade"].status == "denied"
    assert parts["packages.upgrade"].lines == (error.rstrip(),)
    assert (parts["packages.broken"].status, parts["packages.broken"].exit) == ("failed", 2)


def test_no_program_of_a_disk_is_run_when_that_is_forbidden(tmp_path: Path) -> None:
    parts, calls = rescued(tmp_path, "debian", {"apt-get": (0, APT), "dpkg": (0, "")}, "--no-chroot")
    assert (parts["packages.upgrade"].status, parts["packages.upgrade"].note) == ("skipped", "no-chroot")
    assert parts["packages.integrity"].status == "skipped"
    assert "apt-get" not in calls
    assert "dpkg" not in calls


def test_a_disk_without_a_shell_is_not_entered(tmp_path: Path) -> None:
    root = plant(family(tmp_path / "root", "debian"), {"usr/bin/apt-get": "#!/bin/sh\n"})
    path = rescue_programs(tmp_path / "bin", {"apt-get": (0, APT)})
    parts = collect("--root", str(root), path=path)
    assert parts["packages.upgrade"].status == "denied"


SS = """Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=700,fd=3)) ino:1 sk:1 cgroup:/x <->
tcp   LISTEN 0      511    *:80               *:*          users:(("nginx",pid=8,fd=5),("nginx",pid=9,fd=5)) uid:33 ino:2 sk:2 v6only:0
tcp   LISTEN 0      128    [::1]:25           [::]:*       users:(("master",pid=7,fd=3)) ino:3 sk:3 v6only:1
udp   UNCONN 0      0      127.0.0.53%lo:53   0.0.0.0:*    uid:99999 ino:4 sk:4
udp   UNCONN 0      0      [fe80::1]%eth0:546 [::]:*       users:(("dhc|lient",pid=7,fd=3)) ino:3 sk:3
"""
LIVE: dict[str, tuple[int, str]] = {
    "ss": (0, SS),
    "nft": (0, "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n"),
    "iptables": (0, "iptables v1.8.9 (nf_tables)\n-P INPUT DROP\n"),
    "ip6tables": (4, "ip6tables v1.8.9 (nf_tables)\nCould not fetch rule set: Operation not permitted\n"),
    "firewall-cmd": (252, "not running\n"),
    "sshd": (0, "port 22\npermitrootlogin without-password\nhostkey /etc/ssh/k\npasswordauthentication yes\n"),
    "postconf": (0, "mynetworks = 0.0.0.0/0\nalias_maps = hash:/x\nsmtpd_relay_restrictions = permit\n"),
    "doveconf": (0, "ssl = required\npassdb {\n  args = secret\n}\n"),
    "systemd-detect-virt": (1, "none\n"),
    "id": (0, "0\n"),
    "ip": (0, "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 192.0.2.10/24 brd x scope global eth0\n"),
    "ufw": (0, "Status: active\n"),
    "vnstat": (1, ""),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Part]:
    """The running machine, with programs that repeat what was recorded elsewhere."""
    return collect(path=programs(tmp_path_factory.mktemp("live") / "bin", LIVE))


def test_programs_of_a_running_system(live: dict[str, Part]) -> None:
    assert live["listeners"].lines == (
        "tcp|0.0.0.0|22|sshd|root",
        "tcp6|*|80|nginx|www-data",
        "tcp6|::1|25|master|root",
        "udp|127.0.0.53|53|-|99999",
        "udp6|fe80::1|546|dhc?lient|root",
    )
    assert live["addresses"].lines == ("lo|127.0.0.1/8", "eth0|192.0.2.10/24")
    assert live["firewall.nft"].status == "ok"
    if live["firewall.nft"].note != "not-loaded":
        assert live["firewall.nft"].lines[2].endswith("policy drop;")
        assert live["firewall.iptables"].lines[-1] == "-P INPUT DROP"
        assert live["firewall.ip6tables"].status == "denied"
    assert (live["firewall.firewalld"].exit, live["firewall.firewalld"].lines) == (252, ("not running",))
    assert live["login.sshd"].lines == ("port 22", "permitrootlogin without-password", "passwordauthentication yes")
    assert live["mail.postfix"].lines == ("# from postconf -n", "mynetworks = 0.0.0.0/0", "smtpd_relay_restrictions = permit")
    assert live["mail.dovecot"].lines == ("# from doveconf -n", "ssl = required")
    assert live["host"].values["virt"] == "none"


def test_a_running_system_in_general(live: dict[str, Part]) -> None:
    assert list(live) == [*documented(), "end"]
    assert all(part.note != "time" for part in live.values())
    assert live["meta"].values["mode"] == "live"
    for name in (
        "meta",
        "host",
        "os-release",
        "kernel",
        "login.accounts",
        "resources",
        "persistence.accounts",
        "malware.scanners",
    ):
        assert live[name].status == "ok"
    assert live["kernel"].values["running"] == os.uname().release
    moment = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    assert moment.fullmatch(live["meta"].values["time"])
    assert moment.fullmatch(live["host"].values["boot"])
    assert moment.fullmatch(live["persistence.accounts"].values["passwd"])
    figures = live["resources"].values
    for key in ("cpus", "load1", "mem_total_kb", "mem_available_kb", "net_rx_bytes", "processes"):
        assert float(figures[key]) >= 0
    assert re.fullmatch(r"/[^,]*,\d+,\d+,\d+,\d+", figures["disk"])
    assert [line.partition("=")[0] for line in live["resources"].lines].count("top") >= 1


def snapshot(*folders: str) -> dict[str, tuple[object, ...]]:
    """What is in some folders: kind, size, time, rights, and what the smaller files hold."""
    found: dict[str, tuple[object, ...]] = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for path in (place, *(os.path.join(place, name) for name in names)):
                about = os.lstat(path)
                small = os.path.isfile(path) and not os.path.islink(path) and about.st_size < 1_000_000
                digest = hashlib.sha256(Path(path).read_bytes()).hexdigest() if small else ""
                found[path] = (about.st_mode, about.st_uid, about.st_size, about.st_mtime_ns, digest)
    return found


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/var/lib/dpkg").is_dir(), reason="as root on Debian")
def test_nothing_changes_on_this_machine() -> None:
    folders = (
        "/etc",
        "/var/lib/dpkg",
        "/var/lib/apt",
        "/var/cache",
        "/var/log",
        "/var/spool",
        f"{ROOTS_HOME}/.ssh",
        "/usr/local/etc",
    )
    before = snapshot(*folders)
    parts = collect()
    assert parts["packages.upgrade"].status == "ok"
    after = snapshot(*folders)
    # Other programs of this machine write their logs meanwhile.
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path) and "/var/log/" not in path}
    assert changed == set()
    assert not [path for path in after if path.startswith("/var/log/") and path not in before and "apt" in path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_rights() -> None:
    parts = read(run(user=65534, stdin=True, shell="dash").stdout)
    assert parts["meta"].values["root"] == "no"
    assert all(part.note != "time" for part in parts.values())
    assert parts["packages.integrity"].status in ("denied", "absent")
    if shutil.which("nft"):
        assert parts["firewall.nft"].status == "denied"
    assert parts["malware.suspects"].status == "denied"
    assert {line.split("|")[3] for line in parts["login.accounts"].lines} == {"-"}
    assert parts["login.keys"].status == "denied"
    for part in parts.values():
        assert part.status != "failed", part


def test_the_disk_of_another_system_stays_as_it_is(tmp_path: Path) -> None:
    root = family(tmp_path / "root", "debian")
    before = snapshot(str(root))
    collect("--root", str(root), "--packages")
    assert snapshot(str(root)) == before
