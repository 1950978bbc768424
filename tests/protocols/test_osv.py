"""Questions to OSV, its answers, and the list of exploited vulnerabilities."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostPart, PartStatus
from selfaudit.protocols import osv
from selfaudit.protocols.host_system import system_of
from selfaudit.protocols.osv import Hits, Package
from tests.checks.host import report

DSA: dict[str, Any] = {
    "id": "DSA-5532-1", "upstream": ["CVE-2023-5363", "DEBIAN-CVE-2023-5363"], "related": [],
    "affected": [
        {"package": {"ecosystem": "Debian:11", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1w-0+deb11u2"}]}]},
        {"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ID=debian\nVERSION_ID="12"', "Debian:12"), ("ID=debian\nPRETTY_NAME=forky/sid", ""), ("ID=ubuntu\nVERSION_ID=22.04", "Ubuntu:22.04:LTS"),
        ("ID=ubuntu\nVERSION_ID=25.10", "Ubuntu:25.10"), ("ID=ubuntu\nVERSION_ID=25.04", "Ubuntu:25.04"), ("ID=almalinux\nVERSION_ID=9.6", "AlmaLinux:9"),
        ("ID=rocky\nVERSION_ID=9.6", "Rocky Linux:9"), ("ID=alpine\nVERSION_ID=3.22.1", "Alpine:v3.22"), ("ID=alpine\nVERSION_ID=3.23_alpha2025", ""),
        ("ID=opensuse-leap\nVERSION_ID=15.6", "openSUSE:Leap 15.6"), ("ID=rhel\nVERSION_ID=9.4", ""), ("ID=centos\nVERSION_ID=7", ""),
        ("ID=freebsd\nVERSION_ID=14.3", ""), ("ID=arch", ""), ("ID=sles\nVERSION_ID=15.6", ""), ("ID=windows\nVERSION_ID=2022", ""),
    ],
)  # fmt: skip
def test_ecosystems(text: str, name: str) -> None:
    assert osv.ecosystem(system_of(report({"os-release": text}))) == name


def test_packages_are_asked_about_by_their_source() -> None:
    listed = (
        "libssl3|3.0.11-1~deb12u1|openssl|3.0.11-1~deb12u1\nopenssl|3.0.11-1~deb12u1|openssl|3.0.11-1~deb12u1\nbash|5.2.15-2+b2|bash|5.2.15-2\n"
        "curl|7.88.1-10|curl (7.88.1-10)|7.88.1-10\nnginx|1.26.0-1~bpo12+1|nginx|1.26.0-1~bpo12+1\nodd name|1|-|-\nzlib1g|1:1.2.13|-|-\nbroken"
    )
    made = report({"packages.installed": listed})
    found = osv.packages(made, system_of(made))
    assert found.listed == (
        Package("openssl", "3.0.11-1~deb12u1"), Package("bash", "5.2.15-2"), Package("curl", "7.88.1-10"), Package("zlib1g", "1:1.2.13"),
    )  # fmt: skip
    assert (found.left_out, found.cut) == (3, False)


def test_almalinux_names_its_own_packages() -> None:
    made = report({"packages.installed": "bind-libs|32:9.16.23-18.el9|bind|32:9.16.23-18.el9"}, system="alma")
    assert osv.packages(made, system_of(made)).listed == (Package("bind-libs", "32:9.16.23-18.el9"),)


def test_a_list_that_is_missing_cut_or_too_long() -> None:
    assert osv.packages(report(), system_of(report())).cut
    cut = report(more=(HostPart("packages.installed", PartStatus.OK, ("a|1|a|1",), cut=True),))
    assert osv.packages(cut, system_of(cut)).cut
    many = report({"packages.installed": "\n".join(f"p{i}|1|p{i}|1" for i in range(5001))})
    found = osv.packages(many, system_of(many))
    assert (len(found.listed), found.cut) == (5000, True)


def test_the_question() -> None:
    body = osv.question("Debian:12", [(Package("openssl", "3.0.11"), ""), (Package("bash", "5.2"), "token")])
    assert json.loads(body) == {
        "queries": [
            {"package": {"name": "openssl", "ecosystem": "Debian:12"}, "version": "3.0.11"},
            {"package": {"name": "bash", "ecosystem": "Debian:12"}, "version": "5.2", "page_token": "token"},
        ]
    }


def test_hits_in_their_order() -> None:
    answer = {
        "results": [
            {"vulns": [{"id": "DSA-1-1", "modified": "x"}, {"id": "DSA-1-1"}, {"id": "bad id"}, 7]},
            {},
            {"vulns": [], "next_page_token": "t"},
        ]
    }
    assert osv.read_hits(json.dumps(answer).encode(), 3) == [Hits(("DSA-1-1",)), Hits(()), Hits((), "t")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": []}',
        '{"results": {}}',
        '{"results": [{}, {}]}',
        '{"code": 3, "message": "Invalid"}',
        "[" * 10_000,
    ],
)
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(BadInput):
        osv.read_hits(text.encode(), 1)


@pytest.mark.parametrize(
    ("entry", "advisory", "cve"),
    [
        ("DSA-5532-1", True, ""), ("DLA-3942-1", True, ""), ("USN-6450-1", True, ""), ("ALSA-2024:1234", True, ""), ("ALBA-2024:1234", False, ""),
        ("ALEA-2024:1", False, ""), ("RLSA-2024:1", True, ""), ("openSUSE-SU-2024:0123-1", True, ""), ("SUSE-RU-2024:1-1", False, ""),
        ("ALPINE-CVE-2024-4741", True, "CVE-2024-4741"), ("DEBIAN-CVE-2024-1086", False, "CVE-2024-1086"), ("UBUNTU-CVE-2024-1086", False, "CVE-2024-1086"),
        ("CVE-2024-1086", False, "CVE-2024-1086"), ("GHSA-vqj2-4v8m-8vrq", False, ""),
    ],
)  # fmt: skip
def test_kinds_of_entries(entry: str, advisory: bool, cve: str) -> None:
    assert (osv.is_advisory(entry), osv.cve_of(entry)) == (advisory, cve)


def test_an_entry() -> None:
    entry = osv.read_entry(json.dumps(DSA).encode(), "Debian:12")
    assert (entry.id, entry.cves, dict(entry.fixed), entry.counts) == (
        "DSA-5532-1",
        ("CVE-2023-5363",),
        {"openssl": "3.0.11-1~deb12u2"},
        True,
    )
    assert osv.read_entry(json.dumps(DSA).encode(), "Debian:13").fixed == {}


def test_entries_that_do_not_count() -> None:
    package = {"ecosystem": "Debian:12", "name": "tar"}
    unimportant = {
        "id": "DEBIAN-CVE-2005-2541",
        "affected": [{"package": package, "ecosystem_specific": {"urgency": "unimportant"}}],
    }
    assert not osv.read_entry(json.dumps(unimportant).encode(), "Debian:12").counts
    assert osv.read_entry(json.dumps(unimportant).encode(), "Debian:11").counts
    assert not osv.read_entry(json.dumps({**DSA, "withdrawn": "2024-01-01T00:00:00Z"}).encode(), "Debian:12").counts


@pytest.mark.parametrize("text", ["", "{}", '{"id": "with space"}', "[]", '{"id": 7.5}', "\ufeff"])
def test_what_is_no_entry(text: str) -> None:
    with pytest.raises(BadInput):
        osv.read_entry(text.encode(), "Debian:12")


def test_where_an_entry_stands() -> None:
    assert osv.entry_url("https://api.osv.test/v1/querybatch", "ALSA-2024:1") == "https://api.osv.test/v1/vulns/ALSA-2024%3A1"
    assert osv.entry_url("https://api.osv.test/other", "DSA-1-1") == ""


def test_the_list_of_exploited_ones() -> None:
    document = {
        "dateReleased": "2026-11-20T18:00:06.7Z",
        "vulnerabilities": [{"cveID": "CVE-2021-3156"}, {"cveID": "nonsense"}, 3],
    }
    found = osv.read_exploited(json.dumps(document).encode())
    assert (found.date, found.cves) == ("2026-11-20", frozenset({"CVE-2021-3156"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "{}",
        '{"dateReleased": "2026-11-20", "vulnerabilities": []}',
        '{"dateReleased": "soon", "vulnerabilities": [{"cveID": "CVE-2021-3156"}]}',
    ],
)
def test_what_is_no_list_of_exploited_ones(text: str) -> None:
    with pytest.raises(BadInput):
        osv.read_exploited(text.encode())


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda c: st.lists(c, max_size=4) | st.dictionaries(
    st.sampled_from(["id", "results", "vulns", "affected", "package", "ranges", "events", "fixed", "ecosystem_specific", "vulnerabilities", "cveID"]), c, max_size=5
), max_leaves=20)  # fmt: skip


@given(JSON)
def test_any_json(document: Any) -> None:
    data = json.dumps(document).encode()
    for read in (lambda d: osv.read_hits(d, 1), lambda d: osv.read_entry(d, "Debian:12"), osv.read_exploited):
        try:
            read(data)
        except BadInput:
            continue


@given(st.binary(max_size=200))
def test_any_octets(data: bytes) -> None:
    for read in (lambda d: osv.read_hits(d, 1), lambda d: osv.read_entry(d, "Debian:12"), osv.read_exploited):
        try:
            read(data)
        except BadInput:
            continue
