"""Literal reports of a server in few words."""

from __future__ import annotations

from collections.abc import Mapping

from selfaudit.facts.host import HostPart, HostReport, HostScope, PartStatus, ScopeAddress

ROOTS_HOME = "/" + "root"  # on the servers that are made up here

TAKEN = "2026-11-22T06:00:00Z"
OS = {
    "debian": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
    "ubuntu": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nPRETTY_NAME="Ubuntu 22.04.5 LTS"',
    "alma": 'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.6"\nPRETTY_NAME="AlmaLinux 9.6 (Sage Margay)"',
    "suse": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"',
    "alpine": 'ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"',
    "arch": 'ID=arch\nPRETTY_NAME="Arch Linux"',
    "freebsd": 'ID=freebsd\nVERSION_ID="14.3"\nPRETTY_NAME="FreeBSD 14.3-RELEASE"',
    "windows": "ID=windows\nVERSION_ID=2022\nPRETTY_NAME=Windows Server 2022 Standard\nBUILD_ID=20348.2849",
}
MANAGERS = {
    "debian": "apt", "ubuntu": "apt", "alma": "dnf", "suse": "zypper", "alpine": "apk", "arch": "pacman", "freebsd": "pkg",
    "windows": "windows-update",
}  # fmt: skip
SCOPE = HostScope("web1.blumenhof.example", (ScopeAddress("192.0.2.10", "named"),), ("blumenhof.example",))

Parts = Mapping[str, str | PartStatus]


def part(name: str, content: str | PartStatus, **fields: object) -> HostPart:
    """A part: its text, or the status with which it came out without one."""
    if isinstance(content, PartStatus):
        return HostPart(name, content, **fields)  # type: ignore[arg-type]
    return HostPart(name, PartStatus.OK, tuple(content.splitlines()), **fields)  # type: ignore[arg-type]


def report(
    parts: Parts | None = None, *, system: str = "debian", more: tuple[HostPart, ...] = (), **fields: object
) -> HostReport:
    """A report of 192.0.2.10, taken and read at the same moment; `parts` replace or add to identity, system and manager."""
    texts: dict[str, str | PartStatus] = {
        "meta": f"collector=1.0.0\ntime={TAKEN}\nsystem={'windows' if system == 'windows' else 'unix'}\nmode=live\nroot=yes",
        "host": "name=web1.blumenhof.example\nfqdn=web1.blumenhof.example\nmachine=0123456789abcdef\nvirt=kvm\nuptime=864000",
        "os-release": OS[system],
        "addresses": "lo|127.0.0.1/8\neth0|192.0.2.10/24\neth0|fe80::1/64",
        "packages.manager": f"manager={MANAGERS[system]}\nversion=1",
        **(parts or {}),
    }
    values: dict[str, object] = {
        "name": "web1.blumenhof.example", "machine": "0123456789abcdef", "version": "1.0.0",
        "system": "windows" if system == "windows" else "unix", "taken": TAKEN, "received": TAKEN, "seen": TAKEN, "via": "file",
        "rescue": False, "root": True, "parts": (*(part(n, t) for n, t in texts.items()), *more), "sha256": "0" * 64, **fields,
    }  # fmt: skip
    return HostReport(**values)  # type: ignore[arg-type]
