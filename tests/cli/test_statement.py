"""`selfaudit statement` as a person meets it: a form, what it lacks, the text for the ticket."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.appeal.causes import CAUSE_WORDS
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement, read_statement_file
from selfaudit.cli.app import run
from selfaudit.demo.statements import demo_statement
from selfaudit.engine import Audit, save_evidence

Out = pytest.CaptureFixture[str]


@pytest.fixture
def audit(tmp_path: Path, broken_audit: Audit, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of the demo's audit on the day of the suspension."""
    monkeypatch.chdir(tmp_path)
    case = replace(broken_audit.evidence.case, steps=("Close the relay",), bulk="no", shared="no")
    save_evidence(replace(broken_audit.evidence, case=case), tmp_path / "audit" / "evidence.json")
    return "audit"


def test_a_form_is_written_and_lacks_everything(audit: str, capfd: Out) -> None:
    assert run(["statement", "new", "--for", audit, "--out", "mine.toml"]) == 0
    form = Path("mine.toml").read_text("utf-8")
    said = read_statement_file(Path("mine.toml"))
    assert (said.cause, said.commitment, said.signed, said.measures) == ("", False, "", ())
    assert said.steps[0].text == "Close the relay"
    assert said.attestations
    assert not any(a.agreed for a in said.attestations)
    assert form.index('"open-service"') < form.index('"account"')  # the audit saw an open relay
    assert run(["statement", "check", "mine.toml", "--for", audit]) == 3
    out = capfd.readouterr().out
    assert "  - The kind of root cause is not said." in out
    assert "  - The statement is not signed." in out
    assert "clause B-4.4 is not met" in " ".join(out.split())
    assert max(len(line) for line in out.splitlines()) <= 80


def test_what_is_there_is_not_overwritten(audit: str, capfd: Out) -> None:
    Path("mine.toml").write_text("precious")
    assert run(["statement", "new", "--for", audit, "--out", "mine.toml"]) == 2
    assert "mine.toml is there already" in capfd.readouterr().err
    assert Path("mine.toml").read_text() == "precious"


def test_a_form_needs_no_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["statement", "new", "--provider", "ofsecman.io", "--cause", "campaign", "--out", "-"]) == 0
    out = capfd.readouterr().out
    assert 'cause = "campaign"' in out
    assert 'question = "campaign.opt-in"' in out
    assert 'clause = "A-4.5"' in out
    assert not list(tmp_path.glob("*.toml"))
    assert run(["statement", "new", "--provider", "nobody", "--out", "-"]) == 2
    assert "There is no policy of that name" in capfd.readouterr().err


def test_without_an_audit_nothing_is_called_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.json").write_bytes(encode_statement(demo_statement("fixed", "demo")))
    assert run(["statement", "check", "s.json"]) == 3
    out = capfd.readouterr().out
    assert "cannot be called complete" in " ".join(out.split())
    assert "This statement is complete." not in out


def test_a_final_text_is_refused_while_something_is_missing(audit: str, capfd: Out) -> None:
    Path("s.json").write_bytes(encode_statement(Statement(summary="Problem solved, please reactivate")))
    assert run(["statement", "text", "s.json", "--for", audit, "--final", "--out", "final.txt"]) == 2
    assert "A final text cannot be made yet. Missing: " in capfd.readouterr().err
    assert not Path("final.txt").exists()


def test_draft_and_interim_say_what_they_are(audit: str, capfd: Out) -> None:
    Path("s.json").write_bytes(encode_statement(demo_statement("fixed", "demo")))
    assert run(["statement", "text", "s.json", "--for", audit]) == 0
    draft = capfd.readouterr().out
    assert draft.startswith("DRAFT - NOT READY TO BE SENT")
    assert "FAILS for" in draft
    assert run(["statement", "text", "s.json", "--for", f"{audit}/evidence.json", "--interim", "--out", "i.txt"]) == 0
    assert Path("i.txt").read_text("utf-8").startswith("INTERIM REPORT")
    assert run(["statement", "text", "s.json", "--for", audit, "--interim", "--final"]) == 2


def test_faults_are_one_line(audit: str, capfd: Out) -> None:
    Path("bad.toml").write_text('schema = "selfaudit/statement/1"\nsigned = "soon"\n')
    for arguments in (["check", "bad.toml"], ["text", "bad.toml", "--for", audit], ["check", "missing.toml"]):
        assert run(["statement", *arguments]) == 2
        err = capfd.readouterr().err
        assert err.count("\n") == 1
        assert arguments[1] in err
    assert run(["statement", "check", "bad.toml", "--for", "nowhere"]) == 2


def test_questions_are_asked_and_kept(audit: str, capfd: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("weather\nfalse-report\nThe address is not ours.\n\n\n\n"))
    assert run(["statement", "ask", "s.json"]) == 0
    said = read_statement_file(Path("s.json"))
    assert said.cause == "false-report"
    assert [(a.question, a.text) for a in said.answers] == [("false.why", "The address is not ours.")]
    assert "A desk weighs your explanation" in capfd.readouterr().out
    assert run(["statement", "ask", "s.toml"]) == 2


def test_an_answer_is_saved_before_the_next_question(audit: str, monkeypatch: pytest.MonkeyPatch, capfd: Out) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("other\nIt rained in.\n"))  # the end of the input stops it
    assert run(["statement", "ask", "s.json", "--for", audit]) == 130
    assert json.loads(Path("s.json").read_bytes())["answers"]


def test_the_example_in_the_documentation_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/statement.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.S | re.M)
    (tmp_path / "s.toml").write_text(example, "utf-8")
    said = read_statement_file(tmp_path / "s.toml")
    assert (said.cause, said.signed, len(said.measures), len(said.steps), len(said.removals)) == (
        "open-service",
        "2026-03-22",
        1,
        1,
        1,
    )
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")][1:] == list(CAUSE_WORDS)


def test_an_answer_that_is_too_long_is_asked_for_again(audit: str, capfd: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("false-report\n" + "x" * 4001 + "\nShort.\n\n\n\n"))
    assert run(["statement", "ask", "s.json"]) == 0
    assert read_statement_file(Path("s.json")).answers[0].text == "Short."
    assert "at most 4000 characters" in capfd.readouterr().out


def test_the_clauses_of_a_policy_that_is_named_are_assessed_by_itself(audit: str) -> None:
    assert run(["statement", "new", "--for", audit, "--provider", "ofsecman", "--out", "o.toml"]) == 0
    said = read_statement_file(Path("o.toml"))
    clauses = {a.clause for a in said.attestations}
    assert said.policy == "ofsecman"
    assert "A-2.4" in clauses
    assert clauses.isdisjoint({"A-3.1", "A-6.5"})  # nothing of the kind was cited
    assert all(a.words for a in said.attestations)
