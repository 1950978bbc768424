"""What the customer's word cannot do: stand in for what was left out, for other words, or for results that show otherwise. Lists are waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case import Case
from selfaudit.case.model import Approval, Seal
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Attestation, Removal, Statement
from selfaudit.findings import Finding, Mark, Outcome
from selfaudit.i18n import shown
from selfaudit.policy.model import Clause, ClauseClass, State, Weight, When
from selfaudit.policy.reading import Fault
from tests.policy.build import CASE, COMPLETE, FILE, READING, clause, judged, only, result, said

PASS, FAIL, WARN, NA = Outcome.PASS, Outcome.FAIL, Outcome.WARN, Outcome.NOT_APPLICABLE
UNSEEN = (Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.BUG)
SPF = clause(checks=("mail.spf",))
YES = Attestation("X-1", agreed=True)


BULK = clause(when=When.BULK, checks=("consent.ledger",), kind=ClauseClass.CHECKED)


def test_warnings_alone_show_nothing() -> None:
    row = only(judged(SPF, result("mail.spf", WARN, reason="the record is old"), statement=None))
    assert (row.state, row.blocks, row.by, len(row.remarks)) == (State.NEEDS_STATEMENT, True, (), 1)
    assert row.why == "Only seen with remarks: the record is old. Say how this is kept."
    beside = clause(checks=("mail.spf", "mail.dkim"))
    row = only(judged(beside, result("mail.spf"), result("mail.dkim", WARN), result("mail.dkim", NA, "b.test")))
    assert row.state is State.NEEDS_STATEMENT
    own = replace(YES, text="The old record is kept for a printer.")
    row = only(judged(SPF, result("mail.spf", WARN, reason="the record is old"), statement=said(own)))
    assert (row.state, row.why) == (State.CANNOT_VERIFY, "Only seen with remarks: the record is old. The customer states it.")


def test_the_words_of_a_warning_are_those_of_its_finding() -> None:
    reading = replace(READING, remark=lambda r: f"{r.target} is half right.")
    row = only(judged(SPF, result("mail.spf", WARN), reading=reading))
    assert row.why == "Only seen with remarks: shop.test is half right. Say how this is kept."
    assert row.remarks[0].why == "shop.test is half right."


@pytest.mark.parametrize("outcome", [NA, PASS, WARN])
def test_an_approval_that_the_case_file_names_is_never_seen_to_be_one(outcome: Outcome) -> None:
    words = "approved by the provider according to the case file, reference T-7: the port is open"
    row = only(judged(SPF, result("mail.spf"), result("mail.spf", outcome, "b.test", reason=words, approved="T-7")))
    assert row.state is State.CANNOT_VERIFY
    assert row.why == "The case file names an approval, reference T-7; the desk knows whether it is so."


SEAL = Seal("trusted", "ABCD", "Prez Abuse Desk")
APPROVED_WORDS = "What was found is approved by the provider, reference T-7: the case file that names it is signed by Prez Abuse Desk (ABCD)."


@pytest.mark.parametrize(
    ("outcome", "state", "why"),
    [
        (NA, State.MET, APPROVED_WORDS),
        (PASS, State.MET, APPROVED_WORDS),
        (WARN, State.MET, APPROVED_WORDS),
        (Outcome.FAIL, State.NOT_MET, "b.test is bad (BAD)"),
        (Outcome.INCONCLUSIVE, State.NEEDS_STATEMENT, "Not seen: no answer."),
        (Outcome.NOT_RUN, State.NEEDS_STATEMENT, "Not seen: no answer."),
    ],
)
def test_an_approval_in_a_signed_case_file_is_the_provider_s_word(outcome: Outcome, state: State, why: str) -> None:
    case = replace(CASE, seal=SEAL)
    reason = "no answer" if state is State.NEEDS_STATEMENT else "the port is open"
    row = only(judged(SPF, result("mail.spf"), result("mail.spf", outcome, "b.test", reason=reason, approved="T-7"), case=case))
    assert row.state is state
    assert row.why.startswith(why)
    if outcome is NA:
        assert ("b.test", "not-applicable") in [(b.target, b.outcome) for b in row.by]


@pytest.mark.parametrize(
    "seal", [None, *(Seal(s, "ABCD", "Prez") for s in ("unsigned", "unknown-key", "tampered", "unreadable"))]
)
def test_no_other_seal_makes_an_approval_one(seal: Seal | None) -> None:
    case = replace(CASE, seal=seal)
    row = only(judged(SPF, result("mail.spf"), result("mail.spf", NA, "b.test", approved="T-7"), case=case))
    assert row.state is State.CANNOT_VERIFY
    assert row.why == "The case file names an approval, reference T-7; the desk knows whether it is so."


def test_an_approval_that_the_signed_case_file_does_not_give_is_nobody_s_word() -> None:
    given, made_up = Approval("mail.spf", "b.test", "T-7"), Approval("mail.spf", "", "T-8")
    signed = replace(SEAL, approvals=(given,))
    for exceptions, state in (
        ((given,), State.MET),
        ((made_up,), State.CANNOT_VERIFY),
        ((given, made_up), State.CANNOT_VERIFY),
    ):
        case = replace(CASE, seal=signed, exceptions=exceptions)
        row = only(judged(SPF, result("mail.spf"), result("mail.spf", NA, "b.test", approved="T-7"), case=case))
        assert row.state is state


def test_an_approval_alone_is_enough_and_hides_nothing_else() -> None:
    case = replace(CASE, seal=SEAL)
    row = only(judged(SPF, result("mail.spf", NA, approved="T-7"), case=case))
    assert (row.state, row.blocks) == (State.MET, False)
    # What only the inside of the server shows is still to be looked at from outside.
    dark = result("exposure.relay", Outcome.INCONCLUSIVE, reason="nothing answers")
    inside = result("host.mail-config")
    away = replace(case, suspended="2026-11-01")
    relay = clause(checks=("exposure.relay", "mail.spf"))
    row = only(judged(relay, dark, inside, result("mail.spf", NA, approved="T-7"), case=away))
    assert row.state is State.CANNOT_VERIFY
    # A clause that asks for words, too, still does.
    both = clause(checks=("mail.spf",), kind=ClauseClass.BOTH, attestation="All is right.")
    assert only(judged(both, result("mail.spf", NA, approved="T-7"), case=case)).state is State.NEEDS_STATEMENT


SAYS = clause(checks=("mail.spf", "exposure.relay"), kind=ClauseClass.BOTH, attestation="All is right.")
AGREED = Attestation("X-1", agreed=True, words="All is right.", text="As the file shows.", files=(FILE,))


@pytest.mark.parametrize("both", [SAYS, clause(checks=("mail.spf", "exposure.relay"))])
def test_no_word_stands_in_for_what_this_audit_left_out(both: Clause) -> None:
    agreed = said(AGREED if both.attestation else replace(AGREED, words=""))
    everywhere = replace(READING, expected={"mail.spf": ("shop.test", "b.test"), "exposure.relay": ("192.0.2.1",)})
    spf, other, relay = result("mail.spf"), result("mail.spf", PASS, "b.test"), result("exposure.relay")
    assert judged(both, spf, other, relay, statement=agreed, reading=everywhere).ready is True
    for results in ((), (spf, other), (spf, relay), (relay,)):
        readiness = judged(both, *results, statement=agreed, reading=everywhere)
        assert (only(readiness).state, readiness.ready) == (State.NEEDS_STATEMENT, False)
        assert "this audit left out checks, or targets of them; let them run" in only(readiness).why
        assert readiness.gaps == ()
    # Where nothing of the kind was named or brought along, the word is all there is.
    nothing = replace(READING, expected={"mail.spf": ("shop.test",)})
    readiness = judged(both, spf, statement=agreed, reading=nothing)
    assert (only(readiness).state, readiness.ready) == (State.CANNOT_VERIFY, True)
    assert "no address was named" in only(readiness).why


@pytest.mark.parametrize("reason", ["stopped before this was looked at", "stopped before it was done: by the person"])
@pytest.mark.parametrize("outcome", [Outcome.NOT_RUN, Outcome.INCONCLUSIVE])
def test_no_word_stands_in_for_a_run_that_was_stopped(outcome: Outcome, reason: str) -> None:
    results = (result("mail.spf"), result("exposure.relay", outcome, reason=reason))
    readiness = judged(SAYS, *results, statement=said(AGREED))
    assert (only(readiness).state, readiness.blockers) == (State.NEEDS_STATEMENT, ("X-1",))
    stopped = judged(
        SAYS, result("mail.spf"), result("exposure.relay"), statement=said(AGREED), reading=replace(READING, interrupted=True)
    )
    assert (stopped.blockers, [g.part for g in stopped.gaps], stopped.ready) == ((), ["audit"], False)


INSIDE = clause(checks=("host.firewall", "mail.spf"), kind=ClauseClass.BOTH, attestation="All is right.")


def test_an_address_of_the_case_without_a_look_inside_is_not_met_by_another() -> None:
    results = (result("host.firewall"), result("mail.spf"))
    sending = replace(CASE, sending_ips=("192.0.2.1", "192.0.2.2"))
    assert only(judged(INSIDE, *results, statement=said(AGREED))).state is State.MET
    row = only(judged(INSIDE, *results, case=sending))
    assert (row.state, [(b.check, b.target) for b in row.unseen]) == (State.NEEDS_STATEMENT, [("host.firewall", "192.0.2.2")])
    row = only(judged(INSIDE, *results, case=sending, statement=said(AGREED)))
    assert (row.state, row.blocks) == (State.CANNOT_VERIFY, False)
    assert row.why == "Not seen: no server was looked at from the inside at 192.0.2.2. The customer states it."
    assert only(judged(SPF, *results, case=sending)).state is State.MET


def test_from_whom_no_message_was_given_is_said() -> None:
    reading = replace(READING, unsampled=("b.test",))
    row = only(judged(clause(checks=("message.headers",)), result("message.headers"), reading=reading))
    assert (row.state, row.why) == (State.MET, "The results named here show it. No sample message was given from b.test.")
    assert only(judged(SPF, result("mail.spf"), reading=reading)).why == "The results named here show it."


def test_only_the_words_that_stand_there_now_were_agreed_to() -> None:
    given = clause(kind=ClauseClass.STATED, attestation="No lists are bought.", attestation_shared="We buy no lists.")

    def after(words: str, case: Case = CASE) -> tuple[State, list[str], bool]:
        readiness = judged(given, case=case, statement=said(replace(YES, words=words)))
        return only(readiness).state, [g.part for g in readiness.gaps], readiness.ready

    assert after(" No lists\n are bought. ") == (State.MET, [], True)
    assert after("I pay 500 euros.") == (State.NEEDS_STATEMENT, ["attestation:X-1"], False)
    assert after("") == (State.MET, ["attestation:X-1"], False)
    shared = replace(CASE, shared="yes")
    assert after("No lists are bought.", shared) == (State.NEEDS_STATEMENT, ["attestation:X-1"], False)
    assert after("We buy no lists.", shared) == (State.MET, [], True)
    assert only(judged(given, case=shared)).why == "We buy no lists."
    changed = judged(given, statement=said(replace(YES, words="Something else.")))
    assert "words have changed" in changed.gaps[0].why
    assert "words have changed" in only(changed).why


def test_where_words_are_needed_a_tick_alone_says_nothing() -> None:
    given = clause(kind=ClauseClass.STATED, attestation="Prior incidents are listed here.", needs_words=True)
    tick = replace(YES, words="Prior incidents are listed here.")
    row = only(judged(given, statement=said(tick)))
    assert row.state is State.NEEDS_STATEMENT
    assert row.why.startswith("To agree is not enough here")
    assert only(judged(given, statement=said(replace(tick, files=(replace(FILE, size=0),))))).state is State.NEEDS_STATEMENT
    assert only(judged(given, statement=said(replace(tick, files=(FILE,))))).state is State.MET
    assert only(judged(given, statement=said(replace(tick, text="There were none.")))).state is State.MET


def test_what_is_stated_against_the_results_has_to_be_corrected() -> None:
    optional = replace(SAYS, weight=Weight.OPTIONAL)
    readiness = judged(optional, result("mail.spf", FAIL), result("exposure.relay"), statement=said(AGREED))
    assert (readiness.blockers, [g.part for g in readiness.gaps], readiness.ready) == ((), ["attestation:X-1"], False)
    assert "You state this, but the results show otherwise" in readiness.gaps[0].why
    planned = Mark("mail.spf", "domain", "shop.test", "BAD", "2026-12-01")
    readiness = judged(optional, result("mail.spf", FAIL), result("exposure.relay"), statement=said(AGREED), marks=(planned,))
    assert [g.part for g in readiness.gaps] == ["attestation:X-1"]


def test_signs_of_bulk_mail_speak_against_the_word() -> None:
    no = replace(CASE, bulk="no")
    assert only(judged(BULK, result("message.unsubscribe", NA), case=no)).state is State.NOT_APPLICABLE
    for outcome in (PASS, WARN, FAIL):
        assert only(judged(BULK, result("message.unsubscribe", outcome), case=no)).state is State.NEEDS_STATEMENT
    for notice in (Notice("feedback-loop"), Notice("mail", topics=("consent",)), Notice("mail", topics=("spam", "opt-out"))):
        assert only(judged(BULK, case=replace(no, notices=(notice,)))).state is State.NEEDS_STATEMENT
    assert only(judged(BULK, case=replace(no, notices=(Notice("mail", topics=("spam",)),)))).state is State.NOT_APPLICABLE


@pytest.mark.parametrize("check", ["host.malware", "host.persistence"])
def test_traces_on_a_server_are_a_compromise_whatever_the_cause_is_called(check: str) -> None:
    expected = clause(weight=Weight.EXPECTED, checks=(check,), blocker_when=("compromise",))
    assert only(judged(expected, result(check, FAIL), statement=replace(COMPLETE, cause="other"))).blocks is True
    assert only(judged(expected, result(check, WARN), statement=replace(COMPLETE, cause="other"))).blocks is False


def test_what_is_critical_blocks_although_no_clause_speaks_of_it() -> None:
    critical = replace(READING, faults=lambda r: (Fault(r.findings[0], "open to everybody", critical=True),))
    bad = result("exposure.relay", FAIL)
    cited = clause("C-1", checks=("exposure.relay",), when=When.CITED)
    for clauses in (
        (SPF,),
        (SPF, cited),
        (SPF, clause("S-1", ClauseClass.STATED, Weight.OPTIONAL, checks=("exposure.relay",))),
    ):
        readiness = judged(clauses, result("mail.spf"), bad, reading=critical)
        first = readiness.requirements[0]
        assert (first.clause, first.state, first.blocks, first.weight) == ("critical", State.NOT_MET, True, Weight.BLOCKER)
        assert [(b.check, b.target) for b in first.by] == [("exposure.relay", "192.0.2.1")]
        assert (readiness.blockers, readiness.ready) == (("critical",), False)
    covered = judged((SPF, clause("R-1", checks=("exposure",))), result("mail.spf"), bad, reading=critical)
    assert covered.blockers == ("R-1",)
    assert judged(SPF, result("mail.spf"), bad).ready is True


LISTED = replace(result("blocklist.address", FAIL), findings=(Finding("BAD_LISTED", {"zone": "bl.test", "who": "you"}),))


def test_a_listing_whose_removal_was_requested_waits_for_the_list() -> None:
    asked = Statement(removals=(Removal("bl.test.", "192.0.2.1", "2026-11-20", "R-77"),))
    found = only(judged(clause(checks=("blocklist.address",)), LISTED, statement=asked))
    assert (found.state, found.blocks) == (State.PLANNED, False)
    assert "R-77" in shown(found.why)


@pytest.mark.parametrize(
    "removal",
    [
        Removal("other.test", "192.0.2.1", "2026-11-20", "R-77"),
        Removal("bl.test", "192.0.2.2", "2026-11-20", "R-77"),
        Removal("bl.test", "192.0.2.1", "", "R-77"),
        Removal("bl.test", "192.0.2.1", "2026-12-24", "R-77"),
        Removal("bl.test", "192.0.2.1", "2026-11-20", " "),
        Removal("bl.test", "192.0.2.1", "2001-01-01", "R-77"),
    ],
)
def test_a_request_for_something_else_or_without_a_day_that_was_changes_nothing(removal: Removal) -> None:
    case = replace(CASE, suspended="2026-11-18")
    found = only(judged(clause(checks=("blocklist.address",)), LISTED, case=case, statement=Statement(removals=(removal,))))
    assert (found.state, found.blocks) == (State.NOT_MET, True)


@pytest.mark.parametrize(("who", "words"), [("provider", "only the provider can ask"), ("wait", "expires by itself")])
def test_a_listing_that_the_customer_cannot_end_does_not_block(who: str, words: str) -> None:
    theirs = replace(LISTED, findings=(Finding("BAD_LISTED", {"zone": "bl.test", "who": who}),))
    listed = clause(checks=("blocklist.address",))
    readiness = judged(listed, theirs)
    assert (only(readiness).state, only(readiness).blocks, readiness.ready) == (State.PLANNED, False, True)
    assert words in only(readiness).why
    mixed = replace(theirs, findings=(*theirs.findings, *LISTED.findings))
    assert only(judged(listed, mixed)).state is State.NOT_MET


@pytest.mark.parametrize("cause", ["exposure.relay", "exposure.services", "host.malware", "host.persistence"])
def test_nobody_waits_for_a_list_while_the_cause_is_there(cause: str) -> None:
    asked = Statement(removals=(Removal("bl.test", "192.0.2.1", "2026-11-20", "R-77"),))
    theirs = replace(LISTED, findings=(Finding("BAD_LISTED", {"zone": "bl.test", "who": "provider"}),))
    listed = clause(checks=("blocklist.address",))
    assert only(judged(listed, LISTED, result(cause, FAIL), statement=asked)).state is State.NOT_MET
    assert only(judged(listed, theirs, result(cause, FAIL))).state is State.NOT_MET
    assert only(judged(listed, theirs, result(cause, WARN))).state is State.PLANNED


def test_waiting_for_a_list_excuses_nothing_else() -> None:
    asked = Statement(removals=(Removal("bl.test", "192.0.2.1", "2026-11-20", "R-77"),))
    both = clause(kind=ClauseClass.BOTH, checks=("blocklist.address",), attestation="Nothing is sent unasked.")
    found = only(judged(both, LISTED, statement=asked))
    assert (found.state, found.blocks) == (State.NEEDS_STATEMENT, True)
    other = only(
        judged(clause(checks=("blocklist.address", "exposure.relay")), LISTED, result("exposure.relay", FAIL), statement=asked)
    )
    assert (other.state, other.blocks) == (State.NOT_MET, True)


def test_waiting_for_a_list_hides_nothing_that_was_not_looked_at() -> None:
    asked = (Removal("bl.test", "192.0.2.1", "2026-11-20", "R-77"),)
    listed = clause(checks=("blocklist.address",))
    dark = result("blocklist.address", Outcome.INCONCLUSIVE, "192.0.2.9", reason="the list did not answer")
    row = only(judged(listed, LISTED, dark, statement=said(removals=asked)))
    assert (row.state, row.blocks) == (State.NEEDS_STATEMENT, True)
    assert "the list did not answer" in row.why
    later = said(Attestation("X-1", planned="2026-12-01"), removals=asked)
    assert (only(judged(listed, LISTED, dark, statement=later)).state, judged(listed, LISTED, dark, statement=later).ready) == (
        State.PLANNED,
        True,
    )
    more = replace(READING, expected={"blocklist.address": ("192.0.2.1", "192.0.2.9")})
    row = only(judged(listed, LISTED, statement=later, reading=more))
    assert (row.state, row.blocks) == (State.NEEDS_STATEMENT, True)
