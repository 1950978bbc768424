"""`selfaudit completion`: what a shell offers, asked through click's protocol and through a real bash."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from selfaudit.checks import all_checks
from selfaudit.cli.app import COMMANDS, run
from selfaudit.cli.completion import VARIABLE, check_ids, script
from tests.packages import find


def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, str]]:
    """(kind, value) of every line that the program answers to a shell with these words, the last one unfinished."""
    monkeypatch.setenv(VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", shlex.join(["selfaudit", *words]).replace("''", ""))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    with pytest.raises(SystemExit) as end:
        run([])
    out, err = capsys.readouterr()
    assert (end.value.code, err) == (0, "")
    lines = [line.partition(",") for line in out.splitlines() if line]
    return [(kind, value) for kind, _comma, value in lines]


def values(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    found = offered(monkeypatch, capsys, *words)
    assert {kind for kind, _value in found} <= {"plain"}
    return [value for _kind, value in found]


def test_the_files_names_are_the_ids() -> None:
    assert check_ids() == list(all_checks())


def test_commands_and_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert values(monkeypatch, capsys, "") == list(COMMANDS)
    assert values(monkeypatch, capsys, "ver") == ["verify"]
    assert values(monkeypatch, capsys, "--v") == ["--version"]
    assert values(monkeypatch, capsys, "audit", "--on") == ["--only", "--onboarding"]
    assert values(monkeypatch, capsys, "case", "s") == ["show", "sign"]
    assert values(monkeypatch, capsys, "demo", "--world", "") == ["broken", "fixed", "suspended"]
    assert values(monkeypatch, capsys, "completion", "") == ["bash", "zsh", "fish"]
    assert values(monkeypatch, capsys, "nonsense", "x") == []


def test_checks_and_families(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert values(monkeypatch, capsys, "explain", "mail.d") == ["mail.dane", "mail.dkim", "mail.dmarc"]
    assert "mail" not in values(monkeypatch, capsys, "explain", "")
    assert values(monkeypatch, capsys, "audit", "--only", "rd") == [
        "rdns", "rdns.forward-confirmed", "rdns.generic", "rdns.present",
    ]  # fmt: skip
    assert values(monkeypatch, capsys, "plan", "--skip", "mail.spf,mail.sp") == ["mail.spf,mail.spf-coverage"]


def test_providers_with_ones_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert values(monkeypatch, capsys, "audit", "--provider", "p") == ["prezcomm"]
    folder = tmp_path / "home/policies"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('id = "mine"\nname = "Mine"\nbased_on = "prezcomm"\n', "utf-8")
    (folder / "faulty.toml").write_bytes(b"\xff\x00")
    assert "mine" in values(monkeypatch, capsys, "policy", "show", "")
    assert values(monkeypatch, capsys, "case", "new", "--provider", "min") == ["mine"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("verify", "x"), "file"),
        (("case", "show", "x"), "file"),
        (("audit", "--case", "x"), "file"),
        (("audit", "--host-facts", "x"), "file"),
        (("audit", "--json", "x"), "file"),
        (("notice", "x"), "file"),
        (("audit", "--out", "x"), "dir"),
    ],
)
def test_files_are_left_to_the_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], kind: str
) -> None:
    assert offered(monkeypatch, capsys, *words) == [(kind, "x")]


def test_a_target_is_not_guessed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert offered(monkeypatch, capsys, "audit", "exa") == []


def test_no_command_is_loaded_for_the_list_of_commands() -> None:
    code = (
        "import os, sys\n"
        "os.environ.update(_SELFAUDIT_COMPLETE='bash_complete', COMP_WORDS='selfaudit a', COMP_CWORD='1')\n"
        "from selfaudit.cli import main\n"
        "sys.argv = ['selfaudit']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = [n for n in sys.modules if n.startswith('selfaudit.cli.')]\n"
        "print(sorted(loaded), 'dns' in sys.modules, 'rich' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["plain,audit", "['selfaudit.cli.app'] False False"]
    assert done.stderr == ""


def test_a_real_bash_completes(tmp_path: Path) -> None:
    bash = find("bash")
    assert bash is not None
    program = tmp_path / "selfaudit"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m selfaudit "$@"\n', "utf-8")
    program.chmod(0o755)
    (tmp_path / "script").write_text(script("bash"), "utf-8")
    ask = (
        "source ./script || exit 9\n"
        'ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _selfaudit_completion selfaudit; echo "${COMPREPLY[*]}"; }\n'
        "ask selfaudit ver\n"
        "ask selfaudit explain mail.spf\n"
        "ask selfaudit audit --only mail.mx,mail.sp\n"
        "complete -p selfaudit\n"
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [bash, "--norc", "-c", ask], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third, how = done.stdout.splitlines()
    assert first == "verify"
    assert second.split() == ["mail.spf", "mail.spf-coverage"]
    assert third.split() == ["mail.mx,mail.spf", "mail.mx,mail.spf-coverage"]
    assert "-F _selfaudit_completion selfaudit" in how


def test_every_shell_has_its_script(capsys: pytest.CaptureFixture[str]) -> None:
    for shell, sign in (
        ("bash", "complete -o nosort -F _selfaudit_completion selfaudit"),
        ("zsh", "#compdef selfaudit"),
        ("fish", "complete --no-files --command selfaudit"),
    ):
        assert run(["completion", shell]) == 0
        out, err = capsys.readouterr()
        assert (sign in out, err) == (True, "")
        assert f"{VARIABLE}={shell}_complete" in out
    assert run(["completion", "csh"]) == 2
    assert "bash" in capsys.readouterr().err


def test_help_says_how_to_install_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "--help"]) == 0
    out = capsys.readouterr().out
    for shell in ("bash", "zsh", "fish"):
        assert f"{shell}: selfaudit completion {shell} > ~/" in out


def test_the_types_change_nothing_for_a_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert values(monkeypatch, capsys, "explain", "mail.sp")
    monkeypatch.delenv(VARIABLE)
    assert run(["explain", "mail.spf"]) == 0
    assert capsys.readouterr().out.startswith("mail.spf:")
