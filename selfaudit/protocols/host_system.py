"""Which operating system a collector's file is about, after os-release(5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from selfaudit.facts.host import HostReport

Family = Literal["debian", "rhel", "suse", "alpine", "arch", "freebsd", "windows", "other"]

_FAMILIES: dict[str, Family] = {
    "debian": "debian", "ubuntu": "debian", "raspbian": "debian", "linuxmint": "debian", "devuan": "debian", "proxmox": "debian",
    "rhel": "rhel", "centos": "rhel", "almalinux": "rhel", "rocky": "rhel", "ol": "rhel", "fedora": "rhel", "amzn": "rhel",
    "cloudlinux": "rhel", "eurolinux": "rhel", "scientific": "rhel", "virtuozzo": "rhel",
    "sles": "suse", "sled": "suse", "opensuse": "suse", "opensuse-leap": "suse", "opensuse-tumbleweed": "suse", "suse": "suse",
    "alpine": "alpine", "arch": "arch", "archarm": "arch", "manjaro": "arch", "freebsd": "freebsd", "windows": "windows",
}  # fmt: skip
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


@dataclass(frozen=True, slots=True)
class System:
    """An operating system.

    Attributes:
        family: which commands fit it.
        id: as os-release(5) has it, for example "debian", "almalinux"; "" if it is not known.
        version: VERSION_ID, for example "12", "22.04", "9.4", "3.20.3"; "" if there is none (rolling, or not known).
        codename: for example "bookworm"; "" if there is none.
        name: for people, for example "Debian GNU/Linux 12 (bookworm)".
        manager: the package manager in use, as in "packages.manager".
    """

    family: Family
    id: str
    version: str
    codename: str
    name: str
    manager: str

    @property
    def major(self) -> str:
        """The part of the version before the first dot."""
        return self.version.partition(".")[0]


def system_of(report: HostReport) -> System:
    """The system that a report is about; family "other" if it does not say, or is none that we know commands for."""
    values = report.values("os-release")
    texts = {key: value.strip("\"'") for key, value in values.items()}
    name = texts.get("ID", "").lower()
    like = texts.get("ID_LIKE", "").lower().split()
    family: Family = next((_FAMILIES[n] for n in (name, *like) if n in _FAMILIES), "other")
    version = texts.get("VERSION_ID", "")
    version = version if _VERSION.fullmatch(version) else ""
    pretty = texts.get("PRETTY_NAME") or " ".join(filter(None, (texts.get("NAME", name), version)))
    manager = report.values("packages.manager").get("manager", "")
    return System(family, name, version, texts.get("VERSION_CODENAME", "").lower(), pretty, manager)
