"""Which entry of the list of releases a server's system is, and how its makers want it upgraded."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from selfaudit.facts.host import HostReport
from selfaudit.i18n import phrase
from selfaudit.protocols.eol import Product, Release, older_than, order, products, successor
from selfaudit.protocols.host_scope import moment
from selfaudit.protocols.host_system import System

ROLLING = frozenset({"arch", "archarm", "manjaro", "opensuse-tumbleweed", "opensuse-microos", "gentoo", "void", "kali"})
_PRODUCTS = {
    "debian": "debian", "ubuntu": "ubuntu", "rhel": "rhel", "centos": "centos", "almalinux": "almalinux", "rocky": "rocky",
    "ol": "oracle-linux", "amzn": "amazon-linux", "fedora": "fedora", "cloudlinux": "cloudlinux",
    "opensuse-leap": "opensuse-leap", "opensuse": "opensuse-leap", "sles": "sles", "sles_sap": "sles", "alpine": "alpine",
    "freebsd": "freebsd", "windows": "windows-server",
}  # fmt: skip
_UNRELEASED = re.compile(
    r"(?:^|[^a-z])(?:sid|testing|unstable|rawhide|edge|current|prerelease|alpha|beta|rc\d*)(?:$|[^a-z])", re.I
)


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


def today(report: HostReport) -> datetime.date | None:
    """The day of the audit by our own clock, None if the report does not hold it."""
    at = moment(report.seen or report.received)
    return None if at is None else datetime.datetime.fromtimestamp(at, datetime.UTC).date()


def product_of(system: System) -> Product | None:
    """The system's entry in the list of releases, None if it has none."""
    name = _PRODUCTS.get(system.id, "")
    if name == "centos" and "stream" in system.name.lower():
        name = "centos-stream"
    return products().get(name)


def version_of(system: System, product: Product, report: HostReport) -> str:
    """The version by which the list calls the system's release; "" if the system does not say."""
    if product.name == "freebsd":
        userland = report.values("os-extra").get("freebsd_userland", "") or system.version
        match = re.match(r"(\d{1,3})\.(\d{1,3})(?:-(STABLE))?", userland)
        if match is None:
            return ""
        return f"{match[1]}-stable" if match[3] else f"{match[1]}.{match[2]}"
    if product.name == "windows-server":
        match = re.search(r"(20\d\d)[\s_-]*(R2)?", system.version or system.name)
        return f"{match[1]}{match[2] or ''}" if match else ""
    if not system.version and system.codename:
        return next((r.name for r in product.releases if r.codename == system.codename), "")
    return system.version


def is_unreleased(system: System, product: Product, report: HostReport) -> bool:
    """Whether it is a system before its release (testing, unstable, current, edge), for which nobody promises updates."""
    said = f"{system.name} {system.version.replace('_', ' ')} {report.values('os-extra').get('freebsd_userland', '')}"
    if product.name == "debian":
        return not version_of(system, product, report) and ("/sid" in system.name or _UNRELEASED.search(said) is not None)
    return product.name in ("alpine", "freebsd", "fedora") and _UNRELEASED.search(said) is not None


def advice(system: System, product: Product | None, release: Release | None, day: datetime.date) -> Advice:
    """The documented way to a supported release."""
    if product is None or release is None:
        return Advice(*_commands(system, release, None), phrase("a supported release"))
    target = _next_lts(product, release) if product.name == "ubuntu" else successor(product, release, day)
    to = f"{product.title} {target.name}" if target is not None else phrase("a supported release")
    if _first_to_156(system, release):
        to = phrase("openSUSE Leap 15.6, and from there to the newest release")
    return Advice(*_commands(system, release, target), to)


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
    if system.id in ("rhel", "centos", "almalinux", "rocky", "ol", "cloudlinux"):
        return "leapp preupgrade && leapp upgrade && shutdown -r now", _CHANGES_LEAPP
    if _first_to_156(system, release):
        return "zypper --releasever=15.6 refresh && zypper --releasever=15.6 dist-upgrade", _CHANGES_ALL
    if system.id.startswith("opensuse"):
        return "zypper refresh && zypper install opensuse-migration-tool && opensuse-migration-tool", _CHANGES_ALL
    if system.id.startswith("sles"):
        return "zypper migration", _CHANGES_ALL
    if system.id == "alpine" and target is not None:
        change = f"cp /etc/apk/repositories /root/ && sed -i 's#/v[0-9.]*/#/v{target.name}/#' /etc/apk/repositories"
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
    # Up to buster the security suite was called "buster/updates", since bullseye it is "bullseye-security".
    where = "/etc/apt/sources.list /etc/apt/sources.list.d"
    change = f"grep -rl {old} {where} 2>/dev/null | xargs -r sed -i 's#{old}/updates#{new}-security#; s#{old}#{new}#g'"
    return f"cp -a /etc/apt /root/apt-before-{new} && {change} && apt-get update && apt-get upgrade --without-new-pkgs && apt-get dist-upgrade"


def is_old_point(version: str, release: Release) -> bool:
    """Whether a version with its point ("9.3") is older than the newest one in the list; "9" alone says nothing."""
    return bool(release.latest) and len(order(version)) > 1 and order(version) < order(release.latest)


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
_CHANGES_NEW = phrase("leaves the old server as it is until you switch it off")
