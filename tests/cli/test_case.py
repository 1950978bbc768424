"""`selfaudit case`, and what an audit says about the case file that it was given."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfaudit.cli.app import run
from selfaudit.demo import demo_signed_case
from selfaudit.engine import seals
from selfaudit.engine.seals import read_signed_case
from selfaudit.install import data_folder
from selfaudit.policy.packs import use_folder
from selfaudit.secrets import SIGNING_VARIABLE
from tests.signing import DESK, IMPOSTOR, OWNER, PROVIDER, STRANGER, case_data, pack_text, signed_by

FIELDS = (
    "--provider", "desk", "--number", "T-17", "--cited", "B-4.4, B-5.7", "--step", "Close the relay.", "--step", "Answer us.",
    "--deadline", "2999-03-01", "--suspended", "2026-03-01", "--language", "DE", "--contact", "abuse@desk.test", "--service", "VPS 7",
    "--message", "Please answer.", "--sending-ip", "9.9.9.1", "--hosted", "kunde.net", "--exception", "exposure.resolver, REF-1, 9.9.9.1, 53",
)  # fmt: skip


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A desk whose key its provider's pack trusts."""
    monkeypatch.setenv(SIGNING_VARIABLE, DESK.encode())
    folder = data_folder() / "policies"
    folder.mkdir(parents=True)
    (folder / "desk.toml").write_text(pack_text(("desk", DESK.public().text(), OWNER)))
    monkeypatch.chdir(tmp_path)
    yield
    use_folder(None)


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run(["case", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def write(data: bytes, signature: str | None = None, name: str = "c.selfaudit-case") -> Path:
    path = Path(name)
    path.write_bytes(data)
    if signature is not None:
        Path(name + ".minisig").write_text(signature)
    return path


def test_made_signed_shown_and_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = said(capsys, "new", "shop.net", "9.9.9.0/30", *FIELDS)
    assert (code, err) == (0, "")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["T-17.selfaudit-case", "T-17.selfaudit-case.minisig"]
    joined = " ".join(out.split())
    assert f"This case file was signed by {OWNER} (key {DESK.public().name}) and is as it was signed." in joined
    assert "Whoever has it may check 5 targets in your name." in joined
    opened = read_signed_case(Path("T-17.selfaudit-case"))
    assert (opened.seal.state, opened.file.provider, opened.file.language) == ("trusted", PROVIDER, "de")
    assert opened.seal.comment == f"selfaudit case T-17 {opened.file.created}"
    code, out, err = said(capsys, "check", "T-17.selfaudit-case")
    assert (code, err) == (0, "")
    assert f"“selfaudit case T-17 {opened.file.created}”" in " ".join(out.split())
    code, out, err = said(capsys, "show", "T-17.selfaudit-case")
    assert (code, err) == (0, "")
    for words in (
        "Case T-17", OWNER, "Desk Hosting", "reinstatement of a service", "VPS 7", "abuse@desk.test", "2999-03-01", "2026-03-01", "shop.net, 9.9.9.0/30",
        "9.9.9.1", "kunde.net", "B-4.4 No open relays", "1. Close the relay.", "2. Answer us.", "Please answer.",
        "exposure.resolver on 9.9.9.1 53: reference REF-1", "Answer in de",
    ):  # fmt: skip
        assert words in " ".join(out.split()), words
    assert max(map(len, out.splitlines())) <= 80


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(case_data(), signed_by(case_data(), DESK))
    code, out, _err = said(capsys, "show", path, "--json", "-")
    made = json.loads(out)
    assert (code, made["schema"], made["file"]) == (0, "selfaudit/signed-case/1", "c.selfaudit-case")
    assert (made["case"]["number"], made["seal"]["state"], made["seal"]["owner"]) == ("T-17", "trusted", OWNER)
    assert "check" not in made
    code, out, _err = said(capsys, "check", path, "--json", "check.json")
    assert (code, out) == (0, "")
    assert json.loads(Path("check.json").read_text())["check"]["exit"] == 0


def test_nothing_is_written_where_something_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for more, words in (
        (("foo",), "targets: “foo” is a single word"),
        (("--cited", "B-99"), "cited: Desk Hosting has no clause B-99"),
        (("--deadline", "2020-01-01"), "deadline: 2020-01-01 is over"),
        (("--language", "xx"), "language: "),
        (("--exception", "nonsense"), "is no approval"),
        (("--message", "@absent.txt"), "absent.txt: cannot be read"),
        (("--settings", "absent.toml"), "absent.toml"),
    ):
        code, out, err = said(capsys, "new", *FIELDS, *more)
        assert (code, out) == (2, ""), more
        assert words in err
        assert err.count("\n") == 1
    assert [p for p in tmp_path.iterdir() if p.is_file()] == []


def test_no_file_is_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(b"mine", name="out.json")
    code, _out, err = said(capsys, "new", *FIELDS, "--out", path)
    assert (code, path.read_bytes()) == (2, b"mine")
    assert "--force overwrites it" in err
    assert said(capsys, "new", *FIELDS, "--out", path, "--force")[0] == 0
    assert read_signed_case(path).seal.state == "trusted"
    assert said(capsys, "new", *FIELDS, "--out", path, "--force", "--no-sign")[0] == 0
    assert read_signed_case(path).seal.state == "unsigned"
    assert said(capsys, "new", *FIELDS, "--out", tmp_path / "absent" / "deep" / "c.json")[0] == 0


def test_unsigned_and_by_a_key_that_no_pack_names(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _err = said(capsys, "new", *FIELDS, "--no-sign", "--out", "a.json")
    assert code == 0
    assert "It is not signed: it shows nobody who made it" in " ".join(out.split())
    monkeypatch.setenv(SIGNING_VARIABLE, STRANGER.encode())
    code, out, _err = said(capsys, "sign", "a.json")
    assert code == 0
    assert "which the pack of “Desk Hosting” does not name" in " ".join(out.split())
    code, out, _err = said(capsys, "check", "a.json")
    assert code == 3
    assert "signed with your own key" in " ".join(out.split())
    monkeypatch.setenv(SIGNING_VARIABLE, DESK.encode())
    code, out, _err = said(capsys, "check", "a.json")
    assert code == 3
    assert "nobody here vouches for the key" in " ".join(out.split())


def test_signing_a_file_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(case_data())
    code, out, _err = said(capsys, "sign", path)
    assert code == 0
    assert "targets: " not in out
    assert read_signed_case(path).seal.state == "trusted"
    before = Path("c.selfaudit-case.minisig").read_bytes()
    code, out, _err = said(capsys, "sign", path)
    assert (code, Path("c.selfaudit-case.minisig").read_bytes()) == (0, before)
    assert "with your key already" in " ".join(out.split())
    write(case_data(number="T-18"), name="c.selfaudit-case")
    code, _out, err = said(capsys, "sign", path)
    assert code == 2
    assert "there is another signature already" in err
    assert said(capsys, "sign", path, "--force")[0] == 0
    assert read_signed_case(path).seal.comment.startswith("selfaudit case T-18 20")
    write(case_data(deadline="2020-01-01"), name="old.json")
    code, out, _err = said(capsys, "sign", "old.json")
    assert code == 0
    assert "deadline: 2020-01-01 is over" in out
    write(b"{}", name="none.json")
    assert said(capsys, "sign", "none.json")[0] == 2


DATA = case_data()


@pytest.mark.parametrize(
    ("data", "signature", "code", "words"),
    [
        (DATA, signed_by(DATA, DESK), 0, "is as it was signed"),
        (DATA, None, 3, "is not signed"),
        (DATA, signed_by(DATA, STRANGER), 3, "nobody here vouches for the key"),
        (DATA.replace(b"shop.test", b"evil.test"), signed_by(DATA, DESK), 1, "changed after it was signed"),
        (DATA, signed_by(DATA, IMPOSTOR), 1, "does not fit"),
        (DATA, signed_by(case_data(number="T-18"), DESK), 1, "does not fit"),
        (DATA, "rubbish", 1, "cannot be read"),
        (DATA, "", 1, "cannot be read"),
        (b"{}", signed_by(b"{}", DESK), 2, ""),
        (b"[" * 100_000, None, 2, ""),
    ],
)
def test_check(data: bytes, signature: str | None, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(data, signature)
    found, out, err = said(capsys, "check", path)
    assert found == code
    assert words in " ".join(out.split())
    assert (code == 2) == bool(err)
    assert "Traceback" not in err
    if code != 2:
        # Whatever came of its signature, what it says is shown.
        found, out, err = said(capsys, "show", path)
        assert (found, err) == (0, "")
        assert "T-17" in out


@pytest.mark.parametrize(
    ("signer", "key", "code", "words"),
    [
        (STRANGER, STRANGER.public().text(), 0, "was signed with the key"),
        (STRANGER, DESK.public().text(), 3, "with another key"),
        (DESK, IMPOSTOR.public().text(), 1, "does not fit"),
        (None, DESK.public().text(), 3, "is not signed"),
        (DESK, "nonsense", 2, ""),
        (DESK, ".", 2, ""),
    ],
)
def test_check_by_a_given_key(signer: Any, key: str, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(DATA, signed_by(DATA, signer) if signer else None)
    found, out, err = said(capsys, "check", path, "--key", key)
    assert (found, bool(err)) == (code, code == 2)
    assert words in " ".join(out.split())
    if key.startswith("RW"):
        Path("desk.pub").write_text(f"untrusted comment: x\n{key}\n")
        assert said(capsys, "check", path, "--key", "desk.pub")[0] == code


def test_a_pipe_is_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe")
    code, _out, err = said(capsys, "check", write(DATA), "--key", "pipe")
    assert code == 2
    assert "Traceback" not in err


def test_hostile_words_stay_words(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "x\u202e\x1b[31m\x07"
    data = json.dumps(
        {"schema": "selfaudit/case/1", "number": evil, "provider": evil, "targets": [evil], "steps": [evil], "cited": [evil], "message": f"{evil}\n{evil}",
         "service": evil, "contact": evil, "selectors": [evil], "authority": {"name": evil, "role": evil}, "created": evil,
         "exceptions": [{"check": evil, "reference": evil}], "pages": [{"kind": "abuse", "url": evil}]}
    )  # fmt: skip
    path = write(data.encode(), "\x1b[31m")
    for command in ("show", "check"):
        _code, out, err = said(capsys, command, path)
        assert not {"\x1b", "\u202e", "\x07"} & set(out + err)
    assert max(map(len, out.splitlines())) <= 80


def test_the_demo_s_case_proves_nothing_to_a_desk(capsys: pytest.CaptureFixture[str]) -> None:
    signed = demo_signed_case("broken")
    path = write(signed.data, signed.signature)
    code, out, _err = said(capsys, "check", path)
    assert code == 3
    assert "signed with a key that everybody has" in " ".join(out.split())
    code = run(["plan", "--case", str(path)])
    assert (code, "this case is for the demo" in capsys.readouterr().err) == (2, True)


# A customer's audit

LAB = '[dns]\nresolvers = ["127.0.0.1"]\nport = 9\n[scope]\nallow_reserved = true\n'


def plan(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    Path("lab.toml").write_text(LAB)
    seals._vouched.clear()
    code = run(["plan", "--settings", "lab.toml", *arguments])
    out, err = capsys.readouterr()
    return code, " ".join(out.split()), err


@pytest.mark.parametrize(
    ("changed", "signature", "words"),
    [
        (False, signed_by(DATA, DESK), ""),
        (False, None, ""),
        (True, signed_by(DATA, DESK), "selfaudit: The signature does not fit this case file"),
        (False, signed_by(DATA, STRANGER), "selfaudit: This case file is signed, but nobody here vouches for the key"),
        (False, "rubbish", "selfaudit: The signature beside this case file cannot be read"),
    ],
)
def test_a_signature_is_told_in_one_line_and_blocks_nothing(
    changed: bool, signature: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(DATA.replace(b"T-17", b"T-18") if changed else DATA, signature)
    code, out, err = plan(capsys, "--case", str(path))
    assert code == 0
    assert "Nothing has been sent" in out
    assert err.startswith(words)
    assert err.count("\n") == bool(words)
    proven = f"192.0.2.10: proven: case file signed by {OWNER} ({DESK.public().name})"
    assert (proven in out) == (signature == signed_by(DATA, DESK) and not changed)


def test_another_provider_on_the_command_line_takes_the_trust_away(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(DATA, signed_by(DATA, DESK))
    code, out, err = plan(capsys, "--case", str(path), "--provider", "prezcomm")
    assert code == 0
    assert "nobody here vouches for the key" in err
    assert "proven" not in out.replace("not proven", "").replace("unless it is proven", "")
    assert plan(capsys, "--case", str(path), "--provider", "desk")[2] == ""


def test_what_the_customer_adds_is_not_proven(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(DATA, signed_by(DATA, DESK))
    _code, out, _err = plan(capsys, "198.51.100.77", "--case", str(path))
    assert "198.51.100.77: none yet" in out
    assert "shop.test: proven: case file signed by" in out
