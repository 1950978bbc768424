"""The interview follows cause, notice and findings; suggestions rest on what was seen before and after."""

from __future__ import annotations

import pytest

from selfaudit.appeal.causes import CAUSE_WORDS, likely_causes
from selfaudit.appeal.interview import choice_words, questions, unanswered
from selfaudit.appeal.questions import ALL, BY_CAUSE
from selfaudit.appeal.suggest import suggest_measures, suggest_steps
from selfaudit.case import Case, Target
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Answer, Cause, Measure, Statement
from selfaudit.engine.evidence import Recheck
from selfaudit.findings import Finding, Mark, Outcome, Result
from selfaudit.policy.model import Clause, ClauseClass, Pack, Parameters, Weight

ADDRESS = "192.0.2.25"
SPAM = Notice("arf", topics=("spam",), message_ids=("one@blumenhof.example",), urls=("http://blumenhof.example/x",))
PACK = Pack(
    "p", "Prez", parameters=Parameters("confirmed", proof_hours=72, opt_out_days=10),
    clauses=(Clause("B-4.4", "4", "open", "quote", ClauseClass.CHECKED, Weight.BLOCKER, ("exposure.relay",)),),
)  # fmt: skip


def result(check: str, outcome: Outcome = Outcome.FAIL, target: str = ADDRESS, kind: str = "address", **args: str) -> Result:
    return Result(check, kind, target, outcome, (Finding("TAG", args),) if args else ())


def ids(cause: Cause, *rest: object, **named: object) -> list[str]:
    return [q.id for q in questions(cause, *rest, **named)]  # type: ignore[arg-type]


# likely causes


def test_every_cause_is_offered_once_and_none_without_reason_comes_first() -> None:
    bare = likely_causes((), ())
    assert (
        [c.cause for c in bare]
        == list(CAUSE_WORDS)
        == ["account", "software", "open-service", "campaign", "end-user", "false-report", "other"]
    )
    assert all(c.reasons == () for c in bare)


def test_an_open_relay_that_was_seen_weighs_more_than_the_notice() -> None:
    told = Notice("text", topics=("open-relay", "spam"))
    found = likely_causes((told,), (result("exposure.relay"), result("patch.updates", Outcome.PASS)))
    assert found[0].cause == "open-service"
    assert found[0].reasons == (
        f"the check exposure.relay failed on {ADDRESS}",
        "the notice is about a mail server that sends for strangers",
    )


@pytest.mark.parametrize(
    ("topic", "check", "cause"),
    [
        ("phishing", "host.persistence", "software"),
        ("spam", "host.mail-queue", "account"),
        ("opt-out", "consent.ledger", "campaign"),
        ("open-resolver", "exposure.resolver", "open-service"),
    ],
)
def test_findings_and_notice_point_to_a_cause(topic: str, check: str, cause: str) -> None:
    assert likely_causes((Notice("text", topics=(topic,)),), (result(check),))[0].cause == cause  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.FAIL])
def test_only_what_failed_points_anywhere(outcome: Outcome) -> None:
    assert all(c.reasons == () for c in likely_causes((), (result("exposure.relay", outcome),)))


def test_a_false_report_is_never_proposed() -> None:
    everything = tuple(result(check) for check in ("exposure.relay", "host.malware", "consent.ledger", "patch.updates"))
    told = (Notice("text", topics=("spam", "phishing", "scan", "consent", "copyright", "dos", "other")),)
    assert next(c for c in likely_causes(told, everything) if c.cause == "false-report").reasons == ()


# questions


def test_every_question_says_why_it_is_asked_and_has_one_id() -> None:
    every = [q for group in BY_CAUSE.values() for q in group]
    assert set(BY_CAUSE) == set(CAUSE_WORDS)
    assert len({q.id for q in every}) == len(every)
    for question in ALL.values():
        assert question.text
        assert question.why.endswith(".")
        assert bool(question.choices) == (question.kind == "choice")


@pytest.mark.parametrize(
    ("cause", "wanted"),
    [
        (
            "account",
            {"account.which", "account.how", "account.mails", "account.sessions", "account.second-factor", "mail.stopped"},
        ),
        ("software", {"software.product", "software.entry", "software.clean", "software.other-sites", "intrusion.files"}),
        ("open-service", {"service.which", "service.since", "service.reason", "service.closed", "service.users"}),
        ("campaign", {"campaign.requested", "campaign.sources", "campaign.opt-in", "campaign.bounces", "campaign.complaints"}),
        ("end-user", {"user.who", "user.what", "user.action", "user.rules", "user.limits"}),
        ("false-report", {"false.why", "false.proof"}),
        ("other", {"other.what"}),
    ],
)
def test_each_cause_has_its_questions(cause: Cause, wanted: set[str]) -> None:
    asked = ids(cause)
    assert wanted <= set(asked)
    others = {q.id for other, group in BY_CAUSE.items() if other != cause for q in group}
    assert not others & set(asked)


def test_without_a_cause_only_notice_and_findings_ask() -> None:
    assert ids("") == []
    assert ids("", (SPAM,)) == ["notice.message-id", "notice.urls"]


def test_who_disputes_a_report_is_not_asked_how_it_is_prevented() -> None:
    assert not {"common.prevention", "common.before", "mail.stopped", "notice.urls"} & set(ids("false-report", (SPAM,)))


def test_the_notice_is_asked_about_by_message_id() -> None:
    asked = {q.id: q for q in questions("account", (SPAM,))}
    assert asked["notice.message-id"].hint == "The notice names: one@blumenhof.example"
    assert asked["notice.urls"].hint == "The notice names one address of pages."


def test_findings_steer_the_questions() -> None:
    results = (
        result("exposure.resolver"),
        result("host.persistence", target="mail.blumenhof.example", kind="host"),
        result("patch.os-support", target="mail.blumenhof.example", kind="host"),
        result("blocklist.address", meaning="infected computer (DroneBL 13)"),
    )
    asked = {q.id: q for q in questions("open-service", (), results)}
    why = asked["service.why:exposure.resolver"]
    assert why.required
    assert why.hint == f"This audit saw it on {ADDRESS}."
    assert "service.why:exposure.relay" not in asked
    assert asked["intrusion.infected"].hint == f"A blocklist has {ADDRESS} among infected computers."
    software = {q.id: q for q in questions("software", (), results)}
    assert software["intrusion.files"].hint == "This audit found traces on mail.blumenhof.example; its report names them."
    assert software["software.patching"].hint == "Checks of updates failed on mail.blumenhof.example."


def test_a_listing_for_another_reason_asks_for_no_infection() -> None:
    assert "intrusion.infected" not in ids("software", (), (result("blocklist.address", meaning="sent mail to spam traps"),))


def test_the_policy_stands_in_the_questions() -> None:
    asked = {q.id: q for q in questions("campaign", (), (), PACK)}
    assert asked["campaign.opt-in"].hint.startswith("Prez demands confirmed opt-in")
    assert asked["campaign.proof"].hint == "Prez may ask for it and then wants it within 72 hours."
    assert asked["campaign.opt-out"].hint == "Prez allows 10 business days at most."
    assert {q.id: q.hint for q in questions("campaign")}["campaign.opt-out"] == ""


def test_an_answer_is_not_lost_when_nothing_asks_for_it_any_more() -> None:
    said = Statement("software", answers=(Answer("service.why:exposure.relay", "a default"), Answer("mail.queue", "")))
    asked = {q.id: q for q in questions("software", (), (), None, said)}
    assert not asked["service.why:exposure.relay"].required
    assert "mail.queue" not in asked


def test_unanswered_questions_are_named() -> None:
    asked = questions("false-report")
    said = Statement("false-report", answers=(Answer("false.why", "The address is not ours."), Answer("false.proof", "  ")))
    assert [(g.part, g.why) for g in unanswered(asked, said)] == [
        ("answer:false.proof", "This question is not answered: What shows it?")
    ]


def test_a_choice_is_told_in_words() -> None:
    assert choice_words(ALL["software.clean"], "removed") == "The software was taken off the server for good"
    assert choice_words(ALL["software.clean"], "burnt") == "burnt"


# suggestions


def recheck(check: str, before: Outcome, after: Outcome, day: str = "2026-03-31") -> Recheck:
    return Recheck(f"{day}T10:00:00Z", check, Target("address", ADDRESS), before, after)


def test_what_failed_and_passes_now_is_suggested_as_done() -> None:
    results = (result("exposure.relay", Outcome.PASS),)
    (found,) = suggest_measures(Case(()), results, (recheck("exposure.relay", Outcome.FAIL, Outcome.PASS),), (), PACK)
    assert found.measure == Measure(
        f"The open relay on {ADDRESS} was closed.", "done", clauses=("B-4.4",), checks=("exposure.relay",)
    )
    assert (found.question, found.seen, found.why) == (
        False,
        "2026-03-31",
        "the check exposure.relay failed before, and passes now",
    )


def test_an_earlier_audit_counts_as_before() -> None:
    (found,) = suggest_measures(Case(()), (result("exposure.relay", Outcome.PASS),), earlier=(result("exposure.relay"),))
    assert (found.measure.state, found.seen) == ("done", "")


def test_what_merely_passes_is_a_question() -> None:
    case = Case((), notices=(Notice("text", topics=("open-relay",), addresses=(ADDRESS,)),))
    (found,) = suggest_measures(case, (result("exposure.relay", Outcome.PASS),))
    assert (found.question, found.measure.state, found.measure.date) == (True, "", "")


def test_what_passes_and_nobody_has_spoken_of_is_not_suggested() -> None:
    passing = (result("exposure.relay", Outcome.PASS), result("blocklist.address", Outcome.PASS))
    other = Notice("text", topics=("open-relay", "blocklist"), addresses=("203.0.113.9",))
    assert suggest_measures(Case(()), passing) == ()
    assert suggest_measures(Case((), notices=(other,)), passing) == ()


@pytest.mark.parametrize("now", [o for o in Outcome if o is not Outcome.PASS])
def test_what_does_not_pass_now_is_never_suggested_as_done(now: Outcome) -> None:
    done = (recheck("exposure.relay", Outcome.FAIL, Outcome.PASS),)
    assert suggest_measures(Case(()), (result("exposure.relay", now),), done) == ()


def test_what_could_not_be_seen_before_was_not_fixed() -> None:
    seen = (recheck("exposure.relay", Outcome.INCONCLUSIVE, Outcome.PASS),)
    case = Case((), notices=(Notice("text", topics=("open-relay",)),))
    (found,) = suggest_measures(case, (result("exposure.relay", Outcome.PASS),), seen)
    assert found.question


def test_the_day_is_that_of_the_last_change_for_the_better() -> None:
    history = (
        recheck("exposure.relay", Outcome.FAIL, Outcome.PASS, "2026-03-01"),
        recheck("exposure.relay", Outcome.PASS, Outcome.FAIL, "2026-03-02"),
        recheck("exposure.relay", Outcome.FAIL, Outcome.PASS, "2026-03-03"),
        recheck("exposure.relay", Outcome.PASS, Outcome.PASS, "2026-03-04"),
    )
    assert suggest_measures(Case(()), (result("exposure.relay", Outcome.PASS),), history)[0].seen == "2026-03-03"


def test_plans_at_findings_become_planned_measures() -> None:
    marks = (
        Mark("exposure.relay", "address", ADDRESS, "TAG", planned="2026-04-01"),
        Mark("exposure.relay", "address", ADDRESS, "OTHER", planned="2026-04-03"),
        Mark("exposure.proxy", "address", ADDRESS, "TAG", disagree="no"),
    )
    (found,) = suggest_measures(Case(()), (result("exposure.relay"), result("exposure.proxy")), (), marks)
    assert (found.measure.state, found.measure.date, found.question) == ("planned", "2026-04-03", False)


def test_what_is_stated_already_is_not_suggested_again() -> None:
    results = (result("exposure.relay", Outcome.PASS),)
    said = Statement(measures=(Measure(f"The open relay on {ADDRESS} was closed.", "done"),))
    assert suggest_measures(Case(()), results, statement=said) == ()


def test_steps_are_the_providers_words_and_open() -> None:
    case = Case((), steps=("Change all passwords",), notices=(Notice("text", steps=("Change all passwords", "Close port 53")),))
    found = suggest_steps(case, Statement(steps=(Measure("Close port 53"),)))
    assert [(s.measure.text, s.measure.state, s.question) for s in found] == [("Change all passwords", "", True)]
