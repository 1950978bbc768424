"""Answers of RPKI validators."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given

from selfaudit.errors import BadInput
from selfaudit.protocols import rpki
from tests.protocols.test_bounded_json import JSON

ROUTINATOR = """{
  "validated_route": {
    "route": {"origin_asn": "AS64500", "prefix": "192.0.2.0/25"},
    "validity": {
      "state": "%s", %s
      "description": "text",
      "VRPs": {
        "matched": [%s],
        "unmatched_as": [{"asn": "AS64501", "prefix": "192.0.2.0/24", "max_length": "26"}],
        "unmatched_length": [{"asn": "AS64500", "prefix": "192.0.2.0/24", "max_length": 24}]
      }
    }
  },
  "generatedTime": "2026-11-22T08:35:23Z"
}"""
OTHERS = ("192.0.2.0/24-26 AS64501", "192.0.2.0/24 AS64500")


def test_urls() -> None:
    assert rpki.url("https://v.example/x?resource=AS{asn}&prefix={prefix}", 64500, "2001:db8::/32") == (
        "https://v.example/x?resource=AS64500&prefix=2001:db8::/32"
    )
    for base in (
        "https://v.example",
        "https://v.example/",
        "https://v.example/api/v1/validity",
        "https://v.example/api/v1/validity/",
    ):
        assert rpki.url(base, 64500, "192.0.2.0/24") == "https://v.example/api/v1/validity/AS64500/192.0.2.0/24"


def test_routinator() -> None:
    matched = '{"asn": "AS64500", "prefix": "192.0.2.0/25", "max_length": "25"}'
    valid = rpki.read(ROUTINATOR % ("valid", "", matched))
    assert (valid.state, valid.why, valid.roas) == ("valid", "", ("192.0.2.0/25 AS64500", *OTHERS))
    other_as = rpki.read((ROUTINATOR % ("invalid", '"reason": "as",', "")).encode())
    assert (other_as.state, other_as.roas) == ("invalid", OTHERS)
    assert "only other networks" in other_as.why
    length = rpki.read(ROUTINATOR % ("Invalid", '"reason": "length",', ""))
    assert (length.state, "larger blocks" in length.why) == ("invalid", True)
    assert rpki.read(ROUTINATOR % ("invalid", "", "")).why == ""
    for said in ("not-found", "NotFound"):
        assert rpki.read(json.dumps({"validated_route": {"validity": {"state": said}}})).state == "not-found"


def ripestat(status: object, *roas: object) -> str:
    return json.dumps(
        {
            "messages": [],
            "data_call_name": "rpki-validation",
            "status": "ok",
            "data": {
                "resource": "64500",
                "prefix": "192.0.2.0/24",
                "validating_roas": roas,
                "status": status,
                "validator": "routinator",
            },
        }
    )


def test_ripestat() -> None:
    own = {"origin": "64500", "prefix": "192.0.2.0/24", "validity": "valid", "max_length": 24}
    other = {"origin": "64501", "prefix": "192.0.2.0/23", "validity": "invalid_asn", "max_length": 24}
    assert rpki.read(ripestat("valid", own, other)).roas == ("192.0.2.0/24 AS64500", "192.0.2.0/23-24 AS64501")
    assert rpki.read(ripestat("valid", own)) == rpki.Validity("valid", "", ("192.0.2.0/24 AS64500",))
    wrong = rpki.read(ripestat("invalid_asn", other))
    assert (wrong.state, "only other networks" in wrong.why) == ("invalid", True)
    assert "larger blocks" in rpki.read(ripestat("invalid_length", own)).why
    none = rpki.read(ripestat("unknown"))
    assert (none.state, none.roas) == ("not-found", ())
    assert "no permission" in none.why


@pytest.mark.parametrize(
    "data",
    [
        "", "null", "[]", "{}", '{"data": {}}', '{"validated_route": {}}', '{"validated_route": {"validity": {"state": null}}}',
        '{"validated_route": {"validity": {"state": "perhaps"}}}', ripestat("error"), ripestat(None), "[" * 10_000,
        '{"status": "error", "data": {"error": "x"}}',
    ],
)  # fmt: skip
def test_anything_else(data: str) -> None:
    with pytest.raises(BadInput):
        rpki.read(data)


def test_permissions_that_cannot_be_read_are_left_out() -> None:
    broken: list[object] = [
        None,
        1,
        {},
        {"prefix": "x/y", "origin": "1"},
        {"prefix": "192.0.2.0/24", "origin": "one"},
        {"prefix": ["192.0.2.0/24"]},
    ]
    assert rpki.read(ripestat("valid", *broken)).roas == ()


@given(JSON)
def test_any_json(value: object) -> None:
    for document in (value, {"data": value}, {"validated_route": {"validity": {"state": "valid", "VRPs": {"matched": value}}}}):
        with contextlib.suppress(BadInput):
            rpki.read(json.dumps(document))
