"""patch.os-support."""

from __future__ import annotations

from dataclasses import replace

from selfaudit.facts.host import HostPart, HostReport, PartStatus, ScopeAddress
from tests.checks.build import Scenario
from tests.checks.host import SCOPE, report

CHECK = "patch.os-support"
SOURCES = "deb http://mirror.example/debian bookworm main\ndeb http://mirror.example/security bookworm-security main"
INFRA = "deb https://esm.ubuntu.com/infra/ubuntu focal-infra-security main"
ALMA = {
    "packages.lists": "newest=2026-11-21T06:00:00Z\noldest=2026-11-20T06:00:00Z\ncount=4",
    "packages.held": "",
    "packages.sources": "[baseos]\nmirrorlist=https://mirrors.example/mirrorlist/$releasever/baseos\nenabled=1",
}
SID = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky'


def named(name: str, version: str, title: str = "") -> HostReport:
    """A report of a system by its os-release."""
    return report({"os-release": f'ID={name}\nVERSION_ID="{version}"\nPRETTY_NAME="{title or name}"'})


def alma(version: str, **changed: str) -> HostReport:
    """AlmaLinux whose package manager, with fresh lists, knows of nothing newer."""
    system = f'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="{version}"\nPRETTY_NAME="AlmaLinux {version}"'
    parts = {"os-release": system, **ALMA, **{key.replace("_", "."): text for key, text in changed.items()}}
    return report(parts, system="alma", more=(HostPart("packages.upgrade", PartStatus.OK, exit=0),))


def ubuntu(version: str, pro: str, sources: str | None = None) -> HostReport:
    parts = {"os-release": f"ID=ubuntu\nVERSION_ID={version}", "os-extra": f"pro={pro}"}
    return report(parts if sources is None else {**parts, "packages.sources": sources})


def panelled(name: str, version: str, panel: str) -> HostReport:
    """A report of a system with a control panel."""
    return report({"os-release": f'ID={name}\nVERSION_ID="{version}"', "software.panels": panel})


def at(day: str, made: HostReport) -> HostReport:
    """The same report as it would be on another day."""
    return replace(made, taken=day, received=day, seen=day)


def one(name: str, made: HostReport, tag: str, outcome: str, *not_these: str, **args: object) -> Scenario:
    return Scenario(name, [made, SCOPE], [tag], outcome, not_these, args)


OTHER = report({"addresses": "eth0|198.51.100.9/24", "host": "name=other.example\nfqdn=other.example"}, name="other.example")

SCENARIOS = [
    one("Debian 12 is with the LTS team", report({"packages.sources": SOURCES}), "OS_LONG_TERM_SUPPORT", "pass", "OS_SUPPORTED", until="2028-06-30", who="the Debian LTS team"),
    one("Debian 12 without a list of sources", report(), "OS_LONG_TERM_SUPPORT", "pass"),
    one("Debian 12 without a security source", report({"packages.sources": "deb http://mirror.example/debian bookworm main"}), "OS_LTS_NOT_SET_UP", "warn", "OS_LONG_TERM_SUPPORT", suite="bookworm-security"),
    Scenario("a list of sources that was cut says nothing", [report(more=(HostPart("packages.sources", PartStatus.OK, ("deb x bookworm main",), cut=True),)), SCOPE], ["OS_LONG_TERM_SUPPORT"], "pass"),
    one("Debian 12 in May 2026, 71 days left", at("2026-05-01T06:00:00Z", report()), "OS_SUPPORT_ENDS_SOON", "warn", "OS_LONG_TERM_SUPPORT", days=71),
    one("Debian 12 on its last regular day", at("2026-07-11T23:00:00Z", report()), "OS_SUPPORTED", "warn"),
    one("Debian 12 on the day after", at("2026-07-12T06:00:00Z", report()), "OS_LONG_TERM_SUPPORT", "pass", "OS_SUPPORTED"),
    one("Debian 13", named("debian", "13", "Debian GNU/Linux 13 (trixie)"), "OS_SUPPORTED", "pass", until="2028-08-09"),
    one("Debian 11, Extended LTS not visible", named("debian", "11"), "OS_EXTENDED_NOT_VISIBLE", "inconclusive", "OS_SUPPORT_ENDED"),
    one("Debian 11 is over", report({"os-release": 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"', "os-extra": "lts=no"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", "OS_SUPPORTED", ended="2026-08-31", target="Debian 12"),
    one("Debian 11 with Extended LTS", report({"os-release": "ID=debian\nVERSION_ID=11", "os-extra": "lts=yes\nelts=yes"}), "OS_EXTENDED_SUPPORT", "pass"),
    # Debian's own security archive is configured nearly everywhere, and has nothing more for this release.
    one("Debian 11 with the security archive only", report({"os-release": "ID=debian\nVERSION_ID=11", "os-extra": "lts=yes\nelts=no"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", "OS_EXTENDED_SUPPORT"),
    one("Debian 11, the sources tell", report({"os-release": "ID=debian\nVERSION_ID=11", "os-extra": "lts=yes", "packages.sources": "deb http://deb.freexian.com/extended-lts bullseye main"}), "OS_EXTENDED_SUPPORT", "pass"),
    one("Debian 11, the sources tell that not", report({"os-release": "ID=debian\nVERSION_ID=11", "os-extra": "lts=yes", "packages.sources": "deb http://mirror.example/debian-security bullseye-security main"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail"),
    one("Debian 11 goes to 12", report({"os-release": "ID=debian\nVERSION_ID=11", "os-extra": "elts=no"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", command="cp -a /etc/apt ~/apt-before-bookworm && grep -rl bullseye /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | xargs -r sed -i 's#bullseye#bookworm#g' && apt-get update && apt-get upgrade --without-new-pkgs && apt-get dist-upgrade"),
    one("Debian 10 is too far back for a chain of upgrades", report({"os-release": "ID=debian\nVERSION_ID=10", "os-extra": "elts=no"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", target="Debian 13", command="start a new server with Debian 13 and move your data to it"),
    one("CentOS 6 is too far back", named("centos", "6.10"), "OS_SUPPORT_ENDED", "fail", command="start a new server with a supported release and move your data to it"),
    one("CentOS 7", named("centos", "7"), "OS_SUPPORT_ENDED", "fail", command="leapp preupgrade && leapp upgrade && shutdown -r now"),
    one("CentOS 7 with cPanel", panelled("centos", "7", "cpanel|11.110.0.1|"), "OS_SUPPORT_ENDED", "fail", command="on a server with cPanel, use only cPanel's own tool for this step (ELevate, elevate-cpanel), and ask its makers whether it can bring this system up; otherwise set up a new server with the panel and move the sites to it"),
    one("CentOS 7 with Plesk", panelled("centos", "7", "plesk|18.0.60|Web Host"), "OS_SUPPORT_ENDED", "fail", command="on a server with Plesk, use only Plesk's own tool for this step (centos2alma for CentOS 7, and its like for other systems), and ask its makers whether it can bring this system up; otherwise set up a new server with the panel and move the sites to it"),
    one("Ubuntu 25.10 with a panel that is not known", panelled("ubuntu", "25.10", "oddpanel\x1b[31m|1|"), "OS_SUPPORT_ENDED", "fail", target="Ubuntu 26.04", command="on a server with a control panel, use only the way that the panel's makers describe, and ask its makers whether it can bring this system up; otherwise set up a new server with the panel and move the sites to it"),
    one("Debian 8 is over for everybody", named("debian", "8"), "OS_SUPPORT_ENDED", "fail", ended="2020-06-30"),
    one("Debian testing", report({"os-release": SID}), "OS_NOT_RELEASED", "warn", "OS_SUPPORTED"),
    one("Debian testing that has become stable", report({"os-release": "ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\""}), "OS_SUPPORTED", "pass"),
    one("Ubuntu 22.04", report(system="ubuntu"), "OS_SUPPORTED", "pass", until="2027-06-01"),
    one("Ubuntu 20.04 with Pro and its archive", ubuntu("20.04", "attached", INFRA), "OS_EXTENDED_SUPPORT", "pass", "OS_EXTENDED_NOT_ENABLED"),
    one("Ubuntu 20.04 with Pro, esm-infra off", ubuntu("20.04", "attached", "deb http://archive.ubuntu.com/ubuntu focal main"), "OS_EXTENDED_NOT_ENABLED", "fail", "OS_EXTENDED_SUPPORT", ended="2025-05-29"),
    one("Ubuntu 20.04 with Pro, esm-infra commented out", ubuntu("20.04", "attached", "#" + INFRA + "\ndeb http://archive.ubuntu.com/ubuntu focal main"), "OS_EXTENDED_NOT_ENABLED", "fail", "OS_EXTENDED_SUPPORT"),
    one("Ubuntu 20.04 with Pro, some source switched off", ubuntu("20.04", "attached", "URIs: https://esm.ubuntu.com/infra/ubuntu\nEnabled: no"), "OS_EXTENDED_NOT_VISIBLE", "inconclusive"),
    one("Ubuntu 20.04 with Pro, sources not seen", ubuntu("20.04", "attached"), "OS_EXTENDED_NOT_VISIBLE", "inconclusive", "OS_EXTENDED_SUPPORT"),
    one("Ubuntu 20.04, the archive left over without Pro", ubuntu("20.04", "unattached", INFRA), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", "OS_EXTENDED_SUPPORT"),
    one("Ubuntu 14.04 has the Legacy add-on until 2029", ubuntu("14.04", "attached", INFRA), "OS_EXTENDED_NOT_VISIBLE", "inconclusive", "OS_SUPPORT_ENDED", until="2029-04-17"),
    one("Ubuntu 14.04 without Pro", ubuntu("14.04", "absent"), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", "OS_SUPPORT_ENDED"),
    one("Ubuntu 20.04 without Pro", report({"os-release": "ID=ubuntu\nVERSION_ID=20.04", "os-extra": "pro=unattached"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail", ended="2025-05-29", until="2030-04-23"),
    one("Ubuntu 20.04 where Pro could not be asked", report({"os-release": "ID=ubuntu\nVERSION_ID=20.04", "os-extra": PartStatus.TIMEOUT}), "OS_EXTENDED_NOT_VISIBLE", "inconclusive"),
    one("Ubuntu 16.04 has only a second extension", ubuntu("16.04", "attached", INFRA), "OS_EXTENDED_NOT_VISIBLE", "inconclusive"),
    one("Ubuntu 25.10, an interim release", report({"os-release": "ID=ubuntu\nVERSION_ID=25.10"}), "OS_SUPPORT_ENDED", "fail", ended="2026-07-09"),
    one("AlmaLinux 9.6", report(system="alma"), "OS_POINT_RELEASE_OLD", "fail", "OS_SUPPORTED", newest="9.8", since="2026-05-26"),
    one("AlmaLinux 9.6 although nothing newer shows", alma("9.6"), "OS_POINT_RELEASE_OLD", "fail", "OS_SUPPORTED"),
    one("AlmaLinux 9.8", named("almalinux", "9.8"), "OS_SUPPORTED", "pass", "OS_POINT_RELEASE_NOT_KNOWN", until="2032-05-31"),
    one("AlmaLinux 9.9, newer than the list, in time", named("almalinux", "9.9"), "OS_SUPPORTED", "pass"),
    one("AlmaLinux 9.8 half a year after it came out", at("2026-11-25T06:00:00Z", named("almalinux", "9.8")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED", "OS_POINT_RELEASE_OLD", line="AlmaLinux 9", until="2032-05-31", newest="9.8", as_of="2026-10-05"),
    one("AlmaLinux 9.12 when the list is too old", at("2028-11-22T06:00:00Z", named("almalinux", "9.12")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 9.8, its package manager knows of nothing newer", at("2026-11-25T06:00:00Z", alma("9.8")), "OS_SUPPORTED", "pass", "OS_POINT_RELEASE_NOT_KNOWN"),
    one("AlmaLinux 9.8 with old lists", at("2026-12-25T06:00:00Z", alma("9.8")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 9.8 with one old list", at("2026-11-25T06:00:00Z", alma("9.8", packages_lists="newest=2026-11-21T06:00:00Z\noldest=2026-01-20T06:00:00Z\ncount=4")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 9.8 with packages held", at("2026-11-25T06:00:00Z", alma("9.8", packages_held="kernel*")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 9.8 with its point release in the sources", at("2026-11-25T06:00:00Z", alma("9.8", packages_sources="baseurl=https://mirror.example/9.8/BaseOS")), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 8.10 is the last one of its line", at("2028-11-22T06:00:00Z", named("almalinux", "8.10")), "OS_SUPPORTED", "pass", "OS_POINT_RELEASE_NOT_KNOWN"),
    one("AlmaLinux 8.9", named("almalinux", "8.9"), "OS_POINT_RELEASE_OLD", "fail", newest="8.10"),
    one("AlmaLinux 9 without its point", named("almalinux", "9"), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("AlmaLinux 9.3", named("almalinux", "9.3"), "OS_POINT_RELEASE_OLD", "fail", "OS_SUPPORTED", newest="9.8"),
    one("Oracle Linux 9.4", named("ol", "9.4"), "OS_POINT_RELEASE_OLD", "fail", "OS_SUPPORTED", newest="9.8"),
    one("Oracle Linux 9.8", named("ol", "9.8"), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("Rocky Linux 10.1", named("rocky", "10.1"), "OS_POINT_RELEASE_OLD", "fail", newest="10.2"),
    one("CloudLinux 9.8", named("cloudlinux", "9.8"), "OS_SUPPORTED", "pass", until="2032-05-31"),
    one("CloudLinux 7", named("cloudlinux", "7.9"), "OS_EXTENDED_NOT_VISIBLE", "inconclusive", until="2027-06-30"),
    one("CentOS 7 by its name", named("centos", "7", "CentOS Linux 7 (Core)"), "OS_SUPPORT_ENDED", "fail", ended="2024-06-30"),
    one("CentOS Stream 9", named("centos", "9", "CentOS Stream 9"), "OS_SUPPORTED", "pass"),
    one("Red Hat 9.4 may have updates for older releases", named("rhel", "9.4"), "OS_POINT_RELEASE_EXTENDED_NOT_VISIBLE", "inconclusive", "OS_SUPPORTED", "OS_POINT_RELEASE_OLD", newest="9.8"),
    one("Red Hat 9.8", at("2026-11-17T06:00:00Z", named("rhel", "9.8")), "OS_SUPPORTED", "pass"),
    one("Red Hat 9.8 half a year after it came out", named("rhel", "9.8"), "OS_POINT_RELEASE_NOT_KNOWN", "inconclusive", "OS_SUPPORTED"),
    one("Red Hat 8.10", named("rhel", "8.10"), "OS_SUPPORTED", "pass"),
    one("Red Hat 7, not registered", report({"os-release": "ID=rhel\nVERSION_ID=7.9", "os-extra": "subscription=absent"}), "OS_EXTENDED_NOT_SUBSCRIBED", "fail"),
    one("Red Hat 7 with ELS", report({"os-release": "ID=rhel\nVERSION_ID=7.9", "packages.sources": "rhel-7-server-els-rpms"}), "OS_EXTENDED_SUPPORT", "pass"),
    one("Red Hat 7, registered for something", report({"os-release": "ID=rhel\nVERSION_ID=7.9", "os-extra": "subscription=Overall Status: Current"}), "OS_EXTENDED_NOT_VISIBLE", "inconclusive"),
    one("SLES 15 SP5 with LTSS", report({"os-release": "ID=sles\nVERSION_ID=15.5", "packages.sources": "SLE-Product-SLES15-SP5-LTSS-Updates"}), "OS_EXTENDED_SUPPORT", "pass"),
    one("SLES 15 SP7", named("sles", "15.7"), "OS_SUPPORTED", "pass", until="2031-07-31"),
    one("SLES 15 SP6 without LTSS in sight", named("sles", "15.6"), "OS_EXTENDED_NOT_VISIBLE", "inconclusive", until="2028-12-31"),
    one("SLES 15 SP9 is not listed", named("sles", "15.9"), "OS_NOT_IN_LIST", "inconclusive", "OS_SUPPORTED", "OS_SUPPORT_ENDED"),
    one("openSUSE Leap 15.6", report(system="suse"), "OS_SUPPORT_ENDED", "fail", ended="2026-04-30", target="openSUSE Leap 16.0"),
    one("Alpine 3.22", report(system="alpine"), "OS_SUPPORTED", "pass"),
    one("Alpine edge", named("alpine", "3.24_alpha20260127", "Alpine Linux edge"), "OS_NOT_RELEASED", "warn"),
    one("openSUSE Slowroll", named("opensuse-slowroll", "20261120"), "OS_ROLLING", "not-applicable"),
    one("Arch", report(system="arch"), "OS_ROLLING", "not-applicable"),
    one("FreeBSD 14.3", report(system="freebsd"), "OS_SUPPORT_ENDED", "fail", ended="2026-06-30", target="FreeBSD 14.5"),
    one("FreeBSD by its userland", report({"os-extra": "freebsd_userland=14.5-RELEASE-p1"}, system="freebsd"), "OS_SUPPORTED", "pass"),
    one("FreeBSD STABLE", report({"os-extra": "freebsd_userland=14.5-STABLE"}, system="freebsd"), "OS_SUPPORTED", "pass", until="2028-11-30"),
    one("FreeBSD CURRENT", report({"os-extra": "freebsd_userland=16.0-CURRENT"}, system="freebsd"), "OS_NOT_RELEASED", "warn"),
    one("Windows Server 2022", report(system="windows"), "OS_SUPPORTED", "pass"),
    one("Windows Server 2012 R2", report({"os-release": "ID=windows\nVERSION_ID=2012 R2\nPRETTY_NAME=Windows Server 2012 R2"}, system="windows"), "OS_SUPPORT_ENDED", "fail", ended="2023-10-10"),
    one("Windows Server 2016 soon ends", report({"os-release": "ID=windows\nVERSION_ID=2016"}, system="windows"), "OS_SUPPORT_ENDS_SOON", "warn", days=51),
    one("Fedora 44", named("fedora", "44"), "OS_SUPPORTED", "pass", until="2027-06-02"),
    one("Fedora 45 is not listed", named("fedora", "45"), "OS_NOT_IN_LIST", "inconclusive", "OS_SUPPORTED"),
    one("Fedora 30, older than the list", named("fedora", "30"), "OS_SUPPORT_ENDED", "fail"),
    one("a derivative", named("linuxmint", "22"), "OS_NOT_IN_LIST", "inconclusive"),
    one("nonsense", report({"os-release": "ID=\x1b[31m\nVERSION_ID=" + "9" * 500}), "OS_NOT_IN_LIST", "inconclusive"),
    one("rescue", report({"packages.sources": SOURCES}, rescue=True), "OS_LONG_TERM_SUPPORT", "pass"),
    *(one(f"os-release is {status}", report({"os-release": status}), "OS_NOT_IN_FILE", "inconclusive", "OS_NOT_IN_LIST") for status in PartStatus if status is not PartStatus.OK),
    one("another server's file", OTHER, "OS_OTHER_HOST", "inconclusive", "OS_LONG_TERM_SUPPORT"),
    one("an old file", report(taken="2026-11-01T06:00:00Z"), "OS_FILE_TOO_OLD", "inconclusive", "OS_LONG_TERM_SUPPORT"),
    one("a clock that is ahead", report(taken="2027-11-22T06:00:00Z"), "OS_CLOCK", "inconclusive", "OS_LONG_TERM_SUPPORT"),
    one("a file that was changed", report(genuine=False, damage=("the sum does not fit",)), "OS_FILE_CHANGED", "inconclusive", "OS_LONG_TERM_SUPPORT"),
    Scenario("the file says another address", [report({"addresses": "eth0|10.0.0.5/24"}, address="203.0.113.7"), type(SCOPE)(SCOPE.host, (ScopeAddress("192.0.2.10", "named"),), ())], ["OS_OTHER_HOST"], "inconclusive"),
]  # fmt: skip
