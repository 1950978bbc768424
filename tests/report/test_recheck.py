"""Repeating a bundle's public checks, in the demo's worlds; and what a hostile bundle cannot make this computer do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from unicodedata import east_asian_width

import msgspec
import pytest

from selfaudit.case import HOSTED, Authority, Case, Target
from selfaudit.case.model import FileSource, HostSource, NamedPage, Selector
from selfaudit.checks import all_checks
from selfaudit.demo import Internet, demo_inputs
from selfaudit.engine import Audit, judge_evidence, run_audit
from selfaudit.engine.evidence import Evidence, Record, Tool, Vantage
from selfaudit.engine.repeat import MAX_SELECTORS, MAX_SENDING, repeat_case
from selfaudit.facts import Request
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Contact
from selfaudit.i18n import using
from selfaudit.net import Net, open_net
from selfaudit.report.bundle.model import Difference, Point, Standing, Verification
from selfaudit.report.drift import FactDrift, OutcomeDrift, counts
from selfaudit.report.recheck import point_of, recheck, with_drift
from selfaudit.report.verification_text import (
    POINT_NAMES,
    about_lines,
    by_gravity,
    drift_words,
    row_of,
    verdict_words,
    verification_lines,
)
from selfaudit.settings import Settings
from tests.checks.build import yes

RDNS = ReverseDns("9.9.9.9", yes("9.9.9.9.in-addr.arpa", "PTR", "dns9.quad9.net."), None, ())


@pytest.fixture(scope="module")
def fixed() -> Audit:
    return asyncio.run(_audit("fixed"))


async def _audit(world: str) -> Audit:
    async with Internet(world) as internet:
        case, brought = demo_inputs(world)
        return await run_audit(case, open_net(internet.settings, routes=internet.routes, **brought.along()))


async def _again(audit: Audit, world: str) -> tuple[tuple[FactDrift, ...], Net, Case]:
    nets: list[tuple[Net, Case]] = []
    async with Internet(world) as internet:

        def make(case: Case) -> Net:
            _case, brought = demo_inputs(world)
            nets.append((open_net(internet.settings, routes=internet.routes, **brought.along()), case))
            return nets[-1][0]

        found = await recheck(audit, make)
    ((net, case),) = nets
    return found, net, case


def worst(drifts: tuple[FactDrift, ...]) -> dict[tuple[str, str], FactDrift]:
    return {(d.kind, d.subject): d for d in drifts}


async def test_repaired_since(broken_audit: Audit) -> None:
    found, net, _case = await _again(broken_audit, "fixed")
    numbers = counts(found)
    assert (numbers["worse"], numbers["not-seen"]) == (0, 0)
    assert numbers["matters"] > 20
    listing = worst(found)[("blocklist.address", "198.51.100.25")]
    assert [(c.check, c.before, c.now) for c in listing.checks] == [("blocklist.address", "fail", "pass")]
    assert any("127.0.0.3" in line for line in listing.before)
    assert any("not listed" in line for line in listing.now)
    point = point_of(found)
    assert (point.name, point.standing) == ("recheck", Standing.NOTE)
    # Nothing was sent on anybody's authority, and nothing that was brought along was at hand.
    assert not [key for key in net.gate.sent if key[4]]
    assert not net.gate.permitted
    assert (net.host_reports, net.messages, net.ledgers) == ({}, {}, {})


async def test_broken_again_since(fixed: Audit) -> None:
    found, _net, _case = await _again(fixed, "broken")
    point = point_of(found)
    assert point.standing is Standing.BAD
    by_fact = worst(found)
    spf = by_fact[("mail.spf", "blumenhof.example")]
    assert (spf.state, spf.worse) == ("changed", True)
    assert ("mail.spf", "pass", "fail") in [(c.check, c.before, c.now) for c in spf.checks]
    assert by_fact[("rdns", "198.51.100.25")].worse
    assert by_fact[("smtp.relay", "198.51.100.25")].state == "not-repeated"


async def test_as_it_was(fixed: Audit) -> None:
    found, _net, case = await _again(fixed, "fixed")
    numbers = counts(found)
    assert (numbers["matters"], numbers["worse"], numbers["not-seen"]) == (0, 0, 0)
    assert numbers["same"] > 50
    assert {d.kind for d in found if d.state == "changed"} <= {"dns.dnssec"}  # the demo makes new keys each time
    assert point_of(found).standing is Standing.GOOD
    assert case.passive
    assert case.authority is None
    assert {all_checks()[name].spec.contact for name in case.only} == {Contact.PASSIVE}


async def test_what_was_left_out_is_found_again(broken_audit: Audit) -> None:
    """Somebody names one domain, keeps the one record that is fine, and drops everything else."""
    evidence = broken_audit.evidence
    domain = Target("domain", "blumenhof.example")
    kept = tuple(r for r in evidence.records if (r.request.kind, r.request.subject) == ("mail.bimi", domain.value))
    kept = kept or tuple(r for r in evidence.records if (r.request.kind, r.request.subject) == ("mail.tls-rpt", domain.value))
    assert len(kept) == 1
    case = replace(evidence.case, targets=(domain,), sending_ips=(), hosts=(), messages=(), ledgers=(), selectors=())
    cut = replace(evidence, case=case, targets=(domain,), records=kept)
    found, _net, asked = await _again(Audit(cut, judge_evidence(cut)), "broken")
    worse = {c.check for d in found if d.worse for c in d.checks}
    assert {"mail.spf", "blocklist.address", "rdns.present"} & worse >= {"mail.spf", "blocklist.address"}
    assert point_of(found).standing is Standing.BAD
    assert asked.only == repeat_case(evidence, allow_reserved=True).only


async def test_a_found_target_that_was_left_out_is_found_again(broken_audit: Audit) -> None:
    """All records are there, but the address to which they lead is said to be none of the targets."""
    evidence = broken_audit.evidence
    address = "198.51.100.25"
    targets = tuple(t for t in evidence.case.targets if t.value != address)
    found_on_the_way = tuple(t for t in evidence.targets if t.value != address)
    cut = replace(evidence, case=replace(evidence.case, targets=targets, sending_ips=()), targets=found_on_the_way)
    found, _net, _case = await _again(Audit(cut, judge_evidence(cut)), "broken")
    listed = [d for d in found if (d.kind, d.subject) == ("blocklist.address", address) and d.worse]
    assert [(c.check, c.before, c.now) for d in listed for c in d.checks] == [("blocklist.address", "", "fail")]


async def test_cut_off_since(fixed: Audit) -> None:
    """The server that is cut off answers nothing: that is not seen, and the listing beside it is worse."""
    found, _net, _case = await _again(fixed, "suspended")
    by_fact = worst(found)
    assert by_fact[("dns.delegation", "blumenhof.example")].state == "not-seen"
    assert by_fact[("blocklist.address", "198.51.100.25")].worse
    rest = tuple(d for d in found if not d.worse)
    assert point_of(rest).standing is Standing.UNKNOWN


def hostile(**case: object) -> Evidence:
    made = Case((), **case)  # type: ignore[arg-type]
    return Evidence(
        made, Tool(), "", "", Vantage(laboratory=True), made.targets, (Record("e1", Request("rdns", "9.9.9.9"), "", 1, RDNS),)
    )


def evidence_with(targets: tuple[Target, ...], **case: object) -> Evidence:
    found = hostile(**case)
    return replace(found, case=replace(found.case, targets=targets), targets=targets)


@pytest.mark.parametrize(
    "target",
    [
        Target("address", "127.0.0.1"), Target("address", "10.0.0.1"), Target("address", "169.254.169.254"), Target("address", "::1"),
        Target("address", "fd00::1"), Target("address", "::ffff:10.0.0.1"), Target("address", "64:ff9b::a00:1"), Target("address", "224.0.0.1"),
        Target("address", "9.9.9.0/24"), Target("address", "9.9.9.9 "), Target("address", "009.9.9.9"), Target("address", "intranet.corp"),
        Target("domain", "router.lan"), Target("domain", "db.internal"), Target("domain", "localhost"), Target("domain", "printer.local"),
        Target("domain", "9.9.9.9"), Target("domain", "Quad9.net"), Target("domain", "quad9.net."), Target("domain", "co.uk"),
        Target("domain", "http://quad9.net/"), Target("domain", "a@quad9.net"), Target("domain", "x\x00.quad9.net"), Target("domain", ""),
        Target("domain", "a" * 5000 + ".net"), Target("host", "quad9.net"), Target("message", "quad9.net"), Target("case", "case"),
    ],
)  # fmt: skip
def test_targets_that_nobody_could_type_here_are_left_alone(target: Target) -> None:
    case = repeat_case(evidence_with((target, Target("domain", "quad9.net"))), allow_reserved=False)
    assert case.targets == (Target("domain", "quad9.net"),)


def test_a_bundle_decides_nothing_about_this_computer() -> None:
    targets = (
        Target("domain", "quad9.net", "mail host x"),
        Target("domain", "shop.test"),
        Target("domain", "quad9.org", HOSTED),
    )
    case = repeat_case(
        evidence_with(
            targets, laboratory=True, demo="fixed", authority=Authority("Eve", "owner"), confirm_relay=True, look_up_packages=True,
            only=("exposure",), skip=("rdns",), pages=(NamedPage("privacy", "https://10.0.0.1/"),), arrived=("x",),
            hosts=(HostSource("h", "m", "0", "file", "", ""),), messages=(FileSource("m.eml", "0", 1, ""),), ledgers=(FileSource("l", "0", 1, ""),),
            sending_ips=("10.0.0.1", "9.9.9.9", "x"), selectors=(Selector("a b"), Selector("s1"), Selector("s2", "elsewhere.net")),
        ),
        allow_reserved=False,
    )  # fmt: skip
    assert case == Case(
        (Target("domain", "quad9.net"), Target("domain", "quad9.org", HOSTED)), ("9.9.9.9",), (Selector("s1"),),
        only=case.only, passive=True,
    )  # fmt: skip
    # Which checks are repeated is none of its business either: it asked for "exposure" alone, and holds nothing but a reverse name.
    assert {"blocklist.address", "blocklist.domain", "mail.spf", "rdns.present", "registration.status", "vantage.dns"} <= set(
        case.only
    )
    assert {all_checks()[name].spec.contact for name in case.only} == {Contact.PASSIVE}
    assert not [name for name in case.only if name.partition(".")[0] in ("exposure", "host", "patch", "message", "web")]


def test_thousands_of_targets_are_as_many_as_an_audit_takes() -> None:
    domains = tuple(Target("domain", f"d{n}.net") for n in range(5000))
    hosted = tuple(Target("domain", f"h{n}.net", HOSTED) for n in range(5000))
    addresses = tuple(Target("address", f"9.9.{n // 256}.{n % 256}") for n in range(5000))
    selectors = tuple(Selector(f"s{n}") for n in range(5000))
    sending = tuple(a.value for a in addresses)
    case = repeat_case(
        evidence_with((*domains, *hosted, *addresses), selectors=selectors, sending_ips=sending), allow_reserved=False
    )
    kinds = [(t.kind, t.origin) for t in case.targets]
    assert (kinds.count(("domain", "named")), kinds.count(("domain", HOSTED)), kinds.count(("address", "named"))) == (
        100,
        1000,
        256,
    )
    assert (len(case.selectors), len(case.sending_ips)) == (MAX_SELECTORS, MAX_SENDING)


async def test_a_bundle_without_public_targets_opens_no_connection() -> None:
    evidence = evidence_with((Target("address", "10.0.0.1"),))
    audit = Audit(evidence, judge_evidence(evidence))
    async with Internet("fixed") as internet:
        settings = without_reserved(internet)
        nets: list[Net] = []

        def make(_case: Case) -> Net:
            nets.append(open_net(settings, routes=internet.routes))
            return nets[-1]

        found = await recheck(audit, make)
    assert [d.state for d in found] == ["not-seen"]
    assert not nets[0].gate.sent
    assert point_of(found).standing is Standing.UNKNOWN


def without_reserved(internet: Internet) -> Settings:
    return msgspec.structs.replace(
        internet.settings, scope=msgspec.structs.replace(internet.settings.scope, allow_reserved=False)
    )


def fact(state: str, then: str = "", here: str = "", **more: object) -> FactDrift:
    checks = (OutcomeDrift("rdns.present", "9.9.9.9", then, here),) if then else ()
    return FactDrift("rdns", "9.9.9.9", state, checks=checks, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("drifts", "standing"),
    [
        ((fact("same"), fact("changed")), Standing.GOOD),
        ((fact("same"), fact("changed", "fail", "pass", matters=True)), Standing.NOTE),
        ((fact("same"), fact("changed", "pass", "fail", matters=True, worse=True)), Standing.BAD),
        ((fact("same"),) * 9 + (fact("not-seen"),), Standing.GOOD),
        ((fact("same"),) * 9 + (fact("not-seen", "pass", "inconclusive"),), Standing.UNKNOWN),
        ((fact("same"), fact("not-seen")), Standing.UNKNOWN),
        ((fact("not-repeated"),), Standing.UNKNOWN),
        ((), Standing.UNKNOWN),
    ],
)
def test_how_a_repetition_stands(drifts: tuple[FactDrift, ...], standing: Standing) -> None:
    assert point_of(drifts).standing is standing


def test_the_point_is_put_in_once() -> None:
    intact = Point("intact", Standing.GOOD, "x")
    once = with_drift(Verification("b.zip", "0", "", points=(intact,)), (fact("same"),))
    twice = with_drift(once, (fact("changed", "pass", "fail", matters=True, worse=True),))
    assert [p.name for p in twice.points] == ["intact", "recheck"]
    assert (once.exit_code(), twice.exit_code()) == (0, 1)
    assert twice.drift is not None
    assert twice.drift[0].worse


EVIL = "\x1b[31m\u202e{x}" + "y" * 3000
ALL = Verification(
    "bundle\x1b.zip", "0" * 64, "2026-01-02T00:00:00Z", "ABCD", "T-1", "Prez \u202e", "2026-01-01T00:00:00Z", False,
    tuple(Point(name, standing, EVIL if name == "case" else "words", ("detail", EVIL)) for name, standing in zip(
        POINT_NAMES, [Standing.GOOD, Standing.NOTE, Standing.UNKNOWN, Standing.BAD] * 3, strict=True)),
    (Difference("finding", "mail.spf shop.test", EVIL, "judged"),) * 20, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", (), {"fail": 2, "pass": 3},
    (
        fact("same"), fact("not-repeated", why="w"), fact("not-seen", "pass", "inconclusive", why="nobody answered"),
        fact("changed", "pass", "fail", matters=True, worse=True, before=("9.9.9.9 PTR: a.",), now=(EVIL,), why="it is seen otherwise now"),
    ),
)  # fmt: skip


def test_one_screen_of_words() -> None:
    lines = verification_lines(ALL)
    text = "\n".join(lines)
    assert lines[0] == "Do not rely on this bundle: something in it is not as it should be."
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert max(len(line) for line in lines) <= 80
    assert "right    Intact: words" in lines
    assert "WRONG    Judged anew: words" in lines
    assert "1 fact is the same, 1 changed, 1 of them matters, 1 could not be seen, 1 cannot be" in text.replace("\n", " ")
    assert text.index("it is seen otherwise now") < text.index("nobody answered")
    assert "    rdns.present on 9.9.9.9: pass, now fail" in lines
    assert "  and 12 more" in lines
    assert "2 failed, 3 passed." in " ".join(text.split())


@pytest.mark.parametrize("number", ["7" * 300, "案" * 300, "\u202e" * 300])
def test_a_stranger_cannot_make_a_line_too_long(number: str) -> None:
    bundle = replace(ALL, number=number, file=number, provider=number, points=(Point("case", Standing.BAD, number, (number,)),))
    lines = verification_lines(bundle)
    assert max(sum(2 if east_asian_width(c) == "W" else 1 for c in line) for line in lines) <= 80
    assert "\x01" not in "".join(lines)
    assert "7" * 61 not in " ".join(about_lines(bundle))


def test_words_of_points_in_another_language() -> None:
    with using("pseudo"):
        row = row_of(Point("signed", Standing.UNKNOWN, "plain", ("a",)))
        verdict = verdict_words(ALL)
    assert (row.sign, row.tone, row.text, row.details) == ("?", "unknown", "plain", ("a",))
    assert row.label.startswith("[")
    assert verdict.startswith("[")


def test_facts_by_gravity() -> None:
    assert ALL.drift is not None
    assert [d.state for d in by_gravity(ALL.drift)] == ["changed", "not-seen", "not-repeated"]
    assert drift_words(()).startswith("0 facts are the same")
