"""How each system installs its updates by itself: the commands, what they change, and how to see that it works."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System
from selfaudit.protocols.packages.systems import TRANSACTIONAL, UNMARKED, has_dnf5, has_locked_archives, is_rolling


@dataclass(frozen=True, slots=True)
class Way:
    """A way to have updates installed automatically.

    Attributes:
        command: sets it up, or switches it on again.
        changes: what that does, in words that follow "This".
        run: lets it work once now, to see whether it can.
        check: shows when it ran last, and how that ended.
    """

    command: str
    changes: str
    run: str
    check: str


_DEBIAN = Way(
    "apt-get install unattended-upgrades && dpkg-reconfigure -plow unattended-upgrades",
    phrase("installs the program unattended-upgrades and switches it on; from then on it installs security updates every day"),
    "unattended-upgrade --dry-run --debug",
    "systemctl list-timers 'apt-daily*'; tail -n 20 /var/log/unattended-upgrades/unattended-upgrades.log",
)
_DNF_RUN = "dnf-automatic --installupdates"
_DNF_CHECK = "systemctl list-timers 'dnf*'; journalctl -u dnf-automatic.service -n 20"
_CHANGES_DNF = phrase("installs the program dnf-automatic, sets it to install security updates and switches on its daily timer")
_CHANGES_DNF_ALL = phrase("installs the program dnf-automatic, sets it to install all updates and switches on its daily timer")
_CHANGES_DNF5 = phrase("installs the automatic command of dnf 5, writes its settings anew and switches on its daily timer")
_CHANGES_YUM = phrase("installs the program yum-cron, sets it to install security updates and switches it on")
_CHANGES_YUM_ALL = phrase("installs the program yum-cron, sets it to install all updates and switches it on")
_CHANGES_LATEST = phrase(
    "lets the package sources follow the newest release of Amazon Linux from now on, installs the program dnf-automatic, sets it to install security updates "
    "and switches on its daily timer"
)


def _dnf(system: System) -> Way:
    """Where the archives do not mark security updates, "security" would install nothing."""
    unmarked = system.id in UNMARKED
    kind = "default" if unmarked else "security"
    command = (
        f"dnf install dnf-automatic && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^upgrade_type *=.*/upgrade_type = {kind}/' "
        "/etc/dnf/automatic.conf && systemctl enable --now dnf-automatic.timer"
    )
    if has_locked_archives(system):
        return Way(f"echo latest > /etc/dnf/vars/releasever && {command}", _CHANGES_LATEST, _DNF_RUN, _DNF_CHECK)
    return Way(command, _CHANGES_DNF_ALL if unmarked else _CHANGES_DNF, _DNF_RUN, _DNF_CHECK)


def _dnf5(system: System) -> Way:
    kind = "default" if system.id in UNMARKED else "security"
    return Way(
        f"dnf install dnf5-plugin-automatic && printf '[commands]\\napply_updates = yes\\nupgrade_type = {kind}\\n' > /etc/dnf/automatic.conf && "
        "systemctl enable --now dnf5-automatic.timer",
        _CHANGES_DNF5,
        "dnf5 automatic --installupdates",
        "systemctl list-timers 'dnf*'; journalctl -u dnf5-automatic.service -n 20",
    )


def _yum(system: System) -> Way:
    unmarked = system.id in UNMARKED
    kind = "default" if unmarked else "security"
    return Way(
        f"yum install yum-cron && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^update_cmd *=.*/update_cmd = {kind}/' "
        "/etc/yum/yum-cron.conf && systemctl enable --now yum-cron",
        _CHANGES_YUM_ALL if unmarked else _CHANGES_YUM,
        "/usr/sbin/yum-cron",
        "systemctl status yum-cron; tail -n 20 /var/log/yum.log",
    )


def _suse(program: str, changes: str) -> Way:
    """zypper ends with 102 or 103 where a restart is needed, which is no failure."""
    return Way(
        "printf '[Service]\\nType=oneshot\\nExecStart=/usr/bin/zypper --non-interactive refresh\\nExecStart=/usr/bin/zypper --non-interactive "
        f"{program}\\nSuccessExitStatus=102 103\\n' > /etc/systemd/system/security-patch.service && printf '[Timer]\\nOnCalendar=daily\\n"
        "RandomizedDelaySec=1h\\nPersistent=true\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/security-patch.timer && "
        "systemctl daemon-reload && systemctl enable --now security-patch.timer",
        changes,
        "systemctl start security-patch.service",
        "systemctl list-timers security-patch.timer; journalctl -u security-patch.service -n 20",
    )


_SUSE = _suse(
    "--non-interactive-include-reboot-patches patch --category security",
    phrase("adds a service and a daily timer to systemd that install security patches with zypper"),
)
_SUSE_ROLLING = _suse(
    "dup", phrase("adds a service and a daily timer to systemd that bring the whole system to its newest state with zypper")
)
_TRANSACTIONAL = Way(
    "systemctl enable --now transactional-update.timer",
    phrase("switches on the daily timer of transactional-update; its updates take effect after the next restart"),
    "transactional-update",
    "systemctl list-timers transactional-update.timer; journalctl -u transactional-update.service -n 20",
)
_ALPINE = Way(
    "printf '#!/bin/sh\\napk update && apk upgrade\\n' > /etc/periodic/daily/apk-upgrade && chmod 755 /etc/periodic/daily/apk-upgrade && "
    "rc-update add crond default && rc-service crond start",
    phrase("adds a script that updates all packages every day, and switches on the program that starts it (crond)"),
    "run-parts /etc/periodic/daily",
    "run-parts --test /etc/periodic/daily; rc-service crond status",
)
_ARCH = Way(
    "pacman -Syu --needed pacman-contrib && printf '[Service]\\nType=oneshot\\nExecStart=/usr/bin/checkupdates --download\\nSuccessExitStatus=2\\n' > "
    "/etc/systemd/system/pacman-fetch.service && printf '[Timer]\\nOnCalendar=daily\\nPersistent=true\\n[Install]\\nWantedBy=timers.target\\n' > "
    "/etc/systemd/system/pacman-fetch.timer && systemctl daemon-reload && systemctl enable --now pacman-fetch.timer",
    phrase(
        "installs all that waits and the package pacman-contrib, and adds a daily timer that downloads what waits without touching the system; Arch Linux "
        "asks its users to install by hand (pacman -Syu) and to read its news first, so put a fixed day for that into your calendar"
    ),
    "systemctl start pacman-fetch.service",
    "systemctl list-timers pacman-fetch.timer; checkupdates",
)
_PKG_DAILY = (
    "printf '#!/bin/sh\\npkg update -q && pkg upgrade -y\\n' > /usr/local/sbin/pkg-daily && chmod 755 /usr/local/sbin/pkg-daily && "
    "echo '@daily root /usr/local/sbin/pkg-daily' >> /etc/crontab"
)
_PACKAGED_BASE = Way(
    _PKG_DAILY,
    phrase("adds a daily task to /etc/crontab that updates the packages, of which the base system consists as well"),
    "pkg upgrade -n",
    "grep pkg /etc/crontab; grep pkg /var/log/messages | tail -n 20",
)
_FREEBSD = Way(
    f"echo '@daily root freebsd-update cron && freebsd-update install' >> /etc/crontab && {_PKG_DAILY}",
    phrase("adds two daily tasks to /etc/crontab: one patches the base system, one updates the packages"),
    "freebsd-update fetch; pkg upgrade -n",
    "grep -E 'freebsd-update|pkg' /etc/crontab; grep pkg /var/log/messages | tail -n 20",
)
_WINDOWS = Way(
    "$k = 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU'; New-Item -Path $k -Force | Out-Null; Set-ItemProperty $k NoAutoUpdate 0; "
    "Set-ItemProperty $k AUOptions 4; Set-ItemProperty $k ScheduledInstallDay 0; Set-ItemProperty $k ScheduledInstallTime 3",
    phrase("sets the policy of Windows Update so that updates are downloaded and installed every night at three"),
    "UsoClient StartInteractiveScan",
    "Get-HotFix | Sort-Object InstalledOn -Descending | Select-Object -First 10",
)
_OTHER = Way(
    phrase("the automatic update program of your package manager"),
    phrase("lets updates be installed without anybody asking for them"),
    "",
    phrase("the log of that program"),
)
_BY_TOOL = {
    "unattended-upgrades": _DEBIAN, "transactional-update": _TRANSACTIONAL, "apk-cron": _ALPINE, "pacman-cron": _ARCH, "freebsd-update": _FREEBSD, "pkg-cron": _FREEBSD,
    "windows-update": _WINDOWS,
}  # fmt: skip
_BY_FAMILY = {
    "debian": _DEBIAN, "alpine": _ALPINE, "arch": _ARCH, "freebsd": _FREEBSD, "windows": _WINDOWS,
}  # fmt: skip
_BY_TOOL_AND_SYSTEM = {"dnf-automatic": _dnf, "dnf5-automatic": _dnf5, "yum-cron": _yum}


def way(system: System, tool: str = "", *, packaged_base: bool = False) -> Way:
    """The way for a tool that is there, or else the usual one of the system; `packaged_base`: FreeBSD's base system consists of packages."""
    if system.family == "freebsd" and packaged_base:
        return _PACKAGED_BASE
    if tool in _BY_TOOL_AND_SYSTEM:
        return _BY_TOOL_AND_SYSTEM[tool](system)
    if tool in _BY_TOOL:
        return _BY_TOOL[tool]
    if system.family == "suse":
        return _TRANSACTIONAL if system.id in TRANSACTIONAL else _SUSE_ROLLING if is_rolling(system) else _SUSE
    if system.family != "rhel":
        return _BY_FAMILY.get(system.family, _OTHER)
    if system.manager == "yum":
        return _yum(system)
    return _dnf5(system) if has_dnf5(system) else _dnf(system)
