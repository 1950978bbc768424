"""routing.rpki."""

from __future__ import annotations

import json

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.routing import RouteValidity, ValidityQuestion
from tests.checks.build import TROUBLES, Scenario, no, yes

CHECK = "routing.rpki"
ADDRESS, PREFIX, WIDER = "198.51.100.25", "198.51.100.0/24", "198.51.0.0/16"
QUESTION = "25.100.51.198.origin.asn.test"
ORIGIN = yes(QUESTION, "TXT", f"64500 | {PREFIX} | DE | ripencc | 2019-03-01", f"64501 | {WIDER} | DE | ripencc |")
VERDICTS = ("RPKI_VALID", "RPKI_INVALID", "RPKI_NOTHING_PUBLISHED", "RPKI_PARTLY_PUBLISHED", "RPKI_NOT_ANNOUNCED")


def routinator(state, reason="", **vrps):  # type: ignore[no-untyped-def]
    validity = {"state": state, "reason": reason, "description": "", "VRPs": vrps}
    return json.dumps({"validated_route": {"route": {"origin_asn": "AS64500", "prefix": PREFIX}, "validity": validity}})


def ripestat(status, *roas):  # type: ignore[no-untyped-def]
    return json.dumps({"status": "ok", "data": {"status": status, "validating_roas": list(roas)}})


def ask(body="", outcome=HttpStatus.ANSWERED, code=200, prefix=PREFIX, asn=64500):  # type: ignore[no-untyped-def]
    answered = outcome is HttpStatus.ANSWERED
    fetch = HttpFetch("https://validator.test/", "192.0.2.44", outcome, code if answered else 0, body=body)
    return ValidityQuestion(prefix, asn, fetch)


def fact(*questions, origin=ORIGIN, cut_off=0):  # type: ignore[no-untyped-def]
    return [RouteValidity(ADDRESS, origin, questions, cut_off)]


ROA = {"asn": "AS64510", "prefix": "198.51.100.0/22", "max_length": "22"}
VALID = routinator("valid", matched=[{"asn": "AS64500", "prefix": PREFIX, "max_length": "24"}])
INVALID = routinator("invalid", "as", unmatched_as=[ROA])
NOT_FOUND = routinator("not-found")
SECOND = {"prefix": WIDER, "asn": 64501}

SCENARIOS = [
    Scenario(
        "permitted",
        fact(ask(VALID), ask(VALID, **SECOND)),
        ["RPKI_VALID"],
        "pass",
        [v for v in VERDICTS if v != "RPKI_VALID"],
        args={"routes": ("AS64500 198.51.100.0/24", "AS64501 198.51.0.0/16")},
    ),
    Scenario("permitted, says RIPEstat", fact(ask(ripestat("valid"))), ["RPKI_VALID"], "pass", ["RPKI_INVALID"]),
    Scenario(
        "another network is permitted",
        fact(ask(INVALID)),
        ["RPKI_INVALID"],
        "fail",
        ["RPKI_VALID"],
        args={
            "number": 64500,
            "prefix": PREFIX,
            "roas": ("198.51.100.0/22 AS64510",),
            "why": "the holder of the addresses permits only other networks to announce them",
        },
    ),
    Scenario(
        "only a larger block is permitted",
        fact(
            ask(
                ripestat("invalid_length", {"origin": "64500", "prefix": WIDER, "max_length": 16, "validity": "invalid_length"})
            )
        ),
        ["RPKI_INVALID"],
        "fail",
        ["RPKI_VALID"],
        args={
            "why": "the holder of the addresses permits only larger blocks to be announced",
            "roas": ("198.51.0.0/16 AS64500",),
        },
    ),
    Scenario(
        "no reason is given",
        fact(ask(routinator("invalid"))),
        ["RPKI_INVALID"],
        "fail",
        args={"why": "the validator does not say why", "roas": ("the validator does not name them",)},
    ),
    Scenario(
        "one of two is invalid", fact(ask(VALID), ask(INVALID, **SECOND)), ["RPKI_INVALID"], "fail", ["RPKI_NOT_ALL_ASKED"]
    ),
    Scenario(
        "invalid beats what was not seen",
        fact(ask(INVALID), ask(outcome=HttpStatus.TIMEOUT, **SECOND), cut_off=3),
        ["RPKI_INVALID", "RPKI_VALIDATOR_UNANSWERED", "RPKI_NOT_ALL_ASKED"],
        "fail",
    ),
    Scenario(
        "nothing is published",
        fact(ask(NOT_FOUND), ask(ripestat("unknown"), **SECOND)),
        ["RPKI_NOTHING_PUBLISHED"],
        "not-applicable",
        ["RPKI_VALID", "RPKI_INVALID", "RPKI_PARTLY_PUBLISHED"],
    ),
    Scenario(
        "partly published",
        fact(ask(VALID), ask(NOT_FOUND, **SECOND)),
        ["RPKI_VALID", "RPKI_PARTLY_PUBLISHED"],
        "pass",
        ["RPKI_NOTHING_PUBLISHED"],
    ),
    Scenario(
        "one of two unanswered",
        fact(ask(VALID), ask(outcome=HttpStatus.TIMEOUT, **SECOND)),
        ["RPKI_VALIDATOR_UNANSWERED"],
        "inconclusive",
        ["RPKI_INVALID"],
    ),
    Scenario(
        "nothing published and one unanswered",
        fact(ask(NOT_FOUND), ask(outcome=HttpStatus.TIMEOUT, **SECOND)),
        ["RPKI_VALIDATOR_UNANSWERED"],
        "inconclusive",
        ["RPKI_VALID", "RPKI_INVALID"],
    ),
    Scenario("some were left out", fact(ask(VALID), cut_off=2), ["RPKI_NOT_ALL_ASKED"], "inconclusive", args={"count": 2}),
    Scenario(
        "a record of the collector cannot be read",
        fact(ask(VALID), origin=yes(QUESTION, "TXT", f"64500 | {PREFIX} | DE | ripencc |", "nothing")),
        ["RPKI_NOT_ALL_ASKED"],
        "inconclusive",
        args={"count": 1},
    ),
    Scenario(
        "no record of the collector can be read",
        fact(origin=yes(QUESTION, "TXT", "nothing")),
        ["RPKI_ROUTE_UNANSWERED"],
        "inconclusive",
        VERDICTS,
    ),
    *(
        Scenario(
            f"not announced: {s}",
            fact(origin=no(QUESTION, "TXT", s)),
            ["RPKI_NOT_ANNOUNCED"],
            "not-applicable",
            ["RPKI_VALID", "RPKI_INVALID", "RPKI_NOTHING_PUBLISHED"],
        )
        for s in (DnsStatus.NXDOMAIN, DnsStatus.NODATA)
    ),
    *(
        Scenario(f"origin: {s}", fact(origin=no(QUESTION, "TXT", s)), ["RPKI_ROUTE_UNANSWERED"], "inconclusive", VERDICTS)
        for s in (*TROUBLES, DnsStatus.ERROR, DnsStatus.LOOP)
    ),
    *(
        Scenario(
            f"validator: {outcome}",
            fact(ask(INVALID, outcome)),
            ["RPKI_VALIDATOR_UNANSWERED"],
            "inconclusive",
            VERDICTS,
        )
        for outcome in HttpStatus
        if outcome is not HttpStatus.ANSWERED
    ),
    *(
        Scenario(
            f"validator: HTTP {code}",
            fact(ask(INVALID, code=code)),
            ["RPKI_VALIDATOR_UNANSWERED"],
            "inconclusive",
            VERDICTS,
            args={"why": f"the validator answers with an error, HTTP {code}"},
        )
        for code in (204, 301, 400, 404, 429, 500, 503)
    ),
    *(
        Scenario(f"validator: {name}", fact(ask(body)), ["RPKI_VALIDATOR_UNANSWERED"], "inconclusive", VERDICTS)
        for name, body in {
            "nothing": "",
            "a page": "<html>invalid</html>",
            "another document": "{}",
            "an unknown state": routinator("perhaps"),
            "a bomb": "[" * 10_000,
            "not UTF-8": "\xff\xfe",
        }.items()
    ),
]
