"""The text for the ticket: only what was given, nothing admitted, and final only when nothing is missing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from selfaudit.appeal.compose import final_text, missing_of, ticket_text, word_hints
from selfaudit.appeal.plain import defanged, plain
from selfaudit.case import Case, EvidenceFile, Target
from selfaudit.case.notice import Notice, NoticeEvent
from selfaudit.case.statement import Answer, Attestation, Cause, Credential, Measure, Moment, Removal, Statement
from selfaudit.engine.evidence import Evidence, Tool, Vantage
from selfaudit.engine.model import Audit
from selfaudit.errors import UserError
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import using
from selfaudit.policy.model import (
    Basis,
    Clause,
    ClauseClass,
    Contacts,
    Gap,
    Pack,
    Readiness,
    Requirement,
    State,
    Weight,
)

LOG = EvidenceFile("server.log", "0123456789abcdef" * 4, 321)
WORDS = "No spam is sent through the service – “none”."
CLAUSES = (
    Clause("B-4.4", "4", "No open relays", "open mail relays", ClauseClass.CHECKED, Weight.BLOCKER, ("exposure.relay",)),
    Clause("B-5.0a", "5", "No spam", "unsolicited", ClauseClass.STATED, Weight.BLOCKER, attestation=WORDS),
    Clause("B-11.2", "11", "No risks", "high-risk", ClauseClass.STATED, Weight.OPTIONAL, attestation="Nothing dangerous runs."),
)
PACK = Pack(
    "prez",
    "Prez Hosting",
    title="Acceptable Use Policy",
    version="1",
    contacts=Contacts(appeal="abuse@prez.example"),
    clauses=CLAUSES,
)
NOTICE = Notice(
    "text", source="abuse@prez.example", reference="T-1", deadline="2026-04-02T10:00:00Z", excerpt="You send spam.\n\n6. DONE\n-------\n  - all",
    message_ids=("a@b.example",), steps=("Close the relay",),
)  # fmt: skip
SAID = Statement(
    "open-service",
    "The relay was open after an update.",
    (LOG,),
    (Answer("service.which", "Postfix on 192.0.2.25, port 25"), Answer("common.prevention", "A daily check from outside.")),
    (
        Moment("2026-03-20T04:00:00Z", "fixed", "closed"),
        Moment("2026-03-19", "contained", "stopped"),
        Moment("2026-03-18", "began"),
    ),
    (
        Measure("The relay was closed.", "done", "2026-03-20", "Maria", ("B-4.4",), ("exposure.relay", "mail.spf"), (LOG,)),
        Measure("Logs are kept longer.", "planned", "2999-05-01"),
        Measure("Something else.", "done", "2026-03-20"),
    ),
    (Measure("Change the password", "done", "2026-03-20"),),
    (Attestation("B-5.0a", True, "We looked at all lists.", files=(LOG,)), Attestation("B-11.2", planned="2999-05-01")),
    (Credential("password of info@", "2026-03-20", "Maria"),),
    (Removal("zen.example", "192.0.2.25", "2026-03-21", "R-7"),),
    commitment=True,
    name="Maria Blüm",
    role="owner",
    signed="2026-03-22",
    contact="+49 30 1",
)


def result(check: str, outcome: Outcome, target: str = "192.0.2.25") -> Result:
    return Result(check, "address", target, outcome)


def audit(*results: Result, interrupted: bool = False, **case: object) -> Audit:
    made = Case((Target("address", "192.0.2.25"), Target("message", "news.eml")), number="T-1", provider="Prez Hosting", **case)  # type: ignore[arg-type]
    evidence = Evidence(
        made,
        Tool(version="9.9"),
        "2026-03-22T08:00:00Z",
        "2026-03-22T08:05:00Z",
        Vantage(),
        made.targets,
        (),
        interrupted=interrupted,
    )
    return Audit(evidence, results)


def requirement(clause: str, state: State, why: str = "", **more: object) -> Requirement:
    found = PACK.clause(clause)
    assert found
    return Requirement(clause, found.heading, found.section, found.quote, found.weight, state, why=why, **more)  # type: ignore[arg-type]


def readiness(
    *requirements: Requirement, ready: bool = False, gaps: tuple[Gap, ...] = (), blockers: tuple[str, ...] = ()
) -> Readiness:
    counts = {str(s): sum(r.state is s for r in requirements) for s in State}
    return Readiness(
        "prez", "1", "Prez Hosting", "Acceptable Use Policy", "reinstatement", ready, blockers, gaps, counts, requirements
    )


READY = readiness(requirement("B-4.4", State.MET), requirement("B-5.0a", State.MET, stated=True), ready=True)


def section(text: str, title: str) -> str:
    """The lines of a section as one line each, wrapped ones joined."""
    match = re.search(rf"^\d+\. {title.upper()}\n-+\n(.*?)(?=^\d+\. [A-Z]|\Z)", text, re.S | re.M)
    return re.sub(r"\n {4,}", " ", match[1]) if match else ""


def test_a_final_text_needs_everything() -> None:
    gaps = (Gap("signed", "The statement is not signed."), Gap("attestation:B-5.0a", WORDS))
    lacking = readiness(requirement("B-4.4", State.NOT_MET, "it is open"), gaps=gaps, blockers=("B-4.4", "B-5.0a"))
    with pytest.raises(UserError) as caught:
        final_text(PACK, audit(), lacking, SAID)
    text = str(caught.value)
    assert "The statement is not signed." in text
    assert "clause B-4.4 is not met: it is open" in text
    assert text.count("B-5.0a") == 1
    assert "\n" not in text


def test_ready_by_its_own_word_only() -> None:
    for lacking in (readiness(), readiness(ready=False, gaps=(Gap("cause", "The cause is not said."),))):
        with pytest.raises(UserError):
            final_text(PACK, audit(), lacking, SAID)
    for pack, made in ((None, READY), (PACK, None), (None, None)):
        with pytest.raises(UserError, match="not known here"):
            final_text(pack, audit(), made, SAID)


def test_the_first_line_says_what_it_is() -> None:
    assert ticket_text(PACK, audit(), readiness(), SAID).startswith("DRAFT - NOT READY TO BE SENT")
    assert ticket_text(PACK, audit(), readiness(), SAID, interim=True).startswith(
        "INTERIM REPORT - no request for reinstatement yet"
    )
    assert ticket_text(PACK, audit(), READY, SAID, interim=True).startswith("INTERIM REPORT")
    assert ticket_text(PACK, audit(), READY, SAID).startswith("DRAFT - complete")
    assert ticket_text(None, audit(), None, SAID).startswith("DRAFT - NOT CHECKED")
    final = final_text(PACK, audit(), READY, SAID)
    assert final.startswith("To:      Prez Hosting, abuse desk (abuse@prez.example)\nSubject: [T-1] remediation report\n")
    assert "DRAFT" not in final
    assert "INTERIM" not in final


def test_done_planned_and_open_stand_apart() -> None:
    checked = audit(result("exposure.relay", Outcome.PASS), result("exposure.relay", Outcome.INCONCLUSIVE, "192.0.2.26"))
    text = final_text(PACK, checked, READY, SAID)
    done, plans = section(text, "Done"), section(text, "Planned, not done yet")
    assert "2026-03-20 The relay was closed. (Maria) clauses: B-4.4" in done
    assert "file server.log (SHA-256 0123456789abcdef..., 321 bytes)" in done
    assert "check exposure.relay: passes for 192.0.2.25; could not be concluded for 192.0.2.26" in done
    assert "check mail.spf: is not part of the attached audit" in done
    assert "Something else. evidence: none given" in done
    assert "2026-03-20 password of info@, by Maria" in done
    assert "2026-03-21 192.0.2.25 on zen.example, reference R-7" in done
    assert "Logs are kept longer." not in done
    assert plans == "  - by 2999-05-01 Logs are kept longer.\n  - by 2999-05-01 clause B-11.2: what it demands\n\n"


def test_a_check_that_fails_is_not_shown_as_evidence_of_success() -> None:
    text = ticket_text(PACK, audit(result("exposure.relay", Outcome.FAIL)), readiness(), SAID)
    assert "check exposure.relay: FAILS for 192.0.2.25" in section(text, "Done")
    assert "- exposure.relay on 192.0.2.25" in section(text, "Verification")


def test_a_plan_whose_day_has_passed_says_so() -> None:
    said = replace(
        SAID, measures=(Measure("Later.", "planned", "2020-01-01"), Measure("Perhaps."), Measure("Soon.", "planned"))
    )
    plans = section(ticket_text(PACK, audit(), readiness(), said), "Planned, not done yet")
    assert "by 2020-01-01 (that day has passed) Later." in plans
    assert "open, no day given Perhaps." in plans
    assert "(no day given) Soon." in plans


def test_nothing_is_attested_that_was_not_agreed_to() -> None:
    text = final_text(PACK, audit(), READY, SAID)
    attested = section(text, "Attestations")
    assert '- B-5.0a (No spam): No spam is sent through the service - "none". We looked at all lists.' in attested
    assert "Nothing dangerous runs" not in text
    assert "The customer makes a binding commitment" in attested
    bare = ticket_text(PACK, audit(), readiness(requirement("B-5.0a", State.NEEDS_STATEMENT, WORDS)), Statement("campaign"))
    assert "No spam is sent" not in bare
    assert "B-5.0a (No spam)" in section(bare, "Verification")
    assert "No commitment to keep to the policy is given yet." in bare
    assert "All harmful data has been removed" not in bare
    assert "legal knowledge" not in bare


def test_planned_outweighs_agreed() -> None:
    said = Statement(attestations=(Attestation("B-5.0a", agreed=True, planned="2999-01-01"),))
    assert "No spam is sent" not in ticket_text(PACK, audit(), readiness(), said)


def test_clauses_of_another_policy_state_nothing() -> None:
    said = Statement(attestations=(Attestation("X-1", agreed=True), Attestation("B-4.4", agreed=True, text="It is closed.")))
    attested = section(ticket_text(PACK, audit(), readiness(), said), "Attestations")
    assert "X-1 (no clause of this policy): nothing is stated" in attested
    assert "B-4.4 (No open relays), in own words: It is closed." in attested


def test_what_is_missing_is_named_without_the_words_to_be_stated() -> None:
    lacking = readiness(
        requirement("B-5.0a", State.NEEDS_STATEMENT, WORDS), gaps=(Gap("attestation:B-5.0a", WORDS), Gap("signed", "The statement is not signed.")),
        blockers=("B-5.0a",),
    )  # fmt: skip
    missing = section(ticket_text(PACK, audit(), lacking, SAID), "Still missing")
    assert missing.startswith("  - Nothing is stated on clause B-5.0a (No spam).\n  - The statement is not signed.\n")
    assert "No spam is sent" not in missing
    assert missing_of(lacking)[0].why == f"nothing is stated on clause B-5.0a: “{WORDS}”"


def test_open_questions_stand_in_a_final_text() -> None:
    text = final_text(PACK, audit(), READY, SAID)
    assert "This question is not answered: How was it closed, and does that outlast a restart?" in section(text, "Not answered")


def test_what_is_not_verified_is_named_with_its_reason_once() -> None:
    unseen = (
        Basis("exposure.relay", "address", "192.0.2.25", "inconclusive", "no answer in time. It can be provided by you."),
    )
    instead = (Basis("host.mail-config", "host", "mail.example", "pass"),)
    text = final_text(
        PACK, audit(replace(result("exposure.relay", Outcome.INCONCLUSIVE), reason="no answer in time.")),
        readiness(
            requirement("B-4.4", State.CANNOT_VERIFY, "Not seen.", unseen=unseen, instead=instead, stated=True),
            requirement("B-11.2", State.CANNOT_VERIFY, "Not seen.", unseen=unseen), ready=True,
        ),
        SAID,
    )  # fmt: skip
    shown = section(text, "Verification")
    assert (
        "B-4.4 (No open relays) not seen: exposure.relay instead: host.mail-config on mail.example the customer states it"
        in shown
    )
    assert shown.count("no answer in time.") == 1
    assert "It can be provided by" not in text
    assert "1 results: 1 could not be concluded" in shown
    assert "2 of Acceptable Use Policy (version 1): 2 cannot be verified" in shown


def test_an_interrupted_audit_says_so() -> None:
    assert "stopped before its end" in section(ticket_text(PACK, audit(interrupted=True), readiness(), SAID), "Verification")


def test_the_providers_steps_are_answered_one_by_one() -> None:
    text = ticket_text(PACK, audit(steps=("Change  the password", "Close the relay")), readiness(), SAID)
    steps = section(text, "Steps that you require")
    assert "- DONE 2026-03-20 Change the password" in steps
    assert "- NOT ANSWERED: Close the relay" in steps
    assert steps.count("password") == 1


def test_the_notice_is_quoted_and_cannot_pass_for_our_words() -> None:
    hostile = replace(NOTICE, excerpt="see https://evil.example/a.b\n6. DONE\n-------\n\u202eolleh\n" + "x" * 5000)
    text = ticket_text(PACK, audit(notices=(hostile,)), readiness(), SAID)
    shown = section(text, "What was reported")
    assert "  > see hxxps://evil[.]example/a.b" in shown
    assert "https://evil" not in text
    assert "  > 6. DONE" in text
    assert "\u202e" not in text
    assert [line for line in text.splitlines() if re.match(r"\d+\. DONE", line)] == ["6. DONE"]


def test_events_are_counted_and_limited() -> None:
    events = tuple(
        NoticeEvent("2026-03-18T01:00:00Z", "spam", "192.0.2.25", 25, message_id=f"{n}@b.example") for n in range(14)
    )
    shown = section(
        ticket_text(PACK, audit(notices=(replace(NOTICE, events=events, left_out=3),)), readiness(), SAID), "What was reported"
    )
    assert "2026-03-18T01:00:00Z, spam, 192.0.2.25 port 25, Message-ID 0@b.example" in shown
    assert "... and 7 more of these in the notice" in shown
    assert "You send spam." not in shown


def test_the_customers_words_cannot_pass_for_a_section() -> None:
    said = replace(SAID, summary="Fine.\n\n8. VERIFICATION\n---------------\nAll clauses are met.", name="M\n9. SIGNED")
    text = final_text(PACK, audit(), READY, said)
    own = [line for line in text.splitlines() if re.match(r"\d+\. VERIFICATION", line)]
    assert own == ["9. VERIFICATION"]
    assert "  8. VERIFICATION" in text


@pytest.mark.parametrize("cause", ["", "account", "software", "open-service", "campaign", "end-user", "false-report", "other"])
def test_nothing_is_admitted_and_no_credit_is_asked_for(cause: Cause) -> None:
    for said in (Statement(cause), replace(SAID, cause=cause)):
        for interim in (False, True):
            text = ticket_text(PACK, audit(notices=(NOTICE,)), readiness(), said, interim=interim).lower()
            for word in (
                "admit",
                "our fault",
                "guilt",
                "liab",
                "sorry",
                "apolog",
                "negligen",
                "credit",
                "refund",
                "compensat",
                "please reactivate",
            ):
                assert word not in text, word


def test_a_report_is_disputed_politely() -> None:
    said = Statement("false-report", answers=(Answer("false.why", "The address is not ours."),))
    text = ticket_text(PACK, audit(), readiness(), said)
    assert "respectfully disagrees" in section(text, "Root cause")
    assert "The address is not ours." in section(text, "Root cause")


def test_the_text_is_english_whatever_the_program_speaks_and_plain() -> None:
    english = final_text(PACK, audit(notices=(NOTICE,)), READY, SAID)
    for code in ("de", "pseudo"):
        with using(code):
            assert final_text(PACK, audit(notices=(NOTICE,)), READY, SAID) == english
    assert english.replace("ü", "u").isascii()
    assert all(len(line) <= 76 and line == line.rstrip() for line in english.splitlines())


def test_nothing_is_invented_for_an_empty_statement() -> None:
    text = ticket_text(None, audit(), None, Statement())
    for title in ("Root cause", "Timeline \\(UTC\\)", "Containment", "Done", "Prevention"):
        assert section(text, title).strip() == "Not stated.", title
    assert section(text, "Signed").strip() == "Not signed."


def test_before_a_contract_nothing_has_happened() -> None:
    text = ticket_text(
        PACK, audit(purpose="onboarding"), replace(READY, purpose="onboarding"), Statement(name="M", signed="2026-03-01")
    )
    assert "Subject: [T-1] self-audit before a contract" in text
    for title in ("ROOT CAUSE", "TIMELINE", "CONTAINMENT", "DONE", "WHAT WAS REPORTED"):
        assert f". {title}\n" not in text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("We demand a service credit.", "credit"), ("Wir erwarten eine Gutschrift.", "credit"), ("Please refund us.", "credit"),
        ("It was our fault.", "guilt"), ("Ich gebe es zu.", "guilt"),
    ],
)  # fmt: skip
def test_words_that_harm_are_pointed_out(text: str, word: str) -> None:
    (hint,) = word_hints(Statement(summary=text))
    assert word in hint


def test_ordinary_words_are_left_alone() -> None:
    assert word_hints(SAID) == ()
    assert (
        word_hints(Statement(summary="Credentials and credit card data were never stored; the default settings were changed."))
        == ()
    )
    assert word_hints(Statement(summary="It was our fault.", counsel=True)) == ()


def test_plain_text_and_links() -> None:
    assert plain("“a” – b… \n c\u202e") == '"a" - b... c\\u202e'
    assert defanged("HTTP://a.b.example/c.d and ftp://x.y") == "HxxP://a[.]b[.]example/c.d and ftp://x.y"
