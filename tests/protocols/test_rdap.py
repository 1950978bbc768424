"""RDAP answers in the shapes of registries, registrars and registries of addresses, and hostile ones."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from selfaudit.errors import BadInput
from selfaudit.facts.registration import Registered, RegistrationContact
from selfaudit.protocols import rdap
from tests.protocols.test_jcard import entity


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]


REGISTRY: dict[str, Any] = {
    "objectClassName": "domain",
    "handle": "2138514_DOMAIN_COM-EX",
    "ldhName": "SHOP-EINS.EXAMPLE",
    "links": [
        {"value": "https://rdap.registry.example/domain/SHOP-EINS.EXAMPLE", "rel": "self", "href": "https://rdap.registry.example/x",
         "type": "application/rdap+json"},
        {"value": "https://rdap.registry.example/domain/SHOP-EINS.EXAMPLE", "rel": "related",
         "href": "https://rdap.registrar.example/domain/SHOP-EINS.EXAMPLE", "type": "application/rdap+json"},
        {"rel": "related", "href": "http://plain.example/domain/x", "type": "application/rdap+json"},
        {"rel": "related", "href": "https://registrar.example/shop", "type": "text/html"},
    ],
    "status": ["client delete prohibited", "client transfer prohibited", "clientHold", "client hold"],
    "entities": [
        {
            "objectClassName": "entity",
            "handle": "9995",
            "roles": ["registrar"],
            "publicIds": [{"type": "IANA Registrar ID", "identifier": "9995"}],
            "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Registrar Eins, Inc."]]],
            "links": [{"href": "https://registrar.example", "type": "text/html", "value": "https://registrar.example", "rel": "about"}],
            "entities": [
                {
                    "objectClassName": "entity",
                    "roles": ["abuse"],
                    "vcardArray": [
                        "vcard",
                        [
                            ["version", {}, "text", "4.0"],
                            ["fn", {}, "text", ""],
                            ["tel", {"type": "voice"}, "uri", "tel:+1.2083895740"],
                            ["email", {}, "text", "abuse@registrar.example"],
                        ],
                    ],
                }
            ],
        }
    ],
    "events": [
        {"eventAction": "registration", "eventDate": "1997-09-15T04:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2028-09-14T04:00:00Z"},
        {"eventAction": "last changed", "eventDate": "2019-09-09T15:39:04Z"},
        {"eventAction": "last update of RDAP database", "eventDate": "2026-11-21T10:21:15Z"},
    ],
    "secureDNS": {"delegationSigned": False},
    "nameservers": [
        {"objectClassName": "nameserver", "ldhName": "NS2.HOST.EXAMPLE."},
        {"objectClassName": "nameserver", "ldhName": "NS1.HOST.EXAMPLE"},
        {"objectClassName": "nameserver", "unicodeName": "ns.bücher.example"},
        {"objectClassName": "nameserver", "ldhName": "ns1.host.example"},
    ],
    "rdapConformance": ["rdap_level_0", "icann_rdap_technical_implementation_guide_0", "icann_rdap_response_profile_0"],
    "notices": [
        {"title": "Terms of Use", "description": ["Service subject to Terms of Use.", "All of them."]},
        {"title": "Status Codes", "description": ["For more information visit https://icann.org/epp"]},
    ],
}  # fmt: skip


def test_a_registry_that_names_the_registrar_only() -> None:
    record = rdap.read(json.dumps(REGISTRY).encode())
    assert record.source == "rdap"
    assert record.registered is Registered.YES
    assert not record.throttled
    assert (record.domain, record.handle) == ("shop-eins.example", "2138514_DOMAIN_COM-EX")
    assert (record.registrar, record.registrar_id, record.registrar_url) == (
        "Registrar Eins, Inc.",
        "9995",
        "https://registrar.example",
    )
    assert (record.abuse_email, record.abuse_phone) == (("abuse@registrar.example",), ("+1.2083895740",))
    assert record.created == at(1997, 9, 15, 4)
    assert record.expires == at(2028, 9, 14, 4)
    assert record.changed == at(2019, 9, 9, 15, 39, 4)
    assert (record.transferred, record.registrar_expires) == (None, None)
    assert record.name_servers == ("ns.xn--bcher-kva.example", "ns1.host.example", "ns2.host.example")
    assert record.states == ("client delete prohibited", "client transfer prohibited", "client hold")
    assert record.contacts == ()
    assert record.related == ("https://rdap.registrar.example/domain/SHOP-EINS.EXAMPLE",)
    assert record.signed is False
    assert record.notes == (
        "Terms of Use: Service subject to Terms of Use. All of them.",
        "Status Codes: For more information visit https://icann.org/epp",
    )
    assert rdap.read(json.dumps(REGISTRY)) == rdap.read(REGISTRY) == record


def with_(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(REGISTRY), **changes}


def test_all_contacts_except_the_registrar_s_own() -> None:
    record = rdap.read(
        with_(
            entities=[
                entity(
                    ["org", {}, "text", "Registrar Eins"],
                    roles=["registrar"],
                    entities=[entity(["fn", {}, "text", "T"], roles=["technical"])],
                ),
                entity(
                    ["fn", {}, "text", "Erika Muster"],
                    roles=["registrant"],
                    entities=[entity(["fn", {}, "text", "Max Muster"], roles=["administrative"])],
                ),
                entity(["email", {}, "text", "abuse@top.example"], roles=["abuse"]),
                entity(["fn", {}, "text", "Nobody"]),
                None,
                "text",
            ]
        )
    )
    assert [(c.roles, c.name) for c in record.contacts] == [
        (("registrant",), "Erika Muster"),
        (("abuse",), ""),
        (("administrative",), "Max Muster"),
    ]
    assert (record.registrar, record.abuse_email) == ("Registrar Eins", ("abuse@top.example",))


def test_a_registrar_that_is_its_own_customer() -> None:
    both = entity(
        ["fn", {}, "text", "Registrar Eins"],
        ["email", {}, "text", "abuse@eins.example"],
        roles=["registrar", "abuse", "registrant"],
    )
    record = rdap.read(with_(entities=[both]))
    assert record.registrar == "Registrar Eins"
    assert record.abuse_email == ("abuse@eins.example",)
    assert record.contacts == (RegistrationContact(("registrant",), "Registrar Eins", email=("abuse@eins.example",)),)


def test_events() -> None:
    record = rdap.read(
        with_(
            events=[
                {"eventAction": "Registration", "eventDate": "nonsense"},
                {"eventAction": "registration", "eventDate": "2010-01-02"},
                {"eventAction": "registration", "eventDate": "2011-01-02"},
                {"eventAction": "last changed", "eventDate": "2026-02-01T00:00:00Z"},
                {"eventAction": "last changed", "eventDate": "2026-11-20T00:00:00Z"},
                {"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"},
                {"eventAction": "transfer", "eventDate": "2015-01-02T00:00:00Z"},
                {"eventAction": "registrar expiration", "eventDate": "2027-01-02T00:00:00+02:00"},
                {"eventAction": "expiration", "eventDate": "9999-12-31T23:59:59Z"},
                {"eventAction": None, "eventDate": None},
                None,
                7,
            ]
        )
    )
    assert (record.created, record.changed, record.transferred) == (at(2010, 1, 2), at(2026, 11, 20), at(2015, 1, 2))
    assert (record.expires, record.registrar_expires) == (None, at(2027, 1, 1, 22))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-07T10:11:12Z", at(2026, 11, 7, 10, 11, 12)),
        ("2026-11-07t10:11:12z", at(2026, 11, 7, 10, 11, 12)),
        ("2026-11-07T10:11:12.5Z", at(2026, 11, 7, 10, 11, 12) + 0.5),
        ("2026-11-07T10:11:12.25000000000000000000000000001Z", at(2026, 11, 7, 10, 11, 12) + 0.25),
        ("2026-11-07T10:11:12,0+01:00", at(2026, 11, 7, 9, 11, 12)),
        ("2026-11-07T10:11:12-0530", at(2026, 11, 7, 15, 41, 12)),
        ("2026-11-07T10:11:12+0000", at(2026, 11, 7, 10, 11, 12)),
        ("2026-11-07T10:11:12+02", at(2026, 11, 7, 8, 11, 12)),
        ("2026-11-07T10:11:12", at(2026, 11, 7, 10, 11, 12)),
        (" 2026-11-07 10:11:12 ", at(2026, 11, 7, 10, 11, 12)),
        ("2026-11-07 10:11:12 UTC", at(2026, 11, 7, 10, 11, 12)),
        ("2026-11-07T10:11Z", at(2026, 11, 7, 10, 11)),
        ("2026-11-07T24:00:00Z", at(2026, 11, 8)),
        ("2026-12-31T23:59:60Z", at(2027, 1, 1)),
        ("2026-11-07", at(2026, 11, 7)),
        ("20261107", at(2026, 11, 7)),
        (20261107, at(2026, 11, 7)),
        ("20261107T101112Z", at(2026, 11, 7, 10, 11, 12)),
        ("2026/11/07", at(2026, 11, 7)),
        ("2026-02-30", None),
        ("2026-13-01T00:00:00Z", None),
        ("2026-11-07T25:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.999Z", None),
        ("٢٠٢٦-11-07", None),
        ("", None),
        ("never", None),
        (None, None),
        (17.5, None),
        (["2026-11-07"], None),
    ],
)
def test_dates(said: object, meant: float | None) -> None:
    assert rdap.moment(said) == meant


def test_errors() -> None:
    # RFC 9083 section 6
    free = rdap.read(
        b'{"errorCode": 404, "title": "Not Found", "description": ["The domain is not registered."], "lang": "en"}'
    )
    assert (free.registered, free.throttled, free.notes) == (
        Registered.NO,
        False,
        ("Not Found: The domain is not registered.",),
    )
    full = rdap.read(b'{"rdapConformance": ["rdap_level_0"], "errorCode": "429", "title": "Rate limit"}')
    assert (full.registered, full.throttled) == (Registered.UNKNOWN, True)
    for code in (400, 403, 500, 501, 503, 0):
        record = rdap.read({"errorCode": code})
        assert (record.registered, record.throttled) == (Registered.UNKNOWN, False)
    assert rdap.read(with_(errorCode=404)).registered is Registered.UNKNOWN  # it says both
    assert rdap.read(with_(errorCode=0)).registered is Registered.YES


def test_names_that_nobody_has_although_the_server_answers() -> None:
    assert rdap.read({"objectClassName": "domain", "ldhName": "a.example", "status": ["free"]}).registered is Registered.NO
    assert rdap.read({"ldhName": "a.example", "status": "Available"}).registered is Registered.NO
    assert rdap.read(with_(status=["free", "active"])).registered is Registered.YES
    assert rdap.read(with_(status=["removed"])).registered is Registered.YES


def test_a_domain_of_which_little_is_said() -> None:
    record = rdap.read({"ldhName": "xn--bcher-kva.example."})
    assert (record.registered, record.domain, record.created, record.signed) == (
        Registered.YES,
        "xn--bcher-kva.example",
        None,
        None,
    )
    assert rdap.read({"objectClassName": "Domain", "unicodeName": "Bücher.example"}).domain == "xn--bcher-kva.example"
    assert rdap.read({"objectClassName": "domain"}).registered is Registered.YES


@pytest.mark.parametrize(
    ("secure", "signed"),
    [
        ({"delegationSigned": True, "dsData": []}, True),
        ({"delegationSigned": "false"}, False),
        ({"dsData": [{"keyTag": 12345, "algorithm": 13, "digestType": 2, "digest": "AB"}]}, True),
        ({"zoneSigned": True}, None),
        (None, None),
        ([], None),
        ({"delegationSigned": 1}, None),
    ],
)
def test_signed(secure: object, signed: bool | None) -> None:
    assert rdap.read(with_(secureDNS=secure)).signed is signed


@pytest.mark.parametrize(
    "document",
    [
        b"", b"<html>", b"null", b"[]", b"[{}]", b"{}", b'"domain"', b'{"objectClassName": "entity", "handle": "x"}', b'{"errorCode": null}',
        b'{"objectClassName": "nameserver", "ldhName": "ns1.example"}', b'{"objectClassName": ["domain"]}', b'{"ldhName": null}',
        b'{"objectClassName": "ip network"}', b'{"entities":' * 10_000, b"[" * 10_000, b'{"objectClassName": "domain", "x": NaN}',
        b" " * 50_000_000,
    ],
)  # fmt: skip
def test_what_is_no_domain(document: bytes) -> None:
    with pytest.raises(BadInput):
        rdap.read(document)


def test_everything_is_bounded() -> None:
    nested: dict[str, Any] = entity(["fn", {}, "text", "deep"], roles=["technical"])
    for _level in range(30):
        nested = entity(["fn", {}, "text", "deep"], roles=["technical"], entities=[nested] * 3)
    record = rdap.read(
        with_(
            entities=[nested] * 60,
            status=[f"s{n}" * 300 for n in range(500)],
            nameservers=[{"ldhName": f"ns{n}.example"} for n in range(500)],
            notices=[{"title": "t" * 900, "description": ["d" * 900] * 90}, *({"title": f"{n}"} for n in range(99))],
            links=[{"rel": "related", "href": f"https://r{n}.example/"} for n in range(99)],
            handle="h" * 5000,
        )
    )
    assert len(record.contacts) == len(record.states) == len(record.name_servers) == 50
    assert max(map(len, record.states)) == 200
    assert (len(record.notes), len(record.notes[0]), len(record.related), len(record.handle)) == (10, 300, 3, 200)
