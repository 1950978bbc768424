"""What the registries of the laboratory answer, and the zones that they are found by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KNOWN_RATE = 20  # questions a second, as our settings know it
CROWD = tuple(f"shop{number}.limited" for number in range(200))
PATIENT = tuple(f"shop{number}.patient" for number in range(12))
CURT = tuple(f"shop{number}.curt" for number in range(3))

# Endings and address blocks -> the host of their RDAP server. Nobody listens where rdap.closed.test is.
ENDINGS = {
    ending: f"rdap.{ending}.test" for ending in ("moved", "second", "wrong", "absent", "ill", "limited", "patient", "curt")
}
ENDINGS |= {"test": "rdap.nic.test", "closed": "rdap.closed.test"}
BLOCKS = {"198.18.0.0/15": "rdap.rir.test", "2001:2::/48": "rdap.rir.test"}
WEB_HOSTS = (
    "data.iana.test", "rdap.nic.test", "rdap.registrar.test", "rdap.rir.test", "stranger.test", "validator.test",
    *(host for ending, host in ENDINGS.items() if ending not in ("test", "closed")),
)  # fmt: skip

SOA = "@ 300 IN SOA ns.test. hostmaster.test. 1 3600 900 604800 300\n@ 300 IN NS {ns}\n"
HOSTED = SOA.format(ns="ns1.hosting.test.") + "@ 300 IN NS ns2.hosting.test.\n"
MAIL = "@ 300 IN MX 10 mail.hosting.test.\n"
# The collector's two forms: "AS | prefix | country | registry | date" below origin, the names of networks beside it.
ROUTES = (
    HOSTED
    + """
25.7.18.198.origin 300 IN TXT "64500 | 198.18.7.0/24 | CH | ripencc | 2019-03-05"
25.8.18.198.origin 300 IN TXT "64501 | 198.18.8.0/24 | DE | ripencc | 2020-01-02"
5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.1.0.0.2.origin6 300 IN TXT "64500 | 2001:2::/48 | CH | ripencc | 2019-03-05"
AS64500 300 IN TXT "64500 | CH | ripencc | 2019-03-01 | HOSTING-EINS, CH"
AS64501 300 IN TXT "64501 | DE | ripencc | 2020-01-01 | HOSTING-ZWEI, DE"
"""
)


def events(**days: str) -> list[dict[str, str]]:
    """RFC 9083 section 4.5: "last_changed" stands for "last changed"."""
    return [{"eventAction": name.replace("_", " "), "eventDate": f"{day}T12:00:00Z"} for name, day in days.items()]


def entity(*roles: str, handle: str = "", country: str = "", **card: str) -> dict[str, Any]:
    """A contact with a jCard (RFC 7095)."""
    lines: list[list[Any]] = [["version", {}, "text", "4.0"], *([name, {}, "text", value] for name, value in card.items())]
    if country:
        parts = ["", "", "Bahnhofstrasse 1", "Bern", "", "3011", country]
        lines.append(["adr", {}, "text", parts])
    return {"objectClassName": "entity", "handle": handle, "roles": list(roles), "vcardArray": ["vcard", lines]}


REGISTRAR = {
    **entity("registrar", handle="9999", fn="Registrar Eins"),
    "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
    "entities": [entity("abuse", fn="Abuse", email="abuse@registrar.test")],
}


def domain(name: str, *states: str, related: str = "", entities: tuple[dict[str, Any], ...] = (REGISTRAR,)) -> dict[str, Any]:
    """A registered domain (RFC 9083 section 5.3)."""
    return {
        "rdapConformance": ["rdap_level_0"], "objectClassName": "domain", "handle": f"{name.upper()}-1", "ldhName": name.upper(),
        "status": list(states or ("active", "client transfer prohibited")),
        "events": events(registration="2015-02-03", expiration="2036-02-03", last_changed="2026-01-15"),
        "nameservers": [{"objectClassName": "nameserver", "ldhName": f"ns{number}.hosting.test"} for number in (1, 2)],
        "secureDNS": {"delegationSigned": False}, "entities": list(entities),
        "links": [{"rel": "related", "type": "application/rdap+json", "href": related}] if related else [],
    }  # fmt: skip


OWNER = entity(
    "registrant",
    handle="C1",
    country="Switzerland",
    fn="Erika Muster",
    org="Muster AG",
    email="owner@sound.test",
    tel="+41.315550100",
)


def network(handle: str, start: str, end: str, **block: object) -> dict[str, Any]:
    """A block of addresses (RFC 9083 section 5.4)."""
    return {
        "rdapConformance": ["rdap_level_0"], "objectClassName": "ip network", "handle": handle, "name": "HOSTING-EINS",
        "startAddress": start, "endAddress": end, "type": "ASSIGNED PA", "country": "CH", "cidr0_cidrs": [block],
        "entities": [entity("registrant", fn="Hosting Eins AG"), entity("abuse", fn="Abuse", email="abuse@hosting.test")],
        "events": events(last_changed="2019-03-05"), "status": ["active"],
    }  # fmt: skip


def validity(asn: int, prefix: str, state: str, reason: str = "") -> dict[str, Any]:
    """An answer of a Routinator."""
    roa = {"asn": "AS64500", "prefix": prefix, "max_length": prefix.rpartition("/")[2]}
    lists: dict[str, list[object]] = {"matched": [], "unmatched_as": [], "unmatched_length": []}
    if state != "not-found":
        lists["matched" if state == "valid" else "unmatched_as"].append(roa)
    shown = {"state": state, "description": state, "VRPs": lists} | ({"reason": reason} if reason else {})
    return {"validated_route": {"route": {"origin_asn": f"AS{asn}", "prefix": prefix}, "validity": shown}}


def _list(services: Mapping[str, str]) -> dict[str, Any]:
    hosts = dict.fromkeys(services.values())
    entries = [[[key for key, host in services.items() if host == h], [f"https://{h}/"]] for h in hosts]
    return {"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": entries}


def documents() -> dict[str, str]:
    """Host and path -> what stands there."""
    found: dict[str, Any] = {
        "data.iana.test/rdap/dns.json": _list(ENDINGS),
        "data.iana.test/rdap/ipv4.json": _list({k: v for k, v in BLOCKS.items() if ":" not in k}),
        "data.iana.test/rdap/ipv6.json": _list({k: v for k, v in BLOCKS.items() if ":" in k}),
        "rdap.nic.test/domain/sound.test": domain("sound.test", related="https://rdap.registrar.test/domain/sound.test"),
        "rdap.nic.test/domain/held.test": domain("held.test", "client hold", "client transfer prohibited"),
        "rdap.registrar.test/domain/sound.test": domain("sound.test", entities=(REGISTRAR, OWNER)),
        "rdap.second.test/domain/here.moved": domain("here.moved"),
        "rdap.wrong.test/domain/sound.wrong": domain("sound.wrong", "client hold"),
        "stranger.test/domain/away.moved": domain("away.moved", "client hold"),
        "rdap.rir.test/ip/198.18.7.25": network("198.18.7.0 - 198.18.7.255", "198.18.7.0", "198.18.7.255", v4prefix="198.18.7.0", length=24),
        "rdap.rir.test/ip/2001:2::25": network("2001:2::/48", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", v6prefix="2001:2::", length=48),
        "validator.test/api/v1/validity/AS64500/198.18.7.0/24": validity(64500, "198.18.7.0/24", "valid"),
        "validator.test/api/v1/validity/AS64501/198.18.8.0/24": validity(64501, "198.18.8.0/24", "invalid", "as"),
        "validator.test/api/v1/validity/AS64500/2001:2::/48": validity(64500, "2001:2::/48", "not-found"),
    }  # fmt: skip
    for name in (*CROWD, *PATIENT, *CURT):
        found[f"rdap.{name.rpartition('.')[2]}.test/domain/{name}"] = domain(name)
    return {path: json.dumps(document) for path, document in found.items()}


_THIN = """Domain Name: {upper}
Registry Domain ID: 4711_DOMAIN_THIN
Registrar WHOIS Server: {registrar}
Registrar URL: https://registrar.test
Updated Date: 2026-01-15T12:00:00Z
Creation Date: 2015-02-03T12:00:00Z
Registry Expiry Date: 2036-02-03T12:00:00Z
Registrar: Registrar Eins
Registrar IANA ID: 9999
Registrar Abuse Contact Email: abuse@registrar.test
Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
Name Server: NS1.HOSTING.TEST
Name Server: NS2.HOSTING.TEST
DNSSEC: unsigned
"""
_THICK = """Registrant Name: Erika Muster
Registrant Organization: Muster AG
Registrant Street: Bahnhofstrasse 1
Registrant City: Bern
Registrant Postal Code: 3011
Registrant Country: CH
Registrant Phone: +41.315550100
Registrant Email: owner@sound.test
"""
_LAST = ">>> Last update of WHOIS database: 2026-11-20T00:00:00Z <<<\n"


def whois_answers() -> dict[str, dict[str, str]]:
    """WHOIS server -> line that is asked (lower case) -> answer. "none" is the answer to everything else."""
    refer = "% the laboratory's list of registries\n\nrefer:        {host}\n\ndomain:       {what}\n\nwhois:        {host}\nstatus:       ACTIVE\n"
    sound, alone = (
        _THIN.format(upper=f"SOUND.{ending.upper()}", registrar="whois.registrar.test") for ending in ("thin", "absent")
    )
    alone = alone.replace("Registrar WHOIS Server: whois.registrar.test\n", "")
    return {
        "root": {
            "thin": refer.format(host="whois.nic.test", what="THIN"), "absent": refer.format(host="whois.nic.test", what="ABSENT"),
            "none": "% This query returned 0 objects.\n",
        },
        "registry": {
            "sound.thin": sound + _LAST, "sound.absent": alone + _LAST, "busy.thin": "% Quota exceeded, try again later\n",
            "none": "No match for this domain.\n" + _LAST,
        },
        "registrar": {"sound.thin": sound + _THICK + _LAST, "none": "No match for this domain.\n"},
    }  # fmt: skip


def zones(at: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Zone -> (the server that holds it: "ROOT", "TLD" or "AUTH", its text).

    Args:
        at: names of servers -> their addresses.
    """
    hosts = {host: at["WEB"] for host in WEB_HOSTS} | {
        "rdap.closed.test": at["NOBODY"], "whois.iana.test": at["WHOIS_ROOT"], "whois.nic.test": at["WHOIS_REGISTRY"],
        "whois.registrar.test": at["WHOIS_REGISTRAR"], "ns.test": at["TLD"], "ns1.hosting.test": at["AUTH"], "ns2.hosting.test": at["AUTH2"],
    }  # fmt: skip
    cuts = "".join(f"{name} 300 IN NS ns{n}.hosting.test.\n" for name in ("hosting", "sound", "asn") for n in (1, 2))
    mail = f"mail 300 IN A 198.18.7.25\nns1 300 IN A {at['AUTH']}\nns2 300 IN A {at['AUTH2']}\n"
    named = (*CROWD, *PATIENT, *CURT, "here.moved", "sound.thin", "sound.absent")
    elsewhere = "".join(f"{name}. 300 IN NS ns{n}.hosting.test.\n" for name in named for n in (1, 2))
    top = f"test. 300 IN NS ns.test.\nns.test. 300 IN A {at['TLD']}\na.root.test. 300 IN A {at['ROOT']}\n"
    return {
        ".": ("ROOT", SOA.format(ns="a.root.test.") + top + elsewhere),
        "test": ("TLD", SOA.format(ns="ns.test.") + cuts + "".join(f"{host}. 300 IN A {a}\n" for host, a in hosts.items())),
        "hosting.test": ("AUTH", HOSTED + MAIL + mail),
        "sound.test": ("AUTH", HOSTED + MAIL),
        "asn.test": ("AUTH", ROUTES),
    }  # fmt: skip
