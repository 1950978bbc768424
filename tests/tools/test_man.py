"""The manual page: every command and option, no complaint from groff, the same on every day."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

from selfaudit.cli.app import COMMANDS
from tests.packages import find
from tools import man

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


@cache
def shown(width: int = 80) -> str:
    """The page as a terminal shows it, without bold and underline."""
    groff = find("groff")
    assert groff is not None
    command = [groff, "-man", "-Tutf8", "-ww", "-P-c", "-P-b", "-P-u", f"-rLL={width}n"]
    done = subprocess.run(command, input=man.page(CHANGELOG).encode(), capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return re.sub(r"\x1b\[[\d;]*m", "", done.stdout.decode())


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_page_in_docs_is_fresh() -> None:
    assert man.main(["check"]) == 0


def test_every_command_and_option_is_there() -> None:
    page = words(shown(2000))
    count = 0
    for name, command in man.commands():
        assert f" selfaudit {name} " in page, name
        for option, _help in man.options(command, click.Context(command)):
            assert f" {words(option)} " in page, (name, option)
            count += 1
    assert count > 100
    assert {name for name, _command in man.commands() if " " not in name} == set(COMMANDS)
    assert "--only IDS Only these checks or families, separated by commas. --skip IDS" in page


def test_sections_in_their_order() -> None:
    found = re.findall(r"^([A-Z][A-Z ]+)$", shown(), re.MULTILINE)
    assert found == [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "COMMANDS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "SEE ALSO",
    ]


def test_every_variable_of_the_source_is_named() -> None:
    found = set()
    for folder in ("selfaudit", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(r"\bSELFAUDIT_[A-Z_]+", path.read_text("utf-8")))
    assert {
        "SELFAUDIT_HOME",
        "SELFAUDIT_LANGUAGE",
        "SELFAUDIT_SIGNING_KEY",
        "SELFAUDIT_SSH_PASSWORD",
        "SELFAUDIT_LIST_KEY_",
    } <= found
    named = " ".join(name for name, _words in man.ENVIRONMENT)
    for variable in found:
        assert variable in named, variable


def test_examples_are_commands_that_there_are() -> None:
    options = {name: {o for p in c.params for o in (*p.opts, *p.secondary_opts)} for name, c in man.commands()}
    for _words, line in man.EXAMPLES:
        program, name, *rest = line.split()
        assert program == "selfaudit"
        assert {word for word in rest if word.startswith("-")} <= options[name], line
        assert line in words(shown(2000))


def test_nothing_of_a_text_is_a_request_or_an_escape() -> None:
    assert man.text(".SH is no section \\fBnor bold") == r"\&.SH is no section \efBnor bold"
    assert man.text("'quoted' and `so`") == r"\(aqquoted\(aq and \(gaso\(ga"
    assert (
        man.text("with --only, in ~/.local-x; well-known “words”")
        == r"with \-\-only, in \(ti/.local\-x; well-known \(lqwords\(rq"
    )
    assert man.text("Zürich") == r"Z\[u00FC]rich"
    assert man.literal("selfaudit plan --out a-b") == r"selfaudit plan \-\-out a\-b"


def test_the_date_is_that_of_the_version() -> None:
    other = CHANGELOG.replace(f"## {man.__version__} - ", f"## {man.__version__} - 1999-12-31\n\n## 0.0.1 - ", 1)
    assert '.TH SELFAUDIT 1 "1999-12-31" ' in man.page(other)
    with pytest.raises(ValueError, match="names no day"):
        man.page("# Changelog\n")


def test_a_stale_page_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(man, "PAGE", tmp_path / "selfaudit.1")
    assert man.main(["check"]) == 1
    assert capsys.readouterr().err == "docs/selfaudit.1 is stale: run make docs\n"
    assert man.main(["write"]) == 0
    assert man.main(["check"]) == 0
    (tmp_path / "selfaudit.1").write_text((tmp_path / "selfaudit.1").read_text("utf-8") + "more\n", "utf-8")
    assert man.main(["check"]) == 1
    assert man.main([]) == 2
