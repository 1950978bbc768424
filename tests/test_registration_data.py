"""What is shipped about registries: complete, well-formed, and with its source."""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from importlib import resources
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
TLD = re.compile(rf"(?:[a-z]{{2,63}}|xn--{LABEL})")
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+")
PATTERN = re.compile(rf"(?:\*\.)?{LABEL}(?:\.{LABEL})+")
DAY = re.compile(r"20\d\d-[01]\d-[0-3]\d")
FILES = (
    "rdap-dns.json",
    "rdap-ipv4.json",
    "rdap-ipv6.json",
    "registries.toml",
    "verification-holds.toml",
    "privacy-services.toml",
)
ADDRESS_REGISTRIES = {"rdap.afrinic.net", "rdap.apnic.net", "rdap.arin.net", "rdap.db.ripe.net", "rdap.lacnic.net"}


def text(name: str) -> str:
    return (resources.files("selfaudit_resources") / "registration" / name).read_text("utf-8")


def bootstrap(kind: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text(f"rdap-{kind}.json"))
    return document


def servers(kind: str) -> dict[str, list[str]]:
    return {entry: urls for entries, urls in bootstrap(kind)["services"] for entry in entries}


def entries_of(name: str, key: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(text(name))[key]
    assert entries
    return entries


def well_formed(url: str, schemes: tuple[str, ...] = ("https",)) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme in schemes
        and HOST.fullmatch(parts.netloc) is not None
        and parts.path.startswith("/")
        and not parts.fragment
        and re.fullmatch(r"[!-~]+", url) is not None
    )


@pytest.mark.parametrize("kind", ["dns", "ipv4", "ipv6"])
def test_bootstrap_files_have_the_shape_of_rfc_9224(kind: str) -> None:
    document = bootstrap(kind)
    assert set(document) == {"version", "publication", "description", "services"}
    assert document["version"] == "1.0"
    assert re.fullmatch(DAY.pattern + r"T[0-2]\d:[0-5]\d:[0-5]\dZ", document["publication"])
    assert document["description"].startswith("RDAP bootstrap file for ")
    seen: set[str] = set()
    for service in document["services"]:
        entries, urls = service
        assert entries
        assert urls
        for entry in entries:
            assert isinstance(entry, str)
            assert entry == entry.lower()
            assert entry not in seen, entry
            seen.add(entry)
        for url in urls:
            assert well_formed(url, ("https", "http")), url
            assert url.endswith("/"), url
            assert not urlsplit(url).query, url


def test_names_of_the_bootstrap_file() -> None:
    known = servers("dns")
    assert bootstrap("dns")["publication"] == "2026-09-30T23:00:03Z"
    assert len(known) == 1203
    assert all(TLD.fullmatch(name) for name in known)
    assert known["com"] == ["https://rdap.verisign.com/com/v1/"]
    assert known["net"] == ["https://rdap.verisign.com/net/v1/"]
    assert known["org"] == ["https://rdap.publicinterestregistry.org/rdap/"]
    assert known["uk"] == ["https://rdap.nominet.uk/uk/"]
    assert known["dev"] == ["https://pubapi.registry.google/rdap/"]
    assert known["xn--q9jyb4c"] == known["dev"]
    assert known["berlin"] == ["https://rdap.nic.berlin/v1/"]
    assert known["xyz"] == ["https://rdap.centralnic.com/xyz/"]


def test_only_two_endings_have_no_https_server() -> None:
    plain = {name for name, urls in servers("dns").items() if not any(u.startswith("https://") for u in urls)}
    assert plain == {"kg", "mg"}


@pytest.mark.parametrize(("kind", "count", "lengths"), [("ipv4", 221, range(8, 9)), ("ipv6", 34, range(12, 24))])
def test_blocks_of_addresses(kind: str, count: int, lengths: range) -> None:
    known = servers(kind)
    assert len(known) == count
    networks = [ipaddress.ip_network(entry, strict=True) for entry in known]
    assert {network.version for network in networks} == {int(kind[-1])}
    assert all(network.prefixlen in lengths for network in networks)
    assert all(url.startswith("https://") for urls in known.values() for url in urls)
    assert {urlsplit(url).netloc for urls in known.values() for url in urls} == ADDRESS_REGISTRIES
    ordered = sorted(networks, key=lambda n: int(n.network_address))
    assert all(int(a.broadcast_address) < int(b.network_address) for a, b in pairwise(ordered))


@pytest.mark.parametrize(
    ("kind", "address", "host"),
    [
        ("ipv4", "193.0.6.139", "rdap.db.ripe.net"),
        ("ipv4", "8.8.8.8", "rdap.arin.net"),
        ("ipv4", "1.1.1.1", "rdap.apnic.net"),
        ("ipv4", "200.3.14.10", "rdap.lacnic.net"),
        ("ipv4", "196.216.2.6", "rdap.afrinic.net"),
        ("ipv6", "2a01:4f8::1", "rdap.db.ripe.net"),
        ("ipv6", "2620:fe::fe", "rdap.arin.net"),
        ("ipv6", "2410::1", "rdap.apnic.net"),
    ],
)
def test_who_is_responsible_for_an_address(kind: str, address: str, host: str) -> None:
    found = [urls for entry, urls in servers(kind).items() if ipaddress.ip_address(address) in ipaddress.ip_network(entry)]
    assert [urlsplit(url).netloc for urls in found for url in urls] == [host]


def test_entries_about_registries_are_complete() -> None:
    entries = entries_of("registries.toml", "tld")
    names = [entry["name"] for entry in entries]
    assert len(set(names)) == len(names)
    for entry in entries:
        name = entry["name"]
        assert set(entry) == {"name", "rdap", "whois", "page", "source", "checked_on"}, name
        assert TLD.fullmatch(name), name
        assert entry["rdap"] or entry["whois"] or entry["page"], name
        assert not entry["rdap"] or (well_formed(entry["rdap"]) and entry["rdap"].endswith("/")), name
        assert not entry["whois"] or HOST.fullmatch(entry["whois"]), name
        assert not entry["page"] or well_formed(entry["page"]), name
        assert ("RDAP: " in entry["source"]) is bool(entry["rdap"]), name
        assert ("WHOIS: " in entry["source"]) is bool(entry["whois"]), name
        assert ("page: " in entry["source"]) is bool(entry["page"]), name
        assert DAY.fullmatch(entry["checked_on"]), name


def test_additions_name_only_what_the_bootstrap_file_lacks() -> None:
    listed = servers("dns")
    assert [e["name"] for e in entries_of("registries.toml", "tld") if e["rdap"] and e["name"] in listed] == []


def test_endings_that_people_use_are_known() -> None:
    listed = servers("dns")
    ours = {entry["name"]: entry for entry in entries_of("registries.toml", "tld")}
    for name in ("io", "sh", "ac", "me"):
        assert ours[name]["rdap"] == "https://rdap.identitydigital.services/rdap/"
        assert ours[name]["whois"] == ""
    assert ours["de"]["rdap"] == "https://rdap.denic.de/"
    assert ours["it"]["whois"] == "whois.nic.it"
    assert ours["jp"]["page"] == "https://whois.jprs.jp/en/"
    used = "ac at au be br ca ch cn co cz de dk edu es eu fi fr gov hu ie in io it jp kr li me mx nl no pl pt ro ru se sh sk tr tv uk us"
    for name in used.split():
        assert name in listed or ours[name]["rdap"] or ours[name]["whois"], name


def test_patterns_of_holds_are_complete() -> None:
    entries = entries_of("verification-holds.toml", "pattern")
    hosts = [entry["host"] for entry in entries]
    assert len(set(hosts)) == len(hosts)
    for entry in entries:
        assert set(entry) == {"host", "registrar", "meaning", "source", "checked_on"}, entry
        assert PATTERN.fullmatch(entry["host"]), entry
        assert entry["meaning"] in {"verification", "expired", "suspended"}, entry
        assert entry["registrar"].strip(), entry
        assert entry["source"].strip(), entry
        assert DAY.fullmatch(entry["checked_on"]), entry
    assert {entry["meaning"] for entry in entries} == {"verification", "expired", "suspended"}


def test_no_pattern_of_holds_covers_another_or_an_ordinary_name_server() -> None:
    hosts = [entry["host"] for entry in entries_of("verification-holds.toml", "pattern")]
    suffixes = [host[1:] for host in hosts if host.startswith("*.")]
    names = [host.removeprefix("*.") for host in hosts]
    assert [(n, s) for n in names for s in suffixes if n.endswith(s)] == []
    for ordinary in (
        "dns1.registrar-servers.com",
        "ns53.domaincontrol.com",
        "dns1.name-services.com",
        "ns1.reg.ru",
        "dns9.hichina.com",
    ):
        assert ordinary not in hosts
        assert not any(ordinary.endswith(suffix) for suffix in suffixes)


def test_known_holds() -> None:
    meanings = {entry["host"]: entry["meaning"] for entry in entries_of("verification-holds.toml", "pattern")}
    assert meanings["*.verification-hold.suspended-domain.com"] == "verification"
    assert meanings["failed-whois-verification.namecheap.com"] == "verification"
    assert meanings["*.registrant-verification.ispapi.net"] == "verification"
    assert meanings["*.renewyourname.net"] == "expired"
    assert meanings["ns1.dns-suspended.com"] == "suspended"


def test_privacy_services_are_complete() -> None:
    entries = entries_of("privacy-services.toml", "service")
    for entry in entries:
        assert set(entry) == {"name", "organization", "mail_domains", "source", "checked_on"}, entry
        assert entry["name"].strip(), entry
        assert entry["organization"] or entry["mail_domains"], entry
        assert all(part == part.lower().strip() and len(part) >= 8 for part in entry["organization"]), entry
        assert all(HOST.fullmatch(domain) for domain in entry["mail_domains"]), entry
        assert entry["source"].strip(), entry
        assert DAY.fullmatch(entry["checked_on"]), entry
    for key in ("organization", "mail_domains"):
        flat = [value for entry in entries for value in entry[key]]
        assert len(set(flat)) == len(flat), key
    assert len({entry["name"] for entry in entries}) == len(entries)


@pytest.mark.parametrize(
    ("organization", "service"),
    [
        ("Domains By Proxy, LLC", "Domains By Proxy (GoDaddy)"),
        ("Privacy service provided by Withheld for Privacy ehf", "Withheld for Privacy (Namecheap)"),
        ("Contact Privacy Inc. Customer 0130027497", "Contact Privacy Inc. (Tucows)"),
        ("See PrivacyGuardian.org", "PrivacyGuardian.org (NameSilo)"),
        ("PERFECT PRIVACY, LLC", "Perfect Privacy (Network Solutions, Web.com)"),
        ("Super Privacy Service LTD c/o Dynadot", "Super Privacy Service (Dynadot)"),
        ("Privacy Protect, LLC (PrivacyProtect.org)", "Privacy Protect, LLC (PDR)"),
        ("1337 Services LLC", "Njalla"),
        ("Whois Privacy Protection Service by onamae.com", "Whois Privacy Protection Service (eNom, Onamae.com, VALUE-DOMAIN)"),
        ("c/o whoisproxy.com", "whoisproxy.com (Key-Systems, Amazon Registrar, Gandi)"),
        ("On behalf of shop.example OWNER c/o whoisproxy.com", "whoisproxy.com (Key-Systems, Amazon Registrar, Gandi)"),
        ("Acme Private Limited", ""),
        ("Contact Networks Inc.", ""),
        ("Proxy Films GmbH", ""),
        ("Institut für Privacy und Datenschutz e.V.", ""),
        ("REDACTED FOR PRIVACY", ""),
    ],
)
def test_who_is_a_privacy_service(organization: str, service: str) -> None:
    matches = [
        entry["name"]
        for entry in entries_of("privacy-services.toml", "service")
        if any(part in organization.lower() for part in entry["organization"])
    ]
    assert matches == ([service] if service else [])


def test_masks_of_mail_addresses_are_no_services() -> None:
    masks = entries_of("privacy-services.toml", "mail_mask")
    services = {domain for entry in entries_of("privacy-services.toml", "service") for domain in entry["mail_domains"]}
    for entry in masks:
        assert set(entry) == {"name", "mail_domains", "source", "checked_on"}, entry
        assert entry["mail_domains"], entry
        assert all(HOST.fullmatch(domain) for domain in entry["mail_domains"]), entry
        assert not services & set(entry["mail_domains"]), entry
        assert DAY.fullmatch(entry["checked_on"]), entry


def test_what_is_written_over_contacts_is_complete() -> None:
    entries = entries_of("privacy-services.toml", "redaction")
    others = {
        d for key in ("service", "mail_mask") for e in entries_of("privacy-services.toml", key) for d in e["mail_domains"]
    }
    for entry in entries:
        assert set(entry) == {"name", "words", "mail_domains", "countries", "source", "checked_on"}, entry
        assert entry["words"], entry
        assert all(word == word.lower().strip() and len(word) >= 8 for word in entry["words"]), entry
        assert all(HOST.fullmatch(domain) for domain in entry["mail_domains"]), entry
        assert not others & set(entry["mail_domains"]), entry
        assert all(re.fullmatch("[A-Z]{2}", country) for country in entry["countries"]), entry
        assert entry["source"].strip(), entry
        assert DAY.fullmatch(entry["checked_on"]), entry
    words = [word for entry in entries for word in entry["words"]]
    assert len(set(words)) == len(words)


def test_readme_names_source_licence_and_date_of_each_file() -> None:
    rows = {
        cells[0]: cells[1:]
        for line in text("README.md").splitlines()
        if line.startswith("| ") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
    }
    assert rows.pop("File") == ["Source", "Licence", "Date"]
    assert set(rows) == set(FILES)
    for name, (source, licence, date) in rows.items():
        assert source, name
        assert licence.startswith(("CC0 1.0", "MIT")), name
        if name.endswith(".json"):
            assert "IANA" in source
            assert licence == "CC0 1.0"
            assert date == json.loads(text(name))["publication"][:10], name
        else:
            assert date == tomllib.loads(text(name))["version"], name
            assert f"compared on {date}" in text(name)[:300].lower(), name


def test_the_folder_holds_nothing_else() -> None:
    folder = resources.files("selfaudit_resources") / "registration"
    assert sorted(item.name for item in folder.iterdir()) == sorted((*FILES, "README.md"))
