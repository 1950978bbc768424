"""What becomes of a clause, by its results and by what the customer says. Whatever was not seen is never taken for met."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case.model import FileSource
from selfaudit.case.statement import Attestation
from selfaudit.findings import Mark, Outcome
from selfaudit.policy.model import ClauseClass, State, Weight, When
from selfaudit.policy.reading import Fault, Reading
from tests.policy.build import CASE, COMPLETE, FILE, KINDS, READING, clause, grave, judged, only, result, said

PASS, FAIL, WARN, NA = Outcome.PASS, Outcome.FAIL, Outcome.WARN, Outcome.NOT_APPLICABLE
UNSEEN = (Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG)
SPF = clause(checks=("mail.spf",))
YES = Attestation("X-1", agreed=True)


def test_a_passing_result_meets_a_clause_and_is_named() -> None:
    readiness = judged(SPF, result("mail.spf"))
    row = only(readiness)
    assert (row.state, row.blocks, row.stated) == (State.MET, False, False)
    assert [(b.check, b.target, b.outcome) for b in row.by] == [("mail.spf", "shop.test", "pass")]
    assert (readiness.ready, readiness.blockers, readiness.gaps) == (True, (), ())


def test_one_failing_target_among_many_is_enough() -> None:
    readiness = judged(SPF, result("mail.spf"), result("mail.spf", FAIL, "b.test"), result("mail.spf", PASS, "c.test"))
    row = only(readiness)
    assert (row.state, row.blocks) == (State.NOT_MET, True)
    assert [b.target for b in row.by] == ["b.test"]
    assert row.why == "b.test is bad (BAD)"
    assert (readiness.ready, readiness.blockers) == (False, ("X-1",))


@pytest.mark.parametrize("weight", [Weight.EXPECTED, Weight.OPTIONAL])
def test_only_a_blocker_blocks(weight: Weight) -> None:
    readiness = judged(clause(checks=("mail.spf",), weight=weight), result("mail.spf", FAIL))
    assert (only(readiness).state, only(readiness).blocks, readiness.ready) == (State.NOT_MET, False, True)


@pytest.mark.parametrize("outcome", UNSEEN)
def test_what_was_not_seen_is_not_met(outcome: Outcome) -> None:
    readiness = judged(SPF, result("mail.spf", outcome, reason="no answer"))
    row = only(readiness)
    assert (row.state, row.blocks, readiness.ready) == (State.NEEDS_STATEMENT, True, False)
    assert row.by == ()
    assert len(row.unseen) == 1
    assert "It can be provided by" in row.unseen[0].why
    assert row.why.startswith("Not seen: ")


@pytest.mark.parametrize("outcome", UNSEEN)
def test_one_unseen_target_beside_one_that_passes_is_not_met(outcome: Outcome) -> None:
    row = only(judged(SPF, result("mail.spf"), result("mail.spf", outcome, "b.test", reason="no answer")))
    assert row.state is State.NEEDS_STATEMENT
    assert [b.target for b in row.by] == ["shop.test"]
    assert [b.target for b in row.unseen] == ["b.test"]


def test_a_fault_of_this_program_is_said_without_its_trace() -> None:
    row = only(judged(SPF, result("mail.spf", Outcome.BUG, reason="spf.py:12 in judge; KeyError: 'x'")))
    assert "KeyError" not in row.why
    assert "this program made a mistake" in row.why


def test_the_customers_word_on_the_unseen_is_shown_as_such() -> None:
    given = clause(checks=("mail.spf",), kind=ClauseClass.BOTH, attestation="SPF is right.")
    row = only(judged(given, result("mail.spf", Outcome.INCONCLUSIVE, reason="no answer"), statement=said(YES)))
    assert (row.state, row.blocks, row.stated) == (State.CANNOT_VERIFY, False, True)
    assert "no answer" in row.why
    assert "The customer states it." in row.why


def test_where_the_pack_has_no_words_a_tick_alone_says_nothing() -> None:
    unseen = result("mail.spf", Outcome.INCONCLUSIVE, reason="no answer")
    assert only(judged(SPF, unseen, statement=said(YES))).state is State.NEEDS_STATEMENT
    own = replace(YES, text="The record is as in the attached picture.", files=(FILE,))
    assert only(judged(SPF, unseen, statement=said(own))).state is State.CANNOT_VERIFY


@pytest.mark.parametrize("attestation", [YES, Attestation("X-1", planned="2026-12-01"), replace(YES, text="It is fine.")])
def test_no_word_makes_a_failure_good(attestation: Attestation) -> None:
    given = clause(checks=("mail.spf",), kind=ClauseClass.BOTH, attestation="SPF is right.")
    row = only(judged(given, result("mail.spf", FAIL), statement=said(attestation)))
    assert (row.state, row.blocks) == (State.NOT_MET, True)


def mark(target: str = "shop.test", tag: str = "BAD", planned: str = "2026-12-01", disagree: str = "") -> Mark:
    return Mark("mail.spf", "domain", target, tag, planned, disagree)


def test_planned_is_its_own_state_and_still_blocks() -> None:
    readiness = judged(
        SPF, result("mail.spf", FAIL), result("mail.spf", FAIL, "b.test"), marks=(mark(), mark("b.test", planned="2026-12-05"))
    )
    row = only(readiness)
    assert (row.state, row.blocks, row.date) == (State.PLANNED, True, "2026-12-05")
    assert row.why == "Planned for 2026-12-05, not done yet."
    assert readiness.ready is False


def test_planned_counts_only_if_everything_that_fails_is_planned() -> None:
    row = only(judged(SPF, result("mail.spf", FAIL), result("mail.spf", FAIL, "b.test"), marks=(mark(),)))
    assert (row.state, row.why) == (State.NOT_MET, "b.test is bad (BAD)")
    two = result("mail.spf", FAIL, "", "BAD", "BAD_TOO", "HARMLESS")
    assert only(judged(SPF, two, marks=(mark(),))).state is State.NOT_MET
    assert only(judged(SPF, two, marks=(mark(), mark(tag="BAD_TOO")))).state is State.PLANNED


def test_a_plan_whose_day_has_passed_is_none() -> None:
    row = only(judged(SPF, result("mail.spf", FAIL), marks=(mark(planned="2026-11-18"),)))
    assert (row.state, row.date) == (State.NOT_MET, "")


def test_disagreeing_changes_nothing() -> None:
    row = only(judged(SPF, result("mail.spf", FAIL), marks=(mark(planned="", disagree="It is right."),)))
    assert row.state is State.NOT_MET


def test_a_warning_is_a_remark() -> None:
    row = only(judged(SPF, result("mail.spf"), result("mail.spf", WARN, "b.test")))
    assert row.state is State.MET
    assert [b.target for b in row.remarks] == ["b.test"]
    assert row.why == "The results named here show it, with remarks."


def test_what_does_not_apply_settles_nothing_else() -> None:
    row = only(judged(SPF, result("mail.spf", NA, reason="it sends no mail")))
    assert (row.state, row.blocks, row.why) == (State.NOT_APPLICABLE, False, "it sends no mail")
    both = clause(checks=("mail.spf",), kind=ClauseClass.BOTH, attestation="No mail is sent.")
    assert only(judged(both, result("mail.spf", NA))).state is State.NEEDS_STATEMENT
    assert only(judged(both, result("mail.spf", NA), statement=said(YES))).state is State.MET


def test_what_is_missing_altogether_never_counts() -> None:
    two = clause(checks=("mail.spf", "message.headers", "host.firewall"))
    row = only(judged(two, result("mail.spf")))
    assert (row.state, row.missing) == (State.NEEDS_STATEMENT, ("message.headers", "host.firewall"))
    assert "no sample message was given" in row.why
    assert "no server was looked at from the inside" in row.why


def test_a_family_is_met_only_by_all_its_checks() -> None:
    family = clause(checks=("mail",))
    assert only(judged(family, result("mail.spf"))).missing == ("mail.dkim",)
    assert only(judged(family, result("mail.spf"), result("mail.dkim"))).state is State.MET
    left_out = only(judged(family, result("mail.spf"))).why
    assert left_out == "Not seen: this audit left out checks, or targets of them; let them run: mail.dkim."


def test_a_check_that_nobody_knows_is_missing() -> None:
    assert only(judged(clause(checks=("mail.spff",)))).state is State.NEEDS_STATEMENT
    assert only(judged(clause(checks=("nothing",)), reading=Reading())).missing == ("nothing",)


STATED = clause(kind=ClauseClass.STATED, attestation="No purchased lists are used.")


def test_a_stated_clause_needs_the_words() -> None:
    row = only(judged(STATED))
    assert (row.state, row.blocks, row.why) == (State.NEEDS_STATEMENT, True, "No purchased lists are used.")
    row = only(judged(STATED, statement=said(YES)))
    assert (row.state, row.stated, row.blocks) == (State.MET, True, False)
    row = only(judged(STATED, statement=said(replace(YES, planned="2026-12-01"))))
    assert (row.state, row.date, row.blocks, row.stated) == (State.PLANNED, "2026-12-01", True, False)
    late = only(judged(STATED, statement=said(Attestation("X-1", planned="2026-11-01"))))
    assert late.state is State.NEEDS_STATEMENT


def test_no_statement_at_all_is_an_empty_one() -> None:
    readiness = judged(STATED, statement=None)
    assert only(readiness).state is State.NEEDS_STATEMENT
    assert "attestation:X-1" in {g.part for g in readiness.gaps}


@pytest.mark.parametrize(
    ("outcome", "attestation", "wanted"),
    [
        (PASS, YES, State.MET),
        (PASS, None, State.NEEDS_STATEMENT),
        (PASS, Attestation("X-1", planned="2026-12-01"), State.PLANNED),
        (FAIL, YES, State.NOT_MET),
        (FAIL, None, State.NOT_MET),
        (Outcome.INCONCLUSIVE, None, State.NEEDS_STATEMENT),
        (Outcome.INCONCLUSIVE, YES, State.CANNOT_VERIFY),
        (Outcome.INCONCLUSIVE, Attestation("X-1", planned="2026-12-01"), State.PLANNED),
    ],
)
def test_the_worse_of_both_parts_counts(outcome: Outcome, attestation: Attestation | None, wanted: State) -> None:
    both = clause(checks=("mail.spf",), kind=ClauseClass.BOTH, attestation="SPF is right.")
    row = only(judged(both, result("mail.spf", outcome), statement=said(*filter(None, [attestation]))))
    assert row.state is wanted


RELAY = clause(checks=("exposure.relay",))
SERVICES = clause(checks=("exposure.services",))
DARK = result("exposure.relay", Outcome.INCONCLUSIVE, reason="the server is cut off")
DARK_PORTS = result("exposure.services", Outcome.INCONCLUSIVE, reason="the server is cut off")


def test_the_inside_stands_in_for_the_outside() -> None:
    readiness = judged(RELAY, DARK, result("host.mail-config"))
    row = only(readiness)
    assert (row.state, row.blocks, row.stated, readiness.ready) == (State.CANNOT_VERIFY, False, False, True)
    assert [(b.check, b.target) for b in row.instead] == [("host.mail-config", "srv")]
    assert "again from outside once the service is restored" in row.why


def test_nothing_stands_in_for_a_look_that_need_only_be_allowed() -> None:
    withheld = result("exposure.relay", Outcome.NOT_RUN, reason="not tested without authority")
    assert only(judged(RELAY, withheld, result("host.mail-config"))).state is State.NEEDS_STATEMENT
    cut_off = replace(CASE, suspended="2026-11-13")
    assert only(judged(RELAY, withheld, result("host.mail-config"), case=cut_off)).state is State.CANNOT_VERIFY
    ours = result("exposure.relay", Outcome.BUG)
    assert only(judged(RELAY, ours, result("host.mail-config"), case=cut_off)).state is State.NEEDS_STATEMENT


def test_a_server_without_such_programs_stands_in_too_but_not_one_that_was_approved() -> None:
    assert only(judged(RELAY, DARK, result("host.mail-config", NA))).state is State.CANNOT_VERIFY
    assert only(judged(RELAY, DARK, result("host.mail-config", NA, approved="T-1"))).state is State.NEEDS_STATEMENT


def test_a_stand_in_that_fails_is_a_failure() -> None:
    row = only(judged(RELAY, DARK, result("host.mail-config", FAIL)))
    assert (row.state, row.blocks) == (State.NOT_MET, True)
    assert [b.check for b in row.by] == ["host.mail-config"]


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG, WARN])
def test_a_stand_in_that_is_unsure_stands_for_nothing(outcome: Outcome) -> None:
    row = only(judged(RELAY, DARK, result("host.mail-config", outcome)))
    assert (row.state, row.instead) == (State.NEEDS_STATEMENT, ())


def test_stand_ins_come_together_or_not_at_all() -> None:
    assert only(judged(SERVICES, DARK_PORTS, result("host.listeners"))).state is State.NEEDS_STATEMENT
    row = only(judged(SERVICES, DARK_PORTS, result("host.listeners"), result("host.firewall")))
    assert [b.check for b in row.instead] == ["host.listeners", "host.firewall"]


def test_another_server_says_nothing_about_this_address() -> None:
    other = result("host.mail-config", PASS, "other")
    assert only(judged(RELAY, DARK, other)).state is State.NEEDS_STATEMENT
    both = only(judged(RELAY, DARK, other, result("host.mail-config")))
    assert [b.target for b in both.instead] == ["srv"]
    foreign = result("exposure.relay", Outcome.INCONCLUSIVE, "192.0.2.9", reason="cut off")
    assert only(judged(RELAY, foreign, result("host.mail-config"))).state is State.NEEDS_STATEMENT


def test_where_nobody_knows_which_server_is_where_all_must_agree() -> None:
    unknown = Reading(KINDS, grave)
    good, unsure = result("host.mail-config"), result("host.mail-config", Outcome.INCONCLUSIVE, "other")
    assert only(judged(RELAY, DARK, good, reading=unknown)).state is State.CANNOT_VERIFY
    assert only(judged(RELAY, DARK, good, unsure, reading=unknown)).state is State.NEEDS_STATEMENT


def test_lists_have_no_stand_in() -> None:
    listed = clause(checks=("blocklist.address",))
    dark = result("blocklist.address", Outcome.INCONCLUSIVE, reason="refused")
    row = only(judged(listed, dark, result("host.mail-config"), result("host.listeners"), result("host.firewall")))
    assert row.state is State.NEEDS_STATEMENT


def test_a_cited_clause_counts_only_if_it_is_cited() -> None:
    cited = clause(when=When.CITED, kind=ClauseClass.STATED, attestation="It was removed.")
    row = only(judged(cited))
    assert (row.state, row.blocks) == (State.NOT_APPLICABLE, False)
    row = only(judged(cited, case=replace(CASE, cited=("X-1",))))
    assert (row.state, row.blocks) == (State.NEEDS_STATEMENT, True)


BULK = clause(when=When.BULK, checks=("consent.ledger",), kind=ClauseClass.CHECKED)


def test_clauses_on_bulk_mail() -> None:
    no = replace(CASE, bulk="no")
    row = only(judged(BULK, case=no))
    assert (row.state, row.why) == (State.NOT_APPLICABLE, "The customer says that no bulk or commercial mail is sent.")
    row = only(judged(BULK))
    assert (row.state, row.blocks, row.why) == (State.NEEDS_STATEMENT, True, "Say whether you send bulk or commercial mail.")
    row = only(judged(BULK, case=replace(CASE, bulk="yes")))
    assert row.why.startswith("Not seen: no ledger of consent was given.")
    assert only(judged(BULK, result("consent.ledger", FAIL))).state is State.NOT_MET
    assert only(judged(BULK, result("consent.ledger"))).state is State.MET


def test_no_bulk_mail_is_not_believed_beside_a_ledger_or_a_campaign_or_a_citation() -> None:
    no = replace(CASE, bulk="no")
    ledger = replace(no, ledgers=(FileSource("l.csv", "00", 1, "2026-11-22T00:00:00Z"),))
    assert only(judged(BULK, result("consent.ledger", FAIL), case=ledger)).state is State.NOT_MET
    assert only(judged(BULK, case=no, statement=replace(COMPLETE, cause="campaign"))).state is State.NEEDS_STATEMENT
    assert only(judged(BULK, case=replace(no, cited=("X-1",)))).state is State.NEEDS_STATEMENT


def test_clauses_on_shared_platforms() -> None:
    shared = clause(when=When.SHARED, checks=("mail.spf",))
    assert only(judged(shared, case=replace(CASE, shared="no"))).state is State.NOT_APPLICABLE
    assert only(judged(shared)).why == "Say whether the service shares a platform with others."
    assert only(judged(shared, result("mail.spf"))).state is State.MET


def test_what_makes_a_clause_a_blocker() -> None:
    expected = clause(weight=Weight.EXPECTED, checks=("mail.spf",), blocker_when=("compromise", "cited"))
    bad = result("mail.spf", FAIL)
    assert only(judged(expected, bad)).blocks is False
    for cause in ("account", "software"):
        row = only(judged(expected, bad, statement=replace(COMPLETE, cause=cause)))
        assert (row.blocks, row.weight) == (True, Weight.BLOCKER)
    assert only(judged(expected, bad, case=replace(CASE, cited=("X-1",)))).blocks is True
    bulk = replace(expected, blocker_when=("bulk",))
    assert [only(judged(bulk, bad, case=replace(CASE, bulk=said_))).blocks for said_ in ("", "yes", "no")] == [
        True,
        True,
        False,
    ]


def test_before_a_contract_nothing_has_happened() -> None:
    case = replace(CASE, purpose="onboarding")
    clauses = (
        replace(SPF, id="A"), clause("B", when=When.CITED, checks=("mail.spf",)), clause("C", checks=("mail.spf",), onboarding=False),
    )  # fmt: skip
    readiness = judged(clauses, result("mail.spf"), case=case, statement=None)
    assert [r.state for r in readiness.requirements] == [State.MET, State.NOT_APPLICABLE, State.NOT_APPLICABLE]
    assert (readiness.ready, readiness.gaps, readiness.purpose) == (True, (), "onboarding")
    assert judged(clauses, result("mail.spf", FAIL), case=case, statement=None).ready is False


def test_what_only_informs_is_shown_and_never_blocks() -> None:
    row = only(judged(clause(kind=ClauseClass.INFORMATIONAL, weight=Weight.BLOCKER), case=replace(CASE, cited=("X-1",))))
    assert (row.state, row.blocks) == (State.INFORMATIONAL, False)


def test_every_clause_shows_in_the_order_of_the_text_and_nothing_is_averaged() -> None:
    clauses = [clause(f"X-{n}", checks=("mail.spf",)) for n in range(60)] + [clause("Y", checks=("rdns.present",))]
    results = (result("mail.spf"), result("rdns.present", FAIL))
    readiness = judged(clauses, *results)
    assert [r.clause for r in readiness.requirements] == [c.id for c in clauses]
    assert readiness.counts == {
        "met": 60, "not-met": 1, "planned": 0, "needs-statement": 0, "cannot-be-verified": 0, "not-applicable": 0, "informational": 0,
    }  # fmt: skip
    assert (readiness.ready, readiness.blockers) == (False, ("Y",))
    assert judged(clauses, *reversed(results)).requirements == readiness.requirements


def test_without_knowing_findings_every_one_of_a_failure_must_be_planned() -> None:
    two = result("mail.spf", FAIL, "", "BAD", "OTHER")
    unknown = replace(READING, faults=Reading().faults)
    assert only(judged(SPF, two, marks=(mark(),), reading=unknown)).state is State.NOT_MET
    assert only(judged(SPF, two, marks=(mark(), mark(tag="OTHER")), reading=unknown)).state is State.PLANNED


def test_an_audit_that_saw_nothing_is_never_ready() -> None:
    for outcome in UNSEEN:
        readiness = judged((SPF, RELAY), result("mail.spf", outcome), result("exposure.relay", outcome))
        assert readiness.blockers == ("X-1", "X-1")
    assert judged(SPF).ready is False


def test_what_harms_others_now_blocks_whatever_the_clause_weighs() -> None:
    failed = result("exposure.relay", FAIL)
    optional = clause(weight=Weight.OPTIONAL, checks=("exposure.relay",))
    critical = replace(READING, faults=lambda r: (Fault(r.findings[0], "open to everybody", critical=True),))
    assert only(judged(optional, failed, reading=critical)).blocks is True
    assert only(judged(optional, failed)).blocks is False


def test_what_nobody_was_asked_to_allow_is_not_missing() -> None:
    both = clause(checks=("mail.spf", "mail.dkim"))
    results = [result("mail.spf"), result("mail.dkim", Outcome.NOT_RUN)]
    assert only(judged(both, *results)).state is State.NEEDS_STATEMENT
    assert only(judged(both, *results, reading=replace(READING, not_asked=frozenset({"mail.dkim"})))).state is State.MET
