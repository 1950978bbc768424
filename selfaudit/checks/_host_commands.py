"""The commands of each system for what a server's owner has to do, and in words what each of them changes."""

from __future__ import annotations

from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System
from selfaudit.protocols.packages.systems import TRANSACTIONAL, has_locked_archives, is_rolling

_REFRESH = {
    "apt": "apt-get update", "dnf": "dnf makecache --refresh", "yum": "yum makecache", "zypper": "zypper refresh", "apk": "apk update",
    "pacman": "pacman -Syu", "pkg": "pkg update && pkg audit -F", "windows-update": "UsoClient StartScan",
}  # fmt: skip
_UPGRADE = {
    "apt": "apt-get update && apt-get dist-upgrade", "dnf": "dnf upgrade --refresh", "yum": "yum update",
    "zypper": "zypper refresh && zypper patch; zypper update", "apk": "apk update && apk upgrade", "pacman": "pacman -Syu",
    "pkg": "freebsd-update fetch install; pkg update && pkg upgrade",
    "windows-update": "Install-Module PSWindowsUpdate; Install-WindowsUpdate -AcceptAll",
}  # fmt: skip
_INSTALL = {
    "apt": "apt-get install {name}", "dnf": "dnf install {name}", "yum": "yum install {name}", "zypper": "zypper install {name}",
    "apk": "apk add {name}", "pacman": "pacman -Syu {name}", "pkg": "pkg install {name}",
}  # fmt: skip
_FAMILY_MANAGER = {
    "debian": "apt", "rhel": "dnf", "suse": "zypper", "alpine": "apk", "arch": "pacman", "freebsd": "pkg", "windows": "windows-update",
}  # fmt: skip


def manager_of(system: System) -> str:
    """The package manager: what the collector found, or the usual one of the family; "" if neither is known."""
    return system.manager if system.manager in _UPGRADE else _FAMILY_MANAGER.get(system.family, "")


def refresh(system: System) -> str:
    """Gets new package lists; see `changes_refresh` for what else it does."""
    return _REFRESH.get(manager_of(system), phrase("the refresh command of your package manager"))


def upgrade(system: System) -> str:
    """Installs every pending update, security updates among them."""
    if has_locked_archives(system):
        return "dnf check-release-update; dnf upgrade --releasever=latest"
    if system.family == "suse":
        if system.id in TRANSACTIONAL:
            return f"transactional-update {'dup' if is_rolling(system) else 'up'} && {reboot(system)}"
        if is_rolling(system):
            return "zypper refresh && zypper dup"
    return _UPGRADE.get(manager_of(system), phrase("the upgrade command of your package manager"))


def install(system: System, name: str) -> str:
    """Installs a package by the name that it has on this system."""
    if system.family == "suse" and system.id in TRANSACTIONAL:
        return f"transactional-update pkg install {name}"
    template = _INSTALL.get(manager_of(system))
    return (
        template.format(name=name) if template else phrase("the install command of your package manager, for {name}", name=name)
    )


def restart(system: System, service: str) -> str:
    """Restarts a service."""
    if system.family == "alpine":
        return f"rc-service {service} restart"
    if system.family == "freebsd":
        return f"service {service} restart"
    if system.family == "windows":
        return f"Restart-Service {service}"
    return f"systemctl restart {service}"


def reboot(system: System) -> str:
    """Restarts the whole server."""
    return "Restart-Computer" if system.family == "windows" else "shutdown -r now"


def changes_refresh(system: System) -> str:
    """What `refresh` changes. New lists without the upgrade lead to a half upgraded Arch Linux."""
    return _CHANGES_REFRESH_ARCH if manager_of(system) == "pacman" else CHANGES_REFRESH


def changes_upgrade(system: System) -> str:
    """What `upgrade` changes."""
    if system.family == "suse" and system.id in TRANSACTIONAL:
        return _CHANGES_SNAPSHOT
    return _CHANGES_RELEASE if has_locked_archives(system) else CHANGES_UPGRADE


CHANGES_REFRESH = phrase("downloads new package lists; no installed package changes")
CHANGES_UPGRADE = phrase(
    "replaces installed packages by newer ones of the same distribution; services are restarted where their packages ask for it"
)
_CHANGES_REFRESH_ARCH = phrase(
    "downloads new package lists and installs all that waits; Arch Linux does not support the one without the other"
)
_CHANGES_SNAPSHOT = phrase(
    "installs newer packages into a new snapshot of the system and restarts the server, which then uses it; the old one is kept"
)
_CHANGES_RELEASE = phrase(
    "shows which releases came out since, then replaces installed packages by those of the newest one; services are restarted where their packages "
    "ask for it"
)
CHANGES_RESTART = phrase("stops the service and starts it again; connections to it break off for a moment")
CHANGES_REBOOT = phrase("stops every service and starts the server anew; it is away for some minutes")
