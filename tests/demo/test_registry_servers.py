"""The registries of the embedded internet, each asked with a small client of its own: shape, worlds, and misbehaviour."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import pytest
import trustme

from selfaudit.case import HOSTED
from selfaudit.demo import WORLDS, Internet, demo_case
from selfaudit.demo.internet import load_data
from selfaudit.demo.odd_registries import HUGE, OddRdapServer, RateLimitedRegistry, RdapOddity, odd_whois_server
from selfaudit.demo.registry_data import load_registrations
from selfaudit.demo.tcp_servers import GARBAGE, StreamServer
from selfaudit.protocols.psl import registrable_domain

REGISTRY, REGISTRAR = "rdap.nic-example.example", "rdap.registrar-eins.example"
BOOTSTRAP, NETWORKS, VALIDATOR = "data.iana.example", "rdap.rir.example", "rpki.route-collector.example"
ROOT, TEST_WHOIS, TEST_REGISTRAR = "whois.iana.example", "whois.nic-test.example", "whois.registrar-zwei.example"


@dataclass(frozen=True)
class Reply:
    """An answer by HTTPS."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(params=["broken", "fixed"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[Internet]:
    async with Internet(request.param) as internet:
        yield internet


@pytest.fixture
async def fixed() -> AsyncIterator[Internet]:
    async with Internet("fixed") as internet:
        yield internet


@pytest.fixture
async def broken() -> AsyncIterator[Internet]:
    async with Internet("broken") as internet:
        yield internet


def resolve(internet: Internet, name: str, rdtype: str = "A") -> dns.message.Message:
    assert internet.resolver
    return internet.resolver(dns.message.make_query(name, rdtype))


def data_of(internet: Internet, name: str, rdtype: str = "A") -> list[str]:
    """The data of the answer, sorted."""
    return sorted(str(r) for rrset in resolve(internet, name, rdtype).answer for r in rrset)


def port_of(internet: Internet, host: str, port: int) -> int:
    """Where a host that the name servers know is served."""
    (address,) = data_of(internet, host)
    route = internet.routes.find(address, port, "tcp")
    assert route
    assert route.address == "127.0.0.1"
    return route.port


async def get(internet: Internet, host: str, path: str, **headers: str) -> Reply:
    """GET with a certificate that must be right."""
    context = ssl.create_default_context(cafile=internet.settings.tls.ca_file)
    port = port_of(internet, host, 443)
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: application/rdap+json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host)
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head, _end, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    status, *fields = head.decode().split("\r\n")
    named = {n.lower(): v.strip() for n, _c, v in (f.partition(":") for f in fields)}
    return Reply(int(status.split()[1]), named, body.decode())


async def rdap(internet: Internet, name: str, host: str = REGISTRY) -> Any:
    """What an RDAP server says about a domain."""
    reply = await get(internet, host, f"/domain/{name}")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/rdap+json")
    return reply.json


async def whois(internet: Internet, host: str, line: str) -> bytes:
    """What a WHOIS server says."""
    return await asyncio.to_thread(ask_whois, port_of(internet, host, 43), line)


def ask_whois(port: int, line: str, limit: int = 1_000_000) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{line}\r\n".encode())
        out = b""
        while len(out) < limit and (data := connection.recv(65_536)):
            out += data
        return out


def days_to(document: Any, action: str) -> int:
    """Days from today to an event of a document."""
    (date,) = [e["eventDate"] for e in document["events"] if e["eventAction"] == action]
    assert date.endswith("T10:17:00Z")
    return (datetime.date.fromisoformat(date[:10]) - datetime.datetime.now(datetime.UTC).date()).days


def entity(document: Any, role: str) -> Any:
    (found,) = [e for e in document["entities"] if role in e["roles"]]
    return found


def card(found: Any) -> dict[str, Any]:
    """The jCard of an entity: property -> value."""
    kind, items = found["vcardArray"]
    assert kind == "vcard"
    assert items[0] == ["version", {}, "text", "4.0"]
    return {item[0]: item[3] for item in items}


# --- Bootstrap ---


async def test_bootstrap(fixed: Internet) -> None:
    assert fixed.settings.registration.rdap_bootstrap == "https://data.iana.example/rdap/"
    reply = await get(fixed, BOOTSTRAP, "/rdap/dns.json")
    assert (reply.status, reply.headers["content-type"], reply.json["version"]) == (200, "application/json", "1.0")
    services = {entry: urls for entries, urls in reply.json["services"] for entry in entries}
    assert services == {
        "example": ["https://rdap.nic-example.example/"],
        "second.example": ["https://rdap.second-registry.example/"],
        "badcert.example": ["https://rdap.badcert-registry.example/"],
    }
    again = await get(fixed, BOOTSTRAP, "/rdap/dns.json", If_None_Match=reply.headers["etag"])
    assert (again.status, again.body) == (304, "")
    assert (await get(fixed, BOOTSTRAP, "/rdap/dns.json", If_None_Match='"old"')).status == 200
    blocks = (await get(fixed, BOOTSTRAP, "/rdap/ipv4.json")).json["services"]
    assert blocks == [[["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"], ["https://rdap.rir.example/"]]]
    six = (await get(fixed, BOOTSTRAP, "/rdap/ipv6.json")).json["services"]
    assert six == [[["2001:db8::/32"], ["https://rdap.rir.example/"]]]
    assert (await get(fixed, BOOTSTRAP, "/rdap/other.json")).status == 404


# --- RDAP: the domains of the case ---


async def test_a_sound_domain(fixed: Internet) -> None:
    document = await rdap(fixed, "blumenhof.example")
    assert document["objectClassName"] == "domain"
    assert document["ldhName"] == "BLUMENHOF.EXAMPLE"
    assert {"rdap_level_0", "icann_rdap_response_profile_1", "redacted"} <= set(document["rdapConformance"])
    assert document["status"] == ["client transfer prohibited"]
    assert [n["ldhName"] for n in document["nameservers"]] == ["ns1.blumenhof.example", "ns2.dns-hosting.example"]
    assert document["secureDNS"] == {"delegationSigned": True}
    assert data_of(fixed, "blumenhof.example", "DS")
    assert (days_to(document, "registration"), days_to(document, "expiration")) == (-2400, 190)
    links = {link["rel"]: link["href"] for link in document["links"]}
    assert links == {
        "self": f"https://{REGISTRY}/domain/blumenhof.example",
        "related": f"https://{REGISTRAR}/domain/blumenhof.example",
    }
    registrar = entity(document, "registrar")
    assert registrar["publicIds"] == [{"type": "IANA Registrar ID", "identifier": "9995"}]
    assert card(registrar["entities"][0])["email"] == "abuse@registrar-eins.example"
    other = await rdap(fixed, "blumenhof.example", REGISTRAR)
    assert other["ldhName"] == "blumenhof.example"
    assert [link["rel"] for link in other["links"]] == ["self"]
    assert days_to(other, "registrar expiration") == 190
    assert fixed.registries
    assert fixed.registries.asked[REGISTRAR] == ["/domain/blumenhof.example"]


async def test_the_shown_contact_is_corrected_after_the_suspension(world: Internet) -> None:
    case = demo_case(world.world)
    assert case.registrant
    document = await rdap(world, "blumenhof.example")
    shown = card(entity(document, "registrant"))
    assert shown["fn"] == case.registrant.name == "Maria Blum"
    assert shown["adr"] == ["", "", "Fliederhofgasse 7", "Berlin", "BE", "10119", ""]
    mail_domain = shown["email"].partition("@")[2]
    suspended = -(datetime.datetime.now(datetime.UTC).date() - datetime.date.fromisoformat(case.suspended)).days
    assert suspended == -9
    if world.world == "broken":
        assert shown["tel"] == "tel:+49.1111111111"
        assert resolve(world, mail_domain, "MX").rcode() == dns.rcode.NXDOMAIN
        assert days_to(document, "last changed") < suspended
    else:
        assert shown["email"] == case.registrant.email
        assert shown["tel"].replace(".", "") == "tel:" + case.registrant.phone.replace(" ", "")
        assert data_of(world, mail_domain, "MX") == ["10 mx1.post-eins.example."]
        assert days_to(document, "last changed") > suspended


@pytest.mark.parametrize(("host", "kind"), [(REGISTRY, "type"), (REGISTRAR, "description")])
async def test_a_redacted_contact(world: Internet, host: str, kind: str) -> None:
    document = await rdap(world, "angebote-blumenhof.example", host)
    registrant = entity(document, "registrant")
    assert "handle" not in registrant
    left = card(registrant)
    assert left["fn"] == ""
    assert left["adr"] == ["", "", "", "", "BE", "", ""]
    assert left["contact-uri"].startswith("https://www.registrar-eins.example/")
    assert not {"email", "tel", "org"} & set(left)
    methods = {r["name"][kind]: r["method"] for r in document["redacted"]}
    assert methods["Registrant Name"] == "emptyValue"
    assert methods["Registrant Email"] == "replacementValue"
    assert methods["Registrant Phone"] == "removal"
    for item in document["redacted"]:
        # RFC 9537 section 4.2: removal has no path in what is sent, the others have one.
        assert ("postPath" in item) == (item["method"] == "emptyValue")
        assert item["pathLang"] == "jsonpath"
    assert "Blum" not in json.dumps(registrant)


async def test_the_second_domain_is_renewed_and_agrees(world: Internet) -> None:
    document = await rdap(world, "blumenhof-alt.example")
    names = sorted(f"{n['ldhName']}." for n in document["nameservers"])
    zone = data_of(world, "blumenhof-alt.example", "NS")
    assert zone == ["ns2.dns-hosting.example.", "ns3.dns-hosting.example."]
    assert (names == zone) == (world.world == "fixed")
    assert days_to(document, "expiration") == (5 if world.world == "broken" else 370)
    guard = card(entity(document, "registrant"))
    assert "Privacy Service" in guard["org"]
    assert "proxy" in document["status"]
    assert data_of(world, guard["email"].partition("@")[2], "MX")


HOSTED_BROKEN = {
    "baeckerei-sommer.example": ("client hold", dns.rcode.NXDOMAIN),
    "fahrrad-lenz.example": ("redemption period", dns.rcode.NXDOMAIN),
    "yoga-am-see.example": ("client transfer prohibited", dns.rcode.SERVFAIL),
    "keramik-weiss.example": ("client transfer prohibited", dns.rcode.NOERROR),
}


async def test_hosted_domains(world: Internet) -> None:
    assert set(demo_case(world.world).hosted()) == set(HOSTED_BROKEN)
    for name, (state, rcode) in HOSTED_BROKEN.items():
        document = await rdap(world, name)
        if world.world == "broken":
            assert state in document["status"], name
            assert resolve(world, name).rcode() == rcode, name
        else:
            assert document["status"] == ["client transfer prohibited"], name
            assert data_of(world, name) == ["203.0.113.91"]
            assert {f"{n['ldhName']}." for n in document["nameservers"]} == set(data_of(world, name, "NS"))
            assert days_to(document, "expiration") > 30


async def test_a_domain_on_hold_is_delegated_to_the_parking_servers(broken: Internet) -> None:
    document = await rdap(broken, "yoga-am-see.example")
    parked = [f"ns{i}.verification-hold.suspended-domain.com" for i in (1, 2)]
    assert [n["ldhName"] for n in document["nameservers"]] == parked
    query = dns.message.make_query("yoga-am-see.example", "NS")
    reply = dns.message.from_wire(broken.servers["tld"].reply(query.to_wire(), udp=True) or b"")
    assert not reply.answer
    assert sorted(str(r) for r in reply.authority[0]) == [f"{n}." for n in parked]
    assert resolve(broken, parked[0]).rcode() == dns.rcode.NXDOMAIN


# --- RDAP: everything else ---

STATES = {
    "server-hold.example": ["server hold", "server transfer prohibited"],
    "pending-delete.example": ["pending delete"],
    "unlocked.example": ["active"],
}


async def test_states(fixed: Internet) -> None:
    for name, states in STATES.items():
        assert (await rdap(fixed, name))["status"] == states
    assert resolve(fixed, "server-hold.example").rcode() == dns.rcode.NXDOMAIN
    assert "server update prohibited" in (await rdap(fixed, "registry-lock.example"))["status"]


async def test_a_thin_registry(fixed: Internet) -> None:
    assert [e["roles"] for e in (await rdap(fixed, "thin.example"))["entities"]] == [["registrar"]]
    assert card(entity(await rdap(fixed, "thin.example", REGISTRAR), "registrant"))["fn"] == "Jonas Sommer"
    gone = await rdap(fixed, "registrar-gone.example")
    assert gone["links"][1]["href"] == "https://rdap.registrar-fort.example/domain/registrar-gone.example"
    assert resolve(fixed, "rdap.registrar-fort.example").rcode() == dns.rcode.NXDOMAIN


async def test_words_in_place_of_values(fixed: Internet) -> None:
    registrant = card(entity(await rdap(fixed, "baeckerei-sommer.example"), "registrant"))
    assert (registrant["fn"], registrant["org"]) == ("REDACTED FOR PRIVACY", "REDACTED FOR PRIVACY")
    assert registrant["adr"][4:] == ["NW", "REDACTED FOR PRIVACY", ""]


STATUS = {
    "unregistered.example": (404, dns.rcode.NXDOMAIN),
    "delegated-only.example": (404, dns.rcode.NOERROR),
    "throttled.example": (429, dns.rcode.NOERROR),
    "throttled-long.example": (429, dns.rcode.NOERROR),
    "refused.example": (403, dns.rcode.NOERROR),
    "not-supported.example": (501, dns.rcode.NOERROR),
    "out-of-order.example": (503, dns.rcode.NOERROR),
}


@pytest.mark.parametrize("name", STATUS)
async def test_refusals(fixed: Internet, name: str) -> None:
    status, rcode = STATUS[name]
    for _time in range(2):
        reply = await get(fixed, REGISTRY, f"/domain/{name}")
        assert (reply.status, reply.json["errorCode"]) == (status, status)
        wait = {"throttled.example": "1", "throttled-long.example": "3600"}.get(name)
        assert reply.headers.get("retry-after") == wait
    assert resolve(fixed, name).rcode() == rcode
    assert registrable_domain(name) == name


async def test_refused_once_for_too_many_questions(fixed: Internet) -> None:
    first = await get(fixed, REGISTRY, "/domain/throttled-once.example")
    assert (first.status, first.headers["retry-after"]) == (429, "1")
    assert (await rdap(fixed, "throttled-once.example"))["status"] == ["client transfer prohibited"]


async def test_unreadable_answers(fixed: Internet) -> None:
    cut = await get(fixed, REGISTRY, "/domain/broken-json.example")
    assert cut.status == 200
    with pytest.raises(json.JSONDecodeError):
        _value = cut.json
    deep = await get(fixed, REGISTRY, "/domain/deep-json.example")
    assert deep.body.count("[") == deep.body.count("]") == 10_000
    page = await get(fixed, REGISTRY, "/domain/web-page.example")
    assert (page.status, page.headers["content-type"]) == (200, "text/html")
    assert (await get(fixed, REGISTRY, "/nowhere")).status == 400


REDIRECTS = {
    "loop.example": "https://rdap.nic-example.example/domain/loop.example",
    "to-loopback.example": "https://127.0.0.1/domain/to-loopback.example",
    "to-http.example": "http://rdap.second-registry.example/domain/to-http.example",
    "to-stranger.example": "https://rdap.nobody-named.example/domain/to-stranger.example",
    "to-second.example": "https://rdap.second-registry.example/domain/to-second.example",
}


async def test_redirects(fixed: Internet) -> None:
    for name, location in REDIRECTS.items():
        reply = await get(fixed, REGISTRY, f"/domain/{name}")
        assert (reply.status, reply.headers["location"]) == (307 if name == "to-second.example" else 302, location)
    # A client that follows where it should not would find something.
    assert (await rdap(fixed, "to-stranger.example", "rdap.nobody-named.example"))["ldhName"] == "TO-STRANGER.EXAMPLE"
    assert (await rdap(fixed, "to-second.example", "rdap.second-registry.example"))["ldhName"] == "TO-SECOND.EXAMPLE"
    named = {b.urls[0] for b in load_registrations().bootstrap}
    assert "https://rdap.second-registry.example/" in named
    assert "https://rdap.nobody-named.example/" not in named


async def test_the_certificate_of_somebody_else(fixed: Internet) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"[Hh]ostname mismatch"):
        await get(fixed, "rdap.badcert-registry.example", "/domain/badcert.example")


# --- WHOIS ---


def fields(text: bytes, name: str) -> list[str]:
    return [line.partition(":")[2].strip() for line in text.decode().splitlines() if line.startswith(f"{name}:")]


async def test_whois_by_referral(fixed: Internet) -> None:
    assert fixed.settings.registration.whois_server == ROOT
    for line in ("test", "beispielladen.test"):
        referral = await whois(fixed, ROOT, line)
        assert fields(referral, "refer") == fields(referral, "whois") == [TEST_WHOIS]
    thin = await whois(fixed, TEST_WHOIS, "beispielladen.test")
    assert fields(thin, "Domain Name") == ["BEISPIELLADEN.TEST"]
    assert fields(thin, "Registrar WHOIS Server") == [TEST_REGISTRAR]
    assert fields(thin, "Domain Status") == ["clientTransferProhibited https://icann.org/epp#clientTransferProhibited"]
    assert fields(thin, "Name Server") == ["NS2.DNS-HOSTING.EXAMPLE", "NS3.DNS-HOSTING.EXAMPLE"]
    assert len(fields(thin, "Registry Expiry Date")) == 1
    assert b"Registrant" not in thin
    full = await whois(fixed, TEST_REGISTRAR, "beispielladen.test")
    assert fields(full, "Registrant Name") == ["Jonas Sommer"]
    assert fields(full, "Registrant City") == ["Köln"]
    assert len(fields(full, "Registrar Registration Expiration Date")) == 1
    assert full.endswith(b"\r\n")
    assert data_of(fixed, "beispielladen.test") == ["203.0.113.91"]


async def test_whois_of_what_is_not_there(fixed: Internet) -> None:
    assert (await whois(fixed, TEST_WHOIS, "kein-laden.test")).startswith(b'No match for domain "KEIN-LADEN.TEST".\r\n')
    assert resolve(fixed, "kein-laden.test").rcode() == dns.rcode.NXDOMAIN
    for tld in ("invalid", "example"):
        said = await whois(fixed, ROOT, tld)
        assert fields(said, "domain") == [tld.upper()]
        assert fields(said, "refer") == fields(said, "whois") == []
    assert data_of(fixed, "irgendwo.invalid") == ["203.0.113.91"]
    assert b"returned 0 objects" in await whois(fixed, ROOT, "no-such-top-level")
    assert (await whois(fixed, TEST_WHOIS, "quota.test")).startswith(b"Query rate limit exceeded.")


async def test_whois_in_latin_1(fixed: Internet) -> None:
    said = await whois(fixed, TEST_WHOIS, "latin-1.test")
    with pytest.raises(UnicodeDecodeError):
        said.decode()
    assert "Registrant Organization: Müller & Söhne\r\n" in said.decode("latin-1")
    assert data_of(fixed, "latin-1.test")


async def test_whois_that_never_ends(fixed: Internet) -> None:
    said = await asyncio.to_thread(ask_whois, port_of(fixed, TEST_WHOIS, 43), "never-ends.test", 3_000_000)
    assert len(said) >= 3_000_000
    assert fields(await whois(fixed, TEST_WHOIS, "beispielladen.test"), "Domain Name") == ["BEISPIELLADEN.TEST"]


async def test_whois_of_addresses(fixed: Internet) -> None:
    referral = await whois(fixed, ROOT, "198.51.100.25")
    assert fields(referral, "refer") == ["whois.rir.example"]
    said = await whois(fixed, "whois.rir.example", "198.51.100.25")
    assert fields(said, "inetnum") == ["198.51.100.0 - 198.51.100.255"]
    assert fields(said, "org-name") == ["Prez Hosting (demo)"]
    assert fields(said, "abuse-mailbox") == ["abuse@prez-hosting.example"]
    assert fields(await whois(fixed, "whois.rir.example", "2001:db8:25::25"), "inet6num") == ["2001:db8:25::/48"]
    assert b"No abuse contact" in await whois(fixed, "whois.rir.example", "192.0.2.9")
    assert b"no entries found" in await whois(fixed, "whois.rir.example", "10.0.0.1")


# --- Networks and routes ---

PREFIXES = {
    "198.51.100.25": "198.51.100.0/24",
    "198.51.100.53": "198.51.100.0/24",
    "203.0.113.80": "203.0.113.0/24",
    "2001:db8:25::25": "2001:db8:25::/48",
}


async def test_networks_of_the_case(world: Internet) -> None:
    assert set(demo_case(world.world).addresses()) == set(PREFIXES)
    for address, prefix in PREFIXES.items():
        reply = await get(world, NETWORKS, f"/ip/{address}")
        document = reply.json
        network = ipaddress.ip_network(prefix)
        assert document["objectClassName"] == "ip network"
        assert (document["startAddress"], document["endAddress"]) == (str(network[0]), str(network[-1]))
        (cidr,) = document["cidr0_cidrs"]
        assert cidr == {f"v{network.version}prefix": str(network.network_address), "length": network.prefixlen}
        assert card(entity(document, "registrant"))["org"] == "Prez Hosting (demo)"
        assert card(entity(document, "abuse"))["email"] == "abuse@prez-hosting.example"
        assert document["port43"] == "whois.rir.example"
    assert data_of(world, "prez-hosting.example", "MX") == ["10 mx1.post-eins.example."]


async def test_other_networks(fixed: Internet) -> None:
    silent = (await get(fixed, NETWORKS, "/ip/192.0.2.9")).json
    assert [e["roles"] for e in silent["entities"]] == [["registrant"]]
    assert (await get(fixed, NETWORKS, "/ip/2001:db8:99::1")).status == 404
    assert (await get(fixed, NETWORKS, "/ip/not-an-address")).status == 400


def origin_name(address: str, zone: str) -> str:
    """As the probes ask: the octets or nibbles reversed, "origin6" in place of "origin" for IPv6."""
    parsed = ipaddress.ip_address(address)
    reverse = parsed.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    return f"{reverse}.{zone if parsed.version == 4 else zone.replace('origin', 'origin6', 1)}"


async def test_origins(broken: Internet) -> None:
    zone = broken.settings.routing.origin_zone
    answers = {a: data_of(broken, origin_name(a, zone), "TXT") for a in (*PREFIXES, "192.0.2.9", "192.0.2.200")}
    answers["AS64500"] = data_of(broken, f"AS64500.{zone.removeprefix('origin.')}", "TXT")
    answers["nothing"] = data_of(broken, origin_name("10.0.0.1", zone), "TXT")
    for address, prefix in PREFIXES.items():
        (record,) = answers[address]
        assert record.strip('"').split(" | ")[:3] == ["64500", prefix, "DE"]
    assert answers["192.0.2.9"] == ['"64511 | 192.0.2.0/24 | AT | demo | 2014-05-05"']
    assert answers["192.0.2.200"] == ['"64511 64496 | 192.0.2.0/24 | AT | demo | 2014-05-05"']
    assert answers["AS64500"] == ['"64500 | DE | demo | 2015-03-01 | PREZ-DEMO Prez Hosting (demo), DE"']
    assert answers["nothing"] == []


async def test_validity(world: Internet) -> None:
    assert world.settings.routing.rpki_url == f"https://{VALIDATOR}"

    async def validity(asn: int, prefix: str) -> Any:
        document = (await get(world, VALIDATOR, f"/api/v1/validity/AS{asn}/{prefix}")).json
        assert document["validated_route"]["route"] == {"origin_asn": f"AS{asn}", "prefix": prefix}
        return document["validated_route"]["validity"]

    found = {prefix: (await validity(64500, prefix))["state"] for prefix in PREFIXES.values()}
    late = "not-found" if world.world == "broken" else "valid"
    assert found == {"198.51.100.0/24": "valid", "203.0.113.0/24": late, "2001:db8:25::/48": "valid"}
    stranger = await validity(64511, "192.0.2.0/24")
    assert (stranger["state"], stranger["reason"]) == ("invalid", "as")
    assert stranger["VRPs"]["unmatched_as"] == [{"asn": "AS64496", "prefix": "192.0.2.0/24", "max_length": "24"}]
    longer = await validity(64500, "198.51.100.128/25")
    assert (longer["state"], longer["reason"]) == ("invalid", "length")
    assert (await get(world, VALIDATOR, "/api/v1/validity/AS64500/198.51.100.1/24")).status == 400


# --- The case and the data as a whole ---


@pytest.mark.parametrize("world", WORLDS)
def test_what_the_customer_declares(world: str) -> None:
    case = demo_case(world)
    assert {t.value for t in case.targets if t.origin == HOSTED} == set(case.hosted())
    assert set(case.not_registrant) < set(case.hosted())
    assert case.domains() == ("blumenhof.example", "angebote-blumenhof.example", "blumenhof-alt.example")
    registrant = case.registrant
    assert registrant
    assert (registrant.postal_code, registrant.country, registrant.phone) == ("10119", "DE", "+49 30 23125 000")
    if world == "fixed":
        assert registrant.confirmed > case.suspended
        (file,) = registrant.files
        assert (file.name, file.size, len(file.sha256)) == ("registrar-contact-page.txt", 293, 64)
    else:
        assert (registrant.confirmed, registrant.files) == ("", ())


def test_the_data_agree_with_each_other() -> None:
    data, internet = load_registrations(), load_data()
    for world in WORLDS:
        names = [d.name for d in data.domain if world in d.worlds]
        assert len(set(names)) == len(names)
        assert {*internet.case.domains, *internet.case.hosted} <= set(names)
        # The suspended world is the repaired one.
        if world == "suspended":
            assert all(("fixed" in d.worlds) == ("suspended" in d.worlds) for d in data.domain)
    assert all(d.registrar in data.registrar and d.contact in data.person for d in data.domain)
    assert {o.host for o in data.odd} == {REGISTRY}
    hosts = [s.host for s in data.https]
    assert len(set(hosts)) == len(hosts)
    tops = {host.rpartition(".")[2] for host in (*hosts, *(w.host for w in data.whois))}
    assert tops == {"example"}


# --- Odd peers that tests start by themselves ---

CA = trustme.CA()
SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CA.issue_cert("rdap.test.example").configure_cert(SERVER)
CLIENT = ssl.create_default_context()
CA.configure_trust(CLIENT)


async def read_some(server: StreamServer, limit: int, path: str = "/domain/any.example") -> bytes:
    """The first octets of an answer over HTTPS."""
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=CLIENT, server_hostname="rdap.test.example"
        )
        writer.write(f"GET {path} HTTP/1.1\r\nHost: rdap.test.example\r\n\r\n".encode())
        out = bytearray()
        while len(out) < limit and (data := await reader.read(65_536)):
            out += data
        writer.transport.abort()
        await asyncio.sleep(0)
    return bytes(out)


@pytest.mark.parametrize(("kind", "limit"), [("drip", 150), ("huge", 1_000_000), ("endless", 1_000_000)])
async def test_odd_rdap(kind: RdapOddity, limit: int) -> None:
    async with OddRdapServer(kind, SERVER, pace=0.001) as server:
        said = await read_some(server, limit)
    assert said.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: application/rdap+json\r\n")
    assert len(said) >= limit
    assert b'{"objectClassName": "domain"' in said
    head = said.partition(b"\r\n\r\n")[0]
    assert {"drip": b"Content-Length: 100000", "huge": b"Content-Length: 50000000", "endless": b"chunked"}[kind] in head
    assert HUGE == 50_000_000


async def test_huge_is_as_long_as_it_says() -> None:
    async with OddRdapServer("huge", SERVER) as server:
        said = await read_some(server, 60_000_000)
    assert len(said.partition(b"\r\n\r\n")[2]) == HUGE


async def test_odd_whois() -> None:
    async with odd_whois_server("endless") as server:
        assert len(await asyncio.to_thread(ask_whois, server.port, "x", 500_000)) >= 500_000
    async with odd_whois_server("binary") as server:
        assert await asyncio.to_thread(ask_whois, server.port, "x") == GARBAGE
    async with odd_whois_server("silent") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"x\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.03)
        writer.transport.abort()
    with pytest.raises(ValueError, match="loud"):
        odd_whois_server("loud")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="loud"):
        OddRdapServer("loud", SERVER)  # type: ignore[arg-type]


async def test_a_registry_with_a_limit() -> None:
    now = 100.0
    server = RateLimitedRegistry(SERVER, rate=0.5, burst=3, headers=True, clock=lambda: now)
    async with server:
        heads = [(await read_some(server, 100_000, f"/domain/shop-{i}.example")).partition(b"\r\n\r\n") for i in range(5)]
        assert [h[0].split()[1] for h in heads] == [b"200", b"200", b"200", b"429", b"429"]
        assert json.loads(heads[0][2])["ldhName"] == "shop-0.example"
        assert b"RateLimit-Limit: 3\r\nRateLimit-Remaining: 2\r\n" in heads[0][0]
        assert b"Retry-After: 2\r\n" in heads[3][0]
        assert b"Retry-After" not in heads[0][0]
        now += 2.0
        assert b" 200 OK" in await read_some(server, 100_000, "/domain/shop-3.example")
        assert b" 429 " in await read_some(server, 100_000, "/domain/shop-4.example")
        now += 1000.0  # quiet time is not saved up beyond the burst
        codes = [(await read_some(server, 100_000)).split()[1] for _i in range(4)]
        assert codes == [b"200", b"200", b"200", b"429"]
        assert (server.accepted, server.refused) == (7, 4)
        assert server.names[3] == "shop-3.example"
    with pytest.raises(ValueError, match="positive"):
        RateLimitedRegistry(SERVER, rate=0)


async def test_a_registry_with_a_limit_and_no_word_about_it() -> None:
    async with RateLimitedRegistry(SERVER, rate=1, retry_after=False, clock=lambda: 0.0) as server:
        await read_some(server, 100_000)
        refused = await read_some(server, 100_000)
    assert refused.startswith(b"HTTP/1.1 429 ")
    assert b"Retry-After" not in refused
    assert b"RateLimit" not in refused
