"""The collector for Unix: its form, its families, what it says on a made-up disk."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.collector.reading import SCRIPT, SHELLS, collect, documented, read, run, unpack
from tests.collector.roots import KEY, MANAGERS, family, plant

NEEDS_RUNNING = {
    "kernel", "time", "reboot.flag", "reboot.services", "software.wp", "listeners", "firewall.nft", "firewall.iptables", "firewall.ip6tables",
    "firewall.iptables-nat", "firewall.pf", "firewall.ufw", "firewall.firewalld", "firewall.containers", "login.sshd",
}  # fmt: skip


def test_shellcheck_finds_nothing() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not here")
    done = subprocess.run(["shellcheck", "-s", "sh", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    for line in SCRIPT.read_text("ascii").splitlines():
        if "shellcheck disable" in line:
            assert re.search(r"disable=SC\d+ # \w+", line), "a reason belongs to it"


def test_script_writes_nowhere_and_reads_no_here_documents() -> None:
    """Some shells write a here-document to a file in /tmp first."""
    code = [line for line in SCRIPT.read_text("ascii").splitlines() if not line.lstrip().startswith("#")]
    for line in code:
        bare = re.sub(r"2?>\s*/dev/null|>&[12]|2>&1|=[*!]?>|'[^']*'|\"[^\"]*\"|=\+>\?", "", line)
        assert not re.search(r"<<-?\s*[\\'\"A-Za-z]", line), line
        assert not re.search(r"(?<!part )\b(mktemp|tee|touch|mkdir|rm|mv|cp|ln|curl|wget|ping|dig|host|nslookup)\s", bare), line


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_writes_every_part_of_the_contract(shell: str, tmp_path: Path) -> None:
    parts = collect("--root", str(family(tmp_path, "debian")), "--no-chroot", "--packages", shell=shell)
    assert list(parts) == [*documented(), "end"]
    assert parts["meta"].values["mode"] == "rescue"
    assert parts["meta"].values["chroot"] == "no"
    assert parts["meta"].values["options"] == "--root --no-chroot --packages"
    assert parts["host"].lines == ("name=web1.blumenhof.example", "fqdn=web1.blumenhof.example", "machine=3eb1bd439947eb76")
    assert parts["packages.installed"].lines == (
        "bash|5.2.15-2+b8|bash|5.2.15-2",
        "nginx|1.28.0-1~bookworm|nginx|1.28.0-1~bookworm",
        "php8.3-cli|8.3.14-1+0~20241121.58+debian12~1.gbp1|php8.3|8.3.14-1+0~20241121.58+debian12~1.gbp1",
        "xz-utils|5.4.1-1|xz-utils|5.4.1-1",
    )
    for name in NEEDS_RUNNING:
        assert (parts[name].status, parts[name].note) == ("skipped", "rescue")
    assert all(part.note != "time" for part in parts.values())


@pytest.mark.parametrize("name", MANAGERS)
def test_disk_of_each_family(name: str, tmp_path: Path) -> None:
    parts = collect("--root", str(family(tmp_path, name)))
    assert any(line.startswith("ID=") for line in parts["os-release"].lines)
    assert parts["packages.manager"].values["manager"] == MANAGERS[name]
    assert parts["packages.upgrade"].status == "absent"
    assert parts["packages.security"].status in ("absent", "skipped")
    assert parts["packages.broken"].status == "absent"
    assert parts["packages.integrity"].status in ("absent", "denied", "ok")
    if parts["packages.integrity"].status == "ok":
        pytest.fail("programs that are not there cannot have found everything in order")
    held = {
        "debian": ("nginx",),
        "alma": ("php-0:8.0.30-1.el9.*", "kernel*", "nginx"),
        "suse": ("apache2",),
        "alpine": ("nginx<1.29",),
        "arch": ("linux", "nginx"),
        "freebsd": (),
    }[name]
    assert parts["packages.held"].lines == held
    address = {"debian": "192.0.2.10/24", "alma": "192.0.2.10", "suse": "192.0.2.10/24", "freebsd": "192.0.2.10"}.get(name)
    assert [line.split("|")[1] for line in parts["addresses"].lines] == ([address] if address else [])
    assert "SECRET" not in "".join("".join(part.lines) for part in parts.values())


def test_what_a_disk_says(tmp_path: Path) -> None:
    root = plant(
        family(tmp_path, "debian"),
        {
            "home/anna/.ssh/authorized_keys": f"# mine\n{KEY}command=\"x\" {KEY}",
            "etc/sudoers": "anna ALL=(ALL) NOPASSWD: ALL\nroot ALL=(ALL) ALL\n",
            "etc/ssh/sshd_config": "# x\nInclude /etc/ssh/sshd_config.d/*.conf\n\tPermitRootLogin yes\nHostKey /etc/ssh/k\n",
            "etc/ssh/sshd_config.d/50.conf": "PasswordAuthentication no\n",
            "etc/ld.so.preload": "/lib/evil.so\n",
            "etc/postfix/main.cf": "mynetworks = 127.0.0.0/8,\n  0.0.0.0/0\nalias_maps = hash:/x\nrelay_domains = mysql:/etc/postfix/d.cf, a.example\n",
            "etc/postfix/master.cf": "smtp inet n - y - - smtpd\n  -o smtpd_relay_restrictions=permit\nsmtp unix - - y - - smtp\n",
            "etc/squid/squid.conf": "# c\nhttp_port 3128\nacl localnet src 10.0.0.0/8\nacl bad dstdomain .x.example\nhttp_access allow all\ncache_peer p login=u:SECRET\n",
            "etc/unbound/unbound.conf": "server:\n  interface: 0.0.0.0\n  access-control: 0.0.0.0/0 allow\nremote-control:\n  control-key-file: x\n  interface: no\n",
            "var/www/blog/wp-includes/version.php": "<?php\n$wp_version = '6.7.1';\n",
            "var/www/blog/wp-content/plugins/forms/forms.php": "<?php\n/*\n * Plugin Name: Forms\n * Version: 1.2.3\n */\n",
            "var/www/blog/wp-content/themes/calm/style.css": "/*\nTheme Name: Calm\nVersion: 2.0\n*/\n",
            "var/www/blog/wp-content/uploads/2026/x.php": "<?php ",
            "usr/local/psa/version": "18.0.61 Ubuntu\n",
            "opt/plesk/php/8.1/bin/php": "#!/bin/sh\n",
            "usr/bin/php8.3": "#!/bin/sh\n",
            "var/lib/dpkg/info/php8.3-cli.list": "/.\n/usr/bin/php8.3\n",
            "usr/bin/unattended-upgrade": "#!/bin/sh\n",
            "etc/apt/apt.conf.d/20auto": 'APT::Periodic::Unattended-Upgrade "1";\n',
            "etc/apt/apt.conf.d/50uu": 'Unattended-Upgrade::Origins-Pattern {\n "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";\n};\n'
            '//Unattended-Upgrade::Automatic-Reboot "true";\n',
            "etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer": "-> /lib/systemd/system/apt-daily-upgrade.timer",
            "etc/systemd/system/own.service": "[Service]\nExecStart=/opt/own --token=SECRET\n",
            "var/spool/postfix/deferred/A/AB12": "x",
            "var/spool/postfix/deferred/B/B312": "x",
        },
    )  # fmt: skip
    parts = collect("--root", str(root))
    assert parts["login.accounts"].lines == (
        "root|0|/bin/bash|set|2024-10-04",
        "toor|0|/bin/sh|locked|2023-05-23",
        "anna|1000|/bin/bash|set|2025-11-08",
        "open|1001|/bin/sh|none|2025-01-12",
        "nobody|65534|/usr/sbin/nologin|-|-",
    )
    assert [re.sub(r"\|20[^|]*Z\|", "|T|", line) for line in parts["login.keys"].lines] == [
        "anna|/home/anna/.ssh/authorized_keys|T|2"
    ]
    assert parts["login.admins"].lines == ("sudo|anna", "wheel|anna,open", "nopasswd|anna")
    assert parts["login.sshd-files"].lines == (
        "/etc/ssh/sshd_config|Include /etc/ssh/sshd_config.d/*.conf",
        "/etc/ssh/sshd_config|PermitRootLogin yes",
        "/etc/ssh/sshd_config.d/50.conf|PasswordAuthentication no",
    )
    assert parts["persistence.preload"].lines[0].endswith("Z|/lib/evil.so")
    assert parts["mail.postfix"].lines == (
        "# from /etc/postfix/main.cf",
        "mynetworks = 127.0.0.0/8, 0.0.0.0/0",
        "relay_domains = <lookup>, a.example",
    )
    assert parts["mail.postfix-master"].lines == (
        "# from /etc/postfix/master.cf",
        "smtp inet n - y - - smtpd",
        "  -o smtpd_relay_restrictions=permit",
    )
    assert parts["proxy.squid"].lines == (
        "# from /etc/squid/squid.conf",
        "http_port 3128",
        "acl localnet src 10.0.0.0/8",
        "acl bad dstdomain",
        "http_access allow all",
    )
    assert parts["dns.unbound"].lines == (
        "# from /etc/unbound/unbound.conf",
        "server:",
        "interface: 0.0.0.0",
        "access-control: 0.0.0.0/0 allow",
    )
    assert [line.rsplit("|", 1)[0] for line in parts["software.sites"].lines] == ["wordpress|/var/www/blog|6.7.1"]
    assert parts["software.plugins"].lines == ("/var/www/blog|plugin|forms|1.2.3|-", "/var/www/blog|theme|calm|2.0|-")
    assert re.fullmatch(r"/var/www/blog/wp-content/uploads/2026/x\.php\|20[-0-9T:]+Z\|6", parts["persistence.uploads"].lines[0])
    assert parts["software.panels"].lines == ("plesk|18.0.61|-",)
    assert parts["software.runtimes"].lines == (
        "php|-|/opt/plesk/php/8.1/bin/php|-|-",
        "php|8.3.14-1+0~20241121.58+debian12~1.gbp1|/usr/bin/php8.3|php8.3-cli|sury",
    )
    assert parts["packages.of-interest"].lines[1] == "nginx|1.28.0-1~bookworm|nginx|f5.com"
    assert parts["packages.of-interest"].lines[3] == "xz-utils|5.4.1-1|xz-utils|distribution"
    assert parts["automation"].lines == (
        "unattended-upgrades|installed|yes",
        "unattended-upgrades|enabled|yes",
        "unattended-upgrades|installs|yes",
        "unattended-upgrades|origins|origin=Debian,codename=${distro_codename}-security,label=Debian-Security",
        "unattended-upgrades|security_only|yes",
        "unattended-upgrades|reboot|no",
        "unattended-upgrades|timer|apt-daily-upgrade.timer",
    )
    assert re.fullmatch(
        r"/etc/systemd/system/own\.service\|20[-0-9T:]+Z\|/opt/own --token=\*\*\*", parts["persistence.timers"].lines[0]
    )
    queue = parts["mail.queue"].values
    assert (queue["server"], queue["total"]) == ("postfix", "2")
    assert "queue=deferred,2" in parts["mail.queue"].lines


def test_links_stay_on_the_disk(tmp_path: Path) -> None:
    """A link to /etc/x leads to the disk's own, never to that of the system from which one looks."""
    root = plant(
        tmp_path / "root",
        {
            "etc/os-release": "-> /usr/lib/os-release",
            "usr/lib/os-release": "ID=debian\nVERSION_ID=12\n",
            "etc/hostname": "-> /data/name",
            "data/name": "inside\n",
            "etc/passwd": "-> ../../../../../../data/passwd",
            "data/passwd": "own:x:0:0::/root:/bin/sh\n",
            "etc/group": f"-> {tmp_path}/outside",
            "etc/ssh": "-> /data/ssh",
            "data/ssh/sshd_config": "UsePAM yes\n",
        },
    )
    (tmp_path / "outside").write_text("sudo:x:1:outsider\n")
    parts = collect("--root", str(root))
    assert parts["os-release"].lines == ("ID=debian", "VERSION_ID=12")
    assert parts["host"].values["name"] == "inside"
    assert [line.split("|")[0] for line in parts["login.accounts"].lines] == ["own"]
    assert parts["login.admins"].lines == ()
    assert parts["login.sshd-files"].lines == ("/etc/ssh/sshd_config|UsePAM yes",)


def test_compact_blocks_and_script_on_standard_input(tmp_path: Path) -> None:
    root = str(family(tmp_path, "alma"))
    for shell in SHELLS:
        text = unpack(run("--compact", "--root", root, shell=shell, stdin=True).stdout)
        assert read(text)["meta"].values["options"] == "--compact --root"


def test_wrong_calls(tmp_path: Path) -> None:
    for options in (
        ("--nonsense",),
        ("--root",),
        ("--root", str(tmp_path / "none")),
        ("--root", "/"),
        ("--root", str(tmp_path)),
    ):
        done = run(*options, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
    helped = run("--help")
    assert "--no-chroot" in helped.stdout
