"""How the makers of each system want it brought to a supported release, and where that must not be done."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from selfaudit.facts.host import HostReport
from selfaudit.i18n import phrase
from selfaudit.protocols.eol import Phase, Product, Release, older_than, order, phase_of, successor
from selfaudit.protocols.host_system import System

_RHEL_LIKE = ("rhel", "centos", "almalinux", "rocky", "ol", "cloudlinux")
# Below these a chain of upgrades through releases that have all ended would be needed.
_TOO_FAR_BACK = {"debian": "11", **dict.fromkeys(_RHEL_LIKE, "7")}
_PANELS = {
    "plesk": "Plesk", "cpanel": "cPanel", "directadmin": "DirectAdmin", "ispconfig": "ISPConfig", "froxlor": "Froxlor",
    "hestia": "HestiaCP", "vesta": "VestaCP", "webmin": "Webmin", "virtualmin": "Virtualmin", "cyberpanel": "CyberPanel",
    "aapanel": "aaPanel", "cloudpanel": "CloudPanel", "keyhelp": "KeyHelp",
}  # fmt: skip
_PANEL_TOOLS = {
    "plesk": phrase("Plesk's own tool for this step (centos2alma for CentOS 7, and its like for other systems)"),
    "cpanel": phrase("cPanel's own tool for this step (ELevate, elevate-cpanel)"),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """How to come to a supported release.

    Attributes:
        command: ready to copy, or in words where there is none.
        changes: what it changes, to stand after "This".
        target: the release that it leads to, in words.
    """

    command: str
    changes: str
    target: str


def advice(
    system: System, product: Product | None, release: Release | None, day: datetime.date, panels: Sequence[str] = ()
) -> Advice:
    """The documented way to a supported release; a control panel and a very old release leave only others."""
    if product is None or release is None:
        return Advice(*_commands(system, release, None), phrase("a supported release"))
    newest = _newest(product, day)
    if system.id in _TOO_FAR_BACK and older_than(release.name, _TOO_FAR_BACK[system.id]):
        to = f"{product.title} {newest.name}" if newest is not None else phrase("a supported release")
        return Advice(phrase("start a new server with {target} and move your data to it", target=to), _CHANGES_NEW, to)
    target = _next_lts(product, release) if product.name == "ubuntu" else successor(product, release, day)
    to = f"{product.title} {target.name}" if target is not None else phrase("a supported release")
    if _first_to_156(system, release):
        to = phrase("openSUSE Leap 15.6, and from there to the newest release")
    if panels and system.family != "windows":
        return Advice(_with_panel(panels), _CHANGES_PANEL, to)
    return Advice(*_commands(system, release, target), to)


def panels_of(report: HostReport) -> tuple[str, ...]:
    """The control panels on a server, as the collector calls them."""
    return tuple(dict.fromkeys(name.lower() for name, _rest in report.rows("software.panels", 2) if name))


def _newest(product: Product, day: datetime.date) -> Release | None:
    good = [r for r in product.releases if phase_of(product, r, day).phase is Phase.REGULAR]
    return max(good, key=lambda r: order(r.name), default=None)


def _with_panel(panels: Sequence[str]) -> str:
    # Only names that we know: nothing that the server says may reach a line that is copied.
    names = ", ".join(_PANELS[name] for name in panels[:3] if name in _PANELS) or phrase("a control panel")
    tools = [_PANEL_TOOLS[name] for name in panels if name in _PANEL_TOOLS]
    tool = tools[0] if tools else phrase("the way that the panel's makers describe")
    return phrase(
        "on a server with {panel}, use only {tool}, and ask its makers whether it can bring this system up; otherwise set up a new server with the "
        "panel and move the sites to it",
        panel=names,
        tool=tool,
    )


def _next_lts(product: Product, release: Release) -> Release | None:
    """Ubuntu is upgraded from one long-term release to the next."""
    newer = [r for r in product.releases if r.extended is not None and order(r.name) > order(release.name)]
    return min(newer, key=lambda r: order(r.name), default=None)


def _first_to_156(system: System, release: Release | None) -> bool:
    """The tool that leads to openSUSE Leap 16 is only there in Leap 15.6."""
    return system.id.startswith("opensuse") and release is not None and older_than(release.name, "15.6")


def _commands(system: System, release: Release | None, target: Release | None) -> tuple[str, str]:
    if system.id == "debian" and release is not None and target is not None and release.codename and target.codename:
        return _debian(release.codename, target.codename), _CHANGES_DEBIAN
    if system.id == "ubuntu":
        return "apt-get update && apt-get install ubuntu-release-upgrader-core && do-release-upgrade", _CHANGES_ALL
    if system.id == "fedora" and target is not None:
        go = f"dnf upgrade --refresh && dnf system-upgrade download --releasever={target.name} && dnf system-upgrade reboot"
        return go, _CHANGES_ALL
    if system.id in _RHEL_LIKE:
        return "leapp preupgrade && leapp upgrade && shutdown -r now", _CHANGES_LEAPP
    if _first_to_156(system, release):
        return "zypper --releasever=15.6 refresh && zypper --releasever=15.6 dist-upgrade", _CHANGES_ALL
    if system.id.startswith("opensuse"):
        return "zypper refresh && zypper install opensuse-migration-tool && opensuse-migration-tool", _CHANGES_ALL
    if system.id.startswith("sles"):
        return "zypper migration", _CHANGES_ALL
    if system.id == "alpine" and target is not None:
        change = f"cp /etc/apk/repositories ~/ && sed -i 's#/v[0-9.]*/#/v{target.name}/#' /etc/apk/repositories"
        return f"{change} && apk update && apk upgrade --available && sync && reboot", _CHANGES_ALL
    if system.id == "freebsd" and target is not None:
        return f"freebsd-update -r {target.name}-RELEASE upgrade && freebsd-update install && shutdown -r now", _CHANGES_FREEBSD
    if system.id == "amzn":
        return phrase(
            "start a new server with the newest Amazon Linux and move your data to it; there is no upgrade in place"
        ), _CHANGES_NEW
    if system.family == "windows":
        return phrase(
            "start setup.exe from the disc image of a newer Windows Server and choose to keep files and settings"
        ), _CHANGES_ALL
    return phrase("follow the upgrade chapter in the release notes of your system"), _CHANGES_ALL


def _debian(old: str, new: str) -> str:
    where = "/etc/apt/sources.list /etc/apt/sources.list.d"
    change = f"grep -rl {old} {where} 2>/dev/null | xargs -r sed -i 's#{old}#{new}#g'"
    return f"cp -a /etc/apt ~/apt-before-{new} && {change} && apt-get update && apt-get upgrade --without-new-pkgs && apt-get dist-upgrade"


_CHANGES_DEBIAN = phrase(
    "keeps a copy of /etc/apt, points the package sources at the next release and replaces nearly every package; other package sources must be "
    "switched off before, and the server has to be restarted after it"
)
_CHANGES_ALL = phrase(
    "replaces nearly every package by that of the newer release; the server restarts and is away for up to an hour"
)
_CHANGES_LEAPP = phrase(
    "checks first what stands in the way, then replaces nearly every package during a restart; the tool is leapp of Red Hat, or ELevate of "
    "AlmaLinux, which has to be installed before and works from one main version to the next"
)
_CHANGES_FREEBSD = phrase(
    "replaces the kernel and restarts; after the restart run freebsd-update install, pkg upgrade -f and once more freebsd-update install, which "
    "replace the base system and all packages"
)
CHANGES_ANEW = phrase("replaces the whole system; only your data is moved to the new one")
_CHANGES_PANEL = phrase(
    "replaces nearly every package and those of the control panel with them; the system's own upgrade tool, used alone, would break the panel and the sites"
)
_CHANGES_NEW = phrase("leaves the old server as it is until you switch it off")
