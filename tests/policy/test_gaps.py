"""What a statement lacks: “Problem solved, please reactivate” is never complete, and an honest short text is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case.notice import Notice
from selfaudit.case.statement import Answer, Credential, Measure, Moment, Removal, Statement
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.policy.empty_words import says_something, telling_words
from selfaudit.policy.model import Gap
from tests.policy.build import CASE, COMPLETE, FILE, clause, judged, result

CLAUSE = clause(checks=("mail.spf",))
CHANGED = Credential("mailbox info@shop.test", "2026-11-16", "Maria Blum")


def gaps(statement: Statement | None, *results: Result, case: object = CASE) -> list[str]:
    """The parts that a statement lacks."""
    found: tuple[Gap, ...] = judged(CLAUSE, result("mail.spf"), *results, case=case, statement=statement).gaps  # type: ignore[arg-type]
    assert all(g.why and "{" not in g.why for g in found)
    return [g.part for g in found]


def why(statement: Statement, part: str, *results: Result) -> str:
    """Why one part is lacking."""
    return next(g.why for g in judged(CLAUSE, result("mail.spf"), *results, statement=statement).gaps if g.part == part)


def test_a_complete_statement_lacks_nothing() -> None:
    assert gaps(COMPLETE) == []


def test_an_empty_one_lacks_everything() -> None:
    assert (
        gaps(None)
        == gaps(Statement())
        == ["cause", "summary", "timeline", "timeline", "measures", "commitment", "signer", "signed"]
    )


@pytest.mark.parametrize(
    "text",
    [
        "Problem solved, please reactivate",
        "Problem solved, please reactivate our server as soon as possible, thank you very much.",
        "The issue has been fixed. Everything is working again now. Kind regards, your customer.",
        "We have taken all necessary measures and resolved the problem completely, please unblock the account.",
        "PROBLEM SOLVED!!! PLEASE REACTIVATE MY ACCOUNT IMMEDIATELY!!! PLEASE PLEASE PLEASE!!!",
        "Problem behoben, bitte schalten Sie den Server schnellstmöglich wieder frei. Vielen Dank!",
        "Das Problem wurde vollständig gelöst, es wird nicht wieder vorkommen. Mit freundlichen Grüßen",
        "Sehr geehrte Damen und Herren, alles erledigt, bitte um sofortige Freischaltung meines Kontos. MfG",
        "fixed fixed fixed fixed fixed fixed fixed fixed fixed fixed fixed",
        "..................................................................",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Ｐｒｏｂｌｅｍ ｓｏｌｖｅｄ， ｐｌｅａｓｅ ｒｅａｃｔｉｖａｔｅ ｔｈｅ ａｃｃｏｕｎｔ ｎｏｗ ａｎｄ ｑｕｉｃｋｌｙ",
        "                                                                   fixed",
        "It was fixed. We don't know what happened but it won't happen again, sorry.",
        "",
        "Spam.",
    ],
)
def test_empty_words_are_no_root_cause(text: str) -> None:
    assert says_something(text) is False
    assert gaps(replace(COMPLETE, summary=text)) == ["summary"]


@pytest.mark.parametrize(
    "text",
    [
        "The password of info@shop.test was guessed and used to send spam.",
        "An old WordPress plugin let strangers upload a mailer.",
        "Postfix relayed for everybody: mynetworks was 0.0.0.0/0.",
        "Our newsletter went to addresses bought from a dealer.",
        "A customer of ours ran a port scan from his container.",
        "Das Passwort von info@ wurde erraten; darüber ging Spam hinaus.",
        "Ein veraltetes Joomla-Modul ließ Fremde eine Shell hochladen.",
        "Le mot de passe de la boîte info@ a été deviné et utilisé.",
        "旧版WordPress插件存在漏洞,攻击者上传了发信脚本。",
        "Redis listened on all addresses without password; somebody planted a cron job. It is fixed, please reactivate.",
    ],
)
def test_an_honest_short_text_passes(text: str) -> None:
    assert says_something(text) is True
    assert gaps(replace(COMPLETE, summary=text)) == []


def test_texts_of_any_size_are_read_in_bounds() -> None:
    assert telling_words("word" * 1_000_000) == 1
    assert says_something("a\x00b\u202e " * 100_000) is False


@pytest.mark.parametrize(
    ("measures", "wanted"),
    [
        ((), ["measures"]),
        ((Measure("Problem solved", "done", "2026-11-16", files=(FILE,)),), ["measures", "measure:1"]),
        ((Measure("Closed the relay", "", "2026-11-16", files=(FILE,)),), ["measures", "measure:1"]),
        ((Measure("Closed the relay", "planned", "2026-12-16"),), ["measures"]),
        ((Measure("Closed the relay", "done", "", files=(FILE,)),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "last week", files=(FILE,)),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "2026-11-16"),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "2026-11-16", checks=("mail.spf",)),), []),
        ((Measure("Closed the relay", "done", "2026-11-16", checks=("mail",)),), []),
        ((Measure("Closed the relay", "done", "2026-11-16", checks=("rdns.present",)),), ["measure:1"]),
        ((*COMPLETE.measures, Measure("Hire a monitor", "planned")), ["measure:2"]),
        ((*COMPLETE.measures, Measure("Hire a monitor", "planned", "2026-11-01")), ["measure:2"]),
        ((*COMPLETE.measures, Measure("Hire a monitor", "planned", "2026-12-01")), []),
    ],
)
def test_measures_are_done_with_a_day_and_evidence_or_planned_with_a_day(
    measures: tuple[Measure, ...], wanted: list[str]
) -> None:
    assert gaps(replace(COMPLETE, measures=measures)) == wanted


def test_a_measure_whose_check_fails_is_not_done() -> None:
    measures = (Measure("Closed the relay", "done", "2026-11-16", checks=("exposure.relay",), files=(FILE,)),)
    statement = replace(COMPLETE, measures=measures)
    assert gaps(statement, result("exposure.relay")) == []
    assert "exposure.relay, named as its evidence, fails" in why(statement, "measure:1", result("exposure.relay", Outcome.FAIL))
    bare = replace(COMPLETE, measures=(replace(measures[0], files=()),))
    assert gaps(bare, result("exposure.relay", Outcome.INCONCLUSIVE)) == ["measure:1"]


@pytest.mark.parametrize(
    ("timeline", "wanted"),
    [
        ((), ["timeline", "timeline"]),
        ((Moment("2026-11-16", "fixed"),), ["timeline"]),
        ((Moment("2026-11-16", "noticed"), Moment("2026-11-16", "contained")), ["timeline"]),
        ((Moment("2026-11-16", "noticed"), Moment("2026-11-16", "fixed")), []),
        ((Moment("2026-11-17", "began"), Moment("2026-11-16", "fixed")), ["timeline"]),
        ((Moment("2026-11-16T10:00:00Z", "began"), Moment("2026-11-16T09:00:00Z", "fixed")), ["timeline"]),
        ((Moment("2026-11-16T10:00:00Z", "began"), Moment("2026-11-16", "fixed")), []),
        ((Moment("2026-11-16", "began"), Moment("2026-11-24", "fixed")), ["timeline"]),
        ((Moment("", "began"), Moment("2026-11-16", "fixed")), ["timeline"]),
    ],
)
def test_the_timeline_says_when_it_began_and_when_it_was_fixed(timeline: tuple[Moment, ...], wanted: list[str]) -> None:
    assert gaps(replace(COMPLETE, timeline=timeline)) == wanted


def test_nothing_was_done_tomorrow() -> None:
    ahead = replace(COMPLETE.measures[0], date="2026-11-25")
    assert gaps(replace(COMPLETE, measures=(ahead,), signed="2026-11-25")) == ["measure:1", "signed"]
    tomorrow_elsewhere = replace(COMPLETE, signed="2026-11-23")  # at noon in UTC it has begun in the Pacific
    assert gaps(tomorrow_elsewhere) == []
    assert gaps(replace(COMPLETE, signed="9999-12-31")) == ["signed"]


def test_it_is_signed_by_somebody_after_the_last_change() -> None:
    assert gaps(replace(COMPLETE, name="", role="")) == ["signer"]
    assert gaps(replace(COMPLETE, role=" ")) == ["signer"]
    assert gaps(replace(COMPLETE, signed="")) == ["signed"]
    assert gaps(replace(COMPLETE, signed="soon")) == ["signed"]
    assert gaps(replace(COMPLETE, signed="2026-11-15")) == ["signed"]
    assert gaps(replace(COMPLETE, signed="2026-11-16")) == []
    assert gaps(replace(COMPLETE, credentials=(replace(CHANGED, at="2026-11-21T08:00:00Z"),))) == ["signed"]


def test_a_taken_over_account_needs_new_credentials() -> None:
    taken = replace(COMPLETE, cause="account", harmful_removed=True)
    assert gaps(taken) == ["credentials"]
    assert gaps(replace(taken, credentials=(CHANGED,))) == []
    assert gaps(replace(taken, credentials=(replace(CHANGED, at="?"),))) == ["credentials"]
    assert gaps(replace(taken, credentials=(replace(CHANGED, who=""),))) == ["credentials"]


def test_harmful_data_is_removed_where_there_was_any() -> None:
    assert gaps(replace(COMPLETE, cause="software")) == ["harmful_removed"]
    phishing = replace(CASE, notices=(Notice("xarf", topics=("phishing",)),))
    assert gaps(COMPLETE, case=phishing) == ["harmful_removed"]
    assert gaps(COMPLETE, case=replace(CASE, notices=(Notice("mail", topics=("spam", "open-relay")),))) == []


def test_the_steps_that_the_provider_demands() -> None:
    case = replace(CASE, steps=("Close the relay.", "Empty the queue."))
    done = Measure("close  the relay.", "done", "2026-11-16", files=(FILE,))
    assert gaps(COMPLETE, case=case) == ["step:1", "step:2"]
    assert gaps(replace(COMPLETE, steps=(done,)), case=case) == ["step:2"]
    assert gaps(replace(COMPLETE, steps=(done, Measure("Empty the queue.", "planned", "2026-12-01"))), case=case) == ["step:2"]
    assert gaps(replace(COMPLETE, steps=(done, Measure("Empty the queue.", "done", "2026-11-16"))), case=case) == ["step:2"]
    shown = Measure("Empty the queue.", "done", "2026-11-16", checks=("mail.spf",))
    assert gaps(replace(COMPLETE, steps=(done, shown)), case=case) == []


def listed(who: str = "you") -> Result:
    """A listing that counts."""
    args = {"zone": "zen.list.test", "list": "Zen", "who": who}
    return Result(
        "blocklist.address",
        "address",
        "192.0.2.1",
        Outcome.FAIL,
        (Finding("BAD", args), Finding("MINOR", args | {"zone": "x"})),
    )


def test_a_listing_needs_a_request_by_whoever_can_ask() -> None:
    assert gaps(COMPLETE, listed()) == ["removal:zen.list.test:192.0.2.1"]
    assert "Zen" in why(COMPLETE, "removal:zen.list.test:192.0.2.1", listed())
    asked = Removal("zen.list.test", "192.0.2.1", "2026-11-17", "R-1")
    assert gaps(replace(COMPLETE, removals=(asked,)), listed()) == []
    assert gaps(replace(COMPLETE, removals=(replace(asked, at="", reference=""),)), listed()) == [
        "removal:zen.list.test:192.0.2.1"
    ]
    assert gaps(replace(COMPLETE, removals=(replace(asked, target="192.0.2.2"),)), listed()) == [
        "removal:zen.list.test:192.0.2.1"
    ]
    assert gaps(COMPLETE, listed("provider")) == gaps(COMPLETE, listed("wait")) == []


def test_who_disputes_the_report_shows_why_and_admits_nothing() -> None:
    disputed = replace(COMPLETE, cause="false-report", measures=(), timeline=(), commitment=False)
    assert gaps(disputed) == ["proof"]
    assert gaps(replace(disputed, proof=(FILE,))) == []
    assert gaps(replace(disputed, answers=(Answer("why-wrong", "The address was not ours then.", (FILE,)),))) == []


def test_hostile_times_and_texts_are_no_crash() -> None:
    odd = replace(
        COMPLETE,
        summary="\x00\u202e{x}" * 500,
        timeline=(Moment("99999-99-99", "began"), Moment("\x00", "fixed"), Moment("0001-01-01T00:00:00+23:59", "noticed")),
        measures=(Measure("{what} " * 1000, "done", "tomorrow", checks=("", "..", "{x}")),),
        signed="never",
    )
    found = judged(CLAUSE, result("mail.spf"), statement=odd).gaps
    assert found
    assert all(len(g.why) < 300 for g in found)
