"""What the demo's customer states: it fits the worlds, can be saved, and agrees to nothing that a world contradicts."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.appeal.compose import final_text, ticket_text, word_hints
from selfaudit.appeal.interview import questions, unanswered
from selfaudit.appeal.questions import ALL
from selfaudit.case.statement import Statement
from selfaudit.case.statement_file import encode_statement, read_statement_file
from selfaudit.checks import all_checks
from selfaudit.demo import Internet, demo_inputs
from selfaudit.demo.statements import demo_evidence, demo_statement
from selfaudit.engine import Audit, run_audit
from selfaudit.engine.requirements import readiness_of
from selfaudit.errors import UserError
from selfaudit.net import open_net
from selfaudit.policy.model import When
from selfaudit.policy.packs import pack_for
from selfaudit.report.statement_text import attested

NOW = datetime.datetime(2026, 3, 31, 12, 0, tzinfo=datetime.UTC)


def test_in_the_broken_world_nothing_is_stated() -> None:
    assert demo_statement("broken", "demo") == Statement()


@pytest.mark.parametrize("world", ["fixed", "suspended"])
@pytest.mark.parametrize("provider", ["demo", "prezcomm", "ofsecman"])
def test_every_clause_that_asks_for_a_statement_has_one(world: str, provider: str) -> None:
    pack = pack_for(provider)
    assert pack is not None
    said = demo_statement(world, provider, NOW)
    asked = [c.id for c in pack.clauses if c.attestation and c.when is not When.CITED]
    assert len(asked) > 15
    assert [a.clause for a in said.attestations] == asked
    left = [a.clause for a in said.attestations if not a.agreed]  # the address is still on a list
    listed = [] if provider == "ofsecman" else ["B-5.7", "B-10.5"]
    assert left == (listed if world == "suspended" else [])
    assert [a.clause for a in said.attestations if a.planned] == left
    assert all(a.words == c.attestation for a in said.attestations if (c := pack.clause(a.clause)))
    assert (said.policy, said.number) == (provider, "DEMO-2026-1107")
    assert [s.state for s in said.steps] == ["done", "done", "done" if world == "fixed" else "planned", "done"]


@pytest.mark.parametrize("world", ["fixed", "suspended"])
def test_the_statement_is_complete_in_itself(world: str, tmp_path: Path) -> None:
    said = demo_statement(world, "demo", NOW)
    asked = questions(said.cause, statement=said)
    assert unanswered(asked, said) == ()
    assert {a.question for a in said.answers} <= set(ALL)
    assert word_hints(said) == ()
    checks = {check for measure in said.measures for check in measure.checks}
    assert checks <= set(all_checks())
    path = tmp_path / "statement.json"
    path.write_bytes(encode_statement(said))
    assert read_statement_file(path, ahead=True) == said


def test_days_are_relative_and_in_order() -> None:
    said = demo_statement("fixed", "demo", NOW)
    assert {m.kind: m.at for m in said.timeline} == {
        "began": "2026-03-19T02:31:07Z", "noticed": "2026-03-22T10:20:00Z", "contained": "2026-03-23T09:00:00Z", "fixed": "2026-03-29T10:30:00Z",
    }  # fmt: skip
    done = [m.date for m in said.measures if m.state == "done"]
    assert max(done) == "2026-03-29"
    assert said.signed == "2026-03-30"
    assert [m.date for m in said.measures if m.state == "planned"] == ["2026-06-19"]
    assert len([m for m in demo_statement("suspended", "demo", NOW).measures if m.state == "planned"]) == 2
    assert "{" not in encode_statement(said).decode().replace("{\n", "").replace("{}", "")


def test_files_are_those_that_are_shipped() -> None:
    said = demo_statement("fixed", "demo", NOW)
    files = (*said.proof, *(f for a in said.answers for f in a.files), *(f for m in said.measures for f in m.files))
    shown = {f.name: f for f in files}
    assert sorted(shown) == ["mail-log.txt", "mail-queue.txt", "removed-files.txt", "scan-report.txt", "web-access.txt"]
    for name, file in shown.items():
        data = demo_evidence(name, "fixed", NOW)
        assert (file.sha256, file.size) == (hashlib.sha256(data).hexdigest(), len(data))
        assert not re.search(rb"\{(day|time)", data)
        assert b"Invented for the demo" in data


@pytest.fixture(scope="module")
def fixed_audit() -> Audit:
    """The demo after all repairs. Nobody in it sends bulk mail or shares a platform, so that no ledger is asked for."""

    async def work() -> Audit:
        async with Internet("fixed") as internet:
            case, brought = demo_inputs("fixed")
            case = replace(case, bulk="no", shared="no")
            return await run_audit(
                case,
                open_net(internet.settings, routes=internet.routes, **brought.along()),
                install_key=b"demo installation key",
            )

    return asyncio.run(work())


@pytest.mark.parametrize("provider", ["demo", "ofsecman"])
def test_with_its_statement_the_fixed_world_has_a_final_text(provider: str, fixed_audit: Audit) -> None:
    audit = of_provider(fixed_audit, provider, demo_statement("fixed", provider))
    pack = pack_for(provider)
    assert pack is not None
    text = final_text(pack, audit, readiness_of(audit), audit.statement or Statement())
    assert text.startswith(f"To:      {pack.name}, abuse desk")
    assert "check patch.updates: passes for mail.blumenhof.example" in text
    assert "FAILS" not in text
    assert "not answered" not in text.lower()
    assert "by 20" in text
    assert all(len(line) <= 76 for line in text.splitlines())


@pytest.mark.parametrize("provider", ["demo", "ofsecman"])
def test_without_it_or_without_the_repairs_there_is_none(provider: str, fixed_audit: Audit, broken_audit: Audit) -> None:
    said = demo_statement("fixed", provider)
    for audit in (
        of_provider(fixed_audit, provider, None),
        of_provider(fixed_audit, provider, replace(said, summary="Problem solved, please reactivate.")),
        of_provider(fixed_audit, provider, replace(said, signed="")),
        of_provider(broken_audit, provider, said),
    ):
        with pytest.raises(UserError, match="A final text cannot be made yet"):
            final_text(pack_for(provider), audit, readiness_of(audit), audit.statement or Statement())


def of_provider(audit: Audit, provider: str, said: Statement | None) -> Audit:
    evidence = audit.evidence
    return Audit(replace(evidence, case=replace(evidence.case, provider=provider)), audit.results, said)


async def test_what_is_left_of_before_disproves_only_what_is_said_of_lists() -> None:
    """The address is still on a list, and its removal was asked for: that nothing is sent any more may be stated, in the text and in the page."""
    async with Internet("suspended") as internet:
        inputs, brought = demo_inputs("suspended")
        net = open_net(internet.settings, routes=internet.routes, **brought.along())
        audit = await run_audit(inputs, net, install_key=b"demo installation key")
    audit = replace(audit, statement=demo_statement("suspended", "demo"))
    case, readiness = audit.evidence.case, readiness_of(audit)
    pack = pack_for("demo")
    assert pack is not None
    assert readiness is not None
    assert audit.statement is not None
    all_said = replace(
        audit.statement, attestations=tuple(replace(a, agreed=True, planned="") for a in audit.statement.attestations)
    )
    shown_in_page = {clause for clause, *_rest in attested(all_said, case, pack, readiness)}
    assert "B-5.0a" in shown_in_page
    assert "B-5.7" not in shown_in_page
    text = ticket_text(pack, replace(audit, statement=all_said), readiness, all_said)
    assert "B-5.7 (Not on reputable blocklists): not attested" in " ".join(text.split())
    assert "B-5.0a (No unsolicited bulk mail, nor help for it): not attested" not in " ".join(text.split())
    assert "(in the hands of others) B-5.0a" in " ".join(text.split())
