"""Which kernel runs, and whether a newer one of the same build is installed and waits for a restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from selfaudit.facts.host import HostReport
from selfaudit.protocols.host_system import system_of
from selfaudit.protocols.packages.versions import Kernel, compare, kernel_of

# "none" is hardware; these are machines that share the kernel of the machine around them.
_SHARED_KERNEL = frozenset(
    {
        "lxc", "lxc-libvirt", "docker", "podman", "openvz", "vz", "virtuozzo", "systemd-nspawn", "container", "container-other", "rkt", "jail",
        "wsl", "proot", "linux-vserver", "vserver", "pouch", "oci", "chroot",
    }
)  # fmt: skip
# uname -v names the package version on Debian: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)".
_DEBIAN_BUILD = re.compile(r"\bDebian (?P<version>\d[0-9A-Za-z.+~-]{0,60})")
_FREEBSD = re.compile(r"(?P<release>\d{1,3}\.\d{1,3})-[A-Z]+\d{0,2}(?:-p(?P<level>\d{1,4}))?")

State = Literal["current", "old", "unmatched", "provider", "unknown"]


@dataclass(frozen=True, slots=True)
class RunningKernel:
    """What a report says of the kernel.

    Attributes:
        state: "current": the newest of its build runs. "old": a newer one is installed. "unmatched": the running one is of a build of
            which none is installed. "provider": the kernel belongs to the machine around this one. "unknown": it is not in the report.
        running: its release name.
        newest: the newest that is installed of the same build, "" if there is none.
    """

    state: State
    running: str = ""
    newest: str = ""


def running_kernel(report: HostReport) -> RunningKernel:
    """Compares the running kernel with the installed ones of the same flavour, by the rules of the distribution's versions."""
    if report.values("host").get("virt", "").lower() in _SHARED_KERNEL:
        return RunningKernel("provider")
    values = report.values("kernel")
    running = values.get("running", "")[:200]
    if not running or report.rescue:
        return RunningKernel("unknown")
    system = system_of(report)
    if system.family == "freebsd":
        return _freebsd(running, report.values("os-extra").get("freebsd_kernel", ""))
    lines = report.lines("kernel") or ()
    installed = [line.removeprefix("installed=").strip() for line in lines if line.startswith("installed=")]
    arch = system.family == "arch"
    current = kernel_of(running, arch_linux=arch)
    if current is None:
        return RunningKernel("unmatched", running)
    same = [k for text in installed if (k := kernel_of(text, arch_linux=arch)) is not None and k.flavour == current.flavour]
    if not same:
        return RunningKernel("unmatched", running)
    newest = _newest(same)
    if newest.newer_than(current):
        return RunningKernel("old", running, newest.release)
    rebuilt = _rebuilt(report, running, values.get("version", ""))
    return RunningKernel("old", running, rebuilt) if rebuilt else RunningKernel("current", running, newest.release)


def _newest(kernels: list[Kernel]) -> Kernel:
    best = kernels[0]
    for kernel in kernels[1:]:
        if kernel.newer_than(best):
            best = kernel
    return best


def _rebuilt(report: HostReport, running: str, version: str) -> str:
    """Debian mends kernels under an unchanged release name: only the package's version tells. "" if the running one is as new."""
    built = _DEBIAN_BUILD.search(version)
    if built is None:
        return ""
    names = (f"linux-image-{running}", f"linux-image-{running}-unsigned")
    for name, installed, *_rest in report.rows("packages.of-interest", 4):
        if name in names and installed and compare(installed, built["version"]) > 0:
            return f"{running} ({installed})"
    return ""


def _freebsd(running: str, installed: str) -> RunningKernel:
    now, then = _FREEBSD.fullmatch(running), _FREEBSD.fullmatch(installed)
    if now is None or then is None:
        return RunningKernel("unmatched", running)

    def order(match: re.Match[str]) -> tuple[int, ...]:
        return (*(int(n) for n in match["release"].split(".")), int(match["level"] or 0))

    return RunningKernel("old" if order(then) > order(now) else "current", running, installed)
