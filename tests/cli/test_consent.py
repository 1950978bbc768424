"""`selfaudit consent` as a person meets it: columns, figures, verdicts, the drill."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from selfaudit.cli.app import run

HEAD = "email,source,consent_at,consent_ip,confirm_at,withdrawn_at,last_mailed,last_bounce,last_complaint\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELFAUDIT_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SELFAUDIT_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str = "list.csv", *, confirmed: bool = True, rows: int = 60) -> Path:
    lines = [
        f"p{i}@shop.test,web form,2026-01-{i % 28 + 1:02}T10:{i:02}:05Z,192.0.2.{i},"
        + (f"2026-01-{i % 28 + 1:02}T11:{i:02}:{59 - i:02}Z" if confirmed else "")
        + ",,2026-02-01T10:00:00Z,,"
        for i in range(rows)
    ]
    path = Path(name)
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_good_ledger_passes_and_is_shown_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    write()
    assert run(["consent", "list.csv", "--seed", "blue", "--sample", "3"]) == 0
    out, err = capsys.readouterr()
    assert "60  active: confirmed after the consent" in out
    assert "Redacted sample of 3 rows, drawn by the words: blue" in out
    assert "shop.test" not in out
    assert "#1 email: the recipient" in err
    assert "p0@" not in err
    assert max(len(line) for line in (out + err).splitlines()) <= 80


def test_single_opt_in_by_the_policy_of_the_provider(capsys: pytest.CaptureFixture[str]) -> None:
    write(confirmed=False)
    assert run(["consent", "list.csv", "--provider", "ofsecman", "--json", "-", "--yes"]) == 1
    audit = json.loads(capsys.readouterr().out)
    results = {r["check"]: r for r in audit["results"]}
    assert set(results) == {"consent.ledger", "consent.drill"}
    assert results["consent.ledger"]["findings"][0]["tag"] == "LEDGER_UNCONFIRMED"
    assert "p0@shop.test" not in json.dumps(audit)
    assert run(["consent", "list.csv", "--json", "-"]) == 0


def test_a_drill_is_asked_for_where_the_policy_names_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    write()
    assert run(["consent", "list.csv", "--policy", "prezcomm", "-q"]) == 3
    assert run(["consent", "list.csv", "--drill", "start", "--recipient", "p7@shop.test"]) == 0
    out = capsys.readouterr().out
    assert "Recipient: p7@shop.test (in the report: " in out
    assert run(["consent", "list.csv", "--policy", "prezcomm", "-q"]) == 3
    Path("mail.eml").write_text("Subject: yes\n", encoding="utf-8")
    assert (
        run(["consent", "list.csv", "--drill", "finish", "list.csv.drill.json", "--file", "mail.eml", "--policy", "prezcomm"])
        == 0
    )
    shown = capsys.readouterr()
    assert "mail.eml" in shown.out
    assert "p7@shop.test" not in shown.out + shown.err


@pytest.mark.parametrize("name", ["my list.csv", "x$(touch BAD).csv", "it's.csv"])
def test_the_command_to_finish_can_be_pasted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(name)
    assert run(["consent", name, "--drill", "start"]) == 0
    command = capsys.readouterr().out.splitlines()[-1]
    assert shlex.split(command) == ["selfaudit", "consent", name, "--drill", "finish", f"{name}.drill.json", "--file", "PROOF"]
    assert run(["consent", name, "--drill", "start"]) == 2
    again = capsys.readouterr().err.partition("Finish it first: ")[2]
    assert shlex.split(again) == ["selfaudit", "consent", name, "--drill", "finish"]


def test_drill_in_a_file_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    write()
    assert run(["consent", "list.csv", "--drill", "start", "--seed", "blue", "--out", "d.json"]) == 0
    assert Path("d.json").is_file()
    assert run(["consent", "list.csv", "--drill", "finish", "--drill-file", "d.json", "--json", "-"]) == 0
    tags = [
        f["tag"]
        for r in json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))["results"]
        for f in r["findings"]
    ]
    assert "DRILL_MEASURED" in tags


def test_doubtful_columns_need_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd.csv").write_text("wer,wann\na@shop.test,2024-01-01 10:00:00\n", encoding="utf-8")
    assert run(["consent", "odd.csv"]) == 2
    err = capsys.readouterr().err
    assert "--columns recipient=#1" in err
    assert "a@shop.test" not in err
    assert run(["consent", "odd.csv", "--columns", "recipient=wer,consent_at=#2", "--remember", "-q"]) == 3
    assert Path("odd.csv.columns.json").is_file()
    assert run(["consent", "odd.csv", "-q"]) == 3
    capsys.readouterr()


def test_on_a_terminal_the_columns_are_confirmed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import click

    from selfaudit.cli import consent

    write()
    asked: list[str] = []

    def answer(words: str, **_given: object) -> bool:
        asked.append(words)
        return len(asked) == 1

    monkeypatch.setattr(click, "confirm", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert consent._chosen(Path("list.csv"), None, yes=False, silent=False)[1] is True
    with pytest.raises(Exception, match="Name the columns"):
        consent._chosen(Path("list.csv"), None, yes=False, silent=False)
    assert asked == ["Is this right?", "Is this right?"]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.csv"], "cannot be read"),
        (["list.csv", "--columns", "recipient"], "is not ROLE=NAME"),
        (["list.csv", "--columns", "boss=email"], "is no kind of column"),
        (["list.csv", "--columns", "recipient=email,recipient=source"], "given twice"),
        (["list.csv", "--provider", "nobody at all"], "is not known here"),
        (["list.csv", "--recipient", "x"], "--recipient belongs to --drill start"),
        (["list.csv", "--file", "list.csv"], "--file belongs to --drill finish"),
        (["list.csv", "other.csv"], "was not expected"),
        (["list.csv", "--drill", "finish"], "no drill is running"),
        (["empty.csv"], "the ledger is empty"),
        (["book.xlsx"], "this is a workbook"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write()
    Path("empty.csv").write_bytes(b"\n")
    Path("book.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    assert run(["consent", *arguments, "--yes"]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("selfaudit: ")]
    assert len(lines) == 1
    assert words in lines[0]
