"""What evidence says about itself besides results: targets that were dropped, moments that do not fit, lists that were not asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from selfaudit.case import Case, Target
from selfaudit.case.model import HOSTED
from selfaudit.catalogue import load_catalogue
from selfaudit.engine import Audit, judge_evidence
from selfaudit.engine.evidence import Evidence, Record, Tool
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.blocklist import AddressListings, ListAnswer, ListCatalogue, ListEntry, ListHealth, ListState
from selfaudit.facts.dns import View
from selfaudit.facts.host import HostReport
from selfaudit.facts.mail import TlsReporting
from selfaudit.report.bundle import judged
from selfaudit.report.bundle.model import Point, Verification
from selfaudit.settings import BlocklistSettings
from tests.checks.build import mail_fact, no, spf_fact, yes
from tests.report.bundle.build import (
    CHECK,
    DOMAIN,
    FINISHED,
    NOW,
    Contents,
    forged,
    small_audit,
    small_bundle,
    small_evidence,
    stub_reports,
    verified,
)

OWN = "9.9.9.25"  # of a mail host under the domain
FOUND = mail_fact({f"{DOMAIN}.": {"MX": [f"10 mail.{DOMAIN}."]}, f"mail.{DOMAIN}.": {"A": [OWN]}}, DOMAIN)
BEFORE = "2026-11-01T10:00:00Z"


@pytest.fixture(autouse=True)
def _stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    stub_reports(monkeypatch)


def told(evidence: Evidence, name: str, **given: object) -> tuple[str, str]:
    """Standing of a point and all its words."""
    return words(verified(small_bundle(Audit(evidence, judge_evidence(evidence)), **given)), name)


def words(found: Verification, name: str) -> tuple[str, str]:
    point: Point = next(p for p in found.points if p.name == name)
    return str(point.standing), " ".join((point.text, *point.details))


def with_fact(evidence: Evidence, *facts: Any, at: str = FINISHED, ms: int = 5) -> Evidence:
    """The evidence with these facts in the place of what was there."""
    fresh = {(f.kind, getattr(f, "domain", "") or getattr(f, "address", "") or getattr(f, "name", "")): f for f in facts}
    kept = [r for r in evidence.records if (r.request.kind, r.request.subject) not in fresh]
    made = [Record(f"n{n}", Request(*key), at, ms, fact) for n, (key, fact) in enumerate(fresh.items())]
    return replace(evidence, records=(*kept, *made))


def test_an_address_that_its_own_facts_name_must_be_a_target() -> None:
    evidence = with_fact(small_evidence(), FOUND)
    standing, said = told(evidence, "targets")
    assert standing == "bad"
    assert OWN in said
    listed = replace(evidence, targets=(*evidence.targets, Target("address", OWN, f"mail host mail.{DOMAIN}")))
    assert told(listed, "targets")[0] == "good"
    assert told(replace(evidence, left_out=1), "targets")[0] == "unknown"
    older = replace(evidence, tool=Tool(version="0.0.1"))
    assert told(older, "targets")[0] == "unknown"
    spf = with_fact(
        small_evidence(), spf_fact({f"{DOMAIN}.": {"TXT": [f"v=spf1 ip4:{OWN} ip4:9.9.8.0/24 -all"]}}, domain=DOMAIN)
    )
    assert told(replace(spf, left_out=1), "targets")[0] == "unknown"
    assert told(spf, "targets") == ("bad", said)


def test_less_than_nothing_cannot_have_been_left_out() -> None:
    assert told(replace(small_evidence(), left_out=-1), "targets")[0] == "bad"


def test_a_target_that_nobody_named_and_nothing_led_to() -> None:
    more = replace(small_evidence(), targets=(*small_evidence().targets, Target("domain", "b.test", "mx")))
    assert told(more, "targets") == ("bad", "These targets were neither named nor found: b.test")


def test_a_target_is_what_the_case_says_that_it_is() -> None:
    evidence = small_evidence()
    hosted = tuple(replace(t, origin=HOSTED) if t.value == DOMAIN else t for t in evidence.targets)
    assert told(replace(evidence, targets=hosted), "targets")[0] == "bad"


def test_a_contradiction_is_no_matter_of_versions() -> None:
    def change(files: Contents) -> None:
        files["evidence.json"] = files["evidence.json"].replace(f'"domain":"{DOMAIN}"'.encode(), b'"domain":"clean.test"')

    found = verified(forged(small_bundle(), change))
    assert found.exit_code() == 1
    assert words(found, "judged")[0] == "bad"
    assert "was seen of another target" in words(found, "judged")[1]


def tls(at: float = 0.0, ms: float = 0.0) -> TlsReporting:
    return TlsReporting(DOMAIN, replace(yes(f"_smtp._tls.{DOMAIN}", "TXT", "v=TLSRPTv1; rua=mailto:t@shop.test"), at=at, ms=ms))


SEEN = NOW - 4_000  # 2026-11-18T10:00:00Z


@pytest.mark.parametrize(
    ("evidence", "standing"),
    [
        (with_fact(small_evidence(), tls(SEEN + 1, 20)), "good"),
        (with_fact(small_evidence(), tls(SEEN - 800)), "good"),
        (with_fact(small_evidence(), tls(SEEN - 1_000)), "bad"),
        (with_fact(small_evidence(), tls(SEEN + 1_000)), "bad"),
        (with_fact(small_evidence(), tls(SEEN, -1)), "bad"),
        (with_fact(small_evidence(), tls(), ms=-1), "bad"),
        (with_fact(small_evidence(), tls(), at="2026-11-18T10:14:00Z"), "good"),
        (with_fact(small_evidence(), tls(), at="2026-11-18T10:16:00Z"), "bad"),
        (with_fact(small_evidence(), tls(), at="2026-11-18T09:44:00Z"), "bad"),
        (replace(small_evidence(), started="2026-11-16T10:00:00Z"), "good"),
        (with_fact(replace(small_evidence(), started="2026-11-16T10:00:00Z"), tls(SEEN - 86_400)), "bad"),
        (replace(small_evidence(), started="2026-11-18T11:00:00Z"), "bad"),
        (replace(small_evidence(), started="some day"), "bad"),
    ],
)
def test_moments_must_fit_together(evidence: Evidence, standing: str) -> None:
    assert told(evidence, "age")[0] == standing


def server(taken: str, received: str = FINISHED, seen: str = FINISHED) -> HostReport:
    return HostReport("srv", "m", "1", "unix", taken, received, seen, "file", False, True, (), "00")


@pytest.mark.parametrize(
    ("report", "standing"),
    [
        (server(FINISHED), "good"),
        (server(BEFORE), "unknown"),
        (server("2026-12-24T10:00:00Z", BEFORE), "unknown"),
        (server(FINISHED, "2026-11-18T10:30:00Z"), "bad"),
        (server(FINISHED, seen=BEFORE), "bad"),
    ],
)
def test_the_inside_of_a_server_is_as_old_as_its_file(report: HostReport, standing: str) -> None:
    evidence = with_fact(small_evidence(), report)
    assert told(evidence, "age")[0] == standing


def test_passive_checks_are_not_left_out_for_nothing() -> None:
    evidence = small_evidence()
    for reason in (FailureReason.LEFT_OUT, FailureReason.NOT_PERMITTED):
        records = tuple(
            replace(r, fact=None, failure=ProbeFailure(reason, "x")) if r.request.kind == CHECK else r for r in evidence.records
        )
        standing, said = told(replace(evidence, records=records), "complete")
        assert standing == "unknown", reason
        assert f"These checks need no permission, and yet they are said to have been left out: {CHECK} {DOMAIN}" in said


ADDRESS = "9.9.9.9"
ENTRIES = tuple(e for e in load_catalogue(BlocklistSettings()).entries if "ip4" in e.kinds)
FIRST = next(e for e in ENTRIES if e.tier == "1" and e.access == "open")


def listings(entries: tuple[ListEntry, ...], silent: str = "", laboratory: bool = False) -> tuple[str, str]:
    case = Case((Target("address", ADDRESS),), number="T-1", laboratory=laboratory)
    states = tuple(ListHealth(e.zone, "ip4", ListState.OK, View.DIRECT, ()) for e in entries)
    answers = tuple(ListAnswer(e.zone, no(f"9.9.9.9.{e.zone}", "A")) for e in entries if e.zone != silent)
    evidence = with_fact(small_evidence(case), AddressListings(ADDRESS, answers))
    health = Record("h1", Request("blocklist.health", "ip4"), FINISHED, 5, ListCatalogue("x", entries, states))
    kept = tuple(r for r in evidence.records if r.request != health.request)
    return told(replace(evidence, records=(*kept, health)), "complete")


def test_a_catalogue_of_one_s_own_is_named() -> None:
    assert listings(ENTRIES)[0] == "good"
    for less in (
        (),
        tuple(e for e in ENTRIES if e != FIRST),
        tuple(replace(e, codes=()) if e == FIRST else e for e in ENTRIES),
        tuple(replace(e, tier="3") if e == FIRST else e for e in ENTRIES),
    ):
        standing, said = listings(less)
        assert standing == "unknown"
        assert f"not asked about each target, or not as they are known here: {FIRST.name}" in said or not less
    assert FIRST.name in listings(ENTRIES, silent=FIRST.zone)[1]
    assert listings((), laboratory=True)[0] == "good"


def test_an_audit_file_that_is_far_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(files: Contents) -> None:
        files["audit.json"] = b'{"results":[' + b"[]," * 1_000_000 + b"[]]}"

    bomb = forged(small_bundle(), change)
    monkeypatch.setattr(judged, "table_of", lambda _data: pytest.fail("it was read"))
    found = verified(bomb)
    assert words(found, "judged")[0] == "bad"
    assert "audit.json has 3000016 octets" in words(found, "judged")[1]


def editing(change: Callable[[dict[str, Any]], object]) -> Callable[[Contents], None]:
    def work(files: Contents) -> None:
        table = json.loads(files["audit.json"])
        change(table)
        files["audit.json"] = json.dumps(table).encode()

    return work


def test_differences_are_counted_up_to_a_limit() -> None:
    many = verified(forged(small_bundle(), editing(lambda t: t.update({f"x{n}": n for n in range(500)}))))
    assert len(many.differences) == 200
    assert words(many, "judged")[1].endswith("places where it says something else: more than 200")
    more = verified(forged(small_bundle(), editing(lambda t: t["results"].extend([{}] * 300))))
    here = len(small_audit().results)
    assert [(d.what, d.where, d.said, d.judged) for d in more.differences if d.what == "result"] == [
        ("result", "results", str(here + 300), str(here))
    ]


def test_nothing_is_drawn_where_the_verdict_stands_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = small_bundle()
    old = small_bundle(made=NOW - 10 * 86_400)
    taken_out = replace(small_evidence(), records=small_evidence().records[:-3])
    less = small_bundle(Audit(taken_out, judge_evidence(taken_out)))
    drawn: list[str] = []

    def draw(*_given: object, **_named: object) -> Contents:
        drawn.append("x")
        return {}

    monkeypatch.setattr(judged, "draw", draw)
    verified(data)
    assert drawn == ["x"]
    assert verified(old).exit_code() == 1
    assert verified(less).exit_code() in (1, 3)
    assert words(verified(less), "judged")[0] == "unknown"
    assert drawn == ["x"]
