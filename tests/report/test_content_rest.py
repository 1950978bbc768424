"""The content of a report: statement, log, limits, an earlier audit, and that nothing hostile gets into it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from selfaudit.case import Approval, EvidenceFile, Target
from selfaudit.case.model import HostSource, Registrant, Seal
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Answer, Attestation, Credential, Measure, Moment, Removal, Statement
from selfaudit.engine import Audit
from selfaudit.engine.evidence import Recheck, Record, SentTo, Tool, Vantage
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.findings import Mark, Outcome, Result
from selfaudit.i18n import using
from selfaudit.report.comparison import Compared, Comparison, Fate
from selfaudit.report.content import content_of
from selfaudit.report.content.beside import before_of
from selfaudit.report.content.model import Line
from selfaudit.report.words import minute
from tests.report.audits import END, EVIL, FILE, START, audit_of, no_ptr, texts

# The statement


def test_demanded_steps_are_told_with_what_became_of_them() -> None:
    said = Statement(
        steps=(
            Measure("Close the relay", "done", "2026-11-16", "Maria", files=(FILE,), checks=("rdns.present", "mail.spf")),
            Measure("Write a report", "planned", "2026-12-01"),
            Measure("Delete everything", "disputed", why="Nothing was there."),
            Measure("Pay a fee", "disputed"),
        ),
    )  # fmt: skip
    notice = Notice("mail", steps=("Name the cause", "close  the relay"))
    stated = content_of(audit_of(no_ptr(1), statement=said, steps=("Close the relay",), notices=(notice,))).stated
    assert stated is not None
    told = [(m.text, m.state.word if m.state else "", m.beside, m.why) for m in stated.demanded]
    assert told == [
        ("Close the relay", "done", "2026-11-16, Maria", ""),
        ("Write a report", "planned, not done", "2026-12-01", ""),
        ("Delete everything", "disputed", "", "Nothing was there."),
        ("Pay a fee", "disputed", "", "no reason is given"),
        ("Name the cause", "not answered", "", ""),
    ]
    # Only what has a result shows anything.
    assert [(check, sign.word) for check, sign in stated.demanded[0].shown] == [("rdns.present", "fail")]
    assert stated.demanded[0].files == (FILE,)


def test_the_parts_of_a_statement() -> None:
    said = Statement(
        cause="account", proof=(FILE,), answers=(Answer("q", "a word", (FILE,)),), measures=(Measure("A", "done"), Measure("B", "planned", "2026-12-01", "Ina")),
        credentials=(Credential("root", "2026-11-16T08:00:00Z", "Maria"),), removals=(Removal("zen.test", "192.0.2.1"),),
        attestations=(Attestation("B-9", agreed=True, words="It is so.", text="Really.", files=(FILE,)),), commitment=True, harmful_removed=True,
    )  # fmt: skip
    stated = content_of(audit_of(statement=said)).stated
    assert stated is not None
    assert stated.draft == "It is a draft: nobody has signed it."
    assert stated.proof == (FILE,)
    assert (stated.answers[0].asked, stated.answers[0].words, stated.answers[0].files) == ("q", "a word", (FILE,))
    assert [m.beside for m in stated.done + stated.planned] == ["no day given", "2026-12-01, Ina"]
    assert stated.credentials == ("root (2026-11-16 08:00, Maria)",)
    assert stated.removals == ("192.0.2.1: zen.test (no day given)",)
    (attested,) = stated.attested
    assert (attested.asked, attested.words, attested.text, attested.place) == ("B-9", "It is so.", "Really.", "")
    assert len(stated.confirmed) == 2
    assert content_of(audit_of()).stated is None


def test_links_in_notices_lead_nowhere() -> None:
    notice = Notice(
        "mail", source="desk.test", subject="Spam", sent="2026-11-13T10:20:30Z", first="2026-11-13T02:14:07Z", last="2026-11-13T02:15:00Z",
        urls=("https://evil.test/a",), excerpt="See https://evil.test/a\nnow",
    )  # fmt: skip
    content = content_of(audit_of(notices=(notice,) * 5))
    assert not [text for text in texts(content) if "https://evil" in text]
    assert content.notices[0].excerpt == ("See hxxps://evil[.]test/a", "now")
    assert ("Said to have happened (UTC)", "2026-11-13 02:14:07 – 2026-11-13 02:15") in [
        (x.label, x.value) for x in content.first.reported
    ]
    assert [x.value for x in content.first.reported][-1] == "3 further notices; see “The incident”"
    assert len(content.notices) == 5


# What was sent, where from, and limits


def test_the_log_names_who_was_contacted_on_whose_authority() -> None:
    word = "stated: Maria Blum, owner"
    sent = (
        SentTo("192.0.2.53", 53, "udp", "DNS", 40),
        SentTo("198.51.100.25", 25, "tcp", "SMTP relay test", 3, word),
        SentTo("198.51.100.25", 53, "udp", "DNS", 2, word),
        SentTo("198.51.100.26", 53, "udp", "DNS", 1, word),
    )
    content = content_of(audit_of(evidence={"sent": sent, "authority": {"198.51.100.25": word}}))
    assert content.log == (
        ("198.51.100.25", "25/tcp", "SMTP relay test", 3, word),
        ("198.51.100.25", "53/udp", "DNS", 2, word),
        ("198.51.100.26", "53/udp", "DNS", 1, word),
    )
    assert [(r.purpose, r.parties, r.count, r.active, r.authority) for r in content.sent] == [
        ("DNS", 1, 40, False, "public record, none needed"),
        ("DNS", 2, 3, True, word),
        ("SMTP relay test", 1, 3, True, word),
    ]
    assert "That these may be probed is stated and not proven: 198.51.100.25." in content.limits
    many = tuple(SentTo(f"198.51.{n // 250}.{n % 250}", 25, "tcp", "SMTP", 1, word) for n in range(450))
    bounded = content_of(audit_of(evidence={"sent": many}))
    assert (len(bounded.log), bounded.log_left_out) == (400, 50)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"evidence": {"interrupted": True}}, "The audit was stopped before its end"),
        ({"evidence": {"left_out": 3}}, "3 addresses that were found in DNS were left out"),
        ({"passive": True}, "Only public records were asked for, as the customer wished"),
        ({"only": ("mail.spf",)}, "Only these checks were asked for: mail.spf."),
        ({"skip": ("exposure",)}, "These checks were left out, as the customer wished: exposure."),
        ({"laboratory": True}, "It was made in a laboratory"),
        ({"demo": "fixed"}, "It is a demonstration: the internet in it (world “fixed”) is invented."),
        (
            {"exceptions": (Approval("exposure.resolver", "192.0.2.1", "T-7"),)},
            "What the provider has approved stands here as the case says it",
        ),
        (
            {"hosts": (HostSource("a", "m", "0" * 64, "file", START, END),)},
            "What a server says about itself is its owner's word",
        ),
        ({"statement": Statement(summary="x")}, "The statement and the files that go with it are the customer's word."),
        (
            {"evidence": {"rechecks": (Recheck(END, "mail.spf", Target("domain", "shop.test"), Outcome.FAIL, Outcome.PASS),)}},
            "1 check was repeated after the audit",
        ),
    ],
)
def test_what_this_audit_did_not_do_is_said(given: dict[str, Any], words: str) -> None:
    plain = content_of(audit_of()).limits
    assert not any(text.startswith(words) for text in plain)
    assert sum(text.startswith(words) for text in content_of(audit_of(**given)).limits) == 1


def test_the_limits_of_every_report() -> None:
    limits = content_of(audit_of()).limits
    for words in (
        "It was made on the customer's own computer.", "It cannot show that the evidence was not invented.",
        "It shows what was seen between 2026-11-22 10:00 and 2026-11-22 10:03 (UTC)", "The clock of the customer's computer could not be confirmed",
        "There is no statement by the customer", "No server was looked at from inside", "No sample message was looked at",
        "No record of consent was looked at", "No service of the targets was contacted",
    ):  # fmt: skip
        assert sum(text.startswith(words) for text in limits) == 1, words


def test_what_was_not_run_or_not_concluded_is_counted_with_reasons() -> None:
    results = (
        Result("mail.spf", "domain", "a.test", Outcome.NOT_RUN, reason="not tested without authority: name its servers"),
        Result("mail.dkim", "domain", "a.test", Outcome.NOT_RUN, reason="not tested without authority: name a key"),
        Result("mail.mx", "domain", "a.test", Outcome.NOT_RUN, reason="left out"),
        Result("mail.dmarc", "domain", "a.test", Outcome.INCONCLUSIVE, reason="not done in time"),
        Result("mail.bimi", "domain", "a.test", Outcome.BUG, reason="x.py:1"),
    )
    limits = content_of(audit_of(*results)).limits
    assert "3 checks were not run: not tested without authority (2); left out (1)." in limits
    assert any(t.startswith("1 check could not be concluded and says nothing, neither good nor bad") for t in limits)
    assert "1 check came to nothing by a fault of this program." in limits


def test_a_list_that_could_not_be_asked_is_named() -> None:
    silent = Result("blocklist.address", "address", "198.51.100.1", Outcome.NOT_RUN, reason="left out")
    assert "Not every blocklist could be asked about every target: all lists." in content_of(audit_of(silent)).limits


def test_where_it_was_made_and_what_the_controls_came_to(broken_audit: Audit) -> None:
    lines = {line.label: line for line in content_of(broken_audit).environment}
    tool = broken_audit.evidence.tool
    assert lines["Program"].value == f"selfaudit {tool.version}"
    assert lines["Program"].soft == f"Python {tool.python}, {tool.system}"
    assert lines["Blocklist catalogue"].value == broken_audit.evidence.vantage.catalogue != ""
    assert lines["This computer's clock is right"].value == "✓ pass"
    assert lines["Policy"].value.startswith("Acceptable Use Policy")
    assert not any("clock" in text for text in content_of(broken_audit).limits)


def test_what_was_audited_is_summed_up_before_it_is_listed() -> None:
    targets = (
        *(Target("domain", f"d{n}.test") for n in range(100)),
        *(Target("address", f"198.51.100.{n}", "MX") for n in range(200)),
    )
    about = content_of(audit_of(targets=targets)).about
    assert about[0] == Line("Audited", "100 domains, 200 addresses")
    assert about[1].label == ""
    assert about[1].value.startswith("d0.test, d1.test, ")
    assert about[1].value.endswith(" and 260 more")
    named = content_of(audit_of(targets=(Target("address", "198.51.100.1", "found"),))).about
    assert named[1].value == "198.51.100.1 (found)"


def test_registration_data_is_told_as_stated() -> None:
    said = Registrant("Maria Blum", city="Berlin", postal_code="10119", confirmed="2026-11-20", files=(FILE,))
    content = content_of(audit_of(registrant=said))
    lines = [(line.label, line.value) for line in content.about]
    assert ("Registration data, as stated", "Maria Blum, 10119 Berlin") in lines
    assert ("", "compared with the registrar's own page on 2026-11-20") in lines
    assert content.registrant_files == (FILE,)
    assert "Registration data, as stated" not in [line.label for line in content_of(audit_of(registrant=Registrant())).about]
    unshown = [line.value for line in content_of(audit_of(registrant=Registrant("M"))).about]
    assert "no file shows it" in unshown
    assert "not said when it was compared with the registrar's own page" in unshown


# Before and now


def test_an_earlier_audit_beside_this_one() -> None:
    def item(fate: Fate, n: int, tag: str = "RDNS_MISSING", turn: Any = "") -> Compared:
        address = f"198.51.100.{n}"
        return Compared(
            "rdns.present", "address", address, tag, fate, "pass", "fail", "English", turn=turn, args={"address": address}
        )

    items = (
        item(Fate.UNCHANGED, 1), item(Fate.NOT_COMPARABLE, 2, ""), item(Fate.FIXED, 3), item(Fate.CHANGED, 4, turn="better"), item(Fate.NEW, 5),
        item(Fate.CHANGED, 6, turn="worse"), item(Fate.NEW, 7, ""), item(Fate.CHANGED, 8),
    )  # fmt: skip
    counts = {"fixed": 1, "new": 1, "changed": 3, "unchanged": 1, "not-comparable": 1, "as-before": 9, "added": 1}
    earlier, now = audit_of(no_ptr(1)), audit_of()
    made = before_of(earlier, now, Comparison(START, END, items, counts, ("they differ",)))
    told = [(row.target.rpartition(".")[2], row.state.word, row.state.tone) for row in made.changes]
    assert told == [
        ("5", "new", "fail"), ("6", "worse", "fail"), ("2", "cannot be compared", "inconclusive"), ("8", "changed", "warn"),
        ("4", "better, not fixed", "warn"), ("3", "fixed", "pass"),
    ]  # fmt: skip
    assert made.words == (
        "Something is new or worse. 1 fixed, 1 new, 3 changed, 1 unchanged, 1 cannot be compared. "
        "9 more results are as before: right, not needed, or not looked at either time."
    )
    assert (made.unchanged, made.not_comparable, made.warnings, made.left_out) == (1, 1, ("they differ",), 0)
    assert made.changes[0].text.startswith("198.51.100.5 has no name (no PTR record).")
    assert made.changes[2].text == "The address has a name (reverse DNS, PTR)"  # the result as a whole
    assert [c.count for c in made.then] == [1]
    many = Comparison(START, END, tuple(item(Fate.NEW, n) for n in range(350)), {"new": 350})
    assert (len(before_of(earlier, now, many).changes), before_of(earlier, now, many).left_out) == (300, 50)


def test_good_news_takes_nobodys_place_beside_an_earlier_audit() -> None:
    def item(fate: Fate, severity: str = "high", now: str = "fail") -> Compared:
        return Compared(
            "rdns.present", "address", "192.0.2.25", "RDNS_MISSING", fate, "fail", now, "English", severity=severity
        )

    items = (
        *(item(Fate.FIXED) for _ in range(290)), *(item(Fate.NOT_COMPARABLE) for _ in range(45)), item(Fate.UNCHANGED), item(Fate.UNCHANGED, "low"),
        item(Fate.UNCHANGED, now="not-applicable"), *(item(Fate.NEW) for _ in range(70)),
    )  # fmt: skip
    made = before_of(audit_of(), audit_of(), Comparison(START, END, items, {"unchanged": 3}))
    words = [row.state.word for row in made.changes]
    assert [(word, words.count(word)) for word in dict.fromkeys(words)] == [
        ("new", 70), ("cannot be compared", 45), ("still there", 1), ("fixed", 184),
    ]  # fmt: skip
    assert (made.unchanged, made.left_out) == (3, 106)


def test_two_audits_of_the_demo(broken_audit: Audit) -> None:
    made = content_of(broken_audit, before=broken_audit).before
    assert made is not None
    assert {row.state.word for row in made.changes if row.state.tone in ("fail", "pass")} == {"still there"}
    assert made.then == made.today
    assert content_of(broken_audit).before is None


# Form


@pytest.mark.parametrize(
    ("at", "cut", "whole"),
    [
        ("2026-11-22T10:00:05.123Z", "2026-11-22 10:00", "2026-11-22 10:00:05"),
        ("2026-11-22T10:00:00Z", "2026-11-22 10:00", "2026-11-22 10:00"),
        ("2026-11-22", "2026-11-22", "2026-11-22"),
        ("2026-11-22T10:00:05+01:00", "2026-11-22T10:00:05+01:00", "2026-11-22T10:00:05+01:00"),
        ("soon\x1b", "soon\\x1b", "soon\\x1b"),
        ("", "", ""),
    ],
)
def test_moments(at: str, cut: str, whole: str) -> None:
    assert minute(at) == cut
    assert minute(at, seconds=True) == whole


def test_nothing_hostile_gets_into_a_content() -> None:
    said = Statement(
        summary=EVIL, answers=(Answer(EVIL, EVIL, (EvidenceFile(EVIL, EVIL, 1),)),), timeline=(Moment(EVIL, "began", EVIL), Moment(EVIL, "fixed", EVIL)),
        measures=(Measure(EVIL, "done", EVIL, EVIL, checks=(EVIL,)),), steps=(Measure(EVIL, "disputed", why=EVIL),), name=EVIL, role=EVIL, contact=EVIL,
        attestations=(Attestation(EVIL, agreed=True, words=EVIL, text=EVIL),), credentials=(Credential(EVIL, EVIL, EVIL),),
        removals=(Removal(EVIL, EVIL, EVIL, EVIL),), signed=EVIL,
    )  # fmt: skip
    notice = Notice(
        "mail", source=EVIL, reference=EVIL, subject=EVIL, sent=EVIL, deadline=EVIL, first=EVIL, last=EVIL, addresses=(EVIL,), domains=(EVIL,), message_ids=(EVIL,),
        urls=(EVIL,), listings=(EVIL,), clauses=(EVIL,), steps=(EVIL,), excerpt=EVIL, not_understood=(EVIL,),
    )  # fmt: skip
    evidence = {
        "records": (Record("e1", Request("rdns", EVIL), EVIL, 1, failure=ProbeFailure(FailureReason.NETWORK, EVIL)),),
        "authority": {EVIL: EVIL}, "sent": (SentTo(EVIL, 1, EVIL, EVIL, 1, EVIL),), "started": EVIL, "finished": EVIL, "tool": Tool(EVIL, EVIL, EVIL, EVIL),
        "vantage": Vantage((EVIL,), catalogue=EVIL), "rechecks": (Recheck(EVIL, EVIL, Target("domain", EVIL), Outcome.FAIL, Outcome.PASS),),
    }  # fmt: skip
    results = (
        no_ptr(1),
        Result("mail.spf", "domain", EVIL, Outcome.INCONCLUSIVE, reason=EVIL),
        Result("mail.mx", "domain", EVIL, Outcome.NOT_RUN, reason=EVIL),
    )
    audit = audit_of(
        *results, statement=said, marks=(Mark("rdns.present", "address", "198.51.0.1", "RDNS_MISSING", EVIL, EVIL),), evidence=evidence, notices=(notice,),
        targets=(Target("domain", EVIL, EVIL),), number=EVIL, provider=EVIL, deadline=EVIL, suspended=EVIL, service=EVIL, contact=EVIL, cited=(EVIL,), steps=(EVIL,),
        seal=Seal("trusted", EVIL, EVIL, EVIL), registrant=Registrant(EVIL, files=(EvidenceFile(EVIL, EVIL, 1),)), not_registrant=(EVIL,),
        exceptions=(Approval(EVIL, EVIL, EVIL),), demo=EVIL,
    )  # fmt: skip
    content = content_of(audit)
    bad = [t for t in texts(content) if any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") for c in t)]
    assert bad == []
    assert max(map(len, texts(content))) < 50_000
    assert sum(map(len, texts(content))) < 1_000_000


def test_in_another_language_words_change_and_facts_stay(broken_audit: Audit) -> None:
    with using("pseudo"):
        content = content_of(broken_audit)
    assert content.language == "pseudo"
    assert content.first.title.startswith("[")
    assert content.number == "DEMO-2026-1107"
    assert content.log[0][0] == content_of(broken_audit).log[0][0]
