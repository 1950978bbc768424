"""What RDAP answers say to withhold: RFC 9537, and the remarks and states that went before it."""

from __future__ import annotations

from typing import Any

import pytest

from selfaudit.protocols import rdap
from tests.protocols.test_jcard import entity
from tests.protocols.test_rdap import REGISTRY, with_

REGISTRANT = entity(
    ["fn", {}, "text", ""],
    ["adr", {"cc": "DE"}, "text", ["", "", "", "", "Bavaria", "", ""]],
    ["contact-uri", {}, "uri", "https://registrar.example/contact"],
    roles=["registrant"],
)
CARD = "$.entities[?(@.roles[0]=='registrant')].vcardArray[1]"


def redaction(name: dict[str, str], **paths: str) -> dict[str, object]:
    return {"name": name, **paths, "pathLang": "jsonpath", "method": "emptyValue", "reason": {"description": "Server policy"}}


def withheld(*redacted: object, entities: list[Any] | None = None) -> tuple[str, ...]:
    record = rdap.read(with_(entities=[REGISTRANT] if entities is None else entities, redacted=list(redacted)))
    contact = next((c for c in record.contacts if "registrant" in c.roles), None)
    return () if contact is None else contact.withheld


def test_redacted_fields_by_their_registered_names() -> None:
    # RFC 9537 section 4.2, names as ICANN's profile gives them
    record = rdap.read(
        with_(
            entities=[*REGISTRY["entities"], REGISTRANT, entity(["fn", {}, "text", "Desk"], roles=["technical"])],
            redacted=[
                redaction({"description": "Registry Domain ID"}, prePath="$.handle"),
                redaction({"type": "Registry Registrant ID"}, prePath="$.entities[?(@.roles[0]=='registrant')].handle"),
                redaction({"description": "Registrant Name"}, postPath=f"{CARD}[?(@[0]=='fn')][3]"),
                redaction({"type": "Registrant Organization"}, prePath=f"{CARD}[?(@[0]=='org')]"),
                redaction({"description": "Registrant Street"}, postPath=f"{CARD}[?(@[0]=='adr')][3][:3]"),
                redaction({"description": "Registrant City"}, postPath=f"{CARD}[?(@[0]=='adr')][3][3]"),
                redaction({"description": "Registrant Postal Code"}, postPath=f"{CARD}[?(@[0]=='adr')][3][5]"),
                redaction({"description": "Registrant Phone Ext"}, prePath=f"{CARD}[?(@[1].ext)]"),
                redaction({"description": "Registrant Fax"}, prePath=f"{CARD}[?(@[1].type=='fax')]"),
                redaction({"description": "Registrant Phone"}, prePath=f"{CARD}[?(@[1].type=='voice')]"),
                redaction({"description": "Registrant Email"}, prePath=f"{CARD}[?(@[0]=='email')]"),
                redaction(
                    {"description": "Tech Email"},
                    prePath="$.entities[?(@.roles[0]=='technical')].vcardArray[1][?(@[0]=='email')]",
                ),
            ],
        )
    )
    registrant, technical = record.contacts
    assert (registrant.roles, registrant.region, registrant.country) == (("registrant",), "Bavaria", "DE")
    assert registrant.withheld == ("name", "organization", "email", "phone", "street", "city", "postal code")
    assert (technical.name, technical.withheld) == ("Desk", ("email",))


def test_redacted_fields_by_their_paths() -> None:
    nothing = {"description": "Redacted"}
    assert withheld(redaction(nothing, prePath=f"{CARD}[?(@[0]=='fn')][3]")) == ("name",)
    assert withheld(redaction(nothing, postPath=f"{CARD}[?(@[0]=='tel')]")) == ("phone",)
    assert withheld(redaction(nothing, path=f"{CARD}[?(@[0]=='adr')][3][3]")) == ("city",)
    assert withheld(redaction(nothing, path=f"{CARD}[?(@[0]=='adr')][3][0,1,5]")) == ("street", "postal code")
    assert withheld(redaction(nothing, path=f"{CARD}[?(@[0]=='adr')][3][3:]")) == ("city", "region", "postal code", "country")
    assert withheld(redaction(nothing, path=f"{CARD}[?(@[0]=='adr')]")) == (
        "street",
        "city",
        "region",
        "postal code",
        "country",
    )
    assert withheld(redaction(nothing, path=f"{CARD}[?(@[0]=='title')]")) == ()
    assert withheld(redaction(nothing, path="$.entities[?(@.roles[0]=='registrant')].handle")) == ()
    assert withheld(redaction(nothing, path="$.entities[?(@.roles[0]=='registrant')]")) == ("contact",)
    assert withheld(redaction(nothing, path="$.entities[0].vcardArray")) == ("contact",)
    assert withheld(redaction(nothing, path="$.entities[?(@.roles[0]=='registrar')].vcardArray")) == ()
    assert withheld(redaction({"description": "Registrant data"})) == ("contact",)
    assert withheld(redaction(nothing), redaction({"type": "Registry Domain ID"}, prePath="$.handle")) == ()


def test_a_registrant_of_whom_everything_is_redacted() -> None:
    assert withheld(redaction({"description": "Registrant Name"}), entities=[]) == ("contact",)
    record = rdap.read(with_(redacted=[redaction({"type": "Tech Name"})]))
    assert record.contacts == ()
    assert rdap.read(with_(redacted={"name": "x"})).contacts == ()


@pytest.mark.parametrize(
    "junk", [None, 1, "x", [], [None, 1, "x", [], {}, {"name": None}, {"name": {"type": 1, "description": []}, "prePath": 5}]]
)
def test_junk_among_the_redactions(junk: object) -> None:
    assert rdap.read(with_(redacted=junk)).contacts == ()


def test_remarks_and_states_that_say_that_data_is_withheld() -> None:
    # ICANN's profile of 2019
    remark = {
        "title": "REDACTED FOR PRIVACY",
        "type": "object redacted due to authorization",
        "description": ["Some data has been removed."],
    }
    mail = {"title": "EMAIL REDACTED FOR PRIVACY", "type": "object redacted due to authorization"}
    other = {"title": "Note", "type": "object truncated due to excessive load"}

    def with_remarks(*remarks: object, **more: object) -> tuple[str, ...]:
        return rdap.read(with_(entities=[{**REGISTRANT, "remarks": list(remarks), **more}])).contacts[0].withheld

    assert with_remarks(remark) == ("contact",)
    assert with_remarks(mail, other) == ("email",)
    assert with_remarks({"type": "Object truncated due to authorization"}) == ("contact",)
    assert with_remarks(other, None, "x") == ()
    assert with_remarks(status=["removed"]) == ("contact",)
    assert with_remarks(status=["validated"]) == ()
