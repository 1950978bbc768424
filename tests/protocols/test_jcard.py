"""Contacts from jCards (RFC 7095), whole, holed and hostile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from selfaudit.facts.registration import RegistrationContact
from selfaudit.protocols import jcard
from tests.protocols.test_bounded_json import JSON


def entity(*properties: object, **more: object) -> dict[str, object]:
    return {"objectClassName": "entity", "vcardArray": ["vcard", [["version", {}, "text", "4.0"], *properties]], **more}


def test_a_whole_contact() -> None:
    # the shape of RFC 9083 section 5.1
    contact = jcard.read_contact(
        entity(
            ["fn", {}, "text", "Erika Muster"],
            ["n", {}, "text", ["Muster", "Erika", "", "", ["Dr."]]],
            ["kind", {}, "text", "individual"],
            ["org", {"type": "work"}, "text", "Muster Handels GmbH"],
            ["title", {}, "text", "Owner"],
            ["adr", {"type": "work"}, "text", ["", "Suite 1234", ["Hauptstr. 1", "Hof"], "Berlin", "BE", "10115", "Germany"]],
            ["tel", {"type": ["work", "voice"], "pref": "1"}, "uri", "tel:+49.301234567;ext=102"],
            ["tel", {"type": ["work", "cell", "voice", "fax"]}, "text", " +49 170 1234567 "],
            ["tel", {"type": "fax"}, "uri", "tel:+49.301234568"],
            ["email", {"type": "work"}, "text", "second@muster.example"],
            ["email", {"pref": "1"}, "text", "mailto:erika@muster.example"],
            ["email", {}, "text", "second@muster.example"],
            ["url", {}, "uri", "https://muster.example/"],
            roles=["Registrant", "administrative", "registrant", None],
            handle="C-17",
        )
    )
    assert contact == RegistrationContact(
        roles=("registrant", "administrative"),
        name="Erika Muster",
        organization="Muster Handels GmbH",
        email=("erika@muster.example", "second@muster.example"),
        phone=("+49.301234567;ext=102", "+49 170 1234567"),
        street=("Suite 1234", "Hauptstr. 1", "Hof"),
        city="Berlin",
        region="BE",
        postal_code="10115",
        country="Germany",
        handle="C-17",
    )


def test_the_code_of_the_country_in_a_parameter() -> None:
    # RFC 8605 section 3.1
    contact = jcard.read_contact(entity(["adr", {"cc": "de"}, "text", ["", "", "Hauptstr. 1", "Berlin", "", 10115, ""]]))
    assert (contact.street, contact.city, contact.postal_code, contact.country) == (("Hauptstr. 1",), "Berlin", "10115", "DE")
    assert jcard.read_contact(entity(["adr", {}, "text", ["", "", "", "", "", "", "fr"]])).country == "FR"
    assert jcard.read_contact(entity(["adr", {"cc": "xyz"}, "text", ["", "", "", "", "", "", "France"]])).country == "France"


@pytest.mark.parametrize("value", [["", "", "", "", "", "", ""], [None] * 7, [], None, [[]]])
def test_an_address_without_structure(value: object) -> None:
    # RFC 7095 section 3.3.1.3; registries of addresses give theirs so
    contact = jcard.read_contact(entity(["adr", {"label": "Hauptstr. 1\r\n10115 Berlin\n\nGermany"}, "text", value]))
    assert contact.street == ("Hauptstr. 1", "10115 Berlin", "Germany")
    assert jcard.read_contact(entity(["adr", {}, "text", "Hauptstr. 1\nBerlin"])).street == ("Hauptstr. 1", "Berlin")


def test_texts_in_place_of_values_are_noted_not_kept() -> None:
    contact = jcard.read_contact(
        entity(
            ["fn", {}, "text", "REDACTED FOR PRIVACY"],
            ["n", {}, "text", ["REDACTED FOR PRIVACY", "REDACTED FOR PRIVACY", "", "", ""]],
            ["org", {}, "text", ["Data Redacted"]],
            ["adr", {}, "text", ["", "", "GDPR Masked", "REDACTED", "Bavaria", "[Non-Public Data]", "DE"]],
            ["tel", {"type": "voice"}, "uri", "tel:REDACTED FOR PRIVACY"],
            ["email", {}, "text", "https://registrar.example/contact/shop.example"],
            handle="REDACTED FOR PRIVACY",
        )
    )
    assert contact == RegistrationContact(
        roles=(),
        region="Bavaria",
        country="DE",
        withheld=("name", "organization", "email", "phone", "street", "city", "postal code"),
    )


def test_values_that_say_nothing_are_not_given() -> None:
    contact = jcard.read_contact(
        entity(["fn", {}, "text", ""], ["org", {}, "text", "-"], ["email", {}, "text", " "], ["tel", {}, "uri", "tel:"])
    )
    assert contact == RegistrationContact(())


def test_names() -> None:
    assert jcard.read_contact(entity(["n", {}, "text", ["Muster", "Erika", "", "", ""]])).name == "Erika Muster"
    assert jcard.read_contact(entity(["ORG", None, None, ["Muster GmbH", "", "Sales"]])).organization == "Muster GmbH, Sales"
    assert len(jcard.read_contact(entity(["fn", {}, "text", "x" * 5000])).name) == 200


def test_organisations() -> None:
    assert jcard.is_body(entity(["kind", {}, "text", "org"]))
    assert jcard.is_body(entity(["kind", {}, "text", "Group"]))
    assert jcard.is_body(entity(["kind", {}, "text", "individual"], ["org", {}, "text", "Muster GmbH"]))
    assert not jcard.is_body(entity(["kind", {}, "text", "individual"], ["fn", {}, "text", "Erika Muster"]))
    assert not jcard.is_body({})


GARBAGE: list[Any] = [
    None,
    1,
    "text",
    [],
    {},
    {"vcardArray": None},
    {"vcardArray": "vcard"},
    {"vcardArray": ["vcard"]},
    {"vcardArray": ["vcard", None]},
    {"vcardArray": ["vcard", {"fn": "x"}]},
    {
        "vcardArray": [
            "vcard",
            [None, 1, "fn", [], ["fn"], ["fn", {}], ["fn", {}, "text"], ["fn", {}, "text", None], [["fn"], {}, "text", "x"]],
        ]
    },
    {
        "vcardArray": [
            "vcard",
            [
                ["fn", [], {}, {"a": 1}],
                ["n", {}, "text", 1],
                ["n", {}, "text", [[[]]]],
                ["tel", {"type": {"a": 1}}, "uri", 1.5],
            ],
        ]
    },
    {
        "vcardArray": [
            "vcard",
            [["adr", {"label": ["x"], "cc": 5}, "text", {"street": "x"}], ["adr", "x", "text", [[["x"]]] * 9]],
        ]
    },
    {"jscontact_card": {"name": {"full": "Erika Muster"}}, "roles": {"a": "b"}},
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_an_empty_contact(garbage: object) -> None:
    assert jcard.read_contact(garbage) == RegistrationContact(())


@given(JSON, JSON, JSON)
def test_any_json(one: object, two: object, three: object) -> None:
    for found in (
        one,
        {"vcardArray": one, "roles": two, "handle": three},
        entity(*((name, one, two, three) for name in ("fn", "n", "org", "email", "tel", "adr", "kind", "url"))),
        entity(*([name, one, two, three] for name in ("fn", "n", "org", "email", "tel", "adr", "kind", "url"))),
        entity(["adr", {"label": one, "cc": two}, "text", [one, two, three, [one, two, three]]]),
    ):
        contact = jcard.read_contact(found)
        assert all(
            len(value) <= 200 for value in (contact.name, contact.organization, contact.handle, contact.city, contact.country)
        )
        repr(contact).encode("utf-8")
        jcard.is_body(found)
        jcard.urls(found)


@pytest.mark.parametrize(("country", "kept"), [("CA", ""), ("us", ""), ("DE", "DE")])
def test_where_the_registrar_wrote_its_own_data_over_everything(country: str, kept: str) -> None:
    card = [
        ["fn", {}, "text", "Data Protected Data Protected"], ["org", {}, "text", "Data Protected"],
        ["tel", {}, "uri", "tel:+1.0000000000"], ["email", {}, "text", "noreply@data-protected.net"],
        ["adr", {}, "text", ["", "", "123 Data Protected", "Toronto", "ON", "M4K 1B3", country]],
    ]  # fmt: skip
    contact = jcard.read_contact({"roles": ["registrant"], "vcardArray": ["vcard", card]})
    assert (contact.name, contact.organization, contact.street, contact.city, contact.phone, contact.email) == (
        "",
        "",
        (),
        "",
        (),
        (),
    )
    assert contact.country == kept
    assert ("country" in contact.withheld) is (kept == "")
    assert {"name", "organization", "email", "phone", "street", "city", "postal code"} <= set(contact.withheld)
