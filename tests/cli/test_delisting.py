"""`selfaudit delisting` over saved audits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from selfaudit.cli.app import run
from selfaudit.cli.delisting import _print
from selfaudit.engine import Audit, save_evidence
from selfaudit.engine.evidence import Evidence
from selfaudit.remedy.delisting import Delisting, Mention, plan_of


def saved(evidence: Evidence, folder: Path) -> str:
    save_evidence(evidence, folder / "evidence.json")
    return str(folder)


def test_the_broken_demo(broken_audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = saved(broken_audit.evidence, tmp_path)
    assert run(["delisting", folder]) == 1
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert " 1. 198.51.100.25: Demo Strict List" in out
    assert "https://domains.lists.example/removal" in out
    assert "nobody; it expires by itself" in out
    assert "not true: the cause is found and has stopped" in out
    assert "Not known (neither listed nor clear)" in out


def test_json(broken_audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = saved(broken_audit.evidence, tmp_path)
    assert run(["delisting", folder, "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "selfaudit/delisting/1"
    assert [(d["order"], d["zone"], d["who"]) for d in document["listings"]] == [
        (1, "strict.lists.example", "you"), (2, "domains.lists.example", "you"), (3, "second.lists.example", "wait"),
    ]  # fmt: skip
    target = tmp_path / "plan.json"
    assert run(["delisting", folder, "--json", str(target)]) == 1
    assert json.loads(target.read_bytes()) == document


def test_requests_only_where_the_provider_asks(broken_audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = saved(broken_audit.evidence, tmp_path)
    assert run(["delisting", folder, "--request", "strict.lists.example"]) == 2
    assert "does not take requests from your provider only" in capsys.readouterr().err
    assert run(["delisting", folder, "--request", "other.example"]) == 2
    assert "No target of this audit is listed at other.example" in capsys.readouterr().err


def test_an_audit_without_lists_is_no_all_clear(
    broken_audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = replace(broken_audit.evidence, case=replace(broken_audit.evidence.case, only=("rdns",)))
    assert run(["delisting", saved(bare, tmp_path)]) == 3
    assert "No blocklist was asked in this audit." in capsys.readouterr().out
    empty = replace(broken_audit.evidence, records=())
    assert run(["delisting", saved(empty, tmp_path / "empty")]) == 3
    assert "all lists" in capsys.readouterr().out


def test_what_is_no_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["delisting", str(tmp_path)]) == 2
    assert "evidence.json" in capsys.readouterr().err


def test_what_is_not_true_yet_holds_the_request_back(
    broken_audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_the_provider(*given: object) -> tuple[Delisting, ...]:
        return tuple(replace(item, who="provider") for item in plan_of(*given))  # type: ignore[arg-type]

    monkeypatch.setattr("selfaudit.cli.delisting.plan_of", for_the_provider)
    folder = saved(broken_audit.evidence, tmp_path)
    assert run(["delisting", folder]) == 1
    assert "Do not ask yet: first what is not true above." in capsys.readouterr().out
    assert run(["delisting", folder, "--request", "strict.lists.example"]) == 2
    assert "Not true yet: the cause is found and has stopped" in " ".join(capsys.readouterr().err.split())


def test_the_command_names_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    item = Delisting(
        1, "ZEN", "zen.test", "203.0.113.5", "1", "provider", (), (), "", "2026-11-21", "", "", (), ready=True, request="x"
    )
    _print((item,), (), (), asked=True, audit="my audit; reboot")
    assert "selfaudit delisting 'my audit; reboot' --request zen.test" in capsys.readouterr().out


def test_a_list_that_only_informs_is_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    _print((), (), (Mention("Level 2", "l2.test", "203.0.113.5", ("the whole block",), pay=True),), asked=True, audit="a")
    out = " ".join(capsys.readouterr().out.split())
    assert "No list that answered" not in out
    assert "203.0.113.5: Level 2 (the whole block)" in out
    assert "Do not pay" in out
