"""RDAP answers about blocks of addresses, and whatever JSON there may be."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfaudit.errors import BadInput
from selfaudit.protocols import rdap
from tests.protocols.test_bounded_json import JSON
from tests.protocols.test_jcard import entity
from tests.protocols.test_rdap import at

ARIN_STYLE: dict[str, Any] = {
    "rdapConformance": ["nro_rdap_profile_0", "rdap_level_0", "cidr0"],
    "objectClassName": "ip network",
    "handle": "NET-192-0-2-0-1",
    "startAddress": "192.0.2.0",
    "endAddress": "192.0.2.255",
    "ipVersion": "v4",
    "name": "EXAMPLE-NET",
    "type": "DIRECT ALLOCATION",
    "cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 24}],
    "status": ["active"],
    "port43": "whois.registry.example",
    "events": [
        {"eventAction": "last changed", "eventDate": "2023-12-28T17:24:56-05:00"},
        {"eventAction": "registration", "eventDate": "2023-12-28T17:24:33-05:00"},
    ],
    "remarks": [{"title": "Registration Comments", "description": ["Abuse reports by mail only."]}],
    "entities": [
        entity(
            ["fn", {}, "text", "Example Hosting LLC"],
            ["adr", {"label": "1 Main Street\nSpringfield\nCA\n94043\nUnited States"}, "text", ["", "", "", "", "", "", ""]],
            ["kind", {}, "text", "org"],
            handle="EXHO",
            roles=["registrant"],
            entities=[
                entity(
                    ["fn", {}, "text", "Abuse"],
                    ["org", {}, "text", "Abuse"],
                    ["kind", {}, "text", "group"],
                    ["email", {}, "text", "abuse@hosting.example"],
                    ["tel", {"type": ["work", "voice"]}, "text", "+1-650-253-0000"],
                    handle="ABUSE5250",
                    roles=["abuse", "technical"],
                )
            ],
        )
    ],
}


def test_a_network_with_the_abuse_contact_inside_its_holder() -> None:
    network = rdap.read_network(json.dumps(ARIN_STYLE).encode())
    assert (network.source, network.handle, network.name, network.kind) == (
        "rdap",
        "NET-192-0-2-0-1",
        "EXAMPLE-NET",
        "DIRECT ALLOCATION",
    )
    assert (network.start, network.end, network.prefixes) == ("192.0.2.0", "192.0.2.255", ("192.0.2.0/24",))
    assert (network.holder, network.abuse_email, network.abuse_phone) == (
        "Example Hosting LLC",
        ("abuse@hosting.example",),
        ("+1-650-253-0000",),
    )
    assert network.changed == at(2023, 12, 28, 22, 24, 56)
    assert [(c.handle, c.roles) for c in network.contacts] == [("EXHO", ("registrant",)), ("ABUSE5250", ("abuse", "technical"))]
    assert network.contacts[0].street == ("1 Main Street", "Springfield", "CA", "94043", "United States")
    assert (network.states, network.notes) == (("active",), ("Registration Comments: Abuse reports by mail only.",))


def test_a_network_whose_maintainer_is_called_a_registrant() -> None:
    def network(*entities: object) -> str:
        return rdap.read_network({**ARIN_STYLE, "entities": list(entities)}).holder

    maintainer = entity(
        ["fn", {}, "text", "EXAMPLE-MNT"], ["kind", {}, "text", "individual"], handle="EXAMPLE-MNT", roles=["registrant"]
    )
    holder = entity(
        ["fn", {}, "text", "Muster Hosting GmbH"], ["kind", {}, "text", "org"], handle="ORG-MH1", roles=["registrant"]
    )
    person = entity(
        ["fn", {}, "text", "Erika Muster"],
        ["kind", {}, "text", "individual"],
        handle="EM1",
        roles=["administrative", "technical"],
    )
    office = entity(["fn", {}, "text", "Muster NOC"], ["kind", {}, "text", "group"], handle="NOC1", roles=["administrative"])
    private = entity(["fn", {}, "text", "Max Muster"], ["kind", {}, "text", "individual"], handle="MM1", roles=["registrant"])
    assert network(maintainer, person, holder) == "Muster Hosting GmbH"
    assert network(maintainer, person, office) == "Muster NOC"
    assert network(maintainer, private, office) == "Max Muster"
    assert network(maintainer, person) == ""
    assert network(entity(["fn", {}, "text", "X"], ["org", {}, "text", "Muster AG"], roles=["registrant"])) == "Muster AG"
    assert network(entity(["fn", {}, "text", "REDACTED"], roles=["registrant"])) == ""


def test_prefixes_are_computed_where_none_are_given() -> None:
    def prefixes(**changes: object) -> tuple[str, ...]:
        return rdap.read_network({**ARIN_STYLE, "cidr0_cidrs": None, **changes}).prefixes

    assert prefixes() == ("192.0.2.0/24",)
    assert prefixes(startAddress="192.0.2.0", endAddress="192.0.4.255") == ("192.0.2.0/23", "192.0.4.0/24")
    assert prefixes(startAddress="2001:DB8::", endAddress="2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == ("2001:db8::/32",)
    assert prefixes(startAddress="200.0.0.0/16", endAddress="200.0.255.255") == ("200.0.0.0/16",)
    assert len(prefixes(startAddress="::1", endAddress="ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")) == 16
    assert prefixes(startAddress="192.0.2.9", endAddress="192.0.2.1") == ()
    assert prefixes(startAddress="192.0.2.9", endAddress="2001:db8::") == ()
    assert prefixes(startAddress=None, endAddress=7) == ()
    assert prefixes(
        cidr0_cidrs=[{"v6prefix": "2001:db8::", "length": "32"}, {"v4prefix": None}, {"v4prefix": "192.0.2.0", "length": 99}, 1]
    ) == ("2001:db8::/32",)


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b'{"objectClassName": "domain"}', b'{"errorCode": 404}', b"[" * 10_000]
)
def test_what_is_no_network(document: bytes) -> None:
    with pytest.raises(BadInput):
        rdap.read_network(document)


NAMES = [
    "handle",
    "ldhName",
    "unicodeName",
    "status",
    "entities",
    "events",
    "links",
    "nameservers",
    "secureDNS",
    "notices",
    "remarks",
    "redacted",
    "errorCode",
    "startAddress",
    "endAddress",
    "cidr0_cidrs",
    "country",
    "type",
    "name",
    "roles",
    "vcardArray",
    "publicIds",
    "eventAction",
    "eventDate",
    "rel",
    "href",
    "title",
    "description",
    "prePath",
    "v4prefix",
    "length",
    "delegationSigned",
    "dsData",
]
VALUES = [
    "registrar",
    "registrant",
    "abuse",
    "related",
    "last changed",
    "2026-11-07",
    "https://[",
    "Registrant Name",
    "192.0.2.0",
    "::",
]
PARTS = st.recursive(
    JSON,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES), inner | st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES)), max_size=5
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json(value: object) -> None:
    for reader in (rdap.read, rdap.read_network):
        with contextlib.suppress(BadInput):
            reader(json.dumps(value))


@given(st.dictionaries(st.sampled_from(NAMES), PARTS, max_size=6))
def test_any_parts(parts: dict[str, object]) -> None:
    for kind, reader in (("domain", rdap.read), ("ip network", rdap.read_network)):
        with contextlib.suppress(BadInput):
            record: object = reader({**parts, "objectClassName": kind})
            msgspec.json.encode(record)  # it can be saved


@given(st.binary(max_size=200))
def test_any_octets(data: bytes) -> None:
    for reader in (rdap.read, rdap.read_network):
        with contextlib.suppress(BadInput):
            reader(data)
