"""The commands of each system that look for malware and for changed programs, and what they change."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from selfaudit.checks import _host_commands
from selfaudit.checks.host import _host_part_common as _common
from selfaudit.i18n import phrase
from selfaudit.protocols.host_system import System

CHANGES_LOOK = _common.CHANGES_NOTHING
CHANGES_SCANNER = phrase(
    "installs a scanner, fetches its data, and looks through the folders of web pages and users; it removes nothing"
)
_CHANGES_DEFENDER = phrase("fetches newer data and looks through the whole server; Defender locks away what it finds")
CHANGES_RESCAN = phrase("fetches newer data and looks through the folders of web pages and users; it removes nothing")

# What is found is written to a log, from which the collector learns that there was a scan.
_SCAN = "clamscan -r -i -l /var/log/clamscan.log /home /root /srv /tmp /var/www /var/tmp"
_SCAN_FREEBSD = "clamscan -r -i -l /var/log/clamscan.log /home /root /tmp /usr/local/www /var/tmp"
_PACKAGES = {
    "debian": "clamav clamav-freshclam",
    "rhel": "clamav clamav-freshclam",
    "suse": "clamav",
    "alpine": "clamav",
    "arch": "clamav",
    "freebsd": "clamav",
}
_EPEL = "https://dl.fedoraproject.org/pub/epel/epel-release-latest-{major}.noarch.rpm"
_VERIFY = {
    "debian": "dpkg --verify",
    "rhel": "rpm -Va",
    "suse": "rpm -Va",
    "alpine": "apk audit --system --recursive /",
    "arch": "pacman -Qkk",
    "freebsd": "pkg check -s -a; freebsd-update IDS",
    "windows": "sfc /verifyonly; Get-MpThreatDetection",
}
_MOST = 6
_UNIT = re.compile(r"[A-Za-z0-9_@.-]{1,80}\.(?:service|timer|socket|path)")
_PATH = re.compile(r"/[A-Za-z0-9_@%+=:,./-]{1,150}")


def scan(system: System, *, installed: bool) -> tuple[str, str]:
    """The command that fetches new data and scans (and installs the scanner first), and what it changes."""
    changes = CHANGES_RESCAN if installed else CHANGES_SCANNER
    if system.family == "windows":
        return "Update-MpSignature; Start-MpScan -ScanType FullScan; Get-MpThreatDetection", _CHANGES_DEFENDER
    if system.family == "freebsd":
        steps = f"freshclam && {_SCAN_FREEBSD}"
    elif system.family in ("debian",):
        steps = f"systemctl stop clamav-freshclam; freshclam && systemctl start clamav-freshclam && {_SCAN}"
    else:
        steps = f"freshclam && {_SCAN}"
    if installed:
        return steps, changes
    package = "clamav clamav-update" if _host_commands.manager_of(system) == "yum" else _PACKAGES.get(system.family, "clamav")
    command = f"{_source(system)}{_host_commands.install(system, package)} && {steps}"
    if system.id == "rhel" and system.major in ("6", "7"):
        command = phrase(
            "first the release package of EPEL {major}, from its archive of old releases; then {command}",
            major=system.major,
            command=command,
        )
    return command, changes


def _source(system: System) -> str:
    """The command that adds the archive with the scanner, and " && "; "" where the distribution has it itself."""
    manager, major = _host_commands.manager_of(system), system.major
    if system.family != "rhel" or system.id == "fedora":
        return ""
    if system.id == "amzn":
        return "amazon-linux-extras install epel && " if major == "2" else ""
    if system.id == "ol":
        return f"{manager} install oracle-epel-release-el{major} && "
    if system.id == "rhel":  # its own archive does not have the package
        return "" if major in ("6", "7") else f"{manager} install {_EPEL.format(major=major)} && "
    return f"{manager} install epel-release && "


def verify(system: System) -> str:
    """The command that compares all programs with what the distribution delivered."""
    return _VERIFY.get(system.family, phrase("the integrity check of your package manager"))


def scanned(system: System) -> str:
    """The command that shows how old the scanner's data is and what its last scan found."""
    if system.family == "windows":
        return "Get-MpComputerStatus | Select-Object AntivirusSignatureLastUpdated, QuickScanEndTime, FullScanEndTime"
    return "clamscan --version; tail /var/log/clamscan.log"


def contents(paths: Iterable[str]) -> str:
    """The command that shows how small files begin."""
    return "head -c 200 " + " ".join(_safe(paths) or ["/PATH"])


def listed(system: System, paths: Iterable[str]) -> str:
    """The command that shows whether files are still there."""
    if system.family == "windows":
        return owners(system, paths)
    return "ls -la " + " ".join(_safe(paths) or ["/PATH"])


def _safe(paths: Iterable[str]) -> list[str]:
    """The first of some paths, those that are safe to copy."""
    return [shlex.quote(p) for p in paths if _PATH.fullmatch(p)][:_MOST]


def owners(system: System, paths: Iterable[str]) -> str:
    """The command that shows what files are, who owns them and which package they come from."""
    wanted = list(paths)
    units = [u for u in wanted if _UNIT.fullmatch(u)][:_MOST]
    safe = _safe(wanted)
    show = "systemctl cat " + " ".join(units) if units and system.family not in ("alpine", "freebsd") else ""
    if show and not safe:
        return show
    files = " ".join(safe or ["/PATH"])
    if system.family == "windows":
        return "Get-ScheduledTask | Where-Object TaskPath -notlike '\\Microsoft*' | Get-ScheduledTaskInfo"
    asks = {
        "debian": f"dpkg -S {files}",
        "rhel": f"rpm -qf {files}",
        "suse": f"rpm -qf {files}",
        "alpine": f"apk info --who-owns {files}",
        "arch": f"pacman -Qo {files}",
        "freebsd": f"pkg which {files}",
    }
    look = f"{show}; ls -la {files}" if show else f"ls -la {files}"
    ask = asks.get(system.family)
    return f"{look}; {ask}" if ask else look
