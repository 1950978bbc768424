"""Versions and kernels: which is newer, and which can be compared at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.protocols.packages.versions import Rules, compare, kernel_of

OLDER_NEWER: list[tuple[Rules, str, str]] = [
    ("deb", "6.1.0-9", "6.1.0-40"),
    ("deb", "1.0~rc1-1", "1.0-1"),
    ("deb", "1.0-1", "1.0-1+deb12u1"),
    ("deb", "9.9-9", "1:0.1-1"),
    ("deb", "3.0.20-1~deb12u2", "3.0.22-1~deb12u2"),
    ("deb", "3.0.20-1~bpo12+1", "3.0.20-1"),
    ("deb", "1.3.1a", "1.3.1b"),
    ("deb", "6.12.9+deb13", "6.12.43+deb13"),
    ("rpm", "5.14.0-503.11.1.el9_5", "5.14.0-570.62.1.el9_6"),
    ("rpm", "3.10.0-957.el7", "3.10.0-1160.119.1.el7"),
    ("rpm", "1.0~rc1-1", "1.0-1"),
    ("rpm", "1.0-1", "1.0^git1-1"),
    ("rpm", "1.0^git1-1", "1.0.1-1"),
    ("rpm", "1.0a-1", "1.0.1-1"),
    ("rpm", "2.0-1", "1:1.0-1"),
]


@pytest.mark.parametrize(("rules", "older", "newer"), OLDER_NEWER)
def test_order(rules: Rules, older: str, newer: str) -> None:
    assert compare(older, newer, rules) == -1
    assert compare(newer, older, rules) == 1
    assert compare(newer, newer, rules) == 0


def test_equal_in_other_words() -> None:
    assert compare("1.00-1", "1.0-1") == 0
    assert compare("0:1.0-1", "1.0-1") == 0
    assert compare("1.0-1", "1_0-1", "rpm") == 0


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["deb", "rpm"]))
def test_any_two_texts_have_an_order(left: str, right: str, rules: Rules) -> None:
    assert compare(left, right, rules) == -compare(right, left, rules)


@pytest.mark.parametrize(
    ("release", "version", "flavour", "rules"),
    [
        ("6.1.0-40-amd64", "6.1.0-40", "amd64", "deb"),
        ("6.1.0-40-cloud-amd64", "6.1.0-40", "cloud-amd64", "deb"),
        ("6.1.0-0.deb11.7-amd64", "6.1.0-0.deb11.7", "amd64", "deb"),
        ("6.12.43+deb13-amd64", "6.12.43+deb13", "amd64", "deb"),
        ("5.15.0-130-generic", "5.15.0-130", "generic", "deb"),
        ("6.8.0-1050-aws", "6.8.0-1050", "aws", "deb"),
        ("6.8.12-4-pve", "6.8.12-4", "pve", "deb"),
        ("6.12.34+rpt-rpi-v8", "6.12.34+rpt", "rpi-v8", "deb"),
        ("6.4.0-150600.23.25-default", "6.4.0-150600.23.25", "default", "deb"),
        ("6.12.38-0-lts", "6.12.38-0", "lts", "deb"),
        ("5.14.0-503.11.1.el9_5.x86_64", "5.14.0-503.11.1.el9_5", "x86_64", "rpm"),
        ("5.14.0-503.11.1.el9_5.x86_64+rt", "5.14.0-503.11.1.el9_5", "x86_64+rt", "rpm"),
        ("5.15.0-304.171.4.el9uek.x86_64", "5.15.0-304.171.4.el9uek", "uekx86_64", "rpm"),
        ("6.1.112-124.190.amzn2023.x86_64", "6.1.112-124.190.amzn2023", "x86_64", "rpm"),
        ("6.12.11-200.fc41.aarch64", "6.12.11-200.fc41", "aarch64", "rpm"),
    ],
)
def test_kernel(release: str, version: str, flavour: str, rules: str) -> None:
    kernel = kernel_of(release)
    assert kernel is not None
    assert (kernel.version, kernel.flavour, kernel.rules) == (version, flavour, rules)


@pytest.mark.parametrize(
    ("running", "package"),
    [
        ("6.13.2-arch1-1", "linux 6.13.2.arch1-1"),
        ("6.12.13-1-lts", "linux-lts 6.12.13-1"),
        ("6.13.2-zen1-1-zen", "linux-zen 6.13.2.zen1-1"),
        ("6.12.13-hardened1-1-hardened", "linux-hardened 6.12.13.hardened1-1"),
    ],
)
def test_arch(running: str, package: str) -> None:
    left, right = kernel_of(running, arch_linux=True), kernel_of(package, arch_linux=True)
    assert left is not None
    assert right is not None
    assert (left.version, left.flavour) == (right.version, right.flavour)


@pytest.mark.parametrize("text", ["", "custom", "x" * 300, "-1", "6.1 0"])
def test_no_kernel(text: str) -> None:
    assert kernel_of(text) is None
    assert kernel_of(text, arch_linux=True) is None
