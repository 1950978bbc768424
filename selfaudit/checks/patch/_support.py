"""Which entry of the list of releases a server's system is, and what the server shows of its support."""

from __future__ import annotations

import datetime
import re

from selfaudit.facts.host import HostReport
from selfaudit.protocols.eol import Product, products
from selfaudit.protocols.host_scope import moment
from selfaudit.protocols.host_system import System
from selfaudit.protocols.packages import pending
from selfaudit.protocols.packages.systems import ROLLING as _ROLLING

ROLLING = _ROLLING | {"gentoo", "void", "kali"}
_FRESH = 7 * 86_400  # seconds
_INFRA = ("esm.ubuntu.com/infra", "-infra-security")  # address and suite of the archive of Ubuntu Pro for the system itself
_PRODUCTS = {
    "debian": "debian", "ubuntu": "ubuntu", "rhel": "rhel", "centos": "centos", "almalinux": "almalinux", "rocky": "rocky",
    "ol": "oracle-linux", "amzn": "amazon-linux", "fedora": "fedora", "cloudlinux": "cloudlinux",
    "opensuse-leap": "opensuse-leap", "opensuse": "opensuse-leap", "sles": "sles", "sles_sap": "sles", "alpine": "alpine",
    "freebsd": "freebsd", "windows": "windows-server",
}  # fmt: skip
_UNRELEASED = re.compile(
    r"(?:^|[^a-z])(?:sid|testing|unstable|rawhide|edge|current|prerelease|alpha|beta|rc\d*)(?:$|[^a-z])", re.I
)


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


def nothing_waits(report: HostReport, version: str) -> bool:
    """Whether the package manager, with fresh lists of every source and nothing held, knows of nothing newer: then it is the newest point release.

    Sources that name one point release ("/9.6/") or an archive of old ones prove nothing.
    """
    if report.lines("packages.upgrade") is None:
        return False
    word = pending(report)
    if word.all or word.kept or word.held or word.errors or word.broken or not word.complete:
        return False
    if any(age is None or age > _FRESH for age in (word.list_age, word.oldest_age)):
        return False
    part, lines = report.part("packages.sources"), report.lines("packages.sources")
    if part is None or part.cut or not lines:
        return False
    return not any("vault" in line.lower() or f"/{version}" in line for line in lines)


def esm_infra(report: HostReport) -> bool | None:
    """Whether the archive of Ubuntu Pro for the system itself is among the package sources; None if that cannot be seen."""
    part, lines = report.part("packages.sources"), report.lines("packages.sources")
    if part is None or not lines:
        return None
    shown = [line.lower() for line in lines if not line.lstrip().startswith("#")]
    if any(mark in line for line in shown for mark in _INFRA):
        return None if any(line.replace(" ", "").endswith("enabled:no") for line in shown) else True
    return None if part.cut else False


def subscribed(report: HostReport, product: Product) -> bool | None:
    """Whether the server gets the extended updates; None if it does not show."""
    extra, sources = report.values("os-extra"), report.lines("packages.sources")
    if product.name == "ubuntu":
        pro = extra.get("pro", "")
        return esm_infra(report) if pro == "attached" else {"unattached": False, "absent": False}.get(pro)
    if product.name == "debian":
        # "lts" also means Debian's own security archive, which serves nobody after the end of LTS.
        if extra.get("elts", "") in ("yes", "no"):
            return extra["elts"] == "yes"
        if extra.get("lts", "") == "no":
            return False
        part = report.part("packages.sources")
        if any("extended-lts" in line.lower() or "elts" in line.lower() for line in sources or ()):
            return True
        return False if sources and part is not None and not part.cut else None
    if product.name in ("rhel", "sles"):
        marks = ("-els-",) if product.name == "rhel" else ("ltss",)
        if any(mark in line.lower() for line in sources or () for mark in marks):
            return True
        return False if product.name == "rhel" and extra.get("subscription", "").lower() == "absent" else None
    return None
