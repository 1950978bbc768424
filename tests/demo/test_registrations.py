"""Registrations of every kind in the embedded internet, each with its right outcome, and never a fail for what the network did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

import msgspec
import pytest

from selfaudit.case import HOSTED, Target
from selfaudit.demo import Internet, demo_case
from selfaudit.engine import Audit, run_audit
from selfaudit.facts.registration import DomainRegistration, LookupOutcome
from selfaudit.findings import Outcome
from selfaudit.net import open_net
from selfaudit.settings import Settings

PASS, WARN, FAIL, UNKNOWN, NONE = (
    Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE,
)  # fmt: skip
O = LookupOutcome  # noqa: E741 - a table reads better with it

# domain -> outcomes of status, expiry, nameservers, contacts; a tag that must be among those of status or contacts
KINDS: dict[str, tuple[Outcome, Outcome, Outcome, Outcome, str]] = {
    "keramik-weiss.example": (PASS, PASS, PASS, UNKNOWN, "STATUS_OK"),
    "unlocked.example": (PASS, PASS, PASS, UNKNOWN, "STATUS_OK"),
    "registry-lock.example": (WARN, PASS, PASS, UNKNOWN, "STATUS_SERVER_LOCK"),
    "baeckerei-sommer.example": (FAIL, PASS, NONE, UNKNOWN, "STATUS_CLIENT_HOLD"),
    "server-hold.example": (FAIL, PASS, NONE, UNKNOWN, "STATUS_SERVER_HOLD"),
    "fahrrad-lenz.example": (FAIL, NONE, NONE, UNKNOWN, "STATUS_REDEMPTION"),
    "pending-delete.example": (FAIL, NONE, PASS, UNKNOWN, "STATUS_PENDING_DELETE"),
    "yoga-am-see.example": (PASS, PASS, FAIL, UNKNOWN, "STATUS_OK"),  # parked because nobody confirmed the data
    "angebote-blumenhof.example": (PASS, PASS, PASS, UNKNOWN, "CONTACTS_WITHHELD"),
    "blumenhof-alt.example": (PASS, FAIL, WARN, UNKNOWN, "CONTACTS_PRIVACY_SERVICE"),
    "blumenhof.example": (PASS, PASS, PASS, WARN, "CONTACTS_MAIL_DOMAIN_MISSING"),
    "unregistered.example": (FAIL, NONE, NONE, NONE, "STATUS_NOT_REGISTERED"),
    "delegated-only.example": (UNKNOWN, NONE, NONE, NONE, "STATUS_NOT_AT_THIS_REGISTRY"),
    "registrar-gone.example": (PASS, PASS, PASS, UNKNOWN, "CONTACTS_REGISTRAR_UNANSWERED"),
    "to-second.example": (PASS, PASS, PASS, UNKNOWN, "STATUS_OK"),
    "throttled-once.example": (PASS, PASS, PASS, UNKNOWN, "STATUS_OK"),
    # WHOIS, where no RDAP server is named
    "beispielladen.test": (PASS, PASS, PASS, WARN, "STATUS_OK"),
    "latin-1.test": (PASS, PASS, PASS, WARN, "STATUS_OK"),
    "kein-laden.test": (FAIL, NONE, NONE, NONE, "STATUS_NOT_REGISTERED"),
}

# What the network, or a server in it, did: nothing is concluded, and it is said why.
TROUBLES: dict[str, LookupOutcome | None] = {
    "irgendwo.invalid": None,  # neither RDAP nor WHOIS
    "badcert.example": O.TLS_FAILED,
    "throttled.example": O.THROTTLED,
    "refused.example": O.REFUSED,
    "not-supported.example": O.NOT_SUPPORTED,
    "out-of-order.example": O.UNAVAILABLE,
    "broken-json.example": O.UNREADABLE,
    "deep-json.example": O.UNREADABLE,
    "web-page.example": O.UNREADABLE,
    "loop.example": O.REDIRECT_REFUSED,
    "to-loopback.example": O.REDIRECT_REFUSED,
    "to-http.example": O.REDIRECT_REFUSED,
    "to-stranger.example": O.REDIRECT_REFUSED,
    "never-ends.test": O.TOO_LARGE,
    "quota.test": O.THROTTLED,
}
CHECKS = ("status", "expiry", "nameservers", "contacts")


async def _audit(world: str, domains: tuple[str, ...], *addresses: str) -> Audit:
    targets = tuple(Target("domain", name, HOSTED) for name in domains) + tuple(Target("address", a) for a in addresses)
    case = replace(demo_case(world), targets=targets, only=("registration", "routing"))
    async with Internet(world) as internet:
        return await run_audit(case, open_net(impatient(internet), routes=internet.routes))


def impatient(internet: Internet) -> Settings:
    limits = msgspec.structs.replace(internet.settings.limits, registry_wait=1.5)
    return msgspec.structs.replace(internet.settings, limits=limits)


@cache
def all_kinds() -> Audit:
    return asyncio.run(_audit("broken", (*KINDS, *TROUBLES)))


def outcomes(audit: Audit, domain: str) -> tuple[dict[str, Outcome], set[str]]:
    found = [r for r in audit.results if r.target == domain]
    return {r.check.partition(".")[2]: r.outcome for r in found}, {f.tag for r in found for f in r.findings}


@pytest.mark.parametrize("domain", KINDS)
def test_each_kind_has_its_outcome(domain: str) -> None:
    *expected, tag = KINDS[domain]
    got, tags = outcomes(all_kinds(), domain)
    assert {c: got[c] for c in CHECKS} == dict(zip(CHECKS, expected, strict=True)), tags
    assert tag in tags


@pytest.mark.parametrize("domain", TROUBLES)
def test_what_the_network_did_is_never_a_verdict(domain: str) -> None:
    audit = all_kinds()
    got, tags = outcomes(audit, domain)
    assert {c: got[c] for c in CHECKS} == dict.fromkeys(CHECKS, UNKNOWN), tags
    (fact,) = [r.fact for r in audit.evidence.records if isinstance(r.fact, DomainRegistration) and r.fact.domain == domain]
    expected = TROUBLES[domain]
    seen = {e.outcome for e in fact.exchanges}
    assert expected in seen if expected else seen <= {O.ANSWERED}
    for result in (r for r in audit.results if r.target == domain):
        for finding in result.findings:
            if finding.tag.endswith(("UNKNOWN", "UNANSWERED")):
                assert finding.args["page"]
                assert finding.args["why"]


def test_what_was_asked_again_and_what_was_not() -> None:
    facts = {r.fact.domain: r.fact for r in all_kinds().evidence.records if isinstance(r.fact, DomainRegistration)}
    assert facts["throttled-once.example"].exchanges[0].attempts == 2
    assert facts["throttled-once.example"].exchanges[0].outcome is O.ANSWERED
    assert facts["refused.example"].exchanges[0].attempts == 1
    assert [e.protocol for e in facts["beispielladen.test"].exchanges] == ["whois"] * 3
    assert facts["to-second.example"].exchanges[0].redirects


async def test_declared_data_matches_what_is_shown_after_the_repair() -> None:
    audit = await _audit("fixed", ("blumenhof.example",))
    got, tags = outcomes(audit, "blumenhof.example")
    assert got == dict.fromkeys(CHECKS, PASS)
    assert {"CONTACTS_MATCH", "CONTACTS_CHANGED_SINCE"} <= tags


async def test_withheld_data_becomes_a_statement_with_its_evidence() -> None:
    audit = await _audit("fixed", ("angebote-blumenhof.example",))
    (result,) = [r for r in audit.results if r.check == "registration.contacts"]
    assert result.outcome is UNKNOWN  # a statement is never green
    stated = next(f for f in result.findings if f.tag == "CONTACTS_REST_ON_STATEMENT")
    assert "SHA-256" in str(stated.args)
    assert audit.exit_code() == 0  # and what nobody can see from outside does not stand in the way


async def test_a_registry_that_takes_no_more_questions_is_left_alone() -> None:
    async with Internet("broken") as internet:
        names = ("throttled-long.example", "keramik-weiss.example", "unlocked.example")
        case = replace(demo_case("broken"), targets=tuple(Target("domain", n, HOSTED) for n in names), only=("registration",))
        audit = await run_audit(case, open_net(impatient(internet), routes=internet.routes))
        assert internet.registries is not None
        asked = internet.registries.asked["rdap.nic-example.example"]
    assert outcomes(audit, "throttled-long.example")[0]["status"] is UNKNOWN
    assert sum("throttled-long" in str(question) for question in asked) == 1
    assert not any(r.outcome is FAIL for r in audit.results)


async def test_addresses() -> None:
    audit = await _audit("broken", (), "203.0.113.80", "192.0.2.7", "192.0.2.200", "2001:db8:99::1")
    found = {(r.target, r.check): (r.outcome, {f.tag for f in r.findings}) for r in audit.results}
    assert found["203.0.113.80", "registration.network"][0] is PASS
    assert found["203.0.113.80", "routing.origin"][0] is PASS
    assert found["203.0.113.80", "routing.rpki"][0] is NONE  # nothing published, and none is demanded
    assert found["203.0.113.80", "routing.provider-range"][0] is PASS
    assert found["192.0.2.7", "routing.rpki"][0] is FAIL
    assert found["192.0.2.7", "routing.provider-range"][0] is WARN
    assert "ROUTE_SEVERAL_ORIGINS" in found["192.0.2.200", "routing.origin"][1]
    assert found["2001:db8:99::1", "registration.network"][0] is UNKNOWN
    assert found["2001:db8:99::1", "routing.origin"][0] is WARN
