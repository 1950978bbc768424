"""The text for the ticket: nothing is attested that the results contradict, nothing asked of those whom it does not concern."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from selfaudit.appeal.compose import ticket_text
from selfaudit.case.model import Approval, Seal
from selfaudit.case.statement import Attestation, Measure, Statement
from selfaudit.policy.model import Parameters, State
from tests.appeal.test_compose import LOG, NOTICE, PACK, READY, SAID, WORDS, audit, readiness, requirement, section


def test_what_the_results_contradict_is_not_attested() -> None:
    for state in (State.NOT_MET, State.PLANNED):
        text = ticket_text(PACK, audit(), readiness(requirement("B-5.0a", state, "Still listed.")), SAID)
        attested = section(text, "Attestations")
        assert "B-5.0a (No spam): not attested, since the results say otherwise" in attested
        assert "Still listed." in attested
        assert "No spam is sent" not in text
    plans = section(
        ticket_text(PACK, audit(), readiness(requirement("B-5.0a", State.PLANNED, "Still listed.")), SAID),
        "Planned, not done yet",
    )
    assert "(no day given) B-5.0a (No spam): Still listed." in plans


def test_clauses_that_do_not_apply_and_words_that_have_changed_are_not_attested() -> None:
    assert "No spam is sent" not in ticket_text(PACK, audit(), readiness(requirement("B-5.0a", State.NOT_APPLICABLE)), SAID)
    old = replace(SAID, attestations=(Attestation("B-5.0a", True, words="Other words."),))
    assert "the policy's words are others" in section(ticket_text(PACK, audit(), readiness(), old), "Attestations")
    same = replace(SAID, attestations=(Attestation("B-5.0a", True, words=f"  {WORDS}"),))
    assert "No spam is sent" in ticket_text(PACK, audit(), readiness(), same)


def test_a_false_report_is_not_told_as_something_mended() -> None:
    said = Statement(
        "false-report",
        "The address is not ours.",
        (LOG,),
        steps=(Measure("Remove the malware", "disputed", why="There is none."),),
    )
    text = ticket_text(PACK, audit(steps=("Remove the malware",)), READY, said)
    for words in ("has looked into", "No commitment", "Not stated.", "What shows it?", "CONTAINMENT", "PREVENTION"):
        assert words not in text, words
    assert "- DISPUTED Remove the malware why: There is none." in section(text, "Steps that you require")


def test_steps_that_only_the_customer_names_stand_apart() -> None:
    steps = section(ticket_text(PACK, audit(notices=(NOTICE,)), readiness(), SAID), "Steps that you require")
    assert (
        steps.index("NOT ANSWERED: Close the relay")
        < steps.index("as the customer understands them")
        < steps.index("Change the")
    )


def test_approvals_are_told_with_their_reference() -> None:
    approved = (Approval("exposure.relay", "192.0.2.25", "T-77", "25"),)
    text = ticket_text(PACK, audit(exceptions=approved), READY, SAID)
    assert "- exposure.relay on 192.0.2.25 25: reference T-77" in section(text, "Verification")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("trusted", "signed by Prez Abuse Desk with the key 0123456789ABCDEF and unchanged, as the customer's program found."),
        ("unknown-key", "signed with the key 0123456789ABCDEF, for which nothing on the customer's computer vouches."),
        (
            "tampered",
            "its signature (key 0123456789ABCDEF) does not fit: it was changed after it was signed, or not signed with that key.",
        ),
        ("unreadable", "with a signature that cannot be read."),
        ("unsigned", "not signed."),
    ],
)
def test_the_seal_of_the_case_file_is_told_and_how_to_check_it(
    state: Literal["unsigned", "trusted", "unknown-key", "tampered", "unreadable"], words: str
) -> None:
    approved = (Approval("exposure.relay", "192.0.2.25", "T-77", "25"),)
    seal = Seal(state, "0123456789ABCDEF", "Prez Abuse Desk", sha256="ab" * 32, approvals=approved)
    told = " ".join(section(ticket_text(PACK, audit(exceptions=approved, seal=seal), READY, SAID), "Verification").split())
    assert (
        f"Case file: {words} You can check it by your own keys: selfaudit case check FILE SHA-256 {'ab' * 32} Approvals" in told
    )
    signed = "Approvals that the signed case file names:" in told
    assert signed == (state == "trusted")
    assert signed != ("you know whether you gave them" in told)


def test_links_and_long_words_of_the_customer() -> None:
    text = ticket_text(PACK, audit(), READY, replace(SAID, summary="see https://bad.example/x " + "w" * 9000))
    assert "hxxps://bad[.]example/x" in text
    assert max(map(len, text.splitlines())) <= 76


def test_the_text_of_the_policy_and_the_day_from_which_it_counts() -> None:
    later = replace(PACK, source_date="2026-03-19", parameters=Parameters(notice_days=30))
    shown = section(ticket_text(later, audit(), READY, SAID), "Verification")
    assert "last reviewed 2026-03-19. A revised policy takes effect 30 days after its publication." in shown
    assert (
        "counts from 2026-04-18 at the latest; the incident began on 2026-03-18, so it may not have counted then"
        in " ".join(shown.split())
    )
    earlier = replace(later, source_date="2020-01-01")
    assert "so it counted then" in " ".join(ticket_text(earlier, audit(), READY, SAID).split())


def test_an_own_pack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "own pack" not in ticket_text(PACK, audit(), READY, SAID)
    monkeypatch.setattr("selfaudit.appeal.compose.is_own", lambda name: name == "prez")
    assert 'Policy:  own pack "prez" of the customer' in ticket_text(PACK, audit(), READY, SAID)
