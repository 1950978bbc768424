"""patch.reboot."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.host import HostReport, PartStatus
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, Parts, report

CHECK = "patch.reboot"
_NO = "required=no\ntool=reboot-required"
_DEB_OLD = "running=6.1.0-9-amd64\nmachine=x86_64\ninstalled=6.1.0-9-amd64\ninstalled=6.1.0-40-amd64"
_DEB_NEW = "running=6.1.0-40-amd64\nmachine=x86_64\ninstalled=6.1.0-9-amd64\ninstalled=6.1.0-40-amd64"
_ALMA_OLD = (
    "running=5.14.0-503.11.1.el9_5.x86_64\ninstalled=5.14.0-503.11.1.el9_5.x86_64\ninstalled=5.14.0-570.62.1.el9_6.x86_64"
)


def _machine(days: int, virt: str = "kvm") -> str:
    return f"name=web1.blumenhof.example\nfqdn=web1.blumenhof.example\nmachine=0123456789abcdef\nvirt={virt}\nuptime={days * 86_400}"


def _host(parts: Parts | None = None, system: str = "debian", **fields: bool) -> HostReport:
    usual: Parts = {"reboot.flag": _NO, "reboot.services": "", "kernel": _DEB_NEW}
    return report({**usual, **(parts or {})}, system=system, **fields)  # type: ignore[arg-type]


def _case(
    name: str, host: HostReport, must: list[str], outcome: str, must_not: list[str] | None = None, **args: object
) -> Scenario:
    return Scenario(name, [host, SCOPE], must, outcome, must_not or [], args)


_GOOD = "REBOOT_NOT_NEEDED"
_CLEAN = _host()

SCENARIOS = [
    _case("nothing", _CLEAN, [_GOOD], "pass", kernel="; it runs its newest kernel, 6.1.0-40-amd64"),
    _case(
        "the newer number is not the greater text", _host({"kernel": _DEB_OLD}), ["REBOOT_WAITS"], "warn", [_GOOD],
        why="it runs the kernel 6.1.0-9-amd64, and the newer 6.1.0-40-amd64 is installed", command="shutdown -r now",
    ),
    _case("for long", _host({"kernel": _DEB_OLD, "host": _machine(40)}), ["REBOOT_WAITS_LONG"], "fail", [_GOOD], days=40),
    _case(
        "another flavour is newer", _host({"kernel": "running=6.1.0-40-amd64\ninstalled=6.1.0-40-amd64\ninstalled=6.1.0-41-cloud-amd64"}), [_GOOD],
        "pass",
    ),
    _case(
        "rebuilt under the same name",
        _host({
            "kernel": _DEB_NEW + "\nversion=#1 SMP PREEMPT_DYNAMIC Debian 6.1.147-1 (2025-08-02)",
            "packages.of-interest": "linux-image-6.1.0-40-amd64|6.1.153-1|linux-signed-amd64|debian",
        }),
        ["REBOOT_WAITS"], "warn", [_GOOD],
    ),
    _case(
        "rebuilt, and running",
        _host({
            "kernel": _DEB_NEW + "\nversion=#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)",
            "packages.of-interest": "linux-image-6.1.0-40-amd64|6.1.153-1|linux-signed-amd64|debian",
        }),
        [_GOOD], "pass",
    ),
    _case(
        "the system asks for it", _host({"reboot.flag": "required=yes\npackages=libc6, dbus\ntool=reboot-required"}), ["REBOOT_WAITS"], "warn",
        [_GOOD], why="the system asks for it because of libc6, dbus",
    ),
    _case(
        "live patches", _host({"kernel": _DEB_OLD + "\nlivepatch=yes", "host": _machine(90), "reboot.flag": "required=yes\npackages=linux-image-6.1.0-40-amd64,linux-base\ntool=reboot-required"}),
        ["REBOOT_LIVEPATCH"], "warn", [_GOOD, "REBOOT_WAITS_LONG"],
    ),
    _case(
        "live patches do not renew libc", _host({"kernel": _DEB_NEW + "\nlivepatch=yes", "reboot.flag": "required=yes\npackages=libc6\ntool=reboot-required"}),
        ["REBOOT_WAITS"], "warn", ["REBOOT_LIVEPATCH"],
    ),
    _case("alma", _host({"kernel": _ALMA_OLD, "reboot.flag": "required=yes\ntool=needs-restarting"}, "alma"), ["REBOOT_WAITS"], "warn", [_GOOD]),
    _case(
        "alma: its tool knows, whatever the name of the kernel",
        _host({"kernel": "running=6.6.1-own\ninstalled=5.14.0-570.62.1.el9_6.x86_64", "reboot.flag": "required=no\ntool=needs-restarting"}, "alma"),
        [_GOOD], "pass", kernel="",
    ),
    _case(
        "arch", _host({"kernel": "running=6.12.8-arch1-1\ninstalled=linux 6.13.2.arch1-1\ninstalled=linux-lts 6.12.90-1", "reboot.flag": "required=no\ntool=none"}, "arch"),
        ["REBOOT_WAITS"], "warn", [_GOOD],
    ),
    _case(
        "freebsd", _host({"kernel": "running=14.3-RELEASE-p1", "os-extra": "freebsd_kernel=14.3-RELEASE-p2", "reboot.flag": "required=no\ntool=none"}, "freebsd"),
        ["REBOOT_WAITS"], "warn", [_GOOD],
    ),
    _case(
        "freebsd: same", _host({"kernel": "running=14.3-RELEASE-p2", "os-extra": "freebsd_kernel=14.3-RELEASE-p2", "reboot.flag": "required=no\ntool=none"}, "freebsd"),
        [_GOOD], "pass",
    ),
    _case(
        "container", _host({"host": _machine(90, "lxc"), "kernel": PartStatus.ABSENT}), ["REBOOT_PROVIDER_KERNEL", _GOOD], "pass", kernel="", virt="lxc",
    ),
    _case("the provider's kernel", _host({"kernel": "running=6.6.31-linode164\ninstalled=6.1.0-40-amd64"}), ["REBOOT_KERNEL_OTHER"], "inconclusive", [_GOOD]),
    _case(
        "services", _host({"reboot.services": "cron.service|411|deleted files\nphp-fpm8.2|512|deleted files"}), ["REBOOT_SERVICES"], "warn", [_GOOD],
        count=2, command="systemctl restart cron",
    ),
    _case(
        "services with the old encryption", _host({"reboot.services": "nginx.service|411|/usr/lib/x86_64-linux-gnu/libssl.so.3\nnginx.service|412|x\ndbus.service|1|libc.so.6"}),
        ["REBOOT_SERVICES_EXPOSED"], "warn", ["REBOOT_SERVICES", _GOOD], count=2, command="systemctl restart nginx",
    ),
    *(
        _case(
            f"never alone: {unit}", _host({"reboot.services": f"{unit}.service|-|needrestart\nnginx.service|-|needrestart"}), ["REBOOT_SERVICES"], "warn", [_GOOD],
            count=2, command="systemctl restart nginx", changes="stops the service and starts it again; connections to it break off for a moment",
            rest=(
                "It leaves these out, because restarting them alone could cut you off or stop what runs inside them, or because they are no services; "
                f"a restart of the whole server (shutdown -r now) renews them: {unit}.service."
            ),
        )
        for unit in (
            "networking", "ifup@eth0", "NetworkManager", "wickedd", "netplan-ovs-cleanup", "wpa_supplicant", "openvpn@server", "openvpn-server@x",
            "wg-quick@wg0", "docker", "containerd", "libvirtd", "virtqemud", "dbus", "dbus-broker", "systemd-logind", "systemd-networkd", "user@1000",
            "getty@tty1", "serial-getty@ttyS0", "lxcfs",
        )
    ),
    _case(
        "only such", _host({"reboot.services": "docker.service|-|needrestart\nnetworking.service|-|needrestart"}), ["REBOOT_SERVICES"], "warn", [_GOOD],
        command="shutdown -r now", rest="It names all of them.",
    ),
    _case("alpine: network", _host({"kernel": "running=6.12.38-0-lts\ninstalled=6.12.38-0-lts", "reboot.services": "networking|1|deleted\nsshd|2|deleted"}, "alpine"), ["REBOOT_SERVICES"], "warn", [_GOOD], command="rc-service sshd restart"),
    _case(
        "a hostile name is in no command", _host({"reboot.services": "x;rm -rf /.service|1|libfoo"}), ["REBOOT_SERVICES"], "warn", [_GOOD],
        command="shutdown -r now",
    ),
    _case(
        "alpine: services", _host({"kernel": "running=6.12.38-0-lts\ninstalled=6.12.38-0-lts", "reboot.services": "nginx|1|deleted\nsshd|2|deleted"}, "alpine"),
        ["REBOOT_SERVICES"], "warn", [_GOOD], command="rc-service nginx restart && rc-service sshd restart",
    ),
    _case("windows", report({"reboot.flag": "required=yes\ntool=windows"}, system="windows"), ["REBOOT_WAITS"], "warn", [_GOOD], command="Restart-Computer"),
    _case("windows: no", report({"reboot.flag": "required=no\ntool=windows"}, system="windows"), [_GOOD], "pass"),
    _case("rescue", _host(rescue=True), ["REBOOT_RESCUE"], "inconclusive", [_GOOD]),
    *(
        _case(f"{name}: {status}", _host({name: status}), ["REBOOT_NOT_IN_FILE"], "inconclusive", [_GOOD])
        for name in ("reboot.flag", "reboot.services", "kernel")
        for status in (PartStatus.DENIED, PartStatus.TIMEOUT, PartStatus.DAMAGED)
    ),
    Scenario("another server", [_CLEAN, replace(SCOPE, addresses=(), domains=())], ["REBOOT_OTHER_HOST"], "inconclusive", [_GOOD]),
    _case("too old", replace(_CLEAN, seen="2026-12-22T06:00:00Z"), ["REBOOT_TOO_OLD"], "inconclusive", [_GOOD]),
    _case("clock", replace(_CLEAN, taken="2027-11-22T06:00:00Z"), ["REBOOT_CLOCK"], "inconclusive", [_GOOD]),
    _case("changed", replace(_CLEAN, genuine=False, damage=("x",)), ["REBOOT_CHANGED"], "inconclusive", [_GOOD]),
]  # fmt: skip
