"""Nothing waits for a restart.

What it checks:
    Whether the server still runs an old kernel, still runs services on replaced libraries, or says itself that it has to be restarted.

Why it matters:
    An installed security update of the kernel or of a library closes the hole only when the kernel or the service starts anew. Until
    then the server can be attacked as if nothing had been installed.

How it is judged:
    1. On the server: /var/run/reboot-required (Debian, Ubuntu), needs-restarting -r (Red Hat and relatives), zypper needs-rebooting (SUSE),
       Windows' own flags.
    2. uname -r, compared with the installed kernels of the same build (amd64 with amd64, cloud with cloud), by the rules of the
       distribution's version numbers: 6.1.0-9 is older than 6.1.0-40. Debian also rebuilds a kernel under the same name: there the
       package's version is compared with what uname -v says. FreeBSD: uname -r with freebsd-version -k.
    3. needrestart -b, needs-restarting -s, zypper ps -s, or programs whose libraries were deleted (/proc/PID/maps). Services of the network, of
       containers and of virtual machines are never to be restarted alone: they go with a restart of the whole server.
    4. A restart that waits is a warning; if the server has run for more than 30 days without one, a fault.
    5. In a container the kernel belongs to the provider, and is not judged. Live patches make a waiting kernel less pressing.
    6. From a rescue system none of this can be seen.

Limits and false positives:
    A kernel that is not among the installed ones (built by hand, or started by the provider from outside) cannot be compared. When the newer
    kernel was installed is not known; the days count from the last start of the server.

References:
    uname(1); needrestart(1); dnf-needs-restarting(8); zypper(8) ps; deb-version(7); rpm-version(7); freebsd-version(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks import _host
from selfaudit.checks import _host_commands as commands
from selfaudit.checks.patch import _packages as shared
from selfaudit.facts.host import HostReport, HostScope
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.host_system import System, system_of
from selfaudit.protocols.packages.restarts import RunningKernel, running_kernel
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "REBOOT_NOT_NEEDED"
    WAITS = "REBOOT_WAITS"
    WAITS_LONG = "REBOOT_WAITS_LONG"
    LIVEPATCH = "REBOOT_LIVEPATCH"
    SERVICES = "REBOOT_SERVICES"
    SERVICES_EXPOSED = "REBOOT_SERVICES_EXPOSED"
    KERNEL_OTHER = "REBOOT_KERNEL_OTHER"
    PROVIDER_KERNEL = "REBOOT_PROVIDER_KERNEL"
    RESCUE = "REBOOT_RESCUE"
    NOT_IN_FILE = "REBOOT_NOT_IN_FILE"
    OTHER_HOST = "REBOOT_OTHER_HOST"
    TOO_OLD = "REBOOT_TOO_OLD"
    CLOCK = "REBOOT_CLOCK"
    CHANGED = "REBOOT_CHANGED"


CHECK = Check("patch.reboot", N_("Nothing waits for a restart"), (HostReport, HostScope), "host")

_LONG = 30 * 86_400
_MOST_UNITS = 10
# Tools that know by themselves whether the kernel is old, so that the comparison of names adds nothing.
_KNOW_THE_KERNEL = frozenset({"needs-restarting", "zypper", "windows"})
_KERNEL_PACKAGE = re.compile(
    r"(?:linux-(?:image|base|modules|headers|generic|cloud|virtual)\S*|kernel\S*|proxmox-kernel\S*|pve-kernel\S*)"
)
_EXPOSED = re.compile(r"ssl|crypto|gnutls|libc[.\-6]|glibc|libz\b|musl", re.IGNORECASE)
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9@_.\\-]{0,100}")
# These carry the system, the session, the network by which somebody comes in, or all containers and virtual machines: restarted alone they cut
# people off or stop what runs inside them, so only a restart of the whole server renews them.
_WHOLE_SERVER = re.compile(
    r"systemd(?:-.*)?|init|openrc.*|dbus.*|polkit.*|elogind|seatd|login|a?getty.*|serial-getty.*|console-getty.*|user@.*|session-.*|.*dm|display-manager|"
    r"xrdp.*|networking|network|net[.].*|netif|routing|ifup.*|ifplugd.*|NetworkManager.*|wicked.*|netplan.*|wpa_supplicant.*|iwd|connman.*|dhcpcd.*|"
    r"dhclient.*|udhcpc.*|ppp.*|openvpn.*|wg-quick.*|wireguard.*|strongswan.*|ipsec.*|libreswan.*|tailscaled|zerotier.*|tinc.*|nebula.*|frr|bird.*|"
    r"keepalived|docker.*|containerd.*|podman.*|conmon|crio|kubelet|k3s.*|rke2.*|nomad|lxc.*|lxd.*|incus.*|libvirt.*|virt(?:qemu|lxc|network|interface|stor).*|"
    r"qemu.*|pve.*|xen.*|multipathd.*|iscsid?|open-iscsi",
    re.IGNORECASE,
)

_VERIFY = N_("{check} (on the server, after the restart), then run the collector again and read its file")
_RESTART = Remedy(
    N_(
        "Choose a quiet moment, tell the people who use the server, and make sure that you can reach its console if it does not come back. Then "
        "restart it with the command below. This {changes}."
    ),
    verify=_VERIFY,
    record="{command}",
    minutes=20,
)
_SERVICES = Remedy(
    N_("Say the command below in a quiet moment. This {changes}. {rest}"),
    verify=N_("{check} (on the server), then run the collector again and read its file"),
    record="{command}",
    minutes=10,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("Nothing on {host} waits for a restart{kernel}.")),
    Tag.WAITS: Message(
        Severity.MEDIUM, N_("{host} has to be restarted: {why}. Until then it runs with the old, known holes."), _RESTART
    ),
    Tag.WAITS_LONG: Message(
        Severity.HIGH,
        N_(
            "{host} has to be restarted, and has run for {days} days without that: {why}. Until then it runs with the old, known holes."
        ),
        _RESTART,
    ),
    Tag.LIVEPATCH: Message(
        Severity.LOW,
        N_("{host} has to be restarted some time: {why}. Live patches close many holes of the running kernel until then."),
        _RESTART,
    ),
    Tag.SERVICES: Message(
        Severity.LOW, N_("Services on {host} still use files that were replaced by updates ({count}): {names}."), _SERVICES
    ),
    Tag.SERVICES_EXPOSED: Message(
        Severity.MEDIUM,
        N_(
            "Services on {host} still use the old versions of libraries that encryption or every program relies on ({count}): {names}. The update is "
            "installed, but they go on without it."
        ),
        _SERVICES,
    ),
    Tag.KERNEL_OTHER: Message(
        Severity.UNKNOWN,
        N_("{host} runs the kernel {running}, and none of its kind is installed, so whether it is the newest cannot be told."),
        Remedy(
            N_(
                "If the provider starts the server with a kernel of its own, choose the distribution's kernel in the provider's panel. If you built it "
                "yourself, build the newest one of its series. Then restart the server. This {changes}."
            ),
            verify=_VERIFY,
            record="{command}",
            minutes=30,
        ),
    ),
    Tag.PROVIDER_KERNEL: Message(
        Severity.NONE,
        N_("{host} is a container ({virt}): its kernel is that of the machine around it, which the provider looks after."),
    ),
    Tag.RESCUE: Message(
        Severity.UNKNOWN,
        N_(
            "The file of {host} was made from a rescue system. What runs when the server itself is started cannot be seen there."
        ),
        Remedy(
            N_(
                "When the server runs again, run the collector on it and read the new file. A start from its own disk uses the newest installed kernel."
            ),
            verify="uname -r",
            minutes=10,
        ),
    ),
    Tag.NOT_IN_FILE: _host.NOT_IN_FILE,
    Tag.OTHER_HOST: _host.OTHER_HOST,
    Tag.TOO_OLD: _host.TOO_OLD,
    Tag.CLOCK: _host.CLOCK,
    Tag.CHANGED: _host.CHANGED,
}


def judge(report: HostReport, scope: HostScope, policy: Policy) -> Iterator[Finding]:
    not_judged = _host.standing(report, scope)
    if not_judged is not None:
        name, args = not_judged
        yield found(Tag[name], **args)
        return
    if report.rescue:
        yield found(Tag.RESCUE, host=report.name)
        return
    kernel = running_kernel(report)
    findings = [*_whole(report, kernel), *_services(report), *_unseen(report, kernel)]
    yield from findings
    if kernel.state == "provider":
        yield found(Tag.PROVIDER_KERNEL, host=report.name, virt=printable(report.values("host").get("virt", ""), 30))
    if not findings:
        words = phrase("; it runs its newest kernel, {release}", release=printable(kernel.running, 80))
        yield found(Tag.OK, host=report.name, kernel=words if kernel.state == "current" else "")


def _restart_args(system: System) -> dict[str, str]:
    shown = {
        "windows": "Get-CimInstance Win32_OperatingSystem | Select-Object LastBootUpTime",
        "rhel": "uname -r; needs-restarting -r",
    }
    check = shown.get(system.family, "uname -r; uptime")
    return {"command": commands.reboot(system), "changes": commands.CHANGES_REBOOT, "check": check}


def _whole(report: HostReport, kernel: RunningKernel) -> Iterator[Finding]:
    """Whether the server as a whole has to be restarted."""
    flag = report.values("reboot.flag")
    flagged = flag.get("required") == "yes"
    packages = [p.strip() for p in flag.get("packages", "").split(",") if p.strip()]
    why: list[str] = []
    if kernel.state == "old":
        why.append(
            phrase(
                "it runs the kernel {running}, and the newer {newest} is installed",
                running=printable(kernel.running, 80), newest=printable(kernel.newest, 120),
            )
        )  # fmt: skip
    if flagged:
        named = phrase("the system asks for it because of {packages}", packages=shared.listed(packages))
        why.append(named if packages else phrase("the system itself asks for it"))
    if not why:
        return
    uptime = report.values("host").get("uptime", "")
    seconds = int(uptime) if uptime.isascii() and uptime.isdigit() and len(uptime) < 12 else 0
    only_kernel = not flagged or all(_KERNEL_PACKAGE.fullmatch(p) for p in packages)
    softened = report.values("kernel").get("livepatch") == "yes" and only_kernel
    tag = Tag.LIVEPATCH if softened else Tag.WAITS_LONG if seconds > _LONG else Tag.WAITS
    yield found(tag, host=report.name, why="; ".join(why), days=seconds // 86_400, **_restart_args(system_of(report)))


def _services(report: HostReport) -> Iterator[Finding]:
    """Services that go on with replaced files; one line each, however many processes they have."""
    by_name: dict[str, bool] = {}
    for name, _pid, why in report.rows("reboot.services", 3):
        if name:
            by_name[name] = by_name.get(name, False) or bool(_EXPOSED.search(why))
    if not by_name:
        return
    system = system_of(report)
    units = dict.fromkeys(unit for name in by_name if (unit := _restartable(name, system)))
    whole = [name for name in by_name if not _restartable(name, system)]
    command = " && ".join(_restarts(list(units)[:_MOST_UNITS], system)) if units else commands.reboot(system)
    checks = {"debian": "needrestart -b", "rhel": "needs-restarting -s", "suse": "zypper ps -s"}
    yield found(
        Tag.SERVICES_EXPOSED if any(by_name.values()) else Tag.SERVICES,
        host=report.name,
        count=len(by_name),
        names=shared.listed(by_name),
        command=command,
        changes=commands.CHANGES_RESTART if units else commands.CHANGES_REBOOT,
        rest=_rest(whole, system) if units and whole else phrase("It names all of them."),
        check=checks.get(system.family, "grep -l '(deleted)' /proc/[0-9]*/maps"),
    )


def _restartable(name: str, system: System) -> str:
    """The service's name if it can be restarted alone and its name may stand in a command; "" otherwise."""
    unit = name.removesuffix(".service")
    if not _UNIT.fullmatch(unit) or _WHOLE_SERVER.fullmatch(unit):
        return ""
    # On systems with systemd a bare name is a program's, which need not be that of its unit.
    return unit if name.endswith(".service") or system.family in ("alpine", "freebsd") else ""


def _rest(names: list[str], system: System) -> str:
    """What the command leaves out, and why."""
    return phrase(
        "It leaves these out, because restarting them alone could cut you off or stop what runs inside them, or because they are no services; a restart "
        "of the whole server ({command}) renews them: {names}.",
        command=commands.reboot(system), names=shared.listed(names),
    )  # fmt: skip


def _restarts(units: list[str], system: System) -> list[str]:
    if system.family in ("alpine", "freebsd"):
        return [commands.restart(system, unit) for unit in units]
    return [commands.restart(system, " ".join(units))]


def _unseen(report: HostReport, kernel: RunningKernel) -> Iterator[Finding]:
    """What would be needed to say that nothing waits, and is not there."""
    windows = report.system == "windows"
    flag = report.values("reboot.flag")
    if report.lacks("reboot.flag"):
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "reboot.flag"))
    if not windows and report.lacks("reboot.services"):
        yield found(Tag.NOT_IN_FILE, **_host.lacking(report, "reboot.services"))
    known = flag.get("required") == "no" and flag.get("tool") in _KNOW_THE_KERNEL
    if known or (windows and flag.get("required") == "yes"):
        return
    if windows or kernel.state == "unknown":
        why = report.lacks("kernel") or phrase("the running kernel is not named")
        yield found(Tag.NOT_IN_FILE, host=report.name, part="reboot.flag" if windows else "kernel", why=why)
    elif kernel.state == "unmatched":
        running = printable(kernel.running, 80)
        yield found(Tag.KERNEL_OTHER, host=report.name, running=running, **_restart_args(system_of(report)))
