"""Statements as files: what is taken, what is refused with file and key, and that saving and reading give the same."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfaudit.case import EvidenceFile
from selfaudit.case.statement import Answer, Attestation, Credential, Measure, Moment, Removal, Statement
from selfaudit.case.statement_file import (
    MAX_TEXT,
    encode_statement,
    read_statement_file,
    tidy_statement,
)
from selfaudit.errors import UserError

SHA = "ab" * 32
FILE = {"name": "log.txt", "sha256": SHA, "size": 12}

WHOLE = """
schema = "selfaudit/statement/1"
cause = "software"
summary = '''
The shop was  not updated.

It is gone now.
'''
proof = ["server.log"]
commitment = true
name = " Maria   Blum "
role = "owner"
signed = 2026-03-31
contact = "maria@blumenhof.example"

[[answers]]
question = "software.clean"
text = "removed"

[[timeline]]
at = 2026-03-20T04:12:00+02:00
kind = "began"
text = "First file"

[[timeline]]
at = "2026-03-21"
kind = "fixed"

[[measures]]
text = "The shop was removed."
state = "done"
date = "2026-03-21"
checks = ["patch.software"]
files = ["server.log", {name = "old.txt", sha256 = "SHA", size = 3}]

[[measures]]
text = "Backups are tested."
state = "planned"
date = "2999-01-01"

[[steps]]
text = "Change all passwords"

[[attestations]]
clause = "B-2.0"
agreed = true

[[attestations]]
clause = "B-5.7"
planned = "2999-01-01"

[[credentials]]
what = "password of info@"
at = "2026-03-21T10:00:00Z"
who = "Maria"

[[removals]]
zone = "zen.example"
target = "192.0.2.1"
at = "2026-03-22"
reference = "77"
""".replace("SHA", SHA)


def write(folder: Path, text: str, name: str = "statement.toml") -> Path:
    (folder / "server.log").write_bytes(b"one line\n")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def as_json(folder: Path, **keys: Any) -> Path:
    return write(folder, json.dumps({"schema": "selfaudit/statement/1", **keys}), "statement.json")


def test_everything_is_read_from_toml(tmp_path: Path) -> None:
    log = EvidenceFile("server.log", hashlib.sha256(b"one line\n").hexdigest(), 9)
    assert read_statement_file(write(tmp_path, WHOLE)) == Statement(
        cause="software",
        summary="The shop was not updated.\n\nIt is gone now.",
        proof=(log,),
        answers=(Answer("software.clean", "removed"),),
        timeline=(Moment("2026-03-20T02:12:00Z", "began", "First file"), Moment("2026-03-21", "fixed")),
        measures=(
            Measure(
                "The shop was removed.",
                "done",
                "2026-03-21",
                checks=("patch.software",),
                files=(log, EvidenceFile("old.txt", SHA, 3)),
            ),
            Measure("Backups are tested.", "planned", "2999-01-01"),
        ),
        steps=(Measure("Change all passwords"),),
        attestations=(Attestation("B-2.0", True), Attestation("B-5.7", planned="2999-01-01")),
        credentials=(Credential("password of info@", "2026-03-21T10:00:00Z", "Maria"),),
        removals=(Removal("zen.example", "192.0.2.1", "2026-03-22", "77"),),
        commitment=True,
        name="Maria Blum",
        role="owner",
        signed="2026-03-31",
        contact="maria@blumenhof.example",
    )


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    statement = read_statement_file(write(tmp_path, WHOLE))
    path = tmp_path / "saved.json"
    path.write_bytes(encode_statement(statement))
    assert json.loads(path.read_bytes())["schema"] == "selfaudit/statement/1"
    assert read_statement_file(path) == statement
    assert encode_statement(read_statement_file(path)) == path.read_bytes()


def test_an_empty_statement_agrees_to_nothing(tmp_path: Path) -> None:
    assert read_statement_file(as_json(tmp_path)) == Statement()
    bare = read_statement_file(as_json(tmp_path, attestations=[{"clause": "B-2.0"}]))
    assert bare.attestations == (Attestation("B-2.0", agreed=False),)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"schema": "selfaudit/statement/2"}, "statement.json: schema: "),
        ({"colour": "red"}, "statement.json: colour: no such key"),
        ({"cause": "weather"}, "statement.json: cause: "),
        ({"commitment": "yes"}, "statement.json: commitment: "),
        ({"commitment": 1}, "statement.json: commitment: "),
        ({"signed": "yesterday"}, "statement.json: signed: “yesterday” is not a date"),
        ({"signed": "2999-01-01"}, "statement.json: signed: 2999-01-01 is still to come"),
        ({"signed": "2026-03-31T04:00:00Z"}, "statement.json: signed: "),
        ({"timeline": [{"at": "2999-01-01", "kind": "fixed"}]}, "statement.json: timeline[0].at: 2999-01-01 is still to come"),
        ({"timeline": [{"at": "2026-03-31T04:00:00", "kind": "fixed"}]}, "statement.json: timeline[0].at: "),
        ({"timeline": [{"at": "2026-03-31", "kind": "ended"}]}, "statement.json: timeline[0].kind: "),
        ({"measures": [{"text": "x", "state": "done", "date": "2999-01-01"}]}, "statement.json: measures[0].date: 2999-01-01 is still"),
        ({"measures": [{"text": "x", "state": "planned", "date": "soon"}]}, "statement.json: measures[0].date: “soon” is not a date"),
        ({"measures": [{"text": "x", "state": "planned", "date": "2026-02-30"}]}, "statement.json: measures[0].date: "),
        ({"measures": [{"text": "x", "state": "finished"}]}, "statement.json: measures[0].state: "),
        ({"measures": [{"state": "done"}]}, "statement.json: measures[0]: "),
        ({"steps": [{"text": "x"}, {"text": "y", "date": "20260331"}]}, "statement.json: steps[1].date: "),
        ({"attestations": [{"clause": "B-1", "agreed": True, "planned": "2999-01-01"}]}, "statement.json: attestations[0].planned: It cannot"),
        ({"attestations": [{"clause": "B-1"}, {"clause": "B-1"}]}, "statement.json: attestations[1].clause: “B-1” stands here twice"),
        ({"answers": [{"question": "q"}, {"question": "q"}]}, "statement.json: answers[1].question: “q” stands here twice"),
        ({"answers": [{"question": " "}]}, "statement.json: answers[0].question: This is empty."),
        ({"answers": [{"question": "q", "text": "x" * (MAX_TEXT + 1)}]}, "statement.json: answers[0].text: "),
        ({"answers": [{"question": "q", "text": "\u202e" * MAX_TEXT}]}, "statement.json: answers[0].text: This is too long"),
        ({"answers": [{"question": f"q{n}"} for n in range(201)]}, "statement.json: answers: "),
        ({"credentials": [{"what": "x", "at": "2999-01-01"}]}, "statement.json: credentials[0].at: 2999-01-01 is still to come"),
        ({"removals": [{"zone": "z", "target": "t", "at": "now"}]}, "statement.json: removals[0].at: “now” is not a date"),
        ({"proof": ["nothing.log"]}, "statement.json: proof: "),
        ({"proof": [""]}, "statement.json: proof[0]: "),
        ({"proof": ["."]}, "this is not a file"),
        ({"proof": ["a\0b"]}, "statement.json: proof: "),
        ({"proof": ["~nobody-of-that-name/x"]}, "statement.json: proof: "),
        ({"proof": ["x" * 900]}, "statement.json: proof: "),
        ({"proof": [{**FILE, "sha256": "AB"}]}, "statement.json: proof[0].sha256: "),
        ({"proof": [{**FILE, "size": -1}]}, "statement.json: proof[0].size: "),
        ({"proof": [{**FILE, "size": 10**400}]}, "statement.json: "),
        ({"proof": [FILE] * 21}, "statement.json: proof: "),
        ({"answers": [{"question": f"q{n}", "files": [FILE] * 20} for n in range(11)]}, "statement.json: answers[10].files: At most 200"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_and_key(tmp_path: Path, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_statement_file(as_json(tmp_path, **keys))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("[" * 100_000, "statement.json: "),
        ("not json", "statement.json: "),
        ("[]", "statement.json: file: "),
        ("null", "statement.json: file: "),
        ("{}", "statement.json: file: "),
    ],
)
def test_what_is_no_statement_is_refused(tmp_path: Path, data: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_statement_file(write(tmp_path, data, "statement.json"))
    assert words in str(caught.value)


def test_toml_faults_are_named(tmp_path: Path) -> None:
    for text, words in (
        ("schema = ", "not valid TOML"),
        ('schema = "selfaudit/statement/1"\nsigned = 5', "statement.toml: signed: "),
        (
            'schema = "selfaudit/statement/1"\n[[measures]]\ntext = "x"\nstat = "done"',
            "statement.toml: measures[0].stat: no such key",
        ),
    ):
        with pytest.raises(UserError) as caught:
            read_statement_file(write(tmp_path, text))
        assert words in str(caught.value)


def test_nothing_can_reorder_a_line(tmp_path: Path) -> None:
    read = read_statement_file(as_json(tmp_path, summary="one\r\ntwo\u2028three\tfour", name="a\u202eb", role="x\ny"))
    assert read.summary == "one\ntwo\nthree four"
    assert (read.name, read.role) == ("a\\u202eb", "x y")


def test_days_ahead_are_for_the_demo(tmp_path: Path) -> None:
    path = as_json(tmp_path, signed="2999-01-01")
    assert read_statement_file(path, ahead=True).signed == "2999-01-01"


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Statement,
        summary=st.text(max_size=300),
        name=st.text(max_size=60),
        measures=st.lists(st.builds(Measure, text=st.text(max_size=60), who=st.text(max_size=30)), max_size=3).map(tuple),
        answers=st.lists(
            st.builds(Answer, question=st.text(min_size=1, max_size=20), text=st.text(max_size=80)), max_size=3
        ).map(tuple),
    )
)
def test_tidying_twice_changes_nothing(statement: Statement) -> None:
    try:
        once = tidy_statement(statement)
    except UserError:
        return
    assert tidy_statement(once) == once
    assert msgspec.json.decode(encode_statement(once))["summary"] == once.summary


def test_words_policy_number_and_disputed_steps_are_kept(tmp_path: Path) -> None:
    said = Statement(
        "false-report",
        steps=(Measure("Remove it", "disputed", why="There is none."),),
        attestations=(Attestation("B-1", True, "mine", words="Nothing is sent."),),
        policy="prezcomm",
        number="T-1",
    )
    path = tmp_path / "s.json"
    path.write_bytes(encode_statement(said))
    assert read_statement_file(path) == said
    with pytest.raises(UserError, match=r"measures\[0\].state: Only a step"):
        tidy_statement(Statement(measures=(Measure("x", "disputed"),)))


@pytest.mark.parametrize("name", ["/etc/hostname", "../outside.log", "~/outside.log", "link.log"])
def test_files_outside_the_folder_are_not_read(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "outside.log").write_text("private")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.log").symlink_to(tmp_path / "outside.log")
    path = as_json(folder, proof=[name])
    with pytest.raises(UserError, match="outside the statement's folder"):
        read_statement_file(path)
    assert read_statement_file(path, outside=True).proof[0].size > 0


@pytest.mark.parametrize("line", ["x = " + "1" * 5000, "a." * 60_000 + "b = 1", '"a\\"b".' * 20_000 + "x = 1"])
def test_numbers_and_keys_without_end_are_refused_at_once(tmp_path: Path, line: str) -> None:
    with pytest.raises(UserError, match="not valid TOML"):
        read_statement_file(write(tmp_path, line))
    with pytest.raises(UserError, match=r"statement\.json: "):
        read_statement_file(as_json(tmp_path, name=1) if "1111" not in line else write(tmp_path, line[4:], "statement.json"))


def test_a_pipe_is_not_waited_for_and_a_mark_at_the_beginning_is_no_fault(tmp_path: Path) -> None:
    for name in ("pipe.toml", "pipe.json"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(UserError, match="not a file"):
            read_statement_file(tmp_path / name)
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'schema = "selfaudit/statement/1"\n')
    assert read_statement_file(path) == Statement()
