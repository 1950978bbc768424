"""`selfaudit notice` as a person meets it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from selfaudit.cli.app import run
from tests.protocols.notice.samples import FOLDER, sample


def test_a_ticket(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["notice", str(FOLDER / "prez_ticket.eml"), "--provider", "prezcomm", "--laboratory"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.replace(str(FOLDER), "").splitlines())) <= 80
    for words in (
        "Reference:  PH-2026-114477",
        "Deadline:   2026-11-22 09:12 UTC",
        "! B-5.7",
        "selfaudit audit 203.0.113.25 blumenhof.test",
        "--cited B-5.7",
    ):
        assert words in out
    assert "Nothing in it was left over" in out


def test_json_and_several_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(FOLDER / "xarf4_spam.json"), str(FOLDER / "2026-11-18-scan_dns-blumenhof-asn.csv")]
    target = tmp_path / "n.json"
    assert run(["notice", *files, "--json", str(target)]) == 0
    document = json.loads(target.read_bytes())
    assert document["schema"] == "selfaudit/notice/1"
    assert [n["format"] for n in document["notices"]] == ["xarf", "shadowserver"]
    assert document["proposal"]["topics"] == ["spam", "open-resolver"]
    assert document["proposal"]["targets"] == []
    capsys.readouterr()
    assert run(["notice", files[0], "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["notices"][0]["reference"] == "0f9f3a10-7c2e-4c6a-9a7e-6a4f0f1f2a01"


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sample("pasted.txt"))))
    assert run(["notice", "-"]) == 0
    assert "2026-11-25 17:00 UTC" in capsys.readouterr().out


def test_what_was_not_understood_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["notice", str(FOLDER / "xarf_mail.eml")]) == 0
    out = capsys.readouterr().out
    assert "? the attachment logs.zip was not opened" in out
    assert "2001:db8:25::53 is no public address" in out


def test_nothing_that_could_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "greeting.txt"
    empty.write_text("Hello there, have a good day.\n")
    assert run(["notice", str(empty)]) == 2
    assert "neither an address nor a domain" in " ".join(capsys.readouterr().out.split())
    empty.write_text("")
    assert run(["notice", str(empty)]) == 2
    assert "nothing in it" in capsys.readouterr().err
    assert run(["notice", str(FOLDER / "pasted.txt"), "--provider", "nobody"]) == 2
    assert "not known here" in capsys.readouterr().err
    assert run(["notice"]) == 2


def test_a_file_s_name_cannot_become_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "a; reboot.txt"
    odd.write_text("Your server 9.9.9.9 sends spam.")
    assert run(["notice", str(odd)]) == 0
    assert f"'{odd}'" in capsys.readouterr().out
