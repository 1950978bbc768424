"""How each command of the documentation is run. One that nobody has thought of is a failure."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import click

import selfaudit.net
from selfaudit.cli.app import app, run
from selfaudit.demo import DEMO_KEY
from selfaudit.net import Net, open_net
from selfaudit.policy.packs import use_folder
from selfaudit.secrets import SERVICE, SSH_VARIABLE
from selfaudit.settings import Settings
from tests.docs.markdown import ROOT
from tests.docs.world import SERVER, SETTINGS, World
from tests.packages import find
from tests.signing import DESK, Memory, keyring_of

# What stands for the reader's own, and what of the demo's takes its place.
PLACEHOLDERS = {
    "root@YOUR-SERVER": f"{SERVER.user}@{SERVER.address}",
    "YOUR-DOMAIN": "blumenhof.example",
    "YOUR-ADDRESS": SERVER.address,
    "YOUR-NAME": "Maria Blum",
    "OTHER-DOMAIN": "baeckerei-sommer.example",
    "CUSTOMERS-DOMAIN": "angebote-blumenhof.example",
    "CUSTOMERS-ADDRESS": "203.0.113.80",
    "YOUR-PACK": "prezcomm",
    "TOKEN": "selfaudit-relay-0123456789",
    "KEY": DEMO_KEY.public().text(),
}
# Cannot be run here; its arguments are read all the same.
NOT_RUN = {
    "selfaudit gui": "opens a window",
    "selfaudit demo --gui": "opens a window",
    "make app": "opens a window; what it would run is looked at, as with every target that is not cheap",
}
# The demo's customer is in trouble, so many commands rightly end with another code than 0. By the beginning of the command; the longest counts.
EXIT: dict[str, int | tuple[int, ...]] = {
    "": 0,
    "selfaudit audit": 1,
    "selfaudit demo": 1,
    "selfaudit demo --world fixed": (0, 3),  # on a very busy computer more is “cannot tell”
    "selfaudit verify bundle.zip --recheck": (0, 3),  # the same
    "selfaudit demo --world suspended": 1,
    "selfaudit judge": 1,
    "selfaudit message": 1,
    "selfaudit consent": 1,
    "selfaudit consent list.csv --columns": 3,
    "selfaudit consent list.csv --drill start": 0,
    "selfaudit delisting": 1,
    "selfaudit diff": 3,  # nothing is worse, but not everything can be compared
    "selfaudit demo --leaflet": 0,
    "selfaudit statement check": 3,
    "selfaudit statement text statement.toml --for audit --final": 2,  # “refused while something is missing”
    "selfaudit policy compare": 3,  # the example says nothing about the text that it was made from
}
# Targets that are cheap and leave the tree alone.
MAKE_RUN = ("help",)
SHELL = ("minisign", "unzip", "printf", "dig", "sh")
ANSWERS = {
    "selfaudit statement ask": "other\n" + "It happened so.\n" * 3 + "\n" * 200,
}


class UnknownCommand(AssertionError):
    """Nobody has said how this command of the documentation is run."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


def plain(command: str) -> str:
    """A command without the program's folder and without comment; runs of blanks are one."""
    quoted = re.match(r"""(?:[^"'#]|"[^"]*"|'[^']*'|(?<!\s)#)*""", command)
    assert quoted is not None
    words = " ".join(quoted[0].split())
    return re.sub(r"^\.venv/bin/", "", words)


def longest(table: Mapping[str, object], command: str) -> str | None:
    """The longest key of a table with which a command begins, None for none."""
    keys = [key for key in table if command == key or command.startswith(f"{key} ")]
    return max(keys, key=len, default=None)


def expected(command: str) -> tuple[int, ...]:
    """The codes with which a command may end."""
    codes = EXIT[longest(EXIT, command) or ""]
    return codes if isinstance(codes, tuple) else (codes,)


def filled(command: str) -> str:
    """A command with the demo's names in place of the reader's."""
    for name in sorted(PLACEHOLDERS, key=len, reverse=True):
        command = re.sub(rf"(?<![A-Z-]){re.escape(name)}(?![A-Z-])", PLACEHOLDERS[name], command)
    return command


def resolved(arguments: list[str]) -> tuple[click.Command, str, list[str]]:
    """The innermost command that arguments name, its name, and what is left of them."""
    command: click.Command = app
    name, rest = "selfaudit", list(arguments)
    with click.Context(app, info_name=name) as context:
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            found = command.get_command(context, rest[0])
            assert found is not None, f"there is no command {rest[0]}"
            command, name, rest = found, rest[0], rest[1:]
    return command, name, rest


class Runner:
    """Runs commands in copies of one prepared folder."""

    def __init__(self, world: World, base: Path) -> None:
        self.world, self.base = world, base
        self.done: dict[str, Done] = {}  # those that made the folder what it is

    def run(self, command: str, *, here: Path | None = None) -> Done:
        """Runs a command of the documentation once.

        Args:
            command: as it stands there.
            here: the folder to run it in; without it, in a copy of the prepared one.

        Raises:
            UnknownCommand: this module does not know how.
        """
        command = plain(command)
        if command in self.done:
            return self.done[command]
        program = command.partition(" ")[0]
        ways: dict[str, Callable[[str, Path], Done]] = {
            "selfaudit": self._selfaudit,
            "make": self._make,
            "python": self._python,
        }
        ways |= dict.fromkeys(SHELL, self._shell)
        if program not in ways:
            raise UnknownCommand(command)
        if here is not None:
            self.done[command] = ways[program](command, here)
            return self.done[command]
        copy = self.base.with_name("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.base, copy)
        return ways[program](command, copy)

    def _selfaudit(self, command: str, folder: Path) -> Done:
        arguments, into = _redirected(shlex.split(filled(command))[1:])
        inner, name, rest = resolved(arguments)
        if longest(NOT_RUN, command):
            with click.Context(app, info_name="selfaudit") as parent:
                inner.make_context(name, rest, parent=parent)
            return Done(expected(command)[0], "", "")
        if any(p.name == "settings" for p in inner.params) and "--settings" not in rest:
            arguments += ["--settings", SETTINGS]
        if "--ssh" in arguments:
            arguments += ["--host-key", self.world.fingerprint()]
        if arguments[1:2] == ["new"] and "--out" in arguments:
            (folder / arguments[arguments.index("--out") + 1]).unlink(missing_ok=True)  # these overwrite nothing
        memory = Memory()
        if arguments[:2] != ["key", "new"]:
            memory.kept[(SERVICE, "signing-key")] = DESK.encode()
        with keyring_of(memory), self._in(folder):
            done = _captured(lambda: run(arguments), ANSWERS.get(longest(ANSWERS, command) or "", ""))
        if into:
            (folder / into).write_text(done.out, "utf-8")
        return done

    @contextmanager
    def _in(self, folder: Path) -> Iterator[None]:
        """In a folder, as somebody with nothing of their own but what lies there, on the demo's internet."""
        environment = {
            "SELFAUDIT_HOME": str(folder / "home"), "HOME": str(folder), "SELFAUDIT_LANGUAGE": "en", "COLUMNS": "80",
            SSH_VARIABLE: "demo",
        }  # fmt: skip
        before = Path.cwd()
        with patch.dict(os.environ, environment), patch.object(selfaudit.net, "open_net", self._open_net):
            os.environ.pop("SSH_AUTH_SOCK", None)
            os.chdir(folder)
            try:
                yield
            finally:
                os.chdir(before)
                use_folder(None)

    def _open_net(self, settings: Settings, **given: object) -> Net:
        given.setdefault("routes", self.world.internet.routes)
        return open_net(settings, **given)  # type: ignore[arg-type]

    def _make(self, command: str, folder: Path) -> Done:
        words = shlex.split(command)[1:]
        dry = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        assert dry.returncode == 0, dry.stderr
        if all(word in MAKE_RUN for word in words):
            real = subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)
            return Done(real.returncode, real.stdout, real.stderr)
        return Done(0, dry.stdout, "")

    def _python(self, command: str, folder: Path) -> Done:
        """Only `python -m pytest PATHS`: the tests are being run already, so only what it names is looked at."""
        words = shlex.split(command)
        if words[1:3] != ["-m", "pytest"]:
            raise UnknownCommand(command)
        for path in words[3:]:
            assert any((ROOT / path).rglob("test_*.py")), path
        return Done(0, "", "")

    def _shell(self, command: str, folder: Path) -> Done:
        words = filled(command)
        for part in words.split(" | "):
            assert find(part.split()[0]), f"{part.split()[0]} is not installed; tests/packages.py should list it"
        answer = ANSWERS.get(longest(ANSWERS, command) or "", "")
        if words.startswith("unzip "):
            shutil.rmtree(folder / words.split()[-1], ignore_errors=True)  # it asks before it overwrites
        done = subprocess.run(
            ["sh", "-ec", words], cwd=folder, input=answer, capture_output=True, text=True, check=False, timeout=60
        )
        return Done(done.returncode, done.stdout, done.stderr)


def _redirected(words: list[str]) -> tuple[list[str], str]:
    """Words without “> FILE”, and the file."""
    if ">" not in words:
        return words, ""
    at = words.index(">")
    assert at == len(words) - 2, words
    return words[:at], words[-1]


def _captured(work: Callable[[], int], answer: str) -> Done:
    written = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, "utf-8", newline="\n") for stream in written)
    stdin = io.TextIOWrapper(io.BytesIO(answer.encode()), "utf-8")
    with patch.object(sys, "stdout", out), patch.object(sys, "stderr", err), patch.object(sys, "stdin", stdin):
        code = work()
        out.flush()
        err.flush()
    said, complained = (stream.getvalue().decode("utf-8") for stream in written)
    return Done(code, said, complained)
