"""What the distributions' archives are like, as far as a package manager's answer means something else there."""

from __future__ import annotations

from selfaudit.facts.host import HostReport
from selfaudit.protocols.host_system import System

# Without releases: new versions all the time, and lists that are old after a few days.
ROLLING = frozenset(
    {
        "arch", "archarm", "manjaro", "opensuse-tumbleweed", "opensuse-slowroll", "opensuse-microos", "opensuse-aeon", "aeon",
        "opensuse-kalpa", "kalpa",
    }
)  # fmt: skip
# The archives do not say which updates are for security, although those of others with the same manager do: an automatic program that is
# told to install security updates only installs nothing there.
UNMARKED = frozenset({"centos", "scientific"}) | {
    name for name in ROLLING if name.startswith("opensuse") or name in ("aeon", "kalpa")
}
# The system's own files cannot be written to: updates go into a new snapshot, which is used after the next restart (transactional-update(8)).
TRANSACTIONAL = frozenset(
    {
        "opensuse-microos", "opensuse-aeon", "aeon", "opensuse-kalpa", "kalpa", "opensuse-leap-micro", "leap-micro", "sl-micro", "sle-micro",
        "sle-micro-rancher", "suse-microos",
    }
)  # fmt: skip
_FIRST_DNF5 = {"fedora": 41, "rhel": 11, "almalinux": 11, "rocky": 11, "centos": 11, "ol": 11}
_FIRST_LOCKED = 2022  # the first Amazon Linux whose archives are locked to one release


def is_rolling(system: System) -> bool:
    """Whether the system has no releases; Alpine's development branch counts."""
    return system.id in ROLLING or (system.family == "alpine" and "edge" in f"{system.version} {system.name}".lower())


def has_dnf5(system: System) -> bool:
    """Whether the system's dnf is dnf 5, whose options have other names."""
    return _major(system) >= _FIRST_DNF5.get(system.id, 10_000)


def has_locked_archives(system: System) -> bool:
    """Whether the archives are locked to the installed release, as those of Amazon Linux 2023 are: nothing newer shows up by itself."""
    return system.id == "amzn" and _major(system) >= _FIRST_LOCKED


def follows_latest(report: HostReport) -> bool:
    """Whether /etc/dnf/vars/releasever says "latest", which undoes that lock. False also where the file does not tell."""
    return any(
        report.values(name).get("releasever") == "latest" for name in ("packages.manager", "packages.sources", "os-extra")
    )


def has_packaged_base(report: HostReport) -> bool:
    """Whether FreeBSD's base system was installed as packages (pkgbase, usual since FreeBSD 15), so that pkg updates it as well."""
    if any(line.startswith("installed=FreeBSD-kernel-") for line in report.lines("kernel") or ()):
        return True
    names = (line for part in ("packages.of-interest", "packages.installed") for line in report.lines(part) or ())
    return any(line.startswith(("FreeBSD-kernel-", "FreeBSD-runtime|", "FreeBSD-clibs|")) for line in names)


def _major(system: System) -> int:
    return int(system.major) if system.major.isascii() and system.major.isdigit() and len(system.major) < 5 else 0
