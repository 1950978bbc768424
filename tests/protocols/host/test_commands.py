"""The commands that findings hand out: right for the system, and nothing of the file in them that a shell could misread."""

from __future__ import annotations

import pytest

from selfaudit.checks.host import _host_part_cleaning, _host_part_closing
from selfaudit.checks.host._host_part_login import commands
from selfaudit.facts.host import PartStatus
from selfaudit.protocols.host.firewall import Firewall, firewall_of
from selfaudit.protocols.host_system import System, system_of
from tests.checks.host import report

PORTS = [("tcp", 6379), ("udp", 161)]
ABSENT = PartStatus.ABSENT


def system(name: str) -> System:
    return system_of(report(system=name))


def close(parts: dict[str, str | PartStatus], name: str = "debian") -> str:
    server = report(parts, system=name)
    return _host_part_closing.close(system_of(server), firewall_of(server), PORTS, [("tcp", 443)])[0]


def test_closing_with_what_is_there() -> None:
    assert close({"firewall.ufw": "Status: active"}) == "ufw prepend deny 6379/tcp && ufw prepend deny 161/udp"
    assert close({"firewall.firewalld": "running"}, "alma") == (
        'firewall-cmd --permanent --add-rich-rule=\'rule port port="6379" protocol="tcp" drop\' && '
        'firewall-cmd --permanent --add-rich-rule=\'rule port port="161" protocol="udp" drop\' && firewall-cmd --reload'
    )
    rules = "table ip6 other {\n chain x {\n type filter hook input priority 0; policy accept;\n }\n}\ntable inet filter {\n chain in {\n type filter hook input priority 0; policy drop;\n }\n}"
    assert close({"firewall.nft": rules}) == (
        "nft insert rule inet filter in 'iifname != \"lo\" tcp dport { 6379 } drop' && nft insert rule inet filter in 'iifname != \"lo\" udp dport { 161 } drop'"
    )
    assert close({"firewall.iptables": "-P INPUT DROP"}).startswith(
        "iptables -I INPUT ! -i lo -p tcp -m multiport --dports 6379 -j DROP && "
    )
    assert (
        close({"firewall.pf": "block in all"}, "freebsd").splitlines()[0]
        == "block in quick on ! lo0 proto tcp from any to any port { 6379 }"
    )
    assert close({"firewall.state": "windows=Public,True,Block"}, "windows").startswith(
        "New-NetFirewallRule -DisplayName 'Closed tcp' -Direction Inbound -Protocol TCP -LocalPort 6379 -Action Block"
    )


def test_a_firewall_that_could_not_be_read_is_not_replaced() -> None:
    assert "install" not in close({"firewall.nft": PartStatus.FAILED})
    assert close({"firewall.nft": ABSENT, "firewall.iptables": ABSENT, "firewall.ip6tables": ABSENT}).startswith(
        "apt-get install ufw && ufw default deny incoming && ufw allow 22/tcp"
    )


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("debian", "apt-get install ufw", "ufw enable"), ("alma", "dnf install firewalld && firewall-offline-cmd --add-port=22/tcp", "systemctl enable --now firewalld"),
        ("suse", "zypper install firewalld", "systemctl enable --now firewalld"), ("alpine", "apk add ufw", "rc-update add ufw default"), ("arch", "pacman -Syu ufw", "systemctl enable ufw"),
        ("freebsd", "[ ! -e /etc/pf.conf ] ||", "service pf start"),
        ("windows", "$ErrorActionPreference = 'Stop'; Enable-NetFirewallRule -Group '@FirewallAPI.dll,-28752'", "-DefaultInboundAction Block"),
    ],
)  # fmt: skip
def test_setting_up_opens_ssh_before_it_shuts_the_door(name: str, first: str, last: str) -> None:
    command = _host_part_closing.setup(system(name), [("tcp", 443)])
    assert command.startswith(first)
    assert command.endswith(last)
    assert "443" in command
    if name not in ("windows", "freebsd"):
        assert command.index("22/tcp") < command.index("enable")


def test_names_from_the_file_do_not_reach_a_shell() -> None:
    evil = "table inet $(reboot) {\n chain x;y {\n type filter hook input priority 0; policy drop;\n }\n}"
    assert "inet filter input" in close({"firewall.nft": evil})
    server = report({"addresses": "eth0;reboot|192.0.2.10/24"})
    assert _host_part_closing.interface(firewall_of(server)) == "eth0"
    assert commands(system("debian")).lock(["a;reboot", "$(x)", "anna"])["command"] == "passwd -l NAME; passwd -l anna"
    assert (
        _host_part_cleaning.owners(system("debian"), ["/tmp/x;reboot", "/tmp/`x`", "/tmp/a b"]) == "ls -la /PATH; dpkg -S /PATH"
    )


def test_root_is_not_locked_out_of_its_own_console() -> None:
    assert commands(system("debian")).lock(["root", "guest"])["command"] == "passwd root; passwd -l guest"
    assert commands(system("freebsd")).lock(["toor"])["command"] == "pw lock toor"


@pytest.mark.parametrize(("name", "reload"), [("debian", "systemctl reload ssh"), ("alma", "systemctl reload sshd"), ("alpine", "rc-service sshd reload"), ("freebsd", "service sshd reload")])  # fmt: skip
def test_sshd_is_checked_before_it_is_reloaded(name: str, reload: str) -> None:
    command = commands(system(name)).keys_only["command"]
    assert reload in command
    assert command.index("sshd -t") < command.index(reload)
    # Before OpenSSH 8.7 the one does not switch off what the other leaves on.
    assert command.index("KbdInteractiveAuthentication no") < command.index("ChallengeResponseAuthentication no")


def test_settings_that_sshd_refuses_are_taken_back() -> None:
    assert commands(system("debian")).no_empty["command"] == (
        "cp /etc/ssh/sshd_config /etc/ssh/sshd_config.before && sed -i -e '1i PermitEmptyPasswords no' /etc/ssh/sshd_config && "
        "if sshd -t; then systemctl reload ssh; else cp /etc/ssh/sshd_config.before /etc/ssh/sshd_config; fi"
    )
    assert commands(system("alma"), drop_in=True).no_empty["command"] == (
        "printf '%s\\n' 'PermitEmptyPasswords no' > /etc/ssh/sshd_config.d/00-empty-passwords.conf && "
        "if sshd -t; then systemctl reload sshd; else rm /etc/ssh/sshd_config.d/00-empty-passwords.conf; fi"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="16.0"', True), ("ID=opensuse-tumbleweed\nVERSION_ID=20261101", True),
        ("ID=opensuse-microos\nID_LIKE=suse\nVERSION_ID=20261101", True), ('ID=sles\nVERSION_ID="16.0"', True), ('ID=sles\nVERSION_ID="15.7"', False), ("ID=debian\nVERSION_ID=13", False),
    ],
)  # fmt: skip
def test_systems_whose_sshd_may_have_no_file_in_etc(text: str, expected: bool) -> None:
    server = system_of(report({"os-release": text}))
    assert ("/etc/ssh/sshd_config.d/00-keys-only.conf" in commands(server).keys_only["command"]) is expected


@pytest.mark.parametrize("tool", ["ufw", "firewalld", "iptables", "pf", "nft", "windows", ""])
def test_tightening_never_forgets_ssh(tool: str) -> None:
    name = {"pf": "freebsd", "windows": "windows"}.get(tool, "debian")
    command, _changes = _host_part_closing.tighten(system(name), Firewall(tool), [("tcp", 2222)], [4, 6])
    assert tool in ("pf", "windows") or ("22" in command and "2222" in command)
    if tool == "nft":
        assert command.index("dport { 22, 2222 } accept") < command.index("policy drop")
    if tool == "iptables":
        assert command.index("--dport 22 -j ACCEPT") < command.index("-P INPUT DROP")


def test_keys_elsewhere_are_shown_and_nothing_from_the_file_is_run() -> None:
    show = commands(system("debian")).show_other_keys
    found = show([("AuthorizedKeysFile", ".ssh/authorized_keys /etc/ssh/keys/%u"), ("TrustedUserCAKeys", "/etc/ssh/ca.pub")])
    assert "for f in /home/*/.ssh/authorized_keys /etc/ssh/keys/* /etc/ssh/ca.pub; do" in found["command"]
    for value in ("/etc/$(id)/%u", "/etc/ssh/keys;id", "/etc/`id`", "/etc/%k/x"):
        assert "id" not in show([("AuthorizedKeysFile", value)])["command"].partition("/etc/ssh")[2]
    assert "/opt/x" not in show([("AuthorizedKeysCommand", "/opt/x %u")])["command"]


def test_windows_keeps_remote_desktop_and_what_is_in_use() -> None:
    command = _host_part_closing.setup(system("windows"), [("tcp", 443), ("tcp", 33_890)])
    assert "DisplayGroup" not in command  # its words are those of the system's language
    for port in (443, 3389, 33_890):
        assert f"-LocalPort {port} -Action Allow" in command
        assert command.index(f"-LocalPort {port} ") < command.index("Set-NetFirewallProfile")
    assert command.startswith("$ErrorActionPreference = 'Stop'; ")


@pytest.mark.parametrize(
    ("name", "file", "start"),
    [
        ("debian", "/etc/nftables.conf", "systemctl enable nftables"), ("ubuntu", "/etc/nftables.conf", "systemctl enable nftables"),
        ("arch", "/etc/nftables.conf", "systemctl enable nftables"), ("alma", "/etc/sysconfig/nftables.conf", "systemctl enable nftables"),
        ("alpine", "/etc/nftables.nft", "rc-update add nftables"),
    ],
)  # fmt: skip
def test_nft_rules_last_where_the_system_reads_them(name: str, file: str, start: str) -> None:
    command, changes = _host_part_closing.tighten(system(name), Firewall("nft"), [("tcp", 443)], [4])
    assert command.endswith(f"nft list table inet guard >> {file} && {start}")
    assert "until the next restart" not in changes
    _command, changes = _host_part_closing.close(system(name), Firewall("nft"), PORTS, [])
    assert "until the next restart" in changes
    assert f"{file}, and then {start}" in changes


def test_where_it_is_not_known_nft_rules_are_lost() -> None:
    command, changes = _host_part_closing.tighten(system("suse"), Firewall("nft"), [("tcp", 443)], [4])
    assert "nftables.conf" not in command
    assert "until the next restart" in changes


def test_a_rule_that_lets_everything_in_goes_last() -> None:
    rules = "-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j ACCEPT"
    server = report({"firewall.nft": ABSENT, "firewall.iptables": rules, "firewall.ip6tables": "-P INPUT ACCEPT"})
    command, changes = _host_part_closing.tighten(system_of(server), firewall_of(server), [("tcp", 443)], [4, 6])
    assert command.index("iptables -P INPUT DROP") < command.index("iptables -D INPUT -j ACCEPT")
    assert "ip6tables -D INPUT" not in command
    assert "until the next restart" in changes
    assert "netfilter-persistent save" in changes
    assert "-j ACCEPT" in changes


@pytest.mark.parametrize(
    ("text", "manager", "first"),
    [
        ('ID="almalinux"\nID_LIKE="rhel"\nVERSION_ID="9.6"', "dnf", "dnf install epel-release && dnf install clamav"),
        ('ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"', "yum", "yum install epel-release && yum install clamav clamav-update"),
        ('ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.6"', "dnf", "dnf install https://dl.fedoraproject.org/pub/epel/epel-release-latest-9.noarch.rpm && dnf install clamav"),
        ('ID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.10"', "dnf", "dnf install oracle-epel-release-el8 && dnf install clamav"),
        ('ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"', "dnf", "dnf install clamav"), ('ID=fedora\nVERSION_ID="43"', "dnf", "dnf install clamav"),
    ],
)  # fmt: skip
def test_where_the_scanner_comes_from(text: str, manager: str, first: str) -> None:
    server = report({"os-release": text, "packages.manager": f"manager={manager}"})
    assert _host_part_cleaning.scan(system_of(server), installed=False)[0].startswith(first)
