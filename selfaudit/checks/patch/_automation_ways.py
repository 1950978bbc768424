"""How each system installs its updates by itself: the commands, what they change, and how to see that it works."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System


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
_DNF = Way(
    "dnf install dnf-automatic && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^upgrade_type *=.*/upgrade_type = security/' "
    "/etc/dnf/automatic.conf && systemctl enable --now dnf-automatic.timer",
    phrase("installs the program dnf-automatic, sets it to install security updates and switches on its daily timer"),
    "dnf-automatic --installupdates",
    "systemctl list-timers 'dnf*'; journalctl -u dnf-automatic.service -n 20",
)
_DNF5 = Way(
    "dnf install dnf5-plugin-automatic && printf '[commands]\\napply_updates = yes\\nupgrade_type = security\\n' > /etc/dnf/automatic.conf && "
    "systemctl enable --now dnf5-automatic.timer",
    phrase("installs the automatic command of dnf 5, writes its settings anew and switches on its daily timer"),
    "dnf5 automatic --installupdates",
    "systemctl list-timers 'dnf*'; journalctl -u dnf5-automatic.service -n 20",
)
_YUM = Way(
    "yum install yum-cron && sed -i 's/^apply_updates *=.*/apply_updates = yes/; s/^update_cmd *=.*/update_cmd = security/' /etc/yum/yum-cron.conf "
    "&& systemctl enable --now yum-cron",
    phrase("installs the program yum-cron, sets it to install security updates and switches it on"),
    "/usr/sbin/yum-cron",
    "systemctl status yum-cron; tail -n 20 /var/log/yum.log",
)
_SUSE = Way(
    "printf '[Service]\\nType=oneshot\\nExecStart=/usr/bin/zypper --non-interactive refresh\\nExecStart=/usr/bin/zypper --non-interactive patch "
    "--category security\\nSuccessExitStatus=102 103\\n' > /etc/systemd/system/security-patch.service && printf '[Timer]\\nOnCalendar=daily\\n"
    "RandomizedDelaySec=1h\\nPersistent=true\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/security-patch.timer && "
    "systemctl daemon-reload && systemctl enable --now security-patch.timer",
    phrase("adds a service and a daily timer to systemd that install security patches with zypper"),
    "systemctl start security-patch.service",
    "systemctl list-timers security-patch.timer; journalctl -u security-patch.service -n 20",
)
_TRANSACTIONAL = Way(
    "systemctl enable --now transactional-update.timer",
    phrase("switches on the daily timer of transactional-update; its updates take effect after the next restart"),
    "transactional-update patch",
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
    "printf '[Service]\\nType=oneshot\\nExecStart=/usr/bin/pacman -Syuw --noconfirm\\n' > /etc/systemd/system/pacman-fetch.service && printf '[Timer]\\n"
    "OnCalendar=daily\\nPersistent=true\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/pacman-fetch.timer && systemctl daemon-reload "
    "&& systemctl enable --now pacman-fetch.timer",
    phrase(
        "adds a daily timer that downloads what waits; Arch Linux asks its users to install by hand (pacman -Syu) and to read its news first, "
        "so put a fixed day for that into your calendar"
    ),
    "systemctl start pacman-fetch.service",
    "systemctl list-timers pacman-fetch.timer; pacman -Qu",
)
_FREEBSD = Way(
    "echo '@daily root freebsd-update cron && freebsd-update install' >> /etc/crontab && printf '#!/bin/sh\\npkg update -q && pkg upgrade -y\\n' > "
    "/usr/local/sbin/pkg-daily && chmod 755 /usr/local/sbin/pkg-daily && echo '@daily root /usr/local/sbin/pkg-daily' >> /etc/crontab",
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
    "unattended-upgrades": _DEBIAN, "dnf-automatic": _DNF, "dnf5-automatic": _DNF5, "yum-cron": _YUM, "zypper": _SUSE,
    "transactional-update": _TRANSACTIONAL, "apk-cron": _ALPINE, "pacman-cron": _ARCH, "freebsd-update": _FREEBSD, "pkg-cron": _FREEBSD,
    "windows-update": _WINDOWS,
}  # fmt: skip
_BY_FAMILY = {
    "debian": _DEBIAN, "suse": _SUSE, "alpine": _ALPINE, "arch": _ARCH, "freebsd": _FREEBSD, "windows": _WINDOWS,
}  # fmt: skip
_FIRST_DNF5 = {"fedora": 41, "rhel": 11, "almalinux": 11, "rocky": 11, "centos": 11, "ol": 11}


def way(system: System, tool: str = "") -> Way:
    """The way for a tool that is there, or else the usual one of the system."""
    if tool in _BY_TOOL:
        return _BY_TOOL[tool]
    if system.family != "rhel":
        return _BY_FAMILY.get(system.family, _OTHER)
    if system.manager == "yum":
        return _YUM
    major = int(system.major) if system.major.isascii() and system.major.isdigit() and len(system.major) < 5 else 0
    return _DNF5 if major >= _FIRST_DNF5.get(system.id, 10_000) else _DNF
