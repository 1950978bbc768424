"""The content of a report: the first page, findings and clauses: complete, bounded, and said once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from selfaudit.case.model import Seal
from selfaudit.case.statement import Measure, Moment, Statement
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Record
from selfaudit.engine.requirements import readiness_of
from selfaudit.facts import Request
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Finding, Mark, Outcome, Result
from selfaudit.policy.model import Basis, Requirement, State, Weight
from selfaudit.remedy import group_actions, said_once
from selfaudit.report.content import content_of
from selfaudit.report.content.clauses import MAX_BASES, clause_rows
from selfaudit.report.content.findings import FOLDED, MAX_ALIKE, MAX_FULL
from selfaudit.report.content.model import FindingRow, Line
from selfaudit.report.content.places import Places
from selfaudit.report.readiness_text import Words
from selfaudit.report.words import FAMILY_WORDS, headline
from tests.checks.build import yes
from tests.report.audits import START, audit_of, no_ptr, rows

# The first page


def test_the_first_page_of_the_demo_says_what_a_desk_reads(broken_audit: Audit) -> None:
    content = content_of(broken_audit)
    first = content.first
    assert (first.title, content.number, content.provider) == (
        "Self-audit for reinstatement",
        "DEMO-2026-1107",
        "Prez Hosting (demo)",
    )
    assert first.demo == "broken"
    assert first.verdict is not None
    assert (first.verdict.tone, first.verdict.sign) == ("fail", "✗")
    assert first.verdict.word.startswith("Not ready for Prez Hosting (demo): ")
    facts = {line.label: line.value for line in first.facts}
    assert facts["Case number"] == "DEMO-2026-1107"
    assert facts["Deadline"] == broken_audit.evidence.case.deadline
    reported = [(line.label, line.value) for line in first.reported]
    assert ("Addresses and domains", "198.51.100.25") in reported
    labels = [label for label, _value in reported]
    assert labels[:6] == [
        "Notice", "Its words", "Said to have happened (UTC)", "Addresses and domains", "Said to be broken", "Demanded by the provider",
    ]  # fmt: skip
    assert reported[5][1].startswith("Patch the server and reset all passwords. · Close the open relay.")
    assert reported[4][1].startswith("B-4.4 No open relays")
    assert sum(c.count for c in first.results) == len(broken_audit.results)
    assert sum(c.count for c in first.readiness) == len(content.clauses)
    assert {line.clause for line in first.blockers} == {row.clause for row in content.clauses if row.blocks}
    assert first.signer == "Not signed: there is no statement by the customer."
    assert (first.cause, first.summary, first.contained, first.measures) == ("", "", "", "")
    assert first.recheck[0].startswith("selfaudit verify bundle.zip --recheck: ")
    assert len(first.recheck) == 2
    # One number in each unit: requirements beside the verdict, checks beside the chart.
    assert first.interim == "Interim report: findings that block reinstatement are not fixed yet."


def test_what_is_stated_stands_on_the_first_page_as_stated() -> None:
    said = Statement(
        cause="software", summary="An old\nplugin.", name="Maria Blum", role="owner", signed="2026-11-20", contact="maria@shop.test",
        timeline=(
            Moment("2026-11-16T10:00:07Z", "fixed", "mailer deleted"), Moment("2026-11-15T02:00:00Z", "began"), Moment("2026-11-15T09:30:00Z", "contained"),
        ),
        measures=(Measure("a", "done"), Measure("b", "done"), Measure("c", "planned"), Measure("d")),
    )  # fmt: skip
    first = content_of(audit_of(statement=said)).first
    assert first.cause == "Somebody got in through a weakness in software"
    assert first.summary == "An old plugin."
    assert first.contained == "contained 2026-11-15 09:30; fixed 2026-11-16 10:00"
    assert first.measures == "2 measures are done, 1 is only planned, 1 is neither"
    assert (first.signer, first.contact) == (
        "Signed on 2026-11-20 by Maria Blum, owner (typed name, not a cryptographic signature)",
        "maria@shop.test",
    )
    only_planned = content_of(audit_of(statement=replace(said, measures=said.measures[2:], signed=""))).first
    assert only_planned.measures == "0 measures are done, 1 is only planned, 1 is neither"
    assert only_planned.signer == "Not signed. Named as the one who answers for it: Maria Blum, owner"
    assert content_of(audit_of(statement=Statement())).first.signer == "Not signed by anybody."


def test_a_deadline_that_had_passed_is_said() -> None:
    def deadline(day: str) -> Line:
        return next(line for line in content_of(audit_of(deadline=day)).first.facts if line.label == "Deadline")

    assert deadline("2026-11-21T23:00:00Z") == Line("Deadline", "2026-11-21 23:00", "this audit was made after it")
    assert deadline("2026-11-22").soft == ""


@pytest.mark.parametrize(
    ("seal", "words", "limit"),
    [
        (Seal("trusted", "KEY1", "Prez Hosting"), "signed by Prez Hosting, key KEY1", ""),
        (Seal("unsigned"), "not signed: nobody but the customer vouches for what it says", "The case file is not signed: "),
        (Seal("unknown-key", "KEY2"), "signed by the key KEY2, for which nobody vouched", "The case file is signed by a key for which nobody vouches"),
        (Seal("tampered", "KEY3"), "its signature does not fit: it was changed after it was signed", "The case file was changed after it was signed"),
        (Seal("unreadable"), "what should be its signature cannot be read", "The signature of the case file cannot be read"),
    ],
)  # fmt: skip
def test_what_vouches_for_the_case_file(seal: Seal, words: str, limit: str) -> None:
    content = content_of(audit_of(provider="somebody", seal=seal))
    (line,) = [line for line in content.first.facts if line.label == "Case file"]
    assert line.value.startswith(words)
    assert [text for text in content.limits if "case file" in text.lower()] == (
        [] if not limit else [t for t in content.limits if t.startswith(limit)]
    )
    assert bool(limit) == any(t.startswith(limit) for t in content.limits if limit)


def test_without_a_case_file_it_is_said_only_where_there_is_a_provider() -> None:
    words = "There was no case file by the provider"
    assert any(t.startswith(words) for t in content_of(audit_of(provider="somebody")).limits)
    assert not any(t.startswith(words) for t in content_of(audit_of()).limits)


def test_the_headline_does_not_contradict_readiness() -> None:
    failed = audit_of(no_ptr(1))
    assert headline(failed) == "1 check failed: fix it before you ask for reinstatement."
    assert headline(failed, ready=True) == "1 check failed."
    # Nobody asks for reinstatement before a contract.
    assert headline(audit_of(no_ptr(1), purpose="onboarding")) == "1 check failed."
    first = content_of(audit_of(no_ptr(1), purpose="onboarding")).first
    assert first.title == "Self-audit before a contract"
    assert first.interim == "Interim report: 1 finding that must be fixed is not fixed yet."


def test_a_ready_audit_with_failures_says_no_word_of_fixing(broken_audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = readiness_of(broken_audit)
    assert ready is not None
    settled = replace(
        ready, ready=True, blockers=(), gaps=(), requirements=tuple(replace(r, blocks=False) for r in ready.requirements)
    )
    monkeypatch.setattr("selfaudit.report.content.build.readiness_of", lambda audit, now: settled)
    first = content_of(broken_audit).first
    assert first.verdict is not None
    assert first.verdict.tone == "pass"
    assert "checks failed." in first.headline
    assert "before you ask" not in first.headline
    assert first.interim == ""


def test_readiness_is_worked_out_once(broken_audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def counted(audit: Audit, now: float) -> Any:
        asked.append(now)
        return readiness_of(audit, now)

    monkeypatch.setattr("selfaudit.report.content.build.readiness_of", counted)
    content_of(broken_audit, now=1_790_000_000.0)
    assert asked == [1_790_000_000.0]


def test_the_same_audit_and_moment_give_the_same_content(broken_audit: Audit) -> None:
    assert content_of(broken_audit, now=1_790_000_000.0) == content_of(broken_audit, now=1_790_000_000.0)


# Findings


def test_findings_carry_evidence_and_remedies_and_say_things_once(broken_audit: Audit) -> None:
    content = content_of(broken_audit)
    told = rows(content)
    places = [row.place for row in told]
    assert places == [f"f{n}" for n in range(1, len(told) + 1)]
    by_check: dict[str, list[FindingRow]] = {}
    for row in told:
        by_check.setdefault(row.check, []).append(row)
    for check, found_rows in by_check.items():
        first, rest = found_rows[0], found_rows[1:]
        assert first.why, check
        assert first.how, check
        assert all(row.explained_at == first.place and not row.why and not row.how for row in rest), check
    known = {row.place: row for row in told}
    for row in told:
        if row.seen_at:
            assert row.evidence == ()
            assert known[row.seen_at].check == row.check
            assert known[row.seen_at].observed == row.observed
        elif row.observed:
            assert [shown.id for shown in row.evidence] == list(row.observed)
    assert any(q.command.startswith("dig ") for row in told for shown in row.evidence for q in shown.lines)
    actions = [a for g in said_once(group_actions(broken_audit.results)) if g.key not in FOLDED for a in g.actions]
    assert [row.steps != "" for row in told] == [action.advice is not None for action in actions]
    assert all(row.minutes == 0 for row in told if row.who.startswith("nobody"))


def test_many_alike_are_told_in_full_only_at_first() -> None:
    results = [no_ptr(n) for n in range(1, MAX_FULL + 6)]
    record = Record("e1", Request("dns.ptr", "x"), START, 1, ReverseDns("192.0.2.1", yes("x", "PTR", "a."), None, ()))
    content = content_of(audit_of(*results, evidence={"records": (record,)}))
    told = rows(content)
    assert [row.brief for row in told] == [False] * MAX_FULL + [True] * 5
    assert told[0].steps != ""
    assert told[0].evidence != ()
    last = told[-1]
    assert (last.steps, last.evidence, last.why, last.observed) == ("", (), (), ("e1",))
    assert last.text == told[0].text.replace(told[0].target, last.target)
    (group,) = content.groups
    assert group.total == MAX_FULL + 5


def test_what_passed_alike_is_joined_and_counted() -> None:
    names = [f"d{n}.test" for n in range(100, 112 + MAX_ALIKE)]
    results = [
        Result("mail.bimi", "domain", name, Outcome.NOT_APPLICABLE, (Finding("BIMI_ABSENT", {"domain": name}),))
        for name in names
    ]
    content = content_of(audit_of(*results))
    (group,) = content.groups
    assert (group.folded, group.total) == (True, len(names))
    (row,) = group.findings
    assert (row.target, row.text) == ("d100.test", "d100.test publishes no logo. None is demanded.")
    assert row.alike.startswith("The same goes for d101.test, d102.test, ")
    assert row.alike.endswith(" and 11 more")
    assert [r.target for r in content.results] == names


def test_marks_stand_beside_findings_as_the_customers_word() -> None:
    mark = Mark("rdns.present", "address", "198.51.0.1", "RDNS_MISSING", planned="2026-12-01", disagree="It is\nright.")
    content = content_of(audit_of(no_ptr(1), no_ptr(2), marks=(mark,)))
    first, second = rows(content)
    assert (first.planned, first.disagrees) == ("2026-12-01", "It is right.")
    assert (second.planned, second.disagrees) == ("", "")
    assert (
        content.first.interim == "Interim report: 2 findings that block reinstatement are not fixed yet. 1 of them is planned."
    )


def test_results_are_summed_up_by_family_and_each_has_a_row(broken_audit: Audit) -> None:
    content = content_of(broken_audit)
    assert sum(f.total for f in content.families) == len(broken_audit.results) == len(content.results)
    assert all(sum(c.count for c in f.counts) == f.total for f in content.families)
    assert {f.title for f in content.families} <= set(FAMILY_WORDS.values())
    assert len({row.place for row in content.results}) == len(content.results)
    unclear = [row for row in content.results if row.state.tone in ("inconclusive", "not-run")]
    assert unclear
    assert all(row.reason for row in unclear)
    assert not any(row.reason for row in content.results if row.state.tone in ("pass", "fail"))


def test_every_check_has_a_family_with_a_name() -> None:
    from selfaudit.checks import all_checks

    assert {check.partition(".")[0] for check in all_checks()} == set(FAMILY_WORDS)


# Clauses


def test_a_clause_that_rests_on_very_many_results_adds_them_up(broken_audit: Audit) -> None:
    readiness = readiness_of(broken_audit)
    assert readiness is not None
    bases = tuple(Basis("rdns.present", "address", f"198.51.100.{n}", "pass", "it has a name") for n in range(200))
    seen = tuple(Basis("rdns.generic", "address", f"198.51.100.{n}", "inconclusive", "no answer") for n in range(3))
    row = Requirement("B-1", "H", "S", "Q", Weight.BLOCKER, State.MET, by=bases, unseen=seen)
    made = replace(readiness, requirements=(row,))
    (clause,) = clause_rows(made, Words(broken_audit), Places((), ()))
    (title, results), (other, unseen) = clause.bases
    assert (title, other) == ("Results", "Not seen")
    assert len(results) == MAX_BASES + 1
    assert results[-1].target == "192 more targets"
    assert {r.why for r in results} == {""}
    assert [r.why for r in unseen] == ["no answer"] * 3


def test_a_clause_that_does_not_apply_has_no_weight(broken_audit: Audit) -> None:
    content = content_of(broken_audit)
    apart = [row for row in content.clauses if row.state.word == "does not apply"]
    assert apart
    assert {row.weight for row in apart} == {""}
    assert not any(row.blocks for row in apart)
    named = {clause for row in rows(content) for clause, _heading, _place in row.clauses}
    assert named
    assert not named & {row.clause for row in apart}
