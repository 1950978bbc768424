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
        ("suse", "zypper install firewalld", "systemctl enable --now firewalld"), ("alpine", "apk add ufw", "rc-update add ufw default"), ("arch", "pacman -S ufw", "systemctl enable ufw"),
        ("freebsd", "[ ! -e /etc/pf.conf ] ||", "service pf start"), ("windows", "Enable-NetFirewallRule", "-DefaultInboundAction Block"),
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
    assert command.endswith(reload)
    assert command.index("sshd -t") < command.index(reload)


@pytest.mark.parametrize("tool", ["ufw", "firewalld", "iptables", "pf", "nft", "windows", ""])
def test_tightening_never_forgets_ssh(tool: str) -> None:
    name = {"pf": "freebsd", "windows": "windows"}.get(tool, "debian")
    command = _host_part_closing.tighten(system(name), Firewall(tool), [("tcp", 2222)], [4, 6])
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
