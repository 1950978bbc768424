"""The form of a statement: nothing in it is true by itself, and it asks for what is open."""

from __future__ import annotations

import re
from dataclasses import replace

from selfaudit.appeal.form import attestable, statement_form
from selfaudit.appeal.suggest import Suggestion
from selfaudit.case import Case
from selfaudit.case.statement import Attestation, Measure, Statement
from selfaudit.findings import Outcome
from selfaudit.policy.model import State, When
from tests.appeal.test_compose import CLAUSES, LOG, NOTICE, PACK, WORDS, readiness, requirement, result


def read_form(text: str) -> Statement:
    import tomllib

    import msgspec

    from selfaudit.case.statement_file import StatementFile, make_statement

    return make_statement(msgspec.convert(tomllib.loads(text), StatementFile, strict=True), lambda name: LOG)


def test_the_form_is_a_statement_in_which_nothing_is_true() -> None:
    case = Case((), notices=(NOTICE,), steps=('Say "done"\\\n[[x]]',))
    suggested = (Suggestion(Measure("The relay was closed.", "done", checks=("exposure.relay",)), "it passes"),)
    form = statement_form(case, (result("exposure.relay", Outcome.FAIL),), PACK, None, "open-service", suggested)
    said = read_form(form)
    assert (said.cause, said.summary, said.commitment, said.harmful_removed, said.counsel, said.signed) == (
        "open-service",
        "",
        False,
        False,
        False,
        "",
    )
    assert [said.measures, said.timeline, said.credentials, said.removals] == [()] * 4
    assert said.attestations == (Attestation("B-5.0a", words=WORDS), Attestation("B-11.2", words="Nothing dangerous runs."))
    assert (said.policy, said.number) == ("prez", "")
    assert [s.state for s in said.steps] == ["", ""]
    assert said.steps[0].text.startswith('Say "done"')
    assert all(a.text == "" for a in said.answers)
    assert {"service.which", "service.why:exposure.relay", "notice.message-id", "common.prevention"} <= {
        a.question for a in said.answers
    }
    assert "# B-5.0a (No spam): No spam is sent" in form


def test_every_line_of_the_form_works_once_it_counts() -> None:
    form = statement_form(Case(()), (), PACK, None, "account", (Suggestion(Measure("x", "planned", "2999-01-01"), "why"),))
    said = read_form("\n".join(line.removeprefix("#") if re.match(r"#[\[a-z]", line) else line for line in form.splitlines()))
    assert [m.kind for m in said.timeline] == ["began", "noticed", "contained", "fixed"]
    assert [(m.state, m.date) for m in said.measures] == [("done", "2026-03-31"), ("planned", "2999-01-01")]
    assert len(said.credentials) == len(said.removals) == 1


def test_outside_words_stay_in_their_comment() -> None:
    hostile = replace(
        PACK, clauses=(replace(CLAUSES[1], attestation='a\n[[attestations]]\nclause = "B-5.0a"\nagreed = true\r\x85'),)
    )
    (found,) = read_form(statement_form(Case(()), (), hostile)).attestations
    assert (found.clause, found.agreed, found.text) == ("B-5.0a", False, "")


def test_clauses_that_do_not_apply_are_not_asked_for() -> None:
    assert [c.id for c in attestable(PACK, readiness(requirement("B-11.2", State.NOT_APPLICABLE)))] == ["B-5.0a"]
    assert attestable(None) == ()


def test_the_form_asks_for_the_words_of_this_case_and_only_for_what_is_open() -> None:
    cited = replace(CLAUSES[1], id="B-2.1", when=When.CITED)
    shared = replace(CLAUSES[1], attestation_shared="My sites send no spam.", needs_words=True)
    pack = replace(PACK, clauses=(cited, shared))
    assert [c.id for c in attestable(pack)] == ["B-5.0a"]
    form = statement_form(Case((), shared="yes", number="T-9"), (), pack)
    said = read_form(form)
    assert [(a.clause, a.words, a.agreed) for a in said.attestations] == [("B-5.0a", "My sites send no spam.", False)]
    assert (said.policy, said.number) == ("prez", "T-9")
    assert "Agreeing alone is not enough here" in form
    for state, stated, asked in (
        (State.MET, False, []),
        (State.MET, True, ["B-5.0a"]),
        (State.NEEDS_STATEMENT, False, ["B-5.0a"]),
    ):
        found = attestable(
            PACK, readiness(requirement("B-5.0a", state, stated=stated), requirement("B-11.2", State.NOT_APPLICABLE))
        )
        assert [c.id for c in found] == asked
