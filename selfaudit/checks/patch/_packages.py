"""What the checks of waiting updates share: how many names are shown, and the commands that only they need."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfaudit.checks import _host_commands as commands
from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System
from selfaudit.protocols.packages import Kind
from selfaudit.text import printable

MOST_NAMES = 12
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")  # what may stand in a command

# Shows what waits, and changes nothing.
_LIST = {
    "apt": "apt-get -s dist-upgrade", "dnf": "dnf check-update; dnf updateinfo list --security", "yum": "yum check-update; yum updateinfo list security",
    "zypper": "zypper list-patches -g security; zypper list-updates", "apk": "apk version -l '<'", "pacman": "pacman -Qu",
    "pkg": "pkg version -vRL=; pkg audit", "windows-update": "Get-WindowsUpdate",
}  # fmt: skip
_REPAIR = {
    "apt": "dpkg --configure -a && apt-get -f install", "dnf": "dnf check; dnf distro-sync", "yum": "package-cleanup --problems; yum-complete-transaction",
    "zypper": "zypper verify", "apk": "apk fix", "pacman": "pacman -Dk; pacman -Syu", "pkg": "pkg check -d -a",
    "windows-update": "DISM /Online /Cleanup-Image /RestoreHealth",
}  # fmt: skip
_RELEASE = {
    "apt": "apt-mark unhold {names} && apt-get install --only-upgrade {names}", "dnf": "dnf versionlock delete {names} && dnf upgrade {names}",
    "yum": "yum versionlock delete {names} && yum update {names}", "zypper": "zypper removelock {names} && zypper patch",
    "apk": "apk add --upgrade {names}", "pacman": "pacman -Syu", "pkg": "pkg unlock -y {names} && pkg upgrade {names}",
}  # fmt: skip

CHANGES_REPAIR = phrase(
    "finishes packages that are only half installed; what is missing for them is installed, what clashes may be removed"
)
CHANGES_RELEASE = phrase("lifts the hold, and replaces these packages by newer ones of the same distribution")
CHANGES_NOTHING = phrase("changes nothing; it only shows what waits")
CHANGES_WAIT = phrase("waits until the other program has finished, and changes nothing")
CHANGES_PRO = phrase(
    "ties the server to your Ubuntu Pro account and adds the archives with these updates; the upgrade then replaces the packages"
)
CHANGES_SOURCE = phrase(
    "adds the archive of security updates to the package sources, and replaces packages that it has newer ones of"
)
CHANGES_BASE = phrase("replaces files of the base system by patched ones; a new kernel runs after the next restart")


def list_command(system: System) -> str:
    """Shows what waits; changes nothing."""
    return _LIST.get(commands.manager_of(system), phrase("the list command of your package manager"))


def release(system: System, names: Iterable[str]) -> str:
    """Lifts the hold on packages and brings them up to date."""
    template = _RELEASE.get(commands.manager_of(system))
    plain = [n for n in names if _PLAIN.fullmatch(n)][:MOST_NAMES]
    if template is None or not plain:
        return phrase("the command of your package manager that lifts a hold")
    return template.format(names=" ".join(plain))


def mend(system: System, kind: Kind) -> tuple[str, str]:
    """The command for what a package manager could not do, and what it changes."""
    if kind is Kind.BROKEN:
        return repair(system), CHANGES_REPAIR
    if kind is Kind.LOCKED:
        return list_command(system), CHANGES_WAIT
    return commands.refresh(system), commands.CHANGES_REFRESH


def repair(system: System) -> str:
    """Mends packages that are only half installed."""
    return _REPAIR.get(commands.manager_of(system), phrase("the repair command of your package manager"))


def listed(names: Iterable[str]) -> str:
    """The first names, safe to show, and how many more there are."""
    all_names = [printable(n, 80) for n in names]
    shown = ", ".join(all_names[:MOST_NAMES])
    more = len(all_names) - MOST_NAMES
    return phrase("{names} and {more} more", names=shown, more=more) if more > 0 else shown
