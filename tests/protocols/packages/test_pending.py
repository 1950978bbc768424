"""Recorded answers of package managers: what waits, what is for security, what could not be told. Never "nothing" by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.facts.host import HostPart, HostReport, PartStatus
from selfaudit.protocols.packages import ESM, Kind, Pending, pending
from tests.checks.host import report

RECORDED = Path(__file__).parents[2] / "data" / "packages"
FRESH = "newest=2026-11-21T06:00:00Z\ncount=4"


def text(name: str) -> str:
    return (RECORDED / f"{name}.txt").read_text("utf-8")


def ascii_only(content: str) -> str:
    """As the collector writes it: each octet outside of ASCII becomes a question mark."""
    return "".join(chr(b) if b < 128 else "?" for b in content.encode())


def read(
    system: str, upgrade: str, security: str = "", *, code: int | None = 0, exact: bool = False, cut: bool = False, **parts: str
) -> Pending:
    return pending(made(system, text(upgrade), text(security) if security else "", code=code, exact=exact, cut=cut, **parts))


def made(
    system: str, upgrade: str, security: str = "", *, code: int | None = 0, exact: bool = False, cut: bool = False, **parts: str
) -> HostReport:
    convert = str if exact else ascii_only
    more = [HostPart("packages.upgrade", PartStatus.OK, tuple(convert(upgrade).splitlines()), exit=code, cut=cut)]
    if security:
        more.append(HostPart("packages.security", PartStatus.OK, tuple(convert(security).splitlines())))
    named = {"packages.lists": FRESH} | {f"packages.{k}": v for k, v in parts.items()}
    return report(named, system=system, more=tuple(more))


def names(found: Pending) -> list[str]:
    return [u.name for u in found.all]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", ["apt-security", "apt-security-de"])
def test_apt_security(name: str, exact: bool) -> None:
    found = read("debian", name, exact=exact)
    assert len(found.all) == len(found.security) == 22
    assert (found.errors, found.kept, found.complete, found.security_known) == ((), (), True, True)
    ssl = next(u for u in found.all if u.name == "libssl3")
    assert (ssl.installed, ssl.available) == ("3.0.20-1~deb12u2", "3.0.22-1~deb12u2")
    assert ssl.origin == "Debian-Security:12/oldstable-security"
    assert found.list_age == 86_400.0


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", ["apt-held", "apt-held-de", "apt3-held-de"])
def test_apt_held(name: str, exact: bool) -> None:
    found = read("debian", name, exact=exact, held="libssl3t64")
    assert found.kept == found.held == ("libssl3t64",)
    assert (len(found.security), found.errors, found.complete) == (6, (), True)


def test_apt_asked_in_spite_of_holds() -> None:
    found = read("debian", "apt-ignore-hold", held="libssl3t64")
    assert found.kept == ()
    assert "libssl3t64" in [u.name for u in found.security]


@pytest.mark.parametrize("name", ["apt-nothing", "apt-nothing-de"])
def test_apt_nothing(name: str) -> None:
    assert read("debian", name) == Pending("apt", security_known=True, list_age=86_400.0)


def test_apt_says_nothing_to_do_without_lists() -> None:
    found = read("debian", "apt-nothing", lists="count=0")
    assert [e.kind for e in found.errors] == [Kind.NO_LISTS]
    assert found.list_age is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("apt-unmet", Kind.BROKEN), ("apt-unmet-de", Kind.BROKEN), ("apt-interrupted-de", Kind.BROKEN), ("apt-locked", Kind.LOCKED),
        ("apt-bad-sources", Kind.NO_LISTS), ("apt-bad-sources-de", Kind.NO_LISTS),
    ],
)  # fmt: skip
def test_apt_troubles(name: str, kind: Kind) -> None:
    found = read("debian", name, code=100)
    assert kind in [e.kind for e in found.errors]
    assert found.all == ()


def test_apt_half_installed() -> None:
    found = read("debian", "apt-half-installed", broken=text("dpkg-audit"))
    assert found.broken[-1] == "1 not fully installed or removed."
    assert any("half configured" in line for line in found.broken)


def test_ubuntu() -> None:
    found = read("ubuntu", "apt-ubuntu-pending")
    assert [u.name for u in found.security] == ["openssl", "libssl3", "linux-generic", "linux-image-generic"]
    assert [u.name for u in found.ready if u.security is False] == ["tzdata"]
    assert [u.name for u in found.ready if u.security is None] == ["nginx"]
    assert [u.name for u in found.security if u.kernel] == ["linux-generic", "linux-image-generic"]
    assert [u.name for u in found.esm] == ["libavcodec58", "imagemagick"]
    assert not found.security_known
    assert found.complete


def test_ubuntu_pro() -> None:
    found = read("ubuntu", "apt-ubuntu-esm")
    assert len(found.esm) == 7
    assert (found.ready, found.kept, found.errors) == ((), (), ())
    attached = read("ubuntu", "apt-ubuntu-pro")
    assert attached.esm == ()
    assert [(u.name, u.origin) for u in attached.security] == [("curl", "UbuntuESM")]
    assert attached.all[0].origin != ESM


def test_apt_cut() -> None:
    lines = text("apt-security").splitlines()
    part = HostPart("packages.upgrade", PartStatus.OK, tuple(lines[:14]), exit=0, cut=True)
    found = pending(report({"packages.lists": FRESH}, more=(part,)))
    assert not found.complete
    found = pending(report({"packages.lists": FRESH, "packages.upgrade": "\n".join(lines[:14])}))
    assert not found.complete, "fewer packages than it announces"


@pytest.mark.parametrize(("updates", "security"), [("dnf-pending", "dnf-security"), ("dnf-pending-de", "dnf-security-de")])
@pytest.mark.parametrize("exact", [True, False])
def test_dnf(updates: str, security: str, exact: bool) -> None:
    found = read("alma", updates, security, code=100, exact=exact)
    assert [u.name for u in found.security] == ["kernel-core", "openssl-libs"]
    assert [u.name for u in found.ready if u.security is False] == ["python3-dnf-plugins-core-with-a-long-name", "tzdata"]
    assert found.security_known
    assert found.errors == ()
    assert found.security[1].available == "1:3.2.2-6.el9_5.1"


def test_dnf_advisories_that_are_not_about_security() -> None:
    found = read("alma", "dnf-pending", "dnf-all-advisories", code=100)
    assert [u.name for u in found.security] == ["kernel-core", "openssl-libs"]
    assert found.errors == ()


def test_dnf_without_security_part() -> None:
    found = read("alma", "dnf-pending", code=100)
    assert {u.security for u in found.all} == {None}
    assert not found.security_known


def test_dnf_5() -> None:
    found = read("alma", "dnf5-pending", "dnf5-security", code=100)
    assert [(u.name, u.severity) for u in found.security] == [("kernel-core", ""), ("openssl-libs", "important")]
    assert names(found) == ["kernel-core", "openssl-libs", "tzdata"]
    assert found.errors == ()


def test_dnf_nothing() -> None:
    found = read("alma", "dnf-nothing", "dnf-nothing")
    assert (found.all, found.errors, found.security_known) == ((), (), True)


def test_yum() -> None:
    found = read("alma", "yum-pending", code=100, manager="manager=yum\nversion=3.4.3")
    assert names(found) == ["kernel", "openssl", "python-urllib3-with-a-long-name"]
    assert found.all[2].available == "1.10.2-7.el7"
    assert found.errors == ()


@pytest.mark.parametrize("name", ["dnf-no-cache", "dnf-no-cache-de"])
def test_dnf_without_lists_ends_well_all_the_same(name: str) -> None:
    assert Kind.NO_LISTS in [e.kind for e in read("alma", name, code=0).errors]


@pytest.mark.parametrize("name", ["dnf-unreachable", "yum-dead-mirror"])
def test_dnf_unreachable(name: str) -> None:
    found = read("alma", name, code=1)
    assert Kind.UNREACHABLE in [e.kind for e in found.errors]
    assert found.all == ()


@pytest.mark.parametrize(
    ("updates", "security"), [("zypper-pending", "zypper-security"), ("zypper-pending-de", "zypper-security-de")]
)
@pytest.mark.parametrize("exact", [True, False])
def test_zypper(updates: str, security: str, exact: bool) -> None:
    found = read("suse", updates, security, exact=exact)
    assert [(u.name, u.available, u.severity) for u in found.security] == [
        ("Important: openssl security update", "ALSA-2025:1346", "important"),
        ("Moderate: kernel security update", "ALSA-2025:20095", "moderate"),
    ]
    assert [u.name for u in found.ready if u.security is False] == [
        "kernel-core", "openssl-libs", "python3-dnf-plugins-core-with-a-long-name", "tzdata",
    ]  # fmt: skip
    assert found.errors == ()


def test_zypper_with_the_column_since() -> None:
    found = read("suse", "zypper-nothing", "zypper-security-sles", held=text("zypper-locks"))
    assert [u.name for u in found.security] == ["openssl-3", "the Linux Kernel"]
    assert [u.kernel for u in found.security] == [False, True]
    assert found.held == ("openssl-libs",)


@pytest.mark.parametrize("name", ["zypper-nothing", "zypper-nothing-de"])
def test_zypper_nothing(name: str) -> None:
    found = read("suse", name, "zypper-no-security")
    assert (found.all, found.errors, found.security_known) == ((), (), True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("zypper-no-lists", Kind.NO_LISTS), ("zypper-no-lists-de", Kind.NO_LISTS), ("zypper-locked", Kind.LOCKED)],
)
def test_zypper_troubles(name: str, kind: Kind) -> None:
    assert kind in [e.kind for e in read("suse", name, code=7).errors]


def test_apk() -> None:
    found = read("alpine", "apk-pending")
    assert [(u.name, u.installed, u.available) for u in found.all][::3] == [
        ("libcrypto3", "3.3.2-r4", "3.3.3-r0"), ("py3-setuptools", "70.3.0-r0", "70.3.0-r1"),
    ]  # fmt: skip
    assert {u.security for u in found.all} == {None}
    assert found.errors == ()
    assert read("alpine", "apk-nothing").errors == ()
    assert {e.kind for e in read("alpine", "apk-no-lists").errors} == {Kind.NO_LISTS}


@pytest.mark.parametrize("name", ["pacman-pending", "pacman-pending-de"])
def test_pacman(name: str) -> None:
    found = read("arch", name)
    assert names(found) == ["bind", "linux", "openssl"]
    assert found.kept == ("bind",)
    assert not found.security_known


def test_pacman_nothing_and_no_lists() -> None:
    nothing = read("arch", "pacman-nothing", code=1, broken=text("pacman-dk-sound"))
    assert (nothing.all, nothing.errors, nothing.broken) == ((), (), ())
    assert [e.kind for e in read("arch", "pacman-no-lists", code=1).errors] == [Kind.NO_LISTS]
    assert [e.kind for e in read("arch", "pacman-no-lists-de", code=1).errors] == [Kind.NO_LISTS]
    assert read("arch", "pacman-nothing", code=None).errors != ()
    assert read("arch", "pacman-nothing", code=1, broken=text("pacman-dk-broken")).broken != ()


def test_arch_audit() -> None:
    found = pending(made("arch", text("pacman-pending"), "openssl>=3.4.1-1\nzlib\n"))
    assert [u.name for u in found.security] == ["openssl"]
    assert found.vulnerable == ("zlib",)


@pytest.mark.parametrize("name", ["pkg-pending", "pkg-upgrade"])
def test_pkg(name: str) -> None:
    found = read("freebsd", name, "pkg-audit")
    assert [(u.name, u.installed, u.available, u.security) for u in found.all] == [
        ("curl", "8.11.1", "8.12.0", True), ("nginx", "1.26.2_5,3", "1.26.3,3", False),
    ]  # fmt: skip
    assert found.vulnerable == ("openssh-portable-9.9.p1_1,1",)
    assert found.errors == ()


def test_pkg_troubles() -> None:
    assert [e.kind for e in read("freebsd", "pkg-no-lists", code=1).errors] == [Kind.NO_LISTS]
    found = read("freebsd", "pkg-pending", "pkg-audit-no-list")
    assert [e.kind for e in found.errors] == [Kind.NO_LISTS]
    assert not found.security_known


def test_windows() -> None:
    found = read("windows", "windows-pending")
    assert [u.security for u in found.all] == [True, False]
    assert found.all[0].name.startswith("KB5049983 2025-01 Cumulative Update")


@pytest.mark.parametrize("system", ["debian", "alma", "suse", "alpine", "arch", "freebsd", "windows"])
@pytest.mark.parametrize("code", [0, 1, 100, None])
def test_unknown_lines_are_never_nothing(system: str, code: int | None) -> None:
    found = pending(made(system, "Segmentation fault\n", code=code))
    assert found.errors, (system, code)


@pytest.mark.parametrize("system", ["debian", "alma", "suse", "alpine", "arch", "freebsd"])
def test_failed_command(system: str) -> None:
    part = HostPart("packages.upgrade", PartStatus.FAILED, (), exit=127, note="not found")
    found = pending(report({"packages.lists": FRESH}, system=system, more=(part,)))
    assert found.errors


def test_other_managers_words_are_no_clean_answer() -> None:
    for system in ("debian", "alma", "suse", "arch", "freebsd"):
        for name in ("apk-pending", "windows-pending"):
            found = read(system, name)
            assert found.errors or found.all, (system, name)


def test_held_forms() -> None:
    lines = "nginx\nopenssl-1:3.0.7-27.el9.*\n0:kernel-3.10.0-1160.el7.*\n2 | libssl | package | (any)\nLast metadata expiration check: x"
    assert read("alma", "dnf-nothing", held=lines).held == ("nginx", "openssl", "kernel", "libssl")


def test_held_forms_of_others() -> None:
    assert read("alpine", "apk-nothing", held="nginx=1.28.0-r1\nphp83~8.3\nbind>9\n!curl").held == (
        "nginx",
        "php83",
        "bind",
        "curl",
    )
    assert read("alma", "dnf-nothing", held="php*\n*-debuginfo\n!nginx-1:1.20-1.el9.*").held == ("php*", "*-debuginfo", "nginx")
    assert read("alma", "dnf-nothing", held="$(x)\n&\n").held == ("?",)
    assert read("debian", "apt-nothing", held="$(x)").held == ()


def test_the_oldest_list() -> None:
    old = "newest=2026-11-21T06:00:00Z\noldest=2026-11-12T06:00:00Z\nsecurity=2026-11-20T06:00:00Z\ncount=2"
    for system, age in (
        ("alma", 864_000.0),
        ("suse", 864_000.0),
        ("freebsd", 864_000.0),
        ("debian", 172_800.0),
        ("arch", None),
    ):
        assert made_pending(system, old).oldest_age == age, system
    assert made_pending("freebsd", old, **{"packages.of-interest": "FreeBSD-kernel-generic|15.0|x|-"}).oldest_age is None


def made_pending(system: str, lists: str, **parts: str) -> Pending:
    return pending(report({"packages.lists": lists, "packages.upgrade": "", **parts}, system=system))


def test_centos_with_marked_updates_of_epel_only() -> None:
    updates = "nginx.x86_64 1:1.20-2.el9 epel\nhtop.x86_64 3.3.0-2.el9 epel\nopenssl.x86_64 1:3.2.2-7.el9 baseos\n"
    centos = 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9"'
    more = (
        HostPart("packages.upgrade", PartStatus.OK, tuple(updates.splitlines()), exit=100),
        HostPart("packages.security", PartStatus.OK, ("FEDORA-EPEL-2026-1 Important/Sec. nginx-1:1.20-2.el9.x86_64",)),
    )
    found = pending(report({"os-release": centos, "packages.lists": FRESH}, system="alma", more=more))
    assert [(u.name, u.security) for u in found.all] == [("nginx", True), ("htop", False), ("openssl", None)]


def test_lists_from_the_future_have_no_age() -> None:
    assert read("debian", "apt-nothing", lists="newest=2026-11-25T06:00:00Z\ncount=1").list_age is None
    assert read("debian", "apt-nothing", lists="newest=2026-11-22T06:10:00Z\ncount=1").list_age == 0.0
    found = read("debian", "apt-nothing", lists="newest=2026-01-01T00:00:00Z\nsuccess=2026-11-22T05:00:00Z\ncount=1")
    assert found.list_age == 3_600.0


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["debian", "alma", "suse", "alpine", "arch", "freebsd", "windows"]),
    st.lists(st.text(max_size=80), max_size=6),
    st.sampled_from([0, 1, 100, None]),
)
def test_any_text_is_read(system: str, lines: list[str], code: int | None) -> None:
    part = HostPart("packages.upgrade", PartStatus.OK, tuple(lines), exit=code)
    other = HostPart("packages.security", PartStatus.OK, tuple(lines))
    assert isinstance(pending(report(system=system, more=(part, other))), Pending)
