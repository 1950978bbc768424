"""Questions to OSV about the packages of a server, its answers, and the list of vulnerabilities that are known to be exploited.

OSV's batch query (POST /v1/querybatch) names the entries that a version is affected by, and nothing else; what an entry says stands under
/v1/vulns/ID. Entries are of two kinds. An advisory (DSA, USN, ALSA ...) is written when the distribution has a fix, so a hit means that an update is
missing. An entry by its CVE number alone also covers what the distribution looked at and left unfixed (Debian: unimportant, no-dsa, ignored).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from selfaudit.errors import BadInput
from selfaudit.facts.host import HostReport
from selfaudit.i18n import phrase
from selfaudit.protocols import bounded_json
from selfaudit.protocols.host_system import System

MAX_PACKAGES = 5_000
BATCH = 1_000  # OSV takes no more questions at once
MAX_ANSWER = 8_000_000
MAX_KEV = 8_000_000
MAX_DETAIL = 1_000_000
_MAX_IDS = 2_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._@-]{0,99}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.:~^_-]{0,99}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,79}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,9}")
_ADVISORY = re.compile(r"(?:DSA|DLA|ELA|USN|ALSA|RLSA|RHSA|SUSE-SU|openSUSE-SU|ALPINE-CVE)-")
_BATCH_PATH = "/querybatch"


@dataclass(frozen=True, slots=True)
class Package:
    """A package as OSV is asked about it."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of a report.

    Attributes:
        listed: to ask about.
        left_out: backports and names that OSV cannot compare.
        cut: there are more than are asked about, or the report does not have all.
    """

    listed: tuple[Package, ...]
    left_out: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """What OSV knows of one package: ids of entries, and a token if there are more."""

    ids: tuple[str, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says.

    Attributes:
        id: of the entry.
        cves: CVE numbers that it is about.
        fixed: package -> version that fixes it in the ecosystem that was asked about.
        counts: the distribution takes it seriously: it was not withdrawn and is not called unimportant.
    """

    id: str
    cves: tuple[str, ...]
    fixed: Mapping[str, str]
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Exploited:
    """The list of vulnerabilities that are known to be exploited: its date (YYYY-MM-DD) and the CVE numbers."""

    date: str
    cves: frozenset[str]


def ecosystem(system: System) -> str:
    """What OSV calls a system's packages, for example "Debian:12"; "" if it does not know them or could not compare their versions."""
    version, major = system.version, system.major
    if not version or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)*", version):
        return ""
    minor = ".".join(version.split(".")[:2])
    if system.id == "ubuntu":
        return f"Ubuntu:{version}:LTS" if version.endswith(".04") and int(major) % 2 == 0 else f"Ubuntu:{version}"
    return {
        "debian": f"Debian:{major}", "almalinux": f"AlmaLinux:{major}", "rocky": f"Rocky Linux:{major}",
        "alpine": f"Alpine:v{minor}", "opensuse-leap": f"openSUSE:Leap {version}",
    }.get(system.id, "")  # fmt: skip


def packages(report: HostReport, system: System) -> Packages:
    """The installed packages by the names that OSV uses: of their sources, for AlmaLinux their own.

    Backports are left out: their versions are above those of the release that OSV compares with, so they would look fixed.
    """
    found: dict[Package, None] = {}
    left_out = 0
    part = report.part("packages.installed")
    for name, version, source, source_version in report.rows("packages.installed", 4):
        own = system.id == "almalinux" or source in ("", "-")
        package = Package(
            name if own else source.partition(" ")[0],
            version if own or source_version in ("", "-") else source_version,
        )
        if "~bpo" in package.version or not (_NAME.fullmatch(package.name) and _VERSION.fullmatch(package.version)):
            left_out += 1
        else:
            found.setdefault(package)
    listed = tuple(found)
    cut = len(listed) > MAX_PACKAGES or part is None or part.cut
    return Packages(listed[:MAX_PACKAGES], left_out, cut)


def question(ecosystem: str, asked: Iterable[tuple[Package, str]]) -> bytes:
    """The body of a batch query. Each package comes with the token of its next page, "" for the first."""
    queries: list[dict[str, Any]] = []
    for package, token in asked:
        query: dict[str, Any] = {"package": {"name": package.name, "ecosystem": ecosystem}, "version": package.version}
        queries.append({**query, "page_token": token} if token else query)
    return json.dumps({"queries": queries}).encode()


def read_hits(data: bytes, count: int) -> list[Hits]:
    """Reads the answer to a batch query of `count` questions, in their order.

    Raises:
        BadInput: it is no such answer, or does not answer each question.
    """
    results = bounded_json.mapping(bounded_json.loads(data, max_octets=MAX_ANSWER)).get("results")
    if not isinstance(results, list) or len(results) != count:
        raise BadInput(phrase("this is no answer to the question about {count} packages", count=count))
    return [_hits(bounded_json.mapping(result)) for result in results]


def _hits(result: Mapping[str, Any]) -> Hits:
    listed = bounded_json.items(result.get("vulns"), _MAX_IDS)
    ids = (bounded_json.text(bounded_json.mapping(item).get("id"), 81) for item in listed)
    return Hits(
        tuple(dict.fromkeys(i for i in ids if _ID.fullmatch(i))), bounded_json.text(result.get("next_page_token"), 2_000)
    )


def is_advisory(entry: str) -> bool:
    """Whether an entry is only written when the distribution has a fix. Bug fixes without a security hole (ALBA, SUSE-RU) are none."""
    return _ADVISORY.match(entry) is not None


def cve_of(entry: str) -> str:
    """The CVE number in an entry's id ("DEBIAN-CVE-2023-5363"), "" if it has none."""
    match = _CVE.search(entry)
    return match[0] if match else ""


def entry_url(batch_url: str, entry: str) -> str:
    """Where an entry can be read, "" if it cannot be told from the address of the batch query."""
    if not batch_url.endswith(_BATCH_PATH):
        return ""
    return f"{batch_url.removesuffix(_BATCH_PATH)}/vulns/{quote(entry, safe='', errors='replace')}"


def read_entry(data: bytes, ecosystem: str) -> Entry:
    """Reads an entry.

    Raises:
        BadInput: it is none.
    """
    document = bounded_json.mapping(bounded_json.loads(data, max_octets=MAX_DETAIL))
    name = bounded_json.text(document.get("id"), 81)
    if not _ID.fullmatch(name):
        raise BadInput(phrase("this is no entry of OSV"))
    said = [cve_of(name)]
    for key in ("aliases", "upstream", "related"):
        said += [cve_of(bounded_json.text(item)) for item in bounded_json.items(document.get(key), _MAX_IDS)]
    fixed: dict[str, str] = {}
    urgencies: list[str] = []
    for affected in bounded_json.items(document.get("affected"), _MAX_IDS):
        one = bounded_json.mapping(affected)
        package = bounded_json.mapping(one.get("package"))
        if bounded_json.text(package.get("ecosystem")) != ecosystem:
            continue
        urgencies.append(bounded_json.text(bounded_json.mapping(one.get("ecosystem_specific")).get("urgency")).lower())
        version = _fixed(one)
        if version:
            fixed[bounded_json.text(package.get("name"))] = version
    unimportant = bool(urgencies) and all(u == "unimportant" for u in urgencies)
    withdrawn = bool(bounded_json.text(document.get("withdrawn")))
    return Entry(name, tuple(dict.fromkeys(c for c in said if c)), fixed, not (unimportant or withdrawn))


def _fixed(affected: Mapping[str, Any]) -> str:
    """The last version that is said to fix it."""
    versions = [
        bounded_json.text(bounded_json.mapping(event).get("fixed"), 100)
        for ranges in bounded_json.items(affected.get("ranges"))
        for event in bounded_json.items(bounded_json.mapping(ranges).get("events"))
    ]
    return next((v for v in reversed(versions) if v), "")


def read_exploited(data: bytes) -> Exploited:
    """Reads CISA's Known Exploited Vulnerabilities catalogue (JSON).

    Raises:
        BadInput: it is not that list, or an empty one.
    """
    document = bounded_json.mapping(bounded_json.loads(data, max_octets=MAX_KEV))
    listed: Sequence[Any] = bounded_json.items(document.get("vulnerabilities"), 100_000)
    numbers = (bounded_json.text(bounded_json.mapping(item).get("cveID"), 30) for item in listed)
    cves = frozenset(n for n in numbers if _CVE.fullmatch(n))
    date = bounded_json.text(document.get("dateReleased"), 40)[:10]
    if not cves or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
        raise BadInput(phrase("this is no list of exploited vulnerabilities"))
    return Exploited(date, cves)
