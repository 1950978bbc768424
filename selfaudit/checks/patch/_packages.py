"""What the checks of waiting updates share: how many names are shown, and the commands that only they need."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfaudit.checks import _host_commands as commands
from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System
from selfaudit.protocols.packages import Kind
from selfaudit.protocols.packages.systems import TRANSACTIONAL, has_dnf5, has_locked_archives, is_rolling
from selfaudit.text import printable

MOST_NAMES = 12
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")  # what may stand in a command

# Shows what waits, and changes nothing.
_LIST = {
    "apt": "apt-get -s dist-upgrade", "dnf": "dnf check-update; dnf updateinfo list --security", "yum": "yum check-update; yum updateinfo list security",
    "zypper": "zypper list-patches -g security; zypper list-updates", "apk": "apk version -l '<'", "pacman": "checkupdates; pacman -Qu",
    "pkg": "pkg version -vRL=; pkg audit", "windows-update": "Get-WindowsUpdate",
}  # fmt: skip
_REPAIR = {
    "apt": "dpkg --configure -a && apt-get -f install", "dnf": "dnf check; dnf distro-sync", "yum": "package-cleanup --problems; yum-complete-transaction",
    "zypper": "zypper verify", "apk": "apk fix", "pacman": "pacman -Dk; pacman -Syu", "pkg": "pkg check -d -a",
    "windows-update": "DISM /Online /Cleanup-Image /RestoreHealth",
}  # fmt: skip
_RELEASE = {
    "apt": "apt-mark unhold {names} && apt-get install --only-upgrade {names}", "dnf": "dnf versionlock delete {names}; dnf --disableexcludes=all upgrade {names}",
    "yum": "yum versionlock delete {names}; yum --disableexcludes=all update {names}",
    "zypper": "zypper removelock {names} && zypper update {names}", "apk": "apk update && apk add --upgrade {names}", "pkg": "pkg unlock -y {names} && pkg upgrade {names}",
}  # fmt: skip

# Fetches the lists anew even where the archive has not changed since: their files then show by their time that it was asked.
_FORCED = {
    "dnf": "dnf clean metadata && dnf makecache", "yum": "yum clean metadata && yum makecache", "zypper": "zypper clean --metadata && zypper refresh --force",
    "pkg": "pkg update -f && pkg audit -F",
}  # fmt: skip
# Shows what waits for packages that are excluded or locked; changes nothing.
_UNHIDE = {
    "dnf": "dnf versionlock list; dnf --disableexcludes=all check-update",
    "yum": "yum versionlock list; yum --disableplugin=versionlock --disableexcludes=all check-update",
    "zypper": "zypper locks; zypper list-updates --all",
}  # fmt: skip
_UNHIDE_DNF5 = "dnf versionlock list; dnf '--setopt=disable_excludes=*' check-upgrade"

CHANGES_REPAIR = phrase(
    "finishes packages that are only half installed; what is missing for them is installed, what clashes may be removed"
)
CHANGES_RELEASE = phrase("lifts the hold, and replaces these packages by newer ones of the same distribution")
_CHANGES_RELEASE_DNF = phrase(
    "lifts a hold of versionlock and replaces these packages by newer ones this once; names in a line exclude= or excludepkgs= of /etc/dnf/dnf.conf, "
    "/etc/yum.conf or a file in /etc/yum.repos.d stay held until you take them out there"
)
_CHANGES_RELEASE_APK = phrase(
    "takes the fixed version out of the list of wanted packages (/etc/apk/world), and installs the newest one"
)
CHANGES_NOTHING = phrase("changes nothing; it only shows what waits")
CHANGES_WAIT = phrase("waits until the other program has finished, and changes nothing")
CHANGES_PRO = phrase(
    "ties the server to your Ubuntu Pro account and adds the archives with these updates; the upgrade then replaces the packages"
)
CHANGES_SOURCE = phrase(
    "adds the archive of security updates to the package sources, and replaces packages that it has newer ones of"
)
CHANGES_PACKAGED_BASE = phrase("replaces packages and the base system by newer ones; a new kernel runs after the next restart")
CHANGES_BASE = phrase("replaces files of the base system by patched ones; a new kernel runs after the next restart")


def list_command(system: System) -> str:
    """Shows what waits; changes nothing."""
    if has_locked_archives(system):
        return "dnf check-release-update; dnf --releasever=latest check-update"
    if system.family == "suse" and is_rolling(system):
        return "zypper list-updates" if system.id in TRANSACTIONAL else "zypper list-updates; zypper dup --dry-run"
    return _LIST.get(commands.manager_of(system), phrase("the list command of your package manager"))


def release(system: System, names: Iterable[str]) -> str:
    """Lifts the hold on packages and brings them up to date."""
    manager = commands.manager_of(system)
    template = _RELEASE.get(manager)
    plain = [n for n in names if _PLAIN.fullmatch(n)][:MOST_NAMES]
    if manager == "pacman":
        return phrase("take the names out of IgnorePkg and IgnoreGroup in /etc/pacman.conf, then: pacman -Syu")
    if manager == "dnf" and has_dnf5(system):
        template = "dnf versionlock delete {names}; dnf '--setopt=disable_excludes=*' upgrade {names}"
    if manager == "zypper" and system.id in TRANSACTIONAL and plain:
        return f"zypper removelock {' '.join(plain)} && {commands.upgrade(system)}"
    if manager == "zypper" and is_rolling(system):
        template = "zypper removelock {names} && zypper dup"
    if template is None or not plain:
        return phrase("the command of your package manager that lifts a hold")
    return template.format(names=" ".join(plain))


def changes_release(system: System) -> str:
    """What `release` changes."""
    manager = commands.manager_of(system)
    return {"dnf": _CHANGES_RELEASE_DNF, "yum": _CHANGES_RELEASE_DNF, "apk": _CHANGES_RELEASE_APK}.get(manager, CHANGES_RELEASE)


def lifting(system: System, names: Iterable[str], panels: Iterable[str]) -> str:
    """How to let excluded packages be updated. Panels exclude what they bring themselves; the distribution's versions of it would break them."""
    panel = listed(panels)
    if panel:
        return phrase(
            "This server has a hosting panel ({panel}). Panels exclude the packages that they bring themselves: leave these as they are and update the panel, "
            "with its own tool. Lift only what you have excluded yourself.",
            panel=panel,
        )
    command, changes = release(system, names), changes_release(system)
    return phrase("Then let them be updated: {command}. This {changes}.", command=command, changes=changes)


def unhide(system: System) -> str:
    """Shows what waits for excluded and locked packages too; changes nothing."""
    manager = commands.manager_of(system)
    return _UNHIDE_DNF5 if manager == "dnf" and has_dnf5(system) else _UNHIDE.get(manager, list_command(system))


def refresh_all(system: System) -> str:
    """Gets the package lists of every source anew, even those that have not changed; changes no installed package."""
    return _FORCED.get(commands.manager_of(system), commands.refresh(system))


def asked_for(system: System, names: Iterable[str]) -> str:
    """Shows how far apt hands out the newer versions of packages, and from which archive; changes nothing."""
    plain = [n for n in names if _PLAIN.fullmatch(n)][:MOST_NAMES]
    return f"apt-cache policy {' '.join(plain)}" if plain else list_command(system)


def mend(system: System, kind: Kind) -> tuple[str, str]:
    """The command for what a package manager could not do, and what it changes."""
    if kind is Kind.BROKEN:
        return repair(system), CHANGES_REPAIR
    if kind is Kind.LOCKED:
        return list_command(system), CHANGES_WAIT
    return commands.refresh(system), commands.changes_refresh(system)


def repair(system: System) -> str:
    """Mends packages that are only half installed."""
    return _REPAIR.get(commands.manager_of(system), phrase("the repair command of your package manager"))


def listed(names: Iterable[str]) -> str:
    """The first names, safe to show, and how many more there are."""
    all_names = [printable(n, 80) for n in names]
    shown = ", ".join(all_names[:MOST_NAMES])
    more = len(all_names) - MOST_NAMES
    return phrase("{names} and {more} more", names=shown, more=more) if more > 0 else shown
