"""What a statement lacks: “Problem solved, please reactivate” is never complete, and an honest short text is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfaudit.case import Case, EvidenceFile
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Answer, Attestation, Credential, Measure, Moment, Removal, Statement
from selfaudit.findings import Finding, Outcome, Result
from selfaudit.policy.empty_words import says_something, telling_words
from selfaudit.policy.model import ClauseClass, Gap, State
from tests.policy.build import CASE, COMPLETE, FILE, NOW, READING, clause, judged, only, result

CLAUSE = clause(checks=("mail.spf",))
EMPTY = EvidenceFile("empty.txt", "00" * 32, 0)
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
        "Problem solved, please reactivate example.com on 192.0.2.1, ticket 4711, Maria Blum.",
        "Problem solved, please reactivate https://shop.test/ and info@shop.test and 2001:db8::1, owner Maria Blum",
        "Le problème est résolu, merci de réactiver mon compte le plus vite possible.",
        "El problema ya está resuelto, por favor reactiven mi cuenta cuanto antes.",
        "Problém byl vyřešen, prosím o opětovné zapnutí služby co nejdříve.",
        "Probleem opgelost, gelieve mijn server opnieuw te activeren aub, dank je wel",
        "Das Problem ist geloest. Bitte schalten Sie meinen vServer wieder frei, lg",
        "asdf qwer zxcv tyui asdf qwer zxcv tyui asdf qwer",
        "Problem solved please reactivate reactivate2 solved2 solved3 solved4 xxxxxx",
        "Pr0blem s0lved, p1ease re-activate my vserver. Thx a lot guys!!",
        "\u200b \u200c \u200d \u2060 \u2061 \u2062 \u2063 \u2064 \ufeff" * 5,
        r"\u200b \u200c \u200d \u2060 \u2061 \u2062 \u2063 \u2064 \ufeff",
    ],
)
def test_empty_words_are_no_root_cause(text: str) -> None:
    assert says_something(text, names=("Maria Blum", "owner")) is False
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
        ((Measure("Closed the relay", "done", "2026-11-16", checks=("mail",)),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "2026-11-16", checks=("vantage.clock",)),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "2026-11-16", files=(EMPTY,)),), ["measure:1"]),
        ((Measure("Closed the relay", "done", "2026-11-14", files=(FILE,)),), ["measure:1"]),
        ((Measure("Closed the relay", "disputed", "2026-11-16", files=(FILE,)),), ["measures", "measure:1"]),
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
        ((Moment("2026-11-17", "began"), Moment("2026-11-16", "fixed")), ["timeline", "measure:1"]),
        ((Moment("2026-11-16T10:00:00Z", "began"), Moment("2026-11-16T09:00:00Z", "fixed")), ["timeline"]),
        ((Moment("2026-11-16T10:00:00Z", "began"), Moment("2026-11-16", "fixed")), []),
        ((Moment("2026-11-16", "began"), Moment("2026-11-24", "fixed")), ["timeline", "signed"]),
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


def test_an_audit_that_was_stopped_or_is_old_carries_no_request() -> None:
    def parts(**more: object) -> list[str]:
        return [g.part for g in judged(CLAUSE, result("mail.spf"), reading=replace(READING, **more)).gaps]  # type: ignore[arg-type]

    assert parts() == []
    assert parts(interrupted=True) == ["audit"]
    assert parts(finished="2026-11-15T11:00:00Z") == ["audit-age"]
    assert parts(finished="2026-11-16T01:00:00Z") == []  # the day of the repair
    assert parts(finished="2019-01-01T00:00:00Z") == ["audit-age"]
    assert parts(finished="") == []
    planned = replace(COMPLETE, measures=(*COMPLETE.measures, Measure("Hire a monitor", "planned", "2026-12-01")))
    assert gaps(planned) == []
    later = replace(COMPLETE, measures=(replace(COMPLETE.measures[0], date="2026-11-22"),), signed="2026-11-22")
    assert gaps(later) == ["audit-age"]
    reported = Notice("mail", first="2026-11-15T00:00:00Z", last="2026-11-21T13:00:00Z")
    assert gaps(COMPLETE, case=replace(CASE, notices=(reported,))) == ["audit-age"]
    never = replace(reported, last="2099-01-01T00:00:00Z")
    assert gaps(COMPLETE, case=replace(CASE, notices=(never,))) == []


def test_a_signature_goes_with_its_audit_and_with_what_it_names() -> None:
    early = replace(COMPLETE, signed="2026-11-18")
    assert gaps(early) == []
    assert gaps(replace(early, timeline=(*COMPLETE.timeline, Moment("2026-11-19T08:00:00Z", "other", "told the readers")))) == [
        "signed"
    ]
    late = replace(READING, finished="2026-11-25T13:00:00Z", now=NOW + 4 * 86_400)
    found = judged(CLAUSE, result("mail.spf"), statement=replace(COMPLETE, signed="2026-11-18"), reading=late).gaps
    assert [g.part for g in found] == ["signed"]
    assert "more than seven days before this audit" in found[0].why


def test_a_statement_is_bound_to_its_policy_and_case() -> None:
    case = replace(CASE, number="T-1")
    assert gaps(replace(COMPLETE, policy="p", number=" t-1 "), case=case) == []
    assert gaps(replace(COMPLETE, policy="another"), case=case) == ["statement"]
    assert gaps(replace(COMPLETE, number="T-2"), case=case) == ["statement"]
    assert gaps(replace(COMPLETE, number="T-1")) == ["statement"]


def test_steps_of_the_statement_and_of_notices_count_as_well() -> None:
    notice = replace(CASE, notices=(Notice("mail", steps=("Send us the log.",)),))
    done = Measure("send us  THE log.", "done", "2026-11-16", files=(FILE,))
    assert gaps(COMPLETE, case=notice) == ["step:1"]
    assert gaps(replace(COMPLETE, steps=(done,)), case=notice) == []
    own = (Measure("Wipe the server", "planned", "2026-12-31"), Measure("Send us an identity card"))
    assert gaps(replace(COMPLETE, steps=own)) == ["step:1", "step:2"]
    assert gaps(replace(COMPLETE, steps=(*own, done)), case=replace(notice, steps=("Wipe the server",))) == ["step:1", "step:3"]


def test_a_disputed_step_needs_its_reason_and_a_disputed_report() -> None:
    case = replace(CASE, steps=("Remove the malware.",))
    disputed = replace(COMPLETE, cause="false-report", proof=(FILE,), measures=(), timeline=(), commitment=False)
    step = Measure("Remove the malware.", "disputed", why="The address belongs to another customer since 2025.")
    assert gaps(replace(disputed, steps=(step,)), case=case) == []
    assert gaps(replace(disputed, steps=(replace(step, why=" "),)), case=case) == ["step:1"]
    assert gaps(replace(COMPLETE, steps=(step,)), case=case) == ["step:1"]


def test_a_request_for_removal_needs_the_lists_reference_and_a_day_since_it_began() -> None:
    asked = Removal("zen.list.test", "192.0.2.1", "2026-11-17", "R-1")
    part = ["removal:zen.list.test:192.0.2.1"]
    assert gaps(replace(COMPLETE, removals=(replace(asked, reference=" "),)), listed()) == part
    assert gaps(replace(COMPLETE, removals=(replace(asked, at="2001-01-01"),)), listed()) == part
    assert gaps(replace(COMPLETE, removals=(replace(asked, at="2026-11-14"),)), listed()) == part


def test_empty_files_dispute_nothing() -> None:
    disputed = replace(COMPLETE, cause="false-report", measures=(), timeline=(), commitment=False, proof=(EMPTY,))
    assert gaps(disputed) == ["proof"]


def test_before_a_contract_a_word_needs_a_signature_and_there_is_no_incident() -> None:
    case = replace(CASE, purpose="onboarding")
    stated = clause(kind=ClauseClass.STATED, attestation="True.")
    unsigned = Statement(attestations=(Attestation("X-1", agreed=True, words="True."),))

    def parts(said: Statement | None, **more: object) -> list[str]:
        return [g.part for g in judged(stated, case=replace(case, **more), statement=said).gaps]  # type: ignore[arg-type]

    assert parts(unsigned) == ["signer", "signed"]
    assert parts(replace(unsigned, name="Maria Blum", role="owner", signed="2026-11-20")) == []
    for more in ({"suspended": "2026-11-13"}, {"cited": ("X-1",)}, {"notices": (Notice("mail"),)}, {"steps": ("Wipe it",)}):
        assert parts(None, **more)[0] == "purpose"
    assert parts(replace(unsigned, steps=(Measure("Wipe it"),)))[0] == "purpose"


def test_a_planned_step_that_only_a_list_can_end_is_no_gap() -> None:
    case = replace(CASE, steps=("Have the address removed from the list.",))
    asked = (Removal("zen.list.test", "192.0.2.1", "2026-11-17", "R-1"),)
    step = Measure("Have the address removed from the list.", "planned", "2026-12-01", checks=("blocklist.address",))
    waiting = replace(COMPLETE, steps=(step,), removals=asked)
    bad = replace(listed(), findings=listed().findings[:1])
    assert gaps(waiting, bad, case=case) == []
    assert gaps(replace(waiting, removals=()), bad, case=case) == ["step:1", "removal:zen.list.test:192.0.2.1"]
    assert gaps(replace(waiting, steps=(replace(step, checks=()),)), bad, case=case) == ["step:1"]
    assert gaps(replace(waiting, steps=(replace(step, date=""),)), bad, case=case) == ["step:1"]
    assert gaps(waiting, bad, result("exposure.relay", Outcome.FAIL), case=case) == ["step:1"]
    assert gaps(waiting, case=case) == ["step:1"]


@pytest.mark.parametrize(
    ("taken", "case", "statement", "why"),
    [
        ("2026-11-20T09:00:00Z", CASE, COMPLETE, ""),
        ("2026-11-16T09:00:00Z", CASE, COMPLETE, ""),
        ("2026-11-15T23:00:00Z", CASE, COMPLETE, "before the last repair"),
        ("2026-11-18T23:00:00Z", replace(CASE, suspended="2026-11-19"), COMPLETE, "before the service was suspended"),
        ("2026-11-19T03:00:00Z", replace(CASE, suspended="2026-11-19"), COMPLETE, ""),
        ("2026-11-18T23:00:00Z", replace(CASE, suspended="2027-11-19"), COMPLETE, ""),
        ("2026-11-14T23:00:00Z", CASE, replace(COMPLETE, measures=(), timeline=COMPLETE.timeline[:1]), "before it all began"),
    ],
)
def test_a_server_that_was_looked_at_before_the_repair_shows_nothing(
    taken: str, case: Case, statement: Statement, why: str
) -> None:
    reading = replace(READING, inside={"srv": taken})
    checked = clause(checks=("host.listeners",))
    found = judged(checked, result("host.listeners"), case=case, statement=statement, reading=reading)
    assert (only(found).state is State.MET) is not bool(why)
    assert ("audit-age" in {g.part for g in found.gaps}) is bool(why)
    assert why in only(found).why
    another = replace(reading, servers={"192.0.2.1": ("other",)})
    other = judged(checked, result("host.listeners", target="other"), case=case, statement=statement, reading=another)
    assert only(other).state is State.MET
    failed = judged(checked, result("host.listeners", Outcome.FAIL), case=case, statement=statement, reading=reading)
    assert only(failed).state is State.NOT_MET
