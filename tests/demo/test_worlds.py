"""The three worlds: every fault of the broken one by its tag, nothing wrong in the fixed one, no false pass in the suspended one."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from selfaudit.checks import all_checks
from selfaudit.demo import WORLDS, Internet, demo_case, demo_inputs
from selfaudit.demo.internet import load_data
from selfaudit.demo.worlds import lines_of_world
from selfaudit.engine import Audit, run_audit
from selfaudit.findings import Outcome
from selfaudit.net import open_net

BROKEN = {
    ("blumenhof.example", "dns.delegation"): "DELEGATION_SERVER_REFUSES",
    ("blumenhof.example", "dns.dangling"): "DANGLING_TAKEABLE",
    ("blumenhof.example", "dns.caa"): "CAA_CRITICAL_UNKNOWN",
    ("blumenhof.example", "dns.transfer"): "TRANSFER_GIVEN",
    ("blumenhof.example", "mail.mx"): "MX_HOST_WITHOUT_ADDRESS",
    ("blumenhof.example", "mail.spf"): "SPF_PASS_ALL",
    ("blumenhof.example", "mail.dkim"): "DKIM_KEY_UNUSABLE",
    ("blumenhof.example", "mail.dmarc"): "DMARC_MISSING",
    ("blumenhof.example", "mail.mta-sts"): "MTA_STS_HOST_NOT_COVERED",
    ("blumenhof.example", "mail.tls-rpt"): "TLS_RPT_BROKEN",
    ("blumenhof.example", "mail.bimi"): "BIMI_BROKEN",
    ("angebote-blumenhof.example", "dns.dnssec"): "DNSSEC_BOGUS",
    ("angebote-blumenhof.example", "mail.spf"): "SPF_TOO_MANY_LOOKUPS",
    ("angebote-blumenhof.example", "mail.spf-coverage"): "SPF_COVERAGE_ERROR",
    ("angebote-blumenhof.example", "mail.dkim"): "DKIM_KEY_REVOKED",
    ("angebote-blumenhof.example", "mail.dmarc"): "DMARC_REPORTS_REFUSED",
    ("angebote-blumenhof.example", "mail.mta-sts"): "MTA_STS_REDIRECT",
    ("angebote-blumenhof.example", "blocklist.domain"): "LISTED",
    ("blumenhof-alt.example", "mail.mx"): "MX_IMPLICIT",
    ("blumenhof-alt.example", "mail.spf"): "SPF_MISSING",
    ("198.51.100.25", "rdns.present"): "RDNS_MISSING",
    ("198.51.100.25", "blocklist.address"): "LISTED",
    ("203.0.113.80", "rdns.generic"): "RDNS_GENERIC",
    ("203.0.113.80", "rdns.forward-confirmed"): "FCRDNS_NO_FORWARD",
    ("203.0.113.80", "blocklist.address"): "LISTED_SECOND_TIER",
    ("2001:db8:25::25", "rdns.forward-confirmed"): "FCRDNS_NO_FORWARD",
    ("198.51.100.25", "exposure.relay"): "RELAY_POSSIBLE",
    ("2001:db8:25::25", "exposure.relay"): "RELAY_POSSIBLE",
    ("198.51.100.53", "exposure.resolver"): "RESOLVER_OPEN",
    ("203.0.113.80", "exposure.proxy"): "PROXY_OPEN",
    ("203.0.113.80", "exposure.amplifier"): "AMPLIFIER_SNMP_PUBLIC",
    ("203.0.113.80", "exposure.services"): "SERVICES_REDIS_OPEN",
    ("198.51.100.25", "mail.helo"): "HELO_NOT_A_NAME",
    ("2001:db8:25::25", "mail.helo"): "HELO_NOT_A_NAME",
    ("203.0.113.80", "mail.helo"): "HELO_NOT_REVERSE_NAME",
    ("198.51.100.25", "mail.starttls"): "STARTTLS_EXPIRED",
    ("203.0.113.80", "mail.starttls"): "STARTTLS_NOT_OFFERED",
    ("198.51.100.25", "mail.dane"): "DANE_MISMATCH",
    ("blumenhof.example", "mail.contacts"): "CONTACT_REFUSED",
    ("angebote-blumenhof.example", "mail.contacts"): "CONTACT_REFUSED",
}
# What is right even on the day of the suspension: the faults of one host are not held against another.
BROKEN_BUT_RIGHT = {
    ("203.0.113.80", "exposure.relay"): "RELAY_REFUSED",
    ("198.51.100.53", "exposure.relay"): "RELAY_NO_SERVICE",
    ("198.51.100.25", "exposure.resolver"): "RESOLVER_CLOSED",
    ("203.0.113.80", "exposure.resolver"): "RESOLVER_CLOSED",
    ("198.51.100.25", "exposure.proxy"): "PROXY_PORTS_CLOSED",
    ("198.51.100.53", "exposure.amplifier"): "AMPLIFIER_NONE",
    ("2001:db8:25::25", "exposure.services"): "SERVICES_CLOSED",
    ("case", "vantage.port25"): "PORT25_OPEN_HERE",
    ("case", "vantage.inside"): "VANTAGE_OUTSIDE",
}
# In the suspended world: the mail server is refused by a router, the name server answers nothing, the third one is up.
CUT_OFF = {
    "198.51.100.25": {
        "exposure.relay": "RELAY_CUT_OFF",
        "exposure.resolver": "RESOLVER_CUT_OFF",
        "exposure.proxy": "PROXY_CUT_OFF",
        "exposure.amplifier": "AMPLIFIER_CUT_OFF",
        "exposure.services": "SERVICES_CUT_OFF",
        "mail.helo": "HELO_NO_ANSWER",
        "mail.starttls": "STARTTLS_NO_ANSWER",
        "mail.dane": "DANE_NO_ANSWER",
    },
    "198.51.100.53": {
        "exposure.relay": "RELAY_HOST_SILENT",
        "exposure.resolver": "RESOLVER_HOST_SILENT",
        "exposure.proxy": "PROXY_HOST_SILENT",
        "exposure.amplifier": "AMPLIFIER_HOST_SILENT",
        "exposure.services": "SERVICES_HOST_SILENT",
        "mail.helo": "HELO_NO_ANSWER",
        "mail.starttls": "STARTTLS_NO_ANSWER",
    },
    "blumenhof.example": {"mail.contacts": "CONTACTS_NO_ANSWER"},
    "angebote-blumenhof.example": {"mail.contacts": "CONTACTS_NO_ANSWER"},
}
CUT_OFF["2001:db8:25::25"] = CUT_OFF["198.51.100.25"]

_AUDITS: dict[str, Audit] = {}


async def audit_of(world: str) -> Audit:
    """The audit of a world, made once."""
    if world not in _AUDITS:
        async with Internet(world) as internet:
            case, brought = demo_inputs(world)
            _AUDITS[world] = await run_audit(case, open_net(internet.settings, routes=internet.routes, **brought.along()))
    return _AUDITS[world]


async def test_broken() -> None:
    audit = await audit_of("broken")
    assert {r.check for r in audit.results} == set(all_checks())
    found = {(r.target, r.check): {f.tag for f in r.findings} for r in audit.results}
    for key, tag in BROKEN.items():
        assert tag in found[key], (key, found[key])
    outcomes = {(r.target, r.check): r.outcome for r in audit.results}
    for key, tag in BROKEN_BUT_RIGHT.items():
        assert tag in found[key], (key, found[key])
        assert outcomes[key] is Outcome.PASS, key
    assert audit.exit_code() == 1
    assert not any(r.outcome is Outcome.BUG for r in audit.results)


async def test_fixed() -> None:
    audit = await audit_of("fixed")
    assert {r.check for r in audit.results} == set(all_checks())
    # What the owner himself changed on his server since the suspension is for him to say.
    for_people = ("registration.contacts",)
    wrong = [
        (r.check, r.target, r.reason)
        for r in audit.results
        if r.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.BUG) and r.check not in for_people
    ]
    assert wrong == []
    assert audit.exit_code() == 0
    # Whose domain it is can be seen from outside for one of them only; the others are stated, which is never green.
    contacts = {r.target: (r.outcome, {f.tag for f in r.findings}) for r in audit.results if r.check == "registration.contacts"}
    shown, tags = contacts.pop("blumenhof.example")
    assert shown is Outcome.PASS
    assert "CONTACTS_MATCH" in tags
    for target, (outcome, tags) in contacts.items():
        assert outcome is Outcome.INCONCLUSIVE, target
        assert {"CONTACTS_REST_ON_STATEMENT", "CONTACTS_OF_SOMEBODY_ELSE"} & tags, (target, tags)
    (dmarc,) = [r for r in audit.results if r.check == "mail.dmarc" and r.target == "blumenhof.example"]
    assert "DMARC_CACHED" in {f.tag for f in dmarc.findings}


async def test_suspended_has_no_false_pass() -> None:
    audit = await audit_of("suspended")
    assert {r.check for r in audit.results} == set(all_checks())
    outcomes = {(r.target, r.check): r.outcome for r in audit.results}
    # Whatever needs the host that is cut off cannot be concluded.
    for check in ("dns.delegation", "dns.transfer", "mail.mta-sts"):
        assert outcomes[("blumenhof.example", check)] is Outcome.INCONCLUSIVE
    # Still listed, and said so; public records answer.
    assert outcomes[("198.51.100.25", "blocklist.address")] is Outcome.FAIL
    assert outcomes[("blumenhof.example", "mail.spf")] is Outcome.PASS
    found = {(r.target, r.check): {f.tag for f in r.findings} for r in audit.results}
    for target, checks in CUT_OFF.items():
        for check, tag in checks.items():
            assert outcomes[(target, check)] is Outcome.INCONCLUSIVE, (target, check)
            assert found[(target, check)] == {tag}, (target, check)
    # The third server was repaired and is up; nothing new is held against anybody.
    up = {r.check: r.outcome for r in audit.results if r.target == "203.0.113.80"}
    assert {up[c] for c in up if c.startswith("exposure.")} == {Outcome.PASS}
    assert [k for k, o in outcomes.items() if o is Outcome.FAIL] == [("198.51.100.25", "blocklist.address")]
    for result in audit.results:
        if result.outcome is Outcome.PASS:
            records = [audit.evidence.record(i) for f in result.findings for i in f.evidence]
            assert records
            assert all(r is not None and r.fact is not None for r in records)


@pytest.mark.parametrize("world", WORLDS)
async def test_nothing_leaves_the_machine_and_no_name_is_real(world: str) -> None:
    data = load_data()
    for zone in data.zone:
        assert zone.name in (".", "arpa") or zone.name.endswith(("example", "test", "invalid", ".arpa"))
    audit = await audit_of(world)
    assert audit.evidence.case.demo == world
    assert all(s.count > 0 for s in audit.evidence.sent)


def test_marks_in_zone_files() -> None:
    text = "a 1 IN A 192.0.2.1\nb 1 IN A 192.0.2.2 ;; broken\nc 1 IN A 192.0.2.3 ;; fixed suspended\n"
    assert lines_of_world(text, "broken").splitlines() == ["a 1 IN A 192.0.2.1", "b 1 IN A 192.0.2.2"]
    assert "192.0.2.3" in lines_of_world(text, "suspended")


def _asked(internet: Internet, name: str, rdtype: str = "A", *, ad: bool = True) -> dns.message.Message:
    assert internet.resolver
    query = dns.message.make_query(name, rdtype)
    query.flags |= dns.flags.AD if ad else 0
    return internet.resolver(query)


@pytest.mark.parametrize(
    ("name", "rdtype", "world", "secure"),
    [
        ("www.blumenhof.example", "A", "fixed", True),
        ("_25._tcp.mail.blumenhof.example", "TLSA", "fixed", True),
        ("_25._tcp.mail.blumenhof.example", "TLSA", "broken", True),
        ("no-such-name.blumenhof.example", "A", "fixed", True),
        ("www.angebote-blumenhof.example", "A", "fixed", True),
        ("www.angebote-blumenhof.example", "A", "broken", False),  # its signatures have expired
        ("angebote-blumenhof.example", "DS", "broken", True),  # belongs to the zone above
        ("ns2.dns-hosting.example", "A", "fixed", False),  # not signed
        ("shop.blumenhof.example", "A", "broken", True),  # an alias into a zone that is signed
        ("25.100.51.198.in-addr.arpa", "PTR", "fixed", False),
    ],
)
async def test_the_resolver_vouches_for_what_is_secure(name: str, rdtype: str, world: str, secure: bool) -> None:
    async with Internet(world) as internet:
        response = _asked(internet, name, rdtype)
        assert bool(response.flags & dns.flags.AD) is secure
        assert not _asked(internet, name, rdtype, ad=False).flags & dns.flags.AD


async def test_the_customers_name_server_resolves_for_everybody_on_that_day_only() -> None:
    for world, open_to_all in (("broken", True), ("fixed", False)):
        async with Internet(world) as internet:
            answers = internet.servers["customer"].reply
            own = dns.message.from_wire(answers(dns.message.make_query("blumenhof.example", "MX").to_wire(), udp=True) or b"")
            assert own.flags & dns.flags.AA
            other = dns.message.from_wire(answers(dns.message.make_query("mailer.example", "SOA").to_wire(), udp=True) or b"")
            assert (other.rcode() == dns.rcode.NOERROR) is open_to_all
            assert bool(other.flags & dns.flags.RA) is open_to_all
            assert not other.flags & dns.flags.AA


async def test_queries_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Internet, "patience", 5.0)  # an answer that is merely late would be asked for twice
    async with Internet("fixed") as internet:
        net = open_net(internet.settings, routes=internet.routes)
        await run_audit(demo_case("fixed"), net)
        assert net.dns.sent <= net.dns.distinct * 1.05
