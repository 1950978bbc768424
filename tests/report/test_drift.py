"""Fact by fact: what differs, what says nothing, and whether it matters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case import Case, Target
from selfaudit.checks import all_checks
from selfaudit.checks.registry import is_active
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import Evidence, Record, Tool, Vantage
from selfaudit.engine.repeat import CONTROLS, NEVER
from selfaudit.facts import Fact, FailureReason, ProbeFailure, Request, fact_types
from selfaudit.facts.blocklist import AddressListings, ListAnswer, ListCatalogue, ListHealth, ListState
from selfaudit.facts.dns import DnsStatus, View
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.mail import MtaStsPolicy, TlsReporting
from selfaudit.facts.rdns import ReverseDns
from selfaudit.facts.registration import DomainRegistration, Registered, RegistrationRecord
from selfaudit.facts.routing import RouteValidity, ValidityQuestion
from selfaudit.facts.vantage import DnsVantage
from selfaudit.facts.zone import DnssecChain
from selfaudit.report.bundle.model import Standing
from selfaudit.report.drift import FactDrift, counts, drift
from selfaudit.report.fact_lines import COMPARED, MAX_LINES, difference, same
from selfaudit.report.recheck import point_of
from tests.checks.build import no, yes
from tests.checks.listings import entry
from tests.protocols.test_dnssec import NOW as SIGNED_AT
from tests.protocols.test_dnssec import signed

OLD, NOW = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
ADDRESS, DOMAIN = Target("address", "192.0.2.25"), Target("domain", "shop.test")
POINTER = "25.2.0.192.in-addr.arpa"
NAMED = ReverseDns("192.0.2.25", yes(POINTER, "PTR", "mail.shop.test."), None, (yes("mail.shop.test", "A", "192.0.2.25"),))
NAMELESS = ReverseDns("192.0.2.25", no(POINTER, "PTR", DnsStatus.NXDOMAIN), None, ())
SILENT = ReverseDns("192.0.2.25", no(POINTER, "PTR", DnsStatus.TIMEOUT), None, ())
BELIEVED = DnsVantage(
    ("192.0.2.53",), no("x.com", "A", DnsStatus.TIMEOUT), (no("x1.com", "A", DnsStatus.NXDOMAIN), no("x2.com", "A", DnsStatus.NXDOMAIN)), (),
    yes(".", "SOA", "a. b. 1 2 3 4 5"), interception_tcp=no("x.com", "A", DnsStatus.TIMEOUT),
)  # fmt: skip
REWRITTEN = replace(BELIEVED, random_names=(yes("x1.com", "A", "203.0.113.9"), yes("x2.com", "A", "203.0.113.9")))


def evidence(at: str, *seen: tuple[str, Fact | ProbeFailure], only: tuple[str, ...], targets: tuple[Target, ...]) -> Evidence:
    records = []
    for number, (key, fact) in enumerate(seen):
        kind, _at, subject = key.partition("@")
        failure = fact if isinstance(fact, ProbeFailure) else None
        records.append(
            Record(f"e{number}", Request(kind, subject), at, 1, None if isinstance(fact, ProbeFailure) else fact, failure)
        )
    case = Case(targets, only=only, laboratory=True)
    return Evidence(case, Tool(), at, at, Vantage(), targets, tuple(records))


def bundle(*seen: tuple[str, Fact | ProbeFailure], only: tuple[str, ...] = ("rdns.present",)) -> Audit:
    found = evidence(OLD, *seen, only=only, targets=(ADDRESS, DOMAIN))
    return Audit(found, judge_evidence(found))


def here(
    *seen: tuple[str, Fact | ProbeFailure], only: tuple[str, ...] = ("rdns.present",), control: Fact = BELIEVED,
    targets: tuple[Target, ...] = (ADDRESS, DOMAIN),
) -> Evidence:  # fmt: skip
    return evidence(NOW, *seen, ("vantage.dns@case", control), only=(*only, "vantage.dns"), targets=targets)


def one(then: Fact | ProbeFailure, now: Fact | ProbeFailure | None, control: Fact = BELIEVED) -> FactDrift:
    seen = [("rdns@192.0.2.25", now)] if now is not None else []
    (found,) = drift(bundle(("rdns@192.0.2.25", then)), here(*seen, control=control))
    return found


def test_every_kind_of_fact_is_compared_or_never_repeated() -> None:
    compared, never = {kind.kind for kind in COMPARED}, {kind.kind for kind in NEVER}
    assert compared | never == set(fact_types())
    assert not compared & never
    for kind, volatile in COMPARED.items():
        assert volatile <= set(kind.__dataclass_fields__), kind  # type: ignore[attr-defined]
    assert all(why for why in NEVER.values())


def test_what_is_repeated_is_what_passive_checks_need() -> None:
    wanted = {
        need.kind
        for check in all_checks().values()
        if not is_active(check) and check.spec.target in ("domain", "address")
        for need in check.spec.needs
    }
    assert wanted - CONTROLS == {kind.kind for kind in COMPARED}


@pytest.mark.parametrize(
    ("then", "now", "state", "matters", "worse"),
    [
        (NAMED, NAMED, "same", False, False),
        (NAMED, NAMELESS, "changed", True, True),
        (NAMELESS, NAMED, "changed", True, False),
        (NAMED, SILENT, "not-seen", False, False),
        (NAMELESS, SILENT, "not-seen", False, False),
        (NAMED, None, "not-seen", False, False),
        (NAMED, ProbeFailure(FailureReason.TIMEOUT, "x"), "not-seen", False, False),
        (SILENT, NAMED, "changed", True, False),
        (SILENT, NAMELESS, "changed", True, True),
        (ProbeFailure(FailureReason.TIMEOUT, "x"), NAMELESS, "changed", True, True),
        (SILENT, SILENT, "same", False, False),
    ],
)
def test_states(then: Fact, now: Fact | None, state: str, matters: bool, worse: bool) -> None:
    found = one(then, now)
    assert (found.state, found.matters, found.worse) == (state, matters, worse)
    assert bool(found.why) is (state != "same")


def test_lines_can_be_compared_by_a_person() -> None:
    found = one(NAMED, NAMELESS)
    assert found.before == ("25.2.0.192.in-addr.arpa PTR: mail.shop.test.",)
    assert found.now == ("25.2.0.192.in-addr.arpa PTR: there is no such name",)
    assert [(c.check, c.before, c.now) for c in found.checks] == [("rdns.present", "pass", "fail")]


def test_a_network_that_rewrites_answers_confirms_and_denies_nothing() -> None:
    found = one(NAMED, NAMELESS, control=REWRITTEN)
    assert (found.state, found.matters) == ("not-seen", False)
    assert [c.before for c in found.checks] == ["pass"]


def test_what_says_nothing_is_no_difference() -> None:
    first = yes("_smtp._tls.shop.test", "TXT", "v=TLSRPTv1; rua=mailto:x@shop.test", "other")
    second = replace(
        first, records=tuple(reversed(first.records)), ttl=7, at=99.0, ms=1.0, server="203.0.113.1", signatures=("RRSIG 1",),
        validated=True, recursion=True, detail="x",
    )  # fmt: skip
    assert not difference(TlsReporting("shop.test", first), TlsReporting("shop.test", second)).any
    assert same([TlsReporting("shop.test", first)], [TlsReporting("shop.test", second)])


def test_a_serial_is_shown_and_does_not_matter_by_itself() -> None:
    def chain(serial: int) -> DnssecChain:
        soa = yes("shop.test", "SOA", f"ns. mail. {serial} 1 2 3 4")
        none = no("shop.test", "DS")
        return DnssecChain("shop.test", none, no("shop.test", "DNSKEY"), soa, soa, soa, float(serial))

    audit = bundle(("dns.dnssec@shop.test", chain(1)), only=("dns.dnssec",))
    (found,) = drift(audit, here(("dns.dnssec@shop.test", chain(2)), only=("dns.dnssec",)))
    assert (found.state, found.matters, found.worse) == ("changed", False, False)
    assert "ns. mail. 1 1 2 3 4" in found.before[0]


def test_a_fact_about_something_else_is_not_the_same() -> None:
    """Evidence in which the clean answer of another address was put in the place of one's own."""
    forged = replace(NAMED, address="192.0.2.99")
    found = one(forged, NAMED)
    assert found.state == "changed"
    assert found.before == ("address: 192.0.2.99",)


def test_lines_are_few_short_and_harmless() -> None:
    many = tuple(yes(f"h{n}.test", "A", "192.0.2.1") for n in range(50))
    others = tuple(replace(a, records=("192.0.2.2\x1b[31m\u202e" + "x" * 500,)) for a in many)
    found = difference(replace(NAMED, forward=many), replace(NAMED, forward=others))
    assert len(found.before) == len(found.now) == MAX_LINES
    assert found.now[-1] == "and 45 more lines"
    assert all(len(line) <= 200 and "\x1b" not in line and "\u202e" not in line for line in found.now)


# Lists.
def listings(*answers: tuple[str, str | None]) -> AddressListings:
    found = [
        ListAnswer(
            z, yes(f"25.2.0.192.{z}", "A", code) if code else no(f"25.2.0.192.{z}", "A", DnsStatus.NXDOMAIN), "text of today"
        )
        for z, code in answers
    ]
    return AddressListings("192.0.2.25", tuple(found))


def health(*zones: str, dead: tuple[str, ...] = ()) -> ListCatalogue:
    states = [ListHealth(z, "ip4", ListState.REFUSED if z in dead else ListState.OK, View.DIRECT, ()) for z in zones]
    return ListCatalogue("1", tuple(entry(z, "1", "ip4") for z in zones), tuple(states))


def lists(then: AddressListings, now: AddressListings, dead: tuple[str, ...] = ()) -> FactDrift:
    only, zones = ("blocklist.address",), ("a.test", "b.test")
    audit = bundle(("blocklist.address@192.0.2.25", then), ("blocklist.health@ip4", health(*zones)), only=only)
    seen = here(("blocklist.address@192.0.2.25", now), ("blocklist.health@ip4", health(*zones, dead=dead)), only=only)
    found = drift(audit, seen)
    assert [d.state for d in found if d.kind == "blocklist.health"] == ["not-repeated"]
    return next(d for d in found if d.kind == "blocklist.address")


def test_lists() -> None:
    clean = listings(("a.test", None), ("b.test", None))
    assert lists(clean, clean).state == "same"
    worse = lists(clean, listings(("a.test", "127.0.0.2"), ("b.test", None)))
    assert (worse.state, worse.worse) == ("changed", True)
    assert worse.now == ("a.test (25.2.0.192.a.test): 127.0.0.2",)
    refused = lists(clean, listings(("b.test", None)), dead=("a.test",))
    assert (refused.state, refused.worse, [c.before for c in refused.checks]) == ("not-seen", False, ["pass"])
    code = lists(clean, listings(("a.test", "127.255.255.254"), ("b.test", None)))
    assert code.state == "not-seen"
    better = lists(listings(("a.test", "127.0.0.2"), ("b.test", None)), clean)
    assert (better.matters, better.worse) == (True, False)


def test_fetched_files() -> None:
    record = yes("_mta-sts.shop.test", "TXT", "v=STSv1; id=1;")
    fetch = HttpFetch(
        "https://mta-sts.shop.test/x", "192.0.2.9", HttpStatus.ANSWERED, 200, "text/plain; x", body="mode: enforce\r\n", at=1.0
    )
    first = MtaStsPolicy("shop.test", record, fetch)
    assert not difference(first, replace(first, fetch=replace(fetch, address="192.0.2.10", at=9.0, body="mode:  enforce"))).any
    assert difference(first, replace(first, fetch=replace(fetch, body="mode: none"))).any
    gone = difference(first, replace(first, fetch=replace(fetch, outcome=HttpStatus.TIMEOUT, code=0, body="")))
    assert (gone.any, len(gone.unseen)) == (False, 1)


def test_an_all_clear_that_is_not_there_is_worse_where_it_is_demanded() -> None:
    ds, key, soa = signed()
    plain = yes("shop.test", "SOA", "a. b. 1 2 3 4 5")
    signed_zone = DnssecChain("shop.test", ds, key, soa, plain, plain, SIGNED_AT)
    unsigned = DnssecChain("shop.test", no("shop.test", "DS"), no("shop.test", "DNSKEY"), plain, plain, plain, SIGNED_AT)
    key_of = f"{DnssecChain.kind}@shop.test"
    only = ("dns.dnssec",)
    (zone,) = drift(bundle((key_of, signed_zone), only=only), here((key_of, unsigned), only=only))
    assert [(c.before, c.now) for c in zone.checks] == [("pass", "not-applicable")]
    assert (zone.matters, zone.worse, point_of((zone,)).standing) == (True, True, Standing.BAD)

    name, only = "_smtp._tls.shop.test", ("mail.tls-rpt",)
    asked = TlsReporting("shop.test", yes(name, "TXT", "v=TLSRPTv1; rua=mailto:t@shop.test"))
    gone = TlsReporting("shop.test", no(name, "TXT"))
    (reports,) = drift(bundle(("mail.tls-rpt@shop.test", asked), only=only), here(("mail.tls-rpt@shop.test", gone), only=only))
    assert (reports.matters, reports.worse) == (True, False)
    assert reports.why == "it was seen in the bundle, and it is not there any more"
    point = point_of((reports,))
    assert (point.standing, "1 facts that the bundle shows right are not there any more" in point.text) == (Standing.NOTE, True)
    (better,) = drift(bundle(("mail.tls-rpt@shop.test", gone), only=only), here(("mail.tls-rpt@shop.test", asked), only=only))
    assert better.why == "it is seen otherwise now"
    assert "not there any more" not in point_of((better,)).text


def test_capitals_in_names_are_no_difference() -> None:
    shouted = ReverseDns(
        "192.0.2.25", yes(POINTER, "PTR", "MAIL.Shop.TEST."), None, (yes("mail.shop.test", "A", "192.0.2.25"),)
    )
    assert not difference(NAMED, shouted).any
    assert same([NAMED], [shouted])
    first = TlsReporting("shop.test", yes("_smtp._tls.shop.test", "TXT", "v=TLSRPTv1; rua=https://shop.test/Reports"))
    assert difference(
        first, TlsReporting("shop.test", yes("_smtp._tls.shop.test", "TXT", "v=TLSRPTv1; rua=https://shop.test/reports"))
    ).any


def test_a_validator_is_compared_by_what_it_says() -> None:
    def validity(state: str, at: str) -> RouteValidity:
        body = f'{{"data": {{"status": "{state}", "validating_roas": []}}, "time": "{at}"}}'
        fetch = HttpFetch("https://v.test/", "192.0.2.9", HttpStatus.ANSWERED, 200, "application/json", body=body)
        return RouteValidity(
            "192.0.2.25", yes("x", "TXT", "64500 | 192.0.2.0/24"), (ValidityQuestion("192.0.2.0/24", 64500, fetch),)
        )

    assert not difference(validity("valid", "1"), validity("valid", "2")).any
    assert difference(validity("valid", "1"), validity("invalid", "2")).now == ("AS64500 192.0.2.0/24: invalid",)
    assert difference(validity("valid", "1"), validity("\x00", "2")).unseen


def test_registrations() -> None:
    record = RegistrationRecord(
        "rdap", Registered.YES, False, "shop.test", expires=1_800_000_000.0, states=("active",), notes=("a",)
    )
    first = DomainRegistration("shop.test", (), record, now=1.0)
    later = replace(first, registry=replace(record, notes=("b",), expires=1_800_000_100.0), now=2.0, page="x")
    assert not difference(first, later).any
    held = replace(first, registry=replace(record, states=("client hold",)))
    assert difference(first, held).now == ("registry states: client hold",)
    for silent in (replace(first, registry=None), replace(first, registry=replace(record, registered=Registered.UNKNOWN))):
        told = difference(first, silent)
        assert not told.any
        assert told.unseen
    whois = replace(first, registry=RegistrationRecord("whois", Registered.YES, expires=1_800_000_000.0, states=("active",)))
    assert not difference(first, whois).any
    assert difference(first, replace(whois, registry=replace(record, source="whois", registered=Registered.NO))).any
    absurd = replace(first, registry=replace(record, expires=1e300))
    assert "a date that cannot be" in difference(first, absurd).now[0]


def test_what_the_bundle_says_nothing_about() -> None:
    """The records lead to a server that the bundle does not have, and it fails here."""
    other = Target("address", "192.0.2.26", "mail host mail2.shop.test")
    bad = ReverseDns("192.0.2.26", no("26.2.0.192.in-addr.arpa", "PTR", DnsStatus.NXDOMAIN), None, ())
    audit = bundle(("rdns@192.0.2.25", NAMED))
    seen = here(("rdns@192.0.2.25", NAMED), ("rdns@192.0.2.26", bad), targets=(ADDRESS, DOMAIN, other))
    same_one, beside = drift(audit, seen)
    assert same_one.state == "same"
    assert (beside.subject, beside.state, beside.worse, beside.why) == (
        "192.0.2.26", "changed", True, "it fails here, and the bundle holds nothing about it",
    )  # fmt: skip
    assert [(c.before, c.now) for c in beside.checks] == [("", "fail")]
    # A fact that was taken out of the evidence is found in the same way.
    (found,) = drift(bundle(), here(("rdns@192.0.2.25", NAMELESS)))
    assert (found.subject, found.worse) == ("192.0.2.25", True)


def test_nothing_could_be_repeated() -> None:
    (found,) = drift(bundle(("rdns@192.0.2.25", NAMED)), None)
    assert (found.state, [c.before for c in found.checks]) == ("not-seen", ["pass"])
    assert counts([found])["not-seen"] == 1
